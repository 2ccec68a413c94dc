//! `/api/v1/ops`: what those who run the platform see and do. Who may ask what is in the one table of `access`.
//!
//! Looking changes nothing and has bounds: each call says how many rows it looks at. What it tells is read from the
//! posted tables, except where a decision is told that was made a moment ago.

mod accounts;
pub(crate) mod balance;
mod configuration;
mod entries;
mod event;
mod health;
mod limits;
mod orders;
mod parties;
mod person;
pub(crate) mod read;
mod search;
mod shapes;
mod timeline;
mod worlds;

pub(crate) use health::HealthKept;
pub use worlds::SandboxHands;

use crate::portal::Portal;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of the console; paths are below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(search::search))
        .routes(routes!(parties::party))
        .routes(routes!(person::person))
        .routes(routes!(person::deals))
        .routes(routes!(orders::orders))
        .routes(routes!(orders::order))
        .routes(routes!(accounts::chart))
        .routes(routes!(accounts::accounts))
        .routes(routes!(entries::entries))
        .routes(routes!(balance::trial_balance))
        .routes(routes!(balance::transit))
        .routes(routes!(health::health))
        .routes(routes!(configuration::configuration))
        .routes(routes!(worlds::world))
        .routes(routes!(worlds::move_clock))
        .routes(routes!(worlds::set_fault))
        .routes(routes!(worlds::clear_fault))
}
