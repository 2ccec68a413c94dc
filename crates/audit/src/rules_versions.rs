//! Dated rules that two people agreed to: versions in their turn, none from before it was agreed to, each with the
//! rules that came of it, and a book that says which is the newest.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{Record, Slot};
use engine::{Row, Tabled};
use std::collections::BTreeSet;
use trade::{CONTRACT_FEE_MAX_PPM, PASSWORD_FREE_MAX_FEN, RulesBook, RulesVersion};

/// What was seen of them.
#[derive(Debug, Default)]
pub(crate) struct RulesVersions {
    /// From when rules hold.
    dated: BTreeSet<i64>,
    /// Versions that were agreed to.
    agreed: u32,
    /// Whether the next one is proposed.
    proposed: bool,
    /// What the book says.
    book: Option<u32>,
}

impl RulesVersions {
    /// A row of any table: dated rules come before versions, and those in their order.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::Rulebook(row) => drop(self.dated.insert(row.effective_at_us)),
            Row::RulesVersion(row) => self.version(row, findings),
            Row::RulesBook(row) => self.book = Some(row.version),
            _ => {}
        }
    }

    fn version(&mut self, row: &RulesVersion, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&RulesVersion::wrap_key(row.key()));
                findings.add(FindingKind::ContractWrong, "rules_version", key, message);
            }
        };
        let is_next = row.version == self.agreed.saturating_add(1) && !self.proposed;
        check(is_next, "a version before it is missing, or only proposed");
        check(row.slot == Slot::PLATFORM, "it lies in another slot than rules do");
        let within = row.merchant_fee_ppm.ppm() <= CONTRACT_FEE_MAX_PPM
            && row.password_free_limit_minor.units() <= PASSWORD_FREE_MAX_FEN;
        check(within, "it asks for more than rules may, or lets more pass");
        let is_said =
            !row.reason.as_str().trim().is_empty() && people::names_operator(row.proposed_by.as_str());
        check(is_said, "nobody said why");
        let Some(approved_at_us) = row.approved_at_us else {
            check(row.approved_by.is_none(), "it was approved at no moment");
            self.proposed = true;
            return;
        };
        let other = row.approved_by.as_ref().is_some_and(|by| *by != row.proposed_by);
        check(other, "who proposed it approved it, or nobody did");
        check(approved_at_us > row.proposed_at_us, "it was approved before it was proposed");
        let from_us = row.valid_from_us.filter(|from_us| *from_us >= approved_at_us);
        check(from_us.is_some(), "it holds from the past");
        check(from_us.is_none_or(|from_us| self.dated.contains(&from_us)), "no rules came of it");
        self.agreed = self.agreed.saturating_add(1);
    }

    /// What can only be said once all rows were seen.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        let right = match self.book {
            Some(version) => version == self.agreed && (version > 0 || self.proposed),
            None => self.agreed == 0 && !self.proposed,
        };
        if !right {
            let key = text_of_key(&RulesBook::wrap_key((Slot::PLATFORM,)));
            let message = "its version is not the newest that was agreed to";
            findings.add(FindingKind::ContractWrong, "rules_book", key, message);
        }
    }
}
