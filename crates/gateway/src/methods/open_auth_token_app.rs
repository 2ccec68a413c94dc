//! `alipay.open.auth.token.app`: a merchant's code, or a refresh token, becomes tokens to act for the merchant.
//!
//! Every app may act for other merchants, unless something else was said of it.

use crate::codes::Failure;
use crate::codes::grant::{BadGrantType, NotThirdParty, TokenPlace, bad_at};
use crate::facts::{Facts, Member, Shape, Wrong, every, listed};
use crate::methods::system_oauth_token::{GIVEN, Given, Taken, given, take};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, tokens};
use base::SECOND_US;
use people::GrantKind;
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.auth.token.app",
    title: "换取应用授权令牌",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[GIVEN],
    answers: &[
        Member::text("app_auth_token"),
        Member::text("app_refresh_token"),
        Member::text("auth_app_id").when("the merchant has an app of its own"),
        Member::of("expires_in", Shape::Number),
        Member::of("re_expires_in", Shape::Number),
        Member::text("user_id"),
        Member::of("tokens", Shape::List(TOKEN)),
    ],
    refuses: &[
        || listed([BadGrantType::Merchant]),
        every::<NotThirdParty>,
        || listed(bad_at(TokenPlace::MerchantCode)),
        || listed(bad_at(TokenPlace::MerchantRefresh)),
    ],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"grant_type":"authorization_code","code":"abcd"}"#,
        r#"{"grant_type":"refresh_token","refresh_token":"abcd"}"#,
    ],
    support: "",
};

/// The members of a token, which stand in the answer and in a list of it.
const TOKEN: &[Member] = &[
    Member::text("app_auth_token"),
    Member::text("app_refresh_token"),
    Member::text("auth_app_id").when("the merchant has an app of its own"),
    Member::of("expires_in", Shape::Number),
    Member::of("re_expires_in", Shape::Number),
    Member::text("user_id"),
];

fn read(_caller: &Caller, fields: &Object) -> Result<Given, Failure> {
    given(fields, [TokenPlace::MerchantCode, TokenPlace::MerchantRefresh], BadGrantType::Merchant)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    tokens::check_third_party(gateway, &call.caller().app)?;
    let taken = take(gateway, call.caller(), GrantKind::Merchant, call.request()).await?;
    let mut response = Response::success();
    members(&mut response.members, &taken);
    let mut token = ObjectWriter::new();
    members(&mut token, &taken);
    response.members.objects("tokens", [token]);
    Ok(Done::Say(response))
}

fn members(members: &mut ObjectWriter, taken: &Taken) {
    let own_app = taken.authorized.own_app.map(|app| app.to_string());
    members.text("app_auth_token", &taken.access);
    members.text("app_refresh_token", &taken.refresh);
    members.text_some("auth_app_id", own_app.as_deref());
    members.int("expires_in", GrantKind::Merchant.access_life_us() / SECOND_US);
    members.int("re_expires_in", GrantKind::Merchant.refresh_life_us() / SECOND_US);
    members.text("user_id", &taken.authorized.owner.to_string());
}
