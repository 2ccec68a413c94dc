//! A bank in another process, spoken with over HTTP by calls that carry a proof.
//!
//! Only what is clear and proven is taken for a word of the bank. Everything else (no answer, a broken one, one without
//! proof, one about another key) is silence, and the order is asked about again. Real time bounds each call; the bank
//! goes by the world's time, which each call tells it.

use crate::bank::{
    Answering, Bank, BindAnswer, BindAsk, BindRefused, BindSaid, BoundCard, CodeAsk, OrderAsk, OrderSaid,
    PayeeAnswer, PayeeAsk, StatementSaid, code_letter,
};
use base::{Day, Text};
use fund::{BankOrderKind, BankReason, CardKind};
use money::{Currency, Money};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use wire::bank_call::{BankCall, BankSecret, GENERATION_HEADER, PROOF_HEADER, TIME_HEADER};

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Longest statement that is read; a longer one is refused by its reader anyway.
const STATEMENT_BYTES_MAX: usize = 64 << 20;
/// A connection must stand within this.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// An answer must be whole within this; the channel cuts off calls of its own too.
const ANSWER_TIME: Duration = Duration::from_secs(9);

/// Tells the world's time, microseconds UTC.
pub type WorldTime = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A bank reached over HTTP.
pub struct HttpBank {
    client: Client,
    base: String,
    secret: BankSecret,
    generation: String,
    now: WorldTime,
    shows_codes: bool,
}

impl fmt::Debug for HttpBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBank").field("base", &self.base).finish_non_exhaustive()
    }
}

/// Why there is no such bank.
#[derive(Debug, thiserror::Error)]
pub enum HttpBankError {
    /// The address.
    #[error("a bank's address is such as http://127.0.0.1:8090")]
    Address,
    /// No HTTP client can be made.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// Whether card numbers may go to this address: encrypted, or without leaving the machine.
pub(crate) fn is_safe(base: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(base) else { return false };
    let at_home = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && at_home)
}

impl HttpBank {
    /// A bank at an address, for one generation of a world: at most 40 letters, digits, `-_.:`. With `shows_codes` the
    /// code of a binding is fetched from the bank's own inbox and shown, in worlds where nobody has a telephone.
    ///
    /// # Errors
    /// An address that is not of HTTPS, nor of HTTP on this machine; or no client.
    pub fn new(
        base: &str,
        secret: BankSecret,
        generation: &str,
        now: WorldTime,
        shows_codes: bool,
    ) -> Result<HttpBank, HttpBankError> {
        let base = base.trim_end_matches('/').to_owned();
        if !is_safe(&base) {
            return Err(HttpBankError::Address);
        }
        // Another part of the process may have chosen its provider already.
        let _chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIME)
            .timeout(ANSWER_TIME)
            .build()?;
        Ok(HttpBank { client, base, secret, generation: generation.to_owned(), now, shows_codes })
    }

    /// Calls the bank; `None` is silence.
    async fn call(
        &self,
        method: &'static str,
        path: &str,
        body: &Value,
        time_us: i64,
    ) -> Option<(StatusCode, Value)> {
        let (status, bytes) = self.exchange(method, path, body, time_us, ANSWER_BYTES_MAX).await?;
        Some((status, serde_json::from_slice(&bytes).ok()?))
    }

    /// Calls the bank for an answer of any form, whose proof is checked; `None` is silence.
    async fn exchange(
        &self,
        method: &'static str,
        path: &str,
        body: &Value,
        time_us: i64,
        bytes_max: usize,
    ) -> Option<(StatusCode, Vec<u8>)> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let call = BankCall { method, path, generation: &self.generation, time_us, body: &body };
        let proof = self.secret.prove_call(&call);
        let url = format!("{}{path}", self.base);
        let request = if method == "GET" { self.client.get(url) } else { self.client.post(url) };
        let request = request
            .header(GENERATION_HEADER, &self.generation)
            .header(TIME_HEADER, time_us)
            .header(PROOF_HEADER, &proof)
            .body(body.clone());
        let mut answer = request.send().await.ok()?;
        let status = answer.status();
        let told = answer.headers().get(PROOF_HEADER)?.to_str().ok()?.to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.ok()? {
            if bytes.len() + chunk.len() > bytes_max {
                return None;
            }
            bytes.extend_from_slice(&chunk);
        }
        if !self.secret.is_answer(&proof, status.as_u16(), &bytes, &told) {
            tracing::error!(
                status = status.as_u16(),
                "an answer of the bank has a wrong proof and is not believed"
            );
            return None;
        }
        Some((status, bytes))
    }

    async fn order(&self, method: &'static str, path: &str, body: &Value, ask: &OrderAsk) -> OrderSaid {
        match self.call(method, path, body, ask.now_us).await {
            Some((StatusCode::OK, said)) => heard(&said, &ask.key),
            Some((StatusCode::CONFLICT, _)) => {
                tracing::error!(key = %ask.key, "the bank knows this number with another content; somebody must look");
                OrderSaid::Silent
            }
            Some((status, _)) => {
                tracing::error!(key = %ask.key, status = status.as_u16(), "the bank does not take the call");
                OrderSaid::Silent
            }
            None => OrderSaid::Silent,
        }
    }

    /// The code that the holder got.
    async fn code_of(&self, key: &str) -> Option<String> {
        let (_, inbox) = self.call("GET", "/inbox", &Value::Null, (self.now)()).await?;
        let letters = inbox["messages"].as_array()?;
        let letter = letters.iter().find(|letter| letter["key"] == key)?;
        Some(code_letter(letter["otp"].as_str()?))
    }
}

/// What the bank says of a card.
fn card_said(said: &Value) -> Option<BoundCard> {
    let kind = match said["kind"].as_str()? {
        "debit" => CardKind::Debit,
        "credit" => CardKind::Credit,
        _ => return None,
    };
    let (bank, last_four) = (said["bank"].as_str()?, said["last_four"].as_str()?);
    Some(BoundCard { bank: Text::new(bank).ok()?, kind, last_four: Text::new(last_four).ok()? })
}

impl Bank for HttpBank {
    fn bind(&self, ask: BindAsk) -> Answering<'_, BindSaid> {
        Box::pin(async move {
            let body = json!({
                "key": ask.key, "card": ask.number.reveal(), "holder": ask.holder.reveal(),
                "identity": ask.identity.as_ref().map_or("", |number| number.reveal().as_str()),
                "mobile": ask.mobile.reveal(),
            });
            match self.call("POST", "/bindings", &body, (self.now)()).await {
                Some((StatusCode::OK, said)) if said["state"] == "refused" => {
                    BindSaid::Refused(BindRefused::DetailsDiffer)
                }
                Some((StatusCode::OK, _)) => {
                    let shown = if self.shows_codes { self.code_of(&ask.key).await } else { None };
                    BindSaid::CodeSent { shown }
                }
                _ => BindSaid::Refused(BindRefused::Silent),
            }
        })
    }

    fn confirm_bind(&self, ask: CodeAsk) -> Answering<'_, Result<BindAnswer, BindRefused>> {
        Box::pin(async move {
            let path = format!("/bindings/{}/confirm", ask.key);
            let body = json!({ "otp": ask.code.reveal() });
            let Some((StatusCode::OK, said)) = self.call("POST", &path, &body, (self.now)()).await else {
                return Err(BindRefused::Silent);
            };
            match (said["state"].as_str(), said["agreement"].as_str()) {
                (Some("bound"), Some(agreement)) if said["last_four"] == ask.last_four.as_str() => {
                    let agreement = Text::new(agreement).map_err(|_| BindRefused::Silent)?;
                    Ok(BindAnswer { agreement })
                }
                (Some("code_wrong"), _) => Err(BindRefused::CodeWrong),
                (Some("refused"), _) => Err(BindRefused::DetailsDiffer),
                _ => Err(BindRefused::Silent),
            }
        })
    }

    fn payee(&self, ask: PayeeAsk) -> Answering<'_, Result<PayeeAnswer, BindRefused>> {
        Box::pin(async move {
            let body = json!({ "card": ask.number.reveal(), "holder": ask.holder.reveal() });
            let Some((StatusCode::OK, said)) = self.call("POST", "/payees", &body, (self.now)()).await else {
                return Err(BindRefused::Silent);
            };
            match (said["state"].as_str(), said["payee"].as_str()) {
                (Some("known"), Some(payee)) => {
                    let agreement = Text::new(payee).map_err(|_| BindRefused::Silent)?;
                    // Only its bank knows for certain what kind of card a number is of.
                    Ok(PayeeAnswer { agreement, card: Some(card_said(&said).ok_or(BindRefused::Silent)?) })
                }
                (Some("refused"), _) => Err(BindRefused::DetailsDiffer),
                _ => Err(BindRefused::Silent),
            }
        })
    }

    fn send(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async move {
            let Some(agreement) = &ask.agreement else { return OrderSaid::Silent };
            let body = json!({
                "key": ask.key, "agreement": agreement.as_str(), "direction": direction(ask.kind),
                "amount_minor": ask.amount.minor().units(), "currency": ask.amount.currency().code(),
            });
            self.order("POST", "/orders", &body, &ask).await
        })
    }

    fn query(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async move {
            let path = format!("/orders/{}", ask.key);
            self.order("GET", &path, &Value::Null, &ask).await
        })
    }

    fn revoke(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async move {
            let path = format!("/orders/{}/revoke", ask.key);
            match self.call("POST", &path, &Value::Null, ask.now_us).await {
                Some((StatusCode::OK, said)) => heard(&said["order"], &ask.key),
                Some((status, _)) => {
                    tracing::error!(key = %ask.key, status = status.as_u16(), "the bank does not take the call");
                    OrderSaid::Silent
                }
                None => OrderSaid::Silent,
            }
        })
    }

    fn statement(&self, day: Day) -> Answering<'_, StatementSaid> {
        Box::pin(async move {
            let (path, limit) = (format!("/statements/{day}"), STATEMENT_BYTES_MAX);
            match self.exchange("GET", &path, &Value::Null, (self.now)(), limit).await {
                Some((StatusCode::OK, file)) => StatementSaid::File(file),
                Some((StatusCode::NOT_FOUND, _)) => StatementSaid::NotClosed,
                Some(_) | None => StatementSaid::Silent,
            }
        })
    }
}

const fn direction(kind: BankOrderKind) -> &'static str {
    match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => "in",
        BankOrderKind::Withdraw | BankOrderKind::Transfer => "out",
        BankOrderKind::Return => "return",
    }
}

/// What a proven answer says of the order with this key. What is not clear is silence.
fn heard(said: &Value, key: &str) -> OrderSaid {
    match said["state"].as_str() {
        Some("done") => done(said, key).unwrap_or(OrderSaid::Silent),
        Some("refused") => OrderSaid::Refused { reason: reason(said["reason"].as_str().unwrap_or_default()) },
        Some("processing") => OrderSaid::InProcess,
        Some("never_received") => OrderSaid::NeverSeen,
        _ => OrderSaid::Silent,
    }
}

fn done(said: &Value, key: &str) -> Option<OrderSaid> {
    if said["key"] != key {
        return None;
    }
    let currency = Currency::from_code(said["currency"].as_str()?)?;
    let amount = Money::from_minor(said["amount_minor"].as_u64()?, currency).ok()?;
    let bank_ref = said["ref"].as_str().filter(|name| !name.is_empty())?;
    Some(OrderSaid::Done { amount, bank_ref: Text::new(bank_ref).ok()? })
}

fn reason(text: &str) -> BankReason {
    match text {
        "balance_too_low" => BankReason::NoMoney,
        "single_limit" | "day_limit" | "month_limit" => BankReason::OverLimit,
        "account_takes_nothing" => BankReason::CardBlocked,
        "agreement_unknown" => BankReason::AgreementEnded,
        _ => BankReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bank's word on the kind of card goes before ours: nobody else knows it for certain.
    #[test]
    fn what_a_bank_says_of_a_card_is_taken_whole_or_not() {
        let said = json!({ "bank": "COMM", "kind": "credit", "last_four": "0012" });
        let card = card_said(&said).unwrap();
        assert_eq!(
            (card.bank.as_str(), card.kind, card.last_four.as_str()),
            ("COMM", CardKind::Credit, "0012")
        );
        for (name, wrong) in [("kind", json!("gold")), ("kind", Value::Null), ("bank", json!(1))] {
            let mut other = said.clone();
            other[name] = wrong;
            assert_eq!(card_said(&other), None, "{other}");
        }
    }

    #[test]
    fn only_what_is_clear_is_taken_for_a_word() {
        let done = json!({ "state": "done", "key": "k", "ref": "B1", "amount_minor": 5, "currency": "CNY" });
        let amount = Money::from_minor(5, Currency::Cny).unwrap();
        let clear = OrderSaid::Done { amount, bank_ref: Text::new("B1").unwrap() };
        assert_eq!(heard(&done, "k"), clear);
        for (name, wrong) in [
            ("key", json!("other")),
            ("key", Value::Null),
            ("ref", json!("")),
            ("ref", json!("r".repeat(65))),
            ("amount_minor", json!(-5)),
            ("amount_minor", json!("5")),
            ("currency", json!("XXX")),
            ("state", json!("DONE")),
        ] {
            let mut said = done.clone();
            said[name] = wrong;
            assert_eq!(heard(&said, "k"), OrderSaid::Silent, "{said}");
        }
        assert_eq!(heard(&json!({ "state": "processing" }), "k"), OrderSaid::InProcess);
        assert_eq!(heard(&json!({ "state": "never_received" }), "k"), OrderSaid::NeverSeen);
        assert_eq!(heard(&json!([]), "k"), OrderSaid::Silent);
        for (text, expected) in [
            ("balance_too_low", BankReason::NoMoney),
            ("day_limit", BankReason::OverLimit),
            ("account_takes_nothing", BankReason::CardBlocked),
            ("agreement_unknown", BankReason::AgreementEnded),
            ("revoked", BankReason::Other),
        ] {
            let said = json!({ "state": "refused", "reason": text });
            assert_eq!(heard(&said, "k"), OrderSaid::Refused { reason: expected });
        }
    }

    #[test]
    fn an_address_is_of_http() {
        let make = |base: &str| {
            let secret = BankSecret::from_hex(&"5a".repeat(32)).unwrap();
            HttpBank::new(base, secret, "g1", Arc::new(|| 0), false)
        };
        assert!(make("http://127.0.0.1:1/").is_ok());
        for good in ["https://bank.example.com", "http://localhost:9", "http://[::1]:9"] {
            assert!(make(good).is_ok(), "{good}");
        }
        let in_clear = [
            "127.0.0.1:1",
            "http://10.0.0.7:8090",
            "http://127.0.0.1.example.com",
            "http://u@10.0.0.7",
            "ftp://127.0.0.1",
        ];
        for bad in in_clear {
            assert!(matches!(make(bad), Err(HttpBankError::Address)), "{bad}");
        }
    }
}
