//! Everything that is stored against everything that the rules give; and what should have ended and has not.

use super::{Mismatch, Model, fen, mismatch};
use engine::{Message, Reply, Row};
use ledger::{AccountId, AccountKind, Side};
use std::collections::BTreeMap;
use trade::{NoticeState, OrderState, ReceiptOutcome, RefundState, TradeState};
use transfer::TransferState;

/// Differences told at most: the first ones say what is wrong.
const TOLD_MAX: usize = 5;

impl Model {
    /// Compares every row of every slot with what the rules give: no row may differ, be missing or be too many, every
    /// balance is the sum of its entries, and all accounts of all slots sum to zero. `rows` are all rows as they stand
    /// after exactly the decisions that the model was given.
    pub fn check_books<'a>(&self, rows: impl IntoIterator<Item = &'a Row>) -> Result<(), Mismatch> {
        let mut missing = self.expected_rows().0;
        let (mut told, mut wrong) = (Vec::new(), 0_usize);
        let mut tell = |text: String| {
            wrong += 1;
            if told.len() < TOLD_MAX {
                told.push(text);
            }
        };
        let (mut entries, mut balances) = (BTreeMap::<AccountId, i128>::new(), BTreeMap::new());
        let (mut all, mut transit) = (0_i128, 0_i128);
        for row in rows {
            match row {
                Row::Posting(page) => {
                    for entry in page.entries() {
                        let fen = i128::from(entry.amount_minor.units());
                        let sum = entries.entry(entry.account).or_default();
                        *sum += if entry.side == Side::Credit { fen } else { -fen };
                    }
                    continue;
                }
                Row::Account(account) => {
                    let balance = i128::from(account.balance_minor);
                    all += balance;
                    transit += if account.kind == AccountKind::Transit { balance } else { 0 };
                    balances.insert(account.id, balance);
                }
                _ => {}
            }
            match missing.remove(&row.key()) {
                Some(expected) => tell_difference(&expected, &self.readable(row), &mut tell),
                None => tell(format!("a row that the rules do not give: {row:?}")),
            }
        }
        missing.values().for_each(|row| tell(format!("a row is missing: {row:?}")));
        for (account, balance) in &balances {
            let sum = entries.remove(account).unwrap_or(0);
            if sum != *balance {
                tell(format!("account {account}: the balance is {balance} fen, its entries sum to {sum}"));
            }
        }
        entries.keys().for_each(|account| tell(format!("account {account} has entries and no row")));
        if all != 0 {
            tell(format!("money was made or lost: all accounts of all slots sum to {all} fen"));
        }
        let under_way = self.under_way();
        if transit != under_way {
            tell(format!("transit accounts hold {transit} fen, but {under_way} fen are on their way"));
        }
        if wrong == 0 { Ok(()) } else { mismatch(format!("{wrong} things are wrong:\n{}", told.join("\n"))) }
    }

    /// Parcels are compared by what is in them: an outbox row comes back without its bytes when they are right.
    fn readable(&self, row: &Row) -> Row {
        let Row::Outbox(outbox) = row else { return row.clone() };
        let way = self.ways.get(&(outbox.slot, outbox.to_slot));
        let own = way.and_then(|way| way.parcels.get(&outbox.no)).map(|(parcel, _)| format!("{parcel:?}"));
        let right = outbox.open().is_ok_and(|parcel| Some(format!("{parcel:?}")) == own);
        let parcel = if right { Vec::new() } else { outbox.parcel.clone() };
        Row::Outbox(std::sync::Arc::new(engine::Outbox { parcel, ..(**outbox).clone() }))
    }

    /// The money in parcels that have not arrived, in fen.
    fn under_way(&self) -> i128 {
        let in_parcel = |message: &Message| match message {
            Message::OrderPaid(said) => fen(said.amount),
            Message::PayReturned(said) => fen(said.amount),
            Message::DebitPaid(said) => fen(said.amount),
            Message::DebitReturned(said) => fen(said.amount),
            Message::RefundIn(said) => fen(said.amount),
            Message::RefundAnswer(said) if !said.arrived => {
                self.refunds[&(said.order_no, said.out_request_no.clone())].amount
            }
            Message::TransferIn(said) => fen(said.amount),
            Message::TransferAnswer(said) if !said.arrived => fen(self.sendings[&said.transfer].ask.amount),
            _ => 0,
        };
        let open = self.ways.values().flat_map(|way| way.parcels.range(way.received + 1..));
        open.map(|(_, (parcel, _))| in_parcel(&parcel.message)).sum()
    }

    /// What should have ended once every fault is healed, messages have arrived, timers have run and merchants answer:
    /// one line for each thing that is still open at `now_us`.
    pub fn liveness(&self, now_us: i64) -> Vec<String> {
        let mut open = Vec::new();
        for ((from, to), way) in &self.ways {
            for (no, (parcel, _)) in way.parcels.range(way.received + 1..) {
                let name = parcel.message.name();
                open.push(format!("parcel {no} from slot {from} to slot {to} never arrived: {name}"));
            }
            if way.acknowledged < way.sent {
                open.push(format!("slot {from} still keeps parcels for slot {to} that have arrived"));
            }
        }
        for (no, order) in &self.orders {
            let late = order.is_open() && now_us >= order.expires_at;
            let opening =
                order.state == OrderState::Offered && !super::orders::is_offer(order.asked.meaning.product);
            if late || opening {
                open.push(format!("order {no} is still {:?}", order.state));
            }
        }
        for ((slot, no), trade) in &self.trades {
            let order = self.orders.get(no);
            let fits = order.is_some_and(|order| match trade.state {
                TradeState::Closed => true,
                TradeState::Waiting => {
                    order.state == OrderState::WaitBuyerPay && order.has_buyer(trade.buyer)
                }
                TradeState::Paid => order.state == OrderState::Paid && order.has_buyer(trade.buyer),
            });
            if !fits {
                let state = order.map(|order| order.state);
                open.push(format!("trade {no} in slot {slot} is {:?}, its order is {state:?}", trade.state));
            }
        }
        for ((no, number), refund) in &self.refunds {
            if refund.state == RefundState::UnderWay {
                open.push(format!("refund {number} of order {no} is still under way"));
            }
        }
        for (no, order) in self.bank_orders.iter().filter(|(_, order)| order.state.is_open()) {
            open.push(format!("bank order {no} is still {:?}", order.state));
        }
        for (no, sent) in &self.sendings {
            let late = sent.state == TransferState::Offered && sent.due_at.is_none_or(|due| now_us >= due);
            if late || sent.state == TransferState::UnderWay {
                open.push(format!("transfer {no} is still {:?}", sent.state));
            }
        }
        for ((no, _), (outcome, _)) in &self.receipts {
            if *outcome == ReceiptOutcome::Asked {
                open.push(format!("an attempt to pay order {no} was never answered"));
            }
        }
        for (no, notice) in &self.notices {
            if notice.state == NoticeState::Due && notice.next_at.is_some_and(|at| at <= now_us) {
                open.push(format!("notice {no} of order {} was never delivered", notice.order));
            }
        }
        for (due_at, no) in self.timers.keys().take_while(|(due_at, _)| *due_at <= now_us) {
            open.push(format!("timer {no} was due at {due_at} and has not run"));
        }
        open
    }
}

fn tell_difference(expected: &Row, row: &Row, tell: &mut impl FnMut(String)) {
    if expected != row {
        let words = lines_that_differ(&format!("{expected:#?}"), &format!("{row:#?}"));
        tell(format!("{:?} is not as the rules give it:\n{words}", row.key()));
    }
}

/// The lines in which two texts differ, side by side when they have as many lines.
pub(super) fn lines_that_differ(rules: &str, house: &str) -> String {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (own, other) = (lines(rules), lines(house));
    if own.len() != other.len() {
        let short = |lines: Vec<String>| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        return format!("    by the rules: {}\n    in the house: {}", short(own), short(other));
    }
    let pairs = own.iter().zip(&other).filter(|(own, other)| own != other);
    let words = |(own, other): (&String, &String)| {
        format!("    by the rules: {}\n    in the house: {}", own.trim(), other.trim())
    };
    pairs.map(words).collect::<Vec<_>>().join("\n")
}

/// Words for two answers that differ: only the lines that do.
pub(super) fn difference(rules: Option<&Reply>, house: Option<&Reply>) -> Option<String> {
    let text = |reply: Option<&Reply>| match reply {
        Some(reply) => format!("{reply:#?}"),
        None => "no answer yet: the chain goes on in another cell".to_owned(),
    };
    if rules.zip(house).is_some_and(|(rules, house)| super::rows::same(rules, house)) {
        return None;
    }
    let (rules, house) = (text(rules), text(house));
    (rules != house).then(|| lines_that_differ(&rules, &house))
}
