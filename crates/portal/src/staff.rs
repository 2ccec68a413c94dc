//! Whether an operator may do what a call asks for.
//!
//! The rule of a sandbox world: a name that is no operator's has every role, because a sandbox has no staff of its own
//! and whoever tries things out names whom they like. Once an operator of that name is a row, its role is enforced, and
//! so it is in every other world. The role is looked at before the command is asked, not within it: operators lie in
//! the platform's slot, what they decide about in another.

use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::http::StatusCode;
use engine::FindOperator;
use people::{OperatorAct, OperatorName};

/// Refuses an operator whose role does not allow it, or who is not active.
pub(crate) async fn may(portal: &Portal, operator: &str, act: OperatorAct) -> Result<(), SandboxError> {
    let unnamed = || SandboxError::bad("no_operator", "name the operator, without blanks around the name");
    if operator.is_empty() || operator.trim() != operator {
        return Err(unnamed());
    }
    let name = OperatorName::new(operator).map_err(|_| unnamed())?;
    let found = portal.door.ask(FindOperator { name }).await;
    let found = found.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    let forbidden = |code, message: String| SandboxError::new(StatusCode::FORBIDDEN, code, message);
    match found {
        None if portal.world.sandbox => Ok(()),
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
