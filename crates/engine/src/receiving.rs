//! What a merchant without a licence receives: held to its limits, and counted where the money arrives.
//!
//! Orders are refused when they are opened, so that nobody pays in vain. Several open orders may still want the same
//! room: the one whose money comes too late for it goes the way of an order that was closed meanwhile. Sales count,
//! also into an escrow; transfers from other accounts do not.

use crate::balance_limit::used;
use crate::{Fault, Rows};
use base::PartyId;
use money::Money;
use people::{MerchantApplication, MerchantKind, Party, UsageKind};
use trade::{ReceivingRefused, may_receive};

/// What is counted of every sale.
const COUNTED: [UsageKind; 2] = [UsageKind::ReceiveDay, UsageKind::ReceiveMonth];

/// Whether a merchant signed as a person without a licence. Who was opened without an application is not limited.
pub(crate) fn has_no_licence(rows: &mut Rows<'_>, seller: &Party) -> Result<bool, Fault> {
    let application = rows.get::<MerchantApplication>((rows.slot(), seller.login.clone()))?;
    Ok(application.is_some_and(|row| row.merchant == Some(seller.id) && row.kind == MerchantKind::Individual))
}

/// Whether a merchant may receive so much more now.
pub(crate) fn allows(
    rows: &mut Rows<'_>,
    seller: &Party,
    amount: Money,
) -> Result<Result<(), ReceivingRefused>, Fault> {
    if !has_no_licence(rows, seller)? {
        return Ok(Ok(()));
    }
    let now_us = rows.now_us();
    let day = used(rows, seller.id, UsageKind::ReceiveDay, now_us)?;
    let month = used(rows, seller.id, UsageKind::ReceiveMonth, now_us)?;
    Ok(may_receive(amount, &day, &month))
}

/// Counts what a merchant without a licence has received now.
pub(crate) fn count(rows: &mut Rows<'_>, seller: &Party, amount: Money) -> Result<(), Fault> {
    if !has_no_licence(rows, seller)? {
        return Ok(());
    }
    let now_us = rows.now_us();
    for kind in COUNTED {
        let after = used(rows, seller.id, kind, now_us)?.plus(amount);
        rows.put(after.map_err(|error| Fault(format!("usage of {}: {error}", seller.id)))?);
    }
    Ok(())
}

/// Whether a merchant takes no credit cards.
pub(crate) fn credit_off(rows: &mut Rows<'_>, seller: PartyId) -> Result<bool, Fault> {
    match rows.get::<Party>((rows.slot(), seller))? {
        Some(seller) => has_no_licence(rows, &seller),
        None => Ok(false),
    }
}
