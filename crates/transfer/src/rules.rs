//! How much may be sent, and who is known.

use crate::{KnownPayee, LimitRefused, TransferWay};
use base::{DAY_US, MINUTE_US};
use money::{Currency, Money};
use people::{PartyKind, Usage};

/// What a person may send to other accounts in a day, fen (20,000,000 = 200,000 yuan; domain reference 1.4). One
/// transfer may take all of it.
pub const PERSON_DAY_MINOR: u64 = 20_000_000;
/// What a merchant may send in one transfer, fen (1,000,000 yuan). Contracts differ, no document names a figure below
/// the 100,000,000 yuan of the interface: our choice, so that a slip of two digits is refused.
pub const MERCHANT_SINGLE_MINOR: u64 = 100_000_000;
/// What a merchant may send in a day, fen (2,000,000 yuan): our choice, as above.
pub const MERCHANT_DAY_MINOR: u64 = 200_000_000;
/// What a merchant may send in a month, fen (30,000,000 yuan): our choice, as above.
pub const MERCHANT_MONTH_MINOR: u64 = 3_000_000_000;
/// The least that a program may send, fen (0.10 yuan; protocol reference 5.13). A person may send a single fen.
pub const API_LEAST_MINOR: u64 = 10;
/// How long a person may think about a transfer that was shown, microseconds (15 minutes): as long as an order stands
/// open on a cashier page that is left alone.
pub const OFFER_LIFE_US: i64 = 15 * MINUTE_US;
/// How long a transfer stays open that a person of the platform looks at, from when it was given to one, microseconds
/// (three days): over a weekend, and time for its payer to confirm again.
pub const REVIEWED_OFFER_LIFE_US: i64 = 3 * DAY_US;
/// How long money that waited is kept on, each time its payer is found frozen, microseconds (a day).
pub const KEPT_ON_US: i64 = DAY_US;
/// How long a payee stays known after the last transfer, microseconds (180 days; domain reference 9).
pub const KNOWN_PAYEE_US: i64 = 180 * DAY_US;

/// Under how many wrong names an app may name one card on a day of China. Our choice: enough for slips of one name, and
/// too few to find out whose a card is.
pub const WRONG_NAMES_MAX: u32 = 5;

const _: () =
    assert!(MERCHANT_SINGLE_MINOR <= MERCHANT_DAY_MINOR && MERCHANT_DAY_MINOR <= MERCHANT_MONTH_MINOR);

/// What a payer may send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// In one transfer at least.
    pub least: Money,
    /// In one transfer at most.
    pub single: Money,
    /// In a day.
    pub day: Money,
    /// In a month; absent when only the days are limited.
    pub month: Option<Money>,
}

fn yuan(fen: u64) -> Money {
    Money::from_minor(fen, Currency::Cny).unwrap_or(Money::zero(Currency::Cny))
}

/// What a payer of this kind may send in this way.
pub fn limits(kind: PartyKind, way: TransferWay) -> Limits {
    let least = match way {
        TransferWay::Uni | TransferWay::ToAccount => yuan(API_LEAST_MINOR),
        TransferWay::Wallet => yuan(1),
    };
    match kind {
        PartyKind::Person => {
            Limits { least, single: yuan(PERSON_DAY_MINOR), day: yuan(PERSON_DAY_MINOR), month: None }
        }
        PartyKind::Merchant => Limits {
            least,
            single: yuan(MERCHANT_SINGLE_MINOR),
            day: yuan(MERCHANT_DAY_MINOR),
            month: Some(yuan(MERCHANT_MONTH_MINOR)),
        },
    }
}

/// Whether one more transfer of this amount stays within the limits, `day` and `month` being what was sent before. Only
/// yuan are sent: any other currency is outside.
pub fn within(limits: &Limits, amount: Money, day: &Usage, month: &Usage) -> Result<(), LimitRefused> {
    if amount.is_zero() || limits.least.exceeds(amount).unwrap_or(true) {
        return Err(LimitRefused::TooSmall);
    }
    if amount.exceeds(limits.single).unwrap_or(true) {
        return Err(LimitRefused::TooLarge);
    }
    if !day.allows(amount, limits.day) {
        return Err(LimitRefused::Day);
    }
    if limits.month.is_some_and(|limit| !month.allows(amount, limit)) {
        return Err(LimitRefused::Month);
    }
    Ok(())
}

/// Whether a payee counts as known at a moment, microseconds UTC.
pub fn is_known(known: Option<&KnownPayee>, now_us: i64) -> bool {
    known.is_some_and(|known| now_us < known.last_at_us.saturating_add(KNOWN_PAYEE_US))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot};
    use people::UsageKind;

    fn usage(kind: UsageKind, fen: u64) -> Usage {
        let party = PartyId::issue(1, Slot::PLATFORM).unwrap();
        Usage::fresh(party, kind, 0).plus(yuan(fen)).unwrap()
    }

    fn asked(
        kind: PartyKind,
        way: TransferWay,
        amount: u64,
        day: u64,
        month: u64,
    ) -> Result<(), LimitRefused> {
        let (day, month) = (usage(UsageKind::TransferDay, day), usage(UsageKind::TransferMonth, month));
        within(&limits(kind, way), yuan(amount), &day, &month)
    }

    #[test]
    fn each_limit_is_reached_exactly() {
        use {LimitRefused::*, PartyKind::*, TransferWay::*};
        for (kind, way, amount, day, month, said) in [
            (Merchant, Uni, 10, 0, 0, Ok(())),
            (Merchant, Uni, 9, 0, 0, Err(TooSmall)),
            (Merchant, ToAccount, 9, 0, 0, Err(TooSmall)),
            (Person, Wallet, 1, 0, 0, Ok(())),
            (Person, Wallet, 0, 0, 0, Err(TooSmall)),
            (Person, Wallet, PERSON_DAY_MINOR, 0, 0, Ok(())),
            (Person, Wallet, PERSON_DAY_MINOR + 1, 0, 0, Err(TooLarge)),
            (Person, Wallet, 1, PERSON_DAY_MINOR - 1, 0, Ok(())),
            (Person, Wallet, 2, PERSON_DAY_MINOR - 1, 0, Err(Day)),
            (Person, Wallet, 1, 0, u64::MAX >> 8, Ok(())),
            (Merchant, Uni, MERCHANT_SINGLE_MINOR, 0, 0, Ok(())),
            (Merchant, Uni, MERCHANT_SINGLE_MINOR + 1, 0, 0, Err(TooLarge)),
            (Merchant, Uni, 11, MERCHANT_DAY_MINOR - 10, 0, Err(Day)),
            (Merchant, Uni, 10, MERCHANT_DAY_MINOR - 10, MERCHANT_MONTH_MINOR - 10, Ok(())),
            (Merchant, Uni, 11, 0, MERCHANT_MONTH_MINOR - 10, Err(Month)),
        ] {
            assert_eq!(asked(kind, way, amount, day, month), said, "{kind:?} {way:?} {amount} {day} {month}");
        }
        let dollars = Money::from_minor(100, Currency::Usd).unwrap();
        let none = (usage(UsageKind::TransferDay, 0), usage(UsageKind::TransferMonth, 0));
        assert_eq!(within(&limits(Person, Wallet), dollars, &none.0, &none.1), Err(TooSmall));
    }

    #[test]
    fn a_payee_is_known_for_180_days() {
        let party = PartyId::issue(1, Slot::PLATFORM).unwrap();
        let known = KnownPayee { slot: party.slot(), payer: party, payee: party, last_at_us: 5 };
        assert!(!is_known(None, 0));
        assert!(is_known(Some(&known), 5 + KNOWN_PAYEE_US - 1));
        assert!(!is_known(Some(&known), 5 + KNOWN_PAYEE_US));
    }
}
