//! `/api/v1`: what a person's own app or page asks: register, sign in, say who one is, look after the account.
//!
//! No answer tells whether an address is somebody's: the same steps are taken and the same words said, and the message
//! that goes to the address tells its owner the rest. Sessions are rows of the cell: they outlive a restart, and what
//! ends one (a new login password, closing the account) ends it in the same decision.

mod account;
mod at_desk;
pub(crate) mod at_shop;
mod budget;
mod care;
mod ceremonies;
mod challenges;
mod devices;
mod evidence;
mod identity;
pub(crate) mod key_ring;
pub(crate) mod merchant_documents;
mod merchant_form;
pub(crate) mod merchant_names;
pub(crate) mod merchant_told;
pub(crate) mod merchants;
mod messenger;
mod own_data;
mod own_names;
mod own_password;
pub(crate) mod passkey_acts;
mod passkey_news;
mod passkeys;
mod register;
pub(crate) mod safety;
mod sessions;
mod unmasked;
mod vault_queue;
pub(crate) mod who;

pub(crate) use at_desk::AtDesk;
pub(crate) use at_shop::AtShop;
pub use budget::ClientAddress;
pub(crate) use ceremonies::{Asker, home, origin_of};
pub(crate) use devices::is_signed_in;
pub(crate) use evidence::vouch;
pub use identity::{Checking, IdentityCheck, SandboxRegister, Verdict};
pub(crate) use identity::{Named, named};
pub(crate) use messenger::messages;
pub use messenger::{Inbox, MessageKind, Messenger, NotSent, Outgoing, Sending};
pub(crate) use own_names::{SealedName, names_of};
pub(crate) use own_password::OwnPassword;
pub(crate) use unmasked::{OpsPerson, person_of, unmasked};
pub(crate) use who::{Who, not_signed_in, signed_in};

use crate::ghosts::Ghosts;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use base::Secret;
use budget::Budget;
use ceremonies::Ceremonies;
use people::{Address, AddressDigest, ChallengePurpose, CodeDigest, TryChallengeRefused, WeakPassword};
use std::sync::Arc;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;
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

/// The calls of persons, paths below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    // As large as documents may be, and one byte more, so that too large a one is told so.
    let document_bytes = DefaultBodyLimit::max(people::DOCUMENT_BYTES_MAX + 1);
    OpenApiRouter::default()
        .routes(routes!(challenges::open))
        .routes(routes!(register::register))
        .routes(routes!(sessions::begin, sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(passkeys::sign_in))
        .routes(routes!(passkeys::begin_signing_in))
        .routes(routes!(passkeys::add, passkeys::list))
        .routes(routes!(passkeys::begin_adding))
        .routes(routes!(passkeys::remove))
        .routes(routes!(account::show))
        .routes(routes!(own_data::export))
        .routes(routes!(care::close))
        .routes(routes!(safety::stop, safety::lift))
        .routes(routes!(identity::prove, identity::show))
        .routes(routes!(identity::move_limit))
        .routes(routes!(merchants::fill, merchants::list))
        .routes(routes!(merchants::show))
        .routes(routes!(merchant_documents::document).layer(document_bytes))
        .routes(routes!(merchants::submit))
        .routes(routes!(merchants::confirm))
        .routes(routes!(merchants::sign))
        .routes(routes!(care::login_password))
        .routes(routes!(care::pay_password))
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
pub(crate) fn weak(field: &'static str, weak: WeakPassword) -> SandboxError {
    SandboxError::bad("weak_password", format!("{field}: {weak}")).of_field(field)
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
