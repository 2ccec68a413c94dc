//! What a payer agreed to: the payer's side of a pre-authorisation.

use base::{Field, FreezeNo, HoldNo, PartyId, Record, Slot, Text};
use money::{Currency, Minor};
use serde::{Deserialize, Serialize};

/// Where a freeze stands on the payer's side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum FrozenState {
    /// The payer is asked to agree.
    Waiting,
    /// Money is set aside.
    Held,
    /// Nothing is set aside any more, or never was.
    Over,
}

/// What a payer agreed to; lives in the payer's slot under the freeze's number.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "frozen", key = 2)]
pub struct Frozen {
    /// The payer's slot.
    pub slot: Slot,
    /// The freeze.
    pub no: FreezeNo,
    /// Whose money it is.
    pub payer: PartyId,
    /// Who may take it.
    pub seller: PartyId,
    /// Where it stands.
    pub state: FrozenState,
    /// What for.
    pub title: Text<100>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What is to be frozen.
    pub amount_minor: Minor,
    /// What is on the hold now.
    pub held_minor: Minor,
    /// The open hold; absent when nothing is held.
    pub hold: Option<HoldNo>,
    /// When the money was set aside, microseconds UTC; when the payer was asked, as long as that has not happened. The
    /// limit of the year of this moment is used.
    pub since_us: i64,
    /// When the state or the sum changed last.
    pub changed_at_us: i64,
}
