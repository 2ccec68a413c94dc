//! The bills of a wallet, over tables in memory and, where their speed is measured, in SQLite.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

mod merchant;
mod months;
mod news;
mod pages;
mod samples;
mod speed;
mod states;
