//! Dated rules are proposed by one operator and approved by another, in slot 00.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use ::risk::Operator;
use base::{Slot, Text};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{CONTRACT_FEE_MAX_PPM, PASSWORD_FREE_MAX_FEN, RulesBook, RulesRefused, RulesTerms, RulesVersion};

/// An operator proposes the next version of the dated rules. Proposing again, by whomever, replaces what was proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeRules {
    /// Who proposes.
    pub operator: Operator,
    /// The version that it was written on top of; zero for none.
    pub base_version: u32,
    /// The rules.
    pub terms: RulesTerms,
    /// Why.
    pub reason: Text<256>,
}

/// Another operator approves, naming what was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveRules {
    /// Who approves.
    pub operator: Operator,
    /// The version that was proposed.
    pub version: u32,
    /// The rules that the operator read.
    pub terms: RulesTerms,
    /// The reason that the operator read.
    pub reason: Text<256>,
}

impl ProposeRules {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

impl ApproveRules {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

/// The newest version that was agreed to, for whoever is named; zero for none.
fn newest(rows: &mut Rows<'_>, operator: &Operator) -> Result<u32, Stop<RulesRefused>> {
    if !people::names_operator(operator.as_str()) {
        return Stop::because(RulesRefused::NoOperator);
    }
    let book = rows.get::<RulesBook>((rows.slot(),))?;
    Ok(book.map_or(0, |book| book.version))
}

pub(crate) fn propose_rules(
    rows: &mut Rows<'_>,
    command: &ProposeRules,
) -> Result<Next<Arc<RulesVersion>>, Stop<RulesRefused>> {
    let ProposeRules { operator, base_version, terms, reason } = command.clone();
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let current = newest(rows, &operator)?;
    if current != base_version {
        return Stop::because(RulesRefused::Stale { current });
    }
    let version = current.checked_add(1).ok_or_else(|| Fault("versions of the rules ran out".into()))?;
    if reason.as_str().trim().is_empty() {
        return Stop::because(RulesRefused::NoReason);
    }
    let RulesTerms { merchant_fee_ppm, password_free_limit_minor, valid_from_us } = terms;
    if merchant_fee_ppm.ppm() > CONTRACT_FEE_MAX_PPM {
        return Stop::because(RulesRefused::FeeTooHigh);
    }
    if password_free_limit_minor.units() > PASSWORD_FREE_MAX_FEN {
        return Stop::because(RulesRefused::LimitTooHigh);
    }
    if valid_from_us.is_some_and(|from_us| from_us < now_us) {
        return Stop::because(RulesRefused::FromThePast);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let proposal = Arc::new(RulesVersion {
        slot,
        version,
        merchant_fee_ppm,
        password_free_limit_minor,
        valid_from_us,
        reason,
        proposed_by: operator,
        proposed_at_us: now_us,
        approved_by: None,
        approved_at_us: None,
    });
    rows.put_shared(proposal.clone());
    rows.put(RulesBook { slot, version: current });
    Ok(Next::Answer(proposal))
}

pub(crate) fn approve_rules(
    rows: &mut Rows<'_>,
    command: &ApproveRules,
) -> Result<Next<Arc<RulesVersion>>, Stop<RulesRefused>> {
    let ApproveRules { operator, version, terms, reason } = command.clone();
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let current = newest(rows, &operator)?;
    let found = rows.get::<RulesVersion>((slot, version))?;
    if version <= current {
        // Whoever lost the answer hears it again.
        return match found {
            Some(agreed) if is_again(&agreed, command) => Ok(Next::Answer(agreed)),
            _ => Stop::because(RulesRefused::Stale { current }),
        };
    }
    let Some(proposal) = found else {
        return Stop::because(RulesRefused::NotFound);
    };
    if proposal.proposed_by == operator {
        return Stop::because(RulesRefused::SelfApproval);
    }
    if proposal.terms() != terms || proposal.reason != reason {
        return Stop::because(RulesRefused::Edited);
    }

    // Nothing can be refused below this line; nothing was changed above it. Nothing holds from before it was agreed to:
    // what was paid meanwhile keeps its fee.
    let rules = terms.approved_at(now_us);
    let valid_from_us = Some(rules.effective_at_us);
    let (approved_by, approved_at_us) = (Some(operator), Some(now_us));
    let agreed = Arc::new(RulesVersion { valid_from_us, approved_by, approved_at_us, ..(*proposal).clone() });
    rows.put(rules);
    rows.put_shared(agreed.clone());
    rows.put(RulesBook { slot, version });
    Ok(Next::Answer(agreed))
}

/// Whether this operator agreed to this version in these words before.
fn is_again(agreed: &RulesVersion, command: &ApproveRules) -> bool {
    let from_us = |at_us: i64| command.terms.valid_from_us.unwrap_or(at_us).max(at_us);
    let terms = RulesTerms { valid_from_us: agreed.approved_at_us.map(from_us), ..command.terms };
    agreed.approved_by.as_ref() == Some(&command.operator)
        && agreed.terms() == terms
        && agreed.reason == command.reason
}
