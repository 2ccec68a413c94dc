//! The bank over HTTP: one call, one transaction, one answer.

use crate::binding::{AskBinding, AskPayee, ConfirmBinding};
use crate::books::{Books, BooksError, Caller, Desk};
use crate::camt::camt053;
use crate::fault::Rates;
use crate::inspect::AskBalance;
use crate::order::Reply;
use crate::order_ask::AskOrder;
use crate::proof::{Proven, is_name, proven};
use crate::sheet::csv;
use base::Day;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use wire::bank_call::{BankSecret, PROOF_HEADER};

/// Largest body of a call.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest key of an order or a binding.
const KEY_BYTES_MAX: usize = 64;
/// Connections at once: the platform has one pool of them.
const CONNECTIONS_MAX: usize = 256;
/// A head must be whole within this.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// A body must be whole within this.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Wait after an accept failed because files are used up.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is served: the books, one call at a time, and who may call.
struct Counter {
    books: Mutex<Books>,
    secret: BankSecret,
}

/// What a call gets.
enum Outcome {
    Json(StatusCode, Value),
    Text(&'static str, String),
    Silence,
}

/// A call, believed and read.
struct Call {
    method: String,
    path: String,
    query: Option<String>,
    body: Bytes,
    proven: Proven,
}

/// Serves the books until `stop` ends. What was answered is durable, so nothing is lost by ending at any moment.
pub async fn serve(
    listener: TcpListener,
    books: Books,
    stop: impl Future<Output = ()>,
) -> Result<(), BooksError> {
    let secret = books.folder().secret()?;
    let counter = Arc::new(Counter { books: Mutex::new(books), secret });
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => return Ok(()),
            accepted = next => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let counter = counter.clone();
                tokio::spawn(async move {
                    converse(stream, counter).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, counter: Arc<Counter>) {
    // Answers are small and whole.
    let _set = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(counter.clone(), request));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// An error closes the connection without a byte.
async fn answer(counter: Arc<Counter>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Error> {
    let (head, body) = request.into_parts();
    if head.uri.path() == "/health" {
        return Ok(respond(StatusCode::OK, "application/json", br#"{"state":"up"}"#.to_vec(), None));
    }
    let body = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    let Ok(Ok(body)) = body else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large_or_slow"));
    };
    let body = body.to_bytes();
    let whole = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let Some(proven) = proven(&counter.secret, head.method.as_str(), whole, &head.headers, &body) else {
        return Ok(plain(StatusCode::UNAUTHORIZED, "proof_wrong"));
    };
    let proof = proven.proof.clone();
    let call = Call {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        body,
        proven,
    };
    let at_counter = counter.clone();
    let done = tokio::task::spawn_blocking(move || {
        let mut books = at_counter.books.lock().unwrap_or_else(PoisonError::into_inner);
        attend(&mut books, &call)
    });
    let outcome = match done.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => {
            tracing::error!(%error, "a call was not done");
            Outcome::Json(StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "books" }))
        }
        Err(error) => return Err(Error::other(error)),
    };
    let prove = |status: StatusCode, body: &[u8]| counter.secret.prove_answer(&proof, status.as_u16(), body);
    match outcome {
        Outcome::Silence => Err(Error::from(ErrorKind::ConnectionAborted)),
        Outcome::Json(status, value) => {
            let body = value.to_string().into_bytes();
            let proof = prove(status, &body);
            Ok(respond(status, "application/json", body, Some(proof)))
        }
        Outcome::Text(kind, text) => {
            let proof = prove(StatusCode::OK, text.as_bytes());
            Ok(respond(StatusCode::OK, kind, text.into_bytes(), Some(proof)))
        }
    }
}

/// Does one call.
fn attend(books: &mut Books, call: &Call) -> Result<Outcome, BooksError> {
    let parts: Vec<&str> = call.path.split('/').skip(1).collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("POST", ["faults"]) => match read::<Rates>(&call.body) {
            Some(rates) if rates.are_rates() => {
                books.set_rates(&rates)?;
                Ok(said(json!(rates)))
            }
            _ => Ok(refused("body_wrong")),
        },
        ("GET", ["faults"]) => Ok(said(json!(books.rates()?))),
        (method, parts) => {
            let caller = Caller { generation: &call.proven.generation, now_us: call.proven.time_us };
            books.call(caller, |desk| at_desk(desk, method, parts, call))
        }
    }
}

fn at_desk(desk: &Desk<'_>, method: &str, parts: &[&str], call: &Call) -> Result<Outcome, BooksError> {
    let is_key = |key: &str| is_name(key, KEY_BYTES_MAX);
    match (method, parts) {
        ("POST", ["bindings"]) => match read::<AskBinding>(&call.body) {
            Some(ask) if is_key(&ask.key) => Ok(desk.bind(&ask)?.map_or_else(conflict, said)),
            _ => Ok(refused("body_wrong")),
        },
        ("POST", ["bindings", key, "confirm"]) => match read::<ConfirmBinding>(&call.body) {
            Some(given) => Ok(desk.confirm(key, &given)?.map_or_else(nothing, said)),
            None => Ok(refused("body_wrong")),
        },
        ("POST", ["payees"]) => match read::<AskPayee>(&call.body) {
            Some(ask) => Ok(said(desk.payee(&ask)?)),
            None => Ok(refused("body_wrong")),
        },
        ("GET", ["inbox"]) => Ok(said(desk.inbox()?)),
        ("POST", ["orders"]) => match read::<AskOrder>(&call.body) {
            Some(ask) if is_key(&ask.key) => Ok(match desk.order(&ask)? {
                Reply::Said(value) => said(value),
                Reply::Silence => Outcome::Silence,
                Reply::Conflict => conflict(),
            }),
            _ => Ok(refused("body_wrong")),
        },
        ("GET", ["orders", key]) => Ok(said(desk.order_state(key)?)),
        ("POST", ["orders", key, "revoke"]) if is_key(key) => Ok(said(desk.revoke(key)?)),
        ("POST", ["accounts", "balance"]) => match read::<AskBalance>(&call.body) {
            Some(ask) => Ok(said(desk.balance(&ask)?)),
            None => Ok(refused("body_wrong")),
        },
        ("GET", ["statements", day]) => statement(desk, day, call.query.as_deref()),
        ("GET", ["truth"]) => Ok(said(desk.truth()?)),
        _ => Ok(nothing()),
    }
}

fn statement(desk: &Desk<'_>, day: &str, query: Option<&str>) -> Result<Outcome, BooksError> {
    let Ok(day) = day.parse::<Day>() else { return Ok(refused("day_wrong")) };
    if !matches!(query, None | Some("format=csv" | "format=camt053")) {
        return Ok(refused("format_wrong"));
    }
    let Some(statement) = desk.statement(day)? else {
        return Ok(Outcome::Json(StatusCode::NOT_FOUND, json!({ "error": "day_not_closed" })));
    };
    if query == Some("format=camt053") {
        let text =
            camt053(&statement).map_err(|_| BooksError::Damaged("a statement that cannot be written"))?;
        return Ok(Outcome::Text("application/xml", text));
    }
    Ok(Outcome::Text("text/csv", csv(&statement)))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

fn said(value: Value) -> Outcome {
    Outcome::Json(StatusCode::OK, value)
}

fn refused(error: &str) -> Outcome {
    Outcome::Json(StatusCode::BAD_REQUEST, json!({ "error": error }))
}

fn conflict() -> Outcome {
    Outcome::Json(StatusCode::CONFLICT, json!({ "error": "conflict" }))
}

fn nothing() -> Outcome {
    Outcome::Json(StatusCode::NOT_FOUND, json!({ "error": "not_found" }))
}

/// An answer without proof: its caller proved nothing either.
fn plain(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    respond(status, "application/json", json!({ "error": error }).to_string().into_bytes(), None)
}

fn respond(status: StatusCode, kind: &str, body: Vec<u8>, proof: Option<String>) -> Response<Full<Bytes>> {
    let mut builder = Response::builder().status(status).header("content-type", kind);
    if let Some(proof) = proof {
        builder = builder.header(PROOF_HEADER, proof);
    }
    builder.body(Full::new(Bytes::from(body))).expect("our own headers are well formed")
}
