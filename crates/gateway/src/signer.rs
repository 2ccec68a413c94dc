//! The threads that sign and verify. A signature takes about half a millisecond of a core: on a reactor thread it
//! would keep hundreds of other requests waiting.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Jobs that may wait: about a second of signing on one core. Beyond that a caller is better told to come again.
const WAITING_MAX: usize = 2_048;
/// Jobs that answers may add on top, because work already done must still be answered.
const ANSWERS_WAITING_MAX: usize = 4 * WAITING_MAX;

/// The job was not run: too many wait, or it failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotRun;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    stopped: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// A bounded pool of threads, one per core.
pub(crate) struct Signer {
    shared: Arc<Shared>,
}

impl Signer {
    /// Starts the threads. They end when the pool is dropped.
    pub(crate) fn start() -> Signer {
        let shared = Arc::new(Shared::default());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores {
            let shared = shared.clone();
            let thread = std::thread::Builder::new().name(format!("signer-{number}"));
            thread.spawn(move || work(&shared)).expect("a process can start one thread per core");
        }
        Signer { shared }
    }

    /// Runs a check of something that came in; refused when too much waits.
    pub(crate) async fn check<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRun> {
        self.run(WAITING_MAX, job).await
    }

    /// Runs the signing of an answer.
    pub(crate) async fn sign<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRun> {
        self.run(ANSWERS_WAITING_MAX, job).await
    }

    async fn run<T: Send + 'static>(
        &self,
        waiting_max: usize,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRun> {
        let (give, take) = oneshot::channel();
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.jobs.len() >= waiting_max {
                return Err(NotRun);
            }
            // Nobody waits any more when the caller hung up; then the result is dropped.
            queue.jobs.push_back(Box::new(move || drop(give.send(job()))));
        }
        self.shared.wake.notify_one();
        take.await.map_err(|_| NotRun)
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.shared.wake.notify_all();
    }
}

fn work(shared: &Shared) {
    loop {
        let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            if let Some(job) = queue.jobs.pop_front() {
                break job;
            }
            if queue.stopped {
                return;
            }
            queue = shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        };
        drop(queue);
        // A job that panics drops its promise, so that its caller hears of it; the thread goes on.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a signing job panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_stops_nobody() {
        let signer = Signer::start();
        for _round in 0..16 {
            let failed: Result<(), NotRun> = signer.check(|| panic!("of the test")).await;
            assert_eq!(failed, Err(NotRun));
        }
        assert_eq!(signer.sign(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_says_so_and_answers_have_room_left() {
        let signer = Signer { shared: Arc::default() }; // No thread works here.
        let waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(signer.check(|| ()))).collect();
        let mut polled = Vec::new();
        for mut one in waiting {
            assert!(poll_once(&mut one).await.is_none());
            polled.push(one);
        }
        assert_eq!(poll_once(&mut Box::pin(signer.check(|| ()))).await, Some(Err(NotRun)));
        assert_eq!(poll_once(&mut Box::pin(signer.sign(|| ()))).await, None);
    }

    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::select! { biased; done = future => Some(done), () = std::future::ready(()) => None }
    }
}
