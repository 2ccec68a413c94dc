//! A person's own order of what it pays with. It moves no money and asks nobody: whoever offers ways to pay reads it.

use super::card::card_of;
use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use base::{CardNo, PartyId, Slot};
use fund::{CardState, POCKETS_MAX, Pocket, PocketList, PocketOrder, SetPocketsRefused};
use people::{Party, PartyKind, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A person says in which order it pays, or that it goes by the rule again. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetPockets {
    /// The person.
    pub party: PartyId,
    /// The first one first; absent for the rule.
    pub pockets: Option<Vec<Pocket>>,
}

/// In which order a person pays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindPockets {
    /// The person.
    pub party: PartyId,
}

impl SetPockets {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

impl FindPockets {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Gives the order as it stands then; nothing for the rule.
pub(crate) fn set_pockets(
    rows: &mut Rows<'_>,
    command: &SetPockets,
) -> Result<Next<Option<Arc<PocketOrder>>>, Stop<SetPocketsRefused>> {
    let (slot, party) = (rows.slot(), command.party);
    let person = rows.get::<Party>((slot, party))?.filter(|found| found.kind == PartyKind::Person);
    let Some(person) = person else {
        return Stop::because(SetPocketsRefused::NoSuchPerson);
    };
    if person.status != PartyStatus::Normal {
        return Stop::because(SetPocketsRefused::PartyBlocked);
    }
    let wanted = match &command.pockets {
        None => None,
        Some(pockets) => Some(wanted(rows, party, pockets)?),
    };
    let before = rows.get::<PocketOrder>((slot, party))?;

    // Nothing can be refused below this line; nothing was changed above it.
    match (wanted, before) {
        (None, None) => Ok(Next::Answer(None)),
        (None, Some(_)) => {
            rows.delete::<PocketOrder>((slot, party));
            Ok(Next::Answer(None))
        }
        (Some(pockets), Some(before)) if before.pockets == pockets => Ok(Next::Answer(Some(before))),
        (Some(pockets), _) => {
            let order = Arc::new(PocketOrder { slot, party, pockets });
            rows.put_shared(order.clone());
            Ok(Next::Answer(Some(order)))
        }
    }
}

/// What is wanted, when it may be.
fn wanted(
    rows: &mut Rows<'_>,
    party: PartyId,
    pockets: &[Pocket],
) -> Result<PocketList, Stop<SetPocketsRefused>> {
    if pockets.len() > POCKETS_MAX {
        return Stop::because(SetPocketsRefused::TooMany);
    }
    let mut cards = Vec::with_capacity(pockets.len());
    for no in pockets.iter().filter_map(|pocket| pocket.card()) {
        let Some(card) = card_of(rows, party, no)? else {
            return Stop::because(SetPocketsRefused::CardNotFound);
        };
        cards.push(card);
    }
    if cards.iter().any(|card| card.state != CardState::Bound) {
        return Stop::because(SetPocketsRefused::CardNotBound);
    }
    let list = PocketList::new(pockets.to_vec());
    if list.repeats() {
        return Stop::because(SetPocketsRefused::Twice);
    }
    if pockets.is_empty() {
        return Stop::because(SetPocketsRefused::Empty);
    }
    Ok(list)
}

pub(crate) fn find_pockets(
    rows: &mut Rows<'_>,
    query: &FindPockets,
) -> Result<Next<Option<Arc<PocketOrder>>>, Stop<Never>> {
    Ok(Next::Answer(rows.get::<PocketOrder>((rows.slot(), query.party))?))
}

/// A card that is given up stands in no order any more; what stood in it alone is the rule again.
pub(crate) fn drop_card(rows: &mut Rows<'_>, party: PartyId, no: CardNo) -> Result<(), Fault> {
    let (slot, gone) = (rows.slot(), Pocket::Card(no));
    let Some(order) = rows.get::<PocketOrder>((slot, party))? else { return Ok(()) };
    if !order.pockets.pockets().contains(&gone) {
        return Ok(());
    }
    match order.pockets.without(gone) {
        Some(pockets) => rows.put(PocketOrder { slot, party, pockets }),
        None => rows.delete::<PocketOrder>((slot, party)),
    }
    Ok(())
}

/// An account that is given up pays with nothing.
pub(crate) fn forget(rows: &mut Rows<'_>, party: PartyId) -> Result<(), Fault> {
    let key = (rows.slot(), party);
    if rows.get::<PocketOrder>(key)?.is_some() {
        rows.delete::<PocketOrder>(key);
    }
    Ok(())
}
