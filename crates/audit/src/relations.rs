//! The receivers that merchants bound for their splits.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Record};
use engine::Tabled;
use std::collections::BTreeSet;
use trade::Relation;

/// The receivers of merchants, which come merchant by merchant in the order of their places.
#[derive(Default, Debug)]
pub(crate) struct Relations {
    seller: Option<PartyId>,
    places: u32,
    receivers: BTreeSet<PartyId>,
}

impl Relations {
    pub(crate) fn relation(&mut self, relation: &Relation, findings: &mut Findings) {
        if self.seller != Some(relation.seller) {
            *self = Relations { seller: Some(relation.seller), ..Relations::default() };
        }
        let follows = relation.place == self.places.saturating_add(1);
        self.places = relation.place;
        let mut wrong = |message: &str| {
            let key = text_of_key(&Relation::wrap_key(relation.key()));
            findings.add(FindingKind::SplitWrong, "royalty_relation", key, message);
        };
        if !follows {
            wrong("a place before it is empty");
        }
        if !self.receivers.insert(relation.receiver) {
            wrong("its receiver is bound twice");
        }
    }
}
