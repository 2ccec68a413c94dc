//! What the model keeps: facts, not rows.

use base::{AgreementNo, NoticeNo, OrderNo, PartyId, TimerNo, TransferNo};
use engine::{NewPassword, OfferAgreement, OpenApp, OpenOrder, Parcel, TransferAsk};
use money::Money;
use people::{AppStatus, LoginName, PartyKind, PartyName, PartyStatus};
use std::collections::BTreeMap;
use trade::{
    NoticeEvent, NoticeState, OrderState, OutRequestNo, Progress, RefundState, Subject, Terms, TradeState,
    Url,
};
use transfer::{Arrival, TransferState, TransferWay};

/// A person or a merchant.
pub(super) struct Person {
    pub(super) kind: PartyKind,
    pub(super) status: PartyStatus,
    pub(super) login: LoginName,
    pub(super) name: PartyName,
    pub(super) opened_at: i64,
    /// The payment password, tries since the last right one, and until when it is locked.
    pub(super) password: Option<(NewPassword, u32, i64)>,
}

/// A merchant's app, as it was asked for.
pub(super) struct Program {
    pub(super) asked: OpenApp,
    pub(super) status: AppStatus,
    pub(super) opened_at: i64,
}

/// A try of a password.
pub(super) struct Try {
    pub(super) about: OrderNo,
    pub(super) right: bool,
    pub(super) until: i64,
}

/// A pay code that can be used.
pub(super) struct Code {
    pub(super) party: PartyId,
    pub(super) until: i64,
    pub(super) timer: TimerNo,
}

/// An order, beside what was asked.
#[derive(Clone)]
pub(super) struct Deal {
    pub(super) asked: OpenOrder,
    pub(super) state: OrderState,
    pub(super) buyer: Option<(PartyId, base::Text<100>)>,
    pub(super) refunded: i128,
    pub(super) fee: i128,
    pub(super) fee_returned: i128,
    pub(super) opened_at: i64,
    pub(super) created_at: Option<i64>,
    pub(super) expires_at: i64,
    pub(super) code_until: Option<i64>,
    pub(super) paid_at: Option<i64>,
    pub(super) closed_at: Option<i64>,
    pub(super) timer: Option<TimerNo>,
    /// The kind of card that paid it, and its bank.
    pub(super) card: Option<(trade::CardChannel, base::Text<16>)>,
    /// The day with whose sales it is settled, when it is settled later than at once.
    pub(super) settled_with: Option<base::Day>,
}

impl Deal {
    /// The only buyer who may pay: who took it up, or whom the merchant named.
    pub(super) fn only(&self) -> Option<PartyId> {
        self.buyer.as_ref().map(|(buyer, _)| *buyer).or(self.asked.meaning.named_buyer)
    }

    pub(super) fn has_buyer(&self, buyer: PartyId) -> bool {
        self.buyer.as_ref().is_some_and(|(has, _)| *has == buyer)
    }

    pub(super) fn total(&self) -> i128 {
        super::fen(self.asked.meaning.total)
    }

    /// Nobody paid and nobody closed it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, OrderState::Offered | OrderState::WaitBuyerPay)
    }
}

/// The buyer's side of an order.
#[derive(Clone)]
pub(super) struct Purchase {
    pub(super) buyer: PartyId,
    pub(super) seller: PartyId,
    pub(super) state: TradeState,
    pub(super) subject: Subject,
    pub(super) total: Money,
    pub(super) refunded: i128,
    pub(super) created_at: i64,
    pub(super) paid_at: Option<i64>,
    pub(super) closed_at: Option<i64>,
    /// The bank order by which a card pays it, or paid.
    pub(super) bank_order: Option<base::BankOrderNo>,
    /// The last one that was to pay it.
    pub(super) last_try: Option<base::BankOrderNo>,
}

/// A refund.
#[derive(Clone)]
pub(super) struct GiveBack {
    pub(super) state: RefundState,
    pub(super) amount: i128,
    pub(super) fee_back: i128,
    pub(super) after: i128,
    pub(super) reason: Option<base::Text<256>>,
    pub(super) by_cancel: bool,
    pub(super) at: i64,
}

/// What a merchant is told.
pub(super) struct Telling {
    pub(super) app: base::AppId,
    pub(super) order: OrderNo,
    pub(super) event: NoticeEvent,
    pub(super) url: Url,
    pub(super) refunded: i128,
    pub(super) closed: bool,
    pub(super) refund: Option<OutRequestNo>,
    pub(super) at: i64,
    pub(super) state: NoticeState,
    pub(super) attempts: u32,
    pub(super) next_at: Option<i64>,
    pub(super) error: Option<base::Text<200>>,
    /// What it says, when it is of no order.
    pub(super) content: Option<base::Text<8000>>,
}

/// What a timer does.
#[derive(Clone, Copy)]
pub(super) enum Task {
    Close(OrderNo),
    DropCode([u8; 16]),
    DropTry(PartyId, u64),
    EndAgreement(AgreementNo),
    Send(TransferNo),
    GiveUp(base::BankOrderNo),
    Settle(PartyId, base::Day),
}

/// A transfer, beside what was asked.
#[derive(Clone)]
pub(super) struct Sending {
    pub(super) ask: TransferAsk,
    pub(super) payee: PartyId,
    pub(super) way: TransferWay,
    pub(super) arrival: Arrival,
    pub(super) app: Option<base::AppId>,
    pub(super) passback: Option<base::Text<512>>,
    pub(super) url: Option<Url>,
    pub(super) gbk: bool,
    pub(super) rsa1: bool,
    pub(super) state: TransferState,
    pub(super) opened_at: i64,
    pub(super) paid_at: Option<i64>,
    pub(super) due_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) timer: Option<TimerNo>,
}

/// An agreement, beside what was offered.
pub(super) struct Accord {
    pub(super) asked: OfferAgreement,
    pub(super) offered_at: i64,
    pub(super) sign_until: i64,
    pub(super) timer: Option<TimerNo>,
    /// Whose slot is asked right now.
    pub(super) asked_of: Option<PartyId>,
    /// Who signed, the masked login, when, and until when it holds.
    pub(super) signed: Option<(PartyId, base::Text<100>, i64, i64)>,
    pub(super) pace: Progress,
    pub(super) sign_notice: Option<NoticeNo>,
}

/// The buyer's side of an agreement.
pub(super) struct Pledge {
    pub(super) buyer: PartyId,
    pub(super) seller: PartyId,
    pub(super) terms: Terms,
    pub(super) signed_at: i64,
    pub(super) invalid_at: i64,
    pub(super) timer: Option<TimerNo>,
    pub(super) pace: Progress,
}

/// What goes from one slot to another that lies in another cell.
#[derive(Default)]
pub(super) struct Way {
    /// Parcels by number, until they are acknowledged, with the moment of sending.
    pub(super) parcels: BTreeMap<u64, (Parcel, i64)>,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) acknowledged: u64,
}

/// A trade that waits for its buyer.
pub(super) fn waiting(
    buyer: PartyId,
    seller: PartyId,
    total: Money,
    subject: Subject,
    created_at: i64,
) -> Purchase {
    let (state, refunded, paid_at, closed_at) = (TradeState::Waiting, 0, None, None);
    let bank_order = None;
    Purchase {
        buyer,
        seller,
        state,
        subject,
        total,
        refunded,
        created_at,
        paid_at,
        closed_at,
        bank_order,
        last_try: None,
    }
}
