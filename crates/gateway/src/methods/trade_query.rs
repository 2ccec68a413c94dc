//! `alipay.trade.query`: how an order stands.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::methods::{before, buyer, funds_of, no_amounts, paid_amounts};
use crate::order_facts::{BILL, ORDER_NAME};
use crate::order_name::OrderName;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::{Plant, planted};
use cell::CellError;
use engine::{FindEscrow, FindOrder};
use std::sync::Arc;
use trade::{FindRefused, Order, OrderState, REFUND_WINDOW_US};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.query",
    title: "统一收单交易查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run_as_of(gateway, call, None)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER_NAME,
        Part::Read(&[Field::may("query_options", Kind::Names(&["fund_bill_list"]))]),
        Part::Ignored(&["org_pid"]),
    ],
    answers: &[
        Member::text("buyer_logon_id").when("there is a buyer"),
        Member::user("buyer_user_id", "buyer_open_id").when("there is a buyer"),
        Member::text("buyer_user_type"),
        Member::text("out_trade_no"),
        Member::text("trade_no"),
        Member::text("trade_status"),
        Member::text("total_amount"),
        Member::text("buyer_pay_amount"),
        Member::text("invoice_amount"),
        Member::text("receipt_amount"),
        Member::text("point_amount"),
        Member::text("send_pay_date").when("it was paid"),
        Member::of("fund_bill_list", BILL).when("it was paid, and is asked for"),
        Member::text("subject"),
        Member::text("body").when("it was given"),
        Member::text("store_id").when("it was given"),
        Member::text("terminal_id").when("it was given"),
        Member::text("store_name").when("the merchant has a store of that number"),
        Member::text("passback_params").when("it was given"),
    ],
    refuses: &[of::<FindOrder>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{"out_trade_no":"T1"}"#, r#"{"trade_no":"2026010222000000000001"}"#],
    support: "",
};

struct Query {
    name: OrderName,
    with_bills: bool,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    Ok(Query { name: OrderName::read(fields)?, with_bills: fields::asks_for(fields, "fund_bill_list")? })
}

/// Runs it, when asked to as things stood at a moment before, microseconds UTC.
pub(crate) async fn run_as_of(
    gateway: &Gateway,
    call: Verified<Object>,
    as_of_us: Option<i64>,
) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Query { name, with_bills } = call.request();
    let found = match name.which.clone() {
        Some(which) => {
            let seller = call.caller().seller();
            gateway.door.ask(FindOrder { seller, which }).await.map_err(Failure::of_cell)
        }
        None => Err(Failure::refused(FindRefused::TradeNotFound)),
    };
    let not_yet = || Failure::refused(FindRefused::TradeNotFound);
    let found = found.and_then(|order| match as_of_us {
        None => Ok(order),
        Some(at_us) => before::as_of(&order, at_us).map(Arc::new).ok_or_else(not_yet),
    });
    let order = found.map_err(|failure| {
        failure.with(|members| {
            no_amounts(members);
            name.echo(members);
        })
    })?;
    let escrow = escrow_status(gateway, &order, as_of_us).await?;
    let now_us = as_of_us.unwrap_or_else(|| gateway.door.now_us());
    Ok(Done::Say(respond(&order, *with_bills, escrow, now_us)))
}

/// Where the money of a guaranteed trade stands; absent when there is none, or nothing was paid.
async fn escrow_status(
    gateway: &Gateway,
    order: &Order,
    as_of_us: Option<i64>,
) -> Result<Option<&'static str>, Failure> {
    if order.product.goods().is_none() || order.paid_at_us.is_none() {
        return Ok(None);
    }
    match gateway.door.ask(FindEscrow { order_no: order.no, party: Some(order.seller) }).await {
        Ok(view) => {
            let state = as_of_us.map_or(view.escrow.state, |at_us| before::escrow_as_of(&view.escrow, at_us));
            Ok(Some(state.trade_status()))
        }
        Err(CellError::Refused(_)) => Ok(None),
        Err(CellError::Busy) => Err(Failure::of_cell(CellError::<FindRefused>::Busy)),
        Err(CellError::Unknown) => Err(Failure::of_cell(CellError::<FindRefused>::Unknown)),
    }
}

fn respond(order: &Order, with_bills: bool, escrow: Option<&'static str>, now_us: i64) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    buyer(members, order);
    members.text("buyer_user_type", "PRIVATE");
    members.text("out_trade_no", order.out_trade_no.as_str());
    members.text("trade_no", &order.no.to_string());
    members.text("trade_status", escrow.unwrap_or_else(|| trade_status(order, now_us)));
    members.text("total_amount", &order.total().to_string());
    if let Some(paid_at_us) = order.paid_at_us {
        paid_amounts(members, order.total());
        members.text("send_pay_date", &format_cn(paid_at_us));
        if with_bills {
            members.objects("fund_bill_list", funds_of(order, order.total()));
        }
    } else {
        no_amounts(members);
    }
    members.text("subject", order.subject.as_str());
    members.text_some("body", order.body.as_ref().map(|text| text.as_str()));
    members.text_some("store_id", order.store_id.as_ref().map(|text| text.as_str()));
    members.text_some("terminal_id", order.terminal_id.as_ref().map(|text| text.as_str()));
    members.text_some("store_name", order.store_name.as_ref().map(|name| name.as_str()));
    members.text_some("passback_params", order.passback_params.as_ref().map(|text| text.as_str()));
    response
}

/// The state under its public name. A paid order is finished once its refund window is over, whether or not a
/// command has written so.
fn trade_status(order: &Order, now_us: i64) -> &'static str {
    match order.state {
        OrderState::WaitBuyerPay if planted(Plant::WaitingToldAsPaid) => "TRADE_SUCCESS",
        // An offer that nobody took up is not found, so this is never said.
        OrderState::Offered | OrderState::WaitBuyerPay => "WAIT_BUYER_PAY",
        OrderState::Paid if order.paid_at_us.is_some_and(|at_us| now_us >= at_us + REFUND_WINDOW_US) => {
            "TRADE_FINISHED"
        }
        OrderState::Paid => "TRADE_SUCCESS",
        OrderState::Finished => "TRADE_FINISHED",
        OrderState::Closed => "TRADE_CLOSED",
    }
}
