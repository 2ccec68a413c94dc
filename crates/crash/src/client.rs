//! One client of the load: what it calls next, and what it makes of the answer.
//!
//! Signing costs more than everything else here, so what was signed once is kept and sent again: that is what careful
//! merchants do as well.

use crate::call::{self, yuan};
use crate::dice::Dice;
use crate::line::{Answered, Line, sandbox};
use crate::load::{Load, Order, Proof, locked};
use crate::told::{Ask, Before, Bytes, CLOSED, Proves, REFUNDS, Told, WAITING};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Wait before the next try while the server is away.
const AWAY: Duration = Duration::from_millis(4);

/// What one exchange came to.
enum Heard {
    Answer(Answered),
    /// Nothing was sent.
    Away,
    /// It may have happened.
    Nothing,
}

/// One client.
pub(crate) struct Client<'a> {
    load: &'a Load,
    dice: Dice,
    line: Option<Line>,
}

impl Client<'_> {
    /// The client with this number.
    pub(crate) fn new(load: &Load, place: usize) -> Client<'_> {
        Client { load, dice: Dice::new(load.settings.seed, 1 + place as u64), line: None }
    }

    /// Calls until the load is stopped.
    pub(crate) fn run(mut self) {
        while !self.stopped() {
            if self.dice.per_mille(self.load.settings.top_ups_per_mille) {
                self.top_up();
                continue;
            }
            let (index, order) = self.load.pick(&mut self.dice);
            self.use_order(index, &order);
            self.load.done_with(&order);
        }
    }

    fn stopped(&self) -> bool {
        self.load.stop.load(Ordering::Relaxed)
    }

    fn exchange(&mut self, request: &[u8]) -> Heard {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => match Line::open(&self.load.host) {
                Ok(line) => line,
                Err(_) => {
                    std::thread::sleep(AWAY);
                    return Heard::Away;
                }
            },
        };
        match line.exchange(request) {
            Ok(answered) => {
                self.line = Some(line);
                Heard::Answer(answered)
            }
            Err(_) => {
                self.load.unknown.fetch_add(1, Ordering::Relaxed);
                Heard::Nothing
            }
        }
    }

    /// An unsigned call of the sandbox: its answer, or that nothing is known of it.
    fn sandbox(&mut self, path: &str, body: &Value) -> Option<Value> {
        match self.exchange(&sandbox(path, &self.load.host, body)) {
            Heard::Answer(answered) if answered.status == 200 => serde_json::from_slice(&answered.body).ok(),
            // Busy or unknown; anything else is no answer to a call that is right.
            Heard::Answer(Answered { status: 503 | 504, .. }) => {
                self.load.unknown.fetch_add(1, Ordering::Relaxed);
                None
            }
            Heard::Answer(answered) => {
                let text = String::from_utf8_lossy(&answered.body).into_owned();
                self.load.fault(format!("{path} was answered {}: {text}", answered.status));
                None
            }
            Heard::Away | Heard::Nothing => None,
        }
    }

    fn top_up(&mut self) {
        let number = self.load.top_ups.fetch_add(1, Ordering::Relaxed);
        let buyer = self.dice.index(self.load.shop.buyers.len());
        let fen = Load::top_up_fen(number);
        let login = &self.load.shop.buyers[buyer];
        let key = self.load.top_up_key(number);
        let body = json!({ "login": login, "amount": yuan(fen), "key": key });
        let buyer = u32::try_from(buyer).expect("few buyers");
        for _try in 0..3 {
            if self.sandbox("/topup", &body).is_some() {
                self.load.proven(Proof::TopUp { buyer, number, fen });
                self.load.count("top_up");
                return;
            }
            if self.stopped() {
                break;
            }
        }
        locked(&self.load.open_top_ups).push((buyer, number));
    }

    fn use_order(&mut self, index: u32, order: &Order) {
        let Some((ask, bytes)) = self.choose(order) else { return };
        let insists = self.dice.per_mille(700);
        for _try in 0..400 {
            let before = locked(&order.told).before(ask);
            match self.exchange(&bytes) {
                Heard::Answer(answered) => {
                    if self.judge(index, order, ask, &before, &answered) || !insists || self.stopped() {
                        return;
                    }
                    std::thread::sleep(AWAY);
                }
                Heard::Away | Heard::Nothing if insists && !self.stopped() => {}
                Heard::Away | Heard::Nothing => return,
            }
        }
    }

    /// Whether the answer settles the call.
    fn judge(&mut self, index: u32, order: &Order, ask: Ask, before: &Before, answered: &Answered) -> bool {
        let answer = match call::read(answered, &self.load.shop.platform) {
            Ok(answer) => answer,
            Err(error) => {
                self.load.unverified.fetch_add(1, Ordering::Relaxed);
                self.load.fault(format!("{}: {error:#}", order.number));
                return true;
            }
        };
        if answer.is_unknown() {
            self.load.unknown.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let good = answer.code == "10000" || answer.code == "10003";
        let verdict = locked(&order.told).judge(ask, before, &answer);
        match verdict {
            Ok(proves) => {
                if proves != Proves::Nothing {
                    self.load.proven(Proof::Order(index, proves));
                }
                self.load.count(match ask {
                    Ask::Pay(_) if good => "pay",
                    Ask::Pay(_) => "pay_refused",
                    Ask::PayOther | Ask::RefundOther(_) => "other_meaning_refused",
                    Ask::Query if good => "query",
                    Ask::Query => "query_refused",
                    Ask::Refund(_) if good => "refund",
                    Ask::Refund(_) => "refund_refused",
                    Ask::Cancel => "cancel",
                    Ask::Close if good => "close",
                    Ask::Close => "close_refused",
                });
            }
            Err(fault) => self.load.fault(format!("{}: {ask:?}: {fault}", order.number)),
        }
        true
    }

    /// The next call on an order. Signing costs more than everything else here, so what was signed is sent again.
    fn choose(&mut self, order: &Order) -> Option<(Ask, Bytes)> {
        let (state, attempts, has_trade) = {
            let told = locked(&order.told);
            (told.state, told.attempts.len(), told.trade_no.is_some())
        };
        let roll = self.dice.below(1000);
        match roll {
            _ if attempts == 0 && roll < 900 => self.first_pay(order),
            0..100 if attempts < 2 => self.first_pay(order),
            0..220 => self.again(order),
            220..240 if has_trade && attempts > 0 => Some(self.pay_other(order)),
            240..270 => Some((Ask::Cancel, self.kept(order, "alipay.trade.cancel", |told| &mut told.cancel))),
            270..300 => Some((Ask::Close, self.kept(order, "alipay.trade.close", |told| &mut told.close))),
            300..600 if state > WAITING && state <= CLOSED => Some(self.refund(order)),
            _ => Some((Ask::Query, self.kept(order, "alipay.trade.query", |told| &mut told.query))),
        }
    }

    fn signed(&self, order: &Order, method: &str, content: &Value) -> Bytes {
        self.load.shop.caller(order.merchant, &self.load.host).sign(method, content).into()
    }

    /// A call that names the order only: signed once.
    fn kept(&self, order: &Order, method: &str, place: fn(&mut Told) -> &mut Option<Bytes>) -> Bytes {
        let known = place(&mut locked(&order.told)).clone();
        known.unwrap_or_else(|| {
            let made = self.signed(order, method, &json!({ "out_trade_no": order.number }));
            *place(&mut locked(&order.told)) = Some(made.clone());
            made
        })
    }

    fn pay_content(order: &Order, fen: i64, code: &str) -> Value {
        json!({
            "out_trade_no": order.number, "scene": "bar_code", "auth_code": code, "subject": "crash",
            "total_amount": yuan(fen), "product_code": "FACE_TO_FACE_PAYMENT",
        })
    }

    fn first_pay(&mut self, order: &Order) -> Option<(Ask, Bytes)> {
        let drawn = Instant::now();
        let login = self.load.shop.buyers[order.buyer].clone();
        let told = self.sandbox("/paycode", &json!({ "login": login }))?;
        self.load.count("pay_code");
        let code = told.get("auth_code").and_then(Value::as_str)?;
        let content = Self::pay_content(order, order.total_fen, code);
        let bytes = self.signed(order, "alipay.trade.pay", &content);
        let attempt = locked(&order.told).attempt(bytes.clone(), drawn);
        Some((Ask::Pay(attempt), bytes))
    }

    fn again(&mut self, order: &Order) -> Option<(Ask, Bytes)> {
        let told = locked(&order.told);
        let attempt = self.dice.index(told.attempts.len());
        told.attempts.get(attempt).map(|found| (Ask::Pay(attempt), found.bytes.clone()))
    }

    /// A code that cannot be known: the number's other meaning must be refused before anyone looks at it.
    fn pay_other(&mut self, order: &Order) -> (Ask, Bytes) {
        let content = Self::pay_content(order, order.total_fen + 1, "281234567890123456");
        (Ask::PayOther, self.signed(order, "alipay.trade.pay", &content))
    }

    fn refund(&mut self, order: &Order) -> (Ask, Bytes) {
        let number = self.dice.index(REFUNDS);
        let content = |fen: i64| {
            json!({
                "out_trade_no": order.number, "out_request_no": format!("r{number}"),
                "refund_amount": yuan(fen),
            })
        };
        let (done, known) = {
            let told = locked(&order.told);
            (told.refunds[number].is_done(), told.refunds[number].bytes.clone())
        };
        if done && self.dice.per_mille(60) {
            let other = self.signed(order, "alipay.trade.refund", &content(order.refund_fen() + 1));
            return (Ask::RefundOther(number), other);
        }
        let bytes = known.unwrap_or_else(|| {
            let made = self.signed(order, "alipay.trade.refund", &content(order.refund_fen()));
            locked(&order.told).refunds[number].bytes = Some(made.clone());
            made
        });
        (Ask::Refund(number), bytes)
    }
}
