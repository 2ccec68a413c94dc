//! The way of a decided batch: sealed, made durable, and only then answered.
//!
//! No thread, no clock, no disk: the journal thread drives it here, the simulator drives the same code. What may leave
//! the cell is in a [`Leaving`], and only [`Counter::commit`] makes one, from the place at which the batch stands in
//! the journal.

use crate::batch::{check, encode};
use crate::desk::Batch;
use crate::door::Promise;
use base::{Plant, SlotSet, Stamp, planted};
use engine::{Command, Key, Origin, Parcel, Reply, Row};
use journal::{Journal, Position};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Chains that left the cell and whose callers still wait, at most. Beyond it the oldest hear "unknown".
const WAITING_MAX: usize = 65_536;

/// The last image of each row that a batch changed, shared by everybody who must hear of it.
pub type Changes = Arc<Vec<(Key, Option<Row>)>>;

/// A durable batch on its way into the store.
#[derive(Clone, Debug)]
pub struct Durable {
    /// Its number in the journal.
    pub sequence: u64,
    /// The hash of its record.
    pub hash: [u8; 32],
    /// The last stamp given up to its end.
    pub last_stamp: Stamp,
    /// The rows it changed.
    pub changes: Changes,
}

/// A decided batch on its way to the journal. Dropped, its callers hear "unknown".
#[derive(Debug)]
pub struct Sealed {
    commands: Vec<Command>,
    promises: Vec<Promise>,
    batch: Batch,
}

impl Sealed {
    /// Takes a batch with those who wait for it, in the order of its commands.
    pub fn new(commands: Vec<Command>, promises: Vec<Promise>, batch: Batch) -> Sealed {
        assert!(
            commands.len() == promises.len() && commands.len() == batch.outcomes.len(),
            "one promise each"
        );
        Sealed { commands, promises, batch }
    }

    /// Its number in the journal; absent when it holds queries only and needs no place there.
    pub fn sequence(&self) -> Option<u64> {
        self.batch.sequence
    }

    /// The batch.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// The commands, in the order of their decision.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// Writes the payload of its journal record into `payload`, and reads it back: what cannot be read again must not
    /// become durable, for it would stop every later start. A failure is a fault of ours; nothing is written then, and
    /// the cell goes on from the journal's end.
    pub fn encode(&self, payload: &mut Vec<u8>) -> Result<(), String> {
        let Batch { outcomes, changes, last_stamp, .. } = &self.batch;
        let encoded = encode(&self.commands, outcomes, changes, *last_stamp, payload);
        encoded.map_err(|error| format!("a batch cannot be written: {error}"))?;
        read_back(payload)
    }
}

fn read_back(payload: &[u8]) -> Result<(), String> {
    let named =
        |error: crate::BatchError| format!("a batch could not be read back and was not written: {error}");
    check(payload).map_err(named)
}

/// What may leave the cell, because what it depends on is durable.
#[derive(Debug)]
pub struct Leaving {
    /// Answers to callers here.
    pub answers: Vec<(Promise, Reply)>,
    /// Answers to callers of other cells whose chains ended here.
    pub elsewhere: Vec<(Origin, Reply)>,
    /// Messages to other cells.
    pub parcels: Vec<Parcel>,
    /// The batch on its way into the store; absent when it held queries only.
    pub durable: Option<Durable>,
}

/// Where durable batches are answered. Keeps the promises of chains that left the cell until their end comes back.
#[derive(Debug)]
pub struct Counter {
    home: SlotSet,
    waiting: BTreeMap<Origin, Promise>,
}

impl Counter {
    /// A counter of the cell that decides these slots.
    pub fn new(home: SlotSet) -> Counter {
        Counter { home, waiting: BTreeMap::new() }
    }

    /// Makes a batch durable and gives what may leave because of it. After a failure the journal refuses everything:
    /// memory is ahead of it and must be thrown away.
    pub fn commit(
        &mut self,
        sealed: Sealed,
        journal: &mut Journal,
        payload: &mut Vec<u8>,
    ) -> Result<Leaving, String> {
        let mut position = None;
        if sealed.sequence().is_some() {
            sealed.encode(payload)?;
            let appended = journal.append(payload).map_err(|error| error.to_string());
            position = match (appended, sealed.sequence()) {
                (Err(_), Some(sequence)) if planted(Plant::AnswerBeforeAppend) => {
                    Some(Position { sequence, hash: [0; 32] })
                }
                (appended, _) => Some(appended?),
            };
        } else if !planted(Plant::QueryNotConfirmed) {
            // What queries saw must still be the truth when they are answered.
            journal.confirm().map_err(|error| error.to_string())?;
        }
        Ok(self.settle(sealed, position))
    }

    /// A batch stands in the journal at `position`, or held queries only and all before it stand there: what follows
    /// from it may leave.
    fn settle(&mut self, sealed: Sealed, position: Option<Position>) -> Leaving {
        let Sealed { commands, promises, batch } = sealed;
        let Batch { sequence, outcomes, changes, last_stamp } = batch;
        assert_eq!(
            position.map(|position| position.sequence),
            sequence,
            "the writer counts as the journal does"
        );
        let durable =
            position.map(|Position { sequence, hash }| Durable { sequence, hash, last_stamp, changes });
        let mut leaving = Leaving {
            answers: Vec::with_capacity(promises.len()),
            elsewhere: Vec::new(),
            parcels: Vec::new(),
            durable,
        };
        for ((promise, ran), command) in promises.into_iter().zip(outcomes).zip(commands) {
            match ran.reply {
                Some(reply) => leaving.answers.push((promise, reply)),
                None => self.keep_waiting(Origin { slot: command.slot(), stamp: ran.stamp }, promise),
            }
            leaving.parcels.extend(ran.parcels);
            if let Some((origin, reply)) = ran.answered {
                self.ended(origin, reply, &mut leaving);
            }
        }
        leaving
    }

    /// A chain that left this cell ended elsewhere, durably. Gives the promise to keep, if somebody still waits.
    pub fn heard(&mut self, origin: Origin) -> Option<Promise> {
        if planted(Plant::WrongPromiseKept) {
            return self.waiting.pop_first().map(|(_, promise)| promise);
        }
        self.waiting.remove(&origin)
    }

    /// How many callers wait for chains that left.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn ended(&mut self, origin: Origin, reply: Reply, leaving: &mut Leaving) {
        if !self.home.contains(origin.slot) {
            leaving.elsewhere.push((origin, reply));
        } else if let Some(promise) = self.waiting.remove(&origin) {
            leaving.answers.push((promise, reply));
        }
    }

    fn keep_waiting(&mut self, origin: Origin, promise: Promise) {
        if self.waiting.len() >= WAITING_MAX {
            // Dropped, it says "unknown": the caller queries.
            self.waiting.pop_first();
        }
        self.waiting.insert(origin, promise);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;
    use people::SlotHead;

    #[test]
    fn a_row_that_cannot_be_read_again_is_found_before_it_is_written() {
        let payload = |parties| {
            let row = Row::SlotHead(Arc::new(SlotHead { slot: Slot::PLATFORM, parties, apps: 0 }));
            let mut out = Vec::new();
            encode(&[], &[], &[(row.key(), Some(row))], Stamp { at_us: 1, seq: 1 }, &mut out)
                .expect("encodes");
            out
        };
        assert_eq!(read_back(&payload(7)), Ok(()));
        // No column holds more than 2⁶³ − 1: written all the same, it would stop every later start.
        assert!(read_back(&payload(u64::MAX)).is_err());
    }
}
