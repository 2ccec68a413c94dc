//! Decisions, seen from outside: a row for every refusal, every transition and every precedence; then races between
//! slots, and whatever else is asked in any order.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod agreement;
mod agreement_races;
mod app_keys;
mod bank;
mod bank_random;
mod batch;
mod boundaries;
mod cancel;
mod card_transfer;
mod challenge;
mod claim;
mod close_day;
mod contract;
mod crossing;
mod escrow;
mod freeze;
mod grants;
mod identity;
mod limits;
mod merchant;
mod merchant_staff;
mod merchant_stores;
mod notices;
mod operators;
mod ops_trail;
mod passkey_acts;
mod passkeys;
mod password;
mod pay;
mod people;
mod person_limits;
mod person_spends;
mod pockets;
mod races;
mod random;
mod receiving;
mod refund;
mod registering;
mod risk;
mod rules_version;
mod safety;
mod screening;
mod script;
mod settle_sales;
mod shop;
mod signing;
mod split;
mod statement;
mod static_code;
mod support;
mod transfer;
