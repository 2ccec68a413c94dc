//! `/ops/configuration`: what is in force, who proposed and who approved it, and what was before.

use super::super::moment;
use super::parties::OpsContract;
use super::read::books;
use crate::portal::Portal;
use crate::recon_books::each_within;
use crate::sandbox::SandboxError;
use crate::sandbox_risk::hex;
use axum::Json;
use axum::extract::State;
use engine::{Row, Table};
use money::Currency;
use risk::{RiskProposal, RiskRules, Rule, ScreenList, ScreenProposal};
use serde::Serialize;
use std::cmp::Reverse;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Contract, Rulebook, RulesVersion};
use utoipa::ToSchema;

/// Contracts and versions that are told, newest first.
const SHOWN_MAX: usize = 100;
/// Rows of a kind that are looked through.
const LOOKED_MAX: usize = 20_000;

/// What is in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsConfiguration {
    /// Dated rules of the platform, the newest first.
    rulebooks: Vec<OpsRulebook>,
    risk: OpsVersions,
    screening: OpsVersions,
    /// Versions of contracts, the newest first; at most a hundred.
    contracts: Vec<OpsContract>,
    /// What was approved, and from when it held: the newest first; at most a hundred.
    history: Vec<OpsChange>,
    /// Whether there is more than is told.
    truncated: bool,
}

/// Dated rules.
#[derive(Debug, Serialize, ToSchema)]
struct OpsRulebook {
    #[schema(format = DateTime)]
    effective_at: String,
    /// Whether it holds now: the newest of those whose moment has come.
    in_force: bool,
    /// What a merchant pays of each payment, parts per million.
    merchant_fee_ppm: u32,
    /// Above this a payment at a till needs the password, yuan.
    password_free_limit: String,
}

/// The version in force, and the one that is proposed.
#[derive(Debug, Default, Serialize, ToSchema)]
struct OpsVersions {
    in_force: Option<OpsVersion>,
    proposal: Option<OpsVersion>,
}

/// A version of rules or of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OpsVersion {
    version: u32,
    digest: String,
    /// Rules, or names.
    entries: u32,
    /// How alike names have to be, thousandths; of lists alone.
    threshold: Option<u32>,
    proposed_by: String,
    /// When it was proposed; of a proposal alone.
    #[schema(format = DateTime)]
    proposed_at: Option<String>,
    approved_by: Option<String>,
    #[schema(format = DateTime)]
    effective_at: Option<String>,
}

/// Something that was approved.
#[derive(Debug, Serialize, ToSchema)]
struct OpsChange {
    #[schema(format = DateTime)]
    at: String,
    /// `risk`, `screening`, `contract` or `rulebooks`.
    what: &'static str,
    version: u32,
    proposed_by: String,
    approved_by: String,
    /// Whose contract for which product.
    subject: Option<String>,
}

/// What the tables have.
#[derive(Default)]
struct Found {
    rulebooks: Vec<Arc<Rulebook>>,
    rules: Vec<Arc<RiskRules>>,
    rules_proposed: Option<Arc<RiskProposal>>,
    lists: Vec<Arc<ScreenList>>,
    agreed: Vec<Arc<RulesVersion>>,
    list_proposed: Option<Arc<ScreenProposal>>,
    contracts: Vec<Arc<Contract>>,
    is_cut: bool,
}

/// What is in force, with its history.
#[utoipa::path(
    get,
    path = "/ops/configuration",
    tag = "ops",
    responses((status = 200, description = "What is in force, and what was.", body = OpsConfiguration))
)]
pub(crate) async fn configuration(
    State(portal): State<Arc<Portal>>,
) -> Result<Json<OpsConfiguration>, SandboxError> {
    let now_us = portal.door.now_us();
    let found = books(&portal, read).await?;
    Ok(Json(told(found, now_us)))
}

fn read(reader: &mut dyn Reader) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let mut whole = true;
    for table in [
        Table::Rulebook,
        Table::RulesVersion,
        Table::RiskRules,
        Table::RiskProposal,
        Table::ScreenList,
        Table::ScreenProposal,
        Table::Contract,
    ] {
        let mut left = LOOKED_MAX;
        whole &= each_within(reader, table, &mut left, |row| match row {
            Row::Rulebook(row) => found.rulebooks.push(row.clone()),
            Row::RulesVersion(row) => found.agreed.push(row.clone()),
            Row::RiskRules(row) => found.rules.push(row.clone()),
            Row::RiskProposal(row) => found.rules_proposed = Some(row.clone()),
            Row::ScreenList(row) => found.lists.push(row.clone()),
            Row::ScreenProposal(row) => found.list_proposed = Some(row.clone()),
            Row::Contract(row) => found.contracts.push(row.clone()),
            _ => {}
        })?;
    }
    found.is_cut = !whole;
    found.rulebooks.sort_by_key(|row| Reverse(row.effective_at_us));
    found.contracts.sort_by_key(|row| Reverse(row.approved_at_us.unwrap_or(row.proposed_at_us)));
    Ok(found)
}

fn told(mut found: Found, now_us: i64) -> OpsConfiguration {
    let mut changes: Vec<(i64, OpsChange)> = Vec::new();
    changes.extend(found.rules.iter().map(|row| rules_change(row)));
    changes.extend(found.lists.iter().map(|row| list_change(row)));
    changes.extend(found.contracts.iter().filter_map(|row| contract_change(row)));
    changes.extend(found.agreed.iter().filter_map(|row| agreed_change(row)));
    changes.sort_by_key(|(at_us, _)| Reverse(*at_us));
    let most = [changes.len(), found.contracts.len(), found.rulebooks.len()];
    let truncated = found.is_cut || most.into_iter().any(|count| count > SHOWN_MAX);
    changes.truncate(SHOWN_MAX);
    found.contracts.truncate(SHOWN_MAX);
    found.rulebooks.truncate(SHOWN_MAX);
    let in_force = found.rulebooks.iter().position(|row| row.effective_at_us <= now_us);
    let rulebooks = found.rulebooks.iter().enumerate().map(|(place, row)| OpsRulebook {
        effective_at: moment(row.effective_at_us),
        in_force: in_force == Some(place),
        merchant_fee_ppm: row.merchant_fee_ppm.ppm(),
        password_free_limit: row.password_free_limit_minor.of(Currency::Cny).to_string(),
    });
    OpsConfiguration {
        rulebooks: rulebooks.collect(),
        risk: OpsVersions {
            in_force: found.rules.last().map(|row| rules_told(row)),
            proposal: found.rules_proposed.as_deref().map(rules_proposal_told),
        },
        screening: OpsVersions {
            in_force: found.lists.last().map(|row| list_told(row)),
            proposal: found.list_proposed.as_deref().map(list_proposal_told),
        },
        contracts: found.contracts.iter().map(|row| OpsContract::of(row)).collect(),
        history: changes.into_iter().map(|(_, change)| change).collect(),
        truncated,
    }
}

fn rules_change(row: &RiskRules) -> (i64, OpsChange) {
    let (proposed_by, approved_by) = (row.proposed_by.to_string(), row.approved_by.to_string());
    let at = moment(row.effective_at_us);
    let version = row.version;
    let change = OpsChange { at, what: "risk", version, proposed_by, approved_by, subject: None };
    (row.effective_at_us, change)
}

fn list_change(row: &ScreenList) -> (i64, OpsChange) {
    let (proposed_by, approved_by) = (row.proposed_by.to_string(), row.approved_by.to_string());
    let at = moment(row.effective_at_us);
    let version = row.version;
    let change = OpsChange { at, what: "screening", version, proposed_by, approved_by, subject: None };
    (row.effective_at_us, change)
}

/// Of a contract that two agreed to.
fn contract_change(row: &Contract) -> Option<(i64, OpsChange)> {
    let at_us = row.approved_at_us?;
    let approved_by = row.approved_by.as_ref()?.to_string();
    let change = OpsChange {
        at: moment(at_us),
        what: "contract",
        version: row.version,
        proposed_by: row.proposed_by.to_string(),
        approved_by,
        subject: Some(format!("{} {}", row.seller, row.product.as_str())),
    };
    Some((at_us, change))
}

/// Of dated rules that two agreed to.
fn agreed_change(row: &RulesVersion) -> Option<(i64, OpsChange)> {
    let at_us = row.approved_at_us?;
    let approved_by = row.approved_by.as_ref()?.to_string();
    let (at, version, proposed_by) = (moment(at_us), row.version, row.proposed_by.to_string());
    Some((at_us, OpsChange { at, what: "rulebooks", version, proposed_by, approved_by, subject: None }))
}

/// How many rules a text has; none when this release cannot read it.
fn rules_in(text: &str) -> u32 {
    let rules: Vec<Rule> = serde_json::from_str(text).unwrap_or_default();
    u32::try_from(rules.len()).unwrap_or(u32::MAX)
}

fn rules_told(row: &RiskRules) -> OpsVersion {
    OpsVersion {
        version: row.version,
        digest: hex(&row.digest),
        entries: rules_in(row.text.as_str()),
        threshold: None,
        proposed_by: row.proposed_by.to_string(),
        proposed_at: None,
        approved_by: Some(row.approved_by.to_string()),
        effective_at: Some(moment(row.effective_at_us)),
    }
}

fn rules_proposal_told(row: &RiskProposal) -> OpsVersion {
    OpsVersion {
        version: row.version,
        digest: hex(&row.digest),
        entries: rules_in(row.text.as_str()),
        threshold: None,
        proposed_by: row.proposed_by.to_string(),
        proposed_at: Some(moment(row.proposed_at_us)),
        approved_by: None,
        effective_at: None,
    }
}

fn list_told(row: &ScreenList) -> OpsVersion {
    OpsVersion {
        version: row.version,
        digest: hex(&row.digest),
        entries: row.entries,
        threshold: Some(row.threshold),
        proposed_by: row.proposed_by.to_string(),
        proposed_at: None,
        approved_by: Some(row.approved_by.to_string()),
        effective_at: Some(moment(row.effective_at_us)),
    }
}

fn list_proposal_told(row: &ScreenProposal) -> OpsVersion {
    OpsVersion {
        version: row.version,
        digest: hex(&row.digest),
        entries: row.entries,
        threshold: Some(row.threshold),
        proposed_by: row.proposed_by.to_string(),
        proposed_at: Some(moment(row.proposed_at_us)),
        approved_by: None,
        effective_at: None,
    }
}
