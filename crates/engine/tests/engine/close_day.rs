//! Closing business dates: in turn, once, and as the postings say.

use crate::script::{Script, Words, check_in};
use base::{Day, Slot};
use engine::{CloseDay, Command, FindSlotClose};
use ledger::{AccountKind, DaySum, Posting, Side, TrialBalance};
use money::{Currency, Money};
use std::collections::BTreeMap;

fn slot(text: &str) -> Slot {
    Slot::new(text.parse().unwrap()).unwrap()
}

/// What the postings of a day came to, summed apart from the engine.
fn sums(script: &Script, slot: Slot, day: Day) -> Vec<DaySum> {
    let mut sums: BTreeMap<(Currency, AccountKind), [u64; 2]> = BTreeMap::new();
    let postings = script.world.all::<Posting>().filter(|posting| posting.slot == slot);
    for posting in postings.filter(|posting| Day::from_number(posting.business_date) == Some(day)) {
        for entry in posting.entries() {
            let place = (posting.currency, entry.account.kind().unwrap());
            let side = usize::from(entry.side == Side::Credit);
            sums.entry(place).or_default()[side] += entry.amount_minor.units().unsigned_abs();
        }
    }
    let minor = |units| Money::from_minor(units, Currency::Cny).unwrap().minor();
    let sum = |((currency, kind), [debit, credit]): ((Currency, AccountKind), [u64; 2])| {
        let (debit_minor, credit_minor) = (minor(debit), minor(credit));
        DaySum { currency, kind, debit_minor, credit_minor }
    };
    sums.into_iter().map(sum).collect()
}

/// The commands of this file: `dc-close 11 2026-01-05`, with `none` for no sums, `odd` for uneven ones, `turned` for
/// kinds out of order; `dc-until 11`.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Option<Command> {
    Some(match words.at(0) {
        "dc-close" => {
            let (slot, day) = (slot(words.at(1)), words.at(2).parse().unwrap());
            let mut sums = sums(script, slot, day);
            match words.plain.get(3).copied() {
                Some("none") => sums.clear(),
                Some("odd") => drop(sums.pop()),
                Some("turned") => sums.reverse(),
                Some(other) => panic!("no such sums: {other}"),
                None => {}
            }
            CloseDay { slot, day, sums }.into()
        }
        "dc-until" => FindSlotClose { slot: slot(words.at(1)) }.into(),
        _ => return None,
    })
}

/// `dc-lines 11 2026-01-05`: debits, credits and balance of each line, in fen: balances, transit, fees, reserve.
pub(crate) fn look(script: &Script, words: &Words<'_>) -> String {
    let (slot, day): (Slot, Day) = (slot(words.at(1)), words.at(2).parse().unwrap());
    let own =
        script.world.all::<TrialBalance>().filter(|line| line.slot == slot && line.business_date == day);
    let told = own.map(|line| {
        let (debit, credit) = (line.debit_minor.units(), line.credit_minor.units());
        format!("{debit} {credit} {}", line.balance_minor)
    });
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn days_are_closed_in_turn_and_once() {
    check_in(
        "
        merchant shop 5000.00 slot=11
        person alice 1000.00 slot=21
        ",
        "
        code alice A1
        pay T1 shop A1 100.00
        dc-until 11                        -> never
        dc-close 11 2026-01-05             -> refused NotOver
        advance 24h
        # Payments of the next day go on before the day before is closed.
        code alice A2
        pay T2 shop A2 10.00
        dc-close 11 2026-01-05 odd         -> refused Unbalanced
        dc-close 11 2026-01-05 turned      -> refused Unbalanced
        dc-close 11 2026-01-05             -> closed 2026-01-05
        dc-lines 11 2026-01-05             -> 0 509940 509940, 10000 0 -10000, 0 60 60, 500000 0 -500000
        dc-close 11 2026-01-05             -> again 2026-01-05
        dc-close 11 2026-01-05 none        -> refused Differs
        dc-close 11 2026-01-06             -> refused NotOver
        advance 72h
        dc-close 11 2026-01-07             -> refused OutOfTurn { next: 2026-01-06 }
        dc-close 11 2026-01-04             -> refused OutOfTurn { next: 2026-01-06 }
        dc-close 11 2026-01-06             -> closed 2026-01-06
        dc-lines 11 2026-01-06             -> 0 994 510934, 1000 0 -11000, 0 6 66, 0 0 -500000
        dc-close 11 2026-01-07             -> closed 2026-01-07
        dc-lines 11 2026-01-07             -> 0 0 510934, 0 0 -11000, 0 0 66, 0 0 -500000
        dc-until 11                        -> 2026-01-07
        # Each slot by itself; over all of them nothing is left in transit.
        dc-close 21 2026-01-05             -> closed 2026-01-05
        dc-lines 21 2026-01-05             -> 10000 100000 90000, 0 10000 10000, 100000 0 -100000
        dc-close 55 2026-01-07             -> closed 2026-01-07
        dc-lines 55 2026-01-07             ->
    ",
    );
}
