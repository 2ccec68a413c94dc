//! `alipay.fund.auth.order.app.freeze`: an order string that a phone app hands to the wallet. Called over HTTP it opens
//! the same freeze.

use crate::Gateway;
use crate::codes::Failure;
use crate::freeze_fields::{FreezeFields, told};
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
    run: |gateway, call| Box::pin(async move { run(gateway, call).await.map_err(Failure::without_prefix) }),
};

fn read(caller: &Caller, fields: &Object) -> Result<FreezeFields, Failure> {
    FreezeFields::read(caller, fields, FreezeWay::App, FreezeProduct::PreAuthOnline)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let command = call.request().open(call.caller(), None);
    let freeze = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    told(&mut response.members, &freeze);
    Ok(Done::Go { to: Page::Freeze(freeze.no), response })
}
