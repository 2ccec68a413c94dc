//! Transfers to bank cards: each against the order that carries it to the bank, its number, its notice and its fee.
//! What moved in the books is said of the bank order.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{BankOrderNo, Record, TransferNo};
use engine::{Key, Row, Tabled};
use fund::{BankOrder, BankOrderKind, BankOrderState};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Notice, NoticeEvent, NoticeState};
use transfer::{CardGuess, CardTransfer, CardTransferNumber, CardTransferState, OutBizNo};

/// The fee: one part in so many of the amount, rounded half up to the fen, and so many fen at least. Written down again
/// here on purpose: the rule is what is checked.
const FEE_PART: i64 = 1_000;
const FEE_LEAST_FEN: i64 = 10;
/// Under how many wrong names an app may name a card on a day.
const WRONG_NAMES: u32 = 5;

/// What is kept of a transfer to a card.
#[derive(Debug)]
struct Facts {
    row: CardTransfer,
    has_number: bool,
    /// Whether it carries out a detail of a batch, whose end the batch tells.
    is_detail: bool,
    /// The merchant's number of it: of a detail not the one under which it was made.
    asked_as: OutBizNo,
    told: u32,
}

/// All transfers to cards.
#[derive(Debug, Default)]
pub(crate) struct CardTransfers {
    all: BTreeMap<TransferNo, Facts>,
    /// Orders that carry one; those whose transfer was seen are taken out.
    orders: BTreeMap<BankOrderNo, Arc<BankOrder>>,
}

impl CardTransfers {
    /// A bank order; those of other kinds are looked at elsewhere.
    pub(crate) fn order(&mut self, order: &Arc<BankOrder>) {
        if order.kind == BankOrderKind::Transfer {
            self.orders.insert(order.no, order.clone());
        }
    }

    pub(crate) fn transfer(&mut self, row: &CardTransfer, findings: &mut Findings) {
        for message in by_itself(row) {
            wrong(row.no, message, findings);
        }
        let order = self.orders.get(&row.bank_order);
        if order.is_some_and(|order| order.about == Some(row.no.topic())) {
            let order = self.orders.remove(&row.bank_order);
            for message in order.iter().flat_map(|order| against(row, order)) {
                wrong(row.no, message, findings);
            }
        } else {
            wrong(row.no, "its bank order is not there, or carries another transfer", findings);
        }
        let (row, asked_as) = (row.clone(), row.out_biz_no.clone());
        let facts = Facts { row, has_number: false, is_detail: false, asked_as, told: 0 };
        self.all.insert(facts.row.no, facts);
    }

    pub(crate) fn number(&mut self, number: &CardTransferNumber, findings: &mut Findings) {
        let facts = self.all.get_mut(&number.no).filter(|facts| {
            let row = &facts.row;
            (row.slot, row.payer, &row.out_biz_no) == (number.slot, number.payer, &number.out_biz_no)
        });
        match facts {
            Some(facts) => facts.has_number = true,
            None => {
                let key = text_of_key(&CardTransferNumber::wrap_key(number.key()));
                let message = format!("transfer {} is not there, or has another number or payer", number.no);
                findings.add(FindingKind::NumberWrong, "card_transfer_number", key, message);
            }
        }
    }

    /// A detail of a batch, which tells the number that the merchant gave its transfer, or the link that says so of a
    /// transfer. Details that go to accounts are looked at with their batch alone.
    pub(crate) fn of_batch(&mut self, row: &Row) {
        match row {
            Row::TransferBatchDetail(row) => {
                if let Some(facts) = row.transfer.and_then(|no| self.all.get_mut(&no)) {
                    facts.asked_as = row.out_biz_no.clone();
                }
            }
            Row::TransferBatchLink(link) => {
                if let Some(facts) = self.all.get_mut(&link.no) {
                    facts.is_detail = true;
                }
            }
            _ => {}
        }
    }

    /// How often an app named a card wrongly: once at least, and no more than it may.
    pub(crate) fn guess(row: &CardGuess, findings: &mut Findings) {
        if !(1..=WRONG_NAMES).contains(&row.count) {
            let key = text_of_key(&CardGuess::wrap_key(row.key()));
            let message = "it counts nothing, or more wrong names than an app may give a card on a day";
            findings.add(FindingKind::TransferWrong, "card_guess", key, message);
        }
    }

    /// A notice about a transfer to a card; `false` when it is about something else, which is looked at there.
    pub(crate) fn notice(&mut self, notice: &Notice, findings: &mut Findings) -> bool {
        let Some(facts) = self.all.get_mut(&TransferNo::of_topic(notice.order_no)) else { return false };
        let row = &facts.row;
        facts.told += 1;
        let content = notice.content.as_ref().map_or("", |content| content.as_str());
        let ours = (notice.event, notice.slot, notice.app) == (NoticeEvent::Message, row.slot, row.app)
            && Some(&notice.url) == row.notify_url.as_ref();
        // Of a detail only the return is told: its end is told by its batch.
        let may_tell = !facts.is_detail || row.returned_at_us == Some(notice.happened_at_us);
        if !ours || !may_tell || !tells(facts, notice.happened_at_us, content) {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            let message = "it has another app or address than its transfer, or tells what did not happen";
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        }
        // After the news of the return, the success would be taken for the last word.
        let is_overtaken = row.returned_at_us.is_some_and(|at_us| at_us > notice.happened_at_us);
        if is_overtaken && notice.state == NoticeState::Due {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            let message = "it waits to tell of a transfer that has come back meanwhile";
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        }
        true
    }

    /// What can only be said once everything was seen.
    pub(crate) fn finish(self, findings: &mut Findings) {
        for facts in self.all.values() {
            let row = &facts.row;
            let key = || text_of_key(&Key::CardTransfer((row.slot, row.no)));
            if !facts.has_number {
                let message = "no row of card_transfer_number points at it";
                findings.add(FindingKind::NumberWrong, "card_transfer", key(), message);
            }
            let ends = u32::from(row.ended_at_us.is_some() && !facts.is_detail);
            let ends = ends + u32::from(row.returned_at_us.is_some());
            let wanted = if row.notify_url.is_some() { ends } else { 0 };
            if facts.told != wanted {
                let message = format!("{} messages tell of it", facts.told);
                findings.add(FindingKind::NoticeWrong, "card_transfer", key(), message);
            }
        }
        for order in self.orders.values() {
            let key = text_of_key(&BankOrder::wrap_key((order.slot, order.no)));
            let message = "no transfer to a card is carried by it";
            findings.add(FindingKind::BankOrderWrong, "bank_order", key, message);
        }
    }
}

/// What is wrong with a transfer by itself.
fn by_itself(row: &CardTransfer) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &'static str| {
        if !holds {
            faults.push(message);
        }
    };
    check(
        row.no.slot() == row.slot && row.payer.slot() == row.slot,
        "its number or its payer is of another slot",
    );
    check(row.no.at_us() == row.paid_at_us, "paid_at_us is not that of its number");
    check(row.amount_minor.units() > 0, "it is of nothing");
    let share = row.amount_minor.units().saturating_add(FEE_PART / 2) / FEE_PART;
    check(row.fee_minor.units() == share.max(FEE_LEAST_FEN), "its fee is not that of its amount");
    check(row.ended_at_us.is_some() == row.state.is_decided(), "ended_at_us is not that of its state");
    let is_back = row.state == CardTransferState::Refunded;
    check(row.returned_at_us.is_some() == is_back, "returned_at_us is not that of its state");
    check(
        row.returned_at_us.is_none_or(|at_us| Some(at_us) > row.ended_at_us),
        "it came back before it was paid",
    );
    faults
}

/// What does not agree between a transfer and the order that carries it.
fn against(row: &CardTransfer, order: &BankOrder) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &'static str| {
        if !holds {
            faults.push(message);
        }
    };
    let same = (order.slot, order.party, order.card) == (row.slot, row.payer, row.card);
    check(same, "its bank order is another party's, or goes to another card");
    let sums = (order.currency, order.amount_minor, order.fee_minor);
    check(
        sums == (row.currency, row.amount_minor, row.fee_minor),
        "its bank order is of another amount or fee",
    );
    check(order.key.as_str() == row.no.to_string(), "its bank order has another key than its number");
    check(order.asked_at_us == row.paid_at_us, "its bank order was asked for at another moment");
    let state = match order.state {
        BankOrderState::Asked | BankOrderState::Unknown => Some(CardTransferState::UnderWay),
        // What came back was done: which line or closing says so is looked at with them.
        BankOrderState::Done if row.state == CardTransferState::Refunded => Some(row.state),
        BankOrderState::Done => Some(CardTransferState::Done),
        BankOrderState::Failed => Some(CardTransferState::Failed),
        // No state that its order can have: that is said of the order.
        BankOrderState::Draft
        | BankOrderState::GivenUp
        | BankOrderState::Closed
        | BankOrderState::Returning
        | BankOrderState::Returned
        | BankOrderState::Credited => None,
    };
    check(state == Some(row.state), "its state is not what the bank said of its order");
    check(order.heard_at_us == row.ended_at_us, "it did not end when the bank was heard");
    faults
}

/// Whether a message of a moment tells how a transfer ended then, or that it came back.
fn tells(facts: &Facts, at_us: i64, content: &str) -> bool {
    let row = &facts.row;
    let members: BTreeMap<String, String> = serde_json::from_str(content).unwrap_or_default();
    let member = |name| members.get(name).map_or("", String::as_str);
    let told: serde_json::Value = serde_json::from_str(member("biz_content")).unwrap_or_default();
    let status = match row.state {
        _ if row.returned_at_us == Some(at_us) => "REFUND",
        _ if row.ended_at_us != Some(at_us) => return false,
        CardTransferState::UnderWay => return false,
        CardTransferState::Done | CardTransferState::Refunded => "SUCCESS",
        CardTransferState::Failed => "FAIL",
    };
    // A merchant knows what it asked for, and by which method.
    let origin = if facts.is_detail { "alipay.fund.batch.create" } else { "alipay.fund.trans.uni.transfer" };
    member("msg_method") == "alipay.fund.trans.order.changed"
        && told["order_id"] == row.no.to_string()
        && told["status"] == status
        && told["origin_interface"] == origin
        && told["out_biz_no"] == facts.asked_as.as_str()
        && told["trans_amount"] == row.amount().to_string()
}

fn wrong(no: TransferNo, message: &str, findings: &mut Findings) {
    let key = text_of_key(&Key::CardTransfer((no.slot(), no)));
    findings.add(FindingKind::TransferWrong, "card_transfer", key, message);
}
