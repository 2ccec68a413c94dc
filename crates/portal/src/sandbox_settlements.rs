//! `/sandbox/settlements`: the sales of a merchant that are settled the day after, by day.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of};
use axum::extract::{Query, State};
use base::PartyId;
use engine::{Key, Row, Table};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::SettlementBatch;
use wire::timestamp::format_cn;

/// Days that one call tells at most, newest first.
const DAYS_MAX: usize = 366;
/// Rows read at once.
const PAGE: usize = 1_000;

/// Whose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    login: Option<String>,
    user_id: Option<String>,
}

/// The days of a merchant, newest first; of somebody without such sales none.
pub(crate) async fn list(State(portal): State<Arc<Portal>>, whose: Query<Whose>) -> Answer {
    let seller = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let posted = portal.is_posted().await;
    let found = portal.read(move |reader: &mut dyn Reader| batches(reader, seller)).await.filter(|_| posted);
    let found = found.ok_or_else(|| SandboxError::broken("the books cannot be read"))?;
    let told = found.iter().map(told).collect::<Result<Vec<Value>, _>>().map_err(SandboxError::broken)?;
    answer(json!({ "seller_id": seller.to_string(), "settlements": told }))
}

fn batches(reader: &mut dyn Reader, seller: PartyId) -> Result<Vec<SettlementBatch>, StoreError> {
    let (mut found, mut after): (Vec<SettlementBatch>, Option<Key>) = (Vec::new(), None);
    loop {
        let rows = reader.scan(Table::SettlementBatch, Some(seller.slot()), after.as_ref(), PAGE)?;
        let own = rows.iter().filter_map(|row| match row {
            Row::SettlementBatch(batch) if batch.seller == seller => Some((**batch).clone()),
            _ => None,
        });
        found.extend(own);
        if rows.len() < PAGE {
            found.sort_by_key(|batch| std::cmp::Reverse((batch.sold_on, batch.currency.code())));
            found.truncate(DAYS_MAX);
            return Ok(found);
        }
        after = rows.last().map(Row::key);
    }
}

fn told(batch: &SettlementBatch) -> Result<Value, money::MoneyError> {
    let of = |minor: money::Minor| minor.of(batch.currency).to_string();
    Ok(json!({
        "date": batch.sold_on.to_string(),
        "currency": batch.currency.code(),
        "sales": batch.sales,
        "gross": of(batch.gross_minor),
        "fee": of(batch.fee_minor),
        "refunded": of(batch.refunded_minor),
        "fee_back": of(batch.fee_back_minor),
        "net": batch.net()?.to_string(),
        "due_at": format_cn(batch.due_at_us()),
        "settled_at": batch.settled_at_us.map(format_cn),
    }))
}
