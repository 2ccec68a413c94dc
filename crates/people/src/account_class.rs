//! Classes of accounts: how well the platform knows somebody, and so what may be paid from the balance.
//!
//! Facts: domain reference 1.1 (three classes of personal accounts) and 1.2.

use base::Field;
use serde::{Deserialize, Serialize};

/// What an account is as a payer. A total list: an account without a class would be one without a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum AccountClass {
    /// A merchant's: the limits of persons do not hold for it.
    Merchant,
    /// A buyer made for trying out, by a developer or a seed: no limits.
    Sandbox,
    /// A person who proved an address and nothing else: may look, and may not pay.
    Unverified,
    /// One channel of evidence: 1,000 yuan from the balance in the account's whole life.
    One,
    /// Three channels: 100,000 yuan in a calendar year, over all accounts of the person.
    Two,
    /// Five channels, or face to face: 200,000 yuan in a calendar year, over all accounts of the person.
    Three,
}

impl AccountClass {
    /// Whether it is a registered person's, who is asked for evidence.
    pub const fn is_person(self) -> bool {
        match self {
            AccountClass::Merchant | AccountClass::Sandbox => false,
            AccountClass::Unverified | AccountClass::One | AccountClass::Two | AccountClass::Three => true,
        }
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            AccountClass::Merchant => "merchant",
            AccountClass::Sandbox => "sandbox",
            AccountClass::Unverified => "unverified",
            AccountClass::One => "class_1",
            AccountClass::Two => "class_2",
            AccountClass::Three => "class_3",
        }
    }
}
