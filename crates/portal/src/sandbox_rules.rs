//! `POST /sandbox/rules`: the dated rules, the merchant's fee and the password-free limit. It is the call of one, so
//! that it takes no moment for which two people agreed to rules.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::Slot;
use engine::{Key, Row, SetRules, Table};
use money::{Currency, Rate, parse_amount};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::Rulebook;
use wire::timestamp::{format_cn, parse_cn};

/// Versions that are looked through, the newest.
const LOOKED_MAX: usize = 1_000;

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
    let is_named = effective_at.is_some();
    let effective_at_us = match effective_at {
        None => now_us,
        Some(text) => parse_cn(&text).map_err(|error| SandboxError::bad("bad_time", error))?,
    };
    if effective_at_us < now_us {
        return Err(SandboxError::bad("bad_time", "rules cannot be changed for the past"));
    }
    if is_named {
        portal.posted().await?;
        let agreed = portal.read_held(move |reader| agreed_from(reader, effective_at_us)).await;
        let agreed = agreed.ok_or_else(|| SandboxError::broken("the rules cannot be read"))?;
        if let Some(version) = agreed {
            let message = format!("two people agreed to version {version} for that moment; name another one");
            return Err(SandboxError::conflict("agreed_by_two", message));
        }
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

/// The version of two people that holds from a moment on.
fn agreed_from(reader: &mut dyn Reader, from_us: i64) -> Result<Option<u32>, StoreError> {
    let slot = Slot::PLATFORM;
    let newest = match reader.row(&Key::RulesBook((slot,)))? {
        Some(Row::RulesBook(book)) => book.version,
        _ => return Ok(None),
    };
    let after = newest.saturating_sub(u32::try_from(LOOKED_MAX).unwrap_or(u32::MAX));
    let after = Key::RulesVersion((slot, after));
    let rows = reader.scan(Table::RulesVersion, Some(slot), Some(&after), LOOKED_MAX)?;
    Ok(rows.iter().rev().find_map(|row| match row {
        // The one above the newest is a proposal, which holds for nobody.
        Row::RulesVersion(row) if row.version <= newest && row.valid_from_us == Some(from_us) => {
            Some(row.version)
        }
        _ => None,
    }))
}
