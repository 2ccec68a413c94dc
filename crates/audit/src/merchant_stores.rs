//! Stores of merchants, and that an order knows the name of none but its merchant's own.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::Record;
use engine::{Row, Tabled};
use people::MerchantStore;
use std::collections::BTreeMap;
use trade::Order;

/// When each store was first opened.
#[derive(Debug, Default)]
pub(crate) struct MerchantStores(BTreeMap<<MerchantStore as Record>::Key, i64>);

impl MerchantStores {
    /// A row of any table, in the order of `READ_ORDER`: stores come before orders.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::MerchantStore(row) => self.store(row, findings),
            Row::Order(order) => self.order(order, findings),
            _ => {}
        }
    }

    fn store(&mut self, row: &MerchantStore, findings: &mut Findings) {
        let says = |text: &str| !text.is_empty() && text.trim() == text;
        let in_turn = row.opened_at_us <= row.changed_at_us
            && row.closed_at_us.is_none_or(|closed_at_us| closed_at_us == row.changed_at_us);
        let named = says(row.store_id.as_str()) && says(row.name.as_str());
        if !in_turn || !named || row.seller.slot() != row.slot {
            let key = text_of_key(&MerchantStore::wrap_key(row.key()));
            let message = "its slot, its names or its times cannot be";
            findings.add(FindingKind::PartyWrong, "merchant_store", key, message);
        }
        self.0.insert(row.key(), row.opened_at_us);
    }

    fn order(&self, order: &Order, findings: &mut Findings) {
        if order.store_name.is_none() {
            return;
        }
        let place = order.store_id.clone().map(|store_id| (order.slot, order.seller, store_id));
        let opened_at_us = place.and_then(|place| self.0.get(&place));
        if opened_at_us.is_none_or(|opened_at_us| *opened_at_us > order.opened_at_us) {
            let key = text_of_key(&Order::wrap_key(order.key()));
            let message = "its merchant had no store of this number when it was opened";
            findings.add(FindingKind::PartyWrong, "orders", key, message);
        }
    }
}
