//! A merchant's program sends money to a bank card: its balance is charged, and an order goes to the bank. What the
//! bank says of it comes back by [`ended`].
//!
//! The card belongs to somebody else, and its number is nowhere here: the bank gave a name for it before, which is good
//! for paying money in and for nothing else.

use super::payees_card::card_for;
use super::{batch, told, usage};
use crate::bank::confirm::send_now;
use crate::bank::prepare::{Wish, draft};
use crate::command::Next;
use crate::risk_check::{self, Gate};
use crate::{Fault, Rows, Stop, books, contract, grant, screening};
use ::transfer::{
    CardGuess, CardTransfer, CardTransferEvent, CardTransferNumber, CardTransferRefused, CardTransferState,
    DetailFailure, OutBizNo, TransferWay, Words,
};
use base::{AppId, BankOrderNo, CardNo, Day, PartyId, Plant, Slot, Text, TransferNo, planted};
use fund::{
    BankAgreement, BankCode, BankOrder, BankOrderKind, BankOrderState, BankReason, CardDigest, CardKind,
    LastFour, WithdrawPrice, card_transfer_fee,
};
use ledger::{LedgerRefused, Posted, Template};
use money::Money;
use people::{Party, PartyKind, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{ContractProduct, Url};

/// A card that money is sent to, as the bank named it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PayeeCard {
    /// Keyed digest of its number and of the name that the bank compared.
    pub digest: CardDigest,
    /// The bank.
    pub bank: BankCode,
    /// What kind of card.
    pub kind: CardKind,
    /// The last four digits.
    pub last_four: LastFour,
    /// The bank's name of it, good for paying money in.
    pub agreement: BankAgreement,
}

/// Why there is no card to send money to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum NoPayeeCard {
    /// The bank knows none of this number under this name.
    Wrong,
    /// The bank was not heard.
    Silent,
    /// The holder is alike to a name on the list in force.
    Listed,
}

/// What a merchant's program asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CardTransferAsk {
    /// Who pays.
    pub payer: PartyId,
    /// The card, as far as the bank told.
    pub card: Result<PayeeCard, NoPayeeCard>,
    /// Keyed digest of the card's number alone: by it wrong names are counted.
    pub number: [u8; 16],
    /// The version of the list of names in force before the card's holder was held against it; zero for none.
    pub screen_version: u32,
    /// Keyed digest of all that was said of the payee: the same again is the same meaning.
    pub named: [u8; 16],
    /// How much arrives; the fee comes on top of it.
    pub amount: Money,
    /// The payer's number of it.
    pub out_biz_no: OutBizNo,
    /// Its title.
    pub title: Option<Text<128>>,
    /// What the payer says to it.
    pub remark: Option<Words>,
}

/// A merchant's program sends money to a card. It is answered when the money left the balance and the bank is to be
/// asked. The same number again: the transfer as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferToCard {
    /// What is asked for.
    pub ask: CardTransferAsk,
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

impl TransferToCard {
    pub(crate) fn slot(&self) -> Slot {
        self.ask.payer.slot()
    }
}

pub(crate) fn transfer_to_card(
    rows: &mut Rows<'_>,
    command: &TransferToCard,
) -> Result<Next<Arc<CardTransfer>>, Stop<CardTransferRefused>> {
    let ask = &command.ask;
    let payer = payer_of(rows, command)?;
    if let Some(first) = of_number(rows, payer.id, &ask.out_biz_no)? {
        same_meaning(&first, ask).map_err(Stop::Refused)?;
        return Ok(Next::Answer(first));
    }
    begin(rows, command, &payer, None).map(Next::Answer)
}

/// Sends money to a card for a detail of a batch that was taken then; its number is the detail's own, so that it is
/// used once.
pub(super) fn send_detail(
    rows: &mut Rows<'_>,
    command: &TransferToCard,
    taken_at_us: i64,
) -> Result<Arc<CardTransfer>, Stop<CardTransferRefused>> {
    let payer = payer_of(rows, command)?;
    if of_number(rows, payer.id, &command.ask.out_biz_no)?.is_some() {
        return Stop::because(CardTransferRefused::NumberTaken { field: "out_biz_no" });
    }
    begin(rows, command, &payer, Some(taken_at_us))
}

/// The merchant who pays, when the app acts for it.
fn payer_of(rows: &mut Rows<'_>, command: &TransferToCard) -> Result<Arc<Party>, Stop<CardTransferRefused>> {
    let payer = rows.get::<Party>((rows.slot(), command.ask.payer))?;
    // Persons withdraw to cards of their own.
    let payer = payer.filter(|payer| payer.kind == PartyKind::Merchant);
    let Some(payer) = payer else { return Stop::because(CardTransferRefused::PayerNotFound) };
    if !grant::acts_for(rows, command.app, payer.id)? {
        return Stop::because(CardTransferRefused::PayerNotFound);
    }
    Ok(payer)
}

/// Makes and pays a transfer whose number is unused; that of a detail, when its batch was taken is given.
fn begin(
    rows: &mut Rows<'_>,
    command: &TransferToCard,
    payer: &Party,
    taken_at_us: Option<i64>,
) -> Result<Arc<CardTransfer>, Stop<CardTransferRefused>> {
    let (ask, slot) = (&command.ask, rows.slot());
    if !contract::is_signed(rows, payer.id, ContractProduct::Transfer)? {
        return Stop::because(CardTransferRefused::NotSigned);
    }
    if payer.status != PartyStatus::Normal {
        return Stop::because(CardTransferRefused::PayerBlocked);
    }
    if payer.stop.holds() {
        return Stop::because(CardTransferRefused::PayerStopped);
    }
    if let Err(refused) = usage::within(rows, payer, TransferWay::Uni, ask.amount)? {
        return Stop::because(CardTransferRefused::Limit(refused));
    }
    let transfer = fresh(rows, command)?;
    let taken = check_money(rows, &transfer)?;
    let payee = named_rightly(rows, command)?;
    let look = risk_check::of_card_transfer(rows, payer, &transfer)?;
    // The number of a detail never comes again, so that nothing could be released: to be looked at is a no.
    let look = if taken_at_us.is_some() { look.without_case() } else { look };
    if let Gate::Shut(refused) = look.gate {
        look.note(rows);
        return Err(Stop::Noted(CardTransferRefused::Risk(refused)));
    }

    // Nothing can be refused here below this line.
    look.note(rows);
    books::book(rows, taken);
    usage::count_sent(rows, payer.id, transfer.amount())?;
    let heard_at_us = taken_at_us.unwrap_or(rows.now_us());
    let card = card_for(rows, payer.id, payee, heard_at_us)?;
    let order = order_for(rows, &transfer, card)?;
    let transfer = Arc::new(CardTransfer { card, bank_order: order.no, ..transfer });
    rows.insert(order);
    let (no, out_biz_no) = (transfer.no, transfer.out_biz_no.clone());
    rows.put(CardTransferNumber { slot, payer: payer.id, out_biz_no, no });
    rows.insert_shared(transfer.clone());
    Ok(transfer)
}

/// The payer's transfer to a card of this number.
pub(crate) fn of_number(
    rows: &mut Rows<'_>,
    payer: PartyId,
    out_biz_no: &OutBizNo,
) -> Result<Option<Arc<CardTransfer>>, Fault> {
    let slot = rows.slot();
    let number = rows.get::<CardTransferNumber>((slot, payer, out_biz_no.clone()))?;
    number.map_or(Ok(None), |number| rows.get::<CardTransfer>((slot, number.no)))
}

/// Whether what is asked under a number that was used before means the same. What the bank says of the card today is no
/// part of it.
fn same_meaning(first: &CardTransfer, ask: &CardTransferAsk) -> Result<(), CardTransferRefused> {
    let CardTransferAsk {
        payer: _,
        card: _,
        number: _,
        screen_version: _,
        named,
        amount,
        out_biz_no: _,
        title,
        remark,
    } = ask;
    let differs = |field| Err(CardTransferRefused::NumberTaken { field });
    if first.named != *named {
        return differs("payee_info");
    }
    if first.amount() != *amount {
        return differs("trans_amount");
    }
    if first.title != *title {
        return differs("order_title");
    }
    if first.remark != *remark { differs("remark") } else { Ok(()) }
}

/// The card that is to be paid. A name that the bank does not know it under is counted, though nothing else comes of
/// it: whoever has the money could ask for one name after the other.
fn named_rightly<'a>(
    rows: &mut Rows<'_>,
    command: &'a TransferToCard,
) -> Result<&'a PayeeCard, Stop<CardTransferRefused>> {
    let TransferToCard { ask, app, .. } = command;
    let (slot, today) = (rows.slot(), Day::of(rows.now_us()));
    let found = rows.get::<CardGuess>((slot, *app, ask.number))?.filter(|found| found.day == today);
    let guess =
        found.map_or_else(|| CardGuess::fresh(slot, *app, ask.number, today), |found| (*found).clone());
    if guess.is_spent() {
        return Stop::because(CardTransferRefused::TooManyNames);
    }
    match payee_of(ask, screening::current(rows)) {
        Err(refused @ CardTransferRefused::CardWrong) => {
            rows.put(guess.wrong(ask.named));
            Err(Stop::Noted(refused))
        }
        Err(refused) => Stop::because(refused),
        Ok(card) => Ok(card),
    }
}

/// The card that is to be paid: one that holds its owner's own money. The holder's name is not here, so that one that
/// was held against another list than the one in force is as good as not heard of: whoever asks again has it held
/// against this one.
fn payee_of(ask: &CardTransferAsk, list: u32) -> Result<&PayeeCard, CardTransferRefused> {
    match &ask.card {
        Err(NoPayeeCard::Wrong) => Err(CardTransferRefused::CardWrong),
        Err(NoPayeeCard::Silent) => Err(CardTransferRefused::BankSilent),
        Err(NoPayeeCard::Listed) => Err(CardTransferRefused::Risk(::risk::RiskRefused::Refused)),
        Ok(card) => match card.kind {
            CardKind::Debit if ask.screen_version != list => Err(CardTransferRefused::BankSilent),
            CardKind::Debit => Ok(card),
            CardKind::Credit => Err(CardTransferRefused::CardWrong),
        },
    }
}

/// A transfer whose card and bank order are not written yet; their numbers follow from the same stamp.
fn fresh(rows: &Rows<'_>, command: &TransferToCard) -> Result<CardTransfer, Fault> {
    let (slot, stamp) = (rows.slot(), rows.stamp());
    let CardTransferAsk {
        payer,
        card: _,
        number: _,
        screen_version: _,
        named,
        amount,
        out_biz_no,
        title,
        remark,
    } = command.ask.clone();
    let no = TransferNo::of(stamp, slot);
    let fee = card_transfer_fee(amount).map_err(|error| Fault(format!("fee of transfer {no}: {error}")))?;
    Ok(CardTransfer {
        slot,
        no,
        payer,
        app: command.app,
        out_biz_no,
        named,
        currency: amount.currency(),
        amount_minor: amount.minor(),
        fee_minor: fee.minor(),
        card: CardNo::of(stamp, slot),
        bank_order: BankOrderNo::of(stamp, slot),
        title,
        remark,
        passback: command.passback.clone(),
        state: CardTransferState::UnderWay,
        notify_url: command.notify_url.clone(),
        gbk: command.gbk,
        rsa1: command.rsa1,
        paid_at_us: rows.now_us(),
        ended_at_us: None,
        returned_at_us: None,
        odd_lines: 0,
    })
}

/// Asks the ledger for amount and fee, without changing anything.
fn check_money(rows: &mut Rows<'_>, transfer: &CardTransfer) -> Result<Posted, Stop<CardTransferRefused>> {
    let whole = transfer.amount().checked_add(transfer.fee());
    let amount = whole.map_err(|error| Stop::Fault(odd(transfer, error)))?;
    let template = Template::CardOut { party: transfer.payer, amount };
    match books::check(rows, template, Some(transfer.bank_order.topic()))? {
        Ok(posted) => Ok(posted),
        // Without an account in the currency there is no money in it.
        Err(LedgerRefused::BalanceTooLow | LedgerRefused::AccountNotFound) => {
            Stop::because(CardTransferRefused::BalanceTooLow)
        }
        Err(refused) => Err(Stop::Fault(odd(transfer, refused))),
    }
}

/// The order that carries a transfer to the bank, to be sent at once: nobody is to confirm it.
fn order_for(rows: &mut Rows<'_>, transfer: &CardTransfer, card: CardNo) -> Result<BankOrder, Fault> {
    let wish = Wish { party: transfer.payer, card, kind: BankOrderKind::Transfer, amount: transfer.amount() };
    let price = WithdrawPrice { free: Money::zero(transfer.currency), fee: transfer.fee() };
    let key = Text::new(&transfer.no.to_string()).map_err(|error| odd(transfer, error))?;
    let order = draft(rows, wish, price, key);
    let about = Some(transfer.no.topic());
    Ok(send_now(rows, BankOrder { state: BankOrderState::Asked, about, ..order }))
}

/// The bank's final word about a transfer's order: the transfer ends, and its merchant hears of it. What was taken is
/// booked by the caller.
pub(crate) fn ended(rows: &mut Rows<'_>, order: &BankOrder, event: CardTransferEvent) -> Result<(), Fault> {
    let transfer = of_order(rows, order)?;
    let state = after(&transfer, event)?;
    if !state.counts() {
        usage::give_back_sent(rows, transfer.payer, transfer.amount(), transfer.paid_at_us)?;
    }
    let no = transfer.no;
    let transfer = CardTransfer { state, ended_at_us: Some(rows.now_us()), ..(*transfer).clone() };
    // The end of a detail is told by its batch, that its money came back later by its transfer.
    if !batch::step::is_detail(rows, no)? {
        told::tell_card(rows, &transfer, None);
    }
    rows.put(transfer);
    let outcome = match state {
        CardTransferState::Failed => Err(failure_of(order.reason)),
        CardTransferState::Done | CardTransferState::Refunded | CardTransferState::UnderWay => Ok(()),
    };
    batch::step::ended(rows, no, outcome)
}

/// Why a detail of a batch failed that the bank refused.
fn failure_of(reason: Option<BankReason>) -> DetailFailure {
    match reason {
        Some(BankReason::CardBlocked | BankReason::AgreementEnded) => DetailFailure::BankCard,
        Some(BankReason::OverLimit) => DetailFailure::BankLimit,
        Some(BankReason::NoMoney | BankReason::Other) | None => DetailFailure::BankRefused,
    }
}

/// The transfer that an order carries out.
pub(super) fn of_order(rows: &mut Rows<'_>, order: &BankOrder) -> Result<Arc<CardTransfer>, Fault> {
    let gone = || Fault(format!("what {} carries out is not there", order.no));
    let no = order.about.map(TransferNo::of_topic).ok_or_else(gone)?;
    rows.get::<CardTransfer>((rows.slot(), no))?.ok_or_else(gone)
}

pub(super) fn next(state: CardTransferState, event: CardTransferEvent) -> Option<CardTransferState> {
    use {CardTransferEvent as E, CardTransferState as S};
    match (state, event) {
        (S::Refunded, E::BankReturned) if planted(Plant::CardReturnedTwice) => Some(S::Refunded),
        (S::Failed, E::BankDid) if planted(Plant::CardTransferDoneAfterFailed) => Some(S::Done),
        (state, event) => state.next(event),
    }
}

pub(super) fn after(transfer: &CardTransfer, event: CardTransferEvent) -> Result<CardTransferState, Fault> {
    let state = next(transfer.state, event);
    state.ok_or_else(|| odd(transfer, format!("{event:?} in {:?}", transfer.state)))
}

pub(super) fn odd(transfer: &CardTransfer, error: impl std::fmt::Display) -> Fault {
    Fault(format!("transfer to a card {}: {error}", transfer.no))
}
