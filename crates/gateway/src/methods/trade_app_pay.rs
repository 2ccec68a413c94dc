//! `alipay.trade.app.pay`: an order string that a phone app hands to the wallet.
//!
//! Called over HTTP it opens the same order.

use crate::codes::Failure;
use crate::order_fields::{OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method, PageKind};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, offer};
use trade::Product;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.app.pay",
    title: "app支付接口2.0",
    face: Face::OrderString(PageKind::Cashier),
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes = ProductCodes { allowed: &["QUICK_MSECURITY_PAY"], required: false };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    OrderFields::read(caller, fields, Product::App, &PRODUCT_CODES)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    offer::open(gateway, call.read(read)?).await
}
