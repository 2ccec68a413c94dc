//! `alipay.trade.order.settle`: passes parts of a paid order's money on to receivers that were bound.
//!
//! Where the documentation is silent: a percentage is one of the order's total, rounded down; `amount` wins over it; a
//! request without receivers needs `royalty_finish`; `royalty_mode` `async` is answered like `sync`, when every part
//! has arrived or come back, and a part that came back is told by `settle.query`.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::receiver::{Named, TRADE_NO_LENGTH_MAX};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::split_facts;
use crate::{fields, verify::Verified};
use base::{OrderNo, PartyId};
use engine::{Share, SplitOrder, SplitPart};
use trade::{OutRequestNo, SPLIT_LINES_MAX, SplitRefused};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.order.settle",
    title: "统一收单交易结算接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const EXAMPLE: &str = concat!(
    r#"{"out_request_no":"r1","trade_no":"2026010222000000000001","extend_params":{"royalty_finish":"true"},"#,
    r#""royalty_parameters":[{"trans_in":"2088000000000001","amount":"1.00"}]}"#,
);

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("out_request_no", Kind::Number(64, REQUEST_NO_ALSO)),
        Field::must("trade_no", Kind::Number(TRADE_NO_LENGTH_MAX, "")),
        split_facts::OUT,
        Field::may("operator_id", Kind::Line(64)).note("not kept"),
        Field::may("royalty_mode", Kind::OneOf(&["sync", "async"])),
        Field::may("extend_params", Kind::ObjectOrText)
            .note("`royalty_finish` `true` ends splitting; `royalty_finish_amount` is refused"),
    ])],
    answers: &[Member::text("trade_no"), Member::text("settle_no")],
    refuses: &[of::<SplitOrder>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[EXAMPLE],
    support: "`royalty_type` `replenish`",
};

struct SplitAsked {
    payer: Option<Named>,
    receiver: Named,
    share: Share,
}

struct Settle {
    out_request_no: OutRequestNo,
    /// Absent when the number is none of ours.
    order_no: Option<OrderNo>,
    parts: Vec<SplitAsked>,
    finish: bool,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Settle, Failure> {
    let number = fields::number(fields, "out_request_no", REQUEST_NO_ALSO)?;
    let out_request_no = number.ok_or_else(|| Failure::field("out_request_no", "缺失"))?;
    fields::line::<64>(fields, "operator_id")?;
    match fields::text(fields, "royalty_mode")? {
        None | Some("sync" | "async") => {}
        Some(_) => return Err(Failure::field("royalty_mode", "应为sync或async")),
    }
    let finish = match fields::inner(fields, "extend_params")? {
        None => false,
        Some(more) => {
            fields::absent(&more, &["royalty_finish_amount"])?;
            flag(&more, "royalty_finish")?
        }
    };
    let parts = fields::objects(fields, "royalty_parameters")?;
    if parts.len() > SPLIT_LINES_MAX {
        return Err(Failure::field("royalty_parameters", "超过20个"));
    }
    if parts.is_empty() && !finish {
        return Err(Failure::field("royalty_parameters", "缺失"));
    }
    let trade_no = fields::number::<TRADE_NO_LENGTH_MAX>(fields, "trade_no", "")?;
    let trade_no = trade_no.ok_or_else(|| Failure::field("trade_no", "缺失"))?;
    Ok(Settle {
        out_request_no,
        order_no: trade_no.as_str().parse().ok(),
        parts: parts.into_iter().map(part).collect::<Result<_, _>>()?,
        finish,
    })
}

/// Reads what is said of a part beside its parties and its amount.
pub(crate) fn split_words(fields: &Object) -> Result<(), Failure> {
    match fields::text(fields, "royalty_type")? {
        None | Some("transfer") => {}
        Some("replenish") => return Err(Failure::field("royalty_type", "replenish所属功能暂未模拟")),
        Some(_) => return Err(Failure::field("royalty_type", "应为transfer")),
    }
    fields::lines::<1000>(fields, "desc")?;
    fields::line::<256>(fields, "royalty_scene")?;
    Ok(())
}

fn part(fields: &Object) -> Result<SplitAsked, Failure> {
    split_words(fields)?;
    let receiver = Named::read(fields, "trans_in", "trans_in_type")?;
    Ok(SplitAsked {
        payer: Named::read(fields, "trans_out", "trans_out_type")?,
        receiver: receiver.ok_or_else(|| Failure::field("trans_in", "缺失"))?,
        share: share(fields)?,
    })
}

/// How much: `amount`, which wins, or `amount_percentage`.
pub(crate) fn share(fields: &Object) -> Result<Share, Failure> {
    let amount = fields::amount(fields, "amount")?;
    let percent = match fields::text(fields, "amount_percentage")? {
        None => None,
        Some(text) => {
            let of_total = text.parse().ok().filter(|of_total| (1..=100).contains(of_total));
            Some(of_total.ok_or_else(|| Failure::field("amount_percentage", "应为1～100的整数"))?)
        }
    };
    let share = amount.map(Share::Amount).or(percent.map(Share::Percent));
    share.ok_or_else(|| Failure::field("amount", "与amount_percentage不能同时为空"))
}

/// A truth value, written as such or as text.
pub(crate) fn flag(fields: &Object, name: &str) -> Result<bool, Failure> {
    if let Some(wire::json::Json::Bool(value)) = fields.get(name) {
        return Ok(*value);
    }
    match fields::text(fields, name)? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Failure::field(name, "应为true或false")),
    }
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let (asked, seller) = (call.request(), call.caller().seller());
    let Some(order_no) = asked.order_no else { return Err(Failure::refused(SplitRefused::TradeNotFound)) };
    let mut parts = Vec::with_capacity(asked.parts.len());
    for part in &asked.parts {
        let payer = match &part.payer {
            None => None,
            // Somebody unknown is somebody else than the merchant.
            Some(named) => Some(named.find(gateway).await?.unwrap_or(PartyId::platform(seller.slot()))),
        };
        let receiver = part.receiver.find(gateway).await?;
        parts.push(SplitPart { payer, receiver, share: part.share });
    }
    let (out_request_no, finish) = (asked.out_request_no.clone(), asked.finish);
    let command = SplitOrder { seller, order_no, out_request_no, parts, finish };
    let done = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    response.members.text("trade_no", &done.split.order_no.to_string());
    response.members.text("settle_no", &done.split.no().to_string());
    Ok(Done::Say(response))
}
