//! What a call leaves behind for developers, in worlds that remember calls. Both interfaces come through here when an
//! answer leaves, also one that refuses before anything is believed, and when a caller hangs up before; all is masked
//! before it is kept.

use crate::Gateway;
use crate::codes::Failure;
use crate::faults::{Injected, LostAnswer};
use crate::registry::Done;
use crate::request::Origin;
use crate::verify::v3::RestCall;
use axum::body::{Body, Bytes};
use axum::http::response::Parts;
use axum::http::{HeaderName, Method as Verb, Response as HttpResponse, header};
use cell::Door;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::thread::panicking;
use std::time::Instant;
use wire::canonical::request_text;
use wire::charset::Charset;
use wire::params::Params;
use wire::v3::{Authorization, request_text as rest_text};
use world::masks::{self, Form, MASK, Way};
use world::{
    AnswerKind, CutText, Interface, RequestSeen, Requests, SignatureSeen, SignedText, TEXT_BYTES_MAX,
};

/// Longest text that is looked through for what is masked, bytes: far more than is kept of it.
const MASKED_BYTES_MAX: usize = 64 * 1024;

/// A call that is being noted. It is kept when this is let go of: with its answer, or without one when its caller hung
/// up before.
pub(crate) struct Noted {
    began: Instant,
    requests: Arc<Requests>,
    door: Door,
    seen: RequestSeen,
}

impl Gateway {
    /// Begins to note a call; nothing where calls are not remembered.
    pub(crate) fn noting(&self, interface: Interface, verb: &Verb) -> Option<Box<Noted>> {
        let requests = self.requests.clone()?;
        let (began, door) = (Instant::now(), self.door.clone());
        Some(Box::new(Noted { began, requests, door, seen: nothing_of(interface, verb) }))
    }

    /// A call of which nothing was read.
    pub(crate) fn noted_unread(
        &self,
        interface: Interface,
        verb: &Verb,
        origin: &Origin,
        done: &Result<Done, Failure>,
    ) -> Option<Box<Noted>> {
        let mut noted = self.noting(interface, verb)?;
        noted.end(origin, done);
        Some(noted)
    }

    /// Keeps what was noted, with the answer, which is given back as it was.
    pub(crate) async fn noted(
        &self,
        noted: Option<Box<Noted>>,
        response: HttpResponse<Body>,
    ) -> HttpResponse<Body> {
        match noted {
            // In a box of its own, so that a call where nothing is kept is no larger.
            Some(noted) => Box::pin(keep(noted, response)).await,
            None => response,
        }
    }
}

impl Noted {
    /// The parameters of a call of v2, and the text that its signature covers.
    pub(crate) fn read(&mut self, origin: &Origin, params: &Params) {
        let seen = &mut self.seen;
        let plain = |value: &[u8]| text_in(origin.charset, value);
        let named = |name: &str| {
            let value = params.get(name).map(plain).unwrap_or_default();
            CutText::name(&masks::value(name, &value, Way::Asked)).text
        };
        (seen.app_id, seen.method, seen.sign_type) = (named("app_id"), named("method"), named("sign_type"));
        let (mut form, mut masked) = (Form::default(), false);
        let mut shown = Vec::with_capacity(params.len());
        for (name, value) in params.iter() {
            let value = plain(value);
            let (shown_name, text) = form.parameter(name, &value);
            masked |= name != "sign" && !value.is_empty() && (shown_name != name || text != value);
            shown.push((name, shown_name, text));
        }
        let covered = shown.iter().filter(|(name, _, text)| *name != "sign" && !text.is_empty());
        let mut covered: Vec<&(&str, String, String)> = covered.collect();
        // Where they stand in it is by their names also when those are not shown.
        covered.sort_by_key(|(name, _, _)| *name);
        let pairs: Vec<String> = covered.iter().map(|(_, name, text)| format!("{name}={text}")).collect();
        let bytes = request_text(params, false).len();
        seen.signed = Some(signed(pairs.join("&").as_bytes(), bytes, masked));
        seen.keep_parameters(shown.into_iter().map(|(_, name, text)| (name, text)));
        self.learn(origin);
    }

    /// The same of a call of v3. The text is that of the request line, without the world before it.
    pub(crate) fn read_rest(&mut self, origin: &Origin, call: &RestCall, body: &[u8]) {
        let seen = &mut self.seen;
        let (plain_body, uri) = (text_in(Charset::Utf8, body), call.uris.first().map_or("", String::as_str));
        let (shown_body, shown_uri) = (masks::content(&plain_body), masks::address(uri));
        let token = call.app_auth_token.as_deref();
        let header = call.authorization.as_deref();
        let mut parameters = Vec::new();
        match header.map(Authorization::parse) {
            Some(Ok(read)) => {
                let app_id = masks::value("app_id", read.get("app_id").unwrap_or_default(), Way::Asked);
                (seen.app_id, seen.sign_type) =
                    (CutText::name(&app_id).text, read.sign_type.name().to_owned());
                let verb = call.verbs.first().map_or("", String::as_str);
                let shown_signed = masks::value("", read.signed, Way::Asked);
                let shown_token = token.map(|_| MASK.as_bytes());
                let text = rest_text(&shown_signed, verb, &shown_uri, shown_body.as_bytes(), shown_token);
                let bytes = rest_text(read.signed, verb, uri, body, token).len();
                let masked = token.is_some()
                    || (shown_signed.as_str(), shown_uri.as_str(), shown_body.as_str())
                        != (read.signed, uri, plain_body.as_str());
                seen.signed = Some(signed(&text, bytes, masked));
                let sign =
                    read.sign.map_or_else(String::new, |sign| format!(",sign={}", masks::signature(sign)));
                parameters.push(("authorization", format!("{shown_signed}{sign}")));
            }
            Some(Err(_)) => parameters.push(("authorization", MASK.to_owned())),
            None => {}
        }
        seen.method = CutText::name(shown_uri.split('?').next().unwrap_or_default()).text;
        parameters.push(("uri", shown_uri));
        if token.is_some() {
            parameters.push(("alipay-app-auth-token", MASK.to_owned()));
        }
        for (name, value) in
            [("alipay-root-cert-sn", &call.root_sn), ("alipay-encrypt-type", &call.encrypt_type)]
        {
            let value = value.as_deref().map(|value| text_in(Charset::Utf8, value));
            parameters.extend(value.map(|value| (name, masks::value(name, &value, Way::Asked))));
        }
        if !shown_body.is_empty() {
            parameters.push(("body", shown_body));
        }
        seen.keep_parameters(parameters.into_iter().map(|(name, text)| (name.to_owned(), text)));
        self.learn(origin);
    }

    /// What is known of the call.
    fn learn(&mut self, origin: &Origin) {
        let seen = &mut self.seen;
        seen.trace_id = origin.trace.to_string();
        (seen.signature, seen.mistake) = (origin.signature, origin.hint);
        if let Some(app) = &origin.app {
            seen.app_id = app.id.to_string();
        }
        if !origin.method_name().is_empty() {
            seen.method = origin.method_name().to_owned();
        }
        seen.fault = origin.injected.map_or("", Injected::name).to_owned();
    }

    /// What is known of the call, and how it ended.
    pub(crate) fn end(&mut self, origin: &Origin, done: &Result<Done, Failure>) {
        self.learn(origin);
        let seen = &mut self.seen;
        match done {
            Ok(Done::Go { .. }) if origin.is_page() => {}
            Ok(Done::Say(response) | Done::Go { response, .. }) => {
                seen.code = if response.is_waiting() { "10003" } else { "10000" };
            }
            Err(failure) => {
                (seen.code, seen.sub_code) = (failure.code(), failure.sub_code());
                seen.sub_msg = CutText::of(masks::sentence(failure.sub_msg()), TEXT_BYTES_MAX).text;
            }
        }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        // A call that ended in a panic is noted by its answer.
        if panicking() {
            return;
        }
        let kept = nothing_of(self.seen.interface, &Verb::GET);
        let mut seen = std::mem::replace(&mut self.seen, kept);
        seen.at_us = self.door.now_us();
        seen.took_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.requests.note(seen);
    }
}

async fn keep(mut noted: Box<Noted>, response: HttpResponse<Body>) -> HttpResponse<Body> {
    let (parts, body) = response.into_parts();
    // It lies in memory, so that it is there whole.
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    let (kind, text) = told(&parts, &bytes);
    let seen = &mut noted.seen;
    seen.status = if kind == AnswerKind::Nothing { 0 } else { parts.status.as_u16() };
    (seen.answer_kind, seen.answer) = (kind, CutText::of(text, TEXT_BYTES_MAX));
    drop(noted);
    HttpResponse::from_parts(parts, Body::from(bytes))
}

/// How an answer was said, and its text as it is shown.
fn told(parts: &Parts, bytes: &Bytes) -> (AnswerKind, String) {
    let header = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if parts.extensions.get::<LostAnswer>().is_some() {
        return (AnswerKind::Nothing, String::new());
    }
    if let Some(to) = header(header::LOCATION) {
        return (AnswerKind::Redirect, masks::address(to));
    }
    // The page that refuses repeats the request.
    if bytes.first() == Some(&b'<') {
        return (AnswerKind::Page, String::new());
    }
    // Some failures are in GBK whatever their type says.
    let read = Charset::Utf8.decode(bytes).or_else(|_| Charset::Gbk.decode(bytes));
    let text = read.unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned());
    let text = CutText::of(text, MASKED_BYTES_MAX).text;
    if header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/plain")) {
        return (AnswerKind::Encrypted, text);
    }
    (AnswerKind::Json, masks::json(&text, Way::Answered))
}

fn signed(text: &[u8], bytes: usize, masked: bool) -> SignedText {
    let text = String::from_utf8_lossy(text).into_owned();
    SignedText { text: CutText::of(text, TEXT_BYTES_MAX), bytes, masked }
}

fn text_in(charset: Charset, bytes: &[u8]) -> String {
    let text = charset.decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned());
    CutText::of(text, MASKED_BYTES_MAX).text
}

fn nothing_of(interface: Interface, verb: &Verb) -> RequestSeen {
    RequestSeen {
        number: 0,
        at_us: 0,
        took_us: 0,
        interface,
        verb: CutText::name(verb.as_str()).text,
        app_id: String::new(),
        method: String::new(),
        status: 0,
        code: "",
        sub_code: "",
        sub_msg: String::new(),
        trace_id: String::new(),
        signature: SignatureSeen::NotChecked,
        mistake: None,
        sign_type: String::new(),
        signed: None,
        parameters: Vec::new(),
        parameters_cut: false,
        answer_kind: AnswerKind::Nothing,
        answer: CutText::default(),
        fault: String::new(),
    }
}
