//! What a bank said about an order.

use super::close::forget_timer;
use super::{limits, pay, returns};
use crate::command::Next;
use crate::transfer::{sent_back, to_card};
use crate::{Fault, Rows, Stop, books};
use ::transfer::CardTransferEvent;
use base::{BankOrderNo, PartyId, Plant, Slot, Text, planted};
use fund::{
    BankEvent, BankMove, BankOrder, BankOrderKind, BankOrderState, BankReason, BankSurprise, Done,
    FindBankRefused, SurpriseKind, bank_next,
};
use ledger::Template;
use money::Money;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a bank says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// It did it.
    Done(Done),
    /// It refuses this number, now and for ever.
    Refused(BankReason),
    /// It does not know yet, does not know the number, or said nothing.
    Unknown,
}

/// Carries what a bank said about an order. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BankAnswered {
    /// The order.
    pub no: BankOrderNo,
    /// What it said.
    pub verdict: Verdict,
}

impl BankAnswered {
    pub(crate) fn slot(&self) -> Slot {
        self.no.slot()
    }
}

pub(crate) fn bank_answered(
    rows: &mut Rows<'_>,
    command: &BankAnswered,
) -> Result<Next<Arc<BankOrder>>, Stop<FindBankRefused>> {
    let key = (rows.slot(), command.no);
    let Some(order) = rows.get::<BankOrder>(key)? else {
        return Stop::because(FindBankRefused::NotFound);
    };
    match &command.verdict {
        Verdict::Done(done) => heard_done(rows, &order, done)?,
        Verdict::Refused(reason) => heard_refused(rows, &order, *reason)?,
        Verdict::Unknown if planted(Plant::SilenceFailsBankOrder) => {
            heard_refused(rows, &order, BankReason::Other)?;
        }
        Verdict::Unknown => {}
    }
    let order = rows.get::<BankOrder>(key)?.expect("an order stays");
    Ok(Next::Answer(order))
}

/// The bank did an order: by its answer, or by its statement.
pub(super) fn heard_done(rows: &mut Rows<'_>, order: &BankOrder, done: &Done) -> Result<(), Fault> {
    if done.amount != order.amount() && !planted(Plant::OtherBankAmountTaken) {
        return surprise(rows, order, SurpriseKind::AmountDiffers, done);
    }
    if order.state.was_done() && order.bank_ref.as_ref() != Some(&done.bank_ref) {
        return surprise(rows, order, SurpriseKind::SecondReference, done);
    }
    match bank_next(order.kind, order.state, BankEvent::HeardDone) {
        BankMove::To(state) => {
            let mut heard = heard(rows, order);
            heard.bank_ref = Some(done.bank_ref.clone());
            decide_done(rows, BankOrder { state, ..heard })
        }
        BankMove::Same if planted(Plant::BankWordBookedTwice) => decide_done(rows, order.clone()),
        BankMove::Same | BankMove::No => Ok(()),
        BankMove::Surprise
            if order.kind == BankOrderKind::Transfer && planted(Plant::CardTransferDoneAfterFailed) =>
        {
            let (state, bank_ref, reason) = (BankOrderState::Done, Some(done.bank_ref.clone()), None);
            let heard = heard(rows, order);
            decide_done(rows, BankOrder { state, bank_ref, reason, ..heard })
        }
        BankMove::Surprise => {
            let sent = order.tries > 0;
            let kind = if sent { SurpriseKind::DoneAfterEnd } else { SurpriseKind::DoneUnasked };
            surprise(rows, order, kind, done)
        }
    }
}

/// An order that the bank did: its money is booked, or turned back to the card.
fn decide_done(rows: &mut Rows<'_>, mut order: BankOrder) -> Result<(), Fault> {
    let (party, amount, topic) = (order.party, order.amount(), Some(order.no.topic()));
    if order.kind == BankOrderKind::TopUp && is_closed(rows, party)? {
        // Nobody is there to have it.
        order.state = BankOrderState::Returning;
    }
    if order.kind == BankOrderKind::Pay && !pay::still_waits(rows, &order)? {
        order.state = BankOrderState::Returning;
    }
    if order.state == BankOrderState::Returning && !planted(Plant::LateTopUpBooked) {
        books::must(rows, Template::CardTurn { party, amount }, topic)?;
        let counted_at_us = order.counted_at_us;
        limits::give_back(rows, &mut order)?;
        returns::open(rows, &order, returns::LATE, amount)?;
        if order.kind == BankOrderKind::Pay {
            pay::let_go(rows, &order, counted_at_us)?;
        }
        rows.put(order);
        return Ok(());
    }
    match order.kind {
        BankOrderKind::TopUp => books::must(rows, Template::CardIn { party, amount }, topic)?,
        BankOrderKind::Withdraw => {
            let fee = order.fee();
            if !fee.is_zero() {
                books::must(rows, Template::CardFee { party, amount: fee }, topic)?;
            }
        }
        BankOrderKind::Pay => pay::paid(rows, &order)?,
        BankOrderKind::Transfer => {
            let fee = order.fee();
            if !fee.is_zero() {
                books::must(rows, Template::CardFee { party, amount: fee }, topic)?;
            }
            to_card::ended(rows, &order, CardTransferEvent::BankDid)?;
        }
        // Its money was taken when it was opened, and waits for the bank's statement.
        BankOrderKind::Return => returns::decided(rows, &order, BankEvent::ReturnDone)?,
    }
    rows.put(order);
    Ok(())
}

fn heard_refused(rows: &mut Rows<'_>, order: &BankOrder, reason: BankReason) -> Result<(), Fault> {
    match bank_next(order.kind, order.state, BankEvent::HeardRefused) {
        BankMove::To(state) => {
            let mut heard = heard(rows, order);
            heard.reason = Some(reason);
            decide_refused(rows, BankOrder { state, ..heard })
        }
        BankMove::Same | BankMove::No => Ok(()),
        BankMove::Surprise => {
            let no_ref = Text::new("").map_err(|error| Fault(error.to_string()))?;
            let nothing = Done { amount: Money::zero(order.currency), bank_ref: no_ref };
            surprise(rows, order, SurpriseKind::RefusedAgainstWord, &nothing)
        }
    }
}

/// An order that the bank refused for good: what left the balance is there again, also in one that was closed.
fn decide_refused(rows: &mut Rows<'_>, mut order: BankOrder) -> Result<(), Fault> {
    let (party, topic) = (order.party, Some(order.no.topic()));
    let counted_at_us = order.counted_at_us;
    limits::give_back(rows, &mut order)?;
    match order.kind {
        BankOrderKind::TopUp => {}
        BankOrderKind::Pay => pay::let_go(rows, &order, counted_at_us)?,
        BankOrderKind::Withdraw if planted(Plant::RefusedWithdrawalLost) => {}
        BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer => {
            let mut amount = order.with_fee().map_err(|error| Fault(format!("{}: {error}", order.no)))?;
            if order.kind == BankOrderKind::Transfer && planted(Plant::FailedCardTransferKeepsFee) {
                amount = order.amount();
            }
            books::must(rows, Template::CardOutReturn { party, amount }, topic)?;
        }
    }
    if order.kind == BankOrderKind::Return {
        returns::decided(rows, &order, BankEvent::ReturnRefused)?;
    }
    if order.kind == BankOrderKind::Transfer {
        to_card::ended(rows, &order, CardTransferEvent::BankRefused)?;
    }
    rows.put(order);
    Ok(())
}

/// The order with the bank's last word heard: it is asked no more.
fn heard(rows: &mut Rows<'_>, order: &BankOrder) -> BankOrder {
    let mut order = order.clone();
    forget_timer(rows, &mut order);
    BankOrder { next_try_at_us: None, heard_at_us: Some(rows.now_us()), ..order }
}

fn is_closed(rows: &mut Rows<'_>, party: PartyId) -> Result<bool, Fault> {
    let party = rows.get::<Party>((rows.slot(), party))?;
    Ok(party.is_none_or(|party| party.status == PartyStatus::Closed))
}

/// Notes a contradiction once; money that is certainly at the wrong place is booked as suspense with it.
fn surprise(rows: &mut Rows<'_>, order: &BankOrder, kind: SurpriseKind, done: &Done) -> Result<(), Fault> {
    let (slot, no, bank_ref) = (order.slot, order.no, done.bank_ref.clone());
    if rows.get::<BankSurprise>((slot, no, kind, bank_ref.clone()))?.is_some() {
        return Ok(());
    }
    let (party, amount, booked) =
        (order.party, done.amount, kind.is_booked() && !planted(Plant::SuspenseNotBooked));
    if booked {
        let template = if order.kind.is_in() {
            Template::SuspenseIn { party, amount }
        } else {
            Template::SuspenseOut { party, amount }
        };
        books::must(rows, template, Some(no.topic()))?;
    }
    let (currency, amount_minor, at_us) = (amount.currency(), amount.minor(), rows.now_us());
    rows.put(BankSurprise { slot, no, kind, bank_ref, currency, amount_minor, booked, at_us });
    // What it paid twice it may take back once.
    if order.kind == BankOrderKind::Transfer && kind == SurpriseKind::SecondReference {
        sent_back::note_odd(rows, order)?;
    }
    Ok(())
}
