//! `alipay.trade.pay`: the merchant scans the code that a buyer shows.

use crate::Gateway;
use crate::codes::Failure;
use crate::methods::{buyer, from_balance, no_amounts, paid_amounts, trade_pay_frozen};
use crate::order_fields::{More, OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::{Plant, Slot, planted};
use engine::{Opened, PayBy};
use trade::{OutTradeNo, Product};
use wire::auth_code::is_bar_code;
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.pay",
    title: "统一收单交易支付接口",
    face: Face::Answer,
    version_optional: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["FACE_TO_FACE_PAYMENT", "OFFLINE_PAYMENT"], required: false };

struct Pay {
    order: OrderFields,
    code: String,
}

fn read(caller: &Caller, fields: &Object) -> Result<Pay, Failure> {
    let order = OrderFields::read(caller, fields, Product::FaceToFace, &PRODUCT_CODES)?;
    // A face (security_code) takes the same path as a code: both stand for a buyer who is there.
    match fields::text(fields, "scene")? {
        None | Some("bar_code" | "wave_code" | "security_code") => {}
        Some(_) => return Err(Failure::field("scene", "应为bar_code、wave_code或security_code")),
    }
    let code = fields::required(fields, "auth_code")?;
    if !is_bar_code(code) {
        return Err(Failure::field("auth_code", "应为25～30开头的16～24位数字"));
    }
    Ok(Pay { order, code: code.to_owned() })
}

/// The code as the cell takes it: its last two digits name the buyer's slot, the rest only as a keyed digest.
pub(crate) fn pay_by(gateway: &Gateway, code: &str) -> Result<PayBy, Failure> {
    let slot = code.get(code.len() - 2..).and_then(|digits| digits.parse().ok());
    let slot = slot.and_then(|number| Slot::new(number).ok());
    let slot = slot.ok_or_else(|| Failure::field("auth_code", "格式错误"))?;
    Ok(PayBy { slot, digest: gateway.world.secrets.pay_code_digest(code) })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    if trade_pay_frozen::is_asked(call.request())? {
        return trade_pay_frozen::run(gateway, call).await;
    }
    let call = call.read(read)?;
    let Pay { order, code } = call.request();
    let more = More { pay_by: Some(pay_by(gateway, code)?), ..More::default() };
    let opened = gateway.door.ask(order.open(call.caller(), more)).await;
    let opened = opened
        .map_err(|error| Failure::of_cell(error).with(|members| failed(members, &order.out_trade_no)))?;
    Ok(Done::Say(respond(&opened)))
}

/// What a failed payment says beside its codes.
pub(crate) fn failed(members: &mut ObjectWriter, number: &OutTradeNo) {
    no_amounts(members);
    members.text("out_trade_no", number.as_str());
}

pub(crate) fn respond(opened: &Opened) -> Response {
    let order = &opened.order;
    let done = opened.paid || planted(Plant::UnconfirmedPayToldAsPaid);
    let mut response = if done { Response::success() } else { Response::waiting() };
    let members = &mut response.members;
    buyer(members, order);
    members.text("out_trade_no", order.out_trade_no.as_str());
    members.text("trade_no", &order.no.to_string());
    members.text("total_amount", &order.total().to_string());
    if opened.paid {
        paid_amounts(members, order.total());
        members.objects("fund_bill_list", from_balance(order.total()));
        members.text_some("gmt_payment", order.paid_at_us.map(format_cn).as_deref());
    } else {
        no_amounts(members);
    }
    response
}
