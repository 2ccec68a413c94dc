//! The writer and the journal thread.

use crate::desk::Desk;
use crate::door::{Clock, NotDecided, Promise, Stats, Waiting};
use crate::numbers::Numbers;
use crate::poster::{Posted, Unposted};
use crate::references::References;
use crate::sealed::{Changes, Counter, Sealed};
use base::Stamp;
use engine::Command;
use journal::Journal;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

/// Commands in one batch. Sketch: a decision takes about 5 µs, a flush of the disk 0.1 to 5 ms: a thousand balance
/// them.
pub(crate) const BATCH_MAX: usize = 2_000;
/// The most that one command and its rows take in the journal. Sketch: an order with the longest goods, texts and
/// addresses has 50 KB; it stands there as the command and as the row, beside a notice and small rows.
const COMMAND_BYTES_MAX: usize = 120 * 1024;
/// The most that a batch of transfers takes in the journal: it ends its batch of commands, so there is one at most.
/// Sketch: the request that it comes from has 256 KB of JSON; it stands there as the command and as its rows, each of
/// which has 100 bytes beside what was asked for.
const HEAVY_BYTES_MAX: usize = 1024 * 1024;
const _: () = assert!(BATCH_MAX * COMMAND_BYTES_MAX + HEAVY_BYTES_MAX <= journal::PAYLOAD_MAX_BYTES);
/// Batches decided but not durable yet: one being flushed, one waiting for it. More would only add delay.
pub(crate) const SEALED_MAX: usize = 1;

/// Posted rows that are forgotten with each batch, beside twice as many as it wrote: so nobody waits for long, and they
/// become fewer all the same. A row takes 0.1 to 0.2 µs.
const FORGOTTEN_ROWS: usize = 1_000;

/// Least wait from one batch to the next while there is little to do: a flush and its hand-overs cost as much for one
/// command as for ten.
const REST: Duration = Duration::from_millis(1);
/// Who has waited for so long waits no longer, whoever may come.
const REST_MAX: Duration = Duration::from_millis(3);
/// Commands that are company enough.
const COMPANY: usize = 16;
/// While each rest brings so many more, the next may bring more still: each batch interrupts processors that have
/// signatures to make. When it brings fewer, nobody else is likely to come.
const MORE: usize = 3;

const _: () = assert!(COMPANY < BATCH_MAX && REST.as_micros() <= REST_MAX.as_micros());

/// Why the writer ended.
pub(crate) enum Ended {
    /// It was asked to stop.
    Stopped,
    /// Reading a row failed or the journal is gone: memory must be thrown away.
    Failed(String),
}

/// A posted batch whose rows are being dropped from memory.
pub(crate) struct Forgetting {
    sequence: u64,
    last_stamp: Stamp,
    changes: Changes,
    done: usize,
}

pub(crate) struct Writer<'a> {
    pub(crate) desk: Desk,
    pub(crate) queue: &'a Receiver<Waiting>,
    pub(crate) sealed: SyncSender<Sealed>,
    pub(crate) posted: Receiver<Posted>,
    /// Batches that the store has and that are still in memory.
    pub(crate) forgetting: VecDeque<Forgetting>,
    /// The order numbers of earlier times, when somebody has read them.
    pub(crate) numbers: Receiver<Numbers>,
    /// Where rows go that nobody looks for any more: giving their memory back takes as long as deciding.
    pub(crate) sweep: Sender<Changes>,
    pub(crate) backlog_rows: u64,
    pub(crate) backlog_rows_max: u64,
    pub(crate) clock: Clock,
    pub(crate) stats: Arc<Stats>,
    /// Until then a command that comes alone waits for others.
    pub(crate) rest_until: Instant,
}

impl Writer<'_> {
    /// Takes what waits, decides it, hands it on; until it is told to stop or something fails.
    pub(crate) fn run(mut self) -> Ended {
        loop {
            let (tickets, stop) = self.take();
            if !tickets.is_empty()
                && let Err(failed) = self.run_batch(tickets)
            {
                return failed;
            }
            if stop {
                return Ended::Stopped;
            }
        }
    }

    fn take(&mut self) -> (Vec<(Command, Promise)>, bool) {
        let mut tickets = Vec::new();
        let mut stop = self.gather(&mut tickets);
        while !self.forgetting.is_empty() && tickets.is_empty() && !stop {
            self.forget(FORGOTTEN_ROWS);
            stop = self.gather(&mut tickets);
        }
        if tickets.is_empty() && !stop {
            match self.queue.recv() {
                Ok(Waiting::Ask(ticket)) => tickets.push(ticket.part()),
                Ok(Waiting::Stop) | Err(_) => return (tickets, true),
            }
            stop = self.gather(&mut tickets);
        }
        // Who comes alone is served at once; who comes close after another waits for company.
        let mut rest = self.rest_until.saturating_duration_since(Instant::now());
        let mut rested = Duration::ZERO;
        while !stop && !rest.is_zero() && rested < REST_MAX && tickets.len() < COMPANY {
            std::thread::sleep(rest);
            rested += rest;
            let before = tickets.len();
            stop = self.gather(&mut tickets);
            rest = if tickets.len() - before < MORE { Duration::ZERO } else { REST };
        }
        (tickets, stop)
    }

    /// Takes what waits already, and says whether to stop.
    fn gather(&self, tickets: &mut Vec<(Command, Promise)>) -> bool {
        let is_heavy = |ticket: &(Command, Promise)| matches!(ticket.0, Command::CreateTransferBatch(_));
        while tickets.len() < BATCH_MAX && !tickets.last().is_some_and(is_heavy) {
            match self.queue.try_recv() {
                Ok(Waiting::Ask(ticket)) => tickets.push(ticket.part()),
                Ok(Waiting::Stop) | Err(TryRecvError::Disconnected) => return true,
                Err(TryRecvError::Empty) => return false,
            }
        }
        false
    }

    fn run_batch(&mut self, tickets: Vec<(Command, Promise)>) -> Result<(), Ended> {
        self.hear_posted();
        let begun = self.begin(&tickets);
        let (commands, promises): (Vec<_>, Vec<_>) = tickets.into_iter().unzip();
        let batch = match self.desk.decide(&commands, (self.clock)()) {
            Ok(batch) => batch,
            Err(fault) => {
                // Nothing of this batch was journalled, so nothing of it happened.
                promises.into_iter().for_each(|promise| promise.keep(Err(NotDecided::Busy)));
                return Err(Ended::Failed(fault.to_string()));
            }
        };
        self.stats.decide.note(begun.elapsed());
        self.stats.commands.fetch_add(commands.len() as u64, Ordering::Relaxed);
        self.stats.loads.store(self.desk.loads(), Ordering::Relaxed);
        let rows = batch.changes.len();
        self.backlog_rows += rows as u64;
        self.stats.backlog_rows.fetch_add(rows as u64, Ordering::Relaxed);
        let sealed = Sealed::new(commands, promises, batch);
        self.sealed.send(sealed).map_err(|_| Ended::Failed("the journal failed".to_owned()))?;
        self.rest_until = Instant::now() + REST;
        self.forget(FORGOTTEN_ROWS + 2 * rows);
        Ok(())
    }

    /// From here on these do not wait any more.
    fn begin(&self, tickets: &[(Command, Promise)]) -> Instant {
        let now = Instant::now();
        self.stats.queued.fetch_sub(tickets.len() as u64, Ordering::Relaxed);
        let waited = tickets.iter().filter_map(|(_, promise)| promise.waited(now));
        waited.for_each(|waited| self.stats.queue_wait.note(waited));
        now
    }

    /// Hears what the store has; at the backlog's bound it waits for the poster.
    fn hear_posted(&mut self) {
        loop {
            let full = self.backlog_rows > self.backlog_rows_max;
            let posted = if full { self.posted.recv().ok() } else { self.posted.try_recv().ok() };
            let Some(Posted { sequence, last_stamp, batches, rows }) = posted else { break };
            self.backlog_rows = self.backlog_rows.saturating_sub(rows);
            let posted =
                batches.into_iter().map(|changes| Forgetting { sequence, last_stamp, changes, done: 0 });
            self.forgetting.extend(posted);
        }
        if let Ok(numbers) = self.numbers.try_recv() {
            self.desk.know_numbers(numbers);
        }
    }

    /// Drops rows that the store has from memory, about so many.
    fn forget(&mut self, rows: usize) {
        let mut left = rows;
        while let Some(batch) = self.forgetting.front_mut() {
            let rest = &batch.changes[batch.done..];
            let now = rest.len().min(left);
            self.desk.posted(batch.sequence, batch.last_stamp, rest[..now].iter().map(|(key, _)| key));
            batch.done += now;
            left -= now;
            if batch.done < batch.changes.len() {
                return;
            }
            if let Some(done) = self.forgetting.pop_front() {
                // Without a sweeper it is dropped here.
                let _swept = self.sweep.send(done.changes);
            }
        }
    }
}

/// Makes batches durable one after the other, and only then answers and hands their rows on. Ends when the writer is
/// gone, or at the first failure: then every caller that is left hears "unknown", because its promise is dropped.
pub(crate) fn keep_journal(
    mut counter: Counter,
    journal: &mut Journal,
    sealed: &Receiver<Sealed>,
    durable: &Sender<Unposted>,
    references: &References,
    stats: &Stats,
) -> Result<(), String> {
    let mut payload = Vec::new();
    while let Ok(sealed) = sealed.recv() {
        let begun = Instant::now();
        let leaving = counter.commit(sealed, journal, &mut payload).inspect_err(|_| {
            stats.journal_failures.fetch_add(1, Ordering::Relaxed);
        })?;
        let now = Instant::now();
        if let Some(batch) = leaving.durable {
            stats.journal.note(now.saturating_duration_since(begun));
            stats.batches.fetch_add(1, Ordering::Relaxed);
            stats.journal_bytes.fetch_add(payload.len() as u64, Ordering::Relaxed);
            stats.tell_durable(batch.sequence, batch.last_stamp);
            references.learn(batch.changes.iter());
            durable.send(Unposted { since: now, batch }).map_err(|_| "the poster is gone".to_owned())?;
        }
        assert!(leaving.parcels.is_empty() && leaving.elsewhere.is_empty(), "every slot is at home");
        for (promise, reply) in leaving.answers {
            if let Some(waited) = promise.waited(now) {
                stats.answer.note(waited);
            }
            promise.keep(Ok(reply));
        }
    }
    Ok(())
}
