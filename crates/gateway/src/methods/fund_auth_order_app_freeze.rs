//! `alipay.fund.auth.order.app.freeze`: an order string that a phone app hands to the wallet. Called over HTTP it opens
//! the same freeze.

use crate::Gateway;
use crate::codes::{Failure, frozen_by_app};
use crate::facts::{Facts, Wrong, listed};
use crate::freeze_fields::{FREEZE, FREEZE_IGNORED, FREEZE_REFUSED, FreezeFields, SUPPORT, TOLD, told};
use crate::registry::{Done, Face, Method, Page, PageKind};
use crate::request::Caller;
use crate::verify::Verified;
use trade::{FreezeProduct, FreezeWay};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.auth.order.app.freeze",
    title: "线上资金授权冻结接口",
    face: Face::OrderString(PageKind::Freeze),
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[FREEZE, FREEZE_REFUSED, FREEZE_IGNORED],
    answers: TOLD,
    refuses: &[|| listed(frozen_by_app())],
    gateway: &[],
    wrong: Wrong::IllegalArgument,
    examples: &[r#"{"out_order_no":"F1","out_request_no":"R1","order_title":"deposit","amount":"1.00"}"#],
    support: SUPPORT,
};

fn read(caller: &Caller, fields: &Object) -> Result<FreezeFields, Failure> {
    FreezeFields::read(caller, fields, FreezeWay::App, FreezeProduct::PreAuthOnline)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let command = call.request().open(gateway, call.caller(), None).await?;
    let freeze = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    told(&mut response.members, &freeze);
    Ok(Done::Go { to: Page::Freeze(freeze.no), response })
}
