//! How money that nothing explains is explained after all, by a person and with a reason.

use crate::{BankAccount, Class};
use base::{BankOrderNo, Day, Field, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// Why an operator closes a suspense, 1-200 characters.
pub type ClosingReason = Text<200>;
/// Who closes it, 1-64 characters.
pub type Operator = Text<64>;

/// What becomes of the money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum ClosingWay {
    /// It goes back to the card that it came from, by a bank order; of a transfer to somebody else's card, to its
    /// payer's balance.
    GivenBack,
    /// It is the platform's own: income when it came in, a loss when it went out.
    Own,
    /// It is what a bank order waited for.
    Matched,
}

/// A suspense is closed; once, and for good.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "suspense_closing", key = 4)]
pub struct SuspenseClosing {
    /// The suspense's slot.
    pub slot: Slot,
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Its serial.
    pub serial: u32,
    /// What became of the money.
    pub way: ClosingWay,
    /// The order that gives it back, or that it was matched to, or that carried the transfer that came back.
    pub bank_order: Option<BankOrderNo>,
    /// Why.
    pub reason: ClosingReason,
    /// Who.
    pub operator: Operator,
    /// When, microseconds UTC.
    pub closed_at_us: i64,
    /// Who approved what the operator had proposed: somebody else. Absent in rows of releases that asked one person.
    pub approved_by: Option<Operator>,
}

/// How an operator wants to close a suspense. Nothing moves before another one approves it; then it is gone.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "suspense_proposal", key = 4)]
pub struct SuspenseProposal {
    /// The suspense's slot.
    pub slot: Slot,
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Its serial.
    pub serial: u32,
    /// What shall become of the money.
    pub way: ClosingWay,
    /// The order that it shall be matched to; absent in other ways.
    pub bank_order: Option<BankOrderNo>,
    /// Why.
    pub reason: ClosingReason,
    /// Who.
    pub operator: Operator,
    /// When, microseconds UTC.
    pub proposed_at_us: i64,
}

impl ClosingWay {
    /// Whether money of a class, that came in or went out, can be closed so.
    pub const fn allows(self, class: Class, is_credit: bool) -> bool {
        match (self, class) {
            // No suspense.
            (_, Class::Late | Class::Matched | Class::CameBack) => false,
            // What the bank took once too often, or against its word, is its card's, and what it sent back of one.
            (ClosingWay::GivenBack, Class::Duplicate | Class::AgainstWord | Class::SignDiffers) => is_credit,
            (
                ClosingWay::GivenBack,
                Class::TheirsOnly | Class::CurrencyDiffers | Class::AmountDiffers | Class::NeverSent,
            ) => false,
            (
                ClosingWay::Own,
                Class::TheirsOnly
                | Class::CurrencyDiffers
                | Class::SignDiffers
                | Class::AmountDiffers
                | Class::NeverSent
                | Class::Duplicate
                | Class::AgainstWord,
            ) => true,
            // It settles its own order.
            (ClosingWay::Matched, Class::AgainstWord) => false,
            // No order is in another currency.
            (ClosingWay::Matched, Class::CurrencyDiffers) => false,
            (
                ClosingWay::Matched,
                Class::TheirsOnly
                | Class::SignDiffers
                | Class::AmountDiffers
                | Class::NeverSent
                | Class::Duplicate,
            ) => true,
        }
    }
}

/// Why a suspense is not closed, and why a closing is neither proposed nor withdrawn. The first that holds is the one
/// reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CloseSuspenseRefused {
    /// Nobody is named, or a name has blanks around it: two spellings of one person are not two people.
    #[error("an operator is named, without blanks around the name")]
    NoOperator,
    /// There is no such suspense.
    #[error("there is no such suspense")]
    NotFound,
    /// It is closed, otherwise than is asked for.
    #[error("it is closed already, in another way, for another reason or by others")]
    Closed,
    /// Nobody has proposed to close it.
    #[error("nobody has proposed to close it")]
    NotProposed,
    /// Who proposed it does not approve it.
    #[error("who proposed it does not approve it")]
    SelfApproval,
    /// What is approved is not what was proposed.
    #[error("another way or reason is proposed than the one that was read")]
    Edited,
    /// Its class or direction does not allow this way.
    #[error("money of this class and direction cannot be closed so")]
    WayImpossible,
    /// There is no such bank order in the slot of the suspense.
    #[error("there is no such bank order in the slot of the line")]
    OrderNotFound,
    /// The order is of another amount, currency or direction.
    #[error("the bank order is of another amount, currency or direction")]
    OrderDiffers,
    /// The bank did not do the order, a line settled it already, or it brings money back already; or the line is the
    /// order's own, with the wrong sign or after another was matched to it.
    #[error("the bank order was not done, or has its line already, or this is that line")]
    OrderNotOpen,
}
