//! `/sandbox/requests`: the last calls of the gateway as it saw them: what arrived, the text that it verified, what it
//! answered. What is secret or of a person was masked before it was kept.

use crate::guard;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::routing::get;
use axum::{Router, middleware};
use base::AppId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::timestamp::format_cn;
use world::{CutText, REQUESTS_MAX, RequestSeen, Requests, SignedText};

/// Calls in one answer when nothing is said.
const LISTED_USUAL: usize = 50;
/// Calls in one answer at most.
const LISTED_MAX: usize = 100;

/// The routes under `/sandbox/requests`. Only for worlds for trying out.
pub fn request_routes(requests: Arc<Requests>) -> Router {
    let router =
        Router::new().route("/sandbox/requests", get(list)).route("/sandbox/requests/{number}", get(show));
    router.layer(middleware::from_fn(guard::guard)).with_state(requests)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListRequest {
    app_id: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

/// The newest first; those after a number are the older ones.
async fn list(
    State(requests): State<Arc<Requests>>,
    query: Result<Query<ListRequest>, QueryRejection>,
) -> Answer {
    let Query(ListRequest { app_id, after, limit }) =
        query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let limit = limit.unwrap_or(LISTED_USUAL);
    if !(1..=LISTED_MAX).contains(&limit) {
        return Err(SandboxError::bad("bad_request", format!("limit is from 1 to {LISTED_MAX}")));
    }
    let app: Option<AppId> = app_id
        .map(|text| text.parse())
        .transpose()
        .map_err(|error| SandboxError::bad("bad_app_id", error))?;
    let app = app.map(|app| app.to_string());
    // One more tells whether there are more.
    let found = requests.list(app.as_deref(), after, limit + 1);
    let listed: Vec<Value> = found.iter().take(limit).map(|seen| line(seen)).collect();
    let next = (found.len() > limit).then(|| found[limit - 1].number);
    answer(json!({ "requests": listed, "next": next }))
}

async fn show(State(requests): State<Arc<Requests>>, number: Result<Path<u64>, PathRejection>) -> Answer {
    let Path(number) = number.map_err(|error| SandboxError::bad("bad_request", error))?;
    let missing = || {
        let message = format!(
            "there is no such request, or it is forgotten: the last {REQUESTS_MAX} of a world are kept"
        );
        SandboxError::missing("request_not_found", message)
    };
    let seen = requests.one(number).ok_or_else(missing)?;
    let mut body = line(&seen);
    body["string_to_sign"] = seen.signed.as_ref().map_or(Value::Null, signed);
    let parameters = seen.parameters.iter();
    body["parameters"] = parameters
        .map(|(name, value)| json!({ "name": name, "value": value.text, "cut": value.cut }))
        .collect();
    body["parameters_cut"] = Value::from(seen.parameters_cut);
    body["answer"] = text(&seen.answer);
    body["answer_kind"] = Value::from(seen.answer_kind.name());
    body["mistake"] = seen.mistake.map_or(Value::Null, |mistake| {
        json!({ "name": mistake.name(), "advice": mistake.advice_en(), "advice_zh": mistake.advice_zh() })
    });
    answer(body)
}

/// A call as it stands in a list. What is not known is `null`.
fn line(seen: &RequestSeen) -> Value {
    let known = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    json!({
        "number": seen.number,
        "at": format_cn(seen.at_us),
        "took_us": seen.took_us,
        "interface": seen.interface.name(),
        "verb": seen.verb,
        "app_id": known(&seen.app_id),
        "method": known(&seen.method),
        "status": (seen.status != 0).then_some(seen.status),
        "code": known(seen.code),
        "sub_code": known(seen.sub_code),
        "sub_msg": known(&seen.sub_msg),
        "trace_id": known(&seen.trace_id),
        "signature": seen.signature.name(),
        "sign_type": known(&seen.sign_type),
        "fault": known(&seen.fault),
    })
}

fn text(text: &CutText) -> Value {
    json!({ "text": text.text, "cut": text.cut })
}

fn signed(signed: &SignedText) -> Value {
    json!({
        "text": signed.text.text,
        "cut": signed.text.cut,
        "bytes": signed.bytes,
        "masked": signed.masked,
    })
}
