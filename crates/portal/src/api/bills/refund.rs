//! `/me/bills/{no}/refund-request`: a buyer asks its merchant for money back, and says why. No money moves by it.

use super::super::key::Key;
use super::super::refund_requests::RefundRequest;
use super::super::sellers::line;
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base::OrderNo;
use engine::AskRefund;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{RefundWishRefused, WishReason};
use utoipa::ToSchema;

/// The kind of key under which the engine knows a wish from here.
const KIND: &str = "refund_wish";

/// Why money is to come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRefundRequest {
    /// 200 characters at most, in one line.
    reason: String,
}

/// What was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundRequested {
    /// As the merchant is told.
    request: RefundRequest,
}

/// A reason of the one who asks, or of the one who says no.
pub(crate) fn reason_of(text: &str) -> Result<WishReason, SandboxError> {
    let message = "a reason has 1 to 200 characters, in one line";
    line(text).ok_or_else(|| SandboxError::bad("bad_reason", message).of_field("reason"))
}

fn no_bill() -> SandboxError {
    SandboxError::missing("bill_not_found", "there is no such bill of a payment")
}

fn refused(why: RefundWishRefused) -> SandboxError {
    match why {
        RefundWishRefused::TradeNotFound => no_bill(),
        RefundWishRefused::KeyTaken => SandboxError::conflict("key_reused", why),
        RefundWishRefused::Guaranteed => SandboxError::conflict("has_cases", why),
        RefundWishRefused::NotPaid => SandboxError::conflict("not_paid", why),
        RefundWishRefused::Over => SandboxError::conflict("refunds_over", why),
        RefundWishRefused::Open => SandboxError::conflict("already_asked", why),
        RefundWishRefused::TooOften => SandboxError::conflict("asked_too_often", why),
    }
}

/// Asks the merchant of a payment for money back: one asking at a time, three of one payment at most. Sent again with
/// the same key, it is the same; with the key of an asking before, it tells what there is now and asks for nothing.
#[utoipa::path(
    post,
    path = "/me/bills/{no}/refund-request",
    tag = "bills",
    params(
        ("no" = String, Path, description = "The number of the bill."),
        ("Idempotency-Key" = String, Header, description = "The key of this wish.")
    ),
    request_body = NewRefundRequest,
    responses((status = 200, description = "What was asked for.", body = RefundRequested))
)]
pub(crate) async fn ask(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<RefundRequested>, SandboxError> {
    let NewRefundRequest { reason } = read(&headers, &body)?;
    let reason = reason_of(&reason)?;
    let order_no: OrderNo = no.parse().map_err(|_| no_bill())?;
    let command = AskRefund { buyer: this.party, order_no, key: key.of_kind(KIND), reason };
    let wish = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    Ok(Json(RefundRequested { request: RefundRequest::of(&wish) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_wish_has_its_code() {
        use RefundWishRefused as R;
        for (why, status, code) in [
            (R::TradeNotFound, 404, "bill_not_found"),
            (R::KeyTaken, 409, "key_reused"),
            (R::Guaranteed, 409, "has_cases"),
            (R::NotPaid, 409, "not_paid"),
            (R::Over, 409, "refunds_over"),
            (R::Open, 409, "already_asked"),
            (R::TooOften, 409, "asked_too_often"),
        ] {
            let told = refused(why);
            assert_eq!((told.status().as_u16(), told.code()), (status, code), "{why}");
        }
    }

    #[test]
    fn a_reason_is_one_line_of_so_many_letters() {
        assert_eq!(reason_of(" it is cold ").map(|reason| reason.to_string()).unwrap(), "it is cold");
        assert!(reason_of(&"寒".repeat(200)).is_ok());
        for wrong in ["", "  ", "a\nb", &"寒".repeat(201)] {
            assert_eq!(reason_of(wrong).unwrap_err().code(), "bad_reason", "{wrong:?}");
        }
    }
}
