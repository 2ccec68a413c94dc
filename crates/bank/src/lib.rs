//! A bank to try things out with: it binds cards, moves money between cards and the platform's reserve account,
//! keeps its own books, prints statements, and makes the mistakes that real banks make, drawn from a seed.
//!
//! Why a room and a process of its own: the platform's promises about money that leaves it can only be tested against
//! somebody who keeps other books, answers late, twice or never, and is killed at other moments.
//!
//! What is absent: any knowledge of the platform's books. Its time is the world's time that calls carry, so a clock
//! that is moved moves the bank; it never goes back. Each generation of a world has accounts and numbers of its
//! own.
//!
//! Reading order: [`issuer`], [`fault`], `order_state`, `books`, `account`, `binding`, `payee`, `order`, `statement`,
//! `http`.

mod account;
mod binding;
mod books;
mod camt;
pub mod fault;
mod folder;
mod http;
mod inspect;
pub mod issuer;
mod order;
mod order_ask;
mod order_state;
mod payee;
mod proof;
mod schema;
mod sheet;
mod statement;
#[cfg(test)]
mod tests;

pub use books::{Books, BooksError};
pub use folder::{Folder, FolderError};
pub use http::serve;
