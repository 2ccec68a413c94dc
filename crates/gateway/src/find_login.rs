//! Who signs in with a name: a registered person by the digest of the address, everybody else by the name itself.

use crate::gateway::Gateway;
use base::PartyId;
use cell::CellError;
use engine::{FindAddress, FindLogin, PartyNotFound};
use people::{Address, DIGEST_MARK, GONE_MARK, LoginName};

/// The party of a login, which is in lower case.
pub(crate) async fn find_login(
    gateway: &Gateway,
    login: &LoginName,
) -> Result<PartyId, CellError<PartyNotFound>> {
    if let Some(address) = Address::parse(login.as_str()) {
        let address = gateway.world.secrets.person_digest("address", address.as_str());
        match gateway.door.ask(FindAddress { address }).await {
            Ok(found) => return Ok(found.party),
            Err(CellError::Refused(PartyNotFound)) => {}
            Err(error) => return Err(error),
        }
    }
    if [DIGEST_MARK, GONE_MARK].iter().any(|mark| login.as_str().starts_with(mark)) {
        return Err(CellError::Refused(PartyNotFound));
    }
    gateway.door.ask(FindLogin { login: login.clone() }).await
}
