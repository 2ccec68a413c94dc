//! Escrows: what is held for each, its refund cases, and its steps, which tell where it and they have been.
//!
//! The transitions are written down again here on purpose: the engine's tables are what is checked.

use crate::escrow_history::{self, Seen};
use crate::images::text_of_key;
use crate::orders::{OrderFacts, Rates};
use crate::report::{FindingKind, Findings};
use engine::Tabled;
use ledger::PostingKind;
use std::collections::BTreeMap;
use trade::{
    CaseState, Escrow, EscrowCase, EscrowState, EscrowStep, OrderState, RefundState, Side, StepKind, Timer,
};

/// What is kept of the escrow of an order.
#[derive(Debug)]
pub(crate) struct EscrowFacts {
    pub(crate) row: Escrow,
    pub(crate) cases: BTreeMap<u32, EscrowCase>,
    pub(crate) steps: BTreeMap<u32, Seen>,
    /// Whether its timer was seen.
    has_timer: bool,
    /// Messages to the merchant about it.
    pub(crate) messages: u32,
}

impl EscrowFacts {
    pub(crate) fn of(row: &Escrow) -> EscrowFacts {
        let (cases, steps) = (BTreeMap::new(), BTreeMap::new());
        EscrowFacts { row: row.clone(), cases, steps, has_timer: false, messages: 0 }
    }

    /// A case; whether it was the first of its number.
    pub(crate) fn case(&mut self, case: &EscrowCase) -> bool {
        self.cases.insert(case.no, case.clone()).is_none()
    }

    /// A step; whether it was the first of its place.
    pub(crate) fn step(&mut self, step: &EscrowStep) -> bool {
        self.steps.insert(step.no, Seen::of(step)).is_none()
    }

    /// A timer that may be its clock.
    pub(crate) fn timer(&mut self, timer: &Timer) -> bool {
        let own = self.row.timer == Some(timer.no)
            && self.row.due_at_us == Some(timer.due_at_us)
            && self.row.slot == timer.slot;
        self.has_timer |= own;
        own
    }
}

/// The escrow of an order, once everything about it was seen.
pub(crate) fn order(order: &OrderFacts, rates: Option<Rates<'_>>, findings: &mut Findings) {
    let Some(facts) = &order.escrow else {
        if order.is_escrow && order.paid_at_us.is_some() {
            findings.add(FindingKind::EscrowWrong, "orders", order.key(), "it is paid, but has no escrow");
        }
        return;
    };
    let key = text_of_key(&Escrow::wrap_key((facts.row.slot, facts.row.order_no)));
    let mut wrong = |kind: FindingKind, message: String| findings.add(kind, "escrow", key.clone(), message);
    for message in parties(order, &facts.row) {
        wrong(FindingKind::EscrowWrong, message);
    }
    for message in sums(order, &facts.row) {
        wrong(FindingKind::EscrowSums, message);
    }
    if let Some(rates) = rates
        && let Some(message) = fees(order, rates)
    {
        wrong(FindingKind::FeeWrong, message);
    }
    let history = escrow_history::differs(facts);
    for message in stands(order, facts).into_iter().chain(walk(facts)).chain(history) {
        wrong(FindingKind::EscrowWrong, message);
    }
    let waits = facts.row.due_at_us.is_some();
    let due_at_us = escrow_history::due_us(facts);
    if waits != facts.row.timer.is_some() || waits != facts.has_timer || waits != must_wait(&facts.row) {
        wrong(FindingKind::TimerWrong, "its clock and its timer are not those of its state".to_owned());
    } else if facts.row.due_at_us != due_at_us {
        let message = format!("its clock is {:?}, its steps say {due_at_us:?}", facts.row.due_at_us);
        wrong(FindingKind::TimerWrong, message);
    }
    if order.notified() && facts.messages != facts.row.steps {
        let message = format!("{} steps, but {} messages tell of them", facts.row.steps, facts.messages);
        wrong(FindingKind::NoticeWrong, message);
    }
}

/// What an escrow and its order must agree in.
fn parties(order: &OrderFacts, row: &Escrow) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &str| {
        if !holds {
            faults.push(message.to_owned());
        }
    };
    check(order.is_escrow, "its order is none with escrow");
    check(row.order_no.slot() == row.slot, "its order's number is of another slot");
    check((row.seller, Some(row.buyer)) == (order.seller, order.buyer), "its order has other parties");
    check(row.currency == order.currency, "its order has another currency");
    check(order.paid_at_us == Some(row.paid_at_us), "its order was paid at another time, or never");
    check(Some(row.goods.product()) == order.product, "its order is of other goods");
    let states = match row.state {
        EscrowState::WaitSellerSend | EscrowState::PartSent | EscrowState::WaitBuyerConfirm => {
            OrderState::Paid
        }
        EscrowState::Finished => OrderState::Finished,
        EscrowState::Closed => OrderState::Closed,
    };
    check(order.state == states, "its order stands elsewhere");
    faults
}

/// What was paid is held, released or given back; each against the postings.
fn sums(order: &OrderFacts, row: &Escrow) -> Vec<String> {
    let mut faults = Vec::new();
    let of = |kind| -> i128 {
        let moves = order.moves.iter().filter(|seen| seen.kind == kind);
        moves.map(|seen| i128::from(seen.amount)).sum()
    };
    let (paid, held) = (i128::from(row.paid_minor.units()), i128::from(row.held_minor.units()));
    let (released, refunded) =
        (i128::from(row.released_minor.units()), i128::from(row.refunded_minor.units()));
    if paid != held + released + refunded {
        faults.push(format!("{paid} was paid, but {held} held, {released} released, {refunded} given back"));
    }
    let expected = [
        ("paid", paid, i128::from(order.total)),
        ("paid", paid, of(PostingKind::EscrowIn)),
        ("released", released, of(PostingKind::EscrowRelease)),
        ("refunded", refunded, i128::from(order.refunded)),
        ("refunded", refunded, of(PostingKind::EscrowOut) - of(PostingKind::EscrowReturn)),
    ];
    for (name, found, expected) in expected {
        if found != expected {
            faults.push(format!("{name}_minor is {found}, its order and postings say {expected}"));
        }
    }
    let out = order.moves.iter().filter(|seen| seen.kind == PostingKind::EscrowRelease);
    let seller = crate::shape::balance_account(order.seller, order.currency);
    for seen in out.filter(|seen| seen.party != (seen.amount > seen.fee).then_some(seller)) {
        faults.push(format!("posting {} released it to another account", seen.no));
    }
    faults
}

/// The fee is taken when money is released, by the contract or the rules of that moment.
fn fees(order: &OrderFacts, rates: Rates<'_>) -> Option<String> {
    let out = order.moves.iter().filter(|seen| seen.kind == PostingKind::EscrowRelease);
    let fee: i128 = out.map(|seen| rates.fee_at(order, seen.no.at_us(), seen.amount)).sum();
    (fee != i128::from(order.fee))
        .then(|| format!("the order's fee is {}, the rules of its releases ask for {fee}", order.fee))
}

/// Whether its clock must run: something can still happen, and no money under way decides it.
fn must_wait(row: &Escrow) -> bool {
    row.pending_no.is_none() && (row.open_case.is_some() || row.held_minor.units() > 0)
}

/// What the rows say of where escrow and cases stand.
fn stands(order: &OrderFacts, facts: &EscrowFacts) -> Vec<String> {
    let row = &facts.row;
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: String| {
        if !holds {
            faults.push(message);
        }
    };
    let over = matches!(row.state, EscrowState::Finished | EscrowState::Closed);
    check(over == row.ended_at_us.is_some(), "only what is over has an end".to_owned());
    check(!over || row.open_case.is_none(), "it is over, but a case is open".to_owned());
    check(
        row.state != EscrowState::Closed || row.refunded_minor == row.paid_minor,
        "closed with money left".to_owned(),
    );
    check(
        row.reminded
            || row.state != EscrowState::WaitSellerSend
            || row.pending_no.is_none()
            || row.open_case.is_some(),
        "given back on the last day without a reminder".to_owned(),
    );
    let sent = row.sent_at_us.is_some();
    check(
        sent == (row.state == EscrowState::WaitBuyerConfirm) || over,
        "sent_at_us is not that of its state".to_owned(),
    );
    if let Some(number) = &row.pending_no {
        let under_way = order
            .refunds
            .iter()
            .any(|refund| refund.is_of(number.as_str()) && refund.state == RefundState::UnderWay);
        check(under_way, "it waits for a refund that is not under way".to_owned());
    }
    let counted = u32::try_from(facts.cases.len()).unwrap_or(u32::MAX);
    let numbered = facts.cases.keys().copied().eq(1..=counted);
    check(numbered && counted == row.cases, format!("it has had {} cases, {counted} are there", row.cases));
    for (no, case) in &facts.cases {
        let ended = matches!(case.state, CaseState::Success | CaseState::Closed);
        check(ended != (row.open_case == Some(*no)), format!("case {no} is {}", case.state.as_str()));
        check(ended == case.ended_at_us.is_some(), format!("case {no}: only an ended one has an end"));
        check(case.granted_minor <= case.claim_minor, format!("case {no} grants more than was asked for"));
        let money = matches!(case.state, CaseState::Refunding | CaseState::Success);
        check(!money || case.refund_no.is_some(), format!("case {no} is granted, but made no refund"));
        if let Some(number) = &case.refund_no {
            let of_case = order.refund_of(number.as_str());
            let granted = case.granted_minor.units();
            check(
                of_case == Some(granted),
                format!("case {no} granted {granted}, its refund is {of_case:?}"),
            );
        }
    }
    faults
}

/// Follows the steps: each is possible after the one before, and the last says where escrow and cases stand.
fn walk(facts: &EscrowFacts) -> Vec<String> {
    let mut faults = Vec::new();
    let row = &facts.row;
    let count = u32::try_from(facts.steps.len()).unwrap_or(u32::MAX);
    if !facts.steps.keys().copied().eq(1..=count) || count != row.steps {
        faults.push(format!("it has taken {} steps, {count} are there", row.steps));
    }
    let (mut before, mut at_us): (Option<Seen>, i64) = (None, i64::MIN);
    let mut cases: BTreeMap<u32, CaseState> = BTreeMap::new();
    for (no, step) in &facts.steps {
        let possible = match before {
            None => step.kind == StepKind::Paid,
            Some(earlier) => escrow_moves(earlier.state, step.state, step.kind),
        };
        if !may_take(step) {
            let side = step.side.as_str();
            faults.push(format!("step {no}, {}, is not for the {side} to take", step.kind.as_str()));
        }
        if !possible || step.at_us < at_us {
            faults.push(format!("step {no}, {}, cannot follow the one before it", step.kind.as_str()));
        }
        if let Some((case, state)) = step.case {
            let from = cases.insert(case, state);
            if !case_moves(from, state, step.kind) {
                faults.push(format!("step {no}, {}, cannot move case {case} like this", step.kind.as_str()));
            }
        }
        (before, at_us) = (Some(*step), step.at_us);
    }
    if before.is_some_and(|last| last.state != row.state) {
        faults.push("its last step leaves it elsewhere".to_owned());
    }
    let said = facts.cases.iter().map(|(no, case)| (*no, case.state));
    if !said.eq(cases) {
        faults.push("its steps leave its cases elsewhere".to_owned());
    }
    faults
}

/// An escrow goes forward only, each step by its own way.
fn escrow_moves(from: EscrowState, to: EscrowState, by: StepKind) -> bool {
    use EscrowState::{Closed, Finished, PartSent, WaitBuyerConfirm, WaitSellerSend};
    let open = |state| matches!(state, WaitSellerSend | PartSent | WaitBuyerConfirm);
    match by {
        StepKind::Paid => false,
        StepKind::PartSent => matches!(from, WaitSellerSend | PartSent) && to == PartSent,
        StepKind::Sent => matches!(from, WaitSellerSend | PartSent) && to == WaitBuyerConfirm,
        // Confirmed while the seller's account is closed: the money goes back.
        StepKind::Confirmed => from == WaitBuyerConfirm && matches!(to, Finished | WaitBuyerConfirm),
        StepKind::ReceiptOver => from == WaitBuyerConfirm && to == Finished,
        StepKind::Released => (open(from) || from == Finished) && to == Finished,
        StepKind::Arrived | StepKind::CaseArrived => from == to || (open(from) && to == Closed),
        StepKind::Returned | StepKind::CaseReturned => from == to,
        StepKind::Reminded => from == to && matches!(from, WaitSellerSend | PartSent),
        StepKind::Extended => from == to && from == WaitBuyerConfirm,
        StepKind::GivenBack
        | StepKind::CaseOpened
        | StepKind::CaseAgreed
        | StepKind::CaseRefused
        | StepKind::CaseEdited
        | StepKind::ReturnSent
        | StepKind::ReturnReceived
        | StepKind::ReturnRefused
        | StepKind::ServiceCalled
        | StepKind::Evidence
        | StepKind::Decided
        | StepKind::CaseWithdrawn
        | StepKind::CaseLapsed => from == to && open(from),
    }
}

/// Which ways a case may go; `from` is absent before its first step.
fn case_moves(from: Option<CaseState>, to: CaseState, by: StepKind) -> bool {
    use CaseState::{
        Closed, Refunding, SellerRefused, Success, WaitBuyerReturn, WaitSellerAgree, WaitSellerConfirm,
    };
    let Some(from) = from else {
        return by == StepKind::CaseOpened && matches!(to, WaitSellerAgree | Refunding);
    };
    match by {
        StepKind::CaseAgreed => from == WaitSellerAgree && matches!(to, Refunding | WaitBuyerReturn),
        StepKind::CaseRefused => (from, to) == (WaitSellerAgree, SellerRefused),
        StepKind::CaseEdited => (from, to) == (SellerRefused, WaitSellerAgree),
        StepKind::ReturnSent => (from, to) == (WaitBuyerReturn, WaitSellerConfirm),
        StepKind::ReturnReceived => (from, to) == (WaitSellerConfirm, Refunding),
        StepKind::ReturnRefused => (from, to) == (WaitSellerConfirm, SellerRefused),
        StepKind::ServiceCalled | StepKind::Evidence => (from, to) == (SellerRefused, SellerRefused),
        StepKind::Decided => from == SellerRefused && matches!(to, Refunding | Closed),
        StepKind::CaseLapsed => matches!(from, SellerRefused | WaitBuyerReturn) && to == Closed,
        StepKind::CaseWithdrawn => {
            matches!(from, WaitSellerAgree | SellerRefused | WaitBuyerReturn | WaitSellerConfirm)
                && to == Closed
        }
        StepKind::CaseArrived => (from, to) == (Refunding, Success),
        StepKind::CaseReturned => (from, to) == (Refunding, Closed),
        StepKind::CaseOpened
        | StepKind::Paid
        | StepKind::Reminded
        | StepKind::PartSent
        | StepKind::Sent
        | StepKind::Extended
        | StepKind::Confirmed
        | StepKind::ReceiptOver
        | StepKind::Released
        | StepKind::GivenBack
        | StepKind::Arrived
        | StepKind::Returned => false,
    }
}

/// Whose steps are whose.
fn may_take(step: &Seen) -> bool {
    match step.kind {
        StepKind::CaseOpened
        | StepKind::CaseEdited
        | StepKind::ReturnSent
        | StepKind::ServiceCalled
        | StepKind::CaseWithdrawn => step.side == Side::Buyer,
        StepKind::CaseRefused | StepKind::ReturnRefused => step.side == Side::Seller,
        StepKind::CaseAgreed | StepKind::ReturnReceived => {
            matches!(step.side, Side::Seller | Side::Platform)
        }
        StepKind::Evidence => matches!(step.side, Side::Buyer | Side::Seller),
        StepKind::Decided => matches!(step.side, Side::Arbiter | Side::Platform),
        StepKind::CaseLapsed | StepKind::CaseArrived | StepKind::CaseReturned => step.side == Side::Platform,
        StepKind::Paid | StepKind::Confirmed => step.side == Side::Buyer,
        StepKind::PartSent | StepKind::Sent => step.side == Side::Seller,
        StepKind::Extended => matches!(step.side, Side::Buyer | Side::Seller),
        StepKind::GivenBack => matches!(step.side, Side::Seller | Side::Platform),
        StepKind::Reminded
        | StepKind::ReceiptOver
        | StepKind::Released
        | StepKind::Arrived
        | StepKind::Returned => step.side == Side::Platform,
    }
}
