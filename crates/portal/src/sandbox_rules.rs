//! `POST /sandbox/rules`: the dated rules, the merchant's fee and the password-free limit.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::Slot;
use engine::SetRules;
use money::{Currency, Rate, parse_amount};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use trade::Rulebook;
use wire::timestamp::{format_cn, parse_cn};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesRequest {
    merchant_fee_ppm: u32,
    password_free_limit: String,
    effective_at: Option<String>,
}

/// Sets the rules that hold from a moment on, or from now. What was paid before keeps its fee.
pub(crate) async fn set(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let RulesRequest { merchant_fee_ppm, password_free_limit, effective_at } = read(&headers, &body)?;
    let fee = Rate::from_ppm(merchant_fee_ppm).map_err(|error| SandboxError::bad("bad_rate", error))?;
    let limit = parse_amount(&password_free_limit, Currency::Cny)
        .map_err(|error| SandboxError::bad("bad_amount", error))?;
    let now_us = portal.door.now_us();
    let effective_at_us = match effective_at {
        None => now_us,
        Some(text) => parse_cn(&text).map_err(|error| SandboxError::bad("bad_time", error))?,
    };
    if effective_at_us < now_us {
        return Err(SandboxError::bad("bad_time", "rules cannot be changed for the past"));
    }
    let rules = Rulebook {
        slot: Slot::PLATFORM,
        effective_at_us,
        merchant_fee_ppm: fee,
        password_free_limit_minor: limit.minor(),
    };
    let set = portal.door.ask(SetRules { rules }).await;
    set.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    answer(json!({
        "merchant_fee_ppm": merchant_fee_ppm,
        "password_free_limit": limit.to_string(),
        "effective_at": format_cn(effective_at_us),
    }))
}
