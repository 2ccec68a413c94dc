//! How a request names who pays and who receives a split.

use crate::codes::Failure;
use crate::facts::{Field, Kind, Part};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::{Gateway, fields};
use base::PartyId;
use cell::CellError;
use engine::FindLogin;
use people::LoginName;
use trade::{ReceiverNamed, SPLIT_LINES_MAX};
use wire::json::Object;

/// Characters of a `trade_no` on the wire.
pub(crate) const TRADE_NO_LENGTH_MAX: usize = 64;

/// By what a party is named.
const TYPES: Kind = Kind::OneOf(&["userId", "loginName"]);

/// What is said of a part beside its parties.
const SHARE: Part = Part::Read(&[
    Field::when("amount", Kind::Amount, "unless `amount_percentage` is there"),
    Field::may("amount_percentage", Kind::Whole(1, 100))
        .note("of the order's total; not looked at beside `amount`"),
    Field::may("royalty_type", Kind::OneOf(&["transfer"])),
    Field::may("desc", Kind::Lines(1000)).note("not kept"),
    Field::may("royalty_scene", Kind::Line(256)).note("not kept"),
]);

/// A part that goes to a receiver.
pub(crate) const OUT: &[Part] = &[
    Part::Read(&[
        Field::must("trans_in", Kind::Special).note("the receiver, by `trans_in_type`"),
        Field::may("trans_in_type", TYPES),
        Field::may("trans_out", Kind::Special).note("the merchant itself"),
        Field::may("trans_out_type", TYPES).note("looked at beside `trans_out`"),
    ]),
    SHARE,
];

/// A part that comes back from a receiver.
pub(crate) const BACK: &[Part] = &[
    Part::Read(&[
        Field::must("trans_out", Kind::Special).note("the receiver, by `trans_out_type`"),
        Field::may("trans_out_type", TYPES),
        Field::may("trans_in", Kind::Special).note("the merchant itself"),
        Field::may("trans_in_type", TYPES).note("looked at beside `trans_in`"),
    ]),
    SHARE,
];

/// Receivers that are bound or given up.
pub(crate) const RECEIVERS: Part = Part::Read(&[
    Field::must("out_request_no", Kind::Number(32, REQUEST_NO_ALSO)),
    Field::must(
        "receiver_list",
        Kind::List(
            &[
                Part::Read(&[
                    Field::must("type", TYPES),
                    Field::must("account", Kind::Special).note("the receiver, by `type`"),
                    Field::may("name", Kind::Line(128)).note("must be the receiver's"),
                    Field::may("memo", Kind::Line(256)),
                ]),
                Part::Refused(&["account_open_id"]),
            ],
            SPLIT_LINES_MAX,
        ),
    ),
]);

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
            Named::Login(login) => match gateway.door.ask(FindLogin { login: login.clone() }).await {
                Ok(found) => Ok(Some(found)),
                Err(CellError::Refused(engine::PartyNotFound)) => Ok(None),
                Err(error) => Err(Failure::of_cell(error)),
            },
        }
    }
}
