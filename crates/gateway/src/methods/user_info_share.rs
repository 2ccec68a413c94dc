//! `alipay.user.info.share`: what a user allowed the app to know.
//!
//! A party of a sandbox has a name and nothing else that is a profile; members that nobody gave are left out.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Member, Wrong};
use crate::registry::{Done, Face, Method};
use crate::tokens::User;
use crate::verify::Verified;
use cell::CellError;
use engine::FindParty;
use wire::envelope::Response;
use wire::json::Object;
use wire::public_code::GatewayError;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.info.share",
    title: "支付宝会员授权信息查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[],
    answers: &[Member::text("nick_name"), Member::user("user_id", "open_id")],
    refuses: &[],
    gateway: &[
        (GatewayError::InvalidAuthToken, "no `auth_token` is given, or its user is gone"),
        (GatewayError::InsufficientUserPermissions, "the user did not allow `auth_user`"),
    ],
    wrong: Wrong::Bare,
    examples: &[r#"{}"#],
    support: "a party has a name and no other profile",
};

/// The scope that opens the profile; `auth_base` tells who somebody is and no more.
const PROFILE_SCOPE: &str = "auth_user";

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let user: &User = match &call.caller().user {
        Some(user) if user.allows(PROFILE_SCOPE) => user,
        Some(_) => return Err(Failure::gateway(GatewayError::InsufficientUserPermissions)),
        None => return Err(Failure::gateway(GatewayError::InvalidAuthToken)),
    };
    let party = gateway.door.ask(FindParty { party: user.party }).await.map_err(|error| match error {
        CellError::Refused(_) => Failure::gateway(GatewayError::InvalidAuthToken),
        error => Failure::of_cell(error),
    })?;
    let mut response = Response::success();
    response.members.text("nick_name", party.name.as_str());
    response.members.text("user_id", &party.id.to_string());
    Ok(Done::Say(response))
}
