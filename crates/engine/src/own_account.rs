//! What a person does with the own account: new passwords, giving it up, being forgotten. A code that was sent to the
//! address proves that it is the owner.

use crate::bank::pockets;
use crate::command::Next;
use crate::identity::PersonLeft;
use crate::open_party::NewPassword;
use crate::sign_in::{self, Said};
use crate::{Message, PartyNotFound, Rows, Stop, WhichDevices, challenge, device, identity, passkey, person};
use base::{Day, PartyId, Slot};
use ledger::{Account, AccountId, AccountKind};
use money::Currency;
use people::{
    AccountClass, AddressDigest, Challenge, ChallengePurpose, Credential, IdentityDigest, Login, Party,
    PartyName, PartyStatus, Profile, SignIn, Standing, StopEvent, login_of_address, slot_of_address,
    slot_of_identity,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which password is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichPassword {
    /// The one to sign in with.
    Login,
    /// The one to pay with.
    Pay,
}

/// Sets a new password; the lock of the old one opens by it, and no proof of the payment password from before stands.
/// A new login password ends all sessions; a new payment password makes an owner's stop the operator's too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetPassword {
    /// The address of the person.
    pub address: AddressDigest,
    /// What proved it.
    pub proof: u64,
    /// Which one.
    pub which: WhichPassword,
    /// What the rim made of it.
    pub password: NewPassword,
    /// Who the person says to be; needed once the account's owner is known.
    pub identity: Option<IdentityDigest>,
}

/// Why a password stays as it is. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SetPasswordRefused {
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
    /// The payment password was changed often enough today.
    #[error("no more changes today, until {until_us}")]
    TooManyChanges {
        /// When the next day begins, microseconds UTC.
        until_us: i64,
    },
}

impl SetPassword {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

/// Gives whose password it is.
pub(crate) fn set_password(
    rows: &mut Rows<'_>,
    command: &SetPassword,
) -> Result<Next<PartyId>, Stop<SetPasswordRefused>> {
    let now_us = rows.now_us();
    let purpose = match command.which {
        WhichPassword::Login => ChallengePurpose::LoginPassword,
        WhichPassword::Pay => ChallengePurpose::PayPassword,
    };
    let Some(used) = challenge::prove(rows, command.address, purpose, command.proof)? else {
        return Stop::because(SetPasswordRefused::ProofMissing);
    };
    let Some(sign_in) = owner(rows, &command.address)? else {
        return Stop::because(SetPasswordRefused::NoSuchPerson);
    };
    let party = sign_in.party;
    let Some(row) = rows.get::<Party>((rows.slot(), party))? else {
        return Stop::because(SetPasswordRefused::NoSuchPerson);
    };
    match sign_in::said_to_be(rows, &sign_in, command.identity, &used)? {
        Said::Owner => {}
        Said::TooOften => return Stop::because(SetPasswordRefused::GuessesUsedUp),
        Said::Nobody => return Stop::because(SetPasswordRefused::IdentityMissing),
        Said::Another => return Err(Stop::Noted(SetPasswordRefused::IdentityDiffers)),
    }
    let NewPassword { verifier, pepper_version } = command.password.clone();
    let after = match command.which {
        WhichPassword::Login => Some(SignIn { verifier, pepper_version, ..sign_in.seen(now_us) }),
        WhichPassword::Pay => sign_in.with_change(now_us),
    };
    let Some(after) = after else {
        let until_us = Day::of(now_us).plus_days(1).begins_at_us();
        return Stop::because(SetPasswordRefused::TooManyChanges { until_us });
    };

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(used);
    rows.put(after);
    if command.which == WhichPassword::Pay {
        let NewPassword { verifier, pepper_version } = command.password.clone();
        let (slot, tries, locked_until_us) = (rows.slot(), 0, 0);
        rows.put(Credential { slot, party, verifier, pepper_version, tries, locked_until_us });
    }
    // Whoever knew an old password may have proven it a moment ago; that proof is worth nothing now.
    let proofs_after = rows.stamp().seq;
    let stop = match command.which {
        WhichPassword::Login => row.stop,
        WhichPassword::Pay => row.stop.next(StopEvent::PasswordIsSet).unwrap_or(row.stop),
    };
    rows.put(Party { proofs_after, stop, ..(*row).clone() });
    if command.which == WhichPassword::Login {
        device::end(rows, party, WhichDevices::All)?;
        // A key may have been added by whoever knew the old one.
        passkey::remove_all(rows, party)?;
    }
    Ok(Next::Answer(party))
}

/// Who signs in with an address, and may. Nobody, when that was so long ago that the address may be somebody else's.
fn owner(rows: &mut Rows<'_>, address: &AddressDigest) -> Result<Option<SignIn>, crate::Fault> {
    let slot = rows.slot();
    let Some(login) = rows.get::<Login>((slot, login_of_address(address)))? else { return Ok(None) };
    let party = rows.get::<Party>((slot, login.party))?;
    let open = party.is_some_and(|party| party.status != PartyStatus::Closed);
    let now_us = rows.now_us();
    let row = rows.get::<SignIn>((slot, login.party))?.filter(|row| open && !row.is_dormant(now_us));
    Ok(row.map(|row| (*row).clone()))
}

/// Gives the own account up. The address is free again, and so is the person's place among the accounts of one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseAccount {
    /// The address of the person.
    pub address: AddressDigest,
    /// What proved it.
    pub proof: u64,
    /// Whether the person is forgotten in the same decision, so that no interruption comes between.
    pub forget: bool,
}

/// Why an account stays open. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CloseAccountRefused {
    /// Nothing proves the address, or it was used.
    #[error("the address is not proven")]
    ProofMissing,
    /// Nobody signs in with this address.
    #[error("nobody signs in with this address")]
    NoSuchPerson,
    /// A frozen account is not given up, nor one that a list found: who it was is not forgotten before somebody looked.
    #[error("the account is frozen")]
    Frozen,
    /// There is money on it, or set aside.
    #[error("there is money on the account")]
    NotEmpty,
}

impl CloseAccount {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

/// Gives whose account it was.
pub(crate) fn close_account(
    rows: &mut Rows<'_>,
    command: &CloseAccount,
) -> Result<Next<PartyId>, Stop<CloseAccountRefused>> {
    let slot = rows.slot();
    let purpose = ChallengePurpose::CloseAccount;
    let used: Challenge = match challenge::prove(rows, command.address, purpose, command.proof)? {
        Some(used) => used,
        None => return Stop::because(CloseAccountRefused::ProofMissing),
    };
    let Some(sign_in) = owner(rows, &command.address)? else {
        return Stop::because(CloseAccountRefused::NoSuchPerson);
    };
    let who = sign_in.party;
    let party = rows.get::<Party>((slot, who))?;
    let free = |party: &Arc<Party>| party.status == PartyStatus::Normal && !party.stop.is_listed();
    let Some(party) = party.filter(free) else {
        return Stop::because(CloseAccountRefused::Frozen);
    };
    let account = AccountId::of(who, AccountKind::Balance, Currency::Cny);
    let account = rows.get::<Account>((slot, account))?;
    if account.is_some_and(|account| account.balance_minor != 0 || account.held_minor.units() != 0) {
        return Stop::because(CloseAccountRefused::NotEmpty);
    }
    let standing = rows.get::<Standing>((slot, who))?;
    let quota = match &standing {
        Some(standing) if standing.holds_quota => Some(identity::used_in_all(rows, standing)?),
        _ => None,
    };

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(used);
    // The class goes with the evidence that it was counted from.
    let class = AccountClass::Unverified;
    rows.put(Party { status: PartyStatus::Closed, class, ..(*party).clone() });
    rows.delete::<Login>((slot, party.login.clone()));
    rows.delete::<Credential>((slot, who));
    person::part_from_address(rows, who)?;
    pockets::forget(rows, who)?;
    if let Some(standing) = standing {
        let left = PersonLeft { identity: standing.identity, party: who, quota };
        rows.send(slot_of_identity(&standing.identity), Message::PersonLeft(left));
        identity::forget_standing(rows, &standing);
    }
    if command.forget {
        erase(rows, who)?;
    }
    Ok(Next::Answer(who))
}

/// Forgets a person whose account was given up: what was sealed goes from the rows, and the rim deletes the key, so
/// that what older rows and the journal hold opens no more. Again: the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErasePerson {
    /// Whom.
    pub party: PartyId,
}

impl ErasePerson {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Gives the key that is to be deleted.
pub(crate) fn erase_person(
    rows: &mut Rows<'_>,
    command: &ErasePerson,
) -> Result<Next<people::DataKeyId>, Stop<PartyNotFound>> {
    match erase(rows, command.party)? {
        Some(data_key) => Ok(Next::Answer(data_key)),
        None => Stop::because(PartyNotFound),
    }
}

/// Takes what was sealed out of the rows of a closed account; the key that opened it, when there is such an account.
fn erase(rows: &mut Rows<'_>, who: PartyId) -> Result<Option<people::DataKeyId>, crate::Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let party = rows.get::<Party>((slot, who))?.filter(|party| party.status == PartyStatus::Closed);
    let (Some(party), Some(profile)) = (party, rows.get::<Profile>((slot, who))?) else { return Ok(None) };
    let data_key = profile.data_key;
    if profile.erased_at_us.is_none() {
        let name = PartyName::new("***").map_err(|error| crate::Fault(error.to_string()))?;
        let shown = base::Text::new("***").map_err(|error| crate::Fault(error.to_string()))?;
        rows.put(Party { name, login_masked: Some(shown), ..(*party).clone() });
        rows.put(Profile {
            sealed_address: Vec::new(),
            sealed_name: None,
            sealed_id_number: None,
            erased_at_us: Some(now_us),
            ..(*profile).clone()
        });
    }
    Ok(Some(data_key))
}
