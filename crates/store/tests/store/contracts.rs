//! The smallest and the largest rows of contracts, and of days that were closed.

use super::{last, longest};
use crate::samples::*;
use base::{Day, HoldNo, PartyId, Slot, TimerNo};
use engine::Row;
use ledger::{AccountKind, DayClose, TrialBalance};
use money::{Currency, Minor, Rate};
use trade::{
    Contract, ContractBook, ContractProduct, ContractStatus, RulesBook, RulesVersion, SettlementBatch,
    SettlementTerm,
};

/// The smallest and the largest rows of the dated rules that two people agree to.
pub(super) fn rules() -> [Row; 4] {
    let (slot, _, _) = last();
    [
        row(RulesVersion {
            slot: Slot::PLATFORM,
            version: 1,
            merchant_fee_ppm: Rate::ZERO,
            password_free_limit_minor: Minor::ZERO,
            valid_from_us: None,
            reason: text(""),
            proposed_by: text(""),
            proposed_at_us: i64::MIN,
            approved_by: None,
            approved_at_us: None,
        }),
        row(RulesVersion {
            slot,
            version: u32::MAX,
            merchant_fee_ppm: Rate::from_ppm(1_000_000).unwrap(),
            password_free_limit_minor: minor(i64::MAX),
            valid_from_us: Some(i64::MAX),
            reason: longest(),
            proposed_by: longest(),
            proposed_at_us: i64::MAX,
            approved_by: Some(text("a")),
            approved_at_us: Some(i64::MAX),
        }),
        row(RulesBook { slot: Slot::PLATFORM, version: 0 }),
        row(RulesBook { slot, version: u32::MAX }),
    ]
}

pub(super) fn extremes() -> [Row; 10] {
    let (slot, seller, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let (early, late) = (Day::from_number(19_700_101).unwrap(), Day::from_number(99_991_230).unwrap());
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
            settlement: SettlementTerm::SameDay,
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
            settlement: SettlementTerm::NextDay,
        }),
        row(ContractBook { slot: none, seller: platform, product: ContractProduct::App, version: 0 }),
        row(ContractBook { slot, seller, product: ContractProduct::Escrow, version: u32::MAX }),
        row(SettlementBatch {
            slot: none,
            seller: platform,
            currency: Currency::Cny,
            sold_on: early,
            sales: 1,
            gross_minor: minor(1),
            fee_minor: Minor::ZERO,
            refunded_minor: Minor::ZERO,
            fee_back_minor: Minor::ZERO,
            hold: None,
            timer: None,
            settled_at_us: Some(i64::MIN),
        }),
        row(SettlementBatch {
            slot,
            seller,
            currency: Currency::Jpy,
            sold_on: late,
            sales: u32::MAX,
            gross_minor: minor(i64::MAX),
            fee_minor: minor(i64::MAX),
            refunded_minor: Minor::ZERO,
            fee_back_minor: Minor::ZERO,
            hold: HoldNo::from_number(i64::MAX),
            timer: TimerNo::from_number(i64::MAX),
            settled_at_us: None,
        }),
        row(DayClose { slot: none, first_date: early, last_date: early, closed_at_us: i64::MIN }),
        row(DayClose { slot, first_date: early, last_date: late, closed_at_us: i64::MAX }),
        row(TrialBalance {
            slot: none,
            business_date: early,
            currency: Currency::Cny,
            kind: AccountKind::Balance,
            debit_minor: Minor::ZERO,
            credit_minor: Minor::ZERO,
            balance_minor: i64::MIN,
            closed_at_us: i64::MIN,
        }),
        row(TrialBalance {
            slot,
            business_date: late,
            currency: Currency::Jpy,
            kind: AccountKind::SuspenseDue,
            debit_minor: minor(i64::MAX),
            credit_minor: minor(i64::MAX),
            balance_minor: i64::MAX,
            closed_at_us: i64::MAX,
        }),
    ]
}
