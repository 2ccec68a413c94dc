//! The v3 interface: the same methods as REST. The path is the method's name with slashes, the business fields are the
//! body or the query, the answer is their bare object, and the HTTP status tells how it ended.
//!
//! Only methods that answer programs are here; the other ones have no path. A call waits for its place like any other.

use crate::Gateway;
use crate::answer::{diagnosis_header, guard_headers};
use crate::busy::Busy;
use crate::codes::Failure;
use crate::faults::FAULT_HEADER;
use crate::http::{MULTIPART, content_kind, parts as multipart_parts, read_body, report, unless_panic};
use crate::registry::{Done, Face, Standing, standing};
use crate::request::{Origin, by_certificate, usual_sign_type};
use crate::tally::Ending;
use crate::trace::TraceId;
use crate::verify::v3::{self as verify, RestCall};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method as Verb, Response as HttpResponse, header};
use axum::http::{StatusCode, request::Parts};
use axum::routing::any;
use std::sync::Arc;
use std::time::Instant;
use wire::charset::Charset;
use wire::envelope::{ObjectWriter, Response};
use wire::public_code::GatewayError;
use wire::sign::SignType;
use wire::v3::answer_text;
use world::Interface;

/// Below which the methods' paths are.
const ROOT: &str = "/v3/";
/// Names another verb than the request line.
const OVERRIDE_HEADER: &str = "x-http-method-override";
const ROOT_SN_HEADER: &str = "alipay-root-cert-sn";
const APP_AUTH_TOKEN_HEADER: &str = "alipay-app-auth-token";
const ENCRYPT_TYPE_HEADER: &str = "alipay-encrypt-type";
const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("alipay-signature");
const TIMESTAMP_HEADER: HeaderName = HeaderName::from_static("alipay-timestamp");
const NONCE_HEADER: HeaderName = HeaderName::from_static("alipay-nonce");
const SERIAL_HEADER: HeaderName = HeaderName::from_static("alipay-sn");
const TRACE_HEADER: HeaderName = HeaderName::from_static("alipay-trace-id");
const JSON_TYPE: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");
const GBK_TYPE: HeaderValue = HeaderValue::from_static("application/json;charset=GBK");
const CIPHER_TYPE: HeaderValue = HeaderValue::from_static("text/plain;charset=utf-8");
/// Where codes are explained.
const CODES_PAGE: &str = "docs/guide/errors.md";

/// The addresses of the v3 interface.
pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new().route("/v3/{*path}", any(serve)).route("/w/{world}/v3/{*path}", any(serve_named))
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> HttpResponse<Body> {
    let verb = request.method().clone();
    match unless_panic(gateway.handle_rest(request)).await {
        Some(response) => response,
        None => {
            let (origin, done) = (Origin::unknown(), Err(Failure::gateway(GatewayError::UnknownError)));
            gateway.tally.count(&origin, Ending::of(&done));
            let noted = gateway.noted_unread(Interface::V3, &verb, &origin, &done);
            gateway.noted(noted, gateway.answer_rest(&origin, done)).await
        }
    }
}

async fn serve_named(
    state: State<Arc<Gateway>>,
    Path((world, _)): Path<(String, String)>,
    request: Request,
) -> HttpResponse<Body> {
    if world != state.0.world.name {
        let (origin, no_world) =
            (Origin::unknown(), Failure::gateway_about(GatewayError::InvalidAppId, "没有这个world"));
        state.0.tally.count(&origin, Ending::Wrong);
        let answer = unsigned(&origin, &no_world);
        let noted = state.0.noted_unread(Interface::V3, request.method(), &origin, &Err(no_world));
        return state.0.noted(noted, answer).await;
    }
    serve(state, request).await
}

impl Gateway {
    async fn handle_rest(&self, request: Request) -> HttpResponse<Body> {
        let begun = Instant::now();
        let mut noted = self.noting(Interface::V3, request.method());
        let (parts, body) = request.into_parts();
        let mut body = read_body(body).await;
        let (call, mut origin) = self.rest_call(&parts);
        let mut typed = check_verb(&call).and_then(|()| check_type(&parts, &body));
        if let (Ok(()), Ok(bytes), Some(kind)) = (&typed, &body, uploads(&parts)) {
            match Box::pin(data_part(kind, bytes.clone(), &mut origin)).await {
                Ok(data) => body = Ok(data),
                Err(failure) => typed = Err(failure),
            }
        }
        drop(parts);
        let entered = match self.places.enter_now() {
            Some(place) => Ok(place),
            None => {
                // A call that waits lets go of the connection's buffer.
                body = body.map(|body| Bytes::copy_from_slice(&body));
                self.places.enter().await
            }
        };
        let Ok(place) = entered else {
            self.busy.note();
            self.tally.count(&origin, Ending::TurnedAway);
            let (trace_id, method) = (origin.trace, origin.method_name());
            tracing::debug!(%trace_id, method, "a call found no place in time");
            // An answer is signed with its time, so none can be kept ready; refusing must cost no signature.
            if let Some(noted) = &mut noted {
                noted.end(&origin, &Err(Busy::failure()));
            }
            return self.noted(noted, unsigned(&origin, &Busy::failure())).await;
        };
        if let Some(noted) = &mut noted {
            noted.read_rest(&origin, &call, body.as_deref().unwrap_or_default());
        }
        let done = match typed.and(body) {
            Ok(body) => self.run_rest(&call, &body, &mut origin).await,
            Err(failure) => Err(failure),
        };
        report(&origin, &done);
        if let Some(noted) = &mut noted {
            noted.end(&origin, &done);
        }
        let ending = Ending::of(&done);
        let response = self.answer_rest(&origin, done);
        drop(place);
        self.tally.note(&origin, ending, begun.elapsed());
        let response = self.end(&origin, response).await;
        self.noted(noted, response).await
    }

    /// What the request line and the headers tell.
    fn rest_call(&self, parts: &Parts) -> (RestCall, Origin) {
        let named = format!("/w/{}", self.world.name);
        let whole = parts.uri.path_and_query().map_or("", |target| target.as_str());
        let below = whole.strip_prefix(named.as_str()).unwrap_or(whole);
        let (path, query) = below.split_once('?').unwrap_or((below, ""));
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let bytes = |name: &str| parts.headers.get(name).map(|value| value.as_bytes().to_vec());
        let instead = parts.headers.get(OVERRIDE_HEADER).and_then(|value| value.to_str().ok());
        let mut verbs = vec![parts.method.as_str().to_owned()];
        verbs.extend(instead.map(str::to_ascii_uppercase));
        let call = RestCall {
            verbs,
            // Some clients sign the path without the world before it, and a front may have taken it away.
            uris: vec![below.to_owned(), format!("{named}{below}")],
            query: query.as_bytes().to_vec(),
            authorization: text(header::AUTHORIZATION).map(str::to_owned),
            root_sn: bytes(ROOT_SN_HEADER),
            app_auth_token: bytes(APP_AUTH_TOKEN_HEADER),
            encrypt_type: bytes(ENCRYPT_TYPE_HEADER),
        };
        let mut origin = Origin::unknown();
        origin.app = verify::app_named(self, call.authorization.as_deref());
        origin.method = method_at(path);
        origin.asked_fault = parts.headers.get(FAULT_HEADER).cloned();
        (call, origin)
    }

    async fn run_rest(&self, call: &RestCall, body: &[u8], origin: &mut Origin) -> Result<Done, Failure> {
        let (method, call) = verify::verify(self, call, body, origin).await?;
        self.carry(method, call, origin).await
    }

    /// The answer to what a method did, or why it did not, signed.
    fn answer_rest(&self, origin: &Origin, done: Result<Done, Failure>) -> HttpResponse<Body> {
        let mut response = match done {
            Ok(Done::Say(said) | Done::Go { response: said, .. }) => told(&said),
            Err(failure) => return self.signed(origin, refused(origin, &failure)),
        };
        if let Some(aes) = &origin.aes {
            response.body = aes.encrypt(&response.body).into_bytes();
            response.kind = CIPHER_TYPE;
        }
        self.signed(origin, response)
    }

    fn signed(&self, origin: &Origin, answer: Answer) -> HttpResponse<Body> {
        let timestamp_ms = (self.door.now_us() / 1_000).to_string();
        let nonce = TraceId::next();
        let text = answer_text(&timestamp_ms, &nonce.to_string(), &answer.body);
        let sign_type = origin.app.as_ref().map_or(SignType::Rsa2, |app| usual_sign_type(app));
        let Some(platform) = self.world.platform_of(sign_type) else { return sent(origin, answer) };
        let signature = platform.key.sign(sign_type, &text);
        let serial = origin.app.as_ref().filter(|app| by_certificate(app)).map(|_| &platform.cert_sn);
        let value = |text: &str| HeaderValue::try_from(text).expect("digits and base64 make a header");
        let mut response = sent(origin, answer);
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(TIMESTAMP_HEADER, value(&timestamp_ms));
        headers.insert(NONCE_HEADER, nonce.header());
        headers.insert(SIGNATURE_HEADER, value(&signature));
        if let Some(serial) = serial {
            headers.insert(SERIAL_HEADER, value(serial));
        }
        response
    }
}

/// The method whose path this is.
fn method_at(path: &str) -> Option<Standing> {
    let name = path.strip_prefix(ROOT).filter(|rest| !rest.contains('.'))?.replace('/', ".");
    standing(&name).filter(|standing| match standing {
        Standing::Here(method) => method.face == Face::Answer,
        Standing::Known(_) => true,
    })
}

/// The five verbs of the interface. Any of them does for any method: what is to be done stands in the path.
fn check_verb(call: &RestCall) -> Result<(), Failure> {
    let known = [Verb::GET, Verb::POST, Verb::PUT, Verb::PATCH, Verb::DELETE];
    match call.verbs.iter().find(|verb| known.iter().all(|known| known.as_str() != verb.as_str())) {
        None => Ok(()),
        Some(_) => Err(Failure::gateway_about(GatewayError::InvalidMethod, "不支持的HTTP方法")),
    }
}

/// The content type of a body that may hold files.
fn uploads(parts: &Parts) -> Option<&HeaderValue> {
    let kind = parts.headers.get(header::CONTENT_TYPE);
    kind.filter(|_| content_kind(kind).is_some_and(|kind| kind.eq_ignore_ascii_case(MULTIPART)))
}

/// The part named `data`, which is what is signed and read; files go beside, in whatever order they come.
async fn data_part(kind: &HeaderValue, body: Bytes, origin: &mut Origin) -> Result<Bytes, Failure> {
    let texts = multipart_parts(Some(kind), body, &mut origin.files).await?;
    let mut data = texts.into_iter().filter(|(name, _)| name == "data").map(|(_, text)| text);
    match (data.next(), data.next()) {
        (None, _) => Ok(Bytes::new()),
        (Some(text), None) => Ok(Bytes::from(text)),
        (Some(_), Some(_)) => {
            Err(Failure::gateway_about(GatewayError::SuspectedAttack, "同一参数重复且取值不同"))
        }
    }
}

/// A body is JSON, or text when it is encrypted, or has parts when it brings a file.
fn check_type(parts: &Parts, body: &Result<Bytes, Failure>) -> Result<(), Failure> {
    let empty = body.as_ref().is_ok_and(|body| body.is_empty());
    let kind = content_kind(parts.headers.get(header::CONTENT_TYPE));
    let known = ["application/json", "text/plain", MULTIPART];
    match kind {
        Some(kind) if !empty && !known.iter().any(|known| kind.eq_ignore_ascii_case(known)) => {
            Err(Failure::gateway(GatewayError::InvalidContentType))
        }
        _ => Ok(()),
    }
}

/// An answer before it is signed.
struct Answer {
    status: StatusCode,
    kind: HeaderValue,
    body: Vec<u8>,
}

/// What was done. A code is no part of it, so an order that waits for its buyer is told by the status: accepted.
fn told(said: &Response) -> Answer {
    let status = if said.is_waiting() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Answer { status, kind: JSON_TYPE, body: said.members.to_json().into_bytes() }
}

fn refused(origin: &Origin, failure: &Failure) -> Answer {
    let (status, code) = failure.rest();
    let status = StatusCode::from_u16(status).expect("a status of the table");
    let mut link = ObjectWriter::new();
    link.text("link", CODES_PAGE).text("desc", "错误码说明");
    let mut body = ObjectWriter::new();
    body.text("code", code).text("message", failure.sub_msg()).objects("links", [link]);
    // Never encrypted: clients read an error before they decrypt.
    match origin.charset {
        Charset::Utf8 => Answer { status, kind: JSON_TYPE, body: body.to_json().into_bytes() },
        // This interface is in UTF-8 but for the fault that was asked for.
        Charset::Gbk => Answer { status, kind: GBK_TYPE, body: Charset::Gbk.encode_json(&body.to_json()) },
    }
}

fn unsigned(origin: &Origin, failure: &Failure) -> HttpResponse<Body> {
    sent(origin, refused(origin, failure))
}

fn sent(origin: &Origin, answer: Answer) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    response.headers_mut().insert(header::CONTENT_TYPE, answer.kind);
    response.headers_mut().insert(TRACE_HEADER, origin.trace.header());
    diagnosis_header(origin, &mut response);
    guard_headers(&mut response);
    response
}
