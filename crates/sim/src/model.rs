//! A small model of the house, written apart from the engine: it decides every command again and says where the real
//! house differs.
//!
//! What it knows: the rules of parties, passwords, pay codes, orders, payments, refunds, transfers, notices and timers,
//! and that money is moved and never made. It keeps facts in ordered maps and sums in 128 bits. It is given the
//! commands that became durable, in the order of each cell's journal, and the queries in the order of their decision.
//! For each it holds what the answer must be and which messages leave for other cells, and at any moment what each row
//! must be.
//!
//! What it leaves out on purpose: the journal, stores, caches, batches, threads and the postings' pages (only their
//! sums count); bounds that no run can reach, such as the ten billionth party of a slot; and why something is durable:
//! the caller says what is. It takes the engine's plain data types as its language (commands, replies, messages, rows
//! to compare with) and none of its functions, nor those of the products: where both were wrong in the same way,
//! nothing would be found.
//!
//! Where the documents are silent it follows the house.
//!
//! Reading order: `facts` (what is kept), then `people`, `orders`, `endings`, `payments`, `refunds`, `agreements` with
//! `accords` and `debits`, `transfers` with `transfer_limits` and `transfer_rows`, `cards`, `banking` and `bank_word`,
//! `card_transfers`, `statements`, `contracts`, `settling` (the rules), `crossing` (messages), `rows`, `books`, `seen`.

mod accords;
mod agreements;
mod bank_word;
mod banking;
mod books;
mod card_transfers;
mod cards;
mod contracts;
mod crossing;
mod debits;
mod endings;
mod expected;
mod facts;
mod orders;
mod payments;
mod people;
mod plans;
mod refunds;
mod rows;
mod seen;
mod settling;
mod statements;
#[cfg(test)]
mod tests;
mod transfer_limits;
mod transfer_rows;
mod transfers;

use ::people::UsageKind;
use base::{
    AgreementNo, AppId, BankOrderNo, CardNo, NoticeNo, OrderNo, PartyId, Slot, SlotSet, Stamp, TimerNo,
    TransferNo,
};
use engine::{Command, Message, Origin, Reply};
use facts::{
    Accord, Code, Deal, GiveBack, Person, Pledge, Program, Purchase, Sending, Task, Telling, Try, Way,
};
use fund::{BankKey, BankOrder, BankOrderKind, BankRef, BankSurprise, Card, CardDigest, SurpriseKind};
use ledger::AccountKind;
use money::{Currency, Money};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use trade::{OutRequestNo, OutTradeNo, ReceiptOutcome, Rulebook};
use transfer::{OutBizNo, TransferWay};

pub use seen::expected;

/// Where the house differs from the model, in words for a reader who knows neither.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// The whole story: what was asked, what the rules give, what the house gave.
    pub text: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Mismatch {}

/// A mismatch in these words.
fn mismatch<T>(text: impl Into<String>) -> Result<T, Mismatch> {
    Err(Mismatch { text: text.into() })
}

/// What the house answered to a command.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The reply; absent when the chain of messages left the cell.
    pub reply: Option<&'a Reply>,
    /// How many decisions it took.
    pub steps: u32,
}

/// One decision: where, when, and who waits for the answer of its chain.
#[derive(Clone, Copy)]
struct Step {
    slot: Slot,
    stamp: Stamp,
    home: SlotSet,
    origin: Origin,
}

impl Step {
    fn now(&self) -> i64 {
        self.stamp.at_us
    }
}

/// The model. See the head of this file.
#[derive(Default)]
pub struct Model {
    people: BTreeMap<PartyId, Person>,
    opened: BTreeMap<Slot, (u64, u64)>,
    programs: BTreeMap<AppId, Program>,
    rules: BTreeMap<i64, Rulebook>,
    tries: BTreeMap<(PartyId, u64), Try>,
    codes: BTreeMap<(Slot, [u8; 16]), Code>,
    top_ups: BTreeMap<(PartyId, base::Text<64>), (Money, i64)>,
    /// Credits minus debits, and when the account was opened. All money is in fen: nothing else can come in.
    money: BTreeMap<(PartyId, AccountKind), (i128, i64)>,
    contracts: contracts::Contracts,
    settling: settling::Settling,
    orders: BTreeMap<OrderNo, Deal>,
    numbers: BTreeMap<(PartyId, OutTradeNo), OrderNo>,
    trades: BTreeMap<(Slot, OrderNo), Purchase>,
    refunds: BTreeMap<(OrderNo, OutRequestNo), GiveBack>,
    receipts: BTreeMap<(OrderNo, [u8; 16]), (ReceiptOutcome, i64)>,
    notices: BTreeMap<NoticeNo, Telling>,
    accords: BTreeMap<AgreementNo, Accord>,
    pledges: BTreeMap<(Slot, AgreementNo), Pledge>,
    /// Merchants' own numbers of agreements, and the names of what buyers have in force.
    called: BTreeMap<(PartyId, base::Text<160>), AgreementNo>,
    /// Under which agreement an order was debited.
    debits: BTreeMap<OrderNo, AgreementNo>,
    sendings: BTreeMap<TransferNo, Sending>,
    sent_as: BTreeMap<(PartyId, TransferWay, OutBizNo), TransferNo>,
    /// When a payer's money last came to a payee.
    acquainted: BTreeMap<(PartyId, PartyId), i64>,
    /// What came to a payee, from whom, how much and when.
    came_in: BTreeMap<TransferNo, (PartyId, PartyId, Money, i64)>,
    /// How often and how much counts towards limits, by period.
    used: BTreeMap<(PartyId, UsageKind, u32), (u32, i128)>,
    to_cards: card_transfers::ToCards,
    cards: BTreeMap<CardNo, Card>,
    card_names: BTreeMap<(PartyId, CardDigest), CardNo>,
    bank_orders: BTreeMap<BankOrderNo, BankOrder>,
    bank_keys: BTreeMap<(PartyId, BankOrderKind, BankKey), BankOrderNo>,
    surprises: BTreeMap<(BankOrderNo, SurpriseKind, BankRef), BankSurprise>,
    timers: BTreeMap<(i64, TimerNo), Task>,
    ways: BTreeMap<(Slot, Slot), Way>,
    /// What must be heard at the origin of chains that ended in another cell, by the origin's slot and number.
    answers: BTreeMap<(Slot, u64), Reply>,
    /// What the decision at hand says to slots.
    said: Vec<(Slot, Message)>,
    seen: seen::Seen,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({} orders, {} trades)", self.orders.len(), self.trades.len())
    }
}

impl Model {
    /// A world in which nothing has happened.
    pub fn new() -> Model {
        Model { seen: seen::Seen::new(), ..Model::default() }
    }

    /// Takes a command that became durable (or a query that was decided) in the cell whose slots are `home`, decides
    /// it by the rules, and compares with what the house answered; without an answer it only keeps up. An error
    /// leaves the model where the rules lead.
    pub fn decided(
        &mut self,
        home: &SlotSet,
        command: &Command,
        stamp: Stamp,
        ran: Option<Answer<'_>>,
    ) -> Result<(), Mismatch> {
        let origin = Origin { slot: command.slot(), stamp };
        let mut step = Step { slot: command.slot(), stamp, home: *home, origin };
        let story = || format!("{} in slot {} at {stamp:?}\n  {command:?}", command.name(), command.slot());
        if !home.contains(step.slot) {
            return mismatch(format!("a cell decided what belongs to another: {}", story()));
        }
        let mut reply = match command {
            Command::Receive(receive) => {
                let (reply, answered) = self.receive(&mut step, &receive.parcel)?;
                self.answer(&step, answered);
                Some(reply)
            }
            Command::Acknowledge(command) => Some(self.acknowledge(command)?),
            _ => self.decide(&step, command),
        };
        let (mut steps, mut waiting) = (1, VecDeque::new());
        self.leave(&step, &mut waiting);
        while let Some((slot, message)) = waiting.pop_front() {
            steps += 1;
            // The cell reads its clock once for a batch: the steps of a chain follow without a gap.
            let stamp = Stamp { at_us: step.stamp.at_us + 1, seq: step.stamp.seq + 1 };
            step = Step { slot, stamp, ..step };
            let answered = self.hear(&step, &message);
            if step.origin == origin {
                reply = answered.or(reply);
            } else {
                self.answer(&step, answered);
            }
            self.leave(&step, &mut waiting);
        }
        self.seen.decided(command, reply.as_ref());
        let Some(Answer { reply: got, steps: got_steps }) = ran else { return Ok(()) };
        if let Some(words) = books::difference(reply.as_ref(), got) {
            return mismatch(format!("the answer is not what the rules give: {}\n{words}", story()));
        }
        if steps != got_steps {
            return mismatch(format!(
                "the rules need {steps} decisions, the house took {got_steps}: {}",
                story()
            ));
        }
        Ok(())
    }

    /// Checks what is told to the origin of a chain that ended in another cell than it began, or in another batch.
    pub fn answered_elsewhere(&self, origin: &Origin, reply: &Reply) -> Result<(), Mismatch> {
        let awaited = self.answers.get(&(origin.slot, origin.stamp.seq));
        match books::difference(awaited, Some(reply)) {
            None => Ok(()),
            Some(words) => mismatch(format!(
                "the answer from another cell to {origin:?} is not what the rules give:\n{words}"
            )),
        }
    }

    /// How often each thing happened that a run should see: transitions, refusals, sides of races.
    pub fn seen(&self) -> &BTreeMap<&'static str, u64> {
        self.seen.counts()
    }

    fn answer(&mut self, step: &Step, answered: Option<Reply>) {
        if let Some(reply) = answered {
            self.seen.count("an answer came from another cell");
            self.seen.answered(&reply);
            self.answers.insert((step.origin.slot, step.origin.stamp.seq), reply);
        }
    }

    /// A command other than the word of another cell. `None` when the answer comes at the end of a chain.
    fn decide(&mut self, step: &Step, command: &Command) -> Option<Reply> {
        let answer = match command {
            Command::OpenParty(command) => Reply::OpenParty(self.open_party(step, command)),
            Command::SetPartyStatus(command) => Reply::SetPartyStatus(self.set_party_status(command)),
            Command::OpenApp(command) => Reply::OpenApp(self.open_app(step, command)),
            Command::SetAppStatus(command) => Reply::SetAppStatus(self.set_app_status(command)),
            Command::SetRules(command) => Reply::SetRules(self.set_rules(command)),
            Command::TopUp(command) => Reply::TopUp(self.top_up(step, command)),
            Command::IssuePayCode(command) => Reply::IssuePayCode(self.issue_pay_code(step, command)),
            Command::OpenOrder(command) => Reply::OpenOrder(self.open_order(step, command)?),
            Command::ClaimOrder(command) => Reply::ClaimOrder(self.claim_order(step, command)?),
            Command::TryPassword(command) => Reply::TryPassword(self.try_password(step, command)),
            Command::JudgePassword(command) => Reply::JudgePassword(self.judge_password(step, command)),
            Command::ConfirmPay(command) => Reply::ConfirmPay(self.confirm_pay(step, command)?),
            Command::CloseOrder(command) => Reply::CloseOrder(self.close_order(step, command)),
            Command::CancelOrder(command) => Reply::CancelOrder(self.cancel_order(step, command)?),
            Command::RefundOrder(command) => Reply::RefundOrder(self.refund_order(step, command)?),
            Command::NoticeTried(command) => Reply::NoticeTried(self.notice_tried(step, command)),
            Command::RunTimer(command) => Reply::RunTimer(self.run_timer(step, command)),
            Command::OfferAgreement(command) => Reply::OfferAgreement(self.offer_agreement(step, command)),
            Command::SignAgreement(command) => Reply::SignAgreement(self.sign_agreement(step, command)?),
            Command::UnsignAgreement(command) => {
                Reply::UnsignAgreement(self.unsign_agreement(step, command)?)
            }
            Command::EndMandate(command) => Reply::EndMandate(self.end_mandate(step, command)?),
            Command::PostponeDebit(command) => Reply::PostponeDebit(self.postpone_debit(step, command)?),
            Command::DebitOrder(command) => Reply::DebitOrder(self.debit_order(step, command)?),
            // Decided before; and nothing in the town makes a guaranteed trade.
            Command::Receive(_) | Command::Acknowledge(_) => return None,
            Command::ActOnEscrow(_) | Command::ConfirmGoods(_) => return None,
            other => return self.decide_banking(step, other),
        };
        Some(answer)
    }

    /// A message in the slot it was sent to. The last of a chain answers.
    fn hear(&mut self, step: &Step, message: &Message) -> Option<Reply> {
        match message {
            Message::PayRequest(said) => self.pay_request(step, said),
            Message::PayRefusal(said) => self.pay_refusal(step, said),
            Message::OrderPaid(said) => self.order_paid(step, said),
            Message::PayReturned(said) => self.pay_returned(step, said),
            Message::ClaimAsk(said) => self.claim_ask(step, said),
            Message::ClaimAnswer(said) => self.claim_answer(step, said),
            Message::TradeClosed(said) => self.trade_closed(step, said),
            Message::RefundIn(said) => self.refund_in(step, said),
            Message::RefundAnswer(said) => self.refund_answer(step, said),
            Message::TradeForgotten(said) => self.trade_forgotten(step, said),
            Message::SignAsk(said) => self.sign_ask(step, said),
            Message::SignAnswer(said) => self.sign_answer(step, said),
            Message::EndAsk(said) => self.end_ask(step, said),
            Message::MandateEnded(said) => self.mandate_ended(step, said),
            Message::PostponeAsk(said) => self.postpone_ask(step, said),
            Message::PostponeAnswer(said) => self.postpone_answer(step, said),
            Message::DebitAsk(said) => self.debit_ask(step, said),
            Message::DebitNo(said) => self.debit_no(said),
            Message::DebitPaid(said) => self.debit_paid(step, said),
            Message::DebitReturned(said) => self.debit_returned(step, said),
            Message::DebitUndone(said) => self.debit_undone(step, said),
            // No merchant of the simulator has its buyers sign by paying.
            Message::SignPaidAsk(_) | Message::SignPaidAnswer(_) => None,
            // Nothing in the town makes a guaranteed trade or freezes money: what is never asked is never said.
            Message::GoodsConfirmed(_)
            | Message::FreezeAsk(_)
            | Message::FreezeAnswer(_)
            | Message::FreezeHeld(_)
            | Message::FreezeEnded(_)
            | Message::FreezeRelease(_)
            | Message::FreezeReleased(_)
            | Message::FreezeCharge(_)
            | Message::FreezeCharged(_)
            | Message::ChargeReturned(_)
            | Message::RestReleased(_) => None,
            Message::TransferIn(said) => self.transfer_in(step, said),
            Message::TransferAnswer(said) => self.transfer_answer(step, said),
            Message::PersonSpendAsk(_)
            | Message::PersonSpendAnswer(_)
            | Message::PersonGiveBack(_)
            | Message::PersonAsk(_)
            | Message::PersonAnswer(_)
            | Message::PersonLeft(_)
            | Message::QuotaAsk(_)
            | Message::QuotaNo(_)
            | Message::QuotaLeave(_)
            | Message::QuotaLeft(_)
            | Message::QuotaTaken(_) => unreachable!("no plan registers persons"),
            Message::StaffAsk(_) | Message::StaffAnswer(_) | Message::StaffPlaced(_) => {
                unreachable!("no plan appoints staff")
            }
            Message::StaticAsk(_) => unreachable!("no plan opens an order by a counter code"),
            // No plan asks for batches of transfers.
            Message::DetailTurn(_) => unreachable!("no plan asks for batches"),
            Message::LineBooked(_) => None,
            // No plan splits orders, so no cell says these.
            Message::SplitIn(_)
            | Message::SplitAnswer(_)
            | Message::BackAsk(_)
            | Message::BackAnswer(_)
            | Message::BackReturn(_)
            | Message::BackReturned(_)
            | Message::BackRestore(_)
            | Message::BackRestored(_) => unreachable!("no plan splits an order"),
        }
    }

    /// Says something to a slot, after this decision.
    fn say(&mut self, to: Slot, message: Message) {
        self.said.push((to, message));
    }

    /// The fee in parts per million and the password-free limit in fen that hold at this step. Rules are kept in the
    /// platform's slot, and a cell that has not got it goes by the first ones.
    fn rules_at(&self, step: &Step) -> (i128, i128) {
        let here = step.home.contains(Slot::PLATFORM);
        let dated = self.rules.range(..=step.now()).next_back().filter(|_| here);
        dated.map_or((6_000, 100_000), |(_, rules)| {
            (i128::from(rules.merchant_fee_ppm.ppm()), i128::from(rules.password_free_limit_minor.units()))
        })
    }

    /// Moves money between accounts of one slot: credits above zero, debits below. The platform's accounts open
    /// themselves; what does not move leaves no trace.
    fn book(&mut self, step: &Step, lines: &[(PartyId, AccountKind, i128)]) {
        assert_eq!(lines.iter().map(|line| line.2).sum::<i128>(), 0, "the model's own lines sum to zero");
        for (owner, kind, fen) in lines.iter().filter(|line| line.2 != 0) {
            self.money.entry((*owner, *kind)).or_insert((0, step.now())).0 += fen;
        }
    }

    fn balance(&self, owner: PartyId) -> i128 {
        self.money.get(&(owner, AccountKind::Balance)).map_or(0, |(fen, _)| *fen)
    }
}

/// Fen of an amount.
fn fen(amount: Money) -> i128 {
    i128::from(amount.minor().units())
}

/// An amount of so many fen, as the house writes it.
fn yuan(fen: i128) -> Money {
    let fen = u64::try_from(fen).expect("an amount of the model is not below zero");
    Money::from_minor(fen, Currency::Cny).expect("an amount of the model is a small one")
}
