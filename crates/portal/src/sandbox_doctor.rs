//! `/sandbox/doctor`: a page to paste a request into, which tells what is wrong with its signature. Nothing is kept or
//! done: a right request is not carried out here.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, page};
use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use base::{AppId, PartyId};
use people::{App, AppKey, AppKeyState};
use serde::Deserialize;
use std::sync::Arc;
use wire::canonical::request_text;
use wire::cert::Certificate;
use wire::doctor::{Keys, Mistake, OTHERS_MAX, Pasted, Serials, diagnose, registered_key};
use wire::params::Params;
use wire::sign::{PublicKey, SignType};

/// Longest form, in bytes. A pasted request is escaped once more, so one of 80 KiB fits whatever it holds.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// The page: empty with GET, with its findings after POST.
pub(crate) fn route() -> MethodRouter<Arc<Portal>> {
    get(show).post(examine).layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

#[derive(Default, Deserialize)]
struct DoctorForm {
    request: String,
    #[serde(default)]
    key: String,
}

/// Why a request could not be examined.
#[derive(Clone, Copy)]
pub(crate) enum Unclear {
    /// It is no request.
    Request,
    /// Its app is not known, and no key was given.
    App,
    /// The key cannot be read.
    Key,
}

/// What was found.
#[derive(Default)]
pub(crate) struct Findings {
    /// Absent when signature and serials are right.
    pub(crate) mistake: Option<Mistake>,
    /// The parameter that it is about.
    pub(crate) parameter: Option<String>,
    /// The text that is rebuilt of the request.
    pub(crate) rebuilt: String,
    /// The text that the signature is of.
    pub(crate) verifying: Option<String>,
    /// Where the two part.
    pub(crate) difference: Option<(String, String)>,
    /// A serial as it should be, with what it is computed from.
    pub(crate) expected: Option<String>,
}

#[derive(Template)]
#[template(path = "sandbox_doctor.html")]
struct DoctorPage<'a> {
    f: Frame<'a>,
    form: DoctorForm,
    error: Option<&'a str>,
    findings: Option<Findings>,
}

async fn show(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    page(StatusCode::OK, &DoctorPage { f, form: DoctorForm::default(), error: None, findings: None })
}

async fn examine(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    form: Result<Form<DoctorForm>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(form)) = form else {
        let (form, error) = (DoctorForm::default(), Some(f.t.doctor_not_read));
        return page(StatusCode::BAD_REQUEST, &DoctorPage { f, form, error, findings: None });
    };
    let desk = portal.clone();
    // Some sixty signatures may be checked, which is work for a thread that may take its time.
    let done =
        tokio::task::spawn_blocking(move || (found_for(&desk, None, &form.request, &form.key), form)).await;
    let Ok((found, form)) = done else {
        return page(
            StatusCode::INTERNAL_SERVER_ERROR,
            &DoctorPage { f, form: DoctorForm::default(), error: Some(f.t.broken), findings: None },
        );
    };
    let (status, error, findings) = match found {
        Ok(findings) => (StatusCode::OK, None, Some(findings)),
        Err(Unclear::Request) => (StatusCode::BAD_REQUEST, Some(f.t.doctor_not_read), None),
        Err(Unclear::App) => (StatusCode::BAD_REQUEST, Some(f.t.doctor_no_app), None),
        Err(Unclear::Key) => (StatusCode::BAD_REQUEST, Some(f.t.doctor_bad_key), None),
    };
    page(status, &DoctorPage { f, form, error, findings })
}

/// Examines a pasted request with a key, or without one with what is registered for its app. For a merchant, apps of
/// others are none: nobody learns of them here.
pub(crate) fn found_for(
    portal: &Portal,
    seller: Option<PartyId>,
    request: &str,
    key: &str,
) -> Result<Findings, Unclear> {
    let params = Pasted::read(request.as_bytes()).and_then(|pasted| pasted.params());
    let params = params.map_err(|_| Unclear::Request)?;
    let app = app_of(portal, &params).filter(|app| seller.is_none_or(|seller| app.seller == seller));
    let Ring { registered, certificate, second, retired } = match (key.trim(), &app) {
        ("", Some(app)) => ring_of(portal, app, &params).ok_or(Unclear::Key)?,
        ("", None) => return Err(Unclear::App),
        // A short key is read too, so that it can be named as the mistake.
        (text, _) => Ring::of_one(pasted_key(text).ok_or(Unclear::Key)?, None),
    };
    let others = app.map_or_else(Vec::new, |app| {
        let apps = portal.door.apps_of(app.seller, OTHERS_MAX + 1);
        apps.iter().filter(|other| other.id != app.id).filter_map(|other| Some(key_of(other)?.0)).collect()
    });
    let platform = portal.world.platform_of(registered.usual_sign_type());
    let platform_key = platform.map(|platform| platform.key.public_key());
    let (second, retired, others) = (second.as_ref(), retired.as_slice(), others.as_slice());
    let keys = Keys { registered: &registered, second, retired, platform: platform_key, others };
    if let Some(found) = diagnose(&params, &keys) {
        return Ok(Findings {
            mistake: Some(found.mistake),
            rebuilt: found.rebuilt_shown(),
            verifying: found.verifying_shown(),
            difference: found.difference(),
            parameter: found.parameter,
            expected: None,
        });
    }
    let charset = params.charset().unwrap_or_default();
    let text = request_text(&params, false);
    let rebuilt = charset.decode(&text).unwrap_or_else(|_| String::from_utf8_lossy(&text).into_owned());
    let other_root_sn = portal.world.other_root_sn(registered.usual_sign_type());
    let serial = certificate.zip(platform).and_then(|(app, platform)| {
        let (platform_sn, root_sn) = (&platform.cert_sn, &platform.root_sn);
        Serials { app: &app, platform_sn, root_sn, other_root_sn }.diagnose(&params)
    });
    let mistake = serial.as_ref().map(|serial| serial.mistake);
    let expected = serial.map(|serial| match serial.hashed {
        Some(hashed) => format!("{} = md5({hashed})", serial.expected),
        None => serial.expected,
    });
    Ok(Findings { mistake, rebuilt, expected, ..Findings::default() })
}

/// A key of either algorithm.
fn pasted_key(text: &str) -> Option<PublicKey> {
    PublicKey::parse(text, SignType::Rsa).or_else(|_| PublicKey::parse(text, SignType::Sm2)).ok()
}

fn app_of(portal: &Portal, params: &Params) -> Option<Arc<App>> {
    let id: AppId = std::str::from_utf8(params.get("app_id")?).ok()?.parse().ok()?;
    portal.door.app(id)
}

fn key_of(app: &App) -> Option<(PublicKey, Option<Certificate>)> {
    registered_key(app.certificate.as_ref().map(|pem| pem.as_str()), &app.public_key)
}

/// The keys of an app, as far as they have to do with one request.
struct Ring {
    registered: PublicKey,
    certificate: Option<Certificate>,
    second: Option<PublicKey>,
    retired: Vec<PublicKey>,
}

impl Ring {
    fn of_one(registered: PublicKey, certificate: Option<Certificate>) -> Ring {
        Ring { registered, certificate, second: None, retired: Vec::new() }
    }
}

/// The current key, or the active one whose certificate the request names; and the others.
fn ring_of(portal: &Portal, app: &App, params: &Params) -> Option<Ring> {
    let Some(rows) = portal.door.app_keys(app.id) else {
        return key_of(app).map(|(key, certificate)| Ring::of_one(key, certificate));
    };
    let named = params.get("app_cert_sn").unwrap_or_default();
    let now_us = portal.door.now_us();
    let is_named =
        |key: &&Arc<AppKey>| key.cert_sn.as_ref().is_some_and(|sn| sn.as_str().as_bytes() == named);
    let active = || rows.iter().filter(|key| key.is_active(now_us));
    let current = rows.iter().find(|key| key.state == AppKeyState::Current);
    let first = active().find(is_named).or(current)?;
    let read =
        |key: &AppKey| registered_key(key.certificate.as_ref().map(|pem| pem.as_str()), &key.public_key);
    let beside = |wanted: bool| {
        let found = rows.iter().rev().filter(|key| key.number != first.number);
        found.filter(move |key| key.is_active(now_us) == wanted).filter_map(|key| Some(read(key)?.0))
    };
    let (registered, certificate) = read(first)?;
    Some(Ring { registered, certificate, second: beside(true).next(), retired: beside(false).collect() })
}
