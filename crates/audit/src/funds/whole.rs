//! What can be said of a card or bank order as a whole.

use super::{Counter, Facts, Funds, came_back, card_is, expected, order_is};
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{Record, Slot};
use engine::Tabled;
use fund::{BankOrder, BankOrderKind, BankOrderState, CardState};
use ledger::PostingKind;
use money::Minor;
use people::{Usage, UsageKind};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is wrong with an order by itself.
pub(super) fn faults(order: &BankOrder) -> Vec<&'static str> {
    use BankOrderState::{
        Asked, Closed, Credited, Done, Draft, Failed, GivenUp, Returned, Returning, Unknown,
    };
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &'static str| {
        if !holds {
            faults.push(message);
        }
    };
    let (kind, state) = (order.kind, order.state);
    check(
        order.no.slot() == order.slot && order.party.slot() == order.slot,
        "it or its party is of another slot",
    );
    check(order.amount_minor.units() > 0, "it moves nothing");
    let possible = match state {
        Asked | Unknown | Done | Failed => true,
        Draft | Closed => !matches!(kind, BankOrderKind::Return | BankOrderKind::Transfer),
        GivenUp | Returning | Returned | Credited => kind.is_in(),
    };
    check(possible, "no order of its kind can be in its state");
    check(state.is_open() == order.next_try_at_us.is_some(), "only what is open is asked of the bank");
    let owns_timer = match state {
        Draft => true,
        Asked | Unknown => kind.is_in(),
        GivenUp | Done | Failed | Closed | Returning | Returned | Credited => false,
    };
    check(owns_timer == order.timer.is_some(), "only what can be given up has a timer");
    check(state.was_done() == order.bank_ref.is_some(), "only what the bank did has its reference");
    let refused = state == Failed || (state == Closed && order.heard_at_us.is_some());
    check(refused == order.reason.is_some(), "only what the bank refused has its reason");
    check(
        (state.was_done() || refused) == order.heard_at_us.is_some(),
        "only what the bank decided was heard of",
    );
    let sent = match state {
        Draft | Asked => order.tries == 0,
        Unknown | GivenUp | Done | Failed | Returning | Returned | Credited => order.tries > 0,
        Closed => order.heard_at_us.is_none() || order.tries > 0,
    };
    check(sent, "its tries are not those of its state");
    let priced = matches!(kind, BankOrderKind::Withdraw | BankOrderKind::Transfer);
    check(priced || order.fee_minor == Minor::ZERO, "only a withdrawal or a transfer has a fee");
    let limited = kind == BankOrderKind::Withdraw || [order.free_minor, order.life_minor] == [Minor::ZERO; 2];
    check(limited, "only a withdrawal uses the free sum or a class's limit");
    let whole = i128::from(order.amount_minor.units()) + i128::from(order.fee_minor.units());
    let life = i128::from(order.life_minor.units());
    check(life == 0 || life == whole, "it uses another part of its class's limit than all that it took");
    let about = matches!(kind, BankOrderKind::Pay | BankOrderKind::Return | BankOrderKind::Transfer);
    check(about == order.about.is_some(), "only a payment, a return or a transfer is about something");
    let counted = match state {
        Asked | Unknown | GivenUp | Done => !matches!(kind, BankOrderKind::Return | BankOrderKind::Transfer),
        // The money of a payment that bounced went back to its card.
        Draft | Failed | Closed | Returning | Returned | Credited => false,
    };
    check(
        counted == order.counted_at_us.is_some(),
        "its limits are counted, or given back, against its state",
    );
    faults
}

/// Whether cards have their names, and a party has one binding of each card at most.
pub(super) fn cards(funds: &Funds, findings: &mut Findings) {
    let mut held = BTreeSet::new();
    for card in funds.cards.values().filter(|card| card.state != CardState::Unbound) {
        if !held.insert((card.party, card.digest)) {
            card_is(card.slot, card.no, "its party has another binding of this card", findings);
        }
        if !funds.named.contains(&card.no) {
            card_is(card.slot, card.no, "no card_name row names it", findings);
        }
    }
}

/// An order against its key, timer, postings and returns.
pub(super) fn order(funds: &Funds, facts: &Facts, findings: &mut Findings) {
    let order = &facts.order;
    if !facts.has_key {
        order_is(order, "no bank_order_key row has its key", findings);
    }
    if order.timer.is_some() && !facts.has_timer {
        let key = text_of_key(&BankOrder::wrap_key(order.key()));
        findings.add(FindingKind::TimerWrong, "bank_order", key, "no timer will give it up");
    }
    let of = order.about.filter(|_| order.kind == BankOrderKind::Return);
    let of = of.and_then(|of| funds.orders.get(&base::BankOrderNo::of_topic(of)));
    let mut wanted = expected::postings(facts, of);
    let mut found = facts.posted.clone();
    wanted.sort_unstable();
    found.sort_unstable();
    if wanted != found {
        let tell = |list: &[(PostingKind, i128)]| {
            let items = list.iter().map(|(kind, amount)| format!("{} {amount}", kind.as_str()));
            items.collect::<Vec<_>>().join(", ")
        };
        let message = format!("its postings are [{}], expected [{}]", tell(&found), tell(&wanted));
        order_is(order, message, findings);
    }
    returns(funds, facts, findings);
    came_back::check(funds, facts, findings);
}

/// What came too late goes back once, whole; of a payment no more goes back than was paid.
fn returns(funds: &Funds, facts: &Facts, findings: &mut Findings) {
    let order = &facts.order;
    // What brings suspense back is no part of the order's own money.
    let own = facts.returns.iter().filter_map(|no| funds.orders.get(no)).filter(|back| !back.of_suspense);
    let own: Vec<&Facts> = own.collect();
    let parts: i128 = own.iter().map(|back| i128::from(back.order.amount_minor.units())).sum();
    let amount = i128::from(order.amount_minor.units());
    let wanted = match order.state {
        BankOrderState::Returning => Some(&[BankOrderState::Asked, BankOrderState::Unknown][..]),
        BankOrderState::Returned => Some(&[BankOrderState::Done][..]),
        BankOrderState::Credited => Some(&[BankOrderState::Failed][..]),
        BankOrderState::Draft
        | BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Done
        | BankOrderState::Failed
        | BankOrderState::Closed => None,
    };
    let right = match (wanted, own.as_slice()) {
        (Some(states), [one]) => parts == amount && states.contains(&one.order.state),
        (Some(_), _) => false,
        // Refunds of a payment.
        (None, _) if order.kind == BankOrderKind::Pay && order.state == BankOrderState::Done => {
            parts <= amount
        }
        (None, list) => list.is_empty(),
    };
    if !right {
        let count = own.len();
        order_is(order, format!("{count} returns of {parts} in all do not fit its state"), findings);
    }
}

/// Counters of card orders are what the orders counted, no more and no less.
pub(super) fn counters(funds: &Funds, findings: &mut Findings) {
    let mut counted: BTreeMap<Counter, (u32, i128)> = BTreeMap::new();
    for order in funds.orders.values().map(|facts| &facts.order) {
        let Some(at_us) = order.counted_at_us else { continue };
        let (amount, free) = (order.amount_minor, order.free_minor);
        let sums = match order.kind {
            BankOrderKind::TopUp | BankOrderKind::Pay => {
                vec![(UsageKind::CardDay, amount), (UsageKind::CardMonth, amount)]
            }
            BankOrderKind::Withdraw => {
                vec![(UsageKind::WithdrawDay, amount), (UsageKind::WithdrawFree, free)]
            }
            // What is sent is counted with all transfers.
            BankOrderKind::Return | BankOrderKind::Transfer => Vec::new(),
        };
        for (kind, minor) in sums.into_iter().filter(|(_, minor)| minor.units() > 0) {
            let sum = counted.entry((order.slot, order.party, kind, kind.period(at_us))).or_default();
            sum.0 += 1;
            sum.1 += i128::from(minor.units());
        }
    }
    let ours = |kind: UsageKind| match kind {
        UsageKind::CardDay | UsageKind::CardMonth | UsageKind::WithdrawDay | UsageKind::WithdrawFree => true,
        UsageKind::TransferDay
        | UsageKind::TransferMonth
        | UsageKind::BalanceYear
        | UsageKind::BalanceLife
        | UsageKind::ReceiveDay
        | UsageKind::ReceiveMonth => false,
    };
    let places: BTreeSet<&Counter> =
        funds.counters.keys().chain(counted.keys()).filter(|at| ours(at.2)).collect();
    for at in places {
        let of = |counters: &BTreeMap<Counter, (u32, i128)>| counters.get(at).copied().unwrap_or_default();
        let (kept, orders) = (of(&funds.counters), of(&counted));
        if kept != orders {
            let (slot, party, kind, period): (Slot, _, _, _) = *at;
            let key = text_of_key(&Usage::wrap_key((slot, party, kind, period)));
            let message =
                format!("it counts {} of {}, bank orders {} of {}", kept.0, kept.1, orders.0, orders.1);
            findings.add(FindingKind::UsageWrong, "usage", key, message);
        }
    }
}
