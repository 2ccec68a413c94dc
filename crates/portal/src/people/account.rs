//! `GET /api/v1/me`: what a person may see of the own account.

use super::register::ADDRESS_FIELD;
use super::who::Who;
use super::{crowded, in_vault};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::extract::State;
use engine::{FindAccount, FindParty, FindProfile};
use money::Currency;
use people::PartyStatus;
use serde_json::json;
use std::sync::Arc;
use wire::timestamp::format_cn;

/// The account with its owner's own data.
pub(crate) async fn show(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let gone = |_| crowded();
    let party = portal.door.ask(FindParty { party: this.party }).await;
    let party = party.map_err(|error| SandboxError::of(error, gone))?;
    let account = portal.door.ask(FindAccount { party: this.party, currency: Currency::Cny }).await;
    let account = account.map_err(|error| SandboxError::of(error, gone))?;
    let profile = portal.door.ask(FindProfile { party: this.party }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, gone))?;
    let login = in_vault(&portal, move |vault| {
        vault.open_field(&profile.data_key, ADDRESS_FIELD, &profile.sealed_address)
    });
    answer(json!({
        "user_id": party.id.to_string(),
        "login": login.await?,
        "login_masked": party.masked_login(),
        "status": status_name(party.status),
        "payments_stopped_by": party.stop.name(),
        "class": party.class.name(),
        "balance": account.available().to_string(),
        "opened_at": format_cn(party.opened_at_us),
    }))
}

/// A status on the wire.
pub(crate) const fn status_name(status: PartyStatus) -> &'static str {
    match status {
        PartyStatus::Normal => "normal",
        PartyStatus::Frozen => "frozen",
        PartyStatus::Closed => "closed",
    }
}
