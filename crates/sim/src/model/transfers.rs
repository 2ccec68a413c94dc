//! Transfers: money from account to account. The payer's slot decides; the payee's takes the money or sends it back.

use super::facts::{Sending, Task};
use super::{Model, Step, fen};
use base::{CHINA_OFFSET_US, DAY_US, HOUR_US, MINUTE_US, PartyId, TransferNo, china_date};
use engine::{
    CancelTransfer, Command, ConfirmTransfer, FindTransfer, Message, OfferTransfer, OfferedTransfer, Reply,
    TransferAnswer, TransferAsk, TransferBy, TransferIn, TransferMoney, WhichTransfer,
};
use ledger::AccountKind;
use people::{PartyStatus, UsageKind};
use std::sync::Arc;
use trade::ContractProduct;
use transfer::{
    Arrival, CancelTransferRefused, ConfirmTransferRefused, Transfer, TransferNotFound, TransferRefused,
    TransferState, TransferWay,
};

/// How long an offer stands, and for how long the money of a frozen payer is kept on each time.
const OFFER_LIFE: i64 = 15 * MINUTE_US;
const KEPT_ON: i64 = DAY_US;
/// A payee is known for half a year of 30-day months.
const KNOWN: i64 = 180 * DAY_US;

type Maybe<T, R> = Option<Result<T, R>>;

/// In which day and which month of China a moment lies.
pub(super) fn periods(at: i64) -> [(UsageKind, u32); 2] {
    let day = china_date(at);
    [(UsageKind::TransferDay, day), (UsageKind::TransferMonth, day / 100)]
}

impl Model {
    /// A command about transfers, or a query. `None` when the answer comes at the end of a chain.
    pub(super) fn decide_transfer(&mut self, step: &Step, command: &Command) -> Option<Reply> {
        Some(match command {
            Command::TransferMoney(asked) => Reply::TransferMoney(self.transfer_money(step, asked)?),
            Command::OfferTransfer(asked) => Reply::OfferTransfer(self.offer_transfer(step, asked)),
            Command::ConfirmTransfer(asked) => Reply::ConfirmTransfer(self.confirm_transfer(step, asked)?),
            Command::CancelTransfer(asked) => Reply::CancelTransfer(self.cancel_transfer(step, asked)),
            Command::FindTransfer(asked) => Reply::FindTransfer(self.find_transfer(asked)),
            Command::FindTransferRoom(asked) => Reply::FindTransferRoom(self.find_transfer_room(step, asked)),
            other => match self.decide_card_transfer(step, other) {
                Some(reply) => reply,
                None => self.look(other)?,
            },
        })
    }

    fn transfer_money(
        &mut self,
        step: &Step,
        asked: &TransferMoney,
    ) -> Maybe<Arc<Transfer>, TransferRefused> {
        let TransferMoney { ask, way, app, passback, notify_url, gbk, rsa1 } = asked.clone();
        let own = self.programs.get(&app).is_some_and(|program| program.asked.seller == ask.payer);
        if !own || !self.people.contains_key(&ask.payer) {
            return Some(Err(TransferRefused::PayerNotFound));
        }
        match self.sent_before(&ask, way, Arrival::AtOnce) {
            Ok(None) => {}
            Err(refused) => return Some(Err(refused)),
            Ok(Some(no)) => {
                self.seen.count("the same transfer again is the same answer");
                return Some(match self.sendings[&no].state {
                    TransferState::Returned => Err(TransferRefused::PayeeBlocked),
                    _ => Ok(self.transfer(no)),
                });
            }
        }
        let is_paid = ask.payee.is_ok_and(|payee| payee != ask.payer);
        if is_paid && !self.is_signed(step, ask.payer, ContractProduct::Transfer) {
            return Some(Err(TransferRefused::NotSigned));
        }
        let payee = match self.may_send(step, &ask, way, ask.amount) {
            Ok(payee) => payee,
            Err(refused) => return Some(Err(refused)),
        };
        let mut sending = Sending::new(ask, payee, way, Arrival::AtOnce, step.now());
        (sending.app, sending.passback, sending.url) = (Some(app), passback, notify_url);
        (sending.gbk, sending.rsa1) = (gbk, rsa1);
        let no = self.write_down(step, sending);
        self.send_money(step, no, TransferBy::Program);
        None
    }

    fn offer_transfer(
        &mut self,
        step: &Step,
        asked: &OfferTransfer,
    ) -> Result<OfferedTransfer, TransferRefused> {
        let OfferTransfer { ask, arrival } = asked.clone();
        if !self.people.contains_key(&ask.payer) {
            return Err(TransferRefused::PayerNotFound);
        }
        let no = match self.sent_before(&ask, TransferWay::Wallet, arrival)? {
            Some(no) => {
                self.seen.count("the same offered transfer again is the same answer");
                no
            }
            None => {
                let payee = self.may_send(step, &ask, TransferWay::Wallet, ask.amount)?;
                let sending = Sending::new(ask, payee, TransferWay::Wallet, arrival, step.now());
                let no = self.write_down(step, sending);
                self.set_clock(step, no, step.now() + OFFER_LIFE);
                no
            }
        };
        let transfer = self.transfer(no);
        let last = self.acquainted.get(&(transfer.payer, transfer.payee));
        let known = last.is_some_and(|last| step.now() < last + KNOWN);
        self.seen.count(if known { "a payee was known" } else { "a payee was not known" });
        Ok(OfferedTransfer { transfer, known })
    }

    fn confirm_transfer(
        &mut self,
        step: &Step,
        asked: &ConfirmTransfer,
    ) -> Maybe<Arc<Transfer>, ConfirmTransferRefused> {
        let ConfirmTransfer { payer, transfer: no, attempt } = *asked;
        let own = self.sendings.get(&no);
        let own = own.filter(|sent| sent.ask.payer == payer && sent.way == TransferWay::Wallet);
        let Some(sent) = own else { return Some(Err(ConfirmTransferRefused::NotFound)) };
        let in_time = sent.due_at.is_some_and(|due| step.now() < due);
        match sent.state {
            TransferState::Offered if in_time => {}
            TransferState::Offered | TransferState::Cancelled => {
                return Some(Err(ConfirmTransferRefused::AlreadyCancelled));
            }
            TransferState::Returned => {
                let refused = TransferRefused::PayeeBlocked;
                return Some(Err(ConfirmTransferRefused::Refused(refused)));
            }
            TransferState::Waiting | TransferState::UnderWay | TransferState::Done => {
                self.seen.count("the same confirmation again is the same answer");
                return Some(Ok(self.transfer(no)));
            }
        }
        let proof = self.tries.get(&(payer, attempt));
        let proven =
            proof.is_some_and(|proof| proof.right && proof.about == no.topic() && step.now() < proof.until);
        if !proven {
            return Some(Err(ConfirmTransferRefused::ProofMissing));
        }
        let (ask, waits) = (sent.ask.clone(), sent.arrival != Arrival::AtOnce);
        if let Err(refused) = self.may_send(step, &ask, TransferWay::Wallet, ask.amount) {
            return Some(Err(ConfirmTransferRefused::Refused(refused)));
        }
        self.tries.remove(&(payer, attempt));
        self.stop_sending_clock(no);
        self.send_money(step, no, TransferBy::Person);
        waits.then(|| Ok(self.transfer(no)))
    }

    fn cancel_transfer(
        &mut self,
        step: &Step,
        asked: &CancelTransfer,
    ) -> Result<Arc<Transfer>, CancelTransferRefused> {
        let no = asked.transfer;
        let own = self.sendings.get(&no).filter(|sent| sent.ask.payer == asked.payer);
        let sent = own.ok_or(CancelTransferRefused::NotFound)?;
        let (state, payer, amount) = (sent.state, asked.payer, fen(sent.ask.amount));
        match state {
            TransferState::UnderWay | TransferState::Done | TransferState::Returned => {
                return Err(CancelTransferRefused::TooLate);
            }
            TransferState::Waiting if sent.due_at.is_none_or(|due| step.now() >= due) => {
                self.seen.count("a transfer was called back in vain before its timer ran");
                return Err(CancelTransferRefused::TooLate);
            }
            TransferState::Cancelled => {
                self.seen.count("the same calling back again is the same answer");
                return Ok(self.transfer(no));
            }
            TransferState::Waiting => {
                let delayed = (PartyId::platform(step.slot), AccountKind::Delayed, -amount);
                self.book(step, &[delayed, (payer, AccountKind::Balance, amount)]);
                self.uncount(no);
            }
            TransferState::Offered => {}
        }
        self.stop_sending_clock(no);
        self.transfer_becomes(step, no, TransferState::Cancelled);
        Ok(self.transfer(no))
    }

    /// What a transfer's timer watched is due: an offer is over, or money that waited goes on its way.
    pub(super) fn transfer_is_due(&mut self, step: &Step, no: TransferNo) {
        let sent = self.sendings.get_mut(&no).expect("who has a timer is there");
        (sent.timer, sent.due_at) = (None, None);
        let (payer, amount, waits) =
            (sent.ask.payer, fen(sent.ask.amount), sent.state == TransferState::Waiting);
        if !waits {
            self.seen.count("an offered transfer ran out of time");
            return self.transfer_becomes(step, no, TransferState::Cancelled);
        }
        if self.status(payer) == Some(PartyStatus::Frozen) {
            self.set_clock(step, no, step.now() + KEPT_ON);
            return self.transfer_becomes(step, no, TransferState::Waiting);
        }
        let (transit, kind) = Model::transit(step.slot);
        self.book(step, &[(transit, AccountKind::Delayed, -amount), (transit, kind, amount)]);
        self.leaves(step, no, TransferBy::Clock);
    }

    /// In the payee's slot: a frozen payee has it all the same, one that is gone has not.
    pub(super) fn transfer_in(&mut self, step: &Step, said: &TransferIn) -> Option<Reply> {
        let TransferIn { transfer, payer, payee, amount, by } = *said;
        let arrived = self.status(payee).is_some_and(|status| status != PartyStatus::Closed);
        if arrived {
            let (transit, kind) = Model::transit(step.slot);
            let units = fen(amount);
            self.book(step, &[(transit, kind, -units), (payee, AccountKind::Balance, units)]);
            self.came_in.insert(transfer, (payee, payer, amount, step.now()));
        }
        let answer = TransferAnswer { transfer, arrived, by };
        self.say(transfer.slot(), Message::TransferAnswer(answer));
        None
    }

    /// In the payer's slot: how it ended.
    pub(super) fn transfer_answer(&mut self, step: &Step, said: &TransferAnswer) -> Option<Reply> {
        let TransferAnswer { transfer: no, arrived, by } = *said;
        let sent = &self.sendings[&no];
        let (payer, payee, amount) = (sent.ask.payer, sent.payee, fen(sent.ask.amount));
        if arrived {
            self.acquainted.insert((payer, payee), step.now());
            self.transfer_becomes(step, no, TransferState::Done);
        } else {
            let (transit, kind) = Model::transit(step.slot);
            self.book(step, &[(transit, kind, -amount), (payer, AccountKind::Balance, amount)]);
            self.uncount(no);
            self.transfer_becomes(step, no, TransferState::Returned);
        }
        self.tell_of_transfer(step, no);
        let ended = if arrived { Ok(self.transfer(no)) } else { Err(TransferRefused::PayeeBlocked) };
        match by {
            TransferBy::Program => Some(Reply::TransferMoney(ended)),
            TransferBy::Person => {
                Some(Reply::ConfirmTransfer(ended.map_err(ConfirmTransferRefused::Refused)))
            }
            // Batches are not asked for here.
            TransferBy::Clock | TransferBy::Batch => None,
        }
    }

    /// The transfer that a payer asked for under this number, when it means the same.
    fn sent_before(
        &self,
        ask: &TransferAsk,
        way: TransferWay,
        arrival: Arrival,
    ) -> Result<Option<TransferNo>, TransferRefused> {
        let Some(no) = self.sent_as.get(&(ask.payer, way, ask.out_biz_no.clone())) else { return Ok(None) };
        let first = &self.sendings[no];
        let field = match () {
            () if first.ask.named != ask.named => "payee_info",
            () if first.ask.amount != ask.amount => "trans_amount",
            () if first.ask.title != ask.title => "order_title",
            () if first.ask.remark != ask.remark => "remark",
            () if first.arrival != arrival => "arrival",
            () => return Ok(Some(*no)),
        };
        Err(TransferRefused::NumberTaken { field })
    }

    fn write_down(&mut self, step: &Step, sending: Sending) -> TransferNo {
        let no = TransferNo::of(step.stamp, step.slot);
        let name = (sending.ask.payer, sending.way, sending.ask.out_biz_no.clone());
        self.sent_as.insert(name, no);
        self.sendings.insert(no, sending);
        no
    }

    /// The payer's money leaves the balance: it goes, or it waits two hours or a day.
    fn send_money(&mut self, step: &Step, no: TransferNo, by: TransferBy) {
        let sent = self.sendings.get_mut(&no).expect("the caller wrote it");
        sent.paid_at = Some(step.now());
        let (payer, amount, arrival) = (sent.ask.payer, fen(sent.ask.amount), sent.arrival);
        for (kind, period) in periods(step.now()) {
            let used = self.used.entry((payer, kind, period)).or_default();
            *used = (used.0 + 1, used.1 + amount);
        }
        let (transit, kind) = Model::transit(step.slot);
        let wait = match arrival {
            Arrival::AtOnce => {
                self.book(step, &[(payer, AccountKind::Balance, -amount), (transit, kind, amount)]);
                return self.leaves(step, no, by);
            }
            Arrival::TwoHours => 2 * HOUR_US,
            Arrival::OneDay => 24 * HOUR_US,
        };
        let delayed = (transit, AccountKind::Delayed, amount);
        self.book(step, &[(payer, AccountKind::Balance, -amount), delayed]);
        self.set_clock(step, no, step.now() + wait);
        self.transfer_becomes(step, no, TransferState::Waiting);
    }

    fn leaves(&mut self, step: &Step, no: TransferNo, by: TransferBy) {
        self.transfer_becomes(step, no, TransferState::UnderWay);
        let sent = &self.sendings[&no];
        let (payer, payee, amount) = (sent.ask.payer, sent.payee, sent.ask.amount);
        self.say(payee.slot(), Message::TransferIn(TransferIn { transfer: no, payer, payee, amount, by }));
    }

    /// What did not reach its payee does not count where it was counted.
    fn uncount(&mut self, no: TransferNo) {
        let sent = &self.sendings[&no];
        let (payer, amount) = (sent.ask.payer, fen(sent.ask.amount));
        for (kind, period) in periods(sent.paid_at.expect("it was paid")) {
            let used = self.used.get_mut(&(payer, kind, period)).expect("it was counted");
            *used = (used.0 - 1, used.1 - amount);
        }
    }

    fn set_clock(&mut self, step: &Step, no: TransferNo, due: i64) {
        let timer = self.remind(step, due, Task::Send(no));
        let sent = self.sendings.get_mut(&no).expect("the caller wrote it");
        (sent.timer, sent.due_at) = (Some(timer), Some(due));
    }

    fn stop_sending_clock(&mut self, no: TransferNo) {
        let sent = self.sendings.get_mut(&no).expect("the caller saw it");
        if let (Some(timer), Some(due)) = (sent.timer.take(), sent.due_at.take()) {
            self.timers.remove(&(due, timer));
        }
    }

    fn transfer_becomes(&mut self, step: &Step, no: TransferNo, state: TransferState) {
        let sent = self.sendings.get_mut(&no).expect("the caller saw it");
        let before = std::mem::replace(&mut sent.state, state);
        let ended = [TransferState::Done, TransferState::Returned, TransferState::Cancelled];
        sent.ended_at = ended.contains(&state).then_some(step.now());
        self.seen.count(&format!("transfer {before:?} -> {state:?}"));
    }

    fn find_transfer(&self, asked: &FindTransfer) -> Result<Arc<Transfer>, TransferNotFound> {
        let no = match &asked.which {
            WhichTransfer::No(no) => Some(*no),
            WhichTransfer::Out(way, name) => self.sent_as.get(&(asked.payer, *way, name.clone())).copied(),
        };
        let own = no.filter(|no| self.sendings.get(no).is_some_and(|sent| sent.ask.payer == asked.payer));
        own.map(|no| self.transfer(no)).ok_or(TransferNotFound)
    }
}

/// A moment in China, as the interface writes it.
pub(super) fn china_clock(at: i64) -> String {
    let (date, second) = (china_date(at), (at + CHINA_OFFSET_US).rem_euclid(DAY_US) / 1_000_000);
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
