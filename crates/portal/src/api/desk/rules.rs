//! `/api/v1/ops/rules`: what is asked of a payment without a contract, and up to which amount no password is asked for;
//! proposed by one operator and approved by another, with all that was agreed to before.

use super::contracts::begins;
use super::{Act, act};
use crate::api::moment;
use crate::api::ops::read::{books, each_after, one};
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{Slot, Text};
use engine::{ApproveRules, Key, ProposeRules, Row, Table};
use money::{Currency, Rate, parse_amount};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Rulebook, RulesBook, RulesRefused, RulesTerms, RulesVersion};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::timestamp::parse_cn;

/// Versions that are told, the newest first.
const SHOWN_MAX: u32 = 100;
/// Dated rules to come that are counted.
const LOOKED_MAX: usize = 20_000;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(show)).routes(routes!(propose)).routes(routes!(approve))
}

/// Rules that hold from a moment on.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsDatedRules {
    /// Parts of a million of each payment of a merchant without a contract.
    merchant_fee_ppm: u32,
    /// Above this a payment at a till needs the password, yuan.
    password_free_limit: String,
    /// Absent of what holds since the world began.
    #[schema(format = DateTime)]
    effective_at: Option<String>,
}

/// Rules that two people agreed to, or that are proposed.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsDatedRulesVersion {
    version: u32,
    /// Parts of a million.
    merchant_fee_ppm: u32,
    /// Yuan.
    password_free_limit: String,
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    reason: String,
    proposed_by: String,
    #[schema(format = DateTime)]
    proposed_at: String,
    approved_by: Option<String>,
    #[schema(format = DateTime)]
    approved_at: Option<String>,
}

/// What holds, what is proposed, and what was agreed to.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsDatedRulesBook {
    in_force: OpsDatedRules,
    /// What is to hold from a later moment, the next first; at most a hundred.
    waiting: Vec<OpsDatedRules>,
    /// How many more wait; counted to 20,000 in all.
    waiting_left_out: usize,
    /// The newest version that two people agreed to; 0 for none.
    version: u32,
    proposal: Option<OpsDatedRulesVersion>,
    /// Versions that were agreed to, the newest first; at most a hundred.
    history: Vec<OpsDatedRulesVersion>,
    /// How many older versions there are.
    history_left_out: u32,
}

/// Rules that are proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsDatedRulesProposal {
    merchant_fee_ppm: u32,
    /// Yuan.
    password_free_limit: String,
    /// When they begin, RFC 3339 of China time; when they are approved, where it is not said.
    valid_from: Option<String>,
    /// The version that it was written on top of; 0 for none.
    base_version: u32,
    #[schema(value_type = String)]
    reason: Text<256>,
}

/// Rules that are approved, as they were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsDatedRulesApproval {
    merchant_fee_ppm: u32,
    /// Yuan.
    password_free_limit: String,
    valid_from: Option<String>,
    version: u32,
    #[schema(value_type = String)]
    reason: Text<256>,
}

/// What the tables have.
struct Found {
    in_force: Arc<Rulebook>,
    waiting: Vec<Arc<Rulebook>>,
    waiting_left_out: usize,
    version: u32,
    /// The newest first.
    versions: Vec<Arc<RulesVersion>>,
}

/// The fee without a contract and the limit without a password: what holds, what is proposed, what was agreed to.
#[utoipa::path(
    get,
    path = "/ops/rules",
    tag = "ops-rules",
    responses((status = 200, description = "The rules, with their history.", body = OpsDatedRulesBook))
)]
pub(super) async fn show(State(portal): State<Arc<Portal>>) -> Result<Json<OpsDatedRulesBook>, SandboxError> {
    let now_us = portal.door.now_us();
    let found = books(&portal, move |reader| found(reader, now_us)).await?;
    Ok(Json(told(&found)))
}

/// Proposes rules.
#[utoipa::path(
    post,
    path = "/ops/rules/proposal",
    tag = "ops-rules",
    request_body = OpsDatedRulesProposal,
    responses((status = 200, description = "What is proposed.", body = OpsDatedRulesVersion))
)]
pub(super) async fn propose(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsDatedRulesVersion>, SandboxError> {
    let asked: OpsDatedRulesProposal = read(&headers, &body)?;
    let OpsDatedRulesProposal { merchant_fee_ppm, password_free_limit, valid_from, base_version, reason } =
        asked;
    let terms = terms_of(merchant_fee_ppm, &password_free_limit, valid_from)?;
    let proposal = ProposeRules { operator: desk.operator.clone(), base_version, terms, reason };
    let own = portal.clone();
    let work = async move {
        let proposed = own.door.ask(proposal).await.map_err(|error| SandboxError::of(error, refused))?;
        Ok(Json(told_version(&proposed)))
    };
    let subject = format!("rules base version {base_version}");
    act(&portal, &desk, Act::of("rules.propose", subject, &body), work).await
}

/// Approves what was read: the same rules and the same reason, by another operator.
#[utoipa::path(
    post,
    path = "/ops/rules/approval",
    tag = "ops-rules",
    request_body = OpsDatedRulesApproval,
    responses((status = 200, description = "What is agreed to.", body = OpsDatedRulesVersion))
)]
pub(super) async fn approve(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsDatedRulesVersion>, SandboxError> {
    let asked: OpsDatedRulesApproval = read(&headers, &body)?;
    let OpsDatedRulesApproval { merchant_fee_ppm, password_free_limit, valid_from, version, reason } = asked;
    let terms = terms_of(merchant_fee_ppm, &password_free_limit, valid_from)?;
    let approval = ApproveRules { operator: desk.operator.clone(), version, terms, reason };
    let own = portal.clone();
    let work = async move {
        let agreed = own.door.ask(approval).await.map_err(|error| SandboxError::of(error, refused))?;
        Ok(Json(told_version(&agreed)))
    };
    act(&portal, &desk, Act::of("rules.approve", format!("rules version {version}"), &body), work).await
}

/// Rules as a call names them.
fn terms_of(fee_ppm: u32, limit: &str, valid_from: Option<String>) -> Result<RulesTerms, SandboxError> {
    let merchant_fee_ppm = Rate::from_ppm(fee_ppm)
        .map_err(|error| SandboxError::bad("bad_rate", error).of_field("merchant_fee_ppm"))?;
    let limit = parse_amount(limit, Currency::Cny)
        .map_err(|error| SandboxError::bad("bad_amount", error).of_field("password_free_limit"))?;
    let valid_from_us = begins(valid_from)?.as_deref().map(parse_cn).transpose();
    let valid_from_us =
        valid_from_us.map_err(|error| SandboxError::bad("bad_time", error).of_field("valid_from"))?;
    Ok(RulesTerms { merchant_fee_ppm, password_free_limit_minor: limit.minor(), valid_from_us })
}

/// A refusal in words.
fn refused(refused: RulesRefused) -> SandboxError {
    match refused {
        RulesRefused::NoOperator => SandboxError::bad("no_operator", refused),
        RulesRefused::Stale { .. } => SandboxError::conflict("stale", refused),
        RulesRefused::NoReason => SandboxError::bad("no_reason", refused).of_field("reason"),
        RulesRefused::FeeTooHigh => SandboxError::bad("bad_rate", refused).of_field("merchant_fee_ppm"),
        RulesRefused::LimitTooHigh => {
            SandboxError::bad("bad_amount", refused).of_field("password_free_limit")
        }
        RulesRefused::FromThePast => SandboxError::bad("bad_time", refused).of_field("valid_from"),
        RulesRefused::NotFound => SandboxError::missing("proposal_not_found", refused),
        RulesRefused::SelfApproval => SandboxError::conflict("self_approval", refused),
        RulesRefused::Edited => SandboxError::conflict("edited", refused),
    }
}

fn found(reader: &mut dyn Reader, now_us: i64) -> Result<Found, StoreError> {
    let slot = Slot::PLATFORM;
    let in_force = in_force(reader, now_us)?;
    let (mut waiting, mut waiting_left_out) = (Vec::new(), 0);
    each_after(reader, Key::Rulebook((slot, now_us)), LOOKED_MAX, |row| {
        let Row::Rulebook(rules) = row else { return false };
        if waiting.len() < SHOWN_MAX as usize {
            waiting.push(rules.clone());
        } else {
            waiting_left_out += 1;
        }
        true
    })?;
    let version = one::<RulesBook>(reader, (slot,))?.map_or(0, |book| book.version);
    let mut versions = Vec::new();
    let after = version.saturating_sub(SHOWN_MAX);
    each_after(reader, Key::RulesVersion((slot, after)), SHOWN_MAX as usize + 1, |row| {
        let Row::RulesVersion(row) = row else { return false };
        versions.push(row.clone());
        true
    })?;
    versions.reverse();
    Ok(Found { in_force, waiting, waiting_left_out, version, versions })
}

/// The rules whose moment came last, however many came before: rows are read forwards alone, so the span in which the
/// last ones begin is halved until nothing is left of it.
fn in_force(reader: &mut dyn Reader, now_us: i64) -> Result<Arc<Rulebook>, StoreError> {
    let slot = Slot::PLATFORM;
    let mut last = Arc::new(Rulebook::first());
    // Rules begin behind `low`, where any begin that are newer than `last`; none begins behind `high`.
    let (mut low, mut high) = (-1, now_us);
    while low < high {
        let middle = low + (high - low) / 2;
        let next = reader.scan(Table::Rulebook, Some(slot), Some(&Key::Rulebook((slot, middle))), 1)?.pop();
        match next {
            Some(Row::Rulebook(rules)) if rules.effective_at_us <= now_us => {
                low = rules.effective_at_us;
                last = rules;
            }
            _ => high = middle,
        }
    }
    Ok(last)
}

fn told(found: &Found) -> OpsDatedRulesBook {
    let (agreed, proposed): (Vec<_>, Vec<_>) =
        found.versions.iter().partition(|row| row.version <= found.version);
    OpsDatedRulesBook {
        in_force: told_dated(&found.in_force),
        waiting: found.waiting.iter().map(|rules| told_dated(rules)).collect(),
        waiting_left_out: found.waiting_left_out,
        version: found.version,
        proposal: proposed.first().map(|row| told_version(row)),
        history: agreed.into_iter().map(|row| told_version(row)).collect(),
        history_left_out: found.version.saturating_sub(SHOWN_MAX),
    }
}

fn told_dated(rules: &Rulebook) -> OpsDatedRules {
    OpsDatedRules {
        merchant_fee_ppm: rules.merchant_fee_ppm.ppm(),
        password_free_limit: rules.password_free_limit_minor.of(Currency::Cny).to_string(),
        effective_at: (rules.effective_at_us > 0).then(|| moment(rules.effective_at_us)),
    }
}

fn told_version(row: &RulesVersion) -> OpsDatedRulesVersion {
    OpsDatedRulesVersion {
        version: row.version,
        merchant_fee_ppm: row.merchant_fee_ppm.ppm(),
        password_free_limit: row.password_free_limit_minor.of(Currency::Cny).to_string(),
        valid_from: row.valid_from_us.map(moment),
        reason: row.reason.to_string(),
        proposed_by: row.proposed_by.to_string(),
        proposed_at: moment(row.proposed_at_us),
        approved_by: row.approved_by.as_ref().map(ToString::to_string),
        approved_at: row.approved_at_us.map(moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SECOND_US;
    use std::collections::BTreeMap;
    use store::{Mark, MemoryStore, Store};

    /// Tables with rules that hold from these moments on, with the second of each as its fee.
    fn dated(moments_us: impl Iterator<Item = i64>) -> MemoryStore {
        let rules = moments_us.map(|effective_at_us| {
            let ppm = u32::try_from(effective_at_us / SECOND_US).unwrap();
            let merchant_fee_ppm = Rate::from_ppm(ppm).unwrap();
            Row::Rulebook(Arc::new(Rulebook { effective_at_us, merchant_fee_ppm, ..Rulebook::first() }))
        });
        let rows: BTreeMap<Key, Option<Row>> = rules.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        store
    }

    #[test]
    fn what_holds_is_told_however_much_held_before() {
        let count = i64::try_from(LOOKED_MAX).unwrap() + 10;
        let mut store = dated((1..=count).map(|second| second * SECOND_US));
        for (second, waits) in [(count + 5, 0), (count, 0), (count - 1, 1), (count - 200, 200)] {
            let found = found(&mut store, second * SECOND_US).unwrap();
            assert_eq!(found.in_force.effective_at_us, second.min(count) * SECOND_US);
            assert_eq!(found.waiting.len() + found.waiting_left_out, waits, "at {second}");
        }
        assert_eq!(in_force(&mut store, 2 * SECOND_US - 1).unwrap().effective_at_us, SECOND_US);
        assert_eq!(in_force(&mut store, 2 * SECOND_US).unwrap().effective_at_us, 2 * SECOND_US);
        // Before the first, and before anything was ever set, what a world begins with.
        assert_eq!(in_force(&mut store, SECOND_US - 1).unwrap(), Arc::new(Rulebook::first()));
        assert_eq!(in_force(&mut dated([].into_iter()), 7).unwrap(), Arc::new(Rulebook::first()));
        let since_ever = &mut dated([0, 1].into_iter());
        let at = |store: &mut MemoryStore, now_us| in_force(store, now_us).unwrap().effective_at_us;
        assert_eq!((at(since_ever, 0), at(since_ever, 1), at(since_ever, 9)), (0, 1, 1));
    }

    #[test]
    fn the_newest_hundred_versions_are_told_and_how_many_are_left_out() {
        let terms = RulesTerms {
            merchant_fee_ppm: Rate::ZERO,
            password_free_limit_minor: money::Minor::ZERO,
            valid_from_us: None,
        };
        let dated = (1..=205).map(|second| Row::Rulebook(Arc::new(terms.approved_at(second * SECOND_US))));
        let version = |version| {
            Row::RulesVersion(Arc::new(RulesVersion {
                slot: Slot::PLATFORM,
                version,
                merchant_fee_ppm: terms.merchant_fee_ppm,
                password_free_limit_minor: terms.password_free_limit_minor,
                valid_from_us: Some(1),
                reason: Text::new("why").unwrap(),
                proposed_by: Text::new("ada").unwrap(),
                proposed_at_us: 0,
                approved_by: (version <= 103).then(|| Text::new("bea").unwrap()),
                approved_at_us: (version <= 103).then_some(1),
            }))
        };
        let book = Row::RulesBook(Arc::new(RulesBook { slot: Slot::PLATFORM, version: 103 }));
        let rows = dated.chain((1..=104).map(version)).chain([book]);
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let told = told(&found(&mut store, 104 * SECOND_US).unwrap());
        assert_eq!(told.in_force.effective_at, Some(moment(104 * SECOND_US)));
        assert_eq!((told.waiting.len(), told.waiting_left_out), (100, 1));
        assert_eq!(told.waiting[0].effective_at, Some(moment(105 * SECOND_US)));
        assert_eq!(told.proposal.unwrap().version, 104);
        let shown: Vec<u32> = told.history.iter().map(|row| row.version).collect();
        assert_eq!((shown.len(), shown[0], shown[99], told.history_left_out), (100, 103, 4, 3));
    }
}
