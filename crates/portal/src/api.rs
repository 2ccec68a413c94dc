//! `/api/v1`: the JSON API of persons and of what they see, as apps and our own pages ask it.
//!
//! One request: `guard` (other sites' pages), [`access`] (what is not in the table does not happen), the handler, and
//! [`problem`] (one form of saying no). What the API is, is told by the code itself: see [`openapi`].

pub(crate) mod access;
mod agreements;
mod bank_orders;
mod bills;
mod cards;
mod collect;
mod counter_codes;
pub(crate) mod desk;
mod events;
mod given;
mod key;
mod limits;
mod notices;
pub(crate) mod openapi;
mod ops;
mod orders;
pub(crate) mod page;
mod pay_codes;
mod payments;
mod pockets;
pub(crate) mod problem;
pub(crate) mod refund_requests;
mod seller_acts;
mod seller_apps;
pub(crate) mod seller_staff;
mod seller_stores;
mod sellers;
mod site;
mod streams;
mod transfers;

pub(crate) use key::Key;
pub(crate) use ops::HealthKept;
pub use ops::SandboxHands;
pub(crate) use streams::Streams;

use crate::people;
use crate::portal::Portal;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::timestamp::format_cn;

/// Where the API begins.
pub(crate) const PREFIX: &str = "/api/v1";

/// A moment as the API writes it: RFC 3339 of China time, fractions cut off.
pub(crate) fn moment(at_us: i64) -> String {
    format!("{}+08:00", format_cn(at_us).replace(' ', "T"))
}

/// The status of a call with a key: what was made before is told, not made.
fn first_or_again(replayed: bool) -> StatusCode {
    if replayed { StatusCode::OK } else { StatusCode::CREATED }
}

/// The calls with their descriptions, by what they are about; paths are without [`PREFIX`].
fn parts() -> [OpenApiRouter<Arc<Portal>>; 23] {
    [
        OpenApiRouter::default().routes(routes!(openapi::tell)),
        site::routes(),
        people::routes(),
        bills::routes(),
        cards::routes(),
        pockets::routes(),
        bank_orders::routes(),
        transfers::routes(),
        orders::routes(),
        payments::routes(),
        pay_codes::routes(),
        collect::routes(),
        agreements::routes(),
        events::routes(),
        notices::routes(),
        limits::routes(),
        seller_staff::routes(),
        seller_acts::routes(),
        seller_stores::routes(),
        seller_apps::routes(),
        sellers::routes(),
        ops::routes(),
        desk::routes(),
    ]
}

/// All calls.
fn calls() -> OpenApiRouter<Arc<Portal>> {
    parts().into_iter().fold(OpenApiRouter::default(), OpenApiRouter::merge)
}

/// The routes of the API.
pub(crate) fn routes(portal: &Arc<Portal>) -> Router<Arc<Portal>> {
    let calls = calls()
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(portal.clone(), access::check))
        .layer(middleware::map_response(problem::write));
    Router::new().nest(PREFIX, calls.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_its_distance_from_utc() {
        assert_eq!(moment(0), "1970-01-01T08:00:00+08:00");
        assert_eq!(moment(1_767_294_245_999_999), "2026-01-02T03:04:05+08:00");
    }
}
