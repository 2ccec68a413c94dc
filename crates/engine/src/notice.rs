//! Notices: written where something happened, counted when they were tried.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use base::{AppId, NoticeNo, OrderNo, Plant, Slot, Text, planted};
use money::Minor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trade::{Notice, NoticeEvent, NoticeState, Order, OutRequestNo, Url, next_attempt_us};

/// Writes the notice of an event in the commit of what it tells, when the merchant wants to hear. `refunded_minor`:
/// what the buyer has back by now, never what is still under way.
pub(crate) fn tell(
    rows: &mut Rows<'_>,
    order: &Order,
    event: NoticeEvent,
    refunded_minor: Minor,
    out_biz_no: Option<OutRequestNo>,
) {
    let Some(url) = order.notify_url.clone() else { return };
    if planted(Plant::RefundNoticeForgotten) && event == NoticeEvent::Refunded {
        return;
    }
    let now_us = rows.now_us();
    rows.insert(Notice {
        slot: order.slot,
        no: NoticeNo::of(rows.stamp(), order.slot),
        app: order.app,
        order_no: order.no,
        event,
        url,
        refunded_minor,
        closed: order.closed_at_us.is_some(),
        out_biz_no,
        happened_at_us: now_us,
        state: NoticeState::Due,
        attempts: 0,
        next_at_us: Some(now_us),
        last_error: None,
        content: None,
    });
}

/// What is told about something else than an order's payment.
pub(crate) struct Message<'a> {
    /// The app that is told: the merchant's own or one that acts for it, which may lie in another slot.
    pub(crate) app: AppId,
    /// Where to; nobody is told when absent.
    pub(crate) url: Option<Url>,
    /// The number of what it is about. Of several due notices of one topic the newest goes first.
    pub(crate) topic: OrderNo,
    /// Names and values, with `notify_type`, `charset` when it is not UTF-8, and `sign_type` when it is `RSA`. Those of
    /// the envelope (`notify_id`, `notify_time`, `app_id`, `version`) are added when it is sent; empty values are left
    /// out.
    pub(crate) members: &'a [(&'static str, String)],
}

/// Writes a message in the commit of what it tells, and gives its number when anybody is told.
pub(crate) fn tell_message(rows: &mut Rows<'_>, message: Message<'_>) -> Option<NoticeNo> {
    let url = message.url?;
    let now_us = rows.now_us();
    let told = message.members.iter().filter(|(_, value)| !value.is_empty());
    let told: BTreeMap<&str, &str> = told.map(|(name, value)| (*name, value.as_str())).collect();
    let content = serde_json::to_string(&told).expect("texts can be written");
    let no = NoticeNo::of(rows.stamp(), rows.slot());
    rows.insert(Notice {
        slot: rows.slot(),
        no,
        app: message.app,
        order_no: message.topic,
        event: NoticeEvent::Message,
        url,
        refunded_minor: Minor::ZERO,
        closed: false,
        out_biz_no: None,
        happened_at_us: now_us,
        state: NoticeState::Due,
        attempts: 0,
        next_at_us: Some(now_us),
        last_error: None,
        content: Some(Text::new(&content).expect("the members of a message are bounded")),
    });
    Some(no)
}

/// A notice about a topic that still waits is not sent any more: what is told now has overtaken it, and a merchant that
/// heard it afterwards would take it for the last word.
pub(crate) fn overtake(rows: &mut Rows<'_>, no: NoticeNo, topic: OrderNo, why: &str) -> Result<(), Fault> {
    let Some(notice) = rows.get::<Notice>((rows.slot(), no))? else { return Ok(()) };
    if notice.order_no != topic || notice.state != NoticeState::Due {
        return Ok(());
    }
    let why = Text::new(why).map_err(|error| Fault(format!("notice {no}: {error}")))?;
    rows.put(Notice {
        state: NoticeState::GivenUp,
        next_at_us: None,
        last_error: Some(why),
        ..(*notice).clone()
    });
    Ok(())
}

/// Counts one attempt to deliver a notice. Nothing happens when the notice is not due any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoticeTried {
    /// The notice.
    pub notice: NoticeNo,
    /// How many attempts had been made before this one: a late word about an earlier attempt is ignored.
    pub attempts_before: u32,
    /// Whether the merchant answered `success`.
    pub delivered: bool,
    /// What went wrong otherwise, without anything secret.
    pub error: Option<Text<200>>,
}

impl NoticeTried {
    pub(crate) fn slot(&self) -> Slot {
        self.notice.slot()
    }
}

pub(crate) fn notice_tried(rows: &mut Rows<'_>, command: &NoticeTried) -> Result<Next<()>, Stop<Never>> {
    let notice = rows.get::<Notice>((rows.slot(), command.notice))?;
    let in_turn = |attempts| attempts == command.attempts_before || planted(Plant::LateWordCounted);
    let current = notice.filter(|notice| notice.state == NoticeState::Due && in_turn(notice.attempts));
    let Some(notice) = current else { return Ok(Next::Answer(())) };
    let mut notice = (*notice).clone();
    notice.attempts += 1;
    notice.last_error = command.error.clone();
    if command.delivered {
        (notice.state, notice.next_at_us) = (NoticeState::Delivered, None);
    } else {
        notice.next_at_us = next_attempt_us(notice.attempts, rows.now_us());
        if notice.next_at_us.is_none() {
            notice.state = NoticeState::GivenUp;
        }
    }
    rows.put(notice);
    Ok(Next::Answer(()))
}
