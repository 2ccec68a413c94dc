//! `alipay.fund.auth.order.unfreeze`: sets a part of the frozen money free, or all that is left.

use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::freeze_fields::{NUMBER_ALSO, amounts, notify_url, optional_number, which};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use engine::{FreezeView, Unfreeze, WhichFreeze};
use trade::UnfreezeRefused;
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.auth.order.unfreeze",
    title: "资金授权解冻接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("auth_no", Kind::Opaque),
            Field::must("out_request_no", Kind::Number(64, NUMBER_ALSO)),
            Field::must("amount", Kind::Amount),
            Field::must("remark", Kind::Line(100)),
        ]),
        Part::Ignored(&["extra_param"]),
    ],
    answers: &[
        Member::text("auth_no"),
        Member::text("out_order_no"),
        Member::text("operation_id"),
        Member::text("out_request_no"),
        Member::text("status"),
        Member::text("gmt_trans").when("it is done"),
        Member::text("amount"),
        Member::text("fund_amount"),
        Member::text("credit_amount"),
    ],
    refuses: &[of::<Unfreeze>],
    gateway: &[],
    wrong: Wrong::IllegalArgument,
    examples: &[
        r#"{"auth_no":"2026010210002001000000000001","out_request_no":"R2","amount":"1.00","remark":"back"}"#,
    ],
    support: "",
};

fn read(caller: &Caller, fields: &Object) -> Result<Unfreeze, Failure> {
    fields::required(fields, "auth_no")?;
    let out_request_no = optional_number(fields, "out_request_no")?;
    let out_request_no = out_request_no.ok_or_else(|| Failure::field("out_request_no", "缺失"))?;
    let amount = fields::amount(fields, "amount")?.ok_or_else(|| Failure::field("amount", "缺失"))?;
    let remark = fields::line_of("remark", fields::required(fields, "remark")?)?;
    let Some(WhichFreeze::No(freeze)) = which(fields)? else {
        return Err(Failure::refused(UnfreezeRefused::FreezeNotFound));
    };
    let (seller, notify_url) = (caller.seller(), notify_url(caller)?);
    Ok(Unfreeze { seller, freeze, out_request_no, amount, remark, notify_url })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let freed = gateway.door.ask(call.request().clone()).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(respond(&freed)))
}

fn respond(FreezeView { freeze, operation }: &FreezeView) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("auth_no", &freeze.no.to_string());
    members.text("out_order_no", freeze.out_order_no.as_str());
    if let Some(operation) = operation {
        members.text("operation_id", &operation.no.to_string());
        members.text("out_request_no", operation.out_request_no.as_str());
        members.text("status", operation.state.wire());
        members.text_some("gmt_trans", operation.done_at_us.map(format_cn).as_deref());
        amounts(members, operation.amount());
    }
    response
}
