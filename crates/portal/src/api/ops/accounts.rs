//! Accounts as the console tells them, and the chart that they belong to: kinds with their meaning and sums.

use super::super::moment;
use super::read::{books, cursor, many_books, user};
use crate::api::page::{bad_cursor, limit};
use crate::portal::Portal;
use crate::recon_report::signed_text;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Query, State};
use base::PartyId;
use engine::{Key, Row, Table};
use ledger::{Account, AccountId, AccountKind, Class};
use money::Currency;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

/// Accounts that are added up at most: a few seconds of reading.
const SUMMED_MAX: usize = 1_000_000;
/// Accounts that one page looks at.
const LOOKED_MAX: usize = 5_000;
/// Rows read at once.
const PAGE: usize = 1_000;

/// An account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsAccount {
    account_id: String,
    owner: String,
    kind: &'static str,
    /// `liability`, `asset`, `income` or `clearing`.
    class: &'static str,
    currency: &'static str,
    balance: String,
    held: String,
    available: String,
    #[schema(format = DateTime)]
    opened_at: String,
}

impl OpsAccount {
    pub(super) fn of(account: &Account) -> OpsAccount {
        OpsAccount {
            account_id: account.id.to_string(),
            owner: account.owner.to_string(),
            kind: account.kind.as_str(),
            class: class_name(account.kind),
            currency: account.currency.code(),
            balance: signed_text(i128::from(account.balance_minor), account.currency),
            held: account.held_minor.of(account.currency).to_string(),
            available: account.available().to_string(),
            opened_at: moment(account.opened_at_us),
        }
    }
}

/// The class of a kind, by name.
const fn class_name(kind: AccountKind) -> &'static str {
    match kind.class() {
        Class::Liability => "liability",
        Class::Asset => "asset",
        Class::Income => "income",
        Class::Clearing => "clearing",
    }
}

/// What a kind of account is, in Chinese and in English.
const fn meaning(kind: AccountKind) -> (&'static str, &'static str) {
    match kind {
        AccountKind::Balance => ("客户与商户余额", "What customers and merchants have"),
        AccountKind::Transit => ("在途", "On the way between slots; zero over all of them"),
        AccountKind::FeeIncome => ("手续费收入", "What the platform earned by fees"),
        AccountKind::BankReserve => ("备付金", "What lies at the bank for all of them"),
        AccountKind::Escrow => ("担保交易款", "Paid, and held until goods arrive"),
        AccountKind::Delayed => ("延时到账款", "Sent, and waiting for its time to arrive"),
        AccountKind::ClearingIn => ("银行入金清算", "Taken by banks, not on a statement yet"),
        AccountKind::ClearingOut => {
            ("银行出金清算", "On its way to cards, or paid and not on a statement yet")
        }
        AccountKind::SuspenseOwed => ("应付挂账", "Came in, and nothing explains it"),
        AccountKind::SuspenseDue => ("应收挂账", "Went out, and nothing explains it"),
    }
}

/// The chart of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsChart {
    kinds: Vec<OpsKind>,
    /// What all accounts of a currency come to: zero in right books.
    differences: Vec<OpsSum>,
    /// Whether all accounts were added up.
    complete: bool,
}

/// A kind of account.
#[derive(Debug, Serialize, ToSchema)]
struct OpsKind {
    kind: &'static str,
    /// `liability`, `asset`, `income` or `clearing`.
    class: &'static str,
    /// What it is, in Chinese.
    zh: &'static str,
    /// The same in English.
    en: &'static str,
    sums: Vec<OpsKindSum>,
}

/// What all accounts of a kind come to in a currency.
#[derive(Debug, Serialize, ToSchema)]
struct OpsKindSum {
    currency: &'static str,
    accounts: u64,
    balance: String,
    held: String,
}

/// A sum in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsSum {
    pub(super) currency: &'static str,
    pub(super) balance: String,
}

/// What accounts came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    accounts: u64,
    pub(super) balance: i128,
    held: i128,
}

/// Sums by kind and currency, and whether all accounts are in them.
pub(super) type Sums = (BTreeMap<(AccountKind, Currency), Sum>, bool);

/// Adds all accounts up, at most so many.
pub(super) fn sums(reader: &mut dyn Reader) -> Result<Sums, StoreError> {
    let mut sums: BTreeMap<(AccountKind, Currency), Sum> = BTreeMap::new();
    let (mut after, mut looked): (Option<Key>, usize) = (None, 0);
    while looked < SUMMED_MAX {
        let rows = reader.scan(Table::Account, None, after.as_ref(), PAGE)?;
        for row in &rows {
            let Row::Account(account) = row else { continue };
            let sum = sums.entry((account.kind, account.currency)).or_default();
            sum.accounts += 1;
            sum.balance += i128::from(account.balance_minor);
            sum.held += i128::from(account.held_minor.units());
        }
        looked += rows.len();
        match rows.last() {
            Some(last) if rows.len() == PAGE => after = Some(last.key()),
            _ => return Ok((sums, true)),
        }
    }
    Ok((sums, false))
}

/// All kinds of accounts, with what they come to.
#[utoipa::path(
    get,
    path = "/ops/ledger/chart",
    tag = "ops",
    responses((status = 200, description = "Kinds and sums.", body = OpsChart))
)]
pub(crate) async fn chart(State(portal): State<Arc<Portal>>) -> Result<Json<OpsChart>, SandboxError> {
    let (sums, complete) = many_books(&portal, sums).await?;
    let mut totals: BTreeMap<Currency, i128> = BTreeMap::new();
    for ((_, currency), sum) in &sums {
        *totals.entry(*currency).or_default() += sum.balance;
    }
    let difference = |(currency, sum): (&Currency, &i128)| OpsSum {
        currency: currency.code(),
        balance: signed_text(*sum, *currency),
    };
    Ok(Json(OpsChart {
        kinds: AccountKind::ALL.into_iter().map(|kind| kind_told(kind, &sums)).collect(),
        differences: totals.iter().map(difference).collect(),
        complete,
    }))
}

fn kind_told(kind: AccountKind, sums: &BTreeMap<(AccountKind, Currency), Sum>) -> OpsKind {
    let own = sums.iter().filter(|((of, _), _)| *of == kind);
    let sums = own.map(|((_, currency), sum)| OpsKindSum {
        currency: currency.code(),
        accounts: sum.accounts,
        balance: signed_text(sum.balance, *currency),
        held: signed_text(sum.held, *currency),
    });
    let (zh, en) = meaning(kind);
    OpsKind { kind: kind.as_str(), class: class_name(kind), zh, en, sums: sums.collect() }
}

/// Which accounts are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccountsQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Accounts of this kind alone, as `balance` or `transit`.
    kind: Option<String>,
    /// Accounts of this user, or of the platform in a slot.
    owner: Option<String>,
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsAccounts {
    /// By slot and number.
    accounts: Vec<OpsAccount>,
    /// The `cursor` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// Accounts, by slot and number.
#[utoipa::path(
    get,
    path = "/ops/ledger/accounts",
    tag = "ops",
    params(AccountsQuery),
    responses((status = 200, description = "Accounts.", body = OpsAccounts))
)]
pub(crate) async fn accounts(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<AccountsQuery>,
) -> Result<Json<OpsAccounts>, SandboxError> {
    let limit = limit(asked.limit)?;
    let after = cursor::<i64>(asked.cursor.as_deref())?
        .map(|number| AccountId::from_number(number).ok_or_else(|| bad_cursor("cursor")));
    let after = after.transpose()?;
    let kind = asked.kind.as_deref().map(kind_of).transpose()?;
    let owner = asked.owner.as_deref().map(user).transpose()?;
    let (found, next) = books(&portal, move |reader| page(reader, after, (kind, owner), limit)).await?;
    Ok(Json(OpsAccounts {
        accounts: found.iter().map(|account| OpsAccount::of(account)).collect(),
        next: next.map(|next| next.number().to_string()),
    }))
}

fn kind_of(name: &str) -> Result<AccountKind, SandboxError> {
    let found = AccountKind::ALL.into_iter().find(|kind| kind.as_str() == name);
    found.ok_or_else(|| SandboxError::bad("bad_kind", "there is no such kind of account").of_field("kind"))
}

/// A page, and the account that it ends with when more may come.
fn page(
    reader: &mut dyn Reader,
    after: Option<AccountId>,
    (kind, owner): (Option<AccountKind>, Option<PartyId>),
    limit: usize,
) -> Result<(Vec<Arc<Account>>, Option<AccountId>), StoreError> {
    let (mut found, mut last, mut looked) = (Vec::new(), after, 0);
    while looked < LOOKED_MAX {
        let key = last.map(|id| Key::Account((id.slot(), id)));
        // Of one owner, its slot is enough.
        let rows = reader.scan(Table::Account, owner.map(PartyId::slot), key.as_ref(), PAGE)?;
        for row in &rows {
            let Row::Account(account) = row else { continue };
            if found.len() == limit {
                return Ok((found, last));
            }
            last = Some(account.id);
            looked += 1;
            if kind.is_none_or(|kind| kind == account.kind)
                && owner.is_none_or(|owner| owner == account.owner)
            {
                found.push(account.clone());
            }
        }
        if rows.len() < PAGE {
            return Ok((found, None));
        }
    }
    Ok((found, last))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use base::{Slot, Stamp};
    use store::{Mark, MemoryStore, Store};

    /// A store in which customers of two slots have 7.50, and a bank keeps it.
    pub(crate) fn filled() -> MemoryStore {
        let stamp = Stamp { at_us: 1, seq: 1 };
        let open = |owner, kind, balance_minor| {
            let account = Account::open(owner, kind, Currency::Cny, stamp);
            Row::Account(Arc::new(Account { balance_minor, ..account }))
        };
        let customer = |counter, slot| PartyId::issue(counter, Slot::of_id(slot)).unwrap();
        let rows = [
            open(customer(1_000_000_001, 1), AccountKind::Balance, 500),
            open(customer(1_000_000_002, 7), AccountKind::Balance, 250),
            open(PartyId::platform(Slot::of_id(7)), AccountKind::BankReserve, -750),
        ];
        let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        store
    }

    #[test]
    fn what_is_owed_is_what_is_owned() {
        let (sums, complete) = sums(&mut filled()).unwrap();
        let of = |kind| sums.get(&(kind, Currency::Cny)).copied().unwrap_or_default();
        assert_eq!((of(AccountKind::Balance).balance, of(AccountKind::Balance).accounts), (750, 2));
        assert_eq!(of(AccountKind::BankReserve).balance, -750);
        assert!(complete);
    }

    #[test]
    fn pages_of_accounts_end_where_the_next_begins() {
        let mut store = filled();
        let all = |store: &mut MemoryStore, kind, limit| {
            let (mut after, mut seen) = (None, Vec::new());
            for _ in 0..9 {
                let (found, next) = page(store, after, (kind, None), limit).unwrap();
                seen.extend(found.iter().map(|account| account.balance_minor));
                match next {
                    Some(next) => after = Some(next),
                    None => return seen,
                }
            }
            panic!("no page is the last")
        };
        for limit in [1, 2, 3, 100] {
            assert_eq!(all(&mut store, None, limit), [500, -750, 250], "{limit}");
            assert_eq!(all(&mut store, Some(AccountKind::Balance), limit), [500, 250], "{limit}");
        }
        assert_eq!(kind_of("purse").unwrap_err().code(), "bad_kind");
    }
}
