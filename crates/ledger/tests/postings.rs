//! What may happen to money: one row per template and per refusal, and conservation whatever is asked.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use base::{PartyId, Slot, Stamp};
use ledger::{
    Account, AccountId, AccountKind, LedgerRefused, Posted, Template, capture, hold, post, release,
};
use money::{Currency, Money};
use proptest::prelude::*;
use std::collections::BTreeMap;

struct Books(BTreeMap<AccountId, Account>, u64);

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

fn party(counter: u64) -> PartyId {
    PartyId::issue(counter, Slot::new(7).unwrap()).unwrap()
}

impl Books {
    fn new() -> Books {
        let mut books = BTreeMap::new();
        let stamp = Stamp { at_us: 1, seq: 1 };
        let mut open = |owner, kind| {
            let account = Account::open(owner, kind, Currency::Cny, stamp);
            books.insert(account.id, account);
        };
        let platform = PartyId::platform(Slot::new(7).unwrap());
        for kind in [AccountKind::Transit, AccountKind::FeeIncome, AccountKind::BankReserve] {
            open(platform, kind);
        }
        (1..=3).for_each(|counter| open(party(counter), AccountKind::Balance));
        Books(books, 1)
    }

    fn post(&mut self, template: Template) -> Result<Posted, LedgerRefused> {
        self.1 += 1;
        let stamp = Stamp { at_us: self.1 as i64, seq: self.1 };
        let posted = post(template, None, stamp, |id| self.0.get(&id).cloned())?;
        for account in &posted.accounts {
            self.0.insert(account.id, account.clone());
        }
        Ok(posted)
    }

    fn balance(&self, owner: PartyId, kind: AccountKind) -> i64 {
        self.0[&AccountId::of(owner, kind, Currency::Cny)].balance_minor
    }

    fn total(&self) -> i64 {
        self.0.values().map(|account| account.balance_minor).sum()
    }
}

#[test]
fn a_payment_and_its_refund_leave_fee_and_transit_as_they_were() {
    let (buyer, seller, platform) = (party(1), party(2), PartyId::platform(Slot::new(7).unwrap()));
    let mut books = Books::new();
    books.post(Template::TopUp { party: buyer, amount: fen(10_000) }).unwrap();
    books.post(Template::PayOut { buyer, amount: fen(10_000) }).unwrap();
    let paid = books.post(Template::PayIn { seller, amount: fen(10_000), fee: fen(60) }).unwrap();
    assert_eq!(paid.posting.entries().count(), 3);
    assert_eq!(books.balance(seller, AccountKind::Balance), 9_940);
    assert_eq!(books.balance(platform, AccountKind::FeeIncome), 60);
    books.post(Template::RefundOut { seller, amount: fen(10_000), fee_back: fen(60) }).unwrap();
    books.post(Template::RefundIn { buyer, amount: fen(10_000) }).unwrap();
    assert_eq!(books.balance(buyer, AccountKind::Balance), 10_000);
    assert_eq!(books.balance(seller, AccountKind::Balance), 0);
    assert_eq!(books.balance(platform, AccountKind::FeeIncome), 0);
    assert_eq!(books.balance(platform, AccountKind::Transit), 0);
    assert_eq!(books.total(), 0);
}

#[test]
fn each_refusal_of_a_posting_has_a_row() {
    let mut books = Books::new();
    let dollar = Money::from_minor(1, Currency::Usd).unwrap();
    let stranger = party(9);
    for (template, refused) in [
        (Template::TopUp { party: stranger, amount: fen(1) }, LedgerRefused::AccountNotFound),
        (Template::PayOut { buyer: party(1), amount: fen(1) }, LedgerRefused::BalanceTooLow),
        (Template::PayIn { seller: party(1), amount: fen(1), fee: fen(2) }, LedgerRefused::BalanceTooLow),
        (Template::PayIn { seller: party(1), amount: fen(1), fee: dollar }, LedgerRefused::CurrencyDiffers),
    ] {
        assert_eq!(books.post(template), Err(refused), "{template:?}");
    }
    books.post(Template::TopUp { party: party(1), amount: fen(i64::MAX as u64) }).unwrap();
    let refused = books.post(Template::TopUp { party: party(1), amount: fen(1) });
    assert_eq!(refused, Err(LedgerRefused::BalanceTooLarge));
    assert_eq!(books.total(), 0, "a refusal changes nothing");
}

#[test]
fn held_money_is_neither_spent_nor_held_twice() {
    let mut books = Books::new();
    let buyer = party(1);
    books.post(Template::TopUp { party: buyer, amount: fen(100) }).unwrap();
    let id = AccountId::of(buyer, AccountKind::Balance, Currency::Cny);
    let stamp = Stamp { at_us: 99, seq: 99 };
    let account = books.0[&id].clone();
    let (account, placed) = hold(account, fen(70), stamp).unwrap();
    assert_eq!(account.available(), fen(30));
    assert_eq!(hold(account.clone(), fen(31), stamp).map(|_| ()), Err(LedgerRefused::BalanceTooLow));
    assert_eq!(
        hold(account.clone(), Money::from_minor(1, Currency::Usd).unwrap(), stamp).map(|_| ()),
        Err(LedgerRefused::CurrencyDiffers)
    );
    books.0.insert(id, account.clone());
    assert_eq!(
        books.post(Template::PayOut { buyer, amount: fen(31) }).map(|_| ()),
        Err(LedgerRefused::BalanceTooLow)
    );
    let (free, released) = release(account.clone(), placed.clone(), stamp).unwrap();
    assert_eq!(free.available(), fen(100));
    assert_eq!(capture(free, released, stamp).map(|_| ()), Err(LedgerRefused::HoldNotOpen));
    let (ready, captured) = capture(account, placed, stamp).unwrap();
    assert_eq!(release(ready.clone(), captured, stamp).map(|_| ()), Err(LedgerRefused::HoldNotOpen));
    books.0.insert(id, ready);
    books.post(Template::PayOut { buyer, amount: fen(70) }).unwrap();
}

fn any_template() -> impl Strategy<Value = Template> {
    let who = (1_u64..=3).prop_map(party);
    (0..10, who, 1_u64..5_000, 0_u64..100).prop_map(|(kind, one, amount, fee)| {
        let (amount, fee) = (fen(amount), fen(fee.min(amount)));
        match kind {
            0 => Template::TopUp { party: one, amount },
            1 => Template::PayOut { buyer: one, amount },
            2 => Template::PayIn { seller: one, amount, fee },
            3 => Template::PayReturn { buyer: one, amount },
            4 => Template::RefundOut { seller: one, amount, fee_back: fee },
            5 => Template::RefundIn { buyer: one, amount },
            6 => Template::SplitOut { seller: one, amount },
            7 => Template::SplitIn { receiver: one, amount },
            8 => Template::SplitReturn { seller: one, amount },
            _ => Template::RefundReturn { seller: one, amount, fee_back: fee },
        }
    })
}

proptest! {
    /// L1–L3: whatever is asked, money is moved and never made, and no customer's balance is below zero.
    #[test]
    fn money_is_conserved(templates in proptest::collection::vec(any_template(), 0..200)) {
        let mut books = Books::new();
        let mut sums: BTreeMap<AccountId, i64> = BTreeMap::new();
        for template in templates {
            if let Ok(posted) = books.post(template) {
                prop_assert_eq!(posted.posting.imbalance(), Some(0));
                for entry in posted.posting.entries() {
                    let units = entry.amount_minor.units();
                    let sum = sums.entry(entry.account).or_default();
                    *sum += if entry.side == ledger::Side::Credit { units } else { -units };
                    prop_assert_eq!(*sum, entry.balance_after_minor);
                }
            }
            prop_assert_eq!(books.total(), 0);
        }
        for (id, account) in &books.0 {
            prop_assert_eq!(sums.get(id).copied().unwrap_or(0), account.balance_minor);
            prop_assert!(account.kind != AccountKind::Balance || account.balance_minor >= 0);
        }
    }
}
