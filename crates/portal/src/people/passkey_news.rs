//! What the owner of an account hears of its passkeys: a key opens the account, so a new one, a removed one and a
//! copied one are told at once. Sent in the background: what was decided neither waits for a provider nor fails with
//! it.

use super::in_vault;
use super::messenger::{MessageKind, Outgoing};
use super::register::ADDRESS_FIELD;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use base::{MINUTE_US, PartyId};
use engine::FindProfile;
use people::Address;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A copy of one key is told once in this time: whoever has it must not fill the owner's phone with messages.
const COPY_TOLD_EVERY_US: i64 = 60 * MINUTE_US;
/// Keys remembered at once. Only whoever has a key's secret half gets this far.
const COPIES_MAX: usize = 10_000;

/// Which keys were found to be copied, and when that was told last.
#[derive(Default)]
pub(super) struct Copies(Mutex<HashMap<(PartyId, u64), i64>>);

impl Copies {
    /// Whether it is time to tell of this key.
    fn is_news(&self, key: (PartyId, u64), now_us: i64) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |told_at_us: i64| now_us >= told_at_us.saturating_add(COPY_TOLD_EVERY_US);
        if told.get(&key).is_some_and(|told_at_us| !is_over(*told_at_us)) {
            return false;
        }
        if told.len() >= COPIES_MAX {
            told.retain(|_, told_at_us| !is_over(*told_at_us));
        }
        if told.len() >= COPIES_MAX {
            told.clear();
        }
        told.insert(key, now_us);
        true
    }
}

/// A right answer of a passkey told an older use than it told before: noted for the operator, and told its owner.
pub(super) fn copied(portal: &Arc<Portal>, party: PartyId, no: u64) {
    tracing::warn!("a passkey told an older use than before and was refused: somebody may have a copy of it");
    if portal.people.ceremonies.copies.is_news((party, no), portal.door.now_us()) {
        tell(portal, party, MessageKind::PasskeyCopied);
    }
}

/// Sends a message to the address that the person signs in with.
pub(super) fn tell(portal: &Arc<Portal>, party: PartyId, kind: MessageKind) {
    let portal = portal.clone();
    tokio::spawn(async move {
        let at_us = portal.door.now_us();
        let sent = match address_of(&portal, party).await {
            Ok(Some(to)) => portal.people.messenger.send(Outgoing { to, kind, at_us }).await.is_ok(),
            // Nobody signs in with it any more.
            Ok(None) => true,
            Err(_) => false,
        };
        if !sent {
            tracing::warn!("a message about a passkey was not sent");
        }
    });
}

async fn address_of(portal: &Portal, party: PartyId) -> Result<Option<Address>, SandboxError> {
    let profile = portal.door.ask(FindProfile { party }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, |_| super::crowded()))?;
    if profile.address.is_none() {
        return Ok(None);
    }
    let text = in_vault(portal, move |vault| {
        vault.open_field(&profile.data_key, ADDRESS_FIELD, &profile.sealed_address)
    });
    Ok(text.await?.as_deref().and_then(Address::parse))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    #[test]
    fn a_copy_is_told_once_an_hour_for_each_key() {
        let (copies, party) = (Copies::default(), PartyId::platform(Slot::PLATFORM));
        assert!(copies.is_news((party, 1), 0));
        assert!(!copies.is_news((party, 1), COPY_TOLD_EVERY_US - 1));
        assert!(copies.is_news((party, 2), 1), "another key");
        assert!(copies.is_news((party, 1), COPY_TOLD_EVERY_US));
    }
}
