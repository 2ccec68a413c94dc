//! Lines of the bank's statement about transfers to cards: each is booked once, and what it cannot be explained by is
//! left to people.

use super::rows::Expected;
use super::{Model, Step, fen};
use base::{BankOrderNo, Day, PartyId, Slot};
use engine::{ImportLine, LineBooked, Message};
use fund::{BankOrder, BankOrderState, BankRef, Done, SurpriseKind};
use ledger::AccountKind;
use recon::{
    BankAccount, BookedLine, Class, ImportRefused, LineRef, Settlement, SurpriseSettlement, Suspense,
    SuspenseOwner,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was read.
#[derive(Default)]
pub(super) struct Statements {
    lines: BTreeMap<(Slot, BankAccount, Day, u32), BookedLine>,
    settled: BTreeMap<BankOrderNo, Settlement>,
    surprises: BTreeMap<(BankOrderNo, BankRef), SurpriseSettlement>,
    suspense: Vec<Suspense>,
}

impl Model {
    pub(super) fn import_line(
        &mut self,
        step: &Step,
        asked: &ImportLine,
    ) -> Result<Option<Arc<BookedLine>>, ImportRefused> {
        let ImportLine { account, day, of_lines, line, order } = asked;
        let place = (step.slot, account.clone(), *day, line.serial);
        if let Some(known) = self.to_cards.statements.lines.get(&place) {
            self.seen.count("a line was read again");
            return Ok(Some(Arc::new(known.clone())));
        }
        let order = self.order_of_line(*order).expect("the bank prints what it was asked");
        let class = self.class_of(&order, line.is_credit, &line.reference);
        let booked = BookedLine {
            slot: step.slot,
            account: account.clone(),
            day: *day,
            serial: line.serial,
            of_lines: *of_lines,
            value_day: line.value_day,
            order_key: line.order_key.clone(),
            reference: line.reference.clone(),
            is_credit: line.is_credit,
            currency: line.amount.currency(),
            amount_minor: line.amount.minor(),
            class,
            bank_order: Some(order.no),
            imported_at_us: step.now(),
        };
        let settles = matches!(class, Class::Matched | Class::AgainstWord);
        let done = order.state == BankOrderState::Done;
        if settles && !done && !self.is_surprise(order.no, &line.reference) {
            self.seen.count("a line was the bank's first word");
            let done = Done { amount: line.amount, bank_ref: line.reference.clone() };
            self.bank_did(step, &order, &done);
            return Ok(None);
        }
        self.seen.count(&format!("a line is {class:?}"));
        self.book_line(step, &order, &booked);
        self.to_cards.statements.lines.insert(place, booked.clone());
        let told = LineBooked { account: account.clone(), day: *day };
        self.say(Slot::PLATFORM, Message::LineBooked(told));
        Ok(Some(Arc::new(booked)))
    }

    fn is_surprise(&self, no: BankOrderNo, reference: &LineRef) -> bool {
        self.surprises.contains_key(&(no, SurpriseKind::DoneAfterEnd, reference.clone()))
    }

    /// Every line is of its order's whole amount, and counts from the day on which it is printed.
    fn class_of(&mut self, order: &BankOrder, is_credit: bool, reference: &LineRef) -> Class {
        let settled = self.to_cards.statements.settled.contains_key(&order.no);
        let another = order.bank_ref.as_ref().is_some_and(|known| known != reference);
        match (is_credit, order.state) {
            (true, _) if settled && another && self.may_come_back(order) => Class::CameBack,
            (true, _) => Class::SignDiffers,
            (false, _) if settled => Class::Duplicate,
            (false, BankOrderState::Done) if another => Class::Duplicate,
            (false, BankOrderState::Failed) => Class::AgainstWord,
            (false, _) => Class::Matched,
        }
    }

    fn book_line(&mut self, step: &Step, order: &BankOrder, line: &BookedLine) {
        let (platform, units) = (PartyId::platform(step.slot), fen(line.amount()));
        let reserve = |units| (platform, AccountKind::BankReserve, units);
        let place = (line.account.clone(), line.day, line.serial);
        let (slot, no, reference, settled_at_us) = (step.slot, order.no, line.reference.clone(), step.now());
        match line.class {
            Class::Matched | Class::AgainstWord => {
                self.book(step, &[(platform, AccountKind::ClearingOut, -units), reserve(units)]);
                let (account, day, serial) = place;
                let row = Settlement { slot, no, account, day, serial, reference, settled_at_us };
                self.to_cards.statements.settled.insert(no, row);
            }
            Class::CameBack => {
                self.book(step, &[reserve(-units), (order.party, AccountKind::Balance, units)]);
                self.card_transfer_back(step, order);
            }
            Class::Duplicate if self.shows_surprise(no, &line.reference) => {
                self.book(step, &[(platform, AccountKind::ClearingOut, -units), reserve(units)]);
                let (account, day, serial) = place;
                let name = reference.clone();
                let row = SurpriseSettlement { slot, no, reference, account, day, serial, settled_at_us };
                self.to_cards.statements.surprises.insert((no, name), row);
                self.seen.count("a line shows what was a surprise");
            }
            _ if line.is_credit => {
                self.book(step, &[reserve(-units), (platform, AccountKind::SuspenseOwed, units)]);
            }
            _ => self.book(step, &[(platform, AccountKind::SuspenseDue, -units), reserve(units)]),
        }
        let owner = match line.class {
            Class::Matched | Class::CameBack => return,
            Class::SignDiffers => SuspenseOwner::Bank,
            _ => SuspenseOwner::Customer,
        };
        self.odd_word(order);
        self.to_cards.statements.suspense.push(Suspense {
            slot,
            account: line.account.clone(),
            day: line.day,
            serial: line.serial,
            class: line.class,
            owner,
            party: Some(order.party),
            is_credit: line.is_credit,
            currency: line.currency,
            amount_minor: line.amount_minor,
            opened_at_us: step.now(),
        });
    }

    /// Whether money stands as suspense since the bank spoke of it, and no line showed it yet.
    fn shows_surprise(&self, no: BankOrderNo, reference: &LineRef) -> bool {
        let by_order =
            self.to_cards.statements.settled.get(&no).is_some_and(|row| row.reference == *reference);
        let by_itself = self.to_cards.statements.surprises.contains_key(&(no, reference.clone()));
        self.is_surprise(no, reference) && !by_order && !by_itself
    }

    pub(super) fn rows_of_statements(&self, rows: &mut Expected) {
        let all = &self.to_cards.statements;
        all.lines.values().for_each(|row| rows.add(row.clone()));
        all.settled.values().for_each(|row| rows.add(row.clone()));
        all.surprises.values().for_each(|row| rows.add(row.clone()));
        all.suspense.iter().for_each(|row| rows.add(row.clone()));
    }
}
