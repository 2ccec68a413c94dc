//! The rim over the real engine, without cells, faults of disks or a network: gateway, clerk, courier and merchants.

use crate::caller::{Callers, Outcome, Word, through_gateway, to_cell};
use crate::clerk_desk::ClerkDesk;
use crate::counters::Counters;
use crate::courier::{Call, Courier};
use crate::dice::Dice;
use crate::faults::{Fault, Level, Swarm};
use crate::merchant::Merchants;
use crate::schedule::Schedule;
use base::{DAY_US, SECOND_US, Slot, SlotSet, Text};
use cell::{Desk, Door, Inbox, Promise};
use engine::{
    Command, IssuePayCode, Key, NewPassword, OpenApp, OpenParty, Reply, Row, SetPartyStatus, Table, TopUp,
};
use gateway::{Rehearsal, Said};
use money::{Currency, Money};
use people::{App, AppMode, PartyKind, PartyStatus};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Mark, MemoryStore, Store};
use trade::{Notice, NoticeState, Order};

const START_US: i64 = 1_767_283_200_000_000;
const CODE: &str = "2812345678901234";

#[derive(Debug)]
enum Event {
    Step,
    Ring(Call),
    Answer(crate::courier::CallNo, Result<(), notify::Failure>),
}

struct Scene {
    desk: Desk,
    store: MemoryStore,
    sequence: u64,
    clock: Arc<AtomicI64>,
    inbox: Inbox,
    door: Door,
    gateway: Rehearsal,
    callers: Callers<Word>,
    clerk: ClerkDesk,
    courier: Courier,
    merchants: Merchants,
    schedule: Schedule<Event>,
    swarm: Swarm,
    counters: Counters,
    app: Option<Arc<App>>,
    buyer: Option<base::PartyId>,
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

impl Scene {
    fn new(seed: u64, swarm: Swarm) -> Scene {
        let (store, dice) = (MemoryStore::new(), Dice::new(seed));
        let stamp = Mark::START.stamp;
        let desk =
            Desk::new(SlotSet::ALL, store.reader().unwrap(), stamp, stamp, 0, Default::default(), Vec::new());
        let clock = Arc::new(AtomicI64::new(START_US));
        let shown = clock.clone();
        let (door, inbox) = Door::detached(100, Arc::new(move || shown.load(Ordering::Relaxed)));
        let mut scene = Scene {
            desk,
            store,
            sequence: 0,
            clock,
            inbox,
            gateway: Rehearsal::new(door.clone()),
            door,
            callers: Callers::new(&dice),
            clerk: ClerkDesk::new(),
            courier: Courier::new(),
            merchants: Merchants::new(&dice),
            schedule: Schedule::new(START_US),
            swarm: Swarm::calm(),
            counters: Counters::new(),
            app: None,
            buyer: None,
        };
        scene.settle();
        scene.swarm = swarm;
        scene
    }

    fn settle(&mut self) {
        let password = NewPassword { verifier: text("$argon2id$"), pepper_version: 1 };
        let open = |kind, login, password| OpenParty { kind, login: text(login), name: text("n"), password };
        let Reply::OpenParty(Ok(seller)) =
            self.decide(open(PartyKind::Merchant, "shop@example.com", None).into())
        else {
            panic!("the merchant is opened")
        };
        let person = open(PartyKind::Person, "15900000000", Some(password));
        let Reply::OpenParty(Ok(buyer)) = self.decide(person.into()) else { panic!("the buyer is opened") };
        let app = OpenApp {
            seller,
            mode: AppMode::Key,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let Reply::OpenApp(Ok(id)) = self.decide(app.into()) else { panic!("the app is opened") };
        let amount = Money::from_minor(100_000, Currency::Cny).unwrap();
        self.decide(TopUp { party: buyer, amount, key: text("k") }.into());
        self.app = self.rows(Table::App).find_map(|row| match row {
            Row::App(app) if app.id == id => Some(app),
            _ => None,
        });
        self.buyer = Some(buyer);
    }

    fn rows(&self, table: Table) -> impl Iterator<Item = Row> + use<> {
        self.store.reader().unwrap().scan(table, None, None, 1_000).unwrap().into_iter()
    }

    fn notices(&self) -> Vec<Notice> {
        self.rows(Table::Notice)
            .map(|row| if let Row::Notice(notice) = row { (*notice).clone() } else { unreachable!() })
            .collect()
    }

    fn order(&self, number: &str) -> Order {
        let mut orders = self.rows(Table::Order).filter_map(|row| match row {
            Row::Order(order) if order.out_trade_no.as_str() == number => Some((*order).clone()),
            _ => None,
        });
        orders.next().unwrap()
    }

    /// Decides one command, makes it durable and posts it at once.
    fn decide(&mut self, command: Command) -> Reply {
        let mut batch = self.desk.decide(&[command], self.schedule.now_us()).unwrap();
        if let Some(sequence) = batch.sequence {
            self.sequence = sequence;
            let changes: BTreeMap<Key, Option<Row>> = batch.changes.iter().cloned().collect();
            let mark = Mark { sequence, stamp: batch.last_stamp, hash: [1; 32] };
            self.store.post(&changes, mark).unwrap();
            self.desk.posted(sequence, batch.last_stamp, changes.keys());
            self.clerk.posted();
            self.courier.posted();
        }
        batch.outcomes.remove(0).reply.unwrap()
    }

    fn serve(&mut self, commands: Vec<(Command, Promise)>) {
        for (command, promise) in commands {
            let reply = self.decide(command);
            promise.keep(Ok(reply));
        }
    }

    /// Lets callers, clerk and courier go on until nothing moves at this moment.
    fn turn(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            let (now_us, store) = (self.schedule.now_us(), self.store.clone());
            self.clock.store(now_us, Ordering::Relaxed);
            for (_, outcome) in self.callers.poll(now_us) {
                if let Outcome::Heard(word) = outcome {
                    words.push(word);
                }
            }
            let mut commands: Vec<_> = std::iter::from_fn(|| self.inbox.take()).collect();
            commands.extend(self.clerk.step(now_us, now_us, || store.reader()));
            let wants = self.courier.step(now_us, now_us, || store.reader());
            commands.extend(wants.commands);
            for call in wants.calls {
                self.schedule.after(1_000, Event::Ring(call));
            }
            self.serve(commands);
            if !self.callers.has_news() && !self.clerk.has_news() && !self.courier.has_news() {
                break;
            }
        }
        let now_us = self.schedule.now_us();
        let wakes = [self.clerk.wake_at_us(now_us, now_us), self.courier.wake_at_us(now_us, now_us)];
        for at_us in wakes.into_iter().flatten() {
            self.schedule.at(at_us, Event::Step);
        }
        words
    }

    /// Lives on until a moment. Every notice that is heard is held against the rows.
    fn live(&mut self, for_us: i64) {
        let end_us = self.schedule.now_us() + for_us;
        self.turn();
        let mut events = 0;
        while self.schedule.next_at_us().is_some_and(|at_us| at_us <= end_us) {
            events += 1;
            assert!(events < 100_000, "the world turns on the spot");
            let (now_us, event) = self.schedule.next().unwrap();
            match event {
                Event::Step => {}
                Event::Ring(call) => self.ring(now_us, &call),
                Event::Answer(no, outcome) => self.courier.answered(no, outcome),
            }
            // Many wakes of one moment are one.
            if self.schedule.next_at_us() != Some(now_us) {
                self.turn();
            }
        }
        self.schedule.at(end_us, Event::Step);
        self.schedule.next();
    }

    fn ring(&mut self, now_us: i64, call: &Call) {
        let before = self.merchants.seen.len();
        let answer = self.merchants.ring(now_us, call, &self.swarm, &mut self.counters).unwrap();
        if let Some(answer) = answer {
            self.schedule.after(answer.after_us, Event::Answer(call.no, answer.outcome));
        }
        for heard in &self.merchants.seen[before..] {
            let notices = self.notices();
            let notice = notices.iter().find(|notice| notice.no == heard.notice);
            let orders: Vec<Order> = self
                .rows(Table::Order)
                .filter_map(|row| if let Row::Order(order) = row { Some((*order).clone()) } else { None })
                .collect();
            let order = orders.iter().find(|order| order.no == heard.order_no);
            heard.check(notice, order).unwrap();
        }
    }

    fn call(&mut self, method: &str, content: &str) -> Said {
        let app = self.app.clone().unwrap();
        let calling = self.gateway.call(app, method, content, Some("http://shop.example/notify"));
        match self.heard(through_gateway(calling)) {
            Word::Gateway(said) => said,
            Word::Cell(reply) => panic!("not of the gateway: {reply:?}"),
        }
    }

    fn wallet(&mut self, command: impl Into<Command>) -> Reply {
        let calling = to_cell(&self.door, command.into());
        match self.heard(calling) {
            Word::Cell(reply) => reply.unwrap(),
            Word::Gateway(said) => panic!("not of the cell: {said:?}"),
        }
    }

    fn heard(&mut self, calling: crate::caller::Calling<Word>) -> Word {
        let (now_us, calm) = (self.schedule.now_us(), Swarm::calm());
        self.callers.begin(now_us, 0, SECOND_US, calling, &calm, &mut Counters::new());
        let mut words = self.turn();
        assert_eq!(words.len(), 1);
        words.remove(0)
    }

    /// A paid order of ten yuan, of which four were given back.
    fn pay_and_refund(&mut self, number: &str) {
        let buyer = self.buyer.unwrap();
        let code = format!("{CODE}{:02}", buyer.slot().number());
        let digest = self.gateway.pay_code_digest(&code);
        self.wallet(IssuePayCode { party: buyer, digest, attempt: None });
        let content = format!(
            r#"{{"out_trade_no":"{number}","subject":"tea","total_amount":"10.00","auth_code":"{code}"}}"#
        );
        let said = self.call("alipay.trade.pay", &content);
        assert_eq!((said.code.as_str(), said.sub_code.as_str()), ("10000", ""), "{said:?}");
        assert_eq!(said.member("receipt_amount").as_deref(), Some("10.00"));
        assert_eq!(said.member("trade_no"), Some(self.order(number).no.to_string()));
        let content =
            format!(r#"{{"out_trade_no":"{number}","refund_amount":"4.00","out_request_no":"R1"}}"#);
        let said = self.call("alipay.trade.refund", &content);
        assert_eq!((said.code.as_str(), said.member("fund_change").as_deref()), ("10000", Some("Y")));
    }

    fn check_books(&self, number: &str) {
        let (order, notices) = (self.order(number), self.notices());
        self.merchants.check_order(&order, &notices).unwrap();
    }
}

#[test]
fn a_payment_and_a_refund_reach_the_merchant_once_each() {
    let mut scene = Scene::new(1, Swarm::calm());
    scene.pay_and_refund("T1");
    scene.live(DAY_US);
    let states: Vec<NoticeState> = scene.notices().iter().map(|notice| notice.state).collect();
    assert_eq!(states, [NoticeState::Delivered; 2]);
    let told: Vec<i64> = scene.merchants.seen.iter().map(|heard| heard.refunded_fen).collect();
    assert_eq!(told, [400, 0], "both are due at once: the newest first");
    assert_eq!(scene.merchants.orders_known(), 1);
    scene.check_books("T1");
    assert_eq!(scene.courier.under_way(), 0);
}

#[test]
fn refusals_and_strangers_are_answered_by_the_real_table() {
    let mut scene = Scene::new(1, Swarm::calm());
    let content =
        r#"{"out_trade_no":"T1","subject":"tea","total_amount":"10.00","auth_code":"281234567890123400"}"#;
    let said = scene.call("alipay.trade.pay", content);
    assert_eq!((said.code.as_str(), said.sub_code.as_str()), ("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID"));
    assert!(!said.unknown && said.body.starts_with(r#"{"code":"40004","msg":"Business Failed","sub_code""#));
    for (method, content, sub_code) in [
        ("alipay.trade.query", r#"{"out_trade_no":"none"}"#, "ACQ.TRADE_NOT_EXIST"),
        ("alipay.trade.query", "{", "isv.illegal-json"),
        ("alipay.trade.nonsense", "{}", "isv.invalid-method"),
        ("alipay.trade.settle.confirm", "{}", "isv.insufficient-isv-permissions"),
    ] {
        let said = scene.call(method, content);
        assert_eq!(said.sub_code, sub_code, "{method} {said:?}");
    }
    let said =
        scene.call("alipay.trade.precreate", r#"{"out_trade_no":"T2","subject":"t","total_amount":"1"}"#);
    let order_no = scene.gateway.order_of(&said.member("qr_code").unwrap());
    assert_eq!(order_no, Some(scene.order("T2").no));
    let said = scene.call(
        "alipay.trade.app.pay",
        r#"{"out_trade_no":"T3","subject":"t","total_amount":"1","product_code":"QUICK_MSECURITY_PAY"}"#,
    );
    assert_eq!(said.opened, Some(scene.order("T3").no), "{said:?}");
}

#[test]
fn an_order_that_nobody_pays_is_closed_in_time_and_told() {
    let mut scene = Scene::new(1, Swarm::calm());
    let buyer = scene.buyer.unwrap();
    let content = format!(
        r#"{{"out_trade_no":"T1","subject":"tea","total_amount":"10.00","buyer_id":"{buyer}","timeout_express":"5m"}}"#
    );
    assert!(scene.call("alipay.trade.create", &content).is_success());
    scene.live(4 * 60 * SECOND_US);
    assert_eq!(scene.order("T1").closed_at_us, None);
    scene.live(20 * 60 * SECOND_US);
    let order = scene.order("T1");
    // The wall clock is looked at seldom, but it is known when the timer is due.
    let late_us = order.closed_at_us.unwrap() - (order.opened_at_us + 5 * 60 * SECOND_US);
    assert!((0..SECOND_US).contains(&late_us), "{late_us}");
    assert_eq!(scene.merchants.seen.len(), 1);
    assert!(scene.merchants.seen[0].closed && scene.merchants.seen[0].entered);
    scene.check_books("T1");
}

#[test]
fn whatever_merchants_do_each_state_is_entered_once_and_the_books_are_right() {
    let mut all = Counters::new();
    for seed in 0..30 {
        let swarm = Fault::OF_NOTIFY
            .into_iter()
            .fold(Swarm::calm(), |swarm, fault| swarm.with(fault, Level::Tenfold));
        let mut scene = Scene::new(seed, swarm);
        for number in ["T1", "T2", "T3"] {
            scene.pay_and_refund(number);
            scene.live(7 * SECOND_US);
        }
        scene.live(3 * DAY_US);
        ["T1", "T2", "T3"].iter().for_each(|number| scene.check_books(number));
        assert!(
            scene.notices().iter().all(|notice| notice.state != NoticeState::Due),
            "the ladder has an end"
        );
        all.merge(&scene.counters);
    }
    for fault in Fault::OF_NOTIFY {
        assert!(all.count(fault.counter()) > 0, "{fault:?} struck");
    }
    for name in ["heard", "heard-again", "repeated-after-entry", "refund-before-payment"] {
        assert!(all.count(&format!("merchant.{name}")) > 0, "{name}\n{all}");
    }
}

#[test]
fn a_run_is_the_same_from_the_same_seed() {
    let run = |seed| {
        let swarm = Fault::OF_NOTIFY
            .into_iter()
            .fold(Swarm::calm(), |swarm, fault| swarm.with(fault, Level::Tenfold));
        let mut scene = Scene::new(seed, swarm);
        scene.pay_and_refund("T1");
        scene.live(2 * DAY_US);
        scene.merchants.seen
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn a_courier_that_died_is_followed_by_one_that_sends_again() {
    let mut scene = Scene::new(1, Swarm::calm().with(Fault::NotifyAnswerLost, Level::Always));
    scene.pay_and_refund("T1");
    scene.live(2 * SECOND_US);
    assert_eq!((scene.merchants.seen.len(), scene.courier.under_way()), (1, 1), "one of an order at a time");
    (scene.courier, scene.clerk) = (Courier::new(), ClerkDesk::new());
    // What was on its way to the dead one is nobody's.
    scene.schedule.retain(|event| matches!(event, Event::Step));
    scene.swarm = Swarm::calm();
    scene.live(DAY_US);
    let told: Vec<_> = scene.merchants.seen.iter().map(|heard| (heard.notice, heard.entered)).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0].0, told[1].0, "the same notice again");
    assert_eq!(told.iter().map(|(_, entered)| *entered).collect::<Vec<_>>(), [true, false, true]);
    scene.check_books("T1");
}

#[test]
fn lies_are_noticed() {
    let mut scene = Scene::new(1, Swarm::calm());
    scene.pay_and_refund("T1");
    scene.live(DAY_US);
    let (order, notices) = (scene.order("T1"), scene.notices());
    let heard = &scene.merchants.seen[0];
    let notice = notices.iter().find(|notice| notice.no == heard.notice);
    assert!(heard.check(notice, Some(&order)).is_ok());
    assert!(heard.check(None, Some(&order)).is_err(), "not durable");
    assert!(heard.check(notice, Some(&Order { paid_at_us: None, ..order.clone() })).is_err(), "not paid");
    let less = Order { refunded_minor: money::Minor::ZERO, ..order.clone() };
    assert!(scene.merchants.seen.iter().any(|heard| {
        let notice = notices.iter().find(|notice| notice.no == heard.notice);
        heard.check(notice, Some(&less)).is_err()
    }));
    assert!(scene.merchants.check_order(&less, &notices).is_err(), "told more than happened");
    let all = Order { refunded_minor: order.total_minor, ..order.clone() };
    assert!(scene.merchants.check_order(&all, &notices).is_err(), "told less, though all was delivered");
    let never = Notice {
        no: base::NoticeNo::of(base::Stamp { at_us: 1, seq: 1 }, Slot::new(1).unwrap()),
        ..notices[0].clone()
    };
    assert!(scene.merchants.check_delivered(&never).is_err(), "never taken");
    let status = SetPartyStatus { party: scene.buyer.unwrap(), status: PartyStatus::Frozen };
    assert!(scene.wallet(status).is_accepted());
}
