//! Plays the refunds of an order one after another: what each gives back of the fee, and takes again when it comes
//! back, follows from all that were out at that moment. Written down again here on purpose: the engine's rules are
//! what is checked.

use crate::orders::OrderFacts;
use crate::refunds::Attempt;
use trade::RefundState;

/// What a refund does with the fee.
#[derive(Default, Clone, Debug)]
pub(crate) struct Sums {
    /// What it gives back of it.
    pub(crate) fee_back: i128,
    /// What of that comes with the refund: no more than the merchant's own share.
    pub(crate) fee_now: i128,
    /// What of that comes when the refund has arrived.
    pub(crate) fee_later: i128,
    /// What is taken again when it comes back, `fee_later` included.
    pub(crate) fee_again: i128,
}

/// How the refunds of an order went.
#[derive(Default, Debug)]
pub(crate) struct Played {
    /// One for each refund.
    pub(crate) sums: Vec<Sums>,
    /// What was given back, and what of the fee, after each moment at which that changed.
    at: Vec<(i64, i128, i128)>,
    pub(crate) refunded: i128,
    pub(crate) fee_returned: i128,
    /// The most that was given back at a time.
    pub(crate) most: i128,
    /// What receivers gave for refunds that are under way.
    pub(crate) giving: i128,
    /// What of the fee comes when those arrive.
    pub(crate) fee_due: i128,
}

impl Played {
    /// What was given back before a moment, and what of the fee.
    pub(crate) fn before(&self, at_us: i64) -> (i128, i128) {
        let last = self.at.iter().rev().find(|(changed_at_us, _, _)| *changed_at_us < at_us);
        last.map_or((0, 0), |(_, refunded, fee)| (*refunded, *fee))
    }
}

/// Plays them. One that came back without anything that says when comes back last.
pub(crate) fn play(order: &OrderFacts, attempts: &[Attempt<'_>]) -> Played {
    let mut events: Vec<(i64, bool, usize)> = Vec::with_capacity(attempts.len());
    for (place, attempt) in attempts.iter().enumerate() {
        events.push((attempt.at_us, false, place));
        if attempt.state == RefundState::Returned {
            events.push((attempt.returned_at_us.unwrap_or(i64::MAX), true, place));
        }
    }
    events.sort_unstable();
    // The fee of an escrow is taken with each release, and stays.
    let fee = if order.is_escrow { 0 } else { i128::from(order.fee) };
    let share = |refunded: i128| if order.total > 0 { fee * refunded / i128::from(order.total) } else { 0 };
    let mut played = Played { sums: vec![Sums::default(); attempts.len()], ..Played::default() };
    for (at_us, comes_back, place) in events {
        let (attempt, sums) = (&attempts[place], &mut played.sums[place]);
        if comes_back {
            played.refunded -= attempt.amount;
            let asked = (played.fee_returned - share(played.refunded)).max(0);
            sums.fee_again = asked.max(sums.fee_later).min(sums.fee_later + attempt.own().max(0));
            played.fee_returned -= sums.fee_again;
        } else {
            played.refunded += attempt.amount;
            sums.fee_back = (share(played.refunded) - played.fee_returned).max(0);
            sums.fee_now = sums.fee_back.min(attempt.own().max(0));
            sums.fee_later = sums.fee_back - sums.fee_now;
            played.fee_returned += sums.fee_back;
        }
        played.most = played.most.max(played.refunded);
        played.at.push((at_us, played.refunded, played.fee_returned));
    }
    for (attempt, sums) in attempts.iter().zip(&played.sums) {
        if attempt.state == RefundState::UnderWay {
            played.giving += attempt.back;
            played.fee_due += sums.fee_later;
        }
    }
    played
}
