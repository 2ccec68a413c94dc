//! Orders: opened and claimed.

use super::contracts::contract_of;
use super::facts::{Deal, Task, waiting};
use super::{Model, Step, fen};
use base::{CHINA_OFFSET_US, DAY_US, HOUR_US, OrderNo, PartyId, Text};
use engine::{
    ClaimAnswer, ClaimAsk, ClaimOrder, Claimed, Message, OpenOrder, Opened, PayBy, PayRequest, Reply,
    TradeClosed, TradeForgotten,
};
use money::Currency;
use people::PartyStatus;
use trade::{
    ClaimRefused, Meaning, OpenRefused, OrderState, PayRefused, Product, ReceiptOutcome, Timeout, TradeState,
};

type Maybe<T, R> = Option<Result<T, R>>;

impl Model {
    pub(super) fn open_order(&mut self, step: &Step, asked: &OpenOrder) -> Maybe<Opened, OpenRefused> {
        let no = |refused| Some(Err(refused));
        let Some(status) = self.sells(asked.seller, asked.app) else {
            return no(OpenRefused::SellerNotFound);
        };
        if let Some(no) = self.numbers.get(&(asked.seller, asked.out_trade_no.clone())).copied() {
            return self.again(step, asked, no, status);
        }
        let expires_at = match self.acceptable(step, asked, status, contract_of(asked.meaning.product)) {
            Ok(expires_at) => expires_at,
            Err(refused) => return no(refused),
        };
        let no = self.write_order(step, asked, expires_at);
        self.go_on(step, asked, no)
    }

    /// Whether a new order may be opened, and when it closes unpaid.
    pub(super) fn acceptable(
        &self,
        step: &Step,
        asked: &OpenOrder,
        status: PartyStatus,
        product: trade::ContractProduct,
    ) -> Result<i64, OpenRefused> {
        if status != PartyStatus::Normal {
            return Err(OpenRefused::SellerBlocked);
        }
        if !self.is_signed(step, asked.seller, product) {
            return Err(OpenRefused::NotSigned);
        }
        let total = asked.meaning.total;
        if total.currency() != Currency::Cny || fen(total) < 1 || fen(total) > 10_000_000_000 {
            return Err(OpenRefused::TotalTooLarge);
        }
        let expires_at = expires_at(asked, step.now());
        if expires_at <= step.now() {
            return Err(OpenRefused::ExpiryPassed);
        }
        if asked.meaning.named_buyer == Some(asked.seller) {
            return Err(OpenRefused::Pay(PayRefused::BuyerIsSeller));
        }
        Ok(expires_at)
    }

    /// Writes a new order with its number and the timer that closes it.
    pub(super) fn write_order(&mut self, step: &Step, asked: &OpenOrder, expires_at: i64) -> OrderNo {
        let no = OrderNo::of(step.stamp, step.slot);
        // Somebody who shows a code stands there; otherwise an offer waits for whoever comes or for whom it names.
        let offered = asked.pay_by.is_none()
            && (is_offer(asked.meaning.product) || asked.meaning.named_buyer.is_some());
        let two_hours = step.now() + 2 * HOUR_US;
        let until = asked.code_timeout.map_or(two_hours, |timeout| due(timeout, step.now()).min(two_hours));
        let timer = self.remind(step, expires_at, Task::Close(no));
        let order = Deal {
            asked: asked.clone(),
            state: if offered { OrderState::Offered } else { OrderState::WaitBuyerPay },
            buyer: None,
            refunded: 0,
            fee: 0,
            fee_returned: 0,
            opened_at: step.now(),
            created_at: (!offered).then_some(step.now()),
            expires_at,
            code_until: (asked.meaning.product == Product::QrCode).then_some(until),
            paid_at: None,
            closed_at: None,
            timer: Some(timer),
            card: None,
            settled_with: None,
        };
        self.orders.insert(no, order);
        self.numbers.insert((asked.seller, asked.out_trade_no.clone()), no);
        no
    }

    /// A number that was used before: the same meaning is the same order, another meaning is refused.
    fn again(
        &mut self,
        step: &Step,
        asked: &OpenOrder,
        no: OrderNo,
        seller: PartyStatus,
    ) -> Maybe<Opened, OpenRefused> {
        let order = &self.orders[&no];
        if let Some(field) = other_field(&order.asked.meaning, &asked.meaning) {
            return Some(Err(OpenRefused::NumberTaken { field }));
        }
        let receipt = asked.pay_by.and_then(|by| self.receipts.get(&(no, by.digest)));
        if let Some((outcome, _)) = receipt.copied() {
            self.seen.count("the same code for the same order is the same attempt");
            return Some(self.of_attempt(no, outcome));
        }
        match order.state {
            OrderState::Paid | OrderState::Finished => Some(Err(OpenRefused::AlreadyPaid)),
            OrderState::Closed => Some(Err(OpenRefused::AlreadyClosed)),
            _ if step.now() >= order.expires_at => Some(Err(OpenRefused::AlreadyClosed)),
            _ if seller != PartyStatus::Normal => Some(Err(OpenRefused::SellerBlocked)),
            _ => {
                self.seen.count("the same order again goes on");
                self.go_on(step, asked, no)
            }
        }
    }

    /// What one code for one order comes to, whenever it is asked: as the order stands, unless the code was refused.
    pub(super) fn of_attempt(&self, no: OrderNo, outcome: ReceiptOutcome) -> Result<Opened, OpenRefused> {
        if let Some(refused) = refusal(outcome) {
            return Err(OpenRefused::Pay(refused));
        }
        match self.orders[&no].state {
            OrderState::Closed => Err(OpenRefused::AlreadyClosed),
            state => Ok(Opened { order: self.order(no), paid: state >= OrderState::Paid }),
        }
    }

    fn go_on(&mut self, step: &Step, asked: &OpenOrder, no: OrderNo) -> Maybe<Opened, OpenRefused> {
        let order = &self.orders[&no];
        let Meaning { product, total, subject, named_buyer, .. } = order.asked.meaning.clone();
        if let Some(PayBy { slot, digest }) = asked.pay_by {
            let request = PayRequest {
                order_no: no,
                seller: asked.seller,
                only_buyer: order.only(),
                total,
                subject,
                attempt: digest,
                credit_off: false,
            };
            self.receipts.insert((no, digest), (ReceiptOutcome::Asked, step.now()));
            self.say(slot, Message::PayRequest(request));
            return None;
        }
        match named_buyer.filter(|_| order.state == OrderState::Offered && !is_offer(product)) {
            Some(buyer) => {
                self.ask_buyer(no, buyer, true);
                None
            }
            None => Some(Ok(Opened { order: self.order(no), paid: false })),
        }
    }

    fn ask_buyer(&mut self, order_no: OrderNo, buyer: PartyId, opening: bool) {
        let asked = &self.orders[&order_no].asked;
        let (seller, total, subject) = (asked.seller, asked.meaning.total, asked.meaning.subject.clone());
        let ask = ClaimAsk { order_no, buyer, seller, total, subject, opening, credit_off: false };
        self.say(buyer.slot(), Message::ClaimAsk(ask));
    }

    pub(super) fn claim_order(&mut self, step: &Step, asked: &ClaimOrder) -> Maybe<Claimed, ClaimRefused> {
        let ClaimOrder { order_no, buyer, by_code } = *asked;
        let Some(order) = self.orders.get(&order_no) else { return Some(Err(ClaimRefused::OrderNotFound)) };
        let now = step.now();
        let refused = match order.state {
            // At a till nobody comes with a number alone.
            _ if order.asked.meaning.product == Product::FaceToFace && order.only().is_none() => {
                Some(ClaimRefused::OrderNotFound)
            }
            OrderState::Paid | OrderState::Finished => Some(ClaimRefused::AlreadyPaid),
            OrderState::Closed => Some(ClaimRefused::AlreadyClosed),
            _ if now >= order.expires_at => Some(ClaimRefused::AlreadyClosed),
            OrderState::Offered if by_code && order.code_until.is_some_and(|until| now >= until) => {
                Some(ClaimRefused::CodeExpired)
            }
            _ if buyer == order.asked.seller => Some(ClaimRefused::BuyerIsSeller),
            _ if order.only().is_some_and(|only| only != buyer) => Some(ClaimRefused::BuyerDiffers),
            _ => None,
        };
        if let Some(refused) = refused {
            return Some(Err(refused));
        }
        if order.has_buyer(buyer) {
            self.seen.count("the same claim again is the same answer");
            return Some(Ok(Claimed { order: self.order(order_no) }));
        }
        self.ask_buyer(order_no, buyer, false);
        None
    }

    /// In the buyer's slot: may this buyer have it? Then a trade waits there.
    pub(super) fn claim_ask(&mut self, step: &Step, said: &ClaimAsk) -> Option<Reply> {
        let ClaimAsk { order_no, buyer, seller, total, ref subject, opening, credit_off: _ } = *said;
        let key = (step.slot, order_no);
        let earlier = self.trades.get(&key).map(|trade| (trade.buyer, trade.state));
        let answer = match (earlier, self.status(buyer)) {
            (Some((other, _)), _) if other != buyer => Err(ClaimRefused::BuyerDiffers),
            (Some((_, TradeState::Closed)), _) => Err(ClaimRefused::AlreadyClosed),
            (_, None | Some(PartyStatus::Closed)) => Err(ClaimRefused::BuyerNotFound),
            (_, Some(PartyStatus::Frozen)) => Err(ClaimRefused::BuyerBlocked),
            (_, Some(PartyStatus::Normal)) => Ok(self.masked(buyer)),
        };
        if answer.is_ok() && earlier.is_none() {
            self.trades.insert(key, waiting(buyer, seller, total, subject.clone(), step.now()));
        }
        self.say(order_no.slot(), Message::ClaimAnswer(ClaimAnswer { order_no, buyer, answer, opening }));
        None
    }

    /// In the merchant's slot: the order has its buyer, unless somebody or something was faster.
    pub(super) fn claim_answer(&mut self, step: &Step, said: &ClaimAnswer) -> Option<Reply> {
        let ClaimAnswer { order_no, buyer, ref answer, opening } = *said;
        let gone = !self.orders.contains_key(&order_no);
        let state = self.orders.get(&order_no).map_or(OrderState::Closed, |order| order.state);
        let login = match answer {
            Ok(login) => login,
            Err(refused) => {
                if opening && state == OrderState::Offered {
                    self.forget(order_no);
                }
                return Some(claim_refused(opening, *refused));
            }
        };
        if gone {
            // An earlier answer to the same request was no, and the order was never there.
            self.seen.count("a claim found its order gone");
            self.say(buyer.slot(), Message::TradeForgotten(TradeForgotten { order_no, buyer }));
            return Some(claim_refused(opening, ClaimRefused::AlreadyClosed));
        }
        let has = self.orders[&order_no].has_buyer(buyer);
        let other = self.orders[&order_no].buyer.is_some() && !has;
        let late = match state {
            OrderState::WaitBuyerPay if other => Some(ClaimRefused::BuyerDiffers),
            OrderState::Offered | OrderState::WaitBuyerPay => None,
            OrderState::Paid | OrderState::Finished => Some(ClaimRefused::AlreadyPaid),
            OrderState::Closed => Some(ClaimRefused::AlreadyClosed),
        };
        if let Some(refused) = late {
            self.seen.count(if has {
                "a second claim found its order over"
            } else {
                "a claim lost the race"
            });
            if !has {
                self.say(buyer.slot(), Message::TradeClosed(TradeClosed { order_no, buyer }));
            }
            return Some(claim_refused(opening, refused));
        }
        if !has {
            if state == OrderState::Offered {
                self.order_becomes(order_no, OrderState::WaitBuyerPay);
            }
            let order = self.orders.get_mut(&order_no).expect("just found");
            order.created_at = order.created_at.or(Some(step.now()));
            order.buyer = Some((buyer, login.clone()));
        }
        let order = self.order(order_no);
        Some(if opening {
            Reply::OpenOrder(Ok(Opened { order, paid: false }))
        } else {
            Reply::ClaimOrder(Ok(Claimed { order }))
        })
    }

    /// An order that was opened for a buyer who cannot have it was never there.
    pub(super) fn forget(&mut self, no: OrderNo) {
        let order = self.orders.remove(&no).expect("the caller saw it");
        self.numbers.remove(&(order.asked.seller, order.asked.out_trade_no));
        if let Some(timer) = order.timer {
            self.timers.remove(&(order.expires_at, timer));
        }
        self.seen.count("an order for a buyer who cannot have it was never there");
    }

    /// In the buyer's slot: a trade that waits ends.
    pub(super) fn trade_closed(&mut self, step: &Step, said: &TradeClosed) -> Option<Reply> {
        let trade = self.trades.get_mut(&(step.slot, said.order_no))?;
        if trade.buyer == said.buyer && trade.state == TradeState::Waiting {
            (trade.state, trade.closed_at) = (TradeState::Closed, Some(step.now()));
            self.seen.count("trade Waiting -> Closed");
        } else {
            self.seen.count("a trade that was over heard that it is");
        }
        None
    }

    /// In the buyer's slot: the order was never there. A trade whose money is on its way back goes when that is there.
    pub(super) fn trade_forgotten(&mut self, step: &Step, said: &TradeForgotten) -> Option<Reply> {
        let key = (step.slot, said.order_no);
        let trade = self.trades.get(&key)?;
        if trade.buyer == said.buyer && trade.state != TradeState::Paid {
            self.trades.remove(&key);
        }
        None
    }

    pub(super) fn order_becomes(&mut self, no: OrderNo, state: OrderState) {
        let order = self.orders.get_mut(&no).expect("the caller saw it");
        let before = std::mem::replace(&mut order.state, state);
        self.seen.count(&format!("order {before:?} -> {state:?}"));
    }

    /// A party's login as merchants may see it: two letters of an address, the ends of a number.
    pub(super) fn masked(&self, party: PartyId) -> Text<100> {
        let login: Vec<char> = self.people[&party].login.as_str().chars().collect();
        let part = |letters: &[char]| letters.iter().collect::<String>();
        let shown = match login.iter().position(|letter| *letter == '@') {
            Some(at) => format!("{}***{}", part(&login[..at.min(2)]), part(&login[at..])),
            None if login.len() < 8 => format!("{}***", part(&login[..1])),
            None => format!("{}****{}", part(&login[..3]), part(&login[login.len() - 4..])),
        };
        Text::new(&shown).unwrap_or_else(|_| Text::new("***").expect("it is short"))
    }
}

/// Whether nobody is known to pay when it is opened.
pub(super) fn is_offer(product: Product) -> bool {
    !matches!(product, Product::FaceToFace | Product::MiniProgram | Product::StaticCode)
}

fn due(timeout: Timeout, now: i64) -> i64 {
    match timeout {
        Timeout::After(span) => now + span,
        Timeout::EndOfDay => {
            let day_in_china = (now + CHINA_OFFSET_US).div_euclid(DAY_US);
            (day_in_china + 1) * DAY_US - CHINA_OFFSET_US
        }
    }
}

/// The absolute moment, else the relative one, else three hours at the till and fifteen days, the most, elsewhere.
fn expires_at(asked: &OpenOrder, now: i64) -> i64 {
    let most = now + 15 * DAY_US;
    let by_product = match asked.meaning.product {
        Product::FaceToFace | Product::QrCode | Product::StaticCode => now + 3 * HOUR_US,
        Product::MiniProgram | Product::App | Product::Wap | Product::Page => most,
        // Guaranteed trades are not played: nothing in the town makes one.
        Product::EscrowPhysical
        | Product::EscrowVirtual
        | Product::EscrowAutoDelivery
        | Product::EscrowTopUp
        | Product::EscrowWholesale
        | Product::EscrowCrossBorder => most,
    };
    asked.expires_at_us.or(asked.timeout.map(|timeout| due(timeout, now))).unwrap_or(by_product).min(most)
}

/// The wire's name of the first field in which two meanings differ.
pub(super) fn other_field(first: &Meaning, again: &Meaning) -> Option<&'static str> {
    let fields = [
        (first.product != again.product, "product_code"),
        (first.total != again.total, "total_amount"),
        (first.subject != again.subject, "subject"),
        (first.body != again.body, "body"),
        (first.named_buyer != again.named_buyer, "buyer_id"),
        (first.goods_detail != again.goods_detail, "goods_detail"),
    ];
    fields.into_iter().find(|(differs, _)| *differs).map(|(_, name)| name)
}

/// What the outcome of an attempt means to who asks again; nothing when it is no refusal.
pub(super) fn refusal(outcome: ReceiptOutcome) -> Option<PayRefused> {
    match outcome {
        ReceiptOutcome::Asked | ReceiptOutcome::Paid | ReceiptOutcome::Waiting => None,
        ReceiptOutcome::CodeInvalid => Some(PayRefused::CodeInvalid),
        ReceiptOutcome::BuyerBlocked => Some(PayRefused::BuyerBlocked),
        ReceiptOutcome::BuyerIsSeller => Some(PayRefused::BuyerIsSeller),
        ReceiptOutcome::BuyerDiffers => Some(PayRefused::BuyerDiffers),
        ReceiptOutcome::BuyerStopped => Some(PayRefused::BuyerStopped),
        ReceiptOutcome::BuyerLimit => Some(PayRefused::BuyerLimit),
        ReceiptOutcome::BalanceTooLow => Some(PayRefused::BalanceTooLow),
        ReceiptOutcome::OrderClosed => Some(PayRefused::AlreadyClosed),
        ReceiptOutcome::Risk => Some(PayRefused::Risk(risk::RiskRefused::Refused)),
    }
}

/// A claim that is refused, to who opened the order or to who claimed it.
fn claim_refused(opening: bool, refused: ClaimRefused) -> Reply {
    if !opening {
        return Reply::ClaimOrder(Err(refused));
    }
    Reply::OpenOrder(Err(match refused {
        ClaimRefused::OrderNotFound | ClaimRefused::CodeExpired | ClaimRefused::AlreadyClosed => {
            OpenRefused::AlreadyClosed
        }
        ClaimRefused::AlreadyPaid => OpenRefused::AlreadyPaid,
        ClaimRefused::BuyerNotFound => OpenRefused::BuyerNotFound,
        ClaimRefused::BuyerIsSeller => OpenRefused::Pay(PayRefused::BuyerIsSeller),
        ClaimRefused::BuyerDiffers => OpenRefused::Pay(PayRefused::BuyerDiffers),
        ClaimRefused::BuyerBlocked => OpenRefused::Pay(PayRefused::BuyerBlocked),
        ClaimRefused::TooManyWaiting => OpenRefused::TooManyWaiting,
    }))
}
