//! Plays scripted scenarios against a merchant's shop, through the sandbox of a running world, and tells what the shop
//! would lose money by.
//!
//! Why a room of its own: it is a customer of the platform and of a shop, and of nothing else. It calls both over HTTP,
//! as anybody could, and knows no row and no command; so what it finds is what a merchant would see.
//!
//! Money is judged by three things only: what the platform says of a trade, what the shop says of its order, and what
//! went from one to the other. A failed scenario names a cause and shows all three; several scenarios of one cause are
//! one finding. What could not be judged is `inconclusive`, never a finding.
//!
//! Reading order: `scenario` (what one is), `scenarios` (the table), `stage` and `mail` (the steps they are made of),
//! `judge` (how states become verdicts), `cause`, `play` (the run), `report`; then `junit`, `page`, `summary`.

#[macro_use]
mod words;
mod carrier;
mod cause;
mod contract;
mod form;
mod judge;
mod junit;
mod mail;
mod note;
mod page;
mod page_style;
mod play;
mod report;
mod scenario;
mod scenarios;
mod shop;
mod stage;
mod summary;
mod world;

pub use cause::Cause;
pub use contract::{Contract, ContractError};
pub use junit::junit;
pub use note::{Note, Who};
pub use page::page;
pub use play::{CannotPlay, Options, run};
pub use report::{Finding, Report, Row, Verdict};
pub use scenario::{Group, Needs, Risk, Scenario};
pub use scenarios::all;
pub use summary::summary;
pub use words::{Language, Said, Words};
