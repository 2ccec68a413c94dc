//! `/api/v1/passkeys`: adding, listing and removing passkeys, and signing in with one.
//!
//! What a browser's `navigator.credentials` needs is in `publicKey` of an answer; what it gives goes back whole as
//! `credential`, with the challenge's id. Nobody names an account to sign in: the passkey knows whose it is, so no
//! answer tells who has one.

use super::budget::ClientAddress;
use super::ceremonies::Asker;
use super::key_ring::{self, Removing};
use super::sessions;
use super::who::Who;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base::PartyId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use wire::timestamp::format_cn;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsRequest {
    login_password: String,
    pay_password: String,
}

/// Begins to add a passkey, with both passwords.
pub(crate) async fn begin_adding(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let OptionsRequest { login_password, pay_password } = read(&headers, &body)?;
    let asker = Asker::device(&this);
    answer(key_ring::begin_adding(&portal, asker, login_password, pay_password).await?)
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
    let asker = Asker::device(&this);
    let no = key_ring::add(&portal, asker, &challenge_id, &credential, &name).await?;
    answer(json!({ "id": no.to_string() }))
}

/// The passkeys of the account, the oldest first.
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    answer(json!({ "passkeys": told(&portal, this.party).await? }))
}

/// The same, for other answers.
pub(super) async fn told(portal: &Portal, party: PartyId) -> Result<Vec<Value>, SandboxError> {
    let keys = key_ring::of_party(portal, party).await?;
    let told = keys.iter().map(|key| {
        json!({
            "id": key.row.no.to_string(),
            "name": key.name,
            "added_at": format_cn(key.row.added_at_us),
            "used_at": format_cn(key.row.used_at_us),
        })
    });
    Ok(told.collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveRequest {
    login_password: Option<String>,
    pay_password: Option<String>,
}

/// Removes one, with one of the passwords.
pub(crate) async fn remove(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let RemoveRequest { login_password, pay_password } = read(&headers, &body)?;
    let by = match (login_password, pay_password) {
        (Some(password), None) => Removing::Login(password),
        (None, Some(password)) => Removing::Pay(password),
        _ => {
            let message = "give login_password or pay_password, one of the two";
            return Err(SandboxError::bad("bad_request", message));
        }
    };
    let no = id.parse().map_err(|_| key_ring::not_found())?;
    key_ring::remove(&portal, this.party, no, by).await?;
    answer(json!({ "removed": id }))
}

/// Begins to sign in: the same for everybody.
pub(crate) async fn begin_signing_in(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
) -> Answer {
    answer(key_ring::begin_signing_in(&portal, client.map(|Extension(client)| client))?)
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
pub(crate) async fn sign_in(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let SignInRequest { challenge_id, credential, device } = read(&headers, &body)?;
    let client = client.map(|Extension(client)| client);
    let signed = key_ring::sign_in(&portal, client, &challenge_id, &credential).await?;
    sessions::signed_in(&portal, signed.party, signed.since, Some(signed.passkey), &device).await
}
