//! `alipay.user.certify.open.query`: how a certification ended.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Member, Wrong, listed};
use crate::methods::user_certify_open_certify::{CERTIFY_ID, certify_id, find};
use crate::registry::{Done, Face, Method};
use crate::verify::Verified;
use engine::CertifyRefused;
use people::CertificationState;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.certify.open.query",
    title: "身份认证记录查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: true,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[CERTIFY_ID],
    answers: &[Member::text("passed"), Member::text("fail_reason").when("it failed")],
    refuses: &[|| listed([CertifyRefused::NotFound, CertifyRefused::Expired, CertifyRefused::Undecided])],
    gateway: &[],
    wrong: Wrong::IllegalFormat,
    examples: &[r#"{"certify_id":"abcd"}"#],
    support: "",
};

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(certify_id)?;
    let found = find(gateway, call.caller(), call.request()).await?;
    let mut response = Response::success();
    match found.state {
        CertificationState::Passed => response.members.text("passed", "T"),
        CertificationState::Failed => {
            response.members.text("passed", "F").text("fail_reason", "用户未通过认证")
        }
        CertificationState::Started if gateway.door.now_us() >= found.expires_at_us => {
            return Err(Failure::refused(CertifyRefused::Expired));
        }
        CertificationState::Started => return Err(Failure::refused(CertifyRefused::Undecided)),
    };
    Ok(Done::Say(response))
}
