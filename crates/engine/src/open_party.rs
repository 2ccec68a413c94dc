//! Opens a party: its login, its payment password, its account.

use crate::command::Next;
use crate::{Rows, Stop};
use base::{PartyId, Slot};
use ledger::{Account, AccountKind};
use money::Currency;
use people::{
    AccountClass, ApplicationState, Credential, DIGEST_MARK, GONE_MARK, KEEPS_STATUS, Login, LoginName,
    MerchantApplication, Party, PartyKind, PartyName, PartyStatus, PaymentStop, SlotHead, Verifier,
};
use serde::{Deserialize, Serialize};

/// A payment password, as the rim made it: never the password itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPassword {
    /// The argon2id string.
    pub verifier: Verifier,
    /// Which pepper it was made with.
    pub pepper_version: u32,
}

/// Opens a party in the slot that its login hashes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenParty {
    /// Person or merchant.
    pub kind: PartyKind,
    /// The name to sign in with, lower case.
    pub login: LoginName,
    /// How it is shown.
    pub name: PartyName,
    /// The payment password, if it shall pay.
    pub password: Option<NewPassword>,
}

/// Why a party is not opened. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenPartyRefused {
    /// The login is empty.
    #[error("a login name is needed")]
    LoginEmpty,
    /// The name begins as digests of addresses do.
    #[error("a login name does not begin with {DIGEST_MARK} or {GONE_MARK}")]
    LoginReserved,
    /// Somebody signs in with this name.
    #[error("the login name is taken")]
    LoginTaken,
    /// The slot has issued all its ids.
    #[error("no more parties fit into this slot")]
    SlotFull,
}

/// There is no such party.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such party")]
pub struct PartyNotFound;

impl OpenParty {
    pub(crate) fn slot(&self) -> Slot {
        Slot::of_text(self.login.as_str())
    }
}

pub(crate) fn open_party(
    rows: &mut Rows<'_>,
    command: &OpenParty,
) -> Result<Next<PartyId>, Stop<OpenPartyRefused>> {
    let slot = rows.slot();
    if command.login.as_str().is_empty() {
        return Stop::because(OpenPartyRefused::LoginEmpty);
    }
    if [DIGEST_MARK, GONE_MARK].iter().any(|mark| command.login.as_str().starts_with(mark)) {
        return Stop::because(OpenPartyRefused::LoginReserved);
    }
    if rows.get::<Login>((slot, command.login.clone()))?.is_some() {
        return Stop::because(OpenPartyRefused::LoginTaken);
    }
    let head = rows.get::<SlotHead>((slot,))?;
    let mut head = head.map_or_else(|| SlotHead::fresh(slot), |head| (*head).clone());
    let Some(id) = head.issue_party() else { return Stop::because(OpenPartyRefused::SlotFull) };

    // Nothing can be refused below this line; nothing was changed above it.
    let OpenParty { kind, login, name, password } = command.clone();
    rows.put(head);
    rows.insert(Login { slot, login: login.clone(), party: id });
    let opened_at_us = rows.now_us();
    // Persons who register have classes; this one is opened by a developer or a seed.
    let class = match kind {
        PartyKind::Person => AccountClass::Sandbox,
        PartyKind::Merchant => AccountClass::Merchant,
    };
    let (status, login_masked) = (PartyStatus::Normal, None);
    let (stop, proofs_after) = (PaymentStop::Nobody, 0);
    rows.insert(Party {
        slot,
        id,
        kind,
        status,
        login,
        name,
        opened_at_us,
        class,
        login_masked,
        stop,
        proofs_after,
    });
    rows.insert(Account::open(id, AccountKind::Balance, Currency::Cny, rows.stamp()));
    if let Some(NewPassword { verifier, pepper_version }) = password {
        rows.insert(Credential { slot, party: id, verifier, pepper_version, tries: 0, locked_until_us: 0 });
    }
    Ok(Next::Answer(id))
}

/// Freezes, closes or opens again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetPartyStatus {
    /// The party.
    pub party: PartyId,
    /// What it may do from now on.
    pub status: PartyStatus,
}

impl SetPartyStatus {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn set_party_status(
    rows: &mut Rows<'_>,
    command: &SetPartyStatus,
) -> Result<Next<()>, Stop<PartyNotFound>> {
    let Some(party) = rows.get::<Party>((rows.slot(), command.party))? else {
        return Stop::because(PartyNotFound);
    };
    let application = rows.get::<MerchantApplication>((rows.slot(), party.login.clone()))?;
    let suspended =
        application.filter(|row| row.merchant == Some(party.id) && row.state == ApplicationState::Suspended);

    // Nothing can be refused below this line; nothing was changed above it.
    if let Some(row) = suspended {
        // This word outlives the suspension.
        rows.put(MerchantApplication { reasons: row.reasons | KEEPS_STATUS, ..(*row).clone() });
    }
    rows.put(Party { status: command.status, ..(*party).clone() });
    Ok(Next::Answer(()))
}
