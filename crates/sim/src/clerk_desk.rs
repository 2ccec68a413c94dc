//! The clerk of a process: reads what is due and has it run, by the product's own [`clerk::Rounds`]. Its memory goes
//! with the process.

use crate::caller::lock;
use cell::{NotDecided, Promise};
use clerk::{Options, Rounds, look};
use engine::{Command, RunTimer};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Reader, StoreError};

/// How often the wall clock is looked at while something is due some time later: seldom, because each look is an event.
pub(crate) const TICK: Duration = Duration::from_secs(600);

type Answers = Vec<(base::TimerNo, Result<(), NotDecided>)>;

/// The clerk of one process.
pub struct ClerkDesk {
    rounds: Rounds,
    answers: Arc<Mutex<Answers>>,
}

impl fmt::Debug for ClerkDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClerkDesk")
    }
}

impl Default for ClerkDesk {
    fn default() -> ClerkDesk {
        ClerkDesk::new()
    }
}

/// The true time as the rounds count it.
pub(crate) fn moment(true_us: i64) -> Duration {
    Duration::from_micros(true_us.max(0).unsigned_abs())
}

/// A moment of the rounds as true time.
pub(crate) fn true_us(at: Duration) -> i64 {
    i64::try_from(at.as_micros()).unwrap_or(i64::MAX)
}

impl ClerkDesk {
    /// A clerk that has just begun.
    pub fn new() -> ClerkDesk {
        ClerkDesk { rounds: Rounds::new(Options::default(), TICK), answers: Arc::default() }
    }

    /// The tables of its process have more than before.
    pub fn posted(&mut self) {
        self.rounds.posted();
    }

    /// Whether something it submitted was answered.
    pub fn has_news(&self) -> bool {
        !lock(&self.answers).is_empty()
    }

    /// When to call [`ClerkDesk::step`] next (true time), if nothing happens before. `true_us` is now, `wall_us` what
    /// the process's clock shows.
    pub fn wake_at_us(&self, true_us: i64, wall_us: i64) -> Option<i64> {
        self.rounds.wake_at(moment(true_us), wall_us).map(self::true_us)
    }

    /// Takes the answers and, when it is time, reads what is due: the commands to put into the process's queue, each
    /// with the promise to answer it.
    pub fn step(
        &mut self,
        true_us: i64,
        wall_us: i64,
        open: impl FnOnce() -> Result<Box<dyn Reader>, StoreError>,
    ) -> Vec<(Command, Promise)> {
        let at = moment(true_us);
        for (timer, answer) in std::mem::take(&mut *lock(&self.answers)) {
            self.rounds.answered(timer, answer, at);
        }
        if !self.rounds.is_due(at, wall_us) {
            return Vec::new();
        }
        let seen = open().and_then(|mut reader| look(reader.as_mut(), wall_us, self.rounds.limit()));
        let Ok(seen) = seen else {
            self.rounds.failed(at);
            return Vec::new();
        };
        let timers = self.rounds.take(&seen, at, at);
        timers
            .into_iter()
            .map(|command| (Command::RunTimer(command.clone()), self.promise(&command)))
            .collect()
    }

    fn promise(&self, command: &RunTimer) -> Promise {
        let (answers, timer) = (self.answers.clone(), command.timer);
        Promise::new(move |answer| lock(&answers).push((timer, answer.map(drop))))
    }
}
