//! `POST /sandbox/authorize`, `/sandbox/authorize/withdraw`, `/sandbox/app/callback`, `/sandbox/app/settings`: what the
//! authorisation pages do, without a browser, and how apps are treated.

use crate::authorize_request::{WantedRefused, app_of, check_may_ask, scopes_of};
use crate::grant_code::{self, Allowed};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::sandbox_profile::change;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::Text;
use engine::{AuthorizeRefused, SetCallback, WithdrawGrant};
use people::{GrantKind, Scopes};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use wire::page::origin_of;
use world::AppSetting;

/// Sites that one app may register.
const ORIGINS_MAX: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum As {
    User,
    Merchant,
}

impl As {
    const fn kind(self) -> GrantKind {
        match self {
            As::User => GrantKind::User,
            As::Merchant => GrantKind::Merchant,
        }
    }
}

impl From<WantedRefused> for SandboxError {
    fn from(refused: WantedRefused) -> SandboxError {
        let code = match refused {
            WantedRefused::App => "app_not_found",
            WantedRefused::Scope => "bad_scope",
            WantedRefused::NotThirdParty => "not_third_party",
            WantedRefused::ApplicationType => "bad_request",
            WantedRefused::Invited => "app_not_found",
            WantedRefused::Redirect => "bad_redirect",
            WantedRefused::State => "bad_request",
            WantedRefused::Busy => "busy",
        };
        SandboxError::new(refused.status(), code, refused)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorizeRequest {
    #[serde(rename = "as")]
    who: As,
    login: Option<String>,
    user_id: Option<String>,
    app_id: String,
    scope: Option<String>,
    auth_app_id: Option<String>,
}

/// A user or a merchant says yes to an app; gives the code that the browser would bring.
pub(crate) async fn authorize(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let AuthorizeRequest { who, login, user_id, app_id, scope, auth_app_id } = read(&headers, &body)?;
    let app = app_of(&portal, &app_id)?.id;
    let kind = who.kind();
    check_may_ask(&portal, app, kind)?;
    let scopes = match (kind, scope) {
        (GrantKind::User, scope) => scopes_of(scope.as_deref().unwrap_or("auth_user"))?,
        (GrantKind::Merchant, None) => Scopes::new("").map_err(SandboxError::broken)?,
        (GrantKind::Merchant, Some(_)) => {
            return Err(SandboxError::bad("bad_scope", "a merchant allows everything: leave scope out"));
        }
    };
    let own_app = match auth_app_id {
        None => None,
        Some(_) if kind == GrantKind::User => {
            return Err(SandboxError::bad("bad_request", "auth_app_id is a merchant's app: leave it out"));
        }
        Some(id) => Some(app_of(&portal, &id)?.id),
    };
    let owner = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let allowed = Allowed { app, kind, scopes, own_app, attempt: None, passkey: None };
    let given = grant_code::authorize(&portal, owner, &allowed).await;
    let given = given.map_err(|error| SandboxError::of(error, refused))?;
    let name = match kind {
        GrantKind::User => "auth_code",
        GrantKind::Merchant => "app_auth_code",
    };
    let expires_at = wire::timestamp::format_cn(given.expires_at_us);
    answer(json!({ name: given.code.reveal(), "user_id": owner.to_string(), "expires_at": expires_at }))
}

fn refused(refused: AuthorizeRefused) -> SandboxError {
    match refused {
        AuthorizeRefused::OwnerNotFound | AuthorizeRefused::ProofMissing => {
            SandboxError::conflict("cannot_authorize", refused)
        }
        AuthorizeRefused::OwnApp => SandboxError::conflict("own_app", refused),
        AuthorizeRefused::NoOwnApp => SandboxError::conflict("no_own_app", refused),
        AuthorizeRefused::CodeTaken => SandboxError::broken(refused),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithdrawRequest {
    #[serde(rename = "as")]
    who: As,
    login: Option<String>,
    user_id: Option<String>,
    app_id: String,
}

/// Takes an authorisation back.
pub(crate) async fn withdraw(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let WithdrawRequest { who, login, user_id, app_id } = read(&headers, &body)?;
    let app = app_id.parse().map_err(|error| SandboxError::bad("bad_app_id", error))?;
    let owner = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let missing = |refused| SandboxError::missing("not_authorized", refused);
    let done = portal.door.ask(WithdrawGrant { owner, app, kind: who.kind() }).await;
    done.map_err(|error| SandboxError::of(error, missing))?;
    answer(json!({ "user_id": owner.to_string(), "app_id": app_id, "withdrawn": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbackRequest {
    app_id: String,
    origins: Vec<String>,
}

/// Registers the sites that an app may send its users back to.
pub(crate) async fn callback(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let CallbackRequest { app_id, origins } = read(&headers, &body)?;
    let app = app_id.parse().map_err(|error| SandboxError::bad("bad_app_id", error))?;
    let wrong = || {
        let message = "origins are up to 16 of https://shop.example: scheme, host and, if need be, port";
        SandboxError::bad("bad_redirect", message)
    };
    // Told as it is kept: nobody shall believe that a path counts.
    let own = |text: &String| origin_of(text).filter(|origin| text.eq_ignore_ascii_case(origin));
    let kept: Option<Vec<String>> = origins.iter().map(own).collect();
    let kept = kept.filter(|kept| kept.len() <= ORIGINS_MAX).ok_or_else(wrong)?;
    let text = Text::new(&kept.join(" ")).map_err(|_| wrong())?;
    let missing = |refused| SandboxError::missing("app_not_found", refused);
    let done = portal.door.ask(SetCallback { app, origins: text }).await;
    done.map_err(|error| SandboxError::of(error, missing))?;
    answer(json!({ "app_id": app_id, "origins": kept }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsRequest {
    app_id: String,
    open_id: Option<bool>,
    third_party: Option<bool>,
    certificate_to_send: Option<bool>,
}

/// Says how an app is treated from now on, and tells it; what is left out stays.
pub(crate) async fn settings(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let SettingsRequest { app_id, open_id, third_party, certificate_to_send } = read(&headers, &body)?;
    let app = app_of(&portal, &app_id)?.id;
    let said = move |setting: &mut AppSetting| {
        setting.open_id = open_id.unwrap_or(setting.open_id);
        setting.third_party = third_party.unwrap_or(setting.third_party);
        setting.certificate_to_send = certificate_to_send.unwrap_or(setting.certificate_to_send);
    };
    let AppSetting { open_id, third_party, certificate_to_send, .. } = change(&portal, app, said).await?;
    answer(json!({
        "app_id": app_id,
        "open_id": open_id,
        "third_party": third_party,
        "certificate_to_send": certificate_to_send,
    }))
}
