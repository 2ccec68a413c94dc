//! What a person calls the own devices and passkeys, opened for the person alone.

use super::key_ring::NAME_FIELD;
use super::register::DEVICE_FIELD;
use super::{crowded, in_vault};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use base::PartyId;
use engine::FindProfile;

/// A name as its row has it.
pub(crate) enum SealedName {
    /// Of a device.
    Device(Vec<u8>),
    /// Of a passkey.
    Passkey(Vec<u8>),
}

/// These names in their order; empty where one cannot be read any more.
pub(crate) async fn names_of(
    portal: &Portal,
    party: PartyId,
    sealed: Vec<SealedName>,
) -> Result<Vec<String>, SandboxError> {
    if sealed.is_empty() {
        return Ok(Vec::new());
    }
    let profile = portal.door.ask(FindProfile { party }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let opened = in_vault(portal, move |vault| {
        let open = |name: &SealedName| {
            let (field, sealed) = match name {
                SealedName::Device(sealed) => (DEVICE_FIELD, sealed),
                SealedName::Passkey(sealed) => (NAME_FIELD, sealed),
            };
            vault.open_field(&profile.data_key, field, sealed).map(Option::unwrap_or_default)
        };
        sealed.iter().map(open).collect::<Result<Vec<_>, _>>()
    });
    opened.await
}
