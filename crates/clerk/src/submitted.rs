//! Which due timers were submitted already. The store shows a timer until the batch that ran it is posted; without this
//! memory the clerk would submit it again and again meanwhile. Pure: moments come as arguments, as the time since the
//! clerk began.

use base::{Plant, TimerNo, planted};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use trade::Timer;

/// After this long a timer that is still there is submitted again: the cell found it not due, as after its clock was
/// set back, or the poster is far behind, and then once more is harmless.
pub(crate) const AGAIN: Duration = Duration::from_secs(10);

/// A page of due timers, earliest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The timers.
    pub rows: Vec<Arc<Timer>>,
    /// Until when it was asked, microseconds UTC.
    pub until_us: i64,
    /// Whether there may be more due rows than these.
    pub cut: bool,
}

/// What was submitted and may still be in the store.
#[derive(Clone, Debug, Default)]
pub struct Submitted {
    /// When it is due, and when it was submitted.
    timers: BTreeMap<TimerNo, (i64, Duration)>,
}

impl Submitted {
    /// The timers of a page to submit now, in its order.
    pub fn take_new(&mut self, page: &Page, at: Duration) -> Vec<Arc<Timer>> {
        let shown: BTreeSet<TimerNo> = page.rows.iter().map(|timer| timer.no).collect();
        let end_us = if page.cut { page.rows.last().map(|timer| timer.due_at_us) } else { None };
        let covered = |due_at_us: i64| due_at_us <= page.until_us && end_us.is_none_or(|end| due_at_us < end);
        // What the page would show and does not is gone from the store.
        self.timers.retain(|no, (due_at_us, since)| {
            at.saturating_sub(*since) < AGAIN && (shown.contains(no) || !covered(*due_at_us))
        });
        let mut new = Vec::new();
        for timer in page.rows.iter().skip(usize::from(planted(Plant::ClerkLeavesOneOut))) {
            if let Entry::Vacant(entry) = self.timers.entry(timer.no) {
                entry.insert((timer.due_at_us, at));
                new.push(timer.clone());
            }
        }
        new
    }

    /// The cell decided nothing: the timer may be submitted again.
    pub fn give_up(&mut self, timer: TimerNo) {
        self.timers.remove(&timer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Stamp};
    use trade::TimerTask;

    const NOW: Duration = Duration::from_secs(100);

    fn page(due: &[i64], cut: bool) -> Page {
        let slot = Slot::new(1).expect("a slot");
        let timer = |at_us: &i64| Timer {
            slot,
            due_at_us: *at_us,
            no: TimerNo::of(Stamp { at_us: *at_us, seq: 1 }, slot),
            task: TimerTask::ForgetCode,
            order_no: None,
            code: None,
            party: None,
            attempt: None,
        };
        Page { rows: due.iter().map(|at_us| Arc::new(timer(at_us))).collect(), until_us: 100, cut }
    }

    fn due(timers: &[Arc<Timer>]) -> Vec<i64> {
        timers.iter().map(|timer| timer.due_at_us).collect()
    }

    #[test]
    fn a_timer_is_submitted_once_while_the_store_still_shows_it() {
        let mut submitted = Submitted::default();
        assert_eq!(due(&submitted.take_new(&page(&[1, 2], false), NOW)), [1, 2]);
        assert_eq!(due(&submitted.take_new(&page(&[1, 2, 3], false), NOW)), [3]);
        assert!(submitted.take_new(&page(&[], false), NOW).is_empty());
        assert!(submitted.timers.is_empty(), "nothing is remembered once it is posted");
    }

    #[test]
    fn a_timer_behind_the_end_of_a_cut_page_stays_remembered() {
        let mut submitted = Submitted::default();
        submitted.take_new(&page(&[1, 2, 9], false), NOW);
        assert_eq!(due(&submitted.take_new(&page(&[3, 4], true), NOW)), [3, 4]);
        assert!(submitted.take_new(&page(&[9], false), NOW).is_empty());
    }

    #[test]
    fn what_was_not_decided_or_stays_too_long_is_submitted_again() {
        let mut submitted = Submitted::default();
        let rows = page(&[1], false);
        let first = submitted.take_new(&rows, NOW);
        submitted.give_up(first[0].no);
        assert_eq!(due(&submitted.take_new(&rows, NOW)), [1]);
        assert!(submitted.take_new(&rows, NOW + AGAIN / 2).is_empty());
        assert_eq!(due(&submitted.take_new(&rows, NOW + AGAIN)), [1]);
    }
}
