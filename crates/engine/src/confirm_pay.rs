//! A buyer pays a trade that waits, with the payment password given or by a passkey.

use crate::books::OutRefused;
use crate::claim_order::masked;
use crate::command::Next;
use crate::proof::{self, act_of_paying};
use crate::risk_check::{self, Gate};
use crate::{Message, OrderPaid, Rows, Stop, books, static_code};
use base::{OrderNo, PartyId, Plant, Slot, planted};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Order, PayRefused, Trade, TradeState};

/// The buyer confirms. The proof is a try that was judged right for this very order, or a passkey's
/// for this very payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmPay {
    /// Who pays.
    pub buyer: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
}

impl ConfirmPay {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

pub(crate) fn confirm_pay(
    rows: &mut Rows<'_>,
    command: &ConfirmPay,
) -> Result<Next<Arc<Order>>, Stop<PayRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let ConfirmPay { buyer, order_no, attempt } = *command;
    let trade = rows.get::<Trade>((slot, order_no))?.filter(|trade| trade.buyer == buyer);
    let Some(trade) = trade else { return Stop::because(PayRefused::TradeNotFound) };
    match trade.state {
        TradeState::Waiting => {}
        TradeState::Paid => return Stop::because(PayRefused::AlreadyPaid),
        TradeState::Closed => return Stop::because(PayRefused::AlreadyClosed),
    }
    if trade.bank_order.is_some() && !planted(Plant::CardUnderWayIgnored) {
        return Stop::because(PayRefused::CardUnderWay);
    }
    let act = act_of_paying(order_no, trade.seller, trade.total(), None);
    let proven = proof::of(rows, buyer, attempt, &act, planted(Plant::ProofOfAnyOrder))?;
    let Some(proven) = proven else { return Stop::because(PayRefused::ProofMissing) };
    let Some(party) = rows.get::<Party>((slot, buyer))?.filter(|party| party.status == PartyStatus::Normal)
    else {
        return Stop::because(PayRefused::BuyerBlocked);
    };
    if !static_code::allows(rows, &trade, None, now_us)? {
        return Stop::because(PayRefused::StaticLimit);
    }
    let amount = trade.total();
    let posted = match books::check_pay_out(rows, &party, amount, order_no)? {
        Ok(posted) => posted,
        Err(OutRefused::Stopped) => return Stop::because(PayRefused::BuyerStopped),
        Err(OutRefused::OverLimit) => return Stop::because(PayRefused::BuyerLimit),
        Err(OutRefused::TooLow) => return Stop::because(PayRefused::BalanceTooLow),
    };
    let look = risk_check::of_order(rows, &party, &trade, proven.given)?;
    if let Gate::Shut(refused) = look.gate {
        look.note(rows);
        // What was noted costs a proof: nobody writes without end.
        proven.use_up(rows);
        return Err(Stop::Noted(PayRefused::Risk(refused)));
    }

    // Nothing can be refused here below this line; an order that was closed meanwhile sends the money back.
    look.note(rows);
    books::pay_out(rows, posted, buyer, amount)?;
    static_code::count(rows, &trade, None, now_us)?;
    static_code::waits_no_longer(rows, order_no)?;
    if !planted(Plant::ProofStaysUsable) {
        proven.use_up(rows);
    }
    rows.put(Trade { state: TradeState::Paid, paid_at_us: Some(now_us), ..(*trade).clone() });
    let paid =
        OrderPaid { order_no, buyer, buyer_login_masked: masked(&party), amount, attempt: None, card: None };
    rows.send(Message::home(order_no), Message::OrderPaid(paid));
    Ok(Next::Chain)
}
