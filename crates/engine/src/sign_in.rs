//! Signing in: with the login password in two commands around the comparison that the rim makes, or with a code.

use crate::command::Next;
use crate::identity::{self, Named};
use crate::password::Reserved;
use crate::{Fault, Rows, Stop, challenge};
use base::{PartyId, Slot};
use people::{
    AddressDigest, Challenge, ChallengePurpose, IdentityDigest, Login, Party, PartyStatus, PasswordRefused,
    SignIn, login_of_address, slot_of_address,
};
use serde::{Deserialize, Serialize};

/// Reserves one try of a login password and counts it, before anything is compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrySignIn {
    /// Whose password.
    pub party: PartyId,
}

impl TrySignIn {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn try_sign_in(
    rows: &mut Rows<'_>,
    command: &TrySignIn,
) -> Result<Next<Reserved>, Stop<PasswordRefused>> {
    let Some(row) = standing(rows, command.party)? else { return Stop::because(PasswordRefused::NoPassword) };
    let row = row.reserved(rows.stamp()).map_err(Stop::Refused)?;
    let (attempt, verifier, pepper_version) = (row.tried, row.verifier.clone(), row.pepper_version);
    rows.put(row);
    Ok(Next::Answer(Reserved { attempt, verifier, pepper_version }))
}

/// Says that a try was right: the person is signed in, and the count is cleared. A wrong one needs no word, since it
/// was counted when it was reserved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProveSignIn {
    /// Whose password.
    pub party: PartyId,
    /// The try's number.
    pub attempt: u64,
}

impl ProveSignIn {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn prove_sign_in(
    rows: &mut Rows<'_>,
    command: &ProveSignIn,
) -> Result<Next<()>, Stop<PasswordRefused>> {
    let Some(row) = standing(rows, command.party)? else { return Stop::because(PasswordRefused::NoPassword) };
    let row = row.proven(command.attempt, rows.now_us()).map_err(Stop::Refused)?;
    rows.put(row);
    if is_frozen(rows, command.party)? {
        return Err(Stop::Noted(PasswordRefused::Frozen));
    }
    Ok(Next::Answer(()))
}

/// Signs in whoever proved an address by a code. A lock of the login password opens by it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignInByCode {
    /// The address.
    pub address: AddressDigest,
    /// What proved it.
    pub proof: u64,
    /// Who the person says to be; needed once the account's owner is known.
    pub identity: Option<IdentityDigest>,
}

/// Why nobody is signed in by a code. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInByCodeRefused {
    /// Nothing proves the address, or it was used.
    #[error("the address is not proven")]
    ProofMissing,
    /// Nobody signs in with this address.
    #[error("nobody signs in with this address")]
    NoSuchPerson,
    /// Others were said to be the owner too often: the login password has to be right first.
    #[error("the owner was guessed at too often: sign in with the login password")]
    GuessesUsedUp,
    /// The account's owner is known, and a code alone does not prove to be that person.
    #[error("the owner is known: say who you are, too")]
    IdentityMissing,
    /// The account is another person's; what proved the address is used up, and no more is sent there that day.
    #[error("the account is another person's")]
    IdentityDiffers,
    /// The operator froze the account: nobody signs in.
    #[error("the account is frozen")]
    Frozen,
}

impl SignInByCode {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

pub(crate) fn sign_in_by_code(
    rows: &mut Rows<'_>,
    command: &SignInByCode,
) -> Result<Next<PartyId>, Stop<SignInByCodeRefused>> {
    let purpose = ChallengePurpose::SignIn;
    let Some(used) = challenge::prove(rows, command.address, purpose, command.proof)? else {
        return Stop::because(SignInByCodeRefused::ProofMissing);
    };
    let login = rows.get::<Login>((rows.slot(), login_of_address(&command.address)))?;
    let row = match login {
        Some(login) => standing(rows, login.party)?,
        None => None,
    };
    // After so long the address may be somebody else's, and a code proves nothing but the address.
    let now_us = rows.now_us();
    let row = row.filter(|row| !row.is_dormant(now_us));
    let Some(row) = row else { return Stop::because(SignInByCodeRefused::NoSuchPerson) };

    let party = row.party;
    match said_to_be(rows, &row, command.identity, &used)? {
        Said::Owner => {}
        Said::TooOften => return Stop::because(SignInByCodeRefused::GuessesUsedUp),
        Said::Nobody => return Stop::because(SignInByCodeRefused::IdentityMissing),
        Said::Another => return Err(Stop::Noted(SignInByCodeRefused::IdentityDiffers)),
    }
    if is_frozen(rows, party)? {
        return Stop::because(SignInByCodeRefused::Frozen);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(used);
    rows.put(row.seen(now_us));
    Ok(Next::Answer(party))
}

/// Who somebody with a code says to be, of an account.
pub(crate) enum Said {
    /// Its owner, or nobody knows who that is.
    Owner,
    /// Others were said too often: only the login password opens it.
    TooOften,
    /// Nobody was said, and somebody has to be.
    Nobody,
    /// Somebody else: that is counted, and the code is used up.
    Another,
}

/// Compares who somebody says to be with the owner of an account, and counts what is wrong.
pub(crate) fn said_to_be(
    rows: &mut Rows<'_>,
    row: &SignIn,
    identity: Option<IdentityDigest>,
    used: &Challenge,
) -> Result<Said, Fault> {
    if row.is_guessed_out() {
        return Ok(Said::TooOften);
    }
    Ok(match identity::named(rows, row.party, identity)? {
        Named::Owner => Said::Owner,
        Named::Nobody => Said::Nobody,
        Named::Another => {
            rows.put(challenge::guessed(used.clone()));
            rows.put(row.clone().guessed());
            Said::Another
        }
    })
}

/// Whether the operator froze the account.
pub(crate) fn is_frozen(rows: &mut Rows<'_>, party: PartyId) -> Result<bool, crate::Fault> {
    let row = rows.get::<Party>((rows.slot(), party))?;
    Ok(row.is_some_and(|row| row.status == PartyStatus::Frozen))
}

/// The login password of somebody who may sign in: whose account is not closed.
pub(crate) fn standing(rows: &mut Rows<'_>, party: PartyId) -> Result<Option<SignIn>, crate::Fault> {
    let slot = rows.slot();
    let open = rows.get::<Party>((slot, party))?.is_some_and(|party| party.status != PartyStatus::Closed);
    let row = rows.get::<SignIn>((slot, party))?.filter(|_| open);
    Ok(row.map(|row| (*row).clone()))
}
