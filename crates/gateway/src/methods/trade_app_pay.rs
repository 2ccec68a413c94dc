//! `alipay.trade.app.pay`: an order string that a phone app hands to the wallet.
//!
//! Called over HTTP it opens the same order.

use crate::codes::{Failure, NameRefused, offered_with_order, opened_for_later};
use crate::facts::{Facts, Field, Kind, Part, Wrong, listed};
use crate::order_facts::{NO_DEBIT, NO_ESCROW, OFFERED, ORDER, ORDER_IGNORED, ORDER_REFUSED, SIGNING};
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
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER,
        Part::Read(&[Field::may("product_code", Kind::OneOf(PRODUCT_CODES.allowed))]),
        SIGNING,
        ORDER_REFUSED,
        NO_DEBIT,
        NO_ESCROW,
        ORDER_IGNORED,
    ],
    answers: OFFERED,
    refuses: &[
        || listed(opened_for_later()),
        || listed([NameRefused::ProductNotSupported]),
        || listed(offered_with_order()),
    ],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea"}"#,
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea",
            "agreement_sign_params":{"personal_product_code":"GENERAL_WITHHOLDING_P","sign_scene":"INDUSTRY|SHOP",
            "access_params":{"channel":"ALIPAYAPP"},"period_rule_params":{"period_type":"DAY","period":7,
            "execute_time":"2026-02-01","single_amount":"1.00"}}}"#,
    ],
    support: "money comes from the buyer's balance alone; no discounts, points, instalments or splitting",
};

const PRODUCT_CODES: ProductCodes = ProductCodes { allowed: &["QUICK_MSECURITY_PAY"], required: false };

fn read(caller: &Caller, fields: &Object) -> Result<OrderFields, Failure> {
    OrderFields::read(caller, fields, Product::App, &PRODUCT_CODES)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    offer::open(gateway, call.read(read)?).await
}
