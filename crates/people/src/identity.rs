//! Who somebody is: the number of the document, the evidence for it, and what all accounts of one person share.
//!
//! Facts: domain reference 1.1 and 1.2. A person is known by the keyed digest of the number; name and number are sealed
//! in the profile.

use base::{Field, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

use crate::AccountClass;

/// Keyed digest of the number of an identity document.
pub type IdentityDigest = [u8; 16];
/// Who vouched: a bank, an operator, an office.
pub type ProviderName = Text<64>;

/// Accounts that one person may have (customary: 5).
pub const ACCOUNTS_OF_PERSON_MAX: usize = 5;
/// Pieces of evidence that are kept of one account: more than the highest class needs.
pub const EVIDENCE_MAX: u32 = 16;
/// Distinct channels that a class needs, where the person was not seen face to face.
const CHANNELS_OF_ONE: usize = 1;
/// As above.
const CHANNELS_OF_TWO: usize = 3;
/// As above.
const CHANNELS_OF_THREE: usize = 5;

/// What vouches for somebody. Each kind counts once for each provider.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum EvidenceKind {
    /// The register of the ministry: name and number belong together.
    Ministry,
    /// A bank: name, number, card and phone belong together.
    BankCard,
    /// A mobile operator: name, number and phone belong together.
    MobileOperator,
    /// A record of education.
    Education,
    /// A record of social security or taxes.
    SocialSecurity,
    /// A utility or a credit register.
    Utility,
    /// A passport or a permit to leave and enter.
    ExitEntry,
    /// The person was seen, with the document.
    FaceToFace,
}

/// One piece of evidence.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "evidence", key = 3)]
pub struct Evidence {
    /// The party's slot.
    pub slot: Slot,
    /// For whom.
    pub party: PartyId,
    /// Its place among the party's, from zero.
    pub place: u32,
    /// What vouches.
    pub kind: EvidenceKind,
    /// Who vouched.
    pub provider: ProviderName,
    /// When, microseconds UTC.
    pub verified_at_us: i64,
    /// From when it counts no more, microseconds UTC; absent when it stays.
    pub expires_at_us: Option<i64>,
}

impl Evidence {
    /// Whether it counts at this moment, microseconds UTC.
    pub fn counts_at(&self, now_us: i64) -> bool {
        self.expires_at_us.is_none_or(|expires_at_us| now_us < expires_at_us)
    }
}

/// The class that evidence is enough for: by the count of distinct kinds and providers, or the highest for somebody who
/// was seen. `all` has no two of one kind and provider.
pub fn class_of<'a>(all: impl IntoIterator<Item = &'a Evidence>, now_us: i64) -> AccountClass {
    let counting: Vec<&Evidence> = all.into_iter().filter(|one| one.counts_at(now_us)).collect();
    let seen = counting.iter().any(|one| one.kind == EvidenceKind::FaceToFace);
    match counting.len() {
        _ if seen => AccountClass::Three,
        CHANNELS_OF_THREE.. => AccountClass::Three,
        CHANNELS_OF_TWO.. => AccountClass::Two,
        CHANNELS_OF_ONE.. => AccountClass::One,
        0 => AccountClass::Unverified,
    }
}

/// What is known of an account's owner as a person.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "standing", key = 2)]
pub struct Standing {
    /// The party's slot.
    pub slot: Slot,
    /// The account.
    pub party: PartyId,
    /// Whose it is.
    pub identity: IdentityDigest,
    /// Pieces of evidence there are.
    pub evidences: u32,
    /// When the first of them expires, microseconds UTC: from then on the class is counted anew at each payment.
    pub counts_until_us: Option<i64>,
    /// Whether the person's yearly limit is this account's.
    pub holds_quota: bool,
    /// The year of `carried_minor`.
    pub carried_year: u32,
    /// What the person's other accounts had used of that year's limit when it came to this one, fen.
    pub carried_minor: money::Minor,
    /// The year of `given_minor`.
    pub given_year: u32,
    /// What this account itself had used of that year's limit when the limit left it, fen: a part of what others carry.
    pub given_minor: money::Minor,
    /// What the person's other accounts had withdrawn without a fee when the limits came to this one, fen.
    pub carried_free_minor: money::Minor,
    /// What this account itself had withdrawn without a fee when the limits left it, fen: a part of what others carry.
    pub given_free_minor: money::Minor,
}

impl Standing {
    /// An account that just got to know its owner: no evidence, and none of the person's limits.
    pub fn fresh(party: PartyId, identity: IdentityDigest) -> Standing {
        Standing {
            slot: party.slot(),
            party,
            identity,
            evidences: 0,
            counts_until_us: None,
            holds_quota: false,
            carried_year: 0,
            carried_minor: money::Minor::ZERO,
            given_year: 0,
            given_minor: money::Minor::ZERO,
            carried_free_minor: money::Minor::ZERO,
            given_free_minor: money::Minor::ZERO,
        }
    }
}

/// What all accounts of a person used of the limits that are the person's and not an account's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonUsage {
    /// The year that was counted.
    pub year: u32,
    /// What was paid from balances in that year, fen.
    pub year_minor: money::Minor,
    /// What was withdrawn without a fee in the person's whole life, fen.
    pub free_minor: money::Minor,
}

impl PersonUsage {
    /// Nothing was used.
    pub const NOTHING: PersonUsage =
        PersonUsage { year: 0, year_minor: money::Minor::ZERO, free_minor: money::Minor::ZERO };
}

/// What the accounts of one person share; lies in the slot of the identity.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "person", key = 2)]
pub struct Person {
    /// `slot_of_identity`.
    pub slot: Slot,
    /// Who.
    pub identity: IdentityDigest,
    /// The accounts, eight bytes each, in the order in which they came.
    pub accounts: Vec<u8>,
    /// The one account of the highest class.
    pub class_three: Option<PartyId>,
    /// The account that has the yearly limit.
    pub holder: Option<PartyId>,
    /// The account that the limit is on its way to.
    pub moving_to: Option<PartyId>,
    /// The year of `carried_minor`.
    pub carried_year: u32,
    /// What was used of that year's limit by accounts that are gone, while nobody holds it, fen.
    pub carried_minor: money::Minor,
    /// What accounts that are gone withdrew without a fee, fen.
    pub carried_free_minor: money::Minor,
}

impl Person {
    /// What was used of the person's limits by accounts that are gone.
    pub fn usage(&self) -> PersonUsage {
        let Person { carried_year, carried_minor, carried_free_minor, .. } = *self;
        PersonUsage { year: carried_year, year_minor: carried_minor, free_minor: carried_free_minor }
    }

    /// The same person, with this used by accounts that are gone.
    pub fn having_used(self, usage: PersonUsage) -> Person {
        let PersonUsage { year, year_minor, free_minor } = usage;
        Person { carried_year: year, carried_minor: year_minor, carried_free_minor: free_minor, ..self }
    }

    /// Somebody without accounts.
    pub fn fresh(identity: IdentityDigest) -> Person {
        Person {
            slot: slot_of_identity(&identity),
            identity,
            accounts: Vec::new(),
            class_three: None,
            holder: None,
            moving_to: None,
            carried_year: 0,
            carried_minor: money::Minor::ZERO,
            carried_free_minor: money::Minor::ZERO,
        }
    }

    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = PartyId> + '_ {
        let numbers = self.accounts.as_chunks::<8>().0.iter();
        numbers.filter_map(|bytes| u64::from_be_bytes(*bytes).to_string().parse().ok())
    }

    /// With one more account; the same when it is there. `None` when there are enough.
    pub fn with(mut self, account: PartyId) -> Option<Person> {
        if self.accounts().any(|known| known == account) {
            return Some(self);
        }
        if self.accounts().count() >= ACCOUNTS_OF_PERSON_MAX {
            return None;
        }
        self.accounts.extend_from_slice(&account.number().to_be_bytes());
        Some(self)
    }

    /// Without an account.
    pub fn without(self, account: PartyId) -> Person {
        let left = self.accounts().filter(|known| *known != account);
        let accounts = left.flat_map(|known| known.number().to_be_bytes()).collect();
        let others = |one: Option<PartyId>| one.filter(|known| *known != account);
        let (class_three, holder) = (others(self.class_three), others(self.holder));
        Person { accounts, class_three, holder, ..self }
    }
}

/// The slot that everything about a person is decided in.
pub fn slot_of_identity(identity: &IdentityDigest) -> Slot {
    Slot::of_text(&crate::challenge::text_of_digest("i:", identity))
}

/// Factors of the checksum of an identity number (GB 11643-1999, ISO 7064 mod 11-2).
const FACTORS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// The number of an identity card in its one form: eighteen characters whose checksum fits and whose birthday is a day.
/// `None` for anything else.
pub fn id_number(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let (digits, check) = text.as_bytes().split_at_checked(17).filter(|(_, check)| check.len() == 1)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = digits.iter().zip(FACTORS).map(|(digit, factor)| u32::from(digit - b'0') * factor).sum();
    let expected = CHECKS.get(usize::try_from(sum % 11).ok()?)?;
    let birthday: u32 = text.get(6..14)?.parse().ok()?;
    (check.first() == Some(expected) && is_date(birthday)).then_some(text)
}

/// Whether `yyyymmdd` is a day of the last centuries: people were born before the days that books have.
fn is_date(number: u32) -> bool {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    (1_800..=2_999).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_have_a_checksum_and_a_birthday() {
        for (text, fits) in [
            ("11010519491231002X", true),
            (" 11010519491231002x ", true),
            ("440524188001010014", true),
            ("110105194912310021", false),
            ("11010519490229002X", false),
            ("110105194902290028", false),
            ("1101051949123100", false),
            ("11010519491231002XX", false),
            ("1101051949123100宝", false),
            ("", false),
        ] {
            assert_eq!(id_number(text).is_some(), fits, "{text}");
        }
    }

    #[test]
    fn a_class_is_counted_from_what_still_counts() {
        let party = PartyId::platform(Slot::PLATFORM);
        let one = |place: u32, kind, expires_at_us| Evidence {
            slot: Slot::PLATFORM,
            party,
            place,
            kind,
            provider: Text::new(&place.to_string()).unwrap(),
            verified_at_us: 0,
            expires_at_us,
        };
        let cards: Vec<Evidence> =
            (0..5).map(|place| one(place, EvidenceKind::BankCard, Some(100))).collect();
        use AccountClass::{One, Three, Two, Unverified};
        for (count, class) in [(0, Unverified), (1, One), (2, One), (3, Two), (4, Two), (5, Three)] {
            assert_eq!(class_of(&cards[..count], 99), class, "{count}");
        }
        assert_eq!(class_of(&cards, 100), Unverified);
        assert_eq!(class_of(&[one(0, EvidenceKind::FaceToFace, None)], 0), Three);
    }

    #[test]
    fn a_person_has_five_accounts() {
        let party = |number| PartyId::issue(number, Slot::PLATFORM).unwrap();
        let mut person = Person::fresh([7; 16]);
        for number in 1..=5 {
            person = person.with(party(number)).unwrap();
        }
        assert_eq!(person.clone().with(party(6)), None);
        assert_eq!(person.clone().with(party(5)), Some(person.clone()), "it is there");
        (person.holder, person.class_three) = (Some(party(2)), Some(party(3)));
        let person = person.without(party(2));
        assert_eq!((person.accounts().count(), person.holder, person.class_three), (4, None, Some(party(3))));
        assert!(person.with(party(6)).is_some());
    }
}
