//! The program as its users meet it: started, asked, killed, copied.

#![allow(clippy::unwrap_used, reason = "tests")]

mod apps;
mod bank_apart;
mod bank_process;
mod cards;
mod clock;
mod closes;
mod copies;
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
mod profiles;
mod recon;
mod recon_days;
mod risk;
mod server;
mod sm2;
mod split_clock;
mod vault_keys;
mod worlds;
