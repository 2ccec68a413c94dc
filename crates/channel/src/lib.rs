//! Speaks with banks: what they say becomes a command.
//!
//! Why a room of its own: decisions have no network. What is to be asked of a bank is a row with the time of its next
//! try; this room reads the due ones, makes each durable as sent before anything goes out, asks the bank, and submits
//! what it said. A crash loses nothing: the row says what is next, and a bank takes one number once.
//!
//! Reading order: `bank` (what a bank can be asked, in a form that fits JSON), `sandbox_bank` (the bank of worlds for
//! trying out), `http_bank` (a bank in another process), `iso_bank` with `iso_known`, `iso_statements`, `iso_files` and
//! `iso_mail` (a bank that is spoken with in messages of ISO 20022), `channel` (the loop of orders), `pulse` (how well
//! a bank answers), `import` (a statement into the books), `collector` (the loop of statements).

mod bank;
mod channel;
mod collector;
#[cfg(test)]
mod collector_tests;
mod http_bank;
mod import;
mod iso_bank;
mod iso_files;
mod iso_known;
mod iso_mail;
mod iso_statements;
#[cfg(test)]
mod iso_tests;
mod pulse;
mod sandbox_bank;

pub use bank::{
    Answering, Bank, BindAnswer, BindAsk, BindRefused, BindSaid, BoundCard, CodeAsk, OrderAsk, OrderSaid,
    PayeeAnswer, PayeeAsk, StatementSaid,
};
pub use channel::{Channel, Idle, Options, Readers};
pub use collector::Collector;
pub use http_bank::{HttpBank, HttpBankError, WorldTime};
pub use import::{Imported, Importer, NotImported};
pub use iso_bank::{ISO_BOOKS_LETTERS, IsoBank, IsoBankError, IsoOptions};
pub use iso_mail::{IsoWay, IsoWayError};
pub use pulse::Pulse;
pub use sandbox_bank::{Manner, SandboxBank, bank_of, sound_number};
