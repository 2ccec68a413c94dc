//! Refunds: out of the merchant's account, into the buyer's, and back when that was given up.

use super::facts::GiveBack;
use super::{Model, Step, fen, yuan};
use base::{DAY_US, OrderNo, PartyId, Text};
use engine::{CancelAction, Cancelled, Message, RefundAnswer, RefundIn, RefundOrder, Refunded, Reply};
use ledger::AccountKind;
use money::Currency;
use people::PartyStatus;
use trade::{CancelRefused, NoticeEvent, OrderState, OutRequestNo, RefundRefused, RefundState, TradeState};

impl Model {
    pub(super) fn refund_order(
        &mut self,
        step: &Step,
        asked: &RefundOrder,
    ) -> Option<Result<Refunded, RefundRefused>> {
        let Some(no) = self.visible(asked.seller, &asked.which) else {
            return Some(Err(RefundRefused::TradeNotFound));
        };
        let order = &self.orders[&no];
        let number = asked.out_request_no.clone().unwrap_or_else(|| order.asked.out_trade_no.clone());
        let first = self.refunds.get(&(no, number.clone())).map(|first| (first.state, first.amount));
        if let Some((state, amount)) = first.filter(|(state, _)| *state != RefundState::Returned) {
            if asked.amount != yuan(amount) {
                return Some(Err(RefundRefused::NumberTaken { field: "refund_amount" }));
            }
            self.seen.count(match state {
                RefundState::UnderWay => "the same refund again while it is under way",
                _ => "the same refund again is the same answer",
            });
            let (order, refund) = (self.order(no), self.refund(no, &number));
            return Some(Ok(Refunded { order, refund, moved: false }));
        }
        if let Some(refused) = self.not_refundable(step, no) {
            return Some(Err(refused));
        }
        if asked.out_request_no.is_none() && asked.amount != order.asked.meaning.total {
            return Some(Err(RefundRefused::PartNeedsNumber));
        }
        if asked.amount.currency() != Currency::Cny {
            return Some(Err(RefundRefused::MoreThanLeft));
        }
        if first.is_some() {
            self.seen.count("the number of a refund that came back is used again");
        }
        self.give_back(step, no, fen(asked.amount), number, asked.reason.clone(), false).err().map(Err)
    }

    fn not_refundable(&self, step: &Step, no: OrderNo) -> Option<RefundRefused> {
        let order = &self.orders[&no];
        match (order.state, order.paid_at) {
            (OrderState::Offered | OrderState::WaitBuyerPay, _) => Some(RefundRefused::NotPaid),
            (OrderState::Closed, _) => Some(RefundRefused::AlreadyClosed),
            (OrderState::Finished, _) => Some(RefundRefused::Finished),
            (OrderState::Paid, Some(paid_at)) if step.now() < paid_at + 365 * DAY_US => None,
            (OrderState::Paid, _) => Some(RefundRefused::Finished),
        }
    }

    /// The merchant's side: the sums are checked and the money leaves. An error changed nothing.
    pub(super) fn give_back(
        &mut self,
        step: &Step,
        no: OrderNo,
        amount: i128,
        number: OutRequestNo,
        reason: Option<Text<256>>,
        by_cancel: bool,
    ) -> Result<(), RefundRefused> {
        let order = &self.orders[&no];
        let (seller, after) = (order.asked.seller, order.refunded + amount);
        if amount == 0 || after > order.total() {
            let mut of_order = self.refunds.iter().filter(|((order, _), _)| *order == no);
            if of_order.any(|(_, refund)| refund.state == RefundState::UnderWay) {
                self.seen.count(match by_cancel {
                    true => "a cancel found everything on its way back",
                    false => "a refund lost the race with another",
                });
            }
            return Err(RefundRefused::MoreThanLeft);
        }
        // The fee is given back in proportion to all that was given back, rounded down.
        let fee_back = order.fee * after / order.total() - order.fee_returned;
        assert!((0..=amount).contains(&fee_back), "a part of the refund comes from its fee");
        let from_seller = amount - fee_back;
        if from_seller < 0 || self.can_give_back(no) < from_seller {
            return Err(RefundRefused::SellerBalanceTooLow);
        }
        let (buyer, _) = order.buyer.clone().expect("a paid order has its buyer");
        let (transit, kind) = Model::transit(step.slot);
        let fees = (PartyId::platform(step.slot), AccountKind::FeeIncome, -fee_back);
        self.book(step, &[(seller, AccountKind::Balance, -from_seller), fees, (transit, kind, amount)]);
        self.batch_gives_back(step, no, amount, fee_back);
        let order = self.orders.get_mut(&no).expect("just found");
        order.refunded = after;
        order.fee_returned += fee_back;
        let state = RefundState::UnderWay;
        let refund = GiveBack { state, amount, fee_back, after, reason, by_cancel, at: step.now() };
        self.refunds.insert((no, number.clone()), refund);
        let message = RefundIn { order_no: no, buyer, amount: yuan(amount), out_request_no: number };
        self.say(buyer.slot(), Message::RefundIn(message));
        Ok(())
    }

    /// In the buyer's slot: the money arrives, unless the account was given up.
    pub(super) fn refund_in(&mut self, step: &Step, said: &RefundIn) -> Option<Reply> {
        let RefundIn { order_no, buyer, amount, ref out_request_no } = *said;
        let trade = self.trades.get(&(step.slot, order_no));
        let card = trade.and_then(|trade| trade.bank_order);
        let open = self.status(buyer).is_some_and(|status| status != PartyStatus::Closed);
        let arrived = open || card.is_some();
        let (mut whole, mut back) = (false, 0);
        if let Some(card) = card {
            self.refund_to_card(step, card, out_request_no.as_str(), amount);
        } else if arrived {
            let (transit, kind) = Model::transit(step.slot);
            self.book(step, &[(transit, kind, -fen(amount)), (buyer, AccountKind::Balance, fen(amount))]);
        }
        if arrived && let Some(trade) = self.trades.get_mut(&(step.slot, order_no)) {
            trade.refunded += fen(amount);
            back = trade.refunded;
            whole = trade.refunded == fen(trade.total);
            if whole {
                (trade.state, trade.closed_at) = (TradeState::Closed, Some(step.now()));
                self.seen.count("trade Paid -> Closed");
            }
        }
        let (out_request_no, refunded_after) = (out_request_no.clone(), yuan(back));
        let answer = RefundAnswer { order_no, out_request_no, arrived, whole, refunded_after };
        self.say(order_no.slot(), Message::RefundAnswer(answer));
        None
    }

    /// In the merchant's slot: the refund is done, or the merchant has the money back.
    pub(super) fn refund_answer(&mut self, step: &Step, said: &RefundAnswer) -> Option<Reply> {
        let RefundAnswer { order_no, ref out_request_no, arrived, whole, refunded_after } = *said;
        let key = (order_no, out_request_no.clone());
        let refund = self.refunds.get_mut(&key)?;
        refund.state = if arrived { RefundState::Done } else { RefundState::Returned };
        self.seen.count(&format!("refund UnderWay -> {:?}", refund.state));
        let GiveBack { amount, by_cancel, .. } = *refund;
        if arrived {
            refund.after = fen(refunded_after);
        }
        let order = self.orders.get_mut(&order_no)?;
        if !arrived {
            order.refunded -= amount;
            let share = order.fee * order.refunded / order.total();
            let fee_back = order.fee_returned - share;
            order.fee_returned = share;
            let seller = order.asked.seller;
            let (transit, kind) = Model::transit(step.slot);
            let fees = (PartyId::platform(step.slot), AccountKind::FeeIncome, fee_back);
            let credit = (seller, AccountKind::Balance, amount - fee_back);
            self.book(step, &[(transit, kind, -amount), credit, fees]);
            self.batch_gives_back(step, order_no, -amount, -fee_back);
            let refused = RefundRefused::BuyerClosed;
            return Some(if by_cancel {
                Reply::CancelOrder(Err(CancelRefused::Refund(refused)))
            } else {
                Reply::RefundOrder(Err(refused))
            });
        }
        match order.state {
            OrderState::Closed => self.seen.count("a refund was done after a later one had closed the order"),
            OrderState::Paid if whole => {
                order.closed_at = Some(step.now());
                self.order_becomes(order_no, OrderState::Closed);
            }
            _ => self.seen.count("order Paid -> Paid"),
        }
        let number = Some(out_request_no.clone());
        self.tell(step, order_no, NoticeEvent::Refunded, fen(refunded_after), number);
        let (order, refund) = (self.order(order_no), self.refund(order_no, out_request_no));
        Some(if by_cancel {
            Reply::CancelOrder(Ok(Cancelled { order: Some(order), action: Some(CancelAction::Refund) }))
        } else {
            Reply::RefundOrder(Ok(Refunded { order, refund, moved: true }))
        })
    }
}
