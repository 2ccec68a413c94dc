//! A small world that lived through everything, made once by a real cell, and copies of it to damage.

use audit::{Finding, FindingKind, Options, Replay, Report, WorldFolder, verify};
use base::{AgreementNo, AppId, Day, OrderNo, PartyId, Stamp, Text};
use cell::{Cell, Door};
use engine::{
    ActOnEscrow, Actor, Authorize, CancelOrder, ClaimOrder, CloseOrder, ConfirmGoods, ConfirmPay, EscrowAct,
    IssuePayCode, JudgePassword, NewPassword, NoticeTried, OpenApp, OpenCertification, OpenChallenge,
    OpenOrder, OpenParty, PayBy, RefundOrder, RunTimer, SetCallback, SetPartyStatus, TakeTokens, TopUp,
    TryChallenge, TryPassword, Which,
};
use engine::{AddAppKey, PromoteAppKey, RetireAppKey};
use engine::{
    AddEvidence, AddPasskey, BeginDevice, FindAddress, PasskeyUse, ProvePasskey, ProveSignIn, RegisterPerson,
    SealedIdentity, StopBy, StopPayments, TrySignIn, act_of_paying,
};
use engine::{
    AgreementDelivery, BackPart, BindRelations, DebitOrder, NewRelation, OfferAgreement, OpenSigning, Share,
    SignAgreement, SplitOrder, SplitPart, UnbindRelations, UnsignAgreement,
};
use engine::{
    ApplicationStep, CloseStore, FillApplication, MoveApplication, NoteDocument, OpenStore, SignApplication,
};
use engine::{
    ApproveOperator, FoundOperators, NoteAct, NoteStaffAct, ProposeOperator, SetStaff, ShopClose, ShopRefund,
};
use engine::{AskRefund, RefuseRefundWish};
use journal::Journal;
use money::{Currency, Money};
use people::{
    AppMode, ChallengePurpose, DORMANT_US, EvidenceKind, GrantKind, MerchantKind, OperatorRole, PartyKind,
    PartyStatus, StaffRole, TokenRole,
};
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use store::{Reader as _, SqliteStore};
use tempfile::TempDir;
use trade::{
    CaseKind, Delivery, GoodsState, Logistics, Meaning, Order, PeriodRule, PersonalProduct, Product,
    ReceiverNamed, Terms, Timeout, Transport, Unit, WireCharset,
};

pub(crate) const WORLD: [u8; 16] = *b"world of tests 1";
const START_US: i64 = 1_767_283_199_000_000; // One second before midnight in China: the books span two days.
const HOUR_US: i64 = 3_600_000_000;
/// Small segments, so that the journal has several.
const SEGMENT_BYTES: u64 = 4096 + 8192;

/// A world on the disk.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    pub(crate) fn tables(&self) -> PathBuf {
        self.folder.path().join("tables.sqlite")
    }

    /// What lies in its folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A copy of the world that lived.
    pub(crate) fn copy() -> World {
        static LIVED: OnceLock<World> = OnceLock::new();
        let lived = LIVED.get_or_init(|| {
            let world = World { folder: TempDir::new().unwrap() };
            live(&world, |_, _| {});
            world
        });
        World::of(lived)
    }

    /// A copy of a world.
    pub(crate) fn of(lived: &World) -> World {
        let world = World { folder: TempDir::new().unwrap() };
        fs::create_dir(world.journal()).unwrap();
        for entry in fs::read_dir(lived.journal()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), world.journal().join(entry.file_name())).unwrap();
        }
        fs::copy(lived.tables(), world.tables()).unwrap();
        world
    }

    /// A world of its own with guaranteed trades beside everything else.
    pub(crate) fn with_escrows() -> World {
        let world = World { folder: TempDir::new().unwrap() };
        live_on(&world, true, |_, _| {});
        world
    }

    /// A copy of a small world of payments by counter codes, in every state.
    pub(crate) fn of_counter_codes() -> World {
        static LIVED: OnceLock<World> = OnceLock::new();
        let lived = LIVED.get_or_init(|| {
            let world = World { folder: TempDir::new().unwrap() };
            play(&world, |_, _| {}, async |script: Script| script.counter_codes().await);
            world
        });
        World::of(lived)
    }

    /// A world of its own, looked at while it lives.
    pub(crate) fn watched(watch: impl FnOnce(&World, &Door)) {
        let world = World { folder: TempDir::new().unwrap() };
        live(&world, watch);
    }

    pub(crate) fn sql(&self) -> Connection {
        let connection = Connection::open(self.tables()).unwrap();
        connection.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
        connection
    }

    /// Changes the tables; each statement must change one row at least.
    pub(crate) fn change(&self, statements: &str) {
        let connection = self.sql();
        for statement in statements.split(';').filter(|statement| !statement.trim().is_empty()) {
            let changed = connection.execute(statement, ()).unwrap();
            assert!(changed > 0, "{statement}");
        }
    }

    pub(crate) fn verify(&self) -> Report {
        self.verify_with(Options::default())
    }

    /// Verified, and some records decided again.
    pub(crate) fn replay(&self, range: Replay) -> Report {
        self.verify_with(Options { replay: Some(range), ..Options::default() })
    }

    pub(crate) fn verify_with(&self, options: Options) -> Report {
        let (journal, tables) = (self.journal(), self.tables());
        let options = Options { world: Some(WORLD), ..options };
        verify(WorldFolder { journal: &journal, tables: &tables }, &options).unwrap()
    }

    /// The names of the journal's segments, in order.
    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.journal()).unwrap().map(|entry| entry.unwrap().path());
        let mut segments: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|end| end == "journal")).collect();
        segments.sort();
        segments
    }
}

/// The finding of this kind on this table.
#[track_caller]
pub(crate) fn found<'a>(report: &'a Report, kind: FindingKind, table: &str) -> &'a Finding {
    let found = report.findings.iter().find(|finding| finding.kind == kind && finding.table == table);
    found.unwrap_or_else(|| panic!("no {kind:?} on {table} in\n{report}"))
}

/// Writes the journal anew with small segments. Its records and their hashes stay the same.
fn cut_small(folder: &Path) {
    let small = folder.with_extension("small");
    let options = journal::Options { segment_bytes: SEGMENT_BYTES, ..journal::Options::new(WORLD) };
    let (mut journal, _) = Journal::open(&small, options).unwrap();
    for record in journal::Reader::open(folder, 1).unwrap() {
        let record = record.unwrap();
        assert_eq!(journal.append(&record.payload).unwrap().hash, record.hash);
    }
    drop(journal);
    fs::remove_dir_all(folder).unwrap();
    fs::rename(small, folder).unwrap();
}

fn live(world: &World, watch: impl FnOnce(&World, &Door)) {
    live_on(world, false, watch);
}

fn live_on(world: &World, escrows: bool, watch: impl FnOnce(&World, &Door)) {
    play(world, watch, async |script: Script| Script { escrows, ..script }.run().await);
}

fn play(world: &World, watch: impl FnOnce(&World, &Door), script: impl AsyncFnOnce(Script)) {
    let now = Arc::new(AtomicI64::new(START_US));
    let clock = now.clone();
    let store = SqliteStore::open(&world.tables()).unwrap();
    let options = cell::Options::new(WORLD);
    let clock: cell::Clock = Arc::new(move || clock.fetch_add(1_000, Ordering::Relaxed));
    let (cell, door) = Cell::open(&world.journal(), Box::new(store), clock, options).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tables = world.tables();
    runtime.block_on(script(Script { door: door.clone(), now, code: 0, tables, escrows: false }));
    watch(world, &door);
    drop(door);
    cell.close();
    cut_small(&world.journal());
}

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

struct Script {
    door: Door,
    now: Arc<AtomicI64>,
    code: u8,
    tables: PathBuf,
    /// Whether there are guaranteed trades.
    escrows: bool,
}

/// Who plays.
struct Cast {
    shop: PartyId,
    app: AppId,
    alice: PartyId,
    bob: PartyId,
    carol: PartyId,
}

impl Script {
    async fn run(mut self) {
        let cast = self.cast().await;
        self.pass(2_000_000);
        let Cast { shop, alice, bob, carol, .. } = cast;

        self.pay(&cast, "T1-paid", 3_000, alice).await;
        let parted = self.pay(&cast, "T2-refunded-in-part", 10_000, bob).await;
        self.refund(shop, &parted, 3_333, "R1").await.unwrap();
        self.refund(shop, &parted, 1_000, "R2").await.unwrap();
        let whole = self.pay(&cast, "T3-refunded", 777, alice).await;
        self.refund(shop, &whole, 777, "R3").await.unwrap();
        let undone = self.pay(&cast, "T8-cancelled", 500, bob).await;
        self.door.ask(CancelOrder { seller: shop, which: Which::No(undone.no) }).await.unwrap();

        // A refund that cannot arrive, once for good and once until the account opens again.
        let given = self.pay(&cast, "T10-returned-then-refunded", 900, carol).await;
        let kept = self.pay(&cast, "T11-returned", 800, carol).await;
        self.status(carol, PartyStatus::Closed).await;
        assert!(self.refund(shop, &given, 400, "R4").await.is_err());
        assert!(self.refund(shop, &kept, 300, "R5").await.is_err());
        self.status(carol, PartyStatus::Normal).await;
        self.refund(shop, &given, 400, "R4").await.unwrap();

        let confirmed = self.offer(&cast, "T7-confirmed", 1_200).await;
        self.claim(&confirmed, alice).await;
        self.confirm(&confirmed, alice).await.unwrap();
        let closed = self.offer(&cast, "T4-closed", 1_300).await;
        self.claim(&closed, bob).await;
        self.door.ask(CloseOrder { seller: shop, which: Which::No(closed.no) }).await.unwrap();
        self.offer(&cast, "T5-offered", 1_400).await;
        let claimed = self.offer(&cast, "T6-waiting", 1_500).await;
        self.claim(&claimed, alice).await;
        let dropped = self.offer(&cast, "T13-withdrawn", 1_600).await;
        self.door.ask(CancelOrder { seller: shop, which: Which::No(dropped.no) }).await.unwrap();
        let expired = self.offer(&cast, "T14-expired", 1_700).await;
        self.pass(4 * HOUR_US);
        let timer = expired.timer.unwrap();
        self.door.ask(RunTimer { due_at_us: expired.expires_at_us, timer }).await.unwrap();

        // Paid too late: the money goes back.
        let late = self.offer(&cast, "T9-too-late", 1_800).await;
        self.claim(&late, bob).await;
        self.pass(4 * HOUR_US);
        assert!(self.confirm(&late, bob).await.is_err());

        self.split(&cast).await;
        self.by_counter_code(&cast).await;

        // Above the limit: it waits for the buyer. And codes that are of no use.
        self.pay(&cast, "T12-above-limit", 200_000, alice).await;
        self.open(&cast, "T15-bad-code", 100, Product::FaceToFace, Some(self.unknown_code(alice)))
            .await
            .unwrap_err();
        let (stall, stall_app) = self.authorize(&cast).await.unwrap();
        let of_stall = Cast { shop: stall, app: stall_app, ..cast };
        self.operators().await;
        self.staff(&of_stall).await;
        for (store_id, closes) in [("S1", false), ("S2", true)] {
            let store_id: people::StoreId = Text::new(store_id).unwrap();
            let name = Text::new("stall").unwrap();
            self.door.ask(OpenStore { seller: stall, store_id: store_id.clone(), name }).await.unwrap();
            if closes {
                self.door.ask(CloseStore { seller: stall, store_id }).await.unwrap();
            }
        }
        self.pay(&of_stall, "T31-without-a-licence", 1_100, bob).await;
        let person = self.door.ask(FindAddress { address: [4; 16] }).await.unwrap().party;
        let of_person = self.pay(&cast, "T30-of-a-person", 1_200, person).await;
        self.refund(shop, &of_person, 200, "R9").await.unwrap();
        self.code(bob).await;
        self.door.ask(TryPassword { party: bob, about: claimed.no }).await.unwrap();
        if self.escrows {
            self.guaranteed(&cast).await;
            self.disputed(&cast).await;
        }
        crate::contracts::live(&self.door, shop).await;
        crate::contracts::rules(&self.door).await;
        self.agreements(&cast).await;
        let codes = [self.code(alice).await, self.code(bob).await, self.code(alice).await];
        let order = self.order(&cast, "T16-from-a-freeze", 2_500, Product::FaceToFace, None);
        crate::freezes::live(&self.door, shop, alice, codes, order).await;
        crate::transfers::live(&self.door, shop, cast.app, alice, bob).await;
        crate::funds::live(&self.door, alice, |span_us| self.pass(span_us)).await;
        crate::funds::tried(&self.door, alice, claimed.no).await;
        crate::risks::live(&self.door, shop, cast.app, alice, bob).await;
        crate::risks::by_passkey(&self.door, person, bob).await;
        crate::funds::known(&self.door, person).await;
        crate::screens::live(&self.door, person, bob).await;
        self.deliver().await;
        self.pass(30 * HOUR_US);
        crate::day_closes::live(&self.door, &self.tables).await;
    }

    /// Orders by the code on the counter of one buyer: see `counter_codes`.
    async fn counter_codes(mut self) {
        let cast = self.cast().await;
        self.pass(2_000_000);
        for number in 1..=crate::counter_codes::ORDERS {
            let mut command = self.order(&cast, &format!("C{number}"), 1_500, Product::StaticCode, None);
            command.meaning.named_buyer = Some(cast.alice);
            let order = self.door.ask(command).await.unwrap().order;
            crate::counter_codes::pay(&self.door, number, order.no, cast.alice).await;
            if matches!(number, 1 | 3) {
                self.confirm(&order, cast.alice).await.unwrap();
            }
            if number == 5 {
                self.refund(cast.shop, &order, 500, "R1").await.unwrap();
            }
        }
    }

    /// Two payments by the code on the counter, a part of the second given back, and one that nobody paid.
    async fn by_counter_code(&self, cast: &Cast) {
        for (number, pays) in
            [("T40-by-counter-code", true), ("T41-given-back-in-part", true), ("T42-unpaid", false)]
        {
            let mut command = self.order(cast, number, 1_500, Product::StaticCode, None);
            command.meaning.named_buyer = Some(cast.alice);
            let order = self.door.ask(command).await.unwrap().order;
            if pays {
                self.confirm(&order, cast.alice).await.unwrap();
            }
            if number.starts_with("T41") {
                self.refund(cast.shop, &order, 500, "R41").await.unwrap();
            }
        }
    }

    /// Whoever signed for the stall owns it; a registered person was at its till, and looks on now. The owner notes a
    /// key, gives a part back to a buyer in another slot, and takes a code back that nobody scanned.
    async fn staff(&mut self, of_stall: &Cast) {
        let Cast { shop: stall, alice: owner, bob, .. } = *of_stall;
        let user = self.door.ask(FindAddress { address: [4; 16] }).await.unwrap().party;
        for role in [StaffRole::Till, StaffRole::Viewer] {
            let set = SetStaff { seller: stall, user, role, active: true, by: Some(owner) };
            self.door.ask(set).await.unwrap();
        }
        let (act, subject) = (Text::new("app_key.add").unwrap(), Text::new("1").unwrap());
        self.door.ask(NoteStaffAct { seller: stall, user: owner, act, subject }).await.unwrap();

        assert_ne!(stall.slot(), bob.slot(), "the refund goes from one slot to another");
        let paid = self.pay(of_stall, "T32-refunded-by-a-person", 1_000, bob).await;
        self.asks_back(&paid, bob, "W1").await;
        let refund = RefundOrder {
            seller: stall,
            which: Which::No(paid.no),
            amount: fen(300),
            out_request_no: Some(Text::new("P1").unwrap()),
            reason: None,
            back: Vec::new(),
        };
        self.door.ask(ShopRefund { refund, left: fen(1_000), by: owner }).await.unwrap();
        let offered = self.offer(of_stall, "T33-taken-back", 900).await;
        let which = Which::No(offered.no);
        self.door.ask(ShopClose { seller: stall, which, by: owner }).await.unwrap();
        for (number, is_asked_again) in [("T34-asked-back-again", true), ("T35-not-given-back", false)] {
            let paid = self.pay(of_stall, number, 700, bob).await;
            let asking = self.asks_back(&paid, bob, "W1").await;
            let reason = Text::new("it was eaten").unwrap();
            let no = RefuseRefundWish { seller: stall, order_no: paid.no, asking, reason, by: owner };
            self.door.ask(no).await.unwrap();
            if is_asked_again {
                self.asks_back(&paid, bob, "W2").await;
            }
        }
    }

    /// A buyer asks for its money back; which asking of the order that is.
    async fn asks_back(&self, order: &Order, buyer: PartyId, key: &str) -> u32 {
        let (key, reason) = (Text::new(key).unwrap(), Text::new("it is cold").unwrap());
        self.door.ask(AskRefund { buyer, order_no: order.no, key, reason }).await.unwrap().asking
    }

    /// The first admin, a second one who takes the post, a clerk, and one who is only proposed.
    async fn operators(&self) {
        let name = |name: &str| Text::new(name).unwrap();
        self.door.ask(FoundOperators { name: name("ada") }).await.unwrap();
        let active = true;
        for (who, role, approver) in [
            ("bea", OperatorRole::Admin, "bea"),
            ("cem", OperatorRole::Clerk, "bea"),
            ("dan", OperatorRole::Viewer, ""),
        ] {
            let propose = ProposeOperator { by: name("ada"), name: name(who), role, active };
            self.door.ask(propose).await.unwrap();
            if !approver.is_empty() {
                let approve = ApproveOperator { by: name(approver), name: name(who), role, active };
                self.door.ask(approve).await.unwrap();
            }
        }
        // One act that ended, and one of which nobody noted how.
        for (outcome, asked_no) in [("asked", None), ("done", Some(1)), ("asked", None)] {
            let (act, subject) = (Text::new("operator.approve").unwrap(), Text::new("cem").unwrap());
            let (digest, outcome) = ([7; 32], Text::new(outcome).unwrap());
            let note = NoteAct { operator: name("bea"), act, subject, digest, outcome, asked_no };
            self.door.ask(note).await.unwrap();
        }
    }

    /// One that is in force with a debit, one that has ended, one that nobody signed, one that was signed by paying.
    async fn agreements(&self, cast: &Cast) {
        let first = self.agree(cast, "A1").await;
        self.sign(first, cast.alice).await;
        let ended = self.agree(cast, "A2").await;
        self.sign(ended, cast.bob).await;
        self.door.ask(UnsignAgreement { seller: cast.shop, agreement_no: ended }).await.unwrap();
        self.agree(cast, "A3").await;
        let order = self.order(cast, "T16-debited", 2_000, Product::FaceToFace, None);
        self.door.ask(DebitOrder { order, agreement_no: first, by_plan: true }).await.unwrap();
        let order = self.order(cast, "T17-signed", 1_900, Product::Page, None);
        let (terms, sign_notify_url) =
            (self.terms("A4"), Some(Text::new("http://127.0.0.1:1/signed").unwrap()));
        let signing = OpenSigning { order, terms, sign_notify_url };
        let signed = self.door.ask(signing.clone()).await.unwrap().order;
        self.claim(&signed, cast.carol).await;
        self.confirm(&signed, cast.carol).await.unwrap();
        let order = self.order(cast, "T18-signs", 1_950, Product::Page, None);
        self.door.ask(OpenSigning { order, terms: self.terms("A5"), ..signing }).await.unwrap();
    }

    fn terms(&self, number: &str) -> Terms {
        let first = Day::of(self.now.load(Ordering::Relaxed));
        let (unit, every, single) = (Unit::Month, 1, fen(3_000));
        let rule = PeriodRule { unit, every, first, single, total: Some(fen(9_000)), payments: Some(3) };
        Terms {
            product: PersonalProduct::CyclePay,
            sign_scene: Text::new("INDUSTRY|DIGITAL_MEDIA").unwrap(),
            external_agreement_no: Some(Text::new(number).unwrap()),
            external_logon_id: None,
            rule: Some(rule),
            validity: None,
        }
    }

    async fn agree(&self, cast: &Cast, number: &str) -> AgreementNo {
        let terms = self.terms(number);
        let delivery = AgreementDelivery {
            notify_url: Some(Text::new("http://127.0.0.1:1/agreements").unwrap()),
            return_url: None,
            charset: WireCharset::Utf8,
            rsa1: false,
        };
        let (seller, app) = (cast.shop, cast.app);
        let offered = OfferAgreement { seller, app, terms, delivery, sign_within_us: None };
        self.door.ask(offered).await.unwrap().no
    }

    async fn sign(&self, agreement_no: AgreementNo, buyer: PartyId) {
        let tried = self.door.ask(TryPassword { party: buyer, about: agreement_no.topic() }).await.unwrap();
        let attempt = tried.attempt;
        self.door.ask(JudgePassword { party: buyer, attempt, right: true }).await.unwrap();
        self.door.ask(SignAgreement { agreement_no, buyer, attempt }).await.unwrap();
    }

    /// One that is finished, one with a part given back by a case, one with an open case.
    async fn guaranteed(&self, cast: &Cast) {
        let (shop, alice) = (cast.shop, cast.alice);
        let act = async |order: &Order, actor: Actor, number: &str, act: EscrowAct| {
            let request_no = Text::new(number).unwrap();
            self.door.ask(ActOnEscrow { order_no: order.no, actor, request_no, act }).await.unwrap();
        };
        let (seller, buyer) = (Actor::Seller(shop), Actor::Buyer(alice));
        let send = || EscrowAct::Send {
            logistics: Logistics { transport: Transport::Unneeded, company: None, number: None },
            part: false,
        };
        let case = || EscrowAct::OpenCase {
            kind: CaseKind::RefundOnly,
            goods_state: GoodsState::NotReceived,
            amount: fen(700),
            reason: None,
        };
        for number in ["E1-finished", "E2-part-back", "E3-case"] {
            let command = self.order(cast, number, 2_000, Product::EscrowPhysical, None);
            // What is released of the first is held for splits.
            let command = OpenOrder { royalty_freeze: number == "E1-finished", ..command };
            let order = self.door.ask(command).await.unwrap().order;
            self.claim(&order, alice).await;
            self.confirm(&order, alice).await.unwrap();
            if number != "E3-case" {
                act(&order, seller, "s", send()).await;
            }
            if number != "E1-finished" {
                act(&order, buyer, "c", case()).await;
            }
            if number == "E2-part-back" {
                act(&order, seller, "a", EscrowAct::AgreeCase).await;
            }
            if number == "E1-finished" {
                let tried = self.door.ask(TryPassword { party: alice, about: order.no }).await.unwrap();
                let attempt = tried.attempt;
                self.door.ask(JudgePassword { party: alice, attempt, right: true }).await.unwrap();
                let request_no = Text::new("r").unwrap();
                let command = ConfirmGoods { buyer: alice, order_no: order.no, attempt, request_no };
                self.door.ask(command).await.unwrap();
                let share = Share::Amount(fen(300));
                let part = SplitPart { payer: None, receiver: Some(cast.carol), share };
                let (order_no, out_request_no) = (order.no, Text::new("S7").unwrap());
                let (seller, parts, finish) = (shop, vec![part], false);
                let split = SplitOrder { seller, order_no, out_request_no, parts, finish };
                self.door.ask(split).await.unwrap();
            }
        }
    }

    /// One whose case and whose cancel could not reach the buyer, and one with a dispute that was divided.
    async fn disputed(&self, cast: &Cast) {
        let (shop, alice) = (cast.shop, cast.alice);
        let act = async |order: &Order, actor: Actor, number: &str, act: EscrowAct| {
            let request_no = Text::new(number).unwrap();
            self.door.ask(ActOnEscrow { order_no: order.no, actor, request_no, act }).await.unwrap();
        };
        let open = |amount: u64| EscrowAct::OpenCase {
            kind: CaseKind::RefundOnly,
            goods_state: GoodsState::Received,
            amount: fen(amount),
            reason: None,
        };
        let words = || Text::new("not so").unwrap();
        let seller = Actor::Seller(shop);
        let dave = self.party(PartyKind::Person, "dave@example.com").await;
        let key = Text::new("first").unwrap();
        self.door.ask(TopUp { party: dave, amount: fen(500_000), key }).await.unwrap();
        let order = self.open(cast, "E4-came-back", 2_000, Product::EscrowPhysical, None).await.unwrap();
        self.claim(&order, dave).await;
        self.confirm(&order, dave).await.unwrap();
        act(&order, Actor::Buyer(dave), "c", open(300)).await;
        self.door.ask(SetPartyStatus { party: dave, status: PartyStatus::Closed }).await.unwrap();
        act(&order, seller, "a", EscrowAct::AgreeCase).await;
        let which = Which::No(order.no);
        self.door.ask(CancelOrder { seller: shop, which }).await.unwrap_err();

        let order = self.open(cast, "E5-divided", 2_000, Product::EscrowVirtual, None).await.unwrap();
        self.claim(&order, alice).await;
        self.confirm(&order, alice).await.unwrap();
        let logistics = Logistics { transport: Transport::Unneeded, company: None, number: None };
        act(&order, seller, "s", EscrowAct::Send { logistics, part: false }).await;
        act(&order, seller, "x", EscrowAct::Extend).await;
        let buyer = Actor::Buyer(alice);
        act(&order, buyer, "c", open(700)).await;
        act(&order, seller, "r", EscrowAct::RefuseCase { reason: words() }).await;
        act(&order, buyer, "v", EscrowAct::CallService).await;
        act(&order, buyer, "e", EscrowAct::GiveEvidence { words: words() }).await;
        let (to_buyer, to_seller) = (fen(300), fen(400));
        act(&order, Actor::Arbiter, "d", EscrowAct::Decide { to_buyer, to_seller, words: None }).await;
    }

    async fn cast(&mut self) -> Cast {
        let shop = self.party(PartyKind::Merchant, "shop@example.com").await;
        let open = OpenApp {
            seller: shop,
            mode: AppMode::Key,
            public_key: vec![1, 2, 3],
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let app = self.door.ask(open).await.unwrap();
        self.exchange_keys(app).await;
        let alice = self.party(PartyKind::Person, "alice@example.com").await;
        let bob = self.party(PartyKind::Person, "bob@example.com").await;
        let carol = self.party(PartyKind::Person, "13900001111").await;
        for party in [alice, bob, carol] {
            let key = Text::new("first").unwrap();
            self.door.ask(TopUp { party, amount: fen(500_000), key }).await.unwrap();
        }
        Cast { shop, app, alice, bob, carol }
    }

    /// An app goes over to its second key, then to its third, and has a fourth.
    async fn exchange_keys(&self, app: AppId) {
        for number in 2..=4 {
            let (public_key, not_after_us) = (vec![1, 2, 3, number as u8], None);
            let add = AddAppKey {
                app,
                public_key,
                certificate: None,
                cert_sn: None,
                not_after_us,
                first_not_after_us: None,
            };
            assert_eq!(self.door.ask(add).await.unwrap(), number);
            if number < 4 {
                self.door.ask(PromoteAppKey { app, number }).await.unwrap();
                self.door.ask(RetireAppKey { app, number: number - 1 }).await.unwrap();
            }
        }
    }

    /// Somebody becomes a merchant, and somebody is turned down.
    async fn apply(&self, applicant: PartyId) -> Option<(PartyId, AppId)> {
        let mut opened = None;
        for (login, passes) in [("new-tea", true), ("no-tea", false)] {
            let (login, reviewer) = (Text::new(login).unwrap(), || Text::new("li").unwrap());
            let (kind, name) = (MerchantKind::Individual, Text::new("new").unwrap());
            let fill = FillApplication {
                login: login.clone(),
                applicant,
                kind,
                name,
                data_key: [7; 16],
                sealed: vec![7],
                name_matches: true,
                site: Some(Text::new("https://new.example").unwrap()),
            };
            self.door.ask(fill).await.unwrap();
            let document = people::documents_needed(kind, true);
            self.door.ask(NoteDocument { login: login.clone(), applicant, document }).await.unwrap();
            let last = if passes {
                ApplicationStep::Pass(reviewer())
            } else {
                ApplicationStep::Reject { reviewer: reviewer(), reasons: 1, note: None }
            };
            let first = [ApplicationStep::Submit(applicant), ApplicationStep::Confirm(applicant)];
            for step in first.into_iter().chain([ApplicationStep::Claim(reviewer()), last]) {
                self.door.ask(MoveApplication { login: login.clone(), step }).await.unwrap();
            }
            if passes {
                let (public_key, sealed_aes_key) = (vec![8], None);
                let sign = SignApplication { login, applicant, public_key, sealed_aes_key };
                let signed = self.door.ask(sign).await.unwrap();
                opened = signed.merchant.zip(signed.app);
            }
        }
        opened
    }

    /// A user and a merchant authorise an app of somebody else, which asks for tokens and for a certification.
    async fn authorize(&self, cast: &Cast) -> Option<(PartyId, AppId)> {
        let isv = self.party(PartyKind::Merchant, "isv@example.com").await;
        let open = OpenApp {
            seller: isv,
            mode: AppMode::Key,
            public_key: vec![4, 5, 6],
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let app = self.door.ask(open).await.unwrap();
        for (owner, kind, first) in
            [(cast.alice, GrantKind::User, 100), (cast.shop, GrantKind::Merchant, 200)]
        {
            let own_app = (kind == GrantKind::Merchant).then_some(cast.app);
            let scopes = Text::new("").unwrap();
            let (code, attempt, passkey) = ([first; 16], None, None);
            let yes = Authorize { owner, app, kind, scopes, own_app, code, attempt, passkey };
            self.door.ask(yes).await.unwrap();
            let (role, slot) = (TokenRole::Code, owner.slot());
            let [given, access, refresh] = [0, 1, 2].map(|more| [first + more; 16]);
            let take = TakeTokens { slot, app, kind, role, given, access, refresh };
            self.door.ask(take).await.unwrap();
        }
        let origins = Text::new("https://isv.example").unwrap();
        self.door.ask(SetCallback { app, origins }).await.unwrap();
        let ask = OpenCertification {
            seller: cast.shop,
            app,
            id: [7; 16],
            outer_order_no: Text::new("C1").unwrap(),
            meaning: [8; 16],
            return_url: None,
        };
        self.door.ask(ask).await.unwrap();
        self.codes_to_addresses().await;
        self.apply(cast.alice).await
    }

    /// One code is under way, one was tried, one was named.
    async fn codes_to_addresses(&self) {
        let (purpose, code) = (ChallengePurpose::Register, [5; 16]);
        for address in [[1; 16], [2; 16], [3; 16]] {
            self.door.ask(OpenChallenge { address, purpose, code }).await.unwrap();
        }
        self.door.ask(TryChallenge { address: [2; 16], purpose, code: [6; 16] }).await.unwrap_err();
        self.door.ask(TryChallenge { address: [3; 16], purpose, code }).await.unwrap();
        self.persons(code).await;
    }

    /// Somebody proves who it is, and has money.
    async fn prove_identity(&self, person: PartyId) {
        for bank in ["a", "b", "c"] {
            let evidence = AddEvidence {
                party: person,
                kind: EvidenceKind::BankCard,
                provider: Text::new(bank).unwrap(),
                expires_at_us: None,
                identity: Some([9; 16]),
                sealed: Some(SealedIdentity {
                    name: vec![1; 30],
                    id_number: vec![2; 46],
                    shown: Text::new("*明").unwrap(),
                }),
            };
            self.door.ask(evidence).await.unwrap();
        }
        let amount = Money::from_minor(5_000, Currency::Cny).unwrap();
        let key = Text::new("person").unwrap();
        self.door.ask(TopUp { party: person, amount, key }).await.unwrap();
    }

    /// Two people register; the address of the first is the second's by then.
    async fn persons(&self, code: [u8; 16]) {
        let (purpose, address) = (ChallengePurpose::Register, [4; 16]);
        for (number, password) in [(1, "first"), (2, "second")] {
            self.door.ask(OpenChallenge { address, purpose, code }).await.unwrap();
            let proof = self.door.ask(TryChallenge { address, purpose, code }).await.unwrap();
            let password = || NewPassword { verifier: Text::new(password).unwrap(), pepper_version: 1 };
            let register = RegisterPerson {
                address,
                proof,
                login_masked: Text::new("138****5678").unwrap(),
                login_password: password(),
                pay_password: password(),
                data_key: [number; 16],
                sealed_address: vec![number; 40],
            };
            let person = self.door.ask(register).await.unwrap();
            let tried = self.door.ask(TrySignIn { party: person }).await.unwrap();
            self.door.ask(ProveSignIn { party: person, attempt: tried.attempt }).await.unwrap();
            if number == 2 {
                let (token, sealed_name) = ([number; 16], vec![number; 40]);
                self.door
                    .ask(BeginDevice {
                        party: person,
                        token,
                        sealed_name,
                        since: tried.attempt,
                        passkey: None,
                    })
                    .await
                    .unwrap();
                let digest = [number; 16];
                let (sealed_key, sealed_name) = (vec![number; 200], vec![number; 40]);
                let added =
                    AddPasskey { party: person, digest, sealed_key, sealed_name, since: tried.attempt };
                let passkey = self.door.ask(added).await.unwrap();
                let (token, sealed_name) = ([number + 1; 16], vec![number; 40]);
                let (since, by_key) = (tried.attempt, Some(passkey.no));
                let begin = BeginDevice { party: person, token, sealed_name, since, passkey: by_key };
                self.door.ask(begin).await.unwrap();
                let by = PasskeyUse { party: person, place: passkey.place, no: passkey.no, counter: 2 };
                let (about, payee) = (OrderNo::of(Stamp { at_us: 1, seq: 0 }, person.slot()), person);
                let amount = Money::from_minor(100, Currency::Cny).unwrap();
                let act = act_of_paying(about, payee, amount, None);
                self.door.ask(ProvePasskey { by, act, sealed_key: None }).await.unwrap();
                let by = StopBy::Operator;
                for lift in [false, true] {
                    self.door.ask(StopPayments { party: person, by, lift }).await.unwrap();
                }
            }
            self.pass(if number == 1 { DORMANT_US } else { 0 });
            if number == 2 {
                self.prove_identity(person).await;
            }
        }
    }

    fn pass(&self, by_us: i64) {
        self.now.fetch_add(by_us, Ordering::Relaxed);
    }

    async fn party(&self, kind: PartyKind, login: &str) -> PartyId {
        let verifier = Text::new("$argon2id$test").unwrap();
        let password = (kind == PartyKind::Person).then_some(NewPassword { verifier, pepper_version: 1 });
        let (login, name) = (Text::new(login).unwrap(), Text::new(login).unwrap());
        self.door.ask(OpenParty { kind, login, name, password }).await.unwrap()
    }

    async fn status(&self, party: PartyId, status: PartyStatus) {
        self.door.ask(SetPartyStatus { party, status }).await.unwrap();
    }

    fn unknown_code(&self, buyer: PartyId) -> PayBy {
        PayBy { slot: buyer.slot(), digest: [0xee; 16] }
    }

    async fn code(&mut self, buyer: PartyId) -> PayBy {
        self.code += 1;
        let digest = [self.code; 16];
        self.door.ask(IssuePayCode { party: buyer, digest, attempt: None }).await.unwrap();
        PayBy { slot: buyer.slot(), digest }
    }

    async fn pay(&mut self, cast: &Cast, number: &str, total: u64, buyer: PartyId) -> Arc<Order> {
        let code = self.code(buyer).await;
        self.open(cast, number, total, Product::FaceToFace, Some(code)).await.unwrap()
    }

    async fn offer(&mut self, cast: &Cast, number: &str, total: u64) -> Arc<Order> {
        self.open(cast, number, total, Product::QrCode, None).await.unwrap()
    }

    async fn open(
        &self,
        cast: &Cast,
        number: &str,
        total: u64,
        product: Product,
        pay_by: Option<PayBy>,
    ) -> Result<Arc<Order>, String> {
        let command = self.order(cast, number, total, product, pay_by);
        self.door.ask(command).await.map(|opened| opened.order).map_err(|error| error.to_string())
    }

    fn order(
        &self,
        cast: &Cast,
        number: &str,
        total: u64,
        product: Product,
        pay_by: Option<PayBy>,
    ) -> OpenOrder {
        let meaning = Meaning {
            product,
            total: fen(total),
            subject: Text::new("苹果 🍎").unwrap(),
            body: None,
            named_buyer: None,
            goods_detail: None,
        };
        let delivery = Delivery {
            notify_url: Some(Text::new("http://127.0.0.1:1/notify").unwrap()),
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
        OpenOrder {
            seller: cast.shop,
            app: cast.app,
            out_trade_no: Text::new(number).unwrap(),
            meaning,
            delivery,
            timeout: Some(Timeout::After(HOUR_US)),
            expires_at_us: None,
            code_timeout: None,
            pay_by,
            royalty_freeze: false,
        }
    }

    /// Orders whose money is passed on: to two, to one who is gone, and one that is frozen for it.
    async fn split(&mut self, cast: &Cast) {
        let Cast { shop, bob, alice, carol, .. } = *cast;
        let named = ReceiverNamed::UserId;
        let relation = |receiver: PartyId| {
            let account = Text::new(&receiver.to_string()).unwrap();
            NewRelation { receiver, named, account, memo: None }
        };
        let receivers = [alice, carol, bob].map(relation).to_vec();
        self.door.ask(BindRelations { seller: shop, receivers }).await.unwrap();
        self.door.ask(UnbindRelations { seller: shop, receivers: vec![bob] }).await.unwrap();
        let door = self.door.clone();
        let split = async |order: &Order, number: &str, parts: &[(PartyId, u64)], finish: bool| {
            let part = |(receiver, amount): &(PartyId, u64)| SplitPart {
                payer: None,
                receiver: Some(*receiver),
                share: Share::Amount(fen(*amount)),
            };
            let (parts, out_request_no) = (parts.iter().map(part).collect(), Text::new(number).unwrap());
            let command = SplitOrder { seller: shop, order_no: order.no, out_request_no, parts, finish };
            door.ask(command).await.unwrap();
        };
        let order = self.pay_frozen(cast, "T20-frozen", 10_000, bob).await;
        split(&order, "S1", &[(alice, 1_000), (carol, 500)], false).await;
        self.status(carol, PartyStatus::Closed).await;
        split(&order, "S2", &[(carol, 700)], false).await;
        self.status(carol, PartyStatus::Normal).await;
        self.refund(shop, &order, 2_000, "R6").await.unwrap();
        split(&order, "S3", &[(alice, 100)], false).await;
        let order = self.pay_frozen(cast, "T21-finished", 5_000, bob).await;
        split(&order, "S4", &[(carol, 300)], true).await;
        let order = self.pay(cast, "T22-split", 5_000, bob).await;
        split(&order, "S5", &[(carol, 1_500)], false).await;
        self.refund(shop, &order, 4_000, "R7").await.unwrap();
        self.take_back(cast).await;
    }

    /// Refunds for which receivers give back: one that is made, one that one of two cannot pay, one that cannot arrive.
    async fn take_back(&mut self, cast: &Cast) {
        let Cast { shop, bob, alice, carol, .. } = *cast;
        let order = self.pay(cast, "T23-back", 6_000, bob).await;
        let shares = [(alice, 800), (carol, 900)];
        let part = |(receiver, amount): (PartyId, u64)| (Some(receiver), Share::Amount(fen(amount)));
        let split = |(receiver, share)| SplitPart { payer: None, receiver, share };
        let parts = shares.map(part).map(split).to_vec();
        let (order_no, out_request_no, finish) = (order.no, Text::new("S6").unwrap(), false);
        self.door.ask(SplitOrder { seller: shop, order_no, out_request_no, parts, finish }).await.unwrap();
        let door = self.door.clone();
        let refund = async |number: &str, amount, shares: [(PartyId, u64); 2]| {
            let back = |(receiver, share)| BackPart { payee: None, receiver, share };
            let back = shares.map(part).map(back).to_vec();
            let (which, out_request_no) = (Which::No(order.no), Some(Text::new(number).unwrap()));
            let amount = fen(amount);
            door.ask(RefundOrder { seller: shop, which, amount, out_request_no, reason: None, back }).await
        };
        // Nearly all of it is given by receivers, so that the merchant is credited with a part of the fee.
        refund("R8", 400, [(alice, 200), (carol, 199)]).await.unwrap();
        self.status(carol, PartyStatus::Closed).await;
        refund("R9", 400, [(alice, 200), (carol, 200)]).await.unwrap_err();
        self.status(carol, PartyStatus::Normal).await;
        self.status(bob, PartyStatus::Closed).await;
        refund("R10", 500, [(alice, 50), (carol, 60)]).await.unwrap_err();
        refund("R11", 20, [(alice, 10), (carol, 10)]).await.unwrap_err();
        self.status(bob, PartyStatus::Normal).await;
        refund("R10", 500, [(alice, 50), (carol, 60)]).await.unwrap();
        refund("R11", 20, [(alice, 10), (carol, 10)]).await.unwrap();
    }

    /// What the merchant gets is held for splits.
    async fn pay_frozen(&mut self, cast: &Cast, number: &str, total: u64, buyer: PartyId) -> Arc<Order> {
        let code = self.code(buyer).await;
        let command = self.order(cast, number, total, Product::FaceToFace, Some(code));
        self.door.ask(OpenOrder { royalty_freeze: true, ..command }).await.unwrap().order
    }

    async fn claim(&self, order: &Order, buyer: PartyId) {
        self.door.ask(ClaimOrder { order_no: order.no, buyer, by_code: true }).await.unwrap();
    }

    async fn confirm(&self, order: &Order, buyer: PartyId) -> Result<OrderNo, String> {
        let tried = self.door.ask(TryPassword { party: buyer, about: order.no }).await.unwrap();
        let attempt = tried.attempt;
        self.door.ask(JudgePassword { party: buyer, attempt, right: true }).await.unwrap();
        let paid = self.door.ask(ConfirmPay { buyer, order_no: order.no, attempt }).await;
        paid.map(|order| order.no).map_err(|error| error.to_string())
    }

    async fn refund(&self, seller: PartyId, order: &Order, amount: u64, number: &str) -> Result<(), String> {
        let command = RefundOrder {
            seller,
            which: Which::No(order.no),
            amount: fen(amount),
            out_request_no: Some(Text::new(number).unwrap()),
            reason: None,
            back: Vec::new(),
        };
        self.door.ask(command).await.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Two notices are tried: one arrives, one does not.
    async fn deliver(&self) {
        let mut reader = SqliteStore::open_reader(&self.tables).unwrap();
        let due = (0..200).find_map(|_wait| {
            let due = reader.due_notices(i64::MAX, 2).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(if due.len() < 2 { 50 } else { 0 }));
            (due.len() == 2).then_some(due)
        });
        for (notice, delivered) in due.expect("notices are posted soon").iter().zip([true, false]) {
            let error = (!delivered).then(|| Text::new("refused").unwrap());
            self.door
                .ask(NoticeTried { notice: notice.no, attempts_before: 0, delivered, error })
                .await
                .unwrap();
        }
    }
}
