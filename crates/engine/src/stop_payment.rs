//! Stop-payment: the owner or the operator stops what leaves a balance, and each lifts the own stop.

use crate::command::Next;
use crate::{Rows, Stop, password};
use base::{OrderNo, PartyId, Slot, Stamp};
use people::{Attempt, Party, PartyStatus, PaymentStop, StopEvent};
use serde::{Deserialize, Serialize};

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum StopBy {
    /// The owner of the balance. Lifting takes a right try of the payment password that was given for it.
    Owner {
        /// The number of the try; anything when payments are to be stopped, which needs no proof.
        attempt: u64,
    },
    /// The operator.
    Operator,
}

/// Stops what leaves a balance, or lifts the stop. Cards pay all the same, and money may come in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StopPayments {
    /// Whose balance.
    pub party: PartyId,
    /// Who asks.
    pub by: StopBy,
    /// Whether it is to be lifted.
    pub lift: bool,
}

/// Why a stop stays as it is. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StopPaymentsRefused {
    /// There is no such party, or it is closed.
    #[error("no such party, or it is closed")]
    PartyNotFound,
    /// Who asks stopped nothing.
    #[error("there is no stop to lift that is one's own")]
    NotStopped,
    /// The password proof is missing, for something else, or too old.
    #[error("the payment password must be given again")]
    ProofMissing,
}

impl StopPayments {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// What a try of the payment password is about that lifts a stop: a moment in which there was no order.
pub fn about_stop(party: PartyId) -> OrderNo {
    OrderNo::of(Stamp { at_us: 2, seq: 0 }, party.slot())
}

pub(crate) fn stop_payments(
    rows: &mut Rows<'_>,
    command: &StopPayments,
) -> Result<Next<PaymentStop>, Stop<StopPaymentsRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let StopPayments { party, by, lift } = *command;
    let row = rows.get::<Party>((slot, party))?.filter(|row| row.status != PartyStatus::Closed);
    let Some(row) = row else { return Stop::because(StopPaymentsRefused::PartyNotFound) };
    let (event, proof) = match (by, lift) {
        (StopBy::Owner { .. }, false) => (StopEvent::OwnerStops, None),
        (StopBy::Owner { attempt }, true) => (StopEvent::OwnerLifts, Some(attempt)),
        (StopBy::Operator, false) => (StopEvent::OperatorStops, None),
        (StopBy::Operator, true) => (StopEvent::OperatorLifts, None),
    };
    let Some(stop) = row.stop.next(event) else { return Stop::because(StopPaymentsRefused::NotStopped) };
    if let Some(attempt) = proof {
        let found = password::standing(rows, party, attempt)?;
        let fits = |proof: &Attempt| proof.proven && now_us < proof.expires_at_us;
        if !found.is_some_and(|proof| fits(&proof) && proof.about == about_stop(party)) {
            return Stop::because(StopPaymentsRefused::ProofMissing);
        }
    }

    // Nothing can be refused below this line; nothing was changed above it.
    if let Some(attempt) = proof {
        rows.delete::<Attempt>((slot, party, attempt));
    }
    if stop != row.stop {
        rows.put(Party { stop, ..(*row).clone() });
    }
    Ok(Next::Answer(stop))
}
