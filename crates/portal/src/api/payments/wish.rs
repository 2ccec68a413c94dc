//! What a call of `/api/v1/me/payments` says, and what proves it.

use super::super::orders::Seen;
use crate::people::Asker;
use crate::people::passkey_acts::{self, Confirmed};
use crate::pockets::card_of;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_party::amount_of;
use crate::sandbox_pay::Handed;
use crate::sign_in::{self, About};
use base::{BankOrderNo, CardNo, Secret};
use engine::act_of_paying;
use money::Money;
use people::{Device, ShownAct};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;

/// A payment: one of `qr_code`, `order_url`, `order_string` and `trade_no`, what was shown of the order, and
/// `pocket` with `pay_password`, or `challenge_id` with `credential`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayment {
    /// The text of a code that was scanned.
    qr_code: Option<String>,
    /// An address: of a cashier page, or of the gateway with a signed request.
    order_url: Option<String>,
    /// The signed text that a shop's app hands over.
    order_string: Option<String>,
    /// Our number; shows an order to its buyer only.
    trade_no: Option<String>,
    /// The amount of the order as it was shown, yuan.
    amount: String,
    /// `last_try` of the order as it was shown.
    last_try: Option<String>,
    /// `balance`, or the number of an own card; with `pay_password` only.
    pocket: Option<String>,
    /// The payment password, six digits.
    pay_password: Option<String>,
    /// The challenge that `/me/payments/options` gave; it says what is paid with.
    challenge_id: Option<String>,
    /// What the browser made of it: a `PublicKeyCredential` as `toJSON()` says it.
    #[schema(value_type = Option<Object>)]
    credential: Option<PublicKeyCredential>,
}

/// What a call pays.
pub(super) struct Wish {
    /// The order.
    pub(super) handed: Handed,
    /// Its amount as it was shown.
    pub(super) amount: Money,
    /// Its last payment by card as it was shown.
    pub(super) last_try: Option<BankOrderNo>,
    /// What proves it.
    pub(super) by: By,
}

/// What a payment is proven by.
pub(super) enum By {
    /// The payment password, from this pocket.
    Password { card: Option<CardNo>, password: Secret<String> },
    /// The answer of a passkey, for what was shown with its challenge.
    Passkey { challenge_id: String, credential: Box<PublicKeyCredential> },
}

/// A payment that was proven.
pub(super) struct Proven {
    /// What is paid with; the balance when there is none.
    pub(super) card: Option<CardNo>,
    /// Whether the order's code was scanned.
    pub(super) by_code: bool,
    /// The number of the proof.
    pub(super) attempt: u64,
}

impl NewPayment {
    /// What it pays, and by what.
    pub(super) fn wish(self) -> Result<Wish, SandboxError> {
        let NewPayment { qr_code, order_url, order_string, trade_no, amount, last_try, pocket, .. } = self;
        let by = match (self.pay_password, self.challenge_id, self.credential) {
            (Some(password), None, None) => {
                let card = pocket_of(pocket.as_deref().filter(|text| !text.is_empty()))?;
                By::Password { card, password: Secret::new(password) }
            }
            (None, Some(challenge_id), Some(credential)) if pocket.is_none() => {
                By::Passkey { challenge_id, credential: Box::new(credential) }
            }
            _ => {
                let message = "give pocket and pay_password, or challenge_id and credential";
                return Err(SandboxError::bad("bad_request", message));
            }
        };
        let handed = Handed::one(qr_code, order_url, order_string, trade_no)?;
        let last_try = last_try.as_deref().map(bank_order_of).transpose()?;
        Ok(Wish { handed, amount: amount_of(&amount)?, last_try, by })
    }
}

impl By {
    /// Proves the payment of this order. A password is given for the order, a passkey for all that was shown of it.
    pub(super) async fn prove(
        self,
        portal: &Arc<Portal>,
        this: &Device,
        seen: &Seen,
    ) -> Result<Proven, SandboxError> {
        let (order, party) = (&seen.order, this.party);
        match self {
            By::Password { card, password } => {
                let about = About::Order(order.no);
                let proof = sign_in::by_party(portal, party, &party.to_string(), password, about).await?;
                Ok(Proven { card, by_code: seen.by_code, attempt: proof.attempt })
            }
            By::Passkey { challenge_id, credential } => {
                let fits =
                    |act: &ShownAct| *act == act_of_paying(order.no, order.seller, order.total(), act.card);
                let asker = Asker::device(this);
                let confirmed =
                    passkey_acts::confirm(portal, asker, &challenge_id, &credential, fits).await?;
                let Confirmed { act, by_code, proof, .. } = confirmed;
                Ok(Proven { card: act.card, by_code, attempt: proof })
            }
        }
    }
}

/// A number of a bank order as a call names it.
pub(super) fn bank_order_of(text: &str) -> Result<BankOrderNo, SandboxError> {
    text.parse().map_err(|error| SandboxError::bad("bad_bank_order_no", error))
}

/// What is paid with, where it must be said.
pub(super) fn pocket_of(text: Option<&str>) -> Result<Option<CardNo>, SandboxError> {
    let bad = || SandboxError::bad("bad_pocket", "pocket is balance, or the number of a card");
    card_of(text.ok_or_else(bad)?).map_err(|()| bad())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn wish(body: Value) -> Result<Wish, &'static str> {
        serde_json::from_value::<NewPayment>(body).unwrap().wish().map_err(|error| error.code())
    }

    #[test]
    fn a_payment_says_one_order_one_pocket_and_one_proof() {
        let card = CardNo::from_number(1_700_000_000_000_000_007).unwrap().to_string();
        let last_try = BankOrderNo::from_number(1_700_000_000_000_000_012).unwrap().to_string();
        let with = |mut body: Value, field: &str, value: &str| {
            body[field] = json!(value);
            body
        };
        let whole =
            json!({ "trade_no": "1", "amount": "1.00", "pocket": "balance", "pay_password": "836205" });
        let without = |field: &str| {
            let mut body = whole.clone();
            body.as_object_mut().unwrap().remove(field);
            body
        };
        for (body, expected) in [
            (whole.clone(), Ok(false)),
            (with(whole.clone(), "pocket", &card), Ok(true)),
            (with(whole.clone(), "last_try", &last_try), Ok(false)),
            (with(without("trade_no"), "qr_code", "q"), Ok(false)),
            (with(whole.clone(), "qr_code", "q"), Err("bad_request")),
            (without("pocket"), Err("bad_pocket")),
            (with(whole.clone(), "pocket", ""), Err("bad_pocket")),
            (with(whole.clone(), "pocket", "purse"), Err("bad_pocket")),
            (with(whole.clone(), "amount", "1.001"), Err("bad_amount")),
            (with(whole.clone(), "last_try", "x"), Err("bad_bank_order_no")),
            (with(whole.clone(), "challenge_id", "c"), Err("bad_request")),
            (without("trade_no"), Err("bad_request")),
            (without("pay_password"), Err("bad_request")),
            (json!({ "trade_no": "1", "amount": "1.00", "challenge_id": "c" }), Err("bad_request")),
        ] {
            let found = wish(body.clone()).map(|wish| match wish.by {
                By::Password { card, .. } => card.is_some(),
                By::Passkey { .. } => panic!("nothing of a passkey was given"),
            });
            assert_eq!(found, expected, "{body}");
        }
    }
}
