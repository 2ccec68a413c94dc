//! Settlement by contract: each batch is the sum of its sales and of what was given back of them before it was settled,
//! held until then and not a moment longer; and no sale stands outside that its contract wanted in.

use crate::images::text_of_key;
use crate::orders::{OrderFacts, Orders};
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use crate::splits::OpenHolds;
use base::{Day, PartyId, Record};
use engine::Tabled;
use ledger::PostingKind;
use money::Currency;
use std::collections::BTreeMap;
use trade::{SettlementBatch, SettlementTerm, Timer, sold_on};

type Which = (PartyId, Currency, Day);

/// What was seen of a batch.
#[derive(Debug)]
struct Seen {
    row: SettlementBatch,
    sales: u32,
    gross: i128,
    fee: i128,
    /// What came to the merchant by these sales until they were settled, and was not given back.
    net: i128,
    has_timer: bool,
}

/// All batches.
#[derive(Debug, Default)]
pub(crate) struct SettlementBatches(BTreeMap<Which, Seen>);

impl SettlementBatches {
    /// A batch; they come before their orders.
    pub(crate) fn row(&mut self, row: &SettlementBatch) {
        let seen = Seen { row: row.clone(), sales: 0, gross: 0, fee: 0, net: 0, has_timer: false };
        self.0.insert((row.seller, row.currency, row.sold_on), seen);
    }

    /// The timer that settles a batch.
    pub(crate) fn timer(&mut self, timer: &Timer) -> bool {
        let own = |seen: &&mut Seen| {
            Some(seen.row.seller) == timer.party
                && seen.row.timer == Some(timer.no)
                && seen.row.slot == timer.slot
                && seen.row.sold_on == sold_on(timer.due_at_us)
        };
        self.0.values_mut().find(own).map(|seen| seen.has_timer = true).is_some()
    }

    /// An order with all its postings; `term` is its contract's at the moment it was paid.
    pub(crate) fn order(&mut self, order: &OrderFacts, term: SettlementTerm, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            findings.add(FindingKind::SettlementBatchWrong, "orders", order.key(), message);
        };
        let frozen =
            order.splits.as_ref().and_then(|facts| facts.book.as_ref()).is_some_and(|book| book.freeze);
        let waits =
            order.paid_at_us.is_some() && term == SettlementTerm::NextDay && !order.is_escrow && !frozen;
        if waits != order.settled_with.is_some() {
            wrong("it is settled at another time than its contract says");
        }
        let Some(day) = order.settled_with else { return };
        if order.paid_at_us.map(Day::of) != Some(day) {
            wrong("it is settled with the sales of another day than its own");
        }
        let Some(seen) = self.0.get_mut(&(order.seller, order.currency, day)) else {
            return wrong("the batch that it is settled with is not there");
        };
        seen.sales = seen.sales.saturating_add(1);
        seen.gross += i128::from(order.total);
        seen.fee += i128::from(order.fee);
        for moved in order.moves.iter() {
            let amount = i128::from(moved.amount) - i128::from(moved.fee);
            let amount = match moved.kind {
                PostingKind::PayIn | PostingKind::RefundReturn => amount,
                PostingKind::RefundOut => -amount,
                _ => continue,
            };
            if seen.row.settled_at_us.is_none_or(|settled_us| moved.no.at_us() < settled_us) {
                seen.net += amount;
            }
        }
    }

    /// What can only be said once everything was seen.
    pub(crate) fn finish(self, holds: &mut OpenHolds, findings: &mut Findings) {
        for seen in self.0.into_values() {
            for message in faults(&seen, holds) {
                let key = text_of_key(&SettlementBatch::wrap_key(seen.row.key()));
                findings.add(FindingKind::SettlementBatchWrong, "settlement_batch", key, message);
            }
        }
    }
}

impl Orders {
    /// A timer that settles sales.
    pub(crate) fn settling_timer(&mut self, timer: &Timer, findings: &mut Findings) {
        if !self.batches.timer(timer) {
            let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
            findings.add(FindingKind::TimerWrong, "timer", key, "no sales are settled by this timer");
        }
    }
}

fn faults(seen: &Seen, holds: &mut OpenHolds) -> Vec<String> {
    let row = &seen.row;
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: String| {
        if !holds {
            faults.push(message);
        }
    };
    check(row.seller.slot() == row.slot, "its merchant is of another slot".to_owned());
    let (gross, fee) = (i128::from(row.gross_minor.units()), i128::from(row.fee_minor.units()));
    check(
        (row.sales, gross, fee) == (seen.sales, seen.gross, seen.fee),
        format!("its sales are {} of {} with a fee of {}", seen.sales, seen.gross, seen.fee),
    );
    let net = row.net().map(|net| i128::from(net.minor().units()));
    check(net == Ok(seen.net), format!("the postings of its sales come to {}", seen.net));
    let account = balance_account(row.seller, row.currency);
    let held = row.hold.map_or(Some(0), |no| holds.claim(row.slot, no, account));
    let due = if row.settled_at_us.is_some() { 0 } else { seen.net };
    check(held.map(i128::from) == Some(due), format!("{due} is to be held for it"));
    check(row.settled_at_us.is_none_or(|at_us| at_us >= row.due_at_us()), "it was settled early".to_owned());
    check(row.timer.is_some() == row.settled_at_us.is_none(), "what is settled needs no timer".to_owned());
    check(row.timer.is_none() || seen.has_timer, "nothing will settle it".to_owned());
    faults
}
