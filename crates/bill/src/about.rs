//! What a posting is about: the transfer, the refund, the order to a bank; and who is on the other side of it.

use crate::account::fee_of;
use crate::refunds::{Found, Refunds};
use crate::{BillError, Business};
use base::{BankOrderNo, PartyId, TransferNo};
use engine::{Key, Row};
use fund::{BankOrder, BankOrderKind};
use ledger::{AccountId, AccountKind, Posting, PostingKind};
use std::sync::Arc;
use store::Reader;
use trade::Order;
use transfer::{CardTransfer, Transfer};

/// The transfer that a posting is of; it lies with its payer.
pub(crate) fn transfer_of(
    reader: &mut dyn Reader,
    posting: &Posting,
) -> Result<Option<Arc<Transfer>>, BillError> {
    let business = Business::of(posting.kind);
    let is_one = matches!(business, Business::Transfer | Business::TransferBack);
    let Some(topic) = posting.order_no.filter(|_| is_one) else { return Ok(None) };
    match reader.row(&Key::Transfer((topic.slot(), TransferNo::of_topic(topic))))? {
        Some(Row::Transfer(transfer)) => Ok(Some(transfer)),
        _ => Ok(None),
    }
}

/// The withdrawal that a posting is of.
pub(crate) fn withdrawal_of(
    reader: &mut dyn Reader,
    posting: &Posting,
) -> Result<Option<Arc<BankOrder>>, BillError> {
    let is_one = matches!(Business::of(posting.kind), Business::Withdraw | Business::WithdrawBack);
    let Some(topic) = posting.order_no.filter(|_| is_one) else { return Ok(None) };
    match reader.row(&Key::BankOrder((topic.slot(), BankOrderNo::of_topic(topic))))? {
        // What could not go back to a card comes to the balance by the same posting.
        Some(Row::BankOrder(order)) if order.kind == BankOrderKind::Withdraw => Ok(Some(order)),
        _ => Ok(None),
    }
}

/// A transfer to a card, and the order that carries it to the bank.
pub(crate) type ToCard = (Arc<CardTransfer>, Arc<BankOrder>);

/// The transfer to a card that a posting is of, with the order that carries it to the bank.
pub(crate) fn card_transfer_of(
    reader: &mut dyn Reader,
    posting: &Posting,
) -> Result<Option<ToCard>, BillError> {
    let is_one = matches!(Business::of(posting.kind), Business::Withdraw | Business::WithdrawBack);
    let Some(topic) = posting.order_no.filter(|_| is_one) else { return Ok(None) };
    let order = match reader.row(&Key::BankOrder((topic.slot(), BankOrderNo::of_topic(topic))))? {
        Some(Row::BankOrder(order)) if order.kind == BankOrderKind::Transfer => order,
        _ => return Ok(None),
    };
    let Some(about) = order.about else { return Ok(None) };
    match reader.row(&Key::CardTransfer((order.slot, TransferNo::of_topic(about))))? {
        Some(Row::CardTransfer(transfer)) => Ok(Some((transfer, order))),
        _ => Ok(None),
    }
}

/// Who is on the other side of a transfer.
pub(crate) fn across(transfer: &Transfer, party: PartyId) -> PartyId {
    if transfer.payer == party { transfer.payee } else { transfer.payer }
}

/// The refund that a posting is of.
pub(crate) fn refund_of(
    reader: &mut dyn Reader,
    refunds: &mut Refunds,
    posting: &Posting,
) -> Result<Option<Found>, BillError> {
    let Some(order_no) = posting.order_no else { return Ok(None) };
    let at_us = posting.no.at_us();
    let transit = AccountId::platform(posting.slot, AccountKind::Transit, posting.currency);
    let amount = posting.entries().find(|entry| entry.account == transit);
    let amount = amount.map(|entry| entry.amount_minor);
    match posting.kind {
        PostingKind::RefundOut => match refunds.made_at(reader, order_no, at_us)? {
            Some(refund) => Ok(Some(refund)),
            None if amount.is_none() => refunds.fee_came(reader, order_no, at_us, fee_of(posting)),
            None => Ok(None),
        },
        PostingKind::RefundIn => refunds.last_before(reader, order_no, at_us, amount),
        PostingKind::RefundReturn => refunds.last_before(reader, order_no, at_us, None),
        PostingKind::TopUp
        | PostingKind::PayOut
        | PostingKind::PayIn
        | PostingKind::PayReturn
        | PostingKind::EscrowIn
        | PostingKind::EscrowRelease
        | PostingKind::EscrowOut
        | PostingKind::EscrowReturn
        | PostingKind::SplitOut
        | PostingKind::SplitIn
        | PostingKind::SplitReturn
        | PostingKind::BackOut
        | PostingKind::BackReturn
        | PostingKind::TransferOut
        | PostingKind::TransferWait
        | PostingKind::TransferSend
        | PostingKind::TransferUndo
        | PostingKind::TransferIn
        | PostingKind::TransferReturn
        | PostingKind::CardIn
        | PostingKind::CardOut
        | PostingKind::CardFee
        | PostingKind::CardOutReturn
        | PostingKind::CardTurn
        | PostingKind::CardPay
        | PostingKind::CardBack
        | PostingKind::SuspenseIn
        | PostingKind::SuspenseOut
        | PostingKind::SettleIn
        | PostingKind::SettleOut
        | PostingKind::UnclearIn
        | PostingKind::UnclearOut
        | PostingKind::SuspenseReturn
        | PostingKind::SuspenseKept
        | PostingKind::SuspenseBorne
        | PostingKind::SuspenseMatchIn
        | PostingKind::SuspenseMatchOut
        | PostingKind::CardSentBack
        | PostingKind::SuspenseSentBack => Ok(None),
    }
}

/// Who is on the other side of a posting. A split has several receivers and names none.
pub(crate) fn other_side(kind: PostingKind, order: Option<&Order>) -> Option<PartyId> {
    let order = order?;
    match kind {
        PostingKind::PayIn
        | PostingKind::RefundOut
        | PostingKind::RefundReturn
        | PostingKind::EscrowIn
        | PostingKind::EscrowRelease
        | PostingKind::EscrowOut
        | PostingKind::EscrowReturn => order.buyer,
        PostingKind::PayOut
        | PostingKind::PayReturn
        | PostingKind::RefundIn
        | PostingKind::SplitIn
        | PostingKind::BackOut
        | PostingKind::BackReturn => Some(order.seller),
        PostingKind::TopUp
        | PostingKind::SplitOut
        | PostingKind::SplitReturn
        | PostingKind::TransferOut
        | PostingKind::TransferWait
        | PostingKind::TransferSend
        | PostingKind::TransferUndo
        | PostingKind::TransferIn
        | PostingKind::TransferReturn
        | PostingKind::CardIn
        | PostingKind::CardOut
        | PostingKind::CardFee
        | PostingKind::CardOutReturn
        | PostingKind::CardTurn
        | PostingKind::CardPay
        | PostingKind::CardBack
        | PostingKind::SuspenseIn
        | PostingKind::SuspenseOut
        | PostingKind::SettleIn
        | PostingKind::SettleOut
        | PostingKind::UnclearIn
        | PostingKind::UnclearOut
        | PostingKind::SuspenseReturn
        | PostingKind::SuspenseKept
        | PostingKind::SuspenseBorne
        | PostingKind::SuspenseMatchIn
        | PostingKind::SuspenseMatchOut
        | PostingKind::CardSentBack
        | PostingKind::SuspenseSentBack => None,
    }
}
