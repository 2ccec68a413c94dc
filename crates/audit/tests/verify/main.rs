//! The audit by behaviour: clean over a world that lived, and one finding at least for each thing that is changed.

// Helpers outside `#[test]` functions are tests too.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod clean;
mod contracts;
mod counter_codes;
mod day_closes;
mod escrow;
mod freezes;
mod funds;
mod journal_bytes;
mod replay;
mod risks;
mod rows;
mod screens;
mod transfer_batches;
mod transfers;
mod world;
