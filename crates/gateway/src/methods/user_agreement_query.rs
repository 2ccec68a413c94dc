//! `alipay.user.agreement.query`: how an agreement stands.

use crate::Gateway;
use crate::agreement_facts;
use crate::agreement_fields::Named;
use crate::codes::{Failure, NameRefused};
use crate::facts::{Facts, Member, Shape, Wrong, every, of};
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
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[agreement_facts::NAMED, agreement_facts::NAMED_REFUSED],
    answers: &[
        Member::text("agreement_no"),
        Member::text("alipay_logon_id").when("it was signed"),
        Member::text("external_agreement_no").when("it was given"),
        Member::text("external_logon_id").when("it was given"),
        Member::text("personal_product_code"),
        Member::text("pricipal_type"),
        Member::user("principal_id", "principal_open_id").when("it was signed"),
        Member::text("sign_scene"),
        Member::text("sign_time").when("it was signed"),
        Member::text("valid_time").when("it was signed"),
        Member::text("invalid_time").when("it has an end"),
        Member::text("status"),
        Member::text("third_party_type"),
        Member::text("last_deduct_time").when("something was debited"),
        Member::text("next_deduct_time").when("a debit is planned"),
        Member::text("single_quota").when("a debit is planned"),
        Member::of("execution_plans", Shape::List(PLAN)).when("a debit is planned"),
    ],
    refuses: &[every::<NameRefused>, of::<FindAgreement>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"agreement_no":"20260102000000000001"}"#,
        r#"{"alipay_user_id":"2088000000000001","personal_product_code":"GENERAL_WITHHOLDING_P"}"#,
        r#"{"alipay_logon_id":"alice@example.com","personal_product_code":"GENERAL_WITHHOLDING_P"}"#,
    ],
    support: "",
};

/// A debit that is planned.
const PLAN: &[Member] = &[
    Member::text("execute_time"),
    Member::text("latest_execute_time"),
    Member::text("period_id"),
    Member::text("single_amount"),
];

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
