//! The closed days of a merchant with their sums, which are those of the trade bills of these days.

use crate::sales::{silent_refunds, trade_lines_looked};
use crate::{BillError, LINES_MAX, TradeKind, TradeLine};
use base::{Day, PartyId};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use store::Reader;
use trade::Refund;

/// Most days that are summed at once: each walks the postings of a day.
pub const CLOSED_DAYS_MAX: u32 = 31;
/// Most postings that are looked at at once: those of all parties of the slot, for no index leads to a merchant's own.
const CLOSED_POSTINGS_MAX: u32 = 1_000_000;
/// Most splits that are looked at at once: those of all parties of the slot, of all orders that may still have been
/// refunded in these days.
const CLOSED_SPLITS_MAX: u32 = 1_000_000;

/// What the trade lines of a day come to, fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClosedSums {
    /// Payments that came to the merchant.
    pub sales: u32,
    /// What they were of, the fee not taken off.
    pub takings_minor: i64,
    /// Refunds that buyers have.
    pub refunds: u32,
    /// What these gave back.
    pub refunded_minor: i64,
    /// The fee that was taken.
    pub fee_minor: i64,
    /// The fee that was given back.
    pub fee_back_minor: i64,
    /// What receivers of splits got, less what they gave for refunds.
    pub split_minor: i64,
    /// What all of it was to the merchant.
    pub net_minor: i64,
}

/// A day that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClosedDay {
    /// The day.
    pub day: Day,
    /// What it comes to.
    pub told: ClosedTold,
}

/// What is told of a day that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClosedTold {
    /// Its sums.
    Sums(ClosedSums),
    /// A refund of it is under way, so that they could change.
    Unsettled,
    /// It has more lines than a bill may, or there are more postings or splits than are looked at at once.
    TooMany,
}

/// A page of days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClosedPage {
    /// Newest first. One at least, when there is any.
    pub days: Vec<ClosedDay>,
    /// The next page has the days before this one; absent when nothing is left.
    pub next: Option<Day>,
}

/// What one call looks at at most.
#[derive(Clone, Copy, Debug)]
struct Most {
    /// Lines of a day.
    lines: u32,
    /// Postings of all days.
    postings: u32,
    /// Splits of all orders that may still have been refunded in these days.
    splits: u32,
}

/// So many days at most up to and with the last one, newest first, and none before the first: fewer where so many
/// postings were looked at. The caller sees to it that the last one is over and posted.
///
/// # Errors
/// When the tables cannot be read.
pub fn closed_days(
    reader: &mut dyn Reader,
    seller: PartyId,
    first: Day,
    last: Day,
    count: u32,
) -> Result<ClosedPage, BillError> {
    let most = Most { lines: LINES_MAX, postings: CLOSED_POSTINGS_MAX, splits: CLOSED_SPLITS_MAX };
    closed_within(reader, seller, (first, last), count, most)
}

fn closed_within(
    reader: &mut dyn Reader,
    seller: PartyId,
    (first, last): (Day, Day),
    count: u32,
    most: Most,
) -> Result<ClosedPage, BillError> {
    let (mut days, mut day, mut left) = (Vec::new(), last, Left::new(most.postings));
    let count = count.min(CLOSED_DAYS_MAX);
    let oldest = first.max(last.minus_days(count.saturating_sub(1)));
    let silent = Silent::of(reader, seller, &(oldest.begins_at_us()..ends_us(last)), most.splits)?;
    for _day in 0..count {
        if day < first {
            break;
        }
        let told = match sums_of(reader, seller, day, most.lines, (&silent, &mut left)) {
            Ok(sums) => ClosedTold::Sums(sums),
            Err(BillError::Unsettled) => ClosedTold::Unsettled,
            // The next page begins with this day and has all of the postings for it.
            Err(BillError::TooLong) if left.is_over && !days.is_empty() => break,
            Err(BillError::TooLong) => ClosedTold::TooMany,
            Err(error) => return Err(error),
        };
        days.push(ClosedDay { day, told });
        let before = day.minus_days(1);
        // The first day there is has none before it.
        if before == day {
            break;
        }
        day = before;
    }
    let next = days.last().map(|oldest| oldest.day).filter(|oldest| *oldest > first);
    Ok(ClosedPage { days, next })
}

/// How many postings may still be looked at.
struct Left {
    count: u32,
    /// Whether more were wanted.
    is_over: bool,
}

impl Left {
    const fn new(count: u32) -> Left {
        Left { count, is_over: false }
    }

    fn look(&mut self) -> Result<(), BillError> {
        match self.count.checked_sub(1) {
            Some(count) => {
                self.count = count;
                Ok(())
            }
            None => {
                self.is_over = true;
                Err(BillError::TooLong)
            }
        }
    }
}

fn ends_us(day: Day) -> i64 {
    day.plus_days(1).begins_at_us()
}

/// Refunds of all days that no posting tells of; looked for once, whatever the number of days.
struct Silent {
    /// Absent when there are more splits than are looked at: then no day can be summed.
    refunds: Option<Vec<Arc<Refund>>>,
}

impl Silent {
    fn of(
        reader: &mut dyn Reader,
        seller: PartyId,
        within_us: &Range<i64>,
        splits_max: u32,
    ) -> Result<Silent, BillError> {
        let mut left = Left::new(splits_max);
        match silent_refunds(reader, seller, within_us, &mut || left.look()) {
            Ok(refunds) => Ok(Silent { refunds: Some(refunds) }),
            Err(BillError::TooLong) => Ok(Silent { refunds: None }),
            Err(error) => Err(error),
        }
    }

    fn within(&self, within_us: &Range<i64>) -> Result<Vec<Arc<Refund>>, BillError> {
        let refunds = self.refunds.as_ref().ok_or(BillError::TooLong)?;
        Ok(refunds.iter().filter(|refund| within_us.contains(&refund.at_us)).cloned().collect())
    }
}

fn sums_of(
    reader: &mut dyn Reader,
    seller: PartyId,
    day: Day,
    lines_max: u32,
    (silent, left): (&Silent, &mut Left),
) -> Result<ClosedSums, BillError> {
    let within_us = day.begins_at_us()..ends_us(day);
    let (mut sums, mut lines) = (ClosedSums::default(), 0_u32);
    let silent = silent.within(&within_us)?;
    trade_lines_looked(reader, seller, within_us, silent, &mut || left.look(), &mut |line| {
        lines += 1;
        if lines > lines_max {
            return Err(BillError::TooLong);
        }
        sums.add(&line)?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(sums)
}

impl ClosedSums {
    fn add(&mut self, line: &TradeLine) -> Result<(), BillError> {
        match line.kind {
            TradeKind::Sale => {
                self.sales = self.sales.saturating_add(1);
                add(&mut self.takings_minor, line.received_minor)?;
            }
            TradeKind::Refund => {
                self.refunds = self.refunds.saturating_add(1);
                add(&mut self.refunded_minor, line.received_minor.saturating_neg())?;
            }
        }
        // Below zero what was taken, above what was given back.
        match line.fee_minor {
            fee if fee < 0 => add(&mut self.fee_minor, fee.saturating_neg())?,
            fee => add(&mut self.fee_back_minor, fee)?,
        }
        add(&mut self.split_minor, line.split_minor.saturating_neg())?;
        for part in [line.received_minor, line.fee_minor, line.split_minor] {
            add(&mut self.net_minor, part)?;
        }
        Ok(())
    }
}

fn add(sum: &mut i64, part: i64) -> Result<(), BillError> {
    *sum = sum.checked_add(part).ok_or_else(|| BillError::Odd("a sum is too large".to_owned()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::samples::{day_at, paid, shop, tables};
    use crate::shop::samples::{order, refund};
    use base::Text;
    use engine::Row;
    use store::Store;
    use trade::{RefundState, Split, SplitKind};

    const WHOLE: Most = Most { lines: 9, postings: 99, splits: 99 };

    /// Sales of one fen on these days from the first on, so many of each.
    fn sales(of_days: &[i64]) -> Vec<Row> {
        let at = (0_i64..).zip(of_days).flat_map(|(day, count)| (0..*count).map(move |sale| (day, sale)));
        at.flat_map(|(day, sale)| paid(day_at(day) + sale * 1_000)).collect()
    }

    /// What is told: of each day its place and its sales, where these were counted.
    fn told(rows: Vec<Row>, last: u32, count: u32, most: Most) -> (Vec<(u32, Option<u32>)>, Option<u32>) {
        let first = Day::of(day_at(0));
        let span = (first, first.plus_days(last));
        let page = closed_within(&mut *tables(rows).reader().unwrap(), shop(), span, count, most).unwrap();
        let days = page.days.iter().map(|day| match day.told {
            ClosedTold::Sums(sums) => (first.days_until(day.day), Some(sums.sales)),
            ClosedTold::TooMany => (first.days_until(day.day), None),
            ClosedTold::Unsettled => panic!("nothing is under way"),
        });
        (days.collect(), page.next.map(|next| first.days_until(next)))
    }

    #[test]
    fn days_come_newest_first_with_their_sums() {
        let rows = sales(&[1, 0, 2]);
        assert_eq!(told(rows.clone(), 2, 9, WHOLE), (vec![(2, Some(2)), (1, Some(0)), (0, Some(1))], None));
        assert_eq!(told(rows, 2, 2, WHOLE), (vec![(2, Some(2)), (1, Some(0))], Some(1)));
    }

    /// One day that nobody can sum up must not hide those before it.
    #[test]
    fn a_day_of_too_many_lines_is_told_without_sums_and_the_list_goes_on() {
        let most = Most { lines: 2, ..WHOLE };
        let days = vec![(2, Some(2)), (1, None), (0, Some(1))];
        assert_eq!(told(sales(&[1, 3, 2]), 2, 9, most), (days, None));
    }

    #[test]
    fn a_page_ends_where_its_postings_end_and_the_next_begins_there() {
        let (rows, most) = (sales(&[3, 5, 1]), Most { postings: 5, ..WHOLE });
        assert_eq!(told(rows.clone(), 2, 9, most), (vec![(2, Some(1))], Some(2)));
        assert_eq!(told(rows.clone(), 1, 9, most), (vec![(1, Some(5))], Some(1)));
        assert_eq!(told(rows.clone(), 0, 9, most), (vec![(0, Some(3))], None));
        // A day that has more by itself is passed over, so that no page begins for ever with it.
        let most = Most { postings: 4, ..WHOLE };
        assert_eq!(told(rows, 1, 9, most), (vec![(1, None)], Some(1)));
    }
    /// An order of the first day, and on a day after it a refund for which receivers gave all: no posting tells of it.
    fn silent(day: i64) -> Vec<Row> {
        let sold = order(day_at(0) + day, 1);
        let given_back = refund(&sold, "R1", 1, day_at(day) + 7, RefundState::Done);
        let taken_back = Split {
            slot: sold.slot,
            order_no: sold.no,
            place: 1,
            kind: SplitKind::Back,
            out_request_no: Text::new("R1").unwrap(),
            refund_minor: Some(given_back.amount_minor),
            reason: None,
            lines: 0,
            open: 0,
            finish: false,
            at_us: given_back.at_us,
            made_at_us: Some(given_back.at_us),
            undone_at_us: None,
        };
        vec![Row::Order(Arc::new(sold)), Row::Refund(Arc::new(given_back)), Row::Split(Arc::new(taken_back))]
    }

    #[test]
    fn a_refund_that_no_posting_tells_of_is_one_of_its_day() {
        let rows: Vec<Row> = [silent(1), silent(2)].concat();
        let span = (Day::of(day_at(0)), Day::of(day_at(2)));
        let store = tables(rows);
        let page = closed_within(&mut *store.reader().unwrap(), shop(), span, 9, WHOLE).unwrap();
        let refunds = page.days.iter().map(|day| match day.told {
            ClosedTold::Sums(sums) => (sums.refunds, sums.refunded_minor),
            ClosedTold::Unsettled | ClosedTold::TooMany => panic!("{day:?}"),
        });
        assert_eq!(refunds.collect::<Vec<_>>(), [(1, 1), (1, 1), (0, 0)]);
    }

    /// The splits of a year are looked at once for all days; where they are more than may be, no sum is told that could
    /// be wrong.
    #[test]
    fn days_of_too_many_splits_are_told_without_sums() {
        let rows: Vec<Row> = [silent(1), silent(2), sales(&[1])].concat();
        let within = |splits| told(rows.clone(), 2, 9, Most { splits, ..WHOLE });
        assert_eq!(within(2), (vec![(2, Some(0)), (1, Some(0)), (0, Some(1))], None));
        assert_eq!(within(1), (vec![(2, None), (1, None), (0, None)], None));
    }
}
