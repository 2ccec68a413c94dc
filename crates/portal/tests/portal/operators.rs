//! Operators through the sandbox API: appointed by two, and held to their roles wherever a call names them.

use crate::shop::Shop;
use axum::http::StatusCode;
use base::Text;
use engine::FoundOperators;
use serde_json::{Value, json};

/// What a call came to.
async fn told(shop: &Shop, path: &str, body: Value) -> String {
    let (status, said) = shop.call(path, body).await;
    format!("{} {}", status.as_u16(), said["error"]["code"].as_str().unwrap_or("fine"))
}

/// A shop with the admins `ada` and `bea`.
async fn staffed() -> Shop {
    let shop = Shop::open().await;
    shop.door.ask(FoundOperators { name: Text::new("ada").unwrap() }).await.unwrap();
    let bea = |operator: &str| json!({"operator": operator, "name": "bea", "role": "admin"});
    assert_eq!(told(&shop, "/sandbox/operators", bea("ada")).await, "200 fine");
    assert_eq!(told(&shop, "/sandbox/operators/approve", bea("ada")).await, "409 self_approval");
    assert_eq!(told(&shop, "/sandbox/operators/approve", bea("bea")).await, "200 fine");
    shop
}

async fn appoint(shop: &Shop, name: &str, role: &str, active: bool) {
    let what = |operator: &str| json!({"operator": operator, "name": name, "role": role, "active": active});
    assert_eq!(told(shop, "/sandbox/operators", what("ada")).await, "200 fine");
    assert_eq!(told(shop, "/sandbox/operators/approve", what("bea")).await, "200 fine");
}

#[tokio::test]
async fn operators_are_proposed_approved_withdrawn_and_told() {
    let shop = staffed().await;
    let of = |operator: &str, role: &str| json!({"operator": operator, "name": "cem", "role": role});
    let withdraw = |operator: &str| json!({"operator": operator, "name": "cem"});
    for (path, body, expected) in [
        ("", of("nobody", "clerk"), "403 role_forbids"),
        ("", of(" ada", "clerk"), "400 no_operator"),
        ("", of("ada", "king"), "400 bad_request"),
        ("/approve", of("bea", "clerk"), "404 proposal_not_found"),
        ("/withdraw", withdraw("bea"), "404 proposal_not_found"),
        ("", of("ada", "clerk"), "200 fine"),
        ("/approve", of("bea", "viewer"), "409 edited"),
        ("/withdraw", withdraw("cem"), "403 role_forbids"),
        ("/withdraw", withdraw("ada"), "200 fine"),
        ("", of("ada", "clerk"), "200 fine"),
    ] {
        let path = format!("/sandbox/operators{path}");
        assert_eq!(told(&shop, &path, body.clone()).await, expected, "{path} {body}");
    }
    let (status, seen) = shop.get("/sandbox/operators").await;
    assert_eq!(status, StatusCode::OK, "{seen}");
    let names: Vec<_> =
        seen["operators"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ada", "bea"]);
    assert_eq!(
        (&seen["proposals"][0]["name"], &seen["proposals"][0]["proposed_by"]),
        (&json!("cem"), &json!("ada"))
    );
}

/// Each call that names an operator lets through whose role the table lists, and nobody else.
#[tokio::test]
async fn every_call_that_names_an_operator_holds_it_to_its_role() {
    let shop = staffed().await;
    for (name, role) in
        [("vic", "viewer"), ("cem", "clerk"), ("rio", "risk_officer"), ("tom", "treasurer"), ("off", "clerk")]
    {
        appoint(&shop, name, role, true).await;
    }
    appoint(&shop, "off", "clerk", false).await;
    let seller = shop.seller.to_string();
    let place = json!({"slot": 0, "account": "TB1", "day": "2026-01-02", "serial": 1});
    let with = |more: Value, operator: &str| {
        let mut body = more;
        body["operator"] = json!(operator);
        body
    };
    let closing = || {
        let mut body = place.clone();
        (body["way"], body["reason"]) = (json!("own"), json!("looked into"));
        body
    };
    let contract =
        json!({"user_id": seller, "product": "page", "status": "in_force", "fee_ppm": 3800, "reason": "new"});
    let mut propose = contract.clone();
    propose["base_version"] = json!(7);
    let mut approve = contract;
    approve["version"] = json!(7);
    let list = "id,kind,names,birth,id_digest,source,reason\nP1,person,Zhao,,,own,test\n";
    let decide = json!({"user_id": shop.buyer.to_string(), "subject": "order 1", "release": true});
    let calls = [
        ("/sandbox/contracts", propose, "409 stale", ["cem", "tom"].as_slice()),
        ("/sandbox/contracts/approve", approve, "404 proposal_not_found", &["tom"]),
        ("/sandbox/risk", json!({"base_version": 7, "rules": []}), "409 stale", &["rio"]),
        (
            "/sandbox/risk/approve",
            json!({"version": 7, "digest": "0".repeat(64)}),
            "404 proposal_not_found",
            &["rio"],
        ),
        ("/sandbox/risk/decide", decide, "404 case_not_found", &["rio"]),
        ("/sandbox/screening", json!({"base_version": 7, "list": list}), "409 stale", &["rio"]),
        (
            "/sandbox/screening/approve",
            json!({"version": 7, "digest": "0".repeat(64)}),
            "404 proposal_not_found",
            &["rio"],
        ),
        ("/sandbox/recon/propose", closing(), "404 suspense_not_found", &["cem", "tom"]),
        ("/sandbox/recon/close", closing(), "404 suspense_not_found", &["tom"]),
        ("/sandbox/recon/withdraw", place.clone(), "404 suspense_not_found", &["cem", "tom"]),
    ];
    for (path, body, passes, who) in calls {
        for name in ["ada", "vic", "cem", "rio", "tom"] {
            let expected = if who.contains(&name) { passes } else { "403 role_forbids" };
            assert_eq!(told(&shop, path, with(body.clone(), name)).await, expected, "{path} {name}");
        }
        assert_eq!(told(&shop, path, with(body.clone(), "off")).await, "403 operator_inactive", "{path}");
        assert_eq!(told(&shop, path, with(body.clone(), "somebody")).await, "403 operator_unknown", "{path}");
        for unseen in ["tom\u{200b}", "\u{feff}tom", "to\u{202e}m"] {
            assert_eq!(told(&shop, path, with(body.clone(), unseen)).await, "400 no_operator", "{path}");
        }
        let blank = told(&shop, path, with(body.clone(), " vic")).await;
        assert!(blank == "400 no_operator" || blank == "400 bad_request", "{path} {blank}");
    }
    for act in ["claim", "pass", "reject"] {
        let path = format!("/sandbox/merchants/nobody/{act}");
        for (name, expected) in [
            ("cem", "404 application_not_found"),
            ("somebody", "403 operator_unknown"),
            ("vic", "403 role_forbids"),
        ] {
            assert_eq!(told(&shop, &path, json!({"reviewer": name})).await, expected, "{path} {name}");
        }
    }
    for act in ["suspend", "resume", "unsign"] {
        let path = format!("/sandbox/merchants/nobody/{act}");
        for (name, expected) in [
            ("cem", "404 application_not_found"),
            ("rio", "404 application_not_found"),
            ("tom", "403 role_forbids"),
            ("", "400 bad_reviewer"),
        ] {
            assert_eq!(told(&shop, &path, json!({"reviewer": name})).await, expected, "{path} {name}");
        }
    }
}

/// Before a second operator is there, whoever tries things out may name whom they like.
#[tokio::test]
async fn in_a_world_without_staff_any_name_acts() {
    let shop = Shop::open().await;
    shop.door.ask(FoundOperators { name: Text::new("admin").unwrap() }).await.unwrap();
    let rules = |operator: &str| json!({"operator": operator, "base_version": 7, "rules": []});
    assert_eq!(told(&shop, "/sandbox/risk", rules("somebody")).await, "409 stale");
    assert_eq!(told(&shop, "/sandbox/risk", rules("admin")).await, "403 role_forbids");
}
