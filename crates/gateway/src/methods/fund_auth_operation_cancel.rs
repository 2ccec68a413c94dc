//! `alipay.fund.auth.operation.cancel`: undoes a freeze that waits, or one that was just made.

use crate::codes::Failure;
use crate::freeze_fields::{notify_url, which};
use crate::methods::fund_auth_operation_detail_query::operation;
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
    run: |gateway, call| Box::pin(async move { run(gateway, call).await.map_err(Failure::without_prefix) }),
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
