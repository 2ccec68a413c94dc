//! A person in clear, for those of the platform who must see one. Whoever asks is noted before.

use super::evidence::kind_name;
use super::identity::opened;
use super::register::ADDRESS_FIELD;
use super::{crowded, in_vault};
use crate::api::moment;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use base::PartyId;
use cell::CellError;
use engine::{FindParty, FindProfile, FindStanding, PartyNotFound};
use people::{Party, PartyKind};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A person in clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpsPerson {
    user_id: String,
    /// The address that the person signs in with; absent once the person was forgotten.
    login: Option<String>,
    /// As the identity card has it, once that was checked.
    name: Option<String>,
    /// The number of the identity card, but for its middle.
    id_number: Option<String>,
    /// `unverified`, `class_1`, `class_2`, `class_3` or `sandbox`.
    class: &'static str,
    /// Whether the person asked to be forgotten.
    forgotten: bool,
    /// What vouches for who it is.
    evidence: Vec<OpsEvidence>,
}

/// What vouches for somebody's identity.
#[derive(Serialize, ToSchema)]
struct OpsEvidence {
    /// The channel, as `ministry` or `bank_card`.
    kind: &'static str,
    provider: String,
    #[schema(format = DateTime)]
    verified_at: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// The person of a user id. 404 `person_not_found` for a number that is no person's.
pub(crate) async fn person_of(portal: &Portal, id: PartyId) -> Result<Arc<Party>, SandboxError> {
    let missing = || SandboxError::missing("person_not_found", "there is no such person");
    let party = portal.door.ask(FindParty { party: id }).await;
    let party = party.map_err(|error| SandboxError::of(error, |_| missing()))?;
    if party.kind == PartyKind::Person { Ok(party) } else { Err(missing()) }
}

/// A person in clear.
pub(crate) async fn unmasked(portal: &Portal, party: &Party) -> Result<OpsPerson, SandboxError> {
    let id = party.id;
    let evidence = match portal.door.ask(FindStanding { party: id }).await {
        Ok(view) => view.evidence,
        Err(CellError::Refused(PartyNotFound)) => Vec::new(),
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    };
    let profile = match portal.door.ask(FindProfile { party: id }).await {
        Ok(profile) => Some(profile),
        // Parties of sandboxes have none: their login is no address, and their name was never checked.
        Err(CellError::Refused(PartyNotFound)) => None,
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    };
    let forgotten = profile.as_ref().is_some_and(|profile| profile.erased_at_us.is_some());
    let (login, name, id_number) = match profile {
        Some(profile) => {
            let sealed = profile.clone();
            let login = in_vault(portal, move |vault| {
                vault.open_field(&sealed.data_key, ADDRESS_FIELD, &sealed.sealed_address)
            });
            let login = login.await?;
            let (name, id_number) = opened(portal, profile).await?;
            (login, name, id_number)
        }
        None => (Some(party.login.to_string()), Some(party.name.to_string()), None),
    };
    let evidence = evidence.iter().map(|one| OpsEvidence {
        kind: kind_name(one.kind),
        provider: one.provider.to_string(),
        verified_at: moment(one.verified_at_us),
        expires_at: one.expires_at_us.map(moment),
    });
    Ok(OpsPerson {
        user_id: id.to_string(),
        login,
        name,
        id_number: id_number.as_deref().map(masked_number),
        class: party.class.name(),
        forgotten,
        evidence: evidence.collect(),
    })
}

/// The number of an identity card with its first and last digits: enough to compare it with a document that somebody
/// shows, and too little to make one.
fn masked_number(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    if letters.len() < 10 {
        return "*".repeat(letters.len());
    }
    let (head, tail) = (&letters[..3], &letters[letters.len() - 4..]);
    let hidden = "*".repeat(letters.len() - 7);
    format!("{}{hidden}{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_number_the_middle_is_hidden() {
        assert_eq!(masked_number("110101199003070012"), "110***********0012");
        assert_eq!(masked_number("1234"), "****");
    }
}
