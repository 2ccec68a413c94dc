//! What bank orders say that the books must hold.

use super::Facts;
use crate::books::Expected;
use fund::{BankOrderKind, BankOrderState};
use ledger::{AccountKind, PostingKind};

/// The postings that an order of its kind and state has. Those of a payment and of what goes back of it stand under the
/// number of what it pays, but for money that came too late.
pub(super) fn postings(facts: &Facts, of: Option<&Facts>) -> Vec<(PostingKind, i128)> {
    use BankOrderKind::{Pay, Return, TopUp, Transfer, Withdraw};
    use BankOrderState::{
        Asked, Closed, Credited, Done, Draft, Failed, GivenUp, Returned, Returning, Unknown,
    };
    let order = &facts.order;
    let (amount, fee) = (i128::from(order.amount_minor.units()), i128::from(order.fee_minor.units()));
    let whole = amount + fee;
    let mut postings = match (order.kind, order.state) {
        (TopUp, Done) => vec![(PostingKind::CardIn, amount)],
        (TopUp, Returning | Returned | Credited) => vec![(PostingKind::CardTurn, amount)],
        (TopUp | Pay, Draft | Asked | Unknown | GivenUp | Failed | Closed) => Vec::new(),
        (Pay, Done) => vec![(PostingKind::CardPay, amount)],
        (Pay, Returning | Returned | Credited) if turned(facts) => vec![(PostingKind::CardTurn, amount)],
        (Pay, Returning | Returned | Credited) => vec![(PostingKind::CardPay, amount)],
        (Withdraw | Transfer, Asked | Unknown) => vec![(PostingKind::CardOut, whole)],
        (Withdraw | Transfer, Done) => vec![(PostingKind::CardOut, whole), (PostingKind::CardFee, fee)],
        (Withdraw | Transfer, Failed) => {
            vec![(PostingKind::CardOut, whole), (PostingKind::CardOutReturn, whole)]
        }
        (Return, Failed) => vec![(PostingKind::CardOutReturn, amount)],
        // No other state is one that its kind can have; that is said of the order.
        (Withdraw | Transfer, Draft | Closed | GivenUp | Returning | Returned | Credited) => Vec::new(),
        (Return, Asked | Unknown | Done) => Vec::new(),
        (Return, Draft | Closed | GivenUp | Returning | Returned | Credited) => Vec::new(),
    };
    if facts.of_suspense {
        postings.push((PostingKind::SuspenseReturn, amount));
    } else if order.kind == Return && of.is_some_and(|of| of.order.kind == Pay && !turned(of)) {
        postings.push((PostingKind::CardBack, amount));
    }
    postings.extend(facts.transfer.back.iter().map(|(kind, _)| (*kind, amount)));
    postings.retain(|(_, amount)| *amount != 0);
    let suspense = if order.kind.is_in() { PostingKind::SuspenseIn } else { PostingKind::SuspenseOut };
    let settle = if order.kind.is_in() { PostingKind::SettleIn } else { PostingKind::SettleOut };
    let by_operator = match settle {
        PostingKind::SettleIn => PostingKind::SuspenseMatchIn,
        _ => PostingKind::SuspenseMatchOut,
    };
    let by = if facts.by_operator { by_operator } else { settle };
    postings.extend(facts.settled.then_some((by, amount)));
    postings.extend(facts.suspense_settled.iter().map(|amount| (settle, *amount)));
    postings.extend(facts.suspense.iter().map(|(_, amount)| (suspense, *amount)));
    postings
}

/// Whether the money of a payment never came to what it was to pay.
fn turned(facts: &Facts) -> bool {
    facts.posted.iter().any(|(kind, _)| *kind == PostingKind::CardTurn)
}

/// Adds what one order comes to.
pub(super) fn add(facts: &Facts, books: &mut Expected) {
    let order = &facts.order;
    let (amount, fee) = (i128::from(order.amount_minor.units()), i128::from(order.fee_minor.units()));
    let suspense: i128 = facts.suspense.iter().map(|(_, amount)| amount).sum();
    let by_order = if facts.settled { amount } else { 0 };
    let settled = by_order + facts.suspense_settled.iter().sum::<i128>();
    let mut put = |kind, sum: i128| {
        *books.funds.entry((order.slot, order.currency, kind)).or_default() += sum;
    };
    if order.kind.is_in() {
        let done = if order.state.was_done() { amount } else { 0 };
        put(AccountKind::ClearingIn, settled - (done + suspense));
        put(AccountKind::SuspenseOwed, suspense);
        return;
    }
    let open = matches!(order.state, BankOrderState::Asked | BankOrderState::Unknown);
    let owed = match (open, order.state) {
        (true, _) => amount + fee,
        (false, BankOrderState::Done) => amount,
        (false, _) => 0,
    };
    put(AccountKind::ClearingOut, owed + suspense - settled);
    put(AccountKind::SuspenseDue, -suspense);
    if order.state == BankOrderState::Done && fee != 0 {
        *books.fees.entry((order.slot, order.currency)).or_default() += fee;
    }
}
