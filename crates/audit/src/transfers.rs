//! Transfers: what left the payer arrived, came back, waits or is under way; what counts towards the limits is what was
//! sent; and whom a payer knows is whom its money reached.

pub(crate) mod whole;

use crate::books::{Expected, key_of};
use crate::images::text_of_key;
use crate::payments::Move;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Record, Slot, SlotSet, TransferNo};
use engine::{Key, Tabled};
use ledger::{Posting, PostingKind};
use money::Minor;
use people::{Usage, UsageKind};
use std::collections::BTreeMap;
use trade::{Notice, NoticeEvent, Timer, TimerTask};
use transfer::{KnownPayee, Received, Transfer, TransferNumber, TransferState};

/// What is kept of a transfer.
#[derive(Debug)]
struct Facts {
    row: Transfer,
    moves: Vec<Move>,
    has_number: bool,
    has_timer: bool,
    /// Whether its payee's row was seen.
    received: bool,
    /// How many notices tell of it.
    told: u32,
}

type UsageKey = <Usage as Record>::Key;

/// All transfers.
#[derive(Debug)]
pub(crate) struct Transfers {
    /// The slots whose rows are here. Between two of them everything is said and heard in one record.
    home: SlotSet,
    all: BTreeMap<TransferNo, Facts>,
    /// What was sent, by period; counters that say the same are taken out.
    used: BTreeMap<UsageKey, (u32, i128)>,
    /// Whom each payer's money reached, and when last; rows that say the same are taken out.
    reached: BTreeMap<(Slot, PartyId, PartyId), i64>,
}

impl Transfers {
    pub(crate) fn new(home: SlotSet) -> Transfers {
        Transfers { home, all: BTreeMap::new(), used: BTreeMap::new(), reached: BTreeMap::new() }
    }

    pub(crate) fn transfer(&mut self, row: &Transfer, findings: &mut Findings) {
        for message in whole::faults(row) {
            wrong(row.no, message, findings);
        }
        if let Some(paid_at_us) = row.paid_at_us.filter(|_| row.state.counts()) {
            self.sent(row.payer, paid_at_us, row.amount_minor);
        }
        if let Some(ended_at_us) = row.ended_at_us.filter(|_| row.state == TransferState::Done) {
            let last = self.reached.entry((row.slot, row.payer, row.payee)).or_insert(ended_at_us);
            *last = (*last).max(ended_at_us);
        }
        let (moves, has_number, has_timer) = (Vec::new(), false, false);
        let facts = Facts { row: row.clone(), moves, has_number, has_timer, received: false, told: 0 };
        self.all.insert(row.no, facts);
    }

    /// What a payer sent at a moment, microseconds UTC, to an account or to a card.
    pub(crate) fn sent(&mut self, payer: PartyId, paid_at_us: i64, amount: Minor) {
        for kind in [UsageKind::TransferDay, UsageKind::TransferMonth] {
            let sum = self.used.entry(Usage::key_at(payer, kind, paid_at_us)).or_default();
            *sum = (sum.0.saturating_add(1), sum.1 + i128::from(amount.units()));
        }
    }

    /// A posting about a transfer; `false` when it is about something else, which is looked at there.
    pub(crate) fn posting(&mut self, posting: &Posting, findings: &mut Findings) -> bool {
        if !whole::is_of_transfers(posting.kind) {
            return false;
        }
        let no = posting.order_no.map(TransferNo::of_topic);
        let facts = no.and_then(|no| self.all.get_mut(&no));
        match facts.filter(|facts| facts.row.currency == posting.currency) {
            Some(facts) => facts.moves.push(Move::of(posting)),
            None if no.is_some_and(|no| !self.home.contains(no.slot())) => {}
            None => {
                let message = "its transfer is not there, or of another currency";
                findings.add(FindingKind::PostingShape, "posting", key_of(posting), message);
            }
        }
        true
    }

    pub(crate) fn number(&mut self, number: &TransferNumber, findings: &mut Findings) {
        let facts = self.all.get_mut(&number.no).filter(|facts| {
            let row = &facts.row;
            (row.slot, row.payer, row.way, &row.out_biz_no)
                == (number.slot, number.payer, number.way, &number.out_biz_no)
        });
        match facts {
            Some(facts) => facts.has_number = true,
            None => {
                let key = text_of_key(&TransferNumber::wrap_key(number.key()));
                let message = format!("transfer {} is not there, or has another number or payer", number.no);
                findings.add(FindingKind::NumberWrong, "transfer_number", key, message);
            }
        }
    }

    pub(crate) fn received(&mut self, received: &Received, findings: &mut Findings) {
        let facts = self.all.get_mut(&received.no).filter(|facts| {
            let row = &facts.row;
            let same = (row.payer, row.payee, row.currency, row.amount_minor)
                == (received.payer, received.payee, received.currency, received.amount_minor);
            let arrived = facts
                .moves
                .iter()
                .any(|seen| seen.kind == PostingKind::TransferIn && seen.no.at_us() == received.at_us);
            same && arrived && received.payee.slot() == received.slot
        });
        match facts {
            Some(facts) => facts.received = true,
            None if !self.home.contains(received.no.slot()) => {}
            None => {
                let key = text_of_key(&Received::wrap_key(received.key()));
                let message = "its transfer is not there, says otherwise, or did not arrive then";
                findings.add(FindingKind::TransferWrong, "received", key, message);
            }
        }
    }

    pub(crate) fn known(&mut self, known: &KnownPayee, findings: &mut Findings) {
        let reached = self.reached.remove(&known.key());
        if reached != Some(known.last_at_us) {
            let key = text_of_key(&KnownPayee::wrap_key(known.key()));
            let message = format!("last_at_us is {}, transfers reached it at {reached:?}", known.last_at_us);
            findings.add(FindingKind::TransferWrong, "known_payee", key, message);
        }
    }

    /// A counter of what was sent; those of other kinds are looked at by their products.
    pub(crate) fn usage(&mut self, usage: &Usage, findings: &mut Findings) {
        match usage.kind {
            UsageKind::TransferDay | UsageKind::TransferMonth => {}
            UsageKind::WithdrawDay
            | UsageKind::WithdrawFree
            | UsageKind::BalanceYear
            | UsageKind::BalanceLife
            | UsageKind::CardDay
            | UsageKind::CardMonth
            | UsageKind::ReceiveDay
            | UsageKind::ReceiveMonth => return,
        }
        let (count, sum) = self.used.remove(&usage.key()).unwrap_or_default();
        if (usage.count, i128::from(usage.sum_minor.units())) != (count, sum) {
            let key = text_of_key(&Usage::wrap_key(usage.key()));
            let message = format!(
                "it says {} of {}, transfers come to {count} of {sum}",
                usage.count,
                usage.sum_minor.units()
            );
            findings.add(FindingKind::UsageWrong, "usage", key, message);
        }
    }

    /// The timers of transfers; others are looked at elsewhere.
    pub(crate) fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        if timer.task != TimerTask::TransferClock {
            return;
        }
        let facts = timer.order_no.and_then(|no| self.all.get_mut(&TransferNo::of_topic(no)));
        let own = |facts: &&mut Facts| {
            let row = &facts.row;
            (row.slot, row.due_at_us, row.timer) == (timer.slot, Some(timer.due_at_us), Some(timer.no))
        };
        match facts.filter(own) {
            Some(facts) => facts.has_timer = true,
            None => {
                let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
                findings.add(FindingKind::TimerWrong, "timer", key, "no transfer has this timer");
            }
        }
    }

    /// A notice about a transfer; `false` when it is about something else, which is looked at there.
    pub(crate) fn notice(&mut self, notice: &Notice, findings: &mut Findings) -> bool {
        let Some(facts) = self.all.get_mut(&TransferNo::of_topic(notice.order_no)) else { return false };
        let row = &facts.row;
        facts.told += 1;
        let content = notice.content.as_ref().map_or("", |content| content.as_str());
        let ours = (notice.event, notice.slot, Some(notice.app)) == (NoticeEvent::Message, row.slot, row.app)
            && Some(&notice.url) == row.notify_url.as_ref()
            && Some(notice.happened_at_us) == row.ended_at_us;
        if !ours || !whole::tells(row, content) {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            let message = "it has another app or address than its transfer, or tells what did not happen";
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        }
        true
    }

    /// What can only be said once everything was seen; tells the books what must wait and be under way.
    pub(crate) fn finish(self, expected: &mut Expected, findings: &mut Findings) {
        for facts in self.all.values() {
            let row = &facts.row;
            let units = i128::from(row.amount_minor.units());
            match row.state {
                TransferState::Waiting => {
                    *expected.delayed.entry((row.slot, row.currency)).or_default() += units;
                }
                TransferState::UnderWay if !facts.received => {
                    *expected.under_way.entry(row.currency).or_default() += units;
                }
                TransferState::UnderWay
                | TransferState::Offered
                | TransferState::Done
                | TransferState::Returned
                | TransferState::Cancelled => {}
            }
            whole::ends(facts, self.home.contains(row.payee.slot()), findings);
        }
        for (key, (count, sum)) in self.used {
            let message = format!("transfers come to {count} of {sum}, and nothing counts them");
            findings.add(FindingKind::UsageWrong, "usage", text_of_key(&Usage::wrap_key(key)), message);
        }
        for (key, at_us) in self.reached {
            let message = format!("a transfer reached it at {at_us}, and the payer does not know");
            let key = text_of_key(&KnownPayee::wrap_key(key));
            findings.add(FindingKind::TransferWrong, "known_payee", key, message);
        }
    }
}

fn wrong(no: TransferNo, message: impl Into<String>, findings: &mut Findings) {
    let key = text_of_key(&Key::Transfer((no.slot(), no)));
    findings.add(FindingKind::TransferWrong, "transfer", key, message);
}
