//! The platform as a library, as a shop's tests in Rust would use it.

use serde_json::json;
use tongbao::Tongbao;

#[test]
fn a_test_has_a_platform_of_its_own_which_is_the_same_every_time() {
    let (one, two) = (Tongbao::in_memory().unwrap(), Tongbao::in_memory().unwrap());
    assert_ne!(one.gateway(), two.gateway());
    let ids = |tongbao: &Tongbao| -> Vec<(String, String)> {
        let buyers = tongbao.buyers().iter();
        buyers.map(|buyer| (buyer.user_id.clone(), buyer.pay_password.clone())).collect()
    };
    assert_eq!(ids(&one), ids(&two));
    assert_eq!(one.apps()[0].app_id, two.apps()[0].app_id);
    assert!(one.apps()[0].private_key.as_ref().unwrap().exists());
    let code = |tongbao: &Tongbao| {
        tongbao.sandbox("/paycode", &json!({ "login": tongbao.buyers()[0].login })).unwrap()
    };
    let first = code(&one);
    assert_eq!(first, code(&two));
    assert_ne!(first, code(&one));
    let moved = one.advance("2d").unwrap();
    assert!(moved["now"].as_str().unwrap().starts_with("2026-01-03 09:00:0"), "{moved}");
    one.reset().unwrap();
    assert_eq!(first, code(&one), "after a reset it is as new");
    let refused = one.sandbox("/pay", &json!({ "login": "nobody" })).unwrap_err().to_string();
    assert!(refused.contains("/pay"), "{refused}");
    let folder = two.apps()[0].private_key.clone().unwrap();
    drop(two);
    assert!(!folder.exists(), "nothing is left");
}

#[test]
fn a_world_may_be_declared() {
    let buyer = "[[buyers]]\nlogin = \"mei@example.com\"\nname = \"Mei\"\npay_password = \"246810\"\n";
    let tongbao = Tongbao::of_world(buyer).unwrap();
    assert_eq!(tongbao.buyers()[2].login, "mei@example.com");
    let error = Tongbao::of_world("sed = 1").unwrap_err().to_string();
    assert!(error.contains("sed"), "{error}");
}
