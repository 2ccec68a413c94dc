//! Refunds: each left the merchant once, and arrived or came back once. They are played again in the order of time,
//! also those whose number was used again: what each gave back of the fee follows from all that were out then.

use crate::images::text_of_key;
use crate::keyed::Keyed;
use crate::orders::OrderFacts;
use crate::payments::Move;
use crate::refund_play::{self, Played, Sums};
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
    pub(crate) fee_back: i64,
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

/// A refund that left the merchant, whatever became of it.
pub(crate) struct Attempt<'a> {
    pub(crate) at_us: i64,
    pub(crate) amount: i128,
    /// What of it receivers of splits gave.
    pub(crate) back: i128,
    /// Its row; gone when its number was used again after it came back.
    pub(crate) row: Option<&'a RefundFacts>,
    pub(crate) state: RefundState,
    /// When it came back, as far as anything says so.
    pub(crate) returned_at_us: Option<i64>,
    /// The posting that it left with, for one of which nothing else is known.
    out: Option<&'a Move>,
    /// The posting with which it came back.
    back_with: Option<&'a Move>,
}

impl Attempt<'_> {
    /// What the merchant gave itself.
    pub(crate) fn own(&self) -> i128 {
        self.amount - self.back
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
    fn is(&self, seen: &Move, amount: i128, fee: i128) -> bool {
        let party = self.seller.filter(|_| amount != fee);
        (i128::from(seen.amount), i128::from(seen.fee), seen.party) == (amount, fee, party)
    }
}

/// Postings that no refund has claimed yet.
struct Unclaimed<'a>(Vec<&'a Move>);

impl<'a> Unclaimed<'a> {
    fn claim(&mut self, kind: PostingKind, fits: impl Fn(&Move) -> bool) -> Option<&'a Move> {
        let found = self.0.iter().position(|seen| seen.kind == kind && fits(seen));
        found.map(|found| self.0.remove(found))
    }
}

/// The refunds of an order against its postings and its sums; gives how they went.
pub(crate) fn order(order: &OrderFacts, findings: &mut Findings) -> Played {
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
    unclaimed.0.sort_by_key(|seen| seen.no);
    let from = From::of(order);
    let mut attempts = known(order);
    unknown(order, &from, &unclaimed, &mut attempts);
    attempts.sort_by_key(|attempt| attempt.at_us);
    returns(&from, &mut attempts, &mut unclaimed);
    attempts.retain(|attempt| attempt.row.is_some() || attempt.returned_at_us.is_some());
    let played = refund_play::play(order, &attempts);
    for (attempt, sums) in attempts.iter().zip(&played.sums) {
        let message = one(attempt, sums, order, &from, &mut unclaimed);
        let Some(message) = message else { continue };
        let (table, key) = match (attempt.row, attempt.out) {
            (Some(row), _) => {
                let key = (order.no.slot(), order.no, row.out_request_no.clone());
                ("refund", text_of_key(&Refund::wrap_key(key)))
            }
            (None, Some(out)) => ("posting", out.key()),
            (None, None) => ("orders", order.key()),
        };
        findings.add(FindingKind::RefundWrong, table, key, message);
    }
    for seen in unclaimed.0 {
        let message = format!("no refund of order {} is of {} and went like this", order.no, seen.amount);
        findings.add(FindingKind::RefundWrong, "posting", seen.key(), message);
    }
    sums(order, &played, findings);
    played
}

/// The refunds that rows tell of: their own, and those of splits that took back for one.
fn known(order: &OrderFacts) -> Vec<Attempt<'_>> {
    let mut attempts: Vec<Attempt<'_>> = order
        .refunds
        .iter()
        .map(|row| {
            let split = splits::taken_for(order, row.at_us);
            Attempt {
                at_us: row.at_us,
                amount: i128::from(row.amount),
                back: split.map_or(0, |split| splits::sum_of(order, split.place)),
                row: Some(row),
                state: row.state,
                returned_at_us: split.and_then(|split| split.undone_at_us),
                out: None,
                back_with: None,
            }
        })
        .collect();
    for split in order.splits.iter().flat_map(|facts| &facts.splits) {
        let Some(at_us) = split.made_at_us.filter(|_| split.undone_at_us.is_some()) else { continue };
        if attempts.iter().any(|attempt| attempt.at_us == at_us) {
            continue;
        }
        attempts.push(Attempt {
            at_us,
            amount: split.refund_minor.map_or(0, |amount| i128::from(amount.units())),
            back: splits::sum_of(order, split.place),
            row: None,
            state: RefundState::Returned,
            returned_at_us: split.undone_at_us,
            out: None,
            back_with: None,
        });
    }
    attempts
}

/// A refund that came back leaves only its postings when its number is used again.
fn unknown<'a>(order: &OrderFacts, from: &From, unclaimed: &Unclaimed<'a>, attempts: &mut Vec<Attempt<'a>>) {
    for out in unclaimed.0.iter().copied() {
        let at_us = out.no.at_us();
        let left = out.kind == from.out && out.slot == order.no.slot() && out.amount > 0;
        if !left || attempts.iter().any(|attempt| attempt.at_us == at_us) {
            continue;
        }
        attempts.push(Attempt {
            at_us,
            amount: i128::from(out.amount),
            back: 0,
            row: None,
            state: RefundState::Returned,
            returned_at_us: None,
            out: Some(out),
            back_with: None,
        });
    }
}

/// The postings with which refunds came back, each to the first that may be its own; those of splits say when.
fn returns<'a>(from: &From, attempts: &mut [Attempt<'a>], unclaimed: &mut Unclaimed<'a>) {
    for by_split in [true, false] {
        for attempt in attempts.iter_mut() {
            let due = attempt.state == RefundState::Returned && attempt.own() > 0;
            if !due || by_split != attempt.returned_at_us.is_some() || attempt.back_with.is_some() {
                continue;
            }
            let (at_us, own, said_us) = (attempt.at_us, attempt.own(), attempt.returned_at_us);
            attempt.back_with = unclaimed.claim(from.back, |seen| {
                let when = said_us.map_or(seen.no.at_us() > at_us, |said_us| seen.no.at_us() == said_us);
                when && i128::from(seen.amount) == own
            });
            attempt.returned_at_us = said_us.or(attempt.back_with.map(|seen| seen.no.at_us()));
        }
    }
}

/// Claims a refund's postings; says what is wrong with it.
fn one(
    attempt: &Attempt<'_>,
    sums: &Sums,
    order: &OrderFacts,
    from: &From,
    unclaimed: &mut Unclaimed<'_>,
) -> Option<String> {
    let (at_us, amount, own) = (attempt.at_us, attempt.amount, attempt.own());
    let left = |seen: &Move| from.is(seen, own, sums.fee_now) && seen.no.at_us() == at_us;
    let left = own <= 0 || unclaimed.claim(from.out, left).is_some();
    let ended = ended(attempt, sums, order, from, unclaimed);
    if own < 0 || amount == 0 {
        return Some(format!("{} was taken back for a refund of {amount}", attempt.back));
    }
    if let Some(row) = attempt.row {
        let (after, total) = (i128::from(row.refunded_after), i128::from(order.total));
        if after < amount || after > total {
            return Some(format!("{amount} of {after} in all cannot be a refund of {total}"));
        }
        let (gave, share) = (i128::from(row.fee_back), sums.fee_back);
        if gave != share {
            return Some(format!("it gave {gave} of the fee back, in proportion it is {share}"));
        }
    }
    if !left {
        return Some(format!("no posting of {own} with {} of fee left at {at_us}", sums.fee_now));
    }
    ended
}

/// Claims the postings of a refund's end; says what is missing.
fn ended(
    attempt: &Attempt<'_>,
    sums: &Sums,
    order: &OrderFacts,
    from: &From,
    unclaimed: &mut Unclaimed<'_>,
) -> Option<String> {
    let (amount, own) = (attempt.amount, attempt.own());
    match attempt.state {
        RefundState::UnderWay => None,
        RefundState::Done => {
            let buyer = order.buyer.map(|buyer| balance_account(buyer, order.currency));
            let arrived = unclaimed.claim(PostingKind::RefundIn, |seen| {
                let same = (i128::from(seen.amount), seen.fee, seen.party) == (amount, 0, buyer);
                same && buyer.is_some() && seen.no.at_us() > attempt.at_us
            });
            let Some(arrived) = arrived else {
                return Some(format!("it is done, but no refund_in posting of {amount} follows it"));
            };
            let rest = |seen: &Move| from.is(seen, 0, sums.fee_later) && seen.no.at_us() > arrived.no.at_us();
            (sums.fee_later > 0 && unclaimed.claim(from.out, rest).is_none())
                .then(|| format!("no posting of the other {} of the fee follows it", sums.fee_later))
        }
        RefundState::Returned => {
            let fee = sums.fee_again - sums.fee_later;
            let came = attempt.back_with.is_some_and(|seen| from.is(seen, own, fee));
            (!came && (own > 0 || attempt.returned_at_us.is_none()))
                .then(|| format!("it is returned, but no posting of {own} with {fee} of fee brought it back"))
        }
    }
}

/// What an order says was given back, and what of the fee.
fn sums(order: &OrderFacts, played: &Played, findings: &mut Findings) {
    let mut wrong = |message: String| findings.add(FindingKind::OrderRefunds, "orders", order.key(), message);
    if played.refunded != i128::from(order.refunded) {
        wrong(format!("refunded_minor is {}, its refunds sum to {}", order.refunded, played.refunded));
    }
    if played.most > i128::from(order.total) {
        wrong(format!("{} of {} was given back at a time", played.most, order.total));
    }
    // The fee of an escrow is taken of what is released, and never given back.
    if played.fee_returned != i128::from(order.fee_returned) {
        wrong(format!(
            "fee_returned_minor is {}, in proportion to its refunds, one after another, it is {}",
            order.fee_returned, played.fee_returned
        ));
    }
}
