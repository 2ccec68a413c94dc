//! `alipay.trade.create`: a trade for a buyer whom the merchant names. It exists at once.

use crate::Gateway;
use crate::codes::{Failure, opened_and_claimed};
use crate::facts::{Facts, Field, Kind, Part, Wrong, listed, of};
use crate::fields;
use crate::order_facts::{NO_DEBIT, NO_SIGNING, OPENED, ORDER, ORDER_IGNORED, ORDER_REFUSED};
use crate::order_fields::{More, NamedBuyer, OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use engine::FindLogin;
use trade::{Goods, Product};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.create",
    title: "统一收单交易创建接口",
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
            Field::when("buyer_id", Kind::Party, "unless `buyer_logon_id` is there"),
            Field::when("buyer_logon_id", Kind::Line(100), "unless `buyer_id` is there"),
            Field::may("escrow_goods", Kind::OneOf(GOODS))
                .note("our own: the money is held until the buyer confirms"),
        ]),
        ORDER_REFUSED,
        NO_SIGNING,
        NO_DEBIT,
        ORDER_IGNORED,
    ],
    answers: OPENED,
    refuses: &[of::<FindLogin>, || listed(opened_and_claimed())],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","buyer_id":"2088000000000001"}"#,
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","buyer_logon_id":"alice@example.com"}"#,
    ],
    support: "money comes from the buyer's balance alone; no discounts, points, instalments or splitting",
};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["JSAPI_PAY", "FACE_TO_FACE_PAYMENT", "OFFLINE_PAYMENT"], required: false };

/// The kinds of goods that a guaranteed trade may be of.
const GOODS: &[&str] = &["physical", "virtual", "auto_delivery", "top_up", "wholesale", "cross_border"];
const _: () = assert!(GOODS.len() == Goods::ALL.len(), "the guide names every kind");

struct Create {
    order: OrderFields,
    buyer: NamedBuyer,
}

fn read(caller: &Caller, fields: &Object) -> Result<Create, Failure> {
    let goods = goods(fields)?;
    let product = goods.map_or(Product::MiniProgram, Goods::product);
    let order = OrderFields::read(caller, fields, product, &PRODUCT_CODES)?;
    let buyer = NamedBuyer::read(fields)?;
    Ok(Create {
        order,
        buyer: buyer.ok_or_else(|| Failure::field("buyer_id", "与buyer_logon_id不能同时为空"))?,
    })
}

/// `escrow_goods`, our own: the payment is held until the buyer confirms goods of this kind.
fn goods(fields: &Object) -> Result<Option<Goods>, Failure> {
    let Some(name) = fields::text(fields, "escrow_goods")? else { return Ok(None) };
    let found = Goods::ALL.into_iter().find(|goods| goods.as_str() == name);
    found.map(Some).ok_or_else(|| Failure::field("escrow_goods", "不是担保交易的商品类型"))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Create { order, buyer } = call.request();
    let named_buyer = buyer.find(gateway).await?;
    let more = More { named_buyer: Some(named_buyer), ..More::default() };
    let opened = gateway.door.ask(order.open(call.caller(), more)).await;
    let opened = opened.map_err(|error| Failure::of_cell(error).with(|members| order.echo(members)))?;
    let mut response = Response::success();
    response.members.text("out_trade_no", order.out_trade_no.as_str());
    response.members.text("trade_no", &opened.order.no.to_string());
    Ok(Done::Say(response))
}
