//! `/sandbox/notifications/…`: letters to merchants held in the hand. What was sent, byte for byte; a listener that
//! takes letters in the place of a shop's address; a letter once more, changed or forged.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::{AppId, NoticeNo};
use engine::{Key, Row};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use trade::Notice;
use wire::timestamp::format_cn;

/// Longest wait of one call, in seconds: below what proxies and clients cut off.
const WAIT_S_MAX: u64 = 25;
/// Longest body of a shop that is carried, in bytes; the right one has seven.
const BODY_BYTES_MAX: usize = 4_096;
/// Members that may be changed in one letter.
const MEMBERS_MAX: usize = 40;

/// A letter as it was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LetterSeen {
    /// Its number, in the order of sending.
    pub no: u64,
    /// The notice that it tells.
    pub notice: NoticeNo,
    /// The app that it was for.
    pub app: AppId,
    /// How it came to be sent: `usual`, `delayed`, `reordered`, `duplicate`, `again`, `changed`, `forged`.
    pub kind: &'static str,
    /// When it was sent, microseconds UTC.
    pub sent_at_us: i64,
    /// The address.
    pub url: String,
    /// `Content-Type`.
    pub content_type: String,
    /// The body, escaped and signed.
    pub form: String,
    /// Whether a listener had it in the address's place.
    pub to_listener: bool,
    /// How it ended; absent while it is under way.
    pub ended: Option<LetterEnd>,
}

/// How a letter ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LetterEnd {
    /// Why it does not count as delivered; absent when it does.
    pub error: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// How a letter is forged, for trying a shop's checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForgeryAsked {
    /// Without a signature.
    Unsigned,
    /// Signed with a key that is nobody's.
    OtherKey,
    /// Members changed after signing.
    ChangedAfterSigning,
}

/// What is sent once more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgainAsked {
    /// Another address than the notice's.
    pub url: Option<String>,
    /// Members with other values; an empty one is left out.
    pub members: BTreeMap<String, String>,
    /// How it is forged.
    pub forgery: Option<ForgeryAsked>,
}

/// Why a letter was not sent once more, or not told of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgainRefused {
    /// The request cannot be carried out; a sentence for the developer.
    Bad(String),
    /// The platform is busy; nothing was sent.
    Busy,
    /// The platform failed while it sent; nobody knows whether the letter arrived.
    Unknown,
}

/// Letters that were asked for, as they come.
pub type Letters<'a> = Pin<Box<dyn Future<Output = Vec<LetterSeen>> + Send + 'a>>;
/// How a letter that was sent once more ended.
pub type Resent<'a> = Pin<Box<dyn Future<Output = Result<LetterEnd, AgainRefused>> + Send + 'a>>;

/// Where letters to merchants go out. The server has it.
pub trait Mailroom: Send + Sync {
    /// Letters after a number, of one app or of all, oldest first.
    fn look(&self, app: Option<AppId>, after: u64) -> Vec<LetterSeen>;
    /// Takes letters in the place of addresses, and gives those that wait for an answer as soon as there are any.
    fn listen(&self, app: Option<AppId>, after: u64, wait: Duration) -> Letters<'_>;
    /// What a listener's shop answered; false when nobody waits for it.
    fn answer(&self, no: u64, status: u16, body: Vec<u8>) -> bool;
    /// Sends a notice once more; the ladder does not count it.
    fn resend(&self, notice: Arc<Notice>, again: AgainAsked) -> Resent<'_>;
}

/// What to look at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LettersRequest {
    app_id: Option<String>,
    #[serde(default)]
    after: u64,
}

/// The letters that were sent, oldest first, with how each ended.
pub(crate) async fn letters(
    State(portal): State<Arc<Portal>>,
    query: Result<Query<LettersRequest>, QueryRejection>,
) -> Answer {
    let Query(LettersRequest { app_id, after }) =
        query.map_err(|error| SandboxError::bad("bad_request", error))?;
    told(&portal.mailroom.look(app_of(app_id)?, after))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListenRequest {
    app_id: Option<String>,
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait_s: u64,
}

/// Listens. It takes letters away from their addresses, so that no other site's page may ask for it: a POST.
pub(crate) async fn listen(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let ListenRequest { app_id, after, wait_s } = read(&headers, &body)?;
    if wait_s > WAIT_S_MAX {
        return Err(SandboxError::bad("bad_request", format!("wait_s is at most {WAIT_S_MAX}")));
    }
    told(&portal.mailroom.listen(app_of(app_id)?, after, Duration::from_secs(wait_s)).await)
}

fn app_of(app_id: Option<String>) -> Result<Option<AppId>, SandboxError> {
    app_id.map(|text| text.parse()).transpose().map_err(|error| SandboxError::bad("bad_app_id", error))
}

fn told(letters: &[LetterSeen]) -> Answer {
    let shown: Vec<Value> = letters.iter().map(shown).collect();
    answer(json!({ "letters": shown }))
}

fn shown(letter: &LetterSeen) -> Value {
    json!({
        "no": letter.no,
        "notify_id": letter.notice.to_string(),
        "app_id": letter.app.to_string(),
        "kind": letter.kind,
        "sent_at": format_cn(letter.sent_at_us),
        "url": letter.url,
        "content_type": letter.content_type,
        "form": letter.form,
        "to_listener": letter.to_listener,
        "ended": letter.ended.as_ref().map(end),
    })
}

fn end(end: &LetterEnd) -> Value {
    let took_ms = u64::try_from(end.took.as_millis()).unwrap_or(u64::MAX);
    json!({ "delivered": end.error.is_none(), "error": end.error, "took_ms": took_ms })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerRequest {
    no: u64,
    status: u16,
    body: String,
}

/// A listener tells what its shop answered.
pub(crate) async fn heard(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let AnswerRequest { no, status, body } = read(&headers, &body)?;
    if body.len() > BODY_BYTES_MAX {
        return Err(SandboxError::bad("bad_request", format!("body has at most {BODY_BYTES_MAX} bytes")));
    }
    if portal.mailroom.answer(no, status, body.into_bytes()) {
        return answer(json!({ "no": no, "taken": true }));
    }
    let message =
        "nobody waits for this answer: it came too late, another was first, or there is no such letter";
    Err(SandboxError::missing("letter_not_waiting", message))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResendRequest {
    notify_id: String,
    url: Option<String>,
    #[serde(default)]
    members: BTreeMap<String, String>,
    forge: Option<ForgeryAsked>,
}

/// A notice once more, now, whatever its state. It is not counted.
pub(crate) async fn resend(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let ResendRequest { notify_id, url, members, forge } = read(&headers, &body)?;
    let no: NoticeNo = notify_id.parse().map_err(|error| SandboxError::bad("bad_notify_id", error))?;
    if members.len() > MEMBERS_MAX {
        return Err(SandboxError::bad("bad_request", format!("at most {MEMBERS_MAX} members are changed")));
    }
    let found = portal.read(move |reader| reader.row(&Key::Notice((no.slot(), no)))).await;
    let found = found.ok_or_else(|| SandboxError::broken("the notices cannot be read"))?;
    let Some(Row::Notice(notice)) = found else {
        let message = "there is no such notification, or it is being written: list them again";
        return Err(SandboxError::missing("notification_not_found", message));
    };
    let asked = AgainAsked { url, members, forgery: forge };
    match portal.mailroom.resend(notice, asked).await {
        Ok(ended) => answer(json!({ "notify_id": notify_id, "ended": end(&ended) })),
        Err(AgainRefused::Bad(message)) => Err(SandboxError::bad("bad_request", message)),
        Err(AgainRefused::Unknown) => {
            let message = "sending broke off; whether the letter arrived is not known";
            Err(SandboxError::new(axum::http::StatusCode::GATEWAY_TIMEOUT, "unknown", message))
        }
        Err(AgainRefused::Busy) => {
            let message = "the platform is busy; nothing was sent, try again";
            Err(SandboxError::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "busy", message))
        }
    }
}
