//! `alipay.trade.order.onsettle.query`: what of an order may still be split.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::receiver::TRADE_NO_LENGTH_MAX;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::OrderNo;
use engine::FindSplittable;
use trade::FindRefused;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.order.onsettle.query",
    title: "交易分账统一查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("trade_no", Kind::Number(TRADE_NO_LENGTH_MAX, "")),
        Field::may("royalty_source", Kind::Line(32)).note("not kept"),
    ])],
    answers: &[Member::text("unsettled_amount")],
    refuses: &[of::<FindSplittable>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{"trade_no":"2026010222000000000001"}"#],
    support: "",
};

struct Query {
    /// Absent when the number is none of ours.
    order_no: Option<OrderNo>,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    fields::line::<32>(fields, "royalty_source")?;
    let trade_no = fields::number::<TRADE_NO_LENGTH_MAX>(fields, "trade_no", "")?;
    let trade_no = trade_no.ok_or_else(|| Failure::field("trade_no", "缺失"))?;
    Ok(Query { order_no: trade_no.as_str().parse().ok() })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let seller = call.caller().seller();
    let Some(order_no) = call.request().order_no else {
        return Err(Failure::refused(FindRefused::TradeNotFound));
    };
    let left = gateway.door.ask(FindSplittable { seller, order_no }).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    response.members.text("unsettled_amount", &left.to_string());
    Ok(Done::Say(response))
}
