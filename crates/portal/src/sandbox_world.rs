//! `/sandbox/world`: what the world was made from, and beginning it anew.
//!
//! Beginning anew is the server's work ([`WorldHands`]), because it closes and opens the books.

use crate::guard;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Most bytes of a request.
const BODY_BYTES_MAX: usize = 4 * 1024;

/// A world as its developers see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WorldFace {
    /// Its name.
    pub name: String,
    /// What its numbers follow from; absent when chance gives them.
    pub seed: Option<u64>,
    /// Where its clock stood at first, China time; absent when it began with real time.
    pub starts_at: Option<String>,
    /// How often it began anew since the server was started.
    pub resets: u64,
}

/// Why a world did not begin anew.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotReset {
    /// Somebody else resets it, or the server is being stopped.
    #[error("somebody else reset the world at the same moment; this call did nothing")]
    Busy,
    /// Nothing was done, and nothing was thrown away.
    #[error("{0}")]
    Refused(String),
    /// It may stand still until the server is started again.
    #[error("the world could not begin anew; the server ends, and its next start finishes it")]
    Failed,
}

/// Marks a request that came while the world began anew, and waited for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waited;

/// The answer of [`WorldHands::reset`].
pub type Resetting<'a> = Pin<Box<dyn Future<Output = Result<WorldFace, NotReset>> + Send + 'a>>;

/// Shows a world and lets it begin anew.
pub trait WorldHands: Send + Sync {
    /// What it is.
    fn face(&self) -> WorldFace;

    /// Throws away all that happened since it was seeded. Parties, apps, keys and passwords of the seeding are the same
    /// afterwards; what was made since is gone, and nobody is signed in. Ready when the new books answer.
    fn reset(&self) -> Resetting<'_>;
}

/// The routes under `/sandbox/world`. Only for worlds for trying out.
pub fn world_routes(hands: Arc<dyn WorldHands>) -> Router {
    let router = Router::new().route("/sandbox/world", get(show)).route("/sandbox/world/reset", post(reset));
    let guarded =
        router.layer(middleware::from_fn(guard::guard)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    guarded.with_state(hands)
}

type Hands = State<Arc<dyn WorldHands>>;

/// What has no fields, so that a field is found to be a mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

async fn show(State(hands): Hands) -> Answer {
    told(&hands.face())
}

async fn reset(
    State(hands): Hands,
    waited: Option<Extension<Waited>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let NoFields {} = read(&headers, &body)?;
    // One that came while another was under way would throw away what its asker has begun since.
    let reset = async { if waited.is_some() { Err(NotReset::Busy) } else { hands.reset().await } };
    let done = reset.await.map_err(|error| match error {
        NotReset::Busy => SandboxError::new(StatusCode::CONFLICT, "world_busy", error),
        NotReset::Refused(_) => SandboxError::new(StatusCode::CONFLICT, "not_reset", error),
        NotReset::Failed => SandboxError::new(StatusCode::INTERNAL_SERVER_ERROR, "reset_failed", error),
    })?;
    told(&done)
}

fn told(face: &WorldFace) -> Answer {
    answer(serde_json::to_value(face).map_err(SandboxError::broken)?)
}
