//! `/api/v1/identity`: name and number are checked by a provider, and the account gets its class.

use super::evidence::kind_name;
use super::who::Who;
use super::{crowded, in_vault};
use crate::api::moment;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::screening::{self, Person};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{PartyId, Text};
use cell::CellError;
use engine::{
    AddEvidence, AddEvidenceRefused, FindProfile, FindStanding, MoveQuota, MoveQuotaRefused, ScreenState,
    SealedIdentity,
};
use people::{AccountClass, EvidenceKind, IdentityDigest, Profile, id_number, masked_name};
use risk::ABOUT_PERSON;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use utoipa::ToSchema;

/// Sealed fields.
const NAME_FIELD: &str = "name";
const NUMBER_FIELD: &str = "id_number";
/// Characters of a name.
const NAME_MAX: usize = 50;

/// What a provider says of a name and a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// They belong together.
    Same,
    /// They do not.
    Different,
    /// The provider did not answer in time.
    NoAnswer,
}

/// A verdict, when it is there.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// Compares names and numbers of identity documents with a register. A provider logs neither.
pub trait IdentityCheck: Send + Sync {
    /// What it is called in evidence.
    fn name(&self) -> &'static str;
    /// Whether the name belongs to the number.
    fn check(&self, name: &str, id_number: &str) -> Checking<'_>;
}

/// The register of worlds for trying out: whoever has a number with a right checksum is who he says, but numbers that
/// begin with 99 are other people's, and for those that begin with 98 no answer comes.
#[derive(Clone, Copy, Debug)]
pub struct SandboxRegister;

impl IdentityCheck for SandboxRegister {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn check(&self, _: &str, id_number: &str) -> Checking<'_> {
        let verdict = match id_number.get(..2) {
            Some("99") => Verdict::Different,
            Some("98") => Verdict::NoAnswer,
            _ => Verdict::Same,
        };
        Box::pin(std::future::ready(verdict))
    }
}

fn bad_number() -> SandboxError {
    let message = "an identity number has eighteen characters with a right checksum";
    SandboxError::bad("bad_id_number", message).of_field("id_number")
}

/// Who somebody says to be that a code was sent to.
pub(crate) fn said(portal: &Portal, number: Option<String>) -> Result<Option<IdentityDigest>, SandboxError> {
    let Some(number) = number else { return Ok(None) };
    let number = id_number(&number).ok_or_else(bad_number)?;
    Ok(Some(portal.world.secrets.person_digest("identity", &number)))
}

/// A code alone does not open the account of somebody who is known.
pub(crate) fn identity_needed() -> SandboxError {
    let message = "a code alone does not open this account: ask for a new one and send id_number with it";
    SandboxError::new(StatusCode::FORBIDDEN, "identity_needed", message)
}

/// The code was used up.
pub(crate) fn identity_differs() -> SandboxError {
    let message = "the account is another person's; no more codes are sent to this address today";
    SandboxError::new(StatusCode::FORBIDDEN, "identity_differs", message)
}

/// Whoever has the address said to be others too often.
pub(crate) fn guesses_used_up() -> SandboxError {
    let message = "the account's owner was guessed at too often: codes open it again after somebody has signed in with \
                   the login password";
    SandboxError::new(StatusCode::FORBIDDEN, "guesses_used_up", message)
}

/// Whether an account may hear of its owner: nobody knows who that is, or that is who was said.
pub(crate) async fn is_owner(
    portal: &Portal,
    party: PartyId,
    said: Option<IdentityDigest>,
) -> Result<bool, SandboxError> {
    match portal.door.ask(FindStanding { party }).await {
        Ok(view) => Ok(said == Some(view.standing.identity)),
        Err(CellError::Refused(_)) => Ok(true),
        Err(error) => Err(SandboxError::of(error, |_| super::crowded())),
    }
}

/// Who somebody says to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityRequest {
    /// As the identity card has it, 1 to 50 characters.
    name: String,
    /// The eighteen characters of the identity card.
    id_number: String,
}

/// What the account is known to be.
#[derive(Serialize, ToSchema)]
struct IdentityProven {
    /// `unverified`, `class_1`, `class_2` or `class_3`.
    class: &'static str,
}

/// What vouches for somebody's identity.
#[derive(Serialize, ToSchema)]
struct Evidence {
    /// The channel, as `ministry` or `bank_card`.
    kind: &'static str,
    provider: String,
    #[schema(format = DateTime)]
    verified_at: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// Who somebody is, as the owner may see it.
#[derive(Serialize, ToSchema)]
pub(super) struct Identity {
    name: Option<String>,
    id_number: Option<String>,
    /// Whether the person's yearly limit is this account's.
    holds_yearly_limit: bool,
    evidence: Vec<Evidence>,
}

/// Who one is; nothing before one said so.
#[derive(Serialize, ToSchema)]
struct IdentityShown {
    identity: Option<Identity>,
}

/// Where the person's yearly limit is.
#[derive(Serialize, ToSchema)]
struct LimitMoved {
    holds_yearly_limit: bool,
}

/// Says who one is.
#[utoipa::path(
    post,
    path = "/identity",
    tag = "identity",
    request_body = IdentityRequest,
    responses((status = 200, description = "Name and number belong together.", body = IdentityProven))
)]
pub(crate) async fn prove(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let IdentityRequest { name, id_number: number } = read(&headers, &body)?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(SandboxError::bad("bad_name", "a name has 1 to 50 characters").of_field("name"));
    }
    let number = id_number(&number).ok_or_else(bad_number)?;
    match portal.people.register.check(&name, &number).await {
        Verdict::Same => {}
        Verdict::Different => {
            let message = "name and number do not belong together";
            return Err(SandboxError::new(StatusCode::FORBIDDEN, "identity_differs", message));
        }
        Verdict::NoAnswer => {
            let message = "the register does not answer; nothing was changed, try again later";
            return Err(SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "register_silent", message));
        }
    }
    let identity = portal.world.secrets.person_digest("identity", &number);
    let accounts = screening::accounts(&portal, this.party).await?;
    let person = Person { name: name.clone(), id_number: Some(number.clone()), accounts };
    if screening::look(&portal, this.party, ABOUT_PERSON, person).await? != ScreenState::Clear {
        return Err(screening::under_review());
    }
    let profile = profile(&portal, this.party).await?;
    let shown = Text::new(&masked_name(&name)).map_err(SandboxError::broken)?;
    let sealed = in_vault(&portal, move |vault| {
        let name = vault.seal(&profile.data_key, NAME_FIELD, &name)?;
        let id_number = vault.seal(&profile.data_key, NUMBER_FIELD, &number)?;
        Ok(SealedIdentity { name, id_number, shown })
    });
    let command = AddEvidence {
        party: this.party,
        kind: EvidenceKind::Ministry,
        provider: Text::new(portal.people.register.name()).map_err(SandboxError::broken)?,
        expires_at_us: None,
        identity: Some(identity),
        sealed: Some(sealed.await?),
    };
    let class = believed(portal.clone(), command).await?;
    answer(IdentityProven { class: class.name() })
}

/// The account gets its class, and its new name is looked at when another list came since the look before: that one
/// was held against the name of before alone. It is done to its end also when the caller has gone.
async fn believed(portal: Arc<Portal>, command: AddEvidence) -> Result<AccountClass, SandboxError> {
    let party = command.party;
    let done = tokio::spawn(async move {
        let class = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
        screening::meet(&portal, party).await;
        Ok(class)
    });
    done.await.map_err(SandboxError::broken)?
}

async fn profile(portal: &Portal, party: PartyId) -> Result<Arc<Profile>, SandboxError> {
    portal.door.ask(FindProfile { party }).await.map_err(|error| SandboxError::of(error, |_| crowded()))
}

/// Who somebody said to be, and a register believed.
pub(crate) struct Named {
    /// The name.
    pub(crate) name: String,
    /// The number of the identity card.
    pub(crate) id_number: String,
}

/// Who a party is; nothing for parties of sandboxes, and for persons who said nothing yet.
pub(crate) async fn named(portal: &Portal, party: PartyId) -> Result<Option<Named>, SandboxError> {
    let profile = match portal.door.ask(FindProfile { party }).await {
        Ok(profile) => profile,
        Err(cell::CellError::Refused(engine::PartyNotFound)) => return Ok(None),
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    };
    let (name, id_number) = opened(portal, profile).await?;
    Ok(name.zip(id_number).map(|(name, id_number)| Named { name, id_number }))
}

/// Name and number of a profile, in clear.
pub(super) async fn opened(
    portal: &Portal,
    profile: Arc<Profile>,
) -> Result<(Option<String>, Option<String>), SandboxError> {
    let opened = in_vault(portal, move |vault| {
        let open = |field, sealed: &Option<Vec<u8>>| match sealed {
            Some(sealed) => vault.open_field(&profile.data_key, field, sealed),
            None => Ok(None),
        };
        Ok((open(NAME_FIELD, &profile.sealed_name)?, open(NUMBER_FIELD, &profile.sealed_id_number)?))
    });
    opened.await
}

/// Why nothing vouches for somebody.
pub(super) fn refused(refused: AddEvidenceRefused) -> SandboxError {
    let code = match refused {
        AddEvidenceRefused::NotAPerson => return SandboxError::missing("not_a_person", refused),
        AddEvidenceRefused::Expired => return SandboxError::bad("expired", refused),
        AddEvidenceRefused::UnderReview => "under_review",
        AddEvidenceRefused::IdentityMissing => "identity_missing",
        AddEvidenceRefused::IdentityDiffers => "other_identity",
        AddEvidenceRefused::TooMuch => "too_much_evidence",
        AddEvidenceRefused::TooManyAccounts => "too_many_accounts",
    };
    SandboxError::conflict(code, refused)
}

/// Who one is, as the owner may see it.
#[utoipa::path(
    get,
    path = "/identity",
    tag = "identity",
    responses((status = 200, description = "Name, number and evidence.", body = IdentityShown))
)]
pub(crate) async fn show(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    answer(IdentityShown { identity: told(&portal, this.party).await? })
}

/// Name, number and evidence of a person, in clear; nothing when nobody said yet who it is.
pub(super) async fn told(portal: &Portal, party: PartyId) -> Result<Option<Identity>, SandboxError> {
    let view = match portal.door.ask(FindStanding { party }).await {
        Ok(view) => view,
        Err(cell::CellError::Refused(engine::PartyNotFound)) => return Ok(None),
        Err(error) => return Err(SandboxError::of(error, |_| crowded())),
    };
    let (name, number) = opened(portal, profile(portal, party).await?).await?;
    let evidence = view.evidence.iter().map(|one| Evidence {
        kind: kind_name(one.kind),
        provider: one.provider.to_string(),
        verified_at: moment(one.verified_at_us),
        expires_at: one.expires_at_us.map(moment),
    });
    let (evidence, holds_yearly_limit) = (evidence.collect(), view.standing.holds_quota);
    Ok(Some(Identity { name, id_number: number, holds_yearly_limit, evidence }))
}

/// Brings the person's yearly limit to this account.
#[utoipa::path(
    post,
    path = "/identity/limit",
    tag = "identity",
    responses((status = 200, description = "The limit is this account's.", body = LimitMoved))
)]
pub(crate) async fn move_limit(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let moved = portal.door.ask(MoveQuota { party: this.party }).await;
    moved.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            MoveQuotaRefused::IdentityMissing => SandboxError::conflict("identity_missing", refused),
            MoveQuotaRefused::UnderWay => SandboxError::conflict("under_way", refused),
        })
    })?;
    answer(LimitMoved { holds_yearly_limit: true })
}
