//! A live world: what is for trying out alone is not there, on either interface.

use crate::client::form;
use crate::rest_client::RestClient;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::Request;

const SANDBOX_ONLY: [&str; 6] = [
    "alipay.offline.market.shop.category.query",
    "alipay.open.file.upload",
    "alipay.security.risk.content.analyze",
    "alipay.user.certify.open.certify",
    "alipay.user.certify.open.initialize",
    "alipay.user.certify.open.query",
];
/// It leads to a page, and v3 has no pages.
const OF_A_BROWSER: &str = "alipay.user.certify.open.certify";

#[tokio::test]
async fn answers_for_which_nothing_is_looked_at_are_in_a_sandbox_alone() {
    let marked = gateway::method_list().filter(|method| method.sandbox_only);
    assert_eq!(marked.map(|method| method.name).collect::<Vec<_>>(), SANDBOX_ONLY);
    for sandbox in [true, false] {
        let shop = Shop::open_world(sandbox).await;
        let client = shop.client().await;
        let rest = RestClient::of(&client);
        for method in gateway::method_list() {
            let (name, missing) = (method.name, !sandbox && method.sandbox_only);
            let request =
                Request::post("/gateway.do").header("content-type", "application/x-www-form-urlencoded");
            let params = client.sign(client.params(name, "{}", &[]));
            // A page for a browser names the code as an envelope does.
            let (_, _, raw) = client.exchange(request.body(Body::from(form(&params))).unwrap()).await;
            let text = String::from_utf8_lossy(&raw);
            assert_eq!(text.contains("isv.insufficient-isv-permissions"), missing, "{name}: {text}");
            let told = rest.call("POST", &format!("/v3/{}", name.replace('.', "/")), "{}").await;
            let missing = missing && name != OF_A_BROWSER;
            assert_eq!(
                told.outcome() == "403 insufficient-isv-permissions",
                missing,
                "{name}: {}",
                told.body
            );
        }
    }
}
