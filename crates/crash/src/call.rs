//! Signed calls of a merchant, and answers whose signature was checked.

use crate::line::{Answered, post};
use anyhow::{Context, ensure};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};
use wire::sign::{PrivateKey, PublicKey, SignType};

/// What the gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: String,
    pub(crate) sub_code: String,
    pub(crate) members: Value,
}

impl Answer {
    /// A member as text; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.members.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the server says that it does not know.
    pub(crate) fn is_unknown(&self) -> bool {
        self.code == "20000"
    }
}

/// Makes calls of one app.
#[derive(Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) app_id: &'a str,
    pub(crate) key: &'a PrivateKey,
    pub(crate) host: &'a str,
}

impl Caller<'_> {
    /// A call with a fresh signature, as the bytes that go over the line.
    pub(crate) fn sign(&self, method: &str, content: &Value) -> Vec<u8> {
        let (content, timestamp) = (content.to_string(), wire::timestamp::format_cn(now_us()));
        let members = [
            ("app_id", self.app_id),
            ("biz_content", &content),
            ("charset", "utf-8"),
            ("format", "JSON"),
            ("method", method),
            ("sign_type", "RSA2"),
            ("timestamp", &timestamp),
            ("version", "1.0"),
        ];
        let text: Vec<String> = members.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let sign = self.key.sign(SignType::Rsa2, text.join("&").as_bytes());
        let mut body: Vec<String> =
            members.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        body.push(format!("sign={}", escaped(&sign)));
        post("/gateway.do", self.host, "application/x-www-form-urlencoded;charset=utf-8", &body.join("&"))
    }
}

/// Reads an answer and checks its signature over the very bytes it covers.
pub(crate) fn read(answered: &Answered, platform: &PublicKey) -> anyhow::Result<Answer> {
    let text = std::str::from_utf8(&answered.body).context("an answer that is no UTF-8")?;
    let shown = || text.chars().take(300).collect::<String>();
    ensure!(answered.status == 200, "status {}: {}", answered.status, shown());
    let begin = text.find("\":{").map(|at| at + 2).with_context(|| format!("no envelope: {}", shown()))?;
    let end = text.rfind(",\"sign\":\"").with_context(|| format!("unsigned: {}", shown()))?;
    let signed = &text[begin..end];
    let signature = text[end + 9..].split('"').next().unwrap_or_default();
    ensure!(
        platform.verify(SignType::Rsa2, signed.as_bytes(), signature),
        "the signature is wrong: {}",
        shown()
    );
    let members: Value =
        serde_json::from_str(signed).with_context(|| format!("the answer is no JSON: {}", shown()))?;
    let member = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Answer { code: member("code"), sub_code: member("sub_code"), members })
}

/// The system's clock, microseconds UTC.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Fen as the wire writes yuan.
pub(crate) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// Yuan as fen; `None` for what is no amount.
pub(crate) fn fen(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok().filter(|_| part.len() == 2)?)
}

fn escaped(value: &str) -> String {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    value
        .bytes()
        .map(|byte| if kept(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
