//! Lists of names, from outside: agreed on by two operators, and what a name on one keeps from its owner.

use crate::persons::{ID_NUMBER, PHONE, code_of};
use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

const HEAD: &str = "id,kind,names,birth,id_digest,source,reason\n";
const TOM: &str = "tom@example.com";

fn code(said: &(StatusCode, Value)) -> String {
    let refused = Some(code_of(&said.1)).filter(|code| *code != "none");
    format!("{} {}", said.0.as_u16(), refused.unwrap_or("fine"))
}

impl Shop {
    async fn propose(&self, base: u32, list: &str) -> (StatusCode, Value) {
        let body = json!({ "operator": "ada", "base_version": base, "list": list });
        self.call("/sandbox/screening", body).await
    }

    pub(crate) async fn agree(&self, base: u32, rows: &str) -> Value {
        let proposed = self.propose(base, &format!("{HEAD}{rows}")).await;
        assert_eq!(code(&proposed), "200 fine", "{}", proposed.1);
        let body = json!({ "operator": "bea", "version": base + 1, "digest": proposed.1["digest"] });
        let approved = self.call("/sandbox/screening/approve", body).await;
        assert_eq!(code(&approved), "200 fine", "{}", approved.1);
        approved.1
    }

    pub(crate) async fn hits(&self, user_id: &str) -> Vec<Value> {
        let (status, told) = self.call("/sandbox/screening/hits", json!({ "user_id": user_id })).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        told["hits"].as_array().unwrap().clone()
    }

    pub(crate) async fn second_look(&self, user_id: &str, hit: &Value, release: bool) {
        let mut asked = json!({ "user_id": user_id, "subject": hit["subject"], "release": release });
        let mut body = |operator: &str| {
            asked["operator"] = json!(operator);
            asked.clone()
        };
        let decided = self.call("/sandbox/risk/decide", body("cid")).await;
        assert_eq!(code(&decided), "200 fine", "{}", decided.1);
        assert_eq!(decided.1["needs_another_operator"], release, "{}", decided.1);
        if release {
            assert_eq!(code(&self.call("/sandbox/risk/decide", body("cid")).await), "409 self_release");
            self.wait_posted().await;
            assert_eq!(
                self.hits(user_id).await.iter().filter(|hit| hit["release_proposed_by"] == "cid").count(),
                1
            );
            let decided = self.call("/sandbox/risk/decide", body("dan")).await;
            assert_eq!((code(&decided).as_str(), &decided.1["state"]), ("200 fine", &json!("released")));
        }
    }

    async fn prove(&self, token: &str, name: &str) -> String {
        let body = json!({ "name": name, "id_number": ID_NUMBER });
        code(&self.api("POST", "/api/v1/identity", token, &body).await)
    }
}

#[tokio::test]
async fn a_list_is_read_whole_and_agreed_on_by_two() {
    let shop = Shop::open().await;
    let (_, none) = shop.get("/sandbox/screening").await;
    assert_eq!(none, json!({ "in_force": null, "proposal": null }));
    let wrong = format!("{HEAD}P1,person,张三,,,s,r\nP2,person,李四,70,,s,r\n");
    let (status, said) = shop.propose(0, &wrong).await;
    assert_eq!((status, &said["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("bad_list")));
    assert!(said["error"]["message"].as_str().unwrap().starts_with("line 3, birth:"), "{said}");
    let right = format!("{HEAD}P1,person,张三,,,s,r\n");
    let low = json!({ "operator": "ada", "base_version": 0, "list": right, "threshold": 1 });
    assert_eq!(code(&shop.call("/sandbox/screening", low).await), "400 bad_threshold");
    assert_eq!(code(&shop.propose(1, &right).await), "409 stale");
    let (_, proposed) = shop.propose(0, &right).await;
    let digest = proposed["digest"].as_str().unwrap();
    let approve =
        |operator: &str, digest: &str| json!({ "operator": operator, "version": 1, "digest": digest });
    for (body, expected) in [
        (approve("ada", digest), "409 self_approval"),
        (approve("bea", &"0".repeat(64)), "409 edited"),
        (approve("bea", "x"), "400 bad_request"),
        (approve("bea", digest), "200 fine"),
        (approve("bea", digest), "409 stale"),
    ] {
        assert_eq!(code(&shop.call("/sandbox/screening/approve", body).await), expected);
    }
    let (_, told) = shop.get("/sandbox/screening").await;
    assert_eq!((&told["in_force"]["entries"], &told["in_force"]["threshold"]), (&json!(1), &json!(850)));
    assert!(!told.to_string().contains("张三"));
}

#[tokio::test]
async fn a_listed_name_waits_for_a_second_look_and_is_not_asked_about_twice() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    shop.agree(0, "P1,person,無關;王 小明,,,MPS,fraud\n").await;
    assert_eq!(shop.prove(&token, "王小明").await, "403 under_review");
    shop.wait_posted().await;
    let hits = shop.hits(&id).await;
    let [hit] = hits.as_slice() else { panic!("{hits:?}") };
    let told = json!([hit["entry"], hit["alias"], hit["score"], hit["measure"], hit["reason"], hit["state"]]);
    assert_eq!(told, json!(["P1", "王 小明", 1_000, "han", "fraud", "open"]));
    let rows = format!("{:?}", shop.rows_of_screening());
    assert!(rows.contains("P1") && !rows.contains("小明"), "no name is in a row: {rows}");
    assert_eq!(shop.prove(&token, "王小明").await, "403 under_review", "asking again changes nothing");
    shop.wait_posted().await;
    assert_eq!(shop.hits(&id).await.len(), 1);

    shop.second_look(&id, hit, true).await;
    assert_eq!(shop.prove(&token, "王小明").await, "200 fine");
    // The same list in force: no alarm. A new one alarms anew.
    let (_, again) = shop.call("/sandbox/screening/run", json!({})).await;
    assert_eq!(again["held"], 0, "{again}");
    shop.wait_posted().await;
    let approved = shop.agree(1, "P9,person,王小明,1949-12-31,,MPS,fraud\n").await;
    assert_eq!(approved["held"], 1, "{approved}");
    shop.wait_posted().await;
    let newest = &shop.hits(&id).await[0];
    assert_eq!((&newest["entry"], &newest["matched"]), (&json!("P9"), &json!("1=1:1000 birth=same")));
    // Somebody born on another day is another person.
    let approved = shop.agree(2, "P9,person,王小明,1950,,MPS,fraud\n").await;
    assert_eq!(approved["held"], 0, "{approved}");
}

#[tokio::test]
async fn nothing_is_sent_to_a_listed_payee() {
    let shop = Shop::open().await;
    let tom = shop.another_buyer(TOM).await.to_string();
    shop.wait_posted().await;
    let approved = shop.agree(0, &format!("A1,account,{tom},,,own,mule\n")).await;
    assert_eq!(approved["held"], 1, "{approved}");
    let body = json!({
        "login": BUYER, "pay_password": PASSWORD, "payee": TOM, "amount": "10.00", "accept_unknown": true
    });
    let said = shop.call("/sandbox/transfers", body.clone()).await;
    assert_eq!(code(&said), "409 risk", "{}", said.1);
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
    shop.wait_posted().await;
    let hits = shop.hits(&tom).await;
    assert_eq!((&hits[0]["measure"], &hits[0]["kind"]), (&json!("account"), &json!("account")));
    shop.second_look(&tom, &hits[0], true).await;
    assert_eq!(code(&shop.call("/sandbox/transfers", body).await), "200 fine");
    assert_eq!(shop.balance(shop.buyer).await, 9_000);
}

/// What was found stops the balance. Its owner hears what an operator's stop says, and operators hear of the list.
#[tokio::test]
async fn a_listed_person_s_balance_is_stopped_and_nothing_tells_its_owner_why() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    shop.wait_posted().await;
    shop.agree(0, &format!("A1,account,{id},,,own,mule\n")).await;
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &json!({})).await;
    assert_eq!(me["payments_stopped_by"], "operator", "{me}");
    let (status, said) = shop.api("POST", "/api/v1/me/stop-payment", &token, &json!({})).await;
    assert_eq!((status, &said["payments_stopped_by"]), (StatusCode::OK, &json!("both")), "{said}");
    let by_operator = json!({ "user_id": id, "stopped": false });
    assert_eq!(code(&shop.call("/sandbox/party/stop-payment", by_operator).await), "409 not_stopped");
    shop.wait_posted().await;
    let (_, told) = shop.call("/sandbox/screening/hits", json!({ "user_id": id })).await;
    assert_eq!(told["payments_stopped_by"], "owner_list", "{told}");
    shop.second_look(&id, &told["hits"][0], true).await;
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &json!({})).await;
    assert_eq!(me["payments_stopped_by"], "owner", "{me}");
}

/// Of whoever registered rows know a digest of the address alone. A list that names the address finds the account all
/// the same: who is there when it comes into force, and who registers later.
#[tokio::test]
async fn a_listed_address_finds_its_account() {
    let shop = Shop::open().await;
    let (_, first) = shop.register(PHONE).await;
    shop.wait_posted().await;
    let approved = shop.agree(0, "A1,account,+86 138-1234-5678;Late@Example.com,,,own,mule\n").await;
    assert_eq!(approved["held"], 1, "{approved}");
    let (token, second) = shop.register("late@example.com").await;
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &json!({})).await;
    assert_eq!(me["payments_stopped_by"], "operator", "it is looked at at once: {me}");
    shop.wait_posted().await;
    for (id, alias) in [(first, "+86 138-1234-5678"), (second, "Late@Example.com")] {
        let hits = shop.hits(&id).await;
        assert_eq!(
            (hits.len(), &hits[0]["measure"], &hits[0]["alias"]),
            (1, &json!("account"), &json!(alias))
        );
    }
    // Saying who one is forgets nothing of it, also under the next list.
    shop.agree(1, "A1,account,late@example.com,,,own,mule\n").await;
    assert_eq!(shop.prove(&token, "王小明").await, "403 under_review");
}

/// What could not be done when a list came into force is done again by itself, and not only when somebody asks for it.
#[tokio::test]
async fn whoever_could_not_be_looked_at_is_looked_at_again() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    shop.wait_posted().await;
    let list = format!("{HEAD}A1,account,{id},,,own,mule\n");
    // It holds, and lies on no shelf.
    let (digest, name) = (risk::list_digest(850, &list), |name| base::Text::new(name).unwrap());
    let (base_version, entries, threshold) = (0, 1, 850);
    let propose = engine::ProposeList { operator: name("ada"), base_version, digest, entries, threshold };
    shop.door.ask(propose).await.unwrap();
    shop.door.ask(engine::ApproveList { operator: name("bea"), version: 1, digest }).await.unwrap();
    let looking = tokio::spawn(portal::look_again(shop.portal.clone(), std::future::pending()));
    let stopped_by = async || {
        let (_, me) = shop.api("GET", "/api/v1/me", &token, &json!({})).await;
        me["payments_stopped_by"].as_str().unwrap().to_owned()
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(stopped_by().await, "none");
    assert_eq!(code(&shop.propose(1, &list).await), "200 fine", "now it lies there");
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    while stopped_by().await != "operator" {
        assert!(tokio::time::Instant::now() < until, "nobody looked again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    looking.abort();
}
