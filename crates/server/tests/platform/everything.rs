//! Four hundred days over everything that is open: trades, guaranteed trades, agreements, pre-authorisations and what
//! is told of them. Each comes to its end by time alone, the books are exact, and the same seed gives the same bytes.

use crate::server::{Server, printed};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const WORLD: &str = r#"
seed = 11
clock = "2026-01-01 09:00:00"

[[merchants]]
login = "tea@example.com"
name = "Tea house"
balance = "100.00"
apps = [{ mode = "key" }]

[[buyers]]
login = "mei@example.com"
name = "Mei"
pay_password = "246810"
balance = "500.00"
"#;

/// Nobody listens there: every attempt fails at once.
const NOBODY: &str = "http://127.0.0.1:1/notify";

struct Story {
    server: Server,
    notify_url: Option<&'static str>,
    /// What was answered, in order.
    told: Vec<String>,
}

impl Story {
    fn call(&mut self, method: &str, biz: &Value) -> Value {
        let (answer, _) = self.server.gateway_told(method, biz, self.notify_url);
        let answer = answer[format!("{}_response", method.replace('.', "_"))].clone();
        assert_eq!(answer["code"], "10000", "{method} {biz}: {answer}");
        // The port is one that was free.
        self.told.push(answer.to_string().replace(&self.server.address, "pay.test"));
        answer
    }

    /// A call of the sandbox by the buyer.
    fn buyer(&mut self, path: &str, (name, value): (&str, &str)) -> Value {
        let body = json!({ "login": "mei@example.com", "pay_password": "246810", name: value });
        let answer = self.server.sandbox(path, &body);
        self.told.push(answer.to_string());
        answer
    }

    fn code(&mut self) -> String {
        let code =
            self.server.sandbox("/paycode", &json!({ "login": "mei@example.com" }))["auth_code"].clone();
        code.as_str().unwrap().to_owned()
    }

    fn create(&mut self, number: &str, more: &[(&str, &str)]) -> String {
        let mut biz = json!({ "out_trade_no": number, "total_amount": "3.00", "subject": "茶", "timeout_express": "9d",
            "product_code": "JSAPI_PAY", "buyer_id": self.mei() });
        for (name, value) in more {
            biz[name] = json!(value);
        }
        self.call("alipay.trade.create", &biz)["trade_no"].as_str().unwrap().to_owned()
    }

    fn mei(&self) -> String {
        let buyers = self.server.ready["buyers"].as_array().unwrap();
        let mei = buyers.iter().find(|buyer| buyer["login"] == "mei@example.com").unwrap();
        mei["user_id"].as_str().unwrap().to_owned()
    }

    fn trades(&mut self) {
        self.create("waits", &[]);
        let paid = self.create("paid", &[]);
        self.buyer("/pay", ("trade_no", &paid));
        self.server.precreate("offer");
    }

    fn escrows(&mut self) {
        for goods in ["physical", "virtual", "cross_border"] {
            for step in ["unpaid", "unsent", "sent", "asked"] {
                let trade_no = self.create(&format!("{goods}_{step}"), &[("escrow_goods", goods)]);
                if step == "unpaid" {
                    continue;
                }
                self.buyer("/pay", ("trade_no", &trade_no));
                let seller = self.server.ready["apps"][0]["seller_id"].clone();
                let (act, body) = match step {
                    "sent" => (
                        "send",
                        json!({ "user_id": seller, "transport": "express", "company": "SF", "number": "1" }),
                    ),
                    "asked" => {
                        let ask =
                            json!({ "login": "mei@example.com", "kind": "refund_only", "amount": "1.00" });
                        ("open_case", ask)
                    }
                    _ => continue,
                };
                let told = self.server.sandbox(&format!("/escrows/{trade_no}/{act}"), &body);
                self.told.push(told.to_string());
            }
        }
    }

    fn agreements(&mut self) {
        for (number, validity) in [("ends", Some("200d")), ("ended", None), ("unsigned", None)] {
            let mut biz = json!({ "personal_product_code": "CYCLE_PAY_AUTH_P", "sign_scene": "INDUSTRY|DIGITAL_MEDIA",
                "external_agreement_no": number, "access_params": { "channel": "ALIPAYAPP" }, "period_rule_params": {
                "period_type": "MONTH", "period": 1, "execute_time": "2026-01-01", "single_amount": "2.00" } });
            if let Some(validity) = validity {
                biz["sign_validity_period"] = json!(validity);
            }
            let scene = ["INDUSTRY|DIGITAL_MEDIA", "INDUSTRY|MOBILE"][usize::from(number == "ended")];
            biz["sign_scene"] = json!(scene);
            let now_us = 1_767_229_201_000_000;
            let method = "alipay.user.agreement.page.sign";
            let (path, _) = self.server.signed(now_us, method, &biz, self.notify_url);
            let url = format!("http://{}{path}", self.server.address);
            if number == "unsigned" {
                self.server.get(&path);
                continue;
            }
            let signed = self.buyer("/agreement/sign", ("sign_url", &url));
            let agreement_no = signed["agreement_no"].as_str().unwrap().to_owned();
            let debit = json!({ "out_trade_no": format!("debit_{number}"), "total_amount": "2.00", "subject": "茶",
                "product_code": "CYCLE_PAY_AUTH", "agreement_params": { "agreement_no": agreement_no } });
            self.call("alipay.trade.pay", &debit);
            if number == "ended" {
                self.call("alipay.user.agreement.unsign", &json!({ "agreement_no": agreement_no }));
            }
        }
    }

    fn freezes(&mut self) {
        for step in ["unanswered", "held", "part", "used"] {
            let biz = json!({ "out_order_no": step, "out_request_no": "R1", "order_title": "押金", "amount": "20.00",
                "pay_timeout": "9d", "product_code": "PRE_AUTH" });
            let opened = self.call("alipay.fund.auth.order.voucher.create", &biz);
            if step == "unanswered" {
                continue;
            }
            let agreed = self.buyer("/freeze", ("code_value", opened["code_value"].as_str().unwrap()));
            let auth_no = agreed["auth_no"].as_str().unwrap().to_owned();
            if step == "held" {
                continue;
            }
            let confirm = if step == "used" { "COMPLETE" } else { "NOT_COMPLETE" };
            let pay = json!({ "out_trade_no": format!("freeze_{step}"), "total_amount": "5.00", "subject": "茶",
                "product_code": "PRE_AUTH", "auth_no": auth_no, "auth_confirm_mode": confirm });
            self.call("alipay.trade.pay", &pay);
        }
        let by_code = json!({ "out_order_no": "by_code", "out_request_no": "R1", "order_title": "押金",
            "amount": "7.00", "product_code": "PRE_AUTH", "auth_code_type": "bar_code", "auth_code": self.code() });
        self.call("alipay.fund.auth.order.freeze", &by_code);
    }

    /// One that arrives by its time, one that is called back, one that goes at once, and one of a program.
    fn transfers(&mut self) {
        for (number, arrival) in [("waits", "24h"), ("back", "2h"), ("gone", "at_once")] {
            let body = json!({ "login": "mei@example.com", "pay_password": "246810", "payee": "tea@example.com",
                "amount": "1.00", "arrival": arrival, "out_biz_no": number, "accept_unknown": true });
            let sent = self.server.sandbox("/transfers", &body);
            self.told.push(sent.to_string());
            if number == "back" {
                let path = format!("/transfers/{}/cancel", sent["order_id"].as_str().unwrap());
                let back = self.server.sandbox(&path, &json!({ "login": "mei@example.com" }));
                self.told.push(back.to_string());
            }
        }
        let payee = json!({ "identity": self.mei(), "identity_type": "ALIPAY_USER_ID" });
        let biz = json!({ "out_biz_no": "bonus", "trans_amount": "2.00", "product_code": "TRANS_ACCOUNT_NO_PWD",
            "biz_scene": "DIRECT_TRANSFER", "payee_info": payee });
        self.call("alipay.fund.trans.uni.transfer", &biz);
    }
}

/// Opens one of everything at every step of its life, lets 400 days pass, and gives what was answered, what happened on
/// the way, and the folder of the books, exact and closed.
fn play(place: &Path, name: &str, notify_url: Option<&'static str>) -> (Vec<String>, Value) {
    let file = place.join("world.toml");
    fs::write(&file, WORLD).unwrap();
    let data = place.join(name);
    let server = Server::start_with(&data, "info", &["--world", file.to_str().unwrap()]);
    let mut story = Story { server, notify_url, told: Vec::new() };
    story.trades();
    story.escrows();
    story.agreements();
    story.freezes();
    story.transfers();
    let journey = story.server.sandbox("/clock/advance", &json!({ "by": "400d" }));
    let Story { server, told, .. } = story;
    server.stop();
    let verified = printed(&["verify", "--data", data.to_str().unwrap(), "--replay"]);
    assert!(verified.contains("The books are exact."), "{verified}");
    (told, journey)
}

/// How many rows of a table stand in each state.
fn states(data: &Path, table: &str) -> BTreeMap<String, i64> {
    let tables = rusqlite::Connection::open(data.join("worlds/default/tables.sqlite")).unwrap();
    let mut query = tables.prepare(&format!("SELECT state, count(*) FROM {table} GROUP BY state")).unwrap();
    let rows = query.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn everything_is_final_after_four_hundred_days() {
    let place = tempfile::tempdir().unwrap();
    let (_, journey) = play(place.path(), "one", Some(NOBODY));
    let data = place.path().join("one");
    let finals = |table: &str, finals: &[&str]| {
        let states = states(&data, table);
        assert!(!states.is_empty(), "{table} has rows");
        assert!(states.keys().all(|state| finals.contains(&state.as_str())), "{table}: {states:?}");
    };
    // A paid order can be given back for a year: then it is finished, which queries tell by its age.
    finals("orders", &["paid", "finished", "closed"]);
    finals("refund", &["done"]);
    finals("escrow", &["finished", "closed"]);
    finals("escrow_case", &["success", "closed"]);
    finals("agreement", &["stop"]);
    finals("freeze", &["finish", "closed"]);
    finals("freeze_operation", &["done"]);
    finals("frozen", &["over"]);
    finals("hold", &["captured", "released"]);
    finals("transfer", &["done", "cancelled"]);
    finals("notice", &["given_up"]);
    let counts = &journey["counts"];
    for (what, least) in [
        ("orders_closed", 4),
        ("escrow_steps", 12),
        ("freezes_expired", 1),
        ("freezes_ended", 3),
        ("transfers_sent", 1),
    ] {
        assert!(counts[what].as_u64().unwrap() >= least, "{what}: {counts}");
    }
    assert_eq!((&counts["agreements_ended"], &counts["agreement_offers_expired"]), (&json!(1), &json!(1)));
}

#[test]
fn the_same_seed_gives_the_same_books() {
    let place = tempfile::tempdir().unwrap();
    // Nobody is told: attempts go out beside the calls, so which of the two comes first is nobody's promise.
    let (told, journey) = play(place.path(), "one", None);
    let (told_again, journey_again) = play(place.path(), "two", None);
    for (answer, again) in told.iter().zip(&told_again) {
        assert_eq!(answer, again);
    }
    for part in ["events", "counts", "steps", "now"] {
        assert_eq!(journey[part].to_string(), journey_again[part].to_string());
    }
    let (one, two) = (dump(&place.path().join("one")), dump(&place.path().join("two")));
    assert!(one.len() > 200, "{}", one.len());
    for (row, other) in one.iter().zip(&two) {
        assert_eq!(row, other);
    }
    assert_eq!(one.len(), two.len());
}

/// Every row of the books, but for keys, which are drawn always.
fn dump(data: &Path) -> Vec<String> {
    let tables = rusqlite::Connection::open(data.join("worlds/default/tables.sqlite")).unwrap();
    let named = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN \
        ('schema_version', 'mark', 'app', 'credential') ORDER BY name";
    let mut query = tables.prepare(named).unwrap();
    let names: Vec<String> = query.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut rows = Vec::new();
    for name in names {
        // A table's key is at most its first three columns.
        let width = tables.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap().column_count();
        let order = ["1", "2", "3"][..width.min(3)].join(", ");
        let mut query = tables.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY {order}")).unwrap();
        let mut read = query.query(()).unwrap();
        while let Some(row) = read.next().unwrap() {
            let values: Vec<_> = (0..width).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
            rows.push(format!("{name}: {}", values.join(" ")));
        }
    }
    rows
}
