//! Dated rules of two people: what the platform asks of a payment is proposed by one operator and approved by another.
//!
//! What is approved becomes a [`Rulebook`] from its moment on. In force is the rulebook whose moment is the last that
//! has come, whoever wrote it; the same moment again replaces what was to hold from it.

use crate::{CONTRACT_FEE_MAX_PPM, Rulebook};
use base::{Record, Slot, Text};
use money::{Minor, Rate};
use risk::Operator;
use serde::{Deserialize, Serialize};

/// The most up to which no password may be asked for: 10,000.00 yuan, in fen. Customary is a tenth of it; the bound
/// keeps a slip of two zeros from being signed.
pub const PASSWORD_FREE_MAX_FEN: i64 = 1_000_000;

/// What two people agree to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RulesTerms {
    /// What a merchant without a contract pays for each payment, of its amount; at most [`CONTRACT_FEE_MAX_PPM`].
    pub merchant_fee_ppm: Rate,
    /// Above this a face-to-face payment needs the buyer's password (fen); at most [`PASSWORD_FREE_MAX_FEN`].
    pub password_free_limit_minor: Minor,
    /// From when it holds, microseconds UTC by the world's clock; absent for when it is approved.
    pub valid_from_us: Option<i64>,
}

impl RulesTerms {
    /// The rules that come of them when they are approved at a moment: nothing holds from before it.
    pub fn approved_at(&self, at_us: i64) -> Rulebook {
        Rulebook {
            slot: Slot::PLATFORM,
            effective_at_us: self.valid_from_us.unwrap_or(at_us).max(at_us),
            merchant_fee_ppm: self.merchant_fee_ppm,
            password_free_limit_minor: self.password_free_limit_minor,
        }
    }
}

/// One version of the rules: proposed, or agreed to.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "rules_version", key = 2)]
pub struct RulesVersion {
    /// The platform's slot.
    pub slot: Slot,
    /// Its number, from 1 without gaps; the one above the newest that was agreed to is a proposal.
    pub version: u32,
    /// What a merchant without a contract pays for each payment.
    pub merchant_fee_ppm: Rate,
    /// Above this a face-to-face payment needs the buyer's password (fen).
    pub password_free_limit_minor: Minor,
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
}

impl RulesVersion {
    /// What was proposed or agreed to.
    pub const fn terms(&self) -> RulesTerms {
        RulesTerms {
            merchant_fee_ppm: self.merchant_fee_ppm,
            password_free_limit_minor: self.password_free_limit_minor,
            valid_from_us: self.valid_from_us,
        }
    }
}

/// How many versions of the rules were agreed to; one row, since the first proposal.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "rules_book", key = 1)]
pub struct RulesBook {
    /// The platform's slot.
    pub slot: Slot,
    /// The newest version that was agreed to; zero for none.
    pub version: u32,
}

/// Why rules are not proposed or approved. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RulesRefused {
    /// Nobody said who acts, or with blanks around the name: those would make one person two.
    #[error("an operator has to be named, without blanks around the name")]
    NoOperator,
    /// It was written on top of, or read of, another version than the newest.
    #[error("version {current} was agreed to meanwhile")]
    Stale {
        /// The newest that was agreed to.
        current: u32,
    },
    /// Nobody said why.
    #[error("a proposal needs a reason")]
    NoReason,
    /// Above what may be asked of a payment.
    #[error("a fee is at most {CONTRACT_FEE_MAX_PPM} parts per million")]
    FeeTooHigh,
    /// Above what may be paid without a password.
    #[error("no more than {PASSWORD_FREE_MAX_FEN} fen is paid without a password")]
    LimitTooHigh,
    /// Nobody can agree to what is over.
    #[error("rules begin now or later")]
    FromThePast,
    /// Nothing is proposed.
    #[error("nothing is proposed")]
    NotFound,
    /// Who proposed it cannot approve it.
    #[error("somebody else has to approve it")]
    SelfApproval,
    /// What is proposed is not what was read.
    #[error("the proposal was changed after it was read")]
    Edited,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_holds_from_before_it_was_approved() {
        let terms = |valid_from_us| RulesTerms {
            merchant_fee_ppm: Rate::ZERO,
            password_free_limit_minor: Minor::ZERO,
            valid_from_us,
        };
        for (asked, from) in [(None, 7), (Some(6), 7), (Some(7), 7), (Some(8), 8)] {
            assert_eq!(terms(asked).approved_at(7).effective_at_us, from, "{asked:?}");
        }
    }
}
