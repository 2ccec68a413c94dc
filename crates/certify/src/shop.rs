//! The shop, by its contract.

use crate::contract::{CallName, Contract, Unit};
use crate::world::{Pay, yuan};
use money::{Currency, Money};
use reqwest::{Client, Method};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long one call of the shop may take. A till waits for its buyer for some tens of seconds.
const CALL_TIME: Duration = Duration::from_secs(60);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 65_536;

/// Where an order stands at the shop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stand {
    /// Not paid yet.
    Waiting,
    /// Paid, perhaps refunded in part.
    Paid,
    /// Ended unpaid.
    Closed,
    /// Paid and wholly given back.
    Refunded,
}

/// What the shop says of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ShopState {
    /// Where it stands.
    pub(crate) stand: Stand,
    /// What it counts as paid.
    pub(crate) paid: Money,
    /// How often the goods left.
    pub(crate) shipped: u64,
    /// What it counts as given back.
    pub(crate) refunded: Money,
}

impl ShopState {
    /// On one line.
    pub(crate) fn shown(&self) -> String {
        let stand = match self.stand {
            Stand::Waiting => "waiting",
            Stand::Paid => "paid",
            Stand::Closed => "closed",
            Stand::Refunded => "refunded",
        };
        let ShopState { stand: _, paid, shipped, refunded } = self;
        format!("{stand}, paid_amount {paid}, shipped {shipped}, refunded_amount {refunded}")
    }
}

/// An order that the shop made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// The shop's number.
    pub(crate) out_trade_no: String,
    /// What its buyer gets in hand; a till has nothing to give.
    pub(crate) pay: Option<Pay>,
    /// Where the buyer lands.
    pub(crate) return_url: Option<String>,
}

/// What the shop answered.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) text: String,
}

impl Answered {
    /// Whether the shop said yes.
    pub(crate) fn yes(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// On one line.
    pub(crate) fn shown(&self) -> String {
        format!("HTTP {} {}", self.status, self.text)
    }
}

/// Why a call came to nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum ShopTrouble {
    /// The shop has no such call.
    #[error("the shop has no call `{0}`")]
    Lacks(&'static str),
    /// No answer came.
    #[error("{0}")]
    NoAnswer(String),
    /// The answer is not what the contract says.
    #[error("{0}")]
    Breach(String),
}

/// A shop.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    client: Client,
    target: String,
    contract: Contract,
}

impl Shop {
    pub(crate) fn new(client: Client, target: &str, contract: Contract) -> Shop {
        Shop { client, target: target.trim_end_matches('/').to_owned(), contract }
    }

    /// How long something that should happen is waited for.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.contract.patience_s)
    }

    /// How long the shop is given before it is looked at.
    pub(crate) fn settle(&self) -> Duration {
        Duration::from_millis(self.contract.settle_ms)
    }

    /// Makes an order. For a till no link or code is asked for.
    pub(crate) async fn order(&self, subject: &str, total: Money, till: bool) -> Result<Made, ShopTrouble> {
        let mut body = Map::new();
        body.insert(self.contract.asked("subject").to_owned(), json!(subject));
        body.insert(self.contract.asked("total_amount").to_owned(), self.amount(total));
        if till {
            body.insert(self.contract.asked("till").to_owned(), json!(true));
        }
        let answered = self.send(CallName::Order, "", &Value::Object(body)).await?;
        if !answered.yes() {
            let answered = answered.shown();
            return Err(ShopTrouble::Breach(format!("no order was made: {answered}")));
        }
        self.made(&answered)
    }

    fn made(&self, answered: &Answered) -> Result<Made, ShopTrouble> {
        let body = json_of(answered)?;
        let text = |member: &str| self.member(&body, member).and_then(text_of);
        let out_trade_no = text("out_trade_no").ok_or_else(|| breach("out_trade_no", answered))?;
        let pay = match (text("pay.kind"), text("pay.value")) {
            (Some(kind), Some(value)) => Some(Pay::of(&kind, value).ok_or_else(|| {
                ShopTrouble::Breach(format!("pay.kind `{kind}` is none of {}", Pay::KINDS))
            })?),
            _ => None,
        };
        Ok(Made { out_trade_no, pay, return_url: text("return_url") })
    }

    /// What the shop says of an order.
    pub(crate) async fn state(&self, out_trade_no: &str) -> Result<(ShopState, Answered), ShopTrouble> {
        let answered = self.send(CallName::State, out_trade_no, &Value::Null).await?;
        if !answered.yes() {
            return Err(breach("state", &answered));
        }
        let body = json_of(&answered)?;
        let member = |name: &str| self.member(&body, name);
        let need = |name: &'static str| member(name).ok_or_else(|| breach(name, &answered));
        let amount = |name: &'static str, value: &Value| {
            amount_of(self.contract.amounts, value).ok_or_else(|| breach(name, &answered))
        };
        let word = text_of(need("state")?).unwrap_or_default();
        let stand = match self.contract.state(&word) {
            Some("waiting") => Stand::Waiting,
            Some("paid") => Stand::Paid,
            Some("closed") => Stand::Closed,
            Some("refunded") => Stand::Refunded,
            _ => return Err(breach("state", &answered)),
        };
        let state = ShopState {
            stand,
            paid: amount("paid_amount", need("paid_amount")?)?,
            shipped: need("shipped")?.as_u64().ok_or_else(|| breach("shipped", &answered))?,
            refunded: match member("refunded_amount") {
                None | Some(Value::Null) => Money::zero(Currency::Cny),
                Some(value) => amount("refunded_amount", value)?,
            },
        };
        Ok((state, answered))
    }

    /// Whether the shop tells of this order at all.
    pub(crate) async fn knows(&self, out_trade_no: &str) -> Result<Answered, ShopTrouble> {
        self.send(CallName::State, out_trade_no, &Value::Null).await
    }

    /// One of the other calls. A refusal is an answer.
    pub(crate) async fn call(
        &self,
        name: CallName,
        out_trade_no: &str,
        members: &[(&str, Value)],
    ) -> Result<Answered, ShopTrouble> {
        let named = members.iter().map(|(name, value)| (self.contract.asked(name).to_owned(), value.clone()));
        let answered = self.send(name, out_trade_no, &Value::Object(named.collect())).await?;
        // The order was made just now, so that these can only mean the call.
        if matches!(answered.status, 404 | 405 | 501) {
            return Err(ShopTrouble::Lacks(name.key()));
        }
        Ok(answered)
    }

    /// An amount as this shop writes it.
    pub(crate) fn amount(&self, amount: Money) -> Value {
        written(self.contract.amounts, amount)
    }

    fn member<'a>(&self, body: &'a Value, member: &str) -> Option<&'a Value> {
        self.contract.path(member).try_fold(body, |value, step| value.get(step))
    }

    async fn send(&self, name: CallName, out_trade_no: &str, body: &Value) -> Result<Answered, ShopTrouble> {
        let (method, path) = self.contract.call(name, out_trade_no).ok_or(ShopTrouble::Lacks(name.key()))?;
        let url = format!("{}{path}", self.target);
        let no_answer = |error: reqwest::Error| {
            let why = if error.is_timeout() { "no answer in time" } else { "no whole answer" };
            ShopTrouble::NoAnswer(format!("{method} {url}: {why}"))
        };
        let method_of = Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST);
        let mut request = self.client.request(method_of, &url).timeout(CALL_TIME);
        for (name, value) in self.contract.headers() {
            request = request.header(name, value);
        }
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(no_answer)?;
        read(answer).await.map_err(no_answer)
    }

    /// Opens a page, or posts a letter, as anybody could; gives status and body.
    pub(crate) async fn visit(
        &self,
        url: &str,
        posted: Option<(&str, &str)>,
    ) -> Result<Answered, ShopTrouble> {
        let request = match posted {
            None => self.client.get(url),
            Some((content_type, form)) => {
                self.client.post(url).header("content-type", content_type).body(form.to_owned())
            }
        };
        let no_answer = |error: reqwest::Error| ShopTrouble::NoAnswer(format!("{url}: {error}"));
        let answer = request.timeout(CALL_TIME).send().await.map_err(no_answer)?;
        read(answer).await.map_err(no_answer)
    }
}

/// Status and body, of which the rest is left unread.
async fn read(mut answer: reqwest::Response) -> Result<Answered, reqwest::Error> {
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        let Some(chunk) = answer.chunk().await? else { break };
        bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES_MAX - bytes.len())]);
    }
    Ok(Answered { status, text: String::from_utf8_lossy(&bytes).into_owned() })
}

fn written(unit: Unit, amount: Money) -> Value {
    match unit {
        Unit::Yuan => json!(amount.to_string()),
        Unit::Fen => json!(amount.minor().units()),
    }
}

fn amount_of(unit: Unit, value: &Value) -> Option<Money> {
    match (unit, value) {
        (Unit::Yuan, Value::String(text)) => yuan(text),
        (Unit::Yuan, Value::Number(number)) => yuan(&number.to_string()),
        (Unit::Fen, value) => Money::from_minor(value.as_u64()?, Currency::Cny).ok(),
        (Unit::Yuan, _) => None,
    }
}

fn json_of(answered: &Answered) -> Result<Value, ShopTrouble> {
    serde_json::from_str(&answered.text)
        .map_err(|_| ShopTrouble::Breach(format!("the answer is no JSON: {}", answered.shown())))
}

fn breach(member: &str, answered: &Answered) -> ShopTrouble {
    ShopTrouble::Breach(format!("`{member}` is missing or not as agreed: {}", answered.shown()))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_the_shops_unit_and_nothing_else() {
        let read = |unit, value: Value| amount_of(unit, &value).map(|amount| amount.to_string());
        assert_eq!(read(Unit::Yuan, json!("12.80")).as_deref(), Some("12.80"));
        assert_eq!(read(Unit::Yuan, json!(12.8)).as_deref(), Some("12.80"));
        assert_eq!(read(Unit::Yuan, json!(12)).as_deref(), Some("12.00"));
        for wrong in [json!("12.801"), json!("-1"), json!(null), json!("1e3"), json!(true)] {
            assert_eq!(read(Unit::Yuan, wrong), None);
        }
        assert_eq!(read(Unit::Fen, json!(1280)).as_deref(), Some("12.80"));
        assert_eq!(read(Unit::Fen, json!("1280")), None);
        assert_eq!(written(Unit::Fen, yuan("12.80").unwrap()), json!(1280));
        assert_eq!(written(Unit::Yuan, yuan("12.8").unwrap()), json!("12.80"));
    }
}
