//! The limits of a person – what is paid in a year, what is withdrawn without a fee in a life – are one account's, and
//! go to another when the owner says so: with everything that was used of them, so that no move makes them larger.

use crate::balance_limit::{carried, used};
use crate::command::Next;
use crate::{Fault, Message, Reply, Rows, Stop};
use base::{PartyId, Slot};
use money::{Currency, Minor};
use people::{
    IdentityDigest, Party, PartyStatus, Person, PersonUsage, Standing, UsageKind, slot_of_identity,
};
use serde::{Deserialize, Serialize};

/// Brings the person's yearly limit to this account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveQuota {
    /// The account that is to have it.
    pub party: PartyId,
}

/// Why the limit stays where it is. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MoveQuotaRefused {
    /// Nobody knows whose account it is, or it is closed.
    #[error("the account has no identity")]
    IdentityMissing,
    /// It is on its way from one account to another.
    #[error("the limit is on its way already")]
    UnderWay,
}

impl MoveQuota {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// Party's slot to person's slot: this account asks for the limit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuotaAsk {
    /// Whose limit.
    pub identity: IdentityDigest,
    /// The account that asks.
    pub party: PartyId,
}

/// Person's slot to the slot that asked: not now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuotaNo {
    /// Why not; absent when the account had it all the time.
    pub refused: bool,
}

/// Person's slot to the holder's slot: the limit goes to another account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuotaLeave {
    /// Whose limit.
    pub identity: IdentityDigest,
    /// The account that has it.
    pub from: PartyId,
}

/// The holder's slot to the person's slot: the limit left, so much of it used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuotaLeft {
    /// Whose limit.
    pub identity: IdentityDigest,
    /// The account that had it.
    pub from: PartyId,
    /// What all accounts used of the limits.
    pub used: PersonUsage,
}

/// Person's slot to the new holder's slot: here it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuotaTaken {
    /// The account that has it now.
    pub party: PartyId,
    /// What all accounts used of the limits.
    pub used: PersonUsage,
}

pub(crate) fn move_quota(
    rows: &mut Rows<'_>,
    command: &MoveQuota,
) -> Result<Next<()>, Stop<MoveQuotaRefused>> {
    let (slot, party) = (rows.slot(), command.party);
    let open = rows.get::<Party>((slot, party))?.is_some_and(|party| party.status != PartyStatus::Closed);
    let standing = rows.get::<Standing>((slot, party))?.filter(|_| open);
    let Some(standing) = standing else { return Stop::because(MoveQuotaRefused::IdentityMissing) };
    if standing.holds_quota {
        return Ok(Next::Answer(()));
    }

    // Nothing can be refused here below this line; the person's slot may say no.
    let identity = standing.identity;
    rows.send(slot_of_identity(&identity), Message::QuotaAsk(QuotaAsk { identity, party }));
    Ok(Next::Chain)
}

pub(crate) fn quota_ask(rows: &mut Rows<'_>, ask: &QuotaAsk) -> Result<Option<Reply>, Fault> {
    let QuotaAsk { identity, party } = *ask;
    let person = rows.get::<Person>((rows.slot(), identity))?;
    let Some(person) = person.filter(|person| person.accounts().any(|known| known == party)) else {
        rows.send(party.slot(), Message::QuotaNo(QuotaNo { refused: true }));
        return Ok(None);
    };
    if person.moving_to.is_some() {
        rows.send(party.slot(), Message::QuotaNo(QuotaNo { refused: true }));
        return Ok(None);
    }
    match person.holder {
        Some(holder) if holder == party => {
            rows.send(party.slot(), Message::QuotaNo(QuotaNo { refused: false }));
        }
        Some(from) => {
            rows.put(Person { moving_to: Some(party), ..(*person).clone() });
            rows.send(from.slot(), Message::QuotaLeave(QuotaLeave { identity, from }));
        }
        None => {
            let used = person.usage();
            rows.put(Person { holder: Some(party), ..(*person).clone() });
            rows.send(party.slot(), Message::QuotaTaken(QuotaTaken { party, used }));
        }
    }
    Ok(None)
}

pub(crate) fn quota_no(_: &mut Rows<'_>, said: &QuotaNo) -> Result<Option<Reply>, Fault> {
    let answer = if said.refused { Err(MoveQuotaRefused::UnderWay) } else { Ok(()) };
    Ok(Some(Reply::MoveQuota(answer)))
}

/// What all accounts of the holder's person used.
pub(crate) fn used_in_all(rows: &mut Rows<'_>, standing: &Standing) -> Result<PersonUsage, Fault> {
    let year = used(rows, standing.party, UsageKind::BalanceYear, rows.now_us())?;
    let free = used(rows, standing.party, UsageKind::WithdrawFree, rows.now_us())?;
    let odd = |error| Fault(format!("usage of {}: {error}", standing.party));
    let in_year = year.sum().checked_add(carried(standing, year.period)).map_err(odd)?;
    let in_life = free.sum().checked_add(standing.carried_free_minor.of(Currency::Cny)).map_err(odd)?;
    Ok(PersonUsage { year: year.period, year_minor: in_year.minor(), free_minor: in_life.minor() })
}

pub(crate) fn quota_leave(rows: &mut Rows<'_>, said: &QuotaLeave) -> Result<Option<Reply>, Fault> {
    let QuotaLeave { identity, from } = *said;
    let standing = rows.get::<Standing>((rows.slot(), from))?.filter(|row| row.identity == identity);
    // Another person's, or closed meanwhile: what it had used is on its way to the person with its leaving.
    let Some(standing) = standing else {
        let left = QuotaLeft { identity, from, used: PersonUsage::NOTHING };
        rows.send(slot_of_identity(&identity), Message::QuotaLeft(left));
        return Ok(None);
    };
    let left = QuotaLeft { identity, from, used: used_in_all(rows, &standing)? };
    let own = used(rows, from, UsageKind::BalanceYear, rows.now_us())?;
    let own_free = used(rows, from, UsageKind::WithdrawFree, rows.now_us())?;
    rows.put(Standing {
        holds_quota: false,
        carried_year: 0,
        carried_minor: Minor::ZERO,
        given_year: own.period,
        given_minor: own.sum_minor,
        carried_free_minor: Minor::ZERO,
        given_free_minor: own_free.sum_minor,
        ..(*standing).clone()
    });
    rows.send(slot_of_identity(&identity), Message::QuotaLeft(left));
    Ok(None)
}

pub(crate) fn quota_left(rows: &mut Rows<'_>, said: &QuotaLeft) -> Result<Option<Reply>, Fault> {
    let QuotaLeft { identity, from: _, used } = *said;
    let person = rows.get::<Person>((rows.slot(), identity))?;
    let person = person.ok_or_else(|| Fault("a limit of nobody is on its way".to_owned()))?;
    let Some(party) = person.moving_to else {
        return Err(Fault("a limit is on its way to nowhere".to_owned()));
    };
    // What an account that is gone had used came with its leaving.
    let used = if person.holder.is_none() { person.usage() } else { used };
    let person = Person { moving_to: None, ..(*person).clone() }.having_used(used);
    if !person.accounts().any(|known| known == party) {
        // Whoever asked for it was closed meanwhile: the next account of the person gets it.
        rows.put(Person { holder: None, ..person });
        rows.send(party.slot(), Message::QuotaNo(QuotaNo { refused: true }));
        return Ok(None);
    }
    rows.put(Person { holder: Some(party), ..person });
    rows.send(party.slot(), Message::QuotaTaken(QuotaTaken { party, used }));
    Ok(None)
}

/// The account with the limits that come to it: what it gave away itself stands in its own counters, and nowhere else
/// from now on.
pub(super) fn with_limits(standing: Standing, used: PersonUsage) -> Standing {
    let PersonUsage { year, year_minor, free_minor } = used;
    let own = if standing.given_year == year { standing.given_minor } else { Minor::ZERO };
    let less = |all: Minor, own: Minor| {
        let others = all.of(Currency::Cny).checked_sub(own.of(Currency::Cny));
        others.map_or(Minor::ZERO, |others| others.minor())
    };
    Standing {
        holds_quota: true,
        carried_year: year,
        carried_minor: less(year_minor, own),
        given_year: 0,
        given_minor: Minor::ZERO,
        carried_free_minor: less(free_minor, standing.given_free_minor),
        given_free_minor: Minor::ZERO,
        ..standing
    }
}

/// In the new holder's slot. What it used itself before the limit left it is in the sum, and in its own counter.
pub(crate) fn quota_taken(rows: &mut Rows<'_>, said: &QuotaTaken) -> Result<Option<Reply>, Fault> {
    let QuotaTaken { party, used } = *said;
    let standing = rows.get::<Standing>((rows.slot(), party))?;
    // Closed meanwhile: the limit goes back, with what was used of it.
    let Some(standing) = standing else {
        return Ok(Some(Reply::MoveQuota(Err(MoveQuotaRefused::IdentityMissing))));
    };
    rows.put(with_limits((*standing).clone(), used));
    Ok(Some(Reply::MoveQuota(Ok(()))))
}
