//! What a payer sent, held against the limits.

use super::odd;
use crate::{Fault, Rows, balance_limit};
use ::transfer::{LimitRefused, Transfer, TransferWay, limits, within as within_limits};
use base::PartyId;
use money::Money;
use people::{Party, Usage, UsageKind};

/// What is counted of every transfer.
const COUNTED: [UsageKind; 2] = [UsageKind::TransferDay, UsageKind::TransferMonth];

/// What a payer sent in the period that a moment (microseconds UTC) falls into.
pub(crate) fn used(rows: &mut Rows<'_>, payer: PartyId, kind: UsageKind, at_us: i64) -> Result<Usage, Fault> {
    let found = rows.get::<Usage>(Usage::key_at(payer, kind, at_us))?;
    Ok(found.map_or_else(|| Usage::fresh(payer, kind, at_us), |found| (*found).clone()))
}

/// Whether one more transfer stays within the payer's limits.
pub(crate) fn within(
    rows: &mut Rows<'_>,
    payer: &Party,
    way: TransferWay,
    amount: Money,
) -> Result<Result<(), LimitRefused>, Fault> {
    let now_us = rows.now_us();
    let day = used(rows, payer.id, UsageKind::TransferDay, now_us)?;
    let month = used(rows, payer.id, UsageKind::TransferMonth, now_us)?;
    if let Err(refused) = within_limits(&limits(payer.kind, way), amount, &day, &month) {
        return Ok(Err(refused));
    }
    // What a class allows from the balance holds for what is sent as for what is paid.
    Ok(if balance_limit::allows(rows, payer, amount)? { Ok(()) } else { Err(LimitRefused::TooLarge) })
}

/// Counts a transfer that is being paid.
pub(crate) fn count(rows: &mut Rows<'_>, transfer: &Transfer) -> Result<(), Fault> {
    count_sent(rows, transfer.payer, transfer.amount())
}

/// Counts what a payer sends now.
pub(crate) fn count_sent(rows: &mut Rows<'_>, payer: PartyId, amount: Money) -> Result<(), Fault> {
    let now_us = rows.now_us();
    change(rows, payer, now_us, |usage| usage.plus(amount))?;
    balance_limit::count(rows, payer, amount, now_us)
}

/// Gives back what a transfer counted that did not reach its payee, in the period in which it was paid. A counter that
/// never counted it is left to the audit: no wrong counter is worth more than the payer's money.
pub(crate) fn give_back(rows: &mut Rows<'_>, transfer: &Transfer) -> Result<(), Fault> {
    let paid_at_us = transfer.paid_at_us.ok_or_else(|| odd(transfer, "it is not paid"))?;
    give_back_sent(rows, transfer.payer, transfer.amount(), paid_at_us)
}

/// Gives back what was counted of a payer's money at a moment, microseconds UTC.
pub(crate) fn give_back_sent(
    rows: &mut Rows<'_>,
    payer: PartyId,
    amount: Money,
    paid_at_us: i64,
) -> Result<(), Fault> {
    change(rows, payer, paid_at_us, |usage| Ok(usage.minus(amount).unwrap_or_else(|_| usage.clone())))?;
    balance_limit::give_back(rows, payer, amount, paid_at_us)
}

fn change(
    rows: &mut Rows<'_>,
    payer: PartyId,
    at_us: i64,
    how: impl Fn(&Usage) -> Result<Usage, money::MoneyError>,
) -> Result<(), Fault> {
    for kind in COUNTED {
        let usage = used(rows, payer, kind, at_us)?;
        rows.put(how(&usage).map_err(|error| Fault(format!("what {payer} sent: {error}")))?);
    }
    Ok(())
}
