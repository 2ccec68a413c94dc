//! `alipay.user.agreement.unsign`: the merchant ends an agreement.

use crate::Gateway;
use crate::agreement_fields::Named;
use crate::codes::Failure;
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
    run: |gateway, call| Box::pin(async move { run(gateway, call).await.map_err(Failure::bare) }),
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
