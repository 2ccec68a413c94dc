//! Holds: money set aside on an account for one purpose, captured or released once.

use crate::{Account, AccountId, LedgerRefused};
use base::{Field, HoldNo, Record, Slot, Stamp};
use money::{Currency, Minor, Money};

/// What became of a hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Field)]
pub enum HoldState {
    /// The money is set aside.
    Open,
    /// It was paid out: a posting follows in the same decision.
    Captured,
    /// It is free again.
    Released,
}

/// Money set aside on one account.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "hold", key = 2)]
pub struct Hold {
    /// The account's slot.
    pub slot: Slot,
    /// Its number.
    pub no: HoldNo,
    /// The account.
    pub account: AccountId,
    /// The account's currency.
    pub currency: Currency,
    /// How much, minor units, above zero.
    pub amount_minor: Minor,
    /// What became of it.
    pub state: HoldState,
    /// When the state was reached, microseconds UTC.
    pub changed_at_us: i64,
}

/// Sets an amount aside. Refuses another currency and more than is available.
pub fn hold(mut account: Account, amount: Money, stamp: Stamp) -> Result<(Account, Hold), LedgerRefused> {
    if amount.currency() != account.currency {
        return Err(LedgerRefused::CurrencyDiffers);
    }
    if amount.exceeds(account.available()).map_err(|_| LedgerRefused::CurrencyDiffers)? {
        return Err(LedgerRefused::BalanceTooLow);
    }
    let held = account
        .held_minor
        .of(account.currency)
        .checked_add(amount)
        .map_err(|_| LedgerRefused::BalanceTooLarge)?;
    account.held_minor = held.minor();
    let placed = Hold {
        slot: account.slot,
        no: HoldNo::of(stamp, account.slot),
        account: account.id,
        currency: account.currency,
        amount_minor: amount.minor(),
        state: HoldState::Open,
        changed_at_us: stamp.at_us,
    };
    Ok((account, placed))
}

/// Frees the money of an open hold.
pub fn release(account: Account, hold: Hold, stamp: Stamp) -> Result<(Account, Hold), LedgerRefused> {
    end(account, hold, HoldState::Released, stamp)
}

/// Ends an open hold so that its money can be posted in the same decision: the account comes back with the amount
/// available, and the caller posts exactly that amount.
pub fn capture(account: Account, hold: Hold, stamp: Stamp) -> Result<(Account, Hold), LedgerRefused> {
    end(account, hold, HoldState::Captured, stamp)
}

/// Sets another amount aside than before, above zero. Refuses another currency and more than is available.
pub fn resize(
    mut account: Account,
    mut hold: Hold,
    amount: Money,
    stamp: Stamp,
) -> Result<(Account, Hold), LedgerRefused> {
    assert_eq!(account.id, hold.account, "the caller loads the hold's own account");
    assert!(!amount.is_zero(), "nothing is held by a release");
    if hold.state != HoldState::Open {
        return Err(LedgerRefused::HoldNotOpen);
    }
    if amount.currency() != account.currency {
        return Err(LedgerRefused::CurrencyDiffers);
    }
    let before = hold.amount_minor.of(hold.currency);
    let free = account.available().checked_add(before).map_err(|_| LedgerRefused::BalanceTooLarge)?;
    if amount.exceeds(free).map_err(|_| LedgerRefused::CurrencyDiffers)? {
        return Err(LedgerRefused::BalanceTooLow);
    }
    let held = account.held_minor.of(account.currency).checked_sub(before);
    let held = held.and_then(|held| held.checked_add(amount)).map_err(|_| LedgerRefused::BalanceTooLarge)?;
    account.held_minor = held.minor();
    hold.amount_minor = amount.minor();
    hold.changed_at_us = stamp.at_us;
    Ok((account, hold))
}

fn end(
    mut account: Account,
    mut hold: Hold,
    state: HoldState,
    stamp: Stamp,
) -> Result<(Account, Hold), LedgerRefused> {
    assert_eq!(account.id, hold.account, "the caller loads the hold's own account");
    if hold.state != HoldState::Open {
        return Err(LedgerRefused::HoldNotOpen);
    }
    let held = account.held_minor.of(account.currency);
    let held =
        held.checked_sub(hold.amount_minor.of(hold.currency)).map_err(|_| LedgerRefused::BalanceTooLow)?;
    account.held_minor = held.minor();
    hold.state = state;
    hold.changed_at_us = stamp.at_us;
    Ok((account, hold))
}
