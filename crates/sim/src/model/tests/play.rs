//! Anything that can be asked, drawn from few names, so that requests meet.

use super::shop::{at_the_last_moment, cancel, claim, close, confirm, give_back, open, refund, spend};
use super::world::{World, text, yuan};
use super::{accords, cards, transfers};
use base::{DAY_US, HOUR_US, MINUTE_US, OrderNo, PartyId, SECOND_US, Slot};
use engine::{
    CancelOrder, Command, ConfirmPay, FindAccount, FindLogin, FindOrder, FindOrderByNo, FindParty,
    FindRefund, FindTrade, IssuePayCode, JudgePassword, NoticeTried, OpenApp, OpenParty, Reply, Row,
    RunTimer, SetAppStatus, SetPartyStatus, SetRules, TopUp, TryPassword, Which,
};
use money::{Currency, Money, Rate};
use people::{AppMode, AppStatus, PartyKind, PartyStatus};
use std::sync::Arc;
use trade::{Notice, Order, Rulebook};

/// Asks so many things; all books are compared now and then.
pub(super) fn play(world: &mut World, wishes: u64) {
    for wish in 0..wishes {
        let spans = [
            (700, (1, SECOND_US)),
            (200, (SECOND_US, MINUTE_US)),
            (60, (MINUTE_US, 10 * MINUTE_US)),
            (10, (HOUR_US, 4 * HOUR_US)),
            (2, (DAY_US, 2 * DAY_US)),
        ];
        let (least, most) = *world.dice.weighted(&spans);
        let span = world.dice.range(least, most);
        world.advance(span);
        one(world, wish / 150);
        for _parcel in 0..world.dice.below(3) {
            world.deliver();
        }
        if wish % 100 == 0 {
            world.check();
        }
    }
    world.check();
}

/// A code's digest; codes are drawn again and again.
pub(super) fn digest(world: &mut World) -> [u8; 16] {
    [world.dice.below(8) as u8; 16]
}

pub(super) fn any_buyer(world: &mut World) -> PartyId {
    match world.dice.below(40) {
        0 => PartyId::issue(77, Slot::new(21).expect("a slot")).expect("an id"),
        // A merchant also buys: its money is gone when it is to give some back.
        1..=5 => world.sellers[0],
        _ => *world.dice.pick(&world.buyers.clone()),
    }
}

pub(super) fn any_seller(world: &mut World) -> PartyId {
    match world.dice.below(60) {
        0 => PartyId::issue(78, Slot::new(12).expect("a slot")).expect("an id"),
        // A person sells nothing.
        1 => world.buyers[2],
        _ => *world.dice.pick(&world.sellers.clone()),
    }
}

pub(super) fn orders(world: &World) -> Vec<Arc<Order>> {
    let rows = world.rows();
    rows.filter_map(|row| if let Row::Order(order) = row { Some(order.clone()) } else { None }).collect()
}

/// One of the newest orders, of any state.
pub(super) fn any_order(world: &mut World) -> Option<Arc<Order>> {
    let mut orders = orders(world);
    orders.sort_by_key(|order| std::cmp::Reverse(order.opened_at_us));
    orders.truncate(12);
    (!orders.is_empty()).then(|| world.dice.pick(&orders).clone())
}

pub(super) fn which(world: &mut World) -> Option<(PartyId, Which)> {
    let order = any_order(world)?;
    let seller = if world.dice.chance(30) { any_seller(world) } else { order.seller };
    let ours = world.dice.chance(500);
    Some((seller, if ours { Which::No(order.no) } else { Which::Out(order.out_trade_no.clone()) }))
}

/// Asks something, in some chapter of the story: numbers of orders are drawn anew in each.
type Wish = fn(&mut World, u64);

fn one(world: &mut World, chapter: u64) {
    let wishes: [(u32, Wish); 36] = [
        (260, open),
        (15, |world, _| spend(world)),
        (20, |world, _| at_the_last_moment(world)),
        (60, |world, _| issue_code(world)),
        (80, |world, _| claim(world)),
        (140, |world, _| confirm(world)),
        (20, |world, _| loose_password(world)),
        (20, |world, _| close(world)),
        (40, |world, _| cancel(world)),
        (140, |world, _| refund(world)),
        (25, |world, _| status(world)),
        (30, |world, _| top_up(world)),
        (60, |world, _| timer(world)),
        (60, |world, _| notice(world)),
        (60, |world, _| look(world)),
        (6, |world, _| party(world)),
        (8, |world, _| app(world)),
        (4, |world, _| rules(world)),
        (40, |world, _| accords::offer(world)),
        (70, |world, _| accords::sign(world)),
        (90, |world, _| accords::debit(world)),
        (25, |world, _| accords::postpone(world)),
        (20, |world, _| accords::end(world)),
        (30, transfers::send),
        (50, transfers::offer),
        (4, transfers::all_of_a_day),
        (4, transfers::more_than_there_is),
        (20, |world, _| transfers::confirm(world)),
        (30, |world, _| transfers::cancel(world)),
        (10, transfers::look),
        (15, |world, _| cards::bind(world)),
        (40, cards::draft),
        (10, |world, _| cards::confirm(world)),
        (10, |world, _| cards::close(world)),
        (25, |world, _| cards::pay(world)),
        (60, |world, _| cards::bank(world)),
    ];
    world.dice.weighted(&wishes)(world, chapter);
}

fn issue_code(world: &mut World) {
    let command = IssuePayCode { party: any_buyer(world), digest: digest(world), attempt: None };
    world.ask(command);
}

fn loose_password(world: &mut World) {
    let party = any_buyer(world);
    let about = OrderNo::of(base::Stamp { at_us: world.wall_us, seq: 0 }, party.slot());
    for _try in 0..world.dice.below(5) {
        if let Some(Reply::TryPassword(Ok(reserved))) = world.ask(TryPassword { party, about }) {
            world.ask(JudgePassword { party, attempt: reserved.attempt, right: false });
        }
    }
    world.ask(JudgePassword { party, attempt: 1, right: true });
    world.ask(ConfirmPay { buyer: party, order_no: about, attempt: 1 });
}

fn status(world: &mut World) {
    let party = if world.dice.chance(300) { any_seller(world) } else { any_buyer(world) };
    let status = *world.dice.pick(&[PartyStatus::Normal, PartyStatus::Frozen, PartyStatus::Closed]);
    world.ask(SetPartyStatus { party, status });
    let paid =
        orders(world).into_iter().rfind(|order| order.paid_at_us.is_some() && order.buyer == Some(party));
    let paid = paid.filter(|order| status == PartyStatus::Closed && order.state == trade::OrderState::Paid);
    if let Some(order) = &paid {
        give_back(world, order);
        world.ask(CancelOrder { seller: order.seller, which: Which::No(order.no) });
        world.deliver_all();
    }
    // Most of the time everybody is well.
    if world.dice.chance(850) {
        let wishes = world.dice.below(6);
        for _wish in 0..wishes {
            one(world, 1_000);
        }
        world.ask(SetPartyStatus { party, status: PartyStatus::Normal });
        paid.iter().for_each(|order| give_back(world, order));
    }
}

fn top_up(world: &mut World) {
    let rich = world.buyers.len() - 1;
    let party = match world.dice.below(20) {
        0 => any_seller(world),
        1 => PartyId::issue(77, Slot::new(21).expect("a slot")).expect("an id"),
        _ => world.buyers[world.dice.index(rich)],
    };
    let key = text(&format!("K{}", world.dice.below(200)));
    let amount = match world.dice.below(20) {
        0 => yuan(0),
        1 => yuan(100_000_000_000_000),
        2 => Money::from_minor(100, Currency::Usd).expect("a small amount"),
        3 => yuan(5),
        _ => yuan(80_000),
    };
    let command = TopUp { party, amount, key };
    world.ask(command.clone());
    if world.dice.chance(300) {
        world.ask(command);
    }
}

fn timer(world: &mut World) {
    let due: Vec<_> = world.timers().collect();
    let gone = world.dice.chance(100);
    for (due_at_us, timer) in due {
        if world.dice.chance(500) {
            world.ask(RunTimer { due_at_us, timer });
            if gone {
                world.ask(RunTimer { due_at_us, timer });
            }
        }
    }
    let rows =
        world.rows().filter_map(|row| if let Row::Timer(timer) = row { Some(timer.clone()) } else { None });
    if let Some(early) = rows.last() {
        world.ask(RunTimer { due_at_us: early.due_at_us, timer: early.no });
    }
}

fn notice(world: &mut World) {
    let rows = world
        .rows()
        .filter_map(|row| if let Row::Notice(notice) = row { Some(notice.clone()) } else { None });
    let due: Vec<Arc<Notice>> = rows.filter(|notice| notice.next_at_us.is_some()).collect();
    let Some(notice) = (!due.is_empty()).then(|| world.dice.pick(&due).clone()) else { return };
    let dead = world.dice.chance(200);
    for attempt in 0..if dead { 9 } else { 1 } {
        let delivered = !dead && world.dice.chance(500);
        let error = (!delivered).then(|| text("it did not answer"));
        let attempts_before = notice.attempts + attempt;
        world.ask(NoticeTried { notice: notice.no, attempts_before, delivered, error });
    }
}

fn look(world: &mut World) {
    let (buyer, seller) = (any_buyer(world), any_seller(world));
    let unknown = OrderNo::of(base::Stamp { at_us: world.wall_us, seq: 0 }, buyer.slot());
    let found = any_order(world).map_or(unknown, |order| order.no);
    let order_no = *world.dice.pick(&[found, found, unknown]);
    let out = Which::Out(text(&format!("T{}-{}", world.dice.below(4), world.dice.below(9))));
    let which = which(world)
        .map_or((seller, out.clone()), |found| if world.dice.chance(800) { found } else { (seller, out) });
    let login = text(if world.dice.chance(500) { "nobody@demo.example" } else { "new0@demo.example" });
    let out_request_no = text(&format!("R{}", world.dice.below(4)));
    let currency = *world.dice.pick(&[Currency::Cny, Currency::Cny, Currency::Usd]);
    let query: Command = match world.dice.below(7) {
        0 => FindOrder { seller: which.0, which: which.1 }.into(),
        1 => FindOrderByNo { order_no }.into(),
        2 => FindRefund { seller: which.0, which: which.1, out_request_no }.into(),
        3 => FindTrade { buyer, order_no }.into(),
        4 => FindLogin { login }.into(),
        5 => FindParty { party: buyer }.into(),
        _ => FindAccount { party: buyer, currency }.into(),
    };
    world.ask(query);
}

fn party(world: &mut World) {
    let login = match world.dice.below(4) {
        0 => String::new(),
        kept => format!("new{}@demo.example", kept - 1),
    };
    let command =
        OpenParty { kind: PartyKind::Person, login: text(&login), name: text("somebody"), password: None };
    if let Some(Reply::OpenParty(Ok(party))) = world.ask(command) {
        let about = OrderNo::of(base::Stamp { at_us: world.wall_us, seq: 0 }, party.slot());
        world.ask(TryPassword { party, about });
    }
}

fn app(world: &mut World) {
    let seller = if world.dice.chance(500) { any_seller(world) } else { any_buyer(world) };
    let mode = *world.dice.pick(&[AppMode::Key, AppMode::Cert]);
    let command = OpenApp {
        seller,
        mode,
        public_key: vec![2],
        certificate: None,
        cert_sn: None,
        allow_rsa1: true,
        sealed_aes_key: None,
    };
    let unknown = base::AppId::issue(5, seller.slot()).expect("an id");
    let reply = world.ask(command);
    let app = if let Some(Reply::OpenApp(Ok(app))) = reply { app } else { unknown };
    world.ask(SetAppStatus { app, status: AppStatus::Disabled });
}

fn rules(world: &mut World) {
    let ppm = *world.dice.pick(&[0, 6_000, 6_000, 123_456, 1_000_000]);
    let limit = yuan(*world.dice.pick(&[100_000, 100_000, 5_000]));
    let span = world.dice.range(-HOUR_US, HOUR_US);
    let rules = Rulebook {
        slot: Slot::PLATFORM,
        effective_at_us: world.wall_us + span,
        merchant_fee_ppm: Rate::from_ppm(ppm).expect("a rate"),
        password_free_limit_minor: limit.minor(),
    };
    world.ask(SetRules { rules });
}
