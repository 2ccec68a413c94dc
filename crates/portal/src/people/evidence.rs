//! `POST /sandbox/evidence`: providers vouch for somebody whose identity is known, in worlds for trying out.

use super::identity::refused;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::Text;
use engine::AddEvidence;
use people::EvidenceKind;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use wire::timestamp::parse_cn;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Ministry,
    BankCard,
    MobileOperator,
    Education,
    SocialSecurity,
    Utility,
    ExitEntry,
    FaceToFace,
}

impl Kind {
    const fn kind(self) -> EvidenceKind {
        match self {
            Kind::Ministry => EvidenceKind::Ministry,
            Kind::BankCard => EvidenceKind::BankCard,
            Kind::MobileOperator => EvidenceKind::MobileOperator,
            Kind::Education => EvidenceKind::Education,
            Kind::SocialSecurity => EvidenceKind::SocialSecurity,
            Kind::Utility => EvidenceKind::Utility,
            Kind::ExitEntry => EvidenceKind::ExitEntry,
            Kind::FaceToFace => EvidenceKind::FaceToFace,
        }
    }
}

/// The name of a kind of evidence.
pub(super) const fn kind_name(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Ministry => "ministry",
        EvidenceKind::BankCard => "bank_card",
        EvidenceKind::MobileOperator => "mobile_operator",
        EvidenceKind::Education => "education",
        EvidenceKind::SocialSecurity => "social_security",
        EvidenceKind::Utility => "utility",
        EvidenceKind::ExitEntry => "exit_entry",
        EvidenceKind::FaceToFace => "face_to_face",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceRequest {
    login: Option<String>,
    user_id: Option<String>,
    kind: Kind,
    provider: String,
    expires_at: Option<String>,
}

/// A provider vouches for somebody.
pub(crate) async fn vouch(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let EvidenceRequest { login, user_id, kind, provider, expires_at } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let provider = Text::new(provider.trim()).ok().filter(|provider| !provider.as_str().is_empty());
    let provider =
        provider.ok_or_else(|| SandboxError::bad("bad_provider", "a provider has 1 to 64 characters"))?;
    let expires_at = expires_at.map(|text| parse_cn(&text)).transpose();
    let expires_at_us = expires_at.map_err(|error| SandboxError::bad("bad_expires_at", error))?;
    let (kind, identity, sealed) = (kind.kind(), None, None);
    let command = AddEvidence { party, kind, provider, expires_at_us, identity, sealed };
    let class = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    answer(json!({ "user_id": party.to_string(), "class": class.name() }))
}
