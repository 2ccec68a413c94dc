//! What a payer's class allows from the balance, and the counters that it is held against.
//!
//! Whatever takes money from a person's balance is counted in the decision that takes it, over the account's life and
//! over the calendar year of China; what comes back is given back to the period in which it was counted. What is set
//! aside for a pre-authorisation counts from then on, so that a charge of it meets no limit.

use crate::{Fault, Rows};
use base::PartyId;
use money::{Currency, Money, MoneyError};
use people::{AccountClass, EVIDENCE_MAX, Evidence, Party, Standing, Usage, UsageKind, class_of};

/// What class I may pay in the account's whole life: 1,000 yuan, in fen (domain reference 1.1).
pub(crate) const LIFE_OF_ONE_FEN: u64 = 100_000;
/// What class II may pay in a year: 100,000 yuan.
const YEAR_OF_TWO_FEN: u64 = 10_000_000;
/// What class III may pay in a year: 200,000 yuan.
const YEAR_OF_THREE_FEN: u64 = 20_000_000;

/// What is counted of every payment.
const COUNTED: [UsageKind; 2] = [UsageKind::BalanceLife, UsageKind::BalanceYear];

fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).expect("limits are amounts")
}

/// The limit of a class and the counter that it is held against, fen; absent where nothing is limited, and where
/// nothing may be paid.
pub const fn class_limit(class: AccountClass) -> Option<(UsageKind, u64)> {
    match class {
        AccountClass::Merchant | AccountClass::Sandbox | AccountClass::Unverified => None,
        AccountClass::One => Some((UsageKind::BalanceLife, LIFE_OF_ONE_FEN)),
        AccountClass::Two => Some((UsageKind::BalanceYear, YEAR_OF_TWO_FEN)),
        AccountClass::Three => Some((UsageKind::BalanceYear, YEAR_OF_THREE_FEN)),
    }
}

/// Whether the payer's class allows so much more from the balance now.
pub(crate) fn allows(rows: &mut Rows<'_>, payer: &Party, amount: Money) -> Result<bool, Fault> {
    match payer.class {
        AccountClass::Merchant | AccountClass::Sandbox => return Ok(true),
        AccountClass::Unverified => return Ok(false),
        AccountClass::One | AccountClass::Two | AccountClass::Three => {}
    }
    let Some(standing) = rows.get::<Standing>((rows.slot(), payer.id))? else { return Ok(false) };
    let limit = match class_now(rows, payer, &standing)? {
        // No class of persons is these two; nothing is the safe answer.
        AccountClass::Merchant | AccountClass::Sandbox | AccountClass::Unverified => return Ok(false),
        AccountClass::One => {
            let life = used(rows, payer.id, UsageKind::BalanceLife, rows.now_us())?;
            return Ok(life.allows(amount, fen(LIFE_OF_ONE_FEN)));
        }
        AccountClass::Two => fen(YEAR_OF_TWO_FEN),
        AccountClass::Three => fen(YEAR_OF_THREE_FEN),
    };
    let year = used(rows, payer.id, UsageKind::BalanceYear, rows.now_us())?;
    let left = match limit.checked_sub(carried(&standing, year.period)) {
        Ok(left) => left,
        Err(_) => return Ok(false),
    };
    Ok(standing.holds_quota && year.allows(amount, left))
}

/// What other accounts of the person had used of this year.
pub(crate) fn carried(standing: &Standing, year: u32) -> Money {
    if standing.carried_year == year { standing.carried_minor.of(Currency::Cny) } else { fen(0) }
}

/// The class that counts now: evidence that expired since it was counted does not count any more.
pub(crate) fn class_now(
    rows: &mut Rows<'_>,
    payer: &Party,
    standing: &Standing,
) -> Result<AccountClass, Fault> {
    let now_us = rows.now_us();
    if standing.counts_until_us.is_none_or(|until_us| now_us < until_us) {
        return Ok(payer.class);
    }
    let all = evidence_of(rows, standing)?;
    Ok(class_of(&all, now_us).min(payer.class))
}

/// All evidence of a party.
pub(crate) fn evidence_of(rows: &mut Rows<'_>, standing: &Standing) -> Result<Vec<Evidence>, Fault> {
    let mut all = Vec::new();
    for place in 0..standing.evidences.min(EVIDENCE_MAX) {
        let one = rows.get::<Evidence>((rows.slot(), standing.party, place))?;
        all.extend(one.map(|one| (*one).clone()));
    }
    Ok(all)
}

/// Counts money that leaves a payer's balance, in the period that a moment (microseconds UTC) falls into.
pub(crate) fn count(rows: &mut Rows<'_>, payer: PartyId, amount: Money, at_us: i64) -> Result<(), Fault> {
    change(rows, payer, at_us, |usage| usage.plus(amount))
}

/// Gives back what was counted at a moment and came back since. A counter that never counted it is left to the audit:
/// no wrong counter is worth more than the payer's money.
pub(crate) fn give_back(rows: &mut Rows<'_>, payer: PartyId, amount: Money, at_us: i64) -> Result<(), Fault> {
    change(rows, payer, at_us, |usage| Ok(usage.minus_part(amount).unwrap_or_else(|_| usage.clone())))
}

fn change(
    rows: &mut Rows<'_>,
    payer: PartyId,
    at_us: i64,
    how: impl Fn(&Usage) -> Result<Usage, MoneyError>,
) -> Result<(), Fault> {
    let party = rows.get::<Party>((rows.slot(), payer))?;
    if !party.is_some_and(|party| party.class.is_person()) {
        return Ok(());
    }
    for kind in COUNTED {
        let usage = used(rows, payer, kind, at_us)?;
        let after = how(&usage).map_err(|error| Fault(format!("usage of {payer}: {error}")))?;
        rows.put(after);
    }
    Ok(())
}

/// What a payer used in the period that a moment falls into.
pub(crate) fn used(rows: &mut Rows<'_>, payer: PartyId, kind: UsageKind, at_us: i64) -> Result<Usage, Fault> {
    let found = rows.get::<Usage>(Usage::key_at(payer, kind, at_us))?;
    Ok(found.map_or_else(|| Usage::fresh(payer, kind, at_us), |found| (*found).clone()))
}
