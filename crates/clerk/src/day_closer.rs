//! The loop that closes business dates of the world once they are over, oldest first. What is missing is read from the
//! tables each time, so that a crash loses nothing and a day that somebody else closed is not closed again.

use crate::run::Readers;
use base::{Day, Slot};
use bill::{BillError, days_to_close};
use cell::{CellError, Door};
use engine::{CloseDay, FindSlotClose};
use ledger::CloseDayRefused;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// How often the world's clock is looked at.
const TICK: Duration = Duration::from_secs(1);
/// How long days rest that are refused, unless the clock is moved: it is the same each second, and so is its log line.
const REST: Duration = Duration::from_secs(60);
/// Days of a slot that are read and closed in one go.
const DAYS_AT_ONCE: u32 = 31;
/// How long the tables may take to follow the journal.
const POSTED_WAIT: Duration = Duration::from_secs(10);

/// Why days are not closed; the next look tries again.
#[derive(Debug, thiserror::Error)]
pub enum NotClosed {
    /// The cell, or the tables, did not answer in time.
    #[error("the platform is busy")]
    Busy,
    /// The cell refuses a close: the tables and its rows do not agree. It is the same at the next look.
    #[error("day {day} of slot {slot} is not closed: {why}")]
    Refused {
        /// The day.
        day: Day,
        /// The slot.
        slot: Slot,
        /// Why.
        why: CloseDayRefused,
    },
    /// The postings could not be read or summed.
    #[error(transparent)]
    Books(#[from] BillError),
}

/// Closes the days of one world.
pub struct DayCloser {
    door: Door,
    readers: Readers,
}

impl std::fmt::Debug for DayCloser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DayCloser").finish_non_exhaustive()
    }
}

impl DayCloser {
    /// Prepares it; nothing is closed before it is asked to.
    pub fn new(door: Door, readers: Readers) -> DayCloser {
        DayCloser { door, readers }
    }

    /// Closes each day as it ends, until `shutdown` is ready. `moved` changes whenever the world's clock was moved.
    pub async fn run(
        self: Arc<DayCloser>,
        mut moved: watch::Receiver<u64>,
        shutdown: impl Future<Output = ()>,
    ) {
        let mut shutdown = pin!(shutdown);
        let (mut done, mut pause) = (None, TICK);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                changed = moved.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(pause) => {}
            }
            pause = TICK;
            let last = Day::of(self.door.now_us()).minus_days(1);
            if done == Some(last) {
                continue;
            }
            let closed = tokio::select! {
                () = &mut shutdown => return,
                closed = self.close_until(last) => closed,
            };
            match closed {
                Ok(_) => done = Some(last),
                Err(error) => {
                    pause = if matches!(error, NotClosed::Busy) { TICK } else { REST };
                    tracing::warn!(%last, %error, "days are not closed; the next look tries again");
                }
            }
        }
    }

    /// Closes every day up to and with this one that is over; gives how many closes there were, of slots and days.
    pub async fn close_until(&self, day: Day) -> Result<u64, NotClosed> {
        let last = day.min(Day::of(self.door.now_us()).minus_days(1));
        let mut closed = 0;
        loop {
            let due = self.due(last).await?;
            if due.is_empty() {
                return Ok(closed);
            }
            for close in due {
                match self.door.ask(close.clone()).await {
                    Ok(done) => closed += u64::from(!done.already),
                    Err(CellError::Refused(why)) => {
                        return Err(NotClosed::Refused { day: close.day, slot: close.slot, why });
                    }
                    Err(CellError::Busy | CellError::Unknown) => return Err(NotClosed::Busy),
                }
            }
        }
    }

    /// What is to be closed, of tables that have everything from before midnight.
    async fn due(&self, last: Day) -> Result<Vec<CloseDay>, NotClosed> {
        // An answer comes after everything that was decided before it is durable; decisions after it are later. A clock
        // of the machine that was past midnight may be put back, and what is decided then is of the day before.
        let asked = self.door.ask(FindSlotClose { slot: Slot::PLATFORM }).await;
        let last = last.min(Day::of(asked.map_err(|_| NotClosed::Busy)?.at_us).minus_days(1));
        let mut posted = self.door.posted();
        let durable = self.door.stats().durable_sequence.load(Ordering::Acquire);
        let reached = posted.wait_for(|sequence| *sequence >= durable);
        match tokio::time::timeout(POSTED_WAIT, reached).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return Err(NotClosed::Busy),
        }
        let readers = self.readers.clone();
        let read = move || days_to_close(readers()?.as_mut(), last, DAYS_AT_ONCE);
        tokio::task::spawn_blocking(read).await.map_err(|_| NotClosed::Busy)?.map_err(NotClosed::from)
    }
}
