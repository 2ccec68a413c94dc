//! The program under test, started as a process of its own and never changed.

use anyhow::{Context, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A start that takes longer has hung.
const START_MAX: Duration = Duration::from_secs(60);
/// A stop that takes longer has hung.
const STOP_MAX: Duration = Duration::from_secs(60);
/// How often a waiting test looks.
const LOOK: Duration = Duration::from_millis(2);

/// Pages in the tables' WAL from which on they are moved into the file: a few postings' worth.
const CHECKPOINT_PAGES: &str = "200";

/// How to start it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) binary: PathBuf,
    /// The data folder. Log and ready file lie beside it.
    pub(crate) data: PathBuf,
    /// Where it listens, `host:port`.
    pub(crate) listen: String,
    /// Variables for the process, among them what the shim reads.
    pub(crate) environment: Vec<(String, String)>,
    /// Options of `up` beside the usual ones.
    pub(crate) options: Vec<String>,
}

impl Plan {
    /// A server on a free port, without the shim.
    pub(crate) fn new(binary: &Path, data: &Path) -> Plan {
        let (binary, data) = (binary.to_owned(), data.to_owned());
        Plan { binary, data, listen: "127.0.0.1:0".to_owned(), environment: Vec::new(), options: Vec::new() }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = self.data.clone().into_os_string();
        path.push(ending);
        path.into()
    }

    /// What the server said on standard error, its end.
    pub(crate) fn said(&self) -> String {
        let text = fs::read_to_string(self.beside(".log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(60).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Starts the process and does not wait for it.
    pub(crate) fn spawn(&self) -> anyhow::Result<Server> {
        let ready = self.beside(".ready.json");
        let _old = fs::remove_file(&ready);
        let log = File::create(self.beside(".log")).context("no log file")?;
        let child = Command::new(&self.binary)
            .args(["up", "--no-port-80", "--listen", &self.listen, "--data"])
            .arg(&self.data)
            .arg("--ready")
            .arg(&ready)
            // Otherwise no run here would ever be long enough for a checkpoint.
            .args(["--checkpoint-pages", CHECKPOINT_PAGES])
            .args(&self.options)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.binary.display()))?;
        Ok(Server { child, ready })
    }

    /// Starts it and waits until it serves.
    pub(crate) fn start(&self) -> anyhow::Result<(Server, Value)> {
        let mut server = self.spawn()?;
        match server.wait_ready() {
            Ok(Some(ready)) => Ok((server, ready)),
            Ok(None) => bail!("the server ended instead of serving: {}", self.said()),
            Err(error) => Err(error.context(self.said())),
        }
    }
}

/// A running server, killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    ready: PathBuf,
}

impl Server {
    /// What it says of itself once it serves; `None` when it ended by itself.
    pub(crate) fn wait_ready(&mut self) -> anyhow::Result<Option<Value>> {
        let began = Instant::now();
        loop {
            if let Ok(text) = fs::read_to_string(&self.ready) {
                return Ok(Some(serde_json::from_str(&text).context("the ready file is no JSON")?));
            }
            if self.has_ended()?.is_some() {
                return Ok(None);
            }
            if began.elapsed() > START_MAX {
                return Err(anyhow!("the server neither served nor ended in {START_MAX:?}"));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Its end, if it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.try_wait().context("the process cannot be asked")
    }

    /// kill -9: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }

    /// SIGTERM, and waits for its end.
    pub(crate) fn stop(mut self) -> anyhow::Result<ExitStatus> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("no process id")?;
        kill_process(pid, Signal::TERM).context("the process cannot be told to stop")?;
        let began = Instant::now();
        while began.elapsed() < STOP_MAX {
            if let Some(status) = self.has_ended()? {
                return Ok(status);
            }
            std::thread::sleep(LOOK);
        }
        bail!("the server did not stop in {STOP_MAX:?}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// What this release of the program can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abilities {
    /// Notices a folder that was copied, and takes it over when told to.
    pub(crate) adopt: bool,
    /// Makes tables anew from the journal.
    pub(crate) repair: bool,
    /// Has SQLite check its file too.
    pub(crate) file: bool,
    /// Decides the journal's commands again.
    pub(crate) replay: bool,
}

impl Abilities {
    /// As its help says.
    pub(crate) fn of(binary: &Path) -> Abilities {
        let help = |arguments: &[&str]| {
            let told = Command::new(binary).args(arguments).arg("--help").output();
            told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned()).unwrap_or_default()
        };
        let (all, up, verify) = (help(&[]), help(&["up"]), help(&["verify"]));
        Abilities {
            adopt: up.contains("--adopt"),
            repair: all.contains("  repair"),
            file: verify.contains("--file"),
            replay: verify.contains("--replay"),
        }
    }
}

/// The end of `tongbao COMMAND … --data DATA`: its exit code and what it printed.
pub(crate) fn command(binary: &Path, arguments: &[&str], data: &Path) -> anyhow::Result<(i32, String)> {
    let mut program = Command::new(binary);
    program.args(arguments).arg("--data").arg(data).stdin(Stdio::null());
    let done = program.output().with_context(|| format!("{} cannot be run", binary.display()))?;
    let text = [done.stdout, done.stderr].concat();
    Ok((done.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned()))
}

/// `tongbao verify`: `Ok` when the books are exact, else what it says.
pub(crate) fn verify(binary: &Path, data: &Path) -> Result<(), String> {
    verify_with(binary, &[], data)
}

/// `tongbao verify` with more options.
pub(crate) fn verify_with(binary: &Path, options: &[&str], data: &Path) -> Result<(), String> {
    match command(binary, &[&["verify"], options].concat(), data) {
        Ok((0, _)) => Ok(()),
        Ok((code, text)) => {
            let end: String = text.chars().take(1500).collect();
            Err(format!("verify exits {code}: {end}"))
        }
        Err(error) => Err(format!("{error:#}")),
    }
}
