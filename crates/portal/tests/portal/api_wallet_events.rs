//! What somebody signed, and what somebody who watches is told, over `/api/v1`.

use crate::agreements::{offer, offer_of};
use crate::api_wallet::refused;
use crate::persons::{LOGIN_PASSWORD, PAY_PASSWORD, PHONE};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use base::AgreementNo;
use engine::{ClaimOrder, CloseOrder, Which};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;
use trade::{PersonalProduct, Product, Unit, Validity};

/// Bound of every wait here.
const BOUND: Duration = Duration::from_secs(20);

/// Longer than a stream waits from one look to the next: what it would say of the first, it has said.
pub(crate) const QUIET: Duration = Duration::from_millis(2_500);

impl Shop {
    async fn watch(&self, token: &str) -> Response<Body> {
        self.watch_at("/api/v1/me/events", token).await
    }

    /// Begins to watch; the body is read as it comes.
    pub(crate) async fn watch_at(&self, path: &str, token: &str) -> Response<Body> {
        let mut request = Request::get(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// A stream of which the first event was read.
    async fn watched(&self, token: &str) -> Body {
        let response = self.watch(token).await;
        assert_eq!(response.status(), StatusCode::OK);
        let mut body = response.into_body();
        assert!(next(&mut body).await.is_some());
        body
    }

    async fn sign_by_call(&self, agreement_no: AgreementNo) {
        let body =
            json!({ "login": PHONE, "pay_password": PAY_PASSWORD, "agreement_no": agreement_no.to_string() });
        let (status, said) = self.call("/sandbox/agreement/sign", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    async fn agreements(&self, token: &str) -> Vec<Value> {
        let (status, said) = self.api("GET", "/api/v1/me/agreements", token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["agreements"].as_array().unwrap().clone()
    }
}

/// The data of the next event, whatever comments come before it; `None` when the stream ended.
pub(crate) async fn next(body: &mut Body) -> Option<Value> {
    let found = async {
        loop {
            let frame = body.frame().await?.unwrap();
            let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
            if text.starts_with(':') {
                continue;
            }
            assert!(text.contains("event: changed\n"), "{text}");
            let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
            return Some(serde_json::from_str(data).unwrap());
        }
    };
    tokio::time::timeout(BOUND, found).await.expect("the stream neither says anything nor ends")
}

/// The data of an event.
pub(crate) fn changed(parts: &[&str]) -> Option<Value> {
    Some(json!({ "changed": parts }))
}

#[tokio::test]
async fn whoever_watches_is_told_where_to_look_again() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let response = shop.watch(&token).await;
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((&*header("content-type"), &*header("cache-control")), ("text/event-stream", "no-store"));
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let expected = "retry: 3000\nevent: changed\ndata: {\"changed\":[\"account\",\"bills\"]}\n\n";
    assert_eq!(std::str::from_utf8(&first).unwrap(), expected);
    shop.top_up(shop.buyer, 1).await;
    let silence = tokio::time::timeout(QUIET, body.frame()).await;
    assert!(silence.is_err(), "what is another person's is told to nobody else: {silence:?}");
    shop.top_up(party, 100).await;
    assert_eq!(next(&mut body).await, changed(&["account"]));
    let mut orders = Vec::new();
    for _order in 0..2 {
        let order_no = shop.order(Product::QrCode, 1_00).await.order.no;
        shop.door.ask(ClaimOrder { order_no, buyer: party, by_code: false }).await.unwrap();
        assert_eq!(next(&mut body).await, changed(&["bills"]), "one more");
        orders.push(order_no);
    }
    let close = CloseOrder { seller: shop.seller, which: Which::No(orders[0]) };
    shop.door.ask(close).await.unwrap();
    assert_eq!(next(&mut body).await, changed(&["bills"]), "an older one stands elsewhere");
    let stopped = shop.api("POST", "/api/v1/me/stop-payment", &token, &Value::Null).await;
    assert_eq!(stopped.0, StatusCode::OK, "{}", stopped.1);
    assert_eq!(next(&mut body).await, changed(&["account"]));
}

#[tokio::test]
async fn a_device_has_two_streams_and_a_person_four() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let mut tokens = vec![token];
    for _device in 0..2 {
        let login = json!({ "login": PHONE, "password": LOGIN_PASSWORD });
        let (status, said) = shop.post("/api/v1/sessions", login).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        tokens.push(said["token"].as_str().unwrap().to_owned());
    }
    let too_many = async |token: &str| {
        let said = shop.api("GET", "/api/v1/me/events", token, &Value::Null).await;
        assert_eq!(refused(&said), (429, "too_many_streams"));
        said.1["detail"].as_str().unwrap().to_owned()
    };
    let mut open = Vec::new();
    for token in [&tokens[0], &tokens[0], &tokens[1], &tokens[1]] {
        open.push(shop.watched(token).await);
    }
    assert!(too_many(&tokens[0]).await.contains("this device"));
    assert!(too_many(&tokens[2]).await.contains("the account"));
    open.pop();
    open.push(shop.watched(&tokens[2]).await);
}

#[tokio::test]
async fn a_stream_says_nothing_more_once_its_session_ended() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let mut body = shop.watched(&token).await;
    shop.top_up(party, 100).await;
    assert_eq!(next(&mut body).await, changed(&["account"]), "whoever is signed in is told on");
    let out = shop.api("DELETE", "/api/v1/sessions/current", &token, &Value::Null).await;
    assert_eq!(out.0, StatusCode::OK, "{}", out.1);
    shop.top_up(party, 100).await;
    assert_eq!(next(&mut body).await, None);
}

/// Time of tokio goes by; the world's stays.
async fn goes_by(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_stream_lives_ten_minutes_and_says_so_each_fifteen_seconds() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let mut body = shop.watched(&token).await;
    goes_by(Duration::from_secs(16)).await;
    let frame = tokio::time::timeout(BOUND, body.frame()).await.unwrap().unwrap().unwrap();
    assert!(frame.into_data().unwrap().starts_with(b":"), "nothing happened");
    goes_by(Duration::from_secs(560)).await;
    let frame = tokio::time::timeout(BOUND, body.frame()).await.unwrap();
    let frame = frame.expect("it lives until its ten minutes are over").unwrap();
    assert!(frame.into_data().unwrap().starts_with(b":"), "nothing happened");
    goes_by(Duration::from_secs(40)).await;
    // A comment that was due as well may come before the end.
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_stream_keeps_no_server_and_no_books_from_ending() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let mut body = shop.watched(&token).await;
    shop.stop.send_replace(true);
    assert_eq!(next(&mut body).await, None, "the server stops");
    shop.stop.send_replace(false);
    let mut body = shop.watched(&token).await;
    shop.portal.close();
    assert_eq!(next(&mut body).await, None, "the world begins anew");
    let response = shop.watch(&token).await;
    assert_eq!(next(&mut response.into_body()).await, None, "no stream begins then");
}

#[tokio::test]
async fn a_stream_ends_with_the_books() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let mut body = shop.watched(&token).await;
    shop.cell.close();
    assert_eq!(next(&mut body).await, None, "the books are closed");
}

#[tokio::test]
async fn agreements_in_force_are_listed_and_ended_by_their_buyer() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let (stranger, _) = shop.stranger().await;
    assert!(shop.agreements(&token).await.is_empty());
    let planned = offer(&shop, "INDUSTRY|PLANNED").await;
    let (product, valid) = (PersonalProduct::Withholding, Validity { unit: Unit::Month, count: 12 });
    let free = offer_of(&shop, product, "INDUSTRY|FREE", None, Some(valid)).await;
    for agreement_no in [planned, free] {
        shop.sign_by_call(agreement_no).await;
    }
    let listed = shop.agreements(&token).await;
    let of = |scene: &str| listed.iter().find(|one| one["scene"] == scene).unwrap();
    let (first, second) = (of("INDUSTRY|PLANNED"), of("INDUSTRY|FREE"));
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert_eq!((&first["no"], &first["merchant_name"]), (&json!(planned.to_string()), &json!("小店 <b>&")));
    assert!(first["signed_at"].as_str().unwrap().ends_with("+08:00"), "{first}");
    assert_eq!(first["valid_until"], Value::Null);
    assert!(second["valid_until"].as_str().unwrap().starts_with("2027-01-"), "{second}");
    let limits = |one: &Value| one["limits"].as_array().unwrap().clone();
    let says =
        |one: &Value, text: &str| limits(one).iter().any(|limit| limit.as_str().unwrap().contains(text));
    assert!(says(first, "30.00") && says(first, "2030-01-05"), "{first}");
    assert_eq!(limits(second).len(), 1, "{second}");

    assert!(shop.agreements(&stranger).await.is_empty());
    let path = format!("/api/v1/me/agreements/{planned}");
    let end = async |path: &str, token: &str| shop.api("DELETE", path, token, &Value::Null).await;
    assert_eq!(refused(&end(&path, &stranger).await), (404, "agreement_not_found"));
    let (status, ended) = end(&path, &token).await;
    assert_eq!((status, &ended), (StatusCode::OK, &json!({ "ended": planned.to_string() })));
    // Whoever asks again is answered as the first time; nobody else is.
    assert_eq!(end(&path, &token).await, (status, ended));
    for (path, token) in [(path.as_str(), &stranger), ("/api/v1/me/agreements/x", &token)] {
        assert_eq!(refused(&end(path, token).await), (404, "agreement_not_found"), "{path}");
    }
    let left = shop.agreements(&token).await;
    assert_eq!((left.len(), &left[0]["no"]), (1, &json!(free.to_string())));
}
