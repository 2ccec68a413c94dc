//! What can be said of one freeze by itself, or once everything about it was seen.

use super::{Facts, Step, key_of};
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use engine::Tabled;
use trade::{Freeze, FreezeOperation, FreezeState, FrozenState};

/// Its number, timer, sums and notices, against everything that was seen.
pub(super) fn ends(facts: &Facts, findings: &mut Findings) {
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
    if (facts.unfrozen, facts.paid) != (unfrozen, paid) {
        let (freed, took) = (facts.unfrozen, facts.paid);
        let message = format!("freed {unfrozen}, paid {paid}; its operations say {freed} and {took}");
        wrong(FindingKind::FreezeWrong, message);
    }
    if facts.under_way != freeze.under_way {
        let (counted, are) = (freeze.under_way, facts.under_way);
        wrong(FindingKind::FreezeWrong, format!("it counts {counted} operations under way, but {are} are"));
    }
    let owed = u32::from(freeze.frozen_at_us.is_some() && freeze.notify_url.is_some());
    if facts.told != owed {
        let message = format!("{} notices tell that it was frozen, not {owed}", facts.told);
        wrong(FindingKind::NoticeWrong, message);
    }
    let cancels = match (freeze.cancelled, freeze.frozen_at_us.is_some()) {
        (false, _) => 0..=0,
        (true, true) => u32::from(facts.cancel_url.is_some())..=u32::from(facts.cancel_url.is_some()),
        (true, false) => u32::from(freeze.notify_url.is_some())..=1,
    };
    if !cancels.contains(&facts.cancels) {
        let message =
            format!("{} notices tell that it was cancelled, not {}", facts.cancels, cancels.start());
        wrong(FindingKind::NoticeWrong, message);
    }
    if let Some((no, _)) = facts.releases.first_key_value() {
        wrong(FindingKind::NoticeWrong, format!("no notice tells of the release {no}"));
    }
    if let Some((no, _)) = facts.operations.first_key_value() {
        wrong(FindingKind::NumberWrong, format!("no row of freeze_number points at operation {no}"));
    }
}

/// What is left after each operation follows from what was left before it.
pub(super) fn left(facts: &Facts, findings: &mut Findings) {
    let freeze = &facts.freeze;
    let mut steps = facts.steps.clone();
    steps.sort_by_key(|(at_us, step)| (*at_us, step.operation));
    let mut rest = i128::from(freeze.frozen_minor.units());
    for (_, Step { operation, taken, after, all }) in steps {
        rest -= taken;
        if let Some(after) = after.filter(|after| *after != rest) {
            let key = text_of_key(&FreezeOperation::wrap_key((freeze.slot, freeze.no, operation)));
            let message = format!("it says that {after} is left after it, not {rest}");
            return findings.add(FindingKind::FreezeWrong, "freeze_operation", key, message);
        }
        rest = if all { 0 } else { rest };
    }
}

/// What the payer's row of a freeze must say.
pub(super) fn payer_side(facts: &Facts, findings: &mut Findings) {
    let (freeze, rest) = (&facts.freeze, facts.freeze.rest_minor.units());
    let owed = match freeze.state {
        FreezeState::Init => FrozenState::Waiting,
        FreezeState::Authorized if rest > 0 => FrozenState::Held,
        FreezeState::Authorized | FreezeState::Finish | FreezeState::Closed => FrozenState::Over,
    };
    if facts.held != Some((owed, rest)) {
        let found = facts.held.map_or("has no row".to_owned(), |(state, held)| {
            format!("is {} and holds {held}", state.as_str())
        });
        let message = format!("{rest} is left, but its payer {found}");
        findings.add(FindingKind::FreezeWrong, "freeze", key_of(freeze.no), message);
    }
}

/// What is wrong with a freeze by itself.
pub(super) fn faults(freeze: &Freeze) -> Vec<String> {
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
