//! A buyer signs: the merchant's slot asks the buyer's, which checks the proof and writes the mandate.

use super::{MandateSaid, follow, offer, said};
use crate::command::Next;
use crate::proof::{self, Proven, act_of_signing};
use crate::{Fault, Message, Reply, Rows, Stop};
use base::{AgreementNo, PartyId, Plant, Slot, planted};
use money::{Currency, Minor};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Agreement, AgreementEvent, AgreementName, AgreementState, FOREVER_US, Mandate, SignRefused, Terms,
    TimerTask, buyer_name,
};

/// A signed-in buyer signs. The proof is a try of the payment password that was judged right for this very agreement,
/// or a passkey's for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignAgreement {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Who signs.
    pub buyer: PartyId,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
}

/// Merchant's slot to buyer's slot: sign this.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignAsk {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Who signs.
    pub buyer: PartyId,
    /// Who may then take money.
    pub seller: PartyId,
    /// What is signed.
    pub terms: Terms,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
}

/// Buyer's slot to merchant's slot: the answer to [`SignAsk`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignAnswer {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// What was signed, or why not.
    pub answer: Result<MandateSaid, SignRefused>,
}

impl SignAgreement {
    pub(crate) fn slot(&self) -> Slot {
        self.agreement_no.slot()
    }
}

pub(crate) fn sign_agreement(
    rows: &mut Rows<'_>,
    command: &SignAgreement,
) -> Result<Next<Arc<Agreement>>, Stop<SignRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let SignAgreement { agreement_no, buyer, attempt } = *command;
    let Some(agreement) = rows.get::<Agreement>((slot, agreement_no))? else {
        return Stop::because(SignRefused::AgreementNotFound);
    };
    if agreement.state == AgreementState::Temp && now_us >= agreement.sign_until_us {
        return Stop::because(SignRefused::AgreementNotFound);
    }
    if agreement.buyer.is_some_and(|only| only != buyer) {
        return Stop::because(SignRefused::BuyerDiffers);
    }
    if agreement.state.next(AgreementEvent::Sign).is_none() {
        return match agreement.state {
            AgreementState::Stop => Stop::because(SignRefused::AlreadyEnded),
            // Signed again by the same buyer: it stands.
            AgreementState::Normal | AgreementState::Temp => Ok(Next::Answer(agreement)),
        };
    }
    if agreement.asked.is_some() {
        return Stop::because(SignRefused::UnderWay);
    }
    if buyer == agreement.seller {
        return Stop::because(SignRefused::BuyerIsSeller);
    }
    let seller = rows.get::<Party>((slot, agreement.seller))?;
    if seller.is_none_or(|seller| seller.status != PartyStatus::Normal) {
        return Stop::because(SignRefused::SellerBlocked);
    }

    // Nothing can be refused here below this line; the buyer's slot may still say no.
    rows.put(Agreement { asked: Some(buyer), ..(*agreement).clone() });
    let (seller, terms) = (agreement.seller, agreement.terms());
    rows.send(buyer.slot(), Message::SignAsk(SignAsk { agreement_no, buyer, seller, terms, attempt }));
    Ok(Next::Chain)
}

/// In the buyer's slot: the mandate is written, or the answer is no.
pub(crate) fn sign_ask(rows: &mut Rows<'_>, asked: &SignAsk) -> Result<Option<Reply>, Fault> {
    let agreement_no = asked.agreement_no;
    let answer = match judge(rows, asked)? {
        Err(refused) => Err(refused),
        Ok(proven) => {
            proven.use_up(rows);
            Ok(signed(rows, agreement_no, (asked.buyer, asked.seller), &asked.terms)?)
        }
    };
    rows.send(agreement_no.slot(), Message::SignAnswer(SignAnswer { agreement_no, answer }));
    Ok(None)
}

/// What the buyer signs with, or why the buyer's slot says no.
fn judge(rows: &mut Rows<'_>, asked: &SignAsk) -> Result<Result<Proven, SignRefused>, Fault> {
    let SignAsk { agreement_no, buyer, seller, ref terms, attempt } = *asked;
    let party = rows.get::<Party>((rows.slot(), buyer))?;
    let Some(party) = party.filter(|party| party.status != PartyStatus::Closed) else {
        return Ok(Err(SignRefused::BuyerNotFound));
    };
    let act = act_of_signing(agreement_no, seller, terms);
    let proven = proof::of(rows, buyer, attempt, &act, planted(Plant::ProofOfAnyAgreement))?;
    let Some(proven) = proven else { return Ok(Err(SignRefused::ProofMissing)) };
    if party.status != PartyStatus::Normal {
        return Ok(Err(SignRefused::BuyerBlocked));
    }
    let same = same_in_force(rows, buyer, seller, terms)?;
    Ok(if same { Err(SignRefused::SameInForce) } else { Ok(proven) })
}

/// Whether the buyer has signed the same with this merchant, and it is in force.
pub(super) fn same_in_force(
    rows: &mut Rows<'_>,
    buyer: PartyId,
    seller: PartyId,
    terms: &Terms,
) -> Result<bool, Fault> {
    let external = terms.external_agreement_no.as_ref().map(|number| number.as_str());
    let name = buyer_name(seller, terms.product, terms.sign_scene.as_str(), external);
    Ok(rows.get::<AgreementName>((rows.slot(), buyer, name))?.is_some())
}

/// Writes the mandate of buyer and seller with its name and its timer, and gives what is said of it.
pub(super) fn signed(
    rows: &mut Rows<'_>,
    no: AgreementNo,
    (buyer, seller): (PartyId, PartyId),
    terms: &Terms,
) -> Result<MandateSaid, Fault> {
    let mandate = fresh(rows, no, (buyer, seller), terms);
    let (slot, owner, name) = (mandate.slot, mandate.buyer, mandate.name());
    rows.put(AgreementName { slot, owner, name, no });
    let said = said(rows, &mandate)?;
    rows.put(mandate);
    Ok(said)
}

fn fresh(
    rows: &mut Rows<'_>,
    no: AgreementNo,
    (buyer, seller): (PartyId, PartyId),
    terms: &Terms,
) -> Mandate {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let invalid_at_us = terms.validity.map_or(FOREVER_US, |validity| validity.ends_at_us(now_us));
    let timer = rows.after(invalid_at_us, |timer| {
        timer.task = TimerTask::EndAgreement;
        timer.order_no = Some(no.topic());
    });
    let rule = terms.rule;
    Mandate {
        slot,
        no,
        buyer,
        seller,
        product: terms.product,
        sign_scene: terms.sign_scene.clone(),
        external_agreement_no: terms.external_agreement_no.clone(),
        currency: rule.map_or(Currency::Cny, |rule| rule.single.currency()),
        period_unit: rule.map(|rule| rule.unit),
        period_every: rule.map(|rule| rule.every),
        first_day: rule.map(|rule| rule.first),
        single_minor: rule.map(|rule| rule.single.minor()),
        total_minor: rule.and_then(|rule| rule.total).map(|total| total.minor()),
        payments: rule.and_then(|rule| rule.payments),
        signed_at_us: now_us,
        invalid_at_us,
        timer: Some(timer),
        state: AgreementState::Normal,
        version: 1,
        debited_minor: Minor::ZERO,
        debits: 0,
        plan_from: rule.map(|rule| rule.first),
        plan_step: 0,
        last_debit_at_us: None,
        ended_at_us: None,
        ended_by: None,
    }
}

/// In the merchant's slot: the agreement is in force, or can be signed by somebody else again.
pub(crate) fn sign_answer(rows: &mut Rows<'_>, said: &SignAnswer) -> Result<Option<Reply>, Fault> {
    let refused = match &said.answer {
        Ok(mandate) => {
            let agreement = follow(rows, mandate)?;
            let ended = agreement.state == AgreementState::Stop;
            let answer = if ended { Err(SignRefused::AlreadyEnded) } else { Ok(agreement) };
            return Ok(Some(Reply::SignAgreement(answer)));
        }
        Err(refused) => *refused,
    };
    if let Some(agreement) = rows.get::<Agreement>((rows.slot(), said.agreement_no))? {
        if rows.now_us() >= agreement.sign_until_us {
            offer::forget(rows, &agreement);
        } else {
            rows.put(Agreement { asked: None, ..(*agreement).clone() });
        }
    }
    Ok(Some(Reply::SignAgreement(Err(refused))))
}
