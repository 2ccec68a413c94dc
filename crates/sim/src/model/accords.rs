//! Agreements as the house writes them down, and what merchants are told of them.

use super::facts::{Accord, Telling};
use super::rows::Expected;
use super::{Model, Step};
use base::{AgreementNo, NoticeNo, Slot, Text};
use money::Minor;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{
    Agreement, AgreementName, AgreementState, Debit, Mandate, NoticeEvent, NoticeState, PeriodRule, Progress,
};
use wire::timestamp::format_cn;

impl Accord {
    pub(super) fn offered(
        asked: engine::OfferAgreement,
        offered_at: i64,
        sign_until: i64,
        timer: Option<base::TimerNo>,
    ) -> Accord {
        let pace = Accord::no_pace();
        Accord { asked, offered_at, sign_until, timer, asked_of: None, signed: None, pace, sign_notice: None }
    }

    /// How far what nobody signed has come.
    pub(super) fn no_pace() -> Progress {
        Progress {
            version: 0,
            state: AgreementState::Temp,
            debited_minor: Minor::ZERO,
            debits: 0,
            plan_from: None,
            plan_step: 0,
            last_debit_at_us: None,
            ended_at_us: None,
            ended_by: None,
        }
    }
}

impl Model {
    pub(super) fn agreement(&self, no: AgreementNo) -> Arc<Agreement> {
        let accord = &self.accords[&no];
        let (terms, to, pace) = (accord.asked.terms.clone(), accord.asked.delivery.clone(), accord.pace);
        let signed = accord.signed.clone();
        let plan = |of: fn(&PeriodRule) -> Minor| terms.rule.as_ref().map(of);
        Arc::new(Agreement {
            slot: no.slot(),
            no,
            seller: accord.asked.seller,
            app: accord.asked.app,
            product: terms.product,
            sign_scene: terms.sign_scene.clone(),
            external_agreement_no: terms.external_agreement_no.clone(),
            external_logon_id: terms.external_logon_id.clone(),
            currency: money::Currency::Cny,
            period_unit: terms.rule.map(|rule| rule.unit),
            period_every: terms.rule.map(|rule| rule.every),
            first_day: terms.rule.map(|rule| rule.first),
            single_minor: plan(|rule| rule.single.minor()),
            total_minor: terms.rule.and_then(|rule| rule.total).map(|total| total.minor()),
            payments: terms.rule.and_then(|rule| rule.payments),
            validity_unit: terms.validity.map(|validity| validity.unit),
            validity_count: terms.validity.map(|validity| validity.count),
            notify_url: to.notify_url,
            return_url: to.return_url,
            charset: to.charset,
            rsa1: to.rsa1,
            offered_at_us: accord.offered_at,
            sign_until_us: accord.sign_until,
            timer: accord.timer,
            asked: accord.asked_of,
            buyer: signed.as_ref().map(|(buyer, ..)| *buyer),
            buyer_login_masked: signed.as_ref().map(|(_, login, ..)| login.clone()),
            signed_at_us: signed.as_ref().map(|(_, _, at, _)| *at),
            invalid_at_us: signed.as_ref().map(|(.., until)| *until),
            state: pace.state,
            version: pace.version,
            debited_minor: pace.debited_minor,
            debits: pace.debits,
            plan_from: pace.plan_from,
            plan_step: pace.plan_step,
            last_debit_at_us: pace.last_debit_at_us,
            ended_at_us: pace.ended_at_us,
            ended_by: pace.ended_by,
            sign_notice: accord.sign_notice,
        })
    }

    pub(super) fn mandate(&self, (slot, no): (Slot, AgreementNo)) -> Arc<Mandate> {
        let pledge = &self.pledges[&(slot, no)];
        let (terms, pace) = (pledge.terms.clone(), pledge.pace);
        Arc::new(Mandate {
            slot,
            no,
            buyer: pledge.buyer,
            seller: pledge.seller,
            product: terms.product,
            sign_scene: terms.sign_scene,
            external_agreement_no: terms.external_agreement_no,
            currency: money::Currency::Cny,
            period_unit: terms.rule.map(|rule| rule.unit),
            period_every: terms.rule.map(|rule| rule.every),
            first_day: terms.rule.map(|rule| rule.first),
            single_minor: terms.rule.map(|rule| rule.single.minor()),
            total_minor: terms.rule.and_then(|rule| rule.total).map(|total| total.minor()),
            payments: terms.rule.and_then(|rule| rule.payments),
            signed_at_us: pledge.signed_at,
            invalid_at_us: pledge.invalid_at,
            timer: pledge.timer,
            state: pace.state,
            version: pace.version,
            debited_minor: pace.debited_minor,
            debits: pace.debits,
            plan_from: pace.plan_from,
            plan_step: pace.plan_step,
            last_debit_at_us: pace.last_debit_at_us,
            ended_at_us: pace.ended_at_us,
            ended_by: pace.ended_by,
        })
    }

    pub(super) fn rows_of_agreements(&self, rows: &mut Expected) {
        self.accords.keys().for_each(|no| rows.share(self.agreement(*no)));
        self.pledges.keys().for_each(|key| rows.share(self.mandate(*key)));
        for ((owner, name), no) in &self.called {
            rows.add(AgreementName { slot: owner.slot(), owner: *owner, name: name.clone(), no: *no });
        }
        for (order_no, agreement_no) in &self.debits {
            let (slot, order_no, agreement_no) = (order_no.slot(), *order_no, *agreement_no);
            rows.add(Debit { slot, order_no, agreement_no });
        }
    }

    /// Writes down that it was signed, or has ended, for a merchant who wants to hear.
    pub(super) fn tell_of(&mut self, step: &Step, no: AgreementNo, ended: bool) -> Option<NoticeNo> {
        let row = self.agreement(no);
        let url = row.notify_url.clone()?;
        let time = |at: Option<i64>| at.map(format_cn);
        let members = [
            ("notify_type", Some(if ended { "dut_user_unsign" } else { "dut_user_sign" }.to_owned())),
            ("status", Some(if ended { "UNSIGN" } else { "NORMAL" }.to_owned())),
            ("charset", (row.charset == trade::WireCharset::Gbk).then(|| "GBK".to_owned())),
            ("sign_type", row.rsa1.then(|| "RSA".to_owned())),
            ("auth_app_id", Some(row.app.to_string())),
            ("agreement_no", Some(no.to_string())),
            ("external_agreement_no", row.external_agreement_no.as_ref().map(ToString::to_string)),
            ("external_logon_id", row.external_logon_id.as_ref().map(ToString::to_string)),
            ("personal_product_code", Some(row.product.wire().to_owned())),
            ("sign_scene", Some(row.sign_scene.to_string())),
            ("alipay_user_id", row.buyer.map(|buyer| buyer.to_string())),
            ("alipay_logon_id", row.buyer_login_masked.as_ref().map(ToString::to_string)),
            ("sign_time", time(row.signed_at_us)),
            ("valid_time", time(row.signed_at_us)),
            ("invalid_time", time(row.invalid_at_us)),
            ("unsign_time", time(row.ended_at_us)),
        ];
        let said = members.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let said: BTreeMap<&str, String> = said.collect();
        let content = serde_json::to_string(&said).expect("texts can be written");
        let told = Telling {
            app: row.app,
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
            content: Some(Text::new(&content).expect("the members are short")),
        };
        let number = NoticeNo::of(step.stamp, step.slot);
        self.notices.insert(number, told);
        self.seen.count("notice of Message");
        Some(number)
    }

    /// News of a signing that still waits is not sent after that of the end.
    pub(super) fn overtake(&mut self, no: NoticeNo) {
        let notice = self.notices.get_mut(&no).expect("notices stay");
        if notice.state == NoticeState::Due {
            (notice.state, notice.next_at) = (NoticeState::GivenUp, None);
            notice.error = Some(Text::new("the agreement has ended meanwhile").expect("it is short"));
            self.seen.count("news of a signing was overtaken by the end");
        }
    }
}
