//! How somebody becomes a merchant: filling the application in, handing it in, review, and signing. All of it happens
//! in the slot of the merchant's login, so that signing opens party and app in one decision.

use crate::command::Next;
use crate::{Rows, Stop};
use base::{PartyId, Slot, Text};
use people::{
    Address, App, AppStatus, ApplicationEvent, ApplicationState, DIGEST_MARK, DataKeyId, GONE_MARK,
    KEEPS_STATUS, Login, LoginName, MerchantApplication, MerchantKind, Party, PartyName, PartyStatus,
    ReviewerName, application_next, documents_needed,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Begins an application, or fills it in anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FillApplication {
    /// The name that the merchant will sign in with, lower case.
    pub login: LoginName,
    /// Who applies.
    pub applicant: PartyId,
    /// What the merchant is by law.
    pub kind: MerchantKind,
    /// How it shall be shown.
    pub name: PartyName,
    /// The applicant's key in the vault.
    pub data_key: DataKeyId,
    /// What is known by name, sealed with it.
    pub sealed: Vec<u8>,
    /// Whether the name of the account is the one that vouches for it.
    pub name_matches: bool,
    /// The site that it sells on.
    pub site: Option<Text<200>>,
}

/// Notes that a document is in the vault.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteDocument {
    /// Of which application.
    pub login: LoginName,
    /// Who applies.
    pub applicant: PartyId,
    /// Which document, as a bit.
    pub document: u32,
}

/// A step of an application other than those that carry data of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ApplicationStep {
    /// The applicant says that it is complete.
    Submit(PartyId),
    /// The applicant says that it is true.
    Confirm(PartyId),
    /// A reviewer takes it.
    Claim(ReviewerName),
    /// The reviewer who took it lets it pass.
    Pass(ReviewerName),
    /// The reviewer who took it turns it down.
    Reject {
        /// Who.
        reviewer: ReviewerName,
        /// Why, as bits; one at least.
        reasons: u32,
        /// In words beside them.
        note: Option<Text<200>>,
    },
    /// An operator stops the merchant from selling.
    Suspend,
    /// An operator lets it sell again.
    Resume,
    /// The contract ends.
    Unsign,
}

/// Takes an application a step on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveApplication {
    /// Which one.
    pub login: LoginName,
    /// By which step.
    pub step: ApplicationStep,
}

/// Looks an application up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindApplication {
    /// Which one.
    pub login: LoginName,
    /// Who applies, when only that person's own is meant.
    pub applicant: Option<PartyId>,
}

/// Why an application stays as it is. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ApplicationRefused {
    /// There is no such application, or it is somebody else's.
    #[error("there is no such application")]
    ApplicationNotFound,
    /// The login reads as a phone number or an e-mail address. Nobody proved that it is the applicant's, and who pays
    /// or signs in by an address must not meet a merchant in the place of its owner.
    #[error("a merchant's login is no phone number and no e-mail address")]
    LoginIsAddress,
    /// Somebody signs in with this name, applies for it, or it can be no login.
    #[error("the login is taken")]
    LoginTaken,
    /// It does not stand where this can be done.
    #[error("the application is {}", .0.name())]
    StateDiffers(ApplicationState),
    /// Documents are missing.
    #[error("documents are missing")]
    DocumentsMissing {
        /// Which, as bits.
        missing: u32,
    },
    /// The name of the account is another one than that which vouches for it.
    #[error("the name of the account is not that of the licence, or of the person")]
    NameDiffers,
    /// Who reviews it applied for it.
    #[error("nobody reviews the own application")]
    OwnCase,
    /// Another reviewer took it, or nobody did.
    #[error("another reviewer has it, or nobody took it")]
    NotClaimed,
    /// A rejection says why.
    #[error("a rejection needs a reason")]
    ReasonMissing,
    /// The slot has issued all its ids.
    #[error("no more parties fit into this slot")]
    SlotFull,
}

macro_rules! of_login {
    ($($name:ident)*) => {$(
        impl $name {
            pub(crate) fn slot(&self) -> Slot {
                Slot::of_text(self.login.as_str())
            }
        }
    )*};
}
of_login!(FillApplication NoteDocument MoveApplication FindApplication);

pub(crate) type Answered = Result<Next<Arc<MerchantApplication>>, Stop<ApplicationRefused>>;

/// The application, when it is this person's or nobody in particular asks.
pub(crate) fn application_of(
    rows: &mut Rows<'_>,
    login: &LoginName,
    applicant: Option<PartyId>,
) -> Result<Arc<MerchantApplication>, Stop<ApplicationRefused>> {
    let found = rows.get::<MerchantApplication>((rows.slot(), login.clone()))?;
    match found.filter(|found| applicant.is_none_or(|applicant| applicant == found.applicant)) {
        Some(found) => Ok(found),
        None => Stop::because(ApplicationRefused::ApplicationNotFound),
    }
}

pub(crate) fn after(
    state: ApplicationState,
    event: ApplicationEvent,
) -> Result<ApplicationState, Stop<ApplicationRefused>> {
    match application_next(state, event) {
        Some(state) => Ok(state),
        None => Stop::because(ApplicationRefused::StateDiffers(state)),
    }
}

/// Whether a party can be opened under this login.
pub(crate) fn may_open(rows: &mut Rows<'_>, login: &LoginName) -> Result<(), Stop<ApplicationRefused>> {
    if Address::parse(login.as_str()).is_some() {
        return Stop::because(ApplicationRefused::LoginIsAddress);
    }
    let reserved = [DIGEST_MARK, GONE_MARK].iter().any(|mark| login.as_str().starts_with(mark));
    let taken = rows.get::<Login>((rows.slot(), login.clone()))?.is_some();
    if login.as_str().is_empty() || reserved || taken {
        return Stop::because(ApplicationRefused::LoginTaken);
    }
    Ok(())
}

pub(crate) fn fill_application(rows: &mut Rows<'_>, command: &FillApplication) -> Answered {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let known = rows.get::<MerchantApplication>((slot, command.login.clone()))?;
    if known.as_ref().is_some_and(|known| known.applicant != command.applicant) {
        return Stop::because(ApplicationRefused::LoginTaken);
    }
    let (state, opened_at_us, documents) = match &known {
        Some(known) => {
            let state = after(known.state, ApplicationEvent::Fill)?;
            (state, known.opened_at_us, known.documents)
        }
        None => (ApplicationState::Init, now_us, 0),
    };
    may_open(rows, &command.login)?;

    // Nothing can be refused below this line; nothing was changed above it.
    let FillApplication { login, applicant, kind, name, data_key, sealed, name_matches, site } =
        command.clone();
    let (reviewer, reasons, note) =
        known.map_or((None, 0, None), |known| (known.reviewer.clone(), known.reasons, known.note.clone()));
    let row = MerchantApplication {
        slot,
        login,
        applicant,
        kind,
        state,
        name,
        data_key,
        sealed,
        name_matches,
        site,
        documents,
        reviewer,
        reasons,
        note,
        merchant: None,
        app: None,
        opened_at_us,
        changed_at_us: now_us,
    };
    rows.put(row.clone());
    Ok(Next::Answer(Arc::new(row)))
}

pub(crate) fn note_document(rows: &mut Rows<'_>, command: &NoteDocument) -> Answered {
    let known = application_of(rows, &command.login, Some(command.applicant))?;
    let state = after(known.state, ApplicationEvent::Fill)?;

    // Nothing can be refused below this line; nothing was changed above it.
    let (documents, changed_at_us) = (known.documents | command.document, rows.now_us());
    let row = MerchantApplication { state, documents, changed_at_us, ..(*known).clone() };
    rows.put(row.clone());
    Ok(Next::Answer(Arc::new(row)))
}

pub(crate) fn move_application(rows: &mut Rows<'_>, command: &MoveApplication) -> Answered {
    let (event, applicant) = match &command.step {
        ApplicationStep::Submit(applicant) => (ApplicationEvent::Submit, Some(*applicant)),
        ApplicationStep::Confirm(applicant) => (ApplicationEvent::Confirm, Some(*applicant)),
        ApplicationStep::Claim(_) => (ApplicationEvent::Claim, None),
        ApplicationStep::Pass(_) => (ApplicationEvent::Pass, None),
        ApplicationStep::Reject { .. } => (ApplicationEvent::Reject, None),
        ApplicationStep::Suspend => (ApplicationEvent::Suspend, None),
        ApplicationStep::Resume => (ApplicationEvent::Resume, None),
        ApplicationStep::Unsign => (ApplicationEvent::Unsign, None),
    };
    let known = application_of(rows, &command.login, applicant)?;
    let state = after(known.state, event)?;
    may_step(&known, &command.step)?;
    let seller =
        known.merchant.map(|merchant| rows.get::<Party>((rows.slot(), merchant))).transpose()?.flatten();
    let app = known.app.map(|app| rows.get::<App>((rows.slot(), app))).transpose()?.flatten();

    // Nothing can be refused below this line; nothing was changed above it.
    let mut row = MerchantApplication { state, changed_at_us: rows.now_us(), ..(*known).clone() };
    match &command.step {
        ApplicationStep::Submit(_) => (row.reviewer, row.reasons, row.note) = (None, 0, None),
        ApplicationStep::Confirm(_) | ApplicationStep::Pass(_) => {}
        ApplicationStep::Claim(reviewer) => row.reviewer = Some(reviewer.clone()),
        ApplicationStep::Reject { reasons, note, .. } => (row.reasons, row.note) = (*reasons, note.clone()),
        ApplicationStep::Suspend => {
            // Who was stopped before stays so when the suspension is lifted.
            let sold = seller.as_ref().is_some_and(|party| party.status == PartyStatus::Normal);
            row.reasons = if sold { 0 } else { KEEPS_STATUS };
        }
        ApplicationStep::Resume | ApplicationStep::Unsign => row.reasons = 0,
    }
    if let Some(party) = seller {
        let status = status_after(&command.step, party.status, known.reasons);
        rows.put(Party { status, ..(*party).clone() });
    }
    if let Some(app) = app.filter(|_| matches!(command.step, ApplicationStep::Unsign)) {
        rows.put(App { status: AppStatus::Disabled, ..(*app).clone() });
    }
    rows.put(row.clone());
    Ok(Next::Answer(Arc::new(row)))
}

/// What the merchant may do after a step. A closed account stays closed.
fn status_after(step: &ApplicationStep, status: PartyStatus, reasons: u32) -> PartyStatus {
    match (step, status) {
        (ApplicationStep::Suspend | ApplicationStep::Unsign, PartyStatus::Normal) => PartyStatus::Frozen,
        (ApplicationStep::Resume, PartyStatus::Frozen) if reasons & KEEPS_STATUS == 0 => PartyStatus::Normal,
        (
            ApplicationStep::Suspend
            | ApplicationStep::Unsign
            | ApplicationStep::Resume
            | ApplicationStep::Submit(_)
            | ApplicationStep::Confirm(_)
            | ApplicationStep::Claim(_)
            | ApplicationStep::Pass(_)
            | ApplicationStep::Reject { .. },
            PartyStatus::Normal | PartyStatus::Frozen | PartyStatus::Closed,
        ) => status,
    }
}

/// What a step asks beside the state.
fn may_step(known: &MerchantApplication, step: &ApplicationStep) -> Result<(), Stop<ApplicationRefused>> {
    match step {
        ApplicationStep::Submit(_) => {
            let missing = documents_needed(known.kind, known.site.is_some()) & !known.documents;
            if missing != 0 {
                return Stop::because(ApplicationRefused::DocumentsMissing { missing });
            }
            if !known.name_matches {
                return Stop::because(ApplicationRefused::NameDiffers);
            }
            Ok(())
        }
        ApplicationStep::Claim(reviewer)
        | ApplicationStep::Pass(reviewer)
        | ApplicationStep::Reject { reviewer, .. }
            if known.applicant.to_string() == reviewer.as_str() =>
        {
            Stop::because(ApplicationRefused::OwnCase)
        }
        ApplicationStep::Claim(reviewer)
            if known.reviewer.as_ref().is_some_and(|other| other != reviewer) =>
        {
            Stop::because(ApplicationRefused::NotClaimed)
        }
        ApplicationStep::Pass(reviewer) | ApplicationStep::Reject { reviewer, .. }
            if known.reviewer.as_ref() != Some(reviewer) =>
        {
            Stop::because(ApplicationRefused::NotClaimed)
        }
        ApplicationStep::Reject { reasons: 0, .. } => Stop::because(ApplicationRefused::ReasonMissing),
        ApplicationStep::Reject { .. }
        | ApplicationStep::Claim(_)
        | ApplicationStep::Pass(_)
        | ApplicationStep::Confirm(_)
        | ApplicationStep::Suspend
        | ApplicationStep::Resume
        | ApplicationStep::Unsign => Ok(()),
    }
}

pub(crate) fn find_application(rows: &mut Rows<'_>, command: &FindApplication) -> Answered {
    application_of(rows, &command.login, command.applicant).map(Next::Answer)
}
