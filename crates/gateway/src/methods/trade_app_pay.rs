//! `alipay.trade.app.pay`: an order string that a phone app hands to the wallet.
//!
//! Called over HTTP it opens the same order.

use crate::Gateway;
use crate::codes::Failure;
use crate::order_fields::{More, OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use trade::Product;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.app.pay",
    title: "app支付接口2.0",
    face: Face::OrderString,
    version_optional: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes = ProductCodes { allowed: &["QUICK_MSECURITY_PAY"], required: false };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    OrderFields::read(caller, fields, Product::App, &PRODUCT_CODES)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let order = call.request();
    let opened =
        gateway.door.ask(order.open(call.caller(), More::default())).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    response.members.text("out_trade_no", order.out_trade_no.as_str());
    response.members.text("seller_id", &call.caller().seller().to_string());
    response.members.text("total_amount", &order.total().to_string());
    response.members.text_some("merchant_order_no", order.merchant_order_no());
    Ok(Done::Opened { order_no: opened.order.no, response })
}
