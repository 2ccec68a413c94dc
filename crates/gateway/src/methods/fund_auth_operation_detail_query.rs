//! `alipay.fund.auth.operation.detail.query`: one freeze, release or payment, and how the freeze stands.

use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::freeze_fields::{NAMED, NUMBER_ALSO, amounts, optional_number, payer, told, which};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use engine::{FindFreeze, FreezeView, WhichOperation};
use trade::{FindFreezeRefused, OperationKind};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.auth.operation.detail.query",
    title: "资金授权操作查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[NAMED, OPERATION],
    answers: &[
        Member::text("auth_no"),
        Member::text("out_order_no"),
        Member::text("operation_id"),
        Member::text("out_request_no"),
        Member::text("operation_type"),
        Member::text("status"),
        Member::text("gmt_create"),
        Member::text("gmt_trans").when("it is done"),
        Member::text("remark").when("the operation has one"),
        Member::text("amount"),
        Member::text("fund_amount"),
        Member::text("credit_amount"),
        Member::text("trans_currency"),
        Member::text("payer_logon_id").when("there is a payer"),
        Member::user("payer_user_id", "payer_open_id").when("there is a payer"),
        Member::text("order_status"),
        Member::text("order_title"),
        Member::text("total_freeze_amount"),
        Member::text("total_freeze_fund_amount"),
        Member::text("total_freeze_credit_amount"),
        Member::text("total_pay_amount"),
        Member::text("total_pay_fund_amount"),
        Member::text("total_pay_credit_amount"),
        Member::text("rest_amount"),
        Member::text("rest_fund_amount"),
        Member::text("rest_credit_amount"),
    ],
    refuses: &[of::<FindFreeze>],
    gateway: &[],
    wrong: Wrong::IllegalArgument,
    examples: &[r#"{"out_order_no":"F1","out_request_no":"R1"}"#],
    support: "",
};

/// Which operation a request is about.
pub(crate) const OPERATION: Part = Part::Read(&[
    Field::when("operation_id", Kind::Opaque, "unless `out_request_no` is there")
        .note("goes before `out_request_no`"),
    Field::when("out_request_no", Kind::Number(64, NUMBER_ALSO), "unless `operation_id` is there"),
    Field::may("operation_type", Kind::OneOf(&["FREEZE", "UNFREEZE", "PAY"])),
]);

fn read(caller: &Caller, fields: &Object) -> Result<FindFreeze, Failure> {
    // The fields first: a number that is none of ours must not hide that another one is missing.
    let (which, operation) = (which(fields)?, operation(fields)?);
    let which = which.ok_or_else(|| Failure::refused(FindFreezeRefused::FreezeNotFound))?;
    let operation = operation.ok_or_else(|| Failure::refused(FindFreezeRefused::OperationNotFound))?;
    Ok(FindFreeze { seller: caller.seller(), which, operation })
}

/// The operation that a request names: `operation_id` wins over `out_request_no`. `Ok(None)` when no operation can have
/// the number.
pub(crate) fn operation(fields: &Object) -> Result<Option<WhichOperation>, Failure> {
    let kind = match fields::text(fields, "operation_type")? {
        None => None,
        Some("FREEZE") => Some(OperationKind::Freeze),
        Some("UNFREEZE") => Some(OperationKind::Unfreeze),
        Some("PAY") => Some(OperationKind::Pay),
        Some(_) => return Err(Failure::field("operation_type", "应为FREEZE、UNFREEZE或PAY")),
    };
    if let Some(no) = fields::text(fields, "operation_id")? {
        return Ok(no.parse().ok().map(WhichOperation::No));
    }
    let number = optional_number(fields, "out_request_no")?;
    number
        .map(|number| Some(WhichOperation::Out(kind, number)))
        .ok_or_else(|| Failure::field("operation_id", "与out_request_no不能同时为空"))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let view = gateway.door.ask(call.request().clone()).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(respond(&view)))
}

fn respond(FreezeView { freeze, operation }: &FreezeView) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    match operation {
        None => {
            told(members, freeze);
            members.text("operation_type", OperationKind::Freeze.wire());
            members.text("gmt_create", &format_cn(freeze.opened_at_us));
        }
        Some(operation) => {
            members.text("auth_no", &freeze.no.to_string());
            members.text("out_order_no", freeze.out_order_no.as_str());
            members.text("operation_id", &operation.no.to_string());
            members.text("out_request_no", operation.out_request_no.as_str());
            members.text("operation_type", operation.kind.wire());
            members.text("status", operation.state.wire());
            members.text("gmt_create", &format_cn(operation.at_us));
            members.text_some("gmt_trans", operation.done_at_us.map(format_cn).as_deref());
            members.text_some("remark", operation.remark.as_ref().map(|remark| remark.as_str()));
            amounts(members, operation.amount());
            members.text("trans_currency", operation.currency.code());
            payer(members, freeze);
        }
    }
    members.text("order_status", freeze.state.wire());
    members.text("order_title", freeze.title.as_str());
    let sums = [
        (
            ["total_freeze_amount", "total_freeze_fund_amount", "total_freeze_credit_amount"],
            freeze.frozen_minor,
        ),
        (["total_pay_amount", "total_pay_fund_amount", "total_pay_credit_amount"], freeze.paid_minor),
        (["rest_amount", "rest_fund_amount", "rest_credit_amount"], freeze.rest_minor),
    ];
    for ([all, of_balance, of_credit], minor) in sums {
        let sum = freeze.money(minor).to_string();
        members.text(all, &sum).text(of_balance, &sum).text(of_credit, "0.00");
    }
    response
}
