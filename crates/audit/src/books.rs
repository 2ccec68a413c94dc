//! The ledger: every posting, every account, and the sums over all of them.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use crate::shape;
use base::{PartyId, Slot};
use engine::{Key, Tabled};
use foldhash::fast::FixedState;
use ledger::{Account, AccountId, AccountKind, Class, Entry, Hold, HoldState, Posting, PostingKind, Side};
use money::Currency;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An account with what its entries came to so far.
#[derive(Debug)]
struct Running {
    slot: Slot,
    owner: PartyId,
    kind: AccountKind,
    currency: Currency,
    balance: i64,
    held: i64,
    open_holds: i128,
    /// Sum of the entries, credits less debits.
    sum: i128,
    /// What the last entry said the balance was.
    last_after: i64,
}

/// What the orders say the platform's accounts must hold.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Fees charged less fees given back, per slot of the merchant.
    pub(crate) fees: BTreeMap<(Slot, Currency), i128>,
    /// What escrows hold, per slot of the merchant.
    pub(crate) escrows: BTreeMap<(Slot, Currency), i128>,
    /// What transfers wait for, per slot of the payer.
    pub(crate) delayed: BTreeMap<(Slot, Currency), i128>,
    /// What each account with banks, and each of suspense, must hold, per slot.
    pub(crate) funds: BTreeMap<(Slot, Currency, AccountKind), i128>,
    /// Refunds that left the merchant and have not arrived, and transfers that left the payer and have not.
    pub(crate) under_way: BTreeMap<Currency, i128>,
}

/// The books.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// By slot: postings come slot by slot, and the accounts of one slot stay in the processor's cache.
    accounts: BTreeMap<Slot, HashMap<AccountId, Running, FixedState>>,
    /// Debits less credits of all entries.
    days: BTreeMap<(Slot, Currency, u32), i128>,
    /// The day that is being summed.
    day: Option<((Slot, Currency, u32), i128)>,
    postings: u64,
    entries: u64,
    payments: u64,
}

impl Books {
    pub(crate) fn account(&mut self, account: &Account, findings: &mut Findings) {
        let Account { slot, id, owner, kind, currency, balance_minor, held_minor, .. } = *account;
        let held = held_minor.units();
        let key = || text_of_key(&Account::wrap_key((slot, id)));
        if AccountId::of(owner, kind, currency) != id || owner.slot() != slot {
            let message = format!("its number is not that of the {} account of {owner}", kind.as_str());
            findings.add(FindingKind::AccountWrong, "account", key(), message);
        }
        if owner.is_platform() == (kind == AccountKind::Balance) {
            let message = format!("{owner} cannot own an account of kind {}", kind.as_str());
            findings.add(FindingKind::AccountWrong, "account", key(), message);
        }
        let below = match kind.class() {
            Class::Liability => balance_minor < held,
            // Money moves between slots without the reserve: only over all slots it has its sign.
            Class::Asset => balance_minor > 0 && kind != AccountKind::BankReserve,
            Class::Income | Class::Clearing => false,
        };
        if below {
            let message =
                format!("balance {balance_minor} with {held} held cannot be on a {} account", kind.as_str());
            findings.add(FindingKind::AccountBelow, "account", key(), message);
        }
        let (balance, open_holds, sum, last_after) = (balance_minor, 0, 0, 0);
        let running = Running { slot, owner, kind, currency, balance, held, open_holds, sum, last_after };
        self.accounts.entry(id.slot()).or_default().insert(id, running);
    }

    pub(crate) fn hold(&mut self, hold: &Hold, findings: &mut Findings) {
        let key = || text_of_key(&Hold::wrap_key((hold.slot, hold.no)));
        let account = self.running(hold.account);
        let Some(account) =
            account.filter(|account| account.slot == hold.slot && account.currency == hold.currency)
        else {
            let message = format!("account {} is not there, or not of its slot and currency", hold.account);
            findings.add(FindingKind::HoldWrong, "hold", key(), message);
            return;
        };
        if hold.no.slot() != hold.slot {
            findings.add(FindingKind::HoldWrong, "hold", key(), "its number is of another slot");
        }
        match hold.state {
            HoldState::Open => account.open_holds += i128::from(hold.amount_minor.units()),
            HoldState::Captured | HoldState::Released => {}
        }
    }

    /// Postings come in the order of their numbers, so the entries of an account come in the order of time.
    pub(crate) fn posting(&mut self, posting: &Posting, findings: &mut Findings) {
        self.postings += 1;
        self.payments += u64::from(matches!(posting.kind, PostingKind::PayIn | PostingKind::EscrowIn));
        for (kind, message) in shape::faults(posting) {
            findings.add(kind, "posting", key_of(posting), message);
        }
        for entry in posting.entries() {
            self.entries += 1;
            let units = i128::from(entry.amount_minor.units());
            let debit = if entry.side == Side::Debit { units } else { -units };
            self.add_to_day((posting.slot, posting.currency, posting.business_date), debit);
            self.entry(posting, entry, -debit, findings);
        }
    }

    fn running(&mut self, id: AccountId) -> Option<&mut Running> {
        self.accounts.get_mut(&id.slot())?.get_mut(&id)
    }

    fn add_to_day(&mut self, day: (Slot, Currency, u32), debit: i128) {
        match &mut self.day {
            Some((same, sum)) if *same == day => *sum += debit,
            other => {
                if let Some((day, sum)) = other.replace((day, debit)) {
                    *self.days.entry(day).or_default() += sum;
                }
            }
        }
    }

    fn entry(&mut self, posting: &Posting, entry: &Entry, credit: i128, findings: &mut Findings) {
        let account = self.running(entry.account);
        let ours =
            |account: &&mut Running| account.slot == posting.slot && account.currency == posting.currency;
        let Some(account) = account.filter(ours) else {
            let message = format!("account {} is not there, or not of its slot and currency", entry.account);
            findings.add(FindingKind::EntryAccount, "posting", key_of(posting), message);
            return;
        };
        account.sum += credit;
        let follows = i128::from(account.last_after) + credit;
        let after = i128::from(entry.balance_after_minor);
        // After one wrong entry the sum and the chain part for good; what follows from either is not wrong once more.
        if after != follows && after != account.sum {
            let message = format!(
                "entry on account {}: balance after it is {after}, but {} before it and {credit:+} make {follows}",
                entry.account, account.last_after
            );
            findings.add(FindingKind::BalanceAfter, "posting", key_of(posting), message);
        }
        account.last_after = entry.balance_after_minor;
    }

    /// The sums over all; gives the number of postings, of entries, and of payments that arrived.
    pub(crate) fn finish(mut self, expected: &Expected, findings: &mut Findings) -> (u64, u64, u64) {
        if let Some((day, sum)) = self.day.take() {
            *self.days.entry(day).or_default() += sum;
        }
        let mut slots: BTreeMap<(Slot, Currency), i128> = BTreeMap::new();
        let mut transit: BTreeMap<Currency, i128> = BTreeMap::new();
        let mut fees: BTreeMap<(Slot, Currency), i128> = BTreeMap::new();
        let mut escrows: BTreeMap<(Slot, Currency), i128> = BTreeMap::new();
        let mut delayed: BTreeMap<(Slot, Currency), i128> = BTreeMap::new();
        let mut funds: BTreeMap<(Slot, Currency, AccountKind), i128> = BTreeMap::new();
        for (id, account) in self.accounts.values().flatten() {
            account_ends(*id, account, findings);
            let balance = i128::from(account.balance);
            *slots.entry((account.slot, account.currency)).or_default() += balance;
            match account.kind {
                AccountKind::Transit => *transit.entry(account.currency).or_default() += balance,
                AccountKind::FeeIncome => {
                    *fees.entry((account.slot, account.currency)).or_default() += balance
                }
                AccountKind::Escrow => {
                    *escrows.entry((account.slot, account.currency)).or_default() += balance
                }
                AccountKind::Delayed => {
                    *delayed.entry((account.slot, account.currency)).or_default() += balance
                }
                AccountKind::ClearingIn
                | AccountKind::ClearingOut
                | AccountKind::SuspenseOwed
                | AccountKind::SuspenseDue => {
                    *funds.entry((account.slot, account.currency, account.kind)).or_default() += balance;
                }
                AccountKind::Balance | AccountKind::BankReserve => {}
            }
        }
        for ((slot, currency), sum) in slots.iter().filter(|(_, sum)| **sum != 0) {
            let message = format!("the accounts sum to {sum}, not 0");
            findings.add(FindingKind::TrialBalance, "account", group_key(*slot, *currency), message);
        }
        for ((slot, currency, date), sum) in self.days.iter().filter(|(_, sum)| **sum != 0) {
            let key = format!("{} business_date={date}", group_key(*slot, *currency));
            let message = format!("debits less credits of the day are {sum}, not 0");
            findings.add(FindingKind::TrialBalance, "posting", key, message);
        }
        for (currency, sum) in &transit {
            let under_way = expected.under_way.get(currency).copied().unwrap_or(0);
            if *sum != under_way {
                let message = format!("transit over all slots is {sum}, but {under_way} is under way");
                findings.add(
                    FindingKind::TransitOpen,
                    "account",
                    format!("currency='{}'", currency.as_str()),
                    message,
                );
            }
        }
        let places: BTreeSet<_> = fees.keys().chain(expected.fees.keys()).copied().collect();
        for place in places {
            let sum = |sums: &BTreeMap<_, i128>| sums.get(&place).copied().unwrap_or(0);
            fee_ends(place, sum(&fees), sum(&expected.fees), findings);
        }
        for (key, booked, held) in parting(&escrows, &expected.escrows) {
            let message = format!("{booked} is held in escrow, but the escrows of the slot hold {held}");
            findings.add(FindingKind::EscrowHeld, "account", key, message);
        }
        for (key, booked, waits) in parting(&delayed, &expected.delayed) {
            let message = format!("{booked} waits, but the transfers of the slot wait for {waits}");
            findings.add(FindingKind::DelayedHeld, "account", key, message);
        }
        funds_end(&funds, &expected.funds, findings);
        (self.postings, self.entries, self.payments)
    }
}

/// Where two sums of a slot and currency part: the place, what is booked and what should be.
fn parting(
    booked: &BTreeMap<(Slot, Currency), i128>,
    wanted: &BTreeMap<(Slot, Currency), i128>,
) -> Vec<(String, i128, i128)> {
    let places: BTreeSet<_> = booked.keys().chain(wanted.keys()).copied().collect();
    let sum = |sums: &BTreeMap<_, i128>, place| sums.get(&place).copied().unwrap_or(0);
    let both = places.into_iter().map(|place| (place, sum(booked, place), sum(wanted, place)));
    let parting = both.filter(|(_, booked, wanted)| booked != wanted);
    parting.map(|((slot, currency), booked, wanted)| (group_key(slot, currency), booked, wanted)).collect()
}

/// Accounts with banks hold what the bank orders of their slot come to.
fn funds_end(
    booked: &BTreeMap<(Slot, Currency, AccountKind), i128>,
    owed: &BTreeMap<(Slot, Currency, AccountKind), i128>,
    findings: &mut Findings,
) {
    let places: BTreeSet<_> = booked.keys().chain(owed.keys()).copied().collect();
    for place in places {
        let sum = |sums: &BTreeMap<_, i128>| sums.get(&place).copied().unwrap_or(0);
        let (booked, owed) = (sum(booked), sum(owed));
        if booked != owed {
            let (slot, currency, kind) = place;
            let message = format!("{} is {booked}, the slot's bank orders come to {owed}", kind.as_str());
            findings.add(FindingKind::BankSums, "account", group_key(slot, currency), message);
        }
    }
}

fn fee_ends((slot, currency): (Slot, Currency), booked: i128, earned: i128, findings: &mut Findings) {
    if booked != earned {
        let message =
            format!("fee income is {booked}, but orders were charged {earned} net of what was given back");
        findings.add(FindingKind::FeeIncome, "account", group_key(slot, currency), message);
    }
}

fn account_ends(id: AccountId, account: &Running, findings: &mut Findings) {
    let key = || text_of_key(&Account::wrap_key((account.slot, id)));
    // The sum and the last entry part only at an entry that was named itself.
    if account.balance != account.last_after && i128::from(account.balance) != account.sum {
        let message = format!(
            "balance of {} is {}, but its entries sum to {} and the last says {}",
            account.owner, account.balance, account.sum, account.last_after
        );
        findings.add(FindingKind::AccountBalance, "account", key(), message);
    }
    if i128::from(account.held) != account.open_holds {
        let message = format!("{} held, but open holds sum to {}", account.held, account.open_holds);
        findings.add(FindingKind::AccountHeld, "account", key(), message);
    }
}

fn group_key(slot: Slot, currency: Currency) -> String {
    format!("slot={} currency='{}'", slot.number(), currency.as_str())
}

/// The key of a posting as people read it.
pub(crate) fn key_of(posting: &Posting) -> String {
    text_of_key(&Key::Posting((posting.slot, posting.no)))
}
