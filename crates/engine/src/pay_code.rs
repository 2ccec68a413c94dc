//! Issues the code that a buyer shows at a till.

use crate::command::Next;
use crate::{Rows, Stop, password};
use base::{PartyId, Slot};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use trade::{PAY_CODE_LIFE_US, PayCode, TimerTask};

/// Makes a code usable once, for 60 s. The rim draws the code (its last two digits name the buyer's slot) and sends
/// only its keyed digest: the code itself is a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuePayCode {
    /// Whose code it is.
    pub party: PartyId,
    /// Keyed digest of the code.
    pub digest: [u8; 16],
    /// The number of the try of the payment password that stands for it; absent where nobody signed in.
    pub attempt: Option<u64>,
}

/// Why a code is not issued. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PayCodeRefused {
    /// There is no such party, or its account is closed.
    #[error("no such party")]
    PartyNotFound,
    /// A password was set after the try: whoever made it may not be the owner.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// Another buyer of the slot shows the same code right now: the rim draws another.
    #[error("another buyer shows this code")]
    CodeTaken,
}

impl IssuePayCode {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Gives the moment at which the code expires, microseconds UTC.
pub(crate) fn issue_pay_code(
    rows: &mut Rows<'_>,
    command: &IssuePayCode,
) -> Result<Next<i64>, Stop<PayCodeRefused>> {
    let slot = rows.slot();
    let party = rows.get::<Party>((slot, command.party))?;
    if party.is_none_or(|party| party.status == PartyStatus::Closed) {
        return Stop::because(PayCodeRefused::PartyNotFound);
    }
    if let Some(attempt) = command.attempt
        && password::is_outdated(rows, command.party, attempt)?
    {
        return Stop::because(PayCodeRefused::ProofMissing);
    }
    // Taking over what another buyer shows would charge the wrong one.
    let live = rows.get::<PayCode>((slot, command.digest))?.filter(|code| rows.now_us() < code.expires_at_us);
    if live.is_some_and(|code| code.party != command.party) {
        return Stop::because(PayCodeRefused::CodeTaken);
    }
    let expires_at_us = rows.now_us() + PAY_CODE_LIFE_US;
    let digest = command.digest;
    let timer = rows.after(expires_at_us, |timer| {
        timer.task = TimerTask::ForgetCode;
        timer.code = Some(digest);
    });
    rows.put(PayCode { slot, digest, party: command.party, expires_at_us, timer });
    Ok(Next::Answer(expires_at_us))
}
