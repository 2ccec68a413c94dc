//! A client that signs as client libraries do, and reads answers more strictly than any of them.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use wire::aes::AesKey;
use wire::canonical::join_sorted;
use wire::sign::{PrivateKey, SignType};
use wire::timestamp::format_cn;

pub type Params = Vec<(String, Vec<u8>)>;

pub struct Client {
    pub router: Router,
    pub app_id: String,
    pub key: PrivateKey,
    pub cert_sn: Option<String>,
    pub always: Vec<(&'static str, String)>,
    pub aes: Option<AesKey>,
}

/// An answer taken apart.
pub struct Answer {
    pub headers: HeaderMap,
    pub raw: Vec<u8>,
    pub node: String,
    pub signed: Vec<u8>,
    pub cert_sn: Option<String>,
    pub sign: Option<String>,
}

impl Client {
    pub fn new(router: Router, app_id: String, key: PrivateKey) -> Client {
        Client { router, app_id, key, cert_sn: None, always: Vec::new(), aes: None }
    }

    /// The same client once more.
    pub fn again(&self) -> Client {
        Client {
            router: self.router.clone(),
            app_id: self.app_id.clone(),
            key: PrivateKey::parse(&self.key.to_pkcs8_pem()).unwrap(),
            cert_sn: self.cert_sn.clone(),
            always: self.always.clone(),
            aes: self.aes.clone(),
        }
    }

    /// All parameters but the signature. An empty `biz` leaves `biz_content` out.
    pub fn params(&self, method: &str, biz: &str, more: &[(&str, &str)]) -> Params {
        let timestamp = format_cn(crate::shop::START_US);
        let mut params: Params = Vec::new();
        let mut put = |name: &str, value: &str| {
            params.retain(|(known, _)| known != name);
            params.push((name.to_owned(), value.as_bytes().to_vec()));
        };
        for (name, value) in [
            ("app_id", self.app_id.as_str()),
            ("method", method),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", &timestamp),
            ("version", "1.0"),
            ("biz_content", biz),
        ] {
            put(name, value);
        }
        for (name, value) in &self.always {
            put(name, value);
        }
        for (name, value) in more {
            put(name, value);
        }
        // A value of a single `-` removes; an empty one is not sent.
        params.retain(|(_, value)| value != b"-" && !value.is_empty());
        params
    }

    pub fn sign(&self, params: Params) -> Params {
        let kind = params.iter().find(|(name, _)| name == "sign_type").map(|(_, value)| value.as_slice());
        let kind = if kind == Some(b"RSA") { SignType::Rsa } else { SignType::Rsa2 };
        self.sign_as(params, kind)
    }

    pub fn sign_as(&self, mut params: Params, kind: SignType) -> Params {
        let text = join_sorted(params.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        params.push(("sign".to_owned(), self.key.sign(kind, &text).into_bytes()));
        params
    }

    /// Signs, posts as a form, checks the answer's signature.
    pub async fn call(&self, method: &str, biz: &str) -> Answer {
        self.call_with(method, biz, &[]).await
    }

    pub async fn call_with(&self, method: &str, biz: &str, more: &[(&str, &str)]) -> Answer {
        let answer = self.post(&self.sign(self.params(method, biz, more))).await;
        self.checked(&answer, SignType::Rsa2);
        answer
    }

    /// What holds for every answer to a known app.
    pub fn checked(&self, answer: &Answer, kind: SignType) {
        let sign = answer.sign.as_deref().expect("signed");
        let key = crate::shop::key(crate::shop::PLATFORM_KEY);
        assert!(key.public_key().verify(kind, &answer.signed, sign), "{}", answer.text());
        assert_eq!(answer.cert_sn, self.cert_sn);
        let trace = answer.headers["trace_id"].to_str().unwrap();
        assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()), "{trace}");
    }

    pub async fn post(&self, params: &Params) -> Answer {
        let request = Request::post("/gateway.do")
            .header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
        self.send(request.body(Body::from(form(params))).unwrap()).await
    }

    pub async fn get(&self, params: &Params) -> Answer {
        self.send(Request::get(format!("/gateway.do?{}", form(params))).body(Body::empty()).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (status, headers, raw) = self.exchange(request).await;
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&raw));
        Answer::parse(headers, raw)
    }

    pub async fn exchange(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }
}

/// Percent-escapes everything that is not plain.
pub fn form(params: &Params) -> String {
    let escaped = |value: &[u8]| -> String {
        value.iter().fold(String::new(), |mut text, byte| {
            if byte.is_ascii_alphanumeric() {
                text.push(char::from(*byte))
            } else {
                text.push_str(&format!("%{byte:02X}"))
            }
            text
        })
    };
    params.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

impl Answer {
    fn parse(headers: HeaderMap, raw: Vec<u8>) -> Answer {
        let text = String::from_utf8_lossy(&raw).into_owned();
        let node_end = text[2..].find('"').unwrap_or_else(|| panic!("no envelope: {text}")) + 2;
        let node = text[2..node_end].to_owned();
        let tail = raw.windows(8).rposition(|window| window == b",\"sign\":");
        let sign = tail.map(|at| String::from_utf8(raw[at + 9..raw.len() - 2].to_vec()).unwrap());
        let mut end = tail.unwrap_or(raw.len() - 1);
        let serial = raw.windows(18).position(|window| window == b",\"alipay_cert_sn\":");
        let cert_sn = serial.map(|at| String::from_utf8(raw[at + 19..end - 1].to_vec()).unwrap());
        end = serial.unwrap_or(end);
        let signed = raw[node_end + 2..end].to_vec();
        Answer { headers, node, signed, cert_sn, sign, raw }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    pub fn inner(&self) -> Value {
        serde_json::from_slice(&self.signed).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A member of the inner object, empty when absent.
    pub fn get(&self, name: &str) -> String {
        self.inner().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// `10000`, or `40004 ACQ.TRADE_NOT_EXIST`.
    pub fn outcome(&self) -> String {
        format!("{} {}", self.get("code"), self.get("sub_code")).trim().to_owned()
    }

    /// The names of the members, in order.
    pub fn names(&self) -> Vec<String> {
        self.inner().as_object().unwrap().keys().cloned().collect()
    }
}
