//! Risk rules are proposed by one operator and approved by another, on the platform's slot.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use ::risk::{
    ApproveRiskRefused, Operator, ProposeRiskRefused, RiskProposal, RiskRules, RulesText, compile, digest,
};
use base::Slot;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An operator proposes the next version of the rules. Proposing again, by whomever, replaces what was proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeRisk {
    /// Who proposes.
    pub operator: Operator,
    /// The version that it was written on top of; zero for none.
    pub base_version: u32,
    /// The rules.
    pub text: RulesText,
}

/// Another operator approves. The text that was read is named by its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveRisk {
    /// Who approves.
    pub operator: Operator,
    /// The version that was proposed.
    pub version: u32,
    /// BLAKE3 of the text that the operator read.
    pub digest: [u8; 32],
}

/// Looks at the rules in force and at what is proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindRiskRules {}

/// The rules in force, if any, and the proposal of the next version, if there is one.
#[derive(Clone, PartialEq, Debug)]
pub struct RiskRulesView {
    /// In force.
    pub rules: Option<Arc<RiskRules>>,
    /// Proposed.
    pub proposal: Option<Arc<RiskProposal>>,
}

impl ProposeRisk {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

impl ApproveRisk {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

impl FindRiskRules {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

/// The version in force; zero before any.
fn current(rows: &Rows<'_>) -> u32 {
    rows.risk().map_or(0, ::risk::RuleSet::version)
}

pub(crate) fn propose_risk(
    rows: &mut Rows<'_>,
    command: &ProposeRisk,
) -> Result<Next<Arc<RiskProposal>>, Stop<ProposeRiskRefused>> {
    let ProposeRisk { operator, base_version, text } = command;
    if !people::names_operator(operator.as_str()) {
        return Stop::because(ProposeRiskRefused::NoOperator);
    }
    let current = current(rows);
    if *base_version != current {
        return Stop::because(ProposeRiskRefused::Stale { current });
    }
    let version = current.checked_add(1).ok_or_else(|| Fault("versions of risk rules ran out".into()))?;
    compile(version, text.as_str()).map_err(|error| Stop::Refused(ProposeRiskRefused::Rules(error)))?;

    // Nothing can be refused below this line; nothing was changed above it.
    let proposal = Arc::new(RiskProposal {
        slot: rows.slot(),
        version,
        text: text.clone(),
        digest: digest(text.as_str()),
        proposed_by: operator.clone(),
        proposed_at_us: rows.now_us(),
    });
    rows.put_shared(proposal.clone());
    Ok(Next::Answer(proposal))
}

pub(crate) fn approve_risk(
    rows: &mut Rows<'_>,
    command: &ApproveRisk,
) -> Result<Next<Arc<RiskRules>>, Stop<ApproveRiskRefused>> {
    let ApproveRisk { operator, version, digest } = command;
    if !people::names_operator(operator.as_str()) {
        return Stop::because(ApproveRiskRefused::NoOperator);
    }
    let current = current(rows);
    if *version <= current {
        return Stop::because(ApproveRiskRefused::Stale { current });
    }
    let Some(proposal) = rows.get::<RiskProposal>((rows.slot(), *version))? else {
        return Stop::because(ApproveRiskRefused::NotFound);
    };
    if proposal.proposed_by == *operator {
        return Stop::because(ApproveRiskRefused::SelfApproval);
    }
    if proposal.digest != *digest {
        return Stop::because(ApproveRiskRefused::Edited);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let RiskProposal { slot, version, text, digest, proposed_by, proposed_at_us: _ } = (*proposal).clone();
    let (approved_by, effective_at_us) = (operator.clone(), rows.now_us());
    let rules =
        Arc::new(RiskRules { slot, version, text, digest, proposed_by, approved_by, effective_at_us });
    rows.put_shared(rules.clone());
    rows.delete::<RiskProposal>((slot, version));
    Ok(Next::Answer(rules))
}

pub(crate) fn find_risk_rules(
    rows: &mut Rows<'_>,
    _query: &FindRiskRules,
) -> Result<Next<RiskRulesView>, Stop<Never>> {
    let (slot, current) = (rows.slot(), current(rows));
    let rules = rows.get::<RiskRules>((slot, current))?;
    let proposal = rows.get::<RiskProposal>((slot, current.saturating_add(1)))?;
    Ok(Next::Answer(RiskRulesView { rules, proposal }))
}
