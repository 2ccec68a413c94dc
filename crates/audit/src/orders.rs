//! Orders: each by itself, and everything that points at it.

use crate::agreements::Debited;
use crate::books::{Expected, key_of};
use crate::contracts::Contracts;
use crate::escrows::{self, EscrowFacts};
use crate::images::text_of_key;
use crate::keyed::Keyed;
use crate::order_list::OrderList;
use crate::payments::{self, Move, Moves};
use crate::refunds::{self, RefundFacts};
use crate::report::{FindingKind, Findings};
use crate::rules::{self, Rules};
use crate::settlement_batches::SettlementBatches;
use crate::splits::{self, OpenHolds, SplitFacts};
use base::{AppId, BankOrderNo, Day, OrderNo, PartyId, Slot, TimerNo};
use engine::Tabled;
use ledger::Posting;
use money::Currency;
use trade::{
    ContractProduct, NoticeEvent, Order, OrderNumber, OrderState, Product, Refund, RefundState, Timer,
    TimerTask, Trade,
};

/// What is kept of an order.
#[derive(Debug)]
pub(crate) struct OrderFacts {
    pub(crate) no: OrderNo,
    pub(crate) seller: PartyId,
    pub(crate) buyer: Option<PartyId>,
    pub(crate) state: OrderState,
    pub(crate) currency: Currency,
    pub(crate) total: i64,
    pub(crate) refunded: i64,
    pub(crate) fee: i64,
    pub(crate) fee_returned: i64,
    pub(crate) opened_at_us: i64,
    pub(crate) paid_at_us: Option<i64>,
    /// Postings about it.
    pub(crate) moves: Moves,
    pub(crate) refunds: Vec<RefundFacts>,
    /// Whether its payment is held in escrow, and how it was marked so.
    pub(crate) is_escrow: bool,
    pub(crate) product: Option<Product>,
    /// The contract that its fee is taken under.
    pub(crate) contract: ContractProduct,
    /// With the sales of which day it is settled.
    pub(crate) settled_with: Option<Day>,
    /// Its escrow.
    pub(crate) escrow: Option<Box<EscrowFacts>>,
    /// What was seen of its splits; most orders have none.
    pub(crate) splits: Option<Box<SplitFacts>>,
    /// Whether its buyer's trade was seen.
    pub(crate) has_trade: bool,
    pub(crate) app: AppId,
    exists: bool,
    /// Hash of the merchant's number.
    number: u128,
    /// Hash of the address to notify.
    pub(crate) url: Option<u128>,
    expires_at_us: i64,
    pub(crate) closed_at_us: Option<i64>,
    timer: Option<TimerNo>,
    has_number: bool,
    has_timer: bool,
    pub(crate) notices: [u32; 3],
}

/// What fees follow from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates<'a> {
    rules: &'a Rules,
    contracts: &'a Contracts,
}

impl Rates<'_> {
    /// The fee of money that reached an order's merchant at a moment.
    pub(crate) fn fee_at(&self, order: &OrderFacts, at_us: i64, amount: i64) -> i128 {
        match self.contracts.ppm_at(order.seller, order.contract, at_us) {
            Some(ppm) => rules::share(ppm, amount),
            None => self.rules.fee_at(at_us, amount),
        }
    }
}

/// All orders.
#[derive(Debug)]
pub(crate) struct Orders {
    pub(crate) list: OrderList,
    pub(crate) contracts: Contracts,
    pub(crate) batches: SettlementBatches,
    pub(crate) holds: OpenHolds,
    pub(crate) keyed: Keyed,
}

impl Orders {
    pub(crate) fn new(keyed: Keyed) -> Orders {
        Orders {
            list: OrderList::new(),
            contracts: Contracts::default(),
            batches: SettlementBatches::default(),
            holds: OpenHolds::default(),
            keyed,
        }
    }

    pub(crate) fn order(&mut self, order: &Order, findings: &mut Findings) {
        for message in faults(order) {
            let key = text_of_key(&Order::wrap_key((order.slot, order.no)));
            findings.add(FindingKind::OrderWrong, "orders", key, message);
        }
        let facts = OrderFacts {
            no: order.no,
            seller: order.seller,
            buyer: order.buyer,
            state: order.state,
            currency: order.currency,
            total: order.total_minor.units(),
            refunded: order.refunded_minor.units(),
            fee: order.fee_minor.units(),
            fee_returned: order.fee_returned_minor.units(),
            opened_at_us: order.opened_at_us,
            paid_at_us: order.paid_at_us,
            moves: Moves::default(),
            refunds: Vec::new(),
            is_escrow: order.product.goods().is_some(),
            product: Some(order.product),
            contract: order.product.contract(),
            settled_with: order.settled_with,
            escrow: None,
            splits: None,
            has_trade: false,
            app: order.app,
            exists: order.exists(),
            number: self.keyed.text(order.out_trade_no.as_str()),
            url: order.notify_url.as_ref().map(|url| self.keyed.text(url.as_str())),
            expires_at_us: order.expires_at_us,
            closed_at_us: order.closed_at_us,
            timer: order.timer,
            has_number: false,
            has_timer: false,
            notices: [0; 3],
        };
        self.list.push(facts);
    }

    /// The order of this number.
    pub(crate) fn found(&mut self, no: OrderNo) -> Option<&mut OrderFacts> {
        self.list.get_mut(no)
    }

    /// A posting about an order, as what it was: of a card, as what the same money of a balance would have done.
    pub(crate) fn posting(&mut self, posting: &Posting, seen: Move, findings: &mut Findings) {
        let Some(no) = posting.order_no else { return };
        match self.list.get_mut(no).filter(|order| order.currency == posting.currency) {
            Some(order) => order.moves.push(seen),
            None => {
                let message = format!("order {no} is not there, or of another currency");
                findings.add(FindingKind::PostingShape, "posting", key_of(posting), message);
            }
        }
    }

    pub(crate) fn number(&mut self, number: &OrderNumber, findings: &mut Findings) {
        let hash = self.keyed.text(number.out_trade_no.as_str());
        let order = self.list.get_mut(number.no);
        let same = |order: &&mut OrderFacts| {
            order.seller == number.seller && order.number == hash && number.no.slot() == number.slot
        };
        match order.filter(same) {
            Some(order) => order.has_number = true,
            None => {
                let key = OrderNumber::wrap_key((number.slot, number.seller, number.out_trade_no.clone()));
                let message = format!("order {} is not there, or has another number or merchant", number.no);
                findings.add(FindingKind::NumberWrong, "order_number", text_of_key(&key), message);
            }
        }
    }

    pub(crate) fn refund(&mut self, refund: &Refund, findings: &mut Findings) {
        let same = |order: &&mut OrderFacts| {
            order.currency == refund.currency && refund.order_no.slot() == refund.slot
        };
        match self.list.get_mut(refund.order_no).filter(same) {
            Some(order) => order.refunds.push(RefundFacts::of(refund, &self.keyed)),
            None => {
                let key = Refund::wrap_key((refund.slot, refund.order_no, refund.out_request_no.clone()));
                let message =
                    format!("order {} is not there, or of another slot or currency", refund.order_no);
                findings.add(FindingKind::RefundWrong, "refund", text_of_key(&key), message);
            }
        }
    }

    /// What an order came to; `None` when there is none in this slot.
    pub(crate) fn came_to(&mut self, slot: Slot, no: OrderNo) -> Option<Debited> {
        let order = self.list.get_mut(no).filter(|order| order.no.slot() == slot)?;
        let OrderFacts { total, currency, buyer, seller, paid_at_us, .. } = *order;
        Some(Debited { paid: paid_at_us.is_some(), total, currency, buyer, seller })
    }

    /// A trade, and the last bank order that was to pay it.
    pub(crate) fn trade(&mut self, tried: (&Trade, Option<BankOrderNo>), findings: &mut Findings) {
        let trade = tried.0;
        let mut wrong = |message: String| {
            let key = text_of_key(&Trade::wrap_key((trade.slot, trade.no)));
            findings.add(FindingKind::TradeWrong, "trade", key, message);
        };
        match self.list.get_mut(trade.no) {
            Some(order) => payments::trade(order, tried, &mut wrong),
            None => wrong(format!("order {} is not there", trade.no)),
        }
    }

    /// A debit under an agreement made this order.
    pub(crate) fn debited(&mut self, no: OrderNo) {
        if let Some(order) = self.list.get_mut(no) {
            order.contract = ContractProduct::DebitAgreement;
        }
    }

    /// Whether this order was paid of frozen money, by this payer, of this total, at this moment.
    pub(crate) fn is_paid(
        &mut self,
        no: OrderNo,
        payer: Option<PartyId>,
        total: i128,
        at_us: Option<i64>,
    ) -> bool {
        self.list.get_mut(no).is_some_and(|order| {
            order.contract = ContractProduct::PreAuthorisation;
            order.paid_at_us.is_some()
                && order.paid_at_us == at_us
                && order.buyer == payer
                && i128::from(order.total) == total
        })
    }

    /// A timer that closes an order; other timers are looked at elsewhere.
    pub(crate) fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        match timer.task {
            TimerTask::ExpireOrder => {}
            TimerTask::EscrowStep => return self.escrow_timer(timer, findings),
            TimerTask::ForgetCode
            | TimerTask::ForgetAttempt
            | TimerTask::EndAgreement
            | TimerTask::ExpireFreeze
            | TimerTask::EndFreeze
            | TimerTask::TransferClock
            | TimerTask::GiveUpBankOrder
            | TimerTask::BatchClock => return,
            TimerTask::FreeSplits => return self.split_timer(timer, findings),
            TimerTask::SettleSales => return self.settling_timer(timer, findings),
        }
        let order = timer.order_no.and_then(|no| self.list.get_mut(no));
        let same = |order: &&mut OrderFacts| {
            order.timer == Some(timer.no)
                && order.expires_at_us == timer.due_at_us
                && order.no.slot() == timer.slot
        };
        match order.filter(same) {
            Some(order) => order.has_timer = true,
            None => {
                let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
                findings.add(FindingKind::TimerWrong, "timer", key, "no order has this timer");
            }
        }
    }

    /// What can only be said once everything about an order was seen.
    pub(crate) fn finish(self, rules: Option<&Rules>, findings: &mut Findings) -> Expected {
        let mut expected = Expected::default();
        let Orders { list, contracts, mut batches, mut holds, .. } = self;
        let rates = rules.map(|rules| Rates { rules, contracts: &contracts });
        for order in list.iter() {
            let place = (order.no.slot(), order.currency);
            let on_their_way = order.refunds.iter().filter(|refund| refund.state == RefundState::UnderWay);
            let under_way: i128 = on_their_way.map(|refund| i128::from(refund.amount)).sum();
            *expected.under_way.entry(order.currency).or_default() += under_way + splits::under_way(order);
            if let Some(escrow) = &order.escrow {
                *expected.escrows.entry(place).or_default() += i128::from(escrow.row.held_minor.units());
            }
            escrows::order(order, rates, findings);
            owned(order, findings);
            contracts.opened(order, findings);
            payments::order(order, findings);
            let played = refunds::order(order, findings);
            *expected.fees.entry(place).or_default() +=
                i128::from(order.fee) - i128::from(order.fee_returned) + played.fee_due;
            splits::order(order, &played, &mut holds, findings);
            let paid_at_us = order.paid_at_us.unwrap_or_default();
            let term = contracts.settlement_at(order.seller, order.contract, paid_at_us);
            batches.order(order, term, findings);
            if let Some(rates) = rates {
                payments::fee(order, rates, findings);
            }
        }
        batches.finish(&mut holds, findings);
        holds.finish(findings);
        expected
    }
}

impl OrderFacts {
    /// Its key as people read it.
    pub(crate) fn key(&self) -> String {
        text_of_key(&Order::wrap_key((self.no.slot(), self.no)))
    }

    /// Whether its merchant wants to hear.
    pub(crate) fn notified(&self) -> bool {
        self.url.is_some()
    }

    /// The amount of its refund of this number.
    pub(crate) fn refund_of(&self, number: &str) -> Option<i64> {
        let found = self.refunds.iter().find(|refund| refund.is_of(number));
        found.map(|refund| refund.amount)
    }

    fn is_waiting(&self) -> bool {
        matches!(self.state, OrderState::Offered | OrderState::WaitBuyerPay)
    }
}

/// What every order must have: its number, its timer while it waits, its notices.
fn owned(order: &OrderFacts, findings: &mut Findings) {
    if !order.has_number {
        findings.add(FindingKind::NumberWrong, "orders", order.key(), "no row of order_number points at it");
    }
    if order.is_waiting() != order.has_timer {
        let message = if order.has_timer {
            "a timer would close it, but it is decided"
        } else {
            "no timer will close it"
        };
        findings.add(FindingKind::TimerWrong, "orders", order.key(), message);
    }
    if order.url.is_none() {
        return;
    }
    let done = order.refunds.iter().filter(|refund| refund.state == RefundState::Done).count();
    let closed_unpaid = order.state == OrderState::Closed && order.paid_at_us.is_none() && order.exists;
    let mut owed = [0; 3];
    // An escrow tells of its steps by messages.
    if !order.is_escrow {
        owed[NoticeEvent::Paid as usize] = u32::from(order.paid_at_us.is_some());
        owed[NoticeEvent::Refunded as usize] = u32::try_from(done).unwrap_or(u32::MAX);
    }
    owed[NoticeEvent::Closed as usize] = u32::from(closed_unpaid);
    if order.notices != owed {
        let message = format!("notices (paid, refunded, closed) are {:?}, owed are {owed:?}", order.notices);
        findings.add(FindingKind::NoticeWrong, "orders", order.key(), message);
    }
}

/// What is wrong with an order by itself.
fn faults(order: &Order) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &str| {
        if !holds {
            faults.push(format!("state {}: {message}", order.state.as_str()));
        }
    };
    let (total, refunded) = (order.total_minor, order.refunded_minor);
    let (created, paid, closed) = (order.created_at_us, order.paid_at_us, order.closed_at_us);
    check(
        order.no.slot() == order.slot && order.seller.slot() == order.slot,
        "its number or merchant is of another slot",
    );
    check(order.no.at_us() == order.opened_at_us, "opened_at_us is not that of its number");
    check(refunded <= total, "more was given back than paid");
    check(
        order.fee_minor <= total && order.fee_returned_minor <= order.fee_minor,
        "its fee is above its total",
    );
    check(created.is_none_or(|at_us| at_us >= order.opened_at_us), "created before it was opened");
    check(
        paid.is_none_or(|at_us| created.is_some_and(|created| at_us >= created)),
        "paid before it was created",
    );
    let before_close = paid.or(created).unwrap_or(order.opened_at_us);
    check(closed.is_none_or(|at_us| at_us >= before_close), "closed before it was paid or opened");
    check(
        paid.is_some() || (refunded.units() == 0 && order.fee_minor.units() == 0),
        "refund or fee without payment",
    );
    check(paid.is_none() || order.buyer.is_some(), "paid by nobody");
    let by_state = match order.state {
        OrderState::Offered => {
            created.is_none() && paid.is_none() && closed.is_none() && order.buyer.is_none()
        }
        OrderState::WaitBuyerPay => created.is_some() && paid.is_none() && closed.is_none(),
        OrderState::Paid => created.is_some() && paid.is_some() && closed.is_none(),
        OrderState::Finished => created.is_some() && paid.is_some(),
        OrderState::Closed => closed.is_some() && (paid.is_none() || refunded == total),
    };
    check(by_state, "its times or refunds are not those of its state");
    faults
}
