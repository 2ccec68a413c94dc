//! `alipay.user.agreement.query`: how an agreement stands.

use crate::Gateway;
use crate::agreement_fields::Named;
use crate::codes::Failure;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use base::Day;
use engine::FindAgreement;
use trade::{Agreement, FindAgreementRefused, WINDOW_DAYS};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.agreement.query",
    title: "支付宝个人代扣协议查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(async move { run(gateway, call).await.map_err(Failure::bare) }),
};

fn read(_caller: &Caller, fields: &Object) -> Result<Named, Failure> {
    Named::read(fields)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Some(agreement_no) = call.request().find(gateway, call.caller()).await? else {
        return Err(Failure::refused(FindAgreementRefused::AgreementNotFound));
    };
    let query = FindAgreement { seller: call.caller().seller(), agreement_no };
    let agreement = gateway.door.ask(query).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(respond(&agreement, gateway.door.now_us())))
}

fn respond(agreement: &Agreement, now_us: i64) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    let text = |members: &mut ObjectWriter, name: &'static str, value: Option<String>| {
        members.text_some(name, value.as_deref());
    };
    members.text("agreement_no", &agreement.no.to_string());
    text(members, "alipay_logon_id", agreement.buyer_login_masked.as_ref().map(ToString::to_string));
    text(members, "external_agreement_no", agreement.external_agreement_no.as_ref().map(ToString::to_string));
    text(members, "external_logon_id", agreement.external_logon_id.as_ref().map(ToString::to_string));
    members.text("personal_product_code", agreement.product.wire());
    // Spelled so on the wire.
    members.text("pricipal_type", "CARD");
    text(members, "principal_id", agreement.buyer.map(|buyer| buyer.to_string()));
    members.text("sign_scene", agreement.sign_scene.as_str());
    text(members, "sign_time", agreement.signed_at_us.map(format_cn));
    text(members, "valid_time", agreement.signed_at_us.map(format_cn));
    text(members, "invalid_time", agreement.invalid_at_us.map(format_cn));
    members.text("status", agreement.state.wire());
    members.text("third_party_type", "PARTNER");
    text(members, "last_deduct_time", agreement.last_debit_at_us.map(|at_us| Day::of(at_us).to_string()));
    let plan = agreement.rule().filter(|_| agreement.buyer.is_some());
    let plan =
        plan.and_then(|rule| rule.next(&agreement.progress(), Day::of(now_us)).map(|plan| (rule, plan)));
    if let Some((rule, plan)) = plan {
        members.text("next_deduct_time", &plan.day.to_string());
        members.text("single_quota", &rule.single.to_string());
        let mut planned = ObjectWriter::new();
        planned.text("execute_time", &plan.day.to_string());
        planned.text("latest_execute_time", &plan.day.plus_days(WINDOW_DAYS).to_string());
        planned.text("period_id", &(agreement.debits + 1).to_string());
        planned.text("single_amount", &rule.single.to_string());
        members.objects("execution_plans", [planned]);
    }
    response
}
