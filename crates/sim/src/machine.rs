//! One cell's machine: its disk, its tables, its clock, and the process that runs on it; two while an old owner has
//! been given up and has not heard of it.
//!
//! The process is the real house without its threads: [`cell::recover`], [`Desk`], [`Sealed`], [`Counter`],
//! [`Posting`], [`Carrier`]. What the threads do one after the other the world calls here, and may stop it between any
//! two calls.

use crate::clerk_desk::ClerkDesk;
use crate::clock::WallClock;
use crate::courier::Courier;
use crate::dice::Dice;
use crate::disk::{Mount, SimDisk};
use crate::network::CellNo;
use crate::store::SimStore;
use base::{SlotSet, Stamp};
use cell::{
    BatchRecord, Carrier, CellOpenError, Counter, Desk, Durable, Leaving, Posting, Promise, Recovered,
    Sealed, recover,
};
use engine::{Command, Key, Origin, Reply};
use journal::{Hash, Journal, Reader, WorldId};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use store::{Mark, Store};

/// Where the journal lies on the simulated disk.
const FOLDER: &str = "/journal";
/// Segments are short, so that a run rolls over several.
const SEGMENT_BYTES: u64 = 24 * 1024;
/// Batches decided and not durable yet: one under way, one that waits, as in the product.
const SEALED_MAX: usize = 2;

/// The world that all simulated journals belong to.
pub(crate) const WORLD: WorldId = *b"a simulated town";

/// A cell's machine. It outlives the processes on it.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Its number.
    pub(crate) no: CellNo,
    /// The slots its cell decides.
    pub(crate) home: SlotSet,
    /// Its disk.
    pub(crate) disk: SimDisk,
    /// Its tables.
    pub(crate) store: SimStore,
    /// Its clock.
    pub(crate) clock: WallClock,
    /// The processes on it, the newest last; empty while it is down.
    pub(crate) processes: Vec<Process>,
    /// Every record that is known to be durable, by its sequence.
    pub(crate) records: BTreeMap<u64, Hash>,
    /// The last stamp of a durable decision.
    pub(crate) last_stamp: Stamp,
    opened: u64,
}

/// A running process.
#[derive(Debug)]
pub(crate) struct Process {
    /// Its number on this machine.
    pub(crate) no: u64,
    mount: Arc<Mount>,
    journal: Journal,
    /// Memory.
    pub(crate) desk: Desk,
    /// Who waits for chains that left.
    pub(crate) counter: Counter,
    /// What is on its way to other cells.
    pub(crate) carrier: Carrier,
    /// Durable and not posted yet, oldest first.
    pub(crate) backlog: VecDeque<Durable>,
    /// What waits at the door.
    pub(crate) queue: VecDeque<(Command, Promise)>,
    /// Decided and not durable yet, oldest first.
    pub(crate) sealed: VecDeque<Sealed>,
    /// Whether it is stopped and does not know it.
    pub(crate) paused: bool,
    /// Runs its timers.
    pub(crate) clerk: ClerkDesk,
    /// Delivers its notices.
    pub(crate) courier: Courier,
    /// When it looks for due timers and notices next, true time.
    pub(crate) look_at_us: Option<i64>,
    /// What its clock showed when it looked last, and how often it has shown the same since.
    pub(crate) looked_wall_us: Option<i64>,
    /// See `looked_wall_us`.
    pub(crate) still_looks: u32,
    /// When it sends again what was not acknowledged, true time.
    pub(crate) carry_at_us: Option<i64>,
    payload: Vec<u8>,
}

/// A decision that is durable, or a query that was answered after all it depends on was.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// What was asked.
    pub(crate) command: Command,
    /// When.
    pub(crate) stamp: Stamp,
    /// How many decisions it took; absent when it is known from the journal alone.
    pub(crate) steps: Option<u32>,
    /// The answer, when it was seen.
    pub(crate) reply: Option<Reply>,
    /// The answer to another cell's chain that ended here.
    pub(crate) answered: Option<(Origin, Reply)>,
}

/// A batch that is durable.
#[derive(Debug)]
pub(crate) struct Settled {
    /// Its decisions.
    pub(crate) decisions: Vec<Decision>,
    /// What may leave because of it.
    pub(crate) leaving: Leaving,
}

/// A record that was found on the disk though nobody was told that it is durable.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its decisions, without answers.
    pub(crate) decisions: Vec<Decision>,
    /// The rows it changed.
    pub(crate) durable: Durable,
}

/// Why a machine's process did not start.
#[derive(Debug)]
pub(crate) enum NotOpened {
    /// The product refused, or a fault struck.
    Refused(CellOpenError),
    /// What was acknowledged is not there any more: the worst there is.
    Lost(String),
}

impl Machine {
    /// A machine with an empty disk.
    pub(crate) fn new(no: CellNo, home: SlotSet, true_us: i64, dice: &Dice) -> Machine {
        let dice = dice.fork_numbered("machine", no as u64);
        Machine {
            no,
            home,
            disk: SimDisk::new(&dice),
            store: SimStore::new(&dice),
            clock: WallClock::new(true_us),
            processes: Vec::new(),
            records: BTreeMap::new(),
            last_stamp: Stamp { at_us: 0, seq: 0 },
            opened: 0,
        }
    }

    /// The process with this number, if it is alive.
    pub(crate) fn process(&mut self, no: u64) -> Option<&mut Process> {
        self.processes.iter_mut().find(|process| process.no == no)
    }

    /// The process that requests reach: the newest.
    pub(crate) fn newest(&mut self) -> Option<&mut Process> {
        self.processes.last_mut()
    }

    /// Starts a process. Gives what was found durable beyond what was known.
    pub(crate) fn open(&mut self) -> Result<Vec<Found>, NotOpened> {
        self.opened += 1;
        let mount = self.disk.mount();
        let mut options = journal::Options::on(mount.clone(), WORLD);
        options.segment_bytes = SEGMENT_BYTES;
        let mut store: Box<dyn Store> = Box::new(self.store.clone());
        let recovered = recover(Path::new(FOLDER), options, store.as_mut(), self.home);
        let recovered = recovered.map_err(|error| {
            mount.kill();
            NotOpened::Refused(error)
        })?;
        let Recovered { journal, desk, tail, carrier, .. } = recovered;
        let found = self.compare(&mount, &journal);
        let found = found.inspect_err(|_| mount.kill())?;
        self.processes.push(Process {
            no: self.opened,
            mount,
            journal,
            desk,
            counter: Counter::new(self.home),
            carrier,
            backlog: tail.into(),
            queue: VecDeque::new(),
            sealed: VecDeque::new(),
            paused: false,
            clerk: ClerkDesk::new(),
            courier: Courier::new(),
            look_at_us: None,
            looked_wall_us: None,
            still_looks: 0,
            carry_at_us: None,
            payload: Vec::new(),
        });
        Ok(found)
    }

    /// Holds the journal against what is known to be durable, and learns what is durable beyond it.
    fn compare(&mut self, mount: &Arc<Mount>, journal: &Journal) -> Result<Vec<Found>, NotOpened> {
        let last = self.records.last_key_value().map_or(0, |(sequence, _)| *sequence);
        let end = journal.position().sequence;
        if end < last {
            return Err(NotOpened::Lost(format!(
                "records {} to {last} were acknowledged and are gone",
                end + 1
            )));
        }
        if end == 0 {
            return Ok(Vec::new());
        }
        let refused = |error: journal::ReadError| NotOpened::Refused(error.into());
        let reader =
            Reader::open_on(mount.clone(), Path::new(FOLDER), last.max(1), Some(&WORLD)).map_err(refused)?;
        let mut found = Vec::new();
        for record in reader {
            let record = record.map_err(refused)?;
            if let Some(known) = self.records.get(&record.sequence) {
                if *known != record.hash {
                    return Err(NotOpened::Lost(format!("record {} is another one now", record.sequence)));
                }
                continue;
            }
            let lost =
                |error: cell::BatchError| NotOpened::Lost(format!("record {}: {error}", record.sequence));
            found.push(read_found(record.sequence, record.hash, &record.payload).map_err(lost)?);
        }
        // Only now: a read that fails half way is tried again from the beginning.
        self.records.extend(found.iter().map(|found| (found.durable.sequence, found.durable.hash)));
        Ok(found)
    }

    /// Ends all processes, and takes from the disk what a power loss may take.
    pub(crate) fn crash(&mut self, power_loss: bool) {
        for process in &self.processes {
            process.mount.kill();
        }
        self.processes.clear();
        if power_loss {
            self.disk.lose_power();
            self.store.lose_power();
        }
    }

    /// A copy of the data folder must be refused by name, or one world becomes two.
    pub(crate) fn copy_opens(&self) -> Result<(), String> {
        let copy = self.disk.copy();
        match Journal::open(Path::new(FOLDER), journal::Options::on(copy.mount(), WORLD)) {
            Ok(_) if self.records.is_empty() => Ok(()),
            Ok(_) => {
                Err(format!("a copy of the folder of cell {} was opened like the folder itself", self.no))
            }
            Err(_) => Ok(()),
        }
    }

    /// Ends one process.
    pub(crate) fn end(&mut self, no: u64) {
        if let Some(at) = self.processes.iter().position(|process| process.no == no) {
            self.processes.remove(at).mount.kill();
        }
    }

    /// The oldest decided batch of a process becomes durable. An error says why the process must end.
    pub(crate) fn commit(&mut self, no: u64) -> Result<Option<Settled>, String> {
        let Some(at) = self.processes.iter().position(|process| process.no == no) else { return Ok(None) };
        let process = &mut self.processes[at];
        let Some(sealed) = process.sealed.pop_front() else { return Ok(None) };
        let decisions = decisions(&sealed);
        let leaving = process.counter.commit(sealed, &mut process.journal, &mut process.payload)?;
        for parcel in &leaving.parcels {
            process.carrier.take(parcel.clone(), self.clock.now_us());
        }
        process.backlog.extend(leaving.durable.clone());
        Ok(Some(Settled { decisions, leaving }))
    }
}

impl Process {
    /// Takes up to so many of what waits and decides it. An error says why the process must end.
    pub(crate) fn decide(&mut self, wall_us: i64, most: usize) -> Result<bool, String> {
        if self.queue.is_empty() || self.sealed.len() >= SEALED_MAX {
            return Ok(false);
        }
        let taken = self.queue.len().min(most);
        let (commands, promises): (Vec<_>, Vec<_>) = self.queue.drain(..taken).unzip();
        match self.desk.decide(&commands, wall_us) {
            Ok(batch) => {
                self.sealed.push_back(Sealed::new(commands, promises, batch));
                Ok(true)
            }
            Err(fault) => {
                // Nothing of it is in the journal, so nothing of it happened.
                promises.into_iter().for_each(|promise| promise.keep(Err(cell::NotDecided::Busy)));
                Err(fault.to_string())
            }
        }
    }

    /// Posts the oldest durable batches, so many at most. False when the store refused.
    pub(crate) fn post(&mut self, store: &mut dyn Store, most: usize) -> bool {
        let count = self.backlog.len().min(most);
        if count == 0 {
            return true;
        }
        let posting = Posting::gather(self.backlog.iter().take(count).cloned().collect());
        let Mark { sequence, stamp, .. } = posting.mark;
        if posting.post(store).is_err() {
            return false;
        }
        self.backlog.drain(..count);
        self.clerk.posted();
        self.courier.posted();
        for changes in posting.into_changes() {
            self.desk.posted(sequence, stamp, changes.iter().map(|(key, _)| key));
        }
        true
    }

    /// Whether it still owns its journal: an old owner that only sends would never hear that it is one.
    pub(crate) fn confirm(&mut self) -> Result<(), String> {
        self.journal.confirm().map_err(|error| error.to_string())
    }

    /// The last record it knows of: an old owner knows less than the journal has.
    pub(crate) fn known(&self) -> u64 {
        self.journal.position().sequence
    }

    /// What memory holds for a key, when nothing undurable is in it.
    pub(crate) fn remembered(&mut self, key: &Key) -> Option<Result<Option<engine::Row>, engine::Fault>> {
        let readable = self.sealed.is_empty() && !key.table().write_only();
        readable.then(|| engine::Workspace::row(&mut self.desk, key))
    }
}

fn decisions(sealed: &Sealed) -> Vec<Decision> {
    let ran = sealed.commands().iter().zip(&sealed.batch().outcomes);
    ran.map(|(command, ran)| Decision {
        command: command.clone(),
        stamp: ran.stamp,
        steps: Some(ran.steps),
        reply: ran.reply.clone(),
        answered: ran.answered.clone(),
    })
    .collect()
}

fn read_found(sequence: u64, hash: Hash, payload: &[u8]) -> Result<Found, cell::BatchError> {
    let batch = BatchRecord::decode(payload)?;
    let decisions = batch.commands.iter().map(|journalled| {
        let command = journalled.command()?;
        Ok(Decision { command, stamp: journalled.stamp, steps: None, reply: None, answered: None })
    });
    let decisions = decisions.collect::<Result<Vec<_>, cell::BatchError>>()?;
    let changes = batch.rows.iter().map(cell::ChangedRow::row).collect::<Result<Vec<_>, _>>()?;
    let durable = Durable { sequence, hash, last_stamp: batch.last_stamp, changes: Arc::new(changes) };
    Ok(Found { decisions, durable })
}
