//! A person of the platform decides a payment that rules gave to a person, or what a list of names found.

use crate::command::Next;
use crate::{Rows, Stop, screening};
use ::risk::{
    DecideRiskRefused, Operator, RiskCase, RiskCaseEvent, RiskNotFound, ScreenRelease, Subject,
    is_screen_subject,
};
use base::{PartyId, Slot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An operator decides a case. The payment is not made by it: its payer asks again. What a list of names found is
/// released by two operators: the first one's word leaves the case open, and another one's releases it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecideRisk {
    /// Who decides.
    pub operator: Operator,
    /// Who pays.
    pub party: PartyId,
    /// The payment.
    pub subject: Subject,
    /// Whether it may be made.
    pub release: bool,
}

/// Looks at a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindRiskCase {
    /// Who pays.
    pub party: PartyId,
    /// The payment.
    pub subject: Subject,
}

impl DecideRisk {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

impl FindRiskCase {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn decide_risk(
    rows: &mut Rows<'_>,
    command: &DecideRisk,
) -> Result<Next<Arc<RiskCase>>, Stop<DecideRiskRefused>> {
    let DecideRisk { operator, party, subject, release } = command;
    if !people::names_operator(operator.as_str()) {
        return Stop::because(DecideRiskRefused::NoOperator);
    }
    let Some(case) = rows.get::<RiskCase>((rows.slot(), *party, subject.clone()))? else {
        return Stop::because(DecideRiskRefused::NotFound);
    };
    let event = if *release { RiskCaseEvent::Release } else { RiskCaseEvent::Refuse };
    let Some(state) = case.state.next(event) else {
        return Stop::because(DecideRiskRefused::Decided(case.state));
    };
    let is_hit = is_screen_subject(subject.as_str());
    let place = (rows.slot(), *party, subject.clone());
    let first = if is_hit { rows.get::<ScreenRelease>(place.clone())? } else { None };
    if *release && first.as_ref().is_some_and(|first| first.proposed_by == *operator) {
        return Stop::because(DecideRiskRefused::SelfRelease);
    }
    // An operator of the console acts under its user id.
    if operator.as_str() == party.to_string() {
        return Stop::because(DecideRiskRefused::OwnCase);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    if is_hit && *release && first.is_none() {
        let (slot, party, subject) = place;
        let (proposed_by, proposed_at_us) = (operator.clone(), rows.now_us());
        rows.put(ScreenRelease { slot, party, subject, proposed_by, proposed_at_us });
        return Ok(Next::Answer(case));
    }
    if !*release && first.is_some() {
        rows.delete::<ScreenRelease>(place);
    }
    let (decided_by, decided_at_us) = (Some(operator.clone()), Some(rows.now_us()));
    let case = Arc::new(RiskCase { state, decided_by, decided_at_us, ..(*case).clone() });
    rows.put_shared(case.clone());
    if is_hit {
        screening::stop_or_let_go(rows, *party)?;
    }
    Ok(Next::Answer(case))
}

pub(crate) fn find_risk_case(
    rows: &mut Rows<'_>,
    query: &FindRiskCase,
) -> Result<Next<Arc<RiskCase>>, Stop<RiskNotFound>> {
    match rows.get::<RiskCase>((rows.slot(), query.party, query.subject.clone()))? {
        Some(case) => Ok(Next::Answer(case)),
        None => Stop::because(RiskNotFound),
    }
}
