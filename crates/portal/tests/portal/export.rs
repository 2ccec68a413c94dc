//! The export of a person's transactions, read line by line as the programs do that take it in.

use crate::shop::{BUYER, Browser, PASSWORD, Page, Shop, fen};
use axum::http::StatusCode;
use base::{DAY_US, MINUTE_US, OrderNo, Text};
use encoding_rs::GB18030;
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, ClaimOrder, CloseOrder, ConfirmBankOrder, JudgePassword,
    LastTry, PayByCard, PrepareBankOrder, RefundOrder, SendBankOrder, TryPassword, Verdict, Which,
};
use fund::{BankReason, CardKind, Done};
use std::io::{Cursor, Read};
use std::sync::atomic::Ordering;
use trade::Product;

async fn signed_in(shop: &Shop) -> Browser {
    let mut browser = shop.browser();
    let asked = browser.get("/wallet/export").await;
    assert!(asked.html.contains("name=\"pay_password\"") && asked.html.contains("value=\"export\""));
    let csrf = asked.csrf();
    let fields = [("csrf", csrf.as_str()), ("next", "export"), ("login", BUYER), ("pay_password", PASSWORD)];
    assert_eq!(browser.post("/wallet/sign-in", &fields).await.location, "/wallet/export");
    browser
}

async fn export(browser: &mut Browser, first: &str, last: &str, password: &str) -> Page {
    let csrf = browser.get("/wallet/export").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("first", first), ("last", last), ("password", password)];
    browser.post("/wallet/export", &fields).await
}

/// The lines of the one file in a download.
fn lines(page: &Page, password: Option<&str>) -> Vec<String> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    let mut zip = zip::ZipArchive::new(Cursor::new(page.bytes.clone())).unwrap();
    assert_eq!(zip.len(), 1);
    let mut bytes = Vec::new();
    match password {
        None => zip.by_index(0).unwrap().read_to_end(&mut bytes).unwrap(),
        Some(password) => {
            assert!(zip.by_index(0).is_err(), "it is encrypted");
            assert!(zip.by_index_decrypt(0, b"another").is_err());
            zip.by_index_decrypt(0, password.as_bytes()).unwrap().read_to_end(&mut bytes).unwrap()
        }
    };
    let (text, _, broken) = GB18030.decode(&bytes);
    assert!(!broken && text.ends_with('\n') && !text.contains('\r'));
    text.split_terminator('\n').map(str::to_owned).collect()
}

/// An order that the buyer pays on the cashier's page.
async fn paid(shop: &Shop, minor: u64, subject: &str) -> OrderNo {
    let order = shop.order_of(Product::QrCode, minor, subject, None).await.order;
    let mut browser = shop.browser();
    browser.sign_in(&shop.qr_path(order.no), BUYER, PASSWORD).await;
    browser.pay(&shop.qr_path(order.no)).await;
    assert_eq!(shop.state(order.no).await, trade::OrderState::Paid);
    order.no
}

#[tokio::test]
async fn a_day_is_exported_line_by_line() {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 10_000).await;
    let first = paid(&shop, 7_00, "咖啡, =大杯😀").await;
    shop.now_us.fetch_add(MINUTE_US, Ordering::Relaxed);
    let refund = RefundOrder {
        seller: shop.seller,
        which: Which::No(first),
        amount: fen(2_00),
        out_request_no: Some(Text::new("R1").unwrap()),
        reason: None,
        back: Vec::new(),
    };
    shop.door.ask(refund).await.unwrap();
    shop.now_us.fetch_add(MINUTE_US, Ordering::Relaxed);
    let closed = shop.order(Product::QrCode, 3_00).await.order;
    let claim = ClaimOrder { order_no: closed.no, buyer: shop.buyer, by_code: true };
    shop.door.ask(claim).await.unwrap();
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(closed.no) }).await.unwrap();
    // One that waits is nothing yet.
    let waits = shop.order(Product::QrCode, 4_00).await.order;
    let claim = ClaimOrder { order_no: waits.no, buyer: shop.buyer, by_code: true };
    shop.door.ask(claim).await.unwrap();
    let mut browser = signed_in(&shop).await;
    let page = export(&mut browser, "2026-01-01", "2026-01-02", "").await;
    let saved = page.headers["content-disposition"].to_str().unwrap().to_owned();
    assert!(
        saved.starts_with("attachment; filename=\"alipay_record_20260102_12") && saved.ends_with(".zip\""),
        "{saved}"
    );
    let lines = lines(&page, None);
    let dashes = "-".repeat(24);
    assert_eq!(lines[0], "-".repeat(84));
    let exported = lines[6].clone();
    assert!(exported.starts_with("导出时间：[2026-01-02 12:0") && exported.ends_with(']'), "{exported}");
    assert_eq!(
        lines[1..13],
        [
            "导出信息：",
            "姓名：Lily",
            "支付宝账户：lily@example.com",
            "起始时间：[2026-01-01 00:00:00]    终止时间：[2026-01-02 23:59:59]",
            "导出交易类型：[全部]",
            &exported,
            "共4笔记录",
            "收入：0笔 0.00元",
            "支出：1笔 7.00元",
            "不计收支：3笔 105.00元",
            "",
            "特别提示：",
        ]
    );
    for (at, line) in lines[13..22].iter().enumerate() {
        assert!(line.starts_with(&format!("{}.", at + 1)), "{line}");
    }
    assert_eq!(lines[22], "");
    assert_eq!(lines[23], format!("{dashes}支付宝（中国）网络技术有限公司  电子客户回单{dashes}"));
    assert_eq!(
        lines[24],
        "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
    );
    let rows: Vec<Vec<&str>> = lines[25..].iter().map(|line| line.split(',').collect()).collect();
    let told: Vec<[&str; 11]> = rows
        .iter()
        .map(|row| {
            assert_eq!((row.len(), row[12], row[11]), (13, "", ""), "twelve values and a comma");
            assert_eq!(row[0].len(), "2026-01-02 12:00:00".len());
            std::array::from_fn(|at| row[at + 1])
        })
        .collect();
    let (seller, account) = ("小店 <b>&", "sho***@example.com");
    let refunded = format!("{first}_R1\t");
    let (first, closed) = (format!("{first}\t"), format!("{}\t", closed.no));
    let number = |at: usize| told[at][9];
    assert_eq!(
        told,
        [
            ["其他", seller, account, "coffee", "不计收支", "3.00", "", "交易关闭", &closed, "A3\t", ""],
            [
                "退款",
                seller,
                account,
                "退款-咖啡， =大杯😀",
                "不计收支",
                "2.00",
                "账户余额",
                "退款成功",
                &refunded,
                "A2\t",
                ""
            ],
            [
                "其他",
                seller,
                account,
                "咖啡， =大杯😀",
                "支出",
                "7.00",
                "账户余额",
                "交易成功",
                &first,
                "A2\t",
                ""
            ],
            [
                "账户存取",
                "",
                "/",
                "充值-普通充值",
                "不计收支",
                "100.00",
                "账户余额",
                "交易成功",
                told[3][8],
                "\t",
                ""
            ],
        ]
    );
    assert!(number(1).ends_with('\t') && told[1][8].starts_with(first.trim_end()));
}

#[tokio::test]
async fn an_export_has_the_days_that_were_asked_for_and_a_password_if_wanted() {
    let shop = Shop::open().await;
    let first = paid(&shop, 7_00, "one").await;
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    let mut browser = signed_in(&shop).await;
    let rows = |lines: Vec<String>| lines.len() - 25;
    assert_eq!(rows(lines(&export(&mut browser, "2026-01-02", "2026-01-03", "").await, None)), 2);
    assert_eq!(rows(lines(&export(&mut browser, "2026-01-03", "2026-01-03", "").await, None)), 0);
    let page = export(&mut browser, "2026-01-02", "2026-01-02", "s3cret!").await;
    assert!(lines(&page, Some("s3cret!"))[25].contains(&first.to_string()));
    assert!(!page.html.contains(&first.to_string()));
    for (first, last, password) in [
        ("2026-01-03", "2026-01-02", ""),
        ("2026-01-02", "2026-01-04", ""),
        ("2025-01-01", "2026-01-03", ""),
        ("2026-01-02", "", ""),
        ("nonsense", "2026-01-02", ""),
        ("2026-01-02", "2026-01-02", "short"),
        ("2026-01-02", "2026-01-02", "六个汉字的密码"),
        ("2026-01-02", "2026-01-02", "123456789012345678901234567890123"),
    ] {
        let refused = export(&mut browser, first, last, password).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{first} {last} {password}");
        assert!(refused.html.contains("role=\"alert\""), "{}", refused.html);
    }
    assert!(browser.get("/wallet").await.html.contains("href=\"/wallet/export\""));
}

#[tokio::test]
async fn an_export_is_its_owner_s() {
    let shop = Shop::open().await;
    let mut stranger = shop.browser();
    let fields = [("csrf", "x"), ("first", "2026-01-02"), ("last", "2026-01-02")];
    let asked = stranger.post("/wallet/export", &fields).await;
    assert!(
        asked.html.contains("name=\"pay_password\"") && !asked.headers.contains_key("content-disposition")
    );
    let mut browser = signed_in(&shop).await;
    assert_eq!(browser.post("/wallet/export", &fields).await.status, StatusCode::FORBIDDEN, "another's form");
    shop.another_buyer("tom@example.com").await;
    let page = export(&mut browser, "2026-01-02", "2026-01-02", "").await;
    let lines = lines(&page, None);
    assert_eq!(lines.len(), 26, "Tom's money is not Lily's");
}

#[tokio::test]
async fn a_trade_that_was_wholly_given_back_is_a_payment_and_a_refund() {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 10_000).await;
    let no = paid(&shop, 1_00, "tea").await;
    let refund = RefundOrder {
        seller: shop.seller,
        which: Which::No(no),
        amount: fen(1_00),
        out_request_no: Some(Text::new("R1").unwrap()),
        reason: None,
        back: Vec::new(),
    };
    shop.door.ask(refund).await.unwrap();
    let mut browser = signed_in(&shop).await;
    let lines = lines(&export(&mut browser, "2026-01-02", "2026-01-02", "").await, None);
    let told: Vec<[&str; 4]> = lines[25..]
        .iter()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|row| [row[5], row[6], row[8], row[9].trim_end()])
        .collect();
    let (number, refund) = (no.to_string(), format!("{no}_R1"));
    assert_eq!(told[0], ["不计收支", "1.00", "退款成功", &refund]);
    assert_eq!(told[1], ["支出", "1.00", "交易关闭", &number]);
    assert_eq!(told.len(), 3, "and the money that it was paid from: {told:?}");
}

/// What a card pays is an expense like another; what goes back to it stands beside it. No balance moves.
#[tokio::test]
async fn what_a_card_paid_and_got_back_is_in_its_owner_s_export() {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 10_000).await;
    let ask = AskCard {
        party: shop.buyer,
        bank: Text::new("ICBC").unwrap(),
        kind: CardKind::Credit,
        last_four: Text::new("4321").unwrap(),
        digest: [7; 16],
    };
    let card = shop.door.ask(ask).await.unwrap().no;
    let agreement = Text::new("A1").unwrap();
    shop.door.ask(BindCard { party: shop.buyer, card, agreement }).await.unwrap();
    let order = shop.order_of(Product::QrCode, 8_00, "lamp", None).await.order;
    shop.door.ask(ClaimOrder { order_no: order.no, buyer: shop.buyer, by_code: true }).await.unwrap();
    let attempt = shop.door.ask(TryPassword { party: shop.buyer, about: order.no }).await.unwrap().attempt;
    shop.door.ask(JudgePassword { party: shop.buyer, attempt, right: true }).await.unwrap();
    let pay = PayByCard { buyer: shop.buyer, order_no: order.no, card, attempt, last_try: LastTry::Unsaid };
    let bank_order = shop.door.ask(pay).await.unwrap();
    shop.door.ask(SendBankOrder { no: bank_order.no }).await.unwrap();
    let done = Done { amount: fen(8_00), bank_ref: Text::new("R1").unwrap() };
    shop.door.ask(BankAnswered { no: bank_order.no, verdict: Verdict::Done(done) }).await.unwrap();
    shop.now_us.fetch_add(MINUTE_US, Ordering::Relaxed);
    let refund = RefundOrder {
        seller: shop.seller,
        which: Which::No(order.no),
        amount: fen(3_00),
        out_request_no: Some(Text::new("R1").unwrap()),
        reason: None,
        back: Vec::new(),
    };
    shop.door.ask(refund).await.unwrap();
    let mut browser = signed_in(&shop).await;
    let exported = lines(&export(&mut browser, "2026-01-02", "2026-01-02", "").await, None);
    let told: Vec<[&str; 6]> = exported[25..]
        .iter()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|row| [row[4], row[5], row[6], row[7], row[8], row[9].trim_end()])
        .collect();
    let (number, refund) = (order.no.to_string(), format!("{}_R1", order.no));
    assert_eq!(told[0], ["退款-lamp", "不计收支", "3.00", "ICBC信用卡", "退款成功", &refund]);
    assert_eq!(told[1], ["lamp", "支出", "8.00", "ICBC信用卡", "交易成功", &number]);
    assert_eq!(told.len(), 3, "and the money that the balance was filled from: {told:?}");
}

/// A debit card of the buyer, bound.
async fn debit_card(shop: &Shop) -> base::CardNo {
    let ask = AskCard {
        party: shop.buyer,
        bank: Text::new("ICBC").unwrap(),
        kind: CardKind::Debit,
        last_four: Text::new("4321").unwrap(),
        digest: [7; 16],
    };
    let card = shop.door.ask(ask).await.unwrap().no;
    let agreement = Text::new("A1").unwrap();
    shop.door.ask(BindCard { party: shop.buyer, card, agreement }).await.unwrap();
    card
}

/// A withdrawal that its owner confirmed and that the bank was asked for.
async fn withdrawn(shop: &Shop, card: base::CardNo, minor: u64, key: &str) -> base::BankOrderNo {
    let key = Text::new(key).unwrap();
    let wish = PrepareBankOrder { party: shop.buyer, card, way: BankWay::Withdraw, amount: fen(minor), key };
    let no = shop.door.ask(wish).await.unwrap().no;
    let about = no.topic();
    let attempt = shop.door.ask(TryPassword { party: shop.buyer, about }).await.unwrap().attempt;
    shop.door.ask(JudgePassword { party: shop.buyer, attempt, right: true }).await.unwrap();
    shop.door.ask(ConfirmBankOrder { party: shop.buyer, no, attempt }).await.unwrap();
    shop.door.ask(SendBankOrder { no }).await.unwrap();
    no
}

#[tokio::test]
async fn a_withdrawal_stands_with_its_fee_apart_and_says_how_far_it_is() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 6_000_000).await;
    let card = debit_card(&shop).await;
    let mut told = Vec::new();
    let mut see = async |shop: &Shop| {
        shop.now_us.fetch_add(MINUTE_US, Ordering::Relaxed);
        let mut browser = signed_in(shop).await;
        let exported = lines(&export(&mut browser, "2026-01-02", "2026-01-02", "").await, None);
        let cells = |line: &String| {
            let row: Vec<&str> = line.split(',').collect();
            [row[4], row[5], row[6], row[8], row[9].trim_end()].map(str::to_owned)
        };
        told = exported[25..].iter().map(cells).filter(|row| !row[0].starts_with("充值")).collect();
        told.clone()
    };
    // 20,000.00 of it are free; a thousandth of the rest is the fee.
    let no = withdrawn(&shop, card, 2_600_000, "k1").await;
    let number = no.to_string();
    let line = |item: &str, flow: &str, amount: &str, status: &str, no: &str| {
        [item, flow, amount, status, no].map(str::to_owned)
    };
    let under_way = [
        line("提现-普通提现", "不计收支", "26000.00", "处理中", &number),
        line("服务费-提现", "支出", "6.00", "处理中", &number),
    ];
    assert_eq!(see(&shop).await, under_way);
    shop.door.ask(BankAnswered { no, verdict: Verdict::Refused(BankReason::CardBlocked) }).await.unwrap();
    let returned = format!("{number}_0");
    let back = [
        line("提现-退回", "不计收支", "26000.00", "退款成功", &returned),
        line("退款-服务费-提现", "不计收支", "6.00", "退款成功", &returned),
        line("提现-普通提现", "不计收支", "26000.00", "交易关闭", &number),
        line("服务费-提现", "支出", "6.00", "交易关闭", &number),
    ];
    assert_eq!(see(&shop).await, back);
    let second = withdrawn(&shop, card, 1_00, "k2").await;
    let done = Done { amount: fen(1_00), bank_ref: Text::new("R2").unwrap() };
    shop.door.ask(BankAnswered { no: second, verdict: Verdict::Done(done) }).await.unwrap();
    let arrived = line("提现-普通提现", "不计收支", "1.00", "交易成功", &second.to_string());
    assert_eq!(see(&shop).await[0], arrived, "free: it has no line of a fee");
}
