//! HTTP in: one address, GET and POST, parameters in the query, a form or a multipart body in any split. The status is
//! 200 whatever happens, since clients give up reading at any other.

use crate::Gateway;
use crate::bills::download;
use crate::busy::Busy;
use crate::codes::Failure;
use crate::faults::FAULT_HEADER;
use crate::registry::Done;
use crate::request::{LEARNT, Origin, Upload};
use crate::tally::Ending;
use crate::v3;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, Method as Verb, Response as HttpResponse, header};
use axum::routing::get;
use http_body_util::BodyExt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use wire::params::{FIELDS_MAX, ParamError, Params, glance};
use wire::public_code::GatewayError;
use world::Interface;

/// Longest body that is read, in bytes. Content may have 256 KiB; escaped for a form it is up to three times as long.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The types of body that carry parameters.
const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const MULTIPART: &str = "multipart/form-data";
/// Files of one request that are kept.
const FILES_MAX: usize = 8;
/// How much of a longer body is taken and thrown away, so that a client that sends before it reads hears its answer.
const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The gateway's addresses: `/gateway.do` and `/v3/…` for the world that the server shows first, and each world under
/// its name; and where bills are fetched.
pub fn routes(state: Arc<Gateway>) -> Router {
    Router::new()
        .merge(v3::routes())
        .merge(download::routes())
        .route("/gateway.do", get(serve).post(serve))
        .route("/w/{world}/gateway.do", get(serve_named).post(serve_named))
        .with_state(state)
}

/// The call runs where its connection is served. A caller that hangs up ends it between two steps, which takes nothing
/// back: every method decides with one command, and the cell carries that out whether or not anybody waits.
async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> HttpResponse<Body> {
    let verb = request.method().clone();
    match unless_panic(gateway.handle(request)).await {
        Some(response) => response,
        None => gateway.refuse_unread(&verb, Failure::gateway(GatewayError::UnknownError)).await,
    }
}

/// What the call comes to; nothing when it panics, which ends this call alone.
pub(crate) async fn unless_panic<T>(call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    let mut step = |task: &mut Context<'_>| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(task)))
    {
        Ok(step) => step.map(Some),
        Err(_) => Poll::Ready(None),
    };
    let done = poll_fn(&mut step).await;
    if done.is_none() {
        tracing::error!("a call ended in a panic");
    }
    done
}

async fn serve_named(
    state: State<Arc<Gateway>>,
    Path(world): Path<String>,
    request: Request,
) -> HttpResponse<Body> {
    if world != state.0.world.name {
        let no_world = Failure::gateway_about(GatewayError::InvalidAppId, "没有这个world");
        let verb = request.method().clone();
        return state.0.refuse_unread(&verb, no_world).await;
    }
    serve(state, request).await
}

impl Gateway {
    async fn handle(&self, request: Request) -> HttpResponse<Body> {
        let (begun, by_post) = (Instant::now(), request.method() == Verb::POST);
        let mut noted = self.noting(Interface::V2, request.method());
        let mut asked = Asked::of(request).await;
        // From here on it costs decoding, reading and signatures.
        let entered = match self.places.enter_now() {
            Some(place) => Ok(place),
            None => {
                asked.let_go();
                self.places.enter().await
            }
        };
        let Ok(place) = entered else {
            // In a box of its own, as all that is rare: what is left of the call is moved about less.
            let origin = Box::pin(self.glance(asked)).await;
            self.busy.note();
            self.tally.count(&origin, Ending::TurnedAway);
            let (trace_id, method) = (origin.trace, origin.method_name());
            tracing::debug!(%trace_id, method, "a call found no place in time");
            if let Some(noted) = &mut noted {
                noted.end(&origin, &Err(Busy::failure()));
            }
            return self.noted(noted, self.refuse(&origin)).await;
        };
        let (mut origin, params) = self.read(asked).await;
        if let (Some(noted), Ok(params)) = (&mut noted, &params) {
            noted.read(&origin, params);
        }
        let done = match params {
            Ok(params) => self.run_or_fail(&params, &mut origin).await,
            Err(failure) => Err(failure),
        };
        report(&origin, &done);
        if let Some(noted) = &mut noted {
            noted.end(&origin, &done);
        }
        let ending = Ending::of(&done);
        let response = self.answer(&origin, done, by_post);
        drop(place);
        self.tally.note(&origin, ending, begun.elapsed());
        let response = self.end(&origin, response).await;
        self.noted(noted, response).await
    }

    /// The answer to a call of which nothing was read.
    async fn refuse_unread(&self, verb: &Verb, failure: Failure) -> HttpResponse<Body> {
        let (origin, done) = (Origin::unknown(), Err(failure));
        self.tally.count(&origin, Ending::of(&done));
        let noted = self.noted_unread(Interface::V2, verb, &origin, &done);
        self.noted(noted, self.answer(&origin, done, false)).await
    }

    /// The parameters, and what they tell of their caller.
    async fn read(&self, asked: Asked) -> (Origin, Result<Params, Failure>) {
        let Asked { content_type, asked_fault, query, body } = asked;
        let mut origin = Origin { asked_fault, ..Origin::unknown() };
        let params = read_params(content_type.as_ref(), &query, body, &mut origin.files).await;
        let kind = content_type.as_ref().and_then(|value| value.to_str().ok());
        match &params {
            Ok(params) => origin.learn(self, params),
            // The query alone often tells whose call it is, so that the answer can be signed.
            Err(_) => {
                if let Ok(params) = Params::merge(Some(&query), None, Vec::new()) {
                    origin.learn(self, &params);
                }
            }
        }
        origin.learn_outside(self, &query, kind);
        (origin, params)
    }

    /// What a refused call's answer needs to know of it. Nearly always it stands in one form in plain letters, so that
    /// nothing has to be decoded and kept.
    async fn glance(&self, asked: Asked) -> Origin {
        let form = match &asked.body {
            Ok(body) if asked.query.is_empty() && is_form(asked.content_type.as_ref()) => Some(&body[..]),
            Ok(body) if body.is_empty() => Some(&asked.query[..]),
            _ => None,
        };
        if let Some(told) = form.and_then(|form| glance(form, LEARNT)) {
            let mut origin = Origin::unknown();
            origin.learn_from(self, told);
            return origin;
        }
        self.read(asked).await.0
    }
}

/// What is kept of an HTTP request.
struct Asked {
    content_type: Option<HeaderValue>,
    asked_fault: Option<HeaderValue>,
    query: Vec<u8>,
    body: Result<Bytes, Failure>,
}

impl Asked {
    async fn of(request: Request) -> Asked {
        let (mut parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
        let mut take = |name: HeaderName| parts.headers.remove(name);
        let (content_type, asked_fault) = (take(header::CONTENT_TYPE), take(FAULT_HEADER));
        Asked { content_type, asked_fault, query, body: read_body(body).await }
    }

    /// Lets go of the connection's buffer, which the texts of a request lie in: a call that waits would keep it, and
    /// the connection would take another one, of some kilobytes, to hear whether its caller hangs up.
    fn let_go(&mut self) {
        let copied = |value: &HeaderValue| HeaderValue::from_bytes(value.as_bytes()).ok();
        self.content_type = self.content_type.as_ref().and_then(copied);
        self.asked_fault = self.asked_fault.as_ref().and_then(copied);
        if let Ok(body) = &mut self.body {
            *body = Bytes::copy_from_slice(body);
        }
    }
}

/// The content type without its parameters.
pub(crate) fn content_kind(content_type: Option<&HeaderValue>) -> Option<&str> {
    let text = content_type.map(|value| value.to_str().unwrap_or("?"));
    text.map(|text| text.split(';').next().unwrap_or_default().trim())
}

/// Whether the body is a form; one without a type is.
fn is_form(content_type: Option<&HeaderValue>) -> bool {
    content_kind(content_type).is_none_or(|kind| kind.eq_ignore_ascii_case(FORM))
}

/// One event per call: what was asked and how it ended, nothing of what it said.
pub(crate) fn report(origin: &Origin, done: &Result<Done, Failure>) {
    let (sub_code, unknown) = match done {
        Ok(_) => ("", false),
        Err(failure) => (failure.sub_code(), failure.is_unknown()),
    };
    let (method, trace_id) = (origin.method_name(), origin.trace);
    let app_id = origin.app.as_ref().map(|app| app.id);
    if unknown {
        tracing::warn!(%trace_id, method, ?app_id, sub_code, "a call ended without a known outcome");
    } else {
        tracing::debug!(%trace_id, method, ?app_id, sub_code, "a call was answered");
    }
}

async fn read_params(
    content_type: Option<&HeaderValue>,
    query: &[u8],
    body: Result<Bytes, Failure>,
    files: &mut Vec<Upload>,
) -> Result<Params, Failure> {
    let body = body?;
    let wrong_type = || Failure::gateway(GatewayError::InvalidContentType);
    let merged = match content_kind(content_type) {
        _ if body.is_empty() => Params::merge(Some(query), None, Vec::new()),
        _ if is_form(content_type) => Params::merge(Some(query), Some(&body), Vec::new()),
        Some(kind) if kind.eq_ignore_ascii_case(MULTIPART) => {
            Params::merge(Some(query), None, Box::pin(parts(content_type, body, files)).await?)
        }
        _ => return Err(wrong_type()),
    };
    merged.map_err(|error| match error {
        ParamError::BrokenEscape | ParamError::BadName => {
            Failure::gateway_about(GatewayError::SuspectedAttack, "参数编码错误")
        }
        ParamError::Repeated { .. } => {
            Failure::gateway_about(GatewayError::SuspectedAttack, "同一参数重复且取值不同")
        }
        ParamError::TooMany => {
            Failure::gateway_about(GatewayError::SuspectedAttack, &format!("参数超过{FIELDS_MAX}个"))
        }
        ParamError::CharsetUnknown | ParamError::Malformed { .. } => {
            Failure::gateway(GatewayError::InvalidCharset)
        }
    })
}

/// The body, when it is not too long. One that came whole, as nearly all do, is not copied.
pub(crate) async fn read_body(mut body: Body) -> Result<Bytes, Failure> {
    let broken = || Failure::gateway_about(GatewayError::InvalidContentType, "请求体不完整");
    let (mut first, mut kept, mut taken_bytes) = (Bytes::new(), Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
        taken_bytes += data.len();
        if taken_bytes > DISCARDED_BYTES_MAX {
            break;
        } else if taken_bytes > BODY_BYTES_MAX {
            continue;
        } else if first.is_empty() {
            first = data;
        } else {
            if kept.is_empty() {
                kept.extend_from_slice(&first);
            }
            kept.extend_from_slice(&data);
        }
    }
    if taken_bytes > BODY_BYTES_MAX {
        return Err(Failure::gateway_about(GatewayError::InvalidParameter, "请求体过大"));
    }
    Ok(if kept.is_empty() { first } else { Bytes::from(kept) })
}

/// The text parts of a multipart body. Files are no parameters: they go beside.
pub(crate) async fn parts(
    content_type: Option<&HeaderValue>,
    body: Bytes,
    files: &mut Vec<Upload>,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let whole = content_type.and_then(|value| value.to_str().ok());
    let boundary = multer::parse_boundary(whole.unwrap_or_default());
    let boundary = boundary.map_err(|_| Failure::gateway(GatewayError::InvalidContentType))?;
    let broken = |_| Failure::gateway_about(GatewayError::InvalidContentType, "multipart格式错误");
    let mut parts = multer::Multipart::new(Body::from(body).into_data_stream(), boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let file_name = part.file_name().map(str::to_owned);
        let value = part.bytes().await.map_err(broken)?;
        if let Some(file_name) = file_name {
            // More than any method takes are not kept.
            if files.len() < FILES_MAX {
                files.push(Upload { part: name, file_name, bytes: value });
            }
            continue;
        }
        if fields.len() > FIELDS_MAX {
            break; // One more than allowed is enough to be refused.
        }
        fields.push((name, value.to_vec()));
    }
    Ok(fields)
}
