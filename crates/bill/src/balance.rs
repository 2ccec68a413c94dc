//! What an account had at a moment.

use crate::BillError;
use crate::account::{account_of, moved, postings};
use base::PartyId;
use engine::{Key, Row};
use std::ops::ControlFlow;
use store::Reader;

/// The balance of a party's account just before a moment (microseconds UTC), fen; zero before it was opened. Takes as
/// long as the postings of its slot since then.
///
/// # Errors
/// When the tables cannot be read.
pub fn balance_before(reader: &mut dyn Reader, party: PartyId, at_us: i64) -> Result<i64, BillError> {
    let account = account_of(party);
    let mut before = None;
    postings(reader, party.slot(), &(at_us..i64::MAX), &mut |_, posting| {
        let Some(moved) = moved(posting, account) else { return Ok(ControlFlow::Continue(())) };
        before = Some(moved.after_minor - moved.delta_minor);
        Ok(ControlFlow::Break(()))
    })?;
    if let Some(before) = before {
        return Ok(before);
    }
    // Nothing happened since: it is what it is now.
    match reader.row(&Key::Account((party.slot(), account)))? {
        Some(Row::Account(account)) => Ok(account.balance_minor),
        _ => Ok(0),
    }
}
