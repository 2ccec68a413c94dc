//! Lists and hits as they are stored: versions on the platform's slot, hits and where a party stands in its own slot.

use super::list::EntryId;
use super::measure::Measure;
use crate::records::{Operator, Subject};
use base::{PartyId, Record, Slot, Text};

/// The lowest threshold of a list, thousandths: below it any common name meets another.
pub const THRESHOLD_MIN: u32 = 700;
/// The highest one: what is the same alone.
pub const THRESHOLD_MAX: u32 = 1_000;

/// What of a party was looked at: `person`, or `merchant PLACE LOGIN` for a name of an application.
pub type About = Text<128>;
/// What of a party is looked at when it says who it is, and when it is sent money.
pub const ABOUT_PERSON: &str = "person";
/// The names of a merchant's application: the one that it sells under, and those of its account, its contact and its
/// licence.
pub const MERCHANT_PLACES: [&str; 4] = ["shop", "account", "contact", "licence"];
/// Which tokens met; see [`crate::Hit`].
pub type Matched = Text<400>;
/// Subjects of cases, one a line.
pub type Subjects = Text<8_000>;

/// A version of the list that two operators agreed on. The list itself is a file of its digest.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "screen_list", key = 2)]
pub struct ScreenList {
    /// The platform's slot.
    pub slot: Slot,
    /// Its number, from 1 without gaps.
    pub version: u32,
    /// What the list and its threshold are known by, as [`crate::list_digest`] gives it.
    pub digest: [u8; 32],
    /// How many entries it has.
    pub entries: u32,
    /// From which score on an entry is a hit, thousandths.
    pub threshold: u32,
    /// Who proposed it.
    pub proposed_by: Operator,
    /// Who approved it: somebody else.
    pub approved_by: Operator,
    /// From when on it holds, microseconds UTC.
    pub effective_at_us: i64,
}

/// A list that somebody wishes to be the next version.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "screen_proposal", key = 2)]
pub struct ScreenProposal {
    /// The platform's slot.
    pub slot: Slot,
    /// The version that it shall be.
    pub version: u32,
    /// What it is known by.
    pub digest: [u8; 32],
    /// How many entries it has.
    pub entries: u32,
    /// From which score on an entry is a hit, thousandths.
    pub threshold: u32,
    /// Who proposed it last.
    pub proposed_by: Operator,
    /// When that was, microseconds UTC.
    pub proposed_at_us: i64,
}

/// Where a party stands with the list: the last look, and the cases of what it found.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "screening", key = 3)]
pub struct Screening {
    /// The party's slot.
    pub slot: Slot,
    /// Who was looked at.
    pub party: PartyId,
    /// What of it.
    pub about: About,
    /// The version of the list.
    pub version: u32,
    /// What stands for the name.
    pub name: [u8; 16],
    /// When, microseconds UTC.
    pub at_us: i64,
    /// The subjects of the cases of its hits, one a line; empty when nothing was found.
    pub subjects: Subjects,
}

/// Why somebody is alike to an entry. Written once, by the look that found it first.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "screen_hit", key = 3)]
pub struct ScreenHit {
    /// The party's slot.
    pub slot: Slot,
    /// Who was looked at.
    pub party: PartyId,
    /// The subject of its case, as [`hit_subject`] gives it.
    pub subject: Subject,
    /// The stamp's sequence of the look.
    pub no: u64,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// What of the party was looked at.
    pub about: About,
    /// What stands for the name.
    pub name: [u8; 16],
    /// The version of the list.
    pub version: u32,
    /// The entry.
    pub entry: EntryId,
    /// Which of its names, from 1.
    pub alias: u32,
    /// How near, thousandths.
    pub score: u32,
    /// By what.
    pub measure: Measure,
    /// Which tokens met.
    pub matched: Matched,
}

/// That a hit is to be released, as one operator proposes. It stays when another one has agreed, and says who was the
/// first of the two; it goes when the hit is kept.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "screen_release", key = 3)]
pub struct ScreenRelease {
    /// The party's slot.
    pub slot: Slot,
    /// Who was found.
    pub party: PartyId,
    /// The subject of the case.
    pub subject: Subject,
    /// Who proposes.
    pub proposed_by: Operator,
    /// When, microseconds UTC.
    pub proposed_at_us: i64,
}

/// What is looked at of an application: the name in one of [`MERCHANT_PLACES`], of this login.
pub fn about_merchant(place: &str, login: &str) -> String {
    format!("merchant {place} {login}")
}

/// What a case of a hit is called. The same entry and name have the same under one version, so that what was cleared
/// does not alarm again.
pub fn hit_subject(version: u32, entry: &EntryId, name: &[u8; 16]) -> String {
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("screen {version} {entry} {name}")
}

/// Whether a case is of a hit and not of a payment.
pub fn is_screen_subject(subject: &str) -> bool {
    subject.starts_with("screen ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HITS_MAX;

    #[test]
    fn the_longest_subjects_fit() {
        let entry = EntryId::new(&"x".repeat(48)).unwrap();
        let subject = hit_subject(u32::MAX, &entry, &[255; 16]);
        assert!(Subject::new(&subject).is_ok() && is_screen_subject(&subject));
        assert!((subject.len() + 1) * HITS_MAX <= 8_000, "{}", subject.len());
    }
}
