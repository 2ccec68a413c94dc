//! What the server has told about one order, and whether each new answer agrees with it.
//!
//! An answer binds from the moment it was heard: whatever is asked after that must not know less, and the same request
//! must be answered the same. What was asked before may have been decided before, whenever its answer arrives.

use crate::call::{Answer, fen};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// States in the order in which an order walks through them.
pub(crate) const UNSEEN: u8 = 0;
pub(crate) const WAITING: u8 = 1;
pub(crate) const PAID: u8 = 2;
pub(crate) const CLOSED: u8 = 3;

/// A pay code lives 60 s; within this time it must be known.
const CODE_FRESH: Duration = Duration::from_secs(50);
/// Refund numbers of an order. Each stands for one amount, and all of them together for more than was paid.
pub(crate) const REFUNDS: usize = 4;

/// A request as it goes over the line, kept to be sent again.
pub(crate) type Bytes = Arc<[u8]>;

/// A payment attempt: one code.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) bytes: Bytes,
    pub(crate) drawn: Instant,
    /// What it was last answered; only refined by what was asked after it was heard.
    heard: Option<Heard>,
    /// Members of the good answer.
    paid: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Heard {
    Waiting,
    Paid,
    AlreadyPaid,
    AlreadyClosed,
}

/// One refund number.
#[derive(Debug, Default)]
pub(crate) struct RefundTold {
    pub(crate) bytes: Option<Bytes>,
    /// Sum after it and its time, as told.
    content: Option<(String, String)>,
    /// Whether an answer said that money moved now.
    moved: bool,
}

impl RefundTold {
    /// Whether it was acknowledged.
    pub(crate) fn is_done(&self) -> bool {
        self.content.is_some()
    }
}

/// What is kept while an order is in use.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Calls begun.
    pub(crate) calls: u32,
    /// The furthest state that was acknowledged.
    pub(crate) state: u8,
    pub(crate) trade_no: Option<String>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) refunds: [RefundTold; REFUNDS],
    /// Highest sum of refunds that was acknowledged, fen.
    pub(crate) refunded_fen: i64,
    pub(crate) was_paid: bool,
    cancelled: Option<String>,
    pub(crate) query: Option<Bytes>,
    pub(crate) cancel: Option<Bytes>,
    pub(crate) close: Option<Bytes>,
}

/// What was known when a request was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    state: u8,
    refunded_fen: i64,
    refund_done: bool,
    was_paid: bool,
    heard: Option<Heard>,
    has_trade: bool,
}

/// A request that can be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    /// Payment by the code of this attempt.
    Pay(usize),
    /// The same number and code with another amount.
    PayOther,
    Query,
    /// The refund of this number.
    Refund(usize),
    /// The same refund number with another amount.
    RefundOther(usize),
    Cancel,
    Close,
}

/// What an answer proves, to be looked up in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Proves {
    /// No more than what the state says.
    Nothing,
    /// The order is there.
    Opened,
    /// It was paid.
    Paid,
    /// This refund number holds.
    Refunded(usize),
    /// The order is closed.
    Closed,
}

/// What a good or refusing answer was, for counting.
pub(crate) type Verdict = Result<Proves, String>;

impl Told {
    /// A new attempt; gives its index.
    pub(crate) fn attempt(&mut self, bytes: Bytes, drawn: Instant) -> usize {
        self.attempts.push(Attempt { bytes, drawn, heard: None, paid: None });
        self.attempts.len() - 1
    }

    /// What is known now, for the judgement of an answer that comes later.
    pub(crate) fn before(&self, ask: Ask) -> Before {
        let refund = |number: usize| self.refunds[number].is_done();
        Before {
            state: self.state,
            refunded_fen: self.refunded_fen,
            refund_done: matches!(ask, Ask::Refund(number) | Ask::RefundOther(number) if refund(number)),
            was_paid: self.was_paid,
            heard: if let Ask::Pay(attempt) = ask { self.attempts[attempt].heard } else { None },
            has_trade: self.trade_no.is_some(),
        }
    }

    /// Takes an answer in. The error says in which way it contradicts an earlier one.
    pub(crate) fn judge(&mut self, ask: Ask, before: &Before, answer: &Answer) -> Verdict {
        let trade_no = answer.text("trade_no");
        if !trade_no.is_empty() {
            match &self.trade_no {
                Some(known) if known != trade_no => {
                    return Err(format!("two trades under one number: {known} and {trade_no}"));
                }
                Some(_) => {}
                None => self.trade_no = Some(trade_no.to_owned()),
            }
        }
        let good = answer.code == "10000";
        match ask {
            Ask::Pay(attempt) => self.pay(attempt, before, answer),
            Ask::PayOther => match answer.sub_code.as_str() {
                "ACQ.CONTEXT_INCONSISTENT" => self.reached(WAITING, before, Proves::Opened),
                _ => Err(unexpected("another meaning under a used number", answer)),
            },
            Ask::Query if good => self.queried(before, answer),
            Ask::Query => self.missing(before, answer),
            Ask::Refund(number) => self.refund(number, before, answer),
            Ask::RefundOther(_) => match answer.sub_code.as_str() {
                "ACQ.DISCORDANT_REPEAT_REQUEST" => self.reached(PAID, before, Proves::Nothing),
                _ => Err(unexpected("another amount under a used refund number", answer)),
            },
            Ask::Cancel => self.cancelled(before, answer),
            Ask::Close => self.closed(before, answer),
        }
    }

    fn reached(&mut self, state: u8, before: &Before, proves: Proves) -> Verdict {
        let _ = before;
        self.state = self.state.max(state);
        Ok(proves)
    }

    fn missing(&self, before: &Before, answer: &Answer) -> Verdict {
        match answer.sub_code.as_str() {
            "ACQ.TRADE_NOT_EXIST" if before.state == UNSEEN => Ok(Proves::Nothing),
            "ACQ.TRADE_NOT_EXIST" => Err("lost: the trade was there and is not there any more".to_owned()),
            _ => Err(unexpected("a query", answer)),
        }
    }

    fn queried(&mut self, before: &Before, answer: &Answer) -> Verdict {
        let state = match answer.text("trade_status") {
            "WAIT_BUYER_PAY" => WAITING,
            "TRADE_SUCCESS" => PAID,
            "TRADE_CLOSED" => CLOSED,
            _ => return Err(unexpected("a query", answer)),
        };
        if state < before.state {
            return Err(format!("lost: state {} was acknowledged, now it is {state}", before.state));
        }
        self.was_paid |= state == PAID;
        let proves = match state {
            PAID => Proves::Paid,
            CLOSED => Proves::Closed,
            _ => Proves::Opened,
        };
        self.reached(state, before, proves)
    }

    fn pay(&mut self, index: usize, before: &Before, answer: &Answer) -> Verdict {
        let attempt = &mut self.attempts[index];
        let (heard, state) = match (answer.code.as_str(), answer.sub_code.as_str()) {
            ("10000", _) => (Heard::Paid, PAID),
            ("10003", _) => (Heard::Waiting, WAITING),
            (_, "ACQ.TRADE_HAS_SUCCESS") => (Heard::AlreadyPaid, PAID),
            (_, "ACQ.TRADE_HAS_CLOSE") => (Heard::AlreadyClosed, CLOSED),
            (_, "ACQ.PAYMENT_AUTH_CODE_INVALID") if attempt.drawn.elapsed() > CODE_FRESH => {
                return Ok(Proves::Nothing);
            }
            (_, "ACQ.PAYMENT_AUTH_CODE_INVALID") => {
                return Err("lost: a fresh pay code that was acknowledged is not known".to_owned());
            }
            _ => return Err(unexpected("a payment", answer)),
        };
        let follows = match before.heard {
            None | Some(Heard::Waiting) => true,
            Some(Heard::Paid) => matches!(heard, Heard::Paid | Heard::AlreadyClosed),
            Some(Heard::AlreadyPaid) => matches!(heard, Heard::AlreadyPaid | Heard::AlreadyClosed),
            Some(Heard::AlreadyClosed) => heard == Heard::AlreadyClosed,
        };
        if !follows || (state < before.state && heard != Heard::Paid) {
            let was = before.heard;
            return Err(format!("differs: answered {heard:?}, before {was:?}, state {}", before.state));
        }
        attempt.heard = Some(heard);
        if heard == Heard::Paid {
            let content = format!(
                "{} {} {}",
                answer.text("total_amount"),
                answer.text("gmt_payment"),
                answer.text("buyer_user_id")
            );
            if attempt.paid.as_ref().is_some_and(|paid| *paid != content) {
                return Err(format!("differs: {content} after {:?}", attempt.paid));
            }
            attempt.paid = Some(content);
            if self.attempts.iter().filter(|one| one.paid.is_some()).count() > 1 {
                return Err("doubled: two codes paid one order".to_owned());
            }
        }
        self.was_paid |= state == PAID;
        let proves = match heard {
            Heard::Paid | Heard::AlreadyPaid => Proves::Paid,
            Heard::Waiting => Proves::Opened,
            Heard::AlreadyClosed => Proves::Closed,
        };
        self.reached(state, before, proves)
    }

    fn refund(&mut self, number: usize, before: &Before, answer: &Answer) -> Verdict {
        if answer.code != "10000" {
            if before.refund_done {
                return Err(unexpected("differs: a refund that was acknowledged", answer));
            }
            return match answer.sub_code.as_str() {
                "ACQ.TRADE_NOT_EXIST" => self.missing(before, answer),
                "ACQ.TRADE_STATUS_ERROR" if !before.was_paid && before.state <= WAITING => {
                    self.reached(WAITING, before, Proves::Opened)
                }
                "ACQ.TRADE_HAS_CLOSE" => self.reached(CLOSED, before, Proves::Closed),
                "ACQ.REASON_TRADE_REFUND_FEE_ERR" => self.reached(PAID, before, Proves::Nothing),
                _ => Err(unexpected("a refund", answer)),
            };
        }
        let refund = &mut self.refunds[number];
        let content = (answer.text("refund_fee").to_owned(), answer.text("gmt_refund_pay").to_owned());
        if refund.content.as_ref().is_some_and(|known| *known != content) {
            return Err(format!("differs: refund told as {content:?} after {:?}", refund.content));
        }
        let sum = fen(&content.0).ok_or_else(|| format!("no amount: {}", content.0))?;
        if answer.text("fund_change") == "Y" {
            if refund.moved || before.refund_done {
                return Err(format!("doubled: refund {number} moved money twice"));
            }
            if sum <= before.refunded_fen {
                return Err(format!("lost: a new refund makes {sum}, {} was there", before.refunded_fen));
            }
            refund.moved = true;
        }
        refund.content = Some(content);
        self.refunded_fen = self.refunded_fen.max(sum);
        self.was_paid = true;
        self.reached(PAID, before, Proves::Refunded(number))
    }

    fn cancelled(&mut self, before: &Before, answer: &Answer) -> Verdict {
        if answer.code != "10000" {
            return Err(unexpected("a cancel", answer));
        }
        let action = answer.text("action").to_owned();
        if action.is_empty() {
            let known = before.state > UNSEEN || before.has_trade;
            return if known { Err("lost: cancel finds nothing".to_owned()) } else { Ok(Proves::Nothing) };
        }
        if action == "close" && before.was_paid {
            return Err("lost: cancel closes what was paid".to_owned());
        }
        if self.cancelled.as_ref().is_some_and(|known| *known != action) {
            return Err(format!("differs: cancel did {action} after {:?}", self.cancelled));
        }
        self.cancelled = Some(action);
        self.reached(CLOSED, before, Proves::Closed)
    }

    fn closed(&mut self, before: &Before, answer: &Answer) -> Verdict {
        match (answer.code.as_str(), answer.sub_code.as_str()) {
            ("10000", _) if before.was_paid => Err("lost: close closes what was paid".to_owned()),
            ("10000", _) if before.state == CLOSED => Err("lost: a closed order was closed again".to_owned()),
            ("10000", _) => self.reached(CLOSED, before, Proves::Closed),
            (_, "ACQ.TRADE_STATUS_ERROR") if before.state < CLOSED => {
                self.was_paid = true;
                self.reached(PAID, before, Proves::Paid)
            }
            (_, "ACQ.REASON_TRADE_STATUS_INVALID") => self.reached(CLOSED, before, Proves::Closed),
            _ => self.missing(before, answer),
        }
    }

    /// Forgets what only later answers would need.
    pub(crate) fn retire(&mut self) {
        self.attempts = Vec::new();
        self.refunds.iter_mut().for_each(|refund| *refund = RefundTold::default());
        (self.query, self.cancel, self.close) = (None, None, None);
    }
}

fn unexpected(what: &str, answer: &Answer) -> String {
    let Answer { code, sub_code, .. } = answer;
    format!("{what} was answered {code} {sub_code}")
}
