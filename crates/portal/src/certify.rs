//! Where a certification ends: a page for the person, and a sandbox call. A sandbox looks at no document, so whoever is
//! there chooses.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page};
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::visit::{self, Visit};
use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use cell::CellError;
use engine::{CertifyRefused, DecideCertification, FindCertification};
use people::{Certification, CertificationState};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use world::slot_of_token;

/// The form's name in its token.
const FORM: &str = "/certify";

/// The page's routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route("/certify/{certify_id}", get(show).post(decide))
}

#[derive(Template)]
#[template(path = "certify.html")]
struct CertifyPage<'a> {
    f: Frame<'a>,
    csrf: String,
    action: String,
}

#[derive(Deserialize)]
struct DecideForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    passed: String,
}

fn gone(f: Frame<'_>, status: StatusCode) -> Response {
    message(f, status, (f.t.certify_gone, f.t.certify_gone_text), None)
}

/// Says how it ended, with the way back to the shop.
fn ended(f: Frame<'_>, found: &Certification) -> Response {
    let title = match found.state {
        CertificationState::Passed => f.t.certify_passed,
        CertificationState::Failed | CertificationState::Started => f.t.certify_failed,
    };
    let way_back = found.return_url.as_ref().map(|url| (f.t.back_to_shop, url.to_string()));
    message(f, StatusCode::OK, (title, f.t.certify_ended), way_back)
}

async fn show(
    State(portal): State<Arc<Portal>>,
    Path(certify_id): Path<String>,
    visitor: Visitor,
) -> Response {
    let f = visitor.frame(&portal);
    let Some(slot) = slot_of_token(&certify_id) else { return gone(f, StatusCode::NOT_FOUND) };
    let id = portal.world.secrets.token_digest(&certify_id);
    match portal.door.ask(FindCertification { slot, id, seller: None }).await {
        Ok(found) if found.state != CertificationState::Started => ended(f, &found),
        Ok(found) if portal.door.now_us() >= found.expires_at_us => gone(f, StatusCode::GONE),
        Ok(_) => {
            let visit = Visit::of(&visitor);
            let csrf = visit.token(&portal, FORM);
            let action = format!("{}/certify/{certify_id}", portal.root);
            visit.keep(&portal, page(StatusCode::OK, &CertifyPage { f, csrf, action }))
        }
        Err(CellError::Refused(_)) => gone(f, StatusCode::NOT_FOUND),
        Err(CellError::Busy | CellError::Unknown) => {
            message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None)
        }
    }
}

async fn decide(
    State(portal): State<Arc<Portal>>,
    Path(certify_id): Path<String>,
    visitor: Visitor,
    form: Result<Form<DecideForm>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let form_gone = || message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), None);
    let Ok(Form(DecideForm { csrf, passed })) = form else { return form_gone() };
    if !visit::is_own_form(&portal, &visitor, FORM, &csrf) {
        return form_gone();
    }
    let Some(slot) = slot_of_token(&certify_id) else { return gone(f, StatusCode::NOT_FOUND) };
    let id = portal.world.secrets.token_digest(&certify_id);
    match portal.door.ask(DecideCertification { slot, id, passed: passed == "yes" }).await {
        Ok(found) => ended(f, &found),
        Err(CellError::Refused(why)) => gone(f, status_of(why)),
        Err(CellError::Busy) => {
            message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None)
        }
        Err(CellError::Unknown) => {
            let link = Some((f.t.reload, format!("{}/certify/{certify_id}", portal.root)));
            message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.certify_unknown_text), link)
        }
    }
}

const fn status_of(refused: CertifyRefused) -> StatusCode {
    match refused {
        CertifyRefused::NotFound => StatusCode::NOT_FOUND,
        CertifyRefused::NumberTaken | CertifyRefused::Decided | CertifyRefused::Undecided => {
            StatusCode::CONFLICT
        }
        CertifyRefused::Expired => StatusCode::GONE,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecideRequest {
    certify_id: String,
    passed: bool,
}

/// `POST /sandbox/certify`: the person passes or fails.
pub(crate) async fn decide_by_call(
    State(portal): State<Arc<Portal>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let DecideRequest { certify_id, passed } = read(&headers, &body)?;
    let missing = || SandboxError::missing("certification_not_found", CertifyRefused::NotFound);
    let slot = slot_of_token(&certify_id).ok_or_else(missing)?;
    let id = portal.world.secrets.token_digest(&certify_id);
    let decided = portal.door.ask(DecideCertification { slot, id, passed }).await;
    let decided = decided.map_err(|error| {
        SandboxError::of(error, |why| match why {
            CertifyRefused::NotFound => missing(),
            CertifyRefused::NumberTaken | CertifyRefused::Decided | CertifyRefused::Undecided => {
                SandboxError::conflict("already_certified", why)
            }
            CertifyRefused::Expired => SandboxError::conflict("certification_expired", why),
        })
    })?;
    answer(json!({ "certify_id": certify_id, "state": decided.state.as_str() }))
}
