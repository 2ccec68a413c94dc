//! Messages of ISO 20022 that a platform exchanges with its bank, and statements of merchants' accounts.
//!
//! Why a room of its own: banks speak these messages over HTTP, over folders and over lines of their own, and what they
//! mean is the same everywhere. Money is lost by a file that was half understood, so a message is read as a whole or
//! refused as a whole, with the member that is wrong.
//!
//! What is absent: files, clocks, and what a message means for our books. Versions are those of the message set of
//! 2019, which banks take today: `pain.001.001.09`, `pain.002.001.10`, `camt.053.001.08`, `camt.054.001.08`.
//! Reading order: `word`, `tags`, `document`, `print`, `initiation`, `status`, `entry`, `report`.

mod document;
mod entry;
mod initiation;
mod print;
mod report;
mod status;
mod tags;
#[cfg(test)]
mod tests;
mod word;

pub use document::{FILE_BYTES_MAX, ReadError};
pub use entry::{Entry, EntryState, Part};
pub use initiation::{Initiation, Payer, Transfer};
pub use print::PrintError;
pub use report::{
    Notification, Statement, read_notification, read_notification_of, read_statement, read_statement_of,
};
pub use status::{BatchStatus, PaymentStatus, Reason, Status, StatusReport, read_status_report};
pub use word::{AccountId, Identifier, Name};

use document::Message;
use tags::Tags;

/// What kind of message a text is, told by the name space of its root; `None` when it is none that is read here.
///
/// # Errors
/// A text in another encoding than UTF-8, and another version of a message that is read: a bank said something in it,
/// and nobody here would hear it.
pub fn kind_of(bytes: &[u8]) -> Result<Option<Kind>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
    let Some(root) = Tags::of(text).next() else { return Ok(None) };
    if root.starts_with('!') {
        return Err(ReadError::DocumentType);
    }
    let kinds = [
        (Message::STATUS_REPORT, "pain.002.", Kind::StatusReport),
        (Message::STATEMENT, "camt.053.", Kind::Statement),
        (Message::NOTIFICATION, "camt.054.", Kind::Notification),
    ];
    if let Some((.., kind)) = kinds.iter().find(|(message, ..)| root.contains(message.namespace())) {
        return Ok(Some(*kind));
    }
    let other = kinds.iter().find(|(_, any_version, _)| root.contains(&format!("{NAMESPACES}{any_version}")));
    other.map_or(Ok(None), |(message, ..)| Err(ReadError::OtherMessage(message.name())))
}

/// What the name spaces of all messages begin with.
const NAMESPACES: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// A kind of message that banks send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `pain.002.001.10`: what became of payments that were handed over.
    StatusReport,
    /// `camt.053.001.08`: an account on a day that is over.
    Statement,
    /// `camt.054.001.08`: single movements of an account, as they are booked.
    Notification,
}
