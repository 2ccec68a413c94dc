//! Looking at a batch and its details, page by page.

use super::of_number;
use crate::command::Next;
use crate::{Fault, Rows, Stop};
use ::transfer::{
    BatchNotFound, CardTransfer, CardTransferState, DetailState, DetailStatus, OutBatchNo, OutBizNo,
    TransferBatch, TransferBatchDetail,
};
use base::{BatchNo, PartyId, Slot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Details that one decision looks at, at most. Sketch: of each a row is read, of one to a card its transfer too; two
/// hundred rows keep the writer for a fraction of a millisecond, a thousand details and their transfers would for many.
const LOOKS_AT_ONCE: u32 = 100;

/// How a payer names a batch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichBatch {
    /// By our number.
    No(BatchNo),
    /// By the payer's own.
    Out(OutBatchNo),
}

/// Which details are looked at: those that all of these name.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct DetailFilter {
    /// The one at this place.
    pub line: Option<u32>,
    /// The one of this number.
    pub out_biz_no: Option<OutBizNo>,
    /// Those that stand so.
    pub status: Option<DetailStatus>,
}

/// How far somebody has looked who looks at more details than one decision does.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct LookedAt {
    /// The last place that was looked at.
    pub line: u32,
    /// How many details were looked for and found up to there.
    pub matching: u32,
}

/// A payer looks at a batch. Looking for a status reads every detail of it, a thousand at most, and looking for a
/// number every detail before that one; a page without them reads what it shows. No other decision is made while one
/// looks, so that each looks at a hundred details only, and who asked goes on after them, while the view has more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindTransferBatch {
    /// The payer.
    pub payer: PartyId,
    /// Which one.
    pub which: WhichBatch,
    /// Which details.
    pub only: DetailFilter,
    /// The page, from one.
    pub page: u32,
    /// Details of a page; none when zero.
    pub page_size: u32,
    /// Where the view before ended; nowhere at first.
    pub after: LookedAt,
}

/// A batch, and one page of its details.
#[derive(Clone, PartialEq, Debug)]
pub struct TransferBatchView {
    /// The batch.
    pub batch: Arc<TransferBatch>,
    /// How many details were looked for and found, so far.
    pub matching: u32,
    /// Those of the page.
    pub details: Vec<BatchDetailView>,
    /// Where to go on; absent when everything was looked at.
    pub more: Option<LookedAt>,
}

impl TransferBatchView {
    /// This view, with the one that goes on after it.
    pub fn then(self, rest: TransferBatchView) -> TransferBatchView {
        let mut details = self.details;
        details.extend(rest.details);
        TransferBatchView { details, ..rest }
    }
}

/// A detail, and how it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct BatchDetailView {
    /// The detail.
    pub row: Arc<TransferBatchDetail>,
    /// What is told of it.
    pub status: DetailStatus,
}

impl FindTransferBatch {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

pub(crate) fn find_transfer_batch(
    rows: &mut Rows<'_>,
    query: &FindTransferBatch,
) -> Result<Next<TransferBatchView>, Stop<BatchNotFound>> {
    let slot = rows.slot();
    let found = match &query.which {
        WhichBatch::No(no) if no.slot() == slot => rows.get::<TransferBatch>((slot, *no))?,
        WhichBatch::No(_) => None,
        WhichBatch::Out(out_batch_no) => of_number(rows, query.payer, out_batch_no)?,
    };
    let Some(batch) = found.filter(|batch| batch.payer == query.payer) else {
        return Stop::because(BatchNotFound);
    };
    let skipped = query.page.saturating_sub(1).saturating_mul(query.page_size);
    let until = skipped.saturating_add(query.page_size);
    let DetailFilter { line, out_biz_no, status } = &query.only;
    let is_all = (line, out_biz_no, status) == (&None, &None, &None);
    let (first, last) = match line {
        // A page of all has its places, and no others are read.
        None if is_all => (skipped.saturating_add(1), until.min(batch.count)),
        None => (1, batch.count),
        Some(line) => ((*line).max(1), (*line).min(batch.count)),
    };
    let first = first.max(query.after.line.saturating_add(1));
    let stop = last.min(first.saturating_add(LOOKS_AT_ONCE - 1));
    let (mut matching, mut details, mut is_over) = (query.after.matching, Vec::new(), stop == last);
    for line in first..=stop {
        let detail = detail(rows, &batch, line)?;
        let is_named = out_biz_no.as_ref() == Some(&detail.row.out_biz_no);
        let stands_so = status.is_none_or(|status| status == detail.status);
        if stands_so && (is_named || out_biz_no.is_none()) {
            if is_all || (skipped..until).contains(&matching) {
                details.push(detail);
            }
            matching += 1;
        }
        // No other detail has the number.
        if is_named {
            is_over = true;
            break;
        }
    }
    let matching = if is_all { batch.count } else { matching };
    let more = (!is_over).then_some(LookedAt { line: stop, matching });
    Ok(Next::Answer(TransferBatchView { batch, matching, details, more }))
}

fn detail(rows: &mut Rows<'_>, batch: &TransferBatch, line: u32) -> Result<BatchDetailView, Fault> {
    let row = rows.get::<TransferBatchDetail>((batch.slot, batch.no, line))?;
    let row = row.ok_or_else(|| super::odd(batch, format!("its line {line} is not there")))?;
    let status = if came_back(rows, &row)? { DetailStatus::Refund } else { row.state.status(batch.state) };
    Ok(BatchDetailView { row, status })
}

/// Whether the bank sent back what had arrived on a card: its transfer says so, not the detail, which had ended.
fn came_back(rows: &mut Rows<'_>, row: &TransferBatchDetail) -> Result<bool, Fault> {
    let (Some(no), Some(_), DetailState::Done) = (row.transfer, row.card_digest, row.state) else {
        return Ok(false);
    };
    let gone = || Fault(format!("transfer to a card {no} is not there"));
    let transfer = rows.get::<CardTransfer>((row.slot, no))?.ok_or_else(gone)?;
    Ok(transfer.state == CardTransferState::Refunded)
}
