//! `alipay.trade.advance.consult`: whether a payment can be advanced to a user. Nothing is ever advanced
//! here, so the answer is no, with nothing to pay back; who cannot pay at all is refused.

use crate::codes::Failure;
use crate::codes::grant::ConsultRefused;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong, every};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use base::PartyId;
use cell::CellError;
use engine::FindParty;
use people::PartyStatus;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.advance.consult",
    title: "订单咨询服务",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[Field::must("alipay_user_id", Kind::Opaque)]),
        Part::Ignored(&["agreement_no", "estimated_order_amount", "industry_product_code", "out_trade_no"]),
    ],
    answers: &[
        Member::of("refer_result", Shape::Flag),
        Member::text("wait_repayment_amount"),
        Member::of("wait_repayment_order_count", Shape::Number),
    ],
    refuses: &[every::<ConsultRefused>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"alipay_user_id":"2088000000000001"}"#],
    support: "nothing is ever advanced, so the answer is no",
};

fn read(_caller: &Caller, fields: &Object) -> Result<PartyId, Failure> {
    let user = fields::text(fields, "alipay_user_id")?;
    let unknown = || Failure::refused(ConsultRefused::UserNotFound);
    user.and_then(|text| text.parse().ok()).ok_or_else(unknown)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let found = gateway.door.ask(FindParty { party: *call.request() }).await;
    let user = found.map_err(|error| match error {
        CellError::Refused(_) => Failure::refused(ConsultRefused::UserNotFound),
        error => Failure::of_cell(error),
    })?;
    if user.status != PartyStatus::Normal {
        return Err(Failure::refused(ConsultRefused::UserBlocked));
    }
    let mut response = Response::success();
    let members = &mut response.members;
    members.bool("refer_result", false);
    members.text("wait_repayment_amount", "0.00");
    members.int("wait_repayment_order_count", 0);
    Ok(Done::Say(response))
}
