//! Two people on each suspense that was closed, and proposals that stand for a suspense that is open. What two people
//! agree to for the whole platform stands beside them.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use crate::rules_versions::RulesVersions;
use base::Record;
use engine::{Row, Tabled};
use recon::{Class, ClosingWay, Operator, Suspense, SuspenseClosing, SuspenseProposal};
use std::collections::{BTreeMap, BTreeSet};

type Place = <Suspense as Record>::Key;

/// What was seen of suspense.
#[derive(Debug, Default)]
pub(crate) struct FourEyes {
    suspense: BTreeMap<Place, (Class, bool)>,
    closed: BTreeSet<Place>,
    rules: RulesVersions,
}

impl FourEyes {
    /// A row of any table, in the order of `READ_ORDER`: suspense, closings, proposals.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        self.rules.row(row, findings);
        match row {
            Row::Suspense(row) => {
                self.suspense.insert(row.key(), (row.class, row.is_credit));
            }
            Row::SuspenseClosing(row) => self.closing(row, findings),
            Row::SuspenseProposal(row) => self.proposal(row, findings),
            _ => {}
        }
    }

    /// When all rows were seen.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        self.rules.finish(findings);
    }

    fn closing(&mut self, row: &SuspenseClosing, findings: &mut Findings) {
        self.closed.insert(row.key());
        let other = row.approved_by.as_ref().is_some_and(|by| is_named(by) && *by != row.operator);
        if !other || !is_named(&row.operator) {
            let key = text_of_key(&SuspenseClosing::wrap_key(row.key()));
            let message = "who proposed it approved it, or nobody did";
            findings.add(FindingKind::StatementWrong, "suspense_closing", key, message);
        }
    }

    fn proposal(&self, row: &SuspenseProposal, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&SuspenseProposal::wrap_key(row.key()));
                findings.add(FindingKind::StatementWrong, "suspense_proposal", key, message);
            }
        };
        let suspense = self.suspense.get(&row.key());
        check(
            suspense.is_some_and(|_| !self.closed.contains(&row.key())),
            "its suspense is closed, or not there",
        );
        let allowed = suspense.is_none_or(|(class, is_credit)| row.way.allows(*class, *is_credit));
        check(allowed, "no suspense of its class is closed so");
        let named = match row.way {
            ClosingWay::Matched => row.bank_order.is_some_and(|no| no.slot() == row.slot),
            ClosingWay::GivenBack | ClosingWay::Own => row.bank_order.is_none(),
        };
        check(named, "it names a bank order that its way does not have, or none");
        check(is_named(&row.operator), "nobody proposed it");
    }
}

/// Whether somebody is named, without blanks around the name.
fn is_named(operator: &Operator) -> bool {
    people::names_operator(operator.as_str())
}
