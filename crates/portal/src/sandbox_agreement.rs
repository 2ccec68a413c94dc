//! `POST /sandbox/agreement/sign` and `/end`: a buyer signs an agreement, or ends one, without a browser.

use crate::agreement::{self, NotSigned};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sign_in::{self, About};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{AgreementNo, Secret};
use engine::{EndMandate, FindOffer};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use trade::SignRefused;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignRequest {
    login: String,
    pay_password: String,
    sign_url: Option<String>,
    sign_string: Option<String>,
    agreement_no: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndRequest {
    login: String,
    pay_password: String,
    agreement_no: String,
}

/// Signs in and signs.
pub(crate) async fn sign(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let SignRequest { login, pay_password, sign_url, sign_string, agreement_no } = read(&headers, &body)?;
    let agreement_no = match (sign_url, sign_string, agreement_no) {
        (Some(url), None, None) => of_url(&portal, url.trim()).await?,
        (None, Some(text), None) => offered(&portal, text).await?,
        (None, None, Some(no)) => number(&no)?,
        _ => {
            let message = "give one of sign_url, sign_string and agreement_no";
            return Err(SandboxError::bad("bad_request", message));
        }
    };
    let missing = |_| SandboxError::missing("agreement_not_found", "there is no such agreement");
    let found = portal.door.ask(FindOffer { agreement_no }).await;
    let found = found.map_err(|error| SandboxError::of(error, missing))?;
    let signed = agreement::signed(&portal, &found, &login, Secret::new(pay_password)).await;
    let signed = signed.map_err(|why| match why {
        NotSigned::SignIn(refused) => refused.into(),
        NotSigned::Refused(refused) => sign_refused(refused),
        NotSigned::Unknown => {
            let message = "the outcome is not known; look before you try again";
            SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "unknown", message)
        }
    })?;
    answer(json!({
        "agreement_no": signed.no.to_string(),
        "external_agreement_no": signed.external_agreement_no.as_ref().map(|number| number.as_str()),
        "status": signed.state.wire(),
        "alipay_user_id": signed.buyer.map(|buyer| buyer.to_string()),
        "return_url": agreement::return_link(&portal, &signed).await,
    }))
}

/// Signs in and ends an agreement, as the buyer.
pub(crate) async fn end(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let EndRequest { login, pay_password, agreement_no } = read(&headers, &body)?;
    let agreement_no = number(&agreement_no)?;
    let about = About::Order(agreement_no.topic());
    let proof = sign_in::by_login(&portal, &login, Secret::new(pay_password), about).await?;
    let ended = portal.door.ask(EndMandate { buyer: proof.party, agreement_no }).await;
    let missing = |refused| SandboxError::missing("agreement_not_found", refused);
    ended.map_err(|error| SandboxError::of(error, missing))?;
    answer(json!({ "agreement_no": agreement_no.to_string(), "status": "STOP" }))
}

fn number(text: &str) -> Result<AgreementNo, SandboxError> {
    text.parse().map_err(|error| SandboxError::bad("bad_agreement_no", error))
}

/// Our own page's address, or the gateway's with a signed request.
async fn of_url(portal: &Portal, url: &str) -> Result<AgreementNo, SandboxError> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.rsplit('/');
    if let (Some(token), Some("agreement")) = (parts.next(), parts.next()) {
        let topic = portal.world.secrets.order_of_token(token);
        let not_ours = || SandboxError::missing("agreement_not_found", "this is no link of this platform");
        return topic.map(AgreementNo::of_topic).ok_or_else(not_ours);
    }
    offered(portal, url.to_owned()).await
}

async fn offered(portal: &Portal, text: String) -> Result<AgreementNo, SandboxError> {
    let offered = portal.intake.offer(text).await;
    offered.map_err(|why| SandboxError::new(StatusCode::UNPROCESSABLE_ENTITY, "offer_refused", why))
}

fn sign_refused(refused: SignRefused) -> SandboxError {
    match refused {
        SignRefused::AgreementNotFound => SandboxError::missing("agreement_not_found", refused),
        SignRefused::BuyerDiffers => SandboxError::conflict("buyer_differs", refused),
        SignRefused::AlreadyEnded => SandboxError::conflict("already_ended", refused),
        SignRefused::UnderWay => SandboxError::conflict("under_way", refused),
        SignRefused::BuyerIsSeller => SandboxError::conflict("buyer_is_seller", refused),
        SignRefused::SellerBlocked => SandboxError::conflict("seller_blocked", refused),
        SignRefused::BuyerNotFound => SandboxError::missing("party_not_found", refused),
        SignRefused::ProofMissing => SandboxError::conflict("proof_missing", refused),
        SignRefused::BuyerBlocked => SandboxError::conflict("buyer_blocked", refused),
        SignRefused::SameInForce => SandboxError::conflict("same_in_force", refused),
    }
}
