//! The clerk over a real cell: what is due is run, once, and nothing else.

use base::{AppId, MINUTE_US, OrderNo, PartyId, Slot, Text};
use cell::{Cell, Clock, Door};
use clerk::{Clerk, Options, Readers};
use engine::{
    FindOrderByNo, IssuePayCode, NewPassword, OpenApp, OpenOrder, OpenParty, Table, TopUp, TryPassword,
};
use money::{Currency, Money};
use people::{AppMode, PartyKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use store::{MemoryStore, Reader, Store};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use trade::{Delivery, Meaning, OrderState, PAY_CODE_LIFE_US, Product, Timeout, WireCharset};

const START_US: i64 = 1_767_283_200_000_000;

struct House {
    _folder: tempfile::TempDir,
    cell: Cell,
    door: Door,
    store: MemoryStore,
    clock: Arc<AtomicI64>,
    reads: Arc<AtomicUsize>,
    seller: PartyId,
    app: AppId,
    buyer: PartyId,
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short enough")
}

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).expect("an amount")
}

impl House {
    async fn open() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(START_US));
        let store = MemoryStore::new();
        let ticking = clock.clone();
        let time: Clock = Arc::new(move || ticking.load(Ordering::Relaxed));
        let options = cell::Options::new(*b"a world of tests");
        let (cell, door) = Cell::open(folder.path(), Box::new(store.clone()), time, options).expect("a cell");
        let password = NewPassword { verifier: text("$argon2id$"), pepper_version: 1 };
        let open = |kind, login, password| OpenParty { kind, login: text(login), name: text("n"), password };
        let seller = door.ask(open(PartyKind::Merchant, "shop@example.com", None)).await.expect("opened");
        let buyer = door.ask(open(PartyKind::Person, "15900000000", Some(password))).await.expect("opened");
        let app = OpenApp {
            seller,
            mode: AppMode::Key,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let app = door.ask(app).await.expect("opened");
        door.ask(TopUp { party: buyer, amount: fen(100_000), key: text("k") }).await.expect("topped up");
        let reads = Arc::new(AtomicUsize::new(0));
        House { _folder: folder, cell, door, store, clock, reads, seller, app, buyer }
    }

    fn clerk(&self) -> (oneshot::Sender<()>, JoinHandle<()>) {
        self.clerk_with(Options::default())
    }

    fn clerk_with(&self, options: Options) -> (oneshot::Sender<()>, JoinHandle<()>) {
        let (stop, stopped) = oneshot::channel();
        let (store, reads) = (self.store.clone(), self.reads.clone());
        let readers: Readers = Arc::new(move || {
            reads.fetch_add(1, Ordering::Relaxed);
            store.reader()
        });
        let clerk = Clerk::new(self.door.clone(), readers, options);
        let shutdown = async move { drop(stopped.await) };
        (stop, tokio::spawn(clerk.run(shutdown)))
    }

    async fn order(&self, number: &str, timeout: Timeout) -> OrderNo {
        let meaning = Meaning {
            product: Product::FaceToFace,
            total: fen(100),
            subject: text("tea"),
            body: None,
            named_buyer: None,
            goods_detail: None,
        };
        let delivery = Delivery {
            notify_url: None,
            return_url: None,
            quit_url: None,
            charset: WireCharset::Utf8,
            rsa1: false,
            store_id: None,
            terminal_id: None,
            operator_id: None,
            passback_params: None,
            merchant_order_no: None,
        };
        let open = OpenOrder {
            seller: self.seller,
            app: self.app,
            out_trade_no: text(number),
            meaning,
            delivery,
            timeout: Some(timeout),
            expires_at_us: None,
            code_timeout: None,
            pay_by: None,
            royalty_freeze: false,
        };
        self.door.ask(open).await.expect("opened").order.no
    }

    async fn state(&self, order_no: OrderNo) -> OrderState {
        self.door.ask(FindOrderByNo { order_no }).await.expect("found").state
    }

    fn pass(&self, us: i64) {
        self.clock.fetch_add(us, Ordering::Relaxed);
    }

    fn rows(&self, table: Table) -> u64 {
        self.store.clone().count(table).expect("counted")
    }

    /// Waits until the posted tables hold so many rows.
    async fn until(&self, table: Table, rows: u64) {
        for _ in 0..500 {
            if self.rows(table) == rows {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} has {} rows, not {rows}", table.name(), self.rows(table));
    }

    async fn close(self, stop: oneshot::Sender<()>, running: JoinHandle<()>) {
        drop(stop);
        tokio::time::timeout(Duration::from_secs(5), running).await.expect("in time").expect("ends");
        tokio::task::spawn_blocking(move || self.cell.close()).await.expect("closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_expires_at_its_time_and_not_before() {
    let house = House::open().await;
    let (stop, running) = house.clerk();
    let first = house.order("T1", Timeout::After(MINUTE_US)).await;
    let second = house.order("T2", Timeout::After(2 * MINUTE_US)).await;
    house.until(Table::Timer, 2).await;
    house.pass(MINUTE_US - 1_000_000);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(house.state(first).await, OrderState::WaitBuyerPay);
    house.pass(1_001_000);
    house.until(Table::Timer, 1).await;
    assert_eq!(house.state(first).await, OrderState::Closed);
    assert_eq!(house.state(second).await, OrderState::WaitBuyerPay);
    house.close(stop, running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_and_password_tries_are_forgotten() {
    let house = House::open().await;
    let (stop, running) = house.clerk();
    house
        .door
        .ask(IssuePayCode { party: house.buyer, digest: [7; 16], attempt: None })
        .await
        .expect("issued");
    let about = OrderNo::of(base::Stamp { at_us: START_US, seq: 1 }, Slot::new(1).expect("a slot"));
    house.door.ask(TryPassword { party: house.buyer, about }).await.expect("reserved");
    house.until(Table::PayCode, 1).await;
    house.until(Table::Attempt, 1).await;
    house.pass(PAY_CODE_LIFE_US + 1_000);
    house.until(Table::PayCode, 0).await;
    assert_eq!(house.rows(Table::Attempt), 1, "a try may still be proven for a while");
    house.pass(15 * MINUTE_US);
    house.until(Table::Attempt, 0).await;
    house.until(Table::Timer, 0).await;
    house.close(stop, running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fell_due_while_nobody_looked_is_caught_up_in_pages() {
    let house = House::open().await;
    for number in 0..25 {
        house.order(&format!("T{number}"), Timeout::After(MINUTE_US)).await;
    }
    house.until(Table::Timer, 25).await;
    house.pass(24 * 60 * MINUTE_US);
    let before = house.door.stats().commands.load(Ordering::Relaxed);
    let (stop, running) = house.clerk_with(Options { page: 4 });
    house.until(Table::Timer, 0).await;
    let submitted = house.door.stats().commands.load(Ordering::Relaxed) - before;
    assert_eq!(submitted, 25, "each timer once, though the store showed it for a while");
    house.close(stop, running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_holds_nothing_up_for_ever() {
    let house = House::open().await;
    let (stop, running) = house.clerk();
    let order = house.order("T1", Timeout::After(MINUTE_US)).await;
    house.pass(-60 * MINUTE_US);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(house.state(order).await, OrderState::WaitBuyerPay);
    house.pass(62 * MINUTE_US);
    house.until(Table::Timer, 0).await;
    assert_eq!(house.state(order).await, OrderState::Closed);
    assert_eq!(house.reads.load(Ordering::Relaxed), 1, "one reader serves all looks");
    house.close(stop, running).await;
}
