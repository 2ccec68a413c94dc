//! `alipay.open.auth.userauth.relationship.query`: whether a user allows the app these scopes now.

use crate::codes::Failure;
use crate::codes::grant::RelationRefused;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, every};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use base::PartyId;
use cell::CellError;
use engine::{FindGrant, FindParty};
use people::{Grant, GrantKind, PartyStatus};
use std::collections::BTreeSet;
use std::sync::Arc;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.auth.userauth.relationship.query",
    title: "用户授权关系查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("scopes", Kind::Special)
            .note("names with commas between, each once, at most 200 characters"),
        Field::when("user_id", Kind::Party, "unless `open_id` is there"),
        Field::may("open_id", Kind::Opaque).note("in open_id mode, in the place of `user_id`"),
    ])],
    answers: &[Member::text("query_detail")],
    refuses: &[every::<RelationRefused>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"scopes":"auth_user,auth_base","user_id":"2088000000000001"}"#],
    support: "",
};

/// Characters of the list of scopes, as many as a grant holds.
const SCOPES_LENGTH_MAX: usize = 200;

struct Query {
    user: PartyId,
    scopes: BTreeSet<String>,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let text = fields::required(fields, "scopes")?;
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    if text.len() > SCOPES_LENGTH_MAX || !names.iter().all(|name| plain(name)) {
        return Err(Failure::field("scopes", "应为以半角逗号分隔的授权范围，总长度不超过200"));
    }
    let scopes: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    if scopes.len() != names.len() {
        return Err(Failure::field("scopes", "不能重复"));
    }
    if fields::text(fields, "open_id")?.is_some() {
        // An app that is not in open_id mode was told none; of one that is, the user's number stands here.
        return Err(Failure::refused(RelationRefused::OpenIdDiffers));
    }
    let user = fields::required(fields, "user_id")?;
    let user = user.parse().map_err(|_| Failure::field("user_id", "不是合法的用户号"))?;
    Ok(Query { user, scopes })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Query { user, scopes } = call.request();
    let grant = granted(gateway, call.caller(), *user).await?;
    let allowed: BTreeSet<&str> = grant.iter().flat_map(|grant| grant.scopes.as_str().split(',')).collect();
    let pairs: Vec<String> =
        scopes.iter().map(|scope| format!("\"{scope}\":{}", allowed.contains(scope.as_str()))).collect();
    let mut response = Response::success();
    // A map, written as text.
    response.members.text("query_detail", &format!("{{{}}}", pairs.join(",")));
    Ok(Done::Say(response))
}

/// What the user allows the app now; nothing when the user never did, took it back, or is gone.
async fn granted(gateway: &Gateway, caller: &Caller, user: PartyId) -> Result<Option<Arc<Grant>>, Failure> {
    let of_party = gateway.door.ask(FindParty { party: user }).await;
    let there = match of_party {
        Ok(party) => party.status != PartyStatus::Closed,
        Err(CellError::Refused(_)) => false,
        Err(error) => return Err(Failure::of_cell(error)),
    };
    let query = FindGrant { owner: user, app: caller.app.id, kind: GrantKind::User };
    match gateway.door.ask(query).await {
        Ok(grant) => Ok(Some(grant).filter(|grant| there && grant.is_live())),
        Err(CellError::Refused(_)) => Ok(None),
        Err(CellError::Busy) => Err(Failure::of_cell(CellError::<RelationRefused>::Busy)),
        Err(CellError::Unknown) => Err(Failure::of_cell(CellError::<RelationRefused>::Unknown)),
    }
}
