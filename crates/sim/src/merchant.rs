//! Merchants' servers as notifications find them: some hang, some fail, some take a notice and their answer is lost.
//! And merchants' books: each keeps them as a careful merchant does, applies every state of an order once, whatever
//! comes how often and in which order, and notices when it is told things that cannot all be true.

use crate::counters::Counters;
use crate::courier::Call;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use crate::letters::read;
use base::{AppId, NoticeNo, OrderNo};
use notify::{Failure, judge};
use std::collections::BTreeMap;
use trade::{Notice, NoticeEvent, NoticeState, Order};

/// How long a merchant's server takes at least and at most, microseconds. The longest is near the courier's patience.
const ANSWER_LEAST_US: i64 = 500;
const ANSWER_MOST_US: i64 = 12_000_000;
/// How often a stubborn server fails before it takes a notice, at most.
const STUBBORN_MOST: i64 = 3;
/// Bodies that are not `success`, though people take them for it.
const WRONG_BODIES: [&[u8]; 5] = [b"SUCCESS", b"success\n", b"\"success\"", b"fail", b""];
/// Members that differ from one attempt to the next.
const OF_THE_ATTEMPT: [&str; 1] = ["notify_time"];

/// What a merchant's server received.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// When (true time, microseconds).
    pub at_us: i64,
    /// Who.
    pub app: AppId,
    /// `notify_id`.
    pub notice: NoticeNo,
    /// `trade_no`.
    pub order_no: OrderNo,
    /// What happened, as the members tell it.
    pub event: NoticeEvent,
    /// `total_amount` in fen.
    pub total_fen: i64,
    /// `refund_fee` in fen: all refunds of the order so far.
    pub refunded_fen: i64,
    /// Whether it says `TRADE_CLOSED`.
    pub closed: bool,
    /// Whether the merchant entered it into its books now, for the first time.
    pub entered: bool,
    /// What struck the call.
    pub struck: Option<Fault>,
    /// All members as sent.
    pub members: BTreeMap<String, String>,
}

/// What the courier will see of a call, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// After so many microseconds.
    pub after_us: i64,
    /// What.
    pub outcome: Result<(), Failure>,
}

/// What a merchant knows of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    out_trade_no: String,
    total_fen: i64,
    paid: bool,
    refunded_fen: i64,
    closed: bool,
    /// How often something was done because of it: goods sent, money booked back, order struck out.
    shipped: u32,
    /// `refund_fee` by notice: it grows with their numbers.
    refunds: BTreeMap<NoticeNo, i64>,
}

/// All merchants of a world.
#[derive(Debug)]
pub struct Merchants {
    dice: Dice,
    /// Everything that was received, in order.
    pub seen: Vec<Heard>,
    books: BTreeMap<(AppId, OrderNo), Entry>,
    /// What each notice says, without what differs from attempt to attempt.
    notices: BTreeMap<NoticeNo, BTreeMap<String, String>>,
    entered: BTreeMap<NoticeNo, i64>,
    /// How often a notice will still fail.
    stubborn: BTreeMap<NoticeNo, i64>,
}

impl Merchants {
    /// Merchants who have heard nothing yet.
    pub fn new(dice: &Dice) -> Merchants {
        let (seen, books, notices, entered, stubborn) = Default::default();
        Merchants { dice: dice.fork("merchants"), seen, books, notices, entered, stubborn }
    }

    /// A call arrives, at `now_us` of the true time. What it says was put into [`Merchants::seen`] if it was received.
    /// `None`: the courier sees no answer, ever.
    ///
    /// # Errors
    /// In words, when a notice cannot be true beside the others, or has not the form of one.
    pub fn ring(
        &mut self,
        now_us: i64,
        call: &Call,
        swarm: &Swarm,
        counters: &mut Counters,
    ) -> Result<Option<Answer>, String> {
        let after_us = self.dice.magnitude(ANSWER_LEAST_US, ANSWER_MOST_US);
        let mut struck = swarm.strike_of(&Fault::OF_NOTIFY, &mut self.dice, counters);
        if struck == Some(Fault::NotifyLateSuccess) {
            let times = self.dice.range(1, STUBBORN_MOST);
            self.stubborn.entry(call.notice).or_insert(times);
        } else if struck.is_none() && self.fails_still(call.notice) {
            struck = Some(Fault::NotifyLateSuccess);
        }
        if struck == Some(Fault::NotifyRefused) {
            return Ok(Some(Answer { after_us, outcome: Err(Failure::NoConnection) }));
        }
        // A server that fails later than it works has entered the notice and says something else all the same.
        let enters = match struck {
            None | Some(Fault::NotifyAnswerLost) => true,
            Some(Fault::NotifyHangs | Fault::NotifyWrongBody) => self.dice.chance(500),
            Some(_) => false,
        };
        let mut heard = read(call, now_us)?;
        (heard.struck, heard.entered) = (struck, enters);
        self.receive(heard, counters)?;
        let answered = |status: u16, body: &[u8]| Some(Answer { after_us, outcome: judge(status, body) });
        Ok(match struck {
            None => answered(200, b"success"),
            Some(Fault::NotifyHangs) => None,
            // The connection breaks, or nothing comes any more.
            Some(Fault::NotifyAnswerLost) => {
                self.dice.chance(500).then_some(Answer { after_us, outcome: Err(Failure::Broken) })
            }
            Some(Fault::NotifyWrongBody) => answered(200, WRONG_BODIES[self.dice.index(WRONG_BODIES.len())]),
            Some(Fault::NotifyRedirect) => answered(302, b""),
            Some(_) => answered(500, b""),
        })
    }

    /// What a notice that is marked as delivered must have behind it.
    ///
    /// # Errors
    /// When the merchant never took it.
    pub fn check_delivered(&self, notice: &Notice) -> Result<(), String> {
        if notice.state == NoticeState::Delivered && !self.entered.contains_key(&notice.no) {
            return Err(format!("a notice counts as delivered, and its merchant never took it: {notice:?}"));
        }
        Ok(())
    }

    /// Compares a merchant's books with an order as the house has it, after everything has come to rest. An order of
    /// which a notice is not delivered may be known less well, but never otherwise than it is.
    ///
    /// # Errors
    /// In words, when the merchant believes something else.
    pub fn check_order<'a>(
        &self,
        order: &Order,
        notices: impl IntoIterator<Item = &'a Notice>,
    ) -> Result<(), String> {
        let (mut all_delivered, mut any) = (true, false);
        for notice in notices.into_iter().filter(|notice| notice.order_no == order.no) {
            any = true;
            all_delivered &= notice.state == NoticeState::Delivered;
            self.check_delivered(notice)?;
        }
        let Some(entry) = self.books.get(&(order.app, order.no)) else {
            let told = any && all_delivered;
            return if told { Err(format!("its merchant has never heard of {order:?}")) } else { Ok(()) };
        };
        let told = |what: &str| Err(format!("{what}\n  merchant {entry:?}\n  house    {order:?}"));
        let paid = order.paid_at_us.is_some();
        let (refunded_fen, closed) = (order.refunded_minor.units(), order.closed_at_us.is_some());
        if entry.paid && !paid || entry.refunded_fen > refunded_fen || entry.closed && !closed {
            return told("a merchant was told more than happened");
        }
        if all_delivered && (entry.paid, entry.refunded_fen) != (paid, refunded_fen) {
            return told("everything was delivered, and the merchant does not know how the order stands");
        }
        if entry.shipped != u32::from(entry.paid) {
            return told("goods went out more than once, or never");
        }
        Ok(())
    }

    /// How many orders any merchant knows.
    pub fn orders_known(&self) -> usize {
        self.books.len()
    }

    fn fails_still(&mut self, notice: NoticeNo) -> bool {
        let Some(left) = self.stubborn.get_mut(&notice) else { return false };
        *left -= 1;
        *left >= 0
    }

    fn receive(&mut self, mut heard: Heard, counters: &mut Counters) -> Result<(), String> {
        let mut content = heard.members.clone();
        content.retain(|name, _| !OF_THE_ATTEMPT.contains(&name.as_str()));
        match self.notices.get(&heard.notice) {
            Some(before) if *before != content => {
                return Err(format!("one notice says two things:\n  first {before:?}\n  now   {content:?}"));
            }
            Some(_) => counters.hit("merchant.heard-again"),
            None => {
                counters.hit("merchant.heard");
                self.notices.insert(heard.notice, content);
            }
        }
        let again = self.entered.contains_key(&heard.notice);
        heard.entered &= !again;
        if heard.entered {
            self.entered.insert(heard.notice, heard.at_us);
            match heard.event {
                NoticeEvent::Message if heard.members.contains_key("msg_method") => {
                    counters.hit("merchant.heard-of-transfer");
                }
                NoticeEvent::Message => counters.hit("merchant.heard-of-agreement"),
                NoticeEvent::Paid | NoticeEvent::Refunded | NoticeEvent::Closed => {
                    self.enter(&heard, counters)?
                }
            }
        } else if again {
            counters.hit("merchant.repeated-after-entry");
        }
        self.seen.push(heard);
        Ok(())
    }

    /// Enters a notice into the books. Notices may come in any order.
    fn enter(&mut self, heard: &Heard, counters: &mut Counters) -> Result<(), String> {
        let out_trade_no = heard.members.get("out_trade_no").cloned().unwrap_or_default();
        let entry = self.books.entry((heard.app, heard.order_no)).or_insert_with(|| Entry {
            out_trade_no: out_trade_no.clone(),
            total_fen: heard.total_fen,
            paid: false,
            refunded_fen: 0,
            closed: false,
            shipped: 0,
            refunds: BTreeMap::new(),
        });
        let told = |entry: &Entry, what: &str| Err(format!("{what}\n  known {entry:?}\n  heard {heard:?}"));
        if (entry.out_trade_no.as_str(), entry.total_fen) != (out_trade_no.as_str(), heard.total_fen) {
            return told(entry, "an order has changed its number or its total");
        }
        match heard.event {
            NoticeEvent::Closed if entry.paid => return told(entry, "a paid order was closed as unpaid"),
            NoticeEvent::Paid | NoticeEvent::Refunded if entry.closed && !entry.paid => {
                return told(entry, "an order that was closed as unpaid was paid");
            }
            NoticeEvent::Message => return told(entry, "a message is of no order"),
            NoticeEvent::Closed => entry.closed = true,
            NoticeEvent::Paid => {
                if entry.refunded_fen > 0 {
                    counters.hit("merchant.refund-before-payment");
                }
            }
            NoticeEvent::Refunded => {
                let earlier = entry.refunds.range(..heard.notice).next_back();
                let later = entry.refunds.range(heard.notice..).next();
                // Two that are under way together may be told with the same sum.
                let grows = earlier.is_none_or(|(_, fen)| *fen <= heard.refunded_fen)
                    && later.is_none_or(|(_, fen)| heard.refunded_fen <= *fen);
                if !grows || heard.refunded_fen > heard.total_fen {
                    return told(entry, "what was refunded does not grow up to the total");
                }
                if later.is_some() {
                    counters.hit("merchant.newest-first");
                }
                entry.refunds.insert(heard.notice, heard.refunded_fen);
                entry.refunded_fen = entry.refunded_fen.max(heard.refunded_fen);
                entry.closed |= heard.closed;
            }
        }
        // A refund tells of the payment too.
        if heard.event != NoticeEvent::Closed && !entry.paid {
            entry.paid = true;
            entry.shipped += 1;
        }
        Ok(())
    }
}

impl Heard {
    /// Holds what was said against what is durable at this moment: the notice's row and the order's.
    ///
    /// # Errors
    /// In words, when it is not durable or not true.
    pub fn check(&self, notice: Option<&Notice>, order: Option<&Order>) -> Result<(), String> {
        if self.event == NoticeEvent::Message {
            return self.check_message(notice);
        }
        let (Some(notice), Some(order)) = (notice, order) else {
            return Err(format!("a merchant was told what is not durable: {self:?}"));
        };
        let total_fen = order.total_minor.units();
        let happened = match notice.event {
            NoticeEvent::Paid => order.paid_at_us.is_some(),
            NoticeEvent::Refunded => {
                order.paid_at_us.is_some() && self.refunded_fen <= order.refunded_minor.units()
            }
            NoticeEvent::Closed => order.paid_at_us.is_none() && order.closed_at_us.is_some(),
            NoticeEvent::Message => false,
        };
        let refunded_fen =
            if notice.event == NoticeEvent::Refunded { notice.refunded_minor.units() } else { 0 };
        let closed = match notice.event {
            NoticeEvent::Paid | NoticeEvent::Message => false,
            NoticeEvent::Refunded => notice.closed,
            NoticeEvent::Closed => true,
        };
        let member = |name: &str| self.members.get(name).map_or("", String::as_str);
        let same = (self.notice, self.app, self.order_no) == (notice.no, notice.app, notice.order_no)
            && (self.event, self.total_fen) == (notice.event, total_fen)
            && (self.refunded_fen, self.closed) == (refunded_fen, closed)
            && member("out_trade_no") == order.out_trade_no.as_str()
            && member("seller_id") == order.seller.to_string()
            && member("subject") == order.subject.as_str()
            && member("buyer_id") == order.buyer.map_or(String::new(), |buyer| buyer.to_string())
            && (!closed || order.closed_at_us.is_some());
        if happened && same {
            return Ok(());
        }
        Err(format!("a merchant was told what is not so: {self:?}\n  notice {notice:?}\n  order  {order:?}"))
    }

    /// A message says, word for word, what is durable.
    fn check_message(&self, notice: Option<&Notice>) -> Result<(), String> {
        let content =
            notice.and_then(|notice| notice.content.as_ref()).map_or("", |content| content.as_str());
        let said: BTreeMap<String, String> = serde_json::from_str(content).unwrap_or_default();
        let same = said.iter().all(|(name, value)| self.members.get(name) == Some(value));
        let of = notice.is_some_and(|notice| (notice.app, notice.order_no) == (self.app, self.order_no));
        if same && of && !said.is_empty() {
            return Ok(());
        }
        Err(format!("a merchant was told what is not so: {self:?}\n  notice {notice:?}"))
    }
}
