//! Splits (分账): what a merchant passes on of a paid order's money to receivers it bound before.
//!
//! Sources: protocol reference 5.10, appendix C and D.1; the ratio of the contract from 5.10 (customary, not
//! confirmed).

use crate::{Order, OrderState, OutRequestNo, REFUND_WINDOW_US, SplitRefused};
use base::{Field, HoldNo, OrderNo, PartyId, Record, Slot, Text, TimerNo};
use money::{Currency, Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The most that may be split of an order, per cent of its total. The customary ratio of contracts (protocol reference
/// 5.10); a contract of its own for each merchant would make it a column.
pub const SPLIT_RATIO_MAX_PERCENT: u32 = 30;
/// Receivers of one split at most, and of one request to bind or unbind (protocol reference 5.10).
pub const SPLIT_LINES_MAX: usize = 20;
/// Splits of one order at most, and what was taken back of them counts too: enough for weekly shares over the life of
/// an order and their refunds, few enough to look through them.
pub const SPLITS_MAX: u32 = 128;
/// How long `royalty_freeze` holds money, microseconds after the payment: as long as an order can be split or refunded
/// at all. From then on there is nothing that it would be held for.
pub const SPLIT_FREEZE_US: i64 = REFUND_WINDOW_US;
/// Receivers that one merchant may have bound at a time: few enough to look through them in one decision.
pub const RELATIONS_MAX: u32 = 200;

/// What an order's splits came to; there once it was paid for under `royalty_freeze`, or once it was split.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "split_book", key = 2)]
pub struct SplitBook {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// The order's currency.
    pub currency: Currency,
    /// Whether what may still be split is held on the merchant's account (`royalty_freeze`).
    pub freeze: bool,
    /// The hold, while something is held.
    pub hold: Option<HoldNo>,
    /// The timer that will free it; there while something is held.
    pub timer: Option<TimerNo>,
    /// Whether that timer ran: nothing is held any more.
    pub freed: bool,
    /// What receivers have or are about to have.
    pub split_minor: Minor,
    /// How many splits there were, with those that took something back.
    pub splits: u32,
    /// Whether the merchant said that nothing more comes (`royalty_finish`).
    pub finished: bool,
    /// What receivers gave for refunds that have not arrived. It is theirs again if the refund comes back, so it counts
    /// as split until then.
    pub giving_minor: Minor,
    /// What of the fee the merchant gets when those refunds arrive, because its own share of them is smaller: nobody
    /// may have spent it when one comes back.
    pub fee_due_minor: Minor,
}

impl SplitBook {
    /// What receivers have or are about to have.
    pub fn split(&self) -> Money {
        self.split_minor.of(self.currency)
    }

    /// What receivers gave for refunds that have not arrived.
    pub fn giving(&self) -> Money {
        self.giving_minor.of(self.currency)
    }

    /// What of the fee waits for refunds to arrive.
    pub fn fee_due(&self) -> Money {
        self.fee_due_minor.of(self.currency)
    }
}

/// The number of a split (`settle_no`): the order's number and the split's place in the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SettleNo {
    /// The order.
    pub order_no: OrderNo,
    /// Its place among the order's splits, from 1.
    pub place: u32,
}

/// Text that is no number of a split.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a settle number: 28 digits of a trade number and four of the split")]
pub struct SettleNoError;

impl fmt::Display for SettleNo {
    /// The 28 digits of the order's number, then four of the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04}", self.order_no, self.place)
    }
}

impl FromStr for SettleNo {
    type Err = SettleNoError;

    /// Reads what `Display` writes, and nothing else.
    fn from_str(text: &str) -> Result<SettleNo, SettleNoError> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SettleNoError);
        }
        let order_no = text[..28].parse().map_err(|_| SettleNoError)?;
        let place = text[28..].parse().map_err(|_| SettleNoError)?;
        Ok(SettleNo { order_no, place })
    }
}

/// Which way the money of a split goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum SplitKind {
    /// From the merchant to receivers (`transfer`).
    Out,
    /// From receivers into a refund (`transfer_refund`).
    Back,
}

/// One request to split an order, or to take parts back for a refund.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "split", key = 3)]
pub struct Split {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// Its place among the order's splits, from 1.
    pub place: u32,
    /// Which way its money goes.
    pub kind: SplitKind,
    /// The merchant's number of the request; that of the refund when it takes back.
    pub out_request_no: OutRequestNo,
    /// What is to be refunded when it takes back, minor units of the order's currency.
    pub refund_minor: Option<Minor>,
    /// Why it is to be refunded, in the merchant's words.
    pub reason: Option<Text<256>>,
    /// How many receivers it has; none when it only ends the splits of the order.
    pub lines: u32,
    /// How many of them are still under way.
    pub open: u32,
    /// Whether it ends the splits of the order.
    pub finish: bool,
    /// When it was made, microseconds UTC.
    pub at_us: i64,
    /// When all that it took back went into its refund, microseconds UTC.
    pub made_at_us: Option<i64>,
    /// When that refund came back, so that receivers get their parts again, microseconds UTC.
    pub undone_at_us: Option<i64>,
}

impl Split {
    /// Its number on the wire.
    pub fn no(&self) -> SettleNo {
        SettleNo { order_no: self.order_no, place: self.place }
    }
}

/// Where the part of one receiver stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum SplitState {
    /// It left the merchant and is on its way (`PROCESSING`).
    UnderWay,
    /// The receiver has it, or it went into the refund (`SUCCESS`).
    Done,
    /// It is where it was before: the receiver could not be reached, or the refund was not made (`FAIL`).
    Returned,
    /// The receiver is asked for it; nothing has moved (`PROCESSING`).
    Asked,
    /// It left the receiver and waits for the others (`PROCESSING`).
    Taken,
    /// The receiver does not have it; nothing has moved (`FAIL`).
    Refused,
    /// The refund is not made; it is on its way back to the receiver (`PROCESSING`).
    Returning,
    /// The refund could not reach the buyer; it is on its way back to the receiver (`PROCESSING`).
    Restoring,
    /// The refund could not reach the buyer, and the receiver's account was closed meanwhile: the merchant has it
    /// (`SUCCESS`).
    Kept,
}

/// What may happen to the part of one receiver.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SplitEvent {
    /// The receiver got it.
    Arrive,
    /// It came back.
    Bounce,
    /// It left the receiver.
    Take,
    /// The receiver does not have it.
    Refuse,
    /// All parts are there: the refund is made.
    Pass,
    /// The refund is not made, or came back.
    Undo,
}

impl SplitState {
    /// All states, for tests that walk the table.
    pub const ALL: [SplitState; 9] = [
        SplitState::UnderWay,
        SplitState::Done,
        SplitState::Returned,
        SplitState::Asked,
        SplitState::Taken,
        SplitState::Refused,
        SplitState::Returning,
        SplitState::Restoring,
        SplitState::Kept,
    ];

    /// The state after an event, or `None` when it cannot happen.
    pub fn next(self, event: SplitEvent) -> Option<SplitState> {
        use {SplitEvent as E, SplitState as S};
        match (self, event) {
            (S::UnderWay, E::Arrive) => Some(S::Done),
            (S::UnderWay, E::Bounce) => Some(S::Returned),
            (S::Asked, E::Take) => Some(S::Taken),
            (S::Asked, E::Refuse) => Some(S::Refused),
            (S::Taken, E::Pass) => Some(S::Done),
            (S::Taken, E::Undo) => Some(S::Returning),
            (S::Returning, E::Arrive) => Some(S::Returned),
            (S::Done, E::Undo) => Some(S::Restoring),
            (S::Restoring, E::Arrive) => Some(S::Returned),
            (S::Restoring, E::Bounce) => Some(S::Kept),
            (S::UnderWay, E::Take | E::Refuse | E::Pass | E::Undo)
            | (S::Asked, E::Arrive | E::Bounce | E::Pass | E::Undo)
            | (S::Taken, E::Arrive | E::Bounce | E::Take | E::Refuse)
            | (S::Returning, E::Bounce | E::Take | E::Refuse | E::Pass | E::Undo)
            | (S::Restoring, E::Take | E::Refuse | E::Pass | E::Undo)
            | (S::Done, E::Arrive | E::Bounce | E::Take | E::Refuse | E::Pass)
            | (
                S::Returned | S::Refused | S::Kept,
                E::Arrive | E::Bounce | E::Take | E::Refuse | E::Pass | E::Undo,
            ) => None,
        }
    }

    /// Whether it is where it is to be: nothing is on its way. Only one that went into a refund can move again, when
    /// that comes back.
    pub fn is_final(self) -> bool {
        match self {
            SplitState::Done | SplitState::Returned | SplitState::Refused | SplitState::Kept => true,
            SplitState::UnderWay
            | SplitState::Asked
            | SplitState::Taken
            | SplitState::Returning
            | SplitState::Restoring => false,
        }
    }
}

/// The part of one receiver in a split.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "split_line", key = 4)]
pub struct SplitLine {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// The split's place in the order.
    pub place: u32,
    /// The line's place in the split, from 1.
    pub line: u32,
    /// Who gets it.
    pub receiver: PartyId,
    /// The order's currency.
    pub currency: Currency,
    /// How much.
    pub amount_minor: Minor,
    /// Where it stands.
    pub state: SplitState,
    /// When that was reached, microseconds UTC.
    pub at_us: i64,
}

impl SplitLine {
    /// How much.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }
}

/// How the merchant named a receiver when it was bound.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum ReceiverNamed {
    /// By id (`userId`).
    UserId,
    /// By login (`loginName`).
    LoginName,
}

/// A receiver that a merchant bound: nobody else gets a part of its orders.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "royalty_relation", key = 3)]
pub struct Relation {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// Its place in the merchant's list, from 1 without a gap.
    pub place: u32,
    /// The receiver.
    pub receiver: PartyId,
    /// How the merchant named it.
    pub named: ReceiverNamed,
    /// The name the merchant named it by: its id or login.
    pub account: Text<100>,
    /// What it is to the merchant, in the merchant's words.
    pub memo: Option<Text<256>>,
    /// When it was bound, microseconds UTC.
    pub at_us: i64,
}

/// Whether an order can be split at a moment, microseconds UTC, as far as the order itself says. A guaranteed trade can
/// once its money was released, any other while refunds are possible.
pub fn can_be_split(order: &Order, now_us: i64) -> Result<(), SplitRefused> {
    let is_guaranteed = order.product.goods().is_some();
    match (order.state, is_guaranteed) {
        (OrderState::Offered | OrderState::WaitBuyerPay, _) => return Err(SplitRefused::NotPaid),
        (OrderState::Paid, true) => return Err(SplitRefused::InEscrow),
        (OrderState::Finished, false) | (OrderState::Closed, _) => return Err(SplitRefused::Ended),
        (OrderState::Paid, false) | (OrderState::Finished, true) => {}
    }
    let until_us = order.paid_at_us.map(|paid_at_us| paid_at_us.saturating_add(REFUND_WINDOW_US));
    if until_us.is_none_or(|until_us| now_us >= until_us) { Err(SplitRefused::Ended) } else { Ok(()) }
}

/// What a merchant has of an order: paid, less the fee, less what it gave back itself. Zero while it is not paid, and
/// of a guaranteed trade until its money is released; `held` is what the platform holds of one, also after its end when
/// a refund came back late.
pub fn kept(order: &Order, held: Money) -> Result<Money, MoneyError> {
    let is_held = order.product.goods().is_some() && order.state != OrderState::Finished;
    if order.paid_at_us.is_none() || is_held {
        return Ok(Money::zero(order.currency));
    }
    let got = order.total().checked_sub(order.fee())?.checked_add(order.fee_returned())?;
    less(got, &[held, order.refunded()])
}

/// What is left of an amount after others, or nothing.
fn less(from: Money, others: &[Money]) -> Result<Money, MoneyError> {
    let mut left = from;
    for other in others {
        left = if other.exceeds(left)? { Money::zero(left.currency()) } else { left.checked_sub(*other)? };
    }
    Ok(left)
}

/// What may still be split of what a merchant has: at most [`SPLIT_RATIO_MAX_PERCENT`] of the total in all. What
/// receivers gave for a refund that has not arrived may be theirs again.
pub fn splittable(order: &Order, held: Money, book: &SplitBook) -> Result<Money, MoneyError> {
    let contract = percent(order.total(), SPLIT_RATIO_MAX_PERCENT)?;
    let by_contract = less(contract, &[book.split(), book.giving()])?;
    let by_money = less(kept(order, held)?, &[book.split(), book.giving(), book.fee_due()])?;
    Ok(if by_contract.exceeds(by_money)? { by_money } else { by_contract })
}

/// What is held for splits that may come: all that the merchant has of an order under `royalty_freeze` and did not pass
/// on, until its splits are finished or its time is over.
pub fn to_hold(order: &Order, held: Money, book: &SplitBook) -> Result<Money, MoneyError> {
    if !book.freeze || book.finished || book.freed {
        return Ok(Money::zero(order.currency));
    }
    less(kept(order, held)?, &[book.split(), book.fee_due()])
}

/// So many per cent of an amount, rounded down to the fen.
pub fn percent(amount: Money, percent: u32) -> Result<Money, MoneyError> {
    let fen = |units: u64| Money::from_minor(units, amount.currency());
    amount.proportion_down(fen(percent.into())?, fen(100)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_a_line_is_as_documented() {
        use {SplitEvent::*, SplitState::*};
        let table = [
            (UnderWay, Arrive, Done),
            (UnderWay, Bounce, Returned),
            (Asked, Take, Taken),
            (Asked, Refuse, Refused),
            (Taken, Pass, Done),
            (Taken, Undo, Returning),
            (Returning, Arrive, Returned),
            (Done, Undo, Restoring),
            (Restoring, Arrive, Returned),
            (Restoring, Bounce, Kept),
        ];
        for state in SplitState::ALL {
            for event in [Arrive, Bounce, Take, Refuse, Pass, Undo] {
                let row = table.iter().find(|row| (row.0, row.1) == (state, event));
                assert_eq!(state.next(event), row.map(|row| row.2), "{state:?} {event:?}");
            }
            // What went into a refund can only come out of it again.
            let moves = table.iter().any(|row| row.0 == state && (state, row.1) != (Done, Undo));
            assert_eq!(state.is_final(), !moves, "{state:?}");
        }
    }

    #[test]
    fn a_settle_number_reads_back_and_nothing_else_does() {
        let slot = Slot::new(42).unwrap();
        let order_no = OrderNo::of(base::Stamp { at_us: 1_767_283_200_000_007, seq: 1 }, slot);
        let no = SettleNo { order_no, place: 3 };
        assert_eq!(no.to_string(), "20260102220014000000000007420003");
        assert_eq!(no.to_string().parse(), Ok(no));
        for wrong in
            ["", "2026010222001400000000000742", "202601022200140000000000074２", "支付支付支付支付支付支"]
        {
            assert!(wrong.parse::<SettleNo>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_percentage_is_rounded_down() {
        let fen = |units| Money::from_minor(units, Currency::Cny).unwrap();
        assert_eq!(percent(fen(101), 30), Ok(fen(30)));
        assert_eq!(percent(fen(3), 30), Ok(fen(0)));
    }
}
