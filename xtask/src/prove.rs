//! `cargo xtask sim` and `cargo xtask crash`: the proofs that take as long as they are given.
//!
//! The simulator and the crash suite are programs of their own, built here with the release profile; what follows the
//! command is handed to them. Each writes its figures to target/proof/*.json, with the facts of the machine, and as
//! tables to *.md.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bench;
use crate::figures;
use crate::process;
use crate::tools;

const BUILD_LIMIT: Duration = Duration::from_secs(45 * 60);
const PROOF_LIMIT: Duration = Duration::from_secs(6 * 60 * 60);
/// The fault that the canary has on: any seed finds it.
const CANARY: &str = "PayCodeStaysUsable";

/// Builds the simulator, with its planted bugs that are off unless asked for, and says where it is.
pub(crate) fn sim_build(root: &Path) -> (Command, PathBuf) {
    release(root, "sim", &["--features", "plant"])
}

/// Builds the crash suite and says where it is.
pub(crate) fn crash_build(root: &Path) -> (Command, PathBuf) {
    release(root, "crash", &[])
}

fn release(root: &Path, package: &str, more: &[&str]) -> (Command, PathBuf) {
    let (_, tongbao) = tools::release_build(root);
    let mut cargo = tools::cargo(root);
    cargo.args(["build", "--release", "--package", package, "--bin", package]).args(more);
    (cargo, tongbao.with_file_name(package))
}

/// Runs seeds, a case, or all planted bugs, as told.
pub(crate) fn sim(root: &Path, arguments: &[String]) -> Result<(), String> {
    let (mut build, program) = sim_build(root);
    built(&mut build)?;
    let name = if arguments.iter().any(|one| one == "--planted") { "planted" } else { "sim" };
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    proved(root, name, command)
}

/// Kills the program, tears its files and bends them, as told.
pub(crate) fn crash(root: &Path, arguments: &[String]) -> Result<(), String> {
    let (mut server, tongbao) = tools::release_build(root);
    built(&mut server)?;
    let (mut build, program) = crash_build(root);
    built(&mut build)?;
    let name = arguments.first().map_or_else(|| "slice".to_owned(), |part| format!("crash-{part}"));
    let mut command = Command::new(program);
    command.current_dir(root).env("TONGBAO_BIN", tongbao);
    if arguments.is_empty() {
        command.arg("slice");
    }
    command.args(arguments);
    proved(root, &name, command)
}

/// Runs the long story of reconciliation, which is a test of the server that the usual run leaves out.
pub(crate) fn recon_run(root: &Path, arguments: &[String]) -> Result<(), String> {
    const USAGE: &str = "recon-run takes --days N and --moves N";
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["test", "-p", "server", "--test", "platform", "recon_days::thirty"]);
    command.args(["--", "--ignored", "--nocapture"]);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let name = match word.as_str() {
            "--days" => "TONGBAO_RECON_DAYS",
            "--moves" => "TONGBAO_RECON_MOVES",
            _ => return Err(USAGE.to_owned()),
        };
        let number = words.next().filter(|number| number.parse::<u32>().is_ok_and(|number| number > 0));
        command.env(name, number.ok_or(USAGE)?);
    }
    println!("{}", process::shown(&command));
    match process::run(&mut command, PROOF_LIMIT).trouble {
        Some(trouble) => Err(format!("the run {trouble}")),
        None => Ok(()),
    }
}

fn built(build: &mut Command) -> Result<(), String> {
    match process::run(build, BUILD_LIMIT).trouble {
        Some(trouble) => Err(format!("the build {trouble}")),
        None => Ok(()),
    }
}

/// Runs a proof and keeps its figures.
fn proved(root: &Path, name: &str, mut command: Command) -> Result<(), String> {
    let folder = root.join("target/proof");
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(&folder).map_err(|error| told(&folder, error))?;
    let raw = folder.join(format!("{name}.raw.json"));
    if raw.exists() {
        fs::remove_file(&raw).map_err(|error| told(&raw, error))?;
    }
    let typed = process::shown(&command);
    command.arg("--json").arg(&raw);
    println!("{typed}");
    let outcome = process::run(&mut command, PROOF_LIMIT);
    if let Ok(text) = fs::read_to_string(&raw) {
        let figures: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", raw.display()))?;
        let lineage = bench::lineage(root, &folder);
        let report = json!({ "proof": name, "command": typed, "lineage": lineage, "figures": figures });
        let path = folder.join(format!("{name}.json"));
        fs::write(&path, format!("{report:#}\n")).map_err(|error| told(&path, error))?;
        fs::remove_file(&raw).map_err(|error| told(&raw, error))?;
        let table = path.with_extension("md");
        fs::write(&table, figures::markdown(&report)).map_err(|error| told(&table, error))?;
        println!("written: {} and {}", path.display(), table.display());
    }
    match outcome.trouble {
        Some(trouble) => Err(format!("{typed} {trouble}")),
        None => Ok(()),
    }
}

/// Red must be reported as red: with a planted bug on, the simulator has to fail, and say so.
pub(crate) fn canary(root: &Path) -> Result<(), String> {
    let (_, program) = sim_build(root);
    let mut command = Command::new(program);
    command.current_dir(root).args(["--seeds", "200", "--only", CANARY]);
    println!("{}", process::shown(&command));
    let outcome = process::run(&mut command, Duration::from_secs(600));
    if outcome.trouble.is_some() && outcome.text.contains("red: ") {
        Ok(())
    } else {
        Err(format!("with {CANARY} planted the simulator was not red"))
    }
}
