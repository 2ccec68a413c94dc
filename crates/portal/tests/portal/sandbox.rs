//! The sandbox API.

use crate::shop::{BUYER, PASSWORD, Shop};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;
use trade::Product;
use wire::sign::{PrivateKey, PublicKey, SignType};

#[tokio::test]
async fn a_buyer_is_opened_topped_up_and_pays_by_every_way() {
    let shop = Shop::open().await;
    let body =
        json!({"kind": "buyer", "login": "Ann@Example.com", "pay_password": "482913", "balance": "20.00"});
    let (status, made) = shop.call("/sandbox/party", body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert_eq!(
        (&made["login"], &made["name"], &made["balance"]),
        (&json!("ann@example.com"), &json!("ann"), &json!("20.00"))
    );
    let (status, taken) = shop.call("/sandbox/party", body).await;
    assert_eq!((status, &taken["error"]["code"]), (StatusCode::CONFLICT, &json!("login_taken")));
    for _twice in 0..2 {
        let body = json!({"user_id": made["user_id"], "amount": "5.00", "key": "k"});
        let (_, topped) = shop.call("/sandbox/topup", body).await;
        assert_eq!(topped["balance"], "25.00", "{topped}");
    }
    let body = json!({"login": "ann@example.com", "amount": "6.00", "key": "k"});
    assert_eq!(shop.call("/sandbox/topup", body).await.1["error"]["code"], "key_taken");

    let orders = [
        shop.order(Product::QrCode, 1_00).await.order,
        shop.order(Product::Page, 1_00).await.order,
        shop.order(Product::Page, 1_00).await.order,
        shop.order(Product::App, 1_00).await.order,
        shop.order(Product::App, 1_00).await.order,
    ];
    let ways = [
        ("qr_code", shop.world.qr_url(orders[0].no)),
        ("order_url", shop.world.cashier_url(orders[1].no)),
        ("order_url", format!("http://pay.test/gateway.do?order={}", orders[2].no)),
        ("order_string", format!("order={}", orders[3].no)),
        ("trade_no", orders[4].no.to_string()),
    ];
    for ((name, value), order) in ways.into_iter().zip(&orders) {
        let (status, seen) = shop.call("/sandbox/order", json!({ name: value })).await;
        assert_eq!(status, StatusCode::OK, "{name} {seen}");
        assert_eq!((&seen["trade_status"], &seen["taken_up"]), (&json!("WAIT_BUYER_PAY"), &json!(false)));
        let body = json!({"login": "ann@example.com", "pay_password": "482913", name: value});
        let (status, paid) = shop.call("/sandbox/pay", body.clone()).await;
        assert_eq!(status, StatusCode::OK, "{name} {paid}");
        assert_eq!(paid["trade_no"], json!(order.no.to_string()));
        assert_eq!(paid["trade_status"], "TRADE_SUCCESS");
        let (status, again) = shop.call("/sandbox/pay", body).await;
        assert_eq!((status, &again["error"]["code"]), (StatusCode::CONFLICT, &json!("already_paid")));
        let (_, seen) = shop.call("/sandbox/order", json!({ "trade_no": order.no.to_string() })).await;
        let told = json!([
            seen["trade_no"],
            seen["app_id"],
            seen["trade_status"],
            seen["total_amount"],
            seen["taken_up"]
        ]);
        let app = shop.app.to_string();
        assert_eq!(told, json!([order.no.to_string(), app, "TRADE_SUCCESS", "1.00", true]));
    }
    let missing = format!("{}00", "2026010222001400000000000000".get(..26).unwrap());
    for (body, code) in [
        (json!({}), "bad_request"),
        (json!({"trade_no": "1", "qr_code": "x"}), "bad_request"),
        (json!({"trade_no": "1"}), "bad_trade_no"),
        (json!({"qr_code": "http://elsewhere.test/qr/1"}), "order_not_found"),
        (json!({"trade_no": missing}), "order_not_found"),
    ] {
        assert_eq!(shop.call("/sandbox/order", body).await.1["error"]["code"], code);
    }
}

#[tokio::test]
async fn a_fee_holds_for_what_is_paid_after_it_was_set() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 100_000).await;
    let fee_of_a_payment = async || {
        let order = shop.order(Product::QrCode, 10_000).await.order;
        let body = json!({"login": BUYER, "pay_password": PASSWORD, "qr_code": shop.world.qr_url(order.no)});
        let (status, paid) = shop.call("/sandbox/pay", body).await;
        assert_eq!(status, StatusCode::OK, "{paid}");
        let paid = shop.door.ask(engine::FindOrderByNo { order_no: order.no }).await.unwrap();
        paid.fee_minor.units()
    };
    assert_eq!(fee_of_a_payment().await, 60);
    let body = json!({"merchant_fee_ppm": 3_800, "password_free_limit": "200.00"});
    let (status, set) = shop.call("/sandbox/rules", body).await;
    assert_eq!((status, &set["password_free_limit"]), (StatusCode::OK, &json!("200.00")), "{set}");
    assert_eq!(fee_of_a_payment().await, 38);
    let later =
        json!({"merchant_fee_ppm": 0, "password_free_limit": "0", "effective_at": "2999-01-01 00:00:00"});
    assert_eq!(shop.call("/sandbox/rules", later).await.0, StatusCode::OK);
    assert_eq!(fee_of_a_payment().await, 38, "a rule of the future does not hold yet");
}

/// What two people agreed to for a moment to come is not replaced by the call of one.
#[tokio::test]
async fn rules_that_two_people_agreed_to_are_not_replaced_by_one() {
    let shop = Shop::open().await;
    let text = |text: &str| base::Text::new(text).unwrap();
    let moment = |text: &str| wire::timestamp::parse_cn(text).unwrap();
    let reason: base::Text<256> = base::Text::new("costs fell").unwrap();
    for (base_version, valid_from, approved) in [
        (0, "2999-01-01 00:00:00", true),
        (1, "2999-02-01 00:00:00", true),
        (2, "2999-03-01 00:00:00", false),
    ] {
        let terms = trade::RulesTerms {
            merchant_fee_ppm: money::Rate::from_ppm(5_500).unwrap(),
            password_free_limit_minor: money::Minor::ZERO,
            valid_from_us: Some(moment(valid_from)),
        };
        let (operator, own_reason) = (text("ada"), reason.clone());
        let proposal = engine::ProposeRules { operator, base_version, terms, reason: own_reason };
        shop.door.ask(proposal).await.unwrap();
        if approved {
            let (operator, version) = (text("bea"), base_version + 1);
            let approval = engine::ApproveRules { operator, version, terms, reason: reason.clone() };
            shop.door.ask(approval).await.unwrap();
        }
    }
    for (effective_at, status, code) in [
        ("2999-01-01 00:00:00", StatusCode::CONFLICT, json!("agreed_by_two")),
        ("2999-02-01 00:00:00", StatusCode::CONFLICT, json!("agreed_by_two")),
        // What is only proposed holds for nobody, and other moments are free.
        ("2999-03-01 00:00:00", StatusCode::OK, json!(null)),
        ("2999-01-01 00:00:01", StatusCode::OK, json!(null)),
    ] {
        let body = json!({"merchant_fee_ppm": 0, "password_free_limit": "0", "effective_at": effective_at});
        let (found, told) = shop.call("/sandbox/rules", body).await;
        assert_eq!((found, &told["error"]["code"]), (status, &code), "{effective_at}: {told}");
    }
    let body = json!({"merchant_fee_ppm": 0, "password_free_limit": "0"});
    assert_eq!(shop.call("/sandbox/rules", body).await.0, StatusCode::OK, "from now on");
}

#[tokio::test]
async fn each_wrong_call_is_refused_by_name() {
    let shop = Shop::open().await;
    let order = shop.order(Product::QrCode, 1_00).await.order;
    let qr_code = shop.world.qr_url(order.no);
    let sm2 = |more: serde_json::Value| {
        let mut body = json!({"seller_id": shop.seller.to_string(), "sign_type": "SM2"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let rsa_key = wire::keygen::rsa_2048().unwrap().public_key().to_base64();
    let sm2_private = wire::keygen::sm2().unwrap().to_pkcs8_base64();
    let sm2_private = sm2_private.as_str();
    for (path, body, status, code) in [
        ("/sandbox/paycode", json!({"login": BUYER, "more": 1}), 400, "bad_request"),
        ("/sandbox/paycode", json!({"login": "nobody"}), 404, "party_not_found"),
        ("/sandbox/party", json!({"kind": "king", "login": "a"}), 400, "bad_request"),
        (
            "/sandbox/rules",
            json!({"merchant_fee_ppm": 1_000_001, "password_free_limit": "1"}),
            400,
            "bad_rate",
        ),
        ("/sandbox/rules", json!({"merchant_fee_ppm": 1, "password_free_limit": "-1"}), 400, "bad_amount"),
        (
            "/sandbox/rules",
            json!({"merchant_fee_ppm": 1, "password_free_limit": "1", "effective_at": "2001-01-01 00:00:00"}),
            400,
            "bad_time",
        ),
        ("/sandbox/party", json!({"kind": "buyer", "login": "a b"}), 400, "bad_login"),
        ("/sandbox/party", json!({"kind": "buyer", "login": "a", "name": " "}), 400, "bad_name"),
        ("/sandbox/party", json!({"kind": "buyer", "login": "a", "pay_password": "12"}), 400, "bad_password"),
        ("/sandbox/party", json!({"kind": "buyer", "login": "a", "balance": "1e3"}), 400, "bad_amount"),
        ("/sandbox/party/status", json!({"status": "frozen"}), 400, "bad_request"),
        ("/sandbox/party/status", json!({"login": BUYER, "status": "gone"}), 400, "bad_request"),
        ("/sandbox/topup", json!({"login": BUYER, "amount": "0", "key": "k"}), 400, "bad_amount"),
        ("/sandbox/topup", json!({"login": BUYER, "amount": "1", "key": ""}), 400, "bad_key"),
        ("/sandbox/topup", json!({"user_id": "7", "amount": "1", "key": "k"}), 400, "bad_user_id"),
        ("/sandbox/app", json!({"seller_id": shop.buyer.to_string()}), 404, "seller_not_found"),
        (
            "/sandbox/app",
            json!({"seller_id": shop.seller.to_string(), "public_key": "?"}),
            400,
            "bad_public_key",
        ),
        ("/sandbox/app", sm2(json!({"allow_rsa": true})), 400, "bad_request"),
        ("/sandbox/app", sm2(json!({"public_key": rsa_key})), 400, "bad_public_key"),
        ("/sandbox/app", sm2(json!({"public_key": sm2_private})), 400, "bad_public_key"),
        ("/sandbox/pay", json!({"login": BUYER, "pay_password": PASSWORD}), 400, "bad_request"),
        (
            "/sandbox/pay",
            json!({"login": BUYER, "pay_password": PASSWORD, "qr_code": qr_code, "trade_no": "1"}),
            400,
            "bad_request",
        ),
        (
            "/sandbox/pay",
            json!({"login": BUYER, "pay_password": PASSWORD, "qr_code": "https://x/y"}),
            404,
            "order_not_found",
        ),
        (
            "/sandbox/pay",
            json!({"login": BUYER, "pay_password": PASSWORD, "trade_no": "7"}),
            400,
            "bad_trade_no",
        ),
        (
            "/sandbox/pay",
            json!({"login": BUYER, "pay_password": PASSWORD, "order_string": "x"}),
            422,
            "order_refused",
        ),
        (
            "/sandbox/pay",
            json!({"login": BUYER, "pay_password": "12", "qr_code": qr_code}),
            400,
            "bad_password",
        ),
        (
            "/sandbox/pay",
            json!({"login": BUYER, "pay_password": "100001", "qr_code": qr_code}),
            403,
            "wrong_password",
        ),
        (
            "/sandbox/pay",
            json!({"login": "shop@example.com", "pay_password": PASSWORD, "qr_code": qr_code}),
            409,
            "buyer_is_seller",
        ),
    ] {
        let (got, answer) = shop.call(path, body.clone()).await;
        assert_eq!(
            (got.as_u16(), &answer["error"]["code"]),
            (status, &json!(code)),
            "{path} {body}: {answer}"
        );
        assert!(answer["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    let twice = r#"{"login":"lily@example.com","login":"x"}"#;
    for (kind, body, status) in [
        ("text/plain", r#"{"login":"lily@example.com"}"#, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/json", "{", StatusCode::BAD_REQUEST),
        ("application/json", twice, StatusCode::BAD_REQUEST),
    ] {
        let request =
            Request::post("/sandbox/paycode").header("content-type", kind).body(Body::from(body)).unwrap();
        assert_eq!(shop.router.clone().oneshot(request).await.unwrap().status(), status, "{kind} {body}");
    }
}

#[tokio::test]
async fn an_app_gets_keys_that_fit_together() {
    let shop = Shop::open().await;
    let (status, made) = shop.call("/sandbox/app", json!({"seller_id": shop.seller.to_string()})).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let key = PrivateKey::parse(made["private_key_pkcs1"].as_str().unwrap()).unwrap();
    assert!(PrivateKey::parse(made["private_key_pkcs8"].as_str().unwrap()).is_ok());
    let app = shop.door.app(made["app_id"].as_str().unwrap().parse().unwrap()).unwrap();
    let registered = PublicKey::from_der(&app.public_key, SignType::Rsa2).unwrap();
    assert!(registered.verify(SignType::Rsa2, b"text", &key.sign(SignType::Rsa2, b"text")));
    let opened = shop.world.secrets.open(app.sealed_aes_key.as_ref().unwrap()).unwrap();
    let aes = wire::aes::AesKey::new(opened.try_into().unwrap());
    assert_eq!(aes.to_base64().as_str(), made["aes_key"].as_str().unwrap());

    let own = key.public_key().to_base64();
    let body =
        json!({"seller_id": shop.seller.to_string(), "public_key": own, "aes": false, "allow_rsa": true});
    let (_, made) = shop.call("/sandbox/app", body).await;
    assert_eq!((&made["private_key_pkcs1"], &made["aes_key"]), (&Value::Null, &Value::Null));
    let app = shop.door.app(made["app_id"].as_str().unwrap().parse().unwrap()).unwrap();
    assert!(app.allow_rsa1 && app.sealed_aes_key.is_none());
}

#[tokio::test]
async fn notifications_are_listed_newest_first() {
    let shop = Shop::open().await;
    let empty = shop.get("/sandbox/notifications").await;
    assert_eq!(empty, (StatusCode::OK, json!({"notifications": []})));
    for _order in 0..2 {
        let order = shop.order(Product::QrCode, 1_00).await.order;
        let qr_code = shop.world.qr_url(order.no);
        shop.call("/sandbox/pay", json!({"login": BUYER, "pay_password": PASSWORD, "qr_code": qr_code}))
            .await;
    }
    shop.wait_posted().await;
    let (_, all) = shop.get(&format!("/sandbox/notifications?app_id={}", shop.app)).await;
    let all = all["notifications"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    assert!(all[0]["notify_id"].as_str() > all[1]["notify_id"].as_str());
    let number = all[1]["out_trade_no"].as_str().unwrap();
    let (_, one) =
        shop.get(&format!("/sandbox/notifications?app_id={}&out_trade_no={number}", shop.app)).await;
    let one = &one["notifications"];
    assert_eq!(one.as_array().map(Vec::len), Some(1));
    assert_eq!((&one[0]["trade_status"], &one[0]["state"]), (&json!("TRADE_SUCCESS"), &json!("due")));
    assert_eq!((&one[0]["attempts"], &one[0]["last_error"]), (&json!(0), &Value::Null));
    assert_eq!(one[0]["params"]["total_amount"], "1.00");
    for (query, status) in [
        ("?out_trade_no=A1", 400),
        ("?app_id=7", 400),
        ("?more=1", 400),
        ("?app_id=9021000000000000", 200),
        ("?app_id=9021000000000000&out_trade_no=A", 404),
    ] {
        let (got, answer) = shop.get(&format!("/sandbox/notifications{query}")).await;
        assert_eq!(got.as_u16(), status, "{query} {answer}");
    }
}

#[tokio::test]
async fn a_live_world_has_no_sandbox() {
    let shop = Shop::open_world(false).await;
    assert_eq!(shop.get("/sandbox").await.0, StatusCode::NOT_FOUND);
    assert_eq!(shop.call("/sandbox/paycode", json!({"login": BUYER})).await.0, StatusCode::NOT_FOUND);
    assert!(!shop.browser().get("/").await.html.contains("/sandbox"));
}

#[tokio::test]
async fn letters_that_cannot_be_looked_at_answered_or_sent_are_told_so() {
    let shop = Shop::open().await;
    let unknown = "202601020176732640000000000";
    for (path, body, status, code) in [
        ("listen", json!({"wait_s": 26}), StatusCode::BAD_REQUEST, "bad_request"),
        ("listen", json!({"app_id": "1"}), StatusCode::BAD_REQUEST, "bad_app_id"),
        ("listen", json!({"wait": 1}), StatusCode::BAD_REQUEST, "bad_request"),
        (
            "answer",
            json!({"no": 1, "status": 200, "body": "success"}),
            StatusCode::NOT_FOUND,
            "letter_not_waiting",
        ),
        (
            "answer",
            json!({"no": 1, "status": 200, "body": "x".repeat(4_097)}),
            StatusCode::BAD_REQUEST,
            "bad_request",
        ),
        ("resend", json!({"notify_id": "7"}), StatusCode::BAD_REQUEST, "bad_notify_id"),
        ("resend", json!({"notify_id": unknown, "forge": "well"}), StatusCode::BAD_REQUEST, "bad_request"),
        ("resend", json!({"notify_id": unknown}), StatusCode::NOT_FOUND, "notification_not_found"),
    ] {
        let (got, said) = shop.call(&format!("/sandbox/notifications/{path}"), body.clone()).await;
        assert_eq!((got, &said["error"]["code"]), (status, &json!(code)), "{path} {body}: {said}");
    }
    let (status, said) = shop.get("/sandbox/notifications/letters?after=x").await;
    assert_eq!((status, &said["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("bad_request")));
    let (status, said) = shop.get("/sandbox/notifications/letters").await;
    assert_eq!((status, said), (StatusCode::OK, json!({"letters": []})));
}

#[tokio::test]
async fn the_page_explains_every_call_of_the_guide() {
    let shop = Shop::open().await;
    let page = shop.browser().get("/sandbox").await;
    let headings: Vec<_> = page.html.split("<h2>").filter_map(|rest| rest.split("</h2>").next()).collect();
    let guide = include_str!("../../../../docs/guide/sandbox-api.md");
    let named = guide.lines().filter(|line| line.starts_with("## ")).flat_map(str::split_whitespace);
    let calls = named.filter(|word| word.starts_with("/sandbox/")).map(|word| word.trim_end_matches(','));
    // Doctor has a page of its own, to which this one leads.
    for call in calls.filter(|call| *call != "/sandbox/doctor") {
        let is_it = |word: &str| word.trim_end_matches(',') == call;
        assert!(headings.iter().any(|heading| heading.split_whitespace().any(is_it)), "{call}");
    }
}

#[tokio::test]
async fn an_sm2_app_gets_keys_in_both_forms_and_the_platforms_key() {
    let shop = Shop::open().await;
    let platform = crate::shop::sm2_platform();
    let public_key = platform.public_key.clone();
    shop.world.sm2.set(platform).unwrap();
    let body = json!({"seller_id": shop.seller.to_string(), "sign_type": "SM2"});
    let (status, told) = shop.call("/sandbox/app", body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!((told["sign_type"].as_str(), told["mode"].as_str()), (Some("SM2"), Some("key")));
    assert_eq!(told["platform_public_key"].as_str(), Some(public_key.as_str()));
    let form = |name: &str| PrivateKey::parse(told[name].as_str().unwrap()).unwrap();
    let (sec1, pkcs8) = (form("private_key_sec1"), form("private_key_pkcs8"));
    assert_eq!(sec1.public_key(), pkcs8.public_key());
    assert!(told.get("private_key_pkcs1").is_none());
    let app = shop.door.app(told["app_id"].as_str().unwrap().parse().unwrap()).unwrap();
    assert_eq!(SignType::of_key(&app.public_key), SignType::Sm2);
    assert_eq!(PublicKey::from_der(&app.public_key, SignType::Sm2).unwrap(), *pkcs8.public_key());
}

#[tokio::test]
async fn whoever_buys_from_an_sm2_app_is_sent_back_with_sm2() {
    let mut shop = Shop::open().await;
    let platform = crate::shop::sm2_platform();
    let public = platform.key.public_key().clone();
    shop.world.sm2.set(platform).unwrap();
    let body = json!({"seller_id": shop.seller.to_string(), "sign_type": "SM2"});
    let (_, told) = shop.call("/sandbox/app", body).await;
    shop.app = told["app_id"].as_str().unwrap().parse().unwrap();
    let order = shop.order(Product::Page, 1_00).await.order.no;
    let mut browser = shop.browser();
    let path = shop.path(order);
    browser.sign_in(&path, BUYER, PASSWORD).await;
    let csrf = browser.get(&path).await.csrf();
    browser.post(&format!("{path}/pay"), &[("csrf", csrf.as_str())]).await;
    let page = browser.get(&format!("{path}/result")).await.html;
    let (_, of_order) = page.split_once("class=\"button\" href=\"").unwrap();
    let of_order = of_order.split('"').next().unwrap().replace("&#38;", "&");
    let agreement_no = crate::agreements::offer(&shop, "A").await;
    let url = shop.world.agreement_url(agreement_no);
    let body = json!({"login": BUYER, "pay_password": PASSWORD, "sign_url": url});
    let (status, signed) = shop.call("/sandbox/agreement/sign", body).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    for (link, own) in [(of_order.as_str(), "shop"), (signed["return_url"].as_str().unwrap(), "a")] {
        let query = link.split_once('?').unwrap().1;
        let params = wire::params::Params::merge(Some(query.as_bytes()), None, Vec::new()).unwrap();
        assert_eq!(params.get("sign_type"), Some(&b"SM2"[..]), "{link}");
        let covered = params.iter().filter(|(name, _)| ![own, "sign", "sign_type"].contains(name));
        let sign = std::str::from_utf8(params.get("sign").unwrap()).unwrap();
        assert!(public.verify(SignType::Sm2, &wire::canonical::join_sorted(covered), sign), "{link}");
    }
}

/// Rules need two operators; a payment that they give to a person is stopped, explained, released and then made.
#[tokio::test]
async fn risk_rules_are_approved_stop_a_payment_and_say_why() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 100_000).await;
    let rule = json!({"id": "L", "condition": "amount_minor > 10000", "verdict": "review",
        "reason_zh": "核实", "reason_en": "checked"});
    let propose = |rule: &Value| json!({"operator": "ada", "base_version": 0, "rules": [rule]});
    let mut wrong = rule.clone();
    wrong["condition"] = json!("colour > 1");
    let (status, said) = shop.call("/sandbox/risk", propose(&wrong)).await;
    assert_eq!((status, &said["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("bad_rules")));
    assert_eq!(said["error"]["message"], "rule 1 (L): column 1: `colour` is no fact");
    let (status, proposed) = shop.call("/sandbox/risk", propose(&rule)).await;
    assert_eq!((status, &proposed["version"]), (StatusCode::OK, &json!(1)), "{proposed}");
    let approve = |who: &str, digest: &str| json!({"operator": who, "version": 1, "digest": digest});
    let digest = proposed["digest"].as_str().unwrap();
    for (body, code) in [
        (approve("ada", digest), "self_approval"),
        (approve("bea", &"0".repeat(64)), "edited"),
        (approve("bea", "12"), "bad_request"),
    ] {
        assert_eq!(shop.call("/sandbox/risk/approve", body).await.1["error"]["code"], code);
    }
    let (status, approved) = shop.call("/sandbox/risk/approve", approve("bea", digest)).await;
    assert_eq!(status, StatusCode::OK, "{approved}");
    assert_eq!(shop.call("/sandbox/risk/approve", approve("bea", digest)).await.1["error"]["code"], "stale");

    let order = shop.order(Product::Page, 10_001).await.order;
    let pay = json!({"login": BUYER, "pay_password": PASSWORD, "trade_no": order.no.to_string()});
    let (status, stopped) = shop.call("/sandbox/pay", pay.clone()).await;
    assert_eq!((status, &stopped["error"]["code"]), (StatusCode::CONFLICT, &json!("risk")), "{stopped}");
    let subject = format!("order {}", order.no);
    let decide = json!({"operator": "bea", "login": BUYER, "subject": subject, "release": true});
    let (status, released) = shop.call("/sandbox/risk/decide", decide.clone()).await;
    assert_eq!((status, &released["state"]), (StatusCode::OK, &json!("released")), "{released}");
    assert_eq!(shop.call("/sandbox/risk/decide", decide).await.1["error"]["code"], "decided");
    let (status, paid) = shop.call("/sandbox/pay", pay).await;
    assert_eq!(status, StatusCode::OK, "{paid}");
}
