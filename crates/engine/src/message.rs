//! What slots say to each other. A message is applied exactly once and cannot be refused: "no" is another message.

mod freezing;
mod splitting;
mod transferring;

pub use freezing::{
    ChargeReturned, FreezeAnswer, FreezeAsk, FreezeCharge, FreezeCharged, FreezeEnded, FreezeHeld,
    FreezeRelease, FreezeReleased, RestReleased,
};
pub use splitting::{
    BackAnswer, BackAsk, BackRestore, BackRestored, BackReturn, BackReturned, SplitAnswer, SplitIn,
};
pub use transferring::{DetailTurn, TransferAnswer, TransferBy, TransferIn};

use crate::LineBooked;
use crate::agreement::{debit, end, postpone, sign, signing};
use crate::bank::{person, statement};
use crate::{
    DebitAsk, DebitNo, DebitPaid, DebitReturned, DebitUndone, EndAsk, Fault, GoodsConfirmed, MandateEnded,
    PostponeAnswer, PostponeAsk, Reply, Rows, SignAnswer, SignAsk, SignPaidAnswer, SignPaidAsk, claim_order,
    escrow, freeze, frozen, order_paid, pay_frozen, pay_request, refund_order, split_back, split_order,
    split_restore, transfer, unfreeze,
};
use crate::{
    PersonAnswer, PersonAsk, PersonGiveBack, PersonLeft, PersonSpendAnswer, PersonSpendAsk, QuotaAsk,
    QuotaLeave, QuotaLeft, QuotaNo, QuotaTaken, identity,
};
use crate::{StaffAnswer, StaffAsk, StaffPlaced, merchant_staff, static_code};
use base::{OrderNo, PartyId, Slot, Text};
use money::Money;
use serde::{Deserialize, Serialize};
use trade::{CardChannel, ClaimRefused, OutRequestNo, ReceiptOutcome, Subject};

/// Merchant's slot to buyer's slot: pay this order with the code that was shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayRequest {
    /// The order.
    pub order_no: OrderNo,
    /// Who is paid.
    pub seller: PartyId,
    /// The buyer that the order already has, or that the merchant named.
    pub only_buyer: Option<PartyId>,
    /// How much.
    pub total: Money,
    /// What for.
    pub subject: Subject,
    /// Keyed digest of the code.
    pub attempt: [u8; 16],
    /// Whether the merchant takes no credit cards.
    pub credit_off: bool,
}

/// Buyer's slot to merchant's slot: not paid (yet), and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayRefusal {
    /// The order.
    pub order_no: OrderNo,
    /// Keyed digest of the code.
    pub attempt: [u8; 16],
    /// What became of the attempt: anything but paid.
    pub outcome: ReceiptOutcome,
    /// Who must confirm, when the outcome is to wait, with the masked login.
    pub buyer: Option<(PartyId, Text<100>)>,
}

/// Buyer's slot to merchant's slot: the money left the buyer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order_no: OrderNo,
    /// Who paid.
    pub buyer: PartyId,
    /// The buyer's login as merchants may see it.
    pub buyer_login_masked: Text<100>,
    /// How much.
    pub amount: Money,
    /// The code's digest when a code was shown; absent when the buyer confirmed.
    pub attempt: Option<[u8; 16]>,
    /// The card that paid, when a card did: its bank was asked by a command of its own, which is answered already.
    pub card: Option<PaidByCard>,
}

/// The card that paid an order, as its merchant may know it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaidByCard {
    /// The kind of card.
    pub kind: CardChannel,
    /// Its bank.
    pub bank: Text<16>,
}

/// Merchant's slot to buyer's slot: the order could not take the money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayReturned {
    /// The order.
    pub order_no: OrderNo,
    /// Who gets the money back.
    pub buyer: PartyId,
    /// How much.
    pub amount: Money,
    /// The code's digest when a code was shown.
    pub attempt: Option<[u8; 16]>,
    /// Whether a card paid: nobody waits for an answer then.
    pub by_card: bool,
}

/// Merchant's slot to buyer's slot: may this buyer take the order up?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimAsk {
    /// The order.
    pub order_no: OrderNo,
    /// Who takes it up.
    pub buyer: PartyId,
    /// Who is paid.
    pub seller: PartyId,
    /// How much.
    pub total: Money,
    /// What for.
    pub subject: Subject,
    /// Whether the order was only just opened for this buyer, and vanishes if the answer is no.
    pub opening: bool,
    /// Whether the merchant takes no credit cards.
    pub credit_off: bool,
}

/// Merchant's slot to buyer's slot: may this buyer take the order up, who scanned the code on the merchant's counter?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaticAsk {
    /// What is asked of any order.
    pub claim: ClaimAsk,
}

/// Buyer's slot to merchant's slot: the answer to [`ClaimAsk`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimAnswer {
    /// The order.
    pub order_no: OrderNo,
    /// Who takes it up.
    pub buyer: PartyId,
    /// The masked login, or why not.
    pub answer: Result<Text<100>, ClaimRefused>,
    /// As asked.
    pub opening: bool,
}

/// Merchant's slot to buyer's slot: the order was closed unpaid, or is another buyer's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TradeClosed {
    /// The order.
    pub order_no: OrderNo,
    /// Whose trade ends: two buyers of one slot share its drawer.
    pub buyer: PartyId,
}

/// Merchant's slot to buyer's slot: the order was never there, because an earlier question about it was answered no.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TradeForgotten {
    /// The order.
    pub order_no: OrderNo,
    /// Whose trade goes.
    pub buyer: PartyId,
}

/// Merchant's slot to buyer's slot: money comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundIn {
    /// The order.
    pub order_no: OrderNo,
    /// Who gets it.
    pub buyer: PartyId,
    /// How much.
    pub amount: Money,
    /// The merchant's number of the refund.
    pub out_request_no: OutRequestNo,
}

/// Buyer's slot to merchant's slot: whether the refund arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundAnswer {
    /// The order.
    pub order_no: OrderNo,
    /// The merchant's number of the refund.
    pub out_request_no: OutRequestNo,
    /// Whether the buyer has the money.
    pub arrived: bool,
    /// Whether the buyer has all of the order's money back. Only the buyer's slot knows: a sum in the merchant's slot
    /// counts refunds that may still bounce.
    pub whole: bool,
    /// What of the order's money the buyer has back in all, after this refund; nothing when it did not arrive. Only the
    /// buyer's slot knows.
    pub refunded_after: Money,
}

macro_rules! messages {
    ($($name:ident => $apply:path;)*) => {
        /// A message.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        pub enum Message { $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)* }

        impl Message {
            /// Its name.
            pub const fn name(&self) -> &'static str { match self { $(Message::$name(_) => stringify!($name),)* } }
            /// All names in the order of their numbers in outboxes and journals.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];
        }

        /// Applies a message in its slot. The last message of a chain gives the answer to the command that began it.
        pub(crate) fn apply(rows: &mut Rows<'_>, message: &Message) -> Result<Option<Reply>, Fault> {
            match message { $(Message::$name(message) => $apply(rows, message),)* }
        }
    };
}

messages! {
    PayRequest => pay_request::pay_request;
    PayRefusal => pay_request::pay_refusal;
    OrderPaid => order_paid::order_paid;
    PayReturned => order_paid::pay_returned;
    ClaimAsk => claim_order::claim_ask;
    ClaimAnswer => claim_order::claim_answer;
    TradeClosed => claim_order::trade_closed;
    RefundIn => refund_order::refund_in;
    RefundAnswer => refund_order::refund_answer;
    TradeForgotten => claim_order::trade_forgotten;
    SignAsk => sign::sign_ask;
    SignAnswer => sign::sign_answer;
    EndAsk => end::end_ask;
    MandateEnded => end::mandate_ended;
    PostponeAsk => postpone::postpone_ask;
    PostponeAnswer => postpone::postpone_answer;
    DebitAsk => debit::debit_ask;
    DebitNo => debit::debit_no;
    DebitPaid => debit::debit_paid;
    DebitReturned => debit::debit_returned;
    DebitUndone => debit::debit_undone;
    GoodsConfirmed => escrow::goods_confirmed;
    FreezeAsk => frozen::freeze_ask;
    FreezeAnswer => freeze::freeze_answer;
    FreezeHeld => freeze::freeze_held;
    FreezeEnded => frozen::freeze_ended;
    FreezeRelease => frozen::freeze_release;
    FreezeReleased => unfreeze::freeze_released;
    FreezeCharge => frozen::freeze_charge;
    FreezeCharged => pay_frozen::freeze_charged;
    ChargeReturned => frozen::charge_returned;
    RestReleased => pay_frozen::rest_released;
    SignPaidAsk => signing::sign_paid_ask;
    SignPaidAnswer => signing::sign_paid_answer;
    SplitIn => split_order::split_in;
    SplitAnswer => split_order::split_answer;
    BackAsk => split_back::back_ask;
    BackAnswer => split_back::back_answer;
    BackReturn => split_back::back_return;
    BackReturned => split_back::back_returned;
    BackRestore => split_restore::back_restore;
    BackRestored => split_restore::back_restored;
    TransferIn => transfer::arrive::transfer_in;
    TransferAnswer => transfer::arrive::transfer_answer;
    PersonAsk => identity::person_ask;
    PersonAnswer => identity::person_answer;
    PersonLeft => identity::person_left;
    QuotaAsk => identity::quota_ask;
    QuotaNo => identity::quota_no;
    QuotaLeave => identity::quota_leave;
    QuotaLeft => identity::quota_left;
    QuotaTaken => identity::quota_taken;
    LineBooked => statement::line_booked;
    DetailTurn => transfer::batch::step::detail_turn;
    PersonSpendAsk => person::person_spend_ask;
    PersonSpendAnswer => person::person_spend_answer;
    PersonGiveBack => person::person_give_back;
    StaffAsk => merchant_staff::staff_ask;
    StaffAnswer => merchant_staff::staff_answer;
    StaffPlaced => merchant_staff::staff_placed;
    StaticAsk => static_code::static_ask;
}

impl Message {
    /// The slot of an order's merchant, where answers go.
    pub(crate) fn home(order_no: OrderNo) -> Slot {
        order_no.slot()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message stands in outboxes and journals under its place in this list: new ones are appended.
    #[test]
    fn the_places_of_messages_are_frozen() {
        let frozen = "PayRequest PayRefusal OrderPaid PayReturned ClaimAsk ClaimAnswer TradeClosed RefundIn \
            RefundAnswer TradeForgotten SignAsk SignAnswer EndAsk MandateEnded PostponeAsk PostponeAnswer DebitAsk \
            DebitNo DebitPaid DebitReturned DebitUndone \
            GoodsConfirmed FreezeAsk FreezeAnswer FreezeHeld FreezeEnded FreezeRelease FreezeReleased FreezeCharge \
            FreezeCharged ChargeReturned RestReleased SignPaidAsk SignPaidAnswer SplitIn SplitAnswer \
            BackAsk BackAnswer BackReturn BackReturned BackRestore BackRestored \
            TransferIn TransferAnswer \
            PersonAsk PersonAnswer PersonLeft QuotaAsk QuotaNo QuotaLeave QuotaLeft QuotaTaken \
            LineBooked DetailTurn PersonSpendAsk PersonSpendAnswer PersonGiveBack \
            StaffAsk StaffAnswer StaffPlaced StaticAsk";
        let frozen: Vec<&str> = frozen.split_whitespace().collect();
        assert_eq!(&Message::NAMES[..frozen.len()], frozen.as_slice());
        assert!(Message::NAMES.iter().all(|name| name.len() <= 32), "a name fits its column");
    }
}
