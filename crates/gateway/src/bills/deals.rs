//! What the queries over sales and over purchases share: the same lines, seen from either side.

use crate::Gateway;
use crate::bills::span::Span;
use crate::codes::Failure;
use crate::facts::Member;
use crate::fields;
use crate::registry::Done;
use crate::request::Caller;
use crate::verify::Verified;
use bill::{DealLine, Side, deal_lines, yuan};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

/// The members of a line.
pub(crate) const DEAL: &[Member] = &[
    Member::text("gmt_create"),
    Member::text("gmt_pay").when("it is paid"),
    Member::text("gmt_refund").when("a part of it was given back"),
    Member::text("alipay_order_no"),
    Member::text("merchant_order_no"),
    Member::text("other_account").when("a buyer is known"),
    Member::text("goods_title"),
    Member::text("goods_memo").when("it was given"),
    Member::text("total_amount"),
    Member::text("net_mdiscount"),
    Member::text("refund_amount"),
    Member::text("service_fee"),
    Member::text("trade_status"),
    Member::text("trade_type"),
    Member::text("store_no").when("it was given"),
    Member::text("store_name").when("the merchant has a store of that number"),
];

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    span: Span,
    store_no: Option<String>,
}

/// Reads the fields.
pub(crate) fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let span = Span::read(fields)?;
    let store_no = fields::line::<32>(fields, "store_no")?.map(|store| store.to_string());
    Ok(Query { span, store_no })
}

/// Answers a query over one side of the caller's orders.
pub(crate) async fn run(gateway: &Gateway, call: &Verified<Query>, side: Side) -> Result<Done, Failure> {
    let Query { span, store_no } = call.request().clone();
    let party = call.caller().seller();
    let (_, now_us) = gateway.posted_until_now(party).await?;
    span.check_age(now_us)?;
    let page = gateway
        .read_tables(move |reader| {
            let mut page = span.page();
            deal_lines(reader, party, side, page.within_us(), &mut |line: DealLine| {
                let store = line.order.store_id.as_ref().map(|store| store.as_str());
                if store_no.is_some() && store != store_no.as_deref() {
                    return Ok(std::ops::ControlFlow::Continue(()));
                }
                let order = line.order.clone();
                let number = order.no.to_string();
                page.take(line, Some(&number), Some(order.out_trade_no.as_str()))
            })?;
            Ok(page)
        })
        .await?;
    let mut response = Response::success();
    page.write(&mut response.members, |line| detail(line, side));
    Ok(Done::Say(response))
}

fn detail(line: &DealLine, side: Side) -> ObjectWriter {
    let (order, mut members) = (&line.order, ObjectWriter::new());
    let fee_minor = match side {
        Side::Sold => order.fee_minor.units() - order.fee_returned_minor.units(),
        // What the seller pays for it is none of the buyer's business.
        Side::Bought => 0,
    };
    members.text("gmt_create", &format_cn(line.created_at_us));
    members.text_some("gmt_pay", order.paid_at_us.map(format_cn).as_deref());
    members.text_some("gmt_refund", line.refunded_at_us.map(format_cn).as_deref());
    members.text("alipay_order_no", &order.no.to_string());
    members.text("merchant_order_no", order.out_trade_no.as_str());
    members.text_some("other_account", Some(line.other.as_str()).filter(|other| !other.is_empty()));
    members.text("goods_title", order.subject.as_str());
    members.text_some("goods_memo", order.body.as_ref().map(|body| body.as_str()));
    members.text("total_amount", &order.total().to_string());
    members.text("net_mdiscount", "0.00");
    members.text("refund_amount", &order.refunded().to_string());
    members.text("service_fee", &yuan(fee_minor));
    members.text("trade_status", line.state.name());
    members.text("trade_type", if order.product.goods().is_some() { "担保交易" } else { "即时到账交易" });
    members.text_some("store_no", order.store_id.as_ref().map(|store| store.as_str()));
    members.text_some("store_name", order.store_name.as_ref().map(|name| name.as_str()));
    members
}
