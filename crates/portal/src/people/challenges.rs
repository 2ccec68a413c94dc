//! `POST /api/v1/challenges`: a code goes to an address.

use super::budget::ClientAddress;
use super::messenger::{MessageKind, Outgoing};
use super::{address_of, code_digest, digest_of, who};
use crate::api::moment;
use crate::chance;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sign_in::login_name;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::Secret;
use cell::CellError;
use engine::{FindAddress, FindLogin, OpenChallenge};
use people::{Address, AddressDigest, ChallengePurpose, OpenChallengeRefused, RESEND_AFTER_US};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;
use utoipa::ToSchema;
use wire::timestamp::format_cn;

/// What a code is for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CodePurpose {
    Register,
    SignIn,
    LoginPassword,
    PayPassword,
    CloseAccount,
}

impl CodePurpose {
    const fn purpose(self) -> ChallengePurpose {
        match self {
            CodePurpose::Register => ChallengePurpose::Register,
            CodePurpose::SignIn => ChallengePurpose::SignIn,
            CodePurpose::LoginPassword => ChallengePurpose::LoginPassword,
            CodePurpose::PayPassword => ChallengePurpose::PayPassword,
            CodePurpose::CloseAccount => ChallengePurpose::CloseAccount,
        }
    }
}

/// Where a code goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChallengeRequest {
    /// A mobile number of the mainland, or an e-mail address.
    to: String,
    purpose: CodePurpose,
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
struct ChallengeOpened {
    /// Until when it works.
    #[schema(format = DateTime)]
    expires_at: String,
    /// After how many seconds the next one may be asked for.
    resend_after_s: i64,
}

/// Sends a code. The answer is the same whoever has the address, or nobody.
#[utoipa::path(
    post,
    path = "/challenges",
    tag = "challenges",
    request_body = ChallengeRequest,
    responses((status = 200, description = "A message is on its way.", body = ChallengeOpened))
)]
pub(crate) async fn open(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let ChallengeRequest { to, purpose } = read(&headers, &body)?;
    let (to, purpose) = (address_of(&to)?, purpose.purpose());
    let client = client.map(|Extension(client)| client);
    if !portal.people.budget.take(client, Instant::now()) {
        let message = "too many messages were asked for from here; try again in ten minutes";
        return Err(SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_messages", message));
    }
    let now_us = portal.door.now_us();
    let (address, code) = (digest_of(&portal, &to), chance::code(&portal.world.secrets, now_us));
    if !is_owner(&portal, &headers, address).await?
        && !portal.people.budget.take_stranger(address, purpose, client, now_us)
    {
        let message = "too many messages to this address today, but for its owner where signed in before";
        return Err(SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_messages", message));
    }
    let digest = code_digest(&portal, &address, purpose, code.reveal());
    let command = OpenChallenge { address, purpose, code: digest };
    let opened = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    let kind = message(&portal, &to, address, purpose, code).await?;
    let sent = portal.people.messenger.send(Outgoing { to, kind, at_us: now_us }).await;
    sent.map_err(|error| SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "not_sent", error))?;
    let (expires_at, resend_after_s) = (moment(opened), RESEND_AFTER_US / base::SECOND_US);
    answer(ChallengeOpened { expires_at, resend_after_s })
}

/// Whether the call is signed in as whoever signs in with the address.
async fn is_owner(
    portal: &Portal,
    headers: &HeaderMap,
    address: AddressDigest,
) -> Result<bool, SandboxError> {
    let Some(device) = who::signed_in(portal, headers).await? else { return Ok(false) };
    match portal.door.ask(FindAddress { address }).await {
        Ok(found) => Ok(found.party == device.party),
        Err(CellError::Refused(_)) => Ok(false),
        Err(error) => Err(SandboxError::of(error, |_| super::crowded())),
    }
}

fn refused(refused: OpenChallengeRefused) -> SandboxError {
    let (OpenChallengeRefused::TooMany { until_us } | OpenChallengeRefused::TooSoon { until_us }) = refused;
    let message =
        format!("the next code for this address can be asked for at {} (UTC+8)", format_cn(until_us));
    SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_soon", message)
}

/// What the address is told: the code, or that it leads nowhere. A code that is not sent is never guessed more often
/// than one that is.
async fn message(
    portal: &Portal,
    to: &Address,
    address: AddressDigest,
    purpose: ChallengePurpose,
    code: Secret<String>,
) -> Result<MessageKind, SandboxError> {
    let found = match portal.door.ask(FindAddress { address }).await {
        Ok(found) => Some(found),
        Err(CellError::Refused(_)) => None,
        Err(error) => return Err(SandboxError::of(error, |_| super::crowded())),
    };
    // Parties that were opened for trying out sign in by their names.
    let named = match login_name(to.as_str()) {
        Some(login) => portal.door.ask(FindLogin { login }).await.is_ok(),
        None => false,
    };
    let code = MessageKind::Code { purpose, code };
    Ok(match purpose {
        ChallengePurpose::Register if named || found.is_some_and(|found| !found.dormant) => {
            MessageKind::AlreadyRegistered
        }
        ChallengePurpose::Register => code,
        ChallengePurpose::SignIn
        | ChallengePurpose::LoginPassword
        | ChallengePurpose::PayPassword
        | ChallengePurpose::CloseAccount => {
            if found.is_some() {
                code
            } else {
                MessageKind::NotRegistered
            }
        }
    })
}
