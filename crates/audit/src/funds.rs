//! Bank cards and bank orders: against each other, against their postings, and what they come to in the books.

mod came_back;
mod closings;
mod expected;
mod files;
mod statement;
mod whole;

use crate::books::{Expected, key_of};
use crate::images::text_of_key;
use crate::payments::Move;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use base::{BankOrderNo, CardNo, OrderNo, PartyId, Record, Slot};
use came_back::Transferred;
use engine::{Row, Tabled};
use fund::{
    BankOrder, BankOrderKey, BankOrderKind, BankRef, BankSurprise, Card, CardName, CardState, PocketOrder,
};
use ledger::{Posting, PostingKind};
use people::{Usage, UsageKind};
use statement::Statement;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{Timer, TimerTask, Trade};

/// A counter of what a party used.
type Counter = (Slot, PartyId, UsageKind, u32);

/// What was seen of them.
#[derive(Debug, Default)]
pub(crate) struct Funds {
    cards: BTreeMap<CardNo, Arc<Card>>,
    /// Cards that a name points at.
    named: BTreeSet<CardNo>,
    orders: BTreeMap<BankOrderNo, Facts>,
    /// Payments by card and what of them goes back, by the order of trade and the moment at which they were booked.
    by_moment: BTreeMap<(Slot, OrderNo, i64), BankOrderNo>,
    /// The last order that was to pay a trade, by slot, order of trade and buyer.
    last_pays: BTreeMap<(Slot, OrderNo, PartyId), BankOrderNo>,
    counters: BTreeMap<Counter, (u32, i128)>,
    statement: Statement,
}

/// A bank order with what belongs to it.
#[derive(Debug)]
struct Facts {
    order: Arc<BankOrder>,
    has_key: bool,
    has_timer: bool,
    /// Its postings: kind and amount.
    posted: Vec<(PostingKind, i128)>,
    /// Surprises that are booked as suspense, by the bank's name of the movement.
    suspense: Vec<(BankRef, i128)>,
    /// Those of them that met a line of their own.
    suspense_settled: Vec<i128>,
    /// The orders that return its money.
    returns: Vec<BankOrderNo>,
    /// Whether a line of a statement settled it.
    settled: bool,
    /// Whether that line was suspense, and an operator matched it.
    by_operator: bool,
    /// For a return: whether it brings back what was suspense.
    of_suspense: bool,
    /// For a transfer to a card: what its row and the lines about it say.
    transfer: Transferred,
}

impl Funds {
    /// A row that nothing but bank orders and statements looks at.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::CardName(name) => self.name(name, findings),
            Row::BankOrderKey(key) => self.key(key, findings),
            Row::BankSurprise(surprise) => self.surprise(surprise, findings),
            Row::Settlement(settlement) => self.settlement(settlement, findings),
            Row::SurpriseSettlement(settlement) => self.surprise_settlement(settlement, findings),
            Row::SuspenseClosing(closing) => self.closing(closing, findings),
            Row::ReadStatement(read) => self.statement.files.read(read),
            Row::BookedLine(line) => self.line(line, findings),
            Row::Suspense(suspense) => self.suspense(suspense, findings),
            _ => {}
        }
    }

    pub(crate) fn card(&mut self, card: &Arc<Card>, findings: &mut Findings) {
        let mut wrong = |message: &str| card_is(card.slot, card.no, message, findings);
        if card.no.slot() != card.slot || card.party.slot() != card.slot {
            wrong("it or its party is of another slot");
        }
        let agreed = match card.state {
            CardState::Asked => card.agreement.is_none(),
            CardState::Bound | CardState::Payee => card.agreement.is_some(),
            CardState::Unbound => true,
        };
        if !agreed {
            wrong("only a card that the bank agreed to has an agreement");
        }
        self.cards.insert(card.no, card.clone());
    }

    pub(crate) fn name(&mut self, name: &CardName, findings: &mut Findings) {
        let fits = self
            .cards
            .get(&name.no)
            .is_some_and(|card| (card.slot, card.party, card.digest) == (name.slot, name.party, name.digest));
        if fits {
            self.named.insert(name.no);
        } else {
            let key = text_of_key(&CardName::wrap_key(name.key()));
            findings.add(FindingKind::CardWrong, "card_name", key, "no card of this party has this number");
        }
    }

    /// An order of pockets, after all cards: each card is the party's own and bound.
    pub(crate) fn pocket_order(&self, row: &PocketOrder, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            let key = text_of_key(&PocketOrder::wrap_key(row.key()));
            findings.add(FindingKind::CardWrong, "pocket_order", key, message);
        };
        if !row.is_whole() {
            wrong("it names nothing, too much, or something twice");
        }
        let own =
            |card: &Card| (card.slot, card.party, card.state) == (row.slot, row.party, CardState::Bound);
        let mut cards = row.pockets.pockets().iter().filter_map(|pocket| pocket.card());
        if !cards.all(|no| self.card_of(no).is_some_and(own)) {
            wrong("one of its cards is not there, not the party's, or not bound");
        }
    }

    pub(crate) fn order(&mut self, order: &Arc<BankOrder>, findings: &mut Findings) {
        for message in whole::faults(order) {
            order_is(order, message, findings);
        }
        let card = self.cards.get(&order.card);
        if card.is_none_or(|card| card.party != order.party) {
            order_is(order, "its card is not there, or another party's", findings);
        }
        // A payee's card takes transfers, and a transfer goes to no other.
        let of_payee = card.is_some_and(|card| card.state == CardState::Payee);
        if of_payee != (order.kind == BankOrderKind::Transfer) {
            order_is(
                order,
                "it moves money of a payee's card, or is a transfer to a card of the party",
                findings,
            );
        }
        if let (BankOrderKind::Return, Some(of)) = (order.kind, order.about) {
            // What is returned is older, so it was read before.
            match self.orders.get_mut(&BankOrderNo::of_topic(of)) {
                // Of a withdrawal only what the bank sent back, out of suspense: see `whole`.
                Some(of) if of.order.kind != BankOrderKind::Transfer && of.order.party == order.party => {
                    of.returns.push(order.no);
                }
                Some(_) | None => {
                    order_is(order, "what it returns is not there, or another party's", findings)
                }
            }
        }
        self.note_moment(order);
        if let (BankOrderKind::Pay, Some(about)) = (order.kind, order.about) {
            // They come in the order of their numbers.
            self.last_pays.insert((order.slot, about, order.party), order.no);
        }
        let facts = Facts {
            order: order.clone(),
            has_key: false,
            has_timer: false,
            posted: Vec::new(),
            suspense: Vec::new(),
            suspense_settled: Vec::new(),
            returns: Vec::new(),
            settled: false,
            by_operator: false,
            of_suspense: false,
            transfer: Transferred::default(),
        };
        self.orders.insert(order.no, facts);
    }

    /// What stands in the books under an order of trade, and when: a payment when the bank was heard, a return of one
    /// when it was opened.
    fn note_moment(&mut self, order: &BankOrder) {
        let about = match order.kind {
            BankOrderKind::Pay => order.about.zip(order.heard_at_us),
            BankOrderKind::Return => {
                let of = order.about.and_then(|of| self.orders.get(&BankOrderNo::of_topic(of)));
                of.and_then(|of| of.order.about).map(|about| (about, order.asked_at_us))
            }
            BankOrderKind::TopUp | BankOrderKind::Withdraw | BankOrderKind::Transfer => None,
        };
        if let Some((about, at_us)) = about {
            self.by_moment.insert((order.slot, about, at_us), order.no);
        }
    }

    /// The last bank order that was to pay a trade, also when it came to nothing.
    pub(crate) fn last_pay(&self, trade: &Trade) -> Option<BankOrderNo> {
        self.last_pays.get(&(trade.slot, trade.no, trade.buyer)).copied()
    }

    /// Whether a card was ever asked to pay what has this number, for this payer.
    pub(crate) fn was_tried(&self, (slot, about): (Slot, OrderNo), payer: PartyId) -> bool {
        self.last_pays.contains_key(&(slot, about, payer))
    }

    /// The bank order of a number.
    pub(crate) fn bank_order(&self, no: BankOrderNo) -> Option<&BankOrder> {
        self.orders.get(&no).map(|facts| &*facts.order)
    }

    /// The card of a number.
    pub(crate) fn card_of(&self, no: CardNo) -> Option<&Card> {
        self.cards.get(&no).map(|card| &**card)
    }

    /// All bank orders.
    pub(crate) fn bank_orders(&self) -> impl Iterator<Item = &BankOrder> {
        self.orders.values().map(|facts| &*facts.order)
    }

    pub(crate) fn key(&mut self, key: &BankOrderKey, findings: &mut Findings) {
        let facts = self.orders.get_mut(&key.no).filter(|facts| {
            let order = &facts.order;
            (order.slot, order.party, order.kind, &order.key) == (key.slot, key.party, key.kind, &key.key)
        });
        match facts {
            Some(facts) => facts.has_key = true,
            None => {
                let text = text_of_key(&BankOrderKey::wrap_key(key.key()));
                findings.add(
                    FindingKind::BankOrderWrong,
                    "bank_order_key",
                    text,
                    "no bank order has this key",
                );
            }
        }
    }

    pub(crate) fn surprise(&mut self, surprise: &BankSurprise, findings: &mut Findings) {
        let booked = surprise.kind.is_booked() == surprise.booked;
        match self.orders.get_mut(&surprise.no) {
            Some(facts) if booked => {
                if surprise.booked {
                    let amount = i128::from(surprise.amount_minor.units());
                    facts.suspense.push((surprise.bank_ref.clone(), amount));
                }
                facts.transfer.word(surprise.kind);
            }
            Some(_) | None => {
                let key = text_of_key(&BankSurprise::wrap_key(surprise.key()));
                let message = "its bank order is not there, or it is booked against its kind";
                findings.add(FindingKind::BankOrderWrong, "bank_surprise", key, message);
            }
        }
    }

    /// A posting about a bank order, or what it did to an order of trade, which is looked at there: of a card, what the
    /// same money of a balance would have done.
    pub(crate) fn posting(&mut self, posting: &Posting, findings: &mut Findings) -> Option<Move> {
        let amount = posting.entries().next().map_or(0, |entry| i128::from(entry.amount_minor.units()));
        match posting.kind {
            PostingKind::CardIn
            | PostingKind::CardOut
            | PostingKind::CardFee
            | PostingKind::CardOutReturn
            | PostingKind::CardTurn
            | PostingKind::SuspenseIn
            | PostingKind::SuspenseOut
            | PostingKind::SettleIn
            | PostingKind::SettleOut
            | PostingKind::SuspenseReturn
            | PostingKind::SuspenseMatchIn
            | PostingKind::SuspenseMatchOut
            | PostingKind::CardSentBack
            | PostingKind::SuspenseSentBack => {
                let no = posting.order_no.map(BankOrderNo::of_topic);
                match no.and_then(|no| self.orders.get_mut(&no)) {
                    Some(facts) => {
                        facts.posted.push((posting.kind, amount));
                        let own = balance_account(facts.order.party, posting.currency);
                        if Move::of(posting).party.is_some_and(|moved| moved != own) {
                            let message = "it moves a balance that is not its bank order's";
                            findings.add(FindingKind::PostingShape, "posting", key_of(posting), message);
                        }
                    }
                    None => {
                        let message = "it is about no bank order";
                        findings.add(FindingKind::PostingShape, "posting", key_of(posting), message);
                    }
                }
                None
            }
            PostingKind::UnclearIn
            | PostingKind::UnclearOut
            | PostingKind::SuspenseKept
            | PostingKind::SuspenseBorne => {
                self.statement.posting(posting, amount);
                None
            }
            PostingKind::CardPay | PostingKind::CardBack => self.of_trade(posting, amount, findings),
            PostingKind::TopUp
            | PostingKind::PayOut
            | PostingKind::PayIn
            | PostingKind::PayReturn
            | PostingKind::RefundOut
            | PostingKind::RefundIn
            | PostingKind::RefundReturn
            | PostingKind::EscrowIn
            | PostingKind::EscrowRelease
            | PostingKind::EscrowOut
            | PostingKind::EscrowReturn
            | PostingKind::SplitOut
            | PostingKind::SplitIn
            | PostingKind::SplitReturn
            | PostingKind::BackOut
            | PostingKind::BackReturn
            | PostingKind::TransferOut
            | PostingKind::TransferWait
            | PostingKind::TransferSend
            | PostingKind::TransferUndo
            | PostingKind::TransferIn
            | PostingKind::TransferReturn => Some(Move::of(posting)),
        }
    }

    /// What a card paid of an order or had back, as the same money of a balance would have moved.
    fn of_trade(&mut self, posting: &Posting, amount: i128, findings: &mut Findings) -> Option<Move> {
        let about = posting.order_no;
        let found = about.and_then(|about| self.by_moment.get(&(posting.slot, about, posting.no.at_us())));
        let facts = found.and_then(|no| self.orders.get_mut(no));
        let Some(facts) = facts.filter(|facts| {
            (facts.order.kind == BankOrderKind::Pay) == (posting.kind == PostingKind::CardPay)
        }) else {
            let message = "no bank order paid or returned this at its moment";
            findings.add(FindingKind::PostingShape, "posting", key_of(posting), message);
            return None;
        };
        facts.posted.push((posting.kind, amount));
        let kind = match (posting.kind, facts.order.key.as_str().get(29..) == Some("late")) {
            (PostingKind::CardPay, _) => PostingKind::PayOut,
            (_, true) => PostingKind::PayReturn,
            (_, false) => PostingKind::RefundIn,
        };
        let party = Some(balance_account(facts.order.party, posting.currency));
        Some(Move { kind, party, ..Move::of(posting) })
    }

    pub(crate) fn usage(&mut self, usage: &Usage) {
        let sum = i128::from(usage.sum_minor.units());
        self.counters.insert((usage.slot, usage.party, usage.kind, usage.period), (usage.count, sum));
    }

    /// The timers of bank orders; others are looked at elsewhere.
    pub(crate) fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        if timer.task != TimerTask::GiveUpBankOrder {
            return;
        }
        let facts = timer.order_no.and_then(|no| self.orders.get_mut(&BankOrderNo::of_topic(no)));
        let fits = |facts: &&mut Facts| {
            let order = &facts.order;
            order.slot == timer.slot
                && order.timer == Some(timer.no)
                && order.gives_up_at_us == Some(timer.due_at_us)
        };
        match facts.filter(fits) {
            Some(facts) => facts.has_timer = true,
            None => {
                let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
                findings.add(FindingKind::TimerWrong, "timer", key, "no bank order has this timer");
            }
        }
    }

    /// What can only be said once everything was seen, and what the books must hold.
    pub(crate) fn finish(self, books: &mut Expected, findings: &mut Findings) {
        whole::cards(&self, findings);
        for facts in self.orders.values() {
            whole::order(&self, facts, findings);
            expected::add(facts, books);
        }
        self.statement.finish(books, findings);
        whole::counters(&self, findings);
    }
}

fn card_is(slot: Slot, no: CardNo, message: &str, findings: &mut Findings) {
    findings.add(FindingKind::CardWrong, "card", text_of_key(&Card::wrap_key((slot, no))), message);
}

fn order_is(order: &BankOrder, message: impl Into<String>, findings: &mut Findings) {
    let key = text_of_key(&BankOrder::wrap_key((order.slot, order.no)));
    findings.add(FindingKind::BankOrderWrong, "bank_order", key, message.into());
}
