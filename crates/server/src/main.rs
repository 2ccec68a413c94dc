//! The program `tongbao`: configuration, wiring, the command line. The only crate that knows all others, and the only
//! `main`.
//!
//! A data folder is one installation. `up` claims it, serves it and leaves it whole at any end, also at kill -9; the
//! other commands read it, whether or not a server runs.
//!
//! Reading order: `cli`, `up`, then `data_folder`, `keys`, `seed`, `listen`, `front`, and the commands: `show`,
//! `backup`, `verify`, `doctor`, `certify`.

#![allow(
    unreachable_pub,
    reason = "a program has no public items; `pub(crate)` everywhere says nothing more"
)]

mod backup;
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
mod certify;
mod cli;
mod client;
mod clock;
mod data_folder;
mod demo;
mod doctor;
mod ephemeral;
mod fields;
mod forward;
mod front;
mod happened;
mod keys;
mod listen;
mod mailroom;
mod play;
mod print;
mod private_file;
mod ready;
mod repair;
mod seed;
mod show;
mod snippets;
mod telemetry;
mod tour;
mod up;
mod verify;
mod world_clock;

use clap::Parser;
use std::process::ExitCode;

/// Long-lived small allocations from many threads: half the memory and a tenth less time than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            print::trouble(&error);
            ExitCode::from(cli::FAILED)
        }
    }
}
