//! A whole platform inside somebody's tests: the same rooms as the program's, on a thread of its own, with a world
//! that is the same every time.

use crate::cli::UpArgs;
use crate::client::client;
use crate::ephemeral::Ephemeral;
use crate::ready::Ready;
use crate::starter::{Serving, Starter};
use crate::threads;
use crate::up;
use crate::world_file::WorldFile;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// What the fixed world follows from.
const SEED: u64 = 1;
/// Where its clock stands at first: 2026-01-01 09:00:00 in China, microseconds UTC.
const STARTS_AT_US: i64 = 1_767_229_200_000_000;
/// How long a call of the sandbox may take; moving the clock over a year takes longest.
const ANSWER_TIME: Duration = Duration::from_secs(600);

/// The platform could not be started, or did not do what was asked; the text says why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EmbedError(String);

impl EmbedError {
    fn of(error: impl std::fmt::Display) -> EmbedError {
        EmbedError(format!("{error:#}"))
    }
}

/// An app to sign calls with.
#[derive(Clone, Debug)]
pub struct App {
    /// Its id (`app_id`).
    pub app_id: String,
    /// Its merchant (`seller_id`).
    pub seller_id: String,
    /// `key` or `cert`.
    pub mode: String,
    /// PEM file of its private key, PKCS#8; absent when the declaration gave a public key.
    pub private_key: Option<PathBuf>,
    /// PEM file of the platform's public key.
    pub platform_public_key: PathBuf,
}

/// A buyer with money.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// The name to sign in with.
    pub login: String,
    /// Its id (`buyer_id`).
    pub user_id: String,
    /// Six digits.
    pub pay_password: String,
}

/// A platform that serves until it is dropped.
///
/// ```no_run
/// let tongbao = tongbao::Tongbao::in_memory()?;
/// let code = tongbao.sandbox("/paycode", &serde_json::json!({ "login": tongbao.buyers()[0].login }))?;
/// // Point the shop under test at tongbao.gateway() with the keys of tongbao.apps()[0],
/// // and let it collect with the code.
/// tongbao.advance("400d")?;
/// tongbao.reset()?;
/// # Ok::<(), tongbao::EmbedError>(())
/// ```
#[derive(Debug)]
pub struct Tongbao {
    gateway: String,
    sandbox: String,
    apps: Vec<App>,
    buyers: Vec<Buyer>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread tells once it serves.
struct Started {
    gateway: String,
    sandbox: String,
    apps: Vec<App>,
    buyers: Vec<Buyer>,
}

impl Tongbao {
    /// Starts a platform on a free port of 127.0.0.1, in memory where the system offers that (`/dev/shm`). Its ids,
    /// passwords and pay codes are fixed and its clock stands at 2026-01-01 09:00:01 in China; only RSA keys are
    /// drawn.
    ///
    /// # Errors
    /// When the system gives no folder, port or thread.
    pub fn in_memory() -> Result<Tongbao, EmbedError> {
        Tongbao::start(WorldFile {
            seed: Some(SEED),
            starts_at_us: Some(STARTS_AT_US),
            ..WorldFile::default()
        })
    }

    /// As [`Tongbao::in_memory`], with what a world's file (TOML) declares. A seed and a clock that it leaves out are
    /// the fixed ones.
    ///
    /// # Errors
    /// Also when the file declares no world; the text names the mistake.
    pub fn of_world(toml: &str) -> Result<Tongbao, EmbedError> {
        let file = WorldFile::parse(toml).map_err(EmbedError::of)?;
        let (seed, starts_at_us) = (file.seed.or(Some(SEED)), file.starts_at_us.or(Some(STARTS_AT_US)));
        Tongbao::start(WorldFile { seed, starts_at_us, ..file })
    }

    fn start(file: WorldFile) -> Result<Tongbao, EmbedError> {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let failed = tell.clone();
        let thread = std::thread::Builder::new().name("tongbao".to_owned()).spawn(move || {
            if let Err(error) = serve(&file, Test { tell, stopped: Some(stopped) }) {
                // Nobody waits for it once it had served.
                let _gone = failed.send(Err(EmbedError::of(error)));
            }
        });
        let thread = thread.map_err(EmbedError::of)?;
        let Started { gateway, sandbox, apps, buyers } =
            told.recv().map_err(|_| EmbedError("the platform ended before it served".to_owned()))??;
        Ok(Tongbao { gateway, sandbox, apps, buyers, stop: Some(stop), thread: Some(thread) })
    }

    /// The gateway's address.
    pub fn gateway(&self) -> &str {
        &self.gateway
    }

    /// The demo merchant's apps, first one with a public key, then one with certificates; then those that were
    /// declared.
    pub fn apps(&self) -> &[App] {
        &self.apps
    }

    /// The demo buyers, then those that were declared.
    pub fn buyers(&self) -> &[Buyer] {
        &self.buyers
    }

    /// A call of the sandbox API, such as `/pay`; docs/guide/sandbox-api.md lists them. Not from inside an async
    /// runtime.
    ///
    /// # Errors
    /// What the sandbox refused, in its words.
    pub fn sandbox(&self, path: &str, body: &Value) -> Result<Value, EmbedError> {
        let url = format!("{}{path}", self.sandbox);
        let call = async {
            let request = client()?.post(&url).header("content-type", "application/json");
            let answer = request.body(body.to_string()).timeout(ANSWER_TIME).send().await?;
            let status = answer.status();
            anyhow::Ok((status, answer.text().await?))
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (status, text) = runtime.map_err(EmbedError::of)?.block_on(call).map_err(EmbedError::of)?;
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        if status == StatusCode::OK {
            return Ok(said);
        }
        let why = said["error"]["message"].as_str().unwrap_or(&text);
        Err(EmbedError(format!("{path}: {status}: {why}")))
    }

    /// Moves the clock ahead (`3d`, `15m`, `1d12h`) and plays what falls due on the way, which is told.
    ///
    /// # Errors
    /// When the span is none, or something that was due did not end.
    pub fn advance(&self, span: &str) -> Result<Value, EmbedError> {
        self.sandbox("/clock/advance", &json!({ "by": span }))
    }

    /// Lets the world begin anew: the next test finds it as the first one did.
    ///
    /// # Errors
    /// When somebody else resets it.
    pub fn reset(&self) -> Result<(), EmbedError> {
        self.sandbox("/world/reset", &json!({})).map(drop)
    }
}

impl Drop for Tongbao {
    fn drop(&mut self) {
        // Both may be gone already, when it ended by an error of its own.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn serve(file: &WorldFile, mut test: Test) -> anyhow::Result<()> {
    let ephemeral = Ephemeral::make()?;
    let args = ephemeral.options(&UpArgs::usual()?);
    let runtime = threads::runtime()?;
    let served = runtime.block_on(up::serve(&args, file, &mut test));
    threads::end(runtime);
    served
}

/// The test that holds a [`Tongbao`].
struct Test {
    tell: mpsc::Sender<Result<Started, EmbedError>>,
    stopped: Option<oneshot::Receiver<()>>,
}

impl Starter for Test {
    fn serves(&mut self, served: &Serving<'_>) -> anyhow::Result<()> {
        Ok(self.tell.send(Ok(Started::of(served.ready)))?)
    }

    async fn asks_to_end(&mut self) {
        match self.stopped.as_mut() {
            // An error is the other end dropped, which is how it is asked.
            Some(stopped) => drop(stopped.await),
            None => std::future::pending().await,
        }
        self.stopped = None;
    }
}

impl Started {
    fn of(ready: &Ready) -> Started {
        let apps = ready.apps.iter().map(|app| App {
            app_id: app.app_id.clone(),
            seller_id: app.seller_id.clone(),
            mode: app.mode.to_owned(),
            private_key: app.private_key_pkcs8.clone(),
            platform_public_key: app.platform_public_key.clone(),
        });
        let buyers = ready.buyers.iter().map(|buyer| Buyer {
            login: buyer.login.clone(),
            user_id: buyer.user_id.clone(),
            pay_password: buyer.pay_password.clone(),
        });
        Started {
            gateway: ready.gateway.clone(),
            sandbox: ready.sandbox.clone().unwrap_or_default(),
            apps: apps.collect(),
            buyers: buyers.collect(),
        }
    }
}
