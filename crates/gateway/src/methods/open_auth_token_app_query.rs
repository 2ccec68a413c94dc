//! `alipay.open.auth.token.app.query`: whom an `app_auth_token` stands for, and until when. One that was replaced,
//! withdrawn or is too old is told too, as `invalid`.

use crate::codes::Failure;
use crate::codes::grant::{NotThirdParty, TokenPlace, bad_at};
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong, every, listed};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields, tokens};
use base::SECOND_US;
use people::{GrantKind, TokenStanding};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.auth.token.app.query",
    title: "查询应用授权令牌",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[Field::must("app_auth_token", Kind::Opaque)])],
    answers: &[
        Member::text("auth_app_id").when("the merchant has an app of its own"),
        Member::text("auth_end"),
        Member::of("auth_methods", Shape::Texts),
        Member::text("auth_start"),
        Member::of("expires_in", Shape::Number),
        Member::of("is_by_app_auth", Shape::Flag),
        Member::text("status"),
        Member::text("user_id"),
    ],
    refuses: &[every::<NotThirdParty>, || listed(bad_at(TokenPlace::MerchantQuery))],
    gateway: &[],
    wrong: Wrong::IllegalParam,
    examples: &[r#"{"app_auth_token":"abcd"}"#],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<String, Failure> {
    fields::text(fields, "app_auth_token")?
        .map(str::to_owned)
        .ok_or_else(|| Failure::illegal_param("app_auth_token 缺失"))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    tokens::check_third_party(gateway, &call.caller().app)?;
    let (kind, place) = (GrantKind::Merchant, TokenPlace::MerchantQuery);
    let seen = tokens::seen(gateway, &call.caller().app, kind, place, call.request()).await?;
    let authorized = &seen.authorized;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text_some("auth_app_id", authorized.own_app.map(|app| app.to_string()).as_deref());
    members.text("auth_end", &format_cn(authorized.expires_at_us));
    // A merchant allows everything, so the list names each method that is here.
    let here = crate::method_list().filter(|method| gateway.world.sandbox || !method.sandbox_only);
    members.texts("auth_methods", here.map(|method| method.name));
    members.text("auth_start", &format_cn(authorized.issued_at_us));
    members.int("expires_in", kind.access_life_us() / SECOND_US);
    members.bool("is_by_app_auth", true);
    members.text("status", if seen.standing == TokenStanding::Live { "valid" } else { "invalid" });
    members.text("user_id", &authorized.owner.to_string());
    Ok(Done::Say(response))
}
