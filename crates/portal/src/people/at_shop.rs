//! At which merchant somebody acts, and in which role: what a call of `/sellers/{seller_id}` is let through with.

use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use base::{PartyId, Text};
use engine::{FindStaff, NoteStaffAct, NoteStaffActRefused};
use people::{StaffAct, StaffRole};
use std::sync::Arc;

/// The name in paths of the merchant that is acted for.
const SELLER: &str = "seller_id";

/// Somebody who is signed in and acts for the merchant of the path. The table of who may ask what has looked at the
/// role already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AtShop {
    /// The merchant.
    pub(crate) seller: PartyId,
    /// Who acts.
    pub(crate) user: PartyId,
    /// In which role.
    pub(crate) role: StaffRole,
}

impl AtShop {
    /// Notes what whoever asks is about to do, and to what (ids alone): what cannot be noted is not done.
    pub(crate) async fn note(
        self,
        portal: &Portal,
        act: &'static str,
        subject: &str,
    ) -> Result<(), SandboxError> {
        let AtShop { seller, user, .. } = self;
        let act = Text::new(act).map_err(SandboxError::broken)?;
        let subject = Text::new(subject).map_err(SandboxError::broken)?;
        let noted = portal.door.ask(NoteStaffAct { seller, user, act, subject }).await;
        noted.map(drop).map_err(|error| {
            SandboxError::of(error, |why| match why {
                NoteStaffActRefused::NotStaff => no_seller(),
                NoteStaffActRefused::SaysNothing => SandboxError::broken(why),
            })
        })
    }
}

impl FromRequestParts<Arc<Portal>> for AtShop {
    type Rejection = SandboxError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Portal>) -> Result<AtShop, SandboxError> {
        let found = parts.extensions.get::<AtShop>().copied();
        found.ok_or_else(|| SandboxError::broken("a call of a merchant has no row of its staff"))
    }
}

/// For whoever is no staff there: as if there were no such merchant.
pub(crate) fn no_seller() -> SandboxError {
    SandboxError::missing("seller_not_found", "you act for no such merchant")
}

/// Whether somebody may act so for the merchant of the path: 404 `seller_not_found` for whoever is no staff there, so
/// that nobody learns which merchants there are, and 403 `role_forbids` for a role that may not.
pub(crate) async fn acts(
    portal: &Arc<Portal>,
    parts: &mut Parts,
    user: PartyId,
    act: StaffAct,
) -> Result<AtShop, SandboxError> {
    let params = RawPathParams::from_request_parts(parts, portal).await.map_err(|_| no_seller())?;
    let named = params.iter().find(|(name, _)| *name == SELLER).map(|(_, value)| value.to_owned());
    let seller: PartyId = named.and_then(|text| text.parse().ok()).ok_or_else(no_seller)?;
    let role = portal.door.ask(FindStaff { seller, user }).await;
    let role =
        role.map_err(|error| SandboxError::of(error, |never| match never {}))?.ok_or_else(no_seller)?;
    if !role.may(act) {
        let message = format!("you are {} there, and that role may not do this", role.as_str());
        return Err(SandboxError::new(StatusCode::FORBIDDEN, "role_forbids", message));
    }
    Ok(AtShop { seller, user, role })
}
