//! `GET /sandbox/aml`: what of a closed day must be reported against money laundering.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use crate::sandbox_recon::day_of;
use axum::extract::{Query, State};
use base::Day;
use bill::{AmlDay, AmlError, aml_day, aml_file};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Which day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    day: String,
}

/// The report, and the file that is handed in.
pub(crate) async fn show(State(portal): State<Arc<Portal>>, Query(Which { day }): Query<Which>) -> Answer {
    let day = day_of(&day)?;
    if !portal.is_posted().await {
        return Err(SandboxError::conflict("not_posted", "the tables are behind; try again"));
    }
    if day >= Day::of(portal.door.now_us()) {
        return Err(SandboxError::conflict("day_not_over", "the day is not over"));
    }
    let found = portal.read(move |reader| Ok(aml_day(reader, day))).await;
    let found = found.ok_or_else(|| SandboxError::broken("the day cannot be read"))?;
    let found = found.map_err(|error| match error {
        AmlError::Open(_) => SandboxError::conflict("day_open", error),
        AmlError::Bill(error) => SandboxError::broken(error),
    })?;
    answer(told(&found))
}

fn told(found: &AmlDay) -> Value {
    let large = found.report.large.iter().map(|one| {
        json!({
            "user_id": one.party.to_string(),
            "rule": one.rule.word(),
            "way": one.way.word(),
            "count": one.count,
            "sum_fen": one.sum_minor,
        })
    });
    let suspicious = found.report.suspicious.iter().map(|one| {
        json!({
            "user_id": one.party.to_string(),
            "pattern": one.pattern.word(),
            "count": one.count,
            "sum_fen": one.sum_minor,
            "others": one.others,
        })
    });
    // At once (domain reference 9.3, R11), which is the day itself, as in the file.
    let at_once = found.day.to_string();
    let listed = found
        .listed
        .iter()
        .map(|one| json!({ "user_id": one.party.to_string(), "subject": one.subject, "report_by": at_once }));
    json!({
        "day": found.day.to_string(),
        "report_by": risk::report_by(found.day).to_string(),
        "large": large.collect::<Vec<_>>(),
        "suspicious": suspicious.collect::<Vec<_>>(),
        "listed": listed.collect::<Vec<_>>(),
        "file": aml_file(found),
    })
}
