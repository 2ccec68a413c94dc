//! Passkeys: added, listed, removed, signed in with, and acts that they confirm. The rim looked at the signature.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop, WhichDevices, device, password, sign_in};
use base::{PartyId, Slot};
use people::{
    PASSKEYS_MAX, PROOF_LIFE_US, Party, PartyStatus, Passkey, PasskeyDigest, PasskeyProof, PasskeyRefused,
    ShownAct,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::TimerTask;

/// Adds a passkey. That its owner is there was proven before, by a session and the login password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddPasskey {
    /// Whose.
    pub party: PartyId,
    /// Digest of the credential's id.
    pub digest: PasskeyDigest,
    /// The credential, sealed.
    pub sealed_key: Vec<u8>,
    /// What the person calls it, sealed.
    pub sealed_name: Vec<u8>,
    /// The number of the try of the login password that proved it.
    pub since: u64,
}

impl AddPasskey {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn add_passkey(
    rows: &mut Rows<'_>,
    command: &AddPasskey,
) -> Result<Next<Arc<Passkey>>, Stop<PasskeyRefused>> {
    let (slot, party, now_us) = (rows.slot(), command.party, rows.now_us());
    let status = rows.get::<Party>((slot, party))?.map(|party| party.status);
    if sign_in::standing(rows, party)?.is_none() {
        return Stop::because(PasskeyRefused::NoSuchPasskey);
    }
    let mut free = None;
    for place in 0..PASSKEYS_MAX {
        match rows.get::<Passkey>((slot, party, place))? {
            Some(known) if known.digest == command.digest => return Stop::because(PasskeyRefused::Known),
            Some(_) => {}
            None => free = free.or(Some(place)),
        }
    }
    let Some(place) = free else { return Stop::because(PasskeyRefused::TooMany) };
    if password::is_outdated(rows, party, command.since)? {
        return Stop::because(PasskeyRefused::ProofMissing);
    }
    if status != Some(PartyStatus::Normal) {
        return Stop::because(PasskeyRefused::Frozen);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let passkey = Arc::new(Passkey {
        slot,
        party,
        place,
        no: rows.stamp().seq,
        digest: command.digest,
        sealed_key: command.sealed_key.clone(),
        sealed_name: command.sealed_name.clone(),
        // What it counted so far is in the credential; from here on it only grows.
        counter: 0,
        added_at_us: now_us,
        used_at_us: now_us,
    });
    rows.put_shared(passkey.clone());
    Ok(Next::Answer(passkey))
}

/// The passkeys of a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindPasskeys {
    /// Whose.
    pub party: PartyId,
}

impl FindPasskeys {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// The oldest first.
pub(crate) fn find_passkeys(
    rows: &mut Rows<'_>,
    query: &FindPasskeys,
) -> Result<Next<Vec<Arc<Passkey>>>, Stop<Never>> {
    let mut found = all(rows, query.party)?;
    found.sort_by_key(|passkey| passkey.no);
    Ok(Next::Answer(found))
}

fn all(rows: &mut Rows<'_>, party: PartyId) -> Result<Vec<Arc<Passkey>>, Fault> {
    let (slot, mut found) = (rows.slot(), Vec::new());
    for place in 0..PASSKEYS_MAX {
        found.extend(rows.get::<Passkey>((slot, party, place))?);
    }
    Ok(found)
}

/// Whether the person has the passkey of this number.
pub(crate) fn is_there(rows: &mut Rows<'_>, party: PartyId, no: u64) -> Result<bool, Fault> {
    Ok(all(rows, party)?.iter().any(|passkey| passkey.no == no))
}

/// Removes a passkey: it opens nothing any more, what it confirmed is worth nothing, and what it signed in is signed
/// out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemovePasskey {
    /// Whose.
    pub party: PartyId,
    /// Its number.
    pub no: u64,
}

impl RemovePasskey {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn remove_passkey(
    rows: &mut Rows<'_>,
    command: &RemovePasskey,
) -> Result<Next<()>, Stop<PasskeyRefused>> {
    let found = all(rows, command.party)?.into_iter().find(|passkey| passkey.no == command.no);
    let Some(passkey) = found else { return Stop::because(PasskeyRefused::NoSuchPasskey) };

    // Nothing can be refused below this line; nothing was changed above it.
    rows.delete::<Passkey>((passkey.slot, passkey.party, passkey.place));
    device::end(rows, passkey.party, WhichDevices::OfPasskey(passkey.no))?;
    Ok(Next::Answer(()))
}

/// Removes all passkeys as part of another decision.
pub(crate) fn remove_all(rows: &mut Rows<'_>, party: PartyId) -> Result<(), Fault> {
    for passkey in all(rows, party)? {
        rows.delete::<Passkey>((passkey.slot, passkey.party, passkey.place));
    }
    Ok(())
}

/// One use of a passkey, whose signature the rim found right.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PasskeyUse {
    /// Whose.
    pub party: PartyId,
    /// Its place.
    pub place: u32,
    /// Its number: another key may have its place by now.
    pub no: u64,
    /// How often it was used, as it says.
    pub counter: u32,
}

/// The passkey after this use, with its credential as it is now when that changed; the account is one of somebody who
/// signs in.
fn used(
    rows: &mut Rows<'_>,
    by: PasskeyUse,
    sealed_key: Option<&Vec<u8>>,
) -> Result<Passkey, Stop<PasskeyRefused>> {
    let passkey = rows.get::<Passkey>((rows.slot(), by.party, by.place))?.filter(|row| row.no == by.no);
    let signs_in = sign_in::standing(rows, by.party)?.is_some();
    let Some(passkey) = passkey.filter(|_| signs_in) else {
        return Err(Stop::Refused(PasskeyRefused::NoSuchPasskey));
    };
    let passkey = passkey.used(by.counter, rows.now_us()).map_err(Stop::Refused)?;
    if sign_in::is_frozen(rows, by.party)? {
        return Err(Stop::Refused(PasskeyRefused::Frozen));
    }
    match sealed_key {
        Some(sealed_key) => Ok(Passkey { sealed_key: sealed_key.clone(), ..passkey }),
        None => Ok(passkey),
    }
}

/// Signs in whoever has a passkey. Tries of the login password stay as they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignInByPasskey {
    /// The use.
    pub by: PasskeyUse,
    /// The credential after it, sealed, when its counter or whether it is backed up changed.
    pub sealed_key: Option<Vec<u8>>,
}

impl SignInByPasskey {
    pub(crate) fn slot(&self) -> Slot {
        self.by.party.slot()
    }
}

/// Gives the number of what proved it, for the session that begins.
pub(crate) fn sign_in_by_passkey(
    rows: &mut Rows<'_>,
    command: &SignInByPasskey,
) -> Result<Next<u64>, Stop<PasskeyRefused>> {
    let passkey = used(rows, command.by, command.sealed_key.as_ref())?;

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(passkey);
    see(rows, command.by.party)?;
    Ok(Next::Answer(rows.stamp().seq))
}

/// Notes that the person was there.
fn see(rows: &mut Rows<'_>, party: PartyId) -> Result<(), Fault> {
    let seen_at_us = rows.now_us();
    if let Some(row) = sign_in::standing(rows, party)? {
        rows.put(people::SignIn { seen_at_us, ..row });
    }
    Ok(())
}

/// Says that a passkey confirmed one act, as it was shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProvePasskey {
    /// The use.
    pub by: PasskeyUse,
    /// The act that was shown.
    pub act: ShownAct,
    /// The credential after the use, sealed, as for [`SignInByPasskey`].
    pub sealed_key: Option<Vec<u8>>,
}

impl ProvePasskey {
    pub(crate) fn slot(&self) -> Slot {
        self.by.party.slot()
    }
}

/// Gives the proof's number, which is used as that of a right password.
pub(crate) fn prove_passkey(
    rows: &mut Rows<'_>,
    command: &ProvePasskey,
) -> Result<Next<u64>, Stop<PasskeyRefused>> {
    let ProvePasskey { by, act, ref sealed_key } = *command;
    let passkey = used(rows, by, sealed_key.as_ref())?;

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(passkey);
    see(rows, by.party)?;
    let (no, party, expires_at_us) = (rows.stamp().seq, by.party, rows.now_us() + PROOF_LIFE_US);
    rows.insert(PasskeyProof {
        slot: rows.slot(),
        party,
        no,
        place: by.place,
        passkey: by.no,
        about: act.about,
        payee: act.payee,
        currency: act.amount.currency(),
        amount_minor: act.amount.minor(),
        expires_at_us,
        act: act.kind,
        card: act.card,
        delay_us: act.delay_us,
    });
    rows.after(expires_at_us, |timer| {
        timer.task = TimerTask::ForgetAttempt;
        timer.party = Some(party);
        timer.attempt = Some(no);
    });
    Ok(Next::Answer(no))
}

/// Whether a passkey that was not removed confirmed this act; not when a password was set after it.
pub(crate) fn confirms(rows: &mut Rows<'_>, party: PartyId, no: u64, act: &ShownAct) -> Result<bool, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let Some(proof) = rows.get::<PasskeyProof>((slot, party, no))? else { return Ok(false) };
    let Some(owner) = rows.get::<Party>((slot, party))? else { return Ok(false) };
    let passkey = rows.get::<Passkey>((slot, party, proof.place))?;
    Ok(passkey.is_some_and(|passkey| passkey.no == proof.passkey)
        && proof.no > owner.proofs_after
        && proof.stands_for(act, now_us))
}
