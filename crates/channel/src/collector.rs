//! The loop that fetches the statements of days that are over, oldest first, in the world's time. What is missing is
//! read from the tables each time, so that a crash loses nothing; what cannot be had is asked for again, later and
//! later.

use crate::channel::Readers;
use crate::import::{Importer, NotImported, each_statement};
use base::{DAY_US, Day, HOUR_US, MINUTE_US, Slot};
use cell::Door;
use engine::{Row, Table};
use recon::BankAccount;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::sync::watch;

/// A statement is asked for so long after its day ended: what a bank began before midnight it does minutes later.
const GRACE_US: i64 = 10 * MINUTE_US;
/// How often the world's clock is looked at.
const TICK: Duration = Duration::from_secs(1);
/// The first wait after a statement could not be had; twice as long each time.
const RETRY_FIRST_US: i64 = MINUTE_US;
/// The longest wait.
const RETRY_LAST_US: i64 = HOUR_US;

/// Fetches the statements of one world.
#[derive(Debug)]
pub struct Collector {
    door: Door,
    importer: Importer,
    moved: watch::Receiver<u64>,
    readers: ReadersHeld,
}

/// Opens readers; not for logs.
struct ReadersHeld(Readers);

impl std::fmt::Debug for ReadersHeld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

impl Collector {
    /// Prepares the loop. `moved` changes whenever the world's clock was moved.
    pub fn new(door: Door, readers: Readers, importer: Importer, moved: watch::Receiver<u64>) -> Collector {
        Collector { door, importer, moved, readers: ReadersHeld(readers) }
    }

    /// Fetches what is missing until `shutdown` is ready. A statement that is being read then is read to its end by the
    /// next start.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut moved = self.moved.clone();
        let mut waits = Waits::default();
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                changed = moved.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(TICK) => {}
            }
            while self.door.now_us() >= waits.next_us {
                let fetched = tokio::select! {
                    () = &mut shutdown => return,
                    fetched = self.fetch_next() => fetched,
                };
                waits.after(&fetched, self.door.now_us());
            }
        }
    }

    /// Whether there was a statement to fetch and it is in the books; `None` when nothing is missing. A day that the
    /// bank has no statement of, or none that can be booked, keeps no later day back.
    pub(crate) async fn fetch_next(&self) -> Option<Result<(), NotImported>> {
        let mut passed = BTreeMap::new();
        let (day, fetched) = loop {
            let day = match self.missing(passed.keys().copied().collect()).await {
                Ok(Some(day)) => day,
                Ok(None) => return passed.into_values().next().map(Err),
                Err(error) => return Some(Err(error)),
            };
            match self.importer.fetch(day).await.map(drop) {
                Err(
                    error @ (NotImported::NotClosed
                    | NotImported::Statement(_)
                    | NotImported::File(_)
                    | NotImported::OtherDay { .. }
                    | NotImported::OtherAccount { .. }
                    | NotImported::Line(_)
                    | NotImported::Stuck { .. }),
                ) => {
                    tracing::warn!(%day, %error, "a statement cannot be had; later days are looked at");
                    passed.insert(day, error);
                }
                fetched
                @ (Ok(()) | Err(NotImported::Silent | NotImported::Busy | NotImported::KeepsNone)) => {
                    break (day, fetched);
                }
            }
        };
        if let Err(error) = &fetched {
            tracing::warn!(%day, %error, "a statement is not in the books; it is fetched again");
        }
        // The tables follow within milliseconds, and the next look reads them.
        let mut posted = self.door.posted();
        let durable = self.door.stats().durable_sequence.load(std::sync::atomic::Ordering::Acquire);
        let _reached = tokio::time::timeout(TICK, posted.wait_for(|sequence| *sequence >= durable)).await;
        Some(fetched)
    }

    /// The first day whose statement is missing, those aside that were passed over.
    async fn missing(&self, passed: BTreeSet<Day>) -> Result<Option<Day>, NotImported> {
        let (readers, until) = (self.readers.0.clone(), last_over(self.door.now_us()));
        let account = self.importer.account().await?;
        let read = move || {
            readers().and_then(|mut reader| first_missing(reader.as_mut(), until, &passed, account.as_ref()))
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(day)) => Ok(day),
            Ok(Err(error)) => {
                tracing::error!(%error, "it cannot be read which statements are missing");
                Err(NotImported::Busy)
            }
            Err(_) => Err(NotImported::Busy),
        }
    }
}

/// When to look next, by the world's time.
#[derive(Default)]
struct Waits {
    next_us: i64,
    failed: u32,
}

impl Waits {
    fn after(&mut self, fetched: &Option<Result<(), NotImported>>, now_us: i64) {
        match fetched {
            None => {
                self.failed = 0;
                self.next_us = Day::of(now_us - GRACE_US).plus_days(1).begins_at_us() + GRACE_US;
            }
            Some(Ok(())) => self.failed = 0,
            Some(Err(_)) => {
                let doubled = RETRY_FIRST_US << self.failed.min(6);
                self.failed += 1;
                self.next_us = now_us + doubled.min(RETRY_LAST_US);
            }
        }
    }
}

/// The last day whose statement can be had.
fn last_over(now_us: i64) -> Day {
    Day::of(now_us.saturating_sub(GRACE_US).saturating_sub(DAY_US))
}

/// The first day, up to the last one, of which no statement of the account was read to its end: from the day of the
/// first bank order, and without those that were passed over.
fn first_missing(
    reader: &mut dyn Reader,
    last: Day,
    passed: &BTreeSet<Day>,
    account: Option<&BankAccount>,
) -> Result<Option<Day>, StoreError> {
    let mut read = passed.clone();
    each_statement(reader, |statement| {
        if statement.ended_at_us.is_some() && Some(&statement.account) == account {
            read.insert(statement.day);
        }
    })?;
    let Some(first) = first_day(reader)? else { return Ok(None) };
    let days = (0..=first.days_until(last)).map(|days| first.plus_days(days));
    Ok(days.take_while(|day| *day <= last).find(|day| !read.contains(day)))
}

/// The day of the first bank order: before it a bank has nothing to tell.
fn first_day(reader: &mut dyn Reader) -> Result<Option<Day>, StoreError> {
    let mut first: Option<Day> = None;
    for slot in Slot::all() {
        // Numbers of one slot go up with time.
        if let Some(Row::BankOrder(order)) = reader.scan(Table::BankOrder, Some(slot), None, 1)?.first() {
            let day = Day::of(order.no.at_us());
            first = Some(first.map_or(day, |known| known.min(day)));
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_asked_for_when_it_is_over_and_later_and_later_when_it_cannot_be_had() {
        let day: Day = "2026-01-02".parse().unwrap();
        let midnight = day.plus_days(1).begins_at_us();
        assert_eq!(last_over(midnight + GRACE_US - 1), day.minus_days(1));
        assert_eq!(last_over(midnight + GRACE_US), day);
        let mut waits = Waits::default();
        waits.after(&None, midnight + 1);
        assert_eq!(
            waits.next_us,
            midnight + GRACE_US,
            "nothing is missing before the day's statement is there"
        );
        waits.after(&None, midnight + GRACE_US);
        assert_eq!(waits.next_us, day.plus_days(2).begins_at_us() + GRACE_US);
        let failed = Some(Err(NotImported::Silent));
        let mut waited = Vec::new();
        for _ in 0..8 {
            waits.after(&failed, 0);
            waited.push(waits.next_us / MINUTE_US);
        }
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 60, 60]);
        waits.after(&Some(Ok(())), 0);
        waits.after(&failed, 0);
        assert_eq!(waits.next_us, MINUTE_US);
    }
}
