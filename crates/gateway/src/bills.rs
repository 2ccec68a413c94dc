//! What merchants read of their own account: bills to download, and queries over it.
//!
//! Everything here is read from the posted tables. They follow the cell by a moment, so whoever asks first asks the
//! cell something: its answer comes when all that was decided before is durable, and then the tables are waited for.
//! After that the tables hold every decision stamped up to the moment of the question; a day that was over by then
//! cannot change any more, because stamps never go back.

pub(crate) mod deals;
pub(crate) mod download;
pub(crate) mod link;
pub(crate) mod span;

use crate::Gateway;
use crate::codes::{self, Failure};
use base::PartyId;
use bill::{BillError, Readers};
use engine::FindParty;
use people::Party;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::Reader;
use tokio::sync::Semaphore;

/// Readings of this kind under way at once: each walks a day or a month of a slot.
const READINGS_MAX: usize = 2;
/// How long one waits for its turn.
const TURN_WAIT: Duration = Duration::from_secs(10);
/// How long the tables are waited for. They are milliseconds behind unless the disk is in trouble.
const POSTED_WAIT: Duration = Duration::from_secs(5);

/// What reading needs.
pub(crate) struct Bills {
    readers: Option<Readers>,
    turns: Arc<Semaphore>,
}

impl Default for Bills {
    fn default() -> Bills {
        Bills { readers: None, turns: Arc::new(Semaphore::new(READINGS_MAX)) }
    }
}

impl fmt::Debug for Bills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bills")
    }
}

impl Bills {
    /// Over these tables.
    pub(crate) fn over(readers: Readers) -> Bills {
        Bills { readers: Some(readers), ..Bills::default() }
    }
}

impl Gateway {
    /// Sees to it that the tables hold every decision up to now; gives the party and that moment, microseconds UTC.
    pub(crate) async fn posted_until_now(&self, party: PartyId) -> Result<(Arc<Party>, i64), Failure> {
        let now_us = self.door.now_us();
        let found = self.door.ask(FindParty { party }).await.map_err(|_| codes::unknown())?;
        let durable = self.door.stats().durable_sequence.load(Ordering::Acquire);
        let mut posted = self.door.posted();
        let reached = posted.wait_for(|sequence| *sequence >= durable);
        match tokio::time::timeout(POSTED_WAIT, reached).await {
            Ok(Ok(_)) => Ok((found, now_us)),
            Ok(Err(_)) | Err(_) => Err(codes::unknown()),
        }
    }

    /// Reads on one state of the tables, on a thread that may wait.
    pub(crate) async fn read_tables<T, F>(&self, read: F) -> Result<T, ReadFailed>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, BillError> + Send + 'static,
    {
        let Some(readers) = self.bills.readers.clone() else { return Err(ReadFailed::Broken) };
        let turn = tokio::time::timeout(TURN_WAIT, self.bills.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(ReadFailed::Busy) };
        let work = move || {
            // Kept by the work, which goes on when its caller hangs up.
            let _turn = turn;
            let mut reader = readers()?;
            reader.hold()?;
            let read = read(&mut *reader);
            reader.let_go()?;
            read
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(BillError::Unsettled)) => Err(ReadFailed::Busy),
            Ok(Err(error)) => {
                tracing::error!(%error, "a bill cannot be read");
                Err(ReadFailed::Broken)
            }
            Err(_) => Err(ReadFailed::Broken),
        }
    }
}

/// Why nothing was read. Neither is a refusal: the same question may be asked again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReadFailed {
    /// Others are being served, or something of the time is still under way.
    Busy,
    /// The tables could not be read.
    Broken,
}

impl From<ReadFailed> for Failure {
    fn from(failed: ReadFailed) -> Failure {
        match failed {
            ReadFailed::Busy | ReadFailed::Broken => codes::unknown(),
        }
    }
}
