//! Why a payment is stopped, and why operators hear no. In each enum the order is precedence.

use crate::records::RiskCaseState;
use crate::rule::{Proof, RuleError};

/// Why the rules stop a payment. What they saw is in the payer's newest [`crate::RiskDecision`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RiskRefused {
    /// Not at all.
    #[error("refused by risk rules")]
    Refused,
    /// A person of the platform looks at it first; then it may be asked for again.
    #[error("a person looks at this payment first")]
    UnderReview,
    /// Only with a proof that was not given.
    #[error("another proof is needed: {}", .0.word())]
    ProofMissing(Proof),
}

/// Why rules are not taken as a proposal.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProposeRiskRefused {
    /// An operator has a name of 1 to 64 characters.
    #[error("the operator has no name")]
    NoOperator,
    /// It was written on top of a version that does not hold any more.
    #[error("the rules in force are version {current}")]
    Stale {
        /// The version that holds.
        current: u32,
    },
    /// The rules are wrong.
    #[error("{0}")]
    Rules(RuleError),
}

/// Why a proposal is not approved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ApproveRiskRefused {
    /// An operator has a name of 1 to 64 characters.
    #[error("the operator has no name")]
    NoOperator,
    /// This version was approved before, or a later one.
    #[error("the rules in force are version {current}")]
    Stale {
        /// The version that holds.
        current: u32,
    },
    /// Nobody proposed this version.
    #[error("no such proposal")]
    NotFound,
    /// Two people are needed.
    #[error("who proposed rules cannot approve them")]
    SelfApproval,
    /// The text is another than the one that was read.
    #[error("the proposal was changed since it was read")]
    Edited,
}

/// Why a case is not decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecideRiskRefused {
    /// An operator has a name of 1 to 64 characters.
    #[error("the operator has no name")]
    NoOperator,
    /// There is no such case.
    #[error("no such case")]
    NotFound,
    /// It was decided before.
    #[error("the case is decided: {}", .0.as_str())]
    Decided(RiskCaseState),
    /// What a list of names found is released by two people.
    #[error("who proposed to release it cannot agree to that")]
    SelfRelease,
    /// It is about whoever decides.
    #[error("nobody decides the own case")]
    OwnCase,
}

/// Why a list of names is not taken as a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProposeListRefused {
    /// An operator has a name of 1 to 64 characters.
    #[error("the operator has no name")]
    NoOperator,
    /// It was written on top of a version that does not hold any more.
    #[error("the list in force is version {current}")]
    Stale {
        /// The version that holds.
        current: u32,
    },
    /// The threshold is outside its range, or there is no entry.
    #[error("a list has an entry at least, and a threshold of 700 to 1000 thousandths")]
    Bounds,
}

/// Why a look at a party is not noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScreenRefused {
    /// Another version of the list holds by now.
    #[error("the list in force is version {current}")]
    Stale {
        /// The version that holds.
        current: u32,
    },
    /// There is no such party.
    #[error("no such party")]
    PartyNotFound,
    /// More hits than one look gives, or a name of ours that is too long.
    #[error("more hits than one look gives")]
    TooMany,
}

/// There is no such version, proposal, case or decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not found")]
pub struct RiskNotFound;
