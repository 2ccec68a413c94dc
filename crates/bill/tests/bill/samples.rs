//! Rows of a person's deals.

use base::{BankOrderNo, CardNo, OrderNo, PartyId, Slot, Stamp, Text, TransferNo};
use engine::{Key, Row, Tabled};
use fund::{BankOrder, BankOrderKind, BankOrderState, Card, CardKind, CardState};
use money::{Currency, Minor, Money};
use people::{AccountClass, Party, PartyKind, PartyStatus, PaymentStop};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Mark, Store};
use trade::{Trade, TradeState};
use transfer::{Arrival, Received, Transfer, TransferState, TransferWay};

/// 2026-01-02 12:00:00 in China.
pub(crate) const NOON_US: i64 = 1_767_326_400_000_000;

/// The person whose bills are looked at.
pub(crate) fn ann() -> PartyId {
    party(5, 7)
}

/// A person in the same slot.
pub(crate) fn bob() -> PartyId {
    party(6, 7)
}

/// A merchant in another slot.
pub(crate) fn shop() -> PartyId {
    party(1, 3)
}

fn party(counter: u64, slot: u8) -> PartyId {
    PartyId::issue(counter, Slot::new(slot).unwrap()).unwrap()
}

pub(crate) fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

pub(crate) fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).unwrap()
}

pub(crate) fn minor(units: u64) -> Minor {
    fen(units).minor()
}

pub(crate) const fn stamp(at_us: i64) -> Stamp {
    Stamp { at_us, seq: 1 }
}

pub(crate) fn row<R: Tabled>(row: R) -> Row {
    R::wrap(Arc::new(row))
}

/// Posts rows after everything that was posted before.
pub(crate) fn post(store: &mut dyn Store, rows: impl IntoIterator<Item = Row>) {
    let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
    let sequence = store.mark().unwrap().sequence + 1;
    let stamp = Stamp { at_us: i64::try_from(sequence).unwrap(), seq: sequence };
    store.post(&rows, Mark { sequence, stamp, hash: [1; 32] }).unwrap();
}

/// Whoever Ann deals with, and her card.
pub(crate) fn beside() -> Vec<Row> {
    let named = |id: PartyId, kind, login: &str, name: &str| Party {
        slot: id.slot(),
        id,
        kind,
        status: PartyStatus::Normal,
        login: text(login),
        name: text(name),
        opened_at_us: 0,
        class: AccountClass::Sandbox,
        login_masked: None,
        stop: PaymentStop::Nobody,
        proofs_after: 0,
    };
    let card = Card {
        slot: ann().slot(),
        no: card_no(),
        party: ann(),
        state: CardState::Bound,
        bank: text("ICBC"),
        kind: CardKind::Debit,
        last_four: text("4321"),
        digest: [1; 16],
        agreement: Some(text("A1")),
        asked_at_us: 1,
        changed_at_us: 1,
    };
    vec![
        row(named(shop(), PartyKind::Merchant, "shop@example.com", "Blue Teapot")),
        row(named(bob(), PartyKind::Person, "robert@example.com", "Robert")),
        row(card),
    ]
}

fn card_no() -> CardNo {
    CardNo::of(stamp(1), ann().slot())
}

/// A payment of Ann's over ten yuan, which waits for her.
pub(crate) fn trade(at_us: i64) -> Trade {
    Trade {
        slot: ann().slot(),
        no: OrderNo::of(stamp(at_us), shop().slot()),
        buyer: ann(),
        seller: shop(),
        state: TradeState::Waiting,
        subject: text("Coffee beans"),
        currency: Currency::Cny,
        total_minor: minor(10_00),
        refunded_minor: Minor::ZERO,
        created_at_us: at_us,
        paid_at_us: None,
        closed_at_us: None,
        bank_order: None,
        credit_off: false,
        last_try: None,
    }
}

/// The same, paid a second after it was asked for.
pub(crate) fn paid(at_us: i64) -> Trade {
    Trade { state: TradeState::Paid, paid_at_us: Some(at_us + 1_000_000), ..trade(at_us) }
}

/// Five yuan from Ann to Bob, who has them.
pub(crate) fn sent(at_us: i64) -> Transfer {
    let slot = ann().slot();
    Transfer {
        slot,
        no: TransferNo::of(stamp(at_us), slot),
        payer: ann(),
        payee: bob(),
        way: TransferWay::Wallet,
        app: None,
        out_biz_no: text("n"),
        named: [0; 16],
        currency: Currency::Cny,
        amount_minor: minor(5_00),
        arrival: Arrival::AtOnce,
        title: None,
        remark: Some(text("for lunch")),
        passback: None,
        state: TransferState::Done,
        notify_url: None,
        gbk: false,
        rsa1: false,
        opened_at_us: at_us,
        paid_at_us: Some(at_us + 1),
        due_at_us: None,
        ended_at_us: Some(at_us + 2),
        timer: None,
        asked_arrival: None,
    }
}

/// Three yuan that Ann had from Bob.
pub(crate) fn received(at_us: i64) -> Received {
    Received {
        slot: ann().slot(),
        no: TransferNo::of(stamp(at_us), bob().slot()),
        payee: ann(),
        payer: bob(),
        currency: Currency::Cny,
        amount_minor: minor(3_00),
        at_us,
    }
}

/// Twenty yuan between Ann's card and her balance, done two microseconds after they were asked for.
pub(crate) fn at_bank(at_us: i64, kind: BankOrderKind) -> BankOrder {
    let slot = ann().slot();
    BankOrder {
        slot,
        no: BankOrderNo::of(stamp(at_us), slot),
        party: ann(),
        card: card_no(),
        kind,
        state: BankOrderState::Done,
        currency: Currency::Cny,
        amount_minor: minor(20_00),
        fee_minor: Minor::ZERO,
        free_minor: Minor::ZERO,
        life_minor: Minor::ZERO,
        counted_at_us: Some(at_us + 1),
        about: None,
        key: text("k"),
        asked_at_us: at_us,
        next_try_at_us: None,
        tries: 1,
        bank_ref: None,
        reason: None,
        heard_at_us: Some(at_us + 2),
        timer: None,
        gives_up_at_us: None,
    }
}
