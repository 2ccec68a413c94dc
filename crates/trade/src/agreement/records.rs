//! The rows of agreements.

use super::{
    AgreementState, EndedBy, ExternalNo, PeriodRule, PersonalProduct, Progress, Terms, Unit, Validity,
};
use crate::{Url, WireCharset};
use base::{AgreementNo, AppId, Day, NoticeNo, OrderNo, PartyId, Record, Slot, Text, TimerNo};
use money::{Currency, Minor};

/// By what an agreement is found besides its number.
pub type AgreementText = Text<160>;

/// The merchant's side of an agreement; lives in the merchant's slot. What is under `version` and the columns after it
/// follows the [`Mandate`].
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "agreement", key = 2)]
pub struct Agreement {
    /// The merchant's slot.
    pub slot: Slot,
    /// Its number (`agreement_no`).
    pub no: AgreementNo,
    /// The merchant.
    pub seller: PartyId,
    /// The app that offered it.
    pub app: AppId,
    /// What is signed.
    pub product: PersonalProduct,
    /// In which business.
    pub sign_scene: Text<64>,
    /// The merchant's number of it.
    pub external_agreement_no: Option<ExternalNo>,
    /// The buyer's name in the merchant's system.
    pub external_logon_id: Option<Text<100>>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Of what the period is made; absent, like the next five, when there is no plan.
    pub period_unit: Option<Unit>,
    /// How many of them lie between two debits.
    pub period_every: Option<u32>,
    /// The planned day of the first debit.
    pub first_day: Option<Day>,
    /// The most that one debit may take.
    pub single_minor: Option<Minor>,
    /// The most that all debits together may take.
    pub total_minor: Option<Minor>,
    /// How many debits there may be.
    pub payments: Option<u32>,
    /// Of what the validity is counted; absent when it is for ever.
    pub validity_unit: Option<Unit>,
    /// How many of them.
    pub validity_count: Option<u32>,
    /// Where to notify.
    pub notify_url: Option<Url>,
    /// Where the browser goes after signing.
    pub return_url: Option<Url>,
    /// The charset of notifications.
    pub charset: WireCharset,
    /// Whether notifications are signed with SHA-1.
    pub rsa1: bool,
    /// When it was offered, microseconds UTC.
    pub offered_at_us: i64,
    /// Until when it can be signed.
    pub sign_until_us: i64,
    /// The timer that forgets it unsigned; absent once it is signed.
    pub timer: Option<TimerNo>,
    /// Whose slot was asked to sign and has not answered yet.
    pub asked: Option<PartyId>,
    /// Who signed.
    pub buyer: Option<PartyId>,
    /// The buyer's login as merchants may see it.
    pub buyer_login_masked: Option<Text<100>>,
    /// When it was signed.
    pub signed_at_us: Option<i64>,
    /// When it ends by itself.
    pub invalid_at_us: Option<i64>,
    /// Where it stands.
    pub state: AgreementState,
    /// The mandate's version that the columns from here on are of; 0 while nobody signed.
    pub version: u32,
    /// What its debits took.
    pub debited_minor: Minor,
    /// How many debits that were.
    pub debits: u32,
    /// The day that the plan is counted from.
    pub plan_from: Option<Day>,
    /// How many periods after it the next debit is planned.
    pub plan_step: u32,
    /// When the last debit was made.
    pub last_debit_at_us: Option<i64>,
    /// When it ended.
    pub ended_at_us: Option<i64>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// The notice that tells of its signing, when the merchant wants to hear.
    pub sign_notice: Option<NoticeNo>,
}

/// The buyer's permission, which each debit is judged by; lives in the buyer's slot under the agreement's number.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "mandate", key = 2)]
pub struct Mandate {
    /// The buyer's slot.
    pub slot: Slot,
    /// The agreement's number.
    pub no: AgreementNo,
    /// Who signed.
    pub buyer: PartyId,
    /// Who may take money.
    pub seller: PartyId,
    /// What was signed.
    pub product: PersonalProduct,
    /// In which business.
    pub sign_scene: Text<64>,
    /// The merchant's number of it.
    pub external_agreement_no: Option<ExternalNo>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Of what the period is made; absent, like the next five, when there is no plan.
    pub period_unit: Option<Unit>,
    /// How many of them lie between two debits.
    pub period_every: Option<u32>,
    /// The planned day of the first debit.
    pub first_day: Option<Day>,
    /// The most that one debit may take.
    pub single_minor: Option<Minor>,
    /// The most that all debits together may take.
    pub total_minor: Option<Minor>,
    /// How many debits there may be.
    pub payments: Option<u32>,
    /// When it was signed, microseconds UTC.
    pub signed_at_us: i64,
    /// When it ends by itself.
    pub invalid_at_us: i64,
    /// The timer that ends it; absent once it has ended.
    pub timer: Option<TimerNo>,
    /// Where it stands.
    pub state: AgreementState,
    /// How often it has changed, from 1.
    pub version: u32,
    /// What its debits took.
    pub debited_minor: Minor,
    /// How many debits that were.
    pub debits: u32,
    /// The day that the plan is counted from.
    pub plan_from: Option<Day>,
    /// How many periods after it the next debit is planned.
    pub plan_step: u32,
    /// When the last debit was made.
    pub last_debit_at_us: Option<i64>,
    /// When it ended.
    pub ended_at_us: Option<i64>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
}

/// Finds an agreement by what people call it. In the merchant's slot: the merchant and the merchant's number of it, for
/// good. In the buyer's slot: the buyer and [`buyer_name`], as long as the mandate is in force, so that nobody
/// signs the
/// same twice.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "agreement_name", key = 3)]
pub struct AgreementName {
    /// The owner's slot.
    pub slot: Slot,
    /// The merchant, or the buyer.
    pub owner: PartyId,
    /// What it is called.
    pub name: AgreementText,
    /// Its number.
    pub no: AgreementNo,
}

/// Under which agreement an order was debited; lives in the merchant's slot beside the order.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "debit", key = 2)]
pub struct Debit {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// The agreement.
    pub agreement_no: AgreementNo,
}

/// What a mandate is called in the buyer's slot: with whom, what and for which business it was signed.
pub fn buyer_name(
    seller: PartyId,
    product: PersonalProduct,
    sign_scene: &str,
    external_agreement_no: Option<&str>,
) -> AgreementText {
    let external = external_agreement_no.unwrap_or_default();
    let name = format!("{seller}/{}/{external}/{sign_scene}", product.wire());
    Text::new(&name).expect("16, 21, 32 and 64 characters fit")
}

/// The plan out of its columns.
macro_rules! rule_of {
    ($row:expr) => {
        match ($row.period_unit, $row.period_every, $row.first_day, $row.single_minor) {
            (Some(unit), Some(every), Some(first), Some(single)) => Some(PeriodRule {
                unit,
                every,
                first,
                single: single.of($row.currency),
                total: $row.total_minor.map(|total| total.of($row.currency)),
                payments: $row.payments,
            }),
            _ => None,
        }
    };
}
pub(super) use rule_of;

macro_rules! progress_of {
    ($row:expr) => {
        Progress {
            version: $row.version,
            state: $row.state,
            debited_minor: $row.debited_minor,
            debits: $row.debits,
            plan_from: $row.plan_from,
            plan_step: $row.plan_step,
            last_debit_at_us: $row.last_debit_at_us,
            ended_at_us: $row.ended_at_us,
            ended_by: $row.ended_by,
        }
    };
}

macro_rules! with_progress {
    ($row:expr, $progress:expr) => {{
        // No `..`: a new part of the progress does not compile until it is carried.
        let Progress {
            version,
            state,
            debited_minor,
            debits,
            plan_from,
            plan_step,
            last_debit_at_us,
            ended_at_us,
            ended_by,
        } = $progress;
        Self {
            version,
            state,
            debited_minor,
            debits,
            plan_from,
            plan_step,
            last_debit_at_us,
            ended_at_us,
            ended_by,
            ..$row
        }
    }};
}

impl Agreement {
    /// Its plan.
    pub fn rule(&self) -> Option<PeriodRule> {
        rule_of!(self)
    }

    /// What is agreed.
    pub fn terms(&self) -> Terms {
        let validity = self.validity_unit.zip(self.validity_count);
        Terms {
            product: self.product,
            sign_scene: self.sign_scene.clone(),
            external_agreement_no: self.external_agreement_no.clone(),
            external_logon_id: self.external_logon_id.clone(),
            rule: self.rule(),
            validity: validity.map(|(unit, count)| Validity { unit, count }),
        }
    }

    /// The first field in which a repeated offer means something else, under its name on the wire.
    pub fn differs(&self, again: &Terms) -> Option<&'static str> {
        // No `..`: a new part of the terms does not compile until it is compared.
        let Terms { product, sign_scene, external_agreement_no, external_logon_id, rule, validity } = again;
        let first = self.terms();
        let fields = [
            (*product != first.product, "personal_product_code"),
            (*sign_scene != first.sign_scene, "sign_scene"),
            (*external_agreement_no != first.external_agreement_no, "external_agreement_no"),
            (*external_logon_id != first.external_logon_id, "external_logon_id"),
            (*rule != first.rule, "period_rule_params"),
            (*validity != first.validity, "sign_validity_period"),
        ];
        fields.into_iter().find(|(differs, _)| *differs).map(|(_, name)| name)
    }

    /// How far it has come, as the merchant's slot knows it.
    pub fn progress(&self) -> Progress {
        progress_of!(self)
    }

    /// With what the buyer's slot said, when that is later than what is known.
    ///
    /// # Panics
    ///
    /// When the later word is of an earlier state: a mandate does not go back.
    pub fn following(self, said: Progress) -> Agreement {
        if said.version <= self.version {
            return self;
        }
        assert!(said.state >= self.state, "agreement {} goes back to {:?}", self.no, said.state);
        with_progress!(self, said)
    }

    /// Whether it is not in force any more: its end has come, whether or not a timer has written so.
    pub fn is_over(&self, now_us: i64) -> bool {
        self.state == AgreementState::Stop || self.invalid_at_us.is_some_and(|end_us| now_us >= end_us)
    }
}

impl Mandate {
    /// Its plan.
    pub fn rule(&self) -> Option<PeriodRule> {
        rule_of!(self)
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        progress_of!(self)
    }

    /// With a change, which is counted.
    pub fn changed(self, change: impl FnOnce(&mut Progress)) -> Mandate {
        let mut progress = self.progress();
        change(&mut progress);
        progress.version = self.version + 1;
        with_progress!(self, progress)
    }

    /// What it is called in the buyer's slot.
    pub fn name(&self) -> AgreementText {
        let external = self.external_agreement_no.as_ref().map(|number| number.as_str());
        buyer_name(self.seller, self.product, self.sign_scene.as_str(), external)
    }
}
