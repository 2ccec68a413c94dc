//! Which faults there are, and how often each strikes in a run. Per seed each fault is off, normal or ten times as
//! frequent ("swarm"): a run with every fault on at once reaches few states, a run with three of them reaches far
//! ones.

use crate::counters::Counters;
use crate::dice::Dice;
use base::{DAY_US, HOUR_US, MINUTE_US, SECOND_US};
use std::fmt;

macro_rules! faults {
    ($($(#[doc = $doc:literal])* $fault:ident = $name:literal, $normal_ppm:literal, $most_ppm:literal;)*) => {
        /// A fault that the world can strike with.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Fault { $($(#[doc = $doc])* $fault,)* }

        impl Fault {
            /// All of them.
            pub const ALL: [Fault; FAULTS] = [$(Fault::$fault,)*];

            /// Its name in reports.
            pub const fn name(self) -> &'static str { match self { $(Fault::$fault => $name,)* } }

            /// The name of its counter.
            pub const fn counter(self) -> &'static str {
                match self { $(Fault::$fault => concat!("fault.", $name),)* }
            }

            /// How often it strikes when it is normal, per million occasions, and how often at most.
            const fn rates_ppm(self) -> (u32, u32) {
                match self { $(Fault::$fault => ($normal_ppm, $most_ppm),)* }
            }
        }

        /// How many faults there are.
        const FAULTS: usize = [$($name,)*].len();
    };
}

faults! {
    // Fault = name in reports, strikes in a million occasions, at most so many when tenfold;

    /// A write to a file fails and nothing of it is done. Occasion: a write.
    WriteFails = "write-fails", 1_000, 100_000;
    /// A write fails after a part of it. Occasion: a write.
    WriteTorn = "write-torn", 1_000, 100_000;
    /// The disk is full from here on, for a number of changes. Occasion: a write.
    DiskFull = "disk-full", 200, 10_000;
    /// A read from a file fails. Occasion: a read.
    ReadFails = "read-fails", 30, 300;
    /// A sync fails, and some or all of what was to be made durable is lost at the next power loss. Occasion: a sync.
    SyncLoses = "sync-loses", 2_000, 100_000;
    /// A sync reports a failure though everything is durable. Occasion: a sync.
    SyncKeeps = "sync-keeps", 2_000, 100_000;
    /// A file cannot be made, renamed, removed or given a length. Occasion: such a change.
    NameFails = "name-fails", 2_000, 100_000;
    /// A folder's sync fails; changes of names may be lost at the next power loss. Occasion: such a sync.
    FolderSyncFails = "folder-sync-fails", 4_000, 100_000;
    /// The journal takes its time, up to [`Swarm::stall_us`]. Occasion: an append.
    AppendStalls = "append-stalls", 5_000, 50_000;

    /// The store takes posts late. Occasion: a post.
    StoreLags = "store-lags", 100_000, 900_000;
    /// The store refuses a post, and some more after it. Occasion: a post.
    StoreRefuses = "store-refuses", 5_000, 50_000;
    /// The store loses posts that it had taken, the last ones first. Occasion: a power loss.
    StoreLosesTail = "store-loses-tail", 500_000, 1_000_000;
    /// A read from the store fails. Occasion: a read.
    StoreReadFails = "store-read-fails", 50, 500;

    /// A node is killed. Occasion: a step of a node.
    Crash = "crash", 500, 10_000;
    /// The machine of a killed node lost power, so that what was not durable is gone. Occasion: a kill.
    PowerLoss = "power-loss", 500_000, 1_000_000;
    /// A node stops, and wakes later without knowing. Occasion: a step of a node.
    Pause = "pause", 300, 5_000;
    /// A second owner opens the folder while the first is alive. Occasion: a pause or a kill.
    TwoOwners = "two-owners", 200_000, 900_000;
    /// The data folder is copied and opened beside the first. Occasion: a kill.
    FolderCopied = "folder-copied", 20_000, 200_000;

    /// A message between cells is lost. Occasion: a message.
    MessageLost = "message-lost", 30_000, 300_000;
    /// A message arrives twice or more. Occasion: a message.
    MessageDoubled = "message-doubled", 50_000, 500_000;
    /// A message is late by up to seven days. Occasion: a message.
    MessageDelayed = "message-delayed", 20_000, 200_000;
    /// A message is overtaken by later ones. Occasion: a message.
    MessageReordered = "message-reordered", 50_000, 500_000;
    /// A link holds everything back for a while. Occasion: a change of weather.
    LinkClogged = "link-clogged", 20_000, 200_000;
    /// Two cells do not hear each other for a while. Occasion: a change of weather.
    LinkCut = "link-cut", 20_000, 200_000;
    /// One cell does not hear another, which hears it. Occasion: a change of weather.
    LinkCutOneWay = "link-cut-one-way", 20_000, 200_000;

    /// A node's clock is wrong by up to three days. Occasion: the start of a node.
    ClockSkewed = "clock-skewed", 300_000, 1_000_000;
    /// A node's clock jumps ahead. Occasion: a change of weather.
    ClockJumpsAhead = "clock-jumps-ahead", 20_000, 200_000;
    /// A node's clock jumps back. Occasion: a change of weather.
    ClockJumpsBack = "clock-jumps-back", 20_000, 200_000;
    /// A node's clock stands still for a while. Occasion: a change of weather.
    ClockFrozen = "clock-frozen", 10_000, 100_000;

    /// A merchant takes a notification and never answers. Occasion: a notification.
    NotifyHangs = "notify-hangs", 30_000, 300_000;
    /// A merchant answers with the status 500. Occasion: a notification.
    NotifyError = "notify-error", 30_000, 300_000;
    /// A merchant answers with a body that is not `success`. Occasion: a notification.
    NotifyWrongBody = "notify-wrong-body", 30_000, 300_000;
    /// A merchant fails some times before it takes a notification. Occasion: a notification.
    NotifyLateSuccess = "notify-late-success", 30_000, 300_000;
    /// A merchant's server cannot be reached. Occasion: a notification.
    NotifyRefused = "notify-refused", 30_000, 300_000;
    /// A merchant's server answers with a redirect. Occasion: a notification.
    NotifyRedirect = "notify-redirect", 30_000, 300_000;
    /// A merchant took a notification, but its answer is lost. Occasion: a notification.
    NotifyAnswerLost = "notify-answer-lost", 30_000, 300_000;

    /// A request is lost on its way to the cell. Occasion: a request.
    RequestLost = "request-lost", 20_000, 200_000;
    /// A request takes effect, but its answer is lost. Occasion: a request.
    AnswerLost = "answer-lost", 30_000, 300_000;
    /// A caller goes away before the answer comes. Occasion: a request.
    CallerGivesUp = "caller-gives-up", 30_000, 300_000;
}

impl Fault {
    /// What a merchant's server can do with a notification.
    pub const OF_NOTIFY: [Fault; 7] = [
        Fault::NotifyHangs,
        Fault::NotifyError,
        Fault::NotifyWrongBody,
        Fault::NotifyLateSuccess,
        Fault::NotifyRefused,
        Fault::NotifyRedirect,
        Fault::NotifyAnswerLost,
    ];
    /// What can happen to a request.
    pub const OF_REQUEST: [Fault; 3] = [Fault::RequestLost, Fault::AnswerLost, Fault::CallerGivesUp];
}

/// How often a fault strikes in one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Never.
    Off,
    /// As often as it is entered.
    Normal,
    /// Ten times as often.
    Tenfold,
    /// Every time: for one scenario, never drawn.
    Always,
}

/// The faults of one run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Swarm {
    levels: [Level; FAULTS],
    stall_most_us: i64,
    delay_most_us: i64,
    outage_most_us: i64,
    skew_most_us: i64,
}

/// One seed in so many has no fault at all: what is wrong without faults is found there, and easily read.
const CALM_ONE_IN: u64 = 16;

/// How many swarms in a thousand have a theme.
const THEMES_PERMILLE: u32 = 400;

/// Faults that do harm together only, and that chance would seldom bring together as hot as that. A theme is laid over
/// what was drawn.
const THEMES: [&[(Fault, Level)]; 6] = [
    // A sync fails and the process goes on; much later the power goes.
    &[
        (Fault::SyncLoses, Level::Tenfold),
        (Fault::SyncKeeps, Level::Normal),
        (Fault::Crash, Level::Tenfold),
        (Fault::PowerLoss, Level::Normal),
        (Fault::FolderSyncFails, Level::Normal),
    ],
    // Owners that wake, and find that others have gone on.
    &[
        (Fault::Pause, Level::Tenfold),
        (Fault::TwoOwners, Level::Tenfold),
        (Fault::Crash, Level::Off),
        (Fault::StoreLags, Level::Normal),
    ],
    // Tables far behind the journal, and processes that start from them.
    &[
        (Fault::StoreLags, Level::Tenfold),
        (Fault::StoreLosesTail, Level::Tenfold),
        (Fault::Crash, Level::Tenfold),
        (Fault::PowerLoss, Level::Tenfold),
    ],
    // Messages that are long under way, so that much meets them.
    &[
        (Fault::MessageDelayed, Level::Tenfold),
        (Fault::MessageReordered, Level::Tenfold),
        (Fault::MessageDoubled, Level::Tenfold),
        (Fault::LinkClogged, Level::Tenfold),
    ],
    // Time that makes leaps.
    &[
        (Fault::ClockJumpsAhead, Level::Tenfold),
        (Fault::ClockJumpsBack, Level::Tenfold),
        (Fault::ClockSkewed, Level::Tenfold),
        (Fault::StoreLags, Level::Tenfold),
    ],
    // Merchants who do not answer.
    &[
        (Fault::NotifyHangs, Level::Tenfold),
        (Fault::NotifyError, Level::Tenfold),
        (Fault::NotifyWrongBody, Level::Tenfold),
        (Fault::NotifyAnswerLost, Level::Tenfold),
        (Fault::CallerGivesUp, Level::Tenfold),
    ],
];

impl Swarm {
    /// Draws the faults of a seed.
    pub fn draw(dice: &Dice) -> Swarm {
        let mut swarm = Swarm::calm();
        let mut dice = dice.fork("swarm");
        if dice.below(CALM_ONE_IN) == 0 {
            return swarm;
        }
        let choices = [(5, Level::Off), (4, Level::Normal), (2, Level::Tenfold)];
        for fault in Fault::ALL {
            // Dice of its own for each fault, so that a new one changes no other.
            swarm.levels[fault as usize] = *dice.fork(fault.name()).weighted(&choices);
        }
        if dice.chance(THEMES_PERMILLE) {
            for (fault, level) in *dice.pick(&THEMES) {
                swarm.levels[*fault as usize] = *level;
            }
        }
        swarm.stall_most_us = dice.magnitude(MINUTE_US / 1_000, MINUTE_US);
        swarm.delay_most_us = dice.magnitude(SECOND_US, 7 * DAY_US);
        swarm.outage_most_us = dice.magnitude(SECOND_US, 6 * HOUR_US);
        swarm.skew_most_us = dice.magnitude(SECOND_US, 3 * DAY_US);
        swarm
    }

    /// No fault ever strikes.
    pub fn calm() -> Swarm {
        Swarm {
            levels: [Level::Off; FAULTS],
            stall_most_us: MINUTE_US,
            delay_most_us: 7 * DAY_US,
            outage_most_us: 6 * HOUR_US,
            skew_most_us: 3 * DAY_US,
        }
    }

    /// The same with one fault at this level.
    pub fn with(mut self, fault: Fault, level: Level) -> Swarm {
        self.levels[fault as usize] = level;
        self
    }

    /// Switches every fault off: the healed phase begins.
    pub fn heal(&mut self) {
        self.levels = [Level::Off; FAULTS];
    }

    /// How often the fault strikes.
    pub fn level(&self, fault: Fault) -> Level {
        self.levels[fault as usize]
    }

    /// How often it strikes, per million occasions.
    pub fn rate_ppm(&self, fault: Fault) -> u32 {
        let (normal_ppm, most_ppm) = fault.rates_ppm();
        match self.level(fault) {
            Level::Off => 0,
            Level::Normal => normal_ppm,
            Level::Tenfold => (normal_ppm * 10).min(most_ppm),
            Level::Always => 1_000_000,
        }
    }

    /// An occasion for the fault: whether it strikes. A strike is counted.
    pub fn strikes(&self, fault: Fault, dice: &mut Dice, counters: &mut Counters) -> bool {
        // Always one throw, so that a healed run keeps the order of its other throws.
        let struck = dice.chance_ppm(self.rate_ppm(fault));
        if struck {
            counters.hit(fault.counter());
        }
        struck
    }

    /// An occasion for several faults of which one at most strikes; the order is random.
    pub fn strike_of(&self, faults: &[Fault], dice: &mut Dice, counters: &mut Counters) -> Option<Fault> {
        let first = dice.index(faults.len());
        let turned = faults[first..].iter().chain(&faults[..first]);
        turned.copied().find(|fault| self.strikes(*fault, dice, counters))
    }

    /// How long the journal stalls: up to a minute.
    pub fn stall_us(&self, dice: &mut Dice) -> i64 {
        dice.magnitude(1_000, self.stall_most_us)
    }

    /// How late a delayed message is: up to seven days.
    pub fn delay_us(&self, dice: &mut Dice) -> i64 {
        dice.magnitude(1_000, self.delay_most_us)
    }

    /// How long something is out of order: a link, a paused node, a frozen clock, a late store. Up to six hours.
    pub fn outage_us(&self, dice: &mut Dice) -> i64 {
        dice.magnitude(1_000, self.outage_most_us)
    }

    /// How far a clock is set ahead (positive) or back (negative): up to three days.
    pub fn skew_us(&self, dice: &mut Dice) -> i64 {
        let size_us = dice.magnitude(1_000, self.skew_most_us);
        if dice.chance(500) { size_us } else { -size_us }
    }
}

/// The faults that can strike, each with its level.
impl fmt::Display for Swarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for fault in Fault::ALL {
            let mark = match self.level(fault) {
                Level::Off => continue,
                Level::Normal => "",
                Level::Tenfold => "×10",
                Level::Always => "!",
            };
            write!(f, "{between}{}{mark}", fault.name())?;
            between = " ";
        }
        if between.is_empty() { f.write_str("no faults") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_is_off_normal_and_tenfold_in_some_seed() {
        let swarms: Vec<Swarm> = (0..200).map(|seed| Swarm::draw(&Dice::new(seed))).collect();
        for fault in Fault::ALL {
            for level in [Level::Off, Level::Normal, Level::Tenfold] {
                assert!(swarms.iter().any(|swarm| swarm.level(fault) == level), "{fault:?} {level:?}");
            }
        }
        let calm = swarms.iter().filter(|swarm| swarm.to_string() == "no faults").count();
        assert!((3..30).contains(&calm), "{calm} of 200 seeds are calm");
        assert_eq!(swarms[9], Swarm::draw(&Dice::new(9)));
    }

    #[test]
    fn each_theme_is_laid_over_some_swarms() {
        let swarms: Vec<Swarm> = (0..200).map(|seed| Swarm::draw(&Dice::new(seed))).collect();
        for theme in THEMES {
            let has = |swarm: &&Swarm| theme.iter().all(|(fault, level)| swarm.level(*fault) == *level);
            assert!(swarms.iter().filter(has).count() > 3, "{theme:?}");
        }
    }

    #[test]
    fn names_are_unique_and_rates_are_bounded() {
        let names: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            let (normal_ppm, most_ppm) = fault.rates_ppm();
            assert!(0 < normal_ppm && normal_ppm <= most_ppm && most_ppm <= 1_000_000, "{fault:?}");
            let tenfold = Swarm::calm().with(fault, Level::Tenfold).rate_ppm(fault);
            assert!(normal_ppm < tenfold && tenfold <= most_ppm, "{fault:?} has more when tenfold");
        }
    }

    #[test]
    fn a_strike_is_counted_and_healing_ends_it() {
        let (mut dice, mut counters) = (Dice::new(1), Counters::new());
        let mut swarm = Swarm::calm().with(Fault::Crash, Level::Always);
        assert_eq!(swarm.to_string(), "crash!");
        assert!(swarm.strikes(Fault::Crash, &mut dice, &mut counters));
        assert!(!swarm.strikes(Fault::Pause, &mut dice, &mut counters));
        assert_eq!((counters.count("fault.crash"), counters.count("fault.pause")), (1, 0));
        swarm.heal();
        assert!(!swarm.strikes(Fault::Crash, &mut dice, &mut counters));
    }

    #[test]
    fn one_of_several_strikes_at_most() {
        let (mut dice, mut counters) = (Dice::new(1), Counters::new());
        let swarm =
            Fault::OF_NOTIFY.into_iter().fold(Swarm::calm(), |swarm, fault| swarm.with(fault, Level::Always));
        let struck: Vec<Fault> =
            (0..100).filter_map(|_| swarm.strike_of(&Fault::OF_NOTIFY, &mut dice, &mut counters)).collect();
        assert_eq!(counters.iter().map(|(_, count)| count).sum::<u64>(), 100);
        assert!(Fault::OF_NOTIFY.iter().all(|fault| struck.contains(fault)), "each has its turn");
        assert_eq!(Swarm::calm().strike_of(&Fault::OF_REQUEST, &mut dice, &mut counters), None);
    }

    #[test]
    fn sizes_stay_within_their_bounds() {
        for seed in 0..100 {
            let mut dice = Dice::new(seed);
            let swarm = Swarm::draw(&dice);
            assert!((1..=MINUTE_US).contains(&swarm.stall_us(&mut dice)));
            assert!((1..=7 * DAY_US).contains(&swarm.delay_us(&mut dice)));
            assert!((1..=6 * HOUR_US).contains(&swarm.outage_us(&mut dice)));
            assert!(swarm.skew_us(&mut dice).abs() <= 3 * DAY_US);
        }
    }
}
