//! Who is signed in on which device: tokens here, rows in the cell, which know a digest of each token.

use super::register::DEVICE_FIELD;
use super::{crowded, in_vault};
use crate::chance;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use base::PartyId;
use cell::CellError;
use engine::{BeginDevice, BeginDeviceRefused, FindDevice, FindProfile, SeeDevice};
use people::{Device, DeviceToken};
use std::sync::Arc;

/// What a token says: whose, which place, and the secret that opens it.
struct Token<'a> {
    party: PartyId,
    place: u32,
    secret: &'a str,
}

impl<'a> Token<'a> {
    fn read(text: &'a str) -> Option<Token<'a>> {
        let (party, rest) = text.split_once('.')?;
        let (place, secret) = rest.split_once('.')?;
        let place = place.parse().ok().filter(|place| *place < people::DEVICES_MAX)?;
        Some(Token { party: party.parse().ok()?, place, secret })
    }
}

fn digest(portal: &Portal, secret: &str) -> DeviceToken {
    portal.world.secrets.person_digest("device", secret)
}

/// Signs a device in and gives its token, drawn anew each time. `since` is the number of what proved who it is,
/// `passkey` that of the passkey that did.
pub(crate) async fn begin(
    portal: &Portal,
    party: PartyId,
    since: u64,
    passkey: Option<u64>,
    name: String,
) -> Result<String, SandboxError> {
    let gone = |_| crowded();
    let profile = portal.door.ask(FindProfile { party }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, gone))?;
    let sealed = in_vault(portal, move |vault| vault.seal(&profile.data_key, DEVICE_FIELD, &name));
    let (secret, sealed_name) = (chance::token(), sealed.await?);
    let command = BeginDevice { party, token: digest(portal, &secret), sealed_name, since, passkey };
    let device = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    Ok(format!("{party}.{}.{secret}", device.place))
}

fn refused(refused: BeginDeviceRefused) -> SandboxError {
    match refused {
        BeginDeviceRefused::PartyNotFound => crowded(),
        BeginDeviceRefused::ProofMissing => SandboxError::conflict("password_set", refused),
    }
}

/// The device with this token, when it is signed in; noted as seen. The error is that the platform could not look.
pub(crate) async fn find(portal: &Portal, token: &str) -> Result<Option<Arc<Device>>, SandboxError> {
    let Some(Token { party, place, secret }) = Token::read(token) else { return Ok(None) };
    let asked = FindDevice { party, place, token: digest(portal, secret) };
    let device = match portal.door.ask(asked.clone()).await {
        Ok(device) => device,
        Err(CellError::Refused(_)) => return Ok(None),
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    };
    if !device.is_seen_anew(portal.door.now_us()) {
        return Ok(Some(device));
    }
    match portal.door.ask(SeeDevice { device: asked }).await {
        Ok(device) => Ok(Some(device)),
        Err(CellError::Refused(_)) => Ok(None),
        // That it was used is worth noting, and not worth refusing anything for.
        Err(CellError::Busy | CellError::Unknown) => Ok(Some(device)),
    }
}

/// Whether a device is signed in still, for whoever watches with it: nothing is noted as seen, since to watch is no
/// use. `None` when the platform could not look.
pub(crate) async fn is_signed_in(portal: &Portal, device: &Device) -> Option<bool> {
    let Device { party, place, token, .. } = *device;
    match portal.door.ask(FindDevice { party, place, token }).await {
        Ok(found) => Some(found.no == device.no),
        Err(CellError::Refused(_)) => Some(false),
        Err(CellError::Busy | CellError::Unknown) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    #[test]
    fn a_token_says_whose_it_is_and_nothing_else_is_one() {
        let party = PartyId::issue(1, Slot::PLATFORM).unwrap();
        let text = format!("{party}.9.secret");
        let token = Token::read(&text).unwrap();
        assert_eq!((token.party, token.place, token.secret), (party, 9, "secret"));
        for text in
            [format!("{party}.10.secret"), format!("{party}.secret"), "guess".to_owned(), "..".to_owned()]
        {
            assert!(Token::read(&text).is_none(), "{text}");
        }
    }
}
