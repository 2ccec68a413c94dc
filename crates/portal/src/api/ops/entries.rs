//! The entries of one account, newest first.
//!
//! Postings lie in the order of time, and are read that way only. So the newest are found by windows of time that go
//! back: wide where little happened, narrow where much did.

use super::super::moment;
use super::accounts::OpsAccount;
use super::event::OpsLine;
use super::read::{books, cursor, each_after, one};
use crate::api::page::limit;
use crate::portal::Portal;
use crate::recon_report::signed_text;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Path, Query, State};
use base::{Day, HOUR_US, PostingNo, SECOND_US, SLOTS, Slot};
use engine::{Key, Row};
use ledger::{Account, AccountId, Posting};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

/// Postings that one call looks at. A page that found little ends there, and the next one goes on.
const LOOKED_MAX: usize = 20_000;
/// Postings of one window.
const WINDOW_MAX: usize = 2_000;
/// The narrowest window, microseconds. A slot has one posting a microsecond at most, so that it is always read whole.
const WINDOW_LEAST_US: i64 = 1_000;

/// Which entries are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsEntries {
    account: OpsAccount,
    /// Newest first.
    entries: Vec<OpsEntry>,
    /// The `cursor` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// An entry of an account.
#[derive(Debug, Serialize, ToSchema)]
struct OpsEntry {
    #[schema(format = DateTime)]
    at: String,
    posting_no: String,
    /// As `pay_in` or `refund_out`.
    kind: &'static str,
    business_date: Option<String>,
    /// The order, or the number of what else it is about.
    trade_no: Option<String>,
    /// `debit` or `credit`.
    side: &'static str,
    amount: String,
    balance_after: String,
    /// All lines of the posting.
    lines: Vec<OpsLine>,
}

/// An account and its entries, newest first.
#[utoipa::path(
    get,
    path = "/ops/ledger/accounts/{account_id}/entries",
    tag = "ops",
    params(("account_id" = String, Path, description = "The number of the account."), EntriesQuery),
    responses((status = 200, description = "Entries, newest first.", body = OpsEntries))
)]
pub(crate) async fn entries(
    State(portal): State<Arc<Portal>>,
    Path(account_id): Path<String>,
    Query(asked): Query<EntriesQuery>,
) -> Result<Json<OpsEntries>, SandboxError> {
    let id = account_of(&account_id)?;
    let (limit, before) = (limit(asked.limit)?, cursor::<i64>(asked.cursor.as_deref())?);
    let now_us = portal.door.now_us().max(portal.door.last_stamp_us()).saturating_add(SECOND_US);
    let before = before.unwrap_or_else(|| number_at(now_us));
    let found = books(&portal, move |reader| {
        let Some(account) = one::<Account>(reader, (id.slot(), id))? else { return Ok(None) };
        let is_own = |posting: &Posting| posting.entries().any(|entry| entry.account == id);
        let oldest = number_at(account.opened_at_us);
        let (postings, next) = newest(reader, id.slot(), (oldest, before), limit, is_own)?;
        Ok(Some((account, postings, next)))
    });
    let missing = || SandboxError::missing("account_not_found", "there is no such account");
    let (account, postings, next) = found.await?.ok_or_else(missing)?;
    Ok(Json(OpsEntries {
        account: OpsAccount::of(&account),
        entries: postings.iter().filter_map(|posting| OpsEntry::of(posting, id)).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// The account in a path: seventeen digits.
fn account_of(text: &str) -> Result<AccountId, SandboxError> {
    let wrong = || SandboxError::bad("bad_account", "an account has 17 digits").of_field("account_id");
    let fits = text.len() == 17 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<i64>().ok().filter(|_| fits).ok_or_else(wrong)?;
    AccountId::from_number(number).ok_or_else(wrong)
}

/// The first number of a moment, whatever the slot.
fn number_at(at_us: i64) -> i64 {
    at_us.saturating_mul(i64::from(SLOTS)).max(1)
}

/// Postings of a slot from one number on and below another one, newest first, that are wanted: at most so many, and the
/// number that the next page is below of.
fn newest(
    reader: &mut dyn Reader,
    slot: Slot,
    (oldest, before): (i64, i64),
    most: usize,
    is_wanted: impl Fn(&Posting) -> bool,
) -> Result<(Vec<Arc<Posting>>, Option<i64>), StoreError> {
    let (mut found, mut end, mut looked, mut width_us) = (Vec::new(), before, 0, HOUR_US);
    while looked < LOOKED_MAX {
        if end <= oldest {
            return Ok((found, None));
        }
        let begin = end.saturating_sub(width_us.saturating_mul(i64::from(SLOTS))).max(oldest);
        let Some(after) = PostingNo::from_number(begin - 1) else { return Ok((found, None)) };
        let (mut window, mut count) = (Vec::new(), 0);
        let whole = each_after(reader, Key::Posting((slot, after)), WINDOW_MAX, |row| {
            let Row::Posting(posting) = row else { return false };
            if posting.no.number() >= end {
                return false;
            }
            count += 1;
            if is_wanted(posting) {
                window.push(posting.clone());
            }
            true
        })?;
        looked += count + 1;
        if !whole && width_us > WINDOW_LEAST_US {
            width_us = (width_us / 16).max(WINDOW_LEAST_US);
            continue;
        }
        for posting in window.into_iter().rev() {
            let no = posting.no.number();
            found.push(posting);
            if found.len() == most {
                return Ok((found, Some(no).filter(|no| *no > oldest)));
            }
        }
        end = begin;
        if count < WINDOW_MAX / 16 {
            width_us = width_us.saturating_mul(4);
        }
    }
    Ok((found, Some(end)))
}

impl OpsEntry {
    /// The posting as an entry of this account.
    fn of(posting: &Posting, account: AccountId) -> Option<OpsEntry> {
        let own = posting.entries().find(|entry| entry.account == account)?;
        Some(OpsEntry {
            at: moment(posting.no.at_us()),
            posting_no: posting.no.to_string(),
            kind: posting.kind.as_str(),
            business_date: Day::from_number(posting.business_date).map(|day| day.to_string()),
            trade_no: posting.order_no.map(|no| no.to_string()),
            side: own.side.as_str(),
            amount: posting.amount(own).to_string(),
            balance_after: signed_text(i128::from(own.balance_after_minor), posting.currency),
            lines: posting.entries().map(|entry| OpsLine::of(posting, entry)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{DAY_US, Stamp};
    use ledger::{AccountKind, Entry, LEGS_MAX, PostingKind, Side};
    use money::{Currency, Money};
    use std::collections::BTreeMap;
    use store::{Mark, MemoryStore, Store};

    fn posting(at_us: i64) -> Row {
        let slot = Slot::of_id(7);
        let entry = |kind, side| Entry {
            account: AccountId::platform(slot, kind, Currency::Cny),
            side,
            amount_minor: Money::from_minor(1, Currency::Cny).unwrap().minor(),
            balance_after_minor: 0,
        };
        let mut entries = [None; LEGS_MAX];
        entries[0] = Some(entry(AccountKind::BankReserve, Side::Debit));
        entries[1] = Some(entry(AccountKind::FeeIncome, Side::Credit));
        Row::Posting(Arc::new(Posting {
            slot,
            no: PostingNo::of(Stamp { at_us, seq: 1 }, slot),
            kind: PostingKind::TopUp,
            business_date: 20_260_102,
            order_no: None,
            currency: Currency::Cny,
            entries,
        }))
    }

    #[test]
    fn the_newest_are_found_however_they_lie() {
        // A burst, then weeks of nothing, then a few.
        let burst = (0..5_000).map(|step| DAY_US + step);
        let moments: Vec<i64> = burst.chain([60 * DAY_US, 60 * DAY_US + 1, 61 * DAY_US]).collect();
        let rows: BTreeMap<Key, Option<Row>> =
            moments.iter().map(|at_us| posting(*at_us)).map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let (mut before, mut seen) = (number_at(62 * DAY_US), Vec::new());
        for _ in 0..1_000 {
            let bounds = (number_at(DAY_US), before);
            let (found, next) = newest(&mut store, Slot::of_id(7), bounds, 100, |_| true).unwrap();
            seen.extend(found.iter().map(|posting| posting.no.at_us()));
            match next {
                Some(next) => before = next,
                None => break,
            }
        }
        let mut expected = moments;
        expected.reverse();
        assert_eq!(seen.len(), expected.len());
        assert_eq!(seen, expected);
    }

    #[test]
    fn an_account_has_seventeen_digits() {
        assert!(account_of("00000000012310156").is_ok());
        for wrong in ["", "1", "0000000001231015x", "000000000123101560"] {
            assert_eq!(account_of(wrong).unwrap_err().code(), "bad_account", "{wrong}");
        }
    }
}
