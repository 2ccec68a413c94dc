//! Refunds: each left the merchant once, and arrived or came back once.

use crate::images::text_of_key;
use crate::keyed::Keyed;
use crate::orders::OrderFacts;
use crate::payments::Move;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use crate::splits;
use engine::Tabled;
use ledger::{AccountId, PostingKind};
use trade::{OutRequestNo, Refund, RefundState};

/// What is kept of a refund.
#[derive(Debug)]
pub(crate) struct RefundFacts {
    pub(crate) state: RefundState,
    pub(crate) amount: i64,
    /// Hash of the merchant's number.
    pub(crate) number: u128,
    out_request_no: OutRequestNo,
    fee_back: i64,
    refunded_after: i64,
    pub(crate) at_us: i64,
}

impl RefundFacts {
    /// Whether this is its number.
    pub(crate) fn is_of(&self, number: &str) -> bool {
        self.out_request_no.as_str() == number
    }

    pub(crate) fn of(refund: &Refund, keyed: &Keyed) -> RefundFacts {
        RefundFacts {
            state: refund.state,
            amount: refund.amount_minor.units(),
            number: keyed.text(refund.out_request_no.as_str()),
            out_request_no: refund.out_request_no.clone(),
            fee_back: refund.fee_back_minor.units(),
            refunded_after: refund.refunded_after_minor.units(),
            at_us: refund.at_us,
        }
    }
}

/// Where an order's refunds come from: the merchant, or the escrow.
struct From {
    out: PostingKind,
    back: PostingKind,
    seller: Option<AccountId>,
}

impl From {
    fn of(order: &OrderFacts) -> From {
        if order.is_escrow {
            return From { out: PostingKind::EscrowOut, back: PostingKind::EscrowReturn, seller: None };
        }
        let seller = Some(balance_account(order.seller, order.currency));
        From { out: PostingKind::RefundOut, back: PostingKind::RefundReturn, seller }
    }

    /// Whether a posting moved this amount, with this fee, from or to there.
    fn is(&self, seen: &Move, amount: i64, fee: i64) -> bool {
        match self.seller {
            Some(seller) => seen.is(amount, fee, seller),
            None => (seen.amount, seen.fee, seen.party) == (amount, fee, None),
        }
    }
}

/// Postings that no refund has claimed yet.
struct Unclaimed<'a>(Vec<&'a Move>);

impl Unclaimed<'_> {
    fn claim(&mut self, kind: PostingKind, fits: impl Fn(&Move) -> bool) -> bool {
        let found = self.0.iter().position(|seen| seen.kind == kind && fits(seen));
        if let Some(found) = found {
            self.0.remove(found);
        }
        found.is_some()
    }
}

/// The refunds of an order against its postings and its sums.
pub(crate) fn order(order: &OrderFacts, findings: &mut Findings) {
    let about_refunds = order.moves.iter().filter(|seen| {
        matches!(
            seen.kind,
            PostingKind::RefundOut
                | PostingKind::RefundIn
                | PostingKind::RefundReturn
                | PostingKind::EscrowOut
                | PostingKind::EscrowReturn
        )
    });
    let mut unclaimed = Unclaimed(about_refunds.collect());
    let from = From::of(order);
    let buyer = order.buyer.map(|buyer| balance_account(buyer, order.currency));
    let mut refunds: Vec<&RefundFacts> = order.refunds.iter().collect();
    refunds.sort_by_key(|refund| refund.at_us);
    for refund in &refunds {
        if let Some(message) = one(refund, order, &from, buyer, &mut unclaimed) {
            let key = Refund::wrap_key((order.no.slot(), order.no, refund.out_request_no.clone()));
            findings.add(FindingKind::RefundWrong, "refund", text_of_key(&key), message);
        }
    }
    // A refund that came back leaves its postings when its number is used again.
    while let Some(out) = unclaimed.0.iter().find(|seen| seen.kind == from.out).copied() {
        unclaimed.0.retain(|seen| seen.no != out.no);
        let back = splits::back_at(order, out.no.at_us());
        if !unclaimed.claim(from.back, |seen| came_back(seen, out, back)) {
            let message =
                format!("no refund of order {} is of {} at {}", order.no, out.amount, out.no.at_us());
            findings.add(FindingKind::RefundWrong, "posting", out.key(), message);
        }
    }
    for seen in unclaimed.0 {
        // Receivers gave all of it and the fee nothing: then no posting said that it left.
        let back = order.splits.iter().flat_map(|facts| facts.given_back_at());
        if seen.kind == from.back && back.into_iter().any(|at_us| back_alone(order, at_us, seen)) {
            continue;
        }
        let message = format!("no refund of order {} is of {} and ended like this", order.no, seen.amount);
        findings.add(FindingKind::RefundWrong, "posting", seen.key(), message);
    }
    sums(order, findings);
}

/// Whether a refund came back that left with `out` and with what receivers gave back for it.
fn came_back(seen: &Move, out: &Move, back: i128) -> bool {
    let whole = i128::from(seen.amount) == i128::from(out.amount) + back;
    let same = back > 0 || seen.party == out.party;
    whole && same && seen.fee == out.fee && seen.no > out.no
}

/// Whether a refund came back for which receivers gave everything at a moment.
fn back_alone(order: &OrderFacts, at_us: i64, seen: &Move) -> bool {
    seen.fee == 0 && i128::from(seen.amount) == splits::back_at(order, at_us) && seen.no.at_us() > at_us
}

/// Claims a refund's postings; says what is wrong with it.
fn one(
    refund: &RefundFacts,
    order: &OrderFacts,
    from: &From,
    buyer: Option<AccountId>,
    unclaimed: &mut Unclaimed<'_>,
) -> Option<String> {
    let RefundFacts { state, amount, fee_back, at_us, .. } = *refund;
    if amount == 0 || refund.refunded_after < amount || refund.refunded_after > order.total {
        return Some(format!(
            "{amount} of {} in all cannot be a refund of {}",
            refund.refunded_after, order.total
        ));
    }
    // What receivers of splits gave back for it was in transit already.
    let back = i64::try_from(splits::back_at(order, at_us)).unwrap_or(i64::MAX);
    let Some(own) = amount.checked_sub(back).filter(|own| *own >= 0) else {
        return Some(format!("{back} was taken back for a refund of {amount}"));
    };
    let left = |seen: &Move| from.is(seen, own, fee_back) && seen.no.at_us() == at_us;
    if (own, fee_back) != (0, 0) && !unclaimed.claim(from.out, left) {
        return Some(format!("no refund_out posting of {own} with {fee_back} of fee at {at_us}"));
    }
    let later = |seen: &Move| seen.no.at_us() > at_us;
    let (ended, kind) = match state {
        RefundState::UnderWay => return None,
        RefundState::Done => {
            let arrived = |seen: &Move| later(seen) && buyer.is_some_and(|buyer| seen.is(amount, 0, buyer));
            (unclaimed.claim(PostingKind::RefundIn, arrived), PostingKind::RefundIn)
        }
        RefundState::Returned => {
            let returned = |seen: &Move| later(seen) && from.is(seen, amount, fee_back);
            (unclaimed.claim(from.back, returned), from.back)
        }
    };
    (!ended)
        .then(|| format!("it is {}, but no {} posting of {amount} follows it", state.as_str(), kind.as_str()))
}

/// What an order says was given back, and what of the fee.
fn sums(order: &OrderFacts, findings: &mut Findings) {
    let mut wrong = |message: String| findings.add(FindingKind::OrderRefunds, "orders", order.key(), message);
    let holding = || order.refunds.iter().filter(|refund| refund.state != RefundState::Returned);
    let refunded: i128 = holding().map(|refund| i128::from(refund.amount)).sum();
    let fee_back: i128 = holding().map(|refund| i128::from(refund.fee_back)).sum();
    if refunded != i128::from(order.refunded) {
        wrong(format!("refunded_minor is {}, its refunds sum to {refunded}", order.refunded));
    }
    if fee_back != i128::from(order.fee_returned) {
        wrong(format!("fee_returned_minor is {}, its refunds gave back {fee_back}", order.fee_returned));
    }
    // The fee of an escrow is taken of what is released, and never given back.
    if order.is_escrow {
        return;
    }
    if order.total > 0 {
        // In proportion, rounded down, so that the last refund brings the whole fee back.
        let share = i128::from(order.fee) * i128::from(order.refunded) / i128::from(order.total);
        if share != i128::from(order.fee_returned) {
            wrong(format!("fee_returned_minor is {}, in proportion it is {share}", order.fee_returned));
        }
    }
}
