//! Bills in pages: four lists of one person, each in the order of its numbers, merged into one.
//!
//! All numbers are made of the moment and of the slot, and no two deals have the same one, so that a number says where
//! a page ends in all four lists at once. A deal that comes while somebody pages has a higher number and is on a page
//! that was read already; one whose number is lower, because it was offered long before it was taken up, comes in its
//! place. None comes twice.

use super::months::LATE_US;
use super::{BillKind, Deal, WalletBill};
use crate::{BillError, Who};
use base::{BankOrderNo, Day, OrderNo, PartyId, TransferNo};
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use store::Reader;

/// Rows of each list that are read at once for a page.
const PAGE: usize = 50;
/// Rows that one page looks at. A filter that fits little ends there, and the next page goes on.
const LOOKED_MAX: usize = 2_000;

/// Where a page ends: the next one has the bills with a lower number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BillCursor(i64);

/// Text that no page ended with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it is not one that a page gave")]
pub struct BillCursorError;

impl fmt::Display for BillCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for BillCursor {
    type Err = BillCursorError;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<BillCursor, BillCursorError> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number);
        number.map(BillCursor).ok_or(BillCursorError)
    }
}

/// Which bills are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BillFilter {
    kind: Option<BillKind>,
    /// Lower case, never empty.
    text: Option<String>,
    /// When bills were paid or came in, microseconds UTC, the end not included.
    within_us: Option<Range<i64>>,
}

impl BillFilter {
    /// Bills of a kind, and with this text in their title, their number or the name of the other side as it is shown,
    /// in capitals or not. What a masked name hides is not searched: it must not be found out by asking.
    pub fn new(kind: Option<BillKind>, text: &str) -> BillFilter {
        let text = text.trim().to_lowercase();
        BillFilter { kind, text: Some(text).filter(|text| !text.is_empty()), within_us: None }
    }

    /// Of these, the bills of some days, the first and the last with them, by the moment that a bill tells.
    #[must_use]
    pub fn of_days(self, first: Day, last: Day) -> BillFilter {
        let within_us = first.begins_at_us()..last.plus_days(1).begins_at_us();
        BillFilter { within_us: Some(within_us), ..self }
    }

    /// The number below which the walk begins, and the lowest one that it looks at; see [`Walk::down_to`]. A number is
    /// of the moment when a deal was asked for: its bill tells no earlier one, and none that is later by more than
    /// [`LATE_US`], but for transfers that came in.
    fn bounds(&self, before: Option<BillCursor>) -> (Option<i64>, i64) {
        let before = before.map(|before| before.0);
        let Some(within_us) = &self.within_us else { return (before, 0) };
        let end = within_us.end.saturating_mul(100).max(0);
        let lowest = within_us.start.saturating_sub(LATE_US).saturating_mul(100);
        (Some(before.map_or(end, |before| before.min(end))), lowest)
    }

    fn wants(&self, deal: &Deal) -> bool {
        self.kind.is_none_or(|kind| kind == deal.kind())
            && self.within_us.as_ref().is_none_or(|within_us| within_us.contains(&deal.at_us()))
    }

    fn fits(&self, bill: &WalletBill) -> bool {
        let Some(text) = &self.text else { return true };
        bill.deal.no().contains(text)
            || bill.title.to_lowercase().contains(text)
            || bill.other_name.to_lowercase().contains(text)
    }
}

/// A page of bills.
#[derive(Clone, PartialEq, Debug)]
pub struct BillPage {
    /// Newest first.
    pub bills: Vec<WalletBill>,
    /// Where the next page begins; absent when nothing is left. A page may be short, or empty, and still have one.
    pub next: Option<BillCursor>,
}

/// The newest bills of a person that fit, with numbers below the cursor.
///
/// # Errors
/// When the tables cannot be read.
pub fn bill_page(
    reader: &mut dyn Reader,
    party: PartyId,
    filter: &BillFilter,
    before: Option<BillCursor>,
    limit: usize,
) -> Result<BillPage, BillError> {
    let (begin, lowest) = filter.bounds(before);
    let mut walk = Walk::new(party, filter.kind, begin, PAGE).down_to(lowest);
    let (mut who, mut bills, mut last) = (Who::default(), Vec::new(), before);
    for _looked in 0..LOOKED_MAX {
        if bills.len() == limit {
            break;
        }
        let Some((number, deal)) = walk.next(reader)? else { return Ok(BillPage { bills, next: None }) };
        last = Some(BillCursor(number));
        let Some(deal) = deal.filter(|deal| filter.wants(deal)) else { continue };
        let mut bill = WalletBill::read(reader, &mut who, deal)?;
        if filter.fits(&bill) {
            bill.look_for_goods(reader)?;
            bills.push(bill);
        }
    }
    let is_more = walk.next(reader)?.is_some();
    Ok(BillPage { bills, next: last.filter(|_| is_more) })
}

/// One of the four lists, with the rows of it that were read and not yet taken.
struct List {
    of: ListOf,
    /// Numbers below this one are still to be read; absent when none was read.
    before: Option<i64>,
    /// Numbers below this one are not wanted.
    lowest: i64,
    read: VecDeque<(i64, Option<Deal>)>,
    is_read: bool,
}

impl List {
    /// Reads the next rows, when none is left of those that were read.
    fn fill(&mut self, reader: &mut dyn Reader, party: PartyId, page: usize) -> Result<(), BillError> {
        if !self.read.is_empty() || self.is_read {
            return Ok(());
        }
        self.read = self.of.read(reader, party, self.before, page)?;
        let read = self.read.len();
        self.before = self.read.back().map(|(number, _)| *number).or(self.before);
        // Numbers fall: behind the first that is not wanted none is.
        self.read.truncate(self.read.iter().take_while(|(number, _)| *number >= self.lowest).count());
        self.is_read = read < page || self.read.len() < read;
        Ok(())
    }

    /// The number of the next row, when one was read.
    fn newest(&self) -> Option<i64> {
        self.read.front().map(|(number, _)| *number)
    }
}

#[derive(Clone, Copy)]
enum ListOf {
    Trades,
    Transfers,
    Received,
    BankOrders,
}

impl ListOf {
    /// The lists that have bills of a kind.
    fn with(kind: Option<BillKind>) -> &'static [ListOf] {
        match kind {
            None => &[ListOf::Trades, ListOf::Transfers, ListOf::Received, ListOf::BankOrders],
            Some(BillKind::Payment) => &[ListOf::Trades],
            Some(BillKind::TransferOut) => &[ListOf::Transfers],
            Some(BillKind::TransferIn) => &[ListOf::Received],
            Some(BillKind::TopUp | BillKind::Withdrawal) => &[ListOf::BankOrders],
        }
    }

    /// The next rows of the list, with what is a bill of its own.
    fn read(
        self,
        reader: &mut dyn Reader,
        party: PartyId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<VecDeque<(i64, Option<Deal>)>, BillError> {
        let order = before.and_then(OrderNo::from_number);
        let transfer = before.and_then(TransferNo::from_number);
        let bank_order = before.and_then(BankOrderNo::from_number);
        Ok(match self {
            ListOf::Trades => {
                let rows = reader.trades(party, order, limit)?;
                rows.into_iter().map(|row| (row.no.number(), Some(Deal::Payment(row)))).collect()
            }
            ListOf::Transfers => {
                let rows = reader.transfers(party, transfer, limit)?;
                rows.into_iter().map(|row| (row.no.number(), Some(Deal::Sent(row)))).collect()
            }
            ListOf::Received => {
                let rows = reader.received(party, transfer, limit)?;
                rows.into_iter().map(|row| (row.no.number(), Some(Deal::Received(row)))).collect()
            }
            ListOf::BankOrders => {
                let rows = reader.bank_orders(party, bank_order, limit)?;
                rows.into_iter().map(|row| (row.no.number(), Deal::of_bank_order(row))).collect()
            }
        })
    }
}

/// Goes through the deals of a person from the newest number on.
pub(super) struct Walk {
    party: PartyId,
    lists: Vec<List>,
    page: usize,
}

impl Walk {
    /// Below a number, or from the newest; reads so many rows of a list at once.
    pub(super) fn new(party: PartyId, kind: Option<BillKind>, before: Option<i64>, page: usize) -> Walk {
        let list = |of: &ListOf| List { of: *of, before, lowest: 0, read: VecDeque::new(), is_read: false };
        Walk { party, lists: ListOf::with(kind).iter().map(list).collect(), page }
    }

    /// Ends at a number, but for transfers that came in: one whose payer was frozen waits for as long as that takes, so
    /// that nobody knows how old the number is of what came in today. They are looked at to the first of them.
    fn down_to(mut self, lowest: i64) -> Walk {
        for list in &mut self.lists {
            list.lowest = match list.of {
                ListOf::Trades | ListOf::Transfers | ListOf::BankOrders => lowest,
                ListOf::Received => 0,
            };
        }
        self
    }

    /// The next row by its number, with its deal where it is one of its own. `None` when nothing is left.
    pub(super) fn next(&mut self, reader: &mut dyn Reader) -> Result<Option<(i64, Option<Deal>)>, BillError> {
        for list in &mut self.lists {
            list.fill(reader, self.party, self.page)?;
        }
        let newest = self.lists.iter_mut().max_by_key(|list| list.newest());
        Ok(newest.and_then(|list| list.read.pop_front()))
    }
}
