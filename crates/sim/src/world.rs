//! One run: machines, a network between them, a town that uses them, and faults; first with everything that can go wrong,
//! then healed, until everything has ended that must end.
//!
//! Every durable decision goes to the model, every durable row to the mirror, every answer to who asked. The first thing
//! that does not fit ends the run.

use crate::counters::Counters;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use crate::invariants::Mirror;
use crate::machine::{Decision, Found, Machine, NotOpened, Settled};
use crate::model::{Answer, Model};
use crate::network::{CellNo, Network};
use crate::plan::{Step, Town};
use crate::schedule::Schedule;
use crate::town::People;
use crate::trace::{Trace, TraceHash};
use base::{MINUTE_US, SECOND_US, Slot, SlotSet};
use cell::{NotDecided, Promise};
use engine::{Acknowledge, Command, Origin, Parcel, ParcelRefused, Receive, Reply};

/// 2026-02-27 12:00 in China: a month's end is near.
pub(crate) const BEGINNING_US: i64 = 1_772_164_800_000_000;
/// Events after which a run is taken to go on for ever.
const EVENTS_MAX: u64 = 60_000;
/// Batches after which everything is checked in full.
const WHOLE_EVERY: u64 = 150;
/// Commands of one batch at most.
const BATCH_MOST: i64 = 12;
/// Batches of one posting at most.
const POSTING_MOST: i64 = 20;
/// Chance, per thousand, that a durable change is checked against what memory holds for it.
const REMEMBERED_PERMILLE: u32 = 100;

/// What cells say to each other.
#[derive(Clone, Debug)]
pub(crate) enum Wire {
    Parcel(Parcel),
    Acknowledged(Acknowledge),
    Answer(Origin, Reply),
}

/// What happens next.
#[derive(Debug)]
pub(crate) enum Event {
    /// A step of the plan.
    Step(usize),
    /// A request reaches its cell's machine.
    Ask(CellNo, Box<Command>, Promise),
    /// A process decides what waits.
    Decide(CellNo, u64),
    /// A process makes its oldest decided batch durable.
    Commit(CellNo, u64),
    /// A process posts.
    Post(CellNo, u64),
    /// A process sends what is due to other cells.
    Carry(CellNo, u64),
    /// A process looks for due timers and notices.
    Look(CellNo, u64),
    /// Word from one cell reaches another.
    Arrive(CellNo, CellNo, Box<Wire>),
    /// A machine starts a process.
    Open(CellNo),
    /// A stopped process goes on.
    Wake(CellNo, u64),
    /// Links and clocks change.
    Weather,
    /// All faults end.
    Heal,
    /// Something of the town's people.
    Town(crate::town::TownEvent),
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The hash of everything that happened.
    pub hash: TraceHash,
    /// Events.
    pub events: u64,
    /// Decisions that became durable.
    pub decisions: u64,
    /// Simulated time, microseconds.
    pub simulated_us: i64,
    /// What happened how often.
    pub counters: Counters,
    /// What did not fit, and the last events before it; absent when everything did.
    pub failure: Option<Failure>,
}

/// Something that must never happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What.
    pub text: String,
    /// What happened before, oldest first.
    pub last_events: Vec<String>,
}

/// A run under way.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) swarm: Swarm,
    pub(crate) schedule: Schedule<Event>,
    pub(crate) machines: Vec<Machine>,
    network: Network,
    pub(crate) model: Model,
    pub(crate) mirror: Mirror,
    pub(crate) people: People,
    pub(crate) trace: Trace,
    pub(crate) counters: Counters,
    plan: Vec<Step>,
    pub(crate) healed: bool,
    decisions: u64,
    settled: u64,
}

/// Runs a plan in a town under the faults of a swarm; everything else is drawn from the seed.
pub(crate) fn run(seed: u64, town: &Town, swarm: &Swarm, plan: &[Step], keep_events: usize) -> Outcome {
    let mut world = World::new(seed, town, swarm.clone(), plan.to_vec(), keep_events);
    let failure = world.live(town).err();
    let failure =
        failure.map(|text| Failure { text, last_events: world.trace.last().map(str::to_owned).collect() });
    for machine in &world.machines {
        world.counters.merge(&machine.disk.take_counters());
        world.counters.merge(&machine.store.take_counters());
    }
    for (name, count) in world.model.seen() {
        world.counters.add(&format!("model.{name}"), *count);
    }
    Outcome {
        hash: world.trace.hash(),
        events: world.trace.events(),
        decisions: world.decisions,
        simulated_us: world.schedule.now_us() - BEGINNING_US,
        counters: world.counters,
        failure,
    }
}

/// Which slots each cell decides.
fn homes(cells: usize, dice: &Dice) -> Vec<SlotSet> {
    let mut dice = dice.fork("homes");
    let mut slots: Vec<Slot> = Slot::all().collect();
    dice.shuffle(&mut slots);
    (0..cells).map(|cell| SlotSet::of(slots.iter().copied().skip(cell).step_by(cells))).collect()
}

impl World {
    fn new(seed: u64, town: &Town, swarm: Swarm, plan: Vec<Step>, keep_events: usize) -> World {
        let dice = Dice::new(seed);
        let homes = homes(town.cells, &dice);
        let machines = homes.iter().enumerate();
        let machines = machines.map(|(no, home)| Machine::new(no, *home, BEGINNING_US, &dice)).collect();
        World {
            network: Network::new(town.cells, &dice),
            people: People::new(town, &dice),
            schedule: Schedule::shuffled(BEGINNING_US, dice.fork("schedule")),
            machines,
            model: Model::new(),
            mirror: Mirror::default(),
            trace: Trace::new(keep_events),
            counters: Counters::new(),
            dice: dice.fork("world"),
            swarm,
            plan,
            healed: false,
            decisions: 0,
            settled: 0,
        }
    }

    fn live(&mut self, town: &Town) -> Result<(), String> {
        let swarm = std::mem::replace(&mut self.swarm, Swarm::calm());
        (0..self.machines.len()).try_for_each(|cell| self.open(cell))?;
        self.settle_town(town)?;
        // From here on things go wrong.
        for machine in &self.machines {
            machine.disk.set_swarm(&swarm);
            machine.store.set_swarm(&swarm);
        }
        self.swarm = swarm;
        let begun_us = self.schedule.now_us();
        for (place, step) in self.plan.iter().enumerate() {
            self.schedule.at(begun_us + step.after_us, Event::Step(place));
        }
        let last_us = self.plan.last().map_or(0, |step| step.after_us);
        self.schedule.at(begun_us + last_us + MINUTE_US, Event::Heal);
        self.schedule.after(SECOND_US, Event::Weather);
        self.run_out()?;
        self.check_end()
    }

    /// Lets everything happen that is to come.
    pub(crate) fn run_out(&mut self) -> Result<(), String> {
        while let Some((at_us, event)) = self.schedule.next() {
            if self.trace.events() >= EVENTS_MAX {
                return Err(format!("after {EVENTS_MAX} events there is no end: {event:?} comes next"));
            }
            for machine in &self.machines {
                machine.clock.tick(at_us);
            }
            self.people.tick(at_us);
            self.happen(event)?;
            self.serve_people()?;
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Step(place) => {
                let act = self.plan[place].act.clone();
                self.note(format_args!("step {act:?}"));
                self.act(act);
            }
            Event::Ask(cell, command, promise) => self.arrive(cell, *command, promise),
            Event::Decide(cell, no) => self.decide(cell, no),
            Event::Commit(cell, no) => self.commit(cell, no)?,
            Event::Post(cell, no) => self.post(cell, no)?,
            Event::Carry(cell, no) => self.carry(cell, no),
            Event::Look(cell, no) => self.look(cell, no)?,
            Event::Arrive(from, to, wire) => self.hear(from, to, *wire),
            Event::Open(cell) => self.open(cell)?,
            Event::Wake(cell, no) => self.wake(cell, no),
            Event::Weather => self.weather(),
            Event::Heal => self.heal(),
            Event::Town(event) => self.happen_in_town(event)?,
        }
        Ok(())
    }

    /// A line of the trace.
    pub(crate) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        let now_us = self.schedule.now_us();
        self.trace.event(now_us - BEGINNING_US, what);
    }

    pub(crate) fn strikes(&mut self, fault: Fault) -> bool {
        self.swarm.strikes(fault, &mut self.dice, &mut self.counters)
    }

    /// The cell that decides a slot.
    pub(crate) fn cell_of(&self, slot: Slot) -> CellNo {
        let at = self.machines.iter().position(|machine| machine.home.contains(slot));
        at.expect("every slot has a cell")
    }

    fn soon(&mut self, most_us: i64) -> i64 {
        self.dice.range(10, most_us)
    }

    /// A request reaches a machine. With two owners it may reach the old one.
    fn arrive(&mut self, cell: CellNo, command: Command, promise: Promise) {
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

    fn decide(&mut self, cell: CellNo, no: u64) {
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

    /// Whether a process is gone or stopped, or is struck right now. A stopped one goes on where it was.
    fn stumbles(&mut self, cell: CellNo, no: u64) -> bool {
        let alive = self.machines[cell].process(no).is_some_and(|process| !process.paused);
        if !alive {
            return true;
        }
        if self.strikes(Fault::Crash) {
            let power = self.strikes(Fault::PowerLoss);
            self.crash(cell, power);
            return true;
        }
        if self.strikes(Fault::Pause) {
            let outage_us = self.swarm.outage_us(&mut self.dice);
            self.note(format_args!("cell {cell} process {no} stops for {outage_us} us"));
            self.schedule.after(outage_us, Event::Wake(cell, no));
            if let Some(process) = self.machines[cell].process(no) {
                process.paused = true;
            }
            if self.strikes(Fault::TwoOwners) {
                self.counters.hit("race.second-owner");
                self.machines[cell].disk.lose_locks();
                let wait_us = self.dice.range(1, outage_us.max(2));
                self.schedule.after(wait_us, Event::Open(cell));
            }
            return true;
        }
        false
    }

    fn crash(&mut self, cell: CellNo, power_loss: bool) {
        self.note(format_args!("cell {cell} crashes{}", if power_loss { ", the power is gone" } else { "" }));
        self.machines[cell].crash(power_loss);
        let outage_us = self.swarm.outage_us(&mut self.dice).min(10 * MINUTE_US);
        self.schedule.after(outage_us, Event::Open(cell));
    }

    /// A process cannot go on: it ends, and another is started.
    fn fail(&mut self, cell: CellNo, no: u64, reason: &str) {
        self.note(format_args!("cell {cell} process {no} ends: {reason}"));
        self.counters.hit(if reason.contains("has taken the journal over") {
            "race.fenced"
        } else {
            "process.failed"
        });
        self.machines[cell].end(no);
        if self.machines[cell].processes.is_empty() {
            let wait_us = self.soon(SECOND_US);
            self.schedule.after(wait_us, Event::Open(cell));
        }
    }

    fn commit(&mut self, cell: CellNo, no: u64) -> Result<(), String> {
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
    fn settled(&mut self, cell: CellNo, no: u64, settled: Settled) -> Result<(), String> {
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
        }
        if let Some(durable) = &leaving.durable {
            self.mirror.take(home, &durable.changes)?;
            self.people.learn(&durable.changes);
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
    fn judge(&mut self, cell: CellNo, home: SlotSet, decision: &Decision) -> Result<(), String> {
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
        let told =
            |world: &World, error: crate::model::Mismatch| format!("{error}\n(decision {})", world.decisions);
        let answer = steps.map(|steps| Answer { reply: reply.as_ref(), steps });
        self.model.decided(&home, command, *stamp, answer).map_err(|error| told(self, error))?;
        if let Some((origin, reply)) = answered {
            self.model.answered_elsewhere(origin, reply).map_err(|error| told(self, error))?;
        }
        Ok(())
    }

    fn tell_other_cells(&mut self, cell: CellNo, no: u64, decision: &Decision) {
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

    fn check_remembered(
        &mut self,
        cell: CellNo,
        no: u64,
        changes: &[(engine::Key, Option<engine::Row>)],
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

    fn send(&mut self, from: CellNo, to: CellNo, wire: Wire) {
        let now_us = self.schedule.now_us();
        let arrivals = self.network.send(now_us, from, to, &self.swarm, &mut self.counters);
        for at_us in arrivals {
            self.schedule.at(at_us, Event::Arrive(from, to, Box::new(wire.clone())));
        }
    }

    fn carry(&mut self, cell: CellNo, no: u64) {
        let wall_us = self.machines[cell].clock.now_us();
        let Some(process) = self.machines[cell].process(no).filter(|process| !process.paused) else { return };
        let due = process.carrier.due(wall_us);
        let next_us = process.carrier.next_at_us();
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

    fn hear(&mut self, from: CellNo, to: CellNo, wire: Wire) {
        let now_us = self.schedule.now_us();
        if !self.network.arrives(now_us, from, to, &mut self.counters) {
            return;
        }
        let command = match wire {
            Wire::Parcel(parcel) => Command::from(Receive { parcel }),
            Wire::Acknowledged(word) => {
                let newest = self.machines[to].newest();
                if !newest.is_some_and(|process| process.carrier.expects(word.from, word.to, word.up_to)) {
                    return;
                }
                Command::from(word)
            }
            Wire::Answer(origin, reply) => {
                let promise = self.machines[to].newest().and_then(|process| process.counter.heard(origin));
                if let Some(promise) = promise {
                    promise.keep(Ok(reply));
                }
                return;
            }
        };
        if !self.machines[to].processes.is_empty() {
            self.arrive(to, command, Promise::to_nobody());
        }
    }

    fn post(&mut self, cell: CellNo, no: u64) -> Result<(), String> {
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

    fn open(&mut self, cell: CellNo) -> Result<(), String> {
        let crowd = self.machines[cell].processes.len();
        if crowd > 1 || self.machines[cell].processes.last().is_some_and(|process| !process.paused) {
            return Ok(());
        }
        if self.strikes(Fault::ClockSkewed) {
            let skew_us = self.swarm.skew_us(&mut self.dice);
            self.machines[cell].clock.skew(skew_us);
        }
        match self.machines[cell].open() {
            Ok(found) => self.opened(cell, found),
            Err(NotOpened::Lost(words)) => Err(format!("cell {cell}: {words}")),
            Err(NotOpened::Refused(error)) => {
                self.note(format_args!("cell {cell} is not opened: {error}"));
                self.counters.hit("process.not-opened");
                if self.healed
                    && !matches!(error, cell::CellOpenError::Journal(journal::OpenError::Locked { .. }))
                {
                    return Err(format!("nothing is wrong any more, and cell {cell} is not opened: {error}"));
                }
                let wait_us = self.soon(SECOND_US);
                self.schedule.after(wait_us, Event::Open(cell));
                Ok(())
            }
        }
    }

    fn opened(&mut self, cell: CellNo, found: Vec<Found>) -> Result<(), String> {
        let home = self.machines[cell].home;
        let no = self.machines[cell].processes.last().map_or(0, |process| process.no);
        self.note(format_args!("cell {cell} process {no} is open, {} records found", found.len()));
        for Found { decisions, durable } in found {
            self.counters.hit("race.unknown-was-durable");
            decisions.iter().try_for_each(|decision| self.judge(cell, home, decision))?;
            self.mirror.take(home, &durable.changes)?;
            self.people.learn(&durable.changes);
        }
        self.check_stored(cell)?;
        for event in [Event::Post(cell, no), Event::Carry(cell, no)] {
            let wait_us = self.soon(10_000);
            self.schedule.after(wait_us, event);
        }
        self.look_again(cell, no);
        Ok(())
    }

    fn wake(&mut self, cell: CellNo, no: u64) {
        let Some(process) = self.machines[cell].process(no) else { return };
        process.paused = false;
        process.look_at_us = None;
        let (sealed, others) = (process.sealed.len(), self.machines[cell].processes.len() > 1);
        self.note(format_args!("cell {cell} process {no} goes on"));
        if others {
            self.counters.hit("race.old-owner-woke");
        }
        let events = [Event::Decide(cell, no), Event::Post(cell, no), Event::Carry(cell, no)];
        let commits = (0..sealed).map(|_| Event::Commit(cell, no));
        for event in commits.chain(events).collect::<Vec<_>>() {
            let wait_us = self.soon(3_000);
            self.schedule.after(wait_us, event);
        }
        self.look_again(cell, no);
    }

    fn weather(&mut self) {
        if self.healed {
            return;
        }
        let now_us = self.schedule.now_us();
        self.network.weather(now_us, &self.swarm, &mut self.counters);
        let cell = self.dice.index(self.machines.len());
        let by_us = self.swarm.skew_us(&mut self.dice).abs();
        if self.strikes(Fault::ClockJumpsAhead) {
            self.machines[cell].clock.jump(by_us);
        }
        if self.strikes(Fault::ClockJumpsBack) {
            self.machines[cell].clock.jump(-by_us);
        }
        if self.strikes(Fault::ClockFrozen) {
            self.machines[cell].clock.freeze();
        } else if self.dice.chance(100) {
            self.machines[cell].clock.thaw();
        }
        let wait_us = self.dice.magnitude(SECOND_US, 10 * MINUTE_US);
        self.schedule.after(wait_us, Event::Weather);
    }

    /// Nothing goes wrong any more: what is broken is started again.
    fn heal(&mut self) {
        self.note(format_args!("healed"));
        self.healed = true;
        self.swarm.heal();
        self.network.heal();
        for cell in 0..self.machines.len() {
            let machine = &mut self.machines[cell];
            machine.disk.set_swarm(&self.swarm);
            machine.store.set_swarm(&self.swarm);
            machine.clock.heal();
            let paused: Vec<u64> =
                machine.processes.iter().filter(|one| one.paused).map(|one| one.no).collect();
            for no in paused {
                self.wake(cell, no);
            }
            for event in [Event::Open(cell), Event::Open(cell)] {
                let wait_us = self.soon(SECOND_US);
                self.schedule.after(wait_us, event);
            }
        }
    }
}
