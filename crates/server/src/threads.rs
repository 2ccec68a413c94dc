//! The threads that serve, and their end.

use anyhow::Context;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Threads for work that waits (argon2, reading tables). Each bounded user of them has its own, smaller bound.
const BLOCKING_THREADS_MAX: usize = 64;
/// Looks at the sockets after so many pieces of work. Many of them are signatures of half a millisecond, so that the
/// usual 61 would leave callers unheard for 30 ms.
const EVENT_INTERVAL: u32 = 8;
/// Work under way on threads gets this long to end. An argon2 comparison on a busy machine takes a tenth of it.
const END_MAX: Duration = Duration::from_secs(5);

/// The threads that serve.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all().max_blocking_threads(BLOCKING_THREADS_MAX).event_interval(EVENT_INTERVAL);
    builder.build().context("no runtime")
}

/// Ends the threads: work under way is waited for, but not without end.
///
/// The process must not end beside threads that work. The cryptography's library takes its sources of randomness down
/// when the process exits, and aborts it (SIGABRT) when a thread asks for the first time while it does so.
pub(crate) fn end(runtime: Runtime) {
    runtime.shutdown_timeout(END_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn work_under_way_ends_before_its_threads_do() {
        let runtime = runtime().expect("a runtime");
        let (done, begun) = (Arc::new(AtomicBool::new(false)), Arc::new(std::sync::Barrier::new(2)));
        let (ends, begins) = (done.clone(), begun.clone());
        runtime.spawn_blocking(move || {
            begins.wait();
            std::thread::sleep(Duration::from_millis(50));
            ends.store(true, Ordering::SeqCst);
        });
        begun.wait();
        end(runtime);
        assert!(done.load(Ordering::SeqCst), "a thread still works");
    }
}
