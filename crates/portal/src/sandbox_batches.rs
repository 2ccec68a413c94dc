//! `/sandbox/batches`: batches of transfers of a merchant, and its word about those that wait for it.

use crate::portal::Portal;
use crate::recon_books::each;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use base::Text;
use cell::CellError;
use engine::{
    BatchDetailView, DecideTransferBatch, DetailFilter, FindTransferBatch, LookedAt, Row, Table,
    TransferBatchView, WhichBatch,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::Reader;
use transfer::{BatchNotFound, DecideBatchRefused, TransferBatch, detail_id};
use wire::timestamp::format_cn;

/// Batches of one list: the newest.
const LISTED_MAX: usize = 100;
/// Details that are shown of one batch: all that it can have.
const DETAILS_MAX: u32 = transfer::BATCH_COUNT_MAX;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/sandbox/batches", get(list))
        .route("/sandbox/batches/{out_batch_no}", get(show))
        .route("/sandbox/batches/{out_batch_no}/{act}", post(act))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    login: Option<String>,
    user_id: Option<String>,
}

/// The newest batches of a merchant.
async fn list(State(portal): State<Arc<Portal>>, whose: Query<Whose>) -> Answer {
    let payer = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let posted = portal.is_posted().await;
    let found = portal.read(move |reader: &mut dyn Reader| {
        let mut found = Vec::new();
        each(reader, Table::TransferBatch, |row| {
            if let Row::TransferBatch(batch) = row
                && batch.payer == payer
            {
                found.push(batch.clone());
            }
        })?;
        Ok(found)
    });
    let found = found.await.filter(|_| posted);
    let mut found = found.ok_or_else(|| SandboxError::broken("the books cannot be read"))?;
    found.reverse();
    let batches: Vec<Value> = found.iter().take(LISTED_MAX).map(|batch| told(batch)).collect();
    answer(json!({ "payer_id": payer.to_string(), "batches": batches }))
}

/// One batch, with its details.
async fn show(
    State(portal): State<Arc<Portal>>,
    Path(out_batch_no): Path<String>,
    whose: Query<Whose>,
) -> Answer {
    let payer = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let view = find(&portal, payer, &out_batch_no, DETAILS_MAX).await?;
    let details: Vec<Value> = view
        .details
        .iter()
        .map(|BatchDetailView { row, status }| {
            // Nobody is told whether there is such a card who did not pay: names are not guessed for nothing.
            let card = row.card_last_four.as_ref().filter(|_| row.transfer.is_some());
            json!({
                "detail_id": detail_id(row.batch, row.line),
                "out_biz_no": row.out_biz_no.as_str(),
                "status": status.wire(),
                "trans_amount": row.amount().to_string(),
                "to_card": card.map(|four| four.as_str()),
                "order_id": row.transfer.map(|no| no.to_string()),
                "failure": row.failure.map(|why| why.as_str()),
            })
        })
        .collect();
    let mut shown = told(&view.batch);
    shown["details"] = details.into();
    answer(shown)
}

/// The payer agrees to a batch that waits (`agree`), or gives it up (`give-up`).
async fn act(
    State(portal): State<Arc<Portal>>,
    Path((out_batch_no, act)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let whose: Whose = read(&headers, &body)?;
    let agree = match act.as_str() {
        "agree" => true,
        "give-up" => false,
        _ => return Err(SandboxError::missing("not_found", "a batch is agreed to or given up")),
    };
    let payer = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let batch = find(&portal, payer, &out_batch_no, 0).await?.batch.no;
    let decided = portal.door.ask(DecideTransferBatch { payer, batch, agree }).await;
    let decided = decided.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&decided))
}

async fn find(
    portal: &Portal,
    payer: base::PartyId,
    out_batch_no: &str,
    page_size: u32,
) -> Result<TransferBatchView, SandboxError> {
    let missing = || SandboxError::missing("batch_not_found", BatchNotFound);
    let which = WhichBatch::Out(Text::new(out_batch_no).map_err(|_| missing())?);
    let (only, page, after) = (DetailFilter::default(), 1, LookedAt::default());
    let find = FindTransferBatch { payer, which, only, page, page_size, after };
    let refused = |error: CellError<BatchNotFound>| SandboxError::of(error, |_| missing());
    let mut view = portal.door.ask(find.clone()).await.map_err(refused)?;
    // One decision looks at some details only.
    while let Some(after) = view.more {
        let rest = FindTransferBatch { after, ..find.clone() };
        view = view.then(portal.door.ask(rest).await.map_err(refused)?);
    }
    Ok(view)
}

fn told(batch: &TransferBatch) -> Value {
    json!({
        "out_batch_no": batch.out_batch_no.as_str(),
        "batch_trans_id": batch.no.to_string(),
        "batch_status": batch.state.wire(),
        "biz_scene": batch.scene.wire(),
        "total_amount": batch.total().to_string(),
        "total_count": batch.count,
        "success_amount": batch.done_total().to_string(),
        "success_count": batch.done,
        "fail_amount": batch.failed_total().to_string(),
        "fail_count": batch.failed,
        "opened_at": format_cn(batch.opened_at_us),
        "ended_at": batch.ended_at_us.map(format_cn),
    })
}

fn refused(why: DecideBatchRefused) -> SandboxError {
    match why {
        DecideBatchRefused::NotFound => SandboxError::missing("batch_not_found", why),
        DecideBatchRefused::Decided => SandboxError::conflict("batch_decided", why),
        DecideBatchRefused::PayerBlocked => SandboxError::conflict("payer_blocked", why),
    }
}
