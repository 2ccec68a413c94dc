//! What operators did, as notes in a chain: each carries the hash of the one before, so that none can be changed or
//! taken out without all later ones being written anew.
//!
//! An act is noted before it is done, and its outcome after. Where the second note is missing, nobody noted how it
//! ended: that is told as it is.

use crate::OperatorName;
use base::{Record, Slot, Text};

/// The outcome of a note that stands before its act.
pub const OPS_ASKED: &str = "asked";

/// One note. Written once and never changed.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "ops_trail", key = 2)]
pub struct OpsTrail {
    /// The platform's slot.
    pub slot: Slot,
    /// 1 for the first note of a world; no number is left out.
    pub number: u64,
    /// When it was noted, microseconds UTC.
    pub at_us: i64,
    /// Who acts.
    pub operator: OperatorName,
    /// What is done, as `risk.approve`.
    pub act: Text<32>,
    /// What it is done to: ids and versions alone, nothing personal.
    pub subject: Text<128>,
    /// What stands for the whole request.
    pub digest: [u8; 32],
    /// [`OPS_ASKED`] before the act, and after it `done`, `refused:` with its code, or `unknown`.
    pub outcome: Text<64>,
    /// Of an outcome: the number of the note that stands before the act.
    pub asked_no: Option<u64>,
    /// The hash of the note before; zeros for the first one.
    pub previous_hash: [u8; 32],
    /// The hash of this one.
    pub hash: [u8; 32],
}

/// An act that was noted, and of which nobody noted how it ended. The note before the act puts it, the outcome takes
/// it away: so there is one outcome at most.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "ops_trail_open", key = 2)]
pub struct OpsTrailOpen {
    /// The platform's slot.
    pub slot: Slot,
    /// The number of the note that stands before the act.
    pub number: u64,
}

/// Where the chain ends; one row, since the first note.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "ops_trail_head", key = 1)]
pub struct OpsTrailHead {
    /// The platform's slot.
    pub slot: Slot,
    /// The number of the last note.
    pub last: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl OpsTrail {
    /// The hash of everything that it says but the hash itself.
    pub fn hashed(&self) -> [u8; 32] {
        let OpsTrail {
            slot,
            number,
            at_us,
            operator,
            act,
            subject,
            digest,
            outcome,
            asked_no,
            previous_hash,
            hash: _,
        } = self;
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"ops trail 1");
        hasher.update(&u64::from(slot.number()).to_le_bytes());
        hasher.update(&number.to_le_bytes());
        hasher.update(&at_us.to_le_bytes());
        // Each text with its length: what ends one cannot begin the next.
        for text in [operator.as_str(), act.as_str(), subject.as_str(), outcome.as_str()] {
            hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(digest);
        // Notes are numbered from one.
        hasher.update(&asked_no.unwrap_or(0).to_le_bytes());
        hasher.update(previous_hash);
        *hasher.finalize().as_bytes()
    }

    /// Whether it stands before its act.
    pub fn is_asked(&self) -> bool {
        self.outcome.as_str() == OPS_ASKED
    }

    /// Whether this is how what another note asked for ended.
    pub fn ends(&self, asked: &OpsTrail) -> bool {
        asked.is_asked()
            && !self.is_asked()
            && self.asked_no == Some(asked.number)
            && (&self.operator, &self.act, &self.subject, &self.digest)
                == (&asked.operator, &asked.act, &asked.subject, &asked.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> OpsTrail {
        OpsTrail {
            slot: Slot::PLATFORM,
            number: 7,
            at_us: 1,
            operator: Text::new("2088000000000101").unwrap(),
            act: Text::new("risk.approve").unwrap(),
            subject: Text::new("version 3").unwrap(),
            digest: [1; 32],
            outcome: Text::new(OPS_ASKED).unwrap(),
            asked_no: None,
            previous_hash: [2; 32],
            hash: [0; 32],
        }
    }

    #[test]
    fn each_field_but_the_hash_itself_is_hashed() {
        let hash = note().hashed();
        assert_eq!(OpsTrail { hash: [9; 32], ..note() }.hashed(), hash);
        let text = |text: &str| Text::new(text).unwrap();
        for (field, other) in [
            ("slot", OpsTrail { slot: Slot::new(1).unwrap(), ..note() }),
            ("number", OpsTrail { number: 8, ..note() }),
            ("at_us", OpsTrail { at_us: 2, ..note() }),
            ("operator", OpsTrail { operator: Text::new("2088000000000102").unwrap(), ..note() }),
            ("act", OpsTrail { act: Text::new("risk.propose").unwrap(), ..note() }),
            ("subject", OpsTrail { subject: text("version 4"), ..note() }),
            ("digest", OpsTrail { digest: [3; 32], ..note() }),
            ("outcome", OpsTrail { outcome: Text::new("done").unwrap(), ..note() }),
            ("asked_no", OpsTrail { asked_no: Some(1), ..note() }),
            ("previous_hash", OpsTrail { previous_hash: [3; 32], ..note() }),
        ] {
            assert_ne!(other.hashed(), hash, "{field}");
        }
        let (act, subject) = (Text::new("risk.approvev").unwrap(), text("ersion 3"));
        assert_ne!(OpsTrail { act, subject, ..note() }.hashed(), hash, "texts do not run into each other");
    }

    #[test]
    fn an_outcome_is_of_one_note_and_of_the_same_act() {
        let asked = note();
        let done = OpsTrail { number: 8, outcome: Text::new("done").unwrap(), asked_no: Some(7), ..note() };
        assert!(done.ends(&asked));
        for (field, other) in [
            ("asked_no", OpsTrail { asked_no: Some(6), ..done.clone() }),
            ("operator", OpsTrail { operator: Text::new("ada").unwrap(), ..done.clone() }),
            ("act", OpsTrail { act: Text::new("risk.propose").unwrap(), ..done.clone() }),
            ("subject", OpsTrail { subject: Text::new("").unwrap(), ..done.clone() }),
            ("digest", OpsTrail { digest: [3; 32], ..done.clone() }),
            ("outcome", OpsTrail { outcome: Text::new(OPS_ASKED).unwrap(), ..done.clone() }),
        ] {
            assert!(!other.ends(&asked), "{field}");
        }
        assert!(!done.ends(&done), "an outcome has none");
    }
}
