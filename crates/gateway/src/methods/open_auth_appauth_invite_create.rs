//! `alipay.open.auth.appauth.invite.create`: the address of a page on which one merchant is asked to let the app act
//! for it, with one of its own apps.
//!
//! Where nobody is sent back to, nothing is learnt of the yes, so `redirect_url` must be there; it must be one that the
//! page takes.

use crate::codes::Failure;
use crate::codes::grant::{InviteRefused, NotThirdParty};
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, every};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields, tokens};
use base::{AppId, Text};
use cell::CellError;
use engine::FindCallback;
use people::AppStatus;
use wire::envelope::Response;
use wire::json::Object;
use wire::page::{is_own_machine, origin_of};

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.auth.appauth.invite.create",
    title: "ISV向商户发起应用授权邀约",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("auth_app_id", Kind::Special).note("an app of another merchant"),
        Field::must("redirect_url", Kind::Special).note(
            "http or https address on a site that the app registered, or, in a sandbox, on the own machine",
        ),
        Field::may("state", Kind::Special).note("base64, at most 512; handed back with the code"),
    ])],
    answers: &[Member::text("task_page_url")],
    refuses: &[every::<NotThirdParty>, every::<InviteRefused>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"auth_app_id":"9021000000000001","redirect_url":"http://127.0.0.1:3000/back"}"#],
    support: "",
};

/// Characters of `state` that the page takes.
const STATE_LENGTH_MAX: usize = 512;

struct Invite {
    app: Option<AppId>,
    redirect_url: Text<1024>,
    origin: String,
    state: String,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Invite, Failure> {
    let app = fields::required(fields, "auth_app_id")?.parse().ok();
    let url = fields::required(fields, "redirect_url")?;
    let wrong = || Failure::field("redirect_url", "不是合法的http或https地址");
    let origin = origin_of(url).ok_or_else(wrong)?;
    let redirect_url = fields::line_of("redirect_url", url)?;
    let state = fields::text(fields, "state")?.unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
    if state.len() > STATE_LENGTH_MAX || !state.bytes().all(plain) {
        return Err(Failure::field("state", "应为base64编码，最多512个字符"));
    }
    Ok(Invite { app, redirect_url, origin, state: state.to_owned() })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    tokens::check_third_party(gateway, &call.caller().app)?;
    let (caller, Invite { app, redirect_url, origin, state }) = (call.caller(), call.request());
    let invited = app.and_then(|id| gateway.door.app(id)).filter(|app| app.status == AppStatus::Online);
    let invited = invited.ok_or_else(|| Failure::refused(InviteRefused::AppNotFound))?;
    if invited.seller == caller.app.seller {
        return Err(Failure::refused(InviteRefused::OwnApp));
    }
    let near = gateway.world.sandbox && is_own_machine(origin);
    if !near && !is_registered(gateway, caller.app.id, origin).await? {
        return Err(Failure::refused(InviteRefused::RedirectNotRegistered));
    }
    let (app_id, own_app) = (caller.app.id.to_string(), invited.id.to_string());
    let mut pairs =
        vec![("app_id", app_id.as_str()), ("redirect_uri", redirect_url.as_str()), ("auth_app_id", &own_app)];
    if !state.is_empty() {
        pairs.push(("state", state));
    }
    let mut response = Response::success();
    response.members.text("task_page_url", &gateway.world.app_to_app_url(&pairs));
    Ok(Done::Say(response))
}

async fn is_registered(gateway: &Gateway, app: AppId, origin: &str) -> Result<bool, Failure> {
    match gateway.door.ask(FindCallback { app }).await {
        Ok(found) => {
            Ok(found.is_some_and(|found| found.origins.as_str().split(' ').any(|own| own == origin)))
        }
        Err(CellError::Refused(_)) => Ok(false),
        Err(CellError::Busy | CellError::Unknown) => Err(crate::codes::unknown()),
    }
}
