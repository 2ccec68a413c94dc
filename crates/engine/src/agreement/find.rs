//! Looking at agreements.

use super::agreement_of;
use crate::command::Next;
use crate::{Rows, Stop};
use base::{AgreementNo, PartyId, Slot, Text};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Agreement, AgreementName, ExternalNo, FindAgreementRefused, Mandate, PersonalProduct, buyer_name,
};

/// A merchant looks at an agreement; one that has ended is not found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindAgreement {
    /// The merchant.
    pub seller: PartyId,
    /// Which one.
    pub agreement_no: AgreementNo,
}

/// The page that a buyer signs on looks at an agreement, in whatever state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindOffer {
    /// Which one.
    pub agreement_no: AgreementNo,
}

/// Which agreement has this buyer in force with this merchant?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindByBuyer {
    /// The buyer.
    pub buyer: PartyId,
    /// The merchant.
    pub seller: PartyId,
    /// What was signed.
    pub product: PersonalProduct,
    /// In which business.
    pub sign_scene: Text<64>,
    /// The merchant's number of it, when it has one.
    pub external_agreement_no: Option<ExternalNo>,
}

/// A buyer looks at a mandate, in whatever state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindMandate {
    /// The buyer.
    pub buyer: PartyId,
    /// Which one.
    pub agreement_no: AgreementNo,
}

impl FindAgreement {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl FindOffer {
    pub(crate) fn slot(&self) -> Slot {
        self.agreement_no.slot()
    }
}

impl FindByBuyer {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

impl FindMandate {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

pub(crate) fn find_agreement(
    rows: &mut Rows<'_>,
    query: &FindAgreement,
) -> Result<Next<Arc<Agreement>>, Stop<FindAgreementRefused>> {
    let found = agreement_of(rows, query.seller, query.agreement_no)?;
    match found.filter(|agreement| !agreement.is_over(rows.now_us())) {
        Some(agreement) => Ok(Next::Answer(agreement)),
        None => Stop::because(FindAgreementRefused::AgreementNotFound),
    }
}

pub(crate) fn find_offer(
    rows: &mut Rows<'_>,
    query: &FindOffer,
) -> Result<Next<Arc<Agreement>>, Stop<FindAgreementRefused>> {
    match rows.get::<Agreement>((rows.slot(), query.agreement_no))? {
        Some(agreement) => Ok(Next::Answer(agreement)),
        None => Stop::because(FindAgreementRefused::AgreementNotFound),
    }
}

pub(crate) fn find_by_buyer(
    rows: &mut Rows<'_>,
    query: &FindByBuyer,
) -> Result<Next<AgreementNo>, Stop<FindAgreementRefused>> {
    let external = query.external_agreement_no.as_ref().map(|number| number.as_str());
    let name = buyer_name(query.seller, query.product, query.sign_scene.as_str(), external);
    match rows.get::<AgreementName>((rows.slot(), query.buyer, name))? {
        Some(found) => Ok(Next::Answer(found.no)),
        None => Stop::because(FindAgreementRefused::AgreementNotFound),
    }
}

pub(crate) fn find_mandate(
    rows: &mut Rows<'_>,
    query: &FindMandate,
) -> Result<Next<Arc<Mandate>>, Stop<FindAgreementRefused>> {
    match super::mandate_of(rows, query.buyer, query.agreement_no)? {
        Some(mandate) => Ok(Next::Answer(mandate)),
        None => Stop::because(FindAgreementRefused::AgreementNotFound),
    }
}
