//! A real cell over memory tables, with a merchant, a buyer with money, and a clock that the test moves.

use base::{AppId, OrderNo, PartyId, Text};
use cell::{Cell, Clock, Door};
use engine::{Authorize, IssuePayCode, OpenApp, OpenOrder, OpenParty, PayBy, RefundOrder, TopUp, Which};
use money::{Currency, Money};
use notify::{Inbox, Notify, Options, Readers, Resender, Tally};
use people::{AppMode, GrantKind, PartyKind};
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{MemoryStore, Reader, Store};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use trade::{Delivery, Meaning, Notice, NoticeState, Order, Product, WireCharset};
use wire::sign::PrivateKey;
use world::{Faults, Platform, Secrets, World};

/// 2026-01-02 00:00:00 in China.
pub(crate) const START_US: i64 = 1_767_283_200_000_000;

pub(crate) struct House {
    _folder: tempfile::TempDir,
    pub(crate) cell: Cell,
    pub(crate) door: Door,
    pub(crate) store: MemoryStore,
    clock: Arc<AtomicI64>,
    codes: AtomicU8,
    pub(crate) world: Arc<World>,
    pub(crate) seller: PartyId,
    pub(crate) app: AppId,
    pub(crate) buyer: PartyId,
}

/// A running delivery; stops when told.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn stop(self) {
        drop(self.stop);
        tokio::time::timeout(Duration::from_secs(5), self.task).await.expect("in time").expect("ends");
    }
}

pub(crate) fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short enough")
}

pub(crate) fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).expect("an amount")
}

pub(crate) fn key() -> Arc<PrivateKey> {
    static KEY: OnceLock<Arc<PrivateKey>> = OnceLock::new();
    KEY.get_or_init(|| Arc::new(wire::keygen::rsa_2048().expect("a key"))).clone()
}

/// Short timeouts, so that a test of a hanging shop is quick; long enough for a busy machine.
pub(crate) fn quick() -> Options {
    let (connect_timeout, timeout) = (Duration::from_millis(1_000), Duration::from_millis(1_500));
    Options { connect_timeout, timeout, drain: Duration::from_millis(300), ..Options::default() }
}

pub(crate) fn delivery(notify_url: &str) -> Delivery {
    Delivery {
        notify_url: Some(text(notify_url)),
        return_url: None,
        quit_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        store_id: None,
        terminal_id: None,
        operator_id: None,
        passback_params: None,
        merchant_order_no: None,
    }
}

fn world(sandbox: bool) -> Arc<World> {
    let platform = Platform {
        key: key(),
        public_key: key().public_key().to_base64(),
        certificate: String::new(),
        root: String::new(),
        cert_sn: String::new(),
        root_sn: String::new(),
    };
    let secrets = Secrets::from_master(&[7; 32]).expect("32 bytes");
    let (name, base_url) = ("default".to_owned(), "http://127.0.0.1:1".to_owned());
    Arc::new(World { name, sandbox, base_url, platform, sm2: Arc::default(), secrets, apps: Arc::default() })
}

impl House {
    pub(crate) async fn open() -> House {
        House::of(true).await
    }

    pub(crate) async fn of(sandbox: bool) -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(START_US));
        let store = MemoryStore::new();
        let ticking = clock.clone();
        // It moves a little whenever it is read, so that it does not fall behind the cell's stamps.
        let time: Clock = Arc::new(move || ticking.fetch_add(20, Ordering::Relaxed));
        let options = cell::Options::new(*b"a world of tests");
        let (cell, door) = Cell::open(folder.path(), Box::new(store.clone()), time, options).expect("a cell");
        let open = |kind, login| OpenParty { kind, login: text(login), name: text("n"), password: None };
        let seller = door.ask(open(PartyKind::Merchant, "shop@example.com")).await.expect("opened");
        let buyer = door.ask(open(PartyKind::Person, "15900001234")).await.expect("opened");
        door.ask(TopUp { party: buyer, amount: fen(10_000_000), key: text("k") }).await.expect("topped up");
        let world = world(sandbox);
        let codes = AtomicU8::new(0);
        let app = open_app(&door, seller).await;
        House { _folder: folder, cell, door, store, clock, codes, world, seller, app, buyer }
    }

    pub(crate) async fn another_app(&self) -> AppId {
        open_app(&self.door, self.seller).await
    }

    /// An app of another merchant, which the seller authorised.
    pub(crate) async fn helper(&self) -> AppId {
        let kind = PartyKind::Merchant;
        let open = OpenParty { kind, login: text("helper@example.com"), name: text("n"), password: None };
        let helper = self.door.ask(open).await.expect("opened");
        let app = open_app(&self.door, helper).await;
        let authorize = Authorize {
            owner: self.seller,
            app,
            kind: GrantKind::Merchant,
            scopes: text(""),
            own_app: Some(self.app),
            code: [1; 16],
            attempt: None,
            passkey: None,
        };
        self.door.ask(authorize).await.expect("authorised");
        app
    }

    pub(crate) fn deliver(&self, options: Options) -> Running {
        let (stop, stopped) = oneshot::channel();
        let store = self.store.clone();
        let readers: Readers = Arc::new(move || store.reader());
        let notify = Notify::new(self.world.clone(), self.door.clone(), readers, options);
        let task = tokio::spawn(notify.run(async move { drop(stopped.await) }));
        Running { stop, task }
    }

    /// As [`House::deliver`], with what developers have of it.
    pub(crate) fn deliver_watched(&self, options: Options) -> (Running, Arc<Inbox>, Resender) {
        let (stop, stopped) = oneshot::channel();
        let store = self.store.clone();
        let readers: Readers = Arc::new(move || store.reader());
        let notify = Notify::new(self.world.clone(), self.door.clone(), readers, options);
        let (inbox, resender) = (notify.inbox().expect("a sandbox world has one"), notify.resender());
        let task = tokio::spawn(notify.run(async move { drop(stopped.await) }));
        (Running { stop, task }, inbox, resender)
    }

    /// As [`House::deliver`], with what is counted of the calls.
    pub(crate) fn deliver_counted(&self, options: Options) -> (Running, Arc<Tally>) {
        let (stop, stopped) = oneshot::channel();
        let store = self.store.clone();
        let readers: Readers = Arc::new(move || store.reader());
        let notify = Notify::new(self.world.clone(), self.door.clone(), readers, options);
        let tally = notify.tally();
        let task = tokio::spawn(notify.run(async move { drop(stopped.await) }));
        (Running { stop, task }, tally)
    }

    /// As [`House::deliver_watched`], with letters that fail on request.
    pub(crate) fn deliver_failing(&self, faults: Arc<Faults>) -> (Running, Option<Arc<Inbox>>) {
        let (stop, stopped) = oneshot::channel();
        let store = self.store.clone();
        let readers: Readers = Arc::new(move || store.reader());
        let (world, door) = (self.world.clone(), self.door.clone());
        let notify = Notify::failing_on_request(world, door, readers, quick(), faults);
        let inbox = notify.inbox();
        let task = tokio::spawn(notify.run(async move { drop(stopped.await) }));
        (Running { stop, task }, inbox)
    }

    pub(crate) fn pass(&self, us: i64) {
        self.clock.fetch_add(us, Ordering::Relaxed);
    }

    pub(crate) fn unpaid(&self, number: &str, delivery: Delivery) -> OpenOrder {
        let meaning = Meaning {
            product: Product::FaceToFace,
            total: fen(1_234),
            subject: text("龙井茶 & more=100%"),
            body: Some(text("two tins")),
            named_buyer: None,
            goods_detail: None,
        };
        OpenOrder {
            seller: self.seller,
            app: self.app,
            out_trade_no: text(number),
            meaning,
            delivery,
            timeout: None,
            expires_at_us: None,
            code_timeout: None,
            pay_by: None,
            royalty_freeze: false,
        }
    }

    /// Opens the order and pays it with a pay code.
    pub(crate) async fn pay(&self, open: OpenOrder) -> Arc<Order> {
        let digest = [self.codes.fetch_add(1, Ordering::Relaxed); 16];
        self.door.ask(IssuePayCode { party: self.buyer, digest, attempt: None }).await.expect("issued");
        let pay_by = Some(PayBy { slot: self.buyer.slot(), digest });
        let opened = self.door.ask(OpenOrder { pay_by, ..open }).await.expect("opened");
        assert!(opened.paid);
        opened.order
    }

    pub(crate) async fn refund(&self, order: OrderNo, minor: u64, number: &str) {
        let (which, out_request_no) = (Which::No(order), Some(text(number)));
        let refund = RefundOrder {
            seller: self.seller,
            which,
            amount: fen(minor),
            out_request_no,
            reason: None,
            back: Vec::new(),
        };
        self.door.ask(refund).await.expect("refunded");
    }

    /// The notices of an order as posted, newest first.
    pub(crate) fn notices(&self, order: OrderNo) -> Vec<Arc<Notice>> {
        self.store.clone().notices(None, Some(order), None, 100).expect("read")
    }

    /// Waits until all notices of an order fit.
    pub(crate) async fn until(&self, order: OrderNo, what: &str, fits: impl Fn(&Notice) -> bool) {
        for _ in 0..1_000 {
            let notices = self.notices(order);
            if !notices.is_empty() && notices.iter().all(|notice| fits(notice)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("not {what}: {:?}", self.notices(order));
    }

    pub(crate) async fn until_delivered(&self, order: OrderNo) {
        self.until(order, "delivered", |notice| notice.state == NoticeState::Delivered).await;
    }

    pub(crate) async fn close(self, running: Running) {
        running.stop().await;
        tokio::task::spawn_blocking(move || self.cell.close()).await.expect("closes");
    }
}

async fn open_app(door: &Door, seller: PartyId) -> AppId {
    let open = OpenApp {
        seller,
        mode: AppMode::Key,
        public_key: Vec::new(),
        certificate: None,
        cert_sn: None,
        allow_rsa1: true,
        sealed_aes_key: None,
    };
    door.ask(open).await.expect("opened")
}
