//! `alipay.user.certify.open.certify`: a browser is sent to the page on which the person passes or fails.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Part, Wrong, listed};
use crate::registry::{Done, Face, Method, Page, PageKind};
use crate::request::Caller;
use crate::verify::Verified;
use engine::{CertifyRefused, FindCertification};
use people::Certification;
use std::sync::Arc;
use wire::envelope::Response;
use wire::json::Object;
use world::slot_of_token;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.certify.open.certify",
    title: "身份认证开始认证",
    face: Face::Page(PageKind::Certify),
    version_optional: false,
    sandbox_only: true,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[CERTIFY_ID],
    answers: &[],
    refuses: &[|| listed([CertifyRefused::NotFound])],
    gateway: &[],
    wrong: Wrong::IllegalFormat,
    examples: &[r#"{"certify_id":"abcd"}"#],
    support: "nobody is looked at: the person says on the page whether it passes",
};

/// The one field of certifications that were begun.
pub(crate) const CERTIFY_ID: Part = Part::Read(&[Field::must("certify_id", Kind::Opaque)]);

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(certify_id)?;
    let certify_id = call.request();
    find(gateway, call.caller(), certify_id).await?;
    Ok(Done::Go { to: Page::Certify(certify_id.clone()), response: Response::success() })
}

/// Reads the one field there is.
pub(crate) fn certify_id(_caller: &Caller, fields: &Object) -> Result<String, Failure> {
    let found = fields.text("certify_id").ok().flatten().filter(|text| !text.is_empty());
    found.map(str::to_owned).ok_or_else(|| Failure::illegal_format("certify_id 缺失"))
}

/// The merchant's certification of this number.
pub(crate) async fn find(
    gateway: &Gateway,
    caller: &Caller,
    certify_id: &str,
) -> Result<Arc<Certification>, Failure> {
    let slot = slot_of_token(certify_id).ok_or_else(|| Failure::refused(CertifyRefused::NotFound))?;
    let id = gateway.world.secrets.token_digest(certify_id);
    let query = FindCertification { slot, id, seller: Some(caller.seller()) };
    gateway.door.ask(query).await.map_err(Failure::of_cell)
}
