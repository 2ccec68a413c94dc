//! `alipay.trade.royalty.relation.unbind`: gives receivers up. One that is not bound is passed over, so that a repeated
//! request succeeds.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Member, Wrong, every};
use crate::methods::trade_royalty_relation_bind::{read, succeeded};
use crate::registry::{Done, Face, Method};
use crate::split_facts;
use crate::verify::Verified;
use engine::UnbindRelations;
use trade::BindRefused;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.royalty.relation.unbind",
    title: "分账关系解绑",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: split_facts::RECEIVERS,
    answers: &[Member::text("result_code")],
    refuses: &[every::<BindRefused>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[split_facts::ONE_RECEIVER],
    support: "",
};

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut receivers = Vec::with_capacity(call.request().len());
    for receiver in call.request() {
        let found = receiver.named.find(gateway).await?;
        receivers.push(found.ok_or_else(|| Failure::refused(BindRefused::ReceiverNotFound))?);
    }
    let command = UnbindRelations { seller: call.caller().seller(), receivers };
    gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(succeeded()))
}
