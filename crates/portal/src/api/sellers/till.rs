//! `/sellers/{seller_id}/till` and `/codes`: money taken by a person of the merchant, from the code that a buyer shows
//! or by a code that a buyer scans.
//!
//! An order is opened as the merchant's programs open theirs, under the merchant's first own app that may be used, with
//! the key of the call as its number and the person as its clerk. Nobody is notified: whoever stands at the till sees
//! the answer. The order under the key is looked for in the cell first: a repetition hears what became of it, not
//! whether the merchant could open one now.

use super::super::key::Key;
use super::super::{first_or_again, moment};
use super::told::{SellerOrder, state_name};
use super::{find_order, line};
use crate::people::AtShop;
use crate::picture::qr_code;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_party::amount_of;
use crate::sandbox_pay::pay_refused;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{AppId, PartyId, Slot, Text};
use engine::{OpenOrder, Opened, PayBy, Which};
use people::AppStatus;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Delivery, Meaning, OpenRefused, Order, OrderState, Product, WireCharset};
use utoipa::ToSchema;
use wire::auth_code::is_bar_code;

/// Apps of a merchant that are looked at.
const APPS_MAX: usize = 100;
/// The kind of key under which the engine knows a payment at the till.
const TILL: &str = "shop_till";
/// The kind of key under which the engine knows an order by code.
const CODE: &str = "shop_code";

/// What is taken from the code that a buyer shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSellerCharge {
    /// The digits of the buyer's code.
    pay_code: String,
    /// How much, yuan.
    amount: String,
    /// What is sold: 256 characters at most, in one line.
    subject: String,
    /// The store.
    store_id: Option<String>,
    /// The till.
    terminal_id: Option<String>,
}

/// What came of a payment at the till.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerCharge {
    outcome: SellerChargeOutcome,
    /// The order.
    order: SellerOrder,
    /// Whether the order was there before under this key.
    replayed: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SellerChargeOutcome {
    /// It is paid.
    Paid,
    /// The buyer is asked for the payment password.
    Waiting,
}

/// An order for a buyer to scan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSellerCode {
    /// How much, yuan.
    amount: String,
    /// What is sold: 256 characters at most, in one line.
    subject: String,
    /// The store.
    store_id: Option<String>,
}

/// A code for a buyer to scan. It is of one order, which is paid once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerCode {
    /// The order.
    trade_no: String,
    /// What the code says.
    text: String,
    /// The QR code, a document of SVG.
    qr_svg: String,
    /// How much, yuan.
    amount: String,
    /// What is sold.
    subject: String,
    /// Until when it can be scanned.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether the order was there before under this key.
    replayed: bool,
}

/// What is to be opened, as it was said.
struct Said<'a> {
    product: Product,
    kind: &'static str,
    amount: &'a str,
    subject: &'a str,
    store_id: Option<&'a str>,
    terminal_id: Option<&'a str>,
    pay_by: Option<PayBy>,
}

/// A store or a till, as it was said.
pub(super) fn place(
    text: Option<&str>,
    code: &'static str,
    field: &'static str,
) -> Result<Option<Text<32>>, SandboxError> {
    let said = text.map(str::trim).filter(|text| !text.is_empty());
    let place = said.map(|text| {
        let message = format!("{field} has 32 characters at most, in one line");
        line(text).ok_or_else(|| SandboxError::bad(code, message).of_field(field))
    });
    place.transpose()
}

/// The app under which a merchant's own people take money: the first that may be used.
pub(in crate::api) fn app_of(portal: &Portal, seller: PartyId) -> Result<AppId, SandboxError> {
    let apps = portal.door.apps_of(seller, APPS_MAX);
    let app = apps.iter().find(|app| app.status == AppStatus::Online).map(|app| app.id);
    app.ok_or_else(|| {
        SandboxError::conflict(
            "no_app",
            "the merchant has no app that may be used: orders are opened under one",
        )
    })
}

/// What the order means, and what is kept with it.
fn meant(at: AtShop, said: &Said<'_>) -> Result<(Meaning, Delivery), SandboxError> {
    let total = amount_of(said.amount).map_err(|error| error.of_field("amount"))?;
    if total.is_zero() {
        return Err(SandboxError::bad("bad_amount", "the amount must be above zero").of_field("amount"));
    }
    let subject = line(said.subject).ok_or_else(|| {
        SandboxError::bad("bad_subject", "subject is 1 to 256 characters, in one line").of_field("subject")
    })?;
    let store_id = place(said.store_id, "bad_store_id", "store_id")?;
    let terminal_id = place(said.terminal_id, "bad_terminal_id", "terminal_id")?;
    let operator_id = Text::new(&at.user.to_string()).map_err(SandboxError::broken)?;
    let delivery = Delivery {
        notify_url: None,
        return_url: None,
        quit_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        store_id,
        terminal_id,
        operator_id: Some(operator_id),
        passback_params: None,
        merchant_order_no: None,
    };
    let (product, named_buyer) = (said.product, None);
    Ok((Meaning { product, total, subject, body: None, named_buyer, goods_detail: None }, delivery))
}

/// A wish, and the order that stands under its key already.
struct Wished {
    command: OpenOrder,
    before: Option<Arc<Order>>,
}

/// Refuses what is not the wish that opened the order.
fn same(order: &Order, meaning: &Meaning, delivery: &Delivery) -> Result<(), SandboxError> {
    let field = order.differs(meaning).or_else(|| {
        let made = [
            ("operator_id", order.operator_id != delivery.operator_id),
            ("store_id", order.store_id != delivery.store_id),
            ("terminal_id", order.terminal_id != delivery.terminal_id),
        ];
        made.into_iter().find(|(_, differs)| *differs).map(|(field, _)| field)
    });
    field.map_or(Ok(()), |field| Err(refused(OpenRefused::NumberTaken { field })))
}

/// Looks first whether the order is there: then it is asked for as it was, whatever became of the merchant's apps.
async fn wished(portal: &Portal, at: AtShop, key: &Key, said: Said<'_>) -> Result<Wished, SandboxError> {
    let (meaning, delivery) = meant(at, &said)?;
    let (seller, out_trade_no) = (at.seller, key.of_kind(said.kind));
    let before = find_order(portal, seller, Which::Out(out_trade_no.clone())).await?;
    let app = match &before {
        Some(order) => {
            same(order, &meaning, &delivery)?;
            order.app
        }
        None => app_of(portal, seller)?,
    };
    let command = OpenOrder {
        seller,
        app,
        out_trade_no,
        meaning,
        delivery,
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: said.pay_by,
        royalty_freeze: false,
    };
    Ok(Wished { command, before })
}

/// Asks for it. Where the order under the key is over, the refusal names it: whoever lost the answer looks at it.
/// Another till may have opened one under the key in the same moment; that one is not told either, unless the code that
/// was shown here paid it.
async fn opened(portal: &Portal, command: OpenOrder) -> Result<Opened, SandboxError> {
    let (seller, which) = (command.seller, Which::Out(command.out_trade_no.clone()));
    let (meaning, delivery) = (command.meaning.clone(), command.delivery.clone());
    let refusal = match portal.door.ask(command).await {
        Ok(opened) => {
            if !opened.paid {
                same(&opened.order, &meaning, &delivery)?;
            }
            return Ok(opened);
        }
        Err(error) => SandboxError::of(error, refused),
    };
    if !matches!(refusal.code(), "already_paid" | "already_closed") {
        return Err(refusal);
    }
    // The refusal holds whatever comes of this look.
    Err(match find_order(portal, seller, which).await {
        Ok(Some(order)) => match same(&order, &meaning, &delivery) {
            Ok(()) => refusal.of_order(order.no.to_string(), state_name(&order, portal.door.now_us())),
            Err(another) => another,
        },
        Ok(None) | Err(_) => refusal,
    })
}

/// The buyer's code as the cell takes it: its last two digits name the buyer's slot, the rest only as a keyed digest.
fn pay_by(portal: &Portal, code: &str) -> Result<PayBy, SandboxError> {
    let bad = || {
        let message = "pay_code has 16 to 24 digits that begin with 25 to 30";
        SandboxError::bad("bad_pay_code", message).of_field("pay_code")
    };
    let code = code.trim();
    if !is_bar_code(code) {
        return Err(bad());
    }
    let slot = code.get(code.len() - 2..).and_then(|digits| digits.parse().ok());
    let slot = slot.and_then(|number| Slot::new(number).ok()).ok_or_else(bad)?;
    Ok(PayBy { slot, digest: portal.world.secrets.pay_code_digest(code) })
}

/// Whether nothing can happen to an order at the till any more.
const fn is_over(order: &Order) -> bool {
    matches!(order.state, OrderState::Paid | OrderState::Finished | OrderState::Closed)
}

/// Why an order of a merchant is not opened, for whoever asks for it.
pub(in crate::api) fn refused(why: OpenRefused) -> SandboxError {
    match why {
        OpenRefused::SellerNotFound => SandboxError::broken(why),
        OpenRefused::NumberTaken { field } => {
            // Its name on the wire of merchants' programs is no name here.
            let field = if field == "total_amount" { "amount" } else { field };
            SandboxError::conflict("key_reused", format!("the key was used with another {field}"))
        }
        OpenRefused::AlreadyPaid => SandboxError::conflict("already_paid", why),
        OpenRefused::AlreadyClosed => SandboxError::conflict("already_closed", why),
        OpenRefused::SellerBlocked => SandboxError::conflict("seller_blocked", why),
        OpenRefused::NotSigned => SandboxError::conflict("not_signed", why),
        OpenRefused::TotalTooLarge => SandboxError::conflict("amount_too_large", why),
        OpenRefused::Receiving(_) => SandboxError::conflict("receiving_limit", why),
        OpenRefused::TooManyWaiting => SandboxError::conflict("too_many_waiting", why),
        OpenRefused::ExpiryPassed | OpenRefused::BuyerNotFound => SandboxError::broken(why),
        OpenRefused::Pay(why) => pay_refused(why),
    }
}

/// Takes money from the code that a buyer shows. Where the buyer's side refuses, nothing was taken, and the same key
/// with another code tries the same order again.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/till",
    tag = "seller-orders",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("Idempotency-Key" = String, Header, description = "The key of this wish.")
    ),
    request_body = NewSellerCharge,
    responses(
        (status = 201, description = "What came of it.", body = SellerCharge),
        (status = 200, description = "The same of an order that was there under this key.", body = SellerCharge)
    )
)]
pub(crate) async fn charge(
    State(portal): State<Arc<Portal>>,
    at: AtShop,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<SellerCharge>), SandboxError> {
    let asked: NewSellerCharge = read(&headers, &body)?;
    let said = Said {
        product: Product::FaceToFace,
        kind: TILL,
        amount: &asked.amount,
        subject: &asked.subject,
        store_id: asked.store_id.as_deref(),
        terminal_id: asked.terminal_id.as_deref(),
        pay_by: Some(pay_by(&portal, &asked.pay_code)?),
    };
    let Wished { command, before } = wished(&portal, at, &key, said).await?;
    // What is over is only told; anything else may move money.
    if before.as_ref().is_none_or(|order| !is_over(order)) {
        at.note(&portal, "till.charge", command.out_trade_no.as_str()).await?;
    }
    let (opened, replayed) = (opened(&portal, command).await?, before.is_some());
    let outcome = if opened.paid { SellerChargeOutcome::Paid } else { SellerChargeOutcome::Waiting };
    let order = SellerOrder::of(&opened.order, portal.door.now_us());
    Ok((first_or_again(replayed), Json(SellerCharge { outcome, order, replayed })))
}

/// Draws a code for a buyer to scan.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/codes",
    tag = "seller-orders",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("Idempotency-Key" = String, Header, description = "The key of this wish.")
    ),
    request_body = NewSellerCode,
    responses(
        (status = 201, description = "The code.", body = SellerCode),
        (status = 200, description = "The code of the order that was there under this key.", body = SellerCode)
    )
)]
pub(crate) async fn draw(
    State(portal): State<Arc<Portal>>,
    at: AtShop,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<SellerCode>), SandboxError> {
    let asked: NewSellerCode = read(&headers, &body)?;
    let said = Said {
        product: Product::QrCode,
        kind: CODE,
        amount: &asked.amount,
        subject: &asked.subject,
        store_id: asked.store_id.as_deref(),
        terminal_id: None,
        pay_by: None,
    };
    let Wished { command, before } = wished(&portal, at, &key, said).await?;
    let replayed = before.is_some();
    if !replayed {
        at.note(&portal, "code.draw", command.out_trade_no.as_str()).await?;
    }
    let order = opened(&portal, command).await?.order;
    let text = portal.world.qr_url(order.no);
    let picture = qr_code(&text).ok_or_else(|| SandboxError::broken("a code of an order cannot be drawn"))?;
    let code = SellerCode {
        trade_no: order.no.to_string(),
        qr_svg: picture.svg(),
        text,
        amount: order.total().to_string(),
        subject: order.subject.to_string(),
        expires_at: moment(order.code_expires_at_us.unwrap_or(order.expires_at_us).min(order.expires_at_us)),
        replayed,
    };
    Ok((first_or_again(replayed), Json(code)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trade::{PayRefused, ReceivingRefused};

    #[test]
    fn each_refusal_at_the_till_has_its_code() {
        use OpenRefused as R;
        for (why, code) in [
            (R::NumberTaken { field: "total_amount" }, "key_reused"),
            (R::AlreadyPaid, "already_paid"),
            (R::AlreadyClosed, "already_closed"),
            (R::SellerBlocked, "seller_blocked"),
            (R::NotSigned, "not_signed"),
            (R::TotalTooLarge, "amount_too_large"),
            (R::Receiving(ReceivingRefused::Day), "receiving_limit"),
            (R::Pay(PayRefused::CodeInvalid), "code_invalid"),
            (R::Pay(PayRefused::BuyerIsSeller), "buyer_is_seller"),
            (R::Pay(PayRefused::BalanceTooLow), "balance_too_low"),
            (R::Pay(PayRefused::BuyerStopped), "buyer_stopped"),
        ] {
            let told = refused(why);
            assert_eq!((told.status().as_u16(), told.code()), (409, code), "{why}");
        }
    }
}
