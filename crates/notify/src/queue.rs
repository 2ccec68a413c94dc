//! Which of the due notices are sent now. Pure: no clock, no I/O.
//!
//! Rules: no notice is sent twice at once; of one order only one is under way, the newest due one first; a merchant's
//! app has a bounded number of calls under way, which shrinks while its server is slow; apps take turns, so that one
//! with many due notices does not hold up the others.

use base::{AppId, NoticeNo, OrderNo, Plant, planted};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::Notice;

/// Bounds of what is under way.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Calls under way per app.
    pub per_app: usize,
    /// Calls under way in all.
    pub total: usize,
}

/// What is under way, and what was tried but still stands in the store as it was before.
#[derive(Clone, Debug)]
pub struct Queue {
    bounds: Bounds,
    /// The order of each notice under way.
    under_way: BTreeMap<NoticeNo, OrderNo>,
    orders: BTreeSet<OrderNo>,
    lanes: BTreeMap<AppId, Lane>,
    /// Tried and counted, but perhaps not posted yet: attempts before, and when it was due.
    settling: BTreeMap<NoticeNo, (u32, i64)>,
}

/// The calls to one app's server.
#[derive(Clone, Copy, Debug)]
struct Lane {
    under_way: usize,
    /// How many may be under way: halved by a slow call, one more after a quick one.
    width: usize,
}

/// A page of due notices, earliest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The notices.
    pub rows: Vec<Arc<Notice>>,
    /// Until when it was asked, microseconds UTC.
    pub until_us: i64,
    /// Whether there may be more due rows than these.
    pub cut: bool,
}

impl Queue {
    /// Nothing is under way.
    pub fn new(bounds: Bounds) -> Queue {
        let (under_way, orders, lanes, settling) = Default::default();
        Queue { bounds, under_way, orders, lanes, settling }
    }

    /// Picks what to send now and counts it as under way.
    pub fn start(&mut self, page: &Page) -> Vec<Arc<Notice>> {
        self.forget_posted(page);
        let mut newest: BTreeMap<OrderNo, &Arc<Notice>> = BTreeMap::new();
        for notice in page.rows.iter().filter(|notice| !self.is_stale(notice)) {
            let kept = newest.entry(notice.order_no).or_insert(notice);
            if notice.no > kept.no {
                *kept = notice;
            }
        }
        // Each app's candidates stay in the order of the page, so that the one that waits longest goes first.
        let mut by_app: BTreeMap<AppId, Vec<&Arc<Notice>>> = BTreeMap::new();
        for notice in page.rows.iter().rev() {
            let first = newest.get(&notice.order_no).is_some_and(|newest| Arc::ptr_eq(newest, notice));
            if first && !self.orders.contains(&notice.order_no) {
                by_app.entry(notice.app).or_default().push(notice);
            }
        }
        self.take_turns(by_app)
    }

    /// Takes the last of each app's list, app after app, as long as there is room.
    fn take_turns(&mut self, mut waiting: BTreeMap<AppId, Vec<&Arc<Notice>>>) -> Vec<Arc<Notice>> {
        let mut started = Vec::new();
        while !waiting.is_empty() {
            waiting.retain(|app, notices| {
                let fresh = Lane { under_way: 0, width: self.bounds.per_app };
                let lane = self.lanes.get(app).copied().unwrap_or(fresh);
                if self.under_way.len() >= self.bounds.total || lane.under_way >= lane.width {
                    return false;
                }
                let Some(notice) = notices.pop() else { return false };
                self.lanes.insert(*app, Lane { under_way: lane.under_way + 1, ..lane });
                self.under_way.insert(notice.no, notice.order_no);
                self.orders.insert(notice.order_no);
                started.push(notice.clone());
                true
            });
        }
        started
    }

    /// Whether more could be started than was.
    pub fn has_room(&self) -> bool {
        self.under_way.len() < self.bounds.total
    }

    /// An attempt ended. `counted`: the cell has counted it; otherwise the notice is simply due again.
    pub fn ended(&mut self, notice: &Notice, counted: bool, slow: bool) {
        if let Some(order_no) = self.under_way.remove(&notice.no)
            && !planted(Plant::OrderStaysUnderWay)
        {
            self.orders.remove(&order_no);
        }
        if let Some(lane) = self.lanes.get_mut(&notice.app) {
            lane.under_way -= usize::from(!planted(Plant::LaneNotGivenBack));
            lane.width =
                if slow { (lane.width / 2).max(1) } else { (lane.width + 1).min(self.bounds.per_app) };
            if lane.under_way == 0 && lane.width == self.bounds.per_app {
                self.lanes.remove(&notice.app);
            }
        }
        if counted {
            let due_at_us = notice.next_at_us.unwrap_or(i64::MIN);
            self.settling.insert(notice.no, (notice.attempts, due_at_us));
        }
    }

    /// How many calls are under way.
    #[cfg(test)]
    fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Whether a row is under way, or shows how the notice was before an attempt that was counted since.
    fn is_stale(&self, notice: &Notice) -> bool {
        let tried = |(attempts, _): &(u32, i64)| notice.attempts <= *attempts;
        self.under_way.contains_key(&notice.no) || self.settling.get(&notice.no).is_some_and(tried)
    }

    /// Forgets tried notices that the page would show if the store still had them as they were before.
    fn forget_posted(&mut self, page: &Page) {
        let shown: BTreeMap<NoticeNo, u32> =
            page.rows.iter().map(|notice| (notice.no, notice.attempts)).collect();
        let cut_at_us = if page.cut { page.rows.last().and_then(|notice| notice.next_at_us) } else { None };
        let covered =
            |due_at_us: i64| due_at_us <= page.until_us && cut_at_us.is_none_or(|cut| due_at_us < cut);
        self.settling.retain(|no, (attempts, due_at_us)| match shown.get(no) {
            Some(shown) => shown <= attempts,
            None => !covered(*due_at_us),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Stamp, Text};
    use trade::{NoticeEvent, NoticeState};

    const DUE_US: i64 = 1_000;

    fn notice(no: i64, order: i64, app: u64) -> Notice {
        let slot = Slot::new(1).expect("a slot");
        Notice {
            slot,
            no: NoticeNo::of(Stamp { at_us: no, seq: 1 }, slot),
            app: AppId::issue(app, slot).expect("an app"),
            order_no: OrderNo::of(Stamp { at_us: order, seq: 1 }, slot),
            event: NoticeEvent::Paid,
            url: Text::new("http://127.0.0.1/").expect("short"),
            refunded_minor: money::Minor::ZERO,
            closed: false,
            out_biz_no: None,
            happened_at_us: no,
            state: NoticeState::Due,
            attempts: 0,
            next_at_us: Some(DUE_US),
            last_error: None,
            content: None,
        }
    }

    fn page(rows: &[Notice]) -> Page {
        Page { rows: rows.iter().cloned().map(Arc::new).collect(), until_us: 10 * DUE_US, cut: false }
    }

    fn numbers(started: &[Arc<Notice>]) -> Vec<i64> {
        started.iter().map(|notice| notice.no.at_us()).collect()
    }

    fn queue() -> Queue {
        Queue::new(Bounds { per_app: 2, total: 3 })
    }

    #[test]
    fn the_newest_of_an_order_goes_first_and_alone() {
        let mut queue = queue();
        let rows = [notice(1, 7, 1), notice(2, 7, 1), notice(3, 7, 1)];
        let started = queue.start(&page(&rows));
        assert_eq!(numbers(&started), [3]);
        assert!(queue.start(&page(&rows)).is_empty());
        queue.ended(&started[0], true, false);
        assert_eq!(numbers(&queue.start(&page(&rows[..2]))), [2]);
    }

    #[test]
    fn apps_take_turns_within_the_bounds() {
        let mut queue = queue();
        let mut rows: Vec<Notice> = (1..100).map(|no| notice(no, no, 1)).collect();
        rows.push(notice(100, 100, 2));
        let started = queue.start(&page(&rows));
        assert_eq!(numbers(&started), [1, 100, 2]);
        assert_eq!(queue.under_way(), 3);
        queue.ended(&started[0], true, false);
        assert_eq!(numbers(&queue.start(&page(&rows))), [3]);
    }

    #[test]
    fn a_slow_merchant_gets_fewer_calls_until_it_is_quick_again() {
        let mut queue = Queue::new(Bounds { per_app: 4, total: 100 });
        let rows: Vec<Notice> = (1..100).map(|no| notice(no, no, 1)).collect();
        let mut started = queue.start(&page(&rows));
        assert_eq!(started.len(), 4);
        started.iter().for_each(|notice| queue.ended(notice, true, true));
        started = queue.start(&page(&rows));
        assert_eq!(started.len(), 1);
        queue.ended(&started[0], true, false);
        assert_eq!(queue.start(&page(&rows)).len(), 2);
    }

    #[test]
    fn a_tried_notice_waits_until_its_count_is_posted() {
        let mut queue = queue();
        let before = notice(1, 1, 1);
        let started = queue.start(&page(std::slice::from_ref(&before)));
        queue.ended(&started[0], true, false);
        assert!(
            queue.start(&page(std::slice::from_ref(&before))).is_empty(),
            "the store still shows the old row"
        );
        let after = Notice { attempts: 1, ..before.clone() };
        assert_eq!(queue.start(&page(&[after])).len(), 1, "counted, posted and due again");
    }

    #[test]
    fn an_attempt_that_was_not_counted_is_made_again() {
        let mut queue = queue();
        let rows = [notice(1, 1, 1)];
        let started = queue.start(&page(&rows));
        queue.ended(&started[0], false, false);
        assert_eq!(queue.start(&page(&rows)).len(), 1);
    }

    #[test]
    fn nothing_is_remembered_once_it_is_posted() {
        let mut queue = queue();
        let row = notice(1, 1, 1);
        let started = queue.start(&page(std::slice::from_ref(&row)));
        queue.ended(&started[0], true, false);
        let cut = Page { rows: vec![Arc::new(notice(2, 2, 2))], until_us: 10 * DUE_US, cut: true };
        let other = queue.start(&cut);
        queue.ended(&other[0], false, false);
        assert_eq!(queue.settling.len(), 1, "it may lie behind the end of the page");
        queue.start(&page(&[]));
        assert!(queue.settling.is_empty() && queue.lanes.is_empty());
    }
}
