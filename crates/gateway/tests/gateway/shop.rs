//! A world with a merchant, its apps and two buyers, behind a gateway.

use crate::client::Client;
use axum::Router;
use base::{AppId, OrderNo, PartyId, Text};
use cell::{Cell, Door, Options};
use engine::{
    ApproveList, BankAnswered, ClaimOrder, ConfirmPay, IssuePayCode, JudgePassword, NewPassword, NoPayeeCard,
    OpenApp, OpenParty, PayeeCard, ProposeList, SendBankOrder, SetPartyStatus, TopUp, TryPassword, Verdict,
};
use fund::CardKind;
use gateway::{Gateway, Naming, PayeeAsked, PayeeBank};
use money::{Currency, Money};
use people::{AppMode, PartyKind, PartyStatus};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use store::{MemoryStore, Store};
use wire::aes::AesKey;
use wire::cert::{Authority, Name, Validity, cert_sn, root_sn};
use wire::sign::PrivateKey;
use world::{Platform, Secrets, World};

/// 2026-01-02 03:04:05 in China.
pub const START_US: i64 = 1_767_294_245_000_000;
pub const VALIDITY: Validity = Validity { from_us: 1_700_000_000_000_000, until_us: 1_900_000_000_000_000 };

pub struct Shop {
    pub gateway: Arc<Gateway>,
    pub door: Door,
    pub world: Arc<World>,
    pub router: Router,
    pub seller: PartyId,
    pub alice: PartyId,
    pub bob: PartyId,
    now_us: Arc<AtomicI64>,
    codes: AtomicI64,
    /// How often a bank was asked whose card it is.
    pub cards_asked: Arc<AtomicI64>,
    // Dropped last: the cell's journal lies here.
    cell: Option<Cell>,
    folder: tempfile::TempDir,
}

/// A key pair that is made once for all tests of this program.
pub fn key(which: usize) -> PrivateKey {
    static KEYS: [OnceLock<String>; 4] = [const { OnceLock::new() }; 4];
    let pem = KEYS[which].get_or_init(|| wire::keygen::rsa_2048().unwrap().to_pkcs8_pem().to_string());
    PrivateKey::parse(pem).unwrap()
}

pub const PLATFORM_KEY: usize = 0;
pub const APP_KEY: usize = 1;
pub const OTHER_KEY: usize = 2;
const ROOT_KEY: usize = 3;

pub fn name(common_name: &str) -> Name {
    let text = |text: &str| text.to_owned();
    Name {
        common_name: text(common_name),
        organizational_unit: text("Pay"),
        organization: text("Tongbao"),
        country: text("CN"),
    }
}

/// The platform's side of one algorithm: what this key signs, under this root.
pub fn platform(root: &Authority, key: PrivateKey) -> Platform {
    let certificate = root.issue(&name("platform"), 7, VALIDITY, key.public_key()).unwrap();
    Platform {
        public_key: key.public_key().to_base64(),
        cert_sn: cert_sn(&certificate).unwrap(),
        root_sn: root_sn(root.pem(), key.public_key().usual_sign_type()).unwrap(),
        root: root.pem().to_owned(),
        certificate,
        key: Arc::new(key),
    }
}

pub fn root() -> Authority {
    root_with("Tongbao Root", key(ROOT_KEY))
}

pub fn root_with(common_name: &str, key: PrivateKey) -> Authority {
    Authority::new_root(name(common_name), 5, VALIDITY, key).unwrap()
}

pub fn yuan(fen: u64) -> Money {
    Money::from_minor(fen, Currency::Cny).unwrap()
}

/// A bank that knows every card but these: of `…11` the holder is another, about `…12` it says nothing, and the holder
/// of `…13` is on a list. While it is asked about `…14` before anything else, another list comes into force. It counts
/// what it is asked.
struct Bank {
    asked: Arc<AtomicI64>,
    door: Door,
}

impl PayeeBank for Bank {
    fn name_payee(&self, asked: PayeeAsked) -> Naming<'_> {
        let before = self.asked.fetch_add(1, Ordering::Relaxed);
        let number = asked.number.reveal();
        let list_comes = before == 0 && number.ends_with("14");
        let said = match &number[number.len() - 2..] {
            "11" => Err(NoPayeeCard::Wrong),
            "12" => Err(NoPayeeCard::Silent),
            "13" => Err(NoPayeeCard::Listed),
            _ => Ok(PayeeCard {
                digest: asked.digest,
                bank: Text::new("ICBC").unwrap(),
                kind: CardKind::Debit,
                last_four: Text::new(&number[number.len() - 4..]).unwrap(),
                agreement: Text::new("P1").unwrap(),
            }),
        };
        let door = self.door.clone();
        Box::pin(async move {
            if list_comes {
                agree_on_list(&door).await;
            }
            said
        })
    }
}

/// The first list of names is in force.
async fn agree_on_list(door: &Door) {
    let name = |name: &str| Text::new(name).unwrap();
    let (digest, base_version, entries, threshold) = ([1; 32], 0, 2, 850);
    let operator = name("ada");
    door.ask(ProposeList { operator, base_version, digest, entries, threshold }).await.unwrap();
    door.ask(ApproveList { operator: name("bea"), version: 1, digest }).await.unwrap();
}

impl Shop {
    pub async fn open() -> Shop {
        Shop::open_world(true).await
    }

    pub async fn open_world(sandbox: bool) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let now_us = Arc::new(AtomicI64::new(START_US));
        let clock = {
            let now_us = now_us.clone();
            Arc::new(move || now_us.load(Ordering::Relaxed))
        };
        let options = Options::new(*b"a world of tests");
        let tables = MemoryStore::new();
        let (cell, door) = Cell::open(folder.path(), Box::new(tables.clone()), clock, options).unwrap();
        let world = Arc::new(World {
            name: "default".to_owned(),
            sandbox,
            base_url: "http://127.0.0.1:8080".to_owned(),
            platform: platform(&root(), key(PLATFORM_KEY)),
            sm2: Arc::default(),
            secrets: Secrets::from_master(&[7; 32]).unwrap(),
            apps: Arc::default(),
        });
        let cards_asked = Arc::new(AtomicI64::new(0));
        let bank = Arc::new(Bank { asked: cards_asked.clone(), door: door.clone() });
        let gateway = Gateway::new(world.clone(), door.clone());
        let gateway = gateway.reading(Arc::new(move || tables.reader())).sending_to_cards(bank);
        let gateway = Arc::new(gateway);
        let router = gateway::routes(gateway.clone());
        let seller = party(&door, "shop@example.com", PartyKind::Merchant).await;
        let alice = party(&door, "alice@example.com", PartyKind::Person).await;
        let bob = party(&door, "13800001234", PartyKind::Person).await;
        let shop = Shop {
            gateway,
            door,
            world,
            router,
            seller,
            alice,
            bob,
            now_us,
            codes: AtomicI64::new(0),
            cards_asked,
            cell: Some(cell),
            folder,
        };
        shop.top_up(alice, 1_000_000).await;
        shop.top_up(bob, 100).await;
        shop
    }

    /// Where the journal lies.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The bank's final word about the orders to it that wait.
    pub async fn bank_says(&self, no: base::BankOrderNo, verdict: Verdict) {
        self.door.ask(SendBankOrder { no }).await.unwrap();
        self.door.ask(BankAnswered { no, verdict }).await.unwrap();
    }

    pub async fn top_up(&self, party: PartyId, fen: u64) {
        let key = Text::new(&format!("k{}", self.codes.fetch_add(1, Ordering::Relaxed))).unwrap();
        self.door.ask(TopUp { party, amount: yuan(fen), key }).await.unwrap();
    }

    /// Another merchant.
    pub async fn merchant(&self, login: &str) -> PartyId {
        party(&self.door, login, PartyKind::Merchant).await
    }

    pub async fn set_status(&self, party: PartyId, status: PartyStatus) {
        self.door.ask(SetPartyStatus { party, status }).await.unwrap();
    }

    /// An app in public-key mode.
    pub async fn client(&self) -> Client {
        self.client_of(self.seller, APP_KEY, false, false).await
    }

    pub async fn client_of(&self, seller: PartyId, key_no: usize, allow_rsa1: bool, aes: bool) -> Client {
        let aes = aes.then_some([9; 16]);
        let app = self.app(seller, key_no, AppMode::Key, allow_rsa1, aes).await;
        let mut client = Client::new(self.router.clone(), app.to_string(), key(key_no));
        client.aes = aes.map(AesKey::new);
        client
    }

    /// An app in certificate mode.
    pub async fn cert_client(&self) -> Client {
        let app = self.app(self.seller, APP_KEY, AppMode::Cert, false, None).await;
        let app_cert_sn = self.door.app(app).unwrap().cert_sn.clone().unwrap().to_string();
        let platform = &self.world.platform;
        let mut client = Client::new(self.router.clone(), app.to_string(), key(APP_KEY));
        client.cert_sn = Some(platform.cert_sn.clone());
        client.always = vec![("app_cert_sn", app_cert_sn), ("alipay_root_cert_sn", platform.root_sn.clone())];
        client
    }

    async fn app(
        &self,
        seller: PartyId,
        key_no: usize,
        mode: AppMode,
        allow_rsa1: bool,
        aes: Option<[u8; 16]>,
    ) -> AppId {
        let public = key(key_no).public_key().clone();
        let certificate =
            (mode == AppMode::Cert).then(|| root().issue(&name("app"), 77, VALIDITY, &public).unwrap());
        let command = OpenApp {
            seller,
            mode,
            public_key: public.inner_der().to_vec(),
            cert_sn: certificate.as_ref().map(|pem| Text::new(&cert_sn(pem).unwrap()).unwrap()),
            certificate: certificate.as_ref().map(|pem| Text::new(pem).unwrap()),
            allow_rsa1,
            sealed_aes_key: aes.map(|key| self.world.secrets.seal(&key, [1; 12]).unwrap()),
        };
        self.door.ask(command).await.unwrap()
    }

    /// A fresh code of a buyer.
    pub async fn pay_code(&self, buyer: PartyId) -> String {
        let number = self.codes.fetch_add(1, Ordering::Relaxed);
        let code = format!("28{number:014}{}", buyer.slot());
        let digest = self.world.secrets.pay_code_digest(&code);
        self.door.ask(IssuePayCode { party: buyer, digest, attempt: None }).await.unwrap();
        code
    }

    pub async fn claim(&self, order_no: OrderNo, buyer: PartyId) {
        self.door.ask(ClaimOrder { order_no, buyer, by_code: false }).await.unwrap();
    }

    /// The buyer gives the password and pays.
    pub async fn confirm(&self, order_no: OrderNo, buyer: PartyId) {
        let reserved = self.door.ask(TryPassword { party: buyer, about: order_no }).await.unwrap();
        let attempt = reserved.attempt;
        self.door.ask(JudgePassword { party: buyer, attempt, right: true }).await.unwrap();
        self.door.ask(ConfirmPay { buyer, order_no, attempt }).await.unwrap();
    }

    pub fn advance(&self, by_us: i64) {
        self.now_us.fetch_add(by_us, Ordering::Relaxed);
    }

    /// Stops the cell; its door stays and says busy.
    pub fn stop_cell(&mut self) {
        self.cell.take().unwrap().close();
    }
}

async fn party(door: &Door, login: &str, kind: PartyKind) -> PartyId {
    let verifier = Text::new("$argon2id$").unwrap();
    let password = Some(NewPassword { verifier, pepper_version: 1 });
    let (login, name) = (Text::new(login).unwrap(), Text::new("name").unwrap());
    door.ask(OpenParty { kind, login, name, password }).await.unwrap()
}
