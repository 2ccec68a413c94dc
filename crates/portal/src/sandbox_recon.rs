//! `/sandbox/recon/…`: statements of the bank into the books, and what they came to.

use crate::portal::Portal;
use crate::recon_report::{Reported, report};
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base::Day;
use recon::{BankAccount, BeginStatementRefused, FILE_BYTES_MAX, FileError, ImportRefused};
use serde::Deserialize;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What a body of a statement says that it is. Another site's page cannot say so without asking.
const KINDS: [&str; 2] = ["text/csv", "application/xml"];

/// A statement that is in the books.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementTaken {
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Whether all of it had been booked before.
    pub already: bool,
}

/// Why a statement is not in the books, or not wholly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatementNotTaken {
    /// The file cannot be read.
    File(FileError),
    /// It is not the statement that was read before.
    Statement(BeginStatementRefused),
    /// A line is not the one that was read before.
    Line(ImportRefused),
    /// There is no bank that keeps statements; in words.
    NoBank(String),
    /// The bank has none of that day; in words.
    NotClosed(String),
    /// The bank gave none that can be used; in words.
    Bank(String),
    /// The platform did not decide in time; in words.
    Busy(String),
}

/// The answer of a [`StatementDesk`].
pub type TakingStatement<'a> =
    Pin<Box<dyn Future<Output = Result<StatementTaken, StatementNotTaken>> + Send + 'a>>;

/// Reads statements into the books, and fetches them from the bank; the server does it.
pub trait StatementDesk: Send + Sync {
    /// Reads a file.
    fn import(&self, file: Bytes) -> TakingStatement<'_>;

    /// Fetches the statement of a day and reads it.
    fn fetch(&self, day: Day) -> TakingStatement<'_>;
}

type Shared = State<Arc<Portal>>;

/// The routes; a statement may be larger than other bodies.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    let limit = usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX).saturating_add(1);
    let import = post(import).layer(DefaultBodyLimit::max(limit));
    Router::new().route("/sandbox/recon/statements", import).route("/sandbox/recon/fetch", post(fetch))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FetchRequest {
    day: String,
}

/// Reads a file that was sent as the body.
async fn import(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !KINDS.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        let message = "send the file with Content-Type: text/csv or application/xml";
        return Err(SandboxError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_statement", message));
    }
    let taken = desk(&portal)?.import(body).await?;
    told(&portal, taken).await
}

/// Fetches the statement of a day that is over.
async fn fetch(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let FetchRequest { day } = read(&headers, &body)?;
    let taken = desk(&portal)?.fetch(day_of(&day)?).await?;
    told(&portal, taken).await
}

fn desk(portal: &Portal) -> Result<Arc<dyn StatementDesk>, SandboxError> {
    let missing = || SandboxError::missing("no_bank", "this world speaks with no bank");
    portal.statements.clone().ok_or_else(missing)
}

/// A day as calls write it.
pub(crate) fn day_of(text: &str) -> Result<Day, SandboxError> {
    text.parse().map_err(|_| SandboxError::bad("bad_day", "a day is written yyyy-MM-dd"))
}

async fn told(portal: &Portal, taken: StatementTaken) -> Answer {
    let StatementTaken { account, day, already } = taken;
    let posted = portal.is_posted().await;
    let found = portal.read(move |reader| report(reader, &account, day)).await.flatten();
    let found: Option<Reported> = found.filter(|_| posted);
    let found = found.ok_or_else(|| SandboxError::broken("a statement that was read cannot be reported"))?;
    let mut told = found.told();
    told["already_booked"] = already.into();
    answer(told)
}

impl From<StatementNotTaken> for SandboxError {
    fn from(no: StatementNotTaken) -> SandboxError {
        match no {
            StatementNotTaken::File(error) => SandboxError::bad("bad_statement", error),
            StatementNotTaken::Statement(why) => match why {
                BeginStatementRefused::StatementDiffers { .. } => {
                    SandboxError::conflict("statement_differs", why)
                }
                BeginStatementRefused::BalanceBreaks { .. } => SandboxError::conflict("balance_breaks", why),
            },
            StatementNotTaken::Line(why @ ImportRefused::LineDiffers { .. }) => {
                SandboxError::conflict("line_differs", why)
            }
            StatementNotTaken::NoBank(words) => SandboxError::missing("no_statements", words),
            StatementNotTaken::NotClosed(words) => SandboxError::conflict("day_not_closed", words),
            StatementNotTaken::Bank(words) => {
                SandboxError::new(StatusCode::BAD_GATEWAY, "bank_gave_none", words)
            }
            StatementNotTaken::Busy(words) => {
                SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", words)
            }
        }
    }
}
