//! What operators do at the console, each act from its beginning to its end, and that each has one note before it and
//! one after.

use crate::backtest::rule;
use crate::ops_desk::AtConsole;
use crate::shop::{BUYER, PASSWORD, Shop, fen};
use axum::http::StatusCode;
use base::{Day, Text};
use engine::{BeginStatement, ImportLine, Unfreeze};
use money::Currency;
use people::OperatorRole;
use recon::{Statement, StatementLine};
use serde_json::{Value, json};
use std::time::Duration;

use OperatorRole::{Admin, Clerk, RiskOfficer, Treasurer};

impl Shop {
    /// What was done at the console and how it ended, the earliest first. Each act has one note before it and one
    /// after.
    pub(crate) async fn ended_acts(&self, token: &str) -> Vec<String> {
        let told = self.looked(token, "/trail?limit=100").await;
        let mut notes = told["notes"].as_array().unwrap().clone();
        assert_eq!((told["last"].as_u64(), &told["next"]), (Some(notes.len() as u64), &Value::Null));
        notes.reverse();
        let mut ended = Vec::new();
        for pair in notes.chunks(2) {
            let [asked, end] = pair else { panic!("a note stands alone: {pair:?}") };
            assert_eq!(
                (&asked["outcome"], &end["asked_no"]),
                (&json!("asked"), &asked["number"]),
                "{asked} {end}"
            );
            for same in ["operator", "act", "subject", "digest"] {
                assert_eq!(asked[same], end[same], "{asked} {end}");
            }
            ended.push(format!("{} {}", end["act"].as_str().unwrap(), end["outcome"].as_str().unwrap()));
        }
        ended
    }

    /// The bank's statement of the day before the world began, with one line that nothing explains.
    async fn unexplained(&self, minor: u64) {
        let (account, day) = (|| Text::new("TB1").unwrap(), Day::from_number(20_260_101).unwrap());
        let (order_key, reference) = (Text::new("").unwrap(), Text::new("who knows").unwrap());
        let (amount, is_credit) = (fen(minor), true);
        let line = StatementLine { serial: 1, value_day: day, order_key, reference, is_credit, amount };
        let (currency, opening_minor, closing_minor) = (Currency::Cny, 0, line.signed_minor());
        let lines = vec![line.clone()];
        let whole = Statement { account: account(), day, currency, opening_minor, closing_minor, lines };
        let begin = BeginStatement {
            account: account(),
            day,
            currency,
            opening_minor,
            closing_minor,
            lines: 1,
            digest: whole.digest(),
        };
        self.door.ask(begin).await.unwrap();
        let import = ImportLine { account: account(), day, of_lines: 1, line, order: None };
        self.door.ask(import).await.unwrap().unwrap();
    }

    /// Somebody in a role, appointed by the admin.
    async fn in_role(&self, admin: &AtConsole, phone: &str, role: OperatorRole) -> AtConsole {
        let who = self.at_console(phone).await;
        self.appointed(admin, &who, role, true).await;
        who
    }

    async fn posts(&self, who: &AtConsole, path: &str, body: &Value) -> String {
        self.console(who, "POST", path, body).await
    }
}

#[tokio::test]
async fn operators_are_proposed_taken_back_and_appointed() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let other = shop.in_role(&admin, "13700000002", Admin).await;
    let cem = shop.at_console("13700000003").await;
    let of = |role: &str| json!({"user_id": cem.id, "role": role, "active": true});
    let whom = json!({"user_id": cem.id});
    for (who, path, body, expected) in [
        (&admin, "proposal", of("clerk"), "200 fine"),
        (&other, "withdrawal", whom.clone(), "200 fine"),
        (&other, "withdrawal", whom.clone(), "404 proposal_not_found"),
        (&other, "approval", of("clerk"), "404 proposal_not_found"),
        (&admin, "proposal", of("clerk"), "200 fine"),
        (&admin, "approval", of("clerk"), "409 self_approval"),
        (&other, "approval", of("treasurer"), "409 edited"),
        (&other, "approval", of("clerk"), "200 fine"),
    ] {
        assert_eq!(shop.posts(who, &format!("/operators/{path}"), &body).await, expected, "{path} {body}");
    }
    let told = shop.console_tells(&cem, "/operators").await;
    let operators = told["operators"].as_array().unwrap();
    let own = operators.iter().find(|one| one["user_id"] == json!(cem.id)).unwrap();
    assert_eq!(
        (&own["role"], &own["proposed_by"], &own["approved_by"]),
        (&json!("clerk"), &json!(admin.id), &json!(other.id))
    );
    assert_eq!(told["proposals"], json!([]));
    let expected = [
        "operator.propose done",
        "operator.withdraw done",
        "operator.withdraw refused:proposal_not_found",
        "operator.approve refused:proposal_not_found",
        "operator.propose done",
        "operator.approve refused:self_approval",
        "operator.approve refused:edited",
        "operator.approve done",
    ];
    assert_eq!(shop.ended_acts(&cem.token).await, expected);
}

#[tokio::test]
async fn a_suspense_is_closed_as_another_operator_proposed() {
    let shop = Shop::open().await;
    shop.unexplained(1_777).await;
    let admin = shop.staffed("13700000001").await;
    let cem = shop.in_role(&admin, "13700000002", Clerk).await;
    let tom = shop.in_role(&admin, "13700000003", Treasurer).await;
    shop.wait_posted().await;
    let open = shop.console_tells(&cem, "/suspense?state=open").await;
    let line = open["suspense"][0].clone();
    assert_eq!((&line["amount"], &line["proposed"]), (&json!("17.77"), &Value::Null), "{open}");
    let part = |name: &str| line[name].clone();
    let place = json!({"slot": part("slot"), "account": part("account"), "day": part("day"),
        "serial": part("serial")});
    let closing = |reason: &str| {
        let mut body = place.clone();
        (body["way"], body["reason"]) = (json!("own"), json!(reason));
        body
    };
    for (who, path, body, expected) in [
        (&tom, "closing", closing("looked into"), "404 proposal_not_found"),
        (&cem, "proposal", closing("looked into"), "200 fine"),
        (&tom, "withdrawal", place.clone(), "200 fine"),
        (&tom, "proposal", closing("ours"), "200 fine"),
        (&tom, "closing", closing("ours"), "409 self_approval"),
        (&cem, "proposal", closing("looked into"), "200 fine"),
        (&tom, "closing", closing("ours"), "409 edited"),
        (&tom, "closing", closing("looked into"), "200 fine"),
    ] {
        assert_eq!(shop.posts(who, &format!("/suspense/{path}"), &body).await, expected, "{path} {body}");
    }
    let closed = shop.console_tells(&cem, "/suspense?state=closed").await["suspense"][0]["closed"].clone();
    assert_eq!(
        (&closed["operator"], &closed["approved_by"], &closed["way"]),
        (&json!(cem.id), &json!(tom.id), &json!("own"))
    );
    assert_eq!(shop.console_tells(&cem, "/suspense?state=open").await["suspense"], json!([]));
    let expected = [
        "suspense.close refused:proposal_not_found",
        "suspense.propose done",
        "suspense.withdraw done",
        "suspense.propose done",
        "suspense.close refused:self_approval",
        "suspense.propose done",
        "suspense.close refused:edited",
        "suspense.close done",
    ];
    assert_eq!(shop.ended_acts(&cem.token).await, expected);
}

/// What a merchant without a contract pays of a payment of 10.00, in fen.
async fn fee(shop: &Shop) -> i64 {
    let before = shop.balance(shop.seller).await;
    let order = shop.order(trade::Product::Page, 1_000).await.order;
    let body = json!({ "login": BUYER, "pay_password": PASSWORD, "trade_no": order.no.to_string() });
    let (status, said) = shop.call("/sandbox/pay", body).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    1_000 - (shop.balance(shop.seller).await - before)
}

#[tokio::test]
async fn the_fee_and_the_limit_are_of_two_operators() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let cem = shop.in_role(&admin, "13700000002", Clerk).await;
    let tom = shop.in_role(&admin, "13700000003", Treasurer).await;
    let told = shop.console_tells(&cem, "/rules").await;
    let first = json!({"merchant_fee_ppm": 6_000, "password_free_limit": "1000.00", "effective_at": null});
    assert_eq!((&told["in_force"], &told["version"]), (&first, &json!(0)), "{told}");
    assert_eq!((&told["proposal"], &told["history"]), (&Value::Null, &json!([])), "{told}");

    let rules = |ppm: u32, limit: &str, more: Value| {
        let mut body = json!({"merchant_fee_ppm": ppm, "password_free_limit": limit, "reason": "costs"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let on = |base: u32| json!({ "base_version": base });
    let of = |version: u32| json!({ "version": version });
    let past = json!({"base_version": 0, "valid_from": "2026-01-01T00:00:00+08:00"});
    for (who, path, body, expected) in [
        (&cem, "proposal", rules(10_000, "much", on(0)), "400 bad_amount"),
        (&cem, "proposal", rules(1_000_001, "500.00", on(0)), "400 bad_rate"),
        (&cem, "proposal", rules(10_000, "500.00", of(1)), "400 bad_request"),
        (&cem, "proposal", rules(100_001, "500.00", on(0)), "400 bad_rate"),
        (&cem, "proposal", rules(10_000, "10000.01", on(0)), "400 bad_amount"),
        (&cem, "proposal", rules(10_000, "500.00", on(3)), "409 stale"),
        (&cem, "proposal", rules(10_000, "500.00", past), "400 bad_time"),
        (&tom, "approval", rules(10_000, "500.00", of(1)), "404 proposal_not_found"),
        (&tom, "proposal", rules(10_000, "500.00", on(0)), "200 fine"),
        (&cem, "approval", rules(10_000, "500.00", of(1)), "403 role_forbids"),
        (&tom, "approval", rules(10_000, "500.00", of(1)), "409 self_approval"),
        (&cem, "proposal", rules(20_000, "500.00", on(0)), "200 fine"),
        (&tom, "approval", rules(10_000, "500.00", of(1)), "409 edited"),
    ] {
        assert_eq!(shop.posts(who, &format!("/rules/{path}"), &body).await, expected, "{path} {body}");
    }
    assert_eq!(fee(&shop).await, 6, "what is proposed holds for nobody");
    assert_eq!(shop.posts(&tom, "/rules/approval", &rules(20_000, "500.00", of(1))).await, "200 fine");
    assert_eq!(fee(&shop).await, 20);
    let later = json!({"base_version": 1, "valid_from": "2030-01-02T00:00:00+08:00"});
    assert_eq!(shop.posts(&cem, "/rules/proposal", &rules(30_000, "0.00", later)).await, "200 fine");
    let later = json!({"version": 2, "valid_from": "2030-01-02T00:00:00+08:00"});
    assert_eq!(shop.posts(&tom, "/rules/approval", &rules(30_000, "0.00", later)).await, "200 fine");
    assert_eq!(fee(&shop).await, 20, "it waits for its moment");

    let told = shop.console_tells(&cem, "/rules").await;
    assert_eq!((&told["version"], &told["proposal"]), (&json!(2), &Value::Null), "{told}");
    assert_eq!(told["in_force"]["merchant_fee_ppm"], 20_000, "{told}");
    assert_eq!(told["waiting"][0]["effective_at"], "2030-01-02T00:00:00+08:00", "{told}");
    let versions: Vec<_> = told["history"].as_array().unwrap().iter().map(|row| &row["version"]).collect();
    assert_eq!(versions, [&json!(2), &json!(1)]);
    let newest = &told["history"][0];
    assert_eq!((&newest["proposed_by"], &newest["approved_by"]), (&json!(cem.id), &json!(tom.id)));
    let configuration = shop.console_tells(&cem, "/configuration").await;
    let change = &configuration["history"][0];
    assert_eq!((&change["what"], &change["version"]), (&json!("rulebooks"), &json!(2)), "{configuration}");
    let expected = [
        "rules.propose refused:bad_rate",
        "rules.propose refused:bad_amount",
        "rules.propose refused:stale",
        "rules.propose refused:bad_time",
        "rules.approve refused:proposal_not_found",
        "rules.propose done",
        "rules.approve refused:self_approval",
        "rules.propose done",
        "rules.approve refused:edited",
        "rules.approve done",
        "rules.propose done",
        "rules.approve done",
    ];
    assert_eq!(shop.ended_acts(&cem.token).await, expected);
}

#[tokio::test]
async fn lists_of_names_contracts_and_plays_of_rules_are_noted() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let [cem, tom] = [
        shop.in_role(&admin, "13700000002", Clerk).await,
        shop.in_role(&admin, "13700000003", Treasurer).await,
    ];
    let [rio, bea] = [
        shop.in_role(&admin, "13700000004", RiskOfficer).await,
        shop.in_role(&admin, "13700000005", RiskOfficer).await,
    ];
    shop.wait_posted().await;
    let list = "id,kind,names,birth,id_digest,source,reason\nP1,person,Zhao Wu,,,own,test\n";
    let proposal = json!({"base_version": 0, "list": list});
    let (status, proposed) = shop.api("POST", "/api/v1/ops/screening/proposal", &rio.token, &proposal).await;
    assert_eq!(status, StatusCode::OK, "{proposed}");
    let read = json!({"version": 1, "digest": proposed["digest"]});
    assert_eq!(shop.posts(&rio, "/screening/approval", &read).await, "409 self_approval");
    assert_eq!(shop.posts(&bea, "/screening/approval", &read).await, "200 fine");

    let terms = json!({"user_id": shop.seller.to_string(), "product": "page", "status": "in_force",
        "fee_ppm": 3800, "reason": "new"});
    let (mut proposal, mut approval) = (terms.clone(), terms);
    (proposal["base_version"], approval["version"]) = (json!(0), json!(1));
    assert_eq!(shop.posts(&tom, "/contracts/approval", &approval).await, "404 proposal_not_found");
    assert_eq!(shop.posts(&cem, "/contracts/proposal", &proposal).await, "200 fine");
    assert_eq!(shop.posts(&tom, "/contracts/approval", &approval).await, "200 fine");
    let told = shop.console_tells(&cem, &format!("/parties/{}", shop.seller)).await;
    assert_eq!(told["contracts"][0]["approved_by"], json!(tom.id), "{told}");
    assert_eq!((told["contracts"].as_array().unwrap().len(), &told["contracts_left_out"]), (1, &json!(0)));

    let wrong = json!({ "rules": [rule("T", "colour", "review", false)] });
    assert_eq!(shop.posts(&rio, "/risk/backtest", &wrong).await, "400 bad_rules");
    let rules = json!({ "rules": [rule("W", "true", "refuse", true)] });
    assert_eq!(shop.posts(&rio, "/risk/backtest", &rules).await, "200 fine");
    let expected = [
        "screening.propose done",
        "screening.approve refused:self_approval",
        "screening.approve done",
        "contract.approve refused:proposal_not_found",
        "contract.propose done",
        "contract.approve done",
        "risk.backtest refused:bad_rules",
        "risk.backtest done",
    ];
    assert_eq!(shop.ended_acts(&cem.token).await, expected);
}

/// A party's held money is told while it is held, and no longer.
#[tokio::test]
async fn what_is_held_on_an_account_is_told_until_it_is_free() {
    let shop = Shop::open().await;
    let ada = shop.at_console("13700000001").await;
    let freeze = crate::freezes::open(&shop, "F1", 3_000).await;
    let body = json!({"login": BUYER, "pay_password": PASSWORD, "auth_no": freeze.to_string()});
    let (status, said) = shop.call("/sandbox/freeze", body).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let path = format!("/parties/{}", shop.buyer);
    let told = shop.console_tells(&ada, &path).await;
    let held = told["holds"].as_array().unwrap();
    let [hold] = &held[..] else { panic!("{told}") };
    assert_eq!((&hold["amount"], &hold["state"]), (&json!("30.00"), &json!("open")), "{told}");
    assert_eq!((&told["holds_left_out"], &hold["currency"]), (&json!(false), &json!("CNY")));
    let accounts = told["accounts"].as_array().unwrap();
    assert!(accounts.iter().any(|account| account["account_id"] == hold["account_id"]), "{told}");
    let free = Unfreeze {
        seller: shop.seller,
        freeze,
        out_request_no: Text::new("R1").unwrap(),
        amount: fen(3_000),
        remark: Text::new("back").unwrap(),
        notify_url: None,
    };
    shop.door.ask(free).await.unwrap();
    let told = shop.console_tells(&ada, &path).await;
    assert_eq!(told["holds"], json!([]), "{told}");
}

/// Two plays that nobody waits for any more are the two that may be; a third one is told to come again, and both turns
/// come back.
#[tokio::test]
async fn plays_of_rules_take_turns_and_give_them_back() {
    let shop = Shop::open().await;
    let ada = shop.at_console("13700000001").await;
    shop.wait_posted().await;
    let rules = json!({ "rules": [rule("W", "true", "refuse", true)] });
    let play = async || shop.posts(&ada, "/risk/backtest", &rules).await;
    let stalled = shop.stalled();
    let both_read = async {
        while stalled.waiting() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let hang_up = async { tokio::join!(play(), play()) };
    tokio::select! {
        (first, _) = hang_up => panic!("nobody reads: {first}"),
        () = both_read => {}
    }
    let third = tokio::time::timeout(Duration::from_secs(60), play()).await;
    assert_eq!(third.expect("no third one reads beside the two"), "503 busy");
    stalled.end();
    for _again in 0..3 {
        assert_eq!(play().await, "200 fine");
    }
    for code in ["wrong", "rules"] {
        let wrong = json!({ "rules": [rule("T", code, "review", false)] });
        assert_eq!(shop.posts(&ada, "/risk/backtest", &wrong).await, "400 bad_rules", "{code}");
    }
    assert_eq!(play().await, "200 fine", "what is refused gives its turn back, too");
}
