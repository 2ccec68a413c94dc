//! The console's books from outside: the chart, accounts with their entries, the trial balance, what is on its way, how
//! the platform is, what is configured, and the world.

use crate::faults::OneFinding;
use crate::ops_parties::{appoint, staffed};
use crate::persons::{PHONE, code_of};
use crate::shop::{NOON_US, Shop};
use axum::http::StatusCode;
use base::DAY_US;
use ledger::{AccountId, AccountKind};
use money::Currency;
use portal::{
    ClockFace, ClockHands, Journey, Moving, NotMoved, NotReset, Resetting, SandboxHands, Target, WorldFace,
    WorldHands,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

fn list<'a>(said: &'a Value, name: &str) -> Vec<&'a Value> {
    said[name].as_array().unwrap().iter().collect()
}

#[tokio::test]
async fn the_books_are_even_and_every_entry_is_found() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    for minor in [100, 200, 300] {
        assert_eq!(shop.paid_page(minor).await.0, StatusCode::OK);
    }
    let chart = shop.looked(&token, "/ledger/chart").await;
    assert_eq!(list(&chart, "kinds").len(), AccountKind::ALL.len());
    assert_eq!(
        (&chart["differences"], &chart["complete"]),
        (&json!([{"currency": "CNY", "balance": "0.00"}]), &json!(true))
    );
    let balances = list(&chart, "kinds").into_iter().find(|kind| kind["kind"] == "balance").unwrap();
    assert_eq!((&balances["class"], &balances["sums"][0]["currency"]), (&json!("liability"), &json!("CNY")));

    // Today as it stands; what was not closed yet has no trial balance.
    let today = shop.looked(&token, "/ledger/trial-balance").await;
    assert_eq!((&today["day"], &today["closed"]), (&json!("2026-01-02"), &json!(false)));
    assert_eq!(today["trial_balance"][0]["difference_at_end"], "0.00");
    let (status, said) = shop.ops(&token, "/ledger/trial-balance?day=2026-01-01").await;
    assert_eq!((status.as_u16(), code_of(&said)), (404, "day_not_closed"));

    let transit = shop.looked(&token, "/ledger/transit").await;
    assert_eq!((&transit["orders"], &transit["complete"]), (&json!([]), &json!(true)));
    assert_eq!(transit["sum"], json!([{"currency": "CNY", "balance": "0.00"}]));

    // Entries of the buyer's account: three payments and the first filling, newest first, two at a time.
    let account = AccountId::of(shop.buyer, AccountKind::Balance, Currency::Cny);
    let (mut path, mut seen) = (format!("/ledger/accounts/{account}/entries?limit=2"), Vec::new());
    loop {
        let page = shop.looked(&token, &path).await;
        assert_eq!(page["account"]["balance"], "94.00");
        for entry in list(&page, "entries") {
            let told =
                (entry["side"].as_str().unwrap().to_owned(), entry["amount"].as_str().unwrap().to_owned());
            assert!(list(entry, "lines").len() >= 2, "{entry}");
            seen.push((told, entry["balance_after"].as_str().unwrap().to_owned()));
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/ledger/accounts/{account}/entries?limit=2&cursor={next}"),
            None => break,
        }
    }
    let expected = [
        ("debit", "3.00", "94.00"),
        ("debit", "2.00", "97.00"),
        ("debit", "1.00", "99.00"),
        ("credit", "100.00", "100.00"),
    ];
    let expected =
        expected.map(|(side, amount, after)| ((side.to_owned(), amount.to_owned()), after.to_owned()));
    assert_eq!(seen, expected);

    let owned = shop.looked(&token, &format!("/ledger/accounts?owner={}&kind=balance", shop.seller)).await;
    assert_eq!(list(&owned, "accounts").len(), 1);
    for (path, status, code) in [
        ("/ledger/accounts?kind=purse", 400, "bad_kind"),
        ("/ledger/accounts?owner=1", 400, "bad_user_id"),
        ("/ledger/accounts?cursor=x", 400, "bad_cursor"),
        ("/ledger/accounts/7/entries", 400, "bad_account"),
        ("/ledger/accounts/00000000099910156/entries", 404, "account_not_found"),
        ("/ledger/transit?minutes=0", 400, "bad_minutes"),
        ("/ledger/trial-balance?day=today", 400, "bad_day"),
    ] {
        let (found, said) = shop.ops(&token, path).await;
        assert_eq!((found.as_u16(), code_of(&said)), (status, code), "{path}");
    }
}

#[tokio::test]
async fn health_counts_what_waits() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let before = shop.looked(&token, "/health").await;
    assert_eq!(before["notify"]["waiting"], 0);
    shop.top_up(shop.buyer, 1).await;
    assert_eq!(shop.looked(&token, "/health").await, before, "an answer is told again for a moment");
    assert_eq!(shop.paid_page(100).await.0, StatusCode::OK);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let after = shop.looked(&token, "/health").await;
    assert_eq!((&after["notify"]["waiting"], &after["notify"]["failing"]), (&json!(1), &json!(0)));
    assert_eq!((&after["suspense"]["open"], &after["cases"]["waiting"]), (&json!(0), &json!(0)));
    assert_eq!(after["cell"]["posting_fails"], false);
    assert!(after["cell"]["commands"].as_u64().unwrap() > before["cell"]["commands"].as_u64().unwrap());
}

/// How far the tables are behind is told while they are behind: whoever looks then needs it.
#[tokio::test]
async fn health_is_told_while_the_tables_take_nothing() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.wait_posted().await;
    shop.held.store(true, std::sync::atomic::Ordering::Relaxed);
    shop.top_up(shop.buyer, 1).await;
    let cell = async || shop.looked(&token, "/health").await["cell"].clone();
    let mut told = cell().await;
    for _round in 0..10 {
        if told["posting_fails"] == true {
            break;
        }
        // An answer is told again for two seconds.
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        told = cell().await;
    }
    assert_eq!(told["posting_fails"], true, "{told}");
    assert!(told["lag_records"].as_u64().unwrap() > 0, "{told}");
    shop.held.store(false, std::sync::atomic::Ordering::Relaxed);
}

/// However many consoles look at once, one reading is done for all of them.
#[tokio::test]
async fn health_is_read_once_for_all_who_ask_meanwhile() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.wait_posted().await;
    let stalled = shop.stalled();
    let ends = async {
        while stalled.waiting() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        stalled.end();
        stalled.waiting()
    };
    let (first, second, readings) =
        tokio::join!(shop.looked(&token, "/health"), shop.looked(&token, "/health"), ends);
    assert_eq!(readings, 1);
    assert_eq!(first, second);
}

/// Two callers who hang up leave their readings behind, which are as many as there may be of a kind; whoever is of
/// another kind reads beside them.
async fn keeps_its_turn(path: &str, most: usize) {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.wait_posted().await;
    let stalled = shop.stalled();
    let read = async |count: usize| {
        while stalled.waiting() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let none = Value::Null;
    let ask = async || shop.api("GET", &format!("/api/v1{path}"), &token, &none).await;
    let hang_up = async { tokio::join!(ask(), ask()) };
    tokio::select! {
        (first, _) = hang_up => panic!("{path}: nobody reads: {first:?}"),
        () = read(most) => {}
    }
    let third = tokio::time::timeout(Duration::from_secs(60), ask()).await;
    let (status, said) = third.expect("no third one reads beside them");
    assert_eq!((status.as_u16(), code_of(&said)), (503, "busy"), "{path}: {said}");
    let other = if path.starts_with("/ops") { "/api/v1/me/data" } else { "/api/v1/ops/recon" };
    tokio::select! {
        other = shop.api("GET", other, &token, &none) => panic!("{path}: it waits: {other:?}"),
        () = read(most + 1) => {}
    }
    stalled.end();
    let (status, said) = ask().await;
    assert_ne!(status.as_u16(), 503, "{path}: turns come back: {said}");
}

#[tokio::test]
async fn a_turn_is_kept_by_the_reading_when_its_caller_hangs_up() {
    tokio::join!(
        keeps_its_turn("/ops/ledger/chart", 2),
        keeps_its_turn("/ops/ledger/trial-balance", 2),
        keeps_its_turn("/ops/ledger/transit", 2),
        keeps_its_turn("/ops/recon", 2),
        keeps_its_turn("/ops/days/2026-01-01", 2),
        keeps_its_turn("/me/data", 1),
    );
}

#[tokio::test]
async fn what_is_configured_is_told_with_who_agreed_to_it() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.put_in_force(0, crate::backtest::rule("BIG", "amount_minor > 500", "refuse", false)).await;
    let said = shop.looked(&token, "/configuration").await;
    assert_eq!(
        (&said["risk"]["in_force"]["version"], &said["risk"]["in_force"]["approved_by"]),
        (&json!(1), &json!("bea"))
    );
    assert_eq!((&said["risk"]["in_force"]["entries"], &said["risk"]["proposal"]), (&json!(1), &Value::Null));
    let history = list(&said, "history");
    let [change] = &history[..] else { panic!("{said}") };
    assert_eq!((&change["what"], &change["proposed_by"]), (&json!("risk"), &json!("ada")));
}

/// A clock that stands, goes where it is told, and shows how far it went from noon.
#[derive(Default)]
struct Willing {
    ahead_us: AtomicI64,
}

impl ClockHands for Willing {
    fn face(&self) -> ClockFace {
        ClockFace::new(NOON_US + self.ahead_us.load(Ordering::Relaxed), NOON_US, false)
    }

    fn advance(&self, target: Target) -> Moving<'_, Journey> {
        let now_us = match target {
            Target::By(by_us) => ClockHands::face(self).now_us + by_us,
            Target::To(at_us) => at_us,
        };
        self.ahead_us.store(now_us - NOON_US, Ordering::Relaxed);
        Box::pin(async move {
            let face = ClockFace::new(now_us, NOON_US, false);
            let (from, events) = (String::new(), Vec::new());
            Ok(Journey { from, steps: 3, counts: portal::Counts::default(), events, left_out: 0, face })
        })
    }

    fn set_running(&self, runs: bool) -> Moving<'_, ClockFace> {
        Box::pin(async move {
            if runs { Err(NotMoved::Fixed) } else { Ok(ClockFace::new(NOON_US, NOON_US, runs)) }
        })
    }
}

impl WorldHands for Willing {
    fn face(&self) -> WorldFace {
        WorldFace { name: "default".to_owned(), seed: Some(7), starts_at: None, resets: 0 }
    }

    fn reset(&self) -> Resetting<'_> {
        Box::pin(async { Err(NotReset::Busy) })
    }
}

#[tokio::test]
async fn an_admin_moves_the_clock_and_makes_things_fail() {
    let shop = Shop::open().await;
    let (token, operator) = shop.register(PHONE).await;
    // Nobody lent any hands yet.
    let said = shop.looked(&token, "/world").await;
    assert_eq!((&said["world"], &said["clock"], &said["faults"]), (&Value::Null, &Value::Null, &json!([])));
    let by = json!({ "by": "1d", "now_us": NOON_US });
    let (status, said) = shop.api("POST", "/api/v1/ops/world/clock", &token, &by).await;
    assert_eq!((status.as_u16(), code_of(&said)), (404, "no_sandbox"));

    let (clock, world) = (Arc::new(Willing::default()), Arc::new(Willing::default()));
    shop.portal.lend(SandboxHands { clock, faults: Arc::new(OneFinding::default()), world });
    staffed(&shop).await;
    appoint(&shop, &operator, "risk_officer").await;
    let (status, said) = shop.api("POST", "/api/v1/ops/world/clock", &token, &by).await;
    assert_eq!((status.as_u16(), code_of(&said)), (403, "role_forbids"));
    appoint(&shop, &operator, "admin").await;
    for (method, path, body, status, code) in [
        ("POST", "/clock", by.clone(), 200, "none"),
        // Sent again, it moves nothing: whoever wants another day looks first.
        ("POST", "/clock", by, 409, "moved"),
        ("POST", "/clock", json!({ "by": "1d", "now_us": NOON_US + DAY_US }), 200, "none"),
        ("POST", "/clock", json!({ "by": "1d" }), 400, "bad_request"),
        ("POST", "/clock", json!({ "run": false, "now_us": NOON_US }), 400, "bad_request"),
        ("POST", "/clock", json!({}), 400, "bad_request"),
        ("POST", "/clock", json!({ "by": "soon" }), 400, "bad_span"),
        ("POST", "/clock", json!({ "run": true }), 409, "clock_fixed"),
        ("POST", "/clock", json!({ "run": false }), 200, "none"),
        ("POST", "/faults", json!({ "fault": "error-after", "next": 1 }), 200, "none"),
        ("POST", "/faults", json!({ "fault": "error-after" }), 200, "none"),
        ("POST", "/faults", json!({ "fault": "sulk" }), 400, "bad_fault"),
        (
            "POST",
            "/faults",
            json!({ "fault": "error-after", "app_id": "9021000000000000" }),
            404,
            "app_not_found",
        ),
        ("DELETE", "/faults/1", Value::Null, 200, "none"),
        ("DELETE", "/faults/1", Value::Null, 404, "fault_not_found"),
    ] {
        let (found, said) = shop.api(method, &format!("/api/v1/ops/world{path}"), &token, &body).await;
        assert_eq!((found.as_u16(), code_of(&said)), (status, code), "{method} {path} {body}: {said}");
    }
    let said = shop.looked(&token, "/world").await;
    assert_eq!((&said["world"]["seed"], &said["clock"]["mode"]), (&json!(7), &json!("frozen")));
    let two_days_on = json!(NOON_US + 2 * DAY_US);
    assert_eq!(said["clock"]["now_us"], two_days_on, "what was sent twice moved it once");
    assert_eq!(said["faults"], json!([]), "what was set twice stood once");
    // What cannot be read asks for nothing; all else is noted.
    let expected = [
        "world.clock done",
        "world.clock refused:moved",
        "world.clock done",
        "world.clock refused:clock_fixed",
        "world.clock done",
        "world.fault done",
        "world.fault done",
        "world.fault_clear done",
    ];
    assert_eq!(shop.ended_acts(&token).await, expected);
}
