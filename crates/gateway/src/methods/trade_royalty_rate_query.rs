//! `alipay.trade.royalty.rate.query`: how much of an order the merchant may split, per cent.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use trade::SPLIT_RATIO_MAX_PERCENT;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.royalty.rate.query",
    title: "分账比例查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[Field::must("out_request_no", Kind::Number(64, REQUEST_NO_ALSO))])],
    answers: &[Member::user("user_id", ""), Member::of("max_ratio", Shape::Number)],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"out_request_no":"r1"}"#],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<(), Failure> {
    let number = fields::number::<64>(fields, "out_request_no", REQUEST_NO_ALSO)?;
    number.map(|_| ()).ok_or_else(|| Failure::field("out_request_no", "缺失"))
}

async fn run(_gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut response = Response::success();
    response.members.text("user_id", &call.caller().seller().to_string());
    response.members.int("max_ratio", i64::from(SPLIT_RATIO_MAX_PERCENT));
    Ok(Done::Say(response))
}
