//! One order of a merchant in full: what is read beside it.
//!
//! Postings name their order, but no index leads from an order to them, which would halve what the tables can take.
//! They are found by the moments at which something happened to the order: its number and those of its postings are
//! made of them. When a refund came back is written nowhere: that posting is found when it followed at once, and where
//! it is not, the story says that it is not whole.

use crate::refunds::Refunds;
use crate::{BillError, Who};
use base::{OrderNo, PostingNo};
use engine::{Key, Row, Table};
use ledger::{AccountKind, Posting, PostingKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::Reader;
use trade::{Escrow, Notice, Order, Refund, RefundState, Split, SplitLine};

/// Most refunds, parts of splits, notices and postings that are told of one order, of each.
pub const STORY_ROWS_MAX: usize = 200;
/// Rows that are read from one moment on: what follows at once, such as a refund that came back.
const NEAR: usize = 64;
/// Moments that are looked at.
const MOMENTS_MAX: usize = 64;
/// Rows of a list that is read at once.
const PAGE: usize = 200;

/// The part of one receiver in a split of an order.
#[derive(Clone, PartialEq, Debug)]
pub struct SalePart {
    /// The split.
    pub split: Arc<Split>,
    /// The part.
    pub line: Arc<SplitLine>,
    /// The receiver's name as others may see it.
    pub receiver: String,
}

/// One order of a merchant in full.
#[derive(Clone, PartialEq, Debug)]
pub struct SaleStory {
    /// The order.
    pub order: Arc<Order>,
    /// Its escrow, when it is a guaranteed trade that was paid.
    pub escrow: Option<Arc<Escrow>>,
    /// Its refunds, earliest first.
    pub refunds: Vec<Arc<Refund>>,
    /// The parts of its splits, earliest first.
    pub parts: Vec<SalePart>,
    /// What was told of it, earliest first.
    pub notices: Vec<Arc<Notice>>,
    /// The postings in the merchant's books, earliest first.
    pub postings: Vec<Arc<Posting>>,
    /// Whether all of these are there, as far as can be told.
    pub is_whole: bool,
}

/// Reads what stands beside an order of a merchant.
///
/// # Errors
/// When the tables cannot be read.
pub fn sale_story(reader: &mut dyn Reader, order: Arc<Order>) -> Result<SaleStory, BillError> {
    let mut refunds = Refunds::default().all(reader, order.no)?.to_vec();
    let mut parts = parts_of(reader, order.no)?;
    let mut notices = reader.notices(None, Some(order.no), None, STORY_ROWS_MAX + 1)?;
    let escrow = match reader.row(&Key::Escrow((order.slot, order.no)))? {
        Some(Row::Escrow(escrow)) => Some(escrow),
        _ => None,
    };
    let moments = moments_of(&order, escrow.as_deref(), &refunds, &parts);
    let are_all_looked_at = moments.len() <= MOMENTS_MAX;
    let mut postings = postings_of(reader, &order, moments)?;
    let mut is_whole = are_all_looked_at && has_returns(&refunds, &postings);
    is_whole &= cut(&mut refunds) & cut(&mut parts) & cut(&mut notices) & cut(&mut postings);
    notices.sort_by_key(|notice| notice.no);
    Ok(SaleStory { order, escrow, refunds, parts, notices, postings, is_whole })
}

/// Whether for each refund that came back the posting was found with which it did. One that moved nothing of the
/// merchant's, because receivers gave all of it, has none.
fn has_returns(refunds: &[Arc<Refund>], postings: &[Arc<Posting>]) -> bool {
    let of = |kinds: [PostingKind; 2]| postings.iter().filter(move |posting| kinds.contains(&posting.kind));
    let mut returns: Vec<&Arc<Posting>> =
        of([PostingKind::RefundReturn, PostingKind::EscrowReturn]).collect();
    let returned = refunds.iter().filter(|refund| refund.state == RefundState::Returned);
    for refund in returned {
        let mut outs = of([PostingKind::RefundOut, PostingKind::EscrowOut]);
        let Some(out) = outs.find(|posting| posting.no.at_us() == refund.at_us) else { continue };
        let amount = in_transit(out);
        if amount == 0 {
            continue;
        }
        let found = returns.iter().position(|posting| posting.no > out.no && in_transit(posting) == amount);
        let Some(found) = found else { return false };
        returns.remove(found);
    }
    true
}

/// What a posting moved on its way between two parties, minor units.
fn in_transit(posting: &Posting) -> i64 {
    let lines = posting.entries().filter(|entry| entry.account.kind() == Some(AccountKind::Transit));
    lines.map(|entry| entry.amount_minor.units()).sum()
}

/// Leaves as many as are told; whether these are all.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let fits = rows.len() <= STORY_ROWS_MAX;
    rows.truncate(STORY_ROWS_MAX);
    fits
}

/// The parts of the splits of an order, in order; one more than are told at most.
fn parts_of(reader: &mut dyn Reader, no: OrderNo) -> Result<Vec<SalePart>, BillError> {
    let slot = no.slot();
    let (mut who, mut parts) = (Who::default(), Vec::new());
    if reader.row(&Key::SplitBook((slot, no)))?.is_none() {
        return Ok(parts);
    }
    let splits = reader.scan(Table::Split, Some(slot), Some(&Key::Split((slot, no, 0))), PAGE)?;
    for row in &splits {
        let Row::Split(split) = row else { continue };
        if split.order_no != no || parts.len() > STORY_ROWS_MAX {
            break;
        }
        let after = Key::SplitLine((slot, no, split.place, 0));
        // A split has few lines: they fit one page.
        let lines = reader.scan(Table::SplitLine, Some(slot), Some(&after), PAGE)?;
        for row in &lines {
            let Row::SplitLine(line) = row else { continue };
            if line.order_no != no || line.place != split.place {
                break;
            }
            let (receiver, _) = who.shown(reader, Some(line.receiver))?;
            parts.push(SalePart { split: split.clone(), line: line.clone(), receiver });
        }
    }
    Ok(parts)
}

/// The moments at which the merchant's books may have moved by an order.
fn moments_of(
    order: &Order,
    escrow: Option<&Escrow>,
    refunds: &[Arc<Refund>],
    parts: &[SalePart],
) -> BTreeSet<i64> {
    let mut moments: BTreeSet<i64> = [order.paid_at_us, escrow.and_then(|escrow| escrow.ended_at_us)]
        .into_iter()
        .flatten()
        .chain(refunds.iter().map(|refund| refund.at_us))
        .collect();
    for part in parts {
        let split = &part.split;
        moments.extend([Some(split.at_us), split.made_at_us, split.undone_at_us].into_iter().flatten());
        moments.insert(part.line.at_us);
    }
    moments
}

fn postings_of(
    reader: &mut dyn Reader,
    order: &Order,
    moments: BTreeSet<i64>,
) -> Result<Vec<Arc<Posting>>, BillError> {
    let slot = order.slot;
    let mut found = BTreeMap::new();
    for at_us in moments.into_iter().take(MOMENTS_MAX) {
        let before = PostingNo::from_number(at_us.saturating_mul(100).saturating_sub(1));
        let after = before.map(|no| Key::Posting((slot, no)));
        for row in reader.scan(Table::Posting, Some(slot), after.as_ref(), NEAR)? {
            if let Row::Posting(posting) = row
                && posting.order_no == Some(order.no)
                && is_sellers(posting.kind)
            {
                found.insert(posting.no, posting);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Whether a posting of an order stands in its merchant's books. The buyer's may stand in the same slot, and a kind
/// that nobody thought of is not shown.
const fn is_sellers(kind: PostingKind) -> bool {
    matches!(
        kind,
        PostingKind::PayIn
            | PostingKind::RefundOut
            | PostingKind::RefundReturn
            | PostingKind::EscrowIn
            | PostingKind::EscrowRelease
            | PostingKind::EscrowOut
            | PostingKind::EscrowReturn
            | PostingKind::SplitOut
            | PostingKind::SplitReturn
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::samples::{day_at, fen, order, posting, refund, shop, tables};
    use ledger::Template;
    use store::Store;

    const MINUTE_US: i64 = 60_000_000;

    fn out(units: u64) -> Template {
        Template::RefundOut { seller: shop(), amount: fen(units), fee_back: fen(0) }
    }

    fn back(units: u64) -> Template {
        Template::RefundReturn { seller: shop(), amount: fen(units), fee_back: fen(0) }
    }

    /// Whether the story of an order is whole that was paid at noon and refunded in these states each minute after,
    /// with these postings of it and so many of others that followed each refund; and how many of it were found.
    fn story(
        states: &[(u64, RefundState)],
        postings: &[(i64, Template)],
        others_behind: i64,
    ) -> (bool, usize) {
        let sold = order(day_at(0), 100);
        let other = order(day_at(-1), 100);
        let mut rows = Vec::new();
        for (minute, (units, state)) in (1_i64..).zip(states) {
            let at_us = day_at(0) + minute * MINUTE_US;
            rows.push(Row::Refund(Arc::new(refund(&sold, &format!("R{minute}"), *units, at_us, *state))));
            let others = (1..=others_behind).map(|at| posting(out(1), other.no, at_us + at));
            rows.extend(others.map(|posting| Row::Posting(Arc::new(posting))));
        }
        for (at_us, template) in postings {
            rows.push(Row::Posting(Arc::new(posting(*template, sold.no, day_at(0) + at_us))));
        }
        rows.push(Row::Order(Arc::new(sold.clone())));
        let found = sale_story(&mut *tables(rows).reader().unwrap(), Arc::new(sold)).unwrap();
        (found.is_whole, found.postings.len())
    }

    #[test]
    fn a_refund_that_came_back_without_its_posting_leaves_the_story_less_than_whole() {
        use RefundState::{Done, Returned};
        let paid = (0, Template::PayIn { seller: shop(), amount: fen(100), fee: fen(0) });
        let (first, second) = (MINUTE_US, 2 * MINUTE_US);
        let at_once = [paid, (first, out(30)), (first + 500, back(30))];
        assert_eq!(story(&[(30, Returned)], &at_once, 0), (true, 3));
        // A hundred others stand between the refund and its return, and nothing leads past them.
        assert_eq!(story(&[(30, Returned)], &at_once, 100), (false, 2));
        assert_eq!(story(&[(30, Returned)], &at_once[..2], 0), (false, 2));
        assert_eq!(story(&[(30, Done)], &at_once[..2], 0), (true, 2), "what arrived needs none");
        assert_eq!(story(&[(30, Returned)], &at_once[..1], 0), (true, 1), "receivers gave all of it");
        // Each return is of one refund: of two that came back both must be there.
        let two =
            [paid, (first, out(30)), (first + 500, back(30)), (second, out(30)), (second + 500, back(30))];
        assert_eq!(story(&[(30, Returned), (30, Returned)], &two, 0), (true, 5));
        assert_eq!(story(&[(30, Returned), (30, Returned)], &two[..4], 0), (false, 4));
        assert_eq!(story(&[(30, Returned), (20, Done)], &two[..3], 0), (true, 3));
    }
}
