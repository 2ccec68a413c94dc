//! Lines as our books keep them, and what came of them.

use crate::{BankAccount, Class, LineRef, OrderKey};
use base::{BankOrderNo, Day, Field, PartyId, Record, Slot};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// A line of a statement with its class: in the slot of the order that it names, or in the platform's.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "statement_line", key = 4)]
pub struct BookedLine {
    /// The slot of the order, or the platform's.
    pub slot: Slot,
    /// Our account at the bank.
    pub account: BankAccount,
    /// The statement's day in China.
    pub day: Day,
    /// The line's place in the statement, from 1.
    pub serial: u32,
    /// How many lines the statement has: as long as fewer are kept, it was not read to its end.
    pub of_lines: u32,
    /// The day from which the money counts.
    pub value_day: Day,
    /// The order that the bank says it is of; empty for none.
    pub order_key: OrderKey,
    /// What the bank calls the movement.
    pub reference: LineRef,
    /// Whether it came in; else it went out.
    pub is_credit: bool,
    /// The line's currency.
    pub currency: Currency,
    /// How much, minor units, above zero.
    pub amount_minor: Minor,
    /// What it is for our books.
    pub class: Class,
    /// The order of ours that it names, if there is one.
    pub bank_order: Option<BankOrderNo>,
    /// When it was first read, microseconds UTC.
    pub imported_at_us: i64,
}

/// Who is to look after money that nothing explains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum SuspenseOwner {
    /// The bank is to be asked: its statement is wrong, or tells of what we do not know.
    Bank,
    /// A customer is to be asked or paid back: the bank moved his money once too often, or against its word.
    Customer,
}

/// Money of a line that nothing explains; one for each such line.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "suspense", key = 4)]
pub struct Suspense {
    /// The line's slot.
    pub slot: Slot,
    /// The line's account.
    pub account: BankAccount,
    /// The line's day.
    pub day: Day,
    /// The line's serial.
    pub serial: u32,
    /// Why nothing explains it.
    pub class: Class,
    /// Who is to look after it.
    pub owner: SuspenseOwner,
    /// Whose card it was, when that is known.
    pub party: Option<PartyId>,
    /// Whether it came in; else it went out.
    pub is_credit: bool,
    /// The currency.
    pub currency: Currency,
    /// How much, minor units, above zero.
    pub amount_minor: Minor,
    /// Since when it is known, microseconds UTC: its age is counted from here.
    pub opened_at_us: i64,
}

/// A bank order met its line: what the bank said is what its statement shows.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "settlement", key = 2)]
pub struct Settlement {
    /// The order's slot.
    pub slot: Slot,
    /// The order.
    pub no: BankOrderNo,
    /// The line's account.
    pub account: BankAccount,
    /// The line's day.
    pub day: Day,
    /// The line's serial.
    pub serial: u32,
    /// What the bank calls the movement.
    pub reference: LineRef,
    /// When, microseconds UTC.
    pub settled_at_us: i64,
}

/// A movement that was booked as suspense when the bank spoke of it against its word met its line: the money is where
/// the statement shows it, and nobody books it twice.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "surprise_settlement", key = 3)]
pub struct SurpriseSettlement {
    /// The order's slot.
    pub slot: Slot,
    /// The order.
    pub no: BankOrderNo,
    /// What the bank calls the movement.
    pub reference: LineRef,
    /// The line's account.
    pub account: BankAccount,
    /// The line's day.
    pub day: Day,
    /// The line's serial.
    pub serial: u32,
    /// When, microseconds UTC.
    pub settled_at_us: i64,
}

/// A statement that is being read, or was: in the platform's slot, one for each account and day.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "statement", key = 3)]
pub struct ReadStatement {
    /// The platform's.
    pub slot: Slot,
    /// Our account at the bank.
    pub account: BankAccount,
    /// The day in China.
    pub day: Day,
    /// The account's currency.
    pub currency: Currency,
    /// The balance before the first line, minor units; below zero when it is overdrawn.
    pub opening_minor: i64,
    /// The balance after the last line, minor units.
    pub closing_minor: i64,
    /// How many lines it has.
    pub lines: u32,
    /// What it says, as [`crate::Statement::digest`] gives it.
    pub digest: [u8; 32],
    /// How many of its lines are booked, in all slots.
    pub booked: u32,
    /// When it was first read, microseconds UTC.
    pub begun_at_us: i64,
    /// When its last line was booked, microseconds UTC; absent as long as lines are missing.
    pub ended_at_us: Option<i64>,
}

impl BookedLine {
    /// How much.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }
}

impl SuspenseOwner {
    /// Who looks after lines of a class; absent for those that are no suspense.
    pub const fn of(class: Class) -> Option<SuspenseOwner> {
        match class {
            Class::TheirsOnly
            | Class::CurrencyDiffers
            | Class::SignDiffers
            | Class::AmountDiffers
            | Class::NeverSent => Some(SuspenseOwner::Bank),
            Class::Duplicate | Class::AgainstWord => Some(SuspenseOwner::Customer),
            Class::Late | Class::Matched | Class::CameBack => None,
        }
    }
}

/// Why a line is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImportRefused {
    /// The same line was read before with other content: a bank does not change a statement silently.
    #[error("line {serial} of {day} was read before with other content")]
    LineDiffers {
        /// The statement's day.
        day: Day,
        /// The line's serial.
        serial: u32,
    },
}

/// Why a statement is not read. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BeginStatementRefused {
    /// Another one was read for that account and day: a bank does not change a statement silently.
    #[error("another statement of {day} was read before; nothing of this one is taken")]
    StatementDiffers {
        /// The statement's day.
        day: Day,
    },
    /// Its balance does not go on where the statement of the day before or after it stands.
    #[error("its balance does not fit the statement of {other} that was read before")]
    BalanceBreaks {
        /// The other statement's day.
        other: Day,
    },
}
