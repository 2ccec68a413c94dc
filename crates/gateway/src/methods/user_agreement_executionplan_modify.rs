//! `alipay.user.agreement.executionplan.modify`: the merchant postpones the next debit.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::fields;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use base::{AgreementNo, Day};
use engine::PostponeDebit;
use trade::PostponeRefused;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.agreement.executionplan.modify",
    title: "周期性扣款协议执行计划修改接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("agreement_no", Kind::Number(64, "")),
        Field::must("deduct_time", Kind::Day),
        Field::may("memo", Kind::Line(256)).note("not kept"),
    ])],
    answers: &[Member::text("agreement_no"), Member::text("deduct_time")],
    refuses: &[of::<PostponeDebit>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"agreement_no":"20260102000000000001","deduct_time":"2026-02-01"}"#],
    support: "",
};

struct Modify {
    /// Absent when we never issued it.
    no: Option<AgreementNo>,
    to: Day,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Modify, Failure> {
    let no = fields::number::<64>(fields, "agreement_no", "")?;
    let no = no.ok_or_else(|| Failure::field("agreement_no", "缺失"))?;
    let to = fields::required(fields, "deduct_time")?.parse();
    let to = to.map_err(|_| Failure::field("deduct_time", "格式应为yyyy-MM-dd"))?;
    fields::line::<256>(fields, "memo")?;
    Ok(Modify { no: no.as_str().parse().ok(), to })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Modify { no, to } = *call.request();
    let Some(agreement_no) = no else {
        return Err(Failure::refused(PostponeRefused::AgreementNotFound));
    };
    let command = PostponeDebit { seller: call.caller().seller(), agreement_no, to };
    let agreement = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    response.members.text("agreement_no", &agreement.no.to_string());
    response.members.text("deduct_time", &to.to_string());
    Ok(Done::Say(response))
}
