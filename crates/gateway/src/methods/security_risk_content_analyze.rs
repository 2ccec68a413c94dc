//! `alipay.security.risk.content.analyze`: whether content is harmless. Nothing is looked at, and everything passes.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Member, Part, Wrong};
use crate::registry::{Done, Face, Method};
use crate::verify::Verified;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.security.risk.content.analyze",
    title: "风险内容分析",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: true,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Ignored(&["account", "account_type", "version"])],
    answers: &[Member::text("need_query"), Member::text("result_action")],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{}"#],
    support: "nothing is looked at, and everything passes",
};

async fn run(_gateway: &Gateway, _call: Verified<Object>) -> Result<Done, Failure> {
    let mut response = Response::success();
    response.members.text("need_query", "no_need").text("result_action", "PASSED");
    Ok(Done::Say(response))
}
