//! What every store must do.

use crate::Shelf;
use crate::extremes::extremes;
use crate::samples::*;
use base::{OrderNo, Slot};
use engine::{Key, Link, Outbox, Row, Table, Tabled};
use fund::BankOrder;
use ledger::Side;
use money::Minor;
use people::{Attempt, Login, SlotHead};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Mark, Reader, StoreError};
use trade::{Order, RefundWish, RefundWishState, Timer, Trade};
use transfer::TransferBatchDetail;

fn all(reader: &mut dyn Reader) -> Vec<Row> {
    Table::ALL.iter().flat_map(|table| reader.scan(*table, None, None, usize::MAX).unwrap()).collect()
}

pub(crate) fn a_new_store_stands_at_the_start(shelf: &dyn Shelf) {
    let mut store = shelf.open();
    assert_eq!(store.mark().unwrap(), Mark::START);
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.mark().unwrap(), Mark::START);
    for table in Table::ALL {
        assert_eq!(reader.count(*table).unwrap(), 0, "{}", table.name());
    }
}

pub(crate) fn a_post_is_all_or_nothing(shelf: &dyn Shelf) {
    let mut store = shelf.open();
    let kept = account(party(1, 7), 100, 30);
    store.post(&changes([row(kept.clone())]), mark(1)).unwrap();
    // In key order the good rows come both before and after the broken one.
    let broken = row(account(party(2, 7), 29, 30));
    let good =
        [row(account(party(1, 7), 500, 0)), row(account(party(3, 7), 5, 0)), row(order(3, party(1, 7)))];
    let mut batch = changes(good.into_iter().chain([broken]));
    batch.insert(row(kept.clone()).key(), None);
    let refused = store.post(&batch, mark(2));
    assert!(matches!(refused, Err(StoreError::RowRefused { table: "account", .. })), "{refused:?}");
    let mut reader = store.reader().unwrap();
    assert_eq!(all(&mut *reader), [row(kept)]);
    assert_eq!((reader.mark().unwrap(), store.mark().unwrap()), (mark(1), mark(1)));
    // The store goes on after a refusal.
    store.post(&changes([row(account(party(3, 7), 5, 0))]), mark(2)).unwrap();
    assert_eq!(reader.count(Table::Account).unwrap(), 2);
}

/// A detail to a card that does not say which list of names its holder was held against.
fn held_against_nothing() -> Row {
    let detail = extremes().into_iter().find_map(|row| match row {
        Row::TransferBatchDetail(detail) if detail.card_digest.is_some() => Some(detail),
        _ => None,
    });
    row(TransferBatchDetail { screen_version: None, ..(*detail.unwrap()).clone() })
}

pub(crate) fn every_broken_rule_is_refused(shelf: &dyn Shelf) {
    let (seller, huge) = (party(1, 7), u64::MAX);
    let fair = order(1, seller);
    let one_sided = {
        let mut posting = posting(1, 7, 10);
        posting.entries[1] = None;
        posting
    };
    let unbalanced = {
        let mut posting = posting(1, 7, 10);
        posting.entries[2] = entry(posting.entries[0].unwrap().account, Side::Debit, 1, 0);
        posting
    };
    let broken = [
        row(account(seller, -1, 0)),
        row(account(seller, 29, 30)),
        row(one_sided),
        row(unbalanced),
        row(posting(1, 7, 0)),
        row(Order { refunded_minor: minor(1_235), ..fair.clone() }),
        row(Order { fee_minor: minor(5), fee_returned_minor: minor(6), ..fair }),
        row(Trade { refunded_minor: minor(101), ..trade(1, seller, seller) }),
        row(SlotHead { slot: slot(7), parties: huge, apps: 0 }),
        row(Attempt {
            slot: slot(7),
            party: seller,
            no: huge,
            about: OrderNo::from_number(1).unwrap(),
            proven: false,
            expires_at_us: 0,
        }),
        row(Timer { attempt: Some(huge), ..timer(1, 1, 7) }),
        row(Outbox {
            slot: slot(7),
            to_slot: slot(8),
            no: 0,
            kind: text("PayRequest"),
            parcel: vec![1],
            sent_at_us: 1,
        }),
        row(Link { slot: slot(7), other: slot(8), sent: 1, acknowledged: 2, received: 0 }),
        held_against_nothing(),
    ];
    let mut store = shelf.open();
    for broken in broken {
        let refused = store.post(&changes([broken.clone()]), mark(1));
        assert!(matches!(refused, Err(StoreError::RowRefused { .. })), "{broken:?} gave {refused:?}");
    }
    assert_eq!(all(&mut *store.reader().unwrap()), []);
    assert_eq!(store.mark().unwrap(), Mark::START);
}

pub(crate) fn the_last_image_wins_and_a_deleted_row_is_gone(shelf: &dyn Shelf) {
    let mut store = shelf.open();
    let (first, second) = (row(account(party(1, 7), 1, 0)), row(account(party(1, 7), 2, 1)));
    let (due, never) = (row(timer(5, 1, 7)), row(timer(6, 1, 7)));
    store.post(&changes([first.clone(), due.clone()]), mark(1)).unwrap();
    let mut batch = changes([second.clone()]);
    batch.insert(due.key(), None);
    batch.insert(never.key(), None);
    store.post(&batch, mark(2)).unwrap();
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.row(&first.key()).unwrap(), Some(second.clone()));
    assert_eq!(reader.row(&due.key()).unwrap(), None);
    assert_eq!(reader.due_timers(i64::MAX, 9).unwrap(), []);
    assert_eq!(all(&mut *reader), [second]);
}

pub(crate) fn reopened_tables_keep_everything(shelf: &dyn Shelf) {
    let mut store = shelf.open();
    store.post(&changes(extremes()), mark(41)).unwrap();
    let before = all(&mut *store.reader().unwrap());
    drop(store);
    let mut again = shelf.open();
    assert_eq!(again.mark().unwrap(), mark(41));
    assert_eq!(all(&mut *again.reader().unwrap()), before);
    assert_eq!(before.len(), extremes().len());
}

pub(crate) fn a_reader_sees_what_was_posted_and_no_more(shelf: &dyn Shelf) {
    let mut store = shelf.open();
    let mut reader = store.reader().unwrap();
    let wanted = row(account(party(1, 7), 1, 0));
    assert_eq!(reader.row(&wanted.key()).unwrap(), None);
    store.post(&changes([wanted.clone()]), mark(1)).unwrap();
    assert_eq!(reader.row(&wanted.key()).unwrap(), Some(wanted.clone()));
    assert_eq!(reader.mark().unwrap(), mark(1));
    let moved = std::thread::spawn(move || reader.count(Table::Account).unwrap());
    assert_eq!(moved.join().unwrap(), 1);
}

pub(crate) fn every_table_gives_back_its_extreme_rows(shelf: &dyn Shelf) {
    let rows = extremes();
    let tables: BTreeSet<Table> = rows.iter().map(Row::table).collect();
    assert_eq!(tables.len(), Table::ALL.len(), "a table has no sample row");
    let mut store = shelf.open();
    store.post(&changes(rows.clone()), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    for row in rows {
        assert_eq!(reader.row(&row.key()).unwrap(), Some(row));
    }
}

fn pages(reader: &mut dyn Reader, table: Table, slot: Option<Slot>, limit: usize) -> Vec<Row> {
    let (mut found, mut after): (Vec<Row>, Option<Key>) = (Vec::new(), None);
    // Bounded: no page may come twice.
    for _page in 0..1_000 {
        let page = reader.scan(table, slot, after.as_ref(), limit).unwrap();
        assert!(page.len() <= limit);
        let short = page.len() < limit;
        found.extend(page);
        after = found.last().map(Row::key);
        if short {
            return found;
        }
    }
    panic!("a scan of {} does not end", table.name());
}

pub(crate) fn a_scan_pages_through_a_table_and_through_a_slot(shelf: &dyn Shelf) {
    let mut rows: Vec<Row> =
        (0..23).map(|step| row(order(step * 7 % 23, party(1, (step % 3) as u8)))).collect();
    rows.extend((0..20).map(|step| {
        let login = text(&format!("{}{step}", "ab".repeat(step % 4)));
        row(Login { slot: slot((step % 3) as u8), login, party: party(1, 1) })
    }));
    rows.extend((0..3).map(|number| row(SlotHead { slot: slot(number), parties: 1, apps: 0 })));
    let batch = changes(rows);
    let mut store = shelf.open();
    store.post(&batch, mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    for table in [Table::Order, Table::Login, Table::SlotHead] {
        let expected: Vec<Row> =
            batch.values().flatten().filter(|row| row.table() == table).cloned().collect();
        for limit in [1, 2, 5, 100] {
            assert_eq!(pages(&mut *reader, table, None, limit), expected);
            for number in 0..4 {
                let inside = expected.iter().filter(|row| row.key().slot() == slot(number)).cloned();
                assert_eq!(pages(&mut *reader, table, Some(slot(number)), limit), inside.collect::<Vec<_>>());
            }
        }
    }
    // A key of another slot lies before the whole slot or behind it.
    let of_slot_1 = row(order(1_000, party(1, 1))).key();
    let scan = |reader: &mut dyn Reader, number| {
        reader.scan(Table::Order, Some(slot(number)), Some(&of_slot_1), 100).unwrap().len()
    };
    assert_eq!((scan(&mut *reader, 0), scan(&mut *reader, 1), scan(&mut *reader, 2)), (0, 0, 7));
    assert_eq!(reader.scan(Table::Order, None, None, 0).unwrap(), []);
}

fn unwrapped<R: Tabled + PartialEq>(found: &[Arc<R>]) -> Vec<R> {
    found.iter().map(|row| R::clone(row)).collect()
}

pub(crate) fn due_timers_come_earliest_first(shelf: &dyn Shelf) {
    let timers = [
        timer(10, 5, 3),
        timer(10, 4, 3),
        timer(10, 9, 1),
        timer(11, 1, 0),
        timer(-5, 7, 99),
        timer(12, 1, 0),
    ];
    let mut store = shelf.open();
    store.post(&changes(timers.clone().map(row)), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let [late_3, early_3, in_1, at_11, first, at_12] = timers;
    let order = [first, in_1, early_3, late_3, at_11, at_12];
    assert_eq!(unwrapped(&reader.due_timers(11, 100).unwrap()), order[..5]);
    assert_eq!(unwrapped(&reader.due_timers(i64::MAX, 2).unwrap()), order[..2]);
    assert_eq!(reader.due_timers(-6, 100).unwrap(), []);
}

pub(crate) fn due_notices_come_earliest_first(shelf: &dyn Shelf) {
    let no = OrderNo::from_number(7).unwrap();
    let made = |at_us, number, next_at_us| notice(at_us, app(1, number), no, next_at_us);
    let notices = [
        made(1, 7, Some(30)),
        made(2, 7, None),
        made(3, 8, Some(10)),
        made(4, 7, Some(10)),
        made(5, 7, Some(31)),
    ];
    let mut store = shelf.open();
    store.post(&changes(notices.clone().map(row)), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let [at_30, _settled, in_8, in_7, _later] = notices.clone();
    assert_eq!(unwrapped(&reader.due_notices(30, 100).unwrap()), [in_7.clone(), in_8, at_30]);
    assert_eq!(unwrapped(&reader.due_notices(30, 1).unwrap()), [in_7]);
    // Settled ones leave the list.
    let settled = notices.map(|mut notice| {
        notice.next_at_us = None;
        row(notice)
    });
    store.post(&changes(settled), mark(2)).unwrap();
    assert_eq!(reader.due_notices(i64::MAX, 100).unwrap(), []);
}

pub(crate) fn due_bank_orders_come_earliest_first(shelf: &dyn Shelf) {
    let made =
        |at_us, place, next_try_at_us| BankOrder { next_try_at_us, ..bank_order(at_us, party(1, place)) };
    let orders = [
        made(1, 7, Some(30)),
        made(2, 7, None),
        made(3, 8, Some(10)),
        made(4, 7, Some(10)),
        made(5, 7, Some(31)),
    ];
    let mut store = shelf.open();
    store.post(&changes(orders.clone().map(row)), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let [at_30, _settled, in_8, in_7, _later] = orders.clone();
    assert_eq!(unwrapped(&reader.due_bank_orders(30, 100).unwrap()), [in_7.clone(), in_8, at_30]);
    assert_eq!(unwrapped(&reader.due_bank_orders(30, 1).unwrap()), [in_7]);
    let settled = orders.map(|order| row(BankOrder { next_try_at_us: None, ..order }));
    store.post(&changes(settled), mark(2)).unwrap();
    assert_eq!(reader.due_bank_orders(i64::MAX, 100).unwrap(), []);
}

pub(crate) fn cards_and_bank_orders_come_newest_first(shelf: &dyn Shelf) {
    let (ann, bob) = (party(5, 7), party(6, 7));
    let orders = [bank_order(1, ann), bank_order(2, bob), bank_order(3, ann)];
    let cards = [card(1, ann), card(2, bob), card(3, ann)];
    let mut store = shelf.open();
    let rows = orders.map(row).into_iter().chain(cards.map(row));
    store.post(&changes(rows), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let mut times = |party, limit| -> (Vec<i64>, Vec<i64>) {
        let orders = reader.bank_orders(party, None, limit).unwrap();
        let cards = reader.cards(party, limit).unwrap();
        (
            orders.iter().map(|row| row.asked_at_us).collect(),
            cards.iter().map(|row| row.asked_at_us).collect(),
        )
    };
    assert_eq!(times(ann, 9), (vec![3, 1], vec![3, 1]));
    assert_eq!(times(ann, 1), (vec![3], vec![3]));
    assert_eq!(times(party(7, 7), 9), (vec![], vec![]));
    // Cards that money was sent to are somebody else's: however many and new they are, the own ones are found.
    let paid = [4, 5, 6].map(|at| row(fund::Card { state: fund::CardState::Payee, ..card(at, ann) }));
    store.post(&changes(paid), mark(2)).unwrap();
    let own = store.reader().unwrap().cards(ann, 2).unwrap();
    assert_eq!(own.iter().map(|row| row.asked_at_us).collect::<Vec<_>>(), [3, 1]);
}

pub(crate) fn notices_come_newest_first(shelf: &dyn Shelf) {
    let (one, two) = (OrderNo::of(stamp(1), slot(7)), OrderNo::of(stamp(2), slot(7)));
    let notices = [
        notice(10, app(1, 7), one, None),
        notice(11, app(2, 7), two, None),
        notice(12, app(1, 7), two, Some(5)),
        notice(13, app(1, 8), OrderNo::of(stamp(3), slot(8)), None),
    ];
    let mut store = shelf.open();
    store.post(&changes(notices.clone().map(row)), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let mut numbers = |app, order, before, limit| -> Vec<i64> {
        let found = reader.notices(app, order, before, limit).unwrap();
        found.iter().map(|notice| notice.happened_at_us).collect()
    };
    assert_eq!(numbers(None, None, None, 9), [13, 12, 11, 10]);
    assert_eq!(numbers(None, None, None, 3), [13, 12, 11]);
    assert_eq!(numbers(Some(app(1, 7)), None, None, 9), [12, 10]);
    assert_eq!(numbers(None, Some(two), None, 9), [12, 11]);
    assert_eq!(numbers(Some(app(2, 7)), Some(two), None, 9), [11]);
    assert_eq!(numbers(Some(app(2, 7)), Some(one), None, 9), [0_i64; 0]);
    assert_eq!(numbers(Some(app(1, 7)), None, None, 1), [12]);
    let below = |at: usize| Some(notices[at].no);
    assert_eq!(numbers(Some(app(1, 7)), None, below(2), 9), [10]);
    assert_eq!(numbers(Some(app(1, 7)), None, below(0), 9), [0_i64; 0]);
    assert_eq!(numbers(None, Some(two), below(2), 9), [11]);
    assert_eq!(numbers(Some(app(1, 7)), Some(two), below(2), 9), [0_i64; 0]);
    assert_eq!(numbers(None, None, below(3), 2), [12, 11]);
    let mut of_slot = |place, before, limit| -> Vec<i64> {
        let found = reader.notices_of_slot(slot(place), before, limit).unwrap();
        found.iter().map(|notice| notice.happened_at_us).collect()
    };
    assert_eq!(of_slot(7, None, 9), [12, 11, 10]);
    assert_eq!(of_slot(7, None, 2), [12, 11]);
    assert_eq!(of_slot(7, below(2), 9), [11, 10]);
    assert_eq!(of_slot(7, below(0), 9), [0_i64; 0]);
    assert_eq!(of_slot(8, None, 9), [13]);
}

pub(crate) fn orders_come_newest_first(shelf: &dyn Shelf) {
    let (tea, silk, rice) = (party(1, 7), party(2, 7), party(1, 8));
    let orders = [order(1, tea), order(2, silk), order(3, rice), order(4, tea), order(5, tea)];
    let mut store = shelf.open();
    store.post(&changes(orders.clone().map(row)), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let mut times = |seller, before: Option<OrderNo>, limit| -> Vec<i64> {
        reader.orders(seller, before, limit).unwrap().iter().map(|order| order.opened_at_us).collect()
    };
    assert_eq!(times(None, None, 9), [5, 4, 3, 2, 1]);
    assert_eq!(times(None, None, 2), [5, 4]);
    assert_eq!(times(None, Some(orders[3].no), 2), [3, 2]);
    assert_eq!(times(Some(tea), None, 9), [5, 4, 1]);
    assert_eq!(times(Some(tea), Some(orders[4].no), 1), [4]);
    assert_eq!(times(Some(silk), None, 9), [2]);
    assert_eq!(times(Some(party(3, 7)), None, 9), [0_i64; 0]);
}

pub(crate) fn trades_come_newest_first(shelf: &dyn Shelf) {
    let (ann, bob, tea, rice) = (party(5, 7), party(6, 7), party(1, 3), party(1, 4));
    let trades = [trade(1, ann, rice), trade(2, bob, tea), trade(3, ann, tea), trade(4, ann, rice)];
    let mut store = shelf.open();
    store
        .post(&changes(trades.map(|trade| row(Trade { refunded_minor: Minor::ZERO, ..trade }))), mark(1))
        .unwrap();
    let mut reader = store.reader().unwrap();
    let mut times = |buyer, limit| -> Vec<i64> {
        reader.trades(buyer, None, limit).unwrap().iter().map(|trade| trade.created_at_us).collect()
    };
    assert_eq!(times(ann, 9), [4, 3, 1]);
    assert_eq!(times(ann, 2), [4, 3]);
    assert_eq!(times(bob, 9), [2]);
    assert_eq!(times(tea, 9), [0_i64; 0]);
}

pub(crate) fn wishes_that_wait_come_oldest_first(shelf: &dyn Shelf) {
    let (tea, silk, rice) = (party(1, 7), party(2, 7), party(1, 8));
    let met = |wish: RefundWish| RefundWish {
        state: RefundWishState::Met,
        answered_at_us: Some(wish.asked_at_us),
        ..wish
    };
    let mut store = shelf.open();
    let wishes = [(1, tea), (2, silk), (3, rice), (4, tea), (5, tea)];
    let rows = wishes.map(|(at_us, seller)| row(refund_wish(at_us, seller)));
    store.post(&changes(rows.into_iter().chain([row(met(refund_wish(6, tea)))])), mark(1)).unwrap();
    let times = |seller, after: Option<i64>, limit| -> Vec<i64> {
        let after = after.map(|at_us| OrderNo::of(stamp(at_us), slot(7)));
        let found = store.reader().unwrap().open_refund_wishes(seller, after, limit).unwrap();
        found.iter().map(|wish| wish.asked_at_us).collect()
    };
    assert_eq!(times(tea, None, 9), [1, 4, 5]);
    assert_eq!(times(tea, None, 2), [1, 4]);
    assert_eq!(times(tea, Some(4), 9), [5]);
    assert_eq!((times(silk, None, 9), times(rice, None, 9)), (vec![2], vec![3]));
    assert_eq!(times(party(3, 7), None, 9), [0_i64; 0]);
    // One is answered, and one is asked anew.
    let rows = [row(met(refund_wish(4, tea))), row(refund_wish(6, tea))];
    store.post(&changes(rows), mark(2)).unwrap();
    let found = store.reader().unwrap().open_refund_wishes(tea, None, 9).unwrap();
    assert_eq!(found.iter().map(|wish| wish.asked_at_us).collect::<Vec<_>>(), [1, 5, 6]);
}

pub(crate) fn transfers_come_newest_first(shelf: &dyn Shelf) {
    let (ann, bob, far) = (party(5, 7), party(6, 7), party(1, 3));
    let sent = [transfer(1, ann, bob), transfer(2, bob, ann), transfer(3, ann, far), transfer(4, ann, bob)];
    let had = [received(1, bob, ann), received(4, bob, ann), received(2, ann, bob), received(3, far, ann)];
    let mut store = shelf.open();
    store.post(&changes(sent.map(row).into_iter().chain(had.map(row))), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let mut out = |payer, limit| -> Vec<i64> {
        reader.transfers(payer, None, limit).unwrap().iter().map(|row| row.opened_at_us).collect()
    };
    assert_eq!(out(ann, 9), [4, 3, 1]);
    assert_eq!(out(ann, 2), [4, 3]);
    assert_eq!((out(bob, 9), out(far, 9)), (vec![2], vec![]));
    let mut had = |payee, limit| -> Vec<i64> {
        reader.received(payee, None, limit).unwrap().iter().map(|row| row.at_us).collect()
    };
    assert_eq!(had(bob, 9), [4, 1]);
    assert_eq!(had(bob, 1), [4]);
    assert_eq!((had(ann, 9), had(far, 9)), (vec![2], vec![3]));
}

/// All moments of a list, page after page; between two pages something happens.
fn walked<N: Copy>(
    limit: usize,
    mut page: impl FnMut(Option<N>) -> Vec<(N, i64)>,
    between: &mut dyn FnMut(),
) -> Vec<i64> {
    let (mut found, mut before) = (Vec::new(), None);
    // Bounded: no page may come twice.
    for _page in 0..1_000 {
        let rows = page(before);
        assert!(rows.len() <= limit);
        let is_last = rows.len() < limit;
        before = rows.last().map(|(number, _)| *number).or(before);
        found.extend(rows.into_iter().map(|(_, at_us)| at_us));
        if is_last {
            return found;
        }
        between();
    }
    panic!("a list does not end");
}

pub(crate) fn lists_of_a_party_give_each_row_once(shelf: &dyn Shelf) {
    let (ann, bob) = (party(5, 7), party(6, 7));
    // Every third one is somebody else's.
    let rows_of = move |at_us: i64| {
        let (one, other) = if at_us % 3 == 0 { (bob, ann) } else { (ann, bob) };
        [
            row(trade(at_us, one, other)),
            row(transfer(at_us, one, other)),
            row(received(at_us, one, other)),
            row(bank_order(at_us, one)),
            row(mandate(at_us, one, other)),
        ]
    };
    let mut store = shelf.open();
    store.post(&changes((1..=20).flat_map(rows_of)), mark(1)).unwrap();
    let mut reader = store.reader().unwrap();
    let mut sequence = 1;
    let mut arrive = move || {
        sequence += 1;
        let newer = rows_of(100 + i64::try_from(sequence).unwrap());
        store.post(&changes(newer), mark(sequence)).unwrap();
    };
    let expected: Vec<i64> = (1..=20).rev().filter(|at_us| at_us % 3 != 0).collect();
    for limit in [1, 3, 100] {
        let trades = |before| {
            let page = reader.trades(ann, before, limit).unwrap();
            page.iter().map(|row| (row.no, row.created_at_us)).collect()
        };
        let mut lists = vec![walked(limit, trades, &mut arrive)];
        let transfers = |before| {
            let page = reader.transfers(ann, before, limit).unwrap();
            page.iter().map(|row| (row.no, row.opened_at_us)).collect()
        };
        lists.push(walked(limit, transfers, &mut arrive));
        let received = |before| {
            let page = reader.received(ann, before, limit).unwrap();
            page.iter().map(|row| (row.no, row.at_us)).collect()
        };
        lists.push(walked(limit, received, &mut arrive));
        let bank_orders = |before| {
            let page = reader.bank_orders(ann, before, limit).unwrap();
            page.iter().map(|row| (row.no, row.asked_at_us)).collect()
        };
        lists.push(walked(limit, bank_orders, &mut arrive));
        let mandates = |before| {
            let page = reader.mandates(ann, before, limit).unwrap();
            page.iter().map(|row| (row.no, row.signed_at_us)).collect()
        };
        lists.push(walked(limit, mandates, &mut arrive));
        for found in lists {
            assert!(found.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once: {found:?}");
            let old: Vec<i64> = found.into_iter().filter(|at_us| *at_us <= 20).collect();
            assert_eq!(old, expected, "in pages of {limit}");
        }
    }
}

pub(crate) fn the_mark_never_goes_back(shelf: &dyn Shelf) {
    let mut store = shelf.open();
    let first = row(account(party(1, 7), 1, 0));
    store.post(&changes([first.clone()]), mark(10)).unwrap();
    let lower_stamp = Mark { sequence: 11, ..mark(9) };
    let other_journal = Mark { hash: [9; 32], ..mark(10) };
    for refused in [mark(9), Mark::START, lower_stamp, other_journal] {
        let batch = changes([row(account(party(1, 7), 2, 0))]);
        assert!(
            matches!(store.post(&batch, refused), Err(StoreError::MarkBack { posted: 10, .. })),
            "{refused:?}"
        );
    }
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.row(&first.key()).unwrap(), Some(first.clone()));
    // The same post may be repeated, as after a failure that left its end unknown.
    store.post(&changes([first]), mark(10)).unwrap();
    store.post(&Changes::new(), mark(11)).unwrap();
    assert_eq!(reader.mark().unwrap(), mark(11));
}
