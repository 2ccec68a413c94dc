//! Bank cards and bank orders: every state, every refusal, and what the bank says against its word.

use crate::script::{Script, Words, check_in, cny, digest};
use crate::support::World;
use base::{BankOrderNo, CardNo, OrderNo, PartyId, Slot, Text};
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, CloseBankOrder, Command, ConfirmBankOrder, FindBankOrder,
    FindCard, LastTry, PayByCard, PrepareBankOrder, SendBankOrder, UnbindCard, Verdict,
};
use fund::{
    BankOrder, BankOrderKind, BankOrderState, BankReason, BankSurprise, Card, CardKind, CardName, CardState,
    Done,
};
use ledger::{AccountKind, Posting, PostingKind};
use money::{Currency, parse_amount};
use people::{Usage, UsageKind};
use recon::{BookedLine, Class, ClosingWay, Settlement, SurpriseSettlement, Suspense, SuspenseClosing};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Timer, TimerTask};

/// The newest binding of a card that a script calls so; one that nobody has when there is none.
pub(crate) fn card(script: &Script, party: PartyId, name: &str) -> CardNo {
    let key = (party.slot(), party, digest(name));
    let found = script.world.get::<CardName>(key).map(|found| found.no);
    found
        .unwrap_or(CardNo::from_number(1_700_000_000_000_000_000 + i64::from(party.slot().number())).unwrap())
}

/// The order that was drafted under a key, or, as `B1+late`, the one that returns its money.
pub(crate) fn no(script: &Script, name: &str) -> BankOrderNo {
    // `pay:T1` is what pays T1 by card, and `pay:T1+…` what returns money of it.
    if let Some(order) = name.strip_prefix("pay:").filter(|order| !order.contains('+')) {
        let order = script.no(order);
        let pays = |found: &&Arc<BankOrder>| found.kind == BankOrderKind::Pay && found.about == Some(order);
        return script.world.all::<BankOrder>().filter(pays).last().map_or(nobody(), |found| found.no);
    }
    let named = |order: &&Arc<BankOrder>| match name.split_once('+') {
        // `tc:X1` is what carries the transfer X1 to a card.
        None if name.starts_with("tc:") => crate::card_transfer::carries(script, &name[3..], order),
        None => order.kind != BankOrderKind::Return && order.key.as_str() == name,
        Some((of, part)) => order.key.as_str() == format!("{} {}", no(script, of), part.replace('_', " ")),
    };
    let found = script.world.all::<BankOrder>().find(named).map(|order| order.no);
    found.unwrap_or(nobody())
}

/// A number that no bank order has.
fn nobody() -> BankOrderNo {
    BankOrderNo::from_number(1_700_000_000_000_000_012).unwrap()
}

/// What a password try is about: a bank order, a freeze or an order.
pub(crate) fn about(script: &Script, name: &str) -> OrderNo {
    if name.starts_with("bk") { no(script, name).topic() } else { crate::freeze::about(script, name) }
}

/// The commands of this file, `bk-…`.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Command {
    let party = |index| script.party(words.at(index));
    match words.at(0) {
        // bk-ask 1234 alice
        "bk-ask" => AskCard {
            party: party(2),
            bank: words.text("bank").unwrap_or(Text::new("CMB").unwrap()),
            kind: if words.plain.contains(&"credit") { CardKind::Credit } else { CardKind::Debit },
            last_four: Text::new(words.at(1)).unwrap(),
            digest: digest(words.at(1)),
        }
        .into(),
        "bk-bind" => BindCard {
            party: party(2),
            card: card(script, party(2), words.at(1)),
            agreement: words.text("as").unwrap_or(Text::new("A1").unwrap()),
        }
        .into(),
        "bk-unbind" => UnbindCard { party: party(2), card: card(script, party(2), words.at(1)) }.into(),
        "bk-card" => FindCard { party: party(2), card: card(script, party(2), words.at(1)) }.into(),
        // bk-in bk1 alice 1234 30.00; bk-out bk1 alice 1234 30.00
        "bk-in" | "bk-out" => {
            let currency =
                words.named.get("in").map_or(Currency::Cny, |code| Currency::from_code(code).unwrap());
            PrepareBankOrder {
                party: party(2),
                card: card(script, party(2), words.at(3)),
                way: if words.at(0) == "bk-in" { BankWay::TopUp } else { BankWay::Withdraw },
                amount: parse_amount(words.at(4), currency).unwrap(),
                key: Text::new(words.at(1)).unwrap(),
            }
            .into()
        }
        "bk-confirm" => ConfirmBankOrder {
            party: party(2),
            no: no(script, words.at(1)),
            attempt: script.tries.get(words.at(3)).copied().unwrap_or(999_999),
        }
        .into(),
        // bk-pay T1 alice 1234 P1; bk-pay T1 alice 1234 P1 seen=none, seen=bk1 or seen=pay:T1
        "bk-pay" => PayByCard {
            buyer: party(2),
            order_no: script.no(words.at(1)),
            card: card(script, party(2), words.at(3)),
            attempt: script.tries.get(words.at(4)).copied().unwrap_or(999_999),
            last_try: match words.named.get("seen").copied() {
                None => LastTry::Unsaid,
                Some("none") => LastTry::Is(None),
                Some(name) => LastTry::Is(Some(no(script, name))),
            },
        }
        .into(),
        "bk-close" => CloseBankOrder { party: party(2), no: no(script, words.at(1)) }.into(),
        "bk-see" => FindBankOrder { party: party(2), no: no(script, words.at(1)) }.into(),
        "bk-send" => SendBankOrder { no: no(script, words.at(1)) }.into(),
        // bk-done bk1 30.00 ref=R1
        "bk-done" => {
            let bank_ref = words.text("ref").unwrap_or(Text::new("R1").unwrap());
            let verdict = Verdict::Done(Done { amount: cny(words.at(2)), bank_ref });
            BankAnswered { no: no(script, words.at(1)), verdict }.into()
        }
        "bk-refused" => {
            let verdict = Verdict::Refused(BankReason::NoMoney);
            BankAnswered { no: no(script, words.at(1)), verdict }.into()
        }
        "bk-unknown" => BankAnswered { no: no(script, words.at(1)), verdict: Verdict::Unknown }.into(),
        other => panic!("no such command: {other}"),
    }
}

pub(crate) fn told(order: &Arc<BankOrder>) -> String {
    let fee = if order.fee().is_zero() { String::new() } else { format!(" fee {}", order.fee()) };
    format!("{:?} {}{fee}", order.state, order.amount())
}

/// What a card paid for an order that could not take it, fen.
pub(crate) fn bounced(world: &World, order_no: OrderNo) -> i64 {
    let pays = world
        .all::<BankOrder>()
        .filter(|order| order.kind == BankOrderKind::Pay && order.about == Some(order_no));
    let back = pays.filter(|order| {
        use BankOrderState::{Credited, Returned, Returning};
        let late = |page: &&Arc<Posting>| page.order_no == Some(order.no.topic());
        matches!(order.state, Returning | Returned | Credited)
            && !world.all::<Posting>().any(|page| late(&page) && page.kind == PostingKind::CardTurn)
    });
    back.map(|order| order.amount_minor.units()).sum()
}

/// Everything that must hold of cards and bank orders between two commands.
pub(crate) fn check(world: &World) {
    let mut sums: BTreeMap<(Slot, &'static str), i64> = BTreeMap::new();
    let mut counted: BTreeMap<(PartyId, UsageKind, u32), i64> = BTreeMap::new();
    for order in world.all::<BankOrder>() {
        let (amount, fee) = (order.amount_minor.units(), order.fee_minor.units());
        let mut add = |name, sum| *sums.entry((order.slot, name)).or_default() += sum;
        match (order.kind.is_in(), order.state) {
            (true, state) if state.was_done() => add("clearing_in", -amount),
            (true, _) => {}
            (false, BankOrderState::Asked | BankOrderState::Unknown) => add("clearing_out", amount + fee),
            (false, BankOrderState::Done) => add("clearing_out", amount),
            (false, _) => {}
        }
        assert_eq!(order.state.is_open(), order.next_try_at_us.is_some(), "{order:?}");
        let watched = order.timer.zip(order.gives_up_at_us);
        if let Some((timer, due_at_us)) = watched {
            assert!(world.get::<Timer>((order.slot, due_at_us, timer)).is_some(), "{order:?}");
        }
        let returns = world
            .all::<BankOrder>()
            .filter(|back| back.kind == BankOrderKind::Return && back.about == Some(order.no.topic()))
            .filter(|back| !world.all::<SuspenseClosing>().any(|row| row.bank_order == Some(back.no)));
        let returned: i64 = returns.map(|back| back.amount_minor.units()).sum();
        let turned = matches!(
            order.state,
            BankOrderState::Returning | BankOrderState::Returned | BankOrderState::Credited
        );
        assert!(returned <= amount && (!turned || returned == amount), "returned {returned}: {order:?}");
        assert!(returned == 0 || order.state.was_done(), "returned without a debit: {order:?}");
        let Some(at_us) = order.counted_at_us else { continue };
        let mut count = |kind: UsageKind, sum: i64| {
            *counted.entry((order.party, kind, kind.period(at_us))).or_default() += sum;
        };
        if order.kind.is_in() {
            count(UsageKind::CardDay, amount);
            count(UsageKind::CardMonth, amount);
        } else {
            count(UsageKind::WithdrawDay, amount);
            count(UsageKind::WithdrawFree, order.free_minor.units());
            count(UsageKind::BalanceLife, order.life_minor.units());
        }
    }
    for surprise in world.all::<BankSurprise>().filter(|surprise| surprise.booked) {
        let order = world.get::<BankOrder>((surprise.slot, surprise.no)).unwrap();
        let (amount, slot) = (surprise.amount_minor.units(), surprise.slot);
        let (clearing, suspense, sign) = if order.kind.is_in() {
            ("clearing_in", "suspense_owed", -1)
        } else {
            ("clearing_out", "suspense_due", 1)
        };
        *sums.entry((slot, clearing)).or_default() += sign * amount;
        *sums.entry((slot, suspense)).or_default() -= sign * amount;
    }
    for line in world.all::<BookedLine>() {
        let amount = line.amount_minor.units();
        let settled = line.class.settles();
        let at = line.bank_order.filter(|_| settled).map(|no| (line.slot, no));
        assert_eq!(at.and_then(|key| world.get::<Settlement>(key)).is_some(), settled, "{line:?}");
        let suspense = world.get::<Suspense>((line.slot, line.account.clone(), line.day, line.serial));
        assert_eq!(suspense.is_some(), line.class.is_suspense(), "{line:?}");
        // What came back of a transfer is its payer's.
        if line.currency != Currency::Cny || line.class == Class::CameBack {
            continue;
        }
        let own = |row: &&Arc<SurpriseSettlement>| {
            (&row.account, row.day, row.serial) == (&line.account, line.day, line.serial)
        };
        let by_surprise = world.all::<SurpriseSettlement>().any(|row| own(&row));
        let (name, sign) = match (settled || by_surprise, line.is_credit) {
            (true, true) => ("clearing_in", 1),
            (true, false) => ("clearing_out", -1),
            (false, true) => ("suspense_owed", 1),
            (false, false) => ("suspense_due", -1),
        };
        *sums.entry((line.slot, name)).or_default() += sign * amount;
    }
    for closing in world.all::<SuspenseClosing>() {
        let key = (closing.slot, closing.account.clone(), closing.day, closing.serial);
        let suspense = world.get::<Suspense>(key).unwrap();
        assert!(closing.way.allows(suspense.class, suspense.is_credit), "{closing:?}");
        if suspense.currency != Currency::Cny {
            continue;
        }
        let amount = suspense.amount_minor.units();
        let (from, to, sign) = if suspense.is_credit {
            ("suspense_owed", "clearing_in", -1)
        } else {
            ("suspense_due", "clearing_out", 1)
        };
        *sums.entry((closing.slot, from)).or_default() += sign * amount;
        if closing.way == ClosingWay::Matched {
            *sums.entry((closing.slot, to)).or_default() -= sign * amount;
        }
    }
    for slot in Slot::all() {
        for (name, kind) in [
            ("clearing_in", AccountKind::ClearingIn),
            ("clearing_out", AccountKind::ClearingOut),
            ("suspense_owed", AccountKind::SuspenseOwed),
            ("suspense_due", AccountKind::SuspenseDue),
        ] {
            let sum = sums.get(&(slot, name)).copied().unwrap_or(0);
            assert_eq!(world.balance(PartyId::platform(slot), kind), sum, "{name} of {slot}");
        }
    }
    for usage in world.all::<Usage>() {
        let ours = matches!(
            usage.kind,
            UsageKind::CardDay | UsageKind::CardMonth | UsageKind::WithdrawDay | UsageKind::WithdrawFree
        );
        if ours {
            let sum = counted.get(&(usage.party, usage.kind, usage.period)).copied().unwrap_or(0);
            assert_eq!(usage.sum_minor.units(), sum, "{usage:?}");
        }
    }
    for timer in world.all::<Timer>().filter(|timer| timer.task == TimerTask::GiveUpBankOrder) {
        let no = BankOrderNo::of_topic(timer.order_no.unwrap());
        let order = world.get::<BankOrder>((timer.slot, no)).unwrap();
        assert_eq!((order.timer, order.gives_up_at_us), (Some(timer.no), Some(timer.due_at_us)));
    }
    let bound = |card: &&Arc<Card>| card.state != CardState::Unbound;
    let mut names: Vec<_> = world.all::<Card>().filter(bound).map(|card| (card.party, card.digest)).collect();
    let all = names.len();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "one binding of each card");
}

const PEOPLE: &str = "
    person alice
    person bob slot=1
    topup alice 100000.00
    bk-ask 1234 alice                      -> Asked
    bk-bind 1234 alice                     -> Bound
";

#[test]
fn a_card_is_asked_for_bound_given_up_and_bound_again() {
    check_in(
        "person alice\nperson bob",
        "
        bk-ask 1234 nobody                 -> refused PartyNotFound
        status alice frozen
        bk-ask 1234 alice                  -> refused PartyBlocked
        status alice normal
        bk-bind 1234 alice                 -> refused CardNotFound
        bk-unbind 1234 alice               -> refused CardNotFound
        bk-card 1234 alice                 -> refused NotFound
        bk-ask 1234 alice                  -> Asked
        bk-ask 1234 alice                  -> Asked
        bk-bind 1234 alice                 -> Bound
        bk-bind 1234 alice                 -> Bound
        bk-bind 1234 alice as=A2           -> refused CardEnded
        bk-ask 1234 alice                  -> refused AlreadyBound
        bk-ask 1234 bob                    -> Asked
        bk-ask 5678 alice                  -> Asked
        bk-unbind 1234 alice               -> Unbound
        bk-unbind 1234 alice               -> Unbound
        bk-bind 1234 alice                 -> refused CardEnded
        bk-ask 1234 alice                  -> Asked
        bk-bind 1234 alice as=A2           -> Bound
        bk-card 1234 alice                 -> Bound
        ",
    );
}

#[test]
fn asking_again_gives_the_same_number_until_the_card_is_given_up() {
    let mut script = check_in("person alice", "bk-ask 1234 alice");
    let first = card(&script, script.party("alice"), "1234");
    script.play("wait 1s\nbk-ask 1234 alice -> Asked");
    assert_eq!(card(&script, script.party("alice"), "1234"), first);
    script.play("bk-unbind 1234 alice\nwait 1s\nbk-ask 1234 alice -> Asked");
    assert_ne!(card(&script, script.party("alice"), "1234"), first);
}

#[test]
fn a_draft_is_refused_in_the_order_of_the_reasons() {
    check_in(
        PEOPLE,
        "
        bk-in bk1 alice 1234 0.00          -> refused NothingToMove
        bk-in bk1 alice 1234 1.00 in=USD   -> refused CurrencyDiffers
        bk-in bk1 nobody 1234 1.00         -> refused PartyNotFound
        status alice closed
        bk-in bk1 alice 9999 1.00          -> refused PartyBlocked
        status alice frozen
        bk-out bk1 alice 9999 1.00         -> refused PartyBlocked
        bk-in bk1 alice 9999 1.00          -> refused CardNotBound
        status alice normal
        bk-ask 9999 alice credit
        bk-in bk1 alice 9999 1.00          -> refused CardNotBound
        bk-bind 9999 alice as=A9
        bk-in bk1 alice 9999 10000.01      -> refused CardIsCredit
        bk-out bk1 alice 9999 1.00         -> refused CardIsCredit
        bk-in bk1 alice 1234 10000.01      -> refused OverSingle
        bk-out bk1 alice 1234 50000.01     -> refused OverSingle
        bk-in bk1 bob 1234 1.00            -> refused CardNotBound
        bk-ask 1234 bob
        bk-bind 1234 bob
        bk-out bk1 bob 1234 1.00           -> refused BalanceTooLow
        bk-in bk1 alice 1234 1.00          -> Draft 1.00
        bk-in bk1 alice 1234 1.00          -> Draft 1.00
        bk-in bk1 alice 9999 1.00          -> refused KeyTaken(card)
        bk-in bk1 alice 1234 1.01          -> refused KeyTaken(amount)
        bk-out bk1 alice 1234 1.01         -> Draft 1.01
        ",
    );
}

#[test]
fn a_draft_is_confirmed_with_the_password_given_for_it() {
    check_in(
        PEOPLE,
        "
        bk-confirm bk1 alice P1            -> refused NotFound
        bk-in bk1 alice 1234 30.00         -> Draft 30.00
        bk-in bk2 alice 1234 30.00         -> Draft 30.00
        bk-confirm bk1 bob P1              -> refused NotFound
        bk-confirm bk1 alice P1            -> refused ProofMissing
        try bk2 alice P2
        judge alice P2 right
        bk-confirm bk1 alice P2            -> refused ProofMissing
        try bk1 alice P1
        bk-confirm bk1 alice P1            -> refused ProofMissing
        judge alice P1 right
        bk-unbind 1234 alice
        bk-confirm bk1 alice P1            -> refused Rules(CardNotBound)
        bk-ask 1234 alice
        bk-bind 1234 alice
        bk-confirm bk1 alice P1            -> refused Rules(CardNotBound)
        bk-in bk3 alice 1234 30.00         -> Draft 30.00
        try bk3 alice P3
        judge alice P3 right
        wait 601s
        bk-confirm bk3 alice P3            -> refused ProofMissing
        try bk3 alice P4
        judge alice P4 right
        bk-confirm bk3 alice P4            -> Asked 30.00
        bk-confirm bk3 alice P4            -> Asked 30.00
        bk-close bk2 alice                 -> Closed 30.00
        bk-confirm bk2 alice P2            -> refused Ended
        ",
    );
}

/// Drafts and confirms an order: `bk1 in 30.00`.
fn asked(key: &str, way: &str, amount: &str) -> String {
    asked_of("1234", key, way, amount)
}

/// The same with another card.
fn asked_of(card: &str, key: &str, way: &str, amount: &str) -> String {
    format!(
        "bk-{way} {key} alice {card} {amount}
        try {key} alice P{key}
        judge alice P{key} right
        bk-confirm {key} alice P{key}\n"
    )
}

fn play(steps: &[&str]) -> Script {
    check_in(PEOPLE, &steps.join("\n"))
}

#[test]
fn a_top_up_arrives_when_the_bank_says_so_and_once() {
    let script = play(&[
        &asked("bk1", "in", "30.00"),
        "account alice CNY                 -> 100000.00
        bk-done bk1 30.00                  -> Asked 30.00
        bk-send bk1                        -> send 1234
        bk-send bk1                        -> nothing
        wait 1s
        bk-send bk1                        -> ask or send 1234
        bk-unknown bk1                     -> Unknown 30.00
        account alice CNY                  -> 100000.00
        bk-done bk1 30.00                  -> Done 30.00
        account alice CNY                  -> 100030.00
        bk-done bk1 30.00                  -> Done 30.00
        bk-unknown bk1                     -> Done 30.00
        bk-close bk1 alice                 -> refused TooLate
        wait 25h
        bk-send bk1                        -> nothing
        bk-see bk1 alice                   -> Done 30.00
        bk-see bk1 bob                     -> refused NotFound
        account alice CNY                  -> 100030.00",
    ]);
    assert_eq!(surprises(&script), ["DoneUnasked R1 false"], "it was not sent yet when it was heard first");
}

#[test]
fn a_top_up_that_the_bank_refuses_gives_its_limit_back() {
    play(&[
        &asked("bk1", "in", "10000.00"),
        &asked("bk2", "in", "10000.00"),
        "bk-in bk3 alice 1234 0.01         -> refused OverDay
        bk-send bk1
        bk-refused bk1                     -> Failed 10000.00
        bk-refused bk1                     -> Failed 10000.00
        bk-in bk3 alice 1234 0.01          -> Draft 0.01
        bk-close bk1 alice                 -> refused TooLate
        account alice CNY                  -> 100000.00",
    ]);
}

#[test]
fn the_day_and_month_of_a_card_are_limited_over_all_of_a_party() {
    let mut steps = Vec::new();
    for day in 0..5 {
        steps.push(asked(&format!("bka{day}"), "in", "10000.00"));
        steps.push(asked(&format!("bkb{day}"), "in", "10000.00"));
        let done = |key: String| format!("bk-send {key}\nbk-done {key} 10000.00\n");
        steps.push(done(format!("bka{day}")) + &done(format!("bkb{day}")));
        steps.push("bk-in bkx alice 1234 0.01 -> refused OverDay\nwait 24h".to_owned());
    }
    steps.push("bk-in bkx alice 1234 0.01 -> refused OverMonth".to_owned());
    play(&steps.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_card_pays_what_its_bank_lets_it_pay() {
    let bound = |card: &str, bank: &str| {
        format!("bk-ask {card} alice bank={bank}\nbk-bind {card} alice as=A{card}\n")
    };
    let done = |key: &str, amount: &str| format!("bk-send {key}\nbk-done {key} {amount}\n");
    play(&[
        &bound("1111", "ICBC"),
        &bound("2222", "ABC"),
        "bk-in bk1 alice 1111 50000.01     -> refused OverSingle
        bk-in bk1 alice 2222 10000.01      -> refused OverSingle",
        &asked_of("2222", "bk2", "in", "10000.00"),
        &done("bk2", "10000.00"),
        "bk-in bk3 alice 2222 0.01         -> refused OverDay
        bk-in bk4 alice 1111 40000.01      -> refused OverDay",
        &asked_of("1111", "bk5", "in", "40000.00"),
        &done("bk5", "40000.00"),
        "bk-in bk6 alice 1111 0.01         -> refused OverDay
        bk-in bk7 alice 1234 0.01          -> refused OverDay
        wait 24h",
        &asked_of("1111", "bk8", "in", "50000.00"),
        &done("bk8", "50000.00"),
        "wait 24h
        bk-in bk9 alice 1234 0.01          -> refused OverMonth
        bk-in bk10 alice 2222 10000.00     -> Draft 10000.00
        bk-in bk11 alice 1111 50000.00     -> Draft 50000.00",
    ]);
}

#[test]
fn a_withdrawal_uses_the_free_sum_first_and_gives_all_back_when_it_fails() {
    let script = play(&[
        &asked("bk1", "out", "15000.00"),
        "account alice CNY                 -> 85000.00
        bk-send bk1
        bk-done bk1 15000.00               -> Done 15000.00
        account alice CNY                  -> 85000.00
        bk-out bk2 alice 1234 6000.00      -> Draft 6000.00 fee 1.00",
        &asked("bk2", "out", "6000.00"),
        "account alice CNY                 -> 78999.00
        bk-close bk2 alice                 -> refused TooLate
        bk-send bk2
        wait 25h
        bk-see bk2 alice                   -> Unknown 6000.00 fee 1.00
        bk-refused bk2                     -> Failed 6000.00 fee 1.00
        account alice CNY                  -> 85000.00
        bk-out bk3 alice 1234 5000.00      -> Draft 5000.00
        bk-out bk4 alice 1234 5000.01      -> Draft 5000.01 fee 0.10",
        &asked("bk4", "out", "5000.01"),
        "account alice CNY                 -> 79999.89
        try bk3 alice P3
        judge alice P3 right
        bk-confirm bk3 alice P3            -> refused PriceChanged
        bk-send bk4
        bk-done bk4 5000.01                -> Done 5000.01 fee 0.10
        account alice CNY                  -> 79999.89",
    ]);
    let platform = PartyId::platform(script.party("alice").slot());
    assert_eq!(script.world.balance(platform, AccountKind::FeeIncome), 10);
    assert_eq!(script.world.balance(platform, AccountKind::ClearingOut), 2_000_001);
}

#[test]
fn the_day_of_withdrawals_is_limited_and_given_back_to_the_day_it_was_taken_from() {
    play(&[
        "topup alice 100000.00",
        &asked("bk1", "out", "50000.00"),
        &asked("bk2", "out", "50000.00"),
        &asked("bk3", "out", "50000.00"),
        "bk-out bk4 alice 1234 0.01        -> refused OverDay
        bk-send bk1
        wait 24h
        bk-refused bk1                     -> Failed 50000.00 fee 30.00
        bk-out bk4 alice 1234 0.01         -> Draft 0.01",
    ]);
}

#[test]
fn a_top_up_is_given_up_before_it_is_sent_and_after() {
    let script = play(&[
        &asked("bk1", "in", "30.00"),
        "bk-close bk9 alice                -> refused NotFound
        bk-close bk1 bob                   -> refused NotFound
        bk-close bk1 alice                 -> Closed 30.00
        bk-close bk1 alice                 -> Closed 30.00
        bk-send bk1                        -> nothing",
        &asked("bk2", "in", "30.00"),
        "bk-send bk2
        bk-close bk2 alice                 -> GivenUp 30.00
        bk-close bk2 alice                 -> GivenUp 30.00
        wait 1s
        bk-send bk2                        -> ask 1234
        bk-refused bk2                     -> Closed 30.00
        bk-refused bk2                     -> Closed 30.00
        account alice CNY                  -> 100000.00",
    ]);
    assert!(script.world.all::<Timer>().all(|timer| timer.task != TimerTask::GiveUpBankOrder));
    assert!(surprises(&script).is_empty());
}

#[test]
fn time_gives_up_drafts_and_top_ups_but_never_what_is_owed_to_a_card() {
    play(&[
        "bk-in bk1 alice 1234 30.00        -> Draft 30.00",
        &asked("bk2", "in", "30.00"),
        &asked("bk3", "out", "30.00"),
        &asked("bk4", "in", "30.00"),
        "bk-send bk2
        wait 23h
        bk-see bk1 alice                   -> Draft 30.00
        wait 2h
        bk-see bk1 alice                   -> Closed 30.00
        bk-see bk2 alice                   -> GivenUp 30.00
        bk-see bk3 alice                   -> Asked 30.00
        bk-see bk4 alice                   -> Closed 30.00",
    ]);
}

#[test]
fn money_that_comes_after_giving_up_goes_back_to_the_card_once() {
    play(&[
        &asked("bk1", "in", "30.00"),
        "bk-send bk1
        bk-close bk1 alice                 -> GivenUp 30.00
        bk-done bk1 30.00                  -> Returning 30.00
        bk-done bk1 30.00                  -> Returning 30.00
        account alice CNY                  -> 100000.00
        bk-see bk1+late alice              -> Asked 30.00
        bk-close bk1+late alice            -> refused TooLate
        bk-unbind 1234 alice
        bk-send bk1+late                   -> send 1234
        bk-done bk1+late 30.00 ref=R2      -> Done 30.00
        bk-done bk1+late 30.00 ref=R2      -> Done 30.00
        bk-see bk1 alice                   -> Returned 30.00
        account alice CNY                  -> 100000.00",
    ]);
}

#[test]
fn what_the_card_does_not_take_back_comes_to_the_balance() {
    play(&[
        &asked("bk1", "in", "30.00"),
        "bk-send bk1
        bk-close bk1 alice
        bk-done bk1 30.00                  -> Returning 30.00
        bk-send bk1+late
        bk-refused bk1+late                -> Failed 30.00
        bk-refused bk1+late                -> Failed 30.00
        bk-see bk1 alice                   -> Credited 30.00
        account alice CNY                  -> 100030.00",
    ]);
}

#[test]
fn a_top_up_for_an_account_that_was_closed_meanwhile_goes_back() {
    play(&[
        &asked("bk1", "in", "30.00"),
        "bk-send bk1
        status alice closed
        bk-done bk1 30.00                  -> Returning 30.00
        bk-see bk1+late alice              -> Asked 30.00",
    ]);
}

#[test]
fn a_withdrawal_that_fails_for_an_account_that_was_closed_meanwhile_is_kept_in_it() {
    play(&[
        &asked("bk1", "out", "30.00"),
        "bk-send bk1
        status alice closed
        bk-refused bk1                     -> Failed 30.00
        account alice CNY                  -> 100000.00",
    ]);
}

fn surprises(script: &Script) -> Vec<String> {
    let all = script.world.all::<BankSurprise>();
    all.map(|surprise| format!("{:?} {} {}", surprise.kind, surprise.bank_ref, surprise.booked)).collect()
}

#[test]
fn what_the_bank_says_against_its_word_is_noted_once_and_certain_money_is_booked() {
    let script = play(&[
        &asked("bk1", "in", "30.00"),
        "bk-send bk1
        bk-done bk1 30.01                  -> Unknown 30.00
        bk-refused bk1                     -> Failed 30.00
        bk-done bk1 30.00 ref=R2           -> Failed 30.00
        bk-done bk1 30.00 ref=R2           -> Failed 30.00
        account alice CNY                  -> 100000.00",
    ]);
    assert_eq!(surprises(&script), ["AmountDiffers R1 false", "DoneAfterEnd R2 true"]);
    let platform = PartyId::platform(script.party("alice").slot());
    assert_eq!(script.world.balance(platform, AccountKind::SuspenseOwed), 3_000);

    let script = play(&[
        &asked("bk1", "out", "30.00"),
        "bk-send bk1
        bk-refused bk1                     -> Failed 30.00
        bk-done bk1 30.00                  -> Failed 30.00
        account alice CNY                  -> 100000.00",
    ]);
    assert_eq!(surprises(&script), ["DoneAfterEnd R1 true"]);
    let platform = PartyId::platform(script.party("alice").slot());
    assert_eq!(script.world.balance(platform, AccountKind::SuspenseDue), -3_000);

    let script = play(&[
        &asked("bk1", "out", "30.00"),
        "bk-send bk1
        bk-done bk1 30.00                  -> Done 30.00
        bk-done bk1 30.00 ref=R2           -> Done 30.00
        bk-refused bk1                     -> Done 30.00
        bk-refused bk1                     -> Done 30.00
        account alice CNY                  -> 99970.00",
    ]);
    assert_eq!(surprises(&script), ["SecondReference R2 false", "RefusedAgainstWord  false"]);

    let script = play(&["bk-done bk7 1.00 -> refused NotFound\nbk-send bk7 -> nothing"]);
    assert!(surprises(&script).is_empty());
}

#[test]
fn the_bank_is_asked_at_longer_and_longer_waits() {
    let mut script = play(&[&asked("bk1", "out", "30.00"), "bk-send bk1 -> send 1234"]);
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 3_600, 3_600] {
        script.play(&format!(
            "wait {}s\nbk-send bk1 -> nothing\nwait 2s\nbk-send bk1 -> ask or send 1234",
            wait - 1
        ));
    }
}

const SHOP: &str = "
    person alice
    person bob
    merchant shop
    app shop
    topup alice 1000.00
    bk-ask 1234 alice
    bk-bind 1234 alice
    bk-ask 5678 alice credit bank=ABC
    bk-bind 5678 alice as=A2
";

#[test]
fn an_order_is_paid_by_card_when_the_bank_has_spoken() {
    let script = check_in(
        SHOP,
        "
        page T1 shop 30.00
        bk-pay T1 alice 1234 P1                -> refused Pay(TradeNotFound)
        claim T1 alice
        bk-pay T1 alice 1234 P1                -> refused Pay(ProofMissing)
        try T1 alice P1
        judge alice P1 right
        status alice frozen
        bk-pay T1 alice 1234 P1                -> refused Pay(BuyerBlocked)
        status alice normal
        bk-pay T1 alice 9999 P1                -> refused Card(CardNotBound)
        bk-pay T1 alice 5678 P1                -> Asked 30.00
        bk-pay T1 alice 5678 P1                -> Asked 30.00
        bk-pay T1 alice 1234 P1                -> refused Pay(CardUnderWay)
        try T1 alice P2
        judge alice P2 right
        confirm T1 alice P2                    -> refused CardUnderWay
        bk-send pay:T1                         -> send 5678
        bk-unknown pay:T1                      -> Unknown 30.00
        query T1 shop                          -> WaitBuyerPay
        bk-done pay:T1 30.00                   -> Done 30.00
        bk-done pay:T1 30.00                   -> Done 30.00
        query T1 shop                          -> Paid
        trade T1 alice                         -> Paid
        account alice CNY                      -> 1000.00
        account shop CNY                       -> 29.82
        bk-pay T1 alice 1234 P2                -> refused Pay(AlreadyPaid)
        ",
    );
    let order = script.order("T1");
    assert_eq!(
        (order.fund_channel(), order.card.map(trade::CardChannel::wire)),
        ("BANKCARD", Some("CREDIT_CARD"))
    );
    assert_eq!(order.card_bank.as_ref().map(|bank| bank.as_str()), Some("ABC"));
}

#[test]
fn an_order_whose_card_is_refused_can_be_paid_in_another_way() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        bk-refused pay:T1                      -> Failed 30.00
        query T1 shop                          -> WaitBuyerPay
        try T1 alice P2
        judge alice P2 right
        confirm T1 alice P2                    -> Paid
        bk-done pay:T1 30.00                   -> Failed 30.00
        account alice CNY                      -> 970.00
        ",
    );
}

#[test]
fn a_card_pays_nothing_again_that_came_to_something_unseen() {
    let script = check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        bk-pay T1 alice 1234 P1 seen=pay:T1    -> refused MovedOn
        bk-pay T1 alice 1234 P1 seen=none      -> refused Pay(ProofMissing)
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1 seen=none      -> Asked 30.00
        bk-pay T1 alice 1234 P1 seen=none      -> Asked 30.00
        bk-send pay:T1
        bk-refused pay:T1                      -> Failed 30.00
        try T1 alice P2
        judge alice P2 right
        bk-pay T1 alice 1234 P2 seen=none      -> refused MovedOn
        bk-pay T1 alice 5678 P2 seen=none      -> refused MovedOn
        bk-pay T1 alice 5678 P2 seen=pay:T1    -> Asked 30.00
        bk-close pay:T1 alice                  -> Closed 30.00
        try T1 alice P3
        judge alice P3 right
        bk-pay T1 alice 1234 P3 seen=none      -> refused MovedOn
        bk-pay T1 alice 1234 P3                -> Asked 30.00
        ",
    );
    let trade = script.world.all::<trade::Trade>().next().unwrap();
    assert_eq!((trade.bank_order, trade.last_try), (Some(no(&script, "pay:T1")), trade.bank_order));
}

/// Another code makes the trade anew, and the card that was tried before is known all the same.
#[test]
fn a_card_that_was_tried_is_not_forgotten_when_the_buyer_shows_another_code() {
    check_in(
        SHOP,
        "
        code alice A1
        pay T1 shop A1 1000.01                 -> WaitBuyerPay
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1                -> Asked 1000.01
        bk-send pay:T1
        bk-refused pay:T1                      -> Failed 1000.01
        code alice A2
        pay T1 shop A2 1000.01                 -> WaitBuyerPay
        try T1 alice P2
        judge alice P2 right
        bk-pay T1 alice 1234 P2 seen=none      -> refused MovedOn
        bk-pay T1 alice 1234 P2 seen=pay:T1    -> Asked 1000.01
        ",
    );
}

#[test]
fn an_order_whose_card_was_given_up_is_free_at_once_and_late_money_goes_back_to_the_card_once() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        try T1 alice P2
        judge alice P2 right
        confirm T1 alice P2                    -> refused CardUnderWay
        bk-close pay:T1 alice                  -> GivenUp 30.00
        bk-send pay:T1                         -> ask 1234
        confirm T1 alice P2                    -> Paid
        account alice CNY                      -> 970.00
        bk-done pay:T1 30.00                   -> Returning 30.00
        bk-done pay:T1 30.00                   -> Returning 30.00
        bk-send pay:T1+late                    -> send 1234
        bk-done pay:T1+late 30.00 ref=R2       -> Done 30.00
        bk-see pay:T1 alice                    -> Returned 30.00
        trade T1 alice                         -> Paid
        account alice CNY                      -> 970.00
        account shop CNY                       -> 29.82
        ",
    );
}

#[test]
fn time_lets_an_order_go_that_the_bank_never_decided() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00 expires=2d
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        wait 25h
        bk-see pay:T1 alice                    -> GivenUp 30.00
        try T1 alice P2
        judge alice P2 right
        confirm T1 alice P2                    -> Paid
        bk-refused pay:T1                      -> Closed 30.00
        account alice CNY                      -> 970.00
        ",
    );
}

#[test]
fn an_order_whose_card_came_too_late_can_be_paid_in_another_way() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        bk-close pay:T1 alice                  -> GivenUp 30.00
        bk-done pay:T1 30.00                   -> Returning 30.00
        try T1 alice P2
        judge alice P2 right
        confirm T1 alice P2                    -> Paid
        account alice CNY                      -> 970.00
        ",
    );
}

#[test]
fn money_of_a_card_for_an_order_that_closed_meanwhile_goes_back_to_the_card_once() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        close T1 shop                          -> Closed
        bk-done pay:T1 30.00                   -> Returning 30.00
        bk-done pay:T1 30.00                   -> Returning 30.00
        bk-send pay:T1+late                    -> send 1234
        bk-done pay:T1+late 30.00 ref=R2       -> Done 30.00
        bk-see pay:T1 alice                    -> Returned 30.00
        trade T1 alice                         -> Closed
        account alice CNY                      -> 1000.00
        account shop CNY                       -> 0.00
        ",
    );
}

#[test]
fn money_that_the_merchant_cannot_take_goes_back_to_the_card() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        status shop closed
        bk-done pay:T1 30.00                   -> Done 30.00
        bk-see pay:T1 alice                    -> Returning 30.00
        bk-send pay:T1+late
        bk-refused pay:T1+late                 -> Failed 30.00
        bk-see pay:T1 alice                    -> Credited 30.00
        account alice CNY                      -> 1030.00
        ",
    );
}

#[test]
fn refunds_of_a_card_payment_go_to_the_card_also_when_the_buyer_is_closed() {
    check_in(
        SHOP,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1
        bk-send pay:T1
        bk-done pay:T1 30.00
        refund T1 shop 10.00 R1                -> moved Paid 10.00
        refund T1 shop 10.00 R1                -> same Paid 10.00
        account alice CNY                      -> 1000.00
        bk-send pay:T1+refund_R1               -> send 1234
        bk-done pay:T1+refund_R1 10.00 ref=R2  -> Done 10.00
        status alice closed
        refund T1 shop 20.00 late              -> moved Closed 30.00
        bk-send pay:T1+refund_late
        bk-refused pay:T1+refund_late          -> Failed 20.00
        bk-see pay:T1 alice                    -> Done 30.00
        account alice CNY                      -> 1020.00
        ",
    );
}
