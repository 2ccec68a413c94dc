//! Operators: each but the first is of two people, who are operators themselves; the book counts them, and somebody is
//! left who appoints others. What they did stands beside them.

use crate::images::text_of_key;
use crate::ops_trail::Trail;
use crate::report::{FindingKind, Findings};
use base::{Record, Slot};
use engine::{Row, Tabled};
use people::{
    Operator, OperatorAct, OperatorBook, OperatorName, OperatorProposal, OperatorRole, names_operator,
};
use std::collections::BTreeMap;

/// What was seen of operators.
#[derive(Debug, Default)]
pub(crate) struct Operators {
    all: BTreeMap<OperatorName, Operator>,
    proposals: Vec<OperatorProposal>,
    book: Option<OperatorBook>,
    trail: Trail,
}

impl Operators {
    /// A row of any table.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::Operator(row) => drop(self.all.insert(row.name.clone(), (**row).clone())),
            Row::OperatorProposal(row) => self.proposals.push((**row).clone()),
            Row::OperatorBook(row) => self.book = Some((**row).clone()),
            Row::OpsTrail(row) => self.trail.note(row, findings),
            Row::OpsTrailHead(row) => self.trail.head(row),
            Row::OpsTrailOpen(row) => self.trail.waits(row, findings),
            _ => {}
        }
    }

    /// When all rows were seen.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        self.trail.finish(findings);
        let founders = self.all.values().filter(|row| is_first(row)).count();
        for row in self.all.values() {
            if !self.is_appointed(row, founders) || !is_placed(row.slot, &row.name) {
                let key = text_of_key(&Operator::wrap_key(row.key()));
                let message = "two operators did not appoint it, and it is not the only first one";
                findings.add(FindingKind::OperatorWrong, "operator", key, message);
            }
        }
        for row in &self.proposals {
            let known = self.all.contains_key(&row.proposed_by);
            if !known || !is_placed(row.slot, &row.name) {
                let key = text_of_key(&OperatorProposal::wrap_key(row.key()));
                let message = "who proposes it is no operator, or it names nobody";
                findings.add(FindingKind::OperatorWrong, "operator_proposal", key, message);
            }
        }
        let admins = self.all.values().filter(|row| row.may(OperatorAct::Appoint)).count();
        let kept = self.book.as_ref().map_or((0, 0), |book| (book.operators, book.admins));
        let counted = (u32::try_from(self.all.len()).ok(), u32::try_from(admins).ok());
        if (Some(kept.0), Some(kept.1)) != counted || (admins == 0 && !self.all.is_empty()) {
            let key = text_of_key(&OperatorBook::wrap_key((Slot::PLATFORM,)));
            let message = format!(
                "it counts {} operators and {} admins, there are {} and {admins}",
                kept.0,
                kept.1,
                self.all.len()
            );
            findings.add(FindingKind::OperatorWrong, "operator_book", key, message);
        }
    }

    fn is_appointed(&self, row: &Operator, founders: usize) -> bool {
        if is_first(row) {
            return founders == 1 && row.role == OperatorRole::Admin && row.active;
        }
        let known = |name: &OperatorName| self.all.contains_key(name);
        let (Some(first), Some(second)) = (&row.proposed_by, &row.approved_by) else { return false };
        first != second && known(first) && known(second)
    }
}

/// Whether nobody appointed it.
const fn is_first(row: &Operator) -> bool {
    row.proposed_by.is_none() && row.approved_by.is_none()
}

/// Whether it lies where operators do, and is named without blanks around the name.
fn is_placed(slot: Slot, name: &OperatorName) -> bool {
    slot == Slot::PLATFORM && names_operator(name.as_str())
}
