//! `/sandbox/close`: business dates that were closed, with their trial balances, and closing what is over.

use crate::portal::Portal;
use crate::recon_books::each;
use crate::recon_report::signed_text;
use crate::respond::{Frame, Visitor, page};
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_recon::day_of;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use base::{Day, Slot};
use engine::{Key, Row, Table};
use ledger::{AccountKind, TrialBalance};
use money::Currency;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Reader, StoreError};

/// Days that one call tells at most, newest first.
const DAYS_MAX: usize = 31;
/// Rows read at once.
const PAGE: usize = 1_000;

/// The answer of a [`CloseDesk`]: how many slots' days were closed, or why none more.
pub type Closing<'a> = Pin<Box<dyn Future<Output = Result<u64, CloseFailed>> + Send + 'a>>;

/// Why no more days are closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CloseFailed {
    /// Whether the same call may go better; else somebody must look.
    pub is_busy: bool,
    /// What happened, in words.
    pub why: String,
}

/// Closes days; the server does it.
pub trait CloseDesk: Send + Sync {
    /// Every day up to and with this one that is over.
    fn close_until(&self, day: Day) -> Closing<'_>;
}

type Shared = State<Arc<Portal>>;

/// Which day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    day: Option<String>,
}

/// What all slots' accounts of one kind moved on a day and came to, minor units.
#[derive(Clone, Copy, Default)]
struct Sums {
    debit: i128,
    credit: i128,
    closing: i128,
}

/// A day of all slots.
#[derive(Default)]
pub(crate) struct DayBook {
    slots: BTreeSet<Slot>,
    kinds: BTreeMap<(Currency, AccountKind), Sums>,
}

impl DayBook {
    fn add(&mut self, line: &TrialBalance) {
        self.slots.insert(line.slot);
        let sums = self.kinds.entry((line.currency, line.kind)).or_default();
        sums.debit += i128::from(line.debit_minor.units());
        sums.credit += i128::from(line.credit_minor.units());
        sums.closing += i128::from(line.balance_minor);
    }

    /// Of a currency: debits less credits of the day, and what all accounts came to; both zero in right books.
    fn differences(&self, currency: Currency) -> [i128; 2] {
        let own = self.kinds.iter().filter(|((of, _), _)| *of == currency);
        own.fold([0, 0], |[day, end], (_, sums)| [day + sums.debit - sums.credit, end + sums.closing])
    }

    fn currencies(&self) -> BTreeSet<Currency> {
        self.kinds.keys().map(|(currency, _)| *currency).collect()
    }
}

/// The newest days that every closed slot has reached, or the one that was asked for.
pub(crate) fn days(
    reader: &mut dyn Reader,
    wanted: Option<Day>,
) -> Result<BTreeMap<Day, DayBook>, StoreError> {
    // Slots are closed one after the other: a day that some have not reached is half a day.
    let mut newest: Option<Day> = None;
    each(reader, Table::DayClose, |row| {
        if let Row::DayClose(close) = row {
            newest = Some(newest.map_or(close.last_date, |newest| newest.min(close.last_date)));
        }
    })?;
    let Some(newest) = newest else { return Ok(BTreeMap::new()) };
    let back = u32::try_from(DAYS_MAX).unwrap_or(u32::MAX).saturating_sub(1);
    let (first, last) = wanted.map_or((newest.minus_days(back), newest), |day| (day, day));
    if last > newest {
        return Ok(BTreeMap::new());
    }
    let mut found: BTreeMap<Day, DayBook> = BTreeMap::new();
    for slot in Slot::all() {
        let before = (slot, first.minus_days(1), Currency::Jpy, AccountKind::SuspenseDue);
        let mut after = Some(Key::TrialBalance(before));
        'pages: loop {
            let rows = reader.scan(Table::TrialBalance, Some(slot), after.as_ref(), PAGE)?;
            for row in &rows {
                let Row::TrialBalance(line) = row else { continue };
                if line.business_date > last {
                    break 'pages;
                }
                // The page begins near the first day, wherever the day before it ends.
                if line.business_date >= first {
                    found.entry(line.business_date).or_default().add(line);
                }
            }
            match rows.last() {
                Some(row) if rows.len() == PAGE => after = Some(row.key()),
                _ => break,
            }
        }
    }
    Ok(found)
}

/// Tells the trial balance of each day, newest first, or of one. A browser gets a page.
pub(crate) async fn show(
    State(portal): Shared,
    visitor: Visitor,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Answer {
    let wanted = which.day.as_deref().filter(|day| !day.is_empty()).map(day_of).transpose()?;
    let posted = portal.is_posted().await;
    let found = portal.read_held(move |reader| days(reader, wanted)).await.filter(|_| posted);
    let found = found.ok_or_else(|| SandboxError::broken("the books cannot be read"))?;
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let days = found.iter().rev().map(|(day, book)| shown(*day, book)).collect();
        return Ok(page(StatusCode::OK, &ClosePage { f: visitor.frame(&portal), days }));
    }
    let told: Vec<Value> = found.iter().rev().map(|(day, book)| told(*day, book)).collect();
    answer(json!({ "days": told }))
}

/// A day as calls tell it.
pub(crate) fn told(day: Day, book: &DayBook) -> Value {
    let of = |currency: Currency| {
        let text = |sum: i128| signed_text(sum, currency);
        let kinds = book.kinds.iter().filter(|((own, _), _)| *own == currency);
        let kinds = kinds.map(|((_, kind), sums)| {
            json!({
                "kind": kind.as_str(),
                "opening": text(sums.closing - sums.credit + sums.debit),
                "debit": text(sums.debit),
                "credit": text(sums.credit),
                "closing": text(sums.closing),
            })
        });
        let [of_day, at_end] = book.differences(currency);
        json!({
            "currency": currency.code(),
            "accounts": kinds.collect::<Vec<_>>(),
            "difference": text(of_day),
            "difference_at_end": text(at_end),
        })
    };
    json!({
        "day": day.to_string(),
        "slots": book.slots.len(),
        "trial_balance": book.currencies().into_iter().map(of).collect::<Vec<_>>(),
    })
}

/// One kind of account as the page shows it.
struct LineShown {
    kind: &'static str,
    debit: String,
    credit: String,
    closing: String,
}

/// A currency of a day as the page shows it.
struct BookShown {
    currency: &'static str,
    lines: Vec<LineShown>,
    difference: String,
}

/// A day as the page shows it.
struct DayShown {
    day: String,
    books: Vec<BookShown>,
}

#[derive(Template)]
#[template(path = "sandbox_close.html")]
struct ClosePage<'a> {
    f: Frame<'a>,
    days: Vec<DayShown>,
}

fn shown(day: Day, book: &DayBook) -> DayShown {
    let of = |currency: Currency| {
        let text = |sum: i128| signed_text(sum, currency);
        let own = book.kinds.iter().filter(|((of, _), _)| *of == currency);
        let lines = own.map(|((_, kind), sums)| LineShown {
            kind: kind.as_str(),
            debit: text(sums.debit),
            credit: text(sums.credit),
            closing: text(sums.closing),
        });
        let [of_day, at_end] = book.differences(currency);
        let difference = text(if of_day == 0 { at_end } else { of_day });
        BookShown { currency: currency.code(), lines: lines.collect(), difference }
    };
    DayShown { day: day.to_string(), books: book.currencies().into_iter().map(of).collect() }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseRequest {
    day: Option<String>,
}

/// Closes every day up to and with the one named, or up to yesterday.
pub(crate) async fn close(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let CloseRequest { day } = read(&headers, &body)?;
    let yesterday = Day::of(portal.door.now_us()).minus_days(1);
    let day = day.as_deref().map(day_of).transpose()?.unwrap_or(yesterday);
    if day > yesterday {
        return Err(SandboxError::conflict("day_not_over", "the day is not over"));
    }
    let missing = || SandboxError::missing("no_close", "this world closes no days");
    let desk = portal.closes.clone().ok_or_else(missing)?;
    let closed = desk.close_until(day).await;
    let closed = closed.map_err(|failed| match failed.is_busy {
        true => SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", failed.why),
        false => SandboxError::broken(failed.why),
    })?;
    answer(json!({ "day": day.to_string(), "closed": closed }))
}
