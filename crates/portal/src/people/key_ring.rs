//! What is done with passkeys, for the calls of `/api/v1` and for pages alike: added, listed, removed, and signed in
//! with. What they confirm is in `passkey_acts`.

use super::budget::ClientAddress;
use super::ceremonies::{Adding, Asker, site, wrong};
use super::passkey_news::{copied, tell};
use super::{MessageKind, OwnPassword, crowded, in_vault, safety, sessions};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::http::StatusCode;
use base::{PartyId, Secret};
use cell::CellError;
use engine::{AddPasskey, FindParty, FindPasskeys, FindProfile, PasskeyUse, RemovePasskey, SignInByPasskey};
use people::{DataKeyId, Party, Passkey, PasskeyDigest, PasskeyRefused};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, PublicKeyCredential, RegisterPublicKeyCredential, Uuid,
    WebauthnError,
};

/// The credential's name among the sealed fields of a person.
const KEY_FIELD: &str = "passkey";
/// The same of what the person calls it.
pub(super) const NAME_FIELD: &str = "passkey_name";
/// Letters of a passkey's name.
const NAME_MAX: usize = 64;

/// A credential as the library keeps it.
pub(super) type Stored = webauthn_rs::prelude::Passkey;

/// A passkey of a person, opened.
pub(crate) struct Opened {
    /// The row.
    pub(crate) row: Arc<Passkey>,
    pub(super) stored: Stored,
    /// What the person calls it.
    pub(crate) name: String,
}

/// Somebody whom a passkey signed in.
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) party: PartyId,
    /// The passkey's number.
    pub(crate) passkey: u64,
    /// The number of what proved it.
    pub(crate) since: u64,
    /// When it was asked for, microseconds UTC.
    pub(crate) since_us: i64,
}

fn digest(portal: &Portal, credential: &[u8]) -> PasskeyDigest {
    let id: String = credential.iter().map(|byte| format!("{byte:02x}")).collect();
    portal.world.secrets.person_digest("passkey", &id)
}

async fn data_key(portal: &Portal, party: PartyId) -> Result<DataKeyId, SandboxError> {
    let profile = portal.door.ask(FindProfile { party }).await;
    profile.map(|profile| profile.data_key).map_err(|error| SandboxError::of(error, |_| crowded()))
}

/// The passkeys of a person, opened, the oldest first. A key that cannot be read any more is none.
pub(crate) async fn of_party(portal: &Portal, party: PartyId) -> Result<Vec<Opened>, SandboxError> {
    let Ok(rows) = portal.door.ask(FindPasskeys { party }).await else { return Err(crowded()) };
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = data_key(portal, party).await?;
    let opened = in_vault(portal, move |vault| {
        let mut opened = Vec::new();
        for row in rows {
            let text = vault.open_field(&key, KEY_FIELD, &row.sealed_key)?;
            let name = vault.open_field(&key, NAME_FIELD, &row.sealed_name)?.unwrap_or_default();
            let stored = text.and_then(|text| serde_json::from_str(&text).ok());
            opened.extend(stored.map(|stored| Opened { row, stored, name }));
        }
        Ok(opened)
    });
    opened.await
}

/// The passkey that an answer names.
pub(super) fn named<'a>(
    portal: &Portal,
    keys: &'a [Opened],
    credential: &PublicKeyCredential,
) -> Result<&'a Opened, SandboxError> {
    let digest = digest(portal, credential.get_credential_id());
    keys.iter().find(|key| key.row.digest == digest).ok_or_else(wrong)
}

/// The use of a passkey, when its answer is right, and the credential after it when that changed. An answer that is
/// signed and tells an older use is a copy's.
pub(super) async fn right(
    portal: &Arc<Portal>,
    key: &Opened,
    looked: Result<AuthenticationResult, WebauthnError>,
) -> Result<(PasskeyUse, Option<Vec<u8>>), SandboxError> {
    let Passkey { party, place, no, .. } = *key.row;
    let result = looked.map_err(|error| {
        if matches!(error, WebauthnError::CredentialPossibleCompromise) {
            copied(portal, party, no);
        }
        wrong()
    })?;
    let by = PasskeyUse { party, place, no, counter: result.counter() };
    let mut stored = key.stored.clone();
    if stored.update_credential(&result) != Some(true) {
        return Ok((by, None));
    }
    let text = serde_json::to_string(&stored).map_err(SandboxError::broken)?;
    let data_key = data_key(portal, party).await?;
    let sealed = in_vault(portal, move |vault| vault.seal(&data_key, KEY_FIELD, &text));
    Ok((by, Some(sealed.await?)))
}

/// What the cell says to the use of a passkey.
pub(super) fn decided<T>(
    portal: &Arc<Portal>,
    by: PasskeyUse,
    told: Result<T, CellError<PasskeyRefused>>,
) -> Result<T, SandboxError> {
    if matches!(told, Err(CellError::Refused(PasskeyRefused::CounterBack))) {
        copied(portal, by.party, by.no);
    }
    told.map_err(|error| SandboxError::of(error, refused))
}

/// Why the cell takes no passkey.
fn refused(refused: PasskeyRefused) -> SandboxError {
    match refused {
        // Neither whether there is one nor that it was used elsewhere is a stranger's business.
        PasskeyRefused::NoSuchPasskey | PasskeyRefused::CounterBack => wrong(),
        PasskeyRefused::ProofMissing => wrong(),
        PasskeyRefused::Known => SandboxError::conflict("passkey_known", refused),
        PasskeyRefused::TooMany => SandboxError::conflict("too_many_passkeys", refused),
        PasskeyRefused::Frozen => sessions::frozen(),
    }
}

/// Does what must be done to the end, also when the caller does not wait: whoever hangs up must not keep the owner from
/// hearing of it.
pub(super) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, SandboxError>> + Send + 'static,
) -> Result<T, SandboxError> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(SandboxError::broken(error)))
}

/// What a browser needs, as JSON, with the id that the answer to it names.
pub(super) fn options(challenge_id: &str, options: &impl Serialize) -> Result<Value, SandboxError> {
    let mut told = serde_json::to_value(options).map_err(SandboxError::broken)?;
    told["challenge_id"] = json!(challenge_id);
    Ok(told)
}

/// Proves the login password of somebody who is signed in; gives the number of the try.
pub(super) async fn prove_login_password(
    portal: &Portal,
    party: &Party,
    login_password: String,
) -> Result<u64, SandboxError> {
    let password = Secret::new(login_password);
    let proven = sessions::prove_password(portal, party.id, party.login.as_str(), password).await;
    proven.map(|(_, attempt)| attempt)
}

/// A party that is signed in.
pub(super) async fn party_of(portal: &Portal, party: PartyId) -> Result<Arc<Party>, SandboxError> {
    let party = portal.door.ask(FindParty { party }).await;
    party.map_err(|error| SandboxError::of(error, |_| crowded()))
}

/// Begins to add a passkey, with both passwords: it will stand in the place of each.
pub(crate) async fn begin_adding(
    portal: &Portal,
    asker: Asker,
    login_password: String,
    pay_password: String,
) -> Result<Value, SandboxError> {
    let site = site(portal)?;
    let party = party_of(portal, asker.party).await?;
    let since = prove_login_password(portal, &party, login_password).await?;
    safety::prove_pay_password(portal, asker.party, pay_password).await?;
    let known = of_party(portal, asker.party).await?;
    let known = known.iter().map(|key| key.stored.cred_id().clone()).collect();
    // The number of the account, under which merchants know it too; the person's device keeps it with the key.
    let id = Uuid::from_u128(u128::from(asker.party.number()));
    let shown = party.masked_login();
    let begun = site.start_passkey_registration(id, shown.as_str(), shown.as_str(), Some(known));
    let (creation, state) = begun.map_err(SandboxError::broken)?;
    let id = portal.people.ceremonies.begin_adding(asker, Adding { since, state }, portal.door.now_us());
    let mut told = options(&id, &creation)?;
    // The key must know whose it is, since nobody is named when it signs in.
    let wanted = &mut told["publicKey"]["authenticatorSelection"];
    (wanted["residentKey"], wanted["requireResidentKey"]) = (json!("required"), json!(true));
    Ok(told)
}

/// Adds a passkey and tells its owner; gives its number.
pub(crate) async fn add(
    portal: &Arc<Portal>,
    asker: Asker,
    challenge_id: &str,
    credential: &RegisterPublicKeyCredential,
    name: &str,
) -> Result<u64, SandboxError> {
    let waiting = portal.people.ceremonies.added(challenge_id, asker, portal.door.now_us())?;
    let made = site(portal)?.finish_passkey_registration(credential, &waiting.state);
    let stored = made.map_err(|_| wrong())?;
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(NAME_MAX).collect();
    let text = serde_json::to_string(&stored).map_err(SandboxError::broken)?;
    let key = data_key(portal, asker.party).await?;
    let sealed = in_vault(portal, move |vault| {
        Ok((vault.seal(&key, KEY_FIELD, &text)?, vault.seal(&key, NAME_FIELD, &name)?))
    });
    let (sealed_key, sealed_name) = sealed.await?;
    let digest = digest(portal, stored.cred_id().as_ref());
    let (party, since) = (asker.party, waiting.since);
    let command = AddPasskey { party, digest, sealed_key, sealed_name, since };
    let portal = portal.clone();
    let added = to_the_end(async move {
        let added = portal.door.ask(command).await;
        // Also when nobody knows whether it was made: a message too many is better than a key that its owner never saw.
        if matches!(added, Ok(_) | Err(CellError::Unknown)) {
            tell(&portal, party, MessageKind::PasskeyAdded);
        }
        Ok(added.map_err(|error| SandboxError::of(error, refused))?.no)
    });
    added.await
}

/// Removes a passkey with one of the passwords, ends what it signed in, and tells its owner.
pub(crate) async fn remove(
    portal: &Arc<Portal>,
    party: PartyId,
    no: u64,
    by: OwnPassword,
) -> Result<(), SandboxError> {
    by.prove(portal, party).await?;
    let portal = portal.clone();
    let removed = to_the_end(async move {
        let removed = portal.door.ask(RemovePasskey { party, no }).await;
        // Devices ended in the decision itself; pages are signed in here, and end also when nobody knows whether it was
        // made.
        if matches!(removed, Ok(()) | Err(CellError::Unknown)) {
            portal.sessions.end_of_passkey(party, no, portal.door.now_us());
            tell(&portal, party, MessageKind::PasskeyRemoved);
        }
        removed.map_err(|error| SandboxError::of(error, |_| not_found()))
    });
    removed.await
}

/// The account has no such passkey.
pub(crate) fn not_found() -> SandboxError {
    SandboxError::missing("passkey_not_found", "the account has no such passkey")
}

/// Begins what a passkey does that nobody named, within what strangers may ask for; keeps its state by `keep`, which
/// gives the challenge's id.
pub(super) fn begin_unnamed(
    portal: &Portal,
    client: Option<ClientAddress>,
    keep: impl FnOnce(DiscoverableAuthentication) -> Result<String, SandboxError>,
) -> Result<Value, SandboxError> {
    if !portal.people.ceremonies.budget.take(client, Instant::now()) {
        let message = "too many challenges were asked for from here; try again in ten minutes";
        return Err(SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_challenges", message));
    }
    let begun = site(portal)?.start_discoverable_authentication();
    let (request, state) = begun.map_err(SandboxError::broken)?;
    options(&keep(state)?, &request)
}

/// Begins to sign in: the same for everybody.
pub(crate) fn begin_signing_in(
    portal: &Portal,
    client: Option<ClientAddress>,
) -> Result<Value, SandboxError> {
    let now_us = portal.door.now_us();
    begin_unnamed(portal, client, |state| portal.people.ceremonies.begin_signing_in(state, now_us))
}

/// The use of a passkey that nobody named, when its answer is right, and the credential after it when that changed.
pub(super) async fn unnamed(
    portal: &Arc<Portal>,
    state: DiscoverableAuthentication,
    credential: &PublicKeyCredential,
) -> Result<(PasskeyUse, Option<Vec<u8>>), SandboxError> {
    let site = site(portal)?;
    let (id, _) = site.identify_discoverable_authentication(credential).map_err(|_| wrong())?;
    let party = u64::try_from(id.as_u128()).ok().and_then(|number| number.to_string().parse().ok());
    let party: PartyId = party.ok_or_else(wrong)?;
    let keys = of_party(portal, party).await?;
    let key = named(portal, &keys, credential)?;
    let looked = site.finish_discoverable_authentication_v2(credential, state, &key.stored);
    right(portal, key, looked).await
}

/// Signs in whoever has the passkey.
pub(crate) async fn sign_in(
    portal: &Arc<Portal>,
    client: Option<ClientAddress>,
    challenge_id: &str,
    credential: &PublicKeyCredential,
) -> Result<SignedIn, SandboxError> {
    let since_us = portal.door.now_us();
    let state = portal.people.ceremonies.signed_in(challenge_id, since_us)?;
    let (by, sealed_key) = unnamed(portal, state, credential).await?;
    let kept = portal.clone();
    let signed =
        to_the_end(
            async move { decided(&kept, by, kept.door.ask(SignInByPasskey { by, sealed_key }).await) },
        );
    let since = signed.await?;
    know(portal, by.party, client).await;
    Ok(SignedIn { party: by.party, passkey: by.no, since, since_us })
}

/// Remembers from where the owner signed in, as signing in with a password does. What cannot be looked up is no reason
/// to refuse anybody.
async fn know(portal: &Portal, party: PartyId, client: Option<ClientAddress>) {
    let Ok(profile) = portal.door.ask(FindProfile { party }).await else { return };
    if let Some(address) = profile.address {
        portal.people.budget.know(address, client, portal.door.now_us());
    }
}

/// What the browser is said to have made cannot be read.
pub(crate) fn unreadable() -> SandboxError {
    wrong()
}
