//! The devices of a person that are signed in: begun, found by their tokens, listed, ended.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop, passkey, password};
use base::{PartyId, Slot};
use people::{DEVICES_MAX, Device, DeviceToken, Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Signs a device in. Who it is was proven before; a password that was set since makes that worthless.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BeginDevice {
    /// Who signed in.
    pub party: PartyId,
    /// Digest of the token's secret.
    pub token: DeviceToken,
    /// What the person calls the device, sealed.
    pub sealed_name: Vec<u8>,
    /// The number of what proved it: of a try of the login password, or of a code that was right.
    pub since: u64,
    /// The passkey that proved it, by its number: the session ends with it.
    pub passkey: Option<u64>,
}

/// Why no session begins. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BeginDeviceRefused {
    /// There is no such person, or the account is closed or frozen.
    #[error("no such person, or it may not be signed in")]
    PartyNotFound,
    /// A password was set after what proved it, or the passkey that proved it was removed: whoever signed in may not be
    /// the owner.
    #[error("who it is must be proven again")]
    ProofMissing,
}

impl BeginDevice {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Gives the device with its place, which its token names.
pub(crate) fn begin_device(
    rows: &mut Rows<'_>,
    command: &BeginDevice,
) -> Result<Next<Arc<Device>>, Stop<BeginDeviceRefused>> {
    let (slot, party, now_us) = (rows.slot(), command.party, rows.now_us());
    if !may_be_signed_in(rows, party)? {
        return Stop::because(BeginDeviceRefused::PartyNotFound);
    }
    if password::is_outdated(rows, party, command.since)? {
        return Stop::because(BeginDeviceRefused::ProofMissing);
    }
    if let Some(no) = command.passkey
        && !passkey::is_there(rows, party, no)?
    {
        return Stop::because(BeginDeviceRefused::ProofMissing);
    }
    let mut best: Option<(i64, u32)> = None;
    for place in 0..DEVICES_MAX {
        let taken = rows.get::<Device>((slot, party, place))?;
        // A free place before any other; then what is over, then what was used longest ago.
        let since = match taken {
            None => i64::MIN,
            Some(device) if !device.is_live(now_us) => i64::MIN + 1,
            Some(device) => device.seen_at_us,
        };
        if best.is_none_or(|(before, _)| since < before) {
            best = Some((since, place));
        }
    }
    let place = best.map_or(0, |(_, place)| place);

    // Nothing can be refused below this line; nothing was changed above it.
    let device = Arc::new(Device {
        slot,
        party,
        place,
        no: rows.stamp().seq,
        token: command.token,
        sealed_name: command.sealed_name.clone(),
        since_us: now_us,
        seen_at_us: now_us,
        passkey: command.passkey,
    });
    rows.put_shared(device.clone());
    Ok(Next::Answer(device))
}

/// Names a device by its token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindDevice {
    /// Who says to be signed in.
    pub party: PartyId,
    /// The place that the token names.
    pub place: u32,
    /// Digest of the token's secret.
    pub token: DeviceToken,
}

/// There is no such session, it is over, or its owner may not be signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nobody is signed in with this token")]
pub struct NotSignedIn;

impl FindDevice {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn find_device(
    rows: &mut Rows<'_>,
    query: &FindDevice,
) -> Result<Next<Arc<Device>>, Stop<NotSignedIn>> {
    match live(rows, query)? {
        Some(device) => Ok(Next::Answer(device)),
        None => Stop::because(NotSignedIn),
    }
}

fn live(rows: &mut Rows<'_>, asked: &FindDevice) -> Result<Option<Arc<Device>>, Fault> {
    let now_us = rows.now_us();
    let FindDevice { party, place, token } = asked;
    if !may_be_signed_in(rows, *party)? {
        return Ok(None);
    }
    let device = rows.get::<Device>((rows.slot(), *party, *place))?;
    Ok(device.filter(|device| device.opens_with(token) && device.is_live(now_us)))
}

/// Whether the party's sessions count: not of a closed account, and not while it is frozen.
pub(crate) fn may_be_signed_in(rows: &mut Rows<'_>, party: PartyId) -> Result<bool, Fault> {
    let party = rows.get::<Party>((rows.slot(), party))?;
    Ok(party.is_some_and(|party| party.class.is_person() && party.status == PartyStatus::Normal))
}

/// Notes that a device is used: its rest begins anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeeDevice {
    /// Which.
    pub device: FindDevice,
}

impl SeeDevice {
    pub(crate) fn slot(&self) -> Slot {
        self.device.party.slot()
    }
}

pub(crate) fn see_device(
    rows: &mut Rows<'_>,
    command: &SeeDevice,
) -> Result<Next<Arc<Device>>, Stop<NotSignedIn>> {
    let Some(device) = live(rows, &command.device)? else { return Stop::because(NotSignedIn) };

    // Nothing can be refused below this line; nothing was changed above it.
    let device = Arc::new(Device { seen_at_us: rows.now_us(), ..(*device).clone() });
    rows.put_shared(device.clone());
    Ok(Next::Answer(device))
}

/// The devices that a person is signed in on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindDevices {
    /// Whose.
    pub party: PartyId,
}

impl FindDevices {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// The last used first.
pub(crate) fn find_devices(
    rows: &mut Rows<'_>,
    query: &FindDevices,
) -> Result<Next<Vec<Arc<Device>>>, Stop<Never>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let mut found = Vec::new();
    for place in 0..DEVICES_MAX {
        found.extend(rows.get::<Device>((slot, query.party, place))?.filter(|device| device.is_live(now_us)));
    }
    found.sort_by_key(|device| std::cmp::Reverse((device.seen_at_us, device.no)));
    Ok(Next::Answer(found))
}

/// Which devices are signed out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichDevices {
    /// The one of this number.
    One(u64),
    /// All but the one of this number.
    AllBut(u64),
    /// All.
    All,
    /// Those that signed in with the passkey of this number.
    OfPasskey(u64),
}

impl WhichDevices {
    fn names(self, device: &Device) -> bool {
        match self {
            WhichDevices::One(one) => device.no == one,
            WhichDevices::AllBut(kept) => device.no != kept,
            WhichDevices::All => true,
            WhichDevices::OfPasskey(no) => device.passkey == Some(no),
        }
    }
}

/// Signs devices out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndDevices {
    /// Whose.
    pub party: PartyId,
    /// Which.
    pub which: WhichDevices,
}

impl EndDevices {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Gives how many there were.
pub(crate) fn end_devices(rows: &mut Rows<'_>, command: &EndDevices) -> Result<Next<u32>, Stop<Never>> {
    Ok(Next::Answer(end(rows, command.party, command.which)?))
}

/// Signs devices out as part of another decision.
pub(crate) fn end(rows: &mut Rows<'_>, party: PartyId, which: WhichDevices) -> Result<u32, Fault> {
    let (slot, mut ended) = (rows.slot(), 0);
    for place in 0..DEVICES_MAX {
        if rows.get::<Device>((slot, party, place))?.is_some_and(|device| which.names(&device)) {
            rows.delete::<Device>((slot, party, place));
            ended += 1;
        }
    }
    Ok(ended)
}
