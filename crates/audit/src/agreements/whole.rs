//! What can only be said of an agreement once everything about it was seen.

use super::{Agreements, wrong};
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::SlotSet;
use engine::Tabled;
use trade::{Agreement, AgreementState, Mandate};

impl Agreements {
    pub(crate) fn finish(self, findings: &mut Findings) {
        for row in self.agreements.values() {
            self.agreement_of_all(row, findings);
        }
        for row in self.mandates.values() {
            self.mandate_of_all(row, findings);
        }
    }

    fn agreement_of_all(&self, row: &Agreement, findings: &mut Findings) {
        let key = Agreement::wrap_key((row.slot, row.no));
        if row.external_agreement_no.is_some() && !self.named.contains(&(row.slot, row.no, true)) {
            wrong(findings, &key, "its number does not point at it");
        }
        if row.timer.is_some() && !self.timed.contains(&(row.no, true)) {
            findings.add(FindingKind::TimerWrong, "agreement", text_of_key(&key), "its timer is not there");
        }
        self.told_of(row, findings);
        let Some(buyer) = row.buyer.filter(|buyer| self.home.contains(buyer.slot())) else { return };
        match self.mandates.get(&row.no).filter(|mandate| mandate.buyer == buyer) {
            Some(mandate) if mandate.seller == row.seller => {
                // A word of the buyer's slot may be under way to another cell.
                let same = mandate.progress() == row.progress() || self.home != SlotSet::ALL;
                if !same || !agree(row, mandate) {
                    wrong(findings, &key, "its mandate says otherwise");
                }
            }
            _ => wrong(findings, &key, format!("its buyer {buyer} has no mandate for this merchant")),
        }
    }

    /// Its beginning and its end are told once each, when its merchant wants to hear.
    fn told_of(&self, row: &Agreement, findings: &mut Findings) {
        let told = self.told.get(&row.no).copied().unwrap_or_default();
        let owed: [u32; 2] = match row.state {
            _ if row.notify_url.is_none() => [0, 0],

            AgreementState::Temp => [0, 0],
            AgreementState::Normal => [1, 0],
            // The end may overtake the signature on its way from another cell: then it is all that is told.
            AgreementState::Stop => {
                let from_afar = row.buyer.is_some_and(|buyer| !self.home.contains(buyer.slot()));
                [if from_afar { told[0].min(1) } else { 1 }, 1]
            }
        };
        if told != owed {
            let key = text_of_key(&Agreement::wrap_key((row.slot, row.no)));
            let message = format!("notices (signed, ended) are {told:?}, owed are {owed:?}");
            findings.add(FindingKind::NoticeWrong, "agreement", key, message);
        }
    }

    fn mandate_of_all(&self, row: &Mandate, findings: &mut Findings) {
        let key = Mandate::wrap_key((row.slot, row.no));
        let in_force = row.state == AgreementState::Normal;
        if in_force && !self.named.contains(&(row.slot, row.no, false)) {
            wrong(findings, &key, "its name does not point at it");
        }
        if row.timer.is_some() && !self.timed.contains(&(row.no, false)) {
            findings.add(FindingKind::TimerWrong, "mandate", text_of_key(&key), "its timer is not there");
        }
        if self.home != SlotSet::ALL {
            return;
        }
        if self.agreements.get(&row.no).is_none_or(|agreement| agreement.buyer != Some(row.buyer)) {
            wrong(findings, &key, "the merchant has no agreement with its buyer");
        }
        let (count, sum) = self.debited.get(&row.no).copied().unwrap_or_default();
        if (row.debits, i128::from(row.debited_minor.units())) != (count, sum) {
            let counted = format!("{} debits of {}", row.debits, row.debited_minor.units());
            wrong(findings, &key, format!("it counts {counted} in all, paid are {count} of {sum}"));
        }
    }
}

/// Whether both sides say that the same was signed.
fn agree(agreement: &Agreement, mandate: &Mandate) -> bool {
    let what = (agreement.product, &agreement.sign_scene, &agreement.external_agreement_no);
    let how_much = (agreement.currency, agreement.rule());
    let times = (agreement.signed_at_us, agreement.invalid_at_us);
    what == (mandate.product, &mandate.sign_scene, &mandate.external_agreement_no)
        && how_much == (mandate.currency, mandate.rule())
        && times == (Some(mandate.signed_at_us), Some(mandate.invalid_at_us))
}
