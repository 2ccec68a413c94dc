//! A merchant offers an agreement; a buyer may sign it by its link.

use crate::command::Next;
use crate::open_order::merchant;
use crate::{Fault, Rows, Stop};
use base::{AgreementNo, AppId, Day, PartyId, Slot, Text};
use money::{Currency, Minor};
use people::PartyStatus;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Agreement, AgreementName, AgreementState, AgreementText, ExternalNo, OfferRefused, SIGN_LIFE_US, Terms,
    TimerTask, Url, WireCharset,
};

/// How a merchant hears of an agreement: the first request's stands, later ones are ignored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgreementDelivery {
    /// Where to notify.
    pub notify_url: Option<Url>,
    /// Where the browser goes after signing.
    pub return_url: Option<Url>,
    /// The charset of the request, used for notifications.
    pub charset: WireCharset,
    /// Whether notifications are signed with SHA-1, because the request was.
    pub rsa1: bool,
}

/// A merchant offers an agreement. Under the same number of the merchant the same terms give the same offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferAgreement {
    /// The merchant.
    pub seller: PartyId,
    /// The app that asks.
    pub app: AppId,
    /// What is to be signed.
    pub terms: Terms,
    /// How the merchant hears of it.
    pub delivery: AgreementDelivery,
    /// How long it can be signed, microseconds, at most [`SIGN_LIFE_US`]; that long when absent.
    pub sign_within_us: Option<i64>,
}

impl OfferAgreement {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn offer_agreement(
    rows: &mut Rows<'_>,
    command: &OfferAgreement,
) -> Result<Next<Arc<Agreement>>, Stop<OfferRefused>> {
    let (slot, seller) = (rows.slot(), command.seller);
    let Some(party) = merchant(rows, seller, command.app)? else {
        return Stop::because(OfferRefused::SellerNotFound);
    };
    // One that is too late is offered anew, unless a buyer's slot is asked right now.
    let now_us = rows.now_us();
    let standing = standing(rows, seller, &command.terms)?;
    if let Some(first) =
        standing.clone().filter(|first| now_us < first.sign_until_us || first.asked.is_some())
    {
        return Ok(Next::Answer(first));
    }
    if party.status != PartyStatus::Normal {
        return Stop::because(OfferRefused::SellerBlocked);
    }
    if has_begun(&command.terms, now_us) {
        return Stop::because(OfferRefused::FirstDayPassed);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    if let Some(late) = standing {
        forget(rows, &late);
    }
    let agreement = Arc::new(fresh(rows, command));
    if let Some(number) = &command.terms.external_agreement_no {
        let name = external_name(number);
        rows.put(AgreementName { slot, owner: seller, name, no: agreement.no });
    }
    rows.insert_shared(agreement.clone());
    Ok(Next::Answer(agreement))
}

/// The name under which a merchant's own number is found.
pub(super) fn external_name(number: &ExternalNo) -> AgreementText {
    Text::new(number.as_str()).expect("the shorter text fits")
}

/// The unsigned offer that stands under the merchant's number of these terms, if any; refused when the number is used
/// up or was used for something else.
pub(super) fn standing(
    rows: &mut Rows<'_>,
    seller: PartyId,
    terms: &Terms,
) -> Result<Option<Arc<Agreement>>, Stop<OfferRefused>> {
    let Some(first) = numbered(rows, seller, terms)? else { return Ok(None) };
    if let Some(field) = first.differs(terms) {
        return Stop::because(OfferRefused::NumberTaken { field });
    }
    match first.state {
        AgreementState::Normal => Stop::because(OfferRefused::AlreadySigned),
        AgreementState::Stop => Stop::because(OfferRefused::AlreadyEnded),
        AgreementState::Temp => Ok(Some(first)),
    }
}

/// Whether the first debit of these terms is planned for a day that has passed.
pub(super) fn has_begun(terms: &Terms, now_us: i64) -> bool {
    terms.rule.is_some_and(|rule| rule.first < Day::of(now_us))
}

/// The agreement that has the merchant's number already.
pub(super) fn numbered(
    rows: &mut Rows<'_>,
    seller: PartyId,
    terms: &Terms,
) -> Result<Option<Arc<Agreement>>, Fault> {
    let Some(number) = &terms.external_agreement_no else { return Ok(None) };
    let name = external_name(number);
    let Some(named) = rows.get::<AgreementName>((rows.slot(), seller, name))? else { return Ok(None) };
    rows.get::<Agreement>((rows.slot(), named.no))
}

fn fresh(rows: &mut Rows<'_>, command: &OfferAgreement) -> Agreement {
    let now_us = rows.now_us();
    let no = AgreementNo::of(rows.stamp(), rows.slot());
    let life_us = command.sign_within_us.unwrap_or(SIGN_LIFE_US).clamp(0, SIGN_LIFE_US);
    let sign_until_us = now_us + life_us;
    let timer = rows.after(sign_until_us, |timer| {
        timer.task = TimerTask::EndAgreement;
        timer.order_no = Some(no.topic());
    });
    Agreement { timer: Some(timer), ..unsigned(rows, command, sign_until_us) }
}

/// An agreement that nobody signed, without a timer.
pub(super) fn unsigned(rows: &Rows<'_>, command: &OfferAgreement, sign_until_us: i64) -> Agreement {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let OfferAgreement { seller, app, terms, delivery, sign_within_us: _ } = command.clone();
    let rule = terms.rule;
    Agreement {
        slot,
        no: AgreementNo::of(rows.stamp(), slot),
        seller,
        app,
        product: terms.product,
        sign_scene: terms.sign_scene,
        external_agreement_no: terms.external_agreement_no,
        external_logon_id: terms.external_logon_id,
        currency: rule.map_or(Currency::Cny, |rule| rule.single.currency()),
        period_unit: rule.map(|rule| rule.unit),
        period_every: rule.map(|rule| rule.every),
        first_day: rule.map(|rule| rule.first),
        single_minor: rule.map(|rule| rule.single.minor()),
        total_minor: rule.and_then(|rule| rule.total).map(|total| total.minor()),
        payments: rule.and_then(|rule| rule.payments),
        validity_unit: terms.validity.map(|validity| validity.unit),
        validity_count: terms.validity.map(|validity| validity.count),
        notify_url: delivery.notify_url,
        return_url: delivery.return_url,
        charset: delivery.charset,
        rsa1: delivery.rsa1,
        offered_at_us: now_us,
        sign_until_us,
        timer: None,
        asked: None,
        buyer: None,
        buyer_login_masked: None,
        signed_at_us: None,
        invalid_at_us: None,
        state: AgreementState::Temp,
        version: 0,
        debited_minor: Minor::ZERO,
        debits: 0,
        plan_from: None,
        plan_step: 0,
        last_debit_at_us: None,
        ended_at_us: None,
        ended_by: None,
        sign_notice: None,
    }
}

/// An offer that nobody signed in time was never there.
pub(crate) fn forget(rows: &mut Rows<'_>, agreement: &Agreement) {
    if let Some(number) = &agreement.external_agreement_no {
        let name = external_name(number);
        rows.delete::<AgreementName>((agreement.slot, agreement.seller, name));
    }
    if let Some(timer) = agreement.timer {
        rows.delete::<trade::Timer>((agreement.slot, agreement.sign_until_us, timer));
    }
    rows.delete::<Agreement>((agreement.slot, agreement.no));
}
