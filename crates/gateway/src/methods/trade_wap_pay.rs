//! `alipay.trade.wap.pay`: a phone's browser is sent to the cashier.
//!
//! One client library calls the product QUICK_WAP_PAY.

use crate::codes::{Failure, opened_by_link};
use crate::facts::{Facts, Field, Kind, Part, Wrong, listed};
use crate::order_facts::{NO_DEBIT, NO_ESCROW, NO_SIGNING, OFFERED, ORDER, ORDER_IGNORED, ORDER_REFUSED};
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
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER,
        Part::Read(&[Field::must("product_code", Kind::OneOf(PRODUCT_CODES.allowed))]),
        ORDER_REFUSED,
        NO_SIGNING,
        NO_DEBIT,
        NO_ESCROW,
        ORDER_IGNORED,
    ],
    answers: OFFERED,
    refuses: &[|| listed(opened_by_link())],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","product_code":"QUICK_WAP_WAY"}"#,
    ],
    support: "money comes from the buyer's balance alone; no discounts, points, instalments or splitting",
};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["QUICK_WAP_WAY", "QUICK_WAP_PAY"], required: true };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    OrderFields::read(caller, fields, Product::Wap, &PRODUCT_CODES)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    offer::open_page(gateway, call.read(read)?).await
}
