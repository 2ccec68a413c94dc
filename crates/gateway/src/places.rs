//! Who may come in: so many calls are under way at once, the others wait for a place, and who has waited too long is
//! told to come again.
//!
//! A call takes a place before anything costly is done for it and keeps it until its answer is signed. So the threads
//! never have more signatures before them than they make in some tens of milliseconds, whatever is offered, and a call
//! that is refused costs its reading and no signature. Waiting is also what slows callers down: one who is held for
//! half a second before a refusal cannot ask again meanwhile, and a crowd of them asks no oftener than it has hands.
//!
//! Who waits is served in the order of arrival as long as everybody gets a turn in time. Once the oldest has waited
//! for half of its time, the newest comes first: the old ones are about to be given up by their callers, and serving
//! them late would make everybody late.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// A call waits for a place for so long at most.
const WAIT_MAX: Duration = Duration::from_millis(500);
/// Once somebody has waited for so long, the newest comes first.
const NEWEST_FIRST_AFTER: Duration = Duration::from_millis(250);
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
        Places { line: Arc::new(Mutex::new(Line { free: count, waiting: VecDeque::new() })) }
    }

    /// Takes a place, at once or within [`WAIT_MAX`].
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
            take
        };
        match tokio::time::timeout(WAIT_MAX, take).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Crowded),
        }
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
