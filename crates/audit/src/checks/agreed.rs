//! What two people agree to, handed to the rooms that look at it.

use super::Checks;
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use engine::{Row, Table, Tabled};
use people::{ActKind, PasskeyProof};

impl Checks {
    /// Of the tables of what two people agree to: contracts and risk rules, with what these found, and
    /// guaranteed trades.
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
            Row::Escrow(escrow) => self.orders.escrow(escrow, findings),
            Row::EscrowCase(case) => self.orders.escrow_case(case, findings),
            Row::EscrowStep(step) => self.orders.escrow_step(step, findings),
            _ => {}
        }
    }

    /// A passkey's proof, and whether what was confirmed is of one piece.
    pub(super) fn confirmed(&mut self, proof: &PasskeyProof, findings: &mut Findings) {
        let key = PasskeyProof::wrap_key((proof.slot, proof.party, proof.no));
        self.parties.owner(Table::PasskeyProof, &key, proof.party, findings);
        let with_card = matches!(proof.act, ActKind::PayByCard | ActKind::TopUp | ActKind::Withdraw);
        let own = !matches!(proof.act, ActKind::TopUp | ActKind::Withdraw) || proof.payee == proof.party;
        let waits = proof.delay_us == 0 || proof.act == ActKind::Transfer;
        if proof.card.is_some() != with_card || !own || !waits {
            let message = "its card, its payee or its delay is not of what was confirmed";
            findings.add(FindingKind::LoginWrong, "passkey_proof", text_of_key(&key), message);
        }
        self.around.confirmed(proof);
    }
}
