//! What a world for trying out remembers of its calls: what arrived, the text that was verified, what was answered; and
//! nothing of people.

use crate::client::{Client, form};
use crate::faults::Room;
use crate::methods::pay;
use crate::rest_client::RestClient;
use crate::shop::{APP_KEY, OTHER_KEY, Shop, key};
use axum::body::Body;
use axum::http::Request;
use base::AppId;
use gateway::{CallSeen, Failing, Gateway, LostAnswer, Witness};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use wire::canonical::join_sorted;
use wire::doctor::Mistake;
use world::{AnswerKind, Interface, RequestSeen, Requests, SignatureSeen};

const QUERY: &str = "alipay.trade.query";
const BIZ: &str = r#"{"out_trade_no":"N1"}"#;

/// The gateway of a shop's world, which remembers its calls, and a client of it.
async fn remembering(shop: &Shop) -> (Arc<Requests>, Client) {
    let requests = Arc::new(Requests::default());
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).remembering(requests.clone());
    let mut client = shop.client().await;
    client.router = gateway::routes(Arc::new(gateway));
    (requests, client)
}

fn last(requests: &Requests) -> Arc<RequestSeen> {
    requests.list(None, None, 1).pop().expect("a call is remembered")
}

fn parameter(seen: &RequestSeen, name: &str) -> String {
    seen.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.text.clone()).unwrap()
}

#[tokio::test]
async fn a_call_is_remembered_with_the_text_that_was_verified_and_its_answer() {
    let shop = Shop::open().await;
    let (requests, client) = remembering(&shop).await;
    let params = client.params(QUERY, BIZ, &[]);
    let text = join_sorted(params.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
    let answer = client.post(&client.sign(params)).await;
    let seen = last(&requests);
    assert_eq!((seen.number, seen.interface, seen.verb.as_str()), (1, Interface::V2, "POST"));
    assert_eq!((seen.app_id.as_str(), seen.method.as_str()), (client.app_id.as_str(), QUERY));
    assert_eq!((seen.status, seen.code, seen.sub_code), (200, "40004", "ACQ.TRADE_NOT_EXIST"));
    assert_eq!((seen.signature, seen.mistake, seen.sign_type.as_str()), (SignatureSeen::Right, None, "RSA2"));
    assert_eq!(seen.trace_id, answer.headers["trace_id"].to_str().unwrap());
    let signed = seen.signed.as_ref().unwrap();
    assert_eq!((signed.text.text.as_bytes(), signed.bytes, signed.masked), (&text[..], text.len(), false));
    assert_eq!(parameter(&seen, "biz_content"), BIZ);
    assert!(parameter(&seen, "sign").contains('…'), "a signature shows its ends");
    assert_eq!(seen.answer_kind, AnswerKind::Json);
    assert!(seen.answer.text.contains("ACQ.TRADE_NOT_EXIST") && !seen.answer.cut);
    assert!(!seen.answer.text.contains(&answer.sign.unwrap()));
}

#[tokio::test]
async fn a_wrong_signature_is_remembered_with_what_is_wrong_and_without_what_it_repeats() {
    let shop = Shop::open().await;
    let (requests, client) = remembering(&shop).await;
    let code = shop.pay_code(shop.alice).await;
    let biz = format!(
        r#"{{"out_trade_no":"W1","auth_code":"{code}","subject":"for lily@example.com","total_amount":"1.00"}}"#
    );
    let mut other = client.again();
    other.key = key(OTHER_KEY);
    let answer = other.post(&other.sign(other.params("alipay.trade.pay", &biz, &[]))).await;
    assert!(answer.get("sub_msg").contains(&code), "the answer repeats it to its caller: {}", answer.text());
    let seen = last(&requests);
    assert_eq!((seen.signature, seen.sub_code), (SignatureSeen::Wrong, "isv.invalid-signature"));
    assert_eq!(seen.mistake, Some(Mistake::Unknown));
    let signed = seen.signed.as_ref().unwrap();
    assert!(signed.masked && signed.text.text.contains(r#""auth_code":"***","subject":"for ***""#));
    assert!(signed.bytes > signed.text.text.len(), "{} of {}", signed.text.text.len(), signed.bytes);
    let all = format!("{seen:?}");
    assert!(!all.contains(&code) && !all.contains("lily@"), "{all}");
    assert!(seen.sub_msg.contains("[***]"), "{}", seen.sub_msg);
}

#[tokio::test]
async fn what_is_refused_before_it_is_believed_is_remembered_too() {
    let shop = Shop::open().await;
    let (requests, client) = remembering(&shop).await;
    let form_of = |body: String| {
        let request =
            Request::post("/gateway.do").header("content-type", "application/x-www-form-urlencoded");
        request.body(Body::from(body)).unwrap()
    };
    let signed = client.sign(client.params(QUERY, BIZ, &[]));
    let named = |app: &str| form(&client.sign(client.params(QUERY, BIZ, &[("app_id", app)])));
    let elsewhere = Request::post("/w/nowhere/gateway.do").body(Body::from(form(&signed))).unwrap();
    for (request, sub_code, app_id, checked) in [
        (form_of(named("9021000000000000")), "isv.invalid-app-id", "9021000000000000", false),
        (form_of("a=%zz".to_owned()), "isv.suspected-attack", "", false),
        (form_of(format!("{}&timestamp=never", form(&signed))), "isv.suspected-attack", "", false),
        (elsewhere, "isv.invalid-app-id", "", false),
        (form_of(form(&signed)), "ACQ.TRADE_NOT_EXIST", client.app_id.as_str(), true),
    ] {
        let (_, headers, _) = client.exchange(request).await;
        let seen = last(&requests);
        assert_eq!(seen.sub_code, sub_code);
        assert_eq!((seen.app_id.as_str(), seen.signature == SignatureSeen::Right), (app_id, checked));
        assert_eq!(seen.trace_id, headers["trace_id"].to_str().unwrap());
    }
    assert_eq!(requests.list(None, None, 99).len(), 5);
    assert_eq!(requests.list(Some(&client.app_id), None, 99).len(), 1);
}

#[tokio::test]
async fn a_call_of_v3_is_remembered_by_its_lines() {
    let shop = Shop::open().await;
    let (requests, client) = remembering(&shop).await;
    let rest = RestClient::of(&client);
    let uri = "/v3/alipay/trade/query";
    let ask = rest.sign(rest.ask("POST", uri, BIZ));
    let told = rest.send(&ask).await;
    let seen = last(&requests);
    assert_eq!((seen.interface, seen.method.as_str(), seen.status), (Interface::V3, QUERY, told.status));
    assert_eq!((seen.sub_code, seen.signature), ("ACQ.TRADE_NOT_EXIST", SignatureSeen::Right));
    let text = format!("{}\nPOST\n{uri}\n{BIZ}\n", ask.auth);
    assert_eq!(seen.signed.as_ref().map(|signed| signed.text.text.clone()), Some(text));
    assert_eq!(seen.trace_id, told.headers["alipay-trace-id"].to_str().unwrap());
    assert_eq!((parameter(&seen, "body").as_str(), parameter(&seen, "uri").as_str()), (BIZ, uri));

    let mut with_token = rest.ask("POST", uri, r#"{"auth_token":"secret-of-a-user"}"#);
    with_token.headers.push(("alipay-app-auth-token", "secret-of-a-shop".to_owned()));
    with_token.sign = rest.key.sign(wire::sign::SignType::Rsa2, b"something else");
    rest.exchange(&with_token).await;
    let seen = last(&requests);
    assert_eq!((seen.signature, seen.sub_code), (SignatureSeen::Wrong, "isv.invalid-signature"));
    let signed = seen.signed.as_ref().unwrap();
    assert!(signed.masked && signed.text.text.ends_with("{\"auth_token\":\"***\"}\n***\n"), "{signed:?}");
    assert!(!format!("{seen:?}").contains("secret-of"), "{seen:?}");
}

#[tokio::test]
async fn a_browser_that_is_sent_on_and_one_that_is_not_are_remembered() {
    let shop = Shop::open().await;
    let (requests, client) = remembering(&shop).await;
    let biz = r#"{"out_trade_no":"P1","total_amount":"1.00","subject":"x","product_code":"FAST_INSTANT_TRADE_PAY"}"#;
    for (biz, kind, code) in [(biz, AnswerKind::Redirect, ""), ("{}", AnswerKind::Page, "40004")] {
        let params = client.sign(client.params("alipay.trade.page.pay", biz, &[]));
        let request = Request::get(format!("/gateway.do?{}", form(&params))).body(Body::empty()).unwrap();
        let (status, headers, raw) = client.exchange(request).await;
        let seen = last(&requests);
        assert_eq!((seen.answer_kind, seen.code, seen.status), (kind, code, status.as_u16()));
        let location = headers.get("location").map(|to| to.to_str().unwrap()).unwrap_or_default();
        assert_eq!(seen.answer.text, location);
        assert_eq!(raw.is_empty(), kind == AnswerKind::Redirect, "the page itself is answered whole");
    }
}

#[tokio::test]
async fn a_live_world_remembers_nothing() {
    let shop = Shop::open_world(false).await;
    let (requests, client) = remembering(&shop).await;
    client.call(QUERY, BIZ).await;
    assert!(requests.list(None, None, 1).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_found_no_place_is_remembered_as_not_known() {
    let shop = Shop::open().await;
    let (_, client) = remembering(&shop).await;
    let requests = Arc::new(Requests::default());
    let gateway =
        Gateway::with_places(shop.world.clone(), shop.door.clone(), 0).remembering(requests.clone());
    let mut crowded = client.again();
    crowded.router = gateway::routes(Arc::new(gateway));
    let answer = crowded.post(&crowded.sign(crowded.params(QUERY, BIZ, &[]))).await;
    let seen = last(&requests);
    assert_eq!((seen.code, answer.get("code").as_str()), ("20000", "20000"));
    assert_eq!((seen.app_id.as_str(), seen.method.as_str()), (client.app_id.as_str(), QUERY));
    assert_eq!((seen.signature, seen.parameters.len()), (SignatureSeen::NotChecked, 0));
}

#[tokio::test]
async fn what_is_no_form_and_no_json_is_not_shown_under_any_name() {
    let shop = Shop::open().await;
    let (requests, client) = remembering(&shop).await;
    let hidden = |what: &str| {
        let all = format!("{:?}", last(&requests));
        assert!(!all.contains("refresh") && !all.contains("of-a-user"), "{what}: {all}");
    };
    let post = |body: &str| {
        let request =
            Request::post("/gateway.do").header("content-type", "application/x-www-form-urlencoded");
        request.body(Body::from(body.to_owned())).unwrap()
    };
    let torn = r#"{"subject":"a&b","refresh_token":"secret=of-a-user"}"#;
    let whole = r#"{"refresh_token":"secret-of-a-user"}"#;
    client.exchange(post(whole)).await;
    hidden("a body becomes a name");
    assert_eq!(last(&requests).parameters[0].0, "***");
    client.exchange(post(&format!("app_id={}&biz_content={torn}&z=1", client.app_id))).await;
    hidden("content is torn");
    let seen = last(&requests);
    let signed = seen.signed.as_ref().unwrap();
    // Each stands where its own name puts it; what comes after the tear may be a piece, too.
    let text = format!("app_id={}&***=***&biz_content={{\"subject\":\"***&***=***", client.app_id);
    assert_eq!((signed.text.text.as_str(), signed.masked), (text.as_str(), true));

    let rest = RestClient::of(&client);
    let twice = r#""{\"refresh_token\":\"secret-of-a-user\"}""#;
    for (body, shown) in [
        ("grant_type=x&code=secret-of-a-user&a=1", "grant_type=x&code=***&a=1"),
        (twice, "***"),
        ("secret-of-a-user", "***"),
    ] {
        rest.exchange(&rest.sign(rest.ask("POST", "/v3/alipay/system/oauth/token", body))).await;
        hidden(body);
        let seen = last(&requests);
        let signed = seen.signed.as_ref().unwrap();
        assert_eq!(parameter(&seen, "body"), shown);
        assert!(signed.masked && signed.text.text.ends_with(&format!("\n{shown}\n")), "{signed:?}");
    }
}

#[tokio::test]
async fn what_is_encrypted_is_remembered_as_it_was_answered_and_never_opened() {
    let shop = Shop::open().await;
    let requests = Arc::new(Requests::default());
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).remembering(requests.clone());
    let mut client = shop.client_of(shop.seller, APP_KEY, false, true).await;
    client.router = gateway::routes(Arc::new(gateway));
    pay(&shop, &client, "N1", "3.21").await;
    let aes = client.aes.clone().unwrap();
    let cipher = aes.encrypt(BIZ.as_bytes());
    let answer = client.call_with(QUERY, &cipher, &[("encrypt_type", "AES")]).await;
    let seen = last(&requests);
    // An envelope of v2 is JSON; what is encrypted is one text in it.
    assert_eq!(
        (seen.answer_kind, seen.code, parameter(&seen, "biz_content").as_str()),
        (AnswerKind::Json, "10000", "***")
    );
    let inside = String::from_utf8(answer.signed.clone()).unwrap();
    assert!(inside.starts_with('"') && seen.answer.text.contains(&inside), "{}", seen.answer.text);
    assert!(!format!("{seen:?}").contains("3.21"), "{seen:?}");

    let rest = RestClient::of(&client);
    let mut ask = rest.ask("POST", "/v3/alipay/trade/query", &cipher);
    ask.headers = vec![("content-type", "text/plain".to_owned()), ("alipay-encrypt-type", "AES".to_owned())];
    let told = rest.send(&rest.sign(ask)).await;
    let opened = String::from_utf8(aes.decrypt(&told.body).unwrap()).unwrap();
    assert!(opened.contains("3.21"), "{opened}");
    let seen = last(&requests);
    assert_eq!((seen.answer_kind, seen.status, seen.code), (AnswerKind::Encrypted, 200, "10000"));
    assert_eq!((seen.answer.text.as_str(), seen.answer.cut), (told.body.as_str(), false));
    assert_eq!(
        (parameter(&seen, "body").as_str(), parameter(&seen, "alipay-encrypt-type").as_str()),
        ("***", "AES")
    );
    let all = format!("{seen:?}");
    assert!(!all.contains("3.21") && !all.contains(&cipher), "{all}");
}

#[tokio::test]
async fn an_answer_that_is_lost_on_request_is_remembered_with_what_was_decided() {
    let shop = Shop::open().await;
    let (requests, room) = (Arc::new(Requests::default()), Arc::new(Room::default()));
    let sources = Failing { faults: Arc::default(), letters: room.clone(), witness: room };
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).failing_on_request(sources);
    let mut client = shop.client().await;
    client.router = gateway::routes(Arc::new(gateway.remembering(requests.clone())));
    let params = client.sign(client.params(QUERY, BIZ, &[]));
    let request = Request::post("/gateway.do").header("x-tongbao-fault", "lost-answer");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Body::from(form(&params))).unwrap();
    let response = client.router.clone().oneshot(request).await.unwrap();
    assert_eq!(
        response.extensions().get::<LostAnswer>(),
        Some(&LostAnswer),
        "whoever owns the socket is told"
    );
    let rest = RestClient::of(&client);
    let mut ask = rest.sign(rest.ask("POST", "/v3/alipay/trade/query", BIZ));
    ask.headers.push(("x-tongbao-fault", "lost-answer".to_owned()));
    rest.exchange(&ask).await;
    for (number, interface) in [(1, Interface::V2), (2, Interface::V3)] {
        let seen = requests.one(number).expect("it is remembered, once");
        assert_eq!((seen.interface, seen.fault.as_str()), (interface, "lost-answer"));
        // The 500 that stands for it is never sent.
        assert_eq!((seen.answer_kind, seen.status, seen.answer.text.as_str()), (AnswerKind::Nothing, 0, ""));
        assert_eq!((seen.signature, seen.sub_code), (SignatureSeen::Right, "ACQ.TRADE_NOT_EXIST"));
        assert_eq!((seen.app_id.as_str(), seen.method.as_str()), (client.app_id.as_str(), QUERY));
        assert!(!seen.parameters.is_empty() && seen.signed.is_some());
    }
    assert_eq!(last(&requests).number, 2);
}

/// A witness that breaks.
struct Broken;

impl Witness for Broken {
    fn watches(&self, _: AppId) -> bool {
        true
    }

    fn saw(&self, _: CallSeen) {
        panic!("the test wants it so");
    }
}

#[tokio::test]
async fn a_call_that_panics_is_remembered_once_by_its_answer() {
    let shop = Shop::open().await;
    let requests = Arc::new(Requests::default());
    let sources =
        Failing { faults: Arc::default(), letters: Arc::new(Room::default()), witness: Arc::new(Broken) };
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).failing_on_request(sources);
    let mut client = shop.client().await;
    client.router = gateway::routes(Arc::new(gateway.remembering(requests.clone())));
    let answer = client.post(&client.sign(client.params(QUERY, BIZ, &[]))).await;
    let rest = RestClient::of(&client);
    let told = rest.exchange(&rest.sign(rest.ask("POST", "/v3/alipay/trade/query", BIZ))).await;
    assert_eq!((answer.outcome().as_str(), told.status), ("20000 isp.unknow-error", 500));
    for (number, interface, status, trace_id) in [
        (1, Interface::V2, 200, &answer.headers["trace_id"]),
        (2, Interface::V3, 500, &told.headers["alipay-trace-id"]),
    ] {
        let seen = requests.one(number).expect("it is remembered");
        assert_eq!((seen.interface, seen.verb.as_str(), seen.status), (interface, "POST", status));
        // Unknown, as it is told; of the call itself nothing is left.
        assert_eq!(
            (seen.code, seen.sub_code, seen.answer_kind),
            ("20000", "isp.unknow-error", AnswerKind::Json)
        );
        assert_eq!((seen.app_id.as_str(), seen.method.as_str(), seen.parameters.len()), ("", "", 0));
        assert_eq!((seen.signature, seen.signed.is_none()), (SignatureSeen::NotChecked, true));
        assert_eq!(seen.trace_id, trace_id.to_str().unwrap());
    }
    assert_eq!(last(&requests).number, 2, "not a second time, without an answer");
}

/// Hangs up when so many calls were carried out: this one's answer waits then.
async fn hang_up<T>(call: impl Future<Output = T>, room: &Room, calls: usize) {
    let carried_out = async {
        while room.seen.lock().unwrap().len() < calls {
            sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        biased;
        _answer = call => panic!("nobody waits for the answer"),
        () = carried_out => {}
    }
}

#[tokio::test]
async fn a_call_whose_caller_hangs_up_is_remembered_without_an_answer() {
    let shop = Shop::open().await;
    let (requests, room) = (Arc::new(Requests::default()), Arc::new(Room::default()));
    let sources = Failing { faults: Arc::default(), letters: room.clone(), witness: room.clone() };
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).failing_on_request(sources);
    let mut client = shop.client().await;
    client.router = gateway::routes(Arc::new(gateway.remembering(requests.clone())));
    let params = client.sign(client.params(QUERY, BIZ, &[]));
    let request = Request::post("/gateway.do").header("x-tongbao-fault", "latency:60000");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Body::from(form(&params))).unwrap();
    hang_up(client.router.clone().oneshot(request), &room, 1).await;
    let rest = RestClient::of(&client);
    let mut ask = rest.sign(rest.ask("POST", "/v3/alipay/trade/query", BIZ));
    ask.headers.push(("x-tongbao-fault", "latency:60000".to_owned()));
    hang_up(rest.exchange(&ask), &room, 2).await;
    for (number, interface) in [(1, Interface::V2), (2, Interface::V3)] {
        let seen = requests.one(number).expect("it is remembered");
        assert_eq!((seen.interface, seen.method.as_str()), (interface, QUERY));
        assert_eq!((seen.app_id.as_str(), seen.fault.as_str()), (client.app_id.as_str(), "latency"));
        assert_eq!((seen.answer_kind, seen.status), (AnswerKind::Nothing, 0));
        assert!(seen.answer.text.is_empty() && !seen.trace_id.is_empty() && !seen.parameters.is_empty());
        // What it came to is known all the same.
        assert_eq!((seen.sub_code, seen.signature), ("ACQ.TRADE_NOT_EXIST", SignatureSeen::Right));
    }
    // Before anything came of it. Whoever is faster is asked once more.
    while timeout(Duration::ZERO, client.post(&params)).await.is_ok() {}
    let seen = last(&requests);
    assert_eq!((seen.app_id.as_str(), seen.method.as_str()), (client.app_id.as_str(), QUERY));
    assert_eq!((seen.answer_kind, seen.status, seen.code), (AnswerKind::Nothing, 0, ""));
    assert_eq!(parameter(&seen, "biz_content"), BIZ);
    // One that is answered is remembered once.
    client.post(&params).await;
    assert_eq!((last(&requests).number, last(&requests).answer_kind), (seen.number + 1, AnswerKind::Json));
}
