//! What a buyer signs by paying an order.

use super::records::rule_of;
use super::{ExternalNo, PeriodRule, PersonalProduct, SigningRefused, Terms, Unit, Validity};
use crate::Url;
use base::{AgreementNo, Day, OrderNo, Record, Slot, Text};
use money::{Currency, Minor};

/// The terms that the buyer of an order agrees to by paying it; lives in the merchant's slot beside the order. There is
/// an agreement only once the order is paid.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "signing", key = 2)]
pub struct Signing {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
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
    /// Where to tell of the agreement (`sign_notify_url`).
    pub notify_url: Option<Url>,
    /// The agreement, once the order is paid.
    pub agreement_no: Option<AgreementNo>,
    /// Why the order was paid and yet nothing was signed.
    pub refused: Option<SigningRefused>,
}

impl Signing {
    /// These terms beside this order, which nobody has paid yet.
    pub fn of(order_no: OrderNo, terms: &Terms, notify_url: Option<Url>) -> Signing {
        // No `..`: a new part of the terms does not compile until it is kept.
        let Terms { product, sign_scene, external_agreement_no, external_logon_id, rule, validity } =
            terms.clone();
        Signing {
            slot: order_no.slot(),
            order_no,
            product,
            sign_scene,
            external_agreement_no,
            external_logon_id,
            currency: rule.map_or(Currency::Cny, |rule| rule.single.currency()),
            period_unit: rule.map(|rule| rule.unit),
            period_every: rule.map(|rule| rule.every),
            first_day: rule.map(|rule| rule.first),
            single_minor: rule.map(|rule| rule.single.minor()),
            total_minor: rule.and_then(|rule| rule.total).map(|total| total.minor()),
            payments: rule.and_then(|rule| rule.payments),
            validity_unit: validity.map(|validity| validity.unit),
            validity_count: validity.map(|validity| validity.count),
            notify_url,
            agreement_no: None,
            refused: None,
        }
    }

    /// What is agreed to.
    pub fn terms(&self) -> Terms {
        let rule: Option<PeriodRule> = rule_of!(self);
        let validity = self.validity_unit.zip(self.validity_count);
        Terms {
            product: self.product,
            sign_scene: self.sign_scene.clone(),
            external_agreement_no: self.external_agreement_no.clone(),
            external_logon_id: self.external_logon_id.clone(),
            rule,
            validity: validity.map(|(unit, count)| Validity { unit, count }),
        }
    }
}
