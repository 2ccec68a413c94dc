//! What the gateway tells about calls around a fault, so that somebody can see what a merchant did next.

use crate::request::Caller;
use crate::verify::Verified;
use base::{AppId, OrderNo, PartyId};
use wire::json::Object;
use world::Fault;

/// How a call was answered, as far as its caller could see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// Done.
    Done,
    /// Refused.
    Refused,
    /// The caller does not know whether it was decided.
    Unknown,
}

/// A call as a witness sees it: numbers and amounts as the request wrote them, nothing of people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallSeen {
    /// The app.
    pub app: AppId,
    /// The merchant.
    pub seller: PartyId,
    /// The method.
    pub method: &'static str,
    /// The merchant's number of the order.
    pub out_trade_no: Option<String>,
    /// Our number of the order.
    pub trade_no: Option<String>,
    /// The merchant's number of a refund or another operation.
    pub out_request_no: Option<String>,
    /// What was to be paid or given back.
    pub amount: Option<String>,
    /// What is sold.
    pub subject: Option<String>,
    /// When it was carried out, microseconds UTC of the world's clock.
    pub at_us: i64,
    /// The number of the call in the log and in its answer.
    pub trace_id: String,
    /// The fault that happened to it.
    pub fault: Option<Fault>,
    /// How it was answered.
    pub told: Told,
}

/// Longest value that is kept of a field: the longest number has 64 characters, the longest subject 256.
const KEPT_LENGTH_MAX: usize = 256;

impl CallSeen {
    /// Of a call that was not carried out yet.
    pub(crate) fn of(
        method: &'static str,
        call: &Verified<Object>,
        trace_id: String,
        at_us: i64,
    ) -> CallSeen {
        let (caller, fields): (&Caller, &Object) = (call.caller(), call.request());
        let text = |name: &str| {
            let text = fields.text(name).ok().flatten().filter(|text| !text.is_empty())?;
            Some(text.chars().take(KEPT_LENGTH_MAX).collect::<String>())
        };
        CallSeen {
            app: caller.app.id,
            seller: caller.seller(),
            method,
            out_trade_no: text("out_trade_no"),
            trade_no: text("trade_no"),
            out_request_no: text("out_request_no"),
            amount: text("refund_amount").or_else(|| text("total_amount")),
            subject: text("subject"),
            at_us,
            trace_id,
            fault: None,
            told: Told::Unknown,
        }
    }
}

/// Sees calls. It is asked about each call of a sandbox world, so it must be quick.
pub trait Witness: Send + Sync {
    /// Whether it wants to see the calls of this app. A call that a fault happened to is always shown.
    fn watches(&self, app: AppId) -> bool;

    /// A call was carried out, and will be answered so.
    fn saw(&self, call: CallSeen);
}

/// What the gateway asks about letters, so that an answer can wait for one.
pub trait LettersSent: Send + Sync {
    /// The number of the last letter that was begun.
    fn last(&self) -> u64;

    /// Whether a letter about this order, begun after that one, has ended.
    fn is_told(&self, order: OrderNo, after: u64) -> bool;
}
