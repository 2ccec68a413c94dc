//! `/api/v1`: what a person's own app or page asks: register, sign in, say who one is, look after the account.
//!
//! No answer tells whether an address is somebody's: the same steps are taken and the same words said, and the message
//! that goes to the address tells its owner the rest. Sessions are rows of the cell: they outlive a restart, and what
//! ends one (a new login password, closing the account) ends it in the same decision.

mod account;
mod budget;
mod care;
mod ceremonies;
mod challenges;
mod devices;
mod identity;
pub(crate) mod key_ring;
pub(crate) mod merchant_documents;
pub(crate) mod merchant_names;
pub(crate) mod merchants;
mod messenger;
mod own_data;
mod passkey_news;
mod passkey_pay;
mod passkeys;
mod register;
pub(crate) mod safety;
mod sessions;
mod vault_queue;
mod who;

pub use budget::ClientAddress;
pub(crate) use ceremonies::{Asker, home};
pub use identity::{Checking, IdentityCheck, SandboxRegister, Verdict};
pub(crate) use identity::{Named, named, vouch};
pub(crate) use messenger::messages;
pub use messenger::{Inbox, MessageKind, Messenger, NotSent, Outgoing, Sending};

use crate::ghosts::Ghosts;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, delete, get, post};
use base::Secret;
use budget::Budget;
use ceremonies::Ceremonies;
use people::{Address, AddressDigest, ChallengePurpose, CodeDigest, TryChallengeRefused, WeakPassword};
use std::sync::Arc;
use vault::Vault;
use vault_queue::VaultQueue;

/// What the portal needs for persons.
pub struct People {
    pub(crate) vault: Arc<Vault>,
    pub(crate) messenger: Arc<dyn Messenger>,
    pub(crate) register: Arc<dyn IdentityCheck>,
    /// What was sent, in a world for trying out.
    pub(crate) inbox: Option<Arc<Inbox>>,
    pub(crate) budget: Budget,
    pub(crate) ghosts: Ghosts,
    pub(crate) vault_queue: VaultQueue,
    /// Held while an application is looked at and then changed: see [`merchants::one_after_another`].
    pub(crate) applying: tokio::sync::Mutex<()>,
    /// Challenges that wait for a passkey.
    pub(crate) ceremonies: Ceremonies,
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("People(…)")
    }
}

impl People {
    /// For a world for trying out: nothing leaves the machine, and `GET /sandbox/messages` shows what was sent.
    pub fn sandbox(vault: Arc<Vault>) -> People {
        let inbox = Arc::new(Inbox::default());
        People {
            vault,
            messenger: inbox.clone(),
            register: Arc::new(SandboxRegister),
            inbox: Some(inbox),
            budget: Budget::default(),
            ghosts: Ghosts::default(),
            vault_queue: VaultQueue::default(),
            applying: tokio::sync::Mutex::default(),
            ceremonies: Ceremonies::default(),
        }
    }

    /// The same with a provider that carries messages away: nobody else sees them.
    #[must_use]
    pub fn sending_by(self, messenger: Arc<dyn Messenger>) -> People {
        People { messenger, inbox: None, ..self }
    }

    /// The same after the world began anew; its sessions went with its books.
    pub(crate) fn begin_anew(&self) -> People {
        let people = People::sandbox(self.vault.clone());
        if self.inbox.is_some() { people } else { people.sending_by(self.messenger.clone()) }
    }
}

/// The routes of persons.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/v1/challenges", post(challenges::open))
        .route("/api/v1/people", post(register::register))
        .route("/api/v1/sessions", post(sessions::begin).get(sessions::list))
        .route("/api/v1/sessions/{id}", delete(sessions::end))
        .route("/api/v1/sessions/passkey", post(passkeys::sign_in))
        .route("/api/v1/sessions/passkey/options", post(passkeys::begin_signing_in))
        .route("/api/v1/passkeys", post(passkeys::add).get(passkeys::list))
        .route("/api/v1/passkeys/options", post(passkeys::begin_adding))
        .route("/api/v1/passkeys/{id}", delete(passkeys::remove))
        .route("/api/v1/me/payments", post(passkey_pay::pay))
        .route("/api/v1/me/payments/options", post(passkey_pay::begin))
        .route("/api/v1/me", get(account::show))
        .route("/api/v1/me/data", get(own_data::export))
        .route("/api/v1/me/close", post(care::close))
        .route("/api/v1/me/stop-payment", post(safety::stop).delete(safety::lift))
        .route("/api/v1/identity", post(identity::prove).get(identity::show))
        .route("/api/v1/identity/limit", post(identity::move_limit))
        .route("/api/v1/merchants", post(merchants::fill).get(merchants::list))
        .route("/api/v1/merchants/{login}", get(merchants::show))
        .route("/api/v1/merchants/{login}/documents/{kind}", merchant_document())
        .route("/api/v1/merchants/{login}/submit", post(merchants::submit))
        .route("/api/v1/merchants/{login}/confirm", post(merchants::confirm))
        .route("/api/v1/merchants/{login}/sign", post(merchants::sign))
        .route("/api/v1/login-password", post(care::login_password))
        .route("/api/v1/pay-password", post(care::pay_password))
}

/// Takes bodies as large as documents may be, and one byte more, so that too large a one is told so.
fn merchant_document() -> MethodRouter<Arc<Portal>> {
    post(merchant_documents::document).layer(DefaultBodyLimit::max(people::DOCUMENT_BYTES_MAX + 1))
}

/// What stands for an address in commands and rows.
pub(crate) fn digest_of(portal: &Portal, address: &Address) -> AddressDigest {
    portal.world.secrets.person_digest("address", address.as_str())
}

/// What stands for a code: it is worth nothing for another address or purpose.
pub(crate) fn code_digest(
    portal: &Portal,
    to: &AddressDigest,
    purpose: ChallengePurpose,
    code: &str,
) -> CodeDigest {
    let address: String = to.iter().map(|byte| format!("{byte:02x}")).collect();
    portal.world.secrets.person_digest("code", &format!("{address} {} {code}", purpose.name()))
}

/// The address that a call names.
pub(crate) fn address_of(text: &str) -> Result<Address, SandboxError> {
    Address::parse(text).ok_or_else(|| {
        SandboxError::bad("bad_address", "give a mobile number of the mainland or an e-mail address")
    })
}

/// Whatever is wrong with a code, one answer: neither how often it was tried nor whether there is one is told.
pub(crate) fn wrong_code(_: TryChallengeRefused) -> SandboxError {
    code_refused()
}

/// As [`wrong_code`].
pub(crate) fn code_refused() -> SandboxError {
    let message = "the code is wrong, too old, was used, or was tried too often: ask for a new one";
    SandboxError::new(StatusCode::FORBIDDEN, "wrong_code", message)
}

/// Too many sign-ins at once; nothing was counted.
pub(crate) fn crowded() -> SandboxError {
    let message = "the platform is busy; nothing was done, try again";
    SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
}

/// A password that is too easy to guess.
pub(crate) fn weak(field: &str, weak: WeakPassword) -> SandboxError {
    SandboxError::bad("weak_password", format!("{field}: {weak}"))
}

/// Tries a code; the proof is used up by one command.
pub(crate) async fn prove(
    portal: &Portal,
    address: AddressDigest,
    purpose: ChallengePurpose,
    code: &str,
) -> Result<u64, SandboxError> {
    let code = code_digest(portal, &address, purpose, code.trim());
    let tried = portal.door.ask(engine::TryChallenge { address, purpose, code }).await;
    tried.map_err(|error| SandboxError::of(error, wrong_code))
}

/// Makes what a row keeps of a new password.
pub(crate) async fn new_password(
    portal: &Portal,
    text: Secret<String>,
) -> Result<engine::NewPassword, SandboxError> {
    let made = portal.checker.make(portal.world.clone(), text, crate::chance::bytes()).await;
    let verifier = made.map_err(SandboxError::broken)?;
    Ok(engine::NewPassword { verifier, pepper_version: world::Secrets::PEPPER_VERSION })
}

/// Runs what waits for the vault's file, or for the hardware with its key, on a thread that may wait.
pub(crate) async fn in_vault<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&Vault) -> Result<T, vault::VaultError> + Send + 'static,
{
    let (vault, place) = (portal.people.vault.clone(), portal.people.vault_queue.place().await?);
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&vault);
        drop(place);
        done
    });
    let done = done.await;
    done.map_err(SandboxError::broken)?.map_err(SandboxError::broken)
}
