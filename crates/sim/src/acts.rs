//! The steps of a plan, done: programs call the gateway, wallets put commands.

use crate::caller::{Calling, Word, ask, through_gateway, to_cell};
use crate::card_transfers::TownPayees;
use crate::plan::{Act, TIMEOUTS};
use crate::town::TownEvent;
use crate::world::{Event, World};
use base::{MINUTE_US, OrderNo, PartyId, Text};
use cell::Door;
use engine::{
    ClaimOrder, Command, ConfirmPay, IssuePayCode, JudgePassword, Key, Reply, Row, SetPartyStatus, SetRules,
    TopUp, TryPassword,
};
use gateway::Rehearsal;
use money::{Currency, Money, Rate};
use people::PartyStatus;
use std::sync::Arc;
use trade::Rulebook;

pub(crate) fn number(number: u8) -> String {
    format!("N{number}")
}

pub(crate) fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn digest(code: &str) -> [u8; 16] {
    // One gateway for its digest: the secrets of a rehearsal are always the same.
    let (door, _inbox) = Door::detached(1, Arc::new(|| 0));
    Rehearsal::new(door).pay_code_digest(code)
}

impl World {
    /// Puts a command, as a wallet or the operator does.
    pub(crate) fn command(&mut self, command: Command) {
        let name = command.name();
        self.begin(name, |door| to_cell(door, command));
    }

    pub(crate) fn begin(&mut self, method: &str, calling: impl FnOnce(&Door) -> Calling<Word>) {
        let now_us = self.schedule.now_us();
        let late_us = self.people.begin(now_us, method, &self.swarm, &mut self.counters, calling);
        self.schedule.at(late_us, Event::Town(TownEvent::Late));
    }

    pub(crate) fn call(&mut self, merchant: u8, method: &str, content: &serde_json::Value) {
        let (_, app) = self.people.shop(merchant);
        let Some(app) = self.people.apps.get(&app).cloned() else { return };
        let content = content.to_string();
        let notify_url = format!("https://shop.invalid/{merchant}");
        self.begin(method, |door| {
            let gateway = Rehearsal::sending_to_cards(door.clone(), Arc::new(TownPayees));
            through_gateway(gateway.call(app, method, &content, Some(&notify_url)))
        });
    }

    /// A step of the plan.
    pub(crate) fn act(&mut self, act: Act) {
        match act {
            Act::Pay { merchant, number: order, fen, code, timeout } => {
                let Some(auth_code) = self.people.code(code) else { return };
                let content = serde_json::json!({
                    "out_trade_no": number(order), "total_amount": yuan(fen), "subject": "tea", "scene": "bar_code",
                    "auth_code": auth_code, "timeout_express": TIMEOUTS[usize::from(timeout) % TIMEOUTS.len()],
                });
                self.call(merchant, "alipay.trade.pay", &content);
            }
            Act::Create { merchant, number: order, fen, buyer, timeout } => {
                let content = serde_json::json!({
                    "out_trade_no": number(order), "total_amount": yuan(fen), "subject": "tea",
                    "buyer_id": self.people.buyer(buyer).to_string(),
                    "timeout_express": TIMEOUTS[usize::from(timeout) % TIMEOUTS.len()],
                });
                self.call(merchant, "alipay.trade.create", &content);
            }
            Act::Precreate { merchant, number: order, fen, timeout } => {
                let content = serde_json::json!({
                    "out_trade_no": number(order), "total_amount": yuan(fen), "subject": "tea",
                    "timeout_express": TIMEOUTS[usize::from(timeout) % TIMEOUTS.len()],
                });
                self.call(merchant, "alipay.trade.precreate", &content);
            }
            Act::Query { merchant, number: order } => {
                self.call(
                    merchant,
                    "alipay.trade.query",
                    &serde_json::json!({ "out_trade_no": number(order) }),
                );
            }
            Act::Close { merchant, number: order } => {
                self.call(
                    merchant,
                    "alipay.trade.close",
                    &serde_json::json!({ "out_trade_no": number(order) }),
                );
            }
            Act::Cancel { merchant, number: order } => {
                self.call(
                    merchant,
                    "alipay.trade.cancel",
                    &serde_json::json!({ "out_trade_no": number(order) }),
                );
            }
            Act::Refund { merchant, number: order, fen, request } => {
                let mut content =
                    serde_json::json!({ "out_trade_no": number(order), "refund_amount": yuan(fen) });
                if let Some(request) = request {
                    content["out_request_no"] = format!("R{request}").into();
                }
                self.call(merchant, "alipay.trade.refund", &content);
            }
            Act::RefundQuery { merchant, number: order, request } => {
                let request = request.map_or_else(|| number(order), |request| format!("R{request}"));
                let content = serde_json::json!({ "out_trade_no": number(order), "out_request_no": request });
                self.call(merchant, "alipay.trade.fastpay.refund.query", &content);
            }
            wallet => self.act_of_wallet(wallet),
        }
    }

    pub(crate) fn act_of_wallet(&mut self, act: Act) {
        match act {
            Act::DrawCode { buyer, code } => {
                let party = self.people.buyer(buyer);
                self.people.code_slots.insert(code, party.slot());
                let Some(digits) = self.people.code(code) else { return };
                self.command(IssuePayCode { party, digest: digest(&digits), attempt: None }.into());
            }
            Act::Claim { buyer, merchant, number: order, by_code } => {
                let Some(order_no) = self.order(merchant, order) else { return };
                let buyer = self.people.buyer(buyer);
                self.command(ClaimOrder { order_no, buyer, by_code }.into());
            }
            Act::Confirm { buyer, merchant, number: order, right, with_proof_of } => {
                let Some(order_no) = self.order(merchant, order) else { return };
                let about = with_proof_of.and_then(|other| self.order(merchant, other)).unwrap_or(order_no);
                let buyer = self.people.buyer(buyer);
                self.begin("confirm", |door| confirm(door.clone(), buyer, order_no, about, right));
            }
            Act::TopUp { buyer, fen, key } => {
                let party = self.people.buyer(buyer);
                self.command(top_up(party, fen, &format!("key{key}")).into());
            }
            Act::SetStatus { merchant, party, status } => {
                let party = if merchant { self.people.shop(party).0 } else { self.people.buyer(party) };
                let statuses = [PartyStatus::Normal, PartyStatus::Frozen, PartyStatus::Closed];
                let status = statuses[usize::from(status) % statuses.len()];
                self.command(SetPartyStatus { party, status }.into());
            }
            Act::SetRules { fee_ppm, limit_fen, in_minutes } => {
                let effective_at_us = self.schedule.now_us() + in_minutes * MINUTE_US;
                let Ok(limit) = Money::from_minor(limit_fen, Currency::Cny) else { return };
                let Ok(merchant_fee_ppm) = Rate::from_ppm(fee_ppm) else { return };
                let rules = Rulebook {
                    effective_at_us,
                    merchant_fee_ppm,
                    password_free_limit_minor: limit.minor(),
                    ..Rulebook::first()
                };
                self.command(SetRules { rules }.into());
            }
            Act::Odd { what, who } => self.odd_thing(what, who),
            of_cards => self.act_of_cards(of_cards),
        }
    }

    /// Our number of a merchant's order, as the wallet would read it from its code.
    pub(crate) fn order(&self, merchant: u8, order: u8) -> Option<OrderNo> {
        let (seller, _) = self.people.shop(merchant);
        let out_trade_no = Text::new(&number(order)).ok()?;
        match self.mirror.get(&Key::OrderNumber((seller.slot(), seller, out_trade_no))) {
            Some(Row::OrderNumber(number)) => Some(number.no),
            _ => None,
        }
    }
}

/// Gives the password, hears the verdict, pays.
fn confirm(door: Door, buyer: PartyId, order_no: OrderNo, about: OrderNo, right: bool) -> Calling<Word> {
    Box::pin(async move {
        let tried = ask(&door, TryPassword { party: buyer, about }.into()).await;
        let Ok(Reply::TryPassword(Ok(reserved))) = &tried else { return Word::Cell(tried) };
        let attempt = reserved.attempt;
        let judged = ask(&door, JudgePassword { party: buyer, attempt, right }.into()).await;
        if !right || !matches!(judged, Ok(Reply::JudgePassword(Ok(())))) {
            return Word::Cell(judged);
        }
        Word::Cell(ask(&door, ConfirmPay { buyer, order_no, attempt }.into()).await)
    })
}

pub(crate) fn top_up(party: PartyId, fen: u64, key: &str) -> TopUp {
    let amount = Money::from_minor(fen, Currency::Cny).expect("amounts of a town are small");
    TopUp { party, amount, key: Text::new(key).expect("keys are short") }
}
