//! Issues the code that a buyer shows at a till.

use crate::command::Next;
use crate::{PartyNotFound, Rows, Stop};
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
) -> Result<Next<i64>, Stop<PartyNotFound>> {
    let slot = rows.slot();
    let party = rows.get::<Party>((slot, command.party))?;
    if party.is_none_or(|party| party.status == PartyStatus::Closed) {
        return Stop::because(PartyNotFound);
    }
    // The rim drew a code that another buyer shows right now: taking it over would charge the wrong one.
    let live = rows.get::<PayCode>((slot, command.digest))?.filter(|code| rows.now_us() < code.expires_at_us);
    if live.is_some_and(|code| code.party != command.party) {
        return Stop::because(PartyNotFound);
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
