//! `POST /sandbox/order`: what the platform knows of an order, for programs that compare it with what a shop says.

use crate::portal::Portal;
use crate::sandbox::{Answer, answer, read};
use crate::sandbox_pay::{Handed, found, order_of, status_of};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use trade::OrderState;
use wire::timestamp::format_cn;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderRequest {
    qr_code: Option<String>,
    order_url: Option<String>,
    order_string: Option<String>,
    trade_no: Option<String>,
}

/// Looks at an order by what its buyer has in hand. Nothing is paid and nobody takes it up; a signed request that was
/// not opened yet is, as by everybody who follows its link.
pub(crate) async fn look(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let OrderRequest { qr_code, order_url, order_string, trade_no } = read(&headers, &body)?;
    let handed = Handed::one(qr_code, order_url, order_string, trade_no)?;
    let (order_no, _) = order_of(&portal, handed).await?;
    let order = found(&portal, order_no).await?;
    let trade_status = status_of(&portal, &order).await?;
    answer(json!({
        "trade_no": order.no.to_string(),
        "out_trade_no": order.out_trade_no.as_str(),
        "app_id": order.app.to_string(),
        "seller_id": order.seller.to_string(),
        "taken_up": order.state != OrderState::Offered && order.created_at_us.is_some(),
        "trade_status": trade_status,
        "subject": order.subject.as_str(),
        "total_amount": order.total().to_string(),
        "refunded_amount": order.refunded().to_string(),
        "notify_url": order.notify_url.as_ref().map(ToString::to_string),
        "expires_at": format_cn(order.expires_at_us),
        "paid_at": order.paid_at_us.map(format_cn),
    }))
}
