//! The smallest and the largest rows of contracts.

use super::{last, longest};
use crate::samples::*;
use base::{PartyId, Slot};
use engine::Row;
use money::Rate;
use trade::{Contract, ContractBook, ContractProduct, ContractStatus};

pub(super) fn extremes() -> [Row; 4] {
    let (slot, seller, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    [
        row(Contract {
            slot: none,
            seller: platform,
            product: ContractProduct::Page,
            version: 1,
            status: ContractStatus::InForce,
            fee_ppm: Rate::ZERO,
            valid_from_us: None,
            reason: text(""),
            proposed_by: text(""),
            proposed_at_us: i64::MIN,
            approved_by: None,
            approved_at_us: None,
        }),
        row(Contract {
            slot,
            seller,
            product: ContractProduct::Transfer,
            version: u32::MAX,
            status: ContractStatus::Ended,
            fee_ppm: Rate::from_ppm(1_000_000).unwrap(),
            valid_from_us: Some(i64::MAX),
            reason: longest(),
            proposed_by: longest(),
            proposed_at_us: i64::MAX,
            approved_by: Some(text("a")),
            approved_at_us: Some(i64::MAX),
        }),
        row(ContractBook { slot: none, seller: platform, product: ContractProduct::App, version: 0 }),
        row(ContractBook { slot, seller, product: ContractProduct::Escrow, version: u32::MAX }),
    ]
}
