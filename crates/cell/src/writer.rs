//! The writer and the journal thread.

use crate::desk::Desk;
use crate::door::{Clock, NotDecided, Promise, Stats, Waiting};
use crate::poster::Posted;
use crate::references::References;
use crate::sealed::{Counter, Durable, Sealed};
use engine::Command;
use journal::Journal;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError};

/// Commands in one batch. Sketch: a decision takes about 5 µs, a flush of the disk 0.1 to 5 ms: a thousand balance
/// them.
pub(crate) const BATCH_MAX: usize = 2_000;
/// The most that one command and its rows take in the journal. Sketch: an order with the longest goods, texts and
/// addresses has 50 KB; it stands there as the command and as the row, beside a notice and small rows.
const COMMAND_BYTES_MAX: usize = 120 * 1024;
const _: () = assert!(BATCH_MAX * COMMAND_BYTES_MAX <= journal::PAYLOAD_MAX_BYTES);
/// Batches decided but not durable yet: one being flushed, one waiting for it. More would only add delay.
pub(crate) const SEALED_MAX: usize = 1;

/// Why the writer ended.
pub(crate) enum Ended {
    /// It was asked to stop.
    Stopped,
    /// Reading a row failed or the journal is gone: memory must be thrown away.
    Failed(String),
}

pub(crate) struct Writer<'a> {
    pub(crate) desk: Desk,
    pub(crate) queue: &'a Receiver<Waiting>,
    pub(crate) sealed: SyncSender<Sealed>,
    pub(crate) posted: Receiver<Posted>,
    pub(crate) backlog_rows: u64,
    pub(crate) backlog_rows_max: u64,
    pub(crate) clock: Clock,
    pub(crate) stats: Arc<Stats>,
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
        let mut next = self.queue.recv().map_err(|_| TryRecvError::Disconnected);
        loop {
            match next {
                Ok(Waiting::Ask(ticket)) => tickets.push(ticket.part()),
                Ok(Waiting::Stop) | Err(TryRecvError::Disconnected) => return (tickets, true),
                Err(TryRecvError::Empty) => return (tickets, false),
            }
            if tickets.len() == BATCH_MAX {
                return (tickets, false);
            }
            next = self.queue.try_recv();
        }
    }

    fn run_batch(&mut self, tickets: Vec<(Command, Promise)>) -> Result<(), Ended> {
        self.hear_posted();
        let (commands, promises): (Vec<_>, Vec<_>) = tickets.into_iter().unzip();
        let batch = match self.desk.decide(&commands, (self.clock)()) {
            Ok(batch) => batch,
            Err(fault) => {
                // Nothing of this batch was journalled, so nothing of it happened.
                promises.into_iter().for_each(|promise| promise.keep(Err(NotDecided::Busy)));
                return Err(Ended::Failed(fault.to_string()));
            }
        };
        self.stats.commands.fetch_add(commands.len() as u64, Ordering::Relaxed);
        self.stats.loads.store(self.desk.loads(), Ordering::Relaxed);
        self.backlog_rows += batch.changes.len() as u64;
        self.stats.backlog_rows.fetch_add(batch.changes.len() as u64, Ordering::Relaxed);
        let sealed = Sealed::new(commands, promises, batch);
        self.sealed.send(sealed).map_err(|_| Ended::Failed("the journal failed".to_owned()))
    }

    /// Drops rows that the store has; at the backlog's bound it waits for the poster.
    fn hear_posted(&mut self) {
        loop {
            let full = self.backlog_rows > self.backlog_rows_max;
            let posted = if full { self.posted.recv().ok() } else { self.posted.try_recv().ok() };
            let Some(Posted { sequence, last_stamp, batches, rows }) = posted else { return };
            self.backlog_rows = self.backlog_rows.saturating_sub(rows);
            for batch in &batches {
                self.desk.posted(sequence, last_stamp, batch.iter().map(|(key, _)| key));
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
    durable: &Sender<Durable>,
    references: &References,
    stats: &Stats,
) -> Result<(), String> {
    let mut payload = Vec::new();
    while let Ok(sealed) = sealed.recv() {
        let leaving = counter.commit(sealed, journal, &mut payload)?;
        if let Some(batch) = leaving.durable {
            stats.batches.fetch_add(1, Ordering::Relaxed);
            stats.journal_bytes.fetch_add(payload.len() as u64, Ordering::Relaxed);
            references.learn(batch.changes.iter());
            durable.send(batch).map_err(|_| "the poster is gone".to_owned())?;
        }
        assert!(leaving.parcels.is_empty() && leaving.elsewhere.is_empty(), "every slot is at home");
        for (promise, reply) in leaving.answers {
            promise.keep(Ok(reply));
        }
    }
    Ok(())
}
