//! `alipay.user.deloauth.detail.query`: who took back on a day what the app was allowed as a user's.
//!
//! Of each user the last time is known. A day without any is answered with no member at all, which developers use to
//! try out whether their keys are right.

use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use base::Day;
use people::Grant;
use std::sync::Arc;
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.deloauth.detail.query",
    title: "查询解除授权的用户",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("date", Kind::Special).note("`yyyyMMdd`, a day in China"),
        Field::must("offset", Kind::Whole(1, PAGES_MAX as u64)).note("which page, from 1"),
        Field::must("limit", Kind::Whole(1, LIMIT_MAX as u64)).note("details of a page"),
    ])],
    answers: &[
        Member::of("details", Shape::List(DETAIL)).when("the page has any"),
        Member::of("response", Shape::Object(&[Member::of("details", Shape::List(DETAIL))]))
            .when("the page has any; the older form of the same"),
    ],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"date":"20230102","offset":20,"limit":1}"#],
    support: "",
};

const DETAIL: &[Member] = &[
    Member::text("del_auth_time"),
    Member::text("scope"),
    Member::text("user_id").when("not in open_id mode"),
    Member::text("open_id").when("in open_id mode"),
];

/// Details of a page at most. No document says; pages of the API mostly end at a hundred.
const LIMIT_MAX: u32 = 100;
/// The last page that may be asked for.
const PAGES_MAX: u32 = 1_000_000;

struct Query {
    day: Day,
    page: u32,
    limit: u32,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let date = fields::required(fields, "date")?;
    let number = date.bytes().all(|byte| byte.is_ascii_digit()).then(|| date.parse().ok()).flatten();
    let day = number.and_then(Day::from_number);
    let missing = |name: &str| Failure::field(name, "缺失");
    Ok(Query {
        day: day.ok_or_else(|| Failure::field("date", "格式应为yyyyMMdd"))?,
        page: fields::whole(fields, "offset", 1, PAGES_MAX)?.ok_or_else(|| missing("offset"))?,
        limit: fields::whole(fields, "limit", 1, LIMIT_MAX)?.ok_or_else(|| missing("limit"))?,
    })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Query { day, page, limit } = *call.request();
    let within_us = day.begins_at_us()..day.plus_days(1).begins_at_us();
    let found = gateway.door.withdrawn(call.caller().app.id, within_us);
    let limit = limit as usize;
    let shown = || found.iter().skip((page as usize - 1).saturating_mul(limit)).take(limit);
    let mut response = Response::success();
    let mut older = ObjectWriter::new();
    let detail = |grant| detail(gateway, grant);
    older.objects("details", shown().map(detail));
    response.members.objects("details", shown().map(detail)).object("response", older);
    Ok(Done::Say(response))
}

fn detail(gateway: &Gateway, grant: &Arc<Grant>) -> ObjectWriter {
    let mut detail = ObjectWriter::new();
    detail.text_some("del_auth_time", grant.withdrawn_at_us.map(format_cn).as_deref());
    detail.text("scope", grant.scopes.as_str());
    if gateway.world.apps.of(grant.app).open_id {
        detail.text("open_id", &gateway.world.secrets.open_id(grant.app, grant.owner));
    } else {
        detail.text("user_id", &grant.owner.to_string());
    }
    detail
}
