//! What a cell does in a run: commands in, batches kept, answers and parcels out, rows posted.

use crate::faults::Fault;
use crate::machine::{Decision, Settled};
use crate::model::{Answer, Mismatch};
use crate::network::CellNo;
use crate::world::{Event, Wire, World};
use base::{SECOND_US, SlotSet};
use cell::{NotDecided, Promise};
use engine::{Acknowledge, Command, Key, Origin, ParcelRefused, Receive, Reply, Row};

/// Batches after which everything is checked in full.
const WHOLE_EVERY: u64 = 150;
/// Commands of one batch at most.
const BATCH_MOST: i64 = 12;
/// Batches of one posting at most.
const POSTING_MOST: i64 = 20;
/// Chance, per thousand, that a durable change is checked against what memory holds for it.
const REMEMBERED_PERMILLE: u32 = 100;

impl World {
    /// A request reaches a machine. With two owners it may reach the old one.
    pub(crate) fn arrive(&mut self, cell: CellNo, command: Command, promise: Promise) {
        let wait_us = self.soon(2_000);
        // A command to an old owner ends it, so that queries have to find it before.
        let to_old = self.dice.chance(if command.is_query() { 800 } else { 150 });
        let machine = &mut self.machines[cell];
        let place =
            if to_old && machine.processes.len() > 1 { 0 } else { machine.processes.len().wrapping_sub(1) };
        let Some(process) = machine.processes.get_mut(place) else {
            promise.keep(Err(NotDecided::Busy));
            return;
        };
        process.queue.push_back((command, promise));
        let no = process.no;
        self.schedule.after(wait_us, Event::Decide(cell, no));
    }

    pub(crate) fn decide(&mut self, cell: CellNo, no: u64) {
        if self.stumbles(cell, no) {
            return;
        }
        let most = self.dice.range(1, BATCH_MOST) as usize;
        let wall_us = self.machines[cell].clock.now_us();
        let Some(process) = self.machines[cell].process(no) else { return };
        match process.decide(wall_us, most) {
            Ok(false) => {}
            Ok(true) => {
                let mut wait_us = self.soon(3_000);
                if self.strikes(Fault::AppendStalls) {
                    wait_us += self.swarm.stall_us(&mut self.dice);
                }
                self.schedule.after(wait_us, Event::Commit(cell, no));
                let again_us = self.soon(2_000);
                self.schedule.after(again_us, Event::Decide(cell, no));
            }
            Err(reason) => self.fail(cell, no, &reason),
        }
    }

    /// A process cannot go on: it ends, and another is started.
    pub(crate) fn fail(&mut self, cell: CellNo, no: u64, reason: &str) {
        self.note(format_args!("cell {cell} process {no} ends: {reason}"));
        self.counters.hit(if reason.contains("has taken the journal over") {
            "race.fenced"
        } else {
            "process.failed"
        });
        self.machines[cell].end(no);
        if self.machines[cell].processes.is_empty() && self.strikes(Fault::PowerLoss) {
            // In the middle of whatever failed.
            self.crash(cell, true);
        } else if self.machines[cell].processes.is_empty() {
            let wait_us = self.soon(SECOND_US);
            self.schedule.after(wait_us, Event::Open(cell));
        }
    }

    pub(crate) fn commit(&mut self, cell: CellNo, no: u64) -> Result<(), String> {
        if self.stumbles(cell, no) {
            return Ok(());
        }
        match self.machines[cell].commit(no) {
            Ok(Some(settled)) => self.settled(cell, no, settled),
            Ok(None) => Ok(()),
            Err(reason) => {
                self.fail(cell, no, &reason);
                Ok(())
            }
        }
    }

    /// A batch is durable: everything that must follow from it does, and nothing else.
    pub(crate) fn settled(&mut self, cell: CellNo, no: u64, settled: Settled) -> Result<(), String> {
        let Settled { decisions, leaving } = settled;
        let home = self.machines[cell].home;
        if let Some(durable) = &leaving.durable {
            self.note(format_args!("cell {cell} process {no} keeps record {}", durable.sequence));
            self.trace.bytes(&durable.hash);
            let earlier = self.machines[cell].records.insert(durable.sequence, durable.hash);
            if earlier.is_some_and(|earlier| earlier != durable.hash) {
                return Err(format!("cell {cell} has two records {}", durable.sequence));
            }
        }
        for decision in &decisions {
            self.judge(cell, home, decision)?;
            self.tell_other_cells(cell, no, decision);
            if decision.reply.is_none() {
                let origin = (decision.command.slot(), decision.stamp.seq);
                self.awaited.insert(origin, decision.command.clone());
            }
        }
        if let Some(durable) = &leaving.durable {
            self.model.check_changes(&durable.changes).map_err(|error| error.to_string())?;
            self.mirror.take(home, &durable.changes)?;
            self.people.learn(&durable.changes);
            self.watch(&durable.changes)?;
            self.check_remembered(cell, no, &durable.changes)?;
        }
        for (promise, reply) in leaving.answers {
            promise.keep(Ok(reply));
        }
        self.look_again(cell, no);
        for (origin, reply) in leaving.elsewhere {
            let to = self.cell_of(origin.slot);
            self.send(cell, to, Wire::Answer(origin, reply));
        }
        self.schedule.after(0, Event::Carry(cell, no));
        let wait_us = self.soon(20_000);
        self.schedule.after(wait_us, Event::Post(cell, no));
        let next_us = self.soon(2_000);
        self.schedule.after(next_us, Event::Decide(cell, no));
        self.settled += 1;
        if self.settled.is_multiple_of(WHOLE_EVERY) { self.check_all() } else { Ok(()) }
    }

    /// The model decides the same again.
    pub(crate) fn judge(&mut self, cell: CellNo, home: SlotSet, decision: &Decision) -> Result<(), String> {
        self.decisions += 1;
        let Decision { command, stamp, steps, reply, answered } = decision;
        let last = &mut self.machines[cell].last_stamp;
        // Queries are not in the journal, so a new owner may give their stamps again.
        if !command.is_query() {
            if stamp.at_us <= last.at_us || stamp.seq <= last.seq {
                return Err(format!("time goes back in cell {cell}: {last:?}, then {stamp:?}"));
            }
            *last = *stamp;
        }
        let told = |world: &World, error: Mismatch| format!("{error}\n(decision {})", world.decisions);
        let answer = steps.map(|steps| Answer { reply: reply.as_ref(), steps });
        self.model.decided(&home, command, *stamp, answer).map_err(|error| told(self, error))?;
        if let Some((origin, reply)) = answered {
            self.model.answered_elsewhere(origin, reply).map_err(|error| told(self, error))?;
        }
        Ok(())
    }

    pub(crate) fn tell_other_cells(&mut self, cell: CellNo, no: u64, decision: &Decision) {
        match (&decision.command, &decision.reply) {
            (Command::Receive(Receive { parcel }), Some(Reply::Receive(answer))) => {
                let up_to = match answer {
                    Ok(received) | Err(ParcelRefused::Gap { received }) => *received,
                };
                let word = Acknowledge { from: parcel.from, to: parcel.to, up_to };
                let to = self.cell_of(parcel.from);
                self.send(cell, to, Wire::Acknowledged(word));
            }
            (Command::Acknowledge(Acknowledge { from, to, up_to }), _) => {
                if let Some(process) = self.machines[cell].process(no) {
                    process.carrier.acknowledged(*from, *to, *up_to);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn check_remembered(
        &mut self,
        cell: CellNo,
        no: u64,
        changes: &[(Key, Option<Row>)],
    ) -> Result<(), String> {
        if changes.is_empty() || !self.dice.chance(REMEMBERED_PERMILLE) {
            return Ok(());
        }
        let (key, row) = self.dice.pick(changes).clone();
        let Some(process) = self.machines[cell].process(no) else { return Ok(()) };
        match process.remembered(&key) {
            Some(Ok(held)) if held != row => {
                Err(format!("memory differs from the journal:\n  journal {row:?}\n  memory  {held:?}"))
            }
            // A read that a fault failed, or memory that is ahead.
            _ => Ok(()),
        }
    }

    pub(crate) fn send(&mut self, from: CellNo, to: CellNo, wire: Wire) {
        let now_us = self.schedule.now_us();
        let arrivals = self.network.send(now_us, from, to, &self.swarm, &mut self.counters);
        for at_us in arrivals {
            self.schedule.at(at_us, Event::Arrive(from, to, Box::new(wire.clone())));
        }
    }

    pub(crate) fn carry(&mut self, cell: CellNo, no: u64) {
        if self.stumbles(cell, no) {
            return;
        }
        let wall_us = self.machines[cell].clock.now_us();
        let Some(process) = self.machines[cell].process(no) else { return };
        let due = process.carrier.due(wall_us);
        let next_us = process.carrier.next_at_us();
        // Who has nothing to send has no reason to look whether it is still the owner.
        let confirmed = if due.is_empty() { Ok(()) } else { process.confirm() };
        if let Err(reason) = confirmed {
            self.fail(cell, no, &reason);
            return;
        }
        for parcel in due {
            let to = self.cell_of(parcel.to);
            self.counters.hit("message.sent");
            self.send(cell, to, Wire::Parcel(parcel));
        }
        let now_us = self.schedule.now_us();
        // A clock that stands still must not make the world turn on the spot.
        let Some(next_us) = next_us.map(|at_us| now_us + (at_us - wall_us).max(SECOND_US / 10)) else {
            return;
        };
        let Some(process) = self.machines[cell].process(no) else { return };
        if process.carry_at_us.is_none_or(|entered_us| entered_us <= now_us || entered_us > next_us) {
            process.carry_at_us = Some(next_us);
            self.schedule.at(next_us, Event::Carry(cell, no));
        }
    }

    pub(crate) fn hear(&mut self, from: CellNo, to: CellNo, wire: Wire) -> Result<(), String> {
        let now_us = self.schedule.now_us();
        if !self.network.arrives(now_us, from, to, &mut self.counters) {
            return Ok(());
        }
        let command = match wire {
            Wire::Parcel(parcel) => Command::from(Receive { parcel }),
            Wire::Acknowledged(word) => {
                let newest = self.machines[to].newest();
                if !newest.is_some_and(|process| process.carrier.expects(word.from, word.to, word.up_to)) {
                    return Ok(());
                }
                Command::from(word)
            }
            Wire::Answer(origin, reply) => return self.answer(to, origin, reply),
        };
        if !self.machines[to].processes.is_empty() {
            self.arrive(to, command, Promise::to_nobody());
        }
        Ok(())
    }

    /// The end of a chain that left a cell is known there: who waits for it hears it, and nobody else.
    fn answer(&mut self, cell: CellNo, origin: Origin, reply: Reply) -> Result<(), String> {
        let promise = self.machines[cell].newest().and_then(|process| process.counter.heard(origin));
        let Some(promise) = promise else { return Ok(()) };
        self.people.take_answered();
        promise.keep(Ok(reply));
        let awaited = self.awaited.remove(&(origin.slot, origin.stamp.seq));
        let (Some(heard), Some(awaited)) = (self.people.take_answered(), awaited) else { return Ok(()) };
        self.counters.hit("check.right-caller");
        let (heard, awaited) = (format!("{heard:?}"), format!("{awaited:?}"));
        if heard == awaited { Ok(()) } else { Err(format!("the answer to {awaited}\nwas given to {heard}")) }
    }

    pub(crate) fn post(&mut self, cell: CellNo, no: u64) -> Result<(), String> {
        if self.stumbles(cell, no) {
            return Ok(());
        }
        if self.strikes(Fault::StoreLags) {
            let wait_us = self.swarm.outage_us(&mut self.dice);
            self.schedule.after(wait_us, Event::Post(cell, no));
            return Ok(());
        }
        let most = self.dice.range(1, POSTING_MOST) as usize;
        let mut store = self.machines[cell].store.clone();
        let newest = self.machines[cell].newest().is_some_and(|process| process.no == no);
        let Some(process) = self.machines[cell].process(no) else { return Ok(()) };
        let posted = process.post(&mut store, most);
        let more = !process.backlog.is_empty();
        if !posted && self.healed && newest {
            return Err(format!(
                "nothing is wrong any more, and the tables of cell {cell} refuse what is posted"
            ));
        }
        if !posted || more {
            let wait_us = self.soon(SECOND_US);
            self.schedule.after(wait_us, Event::Post(cell, no));
        }
        self.look_again(cell, no);
        Ok(())
    }
}
