//! The payments of the past with the facts that risk rules saw, for a back-test: rebuilt from the posted tables.
//!
//! A payment that rules spoke of has its facts in the row of that decision. Of the others they are put together again
//! as the decision put them together: what the payer had sent that day and month and did not have back, whether the
//! payee was known, how old the account was. Not seen are stopped payments of which no decision was noted (no rules
//! were in force), and whether a page was confirmed by a passkey: then a password is taken for given. Payments out of
//! freezes are left out, as rules do not look at them.

use crate::BillError;
use base::{Day, HOUR_US, PartyId};
use engine::{Key, Row, Table};
use fund::{BankOrder, BankOrderKind, BankOrderState};
use money::Money;
use people::PartyKind;
use risk::{Channel, Facts, PastPayment, Payer, RiskDecision, RiskOutcome, Scene};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use store::Reader;
use trade::{Order, ReceiptOutcome, Trade};
use transfer::{
    Arrival, CardTransfer, CardTransferState, KNOWN_PAYEE_US, Transfer, TransferState, TransferWay,
};

/// Rows read at once.
const PAGE: usize = 1_000;
/// China is ahead of UTC by so many hours, all year.
const CHINA_AHEAD_HOURS: i64 = 8;

/// What is known of all parties and payments.
#[derive(Default)]
struct Past {
    parties: BTreeMap<PartyId, (PartyKind, i64)>,
    transfers: BTreeMap<PartyId, Vec<Arc<Transfer>>>,
    /// Transfers to cards; those that the bank refused too.
    card_transfers: BTreeMap<PartyId, Vec<Arc<CardTransfer>>>,
    trades: Vec<Arc<Trade>>,
    withdrawals: Vec<Arc<BankOrder>>,
    /// Orders that a shown code paid.
    by_code: BTreeSet<base::OrderNo>,
    /// Orders that a debit paid, with the agreement.
    debits: BTreeMap<base::OrderNo, base::AgreementNo>,
    /// Orders that a freeze paid.
    frozen: BTreeSet<base::OrderNo>,
    /// The last decision on each payment.
    decisions: BTreeMap<(PartyId, String), Arc<RiskDecision>>,
}

/// The payments of some days in China, oldest first. The same tables give the same list.
pub fn past_payments(
    reader: &mut dyn Reader,
    days: &RangeInclusive<Day>,
) -> Result<Vec<PastPayment>, BillError> {
    past_payments_within(reader, days, usize::MAX)
}

/// As [`past_payments`], as long as the payments of all days and what belongs to them are no more than `most` rows;
/// else [`BillError::TooMuch`].
pub fn past_payments_within(
    reader: &mut dyn Reader,
    days: &RangeInclusive<Day>,
    most: usize,
) -> Result<Vec<PastPayment>, BillError> {
    let past = read(reader, most)?;
    let mut found = Vec::new();
    for trade in &past.trades {
        let Some(at_us) = trade.paid_at_us.filter(|at_us| days.contains(&Day::of(*at_us))) else { continue };
        let Some(Row::Order(order)) = reader.row(&Key::Order((trade.no.slot(), trade.no)))? else { continue };
        if !past.frozen.contains(&trade.no) {
            found.push((trade.buyer, past.of_trade(trade, &order, at_us)));
        }
    }
    for transfer in past.transfers.values().flatten() {
        let at_us = transfer.paid_at_us.filter(|at_us| days.contains(&Day::of(*at_us)));
        found.extend(at_us.map(|at_us| (transfer.payer, past.of_transfer(transfer, at_us))));
    }
    for transfer in past.card_transfers.values().flatten() {
        if days.contains(&Day::of(transfer.paid_at_us)) {
            found.push((transfer.payer, past.of_card_transfer(transfer)));
        }
    }
    for order in &past.withdrawals {
        if days.contains(&Day::of(order.asked_at_us)) {
            found.push((order.party, past.of_withdrawal(order)));
        }
    }
    let went_on: BTreeSet<(PartyId, String)> =
        found.iter().map(|(payer, payment)| (*payer, payment.subject.clone())).collect();
    let mut found: Vec<PastPayment> = found.into_iter().map(|(_, payment)| payment).collect();
    for ((party, subject), decision) in &past.decisions {
        let stopped = decision.outcome == RiskOutcome::Stopped && days.contains(&Day::of(decision.at_us));
        if !stopped || went_on.contains(&(*party, subject.clone())) {
            continue;
        }
        let facts = Facts::read(decision.facts.as_str());
        let facts = facts.ok_or_else(|| BillError::Odd(format!("the facts of a decision of {party}")))?;
        let (subject, outcome) = (subject.clone(), RiskOutcome::Stopped);
        found.push(PastPayment { subject, at_us: decision.at_us, facts, outcome });
    }
    found.sort_by(|one, other| (one.at_us, &one.subject).cmp(&(other.at_us, &other.subject)));
    Ok(found)
}

fn each(
    reader: &mut dyn Reader,
    table: Table,
    left: &mut usize,
    mut take: impl FnMut(Row),
) -> Result<(), BillError> {
    let mut after: Option<Key> = None;
    loop {
        let rows = reader.scan(table, None, after.as_ref(), PAGE)?;
        after = rows.last().map(Row::key);
        let is_last = rows.len() < PAGE;
        *left = left.checked_sub(rows.len()).ok_or(BillError::TooMuch)?;
        rows.into_iter().for_each(&mut take);
        if is_last {
            return Ok(());
        }
    }
}

fn read(reader: &mut dyn Reader, most: usize) -> Result<Past, BillError> {
    let (mut past, mut left) = (Past::default(), most);
    let tables = [
        Table::Party,
        Table::Transfer,
        Table::CardTransfer,
        Table::Trade,
        Table::BankOrder,
        Table::Receipt,
        Table::Debit,
        Table::FreezeOperation,
        Table::RiskDecision,
    ];
    for table in tables {
        each(reader, table, &mut left, |row| past.take(row))?;
    }
    for transfers in past.transfers.values_mut() {
        transfers.sort_by_key(|transfer| (transfer.paid_at_us, transfer.no));
    }
    Ok(past)
}

impl Past {
    fn take(&mut self, row: Row) {
        match row {
            Row::Party(party) => {
                self.parties.insert(party.id, (party.kind, party.opened_at_us));
            }
            Row::Transfer(transfer) if transfer.paid_at_us.is_some() => {
                self.transfers.entry(transfer.payer).or_default().push(transfer);
            }
            Row::CardTransfer(transfer) => {
                self.card_transfers.entry(transfer.payer).or_default().push(transfer);
            }
            Row::Trade(trade) if trade.paid_at_us.is_some() => self.trades.push(trade),
            Row::BankOrder(order) if order.kind == BankOrderKind::Withdraw && was_confirmed(&order) => {
                self.withdrawals.push(order);
            }
            Row::Receipt(receipt) if receipt.outcome == ReceiptOutcome::Paid => {
                self.by_code.insert(receipt.order_no);
            }
            Row::FreezeOperation(operation) => self.frozen.extend(operation.order_no),
            Row::Debit(debit) => {
                self.debits.insert(debit.order_no, debit.agreement_no);
            }
            Row::RiskDecision(decision) => {
                let key = (decision.party, decision.subject.to_string());
                let newer = self.decisions.get(&key).is_none_or(|known| known.no < decision.no);
                if newer {
                    self.decisions.insert(key, decision);
                }
            }
            _ => {}
        }
    }

    fn of_trade(&self, trade: &Trade, order: &Order, at_us: i64) -> PastPayment {
        let debit = self.debits.get(&trade.no);
        let subject = match debit {
            Some(agreement) => format!("debit {agreement} {} {}", order.out_trade_no, trade.total()),
            None => format!("order {}", trade.no),
        };
        let by_program = debit.is_some() || self.by_code.contains(&trade.no);
        let channel = if by_program { Channel::Program } else { Channel::Cashier };
        let facts = self.facts(trade.buyer, at_us);
        let facts = Facts {
            scene: Scene::Pay,
            channel,
            password: !by_program,
            payee: trade.seller.number(),
            amount_minor: minor(trade.total()),
            ..facts
        };
        self.told(trade.buyer, subject, at_us, facts, RiskOutcome::Passed)
    }

    fn of_transfer(&self, transfer: &Transfer, at_us: i64) -> PastPayment {
        let Transfer { way, out_biz_no, payer, payee, .. } = transfer;
        let by_person = *way == TransferWay::Wallet;
        let subject = format!("transfer {} {out_biz_no} {} {payee}", way.as_str(), transfer.amount());
        let known = |earlier: &&Arc<Transfer>| {
            let arrived = earlier.ended_at_us.filter(|_| earlier.state == TransferState::Done);
            earlier.payee == *payee
                && arrived.is_some_and(|had| had < at_us && at_us < had.saturating_add(KNOWN_PAYEE_US))
        };
        let facts = Facts {
            scene: Scene::Transfer,
            channel: if by_person { Channel::Wallet } else { Channel::Program },
            password: by_person,
            payee: payee.number(),
            amount_minor: minor(transfer.amount()),
            payee_known: self.transfers.get(payer).is_some_and(|all| all.iter().any(|one| known(&one))),
            ..self.facts(*payer, at_us)
        };
        // Who chose the wait is not told by the decision's absence: a wait that was asked for is none of rules.
        let waits = transfer.arrival != Arrival::AtOnce && transfer.asked_arrival() == Arrival::AtOnce;
        let outcome = if waits { RiskOutcome::Delayed } else { RiskOutcome::Passed };
        self.told(*payer, subject, at_us, facts, outcome)
    }

    /// Nobody here has the card, so the payer stands for the payee, who is never known.
    fn of_card_transfer(&self, transfer: &CardTransfer) -> PastPayment {
        let (payer, at_us, amount) = (transfer.payer, transfer.paid_at_us, transfer.amount());
        let named: String = transfer.named.iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = Facts {
            scene: Scene::Transfer,
            channel: Channel::Program,
            amount_minor: minor(amount),
            ..self.facts(payer, at_us)
        };
        let subject = format!("card transfer {} {amount} {named}", transfer.out_biz_no);
        self.told(payer, subject, at_us, facts, RiskOutcome::Passed)
    }

    fn of_withdrawal(&self, order: &BankOrder) -> PastPayment {
        let (party, at_us) = (order.party, order.asked_at_us);
        let facts = Facts {
            scene: Scene::Withdraw,
            channel: Channel::Wallet,
            password: true,
            payee: party.number(),
            amount_minor: minor(order.amount()),
            ..self.facts(party, at_us)
        };
        self.told(party, format!("withdraw {}", order.no), at_us, facts, RiskOutcome::Passed)
    }

    /// With the facts that were written down, when the decision let this very payment go on.
    fn told(
        &self,
        party: PartyId,
        subject: String,
        at_us: i64,
        facts: Facts,
        outcome: RiskOutcome,
    ) -> PastPayment {
        let decision = self.decisions.get(&(party, subject.clone()));
        let noted = decision.filter(|decision| decision.outcome != RiskOutcome::Stopped);
        let facts = noted.and_then(|noted| Facts::read(noted.facts.as_str())).unwrap_or(facts);
        let at_us = noted.map_or(at_us, |noted| noted.at_us);
        let outcome = noted.map_or(outcome, |noted| noted.outcome);
        PastPayment { subject, at_us, facts, outcome }
    }

    /// What is the same in every scene: the payer, and what it had sent and not had back.
    fn facts(&self, payer: PartyId, at_us: i64) -> Facts {
        let (kind, opened_at_us) = self.parties.get(&payer).copied().unwrap_or((PartyKind::Person, at_us));
        let (mut day, mut month) = ((0, 0), (0, 0));
        let now = Day::of(at_us);
        for earlier in self.transfers.get(&payer).into_iter().flatten() {
            let Some(paid_at_us) = earlier.paid_at_us.filter(|paid| *paid < at_us) else { continue };
            let back = matches!(earlier.state, TransferState::Returned | TransferState::Cancelled);
            if back && earlier.ended_at_us.is_some_and(|ended| ended < at_us) {
                continue;
            }
            let (paid, amount) = (Day::of(paid_at_us), minor(earlier.amount()));
            if paid == now {
                day = (day.0 + 1, day.1 + amount);
            }
            if paid.months_until(now) == 0 {
                month = (month.0 + 1, month.1 + amount);
            }
        }
        for earlier in self.card_transfers.get(&payer).into_iter().flatten() {
            let back_at_us = match earlier.state {
                CardTransferState::UnderWay | CardTransferState::Done => None,
                CardTransferState::Failed => earlier.ended_at_us,
                CardTransferState::Refunded => earlier.returned_at_us,
            };
            if earlier.paid_at_us >= at_us || back_at_us.is_some_and(|back| back < at_us) {
                continue;
            }
            let (paid, amount) = (Day::of(earlier.paid_at_us), minor(earlier.amount()));
            if paid == now {
                day = (day.0 + 1, day.1 + amount);
            }
            if paid.months_until(now) == 0 {
                month = (month.0 + 1, month.1 + amount);
            }
        }
        let hour = (at_us.div_euclid(HOUR_US) + CHINA_AHEAD_HOURS).rem_euclid(24);
        Facts {
            scene: Scene::Pay,
            channel: Channel::Cashier,
            password: false,
            payer_kind: match kind {
                PartyKind::Person => Payer::Person,
                PartyKind::Merchant => Payer::Merchant,
            },
            payer: payer.number(),
            payee: payer.number(),
            amount_minor: 0,
            payer_age_s: u64::try_from(at_us.saturating_sub(opened_at_us) / 1_000_000).unwrap_or(0),
            payee_known: false,
            transfers_day: day.0,
            transfers_day_minor: day.1,
            transfers_month: month.0,
            transfers_month_minor: month.1,
            hour: u64::try_from(hour).unwrap_or(0),
        }
    }
}

fn minor(amount: Money) -> u64 {
    amount.minor().units().unsigned_abs()
}

/// A withdrawal that its party confirmed: a draft that nobody confirmed is no payment.
fn was_confirmed(order: &BankOrder) -> bool {
    match order.state {
        BankOrderState::Draft => false,
        BankOrderState::Closed => order.tries > 0,
        BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Done
        | BankOrderState::Failed
        | BankOrderState::Returning
        | BankOrderState::Returned
        | BankOrderState::Credited => true,
    }
}
