//! `/sandbox/recon/…`: statements of the bank into the books, and what they came to.

use crate::people::merchant_told::Moment;
use crate::portal::Portal;
use crate::recon_books::{Equation, Unclear, equations, statements, suspense};
use crate::recon_report::{Reported, Sums, report, signed_text};
use crate::recon_words::{book_words, class_words, filled, owner_words, way_words};
use crate::respond::{Frame, Visitor, page};
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_suspense;
use crate::texts::Texts;
use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use base::Day;
use money::Currency;
use recon::{BankAccount, BeginStatementRefused, Class, FILE_BYTES_MAX, FileError, ImportRefused};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Reader, StoreError};
use wire::timestamp::format_cn;

/// What a body of a statement says that it is. Another site's page cannot say so without asking.
const KINDS: [&str; 2] = ["text/csv", "application/xml"];

/// Statements that one call tells at most, newest first.
const DAYS_MAX: usize = 62;
/// Statements and lines of them that one call looks at.
const LINES_MAX: usize = 1_000_000;
/// Parties, accounts, lines and receipts that one call adds up.
const BOOKS_MAX: usize = 1_000_000;

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
    /// It is of another account than the one that is reconciled; in words.
    OtherAccount(String),
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
    let routes = Router::new().route("/sandbox/recon", get(show));
    let routes = routes.route("/sandbox/recon/statements", import).route("/sandbox/recon/fetch", post(fetch));
    let routes = routes.route("/sandbox/recon/propose", post(sandbox_suspense::propose));
    let routes = routes.route("/sandbox/recon/withdraw", post(sandbox_suspense::withdraw));
    routes.route("/sandbox/recon/close", post(sandbox_suspense::close))
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

/// Which day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    day: Option<String>,
}

/// Everything that is told at once.
pub(crate) struct Whole {
    statements: Vec<Reported>,
    suspense: Vec<Unclear>,
    books: BTreeMap<Currency, Equation>,
    /// Whether nothing is left out because there is more than one call looks at.
    is_whole: bool,
}

/// What statements came to, what is suspense, and whether the books add up: of one day, or of all.
pub(crate) fn whole(reader: &mut dyn Reader, day: Option<Day>) -> Result<Whole, StoreError> {
    let (mut reported, mut left) = (Vec::new(), LINES_MAX);
    let (read, mut is_whole) = statements(reader, &mut left)?;
    let wanted = read.iter().rev().filter(|read| day.is_none_or(|day| read.day == day));
    for read in wanted.take(DAYS_MAX) {
        let Some(one) = report(reader, &read.account, read.day, &mut left)? else {
            is_whole = false;
            break;
        };
        reported.push(one);
    }
    let (suspense, all) = suspense(reader, day)?;
    let books = equations(reader, BOOKS_MAX)?;
    is_whole &= all && books.is_some();
    Ok(Whole { statements: reported, suspense, books: books.unwrap_or_default(), is_whole })
}

/// Tells what statements came to, what is suspense, and whether the books add up: of one day, or of all. A browser gets
/// a page.
async fn show(
    State(portal): Shared,
    visitor: Visitor,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Answer {
    let day = which.day.as_deref().filter(|day| !day.is_empty()).map(day_of).transpose()?;
    if !portal.is_posted().await {
        return Err(SandboxError::broken("the books cannot be read"));
    }
    let (found, now_us) = books(&portal, day).await?;
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let f = visitor.frame(&portal);
        return Ok(page(StatusCode::OK, &ReconPage::new(f, day, &found, now_us)));
    }
    answer(whole_told(&found, day, now_us, format_cn))
}

/// Reads it from one state of the tables, and gives the moment of it.
async fn books(portal: &Portal, day: Option<Day>) -> Result<(Whole, i64), SandboxError> {
    let now_us = portal.door.now_us();
    // One state: what is posted in between would look like a difference.
    let found = portal.read_held(move |reader| whole(reader, day)).await;
    let found = found.ok_or_else(|| SandboxError::broken("the books cannot be read"))?;
    Ok((found, now_us))
}

/// The same in an answer; moments as `moment` writes them.
pub(crate) fn whole_told(found: &Whole, day: Option<Day>, now_us: i64, moment: Moment) -> Value {
    let suspense: Vec<Value> = found.suspense.iter().map(|one| one.told(now_us, moment)).collect();
    json!({
        "day": day.map(|day| day.to_string()),
        "statements": found.statements.iter().map(|one| one.told(moment)).collect::<Vec<_>>(),
        "suspense": suspense,
        "books": found.books.iter().map(|(currency, book)| book.told(*currency)).collect::<Vec<_>>(),
        "complete": found.is_whole,
    })
}

/// A name and a sum.
struct Cell {
    name: String,
    sum: String,
}

/// A statement as the page shows it.
struct StatementShown {
    day: String,
    account: String,
    opening: String,
    closing: String,
    booked: String,
    unexplained: String,
    classes: Vec<Cell>,
}

/// A currency's equation as the page shows it.
struct BookShown {
    currency: &'static str,
    owed: Vec<Cell>,
    owned: Vec<Cell>,
    difference: String,
    reserve: String,
}

/// Suspense as the page shows it.
struct SuspenseShown {
    place: String,
    what: String,
    sum: String,
}

#[derive(Template)]
#[template(path = "sandbox_recon.html")]
struct ReconPage<'a> {
    f: Frame<'a>,
    day: String,
    statements: Vec<StatementShown>,
    suspense: Vec<SuspenseShown>,
    books: Vec<BookShown>,
}

impl<'a> ReconPage<'a> {
    fn new(f: Frame<'a>, day: Option<Day>, found: &Whole, now_us: i64) -> ReconPage<'a> {
        ReconPage {
            f,
            day: day.map(|day| day.to_string()).unwrap_or_default(),
            statements: found.statements.iter().map(|one| statement_shown(one, f.t)).collect(),
            suspense: found.suspense.iter().map(|one| suspense_shown(one, now_us, f.t)).collect(),
            books: found.books.iter().map(|(currency, book)| book_shown(*currency, book, f.t)).collect(),
        }
    }
}

fn statement_shown(one: &Reported, t: &Texts) -> StatementShown {
    let read = &one.read;
    let text = |minor: i128| signed_text(minor, read.currency);
    let class = |(class, sums): &(Class, Sums)| Cell {
        name: format!("{}: {}", class_words(*class, t), sums.lines),
        sum: text(sums.net(read.currency)),
    };
    StatementShown {
        day: read.day.to_string(),
        account: read.account.as_str().to_owned(),
        opening: text(read.opening_minor.into()),
        closing: text(read.closing_minor.into()),
        booked: filled(t.recon_booked_of, &[&read.booked.to_string(), &read.lines.to_string()]),
        unexplained: text(one.unexplained()),
        classes: one.classes.iter().filter(|(_, sums)| sums.lines > 0).map(class).collect(),
    }
}

fn book_shown(currency: Currency, book: &Equation, t: &Texts) -> BookShown {
    let cells = |side: &BTreeMap<&'static str, i128>| {
        let cell = |(name, sum): (&&'static str, &i128)| Cell {
            name: book_words(name, t).to_owned(),
            sum: signed_text(*sum, currency),
        };
        side.iter().map(cell).collect()
    };
    BookShown {
        currency: currency.code(),
        owed: cells(&book.owed),
        owned: cells(&book.owned),
        difference: signed_text(book.difference(), currency),
        reserve: signed_text(book.unexplained(), currency),
    }
}

fn suspense_shown(one: &Unclear, now_us: i64, t: &Texts) -> SuspenseShown {
    let row = &one.row;
    let sum = signed_text(i128::from(row.amount_minor.units()), row.currency);
    let sign = if row.is_credit { "+" } else { "-" };
    SuspenseShown {
        place: filled(t.recon_line, &[&row.day.to_string(), &row.serial.to_string()]),
        what: match (&one.closing, &one.proposal) {
            (Some(closing), _) => {
                let way = way_words(closing.way, t);
                filled(t.recon_closed, &[class_words(row.class, t), way, closing.reason.as_str()])
            }
            (None, Some(proposal)) => {
                let way = way_words(proposal.way, t);
                let (class, reason) = (class_words(row.class, t), proposal.reason.as_str());
                filled(t.recon_proposed, &[class, way, reason, proposal.operator.as_str()])
            }
            (None, None) => {
                let (owner, days) = (owner_words(row.owner, t), one.age_days(now_us).to_string());
                filled(t.recon_standing, &[class_words(row.class, t), owner, &days])
            }
        },
        sum: format!("{sign}{sum} {}", row.currency.code()),
    }
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
    let found = portal.read(move |reader| report(reader, &account, day, &mut { usize::MAX })).await.flatten();
    let found: Option<Reported> = found.filter(|_| posted);
    let found = found.ok_or_else(|| SandboxError::broken("a statement that was read cannot be reported"))?;
    let mut told = found.told(format_cn);
    told["already_booked"] = already.into();
    answer(told)
}

impl From<StatementNotTaken> for SandboxError {
    fn from(no: StatementNotTaken) -> SandboxError {
        match no {
            StatementNotTaken::File(error) => SandboxError::bad("bad_statement", error),
            StatementNotTaken::OtherAccount(words) => SandboxError::conflict("other_account", words),
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
