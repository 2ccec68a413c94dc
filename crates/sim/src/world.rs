//! One run: machines, a network between them, a town that uses them, and faults; first with everything that can go
//! wrong, then healed, until everything has ended that must end.
//!
//! Every durable decision goes to the model, every durable row to the mirror, every answer to who asked. The first
//! thing that does not fit ends the run. `serving` is what cells do, `mishaps` what goes wrong, `ending` what is
//! checked in the end.

use crate::bank::Bank;
use crate::counters::Counters;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use crate::invariants::Mirror;
use crate::machine::Machine;
use crate::model::Model;
use crate::network::{CellNo, Network};
use crate::plan::{Step, Town};
use crate::schedule::Schedule;
use crate::town::People;
use crate::trace::{Trace, TraceHash};
use base::{MINUTE_US, SECOND_US, Slot, SlotSet};
use cell::Promise;
use engine::{Acknowledge, Command, Origin, Parcel, Reply};
use std::collections::BTreeMap;

/// 2026-02-27 12:00 in China: a month's end is near.
pub(crate) const BEGINNING_US: i64 = 1_772_164_800_000_000;
/// Events after which a run is taken to go on for ever.
const EVENTS_MAX: u64 = 60_000;
/// Turns of the loop after which a run is taken to go on for ever, whatever is noted of them: a process that looks for
/// work again and again, and finds nothing it can do, notes nothing. The longest of 40,000 honest runs has 98,000, and
/// each run over many seeds prints its own; this is ten times as much.
const TURNS_MAX: u64 = 1_000_000;

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
    /// Turns of the loop, of which most note nothing.
    pub turns: u64,
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
    pub(crate) network: Network,
    pub(crate) model: Model,
    pub(crate) mirror: Mirror,
    pub(crate) people: People,
    pub(crate) bank: Bank,
    pub(crate) trace: Trace,
    pub(crate) counters: Counters,
    plan: Vec<Step>,
    pub(crate) healed: bool,
    /// What is wrong with a copied folder.
    pub(crate) copied: Result<(), String>,
    pub(crate) decisions: u64,
    pub(crate) settled: u64,
    /// Commands whose chains have left their cell, by their origin: who is to hear the answer from elsewhere.
    pub(crate) awaited: BTreeMap<(Slot, u64), Command>,
    /// Turns of the loop so far, and at most.
    turns: u64,
    turns_max: u64,
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
    for (name, count) in world.model.seen().iter().filter(|(_, count)| **count > 0) {
        world.counters.add(&format!("model.{name}"), *count);
    }
    Outcome {
        hash: world.trace.hash(),
        events: world.trace.events(),
        turns: world.turns,
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
            bank: Bank::new(&dice),
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
            copied: Ok(()),
            decisions: 0,
            settled: 0,
            awaited: BTreeMap::new(),
            turns: 0,
            turns_max: TURNS_MAX,
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
            self.turns += 1;
            if self.turns > self.turns_max {
                let most = self.turns_max;
                return Err(format!(
                    "after {most} turns there is no end, though hardly anything happens: {event:?} comes next"
                ));
            }
            for machine in &self.machines {
                machine.clock.tick(at_us);
            }
            self.people.tick(at_us);
            self.happen(event)?;
            self.copied.clone()?;
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
            Event::Arrive(from, to, wire) => self.hear(from, to, *wire)?,
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

    pub(crate) fn soon(&mut self, most_us: i64) -> i64 {
        self.dice.range(10, most_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    /// As with a process that looks for work for ever and finds none it can do.
    #[test]
    fn a_run_of_turns_that_note_nothing_ends_and_says_so() {
        let dice = Dice::new(3);
        let town = Town::draw(&dice);
        let mut world = World::new(3, &town, Swarm::calm(), plan::draw(&dice, &town), 0);
        world.turns_max = 200;
        let told = world.live(&town).expect_err("two hundred turns are not enough");
        assert!(told.contains("after 200 turns there is no end, though hardly anything happens"), "{told}");
        assert_eq!(world.turns, 201);
    }
}
