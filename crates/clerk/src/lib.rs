//! Submits what time makes due: orders expire, pay codes and password tries are forgotten.
//!
//! Why a room of its own: decisions have no clock. A timer is a row with its due time, written in the commit of what it
//! watches; this room reads the due ones and asks the cell to run each. A crash loses none, and running one twice is
//! harmless, because the cell looks whether it is still there and due.
//!
//! [`DayCloser`] does the same with business dates that are over: each is closed once, in turn.
//!
//! Reading order: [`Rounds`] (what is decided, without threads), `submitted` (what was asked for already), [`Clerk`]
//! (the loop around it).

mod day_closer;
mod rounds;
mod run;
mod submitted;

pub use day_closer::{DayCloser, NotClosed};
pub use rounds::{Rounds, Seen, look};
pub use run::{Clerk, Options, Readers};
pub use submitted::{Page, Submitted};
