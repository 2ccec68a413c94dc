//! The program `crash`: does to the unmodified `tongbao` what machines do. Kills it, takes the power away, breaks its
//! disk and flips its bits, and holds every answer it ever gave against what is there afterwards.
//!
//! Nothing of the program under test is linked in, but for the signatures of `wire`: it is a process, a folder and a
//! socket. What its files go through is recorded by `tests/crash/shim.c`, which is loaded in front of the C library.
//!
//! Reading order: `told` (which answers agree), `load`, `client`, `truth` (which acknowledgements are there), `kill`;
//! `recording`, `content` and `disk` (what a power loss may leave), `images`, `faults`; `flips`, `twice`, `slice`.

#![allow(
    unreachable_pub,
    reason = "a program has no public items; `pub(crate)` everywhere says nothing more"
)]

mod call;
mod cli;
mod client;
mod content;
mod dice;
mod disk;
mod faults;
mod flips;
mod images;
mod kill;
mod line;
mod load;
mod place;
mod recording;
mod report;
mod rows;
mod server;
mod shop;
mod slice;
mod told;
mod truth;
mod twice;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run(&cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            report::say(&format!("crash: {error:#}"));
            ExitCode::from(2)
        }
    }
}
