//! Posting from a decision: loads the accounts, asks the ledger, puts what it gives back.

use crate::{Fault, Rows, balance_limit};
use base::{OrderNo, PartyId};
use ledger::{Account, AccountId, AccountKind, Hold, LedgerRefused, Posted, Template};
use money::{Currency, Money};
use people::Party;

/// Asks the ledger without changing anything. The platform's own accounts open themselves when first used.
pub(crate) fn check(
    rows: &mut Rows<'_>,
    template: Template,
    about: Option<OrderNo>,
) -> Result<Result<Posted, LedgerRefused>, Fault> {
    check_freed(rows, template, about, Freed::Nothing)
}

/// What of a hold counts as held no more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Freed<'a> {
    /// Nothing.
    Nothing,
    /// All of it.
    All(&'a Hold),
    /// All but this much.
    But(&'a Hold, Money),
}

/// As [`check`], as if `freed` were held no more: the caller frees it before it books.
pub(crate) fn check_freed(
    rows: &mut Rows<'_>,
    template: Template,
    about: Option<OrderNo>,
    freed: Freed<'_>,
) -> Result<Result<Posted, LedgerRefused>, Fault> {
    let (slot, stamp) = (rows.slot(), rows.stamp());
    assert_eq!(template.slot(), slot, "a posting is written in the decision's own slot");
    let mut accounts = Vec::with_capacity(ledger::LEGS_MAX);
    for leg in template.legs().unwrap_or_default() {
        let account = rows.get::<Account>((slot, leg.account))?;
        let account = account.map(|account| (*account).clone());
        accounts.extend(account.or_else(|| platform_account(rows, leg.account, template.currency())));
    }
    let freed = match freed {
        Freed::Nothing => None,
        Freed::All(held) => Some((held, Money::zero(held.currency))),
        Freed::But(held, left) => Some((held, left)),
    };
    if let Some((held, left)) = freed {
        for account in accounts.iter_mut().filter(|account| account.id == held.account) {
            let free = if left.is_zero() {
                ledger::release(account.clone(), held.clone(), stamp)
            } else {
                ledger::resize(account.clone(), held.clone(), left, stamp)
            };
            *account = free.map_err(|refused| Fault(format!("hold {}: {refused}", held.no)))?.0;
        }
    }
    let find = |id: AccountId| accounts.iter().find(|account| account.id == id).cloned();
    Ok(ledger::post(template, about, stamp, find))
}

/// Why money does not leave a buyer. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OutRefused {
    /// The owner or the operator stopped what leaves the balance.
    Stopped,
    /// More than the buyer's class allows.
    OverLimit,
    /// Not enough money.
    TooLow,
}

/// Asks the class of a buyer and the ledger for money, without changing anything.
pub(crate) fn check_pay_out(
    rows: &mut Rows<'_>,
    buyer: &Party,
    amount: Money,
    order_no: OrderNo,
) -> Result<Result<Posted, OutRefused>, Fault> {
    if buyer.stop.holds() {
        return Ok(Err(OutRefused::Stopped));
    }
    if !balance_limit::allows(rows, buyer, amount)? {
        return Ok(Err(OutRefused::OverLimit));
    }
    match check(rows, Template::PayOut { buyer: buyer.id, amount }, Some(order_no))? {
        Ok(posted) => Ok(Ok(posted)),
        // Without an account in the currency there is no money in it.
        Err(LedgerRefused::BalanceTooLow | LedgerRefused::AccountNotFound) => Ok(Err(OutRefused::TooLow)),
        Err(refused) => Err(Fault(format!("payment of {order_no}: {refused}"))),
    }
}

/// Books what [`check_pay_out`] gave, and counts it.
pub(crate) fn pay_out(
    rows: &mut Rows<'_>,
    posted: Posted,
    buyer: PartyId,
    amount: Money,
) -> Result<(), Fault> {
    book(rows, posted);
    balance_limit::count(rows, buyer, amount, rows.now_us())
}

/// Puts the rows of a posting that was checked.
pub(crate) fn book(rows: &mut Rows<'_>, posted: Posted) {
    for account in posted.accounts {
        rows.put(account);
    }
    rows.insert(posted.posting);
}

/// Checks and books a posting that cannot be refused, because what it moves was set aside for it before.
pub(crate) fn must(rows: &mut Rows<'_>, template: Template, about: Option<OrderNo>) -> Result<(), Fault> {
    match check(rows, template, about)? {
        Ok(posted) => {
            book(rows, posted);
            Ok(())
        }
        Err(refused) => Err(Fault(format!("posting {:?} was refused: {refused}", template.kind()))),
    }
}

fn platform_account(rows: &Rows<'_>, id: AccountId, currency: Currency) -> Option<Account> {
    let kind =
        AccountKind::ALL.into_iter().find(|kind| AccountId::platform(rows.slot(), *kind, currency) == id)?;
    Some(Account::open(PartyId::platform(rows.slot()), kind, currency, rows.stamp()))
}
