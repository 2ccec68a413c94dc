//! Documents of an application of a merchant: handed in by who applies, and shown to who reviews.

use super::in_vault;
use super::merchant_told::{Application, told};
use super::merchants::{application, one_after_another, refused};
use super::who::Who;
use crate::api::moment;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use base::PartyId;
use engine::{ApplicationRefused, NoteDocument};
use people::{
    DOCUMENT_BYTES_MAX, DOCUMENT_BYTES_MIN, DocumentKind, LoginName, MerchantApplication, picture_kind,
};
use std::sync::Arc;

/// The name of a document in the vault.
fn document_name(login: &LoginName, kind: DocumentKind) -> String {
    format!("merchant:{login}:{}", kind.name())
}

/// Takes a document: a picture of 50 KB to 5 MB, told by its bytes.
#[utoipa::path(
    post,
    path = "/merchants/{login}/documents/{kind}",
    tag = "merchants",
    params(
        ("login" = String, Path, description = "Of the application."),
        ("kind" = String, Path, description = "What the document is.")
    ),
    request_body(content(("image/*")), description = "The picture."),
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(crate) async fn document(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path((login, kind)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    // Another site's page cannot send this type without being asked about it.
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !sent.starts_with("image/") {
        return Err(SandboxError::bad(
            "bad_document",
            "send the picture as the body, with Content-Type: image/…",
        ));
    }
    let kind = document_kind(&kind)?;
    if !(DOCUMENT_BYTES_MIN..=DOCUMENT_BYTES_MAX).contains(&body.len()) {
        return Err(SandboxError::bad("bad_document_size", "a document has 50 KB to 5 MB"));
    }
    if picture_kind(&body).is_none() {
        return Err(SandboxError::bad("bad_document", "a document is a picture: png, bmp, gif, jpg or jpeg"));
    }
    let own = portal.clone();
    let handed_in = async move { keep(&own, &login, this.party, kind, body).await };
    one_after_another(portal, handed_in).await
}

/// Keeps a document while the application may be filled in. What a reviewer looks at stays as it is: nobody hands the
/// application on in between.
async fn keep(portal: &Portal, login: &str, applicant: PartyId, kind: DocumentKind, body: Bytes) -> Answer {
    let row = application(portal, login, Some(applicant)).await?;
    let may = people::application_next(row.state, people::ApplicationEvent::Fill).is_some();
    if !may {
        return Err(refused(ApplicationRefused::StateDiffers(row.state)));
    }
    let (name, data_key) = (document_name(&row.login, kind), row.data_key);
    // First the document, then the word that it is there.
    in_vault(portal, move |vault| vault.keep_document(&data_key, &name, &body)).await?;
    let note = NoteDocument { login: row.login.clone(), applicant, document: kind.bit() };
    let row = portal.door.ask(note).await.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&row, moment))
}

/// The kind of document that a path names. 404 `document_unknown`.
pub(crate) fn document_kind(name: &str) -> Result<DocumentKind, SandboxError> {
    DocumentKind::named(name)
        .ok_or_else(|| SandboxError::missing("document_unknown", "there is no such kind of document"))
}

/// Refuses a document that was not handed in. 404 `document_missing`.
pub(crate) fn handed_in(row: &MerchantApplication, kind: DocumentKind) -> Result<(), SandboxError> {
    if row.documents & kind.bit() == 0 { Err(missing()) } else { Ok(()) }
}

fn missing() -> SandboxError {
    SandboxError::missing("document_missing", "there is no such document")
}

/// A document as it was handed in, and its kind of picture.
pub(crate) async fn document_of(
    portal: &Portal,
    row: &MerchantApplication,
    kind: DocumentKind,
) -> Result<(Vec<u8>, &'static str), SandboxError> {
    let (name, data_key) = (document_name(&row.login, kind), row.data_key);
    let found = in_vault(portal, move |vault| vault.document(&data_key, &name)).await?;
    let bytes = found.ok_or_else(missing)?;
    let picture = picture_kind(&bytes).ok_or_else(|| SandboxError::broken("a document is no picture"))?;
    Ok((bytes.to_vec(), picture))
}
