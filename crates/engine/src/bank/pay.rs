//! Pays an order by card. The order waits while the bank is asked: nothing else pays it meanwhile, and it is never told
//! as failed before the bank said so.

use super::confirm::send_now;
use super::limits;
use super::person::{self, Asked, SpendFor};
use super::prepare::{Wish, check, draft_as, give_up_later};
use super::returns;
use crate::claim_order::masked;
use crate::command::Next;
use crate::proof::{self, act_of_paying};
use crate::risk_check::{self, Gate};
use crate::{Fault, Message, OrderPaid, PaidByCard, PayReturned, RefundIn, Rows, Stop, books, static_code};
use base::{BankOrderNo, CardNo, OrderNo, PartyId, Slot, Text};
use fund::{
    BankEvent, BankMove, BankOrder, BankOrderKind, BankOrderRefused, BankOrderState, Card, CardKind,
    bank_next,
};
use ledger::Template;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{CardChannel, PayRefused, Trade, TradeState};

/// The buyer pays by card. The proof is a password try that was judged right for this very order, or a passkey's for it
/// and this card. Repeating it for the same card while it is under way gives the same bank order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayByCard {
    /// Who pays.
    pub buyer: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// The card.
    pub card: CardNo,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
    /// What the buyer knew of earlier payments of this order by card.
    pub last_try: LastTry,
}

/// Which payment by card was the order's last one, when the buyer chose to pay. Whoever sends the same wish again,
/// because its answer was lost, names the same one: what came of the first is not paid a second time unseen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LastTry {
    /// Nothing is said of it: the buyer sees the order as it stands when paying.
    Unsaid,
    /// This one, or none.
    Is(Option<BankOrderNo>),
}

impl LastTry {
    /// Whether something happened that the buyer did not see.
    fn differs_from(self, last_try: Option<BankOrderNo>) -> bool {
        match self {
            LastTry::Unsaid => false,
            LastTry::Is(seen) => seen != last_try,
        }
    }
}

/// Why a card does not pay. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PayByCardRefused {
    /// The order cannot be paid by this buyer now.
    #[error("{0}")]
    Pay(PayRefused),
    /// It was tried by card since the buyer looked at it.
    #[error("a card was asked to pay this order since it was shown; look at it again")]
    MovedOn,
    /// It is a credit card, and the merchant takes none.
    #[error("the merchant takes no credit cards")]
    CreditOff,
    /// The card cannot pay it.
    #[error("{0}")]
    Card(BankOrderRefused),
}

impl PayByCard {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

pub(crate) fn pay_by_card(
    rows: &mut Rows<'_>,
    command: &PayByCard,
) -> Result<Next<Arc<BankOrder>>, Stop<PayByCardRefused>> {
    go(rows, command, Asked::No)
}

/// Pays, before the person's slot was asked or after it.
pub(super) fn go(
    rows: &mut Rows<'_>,
    command: &PayByCard,
    asked: Asked,
) -> Result<Next<Arc<BankOrder>>, Stop<PayByCardRefused>> {
    let slot = rows.slot();
    let PayByCard { buyer, order_no, card, attempt, last_try } = *command;
    let no = |refused| Stop::because(PayByCardRefused::Pay(refused));
    let trade = rows.get::<Trade>((slot, order_no))?.filter(|trade| trade.buyer == buyer);
    let Some(trade) = trade else { return no(PayRefused::TradeNotFound) };
    if let Some(under_way) = trade.bank_order {
        let first = rows.get::<BankOrder>((slot, under_way))?.filter(|first| first.card == card);
        return match (first, trade.state) {
            (Some(first), _) => Ok(Next::Answer(first)),
            (None, TradeState::Waiting) => no(PayRefused::CardUnderWay),
            (None, TradeState::Paid) => no(PayRefused::AlreadyPaid),
            (None, TradeState::Closed) => no(PayRefused::AlreadyClosed),
        };
    }
    match trade.state {
        TradeState::Waiting => {}
        TradeState::Paid => return no(PayRefused::AlreadyPaid),
        TradeState::Closed => return no(PayRefused::AlreadyClosed),
    }
    if last_try.differs_from(trade.last_try) {
        return Stop::because(PayByCardRefused::MovedOn);
    }
    let act = act_of_paying(order_no, trade.seller, trade.total(), Some(card));
    let Some(proven) = proof::of(rows, buyer, attempt, &act, false)? else {
        return no(PayRefused::ProofMissing);
    };
    let party = rows.get::<Party>((slot, buyer))?.filter(|party| party.status == PartyStatus::Normal);
    let Some(party) = party else { return no(PayRefused::BuyerBlocked) };
    let (bank_order, counts_at_us) = (asked.number(rows), asked.at_us(rows));
    if let Some(refused) = barred(rows, &trade, card, counts_at_us)? {
        return Stop::because(refused);
    }
    let wish = Wish { party: buyer, card, kind: BankOrderKind::Pay, amount: trade.total() };
    let fits = check(rows, wish, bank_order, counts_at_us)?;
    let fits = fits.map_err(|refused| Stop::Refused(PayByCardRefused::Card(refused)))?;
    let look = risk_check::of_order(rows, &party, &trade, proven.given)?;
    if let Gate::Shut(refused) = look.gate {
        look.note(rows);
        proven.use_up(rows);
        return Err(Stop::Noted(PayByCardRefused::Pay(PayRefused::Risk(refused))));
    }

    match asked {
        Asked::No if person::asks(rows, wish, bank_order, SpendFor::Pay(command.clone()))? => {
            return Ok(Next::Chain);
        }
        Asked::Over(over) => return Stop::because(PayByCardRefused::Card(over)),
        Asked::No | Asked::Counts(..) => {}
    }

    // Nothing can be refused here below this line.
    look.note(rows);
    proven.use_up(rows);
    let key = Text::new(&format!("{order_no} {bank_order}")).map_err(|error| Fault(error.to_string()))?;
    let mut order = draft_as(rows, bank_order, wish, fits.price, key);
    give_up_later(rows, &mut order);
    limits::count(rows, &mut order, counts_at_us)?;
    static_code::count(rows, &trade, Some(card), counts_at_us)?;
    let order = BankOrder { state: BankOrderState::Asked, about: Some(order_no), ..order };
    let order = Arc::new(send_now(rows, order));
    rows.put_shared(order.clone());
    rows.put(Trade { bank_order: Some(order.no), last_try: Some(order.no), ..(*trade).clone() });
    Ok(Next::Answer(order))
}

/// Why a card does not pay this trade, whatever is on it.
fn barred(
    rows: &mut Rows<'_>,
    trade: &Trade,
    card: CardNo,
    at_us: i64,
) -> Result<Option<PayByCardRefused>, Fault> {
    if !static_code::allows(rows, trade, Some(card), at_us)? {
        return Ok(Some(PayByCardRefused::Pay(PayRefused::StaticLimit)));
    }
    let own = rows.get::<Card>((rows.slot(), card))?.filter(|own| own.party == trade.buyer);
    let is_credit = own.is_some_and(|own| own.kind == CardKind::Credit);
    Ok((trade.credit_off && is_credit).then_some(PayByCardRefused::CreditOff))
}

/// The trade that an order pays, when it still is the one that does.
fn trade_of(rows: &mut Rows<'_>, order: &BankOrder) -> Result<Option<Arc<Trade>>, Fault> {
    let trade = order.about.map_or(Ok(None), |no| rows.get::<Trade>((rows.slot(), no)))?;
    Ok(trade.filter(|trade| trade.bank_order == Some(order.no)))
}

/// Whether what an order pays still waits for it.
pub(super) fn still_waits(rows: &mut Rows<'_>, order: &BankOrder) -> Result<bool, Fault> {
    Ok(trade_of(rows, order)?.is_some_and(|trade| trade.state == TradeState::Waiting))
}

/// The bank has the money: it goes to the merchant, who may send it back.
pub(super) fn paid(rows: &mut Rows<'_>, order: &BankOrder) -> Result<(), Fault> {
    let gone = || Fault(format!("what {} pays is not there", order.no));
    let trade = trade_of(rows, order)?.ok_or_else(gone)?;
    let party = rows.get::<Party>((rows.slot(), order.party))?.ok_or_else(gone)?;
    let card = rows.get::<Card>((rows.slot(), order.card))?.ok_or_else(gone)?;
    let (buyer, amount, order_no) = (order.party, order.amount(), trade.no);
    books::must(rows, Template::CardPay { buyer, amount }, Some(order_no))?;
    static_code::waits_no_longer(rows, order_no)?;
    rows.put(Trade { state: TradeState::Paid, paid_at_us: Some(rows.now_us()), ..(*trade).clone() });
    let kind = match card.kind {
        CardKind::Debit => CardChannel::DebitCard,
        CardKind::Credit => CardChannel::CreditCard,
    };
    let card = Some(PaidByCard { kind, bank: card.bank.clone() });
    let buyer_login_masked = masked(&party);
    let paid = OrderPaid { order_no, buyer, buyer_login_masked, amount, attempt: None, card };
    rows.send(Message::home(order_no), Message::OrderPaid(paid));
    Ok(())
}

/// The bank did not pay, or what it pays goes back: the trade can be paid in another way. `counted_at_us` is when the
/// order was counted before anything of that was given back.
pub(super) fn let_go(
    rows: &mut Rows<'_>,
    order: &BankOrder,
    counted_at_us: Option<i64>,
) -> Result<(), Fault> {
    let Some(trade) = trade_of(rows, order)? else {
        if order.state == BankOrderState::GivenUp {
            // What it pays was never there: it keeps its room as one that was given up before that was known.
            return Ok(());
        }
        // It was given up before, or what it pays was never there: it kept its room until the bank's last word.
        return counted_at_us.map_or(Ok(()), |at_us| static_code::free_given_up(rows, order, at_us));
    };
    rows.put(Trade { bank_order: None, ..(*trade).clone() });
    if order.state == BankOrderState::GivenUp {
        static_code::keep_given_up(rows, trade.no)
    } else {
        static_code::give_back(rows, trade.no, trade.total())
    }
}

/// The order could not take the money any more: it goes back to its card.
pub(crate) fn bounced(rows: &mut Rows<'_>, no: BankOrderNo, said: &PayReturned) -> Result<(), Fault> {
    let gone = || Fault(format!("payment {no} is not there"));
    let order = rows.get::<BankOrder>((rows.slot(), no))?.ok_or_else(gone)?;
    let BankMove::To(state) = bank_next(order.kind, order.state, BankEvent::Bounce) else {
        return Err(Fault(format!("payment {no} cannot come back in {:?}", order.state)));
    };
    let template = Template::CardBack { buyer: said.buyer, amount: said.amount };
    books::must(rows, template, Some(said.order_no))?;
    let mut order = BankOrder { state, ..(*order).clone() };
    limits::give_back(rows, &mut order)?;
    returns::open(rows, &order, returns::LATE, said.amount)?;
    rows.put(order);
    Ok(())
}

/// A refund of an order that a card paid is owed to that card, once per number.
pub(crate) fn refund(rows: &mut Rows<'_>, no: BankOrderNo, said: &RefundIn) -> Result<(), Fault> {
    let gone = || Fault(format!("payment {no} is not there"));
    let order = rows.get::<BankOrder>((rows.slot(), no))?.ok_or_else(gone)?;
    let template = Template::CardBack { buyer: said.buyer, amount: said.amount };
    books::must(rows, template, Some(said.order_no))?;
    returns::open(rows, &order, &returns::refund_part(said.out_request_no.as_str()), said.amount).map(drop)
}
