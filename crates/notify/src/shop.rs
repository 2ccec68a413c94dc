//! One call to a merchant's server.

use crate::address::{AddressRefused, Guard, Reach};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode};
use std::error::Error as _;
use std::time::Duration;

/// What a merchant answers, byte for byte.
const SUCCESS: &[u8] = b"success";
/// Bytes of an answer that are read at most; the right one has seven.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Idle connections kept per merchant.
const IDLE_PER_HOST: usize = 2;
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(20);

/// Why an attempt does not count as delivered. The texts name no address and repeat nothing of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("not called: {0}")]
    Refused(#[from] AddressRefused),
    #[error("no connection")]
    NoConnection,
    #[error("no answer within {} ms", .0.as_millis())]
    TooSlow(Duration),
    #[error("answered with HTTP {0}")]
    Status(u16),
    #[error("answered HTTP 200, but the body is not `success`")]
    WrongBody,
    #[error("the answer was cut off or is no HTTP")]
    Broken,
}

impl Failure {
    /// Whether the merchant's server is gone or slow, so that more calls at once would only wait.
    pub(crate) fn is_slow(self) -> bool {
        match self {
            Failure::NoConnection | Failure::TooSlow(_) => true,
            Failure::Refused(_) | Failure::Status(_) | Failure::WrongBody | Failure::Broken => false,
        }
    }
}

/// How merchants are called.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    client: Client,
    reach: Reach,
    timeout: Duration,
}

impl Caller {
    /// A caller whose whole call takes `timeout` at most, `connect` of it until the connection stands.
    pub(crate) fn new(reach: Reach, connect: Duration, timeout: Duration) -> Caller {
        // Another part of the process may have chosen its provider already.
        let _chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let builder = || {
            Client::builder()
                .dns_resolver(Guard(reach))
                .redirect(reqwest::redirect::Policy::none())
                // A proxy would connect to where it likes, past the guard.
                .no_proxy()
                .referer(false)
                .http1_only()
                .connect_timeout(connect)
                .timeout(timeout)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .pool_idle_timeout(IDLE)
                .user_agent(concat!("tongbao/", env!("CARGO_PKG_VERSION")))
        };
        let client = builder().build().unwrap_or_else(|error| {
            tracing::warn!(%error, "no root certificates on this machine: https notifications will fail");
            let bare = builder().tls_certs_only([]).build();
            bare.expect("a client without root certificates needs nothing of the machine")
        });
        Caller { client, reach, timeout }
    }

    /// Sends one form. `Ok` only for HTTP 200 with the body `success`, exactly.
    pub(crate) async fn post(&self, url: &str, content_type: String, form: String) -> Result<(), Failure> {
        let url = self.reach.check(url)?;
        let request = self.client.post(url).header(CONTENT_TYPE, content_type).body(form);
        let answer = request.send().await.map_err(|error| self.failure_of(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(Failure::Status(answer.status().as_u16()));
        }
        if self.says_success(answer).await? { Ok(()) } else { Err(Failure::WrongBody) }
    }

    async fn says_success(&self, mut answer: Response) -> Result<bool, Failure> {
        let (mut start, mut length) = (Vec::with_capacity(SUCCESS.len()), 0);
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failure_of(&error))? {
            let room = SUCCESS.len() - start.len();
            start.extend_from_slice(&chunk[..chunk.len().min(room)]);
            length += chunk.len();
            if length > ANSWER_BYTES_MAX {
                return Ok(false);
            }
        }
        Ok(length == SUCCESS.len() && start == SUCCESS)
    }

    fn failure_of(&self, error: &reqwest::Error) -> Failure {
        let mut cause = error.source();
        while let Some(at) = cause {
            if let Some(refused) = at.downcast_ref::<AddressRefused>() {
                return Failure::Refused(*refused);
            }
            cause = at.source();
        }
        if error.is_connect() {
            Failure::NoConnection
        } else if error.is_timeout() {
            Failure::TooSlow(self.timeout)
        } else {
            Failure::Broken
        }
    }
}
