//! What operators did: the chain of notes from the first to the last, that an outcome is of an act that was noted, and
//! that those acts are kept as open whose outcome is not there.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{Record, Slot};
use engine::Tabled;
use people::{OpsTrail, OpsTrailHead, OpsTrailOpen};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of the chain. Of notes only those are kept whose outcome did not come yet.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    last: u64,
    hash: [u8; 32],
    open: BTreeMap<u64, OpsTrail>,
    /// The numbers of the acts that are kept as open.
    kept: BTreeSet<u64>,
    head: Option<OpsTrailHead>,
}

impl Trail {
    /// The next note; they come in the order of their numbers.
    pub(crate) fn note(&mut self, row: &OpsTrail, findings: &mut Findings) {
        let follows = row.slot == Slot::PLATFORM && Some(row.number) == self.last.checked_add(1);
        let message = if !follows {
            Some("it does not follow the note before")
        } else if row.previous_hash != self.hash {
            Some("it does not carry the hash of the note before")
        } else if row.hash != row.hashed() {
            Some("its hash is not of what it says")
        } else {
            None
        };
        if let Some(message) = message {
            add(row, message, findings);
        }
        let fits = match row.asked_no {
            None => row.is_asked(),
            Some(no) => self.open.remove(&no).is_some_and(|asked| row.ends(&asked)),
        };
        if !fits {
            add(row, "it is the outcome of no act that was noted, or a second one", findings);
        }
        if row.is_asked() {
            self.open.insert(row.number, row.clone());
        }
        (self.last, self.hash) = (row.number, row.hash);
    }

    /// An act that is kept as open; all notes were seen.
    pub(crate) fn waits(&mut self, row: &OpsTrailOpen, findings: &mut Findings) {
        if row.slot != Slot::PLATFORM || !self.open.contains_key(&row.number) {
            let key = text_of_key(&OpsTrailOpen::wrap_key(row.key()));
            let message = "no act of this number waits for its outcome";
            findings.add(FindingKind::TrailWrong, "ops_trail_open", key, message);
        }
        self.kept.insert(row.number);
    }

    /// Where the chain ends.
    pub(crate) fn head(&mut self, row: &OpsTrailHead) {
        self.head = Some(row.clone());
    }

    /// When all rows were seen.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        for number in self.open.keys().filter(|number| !self.kept.contains(number)) {
            let key = text_of_key(&OpsTrailOpen::wrap_key((Slot::PLATFORM, *number)));
            let message = "the outcome of this act is not noted, and it is not kept as open";
            findings.add(FindingKind::TrailWrong, "ops_trail_open", key, message);
        }
        let ends = self.head.as_ref().map(|head| (head.slot, head.last, head.hash));
        let seen = (self.last > 0).then_some((Slot::PLATFORM, self.last, self.hash));
        if ends != seen {
            let slot = self.head.as_ref().map_or(Slot::PLATFORM, |head| head.slot);
            let key = text_of_key(&OpsTrailHead::wrap_key((slot,)));
            let message = format!("the last note is number {}, and it names another one", self.last);
            findings.add(FindingKind::TrailWrong, "ops_trail_head", key, message);
        }
    }
}

fn add(row: &OpsTrail, message: &str, findings: &mut Findings) {
    let key = text_of_key(&OpsTrail::wrap_key(row.key()));
    findings.add(FindingKind::TrailWrong, "ops_trail", key, message);
}
