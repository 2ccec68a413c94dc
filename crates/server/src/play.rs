//! Moves the world's clock and plays, in the order of time, everything that falls due on the way.
//!
//! One jump would let everything come at its far end: an order that expires in an hour and one that expires in a year
//! would close together, and a notification would be tried once where its ladder has eight steps. So the clock goes to
//! the next moment at which something is due, is held there until the tables show that nothing due is left, and goes
//! on. What is due is read from the tables, and so is what became of it: the clerk and notify work as they always do,
//! and are only woken.

use crate::happened::{Due, events, look};
use crate::up::Readers;
use crate::world_clock::WorldClock;
use base::MINUTE_US;
use cell::Door;
use portal::{ClockFace, ClockHands, Counts, Journey, Moving, NotMoved, Target};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};
use store::{Reader, StoreError};
use wire::timestamp::format_cn;

/// Events that a journey tells; the rest are counted.
const EVENTS_MAX: usize = 1_000;
/// Due rows of each kind that are looked at in one step: sketch 100,000 rows of 400 bytes, 40 MB. More in one moment
/// are played, but not told.
const DUE_MAX: usize = 100_000;
/// So many steps go to the very next moment. Afterwards nobody is told of single events any more, and a step takes all
/// that falls due within a minute: less than the ladder's shortest wait.
const EXACT_STEPS: u64 = 1_000;
/// A merchant that answers each notification with a new refund would go on for as long as it has money.
const STEPS_MAX: u64 = 100_000;
/// How long nothing may happen while something is due. An attempt has 15 s for the call and 25 s until it is counted.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// Least wait between two looks into the tables.
const PAUSE: Duration = Duration::from_millis(2);

/// Plays what falls due while the clock is moved. One at a time.
pub(crate) struct Player {
    clock: Arc<WorldClock>,
    door: Door,
    readers: Readers,
    turn: Mutex<()>,
    stopping: AtomicBool,
    /// What banks are being asked about: the tables show it as not due any more, but it may still change them.
    banks: Option<channel::Idle>,
}

/// Keeps the clock held, and lets it go however a move ends.
struct Held<'a>(&'a WorldClock);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

/// A move under way.
struct Move<'a> {
    player: &'a Player,
    reader: Box<dyn Reader>,
    target_us: i64,
    steps: u64,
    counts: Counts,
    events: Vec<portal::Event>,
    left_out: u64,
}

impl Player {
    pub(crate) fn new(clock: Arc<WorldClock>, door: Door, readers: Readers) -> Player {
        Player { clock, door, readers, turn: Mutex::new(()), stopping: AtomicBool::new(false), banks: None }
    }

    /// Waits for banks, too.
    pub(crate) fn waits_for(self, banks: Option<channel::Idle>) -> Player {
        Player { banks, ..self }
    }

    /// Ends a move under way as soon as its step allows, and lets none begin.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// As [`Player::stop`], and waits until the move under way has let the clock go: from here on nothing is written
    /// into its file any more. Blocks for as long as one look into the tables takes.
    pub(crate) fn end(&self) {
        self.stop();
        drop(self.turn.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn face_now(&self) -> ClockFace {
        ClockFace::new(self.clock.now_us(), self.clock.real_us(), self.clock.setting().runs())
    }

    /// The right to move the clock, when nobody else has it.
    fn turn(&self) -> Result<MutexGuard<'_, ()>, NotMoved> {
        if !self.clock.can_move() {
            return Err(NotMoved::Fixed);
        }
        let busy = || NotMoved::Busy { at_us: self.clock.now_us() };
        let turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // A move that broke off let the clock go all the same.
            Err(TryLockError::Poisoned(broken)) => PoisonError::into_inner(broken),
        };
        // Asked with the turn in hand, so that whoever waits for the end finds either the turn taken or no move at all.
        if self.is_stopping() { Err(busy()) } else { Ok(turn) }
    }

    fn play(&self, target: Target) -> Result<Journey, NotMoved> {
        let _turn = self.turn()?;
        let reader = (self.readers)().map_err(|error| unreadable(&error))?;
        // Read last: what others saw after it they would see go back.
        let from_us = self.clock.now_us();
        let target_us = match target {
            Target::By(by_us) => from_us.saturating_add(by_us),
            Target::To(at_us) => at_us,
        };
        world::check_move(from_us, target_us, self.clock.real_us())?;
        let (counts, events) = (Counts::default(), Vec::new());
        let mut under_way = Move { player: self, reader, target_us, steps: 0, counts, events, left_out: 0 };
        let held = Held(&self.clock);
        self.hold(from_us)?;
        under_way.go(from_us)?;
        drop(held);
        let Move { steps, counts, events, left_out, .. } = under_way;
        tracing::info!(steps, to = format_cn(target_us), "the world's clock was moved");
        Ok(Journey { from: format_cn(from_us), steps, counts, events, left_out, face: self.face_now() })
    }

    fn hold(&self, at_us: i64) -> Result<(), NotMoved> {
        self.clock
            .hold(at_us)
            .map_err(|error| NotMoved::Failed(format!("the clock cannot be kept: {error:#}")))
    }
}

fn unreadable(error: &StoreError) -> NotMoved {
    NotMoved::Failed(format!("what is due cannot be read: {error}"))
}

impl Move<'_> {
    fn go(&mut self, from_us: i64) -> Result<(), NotMoved> {
        // What was due before belongs to nobody's move.
        self.wait_until_quiet(from_us)?;
        let mut at_us = from_us;
        while let Some(next_us) = self.next_us()? {
            if self.player.is_stopping() {
                return Err(self.stuck(at_us, "the server is stopping".to_owned()));
            }
            if self.steps >= STEPS_MAX {
                return Err(self.stuck(at_us, format!("{STEPS_MAX} moments were played")));
            }
            at_us = at_us.max(next_us);
            if self.steps >= EXACT_STEPS {
                at_us = at_us.saturating_add(MINUTE_US).min(self.target_us);
            }
            // Before the clock is there, because afterwards it may be done already.
            let due = look(self.reader.as_mut(), at_us, DUE_MAX).map_err(|error| unreadable(&error))?;
            self.player.hold(at_us)?;
            self.wait_until_quiet(at_us)?;
            self.tell(&due, at_us)?;
            self.steps += 1;
        }
        self.player.hold(self.target_us)
    }

    /// When the next thing is due on the way.
    fn next_us(&mut self) -> Result<Option<i64>, NotMoved> {
        let target_us = self.target_us;
        let mut read = || -> Result<Option<i64>, StoreError> {
            let timers = self.reader.due_timers(target_us, 1)?;
            let notices = self.reader.due_notices(target_us, 1)?;
            let notices = notices.iter().filter_map(|notice| notice.next_at_us);
            let banks = match &self.player.banks {
                Some(_) => self.reader.due_bank_orders(target_us, 1)?,
                None => Vec::new(),
            };
            let banks = banks.iter().filter_map(|order| order.next_try_at_us);
            Ok(timers.iter().map(|timer| timer.due_at_us).chain(notices).chain(banks).min())
        };
        read().map_err(|error| unreadable(&error))
    }

    /// Waits until the tables have all that was answered and show nothing that is due at `at_us`.
    fn wait_until_quiet(&mut self, at_us: i64) -> Result<(), NotMoved> {
        let (mut least, mut since) = (usize::MAX, Instant::now());
        loop {
            let began = Instant::now();
            // Before what they would change: what ends after this look is seen by the next one.
            let asked = self.player.banks.as_ref().map_or(0, channel::Idle::under_way);
            let settled = self.player.door.is_settled();
            let mut read = || -> Result<(usize, usize, usize), StoreError> {
                let timers = self.reader.due_timers(at_us, DUE_MAX)?.len();
                let notices = self.reader.due_notices(at_us, DUE_MAX)?.len();
                let banks = match &self.player.banks {
                    Some(_) => self.reader.due_bank_orders(at_us, DUE_MAX)?.len(),
                    None => 0,
                };
                Ok((timers, notices, banks))
            };
            let (timers, notices, banks) = read().map_err(|error| unreadable(&error))?;
            let left = timers + notices + banks + asked + usize::from(!settled);
            if left == 0 {
                return Ok(());
            }
            if left < least {
                (least, since) = (left, Instant::now());
            }
            if self.player.is_stopping() {
                return Err(self.stuck(at_us, "the server is stopping".to_owned()));
            }
            if since.elapsed() > STUCK_AFTER {
                let seconds = STUCK_AFTER.as_secs();
                let why = if timers + notices + banks + asked == 0 {
                    format!("for {seconds} s the tables lagged behind what is decided; is there much load?")
                } else {
                    format!(
                        "for {seconds} s {timers} timers, {notices} notifications and {} bank orders stayed due",
                        banks.max(asked)
                    )
                };
                return Err(self.stuck(at_us, why));
            }
            // Looking costs a fifth of a core at most.
            std::thread::sleep(PAUSE.max(began.elapsed() * 4));
        }
    }

    fn stuck(&self, at_us: i64, why: String) -> NotMoved {
        NotMoved::Stuck { at_us, target_us: self.target_us, why }
    }

    fn tell(&mut self, due: &[Due], until_us: i64) -> Result<(), NotMoved> {
        let told = events(due, until_us, self.reader.as_mut(), &mut self.counts);
        for event in told.map_err(|error| unreadable(&error))? {
            if self.events.len() < EVENTS_MAX {
                self.events.push(event);
            } else {
                self.left_out += 1;
            }
        }
        Ok(())
    }
}

/// The player as the portal knows it: each move on a thread that may wait, which ends it whoever still listens.
pub(crate) struct Hands(pub(crate) Arc<Player>);

impl Hands {
    async fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Player) -> Result<T, NotMoved> + Send + 'static,
    ) -> Result<T, NotMoved> {
        let player = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&player)).await;
        done.unwrap_or_else(|_| Err(NotMoved::Failed("moving the clock broke off".to_owned())))
    }
}

impl ClockHands for Hands {
    fn face(&self) -> ClockFace {
        self.0.face_now()
    }

    fn advance(&self, target: Target) -> Moving<'_, Journey> {
        Box::pin(self.on_a_thread(move |player| player.play(target)))
    }

    fn set_running(&self, runs: bool) -> Moving<'_, ClockFace> {
        Box::pin(self.on_a_thread(move |player| {
            let _turn = player.turn()?;
            let set = player.clock.set_running(runs);
            set.map_err(|error| NotMoved::Failed(format!("the clock cannot be kept: {error:#}")))?;
            Ok(player.face_now())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn the_end_waits_for_the_move_under_way_and_lets_none_begin() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(WorldClock::open(&folder.path().join("clock.json")).unwrap());
        let (door, _inbox) = Door::detached(1, Arc::new(|| 0));
        let readers: Readers = Arc::new(|| panic!("nothing is read"));
        let player = Arc::new(Player::new(clock, door, readers));
        let turn = player.turn().unwrap();
        let (tell, told) = mpsc::channel();
        let ending = player.clone();
        let thread = std::thread::spawn(move || {
            ending.end();
            tell.send(()).unwrap();
        });
        while !player.is_stopping() {
            std::thread::yield_now();
        }
        assert!(told.try_recv().is_err(), "a move is under way");
        drop(turn);
        told.recv().unwrap();
        thread.join().unwrap();
        assert!(matches!(player.play(Target::By(1)), Err(NotMoved::Busy { .. })));
    }
}
