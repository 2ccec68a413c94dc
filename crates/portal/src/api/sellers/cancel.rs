//! `/sellers/{seller_id}/orders/{trade_no}/cancel`: an order that waits is taken back by a person of the merchant, also
//! one whose code nobody scanned.

use super::told::SellerOrder;
use super::{find_order, role_gone};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_pay::no_order;
use axum::Json;
use axum::extract::{Path, State};
use base::OrderNo;
use cell::CellError;
use engine::{ShopClose, ShopCloseRefused, Which};
use serde::Serialize;
use std::sync::Arc;
use trade::CloseRefused;
use utoipa::ToSchema;

/// An order as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerCancelled {
    /// The order.
    order: SellerOrder,
}

/// Closes an order that waits for its buyer, or for somebody to scan its code. One that is closed stays so; money that
/// came meanwhile is not given back.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/orders/{trade_no}/cancel",
    tag = "seller-orders",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("trade_no" = String, Path, description = "Our number of the order.")
    ),
    responses((status = 200, description = "The order.", body = SellerCancelled))
)]
pub(crate) async fn cancel(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, user, .. }: AtShop,
    Path((_, trade_no)): Path<(String, String)>,
) -> Result<Json<SellerCancelled>, SandboxError> {
    let order_no: OrderNo = trade_no.parse().map_err(|_| no_order())?;
    let which = Which::No(order_no);
    let closed = portal.door.ask(ShopClose { seller, which: which.clone(), by: user }).await;
    let closed = match closed {
        Ok(closed) => closed,
        Err(CellError::Refused(ShopCloseRefused::Close(CloseRefused::AlreadyClosed))) => {
            find_order(&portal, seller, which).await?.ok_or_else(no_order)?
        }
        Err(error) => return Err(SandboxError::of(error, not_closed)),
    };
    Ok(Json(SellerCancelled { order: SellerOrder::of(&closed, portal.door.now_us()) }))
}

fn not_closed(why: ShopCloseRefused) -> SandboxError {
    match why {
        ShopCloseRefused::NotStaff => role_gone(why),
        ShopCloseRefused::Close(CloseRefused::TradeNotFound) => no_order(),
        ShopCloseRefused::Close(CloseRefused::AlreadyPaid) => SandboxError::conflict("already_paid", why),
        ShopCloseRefused::Close(CloseRefused::AlreadyClosed) => SandboxError::conflict("already_closed", why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_cancel_has_its_code() {
        use ShopCloseRefused as R;
        for (why, status, code) in [
            (R::NotStaff, 403, "role_forbids"),
            (R::Close(CloseRefused::TradeNotFound), 404, "order_not_found"),
            (R::Close(CloseRefused::AlreadyPaid), 409, "already_paid"),
            (R::Close(CloseRefused::AlreadyClosed), 409, "already_closed"),
        ] {
            let told = not_closed(why);
            assert_eq!((told.status().as_u16(), told.code()), (status, code), "{why}");
        }
    }
}
