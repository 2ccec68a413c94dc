//! Parties, apps, rules, top-ups, pay codes, passwords, notices that were tried, timers, and looking.

use super::facts::{Code, Person, Program, Task, Try};
use super::{Model, Step, fen};
use base::{AppId, HOUR_US, MINUTE_US, PartyId, Slot, TimerNo};
use engine::{
    Command, IssuePayCode, JudgePassword, NoticeTried, OpenApp, OpenAppRefused, OpenParty, OpenPartyRefused,
    PartyNotFound, PayCodeRefused, Reply, Reserved, RunTimer, SetAppStatus, SetPartyStatus, SetRules, TopUp,
    TopUpRefused, TryPassword, Which,
};
use ledger::{Account, AccountKind, LedgerRefused};
use money::Currency;
use people::{AppMode, AppStatus, PartyKind, PartyStatus, PasswordRefused};
use std::convert::Infallible;
use std::sync::Arc;
use trade::{FindRefused, NoticeState, RefundState};

/// Ids of a slot are counted from here.
const FIRST_ID: u64 = 1_000_000_000;
/// Wrong tries in a row that lock, and for how long.
const TRIES: u32 = 3;
const LOCK: i64 = 3 * HOUR_US;
/// How long a try waits for its verdict, and a right one for its payment.
const TRY_LIFE: i64 = MINUTE_US;
const PROOF_LIFE: i64 = 10 * MINUTE_US;
/// How long a pay code lives.
const CODE_LIFE: i64 = MINUTE_US;
/// A top-up fills an account to a trillion yuan at most.
const TOP_UP_TO: i128 = 100_000_000_000_000;
/// Minutes between one attempt to notify and the next.
const LADDER: [i64; 7] = [4, 10, 10, 60, 120, 360, 900];

impl Model {
    /// What a party may do; absent when there is none.
    pub(super) fn status(&self, party: PartyId) -> Option<PartyStatus> {
        self.people.get(&party).map(|person| person.status)
    }

    pub(super) fn open_party(&mut self, step: &Step, asked: &OpenParty) -> Result<PartyId, OpenPartyRefused> {
        if asked.login.as_str().is_empty() {
            return Err(OpenPartyRefused::LoginEmpty);
        }
        if self.people.values().any(|person| person.login == asked.login) {
            return Err(OpenPartyRefused::LoginTaken);
        }
        let count = &mut self.opened.entry(step.slot).or_default().0;
        *count += 1;
        let id = PartyId::issue(FIRST_ID + *count, step.slot).expect("no run opens so many");
        let OpenParty { kind, login, name, password } = asked.clone();
        let password = password.map(|password| (password, 0, 0));
        let (status, opened_at) = (PartyStatus::Normal, step.now());
        self.people.insert(id, Person { kind, status, login, name, opened_at, password });
        self.money.insert((id, AccountKind::Balance), (0, step.now()));
        Ok(id)
    }

    pub(super) fn set_party_status(&mut self, asked: &SetPartyStatus) -> Result<(), PartyNotFound> {
        let person = self.people.get_mut(&asked.party).ok_or(PartyNotFound)?;
        let before = std::mem::replace(&mut person.status, asked.status);
        self.seen.count(&format!("party {before:?} -> {:?}", asked.status));
        Ok(())
    }

    pub(super) fn open_app(&mut self, step: &Step, asked: &OpenApp) -> Result<AppId, OpenAppRefused> {
        if self.people.get(&asked.seller).is_none_or(|person| person.kind != PartyKind::Merchant) {
            return Err(OpenAppRefused::SellerNotFound);
        }
        if asked.mode == AppMode::Cert && (asked.certificate.is_none() || asked.cert_sn.is_none()) {
            return Err(OpenAppRefused::CertificateMissing);
        }
        let count = &mut self.opened.entry(step.slot).or_default().1;
        *count += 1;
        let id = AppId::issue(FIRST_ID + *count, step.slot).expect("no run opens so many");
        let program = Program { asked: asked.clone(), status: AppStatus::Online, opened_at: step.now() };
        self.programs.insert(id, program);
        Ok(id)
    }

    pub(super) fn set_app_status(&mut self, asked: &SetAppStatus) -> Result<(), OpenAppRefused> {
        let program = self.programs.get_mut(&asked.app).ok_or(OpenAppRefused::AppNotFound)?;
        program.status = asked.status;
        Ok(())
    }

    pub(super) fn set_rules(&mut self, asked: &SetRules) -> Result<(), Infallible> {
        self.rules.insert(asked.rules.effective_at_us, asked.rules.clone());
        Ok(())
    }

    pub(super) fn top_up(&mut self, step: &Step, asked: &TopUp) -> Result<Arc<Account>, TopUpRefused> {
        let TopUp { party, amount, key } = asked;
        if let Some((first, _)) = self.top_ups.get(&(*party, key.clone())) {
            if first != amount {
                return Err(TopUpRefused::KeyTaken);
            }
            self.seen.count("the same top-up again is the same answer");
            return Ok(self.account(*party, AccountKind::Balance));
        }
        if amount.is_zero() {
            return Err(TopUpRefused::NothingToBook);
        }
        match self.status(*party).ok_or(TopUpRefused::PartyNotFound)? {
            PartyStatus::Closed => return Err(TopUpRefused::PartyClosed),
            PartyStatus::Normal | PartyStatus::Frozen => {}
        }
        if amount.currency() != Currency::Cny {
            // People have accounts in yuan only.
            return Err(TopUpRefused::Ledger(LedgerRefused::AccountNotFound));
        }
        if self.balance(*party) + fen(*amount) > TOP_UP_TO {
            return Err(TopUpRefused::Ledger(LedgerRefused::BalanceTooLarge));
        }
        let reserve = (PartyId::platform(step.slot), AccountKind::BankReserve, -fen(*amount));
        self.book(step, &[reserve, (*party, AccountKind::Balance, fen(*amount))]);
        self.top_ups.insert((*party, key.clone()), (*amount, step.now()));
        Ok(self.account(*party, AccountKind::Balance))
    }

    pub(super) fn issue_pay_code(
        &mut self,
        step: &Step,
        asked: &IssuePayCode,
    ) -> Result<i64, PayCodeRefused> {
        if self.status(asked.party).is_none_or(|status| status == PartyStatus::Closed) {
            return Err(PayCodeRefused::PartyNotFound);
        }
        let key = (step.slot, asked.digest);
        if self.codes.get(&key).is_some_and(|code| code.party != asked.party && step.now() < code.until) {
            return Err(PayCodeRefused::CodeTaken);
        }
        let until = step.now() + CODE_LIFE;
        let timer = self.remind(step, until, Task::DropCode(asked.digest));
        self.codes.insert(key, Code { party: asked.party, until, timer });
        Ok(until)
    }

    pub(super) fn try_password(
        &mut self,
        step: &Step,
        asked: &TryPassword,
    ) -> Result<Reserved, PasswordRefused> {
        let person = self.people.get_mut(&asked.party).filter(|person| person.status != PartyStatus::Closed);
        let password = person.and_then(|person| person.password.as_mut());
        let (password, tries, locked_until) = password.ok_or(PasswordRefused::NoPassword)?;
        if step.now() < *locked_until {
            return Err(PasswordRefused::Locked { until_us: *locked_until });
        }
        *tries = if *tries >= TRIES { 1 } else { *tries + 1 };
        if *tries == TRIES {
            *locked_until = step.now() + LOCK;
        }
        let (attempt, until) = (step.stamp.seq, step.now() + TRY_LIFE);
        let (verifier, pepper_version) = (password.verifier.clone(), password.pepper_version);
        self.tries.insert((asked.party, attempt), Try { about: asked.about, right: false, until });
        self.remind(step, until + PROOF_LIFE, Task::DropTry(asked.party, attempt));
        Ok(Reserved { attempt, verifier, pepper_version })
    }

    /// A try is judged once; it was counted when it was reserved.
    pub(super) fn judge_password(
        &mut self,
        step: &Step,
        asked: &JudgePassword,
    ) -> Result<(), PasswordRefused> {
        let attempt = self.tries.get_mut(&(asked.party, asked.attempt));
        let attempt = attempt.filter(|attempt| !attempt.right && step.now() < attempt.until);
        let password = self.people.get_mut(&asked.party).and_then(|person| person.password.as_mut());
        let (Some(attempt), Some((_, tries, locked_until))) = (attempt, password) else {
            return Err(PasswordRefused::NoAttempt);
        };
        if !asked.right {
            self.tries.remove(&(asked.party, asked.attempt));
            return Err(match TRIES - (*tries).min(TRIES) {
                0 => PasswordRefused::Locked { until_us: *locked_until },
                tries_left => PasswordRefused::Wrong { tries_left },
            });
        }
        (*tries, *locked_until) = (0, 0);
        (attempt.right, attempt.until) = (true, step.now() + PROOF_LIFE);
        Ok(())
    }

    pub(super) fn notice_tried(&mut self, step: &Step, asked: &NoticeTried) -> Result<(), Infallible> {
        let Some(notice) = self.notices.get_mut(&asked.notice) else { return Ok(()) };
        if notice.state != NoticeState::Due || notice.attempts != asked.attempts_before {
            self.seen.count("a late word about a notice is ignored");
            return Ok(());
        }
        notice.attempts += 1;
        notice.error = asked.error.clone();
        let wait = LADDER.get(notice.attempts as usize - 1).filter(|_| !asked.delivered);
        notice.next_at = wait.map(|minutes| step.now() + minutes * MINUTE_US);
        notice.state = match wait {
            Some(_) => NoticeState::Due,
            None if asked.delivered => NoticeState::Delivered,
            None => NoticeState::GivenUp,
        };
        self.seen.count(&format!("notice Due -> {:?}", notice.state));
        Ok(())
    }

    pub(super) fn run_timer(&mut self, step: &Step, asked: &RunTimer) -> Result<(), Infallible> {
        if asked.due_at_us > step.now() {
            return Ok(());
        }
        let Some(task) = self.timers.remove(&(asked.due_at_us, asked.timer)) else {
            self.seen.count("a timer that is gone does nothing");
            return Ok(());
        };
        match task {
            Task::Close(order) => {
                if self.orders.get(&order).is_some_and(super::Deal::is_open) {
                    self.seen.count("an order ran out of time");
                    self.shut(step, order);
                }
            }
            Task::DropCode(digest) => {
                // A code that was issued again under the same digest has a timer of its own.
                let key = (step.slot, digest);
                if self.codes.get(&key).is_some_and(|code| code.timer == asked.timer) {
                    self.codes.remove(&key);
                    self.seen.count("a pay code ran out of time");
                }
            }
            Task::GiveUp(no) => self.give_up_time(step, no),
            Task::Settle(seller, day) => self.settle(step, (seller, day)),
            Task::Send(no) => self.transfer_is_due(step, no),
            Task::EndAgreement(no) => self.agreement_is_over(step, no, asked.timer),
            Task::DropTry(party, attempt) => {
                if self.tries.remove(&(party, attempt)).is_some() {
                    self.seen.count("a password try ran out of time");
                }
            }
        }
        Ok(())
    }

    /// Sets a timer; a decision sets one at most.
    pub(super) fn remind(&mut self, step: &Step, due_at: i64, task: Task) -> TimerNo {
        let no = TimerNo::of(step.stamp, step.slot);
        self.timers.insert((due_at, no), task);
        no
    }

    /// A query. `None` for what is none.
    pub(super) fn look(&mut self, query: &Command) -> Option<Reply> {
        let not_found = FindRefused::TradeNotFound;
        Some(match query {
            Command::FindOrder(asked) => {
                let no = self.visible(asked.seller, &asked.which);
                Reply::FindOrder(no.map(|no| self.order(no)).ok_or(not_found))
            }
            Command::FindOrderByNo(asked) => {
                let found = self.orders.contains_key(&asked.order_no);
                Reply::FindOrderByNo(found.then(|| self.order(asked.order_no)).ok_or(not_found))
            }
            Command::FindRefund(asked) => {
                let view = self.visible(asked.seller, &asked.which).map(|no| {
                    let refund = self.refunds.get(&(no, asked.out_request_no.clone()));
                    let holds = refund.is_some_and(|refund| refund.state != RefundState::Returned);
                    let refund = holds.then(|| self.refund(no, &asked.out_request_no));
                    engine::RefundView { order: self.order(no), refund, back: Vec::new() }
                });
                Reply::FindRefund(view.ok_or(not_found))
            }
            Command::FindTrade(asked) => {
                let key = (asked.buyer.slot(), asked.order_no);
                let own = self.trades.get(&key).is_some_and(|trade| trade.buyer == asked.buyer);
                Reply::FindTrade(own.then(|| self.trade(key)).ok_or(not_found))
            }
            Command::FindLogin(asked) => {
                let mut found = self.people.iter().filter(|(_, person)| person.login == asked.login);
                Reply::FindLogin(found.next().map(|(id, _)| *id).ok_or(PartyNotFound))
            }
            // Nobody registers, so nobody is known by the digest of an address.
            Command::FindAddress(_) => Reply::FindAddress(Err(PartyNotFound)),
            Command::FindParty(asked) => {
                let found = self.people.contains_key(&asked.party);
                Reply::FindParty(found.then(|| self.party(asked.party)).ok_or(PartyNotFound))
            }
            Command::FindAccount(asked) => {
                let key = (asked.party, AccountKind::Balance);
                let found = asked.currency == Currency::Cny && self.money.contains_key(&key);
                Reply::FindAccount(found.then(|| self.account(key.0, key.1)).ok_or(PartyNotFound))
            }
            _ => return None,
        })
    }

    /// The merchant's own order, also one that does not exist for the world.
    pub(super) fn own(&self, seller: PartyId, which: &Which) -> Option<base::OrderNo> {
        let no = match which {
            Which::No(no) => *no,
            Which::Out(number) => *self.numbers.get(&(seller, number.clone()))?,
        };
        self.orders.get(&no).filter(|order| order.asked.seller == seller).map(|_| no)
    }

    /// The merchant's own order that exists for the world.
    pub(super) fn visible(&self, seller: PartyId, which: &Which) -> Option<base::OrderNo> {
        self.own(seller, which).filter(|no| self.orders[no].created_at.is_some())
    }

    /// The platform's accounts of a slot.
    pub(super) fn transit(slot: Slot) -> (PartyId, AccountKind) {
        (PartyId::platform(slot), AccountKind::Transit)
    }
}
