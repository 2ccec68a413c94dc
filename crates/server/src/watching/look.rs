//! What has to be looked at to be known: what waits in the tables, and the disk below the folder. Reading the tables
//! takes no lock of who posts; each look is bounded, whatever waits.

use super::list;
use super::text::Page;
use crate::data_folder::DataFolder;
use fund::BankOrderState;
use std::fs;
use store::{Reader, StoreError};

/// What waits of a kind, counted at most.
const COUNTED_MAX: usize = 1_000;
/// What a failed write leaves in the journal's folder.
const TAINT: &str = "taint";

/// What waits in the tables.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Waiting {
    notices_due: u64,
    notices_failing: u64,
    notices_late_us: u64,
    timers_due: u64,
    timers_late_us: u64,
    /// In the order of the states.
    bank_orders: [u64; BankOrderState::ALL.len()],
    bank_orders_age_us: u64,
}

impl Waiting {
    /// Looks at what waits at a moment of the world, microseconds UTC.
    pub(crate) fn look(reader: &mut dyn Reader, now_us: i64) -> Result<Waiting, StoreError> {
        let mut waiting = Waiting::default();
        // Earliest first: those that are due come before those that are not.
        let notices = reader.due_notices(i64::MAX, COUNTED_MAX)?;
        let due = |at_us: Option<i64>| at_us.is_some_and(|at_us| at_us <= now_us);
        waiting.notices_due = count(notices.iter().filter(|notice| due(notice.next_at_us)));
        waiting.notices_failing = count(notices.iter().filter(|notice| notice.attempts > 0));
        waiting.notices_late_us = age(notices.iter().filter_map(|notice| notice.next_at_us), now_us);
        let timers = reader.due_timers(now_us, COUNTED_MAX)?;
        waiting.timers_due = count(timers.iter());
        waiting.timers_late_us = age(timers.iter().map(|timer| timer.due_at_us), now_us);
        let orders = reader.due_bank_orders(i64::MAX, COUNTED_MAX)?;
        for (number, state) in waiting.bank_orders.iter_mut().zip(BankOrderState::ALL) {
            *number = count(orders.iter().filter(|order| order.state == state));
        }
        waiting.bank_orders_age_us = age(orders.iter().map(|order| order.asked_at_us), now_us);
        Ok(waiting)
    }

    /// Writes it down.
    pub(crate) fn tell(&self, page: &mut Page) {
        page.number(&list::NOTICES_DUE, self.notices_due);
        page.number(&list::NOTICES_FAILING, self.notices_failing);
        page.seconds(&list::NOTICES_LATE, self.notices_late_us);
        page.number(&list::TIMERS_DUE, self.timers_due);
        page.seconds(&list::TIMERS_LATE, self.timers_late_us);
        let open = BankOrderState::ALL.into_iter().zip(self.bank_orders).filter(|(state, _)| state.is_open());
        page.labelled(&list::BANK_ORDERS, open.map(|(state, number)| (vec![("state", name(state))], number)));
        page.seconds(&list::BANK_ORDERS_AGE, self.bank_orders_age_us);
    }
}

fn count<T>(found: impl Iterator<Item = T>) -> u64 {
    found.count() as u64
}

/// How long ago the first of these moments was; 0 when it is ahead, or when there is none.
fn age(moments_us: impl Iterator<Item = i64>, now_us: i64) -> u64 {
    let first_us = moments_us.min().unwrap_or(now_us);
    u64::try_from(now_us.saturating_sub(first_us)).unwrap_or(0)
}

/// The state's name for programs.
const fn name(state: BankOrderState) -> &'static str {
    match state {
        BankOrderState::Draft => "draft",
        BankOrderState::Asked => "asked",
        BankOrderState::Unknown => "unknown",
        BankOrderState::GivenUp => "given_up",
        BankOrderState::Done => "done",
        BankOrderState::Failed => "failed",
        BankOrderState::Closed => "closed",
        BankOrderState::Returning => "returning",
        BankOrderState::Returned => "returned",
        BankOrderState::Credited => "credited",
    }
}

/// The disk below the data folder, and the journal's files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ground {
    pub(crate) free_bytes: u64,
    pub(crate) size_bytes: u64,
    pub(crate) segments: u64,
    pub(crate) is_tainted: bool,
}

impl Ground {
    /// Looks at it; what the system does not tell is left out.
    pub(crate) fn look(folder: &DataFolder) -> std::io::Result<Ground> {
        let disk = rustix::fs::statvfs(folder.root())?;
        let mut ground = Ground {
            free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
            size_bytes: disk.f_blocks.saturating_mul(disk.f_frsize),
            segments: 0,
            is_tainted: false,
        };
        for entry in fs::read_dir(folder.journal())? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            ground.segments += u64::from(name.ends_with(".journal"));
            ground.is_tainted |= name == TAINT;
        }
        Ok(ground)
    }

    /// Writes it down.
    pub(crate) fn tell(&self, page: &mut Page) {
        page.number(&list::DISK_FREE, self.free_bytes);
        page.number(&list::DISK_SIZE, self.size_bytes);
        page.number(&list::SEGMENTS, self.segments);
        page.is(&list::TAINTED, self.is_tainted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Stamp, TimerNo};
    use engine::{Key, Row};
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use store::{Mark, MemoryStore, Store};
    use trade::{Timer, TimerTask};

    const NOON_US: i64 = 1_767_326_400_000_000;

    #[test]
    fn timers_that_are_due_are_counted_and_the_first_tells_the_age() {
        let timer = |number: u64, due_at_us: i64| {
            let slot = Slot::of_id(7);
            let no = TimerNo::of(Stamp { at_us: due_at_us, seq: number }, slot);
            Row::Timer(Arc::new(Timer {
                slot,
                due_at_us,
                no,
                task: TimerTask::ForgetCode,
                order_no: None,
                code: Some([1; 16]),
                party: None,
                attempt: None,
            }))
        };
        let rows = [timer(1, NOON_US - 90_000_000), timer(2, NOON_US), timer(3, NOON_US + 1)];
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).into();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let waiting = Waiting::look(&mut store, NOON_US).unwrap();
        assert_eq!(waiting, Waiting { timers_due: 2, timers_late_us: 90_000_000, ..Waiting::default() });
        let mut page = Page::default();
        waiting.tell(&mut page);
        let text = page.into_text();
        assert!(text.contains("\ntongbao_timers_due 2\n") && text.contains("_late_seconds 90\n"), "{text}");
        assert!(text.contains("{state=\"given_up\"} 0\n") && !text.contains("draft"), "{text}");
    }
}
