//! `alipay.trade.fastpay.refund.query`: how one refund stands.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong, of};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::methods::{before, funds_of};
use crate::order_facts::{BILL, ORDER_NAME};
use crate::order_name::OrderName;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::{Plant, planted};
use engine::{FindRefund, RefundView};
use trade::{FindRefused, OutRequestNo, RefundState, SplitLine};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.fastpay.refund.query",
    title: "统一收单交易退款查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run_as_of(gateway, call, None)),
};

/// What receivers gave back.
const GIVEN: Shape = Shape::List(&[
    Member::text("royalty_type"),
    Member::text("result_code"),
    Member::text("refund_amount"),
    Member::text("trans_out"),
    Member::text("trans_in"),
    Member::text("ori_trans_out"),
    Member::text("ori_trans_in"),
]);

const FACTS: Facts = Facts {
    asks: &[
        ORDER_NAME,
        Part::Read(&[
            Field::must("out_request_no", Kind::Number(64, REQUEST_NO_ALSO))
                .note("of a whole refund without one: the order's `out_trade_no`"),
            Field::may("query_options", Kind::Names(&["refund_detail_item_list", "gmt_refund_pay"])),
        ]),
        Part::Ignored(&["org_pid"]),
    ],
    answers: &[
        Member::text("out_request_no").when("the refund was made, as all the others"),
        Member::text("out_trade_no").when("the refund was made; a failed query repeats it"),
        Member::text("trade_no").when("the refund was made"),
        Member::text("total_amount").when("the refund was made"),
        Member::text("refund_amount").when("the refund was made"),
        Member::text("refund_status").when("the refund was made: `REFUND_SUCCESS`"),
        Member::text("refund_reason").when("it was given"),
        Member::of("refund_royaltys", GIVEN).when("receivers of a split gave back"),
        Member::text("gmt_refund_pay").when("it is asked for"),
        Member::of("refund_detail_item_list", BILL).when("it is asked for"),
        Member::text("send_back_fee").when("`refund_detail_item_list` is asked for"),
    ],
    refuses: &[of::<FindRefund>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","out_request_no":"R1"}"#,
        r#"{"trade_no":"2026010222000000000001","out_request_no":"R1"}"#,
    ],
    support: "",
};

struct Query {
    name: OrderName,
    out_request_no: OutRequestNo,
    with_details: bool,
    with_time: bool,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let out_request_no = fields::number(fields, "out_request_no", REQUEST_NO_ALSO)?;
    Ok(Query {
        name: OrderName::read(fields)?,
        out_request_no: out_request_no.ok_or_else(|| Failure::field("out_request_no", "缺失"))?,
        with_details: fields::asks_for(fields, "refund_detail_item_list")?,
        with_time: fields::asks_for(fields, "gmt_refund_pay")?,
    })
}

/// Runs it, when asked to as things stood at a moment before, microseconds UTC.
pub(crate) async fn run_as_of(
    gateway: &Gateway,
    call: Verified<Object>,
    as_of_us: Option<i64>,
) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let asked = call.request();
    let found = match asked.name.which.clone() {
        Some(which) => {
            let (seller, out_request_no) = (call.caller().seller(), asked.out_request_no.clone());
            gateway.door.ask(FindRefund { seller, which, out_request_no }).await.map_err(Failure::of_cell)
        }
        None => Err(Failure::refused(FindRefused::TradeNotFound)),
    };
    let found = found.and_then(|mut view| {
        if let Some(at_us) = as_of_us {
            before::as_of(&view.order, at_us).ok_or_else(|| Failure::refused(FindRefused::TradeNotFound))?;
            view.refund = view.refund.filter(|refund| refund.at_us <= at_us);
        }
        Ok(view)
    });
    let view = found.map_err(|failure| failure.with(|members| asked.name.echo(members)))?;
    Ok(Done::Say(respond(&view, asked)))
}

/// A refund that is not known, or has not arrived, is answered with code and msg alone: clients take any
/// `out_request_no` or `refund_status` in the answer for a refund that was made.
fn respond(view: &RefundView, asked: &Query) -> Response {
    let mut response = Response::success();
    let done = view.refund.as_ref().filter(|refund| match refund.state {
        RefundState::Done => true,
        RefundState::UnderWay => planted(Plant::RefundUnderWayToldAsDone),
        RefundState::Returned => false,
    });
    let Some(refund) = done else { return response };
    let members = &mut response.members;
    members.text("out_request_no", refund.out_request_no.as_str());
    members.text("out_trade_no", view.order.out_trade_no.as_str());
    members.text("trade_no", &view.order.no.to_string());
    members.text("total_amount", &view.order.total().to_string());
    members.text("refund_amount", &refund.amount().to_string());
    members.text("refund_status", "REFUND_SUCCESS");
    members.text_some("refund_reason", refund.reason.as_ref().map(|text| text.as_str()));
    if !view.back.is_empty() {
        members
            .objects("refund_royaltys", view.back.iter().map(|line| given(view, line)).collect::<Vec<_>>());
    }
    if asked.with_time {
        members.text("gmt_refund_pay", &format_cn(refund.at_us));
    }
    if asked.with_details {
        members.objects("refund_detail_item_list", funds_of(&view.order, refund.amount()));
        members.text("send_back_fee", &refund.amount().to_string());
    }
    response
}

/// What a receiver of a split gave back for the refund.
fn given(view: &RefundView, line: &SplitLine) -> ObjectWriter {
    let (merchant, receiver) = (view.order.seller.to_string(), line.receiver.to_string());
    let mut members = ObjectWriter::new();
    members.text("royalty_type", "transfer").text("result_code", "SUCCESS");
    members.text("refund_amount", &line.amount().to_string());
    members.text("trans_out", &receiver).text("trans_in", &merchant);
    members.text("ori_trans_out", &merchant).text("ori_trans_in", &receiver);
    members
}
