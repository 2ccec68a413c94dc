//! Sets frozen money free: a part or all on the merchant's word, all on cancelling, what is left at the end of its
//! life.

use crate::command::Next;
use crate::find_freeze::{WhichFreeze, WhichOperation, freeze_of};
use crate::{
    Fault, FreezeRelease, FreezeReleased, FreezeView, Message, Reply, Rows, Stop, freeze, freeze_notice,
};
use base::{FreezeNo, OperationNo, PartyId, Slot, Text};
use money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    CancelFreezeRefused, FREEZE_CANCEL_WINDOW_US, Freeze, FreezeEvent, FreezeNumber, FreezeOperation,
    FreezeState, OperationBy, OperationKind, OperationState, UnfreezeRefused, Url, freeze_next,
};

/// A merchant sets a part of a freeze free, once per number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unfreeze {
    /// The merchant.
    pub seller: PartyId,
    /// The freeze.
    pub freeze: FreezeNo,
    /// The merchant's number of the release, 1–64 characters.
    pub out_request_no: Text<64>,
    /// How much, above zero.
    pub amount: Money,
    /// Why, in the merchant's words.
    pub remark: Text<100>,
    /// Where to notify, when not to the freeze's own address.
    pub notify_url: Option<Url>,
}

/// A merchant undoes a freeze: closes one that waits, sets all of one free that was just made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelFreeze {
    /// The merchant.
    pub seller: PartyId,
    /// Which freeze.
    pub which: WhichFreeze,
    /// Which of its operations: only the one that freezes can be undone.
    pub operation: WhichOperation,
    /// Why, in the merchant's words.
    pub remark: Text<100>,
    /// Where to notify, when not to the freeze's own address.
    pub notify_url: Option<Url>,
}

/// A cancel that holds: repeating it says the same.
#[derive(Clone, PartialEq, Debug)]
pub struct CancelledFreeze {
    /// The freeze.
    pub freeze: Arc<Freeze>,
    /// Whether money was set free; else nothing was frozen, and the freeze is closed.
    pub unfrozen: bool,
}

impl Unfreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl CancelFreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn unfreeze(
    rows: &mut Rows<'_>,
    command: &Unfreeze,
) -> Result<Next<FreezeView>, Stop<UnfreezeRefused>> {
    let Some(freeze) = freeze_of(rows, command.seller, &WhichFreeze::No(command.freeze))? else {
        return Stop::because(UnfreezeRefused::FreezeNotFound);
    };
    let number = number_of(rows, &freeze, OperationKind::Unfreeze, &command.out_request_no)?;
    if let Some(operation) = number {
        if operation.amount() != command.amount {
            return Stop::because(UnfreezeRefused::NumberTaken { field: "amount" });
        }
        if operation.remark.as_ref() != Some(&command.remark) {
            return Stop::because(UnfreezeRefused::NumberTaken { field: "remark" });
        }
        return Ok(Next::Answer(FreezeView { freeze, operation: Some(operation) }));
    }
    match freeze.state {
        FreezeState::Init => return Stop::because(UnfreezeRefused::NotFrozen),
        FreezeState::Finish => return Stop::because(UnfreezeRefused::AlreadyFinished),
        FreezeState::Closed => return Stop::because(UnfreezeRefused::AlreadyClosed),
        FreezeState::Authorized => {}
    }
    if command.amount.is_zero() || command.amount.exceeds(freeze.rest()).unwrap_or(true) {
        return Stop::because(UnfreezeRefused::MoreThanRest);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let why = Why {
        by: OperationBy::Merchant,
        out_request_no: Some(command.out_request_no.clone()),
        remark: Some(command.remark.clone()),
        notify_url: command.notify_url.clone(),
    };
    let freeze = release(rows, &freeze, command.amount, why)?;
    rows.put(freeze);
    Ok(Next::Chain)
}

/// The operation of a merchant's number.
pub(crate) fn number_of(
    rows: &mut Rows<'_>,
    freeze: &Freeze,
    kind: OperationKind,
    number: &Text<64>,
) -> Result<Option<Arc<FreezeOperation>>, Fault> {
    let key = (freeze.slot, freeze.seller, freeze.out_order_no.clone(), kind, number.clone());
    let Some(found) = rows.get::<FreezeNumber>(key)? else { return Ok(None) };
    rows.get::<FreezeOperation>((freeze.slot, freeze.no, found.operation))
}

/// Why money is set free, and under which number: our own when the merchant gave none.
struct Why {
    by: OperationBy,
    out_request_no: Option<Text<64>>,
    remark: Option<Text<100>>,
    notify_url: Option<Url>,
}

/// Writes a release and sends it on its way; the freeze after it is the caller's to put.
fn release(rows: &mut Rows<'_>, freeze: &Freeze, amount: Money, why: Why) -> Result<Freeze, Fault> {
    let no = OperationNo::of(rows.stamp(), rows.slot());
    let payer = freeze.payer.ok_or_else(|| Fault(format!("freeze {} has no payer", freeze.no)))?;
    let after = take_free(freeze, amount)?;
    let out_request_no = match why.out_request_no {
        Some(number) => number,
        None => free_number(rows, freeze, no)?,
    };
    let operation = FreezeOperation {
        slot: freeze.slot,
        freeze: freeze.no,
        no,
        kind: OperationKind::Unfreeze,
        out_request_no,
        by: why.by,
        state: OperationState::UnderWay,
        currency: amount.currency(),
        amount_minor: amount.minor(),
        rest_after_minor: after.rest_minor,
        remark: why.remark,
        order_no: None,
        notify_url: why.notify_url,
        at_us: rows.now_us(),
        done_at_us: None,
    };
    write(rows, freeze, operation);
    let (freeze, operation) = (freeze.no, no);
    rows.send(payer.slot(), Message::FreezeRelease(FreezeRelease { freeze, operation, amount }));
    Ok(after)
}

/// Writes an operation with its number.
pub(crate) fn write(rows: &mut Rows<'_>, freeze: &Freeze, operation: FreezeOperation) {
    rows.put(FreezeNumber {
        slot: freeze.slot,
        seller: freeze.seller,
        out_order_no: freeze.out_order_no.clone(),
        kind: operation.kind,
        out_request_no: operation.out_request_no.clone(),
        freeze: freeze.no,
        operation: operation.no,
    });
    rows.insert(operation);
}

/// A number for a release of our own: that of the operation, or that number with a sign when the merchant guessed it.
pub(crate) fn free_number(rows: &mut Rows<'_>, freeze: &Freeze, no: OperationNo) -> Result<Text<64>, Fault> {
    let mut name = no.to_string();
    loop {
        let number =
            Text::new(&name).map_err(|_| Fault(format!("freeze {} has no free number", freeze.no)))?;
        if number_of(rows, freeze, OperationKind::Unfreeze, &number)?.is_none() {
            return Ok(number);
        }
        name.push('_');
    }
}

/// The freeze with so much of its rest set free, under way to the payer.
pub(crate) fn take_free(freeze: &Freeze, amount: Money) -> Result<Freeze, Fault> {
    let fault = |error: money::MoneyError| Fault(format!("freeze {}: {error}", freeze.no));
    let rest_minor = freeze.rest().checked_sub(amount).map_err(fault)?.minor();
    let unfrozen_minor = freeze.money(freeze.unfrozen_minor).checked_add(amount).map_err(fault)?.minor();
    Ok(Freeze { rest_minor, unfrozen_minor, under_way: freeze.under_way + 1, ..freeze.clone() })
}

pub(crate) fn cancel_freeze(
    rows: &mut Rows<'_>,
    command: &CancelFreeze,
) -> Result<Next<CancelledFreeze>, Stop<CancelFreezeRefused>> {
    let freeze = freeze_of(rows, command.seller, &command.which)?;
    let named = |freeze: &Arc<Freeze>| match &command.operation {
        WhichOperation::No(no) => freeze.operation == *no,
        WhichOperation::Out(_, number) => freeze.out_request_no == *number,
    };
    let Some(freeze) = freeze.filter(named) else {
        return Stop::because(CancelFreezeRefused::FreezeNotFound);
    };
    match freeze.state {
        FreezeState::Init => {
            let freeze = freeze::shut(rows, &freeze, true);
            freeze_notice::cancelled(rows, &freeze, command.notify_url.clone(), "close")?;
            return Ok(Next::Answer(CancelledFreeze { freeze, unfrozen: false }));
        }
        FreezeState::Closed => {
            let unfrozen = freeze.frozen_at_us.is_some();
            return Ok(Next::Answer(CancelledFreeze { freeze, unfrozen }));
        }
        FreezeState::Finish => return Stop::because(CancelFreezeRefused::AlreadyFinished),
        FreezeState::Authorized => {}
    }
    if freeze.cancelled {
        // The release that undoes it is under way.
        return Ok(Next::Answer(CancelledFreeze { freeze, unfrozen: true }));
    }
    if freeze.rest_minor != freeze.frozen_minor {
        return Stop::because(CancelFreezeRefused::PartUsed);
    }
    if freeze.frozen_at_us.is_none_or(|at_us| rows.now_us() >= at_us + FREEZE_CANCEL_WINDOW_US) {
        return Stop::because(CancelFreezeRefused::TooLate);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let why = Why {
        by: OperationBy::Cancel,
        out_request_no: None,
        remark: Some(command.remark.clone()),
        notify_url: command.notify_url.clone(),
    };
    let after = release(rows, &freeze, freeze.rest(), why)?;
    rows.put(Freeze { cancelled: true, ..after });
    Ok(Next::Chain)
}

/// Sets what is left free, on nobody's word; the freeze after it is the caller's to put.
pub(crate) fn release_rest(rows: &mut Rows<'_>, freeze: &Freeze) -> Result<Freeze, Fault> {
    let why = Why { by: OperationBy::End, out_request_no: None, remark: None, notify_url: None };
    release(rows, freeze, freeze.rest(), why)
}

/// The life of a freeze is over: what is left is set free.
pub(crate) fn end_life(rows: &mut Rows<'_>, freeze: &Freeze) -> Result<(), Fault> {
    let mut after = freeze.clone();
    if freeze.rest_minor.units() > 0 {
        after = release_rest(rows, freeze)?;
    }
    // It was run: nothing is to be removed later.
    rows.put(Freeze { timer: None, ..after });
    Ok(())
}

/// An operation was answered: what it left, and whether anything of the freeze is left at all.
pub(crate) fn settle(rows: &mut Rows<'_>, freeze: &Freeze) -> Result<Freeze, Fault> {
    let mut freeze = freeze.clone();
    let left = freeze.under_way.checked_sub(1);
    freeze.under_way = left.ok_or_else(|| Fault(format!("freeze {} was answered twice", freeze.no)))?;
    let event = match (freeze.rest_minor.units() > 0 || freeze.under_way > 0, freeze.paid_minor.units() > 0) {
        (true, _) => FreezeEvent::UsePart,
        (false, true) => FreezeEvent::UseUp,
        (false, false) => FreezeEvent::FreeAll,
    };
    let state = freeze_next(freeze.state, event);
    freeze.state = state.ok_or_else(|| Fault(format!("freeze {} is over and was used", freeze.no)))?;
    if freeze.state != FreezeState::Authorized {
        freeze.closed_at_us = Some(rows.now_us());
        if let Some(ends_at_us) = freeze.ends_at_us {
            freeze::forget_timer(rows, &mut freeze, ends_at_us);
        }
    }
    Ok(freeze)
}

/// In the merchant's slot: the part is free.
pub(crate) fn freeze_released(rows: &mut Rows<'_>, said: &FreezeReleased) -> Result<Option<Reply>, Fault> {
    let before = freeze::must_get(rows, said.freeze)?;
    let freeze = Arc::new(settle(rows, &before)?);
    let operation = done(rows, &freeze, said.operation, OperationState::Done)?;
    if operation.by == OperationBy::Cancel {
        freeze_notice::cancelled(rows, &freeze, operation.notify_url.clone(), "unfreeze")?;
    } else {
        freeze_notice::unfrozen(rows, &freeze, &operation)?;
    }
    rows.put_shared(freeze.clone());
    Ok(match operation.by {
        OperationBy::Merchant => Some(Reply::Unfreeze(Ok(FreezeView { freeze, operation: Some(operation) }))),
        OperationBy::Cancel => Some(Reply::CancelFreeze(Ok(CancelledFreeze { freeze, unfrozen: true }))),
        OperationBy::Completion | OperationBy::End => None,
    })
}

/// Ends an operation.
pub(crate) fn done(
    rows: &mut Rows<'_>,
    freeze: &Freeze,
    no: OperationNo,
    state: OperationState,
) -> Result<Arc<FreezeOperation>, Fault> {
    let operation = rows.get::<FreezeOperation>((freeze.slot, freeze.no, no))?;
    let operation =
        operation.ok_or_else(|| Fault(format!("operation {no} vanished while it was under way")))?;
    let operation =
        Arc::new(FreezeOperation { state, done_at_us: Some(rows.now_us()), ..(*operation).clone() });
    rows.put_shared(operation.clone());
    Ok(operation)
}
