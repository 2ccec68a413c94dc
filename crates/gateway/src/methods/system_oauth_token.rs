//! `alipay.system.oauth.token`: a user's code, or a refresh token, becomes tokens.
//!
//! Its fields are parameters of their own, and its failures stand in `error_response`. The real answer has no `code`
//! and `msg`; one client wants them and none is disturbed by them.

use crate::Gateway;
use crate::codes::Failure;
use crate::codes::grant::{BadGrantType, TokenPlace, bad_at};
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong, listed};
use crate::fields;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::tokens::{bad, bad_of};
use crate::verify::Verified;
use base::SECOND_US;
use engine::{Authorized, TakeTokens, TokenRefused};
use people::{GrantKind, TokenRole};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;
use world::{Oddity, TokenUse, slot_of_token};

pub(crate) const METHOD: Method = Method {
    name: "alipay.system.oauth.token",
    title: "换取授权访问令牌",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[GIVEN],
    answers: &[
        Member::text("access_token"),
        Member::user("alipay_user_id", ""),
        Member::text("auth_start"),
        Member::of("expires_in", Shape::Number),
        Member::of("re_expires_in", Shape::Number),
        Member::text("refresh_token"),
        Member::user("user_id", "open_id"),
    ],
    refuses: &[
        || listed([BadGrantType::User]),
        || listed(bad_at(TokenPlace::UserCode)),
        || listed(bad_at(TokenPlace::UserRefresh)),
    ],
    gateway: &[],
    wrong: Wrong::Gateway,
    examples: &[
        r#"{"grant_type":"authorization_code","code":"abcd"}"#,
        r#"{"grant_type":"refresh_token","refresh_token":"abcd"}"#,
    ],
    support: "",
};

/// The fields of both calls for tokens.
pub(crate) const GIVEN: Part = Part::Read(&[
    Field::must("grant_type", Kind::OneOf(&["authorization_code", "refresh_token"])),
    Field::when("code", Kind::Opaque, "with `authorization_code`"),
    Field::when("refresh_token", Kind::Opaque, "with `refresh_token`"),
]);

/// What is given for tokens.
pub(crate) struct Given {
    /// A code or a refresh token.
    pub(crate) role: TokenRole,
    /// Where it was given.
    pub(crate) place: TokenPlace,
    /// The text itself.
    pub(crate) text: String,
}

/// Reads `grant_type` and what belongs to it; `places` are those of a code and of a refresh token.
pub(crate) fn given(
    fields: &Object,
    [code, refresh]: [TokenPlace; 2],
    bad_type: BadGrantType,
) -> Result<Given, Failure> {
    let (role, place, name) = match fields::text(fields, "grant_type")? {
        Some("authorization_code") => (TokenRole::Code, code, "code"),
        Some("refresh_token") => (TokenRole::Refresh, refresh, "refresh_token"),
        Some(_) | None => return Err(Failure::refused(bad_type)),
    };
    match fields::text(fields, name)? {
        Some(text) => Ok(Given { role, place, text: text.to_owned() }),
        None => Err(bad(place, TokenRefused::NotFound)),
    }
}

/// The new tokens.
pub(crate) struct Taken {
    /// What they stand for.
    pub(crate) authorized: Authorized,
    /// The token to call with.
    pub(crate) access: String,
    /// The token for new tokens.
    pub(crate) refresh: String,
}

/// Changes what was given into tokens.
pub(crate) async fn take(
    gateway: &Gateway,
    caller: &Caller,
    kind: GrantKind,
    given: &Given,
) -> Result<Taken, Failure> {
    let Given { role, place, text } = given;
    let slot = slot_of_token(text).ok_or_else(|| bad(*place, TokenRefused::NotFound))?;
    let [access_use, refresh_use] = match kind {
        GrantKind::User => [TokenUse::UserAccess, TokenUse::UserRefresh],
        GrantKind::Merchant => [TokenUse::MerchantAccess, TokenUse::MerchantRefresh],
    };
    let secrets = &gateway.world.secrets;
    let access = secrets.token(access_use, text, slot);
    let refresh = secrets.token(refresh_use, text, slot);
    let digest = |text: &str| secrets.token_digest(text);
    let command = TakeTokens {
        slot,
        app: caller.app.id,
        kind,
        role: *role,
        given: digest(text),
        access: digest(&access),
        refresh: digest(&refresh),
    };
    let authorized = gateway.door.ask(command).await.map_err(|error| bad_of(*place, error))?;
    Ok(Taken { authorized, access, refresh })
}

fn read(_caller: &Caller, fields: &Object) -> Result<Given, Failure> {
    given(fields, [TokenPlace::UserCode, TokenPlace::UserRefresh], BadGrantType::User)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let taken = take(gateway, call.caller(), GrantKind::User, call.request()).await?;
    let user_id = taken.authorized.owner.to_string();
    let odd = gateway.world.apps.of(call.caller().app.id).profile.has(Oddity::TokenWithoutCode);
    let mut response = if odd { Response::bare() } else { Response::success() };
    let members = &mut response.members;
    members.text("access_token", &taken.access);
    members.text("alipay_user_id", &user_id);
    members.text("auth_start", &format_cn(taken.authorized.issued_at_us));
    members.int("expires_in", GrantKind::User.access_life_us() / SECOND_US);
    members.int("re_expires_in", GrantKind::User.refresh_life_us() / SECOND_US);
    members.text("refresh_token", &taken.refresh);
    members.text("user_id", &user_id);
    Ok(Done::Say(response))
}
