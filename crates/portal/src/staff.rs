//! Whether an operator may do what a call asks for.
//!
//! The rule of a sandbox world: until a second operator is appointed, a name that is no operator's has every role,
//! because such a world has no staff of its own and whoever tries things out names whom they like. From then on, and
//! in every other world, whoever is no operator does nothing. The role is looked at before the command is asked, not
//! within it: operators lie in the platform's slot, what they decide about in another.

use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::http::StatusCode;
use engine::{FindOperator, OperatorView};
use people::{OperatorAct, OperatorName, names_operator};

/// Refuses an operator whose role does not allow it, or who is not active.
pub(crate) async fn may(portal: &Portal, operator: &str, act: OperatorAct) -> Result<(), SandboxError> {
    let unnamed = || SandboxError::bad("no_operator", "name the operator, without blanks around the name");
    if !names_operator(operator) {
        return Err(unnamed());
    }
    let name = OperatorName::new(operator).map_err(|_| unnamed())?;
    let found = find(portal, name).await?;
    let everybody = lets_everybody(portal, &found);
    let forbidden = |code, message: String| SandboxError::new(StatusCode::FORBIDDEN, code, message);
    match found.operator {
        None if everybody => Ok(()),
        None => Err(forbidden("operator_unknown", format!("{operator} is no operator"))),
        Some(row) if !row.active => {
            Err(forbidden("operator_inactive", format!("{operator} is not active any more")))
        }
        Some(row) if !row.role.may(act) => {
            let message = format!("{operator} is {}, and that role may not do this", row.role.as_str());
            Err(forbidden("role_forbids", message))
        }
        Some(_) => Ok(()),
    }
}

/// The operator of a name, and how many there are.
pub(crate) async fn find(portal: &Portal, name: OperatorName) -> Result<OperatorView, SandboxError> {
    let found = portal.door.ask(FindOperator { name }).await;
    found.map_err(|error| SandboxError::of(error, |never| match never {}))
}

/// Whether who is no operator has every role here still.
pub(crate) fn lets_everybody(portal: &Portal, found: &OperatorView) -> bool {
    portal.world.sandbox && found.operators <= 1
}
