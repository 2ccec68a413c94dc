//! `alipay.trade.royalty.relation.bind`: names receivers that may get parts of the merchant's orders.
//!
//! Where the documentation is silent: binding one that is bound succeeds and takes the new memo, so a repeated request
//! needs no memory of its number; `name` is compared when it is given.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Member, Wrong, every};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::receiver::Named;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::split_facts;
use crate::{fields, verify::Verified};
use base::Text;
use cell::CellError;
use engine::{BindRelations, FindParty, NewRelation};
use people::{Party, PartyStatus};
use std::sync::Arc;
use trade::{BindRefused, SPLIT_LINES_MAX};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.royalty.relation.bind",
    title: "分账关系绑定",
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
    wrong: Wrong::Bare,
    examples: &[split_facts::ONE_RECEIVER],
    support: "",
};

/// A receiver as the request describes it.
pub(crate) struct Receiver {
    /// Who.
    pub(crate) named: Named,
    name: Option<Text<128>>,
    memo: Option<Text<256>>,
}

/// Reads `out_request_no` and `receiver_list`: 1 to 20 receivers.
pub(crate) fn read(_caller: &Caller, fields: &Object) -> Result<Vec<Receiver>, Failure> {
    let number = fields::number::<32>(fields, "out_request_no", REQUEST_NO_ALSO)?;
    number.ok_or_else(|| Failure::field("out_request_no", "缺失"))?;
    let list = fields::objects(fields, "receiver_list")?;
    if list.is_empty() {
        return Err(Failure::refused(BindRefused::Empty));
    }
    if list.len() > SPLIT_LINES_MAX {
        return Err(Failure::refused(BindRefused::TooManyAtOnce));
    }
    list.into_iter().map(receiver).collect()
}

fn receiver(fields: &Object) -> Result<Receiver, Failure> {
    fields::absent(fields, &["account_open_id"])?;
    match fields::required(fields, "type")? {
        "userId" | "loginName" => {}
        "openId" => return Err(Failure::field("type", "openId所属功能暂未模拟")),
        _ => return Err(Failure::refused(BindRefused::KindUnknown)),
    }
    let named = Named::read(fields, "account", "type")?;
    Ok(Receiver {
        named: named.ok_or_else(|| Failure::field("account", "缺失"))?,
        name: fields::line(fields, "name")?,
        memo: fields::line(fields, "memo")?,
    })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut receivers = Vec::with_capacity(call.request().len());
    for receiver in call.request() {
        receivers.push(check(gateway, receiver).await?);
    }
    let command = BindRelations { seller: call.caller().seller(), receivers };
    gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(succeeded()))
}

/// Who the receiver is, if he has the name that was given.
pub(crate) async fn party(gateway: &Gateway, receiver: &Receiver) -> Result<Arc<Party>, Failure> {
    let not_found = || Failure::refused(BindRefused::ReceiverNotFound);
    let party = receiver.named.find(gateway).await?.ok_or_else(not_found)?;
    let party = match gateway.door.ask(FindParty { party }).await {
        Ok(party) => party,
        Err(CellError::Refused(engine::PartyNotFound)) => return Err(not_found()),
        Err(error) => return Err(Failure::of_cell(error)),
    };
    if receiver.name.as_ref().is_some_and(|name| name.as_str() != party.name.as_str()) {
        return Err(Failure::refused(BindRefused::NameDiffers));
    }
    Ok(party)
}

/// That the receiver is there, has this name, and may take money.
async fn check(gateway: &Gateway, receiver: &Receiver) -> Result<NewRelation, Failure> {
    let party = party(gateway, receiver).await?;
    if party.status != PartyStatus::Normal {
        return Err(Failure::refused(BindRefused::ReceiverBlocked));
    }
    let account = fields::line_of("account", &receiver.named.account())?;
    Ok(NewRelation { receiver: party.id, named: receiver.named.kind(), account, memo: receiver.memo.clone() })
}

/// The answer of both bind and unbind.
pub(crate) fn succeeded() -> Response {
    let mut response = Response::success();
    response.members.text("result_code", "SUCCESS");
    response
}
