//! What merchants and buyers ask: orders, payments, refunds.

use super::play::{any_buyer, any_order, any_seller, digest, orders, which};
use super::world::{World, text, yuan};
use base::{DAY_US, HOUR_US, MINUTE_US, PartyId};
use engine::{
    CancelOrder, ClaimOrder, CloseOrder, ConfirmPay, FindAccount, IssuePayCode, JudgePassword, OpenOrder,
    PayBy, RefundOrder, Reply, Row, TryPassword, Which,
};
use money::{Currency, Money};
use std::sync::Arc;
use trade::{Delivery, Meaning, Order, Product, Timeout, Trade, TradeState, WireCharset};

pub(super) fn open(world: &mut World, chapter: u64) {
    let number = world.dice.below(9);
    // What a number means hangs on the number, so that most repetitions mean the same.
    let product = [
        Product::FaceToFace,
        Product::FaceToFace,
        Product::FaceToFace,
        Product::FaceToFace,
        Product::QrCode,
        Product::MiniProgram,
        Product::MiniProgram,
        Product::Page,
        Product::App,
    ][number as usize];
    let mut total = yuan([100, 3_333, 150_000, 1, 250_000, 6_000, 6_001, 200, 84][number as usize]);
    let seller = any_seller(world);
    let buyer = any_buyer(world);
    let mut subject = "tea";
    match world.dice.below(60) {
        0 => total = yuan(99_999_999_999),
        1 => total = Money::from_minor(5, Currency::Usd).expect("a small amount"),
        2 => subject = "coffee",
        _ => {}
    }
    let fixed = world.buyers[chapter as usize % world.buyers.len()];
    // Asked for again while the answer is under way, an order for a named buyer is asked about twice.
    let named_buyer = match number {
        3 => Some(fixed),
        6 => Some(*world.dice.pick(&[buyer, seller, fixed])),
        _ => None,
    };
    let pay_by = (product == Product::FaceToFace).then(|| {
        let digest = digest(world);
        if world.dice.chance(850) {
            world.ask(IssuePayCode { party: buyer, digest, attempt: None });
        }
        PayBy { slot: buyer.slot(), digest }
    });
    let timeout = *world.dice.pick(&[
        None,
        None,
        Some(Timeout::After(2 * MINUTE_US)),
        Some(Timeout::After(15 * DAY_US)),
        Some(Timeout::EndOfDay),
    ]);
    let expires_at_us = match world.dice.below(40) {
        0 => Some(world.wall_us - HOUR_US),
        1 => Some(world.wall_us + 30 * DAY_US),
        _ => None,
    };
    let own = world.sellers.iter().position(|party| *party == seller).unwrap_or_default();
    let app = if world.dice.chance(20) { *world.dice.pick(&world.apps.clone()) } else { world.apps[own] };
    let out_trade_no = text(&format!("T{chapter}-{number}"));
    let mut command = plain(seller, app, out_trade_no, product, total);
    command.meaning.subject = text(subject);
    command.meaning.named_buyer = named_buyer;
    if world.dice.chance(100) {
        command.delivery.notify_url = None;
    }
    match world.dice.below(60) {
        0 => command.meaning.body = Some(text("green")),
        1 => command.meaning.goods_detail = Some(text("[]")),
        _ => {}
    }
    let code_timeout = *world.dice.pick(&[None, Some(Timeout::After(MINUTE_US))]);
    let command = OpenOrder { timeout, expires_at_us, code_timeout, pay_by, ..command };
    let again = world.dice.chance(250);
    world.ask(command.clone());
    if pay_by.is_some() && world.dice.chance(60) {
        world.ask(CloseOrder { seller, which: Which::Out(command.out_trade_no.clone()) });
    }
    if again {
        // At once, or with another code while the first is under way.
        let mut command = command;
        if command.pay_by.is_some() && world.dice.chance(500) {
            let (party, digest) = (any_buyer(world), digest(world));
            command.pay_by = Some(PayBy { slot: party.slot(), digest });
            world.ask(IssuePayCode { party, digest, attempt: None });
        }
        world.ask(command);
    }
}

/// A merchant opens an order for a buyer, and once more before it has heard of that buyer.
pub(super) fn open_twice_for(world: &mut World, buyer: PartyId) {
    let (seller, app) = (world.sellers[0], world.apps[0]);
    let mut command = plain(seller, app, text("T"), Product::MiniProgram, yuan(100));
    command.meaning.named_buyer = Some(buyer);
    world.ask(command.clone());
    world.ask(command);
}

/// A code is shown, or an order taken up, within three microseconds of its end.
pub(super) fn at_the_last_moment(world: &mut World) {
    let now = world.wall_us;
    let ends = world.rows().filter_map(|row| match row {
        Row::PayCode(code) => Some((code.expires_at_us, code.slot, Ok(code.digest))),
        Row::Order(order) if order.timer.is_some() => Some((order.expires_at_us, order.slot, Err(order.no))),
        _ => None,
    });
    let ends: Vec<_> = ends.filter(|(at, ..)| (now..now + DAY_US).contains(at)).collect();
    let Some((at, slot, what)) = (!ends.is_empty()).then(|| *world.dice.pick(&ends)) else { return };
    let at = at - world.skew_of(slot) + world.dice.range(-3, 1);
    if at < now {
        return;
    }
    world.wall_us = at;
    match what {
        Ok(digest) => {
            let out_trade_no = text(&format!("L{at}"));
            let (seller, app, product) = (world.sellers[0], world.apps[0], Product::FaceToFace);
            let command = plain(seller, app, out_trade_no, product, yuan(10));
            // The order's own time may end between the steps of its payment.
            let expires_at_us = world.dice.chance(500).then(|| at + world.skew_of(seller.slot()) + 2);
            world.ask(OpenOrder { pay_by: Some(PayBy { slot, digest }), expires_at_us, ..command });
        }
        Err(order_no) => {
            let buyer = any_buyer(world);
            world.ask(ClaimOrder { order_no, buyer, by_code: false });
        }
    }
}

/// The first merchant sells something to a buyer, who pays by code.
pub(super) fn sell(world: &mut World, buyer: PartyId, fen: u64) -> Arc<Order> {
    let digest = [200; 16];
    world.ask(IssuePayCode { party: buyer, digest, attempt: None });
    let (seller, app) = (world.sellers[0], world.apps[0]);
    let command = plain(seller, app, text("sold"), Product::FaceToFace, yuan(fen));
    world.ask(OpenOrder { pay_by: Some(PayBy { slot: buyer.slot(), digest }), ..command });
    world.deliver_all();
    orders(world).pop().expect("just sold")
}

/// A merchant spends all it has at another, so that it cannot give back what it sold.
pub(super) fn spend(world: &mut World) {
    let (party, seller) = (world.sellers[0], world.sellers[1]);
    let reply = world.ask(FindAccount { party, currency: Currency::Cny });
    let Some(Reply::FindAccount(Ok(account))) = reply else { panic!("it was opened: {reply:?}") };
    let total = yuan(account.balance_minor.clamp(1, 100_000).unsigned_abs());
    let digest = digest(world);
    world.ask(IssuePayCode { party, digest, attempt: None });
    let out_trade_no = text(&format!("S{}", world.wall_us));
    let pay_by = Some(PayBy { slot: party.slot(), digest });
    let command = plain(seller, world.apps[1], out_trade_no, Product::FaceToFace, total);
    world.ask(OpenOrder { pay_by, ..command });
    world.deliver_all();
    let sold = orders(world).into_iter().rfind(|order| order.seller == party && order.paid_at_us.is_some());
    if let Some(order) = sold {
        let which = Which::No(order.no);
        world.ask(CancelOrder { seller: party, which: which.clone() });
        let out_request_no = Some(text("R8"));
        world.ask(RefundOrder {
            seller: party,
            which,
            amount: yuan(84),
            out_request_no,
            reason: None,
            back: Vec::new(),
        });
    }
}

/// An order with nothing special about it.
pub(super) fn plain(
    seller: PartyId,
    app: base::AppId,
    out_trade_no: trade::OutTradeNo,
    product: Product,
    total: Money,
) -> OpenOrder {
    OpenOrder {
        seller,
        app,
        out_trade_no,
        meaning: Meaning {
            product,
            total,
            subject: text("tea"),
            body: None,
            named_buyer: None,
            goods_detail: None,
        },
        delivery: Delivery {
            notify_url: Some(text("https://shop.example/notify")),
            return_url: None,
            quit_url: None,
            charset: WireCharset::Gbk,
            rsa1: false,
            store_id: Some(text("1")),
            terminal_id: None,
            operator_id: None,
            passback_params: None,
            merchant_order_no: None,
        },
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: None,
        royalty_freeze: false,
    }
}

pub(super) fn claim(world: &mut World) {
    let Some(order) = any_order(world) else { return };
    let buyer = if world.dice.chance(600) { order.named_buyer } else { None };
    let buyer = buyer.unwrap_or_else(|| any_buyer(world));
    let buyer = if world.dice.chance(30) { order.seller } else { buyer };
    let by_code = world.dice.chance(500);
    world.ask(ClaimOrder { order_no: order.no, buyer, by_code });
    if world.dice.chance(200) {
        let buyer = any_buyer(world);
        world.ask(ClaimOrder { order_no: order.no, buyer, by_code });
    }
}

fn waiting_trade(world: &mut World) -> Option<Arc<Trade>> {
    let any = world.dice.chance(150);
    let rows =
        world.rows().filter_map(|row| if let Row::Trade(trade) = row { Some(trade.clone()) } else { None });
    let mut trades: Vec<_> = rows.filter(|trade| any || trade.state == TradeState::Waiting).collect();
    trades.sort_by_key(|trade| std::cmp::Reverse(trade.created_at_us));
    trades.truncate(6);
    (!trades.is_empty()).then(|| world.dice.pick(&trades).clone())
}

pub(super) fn confirm(world: &mut World) {
    let Some(trade) = waiting_trade(world) else { return };
    let party = if world.dice.chance(30) { any_buyer(world) } else { trade.buyer };
    let Some(Reply::TryPassword(Ok(reserved))) = world.ask(TryPassword { party, about: trade.no }) else {
        return;
    };
    let attempt = reserved.attempt;
    if world.dice.chance(30) {
        world.advance(2 * MINUTE_US);
    }
    let right = !world.dice.chance(120);
    world.ask(JudgePassword { party, attempt, right });
    if world.dice.chance(60) {
        // The order ends while its buyer reads.
        let span = world.dice.range(1, 5 * MINUTE_US);
        world.advance(span);
        let order = orders(world).into_iter().find(|order| order.no == trade.no);
        if let Some(order) = order {
            world.ask(CloseOrder { seller: order.seller, which: Which::No(order.no) });
        }
    }
    if world.dice.chance(60) {
        // The proof ends within two microseconds.
        let span = 10 * MINUTE_US + world.dice.range(-2, 1);
        world.advance(span);
    }
    let order_no = trade.no;
    world.ask(ConfirmPay { buyer: party, order_no, attempt });
    if world.dice.chance(100) {
        world.ask(ConfirmPay { buyer: party, order_no, attempt });
    }
    if world.dice.chance(60) {
        world.ask(CancelOrder { seller: trade.seller, which: Which::No(order_no) });
    }
}

pub(super) fn close(world: &mut World) {
    if let Some((seller, which)) = which(world) {
        world.ask(CloseOrder { seller, which });
    }
}

pub(super) fn cancel(world: &mut World) {
    if let Some((seller, which)) = which(world) {
        world.ask(CancelOrder { seller, which: which.clone() });
        if world.dice.chance(300) {
            world.ask(CancelOrder { seller, which });
        }
    }
}

pub(super) fn refund(world: &mut World) {
    let Some((seller, which)) = which(world) else { return };
    let paid = orders(world).into_iter().filter(|order| order.state == trade::OrderState::Paid).last();
    let (seller, which) = match paid.filter(|_| world.dice.chance(600)) {
        Some(order) => (order.seller, Which::No(order.no)),
        None => (seller, which),
    };
    let out_request_no = (!world.dice.chance(200)).then(|| text(&format!("R{}", world.dice.below(4))));
    let amount = yuan(*world.dice.pick(&[1, 33, 84, 100, 3_333, 150_000, 100, 0]));
    let command =
        RefundOrder { seller, which, amount, out_request_no, reason: Some(text("sour")), back: Vec::new() };
    let again = world.dice.below(4);
    world.ask(command.clone());
    match again {
        0 => {
            world.ask(command);
        }
        1 => {
            let out_request_no = Some(text("R9"));
            world.ask(RefundOrder { out_request_no, ..command });
        }
        _ => {}
    }
}

/// A small refund, always under the same number.
pub(super) fn give_back(world: &mut World, order: &Order) {
    refund_of(world, order, 1, "R7");
}

/// A refund of so many fen.
pub(super) fn refund_of(world: &mut World, order: &Order, fen: u64, number: &str) {
    let (seller, which, amount) = (order.seller, Which::No(order.no), yuan(fen));
    world.ask(RefundOrder {
        seller,
        which,
        amount,
        out_request_no: Some(text(number)),
        reason: None,
        back: Vec::new(),
    });
}
