//! What is known of a person by name: sealed, so that rows, commands and the journal can be kept for ever and the
//! person forgotten all the same.

use base::{PartyId, Record, Slot};

use crate::AddressDigest;

/// The name of the key that a person's data is sealed with; the key lies in the vault.
pub type DataKeyId = [u8; 16];

/// A person's sealed data.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "profile", key = 2)]
pub struct Profile {
    /// The party's slot.
    pub slot: Slot,
    /// Whose it is.
    pub party: PartyId,
    /// What it is sealed with.
    pub data_key: DataKeyId,
    /// Digest of the address that the person signs in with; absent once the address is somebody else's.
    pub address: Option<AddressDigest>,
    /// The address, sealed; empty once it was erased.
    pub sealed_address: Vec<u8>,
    /// The name, sealed, once the identity was checked.
    pub sealed_name: Option<Vec<u8>>,
    /// The number of the identity document, sealed.
    pub sealed_id_number: Option<Vec<u8>>,
    /// When the person asked to be forgotten, microseconds UTC: the key is deleted, and again by each start.
    pub erased_at_us: Option<i64>,
}
