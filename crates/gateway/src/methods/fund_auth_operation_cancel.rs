//! `alipay.fund.auth.operation.cancel`: undoes a freeze that waits, or one that was just made.

use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::freeze_fields::{NAMED, notify_url, which};
use crate::methods::fund_auth_operation_detail_query::{OPERATION, operation};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use engine::{CancelFreeze, CancelledFreeze};
use trade::CancelFreezeRefused;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.auth.operation.cancel",
    title: "资金授权撤销接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[NAMED, OPERATION, Part::Read(&[Field::must("remark", Kind::Line(100))])],
    answers: &[
        Member::text("action"),
        Member::text("auth_no"),
        Member::text("operation_id"),
        Member::text("out_order_no"),
        Member::text("out_request_no"),
    ],
    refuses: &[of::<CancelFreeze>],
    gateway: &[],
    wrong: Wrong::IllegalArgument,
    examples: &[r#"{"out_order_no":"F1","out_request_no":"R1","remark":"back"}"#],
    support: "",
};

fn read(caller: &Caller, fields: &Object) -> Result<CancelFreeze, Failure> {
    let remark = fields::line_of("remark", fields::required(fields, "remark")?)?;
    let (which, operation) = (which(fields)?, operation(fields)?);
    let (Some(which), Some(operation)) = (which, operation) else {
        return Err(Failure::refused(CancelFreezeRefused::FreezeNotFound));
    };
    let (seller, notify_url) = (caller.seller(), notify_url(caller)?);
    Ok(CancelFreeze { seller, which, operation, remark, notify_url })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let cancelled = gateway.door.ask(call.request().clone()).await.map_err(Failure::of_cell)?;
    let CancelledFreeze { freeze, unfrozen } = &cancelled;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("action", if *unfrozen { "unfreeze" } else { "close" });
    members.text("auth_no", &freeze.no.to_string());
    members.text("operation_id", &freeze.operation.to_string());
    members.text("out_order_no", freeze.out_order_no.as_str());
    members.text("out_request_no", freeze.out_request_no.as_str());
    Ok(Done::Say(response))
}
