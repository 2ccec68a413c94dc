//! `/sandbox/screening`: lists of names, proposed by one operator and approved by another; what they found, and why.

use crate::people::merchant_told::Moment;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::screening::{self, Loaded};
use crate::screening_rounds::{Seen, everybody};
use crate::staff;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use base::{PartyId, Text};
use engine::{ApproveList, FindParty, FindScreenList, Key, ProposeList, Row, Table};
use people::OperatorAct;
use risk::{
    ApproveRiskRefused, NameList, Operator, ProposeListRefused, RiskCase, ScreenHit, ScreenList,
    ScreenProposal, ScreenRelease, list_digest,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};
use wire::timestamp::format_cn;

/// The threshold when none is given, thousandths: one letter of a usual name may differ, or a token of a long one.
const THRESHOLD_USUAL: u32 = 850;
/// Bytes of a call with a list: every letter of it may be written as an escape.
pub(crate) const BODY_BYTES_MAX: usize = 2 * risk::LIST_BYTES_MAX + (64 << 10);
/// Rows read at once.
const PAGE_ROWS: usize = 1_000;
/// Hits of a party that one call looks at, at most.
const HITS_MAX: usize = 20_000;
/// Hits that one call tells, at most.
const SHOWN_MAX: usize = 200;

type Shared = State<Arc<Portal>>;

/// The calls.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    let proposals = post(propose).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    Router::new()
        .route("/sandbox/screening", get(show).merge(proposals))
        .route("/sandbox/screening/approve", post(approve))
        .route("/sandbox/screening/run", post(run))
        .route("/sandbox/screening/hits", post(hits))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProposeRequest {
    operator: Operator,
    base_version: u32,
    threshold: Option<u32>,
    list: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproveRequest {
    operator: Operator,
    version: u32,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyRequest {
    login: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The list in force and what is proposed, without names.
async fn show(State(portal): Shared) -> Answer {
    let view = portal.door.ask(FindScreenList {}).await;
    let view = view.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    let list = view.list.as_ref().map(|list| {
        json!({
            "version": list.version,
            "digest": hex(&list.digest),
            "entries": list.entries,
            "threshold": list.threshold,
            "proposed_by": list.proposed_by.as_str(),
            "approved_by": list.approved_by.as_str(),
            "effective_at": format_cn(list.effective_at_us),
        })
    });
    let proposal = view.proposal.as_ref().map(|proposal| {
        json!({
            "version": proposal.version,
            "digest": hex(&proposal.digest),
            "entries": proposal.entries,
            "threshold": proposal.threshold,
            "proposed_by": proposal.proposed_by.as_str(),
            "proposed_at": format_cn(proposal.proposed_at_us),
        })
    });
    answer(json!({ "in_force": list, "proposal": proposal }))
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Proposes the next version: the whole list, CSV or JSON lines.
async fn propose(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let ProposeRequest { operator, base_version, threshold, list } = read(&headers, &body)?;
    staff::may(&portal, operator.as_str(), OperatorAct::SetRisk).await?;
    let proposed = propose_list(&portal, operator, base_version, threshold, list).await?;
    answer(
        json!({ "version": proposed.version, "digest": hex(&proposed.digest), "entries": proposed.entries }),
    )
}

/// Keeps a list, and puts it before another operator as the next version.
pub(crate) async fn propose_list(
    portal: &Portal,
    operator: Operator,
    base_version: u32,
    threshold: Option<u32>,
    list: String,
) -> Result<Arc<ScreenProposal>, SandboxError> {
    let threshold = threshold.unwrap_or(THRESHOLD_USUAL);
    let text = list.clone();
    let names = tokio::task::spawn_blocking(move || NameList::read(&text)).await;
    let names = names.map_err(SandboxError::broken)?;
    let names = names.map_err(|error| SandboxError::bad("bad_list", error))?;
    let entries = u32::try_from(names.entries().len()).map_err(SandboxError::broken)?;
    let digest = list_digest(threshold, &list);
    // First the list, then what names it: a row never stands without its file.
    portal.lists.keep(digest, list).await?;
    let proposed = portal.door.ask(ProposeList { operator, base_version, digest, entries, threshold }).await;
    proposed.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            ProposeListRefused::NoOperator => SandboxError::bad("no_operator", refused),
            ProposeListRefused::Stale { .. } => SandboxError::conflict("stale", refused),
            ProposeListRefused::Bounds => SandboxError::bad("bad_threshold", refused),
        })
    })
}

/// Approves a proposal, and looks at everybody who is known.
async fn approve(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let ApproveRequest { operator, version, digest } = read(&headers, &body)?;
    staff::may(&portal, operator.as_str(), OperatorAct::SetRisk).await?;
    let (approved, looked) = approve_list(&portal, operator, version, &digest).await?;
    answer(json!({
        "version": approved.version,
        "effective_at": format_cn(approved.effective_at_us),
        "looked_at": looked.as_ref().map(|seen| seen.looked),
        "held": looked.as_ref().map(|seen| seen.held),
        "failed": looked.as_ref().map(|seen| seen.failed),
    }))
}

/// Puts the proposal of this version and digest in force, and looks at everybody who is known; nothing is told of that
/// when nobody could be looked at.
pub(crate) async fn approve_list(
    portal: &Arc<Portal>,
    operator: Operator,
    version: u32,
    digest: &str,
) -> Result<(Arc<ScreenList>, Option<Seen>), SandboxError> {
    let digest = crate::sandbox_risk::unhex(digest)
        .ok_or_else(|| SandboxError::bad("bad_request", "digest: 64 hexadecimal digits of the list"))?;
    let approved = portal.door.ask(ApproveList { operator, version, digest }).await;
    let approved = approved.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            ApproveRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            ApproveRiskRefused::Stale { .. } => SandboxError::conflict("stale", refused),
            ApproveRiskRefused::NotFound => SandboxError::missing("proposal_not_found", refused),
            ApproveRiskRefused::SelfApproval => SandboxError::conflict("self_approval", refused),
            ApproveRiskRefused::Edited => SandboxError::conflict("edited", refused),
        })
    })?;
    // The list holds, whatever becomes of this; who could not be looked at is so soon.
    let looked = everybody(portal.clone()).await.ok();
    if looked.is_none_or(|seen| seen.failed > 0) {
        portal.lists.look_again();
    }
    Ok((approved, looked))
}

/// Looks at everybody who was not looked at under the list in force.
async fn run(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let Nothing {} = read(&headers, &body)?;
    let Seen { looked, held, failed } = everybody(portal).await?;
    answer(json!({ "looked_at": looked, "held": held, "failed": failed }))
}

/// What was found of a party: the entry with its names, and why they are alike, and who stops its balance.
/// The cases are decided at `/sandbox/risk/decide`.
async fn hits(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let PartyRequest { login, user_id } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    if !portal.is_posted().await {
        return Err(SandboxError::conflict("not_posted", "the tables are behind; try again"));
    }
    answer(hits_told(&portal, party, format_cn).await?)
}

/// What was found of a party, as calls tell it, newest first. The caller has waited for the tables.
pub(crate) async fn hits_told(
    portal: &Portal,
    party: PartyId,
    moment: Moment,
) -> Result<Value, SandboxError> {
    let found = portal.read(move |reader| found(reader, party, HITS_MAX)).await;
    let found = found.ok_or_else(|| SandboxError::broken("hits cannot be read"))?;
    let list = screening::in_force(portal).await?;
    let told = found.iter().map(|found| told(found, list.as_deref(), moment));
    let row = portal.door.ask(FindParty { party }).await;
    let row =
        row.map_err(|error| SandboxError::of(error, |no| SandboxError::missing("party_not_found", no)))?;
    let (stopped_by, hits) = (row.stop.full_name(), told.collect::<Vec<_>>());
    Ok(json!({ "payments_stopped_by": stopped_by, "hits": hits }))
}

/// A hit, its case, and the word of the first operator who would release it.
struct Found {
    hit: Arc<ScreenHit>,
    case: Option<Arc<RiskCase>>,
    release: Option<Arc<ScreenRelease>>,
}

/// The newest hits of a party with their cases, newest first; of so many that are looked at.
fn found(reader: &mut dyn Reader, party: PartyId, most: usize) -> Result<Vec<Found>, StoreError> {
    let none = || Text::new("").expect("no text is within every bound");
    let (mut after, mut left) = (Key::ScreenHit((party.slot(), party, none())), most);
    let mut hits = BTreeMap::new();
    while left > 0 {
        let want = PAGE_ROWS.min(left);
        let page = reader.scan(Table::ScreenHit, Some(party.slot()), Some(&after), want)?;
        let Some(last) = page.last().map(Row::key) else { break };
        let (read, known) = (page.len(), hits.len());
        for row in page {
            if let Row::ScreenHit(hit) = row
                && hit.party == party
            {
                hits.insert((hit.no, hit.subject.clone()), hit);
            }
        }
        // Behind the hits of a party stand those of others.
        if read < want || hits.len() < known + read {
            break;
        }
        (after, left) = (last, left - read);
    }
    let mut found = Vec::with_capacity(hits.len().min(SHOWN_MAX));
    for hit in hits.into_values().rev().take(SHOWN_MAX) {
        let case = match reader.row(&Key::RiskCase((party.slot(), party, hit.subject.clone())))? {
            Some(Row::RiskCase(case)) => Some(case),
            Some(_) | None => None,
        };
        let release = match reader.row(&Key::ScreenRelease((party.slot(), party, hit.subject.clone())))? {
            Some(Row::ScreenRelease(release)) => Some(release),
            Some(_) | None => None,
        };
        found.push(Found { hit, case, release });
    }
    Ok(found)
}

fn told(found: &Found, list: Option<&Loaded>, moment: Moment) -> Value {
    let Found { hit, case, release } = found;
    // Entries of lists that do not hold any more are told without their names.
    let entry = list.filter(|list| list.version == hit.version).and_then(|list| list.names.entry(&hit.entry));
    let alias = usize::try_from(hit.alias).ok().and_then(|place| place.checked_sub(1));
    json!({
        "subject": hit.subject.as_str(),
        "about": hit.about.as_str(),
        "at": moment(hit.at_us),
        "version": hit.version,
        "entry": hit.entry.as_str(),
        "kind": entry.map(|entry| entry.kind.word()),
        "alias": entry.and_then(|entry| entry.names.get(alias?)),
        "source": entry.map(|entry| entry.source.as_str()),
        "reason": entry.map(|entry| entry.reason.as_str()),
        "score": hit.score,
        "measure": hit.measure.as_str(),
        "matched": hit.matched.as_str(),
        "state": case.as_ref().map(|case| case.state.as_str()),
        "release_proposed_by": release.as_ref().map(|release| release.proposed_by.as_str()),
        "decided_by": case.as_ref().and_then(|case| case.decided_by.as_ref()).map(Text::as_str),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;
    use engine::Tabled;
    use risk::Measure;
    use store::{Mark, MemoryStore, Store};

    fn text<const N: usize>(text: &str) -> Text<N> {
        Text::new(text).unwrap()
    }

    fn hit(party: PartyId, no: u64) -> Row {
        ScreenHit::wrap(Arc::new(ScreenHit {
            slot: party.slot(),
            party,
            subject: text(&format!("hit {no}")),
            no,
            at_us: 1,
            about: text("name"),
            name: [0; 16],
            version: 1,
            entry: text("A1"),
            alias: 1,
            score: 1_000,
            measure: Measure::Han,
            matched: text(""),
        }))
    }

    #[test]
    fn hits_are_of_one_party_the_newest_first_and_of_so_many_that_are_looked_at() {
        let [one, other] =
            [1_000_000_001, 1_000_000_002].map(|counter| PartyId::issue(counter, Slot::of_id(1)).unwrap());
        let rows = (1..=3).map(|no| hit(one, no)).chain((4..=9).map(|no| hit(other, no)));
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let mut numbers = |party, most| {
            let found = found(&mut store, party, most).unwrap();
            found.iter().map(|found| found.hit.no).collect::<Vec<_>>()
        };
        assert_eq!(numbers(one, HITS_MAX), [3, 2, 1]);
        assert_eq!(numbers(one, 2), [2, 1]);
        assert_eq!(numbers(other, HITS_MAX), [9, 8, 7, 6, 5, 4]);
    }
}
