//! What all pages share, and the routes.

use crate::api::{HealthKept, SandboxHands, Streams};
use crate::bank::CardBank;
use crate::ghosts::Ghosts;
use crate::password::Checker;
use crate::people::{People, crowded};
use crate::sandbox::SandboxError;
use crate::sandbox_close::CloseDesk;
use crate::sandbox_inbox::Mailroom;
use crate::sandbox_recon::StatementDesk;
use crate::screening::{ListShelf, Lists};
use crate::session::{Seals, Sessions};
use crate::turns::{Turn, TurnOf, Turns};
use crate::{
    agreement, api, app_code, assets, authorize, cashier, certify, chance, export, freeze, guard,
    passkey_page, permissions, sandbox, sandbox_recon, start, wallet, wallet_bank, wallet_cards,
    wallet_passkeys, wallet_transfer, wallet_transfers, wallet_waiting,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;
use base::{AgreementNo, AppId, FreezeNo, OrderNo, PartyId};
use cell::Door;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::Reader;
use tokio::sync::watch;
use wire::cert::CertError;
use wire::sign::{PublicKey, SignType};
use world::World;

/// Most bytes of a form or of a sandbox request: the largest holds a public key.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The answer of [`Intake::open`]: the order, or in words why it was not opened.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<OrderNo, String>> + Send + 'a>>;

/// The answer of [`Intake::offer`]: the agreement, or in words why it was not offered.
pub type Offering<'a> = Pin<Box<dyn Future<Output = Result<AgreementNo, String>> + Send + 'a>>;

/// The answer of [`Intake::freeze`]: the pre-authorisation, or in words why it was not opened.
pub type Freezing<'a> = Pin<Box<dyn Future<Output = Result<FreezeNo, String>> + Send + 'a>>;

/// Opens what a merchant's app or page hands over: an order string, or the query part of a gateway address. The
/// gateway does it, with all its checks.
pub trait Intake: Send + Sync {
    /// Verifies the text like a request and opens its order. The error is a sentence for the developer.
    fn open(&self, text: String) -> Opening<'_>;

    /// Verifies the text like a request and offers its agreement. The error is a sentence for the developer.
    fn offer(&self, text: String) -> Offering<'_>;

    /// Verifies the text like a request and opens its pre-authorisation. The error is a sentence for the developer.
    fn freeze(&self, text: String) -> Freezing<'_>;
}

/// Issues the certificates of apps; the server holds the authority's key.
pub trait Issuer: Send + Sync {
    /// A certificate for an app of this merchant that signs with this key, PEM.
    fn issue(&self, seller: PartyId, key: &PublicKey) -> Result<String, CertError>;

    /// Sees to it that the platform has an SM2 key: drawn and kept when there is none yet. The error is for the log.
    fn need_sm2(&self) -> Result<(), String>;
}

/// How long the tables are waited for. They are milliseconds behind unless the disk is in trouble.
const POSTED_WAIT: Duration = Duration::from_secs(5);

/// Opens a view of the posted tables.
pub type Readers = Arc<dyn Fn() -> Box<dyn Reader> + Send + Sync>;

/// The cashier, the wallet and the sandbox of one world.
pub struct Portal {
    pub(crate) world: Arc<World>,
    pub(crate) door: Door,
    pub(crate) readers: Readers,
    pub(crate) intake: Arc<dyn Intake>,
    pub(crate) issuer: Arc<dyn Issuer>,
    pub(crate) mailroom: Arc<dyn Mailroom>,
    pub(crate) people: People,
    /// Binds cards; absent where no bank is spoken with.
    pub(crate) bank: Option<Arc<dyn CardBank>>,
    /// Lists of names.
    pub(crate) lists: Lists,
    /// Closes business dates; absent where nobody does.
    pub(crate) closes: Option<Arc<dyn CloseDesk>>,
    /// Reads statements of the bank; absent where none is spoken with.
    pub(crate) statements: Option<Arc<dyn StatementDesk>>,
    pub(crate) checker: Checker,
    pub(crate) ghosts: Ghosts,
    pub(crate) sessions: Sessions,
    pub(crate) seals: Seals,
    /// What moves a world for trying out; absent in every other one.
    pub(crate) hands: OnceLock<SandboxHands>,
    /// Turns of what reads the tables for as long as they are.
    turns: Turns,
    /// How the platform was when somebody last looked.
    pub(crate) health: HealthKept,
    /// Answers that go on while somebody watches.
    pub(crate) streams: Arc<Streams>,
    /// Becomes true when the server stops; absent where nobody says so.
    pub(crate) stops: Option<watch::Receiver<bool>>,
    /// Becomes true when this portal is no longer shown; see [`Portal::close`].
    pub(crate) closing: watch::Sender<bool>,
    /// The id of the books: another one after the world began anew, in what was restored from a backup, and in a folder
    /// that was taken over.
    pub(crate) books_id: String,
    /// The path part of the world's address, without a slash at the end: where links and cookies begin.
    pub(crate) root: String,
}

impl Portal {
    /// The portal of a world.
    pub fn new(
        world: Arc<World>,
        door: Door,
        readers: Readers,
        intake: Arc<dyn Intake>,
        issuer: Arc<dyn Issuer>,
        mailroom: Arc<dyn Mailroom>,
        people: People,
    ) -> Portal {
        let checker = Checker::new(chance::bytes());
        let root = path_of(&world.base_url).to_owned();
        let (ghosts, sessions, seals) = (Ghosts::default(), Sessions::default(), Seals::new());
        let bank = None;
        Portal {
            world,
            door,
            readers,
            intake,
            issuer,
            mailroom,
            people,
            bank,
            lists: Lists::default(),
            closes: None,
            statements: None,
            hands: OnceLock::new(),
            checker,
            ghosts,
            sessions,
            seals,
            turns: Turns::default(),
            health: HealthKept::default(),
            streams: Arc::default(),
            stops: None,
            closing: watch::Sender::new(false),
            books_id: chance::token(),
            root,
        }
    }

    /// Binds cards at this bank.
    #[must_use]
    pub fn with_bank(self, bank: Arc<dyn CardBank>) -> Portal {
        Portal { bank: Some(bank), ..self }
    }

    /// Reads statements of the bank at this desk.
    #[must_use]
    pub fn with_statements(self, statements: Arc<dyn StatementDesk>) -> Portal {
        Portal { statements: Some(statements), ..self }
    }

    /// Keeps lists of names on this shelf.
    #[must_use]
    pub fn with_lists(self, shelf: Arc<dyn ListShelf>) -> Portal {
        Portal { lists: Lists::on(shelf), ..self }
    }

    /// Ends what goes on being answered once this becomes true, so that nobody who watches keeps a server from
    /// stopping.
    #[must_use]
    pub fn until(self, stops: watch::Receiver<bool>) -> Portal {
        Portal { stops: Some(stops), ..self }
    }

    /// Tells this as the id of the books, which outlives a restart; without it one is drawn.
    #[must_use]
    pub fn of_books(self, books_id: String) -> Portal {
        Portal { books_id, ..self }
    }

    /// Ends what goes on being answered: the world begins anew, and this portal is no longer shown.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Lends what moves a world for trying out, once it is there.
    pub fn lend(&self, hands: SandboxHands) {
        // Whoever came first stays: there is one clock and one desk of a world.
        let _ = self.hands.set(hands);
    }

    /// Closes business dates at this desk.
    #[must_use]
    pub fn with_closes(self, closes: Arc<dyn CloseDesk>) -> Portal {
        Portal { closes: Some(closes), ..self }
    }

    /// The portal of the same world after it began anew: nobody is signed in, and nothing of the old one is known.
    #[must_use]
    pub fn begin_anew(
        &self,
        door: Door,
        readers: Readers,
        intake: Arc<dyn Intake>,
        mailroom: Arc<dyn Mailroom>,
    ) -> Portal {
        let (world, issuer, root) = (self.world.clone(), self.issuer.clone(), self.root.clone());
        let checker = Checker::new(chance::bytes());
        let (ghosts, sessions, seals) = (Ghosts::default(), Sessions::default(), Seals::new());
        let people = self.people.begin_anew();
        let (bank, lists) = (self.bank.clone(), self.lists.begin_anew());
        Portal {
            world,
            door,
            readers,
            intake,
            issuer,
            mailroom,
            people,
            bank,
            lists,
            closes: None,
            statements: None,
            hands: OnceLock::new(),
            checker,
            ghosts,
            sessions,
            seals,
            turns: Turns::default(),
            health: HealthKept::default(),
            streams: Arc::default(),
            stops: None,
            closing: watch::Sender::new(false),
            books_id: chance::token(),
            root,
        }
    }

    /// What is told to this app is signed with: its order or agreement remembers whether SHA-1 was asked for.
    pub(crate) fn sign_type_for(&self, app: AppId, rsa1: bool) -> SignType {
        match self.door.app(app).map_or(SignType::Rsa2, |app| SignType::of_key(&app.public_key)) {
            SignType::Sm2 => SignType::Sm2,
            SignType::Rsa | SignType::Rsa2 if rsa1 => SignType::Rsa,
            SignType::Rsa | SignType::Rsa2 => SignType::Rsa2,
        }
    }

    /// The attributes of a cookie for one part of the site: scripts cannot read it, other sites cannot send it.
    pub(crate) fn cookie(&self, name: &str, value: &str, path: &str, life_s: Option<i64>) -> String {
        self.cookie_for(name, value, path, life_s, "Strict")
    }

    /// As [`Portal::cookie`], sent also when another site leads here, as apps do to be authorised and shops to be paid.
    /// It opens nothing by itself: whatever is said yes to there is said by a form of ours.
    pub(crate) fn led_cookie(&self, name: &str, value: &str, path: &str, life_s: Option<i64>) -> String {
        self.cookie_for(name, value, path, life_s, "Lax")
    }

    fn cookie_for(
        &self,
        name: &str,
        value: &str,
        path: &str,
        life_s: Option<i64>,
        same_site: &str,
    ) -> String {
        let age = life_s.map_or_else(String::new, |life_s| format!("; Max-Age={life_s}"));
        let secure = if self.world.base_url.starts_with("https://") { "; Secure" } else { "" };
        format!("{name}={value}; Path={}{path}; HttpOnly; SameSite={same_site}{age}{secure}", self.root)
    }

    /// Whether the tables hold, in time, everything that was answered until now.
    pub(crate) async fn is_posted(&self) -> bool {
        let durable = self.door.stats().durable_sequence.load(Ordering::Acquire);
        let mut posted = self.door.posted();
        let reached = posted.wait_for(|sequence| *sequence >= durable);
        matches!(tokio::time::timeout(POSTED_WAIT, reached).await, Ok(Ok(_)))
    }

    /// As [`Portal::is_posted`], for calls that tell nothing rather than what may be out of date.
    pub(crate) async fn posted(&self) -> Result<(), SandboxError> {
        if self.is_posted().await { Ok(()) } else { Err(crowded()) }
    }

    /// Reads from the posted tables on a thread that may wait. `None` when the tables cannot be read.
    pub(crate) async fn read<T, F>(&self, read: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, store::StoreError> + Send + 'static,
    {
        let readers = self.readers.clone();
        let done = tokio::task::spawn_blocking(move || read(&mut *readers())).await;
        match done {
            Ok(Ok(found)) => Some(found),
            Ok(Err(error)) => {
                tracing::error!(%error, "the tables cannot be read");
                None
            }
            Err(_) => None,
        }
    }

    /// As [`Portal::read`], on one state of the tables: what is posted meanwhile is not seen.
    pub(crate) async fn read_held<T, F>(&self, work: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, store::StoreError> + Send + 'static,
    {
        self.read(move |reader| {
            reader.hold()?;
            let found = work(reader);
            reader.let_go()?;
            found
        })
        .await
    }

    /// A turn among those that read much. Whoever needs the tables up to date asks for that first, so that no turn is
    /// held while nobody reads. Give it to the reading, which goes on when its caller hangs up. 503 `busy` when none
    /// comes in time.
    pub(crate) async fn turn(&self, of: TurnOf) -> Result<Turn, SandboxError> {
        self.turns.next(of).await.ok_or_else(crowded)
    }

    /// As [`Portal::read_held`], with a turn that is kept until the reading ends.
    pub(crate) async fn read_in_turn<T, F>(&self, turn: Turn, work: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, store::StoreError> + Send + 'static,
    {
        self.read_held(move |reader| {
            let _turn = turn;
            work(reader)
        })
        .await
    }
}

/// The path of an absolute address, without a slash at the end.
fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or("", |at| rest[at..].trim_end_matches('/'))
}

/// All pages, and the sandbox API when the world is for trying out.
pub fn routes(state: Arc<Portal>) -> Router {
    let mut router = Router::new()
        .route("/", get(start::show))
        .route("/assets/{name}", get(assets::serve))
        .route("/app-code", get(app_code::show))
        .merge(cashier::routes())
        .merge(agreement::routes())
        .merge(freeze::routes())
        .merge(wallet::routes())
        .merge(wallet_waiting::routes())
        .merge(wallet_transfers::routes())
        .merge(wallet_transfer::routes())
        .merge(wallet_cards::routes())
        .merge(wallet_bank::routes())
        .merge(wallet_passkeys::routes())
        .merge(passkey_page::routes())
        .merge(permissions::routes())
        .merge(export::routes())
        .merge(authorize::routes());
    if state.world.sandbox {
        // A world that is no sandbox has no provider of messages yet.
        router = router.merge(sandbox::routes()).merge(certify::routes()).merge(api::routes(&state));
        router = router.merge(sandbox_recon::routes());
    }
    let guarded =
        router.layer(middleware::from_fn(guard::guard)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    guarded.with_state(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_at_the_path_of_the_world() {
        assert_eq!(path_of("http://127.0.0.1:8080"), "");
        assert_eq!(path_of("https://pay.example/w/default/"), "/w/default");
    }
}
