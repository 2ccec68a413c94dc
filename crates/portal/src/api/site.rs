//! `/api/v1/site`: where this platform is and what works there, for whoever is not signed in yet.

use crate::people::{home, origin_of};
use crate::portal::Portal;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The call of the site.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(show))
}

/// What a page or an app must know of the platform before anybody signs in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Site {
    /// The path that all its pages and calls begin with, without a slash at the end; empty where they begin at the
    /// host.
    root: String,
    /// The origin that it tells others, as a browser writes it.
    origin: String,
    /// The origin under which passkeys work: the same, or on this machine the one with the name `localhost`; absent
    /// where there are none.
    passkey_origin: Option<String>,
    /// Whether the world is for trying out.
    sandbox: bool,
    /// The id of its books, another one after the world began anew, in what was restored from a backup, and in a folder
    /// that was taken over: what was kept of other books is worth nothing.
    world: String,
}

/// Where the platform is, whether passkeys work there, and which books it has.
#[utoipa::path(
    get,
    path = "/site",
    tag = "site",
    responses((status = 200, description = "The site.", body = Site))
)]
pub(crate) async fn show(State(portal): State<Arc<Portal>>) -> Json<Site> {
    let (_, passkey_origin) = home(&portal).unzip();
    Json(Site {
        root: portal.root.clone(),
        origin: origin_of(&portal.world.base_url),
        passkey_origin,
        sandbox: portal.world.sandbox,
        world: portal.books_id.clone(),
    })
}
