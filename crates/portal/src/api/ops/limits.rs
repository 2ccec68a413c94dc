//! What of its limits a party has used in the periods that run now.

use engine::class_limit;
use money::{Currency, Money};
use people::{Party, PartyKind, Span, Usage, UsageKind};
use serde::Serialize;
use store::{Reader, StoreError};
use transfer::TransferWay;
use utoipa::ToSchema;

/// A limit, and what is used of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsLimit {
    /// What is counted, as `transfer_day` or `balance_year`.
    name: &'static str,
    /// The day, month or year that runs; absent for the account's whole life.
    period: Option<String>,
    /// How many times.
    count: u32,
    /// How much, yuan.
    used: String,
    /// How much may be used, yuan; absent where that depends on something else, as on the bank of a card.
    most: Option<String>,
}

/// The counters of a party that run now, and the limit of its class.
pub(super) fn limits(
    reader: &mut dyn Reader,
    party: &Party,
    now_us: i64,
) -> Result<Vec<OpsLimit>, StoreError> {
    let mut found = Vec::new();
    for kind in UsageKind::ALL {
        let usage = super::read::one::<Usage>(reader, Usage::key_at(party.id, kind, now_us))?;
        let most = most_of(party, kind);
        let is_of_class = class_limit(party.class).is_some_and(|(of, _)| of == kind);
        // What was never used is told only where a class limits it.
        if usage.is_none() && !is_of_class {
            continue;
        }
        let usage = usage.as_deref();
        found.push(OpsLimit {
            name: kind.as_str(),
            period: period_of(kind, now_us),
            count: usage.map_or(0, |usage| usage.count),
            used: usage.map_or(Money::zero(Currency::Cny), Usage::sum).to_string(),
            most: most.map(|most| most.to_string()),
        });
    }
    Ok(found)
}

/// The period that runs, written as a day, a month or a year.
fn period_of(kind: UsageKind, now_us: i64) -> Option<String> {
    let period = kind.period(now_us);
    match kind.span() {
        Span::Day => Some(format!("{:04}-{:02}-{:02}", period / 10_000, period / 100 % 100, period % 100)),
        Span::Month => Some(format!("{:04}-{:02}", period / 100, period % 100)),
        Span::Year => Some(format!("{period:04}")),
        Span::Life => None,
    }
}

fn most_of(party: &Party, kind: UsageKind) -> Option<Money> {
    let fen = |units: u64| Money::from_minor(units, Currency::Cny).ok();
    let way = match party.kind {
        PartyKind::Person => TransferWay::Wallet,
        PartyKind::Merchant => TransferWay::Uni,
    };
    match kind {
        UsageKind::TransferDay => Some(transfer::limits(party.kind, way).day),
        UsageKind::TransferMonth => transfer::limits(party.kind, way).month,
        UsageKind::WithdrawDay => fen(fund::WITHDRAW_DAY_FEN),
        UsageKind::WithdrawFree => fen(fund::WITHDRAW_FREE_LIFE_FEN),
        UsageKind::BalanceYear | UsageKind::BalanceLife => {
            class_limit(party.class).filter(|(of, _)| *of == kind).and_then(|(_, units)| fen(units))
        }
        // They depend on the bank of the card.
        UsageKind::CardDay | UsageKind::CardMonth => None,
        UsageKind::ReceiveDay => fen(trade::RECEIVE_DAY_FEN),
        UsageKind::ReceiveMonth => fen(trade::RECEIVE_MONTH_FEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot, Text};
    use people::{AccountClass, PartyStatus, PaymentStop};
    use store::MemoryStore;

    const NOON_US: i64 = 1_767_326_400_000_000; // 2026-01-02 12:00:00 in China

    fn person(class: AccountClass) -> Party {
        let id = PartyId::issue(1_000_000_001, Slot::PLATFORM).unwrap();
        Party {
            slot: id.slot(),
            id,
            kind: PartyKind::Person,
            status: PartyStatus::Normal,
            login: Text::new("x").unwrap(),
            name: Text::new("x").unwrap(),
            opened_at_us: 0,
            class,
            login_masked: None,
            stop: PaymentStop::Nobody,
            proofs_after: 0,
        }
    }

    #[test]
    fn the_limit_of_a_class_is_told_before_it_is_used() {
        let mut store = MemoryStore::new();
        for (class, name, period, most) in [
            (AccountClass::One, "balance_life", None, "1000.00"),
            (AccountClass::Two, "balance_year", Some("2026"), "100000.00"),
            (AccountClass::Three, "balance_year", Some("2026"), "200000.00"),
        ] {
            let found = limits(&mut store, &person(class), NOON_US).unwrap();
            let [limit] = &found[..] else { panic!("{found:?}") };
            assert_eq!((limit.name, limit.period.as_deref()), (name, period));
            assert_eq!((limit.used.as_str(), limit.most.as_deref()), ("0.00", Some(most)));
        }
        assert!(limits(&mut store, &person(AccountClass::Unverified), NOON_US).unwrap().is_empty());
    }

    #[test]
    fn a_period_is_written_as_people_do() {
        assert_eq!(period_of(UsageKind::TransferDay, NOON_US).as_deref(), Some("2026-01-02"));
        assert_eq!(period_of(UsageKind::TransferMonth, NOON_US).as_deref(), Some("2026-01"));
    }
}
