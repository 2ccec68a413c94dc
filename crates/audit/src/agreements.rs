//! Agreements: both sides of each say the same, what they say was debited is what orders paid, and each debit was
//! allowed.

mod signings;
mod whole;

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{AgreementNo, PartyId, Slot, SlotSet};
use engine::{Key, Tabled};
use money::Currency;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{
    Agreement, AgreementName, AgreementState, Debit, FOREVER_US, Mandate, Notice, NoticeEvent, Timer,
    TimerTask,
};

/// What an order came to that was debited, or by which something is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Debited {
    /// Whether it was paid.
    pub(crate) paid: bool,
    /// Its total, minor units.
    pub(crate) total: i64,
    /// Of which currency.
    pub(crate) currency: Currency,
    /// Whose money it was, if anybody's.
    pub(crate) buyer: Option<PartyId>,
    /// Who was paid.
    pub(crate) seller: PartyId,
}

/// What was seen of agreements.
#[derive(Debug)]
pub(crate) struct Agreements {
    home: SlotSet,
    agreements: BTreeMap<AgreementNo, Arc<Agreement>>,
    mandates: BTreeMap<AgreementNo, Arc<Mandate>>,
    /// Agreements that a merchant's number points at, and mandates that a buyer's name points at.
    named: BTreeSet<(Slot, AgreementNo, bool)>,
    /// Agreements and mandates with a timer.
    timed: BTreeSet<(AgreementNo, bool)>,
    /// Debits whose orders were paid: how many, how much.
    debited: BTreeMap<AgreementNo, (u32, i128)>,
    /// Agreements that were signed by paying an order.
    by_order: BTreeSet<AgreementNo>,
    /// How many notices tell that an agreement was signed, and that it has ended.
    told: BTreeMap<AgreementNo, [u32; 2]>,
}

/// What notices of agreements say has happened, in the order of `Agreements::told`.
const TOLD: [&str; 2] = ["dut_user_sign", "dut_user_unsign"];

fn wrong(findings: &mut Findings, key: &Key, message: impl Into<String>) {
    findings.add(FindingKind::AgreementWrong, key.table().name(), text_of_key(key), message.into());
}

impl Agreements {
    pub(crate) fn new(home: SlotSet) -> Agreements {
        Agreements {
            home,
            agreements: BTreeMap::new(),
            mandates: BTreeMap::new(),
            named: BTreeSet::new(),
            timed: BTreeSet::new(),
            debited: BTreeMap::new(),
            by_order: BTreeSet::new(),
            told: BTreeMap::new(),
        }
    }

    pub(crate) fn agreement(&mut self, row: &Arc<Agreement>, findings: &mut Findings) {
        let key = Agreement::wrap_key((row.slot, row.no));
        let temp = row.state == AgreementState::Temp;
        let stop = row.state == AgreementState::Stop;
        let checks = [
            (
                row.no.slot() == row.slot && row.seller.slot() == row.slot,
                "its number or merchant is of another slot",
            ),
            (row.no.at_us() == row.offered_at_us, "offered_at_us is not that of its number"),
            (row.rule().is_some() == row.period_unit.is_some(), "its plan has a part only"),
            (temp == row.buyer.is_none() && temp == (row.version == 0), "only what nobody signed is temp"),
            (
                temp != row.signed_at_us.is_some() && temp != row.invalid_at_us.is_some(),
                "its times are not those of its state",
            ),
            (
                stop == row.ended_at_us.is_some() && stop == row.ended_by.is_some(),
                "only what has ended has an end",
            ),
            (temp || (row.timer.is_none() && row.asked.is_none()), "it is signed and yet can be signed"),
            (!temp || row.timer.is_some() || row.asked.is_some(), "nothing will forget it"),
            // In a world of one cell the answer comes in the decision that asks.
            (
                self.home != SlotSet::ALL || row.asked.is_none(),
                "somebody is asked to sign and never answered",
            ),
            (row.invalid_at_us == end_of(row), "its end does not follow from its validity"),
        ];
        for (_, message) in checks.into_iter().filter(|(holds, _)| !holds) {
            wrong(findings, &key, message);
        }
        self.agreements.insert(row.no, row.clone());
    }

    pub(crate) fn mandate(&mut self, row: &Arc<Mandate>, findings: &mut Findings) {
        let key = Mandate::wrap_key((row.slot, row.no));
        let (normal, stop) = (row.state == AgreementState::Normal, row.state == AgreementState::Stop);
        let checks = [
            (row.buyer.slot() == row.slot, "its buyer is of another slot"),
            (normal || stop, "nobody signed it"),
            (row.version > 0, "it was never written"),
            (row.rule().is_some() == row.period_unit.is_some(), "its plan has a part only"),
            (normal == row.timer.is_some(), "what is in force has a timer, and nothing else"),
            (
                stop == row.ended_at_us.is_some() && stop == row.ended_by.is_some(),
                "only what has ended has an end",
            ),
            (row.signed_at_us <= row.invalid_at_us, "it ended before it was signed"),
            (row.payments.is_none_or(|most| row.debits <= most), "more debits than were agreed"),
            (
                row.total_minor.is_none_or(|most| row.debited_minor <= most),
                "more was debited than was agreed",
            ),
        ];
        for (_, message) in checks.into_iter().filter(|(holds, _)| !holds) {
            wrong(findings, &key, message);
        }
        self.mandates.insert(row.no, row.clone());
    }

    pub(crate) fn name(&mut self, row: &AgreementName, findings: &mut Findings) {
        let agreement = self.agreements.get(&row.no).filter(|agreement| {
            let number = agreement.external_agreement_no.as_ref().map(|number| number.as_str());
            agreement.seller == row.owner && number == Some(row.name.as_str())
        });
        let mandate = self.mandates.get(&row.no).filter(|mandate| {
            mandate.buyer == row.owner
                && mandate.name() == row.name
                && mandate.state == AgreementState::Normal
        });
        let fits = (agreement.is_some() || mandate.is_some()) && row.owner.slot() == row.slot;
        if !fits {
            let key = AgreementName::wrap_key((row.slot, row.owner, row.name.clone()));
            return wrong(findings, &key, format!("agreement {} is not called so, or has ended", row.no));
        }
        self.named.insert((row.slot, row.no, agreement.is_some()));
    }

    /// A debit; `order` is what its order came to, absent when there is none of the same merchant.
    pub(crate) fn debit(&mut self, row: &Debit, order: Option<Debited>, findings: &mut Findings) {
        let key = Debit::wrap_key((row.slot, row.order_no));
        let agreement = self.agreements.get(&row.agreement_no).filter(|agreement| agreement.slot == row.slot);
        let (Some(order), Some(agreement)) = (order, agreement) else {
            let message = format!("its order or agreement {} is not there", row.agreement_no);
            return wrong(findings, &key, message);
        };
        // What was not paid took nothing, and may have been refused for any of this.
        if !order.paid {
            return;
        }
        let most = agreement.single_minor.map(|single| single.units());
        let checks = [
            (agreement.buyer.is_some() && order.buyer == agreement.buyer, "another paid than signed"),
            (order.seller == agreement.seller, "another was paid than the merchant of its agreement"),
            (order.currency == agreement.currency, "its money is of another currency than its agreement"),
            (most.is_none_or(|most| order.total <= most), "it took more than one debit may take"),
        ];
        for (_, message) in checks.into_iter().filter(|(holds, _)| !holds) {
            wrong(findings, &key, message);
        }
        let sums = self.debited.entry(row.agreement_no).or_default();
        *sums = (sums.0.saturating_add(1), sums.1 + i128::from(order.total));
    }

    /// A notice that carries what it says; others are of orders.
    pub(crate) fn notice(&mut self, notice: &Notice, findings: &mut Findings) {
        if notice.event != NoticeEvent::Message {
            return;
        }
        let mut wrong = |message: &str| {
            let key = text_of_key(&Notice::wrap_key((notice.slot, notice.no)));
            findings.add(FindingKind::NoticeWrong, "notice", key, message);
        };
        let agreement = self.agreements.get(&AgreementNo::of_topic(notice.order_no)).filter(|agreement| {
            let to = (notice.slot, notice.app, Some(&notice.url));
            to == (agreement.slot, agreement.app, agreement.notify_url.as_ref())
        });
        let Some(agreement) = agreement else {
            return wrong("its agreement is not there, or has another app or address");
        };
        let content = notice.content.as_ref().map_or("", |content| content.as_str());
        let members: BTreeMap<String, String> = serde_json::from_str(content).unwrap_or_default();
        let member = |name| members.get(name).map_or("", String::as_str);
        let kind = TOLD.iter().position(|kind| *kind == member("notify_type"));
        match kind.filter(|_| member("agreement_no") == agreement.no.to_string()) {
            Some(kind) => self.told.entry(agreement.no).or_default()[kind] += 1,
            None => wrong("it says nothing of its agreement"),
        }
    }

    pub(crate) fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        if timer.task != TimerTask::EndAgreement {
            return;
        }
        let no = timer.order_no.map(AgreementNo::of_topic);
        let (slot, due, number) = (timer.slot, timer.due_at_us, Some(timer.no));
        let agreement = no
            .and_then(|no| self.agreements.get(&no))
            .filter(|row| row.slot == slot && row.sign_until_us == due && row.timer == number);
        let mandate = no
            .and_then(|no| self.mandates.get(&no))
            .filter(|row| row.slot == slot && row.invalid_at_us == due && row.timer == number);
        match (agreement, mandate) {
            (Some(row), _) => {
                self.timed.insert((row.no, true));
            }
            (None, Some(row)) => {
                self.timed.insert((row.no, false));
            }
            (None, None) => {
                let key = text_of_key(&Timer::wrap_key((slot, due, timer.no)));
                findings.add(FindingKind::TimerWrong, "timer", key, "no agreement has this timer");
            }
        }
    }
}

/// When what was signed ends by itself.
fn end_of(row: &Agreement) -> Option<i64> {
    let end_us = |at_us| row.terms().validity.map_or(FOREVER_US, |validity| validity.ends_at_us(at_us));
    row.signed_at_us.map(end_us)
}
