//! Operators are appointed on the platform's slot: one admin proposes, another one approves. The first admin is there
//! from the first start; while that one is alone, the second admin takes the post itself, so two people know.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use base::Slot;
use people::{
    Operator, OperatorAct, OperatorBook, OperatorName, OperatorProposal, OperatorRole, names_operator,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Makes the first admin of a world, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoundOperators {
    /// Who.
    pub name: OperatorName,
}

/// An admin proposes what an operator shall be. Proposing again, by whomever, replaces what was proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeOperator {
    /// Who proposes.
    pub by: OperatorName,
    /// Whom.
    pub name: OperatorName,
    /// In which role.
    pub role: OperatorRole,
    /// Whether to act at all.
    pub active: bool,
}

/// Another admin approves, naming what was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveOperator {
    /// Who approves.
    pub by: OperatorName,
    /// Whom.
    pub name: OperatorName,
    /// In which role.
    pub role: OperatorRole,
    /// Whether to act at all.
    pub active: bool,
}

/// An admin takes a proposal back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawOperator {
    /// Who.
    pub by: OperatorName,
    /// Whose proposal.
    pub name: OperatorName,
}

/// Looks an operator up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindOperator {
    /// Whom.
    pub name: OperatorName,
}

/// An operator, and whether there are others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperatorView {
    /// The operator of that name.
    pub operator: Option<Arc<Operator>>,
    /// How many operators there are, active or not.
    pub operators: u32,
}

/// Why operators stay as they are. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OperatorRefused {
    /// A name says nothing, or has blanks around it.
    #[error("an operator is named, without blanks around the name and without letters that nobody sees")]
    NoOperator,
    /// The world has its first admin.
    #[error("the first admin is there already")]
    Founded,
    /// Who asks is no admin, or none that is active.
    #[error("who asks may not appoint operators")]
    NotAdmin,
    /// Nobody has proposed it.
    #[error("nobody has proposed it")]
    NotProposed,
    /// Who proposed it does not approve it.
    #[error("who proposed it does not approve it")]
    SelfApproval,
    /// What is approved is not what was proposed.
    #[error("something else is proposed than what was read")]
    Edited,
}

macro_rules! of_platform {
    ($($name:ident)*) => {$(
        impl $name {
            pub(crate) fn slot(&self) -> Slot {
                Slot::PLATFORM
            }
        }
    )*};
}
of_platform!(FoundOperators ProposeOperator ApproveOperator WithdrawOperator FindOperator);

fn named(names: &[&OperatorName]) -> Result<(), Stop<OperatorRefused>> {
    if names.iter().all(|name| names_operator(name.as_str())) {
        Ok(())
    } else {
        Stop::because(OperatorRefused::NoOperator)
    }
}

/// Whether somebody may appoint operators.
fn appoints(rows: &mut Rows<'_>, by: &OperatorName) -> Result<bool, Stop<OperatorRefused>> {
    let row = rows.get::<Operator>((rows.slot(), by.clone()))?;
    Ok(row.is_some_and(|row| row.may(OperatorAct::Appoint)))
}

fn book(rows: &mut Rows<'_>) -> Result<OperatorBook, Stop<OperatorRefused>> {
    let slot = rows.slot();
    let book = rows.get::<OperatorBook>((slot,))?;
    Ok(book.map_or(OperatorBook { slot, operators: 0, admins: 0 }, |book| (*book).clone()))
}

pub(crate) fn found_operators(
    rows: &mut Rows<'_>,
    command: &FoundOperators,
) -> Result<Next<Arc<Operator>>, Stop<OperatorRefused>> {
    let name = command.name.clone();
    named(&[&name])?;
    if book(rows)?.operators > 0 {
        return Stop::because(OperatorRefused::Founded);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let (slot, since_us, role, active) = (rows.slot(), rows.now_us(), OperatorRole::Admin, true);
    let (proposed_by, approved_by) = (None, None);
    let first = Arc::new(Operator { slot, name, role, active, proposed_by, approved_by, since_us });
    rows.put_shared(first.clone());
    rows.put(OperatorBook { slot, operators: 1, admins: 1 });
    Ok(Next::Answer(first))
}

pub(crate) fn propose_operator(
    rows: &mut Rows<'_>,
    command: &ProposeOperator,
) -> Result<Next<Arc<OperatorProposal>>, Stop<OperatorRefused>> {
    let ProposeOperator { by, name, role, active } = command.clone();
    named(&[&by, &name])?;
    if !appoints(rows, &by)? {
        return Stop::because(OperatorRefused::NotAdmin);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let (slot, proposed_by, proposed_at_us) = (rows.slot(), by, rows.now_us());
    let proposal = Arc::new(OperatorProposal { slot, name, role, active, proposed_by, proposed_at_us });
    rows.put_shared(proposal.clone());
    Ok(Next::Answer(proposal))
}

pub(crate) fn approve_operator(
    rows: &mut Rows<'_>,
    command: &ApproveOperator,
) -> Result<Next<Arc<Operator>>, Stop<OperatorRefused>> {
    let ApproveOperator { by, name, role, active } = command.clone();
    named(&[&by, &name])?;
    let slot = rows.slot();
    let before = book(rows)?;
    let known = rows.get::<Operator>((slot, name.clone()))?;
    let proposal = rows.get::<OperatorProposal>((slot, name.clone()))?;
    // Whoever lost the answer hears it again, also an admin who is none any more by it.
    let same = |known: &&Arc<Operator>| {
        (known.role, known.active, known.approved_by.as_ref()) == (role, active, Some(&by))
    };
    if let Some(known) = known.as_ref().filter(same).filter(|_| proposal.is_none()) {
        return Ok(Next::Answer(known.clone()));
    }
    let takes_the_post = before.admins == 1 && by == name && role == OperatorRole::Admin && active;
    if !appoints(rows, &by)? && !takes_the_post {
        return Stop::because(OperatorRefused::NotAdmin);
    }
    let Some(proposal) = proposal else { return Stop::because(OperatorRefused::NotProposed) };
    if proposal.proposed_by == by {
        return Stop::because(OperatorRefused::SelfApproval);
    }
    if (proposal.role, proposal.active) != (role, active) {
        return Stop::because(OperatorRefused::Edited);
    }
    // A proposal does not outlive its proposer's own right.
    if !appoints(rows, &proposal.proposed_by)? {
        return Stop::because(OperatorRefused::NotProposed);
    }
    let is_admin = |role: OperatorRole, active: bool| u32::from(active && role.may(OperatorAct::Appoint));
    let was_admin = known.as_ref().map_or(0, |known| is_admin(known.role, known.active));
    let admins = before.admins.saturating_add(is_admin(role, active)).saturating_sub(was_admin);
    if admins == 0 {
        // Who proposes is another admin than who approves, and both may appoint still.
        return Err(Stop::Fault(Fault("no admin would be left".to_owned())));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let operators = before.operators.saturating_add(u32::from(known.is_none()));
    let (proposed_by, approved_by) = (Some(proposal.proposed_by.clone()), Some(by));
    let since_us = rows.now_us();
    rows.delete::<OperatorProposal>((slot, name.clone()));
    let row = Arc::new(Operator { slot, name, role, active, proposed_by, approved_by, since_us });
    rows.put_shared(row.clone());
    rows.put(OperatorBook { slot, operators, admins });
    Ok(Next::Answer(row))
}

pub(crate) fn withdraw_operator(
    rows: &mut Rows<'_>,
    command: &WithdrawOperator,
) -> Result<Next<()>, Stop<OperatorRefused>> {
    let WithdrawOperator { by, name } = command;
    named(&[by, name])?;
    if !appoints(rows, by)? {
        return Stop::because(OperatorRefused::NotAdmin);
    }
    let key = (rows.slot(), name.clone());
    if rows.get::<OperatorProposal>(key.clone())?.is_none() {
        return Stop::because(OperatorRefused::NotProposed);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    rows.delete::<OperatorProposal>(key);
    Ok(Next::Answer(()))
}

pub(crate) fn find_operator(
    rows: &mut Rows<'_>,
    query: &FindOperator,
) -> Result<Next<OperatorView>, Stop<Never>> {
    let slot = rows.slot();
    let operator = rows.get::<Operator>((slot, query.name.clone()))?;
    let book = rows.get::<OperatorBook>((slot,))?;
    Ok(Next::Answer(OperatorView { operator, operators: book.map_or(0, |book| book.operators) }))
}
