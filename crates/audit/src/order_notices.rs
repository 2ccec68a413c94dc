//! What merchants are told of orders: each notice tells something that is so.

use crate::images::text_of_key;
use crate::orders::{OrderFacts, Orders};
use crate::report::{FindingKind, Findings};
use crate::splits;
use engine::Tabled;
use trade::{Notice, NoticeEvent, NoticeState, RefundState};

impl Orders {
    /// A notice of an order; `false` when it is a message about something else, which is looked at there.
    pub(crate) fn notice(&mut self, notice: &Notice, findings: &mut Findings) -> bool {
        let is_of_orders = notice.event != NoticeEvent::Message || self.found(notice.order_no).is_some();
        self.notice_of_order(notice, findings);
        is_of_orders
    }

    fn notice_of_order(&mut self, notice: &Notice, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        };
        if (notice.state == NoticeState::Due) != notice.next_at_us.is_some() {
            wrong("only a notice that is due has a next attempt");
        }
        if notice.content.is_some() != (notice.event == NoticeEvent::Message) {
            wrong("only a message has a content of its own");
        }
        if notice.event == NoticeEvent::Message && self.found(notice.order_no).is_none() {
            return;
        }
        let url = Some(self.keyed.text(notice.url.as_str()));
        let number = notice.out_biz_no.as_ref().map(|number| self.keyed.text(number.as_str()));
        let same = |order: &&mut OrderFacts| {
            order.app == notice.app
                && order.url == url
                && order.no.slot() == notice.slot
                && notice.refunded_minor.units() <= order.total
        };
        let Some(order) = self.found(notice.order_no).filter(same) else {
            return wrong("its order is not there, or has another app, address or amount");
        };
        if let Some(count) = order.notices.get_mut(notice.event as usize) {
            *count += 1;
        }
        let holds = match notice.event {
            NoticeEvent::Message => splits::message(order, notice),
            NoticeEvent::Paid => order.paid_at_us == Some(notice.happened_at_us),
            NoticeEvent::Closed => {
                order.closed_at_us == Some(notice.happened_at_us) && order.paid_at_us.is_none()
            }
            NoticeEvent::Refunded => {
                let mut done = order.refunds.iter().filter(|refund| refund.state == RefundState::Done);
                done.any(|refund| Some(refund.number) == number)
            }
        };
        if !holds {
            wrong("its order says nothing of what it tells");
        }
    }
}
