//! `/api/v1/ops/recon` and `/ops/days`: statements with what they came to, and business dates that were closed.

use super::shapes::{OpsRecon, shaped};
use super::{PAGE, part};
use crate::api::moment;
use crate::api::ops::balance::{OpsTrialBalance, closed_day};
use crate::api::ops::read::{books, many_books};
use crate::api::page::limit;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_close::days;
use crate::sandbox_recon::{day_of, whole, whole_told};
use axum::Json;
use axum::extract::{Path, Query, State};
use base::Day;
use engine::{Row, Table};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(recon)).routes(routes!(closed_days)).routes(routes!(day))
}

/// Which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsReconQuery {
    /// `yyyy-MM-dd`; the newest 62 statements when it is not said.
    day: Option<String>,
}

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsDayQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A business date that was closed.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct OpsDay {
    day: String,
    /// Slots that closed it; a slot that had nothing yet closed nothing.
    slots: usize,
}

/// A page of closed days.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsDayPage {
    days: Vec<OpsDay>,
    next: Option<String>,
}

/// What statements came to, what is suspense, and whether the books add up.
#[utoipa::path(
    get,
    path = "/ops/recon",
    tag = "ops-books",
    params(OpsReconQuery),
    responses((status = 200, description = "Statements, suspense and books.", body = OpsRecon))
)]
pub(super) async fn recon(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsReconQuery>,
) -> Result<Json<OpsRecon>, SandboxError> {
    let day = asked.day.as_deref().map(day_of).transpose().map_err(|error| error.of_field("day"))?;
    let now_us = portal.door.now_us();
    let found = many_books(&portal, move |reader| whole(reader, day)).await?;
    shaped(whole_told(&found, day, now_us, moment))
}

/// Business dates that every slot has closed, newest first.
#[utoipa::path(
    get,
    path = "/ops/days",
    tag = "ops-books",
    params(OpsDayQuery),
    responses((status = 200, description = "Closed days.", body = OpsDayPage))
)]
pub(super) async fn closed_days(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsDayQuery>,
) -> Result<Json<OpsDayPage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let before: Option<Day> = asked.cursor.as_deref().map(part).transpose()?;
    let closes = books(&portal, |reader| {
        let rows = reader.scan(Table::DayClose, None, None, PAGE)?;
        let spans = rows.iter().filter_map(|row| match row {
            Row::DayClose(row) => Some((row.first_date, row.last_date)),
            _ => None,
        });
        Ok(spans.collect::<Vec<_>>())
    });
    let closes: Vec<(Day, Day)> = closes.await?;
    let (days, next) = page(&closes, before, limit);
    Ok(Json(OpsDayPage { days, next: next.map(|day| day.to_string()) }))
}

/// The days before one, newest first, out of the first and the last closed day of each slot. With them the last day of
/// the page, when others follow.
fn page(closes: &[(Day, Day)], before: Option<Day>, limit: usize) -> (Vec<OpsDay>, Option<Day>) {
    // Slots are closed one after the other: a day that some have not reached is not closed.
    let newest = closes.iter().map(|(_, last)| *last).min();
    let oldest = closes.iter().map(|(first, _)| *first).min();
    let (Some(newest), Some(oldest)) = (newest, oldest) else { return (Vec::new(), None) };
    let mut day = before.map_or(newest, |before| newest.min(before.minus_days(1)));
    let mut found = Vec::new();
    while day >= oldest && found.len() < limit {
        let slots = closes.iter().filter(|(first, last)| *first <= day && day <= *last).count();
        found.push(OpsDay { day: day.to_string(), slots });
        if day == oldest {
            return (found, None);
        }
        day = day.minus_days(1);
    }
    let next = (day >= oldest && !found.is_empty()).then(|| day.plus_days(1));
    (found, next)
}

/// The trial balance of a closed day.
#[utoipa::path(
    get,
    path = "/ops/days/{day}",
    tag = "ops-books",
    params(("day" = String, Path, description = "`yyyy-MM-dd`.")),
    responses((status = 200, description = "The day.", body = OpsTrialBalance))
)]
pub(super) async fn day(
    State(portal): State<Arc<Portal>>,
    Path(day): Path<String>,
) -> Result<Json<OpsTrialBalance>, SandboxError> {
    let day = day_of(&day)?;
    let mut found = many_books(&portal, move |reader| days(reader, Some(day))).await?;
    let book = found.remove(&day);
    let book = book.ok_or_else(|| SandboxError::missing("day_not_closed", "that day was not closed"))?;
    Ok(Json(closed_day(day, &book)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_told_from_the_newest_that_all_slots_reached_to_the_first() {
        let closes = [(day("2026-02-27"), day("2026-03-03")), (day("2026-03-01"), day("2026-03-02"))];
        let told = |before: Option<&str>, limit| {
            let (days, next) = page(&closes, before.map(day), limit);
            let days: Vec<_> = days.into_iter().map(|day| (day.day, day.slots)).collect();
            (days, next.map(|next| next.to_string()))
        };
        let all = [("2026-03-02", 2), ("2026-03-01", 2), ("2026-02-28", 1), ("2026-02-27", 1)];
        let all: Vec<(String, usize)> = all.map(|(day, slots)| (day.to_owned(), slots)).into();
        assert_eq!(told(None, 100), (all.clone(), None));
        assert_eq!(told(None, 4), (all.clone(), None));
        assert_eq!(told(None, 2), (all[..2].to_vec(), Some("2026-03-01".to_owned())));
        assert_eq!(told(Some("2026-03-01"), 2), (all[2..].to_vec(), None));
        assert_eq!(told(Some("2026-02-27"), 2), (Vec::new(), None));
        assert_eq!(page(&[], None, 2), (Vec::new(), None));
    }
}
