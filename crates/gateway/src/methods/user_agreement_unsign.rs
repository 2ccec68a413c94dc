//! `alipay.user.agreement.unsign`: the merchant ends an agreement.

use crate::Gateway;
use crate::agreement_facts;
use crate::agreement_fields::Named;
use crate::codes::{Failure, NameRefused};
use crate::facts::{Facts, Field, Kind, Part, Wrong, every, of};
use crate::fields;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use engine::UnsignAgreement;
use trade::UnsignRefused;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.agreement.unsign",
    title: "支付宝个人代扣协议解约接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        agreement_facts::NAMED,
        Part::Read(&[Field::may("operate_type", Kind::OneOf(&["confirm"]))]),
        agreement_facts::NAMED_REFUSED,
    ],
    answers: &[],
    refuses: &[every::<NameRefused>, of::<UnsignAgreement>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"agreement_no":"20260102000000000001"}"#,
        r#"{"alipay_user_id":"2088000000000001","personal_product_code":"GENERAL_WITHHOLDING_P"}"#,
        r#"{"alipay_logon_id":"alice@example.com","personal_product_code":"GENERAL_WITHHOLDING_P"}"#,
    ],
    support: "`operate_type` `invalid`, which only asks the buyer",
};

fn read(_caller: &Caller, fields: &Object) -> Result<Named, Failure> {
    match fields::text(fields, "operate_type")? {
        // `confirm` ends at once; `invalid` only asks the buyer, which nobody here does.
        None | Some("confirm") => Named::read(fields),
        Some(_) => Err(Failure::field("operate_type", "目前仅模拟confirm")),
    }
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Some(agreement_no) = call.request().find(gateway, call.caller()).await? else {
        return Err(Failure::refused(UnsignRefused::AgreementNotFound));
    };
    let command = UnsignAgreement { seller: call.caller().seller(), agreement_no };
    gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(Response::success()))
}
