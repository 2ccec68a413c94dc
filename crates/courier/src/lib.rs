//! Carries short messages to mailboxes and phones through providers: SMTP for the ones, an HTTP call for the others.
//!
//! Why a room of its own: codes go out while somebody waits, through servers of others that are slow, refuse and lie.
//! Each message is tried twice within a bounded time; what is not certainly taken is told as not sent, and whoever
//! asked may ask again, since a code that arrives twice does no harm. Nothing of a message is ever logged: neither the
//! address, nor the words, nor what a provider answers, which may repeat both.
//!
//! Reading order: `settings` (what an operator writes), `mail`, `text_message`, `courier`.

mod courier;
mod mail;
mod settings;
mod text_message;

pub use courier::{Courier, Letter, NotCarried};
pub use settings::{EmailSettings, Escape, Secrets, Settings, SettingsError, SmsSettings, SmtpTls};
