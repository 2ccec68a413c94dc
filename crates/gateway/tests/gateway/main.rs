//! The gateway from outside: signed requests in, bytes out, with a real cell behind it.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]
#![allow(unreachable_pub, reason = "modules of one test program")]

mod agreements;
mod bad_input;
mod batches;
mod bills;
mod card_transfers;
mod checks;
mod client;
mod crowded;
mod encryption;
mod escrows;
mod faults;
mod freezes;
mod golden;
mod index;
mod key_exchange;
mod live;
mod methods;
mod pages;
mod profiles;
mod refunds;
mod relations;
mod requests;
mod rest;
mod rest_checks;
mod rest_client;
mod shop;
mod sm2;
mod small;
mod splits;
mod stores;
mod table;
mod tokens;
mod transfers;
