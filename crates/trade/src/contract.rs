//! Contracts: by which terms a merchant uses a product. Without one the dated rules hold, as for everybody.
//!
//! Terms are versions, each of two people and never changed: in force at a moment is the highest version that was
//! agreed to and holds from that moment or before it.

use crate::{Product, SettlementTerm};
use base::{Field, PartyId, Record, Slot, Text};
use money::Rate;
use risk::Operator;
use serde::{Deserialize, Serialize};

/// The most that a contract may ask of a payment: 10 %, in parts per million. Customary rates are between nothing and
/// one per cent; the bound keeps a slip of three zeros from being signed.
pub const CONTRACT_FEE_MAX_PPM: u32 = 100_000;
/// Versions of one contract that are agreed to and do not hold yet, at most; a payment may have to step over all of
/// them.
pub const CONTRACT_WAITING_MAX: u32 = 8;

/// What a merchant can have a contract for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
#[serde(rename_all = "snake_case")]
pub enum ContractProduct {
    /// The cashier in a desktop browser.
    Page,
    /// The cashier in a phone's browser.
    Wap,
    /// Payment out of a phone app.
    App,
    /// At a till: the buyer's code or the order's.
    FaceToFace,
    /// In a mini program.
    MiniProgram,
    /// Payments of money that was set aside before.
    PreAuthorisation,
    /// Debits under an agreement.
    DebitAgreement,
    /// Guaranteed trades.
    Escrow,
    /// Transfers from the merchant's balance.
    Transfer,
}

impl ContractProduct {
    /// All of them.
    pub const ALL: [ContractProduct; 9] = [
        ContractProduct::Page,
        ContractProduct::Wap,
        ContractProduct::App,
        ContractProduct::FaceToFace,
        ContractProduct::MiniProgram,
        ContractProduct::PreAuthorisation,
        ContractProduct::DebitAgreement,
        ContractProduct::Escrow,
        ContractProduct::Transfer,
    ];

    /// Whether a fee is taken of what is paid by it.
    pub const fn has_fee(self) -> bool {
        match self {
            ContractProduct::Page
            | ContractProduct::Wap
            | ContractProduct::App
            | ContractProduct::FaceToFace
            | ContractProduct::MiniProgram
            | ContractProduct::PreAuthorisation
            | ContractProduct::DebitAgreement
            | ContractProduct::Escrow => true,
            ContractProduct::Transfer => false,
        }
    }

    /// Whether its sales can be settled later than at once. A guaranteed trade is settled when its buyer has confirmed.
    pub const fn has_settlement(self) -> bool {
        match self {
            ContractProduct::Page
            | ContractProduct::Wap
            | ContractProduct::App
            | ContractProduct::FaceToFace
            | ContractProduct::MiniProgram
            | ContractProduct::PreAuthorisation
            | ContractProduct::DebitAgreement => true,
            ContractProduct::Escrow | ContractProduct::Transfer => false,
        }
    }
}

impl Product {
    /// The contract that an order of this product is under when its buyer pays it: neither frozen money nor a mandate.
    pub const fn contract(self) -> ContractProduct {
        match self {
            Product::FaceToFace | Product::QrCode | Product::StaticCode => ContractProduct::FaceToFace,
            Product::MiniProgram => ContractProduct::MiniProgram,
            Product::App => ContractProduct::App,
            Product::Wap => ContractProduct::Wap,
            Product::Page => ContractProduct::Page,
            Product::EscrowPhysical
            | Product::EscrowVirtual
            | Product::EscrowAutoDelivery
            | Product::EscrowTopUp
            | Product::EscrowWholesale
            | Product::EscrowCrossBorder => ContractProduct::Escrow,
        }
    }
}

/// Whether a product can be used under a contract.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
#[serde(rename_all = "snake_case")]
pub enum ContractStatus {
    /// It can.
    InForce,
    /// Nothing new is opened under it. What was opened before is still paid, at the version's fee, which is the one
    /// that held when the end began.
    Ended,
}

/// What two people agree to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContractTerms {
    /// Whether the product can be used.
    pub status: ContractStatus,
    /// The fee of each payment, of its amount, rounded half up; at most [`CONTRACT_FEE_MAX_PPM`].
    pub fee_ppm: Rate,
    /// From when it holds, microseconds UTC by the world's clock; absent for when it is approved.
    pub valid_from_us: Option<i64>,
    /// When the money of a payment is the merchant's to use. Of products that [`ContractProduct::has_settlement`] names
    /// only; others are settled when their own rules let money go.
    pub settlement: SettlementTerm,
}

/// One version of a contract: proposed, or agreed to.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "contract", key = 4)]
pub struct Contract {
    /// The merchant's slot.
    pub slot: Slot,
    /// Whose contract.
    pub seller: PartyId,
    /// For what.
    pub product: ContractProduct,
    /// Its number, from 1 without gaps; the one above the newest that was agreed to is a proposal.
    pub version: u32,
    /// Whether the product can be used.
    pub status: ContractStatus,
    /// The fee of each payment.
    pub fee_ppm: Rate,
    /// From when it holds, microseconds UTC: never before it was agreed to. Of a proposal, what is asked for.
    pub valid_from_us: Option<i64>,
    /// Why, in the words of who proposed it.
    pub reason: Text<256>,
    /// Who proposed it.
    pub proposed_by: Operator,
    /// When, microseconds UTC.
    pub proposed_at_us: i64,
    /// Who approved it: somebody else. Absent while it is a proposal.
    pub approved_by: Option<Operator>,
    /// When, microseconds UTC.
    pub approved_at_us: Option<i64>,
    /// When sales are settled.
    pub settlement: SettlementTerm,
}

impl Contract {
    /// What was proposed or agreed to.
    pub const fn terms(&self) -> ContractTerms {
        ContractTerms {
            status: self.status,
            fee_ppm: self.fee_ppm,
            valid_from_us: self.valid_from_us,
            settlement: self.settlement,
        }
    }

    /// Whether it is agreed to and holds from a moment or before it.
    pub fn holds_at(&self, at_us: i64) -> bool {
        self.approved_at_us.is_some() && self.valid_from_us.is_some_and(|from_us| from_us <= at_us)
    }
}

/// How many versions of a contract were agreed to. There is one for each contract that was ever proposed, so that a
/// payment without one looks up nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "contract_book", key = 3)]
pub struct ContractBook {
    /// The merchant's slot.
    pub slot: Slot,
    /// Whose contract.
    pub seller: PartyId,
    /// For what.
    pub product: ContractProduct,
    /// The newest version that was agreed to; zero for none.
    pub version: u32,
}

/// Why a contract is not proposed or approved. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ContractRefused {
    /// Nobody said who acts, or with blanks around the name: those would make one person two.
    #[error("an operator has to be named, without blanks around the name")]
    NoOperator,
    /// There is no such merchant.
    #[error("there is no such merchant")]
    SellerNotFound,
    /// It was written on top of, or read of, another version than the newest.
    #[error("version {current} was agreed to meanwhile")]
    Stale {
        /// The newest that was agreed to.
        current: u32,
    },
    /// Nobody said why.
    #[error("a proposal needs a reason")]
    NoReason,
    /// Above what a contract may ask.
    #[error("a fee is at most {CONTRACT_FEE_MAX_PPM} parts per million")]
    FeeTooHigh,
    /// Transfers cost nothing.
    #[error("no fee is taken of this product")]
    NoFee,
    /// An end changes no fee: what is still open was opened at the rate in force.
    #[error("an end keeps the fee in force, {in_force_ppm} parts per million")]
    FeeDiffers {
        /// The rate in force, of the contract or else of the dated rules, parts per million.
        in_force_ppm: u32,
    },
    /// Its money is settled by rules of its own.
    #[error("sales of this product are settled by its own rules")]
    NoSettlement,
    /// An end changes no term of settlement: what is still open was opened under the one in force.
    #[error("an end settles as the terms in force do")]
    SettlementDiffers,
    /// Nobody can agree to what is over.
    #[error("a contract begins now or later")]
    FromThePast,
    /// Nothing is proposed.
    #[error("nothing is proposed")]
    NotFound,
    /// It would wait for its time, as too many do. What holds at once is never refused for that.
    #[error("{CONTRACT_WAITING_MAX} versions wait for their time already")]
    TooManyWaiting,
    /// Who proposed it cannot approve it.
    #[error("somebody else has to approve it")]
    SelfApproval,
    /// What is proposed is not what was read.
    #[error("the proposal was changed after it was read")]
    Edited,
}
