//! A merchant's server on loopback that keeps every call and answers as the test says.

use crate::house::key;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use wire::canonical::{join_sorted, notify_text};
use wire::charset::Charset;
use wire::params::Params;
use wire::sign::SignType;

#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// This status and body.
    Answer(u16, &'static str),
    /// Elsewhere.
    Redirect(String),
    /// Nothing, for so long.
    Hang(Duration),
}

pub(crate) const SUCCESS: Say = Say::Answer(200, "success");

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// The decoded members, after checking the signature as every kind of verifier does.
    pub(crate) fn verified(&self, charset: Charset, sign_type: SignType) -> BTreeMap<String, String> {
        let params = Params::merge(None, Some(&self.body), Vec::new()).expect("a form");
        let sign = params.text("sign", charset).expect("text").expect("signed");
        assert_eq!(params.get("sign_type"), Some(sign_type.name().as_bytes()));
        assert!(params.get("alipay_cert_sn").is_none());
        assert!(params.iter().all(|(_, value)| !value.is_empty()), "no verifier agrees about empty values");
        // Verifiers that keep empty values, and those that drop them.
        let kept = join_sorted(params.iter().filter(|(name, _)| !matches!(*name, "sign" | "sign_type")));
        let dropped = notify_text(params.iter());
        assert!(key().public_key().verify(sign_type, &kept, &sign));
        assert!(key().public_key().verify(sign_type, &dropped, &sign));
        let decode = |bytes: &[u8]| charset.decode(bytes).expect("of the charset");
        params.iter().map(|(name, value)| (name.to_owned(), decode(value))).collect()
    }

    pub(crate) fn members(&self) -> BTreeMap<String, String> {
        self.verified(Charset::Utf8, SignType::Rsa2)
    }
}

struct Inside {
    say: Mutex<Say>,
    calls: Mutex<Vec<Call>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

pub(crate) struct Shop {
    pub(crate) port: u16,
    inside: Arc<Inside>,
    server: JoinHandle<()>,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shop {
    pub(crate) async fn open(say: Say) -> Shop {
        let inside = Arc::new(Inside {
            say: Mutex::new(say),
            calls: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let routes = Router::new().route("/{*path}", any(answer)).with_state(inside.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.expect("serves") });
        Shop { port, inside, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/notify?shop=1", self.port)
    }

    pub(crate) fn say(&self, say: Say) {
        *self.inside.say.lock().expect("whole") = say;
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.inside.calls.lock().expect("whole").clone()
    }

    /// The most calls that were under way at once.
    pub(crate) fn most(&self) -> usize {
        self.inside.most.load(Ordering::SeqCst)
    }

    pub(crate) async fn until_calls(&self, count: usize) -> Vec<Call> {
        for _ in 0..1_000 {
            let calls = self.calls();
            if calls.len() >= count {
                return calls;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} calls, not {count}", self.calls().len());
    }
}

/// Counts down even when the caller hangs up and the answer is dropped.
struct Under(Arc<Inside>);

impl Drop for Under {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(inside): State<Arc<Inside>>, headers: HeaderMap, body: Bytes) -> Response {
    let now = inside.now.fetch_add(1, Ordering::SeqCst) + 1;
    inside.most.fetch_max(now, Ordering::SeqCst);
    let under = Under(inside);
    assert!(headers.get(header::COOKIE).is_none());
    let content_type = headers[header::CONTENT_TYPE].to_str().expect("ASCII").to_owned();
    under.0.calls.lock().expect("whole").push(Call { content_type, body: body.to_vec() });
    let say = under.0.say.lock().expect("whole").clone();
    match say {
        Say::Answer(status, body) => (StatusCode::from_u16(status).expect("a status"), body).into_response(),
        Say::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Say::Hang(time) => {
            tokio::time::sleep(time).await;
            "success".into_response()
        }
    }
}
