//! `/api/v1/merchants`: somebody who is signed in applies to be a merchant, hands documents in, and signs when the
//! application passed. Personal data and documents are sealed with the applicant's key: who is forgotten is forgotten
//! here too.

use super::identity::named;
use super::merchant_names;
use super::who::Who;
use super::{crowded, in_vault};
use crate::chance;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_app::{AppSignType, keys_of};
use crate::screening;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base::{PartyId, Secret, Text};
use engine::{
    ApplicationRefused, ApplicationStep, FillApplication, FindApplication, FindProfile, MoveApplication,
    ScreenState, SignApplication,
};
use engine::{Row, Table};
use people::{
    ApplicationState, DocumentKind, LoginName, MerchantApplication, MerchantKind, PartyName, RejectReason,
    documents_needed,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use wire::aes::AesKey;
use wire::timestamp::format_cn;

/// Applications that one person may have: each may keep documents of 30 MB.
const APPLICATIONS_MAX: usize = 5;
/// Applications read at once.
const PAGE: usize = 500;
/// Characters of a name or number that is sealed.
const SEALED_TEXT_MAX: usize = 100;

/// What is known by name of an application, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Known {
    pub(super) account_name: String,
    pub(super) licence_subject: Option<String>,
    licence_no: Option<String>,
    pub(super) contact_name: String,
    contact_phone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FillRequest {
    login: String,
    kind: MerchantKind,
    name: String,
    account_name: String,
    licence_subject: Option<String>,
    licence_no: Option<String>,
    contact_name: String,
    contact_phone: String,
    site: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignRequest {
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The sealed field of an application.
fn field_of(login: &LoginName) -> String {
    format!("merchant:{login}")
}

/// The login in a path or a call: lower case.
pub(crate) fn login_of(text: &str) -> Result<LoginName, SandboxError> {
    let login = LoginName::new(&text.trim().to_lowercase());
    login.map_err(|error| SandboxError::bad("bad_login", error))
}

/// Begins an application, or fills it in anew.
pub(crate) async fn fill(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked: FillRequest = read(&headers, &body)?;
    let login = login_of(&asked.login)?;
    let name = PartyName::new(asked.name.trim()).ok().filter(|name| !name.as_str().is_empty());
    let name = name.ok_or_else(|| SandboxError::bad("bad_name", "a name has 1 to 64 characters"))?;
    let site = asked.site.as_deref().map(site_of).transpose()?;
    let known = known_of(&asked)?;
    let applicant = this.party;
    may_apply(&portal, applicant, &login).await?;
    let name_matches = match asked.kind {
        MerchantKind::Enterprise | MerchantKind::IndividuallyOwned => {
            known.licence_subject.as_ref() == Some(&known.account_name)
        }
        MerchantKind::Individual => {
            named(&portal, applicant).await?.is_some_and(|person| person.name == known.account_name)
        }
    };
    let profile = portal.door.ask(FindProfile { party: applicant }).await;
    let data_key = profile.map_err(|error| SandboxError::of(error, |_| crowded()))?.data_key;
    let (plain, field) = (serde_json::to_string(&known).map_err(SandboxError::broken)?, field_of(&login));
    let sealed = in_vault(&portal, move |vault| vault.seal(&data_key, &field, &plain)).await?;
    let kind = asked.kind;
    let command = FillApplication { login, applicant, kind, name, data_key, sealed, name_matches, site };
    one_after_another(portal.clone(), async move {
        // Counted again, now that nobody else applies.
        may_apply(&portal, applicant, &command.login).await?;
        let row = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
        answer(told(&row))
    })
    .await
}

/// Whether this person may have an application of this login beside the others.
async fn may_apply(portal: &Portal, applicant: PartyId, login: &LoginName) -> Result<(), SandboxError> {
    let own = applications(portal, move |row| row.applicant == applicant).await?;
    if own.len() >= APPLICATIONS_MAX && own.iter().all(|row| row.login != *login) {
        let message = format!("one person has at most {APPLICATIONS_MAX} applications");
        return Err(SandboxError::conflict("too_many_applications", message));
    }
    Ok(())
}

/// Does what looks first and changes then, while nobody else does. It is done to its end also when the caller has gone.
pub(crate) async fn one_after_another(
    portal: Arc<Portal>,
    work: impl Future<Output = Answer> + Send + 'static,
) -> Answer {
    let done = tokio::spawn(async move {
        let _alone = portal.people.applying.lock().await;
        work.await
    });
    done.await.map_err(SandboxError::broken)?
}

/// What is to be sealed, trimmed.
fn known_of(asked: &FillRequest) -> Result<Known, SandboxError> {
    let text = |name: &str, text: &str| -> Result<String, SandboxError> {
        let text = text.trim();
        let fits =
            !text.is_empty() && text.chars().count() <= SEALED_TEXT_MAX && !text.contains(char::is_control);
        let message = || format!("{name} has 1 to {SEALED_TEXT_MAX} characters");
        fits.then(|| text.to_owned()).ok_or_else(|| SandboxError::bad("bad_text", message()))
    };
    let licence = |name: &str, given: &Option<String>| match asked.kind {
        MerchantKind::Enterprise | MerchantKind::IndividuallyOwned => {
            text(name, given.as_deref().unwrap_or_default()).map(Some)
        }
        MerchantKind::Individual if given.is_some() => {
            Err(SandboxError::bad("bad_text", format!("{name}: an individual has no licence")))
        }
        MerchantKind::Individual => Ok(None),
    };
    Ok(Known {
        account_name: text("account_name", &asked.account_name)?,
        licence_subject: licence("licence_subject", &asked.licence_subject)?,
        licence_no: licence("licence_no", &asked.licence_no)?,
        contact_name: text("contact_name", &asked.contact_name)?,
        contact_phone: text("contact_phone", &asked.contact_phone)?,
    })
}

fn site_of(text: &str) -> Result<Text<200>, SandboxError> {
    let wrong =
        || SandboxError::bad("bad_site", "a site is http:// or https:// and a host, at most 200 characters");
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(wrong)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Err(wrong());
    }
    Text::new(text).map_err(|_| wrong())
}

/// The own applications.
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let own = applications(&portal, move |row| row.applicant == this.party).await?;
    answer(json!({ "applications": own.iter().map(|row| told(row)).collect::<Vec<_>>() }))
}

/// One of them, with what is known by name.
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
) -> Answer {
    let row = application(&portal, &login, Some(this.party)).await?;
    answer(told_with_names(&portal, &row).await?)
}

/// Hands the application in.
pub(crate) async fn submit(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Nothing {} = read(&headers, &body)?;
    step(&portal, &login, ApplicationStep::Submit(this.party)).await
}

/// Says that all in it is true: a reviewer gets it.
pub(crate) async fn confirm(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Nothing {} = read(&headers, &body)?;
    let confirm = ApplicationStep::Confirm(this.party);
    // No document is under way when a reviewer gets it.
    one_after_another(portal.clone(), async move { step(&portal, &login, confirm).await }).await
}

/// Signs: the merchant and its app are there from then on. Whoever lost the answer signs again with the same key and
/// gets it again.
pub(crate) async fn sign(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let SignRequest { public_key } = read(&headers, &body)?;
    let login = login_of(&login)?;
    let keys = keys_of(Some(public_key), AppSignType::Rsa2, false).await?;
    let secrets = &portal.world.secrets;
    let drawn = Secret::new(chance::bytes::<16>());
    let sealed = secrets.seal(drawn.reveal(), chance::bytes()).map_err(SandboxError::broken)?;
    // Between the review and this another list may have come: nobody signs whose names are on it.
    let passed = application(&portal, login.as_str(), Some(this.party)).await?;
    if passed.state == ApplicationState::AuditPass
        && merchant_names::screened_row(&portal, &passed).await? != ScreenState::Clear
    {
        return Err(screening::under_review());
    }
    let (applicant, public_key, sealed_aes_key) = (this.party, keys.public.to_spki(), Some(sealed));
    let command = SignApplication { login, applicant, public_key, sealed_aes_key };
    let row = signed(portal.clone(), command).await?;
    let mut body = told(&row);
    // What the app has: the key that was drawn here, or the one of the first answer.
    let app = row.app.and_then(|app| portal.door.app(app));
    if let Some(sealed) = app.as_ref().and_then(|app| app.sealed_aes_key.as_ref()) {
        let key = secrets.open(sealed).map_err(SandboxError::broken)?;
        let key = <[u8; 16]>::try_from(key.as_slice()).map_err(SandboxError::broken)?;
        body["aes_key"] = Value::from(AesKey::new(key).to_base64().as_str());
    }
    body["platform_public_key"] = Value::from(portal.world.platform.public_key.as_str());
    answer(body)
}

/// Signs, and looks at the new merchant: also when the caller has gone.
async fn signed(
    portal: Arc<Portal>,
    command: SignApplication,
) -> Result<Arc<MerchantApplication>, SandboxError> {
    let done = tokio::spawn(async move {
        let row = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
        // From now on the names are the merchant's.
        if let Err(error) = merchant_names::screened_row(&portal, &row).await {
            tracing::warn!(?error, "the names of a new merchant cannot be held against the list yet");
            portal.lists.look_again();
        }
        if let Some(merchant) = row.merchant {
            screening::meet(&portal, merchant).await;
        }
        Ok(row)
    });
    done.await.map_err(SandboxError::broken)?
}

/// Takes an application a step on, and tells it.
pub(crate) async fn step(portal: &Portal, login: &str, step: ApplicationStep) -> Answer {
    let command = MoveApplication { login: login_of(login)?, step };
    let row = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&row))
}

/// The application under this login, of this person or of anybody.
pub(crate) async fn application(
    portal: &Portal,
    login: &str,
    applicant: Option<PartyId>,
) -> Result<Arc<MerchantApplication>, SandboxError> {
    let found = portal.door.ask(FindApplication { login: login_of(login)?, applicant }).await;
    found.map_err(|error| SandboxError::of(error, refused))
}

/// The applications that are wanted. Looks at every one.
pub(crate) async fn applications(
    portal: &Portal,
    wanted: impl Fn(&MerchantApplication) -> bool + Send + 'static,
) -> Result<Vec<Arc<MerchantApplication>>, SandboxError> {
    if !portal.is_posted().await {
        return Err(crowded());
    }
    let found = portal.read(move |reader| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = reader.scan(Table::MerchantApplication, None, after.as_ref(), PAGE)?;
            after = page.last().map(Row::key);
            let is_last = page.len() < PAGE;
            found.extend(page.into_iter().filter_map(|row| match row {
                Row::MerchantApplication(row) if wanted(&row) => Some(row),
                _ => None,
            }));
            if is_last {
                return Ok(found);
            }
        }
    });
    found.await.ok_or_else(|| SandboxError::broken("the applications cannot be read"))
}

/// An application without what is known by name.
pub(crate) fn told(row: &MerchantApplication) -> Value {
    let missing = documents_needed(row.kind, row.site.is_some()) & !row.documents;
    let names = |bits| DocumentKind::of_bits(bits).map(DocumentKind::name).collect::<Vec<_>>();
    let reasons = RejectReason::of_bits(row.reasons)
        .map(|reason| json!({ "reason": reason.name(), "zh": reason.text_zh(), "en": reason.text_en() }));
    json!({
        "login": row.login.as_str(),
        "state": row.state.name(),
        "kind": row.kind,
        "name": row.name.as_str(),
        "name_matches": row.name_matches,
        "site": row.site.as_ref().map(ToString::to_string),
        "documents": names(row.documents),
        "documents_missing": names(missing),
        "reviewer": row.reviewer.as_ref().map(ToString::to_string),
        "reasons": reasons.collect::<Vec<_>>(),
        "note": row.note.as_ref().map(ToString::to_string),
        "seller_id": row.merchant.map(|merchant| merchant.to_string()),
        "app_id": row.app.map(|app| app.to_string()),
        "opened_at": format_cn(row.opened_at_us),
        "changed_at": format_cn(row.changed_at_us),
    })
}

/// The same with it; nothing of somebody who was forgotten.
pub(crate) async fn told_with_names(
    portal: &Portal,
    row: &MerchantApplication,
) -> Result<Value, SandboxError> {
    let mut body = told(row);
    body["known"] = json!(known_names(portal, row).await?);
    Ok(body)
}

/// What is known by name of an application.
pub(super) async fn known_names(
    portal: &Portal,
    row: &MerchantApplication,
) -> Result<Option<Known>, SandboxError> {
    let (field, data_key, sealed) = (field_of(&row.login), row.data_key, row.sealed.clone());
    let opened = in_vault(portal, move |vault| vault.open_field(&data_key, &field, &sealed)).await?;
    opened.map(|text| serde_json::from_str::<Known>(&text)).transpose().map_err(SandboxError::broken)
}

/// A refusal in words.
pub(crate) fn refused(refused: ApplicationRefused) -> SandboxError {
    match refused {
        ApplicationRefused::ApplicationNotFound => SandboxError::missing("application_not_found", refused),
        ApplicationRefused::LoginIsAddress => SandboxError::bad("login_is_address", refused),
        ApplicationRefused::LoginTaken => SandboxError::conflict("login_taken", refused),
        ApplicationRefused::StateDiffers(_) => SandboxError::conflict("state_differs", refused),
        ApplicationRefused::DocumentsMissing { missing } => {
            let names: Vec<&str> = DocumentKind::of_bits(missing).map(DocumentKind::name).collect();
            SandboxError::conflict("documents_missing", format!("still to come: {}", names.join(", ")))
        }
        ApplicationRefused::NameDiffers => SandboxError::conflict("name_differs", refused),
        ApplicationRefused::NotClaimed => SandboxError::conflict("not_claimed", refused),
        ApplicationRefused::ReasonMissing => SandboxError::bad("reason_missing", refused),
        ApplicationRefused::SlotFull => SandboxError::conflict("slot_full", refused),
    }
}
