//! A payer calls a transfer back before it goes.

use super::{odd, step, usage, without_timer};
use crate::command::Next;
use crate::{Rows, Stop, books};
use ::transfer::{CancelTransferRefused, Transfer, TransferEvent, TransferState};
use base::{PartyId, Plant, Slot, TransferNo, planted};
use ledger::Template;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A payer calls a transfer back that is offered, or that waits for its time. Called back again, nothing changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelTransfer {
    /// Who pays.
    pub payer: PartyId,
    /// The transfer.
    pub transfer: TransferNo,
}

impl CancelTransfer {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

pub(crate) fn cancel_transfer(
    rows: &mut Rows<'_>,
    command: &CancelTransfer,
) -> Result<Next<Arc<Transfer>>, Stop<CancelTransferRefused>> {
    let found = rows.get::<Transfer>((rows.slot(), command.transfer))?;
    let Some(transfer) = found.filter(|found| found.payer == command.payer) else {
        return Stop::because(CancelTransferRefused::NotFound);
    };
    let waits = match transfer.state {
        TransferState::Cancelled => return Ok(Next::Answer(transfer)),
        TransferState::UnderWay | TransferState::Done | TransferState::Returned => {
            return Stop::because(CancelTransferRefused::TooLate);
        }
        TransferState::Waiting => true,
        TransferState::Offered => false,
    };
    // Its time has come, though its timer has not run.
    if waits && transfer.due_at_us.is_none_or(|due_at_us| rows.now_us() >= due_at_us) {
        return Stop::because(CancelTransferRefused::TooLate);
    }
    let (payer, amount) = (transfer.payer, transfer.amount());

    // Nothing can be refused below this line; nothing was changed above it.
    if waits && !planted(Plant::CancelledTransferKeepsMoney) {
        books::must(rows, Template::TransferUndo { payer, amount }, Some(transfer.no.topic()))?;
        usage::give_back(rows, &transfer)?;
    }
    let transfer = without_timer(rows, &transfer);
    let transfer = step(rows, &transfer, TransferEvent::Cancel).map_err(|fault| odd(&transfer, fault))?;
    Ok(Next::Answer(transfer))
}
