//! `/sandbox/accounts/{party}/statements/YYYY-MM-DD.xml`: an account on a day that is over, as ISO 20022.

use crate::portal::Portal;
use crate::sandbox::{SandboxError, party_of};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use base::Day;
use bill::{BillError, STATEMENT_LINES_MAX, account_statement};
use std::sync::Arc;

/// The statement as a file.
pub(crate) async fn statement(
    State(portal): State<Arc<Portal>>,
    Path((party, file)): Path<(String, String)>,
) -> Result<Response, SandboxError> {
    let party = party_of(&portal, None, Some(&party)).await?;
    let day: Day = file
        .strip_suffix(".xml")
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| SandboxError::bad("bad_day", "a statement is called YYYY-MM-DD.xml"))?;
    if day >= Day::of(portal.door.now_us()) {
        return Err(SandboxError::conflict(
            "day_not_over",
            "this day is not over; its statement may still change",
        ));
    }
    let busy =
        || SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "statements are not ready; try again");
    if !portal.is_posted().await {
        return Err(busy());
    }
    match portal.read_held(move |reader| Ok(account_statement(reader, party, day))).await {
        Some(Ok(text)) => {
            let mut response = Response::new(Body::from(text));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
        Some(Err(BillError::TooLong)) => {
            let message = format!("this day has more than {STATEMENT_LINES_MAX} lines; use the account bill");
            Err(SandboxError::conflict("too_long", message))
        }
        Some(Err(error)) => {
            tracing::error!(%error, "a statement cannot be made");
            Err(SandboxError::broken("the statement cannot be made"))
        }
        None => Err(busy()),
    }
}
