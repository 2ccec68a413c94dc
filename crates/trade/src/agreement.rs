//! Agreements: a buyer's standing permission that a merchant takes money without the buyer being there (recurring
//! debit). Rules: `protocol` section 5.14 of the Alipay Open API.
//!
//! Two rows for one agreement, under one number. The [`Mandate`] lies in the buyer's slot and is what counts:
//! each debit
//! is judged against it and counted in it by the very decision that takes the money, so nothing leaves a buyer whose
//! mandate has ended, however messages cross each other. The [`Agreement`] lies in the merchant's slot, whose number it
//! carries: it answers the merchant's queries, and follows the mandate by messages that carry the mandate's
//! [`Progress`] with a version, of which the newest stands.
//!
//! Reading order: this file (what was agreed, the states), `records`, `plan` (when and how much), `signing` (with a
//! payment), `refusal`.

mod plan;
mod records;
mod refusal;
mod signing;

pub use plan::{
    PERIOD_DAYS_MIN, PeriodRefused, Plan, PostponeFault, WINDOW_DAYS, judge_debit, judge_postpone,
};
pub use records::{Agreement, AgreementName, AgreementText, Debit, Mandate, buyer_name};
pub use refusal::{
    DebitRefused, FindAgreementRefused, MandateRefusal, OfferRefused, OpenSigningRefused, PostponeRefused,
    SignRefused, SigningRefused, UnsignRefused,
};
pub use signing::Signing;

use base::{DAY_US, Day, Field, Text, plus_months_us};
use money::{Minor, Money};
use serde::{Deserialize, Serialize};

/// The end of an agreement that is for ever, 2115-02-01 00:00:00 in China, microseconds UTC (protocol 5.14).
pub const FOREVER_US: i64 = 4_578_393_600_000_000;
/// How long a buyer may sign unless the merchant says otherwise, and the most: a day (protocol 5.14, `effect_time`).
pub const SIGN_LIFE_US: i64 = DAY_US;

/// The merchant's number of an agreement (`external_agreement_no`), 1–32 letters and digits.
pub type ExternalNo = Text<32>;

/// Where an agreement stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum AgreementState {
    /// Offered, not in force (`TEMP`).
    Temp,
    /// In force (`NORMAL`).
    Normal,
    /// Ended (`STOP`).
    Stop,
}

/// What may happen to an agreement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AgreementEvent {
    /// The buyer signs.
    Sign,
    /// Buyer, merchant or time ends it.
    End,
}

/// Who ended an agreement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum EndedBy {
    /// The merchant (`agreement.unsign`).
    Merchant,
    /// The buyer, in the wallet.
    Buyer,
    /// Its validity was over.
    Validity,
}

/// What a buyer signs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum PersonalProduct {
    /// Debits by a plan (`CYCLE_PAY_AUTH_P`).
    CyclePay,
    /// Debits without a plan (`GENERAL_WITHHOLDING_P`).
    Withholding,
}

/// What periods and validities are counted in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Unit {
    /// Days.
    Day,
    /// Months of the calendar.
    Month,
}

/// When debits may be made, and of how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PeriodRule {
    /// Of what the period is made.
    pub unit: Unit,
    /// How many of them lie between two debits, at least 1; of days at least [`PERIOD_DAYS_MIN`].
    pub every: u32,
    /// The planned day of the first debit.
    pub first: Day,
    /// The most that one debit may take.
    pub single: Money,
    /// The most that all debits together may take, of the currency of `single`.
    pub total: Option<Money>,
    /// How many debits there may be.
    pub payments: Option<u32>,
}

/// How long an agreement holds after it was signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Validity {
    /// Of what it is counted.
    pub unit: Unit,
    /// How many, at least 1.
    pub count: u32,
}

/// What is agreed: a repeated request must agree in all of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// What is signed.
    pub product: PersonalProduct,
    /// In which business (`sign_scene`), for example `INDUSTRY|DIGITAL_MEDIA`.
    pub sign_scene: Text<64>,
    /// The merchant's number of it.
    pub external_agreement_no: Option<ExternalNo>,
    /// The buyer's name in the merchant's system.
    pub external_logon_id: Option<Text<100>>,
    /// The plan of the debits; `CyclePay` has one.
    pub rule: Option<PeriodRule>,
    /// How long it holds; for ever when absent.
    pub validity: Option<Validity>,
}

/// How far a mandate has come: told to the merchant's slot after every change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// How often the mandate has changed, from 1: of two messages the higher one is the later.
    pub version: u32,
    /// Where it stands.
    pub state: AgreementState,
    /// What its debits took, of those whose money arrived or is under way. Refunds change nothing here.
    pub debited_minor: Minor,
    /// How many debits that were.
    pub debits: u32,
    /// The day that the plan is counted from: the first one, or the one it was postponed to.
    pub plan_from: Option<Day>,
    /// How many periods after `plan_from` the next debit is planned.
    pub plan_step: u32,
    /// When the last debit was made, microseconds UTC.
    pub last_debit_at_us: Option<i64>,
    /// When it ended, microseconds UTC.
    pub ended_at_us: Option<i64>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
}

impl AgreementState {
    /// All states, for tests that walk the table.
    pub const ALL: [AgreementState; 3] = [AgreementState::Temp, AgreementState::Normal, AgreementState::Stop];

    /// Its name on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            AgreementState::Temp => "TEMP",
            AgreementState::Normal => "NORMAL",
            AgreementState::Stop => "STOP",
        }
    }

    /// The state after an event, or `None` when it cannot happen. No `_`: a new one must be decided everywhere.
    pub const fn next(self, event: AgreementEvent) -> Option<AgreementState> {
        use {AgreementEvent::*, AgreementState::*};
        match (self, event) {
            (Temp, Sign) => Some(Normal),
            (Normal, End) => Some(Stop),
            (Temp, End) => None,        // What nobody signed is forgotten, not ended.
            (Normal, Sign) => None,     // It is signed.
            (Stop, Sign | End) => None, // Final.
        }
    }
}

impl PersonalProduct {
    /// Its code on the wire (`personal_product_code`).
    pub const fn wire(self) -> &'static str {
        match self {
            PersonalProduct::CyclePay => "CYCLE_PAY_AUTH_P",
            PersonalProduct::Withholding => "GENERAL_WITHHOLDING_P",
        }
    }

    /// The product of a code on the wire.
    pub fn of_wire(code: &str) -> Option<PersonalProduct> {
        [PersonalProduct::CyclePay, PersonalProduct::Withholding]
            .into_iter()
            .find(|product| product.wire() == code)
    }
}

impl Validity {
    /// Reads `<n>d` or `<n>m` with n from 1 to 99999; `None` for anything else.
    pub fn parse(text: &str) -> Option<Validity> {
        let unit = match text.as_bytes().last()? {
            b'd' => Unit::Day,
            b'm' => Unit::Month,
            _ => return None,
        };
        let digits = &text[..text.len() - 1];
        let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let count = digits.parse().ok().filter(|count| plain && *count > 0)?;
        Some(Validity { unit, count })
    }

    /// The end of what is signed at `at_us`, microseconds UTC: at the same time of the day, never after
    /// [`FOREVER_US`].
    pub fn ends_at_us(self, at_us: i64) -> i64 {
        let end_us = match self.unit {
            Unit::Day => at_us.saturating_add(i64::from(self.count) * DAY_US),
            Unit::Month => plus_months_us(at_us, self.count),
        };
        end_us.min(FOREVER_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event_is_as_documented() {
        use {AgreementEvent::*, AgreementState::*};
        for state in AgreementState::ALL {
            for event in [Sign, End] {
                let expected = match (state, event) {
                    (Temp, Sign) => Some(Normal),
                    (Normal, End) => Some(Stop),
                    _ => None,
                };
                assert_eq!(state.next(event), expected, "{state:?} {event:?}");
                assert!(state.next(event).is_none_or(|after| after > state), "none goes back");
            }
        }
    }

    #[test]
    fn a_validity_is_counted_in_days_or_months() {
        let noon = |day: &str| day.parse::<Day>().unwrap().begins_at_us() + DAY_US / 2;
        for (text, from, to) in [
            ("1d", "2026-01-31", "2026-02-01"),
            ("30d", "2026-01-31", "2026-03-02"),
            ("1m", "2026-01-31", "2026-02-28"),
            ("12m", "2026-01-31", "2027-01-31"),
        ] {
            assert_eq!(Validity::parse(text).unwrap().ends_at_us(noon(from)), noon(to), "{text}");
        }
        for text in ["", "d", "0d", "1", "1y", "-1d", "1.5m", "100000d", "１d"] {
            assert_eq!(Validity::parse(text), None, "{text}");
        }
        assert_eq!(Validity::parse("99999m").unwrap().ends_at_us(noon("2026-01-31")), FOREVER_US);
        assert_eq!("2115-02-01".parse::<Day>().unwrap().begins_at_us(), FOREVER_US);
    }
}
