//! The plans of agreements: which debit is next, and how a merchant moves it.

use super::{Model, Step};
use base::Day;
use engine::{Message, PostponeAnswer, PostponeAsk, PostponeDebit, Reply};
use std::sync::Arc;
use trade::{Agreement, AgreementState, PeriodRule, PostponeRefused, Progress, Unit};

/// Days around a planned one.
const WINDOW: u32 = 5;

type Maybe<T, R> = Option<Result<T, R>>;

impl Model {
    pub(super) fn postpone_debit(
        &mut self,
        step: &Step,
        asked: &PostponeDebit,
    ) -> Maybe<Arc<Agreement>, PostponeRefused> {
        let PostponeDebit { seller, agreement_no, to } = *asked;
        let buyer = match self.running(step, seller, agreement_no) {
            None => return Some(Err(PostponeRefused::AgreementNotFound)),
            Some(None) => return Some(Err(PostponeRefused::NotNormal)),
            Some(Some(buyer)) => buyer,
        };
        if self.accords[&agreement_no].asked.terms.rule.is_none() {
            return Some(Err(PostponeRefused::NothingPlanned));
        }
        self.say(buyer.slot(), Message::PostponeAsk(PostponeAsk { agreement_no, buyer, to }));
        None
    }

    /// In the buyer's slot: the plan is counted from another day, or stays.
    pub(super) fn postpone_ask(&mut self, step: &Step, said: &PostponeAsk) -> Option<Reply> {
        let (no, to, now) = (said.agreement_no, said.to, step.now());
        let pledge = self.own_pledge(step, said.buyer, no).expect("what was signed stays");
        let rule = pledge.terms.rule.expect("the merchant's slot saw a plan");
        let over = pledge.pace.state != AgreementState::Normal || now >= pledge.invalid_at;
        let same = pledge.pace.plan_step == 0 && pledge.pace.plan_from == Some(to);
        let refused = match next_debit(&rule, &pledge.pace, Day::of(now)) {
            _ if over => Some(PostponeRefused::AgreementNotFound),
            _ if same && rule.first != to => None,
            None => Some(PostponeRefused::NothingPlanned),
            Some((count, day)) => {
                let after = planned(&rule, pledge.pace.plan_from.unwrap_or(rule.first), count + 1);
                let fits = to > day && to >= Day::of(now) && to < after;
                (!fits).then_some(PostponeRefused::DateNotAllowed)
            }
        };
        if refused.is_none() && !same {
            pledge.pace.version += 1;
            (pledge.pace.plan_from, pledge.pace.plan_step) = (Some(to), 0);
        }
        let mandate = self.said_of((step.slot, no));
        self.say(no.slot(), Message::PostponeAnswer(PostponeAnswer { mandate, refused }));
        None
    }

    /// In the merchant's slot: the plan is known.
    pub(super) fn postpone_answer(&mut self, step: &Step, said: &PostponeAnswer) -> Option<Reply> {
        self.follow(step, &said.mandate);
        let answer = said.refused.map_or_else(|| Ok(self.agreement(said.mandate.agreement_no)), Err);
        Some(Reply::PostponeDebit(answer))
    }
}

/// The day so many periods after another.
fn planned(rule: &PeriodRule, from: Day, count: u32) -> Day {
    match rule.unit {
        Unit::Day => from.plus_days(rule.every * count),
        Unit::Month => from.plus_months(rule.every * count),
    }
}

/// Which debit of the plan is next and its day: days that are over by more than the window were let pass.
pub(super) fn next_debit(rule: &PeriodRule, pace: &Progress, today: Day) -> Option<(u32, Day)> {
    if rule.payments.is_some_and(|most| pace.debits >= most) {
        return None;
    }
    let from = pace.plan_from.unwrap_or(rule.first);
    let mut count = pace.plan_step;
    while planned(rule, from, count).plus_days(WINDOW) < today {
        count += 1;
    }
    Some((count, planned(rule, from, count)))
}

/// Whether a debit may be taken so long before its day.
pub(super) fn is_early(day: Day, today: Day) -> bool {
    today.plus_days(WINDOW) < day
}
