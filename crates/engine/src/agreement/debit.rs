//! A merchant takes money under an agreement (`trade.pay` with `agreement_no`): no buyer is there, the mandate is the
//! proof, and no limit for payments without a password applies.
//!
//! The order's number is the key. A debit that is refused leaves nothing behind: the same number may be tried again,
//! until it is paid; then it has the same answer for good. While a debit is under way the order is an offer to
//! its buyer,
//! which for the world does not exist.

use super::{MandateSaid, agreement_of, follow, mandate_of, said};
use crate::books::OutRefused;
use crate::claim_order::{forget, waiting_trade};
use crate::command::Next;
use crate::open_order::{acceptable, differs, merchant, numbered, opened_anew};
use crate::order_paid::take_money;
use crate::risk_check::{self, Gate};
use crate::{
    Fault, Message, OpenOrder, Opened, OrderPaid, Reply, Rows, Stop, balance_limit, books, close_order,
};
use base::{AgreementNo, Day, OrderNo, PartyId, Plant, Slot, planted};
use ledger::Template;
use money::Money;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    AgreementState, ContractProduct, Debit, DebitRefused, EndedBy, Mandate, MandateRefusal, OpenRefused,
    Order, OrderEvent, OrderState, OutTradeNo, PeriodRefused, Subject, Trade, TradeState, judge_debit, next,
};

/// A merchant takes money under an agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitOrder {
    /// The order; its buyer is the one who signed.
    pub order: OpenOrder,
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Whether a debit by plan is asked, which only an agreement with a plan allows.
    pub by_plan: bool,
}

/// Merchant's slot to buyer's slot: take this under the mandate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitAsk {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Whether a debit by plan is asked.
    pub by_plan: bool,
    /// The order.
    pub order_no: OrderNo,
    /// Who signed and pays.
    pub buyer: PartyId,
    /// Who is paid.
    pub seller: PartyId,
    /// How much.
    pub total: Money,
    /// What for.
    pub subject: Subject,
    /// The merchant's number. A debit that was refused leaves it free, and it is the same debit again.
    pub out_trade_no: OutTradeNo,
}

/// Buyer's slot to merchant's slot: nothing was taken, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitNo {
    /// The order.
    pub order_no: OrderNo,
    /// Why.
    pub refused: MandateRefusal,
}

/// Buyer's slot to merchant's slot: the money left the buyer, and the mandate counts it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitPaid {
    /// The order.
    pub order_no: OrderNo,
    /// How much.
    pub amount: Money,
    /// Which debit of the plan it was.
    pub plan_step: Option<u32>,
    /// The day that this plan was counted from.
    pub plan_from: Option<Day>,
    /// When the debit before it was made, microseconds UTC.
    pub before_at_us: Option<i64>,
    /// The mandate after it.
    pub mandate: MandateSaid,
}

/// Merchant's slot to buyer's slot: the order could not take the money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitReturned {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// The order.
    pub order_no: OrderNo,
    /// Who gets the money back.
    pub buyer: PartyId,
    /// How much.
    pub amount: Money,
    /// Which debit of the plan it was.
    pub plan_step: Option<u32>,
    /// The day that this plan was counted from.
    pub plan_from: Option<Day>,
    /// When the debit before it was made, microseconds UTC.
    pub before_at_us: Option<i64>,
}

/// Buyer's slot to merchant's slot: the mandate does not count the debit any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitUndone {
    /// The mandate after it.
    pub mandate: MandateSaid,
}

impl DebitOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.order.seller.slot()
    }
}

pub(crate) fn debit_order(
    rows: &mut Rows<'_>,
    command: &DebitOrder,
) -> Result<Next<Opened>, Stop<DebitRefused>> {
    let DebitOrder { order, agreement_no, by_plan } = command;
    let party = merchant(rows, order.seller, order.app)?;
    let Some(party) = party else { return Stop::because(DebitRefused::Open(OpenRefused::SellerNotFound)) };
    let Some(agreement) = agreement_of(rows, order.seller, *agreement_no)? else {
        return Stop::because(DebitRefused::AgreementNotFound);
    };
    let Some(buyer) = agreement.buyer else { return Stop::because(DebitRefused::NotSigned) };
    let mut order = order.clone();
    (order.meaning.named_buyer, order.pay_by) = (Some(buyer), None);
    if let Some(first) = numbered(rows, &order)? {
        return again(rows, &order, *agreement_no, first);
    }
    let expires_at_us = acceptable(rows, &order, &party, ContractProduct::DebitAgreement)
        .map_err(|stop| stop.map(DebitRefused::Open))?;

    // Nothing can be refused here below this line; the buyer's slot may still say no.
    let opened = opened_anew(rows, &order, expires_at_us)?;
    rows.insert(Debit { slot: opened.slot, order_no: opened.no, agreement_no: *agreement_no });
    let ask = DebitAsk {
        agreement_no: *agreement_no,
        by_plan: *by_plan,
        order_no: opened.no,
        buyer,
        seller: opened.seller,
        total: opened.total(),
        subject: opened.subject.clone(),
        out_trade_no: opened.out_trade_no.clone(),
    };
    rows.send(buyer.slot(), Message::DebitAsk(ask));
    Ok(Next::Chain)
}

/// A request under a number that was used before.
fn again(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    agreement_no: AgreementNo,
    order: Arc<Order>,
) -> Result<Next<Opened>, Stop<DebitRefused>> {
    let taken = |field| Stop::because(DebitRefused::Open(OpenRefused::NumberTaken { field }));
    if let Some(field) = differs(rows, command, &order)? {
        return taken(field);
    }
    let debit = rows.get::<Debit>((order.slot, order.no))?;
    if debit.is_none_or(|debit| debit.agreement_no != agreement_no) {
        return taken("agreement_no");
    }
    match order.state {
        OrderState::Paid | OrderState::Finished => Ok(Next::Answer(Opened::paid(order))),
        OrderState::Closed => Stop::because(DebitRefused::Open(OpenRefused::AlreadyClosed)),
        // The first request is under way.
        OrderState::Offered | OrderState::WaitBuyerPay => Ok(Next::Answer(Opened::waiting(order))),
    }
}

/// In the buyer's slot: the mandate allows it and counts it, and the money leaves; or none of this.
pub(crate) fn debit_ask(rows: &mut Rows<'_>, asked: &DebitAsk) -> Result<Option<Reply>, Fault> {
    let (slot, now_us, order_no) = (rows.slot(), rows.now_us(), asked.order_no);
    let Some(mandate) = mandate_of(rows, asked.buyer, asked.agreement_no)? else {
        return Err(Fault(format!("mandate {} is not there", asked.agreement_no)));
    };
    let plan_step = match judge(&mandate, asked, now_us) {
        Ok(plan_step) => plan_step,
        Err(refused) => return Ok(no(rows, order_no, refused)),
    };
    let party = rows.get::<Party>((slot, asked.buyer))?.filter(|party| party.status == PartyStatus::Normal);
    let Some(party) = party else { return Ok(no(rows, order_no, MandateRefusal::BuyerBlocked)) };
    let posted = match books::check_pay_out(rows, &party, asked.total, order_no)? {
        Ok(posted) => posted,
        Err(OutRefused::Stopped) => return Ok(no(rows, order_no, MandateRefusal::BuyerStopped)),
        Err(OutRefused::OverLimit) => return Ok(no(rows, order_no, MandateRefusal::BuyerLimit)),
        Err(OutRefused::TooLow) => return Ok(no(rows, order_no, MandateRefusal::BalanceTooLow)),
    };
    let look = risk_check::of_debit(rows, &party, asked)?;
    let gate = look.gate;
    look.note(rows);
    // Nobody is there to be asked, and a program is answered at once.
    if gate != Gate::Open {
        return Ok(no(rows, order_no, MandateRefusal::Risk));
    }

    // Nothing can be refused below this line.
    books::pay_out(rows, posted, asked.buyer, asked.total)?;
    let subject = asked.subject.clone();
    let trade = waiting_trade(slot, order_no, asked.buyer, asked.seller, asked.total, subject, now_us);
    rows.put(Trade { state: TradeState::Paid, paid_at_us: Some(now_us), ..trade });
    let sum = mandate.debited_minor.of(asked.total.currency()).checked_add(asked.total);
    let sum = sum.map_err(|error| Fault(format!("debits of {}: {error}", mandate.no)))?;
    let (plan_from, before_at_us) = (mandate.plan_from, mandate.last_debit_at_us);
    let mandate = (*mandate).clone().changed(|progress| {
        if planted(Plant::DebitNotCounted) {
            return;
        }
        progress.debited_minor = sum.minor();
        progress.debits += 1;
        progress.plan_step = plan_step.map_or(progress.plan_step, |step| step + 1);
        progress.last_debit_at_us = Some(now_us);
    });
    let (amount, mandate_said) = (asked.total, said(rows, &mandate)?);
    rows.put(mandate);
    let paid = DebitPaid { order_no, amount, plan_step, plan_from, before_at_us, mandate: mandate_said };
    rows.send(Message::home(order_no), Message::DebitPaid(paid));
    Ok(None)
}

/// Whether the mandate allows it; gives which debit of the plan it is.
fn judge(mandate: &Mandate, asked: &DebitAsk, now_us: i64) -> Result<Option<u32>, MandateRefusal> {
    match (mandate.state, mandate.ended_by) {
        (AgreementState::Stop, _) if planted(Plant::EndedMandateDebited) => {}
        (AgreementState::Stop, Some(EndedBy::Merchant | EndedBy::Buyer)) => {
            return Err(MandateRefusal::Ended);
        }
        (AgreementState::Stop, Some(EndedBy::Validity) | None) => return Err(MandateRefusal::Invalid),
        (AgreementState::Temp | AgreementState::Normal, _) => {}
    }
    if now_us >= mandate.invalid_at_us {
        return Err(MandateRefusal::Invalid);
    }
    let Some(rule) = mandate.rule() else {
        return if asked.by_plan { Err(MandateRefusal::Invalid) } else { Ok(None) };
    };
    let judged = judge_debit(&rule, &mandate.progress(), asked.total, Day::of(now_us));
    judged.map(|plan| Some(plan.step)).map_err(|refused| match refused {
        PeriodRefused::SingleExceeded => MandateRefusal::SingleExceeded,
        PeriodRefused::TotalExceeded => MandateRefusal::TotalExceeded,
        PeriodRefused::TimesExceeded => MandateRefusal::TimesExceeded,
        PeriodRefused::DateNotMatch => MandateRefusal::DateNotMatch,
    })
}

fn no(rows: &mut Rows<'_>, order_no: OrderNo, refused: MandateRefusal) -> Option<Reply> {
    rows.send(Message::home(order_no), Message::DebitNo(DebitNo { order_no, refused }));
    None
}

/// In the merchant's slot: the order was never there, and its number is free again.
pub(crate) fn debit_no(rows: &mut Rows<'_>, said: &DebitNo) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    // One that the merchant gave up meanwhile is closed and keeps its number.
    let order = rows.get::<Order>((slot, said.order_no))?;
    if let Some(order) = order.filter(|order| order.state == OrderState::Offered) {
        rows.delete::<Debit>((slot, order.no));
        forget(rows, &order)?;
    }
    Ok(Some(Reply::DebitOrder(Err(DebitRefused::Mandate(said.refused)))))
}

/// In the merchant's slot: the order takes the money, or sends it back when it was closed or is too late.
pub(crate) fn debit_paid(rows: &mut Rows<'_>, said: &DebitPaid) -> Result<Option<Reply>, Fault> {
    follow(rows, &said.mandate)?;
    let MandateSaid { agreement_no, buyer, ref buyer_login_masked, .. } = said.mandate;
    let DebitPaid { order_no, amount, plan_step, plan_from, before_at_us, .. } = *said;
    let Some(order) = rows.get::<Order>((rows.slot(), order_no))? else {
        return Err(Fault(format!("order {order_no} vanished while it was debited")));
    };
    let claimed = match next(order.state, OrderEvent::Claim) {
        Some(state) => {
            let created_at_us = order.created_at_us.or(Some(rows.now_us()));
            Order { state, created_at_us, ..(*order).clone() }
        }
        None => (*order).clone(),
    };
    let buyer_login_masked = buyer_login_masked.clone();
    let paid = OrderPaid { order_no, buyer, buyer_login_masked, amount, attempt: None, card: None };
    if let Some(order) = take_money(rows, &claimed, &paid, ContractProduct::DebitAgreement)? {
        return Ok(Some(Reply::DebitOrder(Ok(Opened::paid(order)))));
    }
    if next(order.state, OrderEvent::Close).is_some() {
        close_order::shut(rows, &order);
    }
    let returned =
        DebitReturned { agreement_no, order_no, buyer, amount, plan_step, plan_from, before_at_us };
    rows.send(buyer.slot(), Message::DebitReturned(returned));
    Ok(None)
}

/// In the buyer's slot: the money is back, the trade is closed, and the mandate does not count the debit.
pub(crate) fn debit_returned(rows: &mut Rows<'_>, returned: &DebitReturned) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let template = Template::PayReturn { buyer: returned.buyer, amount: returned.amount };
    books::must(rows, template, Some(returned.order_no))?;
    let trade = rows.get::<Trade>((slot, returned.order_no))?;
    let debited_at_us = trade.as_ref().and_then(|trade| trade.paid_at_us);
    if let Some(debited_at_us) = debited_at_us {
        balance_limit::give_back(rows, returned.buyer, returned.amount, debited_at_us)?;
    }
    if let Some(trade) = trade {
        let (state, closed_at_us) = (TradeState::Closed, Some(now_us));
        rows.put(Trade { state, paid_at_us: None, closed_at_us, ..(*trade).clone() });
    }
    let Some(mandate) = mandate_of(rows, returned.buyer, returned.agreement_no)? else {
        return Err(Fault(format!("mandate {} is not there", returned.agreement_no)));
    };
    let left = mandate.debited_minor.of(returned.amount.currency()).checked_sub(returned.amount);
    let left = left.map_err(|error| Fault(format!("debits of {}: {error}", mandate.no)))?;
    let mandate = (*mandate).clone().changed(|progress| {
        if planted(Plant::ReturnedDebitCounts) {
            return;
        }
        progress.debited_minor = left.minor();
        progress.debits = progress.debits.saturating_sub(1);
        // Planned again, unless the plan went on or was moved meanwhile: then the same step is another debit.
        let same_plan = progress.plan_from == returned.plan_from;
        let step = returned.plan_step.filter(|step| same_plan && progress.plan_step == step + 1);
        progress.plan_step = step.unwrap_or(progress.plan_step);
        // The last debit is the one before again, unless there was a later one.
        if progress.last_debit_at_us == debited_at_us {
            progress.last_debit_at_us = returned.before_at_us;
        }
    });
    let undone = DebitUndone { mandate: said(rows, &mandate)? };
    rows.put(mandate);
    rows.send(returned.agreement_no.slot(), Message::DebitUndone(undone));
    Ok(None)
}

/// In the merchant's slot: the agreement follows, and the debit was refused.
pub(crate) fn debit_undone(rows: &mut Rows<'_>, said: &DebitUndone) -> Result<Option<Reply>, Fault> {
    follow(rows, &said.mandate)?;
    Ok(Some(Reply::DebitOrder(Err(DebitRefused::Open(OpenRefused::AlreadyClosed)))))
}
