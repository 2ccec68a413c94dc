//! Apps in open_id mode (protocol reference 4.1): they know a user by a name that no other app knows, and never by the
//! number.
//!
//! One place for all methods: a user whom a request names so is a number before its method reads it, and a number in an
//! answer is a name after it. Which members of an answer are users is told by the methods' facts.

use crate::codes::Failure;
use crate::codes::grant::RelationRefused;
use crate::facts::{Member, Shape};
use crate::registry::Done;
use base::{AppId, PartyId};
use wire::envelope::{ObjectWriter, Response};
use wire::json::{Json, Object};
use world::World;

/// By which field a request names a user, and by which one in open_id mode.
const NAMED: [(&str, &str); 3] =
    [("open_id", "user_id"), ("buyer_open_id", "buyer_id"), ("alipay_open_id", "alipay_user_id")];

/// Puts the numbers of users where an app in open_id mode names them. An empty text counts as absent.
pub(crate) fn numbered(world: &World, app: AppId, mut fields: Object) -> Result<Object, Failure> {
    for (open, number) in NAMED {
        let Some(value) = fields.take(open) else { continue };
        let name = match &value {
            Json::Null => continue,
            Json::Text(text) if text.is_empty() => continue,
            Json::Text(text) => text.as_str(),
            Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => "",
        };
        let user = world.secrets.user_of_open_id(app, name);
        let user = user.ok_or_else(|| Failure::refused(RelationRefused::OpenIdDiffers))?;
        fields.take(number);
        fields = fields.with_texts([(number.to_owned(), user.to_string())])?;
    }
    Ok(fields)
}

/// Puts names where the answer to an app in open_id mode has the numbers of users.
pub(crate) fn named(world: &World, app: AppId, members: &[Member], done: &mut Result<Done, Failure>) {
    match done {
        Ok(Done::Say(response) | Done::Go { response, .. }) => {
            let Response { members: written, .. } = response;
            within(world, app, members, written);
        }
        Err(failure) => within(world, app, members, failure.members_mut()),
    }
}

fn within(world: &World, app: AppId, members: &[Member], written: &mut ObjectWriter) {
    for member in members {
        let Shape::User(open) = member.shape else { continue };
        let user = written.take_plain(member.name).and_then(|number| number.parse::<PartyId>().ok());
        if let Some(user) = user.filter(|_| !open.is_empty()) {
            written.text(open, &world.secrets.open_id(app, user));
        }
    }
}
