//! `/api/v1/passkeys`: adding, listing and removing passkeys, and signing in with one.
//!
//! What a browser's `navigator.credentials` needs is in `publicKey` of an answer; what it gives goes back whole as
//! `credential`, with the challenge's id. Nobody names an account to sign in: the passkey knows whose it is, so no
//! answer tells who has one.

use super::budget::ClientAddress;
use super::ceremonies::{Adding, Asker, site, wrong};
use super::who::Who;
use super::{crowded, in_vault, safety, sessions};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::{PartyId, Secret};
use engine::{AddPasskey, FindParty, FindPasskeys, FindProfile, PasskeyUse, RemovePasskey, SignInByPasskey};
use people::{DataKeyId, Passkey, PasskeyDigest, PasskeyRefused};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use webauthn_rs::prelude::{AuthenticationResult, PublicKeyCredential, RegisterPublicKeyCredential, Uuid};
use wire::timestamp::format_cn;

/// The credential's name among the sealed fields of a person.
const KEY_FIELD: &str = "passkey";
/// The same of what the person calls it.
const NAME_FIELD: &str = "passkey_name";
/// Letters of a passkey's name.
const NAME_MAX: usize = 64;

/// A credential as the library keeps it.
type Stored = webauthn_rs::prelude::Passkey;

/// A passkey of a person, opened.
pub(super) struct Opened {
    pub(super) row: Arc<Passkey>,
    pub(super) stored: Stored,
    name: String,
}

fn digest(portal: &Portal, credential: &[u8]) -> PasskeyDigest {
    let id: String = credential.iter().map(|byte| format!("{byte:02x}")).collect();
    portal.world.secrets.person_digest("passkey", &id)
}

async fn data_key(portal: &Portal, party: PartyId) -> Result<DataKeyId, SandboxError> {
    let profile = portal.door.ask(FindProfile { party }).await;
    profile.map(|profile| profile.data_key).map_err(|error| SandboxError::of(error, |_| crowded()))
}

/// The passkeys of a person, opened. A key that cannot be read any more is none.
pub(super) async fn of_party(portal: &Portal, party: PartyId) -> Result<Vec<Opened>, SandboxError> {
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

/// The use of the passkey that a right answer came from.
pub(super) fn use_of(
    portal: &Portal,
    keys: &[Opened],
    result: &AuthenticationResult,
) -> Result<PasskeyUse, SandboxError> {
    let digest = digest(portal, result.cred_id().as_ref());
    let key = keys.iter().find(|key| key.row.digest == digest).ok_or_else(wrong)?;
    let Passkey { party, place, no, .. } = *key.row;
    Ok(PasskeyUse { party, place, no, counter: result.counter() })
}

/// Why the cell takes no passkey.
pub(super) fn refused(refused: PasskeyRefused) -> SandboxError {
    match refused {
        // Neither whether there is one nor that it was used elsewhere is a stranger's business.
        PasskeyRefused::NoSuchPasskey | PasskeyRefused::CounterBack => wrong(),
        PasskeyRefused::ProofMissing => wrong(),
        PasskeyRefused::Known => SandboxError::conflict("passkey_known", refused),
        PasskeyRefused::TooMany => SandboxError::conflict("too_many_passkeys", refused),
        PasskeyRefused::Frozen => sessions::frozen(),
    }
}

/// What a browser needs, as JSON, with the id that the answer to it names.
pub(super) fn options(challenge_id: &str, options: &impl Serialize) -> Result<Value, SandboxError> {
    let mut told = serde_json::to_value(options).map_err(SandboxError::broken)?;
    told["challenge_id"] = json!(challenge_id);
    Ok(told)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsRequest {
    login_password: String,
    pay_password: String,
}

/// Begins to add a passkey, with both passwords: it will stand in the place of each.
pub(crate) async fn begin_adding(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let OptionsRequest { login_password, pay_password } = read(&headers, &body)?;
    let site = site(&portal)?;
    let party = portal.door.ask(FindParty { party: this.party }).await;
    let party = party.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let password = Secret::new(login_password);
    let proven = sessions::prove_password(&portal, this.party, party.login.as_str(), password).await?;
    safety::prove_pay_password(&portal, this.party, pay_password).await?;
    let known = of_party(&portal, this.party).await?;
    let known = known.iter().map(|key| key.stored.cred_id().clone()).collect();
    // The number of the account, under which merchants know it too; the person's device keeps it with the key.
    let id = Uuid::from_u128(u128::from(this.party.number()));
    let shown = party.masked_login();
    let begun = site.start_passkey_registration(id, shown.as_str(), shown.as_str(), Some(known));
    let (creation, state) = begun.map_err(SandboxError::broken)?;
    let asker = Asker { party: this.party, device: this.no };
    let adding = Adding { since: proven.1, state };
    let id = portal.people.ceremonies.begin_adding(asker, adding, portal.door.now_us());
    let mut told = options(&id, &creation)?;
    // The key must know whose it is, since nobody is named when it signs in.
    let wanted = &mut told["publicKey"]["authenticatorSelection"];
    (wanted["residentKey"], wanted["requireResidentKey"]) = (json!("required"), json!(true));
    answer(told)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddRequest {
    challenge_id: String,
    credential: RegisterPublicKeyCredential,
    #[serde(default)]
    name: String,
}

/// Adds a passkey.
pub(crate) async fn add(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let AddRequest { challenge_id, credential, name } = read(&headers, &body)?;
    let asker = Asker { party: this.party, device: this.no };
    let waiting = portal.people.ceremonies.added(&challenge_id, asker, portal.door.now_us())?;
    let made = site(&portal)?.finish_passkey_registration(&credential, &waiting.state);
    let stored = made.map_err(|_| wrong())?;
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(NAME_MAX).collect();
    let text = serde_json::to_string(&stored).map_err(SandboxError::broken)?;
    let key = data_key(&portal, this.party).await?;
    let sealed = in_vault(&portal, move |vault| {
        Ok((vault.seal(&key, KEY_FIELD, &text)?, vault.seal(&key, NAME_FIELD, &name)?))
    });
    let (sealed_key, sealed_name) = sealed.await?;
    let digest = digest(&portal, stored.cred_id().as_ref());
    let (party, since) = (this.party, waiting.since);
    let command = AddPasskey { party, digest, sealed_key, sealed_name, since };
    let row = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    answer(json!({ "id": row.no.to_string() }))
}

/// The passkeys of the account, the oldest first.
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let keys = of_party(&portal, this.party).await?;
    let told = keys.iter().map(|key| {
        json!({
            "id": key.row.no.to_string(),
            "name": key.name,
            "added_at": format_cn(key.row.added_at_us),
            "used_at": format_cn(key.row.used_at_us),
        })
    });
    answer(json!({ "passkeys": told.collect::<Vec<_>>() }))
}

/// Removes one.
pub(crate) async fn remove(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(id): Path<String>,
) -> Answer {
    let none = || SandboxError::missing("passkey_not_found", "the account has no such passkey");
    let no = id.parse().map_err(|_| none())?;
    let removed = portal.door.ask(RemovePasskey { party: this.party, no }).await;
    removed.map_err(|error| SandboxError::of(error, |_| none()))?;
    answer(json!({ "removed": id }))
}

/// Begins to sign in: the same for everybody.
pub(crate) async fn begin_signing_in(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
) -> Answer {
    let client = client.map(|Extension(client)| client);
    if !portal.people.ceremonies.budget.take(client, Instant::now()) {
        let message = "too many challenges were asked for from here; try again in ten minutes";
        return Err(SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_challenges", message));
    }
    let begun = site(&portal)?.start_discoverable_authentication();
    let (request, state) = begun.map_err(SandboxError::broken)?;
    let id = portal.people.ceremonies.begin_signing_in(state, portal.door.now_us())?;
    answer(options(&id, &request)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    challenge_id: String,
    credential: PublicKeyCredential,
    #[serde(default)]
    device: String,
}

/// Signs in with a passkey.
pub(crate) async fn sign_in(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let SignInRequest { challenge_id, credential, device } = read(&headers, &body)?;
    let state = portal.people.ceremonies.signed_in(&challenge_id, portal.door.now_us())?;
    let site = site(&portal)?;
    let (id, credential_id) = site.identify_discoverable_authentication(&credential).map_err(|_| wrong())?;
    let party = u64::try_from(id.as_u128()).ok().and_then(|number| number.to_string().parse().ok());
    let party: PartyId = party.ok_or_else(wrong)?;
    let keys = of_party(&portal, party).await?;
    let wanted = digest(&portal, credential_id);
    let key = keys.iter().find(|key| key.row.digest == wanted).ok_or_else(wrong)?;
    let result = site.finish_discoverable_authentication_v2(&credential, state, &key.stored);
    let by = use_of(&portal, &keys, &result.map_err(|_| wrong())?)?;
    let signed = portal.door.ask(SignInByPasskey { by }).await;
    let since = signed.map_err(|error| SandboxError::of(error, refused))?;
    sessions::signed_in(&portal, party, since, &device).await
}

/// An account without passkeys cannot pay by one.
pub(super) fn none_yet() -> SandboxError {
    SandboxError::new(StatusCode::CONFLICT, "no_passkey", "the account has no passkey")
}
