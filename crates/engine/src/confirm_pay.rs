//! A buyer pays a trade that waits, with the payment password given or by a passkey.

use crate::books::OutRefused;
use crate::claim_order::masked;
use crate::command::Next;
use crate::risk_check::{self, Gate, Given};
use crate::{Message, OrderPaid, Rows, Stop, books, passkey, password};
use base::{OrderNo, PartyId, Plant, Slot, planted};
use people::{Attempt, Party, PartyStatus, PasskeyProof};
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

/// The proof that was given pays once, also when risk rules stop what it was given for.
fn use_up(rows: &mut Rows<'_>, given: Given, proof: (Slot, PartyId, u64)) {
    match given {
        Given::Passkey => rows.delete::<PasskeyProof>(proof),
        Given::Password | Given::Nothing => rows.delete::<Attempt>(proof),
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
    let proof = password::standing(rows, buyer, attempt)?;
    let fits = |proof: &Attempt| proof.about == order_no || planted(Plant::ProofOfAnyOrder);
    let given = if proof.is_some_and(|proof| proof.proven && fits(&proof) && now_us < proof.expires_at_us) {
        Given::Password
    } else if passkey::confirms(rows, &trade, attempt)? {
        Given::Passkey
    } else {
        return Stop::because(PayRefused::ProofMissing);
    };
    let Some(party) = rows.get::<Party>((slot, buyer))?.filter(|party| party.status == PartyStatus::Normal)
    else {
        return Stop::because(PayRefused::BuyerBlocked);
    };
    let amount = trade.total();
    let posted = match books::check_pay_out(rows, &party, amount, order_no)? {
        Ok(posted) => posted,
        Err(OutRefused::Stopped) => return Stop::because(PayRefused::BuyerStopped),
        Err(OutRefused::OverLimit) => return Stop::because(PayRefused::BuyerLimit),
        Err(OutRefused::TooLow) => return Stop::because(PayRefused::BalanceTooLow),
    };
    let look = risk_check::of_order(rows, &party, &trade, given)?;
    if let Gate::Shut(refused) = look.gate {
        look.note(rows);
        // What was noted costs a proof: nobody writes without end.
        use_up(rows, given, (slot, buyer, attempt));
        return Err(Stop::Noted(PayRefused::Risk(refused)));
    }

    // Nothing can be refused here below this line; an order that was closed meanwhile sends the money back.
    look.note(rows);
    books::pay_out(rows, posted, buyer, amount)?;
    if !planted(Plant::ProofStaysUsable) {
        use_up(rows, given, (slot, buyer, attempt));
    }
    rows.put(Trade { state: TradeState::Paid, paid_at_us: Some(now_us), ..(*trade).clone() });
    let paid =
        OrderPaid { order_no, buyer, buyer_login_masked: masked(&party), amount, attempt: None, card: None };
    rows.send(Message::home(order_no), Message::OrderPaid(paid));
    Ok(Next::Chain)
}
