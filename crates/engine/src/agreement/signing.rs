//! Pay and sign in one step: the buyer who pays an order agrees by it to what the order says (`agreement_sign_params`).
//!
//! The payment is the proof, and it comes first: once the merchant's slot has the money there is an agreement, and
//! the buyer's slot writes the mandate. What cannot be signed then (the buyer has the same in force) takes nothing
//! back: the order is paid, and the reason stands beside it. Until the order is paid there is only what it says, so two
//! orders may offer the same, and whichever is paid first has it.

use super::{MandateSaid, follow, offer, sign};
use crate::command::Next;
use crate::open_order::{acceptable, again, merchant, numbered, opened_anew};
use crate::{AgreementDelivery, Fault, Message, OfferAgreement, OpenOrder, Opened, Reply, Rows, Stop};
use base::{AgreementNo, OrderNo, PartyId, Slot};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Agreement, AgreementName, AgreementState, FindAgreementRefused, OfferRefused, OpenRefused,
    OpenSigningRefused, Order, Product, Signing, SigningRefused, Terms, Trade, Url,
};

/// The field under which requests tell what is to be signed.
pub(crate) const FIELD: &str = "agreement_sign_params";

/// A merchant asks to be paid, and that the buyer signs by paying.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenSigning {
    /// The order, of a product that is brought before the buyer on the cashier's pages.
    pub order: OpenOrder,
    /// What is signed.
    pub terms: Terms,
    /// Where to tell of the agreement; where the order is told when absent.
    pub sign_notify_url: Option<Url>,
}

/// What does the buyer of this order sign by paying?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindSigning {
    /// The order.
    pub order_no: OrderNo,
}

/// Merchant's slot to buyer's slot: the order is paid, write the mandate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignPaidAsk {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// The order that was paid.
    pub order_no: OrderNo,
    /// Who paid.
    pub buyer: PartyId,
    /// Who may then take money.
    pub seller: PartyId,
    /// What is signed.
    pub terms: Terms,
}

/// Buyer's slot to merchant's slot: the answer to [`SignPaidAsk`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignPaidAnswer {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// The order that was paid.
    pub order_no: OrderNo,
    /// What was signed, or why not.
    pub answer: Result<MandateSaid, SigningRefused>,
}

impl OpenSigning {
    pub(crate) fn slot(&self) -> Slot {
        self.order.seller.slot()
    }
}

impl FindSigning {
    pub(crate) fn slot(&self) -> Slot {
        self.order_no.slot()
    }
}

pub(crate) fn open_signing(
    rows: &mut Rows<'_>,
    command: &OpenSigning,
) -> Result<Next<Opened>, Stop<OpenSigningRefused>> {
    let order = OpenOrder { pay_by: None, ..command.order.clone() };
    assert!(signs(order.meaning.product), "only the cashier's pages show what is signed");
    let open = |refused| Stop::because(OpenSigningRefused::Open(refused));
    let Some(party) = merchant(rows, order.seller, order.app)? else {
        return open(OpenRefused::SellerNotFound);
    };
    if let Some(first) = numbered(rows, &order)? {
        let same = of_order(rows, &first)?.is_some_and(|signing| signing.terms() == command.terms);
        if first.differs(&order.meaning).is_none() && !same {
            return open(OpenRefused::NumberTaken { field: FIELD });
        }
        return again(rows, &order, first, &party).map_err(|stop| stop.map(OpenSigningRefused::Open));
    }
    let expires_at_us = acceptable(rows, &order, &party, order.meaning.product.contract())
        .map_err(|stop| stop.map(OpenSigningRefused::Open))?;
    offer::standing(rows, order.seller, &command.terms)
        .map_err(|stop| stop.map(OpenSigningRefused::Offer))?;
    if offer::has_begun(&command.terms, rows.now_us()) {
        return Stop::because(OpenSigningRefused::Offer(OfferRefused::FirstDayPassed));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let opened = opened_anew(rows, &order, expires_at_us)?;
    let notify_url = command.sign_notify_url.clone().or(order.delivery.notify_url);
    rows.insert(Signing::of(opened.no, &command.terms, notify_url));
    Ok(Next::Answer(Opened::waiting(opened)))
}

/// Whether orders of this product may be paid and signed in one step: the buyer must see on the cashier's page what is
/// signed.
const fn signs(product: Product) -> bool {
    matches!(product, Product::App | Product::Page)
}

/// What the buyer of an order signs by paying it.
pub(crate) fn of_order(rows: &mut Rows<'_>, order: &Order) -> Result<Option<Arc<Signing>>, Fault> {
    // The payments at tills, which are many, do not look.
    if signs(order.product) { rows.get::<Signing>((order.slot, order.no)) } else { Ok(None) }
}

pub(crate) fn find_signing(
    rows: &mut Rows<'_>,
    query: &FindSigning,
) -> Result<Next<Arc<Signing>>, Stop<FindAgreementRefused>> {
    match rows.get::<Signing>((rows.slot(), query.order_no))? {
        Some(signing) => Ok(Next::Answer(signing)),
        None => Stop::because(FindAgreementRefused::AgreementNotFound),
    }
}

/// In the merchant's slot, in the decision that takes the money: there is an agreement, and the buyer's slot is asked
/// to write the mandate; or the order says why not.
pub(crate) fn sign_with(rows: &mut Rows<'_>, order: &Order) -> Result<(), Fault> {
    let Some(signing) = of_order(rows, order)? else { return Ok(()) };
    let Some(buyer) = order.buyer else { return Err(Fault(format!("order {} is paid by nobody", order.no))) };
    let (seller, terms) = (order.seller, signing.terms());
    let named = offer::numbered(rows, seller, &terms)?;
    if let Some(refused) = judge(rows, seller, named.as_deref())? {
        rows.put(Signing { refused: Some(refused), ..(*signing).clone() });
        return Ok(());
    }
    // An offer of the same number that nobody signed gives way.
    if let Some(unsigned) = named {
        offer::forget(rows, &unsigned);
    }
    let delivery = AgreementDelivery {
        notify_url: signing.notify_url.clone(),
        return_url: None,
        charset: order.charset,
        rsa1: order.rsa1,
    };
    let offered =
        OfferAgreement { seller, app: order.app, terms: terms.clone(), delivery, sign_within_us: None };
    // Nobody else can sign it: its time to sign is over.
    let agreement = offer::unsigned(rows, &offered, rows.now_us());
    let (slot, agreement_no) = (rows.slot(), agreement.no);
    if let Some(number) = &terms.external_agreement_no {
        let name = offer::external_name(number);
        rows.put(AgreementName { slot, owner: seller, name, no: agreement_no });
    }
    rows.insert(Agreement { asked: Some(buyer), ..agreement });
    rows.put(Signing { agreement_no: Some(agreement_no), ..(*signing).clone() });
    let ask = SignPaidAsk { agreement_no, order_no: order.no, buyer, seller, terms };
    rows.send(buyer.slot(), Message::SignPaidAsk(ask));
    Ok(())
}

/// Why the merchant's slot says no.
fn judge(
    rows: &mut Rows<'_>,
    seller: PartyId,
    named: Option<&Agreement>,
) -> Result<Option<SigningRefused>, Fault> {
    let party = rows.get::<Party>((rows.slot(), seller))?;
    if party.is_none_or(|party| party.status != PartyStatus::Normal) {
        return Ok(Some(SigningRefused::SellerBlocked));
    }
    let free = |named: &Agreement| named.state == AgreementState::Temp && named.asked.is_none();
    Ok(named.filter(|named| !free(named)).map(|_| SigningRefused::NumberTaken))
}

/// In the buyer's slot: the mandate is written, or the answer is no. That the buyer paid is the proof.
pub(crate) fn sign_paid_ask(rows: &mut Rows<'_>, asked: &SignPaidAsk) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    let SignPaidAsk { agreement_no, order_no, buyer, seller, ref terms } = *asked;
    let trade = rows.get::<Trade>((slot, order_no))?;
    if trade.is_none_or(|trade| trade.buyer != buyer || trade.paid_at_us.is_none()) {
        return Err(Fault(format!(
            "agreement {agreement_no} is signed by order {order_no}, which is not paid"
        )));
    }
    let party = rows.get::<Party>((slot, buyer))?;
    let answer = if party.is_none_or(|party| party.status != PartyStatus::Normal) {
        Err(SigningRefused::BuyerBlocked)
    } else if sign::same_in_force(rows, buyer, seller, terms)? {
        Err(SigningRefused::SameInForce)
    } else {
        Ok(sign::signed(rows, agreement_no, (buyer, seller), terms)?)
    };
    let said = SignPaidAnswer { agreement_no, order_no, answer };
    rows.send(agreement_no.slot(), Message::SignPaidAnswer(said));
    Ok(None)
}

/// In the merchant's slot: the agreement is in force, or was never there.
pub(crate) fn sign_paid_answer(rows: &mut Rows<'_>, said: &SignPaidAnswer) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    match &said.answer {
        Ok(mandate) => {
            follow(rows, mandate)?;
        }
        Err(refused) => {
            if let Some(agreement) = rows.get::<Agreement>((slot, said.agreement_no))? {
                offer::forget(rows, &agreement);
            }
            if let Some(signing) = rows.get::<Signing>((slot, said.order_no))? {
                let (agreement_no, refused) = (None, Some(*refused));
                rows.put(Signing { agreement_no, refused, ..(*signing).clone() });
            }
        }
    }
    // Whoever waits has heard of the payment.
    Ok(None)
}
