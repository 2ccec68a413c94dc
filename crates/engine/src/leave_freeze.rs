//! A payer takes back what is left of a freeze whose merchant has closed its account: nobody could take or free it any
//! more before the end of its life.

use crate::command::Next;
use crate::{Rows, Stop, unfreeze};
use base::{FreezeNo, PartyId, Slot};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Freeze, FreezeState, LeaveFreezeRefused};

/// A payer ends a freeze of a merchant that is closed. The answer is the freeze: what was left is free, or on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeaveFreeze {
    /// Who agreed to it.
    pub payer: PartyId,
    /// The freeze.
    pub freeze: FreezeNo,
}

impl LeaveFreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.freeze.slot()
    }
}

pub(crate) fn leave_freeze(
    rows: &mut Rows<'_>,
    command: &LeaveFreeze,
) -> Result<Next<Arc<Freeze>>, Stop<LeaveFreezeRefused>> {
    let slot = rows.slot();
    let freeze = rows.get::<Freeze>((slot, command.freeze))?;
    let Some(freeze) = freeze.filter(|freeze| freeze.payer == Some(command.payer)) else {
        return Stop::because(LeaveFreezeRefused::FreezeNotFound);
    };
    if freeze.frozen_at_us.is_none() {
        return Stop::because(LeaveFreezeRefused::NotFrozen);
    }
    // Again, or after its end: nothing is left to be taken back.
    if freeze.state != FreezeState::Authorized || freeze.rest().is_zero() {
        return Ok(Next::Answer(freeze));
    }
    let seller = rows.get::<Party>((slot, freeze.seller))?;
    if seller.is_some_and(|seller| seller.status != PartyStatus::Closed) {
        return Stop::because(LeaveFreezeRefused::SellerStands);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let freeze = Arc::new(unfreeze::release_rest(rows, &freeze)?);
    rows.put_shared(freeze.clone());
    Ok(Next::Answer(freeze))
}
