//! How a request names who pays and who receives a split.

use crate::codes::Failure;
use crate::find_login::find_login;
use crate::{Gateway, fields};
use base::PartyId;
use cell::CellError;
use people::LoginName;
use trade::ReceiverNamed;
use wire::json::Object;

/// Characters of a `trade_no` on the wire.
pub(crate) const TRADE_NO_LENGTH_MAX: usize = 64;

/// A party as the merchant names it.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    /// By id.
    Id(PartyId),
    /// By login.
    Login(LoginName),
}

impl Named {
    /// Reads a name and its type: `userId`, which is also meant when there is none, or `loginName`.
    pub(crate) fn read(fields: &Object, name: &str, type_name: &str) -> Result<Option<Named>, Failure> {
        let Some(text) = fields::text(fields, name)? else { return Ok(None) };
        match fields::text(fields, type_name)? {
            None | Some("userId") => {
                let id = text.parse().map_err(|_| Failure::field(name, "不是合法的用户号"))?;
                Ok(Some(Named::Id(id)))
            }
            Some("loginName") => Ok(Some(Named::Login(fields::line_of(name, &text.to_lowercase())?))),
            Some("cardAliasNo" | "openId") => Err(Failure::field(type_name, "所属功能暂未模拟")),
            Some(_) => Err(Failure::field(type_name, "应为userId或loginName")),
        }
    }

    /// How it is named.
    pub(crate) fn kind(&self) -> ReceiverNamed {
        match self {
            Named::Id(_) => ReceiverNamed::UserId,
            Named::Login(_) => ReceiverNamed::LoginName,
        }
    }

    /// The name.
    pub(crate) fn account(&self) -> String {
        match self {
            Named::Id(id) => id.to_string(),
            Named::Login(login) => login.to_string(),
        }
    }

    /// Who it is; `None` when nobody signs in with that name. An id is taken as it is.
    pub(crate) async fn find(&self, gateway: &Gateway) -> Result<Option<PartyId>, Failure> {
        match self {
            Named::Id(id) => Ok(Some(*id)),
            Named::Login(login) => match find_login(gateway, login).await {
                Ok(found) => Ok(Some(found)),
                Err(CellError::Refused(engine::PartyNotFound)) => Ok(None),
                Err(error) => Err(Failure::of_cell(error)),
            },
        }
    }
}
