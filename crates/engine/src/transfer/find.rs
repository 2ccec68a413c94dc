//! Looking at transfers, and at what may still be sent.

use super::{of_number, to_card, usage};
use crate::command::Next;
use crate::{Fault, PartyNotFound, Rows, Stop};
use ::transfer::{CardTransfer, Limits, OutBizNo, Transfer, TransferNotFound, TransferWay, limits};
use base::{PartyId, Slot, TransferNo};
use fund::{BankOrder, Card};
use money::Money;
use people::{Party, UsageKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a payer names a transfer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichTransfer {
    /// By our number.
    No(TransferNo),
    /// By the payer's own, in its series.
    Out(TransferWay, OutBizNo),
}

/// A payer looks at a transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindTransfer {
    /// The payer.
    pub payer: PartyId,
    /// Which one.
    pub which: WhichTransfer,
}

/// A payer looks at what may still be sent in a way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindTransferRoom {
    /// The payer.
    pub payer: PartyId,
    /// The way.
    pub way: TransferWay,
}

/// How a payer names a transfer to a card.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichCardTransfer {
    /// By our number.
    No(TransferNo),
    /// By the payer's own.
    Out(OutBizNo),
}

/// A payer looks at a transfer to a card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindCardTransfer {
    /// The payer.
    pub payer: PartyId,
    /// Which one.
    pub which: WhichCardTransfer,
}

/// A transfer to a card, with what the bank said.
#[derive(Clone, PartialEq, Debug)]
pub struct CardTransferView {
    /// The transfer.
    pub transfer: Arc<CardTransfer>,
    /// The order that carries it out.
    pub order: Arc<BankOrder>,
    /// The card.
    pub card: Arc<Card>,
}

/// What may still be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferRoom {
    /// The limits.
    pub limits: Limits,
    /// What is left of the day's.
    pub day_left: Money,
    /// What is left of the month's; absent when there is none.
    pub month_left: Option<Money>,
}

impl FindTransfer {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

impl FindCardTransfer {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

impl FindTransferRoom {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

pub(crate) fn find_transfer(
    rows: &mut Rows<'_>,
    query: &FindTransfer,
) -> Result<Next<Arc<Transfer>>, Stop<TransferNotFound>> {
    let slot = rows.slot();
    let found = match &query.which {
        WhichTransfer::No(no) if no.slot() == slot => rows.get::<Transfer>((slot, *no))?,
        WhichTransfer::No(_) => None,
        WhichTransfer::Out(way, out_biz_no) => of_number(rows, query.payer, *way, out_biz_no)?,
    };
    match found.filter(|found| found.payer == query.payer) {
        Some(transfer) => Ok(Next::Answer(transfer)),
        None => Stop::because(TransferNotFound),
    }
}

pub(crate) fn find_card_transfer(
    rows: &mut Rows<'_>,
    query: &FindCardTransfer,
) -> Result<Next<CardTransferView>, Stop<TransferNotFound>> {
    let slot = rows.slot();
    let found = match &query.which {
        WhichCardTransfer::No(no) if no.slot() == slot => rows.get::<CardTransfer>((slot, *no))?,
        WhichCardTransfer::No(_) => None,
        WhichCardTransfer::Out(out_biz_no) => to_card::of_number(rows, query.payer, out_biz_no)?,
    };
    let Some(transfer) = found.filter(|found| found.payer == query.payer) else {
        return Stop::because(TransferNotFound);
    };
    let gone = |what: &str| Fault(format!("the {what} of transfer {} is not there", transfer.no));
    let order = rows.get::<BankOrder>((slot, transfer.bank_order))?.ok_or_else(|| gone("bank order"))?;
    let card = rows.get::<Card>((slot, transfer.card))?.ok_or_else(|| gone("card"))?;
    Ok(Next::Answer(CardTransferView { transfer, order, card }))
}

pub(crate) fn find_transfer_room(
    rows: &mut Rows<'_>,
    query: &FindTransferRoom,
) -> Result<Next<TransferRoom>, Stop<PartyNotFound>> {
    let now_us = rows.now_us();
    let payer = rows.get::<Party>((rows.slot(), query.payer))?;
    let Some(payer) = payer else { return Stop::because(PartyNotFound) };
    let limits = limits(payer.kind, query.way);
    let day = usage::used(rows, payer.id, UsageKind::TransferDay, now_us)?;
    let month = usage::used(rows, payer.id, UsageKind::TransferMonth, now_us)?;
    let month_left = limits.month.map(|limit| month.left(limit));
    Ok(Next::Answer(TransferRoom { limits, day_left: day.left(limits.day), month_left }))
}
