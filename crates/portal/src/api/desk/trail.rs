//! `GET /api/v1/ops/trail`: what operators did, newest first.

use super::part;
use crate::api::moment;
use crate::api::ops::read::books;
use crate::api::page::limit;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_risk::hex;
use axum::Json;
use axum::extract::{Query, State};
use base::Slot;
use engine::{Key, Table, Tabled};
use people::{OpsTrail, OpsTrailHead};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How many later notes are looked at for how an act ended. It stands a few behind it unless many act at once.
const ENDS_WITHIN: usize = 1_000;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(list))
}

/// A note: of an act before it was done, or of how one ended.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsNote {
    number: u64,
    #[schema(format = DateTime)]
    at: String,
    operator: String,
    act: String,
    subject: String,
    digest: String,
    /// `asked` before the act; after it `done`, `refused:` with its code, or `unknown`.
    outcome: String,
    /// Of an outcome: the note that stands before the act.
    asked_no: Option<u64>,
    /// Of a note before its act: how it ended. Nothing when none of the next 1,000 notes says so.
    ended: Option<String>,
    previous: String,
    hash: String,
}

/// A page of notes, newest first, and where the chain ends.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsTrailPage {
    notes: Vec<OpsNote>,
    next: Option<String>,
    /// The number of the last note; 0 before the first.
    last: u64,
    /// The hash of the last note: whoever keeps it elsewhere sees later whether any was changed.
    last_hash: Option<String>,
}

/// Which notes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsTrailQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What operators did, newest first.
#[utoipa::path(
    get,
    path = "/ops/trail",
    tag = "ops-trail",
    params(OpsTrailQuery),
    responses((status = 200, description = "Notes.", body = OpsTrailPage))
)]
pub(super) async fn list(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsTrailQuery>,
) -> Result<Json<OpsTrailPage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let before: Option<u64> = asked.cursor.as_deref().map(part).transpose()?;
    Ok(Json(books(&portal, move |reader| page(reader, before, limit)).await?))
}

/// The notes before a number.
fn page(reader: &mut dyn Reader, before: Option<u64>, limit: usize) -> Result<OpsTrailPage, StoreError> {
    let head = reader.row(&OpsTrailHead::wrap_key((Slot::PLATFORM,)))?;
    let head = head.as_ref().and_then(OpsTrailHead::unwrap);
    let last = head.map_or(0, |head| head.last);
    let last_hash = head.map(|head| hex(&head.hash));
    // Notes are numbered without gaps, so the page is known before it is read.
    let newest = before.map_or(last, |before| before.saturating_sub(1).min(last));
    let above = newest.saturating_sub(u64::try_from(limit).unwrap_or(u64::MAX));
    let after = Key::OpsTrail((Slot::PLATFORM, above));
    let rows = reader.scan(Table::OpsTrail, Some(Slot::PLATFORM), Some(&after), limit + ENDS_WITHIN)?;
    let rows: Vec<&Arc<OpsTrail>> = rows.iter().filter_map(OpsTrail::unwrap).collect();
    let ends: BTreeMap<u64, &Arc<OpsTrail>> =
        rows.iter().filter_map(|row| Some((row.asked_no?, *row))).collect();
    let shown = rows.iter().rev().filter(|row| row.number <= newest);
    let notes = shown.map(|row| told(row, ends.get(&row.number).map(|end| end.outcome.to_string())));
    let next = (above > 0).then(|| (above + 1).to_string());
    Ok(OpsTrailPage { notes: notes.collect(), next, last, last_hash })
}

fn told(row: &OpsTrail, ended: Option<String>) -> OpsNote {
    OpsNote {
        number: row.number,
        at: moment(row.at_us),
        operator: row.operator.to_string(),
        act: row.act.to_string(),
        subject: row.subject.to_string(),
        digest: hex(&row.digest),
        outcome: row.outcome.to_string(),
        asked_no: row.asked_no,
        ended,
        previous: hex(&row.previous_hash),
        hash: hex(&row.hash),
    }
}
