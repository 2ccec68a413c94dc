//! How much waits for the vault at once. Its key may stand in hardware that hangs; the threads that wait are those that
//! compare payment passwords, too, and those must not run out.

use super::crowded;
use crate::sandbox::SandboxError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Calls of the vault at once. Each takes a tenth of a millisecond with a key in memory.
const PLACES: usize = 8;
/// How long a place is waited for.
const WAIT: Duration = Duration::from_secs(5);

/// The places.
pub(crate) struct VaultQueue(Arc<Semaphore>);

impl Default for VaultQueue {
    fn default() -> VaultQueue {
        VaultQueue(Arc::new(Semaphore::new(PLACES)))
    }
}

impl VaultQueue {
    /// A place, to be held until the call has ended, also when nobody waits for it any more.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, SandboxError> {
        match timeout(WAIT, self.0.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(crowded()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_hangs_takes_eight_places_and_no_more() {
        let queue = VaultQueue::default();
        let mut hanging = Vec::new();
        for _ in 0..PLACES {
            hanging.push(queue.place().await.unwrap_or_else(|_| panic!("there is a place")));
        }
        assert!(queue.place().await.is_err(), "busy, after a while");
        hanging.pop();
        assert!(queue.place().await.is_ok());
    }
}
