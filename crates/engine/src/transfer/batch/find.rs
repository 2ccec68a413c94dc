//! Looking at a batch and its details, page by page.

use super::of_number;
use crate::command::Next;
use crate::{Fault, Rows, Stop};
use ::transfer::{BatchNotFound, DetailStatus, OutBatchNo, OutBizNo, TransferBatch, TransferBatchDetail};
use base::{BatchNo, PartyId, Slot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// A payer looks at a batch. Looking for a number or a status reads every detail of it, a thousand at most; a page
/// without them reads what it shows.
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
}

/// A batch, and one page of its details.
#[derive(Clone, PartialEq, Debug)]
pub struct TransferBatchView {
    /// The batch.
    pub batch: Arc<TransferBatch>,
    /// How many details were looked for and found.
    pub matching: u32,
    /// Those of the page.
    pub details: Vec<Arc<TransferBatchDetail>>,
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
    if (line, out_biz_no, status) == (&None, &None, &None) {
        let shown = skipped.saturating_add(1)..=until.min(batch.count);
        let details = shown.map(|line| detail(rows, &batch, line)).collect::<Result<Vec<_>, Fault>>()?;
        return Ok(Next::Answer(TransferBatchView { matching: batch.count, batch, details }));
    }
    let lines = line.map_or(1..=batch.count, |line| line.max(1)..=line.min(batch.count));
    let (mut matching, mut details) = (0, Vec::new());
    for line in lines {
        let detail = detail(rows, &batch, line)?;
        let wanted = out_biz_no.as_ref().is_none_or(|number| *number == detail.out_biz_no)
            && status.is_none_or(|status| status == detail.state.status(batch.state));
        if wanted {
            if (skipped..until).contains(&matching) {
                details.push(detail);
            }
            matching += 1;
        }
    }
    Ok(Next::Answer(TransferBatchView { batch, matching, details }))
}

fn detail(rows: &mut Rows<'_>, batch: &TransferBatch, line: u32) -> Result<Arc<TransferBatchDetail>, Fault> {
    let detail = rows.get::<TransferBatchDetail>((batch.slot, batch.no, line))?;
    detail.ok_or_else(|| super::odd(batch, format!("its line {line} is not there")))
}
