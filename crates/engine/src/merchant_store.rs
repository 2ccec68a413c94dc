//! Stores of a merchant are opened, renamed and closed; an order that names an open one knows what it is called.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{PartyId, Slot};
use people::{MerchantStore, Party, PartyKind, PartyStatus, StoreId, StoreName};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Opens a store, opens it again, or gives it another name. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenStore {
    /// Whose.
    pub seller: PartyId,
    /// Its number.
    pub store_id: StoreId,
    /// What it is called from now on.
    pub name: StoreName,
}

/// Closes a store: orders may still name it, but are not told its name any more. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseStore {
    /// Whose.
    pub seller: PartyId,
    /// Its number.
    pub store_id: StoreId,
}

/// Why a store stays as it is. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreRefused {
    /// There is no such merchant.
    #[error("there is no such merchant")]
    SellerNotFound,
    /// The merchant's account was given up.
    #[error("the merchant's account is closed")]
    SellerClosed,
    /// Number or name say nothing, or have blanks around them.
    #[error("a store has a number and a name, without blanks around them")]
    Unnamed,
    /// The merchant has no store of this number.
    #[error("the merchant has no such store")]
    NotFound,
}

impl OpenStore {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl CloseStore {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

type Answered = Result<Next<Arc<MerchantStore>>, Stop<StoreRefused>>;

fn is_merchant(rows: &mut Rows<'_>, seller: PartyId) -> Result<(), Stop<StoreRefused>> {
    let party = rows.get::<Party>((rows.slot(), seller))?;
    let Some(party) = party.filter(|party| party.kind == PartyKind::Merchant) else {
        return Stop::because(StoreRefused::SellerNotFound);
    };
    if party.status == PartyStatus::Closed {
        return Stop::because(StoreRefused::SellerClosed);
    }
    Ok(())
}

pub(crate) fn open_store(rows: &mut Rows<'_>, command: &OpenStore) -> Answered {
    let OpenStore { seller, store_id, name } = command.clone();
    is_merchant(rows, seller)?;
    let says = |text: &str| !text.is_empty() && text.trim() == text;
    if !says(store_id.as_str()) || !says(name.as_str()) {
        return Stop::because(StoreRefused::Unnamed);
    }
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let known = rows.get::<MerchantStore>((slot, seller, store_id.clone()))?;
    let same = |known: &&Arc<MerchantStore>| known.name == name && known.closed_at_us.is_none();
    if let Some(known) = known.as_ref().filter(same) {
        return Ok(Next::Answer(known.clone()));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let opened_at_us = known.map_or(now_us, |known| known.opened_at_us);
    let (changed_at_us, closed_at_us) = (now_us, None);
    let store = MerchantStore { slot, seller, store_id, name, opened_at_us, changed_at_us, closed_at_us };
    let store = Arc::new(store);
    rows.put_shared(store.clone());
    Ok(Next::Answer(store))
}

pub(crate) fn close_store(rows: &mut Rows<'_>, command: &CloseStore) -> Answered {
    let CloseStore { seller, store_id } = command.clone();
    is_merchant(rows, seller)?;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let Some(known) = rows.get::<MerchantStore>((slot, seller, store_id))? else {
        return Stop::because(StoreRefused::NotFound);
    };
    if known.closed_at_us.is_some() {
        return Ok(Next::Answer(known));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let store = MerchantStore { changed_at_us: now_us, closed_at_us: Some(now_us), ..(*known).clone() };
    let store = Arc::new(store);
    rows.put_shared(store.clone());
    Ok(Next::Answer(store))
}

/// What the store that an order names is called; absent when the merchant has no such store, or closed it.
pub(crate) fn name_of(
    rows: &mut Rows<'_>,
    seller: PartyId,
    store_id: Option<&StoreId>,
) -> Result<Option<StoreName>, Fault> {
    let Some(store_id) = store_id else { return Ok(None) };
    let store = rows.get::<MerchantStore>((rows.slot(), seller, store_id.clone()))?;
    Ok(store.filter(|store| store.closed_at_us.is_none()).map(|store| store.name.clone()))
}
