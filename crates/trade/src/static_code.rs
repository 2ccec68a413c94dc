//! Counter codes: what one payer may pay by them on one day.
//!
//! A code that hangs on a counter can be pasted over, so that whoever scans it pays somebody else. The rule for such
//! static codes (银发〔2017〕296号, class D; domain reference 3.3) bounds what that can cost, whatever proves the payer:
//! by each bank card so much a day, and by the wallet so much.

use base::{CardNo, OrderNo, PartyId, Record, Slot, china_date};
use money::{Currency, Minor, Money, MoneyError};

/// What one payer may pay by counter codes on one day of China from one pocket: 500 yuan, in fen. Source: domain
/// reference 3.3, class D.
pub const STATIC_DAY_FEN: u64 = 50_000;

/// How many orders by counter codes one payer may have opened and not paid: whoever has a code opens orders of its
/// merchant.
pub const STATIC_WAITING_MAX: u32 = 10;

/// The most that a pocket pays in a day.
fn most() -> Money {
    Money::from_minor(STATIC_DAY_FEN, Currency::Cny).expect("the limit is an amount")
}

/// That a buyer's trade came by a counter code, and what of it counts on which day; lives in the buyer's slot under the
/// order's number. It is there before the trade can be paid, and stays where a card was asked to pay a trade that was
/// never there: what the bank may still take counts.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "static_pay", key = 2)]
pub struct StaticPay {
    /// The buyer's slot.
    pub slot: Slot,
    /// The order's number.
    pub order_no: OrderNo,
    /// Who pays.
    pub payer: PartyId,
    /// The card that paid it or is asked to; absent for the wallet, and while nothing counts.
    pub card: Option<CardNo>,
    /// In whose day it counts, microseconds UTC; absent while nothing pays it.
    pub counted_at_us: Option<i64>,
    /// What of it counts: less what came back, fen.
    pub counted_minor: Minor,
}

impl StaticPay {
    /// Of an order that nothing pays yet.
    pub const fn fresh(order_no: OrderNo, payer: PartyId) -> StaticPay {
        let (slot, counted_minor) = (payer.slot(), Minor::ZERO);
        StaticPay { slot, order_no, payer, card: None, counted_at_us: None, counted_minor }
    }

    /// What of it counts.
    pub fn counted(&self) -> Money {
        self.counted_minor.of(Currency::Cny)
    }
}

/// How much a payer paid by counter codes from one pocket on one day. There is no row before the first time.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "static_use", key = 4)]
pub struct StaticUse {
    /// The payer's slot.
    pub slot: Slot,
    /// Who pays.
    pub payer: PartyId,
    /// Keyed digest of the card's number, which stays when the card is given up and bound again; zeros are the wallet.
    pub pocket: [u8; 16],
    /// The day of China, `yyyymmdd`.
    pub day: u32,
    /// How much in all, fen.
    pub sum_minor: Minor,
}

impl StaticUse {
    /// The key of a pocket's counter at a moment, microseconds UTC; without the digest of a card it is the wallet's.
    pub fn key_at(payer: PartyId, card: Option<[u8; 16]>, at_us: i64) -> (Slot, PartyId, [u8; 16], u32) {
        (payer.slot(), payer, card.unwrap_or_default(), china_date(at_us))
    }

    /// A counter that counted nothing yet, of the day that a moment (microseconds UTC) falls into.
    pub fn fresh(payer: PartyId, card: Option<[u8; 16]>, at_us: i64) -> StaticUse {
        let (slot, payer, pocket, day) = StaticUse::key_at(payer, card, at_us);
        StaticUse { slot, payer, pocket, day, sum_minor: Minor::ZERO }
    }

    /// How much in all.
    pub fn sum(&self) -> Money {
        self.sum_minor.of(Currency::Cny)
    }

    /// What is left of the day.
    pub fn left(&self) -> Money {
        most().checked_sub(self.sum()).unwrap_or(Money::zero(Currency::Cny))
    }

    /// Whether so much more stays within the day: exactly the limit does. Another currency than yuan never does.
    pub fn allows(&self, amount: Money) -> bool {
        let after = self.sum().checked_add(amount);
        after.and_then(|after| after.exceeds(most())).is_ok_and(|exceeds| !exceeds)
    }

    /// So much more. Fails for another currency than yuan, and above what a row can hold.
    pub fn plus(&self, amount: Money) -> Result<StaticUse, MoneyError> {
        Ok(StaticUse { sum_minor: self.sum().checked_add(amount)?.minor(), ..self.clone() })
    }

    /// As if so much had not been paid. Fails when that much was never counted.
    pub fn minus(&self, amount: Money) -> Result<StaticUse, MoneyError> {
        Ok(StaticUse { sum_minor: self.sum().checked_sub(amount)?.minor(), ..self.clone() })
    }
}

/// How many orders by counter codes wait for one payer. There is no row before the first.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "static_wait", key = 2)]
pub struct StaticWait {
    /// The payer's slot.
    pub slot: Slot,
    /// Who is to pay.
    pub payer: PartyId,
    /// Orders that are neither paid nor over.
    pub waiting: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDNIGHT_US: i64 = 1_767_283_200_000_000; // 2026-01-02 00:00 in China

    fn fen(units: u64) -> Money {
        Money::from_minor(units, Currency::Cny).unwrap()
    }

    fn used(units: u64) -> StaticUse {
        let payer = PartyId::issue(1, Slot::PLATFORM).unwrap();
        StaticUse::fresh(payer, None, MIDNIGHT_US).plus(fen(units)).unwrap()
    }

    #[test]
    fn a_day_is_one_of_china_and_each_pocket_has_its_own() {
        let payer = PartyId::issue(1, Slot::PLATFORM).unwrap();
        let key = |card, at_us| {
            let (_, _, pocket, day) = StaticUse::key_at(payer, card, at_us);
            (pocket, day)
        };
        assert_eq!(key(None, MIDNIGHT_US - 1), ([0; 16], 20_260_101));
        assert_eq!(key(None, MIDNIGHT_US), ([0; 16], 20_260_102));
        assert_eq!(key(Some([7; 16]), MIDNIGHT_US), ([7; 16], 20_260_102));
    }

    #[test]
    fn a_limit_is_reached_exactly_and_no_further() {
        assert!(used(49_999).allows(fen(1)) && !used(49_999).allows(fen(2)) && !used(50_000).allows(fen(1)));
        assert!(!used(1).allows(Money::from_minor(1, Currency::Usd).unwrap()));
        assert_eq!((used(49_999).left(), used(50_000).left()), (fen(1), fen(0)));
    }

    #[test]
    fn what_comes_back_was_never_used() {
        assert_eq!(used(60).minus(fen(60)).map(|left| left.sum()), Ok(fen(0)));
        assert_eq!(used(60).minus(fen(61)), Err(MoneyError::BelowZero));
    }
}
