//! The program as its users meet it: started, asked, killed, copied.

#![allow(clippy::unwrap_used, reason = "tests")]

mod apps;
mod bank_apart;
mod bank_process;
mod cards;
mod clock;
mod closes;
mod copies;
mod database;
mod doctor;
mod ephemeral;
mod escrow_clock;
mod everything;
mod faces;
mod faults;
mod folders;
mod letters;
mod life;
mod logs;
mod persons;
#[path = "../../../store/tests/store/postgres_server.rs"]
mod postgres_server;
mod profiles;
mod recon;
mod recon_days;
mod risk;
mod server;
mod sm2;
mod split_clock;
mod vault_keys;
mod watching;
mod worlds;
