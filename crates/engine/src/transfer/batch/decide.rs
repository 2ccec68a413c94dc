//! The payer of a batch agrees to it, or does not.

use super::{after, begin, told, without_timer};
use crate::command::Next;
use crate::{Rows, Stop};
use ::transfer::{BatchEvent, BatchState, DecideBatchRefused, TransferBatch};
use base::{BatchNo, PartyId, Slot};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A payer agrees to a batch as a whole, or gives it up; the same again gives the same answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecideTransferBatch {
    /// The payer.
    pub payer: PartyId,
    /// The batch.
    pub batch: BatchNo,
    /// Whether the payer agrees.
    pub agree: bool,
}

impl DecideTransferBatch {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

pub(crate) fn decide(
    rows: &mut Rows<'_>,
    command: &DecideTransferBatch,
) -> Result<Next<Arc<TransferBatch>>, Stop<DecideBatchRefused>> {
    let slot = rows.slot();
    let DecideTransferBatch { payer, batch, agree } = *command;
    let batch = if batch.slot() == slot { rows.get::<TransferBatch>((slot, batch))? } else { None };
    let Some(batch) = batch.filter(|batch| batch.payer == payer) else {
        return Stop::because(DecideBatchRefused::NotFound);
    };
    if batch.state != BatchState::WaitPay {
        // One that began was agreed to; what became of it is the same answer.
        let agreed = batch.state != BatchState::Disused;
        return if agreed == agree {
            Ok(Next::Answer(batch))
        } else {
            Stop::because(DecideBatchRefused::Decided)
        };
    }
    // Its time is over, though its timer has not run.
    if agree && batch.due_at_us.is_none_or(|due_at_us| due_at_us <= rows.now_us()) {
        return Stop::because(DecideBatchRefused::Decided);
    }
    let party = rows.get::<Party>((slot, payer))?;
    let may = |party: &Party| party.status == PartyStatus::Normal && !party.stop.holds();
    if agree && !party.is_some_and(|party| may(&party)) {
        return Stop::because(DecideBatchRefused::PayerBlocked);
    }

    // Nothing can be refused here below this line.
    let batch = without_timer(rows, &batch);
    let batch = if agree { begin(rows, &batch)? } else { after(rows, batch, BatchEvent::Disuse)? };
    if batch.state.is_final() {
        told::tell(rows, &batch);
    }
    let batch = Arc::new(batch);
    rows.put_shared(batch.clone());
    Ok(Next::Answer(batch))
}
