//! `/sandbox/merchants/{login}/staff`: who acts for a merchant of a world for trying out. Its merchants are opened
//! without anybody who signs for them, so whoever tries things out says who owns them.

use crate::api::seller_staff::{before_all, page_of_staff, refused};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base::PartyId;
use engine::SetStaff;
use people::{MerchantStaff, StaffRole};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::timestamp::format_cn;

/// Staff told at once.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffListQuery {
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffRequest {
    login: Option<String>,
    user_id: Option<String>,
    role: StaffRole,
    active: Option<bool>,
}

/// Who acts for the merchant.
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    Path(login): Path<String>,
    Query(StaffListQuery { after }): Query<StaffListQuery>,
) -> Answer {
    let seller = party_of(&portal, Some(&login), None).await?;
    let wrong = |error| SandboxError::bad("bad_user_id", error);
    let after = after.map(|after| after.parse::<PartyId>()).transpose().map_err(wrong)?;
    let (staff, next) = page_of_staff(&portal, seller, after.unwrap_or(before_all()), PAGE).await?;
    let staff: Vec<Value> = staff.iter().map(|row| told(row)).collect();
    answer(json!({ "seller_id": seller.to_string(), "staff": staff, "next": next }))
}

/// Makes somebody staff, in whatever role, or ends it.
pub(crate) async fn set(
    State(portal): State<Arc<Portal>>,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked: StaffRequest = read(&headers, &body)?;
    let seller = party_of(&portal, Some(&login), None).await?;
    let user = party_of(&portal, asked.login.as_deref(), asked.user_id.as_deref()).await?;
    let (role, active) = (asked.role, asked.active.unwrap_or(true));
    let row = portal.door.ask(SetStaff { seller, user, role, active, by: None }).await;
    let row = row.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&row))
}

fn told(row: &MerchantStaff) -> Value {
    json!({
        "seller_id": row.seller.to_string(),
        "user_id": row.user.to_string(),
        "role": row.role.as_str(),
        "active": row.active,
        "since": format_cn(row.since_us),
    })
}
