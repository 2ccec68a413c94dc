//! What becomes of a message between cells: when it arrives, how often, or not at all.
//!
//! The network keeps no message. It says at sending when each copy arrives, and the world enters that into its
//! schedule; on arrival the link is asked once more, because it may have been cut meanwhile.

use crate::counters::Counters;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use base::SECOND_US;
use std::collections::BTreeMap;

/// What a message takes at least, microseconds.
const LATENCY_LEAST_US: i64 = 100;
/// What it takes at most when nothing is wrong, microseconds.
const LATENCY_MOST_US: i64 = 5_000;
/// Copies of a message at most, with the first.
const COPIES_MOST: i64 = 4;

/// The number of a cell.
pub type CellNo = usize;

/// The links between cells. Each direction is a link of its own.
#[derive(Debug)]
pub struct Network {
    cells: usize,
    dice: Dice,
    links: BTreeMap<(CellNo, CellNo), Link>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Link {
    /// Until then everything is lost.
    cut_until_us: i64,
    /// Until then everything waits.
    clogged_until_us: i64,
    /// When the message sent last arrives: later ones come after it unless they are reordered.
    last_us: i64,
}

impl Network {
    /// A network between so many cells in which nothing is wrong yet.
    pub fn new(cells: usize, dice: &Dice) -> Network {
        Network { cells, dice: dice.fork("network"), links: BTreeMap::new() }
    }

    /// A message is sent now (true time, microseconds): when its copies arrive, none if it is lost.
    pub fn send(
        &mut self,
        now_us: i64,
        from: CellNo,
        to: CellNo,
        swarm: &Swarm,
        counters: &mut Counters,
    ) -> Vec<i64> {
        let Network { dice, links, .. } = self;
        let link = links.entry((from, to)).or_default();
        if now_us < link.cut_until_us {
            counters.hit("network.sent-into-cut");
            return Vec::new();
        }
        if swarm.strikes(Fault::MessageLost, dice, counters) {
            return Vec::new();
        }
        let doubled = swarm.strikes(Fault::MessageDoubled, dice, counters);
        let copies = if doubled { dice.range(2, COPIES_MOST) } else { 1 };
        (0..copies).map(|_| link.arrival_us(now_us, dice, swarm, counters)).collect()
    }

    /// Whether what arrives now gets through. A link that was cut while a message was under way loses it.
    pub fn arrives(&self, now_us: i64, from: CellNo, to: CellNo, counters: &mut Counters) -> bool {
        let cut = self.links.get(&(from, to)).is_some_and(|link| now_us < link.cut_until_us);
        if cut {
            counters.hit("network.arrived-into-cut");
        }
        !cut
    }

    /// The weather changes: links may be cut or clogged for a while. The world calls it now and then.
    pub fn weather(&mut self, now_us: i64, swarm: &Swarm, counters: &mut Counters) {
        if self.cells < 2 {
            return;
        }
        let (from, to) = self.two_cells();
        let until_us = now_us + swarm.outage_us(&mut self.dice);
        if swarm.strikes(Fault::LinkCut, &mut self.dice, counters) {
            self.link(from, to).cut_until_us = until_us;
            self.link(to, from).cut_until_us = until_us;
        }
        if swarm.strikes(Fault::LinkCutOneWay, &mut self.dice, counters) {
            self.link(from, to).cut_until_us = until_us;
        }
        if swarm.strikes(Fault::LinkClogged, &mut self.dice, counters) {
            self.link(from, to).clogged_until_us = until_us;
        }
    }

    /// Ends all cuts and clogs. What is under way arrives when it was to.
    pub fn heal(&mut self) {
        self.links.clear();
    }

    fn link(&mut self, from: CellNo, to: CellNo) -> &mut Link {
        self.links.entry((from, to)).or_default()
    }

    fn two_cells(&mut self) -> (CellNo, CellNo) {
        let from = self.dice.index(self.cells);
        let step = 1 + self.dice.index(self.cells - 1);
        (from, (from + step) % self.cells)
    }
}

impl Link {
    fn arrival_us(&mut self, now_us: i64, dice: &mut Dice, swarm: &Swarm, counters: &mut Counters) -> i64 {
        let free_us = now_us.max(self.clogged_until_us) + dice.range(LATENCY_LEAST_US, LATENCY_MOST_US);
        if swarm.strikes(Fault::MessageDelayed, dice, counters) {
            return free_us + swarm.delay_us(dice);
        }
        if swarm.strikes(Fault::MessageReordered, dice, counters) {
            return free_us + dice.range(0, SECOND_US);
        }
        self.last_us = free_us.max(self.last_us + 1);
        self.last_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Level;

    fn network() -> (Network, Counters) {
        (Network::new(3, &Dice::new(5)), Counters::new())
    }

    #[test]
    fn without_faults_everything_arrives_once_and_in_order() {
        let (mut network, mut counters) = network();
        let mut last_us = 0;
        for step in 0..1_000 {
            let arrivals = network.send(step, 0, 1, &Swarm::calm(), &mut counters);
            assert_eq!(arrivals.len(), 1);
            assert!(arrivals[0] > last_us.max(step));
            last_us = arrivals[0];
        }
        assert!(last_us < 1_000 + 2 * LATENCY_MOST_US, "{last_us}");
        assert_eq!(counters, Counters::new());
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let (mut network, mut counters) = network();
        let only = |fault| Swarm::calm().with(fault, Level::Always);
        assert!(network.send(0, 0, 1, &only(Fault::MessageLost), &mut counters).is_empty());
        let copies = network.send(0, 0, 1, &only(Fault::MessageDoubled), &mut counters).len();
        assert!((2..=4).contains(&copies));
        let late =
            (0..200).map(|_| network.send(0, 0, 1, &only(Fault::MessageDelayed), &mut counters)[0]).max();
        assert!(late > Some(24 * 3600 * SECOND_US), "some are a day late: {late:?}");
        let reordered: Vec<i64> = (0..50)
            .map(|_| network.send(0, 0, 1, &only(Fault::MessageReordered), &mut counters)[0])
            .collect();
        assert!(!reordered.is_sorted());
        assert_eq!(counters.count("fault.message-delayed"), 200);
    }

    #[test]
    fn a_cut_loses_and_a_clog_keeps() {
        let (mut network, mut counters) = network();
        let calm = Swarm::calm();
        network.link(0, 1).cut_until_us = 1_000_000;
        assert!(network.send(999_999, 0, 1, &calm, &mut counters).is_empty());
        assert!(!network.arrives(999_999, 0, 1, &mut counters));
        assert!(network.arrives(1_000_000, 0, 1, &mut counters));
        assert_eq!(network.send(0, 1, 0, &calm, &mut counters).len(), 1, "the other way is open");
        network.link(1, 2).clogged_until_us = 1_000_000;
        let arrivals = network.send(0, 1, 2, &calm, &mut counters);
        assert!(arrivals[0] > 1_000_000, "it waits");
    }

    #[test]
    fn weather_strikes_links_and_healing_frees_them() {
        let (mut network, mut counters) = network();
        let swarm =
            Swarm::calm().with(Fault::LinkCut, Level::Always).with(Fault::LinkCutOneWay, Level::Always);
        let pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];
        for step in 0..200 {
            network.weather(step, &swarm, &mut counters);
        }
        let open = |network: &Network| {
            pairs.iter().filter(|(from, to)| network.arrives(300, *from, *to, &mut Counters::new())).count()
        };
        assert_eq!(open(&network), 0, "in time every link was struck");
        network.heal();
        assert_eq!(open(&network), 6);
        assert!(
            pairs.iter().all(|(from, to)| {
                network.send(300, *from, *to, &Swarm::calm(), &mut counters).len() == 1
            })
        );
    }

    #[test]
    fn one_cell_has_no_links() {
        let mut counters = Counters::new();
        Network::new(1, &Dice::new(5)).weather(0, &Swarm::calm(), &mut counters);
    }
}
