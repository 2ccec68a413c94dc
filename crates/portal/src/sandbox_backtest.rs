//! `POST /sandbox/risk/backtest`: rules played over the payments of the past, without changing anything.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_recon::day_of;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::Day;
use bill::BillError;
use risk::{Backtest, Rule, RuleSet, Tally};
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::RangeInclusive;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BacktestRequest {
    rules: Vec<Rule>,
    from: Option<String>,
    to: Option<String>,
}

/// Plays rules over the payments of the past; nothing is changed.
pub(crate) async fn backtest(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let BacktestRequest { rules, from, to } = read(&headers, &body)?;
    if !portal.is_posted().await {
        return Err(SandboxError::conflict("not_posted", "the tables are behind; try again"));
    }
    answer(backtest_told(&played(&portal, rules, (from, to), usize::MAX).await?))
}

/// What rules would have said of the payments of these days; all days where none are named. The caller has waited for
/// the tables. 409 `too_many_payments` when there is more to read than `most` rows.
pub(crate) async fn played(
    portal: &Portal,
    rules: Vec<Rule>,
    (from, to): (Option<String>, Option<String>),
    most: usize,
) -> Result<Backtest, SandboxError> {
    let day = |text: Option<String>| text.as_deref().map(day_of).transpose();
    let rules = RuleSet::compile(0, rules).map_err(|error| SandboxError::bad("bad_rules", error))?;
    let days = past_days(day(from)?, day(to)?);
    let payments = portal.read(move |reader| Ok(bill::past_payments_within(reader, &days, most))).await;
    let payments = payments.ok_or_else(|| SandboxError::broken("the payments cannot be read"))?;
    let payments = payments.map_err(|error| match error {
        BillError::TooMuch => {
            let message = "there are more payments than one call plays; `tongbao risk backtest` has no bound";
            SandboxError::conflict("too_many_payments", message)
        }
        error => SandboxError::broken(error),
    })?;
    Ok(risk::backtest(&rules, &payments))
}

/// Days from the one to the other; all before or after, when one is not given.
pub fn past_days(from: Option<Day>, to: Option<Day>) -> RangeInclusive<Day> {
    let ever = |at_us| Day::of(at_us);
    from.unwrap_or_else(|| ever(0))..=to.unwrap_or_else(|| ever(i64::MAX))
}

/// A back-test as it is told. The same payments and rules give the same text.
pub fn backtest_told(told: &Backtest) -> Value {
    let tally = |tally: &Tally| json!({ "count": tally.count, "sum_fen": tally.sum_minor.to_string() });
    let verdicts = told.verdicts.iter().map(|((verdict, became), one)| {
        let mut line = tally(one);
        line["verdict"] = verdict.word().into();
        line["became"] = became.word().into();
        line
    });
    let rules = told.rules.iter().map(|(id, (one, examples))| {
        let mut line = tally(one);
        line["id"] = id.as_str().into();
        line["examples"] = json!(examples);
        line["failed"] = told.failed.get(id).copied().unwrap_or(0).into();
        line
    });
    let stopped = told.newly_stopped.iter();
    let stopped = stopped.map(|(subject, verdict)| json!({ "subject": subject, "verdict": verdict.word() }));
    json!({
        "payments": tally(&told.all),
        "verdicts": verdicts.collect::<Vec<_>>(),
        "rules": rules.collect::<Vec<_>>(),
        "newly_stopped": stopped.collect::<Vec<_>>(),
        "newly_passed": told.newly_passed,
    })
}
