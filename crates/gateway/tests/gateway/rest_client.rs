//! A client of the v3 interface that signs as client libraries do and checks every signed answer.

use crate::client::Client;
use crate::shop::{PLATFORM_KEY, START_US, Shop, key};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt;
use wire::aes::AesKey;
use wire::sign::{PrivateKey, SignType};

pub struct RestClient {
    pub router: Router,
    pub app_id: String,
    pub key: PrivateKey,
    pub aes: Option<AesKey>,
    app_cert_sn: Option<String>,
    root_sn: Option<String>,
    platform_sn: Option<String>,
}

/// A call, to be changed before it is signed or after.
#[derive(Clone)]
pub struct Ask {
    pub verb: String,
    pub uri: String,
    pub body: String,
    pub auth: String,
    pub sign: String,
    pub headers: Vec<(&'static str, String)>,
}

pub struct Told {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl RestClient {
    /// The same app as that of a v2 client.
    pub fn of(client: &Client) -> RestClient {
        let always = |name: &str| {
            let found = client.always.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        RestClient {
            router: client.router.clone(),
            app_id: client.app_id.clone(),
            key: PrivateKey::parse(&client.key.to_pkcs8_pem()).unwrap(),
            aes: client.aes.clone(),
            app_cert_sn: always("app_cert_sn"),
            root_sn: always("alipay_root_cert_sn"),
            platform_sn: client.cert_sn.clone(),
        }
    }

    pub async fn by_key(shop: &Shop) -> RestClient {
        RestClient::of(&shop.client().await)
    }

    /// A call with a nonce of its own, not signed yet.
    pub fn ask(&self, verb: &str, uri: &str, body: &str) -> Ask {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let nonce = format!("n-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let serial = self.app_cert_sn.as_ref().map(|serial| format!(",app_cert_sn={serial}"));
        let (app_id, serial) = (&self.app_id, serial.unwrap_or_default());
        let auth = format!("app_id={app_id}{serial},nonce={nonce},timestamp={}", START_US / 1_000);
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.root_sn.clone().map(|serial| ("alipay-root-cert-sn", serial)));
        let [verb, uri, body] = [verb, uri, body].map(str::to_owned);
        Ask { verb, uri, body, auth, sign: String::new(), headers }
    }

    /// The signature is made by hand here, so that it does not lean on what it tests.
    pub fn sign(&self, mut ask: Ask) -> Ask {
        let mut text = format!("{}\n{}\n{}\n{}\n", ask.auth, ask.verb, ask.uri, ask.body);
        if let Some((_, token)) = ask.headers.iter().find(|(name, _)| *name == "alipay-app-auth-token") {
            text.push_str(&format!("{token}\n"));
        }
        ask.sign = self.key.sign(SignType::Rsa2, text.as_bytes());
        ask
    }

    pub async fn call(&self, verb: &str, uri: &str, body: &str) -> Told {
        self.send(&self.sign(self.ask(verb, uri, body))).await
    }

    pub async fn post(&self, name: &str, body: &str) -> Told {
        self.call("POST", &format!("/v3/alipay/trade/{name}"), body).await
    }

    /// Sends it and checks the answer's signature.
    pub async fn send(&self, ask: &Ask) -> Told {
        let told = self.exchange(ask).await;
        self.checked(&told);
        told
    }

    pub async fn exchange(&self, ask: &Ask) -> Told {
        let mut request = Request::builder().method(ask.verb.as_str()).uri(ask.uri.as_str());
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if !ask.auth.is_empty() {
            let header = format!("ALIPAY-SHA256withRSA {},sign={}", ask.auth, ask.sign);
            request = request.header("authorization", header);
        }
        let request = request.body(Body::from(ask.body.clone())).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Told { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn checked(&self, told: &Told) {
        let header = |name: &str| told.headers[name].to_str().unwrap();
        let (timestamp, nonce) = (header("alipay-timestamp"), header("alipay-nonce"));
        let text = format!("{timestamp}\n{nonce}\n{}\n", told.body);
        let platform = key(PLATFORM_KEY);
        let right = platform.public_key().verify(SignType::Rsa2, text.as_bytes(), header("alipay-signature"));
        assert!(right, "{}", told.body);
        assert!(timestamp.parse::<i64>().unwrap() >= START_US / 1_000);
        assert_ne!(nonce, header("alipay-trace-id"));
        let serial = told.headers.get("alipay-sn").map(|serial| serial.to_str().unwrap());
        assert_eq!(serial, self.platform_sn.as_deref());
    }
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn get(&self, name: &str) -> String {
        self.json().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// `200`, or `400 ACQ.TRADE_NOT_EXIST` for an error of the documented shape.
    pub fn outcome(&self) -> String {
        if self.status < 400 {
            return self.status.to_string();
        }
        let json = self.json();
        let names: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(names, ["code", "links", "message"]);
        assert_eq!(json["links"].as_array().unwrap().len(), 1);
        assert!(json["links"][0]["link"].is_string() && json["links"][0]["desc"].is_string());
        assert!(!self.get("message").is_empty());
        assert_eq!(self.headers["content-type"], "application/json;charset=utf-8");
        format!("{} {}", self.status, self.get("code"))
    }
}
