//! What a merchant's own page shows: orders in pages, a day beside the same weekday before, and settlements.

use crate::samples::*;
use base::{AppId, DAY_US, Day, HOUR_US, OrderNo, PartyId};
use bill::{
    SaleFilter, SalePage, SaleState, SaleWords, Takings, open_wishes, sale_of, sale_page, settled_page,
    shop_dashboard,
};
use engine::Row;
use money::{Currency, Minor};
use store::{MemoryStore, Reader, Store};
use trade::WireCharset;
use trade::{
    Order, OrderNumber, OrderState, Product, REFUND_WINDOW_US, Refund, RefundState, RefundWish,
    RefundWishState, SettlementBatch,
};

/// An order of the shop over ten yuan that waits for somebody.
fn offered(at_us: i64) -> Order {
    let slot = shop().slot();
    Order {
        slot,
        no: OrderNo::of(stamp(at_us), slot),
        seller: shop(),
        app: AppId::issue(1, slot).unwrap(),
        out_trade_no: text(&format!("A{at_us}")),
        product: Product::QrCode,
        state: OrderState::Offered,
        currency: Currency::Cny,
        total_minor: minor(10_00),
        refunded_minor: Minor::ZERO,
        fee_minor: Minor::ZERO,
        fee_returned_minor: Minor::ZERO,
        subject: text("Coffee beans"),
        body: None,
        goods_detail: None,
        named_buyer: None,
        buyer: None,
        buyer_login_masked: None,
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
        opened_at_us: at_us,
        created_at_us: None,
        expires_at_us: at_us + HOUR_US,
        code_expires_at_us: None,
        paid_at_us: None,
        closed_at_us: None,
        timer: None,
        card: None,
        card_bank: None,
        settled_with: None,
        store_name: None,
    }
}

/// The same, paid a second later by this person.
fn sold(at_us: i64, buyer: PartyId) -> Order {
    let paid_at_us = Some(at_us + 1_000_000);
    Order {
        state: OrderState::Paid,
        buyer: Some(buyer),
        created_at_us: Some(at_us),
        paid_at_us,
        ..offered(at_us)
    }
}

/// All of an order given back at this moment, or a part of it.
fn given_back(order: &Order, fen: u64, at_us: i64, state: RefundState) -> Refund {
    Refund {
        slot: order.slot,
        order_no: order.no,
        out_request_no: text(&format!("R{at_us}")),
        state,
        currency: Currency::Cny,
        amount_minor: minor(fen),
        fee_back_minor: Minor::ZERO,
        refunded_after_minor: minor(fen),
        reason: None,
        by_cancel: false,
        at_us,
    }
}

fn tables(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
    let mut store = MemoryStore::new();
    post(&mut store, rows);
    store
}

fn page(reader: &mut dyn Reader, filter: &SaleFilter, before: Option<OrderNo>, limit: usize) -> SalePage {
    sale_page(reader, shop(), filter, NOON_US + DAY_US, before, limit).unwrap()
}

#[test]
fn pages_of_orders_have_each_once_and_say_whether_there_are_more() {
    let all: Vec<Order> = (0..250).map(|at| offered(NOON_US + at * 1_000_000)).collect();
    let store = tables(all.iter().cloned().map(row));
    let (mut reader, every) = (store.reader().unwrap(), SaleFilter::default());
    for limit in [1, 7, 100, 250] {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = page(&mut *reader, &every, before, limit);
            assert!(page.orders.len() <= limit);
            found.extend(page.orders.iter().map(|order| order.no));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        let newest_first: Vec<OrderNo> = all.iter().rev().map(|order| order.no).collect();
        assert_eq!(found, newest_first, "in pages of {limit}");
    }
    let nobody = sale_page(&mut *reader, ann(), &every, NOON_US, None, 10).unwrap();
    assert_eq!(nobody, SalePage { orders: Vec::new(), next: None, is_whole: true });
}

#[test]
fn a_filter_that_fits_little_ends_its_page_and_goes_on() {
    let rare = sold(NOON_US - 1, ann());
    let many = (0..3_000).map(|at| row(offered(NOON_US + at)));
    let store = tables(many.chain([row(rare.clone())]));
    let paid = SaleFilter { state: Some(SaleState::Paid), ..SaleFilter::default() };
    let mut reader = store.reader().unwrap();
    let first = page(&mut *reader, &paid, None, 20);
    assert!(first.orders.is_empty() && first.next.is_some() && !first.is_whole, "{first:?}");
    let second = page(&mut *reader, &paid, first.next, 20);
    assert_eq!((second.orders.len(), second.orders[0].no, second.next), (1, rare.no, None));
    assert!(second.is_whole);
}

#[test]
fn words_are_looked_for_in_what_is_sold() {
    let sells = |at_us, subject| Order { subject: text(subject), ..offered(at_us) };
    let named: Vec<Order> = [(1, "Iced COFFEE, large"), (2, "热咖啡"), (3, "tea")]
        .map(|(after, subject)| sells(NOON_US + after, subject))
        .into();
    // So many of something else that one page does not come to the oldest ones.
    let many = (0..2_500).map(|at| row(sells(NOON_US + 1_000 + at, "bread")));
    let newest = sells(NOON_US + 10_000, "coffee beans");
    let store = tables(many.chain(named.iter().cloned().map(row)).chain([row(newest.clone())]));
    let mut reader = store.reader().unwrap();
    let of = |words: &str| SaleFilter { words: SaleWords::new(words), ..SaleFilter::default() };
    let first = page(&mut *reader, &of(" Coffee "), None, 20);
    let numbers = |page: &SalePage| page.orders.iter().map(|order| order.no).collect::<Vec<_>>();
    assert_eq!((numbers(&first), first.is_whole), (vec![newest.no], false), "it ended early, and says so");
    let second = page(&mut *reader, &of("coffee"), first.next, 20);
    assert_eq!((numbers(&second), second.next, second.is_whole), (vec![named[0].no], None, true));
    let full = page(&mut *reader, &of("bread"), None, 20);
    assert_eq!((full.orders.len(), full.is_whole, full.next.is_some()), (20, true, true), "it is full");
    let chinese = page(&mut *reader, &of("咖啡"), first.next, 20);
    assert_eq!(numbers(&chinese), [named[1].no]);
    let both = SaleFilter { state: Some(SaleState::Paid), ..of("coffee") };
    assert!(page(&mut *reader, &both, first.next, 20).orders.is_empty(), "each part of a filter holds");
    assert_eq!(SaleWords::new("  "), None, "nothing is looked for");
}

#[test]
fn days_bound_orders_by_when_they_were_opened() {
    let midnight = Day::of(NOON_US).begins_at_us();
    let store =
        tables([midnight - 1, midnight, midnight + DAY_US - 1, midnight + DAY_US].map(|at| row(offered(at))));
    let mut reader = store.reader().unwrap();
    let (from, until) = (Some(midnight), Some(midnight + DAY_US));
    for (from_us, until_us, expected) in
        [(None, None, 4), (from, None, 3), (None, until, 3), (from, until, 2)]
    {
        let filter = SaleFilter { from_us, until_us, ..SaleFilter::default() };
        let found = page(&mut *reader, &filter, None, 10);
        assert_eq!((found.orders.len(), found.next), (expected, None), "{from_us:?} {until_us:?}");
    }
}

#[test]
fn an_order_stands_as_its_moment_says() {
    let (waiting, paid) = (offered(NOON_US), sold(NOON_US, ann()));
    let over = paid.paid_at_us.unwrap() + REFUND_WINDOW_US;
    let closed = |order: &Order| Order { state: OrderState::Closed, ..order.clone() };
    for (order, at_us, state) in [
        (&waiting, NOON_US, SaleState::Waiting),
        (&paid, over - 1, SaleState::Paid),
        (&paid, over, SaleState::Finished),
        (&closed(&paid), NOON_US, SaleState::Refunded),
        (&closed(&waiting), NOON_US, SaleState::Closed),
        (&Order { product: Product::EscrowPhysical, ..paid.clone() }, over, SaleState::Paid),
    ] {
        assert_eq!(SaleState::of(order, at_us), state, "{:?}", order.state);
    }
}

#[test]
fn an_order_is_found_by_both_numbers_by_its_merchant_alone() {
    let order = offered(NOON_US);
    let (slot, seller, out_trade_no) = (order.slot, order.seller, order.out_trade_no.clone());
    let number = OrderNumber { slot, seller, out_trade_no, no: order.no };
    let store = tables([row(order.clone()), row(number)]);
    let mut reader = store.reader().unwrap();
    for (text, seller, is_found) in [
        (order.no.to_string(), shop(), true),
        (order.out_trade_no.to_string(), shop(), true),
        (order.no.to_string(), ann(), false),
        (order.out_trade_no.to_string(), ann(), false),
        ("1".repeat(65), shop(), false),
        (String::new(), shop(), false),
    ] {
        let found = sale_of(&mut *reader, seller, &text).unwrap();
        assert_eq!(found.is_some(), is_found, "{text} of {seller}");
    }
}

#[test]
fn a_day_counts_what_was_paid_and_given_back_on_it() {
    let (week, today) = (NOON_US - 7 * DAY_US, Day::of(NOON_US));
    let mut old = sold(week, ann());
    old.refunded_minor = minor(3_00);
    let mut usd = sold(NOON_US + 9, ann());
    usd.currency = Currency::Usd;
    // Opened yesterday, paid today.
    let mut late = offered(NOON_US - DAY_US);
    (late.state, late.buyer, late.paid_at_us) = (OrderState::Paid, Some(ann()), Some(NOON_US));
    let refunds = [
        given_back(&old, 1_00, NOON_US, RefundState::Done),
        given_back(&old, 2_00, NOON_US + 1, RefundState::UnderWay),
        given_back(&old, 4_00, NOON_US + 2, RefundState::Returned),
    ];
    let rows = [row(old), row(usd), row(late), row(sold(NOON_US, bob())), row(offered(NOON_US + 5))];
    let store = tables(rows.into_iter().chain(refunds.map(row)));
    let mut reader = store.reader().unwrap();
    let board = shop_dashboard(&mut *reader, shop(), today, NOON_US + 2 * HOUR_US).unwrap();
    let day = &board.day;
    assert_eq!(day.taken, Takings { payments: 2, minor: 20_00 });
    assert_eq!((day.hours[12], day.hours[11]), (day.taken, Takings::default()));
    assert_eq!((day.opened, day.paid_of_opened), (2, 1));
    assert_eq!((day.refunds, day.refunded_minor), (2, 3_00), "what came back was not given");
    assert_eq!((day.payers, day.new_payers), (2, Some(1)), "one of them paid a week ago");
    assert_eq!((board.week_before.taken.minor, board.week_before.refunds), (10_00, 0));
    assert_eq!(board.week_before_until_now.minor, 10_00);
    let again = board.repurchase.unwrap();
    assert_eq!((again.payers, again.again, board.is_whole), (2, 1, true));
    let early = shop_dashboard(&mut *reader, shop(), today, NOON_US - HOUR_US).unwrap();
    assert_eq!(early.week_before_until_now, Takings::default(), "that day had not come so far");
}

#[test]
fn settled_days_come_newest_first_in_pages() {
    let (slot, first) = (shop().slot(), Day::of(NOON_US));
    let batch = |seller: PartyId, days: u32| SettlementBatch {
        slot,
        seller,
        currency: Currency::Cny,
        sold_on: first.plus_days(days),
        sales: 1,
        gross_minor: minor(10_00),
        fee_minor: Minor::ZERO,
        refunded_minor: Minor::ZERO,
        fee_back_minor: Minor::ZERO,
        hold: None,
        timer: None,
        settled_at_us: Some(NOON_US),
    };
    let other = PartyId::issue(9, slot).unwrap();
    let rows = (0..5).map(|days| row(batch(shop(), days))).chain([row(batch(other, 9))]);
    let store = tables(rows);
    let mut reader = store.reader().unwrap();
    let mut told = |before, limit| {
        let page = settled_page(&mut *reader, shop(), before, limit).unwrap();
        let days: Vec<u32> = page.batches.iter().map(|batch| first.days_until(batch.sold_on)).collect();
        (days, page.next.map(|next| first.days_until(next)))
    };
    assert_eq!(told(None, 10), (vec![4, 3, 2, 1, 0], None));
    assert_eq!(told(None, 2), (vec![4, 3], Some(3)));
    assert_eq!(told(Some(first.plus_days(3)), 2), (vec![2, 1], Some(1)));
    assert_eq!(told(Some(first.plus_days(1)), 2), (vec![0], None));
    assert_eq!(told(Some(first), 2), (Vec::new(), None));
}

/// What the buyer of an order asked for, ten seconds after it was paid.
fn asked_back(order: &Order, buyer: PartyId, state: RefundWishState) -> RefundWish {
    let asked_at_us = order.opened_at_us + 11_000_000;
    RefundWish {
        slot: order.slot,
        seller: order.seller,
        order_no: order.no,
        buyer,
        state,
        asking: 1,
        key: text("k"),
        first_key: None,
        second_key: None,
        reason: text("it is cold"),
        asked_at_us,
        answer: (state == RefundWishState::Refused).then(|| text("it was eaten")),
        answered_at_us: (state != RefundWishState::Open).then_some(asked_at_us),
    }
}

#[test]
fn buyers_who_wait_are_found_behind_all_who_were_answered() {
    // More of them than any page would look through.
    let answered = (0..3_000).map(|at| {
        let state = if at % 2 == 0 { RefundWishState::Met } else { RefundWishState::Refused };
        row(asked_back(&sold(NOON_US + at, ann()), ann(), state))
    });
    let waiting: Vec<Order> = (0..3).map(|at| sold(NOON_US + DAY_US + at, ann())).collect();
    let asked = waiting.iter().map(|order| row(asked_back(order, ann(), RefundWishState::Open)));
    let rows: Vec<Row> = answered.chain(asked).chain(waiting.iter().cloned().map(row)).collect();
    let store = tables(rows);
    let mut reader = store.reader().unwrap();
    let mut page = |after, limit| {
        let page = open_wishes(&mut *reader, shop(), after, limit).unwrap();
        (page.wishes.iter().map(|(_, order)| order.no).collect::<Vec<_>>(), page.next)
    };
    let numbers: Vec<OrderNo> = waiting.iter().map(|order| order.no).collect();
    assert_eq!(page(None, 2), (numbers[..2].to_vec(), Some(numbers[1])));
    assert_eq!(page(Some(numbers[1]), 2), (numbers[2..].to_vec(), None));
    assert_eq!(page(None, 3), (numbers, None), "nothing is left");
}
