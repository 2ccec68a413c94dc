//! One of the passwords of somebody who is signed in: what shows that the owner of the session asks, and not whoever
//! found it open.

use super::key_ring::{party_of, prove_login_password};
use super::safety::prove_pay_password;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use base::PartyId;

/// One of the passwords, as it was given.
pub(crate) enum OwnPassword {
    /// The login password.
    Login(String),
    /// The payment password.
    Pay(String),
}

impl OwnPassword {
    /// The one of the two that a body gives; 400 `bad_request` when it gives none, or both.
    pub(crate) fn given(
        login_password: Option<String>,
        pay_password: Option<String>,
    ) -> Result<OwnPassword, SandboxError> {
        match (login_password, pay_password) {
            (Some(password), None) => Ok(OwnPassword::Login(password)),
            (None, Some(password)) => Ok(OwnPassword::Pay(password)),
            (None, None) | (Some(_), Some(_)) => {
                let message = "give login_password or pay_password, one of the two";
                Err(SandboxError::bad("bad_request", message))
            }
        }
    }

    /// Proves it: a wrong one counts as a wrong one elsewhere, and locks as there.
    pub(crate) async fn prove(self, portal: &Portal, party: PartyId) -> Result<(), SandboxError> {
        match self {
            OwnPassword::Login(password) => {
                let party = party_of(portal, party).await?;
                prove_login_password(portal, &party, password).await.map(drop)
            }
            OwnPassword::Pay(password) => prove_pay_password(portal, party, password).await.map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_two_is_given() {
        let given = |login: Option<&str>, pay: Option<&str>| {
            OwnPassword::given(login.map(str::to_owned), pay.map(str::to_owned))
        };
        assert!(matches!(given(Some("a"), None), Ok(OwnPassword::Login(password)) if password == "a"));
        assert!(matches!(given(None, Some("b")), Ok(OwnPassword::Pay(password)) if password == "b"));
        for wrong in [given(None, None), given(Some("a"), Some("b"))] {
            assert_eq!(wrong.err().map(|error| error.code()), Some("bad_request"));
        }
    }
}
