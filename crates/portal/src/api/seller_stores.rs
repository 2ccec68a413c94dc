//! `/api/v1/sellers/{seller_id}/stores`: where a merchant sells, by the merchant's own numbers.

use super::moment;
use super::page::{bad_cursor, limit};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_stores::{refused, said};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base::PartyId;
use engine::{CloseStore, Key, OpenStore, Row, StoreRefused, Table};
use people::{MerchantStore, StoreId, StoreName};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of stores.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(list, open)).routes(routes!(close))
}

/// Which page is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StoreQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// A store of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerStore {
    /// The merchant's number of it.
    store_id: String,
    /// What it is called.
    store_name: String,
    /// When it was first opened.
    #[schema(format = DateTime)]
    opened_at: String,
    /// Since when it is closed; absent while it is open.
    #[schema(format = DateTime)]
    closed_at: Option<String>,
}

/// The stores of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerStores {
    /// By their numbers, closed ones with them.
    stores: Vec<SellerStore>,
    /// Where the next page begins; the last page has none.
    next: Option<String>,
}

/// A store to be opened, opened again, or given another name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSellerStore {
    /// Its number: 1 to 32 characters.
    store_id: String,
    /// What it is called from now on: 1 to 100 characters.
    store_name: String,
}

/// The stores of the merchant.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/stores",
    tag = "seller-stores",
    params(("seller_id" = String, Path, description = "The merchant."), StoreQuery),
    responses((status = 200, description = "The stores.", body = SellerStores))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Query(asked): Query<StoreQuery>,
) -> Result<Json<SellerStores>, SandboxError> {
    let (limit, seller) = (limit(asked.limit)?, shop.seller);
    let after = StoreId::new(asked.before.as_deref().unwrap_or_default());
    let after = after.map_err(|_| bad_cursor("before"))?;
    portal.posted().await?;
    let found = portal.read(move |reader| stores_of(reader, seller, after, limit.saturating_add(1))).await;
    let mut found = found.ok_or_else(|| SandboxError::broken("the stores cannot be read"))?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.store_id.to_string());
    Ok(Json(SellerStores { stores: found.iter().map(|store| told(store)).collect(), next }))
}

/// Opens a store, opens it again, or gives it another name. The same again changes nothing.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/stores",
    tag = "seller-stores",
    params(("seller_id" = String, Path, description = "The merchant.")),
    request_body = NewSellerStore,
    responses((status = 200, description = "The store.", body = SellerStore))
)]
pub(crate) async fn open(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<SellerStore>, SandboxError> {
    let NewSellerStore { store_id, store_name } = read(&headers, &body)?;
    let store_id: StoreId = said(&store_id, "store_id")?;
    let name: StoreName = said(&store_name, "store_name")?;
    shop.note(&portal, "store.open", store_id.as_str()).await?;
    let opened = portal.door.ask(OpenStore { seller: shop.seller, store_id, name }).await;
    let opened = opened.map_err(|error| SandboxError::of(error, refused))?;
    Ok(Json(told(&opened)))
}

/// Closes a store: orders may still name it, and are not told its name any more. The same again changes nothing.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/stores/{store_id}/close",
    tag = "seller-stores",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("store_id" = String, Path, description = "The store.")
    ),
    responses((status = 200, description = "The store.", body = SellerStore))
)]
pub(crate) async fn close(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Path((_, store_id)): Path<(String, String)>,
) -> Result<Json<SellerStore>, SandboxError> {
    let store_id = StoreId::new(&store_id).map_err(|_| refused(StoreRefused::NotFound))?;
    shop.note(&portal, "store.close", store_id.as_str()).await?;
    let closed = portal.door.ask(CloseStore { seller: shop.seller, store_id }).await;
    let closed = closed.map_err(|error| SandboxError::of(error, refused))?;
    Ok(Json(told(&closed)))
}

fn told(store: &MerchantStore) -> SellerStore {
    SellerStore {
        store_id: store.store_id.to_string(),
        store_name: store.name.to_string(),
        opened_at: moment(store.opened_at_us),
        closed_at: store.closed_at_us.map(moment),
    }
}

fn stores_of(
    reader: &mut dyn Reader,
    seller: PartyId,
    after: StoreId,
    limit: usize,
) -> Result<Vec<Arc<MerchantStore>>, StoreError> {
    let slot = seller.slot();
    let after = Key::MerchantStore((slot, seller, after));
    let rows = reader.scan(Table::MerchantStore, Some(slot), Some(&after), limit)?;
    let own = rows.into_iter().map_while(|row| match row {
        Row::MerchantStore(store) if store.seller == seller => Some(store),
        _ => None,
    });
    Ok(own.collect())
}
