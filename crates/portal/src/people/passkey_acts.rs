//! What a passkey confirms in the place of the payment password: the challenge of an act that a page or a call shows,
//! and the proof that a right answer makes.
//!
//! The challenge stands for the act with everything that was shown of it, and for whoever asked: a session, or the form
//! of a page on which nobody is signed in. The act goes with the proof into the cell, which compares it with what would
//! be done.

use super::ceremonies::{Agreeing, Asker, Confirming, site, wrong};
use super::key_ring::{self, Stored};
use super::{ClientAddress, crowded};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::http::StatusCode;
use base::PartyId;
use engine::{FindPasskeys, PasskeyUse, ProvePasskey};
use people::ShownAct;
use serde_json::Value;
use std::sync::Arc;
use webauthn_rs::prelude::PublicKeyCredential;

/// An act that a passkey confirmed; nothing is done yet.
pub(crate) struct Confirmed {
    /// Whose passkey.
    pub(crate) party: PartyId,
    /// What was shown.
    pub(crate) act: ShownAct,
    /// Whether an order's code was scanned.
    pub(crate) by_code: bool,
    /// The number of the proof, which is used as that of a right password.
    pub(crate) proof: u64,
}

/// Begins to confirm an act that the caller shows to somebody who is signed in.
pub(crate) async fn begin(
    portal: &Portal,
    asker: Asker,
    act: ShownAct,
    by_code: bool,
) -> Result<Value, SandboxError> {
    let site = site(portal)?;
    let keys = key_ring::of_party(portal, asker.party).await?;
    if keys.is_empty() {
        return Err(none_yet());
    }
    let stored: Vec<Stored> = keys.into_iter().map(|key| key.stored).collect();
    let (request, state) = site.start_passkey_authentication(&stored).map_err(SandboxError::broken)?;
    let waiting = Confirming { state, act, by_code };
    let id = portal.people.ceremonies.begin_confirming(asker, waiting, portal.door.now_us());
    key_ring::options(&id, &request)
}

/// Confirms what was shown, when it `fits` what the caller does.
pub(crate) async fn confirm(
    portal: &Arc<Portal>,
    asker: Asker,
    challenge_id: &str,
    credential: &PublicKeyCredential,
    fits: impl FnOnce(&ShownAct) -> bool,
) -> Result<Confirmed, SandboxError> {
    let waiting = portal.people.ceremonies.confirmed(challenge_id, asker, portal.door.now_us())?;
    let Confirming { state, act, by_code } = waiting;
    if !fits(&act) {
        return Err(wrong());
    }
    let keys = key_ring::of_party(portal, asker.party).await?;
    let key = key_ring::named(portal, &keys, credential)?;
    let looked = site(portal)?.finish_passkey_authentication(credential, &state);
    let (by, sealed_key) = key_ring::right(portal, key, looked).await?;
    let proof = prove(portal, by, act, sealed_key).await?;
    Ok(Confirmed { party: asker.party, act, by_code, proof })
}

/// Begins to confirm an act on a page where nobody is signed in; `form` is the token of its form.
pub(crate) fn begin_unnamed(
    portal: &Portal,
    client: Option<ClientAddress>,
    form: &str,
    act: ShownAct,
) -> Result<Value, SandboxError> {
    let now_us = portal.door.now_us();
    key_ring::begin_unnamed(portal, client, |state| {
        let form = form.to_owned();
        portal.people.ceremonies.begin_agreeing(Agreeing { state, act, form }, now_us)
    })
}

/// Confirms what was shown to whoever has the passkey, when it is this act and the form is the one that asked.
pub(crate) async fn confirm_unnamed(
    portal: &Arc<Portal>,
    form: &str,
    challenge_id: &str,
    credential: &PublicKeyCredential,
    act: ShownAct,
) -> Result<Confirmed, SandboxError> {
    let waiting = portal.people.ceremonies.agreed(challenge_id, form, &act, portal.door.now_us())?;
    let (by, sealed_key) = key_ring::unnamed(portal, waiting.state, credential).await?;
    let proof = prove(portal, by, act, sealed_key).await?;
    Ok(Confirmed { party: by.party, act, by_code: false, proof })
}

async fn prove(
    portal: &Arc<Portal>,
    by: PasskeyUse,
    act: ShownAct,
    sealed_key: Option<Vec<u8>>,
) -> Result<u64, SandboxError> {
    let (command, kept) = (ProvePasskey { by, act, sealed_key }, portal.clone());
    let proof = async move { key_ring::decided(&kept, by, kept.door.ask(command).await) };
    key_ring::to_the_end(proof).await
}

/// Whether the person has any, so that a page may offer them.
pub(crate) async fn has_any(portal: &Portal, party: PartyId) -> Result<bool, SandboxError> {
    let found = portal.door.ask(FindPasskeys { party }).await;
    found.map(|rows| !rows.is_empty()).map_err(|_| crowded())
}

/// An account without passkeys cannot confirm by one.
pub(crate) fn none_yet() -> SandboxError {
    SandboxError::new(StatusCode::CONFLICT, "no_passkey", "the account has no passkey")
}
