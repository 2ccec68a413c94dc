//! What a person had and spent, month by month.
//!
//! A bill counts in the month in which it was paid or came in, with what of it did not come back until now: what was
//! refunded is not spent, whenever that was. Top-ups and withdrawals have a category of their own and are neither had
//! nor spent: the money stays the person's. What the platform takes for them is spent.

use super::list::Walk;
use super::{BillCategory, BillState, Deal};
use crate::BillError;
use base::{DAY_US, Day, PartyId};
use money::{Currency, Money, MoneyError};
use std::collections::BTreeMap;
use store::Reader;

/// Rows of each list that are read at once.
const PAGE: usize = 500;
/// Rows that are counted at most; a person has a few a day.
const ROWS_MAX: usize = 100_000;
/// How much later than its number, which is of when it was asked for, a deal may be paid or come in and still be
/// counted. Orders live for 15 days at most, transfers are offered for three and wait for one. An account that is
/// frozen keeps its transfers back, and for how long nobody knows: one that comes in later than this is in no month.
pub(super) const LATE_US: i64 = 31 * DAY_US;

const _: () = assert!(LATE_US >= 2 * trade::EXPIRY_DEFAULT_US, "an order may be paid in all its life");

/// What of one category was had and spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CategoryTotal {
    /// The category.
    pub category: BillCategory,
    /// What came in; of cash, to the balance.
    pub had: Money,
    /// What went out and did not come back; of cash, from the balance. Fees are in it.
    pub spent: Money,
    /// What of that the platform took.
    pub fees: Money,
    /// How many bills these are.
    pub count: u32,
}

/// A month of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthTotal {
    /// Its first day.
    pub first: Day,
    /// What came in, without cash.
    pub had: Money,
    /// What went out and did not come back; of cash, the fees alone.
    pub spent: Money,
    /// By category; those without a bill are left out.
    pub categories: Vec<CategoryTotal>,
}

/// Totals of the month of `today` and of those before it, so many in all, newest first. Only yuan are counted.
///
/// # Errors
/// [`BillError::TooLong`] when there are more bills than are counted at once; [`BillError::Odd`] when a sum is too
/// large; when the tables cannot be read.
pub fn month_totals(
    reader: &mut dyn Reader,
    party: PartyId,
    today: Day,
    count: u32,
) -> Result<Vec<MonthTotal>, BillError> {
    totals_within(reader, party, today, count, ROWS_MAX)
}

fn totals_within(
    reader: &mut dyn Reader,
    party: PartyId,
    today: Day,
    count: u32,
    rows_max: usize,
) -> Result<Vec<MonthTotal>, BillError> {
    let mut months = BTreeMap::new();
    let mut first = first_of(today);
    for _month in 0..count {
        months.insert(first, BTreeMap::new());
        first = first_of(first.minus_days(1));
    }
    let oldest = months.keys().next().map_or(i64::MAX, |first: &Day| first.begins_at_us());
    let mut walk = Walk::new(party, None, None, PAGE);
    let mut rows = 0;
    while let Some((number, deal)) = walk.next(reader)? {
        if number / 100 < oldest.saturating_sub(LATE_US) {
            break;
        }
        rows += 1;
        if rows > rows_max {
            return Err(BillError::TooLong);
        }
        let Some(deal) = deal else { continue };
        let Some(counted) = counted(&deal).map_err(odd)? else { continue };
        if let Some(month) = months.get_mut(&first_of(Day::of(counted.at_us))) {
            add(month, &deal, &counted).map_err(odd)?;
        }
    }
    months.into_iter().rev().map(|(first, categories)| month_of(first, categories).map_err(odd)).collect()
}

fn odd(error: MoneyError) -> BillError {
    BillError::Odd(format!("totals of months: {error}"))
}

fn first_of(day: Day) -> Day {
    day.minus_days(day.of_month() - 1)
}

/// What a deal counts, and when.
struct Counted {
    at_us: i64,
    amount: Money,
    fee: Money,
    is_in: bool,
}

/// What counts of a deal: it was paid or done, and did not come back as a whole.
fn counted(deal: &Deal) -> Result<Option<Counted>, MoneyError> {
    let (at_us, is_in) = match deal {
        // Paid is paid, also while goods are awaited.
        Deal::Payment(trade) => (trade.paid_at_us, false),
        // Paid, also while it waits for its time.
        Deal::Sent(transfer) => (transfer.paid_at_us, false),
        Deal::Received(received) => (Some(received.at_us), true),
        Deal::AtBank(order) => {
            let is_done = deal.state(false) == BillState::Done;
            let heard_at_us = order.heard_at_us.unwrap_or(order.asked_at_us);
            (is_done.then_some(heard_at_us), order.kind.is_in())
        }
    };
    let Some(at_us) = at_us.filter(|_| deal.currency() == Currency::Cny) else { return Ok(None) };
    let amount = deal.amount().checked_sub(deal.refunded())?;
    Ok((!amount.is_zero()).then_some(Counted { at_us, amount, fee: deal.fee(), is_in }))
}

fn add(
    month: &mut BTreeMap<BillCategory, CategoryTotal>,
    deal: &Deal,
    counted: &Counted,
) -> Result<(), MoneyError> {
    let (category, none) = (deal.category(), Money::zero(Currency::Cny));
    let nothing = CategoryTotal { category, had: none, spent: none, fees: none, count: 0 };
    let total = month.entry(category).or_insert(nothing);
    if counted.is_in {
        total.had = total.had.checked_add(counted.amount)?;
    } else {
        total.spent = total.spent.checked_add(counted.amount)?;
    }
    total.spent = total.spent.checked_add(counted.fee)?;
    total.fees = total.fees.checked_add(counted.fee)?;
    total.count = total.count.saturating_add(1);
    Ok(())
}

fn month_of(first: Day, categories: BTreeMap<BillCategory, CategoryTotal>) -> Result<MonthTotal, MoneyError> {
    let (mut had, mut spent) = (Money::zero(Currency::Cny), Money::zero(Currency::Cny));
    for total in categories.values() {
        // Cash stays the person's, but for its fees.
        let (came, went) = match total.category {
            BillCategory::Shopping | BillCategory::Transfer => (total.had, total.spent),
            BillCategory::Cash => (Money::zero(Currency::Cny), total.fees),
        };
        had = had.checked_add(came)?;
        spent = spent.checked_add(went)?;
    }
    Ok(MonthTotal { first, had, spent, categories: categories.into_values().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Stamp, TransferNo};
    use engine::{Key, Row};
    use std::sync::Arc;
    use store::{Mark, MemoryStore, Store};
    use transfer::Received;

    #[test]
    fn more_bills_than_are_counted_at_once_are_refused() {
        let slot = Slot::new(7).unwrap();
        let (payee, payer) = (PartyId::issue(1, slot).unwrap(), PartyId::issue(2, slot).unwrap());
        let begin = "2026-01-02".parse::<Day>().unwrap().begins_at_us();
        let amount_minor = Money::from_minor(1, Currency::Cny).unwrap().minor();
        let had = |at_us: i64| {
            let no = TransferNo::of(Stamp { at_us, seq: 1 }, slot);
            Row::Received(Arc::new(Received {
                slot,
                no,
                payee,
                payer,
                currency: Currency::Cny,
                amount_minor,
                at_us,
            }))
        };
        let rows: BTreeMap<Key, Option<Row>> =
            (0..12).map(|at| had(begin + at)).map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        let mark = Mark { sequence: 1, stamp: Stamp { at_us: 1, seq: 1 }, hash: [1; 32] };
        store.post(&rows, mark).unwrap();
        let totals = |max| totals_within(&mut *store.reader().unwrap(), payee, Day::of(begin), 1, max);
        assert_eq!(totals(12).unwrap()[0].categories[0].count, 12);
        assert!(matches!(totals(11), Err(BillError::TooLong)));
    }
}
