//! Transfers: money from account to account.
//!
//! Everything but the arrival is decided in the payer's slot. The payee's slot never refuses: it takes the money or
//! says that it cannot, and then the payer has it again.

pub(crate) mod arrive;
pub(crate) mod batch;
pub(crate) mod cancel;
pub(crate) mod clock;
pub(crate) mod find;
pub(crate) mod offer;
pub(crate) mod send;
pub(crate) mod sent_back;
pub(crate) mod to_card;

mod payees_card;
mod told;
mod usage;

pub(crate) use usage::used;

use crate::{Fault, Message, Rows, Stop, TransferBy, TransferIn, books};
use ::transfer::{
    Arrival, OutBizNo, Transfer, TransferEvent, TransferNumber, TransferRefused, TransferState, TransferWay,
    Words,
};
use base::{PartyId, Plant, Text, TimerNo, planted};
use ledger::{LedgerRefused, Posted, Template};
use money::Money;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::Timer;

/// Why nobody is paid by the name that was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum NoPayee {
    /// Nobody is known by it.
    NotFound,
    /// Somebody is, but is called otherwise than the payer says.
    NameDiffers,
}

/// What a payer asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferAsk {
    /// Who pays.
    pub payer: PartyId,
    /// Who shall have it, as far as the name that was given tells.
    pub payee: Result<PartyId, NoPayee>,
    /// Keyed digest of how the payee was named and of the name to be compared: the same again is the same meaning.
    pub named: [u8; 16],
    /// How much.
    pub amount: Money,
    /// The payer's number of it.
    pub out_biz_no: OutBizNo,
    /// Its title, as the payee sees it.
    pub title: Option<Text<128>>,
    /// What the payer says to it.
    pub remark: Option<Words>,
}

pub(crate) fn odd(transfer: &Transfer, error: impl std::fmt::Display) -> Fault {
    Fault(format!("transfer {}: {error}", transfer.no))
}

/// The payer's transfer of this number.
pub(crate) fn of_number(
    rows: &mut Rows<'_>,
    payer: PartyId,
    way: TransferWay,
    out_biz_no: &OutBizNo,
) -> Result<Option<Arc<Transfer>>, Fault> {
    let slot = rows.slot();
    let number = rows.get::<TransferNumber>((slot, payer, way, out_biz_no.clone()))?;
    number.map_or(Ok(None), |number| rows.get::<Transfer>((slot, number.no)))
}

/// Whether what is asked under a number that was used before means the same.
fn same_meaning(first: &Transfer, ask: &TransferAsk, arrival: Arrival) -> Result<(), TransferRefused> {
    let TransferAsk { payer: _, payee: _, named, amount, out_biz_no: _, title, remark } = ask;
    let differs = |field| Err(TransferRefused::NumberTaken { field });
    if first.named != *named {
        return differs("payee_info");
    }
    if first.amount() != *amount && !planted(Plant::TransferAmountNotCompared) {
        return differs("trans_amount");
    }
    if first.title != *title {
        return differs("order_title");
    }
    if first.remark != *remark {
        return differs("remark");
    }
    if first.asked_arrival() != arrival { differs("arrival") } else { Ok(()) }
}

/// Who is to be paid: somebody else than the payer.
fn payee_of(ask: &TransferAsk) -> Result<PartyId, TransferRefused> {
    match ask.payee {
        Err(NoPayee::NotFound) => Err(TransferRefused::PayeeNotFound),
        Err(NoPayee::NameDiffers) => Err(TransferRefused::PayeeNameDiffers),
        Ok(payee) if payee == ask.payer => Err(TransferRefused::PayeeIsPayer),
        Ok(payee) => Ok(payee),
    }
}

/// Whether the payer may send so much now; nothing is changed.
fn may_send(
    rows: &mut Rows<'_>,
    payer: &Party,
    way: TransferWay,
    amount: Money,
) -> Result<(), Stop<TransferRefused>> {
    if payer.status != PartyStatus::Normal {
        return Stop::because(TransferRefused::PayerBlocked);
    }
    if payer.stop.holds() {
        return Stop::because(TransferRefused::PayerStopped);
    }
    match usage::within(rows, payer, way, amount)? {
        Ok(()) => Ok(()),
        Err(refused) => Stop::because(TransferRefused::Limit(refused)),
    }
}

/// Asks the ledger for the payer's money, without changing anything.
fn check_money(rows: &mut Rows<'_>, transfer: &Transfer) -> Result<Posted, Stop<TransferRefused>> {
    let (payer, amount) = (transfer.payer, transfer.amount());
    let template = match transfer.arrival {
        Arrival::AtOnce => Template::TransferOut { payer, amount },
        Arrival::TwoHours | Arrival::OneDay => Template::TransferWait { payer, amount },
    };
    match books::check(rows, template, Some(transfer.no.topic()))? {
        Ok(posted) => Ok(posted),
        // Without an account in the currency there is no money in it.
        Err(LedgerRefused::BalanceTooLow | LedgerRefused::AccountNotFound) => {
            Stop::because(TransferRefused::BalanceTooLow)
        }
        Err(refused) => Err(Stop::Fault(odd(transfer, refused))),
    }
}

/// Takes the money that was checked: it goes at once, or waits for its time. Gives the transfer as it then stands.
fn pay(
    rows: &mut Rows<'_>,
    transfer: &Transfer,
    posted: Posted,
    by: TransferBy,
) -> Result<Arc<Transfer>, Fault> {
    let now_us = rows.now_us();
    books::book(rows, posted);
    let wait_us = transfer.arrival.wait_us().filter(|_| !planted(Plant::DelayForgotten));
    let event = if wait_us.is_some() { TransferEvent::PayLater } else { TransferEvent::Pay };
    let due_at_us = wait_us.map(|wait_us| now_us.saturating_add(wait_us));
    let timer = due_at_us.map(|due_at_us| set_timer(rows, transfer, due_at_us));
    let transfer = Transfer { due_at_us, timer, paid_at_us: Some(now_us), ..transfer.clone() };
    usage::count(rows, &transfer)?;
    let transfer = step(rows, &transfer, event)?;
    if transfer.state == TransferState::UnderWay {
        go(rows, &transfer, by);
    }
    Ok(transfer)
}

/// Brings a transfer to its next state and writes it.
fn step(rows: &mut Rows<'_>, transfer: &Transfer, event: TransferEvent) -> Result<Arc<Transfer>, Fault> {
    let state = transfer.state.next(event);
    let state = state.ok_or_else(|| odd(transfer, format!("{event:?} in {:?}", transfer.state)))?;
    let ended_at_us = state.is_final().then_some(rows.now_us());
    let transfer = Arc::new(Transfer { state, ended_at_us, ..transfer.clone() });
    rows.put_shared(transfer.clone());
    Ok(transfer)
}

/// Says to the payee's slot that the money comes.
fn go(rows: &mut Rows<'_>, transfer: &Transfer, by: TransferBy) {
    let Transfer { no, payer, payee, .. } = *transfer;
    let said = TransferIn { transfer: no, payer, payee, amount: transfer.amount(), by };
    rows.send(payee.slot(), Message::TransferIn(said));
}

fn set_timer(rows: &mut Rows<'_>, transfer: &Transfer, due_at_us: i64) -> TimerNo {
    let topic = transfer.no.topic();
    rows.after(due_at_us, |timer| {
        timer.task = trade::TimerTask::TransferClock;
        timer.order_no = Some(topic);
    })
}

/// Takes the timer away, if it has one; gives the transfer without it.
fn without_timer(rows: &mut Rows<'_>, transfer: &Transfer) -> Transfer {
    let timer = transfer.timer.filter(|_| !planted(Plant::TransferClockNotStopped));
    if let (Some(due_at_us), Some(timer)) = (transfer.due_at_us, timer) {
        rows.delete::<Timer>((rows.slot(), due_at_us, timer));
    }
    Transfer { due_at_us: None, timer: None, ..transfer.clone() }
}
