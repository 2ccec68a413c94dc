//! What a merchant without a licence may receive: by one payment, by day and by month.
//!
//! Source: domain reference 1.5, whose own default this is, as nothing firm is published. What was refunded was
//! received all the same: the reference gives nothing back, and a limit that a refund frees could be turned round.

use money::{Currency, Money};
use people::Usage;

/// What such a merchant may receive by one payment: 1,000 yuan, in fen.
pub const RECEIVE_SINGLE_FEN: u64 = 100_000;
/// What it may receive on one day of China: 20,000 yuan.
pub const RECEIVE_DAY_FEN: u64 = 2_000_000;
/// What it may receive in one month of China: 200,000 yuan.
pub const RECEIVE_MONTH_FEN: u64 = 20_000_000;
const _: () = assert!(RECEIVE_SINGLE_FEN < RECEIVE_DAY_FEN && RECEIVE_DAY_FEN < RECEIVE_MONTH_FEN);

/// Why a merchant without a licence receives no more. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReceivingRefused {
    /// More than one payment may be.
    #[error("above what a merchant without a licence receives by one payment")]
    Single,
    /// With what was received today it is more than a day may be.
    #[error("above what a merchant without a licence receives on one day")]
    Day,
    /// With what was received this month it is more than a month may be.
    #[error("above what a merchant without a licence receives in one month")]
    Month,
}

/// Whether a merchant without a licence may receive so much more; exactly a limit is within it.
pub fn may_receive(amount: Money, day: &Usage, month: &Usage) -> Result<(), ReceivingRefused> {
    let within = |limit_fen: u64, used: Option<&Usage>| {
        let Ok(limit) = Money::from_minor(limit_fen, Currency::Cny) else { return false };
        match used {
            Some(used) => used.allows(amount, limit),
            None => amount.exceeds(limit).is_ok_and(|exceeds| !exceeds),
        }
    };
    if !within(RECEIVE_SINGLE_FEN, None) {
        return Err(ReceivingRefused::Single);
    }
    if !within(RECEIVE_DAY_FEN, Some(day)) {
        return Err(ReceivingRefused::Day);
    }
    if !within(RECEIVE_MONTH_FEN, Some(month)) {
        return Err(ReceivingRefused::Month);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot};
    use people::UsageKind;

    fn yuan(fen: u64) -> Money {
        Money::from_minor(fen, Currency::Cny).unwrap()
    }

    fn used(kind: UsageKind, fen: u64) -> Usage {
        Usage::fresh(PartyId::issue(1, Slot::PLATFORM).unwrap(), kind, 0).plus(yuan(fen)).unwrap()
    }

    #[test]
    fn each_limit_is_reached_to_the_fen_and_the_first_is_named() {
        use ReceivingRefused::{Day, Month, Single};
        for (amount, day, month, expected) in [
            (100_000, 0, 0, Ok(())),
            (100_001, 0, 0, Err(Single)),
            (100_001, 2_000_000, 20_000_000, Err(Single)),
            (1, 1_999_999, 1_999_999, Ok(())),
            (2, 1_999_999, 1_999_999, Err(Day)),
            (2, 1_999_999, 19_999_999, Err(Day)),
            (1, 0, 19_999_999, Ok(())),
            (2, 0, 19_999_999, Err(Month)),
        ] {
            let (day, month) = (used(UsageKind::ReceiveDay, day), used(UsageKind::ReceiveMonth, month));
            assert_eq!(may_receive(yuan(amount), &day, &month), expected, "{amount}");
        }
        let dollars = Money::from_minor(1, Currency::Usd).unwrap();
        let (day, month) = (used(UsageKind::ReceiveDay, 0), used(UsageKind::ReceiveMonth, 0));
        assert_eq!(may_receive(dollars, &day, &month), Err(Single), "limits are of yuan");
    }
}
