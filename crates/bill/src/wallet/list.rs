//! Bills in pages: four lists of one person, each in the order of its numbers, merged into one.
//!
//! All numbers are made of the moment and of the slot, and no two deals have the same one, so that a number says where
//! a page ends in all four lists at once. A deal that comes while somebody pages has a higher number and is on a page
//! that was read already; one whose number is lower, because it was offered long before it was taken up, comes in its
//! place. None comes twice.

use super::{BillKind, Deal, WalletBill};
use crate::{BillError, Who};
use base::{BankOrderNo, OrderNo, PartyId, TransferNo};
use std::collections::VecDeque;
use std::fmt;
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
}

impl BillFilter {
    /// Bills of a kind, and with this text in their title, their number or the name of the other side as it is shown,
    /// in capitals or not. What a masked name hides is not searched: it must not be found out by asking.
    pub fn new(kind: Option<BillKind>, text: &str) -> BillFilter {
        let text = text.trim().to_lowercase();
        BillFilter { kind, text: Some(text).filter(|text| !text.is_empty()) }
    }

    fn wants(&self, deal: &Deal) -> bool {
        self.kind.is_none_or(|kind| kind == deal.kind())
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
    let mut walk = Walk::new(party, filter.kind, before.map(|before| before.0), PAGE);
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
    read: VecDeque<(i64, Option<Deal>)>,
    is_read: bool,
}

impl List {
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
        let list = |of: &ListOf| List { of: *of, before, read: VecDeque::new(), is_read: false };
        Walk { party, lists: ListOf::with(kind).iter().map(list).collect(), page }
    }

    /// The next row by its number, with its deal where it is one of its own. `None` when nothing is left.
    pub(super) fn next(&mut self, reader: &mut dyn Reader) -> Result<Option<(i64, Option<Deal>)>, BillError> {
        for list in &mut self.lists {
            if !list.read.is_empty() || list.is_read {
                continue;
            }
            list.read = list.of.read(reader, self.party, list.before, self.page)?;
            list.is_read = list.read.len() < self.page;
            list.before = list.read.back().map(|(number, _)| *number).or(list.before);
        }
        let newest = self.lists.iter_mut().max_by_key(|list| list.newest());
        Ok(newest.and_then(|list| list.read.pop_front()))
    }
}
