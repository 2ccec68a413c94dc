//! Whom money came from or went to, as the other side may see it.

use crate::BillError;
use base::PartyId;
use engine::{Key, Row};
use people::{PartyKind, masked_name};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Reader;

/// Parties that are remembered while a bill is made; above that it begins anew.
const REMEMBERED_MAX: usize = 10_000;

/// Looks parties up, each once.
#[derive(Debug, Default)]
pub struct Who {
    known: BTreeMap<PartyId, Known>,
}

/// A party as others may see it; all empty when nobody is known by its number.
#[derive(Clone, Debug)]
struct Known {
    /// The name, masked.
    masked: Arc<str>,
    /// The name as its payers see it: a merchant's in full.
    shown: Arc<str>,
    /// The login, masked.
    login: Arc<str>,
}

impl Who {
    fn find(&mut self, reader: &mut dyn Reader, party: PartyId) -> Result<Known, BillError> {
        if let Some(known) = self.known.get(&party) {
            return Ok(known.clone());
        }
        let found = match reader.row(&Key::Party((party.slot(), party)))? {
            Some(Row::Party(found)) => {
                let masked: Arc<str> = masked_name(found.name.as_str()).into();
                let shown = match found.kind {
                    PartyKind::Merchant => found.name.as_str().into(),
                    PartyKind::Person => masked.clone(),
                };
                // Persons' logins are digests; what others may see of them stands beside.
                let login = match &found.login_masked {
                    Some(masked) => masked.as_str().into(),
                    None => masked_login(found.login.as_str()).into(),
                };
                Known { masked, shown, login }
            }
            _ => Known { masked: "".into(), shown: "".into(), login: "".into() },
        };
        if self.known.len() >= REMEMBERED_MAX {
            self.known.clear();
        }
        self.known.insert(party, found.clone());
        Ok(found)
    }

    /// Name and login as a person's own lines show them: a merchant's name in full, everything else masked; both empty
    /// for nobody.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn shown(
        &mut self,
        reader: &mut dyn Reader,
        party: Option<PartyId>,
    ) -> Result<(String, String), BillError> {
        let Some(party) = party else { return Ok((String::new(), String::new())) };
        let found = self.find(reader, party)?;
        Ok((found.shown.to_string(), found.login.to_string()))
    }

    /// As bills write an account: `**博(156******89)`; empty for nobody.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn account(&mut self, reader: &mut dyn Reader, party: Option<PartyId>) -> Result<String, BillError> {
        let Some(party) = party else { return Ok(String::new()) };
        let Known { masked, login, .. } = self.find(reader, party)?;
        Ok(if login.is_empty() { String::new() } else { format!("{masked}({login})") })
    }
}

/// A login as bills show it: three characters, then stars; of a phone number the last two digits too.
fn masked_login(login: &str) -> String {
    let (name, domain) = login.split_once('@').map_or((login, None), |(name, domain)| (name, Some(domain)));
    let letters: Vec<char> = name.chars().collect();
    let head: String = letters.iter().take(3.min(letters.len().saturating_sub(1))).collect();
    match domain {
        Some(domain) => format!("{head}***@{domain}"),
        None if letters.len() < 8 => format!("{head}***"),
        None => {
            let tail: String = letters[letters.len() - 2..].iter().collect();
            format!("{head}{}{tail}", "*".repeat(letters.len() - 5))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_masked_as_bills_show_them() {
        for (login, masked) in [
            ("15612345689", "156******89"),
            ("abraham@example.com", "abr***@example.com"),
            ("a@example.com", "***@example.com"),
            ("1234567", "123***"),
        ] {
            assert_eq!(masked_login(login), masked);
        }
    }
}
