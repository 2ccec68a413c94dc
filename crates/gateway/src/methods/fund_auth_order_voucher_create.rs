//! `alipay.fund.auth.order.voucher.create`: a code for the payer to scan, whose money is then set aside.

use crate::Gateway;
use crate::codes::{Failure, PayeeDiffers, frozen_by_voucher};
use crate::facts::{Facts, Member, Wrong, every, listed};
use crate::freeze_fields::{FREEZE, FREEZE_IGNORED, FREEZE_REFUSED, FreezeFields, SUPPORT};
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
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[FREEZE, FREEZE_REFUSED, FREEZE_IGNORED],
    answers: &[
        Member::text("out_order_no"),
        Member::text("out_request_no"),
        Member::text("code_type"),
        Member::text("code_value"),
        Member::text("code_url"),
    ],
    refuses: &[every::<PayeeDiffers>, || listed(frozen_by_voucher())],
    gateway: &[],
    wrong: Wrong::IllegalArgument,
    examples: &[r#"{"out_order_no":"F1","out_request_no":"R1","order_title":"deposit","amount":"1.00"}"#],
    support: SUPPORT,
};

fn read(caller: &Caller, fields: &Object) -> Result<FreezeFields, Failure> {
    FreezeFields::read(caller, fields, FreezeWay::Voucher, FreezeProduct::PreAuth)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let command = call.request().open(gateway, call.caller(), None).await?;
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
