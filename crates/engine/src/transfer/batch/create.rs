//! A merchant's program asks for a batch of transfers: batch and details are written by one decision, or nothing is.

use super::check::{self, Asked};
use super::{begin, with_timer};
use crate::command::Next;
use crate::{Fault, NoPayee, NoPayeeCard, PayeeCard, Rows, Stop, screening};
use ::transfer::{
    BatchProduct, BatchRefused, BatchScene, BatchState, DetailState, DetailUnknown, OutBatchNo, OutBizNo,
    TransferBatch, TransferBatchDetail, TransferBatchNumber, Words,
};
use base::{AppId, BatchNo, PartyId, Slot, Text};
use fund::CardKind;
use money::{Minor, Money};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::Url;

/// Where a detail goes, as far as what was said of it tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum DetailPayee {
    /// To an account.
    Account(Result<PartyId, NoPayee>),
    /// To a card.
    Card {
        /// The card, as far as the bank told.
        card: Result<PayeeCard, NoPayeeCard>,
        /// Keyed digest of the card's number alone: by it wrong names are counted.
        number: [u8; 16],
    },
}

/// One transfer of a batch, as it is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DetailAsk {
    /// The payer's number of it.
    pub out_biz_no: OutBizNo,
    /// Where it goes.
    pub payee: DetailPayee,
    /// Keyed digest of all that was said of the payee.
    pub named: [u8; 16],
    /// How much arrives.
    pub amount: Money,
    /// Its title; the batch's when absent.
    pub title: Option<Text<128>>,
    /// What the payer says to it; what is said of the batch when absent.
    pub remark: Option<Words>,
}

/// What a merchant's program asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchAsk {
    /// Who pays.
    pub payer: PartyId,
    /// The payer's number of it.
    pub out_batch_no: OutBatchNo,
    /// Keyed digest of all that was asked for: the same again is the same meaning. What banks and logins say of a payee
    /// today is no part of it.
    pub said: [u8; 16],
    /// The product.
    pub product: BatchProduct,
    /// The scene.
    pub scene: BatchScene,
    /// How many details there must be.
    pub count: u32,
    /// What the details must come to.
    pub total: Money,
    /// Until when it waits for its payer, microseconds UTC.
    pub expires_at_us: Option<i64>,
    /// Its title.
    pub title: Option<Text<128>>,
    /// What the payer says to it.
    pub remark: Option<Words>,
    /// The version of the list of names in force before holders of cards were held against it; zero for none.
    pub screen_version: u32,
    /// The transfers, in the order of their turns.
    pub details: Vec<DetailAsk>,
}

/// A merchant's program asks for a batch. It is answered when batch and details are written. The same number again: the
/// batch as it stands.
///
/// The payer's account is neither asked nor charged yet: each detail is decided when its turn comes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateTransferBatch {
    /// What is asked for.
    pub ask: BatchAsk,
    /// The app that asks.
    pub app: AppId,
    /// What the merchant wants to hear again.
    pub passback: Option<Text<512>>,
    /// Where the merchant hears how it ended.
    pub notify_url: Option<Url>,
    /// Whether the merchant reads GBK.
    pub gbk: bool,
    /// Whether the merchant checks SHA-1 signatures.
    pub rsa1: bool,
}

impl CreateTransferBatch {
    pub(crate) fn slot(&self) -> Slot {
        self.ask.payer.slot()
    }
}

pub(crate) fn create_transfer_batch(
    rows: &mut Rows<'_>,
    command: &CreateTransferBatch,
) -> Result<Next<Arc<TransferBatch>>, Stop<BatchRefused>> {
    let CreateTransferBatch { ask, app, .. } = command;
    let slot = rows.slot();
    let waits_until_us = match check::asked(rows, ask, *app)? {
        Asked::Before(first) => return Ok(Next::Answer(first)),
        Asked::Now { waits_until_us } => waits_until_us,
    };
    // The names of holders are not here: those that were held against another list than the one in force must be looked
    // up again, and so must the cards of banks that said nothing.
    let stale = ask.screen_version != screening::current(rows);
    let unheard = |detail: &DetailAsk| match &detail.payee {
        DetailPayee::Account(_) => false,
        DetailPayee::Card { card, .. } => stale || matches!(card, Err(NoPayeeCard::Silent)),
    };
    if ask.details.iter().any(unheard) {
        return Stop::because(BatchRefused::BankSilent);
    }

    // Nothing can be refused here below this line.
    let batch = fresh(rows, command);
    let batch = match ask.scene {
        BatchScene::Direct => begin(rows, &batch)?,
        BatchScene::Approved => with_timer(rows, &batch, waits_until_us),
    };
    for (line, detail) in (1..).zip(&ask.details) {
        rows.insert(detail_of(&batch, line, (detail, ask.screen_version))?);
    }
    let out_batch_no = ask.out_batch_no.clone();
    rows.put(TransferBatchNumber { slot, payer: ask.payer, out_batch_no, no: batch.no });
    let batch = Arc::new(batch);
    rows.insert_shared(batch.clone());
    Ok(Next::Answer(batch))
}

/// A batch that nothing happened to yet.
fn fresh(rows: &Rows<'_>, command: &CreateTransferBatch) -> TransferBatch {
    let ask = &command.ask;
    TransferBatch {
        slot: rows.slot(),
        no: BatchNo::of(rows.stamp(), rows.slot()),
        payer: ask.payer,
        app: command.app,
        out_batch_no: ask.out_batch_no.clone(),
        said: ask.said,
        product: ask.product,
        scene: ask.scene,
        currency: ask.total.currency(),
        count: ask.count,
        total_minor: ask.total.minor(),
        title: ask.title.clone(),
        remark: ask.remark.clone(),
        passback: command.passback.clone(),
        state: BatchState::WaitPay,
        started: 0,
        done: 0,
        done_minor: Minor::ZERO,
        failed: 0,
        failed_minor: Minor::ZERO,
        notify_url: command.notify_url.clone(),
        gbk: command.gbk,
        rsa1: command.rsa1,
        opened_at_us: rows.now_us(),
        begun_at_us: None,
        due_at_us: None,
        ended_at_us: None,
        timer: None,
    }
}

/// A detail that waits, and the list that the holder of its card was held against.
fn detail_of(
    batch: &TransferBatch,
    line: u32,
    (ask, screen_version): (&DetailAsk, u32),
) -> Result<TransferBatchDetail, Fault> {
    let (mut payee, mut card, mut unknown, mut card_number) = (None, None, None, None);
    match &ask.payee {
        DetailPayee::Account(Ok(party)) => payee = Some(*party),
        DetailPayee::Account(Err(NoPayee::NotFound)) => unknown = Some(DetailUnknown::NotFound),
        DetailPayee::Account(Err(NoPayee::NameDiffers)) => unknown = Some(DetailUnknown::NameDiffers),
        DetailPayee::Card { card: told, number } => {
            card_number = Some(*number);
            match told {
                // Only a card that holds its owner's own money is paid.
                Ok(known) if known.kind == CardKind::Credit => unknown = Some(DetailUnknown::CardWrong),
                Ok(known) => card = Some(known),
                Err(NoPayeeCard::Wrong) => unknown = Some(DetailUnknown::CardWrong),
                Err(NoPayeeCard::Listed) => unknown = Some(DetailUnknown::Listed),
                Err(NoPayeeCard::Silent) => {
                    return Err(super::odd(batch, "it is taken while a bank is silent"));
                }
            }
        }
    }
    Ok(TransferBatchDetail {
        slot: batch.slot,
        batch: batch.no,
        line,
        out_biz_no: ask.out_biz_no.clone(),
        named: ask.named,
        currency: ask.amount.currency(),
        amount_minor: ask.amount.minor(),
        title: ask.title.clone(),
        remark: ask.remark.clone(),
        payee,
        card_digest: card.map(|card| card.digest),
        card_bank: card.map(|card| card.bank.clone()),
        card_last_four: card.map(|card| card.last_four.clone()),
        card_agreement: card.map(|card| card.agreement.clone()),
        card_number,
        screen_version: card.map(|_| screen_version),
        unknown,
        state: DetailState::Waiting,
        failure: None,
        transfer: None,
        ended_at_us: None,
    })
}
