//! The pages on which a user or a merchant says yes to an app: `publicAppAuthorize.htm` and `appToAppAuth.htm`
//! (protocol reference 4.1, 4.2).
//!
//! Whoever comes signs in with the payment password and then clicks; who only tells who he is (`auth_base`) and is
//! signed in goes back at once. What was asked travels in the forms and is checked again each time.

use crate::authorize_request::{Checked, Wanted, WantedRefused, check};
use crate::chance;
use crate::guard::may_lead_to;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other, with_cookie};
use crate::session::{Purpose, Session};
use crate::sign_in::{self, About, SignInRefused};
use crate::visit::{self, Visit};
use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{PartyId, SECOND_US, Secret};
use cell::CellError;
use engine::{Authorize, AuthorizeRefused, FindParty};
use people::{GrantKind, PROOF_LIFE_US};
use serde::Deserialize;
use std::sync::Arc;
use world::APP_TO_APP_PATH;

/// The cookie of somebody signed in to say yes.
const SESSION: &str = "tongbao_oauth";
/// The part of the site that it is sent to.
const PATH: &str = "/oauth2";
/// The forms' name in their token.
const FORM: &str = "/oauth2";
/// Codes drawn for one yes at most; none was ever drawn twice.
const DRAWS_MAX: u32 = 3;

type Shared = State<Arc<Portal>>;
type Sent<T> = Result<Form<T>, FormRejection>;
type Asked = Result<Query<Wanted>, QueryRejection>;

/// The page of merchants under its other name, with kinds of apps in its address.
const BATCH_PATH: &str = "/oauth2/appToAppBatchAuth.htm";

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    let mut router = Router::new();
    let pages = [GrantKind::User, GrantKind::Merchant].map(|kind| (path_of(kind), kind));
    for (path, kind) in pages.into_iter().chain([(BATCH_PATH, GrantKind::Merchant)]) {
        router = router.route(
            path,
            get(async move |State(portal): Shared, visitor: Visitor, asked: Asked| {
                let wanted = asked.map(|Query(wanted)| wanted).unwrap_or_default();
                show(&portal, &visitor, kind, &wanted).await
            }),
        );
    }
    for kind in [GrantKind::User, GrantKind::Merchant] {
        router = router
            .route(
                &format!("{PATH}/{}/sign-in", kind.as_str()),
                post(async move |State(portal): Shared, visitor: Visitor, form: Sent<SignInForm>| {
                    sign_in(&portal, &visitor, kind, form).await
                }),
            )
            .route(
                &format!("{PATH}/{}/agree", kind.as_str()),
                post(async move |State(portal): Shared, visitor: Visitor, form: Sent<AgreeForm>| {
                    agree(&portal, &visitor, kind, form).await
                }),
            );
    }
    router
}

const fn path_of(kind: GrantKind) -> &'static str {
    match kind {
        GrantKind::User => "/oauth2/publicAppAuthorize.htm",
        GrantKind::Merchant => APP_TO_APP_PATH,
    }
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    pay_password: String,
    #[serde(flatten)]
    wanted: Wanted,
}

#[derive(Deserialize)]
struct AgreeForm {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    wanted: Wanted,
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct AuthorizePage<'a> {
    f: Frame<'a>,
    csrf: String,
    /// Where the form goes.
    action: String,
    wanted: Wanted,
    /// Whose app it is.
    asker: String,
    /// What the app will know or do.
    allows: Vec<&'static str>,
    /// Who is signed in; a sign-in form otherwise.
    name: Option<String>,
    login: &'a str,
    error: Option<String>,
}

fn session(portal: &Portal, visitor: &Visitor) -> Option<(String, Session)> {
    let id = visitor.cookie(SESSION)?;
    let found = portal.sessions.find(id, Purpose::Authorize, portal.door.now_us())?;
    Some((id.to_owned(), found))
}

fn refused_page(f: Frame<'_>, refused: WantedRefused) -> Response {
    let text = match refused {
        WantedRefused::App => f.t.authorize_app,
        WantedRefused::NotThirdParty => f.t.authorize_not_third_party,
        WantedRefused::Scope => f.t.authorize_scope,
        WantedRefused::ApplicationType => f.t.authorize_application_type,
        WantedRefused::Invited => f.t.authorize_invited,
        WantedRefused::Redirect => f.t.authorize_redirect,
        WantedRefused::State => f.t.authorize_state,
        WantedRefused::Busy => f.t.busy,
    };
    message(f, refused.status(), (f.t.authorize_wrong, text), None)
}

async fn name_of(portal: &Portal, party: PartyId) -> String {
    match portal.door.ask(FindParty { party }).await {
        Ok(found) => found.name.to_string(),
        Err(_) => party.to_string(),
    }
}

async fn show(portal: &Portal, visitor: &Visitor, kind: GrantKind, wanted: &Wanted) -> Response {
    let f = visitor.frame(portal);
    let checked = match check(portal, kind, wanted).await {
        Ok(checked) => checked,
        Err(refused) => return refused_page(f, refused),
    };
    match session(portal, visitor) {
        None => sign_in_page(portal, visitor, &checked, wanted, "", None).await,
        Some((_, session)) if checked.is_silent() => {
            back(portal, f, &checked, (session.party, session.attempt), StatusCode::FOUND).await
        }
        Some((id, session)) => {
            let csrf = portal.seals.token(FORM, &id);
            let name = Some(name_of(portal, session.party).await);
            let action = format!("{}{PATH}/{}/agree", portal.root, kind.as_str());
            let asker = name_of(portal, checked.app.seller).await;
            let (allows, wanted) = (allows(&checked, f), wanted.clone());
            let shown =
                AuthorizePage { f, csrf, action, wanted, asker, allows, name, login: "", error: None };
            may_lead_to(page(StatusCode::OK, &shown), &checked.origin)
        }
    }
}

/// What is agreed to, and how it is taken back.
fn allows(checked: &Checked, f: Frame<'_>) -> Vec<&'static str> {
    match checked.kind {
        GrantKind::Merchant => vec![f.t.authorize_acts, f.t.authorize_withdraw],
        GrantKind::User if checked.is_silent() => vec![f.t.authorize_who],
        GrantKind::User => vec![f.t.authorize_profile],
    }
}

async fn sign_in_page(
    portal: &Portal,
    visitor: &Visitor,
    checked: &Checked,
    wanted: &Wanted,
    login: &str,
    refused: Option<SignInRefused>,
) -> Response {
    let f = visitor.frame(portal);
    let visit = Visit::of(visitor);
    let (status, error) = match refused {
        None => (StatusCode::OK, None),
        Some(refused) => (refused.status(), Some(refused.words(f.t))),
    };
    let csrf = visit.token(portal, FORM);
    let action = format!("{}{PATH}/{}/sign-in", portal.root, checked.kind.as_str());
    let asker = name_of(portal, checked.app.seller).await;
    let (allows, wanted) = (allows(checked, f), wanted.clone());
    let shown = AuthorizePage { f, csrf, action, wanted, asker, allows, name: None, login, error };
    let response = visit.keep(portal, page(status, &shown));
    may_lead_to(response, &checked.origin)
}

fn form_gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.form_gone_text), None)
}

async fn sign_in(portal: &Portal, visitor: &Visitor, kind: GrantKind, form: Sent<SignInForm>) -> Response {
    let f = visitor.frame(portal);
    let Ok(Form(SignInForm { csrf, login, pay_password, wanted })) = form else { return form_gone(f) };
    if !visit::is_own_form(portal, visitor, FORM, &csrf) {
        return form_gone(f);
    }
    let checked = match check(portal, kind, &wanted).await {
        Ok(checked) => checked,
        Err(refused) => return refused_page(f, refused),
    };
    let proof = match sign_in::by_login(portal, &login, Secret::new(pay_password), About::Wallet).await {
        Ok(proof) => proof,
        Err(refused) => {
            return sign_in_page(portal, visitor, &checked, &wanted, &login, Some(refused)).await;
        }
    };
    let now_us = portal.door.now_us();
    let id = portal.sessions.begin(Purpose::Authorize, proof, now_us);
    let cookie = portal.led_cookie(SESSION, &id, PATH, Some(PROOF_LIFE_US / SECOND_US));
    let response = if checked.is_silent() {
        back(portal, f, &checked, (proof.party, proof.attempt), StatusCode::SEE_OTHER).await
    } else {
        see_other(&own_address(portal, kind, &wanted))
    };
    with_cookie(response, &cookie)
}

/// The page's own address with what was asked.
fn own_address(portal: &Portal, kind: GrantKind, wanted: &Wanted) -> String {
    let Wanted { app_id, scope, redirect_uri, state, application_type, auth_app_id } = wanted;
    let pairs = [
        ("app_id", app_id),
        ("scope", scope),
        ("redirect_uri", redirect_uri),
        ("state", state),
        ("application_type", application_type),
        ("auth_app_id", auth_app_id),
    ];
    let pairs = pairs.map(|(name, value)| (name, value.as_str()));
    format!("{}{}?{}", portal.root, path_of(kind), wire::page::query_of(&pairs))
}

async fn agree(portal: &Portal, visitor: &Visitor, kind: GrantKind, form: Sent<AgreeForm>) -> Response {
    let f = visitor.frame(portal);
    let (Ok(Form(AgreeForm { csrf, wanted })), Some((id, session))) = (form, session(portal, visitor)) else {
        return form_gone(f);
    };
    if !portal.seals.is_right(&csrf, FORM, &id) {
        return form_gone(f);
    }
    match check(portal, kind, &wanted).await {
        Ok(checked) => {
            back(portal, f, &checked, (session.party, session.attempt), StatusCode::SEE_OTHER).await
        }
        Err(refused) => refused_page(f, refused),
    }
}

/// A code that was given, and until when it can be used, microseconds UTC.
pub(crate) struct Given {
    /// The code.
    pub(crate) code: Secret<String>,
    /// Until when.
    pub(crate) expires_at_us: i64,
}

/// Says yes to an app in the name of a party.
pub(crate) async fn authorize(
    portal: &Portal,
    owner: PartyId,
    allowed: &Allowed,
) -> Result<Given, CellError<AuthorizeRefused>> {
    let own_app = match allowed.kind {
        GrantKind::User => None,
        GrantKind::Merchant => {
            allowed.own_app.or_else(|| portal.door.apps_of(owner, 1).first().map(|app| app.id))
        }
    };
    for _draw in 0..DRAWS_MAX {
        let code = chance::auth_code(&portal.world.secrets, portal.door.now_us(), owner.slot());
        let digest = portal.world.secrets.token_digest(code.reveal());
        let Allowed { app, kind, scopes, attempt, .. } = allowed.clone();
        match portal.door.ask(Authorize { owner, app, kind, scopes, own_app, code: digest, attempt }).await {
            Ok(expires_at_us) => return Ok(Given { code, expires_at_us }),
            Err(CellError::Refused(AuthorizeRefused::CodeTaken)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(CellError::Busy)
}

/// What somebody says yes to.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    /// The app.
    pub(crate) app: base::AppId,
    /// As what.
    pub(crate) kind: GrantKind,
    /// What it may know.
    pub(crate) scopes: people::Scopes,
    /// Of a merchant: the own app that it stands in for; else the one with the lowest id.
    pub(crate) own_app: Option<base::AppId>,
    /// The try of the payment password that stands for it, where somebody signed in.
    pub(crate) attempt: Option<u64>,
}

/// Says yes and sends the browser back with the code.
async fn back(
    portal: &Portal,
    f: Frame<'_>,
    checked: &Checked,
    (owner, attempt): (PartyId, u64),
    status: StatusCode,
) -> Response {
    let Checked { app, kind, scopes, own_app, .. } = checked;
    let allowed = Allowed {
        app: app.id,
        kind: *kind,
        scopes: scopes.clone(),
        own_app: *own_app,
        attempt: Some(attempt),
    };
    let refused = |text| message(f, StatusCode::CONFLICT, (f.t.authorize_wrong, text), None);
    match authorize(portal, owner, &allowed).await {
        Ok(given) => match checked.way_back(given.code.reveal()) {
            Some(address) => {
                let mut response = see_other(&address);
                *response.status_mut() = status;
                response
            }
            None => refused_page(f, WantedRefused::Redirect),
        },
        Err(CellError::Refused(why)) => refused(match why {
            AuthorizeRefused::OwnerNotFound => f.t.authorize_owner,
            AuthorizeRefused::ProofMissing => f.t.proof_gone,
            AuthorizeRefused::OwnApp => f.t.authorize_own_app,
            AuthorizeRefused::NoOwnApp if own_app.is_some() => f.t.authorize_other,
            AuthorizeRefused::NoOwnApp => f.t.authorize_no_app,
            AuthorizeRefused::CodeTaken => f.t.busy,
        }),
        Err(CellError::Busy | CellError::Unknown) => {
            message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.busy), None)
        }
    }
}
