//! The ledger: accounts, postings and holds. The only place where a balance changes.
//!
//! Double entry, append-only. A posting is a set of entries that sums to zero; each entry keeps the balance after it.
//! Corrections are new postings. The kinds of posting are a closed enum with a template each ([`Template`]), so that
//! the books can be read like a book. Each slot's books balance on their own: what leaves a slot stands in its
//! transit account until the other slot has booked it.
//!
//! Invariants, asserted here and recomputed by `tongbao verify`:
//! L1 debits equal credits in every posting; L2 no balance of a customer is below what is held on it, nor that below
//! zero; L3 a balance is the sum of its entries; L4 what is held on an account is the sum of its open holds.
//!
//! Reading order: `account`, `posting`, `template`, `template_place`, `legs`, `post`, `hold`.

mod account;
mod day_close;
mod hold;
mod legs;
mod post;
mod posting;
mod refusal;
mod template;
mod template_place;

pub use account::{Account, AccountId, AccountKind, Class};
pub use day_close::{CloseDayRefused, DayClose, DaySum, TrialBalance, day_balances};
pub use hold::{Hold, HoldState, capture, hold, release, resize};
pub use legs::Leg;
pub use post::{Posted, post};
pub use posting::{Entry, LEGS_MAX, Posting, PostingKind, Side};
pub use refusal::LedgerRefused;
pub use template::Template;
