//! `GET /sandbox/notifications`: what the platform has told merchants, or will.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use base::{AppId, OrderNo, Text};
use cell::CellError;
use engine::{FindOrder, FindOrderByNo, Which};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trade::{Notice, NoticeEvent, NoticeState, Order};

/// Most notices in one answer.
const NOTICES_MAX: usize = 100;

/// What to list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListRequest {
    app_id: Option<String>,
    out_trade_no: Option<String>,
}

/// Lists notices, newest first, at most a hundred.
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    query: Result<Query<ListRequest>, QueryRejection>,
) -> Answer {
    let Query(ListRequest { app_id, out_trade_no }) =
        query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let app: Option<AppId> = match app_id {
        None => None,
        Some(text) => Some(text.parse().map_err(|error| SandboxError::bad("bad_app_id", error))?),
    };
    let order = match (app, out_trade_no) {
        (_, None) => None,
        (None, Some(_)) => {
            let message = "out_trade_no is a merchant's own number: give app_id too";
            return Err(SandboxError::bad("bad_request", message));
        }
        (Some(app), Some(number)) => match order_of(&portal, app, &number).await? {
            Some(order_no) => Some(order_no),
            None => return answer(json!({ "notifications": [] })),
        },
    };
    let notices = portal.read(move |reader| reader.notices(app, order, None, NOTICES_MAX)).await;
    let notices = notices.ok_or_else(|| SandboxError::broken("the notices cannot be read"))?;
    let mut listed = Vec::with_capacity(notices.len());
    for notice in notices {
        let order = portal.door.ask(FindOrderByNo { order_no: notice.order_no }).await.ok();
        listed.push(shown(&notice, order.as_deref()));
    }
    answer(json!({ "notifications": listed }))
}

/// The order of an app's merchant under its own number; `None` when nobody knows of it.
async fn order_of(portal: &Portal, app: AppId, number: &str) -> Result<Option<OrderNo>, SandboxError> {
    let found = portal.door.app(app);
    let found = found.ok_or_else(|| SandboxError::missing("app_not_found", "there is no such app"))?;
    let Ok(out) = Text::new(number) else { return Ok(None) };
    match portal.door.ask(FindOrder { seller: found.seller, which: Which::Out(out) }).await {
        Ok(order) => Ok(Some(order.no)),
        // Not taken up, or closed before anybody did: nobody was told of it.
        Err(CellError::Refused(_)) => Ok(None),
        Err(error) => Err(SandboxError::of(error, SandboxError::broken)),
    }
}

/// A message, which says what it tells itself.
fn message(notice: &Notice) -> Value {
    let content = notice.content.as_ref().map_or("{}", |content| content.as_str());
    serde_json::from_str(content).unwrap_or(Value::Null)
}

/// The state that a notice tells of its trade; a message tells of none.
pub(crate) fn trade_status(notice: &Notice) -> Option<&'static str> {
    match notice.event {
        NoticeEvent::Closed => Some("TRADE_CLOSED"),
        NoticeEvent::Paid | NoticeEvent::Refunded if notice.closed => Some("TRADE_CLOSED"),
        NoticeEvent::Paid | NoticeEvent::Refunded => Some("TRADE_SUCCESS"),
        NoticeEvent::Message => None,
    }
}

/// The notice for a developer: what it says, and how far it came.
fn shown(notice: &Notice, order: Option<&Order>) -> Value {
    let trade_status = trade_status(notice);
    let state = match notice.state {
        NoticeState::Due => "due",
        NoticeState::Delivered => "delivered",
        NoticeState::GivenUp => "given_up",
    };
    let notify_id = notice.no.to_string();
    // A message is about whatever its params name, which is an order only when there is one of this number.
    let of_trade = notice.event != NoticeEvent::Message || order.is_some();
    let trade_no = of_trade.then(|| notice.order_no.to_string());
    let notify_time = wire::timestamp::format_cn(notice.happened_at_us);
    let next_at = notice.next_at_us.map(wire::timestamp::format_cn);
    let out_trade_no = order.map(|order| order.out_trade_no.to_string());
    let mut params = json!({
        "notify_type": "trade_status_sync",
        "notify_id": notify_id,
        "app_id": notice.app.to_string(),
        "trade_no": trade_no,
        "trade_status": trade_status,
    });
    if notice.event == NoticeEvent::Message {
        params = message(notice);
    } else if let Some(order) = order {
        params["out_trade_no"] = Value::from(order.out_trade_no.as_str());
        params["seller_id"] = Value::from(order.seller.to_string());
        params["total_amount"] = Value::from(order.total().to_string());
        params["subject"] = Value::from(order.subject.as_str());
        if notice.event == NoticeEvent::Refunded {
            params["refund_fee"] = Value::from(notice.refunded_minor.of(order.currency).to_string());
        }
    }
    if let Some(number) = &notice.out_biz_no {
        params["out_biz_no"] = Value::from(number.as_str());
    }
    json!({
        "notify_id": notify_id,
        "app_id": notice.app.to_string(),
        "trade_no": trade_no,
        "out_trade_no": out_trade_no,
        "trade_status": trade_status,
        "url": notice.url.as_str(),
        "state": state,
        "attempts": notice.attempts,
        "happened_at": notify_time,
        "next_attempt_at": next_at,
        "last_error": notice.last_error.as_ref().map(|error| error.to_string()),
        "params": params,
    })
}
