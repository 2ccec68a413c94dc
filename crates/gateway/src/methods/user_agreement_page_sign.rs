//! `alipay.user.agreement.page.sign`: a browser or the wallet is sent to the page on which a buyer signs.

use crate::codes::Failure;
use crate::registry::{Done, Face, Method, Page, PageKind};
use crate::verify::Verified;
use crate::{Gateway, agreement_fields};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.agreement.page.sign",
    title: "支付宝个人协议页面签约接口",
    face: Face::Page(PageKind::Agreement),
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(async move { run(gateway, call).await.map_err(Failure::bare) }),
};

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(agreement_fields::offer)?;
    let agreement = gateway.door.ask(call.request().clone()).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    let external = agreement.external_agreement_no.as_ref().map(|number| number.as_str());
    response.members.text("agreement_no", &agreement.no.to_string());
    response.members.text_some("external_agreement_no", external);
    response.members.text("status", agreement.state.wire());
    Ok(Done::Go { to: Page::Agreement(agreement.no), response })
}
