//! `alipay.trade.orderinfo.sync`: a merchant tells how far a credit trade was fulfilled. There is no credit
//! here that it could change: the order is looked up, and nothing is kept.

use crate::codes::Failure;
use crate::codes::grant::SyncRefused;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, every};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use base::OrderNo;
use cell::CellError;
use engine::{FindOrder, Which};
use wire::envelope::Response;
use wire::json::{Json, Object};

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.orderinfo.sync",
    title: "支付宝订单信息同步接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("trade_no", Kind::Opaque),
            Field::must("out_request_no", Kind::Number(64, "_-.")),
            Field::must("biz_type", Kind::OneOf(BIZ_TYPES)),
            Field::may("order_biz_info", Kind::Special)
                .note("text that is a JSON object, its `status` one of `COMPLETE`, `CLOSED`, `VIOLATED`"),
        ]),
        Part::Ignored(&["orig_request_no"]),
    ],
    answers: &[
        Member::user("buyer_user_id", "buyer_open_id").when("there is a buyer"),
        Member::text("out_trade_no"),
        Member::text("trade_no"),
    ],
    refuses: &[every::<SyncRefused>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{"trade_no":"2026010222000000000001","out_request_no":"R1","biz_type":"CREDIT_AUTH"}"#],
    support: "nothing is kept, since there is no credit that it could change",
};

/// The kinds of credit trade.
const BIZ_TYPES: &[&str] = &["CREDIT_AUTH", "CREDIT_DEDUCT"];
/// What is told about an order.
const STATUSES: [&str; 3] = ["COMPLETE", "CLOSED", "VIOLATED"];

fn read(_caller: &Caller, fields: &Object) -> Result<OrderNo, Failure> {
    let order_no = fields::required(fields, "trade_no")?;
    fields::number::<64>(fields, "out_request_no", "_-.")?
        .ok_or_else(|| Failure::field("out_request_no", "缺失"))?;
    match fields::required(fields, "biz_type")? {
        kind if BIZ_TYPES.contains(&kind) => {}
        _ => return Err(Failure::field("biz_type", "应为CREDIT_AUTH或CREDIT_DEDUCT")),
    }
    if let Some(info) = fields::text(fields, "order_biz_info")? {
        let Ok(Json::Object(info)) = wire::json::parse(info) else {
            return Err(Failure::field("order_biz_info", "应为JSON对象"));
        };
        let status = info.text("status").map_err(|_| Failure::field("order_biz_info", "类型错误"))?;
        if !status.is_some_and(|status| STATUSES.contains(&status)) {
            return Err(Failure::refused(SyncRefused::StatusInvalid));
        }
    }
    order_no.parse().map_err(|_| Failure::refused(SyncRefused::TradeNotFound))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let (seller, which) = (call.caller().seller(), Which::No(*call.request()));
    let found = gateway.door.ask(FindOrder { seller, which }).await;
    let order = found.map_err(|error| match error {
        CellError::Refused(_) => Failure::refused(SyncRefused::TradeNotFound),
        error => Failure::of_cell(error),
    })?;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text_some("buyer_user_id", order.buyer.map(|buyer| buyer.to_string()).as_deref());
    members.text("out_trade_no", order.out_trade_no.as_str());
    members.text("trade_no", &order.no.to_string());
    Ok(Done::Say(response))
}
