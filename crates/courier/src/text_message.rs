//! Text messages: one HTTP call each, as an operator's template says.

use crate::courier::{Letter, NotCarried};
use crate::settings::{Escape, SettingsError, SmsSettings, is_at_home};
use base::Secret;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use std::time::Duration;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// A connection must stand within this.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// What an operator writes for the secret.
const SECRET_MARK: &str = "{secret}";

/// Calls a provider of text messages.
pub(crate) struct Texter {
    client: Client,
    method: Method,
    headers: HeaderMap,
    settings: SmsSettings,
    secret: Option<Secret<String>>,
}

impl Texter {
    pub(crate) fn new(
        settings: SmsSettings,
        secret: Option<Secret<String>>,
    ) -> Result<Texter, SettingsError> {
        let bare = filled(&settings.url, Escape::Form, &[]);
        let url = Url::parse(&bare).map_err(|_| SettingsError::PlainSms)?;
        let home = url.host_str().is_some_and(is_at_home);
        // A mark in the name of the host would let a message choose where it goes.
        let fixed = url.host_str().is_some_and(|host| !host.contains(['{', '%']));
        if !fixed || !(url.scheme() == "https" || (url.scheme() == "http" && home)) {
            return Err(SettingsError::PlainSms);
        }
        let method = match settings.method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            _ => return Err(SettingsError::Method),
        };
        let marked = settings.url.contains(SECRET_MARK)
            || settings.body.contains(SECRET_MARK)
            || settings.headers.values().any(|value| value.contains(SECRET_MARK));
        if marked != secret.is_some() {
            return Err(SettingsError::Secret);
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let wrong = || SettingsError::Header(name.clone());
            let value = match &secret {
                Some(secret) => value.replace(SECRET_MARK, secret.reveal()),
                None => value.clone(),
            };
            let mut value = HeaderValue::from_str(&value).map_err(|_| wrong())?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?, value);
        }
        if let Some(kind) = &settings.content_type {
            let value = HeaderValue::from_str(kind).map_err(|_| SettingsError::Header(kind.clone()))?;
            headers.insert(CONTENT_TYPE, value);
        }
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIME)
            .build()
            .map_err(|error| SettingsError::Client(error.to_string()))?;
        Ok(Texter { client, method, headers, settings, secret })
    }

    pub(crate) async fn send(&self, to: &str, letter: &Letter) -> Result<(), NotCarried> {
        let secret = self.secret.as_ref().map_or("", |secret| secret.reveal().as_str());
        let code = letter.code.as_ref().map_or("", |code| code.reveal().as_str());
        let values = [("{phone}", to), ("{text}", letter.text.reveal().as_str()), ("{code}", code)];
        let values = [&values[..], &[(SECRET_MARK, secret)]].concat();
        let url = filled(&self.settings.url, Escape::Form, &values);
        let url = Url::parse(&url).map_err(|_| NotCarried::Refused)?;
        let body = filled(&self.settings.body, self.settings.escape, &values);
        let request = self.client.request(self.method.clone(), url).headers(self.headers.clone());
        let request = if body.is_empty() { request } else { request.body(body) };
        let mut answer = request.send().await.map_err(|_| NotCarried::NotTaken)?;
        let status = answer.status();
        if status.as_u16() != self.settings.success_status {
            // A request that is wrong stays wrong; a server in trouble, or one that is asked too often, may recover.
            let for_good = status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429);
            return Err(if for_good { NotCarried::Refused } else { NotCarried::NotTaken });
        }
        let Some(wanted) = &self.settings.success_contains else { return Ok(()) };
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| NotCarried::NotTaken)? {
            if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(NotCarried::NotTaken);
            }
            bytes.extend_from_slice(&chunk);
        }
        let taken = String::from_utf8_lossy(&bytes).contains(wanted.as_str());
        if taken { Ok(()) } else { Err(NotCarried::Refused) }
    }
}

/// A template with its marks replaced, in one pass: what a value holds is never taken for a mark.
fn filled(template: &str, escape: Escape, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match values.iter().find(|(mark, _)| rest.starts_with(mark)) {
            Some((mark, value)) => {
                out.push_str(&escaped(value, escape));
                rest = &rest[mark.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn escaped(value: &str, escape: Escape) -> String {
    match escape {
        Escape::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            let within = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            within.unwrap_or_default().to_owned()
        }
        Escape::Form => value.bytes().fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
            out
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_replaced_once_and_escaped() {
        let values = [("{phone}", "138"), ("{text}", "a\"{code}&\n码"), ("{code}", "42")];
        let body = filled("{\"to\":\"{phone}\",\"text\":\"{text}\",\"n\":{code}}", Escape::Json, &values);
        assert_eq!(body, "{\"to\":\"138\",\"text\":\"a\\\"{code}&\\n码\",\"n\":42}");
        let form = filled("to={phone}&text={text}{", Escape::Form, &values);
        assert_eq!(form, "to=138&text=a%22%7Bcode%7D%26%0A%E7%A0%81{");
        assert_eq!(escaped("\"", Escape::Json), "\\\"");
    }
}
