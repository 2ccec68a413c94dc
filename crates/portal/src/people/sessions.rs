//! `/api/v1/sessions`: signing in by password or code, the devices that are signed in, and signing them out.

use super::budget::ClientAddress;
use super::identity::{guesses_used_up, identity_differs, identity_needed, said};
use super::own_names::{SealedName, names_of};
use super::who::{self, Who};
use super::{address_of, code_refused, crowded, devices, digest_of, prove};
use crate::api::moment;
use crate::password::Place;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base::{PartyId, Secret, Slot};
use cell::CellError;
use engine::{
    EndDevices, FindAddress, FindDevices, ProveSignIn, SignInByCode, SignInByCodeRefused, TrySignIn,
    WhichDevices,
};
use people::{
    AddressDigest, ChallengePurpose, Credential, Device, IdentityDigest, PasswordRefused, login_of_address,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use wire::timestamp::format_cn;

/// Says to a browser what it must not keep of this site: what was fetched, and what its pages wrote down.
const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");
/// Copies of answers and all that pages keep by themselves, also for being offline. Cookies have a way of their own:
/// those of the pages under `/wallet` are none of this session.
const CLEARED: &str = "\"cache\", \"storage\"";

/// Letters of a device's name.
const DEVICE_NAME_MAX: usize = 64;

/// Somebody who signs in, by password or by code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionRequest {
    /// The address of the account.
    login: String,
    password: Option<String>,
    /// A code that was sent for `sign_in`.
    code: Option<String>,
    /// Once it is known whose account it is, a code needs the number of the identity card beside it.
    id_number: Option<String>,
    /// What the device is called in the list of sessions.
    #[serde(default)]
    device: String,
}

/// A session has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionBegun {
    user_id: String,
    /// Shown as `Authorization: Bearer …`, by whoever keeps no cookies.
    token: String,
}

/// A device that is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    id: String,
    /// What it is called.
    device: String,
    #[schema(format = DateTime)]
    signed_in_at: String,
    /// When it was used last, to the hour or so.
    #[schema(format = DateTime)]
    seen_at: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// The devices that are signed in.
#[derive(Serialize, ToSchema)]
struct Sessions {
    sessions: Vec<Session>,
}

/// What was signed out.
#[derive(Serialize, ToSchema)]
struct SessionEnded {
    /// As it was asked for.
    ended: String,
}

/// Signs in by login password or by a code that was sent for it.
#[utoipa::path(
    post,
    path = "/sessions",
    tag = "sessions",
    request_body = SessionRequest,
    responses((status = 200, description = "Signed in; the session is a cookie, too.", body = SessionBegun))
)]
pub(crate) async fn begin(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let SessionRequest { login, password, code, id_number, device } = read(&headers, &body)?;
    let address = digest_of(&portal, &address_of(&login)?);
    let (party, since) = match (password, code) {
        (Some(password), None) => by_password(&portal, address, Secret::new(password)).await?,
        (None, Some(code)) => by_code(&portal, address, &code, said(&portal, id_number)?).await?,
        _ => return Err(SandboxError::bad("bad_request", "give password or code, one of the two")),
    };
    portal.people.budget.know(address, client.map(|Extension(client)| client), portal.door.now_us());
    signed_in(&portal, party, since, None, &device).await
}

/// A new session, as the answer of the call that began it. `since` is the number of what proved who it is, `passkey`
/// that of the passkey that did.
pub(crate) async fn signed_in(
    portal: &Portal,
    party: PartyId,
    since: u64,
    passkey: Option<u64>,
    device: &str,
) -> Answer {
    let name: String = device.chars().filter(|letter| !letter.is_control()).take(DEVICE_NAME_MAX).collect();
    let token = devices::begin(portal, party, since, passkey, name).await?;
    let cookie = HeaderValue::from_str(&who::cookie(portal, &token)).map_err(SandboxError::broken)?;
    let mut response = answer(SessionBegun { user_id: party.to_string(), token })?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// The login password; gives the number of the try. The try is counted, then compared. Somebody who is not there
/// costs the same steps.
async fn by_password(
    portal: &Portal,
    address: AddressDigest,
    password: Secret<String>,
) -> Result<(PartyId, u64), SandboxError> {
    let found = match portal.door.ask(FindAddress { address }).await {
        Ok(found) => Some(found.party),
        Err(CellError::Refused(_)) => None,
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    };
    let name = login_of_address(&address);
    let party = found.unwrap_or_else(|| PartyId::platform(Slot::of_text(name.as_str())));
    prove_password(portal, party, name.as_str(), password).await
}

/// Proves the login password of a party that is known, or that nobody is and that has this login; gives the number of
/// the try.
pub(super) async fn prove_password(
    portal: &Portal,
    party: PartyId,
    name: &str,
    password: Secret<String>,
) -> Result<(PartyId, u64), SandboxError> {
    let place = portal.checker.queue().map_err(|_| crowded())?;
    let reserved = match portal.door.ask(TrySignIn { party }).await {
        Ok(reserved) => reserved,
        Err(CellError::Refused(PasswordRefused::NoPassword)) => {
            return Err(nobody(portal, place, party, name, password).await);
        }
        Err(error) => return Err(SandboxError::of(error, refused)),
    };
    let (verifier, pepper_version) = (reserved.verifier, reserved.pepper_version);
    let right = place.compare(portal.world.clone(), verifier, pepper_version, password).await;
    // Also after a wrong one, so that both take the same way; try zero is never one.
    let attempt = if right { reserved.attempt } else { 0 };
    match portal.door.ask(ProveSignIn { party, attempt }).await {
        Ok(()) => Ok((party, attempt)),
        Err(CellError::Refused(_)) if !right => Err(wrong()),
        Err(error) => Err(SandboxError::of(error, refused)),
    }
}

async fn nobody(
    portal: &Portal,
    place: Place,
    party: PartyId,
    name: &str,
    password: Secret<String>,
) -> SandboxError {
    let (verifier, pepper_version) = (portal.checker.decoy(), world::Secrets::PEPPER_VERSION);
    let (tries, locked_until_us) = (0, 0);
    let blank = Credential {
        slot: party.slot(),
        party,
        verifier: verifier.clone(),
        pepper_version,
        tries,
        locked_until_us,
    };
    if let Err(locked) = portal.people.ghosts.count(name, blank, portal.door.now_us()) {
        return refused(locked);
    }
    let _never_right = place.compare(portal.world.clone(), verifier, pepper_version, password).await;
    let _refused = portal.door.ask(ProveSignIn { party, attempt: 0 }).await;
    wrong()
}

fn wrong() -> SandboxError {
    SandboxError::new(StatusCode::FORBIDDEN, "wrong_login", "login or password is wrong")
}

fn refused(refused: PasswordRefused) -> SandboxError {
    match refused {
        PasswordRefused::Locked { until_us } => {
            let message = format!(
                "locked until {} (UTC+8) after too many wrong tries; a code opens it at once",
                format_cn(until_us)
            );
            SandboxError::new(StatusCode::LOCKED, "locked", message).locked_until(until_us)
        }
        PasswordRefused::NoPassword | PasswordRefused::NoAttempt | PasswordRefused::Wrong { .. } => wrong(),
        PasswordRefused::Frozen => frozen(),
    }
}

/// Told to whoever proved to be the owner, and to nobody else.
pub(super) fn frozen() -> SandboxError {
    SandboxError::new(StatusCode::FORBIDDEN, "frozen", "the account is frozen; ask the operator")
}

async fn by_code(
    portal: &Portal,
    address: AddressDigest,
    code: &str,
    identity: Option<IdentityDigest>,
) -> Result<(PartyId, u64), SandboxError> {
    let proof = prove(portal, address, ChallengePurpose::SignIn, code).await?;
    let signed = portal.door.ask(SignInByCode { address, proof, identity }).await;
    let signed = signed.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            SignInByCodeRefused::ProofMissing | SignInByCodeRefused::NoSuchPerson => code_refused(),
            SignInByCodeRefused::GuessesUsedUp => guesses_used_up(),
            SignInByCodeRefused::IdentityMissing => identity_needed(),
            SignInByCodeRefused::IdentityDiffers => identity_differs(),
            SignInByCodeRefused::Frozen => frozen(),
        })
    })?;
    Ok((signed, proof))
}

/// The devices that are signed in.
#[utoipa::path(
    get,
    path = "/sessions",
    tag = "sessions",
    responses((status = 200, description = "The devices that are signed in.", body = Sessions))
)]
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    answer(Sessions { sessions: told(&portal, &this).await? })
}

/// The same, for other answers.
pub(super) async fn told(portal: &Portal, this: &Device) -> Result<Vec<Session>, SandboxError> {
    let Ok(found) = portal.door.ask(FindDevices { party: this.party }).await else { return Err(crowded()) };
    let sealed = found.iter().map(|device| SealedName::Device(device.sealed_name.clone()));
    let names = names_of(portal, this.party, sealed.collect()).await?;
    let shown = found
        .into_iter()
        .zip(names)
        .map(|(device, name)| Session {
            id: device.no.to_string(),
            device: name,
            signed_in_at: moment(device.since_us),
            seen_at: moment(device.seen_at_us),
            current: device.no == this.no,
        })
        .collect();
    Ok(shown)
}

/// Signs a device out: one by its name, this one as `current`, the others as `others`. A browser that signs itself out
/// is told to forget the cookie, and what it keeps of this site.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "sessions",
    params(("id" = String, Path, description = "Of a session, or `current`, or `others`.")),
    responses((status = 200, description = "It is signed out.", body = SessionEnded))
)]
pub(crate) async fn end(State(portal): State<Arc<Portal>>, Who(this): Who, Path(id): Path<String>) -> Answer {
    let none = || SandboxError::missing("session_not_found", "no such session is signed in");
    let which = match id.as_str() {
        "others" => WhichDevices::AllBut(this.no),
        "current" => WhichDevices::One(this.no),
        id => WhichDevices::One(id.parse().map_err(|_| none())?),
    };
    let Ok(ended) = portal.door.ask(EndDevices { party: this.party, which }).await else {
        return Err(crowded());
    };
    // Pages know of no device: whoever signs another one out wants what is open there to end, and signs in anew here.
    if which == WhichDevices::One(this.no) {
        portal.sessions.end_of_device(this.party, this.no);
    } else {
        portal.sessions.end_all(this.party, portal.door.now_us());
    }
    if ended == 0 && matches!(which, WhichDevices::One(_)) {
        return Err(none());
    }
    let response = answer(SessionEnded { ended: id })?;
    if which == WhichDevices::One(this.no) { forgetting(&portal, response) } else { Ok(response) }
}

/// The answer to whoever signed itself out.
fn forgetting(portal: &Portal, mut response: Response) -> Answer {
    let cookie = HeaderValue::from_str(&who::no_cookie(portal)).map_err(SandboxError::broken)?;
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, cookie);
    // It is for the whole host, where others may live beside a world with a path of its own.
    if portal.root.is_empty() {
        headers.insert(CLEAR, HeaderValue::from_static(CLEARED));
    }
    Ok(response)
}
