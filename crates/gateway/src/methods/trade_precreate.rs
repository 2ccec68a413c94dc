//! `alipay.trade.precreate`: a code for the buyer to scan. Until then the trade does not exist for the world.

use crate::Gateway;
use crate::codes::Failure;
use crate::order_fields::{More, NamedBuyer, OrderFields, ProductCodes, timeout};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use trade::{Product, Timeout};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.precreate",
    title: "统一收单线下交易预创建",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes = ProductCodes {
    allowed: &["FACE_TO_FACE_PAYMENT", "OFFLINE_PAYMENT", "QR_CODE_OFFLINE"],
    required: false,
};

struct Precreate {
    order: OrderFields,
    buyer: Option<NamedBuyer>,
    code_timeout: Option<Timeout>,
}

fn read(caller: &Caller, fields: &Object) -> Result<Precreate, Failure> {
    Ok(Precreate {
        order: OrderFields::read(caller, fields, Product::QrCode, &PRODUCT_CODES)?,
        buyer: NamedBuyer::read(fields)?,
        code_timeout: timeout(fields, "qr_code_timeout_express")?,
    })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Precreate { order, buyer, code_timeout } = call.request();
    let named_buyer = match buyer {
        Some(buyer) => Some(buyer.find(gateway).await?),
        None => None,
    };
    let more = More { named_buyer, code_timeout: *code_timeout, pay_by: None };
    let opened = gateway.door.ask(order.open(call.caller(), more)).await;
    let opened = opened.map_err(|error| Failure::of_cell(error).with(|members| order.echo(members)))?;
    let mut response = Response::success();
    response.members.text("out_trade_no", order.out_trade_no.as_str());
    response.members.text("qr_code", &gateway.world.qr_url(opened.order.no));
    Ok(Done::Say(response))
}
