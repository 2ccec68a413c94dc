//! Batches of transfers: taken whole by one decision, then carried out detail by detail by what carries out single
//! ones.
//!
//! A batch in the scene `DIRECT_TRANSFER` begins at once; one in `MESSAGE_BATCH_PAY` waits until its payer agrees. No
//! money is set aside for a batch: each detail is held against balance, limits and rules when its turn comes, and one
//! that is refused stops no other.

pub(crate) mod check;
pub(crate) mod create;
pub(crate) mod decide;
pub(crate) mod find;
pub(crate) mod step;

mod told;

use crate::{Fault, Rows};
use ::transfer::{BatchEvent, OutBatchNo, TransferBatch, TransferBatchNumber};
use base::{PartyId, TimerNo};
use std::sync::Arc;
use trade::{Timer, TimerTask};

fn odd(batch: &TransferBatch, error: impl std::fmt::Display) -> Fault {
    Fault(format!("batch {}: {error}", batch.no))
}

/// The payer's batch of this number.
fn of_number(
    rows: &mut Rows<'_>,
    payer: PartyId,
    out_batch_no: &OutBatchNo,
) -> Result<Option<Arc<TransferBatch>>, Fault> {
    let slot = rows.slot();
    let number = rows.get::<TransferBatchNumber>((slot, payer, out_batch_no.clone()))?;
    number.map_or(Ok(None), |number| rows.get::<TransferBatch>((slot, number.no)))
}

/// The batch with its clock set.
fn with_timer(rows: &mut Rows<'_>, batch: &TransferBatch, due_at_us: i64) -> TransferBatch {
    let topic = batch.no.topic();
    let timer: TimerNo = rows.after(due_at_us, |timer| {
        timer.task = TimerTask::BatchClock;
        timer.order_no = Some(topic);
    });
    TransferBatch { due_at_us: Some(due_at_us), timer: Some(timer), ..batch.clone() }
}

/// The batch without its clock.
fn without_timer(rows: &mut Rows<'_>, batch: &TransferBatch) -> TransferBatch {
    if let (Some(due_at_us), Some(timer)) = (batch.due_at_us, batch.timer) {
        rows.delete::<Timer>((batch.slot, due_at_us, timer));
    }
    TransferBatch { due_at_us: None, timer: None, ..batch.clone() }
}

/// The batch after an event; nothing is written.
fn after(rows: &Rows<'_>, batch: TransferBatch, event: BatchEvent) -> Result<TransferBatch, Fault> {
    let state = batch.state.next(event);
    let state = state.ok_or_else(|| odd(&batch, format!("{event:?} in {:?}", batch.state)))?;
    let ended_at_us = state.is_final().then_some(rows.now_us());
    Ok(TransferBatch { state, ended_at_us, ..batch })
}

/// The payer agrees, or nobody needs to: the first details have their turn now. Gives the batch, to be written.
fn begin(rows: &mut Rows<'_>, batch: &TransferBatch) -> Result<TransferBatch, Fault> {
    let now_us = rows.now_us();
    let batch = after(rows, batch.clone(), BatchEvent::Approve)?;
    Ok(with_timer(rows, &TransferBatch { begun_at_us: Some(now_us), ..batch }, now_us))
}
