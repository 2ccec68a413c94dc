//! What the console is told of statements, suspense, hits of lists and back-tests, member by member.
//!
//! The sandbox tells the same, out of the same functions; here their answers get a shape that the description names.

use crate::sandbox::SandboxError;
use axum::Json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is told, in its shape.
pub(super) fn shaped<T: DeserializeOwned>(told: Value) -> Result<Json<T>, SandboxError> {
    serde_json::from_value(told).map(Json).map_err(SandboxError::broken)
}

/// Statements, suspense, and whether the books add up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OpsRecon {
    /// The day that was asked for.
    day: Option<String>,
    /// The newest first, at most 62.
    statements: Vec<OpsStatement>,
    /// The oldest first, at most 1,000.
    suspense: Vec<OpsUnclear>,
    /// By currency. None when there is more than one call adds up.
    books: Vec<OpsBooks>,
    /// Whether nothing is left out because there is more than one call looks at.
    complete: bool,
}

/// A statement of the bank, with what its lines are.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsStatement {
    account: String,
    day: String,
    currency: String,
    opening: String,
    closing: String,
    lines: u32,
    /// How many of them are in the books.
    booked: u32,
    #[schema(format = DateTime)]
    begun_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    classes: Vec<OpsStatementClass>,
    /// What of the change of the balance no booked line explains.
    unexplained: String,
}

/// The lines of a class.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsStatementClass {
    /// As `matched`.
    class: String,
    lines: u64,
    #[serde(rename = "in")]
    came: String,
    #[serde(rename = "out")]
    went: String,
    /// In other currencies, as `USD 1.00`.
    other_in: Vec<String>,
    other_out: Vec<String>,
    /// Whether such lines are suspense.
    suspense: bool,
}

/// What is owed and what is owned in a currency.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsBooks {
    currency: String,
    /// By name, as `customers`.
    owed: BTreeMap<String, String>,
    /// By name, as `bank_reserve`.
    owned: BTreeMap<String, String>,
    held_of_balances: String,
    /// What is owed and not owned: zero in right books.
    difference: String,
    reserve_by_statements: String,
    reserve_by_sandbox: String,
    /// What of the reserve neither explains: zero in right books.
    reserve_unexplained: String,
}

/// Money that nothing explains, or that nothing explained until it was closed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OpsUnclear {
    slot: u8,
    account: String,
    day: String,
    serial: u32,
    /// Why nothing explains it, as `theirs_only`.
    class: String,
    /// Who is to be asked: `bank` or `customer`.
    owner: String,
    party: Option<String>,
    /// `in` or `out`.
    direction: String,
    amount: String,
    currency: String,
    /// What the bank calls it.
    reference: Option<String>,
    bank_order_no: Option<String>,
    /// How an operator wants to close it.
    proposed: Option<OpsClosingProposal>,
    /// How it was closed.
    closed: Option<OpsClosing>,
    #[schema(format = DateTime)]
    since: String,
    age_days: i64,
}

/// How an operator wants to close a suspense.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OpsClosingProposal {
    /// `given_back`, `own` or `matched`.
    way: String,
    bank_order_no: Option<String>,
    reason: String,
    operator: String,
    #[schema(format = DateTime)]
    at: String,
}

/// How a suspense was closed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OpsClosing {
    /// `given_back`, `own` or `matched`.
    way: String,
    /// The order that gives it back, or that it was matched to.
    bank_order_no: Option<String>,
    reason: String,
    operator: String,
    approved_by: Option<String>,
    #[schema(format = DateTime)]
    at: String,
}

/// What lists of names found of somebody.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OpsHits {
    /// As `none`, `owner` or `list`.
    payments_stopped_by: String,
    hits: Vec<OpsHit>,
}

/// A hit. The names of an entry are told as long as its list holds.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsHit {
    /// The subject of its case.
    subject: String,
    /// What of the party was looked at.
    about: String,
    #[schema(format = DateTime)]
    at: String,
    /// The version of the list.
    version: u32,
    entry: String,
    kind: Option<String>,
    /// The name of the entry that was met.
    alias: Option<String>,
    source: Option<String>,
    reason: Option<String>,
    /// How near, thousandths.
    score: u32,
    measure: String,
    /// Which tokens met.
    matched: String,
    /// Where its case stands: `open`, `released` or `refused`.
    state: Option<String>,
    release_proposed_by: Option<String>,
    decided_by: Option<String>,
}

/// What rules would have said of payments.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OpsBacktest {
    payments: OpsTally,
    verdicts: Vec<OpsVerdictTally>,
    rules: Vec<OpsRuleTally>,
    /// Payments that went on at once and would not have, the first ones.
    newly_stopped: Vec<OpsNewlyStopped>,
    /// Subjects of payments that were stopped and would have gone on at once, the first ones.
    newly_passed: Vec<String>,
}

/// Payments, and what they come to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsTally {
    count: u64,
    /// Together, fen.
    sum_fen: String,
}

/// Payments of which rules would have said the same, and of which the same became.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsVerdictTally {
    count: u64,
    sum_fen: String,
    /// As `allow` or `refuse`.
    verdict: String,
    /// `passed`, `delayed` or `stopped`.
    became: String,
}

/// Payments on which a rule fires.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsRuleTally {
    id: String,
    count: u64,
    sum_fen: String,
    /// How often it could not be evaluated.
    failed: u64,
    /// Subjects of the first ones.
    examples: Vec<String>,
}

/// A payment that would be stopped.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OpsNewlyStopped {
    subject: String,
    verdict: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::moment;
    use crate::recon_books::{Equation, Unclear, closing_told, proposal_told};
    use crate::recon_report::{Reported, Sums};
    use crate::sandbox_backtest::backtest_told;
    use base::{Day, Slot, Text};
    use money::{Currency, Minor};
    use recon::{
        Class, ClosingWay, ReadStatement, Suspense, SuspenseClosing, SuspenseOwner, SuspenseProposal,
    };
    use risk::{Backtest, Became, Tally, Verdict};
    use serde_json::json;
    use std::sync::Arc;

    fn text<const N: usize>(text: &str) -> Text<N> {
        Text::new(text).unwrap()
    }

    fn day() -> Day {
        "2026-01-02".parse().unwrap()
    }

    /// Each member that is told has its place in the shape, and the shape tells no other one.
    fn fits<T: Serialize + DeserializeOwned>(told: &Value) {
        let Json(found) = shaped::<T>(told.clone()).map_err(|error| error.code()).unwrap();
        assert_eq!(serde_json::to_value(&found).unwrap(), *told);
    }

    #[test]
    fn statements_and_books_have_a_shape() {
        let read = Arc::new(ReadStatement {
            slot: Slot::PLATFORM,
            account: text("A"),
            day: day(),
            currency: Currency::Cny,
            opening_minor: -5,
            closing_minor: 7,
            lines: 1,
            digest: [0; 32],
            booked: 1,
            begun_at_us: 1,
            ended_at_us: None,
        });
        let sums = Sums { lines: 1, came: [(Currency::Usd, 3)].into(), ..Sums::default() };
        let statement = Reported { read, classes: vec![(Class::Matched, sums)] }.told(moment);
        fits::<OpsStatement>(&statement);
        let equation = Equation { owed: [("customers", 5)].into(), ..Equation::default() };
        let books = equation.told(Currency::Cny);
        fits::<OpsBooks>(&books);
        let told = json!({
            "day": null, "statements": [statement], "suspense": [], "books": [books], "complete": true,
        });
        fits::<OpsRecon>(&told);
    }

    #[test]
    fn suspense_and_its_closing_have_a_shape() {
        let suspense = Suspense {
            slot: Slot::PLATFORM,
            account: text("A"),
            day: day(),
            serial: 1,
            class: Class::TheirsOnly,
            owner: SuspenseOwner::Bank,
            party: None,
            is_credit: true,
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            opened_at_us: 1,
        };
        let closing = SuspenseClosing {
            slot: Slot::PLATFORM,
            account: text("A"),
            day: day(),
            serial: 1,
            way: ClosingWay::Own,
            bank_order: None,
            reason: text("r"),
            operator: text("o"),
            closed_at_us: 1,
            approved_by: Some(text("p")),
        };
        let proposal = SuspenseProposal {
            slot: Slot::PLATFORM,
            account: text("A"),
            day: day(),
            serial: 1,
            way: ClosingWay::GivenBack,
            bank_order: None,
            reason: text("r"),
            operator: text("o"),
            proposed_at_us: 1,
        };
        fits::<OpsClosing>(&closing_told(&closing, moment));
        fits::<OpsClosingProposal>(&proposal_told(&proposal, moment));
        for (closing, proposal) in [(None, None), (Some(closing), Some(proposal))] {
            let (closing, proposal) = (closing.map(Arc::new), proposal.map(Arc::new));
            let one = Unclear { row: Arc::new(suspense.clone()), line: None, closing, proposal };
            fits::<OpsUnclear>(&one.told(2, moment));
        }
    }

    #[test]
    fn a_backtest_has_a_shape() {
        let tally = Tally { count: 2, sum_minor: 300 };
        let told = Backtest {
            all: tally,
            verdicts: [((Verdict::Refuse, Became::Passed), tally)].into(),
            rules: [(text("R"), (tally, vec!["order 1".to_owned()]))].into(),
            failed: [(text("R"), 1)].into(),
            newly_stopped: vec![("order 1".to_owned(), Verdict::Refuse)],
            newly_passed: vec!["order 2".to_owned()],
        };
        fits::<OpsBacktest>(&backtest_told(&told));
    }
}
