//! `tongbao certify`: plays the scenarios of the room `certify` against a shop, and writes what they showed.

use crate::client::client;
use crate::clock::sandbox_of;
use crate::print;
use crate::threads::runtime;
use ::certify::{Contract, Language, Options, Row, Said};
use anyhow::{Context, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The options of `tongbao certify`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CertifyArgs {
    /// The shop's address; its calls are below it.
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    target: Option<String>,
    /// The platform whose sandbox the shop uses.
    #[arg(long, value_name = "URL", env = "TONGBAO_URL", default_value = "http://127.0.0.1:8080")]
    world: String,
    /// The file that `tongbao up --ready` wrote: its address goes before `--world`.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
    /// A TOML file that names the shop's own calls and members, where they are not the documented ones.
    #[arg(long, value_name = "FILE")]
    shop: Option<PathBuf>,
    /// Writes JUnit XML into this file.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Writes a page with the score, the findings and all evidence into this file.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// The language of the terminal and of JUnit: en, zh. The page has both.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
    /// Plays only this scenario; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Leaves the world's clock alone; scenarios that move it are skipped.
    #[arg(long)]
    keep_clock: bool,
    /// Names the scenarios and ends.
    #[arg(long)]
    list: bool,
}

/// Runs the command.
pub(crate) fn run(args: &CertifyArgs) -> anyhow::Result<ExitCode> {
    if args.list {
        list(args.lang)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(target) = args.target.clone() else { bail!("--target is missing") };
    if !(target.starts_with("http://") || target.starts_with("https://")) {
        bail!("--target {target} is no http:// or https:// address");
    }
    let contract = match &args.shop {
        None => Contract::default(),
        Some(path) => Contract::read(&text_of(path)?).with_context(|| path.display().to_string())?,
    };
    let options = Options {
        target,
        sandbox: sandbox_of(&args.world, args.ready.as_deref())?,
        contract,
        only: args.only.clone(),
        keep_clock: args.keep_clock,
    };
    let client = client()?;
    let tell = |row: &Row| {
        let ended = row.verdict.title().of(args.lang);
        // A terminal that is gone must not end the run: its files are still wanted.
        let _told = print::out(&format!("{ended:<13} {}", row.scenario.name));
    };
    let report = runtime()?.block_on(async {
        tokio::select! {
            played = ::certify::run(client, &options, tell) => Ok(played?),
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped; nothing was written")),
        }
    })?;
    if let Some(path) = &args.junit {
        write(path, &::certify::junit(&report, args.lang))?;
    }
    if let Some(path) = &args.page {
        write(path, &::certify::page(&report, args.lang))?;
    }
    print::out(&::certify::summary(&report, args.lang))?;
    Ok(ExitCode::from(report.exit_code()))
}

fn list(language: Language) -> anyhow::Result<()> {
    let of = |said: Said| said.of(language);
    let lines: Vec<String> =
        ::certify::all().map(|one| format!("{:<30} {}", one.name, of(one.guards))).collect();
    print::out(&lines.join("\n"))
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
