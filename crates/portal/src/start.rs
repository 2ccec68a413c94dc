//! The first page of a world: where things are.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    f: Frame<'a>,
    gateway: String,
}

/// Shows it.
pub(crate) async fn show(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    let gateway = format!("{}/gateway.do", portal.world.base_url);
    page(StatusCode::OK, &StartPage { f: visitor.frame(&portal), gateway })
}
