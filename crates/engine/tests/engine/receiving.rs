//! What a merchant without a licence may receive, to the fen: by one payment, by day, by month; and no credit cards.

use crate::script::{Script, cny};
use base::{DAY_US, PartyId, Record, Slot, Text};
use engine::{
    ApplicationStep, FillApplication, MoveApplication, NoteDocument, Reply, SignApplication, Tabled,
};
use ledger::AccountKind;
use people::{LoginName, MerchantKind, Usage, UsageKind, documents_needed};
use std::sync::Arc;

/// A town with a buyer who is rich, and a merchant that signed an application.
fn town(kind: MerchantKind) -> Script {
    let mut script = crate::script::check(
        "
        person alice
        topup alice 900000.00 key=k
        rules fee=0 limit=10000.00
    ",
    );
    let login: LoginName = Text::new("stall").unwrap();
    let applicant = PartyId::issue(1_000_000_077, Slot::of_text("somebody")).unwrap();
    let fill = FillApplication {
        login: login.clone(),
        applicant,
        kind,
        name: Text::new("stall").unwrap(),
        data_key: [1; 16],
        sealed: vec![1],
        name_matches: true,
        site: None,
    };
    script.world.run(fill);
    let document = documents_needed(kind, false);
    script.world.run(NoteDocument { login: login.clone(), applicant, document });
    let reviewer = || Text::new("li").unwrap();
    for step in [
        ApplicationStep::Submit(applicant),
        ApplicationStep::Confirm(applicant),
        ApplicationStep::Claim(reviewer()),
        ApplicationStep::Pass(reviewer()),
    ] {
        script.world.run(MoveApplication { login: login.clone(), step });
    }
    let sign = SignApplication { login, applicant, public_key: vec![9], sealed_aes_key: None };
    let Some(Reply::SignApplication(Ok(signed))) = script.world.run(sign).reply else { panic!("not signed") };
    let merchant = signed.merchant.unwrap();
    script.parties.insert("stall".to_owned(), merchant);
    script.apps.insert(merchant, signed.app.unwrap());
    script
}

/// The buyer pays by a code that is shown.
fn pay(script: &mut Script, order: &str, amount: &str, expected: &str) {
    script.play(&format!("code alice C{order}\npay {order} stall C{order} {amount} -> {expected}"));
}

fn counted(script: &Script, kind: UsageKind) -> Vec<(u32, i64)> {
    let counters = script.world.all::<Usage>().filter(|usage| usage.kind == kind);
    counters.map(|usage| (usage.count, usage.sum_minor.units())).collect()
}

const PAID: &str = "paid Paid";
const SINGLE: &str = "refused Receiving(Single)";
const DAY: &str = "refused Receiving(Day)";
const MONTH: &str = "refused Receiving(Month)";

/// Twenty thousand yuan less one fen, in payments that are each allowed.
fn nearly_a_day(script: &mut Script, name: &str) {
    for at in 0..19 {
        pay(script, &format!("{name}{at}"), "1000.00", PAID);
    }
    pay(script, &format!("{name}x"), "999.99", PAID);
}

#[test]
fn one_payment_is_a_thousand_at_most() {
    let mut script = town(MerchantKind::Individual);
    pay(&mut script, "T1", "1000.01", SINGLE);
    pay(&mut script, "T2", "1000.00", PAID);
    assert_eq!(counted(&script, UsageKind::ReceiveDay), [(1, 100_000)]);
    assert_eq!(counted(&script, UsageKind::ReceiveMonth), [(1, 100_000)]);
}

#[test]
fn a_day_is_twenty_thousand_and_the_next_begins_anew() {
    let mut script = town(MerchantKind::Individual);
    nearly_a_day(&mut script, "A");
    pay(&mut script, "T1", "0.02", DAY);
    pay(&mut script, "T2", "0.01", PAID);
    pay(&mut script, "T3", "0.01", DAY);
    // What is refunded was received all the same.
    script.play("refund A0 stall 1000.00 R1");
    pay(&mut script, "T4", "0.01", DAY);
    pay(&mut script, "T5", "1000.01", SINGLE);
    // It is nine in the morning: fifteen hours are left of the day.
    script.world.advance(15 * base::HOUR_US - base::MINUTE_US);
    pay(&mut script, "T6", "0.01", DAY);
    script.world.advance(2 * base::MINUTE_US);
    pay(&mut script, "T7", "0.01", PAID);
    assert_eq!(counted(&script, UsageKind::ReceiveDay), [(21, 2_000_000), (1, 1)]);
    assert_eq!(counted(&script, UsageKind::ReceiveMonth), [(22, 2_000_001)]);
}

#[test]
fn a_month_is_two_hundred_thousand_and_the_next_begins_anew() {
    let mut script = town(MerchantKind::Individual);
    pay(&mut script, "T0", "1.00", PAID);
    // As if it had received nearly all of it on other days.
    let counter =
        script.world.all::<Usage>().find(|usage| usage.kind == UsageKind::ReceiveMonth).cloned().unwrap();
    let much = Usage { sum_minor: cny("199999.90").minor(), count: 200, ..(*counter).clone() };
    script.world.rows.insert(Usage::wrap_key(much.key()), Usage::wrap(Arc::new(much)));
    pay(&mut script, "T1", "0.11", MONTH);
    pay(&mut script, "T2", "0.10", PAID);
    pay(&mut script, "T3", "0.01", MONTH);
    script.world.advance(30 * DAY_US);
    pay(&mut script, "T4", "0.01", PAID);
    assert_eq!(counted(&script, UsageKind::ReceiveMonth), [(201, 20_000_000), (1, 1)]);
}

#[test]
fn others_are_not_limited_and_not_counted() {
    for kind in [MerchantKind::Enterprise, MerchantKind::IndividuallyOwned] {
        let mut script = town(kind);
        pay(&mut script, "T1", "1000.01", PAID);
        assert_eq!(counted(&script, UsageKind::ReceiveDay), []);
    }
}

/// Orders that were opened while there was room may want the same room: the last one's money goes back.
#[test]
fn money_that_finds_no_room_any_more_goes_back() {
    let mut script = town(MerchantKind::Individual);
    script.play("page P1 stall 0.02\npage P2 stall 0.01");
    nearly_a_day(&mut script, "A");
    for order in ["P1", "P2"] {
        script.play(&format!("claim {order} alice\ntry {order} alice {order}t\njudge alice {order}t right"));
    }
    let had = script.world.balance(script.parties["alice"], AccountKind::Balance);
    script.play("confirm P1 alice P1t -> refused AlreadyClosed\nconfirm P2 alice P2t -> Paid");
    assert_eq!(
        script.world.balance(script.parties["alice"], AccountKind::Balance),
        had - 1,
        "the two cents are back"
    );
    assert_eq!(counted(&script, UsageKind::ReceiveDay), [(21, 2_000_000)]);
    // An order that waits, whose buyer shows another code, is refused before anybody is asked.
    script.world.advance(DAY_US);
    script.play("code alice X1\nstatus alice frozen\npay W1 stall X1 10.00 -> refused Pay(BuyerBlocked)");
    script.play("status alice normal");
    nearly_a_day(&mut script, "B");
    pay(&mut script, "W1", "10.00", DAY);
}

/// A bank takes its time: what it took for an order that finds no room any more goes back to the card, once.
#[test]
fn a_card_that_finds_no_room_any_more_has_its_money_back() {
    let mut script = town(MerchantKind::Individual);
    script.play(
        "
        bk-ask 5678 alice
        bk-bind 5678 alice as=A2
        page T1 stall 0.02
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 5678 P1
        bk-send pay:T1
    ",
    );
    nearly_a_day(&mut script, "A");
    script.play(
        "
        bk-done pay:T1 0.02                    -> Done 0.02
        bk-see pay:T1 alice                    -> Returning 0.02
        trade T1 alice                         -> Closed
        bk-send pay:T1+late                    -> send 5678
        bk-done pay:T1+late 0.02 ref=R2        -> Done 0.02
        bk-see pay:T1 alice                    -> Returned 0.02
    ",
    );
    assert_eq!(counted(&script, UsageKind::ReceiveDay), [(20, 1_999_999)]);
}

#[test]
fn a_freeze_pays_within_the_limits_too() {
    let mut script = town(MerchantKind::Individual);
    script.play(
        "code alice F1\nfz-code F1 stall F1 5000.00\nfz-pay T1 stall F1 1000.01 -> refused Receiving(Single)",
    );
    script.play("fz-pay T2 stall F1 1000.00");
    assert_eq!(counted(&script, UsageKind::ReceiveDay), [(1, 100_000)]);
}

#[test]
fn a_credit_card_does_not_pay_it_and_a_debit_card_does() {
    let cards = "
        bk-ask 1234 alice credit
        bk-bind 1234 alice
        bk-ask 5678 alice
        bk-bind 5678 alice as=A2
        page T1 stall 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
    ";
    let mut script = town(MerchantKind::Individual);
    script.play(cards);
    script.play("bk-pay T1 alice 1234 P1 -> refused CreditOff\nbk-pay T1 alice 5678 P1");
    let mut script = town(MerchantKind::Enterprise);
    script.play(cards);
    script.play("bk-pay T1 alice 1234 P1");
}
