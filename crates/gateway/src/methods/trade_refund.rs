//! `alipay.trade.refund`: gives a paid order's money back, wholly or in part.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::methods::trade_order_settle::{share, split_words};
use crate::methods::{buyer, funds_of};
use crate::order_facts::{BILL, ORDER_NAME};
use crate::order_name::OrderName;
use crate::receiver::Named;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::split_facts;
use crate::{fields, verify::Verified};
use base::{PartyId, Plant, Text, planted};
use engine::{BackPart, RefundOrder, Refunded, Share};
use money::{Currency, Money};
use trade::{OutRequestNo, RefundRefused, SPLIT_LINES_MAX};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.refund",
    title: "统一收单交易退款接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER_NAME,
        Part::Read(&[
            Field::must("refund_amount", Kind::Amount),
            Field::when("out_request_no", Kind::Number(64, REQUEST_NO_ALSO), "of a partial refund"),
            Field::may("refund_reason", Kind::Lines(256)),
            Field::may("refund_currency", Kind::Cny),
            split_facts::BACK,
            Field::may("query_options", Kind::Names(&["refund_detail_item_list"])),
            Field::may("operator_id", Kind::Line(30)).note("not kept"),
            Field::may("store_id", Kind::Line(32)).note("not kept"),
            Field::may("terminal_id", Kind::Line(32)).note("not kept"),
        ]),
        Part::Refused(&NOT_SIMULATED),
        Part::Ignored(&["goods_detail", "org_pid", "refund_goods_detail"]),
    ],
    answers: &[
        Member::text("buyer_logon_id").when("the refund is known"),
        Member::user("buyer_user_id", "buyer_open_id").when("the refund is known"),
        Member::text("out_trade_no"),
        Member::text("trade_no"),
        Member::text("fund_change"),
        Member::text("refund_fee"),
        Member::text("send_back_fee"),
        Member::text("gmt_refund_pay"),
        Member::text("store_name").when("the merchant has a store of the order's number"),
        Member::of("refund_detail_item_list", BILL).when("it is asked for"),
    ],
    refuses: &[of::<RefundOrder>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","refund_amount":"1.00"}"#,
        r#"{"trade_no":"2026010222000000000001","refund_amount":"1.00"}"#,
    ],
    support: "",
};

/// What a refund number may hold beside letters and digits. The documentation is silent; `&` and `=` would make the
/// texts that are signed ambiguous.
pub(crate) const REQUEST_NO_ALSO: &str = "_-.:|@#";

/// Features of refunds that would move money elsewhere.
const NOT_SIMULATED: [&str; 3] = ["related_settle_confirm_no", "refund_advance_account", "refund_trans_out"];

struct RefundFields {
    name: OrderName,
    amount: Money,
    out_request_no: Option<OutRequestNo>,
    reason: Option<Text<256>>,
    with_details: bool,
    back: Vec<Back>,
}

struct Back {
    payee: Option<Named>,
    receiver: Named,
    share: Share,
}

fn read(_caller: &Caller, fields: &Object) -> Result<RefundFields, Failure> {
    fields::only_cny(fields, "refund_currency")?;
    fields::absent(fields, &NOT_SIMULATED)?;
    let parts = fields::objects(fields, "refund_royalty_parameters")?;
    if parts.len() > SPLIT_LINES_MAX {
        return Err(Failure::field("refund_royalty_parameters", "超过20个"));
    }
    fields::line::<30>(fields, "operator_id")?;
    fields::line::<32>(fields, "store_id")?;
    fields::line::<32>(fields, "terminal_id")?;
    Ok(RefundFields {
        name: OrderName::read(fields)?,
        amount: fields::amount(fields, "refund_amount")?
            .ok_or_else(|| Failure::field("refund_amount", "缺失"))?,
        out_request_no: fields::number(fields, "out_request_no", REQUEST_NO_ALSO)?,
        reason: fields::lines(fields, "refund_reason")?,
        with_details: fields::asks_for(fields, "refund_detail_item_list")?,
        back: parts.into_iter().map(back).collect::<Result<_, _>>()?,
    })
}

/// What a receiver of a split gives back: `trans_out` is the receiver, `trans_in` the merchant.
fn back(fields: &Object) -> Result<Back, Failure> {
    split_words(fields)?;
    let receiver = Named::read(fields, "trans_out", "trans_out_type")?;
    Ok(Back {
        payee: Named::read(fields, "trans_in", "trans_in_type")?,
        receiver: receiver.ok_or_else(|| Failure::field("trans_out", "缺失"))?,
        share: share(fields)?,
    })
}

async fn find(gateway: &Gateway, seller: PartyId, back: &[Back]) -> Result<Vec<BackPart>, Failure> {
    let mut parts = Vec::with_capacity(back.len());
    for Back { payee, receiver, share } in back {
        let payee = match payee {
            None => None,
            // Somebody unknown is somebody else than the merchant.
            Some(named) => Some(named.find(gateway).await?.unwrap_or(PartyId::platform(seller.slot()))),
        };
        parts.push(BackPart { payee, receiver: receiver.find(gateway).await?, share: *share });
    }
    Ok(parts)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let asked = call.request();
    let seller = call.caller().seller();
    let back = find(gateway, seller, &asked.back).await?;
    let refunded = match asked.name.which.clone() {
        Some(which) => {
            let command = RefundOrder {
                seller,
                which,
                amount: asked.amount,
                out_request_no: asked.out_request_no.clone(),
                reason: asked.reason.clone(),
                back,
            };
            gateway.door.ask(command).await.map_err(Failure::of_cell)
        }
        None => Err(Failure::refused(RefundRefused::TradeNotFound)),
    };
    let refunded = refunded.map_err(|failure| {
        failure.with(|members| {
            asked.name.echo(members);
            members.text("refund_fee", "0.00").text("send_back_fee", "0.00");
        })
    })?;
    Ok(Done::Say(respond(&refunded, asked.with_details)))
}

fn respond(refunded: &Refunded, with_details: bool) -> Response {
    let Refunded { order, refund, moved } = refunded;
    let mut response = Response::success();
    let members = &mut response.members;
    buyer(members, order);
    members.text("out_trade_no", order.out_trade_no.as_str());
    members.text("trade_no", &order.no.to_string());
    let changed = *moved || planted(Plant::FundChangeAlwaysY);
    members.text("fund_change", if changed { "Y" } else { "N" });
    // The sum of all refunds up to this one, so that the same request is told the same sum later.
    let only_this = planted(Plant::RefundFeeOfThisOne);
    let refunded = if only_this { refund.amount() } else { refund.refunded_after() };
    members.text("refund_fee", &refunded.to_string());
    let sent_back = if *moved { refund.amount() } else { Money::zero(Currency::Cny) };
    members.text("send_back_fee", &sent_back.to_string());
    members.text("gmt_refund_pay", &format_cn(refund.at_us));
    members.text_some("store_name", order.store_name.as_ref().map(|name| name.as_str()));
    if with_details {
        members.objects("refund_detail_item_list", funds_of(order, refund.amount()));
    }
    response
}
