//! Who acts for the platform: the operator of a request, by the session of the person that it is.
//!
//! An operator acts under its user id. Nobody chooses such a name, it looks like no other, and it is never given away
//! again: so the rules of two people, which compare names, hold as they are.

use crate::sandbox::SandboxError;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use base::PartyId;
use people::OperatorName;

/// An operator at its desk. Calls of operators have it from the table of who may ask what, and from nowhere else:
/// nothing in a body says who acts.
#[derive(Clone, Debug)]
pub(crate) struct AtDesk {
    /// The name under which it acts: the user id.
    pub(crate) operator: OperatorName,
}

impl AtDesk {
    /// The desk of a person. Whether it may sit there is not looked at here.
    pub(crate) fn of(user: PartyId) -> AtDesk {
        let operator = OperatorName::new(&user.to_string()).expect("a user id has 16 digits");
        AtDesk { operator }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtDesk {
    type Rejection = SandboxError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<AtDesk, SandboxError> {
        // A call whose row lets others in has no desk, and stays shut.
        let shut = || SandboxError::new(StatusCode::FORBIDDEN, "no_access", "nobody may ask this path");
        parts.extensions.get::<AtDesk>().cloned().ok_or_else(shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;
    use people::names_operator;

    #[test]
    fn an_operator_acts_under_its_user_id() {
        let user = PartyId::issue(7, Slot::PLATFORM).unwrap();
        let desk = AtDesk::of(user);
        assert_eq!(desk.operator.as_str(), user.to_string());
        assert!(names_operator(desk.operator.as_str()));
    }
}
