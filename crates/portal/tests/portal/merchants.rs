//! Somebody becomes a merchant, from outside: application, documents, review, signing; and who may see what of it.

use crate::ops_desk::AtConsole;
use crate::persons::{PHONE, code_of};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use people::OperatorRole;
use serde_json::{Value, json};
use std::rc::Rc;
use tokio::task::LocalSet;
use tower::ServiceExt;

const LOGIN: &str = "newtea";

/// A picture of so many bytes, as far as its beginning tells.
fn picture(bytes: usize) -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.resize(bytes, 7);
    picture
}

fn enterprise() -> Value {
    json!({
        "login": LOGIN, "kind": "enterprise", "name": "新茶店", "account_name": "新茶有限公司",
        "licence_subject": "新茶有限公司", "licence_no": "91330100XXXXXXXX0A", "contact_name": "王小明",
        "contact_phone": "13900000000"
    })
}

fn outcome((status, said): &(StatusCode, Value)) -> String {
    let state = said["state"].as_str().unwrap_or("fine");
    let code = Some(code_of(said)).filter(|code| *code != "none").unwrap_or(state);
    format!("{} {code}", status.as_u16())
}

impl Shop {
    async fn upload(&self, token: &str, kind: &str, bytes: Vec<u8>, sent: &str) -> String {
        let request = Request::post(format!("/api/v1/merchants/{LOGIN}/documents/{kind}"))
            .header("content-type", sent)
            .header("authorization", format!("Bearer {token}"));
        let response = self.router.clone().oneshot(request.body(Body::from(bytes)).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        outcome(&(status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    async fn apply(&self, token: &str, body: Value) -> String {
        outcome(&self.api("POST", "/api/v1/merchants", token, &body).await)
    }

    async fn own(&self, token: &str, act: &str) -> String {
        let path = format!("/api/v1/merchants/{LOGIN}/{act}");
        outcome(&self.api("POST", &path, token, &json!({})).await)
    }

    async fn sign(&self, token: &str, public_key: &str) -> (StatusCode, Value) {
        let path = format!("/api/v1/merchants/{LOGIN}/sign");
        self.api("POST", &path, token, &json!({ "public_key": public_key })).await
    }

    async fn licence(&self) -> Vec<u8> {
        let path = format!("/sandbox/merchants/{LOGIN}/documents/licence");
        let response =
            self.router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()["content-type"], "image/png");
        response.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    async fn review(&self, act: &str, body: Value) -> String {
        outcome(&self.post(&format!("/sandbox/merchants/{LOGIN}/{act}"), body).await)
    }

    /// An application that a reviewer let pass; nothing is signed yet.
    async fn passed(&self, token: &str) {
        assert_eq!(self.apply(token, enterprise()).await, "200 INIT");
        self.documents(token).await;
        assert_eq!(self.own(token, "submit").await, "200 MERCHANT_CONFIRM");
        assert_eq!(self.own(token, "confirm").await, "200 AUDITING");
        for (act, told) in [("claim", "200 AUDITING"), ("pass", "200 AUDIT_PASS")] {
            assert_eq!(self.review(act, json!({ "reviewer": "li" })).await, told, "{act}");
        }
    }

    async fn documents(&self, token: &str) {
        for kind in ["licence", "id_front", "id_back", "shop_front"] {
            let told = self.upload(token, kind, picture(60_000), "image/png").await;
            assert!(told.starts_with("200 "), "{kind}: {told}");
        }
    }
}

#[tokio::test]
async fn an_application_is_turned_down_corrected_passed_and_signed() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let wrong = json!({ "account_name": "别的公司" });
    let mut first = enterprise();
    first.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
    assert_eq!(shop.apply(&token, first).await, "200 INIT");
    assert_eq!(shop.own(&token, "submit").await, "409 documents_missing");
    shop.documents(&token).await;
    assert_eq!(shop.own(&token, "submit").await, "409 name_differs");
    assert_eq!(shop.apply(&token, enterprise()).await, "200 INIT");
    assert_eq!(shop.own(&token, "submit").await, "200 MERCHANT_CONFIRM");
    let key = shop.world.platform.public_key.clone();
    assert_eq!(outcome(&shop.sign(&token, &key).await), "409 state_differs");
    assert_eq!(shop.own(&token, "confirm").await, "200 AUDITING");

    let (_, queue) = shop.get("/sandbox/merchants").await;
    assert_eq!(queue["applications"][0]["login"], LOGIN);
    assert!(!queue.to_string().contains("王小明"), "the queue names nobody");
    let (_, seen) = shop.get(&format!("/sandbox/merchants/{LOGIN}")).await;
    assert_eq!(
        (&seen["known"]["contact_name"], &seen["known"]["licence_subject"]),
        (&json!("王小明"), &json!("新茶有限公司"))
    );
    assert_eq!(shop.licence().await, picture(60_000));
    assert_eq!(shop.upload(&token, "licence", picture(80_000), "image/png").await, "409 state_differs");
    assert_eq!(shop.licence().await, picture(60_000), "the reviewer reads what was handed in");

    assert_eq!(shop.review("pass", json!({ "reviewer": "li" })).await, "409 not_claimed");
    assert_eq!(shop.review("claim", json!({ "reviewer": "li" })).await, "200 AUDITING");
    assert_eq!(shop.review("claim", json!({ "reviewer": "wu" })).await, "409 not_claimed");
    assert_eq!(shop.review("reject", json!({ "reviewer": "li" })).await, "400 reason_missing");
    let no = json!({ "reviewer": "li", "reasons": ["document_unreadable"], "note": "第二页" });
    assert_eq!(shop.review("reject", no).await, "200 AUDIT_REJECT");
    let (_, told) = shop.api("GET", &format!("/api/v1/merchants/{LOGIN}"), &token, &Value::Null).await;
    let reason = &told["reasons"][0];
    assert_eq!((&reason["reason"], &told["note"]), (&json!("document_unreadable"), &json!("第二页")));
    assert!(
        reason["zh"].as_str().unwrap().contains("重新上传")
            && reason["en"].as_str().unwrap().contains("again")
    );

    assert_eq!(shop.upload(&token, "licence", picture(70_000), "image/png").await, "200 AUDIT_REJECT");
    assert_eq!(shop.own(&token, "submit").await, "200 MERCHANT_CONFIRM");
    assert_eq!(shop.own(&token, "confirm").await, "200 AUDITING");
    shop.review("claim", json!({ "reviewer": "wu" })).await;
    assert_eq!(shop.review("pass", json!({ "reviewer": "wu" })).await, "200 AUDIT_PASS");
    assert_eq!(
        shop.own(&token, "sign").await,
        "400 bad_request",
        "a key of ours could be lost with the answer"
    );
    assert_eq!(outcome(&shop.sign(&token, "key").await), "400 bad_public_key");
    let (status, signed) = shop.sign(&token, &key).await;
    assert_eq!((status, &signed["state"]), (StatusCode::OK, &json!("SIGNED")), "{signed}");
    assert!(signed["aes_key"].is_string() && signed["platform_public_key"].is_string());
    let app = shop.door.app(signed["app_id"].as_str().unwrap().parse().unwrap()).unwrap();
    assert_eq!(app.seller.to_string(), signed["seller_id"].as_str().unwrap());
    let (_, own) = shop.api("GET", "/api/v1/sellers", &token, &Value::Null).await;
    let own = &own["sellers"][0];
    assert_eq!(
        (&own["seller_id"], &own["role"]),
        (&signed["seller_id"], &json!("owner")),
        "who signs owns it"
    );
    // The answer was lost: the same call gets it again. Another key is another meaning.
    assert_eq!(shop.sign(&token, &key).await, (StatusCode::OK, signed));
    let other = wire::keygen::rsa_2048().unwrap().public_key().to_base64();
    assert_eq!(outcome(&shop.sign(&token, &other).await), "409 state_differs");

    assert_eq!(shop.review("suspend", json!({"reviewer": "li"})).await, "200 SUSPENDED");
    assert_eq!(shop.review("resume", json!({"reviewer": "li"})).await, "200 SIGNED");
    assert_eq!(shop.review("unsign", json!({"reviewer": "li"})).await, "200 UNSIGNED");
    assert_eq!(shop.review("resume", json!({"reviewer": "li"})).await, "409 state_differs");
    assert_eq!(shop.review("suspend", json!({})).await, "400 bad_reviewer");
}

#[tokio::test]
async fn what_is_no_application_and_no_document() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let with = |name: &str, value: Value| {
        let mut body = enterprise();
        body[name] = value;
        body
    };
    assert_eq!(shop.apply("", enterprise()).await, "401 not_signed_in");
    assert_eq!(shop.apply(&token, with("kind", json!("bank"))).await, "400 bad_request");
    assert_eq!(shop.apply(&token, with("name", json!(" "))).await, "400 bad_name");
    assert_eq!(shop.apply(&token, with("licence_no", Value::Null)).await, "400 bad_text");
    assert_eq!(shop.apply(&token, with("kind", json!("individual"))).await, "400 bad_text");
    for site in ["ftp://a", "https://", "https://a b"] {
        assert_eq!(shop.apply(&token, with("site", json!(site))).await, "400 bad_site", "{site}");
    }
    // Also the own address, and one that somebody has: the answer does not tell whether it is known.
    for login in ["shop@example.com", "Mei@Example.com", PHONE, "+86 139-1234-5678"] {
        assert_eq!(shop.apply(&token, with("login", json!(login))).await, "400 login_is_address", "{login}");
    }
    assert_eq!(
        shop.upload(&token, "licence", picture(60_000), "image/png").await,
        "404 application_not_found"
    );
    assert_eq!(shop.apply(&token, with("site", json!("https://tea.example/goods"))).await, "200 INIT");
    for (kind, bytes, sent, told) in [
        ("passport", picture(60_000), "image/png", "404 document_unknown"),
        ("licence", picture(51_199), "image/png", "400 bad_document_size"),
        ("licence", picture(5 * 1024 * 1024 + 1), "image/png", "400 bad_document_size"),
        ("licence", vec![7; 60_000], "image/png", "400 bad_document"),
        ("licence", picture(60_000), "text/plain", "400 bad_document"),
        ("licence", picture(51_200), "image/gif", "200 INIT"),
        ("licence", picture(5 * 1024 * 1024), "image/png", "200 INIT"),
    ] {
        assert_eq!(shop.upload(&token, kind, bytes, sent).await, told);
    }
    // Somebody else sees none of it, and cannot have the login.
    let (other, _) = shop.stranger().await;
    let path = format!("/api/v1/merchants/{LOGIN}");
    assert_eq!(outcome(&shop.api("GET", &path, &other, &Value::Null).await), "404 application_not_found");
    assert_eq!(shop.own(&other, "submit").await, "404 application_not_found");
    assert_eq!(shop.apply(&other, enterprise()).await, "409 login_taken");
    let (_, own) = shop.api("GET", "/api/v1/merchants", &other, &Value::Null).await;
    assert_eq!(own["applications"], json!([]));
    for number in 1..5 {
        let login = json!(format!("tea{number}"));
        assert_eq!(shop.apply(&token, with("login", login)).await, "200 INIT");
    }
    assert_eq!(shop.apply(&token, with("login", json!("tea9"))).await, "409 too_many_applications");
    for act in ["claim", "pass", "reject"] {
        assert_eq!(shop.review(act, json!({})).await, "400 bad_reviewer");
    }
    let strange = json!({ "reviewer": "li", "reasons": ["mood"] });
    assert_eq!(shop.review("reject", strange).await, "400 bad_reason");
    assert_eq!(shop.review("praise", json!({})).await, "404 act_unknown");
    assert_eq!(outcome(&shop.get("/sandbox/merchants?state=odd").await), "400 bad_state");
}

#[tokio::test]
async fn an_individual_is_who_the_register_says() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let individual = json!({
        "login": LOGIN, "kind": "individual", "name": "王记", "account_name": "王小明", "contact_name": "王小明",
        "contact_phone": "13900000000"
    });
    let (_, told) = shop.api("POST", "/api/v1/merchants", &token, &individual).await;
    assert_eq!(
        (&told["state"], &told["name_matches"]),
        (&json!("INIT"), &json!(false)),
        "nobody said who it is"
    );
    let identity = json!({ "name": "王小明", "id_number": "11010519491231002X" });
    let proved = shop.api("POST", "/api/v1/identity", &token, &identity).await;
    assert_eq!(proved.0, StatusCode::OK, "{}", proved.1);
    let (_, told) = shop.api("POST", "/api/v1/merchants", &token, &individual).await;
    assert_eq!(told["name_matches"], true);
    assert_eq!(told["documents_missing"], json!(["id_front", "id_back", "shop_front"]));
}

/// Whichever of the two is first: what the reviewer gets is what was confirmed.
#[tokio::test]
async fn a_document_that_meets_the_confirmation_is_in_or_is_not() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.apply(&token, enterprise()).await;
    shop.documents(&token).await;
    for bytes in 70_000..70_010 {
        assert_eq!(shop.own(&token, "submit").await, "200 MERCHANT_CONFIRM");
        let before = shop.licence().await;
        let upload = shop.upload(&token, "licence", picture(bytes), "image/png");
        let (uploaded, confirmed) = tokio::join!(upload, shop.own(&token, "confirm"));
        let now = shop.licence().await;
        match (uploaded.as_str(), confirmed.as_str()) {
            ("200 INIT", "409 state_differs") => assert_eq!(now, picture(bytes)),
            ("409 state_differs", "200 AUDITING") => {
                assert_eq!(now, before, "the reviewer reads what was confirmed");
                shop.review("claim", json!({ "reviewer": "li" })).await;
                let no = json!({ "reviewer": "li", "reasons": ["data_differs"] });
                assert_eq!(shop.review("reject", no).await, "200 AUDIT_REJECT");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn applications_that_come_at_once_are_counted_one_by_one() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let (shop, local) = (Rc::new(shop), LocalSet::new());
    let fill = |number: usize| {
        let (shop, token) = (shop.clone(), token.clone());
        let mut body = enterprise();
        body["login"] = json!(format!("tea{number}"));
        local.spawn_local(async move { shop.apply(&token, body).await })
    };
    let all: Vec<_> = (0..20).map(fill).collect();
    let mut told = Vec::new();
    local
        .run_until(async {
            for one in all {
                told.push(one.await.unwrap());
            }
        })
        .await;
    let of = |wanted: &str| told.iter().filter(|told| *told == wanted).count();
    assert_eq!((of("200 INIT"), of("409 too_many_applications")), (5, 15), "{told:?}");
    let (_, own) = shop.api("GET", "/api/v1/merchants", &token, &Value::Null).await;
    assert_eq!(own["applications"].as_array().unwrap().len(), 5);
}

/// A name of the application is on a list: nobody lets it pass before its case is decided.
#[tokio::test]
async fn a_listed_name_does_not_pass_the_review() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    let list = "id,kind,names,birth,id_digest,source,reason\nO1,organisation,新茶有限公司,,,UN,front\n";
    let body = json!({ "operator": "ada", "base_version": 0, "list": list });
    let (_, proposed) = shop.post("/sandbox/screening", body).await;
    let body = json!({ "operator": "bea", "version": 1, "digest": proposed["digest"] });
    assert_eq!(shop.post("/sandbox/screening/approve", body).await.0, StatusCode::OK);
    shop.apply(&token, enterprise()).await;
    shop.documents(&token).await;
    assert_eq!(shop.own(&token, "submit").await, "200 MERCHANT_CONFIRM");
    assert_eq!(shop.own(&token, "confirm").await, "200 AUDITING");
    assert_eq!(shop.review("claim", json!({ "reviewer": "li" })).await, "200 AUDITING");
    assert_eq!(shop.review("pass", json!({ "reviewer": "li" })).await, "409 under_review");
    shop.wait_posted().await;
    let (_, told) = shop.post("/sandbox/screening/hits", json!({ "user_id": id })).await;
    let hits = told["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "account and licence have one name: {told}");
    shop.second_look(&id, &hits[0], true).await;
    assert_eq!(shop.review("pass", json!({ "reviewer": "li" })).await, "200 AUDIT_PASS");
}

/// Whoever signs is looked at as itself at once: a list may name the account alone.
#[tokio::test]
async fn a_listed_account_is_found_when_it_signs() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.passed(&token).await;
    shop.wait_posted().await;
    shop.agree(0, &format!("A1,account,{LOGIN},,,own,mule\n")).await;
    let key = shop.world.platform.public_key.clone();
    let (status, signed) = shop.sign(&token, &key).await;
    assert_eq!((status, &signed["state"]), (StatusCode::OK, &json!("SIGNED")), "{signed}");
    shop.wait_posted().await;
    let seller = signed["seller_id"].as_str().unwrap();
    let (_, told) = shop.post("/sandbox/screening/hits", json!({ "user_id": seller })).await;
    assert_eq!(told["payments_stopped_by"], "list", "{told}");
}

/// A list that comes between the review and the signing stops the signing; what is released then does not alarm at the
/// merchant; and a list that comes later finds the names that a live merchant signed with, and stops its balance.
#[tokio::test]
async fn listed_names_are_found_at_the_signing_and_after_it() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    shop.passed(&token).await;
    shop.wait_posted().await;
    shop.agree(0, "O1,organisation,新茶有限公司,,,UN,front\n").await;
    let key = shop.world.platform.public_key.clone();
    assert_eq!(outcome(&shop.sign(&token, &key).await), "403 under_review");
    shop.wait_posted().await;
    let hits = shop.hits(&id).await;
    assert_eq!(hits.len(), 1, "{hits:?}");
    shop.second_look(&id, &hits[0], true).await;
    let (status, signed) = shop.sign(&token, &key).await;
    assert_eq!((status, &signed["state"]), (StatusCode::OK, &json!("SIGNED")), "{signed}");
    let seller = signed["seller_id"].as_str().unwrap();
    let stopped_by = async || {
        shop.wait_posted().await;
        let (_, told) = shop.post("/sandbox/screening/hits", json!({ "user_id": seller })).await;
        (told["payments_stopped_by"].as_str().unwrap().to_owned(), told["hits"].as_array().unwrap().clone())
    };
    assert_eq!(stopped_by().await, ("none".to_owned(), vec![]), "it was released under this list");

    shop.agree(1, "P1,person,王小明,,,UN,arms\n").await;
    let (stopped, hits) = stopped_by().await;
    assert_eq!((stopped.as_str(), hits.len()), ("list", 1), "its contact: {hits:?}");
    shop.second_look(seller, &hits[0], true).await;
    assert_eq!(stopped_by().await.0, "none");
    // Signed once, the answer of the signing is given again whatever a list says.
    shop.agree(2, "O1,organisation,新茶店,,,UN,front\n").await;
    assert_eq!(stopped_by().await.0, "list");
    assert_eq!(shop.sign(&token, &key).await.0, StatusCode::OK);
}

/// A clerk applies itself: another one reviews it, and says whether it may sell.
#[tokio::test]
async fn nobody_decides_about_the_own_application() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let [cem, bea, rio] = [
        shop.at_console("13700000002").await,
        shop.at_console("13700000003").await,
        shop.at_console("13700000004").await,
    ];
    for (who, role) in
        [(&cem, OperatorRole::Clerk), (&bea, OperatorRole::Clerk), (&rio, OperatorRole::RiskOfficer)]
    {
        shop.appointed(&admin, who, role, true).await;
    }
    let decide = async |who: &AtConsole, act: &str| {
        shop.console(who, "POST", &format!("/applications/{LOGIN}/{act}"), &json!({})).await
    };
    assert_eq!(shop.apply(&cem.token, enterprise()).await, "200 INIT");
    shop.documents(&cem.token).await;
    assert_eq!(shop.own(&cem.token, "submit").await, "200 MERCHANT_CONFIRM");
    assert_eq!(shop.own(&cem.token, "confirm").await, "200 AUDITING");
    for act in ["claim", "pass", "reject"] {
        assert_eq!(decide(&cem, act).await, "409 own_case", "{act}");
        assert_eq!(shop.review(act, json!({"reviewer": cem.id})).await, "409 own_case", "{act}");
    }
    for act in ["claim", "pass"] {
        assert_eq!(decide(&bea, act).await, "200 fine", "{act}");
    }
    let (status, signed) = shop.sign(&cem.token, &shop.world.platform.public_key).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    assert_eq!(decide(&cem, "suspend").await, "409 own_case");
    assert_eq!(decide(&rio, "suspend").await, "200 fine");
    assert_eq!(decide(&cem, "resume").await, "409 own_case");
    assert_eq!(decide(&cem, "unsign").await, "409 own_case");
    assert_eq!(decide(&rio, "resume").await, "200 fine");
    let told = shop.console_tells(&bea, "/trail?limit=100").await;
    let notes = told["notes"].as_array().unwrap();
    let refused = notes.iter().filter(|note| note["outcome"] == "refused:own_case").count();
    assert_eq!(refused, 6, "each try is noted: {told}");
    assert_eq!(decide(&rio, "unsign").await, "200 fine");
    let done = shop.ended_acts(&bea.token).await;
    let done: Vec<_> = done.iter().filter_map(|act| act.strip_suffix(" done")).collect();
    let expected = ["claim", "pass", "suspend", "resume", "unsign"].map(|act| format!("application.{act}"));
    assert_eq!(done, expected);
}

/// Who applied for a merchant decides nothing about it later: neither its terms nor what waits for a person.
#[tokio::test]
async fn nobody_decides_about_the_merchant_of_the_own_application() {
    let shop = Shop::open().await;
    let [cem, bea, tom] = [
        shop.at_console("13700000002").await,
        shop.at_console("13700000003").await,
        shop.at_console("13700000004").await,
    ];
    shop.passed(&cem.token).await;
    let (status, signed) = shop.sign(&cem.token, &shop.world.platform.public_key).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    let seller = signed["seller_id"].as_str().unwrap();
    shop.wait_posted().await;
    shop.agree(0, "O1,organisation,新茶店,,,UN,front\n").await;
    shop.wait_posted().await;
    let subject = shop.hits(seller).await[0]["subject"].clone();

    let admin = shop.staffed("13700000001").await;
    let terms = json!({"user_id": seller, "product": "page", "status": "in_force", "fee_ppm": 3800,
        "valid_from": "2030-01-02T00:00:00+08:00", "reason": "new"});
    let (mut proposal, mut approval) = (terms.clone(), terms);
    (proposal["base_version"], approval["version"]) = (json!(0), json!(1));
    let decision = json!({"user_id": seller, "subject": subject, "release": false});
    for (role, other, path, body) in [
        (OperatorRole::Clerk, &bea, "/contracts/proposal", &proposal),
        (OperatorRole::Treasurer, &tom, "/contracts/approval", &approval),
        (OperatorRole::RiskOfficer, &bea, "/risk/cases/decide", &decision),
    ] {
        for (who, expected) in [(&cem, "409 own_case"), (other, "200 fine")] {
            shop.appointed(&admin, who, role, true).await;
            assert_eq!(shop.console(who, "POST", path, body).await, expected, "{path}");
        }
    }
    let mut named = decision.clone();
    named["operator"] = json!(cem.id);
    assert_eq!(outcome(&shop.call("/sandbox/risk/decide", named).await), "409 own_case");
    let told = shop.console_tells(&admin, "/trail?limit=100").await;
    let notes = told["notes"].as_array().unwrap();
    let refused = notes.iter().filter(|note| note["outcome"] == "refused:own_case").count();
    assert_eq!(refused, 3, "each try is noted: {told}");
}

/// Whoever acts for a merchant decides nothing about it, in whatever role, though somebody else applied, or nobody did.
#[tokio::test]
async fn nobody_decides_about_a_merchant_that_it_acts_for() {
    let shop = Shop::open().await;
    let [cem, bea] = [shop.at_console("13700000002").await, shop.at_console("13700000003").await];
    let (token, _) = shop.register(PHONE).await;
    shop.passed(&token).await;
    let (status, signed) = shop.sign(&token, &shop.world.platform.public_key).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    let (applied, opened) = (signed["seller_id"].as_str().unwrap().to_owned(), shop.seller.to_string());
    shop.wait_posted().await;
    shop.agree(0, "O1,organisation,新茶店,,,UN,front\n").await;
    shop.wait_posted().await;
    let subject = shop.hits(&applied).await[0]["subject"].clone();
    let place = |login: &str, role: &str, active: bool| {
        let body = json!({ "user_id": cem.id, "role": role, "active": active });
        (format!("/sandbox/merchants/{login}/staff"), body)
    };
    for (login, role) in [(LOGIN, "viewer"), ("shop@example.com", "owner")] {
        let (path, body) = place(login, role, true);
        let (status, said) = shop.call(&path, body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    let admin = shop.staffed("13700000001").await;
    let terms = |seller: &str| {
        json!({"user_id": seller, "product": "page", "status": "in_force", "fee_ppm": 3800, "base_version": 0,
            "valid_from": "2030-01-02T00:00:00+08:00", "reason": "new"})
    };
    let decision = json!({"user_id": applied, "subject": subject, "release": false});
    let at = |act: &str| format!("/applications/{LOGIN}/{act}");
    for (role, path, body) in [
        (OperatorRole::Clerk, "/contracts/proposal".to_owned(), terms(&applied)),
        (OperatorRole::Clerk, "/contracts/proposal".to_owned(), terms(&opened)),
        (OperatorRole::Clerk, at("suspend"), json!({})),
        (OperatorRole::Clerk, at("resume"), json!({})),
        (OperatorRole::RiskOfficer, "/risk/cases/decide".to_owned(), decision),
    ] {
        for (who, expected) in [(&cem, "409 own_case"), (&bea, "200 fine")] {
            shop.appointed(&admin, who, role, true).await;
            assert_eq!(shop.console(who, "POST", &path, &body).await, expected, "{path} {body}");
        }
    }
    // Who does not act for it any more decides as anybody does.
    let (path, body) = place(LOGIN, "viewer", false);
    let (status, said) = shop.call(&path, body).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(shop.console(&cem, "POST", &at("suspend"), &json!({})).await, "200 fine");
    let told = shop.console_tells(&bea, "/trail?limit=100").await;
    let notes = told["notes"].as_array().unwrap();
    let refused = notes.iter().filter(|note| note["outcome"] == "refused:own_case").count();
    assert_eq!(refused, 5, "each try is noted: {told}");
}

/// The trail names a document by its kind, and takes no words of whoever looks.
#[tokio::test]
async fn a_look_at_a_document_is_noted_by_its_kind() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let bea = shop.at_console("13700000003").await;
    shop.appointed(&admin, &bea, OperatorRole::Clerk, true).await;
    let (token, _) = shop.register(PHONE).await;
    assert_eq!(shop.apply(&token, enterprise()).await, "200 INIT");
    shop.documents(&token).await;
    for (kind, told) in [("13812345678", "404 document_unknown"), ("licence", "200 fine")] {
        let path = format!("/applications/{LOGIN}/documents/{kind}");
        assert_eq!(shop.console(&bea, "GET", &path, &Value::Null).await, told);
    }
    let told = shop.console_tells(&bea, "/trail").await;
    let notes = told["notes"].as_array().unwrap().iter();
    let seen: Vec<_> = notes.map(|note| (note["outcome"].clone(), note["subject"].clone())).collect();
    let subject = json!(format!("{LOGIN} licence"));
    assert_eq!(seen, [(json!("done"), subject.clone()), (json!("asked"), subject)]);
}
