//! Style, script and wordmark: files of the binary.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// How long browsers may keep them: short, so that an update of the server is seen soon.
const KEEP: &str = "public, max-age=300";

/// Serves one of them.
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "portal.css" => ("text/css; charset=utf-8", include_str!("../assets/portal.css")),
        "cashier.css" => ("text/css; charset=utf-8", include_str!("../assets/cashier.css")),
        "cashier.js" => ("text/javascript; charset=utf-8", include_str!("../assets/cashier.js")),
        "portal.js" => ("text/javascript; charset=utf-8", include_str!("../assets/portal.js")),
        "passkey.js" => ("text/javascript; charset=utf-8", include_str!("../assets/passkey.js")),
        "tongbao.svg" => ("image/svg+xml", include_str!("../assets/tongbao.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, KEEP)], text).into_response()
}
