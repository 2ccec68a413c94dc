//! What is signed by paying an order: signed if it was paid, and only then, or there is a reason why not.

use super::{Agreements, Debited, wrong};
use crate::report::Findings;
use base::SlotSet;
use engine::Tabled;
use trade::{Agreement, Signing};

impl Agreements {
    /// Terms beside an order; `order` is what it came to, absent when there is none in the slot of the terms.
    pub(crate) fn signing(&mut self, row: &Signing, order: Option<Debited>, findings: &mut Findings) {
        let key = Signing::wrap_key((row.slot, row.order_no));
        let Some(order) = order else { return wrong(findings, &key, "its order is not there") };
        let settled = row.agreement_no.is_some() || row.refused.is_some();
        let checks = [
            (row.terms().rule.is_some() == row.period_unit.is_some(), "its plan has a part only"),
            (row.agreement_no.is_none() || row.refused.is_none(), "it is signed, and says why not"),
            (order.paid == settled, "its order is paid and nothing came of it, or the other way round"),
        ];
        for (_, message) in checks.into_iter().filter(|(holds, _)| !holds) {
            wrong(findings, &key, message);
        }
        let Some(no) = row.agreement_no else { return };
        let agreement = self.agreements.get(&no).filter(|agreement| agreement.slot == row.slot);
        if !agreement.is_some_and(|agreement| self.is_of(agreement, row, order)) {
            wrong(findings, &key, format!("agreement {no} is not what the buyer of its order signed"));
        }
        if !self.by_order.insert(no) {
            wrong(findings, &key, format!("agreement {no} is of two orders"));
        }
    }

    /// Whether the agreement is what this order's buyer signed by paying.
    fn is_of(&self, agreement: &Agreement, row: &Signing, order: Debited) -> bool {
        // The buyer's slot may still be asked, when it lies in another cell.
        let asked = agreement.asked.filter(|_| self.home != SlotSet::ALL);
        agreement.terms() == row.terms()
            && agreement.notify_url == row.notify_url
            && agreement.seller == order.seller
            && agreement.buyer.or(asked) == order.buyer
    }
}
