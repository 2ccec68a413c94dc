//! A party confirms a drafted order: its money is set on its way, and the bank is to be asked.

use super::close::forget_timer;
use super::find::order_of;
use super::limits;
use super::person::{self, Asked, SpendFor};
use super::prepare::{Wish, check, give_up_after};
use crate::command::Next;
use crate::proof::{self, act_of_bank_order};
use crate::risk_check::{self, Gate, Given, Look};
use crate::{Fault, Rows, Stop, books};
use base::{BankOrderNo, PartyId, Slot};
use fund::{
    BankEvent, BankMove, BankOrder, BankOrderKind, BankOrderState, ConfirmBankOrderRefused,
    REVIEWED_DRAFT_US, bank_next,
};
use people::Party;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The party confirms. The proof is a password try that was judged right for this very order, or a passkey's for it.
/// Repeating it while the order is under way gives the order as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmBankOrder {
    /// Whose money.
    pub party: PartyId,
    /// The order.
    pub no: BankOrderNo,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
}

impl ConfirmBankOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn confirm_bank_order(
    rows: &mut Rows<'_>,
    command: &ConfirmBankOrder,
) -> Result<Next<Arc<BankOrder>>, Stop<ConfirmBankOrderRefused>> {
    go(rows, command, Asked::No)
}

/// Confirms, before the person's slot was asked or after it.
pub(super) fn go(
    rows: &mut Rows<'_>,
    command: &ConfirmBankOrder,
    asked: Asked,
) -> Result<Next<Arc<BankOrder>>, Stop<ConfirmBankOrderRefused>> {
    let ConfirmBankOrder { party, no, attempt } = *command;
    let Some(order) = order_of(rows, party, no)? else {
        return Stop::because(ConfirmBankOrderRefused::NotFound);
    };
    let state = match bank_next(order.kind, order.state, BankEvent::Confirm) {
        BankMove::To(state) => state,
        BankMove::Same => return Ok(Next::Answer(order)),
        BankMove::No | BankMove::Surprise => return Stop::because(ConfirmBankOrderRefused::Ended),
    };
    let proven = match act_of_bank_order(&order) {
        Some(act) => proof::of(rows, party, attempt, &act, false)?,
        None => None,
    };
    let Some(proven) = proven else { return Stop::because(ConfirmBankOrderRefused::ProofMissing) };
    let wish = Wish { party, card: order.card, kind: order.kind, amount: order.amount() };
    let counts_at_us = asked.at_us(rows);
    let found = check(rows, wish, no, counts_at_us)?;
    let found = found.map_err(|refused| Stop::Refused(ConfirmBankOrderRefused::Rules(refused)))?;
    if found.price.fee != order.fee() {
        return Stop::because(ConfirmBankOrderRefused::PriceChanged);
    }
    let look = match order.kind {
        BankOrderKind::Withdraw => look(rows, &order, proven.given)?,
        // Money that comes in, or goes back to its card, or was looked at when it was asked for.
        BankOrderKind::TopUp | BankOrderKind::Pay | BankOrderKind::Return | BankOrderKind::Transfer => None,
    };
    if let Some((Gate::Shut(refused), opens_case)) = look.as_ref().map(|look| (look.gate, look.opens_case()))
    {
        if opens_case {
            let mut kept = (*order).clone();
            forget_timer(rows, &mut kept);
            give_up_after(rows, &mut kept, REVIEWED_DRAFT_US);
            rows.put(kept);
        }
        look.into_iter().for_each(|look| look.note(rows));
        proven.use_up(rows);
        return Err(Stop::Noted(ConfirmBankOrderRefused::Risk(refused)));
    }

    match asked {
        Asked::No if person::asks(rows, wish, no, SpendFor::Confirm { party, attempt })? => {
            return Ok(Next::Chain);
        }
        Asked::Over(over) => return Stop::because(ConfirmBankOrderRefused::Rules(over)),
        Asked::No | Asked::Counts(..) => {}
    }

    // Nothing can be refused here below this line.
    look.into_iter().for_each(|look| look.note(rows));
    proven.use_up(rows);
    if let Some(taken) = found.taken {
        books::book(rows, taken);
    }
    let mut asked = (*order).clone();
    if order.kind == BankOrderKind::Withdraw {
        // Its money left the balance: it is owed to the card until the bank says otherwise.
        forget_timer(rows, &mut asked);
        asked.free_minor = found.price.free.minor();
        asked.life_minor = found.life;
    }
    limits::count(rows, &mut asked, counts_at_us)?;
    let asked = Arc::new(send_now(rows, BankOrder { state, ..asked }));
    rows.put_shared(asked.clone());
    Ok(Next::Answer(asked))
}

/// What risk rules say of a withdrawal.
fn look(rows: &mut Rows<'_>, order: &BankOrder, given: Given) -> Result<Option<Look>, Fault> {
    let party = rows.get::<Party>((rows.slot(), order.party))?;
    let party = party.ok_or_else(|| Fault(format!("whose money {} moves is not there", order.no)))?;
    risk_check::of_withdrawal(rows, &party, order, given).map(Some)
}

/// The order, to be sent at once.
pub(crate) fn send_now(rows: &Rows<'_>, order: BankOrder) -> BankOrder {
    debug_assert_eq!(order.state, BankOrderState::Asked, "only what was not sent is sent first");
    BankOrder { next_try_at_us: Some(rows.now_us()), ..order }
}
