//! `alipay.trade.page.pay`: a desktop browser is sent to the cashier.

use crate::codes::Failure;
use crate::fields::text;
use crate::order_fields::{OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method, PageKind};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, offer};
use trade::Product;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.page.pay",
    title: "统一收单下单并支付页面接口",
    face: Face::Page(PageKind::Cashier),
    version_optional: false,
    sandbox_only: false,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const PRODUCT_CODES: ProductCodes = ProductCodes { allowed: &["FAST_INSTANT_TRADE_PAY"], required: true };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    check_page_fields(fields)?;
    OrderFields::read(caller, fields, Product::Page, &PRODUCT_CODES)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    offer::open_page(gateway, call.read(read)?).await
}

/// How the page is to show its code and where it is embedded: known values only, though one cashier serves all.
fn check_page_fields(fields: &Object) -> Result<(), Failure> {
    match text(fields, "qr_pay_mode")? {
        None | Some("0" | "1" | "2" | "3" | "4") => {}
        Some(_) => return Err(Failure::field("qr_pay_mode", "应为0、1、2、3或4")),
    }
    match text(fields, "integration_type")? {
        None | Some("ALIAPP" | "PCWEB") => Ok(()),
        Some(_) => Err(Failure::field("integration_type", "应为ALIAPP或PCWEB")),
    }
}
