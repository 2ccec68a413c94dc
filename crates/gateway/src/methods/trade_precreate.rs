//! `alipay.trade.precreate`: a code for the buyer to scan. Until then the trade does not exist for the world.

use crate::Gateway;
use crate::codes::{Failure, opened_for_named};
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, listed, of};
use crate::order_facts::{NO_DEBIT, NO_ESCROW, NO_SIGNING, ORDER, ORDER_IGNORED, ORDER_REFUSED};
use crate::order_fields::{More, NamedBuyer, OrderFields, ProductCodes, timeout};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use engine::FindLogin;
use trade::{Product, Timeout};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.precreate",
    title: "统一收单线下交易预创建",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER,
        Part::Read(&[
            Field::may("product_code", Kind::OneOf(PRODUCT_CODES.allowed)),
            Field::may("buyer_id", Kind::Party).note("the only buyer who may pay"),
            Field::may("buyer_logon_id", Kind::Line(100)).note("not looked at beside `buyer_id`"),
            Field::may("qr_code_timeout_express", Kind::Timeout),
        ]),
        ORDER_REFUSED,
        NO_SIGNING,
        NO_DEBIT,
        NO_ESCROW,
        ORDER_IGNORED,
    ],
    answers: &[Member::text("out_trade_no"), Member::text("qr_code")],
    refuses: &[of::<FindLogin>, || listed(opened_for_named())],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea"}"#],
    support: "money comes from the buyer's balance alone; no discounts, points, instalments or splitting",
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
