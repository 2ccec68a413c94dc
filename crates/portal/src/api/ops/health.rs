//! `/ops/health`: how the platform is: what waits, what fails, what nobody has explained yet. Every open console asks
//! again and again, so one reading is done at a time and its answer is kept for a moment.

use super::super::moment;
use super::read::books_so_far;
use crate::people::crowded;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::State;
use base::{DAY_US, Record};
use engine::{Key, Row, Table};
use recon::Suspense;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use store::{Reader, StoreError};
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// What waits of a kind, counted at most.
const COUNTED_MAX: usize = 1_000;
/// Cases, and suspenses, that are looked through for it: those that are over lie among them.
const LOOKED_MAX: usize = 5_000;
/// Rows read at once.
const PAGE: usize = 1_000;
/// How long an answer is told again.
const KEPT: Duration = Duration::from_secs(2);
/// How long a call waits for the reading of another.
const WAIT: Duration = Duration::from_secs(5);

/// The last answer, and when it was made. Whoever reads holds it.
pub(crate) type HealthKept = Arc<Mutex<Option<(Instant, OpsHealth)>>>;

/// How the platform is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsHealth {
    #[schema(format = DateTime)]
    at: String,
    cell: OpsCell,
    /// Notifications to merchants.
    notify: OpsQueue,
    /// What time makes due.
    timers: OpsQueue,
    /// Orders that a bank has not said its last word about, also those that it was not asked for yet. What goes back to
    /// a card is an order of its own.
    bank_orders: OpsQueue,
    suspense: OpsSuspense,
    /// Payments and names that wait for a person.
    cases: OpsQueue,
}

/// The cell, since the process began.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OpsCell {
    /// Decisions, queries among them.
    commands: u64,
    batches: u64,
    /// Commands that were turned away because the queue was full.
    busy: u64,
    /// How often the cell was opened again after a failure.
    reopened: u64,
    /// The last record of the journal that is durable.
    durable_sequence: u64,
    /// The last one that the tables have.
    posted_sequence: u64,
    /// Records between the two.
    lag_records: u64,
    /// Rows between the two.
    backlog_rows: u64,
    /// Whether the store refused the last posting.
    posting_fails: bool,
    /// Bytes that were written to the journal.
    journal_bytes: u64,
    #[schema(format = DateTime)]
    last_stamp: Option<String>,
}

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
struct OpsQueue {
    /// How many wait: 1,000 at most, and of cases those among 5,000.
    waiting: usize,
    /// Of those: whose time has come.
    due: usize,
    /// Of those: that were tried and failed.
    failing: usize,
    /// Since when the oldest of those waits, or was due.
    #[schema(format = DateTime)]
    oldest: Option<String>,
    /// Whether there are more than were counted.
    at_most: bool,
}

/// Money that nothing explains, by age.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
struct OpsSuspense {
    open: usize,
    under_1_day: usize,
    from_1_to_7_days: usize,
    over_7_days: usize,
    /// Whether there may be more than was counted: 1,000 at most, among 5,000 that are closed or not.
    at_most: bool,
}

/// How the platform is. An answer is told again for two seconds.
#[utoipa::path(
    get,
    path = "/ops/health",
    tag = "ops",
    responses((status = 200, description = "How it is.", body = OpsHealth))
)]
pub(crate) async fn health(State(portal): State<Arc<Portal>>) -> Result<Json<OpsHealth>, SandboxError> {
    let kept = tokio::time::timeout(WAIT, portal.health.clone().lock_owned()).await;
    let Ok(mut kept) = kept else { return Err(crowded()) };
    if let Some((made, told)) = &*kept
        && made.elapsed() < KEPT
    {
        return Ok(Json(told.clone()));
    }
    let now_us = portal.door.now_us();
    let cell = cell(&portal);
    // The tables are not waited for: while they take nothing, this is where somebody looks. What is kept is held by
    // the reading, which goes on when its caller hangs up.
    let told = books_so_far(&portal, move |reader| {
        let ([notify, timers, bank_orders, cases], suspense) = queues(reader, now_us)?;
        let told = OpsHealth { at: moment(now_us), cell, notify, timers, bank_orders, suspense, cases };
        *kept = Some((Instant::now(), told.clone()));
        Ok(told)
    });
    told.await.map(Json)
}

fn cell(portal: &Portal) -> OpsCell {
    let stats = portal.door.stats();
    let posted_sequence = *portal.door.posted().borrow();
    let durable_sequence = stats.durable_sequence.load(Ordering::Acquire);
    let last_stamp_us = portal.door.last_stamp_us();
    OpsCell {
        commands: stats.commands.load(Ordering::Relaxed),
        batches: stats.batches.load(Ordering::Relaxed),
        busy: stats.busy.load(Ordering::Relaxed),
        reopened: stats.reopened.load(Ordering::Relaxed),
        durable_sequence,
        posted_sequence,
        lag_records: durable_sequence.saturating_sub(posted_sequence),
        backlog_rows: stats.backlog_rows.load(Ordering::Relaxed),
        posting_fails: stats.posting_fails.load(Ordering::Relaxed),
        journal_bytes: stats.journal_bytes.load(Ordering::Relaxed),
        last_stamp: (last_stamp_us > 0).then(|| moment(last_stamp_us)),
    }
}

/// Notifications, timers, orders to banks and cases that wait, and suspense.
fn queues(reader: &mut dyn Reader, now_us: i64) -> Result<([OpsQueue; 4], OpsSuspense), StoreError> {
    let (notices, at_most) = counted(reader.due_notices(i64::MAX, COUNTED_MAX + 1)?, COUNTED_MAX);
    let due = |at_us: Option<i64>| at_us.is_some_and(|at_us| at_us <= now_us);
    let notify = OpsQueue {
        waiting: notices.len(),
        due: notices.iter().filter(|notice| due(notice.next_at_us)).count(),
        failing: notices.iter().filter(|notice| notice.attempts > 0).count(),
        oldest: notices.iter().map(|notice| notice.happened_at_us).min().map(moment),
        at_most,
    };
    let (timers, at_most) = counted(reader.due_timers(now_us, COUNTED_MAX + 1)?, COUNTED_MAX);
    let timers = OpsQueue {
        waiting: timers.len(),
        due: timers.len(),
        failing: 0,
        oldest: timers.first().map(|timer| moment(timer.due_at_us)),
        at_most,
    };
    let bank_orders = bank_orders(reader, now_us, COUNTED_MAX)?;
    let (cases, suspense) = (cases(reader, LOOKED_MAX)?, suspense(reader, now_us, LOOKED_MAX)?);
    Ok(([notify, timers, bank_orders, cases], suspense))
}

/// So many of what was found, and whether there is more.
fn counted<T>(mut found: Vec<T>, most: usize) -> (Vec<T>, bool) {
    let is_more = found.len() > most;
    found.truncate(most);
    (found, is_more)
}

/// Orders that a bank has not said its last word about: as long as that is so, it is asked again. One whose money goes
/// back to its card has had its last word, and the order that carries the money back waits for its own.
fn bank_orders(reader: &mut dyn Reader, now_us: i64, most: usize) -> Result<OpsQueue, StoreError> {
    let (orders, at_most) = counted(reader.due_bank_orders(i64::MAX, most.saturating_add(1))?, most);
    let is_due = |at_us: Option<i64>| at_us.is_some_and(|at_us| at_us <= now_us);
    Ok(OpsQueue {
        waiting: orders.len(),
        due: orders.iter().filter(|order| is_due(order.next_try_at_us)).count(),
        failing: orders.iter().filter(|order| order.tries > 1).count(),
        oldest: orders.iter().map(|order| order.asked_at_us).min().map(moment),
        at_most,
    })
}

/// Cases that nobody decided, among so many.
fn cases(reader: &mut dyn Reader, most: usize) -> Result<OpsQueue, StoreError> {
    let (mut opened_us, mut after, mut left) = (Vec::new(), None::<Key>, most);
    let is_more = loop {
        let want = PAGE.min(left);
        let rows = reader.scan(Table::RiskCase, None, after.as_ref(), want)?;
        opened_us.extend(rows.iter().filter_map(|row| match row {
            Row::RiskCase(case) if case.decided_at_us.is_none() => Some(case.opened_at_us),
            _ => None,
        }));
        left -= rows.len();
        after = rows.last().map(Row::key);
        if rows.len() < want || left == 0 || opened_us.len() > COUNTED_MAX {
            break rows.len() == want;
        }
    };
    let (opened_us, is_cut) = counted(opened_us, COUNTED_MAX);
    let (waiting, oldest) = (opened_us.len(), opened_us.into_iter().min().map(moment));
    Ok(OpsQueue { waiting, due: waiting, failing: 0, oldest, at_most: is_more || is_cut })
}

/// Suspense that was not closed, by age, among so much.
fn suspense(reader: &mut dyn Reader, now_us: i64, most: usize) -> Result<OpsSuspense, StoreError> {
    let (mut found, mut left) = (OpsSuspense::default(), most);
    let mut after: Option<<Suspense as Record>::Key> = None;
    loop {
        let want = PAGE.min(left);
        let rows = reader.scan(Table::Suspense, None, after.clone().map(Key::Suspense).as_ref(), want)?;
        // A closing has the key of what it closes: those of this page are among as many rows.
        let closings = after.clone().map(Key::SuspenseClosing);
        let closings = reader.scan(Table::SuspenseClosing, None, closings.as_ref(), want)?;
        let closed = closings.iter().filter_map(|row| match row {
            Row::SuspenseClosing(closing) => Some(closing.key()),
            _ => None,
        });
        let closed: BTreeSet<_> = closed.collect();
        for row in &rows {
            let Row::Suspense(row) = row else { continue };
            after = Some(row.key());
            if closed.contains(&row.key()) {
                continue;
            }
            if found.open == COUNTED_MAX {
                found.at_most = true;
                return Ok(found);
            }
            found.add(now_us.saturating_sub(row.opened_at_us));
        }
        left -= rows.len();
        if rows.len() < want || left == 0 {
            found.at_most = rows.len() == want;
            return Ok(found);
        }
    }
}

impl OpsSuspense {
    fn add(&mut self, age_us: i64) {
        self.open += 1;
        let place = if age_us < DAY_US {
            &mut self.under_1_day
        } else if age_us <= 7 * DAY_US {
            &mut self.from_1_to_7_days
        } else {
            &mut self.over_7_days
        };
        *place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{BankOrderNo, CardNo, Day, OrderNo, PartyId, Slot, Stamp, Text};
    use fund::{BankOrder, BankOrderKind, BankOrderState};
    use money::{Currency, Minor};
    use recon::{Class, ClosingWay, SuspenseClosing, SuspenseOwner};
    use risk::{RiskCase, RiskCaseState};
    use std::collections::BTreeMap;
    use store::{Mark, MemoryStore, Store};

    const NOON_US: i64 = 1_767_326_400_000_000;

    fn text<const N: usize>(text: &str) -> Text<N> {
        Text::new(text).unwrap()
    }

    fn store_of(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
        let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        store
    }

    /// An order that was asked for at a moment, and is asked about at another as long as it is open.
    fn order(asked_at_us: i64, state: BankOrderState, next_at_us: i64, about: Option<OrderNo>) -> BankOrder {
        let (stamp, slot) = (Stamp { at_us: asked_at_us, seq: 1 }, Slot::of_id(7));
        let is_return = about.is_some();
        BankOrder {
            slot,
            no: BankOrderNo::of(stamp, slot),
            party: PartyId::issue(1_000_000_001, slot).unwrap(),
            card: CardNo::of(stamp, slot),
            kind: if is_return { BankOrderKind::Return } else { BankOrderKind::TopUp },
            state,
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            fee_minor: Minor::ZERO,
            free_minor: Minor::ZERO,
            life_minor: Minor::ZERO,
            counted_at_us: None,
            about,
            key: text("k"),
            asked_at_us,
            next_try_at_us: state.is_open().then_some(next_at_us),
            tries: u32::from(state != BankOrderState::Asked),
            bank_ref: None,
            reason: None,
            heard_at_us: None,
            timer: None,
            gives_up_at_us: None,
        }
    }

    #[test]
    fn every_order_without_a_last_word_of_its_bank_is_counted() {
        let returning = order(NOON_US + 5, BankOrderState::Returning, 0, None);
        let back = order(NOON_US + 6, BankOrderState::Asked, NOON_US + 6, Some(returning.no.topic()));
        let orders = [
            order(NOON_US + 1, BankOrderState::Asked, NOON_US + 1, None),
            // The oldest is the last to be asked about again.
            order(NOON_US, BankOrderState::Unknown, NOON_US + DAY_US, None),
            order(NOON_US + 2, BankOrderState::GivenUp, NOON_US + 2, None),
            order(NOON_US + 3, BankOrderState::Done, 0, None),
            order(NOON_US + 4, BankOrderState::Draft, 0, None),
            returning,
            back,
        ];
        let mut store = store_of(orders.map(|order| Row::BankOrder(Arc::new(order))));
        let found = bank_orders(&mut store, NOON_US + 10, COUNTED_MAX).unwrap();
        let expected =
            OpsQueue { waiting: 4, due: 3, failing: 0, oldest: Some(moment(NOON_US)), at_most: false };
        assert_eq!(found, expected);
        for (most, waiting, at_most) in [(4, 4, false), (3, 3, true)] {
            let found = bank_orders(&mut store, NOON_US + 10, most).unwrap();
            assert_eq!((found.waiting, found.at_most), (waiting, at_most), "{most}");
        }
    }

    fn unclear(slot: u64, serial: u32, opened_at_us: i64) -> Suspense {
        Suspense {
            slot: Slot::of_id(slot),
            account: text("A"),
            day: Day::of(NOON_US),
            serial,
            class: Class::TheirsOnly,
            owner: SuspenseOwner::Bank,
            party: None,
            is_credit: true,
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            opened_at_us,
        }
    }

    fn closing_of(of: &Suspense) -> Row {
        let (slot, account, day, serial) = of.key();
        Row::SuspenseClosing(Arc::new(SuspenseClosing {
            slot,
            account,
            day,
            serial,
            way: ClosingWay::Own,
            bank_order: None,
            reason: text("r"),
            operator: text("o"),
            closed_at_us: NOON_US,
            approved_by: None,
        }))
    }

    #[test]
    fn what_was_closed_is_no_suspense_and_so_much_is_looked_through() {
        // More than a page, every third one closed.
        let all: Vec<Suspense> = (1..=1_490).map(|serial| unclear(serial.into(), serial, NOON_US)).collect();
        let closings = all.iter().filter(|one| one.serial % 3 == 0).map(closing_of);
        let old = [unclear(1, 2_001, NOON_US - DAY_US), unclear(1, 2_002, NOON_US - 8 * DAY_US)];
        let rows: Vec<Row> = closings.collect();
        let rows = rows.into_iter().chain(all.into_iter().chain(old).map(|one| Row::Suspense(Arc::new(one))));
        let mut store = store_of(rows);
        let found = suspense(&mut store, NOON_US, LOOKED_MAX).unwrap();
        let (under_1_day, from_1_to_7_days, over_7_days, at_most) = (994, 1, 1, false);
        let expected = OpsSuspense { open: 996, under_1_day, from_1_to_7_days, over_7_days, at_most };
        assert_eq!(found, expected);
        let found = suspense(&mut store, NOON_US, 1_200).unwrap();
        assert!(found.at_most && found.open < 996, "{found:?}");
        assert!(suspense(&mut store, NOON_US, 0).unwrap().at_most);

        let many = (1..=1_001).map(|serial| Row::Suspense(Arc::new(unclear(serial.into(), serial, NOON_US))));
        let found = suspense(&mut store_of(many), NOON_US, LOOKED_MAX).unwrap();
        assert_eq!((found.open, found.at_most), (1_000, true));
    }

    fn case(number: u64, decided_at_us: Option<i64>) -> Row {
        let slot = Slot::of_id(7);
        Row::RiskCase(Arc::new(RiskCase {
            slot,
            party: PartyId::issue(1_000_000_001, slot).unwrap(),
            subject: text(&format!("order {number:05}")),
            decision: number,
            state: if decided_at_us.is_some() { RiskCaseState::Released } else { RiskCaseState::Open },
            opened_at_us: NOON_US + i64::try_from(number).unwrap(),
            decided_by: decided_at_us.map(|_| text("ada")),
            decided_at_us,
        }))
    }

    #[test]
    fn so_many_cases_that_wait_are_counted_and_so_many_are_looked_through() {
        // Those that were decided come first.
        let decided = (1..=1_100).map(|number| case(number, Some(NOON_US)));
        let mut store = store_of(decided.chain((2_001..=2_900).map(|number| case(number, None))));
        let found = cases(&mut store, LOOKED_MAX).unwrap();
        let oldest = Some(moment(NOON_US + 2_001));
        assert_eq!(found, OpsQueue { waiting: 900, due: 900, failing: 0, oldest, at_most: false });
        for (most, waiting) in [(0, 0), (1_100, 0), (1_103, 3)] {
            let found = cases(&mut store, most).unwrap();
            assert_eq!((found.waiting, found.at_most), (waiting, true), "{most}");
        }
        let found = cases(&mut store_of((1..=1_001).map(|number| case(number, None))), LOOKED_MAX).unwrap();
        assert_eq!((found.waiting, found.due, found.at_most), (1_000, 1_000, true));
    }
}
