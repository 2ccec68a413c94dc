//! `/sellers/{seller_id}/orders/{trade_no}/refunds`: money given back by a person of the merchant.
//!
//! The key of the call is the refund's number, so that a wish whose answer was lost is sent again without fear. Whoever
//! refunds says what the page showed as still refundable: where somebody else refunded meanwhile, nothing moves. That
//! is judged in the decision that refunds, not here.

use super::super::first_or_again;
use super::super::key::Key;
use super::happened::SellerRefund;
use super::told::refundable;
use super::{line, role_gone};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_party::amount_of;
use crate::sandbox_pay::no_order;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::OrderNo;
use engine::{RefundOrder, ShopRefund, ShopRefundRefused, Which};
use money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{BackRefused, Order, Refund, RefundRefused};
use utoipa::ToSchema;

/// The kind of key under which the engine knows a refund from here.
const KIND: &str = "shop_refund";

/// Money to give back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSellerRefund {
    /// How much, yuan.
    amount: String,
    /// Why: 256 characters at most, in one line.
    reason: Option<String>,
    /// What the page showed as still refundable, yuan.
    refundable: String,
}

/// A refund, and what is left.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerRefundMade {
    /// The refund.
    refund: SellerRefund,
    /// What may still be refunded, yuan.
    refundable: String,
    /// Whether it was made before under this key.
    replayed: bool,
}

/// What is asked for, as it was understood.
struct Wish {
    amount: Money,
    refundable: Money,
    reason: Option<base::Text<256>>,
}

fn wish(asked: &NewSellerRefund) -> Result<Wish, SandboxError> {
    let amount = amount_of(&asked.amount).map_err(|error| error.of_field("amount"))?;
    if amount.is_zero() {
        return Err(SandboxError::bad("bad_amount", "the amount must be above zero").of_field("amount"));
    }
    let refundable = amount_of(&asked.refundable).map_err(|error| error.of_field("refundable"))?;
    let said = asked.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = said.map(|reason| {
        let message = "a reason has 256 characters at most, in one line";
        line(reason).ok_or_else(|| SandboxError::bad("bad_reason", message).of_field("reason"))
    });
    Ok(Wish { amount, refundable, reason: reason.transpose()? })
}

fn told(order: &Order, refund: &Refund, replayed: bool) -> (StatusCode, Json<SellerRefundMade>) {
    let made = SellerRefundMade { refund: SellerRefund::of(refund), refundable: refundable(order), replayed };
    (first_or_again(replayed), Json(made))
}

fn reused(field: &str) -> SandboxError {
    SandboxError::conflict("key_reused", format!("the key was used with another {field}"))
}

fn refused(why: ShopRefundRefused) -> SandboxError {
    match why {
        ShopRefundRefused::NotStaff => role_gone(why),
        ShopRefundRefused::Refund(why) => not_refunded(why),
        ShopRefundRefused::Changed { .. } => {
            SandboxError::conflict("changed", format!("{why}: look at the order again"))
        }
    }
}

fn not_refunded(why: RefundRefused) -> SandboxError {
    match why {
        RefundRefused::TradeNotFound => no_order(),
        RefundRefused::NumberTaken { .. } => reused("amount"),
        RefundRefused::NotPaid => SandboxError::conflict("not_paid", why),
        RefundRefused::AlreadyClosed => SandboxError::conflict("already_closed", why),
        RefundRefused::Finished => SandboxError::conflict("finished", why),
        RefundRefused::PartNeedsNumber => SandboxError::broken(why),
        RefundRefused::MoreThanLeft => SandboxError::conflict("more_than_left", why),
        RefundRefused::Back(BackRefused::UnderWay) => SandboxError::conflict("splits_under_way", why),
        RefundRefused::Back(_) => SandboxError::conflict("splits_refused", why),
        RefundRefused::SellerBalanceTooLow => SandboxError::conflict("balance_too_low", why),
        RefundRefused::BuyerClosed => SandboxError::conflict("buyer_closed", why),
    }
}

/// Gives money back.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/orders/{trade_no}/refunds",
    tag = "seller-orders",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("trade_no" = String, Path, description = "Our number of the order."),
        ("Idempotency-Key" = String, Header, description = "The key of this wish.")
    ),
    request_body = NewSellerRefund,
    responses(
        (status = 201, description = "The refund.", body = SellerRefundMade),
        (status = 200, description = "What was refunded before under this key.", body = SellerRefundMade)
    )
)]
pub(crate) async fn refund(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, user, .. }: AtShop,
    Path((_, trade_no)): Path<(String, String)>,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<SellerRefundMade>), SandboxError> {
    let Wish { amount, refundable, reason } = wish(&read(&headers, &body)?)?;
    let order_no: OrderNo = trade_no.parse().map_err(|_| no_order())?;
    let (which, number) = (Which::No(order_no), key.of_kind(KIND));
    let refund =
        RefundOrder { seller, which, amount, out_request_no: Some(number), reason, back: Vec::new() };
    let command = ShopRefund { refund, left: refundable, by: user };
    let made = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    Ok(told(&made.order, &made.refund, !made.moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_refund_has_its_code() {
        use RefundRefused as R;
        for (why, status, code) in [
            (R::TradeNotFound, 404, "order_not_found"),
            (R::NumberTaken { field: "refund_amount" }, 409, "key_reused"),
            (R::NotPaid, 409, "not_paid"),
            (R::AlreadyClosed, 409, "already_closed"),
            (R::Finished, 409, "finished"),
            (R::MoreThanLeft, 409, "more_than_left"),
            (R::Back(BackRefused::UnderWay), 409, "splits_under_way"),
            (R::Back(BackRefused::CannotPay), 409, "splits_refused"),
            (R::SellerBalanceTooLow, 409, "balance_too_low"),
            (R::BuyerClosed, 409, "buyer_closed"),
        ] {
            let told = refused(ShopRefundRefused::Refund(why));
            assert_eq!((told.status().as_u16(), told.code()), (status, code), "{why}");
        }
        let left = Money::zero(money::Currency::Cny);
        for (why, status, code) in [
            (ShopRefundRefused::Changed { left }, 409, "changed"),
            (ShopRefundRefused::NotStaff, 403, "role_forbids"),
        ] {
            let told = refused(why);
            assert_eq!((told.status().as_u16(), told.code()), (status, code), "{why}");
        }
    }
}
