//! Orders that end unpaid or are cancelled, and what their merchant is told.

use super::facts::Telling;
use super::{Model, Step};
use base::{DAY_US, NoticeNo, OrderNo, Text};
use engine::{CancelAction, CancelOrder, Cancelled, CloseOrder, Message, TradeClosed};
use std::sync::Arc;
use trade::{
    CancelRefused, CloseRefused, NoticeEvent, NoticeState, Order, OrderState, OutRequestNo, RefundState,
};

impl Model {
    pub(super) fn close_order(
        &mut self,
        step: &Step,
        asked: &CloseOrder,
    ) -> Result<Arc<Order>, CloseRefused> {
        let no = self.visible(asked.seller, &asked.which).ok_or(CloseRefused::TradeNotFound)?;
        match self.orders[&no].state {
            OrderState::Paid | OrderState::Finished => Err(CloseRefused::AlreadyPaid),
            OrderState::Closed => Err(CloseRefused::AlreadyClosed),
            OrderState::Offered | OrderState::WaitBuyerPay => {
                self.shut(step, no);
                Ok(self.order(no))
            }
        }
    }

    pub(super) fn cancel_order(
        &mut self,
        step: &Step,
        asked: &CancelOrder,
    ) -> Option<Result<Cancelled, CancelRefused>> {
        let done = |order, action| Some(Ok(Cancelled { order, action }));
        let Some(no) = self.own(asked.seller, &asked.which) else { return done(None, None) };
        let order = &self.orders[&no];
        let (exists, paid_at) = (order.created_at.is_some(), order.paid_at);
        match order.state {
            OrderState::Offered => {
                self.shut(step, no);
                done(None, None)
            }
            OrderState::WaitBuyerPay => {
                self.shut(step, no);
                done(Some(self.order(no)), Some(CancelAction::Close))
            }
            OrderState::Closed if !exists => done(None, None),
            OrderState::Closed => {
                self.seen.count("the same cancel again is the same answer");
                let action = if paid_at.is_some() { CancelAction::Refund } else { CancelAction::Close };
                done(Some(self.order(no)), Some(action))
            }
            OrderState::Finished => Some(Err(CancelRefused::Finished)),
            OrderState::Paid => {
                let age = step.now() - paid_at.expect("a paid order knows when");
                if age >= 365 * DAY_US {
                    return Some(Err(CancelRefused::Finished));
                }
                if age >= DAY_US {
                    return Some(Err(CancelRefused::TooLate));
                }
                let left = order.total() - order.refunded;
                let number = self.free_number(step, no);
                let given = self.give_back(step, no, left, number, None, true);
                given.err().map(|refused| Err(CancelRefused::Refund(refused)))
            }
        }
    }

    /// Our own number of the order, with the moment behind it while the merchant has used that for a refund.
    fn free_number(&self, step: &Step, no: OrderNo) -> OutRequestNo {
        let later = (step.now()..).map(|at| format!("{no}-{at}"));
        let mut numbers = std::iter::once(no.to_string()).chain(later);
        let free = numbers.find_map(|number| {
            let number = Text::new(&number).expect("it is short");
            let refund = self.refunds.get(&(no, number.clone()));
            refund.is_none_or(|refund| refund.state == RefundState::Returned).then_some(number)
        });
        free.expect("moments do not end")
    }

    /// Closes an order that was not paid: its timer goes, its merchant and its buyer hear of it.
    pub(super) fn shut(&mut self, step: &Step, no: OrderNo) {
        self.order_becomes(no, OrderState::Closed);
        let order = self.orders.get_mut(&no).expect("the caller saw it");
        order.closed_at = Some(step.now());
        let buyer = order.buyer.as_ref().map(|(buyer, _)| *buyer);
        let exists = order.created_at.is_some();
        self.stop_clock(no);
        if exists {
            self.tell(step, no, NoticeEvent::Closed, 0, None);
        }
        if let Some(buyer) = buyer {
            self.say(buyer.slot(), Message::TradeClosed(TradeClosed { order_no: no, buyer }));
        }
    }

    /// Removes the timer that would close an order.
    pub(super) fn stop_clock(&mut self, no: OrderNo) {
        let order = self.orders.get_mut(&no).expect("the caller saw it");
        if let Some(timer) = order.timer.take() {
            self.timers.remove(&(order.expires_at, timer));
        }
    }

    /// Writes down what the merchant is to be told, when it wants to hear. `refunded`: what the buyer has back.
    pub(super) fn tell(
        &mut self,
        step: &Step,
        no: OrderNo,
        event: NoticeEvent,
        refunded: i128,
        refund: Option<OutRequestNo>,
    ) {
        let order = &self.orders[&no];
        let Some(url) = order.asked.delivery.notify_url.clone() else { return };
        let telling = Telling {
            app: order.asked.app,
            order: no,
            event,
            url,
            refunded,
            closed: order.closed_at.is_some(),
            refund,
            at: step.now(),
            state: NoticeState::Due,
            attempts: 0,
            next_at: Some(step.now()),
            error: None,
            content: None,
        };
        self.notices.insert(NoticeNo::of(step.stamp, step.slot), telling);
        self.seen.count(&format!("notice of {event:?}"));
    }
}
