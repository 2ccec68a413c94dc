//! Who may come in: so many calls are under way at once, the others wait for a place, and who has waited too long is
//! told to come again.
//!
//! A call takes a place before anything costly is done for it and keeps it until its answer is signed. So the threads
//! never have more signatures before them than they make in some tens of milliseconds, whatever is offered, and a call
//! that is refused costs its reading and no signature. Waiting is also what slows callers down: one who is held for
//! a second before a refusal cannot ask again meanwhile, and a crowd of them asks no oftener than it has hands.
//!
//! Who waits is served in the order of arrival as long as everybody gets a turn in time. Once the oldest has waited
//! for half of its time, the newest comes first: the old ones are about to be given up by their callers, and serving
//! them late would make everybody late.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

/// A call waits for a place for so long at most. Clients give up after three seconds at the earliest.
const WAIT_MAX: Duration = Duration::from_millis(1_000);
/// Once somebody has waited for so long, the newest comes first.
const NEWEST_FIRST_AFTER: Duration = Duration::from_millis(250);
/// Those whose time is over are sent away together, so often at most: a timer for each, and waking up for each, would
/// be a good part of what a refusal costs.
const SEND_AWAY_EVERY: Duration = Duration::from_millis(20);
/// Calls that may wait. Each holds its request, of some kilobytes and at most one megabyte, and its connection.
const WAITING_MAX: usize = 4_096;
/// Calls under way at once for each core: about 30 ms of signing, and enough to fill a batch while a slow disk flushes
/// the one before.
const PLACES_A_CORE: usize = 64;

/// How many calls are under way at once on this machine.
pub fn calls_max() -> usize {
    PLACES_A_CORE * std::thread::available_parallelism().map_or(1, usize::from)
}

/// There was no place in time. Nothing was done for the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Crowded;

/// The places of a gateway.
pub(crate) struct Places {
    line: Arc<Mutex<Line>>,
}

struct Line {
    free: usize,
    waiting: VecDeque<Waiting>,
    /// Whether somebody sends away those whose time is over.
    watched: bool,
}

struct Waiting {
    since: Instant,
    give: oneshot::Sender<Place>,
}

/// A place; free again when dropped.
#[must_use]
pub(crate) struct Place(Option<Arc<Mutex<Line>>>);

impl Places {
    /// So many places; with none every call is refused.
    pub(crate) fn new(count: usize) -> Places {
        Places { line: Arc::new(Mutex::new(Line { free: count, waiting: VecDeque::new(), watched: false })) }
    }

    /// Takes a place if one is free.
    pub(crate) fn enter_now(&self) -> Option<Place> {
        let mut line = lock(&self.line);
        line.free = line.free.checked_sub(1)?;
        Some(Place(Some(self.line.clone())))
    }

    /// Takes a place, at once or within [`WAIT_MAX`] and a little.
    pub(crate) async fn enter(&self) -> Result<Place, Crowded> {
        let take = {
            let mut line = lock(&self.line);
            if line.free > 0 {
                line.free -= 1;
                return Ok(Place(Some(self.line.clone())));
            }
            line.forget_the_gone();
            if line.waiting.len() >= WAITING_MAX {
                return Err(Crowded);
            }
            let (give, take) = oneshot::channel();
            line.waiting.push_back(Waiting { since: Instant::now(), give });
            if !std::mem::replace(&mut line.watched, true) {
                tokio::spawn(send_away(self.line.clone()));
            }
            take
        };
        // Who is sent away hears that nobody will give a place any more.
        take.await.map_err(|_| Crowded)
    }
}

/// Sends away those who have waited too long, until nobody waits.
async fn send_away(line: Arc<Mutex<Line>>) {
    loop {
        let next = {
            let mut line = lock(&line);
            line.forget_the_gone();
            let Some(first) = line.waiting.front() else {
                line.watched = false;
                return;
            };
            first.since + WAIT_MAX
        };
        sleep_until(next.max(Instant::now() + SEND_AWAY_EVERY)).await;
        let late: Vec<Waiting> = {
            let mut line = lock(&line);
            let now = Instant::now();
            let late = line.waiting.iter().take_while(|waiting| waiting.since + WAIT_MAX <= now).count();
            line.waiting.drain(..late).collect()
        };
        // Outside of the lock: each one is woken up.
        drop(late);
    }
}

impl Line {
    /// Those at the front whose time is over, or who hung up, hold nobody's turn.
    fn forget_the_gone(&mut self) {
        while self.waiting.front().is_some_and(|first| first.give.is_closed()) {
            self.waiting.pop_front();
        }
    }

    fn next(&mut self) -> Option<Waiting> {
        self.forget_the_gone();
        let oldest = self.waiting.front()?.since;
        if oldest.elapsed() < NEWEST_FIRST_AFTER { self.waiting.pop_front() } else { self.waiting.pop_back() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        while let Some(line) = self.0.take() {
            let mut locked = lock(&line);
            let Some(waiting) = locked.next() else {
                locked.free += 1;
                return;
            };
            drop(locked);
            // Who hung up in this moment gives it back, and the next one is asked.
            if let Err(mut back) = waiting.give.send(Place(Some(line))) {
                self.0 = back.0.take();
            }
        }
    }
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::select! { biased; done = future => Some(done), () = std::future::ready(()) => None }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_a_place_is_refused_after_its_time() {
        let places = Places::new(1);
        let first = places.enter().await.expect("there is one place");
        let began = Instant::now();
        assert!(places.enter().await.is_err());
        assert_eq!(began.elapsed(), WAIT_MAX);
        // The next one is watched over too, though nobody waited meanwhile.
        tokio::task::yield_now().await;
        assert!(!lock(&places.line).watched);
        assert!(places.enter().await.is_err());
        assert_eq!(began.elapsed(), WAIT_MAX * 2);
        drop(first);
        assert!(places.enter().await.is_ok(), "the place is free again");
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_comes_first_until_it_is_late_and_then_the_newest() {
        let places = Places::new(1);
        let mut held = places.enter().await.ok();
        let mut waiting = [const { None }; 3].map(|_: Option<()>| Box::pin(places.enter()));
        for one in &mut waiting {
            assert!(poll_once(one).await.is_none());
        }
        let [mut first, mut second, mut third] = waiting;
        held.take();
        held = poll_once(&mut first).await.expect("its turn").ok();
        assert!(held.is_some());
        assert!(poll_once(&mut second).await.is_none());
        tokio::time::advance(NEWEST_FIRST_AFTER).await;
        held.take();
        assert!(poll_once(&mut second).await.is_none(), "it is late");
        held = poll_once(&mut third).await.expect("the newest").ok();
        assert!(held.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_hangs_up_takes_no_place_along() {
        let places = Places::new(1);
        let held = places.enter().await.ok();
        let mut gone = Box::pin(places.enter());
        assert!(poll_once(&mut gone).await.is_none());
        drop(gone);
        let mut given = Box::pin(places.enter());
        assert!(poll_once(&mut given).await.is_none());
        // The place is on its way to this caller, who hangs up before taking it.
        drop(held);
        drop(given);
        assert_eq!(lock(&places.line).free, 1);
        assert!(places.enter().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_came_one_after_the_other_are_sent_away_in_their_turn() {
        let places = Arc::new(Places::new(0));
        let mut waiting = Vec::new();
        for _time in 0..4 {
            let places = places.clone();
            waiting.push(tokio::spawn(async move {
                let since = Instant::now();
                (places.enter().await.is_err(), since.elapsed())
            }));
            tokio::time::sleep(Duration::from_millis(7)).await;
        }
        for one in waiting {
            let (refused, waited) = one.await.expect("it ends");
            assert!(refused && (WAIT_MAX..=WAIT_MAX + SEND_AWAY_EVERY).contains(&waited), "{waited:?}");
        }
    }

    #[tokio::test]
    async fn a_line_that_is_full_says_so_at_once() {
        let places = Places::new(0);
        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(places.enter())).collect();
        for one in &mut waiting {
            assert!(poll_once(one).await.is_none());
        }
        assert!(poll_once(&mut Box::pin(places.enter())).await.is_some_and(|refused| refused.is_err()));
    }
}
