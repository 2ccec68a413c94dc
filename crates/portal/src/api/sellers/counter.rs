//! `/sellers/{seller_id}/counter-code`: the code that a merchant prints and hangs on the counter. It says no amount:
//! whoever scans it does.

use super::till::place;
use crate::api::counter_codes::{Counter, store_name};
use crate::emv;
use crate::people::AtShop;
use crate::picture::qr_code;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Query, State};
use engine::{FindParty, PartyNotFound};
use people::PartyStatus;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Where the code is to hang.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CounterQuery {
    /// The store.
    store_id: Option<String>,
}

/// A code to print.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CounterCode {
    /// What the code says: an address of the wallet.
    text: String,
    /// The QR code of it, a document of SVG.
    qr_svg: String,
    /// The same as EMVCo writes it; absent where the store's number is too long for that.
    emv_text: Option<String>,
    /// The QR code of that, a document of SVG.
    emv_qr_svg: Option<String>,
    /// The merchant's name.
    name: String,
    /// The store.
    store_id: Option<String>,
    /// What the store is called.
    store_name: Option<String>,
}

fn drawn(text: &str) -> Result<String, SandboxError> {
    let picture = qr_code(text).ok_or_else(|| SandboxError::broken("a code of a counter cannot be drawn"))?;
    Ok(picture.svg())
}

/// Draws the code of the merchant's counter, or of a store's. It is the same each time, and holds as long as the books.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/counter-code",
    tag = "seller-orders",
    params(("seller_id" = String, Path, description = "The merchant."), CounterQuery),
    responses((status = 200, description = "The code.", body = CounterCode))
)]
pub(crate) async fn code(
    State(portal): State<Arc<Portal>>,
    at: AtShop,
    Query(asked): Query<CounterQuery>,
) -> Result<Json<CounterCode>, SandboxError> {
    let store = place(asked.store_id.as_deref(), "bad_store_id", "store_id")?;
    let seller = portal.door.ask(FindParty { party: at.seller }).await;
    let seller = seller.map_err(|error| {
        SandboxError::of(error, |PartyNotFound| SandboxError::broken("a merchant with staff is not there"))
    })?;
    if seller.status != PartyStatus::Normal {
        return Err(SandboxError::conflict("seller_blocked", "the merchant is frozen or closed"));
    }
    let name_of_store = match store.clone() {
        Some(store) => Some(store_name(&portal, at.seller, store).await?.ok_or_else(|| {
            SandboxError::missing("store_not_found", "the merchant has no open store of this number")
        })?),
        None => None,
    };
    let counter = Counter { seller: at.seller, store };
    let (text, name) = (counter.text(&portal), seller.name.to_string());
    let token = counter.token(&portal.world.secrets, &portal.books_id);
    let (number, store) = (at.seller.number(), counter.store.as_ref().map(|store| store.as_str()));
    let emv_text = emv::Counter { token: &token, number, name: &name, store }.text();
    Ok(Json(CounterCode {
        qr_svg: drawn(&text)?,
        text,
        emv_qr_svg: emv_text.as_deref().map(drawn).transpose()?,
        emv_text,
        store_id: store.map(str::to_owned),
        store_name: name_of_store,
        name,
    }))
}
