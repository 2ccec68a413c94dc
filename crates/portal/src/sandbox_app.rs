//! `POST /sandbox/app`: an app of a merchant, with keys of its own or drawn here. What is secret is given once.

use crate::chance;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{PartyId, Secret, Text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{FindParty, OpenApp, OpenAppRefused};
use people::{AppMode, PartyKind};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::aes::AesKey;
use wire::sign::{PrivateKey, PublicKey, SignType};

#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Key,
    Cert,
}

/// What an app signs with.
#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    #[default]
    Rsa,
    Sm2,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    #[serde(default)]
    algorithm: Algorithm,
    seller_id: String,
    #[serde(default)]
    mode: Mode,
    public_key: Option<String>,
    #[serde(default)]
    allow_rsa: bool,
    aes: Option<bool>,
}

/// The keys of a new app; the private half only when it was drawn here.
struct Keys {
    public: PublicKey,
    private: Option<PrivateKey>,
}

/// Opens an app.
pub(crate) async fn open(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let OpenRequest { algorithm, seller_id, mode, public_key, allow_rsa, aes } = read(&headers, &body)?;
    let seller: PartyId = seller_id.parse().map_err(|error| SandboxError::bad("bad_seller_id", error))?;
    let missing = || SandboxError::missing("seller_not_found", "there is no such merchant");
    let found = portal.door.ask(FindParty { party: seller }).await;
    let found = found.map_err(|error| SandboxError::of(error, |_| missing()))?;
    if found.kind != PartyKind::Merchant {
        return Err(missing());
    }
    check_algorithm(algorithm, mode, allow_rsa)?;
    let keys = keys_of(public_key, algorithm, allow_rsa).await?;
    let platform_public_key = platform_key(&portal, algorithm).await?;
    let aes_key = aes.unwrap_or(true).then(|| Secret::new(chance::bytes::<16>()));
    let certificate = match mode {
        Mode::Key => None,
        Mode::Cert => Some(portal.issuer.issue(seller, &keys.public).map_err(SandboxError::broken)?),
    };
    let id = portal
        .door
        .ask(command_of(&portal, seller, &keys, allow_rsa, aes_key.as_ref(), certificate.as_deref())?)
        .await
        .map_err(|error| SandboxError::of(error, refused))?;
    let mut body = json!({
        "app_id": id.to_string(),
        "seller_id": seller.to_string(),
        "mode": if mode == Mode::Cert { "cert" } else { "key" },
        "algorithm": if algorithm == Algorithm::Sm2 { "sm2" } else { "rsa" },
        "platform_public_key": platform_public_key,
    });
    let mut add = |name: &str, value: &str| body[name] = Value::from(value);
    if let Some(private) = &keys.private {
        let own_form = if algorithm == Algorithm::Sm2 { "private_key_sec1" } else { "private_key_pkcs1" };
        add(own_form, &private.to_pkcs1_pem());
        add("private_key_pkcs8", &private.to_pkcs8_pem());
    }
    if let Some(certificate) = &certificate {
        add("app_cert", certificate);
        add("platform_cert", &portal.world.platform.certificate);
        add("root_cert", &portal.world.platform.root);
    }
    if let Some(aes_key) = &aes_key {
        add("aes_key", &AesKey::new(*aes_key.reveal()).to_base64());
    }
    answer(body)
}

/// What does not go together with SM2.
fn check_algorithm(algorithm: Algorithm, mode: Mode, allow_rsa: bool) -> Result<(), SandboxError> {
    match (algorithm, mode, allow_rsa) {
        (Algorithm::Sm2, Mode::Cert, _) => Err(SandboxError::bad(
            "bad_request",
            "an SM2 app proves itself with a key; certificates are RSA only",
        )),
        (Algorithm::Sm2, Mode::Key, true) => {
            Err(SandboxError::bad("bad_request", "allow_rsa is for RSA apps; an SM2 app signs with SM2 only"))
        }
        (Algorithm::Sm2, Mode::Key, false) | (Algorithm::Rsa, Mode::Key | Mode::Cert, _) => Ok(()),
    }
}

/// The platform's public key for an app of this algorithm; the SM2 key is drawn for the first app that needs it.
async fn platform_key(portal: &Arc<Portal>, algorithm: Algorithm) -> Result<String, SandboxError> {
    match algorithm {
        Algorithm::Rsa => Ok(portal.world.platform.public_key.clone()),
        Algorithm::Sm2 => {
            let issuer = portal.issuer.clone();
            let drawn = tokio::task::spawn_blocking(move || issuer.need_sm2()).await;
            drawn.map_err(SandboxError::broken)?.map_err(SandboxError::broken)?;
            let sm2 = portal.world.sm2.get();
            sm2.map(|sm2| sm2.public_key.clone()).ok_or_else(|| SandboxError::broken("there is no SM2 key"))
        }
    }
}

/// The keys that the call gives, or new ones.
async fn keys_of(
    public_key: Option<String>,
    algorithm: Algorithm,
    allow_rsa: bool,
) -> Result<Keys, SandboxError> {
    match public_key {
        Some(text) => {
            let sign_type = match (algorithm, allow_rsa) {
                (Algorithm::Sm2, _) => SignType::Sm2,
                (Algorithm::Rsa, true) => SignType::Rsa,
                (Algorithm::Rsa, false) => SignType::Rsa2,
            };
            let public = PublicKey::parse(&text, sign_type)
                .map_err(|error| SandboxError::bad("bad_public_key", error))?;
            Ok(Keys { public, private: None })
        }
        None => {
            let draw = match algorithm {
                Algorithm::Rsa => wire::keygen::rsa_2048,
                Algorithm::Sm2 => wire::keygen::sm2,
            };
            let drawn = tokio::task::spawn_blocking(draw).await.map_err(SandboxError::broken)?;
            let private = drawn.map_err(SandboxError::broken)?;
            Ok(Keys { public: private.public_key().clone(), private: Some(private) })
        }
    }
}

fn command_of(
    portal: &Portal,
    seller: PartyId,
    keys: &Keys,
    allow_rsa1: bool,
    aes_key: Option<&Secret<[u8; 16]>>,
    certificate: Option<&str>,
) -> Result<OpenApp, SandboxError> {
    let public_key = STANDARD.decode(keys.public.to_base64()).map_err(SandboxError::broken)?;
    let seal = |key: &Secret<[u8; 16]>| portal.world.secrets.seal(key.reveal(), chance::bytes());
    let sealed_aes_key = aes_key.map(seal).transpose().map_err(SandboxError::broken)?;
    let cert_sn = match certificate {
        None => None,
        Some(pem) => {
            let serial = wire::cert::cert_sn(pem).map_err(SandboxError::broken)?;
            Some(Text::new(&serial).map_err(SandboxError::broken)?)
        }
    };
    let mode = if certificate.is_some() { AppMode::Cert } else { AppMode::Key };
    let certificate = certificate.map(Text::new).transpose().map_err(SandboxError::broken)?;
    Ok(OpenApp { seller, mode, public_key, certificate, cert_sn, allow_rsa1, sealed_aes_key })
}

fn refused(refused: OpenAppRefused) -> SandboxError {
    match refused {
        OpenAppRefused::SellerNotFound => SandboxError::missing("seller_not_found", refused),
        OpenAppRefused::AppNotFound => SandboxError::missing("app_not_found", refused),
        OpenAppRefused::CertificateMissing => SandboxError::bad("bad_request", refused),
        OpenAppRefused::SlotFull => SandboxError::conflict("slot_full", refused),
    }
}
