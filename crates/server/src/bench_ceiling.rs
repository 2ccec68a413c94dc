//! The ceiling of the gateway: the same sockets, HTTP settings, threads and allocator, and per request one RSA-2048
//! check and one RSA-2048 signature over texts of the usual lengths, right where the request is read. Nothing is
//! parsed, decided or kept. What a gateway with such signatures can reach on a machine ends here.

use crate::bench::BenchArgs;
use crate::front::Front;
use crate::{listen, threads};
use anyhow::{Context, anyhow};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, header};
use axum::routing::post;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;
use wire::sign::{PrivateKey, SignType};

/// As long as the text that the signature of the bench's payment covers.
const ASKED_BYTES: usize = 390;
/// As long as the answer to the bench's payment.
const ANSWER_BYTES: usize = 420;
/// Longest body that is read.
const BODY_BYTES_MAX: usize = 1024 * 1024;

struct Work {
    key: PrivateKey,
    asked: Vec<u8>,
    signature: Vec<u8>,
    answer: String,
}

/// Where the ceiling tells its address.
pub(crate) fn address_file(data: &Path) -> PathBuf {
    data.join("ceiling.addr")
}

/// Serves until standard input ends. Started by the gateway's bench as a process of its own.
pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    threads::runtime()?.block_on(serve(args))
}

async fn serve(args: &BenchArgs) -> anyhow::Result<()> {
    let key = wire::keygen::rsa_2048().map_err(|error| anyhow!("no key: {error}"))?;
    let asked = vec![b'a'; ASKED_BYTES];
    let signature = key.sign_bytes(SignType::Rsa2, &asked);
    let head = "{\"alipay_trade_pay_response\":{\"code\":\"10000\",\"msg\":\"Success\",\"filler\":\"";
    let answer = format!("{head}{}\"}}", "f".repeat(ANSWER_BYTES - head.len()));
    let routes = Router::new().route("/gateway.do", post(work)).with_state(Arc::new(Work {
        key,
        asked,
        signature,
        answer,
    }));
    let listeners = listen::open(&["127.0.0.1:0".to_owned()], false).await?;
    let address = listeners.addresses.first().context("no address")?.to_string();
    let (_stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(listeners.serve(Front::of(routes), stopped));
    // Renamed into place, so that nobody reads half an address.
    let (path, fresh) = (address_file(&args.data), args.data.join("ceiling.new"));
    std::fs::write(&fresh, address)
        .and_then(|()| std::fs::rename(&fresh, &path))
        .context("no address file")?;
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _told = ended.await;
    serving.abort();
    Ok(())
}

async fn work(State(work): State<Arc<Work>>, request: Request) -> Response<Body> {
    let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await.unwrap_or_default();
    let asked = work.key.public_key().verify_bytes(SignType::Rsa2, &work.asked, &work.signature);
    let answer = if asked && !body.is_empty() {
        let sign = work.key.sign(SignType::Rsa2, work.answer.as_bytes());
        [&work.answer, ",\"sign\":\"", &sign, "\"}"].concat()
    } else {
        String::new()
    };
    let mut response = Response::new(Body::from(answer));
    let content_type = axum::http::HeaderValue::from_static("text/html;charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
