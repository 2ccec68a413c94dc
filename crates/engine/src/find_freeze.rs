//! Looking at pre-authorisations and their operations.

use crate::command::Next;
use crate::freeze::no_number;
use crate::{Fault, Rows, Stop, unfreeze};
use base::{FreezeNo, OperationNo, PartyId, Slot, Text};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{FindFreezeRefused, Freeze, FreezeNumber, FreezeOperation, OperationKind};

/// How a merchant names a freeze.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichFreeze {
    /// By our number, which wins when both are given.
    No(FreezeNo),
    /// By the merchant's number.
    Out(Text<64>),
}

/// How a merchant names an operation of a freeze.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichOperation {
    /// By our number, which wins when both are given.
    No(OperationNo),
    /// By the merchant's number; of several kinds under one number the named kind, or the first of freeze, release and
    /// payment.
    Out(Option<OperationKind>, Text<64>),
}

/// A merchant looks at one operation of a freeze.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindFreeze {
    /// The merchant.
    pub seller: PartyId,
    /// Which freeze.
    pub which: WhichFreeze,
    /// Which operation.
    pub operation: WhichOperation,
}

/// A freeze and one of its operations.
#[derive(Clone, PartialEq, Debug)]
pub struct FreezeView {
    /// The freeze.
    pub freeze: Arc<Freeze>,
    /// The operation; absent for the one that froze, which the freeze's own row tells.
    pub operation: Option<Arc<FreezeOperation>>,
}

/// The cashier looks at a freeze.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindFreezeByNo {
    /// Our number.
    pub freeze: FreezeNo,
}

impl FindFreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl FindFreezeByNo {
    pub(crate) fn slot(&self) -> Slot {
        self.freeze.slot()
    }
}

/// The merchant's own freeze; another merchant's is not found.
pub(crate) fn freeze_of(
    rows: &mut Rows<'_>,
    seller: PartyId,
    which: &WhichFreeze,
) -> Result<Option<Arc<Freeze>>, Fault> {
    let slot = rows.slot();
    let no = match which {
        WhichFreeze::No(no) if no.slot() == slot => Some(*no),
        WhichFreeze::No(_) => None,
        WhichFreeze::Out(out) => {
            let key = (slot, seller, out.clone(), OperationKind::Freeze, no_number());
            rows.get::<FreezeNumber>(key)?.map(|found| found.freeze)
        }
    };
    let Some(no) = no else { return Ok(None) };
    Ok(rows.get::<Freeze>((slot, no))?.filter(|freeze| freeze.seller == seller))
}

pub(crate) fn find_freeze(
    rows: &mut Rows<'_>,
    query: &FindFreeze,
) -> Result<Next<FreezeView>, Stop<FindFreezeRefused>> {
    let Some(freeze) = freeze_of(rows, query.seller, &query.which)? else {
        return Stop::because(FindFreezeRefused::FreezeNotFound);
    };
    let found = match &query.operation {
        WhichOperation::No(no) if *no == freeze.operation => return answer(freeze, None),
        WhichOperation::No(no) => rows.get::<FreezeOperation>((freeze.slot, freeze.no, *no))?,
        WhichOperation::Out(kind, number) => {
            let wanted = |of: OperationKind| kind.is_none_or(|kind| kind == of);
            if wanted(OperationKind::Freeze) && freeze.out_request_no == *number {
                return answer(freeze, None);
            }
            let mut found = None;
            for kind in [OperationKind::Unfreeze, OperationKind::Pay] {
                if found.is_none() && wanted(kind) {
                    found = unfreeze::number_of(rows, &freeze, kind, number)?;
                }
            }
            found
        }
    };
    match found {
        Some(operation) => answer(freeze, Some(operation)),
        None => Stop::because(FindFreezeRefused::OperationNotFound),
    }
}

fn answer(
    freeze: Arc<Freeze>,
    operation: Option<Arc<FreezeOperation>>,
) -> Result<Next<FreezeView>, Stop<FindFreezeRefused>> {
    Ok(Next::Answer(FreezeView { freeze, operation }))
}

pub(crate) fn find_freeze_by_no(
    rows: &mut Rows<'_>,
    query: &FindFreezeByNo,
) -> Result<Next<Arc<Freeze>>, Stop<FindFreezeRefused>> {
    match rows.get::<Freeze>((rows.slot(), query.freeze))? {
        Some(freeze) => Ok(Next::Answer(freeze)),
        None => Stop::because(FindFreezeRefused::FreezeNotFound),
    }
}
