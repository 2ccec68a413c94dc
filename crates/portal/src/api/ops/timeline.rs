//! Everything that the books say of one order, in the order of time: its rows, those of its buyer's side, what rules
//! and banks said, whom was told, and each posting with its lines.
//!
//! Rows are found by their keys. Postings have no key that names an order: they are looked for around the moments that
//! the rows tell, in the slots that the order touched.

use super::event::{OpsEvent, debit_event, events, posting_event, risk_event};
use super::read::{each_after, no_text, one};
use base::{BankOrderNo, FreezeNo, OperationNo, OrderNo, PartyId, PostingNo, SECOND_US, Slot};
use engine::{Key, Row};
use fund::BankOrder;
use ledger::Hold;
use recon::Settlement;
use risk::{RiskCase, RiskDecision, RiskRules, Rule, Subject};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{
    Debit, Escrow, FREEZE_EXPIRY_US, FREEZE_LIFE_US, Freeze, FreezeOperation, Order, Product, ReceiptOutcome,
    RefundWish, SettlementBatch, SplitBook, Timer, Trade,
};

/// Events that are told at most.
const EVENTS_MAX: usize = 500;
/// Rows of one kind that are read at most.
const ROWS_MAX: usize = 500;
/// Findings that are looked through for those of the order: of its payer, or of all payers together.
const FINDINGS_MAX: usize = 20_000;
/// Orders to banks of a buyer that are looked through, newest first.
const BANK_ORDERS_MAX: usize = 1_000;
/// Notices that are told.
const NOTICES_MAX: usize = 100;
/// Postings that are looked through in all.
const POSTINGS_MAX: usize = 20_000;
/// Payments and releases of freezes that are looked through for the one that paid the order: those of its slot.
const OPERATIONS_MAX: usize = 20_000;
/// How far from the moment of its row a posting is looked for, microseconds. Both are of one decision, or of the next
/// in the same batch.
const AROUND_US: i64 = SECOND_US;

/// What is told of an order beside its row.
pub(super) struct Story {
    /// Earliest first; what is still to come stands last.
    pub(super) events: Vec<OpsEvent>,
    /// Whether there is more than is told.
    pub(super) is_cut: bool,
}

/// What was found so far.
struct Gather<'a> {
    reader: &'a mut dyn Reader,
    order: &'a Order,
    rows: Vec<Row>,
    findings: Vec<Arc<RiskDecision>>,
    /// Numbers that its postings go by: its own, and those of its orders to banks.
    about: BTreeSet<OrderNo>,
    slots: BTreeSet<Slot>,
    is_cut: bool,
}

/// Reads all that is told of an order.
pub(super) fn story(reader: &mut dyn Reader, order: &Order, now_us: i64) -> Result<Story, StoreError> {
    let mut gather = Gather {
        reader,
        order,
        rows: vec![Row::Order(Arc::new(order.clone()))],
        findings: Vec::new(),
        about: BTreeSet::from([order.no]),
        slots: BTreeSet::from([order.slot]),
        is_cut: false,
    };
    gather.seller_side()?;
    gather.agreed_before()?;
    gather.split_rows()?;
    gather.escrow_rows()?;
    gather.buyer_side()?;
    gather.risk_rows()?;
    let notices = gather.reader.notices(None, Some(order.no), None, NOTICES_MAX)?;
    gather.is_cut |= notices.len() == NOTICES_MAX;
    gather.rows.extend(notices.into_iter().map(Row::Notice));
    gather.told(now_us)
}

impl Gather<'_> {
    /// Takes the rows behind a key as long as `is_own` says that they are the order's.
    fn take(&mut self, after: Key, is_own: impl Fn(&Row) -> bool) -> Result<(), StoreError> {
        let mut found = Vec::new();
        let whole = each_after(self.reader, after, ROWS_MAX, |row| {
            let own = is_own(row);
            if own {
                found.push(row.clone());
            }
            own
        })?;
        self.is_cut |= !whole;
        self.rows.append(&mut found);
        Ok(())
    }

    /// What the merchant's slot has beside the order.
    fn seller_side(&mut self) -> Result<(), StoreError> {
        let (slot, no) = (self.order.slot, self.order.no);
        self.take(
            Key::Receipt((slot, no, [0; 16])),
            |row| matches!(row, Row::Receipt(row) if row.order_no == no),
        )?;
        let refunds = Key::Refund((slot, no, no_text()));
        self.take(refunds, |row| matches!(row, Row::Refund(row) if row.order_no == no))?;
        if let Some(wish) = one::<RefundWish>(self.reader, (slot, self.order.seller, no))? {
            self.rows.push(Row::RefundWish(wish));
        }
        self.timer(self.order.timer, [Some(self.order.expires_at_us), self.order.code_expires_at_us])?;
        if let Some(day) = self.order.settled_with {
            let key = (slot, self.order.seller, self.order.currency, day);
            if let Some(batch) = one::<SettlementBatch>(self.reader, key)? {
                self.hold(batch.hold)?;
                self.rows.push(Row::SettlementBatch(batch));
            }
        }
        Ok(())
    }

    /// By what the merchant took the money without asking the buyer again: the agreement of a debit, or money that was
    /// frozen for it.
    fn agreed_before(&mut self) -> Result<(), StoreError> {
        let (slot, no) = (self.order.slot, self.order.no);
        if let Some(debit) = one::<Debit>(self.reader, (slot, no))? {
            self.rows.push(Row::Debit(debit));
            return Ok(());
        }
        let by_code = self.rows.iter().any(|row| matches!(row, Row::Receipt(_)));
        if self.order.product != Product::FaceToFace || self.order.buyer.is_none() || by_code {
            return Ok(());
        }
        let Some(paid_by) = self.paid_by_freeze()? else { return Ok(()) };
        if let Some(freeze) = one::<Freeze>(self.reader, (slot, paid_by.freeze))? {
            self.rows.push(Row::Freeze(freeze));
        }
        self.rows.push(Row::FreezeOperation(paid_by));
        Ok(())
    }

    /// The payment of a freeze that pays the order. An order names none: it is looked for in the freezes that may still
    /// have lived when it was opened.
    fn paid_by_freeze(&mut self) -> Result<Option<Arc<FreezeOperation>>, StoreError> {
        let (slot, no, opened_at_us) = (self.order.slot, self.order.no, self.order.opened_at_us);
        let first_us = opened_at_us.saturating_sub(FREEZE_LIFE_US + FREEZE_EXPIRY_US).max(0);
        let first = first_us.saturating_mul(i64::from(base::SLOTS));
        let (Some(first), Some(none)) = (FreezeNo::from_number(first), OperationNo::from_number(0)) else {
            return Ok(None);
        };
        let mut found = None;
        let after = Key::FreezeOperation((slot, first, none));
        let whole = each_after(self.reader, after, OPERATIONS_MAX, |row| {
            let Row::FreezeOperation(row) = row else { return false };
            if row.order_no == Some(no) {
                found = Some(row.clone());
            }
            found.is_none() && row.freeze.at_us() <= opened_at_us
        })?;
        self.is_cut |= !whole;
        Ok(found)
    }

    /// The timer of this number, which is due at one of these moments.
    fn timer(&mut self, no: Option<base::TimerNo>, due: [Option<i64>; 2]) -> Result<(), StoreError> {
        let Some(no) = no else { return Ok(()) };
        for due_at_us in due.into_iter().flatten() {
            if let Some(timer) = one::<Timer>(self.reader, (no.slot(), due_at_us, no))? {
                self.rows.push(Row::Timer(timer));
                return Ok(());
            }
        }
        Ok(())
    }

    fn hold(&mut self, no: Option<base::HoldNo>) -> Result<(), StoreError> {
        let Some(no) = no else { return Ok(()) };
        if let Some(hold) = one::<Hold>(self.reader, (no.slot(), no))? {
            self.rows.push(Row::Hold(hold));
        }
        Ok(())
    }

    fn split_rows(&mut self) -> Result<(), StoreError> {
        let (slot, no) = (self.order.slot, self.order.no);
        let Some(book) = one::<SplitBook>(self.reader, (slot, no))? else { return Ok(()) };
        self.hold(book.hold)?;
        self.take(Key::Split((slot, no, 0)), |row| matches!(row, Row::Split(row) if row.order_no == no))?;
        let lines = Key::SplitLine((slot, no, 0, 0));
        self.take(lines, |row| matches!(row, Row::SplitLine(row) if row.order_no == no))?;
        let receivers = self.rows.iter().filter_map(|row| match row {
            Row::SplitLine(line) => Some(line.receiver.slot()),
            _ => None,
        });
        self.slots.extend(receivers);
        Ok(())
    }

    fn escrow_rows(&mut self) -> Result<(), StoreError> {
        let (slot, no) = (self.order.slot, self.order.no);
        let Some(escrow) = one::<Escrow>(self.reader, (slot, no))? else { return Ok(()) };
        self.timer(escrow.timer, [escrow.due_at_us, None])?;
        self.rows.push(Row::Escrow(escrow));
        let cases = Key::EscrowCase((slot, no, 0));
        self.take(cases, |row| matches!(row, Row::EscrowCase(row) if row.order_no == no))?;
        let steps = Key::EscrowStep((slot, no, no_text()));
        self.take(steps, |row| matches!(row, Row::EscrowStep(row) if row.order_no == no))
    }

    /// The buyer's trade, and what banks were asked for it.
    fn buyer_side(&mut self) -> Result<(), StoreError> {
        let Some(buyer) = self.order.buyer else { return Ok(()) };
        self.slots.insert(buyer.slot());
        let mut tries: BTreeSet<BankOrderNo> = BTreeSet::new();
        if let Some(trade) = one::<Trade>(self.reader, (buyer.slot(), self.order.no))? {
            tries.extend(trade.bank_order.into_iter().chain(trade.last_try));
            self.rows.push(Row::Trade(trade));
        }
        let own = self.reader.bank_orders(buyer, None, BANK_ORDERS_MAX)?;
        self.is_cut |= own.len() == BANK_ORDERS_MAX
            && own.last().is_some_and(|last| last.no.number() > self.order.no.number());
        // What goes back to a card is about the order too, or about the order to a bank that paid it.
        for order in own.iter().rev() {
            let is_about =
                |about: OrderNo| about == self.order.no || tries.contains(&BankOrderNo::of_topic(about));
            if order.about.is_some_and(is_about) {
                tries.insert(order.no);
            }
        }
        for no in tries {
            self.bank_order(no)?;
        }
        Ok(())
    }

    fn bank_order(&mut self, no: BankOrderNo) -> Result<(), StoreError> {
        let Some(order) = one::<BankOrder>(self.reader, (no.slot(), no))? else { return Ok(()) };
        self.about.insert(no.topic());
        self.timer(order.timer, [order.gives_up_at_us, None])?;
        self.rows.push(Row::BankOrder(order));
        if let Some(settled) = one::<Settlement>(self.reader, (no.slot(), no))? {
            self.rows.push(Row::Settlement(settled));
        }
        Ok(())
    }

    /// What risk rules said of it. Who was refused at a till is not on the order: then all payers' findings are looked
    /// through.
    fn risk_rows(&mut self) -> Result<(), StoreError> {
        let Ok(subject) = Subject::new(&format!("order {}", self.order.no)) else { return Ok(()) };
        let is_refused = |row: &Row| matches!(row, Row::Receipt(row) if row.outcome == ReceiptOutcome::Risk);
        match self.order.buyer.or(self.order.named_buyer) {
            Some(payer) => self.look_for_findings([payer.slot()], Some(payer), &subject)?,
            None if self.rows.iter().any(is_refused) => {
                self.look_for_findings(Slot::all(), None, &subject)?;
            }
            None => {}
        }
        let payers: BTreeSet<PartyId> = self.findings.iter().map(|found| found.party).collect();
        for payer in payers {
            self.slots.insert(payer.slot());
            if let Some(case) = one::<RiskCase>(self.reader, (payer.slot(), payer, subject.clone()))? {
                self.rows.push(Row::RiskCase(case));
            }
        }
        Ok(())
    }

    fn look_for_findings(
        &mut self,
        slots: impl IntoIterator<Item = Slot>,
        payer: Option<PartyId>,
        subject: &Subject,
    ) -> Result<(), StoreError> {
        let (mut found, whole) = findings(self.reader, slots, payer, subject, FINDINGS_MAX)?;
        self.is_cut |= !whole;
        self.findings.append(&mut found);
        Ok(())
    }

    /// The rows as events, with the postings around them.
    fn told(mut self, now_us: i64) -> Result<Story, StoreError> {
        let currency = self.order.currency;
        let mut found: Vec<(i64, OpsEvent)> = Vec::new();
        for row in &self.rows {
            match row {
                // It has no moment of its own: the order was opened with it.
                Row::Debit(debit) => found.push(debit_event(debit, self.order.opened_at_us)),
                _ => found.extend(events(row, currency, now_us)),
            }
        }
        let conditions = self.conditions()?;
        for finding in &self.findings {
            found.push(risk_event(finding, conditions.get(&finding.version).unwrap_or(&BTreeMap::new())));
        }
        let moments = found.iter().filter(|(_, event)| !event.planned).map(|(at_us, _)| *at_us);
        let windows = windows(moments.collect());
        self.postings(&windows, &mut found)?;
        found.sort_by_key(|(at_us, event)| (event.planned, *at_us));
        self.is_cut |= found.len() > EVENTS_MAX;
        found.truncate(EVENTS_MAX);
        Ok(Story { events: found.into_iter().map(|(_, event)| event).collect(), is_cut: self.is_cut })
    }

    /// The conditions of the rules that spoke, by version and id.
    fn conditions(&mut self) -> Result<BTreeMap<u32, BTreeMap<String, String>>, StoreError> {
        let versions: BTreeSet<u32> = self.findings.iter().map(|found| found.version).collect();
        let mut all = BTreeMap::new();
        for version in versions {
            let Some(rules) = one::<RiskRules>(self.reader, (Slot::PLATFORM, version))? else { continue };
            let rules: Vec<Rule> = serde_json::from_str(rules.text.as_str()).unwrap_or_default();
            let by_id = rules.into_iter().map(|rule| (rule.id.to_string(), rule.condition));
            all.insert(version, by_id.collect());
        }
        Ok(all)
    }

    /// The order's postings within these times.
    fn postings(
        &mut self,
        windows: &[(i64, i64)],
        found: &mut Vec<(i64, OpsEvent)>,
    ) -> Result<(), StoreError> {
        let mut left = POSTINGS_MAX;
        for slot in self.slots.clone() {
            for &(from_us, until_us) in windows {
                // Numbers are made of the moment and the slot: a time is a range of keys.
                let before = from_us.saturating_mul(i64::from(base::SLOTS)).saturating_sub(1).max(0);
                let Some(before) = PostingNo::from_number(before) else { continue };
                let about = &self.about;
                let whole = each_after(self.reader, Key::Posting((slot, before)), left, |row| {
                    let Row::Posting(posting) = row else { return false };
                    if posting.no.at_us() > until_us {
                        return false;
                    }
                    left = left.saturating_sub(1);
                    if posting.order_no.is_some_and(|no| about.contains(&no)) {
                        found.push(posting_event(posting));
                    }
                    true
                })?;
                self.is_cut |= !whole;
            }
        }
        Ok(())
    }
}

/// Findings of a payment in some slots, of one payer or of all; at most so many rows are looked at in all slots
/// together. Tells whether that was enough.
fn findings(
    reader: &mut dyn Reader,
    slots: impl IntoIterator<Item = Slot>,
    payer: Option<PartyId>,
    subject: &Subject,
    most: usize,
) -> Result<(Vec<Arc<RiskDecision>>, bool), StoreError> {
    let (mut found, mut left) = (Vec::new(), most);
    for slot in slots {
        let after = Key::RiskDecision((slot, payer.unwrap_or(PartyId::platform(slot)), 0));
        let mut looked = 0;
        let whole = each_after(reader, after, left, |row| {
            looked += 1;
            let Row::RiskDecision(row) = row else { return false };
            if row.subject == *subject {
                found.push(row.clone());
            }
            payer.is_none_or(|payer| payer == row.party)
        })?;
        if !whole {
            return Ok((found, false));
        }
        left = left.saturating_sub(looked);
    }
    Ok((found, true))
}

/// Times around moments, those that touch as one.
fn windows(mut moments: Vec<i64>) -> Vec<(i64, i64)> {
    moments.sort_unstable();
    let mut windows: Vec<(i64, i64)> = Vec::new();
    for at_us in moments {
        let (from_us, until_us) = (at_us.saturating_sub(AROUND_US), at_us.saturating_add(AROUND_US));
        match windows.last_mut() {
            Some((_, last)) if *last >= from_us => *last = until_us,
            _ => windows.push((from_us, until_us)),
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Text;
    use risk::{RiskOutcome, Verdict};
    use store::{Mark, MemoryStore, Store};

    fn finding(payer: PartyId, no: u64, subject: &str) -> Row {
        let none = || Text::new("").unwrap();
        Row::RiskDecision(Arc::new(RiskDecision {
            slot: payer.slot(),
            party: payer,
            no,
            at_us: 0,
            subject: Text::new(subject).unwrap(),
            version: 1,
            facts: Text::new("").unwrap(),
            verdict: Verdict::Refuse,
            outcome: RiskOutcome::Stopped,
            fired: none(),
            shadow: none(),
            failed: none(),
            reason_zh: None,
            reason_en: None,
        }))
    }

    #[test]
    fn all_slots_together_are_looked_through_for_no_more_findings_than_one() {
        let [one, other] = [1, 7].map(|slot| PartyId::issue(1_000_000_001, Slot::of_id(slot)).unwrap());
        let rows = (1..=5).map(|no| finding(one, no, "order 1")).chain([finding(other, 1, "order 2")]);
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let subject = |text: &str| Subject::new(text).unwrap();
        // More than each slot has, and less than both have.
        let (found, whole) = findings(&mut store, Slot::all(), None, &subject("order 2"), 6).unwrap();
        assert_eq!((found.len(), whole), (1, false), "it is the last row that may be looked at");
        let (found, whole) = findings(&mut store, Slot::all(), None, &subject("order 2"), 5).unwrap();
        assert_eq!((found.len(), whole), (0, false));
        let (found, whole) = findings(&mut store, Slot::all(), None, &subject("order 2"), 7).unwrap();
        assert_eq!((found.len(), whole), (1, true));
        let own = findings(&mut store, [one.slot()], Some(one), &subject("order 1"), 6).unwrap();
        assert_eq!((own.0.len(), own.1), (5, true));
    }

    #[test]
    fn times_that_touch_are_read_once() {
        let second = |at: i64| at * SECOND_US;
        let found = windows(vec![second(10), second(0), second(11), second(12)]);
        assert_eq!(found, [(second(-1), second(1)), (second(9), second(13))]);
        assert!(windows(Vec::new()).is_empty());
    }
}
