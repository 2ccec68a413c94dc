//! The apps of `web/`, inside the program.
//!
//! Why a room of its own: whoever installs Tongbao copies one file, so what a browser runs has to be in it; and not
//! every line of what a browser runs is ours, so it is served with strict headers, by a room that knows nothing of
//! money. An app asks `/api/v1` as any other client does. Nothing is built here: `web/` builds, `build.rs` takes what
//! it finds, and a page stands in for what is missing. A file is found by its exact name in a table of the files
//! inside the program, so no path leads anywhere else.
//!
//! Reading order: `embedded` (where the files come from), `files` (which one a path means), `kinds`, `asked`, `serve`.

mod asked;
mod embedded;
mod files;
mod kinds;
mod serve;

use axum::Router;

/// The apps under `/app/*`; `/app` leads to the wallet. Each way on is told relative to the path that was asked for, so
/// that it is right behind any path of the world's address.
pub fn routes() -> Router {
    serve::routes(embedded::files())
}
