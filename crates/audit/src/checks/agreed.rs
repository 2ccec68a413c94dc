//! What two people agree to, and what guaranteed trades say, handed to the rooms that look at them.

use super::Checks;
use crate::report::Findings;
use engine::Row;

impl Checks {
    /// Of the tables of what two people agree to: contracts and risk rules, with what these found.
    pub(super) fn agreed(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::Contract(row) => self.orders.contracts.contract(row, findings),
            Row::ContractBook(row) => self.orders.contracts.book(row, findings),
            Row::RiskRules(rules) => self.risks.rules(rules, findings),
            Row::RiskProposal(proposal) => self.risks.proposal(proposal, findings),
            Row::RiskDecision(decision) => self.risks.decision(decision, findings),
            Row::RiskCase(case) if risk::is_screen_subject(case.subject.as_str()) => {
                self.screens.case(case, findings);
            }
            Row::RiskCase(case) => self.risks.case(case, findings),
            _ => {}
        }
    }

    /// Guaranteed trades, with what happened to them.
    pub(super) fn of_escrows(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::Escrow(escrow) => self.orders.escrow(escrow, findings),
            Row::EscrowCase(case) => self.orders.escrow_case(case, findings),
            Row::EscrowStep(step) => self.orders.escrow_step(step, findings),
            _ => {}
        }
    }
}
