//! Transfers as the house writes them down, and what merchants are told of them.

use super::facts::{Sending, Telling};
use super::rows::Expected;
use super::transfers::china_clock;
use super::{Model, Step};
use base::{NoticeNo, PartyId, Text, TransferNo};
use engine::TransferAsk;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{NoticeEvent, NoticeState};
use transfer::{Arrival, KnownPayee, Received, Transfer, TransferNumber, TransferState, TransferWay};

impl Sending {
    pub(super) fn new(
        ask: TransferAsk,
        payee: PartyId,
        way: TransferWay,
        arrival: Arrival,
        opened_at: i64,
    ) -> Sending {
        Sending {
            ask,
            payee,
            way,
            arrival,
            opened_at,
            app: None,
            passback: None,
            url: None,
            gbk: false,
            rsa1: false,
            state: TransferState::Offered,
            paid_at: None,
            due_at: None,
            ended_at: None,
            timer: None,
        }
    }
}

impl Model {
    pub(super) fn transfer(&self, no: TransferNo) -> Arc<Transfer> {
        let sent = self.sendings[&no].clone();
        Arc::new(Transfer {
            slot: no.slot(),
            no,
            payer: sent.ask.payer,
            payee: sent.payee,
            way: sent.way,
            app: sent.app,
            out_biz_no: sent.ask.out_biz_no,
            named: sent.ask.named,
            currency: sent.ask.amount.currency(),
            amount_minor: sent.ask.amount.minor(),
            arrival: sent.arrival,
            title: sent.ask.title,
            remark: sent.ask.remark,
            passback: sent.passback,
            state: sent.state,
            notify_url: sent.url,
            gbk: sent.gbk,
            rsa1: sent.rsa1,
            opened_at_us: sent.opened_at,
            paid_at_us: sent.paid_at,
            due_at_us: sent.due_at,
            ended_at_us: sent.ended_at,
            timer: sent.timer,
            asked_arrival: None,
        })
    }

    pub(super) fn received(&self, no: TransferNo, slot: base::Slot) -> Arc<Received> {
        let (payee, payer, amount, at_us) = self.came_in[&no];
        let (currency, amount_minor) = (amount.currency(), amount.minor());
        Arc::new(Received { slot, no, payee, payer, currency, amount_minor, at_us })
    }

    pub(super) fn rows_of_transfers(&self, rows: &mut Expected) {
        self.sendings.keys().for_each(|no| rows.share(self.transfer(*no)));
        for ((payer, way, out_biz_no), no) in &self.sent_as {
            let (slot, out_biz_no) = (payer.slot(), out_biz_no.clone());
            rows.add(TransferNumber { slot, payer: *payer, way: *way, out_biz_no, no: *no });
        }
        for ((payer, payee), last_at_us) in &self.acquainted {
            let (slot, last_at_us) = (payer.slot(), *last_at_us);
            rows.add(KnownPayee { slot, payer: *payer, payee: *payee, last_at_us });
        }
        for (no, (payee, ..)) in &self.came_in {
            rows.share(self.received(*no, payee.slot()));
        }
        for ((party, kind, period), (count, sum)) in &self.used {
            let (slot, sum_minor) = (party.slot(), super::yuan(*sum).minor());
            let (party, kind, period, count) = (*party, *kind, *period, *count);
            rows.add(people::Usage { slot, party, kind, period, count, sum_minor });
        }
    }

    /// Writes down how a transfer ended, for a program that wants to hear.
    pub(super) fn tell_of_transfer(&mut self, step: &Step, no: TransferNo) {
        let sent = &self.sendings[&no];
        let (Some(app), Some(url)) = (sent.app, sent.url.clone()) else { return };
        let way = if sent.way == TransferWay::ToAccount { "toaccount" } else { "uni" };
        let ended = if sent.state == TransferState::Done { "SUCCESS" } else { "FAIL" };
        let content = BTreeMap::from([
            ("action_type", "FINISH".to_owned()),
            ("biz_scene", "DIRECT_TRANSFER".to_owned()),
            ("order_id", no.to_string()),
            ("origin_interface", format!("alipay.fund.trans.{way}.transfer")),
            ("out_biz_no", sent.ask.out_biz_no.to_string()),
            ("pay_date", sent.paid_at.map_or(String::new(), china_clock)),
            ("pay_fund_order_id", no.fund_no()),
            ("product_code", "TRANS_ACCOUNT_NO_PWD".to_owned()),
            ("status", ended.to_owned()),
            ("trans_amount", sent.ask.amount.to_string()),
        ]);
        let content = serde_json::to_string(&content).expect("texts can be written");
        let mut members = BTreeMap::from([
            ("msg_method", "alipay.fund.trans.order.changed".to_owned()),
            ("utc_timestamp", (step.now() / 1_000).to_string()),
            ("version", "1.1".to_owned()),
            ("biz_content", content),
        ]);
        if sent.gbk {
            members.insert("charset", "GBK".to_owned());
        }
        if sent.rsa1 {
            members.insert("sign_type", "RSA".to_owned());
        }
        let content = serde_json::to_string(&members).expect("texts can be written");
        let told = Telling {
            app,
            order: no.topic(),
            event: NoticeEvent::Message,
            url,
            refunded: 0,
            closed: false,
            refund: None,
            at: step.now(),
            state: NoticeState::Due,
            attempts: 0,
            next_at: Some(step.now()),
            error: None,
            content: Some(Text::new(&content).expect("a message of a run is short")),
        };
        self.notices.insert(NoticeNo::of(step.stamp, step.slot), told);
        self.seen.count("notice of a transfer");
    }
}
