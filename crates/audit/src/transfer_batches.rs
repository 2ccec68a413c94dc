//! Batches of transfers: what a batch says is what its details come to, and each detail is what its transfer says.

use crate::grants::Grants;
use crate::images::text_of_key;
use crate::parties::Parties;
use crate::report::{FindingKind, Findings};
use base::{BatchNo, CardNo, PartyId, Record, TransferNo};
use engine::{Key, Row, Tabled};
use fund::CardState;
use std::collections::{BTreeMap, BTreeSet};
use trade::{Notice, NoticeEvent, Timer, TimerTask};
use transfer::{
    BatchScene, BatchState, CardTransfer, CardTransferState, DetailFailure, DetailState, Transfer,
    TransferBatch, TransferBatchDetail, TransferBatchLink, TransferBatchNumber, TransferState,
};

/// What is kept of a transfer whose number is that of a detail.
#[derive(Debug)]
struct Made {
    number: String,
    payer: PartyId,
    /// Absent when it goes to a card.
    payee: Option<PartyId>,
    /// What the card is known by, and what was said of the payee.
    card: Option<[u8; 16]>,
    named: [u8; 16],
    units: i64,
    state: DetailState,
    ended_at_us: Option<i64>,
    table: &'static str,
}

/// What is kept of a batch.
#[derive(Debug)]
struct Facts {
    row: TransferBatch,
    has_number: bool,
    has_timer: bool,
    told: u32,
    lines: u32,
    numbers: BTreeSet<String>,
    total: i128,
    done: (u32, i128),
    failed: (u32, i128),
}

/// All batches.
#[derive(Debug, Default)]
pub(crate) struct TransferBatches {
    /// What the cards of payees are known by.
    cards: BTreeMap<CardNo, [u8; 16]>,
    /// Transfers of details; those whose detail was seen are taken out.
    made: BTreeMap<TransferNo, Made>,
    all: BTreeMap<BatchNo, Facts>,
    /// Which detail has which transfer; those whose link was seen are taken out.
    links: BTreeMap<TransferNo, (BatchNo, u32)>,
}

impl TransferBatches {
    /// A row of any table; a batch is also held against what its app was allowed.
    pub(crate) fn row(
        &mut self,
        typed: &Row,
        (grants, parties): (&Grants, &Parties),
        findings: &mut Findings,
    ) {
        match typed {
            Row::Card(row) if row.state == CardState::Payee => {
                self.cards.insert(row.no, row.digest);
            }
            Row::Transfer(row) => self.transfer(row),
            Row::CardTransfer(row) => self.card_transfer(row),
            Row::TransferBatch(row) => {
                grants.batch(row, parties, findings);
                self.batch(row, findings);
            }
            Row::TransferBatchNumber(row) => self.number(row, findings),
            Row::TransferBatchDetail(row) => self.detail(row, findings),
            Row::TransferBatchLink(row) => self.link(row, findings),
            Row::Timer(timer) if timer.task == TimerTask::BatchClock => self.timer(timer, findings),
            _ => {}
        }
    }

    fn transfer(&mut self, row: &Transfer) {
        // No merchant can give such a number.
        if !row.out_biz_no.as_str().contains(':') {
            return;
        }
        let state = match row.state {
            TransferState::Offered | TransferState::Waiting | TransferState::UnderWay => {
                DetailState::UnderWay
            }
            TransferState::Done => DetailState::Done,
            TransferState::Returned | TransferState::Cancelled => DetailState::Failed,
        };
        let made = Made {
            number: row.out_biz_no.to_string(),
            payer: row.payer,
            payee: Some(row.payee),
            card: None,
            named: row.named,
            units: row.amount_minor.units(),
            state,
            ended_at_us: row.ended_at_us,
            table: "transfer",
        };
        self.made.insert(row.no, made);
    }

    fn card_transfer(&mut self, row: &CardTransfer) {
        if !row.out_biz_no.as_str().contains(':') {
            return;
        }
        let state = match row.state {
            CardTransferState::UnderWay => DetailState::UnderWay,
            // That a bank sent it back later is told of the transfer; as a detail it arrived.
            CardTransferState::Done | CardTransferState::Refunded => DetailState::Done,
            CardTransferState::Failed => DetailState::Failed,
        };
        let made = Made {
            number: row.out_biz_no.to_string(),
            payer: row.payer,
            payee: None,
            card: self.cards.get(&row.card).copied(),
            named: row.named,
            units: row.amount_minor.units(),
            state,
            ended_at_us: row.ended_at_us,
            table: "card_transfer",
        };
        self.made.insert(row.no, made);
    }

    fn batch(&mut self, row: &TransferBatch, findings: &mut Findings) {
        for message in by_itself(row) {
            wrong(row.no, message, findings);
        }
        let facts = Facts {
            row: row.clone(),
            has_number: false,
            has_timer: false,
            told: 0,
            lines: 0,
            numbers: BTreeSet::new(),
            total: 0,
            done: (0, 0),
            failed: (0, 0),
        };
        self.all.insert(row.no, facts);
    }

    fn number(&mut self, number: &TransferBatchNumber, findings: &mut Findings) {
        let facts = self.all.get_mut(&number.no).filter(|facts| {
            let row = &facts.row;
            (row.slot, row.payer, &row.out_batch_no) == (number.slot, number.payer, &number.out_batch_no)
        });
        match facts {
            Some(facts) => facts.has_number = true,
            None => {
                let key = text_of_key(&TransferBatchNumber::wrap_key(number.key()));
                let message = format!("batch {} is not there, or has another number or payer", number.no);
                findings.add(FindingKind::NumberWrong, "transfer_batch_number", key, message);
            }
        }
    }

    /// A detail; those of a batch come in the order of their places.
    fn detail(&mut self, row: &TransferBatchDetail, findings: &mut Findings) {
        let mut faults = Vec::new();
        match self.all.get_mut(&row.batch).filter(|facts| facts.row.slot == row.slot) {
            Some(facts) => {
                let made = row.transfer.and_then(|no| self.made.remove(&no));
                faults.extend(against(row, &facts.row, made.as_ref()));
                if row.line != facts.lines + 1 || !facts.numbers.insert(row.out_biz_no.to_string()) {
                    faults.push("its place or its number is not the one that is due in its batch");
                }
                facts.count(row);
            }
            None => faults.push("its batch is not there"),
        }
        if let Some(no) = row.transfer {
            self.links.insert(no, (row.batch, row.line));
        }
        for message in faults {
            let key = text_of_key(&TransferBatchDetail::wrap_key(row.key()));
            findings.add(FindingKind::TransferWrong, "transfer_batch_detail", key, message);
        }
    }

    fn link(&mut self, link: &TransferBatchLink, findings: &mut Findings) {
        if self.links.remove(&link.no) != Some((link.batch, link.line)) {
            let key = text_of_key(&TransferBatchLink::wrap_key(link.key()));
            let message = "the detail that it names has another transfer, or none";
            findings.add(FindingKind::TransferWrong, "transfer_batch_link", key, message);
        }
    }

    fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        let facts = timer.order_no.and_then(|no| self.all.get_mut(&BatchNo::of_topic(no)));
        let own = |facts: &&mut Facts| {
            let row = &facts.row;
            (row.slot, row.due_at_us, row.timer) == (timer.slot, Some(timer.due_at_us), Some(timer.no))
        };
        match facts.filter(own) {
            Some(facts) => facts.has_timer = true,
            None => {
                let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
                findings.add(FindingKind::TimerWrong, "timer", key, "no batch of transfers has this timer");
            }
        }
    }

    /// A notice about a batch; `false` when it is about something else, which is looked at there.
    pub(crate) fn notice(&mut self, notice: &Notice, findings: &mut Findings) -> bool {
        let Some(facts) = self.all.get_mut(&BatchNo::of_topic(notice.order_no)) else { return false };
        let row = &facts.row;
        facts.told += 1;
        let content = notice.content.as_ref().map_or("", |content| content.as_str());
        let ours = (notice.event, notice.slot, notice.app) == (NoticeEvent::Message, row.slot, row.app)
            && Some(&notice.url) == row.notify_url.as_ref()
            && Some(notice.happened_at_us) == row.ended_at_us;
        if !ours || !tells(row, content) {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            let message = "it has another app or address than its batch, or tells what did not happen";
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        }
        true
    }

    /// What can only be said once everything was seen.
    pub(crate) fn finish(self, findings: &mut Findings) {
        for facts in self.all.values() {
            let row = &facts.row;
            for message in facts.whole() {
                wrong(row.no, message, findings);
            }
            let key = || text_of_key(&Key::TransferBatch((row.slot, row.no)));
            if !facts.has_number {
                let message = "no row of transfer_batch_number points at it";
                findings.add(FindingKind::NumberWrong, "transfer_batch", key(), message);
            }
            if facts.has_timer != row.timer.is_some() {
                findings.add(FindingKind::TimerWrong, "transfer_batch", key(), "its timer is not there");
            }
            let ended = row.ended_at_us.is_some() && row.notify_url.is_some();
            if facts.told != u32::from(ended) {
                let message = format!("{} messages tell of it", facts.told);
                findings.add(FindingKind::NoticeWrong, "transfer_batch", key(), message);
            }
        }
        for (no, made) in self.made {
            let message = "its number is of a detail that does not have it";
            let key = match made.payee {
                Some(_) => Key::Transfer((no.slot(), no)),
                None => Key::CardTransfer((no.slot(), no)),
            };
            findings.add(FindingKind::TransferWrong, made.table, text_of_key(&key), message);
        }
        for (no, (batch, line)) in self.links {
            let key = text_of_key(&Key::TransferBatchDetail((batch.slot(), batch, line)));
            let message = format!("no row of transfer_batch_link leads from transfer {no} to it");
            findings.add(FindingKind::TransferWrong, "transfer_batch_detail", key, message);
        }
    }
}

impl Facts {
    fn count(&mut self, row: &TransferBatchDetail) {
        let units = i128::from(row.amount_minor.units());
        self.lines += 1;
        self.total += units;
        let counted = match row.state {
            DetailState::Waiting | DetailState::UnderWay => return,
            DetailState::Done => &mut self.done,
            DetailState::Failed => &mut self.failed,
        };
        *counted = (counted.0 + 1, counted.1 + units);
    }

    /// What does not agree between a batch and its details.
    fn whole(&self) -> Vec<&'static str> {
        let row = &self.row;
        let mut faults = Vec::new();
        let mut check = |holds: bool, message: &'static str| {
            if !holds {
                faults.push(message);
            }
        };
        let total = (row.count, i128::from(row.total_minor.units()));
        check(total == (self.lines, self.total), "its details are not those that it says");
        let done = (row.done, i128::from(row.done_minor.units()));
        check(done == self.done, "what arrived is not what its details say");
        let failed = (row.failed, i128::from(row.failed_minor.units()));
        check(failed == self.failed, "what failed is not what its details say");
        let ended = self.done.0 + self.failed.0 == self.lines;
        let state = match (ended, self.done.0, self.failed.0) {
            (false, _, _) => {
                matches!(row.state, BatchState::WaitPay | BatchState::Dealing | BatchState::Disused)
            }
            (true, _, 0) => row.state == BatchState::Success,
            (true, 0, _) => row.state == BatchState::Fail,
            (true, _, _) => row.state == BatchState::PartSuccess,
        };
        check(state, "its state is not what its details come to");
        faults
    }
}

/// What is wrong with a batch by itself.
fn by_itself(row: &TransferBatch) -> Vec<&'static str> {
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
    check(row.no.at_us() == row.opened_at_us, "opened_at_us is not that of its number");
    check(row.begun_at_us.is_none_or(|at_us| at_us >= row.opened_at_us), "it began before it was taken");
    check(row.ended_at_us.is_none_or(|at_us| at_us >= row.opened_at_us), "it ended before it was taken");
    let direct = row.scene == BatchScene::Direct;
    check(!direct || row.begun_at_us == Some(row.opened_at_us), "it waited, and its scene does not wait");
    let (begun, waits, all) = (row.begun_at_us.is_some(), row.timer.is_some(), row.started == row.count);
    let by_state = match row.state {
        BatchState::WaitPay => !begun && waits && row.started == 0,
        BatchState::Dealing => begun && waits != all,
        BatchState::Success | BatchState::PartSuccess | BatchState::Fail => begun && !waits && all,
        BatchState::Disused => !begun && !waits && row.started == 0,
    };
    check(by_state, "its times and turns are not those of its state");
    faults
}

/// What does not agree between a detail, its batch and the transfer that carries it out.
fn against(row: &TransferBatchDetail, batch: &TransferBatch, made: Option<&Made>) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &'static str| {
        if !holds {
            faults.push(message);
        }
    };
    check(row.currency == batch.currency, "it is of another currency than its batch");
    let had_turn = row.state != DetailState::Waiting;
    check(
        had_turn == (row.line <= batch.started),
        "it had its turn, and its batch says otherwise, or the reverse",
    );
    check(
        row.failure.is_some() == (row.state == DetailState::Failed),
        "it failed without a reason, or the reverse",
    );
    let came_back = matches!(
        row.failure,
        Some(
            DetailFailure::PayeeBlocked
                | DetailFailure::BankCard
                | DetailFailure::BankLimit
                | DetailFailure::BankRefused
        )
    );
    let needs = matches!(row.state, DetailState::UnderWay | DetailState::Done) || came_back;
    check(row.transfer.is_some() == needs, "it has a transfer, and its state says otherwise, or the reverse");
    let Some(made) = made else {
        check(row.transfer.is_none(), "its transfer is not there, or has another number");
        return faults;
    };
    let same = (made.payer, made.payee, made.units) == (batch.payer, row.payee, row.amount_minor.units());
    check(same, "its transfer is another payer's, goes to another payee, or is of another amount");
    let named = (made.named, made.card) == (row.named, row.card_digest);
    check(named, "its transfer goes to another name or card");
    check(made.number == format!("{}:{}", row.batch, row.line), "its transfer has another number");
    check((made.state, made.ended_at_us) == (row.state, row.ended_at_us), "its transfer stands otherwise");
    faults
}

/// Whether a message tells how a batch ended.
fn tells(row: &TransferBatch, content: &str) -> bool {
    let members: BTreeMap<String, String> = serde_json::from_str(content).unwrap_or_default();
    let member = |name| members.get(name).map_or("", String::as_str);
    let told: serde_json::Value = serde_json::from_str(member("biz_content")).unwrap_or_default();
    let status = match row.state {
        BatchState::WaitPay | BatchState::Dealing => return false,
        BatchState::Success => "SUCCESS",
        BatchState::PartSuccess => "PART_SUCCESS",
        BatchState::Fail => "FAIL",
        BatchState::Disused => "DISUSE",
    };
    member("msg_method") == "alipay.fund.batch.order.changed"
        && told["batch_trans_id"] == row.no.to_string()
        && told["batch_status"] == status
}

fn wrong(no: BatchNo, message: &str, findings: &mut Findings) {
    let key = text_of_key(&Key::TransferBatch((no.slot(), no)));
    findings.add(FindingKind::TransferWrong, "transfer_batch", key, message);
}
