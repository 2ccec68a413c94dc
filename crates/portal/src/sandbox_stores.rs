//! `/sandbox/stores`: the stores of a merchant, by the numbers that its orders name.

use crate::portal::Portal;
use crate::recon_books::each;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::Text;
use engine::{CloseStore, OpenStore, Row, StoreRefused, Table};
use people::{MerchantStore, StoreId, StoreName};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::Reader;
use wire::timestamp::format_cn;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    login: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreRequest {
    login: Option<String>,
    user_id: Option<String>,
    store_id: String,
    store_name: Option<String>,
}

/// A number or a name, without blanks around it.
pub(crate) fn said<const N: usize>(text: &str, field: &str) -> Result<Text<N>, SandboxError> {
    let wrong = || SandboxError::bad("bad_request", format!("{field} is 1 to {N} characters"));
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(wrong());
    }
    Text::new(text).map_err(|_| wrong())
}

/// All stores of a merchant, by number.
pub(crate) async fn list(State(portal): State<Arc<Portal>>, whose: Query<Whose>) -> Answer {
    let seller = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let posted = portal.is_posted().await;
    let found = portal.read(move |reader: &mut dyn Reader| {
        let mut found = Vec::new();
        each(reader, Table::MerchantStore, |row| {
            if let Row::MerchantStore(store) = row
                && store.seller == seller
            {
                found.push(told(store));
            }
        })?;
        Ok(found)
    });
    let stores = found.await.filter(|_| posted);
    let stores = stores.ok_or_else(|| SandboxError::broken("the books cannot be read"))?;
    answer(json!({ "seller_id": seller.to_string(), "stores": stores }))
}

/// Opens a store, or renames it.
pub(crate) async fn open(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let asked: StoreRequest = read(&headers, &body)?;
    let seller = party_of(&portal, asked.login.as_deref(), asked.user_id.as_deref()).await?;
    let store_id: StoreId = said(&asked.store_id, "store_id")?;
    let name: StoreName = said(asked.store_name.as_deref().unwrap_or_default(), "store_name")?;
    let opened = portal.door.ask(OpenStore { seller, store_id, name }).await;
    let opened = opened.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&opened))
}

/// Closes a store.
pub(crate) async fn close(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let asked: StoreRequest = read(&headers, &body)?;
    if asked.store_name.is_some() {
        return Err(SandboxError::bad("bad_request", "a store is closed by its number alone"));
    }
    let seller = party_of(&portal, asked.login.as_deref(), asked.user_id.as_deref()).await?;
    let store_id: StoreId = said(&asked.store_id, "store_id")?;
    let closed = portal.door.ask(CloseStore { seller, store_id }).await;
    let closed = closed.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&closed))
}

fn told(store: &MerchantStore) -> Value {
    json!({
        "store_id": store.store_id.as_str(),
        "store_name": store.name.as_str(),
        "opened_at": format_cn(store.opened_at_us),
        "closed_at": store.closed_at_us.map(format_cn),
    })
}

/// Why a store stays as it is, in words.
pub(crate) fn refused(why: StoreRefused) -> SandboxError {
    match why {
        StoreRefused::SellerNotFound => SandboxError::missing("seller_not_found", why),
        StoreRefused::SellerClosed => SandboxError::conflict("seller_closed", why),
        StoreRefused::Unnamed => SandboxError::bad("bad_request", why),
        StoreRefused::NotFound => SandboxError::missing("store_not_found", why),
    }
}
