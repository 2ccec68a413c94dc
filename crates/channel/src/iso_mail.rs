//! How messages go to a bank and come back: over HTTP, or over two folders that another program empties and fills.

use crate::http_bank::is_safe;
use crate::iso_files::{Received, digest, laid_in, lay_out};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// Most bytes of a mailbox that are read at once.
const MAILBOX_BYTES_MAX: usize = 64 << 20;
/// A connection must stand within this.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// An answer must be whole within this; the channel cuts off calls of its own too.
const ANSWER_TIME: Duration = Duration::from_secs(9);
/// Where messages are posted.
const SEND_PATH: &str = "/payments";
/// Where the bank's messages lie. They are left there: what was not kept durably may be asked for again.
const MAILBOX_PATH: &str = "/_mock/mailbox?leave";

/// The way to a bank that is spoken with in messages of ISO 20022.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IsoWay {
    /// HTTPS, or HTTP on this machine.
    Http {
        /// The address, such as `http://127.0.0.1:8090`.
        url: String,
    },
    /// Folders.
    Folders {
        /// Where we lay what the bank is to take.
        outbox: PathBuf,
        /// Where what the bank sent is laid.
        inbox: PathBuf,
    },
}

/// Why there is no such way.
#[derive(Debug, thiserror::Error)]
pub enum IsoWayError {
    /// The address.
    #[error("a bank's address is https://…, or http:// on this machine")]
    Address,
    /// A folder.
    #[error("{0} is no folder")]
    Folder(PathBuf),
    /// No HTTP client can be made.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A way that can be used.
#[derive(Debug)]
pub(crate) enum Mail {
    Http { client: Client, url: String },
    Folders { outbox: PathBuf, inbox: PathBuf },
}

/// A message in the mailbox.
#[derive(Deserialize)]
struct Letter {
    id: serde_json::Value,
    body: String,
}

impl Mail {
    pub(crate) fn open(way: &IsoWay) -> Result<Mail, IsoWayError> {
        match way {
            IsoWay::Http { url } if !is_safe(url) => Err(IsoWayError::Address),
            IsoWay::Http { url } => {
                // Another part of the process may have chosen its provider already.
                let _chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
                let client = Client::builder()
                    .no_proxy()
                    .redirect(Policy::none())
                    .connect_timeout(CONNECT_TIME)
                    .timeout(ANSWER_TIME)
                    .build()?;
                Ok(Mail::Http { client, url: url.trim_end_matches('/').to_owned() })
            }
            IsoWay::Folders { outbox, inbox } => {
                let missing = [outbox, inbox].into_iter().find(|folder| !folder.is_dir());
                match missing {
                    Some(folder) => Err(IsoWayError::Folder(folder.clone())),
                    None => Ok(Mail::Folders { outbox: outbox.clone(), inbox: inbox.clone() }),
                }
            }
        }
    }

    /// Hands a message over. Whether it arrived for certain; what the bank makes of it comes as a message.
    pub(crate) async fn deliver(&self, key: &str, bytes: Vec<u8>) -> bool {
        match self {
            Mail::Http { client, url } => {
                let call = client.post(format!("{url}{SEND_PATH}")).header("content-type", "application/xml");
                match call.body(bytes).send().await.map(|answer| answer.status()) {
                    // A bank that refuses the message has it as well: its report says why.
                    Ok(StatusCode::OK | StatusCode::ACCEPTED | StatusCode::UNPROCESSABLE_ENTITY) => true,
                    Ok(status) => {
                        tracing::error!(%key, status = status.as_u16(), "the bank does not take the message");
                        false
                    }
                    Err(_) => false,
                }
            }
            Mail::Folders { outbox, .. } => {
                let (outbox, name) = (outbox.clone(), key.to_owned());
                match tokio::task::spawn_blocking(move || lay_out(&outbox, &name, &bytes)).await {
                    Ok(Ok(())) => true,
                    Ok(Err(error)) => {
                        tracing::error!(%key, %error, "a message cannot be laid into the outbox");
                        false
                    }
                    Err(_) => false,
                }
            }
        }
    }

    /// What the bank sent and is not known yet; `None` when nothing is heard of it.
    pub(crate) async fn fetch(&self, is_known: impl Fn(&str) -> bool) -> Option<Vec<Received>> {
        match self {
            Mail::Http { client, url } => {
                let mut answer = client.get(format!("{url}{MAILBOX_PATH}")).send().await.ok()?;
                if answer.status() != StatusCode::OK {
                    return None;
                }
                let mut bytes = Vec::new();
                while let Some(chunk) = answer.chunk().await.ok()? {
                    if bytes.len() + chunk.len() > MAILBOX_BYTES_MAX {
                        tracing::error!("the bank's mailbox is larger than is read");
                        return None;
                    }
                    bytes.extend_from_slice(&chunk);
                }
                let letters: Vec<Letter> = serde_json::from_slice(&bytes).ok()?;
                let received = letters.into_iter().map(|letter| Received {
                    name: letter.id.as_str().map_or_else(|| letter.id.to_string(), str::to_owned),
                    bytes: letter.body.into_bytes(),
                });
                Some(received.filter(|one| !is_known(&digest(&one.bytes))).collect())
            }
            Mail::Folders { inbox, .. } => match laid_in(inbox, is_known) {
                Ok(received) => Some(received),
                Err(error) => {
                    tracing::error!(%error, "the inbox cannot be read");
                    None
                }
            },
        }
    }
}
