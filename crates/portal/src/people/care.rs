//! New passwords, giving the account up, and being forgotten.

use super::account::status_name;
use super::who::Who;
use super::{address_of, code_refused, crowded, digest_of, identity, in_vault, new_password, prove, weak};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{PartyId, Secret};
use cell::CellError;
use engine::{
    Ask, CloseAccount, CloseAccountRefused, ErasePerson, FindAddress, SetPassword, SetPasswordRefused,
    WhichPassword,
};
use people::{ChallengePurpose, PartyStatus, check_login_password, check_pay_password};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use transfer::TransferState;
use utoipa::ToSchema;
use wire::timestamp::format_cn;

/// A new password, with what proves whose it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPasswordRequest {
    /// The address that the code went to.
    to: String,
    code: String,
    password: String,
    /// Needed once it is known whose account it is.
    id_number: Option<String>,
}

/// A password was set.
#[derive(Serialize, ToSchema)]
struct PasswordSet {
    set: bool,
}

/// Sets a new login password; whoever was signed in is signed out.
#[utoipa::path(
    post,
    path = "/login-password",
    tag = "passwords",
    request_body = NewPasswordRequest,
    responses((status = 200, description = "It is set.", body = PasswordSet))
)]
pub(crate) async fn login_password(
    State(portal): State<Arc<Portal>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    set(portal, &headers, &body, WhichPassword::Login).await
}

/// Sets a new payment password.
#[utoipa::path(
    post,
    path = "/pay-password",
    tag = "passwords",
    request_body = NewPasswordRequest,
    responses((status = 200, description = "It is set.", body = PasswordSet))
)]
pub(crate) async fn pay_password(
    State(portal): State<Arc<Portal>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    set(portal, &headers, &body, WhichPassword::Pay).await
}

async fn set(portal: Arc<Portal>, headers: &HeaderMap, body: &Bytes, which: WhichPassword) -> Answer {
    let NewPasswordRequest { to, code, password, id_number } = read(headers, body)?;
    let identity = identity::said(&portal, id_number)?;
    let to = address_of(&to)?;
    let (checked, purpose) = match which {
        WhichPassword::Login => (check_login_password(&password), ChallengePurpose::LoginPassword),
        WhichPassword::Pay => (check_pay_password(&password, &[to.as_str()]), ChallengePurpose::PayPassword),
    };
    checked.map_err(|error| weak("password", error))?;
    let place = portal.checker.queue().map_err(|_| crowded())?;
    let address = digest_of(&portal, &to);
    let proof = prove(&portal, address, purpose, &code).await?;
    let gone = |error| SandboxError::of(error, |_| code_refused());
    let party = portal.door.ask(FindAddress { address }).await.map_err(gone)?.party;
    if which == WhichPassword::Pay && identity::is_owner(&portal, party, identity).await? {
        refuse_identity_digits(&portal, party, &password).await?;
    }
    let password = new_password(&portal, Secret::new(password)).await?;
    drop(place);
    let set = ending(portal, party, SetPassword { address, proof, which, password, identity }).await;
    set.map_err(|error| SandboxError::of(error, set_refused))?;
    answer(PasswordSet { set: true })
}

/// Decides what makes worthless what a party proved before. Devices and proofs end in the decision itself; pages are
/// signed in here, and end also when the caller did not wait, or when nobody knows whether it was decided.
async fn ending<A>(portal: Arc<Portal>, party: PartyId, command: A) -> Result<A::Done, CellError<A::Refused>>
where
    A: Ask + Send + 'static,
    A::Done: Send,
    A::Refused: Send,
{
    let decided = tokio::spawn(async move {
        let told = portal.door.ask(command).await;
        if may_be_done(&told) {
            portal.sessions.end_all(party, portal.door.now_us());
        }
        told
    });
    decided.await.unwrap_or(Err(CellError::Unknown))
}

/// Whether what was asked for was decided, or perhaps.
fn may_be_done<T, R: std::fmt::Debug>(told: &Result<T, CellError<R>>) -> bool {
    match told {
        Ok(_) | Err(CellError::Unknown) => true,
        Err(CellError::Refused(_) | CellError::Busy) => false,
    }
}

/// Whoever finds a lost card of somebody knows the birthday. Looked at once the code was right and is used up: refusing
/// by it tells something of the number, and only its owner may hear that.
async fn refuse_identity_digits(portal: &Portal, party: PartyId, password: &str) -> Result<(), SandboxError> {
    let named = identity::named(portal, party).await?;
    let known: Vec<&str> = named.iter().map(|named| named.id_number.as_str()).collect();
    check_pay_password(password, &known).map_err(|error| weak("password", error))
}

fn set_refused(refused: SetPasswordRefused) -> SandboxError {
    match refused {
        SetPasswordRefused::ProofMissing | SetPasswordRefused::NoSuchPerson => code_refused(),
        SetPasswordRefused::GuessesUsedUp => identity::guesses_used_up(),
        SetPasswordRefused::IdentityMissing => identity::identity_needed(),
        SetPasswordRefused::IdentityDiffers => identity::identity_differs(),
        SetPasswordRefused::TooManyChanges { until_us } => {
            let message = format!("no more changes of the payment password before {}", format_cn(until_us));
            SandboxError::conflict("too_many_changes", message)
        }
    }
}

/// Somebody who gives the account up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseAccountRequest {
    /// The address of the account.
    to: String,
    code: String,
    /// Whether the key of the personal data is deleted, too.
    #[serde(default)]
    forget: bool,
}

/// An account that was given up.
#[derive(Serialize, ToSchema)]
struct AccountClosed {
    user_id: String,
    /// `closed`.
    status: &'static str,
    forgotten: bool,
}

/// Gives the account up, and forgets the person when asked to.
#[utoipa::path(
    post,
    path = "/me/close",
    tag = "me",
    request_body = CloseAccountRequest,
    responses((status = 200, description = "The account is closed.", body = AccountClosed))
)]
pub(crate) async fn close(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let CloseAccountRequest { to, code, forget } = read(&headers, &body)?;
    let address = digest_of(&portal, &address_of(&to)?);
    // One's own account: a session and a code for another one give neither up.
    match portal.door.ask(FindAddress { address }).await {
        Ok(found) if found.party == this.party => {}
        Ok(_) | Err(CellError::Refused(_)) => return Err(code_refused()),
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    }
    if has_money_out(&portal, this.party).await? {
        return Err(close_refused(CloseAccountRefused::NotEmpty));
    }
    let proof = prove(&portal, address, ChallengePurpose::CloseAccount, &code).await?;
    let closed = ending(portal.clone(), this.party, CloseAccount { address, proof, forget }).await;
    let party = closed.map_err(|error| SandboxError::of(error, close_refused))?;
    // Decided with the closing; asked for again it names the key, which every start deletes too.
    if forget {
        let data_key = portal.door.ask(ErasePerson { party }).await;
        let data_key = data_key.map_err(|error| SandboxError::of(error, |_| crowded()))?;
        in_vault(&portal, move |vault| vault.erase(&data_key)).await?;
    }
    let status = status_name(PartyStatus::Closed);
    answer(AccountClosed { user_id: party.to_string(), status, forgotten: forget })
}

/// Whether money of the party is with a bank or waits to be sent: it may come back to a balance that nobody can reach
/// any more. Looked at before the code is used up; what is asked for between the two is not seen.
async fn has_money_out(portal: &Portal, party: PartyId) -> Result<bool, SandboxError> {
    portal.posted().await?;
    let found = portal.read(move |reader| {
        let orders = reader.bank_orders(party, None, usize::MAX)?;
        let sent = reader.transfers(party, None, usize::MAX)?;
        let on_its_way = |state: TransferState| !state.is_final() && state != TransferState::Offered;
        Ok(orders.iter().any(|order| order.state.is_open())
            || sent.iter().any(|transfer| on_its_way(transfer.state)))
    });
    found.await.ok_or_else(|| SandboxError::broken("what is under way cannot be read"))
}

fn close_refused(refused: CloseAccountRefused) -> SandboxError {
    match refused {
        CloseAccountRefused::ProofMissing | CloseAccountRefused::NoSuchPerson => code_refused(),
        CloseAccountRefused::Frozen => SandboxError::conflict("frozen", refused),
        CloseAccountRefused::NotEmpty => SandboxError::conflict("not_empty", refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_unless_it_is_known_that_nothing_was_decided() {
        let told: [(Result<(), CellError<()>>, bool); 4] = [
            (Ok(()), true),
            (Err(CellError::Unknown), true),
            (Err(CellError::Busy), false),
            (Err(CellError::Refused(())), false),
        ];
        for (told, ended) in told {
            assert_eq!(may_be_done(&told), ended, "{told:?}");
        }
    }
}
