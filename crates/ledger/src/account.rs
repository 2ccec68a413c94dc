//! Accounts and the chart they belong to.

use crate::{LedgerRefused, Side};
use base::{ColumnKind, Field, FieldError, PartyId, Plant, Record, Sink, Slot, Source, Stamp, planted};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an account is for: the chart of accounts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum AccountKind {
    /// What we owe a person or a merchant: the wallet's balance.
    Balance,
    /// Money under way between this slot and another; with the messages under way it is zero over all slots.
    Transit,
    /// Fees earned from merchants in this slot.
    FeeIncome,
    /// Our money at the bank, as far as this slot brought it in.
    BankReserve,
    /// What buyers paid for goods that they have not confirmed, in the merchant's slot: owed to one of the two.
    Escrow,
    /// What payers sent and still wait to send, in the payer's slot: owed to one of the two.
    Delayed,
    /// What banks said they took from cards for us and have not settled yet, in the party's slot.
    ClearingIn,
    /// What banks are to pay to cards, or said they paid, and have not settled yet, in the party's slot.
    ClearingOut,
    /// Money that a bank took against its word: owed to somebody, until it is known to whom.
    SuspenseOwed,
    /// Money that a bank paid against its word: due to us, until somebody gives it back.
    SuspenseDue,
}

/// On which side of the balance sheet an account stands, and so whether it may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// What we owe: credits minus debits, never below what is held.
    Liability,
    /// What we own: credits minus debits is zero or negative.
    Asset,
    /// What we earned: credits minus debits, negative only while more is given back than earned.
    Income,
    /// Passing through: either sign.
    Clearing,
}

impl AccountKind {
    /// The class of the kind.
    pub const fn class(self) -> Class {
        match self {
            AccountKind::Balance => Class::Liability,
            AccountKind::Transit => Class::Clearing,
            AccountKind::FeeIncome => Class::Income,
            AccountKind::BankReserve => Class::Asset,
            AccountKind::Escrow | AccountKind::Delayed => Class::Liability,
            AccountKind::ClearingIn | AccountKind::SuspenseDue => Class::Asset,
            AccountKind::ClearingOut | AccountKind::SuspenseOwed => Class::Liability,
        }
    }

    /// The two digits that account ids carry; never reused for another kind.
    const fn number(self) -> i64 {
        match self {
            AccountKind::Balance => 10,
            AccountKind::Transit => 20,
            AccountKind::FeeIncome => 30,
            AccountKind::BankReserve => 40,
            AccountKind::Escrow => 50,
            AccountKind::Delayed => 60,
            AccountKind::ClearingIn => 70,
            AccountKind::ClearingOut => 71,
            AccountKind::SuspenseOwed => 72,
            AccountKind::SuspenseDue => 73,
        }
    }

    /// All kinds.
    pub const ALL: [AccountKind; 10] = [
        AccountKind::Balance,
        AccountKind::Transit,
        AccountKind::FeeIncome,
        AccountKind::BankReserve,
        AccountKind::Escrow,
        AccountKind::Delayed,
        AccountKind::ClearingIn,
        AccountKind::ClearingOut,
        AccountKind::SuspenseOwed,
        AccountKind::SuspenseDue,
    ];
}

/// An account's number: the owner's last twelve digits, two of the kind, three of the currency (ISO 4217).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(i64);

/// Where party ids begin; an account number leaves this common part out.
const PARTY_BASE: u64 = 2_088_000_000_000_000;
const KINDS: i64 = 100;
const CURRENCIES: i64 = 1_000;

impl AccountId {
    /// The account of an owner by kind and currency: an owner has one of each.
    pub const fn of(owner: PartyId, kind: AccountKind, currency: Currency) -> AccountId {
        let owner = (owner.number() - PARTY_BASE).cast_signed();
        AccountId((owner * KINDS + kind.number()) * CURRENCIES + currency.number().cast_signed())
    }

    /// The platform's account of a kind in a slot.
    pub const fn platform(slot: Slot, kind: AccountKind, currency: Currency) -> AccountId {
        AccountId::of(PartyId::platform(slot), kind, currency)
    }

    /// The slot of the owner.
    pub const fn slot(self) -> Slot {
        Slot::of_id((self.0 / (KINDS * CURRENCIES)).unsigned_abs())
    }

    /// Whose it is; `None` for a number that no party has.
    pub fn owner(self) -> Option<PartyId> {
        ((self.0 / (KINDS * CURRENCIES)).unsigned_abs() + PARTY_BASE).to_string().parse().ok()
    }

    /// What the account is for; `None` for a number that no account has.
    pub fn kind(self) -> Option<AccountKind> {
        let number = self.0 / CURRENCIES % KINDS;
        AccountKind::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The number as stored.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The account number of a stored integer.
    pub const fn from_number(number: i64) -> Option<AccountId> {
        if number < 0 { None } else { Some(AccountId(number)) }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:017}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Field for AccountId {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(self.0);
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let number = source.int()?;
        AccountId::from_number(number).ok_or_else(|| FieldError::new("AccountId", number))
    }
}

/// An account as it stands now.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "account", key = 2)]
pub struct Account {
    /// The owner's slot.
    pub slot: Slot,
    /// Its number.
    pub id: AccountId,
    /// Whose it is.
    pub owner: PartyId,
    /// What it is for.
    pub kind: AccountKind,
    /// What it is kept in.
    pub currency: Currency,
    /// Credits minus debits, minor units; negative only where the class allows it.
    pub balance_minor: i64,
    /// What open holds keep back, minor units.
    pub held_minor: Minor,
    /// When it was opened, microseconds UTC.
    pub opened_at_us: i64,
}

impl Account {
    /// A new account without money.
    pub fn open(owner: PartyId, kind: AccountKind, currency: Currency, stamp: Stamp) -> Account {
        let id = AccountId::of(owner, kind, currency);
        let (slot, opened_at_us) = (owner.slot(), stamp.at_us);
        Account { slot, id, owner, kind, currency, balance_minor: 0, held_minor: Minor::ZERO, opened_at_us }
    }

    /// What the owner may spend: the balance less what is held, never below zero.
    pub fn available(&self) -> Money {
        let units = self.balance_minor.saturating_sub(self.held_minor.units()).max(0);
        Money::from_minor(units.unsigned_abs(), self.currency).unwrap_or(Money::zero(self.currency))
    }

    /// The account after one entry. Refuses another currency, a customer's debit above what is available, and overflow.
    pub(crate) fn after(mut self, side: Side, amount: Money) -> Result<Account, LedgerRefused> {
        if amount.currency() != self.currency {
            return Err(LedgerRefused::CurrencyDiffers);
        }
        let units = amount.minor().units();
        let class = self.kind.class();
        let balance = match side {
            Side::Debit if planted(Plant::BankSideFlipped) && class == Class::Asset => {
                self.balance_minor.checked_add(units)
            }
            Side::Credit => self.balance_minor.checked_add(units),
            Side::Debit => self.balance_minor.checked_sub(units),
        };
        let balance = balance.ok_or(LedgerRefused::BalanceTooLarge)?;
        let least = self.held_minor.units() + i64::from(planted(Plant::LastFenRefused));
        if class == Class::Liability && balance < least && !planted(Plant::OverdraftAllowed) {
            return Err(LedgerRefused::BalanceTooLow);
        }
        self.balance_minor = balance;
        Ok(self)
    }
}
