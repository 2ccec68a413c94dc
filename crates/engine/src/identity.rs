//! Identity: evidence for who somebody is, counted in the party's slot, and what all accounts of one person share,
//! decided in the slot of the person.
//!
//! Nothing is written in the party's slot before the person's slot has answered: an account more than a person may have
//! leaves nothing behind.

mod quota;

pub use quota::{MoveQuota, MoveQuotaRefused, QuotaAsk, QuotaLeave, QuotaLeft, QuotaNo, QuotaTaken};
pub(crate) use quota::{move_quota, quota_ask, quota_leave, quota_left, quota_no, quota_taken, used_in_all};

use crate::balance_limit::evidence_of;
use crate::command::Next;
use crate::{Fault, Message, PartyNotFound, Reply, Rows, Stop};
use base::{PartyId, Slot};
use people::{
    AccountClass, EVIDENCE_MAX, Evidence, EvidenceKind, IdentityDigest, Party, PartyName, PartyStatus,
    Person, PersonUsage, Profile, ProviderName, Standing, class_of, slot_of_identity,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Name and number of a person, sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SealedIdentity {
    /// The name, sealed.
    pub name: Vec<u8>,
    /// The number of the document, sealed.
    pub id_number: Vec<u8>,
    /// The name as others may see it.
    pub shown: PartyName,
}

/// Notes that a provider vouched for somebody. The same kind and provider again renews what was there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddEvidence {
    /// For whom.
    pub party: PartyId,
    /// What vouches.
    pub kind: EvidenceKind,
    /// Who vouched.
    pub provider: ProviderName,
    /// From when it counts no more, microseconds UTC.
    pub expires_at_us: Option<i64>,
    /// Digest of the number that was vouched for; absent for the one that is known already.
    pub identity: Option<IdentityDigest>,
    /// Name and number, with the first evidence.
    pub sealed: Option<SealedIdentity>,
}

/// Why evidence is not taken. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddEvidenceRefused {
    /// There is no such registered person, or the account is closed.
    #[error("no such registered person")]
    NotAPerson,
    /// Nobody said yet whose account it is.
    #[error("the identity is not known yet")]
    IdentityMissing,
    /// The account is another person's.
    #[error("the account belongs to another identity")]
    IdentityDiffers,
    /// The name is alike to one on a list, and nobody cleared it yet.
    #[error("a person looks at this name first")]
    UnderReview,
    /// It is expired already.
    #[error("the evidence is expired")]
    Expired,
    /// There is more evidence than any class needs.
    #[error("no more evidence is taken")]
    TooMuch,
    /// The person has as many accounts as one may have.
    #[error("the person has enough accounts")]
    TooManyAccounts,
}

impl AddEvidence {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Party's slot to person's slot: may this account be this person's, with this class?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonAsk {
    /// Whose account it is to be.
    pub identity: IdentityDigest,
    /// What the evidence is enough for.
    pub class: AccountClass,
    /// What was asked for.
    pub asked: AddEvidence,
}

/// Person's slot to party's slot: the answer to [`PersonAsk`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonAnswer {
    /// Whose account it is to be.
    pub identity: IdentityDigest,
    /// The class that the account may have, or absent when the person has enough accounts.
    pub class: Option<AccountClass>,
    /// Whether the person's limits are the account's, and what was used of them elsewhere.
    pub quota: Option<PersonUsage>,
    /// What was asked for.
    pub asked: AddEvidence,
}

/// Party's slot to person's slot: the account is not this person's, or not any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonLeft {
    /// Whose account it was to be.
    pub identity: IdentityDigest,
    /// The account.
    pub party: PartyId,
    /// What the person had used of the limits that the account held.
    pub quota: Option<PersonUsage>,
}

pub(crate) fn add_evidence(
    rows: &mut Rows<'_>,
    command: &AddEvidence,
) -> Result<Next<AccountClass>, Stop<AddEvidenceRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let party = rows.get::<Party>((slot, command.party))?;
    let open = |party: &Arc<Party>| party.class.is_person() && party.status != PartyStatus::Closed;
    let Some(party) = party.filter(open) else { return Stop::because(AddEvidenceRefused::NotAPerson) };
    let standing = rows.get::<Standing>((slot, command.party))?;
    let known = standing.as_ref().map(|standing| standing.identity);
    let Some(identity) = command.identity.or(known) else {
        return Stop::because(AddEvidenceRefused::IdentityMissing);
    };
    if known.is_some_and(|known| known != identity) {
        return Stop::because(AddEvidenceRefused::IdentityDiffers);
    }
    if known.is_none() && command.sealed.is_none() {
        return Stop::because(AddEvidenceRefused::IdentityMissing);
    }
    if party.stop.is_listed() {
        return Stop::because(AddEvidenceRefused::UnderReview);
    }
    if command.expires_at_us.is_some_and(|expires_at_us| expires_at_us <= now_us) {
        return Stop::because(AddEvidenceRefused::Expired);
    }
    let mut all = match &standing {
        Some(standing) => evidence_of(rows, standing)?,
        None => Vec::new(),
    };
    if !put_in(&mut all, command, slot, now_us) {
        return Stop::because(AddEvidenceRefused::TooMuch);
    }

    // Nothing can be refused here below this line; the person's slot may say no.
    let class = class_of(&all, now_us);
    let ask = PersonAsk { identity, class, asked: command.clone() };
    rows.send(slot_of_identity(&identity), Message::PersonAsk(ask));
    Ok(Next::Chain)
}

/// Puts new evidence among the others, in the place of an older one of the same kind and provider. False when there are
/// too many.
fn put_in(all: &mut Vec<Evidence>, asked: &AddEvidence, slot: Slot, now_us: i64) -> bool {
    let same = |one: &Evidence| one.kind == asked.kind && one.provider == asked.provider;
    let place = all.iter().position(same).unwrap_or(all.len());
    let Ok(number) = u32::try_from(place) else { return false };
    if number >= EVIDENCE_MAX {
        return false;
    }
    let AddEvidence { party, kind, provider, expires_at_us, .. } = asked.clone();
    let new = Evidence { slot, party, place: number, kind, provider, verified_at_us: now_us, expires_at_us };
    match all.get_mut(place) {
        Some(older) => *older = new,
        None => all.push(new),
    }
    true
}

/// In the person's slot: one more account, if there is room; the highest class is one account's.
pub(crate) fn person_ask(rows: &mut Rows<'_>, ask: &PersonAsk) -> Result<Option<Reply>, Fault> {
    let party = ask.asked.party;
    let found = rows.get::<Person>((rows.slot(), ask.identity))?;
    let person = found.map_or_else(|| Person::fresh(ask.identity), |person| (*person).clone());
    let Some(mut person) = person.with(party) else {
        answer(rows, ask, None, None);
        return Ok(None);
    };
    let others = person.class_three.is_some_and(|three| three != party);
    let class = match ask.class {
        AccountClass::Three if others => AccountClass::Two,
        class => class,
    };
    if class == AccountClass::Three {
        person.class_three = Some(party);
    } else if person.class_three == Some(party) {
        person.class_three = None;
    }
    // Only with the answer that gives them: what any other said of them would be old when it arrives.
    let comes = person.holder.is_none() && person.moving_to.is_none();
    let quota = comes.then_some(person.usage());
    if comes {
        person.holder = Some(party);
    }
    rows.put(person);
    answer(rows, ask, Some(class), quota);
    Ok(None)
}

fn answer(rows: &mut Rows<'_>, ask: &PersonAsk, class: Option<AccountClass>, quota: Option<PersonUsage>) {
    let PersonAsk { identity, asked, .. } = ask.clone();
    let to = asked.party.slot();
    rows.send(to, Message::PersonAnswer(PersonAnswer { identity, class, quota, asked }));
}

/// In the party's slot: the evidence stands, and the account has its class.
pub(crate) fn person_answer(rows: &mut Rows<'_>, said: &PersonAnswer) -> Result<Option<Reply>, Fault> {
    let (slot, now_us, who) = (rows.slot(), rows.now_us(), said.asked.party);
    let Some(class) = said.class else { return Ok(refused(AddEvidenceRefused::TooManyAccounts)) };
    let standing = rows.get::<Standing>((slot, who))?;
    let party = rows.get::<Party>((slot, who))?.filter(|party| party.status != PartyStatus::Closed);
    let other = standing.as_ref().is_some_and(|standing| standing.identity != said.identity);
    // Found by a list meanwhile: it gets nothing, and an account that was this person's before goes on being it.
    let listed = !other && party.as_ref().is_some_and(|party| party.stop.is_listed());
    if let (true, Some(standing)) = (listed, &standing) {
        if let Some(used) = said.quota {
            rows.put(quota::with_limits((**standing).clone(), used));
        }
        return Ok(refused(AddEvidenceRefused::UnderReview));
    }
    let (Some(party), false) = (party, other || listed) else {
        // Closed or found meanwhile, or said to be somebody else's: the account leaves the person again.
        let quota = match standing.as_deref().filter(|row| row.holds_quota && !other) {
            Some(row) => Some(quota::used_in_all(rows, row)?),
            None => said.quota,
        };
        let left = PersonLeft { identity: said.identity, party: who, quota };
        rows.send(slot_of_identity(&said.identity), Message::PersonLeft(left));
        return Ok(refused(match (other, listed) {
            (true, _) => AddEvidenceRefused::IdentityDiffers,
            (false, true) => AddEvidenceRefused::UnderReview,
            (false, false) => AddEvidenceRefused::NotAPerson,
        }));
    };
    let mut all = match &standing {
        Some(standing) => evidence_of(rows, standing)?,
        None => Vec::new(),
    };
    if !put_in(&mut all, &said.asked, slot, now_us) {
        if let Some((standing, used)) = standing.zip(said.quota) {
            rows.put(quota::with_limits((*standing).clone(), used));
        }
        return Ok(refused(AddEvidenceRefused::TooMuch));
    }
    let counts_until_us = all.iter().filter_map(|one| one.expires_at_us).filter(|at| now_us < *at).min();
    let evidences = u32::try_from(all.len()).unwrap_or(EVIDENCE_MAX);
    for one in all {
        rows.put(one);
    }
    let had = standing.map_or_else(|| Standing::fresh(who, said.identity), |had| (*had).clone());
    let had = match said.quota {
        Some(used) => quota::with_limits(had, used),
        None => had,
    };
    rows.put(Standing { evidences, counts_until_us, ..had });
    let mut after = Party { class, ..(*party).clone() };
    if let Some(sealed) = &said.asked.sealed {
        after.name = sealed.shown.clone();
        let profile = rows.get::<Profile>((slot, who))?;
        let profile = profile.ok_or_else(|| Fault(format!("person {who} has no profile")))?;
        let (sealed_name, sealed_id_number) = (Some(sealed.name.clone()), Some(sealed.id_number.clone()));
        rows.put(Profile { sealed_name, sealed_id_number, ..(*profile).clone() });
    }
    rows.put(after);
    Ok(Some(Reply::AddEvidence(Ok(class))))
}

fn refused(why: AddEvidenceRefused) -> Option<Reply> {
    Some(Reply::AddEvidence(Err(why)))
}

/// Who somebody says to be that proved an account's address.
pub(crate) enum Named {
    /// The account's owner; or nobody knows yet who that is.
    Owner,
    /// Somebody else.
    Another,
    /// Nothing is said.
    Nobody,
}

/// Whether the owner of an account speaks. A phone number can be another person's by now: once it is known who the
/// owner is, a code that was sent there proves nothing by itself (reliability reference, row 63).
pub(crate) fn named(
    rows: &mut Rows<'_>,
    party: PartyId,
    said: Option<IdentityDigest>,
) -> Result<Named, Fault> {
    let Some(standing) = rows.get::<Standing>((rows.slot(), party))? else { return Ok(Named::Owner) };
    Ok(match said {
        None => Named::Nobody,
        Some(said) if said == standing.identity => Named::Owner,
        Some(_) => Named::Another,
    })
}

/// Whose an account was is forgotten with it.
pub(crate) fn forget_standing(rows: &mut Rows<'_>, standing: &Standing) {
    let (slot, party) = (standing.slot, standing.party);
    for place in 0..standing.evidences.min(EVIDENCE_MAX) {
        rows.delete::<Evidence>((slot, party, place));
    }
    rows.delete::<Standing>((slot, party));
}

/// In the person's slot: an account less. What it had used of the yearly limit is kept for the next holder.
pub(crate) fn person_left(rows: &mut Rows<'_>, said: &PersonLeft) -> Result<Option<Reply>, Fault> {
    let Some(person) = rows.get::<Person>((rows.slot(), said.identity))? else { return Ok(None) };
    let held = person.holder == Some(said.party);
    let mut person = (*person).clone().without(said.party);
    if let Some(used) = said.quota.filter(|_| held) {
        person = person.having_used(used);
    }
    rows.put(person);
    Ok(None)
}

/// What is known of an account's owner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindStanding {
    /// The account.
    pub party: PartyId,
}

/// What is known of an account's owner, with the evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandingView {
    /// The account's row.
    pub standing: Arc<Standing>,
    /// All evidence.
    pub evidence: Vec<Evidence>,
}

impl FindStanding {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn find_standing(
    rows: &mut Rows<'_>,
    query: &FindStanding,
) -> Result<Next<StandingView>, Stop<PartyNotFound>> {
    let Some(standing) = rows.get::<Standing>((rows.slot(), query.party))? else {
        return Stop::because(PartyNotFound);
    };
    let evidence = evidence_of(rows, &standing)?;
    Ok(Next::Answer(StandingView { standing, evidence }))
}
