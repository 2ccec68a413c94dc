//! Asks for beginning the world anew, from the routes to the one place that holds the books.

use crate::site::Site;
use portal::{NotReset, Resetting, WorldFace, WorldHands};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};
use wire::timestamp::format_cn;

/// The asking side.
#[derive(Clone)]
pub(crate) struct Resets {
    ask: mpsc::Sender<Reset>,
    face: WorldFace,
    done: Arc<AtomicU64>,
    under_way: Arc<AtomicBool>,
}

/// Somebody who waits for a reset.
pub(crate) struct Reset {
    answer: oneshot::Sender<Result<(), NotReset>>,
    done: Arc<AtomicU64>,
    under_way: UnderWay,
}

/// One at a time: a second one that waited would throw away what the first one's asker had just begun.
struct UnderWay(Arc<AtomicBool>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Reset {
    /// The new books answer.
    pub(crate) fn done(self) {
        let Reset { answer, done, under_way } = self;
        done.fetch_add(1, Ordering::Relaxed);
        // Before the answer: whoever hears it may ask for the next one at once.
        drop(under_way);
        // Whoever asked may be gone; it is done all the same.
        let _gone = answer.send(Ok(()));
    }

    /// Nothing was done.
    pub(crate) fn refused(self, why: String) {
        let _gone = self.answer.send(Err(NotReset::Refused(why)));
    }

    /// The books are gone and new ones are not there.
    pub(crate) fn failed(self) {
        let _gone = self.answer.send(Err(NotReset::Failed));
    }
}

impl Resets {
    /// For this world; the other end belongs to whoever holds the books.
    pub(crate) fn of(site: &Site) -> (Resets, mpsc::Receiver<Reset>) {
        let (ask, asked) = mpsc::channel(1);
        let (name, seed) = (site.world.name.clone(), site.note.seed);
        let face = WorldFace { name, seed, starts_at: site.note.starts_at_us.map(format_cn), resets: 0 };
        (Resets { ask, face, done: Arc::default(), under_way: Arc::default() }, asked)
    }
}

impl WorldHands for Resets {
    fn face(&self) -> WorldFace {
        WorldFace { resets: self.done.load(Ordering::Relaxed), ..self.face.clone() }
    }

    fn reset(&self) -> Resetting<'_> {
        Box::pin(async move {
            if self.under_way.swap(true, Ordering::AcqRel) {
                return Err(NotReset::Busy);
            }
            let (answer, answered) = oneshot::channel();
            let under_way = UnderWay(self.under_way.clone());
            let reset = Reset { answer, done: self.done.clone(), under_way };
            self.ask.try_send(reset).map_err(|_| NotReset::Busy)?;
            answered.await.unwrap_or(Err(NotReset::Busy))?;
            Ok(self.face())
        })
    }
}
