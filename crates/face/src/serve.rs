//! How a file is answered: its form, its headers, and what the pages of the apps may do.

use crate::asked;
use crate::files::{File, Files, Found};
use axum::Router;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION, REFERRER_POLICY,
    VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// Everything comes from us and nothing from within a page; WebAssembly reads codes that a camera sees, and pictures
/// may be made on the spot. No page is framed, none sends a form elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
                      font-src 'self'; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; \
                      form-action 'self'";
/// The camera scans codes. Nothing else of a device is asked for, so nothing else can be.
const PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), \
                           display-capture=()";
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The routes of these files.
pub(crate) fn routes(files: Arc<Files>) -> Router {
    Router::new()
        .route("/app", get(serve))
        .route("/app/", get(serve))
        .route("/app/{*path}", get(serve))
        .layer(middleware::map_response(protect))
        .with_state(files)
}

async fn serve(State(files): State<Arc<Files>>, uri: Uri, headers: HeaderMap) -> Response {
    match files.find(uri.path()) {
        Found::File(file) => answer(file, &headers),
        Found::Elsewhere(to) => lead(&to),
        Found::Nothing => {
            let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
            (StatusCode::NOT_FOUND, headers, "There is no such app or file. /app/ leads to the wallet.\n")
                .into_response()
        }
    }
}

fn answer(file: &File, request: &HeaderMap) -> Response {
    let (form, coding) = file.form_for(request);
    let mut response = if asked::has(request, &form.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = form.bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
        if let Some(coding) = coding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, form.tag.clone());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(file.keep));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if file.is_worker {
        // Its own folder: one app answers for no other.
        headers.insert(WORKER_ALLOWED, HeaderValue::from_static("./"));
    }
    response
}

fn lead(to: &str) -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    // Names of ours alone; one that no header can hold is none.
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Made;
    use axum::body::{Body, Bytes};
    use axum::http::Request;
    use axum::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_LENGTH, IF_NONE_MATCH};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    struct Answer {
        status: StatusCode,
        headers: HeaderMap,
        text: String,
    }

    impl Answer {
        fn header(&self, name: HeaderName) -> &str {
            self.headers.get(name).map_or("", |value| value.to_str().unwrap())
        }
    }

    async fn ask(verb: &str, path: &str, more: &[(HeaderName, &str)]) -> Answer {
        let made = |(hash, name): (u8, &str)| Made {
            name: name.to_owned(),
            bytes: Bytes::from(format!("the text of {name}")),
            hash: [hash; 32],
        };
        let names = [
            (1, "wallet/index.html"),
            (2, "wallet/index.html.br"),
            (3, "wallet/index.html.gz"),
            (4, "wallet/sw.js"),
            (5, "assets/app-BxY12abC.js"),
            (6, "assets/strange.xyz"),
        ];
        let files = Arc::new(Files::of(names.map(made)));
        let mut request = Request::builder().method(verb).uri(path);
        for (name, value) in more {
            request = request.header(name, *value);
        }
        let answer = routes(files).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    #[tokio::test]
    async fn a_file_is_sent_as_what_it_is() {
        for (path, kind, keep) in [
            ("/app/wallet/", "text/html; charset=utf-8", "no-cache"),
            ("/app/wallet/index.html", "text/html; charset=utf-8", "no-cache"),
            ("/app/wallet/sw.js", "text/javascript; charset=utf-8", "no-cache"),
            (
                "/app/assets/app-BxY12abC.js",
                "text/javascript; charset=utf-8",
                "public, max-age=31536000, immutable",
            ),
            ("/app/assets/strange.xyz", "application/octet-stream", "no-cache"),
        ] {
            let answer = ask("GET", path, &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(answer.text.starts_with("the text of "), "{path}");
            assert_eq!(answer.header(CONTENT_TYPE), kind, "{path}");
            assert_eq!(answer.header(CACHE_CONTROL), keep, "{path}");
            assert_eq!(answer.header(VARY), "accept-encoding", "{path}");
            assert_eq!(answer.header(CONTENT_ENCODING), "", "{path}");
        }
    }

    #[tokio::test]
    async fn the_smallest_form_is_sent_that_the_browser_takes() {
        for (takes, coding, text) in [
            ("gzip, br", "br", "the text of wallet/index.html.br"),
            ("gzip", "gzip", "the text of wallet/index.html.gz"),
            ("br;q=0, gzip;q=0.5", "gzip", "the text of wallet/index.html.gz"),
            ("identity", "", "the text of wallet/index.html"),
        ] {
            let answer = ask("GET", "/app/wallet/", &[(ACCEPT_ENCODING, takes)]).await;
            assert_eq!((answer.header(CONTENT_ENCODING), answer.text.as_str()), (coding, text), "{takes}");
            assert_eq!(answer.header(CONTENT_TYPE), "text/html; charset=utf-8", "{takes}");
            assert_eq!(answer.header(CONTENT_LENGTH), text.len().to_string(), "{takes}");
        }
        let whole = ask("GET", "/app/wallet/sw.js", &[(ACCEPT_ENCODING, "gzip, br")]).await;
        assert_eq!((whole.header(CONTENT_ENCODING), whole.text.as_str()), ("", "the text of wallet/sw.js"));
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again() {
        let first = ask("GET", "/app/wallet/", &[]).await;
        let tag = first.header(ETAG);
        assert_eq!(tag, "\"01010101010101010101010101010101\"");
        let again = ask("GET", "/app/wallet/", &[(IF_NONE_MATCH, tag)]).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!((again.header(ETAG), again.header(CACHE_CONTROL)), (tag, "no-cache"));
        assert_eq!(again.header(VARY), "accept-encoding");
        // Another form of the file is another thing to have.
        let other = ask("GET", "/app/wallet/", &[(IF_NONE_MATCH, tag), (ACCEPT_ENCODING, "br")]).await;
        assert_eq!(
            (other.status, other.header(ETAG)),
            (StatusCode::OK, "\"02020202020202020202020202020202\"")
        );
    }

    #[tokio::test]
    async fn an_app_is_found_without_its_slash() {
        for (path, to) in [("/app", "app/wallet/"), ("/app/", "wallet/"), ("/app/wallet", "wallet/")] {
            let answer = ask("GET", path, &[]).await;
            assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{path}");
            assert_eq!((answer.header(LOCATION), answer.header(CACHE_CONTROL)), (to, "no-cache"), "{path}");
        }
    }

    #[tokio::test]
    async fn no_path_leads_out() {
        for path in [
            "/app/wallet/../../etc/passwd",
            "/app/%2e%2e/%2e%2e/etc/passwd",
            "/app/..%2f..%2fetc%2fpasswd",
            "/app/%ff",
            "/app//etc/passwd",
            "/app/merchant/",
            "/app/wallet/index.html.br",
        ] {
            let answer = ask("GET", path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.header(CACHE_CONTROL), "no-store", "{path}");
        }
    }

    #[tokio::test]
    async fn files_are_read_and_nothing_else() {
        let head = ask("HEAD", "/app/wallet/", &[]).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
        assert_eq!(head.header(CONTENT_LENGTH), "the text of wallet/index.html".len().to_string());
        for verb in ["POST", "PUT", "DELETE"] {
            let answer = ask(verb, "/app/wallet/", &[]).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{verb}");
            assert_eq!(answer.header(ALLOW), "GET,HEAD", "{verb}");
        }
    }

    #[tokio::test]
    async fn a_service_worker_answers_for_its_own_folder() {
        assert_eq!(ask("GET", "/app/wallet/sw.js", &[]).await.header(WORKER_ALLOWED), "./");
        for path in ["/app/wallet/", "/app/assets/app-BxY12abC.js"] {
            assert_eq!(ask("GET", path, &[]).await.header(WORKER_ALLOWED), "", "{path}");
        }
    }

    #[tokio::test]
    async fn every_answer_has_strict_headers() {
        for (verb, path) in [
            ("GET", "/app/wallet/"),
            ("GET", "/app/wallet/sw.js"),
            ("GET", "/app"),
            ("GET", "/app/nothing"),
            ("POST", "/app/wallet/"),
        ] {
            let answer = ask(verb, path, &[]).await;
            let policy = answer.header(CONTENT_SECURITY_POLICY);
            let parts: Vec<&str> = policy.split("; ").collect();
            for part in ["default-src 'none'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'"] {
                assert!(parts.contains(&part), "{path}: {part}");
            }
            for part in ["frame-ancestors 'none'", "form-action 'self'", "img-src 'self' data: blob:"] {
                assert!(parts.contains(&part), "{path}: {part}");
            }
            assert!(parts.contains(&"script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            assert!(answer.header(PERMISSIONS_POLICY).starts_with("camera=(self), microphone=()"), "{path}");
            assert_eq!(answer.header(X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
            assert_eq!(answer.header(X_FRAME_OPTIONS), "DENY", "{path}");
            assert_eq!(answer.header(REFERRER_POLICY), "no-referrer", "{path}");
        }
    }
}
