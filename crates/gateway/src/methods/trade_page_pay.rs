//! `alipay.trade.page.pay`: a desktop browser is sent to the cashier.

use crate::codes::{Failure, NameRefused, offered_with_order, opened_by_link};
use crate::facts::{Facts, Field, Kind, Part, Wrong, listed};
use crate::fields::text;
use crate::order_facts::{NO_DEBIT, NO_ESCROW, OFFERED, ORDER, ORDER_IGNORED, ORDER_REFUSED, SIGNING};
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
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER,
        Part::Read(&[
            Field::must("product_code", Kind::OneOf(PRODUCT_CODES.allowed)),
            Field::may("qr_pay_mode", Kind::OneOf(QR_PAY_MODES)).note("checked; one cashier serves all"),
            Field::may("integration_type", Kind::OneOf(INTEGRATIONS)).note("checked; one cashier serves all"),
        ]),
        SIGNING,
        ORDER_REFUSED,
        NO_DEBIT,
        NO_ESCROW,
        ORDER_IGNORED,
    ],
    answers: OFFERED,
    refuses: &[
        || listed(opened_by_link()),
        || listed([NameRefused::ProductNotSupported]),
        || listed(offered_with_order()),
    ],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","product_code":"FAST_INSTANT_TRADE_PAY"}"#,
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","product_code":"FAST_INSTANT_TRADE_PAY",
            "agreement_sign_params":{"personal_product_code":"GENERAL_WITHHOLDING_P","sign_scene":"INDUSTRY|SHOP",
            "access_params":{"channel":"ALIPAYAPP"},"period_rule_params":{"period_type":"DAY","period":7,
            "execute_time":"2026-02-01","single_amount":"1.00"}}}"#,
    ],
    support: "money comes from the buyer's balance alone; no discounts, points, instalments or splitting",
};

const PRODUCT_CODES: ProductCodes = ProductCodes { allowed: &["FAST_INSTANT_TRADE_PAY"], required: true };

const QR_PAY_MODES: &[&str] = &["0", "1", "2", "3", "4"];
const INTEGRATIONS: &[&str] = &["ALIAPP", "PCWEB"];

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
        None => {}
        Some(mode) if QR_PAY_MODES.contains(&mode) => {}
        Some(_) => return Err(Failure::field("qr_pay_mode", "应为0、1、2、3或4")),
    }
    match text(fields, "integration_type")? {
        None => Ok(()),
        Some(kind) if INTEGRATIONS.contains(&kind) => Ok(()),
        Some(_) => Err(Failure::field("integration_type", "应为ALIAPP或PCWEB")),
    }
}
