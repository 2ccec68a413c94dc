//! How the API says no: `application/problem+json` of RFC 9457, written in one place.
//!
//! Handlers return a [`SandboxError`], which leaves its parts with the answer. What the router itself refuses (a path
//! or a method that is not there, a body that is too large) has no such parts; it becomes a problem as well, so that
//! a program reads one form only.

use crate::sandbox::{Members, OrderInTheWay, Refused, SandboxError};
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::response::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Where the types of problems begin; the code follows.
const TYPE_PREFIX: &str = "urn:tongbao:problem:";

/// Most bytes that are read of what the router itself says.
const WORDS_BYTES_MAX: usize = 1024;

/// Why a call is refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:tongbao:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What the status means.
    title: String,
    /// The status of HTTP.
    status: u16,
    /// A sentence for people.
    detail: String,
    /// The code for programs.
    code: String,
    /// Wrong tries of a password that are left before its lock; where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u32>,
    /// When the lock of a password opens; where one is locked.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until: Option<String>,
    /// The field of the body or of the query that is wrong; where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// Our number of the order that stands in the way; where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_no: Option<String>,
    /// Where that order stands, as `paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl Problem {
    fn new(status: StatusCode, code: &str, detail: String) -> Problem {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Problem {
            kind: format!("{TYPE_PREFIX}{code}"),
            title,
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            tries_left: None,
            locked_until: None,
            field: None,
            trade_no: None,
            state: None,
        }
    }

    fn with(self, Members { tries_left, locked_until, field, order }: Members) -> Problem {
        let order = order.map(|order| {
            let OrderInTheWay { trade_no, state } = *order;
            (trade_no, state)
        });
        let (trade_no, state) = order.unzip();
        Problem { tries_left, locked_until, field, trade_no, state, ..self }
    }
}

/// Whether a path is below that of the API, of this version or of another: what is refused there is a problem, whoever
/// refuses it.
pub fn is_of_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// A problem as an answer, for whoever answers before or instead of the API's own calls.
pub fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status = status;
    filled(parts, &Problem::new(status, code, detail.to_owned()))
}

/// Writes an answer that says no as a problem, and leaves every other answer as it is.
pub(crate) async fn write(response: Response) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let problem = match parts.extensions.remove::<Refused>() {
        Some(Refused { code, message, members }) => Problem::new(status, code, message).with(members),
        None => {
            let said = to_bytes(body, WORDS_BYTES_MAX).await.unwrap_or_default();
            Problem::new(status, code_of(status), words_of(status, &said))
        }
    };
    filled(parts, &problem)
}

/// An answer with this problem as its body.
fn filled(mut parts: Parts, problem: &Problem) -> Response {
    let Ok(text) = serde_json::to_vec(problem) else { return Response::from_parts(parts, Body::empty()) };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    Response::from_parts(parts, Body::from(text))
}

/// A method that a path is not asked with; the header `Allow` tells the others.
pub(crate) fn no_method() -> SandboxError {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    SandboxError::new(status, code_of(status), words_of(status, &[]))
}

/// The code of what the router itself refuses.
fn code_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "not_json",
        status if status.is_client_error() => "bad_request",
        _ => "internal",
    }
}

/// Its sentence: that of the router where it says more than the status does.
fn words_of(status: StatusCode, said: &[u8]) -> String {
    let words = match status {
        StatusCode::NOT_FOUND => "there is no such path; GET /api/v1/openapi.json tells those that are there",
        StatusCode::METHOD_NOT_ALLOWED => "this path is not asked with this method; see the header Allow",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "send the body with Content-Type: application/json",
        status if status.is_client_error() => {
            let said = std::str::from_utf8(said).unwrap_or_default().trim();
            if said.is_empty() { "the request cannot be read" } else { said }
        }
        _ => "the platform failed; see its log",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use serde_json::{Value, json};

    async fn written(response: Response) -> (StatusCode, String, Value) {
        let response = write(response).await;
        let status = response.status();
        let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        (status, kind, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_refusal_becomes_a_problem_with_its_code_and_its_sentence() {
        let refused = SandboxError::missing("card_not_found", "there is no such card");
        let (status, kind, body) = written(refused.into_response()).await;
        assert_eq!((status, kind.as_str()), (StatusCode::NOT_FOUND, PROBLEM_JSON));
        let expected = json!({
            "type": "urn:tongbao:problem:card_not_found",
            "title": "Not Found",
            "status": 404,
            "detail": "there is no such card",
            "code": "card_not_found",
        });
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn what_is_known_beside_the_sentence_is_a_member_and_what_is_not_is_none() {
        let forbidden = |code| SandboxError::new(StatusCode::FORBIDDEN, code, "no");
        for (refused, name, value) in [
            (forbidden("wrong_password").tries_left(2), "tries_left", json!(2)),
            (forbidden("locked").locked_until(0), "locked_until", json!("1970-01-01T08:00:00+08:00")),
            (SandboxError::bad("bad_name", "no").of_field("name"), "field", json!("name")),
        ] {
            let (_, _, body) = written(refused.into_response()).await;
            assert_eq!(body[name], value, "{body}");
            assert_eq!(body.as_object().unwrap().len(), 6, "{body}");
        }
    }

    #[tokio::test]
    async fn an_order_that_stands_in_the_way_is_named() {
        let refused = SandboxError::conflict("already_paid", "no").of_order("7".to_owned(), "paid");
        let (_, _, body) = written(refused.into_response()).await;
        assert_eq!((&body["trade_no"], &body["state"]), (&json!("7"), &json!("paid")));
        assert_eq!(body.as_object().unwrap().len(), 7, "{body}");
    }

    #[tokio::test]
    async fn whoever_answers_before_the_api_says_no_in_its_form() {
        let response = problem(StatusCode::NOT_FOUND, "not_found", "nothing");
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["type"], &body["status"]), (&json!("urn:tongbao:problem:not_found"), &json!(404)));
        for (path, is_of) in [("/api/v1/me", true), ("/api/", true), ("/apis", false), ("/wallet", false)] {
            assert_eq!(is_of_api(path), is_of, "{path}");
        }
    }

    #[tokio::test]
    async fn what_the_router_refuses_becomes_one_too() {
        for (status, said, code, detail) in [
            (404, "", "not_found", "there is no such path"),
            (405, "", "method_not_allowed", "the header Allow"),
            (413, "length limit exceeded", "too_large", "the body is too large"),
            (415, "", "not_json", "application/json"),
            (400, "limit: invalid digit", "bad_request", "limit: invalid digit"),
            (400, "", "bad_request", "cannot be read"),
            (500, "a secret of the house", "internal", "see its log"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let (found, kind, body) = written((status, said).into_response()).await;
            assert_eq!((found, kind.as_str()), (status, PROBLEM_JSON), "{code}");
            assert_eq!(body["code"], code);
            assert!(body["detail"].as_str().unwrap().contains(detail), "{body}");
        }
    }

    #[tokio::test]
    async fn a_good_answer_stays_as_it_is() {
        let (status, kind, body) = written(axum::Json(json!({ "good": true })).into_response()).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json"));
        assert_eq!(body, json!({ "good": true }));
    }
}
