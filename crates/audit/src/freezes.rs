//! Pre-authorisations: what was frozen is what is left, freed and paid together; the payer holds what is left; each
//! payment paid its order; each hold is claimed.

mod whole;

use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use crate::splits::OpenHolds;
use base::{FreezeNo, OperationNo, SlotSet};
use engine::{Key, Tabled};
use std::collections::BTreeMap;
use trade::{
    Freeze, FreezeNumber, FreezeOperation, FreezeState, Frozen, FrozenState, Notice, NoticeEvent,
    OperationBy, OperationKind, OperationState, Timer, TimerTask, Url,
};

/// What is kept of a freeze.
#[derive(Debug)]
struct Facts {
    freeze: Freeze,
    /// Sums of releases and of payments that stand, and of those under way.
    unfrozen: i128,
    paid: i128,
    under_way: u32,
    /// Operations that no number points at yet.
    operations: BTreeMap<OperationNo, (OperationKind, base::Text<64>)>,
    has_number: bool,
    has_timer: bool,
    /// How its payer's row stands, and what is held there.
    held: Option<(FrozenState, i64)>,
    /// What its operations did to what is left, with the moment of each.
    steps: Vec<(i64, Step)>,
    /// Where the cancel that set it free is told.
    cancel_url: Option<Url>,
    /// How many notices tell of its cancel.
    cancels: u32,
    /// Releases that somebody is told of, and where to.
    releases: BTreeMap<OperationNo, Url>,
    /// How many notices tell that money was frozen.
    told: u32,
}

/// What an operation does to what is left of its freeze.
#[derive(Clone, Copy, Debug)]
struct Step {
    operation: OperationNo,
    /// Taken off what is left; negative for what came back.
    taken: i128,
    /// What its row says is left.
    after: Option<i128>,
    /// Whether everything that is left then goes with it.
    all: bool,
}

/// All freezes.
#[derive(Debug)]
pub(crate) struct Freezes {
    /// The slots whose rows are here. Between two of them everything is said and heard in one record.
    home: SlotSet,
    all: BTreeMap<FreezeNo, Facts>,
}

impl Freezes {
    pub(crate) fn new(home: SlotSet) -> Freezes {
        Freezes { home, all: BTreeMap::new() }
    }

    pub(crate) fn freeze(&mut self, freeze: &Freeze, findings: &mut Findings) {
        for message in whole::faults(freeze) {
            findings.add(FindingKind::FreezeWrong, "freeze", key_of(freeze.no), message);
        }
        let facts = Facts {
            freeze: freeze.clone(),
            unfrozen: 0,
            paid: 0,
            under_way: 0,
            operations: BTreeMap::new(),
            has_number: false,
            has_timer: false,
            held: None,
            steps: Vec::new(),
            cancel_url: None,
            cancels: 0,
            releases: BTreeMap::new(),
            told: 0,
        };
        self.all.insert(freeze.no, facts);
    }

    pub(crate) fn operation(&mut self, done: &FreezeOperation, orders: &mut Orders, findings: &mut Findings) {
        let key = text_of_key(&FreezeOperation::wrap_key((done.slot, done.freeze, done.no)));
        let mut wrong =
            |message: &str| findings.add(FindingKind::FreezeWrong, "freeze_operation", key.clone(), message);
        let facts = self.all.get_mut(&done.freeze);
        let ours = |facts: &&mut Facts| {
            facts.freeze.slot == done.slot
                && facts.freeze.currency == done.currency
                && done.no.slot() == done.slot
        };
        let Some(facts) = facts.filter(ours) else {
            return wrong("its freeze is not there, or of another slot or currency");
        };
        if done.no.at_us() != done.at_us || facts.freeze.frozen_at_us.is_none_or(|at_us| done.at_us < at_us) {
            wrong("at_us is not that of its number, or is before its freeze");
        }
        if (done.state == OperationState::UnderWay) != done.done_at_us.is_none() {
            wrong("done_at_us is not that of its state");
        }
        let units = i128::from(done.amount_minor.units());
        let stands = if done.state == OperationState::Returned { 0 } else { units };
        match done.kind {
            OperationKind::Freeze => wrong("a freeze is told by its own row"),
            OperationKind::Unfreeze => facts.unfrozen += units,
            OperationKind::Pay => facts.paid += stands,
        }
        facts.step(done);
        let told = done.kind == OperationKind::Unfreeze && done.state == OperationState::Done;
        let own_url = done.notify_url.as_ref().or(facts.freeze.notify_url.as_ref()).filter(|_| told);
        match done.by {
            OperationBy::Cancel => facts.cancel_url = own_url.cloned(),
            OperationBy::Merchant | OperationBy::Completion | OperationBy::End => {
                facts.releases.extend(own_url.map(|url| (done.no, url.clone())));
            }
        }
        facts.operations.insert(done.no, (done.kind, done.out_request_no.clone()));
        if done.kind == OperationKind::Pay {
            let paid = done
                .order_no
                .is_some_and(|no| orders.is_paid(no, facts.freeze.payer, units, done.done_at_us));
            if paid != (done.state == OperationState::Done) {
                wrong("it and the payment of its order do not agree");
            }
        } else if done.order_no.is_some() {
            wrong("only a payment pays an order");
        }
    }

    pub(crate) fn number(&mut self, number: &FreezeNumber, findings: &mut Findings) {
        let right = self.all.get_mut(&number.freeze).is_some_and(|facts| {
            let freeze = &facts.freeze;
            let ours = freeze.slot == number.slot
                && freeze.seller == number.seller
                && freeze.out_order_no == number.out_order_no;
            let named = match number.kind {
                OperationKind::Freeze => {
                    facts.has_number |= ours;
                    number.out_request_no.as_str().is_empty() && freeze.operation == number.operation
                }
                OperationKind::Unfreeze | OperationKind::Pay => {
                    let found = facts.operations.remove(&number.operation);
                    found == Some((number.kind, number.out_request_no.clone()))
                }
            };
            ours && named
        });
        if !right {
            let key = number.slot;
            let key = FreezeNumber::wrap_key((
                key,
                number.seller,
                number.out_order_no.clone(),
                number.kind,
                number.out_request_no.clone(),
            ));
            let message = "no freeze or operation has this number";
            findings.add(FindingKind::NumberWrong, "freeze_number", text_of_key(&key), message);
        }
    }

    pub(crate) fn frozen(&mut self, frozen: &Frozen, holds: &mut OpenHolds, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            let key = text_of_key(&Frozen::wrap_key((frozen.slot, frozen.no)));
            findings.add(FindingKind::FreezeWrong, "frozen", key, message);
        };
        if frozen.payer.slot() != frozen.slot {
            wrong("its payer is of another slot");
        }
        if (frozen.state == FrozenState::Held) != frozen.hold.is_some() {
            wrong("only money that is held has a hold");
        }
        let held = frozen.held_minor.units();
        let whose = balance_account(frozen.payer, frozen.currency);
        match frozen.hold.map(|no| holds.claim(frozen.slot, no, whose)) {
            None if held == 0 => {}
            Some(Some(amount)) if amount == held && held > 0 => {}
            None | Some(_) => wrong("its hold is not open, or of another account or amount"),
        }
        if !self.home.contains(frozen.no.slot()) {
            return;
        }
        let Some(facts) = self.all.get_mut(&frozen.no) else { return wrong("its freeze is not there") };
        let freeze = &facts.freeze;
        let same = (frozen.seller, frozen.currency, frozen.amount_minor)
            == (freeze.seller, freeze.currency, freeze.amount_minor);
        if !same {
            wrong("its freeze has another merchant or amount");
        }
        if freeze.payer == Some(frozen.payer) {
            facts.held = Some((frozen.state, held));
        } else if frozen.state != FrozenState::Over {
            wrong("its freeze has another payer, so it must be over");
        }
    }

    /// A notice about a freeze; `false` when it is about something else, which is looked at there.
    pub(crate) fn notice(&mut self, notice: &Notice, findings: &mut Findings) -> bool {
        let Some(facts) = self.all.get_mut(&FreezeNo::of_topic(notice.order_no)) else { return false };
        let freeze = &facts.freeze;
        let content = notice.content.as_ref().map_or("", |content| content.as_str());
        let members: BTreeMap<String, String> = serde_json::from_str(content).unwrap_or_default();
        let member = |name| members.get(name).map_or("", String::as_str);
        let ours = (notice.event, notice.slot, notice.app) == (NoticeEvent::Message, freeze.slot, freeze.app)
            && member("auth_no") == freeze.no.to_string();
        let holds = match member("notify_type") {
            "fund_auth_freeze" => {
                facts.told += 1;
                freeze.notify_url.as_ref() == Some(&notice.url)
            }
            "fund_auth_unfreeze" => {
                let told = member("operation_id").parse().ok().and_then(|no| facts.releases.remove(&no));
                told.as_ref() == Some(&notice.url)
            }
            "fund_auth_operation_cancel" => {
                facts.cancels += 1;
                // One that nobody agreed to may be told where its cancel said, which is not kept.
                let frozen = freeze.frozen_at_us.is_some();
                freeze.cancelled && (!frozen || facts.cancel_url.as_ref() == Some(&notice.url))
            }
            _ => false,
        };
        if !ours || !holds {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            let message = "it has another app or address than its freeze, or tells what did not happen";
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        }
        true
    }

    /// The timers of freezes; others are looked at elsewhere.
    pub(crate) fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        let due = |freeze: &Freeze| match timer.task {
            TimerTask::ExpireFreeze => (freeze.state == FreezeState::Init).then_some(freeze.expires_at_us),
            TimerTask::EndFreeze => freeze.ends_at_us.filter(|_| freeze.state == FreezeState::Authorized),
            TimerTask::ExpireOrder
            | TimerTask::ForgetCode
            | TimerTask::ForgetAttempt
            | TimerTask::EndAgreement
            | TimerTask::EscrowStep
            | TimerTask::FreeSplits
            | TimerTask::TransferClock
            | TimerTask::GiveUpBankOrder
            | TimerTask::SettleSales
            | TimerTask::BatchClock => None,
        };
        if !matches!(timer.task, TimerTask::ExpireFreeze | TimerTask::EndFreeze) {
            return;
        }
        let facts = timer.order_no.and_then(|no| self.all.get_mut(&FreezeNo::of_topic(no)));
        let fits = |facts: &&mut Facts| {
            facts.freeze.timer == Some(timer.no)
                && facts.freeze.slot == timer.slot
                && due(&facts.freeze) == Some(timer.due_at_us)
        };
        match facts.filter(fits) {
            Some(facts) => facts.has_timer = true,
            None => {
                let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
                findings.add(FindingKind::TimerWrong, "timer", key, "no freeze has this timer");
            }
        }
    }

    /// What can only be said once everything was seen.
    pub(crate) fn finish(self, findings: &mut Findings) {
        for facts in self.all.values() {
            whole::ends(facts, findings);
            whole::left(facts, findings);
            if facts.freeze.payer.is_some_and(|payer| self.home.contains(payer.slot())) {
                whole::payer_side(facts, findings);
            }
        }
    }
}

impl Facts {
    /// Notes what an operation does to what is left, and what of it is under way.
    fn step(&mut self, done: &FreezeOperation) {
        let (units, after) =
            (i128::from(done.amount_minor.units()), i128::from(done.rest_after_minor.units()));
        let last = done.by == OperationBy::Completion;
        let (taken, all) = match done.kind {
            OperationKind::Freeze => return,
            OperationKind::Pay => (units, last),
            // It was taken off when it was decided, which was before.
            OperationKind::Unfreeze => (if last { 0 } else { units }, false),
        };
        self.steps.push((done.at_us, Step { operation: done.no, taken, after: Some(after), all }));
        let over = |at_us| self.freeze.ends_at_us.is_some_and(|ends_at_us| at_us >= ends_at_us);
        match (done.state, done.done_at_us) {
            (OperationState::Returned, Some(at_us)) if !over(at_us) => {
                let back = Step { operation: done.no, taken: -units, after: None, all: false };
                self.steps.push((at_us, back));
            }
            (OperationState::Returned | OperationState::Done, _) => {}
            (OperationState::UnderWay, _) => {
                // With a last payment the rest is under way, too, and has no row yet.
                let rest = if all { after } else { 0 };
                self.under_way += 1 + u32::from(rest > 0);
                self.unfrozen += rest;
            }
        }
    }
}

fn key_of(no: FreezeNo) -> String {
    text_of_key(&Key::Freeze((no.slot(), no)))
}
