//! The buyer confirms the goods, with the payment password given: the seller is paid.
//!
//! The password lies in the buyer's slot, the escrow in the merchant's. The proof is used up by being shown, whatever
//! the merchant's slot says to it.

use super::act::{Actor, still_open};
use super::step::{Draft, repeated};
use super::{Bench, EscrowView};
use crate::command::Next;
use crate::{Fault, Message, Reply, Rows, Stop, password};
use base::{OrderNo, PartyId, Slot};
use people::Attempt;
use serde::{Deserialize, Serialize};
use trade::{EscrowEvent, EscrowRefused, RequestNo, Side, StepKind, Trade, TradeState, escrow_next};

/// The buyer confirms. The proof is a try that was judged right for this very order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmGoods {
    /// Who paid.
    pub buyer: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// The number of the try that was right.
    pub attempt: u64,
    /// The act's number.
    pub request_no: RequestNo,
}

/// Buyer's slot to merchant's slot: the buyer confirms.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoodsConfirmed {
    /// The order.
    pub order_no: OrderNo,
    /// Who confirms.
    pub buyer: PartyId,
    /// The act's number.
    pub request_no: RequestNo,
}

impl ConfirmGoods {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

pub(crate) fn confirm_goods(
    rows: &mut Rows<'_>,
    command: &ConfirmGoods,
) -> Result<Next<EscrowView>, Stop<EscrowRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let ConfirmGoods { buyer, order_no, attempt, request_no } = command.clone();
    let trade = rows.get::<Trade>((slot, order_no))?;
    // A closed trade had an escrow when it was paid: the merchant's slot knows what to say of it.
    let paid = |trade: &Trade| trade.buyer == buyer && trade.state != TradeState::Waiting;
    if !trade.is_some_and(|trade| paid(&trade)) {
        return Stop::because(EscrowRefused::EscrowNotFound);
    }
    let proof = password::standing(rows, buyer, attempt)?;
    if !proof.is_some_and(|proof| proof.proven && proof.about == order_no && now_us < proof.expires_at_us) {
        return Stop::because(EscrowRefused::ProofMissing);
    }

    // Nothing can be refused here below this line; the merchant's slot may still say no.
    rows.delete::<Attempt>((slot, buyer, attempt));
    let said = GoodsConfirmed { order_no, buyer, request_no };
    rows.send(Message::home(order_no), Message::GoodsConfirmed(said));
    Ok(Next::Chain)
}

/// In the merchant's slot: the seller is paid, or the answer is no.
pub(crate) fn goods_confirmed(rows: &mut Rows<'_>, said: &GoodsConfirmed) -> Result<Option<Reply>, Fault> {
    Ok(Some(Reply::ConfirmGoods(match confirm(rows, said) {
        Ok(view) => Ok(view),
        Err(Stop::Refused(refused) | Stop::Noted(refused)) => Err(refused),
        Err(Stop::Fault(fault)) => return Err(fault),
    })))
}

fn confirm(rows: &mut Rows<'_>, said: &GoodsConfirmed) -> Result<EscrowView, Stop<EscrowRefused>> {
    let mut bench = Actor::Buyer(said.buyer).bench(rows, said.order_no)?;
    let request_no = Some(said.request_no.clone());
    let draft = Draft { request_no, ..Draft::new(StepKind::Confirmed, Side::Buyer) };
    if repeated(rows, &bench, &draft)?.map_err(Stop::Refused)? {
        return Ok(bench.view());
    }
    still_open(&bench)?;
    may_confirm(&bench).map_err(Stop::Refused)?;

    // Nothing can be refused below this line; nothing was changed above it.
    if bench.seller_is_gone(rows)? {
        // The clock gives the money back at once: one decision posts once, and this one is the buyer's word.
        bench.escrow.ends = true;
    } else {
        bench.release(rows, EscrowEvent::Confirm)?;
    }
    Ok(bench.conclude(rows, draft)?)
}

fn may_confirm(bench: &Bench) -> Result<(), EscrowRefused> {
    if escrow_next(bench.escrow.state, EscrowEvent::Confirm).is_none() {
        return Err(EscrowRefused::NotSent);
    }
    if bench.open_case().is_some() {
        return Err(EscrowRefused::CaseOpen);
    }
    if bench.escrow.held().is_zero() {
        return Err(EscrowRefused::NothingHeld);
    }
    Ok(())
}
