//! `GET /app-code`: the picture of a code that the gateway made for an app.

use crate::picture::qr_code;
use crate::portal::Portal;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    link: String,
    proof: String,
}

/// Draws the code, when it was made here.
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let is_own = |wanted: &Wanted| portal.world.is_app_code_proof(&wanted.link, &wanted.proof);
    let link = wanted.ok().filter(|Query(wanted)| is_own(wanted)).map(|Query(wanted)| wanted.link);
    match link.and_then(|link| qr_code(&link)) {
        Some(picture) => {
            let (width, height, path) = (picture.width, picture.height, picture.path);
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
                shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/>\
                <path d=\"{path}\"/></svg>"
            );
            ([(CONTENT_TYPE, "image/svg+xml")], svg).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
