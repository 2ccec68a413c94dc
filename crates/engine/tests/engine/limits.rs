//! What a class may pay from the balance: by code, by confirmation, by agreement, from a freeze, by transfer; and what
//! comes back is given back.

use crate::identity::{evidence, person_with};
use crate::registering::{ask, registered};
use crate::script::Script;
use people::{AccountClass, EvidenceKind, Party, Usage, UsageKind};

/// A script with the buyer `mei`, who has so many channels and so much money.
fn town(channels: usize, balance: &str) -> Script {
    let mut script = crate::script::check("merchant shop\n");
    let mei = person_with(&mut script.world, 1, channels);
    script.parties.insert("mei".to_owned(), mei);
    script.play(&format!("topup mei {balance} key=k"));
    script
}

/// An order that its buyer confirms with the password.
fn by_page(script: &mut Script, order: &str, who: &str, amount: &str, expected: &str) {
    script.play(&format!(
        "
        page {order} shop {amount}
        claim {order} {who}
        try {order} {who} P{order}
        judge {who} P{order} right
        confirm {order} {who} P{order} -> {expected}
    "
    ));
}

const PAID: &str = "Paid";
const OVER: &str = "refused BuyerLimit";

fn used(script: &Script, kind: UsageKind) -> i64 {
    let mei = script.party("mei");
    let counted = script.world.all::<Usage>().filter(|usage| usage.party == mei && usage.kind == kind);
    counted.map(|usage| usage.sum_minor.units()).sum()
}

#[test]
fn who_proved_nothing_pays_nothing() {
    let mut script = town(0, "100.00");
    script.play(
        "
        code mei M1
        pay T1 shop M1 1.00                     -> refused Pay(BuyerLimit)
        pay T1 shop M1 1.00                     -> refused Pay(BuyerLimit)
    ",
    );
    by_page(&mut script, "T2", "mei", "1.00", OVER);
    assert_eq!(used(&script, UsageKind::BalanceLife), 0);
}

#[test]
fn a_card_is_bound_to_somebody_who_is_known() {
    let mut script = town(0, "100.00");
    script.play("bk-ask 1234 mei -> refused PartyBlocked");
    let mei = script.party("mei");
    ask(&mut script.world, evidence(mei, EvidenceKind::Ministry, "gov")).unwrap();
    script.play("bk-ask 1234 mei");
}

#[test]
fn class_one_pays_a_thousand_in_its_life_and_what_comes_back_is_free_again() {
    let mut script = town(1, "5000.00");
    by_page(&mut script, "T1", "mei", "600.00", PAID);
    by_page(&mut script, "T2", "mei", "400.01", OVER);
    by_page(&mut script, "T3", "mei", "400.00", PAID);
    by_page(&mut script, "T4", "mei", "0.01", OVER);
    script.play("refund T1 shop 100.00 R1");
    by_page(&mut script, "T5", "mei", "100.01", OVER);
    script.play("code mei M6\npay T6 shop M6 100.00 -> paid Paid");
    assert_eq!(used(&script, UsageKind::BalanceLife), 100_000);
    script.world.advance(400 * base::DAY_US);
    by_page(&mut script, "T7", "mei", "0.01", OVER);
}

#[test]
fn an_order_that_was_closed_meanwhile_gives_the_count_back() {
    let mut script = town(1, "5000.00");
    script.play(
        "
        page T1 shop 600.00
        claim T1 mei
        try T1 mei P1
        judge mei P1 right
        between 2: close T1 shop
        confirm T1 mei P1                       -> ?
    ",
    );
    assert_eq!(used(&script, UsageKind::BalanceLife), 0);
    assert_eq!(used(&script, UsageKind::BalanceYear), 0);
}

#[test]
fn class_two_pays_a_hundred_thousand_a_year() {
    let mut script = town(3, "300000.00");
    by_page(&mut script, "T1", "mei", "100000.01", OVER);
    by_page(&mut script, "T2", "mei", "100000.00", PAID);
    by_page(&mut script, "T3", "mei", "0.01", OVER);
    script.world.advance(365 * base::DAY_US);
    by_page(&mut script, "T4", "mei", "0.01", PAID);
    assert_eq!(used(&script, UsageKind::BalanceYear), 10_000_001, "each year by itself");
}

#[test]
fn class_three_pays_two_hundred_thousand_a_year() {
    let mut script = town(5, "300000.00");
    by_page(&mut script, "T1", "mei", "200000.01", OVER);
    by_page(&mut script, "T2", "mei", "200000.00", PAID);
}

#[test]
fn a_sandbox_buyer_has_no_limit_and_is_not_counted() {
    let mut script = crate::script::check("merchant shop\nperson rich 900000.00\n");
    let rich = script.party("rich");
    let row = script.world.get::<Party>((rich.slot(), rich)).unwrap();
    assert_eq!(row.class, AccountClass::Sandbox);
    by_page(&mut script, "T1", "rich", "300000.00", PAID);
    assert_eq!(script.world.all::<Usage>().filter(|usage| usage.kind == UsageKind::BalanceYear).count(), 0);
}

#[test]
fn an_account_without_the_yearly_limit_pays_nothing_above_class_one() {
    let mut script = town(3, "100.00");
    let second = person_with(&mut script.world, 2, 3);
    script.parties.insert("second".to_owned(), second);
    script.play("topup second 100.00 key=k2");
    by_page(&mut script, "T1", "second", "1.00", OVER);
    ask(&mut script.world, engine::MoveQuota { party: second }).unwrap();
    by_page(&mut script, "T2", "second", "1.00", PAID);
    by_page(&mut script, "T3", "mei", "1.00", OVER);
}

#[test]
fn what_is_frozen_counts_from_then_on_and_what_is_freed_does_not() {
    let mut script = town(1, "5000.00");
    script.play(
        "
        fz-voucher F1 shop 600.00
        fz-claim F1 mei
        try F1 mei P1
        judge mei P1 right
        fz-confirm F1 mei P1
    ",
    );
    assert_eq!(used(&script, UsageKind::BalanceLife), 60_000);
    by_page(&mut script, "T1", "mei", "400.01", OVER);
    script.play("fz-pay T2 shop F1 500.00");
    assert_eq!(used(&script, UsageKind::BalanceLife), 60_000, "a charge meets no limit and counts once");
    script.play("fz-free F1 shop 100.00 U1");
    assert_eq!(used(&script, UsageKind::BalanceLife), 50_000);
    by_page(&mut script, "T3", "mei", "500.00", PAID);
    by_page(&mut script, "T4", "mei", "0.01", OVER);
}

#[test]
fn what_is_frozen_after_new_year_counts_in_the_new_year() {
    let mut script = town(3, "300000.00");
    let year = |at_us| UsageKind::BalanceYear.period(at_us);
    let now_us = script.world.wall_us;
    let minutes = (1..).find(|minutes| year(now_us + minutes * base::MINUTE_US) != year(now_us)).unwrap();
    script.world.advance((minutes - 2) * base::MINUTE_US);
    script.play("fz-voucher F1 shop 100000.00");
    script.play("fz-claim F1 mei");
    script.world.advance(3 * base::MINUTE_US);
    script.play("try F1 mei P1");
    script.play("judge mei P1 right");
    script.play("fz-confirm F1 mei P1");
    by_page(&mut script, "T1", "mei", "0.01", OVER);
}

#[test]
fn evidence_that_expired_counts_no_more_when_money_leaves() {
    let mut script = crate::script::check("merchant shop\n");
    let mei = registered(&mut script.world, [1; 16]);
    script.parties.insert("mei".to_owned(), mei);
    let expires_at_us = Some(script.world.wall_us + base::DAY_US);
    let card = evidence(mei, EvidenceKind::BankCard, "a");
    ask(&mut script.world, engine::AddEvidence { expires_at_us, ..card }).unwrap();
    script.play("topup mei 10.00 key=k");
    by_page(&mut script, "T1", "mei", "1.00", PAID);
    script.world.advance(base::DAY_US);
    by_page(&mut script, "T2", "mei", "1.00", OVER);
}

/// A withdrawal that its owner confirms.
fn to_card(key: &str, who: &str, amount: &str) -> String {
    format!(
        "bk-out {key} {who} 1234 {amount}
        try {key} {who} P{key}
        judge {who} P{key} right
        bk-confirm {key} {who} P{key}\n"
    )
}

const CARD: &str = "bk-ask 1234 mei\nbk-bind 1234 mei\n";

#[test]
fn class_one_withdraws_of_its_thousand_too_and_what_fails_is_free_again() {
    let mut script = town(1, "5000.00");
    script.play(CARD);
    by_page(&mut script, "T1", "mei", "400.00", PAID);
    script.play("bk-out bk1 mei 1234 600.01 -> refused OverClass");
    script.play(&to_card("bk2", "mei", "600.00"));
    assert_eq!(used(&script, UsageKind::BalanceLife), 100_000);
    assert_eq!(used(&script, UsageKind::BalanceYear), 40_000, "a year counts what is paid alone");
    by_page(&mut script, "T2", "mei", "0.01", OVER);
    script.play("bk-out bk3 mei 1234 0.01 -> refused OverClass");
    script.play("bk-send bk2\nbk-refused bk2 -> Failed 600.00");
    assert_eq!(used(&script, UsageKind::BalanceLife), 40_000);
    by_page(&mut script, "T3", "mei", "600.00", PAID);
}

#[test]
fn a_limit_that_is_used_up_between_draft_and_confirmation_refuses_the_withdrawal() {
    let mut script = town(1, "5000.00");
    script.play(CARD);
    script.play("bk-out bk1 mei 1234 600.00\ntry bk1 mei P1\njudge mei P1 right");
    by_page(&mut script, "T1", "mei", "400.01", PAID);
    script.play("bk-confirm bk1 mei P1 -> refused Rules(OverClass");
    assert_eq!(used(&script, UsageKind::BalanceLife), 40_001);
}

#[test]
fn classes_two_and_three_withdraw_beside_their_yearly_limit() {
    let mut script = town(3, "150000.00");
    script.play(CARD);
    script.play(&to_card("bk1", "mei", "50000.00"));
    assert_eq!(used(&script, UsageKind::BalanceLife), 0);
    by_page(&mut script, "T1", "mei", "90000.00", PAID);
}

#[test]
fn the_free_sum_is_one_persons_over_all_accounts() {
    let mut script = town(3, "50000.00");
    let second = person_with(&mut script.world, 2, 3);
    script.parties.insert("second".to_owned(), second);
    script.play(CARD);
    script.play("topup second 50000.00 key=k2\nbk-ask 5678 second\nbk-bind 5678 second");
    script.play("bk-out bk1 second 5678 100.00 -> Draft 100.00 fee 0.10");
    script.play(&to_card("bk2", "mei", "15000.00"));
    ask(&mut script.world, engine::MoveQuota { party: second }).unwrap();
    script.play("bk-out bk3 second 5678 5000.00 -> Draft 5000.00");
    script.play("bk-out bk4 second 5678 5000.01 -> Draft 5000.01 fee 0.10");
    script.play("bk-out bk5 mei 1234 1000.00 -> Draft 1000.00 fee 1.00");
    // And back: what the first used itself stands in its own counter.
    script.play(
        "
        bk-out bk6 second 5678 1000.00
        try bk6 second P6
        judge second P6 right
        bk-confirm bk6 second P6
    ",
    );
    let mei = script.party("mei");
    ask(&mut script.world, engine::MoveQuota { party: mei }).unwrap();
    script.play("bk-out bk7 mei 1234 4000.00 -> Draft 4000.00");
    script.play("bk-out bk8 mei 1234 4000.01 -> Draft 4000.01 fee 0.10");
}

#[test]
fn who_is_not_known_any_more_withdraws_for_a_fee_and_within_class_one() {
    let mut script = crate::script::check("merchant shop\n");
    let mei = registered(&mut script.world, [1; 16]);
    script.parties.insert("mei".to_owned(), mei);
    let expires_at_us = Some(script.world.wall_us + base::DAY_US);
    let card = evidence(mei, EvidenceKind::BankCard, "a");
    ask(&mut script.world, engine::AddEvidence { expires_at_us, ..card }).unwrap();
    script.play("topup mei 5000.00 key=k");
    script.play(CARD);
    script.play("bk-out bk1 mei 1234 100.00 -> Draft 100.00");
    script.world.advance(base::DAY_US);
    script.play("bk-out bk2 mei 1234 100.00 -> Draft 100.00 fee 0.10");
    script.play("bk-out bk3 mei 1234 999.01 -> refused OverClass");
}

#[test]
fn a_merchant_withdraws_for_a_fee() {
    let mut script = crate::script::check("merchant shop\n");
    script.play("topup shop 5000.00\nbk-ask 1234 shop\nbk-bind 1234 shop");
    script.play("bk-out bk1 shop 1234 1000.00 -> Draft 1000.00 fee 1.00");
}

/// What a person's counters say is what left the balance and did not come back, by year and in all.
pub(crate) fn check(world: &crate::support::World) {
    use std::collections::BTreeMap;
    let mut years: BTreeMap<(base::PartyId, u32), i64> = BTreeMap::new();
    let mut spend = |payer: base::PartyId, at_us: i64, minor: i64| {
        let row = world.get::<Party>((payer.slot(), payer));
        if row.is_some_and(|row| row.class.is_person()) {
            *years.entry((payer, UsageKind::BalanceYear.period(at_us))).or_default() += minor;
        }
    };
    for trade in world.all::<trade::Trade>() {
        let kept = trade.total_minor.units() - trade.refunded_minor.units();
        trade.paid_at_us.into_iter().for_each(|at_us| spend(trade.buyer, at_us, kept));
    }
    for frozen in world.all::<trade::Frozen>() {
        spend(frozen.payer, frozen.since_us, frozen.held_minor.units());
    }
    for transfer in world.all::<transfer::Transfer>().filter(|transfer| transfer.state.counts()) {
        spend(transfer.payer, transfer.paid_at_us.unwrap(), transfer.amount_minor.units());
    }
    let counted = |kind| {
        world
            .all::<Usage>()
            .filter(move |usage| usage.kind == kind)
            .map(|usage| ((usage.party, usage.period), usage.sum_minor.units()))
    };
    let not_zero = |(_, minor): &(_, i64)| *minor != 0;
    let found: BTreeMap<_, _> = counted(UsageKind::BalanceYear).filter(not_zero).collect();
    let lives: i64 = counted(UsageKind::BalanceLife).map(|(_, minor)| minor).sum();
    let withdrawn = world.all::<fund::BankOrder>().filter(|order| order.counted_at_us.is_some());
    let withdrawn: i64 = withdrawn.map(|order| order.life_minor.units()).sum();
    years.retain(|_, minor| *minor != 0);
    assert_eq!(found, years, "what counts is what left the balance");
    let paid = years.values().sum::<i64>();
    assert_eq!(lives, paid + withdrawn, "a life is the sum of its years, and of what class I withdrew");
}
