//! What goes wrong with machines in a run, and how it ends: crashes, power losses, processes that stop and wake as old
//! owners, clocks, links; and the moment from which nothing goes wrong any more.

use crate::faults::Fault;
use crate::machine::{Found, NotOpened};
use crate::network::CellNo;
use crate::world::{Event, World};
use base::{MINUTE_US, PartyId, SECOND_US};
use engine::Row;

/// Orders that an old owner is asked for when it wakes, at most.
const ASKED_MOST: usize = 6;

impl World {
    /// Whether a process is gone or stopped, or is struck right now. A stopped one goes on where it was.
    pub(crate) fn stumbles(&mut self, cell: CellNo, no: u64) -> bool {
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

    pub(crate) fn crash(&mut self, cell: CellNo, power_loss: bool) {
        self.note(format_args!("cell {cell} crashes{}", if power_loss { ", the power is gone" } else { "" }));
        self.machines[cell].crash(power_loss);
        if self.strikes(Fault::FolderCopied) {
            self.copied = self.machines[cell].copy_opens();
        }
        let outage_us = self.swarm.outage_us(&mut self.dice).min(10 * MINUTE_US);
        self.schedule.after(outage_us, Event::Open(cell));
    }

    pub(crate) fn open(&mut self, cell: CellNo) -> Result<(), String> {
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

    pub(crate) fn opened(&mut self, cell: CellNo, found: Vec<Found>) -> Result<(), String> {
        let home = self.machines[cell].home;
        let no = self.machines[cell].processes.last().map_or(0, |process| process.no);
        self.note(format_args!("cell {cell} process {no} is open, {} records found", found.len()));
        for Found { decisions, durable } in found {
            self.counters.hit("race.unknown-was-durable");
            decisions.iter().try_for_each(|decision| self.judge(cell, home, decision))?;
            self.model.check_changes(&durable.changes).map_err(|error| error.to_string())?;
            self.mirror.take(home, &durable.changes)?;
            self.people.learn(&durable.changes);
            self.watch(&durable.changes)?;
        }
        self.check_stored(cell)?;
        for event in [Event::Post(cell, no), Event::Carry(cell, no)] {
            let wait_us = self.soon(10_000);
            self.schedule.after(wait_us, event);
        }
        self.look_again(cell, no);
        Ok(())
    }

    pub(crate) fn wake(&mut self, cell: CellNo, no: u64) {
        let Some(process) = self.machines[cell].process(no) else { return };
        process.paused = false;
        process.look_at_us = None;
        let (sealed, others) = (process.sealed.len(), self.machines[cell].processes.len() > 1);
        self.note(format_args!("cell {cell} process {no} goes on"));
        if others {
            self.counters.hit("race.old-owner-woke");
            self.ask_old_owner(cell);
        }
        let events = [Event::Decide(cell, no), Event::Post(cell, no), Event::Carry(cell, no)];
        let commits = (0..sealed).map(|_| Event::Commit(cell, no));
        for event in commits.chain(events).collect::<Vec<_>>() {
            let wait_us = self.soon(3_000);
            self.schedule.after(wait_us, event);
        }
        self.look_again(cell, no);
    }

    /// Programs whose connections have outlived the old owner's sleep ask how their orders stand.
    fn ask_old_owner(&mut self, cell: CellNo) {
        let home = self.machines[cell].home;
        let here = self.mirror.rows().filter_map(|row| match row {
            Row::Order(order) if home.contains(order.slot) => Some(order),
            _ => None,
        });
        // The latest first: they are most likely to have changed while it slept.
        let mut here: Vec<(i64, PartyId, String)> =
            here.map(|order| (order.opened_at_us, order.seller, order.out_trade_no.to_string())).collect();
        here.sort();
        for (_, seller, out_trade_no) in here.into_iter().rev().take(ASKED_MOST) {
            let Some(merchant) = self.people.merchant(seller) else { continue };
            self.call(merchant, "alipay.trade.query", &serde_json::json!({ "out_trade_no": out_trade_no }));
        }
    }

    pub(crate) fn weather(&mut self) {
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
    pub(crate) fn heal(&mut self) {
        self.note(format_args!("healed"));
        self.healed = true;
        self.bank.healed = true;
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
