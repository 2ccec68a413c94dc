//! `alipay.trade.order.settle.query`: how one split stands.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong, of};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::receiver::TRADE_NO_LENGTH_MAX;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::OrderNo;
use engine::{FindSplit, FindSplitRefused, SplitView, WhichSplit};
use trade::{SettleNo, SplitKind, SplitLine, SplitState};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.order.settle.query",
    title: "交易分账查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::when("settle_no", Kind::Number(TRADE_NO_LENGTH_MAX, ""), "without the two others")
            .note("wins"),
        Field::when("trade_no", Kind::Number(TRADE_NO_LENGTH_MAX, ""), "without `settle_no`"),
        Field::when("out_request_no", Kind::Number(64, REQUEST_NO_ALSO), "without `settle_no`"),
    ])],
    answers: &[
        Member::text("out_request_no"),
        Member::text("operation_dt"),
        Member::of(
            "royalty_detail_list",
            Shape::List(&[
                Member::text("operation_type"),
                Member::text("execute_dt"),
                Member::text("trans_out"),
                Member::text("trans_out_type"),
                Member::text("trans_in"),
                Member::text("trans_in_type"),
                Member::text("amount"),
                Member::text("detail_id"),
                Member::text("state"),
                Member::text("error_code").when("the state is `FAIL`"),
                Member::text("error_desc").when("the state is `FAIL`"),
            ]),
        ),
    ],
    refuses: &[of::<FindSplit>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"settle_no":"2026010222000000000001"}"#,
        r#"{"trade_no":"2026010222000000000001","out_request_no":"r1"}"#,
    ],
    support: "",
};

struct Query {
    /// Absent when the number is none of ours.
    which: Option<(OrderNo, WhichSplit)>,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    if let Some(no) = fields::number::<TRADE_NO_LENGTH_MAX>(fields, "settle_no", "")? {
        let no = no.as_str().parse::<SettleNo>().ok();
        return Ok(Query { which: no.map(|no| (no.order_no, WhichSplit::Place(no.place))) });
    }
    let trade_no = fields::number::<TRADE_NO_LENGTH_MAX>(fields, "trade_no", "")?;
    let number = fields::number(fields, "out_request_no", REQUEST_NO_ALSO)?;
    let (Some(trade_no), Some(number)) = (trade_no, number) else {
        return Err(Failure::field("settle_no", "与out_request_no加trade_no不能同时为空"));
    };
    let order_no = trade_no.as_str().parse().ok();
    Ok(Query { which: order_no.map(|order_no| (order_no, WhichSplit::Number(number))) })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let seller = call.caller().seller();
    let Some((order_no, which)) = call.request().which.clone() else {
        return Err(Failure::refused(FindSplitRefused::TradeNotFound));
    };
    let found = gateway.door.ask(FindSplit { seller, order_no, which }).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    response.members.text("out_request_no", found.split.out_request_no.as_str());
    response.members.text("operation_dt", &format_cn(found.split.at_us));
    let lines = found.lines.iter().map(|line| detail(&found, line));
    response.members.objects("royalty_detail_list", lines.collect::<Vec<_>>());
    Ok(Done::Say(response))
}

fn detail(view: &SplitView, line: &SplitLine) -> ObjectWriter {
    let mut members = ObjectWriter::new();
    let (seller, receiver) = (view.seller.to_string(), line.receiver.to_string());
    let (operation, from, to) = match view.split.kind {
        SplitKind::Out => ("transfer", seller, receiver),
        SplitKind::Back => ("transfer_refund", receiver, seller),
    };
    members.text("operation_type", operation);
    members.text("execute_dt", &format_cn(line.at_us));
    members.text("trans_out", &from).text("trans_out_type", "userId");
    members.text("trans_in", &to).text("trans_in_type", "userId");
    members.text("amount", &line.amount().to_string());
    members.text("detail_id", &format!("{}{:02}", view.split.no(), line.line));
    match line.state {
        SplitState::UnderWay
        | SplitState::Asked
        | SplitState::Taken
        | SplitState::Returning
        | SplitState::Restoring => members.text("state", "PROCESSING"),
        // What a receiver cannot have again was given, though its refund came back.
        SplitState::Done | SplitState::Kept => members.text("state", "SUCCESS"),
        SplitState::Returned | SplitState::Refused if view.split.kind == SplitKind::Back => members
            .text("state", "FAIL")
            .text("error_code", "TRADE_SETTLE_ERROR")
            .text("error_desc", "退款未成功，资金仍归分账收入方"),
        SplitState::Returned | SplitState::Refused => members
            .text("state", "FAIL")
            .text("error_code", "ROYALTY_RECEIVER_ACCOUNT_NOT_EXIST")
            .text("error_desc", "分账收入方账户已注销，资金已退回"),
    };
    members
}
