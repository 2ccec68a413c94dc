//! Receipts of attempts to pay, against the orders that they tell of.

use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use engine::Tabled;
use trade::{Receipt, ReceiptOutcome};

impl Orders {
    pub(crate) fn receipt(&mut self, receipt: &Receipt, findings: &mut Findings) {
        let mut wrong = |message: String| {
            let key = text_of_key(&Receipt::wrap_key((receipt.slot, receipt.order_no, receipt.attempt)));
            findings.add(FindingKind::ReceiptWrong, "receipt", key, message);
        };
        let Some(order) = self.list.get_mut(receipt.order_no).filter(|order| order.no.slot() == receipt.slot)
        else {
            return wrong(format!("order {} is not there, or of another slot", receipt.order_no));
        };
        if receipt.at_us < order.opened_at_us {
            wrong("it is older than its order".to_owned());
        }
        if receipt.outcome == ReceiptOutcome::Paid && order.paid_at_us != Some(receipt.at_us) {
            wrong(format!("it says paid at {}, the order {:?}", receipt.at_us, order.paid_at_us));
        }
        if receipt.outcome == ReceiptOutcome::Waiting && order.buyer.is_none() {
            wrong("it waits for a buyer that the order does not have".to_owned());
        }
    }
}
