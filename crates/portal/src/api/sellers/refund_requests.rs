//! `/sellers/{seller_id}/refund-requests`: the buyers who ask for their money and wait, and the no that one of them is
//! given. A yes is a refund.

use super::super::bills::refund::reason_of;
use super::super::page::limit;
use super::super::refund_requests::RefundRequest;
use super::told::SellerOrder;
use super::{role_gone, tables};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_pay::no_order;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base::OrderNo;
use bill::open_wishes;
use engine::{RefuseRefundWish, RefuseWishRefused};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which requests are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerRefundRequestQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of buyers who wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerRefundRequestPage {
    /// The oldest order first.
    requests: Vec<SellerRefundRequest>,
    /// The `after` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// A buyer who waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerRefundRequest {
    /// The order.
    order: SellerOrder,
    /// What is asked.
    request: RefundRequest,
}

/// A no to a buyer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundRefusal {
    /// Which asking was read.
    asking: u32,
    /// Why not: 200 characters at most, in one line. The buyer reads it.
    reason: String,
}

/// The no as the buyer is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundRefused {
    /// What was asked for.
    request: RefundRequest,
}

/// The buyers who ask for their money and wait for an answer.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/refund-requests",
    tag = "seller-refund-requests",
    params(("seller_id" = String, Path, description = "The merchant."), SellerRefundRequestQuery),
    responses((status = 200, description = "The oldest order first.", body = SellerRefundRequestPage))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(asked): Query<SellerRefundRequestQuery>,
) -> Result<Json<SellerRefundRequestPage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let after = asked.after.as_deref().map(str::parse::<OrderNo>).transpose();
    let after = after.map_err(|error| {
        let message = format!("after is the next of another page: {error}");
        SandboxError::bad("bad_cursor", message).of_field("after")
    })?;
    let page = tables(&portal, move |reader| open_wishes(reader, seller, after, limit)).await?;
    let now_us = portal.door.now_us();
    let requests = page.wishes.iter().map(|(wish, order)| SellerRefundRequest {
        order: SellerOrder::of(order, now_us),
        request: RefundRequest::of(wish),
    });
    let next = page.next.map(|next| next.to_string());
    Ok(Json(SellerRefundRequestPage { requests: requests.collect(), next }))
}

fn not_refused(why: RefuseWishRefused) -> SandboxError {
    match why {
        RefuseWishRefused::NotStaff => role_gone(why),
        RefuseWishRefused::NotFound => SandboxError::missing("request_not_found", why),
        RefuseWishRefused::Changed => {
            SandboxError::conflict("request_changed", format!("{why}: look at the order again"))
        }
    }
}

/// Says no to a buyer who asked for its money, and why. The buyer may ask again.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/orders/{trade_no}/refund-request/refusal",
    tag = "seller-refund-requests",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("trade_no" = String, Path, description = "Our number of the order.")
    ),
    request_body = RefundRefusal,
    responses((status = 200, description = "The no.", body = RefundRefused))
)]
pub(crate) async fn refuse(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, user, .. }: AtShop,
    Path((_, trade_no)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<RefundRefused>, SandboxError> {
    let RefundRefusal { asking, reason } = read(&headers, &body)?;
    let reason = reason_of(&reason)?;
    let order_no: OrderNo = trade_no.parse().map_err(|_| no_order())?;
    let command = RefuseRefundWish { seller, order_no, asking, reason, by: user };
    let wish = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, not_refused))?;
    Ok(Json(RefundRefused { request: RefundRequest::of(&wish) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_no_has_its_code() {
        use RefuseWishRefused as R;
        for (why, status, code) in [
            (R::NotStaff, 403, "role_forbids"),
            (R::NotFound, 404, "request_not_found"),
            (R::Changed, 409, "request_changed"),
        ] {
            let told = not_refused(why);
            assert_eq!((told.status().as_u16(), told.code()), (status, code), "{why}");
        }
    }
}
