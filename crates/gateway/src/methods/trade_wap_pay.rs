//! `alipay.trade.wap.pay`: a phone's browser is sent to the cashier.
//!
//! One client library calls the product QUICK_WAP_PAY.

use crate::codes::Failure;
use crate::order_fields::{OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method, PageKind};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, offer};
use trade::Product;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.wap.pay",
    title: "手机网站支付接口2.0",
    face: Face::Page(PageKind::Cashier),
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["QUICK_WAP_WAY", "QUICK_WAP_PAY"], required: true };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    OrderFields::read(caller, fields, Product::Wap, &PRODUCT_CODES)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    offer::open_page(gateway, call.read(read)?).await
}
