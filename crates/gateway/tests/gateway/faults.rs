//! Faults on request, on both interfaces: what is told differs, what was decided does not, and nothing else changes.

use crate::agreements::offered;
use crate::client::{Answer, Client, form};
use crate::rest_client::{RestClient, Told as Rest};
use crate::shop::{START_US, Shop};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base::{AppId, OrderNo, SECOND_US};
use gateway::{CallSeen, Failing, Gateway, LettersSent, LostAnswer, Told, Witness};
use money::Currency;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;
use wire::sign::SignType;
use world::{Fault, Faults, Rule};

const PAY: &str = "alipay.trade.pay";
const QUERY: &str = "alipay.trade.query";
const REFUND: &str = "alipay.trade.refund";
const REFUND_QUERY: &str = "alipay.trade.fastpay.refund.query";

/// Letters and witness in one: it says what the test wants, and keeps what it saw.
#[derive(Default)]
pub(crate) struct Room {
    watching: AtomicBool,
    pub(crate) seen: Mutex<Vec<CallSeen>>,
    asked: AtomicU64,
}

impl LettersSent for Room {
    fn last(&self) -> u64 {
        41
    }

    /// Only the third time.
    fn is_told(&self, _: OrderNo, after: u64) -> bool {
        assert_eq!(after, 41);
        self.asked.fetch_add(1, Ordering::Relaxed) >= 2
    }
}

impl Witness for Room {
    fn watches(&self, _: AppId) -> bool {
        self.watching.load(Ordering::Relaxed)
    }

    fn saw(&self, call: CallSeen) {
        self.seen.lock().unwrap().push(call);
    }
}

struct House {
    shop: Shop,
    client: Client,
    rest: RestClient,
    faults: Arc<Faults>,
    room: Arc<Room>,
}

fn failing(shop: &Shop) -> (Router, Arc<Faults>, Arc<Room>) {
    let (faults, room) = (Arc::new(Faults::default()), Arc::new(Room::default()));
    let sources = Failing { faults: faults.clone(), letters: room.clone(), witness: room.clone() };
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).failing_on_request(sources);
    (gateway::routes(Arc::new(gateway)), faults, room)
}

/// A shop whose calls can be made to fail, for tests of other rooms.
pub(crate) async fn lagging() -> (Shop, Client, Arc<Faults>) {
    let House { shop, client, faults, .. } = House::open().await;
    (shop, client, faults)
}

/// Lets the next query lag by so many seconds.
pub(crate) fn lag(faults: &Faults, seconds: u32) {
    faults.set(Rule::once(format!("query-lag:{seconds}").parse().unwrap(), None), START_US).unwrap();
}

impl House {
    async fn open() -> House {
        House::of(true).await
    }

    async fn of(sandbox: bool) -> House {
        let shop = Shop::open_world(sandbox).await;
        let (router, faults, room) = failing(&shop);
        let mut client = shop.client().await;
        client.router = router;
        let rest = RestClient::of(&client);
        House { shop, client, rest, faults, room }
    }

    fn set(&self, fault: &str) {
        self.faults.set(Rule::once(fault.parse().unwrap(), None), START_US).unwrap();
    }

    async fn pay_biz(&self, number: &str) -> String {
        let code = self.shop.pay_code(self.shop.alice).await;
        format!(
            r#"{{"out_trade_no":"{number}","total_amount":"1.50","subject":"tea","scene":"bar_code","auth_code":"{code}"}}"#
        )
    }

    async fn pay(&self, number: &str) -> Answer {
        let biz = self.pay_biz(number).await;
        self.client.call(PAY, &biz).await
    }

    async fn query(&self, number: &str) -> String {
        let answer = self.client.call(QUERY, &format!(r#"{{"out_trade_no":"{number}"}}"#)).await;
        format!("{} {}", answer.outcome(), answer.get("trade_status")).trim().to_owned()
    }

    /// What the buyer has left, in fen.
    async fn balance(&self) -> i64 {
        let find = engine::FindAccount { party: self.shop.alice, currency: Currency::Cny };
        self.shop.door.ask(find).await.unwrap().balance_minor
    }

    /// A call with a header of its own.
    async fn ask(&self, method: &str, biz: &str, fault: &str) -> Answer {
        let params = self.client.sign(self.client.params(method, biz, &[]));
        let request = Request::post("/gateway.do").header("x-tongbao-fault", fault);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.client.send(request.body(Body::from(form(&params))).unwrap()).await
    }

    async fn rest_ask(&self, name: &str, biz: &str, fault: &str) -> Rest {
        let mut ask = self.rest.ask("POST", &format!("/v3/alipay/trade/{name}"), biz);
        ask.headers.push(("x-tongbao-fault", fault.to_owned()));
        self.rest.exchange(&self.rest.sign(ask)).await
    }
}

fn mark(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-tongbao-fault").map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn without_a_fault_nothing_is_marked_seen_or_changed() {
    let house = House::open().await;
    let paid = house.pay("T1").await;
    assert_eq!((paid.outcome().as_str(), mark(&paid.headers)), ("10000", None));
    assert!(house.room.seen.lock().unwrap().is_empty());
    // A rule for another method, another app, later calls or letters leaves this call alone.
    let other = |rule: Rule| house.faults.set(rule, START_US).unwrap();
    let rule = Rule { next: None, every: Some(1), ..Rule::once(Fault::ErrorBefore, None) };
    other(Rule { method: Some(PAY.to_owned()), ..rule.clone() });
    other(Rule { app: Some("9021000000000001".parse().unwrap()), ..rule.clone() });
    other(Rule { every: Some(9), ..rule.clone() });
    other(Rule { fault: Fault::NotifyDuplicate, ..rule });
    assert_eq!(house.query("T1").await, "10000 TRADE_SUCCESS");
    let told = house.rest.post("query", r#"{"out_trade_no":"T1"}"#).await;
    assert_eq!((told.outcome().as_str(), mark(&told.headers)), ("200", None));
}

/// Fault, its answer on v2 and on v3, whether the payment was made.
const ANSWERS: [(&str, &str, &str, bool); 4] = [
    ("error-before", "20000 ACQ.SYSTEM_ERROR", "500 SYSTEM_ERROR", false),
    ("error-after", "20000 ACQ.SYSTEM_ERROR", "500 SYSTEM_ERROR", true),
    ("rate-limit", "40005 isv.app-call-limited", "429 app-call-limited", false),
    ("latency:0", "10000", "200", true),
];

#[tokio::test]
async fn each_answer_is_signed_and_marked_and_its_money_moved_once_or_not_at_all() {
    let house = House::open().await;
    for (fault, told, _, paid) in ANSWERS {
        let (number, before) = (format!("A{}", fault.replace(['-', ':'], "")), house.balance().await);
        house.set(fault);
        let biz = house.pay_biz(&number).await;
        let answer = house.client.call(PAY, &biz).await;
        assert_eq!(answer.outcome(), told, "{fault}");
        assert_eq!(mark(&answer.headers), fault.split(':').next(), "{fault}");
        let stands = if paid { "10000 TRADE_SUCCESS" } else { "40004 ACQ.TRADE_NOT_EXIST" };
        assert_eq!(house.query(&number).await, stands, "{fault}");
        assert_eq!(house.balance().await, before - if paid { 150 } else { 0 }, "{fault}");
        // The same number again: paid in any case, and once.
        let again = house.client.call(PAY, &biz).await;
        assert_eq!((again.outcome().as_str(), mark(&again.headers)), ("10000", None), "{fault}");
        assert_eq!(house.balance().await, before - 150, "{fault}");
    }
}

#[tokio::test]
async fn the_v3_interface_fails_in_the_same_place() {
    let house = House::open().await;
    for (fault, _, told, paid) in ANSWERS {
        let (number, before) = (format!("B{}", fault.replace(['-', ':'], "")), house.balance().await);
        house.set(fault);
        let biz = house.pay_biz(&number).await;
        let answer = house.rest.post("pay", &biz).await;
        assert_eq!(answer.outcome(), told, "{fault}");
        assert_eq!(mark(&answer.headers), fault.split(':').next(), "{fault}");
        assert_eq!(house.balance().await, before - if paid { 150 } else { 0 }, "{fault}");
        assert_eq!(house.rest.post("pay", &biz).await.outcome(), "200", "{fault}");
        assert_eq!(house.balance().await, before - 150, "{fault}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_marked_for_the_owner_of_the_socket_and_the_call_stands() {
    let house = House::open().await;
    let biz = house.pay_biz("L1").await;
    let params = house.client.sign(house.client.params(PAY, &biz, &[]));
    let v2 = Request::post(format!("/gateway.do?{}", form(&params))).header("x-tongbao-fault", "lost-answer");
    let response = house.client.router.clone().oneshot(v2.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.extensions().get::<LostAnswer>(), Some(&LostAnswer));
    assert_eq!(house.query("L1").await, "10000 TRADE_SUCCESS");
    house.set("lost-answer");
    let told =
        house.rest.exchange(&house.rest.sign(house.rest.ask("POST", "/v3/alipay/trade/query", &biz))).await;
    assert_eq!((told.status, told.body.as_str()), (500, ""), "nothing of the answer is left");
}

#[tokio::test]
async fn a_limit_of_one_method_has_its_own_code() {
    let house = House::open().await;
    let rule = Rule { method: Some(QUERY.to_owned()), ..Rule::once(Fault::RateLimit, None) };
    house.faults.set(rule, START_US).unwrap();
    assert_eq!(house.pay("T1").await.outcome(), "10000");
    assert_eq!(house.query("T1").await, "40005 isv.method-call-limited");
    assert_eq!(house.query("T1").await, "10000 TRADE_SUCCESS");
}

#[tokio::test]
async fn an_error_in_gbk_is_signed_over_its_bytes_and_nothing_was_decided() {
    let house = House::open().await;
    house.set("gbk-error");
    let answer = house.client.call(QUERY, r#"{"out_trade_no":"G1"}"#).await;
    assert_eq!(answer.headers["content-type"], "text/html;charset=GBK");
    assert!(std::str::from_utf8(&answer.raw).is_err(), "it is no UTF-8");
    let text = wire::charset::Charset::Gbk.decode(&answer.signed).unwrap();
    assert!(text.contains("系统繁忙") && text.contains("20000"), "{text}");
    assert_eq!(house.pay("G1").await.outcome(), "10000", "the next is as ever");
    // The v3 client of this test wants text, so the bytes are taken as they are.
    let ask = house.rest.sign(house.rest.ask("POST", "/v3/alipay/trade/query", r#"{"out_trade_no":"G1"}"#));
    let mut request = Request::post(ask.uri.as_str()).header("x-tongbao-fault", "gbk-error");
    request = request.header("content-type", "application/json");
    request = request.header("authorization", format!("ALIPAY-SHA256withRSA {},sign={}", ask.auth, ask.sign));
    let (status, headers, raw) = house.client.exchange(request.body(Body::from(ask.body)).unwrap()).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::INTERNAL_SERVER_ERROR, &"application/json;charset=GBK".parse().unwrap())
    );
    let header = |name: &str| headers[name].to_str().unwrap();
    let mut text = format!("{}\n{}\n", header("alipay-timestamp"), header("alipay-nonce")).into_bytes();
    text.extend_from_slice(&raw);
    text.push(b'\n');
    let platform = crate::shop::key(crate::shop::PLATFORM_KEY);
    assert!(platform.public_key().verify(SignType::Rsa2, &text, header("alipay-signature")));
}

#[tokio::test]
async fn maintenance_is_a_page_of_the_front_until_it_is_over() {
    let house = House::open().await;
    let until_us = Some(START_US + 60 * SECOND_US);
    let rule = Rule { next: None, until_us, ..Rule::once(Fault::Maintenance, None) };
    house.faults.set(rule, START_US).unwrap();
    let biz = house.pay_biz("M1").await;
    for _time in 0..2 {
        let request = Request::get(format!(
            "/gateway.do?{}",
            form(&house.client.sign(house.client.params(PAY, &biz, &[])))
        ));
        let (status, headers, raw) = house.client.exchange(request.body(Body::empty()).unwrap()).await;
        assert_eq!((status, mark(&headers)), (StatusCode::SERVICE_UNAVAILABLE, Some("maintenance")));
        assert_eq!(headers["retry-after"], "60");
        assert!(String::from_utf8(raw).unwrap().contains("系统维护中"));
    }
    let told =
        house.rest.exchange(&house.rest.sign(house.rest.ask("POST", "/v3/alipay/trade/pay", &biz))).await;
    assert_eq!((told.status, mark(&told.headers)), (503, Some("maintenance")));
    house.shop.advance(61 * SECOND_US);
    assert_eq!(house.query("M1").await, "40004 ACQ.TRADE_NOT_EXIST", "nothing was decided");
    assert_eq!(
        house.client.call(PAY, &biz).await.outcome(),
        "40004 ACQ.PAYMENT_AUTH_CODE_INVALID",
        "the code is old"
    );
}

#[tokio::test]
async fn queries_lag_behind_and_then_catch_up() {
    let house = House::open().await;
    assert_eq!(house.pay("Q1").await.outcome(), "10000");
    let lag = |next| {
        let rule = Rule { next: Some(next), ..Rule::once("query-lag:60".parse().unwrap(), None) };
        house.faults.set(rule, house.shop.door.now_us()).unwrap();
    };
    lag(2);
    assert_eq!(house.query("Q1").await, "40004 ACQ.TRADE_NOT_EXIST", "a minute ago there was none");
    let told = house.rest.post("query", r#"{"out_trade_no":"Q1"}"#).await;
    assert_eq!(
        (told.outcome().as_str(), mark(&told.headers)),
        ("400 ACQ.TRADE_NOT_EXIST", Some("query-lag"))
    );
    assert_eq!(house.query("Q1").await, "10000 TRADE_SUCCESS", "after two of them");
    house.shop.advance(90 * SECOND_US);
    let refund = r#"{"out_trade_no":"Q1","refund_amount":"1.50","out_request_no":"R1"}"#;
    assert_eq!(house.client.call(REFUND, refund).await.outcome(), "10000");
    lag(2);
    assert_eq!(house.query("Q1").await, "10000 TRADE_SUCCESS", "the refund was not there yet");
    let refund_query = r#"{"out_trade_no":"Q1","out_request_no":"R1"}"#;
    let answer = house.client.call(REFUND_QUERY, refund_query).await;
    assert_eq!((answer.outcome().as_str(), answer.get("refund_status").as_str()), ("10000", ""));
    let answer = house.client.call(REFUND_QUERY, refund_query).await;
    assert_eq!(answer.get("refund_status"), "REFUND_SUCCESS");
    assert_eq!(house.query("Q1").await, "10000 TRADE_CLOSED");
}

#[tokio::test]
async fn an_order_that_waits_for_its_buyer_was_not_paid_before() {
    let house = House::open().await;
    let biz = format!(
        r#"{{"out_trade_no":"W1","total_amount":"1.00","subject":"tea","buyer_id":"{}"}}"#,
        house.shop.alice
    );
    let created = house.client.call("alipay.trade.create", &biz).await;
    let order: OrderNo = created.get("trade_no").parse().unwrap();
    house.shop.advance(90 * SECOND_US);
    house.shop.confirm(order, house.shop.alice).await;
    house.set("query-lag:60");
    let then = house.client.call(QUERY, r#"{"out_trade_no":"W1"}"#).await;
    assert_eq!(then.get("trade_status"), "WAIT_BUYER_PAY");
    assert_eq!(then.get("buyer_user_id"), house.shop.alice.to_string(), "the shop had named her");
    assert_eq!(house.query("W1").await, "10000 TRADE_SUCCESS");
}

#[tokio::test]
async fn a_buyer_who_came_with_the_payment_was_not_known_before() {
    let house = House::open().await;
    let pay = async || {
        let code = house.shop.pay_code(house.shop.bob).await;
        let biz = format!(
            r#"{{"out_trade_no":"B1","total_amount":"5.00","subject":"tea","scene":"bar_code","auth_code":"{code}"}}"#
        );
        house.client.call(PAY, &biz).await.outcome()
    };
    assert_eq!(pay().await, "40004 ACQ.BUYER_BALANCE_NOT_ENOUGH");
    house.shop.advance(90 * SECOND_US);
    house.shop.top_up(house.shop.bob, 1_000).await;
    assert_eq!(pay().await, "10000");
    house.set("query-lag:60");
    let biz = r#"{"out_trade_no":"B1"}"#;
    let then = house.client.call(QUERY, biz).await;
    let buyer = |answer: &Answer| (answer.get("buyer_user_id"), answer.get("buyer_logon_id"));
    assert_eq!(then.get("trade_status"), "WAIT_BUYER_PAY", "{}", then.text());
    assert_eq!(buyer(&then), (String::new(), String::new()));
    let now = house.client.call(QUERY, biz).await;
    assert_eq!(buyer(&now).0, house.shop.bob.to_string());
}

#[tokio::test(start_paused = true)]
async fn an_early_letter_goes_before_the_answer_and_a_latency_waits() {
    let house = House::open().await;
    house.set("notify-early");
    let paid = house.pay("E1").await;
    assert_eq!((paid.outcome().as_str(), mark(&paid.headers)), ("10000", Some("notify-early")));
    assert_eq!(house.room.asked.load(Ordering::Relaxed), 3, "it waited until the letter was sent");
    house.set("latency:30000");
    let began = tokio::time::Instant::now();
    assert_eq!(house.query("E1").await, "10000 TRADE_SUCCESS");
    assert!(began.elapsed() >= Duration::from_secs(30));
}

#[tokio::test]
async fn a_call_asks_for_itself_and_a_wrong_wish_changes_nothing() {
    let house = House::open().await;
    let biz = house.pay_biz("H1").await;
    let wrong = house.ask(PAY, &biz, "error-later").await;
    house.client.checked(&wrong, SignType::Rsa2);
    assert_eq!(wrong.outcome(), "40002 isv.invalid-parameter");
    assert!(wrong.get("sub_msg").contains("x-tongbao-fault: there is no such fault"), "{}", wrong.text());
    assert_eq!(house.ask(PAY, &biz, "query-lag").await.outcome(), "40002 isv.invalid-parameter");
    assert_eq!(house.query("H1").await, "40004 ACQ.TRADE_NOT_EXIST");
    assert_eq!(house.rest_ask("pay", &biz, "latency:x").await.outcome(), "400 invalid-parameter");
    let answer = house.ask(PAY, &biz, "error-after").await;
    house.client.checked(&answer, SignType::Rsa2);
    assert_eq!(
        (answer.outcome().as_str(), answer.get("out_trade_no").as_str()),
        ("20000 ACQ.SYSTEM_ERROR", "H1")
    );
    assert_eq!(house.query("H1").await, "10000 TRADE_SUCCESS");
    assert_eq!(
        house.rest_ask("query", r#"{"out_trade_no":"H1"}"#, "error-before").await.outcome(),
        "500 SYSTEM_ERROR"
    );
    // What a call asks for goes before a rule, and does not use it up.
    house.set("rate-limit");
    assert_eq!(house.ask(QUERY, r#"{"out_trade_no":"H1"}"#, "latency:0").await.outcome(), "10000");
    assert_eq!(house.query("H1").await, "40005 isv.app-call-limited");
    // A fault of letters is a rule for the next letter of this app, and goes before one that stood.
    house.set("notify-delay:5");
    let answer = house.ask(QUERY, r#"{"out_trade_no":"H1"}"#, "notify-duplicate").await;
    assert_eq!((answer.outcome().as_str(), mark(&answer.headers)), ("10000", Some("notify-duplicate")));
    let app = house.client.app_id.parse().unwrap();
    assert_eq!(house.faults.of_letter(app, START_US).unwrap().fault, Fault::NotifyDuplicate);
    assert_eq!(house.faults.of_letter(app, START_US).unwrap().fault.name(), "notify-delay");
}

#[tokio::test]
async fn only_a_call_that_was_believed_uses_a_fault_up() {
    let house = House::open().await;
    house.set("error-before");
    let mut params = house.client.sign(house.client.params(QUERY, r#"{"out_trade_no":"V1"}"#, &[]));
    params.last_mut().unwrap().1 = b"AAAA".to_vec();
    assert_eq!(house.client.post(&params).await.outcome(), "40002 isv.invalid-signature");
    assert_eq!(house.query("V1").await, "20000 ACQ.SYSTEM_ERROR");
}

#[tokio::test]
async fn a_live_world_knows_neither_rules_nor_the_header() {
    let house = House::of(false).await;
    house.set("error-before");
    let biz = house.pay_biz("P1").await;
    let answer = house.ask(PAY, &biz, "error-after").await;
    assert_eq!((answer.outcome().as_str(), mark(&answer.headers)), ("10000", None));
    assert_eq!(house.ask(QUERY, r#"{"out_trade_no":"P1"}"#, "nonsense").await.outcome(), "10000");
    assert_eq!(house.rest_ask("query", r#"{"out_trade_no":"P1"}"#, "rate-limit").await.outcome(), "200");
    assert!(!house.faults.is_quiet() && house.room.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_witness_sees_the_call_of_a_fault_and_what_comes_after() {
    let house = House::open().await;
    house.set("error-after");
    house.pay("S1").await;
    house.query("S1").await;
    house.room.watching.store(true, Ordering::Relaxed);
    house.query("S1").await;
    house.query("S2").await;
    let seen = house.room.seen.lock().unwrap();
    let told: Vec<_> =
        seen.iter().map(|call| (call.method, call.out_trade_no.as_deref(), call.told)).collect();
    assert_eq!(
        told,
        [
            (PAY, Some("S1"), Told::Unknown),
            (QUERY, Some("S1"), Told::Done),
            (QUERY, Some("S2"), Told::Refused)
        ]
    );
    let pay = &seen[0];
    assert_eq!(
        (pay.fault, pay.amount.as_deref(), pay.subject.as_deref()),
        (Some(Fault::ErrorAfter), Some("1.50"), Some("tea"))
    );
    assert_eq!(pay.trace_id.len(), 32);
}

/// Methods that ask the cell, with content that is read.
const ASKING: [(&str, &str); 16] = [
    (QUERY, r#"{"out_trade_no":"U1"}"#),
    (PAY, r#"{"out_trade_no":"U1","total_amount":"1.50","subject":"tea","auth_code":"280000000000000001"}"#),
    ("alipay.trade.cancel", r#"{"out_trade_no":"U1"}"#),
    ("alipay.trade.close", r#"{"out_trade_no":"U1"}"#),
    (REFUND, r#"{"out_trade_no":"U1","refund_amount":"1.50"}"#),
    (REFUND_QUERY, r#"{"out_trade_no":"U1","out_request_no":"R1"}"#),
    (
        "alipay.trade.create",
        r#"{"out_trade_no":"U1","total_amount":"1.50","subject":"tea","buyer_id":"ALICE"}"#,
    ),
    ("alipay.trade.precreate", r#"{"out_trade_no":"U1","total_amount":"1.50","subject":"tea"}"#),
    ("alipay.trade.app.pay", r#"{"out_trade_no":"U1","total_amount":"1.50","subject":"tea"}"#),
    ("alipay.trade.advance.consult", r#"{"alipay_user_id":"ALICE"}"#),
    ("alipay.user.agreement.query", r#"{"agreement_no":"AGREEMENT"}"#),
    ("alipay.user.agreement.unsign", r#"{"agreement_no":"AGREEMENT"}"#),
    ("alipay.fund.auth.operation.detail.query", r#"{"out_order_no":"F1","out_request_no":"R1"}"#),
    (
        "alipay.trade.royalty.relation.bind",
        r#"{"out_request_no":"r1","receiver_list":[{"type":"userId","account":"ALICE"}]}"#,
    ),
    (
        "alipay.user.certify.open.initialize",
        r#"{"outer_order_no":"C1","biz_code":"FACE","identity_param":{"identity_type":"CERT_INFO"}}"#,
    ),
    ("alipay.open.auth.userauth.relationship.query", r#"{"scopes":"auth_user","user_id":"ALICE"}"#),
];

#[tokio::test]
async fn an_injected_unknown_is_what_an_unknown_outcome_is() {
    let mut house = House::open().await;
    let agreement_no = offered(&house.shop, &house.client).await.to_string();
    let mut told = Vec::new();
    for (method, biz) in ASKING {
        let biz = biz.replace("ALICE", &house.shop.alice.to_string()).replace("AGREEMENT", &agreement_no);
        let answer = house.ask(method, &biz, "error-before").await;
        assert!(answer.outcome().starts_with("20000 "), "{method}: {}", answer.text());
        told.push((method, biz, answer));
    }
    house.shop.stop_cell();
    for (method, biz, injected) in told {
        let real = house.client.call(method, &biz).await;
        assert_eq!(injected.inner().to_string(), real.inner().to_string(), "{method}");
    }
}
