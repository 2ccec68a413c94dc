//! Statements of the bank: reading them from files, and deciding what each line means for our books.
//!
//! Why a room of its own: the statement is the bank's last word, and it is wrong sometimes. Every line gets exactly
//! one class, nothing is forced to fit, and a file is either understood as a whole or refused as a whole.
//!
//! What is absent: our orders (the engine tells plain facts of them), files and clocks.
//! Reading order: `statement`, `file`, `sheet`, `camt`, `class`, `records`, `closing`.

mod camt;
mod class;
mod closing;
mod file;
mod records;
mod sheet;
mod statement;
#[cfg(test)]
mod tests;

pub use class::{Class, OrderFacts, Word, classify};
pub use closing::{
    CloseSuspenseRefused, ClosingReason, ClosingWay, Operator, SuspenseClosing, SuspenseProposal,
};
pub use file::{FILE_BYTES_MAX, FileError, LINES_MAX, read};
pub use records::{
    BeginStatementRefused, BookedLine, ImportRefused, ReadStatement, Settlement, SurpriseSettlement,
    Suspense, SuspenseOwner,
};
pub use statement::{BankAccount, LineRef, OrderKey, Statement, StatementLine};
