//! Staff of merchants: the place of each person is what its merchant says, and each merchant with staff has an owner
//! who is active. What was done for a merchant is by persons who are or were its staff, and none of it is left out.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Record, SlotSet};
use engine::{Row, Tabled};
use people::{MerchantStaff, StaffBook, StaffNote, StaffPlace, StaffRole};
use std::collections::BTreeMap;

/// What was seen of staff.
#[derive(Debug)]
pub(crate) struct MerchantStaffs {
    home: SlotSet,
    all: BTreeMap<(PartyId, PartyId), MerchantStaff>,
    places: BTreeMap<(PartyId, PartyId), StaffPlace>,
    books: BTreeMap<PartyId, StaffBook>,
    /// Of each merchant, how many notes there are and the number of the last.
    notes: BTreeMap<PartyId, (u64, u64)>,
}

impl MerchantStaffs {
    pub(crate) fn new(home: SlotSet) -> MerchantStaffs {
        let (all, places, books) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        MerchantStaffs { home, all, places, books, notes: BTreeMap::new() }
    }

    /// A row of staff; those of persons come before what they did.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::MerchantStaff(row) => drop(self.all.insert((row.seller, row.user), (**row).clone())),
            Row::StaffPlace(row) => drop(self.places.insert((row.seller, row.user), (**row).clone())),
            Row::StaffBook(row) => drop(self.books.insert(row.seller, (**row).clone())),
            Row::StaffNote(row) => self.note(row, findings),
            _ => {}
        }
    }

    fn note(&mut self, row: &StaffNote, findings: &mut Findings) {
        let (notes, last) = self.notes.entry(row.seller).or_default();
        (*notes, *last) = (notes.saturating_add(1), row.number.max(*last));
        if !self.all.contains_key(&(row.seller, row.user)) {
            let key = text_of_key(&StaffNote::wrap_key(row.key()));
            let message = "whoever did this never was staff of the merchant";
            findings.add(FindingKind::StaffWrong, "staff_act", key, message);
        }
    }

    /// When all rows were seen. What lies with another cell is not there to be asked, and may be on its way.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        for row in self.all.values() {
            let by_owner = row.set_by.is_none_or(|by| self.all.contains_key(&(row.seller, by)));
            let away = !self.home.contains(row.user.slot());
            let placed = away || self.places.contains_key(&(row.seller, row.user));
            if !by_owner || !placed {
                let key = text_of_key(&MerchantStaff::wrap_key(row.key()));
                let message = "who said so never was staff, or the person does not know of it";
                findings.add(FindingKind::StaffWrong, "merchant_staff", key, message);
            }
        }
        for place in self.places.values().filter(|place| self.home.contains(place.seller.slot())) {
            let said = self.all.get(&(place.seller, place.user)).map(|row| (row.role, row.active));
            if said != Some((place.role, place.active)) {
                let key = text_of_key(&StaffPlace::wrap_key(place.key()));
                let message = "its merchant says something else of the person";
                findings.add(FindingKind::StaffWrong, "staff_place", key, message);
            }
        }
        self.counted(findings);
    }

    /// The books count who is active and who ever was, and an owner is among them; they have the last note, and none
    /// before it is missing.
    fn counted(&self, findings: &mut Findings) {
        let sellers = self.books.keys().chain(self.notes.keys());
        let mut counts: BTreeMap<PartyId, (u32, u32, u32)> =
            sellers.map(|seller| (*seller, (0, 0, 0))).collect();
        for row in self.all.values() {
            let (staff, owners, ever) = counts.entry(row.seller).or_default();
            let role = row.acts_as();
            *staff = staff.saturating_add(u32::from(role.is_some()));
            *owners = owners.saturating_add(u32::from(role == Some(StaffRole::Owner)));
            *ever = ever.saturating_add(1);
        }
        for (seller, counted) in counts {
            let book = self.books.get(&seller);
            let kept = book.map(|book| (book.staff, book.owners, book.ever));
            let acts = book.map_or(0, |book| book.acts);
            let noted = self.notes.get(&seller).copied().unwrap_or_default();
            let (staff, owners, ever) = counted;
            if kept != Some(counted) || owners == 0 || noted != (acts, acts) {
                let key = text_of_key(&StaffBook::wrap_key((seller.slot(), seller)));
                let message = format!(
                    "it says {kept:?} and {acts} notes; there are {staff}, {owners} owners, {ever} ever, and {} notes",
                    noted.0
                );
                findings.add(FindingKind::StaffWrong, "staff_book", key, message);
            }
        }
    }
}
