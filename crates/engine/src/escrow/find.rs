//! Looks at an escrow.

use super::{Bench, EscrowView};
use crate::command::Next;
use crate::{Rows, Stop};
use base::{OrderNo, PartyId, Slot};
use serde::{Deserialize, Serialize};
use trade::EscrowRefused;

/// A party looks at its escrow, or the platform at any.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindEscrow {
    /// The order.
    pub order_no: OrderNo,
    /// Its buyer or its seller; absent for the platform, which sees all.
    pub party: Option<PartyId>,
}

impl FindEscrow {
    pub(crate) fn slot(&self) -> Slot {
        self.order_no.slot()
    }
}

pub(crate) fn find_escrow(
    rows: &mut Rows<'_>,
    query: &FindEscrow,
) -> Result<Next<EscrowView>, Stop<EscrowRefused>> {
    let bench = Bench::load(rows, query.order_no)?;
    let theirs = |bench: &Bench| {
        query.party.is_none_or(|party| party == bench.escrow.buyer || party == bench.escrow.seller)
    };
    match bench.filter(theirs) {
        Some(bench) => Ok(Next::Answer(bench.view())),
        None => Stop::because(EscrowRefused::EscrowNotFound),
    }
}
