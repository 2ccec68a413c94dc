//! Stores of a merchant, by the number that the merchant gives them.

use base::{PartyId, Record, Slot, Text};

/// A merchant's own number of a store (`store_id`), 1 to 32 characters.
pub type StoreId = Text<32>;
/// What a store is called, 1 to 100 characters.
pub type StoreName = Text<100>;

/// A store of a merchant.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "merchant_store", key = 3)]
pub struct MerchantStore {
    /// The merchant's slot.
    pub slot: Slot,
    /// Whose it is.
    pub seller: PartyId,
    /// Its number.
    pub store_id: StoreId,
    /// What it is called now.
    pub name: StoreName,
    /// When it was first opened, microseconds UTC.
    pub opened_at_us: i64,
    /// When it was last opened, renamed or closed, microseconds UTC.
    pub changed_at_us: i64,
    /// Since when it is closed, microseconds UTC; absent while it is open.
    pub closed_at_us: Option<i64>,
}
