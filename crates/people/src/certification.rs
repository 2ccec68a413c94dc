//! Certifications: a merchant wants to know that somebody is who he says. Of the identity the row keeps a keyed digest
//! only, to tell a repeated request from another one.

use base::{AppId, Field, HOUR_US, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// How long somebody may take (documented: 23 hours).
pub const CERTIFICATION_LIFE_US: i64 = 23 * HOUR_US;

/// Keyed digest of a `certify_id`.
pub type CertificationId = [u8; 16];

/// Where a certification stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CertificationState {
    /// Nobody decided yet.
    Started,
    /// The person is who he says.
    Passed,
    /// He is not, or gave up.
    Failed,
}

/// What a merchant asked about somebody.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "certification", key = 2)]
pub struct Certification {
    /// The merchant's slot.
    pub slot: Slot,
    /// Digest of its public number.
    pub id: CertificationId,
    /// The merchant.
    pub seller: PartyId,
    /// The app that asked.
    pub app: AppId,
    /// The merchant's number (`outer_order_no`).
    pub outer_order_no: Text<64>,
    /// Keyed digest of everything else that was asked.
    pub meaning: [u8; 16],
    /// Where the browser goes afterwards.
    pub return_url: Option<Text<1024>>,
    /// Where it stands.
    pub state: CertificationState,
    /// When it was asked, microseconds UTC.
    pub opened_at_us: i64,
    /// From when nobody can decide it any more, microseconds UTC.
    pub expires_at_us: i64,
    /// When it was decided, microseconds UTC.
    pub decided_at_us: Option<i64>,
}
