//! How fast `/api/v1/me/bills` tells the bills of somebody who has very many, out of tables in SQLite. Run by hand with
//! `cargo test --release -p portal --test portal -- --ignored --nocapture bills_speed`.
//!
//! What is measured is the whole call: session, tables that are waited for, tables opened anew as the server opens
//! them, the page, its JSON. The list of 100,000 bills is to page within 200 ms.

use crate::shop::{NOON_US, Shop, fen};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::{BankOrderNo, CardNo, MINUTE_US, OrderNo, PartyId, Slot, Stamp, Text, TransferNo};
use engine::{Key, Row};
use fund::{BankOrder, BankOrderKind, BankOrderState};
use http_body_util::BodyExt;
use money::{Currency, Minor};
use portal::Readers;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Mark, Reader, SqliteStore, Store};
use tower::ServiceExt;
use trade::{Trade, TradeState};
use transfer::{Arrival, Received, Transfer, TransferState, TransferWay};

/// Bills of the person; `BILLS` in the environment sets another number. Somebody else of the slot has as many.
const BILLS: i64 = 100_000;
/// From one bill to the next: some 4,300 a month.
const STEP_US: i64 = 10 * MINUTE_US;
/// Calls of each kind.
const CALLS: usize = 200;
/// What each of them has to keep, but for one in a hundred.
const BOUND: Duration = Duration::from_millis(200);

/// Who has the bills, and with whom.
#[derive(Clone, Copy)]
struct Sides {
    who: PartyId,
    seller: PartyId,
    friend: PartyId,
}

fn stamp(at_us: i64) -> Stamp {
    Stamp { at_us, seq: 1 }
}

fn minor(units: u64) -> Minor {
    fen(units).minor()
}

fn paid(Sides { who, seller, .. }: Sides, at_us: i64) -> Row {
    Row::Trade(Arc::new(Trade {
        slot: who.slot(),
        no: OrderNo::of(stamp(at_us), seller.slot()),
        buyer: who,
        seller,
        state: TradeState::Paid,
        subject: Text::new("Coffee beans").unwrap(),
        currency: Currency::Cny,
        total_minor: minor(10_00),
        refunded_minor: Minor::ZERO,
        created_at_us: at_us,
        paid_at_us: Some(at_us + 1),
        closed_at_us: None,
        bank_order: None,
        credit_off: false,
        last_try: None,
    }))
}

fn sent(Sides { who, friend, .. }: Sides, at_us: i64) -> Row {
    let slot = who.slot();
    Row::Transfer(Arc::new(Transfer {
        slot,
        no: TransferNo::of(stamp(at_us), slot),
        payer: who,
        payee: friend,
        way: TransferWay::Wallet,
        app: None,
        out_biz_no: Text::new("n").unwrap(),
        named: [0; 16],
        currency: Currency::Cny,
        amount_minor: minor(5_00),
        arrival: Arrival::AtOnce,
        title: None,
        remark: Some(Text::new("for lunch").unwrap()),
        passback: None,
        state: TransferState::Done,
        notify_url: None,
        gbk: false,
        rsa1: false,
        opened_at_us: at_us,
        paid_at_us: Some(at_us + 1),
        due_at_us: None,
        ended_at_us: Some(at_us + 2),
        timer: None,
        asked_arrival: None,
    }))
}

fn had(Sides { who, friend, .. }: Sides, at_us: i64) -> Row {
    Row::Received(Arc::new(Received {
        slot: who.slot(),
        no: TransferNo::of(stamp(at_us), friend.slot()),
        payee: who,
        payer: friend,
        currency: Currency::Cny,
        amount_minor: minor(3_00),
        at_us,
    }))
}

fn at_bank(Sides { who, .. }: Sides, at_us: i64) -> Row {
    let slot = who.slot();
    Row::BankOrder(Arc::new(BankOrder {
        slot,
        no: BankOrderNo::of(stamp(at_us), slot),
        party: who,
        card: CardNo::of(stamp(1), slot),
        kind: BankOrderKind::TopUp,
        state: BankOrderState::Done,
        currency: Currency::Cny,
        amount_minor: minor(20_00),
        fee_minor: Minor::ZERO,
        free_minor: Minor::ZERO,
        life_minor: Minor::ZERO,
        counted_at_us: Some(at_us + 1),
        about: None,
        key: Text::new("k").unwrap(),
        asked_at_us: at_us,
        next_try_at_us: None,
        tries: 1,
        bank_ref: None,
        reason: None,
        heard_at_us: Some(at_us + 2),
        timer: None,
        gives_up_at_us: None,
    }))
}

/// One deal of a person, of the four kinds in turn.
fn deal(sides: Sides, at: i64, at_us: i64) -> Row {
    match at % 4 {
        0 => paid(sides, at_us),
        1 => sent(sides, at_us),
        2 => had(sides, at_us),
        _ => at_bank(sides, at_us),
    }
}

fn post(store: &mut SqliteStore, rows: impl IntoIterator<Item = Row>) {
    let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
    let sequence = store.mark().unwrap().sequence + 1;
    let stamp = Stamp { at_us: i64::try_from(sequence).unwrap(), seq: sequence };
    store.post(&rows, Mark { sequence, stamp, hash: [1; 32] }).unwrap();
}

/// Tables with the bills of a person, the last of them at noon.
fn fill(path: &Path, shop: &Shop, sides: Sides, bills: i64) {
    let mut store = SqliteStore::open(path).unwrap();
    let mut known = shop.reader();
    let parties = [sides.who, sides.seller, sides.friend];
    post(&mut store, parties.into_iter().filter_map(|id| known.row(&Key::Party((id.slot(), id))).unwrap()));
    let stranger = PartyId::issue(999, sides.who.slot()).unwrap();
    let first_us = NOON_US - bills * STEP_US;
    for begin in (0..bills).step_by(10_000) {
        let rows = (begin..bills.min(begin + 10_000)).flat_map(|at| {
            let at_us = first_us + at * STEP_US;
            [deal(sides, at, at_us), deal(Sides { who: stranger, ..sides }, at, at_us + STEP_US / 2)]
        });
        post(&mut store, rows);
    }
}

struct Asking {
    router: axum::Router,
    token: String,
}

impl Asking {
    async fn page(&self, query: &str) -> (Value, Duration) {
        let request = Request::get(format!("/api/v1/me/bills?{query}"));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = request.body(Body::empty()).unwrap();
        let begun = Instant::now();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let took = begun.elapsed();
        assert_eq!(status, StatusCode::OK, "{query}: {}", String::from_utf8_lossy(&bytes));
        (serde_json::from_slice(&bytes).unwrap(), took)
    }

    /// Asks many times and tells how long that took; `expected` bills are on the page.
    #[allow(clippy::print_stdout, reason = "its figures are what it is for")]
    async fn measure(&self, name: &str, query: &str, expected: usize) {
        let mut times = Vec::with_capacity(CALLS);
        for _call in 0..CALLS {
            let (page, took) = self.page(query).await;
            assert_eq!(page["bills"].as_array().unwrap().len(), expected, "{name}: {page}");
            times.push(took);
        }
        times.sort_unstable();
        let part = |percent: usize| times[(CALLS - 1) * percent / 100];
        let (p50, p99, longest) = (part(50).as_micros(), part(99).as_micros(), part(100).as_micros());
        println!("{name:<28} p50 {p50:>7} us   p99 {p99:>7} us   max {longest:>7} us");
        assert!(part(99) < BOUND, "{name}: {} us", part(99).as_micros());
    }
}

#[tokio::test]
#[ignore = "a measurement, meant for a release build"]
async fn bills_speed() {
    let bills = std::env::var("BILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(BILLS);
    let shop = Shop::open().await;
    let (token, who) = shop.person().await;
    shop.wait_posted().await;
    let sides = Sides { who, seller: shop.seller, friend: shop.buyer };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables.sqlite");
    fill(&path, &shop, sides, bills);
    let readers: Readers =
        Arc::new(move || Box::new(SqliteStore::open_reader(&path).unwrap()) as Box<dyn Reader>);
    let asking = Asking { router: shop.reading(readers), token };
    let below = |at: i64| (NOON_US - (bills - at) * STEP_US) * 100 + i64::from(Slot::PLATFORM.number());
    let (middle, last) = (below(bills / 2), below(20));
    println!("{bills} bills, pages of 20, {CALLS} calls each");
    asking.measure("first page", "", 20).await;
    asking.measure("middle page", &format!("before={middle}"), 20).await;
    asking.measure("last page", &format!("before={last}"), 20).await;
    asking.measure("a hundred at once", "limit=100", 100).await;
    asking.measure("one kind", "kind=top_up", 20).await;
    asking.measure("one kind, last page", &format!("kind=payment&before={last}"), 5).await;
    asking.measure("a month", "first=2025-12-01&last=2025-12-31", 20).await;
    asking.measure("a month long ago", "first=2024-09-01&last=2024-09-30", 20).await;
    asking.measure("a word of a fourth of them", "q=coffee", 20).await;
    asking.measure("a word of none", "q=nothing+of+that", 0).await;
    asking.measure("a word of none in a month", "q=nothing&first=2025-06-01&last=2025-06-30", 0).await;
    let (page, _) = asking.page("q=nothing+of+that").await;
    assert!(page["next"].is_string(), "a search that finds nothing goes on where it stopped: {page}");
}
