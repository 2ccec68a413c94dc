//! The payment password, in two commands around the comparison that the rim makes.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{OrderNo, PartyId, Slot};
use people::{
    ATTEMPT_LIFE_US, Attempt, Credential, PROOF_LIFE_US, Party, PartyStatus, PasswordRefused, SignIn,
    TRIES_MAX, Verifier, judged, reserved,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::TimerTask;

/// Reserves one try and counts it, before anything is compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TryPassword {
    /// Whose password.
    pub party: PartyId,
    /// The order that it is given for.
    pub about: OrderNo,
}

/// A reserved try: what the rim compares with.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// The try's number, for the verdict.
    pub attempt: u64,
    /// The argon2id string.
    pub verifier: Verifier,
    /// Which pepper it was made with.
    pub pepper_version: u32,
}

impl TryPassword {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn try_password(
    rows: &mut Rows<'_>,
    command: &TryPassword,
) -> Result<Next<Reserved>, Stop<PasswordRefused>> {
    let slot = rows.slot();
    let party = rows.get::<Party>((slot, command.party))?;
    let credential = rows.get::<Credential>((slot, command.party))?;
    let (Some(party), Some(credential)) = (party, credential) else {
        return Stop::because(PasswordRefused::NoPassword);
    };
    if party.status == PartyStatus::Closed {
        return Stop::because(PasswordRefused::NoPassword);
    }
    let credential = reserved((*credential).clone(), rows.stamp()).map_err(Stop::Refused)?;

    // Nothing can be refused below this line; nothing was changed above it.
    let attempt = rows.stamp().seq;
    let answer = Reserved {
        attempt,
        verifier: credential.verifier.clone(),
        pepper_version: credential.pepper_version,
    };
    rows.put(credential);
    let expires_at_us = rows.now_us() + ATTEMPT_LIFE_US;
    let who = command.party;
    rows.insert(Attempt {
        slot,
        party: who,
        no: attempt,
        about: command.about,
        proven: false,
        expires_at_us,
    });
    rows.after(expires_at_us + PROOF_LIFE_US, |timer| {
        timer.task = TimerTask::ForgetAttempt;
        timer.party = Some(who);
        timer.attempt = Some(attempt);
    });
    Ok(Next::Answer(answer))
}

/// Whether a password was set after what has this number: then that proves nothing of who it was.
pub(crate) fn is_outdated(rows: &mut Rows<'_>, party: PartyId, proof: u64) -> Result<bool, Fault> {
    Ok(rows.get::<Party>((rows.slot(), party))?.is_some_and(|row| proof <= row.proofs_after))
}

/// A try of the payment password, unless a password was set after it: then it proves nothing.
pub(crate) fn standing(
    rows: &mut Rows<'_>,
    party: PartyId,
    attempt: u64,
) -> Result<Option<Arc<Attempt>>, Fault> {
    let slot = rows.slot();
    let Some(row) = rows.get::<Party>((slot, party))? else { return Ok(None) };
    Ok(rows.get::<Attempt>((slot, party, attempt))?.filter(|attempt| attempt.no > row.proofs_after))
}

/// Carries the verdict of a comparison, once for each try. A right one stands for its order for ten minutes; a wrong
/// one uses the try up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgePassword {
    /// Whose password.
    pub party: PartyId,
    /// The try's number.
    pub attempt: u64,
    /// Whether it was right.
    pub right: bool,
}

impl JudgePassword {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn judge_password(
    rows: &mut Rows<'_>,
    command: &JudgePassword,
) -> Result<Next<()>, Stop<PasswordRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let attempt = standing(rows, command.party, command.attempt)?;
    let attempt = attempt.filter(|attempt| !attempt.proven && now_us < attempt.expires_at_us);
    let credential = rows.get::<Credential>((slot, command.party))?;
    let (Some(attempt), Some(credential)) = (attempt, credential) else {
        return Stop::because(PasswordRefused::NoAttempt);
    };
    if !command.right {
        // The try was counted when it was reserved, and is judged once.
        rows.delete::<Attempt>((slot, command.party, command.attempt));
        return Err(Stop::Noted(if credential.tries >= TRIES_MAX {
            PasswordRefused::Locked { until_us: credential.locked_until_us }
        } else {
            PasswordRefused::Wrong { tries_left: TRIES_MAX - credential.tries }
        }));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(judged((*credential).clone(), true));
    let party = rows.get::<Party>((slot, command.party))?;
    if party.is_some_and(|party| party.class.is_person()) {
        // Whoever pays is there, though nobody signed in.
        if let Some(sign_in) = rows.get::<SignIn>((slot, command.party))? {
            rows.put(SignIn { seen_at_us: now_us, ..(*sign_in).clone() });
        }
    }
    rows.put(Attempt { proven: true, expires_at_us: now_us + PROOF_LIFE_US, ..(*attempt).clone() });
    Ok(Next::Answer(()))
}
