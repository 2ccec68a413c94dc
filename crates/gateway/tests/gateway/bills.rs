//! Bills: a day with everything in it, read back line by line and added up against the account.

use crate::client::Client;
use crate::rest_client::RestClient;
use crate::shop::{OTHER_KEY, START_US, Shop};
use crate::{escrows, freezes, methods, splits};
use axum::body::Body;
use axum::http::Request;
use base::{DAY_US, HOUR_US, SECOND_US, Slot, Text};
use engine::{
    ActOnEscrow, Actor, ApproveContract, ConfirmGoods, EscrowAct, FindAccount, JudgePassword, NewPassword,
    OpenParty, ProposeContract, TryPassword,
};
use money::{Currency, Rate};
use people::{PartyKind, PartyStatus};
use std::io::{Cursor, Read};
use trade::{ContractProduct, ContractStatus, ContractTerms, Logistics, SettlementTerm, Transport};
use wire::charset::Charset;
use wire::timestamp::format_cn;

const BILL: &str = "alipay.data.dataservice.bill.downloadurl.query";

/// A CSV of a bill: its lines, and the cells of those that are no remarks, with the names of the columns first.
struct Sheet {
    name: String,
    lines: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn of(name: &str, bytes: &[u8]) -> Sheet {
        let text = Charset::Gbk.decode(bytes).unwrap();
        assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
        let lines: Vec<String> = text.split_terminator("\r\n").map(str::to_owned).collect();
        let plain = lines.iter().filter(|line| !line.starts_with('#'));
        let rows = plain.map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect();
        Sheet { name: name.to_owned(), lines, rows }
    }

    fn column(&self, name: &str) -> usize {
        self.rows[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// Fen of a column, in the lines that are wanted.
    fn sum(&self, name: &str, wanted: impl Fn(&[String]) -> bool) -> i64 {
        let at = self.column(name);
        self.rows[1..].iter().filter(|row| wanted(row)).map(|row| fen(&row[at])).sum()
    }

    fn values(&self, name: &str) -> Vec<&str> {
        let at = self.column(name);
        self.rows[1..].iter().map(|row| row[at].as_str()).collect()
    }
}

fn fen(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or_else(|| panic!("{text} is no amount"));
    assert_eq!(part.len(), 2, "{text}");
    format!("{whole}{part}").parse().unwrap()
}

struct Days {
    shop: Shop,
    client: Client,
    now_us: i64,
}

impl Days {
    async fn open() -> Days {
        let shop = Shop::open().await;
        let client = shop.client().await;
        Days { shop, client, now_us: START_US }
    }

    fn advance(&mut self, by_us: i64) {
        self.shop.advance(by_us);
        self.now_us += by_us;
    }

    async fn call(&self, method: &str, biz: &str) -> crate::client::Answer {
        self.client.call_with(method, biz, &[("timestamp", &format_cn(self.now_us))]).await
    }

    async fn ask(&self, kind: &str, date: &str) -> crate::client::Answer {
        self.call(BILL, &format!(r#"{{"bill_type":"{kind}","bill_date":"{date}"}}"#)).await
    }

    async fn fetch(&self, url: &str) -> (u16, Vec<u8>) {
        let path = url.strip_prefix(&self.shop.world.base_url).unwrap();
        let (status, _, bytes) = self.client.exchange(Request::get(path).body(Body::empty()).unwrap()).await;
        (status.as_u16(), bytes)
    }

    async fn zip(&self, kind: &str, date: &str) -> Vec<u8> {
        let answer = self.ask(kind, date).await;
        assert_eq!(answer.outcome(), "10000", "{}", answer.text());
        assert_eq!(answer.names(), ["code", "msg", "bill_download_url"]);
        let (status, bytes) = self.fetch(&answer.get("bill_download_url")).await;
        assert_eq!(status, 200);
        bytes
    }

    /// The details and the summary.
    async fn sheets(&self, kind: &str, date: &str) -> (Sheet, Sheet) {
        let mut zip = zip::ZipArchive::new(Cursor::new(self.zip(kind, date).await)).unwrap();
        assert_eq!(zip.len(), 2);
        let mut sheet = |index| {
            let mut file = zip.by_index(index).unwrap();
            let (name, mut bytes) = (Charset::Gbk.decode(file.name_raw()).unwrap(), Vec::new());
            file.read_to_end(&mut bytes).unwrap();
            Sheet::of(&name, &bytes)
        };
        (sheet(0), sheet(1))
    }

    async fn balance(&self) -> i64 {
        let account = FindAccount { party: self.shop.seller, currency: Currency::Cny };
        self.shop.door.ask(account).await.unwrap().balance_minor
    }

    async fn refund(&self, number: &str, amount: &str, request: &str) -> String {
        let biz = format!(
            r#"{{"out_trade_no":"{number}","refund_amount":"{amount}","out_request_no":"{request}","refund_reason":"坏了,一半"}}"#
        );
        self.call("alipay.trade.refund", &biz).await.outcome()
    }

    /// Somebody new, with money and a code to pay with.
    async fn person(&self, login: &str, name: &str) -> base::PartyId {
        let password = NewPassword { verifier: Text::new("$argon2id$").unwrap(), pepper_version: 1 };
        let (login, name) = (Text::new(login).unwrap(), Text::new(name).unwrap());
        let open = OpenParty { kind: PartyKind::Person, login, name, password: Some(password) };
        let party = self.shop.door.ask(open).await.unwrap();
        self.shop.top_up(party, 100_000).await;
        party
    }

    async fn pay_by(&self, payer: base::PartyId, client: &Client, number: &str, amount: &str) -> String {
        let code = self.shop.pay_code(payer).await;
        let biz = format!(
            r#"{{"out_trade_no":"{number}","total_amount":"{amount}","subject":"+1+1, \"x\"","auth_code":"{code}",
            "store_id":"S1","operator_id":"O1","terminal_id":"K1"}}"#
        );
        let paid = client.call("alipay.trade.pay", &biz).await;
        assert_eq!(paid.outcome(), "10000", "{}", paid.text());
        paid.get("trade_no")
    }

    /// Trades of every kind with the shop as seller.
    async fn sell(&self) {
        let (shop, client) = (&self.shop, &self.client);
        methods::pay(shop, client, "T1", "100").await;
        assert_eq!(self.refund("T1", "30", "R1").await, "10000");
        methods::pay(shop, client, "T2", "50").await;
        assert_eq!(self.refund("T2", "50", "R1").await, "10000");
        let (bob, carol) = (shop.bob, self.person("15612345689", "欧阳博").await);
        let list =
            format!(r#"{{"type":"userId","account":"{bob}"}},{{"type":"userId","account":"{carol}"}}"#);
        splits::bind(client, &list).await;
        let trade_no = methods::pay(shop, client, "T3", "100").await.get("trade_no");
        let part = |amount: &str| format!(r#"{{"trans_in":"{bob}","amount":"{amount}"}}"#);
        let back = |amount: &str| format!(r#"{{"trans_out":"{bob}","amount":"{amount}"}}"#);
        assert_eq!(splits::settle(client, &trade_no, "S1", &part("10.5"), "").await.outcome(), "10000");
        assert_eq!(splits::refund(client, &trade_no, "R1", "20", &back("5")).await.outcome(), "10000");
        // The receiver gives all of it: the fee comes when it has arrived, in a posting of its own.
        assert_eq!(splits::refund(client, &trade_no, "R2", "5", &back("5")).await.outcome(), "10000");
        // Of this one there is no fee, and the receiver gives all that is refunded: nothing moves at the shop.
        let trade_no = methods::pay(shop, client, "T4", "0.5").await.get("trade_no");
        assert_eq!(splits::settle(client, &trade_no, "S1", &part("0.15"), "").await.outcome(), "10000");
        assert_eq!(splits::refund(client, &trade_no, "R1", "0.15", &back("0.15")).await.outcome(), "10000");
        // Parts and refunds that come back.
        let trade_no = self.pay_by(carol, client, "T5", "88").await;
        shop.set_status(carol, PartyStatus::Closed).await;
        assert_eq!(self.refund("T5", "10", "R1").await, "40004 ACQ.BUYER_NOT_EXIST");
        let part = format!(r#"{{"trans_in":"{carol}","amount":"1"}}"#);
        assert_eq!(splits::settle(client, &trade_no, "S1", &part, "").await.outcome(), "10000");
        self.guaranteed().await;
        let code = shop.pay_code(shop.alice).await;
        let frozen = freezes::freeze(client, &code, "F1", "100").await.get("auth_no");
        let buyer = format!(r#","buyer_id":"{}""#, shop.alice);
        let paid = freezes::pay(client, &frozen, "T6", "40", &buyer).await;
        assert_eq!(paid.outcome(), "10000", "{}", paid.text());
    }

    /// Two guaranteed trades: one confirmed, one given up before it was sent.
    async fn guaranteed(&self) {
        let (shop, client) = (&self.shop, &self.client);
        let order_no = escrows::paid(shop, client, "E1").await;
        let logistics = Logistics {
            transport: Transport::Express,
            company: Some(Text::new("SF").unwrap()),
            number: Some(Text::new("1").unwrap()),
        };
        let (actor, act) = (Actor::Seller(shop.seller), EscrowAct::Send { logistics, part: false });
        let request_no = Text::new("send").unwrap();
        shop.door.ask(ActOnEscrow { order_no, actor, request_no, act }).await.unwrap();
        let (buyer, right) = (shop.alice, true);
        let attempt = shop.door.ask(TryPassword { party: buyer, about: order_no }).await.unwrap().attempt;
        shop.door.ask(JudgePassword { party: buyer, attempt, right }).await.unwrap();
        let request_no = Text::new("confirm").unwrap();
        shop.door.ask(ConfirmGoods { buyer, order_no, attempt, request_no }).await.unwrap();
        escrows::paid(shop, client, "E2").await;
        let cancelled = client.call("alipay.trade.cancel", r#"{"out_trade_no":"E2"}"#).await;
        assert_eq!(cancelled.get("action"), "refund");
    }

    /// What else moves a shop's balance: money from the bank, its own payments, parts of others' orders.
    async fn live(&self) {
        let shop = &self.shop;
        shop.top_up(shop.seller, 50_000).await;
        // A neighbour: its rows lie among those of the shop.
        let mut logins = (0..).map(|number| format!("other{number}@example.com"));
        let login = logins.find(|login| Slot::of_text(login) == shop.seller.slot()).unwrap();
        let other = shop.merchant(&login).await;
        assert_eq!(other.slot(), shop.seller.slot());
        shop.top_up(other, 10_000).await;
        let other = shop.client_of(other, OTHER_KEY, false, false).await;
        self.pay_by(shop.seller, &other, "O1", "25").await;
        let refund = r#"{"out_trade_no":"O1","refund_amount":"5","out_request_no":"R1"}"#;
        assert_eq!(other.call("alipay.trade.refund", refund).await.outcome(), "10000");
        // Money sent to a person, and got from the neighbour.
        for (sender, payee, number) in [(&self.client, shop.bob, "W1"), (&other, shop.seller, "W2")] {
            let biz = format!(
                r#"{{"out_biz_no":"{number}","trans_amount":"3.00","product_code":"TRANS_ACCOUNT_NO_PWD",
                "biz_scene":"DIRECT_TRANSFER","order_title":"工资","remark":"一月",
                "payee_info":{{"identity":"{payee}","identity_type":"ALIPAY_USER_ID"}}}}"#
            );
            let sent = sender.call("alipay.fund.trans.uni.transfer", &biz).await;
            assert_eq!(sent.outcome(), "10000", "{}", sent.text());
        }
        let seller = shop.seller;
        splits::bind(&other, &format!(r#"{{"type":"userId","account":"{seller}"}}"#)).await;
        let trade_no = methods::pay(shop, &other, "O2", "100").await.get("trade_no");
        let part = format!(r#"{{"trans_in":"{seller}","amount":"20"}}"#);
        assert_eq!(splits::settle(&other, &trade_no, "S1", &part, "").await.outcome(), "10000");
        let back = format!(r#"{{"trans_out":"{seller}","amount":"8"}}"#);
        assert_eq!(splits::refund(&other, &trade_no, "R1", "10", &back).await.outcome(), "10000");
        // A refund that is not made, because another receiver is gone: the shop's part is taken and goes back.
        let gone = self.person("gone@example.com", "走").await;
        splits::bind(&other, &format!(r#"{{"type":"userId","account":"{gone}"}}"#)).await;
        let part = format!(r#"{{"trans_in":"{gone}","amount":"1"}}"#);
        assert_eq!(splits::settle(&other, &trade_no, "S2", &part, "").await.outcome(), "10000");
        shop.set_status(gone, PartyStatus::Closed).await;
        let back =
            format!(r#"{{"trans_out":"{seller}","amount":"2"}},{{"trans_out":"{gone}","amount":"1"}}"#);
        let refused = splits::refund(&other, &trade_no, "R2", "10", &back).await;
        assert_eq!(refused.outcome(), "40004 ACQ.TRADE_SETTLE_ERROR");
    }
}

#[tokio::test]
async fn every_posting_of_a_day_is_a_line_and_the_lines_are_the_balance() {
    let mut days = Days::open().await;
    let before = days.balance().await;
    days.sell().await;
    days.live().await;
    let after = days.balance().await;
    days.advance(25 * HOUR_US);
    let (details, summary) = days.sheets("signcustomer", "2026-01-02").await;
    let seller = days.shop.seller;
    assert_eq!(details.name, format!("{seller}0156_20260102_账务明细.csv"));
    assert_eq!(summary.name, format!("{seller}0156_20260102_账务明细(汇总).csv"));
    let all = |_: &[String]| true;
    let (income, expense) = (details.sum("收入金额（+元）", all), details.sum("支出金额（-元）", all));
    assert_eq!(income + expense, after - before, "the lines are the change of the balance");
    // Each balance follows from the one before.
    let mut balance = before;
    let (plus, minus, stands) = (
        details.column("收入金额（+元）"),
        details.column("支出金额（-元）"),
        details.column("账户余额（元）"),
    );
    for row in &details.rows[1..] {
        balance += fen(&row[plus]) + fen(&row[minus]);
        assert_eq!(fen(&row[stands]), balance, "{row:?}");
        assert_eq!(row.len(), details.rows[0].len(), "{row:?}");
    }
    assert_eq!(balance, after);
    let numbers: std::collections::BTreeSet<&str> = details.values("账务流水号").into_iter().collect();
    assert_eq!(numbers.len(), details.rows.len() - 1, "each line has a number of its own");
    for kind in [
        "在线支付",
        "交易付款",
        "交易退款",
        "退款退回",
        "收费",
        "退费",
        "交易分账",
        "分账退回",
        "转账",
        "充值",
    ] {
        assert!(details.values("业务类型").contains(&kind), "no line of {kind}");
    }
    let cells = |row: &Vec<String>| [2, 3, 5, 6, 7, 11].map(|at| row[at].clone());
    let sent: Vec<[String; 6]> = details.rows.iter().filter(|row| row[10] == "转账").map(cells).collect();
    // Whoever gets money does not see the number that its payer has for it.
    assert_eq!(
        sent,
        [
            ["W1", "工资", "***e(138******34)", "0.00", "-3.00", "一月"],
            ["", "工资", "***e(oth***@example.com)", "3.00", "0.00", "一月"],
        ]
    );
    // The summary says the same.
    let whole = summary.rows.last().unwrap();
    assert_eq!((whole[0].as_str(), fen(&whole[2]), fen(&whole[4])), ("合计", income, expense));
    assert_eq!(fen(&whole[5]), after - before);
    let parts = |at: usize| summary.rows[1..summary.rows.len() - 1].iter().map(move |row| fen(&row[at]));
    assert_eq!((parts(2).sum::<i64>(), parts(4).sum::<i64>()), (income, expense));
    for (kind, column) in [("收费", 4), ("在线支付", 2)] {
        let at = details.column("业务类型");
        let name = if column == 2 { "收入金额（+元）" } else { "支出金额（-元）" };
        let line = summary.rows.iter().find(|row| row[0] == kind).unwrap();
        assert_eq!(fen(&line[column]), details.sum(name, |row| row[at] == kind), "{kind}");
    }
}

#[tokio::test]
async fn a_trade_bill_says_what_the_account_says_of_its_trades() {
    let mut days = Days::open().await;
    days.sell().await;
    days.live().await;
    days.advance(25 * HOUR_US);
    let (account, _) = days.sheets("signcustomer", "2026-01-02").await;
    let (details, summary) = days.sheets("trade", "2026-01-02").await;
    assert_eq!(details.rows[0].len(), 25);
    let number = details.column("商户订单号");
    let kind = details.column("业务类型");
    let lines: Vec<String> =
        details.rows[1..].iter().map(|row| format!("{} {}", row[number], row[kind])).collect();
    assert_eq!(
        lines,
        [
            "T1 交易",
            "T1 退款",
            "T2 交易",
            "T2 退款",
            "T3 交易",
            "T3 退款",
            "T3 退款",
            "T4 交易",
            "T4 退款",
            "T5 交易",
            "E1 交易",
            "T6 交易",
        ]
    );
    // What its trades did to the account, without what came back as if it had never been.
    let own = |row: &[String]| row[2].starts_with(['T', 'E']) && !row[2].is_empty();
    let moved = account.sum("收入金额（+元）", own) + account.sum("支出金额（-元）", own);
    let all = |_: &[String]| true;
    let sums = ["商家实收（元）", "服务费（元）", "分润（元）"].map(|name| details.sum(name, all));
    assert_eq!(sums.iter().sum::<i64>(), moved, "{sums:?}");
    let at = |number_of: &str, kind_of: &str| {
        details.rows.iter().find(|row| row[number] == number_of && row[kind] == kind_of).unwrap()
    };
    let cells = |row: &[String]| [11, 12, 21, 22, 23, 24].map(|at| row[at].clone());
    assert_eq!(cells(at("T1", "交易")), ["100.00", "100.00", "", "-0.60", "0.00", ""]);
    assert_eq!(cells(at("T1", "退款")), ["-30.00", "-30.00", "R1", "0.18", "0.00", "坏了，一半"]);
    assert_eq!(cells(at("T3", "交易")), ["100.00", "100.00", "", "-0.60", "-10.50", ""]);
    assert_eq!(cells(at("T3", "退款")), ["-20.00", "-20.00", "R1", "0.12", "5.00", ""]);
    let second = details.rows.iter().rfind(|row| row[number] == "T3").unwrap();
    assert_eq!(cells(second), ["-5.00", "-5.00", "R2", "0.03", "5.00", ""]);
    assert_eq!(cells(at("T4", "退款")), ["-0.15", "-0.15", "R1", "0.00", "0.15", ""]);
    assert_eq!(cells(at("E1", "交易")), ["30.00", "30.00", "", "-0.18", "0.00", ""]);
    let carol = at("T5", "交易");
    assert_eq!([&carol[3], &carol[6], &carol[10]], ["＋1+1， ＂x＂", "S1", "**博(156******89)"]);
    // By store, and together.
    let names: Vec<&str> = summary.rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, ["", "S1", "合计"]);
    let whole = summary.rows.last().unwrap();
    assert_eq!((whole[2].as_str(), whole[3].as_str(), fen(&whole[11])), ("7", "5", moved));
}

#[tokio::test]
async fn the_lines_of_a_bill_are_as_documented() {
    let mut days = Days::open().await;
    methods::pay(&days.shop, &days.client, "T1", "100").await;
    assert_eq!(days.refund("T1", "30", "R1").await, "10000");
    days.advance(DAY_US);
    let seller = days.shop.seller;
    let (trade, sums) = days.sheets("trade", "2026-01-02").await;
    let (dashes_41, dashes_40, dashes_36) = ("-".repeat(41), "-".repeat(40), "-".repeat(36));
    let head = |title: &str, list: &str| {
        vec![
            format!("#支付宝{title}查询"),
            format!("#账号：[{seller}0156]"),
            "#起始日期：[2026年01月02日 00:00:00]   终止日期：[2026年01月03日 00:00:00]".to_owned(),
            format!("#{dashes_41}{list}{dashes_40}"),
        ]
    };
    let exported = "#导出时间：[2026年01月03日 00:00:00]".to_owned();
    assert_eq!(trade.lines[..4], head("业务明细", "业务明细列表"));
    assert_eq!(
        trade.lines[7..],
        [
            format!("#{dashes_41}业务明细列表结束{dashes_36}"),
            "#交易合计：1笔，商家实收共100.00元，商家优惠共0.00元".to_owned(),
            "#退款合计：1笔，商家实收退款共-30.00元，商家优惠退款共0.00元".to_owned(),
            exported.clone(),
        ]
    );
    let cells: Vec<&str> = trade.lines[5].split(',').collect();
    let tabbed: Vec<usize> = (0..25).filter(|at| cells[*at].ends_with('\t')).collect();
    assert_eq!(tabbed, [0, 1, 2, 6, 8, 9, 10]);
    assert_eq!((cells[4], cells[10]), ("2026-01-02 03:04:05", "***e(ali***@example.com)\t"));
    assert_eq!(sums.lines[..4], head("业务汇总", "业务汇总列表"));
    let (account, sums) = days.sheets("signcustomer", "2026-01-02").await;
    assert_eq!(account.lines[..4], head("账务明细", "账务明细列表"));
    assert_eq!(
        account.lines[9..],
        [
            format!("#{dashes_41}账务明细列表结束{dashes_36}"),
            "#支出合计：2笔，共-30.60元".to_owned(),
            "#收入合计：2笔，共100.18元".to_owned(),
            exported.clone(),
        ]
    );
    assert_eq!(sums.lines[..4], head("账务汇总", "账务汇总列表"));
    assert_eq!(sums.lines[sums.lines.len() - 2], format!("#{dashes_41}账务汇总列表结束{dashes_36}"));
    assert_eq!(sums.lines.last(), Some(&exported));
}

#[tokio::test]
async fn a_bill_is_there_once_its_day_is_over_and_never_changes() {
    let mut days = Days::open().await;
    let trade_no = methods::pay(&days.shop, &days.client, "T1", "100").await.get("trade_no");
    for (kind, date, outcome) in [
        ("trade", "2026-01-02", "40004 isp.bill_not_exist"),
        ("signcustomer", "2026-01-02", "40004 isp.bill_not_exist"),
        ("trade", "2026-01", "40004 isp.bill_not_exist"),
        ("trade", "2026-01-03", "40004 isp.bill_not_exist"),
        ("trade", "2030-01", "40004 isp.bill_not_exist"),
        ("trade", "2026-01-01", "40004 BILL_DATE_BEFORE_REGISTRATION"),
        ("trade", "2025-12", "40004 BILL_DATE_BEFORE_REGISTRATION"),
        ("trade", "20260101", "40004 invalid_arguments"),
        ("trade", "2026-02-30", "40004 invalid_arguments"),
        ("trade", "", "40004 invalid_arguments"),
        ("nothing", "2026-01-02", "40004 invalid_arguments"),
        ("", "2026-01-02", "40004 invalid_arguments"),
        ("merchant_act", "2026-01-02", "40004 TYPE_NOT_SUPPORTED"),
        ("settlementMerge", "nonsense", "40004 invalid_arguments"),
    ] {
        assert_eq!(days.ask(kind, date).await.outcome(), outcome, "{kind} {date}");
    }
    let smid = r#"{"bill_type":"trade","bill_date":"2026-01-02","smid":"2088000000000001"}"#;
    assert_eq!(days.call(BILL, smid).await.outcome(), "40004 invalid_arguments");
    days.advance(21 * HOUR_US);
    let first = [days.zip("trade", "2026-01-02").await, days.zip("signcustomer", "2026-01-02").await];
    // What comes later is of a later day, also when it is about an order of this one.
    days.advance(DAY_US);
    let bind = format!(
        r#"{{"out_request_no":"b1","receiver_list":[{{"type":"userId","account":"{}"}}]}}"#,
        days.shop.bob
    );
    assert_eq!(days.call("alipay.trade.royalty.relation.bind", &bind).await.outcome(), "10000");
    let split = format!(
        r#"{{"out_request_no":"S1","trade_no":"{trade_no}","royalty_parameters":[{{"trans_in":"{}","amount":"9"}}]}}"#,
        days.shop.bob
    );
    assert_eq!(days.call("alipay.trade.order.settle", &split).await.outcome(), "10000");
    assert_eq!(days.refund("T1", "30", "R1").await, "10000");
    days.advance(40 * DAY_US);
    let again = [days.zip("trade", "2026-01-02").await, days.zip("signcustomer", "2026-01-02").await];
    assert!(first == again, "a bill changed");
    let (later, _) = days.sheets("trade", "2026-01-04").await;
    assert_eq!(later.values("业务类型"), ["退款"]);
    assert_eq!(days.ask("trade", "2026-01-03").await.outcome(), "40004 isp.bill_not_exist", "an empty day");
    // The month is its days.
    let (month, _) = days.sheets("trade", "2026-01").await;
    assert_eq!(month.name, format!("{}0156_202601_业务明细.csv", days.shop.seller));
    assert_eq!(month.values("业务类型"), ["交易", "退款"]);
    assert_eq!(month.lines[2], "#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年02月01日 00:00:00]");
    assert_eq!(days.ask("trade", "2026-02").await.outcome(), "40004 isp.bill_not_exist");
    days.advance(6 * 366 * DAY_US);
    assert_eq!(days.ask("trade", "2026-01-02").await.outcome(), "40004 isp.bill_not_exist", "too long ago");
}

#[tokio::test]
async fn a_link_leads_to_its_own_file_for_half_a_minute() {
    let mut days = Days::open().await;
    methods::pay(&days.shop, &days.client, "T1", "100").await;
    days.advance(DAY_US);
    let url = days.ask("trade", "2026-01-02").await.get("bill_download_url");
    assert!(
        url.starts_with("http://127.0.0.1:8080/downloadBillFile.resource?bizType=trade&userId="),
        "{url}"
    );
    assert_eq!(days.fetch(&url).await.0, 200);
    let other = days.shop.merchant("other@example.com").await.to_string();
    let seller = days.shop.seller.to_string();
    for (from, to) in [
        ("bizType=trade", "bizType=signcustomer"),
        ("bizDates=20260102", "bizDates=20260103"),
        ("bizDates=20260102", "bizDates=202601"),
        ("bizDates=20260102", "bizDates=x"),
        (&*format!("userId={seller}"), &*format!("userId={other}")),
        ("timestamp=1", "timestamp=2"),
        ("token=", "token=0"),
        ("token=", "tokens="),
    ] {
        assert!(url.contains(from));
        assert_eq!(days.fetch(&url.replace(from, to)).await.0, 403, "{from} {to}");
    }
    assert_eq!(days.fetch("http://127.0.0.1:8080/downloadBillFile.resource").await.0, 403);
    days.advance(29 * SECOND_US);
    assert_eq!(days.fetch(&url).await.0, 200);
    days.advance(SECOND_US);
    assert_eq!(days.fetch(&url).await.0, 403, "after thirty seconds");
}

#[tokio::test]
async fn the_v3_interface_gives_the_same_bill_and_only_ones_own() {
    let mut days = Days::open().await;
    methods::pay(&days.shop, &days.client, "T1", "100").await;
    days.advance(21 * HOUR_US);
    let rest = RestClient::of(&days.client);
    let path = "/v3/alipay/data/dataservice/bill/downloadurl/query?bill_type=trade&bill_date=2026-01-02";
    let mut asked = rest.ask("GET", path, "");
    asked.auth = asked.auth.replace(&(START_US / 1_000).to_string(), &(days.now_us / 1_000).to_string());
    let told = rest.send(&rest.sign(asked)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let (status, bytes) = days.fetch(told.json()["bill_download_url"].as_str().unwrap()).await;
    assert_eq!((status, bytes), (200, days.zip("trade", "2026-01-02").await));
    let other = days.shop.merchant("other@example.com").await;
    let other = days.shop.client_of(other, OTHER_KEY, false, false).await;
    let biz = r#"{"bill_type":"trade","bill_date":"2026-01-02"}"#;
    let told = other.call_with(BILL, biz, &[("timestamp", &format_cn(days.now_us))]).await;
    assert_eq!(told.outcome(), "40004 BILL_DATE_BEFORE_REGISTRATION");
}

const LOG: &str = "alipay.data.bill.accountlog.query";

/// A query over the first of these days.
fn first_day(more: &str) -> String {
    format!(r#"{{"start_time":"2026-01-02 00:00:00","end_time":"2026-01-03 00:00:00"{more}}}"#)
}

#[tokio::test]
async fn the_entries_of_the_account_are_the_lines_of_its_bill() {
    let mut days = Days::open().await;
    days.sell().await;
    days.live().await;
    let now = days.call(LOG, &first_day("")).await;
    assert_eq!(now.outcome(), "10000", "today can be asked for too: {}", now.text());
    days.advance(25 * HOUR_US);
    let (bill, _) = days.sheets("signcustomer", "2026-01-02").await;
    let told = days.call(LOG, &first_day("")).await;
    assert_eq!(told.inner(), now.inner());
    assert_eq!(
        ["page_no", "page_size", "total_size"].map(|name| told.get(name)),
        ["1", "2000", &*(bill.rows.len() - 1).to_string()]
    );
    let lines = told.inner()["detail_list"].as_array().unwrap().clone();
    let text = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    for (line, row) in lines.iter().zip(&bill.rows[1..]) {
        let amount = fen(&text(line, "trans_amount"));
        let signed = if text(line, "direction") == "支出" { -amount } else { amount };
        assert_eq!(signed, fen(&row[6]) + fen(&row[7]));
        let said = [
            "account_log_id",
            "alipay_order_no",
            "merchant_order_no",
            "trans_dt",
            "other_account",
            "balance",
            "type",
            "biz_desc",
        ];
        assert_eq!(said.map(|name| text(line, name)), [0, 14, 2, 4, 5, 8, 10, 12].map(|at| row[at].clone()));
    }
    let refund = lines.iter().find(|line| text(line, "merchant_out_refund_no") == "R1").unwrap();
    assert_eq!((text(refund, "type"), text(refund, "merchant_order_no")), ("退费".into(), "T1".into()));
    let one = days.call(LOG, &first_day(r#","merchant_order_no":"T1""#)).await;
    assert_eq!(one.get("total_size"), "4");
    let trade_no = text(&lines[0], "alipay_order_no");
    let same = days.call(LOG, &first_day(&format!(r#","alipay_order_no":"{trade_no}""#))).await;
    assert_eq!(same.inner(), one.inner());
    let far = days.call(LOG, &first_day(r#","page_no":2"#)).await;
    assert_eq!(far.names(), ["code", "msg", "page_no", "page_size", "total_size"], "a page behind the last");
    // The end is not included, the beginning is.
    let at = text(&lines[0], "trans_dt");
    for (from, to, found) in [(&*at, "2026-01-02 03:04:06", true), ("2026-01-02 00:00:00", &*at, false)] {
        let biz = format!(r#"{{"start_time":"{from}","end_time":"{to}"}}"#);
        assert_eq!(days.call(LOG, &biz).await.get("total_size") != "0", found, "{from} {to}");
    }
}

#[tokio::test]
async fn wrong_spans_are_refused_by_name() {
    let mut days = Days::open().await;
    days.advance(400 * DAY_US);
    let span = |from: &str, to: &str| format!(r#"{{"start_time":"{from}","end_time":"{to}"}}"#);
    for (biz, field) in [
        (span("2027-01-01 00:00:00", "2027-01-01 00:00:00"), "end_time"),
        (span("2027-01-01 00:00:00", "2027-02-01 00:00:01"), "start_time"),
        (span("2026-01-02 00:00:00", "2026-01-03 00:00:00"), "start_time"),
        (span("2027-01-01", "2027-01-02 00:00:00"), "start_time"),
        (r#"{"start_time":"2027-01-01 00:00:00"}"#.to_owned(), "end_time"),
        (
            span("2027-01-01 00:00:00", "2027-01-02 00:00:00")
                .replace('}', r#","alipay_order_no":"1","merchant_order_no":"1"}"#),
            "merchant_order_no",
        ),
        (
            span("2027-01-01 00:00:00", "2027-01-02 00:00:00").replace('}', r#","page_size":999}"#),
            "page_size",
        ),
        (
            span("2027-01-01 00:00:00", "2027-01-02 00:00:00").replace('}', r#","page_size":2001}"#),
            "page_size",
        ),
        (span("2027-01-01 00:00:00", "2027-01-02 00:00:00").replace('}', r#","page_no":0}"#), "page_no"),
    ] {
        for method in [LOG, "alipay.data.bill.sell.query", "alipay.data.bill.buy.query"] {
            let told = days.call(method, &biz).await;
            assert_eq!(told.outcome(), "40004 INVALID_PARAMETER", "{method} {biz}");
            assert!(told.get("sub_msg").contains(&format!("：{field} ")), "{biz}: {}", told.get("sub_msg"));
        }
    }
    assert_eq!(days.call(LOG, &span("2027-01-01 00:00:00", "2027-02-01 00:00:00")).await.outcome(), "10000");
}

#[tokio::test]
async fn sales_and_purchases_are_told_as_they_stand() {
    let days = Days::open().await;
    days.sell().await;
    days.live().await;
    let escrow = escrows::paid(&days.shop, &days.client, "E3").await;
    let line_of = |told: &crate::client::Answer, number: &str| {
        let lines = told.inner()["detail_list"].as_array().unwrap().clone();
        lines.into_iter().find(|line| line["merchant_order_no"] == number).unwrap()
    };
    let sold = days.call("alipay.data.bill.sell.query", &first_day("")).await;
    assert_eq!(sold.get("total_size"), "9", "{}", sold.text());
    for (number, status, refunded, fee) in [
        ("T1", "成功", "30.00", "0.42"),
        ("T2", "关闭", "50.00", "0.00"),
        ("E1", "成功", "0.00", "0.18"),
        ("E2", "关闭", "30.00", "0.00"),
        ("E3", "待发货", "0.00", "0.00"),
    ] {
        let line = line_of(&sold, number);
        let said = ["trade_status", "refund_amount", "service_fee"].map(|name| line[name].as_str().unwrap());
        assert_eq!(said, [status, refunded, fee], "{number}");
        assert_eq!(line["gmt_refund"].is_string(), refunded != "0.00", "{number}");
    }
    let line = line_of(&sold, "E3");
    assert_eq!(
        (line["alipay_order_no"].as_str(), line["trade_type"].as_str()),
        (Some(&*escrow.to_string()), Some("担保交易"))
    );
    assert_eq!(line_of(&sold, "T5")["store_no"], "S1");
    let stores = days.call("alipay.data.bill.sell.query", &first_day(r#","store_no":"S1""#)).await;
    assert_eq!(stores.get("total_size"), "1");
    let bought = days.call("alipay.data.bill.buy.query", &first_day("")).await;
    assert_eq!(bought.get("total_size"), "1");
    let line = line_of(&bought, "O1");
    assert_eq!(
        ["total_amount", "refund_amount", "service_fee", "other_account"]
            .map(|name| line[name].as_str().unwrap()),
        ["25.00", "5.00", "0.00", "***e(oth***@example.com)"]
    );
}

#[tokio::test]
async fn balances_are_told_for_now_and_for_days_that_are_over() {
    let mut days = Days::open().await;
    let opened = days.balance().await;
    days.sell().await;
    let first = days.balance().await;
    let told = days.call("alipay.data.bill.balance.query", "{}").await;
    assert_eq!(
        ["total_amount", "available_amount", "freeze_amount", "settle_amount"].map(|name| told.get(name)),
        [bill::yuan(first), bill::yuan(first), "0.00".to_owned(), "0.00".to_owned()]
    );
    let past = "alipay.data.bill.balancehis.query";
    let today = r#"{"biz_date":"2026-01-02"}"#;
    assert_eq!(days.call(past, today).await.outcome(), "40004 INVALID_PARAMETER", "today");
    days.advance(DAY_US);
    let code = days.shop.pay_code(days.shop.alice).await;
    let biz = format!(
        r#"{{"out_trade_no":"T9","total_amount":"100","subject":"a","auth_code":"{code}",
        "extend_params":{{"royalty_freeze":"true"}}}}"#
    );
    assert_eq!(days.call("alipay.trade.pay", &biz).await.outcome(), "10000");
    let second = days.balance().await;
    let told = days.call("alipay.data.bill.balance.query", "{}").await;
    assert_eq!(told.get("freeze_amount"), "99.40");
    assert_eq!(told.get("available_amount"), bill::yuan(second - 9_940));
    days.advance(40 * DAY_US);
    for (biz, from, to) in [
        (today, opened, first),
        (r#"{"biz_date":"2026-01-01"}"#, 0, opened),
        (r#"{"biz_date":"2026-01-03"}"#, first, second),
        (r#"{"biz_date":"2026-01-04"}"#, second, second),
        (r#"{"biz_month":"2026-01"}"#, opened, second),
        (r#"{"biz_month":"2025-12"}"#, 0, 0),
    ] {
        let told = days.call(past, biz).await;
        assert_eq!(
            [told.get("beginning_balance"), told.get("ending_balance")],
            [bill::yuan(from), bill::yuan(to)],
            "{biz} {}",
            told.text()
        );
    }
    for wrong in [
        "{}",
        r#"{"biz_date":"2026-01"}"#,
        r#"{"biz_month":"2026-01-02"}"#,
        r#"{"biz_date":"2026-01-02","biz_month":"2026-01"}"#,
        r#"{"biz_month":"2026-02"}"#,
    ] {
        assert_eq!(days.call(past, wrong).await.outcome(), "40004 INVALID_PARAMETER", "{wrong}");
    }
}

#[tokio::test]
async fn what_is_settled_the_day_after_is_told_apart_from_what_is_frozen() {
    let days = Days::open().await;
    let seller = days.shop.seller;
    let (product, base_version) = (ContractProduct::FaceToFace, 0);
    let terms = ContractTerms {
        status: ContractStatus::InForce,
        fee_ppm: Rate::from_ppm(10_000).unwrap(),
        valid_from_us: None,
        settlement: SettlementTerm::NextDay,
    };
    let (ada, bea) = (Text::new("ada").unwrap(), Text::new("bea").unwrap());
    let reason: Text<256> = Text::new("new").unwrap();
    let proposal =
        ProposeContract { operator: ada, seller, product, base_version, terms, reason: reason.clone() };
    days.shop.door.ask(proposal).await.unwrap();
    let approval = ApproveContract { operator: bea, seller, product, version: 1, terms, reason };
    days.shop.door.ask(approval).await.unwrap();
    let before = days.balance().await;
    for (number, more) in [("T1", ""), ("T2", r#","extend_params":{"royalty_freeze":"true"}"#)] {
        let code = days.shop.pay_code(days.shop.alice).await;
        let biz = format!(
            r#"{{"out_trade_no":"{number}","total_amount":"50","subject":"a","auth_code":"{code}"{more}}}"#
        );
        assert_eq!(days.call("alipay.trade.pay", &biz).await.outcome(), "10000");
    }
    let told = days.call("alipay.data.bill.balance.query", "{}").await;
    assert_eq!(
        ["total_amount", "available_amount", "freeze_amount", "settle_amount"].map(|name| told.get(name)),
        [bill::yuan(before + 9_900), bill::yuan(before), "49.50".to_owned(), "49.50".to_owned()]
    );
}
