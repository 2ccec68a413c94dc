//! Whether a batch can be taken, as far as that does not depend on its payees: looked at before anybody is asked about
//! a thousand of them, and again by the decision.

use super::of_number;
use crate::command::Next;
use crate::{BatchAsk, Rows, Stop, contract, grant, screening};
use ::transfer::{BATCH_COUNT_MAX, BATCH_LIFE_MAX_US, BATCH_LIFE_US, BatchRefused, OutBizNo, TransferBatch};
use base::{AppId, Slot};
use money::{Currency, Money};
use people::{Party, PartyKind, PartyStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use trade::ContractProduct;

/// A merchant's program is about to ask for a batch. Whom its details name is not looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckTransferBatch {
    /// What will be asked for.
    pub ask: BatchAsk,
    /// The app that asks.
    pub app: AppId,
}

/// A batch that can be taken, as things stand.
#[derive(Clone, PartialEq, Debug)]
pub struct BatchCheck {
    /// The batch, when it was taken before.
    pub first: Option<Arc<TransferBatch>>,
    /// The version of the list of names in force; zero when there is none.
    pub screen_version: u32,
}

impl CheckTransferBatch {
    pub(crate) fn slot(&self) -> Slot {
        self.ask.payer.slot()
    }
}

pub(crate) fn check_transfer_batch(
    rows: &mut Rows<'_>,
    query: &CheckTransferBatch,
) -> Result<Next<BatchCheck>, Stop<BatchRefused>> {
    let first = match asked(rows, &query.ask, query.app)? {
        Asked::Before(first) => Some(first),
        Asked::Now { waits_until_us: _ } => None,
    };
    Ok(Next::Answer(BatchCheck { first, screen_version: screening::current(rows) }))
}

/// A batch that is asked for and not refused.
pub(super) enum Asked {
    /// It was taken before.
    Before(Arc<TransferBatch>),
    /// It can be taken.
    Now {
        /// Until when it waits for its payer, should it wait, microseconds UTC.
        waits_until_us: i64,
    },
}

/// Everything about a batch but its payees, in the order in which it is told.
pub(super) fn asked(rows: &mut Rows<'_>, ask: &BatchAsk, app: AppId) -> Result<Asked, Stop<BatchRefused>> {
    let payer = rows.get::<Party>((rows.slot(), ask.payer))?;
    let payer = payer.filter(|payer| payer.kind == PartyKind::Merchant);
    let Some(payer) = payer else { return Stop::because(BatchRefused::PayerNotFound) };
    if !grant::acts_for(rows, app, payer.id)? {
        return Stop::because(BatchRefused::PayerNotFound);
    }
    if let Some(first) = of_number(rows, payer.id, &ask.out_batch_no)? {
        if first.said != ask.said {
            return Stop::because(BatchRefused::NumberTaken);
        }
        return Ok(Asked::Before(first));
    }
    is_whole(ask).map_err(Stop::Refused)?;
    let waits_until_us = waits_until_us(ask, rows.now_us()).map_err(Stop::Refused)?;
    if !contract::is_signed(rows, payer.id, ContractProduct::Transfer)? {
        return Stop::because(BatchRefused::NotSigned);
    }
    if payer.status != PartyStatus::Normal {
        return Stop::because(BatchRefused::PayerBlocked);
    }
    if payer.stop.holds() {
        return Stop::because(BatchRefused::PayerStopped);
    }
    Ok(Asked::Now { waits_until_us })
}

/// Whether the details are as many, and come to as much, as the batch says.
fn is_whole(ask: &BatchAsk) -> Result<(), BatchRefused> {
    let count = u32::try_from(ask.details.len()).ok();
    let count = count.filter(|count| (1..=BATCH_COUNT_MAX).contains(count));
    if count != Some(ask.count) {
        return Err(BatchRefused::CountWrong);
    }
    let numbers: BTreeSet<&OutBizNo> = ask.details.iter().map(|detail| &detail.out_biz_no).collect();
    if numbers.len() != ask.details.len() {
        return Err(BatchRefused::DetailRepeated);
    }
    let mut sum = Money::zero(Currency::Cny);
    for detail in &ask.details {
        if detail.amount.is_zero() {
            return Err(BatchRefused::TotalWrong);
        }
        sum = sum.checked_add(detail.amount).map_err(|_| BatchRefused::TotalWrong)?;
    }
    if sum == ask.total { Ok(()) } else { Err(BatchRefused::TotalWrong) }
}

/// Until when the batch waits for its payer, should it wait.
fn waits_until_us(ask: &BatchAsk, now_us: i64) -> Result<i64, BatchRefused> {
    let until_us = ask.expires_at_us.unwrap_or(now_us.saturating_add(BATCH_LIFE_US));
    let in_time = now_us < until_us && until_us <= now_us.saturating_add(BATCH_LIFE_MAX_US);
    if in_time { Ok(until_us) } else { Err(BatchRefused::TimeWrong) }
}
