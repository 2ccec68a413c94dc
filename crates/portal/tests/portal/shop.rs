//! A world with one merchant and one buyer, and a small browser.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use base::{AppId, OrderNo, PartyId, Text};
use cell::{Cell, CellError, Door, Options};
use engine::{Key, NewPassword, OpenApp, OpenOrder, OpenParty, Opened, PayBy, Row, SetPartyStatus, TopUp};
use http_body_util::BodyExt;
use money::{Currency, Money};
use people::{AppMode, PartyKind, PartyStatus};
use portal::{
    AgainAsked, AgainRefused, CardBank, Freezing, Intake, Issuer, LetterSeen, Letters, Mailroom, Offering,
    Opening, People, Portal, Readers, Resent, password,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Mark, MemoryStore, Reader, Store, StoreError};
use tokio::sync::watch;
use tower::ServiceExt;
use trade::{Delivery, Meaning, Notice, OpenRefused, Product, WireCharset};
use vault::Vault;
use wire::cert::CertError;
use wire::sign::{PrivateKey, PublicKey};
use world::{Platform, Secrets, World};

pub(crate) const BUYER: &str = "lily@example.com";
pub(crate) const PASSWORD: &str = "739164";
pub(crate) const NOON_US: i64 = 1_767_326_400_000_000; // 2026-01-02 12:00:00 in China

pub(crate) struct Shop {
    pub(crate) router: axum::Router,
    pub(crate) portal: Arc<Portal>,
    pub(crate) world: Arc<World>,
    pub(crate) door: Door,
    pub(crate) seller: PartyId,
    pub(crate) buyer: PartyId,
    pub(crate) app: AppId,
    pub(crate) now_us: Arc<AtomicI64>,
    pub(crate) vault: Arc<Vault>,
    /// Says that the server stops.
    pub(crate) stop: watch::Sender<bool>,
    bank: Option<Arc<dyn CardBank>>,
    numbers: AtomicI64,
    tables: MemoryStore,
    /// Whether the tables take nothing: what is decided meanwhile is not in them.
    pub(crate) held: Arc<AtomicBool>,
    stall: Arc<Stall>,
    pub(crate) cell: Cell,
    folder: tempfile::TempDir,
}

/// Lets whoever reads the tables for a page wait.
#[derive(Default)]
pub(crate) struct Stall {
    is_on: AtomicBool,
    waiting: AtomicUsize,
}

impl Stall {
    fn pass(&self) {
        if self.is_on.load(Ordering::Acquire) {
            self.waiting.fetch_add(1, Ordering::AcqRel);
            while self.is_on.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// A stall that ends with this, so that no thread waits for ever when a test fails.
pub(crate) struct Stalled(Arc<Stall>);

impl Stalled {
    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Acquire)
    }

    pub(crate) fn end(&self) {
        self.0.is_on.store(false, Ordering::Release);
    }
}

impl Drop for Stalled {
    fn drop(&mut self) {
        self.end();
    }
}

/// Tables that take nothing while they are held.
struct Held {
    tables: MemoryStore,
    held: Arc<AtomicBool>,
}

impl Store for Held {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        Store::mark(&mut self.tables)
    }

    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        if self.held.load(Ordering::Relaxed) {
            return Err(StoreError::Missing { path: PathBuf::from("held") });
        }
        self.tables.post(changes, mark)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.tables.reader()
    }
}

fn open_cell(
    folder: &Path,
    tables: &MemoryStore,
    held: &Arc<AtomicBool>,
    now_us: &Arc<AtomicI64>,
) -> (Cell, Door) {
    let ticks = now_us.clone();
    let clock: cell::Clock = Arc::new(move || ticks.fetch_add(10, Ordering::Relaxed));
    let tables = Held { tables: tables.clone(), held: held.clone() };
    Cell::open(folder, Box::new(tables), clock, Options::new(*b"a world of tests")).unwrap()
}

/// Everything that a process holds in memory, anew.
fn open_portal(
    world: &Arc<World>,
    door: &Door,
    tables: &MemoryStore,
    vault: &Arc<Vault>,
    stops: watch::Receiver<bool>,
    bank: Option<&Arc<dyn CardBank>>,
    stall: &Arc<Stall>,
) -> (axum::Router, Arc<Portal>) {
    let (view, stall) = (std::sync::Mutex::new(tables.clone()), stall.clone());
    let readers: Readers = Arc::new(move || {
        stall.pass();
        view.lock().unwrap().reader().unwrap()
    });
    let portal = Portal::new(
        world.clone(),
        door.clone(),
        readers,
        Arc::new(KnownStrings),
        Arc::new(NoIssuer),
        Arc::new(NoMail),
        People::sandbox(vault.clone()),
    );
    let portal = portal.until(stops);
    let portal = match bank {
        Some(bank) => portal.with_bank(bank.clone()),
        None => portal,
    };
    let portal = Arc::new(portal);
    let desk = Arc::new(crate::faults::OneFinding::default());
    let router = portal::routes(portal.clone()).merge(portal::fault_routes(portal.clone(), desk));
    let router = router.merge(portal::method_routes(portal.clone(), crate::methods::guide()));
    (router, portal)
}

/// A gateway that knows one order string: `order=NUMBER`.
struct KnownStrings;

impl Intake for KnownStrings {
    fn open(&self, text: String) -> Opening<'_> {
        Box::pin(async move {
            let number = text.strip_prefix("order=").ok_or("the signature is wrong")?;
            number.parse().map_err(|_| "no such order".to_owned())
        })
    }

    fn offer(&self, text: String) -> Offering<'_> {
        Box::pin(async move {
            let number = text.strip_prefix("agreement=").ok_or("the signature is wrong")?;
            number.parse().map_err(|_| "no such agreement".to_owned())
        })
    }

    fn freeze(&self, text: String) -> Freezing<'_> {
        Box::pin(async move {
            let number = text.strip_prefix("freeze=").ok_or("the signature is wrong")?;
            number.parse().map_err(|_| "no such freeze".to_owned())
        })
    }
}

struct NoIssuer;

impl Issuer for NoIssuer {
    fn need_sm2(&self) -> Result<(), String> {
        Ok(())
    }

    fn issue(&self, _: PartyId, _: &PublicKey) -> Result<String, CertError> {
        Err(CertError::NotThisAuthority)
    }
}

/// Nothing is sent, and nothing waits.
struct NoMail;

impl Mailroom for NoMail {
    fn look(&self, _: Option<AppId>, _: u64) -> Vec<LetterSeen> {
        Vec::new()
    }

    fn listen(&self, _: Option<AppId>, _: u64, _: Duration) -> Letters<'_> {
        Box::pin(async { Vec::new() })
    }

    fn answer(&self, _: u64, _: u16, _: Vec<u8>) -> bool {
        false
    }

    fn resend(&self, _: Arc<Notice>, _: AgainAsked) -> Resent<'_> {
        Box::pin(async { Err(AgainRefused::Busy) })
    }
}

fn platform_key() -> Arc<PrivateKey> {
    static KEY: OnceLock<Arc<PrivateKey>> = OnceLock::new();
    KEY.get_or_init(|| Arc::new(wire::keygen::rsa_2048().unwrap())).clone()
}

pub(crate) fn world(sandbox: bool) -> World {
    let key = platform_key();
    let public_key = key.public_key().to_base64();
    let empty = String::new;
    let platform =
        Platform { key, public_key, certificate: empty(), root: empty(), cert_sn: empty(), root_sn: empty() };
    let secrets = Secrets::from_master(&[7; 32]).unwrap();
    World {
        name: "default".into(),
        sandbox,
        base_url: "http://pay.test".into(),
        platform,
        sm2: Arc::default(),
        secrets,
        apps: Arc::default(),
    }
}

/// The platform's side of SM2, without certificates.
pub(crate) fn sm2_platform() -> Platform {
    let key = wire::keygen::sm2().unwrap();
    let (public_key, empty) = (key.public_key().to_base64(), String::new);
    let (certificate, root, cert_sn, root_sn) = (empty(), empty(), empty(), empty());
    Platform { key: Arc::new(key), public_key, certificate, root, cert_sn, root_sn }
}

pub(crate) fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

impl Shop {
    /// A sandbox world, opened at noon.
    pub(crate) async fn open() -> Shop {
        Shop::open_world(true).await
    }

    pub(crate) async fn open_world(sandbox: bool) -> Shop {
        Shop::open_as(world(sandbox), None).await
    }

    /// A sandbox world that tells this address.
    pub(crate) async fn open_at(base_url: &str) -> Shop {
        Shop::open_as(World { base_url: base_url.into(), ..world(true) }, None).await
    }

    /// The same, which binds cards at this bank.
    pub(crate) async fn open_with(base_url: &str, bank: Arc<dyn CardBank>) -> Shop {
        Shop::open_as(World { base_url: base_url.into(), ..world(true) }, Some(bank)).await
    }

    async fn open_as(world: World, bank: Option<Arc<dyn CardBank>>) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let (tables, held) = (MemoryStore::new(), Arc::default());
        let now_us = Arc::new(AtomicI64::new(NOON_US));
        let (cell, door) = open_cell(folder.path(), &tables, &held, &now_us);
        let world = Arc::new(world);
        let vault =
            Arc::new(Vault::open(&folder.path().join("vault.db"), world.secrets.vault_key(), None).unwrap());
        let (stop, stops) = watch::channel(false);
        let stall = Arc::default();
        let (router, portal) = open_portal(&world, &door, &tables, &vault, stops, bank.as_ref(), &stall);
        let seller = open_party(&door, &world, PartyKind::Merchant, "shop@example.com", "小店 <b>&").await;
        let buyer = open_party(&door, &world, PartyKind::Person, BUYER, "Lily").await;
        let app = OpenApp {
            seller,
            mode: AppMode::Key,
            public_key: vec![1],
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let app = door.ask(app).await.unwrap();
        let numbers = AtomicI64::new(0);
        let shop = Shop {
            router,
            portal,
            world,
            door,
            seller,
            buyer,
            app,
            now_us,
            vault,
            stop,
            bank,
            numbers,
            tables,
            held,
            stall,
            cell,
            folder,
        };
        shop.top_up(buyer, 10_000).await;
        shop
    }

    /// The same world after its process ended and another began.
    pub(crate) async fn restarted(self) -> Shop {
        self.wait_posted().await;
        let Shop { router, portal, door, cell, .. } = self;
        drop((router, portal, door));
        cell.close();
        let (cell, door) = open_cell(self.folder.path(), &self.tables, &self.held, &self.now_us);
        let (stops, bank) = (self.stop.subscribe(), self.bank.as_ref());
        let (world, vault) = (&self.world, &self.vault);
        let (router, portal) = open_portal(world, &door, &self.tables, vault, stops, bank, &self.stall);
        Shop { router, portal, door, cell, ..self }
    }

    /// The same world, whose lists are read from other tables.
    pub(crate) fn reading(&self, readers: Readers) -> axum::Router {
        let (world, door, mail) = (self.world.clone(), self.door.clone(), Arc::new(NoMail));
        let people = People::sandbox(self.vault.clone());
        let (intake, issuer) = (Arc::new(KnownStrings), Arc::new(NoIssuer));
        portal::routes(Arc::new(Portal::new(world, door, readers, intake, issuer, mail, people)))
    }

    pub(crate) async fn another_buyer(&self, login: &str) -> PartyId {
        let party = open_party(&self.door, &self.world, PartyKind::Person, login, "Tom").await;
        self.top_up(party, 10_000).await;
        party
    }

    pub(crate) async fn top_up(&self, party: PartyId, minor: u64) {
        let key = format!("test {}", self.numbers.fetch_add(1, Ordering::Relaxed));
        let command = TopUp { party, amount: fen(minor), key: Text::new(&key).unwrap() };
        self.door.ask(command).await.unwrap();
    }

    pub(crate) async fn set_status(&self, status: PartyStatus) {
        self.door.ask(SetPartyStatus { party: self.buyer, status }).await.unwrap();
    }

    pub(crate) async fn order(&self, product: Product, minor: u64) -> Opened {
        self.order_of(product, minor, "coffee", Some("https://shop.test/back?shop=1")).await
    }

    pub(crate) async fn order_of(
        &self,
        product: Product,
        minor: u64,
        subject: &str,
        return_url: Option<&str>,
    ) -> Opened {
        self.door.ask(self.request(product, minor, subject, return_url)).await.unwrap()
    }

    /// A till charges a pay code.
    pub(crate) async fn charge(&self, minor: u64, pay_by: PayBy) -> Result<Opened, CellError<OpenRefused>> {
        let request = self.request(Product::FaceToFace, minor, "till", None);
        self.door.ask(OpenOrder { pay_by: Some(pay_by), ..request }).await
    }

    pub(crate) fn request(
        &self,
        product: Product,
        minor: u64,
        subject: &str,
        return_url: Option<&str>,
    ) -> OpenOrder {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let meaning = Meaning {
            product,
            total: fen(minor),
            subject: Text::new(subject).unwrap(),
            body: None,
            named_buyer: None,
            goods_detail: None,
        };
        let delivery = Delivery {
            notify_url: Some(Text::new("http://127.0.0.1:9/notify").unwrap()),
            return_url: return_url.map(|url| Text::new(url).unwrap()),
            quit_url: Some(Text::new("javascript:alert(1)").unwrap()),
            charset: WireCharset::Utf8,
            rsa1: false,
            store_id: None,
            terminal_id: None,
            operator_id: None,
            passback_params: None,
            merchant_order_no: None,
        };
        OpenOrder {
            seller: self.seller,
            app: self.app,
            out_trade_no: Text::new(&format!("A{number}")).unwrap(),
            meaning,
            delivery,
            timeout: None,
            expires_at_us: None,
            code_timeout: None,
            pay_by: None,
            royalty_freeze: false,
        }
    }

    pub(crate) fn path(&self, order_no: OrderNo) -> String {
        self.world.cashier_url(order_no).strip_prefix("http://pay.test").unwrap().to_owned()
    }

    pub(crate) fn qr_path(&self, order_no: OrderNo) -> String {
        self.world.qr_url(order_no).strip_prefix(&*self.world.base_url).unwrap().to_owned()
    }

    pub(crate) async fn state(&self, order_no: OrderNo) -> trade::OrderState {
        self.door.ask(engine::FindOrderByNo { order_no }).await.unwrap().state
    }

    pub(crate) async fn balance(&self, party: PartyId) -> i64 {
        self.door.ask(engine::FindAccount { party, currency: Currency::Cny }).await.unwrap().balance_minor
    }

    /// Where parties stand with lists, what was found and which cases there are.
    pub(crate) fn rows_of_screening(&self) -> Vec<engine::Row> {
        use engine::Table;
        let mut reader = self.tables.reader().unwrap();
        let tables = [Table::ScreenList, Table::Screening, Table::ScreenHit, Table::RiskCase];
        tables.into_iter().flat_map(|table| reader.scan(table, None, None, 100).unwrap()).collect()
    }

    /// Lets whoever reads the tables for a page wait until this ends.
    pub(crate) fn stalled(&self) -> Stalled {
        self.stall.is_on.store(true, Ordering::Release);
        Stalled(self.stall.clone())
    }

    /// A view of the tables.
    pub(crate) fn reader(&self) -> Box<dyn store::Reader> {
        self.tables.reader().unwrap()
    }

    /// Waits until everything decided so far is in the tables.
    pub(crate) async fn wait_posted(&self) {
        let mut posted = self.door.posted();
        let before = *posted.borrow_and_update();
        self.top_up(self.seller, 1).await;
        for _round in 0..200 {
            if *posted.borrow() > before {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), language: "zh-CN" }
    }

    pub(crate) async fn call(&self, path: &str, body: serde_json::Value) -> (StatusCode, serde_json::Value) {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        json_of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, serde_json::Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        json_of(self.router.clone().oneshot(request).await.unwrap()).await
    }
}

async fn json_of(response: Response<Body>) -> (StatusCode, serde_json::Value) {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(serde_json::Value::Null))
}

async fn open_party(door: &Door, world: &World, kind: PartyKind, login: &str, name: &str) -> PartyId {
    let verifier = password::hash(&world.secrets, PASSWORD, [1; 16]).unwrap();
    let password = Some(NewPassword { verifier, pepper_version: Secrets::PEPPER_VERSION });
    let (login, name) = (Text::new(login).unwrap(), Text::new(name).unwrap());
    door.ask(OpenParty { kind, login, name, password }).await.unwrap()
}

/// Keeps cookies by name and path, like a browser, and follows nothing by itself.
#[derive(Clone)]
pub(crate) struct Browser {
    router: axum::Router,
    cookies: BTreeMap<(String, String), String>,
    pub(crate) language: &'static str,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) html: String,
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    /// The value of the hidden field `csrf`.
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.html.split_once("name=\"csrf\" value=\"").expect("the page has a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path), path, Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, path, Body::from(body.join("&"))).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, path: &str, body: Body) -> Page {
        let sent = self.cookies.iter().filter(|((_, own), _)| path.starts_with(own.as_str()));
        let sent: Vec<String> = sent.map(|((name, _), value)| format!("{name}={value}")).collect();
        let request = request.header("host", "pay.test").header("accept-language", self.language);
        let request = request.header("accept", "text/html,*/*;q=0.8");
        let request = request.header("cookie", sent.join("; ")).body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for line in headers.get_all("set-cookie") {
            self.keep(line.to_str().unwrap());
        }
        let location =
            headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        // A page is text; a file is not.
        let html = String::from_utf8_lossy(&bytes).into_owned();
        Page { status, location, headers, html, bytes }
    }

    fn keep(&mut self, line: &str) {
        assert!(line.contains("; HttpOnly"), "{line}");
        let (pair, rest) = line.split_once("; Path=").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let same_site = if is_led(name) { "; SameSite=Lax" } else { "; SameSite=Strict" };
        assert!(line.contains(same_site), "{line}");
        let path = rest.split(';').next().unwrap();
        let key = (name.to_owned(), path.to_owned());
        if line.contains("Max-Age=0") {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }

    /// Follows a link of another site, as from a shop: what is not to be led here is not sent.
    pub(crate) async fn led_to(&mut self, path: &str) -> Page {
        let own = self.cookies.clone();
        self.cookies.retain(|(name, _), _| is_led(name));
        let page = self.get(path).await;
        for (key, value) in own {
            self.cookies.entry(key).or_insert(value);
        }
        page
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|((own, _), _)| own == name).map(|(_, value)| value.clone())
    }

    /// Puts a cookie where it does not belong.
    pub(crate) fn plant(&mut self, name: &str, path: &str, value: &str) {
        self.cookies.insert((name.to_owned(), path.to_owned()), value.to_owned());
    }

    /// Signs in on an order's page.
    pub(crate) async fn sign_in(&mut self, path: &str, login: &str, password: &str) -> Page {
        let page = self.get(path).await;
        let csrf = page.csrf();
        let fields = [("csrf", csrf.as_str()), ("login", login), ("pay_password", password)];
        self.post(&format!("{path}/sign-in"), &fields).await
    }

    /// Presses "pay" on the page of a signed-in buyer.
    pub(crate) async fn pay(&mut self, path: &str) -> Page {
        let csrf = self.get(path).await.csrf();
        self.post(&format!("{path}/pay"), &[("csrf", csrf.as_str())]).await
    }
}

/// Whether a cookie is sent also when another site leads here: apps and shops do. Nobody comes signed in from elsewhere
/// but to authorise an app.
fn is_led(name: &str) -> bool {
    matches!(name, "tongbao_oauth" | "tongbao_visit")
}

fn escaped(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(letter).collect()
}
