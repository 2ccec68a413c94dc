//! One call to a merchant's server.

use crate::address::{AddressRefused, Guard, Reach};
use crate::failure::{Failure, SUCCESS, judge};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use std::error::Error as _;
use std::time::Duration;

/// Bytes of an answer that are read at most; the right one has seven.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Idle connections kept per merchant.
const IDLE_PER_HOST: usize = 2;
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(20);

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
        let status = answer.status().as_u16();
        if status != 200 {
            return judge(status, &[]);
        }
        judge(status, &self.start_of(answer).await?)
    }

    /// The start of the body, one byte longer than the right one. The rest is read, within bounds, so that the
    /// connection can be used again.
    async fn start_of(&self, mut answer: Response) -> Result<Vec<u8>, Failure> {
        let (mut start, mut length) = (Vec::with_capacity(SUCCESS.len() + 1), 0);
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failure_of(&error))? {
            let room = SUCCESS.len() + 1 - start.len();
            start.extend_from_slice(&chunk[..chunk.len().min(room)]);
            length += chunk.len();
            if length > ANSWER_BYTES_MAX {
                break;
            }
        }
        Ok(start)
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
