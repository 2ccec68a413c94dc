//! What a notification says.

use crate::house::{House, delivery, quick, text};
use crate::shop::{SUCCESS, Shop};
use base::MINUTE_US;
use engine::{CloseOrder, OpenOrder, Which};
use std::collections::BTreeMap;
use trade::{Delivery, WireCharset};
use wire::charset::Charset;
use wire::sign::SignType;

/// The members of the documented success sample, and those that an order adds.
const PAID: [&str; 27] = [
    "app_id",
    "auth_app_id",
    "body",
    "buyer_id",
    "buyer_logon_id",
    "buyer_pay_amount",
    "charset",
    "fund_bill_list",
    "gmt_create",
    "gmt_payment",
    "invoice_amount",
    "notify_id",
    "notify_time",
    "notify_type",
    "out_trade_no",
    "passback_params",
    "point_amount",
    "receipt_amount",
    "seller_email",
    "seller_id",
    "sign",
    "sign_type",
    "subject",
    "total_amount",
    "trade_no",
    "trade_status",
    "version",
];

fn names(members: &BTreeMap<String, String>) -> Vec<&str> {
    members.keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_told_with_every_documented_member() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let told = Delivery { passback_params: Some(text("cart%3D7%26k")), ..delivery(&shop.url()) };
    let order = house.pay(house.unpaid("T-1_a", told)).await;
    house.until_delivered(order.no).await;
    let calls = shop.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].content_type, "application/x-www-form-urlencoded; charset=utf-8");
    let members = calls[0].members();
    assert_eq!(names(&members), PAID);
    let (notice, seller, buyer, app) = (
        house.notices(order.no)[0].no.to_string(),
        house.seller.to_string(),
        house.buyer.to_string(),
        house.app.to_string(),
    );
    for (name, value) in [
        ("app_id", app.as_str()),
        ("auth_app_id", &app),
        ("body", "two tins"),
        ("buyer_id", &buyer),
        ("buyer_logon_id", "159****1234"),
        ("buyer_pay_amount", "12.34"),
        ("charset", "utf-8"),
        ("fund_bill_list", r#"[{"amount":"12.34","fundChannel":"ALIPAYACCOUNT"}]"#),
        ("gmt_create", "2026-01-02 00:00:00"),
        ("gmt_payment", "2026-01-02 00:00:00"),
        ("invoice_amount", "12.34"),
        ("notify_id", &notice),
        ("notify_time", "2026-01-02 00:00:00"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", "T-1_a"),
        ("passback_params", "cart%3D7%26k"),
        ("point_amount", "0.00"),
        ("receipt_amount", "12.34"),
        ("seller_email", "shop@example.com"),
        ("seller_id", &seller),
        ("subject", "龙井茶 & more=100%"),
        ("total_amount", "12.34"),
        ("trade_no", &order.no.to_string()),
        ("trade_status", "TRADE_SUCCESS"),
        ("version", "1.0"),
    ] {
        assert_eq!(members[name], value, "{name}");
    }
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_in_open_id_mode_is_told_a_name_in_the_place_of_the_number() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    house.world.apps.change(house.app, |setting| setting.open_id = true).unwrap();
    let running = house.deliver(quick());
    let order = house.pay(house.unpaid("T-1", delivery(&shop.url()))).await;
    house.until_delivered(order.no).await;
    let members = shop.calls()[0].members();
    assert_eq!(members["buyer_open_id"], house.world.secrets.open_id(house.app, house.buyer));
    assert!(!members.contains_key("buyer_id") && members["seller_id"] == house.seller.to_string());
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_state_goes_first_and_each_notice_keeps_its_own_values() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.pass(61_500_000);
    house.refund(order.no, 234, "R1").await;
    house.pass(60_000_000);
    house.refund(order.no, 1_000, "R2").await;
    house.until(order.no, "written", |notice| notice.attempts == 0).await;
    while house.notices(order.no).len() < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let running = house.deliver(quick());
    house.until_delivered(order.no).await;
    let told: Vec<_> = shop.calls().iter().map(|call| call.members()).collect();
    assert_eq!(told.len(), 3);
    let [whole, part, paid] = [&told[0], &told[1], &told[2]];

    let mut expected = PAID.to_vec();
    expected.retain(|name| *name != "passback_params");
    assert_eq!(names(paid), expected);
    assert_eq!(paid["trade_status"], "TRADE_SUCCESS");

    expected.extend(["gmt_refund", "out_biz_no", "refund_fee"]);
    expected.sort_unstable();
    assert_eq!(names(part), expected);
    let of = |members: &BTreeMap<String, String>| {
        let names = ["trade_status", "refund_fee", "out_biz_no", "gmt_refund", "gmt_payment"];
        names.map(|name| members[name].clone())
    };
    assert_eq!(of(part), ["TRADE_SUCCESS", "2.34", "R1", "2026-01-02 00:01:01.500", "2026-01-02 00:00:00"]);

    expected.push("gmt_close");
    expected.sort_unstable();
    assert_eq!(names(whole), expected);
    assert_eq!(of(whole), ["TRADE_CLOSED", "12.34", "R2", "2026-01-02 00:02:01.500", "2026-01-02 00:00:00"]);
    assert_eq!(whole["gmt_close"], "2026-01-02 00:02:01");
    assert_eq!(whole["notify_time"], "2026-01-02 00:02:01");
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unpaid_order_that_closes_is_told_without_money() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let order = house.door.ask(house.unpaid("T1", delivery(&shop.url()))).await.expect("opened").order;
    house.pass(MINUTE_US);
    house.door.ask(CloseOrder { seller: house.seller, which: Which::No(order.no) }).await.expect("closed");
    house.until_delivered(order.no).await;
    let members = shop.calls()[0].members();
    let expected = [
        "app_id",
        "auth_app_id",
        "body",
        "charset",
        "gmt_close",
        "gmt_create",
        "notify_id",
        "notify_time",
        "notify_type",
        "out_trade_no",
        "seller_email",
        "seller_id",
        "sign",
        "sign_type",
        "subject",
        "total_amount",
        "trade_no",
        "trade_status",
        "version",
    ];
    assert_eq!(names(&members), expected);
    assert_eq!((&*members["trade_status"], &*members["gmt_close"]), ("TRADE_CLOSED", "2026-01-02 00:01:00"));
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charset_and_sign_type_are_those_of_the_order() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let gbk = Delivery { charset: WireCharset::Gbk, ..delivery(&shop.url()) };
    let rsa1 = Delivery { rsa1: true, ..delivery(&shop.url()) };
    for (number, delivery, charset, sign_type) in
        [("T1", gbk, Charset::Gbk, SignType::Rsa2), ("T2", rsa1, Charset::Utf8, SignType::Rsa)]
    {
        let open: OpenOrder = house.unpaid(number, delivery);
        let order = house.pay(open).await;
        house.until_delivered(order.no).await;
        let call = shop.calls().pop().expect("called");
        let members = call.verified(charset, sign_type);
        assert_eq!(members["subject"], "龙井茶 & more=100%");
        assert_eq!(members["charset"], charset.name());
        assert!(call.content_type.ends_with(charset.name()));
    }
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_acts_for_a_merchant_is_told_with_the_merchant_s_app_beside_it() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let helper = house.helper().await;
    let open = OpenOrder { app: helper, ..house.unpaid("I-1", delivery(&shop.url())) };
    let order = house.pay(open).await;
    house.until_delivered(order.no).await;
    let members = shop.calls()[0].members();
    assert_eq!(members["app_id"], helper.to_string());
    assert_eq!(members["auth_app_id"], house.app.to_string());
    assert_eq!(members["seller_id"], house.seller.to_string());
    assert_eq!(
        names(&members),
        PAID.into_iter().filter(|name| *name != "passback_params").collect::<Vec<_>>()
    );
    running.stop().await;
}
