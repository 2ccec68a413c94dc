//! A day of a merchant beside the same weekday of the week before.
//!
//! Read from the orders, newest first, until the year before both days is over, or until so many were read. An order
//! counts on the day when it was paid, a refund on the day when it was made, which may be long after its order.

use super::list::number_at;
use crate::BillError;
use base::{DAY_US, Day, HOUR_US, PartyId, Text};
use engine::{Key, Row, Table};
use money::Currency;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use store::Reader;
use trade::{Order, Refund, RefundState};

/// Most orders that are read for one dashboard.
pub const DASHBOARD_ORDERS_MAX: usize = 50_000;
/// Hours of a day.
pub const HOURS: usize = 24;
/// Over so many days, the day asked for with them, it is counted who came again.
pub const REPURCHASE_DAYS: u32 = 30;

/// Rows read at once.
const PAGE: usize = 500;
/// Most rows of refunds that are read for one dashboard.
const REFUND_ROWS_MAX: usize = 200_000;
/// Rows of refunds read at once, also of the orders behind: an order has few.
const REFUNDS_PAGE: usize = 20;
/// Days in which whoever paid before is no new payer.
const KNOWN_DAYS: u32 = 365;
/// How much later than its number, which is of when it was opened, an order may be paid and still be counted: orders
/// live for 15 days at most, from being offered and from being taken up.
const LATE_US: i64 = 31 * DAY_US;

const _: () = assert!(LATE_US >= 2 * trade::EXPIRY_DEFAULT_US, "an order may be paid in all its life");

/// What buyers paid in some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Takings {
    /// How many payments.
    pub payments: u32,
    /// What they came to, fen.
    pub minor: i64,
}

impl Takings {
    fn add(&mut self, minor: i64) -> Result<(), BillError> {
        self.payments = self.payments.saturating_add(1);
        self.minor = sum(self.minor, minor)?;
        Ok(())
    }
}

/// One day of a merchant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShopDay {
    /// The day, in China.
    pub day: Day,
    /// What was paid on it.
    pub taken: Takings,
    /// The same by the hours of the day.
    pub hours: [Takings; HOURS],
    /// How many orders were opened on it.
    pub opened: u32,
    /// How many of these were paid, whenever.
    pub paid_of_opened: u32,
    /// How many refunds were made on it and did not come back.
    pub refunds: u32,
    /// What they gave back, fen.
    pub refunded_minor: i64,
    /// How many people paid.
    pub payers: u32,
    /// How many of them had paid this merchant nothing in the year before; absent when that year was not read.
    pub new_payers: Option<u32>,
}

/// Who came again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repurchase {
    /// How many people paid.
    pub payers: u32,
    /// How many of them paid more than once.
    pub again: u32,
}

/// A day beside the same weekday of the week before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShopDashboard {
    /// The day.
    pub day: ShopDay,
    /// The same weekday of the week before.
    pub week_before: ShopDay,
    /// What was paid on that day until the time of day at which the dashboard was made.
    pub week_before_until_now: Takings,
    /// Who came again in the days up to the day; absent when these were not read.
    pub repurchase: Option<Repurchase>,
    /// Whether all orders of the year before were read, and all of their refunds; those of older orders are not counted
    /// when they were not.
    pub is_whole: bool,
}

/// The dashboard of a merchant for a day, at a moment (microseconds UTC). Only yuan are counted.
///
/// # Errors
/// [`BillError::TooLong`] when not even the two days were read with [`DASHBOARD_ORDERS_MAX`] orders;
/// [`BillError::Odd`] when a sum is too large; when the tables cannot be read.
pub fn shop_dashboard(
    reader: &mut dyn Reader,
    seller: PartyId,
    day: Day,
    now_us: i64,
) -> Result<ShopDashboard, BillError> {
    let most = Most { orders: DASHBOARD_ORDERS_MAX, refund_rows: REFUND_ROWS_MAX };
    dashboard_within(reader, seller, day, now_us, most)
}

/// What is read at most.
#[derive(Clone, Copy, Debug)]
struct Most {
    orders: usize,
    refund_rows: usize,
}

fn dashboard_within(
    reader: &mut dyn Reader,
    seller: PartyId,
    day: Day,
    now_us: i64,
    most: Most,
) -> Result<ShopDashboard, BillError> {
    let mut count = Count::new(day, now_us, most.refund_rows);
    let oldest_us = count.week_before.known_us.start.saturating_sub(LATE_US);
    let (mut below, mut read) = (number_at(count.day.within_us.end), 0);
    // The moment below which nothing was read.
    let mut reached_us = None;
    'all: loop {
        let rows = reader.orders(Some(seller), below, PAGE)?;
        for row in &rows {
            if row.no.at_us() < oldest_us {
                break 'all;
            }
            if read == most.orders {
                reached_us = below.map(base::OrderNo::at_us);
                break 'all;
            }
            read += 1;
            below = Some(row.no);
            count.add(reader, row)?;
        }
        if rows.len() < PAGE {
            break;
        }
    }
    count.told(reached_us)
}

/// What is counted of one day.
struct DayCount {
    told: ShopDay,
    within_us: Range<i64>,
    /// The year before it.
    known_us: Range<i64>,
    payers: BTreeSet<PartyId>,
    /// Who paid in the year before.
    known: BTreeSet<PartyId>,
}

impl DayCount {
    fn new(day: Day) -> DayCount {
        let begin_us = day.begins_at_us();
        let told = ShopDay {
            day,
            taken: Takings::default(),
            hours: [Takings::default(); HOURS],
            opened: 0,
            paid_of_opened: 0,
            refunds: 0,
            refunded_minor: 0,
            payers: 0,
            new_payers: None,
        };
        DayCount {
            told,
            within_us: begin_us..day.plus_days(1).begins_at_us(),
            known_us: day.minus_days(KNOWN_DAYS).begins_at_us()..begin_us,
            payers: BTreeSet::new(),
            known: BTreeSet::new(),
        }
    }

    fn add(&mut self, order: &Order) -> Result<(), BillError> {
        if self.within_us.contains(&order.opened_at_us) {
            self.told.opened = self.told.opened.saturating_add(1);
            let is_paid = u32::from(order.paid_at_us.is_some());
            self.told.paid_of_opened = self.told.paid_of_opened.saturating_add(is_paid);
        }
        let Some((paid_at_us, buyer)) = order.paid_at_us.zip(order.buyer) else { return Ok(()) };
        if self.known_us.contains(&paid_at_us) {
            self.known.insert(buyer);
        }
        if !self.within_us.contains(&paid_at_us) {
            return Ok(());
        }
        self.payers.insert(buyer);
        let minor = order.total_minor.units();
        self.told.taken.add(minor)?;
        let hour = usize::try_from((paid_at_us - self.within_us.start) / HOUR_US).ok();
        match hour.and_then(|hour| self.told.hours.get_mut(hour)) {
            Some(hour) => hour.add(minor),
            None => Ok(()),
        }
    }

    fn told(mut self, is_whole: bool) -> ShopDay {
        self.told.payers = counted(self.payers.len());
        let new = self.payers.difference(&self.known).count();
        self.told.new_payers = is_whole.then(|| counted(new));
        self.told
    }
}

/// What is counted while orders are read.
struct Count {
    day: DayCount,
    week_before: DayCount,
    until_now_us: Range<i64>,
    until_now: Takings,
    /// The days in which it is counted who came again.
    again_us: Range<i64>,
    /// How often each payer paid in them.
    often: BTreeMap<PartyId, u32>,
    /// Rows of refunds that may still be read.
    refund_rows_left: usize,
    /// Whether there were more of them.
    are_refunds_cut: bool,
}

impl Count {
    fn new(day: Day, now_us: i64, refund_rows_max: usize) -> Count {
        let (this, before) = (DayCount::new(day), DayCount::new(day.minus_days(7)));
        let gone_us = (now_us - this.within_us.start).clamp(0, DAY_US);
        let again_us = day.minus_days(REPURCHASE_DAYS - 1).begins_at_us()..this.within_us.end;
        Count {
            until_now_us: before.within_us.start..before.within_us.start.saturating_add(gone_us),
            until_now: Takings::default(),
            again_us,
            often: BTreeMap::new(),
            refund_rows_left: refund_rows_max,
            are_refunds_cut: false,
            day: this,
            week_before: before,
        }
    }

    fn add(&mut self, reader: &mut dyn Reader, order: &Order) -> Result<(), BillError> {
        if order.currency != Currency::Cny {
            return Ok(());
        }
        self.day.add(order)?;
        self.week_before.add(order)?;
        if let Some((paid_at_us, buyer)) = order.paid_at_us.zip(order.buyer) {
            if self.until_now_us.contains(&paid_at_us) {
                self.until_now.add(order.total_minor.units())?;
            }
            if self.again_us.contains(&paid_at_us) {
                let often = self.often.entry(buyer).or_default();
                *often = often.saturating_add(1);
            }
        }
        self.add_refunds(reader, order)
    }

    fn add_refunds(&mut self, reader: &mut dyn Reader, order: &Order) -> Result<(), BillError> {
        let begin_us = self.week_before.within_us.start;
        // What was wholly given back before both days has no refund in them.
        if order.refunded_minor.units() == 0 || order.closed_at_us.is_some_and(|at_us| at_us < begin_us) {
            return Ok(());
        }
        let none = Text::new("").map_err(|error| BillError::Odd(error.to_string()))?;
        let mut after = Key::Refund((order.slot, order.no, none));
        loop {
            let page = REFUNDS_PAGE.min(self.refund_rows_left);
            if page == 0 {
                self.are_refunds_cut = true;
                return Ok(());
            }
            let rows = reader.scan(Table::Refund, Some(order.slot), Some(&after), page)?;
            self.refund_rows_left -= rows.len();
            for row in &rows {
                match row {
                    Row::Refund(refund) if refund.order_no == order.no => self.add_refund(refund)?,
                    _ => return Ok(()),
                }
            }
            match rows.last() {
                Some(last) if rows.len() == page => after = last.key(),
                _ => return Ok(()),
            }
        }
    }

    fn add_refund(&mut self, refund: &Refund) -> Result<(), BillError> {
        if refund.state == RefundState::Returned {
            return Ok(());
        }
        for day in [&mut self.day, &mut self.week_before] {
            if day.within_us.contains(&refund.at_us) {
                day.told.refunds = day.told.refunds.saturating_add(1);
                day.told.refunded_minor = sum(day.told.refunded_minor, refund.amount_minor.units())?;
            }
        }
        Ok(())
    }

    /// The dashboard, when orders that were opened before this moment were not read.
    fn told(self, reached_us: Option<i64>) -> Result<ShopDashboard, BillError> {
        let is_read = |begin_us: i64| reached_us.is_none_or(|at_us| at_us <= begin_us - LATE_US);
        if !is_read(self.week_before.within_us.start) {
            return Err(BillError::TooLong);
        }
        let again = self.often.values().filter(|often| **often > 1).count();
        let repurchase = Repurchase { payers: counted(self.often.len()), again: counted(again) };
        let repurchase = is_read(self.again_us.start).then_some(repurchase);
        let is_year_read = reached_us.is_none();
        Ok(ShopDashboard {
            day: self.day.told(is_year_read),
            week_before: self.week_before.told(is_year_read),
            week_before_until_now: self.until_now,
            repurchase,
            is_whole: is_year_read && !self.are_refunds_cut,
        })
    }
}

fn counted(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn sum(one: i64, other: i64) -> Result<i64, BillError> {
    one.checked_add(other).ok_or_else(|| BillError::Odd("the takings of a day are too large".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::samples::{fen, order, refund, shop, tables};
    use std::sync::Arc;
    use store::Store;

    /// What needs a time that was not read is not told, and where not even the two days were read, nothing is.
    #[test]
    fn more_orders_than_are_read_make_a_dashboard_that_says_so_or_none() {
        let day: Day = "2026-06-01".parse().unwrap();
        let noon = day.begins_at_us() + 12 * HOUR_US;
        // Three on the day, three long before the days up to it, three long before those.
        let moments =
            [0, 100, 300].into_iter().flat_map(|days| (0..3).map(move |at| noon - days * DAY_US + at));
        let store = tables(moments.map(|at_us| Row::Order(Arc::new(order(at_us, 1)))));
        let board = |orders| {
            let most = Most { orders, refund_rows: 9 };
            dashboard_within(&mut *store.reader().unwrap(), shop(), day, noon + HOUR_US, most)
        };
        let whole = board(9).unwrap();
        assert_eq!((whole.is_whole, whole.day.new_payers, whole.day.taken.payments), (true, Some(0), 3));
        let part = board(4).unwrap();
        assert_eq!((part.is_whole, part.day.new_payers, part.day.taken.payments), (false, None, 3));
        assert_eq!(
            part.repurchase,
            Some(Repurchase { payers: 1, again: 1 }),
            "a hundred days are far enough"
        );
        assert!(matches!(board(3), Err(BillError::TooLong)), "nobody knows what came before them");
    }

    /// Refunds beyond what is read are not counted, which is said; all else stays as it is.
    #[test]
    fn more_refunds_than_are_read_leave_the_dashboard_less_than_whole() {
        let day: Day = "2026-06-01".parse().unwrap();
        let noon = day.begins_at_us() + 12 * HOUR_US;
        let mut rows = Vec::new();
        for at_us in [noon, noon + 1_000] {
            let mut sold = order(at_us, 100);
            sold.refunded_minor = fen(30).minor();
            let refunds = (0..30).map(|at| refund(&sold, &format!("R{at}"), 1, noon + 9, RefundState::Done));
            rows.extend(refunds.map(|refund| Row::Refund(Arc::new(refund))));
            rows.push(Row::Order(Arc::new(sold)));
        }
        let store = tables(rows);
        let board = |refund_rows| {
            let most = Most { orders: 9, refund_rows };
            dashboard_within(&mut *store.reader().unwrap(), shop(), day, noon + HOUR_US, most).unwrap()
        };
        let whole = board(1_000);
        assert_eq!((whole.is_whole, whole.day.refunds, whole.day.refunded_minor), (true, 60, 60));
        for most in [0, 25, 59] {
            let part = board(most);
            let counted = usize::try_from(part.day.refunds).unwrap();
            assert!(!part.is_whole && counted <= most, "{most}: {part:?}");
            assert_eq!((part.day.taken, part.day.new_payers), (whole.day.taken, whole.day.new_payers));
        }
    }
}
