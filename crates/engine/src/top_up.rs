//! Money comes in for a party.

use crate::command::Next;
use crate::{Rows, Stop, books};
use base::{PartyId, Plant, Slot, Text, planted};
use ledger::{Account, AccountId, AccountKind, LedgerRefused, Template};
use money::Money;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::TopUpReceipt;

/// Books money that arrived at the bank for a party. Repeating it with the same key changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TopUp {
    /// Who gets it.
    pub party: PartyId,
    /// How much, above zero.
    pub amount: Money,
    /// The caller's key for this top-up, unique per party.
    pub key: Text<64>,
}

/// The most a top-up may fill an account to, minor units: 10¹⁴, which is 10¹² yuan. What cannot be
/// refused, such as a payment or a refund that arrives, always fits above it.
const BALANCE_MAX_MINOR: i64 = 100_000_000_000_000;

/// Why a top-up is refused. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TopUpRefused {
    /// The key was used for another amount.
    #[error("the key was used with another amount")]
    KeyTaken,
    /// Nothing to book.
    #[error("the amount must be above zero")]
    NothingToBook,
    /// There is no such party.
    #[error("no such party")]
    PartyNotFound,
    /// The party's account was given up.
    #[error("the account is closed")]
    PartyClosed,
    /// The ledger refuses.
    #[error("{0}")]
    Ledger(LedgerRefused),
}

impl TopUp {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn top_up(rows: &mut Rows<'_>, command: &TopUp) -> Result<Next<Arc<Account>>, Stop<TopUpRefused>> {
    let slot = rows.slot();
    let TopUp { party, amount, key } = command;
    let id = AccountId::of(*party, AccountKind::Balance, amount.currency());
    let first = rows.get::<TopUpReceipt>((slot, *party, key.clone()))?;
    if let Some(first) = first.filter(|_| !planted(Plant::TopUpKeyIgnored)) {
        if first.amount_minor.of(first.currency) != *amount {
            return Stop::because(TopUpRefused::KeyTaken);
        }
        let Some(account) = rows.get::<Account>((slot, id))? else {
            return Stop::because(TopUpRefused::PartyNotFound);
        };
        return Ok(Next::Answer(account));
    }
    if amount.is_zero() {
        return Stop::because(TopUpRefused::NothingToBook);
    }
    let Some(found) = rows.get::<Party>((slot, *party))? else {
        return Stop::because(TopUpRefused::PartyNotFound);
    };
    if found.status == PartyStatus::Closed {
        return Stop::because(TopUpRefused::PartyClosed);
    }
    let posted = books::check(rows, Template::TopUp { party: *party, amount: *amount }, None)?;
    let posted = posted.map_err(|refused| Stop::Refused(TopUpRefused::Ledger(refused)))?;
    if posted.accounts.iter().any(|account| account.id == id && account.balance_minor > BALANCE_MAX_MINOR) {
        return Stop::because(TopUpRefused::Ledger(LedgerRefused::BalanceTooLarge));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    books::book(rows, posted);
    let (currency, amount_minor, at_us) = (amount.currency(), amount.minor(), rows.now_us());
    rows.put(TopUpReceipt { slot, party: *party, key: key.clone(), currency, amount_minor, at_us });
    let account = rows.get::<Account>((slot, id))?.expect("just posted");
    Ok(Next::Answer(account))
}
