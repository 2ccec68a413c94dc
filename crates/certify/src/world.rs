//! The platform, through its sandbox API.

use crate::form;
use money::{Currency, Money, parse_amount};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a call of the sandbox may take. A move of the clock calls shops on the way.
const CALL_TIME: Duration = Duration::from_secs(300);
/// Six digits, drawn once: play money of play people.
pub(crate) const PAY_PASSWORD: &str = "518362";

/// An amount in yuan; `None` when it is none.
pub(crate) fn yuan(text: &str) -> Option<Money> {
    parse_amount(text, Currency::Cny).ok()
}

/// What a buyer has in hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pay {
    /// The member of the sandbox call.
    member: &'static str,
    value: String,
}

impl Pay {
    /// The kinds of the contract.
    pub(crate) const KINDS: &'static str = "page, qr, app, trade_no";

    /// From the contract's word.
    pub(crate) fn of(kind: &str, value: String) -> Option<Pay> {
        let member = match kind {
            "page" => "order_url",
            "qr" => "qr_code",
            "app" => "order_string",
            "trade_no" => "trade_no",
            _ => return None,
        };
        Some(Pay { member, value })
    }

    /// By the platform's number.
    pub(crate) fn by_trade_no(trade_no: &str) -> Pay {
        Pay { member: "trade_no", value: trade_no.to_owned() }
    }
}

/// What the platform knows of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Truth {
    pub(crate) trade_no: String,
    pub(crate) out_trade_no: String,
    pub(crate) app_id: String,
    pub(crate) seller_id: String,
    /// Whether a buyer paid it, also when it was given back since.
    pub(crate) paid: bool,
    pub(crate) trade_status: String,
    pub(crate) total: Money,
    pub(crate) refunded: Money,
    pub(crate) notify_url: Option<String>,
    /// China time.
    pub(crate) expires_at: String,
}

impl Default for Truth {
    fn default() -> Truth {
        let (text, zero) = (String::new, Money::zero(Currency::Cny));
        Truth {
            trade_no: text(),
            out_trade_no: text(),
            app_id: text(),
            seller_id: text(),
            paid: false,
            trade_status: text(),
            total: zero,
            refunded: zero,
            notify_url: None,
            expires_at: text(),
        }
    }
}

impl Truth {
    /// On one line.
    pub(crate) fn shown(&self) -> String {
        let Truth { trade_no, trade_status, total, refunded, .. } = self;
        format!("{trade_no} {trade_status}, total_amount {total}, refunded {refunded}")
    }
}

/// A letter that went to the shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Letter {
    pub(crate) no: u64,
    pub(crate) notify_id: String,
    pub(crate) url: String,
    pub(crate) content_type: String,
    pub(crate) form: String,
    /// Whether it ended, and then why it was not taken; taken without.
    pub(crate) ended: Option<Option<String>>,
}

impl Letter {
    /// What it says.
    pub(crate) fn members(&self) -> BTreeMap<String, String> {
        form::read(&self.form)
    }

    fn of(value: &Value) -> Letter {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let error = value["ended"]["error"].as_str().map(str::to_owned);
        Letter {
            no: value["no"].as_u64().unwrap_or_default(),
            notify_id: text("notify_id"),
            url: text("url"),
            content_type: text("content_type"),
            form: text("form"),
            ended: value["ended"].is_object().then_some(error),
        }
    }
}

/// How a letter is forged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Forge {
    Unsigned,
    OtherKey,
    ChangedAfterSigning,
}

impl Forge {
    fn word(self) -> &'static str {
        match self {
            Forge::Unsigned => "unsigned",
            Forge::OtherKey => "other_key",
            Forge::ChangedAfterSigning => "changed_after_signing",
        }
    }
}

/// Why a call of the sandbox came to nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum WorldTrouble {
    /// The platform said no.
    #[error("{message} ({code})")]
    No {
        /// For programs.
        code: String,
        /// For people.
        message: String,
    },
    /// No answer, or none of a sandbox.
    #[error("{0}")]
    NoAnswer(String),
}

type Heard<T> = Result<T, WorldTrouble>;

/// The sandbox of a running platform.
#[derive(Clone, Debug)]
pub(crate) struct World {
    client: Client,
    sandbox: String,
}

impl World {
    pub(crate) fn new(client: Client, sandbox: &str) -> World {
        World { client, sandbox: sandbox.trim_end_matches('/').to_owned() }
    }

    async fn get(&self, path: &str) -> Heard<Value> {
        let url = format!("{}{path}", self.sandbox);
        read(&url, self.client.get(&url)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Heard<Value> {
        let url = format!("{}{path}", self.sandbox);
        let request = self.client.post(&url).header("content-type", "application/json");
        read(&url, request.body(body.to_string())).await
    }

    /// Opens a buyer with this balance in yuan.
    pub(crate) async fn open_buyer(&self, login: &str, balance: &str) -> Heard<()> {
        let body = json!({ "kind": "buyer", "login": login, "name": "Certify", "pay_password": PAY_PASSWORD,
            "balance": balance });
        self.post("/party", &body).await.map(drop)
    }

    /// Gives a buyer more, in yuan.
    pub(crate) async fn top_up(&self, login: &str, amount: &str, key: &str) -> Heard<()> {
        self.post("/topup", &json!({ "login": login, "amount": amount, "key": key })).await.map(drop)
    }

    /// A code to scan.
    pub(crate) async fn pay_code(&self, login: &str) -> Heard<String> {
        let body = self.post("/paycode", &json!({ "login": login })).await?;
        Ok(body["auth_code"].as_str().unwrap_or_default().to_owned())
    }

    /// Pays, and gives the platform's number of the trade.
    pub(crate) async fn pay(&self, login: &str, pay: &Pay) -> Heard<String> {
        let body = json!({ "login": login, "pay_password": PAY_PASSWORD, pay.member: pay.value });
        let paid = self.post("/pay", &body).await?;
        Ok(paid["trade_no"].as_str().unwrap_or_default().to_owned())
    }

    /// Looks at an order.
    pub(crate) async fn look(&self, pay: &Pay) -> Heard<Truth> {
        let seen = self.post("/order", &json!({ pay.member: pay.value })).await?;
        let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
        let amount = |name: &str| {
            let wrong = || WorldTrouble::NoAnswer(format!("{}/order gave no {name}", self.sandbox));
            yuan(&text(name)).ok_or_else(wrong)
        };
        Ok(Truth {
            trade_no: text("trade_no"),
            out_trade_no: text("out_trade_no"),
            app_id: text("app_id"),
            seller_id: text("seller_id"),
            paid: seen["paid_at"].is_string(),
            trade_status: text("trade_status"),
            total: amount("total_amount")?,
            refunded: amount("refunded_amount")?,
            notify_url: seen["notify_url"].as_str().map(str::to_owned),
            expires_at: text("expires_at"),
        })
    }

    /// Letters of an app after a number, oldest first, at most a hundred.
    pub(crate) async fn letters(&self, app_id: &str, after: u64) -> Heard<Vec<Letter>> {
        let path = format!("/notifications/letters?app_id={app_id}&after={after}");
        Ok(letters_of(&self.get(&path).await?))
    }

    /// Sends a notice once more, with other members or forged; why it was not taken, if it was not.
    pub(crate) async fn resend(
        &self,
        notify_id: &str,
        url: Option<&str>,
        members: &BTreeMap<String, String>,
        forge: Option<Forge>,
    ) -> Heard<Option<String>> {
        let mut body = json!({ "notify_id": notify_id, "members": members });
        if let Some(url) = url {
            body["url"] = json!(url);
        }
        if let Some(forge) = forge {
            body["forge"] = json!(forge.word());
        }
        let sent = self.post("/notifications/resend", &body).await?;
        Ok(sent["ended"]["error"].as_str().map(str::to_owned))
    }

    /// Takes the app's letters in their addresses' place for some seconds; gives those that wait for an answer.
    pub(crate) async fn listen(&self, app_id: &str, after: u64, wait_s: u64) -> Heard<Vec<Letter>> {
        let body = json!({ "app_id": app_id, "after": after, "wait_s": wait_s });
        Ok(letters_of(&self.post("/notifications/listen", &body).await?))
    }

    /// Tells the platform what a shop said to a letter that was taken in its place.
    pub(crate) async fn answer(&self, no: u64, status: u16, body: &str) -> Heard<()> {
        let body = json!({ "no": no, "status": status, "body": body });
        self.post("/notifications/answer", &body).await.map(drop)
    }

    /// Asks for a fault of the platform, the next times that this app (and this method) comes by.
    pub(crate) async fn fault(
        &self,
        app_id: &str,
        fault: &str,
        method: Option<&str>,
        times: u32,
    ) -> Heard<()> {
        let mut body = json!({ "fault": fault, "app_id": app_id, "next": times });
        if let Some(method) = method {
            body["method"] = json!(method);
        }
        self.post("/faults", &body).await.map(drop)
    }

    /// Whether each fault that was asked for this app has happened at least once.
    pub(crate) async fn have_struck(&self, app_id: &str) -> Heard<bool> {
        let standing = self.get("/faults").await?;
        let rules = standing["faults"].as_array().cloned().unwrap_or_default();
        let waits = |rule: &Value| rule["app_id"] == app_id && rule["hits"].as_u64() == Some(0);
        Ok(!rules.iter().any(waits))
    }

    /// Takes away the faults of an app that stand.
    pub(crate) async fn clear_faults(&self, app_id: &str) -> Heard<()> {
        let url = format!("{}/faults?app_id={app_id}", self.sandbox);
        read(&url, self.client.delete(&url)).await.map(drop)
    }

    /// Moves the clock ahead by a span.
    pub(crate) async fn advance(&self, by: &str) -> Heard<()> {
        self.post("/clock/advance", &json!({ "by": by })).await.map(drop)
    }

    /// Moves the clock ahead to a moment in China time.
    pub(crate) async fn set_clock(&self, to: &str) -> Heard<()> {
        self.post("/clock/set", &json!({ "to": to })).await.map(drop)
    }
}

fn letters_of(body: &Value) -> Vec<Letter> {
    body["letters"].as_array().into_iter().flatten().map(Letter::of).collect()
}

async fn read(url: &str, request: reqwest::RequestBuilder) -> Heard<Value> {
    let no_answer = |error: reqwest::Error| {
        let why = if error.is_connect() { "no server answers" } else { "no whole answer" };
        WorldTrouble::NoAnswer(format!("{url}: {why}"))
    };
    let answer = request.timeout(CALL_TIME).send().await.map_err(no_answer)?;
    let status = answer.status();
    let text = answer.text().await.map_err(no_answer)?;
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    if status.is_success() && body.is_object() {
        return Ok(body);
    }
    let said = |name: &str| body["error"][name].as_str().map(str::to_owned);
    match (said("code"), said("message")) {
        (Some(code), Some(message)) => Err(WorldTrouble::No { code, message }),
        _ => Err(WorldTrouble::NoAnswer(format!(
            "{url} answered {status}; is that a sandbox of this release?"
        ))),
    }
}
