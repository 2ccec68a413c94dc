//! Bank cards and bank orders.
//!
//! An order is drafted with its number and its price, confirmed with the payment password given for that number, and
//! then carried to the bank by the rim: [`SendBankOrder`] is durable before anything is sent, [`BankAnswered`] carries
//! what the bank said. Nothing but the bank's final word about the number decides an order; what it says against its
//! own word is noted and never taken silently.
//!
//! [`SendBankOrder`]: crate::SendBankOrder
//! [`BankAnswered`]: crate::BankAnswered

pub(crate) mod answered;
pub(crate) mod card;
pub(crate) mod close;
pub(crate) mod confirm;
pub(crate) mod find;
pub(crate) mod import;
pub(crate) mod limits;
pub(crate) mod pay;
pub(crate) mod person;
pub(crate) mod pockets;
pub(crate) mod prepare;
pub(crate) mod returns;
pub(crate) mod send;
pub(crate) mod statement;
pub(crate) mod suspense;
