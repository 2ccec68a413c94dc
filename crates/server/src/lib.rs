//! The program `tongbao`: configuration, wiring, the command line. The only crate that knows all others. As a library
//! it is [`Tongbao`]: a whole platform inside somebody's tests.
//!
//! A data folder is one installation. `up` claims it, serves it and leaves it whole at any end, also at kill -9; the
//! other commands read it, whether or not a server runs.
//!
//! Reading order: `cli`, `up`, `starter`, `site`, then `data_folder`, `keys`, `seed`, `reset`, `listen`, `front`, and
//! the commands: `show`, `backup`, `verify`, `doctor`, `certify`; `watching`, what whoever watches is told.

mod aml;
mod app_key;
mod app_settings;
mod backup;
mod bank;
mod banks;
mod bench;
mod bench_ceiling;
mod bench_cell;
mod bench_disk;
mod bench_floor;
mod bench_gateway;
mod bench_gateway_call;
mod bench_gateway_drive;
mod bench_load;
mod bench_proc;
mod books;
mod certify;
mod chance;
mod cli;
mod client;
mod clock;
mod close;
mod data_folder;
mod demo;
mod doctor;
mod doctor_system;
mod embed;
mod ephemeral;
mod fault;
mod fault_desk;
mod fields;
mod findings;
mod forget;
mod forward;
mod front;
mod happened;
mod intake;
mod iso_config;
mod keys;
mod listen;
mod lists;
mod mailroom;
mod messages;
mod method_guide;
mod play;
mod print;
mod private_file;
mod proxies;
mod ready;
mod recon;
mod repair;
mod reset;
mod resets;
mod risk_backtest;
mod seed;
mod show;
mod signals;
mod site;
mod snippets;
mod start_desk;
mod starter;
mod statements;
mod telemetry;
mod threads;
mod tour;
mod up;
mod vault_key;
mod verify;
mod watch;
mod watching;
mod world;
mod world_clock;
mod world_file;

pub use embed::{App, Buyer, EmbedError, Tongbao};

use clap::Parser;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::process::ExitCode;

/// Runs the program with the arguments of the process, and gives its exit code.
pub fn run_program() -> ExitCode {
    // A picture of our memory would hold keys and personal data in clear.
    let nothing = Rlimit { current: Some(0), maximum: Some(0) };
    let _kept = setrlimit(Resource::Core, nothing);
    match cli::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            print::trouble(&error);
            ExitCode::from(cli::FAILED)
        }
    }
}
