//! Pre-authorisations: what was frozen is what is left, freed and paid together; the payer holds what is left; each
//! payment paid its order; each hold is claimed.

use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use crate::splits::OpenHolds;
use base::{FreezeNo, OperationNo};
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
    /// What its payer holds.
    held: Option<i64>,
    /// Releases that somebody is told of, and where to.
    releases: BTreeMap<OperationNo, Url>,
    /// How many notices tell that money was frozen.
    told: u32,
}

/// All freezes.
#[derive(Debug, Default)]
pub(crate) struct Freezes {
    all: BTreeMap<FreezeNo, Facts>,
}

impl Freezes {
    pub(crate) fn freeze(&mut self, freeze: &Freeze, findings: &mut Findings) {
        for message in faults(freeze) {
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
        // What came back after the end of the freeze's life is free, and counted as such.
        if done.kind == OperationKind::Pay && done.state == OperationState::Returned {
            let over =
                facts.freeze.ends_at_us.zip(done.done_at_us).is_some_and(|(ends, at_us)| at_us >= ends);
            facts.unfrozen += if over { units } else { 0 };
        }
        let own_url = done.notify_url.as_ref().or(facts.freeze.notify_url.as_ref());
        let tells = done.kind == OperationKind::Unfreeze && done.by != OperationBy::Cancel;
        if let Some(url) = own_url.filter(|_| tells && done.state == OperationState::Done) {
            facts.releases.insert(done.no, url.clone());
        }
        facts.under_way += u32::from(done.state == OperationState::UnderWay);
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
        let Some(facts) = self.all.get_mut(&frozen.no) else { return wrong("its freeze is not there") };
        let freeze = &facts.freeze;
        let same = (frozen.seller, frozen.currency, frozen.amount_minor)
            == (freeze.seller, freeze.currency, freeze.amount_minor);
        if !same {
            wrong("its freeze has another merchant or amount");
        }
        if freeze.payer == Some(frozen.payer) {
            facts.held = Some(held);
        } else if frozen.state != FrozenState::Over && freeze.state != FreezeState::Init {
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
            "fund_auth_operation_cancel" => true,
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
            | TimerTask::FreeSplits => None,
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
            ends(facts, findings);
        }
    }
}

fn ends(facts: &Facts, findings: &mut Findings) {
    let freeze = &facts.freeze;
    let mut wrong = |kind, message: String| findings.add(kind, "freeze", key_of(freeze.no), message);
    if !facts.has_number {
        wrong(FindingKind::NumberWrong, "no row of freeze_number points at it".to_owned());
    }
    let open = matches!(freeze.state, FreezeState::Init | FreezeState::Authorized);
    // While its last money is under way the life of a freeze may be over before it is.
    let owes_timer = open && (freeze.state == FreezeState::Init || freeze.rest_minor.units() > 0);
    if owes_timer && !facts.has_timer || !open && facts.has_timer {
        wrong(FindingKind::TimerWrong, "its timer is missing, or it is decided and has one".to_owned());
    }
    let (unfrozen, paid) = (i128::from(freeze.unfrozen_minor.units()), i128::from(freeze.paid_minor.units()));
    if freeze.under_way == 0 {
        if (facts.unfrozen, facts.paid) != (unfrozen, paid) {
            wrong(
                FindingKind::FreezeWrong,
                format!(
                    "freed {unfrozen}, paid {paid}; its operations say {} and {}",
                    facts.unfrozen, facts.paid
                ),
            );
        }
        let (held, rest) = (facts.held.unwrap_or(0), freeze.rest_minor.units());
        if held != rest {
            wrong(FindingKind::FreezeWrong, format!("{rest} is left, but its payer holds {held}"));
        }
    } else if facts.under_way == 0 {
        wrong(FindingKind::FreezeWrong, "no operation is under way, but it counts some".to_owned());
    }
    let owed = u32::from(freeze.frozen_at_us.is_some() && freeze.notify_url.is_some());
    if facts.told != owed {
        let message = format!("{} notices tell that it was frozen, not {owed}", facts.told);
        wrong(FindingKind::NoticeWrong, message);
    }
    if let Some((no, _)) = facts.releases.first_key_value() {
        wrong(FindingKind::NoticeWrong, format!("no notice tells of the release {no}"));
    }
    if let Some((no, _)) = facts.operations.first_key_value() {
        wrong(FindingKind::NumberWrong, format!("no row of freeze_number points at operation {no}"));
    }
}

fn key_of(no: FreezeNo) -> String {
    text_of_key(&Key::Freeze((no.slot(), no)))
}

/// What is wrong with a freeze by itself.
fn faults(freeze: &Freeze) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &str| {
        if !holds {
            faults.push(format!("state {}: {message}", freeze.state.as_str()));
        }
    };
    check(
        freeze.no.slot() == freeze.slot && freeze.seller.slot() == freeze.slot,
        "its number or merchant is of another slot",
    );
    check(freeze.no.at_us() == freeze.opened_at_us, "opened_at_us is not that of its number");
    check(freeze.adds_up(), "what is left, freed and paid is not what was frozen");
    let frozen = freeze.frozen_at_us.is_some();
    let whole = if frozen { freeze.amount_minor.units() } else { 0 };
    check(freeze.frozen_minor.units() == whole, "neither nothing nor the whole amount was frozen");
    check(freeze.payer.is_some() || !frozen, "the money of nobody was frozen");
    check(freeze.payer.is_some() == freeze.payer_login_masked.is_some(), "only a payer has a login");
    let nothing_left = freeze.rest_minor.units() == 0 && freeze.under_way == 0;
    let by_state = match freeze.state {
        FreezeState::Init => !frozen && freeze.closed_at_us.is_none(),
        FreezeState::Authorized => frozen && freeze.closed_at_us.is_none() && !nothing_left,
        FreezeState::Finish => {
            frozen && freeze.closed_at_us.is_some() && nothing_left && freeze.paid_minor.units() > 0
        }
        FreezeState::Closed => {
            freeze.closed_at_us.is_some() && nothing_left && freeze.paid_minor.units() == 0
        }
    };
    check(by_state, "its times or sums are not those of its state");
    let before = freeze.frozen_at_us.unwrap_or(freeze.opened_at_us);
    check(freeze.closed_at_us.is_none_or(|at_us| at_us >= before), "closed before it was frozen or opened");
    faults
}
