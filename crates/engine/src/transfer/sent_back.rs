//! A bank sends back what it had paid of a transfer to a card (退票): a line of a statement says so, or two people do.

use super::to_card::{after, next, of_order};
use super::{batch, told, usage};
use crate::{Fault, Rows, books, notice};
use ::transfer::{CardTransfer, CardTransferEvent};
use base::{NoticeNo, Plant, Stamp, planted};
use fund::{BankOrder, BankOrderKind};
use ledger::Template;

/// Where money is that a bank sent back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SentBack {
    /// In the reserve, where a line of a statement shows it.
    Reserve,
    /// In suspense, where an earlier line left it.
    Suspense,
}

/// Whether two people may say of money that it is what this order paid, and came back: it was paid, and nothing of it
/// came back before.
pub(crate) fn can_return(rows: &mut Rows<'_>, order: &BankOrder) -> Result<bool, Fault> {
    if order.kind != BankOrderKind::Transfer {
        return Ok(false);
    }
    Ok(next(of_order(rows, order)?.state, CardTransferEvent::BankReturned).is_some())
}

/// Whether a line says so by itself: neither a line nor the bank's answers said anything else of the order yet.
pub(crate) fn line_may_return(rows: &mut Rows<'_>, order: &BankOrder) -> Result<bool, Fault> {
    if !can_return(rows, order)? {
        return Ok(false);
    }
    Ok(of_order(rows, order)?.odd_lines == 0 || planted(Plant::DoublePaymentTakenForReturn))
}

/// A line names the order of a transfer, and neither pays it nor brings it back; or the bank says that it paid again.
pub(crate) fn note_odd(rows: &mut Rows<'_>, order: &BankOrder) -> Result<(), Fault> {
    let transfer = of_order(rows, order)?;
    let odd_lines = transfer.odd_lines.saturating_add(1);
    rows.put(CardTransfer { odd_lines, ..(*transfer).clone() });
    Ok(())
}

/// The bank sent back what it had paid: the payer has the amount again, without the fee, and the merchant hears of it.
pub(crate) fn came_back(rows: &mut Rows<'_>, order: &BankOrder, from: SentBack) -> Result<(), Fault> {
    let transfer = of_order(rows, order)?;
    let state = after(&transfer, CardTransferEvent::BankReturned)?;
    let (party, amount) = (transfer.payer, transfer.amount());
    let template = match from {
        SentBack::Reserve => Template::CardSentBack { party, amount },
        SentBack::Suspense => Template::SuspenseSentBack { party, amount },
    };
    books::must(rows, template, Some(order.no.topic()))?;
    if !planted(Plant::ReturnedCardTransferCounts) {
        usage::give_back_sent(rows, party, amount, transfer.paid_at_us)?;
    }
    overtake(rows, &transfer)?;
    let transfer = CardTransfer { state, returned_at_us: Some(rows.now_us()), ..(*transfer).clone() };
    if !planted(Plant::CardReturnNotTold) {
        let carried = batch::step::carried(rows, transfer.no)?;
        told::tell_card(rows, &transfer, carried.as_ref());
    }
    rows.put(transfer);
    Ok(())
}

/// What still waits to tell of the success is not sent any more. Of a detail that is no message of its own: what ended
/// with it may be its batch, whose message stays.
fn overtake(rows: &mut Rows<'_>, transfer: &CardTransfer) -> Result<(), Fault> {
    let Some(ended_at_us) = transfer.ended_at_us else { return Ok(()) };
    // It was written in the decision that ended the transfer, and has that decision's number.
    let no = NoticeNo::of(Stamp { at_us: ended_at_us, seq: 0 }, transfer.slot);
    notice::overtake(rows, no, transfer.no.topic(), "the transfer has come back meanwhile")
}
