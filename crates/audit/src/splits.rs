//! Splits: what left the merchant arrived, came back, or is under way; it never was more than the contract allows nor
//! more than the merchant had; and what is held for more is what the order still has.

use crate::images::text_of_key;
use crate::orders::OrderFacts;
use crate::payments::Move;
use crate::refund_play::Played;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use crate::split_claims;
use base::{HoldNo, PartyId, Record, Slot};
use engine::{Key, Tabled};
use foldhash::fast::FixedState;
use ledger::{AccountId, Hold, HoldState, PostingKind};
use std::collections::{BTreeMap, HashMap};
use trade::{Notice, OrderState, Split, SplitBook, SplitKind, SplitLine, SplitState};

/// Per cent of an order's total that may be split. Written down again here on purpose.
const RATIO_PERCENT: i128 = 30;
/// How long `royalty_freeze` holds, microseconds. Written down again here on purpose.
pub(crate) const FREEZE_US: i64 = 365 * 24 * 3_600 * 1_000_000;

/// What was seen of an order's splits.
#[derive(Default, Debug)]
pub(crate) struct SplitFacts {
    pub(crate) book: Option<SplitBook>,
    pub(crate) splits: Vec<Split>,
    pub(crate) lines: Vec<SplitLine>,
    /// Messages to the merchant about them.
    pub(crate) messages: u32,
    /// Whether the timer that frees what is held was seen.
    pub(crate) has_timer: bool,
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

    /// How much a hold on this account is of; it is taken out.
    pub(crate) fn claim(&mut self, slot: Slot, no: HoldNo, account: AccountId) -> Option<i64> {
        self.0.remove(&(slot, no)).filter(|(on, _)| *on == account).map(|(_, amount)| amount)
    }

    /// What nothing claimed.
    pub(crate) fn finish(self, findings: &mut Findings) {
        for ((slot, no), (_, amount)) in self.0 {
            let key = text_of_key(&Hold::wrap_key((slot, no)));
            findings.add(FindingKind::HoldWrong, "hold", key, format!("{amount} is held for nothing"));
        }
    }
}

/// What of an order's splits is under way.
pub(crate) fn under_way(order: &OrderFacts) -> i128 {
    let lines = order.splits.iter().flat_map(|facts| &facts.lines);
    let moving = |line: &&SplitLine| match line.state {
        SplitState::UnderWay | SplitState::Taken | SplitState::Returning | SplitState::Restoring => true,
        SplitState::Done
        | SplitState::Returned
        | SplitState::Asked
        | SplitState::Refused
        | SplitState::Kept => false,
    };
    lines.filter(moving).map(units).sum()
}

/// The split that took back for the refund that was made at a moment.
pub(crate) fn taken_for(order: &OrderFacts, at_us: i64) -> Option<&Split> {
    let splits = order.splits.as_ref()?.splits.iter();
    splits.into_iter().find(|split| split.kind == SplitKind::Back && split.made_at_us == Some(at_us))
}

/// What the lines of a split sum to.
pub(crate) fn sum_of(order: &OrderFacts, place: u32) -> i128 {
    let lines = order.splits.iter().flat_map(|facts| &facts.lines);
    lines.filter(|line| line.place == place).map(units).sum()
}

/// Counts a message about an order: of a split that ended, or of a step of its escrow. `false` when it has neither.
pub(crate) fn message(order: &mut OrderFacts, notice: &Notice) -> bool {
    let content = notice.content.as_ref().map(|content| content.as_str()).unwrap_or_default();
    let messages = if content.contains(r#""msg_method":"alipay.trade.order.settle.notify""#) {
        order.splits.as_mut().map(|splits| &mut splits.messages)
    } else {
        order.escrow.as_mut().map(|escrow| &mut escrow.messages)
    };
    messages.map(|messages| *messages += 1).is_some()
}

impl SplitFacts {
    /// The kind of a line's split.
    fn kind_of(&self, line: &SplitLine) -> Option<SplitKind> {
        self.splits.iter().find(|split| split.place == line.place).map(|split| split.kind)
    }

    fn of_kind(&self, kind: SplitKind) -> impl Iterator<Item = &SplitLine> {
        self.lines.iter().filter(move |line| self.kind_of(line) == Some(kind))
    }

    /// Lines that receivers have or are about to have.
    fn given(&self) -> impl Iterator<Item = &SplitLine> {
        self.of_kind(SplitKind::Out).filter(|line| line.state != SplitState::Returned)
    }

    /// Lines that receivers do not have any more: they went into refunds, or stayed with the merchant.
    fn given_back(&self) -> impl Iterator<Item = &SplitLine> {
        let gone = |line: &&SplitLine| matches!(line.state, SplitState::Done | SplitState::Kept);
        self.of_kind(SplitKind::Back).filter(gone)
    }

    /// What receivers had given back for good before a moment, as far as is known now.
    fn given_back_before(&self, at_us: i64) -> i128 {
        let before = |line: &&SplitLine| {
            let split = self.splits.iter().find(|split| split.place == line.place);
            let made_at_us = split.and_then(|split| split.made_at_us);
            // One that stayed with the merchant might have been the receiver's until then.
            let since_us = if line.state == SplitState::Kept { Some(line.at_us) } else { made_at_us };
            since_us.is_some_and(|since_us| since_us < at_us)
        };
        self.given_back().filter(before).map(units).sum()
    }
}

pub(crate) fn units(line: &SplitLine) -> i128 {
    i128::from(line.amount_minor.units())
}

/// The splits of an order against its postings, its sums and what is held.
pub(crate) fn order(order: &OrderFacts, played: &Played, holds: &mut OpenHolds, findings: &mut Findings) {
    let about_splits = order.moves.iter().filter(|seen| {
        matches!(
            seen.kind,
            PostingKind::SplitOut
                | PostingKind::SplitIn
                | PostingKind::SplitReturn
                | PostingKind::BackOut
                | PostingKind::BackReturn
        )
    });
    let mut unclaimed: Vec<&Move> = about_splits.collect();
    if let Some(facts) = &order.splits {
        match &facts.book {
            Some(book) => whole(order, facts, book, played, holds, findings),
            None => {
                wrong(findings, SplitBook::wrap_key((order.no.slot(), order.no)), "splits without a book")
            }
        }
        for split in &facts.splits {
            split_claims::one(order, facts, split, &mut unclaimed, findings);
        }
        for line in facts.lines.iter().filter(|line| facts.kind_of(line).is_none()) {
            wrong(findings, SplitLine::wrap_key(line.key()), "its split is not there");
        }
    }
    for seen in unclaimed {
        let message = format!("no split of order {} has a part of {} that ended so", order.no, seen.amount);
        findings.add(FindingKind::SplitWrong, "posting", seen.key(), message);
    }
}

pub(crate) fn wrong(findings: &mut Findings, key: Key, message: impl Into<String>) {
    findings.add(FindingKind::SplitWrong, key.table().name(), text_of_key(&key), message);
}

/// All splits of an order: their sum, their limits, and what is held for more.
fn whole(
    order: &OrderFacts,
    facts: &SplitFacts,
    book: &SplitBook,
    played: &Played,
    holds: &mut OpenHolds,
    findings: &mut Findings,
) {
    let mut faults = Vec::new();
    let back: i128 = facts.given_back().map(units).sum();
    let sum = facts.given().map(units).sum::<i128>() - back;
    if i128::from(book.split_minor.units()) != sum {
        faults.push(format!("split_minor is {}, its lines sum to {sum}", book.split_minor.units()));
    }
    if !(1..=book.splits).eq(facts.splits.iter().map(|split| split.place)) {
        faults.push(format!("it counts {} splits, there are {}", book.splits, facts.splits.len()));
    }
    if !book.freeze && facts.splits.is_empty() {
        faults.push("nothing was frozen or split of its order".to_owned());
    }
    if book.finished != facts.splits.iter().any(|split| split.finish) {
        faults.push("finished is not what its splits say".to_owned());
    }
    for split in facts.splits.iter().filter(|split| split.kind == SplitKind::Out && split.lines > 0) {
        let given = facts.given().filter(|line| line.place <= split.place).map(units).sum::<i128>();
        let (until, had) = (given - facts.given_back_before(split.at_us), had_at(order, played, split.at_us));
        if until > had {
            faults.push(format!("with split {} it gave {until} of the {had} that it had", split.place));
        }
        if until * 100 > i128::from(order.total) * RATIO_PERCENT {
            faults.push(format!("{until} of {} is more than the contract allows", order.total));
        }
    }
    let waits = (i128::from(book.giving_minor.units()), i128::from(book.fee_due_minor.units()));
    if waits != (played.giving, played.fee_due) {
        faults.push(format!(
            "{waits:?} wait for refunds to arrive, {:?} are to",
            (played.giving, played.fee_due)
        ));
    }
    faults.extend(gave_too_much(facts));
    faults.extend(after_the_end(facts));
    faults.extend(held(order, facts, book, sum + played.fee_due, holds));
    let ended = |split: &&Split| split.kind == SplitKind::Out && split.lines > 0 && split.open == 0;
    let owed = facts.splits.iter().filter(ended).count();
    if order.notified() && usize::try_from(facts.messages) != Ok(owed) {
        faults.push(format!("{} messages tell of {owed} splits that ended", facts.messages));
    }
    for fault in faults {
        wrong(findings, SplitBook::wrap_key((book.slot, book.order_no)), fault);
    }
}

/// No receiver gives back more than it got.
fn gave_too_much(facts: &SplitFacts) -> Option<String> {
    let mut has: BTreeMap<PartyId, i128> = BTreeMap::new();
    for line in facts.of_kind(SplitKind::Out).filter(|line| line.state == SplitState::Done) {
        *has.entry(line.receiver).or_default() += units(line);
    }
    let gone = |line: &&SplitLine| !matches!(line.state, SplitState::Refused | SplitState::Returned);
    for line in facts.of_kind(SplitKind::Back).filter(gone) {
        *has.entry(line.receiver).or_default() -= units(line);
    }
    let (party, less) = has.into_iter().find(|(_, left)| *left < 0)?;
    Some(format!("{party} gave back {} more than it got", -less))
}

/// After the end of an order's splits only what came back since then is passed on again.
fn after_the_end(facts: &SplitFacts) -> Option<String> {
    let end = facts.splits.iter().find(|split| split.finish)?;
    let (before, after): (Vec<_>, Vec<_>) =
        facts.of_kind(SplitKind::Out).partition(|line| line.place <= end.place);
    let came = |line: &&&SplitLine| line.state == SplitState::Returned && line.at_us > end.at_us;
    let came: i128 = before.iter().filter(came).map(|line| units(line)).sum();
    let gone = after.iter().filter(|line| line.state != SplitState::Returned);
    let gone: i128 = gone.map(|line| units(line)).sum();
    (gone > came).then(|| format!("{gone} left after the end of its splits, {came} had come back"))
}

/// What is held for splits that may come, and the timer that will free it.
fn held(
    order: &OrderFacts,
    facts: &SplitFacts,
    book: &SplitBook,
    split: i128,
    holds: &mut OpenHolds,
) -> Vec<String> {
    let mut faults = Vec::new();
    let given_back = i128::from(order.refunded) - i128::from(order.fee_returned);
    let in_escrow = order.escrow.as_ref().map_or(0, |escrow| i128::from(escrow.row.held_minor.units()));
    let kept = i128::from(order.total) - i128::from(order.fee) - given_back - in_escrow - split;
    let due = book.freeze && !book.finished && !book.freed && has_money(order) && kept > 0;
    let to_hold = if due { kept } else { 0 };
    let seller = balance_account(order.seller, order.currency);
    let held = match book.hold {
        None => Some(0),
        Some(no) => holds.claim(book.slot, no, seller).map(i128::from),
    };
    if held != Some(to_hold) || book.currency != order.currency {
        faults.push(format!("{held:?} is held for splits, {to_hold} is to be"));
    }
    if book.freed && !(book.freeze && has_money(order)) {
        faults.push("nothing was frozen that its time would have freed".to_owned());
    }
    if book.timer.is_some() != book.hold.is_some() || book.timer.is_some() != facts.has_timer {
        faults.push("its timer is not that of what it holds".to_owned());
    }
    faults
}

/// Whether the merchant got its money: with the payment, or out of an escrow when that is released.
fn has_money(order: &OrderFacts) -> bool {
    order.paid_at_us.is_some() && (!order.is_escrow || order.state == OrderState::Finished)
}

/// What the merchant had of an order at a moment.
fn had_at(order: &OrderFacts, played: &Played, at_us: i64) -> i128 {
    if !has_money(order) {
        return 0;
    }
    if order.is_escrow {
        let released = order.moves.iter().filter(|seen| seen.kind == PostingKind::EscrowRelease);
        let before = released.filter(|seen| seen.no.at_us() < at_us);
        return before.map(|seen| i128::from(seen.amount) - i128::from(seen.fee)).sum();
    }
    let (refunded, fee_returned) = played.before(at_us);
    i128::from(order.total) - i128::from(order.fee) - (refunded - fee_returned)
}
