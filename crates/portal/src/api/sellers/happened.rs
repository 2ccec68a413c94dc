//! What happened to an order: in order, and its refunds and splits one by one.

use super::super::moment;
use super::notices::SellerNotice;
use bill::{SalePart, SaleStory};
use serde::Serialize;
use trade::{EscrowState, Refund, RefundState, SplitKind, SplitState};
use utoipa::ToSchema;

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SellerEvent {
    #[schema(format = DateTime)]
    at: String,
    kind: SellerEventKind,
    /// How much moved by it, yuan.
    amount: Option<String>,
    /// Where it stands: of a refund, a split or a notice.
    state: Option<&'static str>,
    /// Its number: of a refund, a split or a notice.
    number: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SellerEventKind {
    /// The merchant asked for it.
    Opened,
    /// A buyer took it up.
    TakenUp,
    /// It was paid.
    Paid,
    /// The goods were sent.
    Sent,
    /// What was held came to the merchant.
    Released,
    /// Money was given back.
    Refund,
    /// A part was passed on, or came back for a refund.
    Split,
    /// It was closed unpaid.
    Closed,
    /// The merchant's program is told of it.
    Notice,
}

/// A refund of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerRefund {
    /// Its number.
    refund_no: String,
    /// What the buyer gets, yuan.
    amount: String,
    /// What of it came out of the fee, yuan; null for whoever may see neither takings nor bills.
    fee_back: Option<String>,
    /// Where it stands.
    state: SellerRefundState,
    /// Why, in the merchant's words.
    reason: Option<String>,
    /// Whether a cancel made it.
    by_cancel: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    at: String,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SellerRefundState {
    /// On its way to the buyer.
    UnderWay,
    /// The buyer has it.
    Done,
    /// The buyer could not be reached; the merchant has it back.
    Returned,
}

/// What a receiver got of an order, or gave for a refund.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SellerSplit {
    /// The merchant's number of the request.
    number: String,
    /// `out` to the receiver, or `back` for a refund.
    direction: &'static str,
    /// The receiver.
    to: String,
    /// The receiver's name as others may see it.
    to_name: String,
    /// How much, yuan.
    amount: String,
    /// `under_way`, `done`, `returned`, `refused` or `kept`.
    state: &'static str,
    /// When that was reached.
    #[schema(format = DateTime)]
    at: String,
}

fn happened(at_us: i64, kind: SellerEventKind) -> (i64, SellerEvent) {
    (at_us, SellerEvent { at: moment(at_us), kind, amount: None, state: None, number: None })
}

/// What happened to an order, earliest first.
pub(super) fn timeline(story: &SaleStory) -> Vec<SellerEvent> {
    use SellerEventKind as K;
    let (order, escrow) = (&story.order, story.escrow.as_deref());
    let mut events = vec![happened(order.opened_at_us, K::Opened)];
    let taken_up_us = order.created_at_us.filter(|at_us| *at_us > order.opened_at_us);
    events.extend(taken_up_us.map(|at_us| happened(at_us, K::TakenUp)));
    events.extend(order.paid_at_us.map(|at_us| {
        let (at_us, event) = happened(at_us, K::Paid);
        (at_us, SellerEvent { amount: Some(order.total().to_string()), ..event })
    }));
    events.extend(escrow.and_then(|escrow| escrow.sent_at_us).map(|at_us| happened(at_us, K::Sent)));
    let released = escrow.filter(|escrow| escrow.state == EscrowState::Finished);
    events.extend(released.and_then(|escrow| escrow.ended_at_us).map(|at_us| happened(at_us, K::Released)));
    events.extend(story.refunds.iter().map(|refund| {
        let (at_us, event) = happened(refund.at_us, K::Refund);
        let state = Some(match refund.state {
            RefundState::UnderWay => "under_way",
            RefundState::Done => "done",
            RefundState::Returned => "returned",
        });
        let (amount, number) = (Some(refund.amount().to_string()), Some(refund.out_request_no.to_string()));
        (at_us, SellerEvent { amount, state, number, ..event })
    }));
    events.extend(story.parts.iter().map(|part| {
        let (at_us, event) = happened(part.line.at_us, K::Split);
        let (state, number) = (Some(split_state(part.line.state)), part.split.out_request_no.to_string());
        (
            at_us,
            SellerEvent {
                amount: Some(part.line.amount().to_string()),
                state,
                number: Some(number),
                ..event
            },
        )
    }));
    // What was wholly given back was closed by that, and the refund tells it.
    let closed_us = order.closed_at_us.filter(|_| order.paid_at_us.is_none());
    events.extend(closed_us.map(|at_us| happened(at_us, K::Closed)));
    events.extend(story.notices.iter().map(|notice| {
        let (at_us, event) = happened(notice.happened_at_us, K::Notice);
        let state = Some(SellerNotice::state_of(notice.state));
        (at_us, SellerEvent { state, number: Some(notice.no.to_string()), ..event })
    }));
    // The sort keeps the order of what happened at the same moment.
    events.sort_by_key(|(at_us, _)| *at_us);
    events.into_iter().map(|(_, event)| event).collect()
}

impl SellerRefund {
    /// A refund as it is told to whoever made it.
    pub(super) fn of(refund: &Refund) -> SellerRefund {
        SellerRefund::seen(refund, true)
    }

    /// A refund as it is told to whoever may see fees, or may not.
    pub(super) fn seen(refund: &Refund, sees_fee: bool) -> SellerRefund {
        SellerRefund {
            refund_no: refund.out_request_no.to_string(),
            amount: refund.amount().to_string(),
            fee_back: sees_fee.then(|| refund.fee_back().to_string()),
            state: match refund.state {
                RefundState::UnderWay => SellerRefundState::UnderWay,
                RefundState::Done => SellerRefundState::Done,
                RefundState::Returned => SellerRefundState::Returned,
            },
            reason: refund.reason.as_ref().map(ToString::to_string),
            by_cancel: refund.by_cancel,
            at: moment(refund.at_us),
        }
    }
}

const fn split_state(state: SplitState) -> &'static str {
    match state {
        SplitState::UnderWay
        | SplitState::Asked
        | SplitState::Taken
        | SplitState::Returning
        | SplitState::Restoring => "under_way",
        SplitState::Done => "done",
        SplitState::Returned => "returned",
        SplitState::Refused => "refused",
        SplitState::Kept => "kept",
    }
}

impl SellerSplit {
    /// A part as it is told.
    pub(super) fn of(part: &SalePart) -> SellerSplit {
        SellerSplit {
            number: part.split.out_request_no.to_string(),
            direction: match part.split.kind {
                SplitKind::Out => "out",
                SplitKind::Back => "back",
            },
            to: part.line.receiver.to_string(),
            to_name: part.receiver.clone(),
            amount: part.line.amount().to_string(),
            state: split_state(part.line.state),
            at: moment(part.line.at_us),
        }
    }
}
