//! `alipay.fund.auth.order.voucher.create`: a code for the payer to scan, whose money is then set aside.

use crate::Gateway;
use crate::codes::Failure;
use crate::freeze_fields::FreezeFields;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use trade::{FreezeProduct, FreezeWay};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.auth.order.voucher.create",
    title: "资金授权发码接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(async move { run(gateway, call).await.map_err(Failure::without_prefix) }),
};

fn read(caller: &Caller, fields: &Object) -> Result<FreezeFields, Failure> {
    FreezeFields::read(caller, fields, FreezeWay::Voucher, FreezeProduct::PreAuth)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let command = call.request().open(call.caller(), None);
    let freeze = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("out_order_no", freeze.out_order_no.as_str());
    members.text("out_request_no", freeze.out_request_no.as_str());
    members.text("code_type", "qrCode");
    let url = gateway.world.freeze_url(freeze.no);
    members.text("code_value", &url).text("code_url", &url);
    Ok(Done::Say(response))
}
