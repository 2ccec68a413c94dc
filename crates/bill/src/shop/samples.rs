//! Rows of a merchant for the tests of its page.

use base::{AppId, DAY_US, OrderNo, PartyId, PostingNo, Slot, Stamp, Text};
use engine::{Key, Row};
use ledger::{Account, AccountId, AccountKind, Posting, Template};
use money::{Currency, Minor, Money};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Mark, MemoryStore, Store};
use trade::{Order, OrderState, Product, Refund, RefundState, WireCharset};

/// 2026-01-02 12:00:00 in China.
const NOON_US: i64 = 1_767_326_400_000_000;

pub(super) fn shop() -> PartyId {
    PartyId::issue(1, Slot::new(3).unwrap()).unwrap()
}

/// Noon of a day, counted from the first.
pub(super) const fn day_at(day: i64) -> i64 {
    NOON_US + day * DAY_US
}

pub(super) fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).unwrap()
}

/// An order of the shop over so many fen that was paid at once.
pub(super) fn order(at_us: i64, units: u64) -> Order {
    let (seller, slot) = (shop(), shop().slot());
    Order {
        slot,
        no: OrderNo::of(Stamp { at_us, seq: 1 }, slot),
        seller,
        app: AppId::issue(1, slot).unwrap(),
        out_trade_no: Text::new(&format!("A{at_us}")).unwrap(),
        product: Product::QrCode,
        state: OrderState::Paid,
        currency: Currency::Cny,
        total_minor: fen(units).minor(),
        refunded_minor: Minor::ZERO,
        fee_minor: Minor::ZERO,
        fee_returned_minor: Minor::ZERO,
        subject: Text::new("tea").unwrap(),
        body: None,
        goods_detail: None,
        named_buyer: None,
        buyer: Some(PartyId::issue(2, slot).unwrap()),
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
        created_at_us: Some(at_us),
        expires_at_us: at_us + DAY_US,
        code_expires_at_us: None,
        paid_at_us: Some(at_us),
        closed_at_us: None,
        timer: None,
        card: None,
        card_bank: None,
        settled_with: None,
        store_name: None,
    }
}

/// A refund of an order.
pub(super) fn refund(order: &Order, number: &str, units: u64, at_us: i64, state: RefundState) -> Refund {
    Refund {
        slot: order.slot,
        order_no: order.no,
        out_request_no: Text::new(number).unwrap(),
        state,
        currency: Currency::Cny,
        amount_minor: fen(units).minor(),
        fee_back_minor: Minor::ZERO,
        refunded_after_minor: fen(units).minor(),
        reason: None,
        by_cancel: false,
        at_us,
    }
}

/// A posting of an order of the shop, which has ten yuan.
pub(super) fn posting(template: Template, order_no: OrderNo, at_us: i64) -> Posting {
    let (seller, stamp) = (shop(), Stamp { at_us, seq: 1 });
    let find = |id: AccountId| {
        let own = id == AccountId::of(seller, AccountKind::Balance, Currency::Cny);
        let owner = if own { seller } else { PartyId::platform(template.slot()) };
        let mut kinds = AccountKind::ALL.into_iter().rev();
        let kind = kinds.find(|kind| AccountId::of(owner, *kind, Currency::Cny) == id)?;
        let open = Account::open(owner, kind, Currency::Cny, stamp);
        Some(if own { Account { balance_minor: 1_000, ..open } } else { open })
    };
    let posting = ledger::post(template, Some(order_no), stamp, find).unwrap().posting;
    assert_eq!(posting.no, PostingNo::of(stamp, seller.slot()));
    posting
}

/// An order over one fen and the posting that paid it.
pub(super) fn paid(at_us: i64) -> [Row; 2] {
    let order = order(at_us, 1);
    let paid_by = posting(Template::PayIn { seller: shop(), amount: fen(1), fee: fen(0) }, order.no, at_us);
    [Row::Order(Arc::new(order)), Row::Posting(Arc::new(paid_by))]
}

/// Tables with these rows.
pub(super) fn tables(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
    let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
    let mut store = MemoryStore::new();
    let mark = Mark { sequence: 1, stamp: Stamp { at_us: 1, seq: 1 }, hash: [1; 32] };
    store.post(&rows, mark).unwrap();
    store
}
