//! Parties and their logins.

use base::{Field, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

use crate::{AccountClass, PaymentStop};

/// A name to sign in with: an e-mail address or phone number, 1–100 characters, kept in lower case.
pub type LoginName = Text<100>;
/// How a party is called on a cashier page, 1–64 characters.
pub type PartyName = Text<64>;

/// What a party is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum PartyKind {
    /// Somebody who pays.
    Person,
    /// Somebody who is paid, and owns apps.
    Merchant,
}

/// What a party may do. A frozen party can receive but not pay, and signs in nowhere; a closed one can do nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum PartyStatus {
    /// Everything.
    Normal,
    /// Money may come in but not go out.
    Frozen,
    /// Nothing; the account was given up.
    Closed,
}

/// A person or a merchant.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "party", key = 2)]
pub struct Party {
    /// The party's slot.
    pub slot: Slot,
    /// Its id.
    pub id: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// What it may do.
    pub status: PartyStatus,
    /// The name it signs in with; of a registered person a digest of the address.
    pub login: LoginName,
    /// How it is shown.
    pub name: PartyName,
    /// When it was opened, microseconds UTC.
    pub opened_at_us: i64,
    /// What it is as a payer.
    pub class: AccountClass,
    /// The login as merchants may see it, of a person whose login is a digest; otherwise it follows from the login.
    pub login_masked: Option<Text<100>>,
    /// Whether anybody stopped the payments of its balance.
    pub stop: PaymentStop,
    /// Tries of the payment password up to this number prove nothing any more: a password was set after them.
    pub proofs_after: u64,
}

impl Party {
    /// The login as merchants may see it.
    pub fn masked_login(&self) -> String {
        match &self.login_masked {
            Some(masked) => masked.to_string(),
            None => masked_login(self.login.as_str()),
        }
    }
}

/// Makes a login name unique: it lies in the slot that the name hashes to.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "login", key = 2)]
pub struct Login {
    /// `Slot::of_text(login)`.
    pub slot: Slot,
    /// The name.
    pub login: LoginName,
    /// Whose it is.
    pub party: PartyId,
}

/// The counters that a slot's ids are issued from.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "slot_head", key = 1)]
pub struct SlotHead {
    /// The slot.
    pub slot: Slot,
    /// Parties opened so far; the next id is this plus one, above the range kept for the platform.
    pub parties: u64,
    /// Apps opened so far.
    pub apps: u64,
}

impl SlotHead {
    /// Party ids start above this counter, so that they look like those that merchants know.
    const FIRST: u64 = 1_000_000_000;

    /// A slot nobody lives in yet.
    pub fn fresh(slot: Slot) -> SlotHead {
        SlotHead { slot, parties: 0, apps: 0 }
    }

    /// The next party's id, counted. `None` when the slot is full.
    pub fn issue_party(&mut self) -> Option<PartyId> {
        self.parties += 1;
        PartyId::issue(SlotHead::FIRST + self.parties, self.slot)
    }

    /// The next app's id, counted. `None` when the slot is full.
    pub fn issue_app(&mut self) -> Option<base::AppId> {
        self.apps += 1;
        base::AppId::issue(SlotHead::FIRST + self.apps, self.slot)
    }
}

/// A login as merchants may see it: `159****5620` for a phone, `ab***@example.com` for an e-mail address.
pub fn masked_login(login: &str) -> String {
    match login.split_once('@') {
        Some((name, domain)) => {
            let shown: String = name.chars().take(2).collect();
            format!("{shown}***@{domain}")
        }
        None => {
            let letters: Vec<char> = login.chars().collect();
            if letters.len() < 8 {
                let shown: String = letters.iter().take(1).collect();
                return format!("{shown}***");
            }
            let head: String = letters[..3].iter().collect();
            let tail: String = letters[letters.len() - 4..].iter().collect();
            format!("{head}****{tail}")
        }
    }
}

/// A person's name as somebody may see it who is about to send money: all but the last character is `*`. Who knows the
/// payee can tell by it; who does not learns nothing.
pub fn masked_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters.split_last() {
        None => String::new(),
        Some((_, [])) => "*".to_owned(),
        Some((last, hidden)) => format!("{}{last}", "*".repeat(hidden.len().min(8))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_masked_as_merchants_know_them() {
        assert_eq!(masked_login("15912345620"), "159****5620");
        assert_eq!(masked_login("abraham@example.com"), "ab***@example.com");
        assert_eq!(masked_login("bob"), "b***");
    }

    #[test]
    fn of_a_name_the_last_character_is_shown() {
        for (name, shown) in
            [("", ""), ("王", "*"), ("张三", "*三"), ("Lily", "***y"), ("abcdefghijklmn", "********n")]
        {
            assert_eq!(masked_name(name), shown);
        }
    }
}
