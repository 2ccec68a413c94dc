//! The front of all worlds: finds the world of a request, answers health checks, and says kindly what is not here.

use crate::proxies::Proxies;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::{PartyId, Slot};
use cell::{CellError, Door};
use engine::FindParty;
use portal::ClientAddress;
use serde_json::json;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tower::ServiceExt;

/// How long a health check waits for the cell. A cell that needs longer is not well.
const HEALTH_WAIT: Duration = Duration::from_secs(2);

/// How long a request waits for a world that begins anew.
const RESET_WAIT: Duration = Duration::from_secs(10);

/// Everything that is served.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    world: Arc<str>,
    proxies: Proxies,
    /// Absent while the world begins anew.
    routes: watch::Receiver<Option<Router>>,
}

/// All routes of an open world.
pub(crate) fn whole(door: Door, routes: Router) -> Router {
    let own = Router::new().route("/healthz", get(health)).with_state(door);
    routes.merge(own).fallback(not_here)
}

impl Front {
    /// The front of one world, which is also the one that a path without a world means.
    pub(crate) fn new(world: &str, routes: watch::Receiver<Option<Router>>) -> Front {
        Front { world: Arc::from(world), proxies: Proxies::default(), routes }
    }

    /// The same behind these proxies.
    pub(crate) fn behind(self, trusted: &[IpAddr]) -> Front {
        Front { proxies: Proxies::new(trusted), ..self }
    }

    /// A front without a world: these routes and nothing else.
    pub(crate) fn of(routes: Router) -> Front {
        Front::new("", watch::channel(Some(routes)).1)
    }

    /// The routes, once there are any.
    async fn routes(&mut self, request: &mut Request<Body>) -> Option<Router> {
        if let Some(routes) = &*self.routes.borrow() {
            return Some(routes.clone());
        }
        request.extensions_mut().insert(portal::Waited);
        let there = tokio::time::timeout(RESET_WAIT, self.routes.wait_for(Option::is_some)).await;
        there.ok()?.ok()?.clone()
    }

    /// Answers a request.
    pub(crate) async fn serve(mut self, mut request: Request<Body>) -> Result<Response, Infallible> {
        if let Some(ClientAddress(peer)) = request.extensions().get().copied() {
            let client = self.proxies.client(peer, request.headers());
            request.extensions_mut().insert(ClientAddress(client));
        }
        match in_world(&self.world, request.uri()) {
            Place::Here => {}
            Place::Inside(uri) => *request.uri_mut() = uri,
            Place::Elsewhere => {
                let path = inner_path(request.uri().path());
                let words = "There is no such world on this server.\n";
                return Ok(refused(path, StatusCode::NOT_FOUND, "world_not_found", words));
            }
        }
        let Some(routes) = self.routes(&mut request).await else {
            let words = "The world begins anew; try again.\n";
            return Ok(refused(
                request.uri().path(),
                StatusCode::SERVICE_UNAVAILABLE,
                "world_begins_anew",
                words,
            ));
        };
        routes.oneshot(request).await
    }
}

/// What a path says about its world.
#[derive(PartialEq, Eq, Debug)]
enum Place {
    /// No world is named.
    Here,
    /// This world is named; the address without its name.
    Inside(Uri),
    /// Another one is named.
    Elsewhere,
}

fn in_world(world: &str, uri: &Uri) -> Place {
    let Some(named) = uri.path().strip_prefix("/w/") else { return Place::Here };
    let (name, rest) =
        named.split_once('/').map_or((named, "/".to_owned()), |(name, rest)| (name, format!("/{rest}")));
    if name != world {
        return Place::Elsewhere;
    }
    let target = uri.query().map_or_else(|| rest.clone(), |query| format!("{rest}?{query}"));
    let mut parts = uri.clone().into_parts();
    match target.parse() {
        Ok(target) => parts.path_and_query = Some(target),
        Err(_) => return Place::Elsewhere,
    }
    Uri::from_parts(parts).map_or(Place::Elsewhere, Place::Inside)
}

/// Whether the cell decides, and how far posting is behind. `ok` is false, with status 503, when it does not.
async fn health(State(door): State<Door>) -> Response {
    let asked = door.ask(FindParty { party: PartyId::platform(Slot::PLATFORM) });
    let answered =
        matches!(tokio::time::timeout(HEALTH_WAIT, asked).await, Ok(Ok(_) | Err(CellError::Refused(_))));
    let stats = door.stats();
    let posted_sequence = *door.posted().borrow();
    let posting_fails = stats.posting_fails.load(Ordering::Relaxed);
    let body = json!({
        "ok": answered && !posting_fails,
        "answers": answered,
        "posting_fails": posting_fails,
        "posted_sequence": posted_sequence,
        "backlog_rows": stats.backlog_rows.load(Ordering::Relaxed),
        "batches": stats.batches.load(Ordering::Relaxed),
        "commands": stats.commands.load(Ordering::Relaxed),
        "busy": stats.busy.load(Ordering::Relaxed),
        "reopened": stats.reopened.load(Ordering::Relaxed),
    });
    let status = if answered && !posting_fails { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (
        status,
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")],
        body.to_string(),
    )
        .into_response()
}

async fn not_here(uri: Uri) -> Response {
    let words = "There is nothing here. The gateway is at /gateway.do, the start page at /.\n";
    refused(uri.path(), StatusCode::NOT_FOUND, "not_found", words)
}

/// The path inside a world, of a path that names one.
fn inner_path(path: &str) -> &str {
    let named = path.strip_prefix("/w/").unwrap_or(path);
    named.find('/').map_or("/", |at| &named[at..])
}

/// A "no" of ours: in the API's form where a program of the API asks, else in words.
fn refused(path: &str, status: StatusCode, code: &str, words: &'static str) -> Response {
    let mut response = if portal::is_of_api(path) {
        portal::problem(status, code, words.trim_end())
    } else {
        let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (status, plain, words).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_name_its_world() {
        let place = |text: &str| in_world("default", &text.parse().unwrap());
        let inside = |text: &str| Place::Inside(text.parse().unwrap());
        assert_eq!(place("/gateway.do?a=1"), Place::Here);
        assert_eq!(place("/w/default/gateway.do?a=1&b=%2F"), inside("/gateway.do?a=1&b=%2F"));
        assert_eq!(place("/w/default"), inside("/"));
        assert_eq!(place("/w/default/"), inside("/"));
        assert_eq!(place("http://host:1/w/default/qr/x"), inside("http://host:1/qr/x"));
        for elsewhere in ["/w/other/gateway.do", "/w/", "/w/defaul", "/w/default2/x"] {
            assert_eq!(place(elsewhere), Place::Elsewhere, "{elsewhere}");
        }
        assert_eq!(inner_path("/w/other/api/v1/me"), "/api/v1/me");
        assert_eq!((inner_path("/w/other"), inner_path("/w/")), ("/", "/"));
    }

    /// What the front says by itself: status, media type, body.
    async fn said(front: &Front, path: &str) -> (u16, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let Ok(response) = front.clone().serve(request).await;
        let (status, kind) = (response.status().as_u16(), response.headers()[header::CONTENT_TYPE].clone());
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        (status, kind.to_str().unwrap().to_owned(), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn where_a_program_of_the_api_asks_the_front_answers_in_its_form() {
        let open = Front::new("default", watch::channel(Some(Router::new().fallback(not_here))).1);
        // Nobody is there who could show any, so that nobody waits for them.
        let anew = Front::new("default", watch::channel(None).1);
        for (front, path, status, code) in [
            (&open, "/api/v2/me", 404, "not_found"),
            (&open, "/w/default/api/v2/me", 404, "not_found"),
            (&open, "/w/other/api/v1/me", 404, "world_not_found"),
            (&anew, "/api/v1/me", 503, "world_begins_anew"),
            (&anew, "/w/default/api/v1/me", 503, "world_begins_anew"),
        ] {
            let (found, kind, body) = said(front, path).await;
            assert_eq!((found, kind.as_str()), (status, "application/problem+json"), "{path}");
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!(status)), "{path}");
        }
        for (front, path) in [(&open, "/nothing"), (&open, "/w/other/gateway.do"), (&anew, "/wallet")] {
            let (_, kind, body) = said(front, path).await;
            assert_eq!(kind, "text/plain; charset=utf-8", "{path}");
            assert!(body.ends_with('\n') && !body.starts_with('{'), "{body}");
        }
    }
}
