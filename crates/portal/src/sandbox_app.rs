//! `POST /sandbox/app`: an app of a merchant, with keys of its own or drawn here. What is secret is given once.

use crate::chance;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_profile;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{PartyId, Secret, Text};
use engine::{FindParty, OpenApp, OpenAppRefused};
use people::{AppMode, PartyKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use wire::aes::AesKey;
use wire::keygen::KeygenError;
use wire::sign::{PrivateKey, PublicKey, SignType};
use world::{Platform, Profile};

#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Key,
    Cert,
}

/// What an app signs with; fixed when it is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum AppSignType {
    /// RSA with SHA-256.
    #[default]
    #[serde(rename = "RSA2")]
    Rsa2,
    /// SM2 with SM3.
    #[serde(rename = "SM2")]
    Sm2,
}

impl AppSignType {
    /// The same for keys and signatures.
    pub fn sign_type(self) -> SignType {
        match self {
            AppSignType::Rsa2 => SignType::Rsa2,
            AppSignType::Sm2 => SignType::Sm2,
        }
    }

    /// A new key to sign with. Of RSA it takes tenths of a second.
    pub fn draw(self) -> Result<PrivateKey, KeygenError> {
        match self {
            AppSignType::Rsa2 => wire::keygen::rsa_2048(),
            AppSignType::Sm2 => wire::keygen::sm2(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    #[serde(default)]
    sign_type: AppSignType,
    seller_id: String,
    #[serde(default)]
    mode: Mode,
    public_key: Option<String>,
    #[serde(default)]
    allow_rsa: bool,
    aes: Option<bool>,
    #[serde(default)]
    profile: Profile,
}

/// A new key of an app; the private half only when it was drawn here.
pub(crate) struct Keys {
    /// What is registered.
    pub(crate) public: PublicKey,
    /// What is told once.
    pub(crate) private: Option<PrivateKey>,
}

impl Keys {
    /// The private half as members of an answer, when it was drawn here.
    pub(crate) fn tell(&self, body: &mut Value, sign_type: AppSignType) {
        let Some(private) = &self.private else { return };
        let own_form = match sign_type {
            AppSignType::Rsa2 => "private_key_pkcs1",
            AppSignType::Sm2 => "private_key_sec1",
        };
        body[own_form] = Value::from(private.to_pkcs1_pem().as_str());
        body["private_key_pkcs8"] = Value::from(private.to_pkcs8_pem().as_str());
    }
}

/// Opens an app.
pub(crate) async fn open(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let OpenRequest { sign_type, seller_id, mode, public_key, allow_rsa, aes, profile } =
        read(&headers, &body)?;
    let seller: PartyId = seller_id.parse().map_err(|error| SandboxError::bad("bad_seller_id", error))?;
    let missing = || SandboxError::missing("seller_not_found", "there is no such merchant");
    let found = portal.door.ask(FindParty { party: seller }).await;
    let found = found.map_err(|error| SandboxError::of(error, |_| missing()))?;
    if found.kind != PartyKind::Merchant {
        return Err(missing());
    }
    check_sign_type(sign_type, allow_rsa)?;
    let keys = keys_of(public_key, sign_type, allow_rsa).await?;
    let platform = platform_for(&portal, sign_type).await?;
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
    if profile != Profile::Strict {
        sandbox_profile::choose(&portal, id, profile).await?;
    }
    let mut body = json!({
        "app_id": id.to_string(),
        "seller_id": seller.to_string(),
        "mode": if mode == Mode::Cert { "cert" } else { "key" },
        "sign_type": sign_type.sign_type().name(),
        "profile": profile.name(),
        "platform_public_key": platform.public_key,
    });
    keys.tell(&mut body, sign_type);
    let mut add = |name: &str, value: &str| body[name] = Value::from(value);
    if let Some(certificate) = &certificate {
        add("app_cert", certificate);
        add("platform_cert", &platform.certificate);
        add("root_cert", &platform.root);
    }
    if let Some(aes_key) = &aes_key {
        add("aes_key", &AesKey::new(*aes_key.reveal()).to_base64());
    }
    answer(body)
}

/// What does not go together with SM2.
fn check_sign_type(sign_type: AppSignType, allow_rsa: bool) -> Result<(), SandboxError> {
    match (sign_type, allow_rsa) {
        (AppSignType::Sm2, true) => {
            Err(SandboxError::bad("bad_request", "allow_rsa is for RSA apps; an SM2 app signs with SM2 only"))
        }
        (AppSignType::Sm2, false) | (AppSignType::Rsa2, _) => Ok(()),
    }
}

/// The platform for an app of this sign type; its SM2 keys are drawn for the first app that needs them.
async fn platform_for(portal: &Portal, sign_type: AppSignType) -> Result<&Platform, SandboxError> {
    if sign_type == AppSignType::Sm2 {
        let issuer = portal.issuer.clone();
        let drawn = tokio::task::spawn_blocking(move || issuer.need_sm2()).await;
        drawn.map_err(SandboxError::broken)?.map_err(SandboxError::broken)?;
    }
    let platform = portal.world.platform_of(sign_type.sign_type());
    platform.ok_or_else(|| SandboxError::broken("the platform has no such key"))
}

/// The keys that the call gives, or new ones.
pub(crate) async fn keys_of(
    public_key: Option<String>,
    sign_type: AppSignType,
    allow_rsa: bool,
) -> Result<Keys, SandboxError> {
    match public_key {
        Some(text) => {
            let least = if allow_rsa { SignType::Rsa } else { sign_type.sign_type() };
            let public =
                PublicKey::parse(&text, least).map_err(|error| SandboxError::bad("bad_public_key", error))?;
            Ok(Keys { public, private: None })
        }
        None => {
            let drawn =
                tokio::task::spawn_blocking(move || sign_type.draw()).await.map_err(SandboxError::broken)?;
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
    let public_key = keys.public.to_spki();
    let seal = |key: &Secret<[u8; 16]>| portal.world.secrets.seal(key.reveal(), chance::bytes());
    let sealed_aes_key = aes_key.map(seal).transpose().map_err(SandboxError::broken)?;
    let cert_sn = certificate.map(serial_of).transpose()?;
    let mode = if certificate.is_some() { AppMode::Cert } else { AppMode::Key };
    let certificate = certificate.map(Text::new).transpose().map_err(SandboxError::broken)?;
    Ok(OpenApp { seller, mode, public_key, certificate, cert_sn, allow_rsa1, sealed_aes_key })
}

/// The serial by which calls name a certificate.
pub(crate) fn serial_of(pem: &str) -> Result<Text<32>, SandboxError> {
    let serial = wire::cert::cert_sn(pem).map_err(SandboxError::broken)?;
    Text::new(&serial).map_err(SandboxError::broken)
}

/// A refusal in words.
pub(crate) fn refused(refused: OpenAppRefused) -> SandboxError {
    match refused {
        OpenAppRefused::SellerNotFound => SandboxError::missing("seller_not_found", refused),
        OpenAppRefused::AppNotFound => SandboxError::missing("app_not_found", refused),
        OpenAppRefused::CertificateMissing => SandboxError::bad("bad_request", refused),
        OpenAppRefused::SlotFull => SandboxError::conflict("slot_full", refused),
    }
}
