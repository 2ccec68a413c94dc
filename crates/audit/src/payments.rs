//! Payments: an order is paid if and only if its money left the buyer once and came to the merchant once.

use crate::images::text_of_key;
use crate::orders::{OrderFacts, Rates};
use crate::report::{FindingKind, Findings};
use crate::shape::{balance_account, kind_of};
use base::{BankOrderNo, PostingNo, Slot};
use engine::Key;
use ledger::{AccountId, AccountKind, Posting, PostingKind};
use trade::{OrderState, RefundState, Trade, TradeState};

/// What is kept of a posting about an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) kind: PostingKind,
    pub(crate) slot: Slot,
    pub(crate) no: PostingNo,
    /// What went through transit.
    pub(crate) amount: i64,
    /// What of it was fee.
    pub(crate) fee: i64,
    /// The buyer's or merchant's account; absent when all was fee.
    pub(crate) party: Option<AccountId>,
}

/// The postings about an order. A payment has two, and most orders have no more: these need no memory of their own.
#[derive(Default, Debug)]
pub(crate) struct Moves {
    first: [Option<Move>; 2],
    more: Vec<Move>,
}

impl Moves {
    pub(crate) fn push(&mut self, seen: Move) {
        match self.first.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(seen),
            None => self.more.push(seen),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Move> {
        self.first.iter().flatten().chain(&self.more)
    }
}

impl Move {
    pub(crate) fn of(posting: &Posting) -> Move {
        let (slot, no, kind) = (posting.slot, posting.no, posting.kind);
        let mut seen = Move { kind, slot, no, amount: 0, fee: 0, party: None };
        for entry in posting.entries() {
            let units = entry.amount_minor.units();
            match kind_of(posting, entry.account) {
                AccountKind::Transit => seen.amount = units,
                AccountKind::FeeIncome => seen.fee = units,
                AccountKind::Balance => seen.party = Some(entry.account),
                // In and out of escrow it is the same amount as in transit; a release has no transit.
                AccountKind::Escrow | AccountKind::Delayed => seen.amount = units,
                AccountKind::BankReserve
                | AccountKind::ClearingIn
                | AccountKind::ClearingOut
                | AccountKind::SuspenseOwed
                | AccountKind::SuspenseDue => {}
            }
        }
        seen
    }

    /// Whether it moved this amount, with this fee, from or to this account.
    pub(crate) fn is(&self, amount: i64, fee: i64, party: AccountId) -> bool {
        self.amount == amount && self.fee == fee && self.party == (amount != fee).then_some(party)
    }

    pub(crate) fn key(&self) -> String {
        text_of_key(&Key::Posting((self.slot, self.no)))
    }
}

/// The payment of an order against its postings and its trade.
pub(crate) fn order(order: &OrderFacts, findings: &mut Findings) {
    let mut wrong = |message: String| findings.add(FindingKind::OrderPayment, "orders", order.key(), message);
    let (kind, other) = if order.is_escrow {
        (PostingKind::EscrowIn, PostingKind::PayIn)
    } else {
        (PostingKind::PayIn, PostingKind::EscrowIn)
    };
    if order.moves.iter().any(|seen| seen.kind == other) {
        wrong(format!("it has a posting {}, which is not its way to be paid", other.as_str()));
    }
    let mut arrived = order.moves.iter().filter(|seen| seen.kind == kind);
    let (first, others) = (arrived.next(), arrived.count());
    let seller = balance_account(order.seller, order.currency);
    match (order.paid_at_us, first, others) {
        (None, None, _) => {}
        (Some(paid_at_us), Some(one), 0) => {
            let whole = if order.is_escrow {
                one.amount == order.total
            } else {
                one.is(order.total, order.fee, seller)
            };
            if !whole || one.no.at_us() != paid_at_us {
                wrong(format!(
                    "total {}, fee {}, paid at {paid_at_us}; its pay_in posting {} says {}, {} at {}",
                    order.total,
                    order.fee,
                    one.no,
                    one.amount,
                    one.fee,
                    one.no.at_us()
                ));
            }
        }
        (paid, first, others) => {
            let paid = if paid.is_some() { "it is paid" } else { "it is not paid" };
            let count = usize::from(first.is_some()) + others;
            wrong(format!("{paid}, but has {count} pay_in postings"));
        }
    }
    let buyer = order.buyer.map(|buyer| balance_account(buyer, order.currency));
    for (account, (count, amount)) in left(order) {
        let pays = account.is_some() && account == buyer && order.paid_at_us.is_some();
        let expected = if pays { (1, i128::from(order.total)) } else { (0, 0) };
        if (count, amount) != expected {
            let account = account.map_or_else(|| "no account".to_owned(), |account| account.to_string());
            wrong(format!(
                "{count} payments of {amount} in all left {account} and did not come back, expected are {} of {}",
                expected.0, expected.1
            ));
        }
    }
    if let Some(buyer) = order.buyer.filter(|_| !order.has_trade) {
        wrong(format!("its buyer {buyer} has no trade"));
    }
}

/// The fee of a paid order against its contract and the rules of that moment.
pub(crate) fn fee(order: &OrderFacts, rates: Rates<'_>, findings: &mut Findings) {
    // Of an escrow it is taken with each release.
    let Some(paid_at_us) = order.paid_at_us.filter(|_| !order.is_escrow) else { return };
    let fee = rates.fee_at(order, paid_at_us, order.total);
    if fee != i128::from(order.fee) {
        let message = format!("fee_minor is {}, the rules of {paid_at_us} ask for {fee}", order.fee);
        findings.add(FindingKind::FeeWrong, "orders", order.key(), message);
    }
}

/// What left each buyer's account and did not come back: how often, and how much. The order's buyer is always there.
fn left(order: &OrderFacts) -> Vec<(Option<AccountId>, (i64, i128))> {
    let mut left: Vec<(Option<AccountId>, (i64, i128))> = Vec::with_capacity(1);
    if let Some(buyer) = order.buyer {
        left.push((Some(balance_account(buyer, order.currency)), (0, 0)));
    }
    for seen in order.moves.iter() {
        let by = match seen.kind {
            PostingKind::PayOut => 1,
            PostingKind::PayReturn => -1,
            PostingKind::TopUp
            | PostingKind::PayIn
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
            | PostingKind::TransferReturn
            | PostingKind::CardIn
            | PostingKind::CardOut
            | PostingKind::CardFee
            | PostingKind::CardOutReturn
            | PostingKind::CardTurn
            | PostingKind::CardPay
            | PostingKind::CardBack
            | PostingKind::SuspenseIn
            | PostingKind::SuspenseOut
            | PostingKind::SettleIn
            | PostingKind::SettleOut
            | PostingKind::UnclearIn
            | PostingKind::UnclearOut
            | PostingKind::SuspenseReturn
            | PostingKind::SuspenseKept
            | PostingKind::SuspenseBorne
            | PostingKind::SuspenseMatchIn
            | PostingKind::SuspenseMatchOut
            | PostingKind::CardSentBack
            | PostingKind::SuspenseSentBack => continue,
        };
        let known = left.iter().position(|(party, _)| *party == seen.party);
        let place = known.unwrap_or_else(|| {
            left.push((seen.party, (0, 0)));
            left.len() - 1
        });
        let sums = &mut left[place].1;
        sums.0 += by;
        sums.1 += i128::from(by) * i128::from(seen.amount);
    }
    left
}

/// A trade against its order, whose postings and refunds were seen, and the last bank order that was to pay it.
pub(crate) fn trade(
    order: &mut OrderFacts,
    (trade, last_try): (&Trade, Option<BankOrderNo>),
    wrong: &mut dyn FnMut(String),
) {
    let mut check = |holds: bool, message: &str| {
        if !holds {
            wrong(message.to_owned());
        }
    };
    let total = trade.total_minor.units();
    check(trade.buyer.slot() == trade.slot, "its buyer is of another slot");
    check(trade.seller == order.seller, "its order has another merchant");
    check((total, trade.currency) == (order.total, order.currency), "its order has another total");
    check(trade.created_at_us >= order.opened_at_us, "it is older than its order");
    check(trade.last_try == last_try, "last_try is not the last bank order that was to pay it");
    let last_pays = trade.bank_order.is_none() || trade.bank_order == last_try;
    check(last_pays, "a bank order pays it that is not its last one");
    check(
        (trade.state == TradeState::Closed) == trade.closed_at_us.is_some(),
        "closed_at_us is not that of its state",
    );
    let account = balance_account(trade.buyer, trade.currency);
    let moved = |kind, at_us: Option<i64>| {
        let mut moves = order.moves.iter().filter(|seen| seen.kind == kind && seen.party == Some(account));
        moves.any(|seen| at_us.is_none_or(|at_us| seen.no.at_us() == at_us))
    };
    if let Some(paid_at_us) = trade.paid_at_us {
        check(moved(PostingKind::PayOut, Some(paid_at_us)), "no pay_out posting of its buyer at paid_at_us");
    }
    if order.buyer != Some(trade.buyer) {
        let over = trade.state == TradeState::Closed
            && trade.paid_at_us.is_none()
            && trade.refunded_minor.units() == 0;
        check(over, "its order has another buyer or none, so it must be closed and unpaid");
        return;
    }
    let agrees = match (trade.state, order.state) {
        (TradeState::Waiting, OrderState::WaitBuyerPay) => true,
        (TradeState::Paid, OrderState::Paid | OrderState::Finished) => true,
        (TradeState::Closed, OrderState::Closed) => true,
        // The money came too late and went back; the order waits for its timer.
        (TradeState::Closed, OrderState::WaitBuyerPay) => moved(PostingKind::PayReturn, None),
        _ => false,
    };
    check(agrees, &format!("it is {}, its order is {}", trade.state.as_str(), order.state.as_str()));
    check(trade.paid_at_us.is_some() == order.paid_at_us.is_some(), "only one of it and its order is paid");
    let done = order.refunds.iter().filter(|refund| refund.state == RefundState::Done);
    let came_back: i128 = done.map(|refund| i128::from(refund.amount)).sum();
    let refunded = trade.refunded_minor.units();
    check(
        i128::from(refunded) == came_back,
        &format!("refunded_minor is {refunded}, refunds that are done sum to {came_back}"),
    );
    order.has_trade = true;
}
