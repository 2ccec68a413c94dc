//! How an application of a merchant is told: to whoever applies, over `/api/v1`, and to reviewers, over `/sandbox`,
//! which writes moments in another form.

use super::merchant_form::{Known, known_names};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use people::{DocumentKind, MerchantApplication, MerchantKind, RejectReason, documents_needed};
use serde::Serialize;
use utoipa::ToSchema;

/// Writes a moment, microseconds UTC.
pub(crate) type Moment = fn(i64) -> String;

/// Why an application was rejected.
#[derive(Serialize, ToSchema)]
struct ApplicationReason {
    reason: &'static str,
    /// For people, in Chinese.
    zh: &'static str,
    /// For people, in English.
    en: &'static str,
}

/// An application to be a merchant.
#[derive(Serialize, ToSchema)]
pub(crate) struct Application {
    login: String,
    /// As `INIT`, `AUDITING` or `AUDIT_PASS`.
    state: &'static str,
    /// `enterprise`, `individually_owned` or `individual`.
    #[schema(value_type = String)]
    kind: MerchantKind,
    name: String,
    /// Whether the account is called as the licence, or as the person who applies.
    name_matches: bool,
    site: Option<String>,
    /// Kinds of documents that were handed in.
    documents: Vec<&'static str>,
    /// Kinds that are still to come.
    documents_missing: Vec<&'static str>,
    reviewer: Option<String>,
    reasons: Vec<ApplicationReason>,
    /// What the reviewer said.
    note: Option<String>,
    /// The merchant, once it was signed.
    seller_id: Option<String>,
    /// The merchant's app, once it was signed.
    app_id: Option<String>,
    #[schema(format = DateTime)]
    opened_at: String,
    #[schema(format = DateTime)]
    changed_at: String,
}

/// An application with what is known by name; nothing of somebody who was forgotten.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationWithNames {
    #[serde(flatten)]
    application: Application,
    known: Option<Known>,
}

/// The own applications.
#[derive(Serialize, ToSchema)]
pub(super) struct Applications {
    pub(super) applications: Vec<Application>,
}

/// An application that was signed: with the merchant, its app and its keys.
#[derive(Serialize, ToSchema)]
pub(super) struct ApplicationSigned {
    #[serde(flatten)]
    pub(super) application: Application,
    /// The key that contents are sealed with, Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) aes_key: Option<String>,
    /// The key that the platform signs with.
    pub(super) platform_public_key: String,
}

/// An application without what is known by name.
pub(crate) fn told(row: &MerchantApplication, moment: Moment) -> Application {
    let missing = documents_needed(row.kind, row.site.is_some()) & !row.documents;
    let names = |bits| DocumentKind::of_bits(bits).map(DocumentKind::name).collect::<Vec<_>>();
    let reasons = RejectReason::of_bits(row.reasons);
    Application {
        login: row.login.to_string(),
        state: row.state.name(),
        kind: row.kind,
        name: row.name.to_string(),
        name_matches: row.name_matches,
        site: row.site.as_ref().map(ToString::to_string),
        documents: names(row.documents),
        documents_missing: names(missing),
        reviewer: row.reviewer.as_ref().map(ToString::to_string),
        reasons: reasons.map(reason_told).collect(),
        note: row.note.as_ref().map(ToString::to_string),
        seller_id: row.merchant.map(|merchant| merchant.to_string()),
        app_id: row.app.map(|app| app.to_string()),
        opened_at: moment(row.opened_at_us),
        changed_at: moment(row.changed_at_us),
    }
}

fn reason_told(reason: RejectReason) -> ApplicationReason {
    ApplicationReason { reason: reason.name(), zh: reason.text_zh(), en: reason.text_en() }
}

/// The same with it; nothing of somebody who was forgotten.
pub(crate) async fn told_with_names(
    portal: &Portal,
    row: &MerchantApplication,
    moment: Moment,
) -> Result<ApplicationWithNames, SandboxError> {
    Ok(ApplicationWithNames { application: told(row, moment), known: known_names(portal, row).await? })
}
