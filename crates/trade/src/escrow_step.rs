//! The steps of an escrow and of its cases.

use crate::{CaseKind, CaseState, EscrowState, GoodsState, RequestNo, Side, Transport, Words};
use base::{Field, OrderNo, Record, Slot, Text};
use money::Minor;
use serde::{Deserialize, Serialize};

/// What happened in one step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum StepKind {
    /// The buyer paid.
    Paid,
    /// The seller was reminded to send the goods.
    Reminded,
    /// A part of the goods was sent.
    PartSent,
    /// The goods were sent, or the last part of them.
    Sent,
    /// More time to confirm.
    Extended,
    /// The buyer confirmed: the seller got what was held.
    Confirmed,
    /// The buyer's time to confirm was over: the seller got what was held.
    ReceiptOver,
    /// What was still held went to the seller, because nobody else could have it any more.
    Released,
    /// Money was given back outside of a case: by the seller's will, or on the last day.
    GivenBack,
    /// Money that was given back outside of a case arrived.
    Arrived,
    /// Money that was given back outside of a case could not arrive, and is held again.
    Returned,
    /// A case was opened.
    CaseOpened,
    /// The seller, or the seller's silence, agreed.
    CaseAgreed,
    /// The seller refused.
    CaseRefused,
    /// The buyer changed what is asked for.
    CaseEdited,
    /// The buyer sent the goods back.
    ReturnSent,
    /// The seller, or the seller's silence, says that they came back.
    ReturnReceived,
    /// The seller refuses what came back: customer service decides.
    ReturnRefused,
    /// The buyer called customer service.
    ServiceCalled,
    /// A party gave evidence.
    Evidence,
    /// Customer service decided, or its time was over.
    Decided,
    /// The buyer withdrew the case.
    CaseWithdrawn,
    /// The buyer let the time for the next step pass.
    CaseLapsed,
    /// The case's refund arrived.
    CaseArrived,
    /// The case's refund could not arrive; the money is held again.
    CaseReturned,
}

impl StepKind {
    /// Whether it belongs to a case.
    pub const fn is_of_case(self) -> bool {
        match self {
            StepKind::Paid
            | StepKind::Reminded
            | StepKind::PartSent
            | StepKind::Sent
            | StepKind::Extended
            | StepKind::Confirmed
            | StepKind::ReceiptOver
            | StepKind::Released
            | StepKind::GivenBack
            | StepKind::Arrived
            | StepKind::Returned => false,
            StepKind::CaseOpened
            | StepKind::CaseAgreed
            | StepKind::CaseRefused
            | StepKind::CaseEdited
            | StepKind::ReturnSent
            | StepKind::ReturnReceived
            | StepKind::ReturnRefused
            | StepKind::ServiceCalled
            | StepKind::Evidence
            | StepKind::Decided
            | StepKind::CaseWithdrawn
            | StepKind::CaseLapsed
            | StepKind::CaseArrived
            | StepKind::CaseReturned => true,
        }
    }
}

/// A step of an escrow: written once.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "escrow_step", key = 3)]
pub struct EscrowStep {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// The number that its party gave it.
    pub request_no: RequestNo,
    /// Its place within the escrow, from one, without gaps.
    pub no: u32,
    /// What happened.
    pub kind: StepKind,
    /// Who did it.
    pub side: Side,
    /// Where the escrow stands after it.
    pub state: EscrowState,
    /// The case that it belongs to.
    pub case_no: Option<u32>,
    /// Where that case stands after it.
    pub case_state: Option<CaseState>,
    /// What the buyer asks for, for steps that ask.
    pub case_kind: Option<CaseKind>,
    /// Where the goods are, for steps that say so.
    pub goods_state: Option<GoodsState>,
    /// The amount it is about, minor units of the escrow's currency.
    pub amount_minor: Option<Minor>,
    /// How something was sent.
    pub transport: Option<Transport>,
    /// Who carries it.
    pub logistics_company: Option<Text<64>>,
    /// Its number there.
    pub logistics_no: Option<Text<64>>,
    /// Reason or evidence.
    pub words: Option<Words>,
    /// When, microseconds UTC.
    pub at_us: i64,
}
