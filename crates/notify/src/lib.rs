//! Delivers notifications: calls the merchant's address for each due notice until the answer is `success`.
//!
//! Why a room of its own: it is the only part of the server that calls out, at addresses that strangers name, and it
//! must neither lose a notice nor hold up anything else. The notices are rows, written in the commit of what they tell,
//! so that a crash loses none; this room only sends what is due and has each attempt counted by the cell, which alone
//! knows the ladder of waits.
//!
//! Promises: each notice is delivered at least once or given up at the ladder's end; every attempt carries the same
//! `notify_id`; of several due notices of one order the newest goes first; one slow merchant does not hold up another;
//! in a live world nothing but public addresses is called.
//!
//! Reading order: [`Rounds`] and `queue` (what goes now, without threads), [`attempt`](fn@attempt) (one attempt,
//! whoever makes it), `members`, `failure` (what counts), [`Notify`] (the loop), `postman`, `shop` (the call),
//! `address` (where to), `tally` (what whoever watches sees of the calls); [`Inbox`], [`Resender`] and `faults` are
//! for developers who watch a letter, or ask for one or for trouble with it.

mod address;
mod attempt;
mod deliver;
mod failure;
mod faults;
mod inbox;
mod members;
mod postman;
mod queue;
mod resend;
mod rounds;
mod shop;
mod tally;

pub use address::{AddressRefused, Reach};
pub use attempt::{Called, Ended, Hands, Post, attempt};
pub use deliver::{Notify, Options, Readers};
pub use failure::{Failure, judge};
pub use faults::LetterKind;
pub use inbox::{Inbox, Sent};
pub use members::{Letter, Members};
pub use queue::{Bounds, Page, Queue};
pub use resend::{Again, Forgery, ResendRefused, Resender};
pub use rounds::{Rounds, Seen, look};
pub use tally::Tally;
