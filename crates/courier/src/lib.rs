//! Carries short messages to phones through a provider, by an HTTP call that an operator's template says. E-mail
//! addresses have no provider yet, and whoever asks for a code to one hears that nothing was sent.
//!
//! Why a room of its own: codes go out while somebody waits, by servers of others that are slow, refuse and lie.
//! Each message is tried twice within a bounded time; what is not certainly taken is told as not sent, and whoever
//! asked may ask again, since a code that arrives twice does no harm. Nothing of a message is ever logged: neither the
//! address, nor the words, nor what a provider answers, which may repeat both.
//!
//! Reading order: `settings` (what an operator writes), `text_message`, `courier`.

mod courier;
mod settings;
mod text_message;

pub use courier::{Courier, Letter, NotCarried};
pub use settings::{Escape, Secrets, Settings, SettingsError, SmsSettings};
