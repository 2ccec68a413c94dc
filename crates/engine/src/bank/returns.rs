//! Money that is owed to a card: opened once for what it returns.

use super::confirm::send_now;
use super::prepare::{Wish, by_key, draft};
use crate::{Fault, Key, Rows};
use base::{BankOrderNo, PartyId, Text};
use fund::{
    BankEvent, BankKey, BankMove, BankOrder, BankOrderKind, BankOrderState, WithdrawPrice, bank_next,
};
use money::Money;

/// The part of a key that names the whole of an order that came too late.
pub(crate) const LATE: &str = "late";

/// Opens the order that brings money back to the card of `of`, unless one was opened for the same part. What it brings
/// must stand in clearing out already, or be put there by the same decision. Gives its number, when it is new.
pub(crate) fn open(
    rows: &mut Rows<'_>,
    of: &BankOrder,
    part: &str,
    amount: Money,
) -> Result<Option<BankOrderNo>, Fault> {
    let key = key(of.no, part)?;
    let kind = BankOrderKind::Return;
    if by_key(rows, of.party, kind, &key)?.is_some() {
        return Ok(None);
    }
    let wish = Wish { party: of.party, card: of.card, kind, amount };
    let nothing = Money::zero(amount.currency());
    let order = draft(rows, wish, WithdrawPrice { free: nothing, fee: nothing }, key);
    // Nobody is to confirm what is owed.
    let order = BankOrder { state: BankOrderState::Asked, about: Some(of.no.topic()), ..order };
    let order = send_now(rows, order);
    let no = order.no;
    rows.insert(order);
    Ok(Some(no))
}

/// The key of the order that returns a part of what `of` brought.
pub(crate) fn key(of: BankOrderNo, part: &str) -> Result<BankKey, Fault> {
    Text::new(&format!("{of} {part}")).map_err(|error| Fault(error.to_string()))
}

/// The key of the row that names the order which brings back all that `of` took too late; `None` of a number that fits
/// into no key.
pub fn late_return(of: &BankOrder) -> Option<Key> {
    let key = key(of.no, LATE).ok()?;
    Some(Key::BankOrderKey((of.slot, of.party, BankOrderKind::Return, key)))
}

/// The key of the row that names the order which brings a refund of this number to the card that paid; `None` of a
/// number that fits into no key.
pub fn refund_return(buyer: PartyId, paid_by: BankOrderNo, out_request_no: &str) -> Option<Key> {
    let key = key(paid_by, &refund_part(out_request_no)).ok()?;
    Some(Key::BankOrderKey((buyer.slot(), buyer, BankOrderKind::Return, key)))
}

/// The part of a key that names a refund.
pub(crate) fn refund_part(out_request_no: &str) -> String {
    format!("refund {out_request_no}")
}

/// A return was decided by the bank: what it returned hears of it, when it was the whole of it. A refund is a part of
/// a payment that stays done, and suspense was never money of the order that its line names.
pub(crate) fn decided(rows: &mut Rows<'_>, order: &BankOrder, event: BankEvent) -> Result<(), Fault> {
    let Some(no) = order.about.map(BankOrderNo::of_topic) else { return Ok(()) };
    if order.key != key(no, LATE)? {
        return Ok(());
    }
    let Some(of) = rows.get::<BankOrder>((rows.slot(), no))? else { return Ok(()) };
    if let BankMove::To(state) = bank_next(of.kind, of.state, event) {
        rows.put(BankOrder { state, ..(*of).clone() });
    }
    Ok(())
}
