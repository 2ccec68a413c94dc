//! The project's own commands, run as `cargo xtask <command>`.
//!
//! Why a program and not scripts: the same commands must work for a newcomer, in CI and on a machine that
//! holds nothing yet, and say in plain words what is missing. `.ci/run` calls `test` and nothing else.
//!
//! Reading order: `test.rs` (the steps), `process.rs` (how one is run), `tools.rs` (what it needs), `tidy.rs` and
//! the rules it lists.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks through its terminal")]

mod bench;
mod bench_table;
mod count;
mod demo;
mod demo_shop;
mod exceptions;
mod figures;
mod floors;
mod guesses;
mod manifests;
mod median;
mod methods;
mod plants;
mod process;
mod prove;
mod purity;
mod records;
mod secrets;
mod sizes;
mod source;
mod test;
mod tidy;
mod tools;
mod tree;
mod web;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask demo  [--data DIR] [--port N] [--keep] [--once]
    Builds the apps of web/ and tongbao, starts it with a demo merchant and two buyers, runs a sample shop against it,
    starts a web shop, and keeps both running until Ctrl-C. --once stops after the sample shop; --keep continues an
    older data folder.
cargo xtask test  [--only rust,web,sdk,node,browser,sim,crash,tidy]
    Everything that a change must pass, in the order of what fails fastest.
cargo xtask tidy
    The house rules: floors, sizes, purity, words, records. See STYLE.md.
cargo xtask methods
    Writes docs/guide/methods.md anew from what the gateway's methods say of themselves.
cargo xtask guesses [--count N]
    Guesses passwords (a million times each kind) against the cell, across restarts, and counts what is compared.
cargo xtask sim   [--seeds N] [--from S] [--planted] [--seed S] [--replay FILE] [--keep DIR]
    Runs the whole house in simulated worlds, one thread per seed, every fault drawn from the seed. --planted switches
    each planted bug on and counts the seeds it takes to find it.
cargo xtask crash [slice|kill|images|faults|flips] [OPTION...]
    Kills the real server under load, opens what power losses leave, fails its disk, flips its bits.
cargo xtask recon-run [--days N] [--moves N]
    Days of business with a bank in a process of its own that makes every mistake it knows; at the end every line has
    its class and the suspense is exactly what the bank says it did wrong. Without more: 30 days, 20,000 movements.
cargo xtask bench [cell|gateway|first-load|all] [--runs N] [-- ARGUMENT...]
    Measures payments per second and writes target/bench/*.json with the facts of this machine; of N runs the medians
    and each run. What follows -- is handed to `tongbao bench` as it is. first-load, not a part of all: how long the
    wallet's first page and its pay code take in a browser on a slow line; it fails above what is promised.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return ExitCode::FAILURE;
    };
    process::watch_signals();
    let root = repository();
    let done = match command.as_str() {
        "demo" => demo::run(&root, rest),
        "test" => test::run(&root, rest),
        "tidy" => tidy::run(&root, rest),
        "methods" => methods::run(&root, rest),
        "guesses" => guesses::run(&root, rest),
        "bench" => bench::run(&root, rest),
        "sim" => prove::sim(&root, rest),
        "crash" => prove::crash(&root, rest),
        "recon-run" => prove::recon_run(&root, rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("no command `{other}`\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Empty when the command has said all, in an order that programs rely on.
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The repository's root folder. Cargo says where this crate is at run time; a binary that was copied elsewhere
/// falls back to where it was built.
fn repository() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}
