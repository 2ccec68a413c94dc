//! The receivers that a merchant bound for its splits.
//!
//! Whether a receiver exists is asked of its slot before it is bound; it may be given up at any time after, so a split
//! finds out again where the receiver lives.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{PartyId, Slot, Text};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{BindRefused, RELATIONS_MAX, ReceiverNamed, Relation};

/// A receiver to be bound.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewRelation {
    /// Who it is.
    pub receiver: PartyId,
    /// How the merchant names it.
    pub named: ReceiverNamed,
    /// The name the merchant names it by.
    pub account: Text<100>,
    /// What it is to the merchant.
    pub memo: Option<Text<256>>,
}

/// A merchant binds receivers. One that is bound stays where it is and gets the new memo.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BindRelations {
    /// The merchant.
    pub seller: PartyId,
    /// The receivers.
    pub receivers: Vec<NewRelation>,
}

/// A merchant gives receivers up; those that are not bound are passed over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnbindRelations {
    /// The merchant.
    pub seller: PartyId,
    /// The receivers.
    pub receivers: Vec<PartyId>,
}

/// A merchant looks at its receivers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindRelations {
    /// The merchant.
    pub seller: PartyId,
}

impl BindRelations {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl UnbindRelations {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl FindRelations {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

/// All receivers of a merchant, by place.
pub(crate) fn bound(rows: &mut Rows<'_>, seller: PartyId) -> Result<Vec<Arc<Relation>>, Fault> {
    let mut all = Vec::new();
    for place in 1..=RELATIONS_MAX {
        match rows.get::<Relation>((rows.slot(), seller, place))? {
            Some(relation) => all.push(relation),
            None => break,
        }
    }
    Ok(all)
}

pub(crate) fn bind_relations(
    rows: &mut Rows<'_>,
    command: &BindRelations,
) -> Result<Next<()>, Stop<BindRefused>> {
    let (slot, seller, at_us) = (rows.slot(), command.seller, rows.now_us());
    let mut all: Vec<Relation> = bound(rows, seller)?.iter().map(|known| (**known).clone()).collect();
    let mut changed = Vec::with_capacity(command.receivers.len());
    for NewRelation { receiver, named, account, memo } in command.receivers.iter().cloned() {
        let found = all.iter().position(|known| known.receiver == receiver);
        let at = found.unwrap_or(all.len());
        let place = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        if place > RELATIONS_MAX {
            return Stop::because(BindRefused::TooMany);
        }
        let relation = Relation { slot, seller, place, receiver, named, account, memo, at_us };
        changed.push(relation.clone());
        match all.get_mut(at) {
            Some(known) => *known = relation,
            None => all.push(relation),
        }
    }

    // Nothing can be refused below this line; nothing was changed above it.
    changed.into_iter().for_each(|relation| rows.put(relation));
    Ok(Next::Answer(()))
}

pub(crate) fn unbind_relations(
    rows: &mut Rows<'_>,
    command: &UnbindRelations,
) -> Result<Next<()>, Stop<crate::command::Never>> {
    let (slot, seller) = (rows.slot(), command.seller);
    let mut all = bound(rows, seller)?;
    for receiver in &command.receivers {
        let Some(at) = all.iter().position(|known| known.receiver == *receiver) else { continue };
        // The last one takes the place that becomes free, so that there is no gap.
        let place = all[at].place;
        let last = all.pop().expect("one was found");
        rows.delete::<Relation>((slot, seller, last.place));
        if at < all.len() {
            let moved = Relation { place, ..(*last).clone() };
            all[at] = Arc::new(moved.clone());
            rows.put(moved);
        }
    }
    Ok(Next::Answer(()))
}

pub(crate) fn find_relations(
    rows: &mut Rows<'_>,
    query: &FindRelations,
) -> Result<Next<Vec<Arc<Relation>>>, Stop<crate::command::Never>> {
    Ok(Next::Answer(bound(rows, query.seller)?))
}
