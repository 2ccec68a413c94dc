//! The courier of a process: delivers its notices, by the product's own [`notify::Rounds`] and [`notify::attempt`].
//! Only the call itself, the signature and the waiting are simulated. Its memory goes with the process.

use crate::caller::{Bell, lock};
use crate::clerk_desk::{TICK, moment, true_us};
use base::{AppId, NoticeNo, OrderNo};
use cell::{Door, Inbox, Promise};
use engine::Command;
use notify::{Bounds, Called, Ended, Failure, Hands, Letter, Options, Post, Rounds, attempt, look};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use store::{Reader, StoreError};
use trade::Notice;
use wire::notify_form;

/// Commands of attempts that may wait to be fetched; never reached, since each attempt has one at a time.
const COMMANDS_MAX: usize = 1_024;

/// The number of a call among those of its process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CallNo(pub u64);

/// A call to a merchant's server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// Its number.
    pub no: CallNo,
    /// The app that is told.
    pub app: AppId,
    /// The notice.
    pub notice: NoticeNo,
    /// The order it is about.
    pub order_no: OrderNo,
    /// What is sent. The form is written by the product, without a signature.
    pub post: Post,
}

/// What a courier wants done.
#[derive(Debug, Default)]
pub struct Wants {
    /// Calls to merchants.
    pub calls: Vec<Call>,
    /// Commands to put into the process's queue.
    pub commands: Vec<(Command, Promise)>,
}

/// What the attempts of a process share with the world.
#[derive(Debug, Default)]
struct Street {
    at: Duration,
    begun: u64,
    calls: Vec<Call>,
    outcomes: BTreeMap<CallNo, Result<(), Failure>>,
    /// When something happens by itself, with a number to tell equal moments apart.
    alarms: BTreeSet<(Duration, u64)>,
    alarms_set: u64,
}

impl Street {
    fn alarm(&mut self, wait: Duration) -> (Duration, u64) {
        self.alarms_set += 1;
        let alarm = (self.at + wait, self.alarms_set);
        self.alarms.insert(alarm);
        alarm
    }

    /// Whether the alarm's moment has come; it is taken away then.
    fn is_over(&mut self, alarm: &(Duration, u64)) -> bool {
        self.at >= alarm.0 && self.alarms.remove(alarm)
    }
}

#[derive(Clone, Debug)]
struct SimHands {
    street: Arc<Mutex<Street>>,
    timeout: Duration,
}

impl SimHands {
    fn street(&self) -> MutexGuard<'_, Street> {
        lock(&self.street)
    }
}

impl Hands for SimHands {
    async fn sign(&self, letter: Letter) -> Option<String> {
        Some(notify_form::encode(&letter.pairs(), letter.charset))
    }

    async fn call(&self, notice: &Notice, post: Post) -> Called {
        let (no, begun, alarm) = {
            let mut street = self.street();
            street.begun += 1;
            let no = CallNo(street.begun);
            let Notice { app, no: notice, order_no, .. } = *notice;
            street.calls.push(Call { no, app, notice, order_no, post });
            (no, street.at, street.alarm(self.timeout))
        };
        poll_fn(|_| {
            let mut street = self.street();
            let outcome = match street.outcomes.remove(&no) {
                Some(outcome) => outcome,
                None if street.is_over(&alarm) => Err(Failure::TooSlow(self.timeout)),
                None => return Poll::Pending,
            };
            street.alarms.remove(&alarm);
            Poll::Ready(Called { outcome, took: street.at.saturating_sub(begun) })
        })
        .await
    }

    async fn pause(&self, wait: Duration) {
        let alarm = self.street().alarm(wait);
        poll_fn(|_| if self.street().is_over(&alarm) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

struct Attempt {
    notice: Arc<Notice>,
    running: Pin<Box<dyn Future<Output = Ended> + Send>>,
}

/// The courier of one process.
pub struct Courier {
    rounds: Rounds,
    hands: SimHands,
    door: Door,
    inbox: Inbox,
    wall_us: Arc<AtomicI64>,
    bell: Arc<Bell>,
    attempts: BTreeMap<u64, Attempt>,
    begun: u64,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Courier({} attempts)", self.attempts.len())
    }
}

impl Default for Courier {
    fn default() -> Courier {
        Courier::new()
    }
}

impl Courier {
    /// A courier that has just begun, with the bounds of the product.
    pub fn new() -> Courier {
        let options = Options::default();
        let bounds = Bounds { per_app: options.per_app, total: options.total };
        let wall_us = Arc::new(AtomicI64::new(0));
        let shown = wall_us.clone();
        let (door, inbox) =
            Door::detached(COMMANDS_MAX.max(options.total), Arc::new(move || shown.load(Ordering::Relaxed)));
        Courier {
            rounds: Rounds::new(bounds, TICK),
            hands: SimHands { street: Arc::default(), timeout: options.timeout },
            door,
            inbox,
            wall_us,
            bell: Arc::default(),
            attempts: BTreeMap::new(),
            begun: 0,
        }
    }

    /// The tables of its process have more than before.
    pub fn posted(&mut self) {
        self.rounds.posted();
    }

    /// What became of a call. A number that is not under way, as of an earlier process or after the timeout, is
    /// ignored.
    pub fn answered(&mut self, no: CallNo, outcome: Result<(), Failure>) {
        let mut street = self.hands.street();
        if no.0 <= street.begun {
            street.outcomes.insert(no, outcome);
            self.bell.ring();
        }
    }

    /// Whether an attempt can go on: a command of it or a call was answered.
    pub fn has_news(&self) -> bool {
        self.bell.rang()
    }

    /// Attempts under way.
    pub fn under_way(&self) -> usize {
        self.attempts.len()
    }

    /// When to call [`Courier::step`] next (true time), if nothing happens before. `true_us` is now, `wall_us` what the
    /// process's clock shows.
    pub fn wake_at_us(&self, true_us: i64, wall_us: i64) -> Option<i64> {
        let look = self.rounds.wake_at(moment(true_us), wall_us);
        let alarm = self.hands.street().alarms.first().map(|(at, _)| *at);
        look.into_iter().chain(alarm).min().map(self::true_us)
    }

    /// Lets the attempts go on, and begins others when it is time to look for due notices.
    pub fn step(
        &mut self,
        true_us: i64,
        wall_us: i64,
        open: impl FnOnce() -> Result<Box<dyn Reader>, StoreError>,
    ) -> Wants {
        let at = moment(true_us);
        self.wall_us.store(wall_us, Ordering::Relaxed);
        self.hands.street().at = at;
        self.poll();
        if self.rounds.is_due(at, wall_us) {
            match open().and_then(|mut reader| look(reader.as_mut(), wall_us, self.rounds.limit())) {
                Ok(seen) => self.rounds.take(&seen, at, at).into_iter().for_each(|notice| self.begin(notice)),
                Err(_) => self.rounds.failed(at),
            }
            self.poll();
        }
        let calls = std::mem::take(&mut self.hands.street().calls);
        let commands = std::iter::from_fn(|| self.inbox.take()).collect();
        Wants { calls, commands }
    }

    fn begin(&mut self, notice: Arc<Notice>) {
        self.begun += 1;
        let (hands, door, sent) = (self.hands.clone(), self.door.clone(), notice.clone());
        let running = Box::pin(async move { attempt(&hands, &door, &sent).await });
        self.attempts.insert(self.begun, Attempt { notice, running });
    }

    fn poll(&mut self) {
        // Taken first: what rings while the others are polled is news for the next step.
        self.bell.take();
        let waker = Waker::from(self.bell.clone());
        let mut context = Context::from_waker(&waker);
        let (rounds, mut ended) = (&mut self.rounds, Vec::new());
        for (no, attempt) in &mut self.attempts {
            if let Poll::Ready(end) = attempt.running.as_mut().poll(&mut context) {
                rounds.ended(&attempt.notice, end);
                ended.push(*no);
            }
        }
        for no in ended {
            self.attempts.remove(&no);
        }
        // Answers that came after the timeout of their call.
        let idle = self.attempts.is_empty();
        if idle {
            self.hands.street().outcomes.clear();
        }
    }
}
