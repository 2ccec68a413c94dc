//! `/sandbox/methods`: every method with its fields, answers and refusals, as the gateway says them of itself. In JSON
//! for programs, as a page for browsers.

use crate::guard;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, page};
use crate::sandbox::answer;
use askama::Template;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// A method as the page shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MethodShown {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it does.
    pub title: &'static str,
    /// Its path on the v3 interface; absent when it leads to a page.
    pub v3: Option<String>,
    /// Whether a live world does not have it.
    pub sandbox_only: bool,
    /// What of it is not here; empty when all of it is.
    pub limits: String,
    /// The smallest request, as JSON.
    pub example: &'static str,
    /// The fields that are read.
    pub fields: Vec<LineShown>,
    /// The fields that are refused unless they are empty.
    pub refused: Vec<String>,
    /// The fields that change nothing.
    pub ignored: Vec<String>,
    /// The members of its answers.
    pub answers: Vec<LineShown>,
    /// What it is refused for, in order.
    pub refusals: Vec<RefusalShown>,
}

/// A field or a member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LineShown {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: String,
    /// When it must be there, or is there.
    pub when: String,
}

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RefusalShown {
    /// The public code.
    pub code: &'static str,
    /// The public sub_code.
    pub sub_code: &'static str,
    /// The status of the v3 interface.
    pub v3_status: u16,
    /// The text for people.
    pub sub_msg: String,
    /// When.
    pub when: String,
}

#[derive(Clone)]
struct Guide {
    portal: Arc<Portal>,
    methods: Arc<Vec<MethodShown>>,
}

#[derive(Template)]
#[template(path = "sandbox_methods.html")]
struct MethodsPage<'a> {
    f: Frame<'a>,
    methods: &'a [MethodShown],
}

/// The route of the guide. Only for worlds for trying out.
pub fn method_routes(portal: Arc<Portal>, methods: Vec<MethodShown>) -> Router {
    let router = Router::new().route("/sandbox/methods", get(show));
    let guarded = router.layer(middleware::from_fn(guard::guard));
    guarded.with_state(Guide { portal, methods: Arc::new(methods) })
}

async fn show(State(guide): State<Guide>, visitor: Visitor, headers: HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let f = visitor.frame(&guide.portal);
        return page(StatusCode::OK, &MethodsPage { f, methods: &guide.methods });
    }
    answer(json!({ "methods": *guide.methods })).into_response()
}
