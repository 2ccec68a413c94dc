//! `alipay.trade.pay` with `auth_no`: an order is paid from frozen money.

use crate::codes::Failure;
use crate::facts::{Field, Kind, Part};
use crate::methods::trade_pay::{failed, respond};
use crate::order_fields::{More, NamedBuyer, OrderFields, ProductCodes};
use crate::registry::Done;
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use base::FreezeNo;
use engine::PayFrozen;
use trade::{FreezeProduct, PayFrozenRefused, Product};
use wire::json::{Json, Object};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["PRE_AUTH", "PRE_AUTH_ONLINE", "PREAUTH_PAY"], required: true };

/// What names the frozen money, and what is read beside it.
pub(crate) const FROZEN: Part = Part::Read(&[
    Field::may("auth_no", Kind::Opaque).note("pays from frozen money; no `auth_code` beside it"),
    Field::may("auth_confirm_mode", Kind::OneOf(&["NOT_COMPLETE", "COMPLETE"])).note("with `auth_no`"),
    Field::may("buyer_id", Kind::Party).note("with `auth_no`: who must have frozen it"),
    Field::may("buyer_logon_id", Kind::Line(100)).note("as `buyer_id`, and not looked at beside it"),
]);

struct Frozen {
    order: OrderFields,
    buyer: Option<NamedBuyer>,
    freeze: Option<FreezeNo>,
    product: FreezeProduct,
    complete: bool,
}

/// Whether the request pays from a freeze.
pub(crate) fn is_asked(fields: &Object) -> Result<bool, Failure> {
    Ok(fields::text(fields, "auth_no")?.is_some())
}

/// Whether a field is there and says anything.
fn is_given(fields: &Object, name: &str) -> bool {
    match fields.get(name) {
        None | Some(Json::Null) => false,
        Some(Json::Text(text)) => !text.is_empty(),
        Some(Json::Object(object)) => object.iter().next().is_some(),
        Some(_) => true,
    }
}

fn read(caller: &Caller, fields: &Object) -> Result<Frozen, Failure> {
    let order = OrderFields::read(caller, fields, Product::FaceToFace, &PRODUCT_CODES)?;
    // Who pays is decided already: a code or an agreement beside the freeze would name a second payer.
    for name in ["auth_code", "agreement_params"] {
        if is_given(fields, name) {
            return Err(Failure::field(name, "与auth_no不能同时传入"));
        }
    }
    let product = FreezeProduct::of_wire(fields::required(fields, "product_code")?);
    let product = product.ok_or_else(|| Failure::field("product_code", "不是预授权的产品码"))?;
    let complete = match fields::text(fields, "auth_confirm_mode")? {
        None | Some("NOT_COMPLETE") => false,
        Some("COMPLETE") => true,
        Some(_) => return Err(Failure::field("auth_confirm_mode", "应为COMPLETE或NOT_COMPLETE")),
    };
    let freeze = fields::required(fields, "auth_no")?.parse().ok();
    Ok(Frozen { order, buyer: NamedBuyer::read(fields)?, freeze, product, complete })
}

pub(crate) async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Frozen { order, buyer, freeze, product, complete } = call.request();
    let number = &order.out_trade_no;
    let Some(freeze) = *freeze else {
        return Err(
            Failure::refused(PayFrozenRefused::FreezeNotFound).with(|members| failed(members, number))
        );
    };
    let named_buyer = match buyer {
        Some(buyer) => Some(buyer.find(gateway).await?),
        None => None,
    };
    let order = order.open(call.caller(), More { named_buyer, ..More::default() });
    let command = PayFrozen { order, freeze, product: *product, complete: *complete };
    let opened = gateway.door.ask(command).await;
    let opened = opened.map_err(|error| Failure::of_cell(error).with(|members| failed(members, number)))?;
    Ok(Done::Say(respond(&opened)))
}
