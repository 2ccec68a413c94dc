//! What merchants and their payers have beside their orders, handed to the rooms that look at it.

use super::Checks;
use crate::grants::Grants;
use crate::refund_wishes;
use crate::report::Findings;
use base::Record;
use engine::{Row, Table, Tabled};
use fund::PocketOrder;
use people::{MerchantStaff, MerchantStore, StaffBook, StaffNote, StaffPlace};
use trade::{Relation, StaticPay, StaticUse, StaticWait};

impl Checks {
    /// Receivers, stores, what buyers ask for, and in which order somebody pays: that is with cards that are its own
    /// and bound.
    pub(super) fn of_party(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::Relation(row) => {
                self.parties.owner(Table::Relation, &Relation::wrap_key(row.key()), row.seller, findings);
                self.relations.relation(row, findings);
            }
            Row::MerchantStore(row) => {
                let key = MerchantStore::wrap_key(row.key());
                self.parties.owner(Table::MerchantStore, &key, row.seller, findings);
            }
            Row::RefundWish(wish) => refund_wishes::wish(wish, &mut self.orders, findings),
            Row::PocketOrder(row) => {
                let key = PocketOrder::wrap_key(row.key());
                self.parties.owner(Table::PocketOrder, &key, row.party, findings);
                self.funds.pocket_order(row, findings);
            }
            _ => {}
        }
    }

    /// Splits of orders, and their lines.
    pub(super) fn of_splits(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::SplitBook(book) => self.orders.split_book(book, findings),
            Row::Split(split) => self.orders.split(split, findings),
            Row::SplitLine(line) => self.orders.split_line(line, findings),
            _ => {}
        }
    }

    /// What was paid by counter codes, and what a payer paid by them, is of a party of its slot.
    pub(super) fn counter_codes(&self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::StaticPay(row) => {
                let key = StaticPay::wrap_key(row.key());
                self.parties.owner(Table::StaticPay, &key, row.payer, findings);
            }
            Row::StaticUse(row) => {
                let key = StaticUse::wrap_key(row.key());
                self.parties.owner(Table::StaticUse, &key, row.payer, findings);
            }
            Row::StaticWait(row) => {
                let key = StaticWait::wrap_key(row.key());
                self.parties.owner(Table::StaticWait, &key, row.payer, findings);
            }
            _ => {}
        }
    }

    /// What was granted to apps, and where they send users back to.
    pub(super) fn granted(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::Grant(grant) => self.grants.grant(grant, &self.parties, findings),
            Row::Token(token) => self.grants.token(token, findings),
            Row::Callback(callback) => Grants::callback(callback, &self.parties, findings),
            _ => {}
        }
    }

    /// A row of any table: staff and what they did, and that they are of a party of their slot.
    pub(super) fn of_staff(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::MerchantStaff(row) => {
                let key = MerchantStaff::wrap_key(row.key());
                self.parties.owner(Table::MerchantStaff, &key, row.seller, findings);
            }
            Row::StaffBook(row) => {
                let key = StaffBook::wrap_key(row.key());
                self.parties.owner(Table::StaffBook, &key, row.seller, findings);
            }
            Row::StaffNote(row) => {
                let key = StaffNote::wrap_key(row.key());
                self.parties.owner(Table::StaffNote, &key, row.seller, findings);
            }
            Row::StaffPlace(row) => {
                let key = StaffPlace::wrap_key(row.key());
                self.parties.owner(Table::StaffPlace, &key, row.user, findings);
            }
            _ => return,
        }
        self.merchant_staff.row(typed, findings);
    }
}
