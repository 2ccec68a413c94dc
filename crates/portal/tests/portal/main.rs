//! The portal as a browser and a test script meet it: on a real cell over tables in memory.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

mod agreements;
mod aml;
mod api;
mod api_wallet;
mod api_wallet_codes;
mod api_wallet_events;
mod api_wallet_orders;
mod api_wallet_transfers;
mod authorize;
mod backtest;
mod batches;
mod bills;
mod card_forms;
mod cashier;
mod closes;
mod contracts;
mod doctor;
mod escrow;
mod export;
mod faults;
mod freezes;
mod guesses;
mod merchants;
mod methods;
mod operators;
mod passkey_acts;
mod passkey_pages;
mod passkeys;
mod passwords;
mod permissions;
mod persons;
mod profiles;
mod refusals;
mod sandbox;
mod screening;
mod shop;
mod stores;
mod transfers;
mod wallet;
