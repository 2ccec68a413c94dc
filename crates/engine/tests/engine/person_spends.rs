//! Limits that all accounts of one person share: what cards bring in and pay, and what is withdrawn.

use crate::identity::person_with;
use crate::registering::ask;
use crate::script::{Script, check_in, cny, digest};
use crate::support::World;
use base::{BankOrderNo, CardNo, DAY_US, PartyId, Text};
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, CloseBankOrder, ConfirmBankOrder, JudgePassword,
    PrepareBankOrder, SendBankOrder, Table, TopUp, TryPassword, Verdict,
};
use fund::{BankOrder, BankOrderRefused, BankOrderState, BankReason, CardKind, ConfirmBankOrderRefused};
use people::{PersonCount, PersonSpend, UsageKind};
use std::sync::Arc;

/// What can be withdrawn in a day, fen, and brought in by a card of a bank that has no table, in a day and a month.
const OUT_DAY: u64 = 15_000_000;
const IN_DAY: u64 = 2_000_000;

/// An account of the one person, with money and a card.
fn account(world: &mut World, number: u8) -> (PartyId, CardNo) {
    let party = person_with(world, number, 3);
    let key = Text::new("k").unwrap();
    ask(world, TopUp { party, amount: cny("300000.00"), key }).unwrap();
    let (bank, last_four) = (Text::new("XYZ").unwrap(), Text::new("1234").unwrap());
    let asked = AskCard { party, bank, kind: CardKind::Debit, last_four, digest: digest("1234") };
    let card = ask(world, asked).unwrap().no;
    ask(world, BindCard { party, card, agreement: Text::new("A1").unwrap() }).unwrap();
    (party, card)
}

type Told = Result<Arc<BankOrder>, ConfirmBankOrderRefused>;

fn drafted(world: &mut World, (party, card): (PartyId, CardNo), way: BankWay, yuan: &str) -> BankOrderNo {
    let key = Text::new(&world.count(Table::BankOrder).to_string()).unwrap();
    ask(world, PrepareBankOrder { party, card, way, amount: cny(yuan), key }).unwrap().no
}

fn confirmed(world: &mut World, party: PartyId, no: BankOrderNo) -> Told {
    let attempt = ask(world, TryPassword { party, about: no.topic() }).unwrap().attempt;
    ask(world, JudgePassword { party, attempt, right: true }).unwrap();
    ask(world, ConfirmBankOrder { party, no, attempt })
}

fn moved(world: &mut World, of: (PartyId, CardNo), way: BankWay, yuan: &str) -> Told {
    let no = drafted(world, of, way, yuan);
    confirmed(world, of.0, no)
}

fn counted(world: &World, kind: UsageKind) -> Vec<(u32, i64)> {
    let all = world.all::<PersonCount>().filter(|row| row.kind == kind);
    all.map(|row| (row.count, row.sum_minor.units())).collect()
}

fn over_day(max: u64) -> Told {
    Err(ConfirmBankOrderRefused::Rules(BankOrderRefused::OverDay { max }))
}

#[test]
fn five_accounts_withdraw_what_one_person_may() {
    let mut world = World::new();
    let world = &mut world;
    let (mei, lin) = (account(world, 1), account(world, 2));
    let first = moved(world, mei, BankWay::Withdraw, "50000.00").unwrap();
    assert_eq!(first.state, BankOrderState::Asked);
    moved(world, mei, BankWay::Withdraw, "50000.00").unwrap();
    moved(world, lin, BankWay::Withdraw, "49999.99").unwrap();
    // Both drafts fit the account that asks, and are the person's too much.
    let too_much = drafted(world, lin, BankWay::Withdraw, "0.02");
    assert_eq!(confirmed(world, lin.0, too_much), over_day(OUT_DAY));
    assert_eq!(counted(world, UsageKind::WithdrawDay), [(3, 14_999_999)], "what is refused counts nothing");
    moved(world, lin, BankWay::Withdraw, "0.01").unwrap();
    assert_eq!(moved(world, mei, BankWay::Withdraw, "0.01"), over_day(OUT_DAY));
    assert_eq!(counted(world, UsageKind::WithdrawDay), [(4, 15_000_000)]);

    // Confirmed again, an order counts once. What the bank refuses gives the room back, to whichever account asks.
    assert_eq!(confirmed(world, mei.0, first.no).unwrap().no, first.no);
    assert_eq!(counted(world, UsageKind::WithdrawDay), [(4, 15_000_000)]);
    ask(world, SendBankOrder { no: first.no }).unwrap();
    let verdict = Verdict::Refused(BankReason::CardBlocked);
    for _ in 0..2 {
        ask(world, BankAnswered { no: first.no, verdict: verdict.clone() }).unwrap();
        assert_eq!(counted(world, UsageKind::WithdrawDay), [(3, 10_000_000)]);
    }
    assert_eq!(confirmed(world, lin.0, too_much).unwrap().state, BankOrderState::Asked, "it was not ended");
    world.advance(DAY_US);
    moved(world, mei, BankWay::Withdraw, "50000.00").unwrap();
    world.check();
}

#[test]
fn five_accounts_bring_in_what_one_person_may() {
    let mut world = World::new();
    let world = &mut world;
    let (mei, lin) = (account(world, 1), account(world, 2));
    let first = moved(world, mei, BankWay::TopUp, "10000.00").unwrap();
    moved(world, lin, BankWay::TopUp, "10000.00").unwrap();
    assert_eq!(moved(world, lin, BankWay::TopUp, "0.01"), over_day(IN_DAY));
    assert_eq!(counted(world, UsageKind::CardMonth), [(2, 2_000_000)]);
    // Given up before it was sent, it gives back.
    ask(world, CloseBankOrder { party: mei.0, no: first.no }).unwrap();
    assert_eq!(counted(world, UsageKind::CardDay), [(1, 1_000_000)]);
    moved(world, lin, BankWay::TopUp, "0.01").unwrap();
    for day in 1..=4 {
        world.advance(DAY_US);
        for of in [mei, lin] {
            moved(world, of, BankWay::TopUp, "10000.00").unwrap_or_else(|refused| panic!("{day}: {refused}"));
        }
    }
    world.advance(DAY_US);
    moved(world, mei, BankWay::TopUp, "9999.99").unwrap();
    let month = BankOrderRefused::OverMonth { max: 10_000_000 };
    assert_eq!(moved(world, lin, BankWay::TopUp, "0.01"), Err(ConfirmBankOrderRefused::Rules(month)));
    world.check();
}

/// Cards that pay orders share what cards share that bring money in.
#[test]
fn cards_of_one_person_pay_what_one_person_may() {
    let mut script: Script = check_in("merchant shop\n", "");
    for (name, number) in [("mei", 1), ("lin", 2)] {
        let (party, _) = account(&mut script.world, number);
        script.parties.insert(name.to_owned(), party);
    }
    script.play(
        "
        page T1 shop 10000.00
        claim T1 mei
        try T1 mei P1
        judge mei P1 right
        bk-pay T1 mei 1234 P1                   -> Asked 10000.00
        bk-pay T1 mei 1234 P1                   -> Asked 10000.00
        page T2 shop 10000.00
        claim T2 lin
        try T2 lin P2
        judge lin P2 right
        bk-pay T2 lin 1234 P2                   -> Asked 10000.00
        page T3 shop 0.01
        claim T3 lin
        try T3 lin P3
        judge lin P3 right
        bk-pay T3 lin 1234 P3                   -> refused Card(OverDay
        # What was refused used nothing up: the same proof is good for the balance, whose limit another account has.
        confirm T3 lin P3                       -> refused BuyerLimit
        ",
    );
    assert_eq!(counted(&script.world, UsageKind::CardDay), [(2, 2_000_000)]);
    let orders: Vec<BankOrderNo> = script.world.all::<BankOrder>().map(|order| order.no).collect();
    let spends: Vec<BankOrderNo> = script.world.all::<PersonSpend>().map(|row| row.bank_order).collect();
    assert_eq!((orders.len(), spends.len()), (2, 2));
    assert!(spends.iter().all(|no| orders.contains(no)), "what is counted is an order");
    script.world.check();
}

/// An account without a known owner has a limit of its own.
#[test]
fn who_is_not_known_shares_with_nobody() {
    let script = check_in(
        "merchant shop
person alice 60000.00
",
        "
        bk-ask 1234 alice
        bk-bind 1234 alice
        bk-out bk1 alice 1234 50000.00
        try bk1 alice P1
        judge alice P1 right
        bk-confirm bk1 alice P1                 -> Asked 50000.00 fee 30.00
        ",
    );
    assert_eq!(script.world.count(Table::PersonCount) + script.world.count(Table::PersonSpend), 0);
}
