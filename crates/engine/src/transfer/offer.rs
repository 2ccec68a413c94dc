//! A person sends money in two steps: first it is shown whom the money goes to, then the payment password is given.

use super::send::{fresh, number};
use super::{
    TransferAsk, check_money, may_send, odd, of_number, pay, payee_of, same_meaning, set_timer, without_timer,
};
use crate::command::Next;
use crate::proof::{self, act_of_transfer};
use crate::risk_check::{self, Gate};
use crate::{Fault, Rows, Stop, TransferBy};
use ::risk::Wait;
use ::transfer::{
    Arrival, ConfirmTransferRefused, KnownPayee, OFFER_LIFE_US, REVIEWED_OFFER_LIFE_US, Transfer,
    TransferRefused, TransferState, TransferWay, is_known,
};
use base::{PartyId, Plant, Slot, TransferNo, planted};
use people::Party;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A person asks to send money. Nothing moves yet; the answer says whether the payee is known to the payer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferTransfer {
    /// What is asked for.
    pub ask: TransferAsk,
    /// When the payee shall have it.
    pub arrival: Arrival,
}

/// A transfer that waits for its payer's word.
#[derive(Clone, PartialEq, Debug)]
pub struct OfferedTransfer {
    /// The transfer.
    pub transfer: Arc<Transfer>,
    /// Whether the payer's money came to this payee within the last 180 days. If not, the payer is to be warned.
    pub known: bool,
}

/// A person confirms. The proof is a password try that was judged right for this very transfer, or a passkey's for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmTransfer {
    /// Who pays.
    pub payer: PartyId,
    /// The transfer.
    pub transfer: TransferNo,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
}

impl OfferTransfer {
    pub(crate) fn slot(&self) -> Slot {
        self.ask.payer.slot()
    }
}

impl ConfirmTransfer {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

pub(crate) fn offer_transfer(
    rows: &mut Rows<'_>,
    command: &OfferTransfer,
) -> Result<Next<OfferedTransfer>, Stop<TransferRefused>> {
    let OfferTransfer { ask, arrival } = command;
    let payer = rows.get::<Party>((rows.slot(), ask.payer))?;
    let Some(payer) = payer else { return Stop::because(TransferRefused::PayerNotFound) };
    if let Some(first) = of_number(rows, payer.id, TransferWay::Wallet, &ask.out_biz_no)? {
        same_meaning(&first, ask, *arrival).map_err(Stop::Refused)?;
        return Ok(Next::Answer(offered(rows, first)?));
    }
    let payee = payee_of(ask).map_err(Stop::Refused)?;
    may_send(rows, &payer, TransferWay::Wallet, ask.amount)?;
    let transfer = fresh(rows, ask, payee, TransferWay::Wallet, *arrival);
    check_money(rows, &transfer)?;

    // Nothing can be refused below this line; nothing was changed above it.
    number(rows, &transfer);
    let due_at_us = rows.now_us().saturating_add(OFFER_LIFE_US);
    let timer = set_timer(rows, &transfer, due_at_us);
    let transfer = Arc::new(Transfer { due_at_us: Some(due_at_us), timer: Some(timer), ..transfer });
    rows.insert_shared(transfer.clone());
    Ok(Next::Answer(offered(rows, transfer)?))
}

fn offered(rows: &mut Rows<'_>, transfer: Arc<Transfer>) -> Result<OfferedTransfer, Fault> {
    let known = rows.get::<KnownPayee>((transfer.slot, transfer.payer, transfer.payee))?;
    let known = is_known(known.as_deref(), rows.now_us());
    Ok(OfferedTransfer { transfer, known })
}

/// A person of the platform looks at it: it can be confirmed when that is decided.
fn stay_open(rows: &mut Rows<'_>, transfer: &Transfer) {
    let due_at_us = rows.now_us().saturating_add(REVIEWED_OFFER_LIFE_US);
    let transfer = without_timer(rows, transfer);
    let timer = Some(set_timer(rows, &transfer, due_at_us));
    rows.put(Transfer { due_at_us: Some(due_at_us), timer, ..transfer });
}

pub(crate) fn confirm_transfer(
    rows: &mut Rows<'_>,
    command: &ConfirmTransfer,
) -> Result<Next<Arc<Transfer>>, Stop<ConfirmTransferRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let ConfirmTransfer { payer, transfer, attempt } = *command;
    let found = rows.get::<Transfer>((slot, transfer))?;
    let ours = found.filter(|found| found.payer == payer && found.way == TransferWay::Wallet);
    let Some(transfer) = ours else { return Stop::because(ConfirmTransferRefused::NotFound) };
    match transfer.state {
        TransferState::Offered if transfer.due_at_us.is_some_and(|due_at_us| now_us < due_at_us) => {}
        // Nobody confirmed in time, though its timer has not run.
        TransferState::Offered | TransferState::Cancelled => {
            return Stop::because(ConfirmTransferRefused::AlreadyCancelled);
        }
        TransferState::Returned => {
            return Stop::because(ConfirmTransferRefused::Refused(TransferRefused::PayeeBlocked));
        }
        TransferState::Waiting | TransferState::UnderWay | TransferState::Done => {
            return Ok(Next::Answer(transfer));
        }
    }
    let any = planted(Plant::ProofOfAnyTransfer);
    let Some(proven) = proof::of(rows, payer, attempt, &act_of_transfer(&transfer), any)? else {
        return Stop::because(ConfirmTransferRefused::ProofMissing);
    };
    let party = rows.get::<Party>((slot, payer))?.ok_or_else(|| odd(&transfer, "its payer is gone"))?;
    let again = |stop: Stop<TransferRefused>| stop.map(ConfirmTransferRefused::Refused);
    may_send(rows, &party, transfer.way, transfer.amount()).map_err(again)?;
    let posted = check_money(rows, &transfer).map_err(again)?;
    let look = risk_check::of_transfer(rows, &party, &transfer, proven.given)?;
    let wait = match look.gate {
        Gate::Open => Arrival::AtOnce,
        Gate::Wait(Wait::TwoHours) => Arrival::TwoHours,
        Gate::Wait(Wait::OneDay) => Arrival::OneDay,
        Gate::Shut(refused) => {
            if look.opens_case() {
                stay_open(rows, &transfer);
            }
            look.note(rows);
            proven.use_up(rows);
            return Err(Stop::Noted(ConfirmTransferRefused::Refused(TransferRefused::Risk(refused))));
        }
    };
    // The payer's own choice holds when it is the longer one.
    let transfer = if wait > transfer.arrival {
        Arc::new(Transfer { arrival: wait, asked_arrival: Some(transfer.arrival), ..(*transfer).clone() })
    } else {
        transfer
    };
    let posted = if transfer.arrival == wait { check_money(rows, &transfer).map_err(again)? } else { posted };

    // Nothing can be refused here below this line; a payee that is closed sends it back.
    look.note(rows);
    proven.use_up(rows);
    let transfer = without_timer(rows, &transfer);
    let paid = pay(rows, &transfer, posted, TransferBy::Person)?;
    Ok(if paid.state == TransferState::Waiting { Next::Answer(paid) } else { Next::Chain })
}
