//! `/api/v1/merchants`: somebody who is signed in applies to be a merchant, hands documents in, and signs when the
//! application passed. Personal data and documents are sealed with the applicant's key: who is forgotten is forgotten
//! here too.

use super::identity::named;
use super::merchant_form::{ApplicationRequest, field_of, known_of, site_of};
use super::merchant_names;
use super::merchant_told::{
    Application, ApplicationSigned, ApplicationWithNames, Applications, told, told_with_names,
};
use super::who::Who;
use super::{crowded, in_vault};
use crate::api::moment;
use crate::chance;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_app::{AppSignType, keys_of};
use crate::screening;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base::{PartyId, Secret};
use cell::CellError;
use engine::{
    ApplicationRefused, ApplicationStep, FillApplication, FindApplication, FindParty, FindProfile, FindStaff,
    MoveApplication, PartyNotFound, ScreenState, SignApplication,
};
use engine::{Row, Table};
use people::{
    ApplicationState, DocumentKind, LoginName, MerchantApplication, MerchantKind, PartyKind, PartyName,
};
use serde::Deserialize;
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::ToSchema;
use wire::aes::AesKey;

/// Applications that one person may have: each may keep documents of 30 MB.
const APPLICATIONS_MAX: usize = 5;
/// Applications read at once.
const PAGE: usize = 500;

/// The key of the new merchant's app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignApplicationRequest {
    /// An RSA key, Base64 or PEM.
    public_key: String,
}

/// An empty object: a body is sent so that no other site's page can.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The login in a path or a call: lower case.
pub(crate) fn login_of(text: &str) -> Result<LoginName, SandboxError> {
    let login = LoginName::new(&text.trim().to_lowercase());
    login.map_err(|error| SandboxError::bad("bad_login", error))
}

/// Begins an application, or fills it in anew.
#[utoipa::path(
    post,
    path = "/merchants",
    tag = "merchants",
    request_body = ApplicationRequest,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(crate) async fn fill(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked: ApplicationRequest = read(&headers, &body)?;
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
        answer(told(&row, moment))
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

/// The own applications.
#[utoipa::path(
    get,
    path = "/merchants",
    tag = "merchants",
    responses((status = 200, description = "The own applications.", body = Applications))
)]
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let own = applications(&portal, move |row| row.applicant == this.party).await?;
    answer(Applications { applications: own.iter().map(|row| told(row, moment)).collect() })
}

/// One of them, with what is known by name.
#[utoipa::path(
    get,
    path = "/merchants/{login}",
    tag = "merchants",
    params(("login" = String, Path, description = "Of the application.")),
    responses((status = 200, description = "The application.", body = ApplicationWithNames))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
) -> Answer {
    let row = application(&portal, &login, Some(this.party)).await?;
    answer(told_with_names(&portal, &row, moment).await?)
}

/// Hands the application in.
#[utoipa::path(
    post,
    path = "/merchants/{login}/submit",
    tag = "merchants",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = Nothing,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(crate) async fn submit(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Nothing {} = read(&headers, &body)?;
    answer(told(&*step(&portal, &login, ApplicationStep::Submit(this.party)).await?, moment))
}

/// Says that all in it is true: a reviewer gets it.
#[utoipa::path(
    post,
    path = "/merchants/{login}/confirm",
    tag = "merchants",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = Nothing,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
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
    one_after_another(
        portal.clone(),
        async move { answer(told(&*step(&portal, &login, confirm).await?, moment)) },
    )
    .await
}

/// Signs: the merchant and its app are there from then on. Whoever lost the answer signs again with the same key and
/// gets it again.
#[utoipa::path(
    post,
    path = "/merchants/{login}/sign",
    tag = "merchants",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = SignApplicationRequest,
    responses((status = 200, description = "The merchant and its app.", body = ApplicationSigned))
)]
pub(crate) async fn sign(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let SignApplicationRequest { public_key } = read(&headers, &body)?;
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
    // What the app has: the key that was drawn here, or the one of the first answer.
    let app = row.app.and_then(|app| portal.door.app(app));
    let aes_key = match app.as_ref().and_then(|app| app.sealed_aes_key.as_ref()) {
        Some(sealed) => {
            let key = secrets.open(sealed).map_err(SandboxError::broken)?;
            let key = <[u8; 16]>::try_from(key.as_slice()).map_err(SandboxError::broken)?;
            Some(AesKey::new(key).to_base64().to_string())
        }
        None => None,
    };
    let platform_public_key = portal.world.platform.public_key.as_str().to_owned();
    answer(ApplicationSigned { application: told(&row, moment), aes_key, platform_public_key })
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

/// Takes an application a step on, and gives it as it stands then.
pub(crate) async fn step(
    portal: &Portal,
    login: &str,
    step: ApplicationStep,
) -> Result<Arc<MerchantApplication>, SandboxError> {
    let command = MoveApplication { login: login_of(login)?, step };
    portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))
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

/// 409 `own_case` when this party is a merchant for which the operator acts, in whatever role, or that came of the
/// operator's own application. Decisions about a merchant know neither, so it is said before them.
pub(crate) async fn not_own(portal: &Portal, operator: &str, party: PartyId) -> Result<(), SandboxError> {
    let found = match portal.door.ask(FindParty { party }).await {
        // Whoever decides about nobody hears so from the decision.
        Err(CellError::Refused(PartyNotFound)) => return Ok(()),
        found => found.map_err(|error| SandboxError::of(error, |PartyNotFound| crowded()))?,
    };
    if found.kind != PartyKind::Merchant {
        return Ok(());
    }
    // An operator of the console acts under its user id.
    if let Ok(user) = operator.parse::<PartyId>() {
        let role = portal.door.ask(FindStaff { seller: party, user }).await;
        if role.map_err(|error| SandboxError::of(error, |never| match never {}))?.is_some() {
            return Err(refused(ApplicationRefused::OwnCase));
        }
    }
    match portal.door.ask(FindApplication { login: found.login.clone(), applicant: None }).await {
        Ok(row) if row.merchant == Some(party) && row.applicant.to_string() == operator => {
            Err(refused(ApplicationRefused::OwnCase))
        }
        // Nobody applied for a merchant that was opened without an application.
        Ok(_) | Err(CellError::Refused(ApplicationRefused::ApplicationNotFound)) => Ok(()),
        Err(error) => Err(SandboxError::of(error, refused)),
    }
}

/// The applications that are wanted. Looks at every one.
pub(crate) async fn applications(
    portal: &Portal,
    wanted: impl Fn(&MerchantApplication) -> bool + Send + 'static,
) -> Result<Vec<Arc<MerchantApplication>>, SandboxError> {
    portal.posted().await?;
    let found = portal.read(move |reader| applications_of(reader, wanted)).await;
    found.ok_or_else(|| SandboxError::broken("the applications cannot be read"))
}

/// As [`applications`], within a reading.
pub(crate) fn applications_of(
    reader: &mut dyn Reader,
    wanted: impl Fn(&MerchantApplication) -> bool,
) -> Result<Vec<Arc<MerchantApplication>>, StoreError> {
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
        ApplicationRefused::OwnCase => SandboxError::conflict("own_case", refused),
        ApplicationRefused::NotClaimed => SandboxError::conflict("not_claimed", refused),
        ApplicationRefused::ReasonMissing => SandboxError::bad("reason_missing", refused),
        ApplicationRefused::SlotFull => SandboxError::conflict("slot_full", refused),
    }
}
