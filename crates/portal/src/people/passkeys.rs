//! `/api/v1/passkeys`: adding, listing and removing passkeys, and signing in with one.
//!
//! What a browser's `navigator.credentials` needs is in `publicKey` of an answer; what it gives goes back whole as
//! `credential`, with the challenge's id. Nobody names an account to sign in: the passkey knows whose it is, so no
//! answer tells who has one.

use super::budget::ClientAddress;
use super::ceremonies::Asker;
use super::key_ring;
use super::own_password::OwnPassword;
use super::sessions::{self, SessionBegun};
use super::who::Who;
use crate::api::moment;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base::PartyId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

/// Both passwords: a passkey will stand in the place of each.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddPasskeyOptionsRequest {
    login_password: String,
    pay_password: String,
}

/// What a browser needs to use a passkey, and the challenge that its answer names.
#[derive(Serialize, Deserialize, ToSchema)]
struct PasskeyOptions {
    challenge_id: String,
    /// What `navigator.credentials` takes; ids and challenges are base64url.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
    /// How the browser offers it, when that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    mediation: Option<String>,
}

impl PasskeyOptions {
    /// From what the library and [`key_ring`] made.
    fn of(told: Value) -> Result<PasskeyOptions, SandboxError> {
        serde_json::from_value(told).map_err(SandboxError::broken)
    }
}

/// Begins to add a passkey, with both passwords.
#[utoipa::path(
    post,
    path = "/passkeys/options",
    tag = "passkeys",
    request_body = AddPasskeyOptionsRequest,
    responses((status = 200, description = "For `navigator.credentials.create`.", body = PasskeyOptions))
)]
pub(crate) async fn begin_adding(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let AddPasskeyOptionsRequest { login_password, pay_password } = read(&headers, &body)?;
    let asker = Asker::device(&this);
    let begun = key_ring::begin_adding(&portal, asker, login_password, pay_password).await?;
    answer(PasskeyOptions::of(begun)?)
}

/// What a browser made of the options, and a name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddPasskeyRequest {
    challenge_id: String,
    /// As `toJSON()` says it.
    #[schema(value_type = Object)]
    credential: RegisterPublicKeyCredential,
    /// What it is called in the list.
    #[serde(default)]
    name: String,
}

/// A passkey was added.
#[derive(Serialize, ToSchema)]
struct PasskeyAdded {
    id: String,
}

/// Adds a passkey.
#[utoipa::path(
    post,
    path = "/passkeys",
    tag = "passkeys",
    request_body = AddPasskeyRequest,
    responses((status = 200, description = "It is added, and its owner is told.", body = PasskeyAdded))
)]
pub(crate) async fn add(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let AddPasskeyRequest { challenge_id, credential, name } = read(&headers, &body)?;
    let asker = Asker::device(&this);
    let no = key_ring::add(&portal, asker, &challenge_id, &credential, &name).await?;
    answer(PasskeyAdded { id: no.to_string() })
}

/// A passkey of the account.
#[derive(Serialize, ToSchema)]
#[schema(as = Passkey)]
pub(super) struct PasskeyTold {
    id: String,
    /// What the person calls it.
    name: String,
    #[schema(format = DateTime)]
    added_at: String,
    #[schema(format = DateTime)]
    used_at: String,
}

/// The passkeys of the account.
#[derive(Serialize, ToSchema)]
struct Passkeys {
    passkeys: Vec<PasskeyTold>,
}

/// The passkeys of the account, the oldest first.
#[utoipa::path(
    get,
    path = "/passkeys",
    tag = "passkeys",
    responses((status = 200, description = "The passkeys of the account.", body = Passkeys))
)]
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    answer(Passkeys { passkeys: told(&portal, this.party).await? })
}

/// The same, for other answers.
pub(super) async fn told(portal: &Portal, party: PartyId) -> Result<Vec<PasskeyTold>, SandboxError> {
    let keys = key_ring::of_party(portal, party).await?;
    let told = keys.into_iter().map(|key| PasskeyTold {
        id: key.row.no.to_string(),
        name: key.name,
        added_at: moment(key.row.added_at_us),
        used_at: moment(key.row.used_at_us),
    });
    Ok(told.collect())
}

/// One of the passwords.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemovePasskeyRequest {
    login_password: Option<String>,
    pay_password: Option<String>,
}

/// A passkey was removed.
#[derive(Serialize, ToSchema)]
struct PasskeyRemoved {
    /// Its id.
    removed: String,
}

/// Removes one, with one of the passwords.
#[utoipa::path(
    delete,
    path = "/passkeys/{id}",
    tag = "passkeys",
    params(("id" = String, Path, description = "Of the passkey.")),
    request_body = RemovePasskeyRequest,
    responses((status = 200, description = "It is removed, and its owner is told.", body = PasskeyRemoved))
)]
pub(crate) async fn remove(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let RemovePasskeyRequest { login_password, pay_password } = read(&headers, &body)?;
    let by = OwnPassword::given(login_password, pay_password)?;
    let no = id.parse().map_err(|_| key_ring::not_found())?;
    key_ring::remove(&portal, this.party, no, by).await?;
    answer(PasskeyRemoved { removed: id })
}

/// Begins to sign in: the same for everybody.
#[utoipa::path(
    post,
    path = "/sessions/passkey/options",
    tag = "passkeys",
    responses((status = 200, description = "For `navigator.credentials.get`.", body = PasskeyOptions))
)]
pub(crate) async fn begin_signing_in(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
) -> Answer {
    let begun = key_ring::begin_signing_in(&portal, client.map(|Extension(client)| client))?;
    answer(PasskeyOptions::of(begun)?)
}

/// What a browser made of the options.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasskeySessionRequest {
    challenge_id: String,
    /// As `toJSON()` says it.
    #[schema(value_type = Object)]
    credential: PublicKeyCredential,
    /// What the device is called in the list of sessions.
    #[serde(default)]
    device: String,
}

/// Signs in with a passkey.
#[utoipa::path(
    post,
    path = "/sessions/passkey",
    tag = "passkeys",
    request_body = PasskeySessionRequest,
    responses((status = 200, description = "Signed in; the session is a cookie, too.", body = SessionBegun))
)]
pub(crate) async fn sign_in(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let PasskeySessionRequest { challenge_id, credential, device } = read(&headers, &body)?;
    let client = client.map(|Extension(client)| client);
    let signed = key_ring::sign_in(&portal, client, &challenge_id, &credential).await?;
    sessions::signed_in(&portal, signed.party, signed.since, Some(signed.passkey), &device).await
}
