//! Pre-authorisations (资金预授权): money set aside at the payer until the merchant takes or frees it.
//!
//! Rules: `alipay.fund.auth.*` of the Alipay Open API, as documented for CNY from balance. A freeze lives in
//! the merchant's slot and decides; the payer's slot keeps the money on a hold and does as it is told.

use crate::{Url, WireCharset};
use base::{
    AppId, DAY_US, Field, FreezeNo, MINUTE_US, OperationNo, OrderNo, PartyId, Record, Slot, Text, TimerNo,
};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// How long a freeze waits for its payer unless the merchant says otherwise: 15 min (documented).
pub const FREEZE_EXPIRY_US: i64 = 15 * MINUTE_US;
/// How long money stays frozen at most: 12 months, taken as 365 d. Documented as "by contract".
pub const FREEZE_LIFE_US: i64 = 365 * DAY_US;
/// How long after freezing a merchant may cancel it: 24 h, as with trades; the documents are silent.
pub const FREEZE_CANCEL_WINDOW_US: i64 = DAY_US;

/// Where a freeze stands. Declared in the order in which states may follow each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum FreezeState {
    /// Made, the payer has not agreed (`INIT`).
    Init,
    /// The money is set aside (`AUTHORIZED`).
    Authorized,
    /// Nothing is left, and a part was paid (`FINISH`).
    Finish,
    /// Nothing was ever paid: not agreed to in time, given up, or all set free (`CLOSED`).
    Closed,
}

/// What may happen to a freeze.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FreezeEvent {
    /// The payer's money was set aside.
    Hold,
    /// Its time is over, or the merchant gives it up, before the payer agreed.
    Close,
    /// A part was set free or paid, and something is left.
    UsePart,
    /// Nothing is left, and a part of it was paid.
    UseUp,
    /// Nothing is left, and all of it was set free.
    FreeAll,
}

impl FreezeState {
    /// All states, for tests that walk the table.
    pub const ALL: [FreezeState; 4] =
        [FreezeState::Init, FreezeState::Authorized, FreezeState::Finish, FreezeState::Closed];

    /// As `order_status` says it.
    pub const fn wire(self) -> &'static str {
        match self {
            FreezeState::Init => "INIT",
            FreezeState::Authorized => "AUTHORIZED",
            FreezeState::Finish => "FINISH",
            FreezeState::Closed => "CLOSED",
        }
    }
}

impl FreezeEvent {
    /// All events, for tests that walk the table.
    pub const ALL: [FreezeEvent; 5] = [
        FreezeEvent::Hold,
        FreezeEvent::Close,
        FreezeEvent::UsePart,
        FreezeEvent::UseUp,
        FreezeEvent::FreeAll,
    ];
}

/// The state after an event, or `None` when it cannot happen. No `_`: a new state or event must be decided everywhere.
pub fn freeze_next(state: FreezeState, event: FreezeEvent) -> Option<FreezeState> {
    use {FreezeEvent::*, FreezeState::*};
    match (state, event) {
        (Init, Hold) => Some(Authorized),
        (Init, Close) => Some(Closed),
        (Authorized, UsePart) => Some(Authorized),
        (Authorized, UseUp) => Some(Finish),
        (Authorized, FreeAll) => Some(Closed),
        (Init, UsePart | UseUp | FreeAll) => None, // Nothing was set aside.
        (Authorized, Hold | Close) => None,        // It is held once; what is held is set free, not closed.
        (Finish | Closed, Hold | Close | UsePart | UseUp | FreeAll) => None, // Final.
    }
}

/// How the payer is asked to agree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum FreezeWay {
    /// The merchant scans the payer's code (`order.freeze`).
    Code,
    /// The payer scans the freeze's code (`order.voucher.create`).
    Voucher,
    /// A phone app hands an order string to the wallet (`order.app.freeze`).
    App,
}

/// The product that the merchant names; paying from the freeze must name the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum FreezeProduct {
    /// `PRE_AUTH`.
    PreAuth,
    /// `PRE_AUTH_ONLINE`.
    PreAuthOnline,
    /// `PREAUTH_PAY`.
    PreauthPay,
}

impl FreezeProduct {
    /// The product of a `product_code`.
    pub fn of_wire(code: &str) -> Option<FreezeProduct> {
        match code {
            "PRE_AUTH" => Some(FreezeProduct::PreAuth),
            "PRE_AUTH_ONLINE" => Some(FreezeProduct::PreAuthOnline),
            "PREAUTH_PAY" => Some(FreezeProduct::PreauthPay),
            _ => None,
        }
    }
}

/// What a freeze means: a repeated request must agree in all of it, or it is refused naming the field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FreezeMeaning {
    /// The merchant's number of the operation, 1–64 characters.
    pub out_request_no: Text<64>,
    /// How the payer is asked.
    pub way: FreezeWay,
    /// The product.
    pub product: FreezeProduct,
    /// How much is to be frozen.
    pub amount: Money,
    /// What for, 1–100 characters.
    pub title: Text<100>,
}

/// How the merchant hears of a freeze.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FreezeDelivery {
    /// Where to notify.
    pub notify_url: Option<Url>,
    /// The charset of the request, used for notifications.
    pub charset: WireCharset,
    /// Whether notifications are signed with SHA-1, because the request was.
    pub rsa1: bool,
}

/// A pre-authorisation; lives in the merchant's slot. What was frozen is always what is left, what was set free and
/// what was paid together.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "freeze", key = 2)]
pub struct Freeze {
    /// The merchant's slot.
    pub slot: Slot,
    /// Our number (`auth_no`).
    pub no: FreezeNo,
    /// Who may take the money.
    pub seller: PartyId,
    /// The app that made it.
    pub app: AppId,
    /// The merchant's number of it.
    pub out_order_no: Text<64>,
    /// The merchant's number of the operation that freezes.
    pub out_request_no: Text<64>,
    /// Our number of that operation (`operation_id`).
    pub operation: OperationNo,
    /// How the payer is asked.
    pub way: FreezeWay,
    /// The product.
    pub product: FreezeProduct,
    /// Where it stands.
    pub state: FreezeState,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// What is to be frozen.
    pub amount_minor: Minor,
    /// What was frozen: nothing, or the whole amount.
    pub frozen_minor: Minor,
    /// What of it is left.
    pub rest_minor: Minor,
    /// What of it was set free, with what is under way.
    pub unfrozen_minor: Minor,
    /// What of it was paid, with what is under way.
    pub paid_minor: Minor,
    /// Operations that the payer's slot has not answered yet.
    pub under_way: u32,
    /// What for.
    pub title: Text<100>,
    /// Who agreed, or is asked to.
    pub payer: Option<PartyId>,
    /// The payer's login as merchants may see it.
    pub payer_login_masked: Option<Text<100>>,
    /// Where to notify.
    pub notify_url: Option<Url>,
    /// The charset of notifications.
    pub charset: WireCharset,
    /// Whether notifications are signed with SHA-1.
    pub rsa1: bool,
    /// Keyed digest of the last code that got an answer from its payer.
    pub attempt: Option<[u8; 16]>,
    /// When the request came, microseconds UTC: that of its number.
    pub opened_at_us: i64,
    /// When it closes unless the payer agrees.
    pub expires_at_us: i64,
    /// When the money was set aside.
    pub frozen_at_us: Option<i64>,
    /// When the last of it is set free.
    pub ends_at_us: Option<i64>,
    /// When it was finished or closed.
    pub closed_at_us: Option<i64>,
    /// Whether the merchant cancelled it.
    pub cancelled: bool,
    /// The timer that closes it, or that ends its life.
    pub timer: Option<TimerNo>,
}

impl Freeze {
    /// A sum of it as money.
    pub fn money(&self, minor: Minor) -> Money {
        minor.of(self.currency)
    }

    /// What is left of it.
    pub fn rest(&self) -> Money {
        self.rest_minor.of(self.currency)
    }

    /// Whether its conservation holds: frozen is rest, freed and paid together. `None` never happens below 2⁶² fen.
    pub fn adds_up(&self) -> bool {
        let parts = [self.rest_minor, self.unfrozen_minor, self.paid_minor];
        let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.units()));
        sum == Some(self.frozen_minor.units())
    }

    /// The first field in which a repeated request means something else, under its name on the wire.
    pub fn differs(&self, again: &FreezeMeaning) -> Option<&'static str> {
        // No `..`: a new part of the meaning does not compile until it is compared.
        let FreezeMeaning { out_request_no, way, product, amount, title } = again;
        if *out_request_no != self.out_request_no {
            return Some("out_request_no");
        }
        if *way != self.way || *product != self.product {
            return Some("product_code");
        }
        if *amount != self.amount_minor.of(self.currency) {
            return Some("amount");
        }
        (*title != self.title).then_some("order_title")
    }
}

/// What an operation does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum OperationKind {
    /// Money is set aside; told by the freeze's own row.
    Freeze,
    /// Money is set free.
    Unfreeze,
    /// Money is paid to the merchant.
    Pay,
}

impl OperationKind {
    /// As `operation_type` says it.
    pub const fn wire(self) -> &'static str {
        match self {
            OperationKind::Freeze => "FREEZE",
            OperationKind::Unfreeze => "UNFREEZE",
            OperationKind::Pay => "PAY",
        }
    }
}

/// Where an operation stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum OperationState {
    /// Decided; the payer's slot has not answered (`INIT`).
    UnderWay,
    /// Done (`SUCCESS`).
    Done,
    /// A payment that its order could not take; its amount is frozen or free again (`CLOSED`).
    Returned,
}

impl OperationState {
    /// As `status` says it.
    pub const fn wire(self) -> &'static str {
        match self {
            OperationState::UnderWay => "INIT",
            OperationState::Done => "SUCCESS",
            OperationState::Returned => "CLOSED",
        }
    }
}

/// Why an operation was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum OperationBy {
    /// The merchant asked for it.
    Merchant,
    /// The merchant cancelled the freeze.
    Cancel,
    /// A payment that is the last (`auth_confirm_mode=COMPLETE`), and what a payment sets free: the rest with the last
    /// one, and its own amount when its order could not take it and the freeze's life is over.
    Completion,
    /// The freeze's life was over, or its merchant was closed and its payer ended it.
    End,
}

/// One release or payment of a freeze; lives beside the freeze.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "freeze_operation", key = 3)]
pub struct FreezeOperation {
    /// The merchant's slot.
    pub slot: Slot,
    /// The freeze.
    pub freeze: FreezeNo,
    /// Our number (`operation_id`).
    pub no: OperationNo,
    /// What it does: never `Freeze`.
    pub kind: OperationKind,
    /// The merchant's number of it; for a payment the order's number, for a release of our own our number.
    pub out_request_no: Text<64>,
    /// Why it was made.
    pub by: OperationBy,
    /// Where it stands.
    pub state: OperationState,
    /// The currency of its amount.
    pub currency: Currency,
    /// How much.
    pub amount_minor: Minor,
    /// What is left of the freeze after it.
    pub rest_after_minor: Minor,
    /// Why, in the merchant's words.
    pub remark: Option<Text<100>>,
    /// The order that is paid.
    pub order_no: Option<OrderNo>,
    /// Where to notify, when not to the freeze's own address.
    pub notify_url: Option<Url>,
    /// When it was decided, microseconds UTC.
    pub at_us: i64,
    /// When it was done or returned.
    pub done_at_us: Option<i64>,
}

impl FreezeOperation {
    /// How much.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }
}

/// Finds a freeze or one of its operations by the merchant's numbers.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "freeze_number", key = 5)]
pub struct FreezeNumber {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// The merchant's number of the freeze.
    pub out_order_no: Text<64>,
    /// What the operation does.
    pub kind: OperationKind,
    /// The merchant's number of the operation; empty for the freeze, which is one and keeps its number in its row.
    pub out_request_no: Text<64>,
    /// The freeze.
    pub freeze: FreezeNo,
    /// The operation.
    pub operation: OperationNo,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_as_documented_and_no_freeze_goes_back() {
        use {FreezeEvent::*, FreezeState::*};
        let allowed = [
            (Init, Hold, Authorized),
            (Init, Close, Closed),
            (Authorized, UsePart, Authorized),
            (Authorized, UseUp, Finish),
            (Authorized, FreeAll, Closed),
        ];
        for state in FreezeState::ALL {
            for event in FreezeEvent::ALL {
                let expected =
                    allowed.iter().find(|(from, by, _)| (*from, *by) == (state, event)).map(|(_, _, to)| *to);
                assert_eq!(freeze_next(state, event), expected, "{state:?} {event:?}");
                assert!(expected.is_none_or(|after| after >= state));
            }
        }
    }

    #[test]
    fn product_codes_are_the_documented_ones() {
        assert_eq!(FreezeProduct::of_wire("PRE_AUTH"), Some(FreezeProduct::PreAuth));
        assert_eq!(FreezeProduct::of_wire("PRE_AUTH_ONLINE"), Some(FreezeProduct::PreAuthOnline));
        assert_eq!(FreezeProduct::of_wire("PREAUTH_PAY"), Some(FreezeProduct::PreauthPay));
        assert_eq!(FreezeProduct::of_wire("FACE_TO_FACE_PAYMENT"), None);
    }
}
