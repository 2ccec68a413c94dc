//! Splits: what left the merchant arrived, came back, or is under way; it never was more than the contract allows nor
//! more than the merchant had; and what is held for more is what the order still has.

use crate::images::text_of_key;
use crate::orders::OrderFacts;
use crate::payments::Move;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use base::{HoldNo, PartyId, Record, Slot};
use engine::{Key, Tabled};
use foldhash::fast::FixedState;
use ledger::{AccountId, Hold, HoldState, PostingKind};
use std::collections::{BTreeSet, HashMap};
use trade::{OrderState, RefundState, Relation, Split, SplitBook, SplitLine, SplitState};

/// Per cent of an order's total that may be split. Written down again here on purpose.
const RATIO_PERCENT: i128 = 30;

/// What was seen of an order's splits.
#[derive(Default, Debug)]
pub(crate) struct SplitFacts {
    pub(crate) book: Option<SplitBook>,
    pub(crate) splits: Vec<Split>,
    pub(crate) lines: Vec<SplitLine>,
}

/// Holds that are open: whose account, how much.
#[derive(Default, Debug)]
pub(crate) struct OpenHolds(HashMap<(Slot, HoldNo), (AccountId, i64), FixedState>);

impl OpenHolds {
    pub(crate) fn see(&mut self, hold: &Hold) {
        match hold.state {
            HoldState::Open => {
                self.0.insert((hold.slot, hold.no), (hold.account, hold.amount_minor.units()));
            }
            HoldState::Captured | HoldState::Released => {}
        }
    }
}

/// What of an order's splits is under way.
pub(crate) fn under_way(order: &OrderFacts) -> i128 {
    let lines = order.splits.iter().flat_map(|facts| &facts.lines);
    lines.filter(|line| line.state == SplitState::UnderWay).map(units).sum()
}

fn units(line: &SplitLine) -> i128 {
    i128::from(line.amount_minor.units())
}

/// The splits of an order against its postings, its sums and what is held.
pub(crate) fn order(order: &OrderFacts, holds: &OpenHolds, findings: &mut Findings) {
    let about_splits = order.moves.iter().filter(|seen| {
        matches!(seen.kind, PostingKind::SplitOut | PostingKind::SplitIn | PostingKind::SplitReturn)
    });
    let mut unclaimed: Vec<&Move> = about_splits.collect();
    if let Some(facts) = &order.splits {
        match &facts.book {
            Some(book) => whole(order, facts, book, holds, findings),
            None => {
                wrong(findings, SplitBook::wrap_key((order.no.slot(), order.no)), "splits without a book")
            }
        }
        for split in &facts.splits {
            one(order, facts, split, &mut unclaimed, findings);
        }
        let known = |line: &&SplitLine| !facts.splits.iter().any(|split| split.place == line.place);
        for line in facts.lines.iter().filter(known) {
            wrong(findings, SplitLine::wrap_key(line.key()), "its split is not there");
        }
    }
    for seen in unclaimed {
        let message = format!("no split of order {} has a part of {} that ended so", order.no, seen.amount);
        findings.add(FindingKind::SplitWrong, "posting", seen.key(), message);
    }
}

fn wrong(findings: &mut Findings, key: Key, message: impl Into<String>) {
    findings.add(FindingKind::SplitWrong, key.table().name(), text_of_key(&key), message);
}

/// One split against its lines, and each against its posting.
fn one(
    order: &OrderFacts,
    facts: &SplitFacts,
    split: &Split,
    unclaimed: &mut Vec<&Move>,
    findings: &mut Findings,
) {
    let mut claim = |kind, fits: &dyn Fn(&Move) -> bool| {
        let found = unclaimed.iter().position(|seen| seen.kind == kind && fits(seen));
        found.map(|at| unclaimed.remove(at)).is_some()
    };
    let seller = balance_account(order.seller, order.currency);
    let lines: Vec<&SplitLine> = facts.lines.iter().filter(|line| line.place == split.place).collect();
    let in_order = (1..=split.lines).eq(lines.iter().map(|line| line.line));
    let open = lines.iter().filter(|line| line.state == SplitState::UnderWay).count();
    if !in_order || usize::try_from(split.open) != Ok(open) || (lines.is_empty() && !split.finish) {
        let message = format!(
            "it has {} lines of which {} are open, there are {} of which {open} are",
            split.lines,
            split.open,
            lines.len()
        );
        wrong(findings, Split::wrap_key(split.key()), message);
    }
    let sum: i128 = lines.iter().map(|line| units(line)).sum();
    let left = |seen: &Move| {
        i128::from(seen.amount) == sum && seen.party == Some(seller) && seen.no.at_us() == split.at_us
    };
    if !lines.is_empty() && !claim(PostingKind::SplitOut, &left) {
        let message = format!("no split_out posting of {sum} at {}", split.at_us);
        wrong(findings, Split::wrap_key(split.key()), message);
    }
    for line in lines {
        let receiver = balance_account(line.receiver, order.currency);
        let amount = line.amount_minor.units();
        let ended = match line.state {
            SplitState::UnderWay => true,
            SplitState::Done => claim(PostingKind::SplitIn, &|seen| {
                seen.is(amount, 0, receiver) && seen.no.at_us() > split.at_us
            }),
            SplitState::Returned => claim(PostingKind::SplitReturn, &|seen| {
                seen.is(amount, 0, seller) && seen.no.at_us() == line.at_us
            }),
        };
        if !ended || amount == 0 || line.currency != order.currency || line.receiver == order.seller {
            let message = format!("it is {}, but no posting of {amount} says so", line.state.as_str());
            wrong(findings, SplitLine::wrap_key(line.key()), message);
        }
    }
}

/// All splits of an order: their sum, their limits, and what is held for more.
fn whole(
    order: &OrderFacts,
    facts: &SplitFacts,
    book: &SplitBook,
    holds: &OpenHolds,
    findings: &mut Findings,
) {
    let mut faults = Vec::new();
    let holding = || facts.lines.iter().filter(|line| line.state != SplitState::Returned);
    let sum: i128 = holding().map(units).sum();
    if i128::from(book.split_minor.units()) != sum {
        faults.push(format!("split_minor is {}, its lines sum to {sum}", book.split_minor.units()));
    }
    if !(1..=book.splits).eq(facts.splits.iter().map(|split| split.place)) {
        faults.push(format!("it counts {} splits, there are {}", book.splits, facts.splits.len()));
    }
    if book.finished != facts.splits.iter().any(|split| split.finish) {
        faults.push("finished is not what its splits say".to_owned());
    }
    if sum * 100 > i128::from(order.total) * RATIO_PERCENT {
        faults.push(format!("{sum} of {} is more than the contract allows", order.total));
    }
    for split in &facts.splits {
        let until: i128 = holding().filter(|line| line.place <= split.place).map(units).sum();
        let had = had_at(order, split.at_us);
        if split.lines > 0 && until > had {
            faults.push(format!("with split {} it gave {until} of the {had} that it had", split.place));
        }
    }
    let given_back = i128::from(order.refunded) - i128::from(order.fee_returned);
    let kept = i128::from(order.total) - i128::from(order.fee) - given_back - sum;
    let due = book.freeze && !book.finished && has_money(order) && kept > 0;
    let to_hold = if due { kept } else { 0 };
    let seller = balance_account(order.seller, order.currency);
    let held = match book.hold {
        None => Some(0),
        Some(no) => {
            let hold = holds.0.get(&(book.slot, no)).filter(|(account, _)| *account == seller);
            hold.map(|(_, amount)| i128::from(*amount))
        }
    };
    if held != Some(to_hold) || book.currency != order.currency {
        faults.push(format!("{held:?} is held for splits, {to_hold} is to be"));
    }
    for fault in faults {
        wrong(findings, SplitBook::wrap_key((book.slot, book.order_no)), fault);
    }
}

/// Whether the merchant got its money: with the payment, or out of an escrow when that is released.
fn has_money(order: &OrderFacts) -> bool {
    order.paid_at_us.is_some() && (!order.is_escrow || order.state == OrderState::Finished)
}

/// What the merchant had of an order at a moment: refunds that came back later are left out, so never too little.
fn had_at(order: &OrderFacts, at_us: i64) -> i128 {
    let before =
        |refund: &&crate::refunds::RefundFacts| refund.state != RefundState::Returned && refund.at_us < at_us;
    let refunded: i128 = order.refunds.iter().filter(before).map(|refund| i128::from(refund.amount)).sum();
    if !has_money(order) {
        return 0;
    }
    let (total, fee) = (i128::from(order.total), i128::from(order.fee));
    let fee_back = if total > 0 && !order.is_escrow { fee * refunded / total } else { 0 };
    total - fee - (refunded - fee_back)
}

/// The receivers of merchants, which come merchant by merchant in the order of their places.
#[derive(Default, Debug)]
pub(crate) struct Relations {
    seller: Option<PartyId>,
    places: u32,
    receivers: BTreeSet<PartyId>,
}

impl Relations {
    pub(crate) fn relation(&mut self, relation: &Relation, findings: &mut Findings) {
        if self.seller != Some(relation.seller) {
            *self = Relations { seller: Some(relation.seller), ..Relations::default() };
        }
        let follows = relation.place == self.places.saturating_add(1);
        self.places = relation.place;
        let key = || Relation::wrap_key(relation.key());
        if !follows {
            wrong(findings, key(), "a place before it is empty");
        }
        if !self.receivers.insert(relation.receiver) {
            wrong(findings, key(), "its receiver is bound twice");
        }
    }
}
