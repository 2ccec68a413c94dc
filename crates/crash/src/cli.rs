//! The command line.

use crate::disk::Names;
use crate::faults::{self, Faults};
use crate::flips::{self, Flips};
use crate::images::{self, Images};
use crate::kill::{self, Kills};
use crate::report::{Figures, say};
use crate::{slice, twice};
use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Does to the unmodified program what machines do: kills, power losses, faulty disks, flipped bits.
#[derive(Debug, Parser)]
#[command(name = "crash", max_term_width = 110)]
pub(crate) struct Cli {
    /// The program under test.
    #[arg(long, global = true, env = "TONGBAO_BIN", default_value = "target/release/tongbao")]
    bin: PathBuf,
    /// Where scratch folders are made; memory is best [default: /dev/shm, or the system's].
    #[arg(long, global = true)]
    scratch: Option<PathBuf>,
    /// All chances come from it.
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
    /// Writes the figures as JSON into this file.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Kills the server with -9 under a signed load.
    Kill {
        /// Kills at least.
        #[arg(long, default_value_t = 300)]
        cycles: u64,
        /// Acknowledged operations at least.
        #[arg(long, default_value_t = 1_000_000)]
        acks: u64,
        /// Connections.
        #[arg(long, default_value_t = 64)]
        clients: usize,
    },
    /// Cuts a recorded run where the power may fail, and opens what is left.
    Images {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        count: u64,
        /// Milliseconds of each of the four lives of the recorded server.
        #[arg(long, default_value_t = 700)]
        life_ms: u64,
        /// Which names may be missing: `any` that were not synced, of those `files` only, only the last (`in-order`);
        /// `any` and `in-order` in turn unless told.
        #[arg(long)]
        names: Option<String>,
        /// Plants a defect, so that it must be found: syncs of the journal do nothing.
        #[arg(long)]
        lie: bool,
    },
    /// Makes the Nth call that changes the disk fail.
    Faults {
        /// How many runs, each with one fault.
        #[arg(long, default_value_t = 800)]
        count: u64,
        /// Plants a defect, so that it must be found: syncs of the journal do nothing.
        #[arg(long)]
        lie: bool,
    },
    /// Flips bits and swaps pages in closed files.
    Flips {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        count: u64,
    },
    /// Opens a folder twice, and a copy of it.
    Twice,
    /// A small part of everything, and planted defects that it must find.
    Slice,
}

/// Runs the command.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    let binary = cli.bin.canonicalize().with_context(|| {
        format!("{} is not there; build it with: cargo build --release --bin tongbao", cli.bin.display())
    })?;
    let scratch = Scratch::new(cli.scratch.as_deref())?;
    let all = match &cli.command {
        Command::Kill { cycles, acks, clients } => {
            let kills = Kills { cycles: *cycles, acknowledged: *acks, seed: cli.seed, clients: *clients };
            vec![kill::run(&binary, &scratch.0, &kills)?]
        }
        Command::Images { count, life_ms, names, lie } => {
            let names = match names.as_deref() {
                None => None,
                Some("any") => Some(Names::Any),
                Some("files") => Some(Names::Files),
                Some("in-order") => Some(Names::InOrder),
                Some(other) => bail!("--names is any, files or in-order, not {other}"),
            };
            let images = Images { count: *count, seed: cli.seed, life_ms: *life_ms, names, lie: *lie };
            vec![images::run(&binary, &scratch.0, &images)?]
        }
        Command::Faults { count, lie } => {
            vec![faults::run(&binary, &scratch.0, &Faults { count: *count, seed: cli.seed, lie: *lie })?]
        }
        Command::Flips { count } => {
            vec![flips::run(&binary, &scratch.0, &Flips { count: *count, seed: cli.seed })?]
        }
        Command::Twice => vec![twice::run(&binary, &scratch.0)?],
        Command::Slice => slice::run(&binary, &scratch.0, cli.seed)?,
    };
    tell(&all, cli.json.as_deref())
}

fn tell(all: &[Figures], json: Option<&Path>) -> anyhow::Result<ExitCode> {
    all.iter().for_each(|figures| say(&figures.table()));
    if let Some(path) = json {
        let values: Vec<_> = all.iter().map(Figures::json).collect();
        std::fs::write(path, serde_json::to_string_pretty(&values)?).context("--json")?;
    }
    let wrong: Vec<String> = all.iter().filter_map(Figures::wrong).collect();
    wrong.iter().for_each(|what| say(what));
    Ok(if !wrong.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A folder of this run, removed with it.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn new(given: Option<&Path>) -> anyhow::Result<Scratch> {
        let memory = Path::new("/dev/shm");
        let within = given.map_or_else(
            || if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() },
            Path::to_owned,
        );
        ensure!(within.is_dir(), "{} is no folder", within.display());
        let path = within.join(format!("tongbao-crash-{}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // With this set, what is left can be looked at.
        if std::env::var_os("CRASH_KEEP").is_none() {
            let _removed = std::fs::remove_dir_all(&self.0);
        }
    }
}
