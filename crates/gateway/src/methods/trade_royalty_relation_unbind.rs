//! `alipay.trade.royalty.relation.unbind`: gives receivers up. One that is not bound is passed over, so that a repeated
//! request succeeds.

use crate::Gateway;
use crate::codes::{Failure, given_up};
use crate::facts::{Facts, Member, Wrong, listed};
use crate::methods::trade_royalty_relation_bind::{party, read, succeeded};
use crate::registry::{Done, Face, Method};
use crate::split_facts;
use crate::verify::Verified;
use engine::UnbindRelations;
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
    refuses: &[|| listed(given_up())],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[split_facts::ONE_RECEIVER],
    support: "",
};

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut receivers = Vec::with_capacity(call.request().len());
    for receiver in call.request() {
        receivers.push(party(gateway, receiver).await?.id);
    }
    let command = UnbindRelations { seller: call.caller().seller(), receivers };
    gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(succeeded()))
}
