//! Rows to post.

use base::{
    AgreementNo, AppId, NoticeNo, OrderNo, PartyId, PostingNo, Slot, Stamp, Text, TimerNo, TransferNo,
};
use engine::{Key, Row, Tabled};
use ledger::{Account, AccountId, AccountKind, Entry, Posting, PostingKind, Side};
use money::{Currency, Minor, Money};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Mark;
use trade::{
    AgreementState, Mandate, Notice, NoticeEvent, NoticeState, Order, OrderState, PersonalProduct, Product,
    RefundWish, RefundWishState, Timer, TimerTask, Trade, TradeState, WireCharset,
};
use transfer::{Arrival, Received, Transfer, TransferState, TransferWay};

/// A batch to post.
pub(crate) type Changes = BTreeMap<Key, Option<Row>>;

pub(crate) fn row<R: Tabled>(row: R) -> Row {
    R::wrap(Arc::new(row))
}

pub(crate) fn changes(rows: impl IntoIterator<Item = Row>) -> Changes {
    rows.into_iter().map(|row| (row.key(), Some(row))).collect()
}

pub(crate) fn mark(sequence: u64) -> Mark {
    let at_us = i64::try_from(sequence).unwrap() * 10;
    Mark {
        sequence,
        stamp: Stamp { at_us, seq: sequence * 3 },
        hash: [u8::try_from(sequence % 251).unwrap(); 32],
    }
}

pub(crate) fn slot(number: u8) -> Slot {
    Slot::new(number).unwrap()
}

pub(crate) fn party(counter: u64, number: u8) -> PartyId {
    PartyId::issue(counter, slot(number)).unwrap()
}

pub(crate) fn app(counter: u64, number: u8) -> AppId {
    AppId::issue(counter, slot(number)).unwrap()
}

pub(crate) fn minor(units: i64) -> Minor {
    Money::from_minor(units.unsigned_abs(), Currency::Cny).unwrap().minor()
}

pub(crate) fn stamp(at_us: i64) -> Stamp {
    Stamp { at_us, seq: 1 }
}

pub(crate) fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

pub(crate) fn card(at_us: i64, owner: PartyId) -> fund::Card {
    fund::Card {
        slot: owner.slot(),
        no: base::CardNo::of(stamp(at_us), owner.slot()),
        party: owner,
        state: fund::CardState::Bound,
        bank: text("ICBC"),
        kind: fund::CardKind::Debit,
        last_four: text("1234"),
        digest: [1; 16],
        agreement: Some(text("A1")),
        asked_at_us: at_us,
        changed_at_us: at_us,
    }
}

pub(crate) fn bank_order(at_us: i64, owner: PartyId) -> fund::BankOrder {
    fund::BankOrder {
        slot: owner.slot(),
        no: base::BankOrderNo::of(stamp(at_us), owner.slot()),
        party: owner,
        card: base::CardNo::of(stamp(1), owner.slot()),
        kind: fund::BankOrderKind::TopUp,
        state: fund::BankOrderState::Unknown,
        currency: Currency::Cny,
        amount_minor: minor(30),
        fee_minor: minor(0),
        free_minor: minor(0),
        life_minor: minor(0),
        counted_at_us: None,
        about: None,
        key: text("k"),
        asked_at_us: at_us,
        next_try_at_us: None,
        tries: 1,
        bank_ref: None,
        reason: None,
        heard_at_us: None,
        timer: None,
        gives_up_at_us: None,
    }
}

pub(crate) fn account(owner: PartyId, balance_minor: i64, held_minor: i64) -> Account {
    let mut account = Account::open(owner, AccountKind::Balance, Currency::Cny, stamp(5));
    account.balance_minor = balance_minor;
    account.held_minor = minor(held_minor);
    account
}

pub(crate) fn entry(account: AccountId, side: Side, units: i64, balance_after_minor: i64) -> Option<Entry> {
    Some(Entry { account, side, amount_minor: minor(units), balance_after_minor })
}

pub(crate) fn posting(at_us: i64, number: u8, units: i64) -> Posting {
    let bank = AccountId::platform(slot(number), AccountKind::BankReserve, Currency::Cny);
    let wallet = AccountId::of(party(9, number), AccountKind::Balance, Currency::Cny);
    Posting {
        slot: slot(number),
        no: PostingNo::of(stamp(at_us), slot(number)),
        kind: PostingKind::TopUp,
        business_date: 20_260_101,
        order_no: None,
        currency: Currency::Cny,
        entries: [
            entry(bank, Side::Debit, units, -units),
            entry(wallet, Side::Credit, units, units),
            None,
            None,
        ],
    }
}

pub(crate) fn order(at_us: i64, seller: PartyId) -> Order {
    let no = OrderNo::of(stamp(at_us), seller.slot());
    Order {
        slot: seller.slot(),
        no,
        seller,
        app: AppId::issue(1, seller.slot()).unwrap(),
        out_trade_no: text(&format!("T{at_us}")),
        product: Product::FaceToFace,
        state: OrderState::WaitBuyerPay,
        currency: Currency::Cny,
        total_minor: minor(1_234),
        refunded_minor: Minor::ZERO,
        fee_minor: Minor::ZERO,
        fee_returned_minor: Minor::ZERO,
        subject: text("tea"),
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
        expires_at_us: at_us + 1,
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

pub(crate) fn mandate(at_us: i64, buyer: PartyId, seller: PartyId) -> Mandate {
    Mandate {
        slot: buyer.slot(),
        no: AgreementNo::of(stamp(at_us), seller.slot()),
        buyer,
        seller,
        product: PersonalProduct::Withholding,
        sign_scene: text("INDUSTRY|DIGITAL_MEDIA"),
        external_agreement_no: None,
        currency: Currency::Cny,
        period_unit: None,
        period_every: None,
        first_day: None,
        single_minor: None,
        total_minor: None,
        payments: None,
        signed_at_us: at_us,
        invalid_at_us: at_us + 1,
        timer: None,
        state: AgreementState::Normal,
        version: 1,
        debited_minor: Minor::ZERO,
        debits: 0,
        plan_from: None,
        plan_step: 0,
        last_debit_at_us: None,
        ended_at_us: None,
        ended_by: None,
    }
}

pub(crate) fn trade(at_us: i64, buyer: PartyId, seller: PartyId) -> Trade {
    Trade {
        slot: buyer.slot(),
        no: OrderNo::of(stamp(at_us), seller.slot()),
        buyer,
        seller,
        state: TradeState::Waiting,
        subject: text(""),
        currency: Currency::Jpy,
        total_minor: minor(100),
        refunded_minor: minor(100),
        created_at_us: at_us,
        paid_at_us: None,
        closed_at_us: None,
        bank_order: None,
        credit_off: false,
        last_try: None,
    }
}

/// What a buyer asks for of an order that was opened at this moment.
pub(crate) fn refund_wish(at_us: i64, seller: PartyId) -> RefundWish {
    RefundWish {
        slot: seller.slot(),
        seller,
        order_no: OrderNo::of(stamp(at_us), seller.slot()),
        buyer: party(5, 7),
        state: RefundWishState::Open,
        asking: 1,
        key: text("k"),
        first_key: None,
        second_key: None,
        reason: text("it is cold"),
        asked_at_us: at_us,
        answer: None,
        answered_at_us: None,
    }
}

pub(crate) fn transfer(at_us: i64, payer: PartyId, payee: PartyId) -> Transfer {
    let (slot, stamp) = (payer.slot(), stamp(at_us));
    Transfer {
        slot,
        no: TransferNo::of(stamp, slot),
        payer,
        payee,
        way: TransferWay::Wallet,
        app: None,
        out_biz_no: text(""),
        named: [0; 16],
        currency: Currency::Cny,
        amount_minor: minor(1),
        arrival: Arrival::AtOnce,
        title: None,
        remark: None,
        passback: None,
        state: TransferState::Offered,
        notify_url: None,
        gbk: false,
        rsa1: false,
        opened_at_us: at_us,
        paid_at_us: None,
        due_at_us: None,
        ended_at_us: None,
        timer: None,
        asked_arrival: None,
    }
}

pub(crate) fn received(at_us: i64, payee: PartyId, payer: PartyId) -> Received {
    let no = TransferNo::of(stamp(at_us), payer.slot());
    let (slot, currency, amount_minor) = (payee.slot(), Currency::Cny, Minor::ZERO);
    Received { slot, no, payee, payer, currency, amount_minor, at_us }
}

pub(crate) fn notice(at_us: i64, app: AppId, order_no: OrderNo, next_at_us: Option<i64>) -> Notice {
    Notice {
        slot: app.slot(),
        no: NoticeNo::of(stamp(at_us), app.slot()),
        app,
        order_no,
        event: NoticeEvent::Paid,
        url: text("http://127.0.0.1/notify"),
        refunded_minor: Minor::ZERO,
        closed: false,
        out_biz_no: None,
        happened_at_us: at_us,
        state: NoticeState::Due,
        attempts: 0,
        next_at_us,
        last_error: None,
        content: None,
    }
}

pub(crate) fn timer(due_at_us: i64, at_us: i64, number: u8) -> Timer {
    Timer {
        slot: slot(number),
        due_at_us,
        no: TimerNo::of(stamp(at_us), slot(number)),
        task: TimerTask::ForgetCode,
        order_no: None,
        code: None,
        party: None,
        attempt: None,
    }
}
