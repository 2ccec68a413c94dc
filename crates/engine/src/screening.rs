//! Lists of names in the cell. A list is agreed on by two operators, by its digest; the names themselves are no rows.
//! Whoever knows a party's name holds it against the list and notes here what was found: a hit that was not seen before
//! opens a case, and while a case is open or decided against the party, it gets no class and no transfer, and nothing
//! leaves its balance.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use ::risk::{
    ABOUT_PERSON, About, ApproveRiskRefused, HITS_MAX, Hit, MERCHANT_PLACES, Operator, ProposeListRefused,
    RiskCase, RiskCaseState, ScreenHit, ScreenList, ScreenProposal, ScreenRefused, Screening, Subject,
    Subjects, THRESHOLD_MAX, THRESHOLD_MIN, about_merchant, hit_subject,
};
use base::{PartyId, Slot};
use people::{Party, PartyKind, StopEvent};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An operator proposes the next version of the list. Proposing again, by whomever, replaces what was proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeList {
    /// Who proposes.
    pub operator: Operator,
    /// The version that holds; zero for none.
    pub base_version: u32,
    /// What the list and its threshold are known by.
    pub digest: [u8; 32],
    /// How many entries it has.
    pub entries: u32,
    /// From which score on an entry is a hit, thousandths.
    pub threshold: u32,
}

/// Another operator approves. The list that was read is named by its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveList {
    /// Who approves.
    pub operator: Operator,
    /// The version that was proposed.
    pub version: u32,
    /// What the list is known by that the operator read.
    pub digest: [u8; 32],
}

/// Notes what a look at a party found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Screen {
    /// Who was looked at.
    pub party: PartyId,
    /// What of it.
    pub about: About,
    /// The version of the list that it was held against.
    pub version: u32,
    /// What stands for the name.
    pub name: [u8; 16],
    /// The hits, all of this version.
    pub hits: Vec<Hit>,
}

/// Looks at the list in force and at what is proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindScreenList {}

/// Looks at where a party stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindScreening {
    /// The party.
    pub party: PartyId,
    /// What of it.
    pub about: About,
}

/// The list in force, if any, and the proposal of the next version, if there is one.
#[derive(Clone, PartialEq, Debug)]
pub struct ScreenListView {
    /// In force.
    pub list: Option<Arc<ScreenList>>,
    /// Proposed.
    pub proposal: Option<Arc<ScreenProposal>>,
}

/// Where a party stands with a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScreenState {
    /// Nothing was found, or all of it was cleared.
    Clear,
    /// Somebody looks at it first.
    Held,
    /// Somebody looked, and it is the one that is listed.
    Refused,
}

/// Where a party stands, and since which version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScreenView {
    /// Where it stands.
    pub state: ScreenState,
    /// The version that it was held against last.
    pub version: u32,
    /// What stands for the name that was looked at.
    pub name: [u8; 16],
}

macro_rules! slots {
    ($($name:ident: $slot:expr;)*) => {$(
        impl $name {
            pub(crate) fn slot(&self) -> Slot {
                let of: fn(&$name) -> Slot = $slot;
                of(self)
            }
        }
    )*};
}
slots! {
    ProposeList: |_| Slot::PLATFORM;
    ApproveList: |_| Slot::PLATFORM;
    FindScreenList: |_| Slot::PLATFORM;
    Screen: |this| this.party.slot();
    FindScreening: |this| this.party.slot();
}

/// The version in force; zero before any.
pub(crate) fn current(rows: &Rows<'_>) -> u32 {
    rows.screen_list().map_or(0, |list| list.version)
}

pub(crate) fn propose_list(
    rows: &mut Rows<'_>,
    command: &ProposeList,
) -> Result<Next<Arc<ScreenProposal>>, Stop<ProposeListRefused>> {
    let ProposeList { operator, base_version, digest, entries, threshold } = command;
    if !people::names_operator(operator.as_str()) {
        return Stop::because(ProposeListRefused::NoOperator);
    }
    let current = current(rows);
    if *base_version != current {
        return Stop::because(ProposeListRefused::Stale { current });
    }
    if *entries == 0 || !(THRESHOLD_MIN..=THRESHOLD_MAX).contains(threshold) {
        return Stop::because(ProposeListRefused::Bounds);
    }
    let version = current.checked_add(1).ok_or_else(|| Fault("versions of lists ran out".into()))?;

    // Nothing can be refused below this line; nothing was changed above it.
    let proposal = Arc::new(ScreenProposal {
        slot: rows.slot(),
        version,
        digest: *digest,
        entries: *entries,
        threshold: *threshold,
        proposed_by: operator.clone(),
        proposed_at_us: rows.now_us(),
    });
    rows.put_shared(proposal.clone());
    Ok(Next::Answer(proposal))
}

pub(crate) fn approve_list(
    rows: &mut Rows<'_>,
    command: &ApproveList,
) -> Result<Next<Arc<ScreenList>>, Stop<ApproveRiskRefused>> {
    let ApproveList { operator, version, digest } = command;
    if !people::names_operator(operator.as_str()) {
        return Stop::because(ApproveRiskRefused::NoOperator);
    }
    let current = current(rows);
    if *version <= current {
        return Stop::because(ApproveRiskRefused::Stale { current });
    }
    let Some(proposal) = rows.get::<ScreenProposal>((rows.slot(), *version))? else {
        return Stop::because(ApproveRiskRefused::NotFound);
    };
    if proposal.proposed_by == *operator {
        return Stop::because(ApproveRiskRefused::SelfApproval);
    }
    if proposal.digest != *digest {
        return Stop::because(ApproveRiskRefused::Edited);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let ScreenProposal { slot, version, digest, entries, threshold, proposed_by, proposed_at_us: _ } =
        (*proposal).clone();
    let (approved_by, effective_at_us) = (operator.clone(), rows.now_us());
    let list = Arc::new(ScreenList {
        slot,
        version,
        digest,
        entries,
        threshold,
        proposed_by,
        approved_by,
        effective_at_us,
    });
    rows.put_shared(list.clone());
    rows.delete::<ScreenProposal>((slot, version));
    Ok(Next::Answer(list))
}

pub(crate) fn screen(rows: &mut Rows<'_>, command: &Screen) -> Result<Next<ScreenView>, Stop<ScreenRefused>> {
    let Screen { party, about, version, name, hits } = command;
    let (slot, current) = (rows.slot(), current(rows));
    if *version != current || current == 0 {
        return Stop::because(ScreenRefused::Stale { current });
    }
    if rows.get::<Party>((slot, *party))?.is_none() {
        return Stop::because(ScreenRefused::PartyNotFound);
    }
    if hits.len() > HITS_MAX {
        return Stop::because(ScreenRefused::TooMany);
    }
    let odd = |error| Fault(format!("a subject of a hit: {error}"));
    let mut found = Vec::with_capacity(hits.len());
    for hit in hits {
        let subject = Subject::new(&hit_subject(*version, &hit.entry, name)).map_err(odd)?;
        let known = rows.get::<RiskCase>((slot, *party, subject.clone()))?.is_some();
        found.push((subject, hit, known));
    }
    // What holds a party goes on to hold it, whatever name it gives next: who is listed does not clear itself.
    let mut subjects = still_held(rows, *party, about, *version)?;
    for (subject, _, _) in &found {
        if subjects.len() < HITS_MAX && !subjects.contains(subject) {
            subjects.push(subject.clone());
        }
    }
    let subjects: Vec<&str> = subjects.iter().map(|subject| subject.as_str()).collect();
    let subjects = Subjects::new(&subjects.join("\n")).map_err(odd)?;

    // Nothing can be refused below this line; nothing was changed above it.
    let (party, about, version, name) = (*party, about.clone(), *version, *name);
    let (no, at_us) = (rows.stamp().seq, rows.now_us());
    for (subject, hit, _) in found.into_iter().filter(|(_, _, known)| !known) {
        let Hit { entry, alias, score, measure, matched } = hit.clone();
        let (about, case) = (about.clone(), subject.clone());
        rows.put(ScreenHit {
            slot,
            party,
            subject,
            no,
            at_us,
            about,
            name,
            version,
            entry,
            alias,
            score,
            measure,
            matched,
        });
        rows.put(RiskCase {
            slot,
            party,
            subject: case,
            decision: no,
            state: RiskCaseState::Open,
            opened_at_us: at_us,
            decided_by: None,
            decided_at_us: None,
        });
    }
    let row = Screening { slot, party, about, version, name, at_us, subjects };
    let view = view(rows, &row)?;
    rows.put(row);
    stop_or_let_go(rows, party)?;
    Ok(Next::Answer(view))
}

/// Stops what leaves the balance of a party while anything stands that a list found of it, and ends that stop, and no
/// other one, when nothing does. Whatever changes a look or a case of a hit ends here.
pub(crate) fn stop_or_let_go(rows: &mut Rows<'_>, party: PartyId) -> Result<(), Fault> {
    let Some(party) = rows.get::<Party>((rows.slot(), party))? else { return Ok(()) };
    let event = if is_found(rows, &party)? { StopEvent::ListFinds } else { StopEvent::ListClears };
    let stop = party.stop.next(event).unwrap_or(party.stop);
    if stop != party.stop {
        rows.put(Party { stop, ..(*party).clone() });
    }
    Ok(())
}

/// Whether something stands that a list found of a party: of itself, or, of a merchant, of the names that it signed
/// with.
fn is_found(rows: &mut Rows<'_>, party: &Party) -> Result<bool, Fault> {
    let mut abouts = vec![ABOUT_PERSON.to_owned()];
    if party.kind == PartyKind::Merchant {
        let login = party.login.as_str();
        abouts.extend(MERCHANT_PLACES.iter().map(|place| about_merchant(place, login)));
    }
    for about in abouts {
        let about = About::new(&about).map_err(|error| Fault(format!("a name of ours: {error}")))?;
        let Some(row) = rows.get::<Screening>((rows.slot(), party.id, about))? else { continue };
        if view(rows, &row)?.state != ScreenState::Clear {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an earlier look under the same list found that nobody has released.
fn still_held(
    rows: &mut Rows<'_>,
    party: PartyId,
    about: &About,
    version: u32,
) -> Result<Vec<Subject>, Fault> {
    let earlier = rows.get::<Screening>((rows.slot(), party, about.clone()))?;
    let mut held = Vec::new();
    for subject in
        earlier.iter().filter(|row| row.version == version).flat_map(|row| row.subjects.as_str().lines())
    {
        let subject =
            Subject::new(subject).map_err(|error| Fault(format!("the subject of a case: {error}")))?;
        let case = rows.get::<RiskCase>((rows.slot(), party, subject.clone()))?;
        if case.is_none_or(|case| case.state != RiskCaseState::Released) {
            held.push(subject);
        }
    }
    Ok(held)
}

fn view(rows: &mut Rows<'_>, row: &Screening) -> Result<ScreenView, Fault> {
    let mut state = ScreenState::Clear;
    for subject in row.subjects.as_str().lines() {
        let subject =
            Subject::new(subject).map_err(|error| Fault(format!("the subject of a case: {error}")))?;
        let case = rows.get::<RiskCase>((row.slot, row.party, subject))?;
        state = match case.map(|case| case.state) {
            Some(RiskCaseState::Refused) => return Ok(seen(ScreenState::Refused, row)),
            Some(RiskCaseState::Released) => state,
            Some(RiskCaseState::Open) | None => ScreenState::Held,
        };
    }
    Ok(seen(state, row))
}

fn seen(state: ScreenState, row: &Screening) -> ScreenView {
    ScreenView { state, version: row.version, name: row.name }
}

pub(crate) fn find_screen_list(
    rows: &mut Rows<'_>,
    _query: &FindScreenList,
) -> Result<Next<ScreenListView>, Stop<Never>> {
    let (slot, current) = (rows.slot(), current(rows));
    let list = rows.screen_list().cloned();
    let proposal = rows.get::<ScreenProposal>((slot, current.saturating_add(1)))?;
    Ok(Next::Answer(ScreenListView { list, proposal }))
}

pub(crate) fn find_screening(
    rows: &mut Rows<'_>,
    query: &FindScreening,
) -> Result<Next<Option<ScreenView>>, Stop<Never>> {
    let row = rows.get::<Screening>((rows.slot(), query.party, query.about.clone()))?;
    match row {
        Some(row) => Ok(Next::Answer(Some(view(rows, &row)?))),
        None => Ok(Next::Answer(None)),
    }
}
