//! What persons do for a merchant is noted in the merchant's slot: before it is done, or in the decision that does it.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{PartyId, Slot, Text};
use people::{MerchantStaff, StaffAct, StaffBook, StaffNote};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Notes that a person is about to do something for a merchant. Each call is a note of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteStaffAct {
    /// The merchant.
    pub seller: PartyId,
    /// The person.
    pub user: PartyId,
    /// What is done, as `till.charge`.
    pub act: Text<32>,
    /// What it is done to: ids alone.
    pub subject: Text<128>,
}

/// Why nothing is noted. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoteStaffActRefused {
    /// It does not say what is done.
    #[error("a note says what is done")]
    SaysNothing,
    /// The person does not act for the merchant, or not any more.
    #[error("whoever asks does not act for the merchant")]
    NotStaff,
}

impl NoteStaffAct {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn note_staff_act(
    rows: &mut Rows<'_>,
    command: &NoteStaffAct,
) -> Result<Next<Arc<StaffNote>>, Stop<NoteStaffActRefused>> {
    let NoteStaffAct { seller, user, act, subject } = command;
    if act.as_str().is_empty() {
        return Stop::because(NoteStaffActRefused::SaysNothing);
    }
    let staff = rows.get::<MerchantStaff>((rows.slot(), *seller, *user))?;
    if staff.is_none_or(|row| !row.active) {
        return Stop::because(NoteStaffActRefused::NotStaff);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    Ok(Next::Answer(put(rows, (*seller, *user), act.clone(), subject.clone())?))
}

/// Whether a person acts for a merchant, in a role that may do this.
pub(crate) fn may(rows: &mut Rows<'_>, seller: PartyId, user: PartyId, act: StaffAct) -> Result<bool, Fault> {
    let row = rows.get::<MerchantStaff>((rows.slot(), seller, user))?;
    Ok(row.and_then(|row| row.acts_as()).is_some_and(|role| role.may(act)))
}

/// Writes that a person who is staff of the merchant does something in this decision.
pub(crate) fn done(
    rows: &mut Rows<'_>,
    (seller, user): (PartyId, PartyId),
    act: &str,
    subject: &str,
) -> Result<(), Fault> {
    let odd = |error: base::TextError| Fault(format!("a note of merchant {seller}: {error}"));
    let (act, subject) = (Text::new(act).map_err(odd)?, Text::new(subject).map_err(odd)?);
    put(rows, (seller, user), act, subject).map(drop)
}

fn put(
    rows: &mut Rows<'_>,
    (seller, user): (PartyId, PartyId),
    act: Text<32>,
    subject: Text<128>,
) -> Result<Arc<StaffNote>, Fault> {
    let (slot, at_us) = (rows.slot(), rows.now_us());
    let book = rows.get::<StaffBook>((slot, seller))?;
    let book = book.ok_or_else(|| Fault(format!("merchant {seller} has staff and no book of it")))?;
    let number = book.acts.checked_add(1).filter(|number| i64::try_from(*number).is_ok());
    let number = number.ok_or_else(|| Fault(format!("the notes of merchant {seller} are used up")))?;
    rows.put(StaffBook { acts: number, ..(*book).clone() });
    let note = Arc::new(StaffNote { slot, seller, number, at_us, user, act, subject });
    rows.put_shared(note.clone());
    Ok(note)
}
