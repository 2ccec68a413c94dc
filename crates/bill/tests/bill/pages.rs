//! Bills in pages: each once, newest first, whatever comes in between; filtered by kind and by text.

use crate::samples::*;
use base::{DAY_US, Day, TransferNo};
use bill::{BillCursor, BillFilter, BillKind, BillPage, bill_page};
use engine::Row;
use fund::BankOrderKind;
use store::{MemoryStore, Reader, Store};
use trade::Trade;
use transfer::{Received, Transfer};

/// A deal of each kind, one after another, `at` seconds after noon, and orders to banks that are no bills.
fn one_of_each(at: i64) -> Vec<Row> {
    let second = |step: i64| NOON_US + (at * 10 + step) * 1_000_000;
    let other = [BankOrderKind::Pay, BankOrderKind::Return, BankOrderKind::Transfer];
    let other = other.into_iter().zip(6..).map(|(kind, step)| row(at_bank(second(step), kind)));
    let bills = [
        row(paid(second(1))),
        row(sent(second(2))),
        row(received(second(3))),
        row(at_bank(second(4), BankOrderKind::TopUp)),
        row(at_bank(second(5), BankOrderKind::Withdraw)),
    ];
    bills.into_iter().chain(other).collect()
}

fn tables(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
    let mut store = MemoryStore::new();
    post(&mut store, beside());
    post(&mut store, rows);
    store
}

fn page(reader: &mut dyn Reader, filter: &BillFilter, before: Option<BillCursor>, limit: usize) -> BillPage {
    let page = bill_page(reader, ann(), filter, before, limit).unwrap();
    assert!(page.bills.len() <= limit);
    page
}

/// The numbers of all pages; between two of them something happens.
fn walked(
    reader: &mut dyn Reader,
    filter: &BillFilter,
    limit: usize,
    between: &mut dyn FnMut(),
) -> Vec<String> {
    let (mut found, mut before) = (Vec::new(), None);
    // Bounded: no page may come twice.
    for _page in 0..1_000 {
        let page = page(reader, filter, before, limit);
        found.extend(page.bills.iter().map(|bill| bill.deal.no()));
        if page.next.is_none() {
            return found;
        }
        // A cursor goes out and comes back as text.
        before = page.next.map(|next| next.to_string().parse().unwrap());
        between();
    }
    panic!("the bills do not end");
}

#[test]
fn bills_of_all_lists_come_newest_first_and_each_once() {
    let every = BillFilter::default();
    let store = tables((0..30).flat_map(one_of_each));
    let all = walked(&mut *store.reader().unwrap(), &every, 100, &mut || {});
    assert_eq!(all.len(), 30 * 5);
    let kinds: Vec<BillKind> = page(&mut *store.reader().unwrap(), &every, None, 5)
        .bills
        .iter()
        .map(|bill| bill.deal.kind())
        .collect();
    use BillKind as K;
    assert_eq!(kinds, [K::Withdrawal, K::TopUp, K::TransferIn, K::TransferOut, K::Payment]);
    for limit in [1, 7, 20] {
        let mut writer = store.clone();
        let mut newer = 100 * i64::try_from(limit).unwrap();
        let mut arrive = move || {
            newer += 1;
            post(&mut writer, one_of_each(newer));
        };
        let found = walked(&mut *store.reader().unwrap(), &every, limit, &mut arrive);
        assert!(found.ends_with(&all), "in pages of {limit}");
        let mut once = found.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), found.len(), "none comes twice in pages of {limit}");
    }
    let nobody = bill_page(&mut *store.reader().unwrap(), shop(), &every, None, 20).unwrap();
    assert_eq!(nobody, BillPage { bills: Vec::new(), next: None });
}

/// A transfer that was long on its way has an old number: it is told in its place, once.
#[test]
fn a_bill_that_comes_late_is_in_its_place() {
    let every = BillFilter::default();
    let mut store = tables((0..4).flat_map(one_of_each));
    let first = page(&mut *store.reader().unwrap(), &every, None, 5);
    let (above, below) = (NOON_US + 35_500_000, NOON_US + 25_500_000);
    post(&mut store, [row(received(above)), row(received(below))]);
    let second = page(&mut *store.reader().unwrap(), &every, first.next, 5);
    let late = |at_us| TransferNo::of(stamp(at_us), bob().slot()).to_string();
    let numbers: Vec<String> = second.bills.iter().map(|bill| bill.deal.no()).collect();
    assert_eq!(numbers[0], late(below), "it is the newest of the third lot");
    assert!(!numbers.contains(&late(above)), "its page was read before");
}

#[test]
fn bills_of_one_kind_are_of_no_other() {
    let store = tables((0..30).flat_map(one_of_each));
    for kind in [
        BillKind::Payment,
        BillKind::TransferOut,
        BillKind::TransferIn,
        BillKind::TopUp,
        BillKind::Withdrawal,
    ] {
        let filter = BillFilter::new(Some(kind), " ");
        assert_eq!(walked(&mut *store.reader().unwrap(), &filter, 7, &mut || {}).len(), 30, "{kind:?}");
        let page = page(&mut *store.reader().unwrap(), &filter, None, 100);
        assert!(page.bills.iter().all(|bill| bill.deal.kind() == kind), "{kind:?}");
        assert_eq!((page.bills.len(), page.next), (30, None), "{kind:?}");
    }
}

#[test]
fn bills_are_found_by_what_is_shown_of_them() {
    let no = TransferNo::of(stamp(NOON_US + 2), ann().slot()).to_string();
    let titled = Transfer { title: Some(text("Rent of May")), ..sent(NOON_US + 2) };
    let had = Transfer { payer: bob(), payee: ann(), ..sent(NOON_US + 4) };
    let store = tables([
        row(paid(NOON_US + 1)),
        row(titled),
        row(had),
        row(received(NOON_US + 4)),
        row(at_bank(NOON_US + 5, BankOrderKind::TopUp)),
    ]);
    for (text, expected) in [
        ("COFFEE", 1),
        (" bean ", 1),
        ("blue teapot", 1),
        ("rent OF", 1),
        ("for lunch", 1),
        ("icbc", 1),
        (no.as_str(), 1),
        ("*t", 2),
        ("", 4),
        ("tea house", 0),
        // What a masked name hides is not found out by asking.
        ("robert", 0),
        ("rober", 0),
        ("example.com", 0),
    ] {
        let found = page(&mut *store.reader().unwrap(), &BillFilter::new(None, text), None, 20);
        assert_eq!(found.bills.len(), expected, "{text:?}: {found:?}");
    }
    let both = BillFilter::new(Some(BillKind::TransferIn), "lunch");
    assert_eq!(page(&mut *store.reader().unwrap(), &both, None, 20).bills.len(), 1);
    let neither = BillFilter::new(Some(BillKind::Payment), "lunch");
    assert_eq!(page(&mut *store.reader().unwrap(), &neither, None, 20).bills.len(), 0);
}

#[test]
fn what_stands_beside_a_bill_is_read_with_it() {
    let store = tables(one_of_each(0));
    let bills = page(&mut *store.reader().unwrap(), &BillFilter::default(), None, 9).bills;
    let shown: Vec<[&str; 3]> = bills
        .iter()
        .map(|bill| [bill.title.as_str(), bill.other_name.as_str(), bill.other_login.as_str()])
        .collect();
    assert_eq!(
        shown,
        [
            ["", "ICBC", "4321"],
            ["", "ICBC", "4321"],
            ["", "*****t", "rob***@example.com"],
            ["for lunch", "*****t", "rob***@example.com"],
            ["Coffee beans", "Blue Teapot", "sho***@example.com"],
        ]
    );
}

/// A day has what was paid or came in on it, also what was asked for before; what is older is not walked.
#[test]
fn bills_of_some_days_are_of_no_other() {
    let late = Trade { paid_at_us: Some(NOON_US), ..paid(NOON_US - 10 * DAY_US) };
    let days = (-3..4).flat_map(|day| one_of_each(day * DAY_US / 10_000_000));
    let store = tables(days.chain([row(late.clone())]));
    let today = Day::of(NOON_US);
    let of = |first: Day, last: Day, limit: usize| {
        let filter = BillFilter::default().of_days(first, last);
        walked(&mut *store.reader().unwrap(), &filter, limit, &mut || {})
    };
    for limit in [1, 2, 100] {
        let found = of(today, today, limit);
        assert_eq!(found.len(), 6, "in pages of {limit}: {found:?}");
        assert_eq!(found[5], late.no.to_string(), "asked for long before, paid on the day");
    }
    assert_eq!(of(today.minus_days(1), today.plus_days(1), 4).len(), 16);
    assert_eq!(
        of(today.minus_days(10), today.minus_days(10), 4),
        Vec::<String>::new(),
        "it was not paid then"
    );
    assert_eq!(of(today.plus_days(1), today.minus_days(1), 4), Vec::<String>::new(), "days out of order");
    let filter = BillFilter::new(Some(BillKind::TopUp), "").of_days(today, today);
    assert_eq!(walked(&mut *store.reader().unwrap(), &filter, 4, &mut || {}).len(), 1, "with a kind too");
}

/// A transfer whose payer was frozen comes in when the payer is free again, months after its number; and it is of that
/// day, whatever lies between.
#[test]
fn what_came_in_long_after_it_was_sent_is_of_the_day_on_which_it_came() {
    let waited = Received { at_us: NOON_US, ..received(NOON_US - 60 * DAY_US) };
    let between = (0..2_500).map(|at| row(received(NOON_US - 40 * DAY_US + at)));
    let older = (0..60).map(|at| row(paid(NOON_US - 50 * DAY_US + at)));
    let store = tables(between.chain(older).chain([row(waited.clone()), row(paid(NOON_US))]));
    let today = Day::of(NOON_US);
    for filter in [BillFilter::default(), BillFilter::new(Some(BillKind::TransferIn), "")] {
        let found = walked(&mut *store.reader().unwrap(), &filter.of_days(today, today), 20, &mut || {});
        assert_eq!(found.last(), Some(&waited.no.to_string()), "{found:?}");
        assert!(found.len() <= 2, "{found:?}");
    }
}

/// Months of bills that are older than the days asked for cost nothing: the page ends before them.
#[test]
fn what_is_older_than_the_days_is_not_walked() {
    let old = (0..2_500).map(|at| row(paid(NOON_US - 40 * DAY_US + at)));
    let store = tables(old.chain([row(paid(NOON_US))]));
    let filter = BillFilter::new(None, "no such words").of_days(Day::of(NOON_US), Day::of(NOON_US));
    let found = page(&mut *store.reader().unwrap(), &filter, None, 20);
    assert_eq!(found, BillPage { bills: Vec::new(), next: None });
}

/// A filter that fits nothing stops after so many rows and says where to go on.
#[test]
fn a_page_looks_at_so_many_rows_and_no_more() {
    let had = |count: i64| (0..count).map(|at| row(received(NOON_US + at)));
    let store = tables(had(2_500).chain([row(paid(NOON_US - 1))]));
    let filter = BillFilter::new(None, "coffee");
    let first = page(&mut *store.reader().unwrap(), &filter, None, 20);
    assert!(first.bills.is_empty() && first.next.is_some(), "it goes on");
    let second = page(&mut *store.reader().unwrap(), &filter, first.next, 20);
    assert_eq!((second.bills.len(), second.next), (1, None));
}

#[test]
fn a_cursor_is_what_a_page_gave() {
    for wrong in ["", " 1", "-1", "1x", "+1", "9223372036854775808"] {
        assert!(wrong.parse::<BillCursor>().is_err(), "{wrong}");
    }
    assert_eq!("176732640000000007".parse::<BillCursor>().unwrap().to_string(), "176732640000000007");
}
