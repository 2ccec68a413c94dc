//! Parcels to other cells: each that is not acknowledged lies in the outbox, once, and no other.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{Slot, SlotSet};
use engine::{Link, Outbox, Tabled};
use std::collections::BTreeMap;

/// What was seen of one pair of slots.
#[derive(Default, Debug)]
struct Pair {
    /// Up to which parcels were acknowledged, and the last that was sent.
    sent: Option<(u64, u64)>,
    /// Parcels in the outbox.
    waiting: u64,
}

/// All pairs of slots.
#[derive(Debug)]
pub(crate) struct Crossing {
    home: SlotSet,
    pairs: BTreeMap<(Slot, Slot), Pair>,
}

impl Crossing {
    pub(crate) fn new(home: SlotSet) -> Crossing {
        Crossing { home, pairs: BTreeMap::new() }
    }

    /// Links come before the outbox.
    pub(crate) fn link(&mut self, link: &Link, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            let key = text_of_key(&Link::wrap_key((link.slot, link.other)));
            findings.add(FindingKind::ParcelWrong, "link", key, message);
        };
        if !self.home.contains(link.slot) || self.home.contains(link.other) {
            wrong("both slots are of one cell, or its own is of another");
        }
        if link.acknowledged > link.sent {
            wrong("more was acknowledged than sent");
        }
        self.pairs.entry((link.slot, link.other)).or_default().sent = Some((link.acknowledged, link.sent));
    }

    pub(crate) fn parcel(&mut self, row: &Outbox, findings: &mut Findings) {
        let mut wrong = |message: String| {
            let key = text_of_key(&Outbox::wrap_key((row.slot, row.to_slot, row.no)));
            findings.add(FindingKind::ParcelWrong, "outbox", key, message);
        };
        let pair = self.pairs.entry((row.slot, row.to_slot)).or_default();
        match pair.sent {
            Some((acknowledged, sent)) if row.no > acknowledged && row.no <= sent => pair.waiting += 1,
            Some((acknowledged, sent)) => {
                wrong(format!("its link sent {sent}, of which {acknowledged} are acknowledged"))
            }
            None => wrong("there is no link between these slots".to_owned()),
        }
        match row.open() {
            Ok(parcel) => {
                let same = (parcel.from, parcel.to, parcel.no) == (row.slot, row.to_slot, row.no);
                if !same || parcel.message.name() != row.kind.as_str() {
                    wrong("the parcel in it is another".to_owned());
                }
            }
            Err(_) => wrong("the parcel in it cannot be read".to_owned()),
        }
    }

    pub(crate) fn finish(self, findings: &mut Findings) {
        for ((slot, other), pair) in &self.pairs {
            let Some((acknowledged, sent)) = pair.sent else { continue };
            let owed = sent.saturating_sub(acknowledged);
            if pair.waiting != owed {
                let key = text_of_key(&Link::wrap_key((*slot, *other)));
                let message = format!("{owed} parcels are not acknowledged, {} are there", pair.waiting);
                findings.add(FindingKind::ParcelWrong, "link", key, message);
            }
        }
    }
}
