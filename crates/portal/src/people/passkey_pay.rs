//! `/api/v1/me/payments`: paying an order with a passkey in the place of the payment password.
//!
//! The challenge stands for one order with its payee and amount, which the answer shows, and for the session that
//! asked. What was shown goes with the proof into the cell, which compares it with what would be paid.

use super::ceremonies::{Asker, Paying, site, wrong};
use super::crowded;
use super::passkeys::{none_yet, of_party, options, refused, use_of};
use super::who::Who;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_pay::{Handed, claim_and_pay, order_of};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::{FindOrderByNo, FindParty, ProvePasskey};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use webauthn_rs::prelude::PublicKeyCredential;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsRequest {
    qr_code: Option<String>,
    order_url: Option<String>,
    order_string: Option<String>,
    trade_no: Option<String>,
}

/// Shows the payment and gives its challenge.
pub(crate) async fn begin(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let OptionsRequest { qr_code, order_url, order_string, trade_no } = read(&headers, &body)?;
    let by_number = trade_no.is_some();
    let handed = Handed::one(qr_code, order_url, order_string, trade_no)?;
    let site = site(&portal)?;
    let keys = of_party(&portal, this.party).await?;
    if keys.is_empty() {
        return Err(none_yet());
    }
    let (order_no, by_code) = order_of(&portal, handed).await?;
    let no_order = |_| SandboxError::missing("order_not_found", "there is no such order");
    let order = portal.door.ask(FindOrderByNo { order_no }).await;
    let order = order.map_err(|error| SandboxError::of(error, no_order))?;
    // A number stands on receipts: it shows an order to nobody but its buyer, and takes none up.
    if by_number && order.buyer.or(order.named_buyer) != Some(this.party) {
        return Err(SandboxError::missing("order_not_found", "there is no such order"));
    }
    let payee = portal.door.ask(FindParty { party: order.seller }).await;
    let payee = payee.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let stored: Vec<_> = keys.into_iter().map(|key| key.stored).collect();
    let (request, state) = site.start_passkey_authentication(&stored).map_err(SandboxError::broken)?;
    let asker = Asker { party: this.party, device: this.no };
    let (payee_id, amount) = (order.seller, order.total());
    let waiting = Paying { state, order_no, by_code, payee: payee_id, amount };
    let id = portal.people.ceremonies.begin_paying(asker, waiting, portal.door.now_us());
    let mut told = options(&id, &request)?;
    told["trade_no"] = json!(order_no.to_string());
    told["payee"] = json!(payee_id.to_string());
    told["payee_name"] = json!(payee.name.as_str());
    told["subject"] = json!(order.subject.as_str());
    told["amount"] = json!(amount.to_string());
    answer(told)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayRequest {
    challenge_id: String,
    credential: PublicKeyCredential,
}

/// Pays what was shown.
pub(crate) async fn pay(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let PayRequest { challenge_id, credential } = read(&headers, &body)?;
    let asker = Asker { party: this.party, device: this.no };
    let waiting = portal.people.ceremonies.paid(&challenge_id, asker, portal.door.now_us())?;
    let result = site(&portal)?.finish_passkey_authentication(&credential, &waiting.state);
    let result = result.map_err(|_| wrong())?;
    let keys = of_party(&portal, this.party).await?;
    let by = use_of(&portal, &keys, &result)?;
    let Paying { order_no, by_code, payee, amount, .. } = waiting;
    let proof = portal.door.ask(ProvePasskey { by, about: order_no, payee, amount }).await;
    let proof = proof.map_err(|error| SandboxError::of(error, refused))?;
    claim_and_pay(&portal, this.party, order_no, by_code, proof).await
}
