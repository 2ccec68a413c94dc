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
use std::collections::{BTreeMap, BTreeSet, HashMap};
use trade::{Notice, OrderState, RefundState, Split, SplitBook, SplitKind, SplitLine, SplitState};

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
        SplitState::UnderWay | SplitState::Taken | SplitState::Returning => true,
        SplitState::Done | SplitState::Returned | SplitState::Asked | SplitState::Refused => false,
    };
    lines.filter(moving).map(units).sum()
}

/// What receivers gave back for a refund that was made at a moment.
pub(crate) fn back_at(order: &OrderFacts, at_us: i64) -> i128 {
    let Some(facts) = &order.splits else { return 0 };
    facts.given_back().filter(|line| line.at_us == at_us).map(units).sum()
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

    /// When receivers gave something back for refunds.
    pub(crate) fn given_back_at(&self) -> BTreeSet<i64> {
        self.given_back().map(|line| line.at_us).collect()
    }

    /// Lines that went into refunds.
    fn given_back(&self) -> impl Iterator<Item = &SplitLine> {
        self.of_kind(SplitKind::Back).filter(|line| line.state == SplitState::Done)
    }
}

fn units(line: &SplitLine) -> i128 {
    i128::from(line.amount_minor.units())
}

/// The splits of an order against its postings, its sums and what is held.
pub(crate) fn order(order: &OrderFacts, holds: &mut OpenHolds, findings: &mut Findings) {
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
            Some(book) => whole(order, facts, book, holds, findings),
            None => {
                wrong(findings, SplitBook::wrap_key((order.no.slot(), order.no)), "splits without a book")
            }
        }
        for split in &facts.splits {
            one(order, facts, split, &mut unclaimed, findings);
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

fn wrong(findings: &mut Findings, key: Key, message: impl Into<String>) {
    findings.add(FindingKind::SplitWrong, key.table().name(), text_of_key(&key), message);
}

/// One split against its lines, and each against its postings.
fn one(
    order: &OrderFacts,
    facts: &SplitFacts,
    split: &Split,
    unclaimed: &mut Vec<&Move>,
    findings: &mut Findings,
) {
    let lines: Vec<&SplitLine> = facts.lines.iter().filter(|line| line.place == split.place).collect();
    let in_order = (1..=split.lines).eq(lines.iter().map(|line| line.line));
    let open = lines.iter().filter(|line| !is_final(line.state)).count();
    if !in_order || usize::try_from(split.open) != Ok(open) {
        let message = format!(
            "it has {} lines of which {} are open, there are {} of which {open} are",
            split.lines,
            split.open,
            lines.len()
        );
        wrong(findings, Split::wrap_key(split.key()), message);
    }
    let mut claims = Claims { order, unclaimed };
    for message in claims.split(split, &lines) {
        wrong(findings, Split::wrap_key(split.key()), message);
    }
    for line in lines {
        if !claims.line(split, line) || line.currency != order.currency || line.receiver == order.seller {
            let message = format!(
                "it is {}, but no posting of {} says so",
                line.state.as_str(),
                line.amount_minor.units()
            );
            wrong(findings, SplitLine::wrap_key(line.key()), message);
        }
    }
}

fn is_final(state: SplitState) -> bool {
    matches!(state, SplitState::Done | SplitState::Returned | SplitState::Refused)
}

/// The postings of an order's splits that no split has claimed yet.
struct Claims<'a, 'b> {
    order: &'a OrderFacts,
    unclaimed: &'a mut Vec<&'b Move>,
}

impl Claims<'_, '_> {
    fn claim(&mut self, kind: PostingKind, fits: impl Fn(&Move) -> bool) -> bool {
        let found = self.unclaimed.iter().position(|seen| seen.kind == kind && fits(seen));
        found.map(|at| self.unclaimed.remove(at)).is_some()
    }

    /// What is wrong with a split as a whole.
    fn split(&mut self, split: &Split, lines: &[&SplitLine]) -> Vec<String> {
        let (mut faults, sum) = (Vec::new(), lines.iter().map(|line| units(line)).sum::<i128>());
        match (split.kind, split.refund_minor) {
            (SplitKind::Out, None) => {
                let seller = balance_account(self.order.seller, self.order.currency);
                let left = |seen: &Move| {
                    let same = i128::from(seen.amount) == sum && seen.party == Some(seller);
                    same && seen.no.at_us() == split.at_us
                };
                if lines.is_empty() && !split.finish {
                    faults.push("it has no lines and finishes nothing".to_owned());
                }
                if !lines.is_empty() && !self.claim(PostingKind::SplitOut, left) {
                    faults.push(format!("no split_out posting of {sum} at {}", split.at_us));
                }
            }
            (SplitKind::Back, Some(refund)) => {
                let made = lines.iter().filter(|line| line.state == SplitState::Done).count();
                let at_once = lines.windows(2).all(|pair| pair[0].at_us == pair[1].at_us);
                if made > 0 && (made < lines.len() || !at_once) {
                    faults.push("only some of its parts went into the refund".to_owned());
                }
                let number = split.out_request_no.as_str();
                if made > 0 && !self.order.refunds.iter().any(|refund| refund.is_of(number)) {
                    faults.push("the refund that it took back for is not there".to_owned());
                }
                if lines.is_empty() || split.finish || sum > i128::from(refund.units()) {
                    faults.push(format!("it took {sum} back for a refund of {}", refund.units()));
                }
            }
            (SplitKind::Out, Some(_)) | (SplitKind::Back, None) => {
                faults.push("only one that takes back has a refund".to_owned());
            }
        }
        faults
    }

    /// Whether a line's postings are those of its state.
    fn line(&mut self, split: &Split, line: &SplitLine) -> bool {
        let currency = self.order.currency;
        let (receiver, seller) =
            (balance_account(line.receiver, currency), balance_account(self.order.seller, currency));
        let amount = line.amount_minor.units();
        let later = |seen: &Move, party| seen.is(amount, 0, party) && seen.no.at_us() > split.at_us;
        let moved = match (split.kind, line.state) {
            (SplitKind::Out, SplitState::UnderWay)
            | (SplitKind::Back, SplitState::Asked | SplitState::Refused) => true,
            (SplitKind::Out, SplitState::Done) => {
                self.claim(PostingKind::SplitIn, |seen| later(seen, receiver))
            }
            (SplitKind::Out, SplitState::Returned) => self.claim(PostingKind::SplitReturn, |seen| {
                seen.is(amount, 0, seller) && seen.no.at_us() == line.at_us
            }),
            (SplitKind::Back, SplitState::Taken | SplitState::Done | SplitState::Returning) => {
                self.claim(PostingKind::BackOut, |seen| later(seen, receiver))
            }
            (SplitKind::Back, SplitState::Returned) => {
                self.claim(PostingKind::BackOut, |seen| later(seen, receiver))
                    && self.claim(PostingKind::BackReturn, |seen| later(seen, receiver))
            }
            (
                SplitKind::Out,
                SplitState::Asked | SplitState::Taken | SplitState::Refused | SplitState::Returning,
            )
            | (SplitKind::Back, SplitState::UnderWay) => false,
        };
        moved && amount > 0
    }
}

/// All splits of an order: their sum, their limits, and what is held for more.
fn whole(
    order: &OrderFacts,
    facts: &SplitFacts,
    book: &SplitBook,
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
    if book.finished != facts.splits.iter().any(|split| split.finish) {
        faults.push("finished is not what its splits say".to_owned());
    }
    for split in facts.splits.iter().filter(|split| split.kind == SplitKind::Out && split.lines > 0) {
        let given = facts.given().filter(|line| line.place <= split.place).map(units).sum::<i128>();
        let back = facts.given_back().filter(|line| line.at_us < split.at_us).map(units).sum::<i128>();
        let (until, had) = (given - back, had_at(order, split.at_us));
        if until > had {
            faults.push(format!("with split {} it gave {until} of the {had} that it had", split.place));
        }
        if until * 100 > i128::from(order.total) * RATIO_PERCENT {
            faults.push(format!("{until} of {} is more than the contract allows", order.total));
        }
    }
    faults.extend(gave_too_much(facts));
    faults.extend(held(order, facts, book, sum, holds));
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
    let kept = i128::from(order.total) - i128::from(order.fee) - given_back - split;
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
