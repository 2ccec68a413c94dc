//! One attempt: look the order up, write the form, call the merchant, have the attempt counted.
//!
//! What is done outside ([`Hands`]: signing, the call itself, waiting) is the caller's, so that the product, with
//! threads and sockets, and the simulator make the same attempts.

use crate::failure::Failure;
use crate::members::{Letter, letter, letter_of_message};
use base::{AppId, Plant, Text, planted};
use cell::{CellError, Door};
use engine::{FindGrant, FindOrderByNo, FindParty, NoticeTried};
use people::GrantKind;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use trade::{Notice, NoticeEvent, Order};
use wire::notify_form;
use wire::sign::SignType;

/// Wait before a notice is taken up again when the cell could not answer.
const CELL_PAUSE: Duration = Duration::from_secs(1);
/// Times that the cell is asked to count an attempt. The waits between them double from 100 ms: 25 s in all.
const COUNT_TRIES: u32 = 8;
/// The first of those waits.
const COUNT_PAUSE: Duration = Duration::from_millis(100);

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Whether the cell counted it. Otherwise the notice is due as before.
    pub counted: bool,
    /// Whether the merchant's server was gone or slow.
    pub slow: bool,
}

impl Ended {
    /// Nothing was sent, or nobody knows.
    pub const NOT_MADE: Ended = Ended { counted: false, slow: false };
}

/// One call to a merchant, written and signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// `Content-Type`, with the charset.
    pub content_type: String,
    /// The body: an escaped form.
    pub form: String,
}

/// What became of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Called {
    /// Delivered, or why not.
    pub outcome: Result<(), Failure>,
    /// How long it took.
    pub took: Duration,
}

/// What an attempt needs from outside.
pub trait Hands: Send + Sync {
    /// Signs a letter into a form; `None` when it cannot be signed now.
    fn sign(&self, letter: Letter) -> impl Future<Output = Option<String>> + Send;

    /// Calls the merchant. It ends in bounded time, whatever the merchant's server does.
    fn call(&self, notice: &Notice, post: Post) -> impl Future<Output = Called> + Send;

    /// Waits.
    fn pause(&self, wait: Duration) -> impl Future<Output = ()> + Send;
}

/// One attempt to deliver a notice. Whatever the merchant's server does, it ends in bounded time.
pub async fn attempt(hands: &impl Hands, door: &Door, notice: &Notice) -> Ended {
    let letter = match write(door, notice).await {
        Ok(letter) => letter,
        Err(CellError::Refused(())) => {
            tracing::error!(notice = %notice.no, "a notice tells of something that is not there");
            let counted = count(hands, door, notice, false, Some("the order was not found")).await;
            return Ended { counted, slow: false };
        }
        Err(CellError::Busy | CellError::Unknown) => {
            hands.pause(CELL_PAUSE).await;
            return Ended::NOT_MADE;
        }
    };
    let content_type = notify_form::content_type(letter.charset);
    let Some(form) = hands.sign(letter).await else { return Ended::NOT_MADE };
    let Called { outcome, took } =
        hands.call(notice, Post { url: notice.url.to_string(), content_type, form }).await;
    let slow = outcome.is_err_and(Failure::is_slow);
    let error = outcome.err().map(|failure| failure.to_string());
    let (delivered, error) = (error.is_none(), error.as_deref());
    tracing::info!(
        notice = %notice.no,
        app = %notice.app,
        attempt = notice.attempts + 1,
        elapsed_ms = took.as_millis(),
        delivered,
        error,
        "notification sent"
    );
    if planted(Plant::AttemptNotCounted) {
        return Ended { counted: true, slow };
    }
    Ended { counted: count(hands, door, notice, delivered, error).await, slow }
}

/// What a notice says now. Refused when what it tells of is not there.
pub(crate) async fn write(door: &Door, notice: &Notice) -> Result<Letter, CellError<()>> {
    let mut letter = as_ordered(door, notice).await?;
    // An app with an SM2 key has its letters signed with SM2, whatever they tell of.
    if door.app(notice.app).is_some_and(|app| SignType::of_key(&app.public_key) == SignType::Sm2) {
        letter.sign_type = SignType::Sm2;
    }
    Ok(letter)
}

/// The letter with the sign type that its order or message names.
async fn as_ordered(door: &Door, notice: &Notice) -> Result<Letter, CellError<()>> {
    if notice.event == NoticeEvent::Message {
        return letter_of_message(notice, door.now_us()).ok_or(CellError::Refused(()));
    }
    let Known { order, seller_login, own_app } = look_up(door, notice).await?;
    Ok(letter(&order, notice, seller_login.as_deref(), own_app, door.now_us()))
}

/// What is looked up for a notice.
struct Known {
    order: Arc<Order>,
    /// The merchant's login when there is one.
    seller_login: Option<String>,
    /// The merchant's own app; another one may have made the order in its place.
    own_app: AppId,
}

async fn look_up(door: &Door, notice: &Notice) -> Result<Known, CellError<()>> {
    let order = door.ask(FindOrderByNo { order_no: notice.order_no }).await.map_err(plain)?;
    let seller_login = match door.ask(FindParty { party: order.seller }).await {
        Ok(party) => Some(party.login.to_string()),
        // A notification without it is better than none.
        Err(CellError::Refused(_)) => None,
        Err(error) => return Err(plain(error)),
    };
    let mut own_app = notice.app;
    if door.app(notice.app).is_some_and(|app| app.seller != order.seller) {
        let (owner, kind) = (order.seller, GrantKind::Merchant);
        match door.ask(FindGrant { owner, app: notice.app, kind }).await {
            Ok(grant) => own_app = grant.own_app.unwrap_or(notice.app),
            Err(CellError::Refused(_)) => {}
            Err(error) => return Err(plain(error)),
        }
    }
    Ok(Known { order, seller_login, own_app })
}

/// Has the attempt counted; false when the cell could not be asked for so long that the notice had better be sent
/// again. Repeating the command is harmless: it names the attempts made before.
async fn count(
    hands: &impl Hands,
    door: &Door,
    notice: &Notice,
    delivered: bool,
    error: Option<&str>,
) -> bool {
    let command = tried(notice, delivered, error);
    let mut pause = COUNT_PAUSE;
    for _ in 0..COUNT_TRIES {
        match door.ask(command.clone()).await {
            Ok(()) => return true,
            Err(CellError::Refused(never)) => match never {},
            Err(CellError::Busy | CellError::Unknown) => hands.pause(pause).await,
        }
        pause *= 2;
    }
    false
}

/// The command that counts an attempt at a notice.
fn tried(notice: &Notice, delivered: bool, error: Option<&str>) -> NoticeTried {
    let error = error.map(|error| Text::new(error).unwrap_or_else(|_| Text::new("failed").expect("short")));
    NoticeTried { notice: notice.no, attempts_before: notice.attempts, delivered, error }
}

fn plain<R: std::fmt::Debug>(error: CellError<R>) -> CellError<()> {
    match error {
        CellError::Refused(_) => CellError::Refused(()),
        CellError::Busy => CellError::Busy,
        CellError::Unknown => CellError::Unknown,
    }
}
