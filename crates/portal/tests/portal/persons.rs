//! `/api/v1` from outside: register, sign in, see oneself; what tells nothing and what counts.

use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tower::ServiceExt;

pub(crate) const PHONE: &str = "13812345678";
/// Somebody else's, in the same slot: who is kept apart by slots alone is not kept apart.
const OTHER_PHONE: &str = "13900000055";
pub(crate) const LOGIN_PASSWORD: &str = "plum-blossom-7";
pub(crate) const PAY_PASSWORD: &str = "836205";

impl Shop {
    pub(crate) async fn api(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.api("POST", path, "", &body).await
    }

    /// What was sent to an address last.
    pub(crate) async fn last_message(&self, to: &str) -> Value {
        let (_, sent) = self.api("GET", &format!("/sandbox/messages?to={to}"), "", &Value::Null).await;
        sent["messages"].as_array().unwrap().last().unwrap().clone()
    }

    /// A minute goes by, and a code is sent.
    pub(crate) async fn code(&self, to: &str, purpose: &str) -> String {
        self.now_us.fetch_add(61_000_000, Ordering::Relaxed);
        let (status, said) = self.post("/api/v1/challenges", json!({ "to": to, "purpose": purpose })).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        self.last_message(to).await["code"].as_str().unwrap_or("000000").to_owned()
    }

    /// Registers and gives the token and the id.
    pub(crate) async fn register(&self, to: &str) -> (String, String) {
        let code = self.code(to, "register").await;
        let (status, said) = self.post("/api/v1/people", registering(to, &code)).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        (said["token"].as_str().unwrap().to_owned(), said["user_id"].as_str().unwrap().to_owned())
    }
}

impl Shop {
    /// Registers somebody else, beside whoever has [`PHONE`].
    pub(crate) async fn stranger(&self) -> (String, String) {
        let (token, id) = self.register(OTHER_PHONE).await;
        let slot = people::slot_of_address(&self.world.secrets.person_digest("address", PHONE));
        assert_eq!(id.parse::<base::PartyId>().unwrap().slot(), slot, "both lie in one slot");
        (token, id)
    }
}

pub(crate) fn registering(to: &str, code: &str) -> Value {
    json!({ "to": to, "code": code, "login_password": LOGIN_PASSWORD, "pay_password": PAY_PASSWORD, "device": "phone" })
}

/// The code of a refusal: of a problem, or of a call of the sandbox.
pub(crate) fn code_of(said: &Value) -> &str {
    said["code"].as_str().or(said["error"]["code"].as_str()).unwrap_or("none")
}

#[tokio::test]
async fn a_person_registers_and_sees_the_own_account() {
    let shop = Shop::open().await;
    let code = shop.code(PHONE, "register").await;
    let (status, said) = shop.post("/api/v1/people", registering(" +86 138-1234-5678", &code)).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (token, id) =
        (said["token"].as_str().unwrap().to_owned(), said["user_id"].as_str().unwrap().to_owned());
    let (status, me) = shop.api("GET", "/api/v1/me", &token, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{me}");
    assert_eq!(me["user_id"], id.as_str());
    assert_eq!((&me["login"], &me["login_masked"]), (&json!(PHONE), &json!("138****5678")));
    assert_eq!(
        (&me["class"], &me["status"], &me["balance"]),
        (&json!("unverified"), &json!("normal"), &json!("0.00"))
    );
    let (status, _) = shop.api("GET", "/api/v1/me", "guess", &Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    // Whoever names the phone finds the person.
    let (status, code) = shop.post("/sandbox/paycode", json!({ "login": PHONE })).await;
    assert_eq!(status, StatusCode::OK, "{code}");
}

#[tokio::test]
async fn weak_passwords_cost_no_try_and_a_used_code_opens_nothing() {
    let shop = Shop::open().await;
    let code = shop.code(PHONE, "register").await;
    for (field, value) in [
        ("login_password", "12345678"),
        ("login_password", "abcdefgh"),
        ("login_password", "short1"),
        ("pay_password", "123456"),
        ("pay_password", "111111"),
        ("pay_password", "987654"),
        ("pay_password", "345678"),
        ("pay_password", "12345"),
    ] {
        let mut body = registering(PHONE, &code);
        body[field] = json!(value);
        let (status, said) = shop.post("/api/v1/people", body).await;
        assert_eq!((status, code_of(&said)), (StatusCode::BAD_REQUEST, "weak_password"), "{value}");
        assert_eq!(said["field"], field, "of two passwords the weak one is named: {said}");
    }
    let wrong = if code == "000001" { "000002" } else { "000001" };
    let (status, said) = shop.post("/api/v1/people", registering(PHONE, wrong)).await;
    assert_eq!((status, code_of(&said)), (StatusCode::FORBIDDEN, "wrong_code"));
    let (status, _) = shop.post("/api/v1/people", registering(PHONE, &code)).await;
    assert_eq!(status, StatusCode::OK);
    let (status, said) = shop.post("/api/v1/people", registering(PHONE, &code)).await;
    assert_eq!((status, code_of(&said)), (StatusCode::FORBIDDEN, "wrong_code"));
}

#[tokio::test]
async fn no_answer_tells_whose_address_it_is() {
    let shop = Shop::open().await;
    shop.register(PHONE).await;
    let mut said = Vec::new();
    for to in [PHONE, "13900000001", crate::shop::BUYER] {
        shop.now_us.fetch_add(61_000_000, Ordering::Relaxed);
        let opened = shop.post("/api/v1/challenges", json!({ "to": to, "purpose": "register" })).await;
        let tried = shop.post("/api/v1/people", registering(to, "000000")).await;
        shop.now_us.fetch_add(61_000_000, Ordering::Relaxed);
        let asked = shop.post("/api/v1/challenges", json!({ "to": to, "purpose": "sign_in" })).await;
        let signed = shop.post("/api/v1/sessions", json!({ "login": to, "code": "000000" })).await;
        let mut answers = vec![opened, tried, asked, signed];
        for _ in 0..4 {
            answers.push(
                shop.post("/api/v1/sessions", json!({ "login": to, "password": "wrong-word-1" })).await,
            );
        }
        let shape = |(status, said): &(StatusCode, Value)| {
            let keys: Vec<String> = said.as_object().unwrap().keys().cloned().collect();
            (*status, keys, code_of(said).to_owned())
        };
        said.push(answers.iter().map(shape).collect::<Vec<_>>());
    }
    assert_eq!(said[0], said[1], "taken and free");
    assert_eq!(said[1], said[2], "free and a name of the sandbox");
    assert_eq!(said[0].last().unwrap().0, StatusCode::LOCKED, "names that nobody has lock too");
    assert_eq!(shop.last_message(PHONE).await["kind"], "sign_in");
    assert_eq!(shop.last_message("13900000001").await["kind"], "not_registered");
    shop.code(PHONE, "register").await;
    let told = shop.last_message(PHONE).await;
    assert_eq!((&told["kind"], &told["code"]), (&json!("already_registered"), &Value::Null));
    shop.code(crate::shop::BUYER, "register").await;
    assert_eq!(shop.last_message(crate::shop::BUYER).await["kind"], "already_registered");
}

#[tokio::test]
async fn sessions_begin_by_password_or_code_and_end_by_hand() {
    let shop = Shop::open().await;
    let (first, _) = shop.register(PHONE).await;
    let body = json!({ "login": PHONE, "password": LOGIN_PASSWORD, "device": "laptop\u{7}" });
    let (status, second) = shop.post("/api/v1/sessions", body).await;
    assert_eq!(status, StatusCode::OK, "{second}");
    let second = second["token"].as_str().unwrap();
    assert_ne!(first, second);
    let code = shop.code(PHONE, "sign_in").await;
    let (status, third) = shop.post("/api/v1/sessions", json!({ "login": PHONE, "code": code })).await;
    assert_eq!(status, StatusCode::OK, "{third}");
    let (status, _) = shop.post("/api/v1/sessions", json!({ "login": PHONE, "code": code })).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a code works once");
    let (_, listed) = shop.api("GET", "/api/v1/sessions", second, &Value::Null).await;
    let listed = listed["sessions"].as_array().unwrap();
    let laptop = listed.iter().find(|session| session["device"] == "laptop").unwrap();
    assert_eq!((listed.len(), &laptop["current"]), (3, &json!(true)));
    let phone = listed.iter().find(|session| session["device"] == "phone").unwrap()["id"].as_str().unwrap();
    let (status, _) = shop.api("DELETE", &format!("/api/v1/sessions/{phone}"), second, &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shop.api("GET", "/api/v1/me", &first, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    shop.api("DELETE", "/api/v1/sessions/others", second, &Value::Null).await;
    let third = third["token"].as_str().unwrap();
    assert_eq!(shop.api("GET", "/api/v1/me", third, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    shop.api("DELETE", "/api/v1/sessions/current", second, &Value::Null).await;
    assert_eq!(shop.api("GET", "/api/v1/me", second, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_session_of_a_browser_is_a_cookie_that_no_script_reads() {
    let shop = Shop::open().await;
    shop.register(PHONE).await;
    let body = json!({ "login": PHONE, "password": LOGIN_PASSWORD }).to_string();
    let request = Request::builder().method("POST").uri("/api/v1/sessions");
    let request = request.header("content-type", "application/json").body(Body::from(body)).unwrap();
    let response = shop.router.clone().oneshot(request).await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let request = Request::builder().uri("/api/v1/me").header("cookie", pair).body(Body::empty()).unwrap();
    assert_eq!(shop.router.clone().oneshot(request).await.unwrap().status(), StatusCode::OK);
}

/// However many guess, whatever they guess: five tries of a code are compared, and three of a password.
#[tokio::test]
async fn ten_thousand_guesses_of_codes_are_five_tries_an_address() {
    let shop = Shop::open().await;
    let addresses: Vec<String> = (0..20).map(|n| format!("139000001{n:02}")).collect();
    let mut codes = Vec::new();
    for to in &addresses {
        // All at once: codes are worth nothing after five minutes.
        shop.post("/api/v1/challenges", json!({ "to": to, "purpose": "register" })).await;
        codes.push(shop.last_message(to).await["code"].as_str().unwrap().to_owned());
    }
    let mut compared = 0;
    for guess in 0..500 {
        for (to, code) in addresses.iter().zip(&codes) {
            let guess = format!("{guess:06}");
            if guess == *code {
                continue;
            }
            let digest = shop.try_code(to, &guess).await;
            compared += u32::from(matches!(digest, Err(people::TryChallengeRefused::Wrong { .. })));
        }
    }
    assert_eq!(compared, 5 * 20);
    for (to, code) in addresses.iter().zip(&codes) {
        assert!(shop.try_code(to, code).await.is_err(), "not even the right one");
    }
}

#[tokio::test]
async fn two_spellings_of_a_number_tell_nobody_whether_it_is_somebodys() {
    let shop = Shop::open().await;
    shop.register(PHONE).await;
    let mut told = Vec::new();
    for number in [PHONE, "13700000000"] {
        let other = format!("+86{number}");
        let mut said = Vec::new();
        for spelling in [number, &other, number, &other] {
            let order = shop.order(trade::Product::QrCode, 1_00).await.order;
            let page = shop.browser().sign_in(&shop.qr_path(order.no), spelling, "100001").await;
            said.push((page.status, page.html.contains("锁定 3 小时"), page.html.contains("已锁定")));
        }
        assert_ne!(said[0], said[3], "{number}: three wrong ones lock, however it is spelt");
        told.push(said);
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn a_person_is_paid_by_the_phone_and_nobody_sees_a_digest() {
    let shop = Shop::open().await;
    shop.register(PHONE).await;
    let (status, sent) = shop
        .call(
            "/sandbox/transfers",
            json!({ "login": crate::shop::BUYER, "pay_password": crate::shop::PASSWORD, "payee": PHONE,
                "amount": "1.00", "accept_unknown": true }),
        )
        .await;
    assert_eq!((status, &sent["payee_login"]), (StatusCode::OK, &json!("138****5678")), "{sent}");
    assert!(!sent.to_string().contains("h:"), "{sent}");
}

impl Shop {
    async fn try_code(&self, to: &str, code: &str) -> Result<u64, people::TryChallengeRefused> {
        let purpose = people::ChallengePurpose::Register;
        let address = self.world.secrets.person_digest("address", to);
        let hex: String = address.iter().map(|byte| format!("{byte:02x}")).collect();
        let code = self.world.secrets.person_digest("code", &format!("{hex} register {code}"));
        match self.door.ask(engine::TryChallenge { address, purpose, code }).await {
            Ok(proof) => Ok(proof),
            Err(cell::CellError::Refused(refused)) => Err(refused),
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// A number of an identity card with a right checksum.
pub(crate) const ID_NUMBER: &str = "11010519491231002X";
const OTHER_NUMBER: &str = "110105199003072936";

#[tokio::test]
async fn a_person_proves_the_identity_pays_and_is_limited() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    shop.top_up(id.parse().unwrap(), 1_000_000).await;
    let prove = |number: &str| json!({ "name": "王小明", "id_number": number });
    for (number, status, code) in [
        ("110105194912310021", StatusCode::BAD_REQUEST, "bad_id_number"),
        ("990105194912310023", StatusCode::FORBIDDEN, "identity_differs"),
        ("980105194912310021", StatusCode::GATEWAY_TIMEOUT, "register_silent"),
    ] {
        let (found, said) = shop.api("POST", "/api/v1/identity", &token, &prove(number)).await;
        assert_eq!((found, code_of(&said)), (status, code), "{number}");
    }
    let (status, said) = shop.api("POST", "/api/v1/identity", &token, &prove(ID_NUMBER)).await;
    assert_eq!((status, &said["class"]), (StatusCode::OK, &json!("class_1")), "{said}");
    for (kind, provider, class) in [
        ("bank_card", "icbc", "class_1"),
        ("bank_card", "icbc", "class_1"),
        ("mobile_operator", "cmcc", "class_2"),
        ("face_to_face", "branch", "class_3"),
    ] {
        let (_, said) = shop
            .post("/sandbox/evidence", json!({ "login": PHONE, "kind": kind, "provider": provider }))
            .await;
        assert_eq!(said["class"], class, "{said}");
    }
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &Value::Null).await;
    assert_eq!((&me["identified"], &me["name_masked"]), (&json!(true), &json!("**明")), "{me}");
    let (_, told) = shop.api("GET", "/api/v1/identity", &token, &Value::Null).await;
    assert_eq!(
        (&told["identity"]["name"], &told["identity"]["id_number"]),
        (&json!("王小明"), &json!(ID_NUMBER))
    );
    assert_eq!(told["identity"]["evidence"].as_array().unwrap().len(), 4);
    let (_, data) = shop.api("GET", "/api/v1/me/data", &token, &Value::Null).await;
    assert_eq!((&data["login"], &data["identity"]["name"]), (&json!(PHONE), &json!("王小明")));
    let (status, _) = shop.api("POST", "/api/v1/identity/limit", &token, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "it has it");
}

#[tokio::test]
async fn signing_another_device_out_ends_the_pages_too() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    for (which, left) in [("current", true), ("others", false)] {
        let mut browser = shop.browser();
        let csrf = browser.get("/wallet").await.csrf();
        let by = [("csrf", csrf.as_str()), ("login", PHONE), ("pay_password", PAY_PASSWORD)];
        assert_eq!(browser.post("/wallet/sign-in", &by).await.location, "/wallet");
        let body = json!({ "login": PHONE, "password": LOGIN_PASSWORD });
        let anew = shop.post("/api/v1/sessions", body).await.1["token"].as_str().unwrap().to_owned();
        let token = if which == "current" { &anew } else { &token };
        let path = format!("/api/v1/sessions/{which}");
        assert_eq!(shop.api("DELETE", &path, token, &Value::Null).await.0, StatusCode::OK);
        assert_eq!(browser.get("/wallet").await.html.contains("/wallet/sign-out"), left, "{which}");
    }
}

#[tokio::test]
async fn passwords_are_set_anew_by_a_code_and_the_account_given_up() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    let code = shop.code(PHONE, "login_password").await;
    let body = json!({ "to": PHONE, "code": code, "password": "cherry-blossom-8" });
    let (status, said) = shop.post("/api/v1/login-password", body).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(shop.api("GET", "/api/v1/me", &token, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    let sign_in = |password: &str| json!({ "login": PHONE, "password": password });
    assert_eq!(shop.post("/api/v1/sessions", sign_in(LOGIN_PASSWORD)).await.0, StatusCode::FORBIDDEN);
    let (status, said) = shop.post("/api/v1/sessions", sign_in("cherry-blossom-8")).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let token = said["token"].as_str().unwrap().to_owned();
    let code = shop.code(PHONE, "pay_password").await;
    let weak = json!({ "to": PHONE, "code": code, "password": "345678" });
    assert_eq!(shop.post("/api/v1/pay-password", weak).await.0, StatusCode::BAD_REQUEST);
    let body = json!({ "to": PHONE, "code": code, "password": "940173" });
    assert_eq!(shop.post("/api/v1/pay-password", body).await.0, StatusCode::OK);
    shop.top_up(id.parse().unwrap(), 1).await;
    let code = shop.code(PHONE, "close_account").await;
    let body = json!({ "to": PHONE, "code": code, "forget": true });
    let (status, said) = shop.api("POST", "/api/v1/me/close", &token, &body).await;
    assert_eq!((status, code_of(&said)), (StatusCode::CONFLICT, "not_empty"));
}

#[tokio::test]
async fn the_birthday_of_the_own_identity_is_no_new_payment_password() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let set = async |password: &str| {
        let code = shop.code(PHONE, "pay_password").await;
        let body = json!({ "to": PHONE, "code": code, "password": password, "id_number": ID_NUMBER });
        shop.post("/api/v1/pay-password", body).await
    };
    let body = json!({ "name": "王小明", "id_number": ID_NUMBER });
    assert_eq!(shop.api("POST", "/api/v1/identity", &token, &body).await.0, StatusCode::OK);
    let guess = json!({ "to": PHONE, "code": "000000", "password": "491231" });
    let (status, said) = shop.post("/api/v1/pay-password", guess).await;
    assert_ne!(code_of(&said), "weak_password", "without the code nobody hears of the number: {status}");
    let (status, said) = set("491231").await;
    assert_eq!((status, code_of(&said)), (StatusCode::BAD_REQUEST, "weak_password"), "{said}");
    assert_eq!(said["field"], "password", "{said}");
    let (status, said) = set("940173").await;
    assert_eq!(status, StatusCode::OK, "{said}");
}

/// A phone number can be another person's by now: with codes alone its new owner sees and moves nothing.
#[tokio::test]
async fn codes_alone_open_nothing_of_somebody_who_is_known() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let body = json!({ "name": "王小明", "id_number": ID_NUMBER });
    assert_eq!(shop.api("POST", "/api/v1/identity", &token, &body).await.0, StatusCode::OK);
    for (path, purpose, named) in [
        ("/api/v1/login-password", "login_password", "to"),
        ("/api/v1/pay-password", "pay_password", "to"),
        ("/api/v1/sessions", "sign_in", "login"),
    ] {
        let with = async |id_number: Option<&str>| {
            let mut body = json!({ named: PHONE, "code": shop.code(PHONE, purpose).await });
            if purpose != "sign_in" {
                let password = if purpose == "pay_password" { "940173" } else { "cherry-blossom-8" };
                body["password"] = json!(password);
            }
            if let Some(number) = id_number {
                body["id_number"] = json!(number);
            }
            let (status, said) = shop.post(path, body).await;
            (status, code_of(&said).to_owned())
        };
        assert_eq!(with(None).await, (StatusCode::FORBIDDEN, "identity_needed".to_owned()), "{path}");
        assert_eq!(with(Some(OTHER_NUMBER)).await.1, "identity_differs", "{path}");
        shop.now_us.fetch_add(base::DAY_US, Ordering::Relaxed);
        assert_eq!(with(Some(ID_NUMBER)).await.0, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn whoever_is_forgotten_is_in_no_row_and_no_key_is_left() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    let code = shop.code(PHONE, "close_account").await;
    let body = json!({ "to": PHONE, "code": code, "forget": true });
    let (status, said) = shop.api("POST", "/api/v1/me/close", &token, &body).await;
    assert_eq!((status, &said["forgotten"]), (StatusCode::OK, &json!(true)), "{said}");
    assert_eq!(shop.api("GET", "/api/v1/me", &token, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    assert!(shop.vault.keys_before(i64::MAX).unwrap().is_empty());
    let (again, other) = shop.register(PHONE).await;
    assert_ne!(other, id, "the address is free, and its new account another one");
    assert_eq!(shop.api("GET", "/api/v1/me", &again, &Value::Null).await.0, StatusCode::OK);
}

#[tokio::test]
async fn sessions_outlive_the_process_and_a_new_login_password_ends_every_one() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let again = shop.restarted().await;
    let (status, me) = again.api("GET", "/api/v1/me", &token, &Value::Null).await;
    assert_eq!((status, &me["login"]), (StatusCode::OK, &json!(PHONE)), "{me}");
    let mut browser = again.browser();
    browser.sign_in("/wallet", PHONE, PAY_PASSWORD).await;
    assert!(!browser.get("/wallet").await.html.contains("pay_password"), "the wallet is open");
    let code = again.code(PHONE, "login_password").await;
    let body = json!({ "to": PHONE, "code": code, "password": "cherry-blossom-8" });
    assert_eq!(again.post("/api/v1/login-password", body).await.0, StatusCode::OK);
    assert_eq!(again.api("GET", "/api/v1/me", &token, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    assert!(browser.get("/wallet").await.html.contains("pay_password"), "the page is signed out too");
}

#[tokio::test]
async fn the_owner_stops_payments_at_once_and_lifts_that_with_the_payment_password() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    let stop = "/api/v1/me/stop-payment";
    let lift = |password: &str| json!({ "pay_password": password });
    assert_eq!(shop.api("POST", stop, "", &json!({})).await.0, StatusCode::UNAUTHORIZED);
    let (status, said) = shop.api("DELETE", stop, &token, &lift(PAY_PASSWORD)).await;
    assert_eq!((status, code_of(&said)), (StatusCode::CONFLICT, "not_stopped"));
    let (status, said) = shop.api("POST", stop, &token, &json!({})).await;
    assert_eq!((status, &said["payments_stopped_by"]), (StatusCode::OK, &json!("owner")), "{said}");
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &Value::Null).await;
    assert_eq!(me["payments_stopped_by"], "owner");
    let operator = |stopped: bool| json!({ "user_id": id, "stopped": stopped });
    let (status, said) = shop.post("/sandbox/party/stop-payment", operator(false)).await;
    assert_eq!((status, code_of(&said)), (StatusCode::CONFLICT, "not_stopped"), "the owner's is the owner's");
    let (_, said) = shop.post("/sandbox/party/stop-payment", operator(true)).await;
    assert_eq!(said["payments_stopped_by"], "both");
    let (status, said) = shop.api("DELETE", stop, &token, &lift("836206")).await;
    assert_eq!((status, code_of(&said)), (StatusCode::FORBIDDEN, "wrong_password"));
    let (status, said) = shop.api("DELETE", stop, &token, &lift("8362")).await;
    assert_eq!((status, code_of(&said)), (StatusCode::BAD_REQUEST, "bad_password"));
    let (status, said) = shop.api("DELETE", stop, &token, &lift(PAY_PASSWORD)).await;
    assert_eq!((status, &said["payments_stopped_by"]), (StatusCode::OK, &json!("operator")), "{said}");
    let (_, said) = shop.post("/sandbox/party/stop-payment", operator(false)).await;
    assert_eq!(said["payments_stopped_by"], "none");
}

#[tokio::test]
async fn whoever_is_frozen_is_signed_out_and_hears_it_by_the_right_password_only() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    let freeze = |status: &str| json!({ "user_id": id, "status": status });
    assert_eq!(shop.post("/sandbox/party/status", freeze("frozen")).await.0, StatusCode::OK);
    assert_eq!(shop.api("GET", "/api/v1/me", &token, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    let sign_in = |password: &str| json!({ "login": PHONE, "password": password });
    let (status, said) = shop.post("/api/v1/sessions", sign_in("wrong-word-1")).await;
    assert_eq!((status, code_of(&said)), (StatusCode::FORBIDDEN, "wrong_login"));
    let (status, said) = shop.post("/api/v1/sessions", sign_in(LOGIN_PASSWORD)).await;
    assert_eq!((status, code_of(&said)), (StatusCode::FORBIDDEN, "frozen"));
    let code = shop.code(PHONE, "sign_in").await;
    let (status, said) = shop.post("/api/v1/sessions", json!({ "login": PHONE, "code": code })).await;
    assert_eq!((status, code_of(&said)), (StatusCode::FORBIDDEN, "frozen"));
    let mut browser = shop.browser();
    browser.sign_in("/wallet", PHONE, PAY_PASSWORD).await;
    assert!(browser.get("/wallet").await.html.contains("pay_password"), "no page opens either");
    assert_eq!(shop.post("/sandbox/party/status", freeze("normal")).await.0, StatusCode::OK);
    assert_eq!(shop.api("GET", "/api/v1/me", &token, &Value::Null).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_cannot_use_up_the_codes_of_an_owner() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let ask = |client: &str, token: &str| {
        shop.now_us.fetch_add(61_000_000, Ordering::Relaxed);
        let client: std::net::IpAddr = client.parse().unwrap();
        let mut request = Request::post("/api/v1/challenges").header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = json!({ "to": PHONE, "purpose": "sign_in" }).to_string();
        let request = request.extension(portal::ClientAddress(client)).body(Body::from(body)).unwrap();
        let router = shop.router.clone();
        async move { router.oneshot(request).await.unwrap().status() }
    };
    let mut sent = 0;
    for round in 0..20 {
        let status = ask(&format!("203.0.113.{}", round % 5), "").await;
        sent += usize::from(status == StatusCode::OK);
    }
    assert_eq!(sent, 7, "all strangers together");
    assert_eq!(ask("203.0.113.200", &token).await, StatusCode::OK, "the owner is signed in");
    assert_eq!(ask("203.0.113.200", "").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask("203.0.113.200", "guess").await, StatusCode::TOO_MANY_REQUESTS);
}
