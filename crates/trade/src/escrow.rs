//! The rows of guaranteed trades (担保交易): the escrow of an order, its refund cases, and the steps of both.
//!
//! All of them lie in the merchant's slot under the order's number. An order is marked when it is made, by its
//! [`Product`]; its escrow begins with the payment. Steps are written once and never changed: they are the history that
//! both parties read, that makes a repeated request harmless, and that the audit follows.

use crate::{CaseState, EscrowState, OutRequestNo, Product};
use base::{Field, OrderNo, PartyId, Record, Slot, Text, TimerNo};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// The number that a party gives an act, so that it can be sent again: 1–64 characters, unique within the escrow. The
/// platform's own begin with [`OWN_STEP`].
pub type RequestNo = Text<64>;
/// What begins the numbers of steps that the platform takes: no party may use it.
pub const OWN_STEP: char = '~';
/// What a party writes: reasons and evidence, up to 1,000 characters.
pub type Words = Text<1000>;

/// What is sold under an escrow: it decides how long the buyer has to confirm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Goods {
    /// Things that are sent to the buyer.
    Physical,
    /// Things that are handed over without sending, by the seller's hand.
    Virtual,
    /// Virtual goods that are handed over by a machine right after payment (自动发货).
    AutoDelivery,
    /// Direct top-up of the buyer's account elsewhere (自动充值): confirmed at once after payment.
    TopUp,
    /// Things sold to a business (B2B).
    Wholesale,
    /// Things sent across a border.
    CrossBorder,
}

impl Goods {
    /// All kinds.
    pub const ALL: [Goods; 6] = [
        Goods::Physical,
        Goods::Virtual,
        Goods::AutoDelivery,
        Goods::TopUp,
        Goods::Wholesale,
        Goods::CrossBorder,
    ];

    /// How an order of these goods is marked.
    pub const fn product(self) -> Product {
        match self {
            Goods::Physical => Product::EscrowPhysical,
            Goods::Virtual => Product::EscrowVirtual,
            Goods::AutoDelivery => Product::EscrowAutoDelivery,
            Goods::TopUp => Product::EscrowTopUp,
            Goods::Wholesale => Product::EscrowWholesale,
            Goods::CrossBorder => Product::EscrowCrossBorder,
        }
    }

    /// Whether they count as sent with the payment, without an act of the seller.
    pub const fn are_sent_at_once(self) -> bool {
        match self {
            Goods::AutoDelivery | Goods::TopUp => true,
            Goods::Physical | Goods::Virtual | Goods::Wholesale | Goods::CrossBorder => false,
        }
    }
}

/// How goods travel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Transport {
    /// By express.
    Express,
    /// By the postal express.
    Ems,
    /// By surface mail (平邮).
    Post,
    /// Not at all: nothing needs to be sent (无需物流).
    Unneeded,
}

/// How a parcel is found: with a company and a number, or not needed at all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Logistics {
    /// How it travels.
    pub transport: Transport,
    /// Who carries it.
    pub company: Option<Text<64>>,
    /// Its number there.
    pub number: Option<Text<64>>,
}

impl Logistics {
    /// Whether company and number are there exactly when something travels.
    pub fn is_whole(&self) -> bool {
        let filled = |text: &Option<Text<64>>| text.as_ref().is_some_and(|text| !text.as_str().is_empty());
        match self.transport {
            Transport::Express | Transport::Ems | Transport::Post => {
                filled(&self.company) && filled(&self.number)
            }
            Transport::Unneeded => self.company.is_none() && self.number.is_none(),
        }
    }
}

/// Who takes a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Side {
    /// The buyer.
    Buyer,
    /// The seller.
    Seller,
    /// Customer service, which decides disputes.
    Arbiter,
    /// The platform, by the clock or because money arrived.
    Platform,
}

/// The escrow of a paid order.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "escrow", key = 2)]
pub struct Escrow {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// Who will be paid.
    pub seller: PartyId,
    /// Who paid.
    pub buyer: PartyId,
    /// Where it stands.
    pub state: EscrowState,
    /// What is sold.
    pub goods: Goods,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What was paid in. Always what is held, released and given back together.
    pub paid_minor: Minor,
    /// What is held.
    pub held_minor: Minor,
    /// What the seller got, with the fee.
    pub released_minor: Minor,
    /// What was given back to the buyer, also what is still under way.
    pub refunded_minor: Minor,
    /// Its steps so far.
    pub steps: u32,
    /// Its refund cases so far.
    pub cases: u32,
    /// The case that is open.
    pub open_case: Option<u32>,
    /// How the goods were sent.
    pub transport: Option<Transport>,
    /// Who carries them.
    pub logistics_company: Option<Text<64>>,
    /// Their number there.
    pub logistics_no: Option<Text<64>>,
    /// Whether the seller was reminded to send them.
    pub reminded: bool,
    /// How often the buyer asked for more time.
    pub buyer_extensions: u32,
    /// How often the seller gave more time.
    pub seller_extensions: u32,
    /// When it was paid, microseconds UTC.
    pub paid_at_us: i64,
    /// When the goods were sent.
    pub sent_at_us: Option<i64>,
    /// When it was finished or closed.
    pub ended_at_us: Option<i64>,
    /// When the buyer's time to confirm is over, while it runs.
    pub receipt_due_at_us: Option<i64>,
    /// What was left of that time when a case stopped it, microseconds.
    pub receipt_left_us: Option<i64>,
    /// The refund under way whose arrival ends a case or the escrow.
    pub pending_no: Option<OutRequestNo>,
    /// Whether the trade ends with that refund: what is then still held goes to the seller.
    pub ends: bool,
    /// When the clock takes the next step.
    pub due_at_us: Option<i64>,
    /// The timer that does.
    pub timer: Option<TimerNo>,
}

impl Escrow {
    /// What is held.
    pub fn held(&self) -> Money {
        self.held_minor.of(self.currency)
    }

    /// What was paid in.
    pub fn paid(&self) -> Money {
        self.paid_minor.of(self.currency)
    }

    /// What the seller got, with the fee.
    pub fn released(&self) -> Money {
        self.released_minor.of(self.currency)
    }

    /// What was given back to the buyer.
    pub fn refunded(&self) -> Money {
        self.refunded_minor.of(self.currency)
    }
}

/// What a buyer asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CaseKind {
    /// Money back, the goods stay where they are (仅退款).
    RefundOnly,
    /// Money back for goods that go back (退货退款).
    ReturnAndRefund,
}

/// Where the goods are, as the buyer says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum GoodsState {
    /// The buyer has not got them (`BUYER_NOT_RECEIVED`).
    NotReceived,
    /// The buyer has them (`BUYER_RECEIVED`).
    Received,
    /// The buyer sent them back (`BUYER_RETURNED_GOODS`).
    Returned,
}

/// Whether customer service is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Service {
    /// Nobody asked.
    None,
    /// It is to decide.
    Needed,
    /// It has decided, or its time was over.
    Done,
}

/// A refund case.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "escrow_case", key = 3)]
pub struct EscrowCase {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// Its number within the escrow, from one.
    pub no: u32,
    /// Where it stands.
    pub state: CaseState,
    /// What the buyer asks for.
    pub kind: CaseKind,
    /// Where the goods are.
    pub goods_state: GoodsState,
    /// Whether customer service is asked.
    pub service: Service,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What the buyer asks for.
    pub claim_minor: Minor,
    /// What the buyer gets: fixed when it is granted.
    pub granted_minor: Minor,
    /// Why, in the buyer's words.
    pub reason: Option<Words>,
    /// How the goods went back.
    pub return_transport: Option<Transport>,
    /// Who carries them.
    pub return_company: Option<Text<64>>,
    /// Their number there.
    pub return_no: Option<Text<64>>,
    /// Pieces of evidence of the buyer.
    pub buyer_evidence: u32,
    /// Pieces of evidence of the seller.
    pub seller_evidence: u32,
    /// The number of the refund that it made.
    pub refund_no: Option<OutRequestNo>,
    /// When it was opened, microseconds UTC.
    pub opened_at_us: i64,
    /// Since when it stands where it stands: its clock begins here.
    pub since_us: i64,
    /// When it ended.
    pub ended_at_us: Option<i64>,
}

impl EscrowCase {
    /// What the buyer asks for.
    pub fn claim(&self) -> Money {
        self.claim_minor.of(self.currency)
    }

    /// What the buyer gets.
    pub fn granted(&self) -> Money {
        self.granted_minor.of(self.currency)
    }
}
