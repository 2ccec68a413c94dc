//! One thing is changed in the tables at a time: the audit names table, key and what is wrong with it.

use crate::world::{World, found};
use audit::FindingKind::{self, *};
use rusqlite::types::Value;

/// What is changed, and which findings must follow besides "the row differs": on which table, of which kind.
pub(crate) struct Case(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) &'static [(&'static str, FindingKind)],
);

/// The key of the first row of a table that fits, as the audit prints it, and as a WHERE clause.
fn key(world: &World, table: &str, which: &str) -> (String, String) {
    let table_id = engine::Table::ALL.iter().find(|known| known.name() == table).unwrap();
    let columns: Vec<&str> =
        table_id.columns()[..table_id.key_columns()].iter().map(|column| column.name).collect();
    let sql = format!("SELECT \"{}\" FROM \"{table}\" WHERE {which} LIMIT 1", columns.join("\", \""));
    world
        .sql()
        .query_row(&sql, (), |row| {
            let mut shown = Vec::new();
            let mut wheres = Vec::new();
            for (index, column) in columns.iter().enumerate() {
                let (text, sql) = match row.get(index)? {
                    Value::Integer(number) => (number.to_string(), number.to_string()),
                    Value::Text(text) => (format!("{text:?}"), format!("'{text}'")),
                    Value::Blob(bytes) => {
                        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                        (format!("x'{hex}'"), format!("x'{hex}'"))
                    }
                    other => panic!("{other:?} in a key"),
                };
                shown.push(format!("{column}={text}"));
                wheres.push(format!("\"{column}\" = {sql}"));
            }
            Ok((shown.join(" "), wheres.join(" AND ")))
        })
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn order(number: &str) -> String {
    format!("(SELECT no FROM orders WHERE out_trade_no LIKE '{number}-%')")
}

pub(crate) fn run(cases: &[Case]) {
    for Case(table, which, set, expected) in cases {
        let (which, set) = (filled(which), filled(set));
        let world = World::copy();
        let (shown, exact) = key(&world, table, &which);
        world.change(&format!("UPDATE \"{table}\" SET {set} WHERE {exact}"));
        let report = world.verify();
        let differs = found(&report, RowDiffers, table);
        assert_eq!(differs.key, shown, "{table} {which} {set}\n{report}");
        let column = set.split(['=', ' ']).next().unwrap();
        assert!(differs.message.contains(&format!("column {column} is")), "{}", differs.message);
        for (on, kind) in *expected {
            let finding = found(&report, *kind, on);
            if on == table
                && !matches!(kind, TrialBalance | TransitOpen | FeeIncome | AccountBalance | DelayedHeld)
            {
                let named =
                    report.findings.iter().any(|finding| finding.kind == *kind && finding.key == shown);
                assert!(named, "{table} {set}: {kind:?} names {} instead of {shown}", finding.key);
            }
        }
    }
}

/// Puts the numbers of orders in: `{T1}`.
fn filled(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some((before, rest)) = text.split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        text = format!("{before}{}{after}", order(name));
    }
    text
}

#[test]
fn keys_of_apps() {
    run(&[
        Case("app_key", "state = 'current'", "state = 'second'", &[("app", AppKeyWrong)]),
        Case("app_key", "state = 'second'", "state = 'current'", &[("app_key", AppKeyWrong)]),
        Case("app_key", "state = 'retired'", "state = 'second'", &[("app_key", AppKeyWrong)]),
        Case("app_key", "state = 'current'", "public_key = x'09'", &[("app_key", AppKeyWrong)]),
        Case("app_key", "state = 'second'", "certificate = 'a', cert_sn = 'a'", &[("app_key", AppKeyWrong)]),
        Case("app_key", "state = 'retired'", "retired_at_us = NULL", &[("app_key", AppKeyWrong)]),
        Case("app_key", "state = 'second'", "retired_at_us = 5", &[("app_key", AppKeyWrong)]),
        Case("app_key", "state = 'second'", "added_at_us = 5", &[]),
    ]);
}

#[test]
fn applications_of_merchants() {
    const OF: (&str, FindingKind) = ("merchant_application", ApplicationWrong);
    run(&[
        Case("merchant_application", "state = 'signed'", "state = 'audit_pass'", &[OF]),
        Case("merchant_application", "state = 'signed'", "merchant = NULL", &[OF]),
        Case("merchant_application", "state = 'signed'", "app = NULL", &[OF]),
        Case("merchant_application", "state = 'signed'", "documents = 0", &[OF]),
        Case("merchant_application", "state = 'signed'", "name_matches = 0", &[OF]),
        Case("merchant_application", "state = 'audit_reject'", "state = 'signed'", &[OF]),
        Case("merchant_application", "state = 'audit_reject'", "reasons = 0", &[OF]),
        Case("merchant_application", "state = 'audit_reject'", "reviewer = NULL", &[OF]),
        Case("merchant_application", "state = 'signed'", "reasons = 2147483648", &[OF]),
        Case("merchant_application", "state = 'signed'", "state = 'suspended', reasons = 1", &[OF]),
        Case("merchant_application", "state = 'signed'", "state = 'suspended', reasons = 2147483648", &[]),
        Case("merchant_application", "state = 'signed'", "note = 'a'", &[]),
    ]);
}

#[test]
fn accounts() {
    run(&[
        Case(
            "account",
            "kind = 'balance' AND balance_minor > 0",
            "balance_minor = balance_minor + 1",
            &[("account", AccountBalance), ("account", TrialBalance)],
        ),
        Case(
            "account",
            "kind = 'balance' AND balance_minor > 0",
            "balance_minor = -1",
            &[("account", AccountBelow)],
        ),
        Case(
            "account",
            "kind = 'balance' AND balance_minor > 0",
            "held_minor = 5",
            &[("account", AccountHeld)],
        ),
        Case(
            "account",
            "kind = 'balance' AND balance_minor > 0",
            "held_minor = balance_minor + 1",
            &[("account", AccountBelow)],
        ),
        Case(
            "account",
            "kind = 'bank_reserve'",
            "balance_minor = 1",
            &[("account", AccountBalance), ("account", TrialBalance)],
        ),
        Case(
            "account",
            "kind = 'transit' AND balance_minor <> 0",
            "balance_minor = balance_minor + 1",
            &[("account", TransitOpen)],
        ),
        Case(
            "account",
            "kind = 'fee_income'",
            "balance_minor = balance_minor + 1",
            &[("account", FeeIncome)],
        ),
        Case(
            "account",
            "kind = 'balance'",
            "kind = 'fee_income'",
            &[("account", AccountWrong), ("party", PartyWrong)],
        ),
        Case(
            "account",
            "kind = 'balance'",
            "owner = owner + 100",
            &[("account", AccountWrong), ("account", PartyWrong)],
        ),
        Case(
            "account",
            "kind = 'balance'",
            "currency = 'usd'",
            &[("account", AccountWrong), ("posting", EntryAccount)],
        ),
        Case("account", "kind = 'balance'", "opened_at_us = opened_at_us + 1", &[]),
    ]);
}

#[test]
fn postings() {
    run(&[
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "amount_1_minor = amount_1_minor + 1",
            &[("posting", PostingUnbalanced), ("posting", BalanceAfter), ("posting", TrialBalance)],
        ),
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "amount_1_minor = 1, amount_2_minor = 1",
            &[("posting", BalanceAfter), ("orders", OrderPayment)],
        ),
        Case(
            "posting",
            "kind = 'pay_in' AND order_no = {T1}",
            "balance_after_2_minor = balance_after_2_minor + 1",
            &[("posting", BalanceAfter)],
        ),
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "account_1 = account_1 + 10000000",
            &[("posting", EntryAccount)],
        ),
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "account_1 = account_1 + 100000",
            &[("posting", EntryAccount)],
        ),
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "side_1 = 'credit', side_2 = 'debit'",
            &[("posting", PostingShape)],
        ),
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "kind = 'pay_in'",
            &[("posting", PostingShape), ("orders", OrderPayment)],
        ),
        Case(
            "posting",
            "kind = 'refund_in' AND order_no = {T3}",
            "kind = 'pay_return'",
            &[("refund", RefundWrong), ("orders", OrderPayment)],
        ),
        Case(
            "posting",
            "kind = 'pay_in' AND order_no = {T1}",
            "business_date = business_date + 1",
            &[("posting", PostingShape)],
        ),
        Case(
            "posting",
            "kind = 'pay_in' AND order_no = {T1}",
            "order_no = {T4}",
            &[("orders", OrderPayment)],
        ),
        Case("posting", "kind = 'pay_in' AND order_no = {T1}", "order_no = 7", &[("posting", PostingShape)]),
        Case(
            "posting",
            "kind = 'pay_in' AND order_no = {T1}",
            "order_no = NULL",
            &[("posting", PostingShape)],
        ),
        Case("posting", "kind = 'top_up'", "order_no = {T1}", &[("posting", PostingShape)]),
        Case(
            "posting",
            "kind = 'top_up'",
            "amount_1_minor = 1, amount_2_minor = 1",
            &[("top_up", TopUpWrong), ("posting", TopUpWrong)],
        ),
        Case(
            "posting",
            "kind = 'top_up'",
            "amount_1_minor = 0, amount_2_minor = 0",
            &[("posting", PostingShape)],
        ),
        Case(
            "posting",
            "kind = 'pay_out' AND order_no = {T1}",
            "account_2 = NULL, side_2 = NULL, amount_2_minor = NULL, balance_after_2_minor = NULL",
            &[("posting", PostingUnbalanced), ("posting", PostingShape)],
        ),
        Case(
            "posting",
            "kind = 'pay_in' AND order_no = {T1}",
            "amount_2_minor = amount_2_minor - 1, amount_3_minor = amount_3_minor + 1",
            &[("posting", BalanceAfter), ("orders", OrderPayment)],
        ),
    ]);
}

#[test]
fn orders() {
    run(&[
        Case(
            "orders",
            "no = {T1}",
            "state = 'wait_buyer_pay'",
            &[("orders", OrderWrong), ("orders", TimerWrong), ("trade", TradeWrong)],
        ),
        Case("orders", "no = {T1}", "state = 'closed'", &[("orders", OrderWrong), ("trade", TradeWrong)]),
        Case("orders", "no = {T1}", "state = 'offered'", &[("orders", OrderWrong)]),
        Case("orders", "no = {T6}", "state = 'paid'", &[("orders", OrderWrong)]),
        Case("orders", "no = {T6}", "state = 'finished'", &[("orders", OrderWrong)]),
        Case("orders", "no = {T2}", "refunded_minor = refunded_minor + 1", &[("orders", OrderRefunds)]),
        Case("orders", "no = {T2}", "refunded_minor = total_minor + 1", &[("orders", OrderWrong)]),
        Case("orders", "no = {T2}", "refunded_minor = 0", &[("orders", OrderRefunds)]),
        Case(
            "orders",
            "no = {T1}",
            "fee_minor = fee_minor + 1",
            &[("orders", OrderPayment), ("account", FeeIncome)],
        ),
        Case("orders", "no = {T1}", "fee_minor = total_minor + 1", &[("orders", OrderWrong)]),
        Case("orders", "no = {T6}", "fee_minor = 1", &[("orders", OrderWrong)]),
        Case("orders", "no = {T1}", "fee_returned_minor = fee_minor + 1", &[("orders", OrderWrong)]),
        Case(
            "orders",
            "no = {T2}",
            "fee_returned_minor = fee_returned_minor + 1",
            &[("orders", OrderRefunds), ("account", FeeIncome)],
        ),
        Case(
            "orders",
            "no = {T1}",
            "total_minor = total_minor + 1",
            &[("orders", OrderPayment), ("trade", TradeWrong)],
        ),
        Case(
            "orders",
            "no = {T1}",
            "paid_at_us = NULL",
            &[("orders", OrderPayment), ("orders", OrderWrong), ("receipt", ReceiptWrong)],
        ),
        Case(
            "orders",
            "no = {T1}",
            "paid_at_us = paid_at_us + 1",
            &[("orders", OrderPayment), ("receipt", ReceiptWrong), ("notice", NoticeWrong)],
        ),
        Case(
            "orders",
            "no = {T6}",
            "paid_at_us = created_at_us + 1",
            &[("orders", OrderPayment), ("orders", OrderWrong)],
        ),
        Case("orders", "no = {T4}", "closed_at_us = NULL", &[("orders", OrderWrong)]),
        Case("orders", "no = {T4}", "closed_at_us = opened_at_us - 1", &[("orders", OrderWrong)]),
        Case("orders", "no = {T1}", "created_at_us = opened_at_us - 1", &[("orders", OrderWrong)]),
        Case("orders", "no = {T1}", "paid_at_us = created_at_us - 1", &[("orders", OrderWrong)]),
        Case("orders", "no = {T1}", "opened_at_us = opened_at_us - 1", &[("orders", OrderWrong)]),
        Case(
            "orders",
            "no = {T1}",
            "buyer = NULL",
            &[("orders", OrderWrong), ("trade", TradeWrong), ("orders", OrderPayment)],
        ),
        Case(
            "orders",
            "no = {T1}",
            "buyer = (SELECT buyer FROM orders WHERE no = {T2})",
            &[("orders", OrderPayment), ("trade", TradeWrong)],
        ),
        Case("orders", "no = {T12}", "buyer = NULL", &[("receipt", ReceiptWrong)]),
        Case(
            "orders",
            "no = {T1}",
            "seller = (SELECT buyer FROM orders WHERE no = {T1})",
            &[("orders", OrderWrong), ("order_number", NumberWrong), ("trade", TradeWrong)],
        ),
        Case("orders", "no = {T1}", "seller = seller + 100", &[("orders", PartyWrong)]),
        Case("orders", "no = {T1}", "currency = 'usd'", &[("posting", PostingShape)]),
        Case("orders", "no = {T2}", "currency = 'usd'", &[("refund", RefundWrong)]),
        Case(
            "orders",
            "no = {T1}",
            "out_trade_no = 'other'",
            &[("order_number", NumberWrong), ("orders", NumberWrong)],
        ),
        Case(
            "orders",
            "no = {T1}",
            "notify_url = 'http://other/'",
            &[("notice", NoticeWrong), ("orders", NoticeWrong)],
        ),
        Case("orders", "no = {T6}", "timer = timer + 100", &[("timer", TimerWrong), ("orders", TimerWrong)]),
        Case("orders", "no = {T6}", "expires_at_us = expires_at_us + 1", &[("timer", TimerWrong)]),
        Case("orders", "no = {T1}", "subject = 'another text'", &[]),
        Case("orders", "no = {T1}", "state = 'no state'", &[("orders", RowUnreadable)]),
        Case("orders", "no = {T1}", "app = app + 100", &[("notice", NoticeWrong)]),
    ]);
}

#[test]
fn trades_and_refunds() {
    run(&[
        Case("trade", "no = {T1}", "state = 'waiting'", &[("trade", TradeWrong)]),
        Case("trade", "no = {T6}", "state = 'paid'", &[("trade", TradeWrong)]),
        Case("trade", "no = {T6}", "state = 'closed', closed_at_us = 1", &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", "total_minor = total_minor + 1", &[("trade", TradeWrong)]),
        Case("trade", "no = {T2}", "refunded_minor = refunded_minor + 1", &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", "paid_at_us = paid_at_us + 1", &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", "paid_at_us = NULL", &[("trade", TradeWrong)]),
        Case("trade", "no = {T3}", "closed_at_us = NULL", &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", "created_at_us = 1", &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", "seller = buyer", &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", "buyer = buyer + 1", &[("trade", TradeWrong), ("orders", OrderPayment)]),
        Case("trade", "no = {T6}", "buyer = buyer + 100", &[("trade", TradeWrong), ("orders", OrderPayment)]),
        Case(
            "refund",
            "order_no = {T2} AND out_request_no = 'R1'",
            "amount_minor = amount_minor + 1",
            &[("refund", RefundWrong), ("orders", OrderRefunds), ("trade", TradeWrong)],
        ),
        Case(
            "refund",
            "order_no = {T2} AND out_request_no = 'R1'",
            "fee_back_minor = fee_back_minor + 1",
            &[("refund", RefundWrong)],
        ),
        Case(
            "refund",
            "order_no = {T2} AND out_request_no = 'R1'",
            "state = 'returned'",
            &[("refund", RefundWrong), ("orders", OrderRefunds)],
        ),
        Case(
            "refund",
            "order_no = {T2} AND out_request_no = 'R1'",
            "state = 'under_way'",
            &[("posting", RefundWrong), ("account", TransitOpen)],
        ),
        Case(
            "refund",
            "order_no = {T11}",
            "state = 'done'",
            &[("refund", RefundWrong), ("orders", OrderRefunds), ("posting", RefundWrong)],
        ),
        Case(
            "refund",
            "order_no = {T2} AND out_request_no = 'R1'",
            "at_us = at_us + 1",
            &[("refund", RefundWrong), ("posting", RefundWrong)],
        ),
        Case("trade", "no = {T4}", "buyer = buyer + 1", &[("trade", TradeWrong)]),
        Case(
            "refund",
            "order_no = {T2} AND out_request_no = 'R1'",
            "refunded_after_minor = 0",
            &[("refund", RefundWrong)],
        ),
        Case("refund", "order_no = {T2} AND out_request_no = 'R1'", "reason = 'changed'", &[]),
    ]);
}

#[test]
fn what_stands_around() {
    run(&[
        Case(
            "order_number",
            "no = {T1}",
            "no = {T2}",
            &[("order_number", NumberWrong), ("orders", NumberWrong)],
        ),
        Case("order_number", "no = {T1}", "no = 7", &[("order_number", NumberWrong)]),
        Case("receipt", "order_no = {T15}", "outcome = 'paid'", &[("receipt", ReceiptWrong)]),
        Case("receipt", "order_no = {T15}", "outcome = 'waiting'", &[("receipt", ReceiptWrong)]),
        Case("receipt", "order_no = {T1}", "at_us = at_us + 1", &[("receipt", ReceiptWrong)]),
        Case("receipt", "order_no = {T15}", "at_us = 1", &[("receipt", ReceiptWrong)]),
        Case("receipt", "order_no = {T1}", "outcome = 'balance_too_low'", &[]),
        Case(
            "top_up",
            "slot >= 0",
            "amount_minor = amount_minor + 1",
            &[("top_up", TopUpWrong), ("posting", TopUpWrong)],
        ),
        Case("top_up", "slot >= 0", "at_us = at_us + 1", &[("top_up", TopUpWrong)]),
        // No posting can have the number of such a moment.
        Case("top_up", "slot >= 0", "at_us = 9200000000000000000", &[("top_up", TopUpWrong)]),
        Case("notice", "order_no = {T1}", "order_no = {T2}", &[("orders", NoticeWrong)]),
        Case("notice", "order_no = {T1}", "order_no = 7", &[("notice", NoticeWrong)]),
        Case("notice", "order_no = {T1}", "url = 'http://other/'", &[("notice", NoticeWrong)]),
        Case("notice", "order_no = {T1}", "refunded_minor = 1000000", &[("notice", NoticeWrong)]),
        Case("notice", "order_no = {T1}", "happened_at_us = happened_at_us + 1", &[("notice", NoticeWrong)]),
        Case("notice", "event = 'refunded'", "out_biz_no = 'other'", &[("notice", NoticeWrong)]),
        Case("notice", "order_no = {T1}", "content = '[]'", &[("notice", NoticeWrong)]),
        Case(
            "notice",
            "order_no = {T1}",
            "event = 'closed'",
            &[("notice", NoticeWrong), ("orders", NoticeWrong)],
        ),
        Case("notice", "state = 'due'", "next_at_us = NULL", &[("notice", NoticeWrong)]),
        Case("notice", "state = 'delivered'", "next_at_us = 5", &[("notice", NoticeWrong)]),
        Case("timer", "order_no = {T6}", "order_no = {T1}", &[("timer", TimerWrong), ("orders", TimerWrong)]),
        Case(
            "timer",
            "code = (SELECT digest FROM pay_code)",
            "code = zeroblob(16)",
            &[("timer", TimerWrong), ("pay_code", TimerWrong)],
        ),
        Case("timer", "code = (SELECT digest FROM pay_code)", "order_no = {T6}", &[("timer", TimerWrong)]),
        Case(
            "timer",
            "code = x'01010101010101010101010101010101'",
            "code = zeroblob(16)",
            &[("timer", TimerWrong), ("challenge", TimerWrong)],
        ),
        Case(
            "timer",
            "task = 'forget_attempt' AND attempt = (SELECT no FROM password_attempt)",
            "attempt = attempt + 1000",
            &[("password_attempt", TimerWrong)],
        ),
        Case("timer", "task = 'forget_attempt'", "party = NULL", &[("timer", TimerWrong)]),
        Case("timer", "task = 'expire_order'", "code = zeroblob(16)", &[("timer", TimerWrong)]),
        Case("pay_code", "slot >= 0", "timer = timer + 100", &[("pay_code", TimerWrong)]),
        Case("pay_code", "slot >= 0", "party = party + 100", &[("pay_code", PartyWrong)]),
        Case("password_attempt", "slot >= 0", "proven = 1", &[]),
    ]);
}

#[test]
fn persons() {
    run(&[
        Case("party", "class = 'sandbox'", "class = 'unverified'", &[("party", PartyWrong)]),
        Case("party", "class = 'unverified'", "class = 'sandbox'", &[("party", PartyWrong)]),
        Case("party", "class = 'merchant'", "class = 'sandbox'", &[("party", PartyWrong)]),
        Case("party", "class = 'unverified'", "login_masked = NULL", &[("party", PartyWrong)]),
        Case("party", "login LIKE 'gone:%'", "login = 'gone:1'", &[("party", PartyWrong)]),
        Case("profile", "address IS NOT NULL", "address = zeroblob(16)", &[("profile", LoginWrong)]),
        Case("profile", "address IS NOT NULL", "address = NULL", &[("profile", LoginWrong)]),
        Case("profile", "address IS NULL", "address = zeroblob(16)", &[("profile", LoginWrong)]),
        Case("profile", "slot >= 0", "sealed_address = x'00'", &[]),
        Case("sign_in", "slot >= 0", "judged = tried + 1", &[("sign_in", LoginWrong)]),
        Case("device", "slot >= 0", "seen_at_us = since_us - 1", &[("device", LoginWrong)]),
        Case("device", "slot >= 0", "token = zeroblob(16)", &[]),
        Case("device", "passkey IS NULL", "passkey = 1", &[("device", LoginWrong)]),
        Case("device", "passkey IS NOT NULL", "passkey = passkey + 1", &[("device", LoginWrong)]),
        Case("passkey", "slot >= 0", "used_at_us = added_at_us - 1", &[("passkey", LoginWrong)]),
        Case("passkey", "slot >= 0", "sealed_key = x'00'", &[]),
        Case("passkey_proof", "slot >= 0", "amount_minor = 7", &[]),
        Case("passkey_proof", "slot >= 0", "act = 'transfer', delay_us = 7200000000", &[]),
        Case("passkey_proof", "slot >= 0", "act = 'pay_by_card', card = 7", &[]),
        Case("passkey_proof", "slot >= 0", "act = 'pay_by_card'", &[("passkey_proof", LoginWrong)]),
        Case("passkey_proof", "slot >= 0", "card = 7", &[("passkey_proof", LoginWrong)]),
        Case("passkey_proof", "slot >= 0", "delay_us = 7200000000", &[("passkey_proof", LoginWrong)]),
        Case(
            "passkey_proof",
            "slot >= 0",
            "payee = payee + 100, act = 'withdraw', card = 7",
            &[("passkey_proof", LoginWrong)],
        ),
        Case(
            "timer",
            "attempt IN (SELECT no FROM passkey_proof)",
            "attempt = attempt + 1",
            &[("passkey_proof", TimerWrong)],
        ),
        Case("sign_in", "slot >= 0", "verifier = 'stolen'", &[]),
        Case("party", "class = 'two'", "class = 'three'", &[("party", PersonWrong)]),
        Case("party", "class = 'two'", "class = 'unverified'", &[("party", PersonWrong)]),
        Case("party", "class = 'two'", "class = 'one'", &[]),
        Case("standing", "slot >= 0", "evidences = 4", &[("standing", PersonWrong)]),
        Case("standing", "slot >= 0", "evidences = 2", &[("evidence", PersonWrong), ("party", PersonWrong)]),
        Case("standing", "slot >= 0", "holds_quota = 0", &[("standing", PersonWrong)]),
        Case("standing", "slot >= 0", "identity = zeroblob(16)", &[("standing", PersonWrong)]),
        Case("standing", "slot >= 0", "counts_until_us = 5", &[("standing", PersonWrong)]),
        Case("evidence", "place = 1", "provider = 'a'", &[("standing", PersonWrong)]),
        Case("evidence", "place = 1", "verified_at_us = 7", &[]),
        Case("person", "slot >= 0", "accounts = x''", &[("person", PersonWrong), ("standing", PersonWrong)]),
        Case("person", "slot >= 0", "holder = NULL", &[("standing", PersonWrong)]),
        Case("person", "slot >= 0", "class_three = holder", &[("person", PersonWrong)]),
        Case("usage", "kind = 'balance_year'", "sum_minor = sum_minor + 1", &[("usage", UsageWrong)]),
        Case("usage", "kind = 'balance_life'", "sum_minor = 0", &[("usage", UsageWrong)]),
        Case("usage", "kind = 'receive_day'", "sum_minor = sum_minor + 1", &[("usage", UsageWrong)]),
        Case("usage", "kind = 'receive_day'", "count = 9", &[("usage", UsageWrong)]),
        Case("merchant_store", "store_id = 'S1'", "name = ' tea'", &[("merchant_store", PartyWrong)]),
        Case(
            "merchant_store",
            "store_id = 'S1'",
            "opened_at_us = changed_at_us + 1",
            &[("merchant_store", PartyWrong)],
        ),
        Case("merchant_store", "store_id = 'S2'", "closed_at_us = 5", &[("merchant_store", PartyWrong)]),
        Case("merchant_store", "store_id = 'S1'", "name = 'another'", &[]),
        Case(
            "orders",
            "out_trade_no = 'T31-without-a-licence'",
            "store_name = 'stall'",
            &[("orders", PartyWrong)],
        ),
        Case(
            "orders",
            "out_trade_no = 'T31-without-a-licence'",
            "store_id = 'S2', store_name = 'stall'",
            &[],
        ),
        Case("usage", "kind = 'receive_month'", "count = 0, sum_minor = 0", &[("usage", UsageWrong)]),
    ]);
}

/// Orders and counters agree, and both say more than such a merchant may receive.
#[test]
fn more_than_a_merchant_without_a_licence_may_receive_is_named() {
    let order = "out_trade_no = 'T31-without-a-licence'";
    run(&[Case("orders", order, "total_minor = 100001", &[("orders", UsageWrong)])]);
    for (fen, kind, is_above) in [
        (2_000_000, "day", false),
        (2_000_001, "day", true),
        (20_000_000, "month", false),
        (20_000_001, "month", true),
    ] {
        let world = World::copy();
        // The stall's other sales are of that day, too.
        world.change(&format!("UPDATE orders SET total_minor = {} WHERE {order}", fen - 2_400));
        world.change(&format!("UPDATE usage SET sum_minor = {fen} WHERE kind = 'receive_{kind}'"));
        let told = format!("{fen} was received, above the limit of {}", fen - 1);
        assert_eq!(world.verify().to_string().contains(&told), is_above, "{fen} a {kind}");
    }
}

#[test]
fn operators_are_of_two_operators() {
    const WRONG: &[(&str, FindingKind)] = &[("operator", OperatorWrong)];
    const BOOK: &[(&str, FindingKind)] = &[("operator_book", OperatorWrong)];
    run(&[
        Case("operator", "name = 'cem'", "approved_by = proposed_by", WRONG),
        Case("operator", "name = 'cem'", "approved_by = NULL", WRONG),
        Case("operator", "name = 'cem'", "approved_by = 'nobody'", WRONG),
        Case("operator", "name = 'cem'", "proposed_by = NULL, approved_by = NULL", WRONG),
        Case("operator", "name = 'cem'", "role = 'treasurer'", &[]),
        Case("operator", "name = 'cem'", "role = 'admin'", BOOK),
        Case("operator", "name = 'bea'", "active = 0", BOOK),
        Case("operator_book", "slot >= 0", "operators = 4", BOOK),
        Case("operator_book", "slot >= 0", "admins = 1", BOOK),
        Case(
            "operator_proposal",
            "name = 'dan'",
            "proposed_by = 'nobody'",
            &[("operator_proposal", OperatorWrong)],
        ),
        Case("operator_proposal", "name = 'dan'", "role = 'admin'", &[]),
    ]);
}

#[test]
fn staff_is_what_owners_say_and_persons_know() {
    const WRONG: &[(&str, FindingKind)] = &[("merchant_staff", StaffWrong)];
    const PLACE: &[(&str, FindingKind)] = &[("staff_place", StaffWrong)];
    const BOOK: &[(&str, FindingKind)] = &[("staff_book", StaffWrong)];
    run(&[
        Case("merchant_staff", "role = 'viewer'", "role = 'finance'", PLACE),
        Case("merchant_staff", "role = 'viewer'", "set_by = seller", WRONG),
        Case("merchant_staff", "role = 'viewer'", "set_by = NULL", &[]),
        Case("merchant_staff", "role = 'viewer'", "since_us = 7", &[]),
        Case(
            "merchant_staff",
            "role = 'viewer'",
            "active = 0",
            &[("staff_place", StaffWrong), ("staff_book", StaffWrong)],
        ),
        Case(
            "merchant_staff",
            "role = 'owner'",
            "role = 'manager'",
            &[("staff_place", StaffWrong), ("staff_book", StaffWrong)],
        ),
        Case("staff_place", "role = 'viewer'", "role = 'owner'", PLACE),
        Case("staff_place", "role = 'viewer'", "active = 0", PLACE),
        Case("staff_book", "slot >= 0", "staff = 3", BOOK),
        Case("staff_book", "slot >= 0", "owners = 2", BOOK),
        Case("staff_book", "slot >= 0", "ever = 9", BOOK),
        Case("staff_book", "slot >= 0", "acts = 1", BOOK),
        Case("staff_act", "number = 1", "user = seller", &[("staff_act", StaffWrong)]),
        Case("staff_act", "number = 1", "subject = ''", &[]),
    ]);
    for number in 1..=2 {
        let world = World::copy();
        world.change(&format!("DELETE FROM staff_act WHERE number = {number}"));
        found(&world.verify(), StaffWrong, "staff_book");
    }
}

#[test]
fn what_operators_did_is_one_chain() {
    const NOTE: &[(&str, FindingKind)] = &[("ops_trail", TrailWrong)];
    const BOTH: &[(&str, FindingKind)] = &[("ops_trail", TrailWrong), ("ops_trail_head", TrailWrong)];
    const HEAD: &[(&str, FindingKind)] = &[("ops_trail_head", TrailWrong)];
    run(&[
        Case("ops_trail", "number = 1", "subject = 'dan'", NOTE),
        Case("ops_trail", "number = 1", "operator = 'ada'", NOTE),
        Case("ops_trail", "number = 2", "outcome = 'refused:stale'", NOTE),
        Case("ops_trail", "number = 2", "act = 'operator.propose'", NOTE),
        Case("ops_trail", "number = 2", "previous_hash = zeroblob(32)", NOTE),
        Case("ops_trail", "number = 3", "at_us = at_us + 1", NOTE),
        Case("ops_trail", "number = 3", "digest = zeroblob(32)", NOTE),
        Case("ops_trail", "number = 3", "hash = zeroblob(32)", BOTH),
        Case("ops_trail_head", "slot >= 0", "last = 2", HEAD),
        Case("ops_trail_head", "slot >= 0", "hash = zeroblob(32)", HEAD),
    ]);
    for number in 1..=3 {
        let world = World::copy();
        world.change(&format!("DELETE FROM ops_trail WHERE number = {number}"));
        let table = if number == 3 { "ops_trail_head" } else { "ops_trail" };
        found(&world.verify(), TrailWrong, table);
    }
    let world = World::copy();
    world.change("DELETE FROM ops_trail_head");
    found(&world.verify(), TrailWrong, "ops_trail_head");
    for (change, message) in [
        ("DELETE FROM ops_trail_open", "the outcome of this act is not noted"),
        ("INSERT INTO ops_trail_open SELECT slot, 1 FROM ops_trail_open", "no act of this number waits"),
        ("INSERT INTO ops_trail_open SELECT slot, 2 FROM ops_trail_open", "no act of this number waits"),
        ("INSERT INTO ops_trail_open SELECT 5, number FROM ops_trail_open", "no act of this number waits"),
    ] {
        let world = World::copy();
        world.change(change);
        let report = world.verify();
        let said = &found(&report, TrailWrong, "ops_trail_open").message;
        assert!(said.contains(message), "{change}\n{report}");
    }
}

#[test]
fn what_buyers_ask_for() {
    const WISH: &[(&str, FindingKind)] = &[("refund_wish", RefundWrong)];
    run(&[
        Case("refund_wish", "state = 'open'", "buyer = buyer + 100", WISH),
        Case("refund_wish", "state = 'open'", "reason = ''", WISH),
        Case("refund_wish", "state = 'open'", "asked_at_us = 1", WISH),
        Case("refund_wish", "state = 'open'", "first_key = key", WISH),
        Case("refund_wish", "state = 'refused'", "state = 'met', answer = NULL", WISH),
        Case("refund_wish", "state = 'met'", "state = 'open', answered_at_us = NULL", WISH),
        Case(
            "refund_wish",
            "state = 'met'",
            "asked_at_us = asked_at_us + 60000000, answered_at_us = answered_at_us + 60000000",
            WISH,
        ),
    ]);
}

#[test]
fn what_was_paid_by_counter_codes() {
    const PAY: &[(&str, FindingKind)] = &[("static_pay", UsageWrong)];
    const USE: &[(&str, FindingKind)] = &[("static_use", UsageWrong)];
    const BOTH: &[(&str, FindingKind)] = &[("static_pay", UsageWrong), ("static_use", UsageWrong)];
    run(&[
        Case("static_use", "slot >= 0", "sum_minor = sum_minor - 1", USE),
        Case("static_use", "slot >= 0", "sum_minor = 50001", USE),
        Case("static_wait", "slot >= 0", "waiting = waiting + 1", &[("static_wait", UsageWrong)]),
        Case("static_pay", "order_no = {T40}", "counted_minor = 50001", BOTH),
        Case("static_pay", "order_no = {T40}", "counted_minor = 0", BOTH),
        Case("static_pay", "order_no = {T40}", "counted_at_us = NULL", BOTH),
        Case("static_pay", "order_no = {T40}", "counted_at_us = counted_at_us - 86400000000", BOTH),
        Case("static_pay", "order_no = {T40}", "card = 7", BOTH),
        Case("static_pay", "order_no = {T41}", "counted_minor = 1500", BOTH),
        Case("static_pay", "order_no = {T42}", "counted_minor = 1500", PAY),
    ]);
    let world = World::copy();
    world.change(&filled("DELETE FROM static_pay WHERE order_no = {T42}"));
    assert!(found(&world.verify(), UsageWrong, "trade").message.contains("not noted"));
    let world = World::copy();
    world.change("DELETE FROM static_use");
    found(&world.verify(), UsageWrong, "static_use");
    for (table, kind) in [("static_pay", PartyWrong), ("static_use", PartyWrong)] {
        let world = World::copy();
        world.change(&format!("UPDATE {table} SET payer = payer + 100000"));
        found(&world.verify(), kind, table);
    }
}

#[test]
fn who_is_named_in_a_key_is_looked_at_too() {
    for (table, change, kind) in [
        ("operator", "name = ' cem' WHERE name = 'cem'", OperatorWrong),
        ("operator", "slot = 5 WHERE name = 'cem'", OperatorWrong),
        ("merchant_store", "seller = seller + 100000 WHERE store_id = 'S1'", PartyWrong),
        ("grants", "owner = owner + 100000 WHERE kind = 'user'", PartyWrong),
        ("callback", "app = app + 100000", GrantWrong),
        ("royalty_relation", "seller = seller + 100000", PartyWrong),
        ("royalty_relation", "place = place + 1 WHERE place = 2", SplitWrong),
        ("merchant_staff", "seller = seller + 100000 WHERE role = 'viewer'", PartyWrong),
        ("staff_book", "seller = seller + 100000", PartyWrong),
        ("staff_place", "user = user + 100000 WHERE role = 'viewer'", PartyWrong),
        ("staff_place", "seller = seller + 100000 WHERE role = 'viewer'", StaffWrong),
        ("merchant_staff", "user = user + 100000 WHERE role = 'viewer'", StaffWrong),
        ("staff_act", "seller = seller + 100000 WHERE number = 1", PartyWrong),
        ("usage", "period = period + 1 WHERE kind = 'receive_month'", UsageWrong),
    ] {
        let world = World::copy();
        world.change(&format!("UPDATE {table} SET {change}"));
        found(&world.verify(), kind, table);
    }
}

#[test]
fn what_was_sent_to_an_address() {
    const WRONG: &[(&str, FindingKind)] = &[("challenge", ChallengeWrong)];
    run(&[
        Case("challenge", "state = 'open'", "sends = 11", WRONG),
        Case("challenge", "state = 'open'", "sends = 0", WRONG),
        Case("challenge", "tries = 1", "tries = 6", WRONG),
        Case("challenge", "state = 'open'", "day = 20200101", WRONG),
        Case("challenge", "state = 'open'", "expires_at_us = expires_at_us + 1", WRONG),
        Case("challenge", "state = 'proven'", "expires_at_us = expires_at_us + 300000000", WRONG),
        Case("challenge", "state = 'open'", "forget_at_us = forget_at_us + 1", WRONG),
        Case("challenge", "state = 'open'", "timer = timer + 100", &[("challenge", TimerWrong)]),
        Case("challenge", "state = 'proven'", "proof = 7", &[]),
    ]);
}

#[test]
fn parties() {
    run(&[
        Case(
            "party",
            "kind = 'person'",
            "login = 'other@example.com'",
            &[("party", PartyWrong), ("login", LoginWrong), ("party", LoginWrong)],
        ),
        Case("party", "kind = 'merchant'", "kind = 'person'", &[("app", PartyWrong)]),
        Case("party", "slot >= 0", "status = 'frozen'", &[]),
        Case("login", "slot >= 0", "party = party + 100", &[("login", LoginWrong), ("party", LoginWrong)]),
        Case("app", "slot >= 0", "seller = seller + 100", &[("app", PartyWrong)]),
        Case("app", "slot >= 0", "public_key = x'00'", &[]),
        Case("slot_head", "slot >= 0", "parties = parties + 1", &[("slot_head", HeadWrong)]),
        Case("slot_head", "apps > 0", "apps = apps - 1", &[("slot_head", HeadWrong)]),
        Case("credential", "slot >= 0", "verifier = 'stolen'", &[]),
    ]);
}

#[test]
fn secrets_and_names_are_not_printed() {
    let world = World::copy();
    world.change("UPDATE credential SET verifier = 'stolen secret'; UPDATE party SET name = 'Mr Nobody'");
    let text = world.verify().to_string();
    assert!(
        text.contains("column verifier is (not shown)") && text.contains("column name is (not shown)"),
        "{text}"
    );
    assert!(!text.contains("stolen") && !text.contains("argon2id") && !text.contains("Nobody"), "{text}");
}

#[test]
fn a_row_that_is_gone_is_missing_by_its_key() {
    for (table, which, expected) in [
        (
            "posting",
            "kind = 'pay_in' AND order_no = {T1}",
            &[("orders", OrderPayment), ("posting", BalanceAfter)][..],
        ),
        ("posting", "kind = 'refund_in' AND order_no = {T3}", &[("refund", RefundWrong)]),
        (
            "orders",
            "no = {T1}",
            &[
                ("posting", PostingShape),
                ("order_number", NumberWrong),
                ("trade", TradeWrong),
                ("receipt", ReceiptWrong),
                ("notice", NoticeWrong),
            ],
        ),
        ("orders", "no = {T6}", &[("timer", TimerWrong)]),
        ("orders", "no = {T2}", &[("refund", RefundWrong)]),
        ("trade", "no = {T1}", &[("orders", OrderPayment)]),
        ("order_number", "no = {T1}", &[("orders", NumberWrong)]),
        ("refund", "order_no = {T3}", &[("orders", OrderRefunds), ("posting", RefundWrong)]),
        ("receipt", "order_no = {T1}", &[]),
        ("top_up", "slot >= 0", &[("posting", TopUpWrong)]),
        ("notice", "order_no = {T1}", &[("orders", NoticeWrong)]),
        ("notice", "order_no = {T4}", &[("orders", NoticeWrong)]),
        ("notice", "order_no = {T3} AND event = 'refunded'", &[("orders", NoticeWrong)]),
        ("timer", "order_no = {T5}", &[("orders", TimerWrong)]),
        ("timer", "task = 'forget_code'", &[("pay_code", TimerWrong)]),
        ("pay_code", "slot >= 0", &[("timer", TimerWrong)]),
        ("account", "kind = 'balance' AND balance_minor > 0", &[("party", PartyWrong)]),
        ("account", "kind = 'fee_income'", &[("account", FeeIncome), ("posting", EntryAccount)]),
        ("account", "kind = 'transit' AND balance_minor <> 0", &[("account", TransitOpen)]),
        ("login", "slot >= 0", &[("party", LoginWrong)]),
        (
            "party",
            "kind = 'person'",
            &[
                ("login", LoginWrong),
                ("credential", PartyWrong),
                ("account", PartyWrong),
                ("slot_head", HeadWrong),
            ],
        ),
        ("app", "slot >= 0", &[("slot_head", HeadWrong)]),
        ("slot_head", "slot >= 0", &[("slot_head", HeadWrong)]),
    ] {
        let world = World::copy();
        let (shown, exact) = key(&world, table, &filled(which));
        world.change(&format!("DELETE FROM \"{table}\" WHERE {exact}"));
        let report = world.verify();
        assert_eq!(found(&report, RowMissing, table).key, shown, "{report}");
        for (on, kind) in expected {
            found(&report, *kind, on);
        }
    }
}

#[test]
fn the_last_posting_of_an_account_is_missed_by_the_account() {
    let world = World::copy();
    let buyer = "(SELECT buyer FROM orders WHERE out_trade_no LIKE 'T7-%')";
    let account = format!("(SELECT id FROM account WHERE kind = 'balance' AND owner = {buyer})");
    let last = format!("(SELECT max(no) FROM posting WHERE account_1 = {account} OR account_2 = {account})");
    let (shown, _) = key(&world, "account", &format!("id = {account}"));
    world.change(&format!("DELETE FROM posting WHERE no = {last}"));
    let report = world.verify();
    assert!(
        report.findings.iter().any(|finding| finding.kind == AccountBalance && finding.key == shown),
        "{report}"
    );
}

#[test]
fn a_row_that_was_never_written_is_extra_by_its_key() {
    // All columns of the first row that fits, some of them replaced.
    let copy = |table: &str, which: &str, replaced: &[(&str, &str)]| {
        let known = engine::Table::ALL.iter().find(|known| known.name() == table).unwrap();
        let columns: Vec<&str> = known.columns().iter().map(|column| column.name).collect();
        let values = columns.iter().map(|column| {
            let by = replaced.iter().find(|(name, _)| name == column);
            by.map_or_else(|| format!("\"{column}\""), |(_, by)| (*by).to_owned())
        });
        let values = values.collect::<Vec<_>>().join(", ");
        format!("INSERT INTO \"{table}\" SELECT {values} FROM \"{table}\" WHERE {which} LIMIT 1")
    };
    let absent = "party NOT IN (SELECT id FROM party)";
    let other_party = [("party", "party + 100")];
    for (table, insert, which, expected) in [
        (
            "posting",
            copy("posting", "kind = 'pay_out' AND order_no = {T1}", &[("no", "no + 1000")]),
            "no = (SELECT no + 1000 FROM posting WHERE kind = 'pay_out' AND order_no = {T1} ORDER BY no LIMIT 1)",
            &[("orders", OrderPayment), ("posting", BalanceAfter)][..],
        ),
        (
            "posting",
            copy("posting", "kind = 'pay_out' AND order_no = {T1}", &[("no", "no + 1")]),
            "no = (SELECT no + 1 FROM posting WHERE kind = 'pay_out' AND order_no = {T1} ORDER BY no LIMIT 1)",
            &[("posting", PostingShape)],
        ),
        ("trade", copy("trade", "no = {T1}", &[("no", "7")]), "no = 7", &[("trade", TradeWrong)]),
        (
            "refund",
            copy("refund", "order_no = {T2}", &[("out_request_no", "'X'")]),
            "out_request_no = 'X'",
            &[("refund", RefundWrong), ("orders", OrderRefunds)],
        ),
        (
            "receipt",
            copy("receipt", "order_no = {T1}", &[("order_no", "7")]),
            "order_no = 7",
            &[("receipt", ReceiptWrong)],
        ),
        (
            "login",
            copy("login", "slot >= 0", &[("login", "'thief'")]),
            "login = 'thief'",
            &[("login", LoginWrong)],
        ),
        ("credential", copy("credential", "slot >= 0", &other_party), absent, &[("credential", PartyWrong)]),
        (
            "password_attempt",
            copy("password_attempt", "slot >= 0", &other_party),
            absent,
            &[("password_attempt", PartyWrong), ("password_attempt", TimerWrong)],
        ),
        (
            "account",
            copy(
                "account",
                "kind = 'balance' AND held_minor = 0",
                &[
                    ("id", "(slot * 100 + 10) * 1000 + 156"),
                    ("owner", "2088000000000000 + slot"),
                    ("balance_minor", "0"),
                ],
            ),
            "kind = 'balance' AND owner < 2088000000000100",
            &[("account", AccountWrong)],
        ),
        ("timer", copy("timer", "task = 'expire_order'", &[("no", "7")]), "no = 7", &[("timer", TimerWrong)]),
        (
            "hold",
            "INSERT INTO hold SELECT slot, 100 + slot, id, currency, 5, 'open', 1 FROM account \
             WHERE kind = 'balance' AND balance_minor > 0 LIMIT 1"
                .to_owned(),
            "slot >= 0",
            &[("account", AccountHeld)],
        ),
        (
            "hold",
            "INSERT INTO hold VALUES (7, 107, 7, 'cny', 5, 'released', 1)".to_owned(),
            "slot >= 0",
            &[("hold", HoldWrong)],
        ),
        (
            "hold",
            "INSERT INTO hold SELECT slot, 101 + slot, id, currency, 5, 'released', 1 FROM account \
             WHERE kind = 'balance' LIMIT 1"
                .to_owned(),
            "slot >= 0",
            &[("hold", HoldWrong)],
        ),
        (
            "party",
            copy("party", "slot >= 0", &[("id", "id + 51")]),
            "id NOT IN (SELECT party FROM login)",
            &[("party", PartyWrong), ("slot_head", HeadWrong)],
        ),
    ] {
        let world = World::copy();
        world.change(&filled(&insert));
        let (shown, _) = key(&world, table, &filled(which));
        let report = world.verify();
        assert_eq!(found(&report, RowExtra, table).key, shown, "{report}");
        for (on, kind) in expected {
            found(&report, *kind, on);
        }
    }
}

#[test]
fn the_mark_must_be_that_of_its_record() {
    for set in ["hash = zeroblob(32)", "sequence = sequence - 1", "at_us = at_us + 1", "seq = seq + 1"] {
        let world = World::copy();
        world.change(&format!("UPDATE mark SET {set}"));
        assert_eq!(found(&world.verify(), MarkWrong, "mark").key, "id=1", "{set}");
    }
    let world = World::copy();
    world.change("UPDATE mark SET sequence = sequence + 1");
    found(&world.verify(), JournalEndLost, "journal");
    let world = World::copy();
    world.change("DELETE FROM mark");
    found(&world.verify(), MarkWrong, "mark");
}

#[test]
fn findings_beyond_the_bound_are_counted() {
    let world = World::copy();
    world.change("UPDATE orders SET subject = 'changed'; DELETE FROM receipt");
    let options = audit::Options { findings_max: 3, ..audit::Options::default() };
    let folder = audit::WorldFolder { journal: &world.journal(), tables: &world.tables() };
    let report = audit::verify(folder, &options).unwrap();
    assert_eq!(report.findings.len(), 3);
    assert_eq!(report.findings.len() as u64 + report.left_off, world.verify().findings.len() as u64);
}

#[test]
fn changes_that_agree_with_each_other_are_found_by_what_they_break() {
    let world = World::copy();
    world.change(&filled(
        "UPDATE orders SET timer = no WHERE no = {T1};
         INSERT INTO timer
         SELECT slot, expires_at_us, no, 'expire_order', no, NULL, NULL, NULL FROM orders WHERE no = {T1}",
    ));
    assert!(found(&world.verify(), TimerWrong, "orders").message.contains("it is decided"));
    let world = World::copy();
    world.change(&filled(
        "UPDATE orders SET fee_returned_minor = fee_returned_minor + 1 WHERE no = {T2};
         UPDATE refund SET fee_back_minor = fee_back_minor + 1 WHERE order_no = {T2} AND out_request_no = 'R1'",
    ));
    assert!(found(&world.verify(), OrderRefunds, "orders").message.contains("in proportion"));
}

#[test]
fn a_fee_that_the_rules_do_not_ask_for() {
    run(&[Case("orders", "no = {T1}", "fee_minor = fee_minor + 1", &[("orders", FeeWrong)])]);
}

#[test]
fn parcels_of_a_world_that_has_one_cell() {
    let world = World::copy();
    world.change(
        "INSERT INTO outbox VALUES (1, 2, 1, 'OrderPaid', x'00', 5); INSERT INTO link VALUES (3, 4, 2, 1, 0)",
    );
    let report = world.verify();
    let messages = |table: &str| -> Vec<&str> {
        let wrong = report.findings.iter().filter(|one| one.kind == ParcelWrong && one.table == table);
        wrong.map(|finding| finding.message.as_str()).collect()
    };
    assert_eq!(
        messages("outbox"),
        ["the parcel in it cannot be read", "there is no link between these slots"],
        "{report}"
    );
    assert_eq!(
        messages("link"),
        [
            "1 parcels are not acknowledged, 0 are there",
            "both slots are of one cell, or its own is of another"
        ],
        "{report}"
    );
    found(&report, RowExtra, "outbox");
    found(&report, RowExtra, "link");
}

#[test]
fn what_sqlite_says_of_its_file() {
    let world = World::copy();
    let options = || audit::Options { file: true, ..audit::Options::default() };
    assert!(world.verify_with(options()).is_clean());
    // An index that holds other rows than its table: no row is wrong, and yet what is due would not be found.
    let damage = "PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'timer_due')
        WHERE name = 'notice_next'";
    world.sql().execute_batch(damage).unwrap();
    let report = world.verify_with(options());
    let finding = found(&report, FileDamaged, "sqlite");
    assert!(
        finding.message.contains("notice_next") || finding.message.contains("page"),
        "{}",
        finding.message
    );
    assert!(world.verify().is_clean(), "only when asked for");
}

#[test]
fn authorisations_and_certifications() {
    run(&[
        Case("grants", "kind = 'merchant'", "own_app = app", &[("grants", GrantWrong)]),
        Case("grants", "kind = 'user'", "own_app = app", &[("grants", GrantWrong)]),
        Case("grants", "kind = 'user'", "tokens = x'00'", &[("grants", GrantWrong), ("token", GrantWrong)]),
        Case("grants", "kind = 'user'", "granted_at_us = 1", &[("token", GrantWrong)]),
        Case("token", "role = 'code'", "app = app + 100", &[("token", GrantWrong)]),
        Case("token", "role = 'access'", "issued_at_us = expires_at_us", &[("token", GrantWrong)]),
        Case("token", "role = 'access'", "expires_at_us = issued_at_us", &[("token", GrantWrong)]),
        Case("token", "role = 'access'", "access = digest", &[("token", GrantWrong)]),
        Case("token", "role = 'code'", "ended_at_us = issued_at_us", &[("token", GrantWrong)]),
        Case("certification", "1", "state = 'passed'", &[("certification", CertificationWrong)]),
        Case("certification", "1", "app = app + 100", &[("certification", CertificationWrong)]),
        Case("orders", "1", "app = app + 100", &[("orders", OrderWrong)]),
    ]);
    let world = World::copy();
    world.change("DELETE FROM token WHERE role = 'refresh' AND kind = 'user'");
    found(&world.verify(), GrantWrong, "grants");
    let world = World::copy();
    world.change("UPDATE callback SET app = app + 90000");
    found(&world.verify(), GrantWrong, "callback");
}

#[test]
fn agreements() {
    let alice = "no = (SELECT agreement_no FROM debit)";
    run(&[
        Case("agreement", alice, "debits = 2", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "plan_step = 2", &[("agreement", AgreementWrong)]),
        Case(
            "agreement",
            alice,
            "buyer = NULL",
            &[("agreement", AgreementWrong), ("mandate", AgreementWrong)],
        ),
        Case("agreement", alice, "buyer = buyer + 100", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "single_minor = 3001", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "period_every = NULL", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "signed_at_us = signed_at_us + 1", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "offered_at_us = offered_at_us + 1", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "state = 'stop'", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "asked = seller", &[("agreement", AgreementWrong)]),
        Case("agreement", alice, "external_agreement_no = 'A9'", &[("agreement_name", AgreementWrong)]),
        Case(
            "agreement",
            "state = 'temp'",
            "timer = timer + 1",
            &[("agreement", TimerWrong), ("timer", TimerWrong)],
        ),
        Case(
            "agreement",
            "state = 'temp'",
            "timer = NULL",
            &[("agreement", AgreementWrong), ("timer", TimerWrong)],
        ),
        Case("agreement", "state = 'temp'", "app = app + 100", &[("agreement", AgreementWrong)]),
        Case("agreement", "state = 'temp'", "asked = seller", &[("agreement", AgreementWrong)]),
        Case("agreement", "state = 'temp'", "seller = seller + 100", &[("agreement", PartyWrong)]),
        Case("agreement", "state = 'stop'", "ended_by = 'buyer'", &[("agreement", AgreementWrong)]),
        Case("mandate", alice, "debits = 2", &[("mandate", AgreementWrong), ("agreement", AgreementWrong)]),
        Case("mandate", alice, "debited_minor = 2001", &[("mandate", AgreementWrong)]),
        Case("mandate", alice, "version = 0", &[("mandate", AgreementWrong)]),
        Case(
            "mandate",
            alice,
            "state = 'temp'",
            &[("mandate", AgreementWrong), ("agreement_name", AgreementWrong)],
        ),
        Case("mandate", alice, "timer = NULL", &[("mandate", AgreementWrong), ("timer", TimerWrong)]),
        Case("mandate", alice, "invalid_at_us = 7", &[("mandate", AgreementWrong), ("timer", TimerWrong)]),
        Case("mandate", alice, "seller = seller + 100", &[("agreement", AgreementWrong)]),
        Case(
            "mandate",
            alice,
            "buyer = buyer + 100",
            &[("mandate", PartyWrong), ("agreement", AgreementWrong)],
        ),
        Case("mandate", "state = 'stop'", "ended_at_us = NULL", &[("mandate", AgreementWrong)]),
        Case("agreement_name", "name = 'A1'", "no = no + 100", &[("agreement_name", AgreementWrong)]),
        Case("agreement_name", "name LIKE '2088%'", "no = no + 100", &[("mandate", AgreementWrong)]),
        Case(
            "debit",
            "slot >= 0",
            "agreement_no = 7",
            &[("debit", AgreementWrong), ("mandate", AgreementWrong)],
        ),
    ]);
    let world = World::copy();
    world.change("DELETE FROM mandate WHERE state = 'stop'; DELETE FROM debit");
    let report = world.verify();
    found(&report, RowMissing, "mandate");
    assert!(found(&report, AgreementWrong, "agreement").message.contains("no mandate"));
    assert!(found(&report, AgreementWrong, "mandate").message.contains("paid are 0 of 0"));
}

#[test]
fn what_is_signed_by_paying() {
    let (paid, unpaid) = ("agreement_no IS NOT NULL", "agreement_no IS NULL");
    run(&[
        Case("signing", paid, "agreement_no = NULL", &[("signing", AgreementWrong)]),
        Case("signing", paid, "refused = 'same_in_force'", &[("signing", AgreementWrong)]),
        Case("signing", paid, "agreement_no = agreement_no + 100", &[("signing", AgreementWrong)]),
        Case(
            "signing",
            paid,
            "agreement_no = (SELECT agreement_no FROM debit)",
            &[("signing", AgreementWrong)],
        ),
        Case("signing", paid, "single_minor = 1", &[("signing", AgreementWrong)]),
        Case("signing", paid, "payments = NULL", &[("signing", AgreementWrong)]),
        Case("signing", paid, "period_every = NULL", &[("signing", AgreementWrong)]),
        Case("signing", paid, "external_agreement_no = 'A9'", &[("signing", AgreementWrong)]),
        Case("signing", paid, "notify_url = NULL", &[("signing", AgreementWrong)]),
        Case("signing", unpaid, "refused = 'buyer_blocked'", &[("signing", AgreementWrong)]),
        Case(
            "signing",
            unpaid,
            "agreement_no = (SELECT agreement_no FROM debit)",
            &[("signing", AgreementWrong)],
        ),
    ]);
    for (statements, message) in [
        (
            "UPDATE orders SET buyer = (SELECT buyer FROM orders WHERE no = {T2}) WHERE no = {T17}",
            "is not what the buyer of its order signed",
        ),
        (
            "UPDATE signing SET agreement_no = (SELECT agreement_no FROM signing WHERE order_no = {T17}), \
             external_agreement_no = 'A4'",
            "is of two orders",
        ),
    ] {
        let said = said_of(statements, "signing");
        assert!(said.iter().any(|one| one.ends_with(message)), "{said:?}");
    }
}

#[test]
fn what_is_signed_by_paying_stands_beside_its_order() {
    let world = World::copy();
    world.change("UPDATE signing SET order_no = order_no + 100 WHERE agreement_no IS NOT NULL");
    assert_eq!(found(&world.verify(), AgreementWrong, "signing").message, "its order is not there");
}

#[test]
fn what_both_sides_of_an_agreement_signed() {
    // The other side's findings come from nothing but the comparison.
    for set in [
        "product = 'withholding'",
        "sign_scene = 'INDUSTRY|OTHER'",
        "external_agreement_no = 'A9'",
        "external_agreement_no = NULL",
        "currency = 'usd'",
    ] {
        let case = [Case("mandate", "debits = 1", set, &[("agreement", AgreementWrong)])];
        run(&case);
    }
}

/// Changes that agree with each other, and what the audit says on a table all the same.
fn said_of(statements: &str, table: &str) -> Vec<String> {
    let world = World::copy();
    world.change(&filled(statements));
    let report = world.verify();
    let wrong = report.findings.iter().filter(|one| one.kind == AgreementWrong && one.table == table);
    wrong.map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_debit_was_allowed() {
    let both = |set: &str| {
        format!("UPDATE mandate SET {set} WHERE debits = 1; UPDATE agreement SET {set} WHERE debits = 1")
    };
    for (statements, table, message) in [
        (both("single_minor = 1999"), "debit", "it took more than one debit may take"),
        (both("payments = 0"), "mandate", "more debits than were agreed"),
        (both("total_minor = 1999"), "mandate", "more was debited than was agreed"),
        (both("currency = 'usd'"), "debit", "its money is of another currency than its agreement"),
        (
            "UPDATE orders SET buyer = (SELECT buyer FROM orders WHERE no = {T2}) WHERE no = {T16}"
                .to_owned(),
            "debit",
            "another paid than signed",
        ),
        (
            "UPDATE orders SET seller = buyer WHERE no = {T16}".to_owned(),
            "debit",
            "another was paid than the merchant of its agreement",
        ),
        (
            "UPDATE agreement SET validity_unit = 'month', validity_count = 1 WHERE debits = 1".to_owned(),
            "agreement",
            "its end does not follow from its validity",
        ),
    ] {
        assert_eq!(said_of(&statements, table), [message], "{statements}");
    }
    // As much as was agreed is allowed.
    for set in ["single_minor = 2000", "payments = 1", "total_minor = 2000"] {
        for table in ["debit", "mandate", "agreement"] {
            assert_eq!(said_of(&both(set), table), [""; 0], "{set}");
        }
    }
}

#[test]
fn notices_of_agreements() {
    let signed = "order_no = (SELECT agreement_no FROM debit)";
    let ended = "order_no = (SELECT no FROM agreement WHERE state = 'stop') AND content LIKE '%unsign%'";
    let (stop, temp) = (
        "order_no = (SELECT no FROM agreement WHERE state = 'stop')",
        "order_no = (SELECT no FROM agreement WHERE state = 'temp')",
    );
    run(&[
        Case("notice", signed, "order_no = 7", &[("notice", NoticeWrong), ("agreement", NoticeWrong)]),
        Case("notice", signed, stop, &[("notice", NoticeWrong), ("agreement", NoticeWrong)]),
        Case("notice", ended, temp, &[("notice", NoticeWrong), ("agreement", NoticeWrong)]),
        Case("notice", signed, "app = app + 100", &[("notice", NoticeWrong), ("agreement", NoticeWrong)]),
        Case(
            "notice",
            signed,
            "url = 'http://other/'",
            &[("notice", NoticeWrong), ("agreement", NoticeWrong)],
        ),
        Case("notice", signed, "content = '[]'", &[("notice", NoticeWrong), ("agreement", NoticeWrong)]),
        Case(
            "notice",
            signed,
            "content = replace(content, 'dut_user_sign', 'dut_user_unsign')",
            &[("agreement", NoticeWrong)],
        ),
        Case("agreement", "debits = 1", "notify_url = NULL", &[("notice", NoticeWrong)]),
        Case("agreement", "debits = 1", "notify_url = 'http://other/'", &[("agreement", NoticeWrong)]),
        Case("agreement", "state = 'stop'", "app = app + 100", &[("notice", NoticeWrong)]),
        Case("agreement", "state = 'stop'", "state = 'normal'", &[("agreement", NoticeWrong)]),
    ]);
    // The signature of one that has ended is owed too, and its end.
    for lost in ["dut_user_sign", "dut_user_unsign"] {
        let world = World::copy();
        let of_ended = "order_no = (SELECT no FROM agreement WHERE state = 'stop')";
        world.change(&format!("DELETE FROM notice WHERE {of_ended} AND content LIKE '%\"{lost}\"%'"));
        assert!(found(&world.verify(), NoticeWrong, "agreement").message.contains("owed are [1, 1]"));
    }
    let world = World::copy();
    world.change(&format!("UPDATE notice SET slot = slot + 1 WHERE {signed}"));
    assert!(found(&world.verify(), NoticeWrong, "notice").message.contains("its agreement is not there"));
    // Who gave no address is told nothing, and nothing is missed.
    let world = World::copy();
    world
        .change("DELETE FROM notice WHERE content LIKE '%dut_user%'; UPDATE agreement SET notify_url = NULL");
    let report = world.verify();
    assert!(!report.findings.iter().any(|one| one.kind == NoticeWrong), "{report}");
    // Told twice.
    let world = World::copy();
    let columns = engine::Table::Notice.columns().iter().map(|column| column.name).collect::<Vec<_>>();
    let copied = columns.join(", ").replacen("no", "no + 100", 1);
    world.change(&format!("INSERT INTO notice SELECT {copied} FROM notice WHERE {signed}"));
    let report = world.verify();
    assert!(
        found(&report, NoticeWrong, "agreement").message.contains("are [2, 0], owed are [1, 0]"),
        "{report}"
    );
}

/// The hold of an order that is frozen for splits.
const BOOKED: &str = "no IN (SELECT hold FROM split_book)";

#[test]
fn splits() {
    let book = "order_no = {T20}";
    run(&[
        Case("split_book", book, "split_minor = split_minor + 1", &[("split_book", SplitWrong)]),
        Case("split_book", book, "splits = 4", &[("split_book", SplitWrong)]),
        Case("split_book", book, "finished = 1", &[("split_book", SplitWrong)]),
        Case("split_book", book, "hold = NULL", &[("split_book", SplitWrong)]),
        Case("split_book", book, "freeze = 0", &[("split_book", SplitWrong)]),
        Case("split_book", "order_no = {T21}", "finished = 0", &[("split_book", SplitWrong)]),
        Case("split", book, "lines = lines + 1", &[("split", SplitWrong)]),
        Case("split", book, "open = 1", &[("split", SplitWrong)]),
        Case("split", book, "finish = 1", &[("split_book", SplitWrong)]),
        Case("split", book, "at_us = at_us + 1", &[("split", SplitWrong)]),
        Case(
            "split_line",
            "state = 'done'",
            "amount_minor = amount_minor + 1",
            &[("split_line", SplitWrong), ("split", SplitWrong), ("split_book", SplitWrong)],
        ),
        Case("split_line", "state = 'done'", "receiver = receiver + 100", &[("split_line", SplitWrong)]),
        Case("split_line", "state = 'done'", "currency = 'usd'", &[("split_line", SplitWrong)]),
        Case(
            "split_line",
            "state = 'done'",
            "state = 'under_way'",
            &[("split", SplitWrong), ("posting", SplitWrong), ("account", TransitOpen)],
        ),
        Case("split_line", "state = 'done'", "state = 'returned'", &[("split_line", SplitWrong)]),
        Case("split_line", "state = 'returned'", "at_us = at_us + 1", &[("split_line", SplitWrong)]),
        Case("posting", "kind = 'split_in'", "order_no = {T1}", &[("posting", SplitWrong)]),
        Case("posting", "kind = 'split_out'", "order_no = {T1}", &[("split", SplitWrong)]),
        Case("hold", BOOKED, "amount_minor = amount_minor - 1", &[("split_book", SplitWrong)]),
        Case("hold", BOOKED, "state = 'released'", &[("split_book", SplitWrong)]),
        Case(
            "royalty_relation",
            "place = 2",
            "receiver = (SELECT receiver FROM royalty_relation WHERE place = 1)",
            &[("royalty_relation", SplitWrong)],
        ),
        // The time of the second split is set before a refund that leaves less than was split until then.
        Case("refund", "order_no = {T22}", "at_us = 1", &[("split_book", SplitWrong)]),
        Case("orders", "no = {T22}", "total_minor = 4000", &[("split_book", SplitWrong)]),
    ]);
}

#[test]
fn parts_that_were_taken_back() {
    let back = "kind = 'back' AND out_request_no = 'R8'";
    let done = "state = 'done' AND order_no = {T23} AND place = 2";
    let returned = "state = 'returned' AND order_no = {T23}";
    let refused = "state = 'refused'";
    run(&[
        Case("split_book", "order_no = {T23}", "splits = 2", &[("split_book", SplitWrong)]),
        Case("split", back, "refund_minor = 300", &[("split", SplitWrong)]),
        Case("split", back, "refund_minor = NULL", &[("split", SplitWrong)]),
        Case("split", back, "kind = 'out'", &[("split", SplitWrong), ("split_book", SplitWrong)]),
        Case("split", back, "out_request_no = 'R99'", &[("split", SplitWrong)]),
        Case("split", back, "finish = 1", &[("split", SplitWrong)]),
        Case("split", back, "open = 1", &[("split", SplitWrong)]),
        Case("split", "out_request_no = 'S6'", "kind = 'back'", &[("split", SplitWrong)]),
        Case(
            "split_line",
            done,
            "amount_minor = amount_minor + 1",
            &[("split_line", SplitWrong), ("split_book", SplitWrong), ("refund", RefundWrong)],
        ),
        Case("split_line", done, "receiver = receiver + 100", &[("split_line", SplitWrong)]),
        Case("split_line", done, "at_us = at_us + 1", &[("split", SplitWrong)]),
        Case("split", back, "made_at_us = made_at_us + 1", &[("split", SplitWrong), ("refund", RefundWrong)]),
        Case("split", back, "undone_at_us = made_at_us + 1", &[("split", SplitWrong)]),
        Case("split_line", done, "state = 'returned'", &[("split", SplitWrong)]),
        Case("split_line", done, "state = 'asked'", &[("split", SplitWrong), ("posting", SplitWrong)]),
        Case("split_line", done, "state = 'taken'", &[("split", SplitWrong), ("account", TransitOpen)]),
        Case("split_line", done, "state = 'under_way'", &[("split_line", SplitWrong)]),
        Case("split_line", returned, "state = 'refused'", &[("posting", SplitWrong)]),
        Case(
            "split_line",
            returned,
            "state = 'returning'",
            &[("split", SplitWrong), ("posting", SplitWrong)],
        ),
        Case("split_line", refused, "state = 'returned'", &[("split_line", SplitWrong)]),
        Case("posting", "kind = 'back_out'", "order_no = {T1}", &[("posting", SplitWrong)]),
        Case("posting", "kind = 'back_return'", "order_no = {T1}", &[("posting", SplitWrong)]),
        Case("posting", "kind = 'back_out'", "kind = 'pay_out'", &[("split_line", SplitWrong)]),
        Case("posting", "kind = 'back_return'", "kind = 'split_in'", &[("split_line", SplitWrong)]),
        Case("refund", "out_request_no = 'R8'", "amount_minor = 401", &[("refund", RefundWrong)]),
    ]);
}

#[test]
fn what_is_held_for_splits_and_what_is_told_of_them() {
    let frozen = "order_no = {T20}";
    let told = "content LIKE '%settle.notify%'";
    run(&[
        Case("split_book", frozen, "timer = NULL", &[("split_book", SplitWrong), ("timer", TimerWrong)]),
        Case("split_book", frozen, "timer = timer + 1", &[("split_book", SplitWrong), ("timer", TimerWrong)]),
        Case("split_book", frozen, "freed = 1", &[("split_book", SplitWrong)]),
        Case("split_book", "order_no = {T22}", "freed = 1", &[("split_book", SplitWrong)]),
        Case("split_book", frozen, "hold = NULL", &[("hold", HoldWrong)]),
        Case("timer", "task = 'free_splits'", "order_no = {T22}", &[("timer", TimerWrong)]),
        Case("timer", "task = 'free_splits'", "task = 'expire_order'", &[("timer", TimerWrong)]),
        Case("hold", "state = 'released'", "state = 'open'", &[("hold", HoldWrong)]),
        Case("notice", told, "order_no = {T1}", &[("notice", NoticeWrong), ("split_book", SplitWrong)]),
        Case("notice", told, "content = '[]'", &[("notice", NoticeWrong), ("split_book", SplitWrong)]),
    ]);
    let world = World::copy();
    world.change(&format!("DELETE FROM notice WHERE {told}"));
    assert!(found(&world.verify(), SplitWrong, "split_book").message.contains("0 messages tell of"));
    let world = World::copy();
    world.change("DELETE FROM timer WHERE task = 'free_splits'");
    found(&world.verify(), SplitWrong, "split_book");
}

#[test]
fn what_was_used_of_limits() {
    for (values, expected) in [
        ("'transfer_day', 20260132, 1, 5", Some(UsageWrong)),
        ("'transfer_month', 20260101, 1, 5", Some(UsageWrong)),
        ("'withdraw_free', 2026, 1, 5", Some(UsageWrong)),
        ("'withdraw_free', 0, 0, 5", Some(UsageWrong)),
        ("'card_day', 20260101, 1, 5", Some(UsageWrong)),
        ("'transfer_day', 20260131, 1, 5", Some(UsageWrong)),
    ] {
        let world = World::copy();
        world.change(&format!("INSERT INTO usage SELECT slot, id, {values} FROM party LIMIT 1"));
        let report = world.verify();
        found(&report, RowExtra, "usage");
        let wrong = report.findings.iter().any(|finding| finding.kind == UsageWrong);
        assert_eq!(wrong, expected.is_some(), "{values}\n{report}");
    }
    let world = World::copy();
    world.change("INSERT INTO usage SELECT slot, id + 100000, 'card_day', 20260101, 1, 5 FROM party LIMIT 1");
    assert!(found(&world.verify(), PartyWrong, "usage").message.contains("is not there"));
}
