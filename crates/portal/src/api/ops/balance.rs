//! Whether the books are even: the trial balance of a day, closed or open, and what is on its way between slots.

use super::super::moment;
use super::accounts::{OpsSum, Sum, Sums, sums};
use super::read::{each_after, many_books, one};
use crate::portal::Portal;
use crate::recon_report::signed_text;
use crate::sandbox::SandboxError;
use crate::sandbox_close::DayBook;
use crate::{sandbox_close, sandbox_recon};
use axum::Json;
use axum::extract::{Query, State};
use base::{Day, MINUTE_US, OrderNo, PostingNo, SLOTS, Slot};
use engine::{Key, Row};
use ledger::{Account, AccountId, AccountKind, Side};
use money::Currency;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

/// Minutes that are looked back for orders on their way, when it is not said.
const MINUTES_USUAL: i64 = 60;
/// The most.
const MINUTES_MAX: i64 = 1_440;
/// Postings of a slot that are looked through.
const POSTINGS_MAX: usize = 5_000;
/// Orders that are told.
const ORDERS_MAX: usize = 100;

/// Which day is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrialQuery {
    /// The day, yyyy-MM-dd; the open one when it is not said.
    day: Option<String>,
}

/// The trial balance of a day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct OpsTrialBalance {
    day: String,
    /// Whether the day is over and closed. Of the open day only what accounts come to now is told.
    #[serde(default)]
    closed: bool,
    /// Slots that have lines.
    slots: usize,
    trial_balance: Vec<OpsTrialBook>,
}

/// The trial balance of a currency.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsTrialBook {
    currency: String,
    accounts: Vec<OpsTrialLine>,
    /// Debits less credits of the day: zero in right books.
    difference: Option<String>,
    /// What all accounts come to at its end: zero in right books.
    difference_at_end: String,
}

/// The line of a kind of account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsTrialLine {
    kind: String,
    opening: Option<String>,
    debit: Option<String>,
    credit: Option<String>,
    closing: String,
}

/// What there is of a day.
enum Trial {
    Closed(Day, DayBook),
    Open(Sums),
    None,
}

/// The trial balance of a day that was closed, or of the open day as the accounts stand.
#[utoipa::path(
    get,
    path = "/ops/ledger/trial-balance",
    tag = "ops",
    params(TrialQuery),
    responses((status = 200, description = "Sums by kind of account.", body = OpsTrialBalance))
)]
pub(crate) async fn trial_balance(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<TrialQuery>,
) -> Result<Json<OpsTrialBalance>, SandboxError> {
    let wanted = asked.day.as_deref().map(sandbox_recon::day_of).transpose();
    let wanted = wanted.map_err(|error| error.of_field("day"))?;
    let today = Day::of(portal.door.now_us());
    let found = many_books(&portal, move |reader| {
        if let Some(day) = wanted
            && let Some(book) = sandbox_close::days(reader, Some(day))?.remove(&day)
        {
            return Ok(Trial::Closed(day, book));
        }
        if wanted.is_some_and(|day| day != today) {
            return Ok(Trial::None);
        }
        sums(reader).map(Trial::Open)
    });
    let (sums, is_whole) = match found.await? {
        Trial::Closed(day, book) => return Ok(Json(closed_day(day, &book)?)),
        Trial::None => return Err(SandboxError::missing("day_not_closed", "the day was not closed yet")),
        Trial::Open(found) => found,
    };
    if !is_whole {
        let message = "there are more accounts than one call adds up; ask for a day that was closed";
        return Err(SandboxError::conflict("too_many_accounts", message));
    }
    Ok(Json(open_day(today, &sums)))
}

/// The trial balance of a day that was closed.
pub(crate) fn closed_day(day: Day, book: &DayBook) -> Result<OpsTrialBalance, SandboxError> {
    let told = serde_json::from_value(sandbox_close::told(day, book));
    let told: OpsTrialBalance = told.map_err(SandboxError::broken)?;
    Ok(OpsTrialBalance { closed: true, ..told })
}

/// What accounts come to now.
fn open_day(today: Day, sums: &BTreeMap<(AccountKind, Currency), Sum>) -> OpsTrialBalance {
    let book = |currency: Currency| {
        let own = sums.iter().filter(move |((_, of), _)| *of == currency);
        let difference: i128 = own.clone().map(|(_, sum)| sum.balance).sum();
        let lines = own.map(|((kind, _), sum)| OpsTrialLine {
            kind: kind.as_str().to_owned(),
            opening: None,
            debit: None,
            credit: None,
            closing: signed_text(sum.balance, currency),
        });
        let accounts: Vec<OpsTrialLine> = lines.collect();
        let difference_at_end = signed_text(difference, currency);
        let currency = currency.code().to_owned();
        OpsTrialBook { currency, accounts, difference: None, difference_at_end }
    };
    let books = Currency::ALL.into_iter().map(book).filter(|book| !book.accounts.is_empty());
    let (day, slots) = (today.to_string(), usize::from(SLOTS));
    OpsTrialBalance { day, closed: false, slots, trial_balance: books.collect() }
}

/// How far back is looked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransitQuery {
    /// Minutes, 1 to 1,440; 60 when it is not said.
    #[param(minimum = 1, maximum = 1440)]
    minutes: Option<i64>,
}

/// What is on its way between slots.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsTransit {
    /// Slots whose transit is not zero: those that pay more to others than they are paid, and the other way round.
    slots: Vec<OpsTransitSlot>,
    /// Over all slots: zero when nothing is on its way.
    sum: Vec<OpsSum>,
    /// Orders whose transit over all slots is not zero, of the postings of that time. Where a slot has more postings
    /// than are looked through, none is told of the time behind them.
    orders: Vec<OpsTransitOrder>,
    /// Whether all postings of that time were looked through, and all orders are told.
    complete: bool,
}

/// The transit of a slot.
#[derive(Debug, Serialize, ToSchema)]
struct OpsTransitSlot {
    slot: u8,
    currency: &'static str,
    balance: String,
}

/// The transit of an order, or of what else its number is of.
#[derive(Debug, Serialize, ToSchema)]
struct OpsTransitOrder {
    trade_no: String,
    currency: &'static str,
    balance: String,
    /// When the first of those postings was made.
    #[schema(format = DateTime)]
    since: String,
}

/// What an order has on its way.
struct OnItsWay {
    balance: i128,
    currency: Currency,
    since_us: i64,
}

/// Transit as it was read.
#[derive(Default)]
struct Transit {
    slots: Vec<(Slot, Currency, i128)>,
    orders: BTreeMap<OrderNo, OnItsWay>,
    is_cut: bool,
}

/// What is on its way: by slot, and by order.
#[utoipa::path(
    get,
    path = "/ops/ledger/transit",
    tag = "ops",
    params(TransitQuery),
    responses((status = 200, description = "What is on its way.", body = OpsTransit))
)]
pub(crate) async fn transit(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<TransitQuery>,
) -> Result<Json<OpsTransit>, SandboxError> {
    let minutes = asked.minutes.unwrap_or(MINUTES_USUAL);
    if !(1..=MINUTES_MAX).contains(&minutes) {
        let message = format!("minutes goes from 1 to {MINUTES_MAX}");
        return Err(SandboxError::bad("bad_minutes", message).of_field("minutes"));
    }
    let since_us = portal.door.now_us().saturating_sub(minutes.saturating_mul(MINUTE_US)).max(0);
    let found = many_books(&portal, move |reader| on_its_way(reader, since_us, POSTINGS_MAX)).await?;
    Ok(Json(told(found)))
}

/// Looks through so many postings of each slot, from a minute before that time.
fn on_its_way(reader: &mut dyn Reader, since_us: i64, most: usize) -> Result<Transit, StoreError> {
    let mut found = Transit::default();
    // The other side of what began the time may lie before it, and that of what ended it behind it.
    let reads_us = since_us.saturating_sub(MINUTE_US).max(0);
    // How far all slots were looked through: behind it the half that arrived may not have been seen.
    let mut seen_until_us = i64::MAX;
    for slot in Slot::all() {
        for currency in Currency::ALL {
            let id = AccountId::platform(slot, AccountKind::Transit, currency);
            let Some(account) = one::<Account>(reader, (slot, id))? else { continue };
            found.slots.push((slot, currency, i128::from(account.balance_minor)));
        }
        let first = reads_us.saturating_mul(i64::from(SLOTS)).saturating_sub(1).max(0);
        let Some(first) = PostingNo::from_number(first) else { continue };
        let (orders, mut last_us) = (&mut found.orders, reads_us);
        let whole = each_after(reader, Key::Posting((slot, first)), most, |row| {
            let Row::Posting(posting) = row else { return false };
            last_us = posting.no.at_us();
            let Some(no) = posting.order_no else { return true };
            let own = AccountId::platform(slot, AccountKind::Transit, posting.currency);
            for entry in posting.entries().filter(|entry| entry.account == own) {
                let (balance, currency) = (0, posting.currency);
                let since_us = posting.no.at_us();
                let order = orders.entry(no).or_insert(OnItsWay { balance, currency, since_us });
                let units = i128::from(entry.amount_minor.units());
                order.balance += if entry.side == Side::Credit { units } else { -units };
                order.since_us = order.since_us.min(since_us);
            }
            true
        })?;
        if !whole {
            found.is_cut = true;
            seen_until_us = seen_until_us.min(last_us);
        }
    }
    let ends_us = seen_until_us.saturating_sub(MINUTE_US);
    let is_seen = |order: &OnItsWay| (since_us..=ends_us).contains(&order.since_us);
    found.orders.retain(|_, order| order.balance != 0 && is_seen(order));
    Ok(found)
}

fn told(found: Transit) -> OpsTransit {
    let mut sum: BTreeMap<Currency, i128> = BTreeMap::new();
    for (_, currency, balance) in &found.slots {
        *sum.entry(*currency).or_default() += balance;
    }
    let slots = found.slots.iter().filter(|(_, _, balance)| *balance != 0);
    let slots = slots.map(|(slot, currency, balance)| OpsTransitSlot {
        slot: slot.number(),
        currency: currency.code(),
        balance: signed_text(*balance, *currency),
    });
    let sum = sum.iter().map(|(currency, balance)| OpsSum {
        currency: currency.code(),
        balance: signed_text(*balance, *currency),
    });
    let orders = found.orders.iter().take(ORDERS_MAX).map(|(no, order)| OpsTransitOrder {
        trade_no: no.to_string(),
        currency: order.currency.code(),
        balance: signed_text(order.balance, order.currency),
        since: moment(order.since_us),
    });
    OpsTransit {
        slots: slots.collect(),
        sum: sum.collect(),
        orders: orders.collect(),
        complete: !found.is_cut && found.orders.len() <= ORDERS_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::super::accounts::tests::filled;
    use super::*;
    use base::{PartyId, Stamp};
    use ledger::{Template, post};
    use money::Money;
    use store::{Mark, MemoryStore, Store};

    const NOON_US: i64 = 1_767_326_400_000_000;

    fn pays(at_us: i64) -> OrderNo {
        OrderNo::of(Stamp { at_us, seq: 1 }, Slot::of_id(7))
    }

    fn leaves(amount: Money) -> Template {
        Template::PayOut { buyer: PartyId::issue(1_000_000_001, Slot::of_id(1)).unwrap(), amount }
    }

    fn arrives(amount: Money) -> Template {
        let (seller, fee) = (PartyId::issue(1_000_000_001, Slot::of_id(7)).unwrap(), fen(3));
        Template::PayIn { seller, amount, fee }
    }

    fn fen(units: u64) -> Money {
        Money::from_minor(units, Currency::Cny).unwrap()
    }

    /// A store with postings, each with its order and its moment.
    fn posted(postings: Vec<(Template, Option<OrderNo>, i64)>) -> MemoryStore {
        let mut rows: BTreeMap<Key, Option<Row>> = BTreeMap::new();
        for (seq, (template, order_no, at_us)) in (1..).zip(postings) {
            let stamp = Stamp { at_us, seq };
            let find = |id: AccountId| {
                let account = Account::open(id.owner()?, id.kind()?, Currency::Cny, stamp);
                Some(Account { balance_minor: 10_000, ..account })
            };
            let posted = post(template, order_no, stamp, find).unwrap();
            let row = Row::Posting(Arc::new(posted.posting));
            rows.insert(row.key(), Some(row));
        }
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        store
    }

    fn orders_told(told: &OpsTransit) -> Vec<(String, &str)> {
        told.orders.iter().map(|order| (order.trade_no.clone(), order.balance.as_str())).collect()
    }

    #[test]
    fn an_order_is_on_its_way_until_it_arrived() {
        let (since_us, no) = (NOON_US - 2 * MINUTE_US, pays(NOON_US));
        let left = (leaves(fen(500)), Some(no), NOON_US + 1);
        let mut store = posted(vec![left]);
        let found = told(on_its_way(&mut store, since_us, POSTINGS_MAX).unwrap());
        assert_eq!(orders_told(&found), [(no.to_string(), "5.00")]);
        let left = (leaves(fen(500)), Some(no), NOON_US + 1);
        let mut store = posted(vec![left, (arrives(fen(500)), Some(no), NOON_US + 2)]);
        let found = told(on_its_way(&mut store, since_us, POSTINGS_MAX).unwrap());
        assert!(found.orders.is_empty() && found.complete, "{found:?}");
    }

    #[test]
    fn what_may_have_arrived_unseen_is_not_told_as_on_its_way() {
        let minute = |at: i64| NOON_US + at * MINUTE_US;
        let (stuck, there) = (pays(minute(0)), pays(minute(10)));
        let mut store = posted(vec![
            (leaves(fen(500)), Some(stuck), minute(0)),
            (arrives(fen(10)), None, minute(4)),
            (arrives(fen(10)), None, minute(5)),
            (leaves(fen(700)), Some(there), minute(10)),
            (arrives(fen(700)), Some(there), minute(10) + 1),
        ]);
        let since_us = minute(-2);
        // The slot of the merchant has three postings: its last one is seen, or it is not.
        for (most, complete) in [(4, true), (2, false)] {
            let found = told(on_its_way(&mut store, since_us, most).unwrap());
            let expected = [(stuck.to_string(), "5.00")];
            assert_eq!((orders_told(&found).as_slice(), found.complete), (&expected[..], complete), "{most}");
        }
    }

    #[test]
    fn of_one_minute_all_that_left_in_it_is_told() {
        let since_us = NOON_US - MINUTE_US;
        let (early, stuck, there) = (pays(since_us - 2), pays(since_us), pays(since_us - 1));
        let mut store = posted(vec![
            (leaves(fen(300)), Some(early), since_us - 2),
            (leaves(fen(700)), Some(there), since_us - 1),
            (leaves(fen(500)), Some(stuck), since_us),
            (arrives(fen(700)), Some(there), since_us + 1),
        ]);
        let found = told(on_its_way(&mut store, since_us, POSTINGS_MAX).unwrap());
        assert_eq!(orders_told(&found), [(stuck.to_string(), "5.00")], "{early} left before");
    }

    #[test]
    fn the_open_day_tells_what_accounts_come_to() {
        let (sums, complete) = sums(&mut filled()).unwrap();
        let told = open_day("2026-01-02".parse().unwrap(), &sums);
        assert!(complete && !told.closed, "{told:?}");
        let [book] = &told.trial_balance[..] else { panic!("{told:?}") };
        assert_eq!((book.currency.as_str(), book.difference_at_end.as_str()), ("CNY", "0.00"));
        let lines = book.accounts.iter().map(|line| (line.kind.as_str(), line.closing.as_str()));
        assert_eq!(lines.collect::<Vec<_>>(), [("balance", "7.50"), ("bank_reserve", "-7.50")]);
        assert!(book.accounts.iter().all(|line| line.opening.is_none() && line.debit.is_none()), "{told:?}");
    }
}
