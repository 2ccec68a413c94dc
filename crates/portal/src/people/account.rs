//! `GET /api/v1/me`: what a person may see of the own account.

use super::register::ADDRESS_FIELD;
use super::who::Who;
use super::{crowded, in_vault};
use crate::api::moment;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::extract::State;
use base::PartyId;
use cell::CellError;
use engine::{FindAccount, FindParty, FindProfile, FindStanding};
use money::Currency;
use people::{PartyStatus, masked_name};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The own account.
#[derive(Serialize, ToSchema)]
struct Account {
    user_id: String,
    /// The id of the books, as `/site` tells it.
    world: String,
    /// The session that asks, as the list of sessions calls it.
    session: String,
    /// The address that the person signs in with.
    login: Option<String>,
    /// The same as others may see it.
    login_masked: String,
    /// The name as others may see it; nothing before the person said who it is.
    name_masked: Option<String>,
    /// Whether the person proved who it is.
    identified: bool,
    /// `normal`, `frozen` or `closed`.
    status: &'static str,
    /// `none`, `owner`, `operator` or `both`.
    payments_stopped_by: &'static str,
    /// `unverified`, `class_1`, `class_2` or `class_3`.
    class: &'static str,
    /// What may be spent, in yuan.
    balance: String,
    #[schema(format = DateTime)]
    opened_at: String,
}

/// The account with its owner's own data.
#[utoipa::path(
    get,
    path = "/me",
    tag = "me",
    responses((status = 200, description = "The own account.", body = Account))
)]
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
    let identified = is_identified(&portal, this.party).await?;
    answer(Account {
        user_id: party.id.to_string(),
        world: portal.books_id.clone(),
        session: this.no.to_string(),
        login: login.await?,
        login_masked: party.masked_login(),
        name_masked: identified.then(|| masked_name(party.name.as_str())),
        identified,
        status: status_name(party.status),
        payments_stopped_by: party.stop.name(),
        class: party.class.name(),
        balance: account.available().to_string(),
        opened_at: moment(party.opened_at_us),
    })
}

async fn is_identified(portal: &Portal, party: PartyId) -> Result<bool, SandboxError> {
    match portal.door.ask(FindStanding { party }).await {
        Ok(_) => Ok(true),
        Err(CellError::Refused(_)) => Ok(false),
        Err(error) => Err(SandboxError::of(error, |_| crowded())),
    }
}

/// A status on the wire.
pub(crate) const fn status_name(status: PartyStatus) -> &'static str {
    match status {
        PartyStatus::Normal => "normal",
        PartyStatus::Frozen => "frozen",
        PartyStatus::Closed => "closed",
    }
}
