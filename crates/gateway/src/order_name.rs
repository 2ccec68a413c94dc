//! How a request names an order that is there: `trade_no`, or `out_trade_no`.

use crate::codes::Failure;
use crate::fields;
use engine::Which;
use trade::OutTradeNo;
use wire::envelope::ObjectWriter;
use wire::json::Object;

/// The order a request is about.
pub(crate) struct OrderName {
    /// The order; `None` when the request gives a `trade_no` that we never issued, so that there is none.
    pub(crate) which: Option<Which>,
    /// `out_trade_no` of the request, which failed answers repeat.
    pub(crate) out_trade_no: Option<OutTradeNo>,
}

/// Characters of a `trade_no` on the wire.
pub(crate) const TRADE_NO_LENGTH_MAX: usize = 64;

impl OrderName {
    /// Reads the two fields; `trade_no` wins when both are there.
    pub(crate) fn read(fields: &Object) -> Result<OrderName, Failure> {
        let out_trade_no = out_trade_no(fields)?;
        let trade_no = fields::number::<TRADE_NO_LENGTH_MAX>(fields, "trade_no", "")?;
        let which = match (&trade_no, &out_trade_no) {
            (Some(no), _) => no.as_str().parse().ok().map(Which::No),
            (None, Some(out)) => Some(Which::Out(out.clone())),
            (None, None) => return Err(Failure::field("out_trade_no", "与trade_no不能同时为空")),
        };
        Ok(OrderName { which, out_trade_no })
    }

    /// Writes `out_trade_no` as the request had it.
    pub(crate) fn echo(&self, members: &mut ObjectWriter) {
        members.text_some("out_trade_no", self.out_trade_no.as_ref().map(|number| number.as_str()));
    }
}

/// `out_trade_no`: 1 to 64 letters, digits and underscores.
pub(crate) fn out_trade_no(fields: &Object) -> Result<Option<OutTradeNo>, Failure> {
    fields::number(fields, "out_trade_no", "_")
}
