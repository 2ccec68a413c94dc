//! The console's parties from outside: masked for everybody, in clear for those who may, and each look noted.

use crate::persons::{PHONE, code_of};
use crate::shop::{BUYER, Shop};
use axum::http::StatusCode;
use base::Text;
use engine::{FoundOperators, Row, Table};
use serde_json::{Value, json};

/// Appoints the admins `ada` and `bea`, so that nobody else has a role by itself.
pub(crate) async fn staffed(shop: &Shop) {
    shop.door.ask(FoundOperators { name: Text::new("ada").unwrap() }).await.unwrap();
    let bea = |operator: &str| json!({"operator": operator, "name": "bea", "role": "admin"});
    assert_eq!(shop.call("/sandbox/operators", bea("ada")).await.0, StatusCode::OK);
    assert_eq!(shop.call("/sandbox/operators/approve", bea("bea")).await.0, StatusCode::OK);
}

/// Gives a user a role.
pub(crate) async fn appoint(shop: &Shop, user_id: &str, role: &str) {
    let what = |operator: &str| json!({"operator": operator, "name": user_id, "role": role});
    assert_eq!(shop.call("/sandbox/operators", what("ada")).await.0, StatusCode::OK);
    assert_eq!(shop.call("/sandbox/operators/approve", what("bea")).await.0, StatusCode::OK);
}

fn list<'a>(said: &'a Value, name: &str) -> Vec<&'a Value> {
    said[name].as_array().unwrap().iter().collect()
}

#[tokio::test]
async fn a_party_is_told_with_its_money_and_without_its_name() {
    let shop = Shop::open().await;
    let (token, user_id) = shop.register(PHONE).await;
    let said = shop.looked(&token, &format!("/parties/{}", shop.buyer)).await;
    assert_eq!(
        (&said["kind"], &said["status"], &said["class"]),
        (&json!("person"), &json!("normal"), &json!("sandbox"))
    );
    assert_eq!((&said["name"], &said["login"]), (&json!("***y"), &json!("li***@example.com")));
    let accounts = list(&said, "accounts");
    let [account] = &accounts[..] else { panic!("{said}") };
    assert_eq!((&account["kind"], &account["balance"]), (&json!("balance"), &json!("100.00")));
    assert!(!said.to_string().contains(BUYER), "{said}");
    // A merchant by its name, with its app.
    let said = shop.looked(&token, &format!("/parties/{}", shop.seller)).await;
    assert_eq!((&said["kind"], &said["name"]), (&json!("merchant"), &json!("小店 <b>&")));
    assert_eq!(said["apps"][0]["app_id"], shop.app.to_string());
    // The platform in a slot has accounts, too.
    let platform = base::PartyId::platform(shop.buyer.slot());
    let said = shop.looked(&token, &format!("/parties/{platform}")).await;
    assert_eq!(said["kind"], "platform");
    assert!(list(&said, "accounts").iter().any(|account| account["kind"] == "bank_reserve"), "{said}");
    // Who is a user and no operator.
    let said = shop.looked(&token, &format!("/parties/{user_id}")).await;
    assert_eq!((&said["operator"], &said["login"]), (&Value::Null, &json!("138****5678")));
    for (id, status, code) in [("1", 400, "bad_user_id"), ("2088999999999999", 404, "party_not_found")] {
        for path in [format!("/parties/{id}"), format!("/parties/{id}/deals")] {
            let (found, said) = shop.ops(&token, &path).await;
            assert_eq!((found.as_u16(), code_of(&said)), (status, code), "{path}");
        }
    }
}

#[tokio::test]
async fn a_person_is_seen_in_clear_by_two_roles_alone_and_each_look_is_noted() {
    let shop = Shop::open().await;
    let (token, operator) = shop.register(PHONE).await;
    let (_, other) = shop.stranger().await;
    staffed(&shop).await;
    let path = format!("/parties/{other}/person");
    for (role, status, code) in [
        ("viewer", 403, "role_forbids"),
        ("treasurer", 403, "role_forbids"),
        ("admin", 403, "role_forbids"),
        ("clerk", 200, "none"),
        ("risk_officer", 200, "none"),
    ] {
        appoint(&shop, &operator, role).await;
        let (found, said) = shop.ops(&token, &path).await;
        assert_eq!((found.as_u16(), code_of(&said)), (status, code), "{role}: {said}");
        if status == 200 {
            assert_eq!(
                (&said["login"], &said["class"], &said["forgotten"]),
                (&json!("13900000055"), &json!("unverified"), &json!(false))
            );
        }
        // Everybody with a role sees the masked one.
        let said = shop.looked(&token, &format!("/parties/{other}")).await;
        assert_eq!(said["login"], "139****0055", "{role}");
    }
    shop.wait_posted().await;
    let rows = shop.reader().scan(Table::OpsTrail, None, None, 100).unwrap();
    let looks: Vec<_> = rows
        .iter()
        .filter_map(|row| match row {
            Row::OpsTrail(note) if note.act.as_str() == "person.look" => Some(note),
            _ => None,
        })
        .collect();
    let outcomes: Vec<_> = looks.iter().map(|note| note.outcome.as_str()).collect();
    assert_eq!(outcomes, ["asked", "done", "asked", "done"]);
    for note in looks {
        assert_eq!((note.operator.as_str(), note.subject.as_str()), (operator.as_str(), other.as_str()));
    }
    let (status, said) = shop.ops(&token, &format!("/parties/{}/person", shop.seller)).await;
    assert_eq!((status.as_u16(), code_of(&said)), (404, "person_not_found"));
}

#[tokio::test]
async fn deals_of_both_sides_lead_to_the_order() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let mut made = Vec::new();
    for minor in [100, 200, 300] {
        made.push(shop.paid_page(minor).await.1.to_string());
    }
    made.reverse();
    for (party, kind, other) in [(shop.buyer, "payment", "小店 <b>&"), (shop.seller, "sale", "***y")] {
        let (mut path, mut seen) = (format!("/parties/{party}/deals?limit=2"), Vec::new());
        loop {
            let page = shop.looked(&token, &path).await;
            for deal in list(&page, "deals") {
                assert_eq!((&deal["kind"], &deal["state"]), (&json!(kind), &json!("paid")));
                assert_eq!(deal["other"], other);
                seen.push(deal["trade_no"].as_str().unwrap().to_owned());
            }
            match page["next"].as_str() {
                Some(next) => path = format!("/parties/{party}/deals?limit=2&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, made, "{kind}");
        let (status, said) = shop.ops(&token, &format!("/parties/{party}/deals?cursor=x")).await;
        assert_eq!((status.as_u16(), code_of(&said)), (400, "bad_cursor"));
    }
}
