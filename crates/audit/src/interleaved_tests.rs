//! What several cells do between the steps of a refund, in one map of rows: the checks must follow it, and must name
//! what is wrong with it.

use crate::READ_ORDER;
use crate::checks::Checks;
use crate::keyed::Keyed;
use crate::report::{Figures, FindingKind, Findings, Report};
use base::{OrderNo, PartyId, Slot, SlotSet, Stamp, Stamper, Text};
use engine::{
    ActOnEscrow, Actor, BackPart, BindRelations, Change, ClaimOrder, Command, ConfirmGoods, ConfirmPay,
    EscrowAct, Fault, IssuePayCode, JudgePassword, Key, NewPassword, NewRelation, OpenApp, OpenOrder,
    OpenParty, PayBy, RefundOrder, Reply, Row, SetPartyStatus, Share, SplitOrder, SplitPart, Tabled, TopUp,
    TryPassword, Which, Workspace, run,
};
use ledger::Hold;
use money::{Currency, Money};
use people::{AppMode, PartyKind, PartyStatus};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{
    Delivery, Logistics, Meaning, Order, Product, ReceiverNamed, Refund, Rulebook, Split, SplitBook,
    SplitLine, SplitState, Transport, WireCharset,
};

/// 2026-01-05 09:00 in China.
const BEGINNING_US: i64 = 1_767_574_800_000_000;

struct Town {
    rows: BTreeMap<Key, Row>,
    stamper: Stamper,
    /// Commands to decide before a step of the next chain.
    between: Vec<(u32, Command)>,
    step: u32,
    home: SlotSet,
    shop: PartyId,
    alice: PartyId,
    bob: PartyId,
    carol: PartyId,
    order_no: OrderNo,
}

impl Workspace for Town {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(self.rows.get(key).cloned())
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put { row, .. } => drop(self.rows.insert(row.key(), row)),
                Change::Delete { key } => drop(self.rows.remove(&key)),
            }
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.step += 1;
        while let Some(at) = self.between.iter().position(|(step, _)| *step == self.step) {
            let (_, command) = self.between.remove(at);
            let step = std::mem::replace(&mut self.step, 1_000);
            run(self, &command).expect("a command between two steps is decided");
            self.step = step;
        }
        self.stamper.stamp(BEGINNING_US)
    }

    fn home(&self) -> SlotSet {
        self.home
    }

    fn rules(&self, _at_us: i64) -> Arc<Rulebook> {
        Arc::new(Rulebook::first())
    }

    fn screen_list(&self, _at_us: i64) -> Option<Arc<risk::ScreenList>> {
        None
    }

    fn risk(&self, _at_us: i64) -> Option<Arc<risk::RuleSet>> {
        None
    }
}

fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).unwrap()
}

fn text<const N: usize>(of: &str) -> Text<N> {
    Text::new(of).unwrap()
}

impl Town {
    /// Alice paid the shop 100.00; bob and carol are bound.
    fn new() -> Town {
        let mut town = Town::empty();
        let code = PayBy { slot: town.alice.slot(), digest: [7; 16] };
        town.run(IssuePayCode { party: town.alice, digest: code.digest, attempt: None });
        town.open(Product::FaceToFace, Some(code));
        town
    }

    /// Nobody has paid yet.
    fn empty() -> Town {
        let nobody = PartyId::issue(9_000_000_000, Slot::new(77).unwrap()).unwrap();
        let mut town = Town {
            rows: BTreeMap::new(),
            stamper: Stamper::after(Stamp { at_us: 0, seq: 0 }),
            between: Vec::new(),
            step: 0,
            home: SlotSet::ALL,
            shop: nobody,
            alice: nobody,
            bob: nobody,
            carol: nobody,
            order_no: OrderNo::from_number(1_700_000_000_000_000_088).unwrap(),
        };
        town.shop = town.party("shop@example.com", PartyKind::Merchant);
        town.alice = town.party("alice@example.com", PartyKind::Person);
        town.bob = town.party("bob@example.com", PartyKind::Person);
        town.carol = town.party("carol@example.com", PartyKind::Person);
        assert!(town.alice.slot() != town.shop.slot(), "the buyer can lie in another cell");
        town.run(TopUp { party: town.alice, amount: fen(100_000), key: text("first") });
        let receiver = |receiver| NewRelation {
            receiver,
            named: ReceiverNamed::UserId,
            account: text("a receiver"),
            memo: None,
        };
        let receivers = vec![receiver(town.bob), receiver(town.carol)];
        town.run(BindRelations { seller: town.shop, receivers });
        town
    }

    fn run(&mut self, command: impl Into<Command>) -> Option<Reply> {
        self.step = 0;
        let command = command.into();
        let ran = run(self, &command).unwrap_or_else(|fault| panic!("{fault}: {command:?}"));
        assert!(self.between.is_empty(), "the chain ended before the command between its steps");
        ran.reply
    }

    fn party(&mut self, login: &str, kind: PartyKind) -> PartyId {
        let verifier = text("$argon2id$test");
        let password = (kind == PartyKind::Person).then_some(NewPassword { verifier, pepper_version: 1 });
        let opened = self.run(OpenParty { kind, login: text(login), name: text(login), password });
        let Some(Reply::OpenParty(Ok(party))) = opened else { panic!("{opened:?}") };
        party
    }

    /// An order of 100.00 whose money is held for splits.
    fn open(&mut self, product: Product, pay_by: Option<PayBy>) {
        let app = OpenApp {
            seller: self.shop,
            mode: AppMode::Key,
            public_key: vec![1, 2, 3],
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let opened = self.run(app);
        let Some(Reply::OpenApp(Ok(app))) = opened else { panic!("{opened:?}") };
        let meaning = Meaning {
            product,
            total: fen(10_000),
            subject: text("tea"),
            body: None,
            named_buyer: None,
            goods_detail: None,
        };
        let delivery = Delivery {
            notify_url: Some(text("http://127.0.0.1:1/notify")),
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
        let paid = self.run(OpenOrder {
            seller: self.shop,
            app,
            out_trade_no: text("T1"),
            meaning,
            delivery,
            timeout: None,
            expires_at_us: None,
            code_timeout: None,
            pay_by,
            royalty_freeze: true,
        });
        let Some(Reply::OpenOrder(Ok(opened))) = paid else { panic!("{paid:?}") };
        self.order_no = opened.order.no;
    }

    /// A password that alice gave right.
    fn proof(&mut self) -> u64 {
        let tried = self.run(TryPassword { party: self.alice, about: self.order_no });
        let Some(Reply::TryPassword(Ok(tried))) = tried else { panic!("{tried:?}") };
        self.run(JudgePassword { party: self.alice, attempt: tried.attempt, right: true });
        tried.attempt
    }

    fn split(&self, number: &str, parts: &[(PartyId, u64)], finish: bool) -> SplitOrder {
        let part = |(receiver, amount): &(PartyId, u64)| SplitPart {
            payer: None,
            receiver: Some(*receiver),
            share: Share::Amount(fen(*amount)),
        };
        let parts = parts.iter().map(part).collect();
        SplitOrder { seller: self.shop, order_no: self.order_no, out_request_no: text(number), parts, finish }
    }

    fn refund(&self, number: &str, amount: u64, back: &[(PartyId, u64)]) -> RefundOrder {
        let part = |(receiver, amount): &(PartyId, u64)| BackPart {
            payee: None,
            receiver: Some(*receiver),
            share: Share::Amount(fen(*amount)),
        };
        RefundOrder {
            seller: self.shop,
            which: Which::No(self.order_no),
            amount: fen(amount),
            out_request_no: Some(text(number)),
            reason: None,
            back: back.iter().map(part).collect(),
        }
    }

    fn before(&mut self, step: u32, command: impl Into<Command>) {
        self.between.push((step, command.into()));
    }

    fn closed(party: PartyId) -> SetPartyStatus {
        SetPartyStatus { party, status: PartyStatus::Closed }
    }

    fn get<R: Tabled>(&self, key: R::Key) -> Arc<R> {
        R::unwrap(&self.rows[&R::wrap_key(key)]).unwrap().clone()
    }

    fn change<R: Tabled>(&mut self, row: R) {
        let row = R::wrap(Arc::new(row));
        self.rows.insert(row.key(), row);
    }

    fn order(&self) -> Arc<Order> {
        self.get((self.shop.slot(), self.order_no))
    }

    fn book(&self) -> SplitBook {
        (*self.get::<SplitBook>((self.shop.slot(), self.order_no))).clone()
    }

    fn taken(&self, place: u32) -> Split {
        (*self.get::<Split>((self.shop.slot(), self.order_no, place))).clone()
    }

    fn line(&self, place: u32, line: u32) -> SplitLine {
        (*self.get::<SplitLine>((self.shop.slot(), self.order_no, place, line))).clone()
    }

    fn verify(&self) -> Report {
        let mut findings = Findings::new(100);
        let mut checks = Checks::new(Keyed::drawn().unwrap(), self.home);
        for table in READ_ORDER {
            for row in self.rows.values().filter(|row| row.table() == *table) {
                checks.look(row, &mut findings);
            }
        }
        checks.finish(&mut findings);
        findings.report(Figures::default())
    }

    fn must_be_clean(&self) {
        let report = self.verify();
        assert!(report.is_clean(), "{report}");
    }

    /// Changes one row and wants one finding, on this table.
    fn must_name<R: Tabled>(&self, row: R, kind: FindingKind, table: &str) {
        let mut changed = Town { rows: self.rows.clone(), between: Vec::new(), ..*self };
        let what = format!("{row:?}");
        changed.change(row);
        let report = changed.verify();
        let named = report.findings.iter().any(|it| it.kind == kind && it.table == table);
        assert!(named, "no {kind:?} on {table} for {what}\n{report}");
    }
}

use FindingKind::{OrderRefunds, RefundWrong, SplitWrong};

#[test]
fn refunds_that_come_back_in_any_order_are_right() {
    // Amounts at which the fee of one depends on the others: 60 fen of 10,000.
    for (first, second) in [(83, 84), (84, 83), (250, 9_750), (1, 166), (166, 1)] {
        for number in ["R1", "R2"] {
            let mut town = Town::new();
            town.before(2, Town::closed(town.alice));
            town.before(2, town.refund("R2", second, &[]));
            town.run(town.refund("R1", first, &[]));
            town.must_be_clean();
            // The number is used again, which leaves only the postings of what came back.
            town.run(SetPartyStatus { party: town.alice, status: PartyStatus::Normal });
            town.run(town.refund(number, second, &[]));
            town.must_be_clean();
            let order = Order { fee_returned_minor: fen(59).minor(), ..(*town.order()).clone() };
            town.must_name(order, OrderRefunds, "orders");
        }
    }
}

#[test]
fn what_receivers_gave_goes_back_and_each_change_of_it_is_named() {
    let mut town = Town::new();
    town.run(town.split("S1", &[(town.bob, 1_000), (town.carol, 2_000)], false));
    town.run(Town::closed(town.alice));
    // Nearly all is given by receivers: the merchant's own share is less than the fee.
    town.run(town.refund("R1", 3_000, &[(town.bob, 1_000), (town.carol, 1_990)]));
    town.run(town.refund("R1", 2_000, &[(town.carol, 2_000)]));
    town.must_be_clean();
    assert_eq!(town.line(2, 1).state, SplitState::Returned);
    let (taken, book) = (town.taken(2), town.book());
    town.must_name(Split { made_at_us: None, ..taken.clone() }, SplitWrong, "split");
    let made_at_us = taken.made_at_us.map(|at_us| at_us - 1);
    town.must_name(Split { made_at_us, ..taken.clone() }, RefundWrong, "posting");
    for undone_at_us in [None, taken.made_at_us, taken.undone_at_us.map(|at_us| at_us + 1_000_000)] {
        town.must_name(Split { undone_at_us, ..taken.clone() }, SplitWrong, "split");
    }
    for state in [SplitState::Done, SplitState::Refused] {
        town.must_name(SplitLine { state, ..town.line(2, 1) }, SplitWrong, "split");
    }
    town.must_name(SplitLine { state: SplitState::Kept, ..town.line(2, 1) }, SplitWrong, "posting");
    let at_us = taken.undone_at_us.unwrap() + 1;
    town.must_name(SplitLine { at_us, ..town.line(2, 1) }, SplitWrong, "split_line");
    town.must_name(SplitLine { amount_minor: fen(999).minor(), ..town.line(2, 1) }, SplitWrong, "split_line");
    town.must_name(SplitBook { giving_minor: fen(1).minor(), ..book.clone() }, SplitWrong, "split_book");
    town.must_name(SplitBook { fee_due_minor: fen(1).minor(), ..book }, SplitWrong, "split_book");
    // The split of the first try of the number is gone as if the refund had never been.
    let refund = town.get::<Refund>((town.shop.slot(), town.order_no, text("R1")));
    town.must_name(Refund { state: trade::RefundState::Done, ..(*refund).clone() }, RefundWrong, "refund");
    town.must_name(Refund { fee_back_minor: fen(1).minor(), ..(*refund).clone() }, RefundWrong, "refund");
}

#[test]
fn a_refund_with_parts_comes_back_behind_others() {
    for (amount, back, other) in [(3_000, 2_990, 83), (3_000, 3_000, 84), (84, 84, 9_916), (84, 83, 9_916)] {
        let mut town = Town::new();
        town.run(town.split("S1", &[(town.carol, 3_000)], false));
        town.run(TopUp { party: town.alice, amount: fen(1), key: text("second") });
        town.run(TopUp { party: town.shop, amount: fen(3_000), key: text("second") });
        // Refunds of both kinds are out when the first comes back; the second arrives or comes back as well.
        town.before(4, town.refund("R2", other, &[]));
        town.before(4, Town::closed(town.alice));
        town.run(town.refund("R1", amount, &[(town.carol, back)]));
        town.must_be_clean();
        town.run(SetPartyStatus { party: town.alice, status: PartyStatus::Normal });
        town.run(town.refund("R1", amount, &[(town.carol, back)]));
        town.must_be_clean();
    }
}

#[test]
fn a_part_that_its_receiver_cannot_have_again_is_the_merchants() {
    let mut town = Town::new();
    town.run(town.split("S1", &[(town.carol, 2_000)], false));
    town.run(Town::closed(town.alice));
    town.before(6, Town::closed(town.carol));
    town.run(town.refund("R1", 3_000, &[(town.carol, 2_000)]));
    town.must_be_clean();
    assert_eq!((town.line(2, 1).state, town.book().split_minor), (SplitState::Kept, fen(0).minor()));
    town.run(town.split("S2", &[(town.bob, 3_000)], false));
    town.must_be_clean();
    town.must_name(SplitLine { state: SplitState::Returned, ..town.line(2, 1) }, SplitWrong, "split_line");
    // As if it had still been its receiver's when it was passed on.
    let at_us = town.taken(3).at_us + 1;
    town.must_name(SplitLine { at_us, ..town.line(2, 1) }, SplitWrong, "split_book");
    let at_us = town.line(2, 1).at_us + 1;
    town.must_name(SplitLine { at_us, ..town.line(2, 1) }, SplitWrong, "split_line");
}

#[test]
fn a_refund_under_way_counts_what_receivers_gave() {
    let mut town = Town::new();
    town.run(town.split("S1", &[(town.carol, 2_000)], false));
    town.home = SlotSet::of(SlotSet::ALL.iter().filter(|slot| *slot != town.alice.slot()));
    town.run(town.refund("R1", 2_000, &[(town.carol, 2_000)]));
    let is_ours = |report: &Report| {
        let kinds = [SplitWrong, RefundWrong, OrderRefunds, FindingKind::FeeIncome, FindingKind::HoldWrong];
        !report.findings.iter().any(|it| kinds.contains(&it.kind))
    };
    let report = town.verify();
    assert!(is_ours(&report), "{report}");
    let book = town.book();
    assert_eq!((book.giving_minor, book.fee_due_minor), (fen(2_000).minor(), fen(12).minor()));
    let fen = |units| fen(units).minor();
    town.must_name(SplitBook { giving_minor: fen(1_999), ..book.clone() }, SplitWrong, "split_book");
    town.must_name(SplitBook { fee_due_minor: fen(11), ..book }, SplitWrong, "split_book");
}

#[test]
fn what_came_back_after_the_end_may_leave_again_and_no_more() {
    let mut town = Town::new();
    town.run(Town::closed(town.carol));
    town.run(town.split("S1", &[(town.carol, 500)], true));
    town.run(town.split("S2", &[(town.bob, 500)], false));
    town.must_be_clean();
    // As if it had come back before the end: then nothing was left to be passed on.
    let at_us = town.taken(1).at_us;
    town.must_name(SplitLine { at_us, ..town.line(1, 1) }, SplitWrong, "split_book");
}

#[test]
fn what_an_escrow_holds_again_after_its_end_is_not_held_for_splits() {
    let mut town = Town::empty();
    town.open(Product::EscrowVirtual, None);
    let (buyer, order_no) = (town.alice, town.order_no);
    town.run(ClaimOrder { order_no, buyer, by_code: false });
    let attempt = town.proof();
    town.run(ConfirmPay { buyer, order_no, attempt });
    let logistics = Logistics { transport: Transport::Unneeded, company: None, number: None };
    let act = EscrowAct::Send { logistics, part: false };
    town.run(ActOnEscrow { order_no, actor: Actor::Seller(town.shop), request_no: text("s"), act });
    let attempt = town.proof();
    town.before(2, ConfirmGoods { buyer, order_no, attempt, request_no: text("received") });
    town.before(2, Town::closed(buyer));
    town.run(town.refund("R1", 9_000, &[]));
    town.must_be_clean();
    town.run(town.split("S1", &[(town.carol, 100)], false));
    town.must_be_clean();
    let hold = town.get::<Hold>((town.shop.slot(), town.book().hold.unwrap()));
    assert_eq!(hold.amount_minor, fen(1_000 - 6 - 100).minor());
    town.must_name(SplitBook { hold: None, timer: None, ..town.book() }, SplitWrong, "split_book");
}
