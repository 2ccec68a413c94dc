//! Opens the account of somebody who proved an address.

use crate::command::Next;
use crate::open_party::NewPassword;
use crate::{Fault, PartyNotFound, Rows, Stop, WhichDevices, challenge, device, passkey};
use base::{PartyId, Slot, Text};
use ledger::{Account, AccountKind};
use money::Currency;
use people::{
    AccountClass, AddressDigest, ChallengePurpose, Credential, DataKeyId, GONE_MARK, Login, LoginName, Party,
    PartyKind, PartyName, PartyStatus, PaymentStop, Profile, SignIn, SlotHead, login_of_address,
    slot_of_address,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Characters of a party's name.
const NAME_CHARS_MAX: usize = 64;

/// Opens an account for whoever proved an address, in the slot of the address. Of the address the command knows the
/// digest, what is shown of it, and sealed bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegisterPerson {
    /// The address.
    pub address: AddressDigest,
    /// What proved it: the answer to the right try.
    pub proof: u64,
    /// The address as merchants may see it.
    pub login_masked: Text<100>,
    /// The login password.
    pub login_password: NewPassword,
    /// The payment password.
    pub pay_password: NewPassword,
    /// What the person's data is sealed with.
    pub data_key: DataKeyId,
    /// The address, sealed.
    pub sealed_address: Vec<u8>,
}

/// Why an account is not opened. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegisterRefused {
    /// Nothing proves the address, or it was used.
    #[error("the address is not proven")]
    ProofMissing,
    /// Somebody signs in with this address and did so lately.
    #[error("the address is taken")]
    AddressTaken,
    /// The slot has issued all its ids.
    #[error("no more parties fit into this slot")]
    SlotFull,
}

impl RegisterPerson {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

pub(crate) fn register_person(
    rows: &mut Rows<'_>,
    command: &RegisterPerson,
) -> Result<Next<PartyId>, Stop<RegisterRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let purpose = ChallengePurpose::Register;
    let Some(used) = challenge::prove(rows, command.address, purpose, command.proof)? else {
        return Stop::because(RegisterRefused::ProofMissing);
    };
    let login = login_of_address(&command.address);
    let before = match rows.get::<Login>((slot, login.clone()))? {
        None => None,
        Some(taken) if is_dormant(rows, taken.party)? => Some(taken.party),
        Some(_) => return Stop::because(RegisterRefused::AddressTaken),
    };
    let head = rows.get::<SlotHead>((slot,))?;
    let mut head = head.map_or_else(|| SlotHead::fresh(slot), |head| (*head).clone());
    let Some(id) = head.issue_party() else { return Stop::because(RegisterRefused::SlotFull) };

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(used);
    if let Some(before) = before {
        part_from_address(rows, before)?;
    }
    rows.put(head);
    rows.put(Login { slot, login: login.clone(), party: id });
    let name: String = command.login_masked.as_str().chars().take(NAME_CHARS_MAX).collect();
    rows.insert(Party {
        slot,
        id,
        kind: PartyKind::Person,
        status: PartyStatus::Normal,
        login,
        name: PartyName::new(&name).map_err(|error| Fault(error.to_string()))?,
        opened_at_us: now_us,
        class: AccountClass::Unverified,
        login_masked: Some(command.login_masked.clone()),
        stop: PaymentStop::Nobody,
        proofs_after: 0,
    });
    rows.insert(Account::open(id, AccountKind::Balance, Currency::Cny, rows.stamp()));
    let NewPassword { verifier, pepper_version } = command.pay_password.clone();
    rows.insert(Credential { slot, party: id, verifier, pepper_version, tries: 0, locked_until_us: 0 });
    let NewPassword { verifier, pepper_version } = command.login_password.clone();
    rows.insert(SignIn::fresh(id, verifier, pepper_version, now_us));
    rows.insert(Profile {
        slot,
        party: id,
        data_key: command.data_key,
        address: Some(command.address),
        sealed_address: command.sealed_address.clone(),
        sealed_name: None,
        sealed_id_number: None,
        erased_at_us: None,
    });
    Ok(Next::Answer(id))
}

/// Whether a registered person did not sign in for so long that the address may be somebody else's by now.
fn is_dormant(rows: &mut Rows<'_>, party: PartyId) -> Result<bool, Fault> {
    let now_us = rows.now_us();
    let sign_in = rows.get::<SignIn>((rows.slot(), party))?;
    Ok(sign_in.is_some_and(|sign_in| sign_in.is_dormant(now_us)))
}

/// Takes the address from somebody whose it is no more: what the account holds stays, and nobody signs in to it.
pub(crate) fn part_from_address(rows: &mut Rows<'_>, party: PartyId) -> Result<(), Fault> {
    let slot = rows.slot();
    let missing = || Fault(format!("party {party} is not there, but its login"));
    let row = rows.get::<Party>((slot, party))?.ok_or_else(missing)?;
    let profile = rows.get::<Profile>((slot, party))?.ok_or_else(missing)?;
    let login = LoginName::new(&format!("{GONE_MARK}{party}")).map_err(|error| Fault(error.to_string()))?;
    rows.put(Party { login, ..(*row).clone() });
    rows.put(Profile { address: None, ..(*profile).clone() });
    rows.delete::<SignIn>((slot, party));
    device::end(rows, party, WhichDevices::All)?;
    passkey::remove_all(rows, party)?;
    Ok(())
}

/// Who signs in with an address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindAddress {
    /// The address.
    pub address: AddressDigest,
}

/// Somebody who signs in with an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressFound {
    /// Who.
    pub party: PartyId,
    /// Whether nobody signed in for so long that the address may be taken over.
    pub dormant: bool,
}

impl FindAddress {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

pub(crate) fn find_address(
    rows: &mut Rows<'_>,
    query: &FindAddress,
) -> Result<Next<AddressFound>, Stop<PartyNotFound>> {
    let login = login_of_address(&query.address);
    let Some(login) = rows.get::<Login>((rows.slot(), login))? else { return Stop::because(PartyNotFound) };
    let dormant = is_dormant(rows, login.party)?;
    Ok(Next::Answer(AddressFound { party: login.party, dormant }))
}

/// A person's sealed data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindProfile {
    /// Whose.
    pub party: PartyId,
}

impl FindProfile {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn find_profile(
    rows: &mut Rows<'_>,
    query: &FindProfile,
) -> Result<Next<Arc<Profile>>, Stop<PartyNotFound>> {
    match rows.get::<Profile>((rows.slot(), query.party))? {
        Some(profile) => Ok(Next::Answer(profile)),
        None => Stop::because(PartyNotFound),
    }
}
