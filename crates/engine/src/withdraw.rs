//! An owner takes an authorisation back; and what is looked up about authorisations.

use crate::command::Next;
use crate::{Rows, Stop};
use base::{AppId, PartyId, Slot, Text};
use people::{App, Callback, Grant, GrantKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// There is no such authorisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such authorisation")]
pub struct GrantNotFound;

/// An owner takes the yes back: every code and token issued for it is worth nothing from now on. Taken back again,
/// nothing changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawGrant {
    /// Who said yes.
    pub owner: PartyId,
    /// To which app.
    pub app: AppId,
    /// As a user or as a merchant.
    pub kind: GrantKind,
}

impl WithdrawGrant {
    pub(crate) fn slot(&self) -> Slot {
        self.owner.slot()
    }
}

pub(crate) fn withdraw_grant(
    rows: &mut Rows<'_>,
    command: &WithdrawGrant,
) -> Result<Next<()>, Stop<GrantNotFound>> {
    let grant = rows.get::<Grant>((rows.slot(), command.owner, command.app, command.kind))?;
    let Some(grant) = grant else { return Stop::because(GrantNotFound) };
    if grant.is_live() {
        rows.put(Grant { withdrawn_at_us: Some(rows.now_us()), ..(*grant).clone() });
    }
    Ok(Next::Answer(()))
}

/// What an owner allows an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindGrant {
    /// Who said yes.
    pub owner: PartyId,
    /// To which app.
    pub app: AppId,
    /// As a user or as a merchant.
    pub kind: GrantKind,
}

impl FindGrant {
    pub(crate) fn slot(&self) -> Slot {
        self.owner.slot()
    }
}

pub(crate) fn find_grant(
    rows: &mut Rows<'_>,
    query: &FindGrant,
) -> Result<Next<Arc<Grant>>, Stop<GrantNotFound>> {
    match rows.get::<Grant>((rows.slot(), query.owner, query.app, query.kind))? {
        Some(grant) => Ok(Next::Answer(grant)),
        None => Stop::because(GrantNotFound),
    }
}

/// There is no such app.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such app")]
pub struct AppNotFound;

/// Says where an app's users may be sent back to; replaces what was said before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetCallback {
    /// The app.
    pub app: AppId,
    /// Origins, separated by a space; checked at the rim.
    pub origins: Text<2000>,
}

impl SetCallback {
    pub(crate) fn slot(&self) -> Slot {
        self.app.slot()
    }
}

pub(crate) fn set_callback(
    rows: &mut Rows<'_>,
    command: &SetCallback,
) -> Result<Next<()>, Stop<AppNotFound>> {
    let slot = rows.slot();
    if rows.get::<App>((slot, command.app))?.is_none() {
        return Stop::because(AppNotFound);
    }
    rows.put(Callback { slot, app: command.app, origins: command.origins.clone() });
    Ok(Next::Answer(()))
}

/// Where an app's users may be sent back to; absent when nothing was said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindCallback {
    /// The app.
    pub app: AppId,
}

impl FindCallback {
    pub(crate) fn slot(&self) -> Slot {
        self.app.slot()
    }
}

pub(crate) fn find_callback(
    rows: &mut Rows<'_>,
    query: &FindCallback,
) -> Result<Next<Option<Arc<Callback>>>, Stop<AppNotFound>> {
    Ok(Next::Answer(rows.get::<Callback>((rows.slot(), query.app))?))
}
