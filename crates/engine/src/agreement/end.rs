//! Agreements end: by the merchant, by the buyer, or because their time is over. The mandate ends first, always.

use super::{MandateSaid, agreement_of, follow, mandate_of, offer, said};
use crate::command::Next;
use crate::{Fault, Message, Reply, Rows, Stop};
use base::{AgreementNo, PartyId, Plant, Slot, TimerNo, planted};
use serde::{Deserialize, Serialize};
use trade::{
    Agreement, AgreementEvent, AgreementName, AgreementState, EndedBy, Mandate, Timer, UnsignRefused,
};

/// A merchant ends an agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnsignAgreement {
    /// The merchant.
    pub seller: PartyId,
    /// Which one.
    pub agreement_no: AgreementNo,
}

/// A buyer ends an agreement in the wallet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndMandate {
    /// The buyer.
    pub buyer: PartyId,
    /// Which one.
    pub agreement_no: AgreementNo,
}

/// Merchant's slot to buyer's slot: end the mandate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndAsk {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Who signed it.
    pub buyer: PartyId,
}

/// Buyer's slot to merchant's slot: the mandate has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MandateEnded {
    /// The mandate after it.
    pub mandate: MandateSaid,
    /// Who waits for the answer: the merchant or the buyer; nobody when its time was over.
    pub asked_by: Option<EndedBy>,
    /// Whether it had ended before it was asked to.
    pub before: bool,
}

impl UnsignAgreement {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl EndMandate {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

pub(crate) fn unsign_agreement(
    rows: &mut Rows<'_>,
    command: &UnsignAgreement,
) -> Result<Next<()>, Stop<UnsignRefused>> {
    let UnsignAgreement { seller, agreement_no } = *command;
    let agreement = agreement_of(rows, seller, agreement_no)?;
    let Some(agreement) = agreement.filter(|agreement| !agreement.is_over(rows.now_us())) else {
        return Stop::because(UnsignRefused::AgreementNotFound);
    };
    let Some(buyer) = agreement.buyer else { return Stop::because(UnsignRefused::NotNormal) };

    // Nothing can be refused here below this line; the buyer's slot may have ended it already.
    rows.send(buyer.slot(), Message::EndAsk(EndAsk { agreement_no, buyer }));
    Ok(Next::Chain)
}

pub(crate) fn end_mandate(
    rows: &mut Rows<'_>,
    command: &EndMandate,
) -> Result<Next<()>, Stop<UnsignRefused>> {
    let mandate = mandate_of(rows, command.buyer, command.agreement_no)?;
    let Some(mandate) = mandate.filter(|mandate| mandate.state.next(AgreementEvent::End).is_some()) else {
        return Stop::because(UnsignRefused::AgreementNotFound);
    };

    // Nothing can be refused below this line; nothing was changed above it.
    end(rows, &mandate, EndedBy::Buyer, Some(EndedBy::Buyer))?;
    Ok(Next::Chain)
}

/// In the buyer's slot: the merchant ends it.
pub(crate) fn end_ask(rows: &mut Rows<'_>, asked: &EndAsk) -> Result<Option<Reply>, Fault> {
    let Some(mandate) = mandate_of(rows, asked.buyer, asked.agreement_no)? else {
        return Err(Fault(format!("mandate {} is not there", asked.agreement_no)));
    };
    if mandate.state.next(AgreementEvent::End).is_some() {
        end(rows, &mandate, EndedBy::Merchant, Some(EndedBy::Merchant))?;
    } else {
        let mandate = said(rows, &mandate)?;
        let ended = MandateEnded { mandate, asked_by: Some(EndedBy::Merchant), before: true };
        rows.send(asked.agreement_no.slot(), Message::MandateEnded(ended));
    }
    Ok(None)
}

/// Ends a mandate that is in force: its timer and its name go, its merchant hears of it.
fn end(rows: &mut Rows<'_>, mandate: &Mandate, by: EndedBy, asked_by: Option<EndedBy>) -> Result<(), Fault> {
    let now_us = rows.now_us();
    if let Some(timer) = mandate.timer {
        rows.delete::<Timer>((mandate.slot, mandate.invalid_at_us, timer));
    }
    rows.delete::<AgreementName>((mandate.slot, mandate.buyer, mandate.name()));
    let ended = Mandate { timer: None, ..mandate.clone() };
    let ended = ended.changed(|progress| {
        progress.state = AgreementState::Stop;
        progress.ended_at_us = Some(now_us);
        progress.ended_by = Some(by);
    });
    let mandate = said(rows, &ended)?;
    rows.send(ended.no.slot(), Message::MandateEnded(MandateEnded { mandate, asked_by, before: false }));
    rows.put(ended);
    Ok(())
}

/// In the merchant's slot: the agreement has ended too.
pub(crate) fn mandate_ended(rows: &mut Rows<'_>, said: &MandateEnded) -> Result<Option<Reply>, Fault> {
    follow(rows, &said.mandate)?;
    let answer = if said.before { Err(UnsignRefused::AgreementNotFound) } else { Ok(()) };
    Ok(match said.asked_by {
        Some(EndedBy::Merchant) => Some(Reply::UnsignAgreement(answer)),
        Some(EndedBy::Buyer) => Some(Reply::EndMandate(answer)),
        Some(EndedBy::Validity) | None => None,
    })
}

/// The timer of an offer or of a mandate: both may lie in this slot under one number, each has a timer of its own.
pub(crate) fn time_is_over(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let Some(no) = timer.order_no.map(AgreementNo::of_topic) else { return Ok(()) };
    let slot = rows.slot();
    let owns = |of: Option<TimerNo>| of == Some(timer.no);
    let offer = rows.get::<Agreement>((slot, no))?.filter(|agreement| owns(agreement.timer));
    if let Some(agreement) = offer {
        if agreement.asked.is_some() {
            // The answer of the buyer's slot decides.
            rows.put(Agreement { timer: None, ..(*agreement).clone() });
        } else {
            offer::forget(rows, &agreement);
        }
    }
    let mandate = rows.get::<Mandate>((slot, no))?.filter(|mandate| owns(mandate.timer));
    if let Some(mandate) = mandate.filter(|_| !planted(Plant::ValidityIgnored)) {
        end(rows, &mandate, EndedBy::Validity, None)?;
    }
    Ok(())
}
