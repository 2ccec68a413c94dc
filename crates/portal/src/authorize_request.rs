//! What an app asks for when it sends somebody to be authorised, and where they may be sent back to.
//!
//! Nobody is ever sent to an address that is not the app's: it must lie on the developer's own machine, in a world for
//! trying out, or on a site that the app registered.

use crate::portal::Portal;
use axum::http::StatusCode;
use base::AppId;
use cell::CellError;
use engine::FindCallback;
use people::{App, AppStatus, GrantKind, Scopes};
use serde::Deserialize;
use std::sync::Arc;
use wire::page::{is_own_machine, origin_of, with_query};

/// What users may allow; other scopes stand for products that are not here.
const SCOPES: [&str; 2] = ["auth_base", "auth_user"];
/// Kinds of apps. An app here is of none, so all of them mean the same.
const APPLICATION_TYPES: [&str; 6] = ["MOBILEAPP", "WEBAPP", "PUBLICAPP", "TINYAPP", "ARAPP", "BASEAPP"];
/// The scope that needs no click.
const SILENT_SCOPE: &str = "auth_base";
/// Longest `state`; 100 characters are documented.
const STATE_LENGTH_MAX: usize = 512;

/// The parameters of an authorisation page, as they come.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// Which app.
    #[serde(default)]
    pub(crate) app_id: String,
    /// What it wants to know; not for merchants.
    #[serde(default)]
    pub(crate) scope: String,
    /// Where to send the browser.
    #[serde(default)]
    pub(crate) redirect_uri: String,
    /// Handed back as it is.
    #[serde(default)]
    pub(crate) state: String,
    /// Of merchants: which kinds of apps they may have, with commas between; any when empty.
    #[serde(default)]
    pub(crate) application_type: String,
    /// Of merchants who were invited: the app of theirs that the other one is to stand in for.
    #[serde(default)]
    pub(crate) auth_app_id: String,
}

impl Wanted {
    /// What was asked, by name.
    pub(crate) fn pairs(&self) -> [(&'static str, &str); 6] {
        let Wanted { app_id, scope, redirect_uri, state, application_type, auth_app_id } = self;
        let pairs = [
            ("app_id", app_id),
            ("scope", scope),
            ("redirect_uri", redirect_uri),
            ("state", state),
            ("application_type", application_type),
            ("auth_app_id", auth_app_id),
        ];
        pairs.map(|(name, value)| (name, value.as_str()))
    }
}

/// A request that was checked.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    /// The app.
    pub(crate) app: Arc<App>,
    /// As what somebody is asked.
    pub(crate) kind: GrantKind,
    /// What is allowed.
    pub(crate) scopes: Scopes,
    /// Where to send the browser.
    pub(crate) redirect_uri: String,
    /// Its scheme, host and port.
    pub(crate) origin: String,
    /// Handed back as it is.
    pub(crate) state: String,
    /// The merchant's app that the other one is to stand in for; any of them when nobody was invited.
    pub(crate) own_app: Option<AppId>,
}

/// Why nobody is asked. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum WantedRefused {
    /// There is no such app, or it may not call.
    #[error("there is no such app, or it is disabled")]
    App,
    /// The app may act for no other merchant.
    #[error("the app may not act for other merchants")]
    NotThirdParty,
    /// The scope is none that is here.
    #[error("scope is auth_base or auth_user, or both with a comma")]
    Scope,
    /// A kind of app is none that there is.
    #[error("application_type names kinds of apps: MOBILEAPP, WEBAPP, PUBLICAPP, TINYAPP, ARAPP, BASEAPP")]
    ApplicationType,
    /// The app that was invited is not there.
    #[error("auth_app_id is no app, or it is disabled")]
    Invited,
    /// The address is none that the app may send people to.
    #[error("redirect_uri must be on this machine, or on a site that the app registered")]
    Redirect,
    /// The state is too long.
    #[error("state has 512 characters at most, none of them a control character")]
    State,
    /// The platform could not look.
    #[error("the platform is busy")]
    Busy,
}

impl WantedRefused {
    /// The status of the answer that says so.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            WantedRefused::App | WantedRefused::Invited => StatusCode::NOT_FOUND,
            WantedRefused::Scope
            | WantedRefused::ApplicationType
            | WantedRefused::Redirect
            | WantedRefused::State => StatusCode::BAD_REQUEST,
            WantedRefused::NotThirdParty => StatusCode::CONFLICT,
            WantedRefused::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The app of this id, when it may call.
pub(crate) fn app_of(portal: &Portal, app_id: &str) -> Result<Arc<App>, WantedRefused> {
    let app = app_id.parse::<AppId>().ok().and_then(|id| portal.door.app(id));
    app.filter(|app| app.status == AppStatus::Online).ok_or(WantedRefused::App)
}

/// Refuses an app that asks a merchant and may act for none but its own.
pub(crate) fn check_may_ask(portal: &Portal, app: AppId, kind: GrantKind) -> Result<(), WantedRefused> {
    let may = kind == GrantKind::User || portal.world.apps.of(app).third_party;
    may.then_some(()).ok_or(WantedRefused::NotThirdParty)
}

/// The scopes that a user is asked for.
pub(crate) fn scopes_of(text: &str) -> Result<Scopes, WantedRefused> {
    let known = text.split(',').all(|scope| SCOPES.contains(&scope));
    let scopes = Scopes::new(text).ok().filter(|_| known);
    scopes.ok_or(WantedRefused::Scope)
}

/// Checks what a page was asked for.
pub(crate) async fn check(
    portal: &Portal,
    kind: GrantKind,
    wanted: &Wanted,
) -> Result<Checked, WantedRefused> {
    let app = app_of(portal, &wanted.app_id)?;
    check_may_ask(portal, app.id, kind)?;
    let scopes = match kind {
        GrantKind::User => scopes_of(&wanted.scope)?,
        GrantKind::Merchant => Scopes::new("").map_err(|_| WantedRefused::Scope)?,
    };
    let own_app = match kind {
        GrantKind::User => None,
        GrantKind::Merchant => own_app(portal, wanted)?,
    };
    let origin = origin_of(&wanted.redirect_uri).ok_or(WantedRefused::Redirect)?;
    let near = portal.world.sandbox && is_own_machine(&origin);
    if !near && !is_registered(portal, app.id, &origin).await? {
        return Err(WantedRefused::Redirect);
    }
    if wanted.state.chars().count() > STATE_LENGTH_MAX || wanted.state.contains(char::is_control) {
        return Err(WantedRefused::State);
    }
    let (redirect_uri, state) = (wanted.redirect_uri.clone(), wanted.state.clone());
    Ok(Checked { app, kind, scopes, redirect_uri, origin, state, own_app })
}

/// The merchant's app that was invited, when one was.
fn own_app(portal: &Portal, wanted: &Wanted) -> Result<Option<AppId>, WantedRefused> {
    let Wanted { application_type, auth_app_id, .. } = wanted;
    let known = application_type.split(',').all(|name| APPLICATION_TYPES.contains(&name));
    if !application_type.is_empty() && !known {
        return Err(WantedRefused::ApplicationType);
    }
    if auth_app_id.is_empty() {
        return Ok(None);
    }
    app_of(portal, auth_app_id).map(|app| Some(app.id)).map_err(|_| WantedRefused::Invited)
}

async fn is_registered(portal: &Portal, app: AppId, origin: &str) -> Result<bool, WantedRefused> {
    match portal.door.ask(FindCallback { app }).await {
        Ok(found) => {
            Ok(found.is_some_and(|found| found.origins.as_str().split(' ').any(|own| own == origin)))
        }
        Err(CellError::Refused(_)) => Ok(false),
        Err(CellError::Busy | CellError::Unknown) => Err(WantedRefused::Busy),
    }
}

impl Checked {
    /// Whether a signed-in user is not asked again.
    pub(crate) fn is_silent(&self) -> bool {
        self.kind == GrantKind::User && self.scopes.as_str() == SILENT_SCOPE
    }

    /// Where the browser goes with the code.
    pub(crate) fn way_back(&self, code: &str) -> Option<String> {
        let app_id = self.app.id.to_string();
        let mut pairs = vec![("app_id", app_id.as_str())];
        match self.kind {
            GrantKind::User => pairs.extend([
                ("source", "alipay_wallet"),
                ("scope", self.scopes.as_str()),
                ("auth_code", code),
            ]),
            GrantKind::Merchant => pairs.extend([("source", "alipay_app_auth"), ("app_auth_code", code)]),
        }
        if !self.state.is_empty() {
            pairs.push(("state", &self.state));
        }
        with_query(&self.redirect_uri, &pairs).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_allow_what_is_here() {
        for (scope, fits) in [
            ("auth_base", true),
            ("auth_user", true),
            ("auth_user,auth_base", true),
            ("", false),
            ("auth_zhima", false),
            ("auth_user,auth_zhima", false),
            ("auth_user,", false),
        ] {
            assert_eq!(scopes_of(scope).is_ok(), fits, "{scope:?}");
        }
    }
}
