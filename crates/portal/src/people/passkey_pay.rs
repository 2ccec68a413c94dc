//! `/api/v1/me/payments`: paying an order with a passkey in the place of the payment password.
//!
//! The challenge stands for one order with its payee and amount, which the answer shows, and for the session that
//! asked. What was shown goes with the proof into the cell, which compares it with what would be paid. An order that
//! also signs an agreement is not paid here, where its terms are not shown.

use super::ceremonies::Asker;
use super::crowded;
use super::passkey_acts::{self, Confirmed};
use super::who::Who;
use crate::order_view;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_pay::{Handed, claim_and_pay, order_of};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::{FindOrderByNo, FindParty, act_of_paying};
use people::ActKind;
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
    // Before an order is opened for nothing.
    if !passkey_acts::has_any(&portal, this.party).await? {
        return Err(passkey_acts::none_yet());
    }
    let (order_no, by_code) = order_of(&portal, handed).await?;
    let no_order = |_| SandboxError::missing("order_not_found", "there is no such order");
    let order = portal.door.ask(FindOrderByNo { order_no }).await;
    let order = order.map_err(|error| SandboxError::of(error, no_order))?;
    // A number stands on receipts: it shows an order to nobody but its buyer, and takes none up.
    if by_number && order.buyer.or(order.named_buyer) != Some(this.party) {
        return Err(SandboxError::missing("order_not_found", "there is no such order"));
    }
    if order_view::signing(&portal, order_no).await.map_err(|_| crowded())?.is_some() {
        let message = "paying also signs an agreement: pay at the cashier page, which shows the terms";
        return Err(SandboxError::conflict("signs_agreement", message));
    }
    let payee = portal.door.ask(FindParty { party: order.seller }).await;
    let payee = payee.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let act = act_of_paying(order.no, order.seller, order.total(), None);
    let mut told = passkey_acts::begin(&portal, Asker::device(&this), act, by_code).await?;
    told["trade_no"] = json!(order_no.to_string());
    told["payee"] = json!(order.seller.to_string());
    told["payee_name"] = json!(payee.name.as_str());
    told["subject"] = json!(order.subject.as_str());
    told["amount"] = json!(order.total().to_string());
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
    let fits = |act: &people::ShownAct| act.kind == ActKind::PayFromBalance;
    let asker = Asker::device(&this);
    let confirmed = passkey_acts::confirm(&portal, asker, &challenge_id, &credential, fits).await?;
    let Confirmed { party, act, by_code, proof } = confirmed;
    claim_and_pay(&portal, party, act.about, by_code, proof).await
}
