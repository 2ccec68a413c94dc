//! Writing a posting: the accounts before, the accounts after, and the page of the book.

use crate::{Account, AccountId, Entry, LEGS_MAX, LedgerRefused, Posting, Template};
use base::{Plant, PostingNo, Stamp, china_date, planted};
use money::MoneyError;

/// What a posting changes. Nothing is changed until the caller puts these rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posted {
    /// The accounts as they are after it.
    pub accounts: Vec<Account>,
    /// The page.
    pub posting: Posting,
}

/// Computes a posting from its template. `account` gives an account as it is now; `about` is the order it concerns.
/// Refuses in the order of [`LedgerRefused`]; an amount of zero in every line is an error of the caller.
pub fn post(
    template: Template,
    about: Option<base::OrderNo>,
    stamp: Stamp,
    mut account: impl FnMut(AccountId) -> Option<Account>,
) -> Result<Posted, LedgerRefused> {
    let legs = template.legs().map_err(|error| match error {
        MoneyError::CurrencyDiffers => LedgerRefused::CurrencyDiffers,
        MoneyError::BelowZero => LedgerRefused::BalanceTooLow,
        MoneyError::TooLarge => LedgerRefused::BalanceTooLarge,
    })?;
    assert!(legs.len() >= 2, "a posting moves money between two accounts at least");
    let mut accounts = Vec::with_capacity(legs.len());
    let mut entries = [None; LEGS_MAX];
    for (leg, entry) in legs.iter().zip(&mut entries) {
        assert!(
            accounts.iter().all(|seen: &Account| seen.id != leg.account),
            "no template names an account twice"
        );
        let before = account(leg.account).ok_or(LedgerRefused::AccountNotFound)?;
        let balance_before_minor = before.balance_minor;
        let after = before.after(leg.side, leg.amount)?;
        let stale = planted(Plant::BalanceAfterStale);
        *entry = Some(Entry {
            account: leg.account,
            side: leg.side,
            amount_minor: leg.amount.minor(),
            balance_after_minor: if stale { balance_before_minor } else { after.balance_minor },
        });
        accounts.push(after);
    }
    let slot = template.slot();
    let posting = Posting {
        slot,
        no: PostingNo::of(stamp, slot),
        kind: template.kind(),
        business_date: china_date(stamp.at_us),
        order_no: about,
        currency: template.currency(),
        entries,
    };
    assert_eq!(posting.imbalance(), Some(0), "L1: debits equal credits");
    assert!(accounts.iter().all(|after| after.slot == slot), "a posting stays in its slot");
    Ok(Posted { accounts, posting })
}
