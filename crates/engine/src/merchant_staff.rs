//! Who acts for a merchant is said by its owners, in the merchant's slot; the person's slot is asked first whether
//! there is such a person, and told afterwards where the person acts. Whoever acts stops by itself, too.

use crate::command::{Never, Next};
use crate::{Fault, Message, Reply, Rows, Stop, device, staff_act};
use base::{PartyId, Slot};
use people::{
    MerchantStaff, Party, PartyKind, PartyStatus, STAFF_EVER_OF_SELLER_MAX, STAFF_OF_SELLER_MAX, StaffBook,
    StaffPlace, StaffRole,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Says in which role a person acts for a merchant, or that it does not any more. The same again changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetStaff {
    /// The merchant.
    pub seller: PartyId,
    /// The person.
    pub user: PartyId,
    /// In which role.
    pub role: StaffRole,
    /// Whether to act at all.
    pub active: bool,
    /// The owner who says so, or the person who stops acting; nobody when the platform does.
    pub by: Option<PartyId>,
}

/// Looks up in which role somebody acts for a merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindStaff {
    /// The merchant.
    pub seller: PartyId,
    /// Who.
    pub user: PartyId,
}

/// Why the staff stays as it is. The first that holds is the one reported. Whoever is no owner does not hear whether
/// there is such a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StaffRefused {
    /// There is no such merchant.
    #[error("there is no such merchant")]
    SellerNotFound,
    /// The merchant's account was given up.
    #[error("the merchant's account is closed")]
    SellerClosed,
    /// Who asks is no owner of the merchant, or none any more, and does not only stop acting for it.
    #[error("owners alone say who the staff is")]
    NotOwner,
    /// The person never acted for the merchant, so it cannot end.
    #[error("this person is no staff of the merchant")]
    NotStaff,
    /// Nobody would be left who may say who the staff is.
    #[error("a merchant keeps an active owner: make somebody else owner first")]
    NoOwnerLeft,
    /// As many act for the merchant as may.
    #[error("as many act for the merchant as may at once")]
    TooMany,
    /// As many persons were staff of the merchant as ever may be.
    #[error("as many persons were staff of the merchant as ever may be")]
    TooManyEver,
    /// There is no such person, or none who can sign in.
    #[error("there is no such person who can sign in")]
    PersonNotFound,
}

/// Merchant's slot to person's slot: is there such a person, who can sign in?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffAsk {
    /// What is to be said.
    pub asked: SetStaff,
}

/// Person's slot to merchant's slot: the answer to [`StaffAsk`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffAnswer {
    /// Whether there is.
    pub found: bool,
    /// As asked.
    pub asked: SetStaff,
}

/// Merchant's slot to person's slot: this is how the person acts for the merchant from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffPlaced {
    /// The person.
    pub user: PartyId,
    /// The merchant.
    pub seller: PartyId,
    /// In which role.
    pub role: StaffRole,
    /// Whether to act at all.
    pub active: bool,
}

impl SetStaff {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl FindStaff {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

/// What is to be done when nothing refuses it.
enum Judged {
    /// Nothing: it is so already.
    Same(Arc<MerchantStaff>),
    /// The rows change. `joins` is of somebody who does not act for the merchant yet.
    Changes { joins: bool, book: StaffBook },
}

fn is_merchant(rows: &mut Rows<'_>, seller: PartyId) -> Result<(), Stop<StaffRefused>> {
    let party = rows.get::<Party>((rows.slot(), seller))?;
    let Some(party) = party.filter(|party| party.kind == PartyKind::Merchant) else {
        return Stop::because(StaffRefused::SellerNotFound);
    };
    if party.status == PartyStatus::Closed {
        return Stop::because(StaffRefused::SellerClosed);
    }
    Ok(())
}

fn judge(rows: &mut Rows<'_>, asked: &SetStaff) -> Result<Judged, Stop<StaffRefused>> {
    let SetStaff { seller, user, role, active, by } = *asked;
    let slot = rows.slot();
    is_merchant(rows, seller)?;
    let known = rows.get::<MerchantStaff>((slot, seller, user))?;
    let same = known.as_ref().filter(|known| (known.role, known.active) == (role, active));
    // Whoever lost the answer hears it again, also an owner who is none any more by it.
    if let Some(same) = same.filter(|known| known.set_by == by) {
        return Ok(Judged::Same(same.clone()));
    }
    let leaves = by == Some(user)
        && !active
        && known.as_ref().is_some_and(|known| (known.role, known.active) == (role, true));
    if let Some(by) = by.filter(|_| !leaves)
        && rows.get::<MerchantStaff>((slot, seller, by))?.is_none_or(|row| !row.is_owner())
    {
        return Stop::because(StaffRefused::NotOwner);
    }
    if let Some(same) = same {
        return Ok(Judged::Same(same.clone()));
    }
    if known.is_none() && !active {
        return Stop::because(StaffRefused::NotStaff);
    }
    let book = rows.get::<StaffBook>((slot, seller))?;
    let (staff, owners, ever, acts) =
        book.map_or((0, 0, 0, 0), |book| (book.staff, book.owners, book.ever, book.acts));
    let joins = active && known.as_ref().is_none_or(|known| !known.active);
    let ever = ever.saturating_add(u32::from(known.is_none()));
    let (was_staff, was_owner) = known.map_or((false, false), |known| (known.active, known.is_owner()));
    let is_owner = active && role == StaffRole::Owner;
    let count =
        |all: u32, was: bool, is: bool| all.saturating_add(u32::from(is)).saturating_sub(u32::from(was));
    let (staff, owners) = (count(staff, was_staff, active), count(owners, was_owner, is_owner));
    if owners == 0 {
        return Stop::because(StaffRefused::NoOwnerLeft);
    }
    if joins && staff > STAFF_OF_SELLER_MAX {
        return Stop::because(StaffRefused::TooMany);
    }
    if ever > STAFF_EVER_OF_SELLER_MAX {
        return Stop::because(StaffRefused::TooManyEver);
    }
    Ok(Judged::Changes { joins, book: StaffBook { slot, seller, staff, owners, ever, acts } })
}

pub(crate) fn set_staff(
    rows: &mut Rows<'_>,
    command: &SetStaff,
) -> Result<Next<Arc<MerchantStaff>>, Stop<StaffRefused>> {
    let book = match judge(rows, command)? {
        Judged::Same(row) => return Ok(Next::Answer(row)),
        Judged::Changes { joins: true, .. } => {
            // Nothing can be refused here below this line; the person's slot may say no.
            rows.send(command.user.slot(), Message::StaffAsk(StaffAsk { asked: command.clone() }));
            return Ok(Next::Chain);
        }
        Judged::Changes { joins: false, book } => book,
    };

    // Nothing can be refused below this line; nothing was changed above it.
    Ok(Next::Answer(set(rows, command, book)?))
}

/// In the person's slot: only who can sign in is anybody's staff.
pub(crate) fn staff_ask(rows: &mut Rows<'_>, ask: &StaffAsk) -> Result<Option<Reply>, Fault> {
    let found = device::may_be_signed_in(rows, ask.asked.user)?;
    let answer = StaffAnswer { found, asked: ask.asked.clone() };
    rows.send(ask.asked.seller.slot(), Message::StaffAnswer(answer));
    Ok(None)
}

/// In the merchant's slot: judged again, since others may have been set meanwhile.
pub(crate) fn staff_answer(rows: &mut Rows<'_>, said: &StaffAnswer) -> Result<Option<Reply>, Fault> {
    let answer = match judge(rows, &said.asked) {
        Err(Stop::Refused(refused) | Stop::Noted(refused)) => Err(refused),
        Err(Stop::Fault(fault)) => return Err(fault),
        Ok(Judged::Same(row)) => Ok(row),
        Ok(Judged::Changes { .. }) if !said.found => Err(StaffRefused::PersonNotFound),
        Ok(Judged::Changes { book, .. }) => Ok(set(rows, &said.asked, book)?),
    };
    Ok(Some(Reply::SetStaff(answer)))
}

/// In the person's slot: where the person acts. What is said of one merchant comes in the order it was said.
pub(crate) fn staff_placed(rows: &mut Rows<'_>, said: &StaffPlaced) -> Result<Option<Reply>, Fault> {
    let StaffPlaced { user, seller, role, active } = *said;
    rows.put(StaffPlace { slot: rows.slot(), user, seller, role, active });
    Ok(None)
}

/// Writes what was judged, and who said so.
fn set(rows: &mut Rows<'_>, asked: &SetStaff, book: StaffBook) -> Result<Arc<MerchantStaff>, Fault> {
    let row = put(rows, asked, book);
    let SetStaff { seller, user, role, active, by } = *asked;
    if let Some(by) = by {
        let act = match (active, by == user) {
            (true, _) => "staff.set",
            (false, false) => "staff.end",
            (false, true) => "staff.leave",
        };
        staff_act::done(rows, (seller, by), act, &format!("{user} {}", role.as_str()))?;
    }
    Ok(row)
}

/// Writes the rows, and tells the person's slot.
fn put(rows: &mut Rows<'_>, asked: &SetStaff, book: StaffBook) -> Arc<MerchantStaff> {
    let SetStaff { seller, user, role, active, by } = *asked;
    let (slot, since_us) = (rows.slot(), rows.now_us());
    let row = Arc::new(MerchantStaff { slot, seller, user, role, active, set_by: by, since_us });
    rows.put_shared(row.clone());
    rows.put(book);
    rows.send(user.slot(), Message::StaffPlaced(StaffPlaced { user, seller, role, active }));
    row
}

/// The first of a merchant that is opened in this decision: whoever signed for it owns it.
pub(crate) fn put_first_owner(rows: &mut Rows<'_>, seller: PartyId, user: PartyId) {
    let first = SetStaff { seller, user, role: StaffRole::Owner, active: true, by: None };
    let book = StaffBook { slot: rows.slot(), seller, staff: 1, owners: 1, ever: 1, acts: 0 };
    put(rows, &first, book);
}

pub(crate) fn find_staff(
    rows: &mut Rows<'_>,
    query: &FindStaff,
) -> Result<Next<Option<StaffRole>>, Stop<Never>> {
    let row = rows.get::<MerchantStaff>((rows.slot(), query.seller, query.user))?;
    Ok(Next::Answer(row.and_then(|row| row.acts_as())))
}
