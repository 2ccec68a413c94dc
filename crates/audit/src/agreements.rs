//! Agreements: both sides of each say the same, and what they say was debited is what orders paid.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{AgreementNo, Slot, SlotSet};
use engine::{Key, Tabled};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{Agreement, AgreementName, AgreementState, Debit, Mandate, Timer, TimerTask};

/// What an order of a debit came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Debited {
    /// Whether it was paid.
    pub(crate) paid: bool,
    /// Its total, minor units.
    pub(crate) total: i64,
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
}

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
        let agreement = self.agreements.get(&row.agreement_no).filter(|agreement| agreement.slot == row.slot);
        let (Some(order), Some(_)) = (order, agreement) else {
            let key = Debit::wrap_key((row.slot, row.order_no));
            return wrong(
                findings,
                &key,
                format!("its order or agreement {} is not there", row.agreement_no),
            );
        };
        if order.paid {
            let sums = self.debited.entry(row.agreement_no).or_default();
            *sums = (sums.0.saturating_add(1), sums.1 + i128::from(order.total));
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

    pub(crate) fn finish(self, findings: &mut Findings) {
        for row in self.agreements.values() {
            let key = Agreement::wrap_key((row.slot, row.no));
            if row.external_agreement_no.is_some() && !self.named.contains(&(row.slot, row.no, true)) {
                wrong(findings, &key, "its number does not point at it");
            }
            if row.timer.is_some() && !self.timed.contains(&(row.no, true)) {
                findings.add(
                    FindingKind::TimerWrong,
                    "agreement",
                    text_of_key(&key),
                    "its timer is not there",
                );
            }
            let Some(buyer) = row.buyer.filter(|buyer| self.home.contains(buyer.slot())) else { continue };
            match self.mandates.get(&row.no) {
                Some(mandate) if mandate.buyer == buyer && mandate.seller == row.seller => {
                    let same = mandate.progress() == row.progress() || self.home != SlotSet::ALL;
                    let terms = (mandate.rule(), Some(mandate.signed_at_us), Some(mandate.invalid_at_us));
                    if !same || terms != (row.rule(), row.signed_at_us, row.invalid_at_us) {
                        wrong(findings, &key, "its mandate says otherwise");
                    }
                }
                _ => wrong(findings, &key, format!("its buyer {buyer} has no mandate for this merchant")),
            }
        }
        for row in self.mandates.values() {
            let key = Mandate::wrap_key((row.slot, row.no));
            let in_force = row.state == AgreementState::Normal;
            if in_force && !self.named.contains(&(row.slot, row.no, false)) {
                wrong(findings, &key, "its name does not point at it");
            }
            if row.timer.is_some() && !self.timed.contains(&(row.no, false)) {
                findings.add(FindingKind::TimerWrong, "mandate", text_of_key(&key), "its timer is not there");
            }
            if self.home != SlotSet::ALL {
                continue;
            }
            if self.agreements.get(&row.no).is_none_or(|agreement| agreement.buyer != Some(row.buyer)) {
                wrong(findings, &key, "the merchant has no agreement with its buyer");
            }
            let (count, sum) = self.debited.get(&row.no).copied().unwrap_or_default();
            if (row.debits, i128::from(row.debited_minor.units())) != (count, sum) {
                let counted = format!("{} debits of {}", row.debits, row.debited_minor.units());
                wrong(findings, &key, format!("it counts {counted} in all, paid are {count} of {sum}"));
            }
        }
    }
}
