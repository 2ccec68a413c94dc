//! `alipay.user.agreement.page.sign`: a browser or the wallet is sent to the page on which a buyer signs.

use crate::agreement_facts;
use crate::codes::{Failure, NameRefused};
use crate::facts::{Facts, Member, Wrong, listed, of};
use crate::registry::{Done, Face, Method, Page, PageKind};
use crate::verify::Verified;
use crate::{Gateway, agreement_fields};
use engine::OfferAgreement;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.agreement.page.sign",
    title: "支付宝个人协议页面签约接口",
    face: Face::Page(PageKind::Agreement),
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[agreement_facts::OFFER, agreement_facts::OFFER_REFUSED, agreement_facts::OFFER_IGNORED],
    answers: &[
        Member::text("agreement_no"),
        Member::text("external_agreement_no").when("it was given"),
        Member::text("status"),
    ],
    refuses: &[|| listed([NameRefused::ProductNotSupported]), of::<OfferAgreement>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"personal_product_code":"GENERAL_WITHHOLDING_P","access_params":{"channel":"QRCODE"}}"#,
        r#"{"personal_product_code":"CYCLE_PAY_AUTH_P","access_params":{"channel":"QRCODE"},
            "sign_scene":"INDUSTRY|SHOP","external_agreement_no":"E1","period_rule_params":{"period_type":"DAY",
            "period":7,"execute_time":"2026-02-01","single_amount":"1.00"}}"#,
    ],
    support: "",
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
