//! `alipay.trade.wap.pay`: a phone's browser is sent to the cashier.
//!
//! One client library calls the product QUICK_WAP_PAY.

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
    name: "alipay.trade.wap.pay",
    title: "手机网站支付接口2.0",
    face: Face::Page,
    version_optional: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["QUICK_WAP_WAY", "QUICK_WAP_PAY"], required: true };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    OrderFields::read(caller, fields, Product::Wap, &PRODUCT_CODES)
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
