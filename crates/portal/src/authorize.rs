//! The pages on which a user or a merchant says yes to an app: `publicAppAuthorize.htm` and `appToAppAuth.htm`
//! (protocol reference 4.1, 4.2).
//!
//! Whoever comes signs in with the payment password or a passkey and then clicks; who only tells who he is
//! (`auth_base`) and is signed in goes back at once. What was asked travels in the forms and is checked again each
//! time.

use crate::authorize_request::{Checked, Wanted, WantedRefused, check};
use crate::grant_code::{Allowed, authorize};
use crate::guard::may_lead_to;
use crate::passkey_page::{PasskeyForm, words};
use crate::people::ClientAddress;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other, with_cookie};
use crate::session::{Purpose, Session};
use crate::sign_in::{self, About, Proof};
use crate::visit::{self, Visit};
use crate::wallet_passkeys::signed_in;
use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use base::{PartyId, SECOND_US, Secret};
use cell::CellError;
use engine::{AuthorizeRefused, FindParty};
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
    // Merchants have no passkeys.
    router = router
        .route(&format!("{PATH}/{}/sign-in/passkey", GrantKind::User.as_str()), post(sign_in_by_passkey));
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
struct PasskeyFields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    challenge_id: String,
    #[serde(default)]
    credential: String,
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
    passkey: Option<PasskeyForm>,
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
            back(portal, f, &checked, By::session(session), StatusCode::FOUND).await
        }
        Some((id, session)) => {
            let csrf = portal.seals.token(FORM, &id);
            let name = Some(name_of(portal, session.party).await);
            let action = format!("{}{PATH}/{}/agree", portal.root, kind.as_str());
            let asker = name_of(portal, checked.app.seller).await;
            let (allows, wanted) = (allows(&checked, f), wanted.clone());
            let (login, passkey, error) = ("", None, None);
            let shown = AuthorizePage { f, csrf, action, wanted, asker, allows, name, login, passkey, error };
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
    refused: Option<(StatusCode, String)>,
) -> Response {
    let f = visitor.frame(portal);
    let visit = Visit::of(visitor);
    let (status, error) = refused.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let csrf = visit.token(portal, FORM);
    let action = format!("{}{PATH}/{}/sign-in", portal.root, checked.kind.as_str());
    let asker = name_of(portal, checked.app.seller).await;
    let (allows, wanted) = (allows(checked, f), wanted.clone());
    let passkey = match checked.kind {
        GrantKind::User => {
            let form = PasskeyForm::signing_in(portal, f.t, format!("{action}/passkey"), csrf.clone(), "");
            let hidden = || wanted.pairs().map(|(name, value)| (name, value.to_owned())).into();
            form.map(|form| PasskeyForm { hidden: hidden(), ..form })
        }
        GrantKind::Merchant => None,
    };
    let shown = AuthorizePage { f, csrf, action, wanted, asker, allows, name: None, login, passkey, error };
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
            let told = Some(refused.told(f.t));
            return sign_in_page(portal, visitor, &checked, &wanted, &login, told).await;
        }
    };
    begin(portal, f, &checked, &wanted, proof).await
}

/// Signs in whoever has the passkey.
async fn sign_in_by_passkey(
    State(portal): Shared,
    client: Option<Extension<ClientAddress>>,
    visitor: Visitor,
    form: Sent<PasskeyFields>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(PasskeyFields { csrf, challenge_id, credential, wanted })) = form else {
        return form_gone(f);
    };
    if !visit::is_own_form(&portal, &visitor, FORM, &csrf) {
        return form_gone(f);
    }
    let checked = match check(&portal, GrantKind::User, &wanted).await {
        Ok(checked) => checked,
        Err(refused) => return refused_page(f, refused),
    };
    let client = client.map(|Extension(client)| client);
    match signed_in(&portal, client, &challenge_id, &credential).await {
        Ok(proof) => begin(&portal, f, &checked, &wanted, proof).await,
        Err(error) => {
            let told = Some((error.status(), words(&error, f.t).to_owned()));
            sign_in_page(&portal, &visitor, &checked, &wanted, "", told).await
        }
    }
}

/// Begins a session for who was proven, and leads to the question, or back at once.
async fn begin(portal: &Portal, f: Frame<'_>, checked: &Checked, wanted: &Wanted, proof: Proof) -> Response {
    let id = portal.sessions.begin(Purpose::Authorize, proof, portal.door.now_us());
    let cookie = portal.led_cookie(SESSION, &id, PATH, Some(PROOF_LIFE_US / SECOND_US));
    let response = if checked.is_silent() {
        // The session may not be listed: what proved it is looked at where the yes is decided.
        back(portal, f, checked, By::proof(proof), StatusCode::SEE_OTHER).await
    } else {
        see_other(&own_address(portal, checked.kind, wanted))
    };
    with_cookie(response, &cookie)
}

/// The page's own address with what was asked.
fn own_address(portal: &Portal, kind: GrantKind, wanted: &Wanted) -> String {
    format!("{}{}?{}", portal.root, path_of(kind), wire::page::query_of(&wanted.pairs()))
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
        Ok(checked) => back(portal, f, &checked, By::session(session), StatusCode::SEE_OTHER).await,
        Err(refused) => refused_page(f, refused),
    }
}

/// Who says yes, and by what.
#[derive(Clone, Copy)]
struct By {
    owner: PartyId,
    attempt: u64,
    passkey: Option<u64>,
}

impl By {
    fn session(Session { party: owner, attempt, passkey, .. }: Session) -> By {
        By { owner, attempt, passkey }
    }

    fn proof(Proof { party: owner, attempt, passkey, .. }: Proof) -> By {
        By { owner, attempt, passkey }
    }
}

/// Says yes and sends the browser back with the code.
async fn back(
    portal: &Portal,
    f: Frame<'_>,
    checked: &Checked,
    By { owner, attempt, passkey }: By,
    status: StatusCode,
) -> Response {
    let Checked { app, kind, scopes, own_app, .. } = checked;
    let allowed = Allowed {
        app: app.id,
        kind: *kind,
        scopes: scopes.clone(),
        own_app: *own_app,
        attempt: Some(attempt),
        passkey,
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
