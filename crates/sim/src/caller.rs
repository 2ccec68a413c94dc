//! Who calls: programs of merchants and wallets of buyers, as futures that are polled by hand.
//!
//! A call can be lost on its way, its answer can be lost, its caller can go away, and the process that serves it can
//! die. Each time the caller knows nothing; the money may have moved.

use crate::counters::Counters;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use cell::{Door, NotDecided};
use engine::{Command, Reply};
use gateway::Said;
use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A call under way.
pub type Calling<T> = Pin<Box<dyn Future<Output = T>>>;

/// Rings when a future that was polled with it can go on.
#[derive(Debug, Default)]
pub(crate) struct Bell(AtomicBool);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn rang(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether it rang since the last time this was asked.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.ring();
    }
}

/// The number of a call, in the order in which they began.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CallId(pub u64);

/// Why a caller knows nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Silence {
    /// Its time is over: the request or the answer was lost, or the house was too slow.
    TooLate,
    /// It went away before.
    GaveUp,
    /// The process that served it died.
    Broken,
}

/// What became of a call, for its caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome<T> {
    /// This was the answer.
    Heard(T),
    /// The caller must ask.
    Unknown(Silence),
}

/// What the world does to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Arrives,
    RequestLost,
    AnswerLost,
    GivesUp,
}

struct Waiting<T> {
    place: usize,
    fate: Fate,
    deadline_us: i64,
    /// Absent when there is nothing to wait for any more but the deadline.
    call: Option<Calling<T>>,
}

/// Everybody who waits for an answer.
pub struct Callers<T> {
    dice: Dice,
    begun: u64,
    waiting: BTreeMap<CallId, Waiting<T>>,
    bell: Arc<Bell>,
}

impl<T> fmt::Debug for Callers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callers({} wait)", self.waiting.len())
    }
}

impl<T> Callers<T> {
    /// Nobody waits yet.
    pub fn new(dice: &Dice) -> Callers<T> {
        Callers { dice: dice.fork("callers"), begun: 0, waiting: BTreeMap::new(), bell: Arc::default() }
    }

    /// Begins a call that is served at `place`, a number of the world's choice, and whose caller waits for
    /// `patience_us` at most. The dice decide whether it is lost. Nothing of it is done before the next
    /// [`Callers::poll`].
    pub fn begin(
        &mut self,
        now_us: i64,
        place: usize,
        patience_us: i64,
        call: Calling<T>,
        swarm: &Swarm,
        counters: &mut Counters,
    ) -> CallId {
        let fate = match swarm.strike_of(&Fault::OF_REQUEST, &mut self.dice, counters) {
            Some(Fault::RequestLost) => Fate::RequestLost,
            Some(Fault::AnswerLost) => Fate::AnswerLost,
            Some(_) => Fate::GivesUp,
            None => Fate::Arrives,
        };
        let wait_us =
            if fate == Fate::GivesUp { self.dice.magnitude(1, patience_us.max(1)) } else { patience_us };
        let call = (fate != Fate::RequestLost).then_some(call);
        self.begun += 1;
        let id = CallId(self.begun);
        let deadline_us = now_us.saturating_add(wait_us);
        self.waiting.insert(id, Waiting { place, fate, deadline_us, call });
        self.bell.ring();
        id
    }

    /// Whether somebody can go on, so that it is worth to poll.
    pub fn has_news(&self) -> bool {
        self.bell.rang()
    }

    /// When the next caller's patience ends, if anybody waits.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.waiting.values().map(|waiting| waiting.deadline_us).min()
    }

    /// Lets everybody go on as far as they come, and gives what ended: answers, then ends of patience, each in the
    /// order of the calls. A call whose caller does not wait any more is dropped where it stands.
    pub fn poll(&mut self, now_us: i64) -> Vec<(CallId, Outcome<T>)> {
        let mut ended = Vec::new();
        // A poll may wake another, as when one gives way to the next.
        while self.bell.take() {
            let waker = Waker::from(self.bell.clone());
            let mut context = Context::from_waker(&waker);
            for (id, waiting) in &mut self.waiting {
                let polled = waiting.call.as_mut().map(|call| call.as_mut().poll(&mut context));
                let Some(Poll::Ready(answer)) = polled else { continue };
                waiting.call = None;
                if waiting.fate != Fate::AnswerLost {
                    ended.push((*id, Outcome::Heard(answer)));
                }
            }
            for (id, _) in &ended {
                self.waiting.remove(id);
            }
        }
        let late: Vec<CallId> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waiting.deadline_us <= now_us)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            let fate = self.waiting.remove(&id).map(|waiting| waiting.fate);
            let why = if fate == Some(Fate::GivesUp) { Silence::GaveUp } else { Silence::TooLate };
            ended.push((id, Outcome::Unknown(why)));
        }
        ended
    }

    /// What served the calls at a place is gone: they are dropped where they stand, and their callers see their
    /// connections break. Who had lost its request or answer anyway waits on.
    pub fn died(&mut self, place: usize) -> Vec<(CallId, Outcome<T>)> {
        let struck =
            self.waiting.iter().filter(|(_, waiting)| waiting.place == place && waiting.call.is_some());
        let struck: Vec<CallId> = struck.map(|(id, _)| *id).collect();
        for id in &struck {
            self.waiting.remove(id);
        }
        struck.into_iter().map(|id| (id, Outcome::Unknown(Silence::Broken))).collect()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// What a caller can be told: through the gateway or, as a wallet is, by the cell itself.
#[derive(Clone, Debug)]
pub enum Word {
    /// The gateway's answer.
    Gateway(Said),
    /// The cell's.
    Cell(Result<Reply, NotDecided>),
}

/// A call of the gateway, for a table of [`Word`]s.
pub fn through_gateway(calling: gateway::Calling) -> Calling<Word> {
    Box::pin(async move { Word::Gateway(calling.await) })
}

/// A wallet's command, put to the cell itself, for a table of [`Word`]s.
pub fn to_cell(door: &Door, command: Command) -> Calling<Word> {
    let asking = ask(door, command);
    Box::pin(async move { Word::Cell(asking.await) })
}

/// Where the cell's answer is laid down for its caller.
#[derive(Default)]
struct Tray {
    answer: Option<Result<Reply, NotDecided>>,
    waker: Option<Waker>,
}

/// A command put to the cell. It is submitted when the call is first polled.
pub fn ask(door: &Door, command: Command) -> Calling<Result<Reply, NotDecided>> {
    let door = door.clone();
    Box::pin(async move {
        let tray = Arc::new(Mutex::new(Tray::default()));
        let filled = tray.clone();
        let give = move |answer: Result<Reply, NotDecided>| {
            let mut tray = lock(&filled);
            tray.answer = Some(answer);
            if let Some(waker) = tray.waker.take() {
                waker.wake();
            }
        };
        door.submit(command, Box::new(give));
        poll_fn(|context| {
            let mut tray = lock(&tray);
            tray.waker = Some(context.waker().clone());
            tray.answer.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    })
}

/// What one thread shares with the promises it made.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Level;
    use engine::{FindParty, PartyNotFound};

    const PATIENCE_US: i64 = 1_000;

    struct Scene {
        door: Door,
        inbox: cell::Inbox,
        callers: Callers<Result<Reply, NotDecided>>,
        counters: Counters,
    }

    fn scene() -> Scene {
        let (door, inbox) = Door::detached(2, Arc::new(|| 0));
        Scene { door, inbox, callers: Callers::new(&Dice::new(1)), counters: Counters::new() }
    }

    impl Scene {
        fn begin(&mut self, place: usize, swarm: &Swarm) -> CallId {
            let party = base::PartyId::issue(1, base::Slot::new(1).unwrap()).unwrap();
            let call = ask(&self.door, FindParty { party }.into());
            self.callers.begin(0, place, PATIENCE_US, call, swarm, &mut self.counters)
        }

        fn ended(&mut self, now_us: i64) -> Vec<(u64, &'static str)> {
            let word = |outcome| match outcome {
                Outcome::Heard(Ok(_)) => "heard",
                Outcome::Heard(Err(NotDecided::Busy)) => "busy",
                Outcome::Heard(Err(NotDecided::Unknown)) => "unknown",
                Outcome::Unknown(Silence::TooLate) => "too late",
                Outcome::Unknown(Silence::GaveUp) => "gave up",
                Outcome::Unknown(Silence::Broken) => "broken",
            };
            self.callers.poll(now_us).into_iter().map(|(id, outcome)| (id.0, word(outcome))).collect()
        }

        fn answer(&mut self) -> bool {
            let Some((_, promise)) = self.inbox.take() else { return false };
            promise.keep(Ok(Reply::FindParty(Err(PartyNotFound))));
            true
        }
    }

    fn always(fault: Fault) -> Swarm {
        Swarm::calm().with(fault, Level::Always)
    }

    #[test]
    fn an_answer_is_heard_once_and_nothing_is_polled_without_news() {
        let mut scene = scene();
        scene.begin(0, &Swarm::calm());
        assert!(scene.callers.has_news());
        assert_eq!(scene.ended(1), []);
        assert!(!scene.callers.has_news(), "it waits for the cell");
        assert!(scene.answer());
        assert!(scene.callers.has_news());
        assert_eq!(scene.ended(2), [(1, "heard")]);
        assert!(scene.callers.is_empty());
    }

    #[test]
    fn a_full_door_says_busy_and_a_dropped_promise_says_unknown() {
        let mut scene = scene();
        for _ in 0..3 {
            scene.begin(0, &Swarm::calm());
        }
        assert_eq!(scene.ended(1), [(3, "busy")]);
        drop(scene.inbox.take());
        assert_eq!(scene.ended(1), [(1, "unknown")]);
        assert_eq!(scene.ended(PATIENCE_US - 1), []);
        assert_eq!(scene.callers.next_deadline_us(), Some(PATIENCE_US));
        assert_eq!(scene.ended(PATIENCE_US), [(2, "too late")]);
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let mut scene = scene();
        scene.begin(0, &always(Fault::RequestLost));
        assert_eq!(scene.ended(1), []);
        assert!(!scene.answer(), "it never came to the cell");
        scene.begin(0, &always(Fault::AnswerLost));
        assert_eq!(scene.ended(1), []);
        assert!(scene.answer());
        assert_eq!(scene.ended(2), []);
        assert_eq!(scene.ended(PATIENCE_US), [(1, "too late"), (2, "too late")]);
        scene.begin(0, &always(Fault::CallerGivesUp));
        let deadline_us = scene.callers.next_deadline_us().unwrap();
        assert!(deadline_us <= PATIENCE_US);
        assert_eq!(scene.ended(deadline_us), [(3, "gave up")]);
        assert!(scene.answer(), "the cell was asked all the same");
    }

    #[test]
    fn who_was_served_by_a_process_that_died_sees_it() {
        let mut scene = scene();
        scene.begin(0, &Swarm::calm());
        scene.begin(1, &Swarm::calm());
        scene.begin(1, &always(Fault::RequestLost));
        scene.ended(1);
        let broken = scene.callers.died(1);
        assert_eq!(broken.len(), 1);
        assert!(matches!(broken[0], (CallId(2), Outcome::Unknown(Silence::Broken))));
        assert_eq!(scene.callers.len(), 2);
    }
}
