//! The largest orders there can be, as many at once as fit into a batch, still fit into a record of the journal.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use base::{AppId, PartyId, Text};
use cell::{Cell, Clock, NotDecided, Options};
use engine::{Command, OpenApp, OpenOrder, OpenParty, Reply};
use journal::{Hook, Step, Verdict};
use people::{AppMode, PartyKind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use store::MemoryStore;
use trade::{Delivery, Meaning, Product, WireCharset};

/// Holds the first batch of orders up, so that all others wait and make one batch.
struct Slow;

impl Hook for Slow {
    fn before(&self, step: Step<'_>) -> Verdict {
        if matches!(step, Step::SyncFile(_)) {
            std::thread::sleep(Duration::from_millis(200));
        }
        Verdict::Go
    }
}

fn order(seller: PartyId, app: AppId, number: usize) -> OpenOrder {
    let wide = |length: usize| "\u{1F34E}".repeat(length);
    let url = Some(Text::new(&format!("http://a.example/{}", wide(1_000))).unwrap());
    OpenOrder {
        seller,
        app,
        out_trade_no: Text::new(&format!("T{number}")).unwrap(),
        meaning: Meaning {
            product: Product::QrCode,
            total: money::Money::from_minor(100, money::Currency::Cny).unwrap(),
            subject: Text::new(&wide(256)).unwrap(),
            body: Some(Text::new(&wide(400)).unwrap()),
            named_buyer: None,
            goods_detail: Some(Text::new(&wide(8_000)).unwrap()),
        },
        delivery: Delivery {
            notify_url: url.clone(),
            return_url: url.clone(),
            quit_url: url,
            charset: WireCharset::Utf8,
            rsa1: false,
            store_id: None,
            terminal_id: None,
            operator_id: None,
            passback_params: Some(Text::new(&wide(512)).unwrap()),
            merchant_order_no: None,
        },
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: None,
        royalty_freeze: false,
    }
}

#[test]
fn a_batch_of_the_largest_orders_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(*b"a world of tests");
    options.hook = Some(Arc::new(Slow));
    let now = AtomicI64::new(1_700_000_000_000_000);
    let clock: Clock = Arc::new(move || now.fetch_add(10, Ordering::Relaxed));
    let (cell, door) =
        Cell::open(&folder.path().join("journal"), Box::new(MemoryStore::new()), clock, options).unwrap();
    let (login, name) = (Text::new("m").unwrap(), Text::new("n").unwrap());
    let party = OpenParty { kind: PartyKind::Merchant, login, name, password: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let seller = runtime.block_on(door.ask(party)).unwrap();
    let app = OpenApp {
        seller,
        mode: AppMode::Key,
        public_key: vec![1],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let app = runtime.block_on(door.ask(app)).unwrap();
    let orders: Vec<OpenOrder> = (0..2_200).map(|number| order(seller, app, number)).collect();
    let (give, take) = mpsc::channel();
    for order in orders {
        let give = give.clone();
        let answer = move |answer: Result<Reply, NotDecided>| {
            let _heard = give.send(answer.map(|reply| reply.is_accepted()));
        };
        door.submit(Command::from(order), Box::new(answer));
    }
    drop(give);
    assert!(take.iter().all(|answer| answer == Ok(true)), "no order is in doubt because others are long");
    assert_eq!(door.stats().reopened.load(Ordering::Relaxed), 0);
    cell.close();
}
