//! `GET /api/v1/me/limits`: each limit that holds for whoever asks, with what of it is used and what is left.
//!
//! The decision that moves money holds the same counters against the same constants; here they are only told. What is a
//! person's, and not an account's, is counted over all accounts of the person.

use super::moment;
use crate::people::{Who, crowded};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::State;
use base::{Day, PartyId, next_china_midnight_us};
use cell::CellError;
use engine::{FindParty, FindStanding, Key, Row, StandingView, class_limit};
use fund::{
    Card, CardState, WITHDRAW_DAY_FEN, WITHDRAW_FREE_LIFE_FEN, WITHDRAW_SINGLE_FEN, card_limits, fen,
};
use money::{Currency, Money};
use people::{AccountClass, IdentityDigest, Party, Standing, Usage, UsageKind, class_of, slot_of_identity};
use serde::Serialize;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{STATIC_DAY_FEN, StaticUse};
use transfer::TransferWay;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Cards that one call looks at, those that were given up among them.
pub(super) const CARDS_MAX: usize = 200;

/// The call of limits.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(limits))
}

/// The limits that hold for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonLimits {
    /// `unverified`, `class_1`, `class_2` or `class_3`, as it counts now: evidence may have expired.
    class: &'static str,
    /// Each of them.
    limits: Vec<PersonLimit>,
}

/// A limit, with what of it is used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonLimit {
    /// Of what.
    kind: PersonLimitKind,
    /// How long it counts before it begins anew.
    period: PersonLimitPeriod,
    /// How much at most, yuan.
    most: String,
    /// What of it is used, yuan.
    used: String,
    /// What is left, yuan.
    left: String,
    /// The card that it is of; absent where it is of none.
    card: Option<PersonLimitCard>,
    /// When it begins anew, where it does.
    #[schema(format = DateTime)]
    begins_anew_at: Option<String>,
}

/// The card that a limit is of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonLimitCard {
    /// Our number of it.
    no: String,
    /// The bank, as the payment world abbreviates it.
    bank: String,
    /// The last four digits of its number.
    last_four: String,
}

/// What is limited.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PersonLimitKind {
    /// What may be paid from the balance, by the account's class. Nothing may where the person's yearly limit is
    /// another account's.
    Balance,
    /// What may be sent to others.
    Transfer,
    /// What cards may pay and bring in, all of them together, held against what this card's bank allows.
    Card,
    /// What may be paid out to cards.
    Withdraw,
    /// What may be paid out to cards without a fee; above it a withdrawal costs, and is not refused.
    WithdrawFree,
    /// What may be paid by counter codes, by the wallet or by this card.
    StaticCode,
}

/// How long a limit counts. Days, months and years are those of China.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PersonLimitPeriod {
    /// Each time anew.
    Once,
    /// One day.
    Day,
    /// One month of the calendar.
    Month,
    /// One year of the calendar.
    Year,
    /// For ever.
    Life,
}

impl PersonLimitPeriod {
    /// When it begins anew after a moment, both microseconds UTC; `None` when it does not.
    fn ends_at_us(self, now_us: i64) -> Option<i64> {
        let today = Day::of(now_us);
        let first = today.minus_days(today.of_month().saturating_sub(1));
        match self {
            PersonLimitPeriod::Once | PersonLimitPeriod::Life => None,
            PersonLimitPeriod::Day => Some(next_china_midnight_us(now_us)),
            PersonLimitPeriod::Month => Some(first.plus_months(1).begins_at_us()),
            PersonLimitPeriod::Year => {
                let next = UsageKind::BalanceYear.period(now_us).saturating_add(1);
                Day::from_number(next.saturating_mul(10_000).saturating_add(101)).map(Day::begins_at_us)
            }
        }
    }
}

/// What is counted of a person, from one state of the tables.
struct Counted {
    now_us: i64,
    transfer_day: Money,
    transfer_month: Money,
    withdraw_day: Money,
    withdraw_free: Money,
    balance_year: Money,
    balance_life: Money,
    card_day: Money,
    card_month: Money,
    static_code: Money,
    /// The bound cards, with what each paid by counter codes today.
    cards: Vec<(Arc<Card>, Money)>,
}

/// Whose counters are read.
#[derive(Clone, Copy)]
struct Whose {
    party: PartyId,
    /// Absent while nobody knows who it is.
    identity: Option<IdentityDigest>,
    now_us: i64,
}

impl Whose {
    /// What the account used in the period of now.
    fn own(self, reader: &mut dyn Reader, kind: UsageKind) -> Result<Money, StoreError> {
        let key = Key::Usage(Usage::key_at(self.party, kind, self.now_us));
        Ok(match reader.row(&key)? {
            Some(Row::Usage(usage)) => usage.sum(),
            _ => fen(0),
        })
    }

    /// What the accounts of the person used together. What an account used before it was known whose it is is its own
    /// alone, and its decisions look at both.
    fn together(self, reader: &mut dyn Reader, kind: UsageKind) -> Result<Money, StoreError> {
        let own = self.own(reader, kind)?;
        let Some(identity) = self.identity else { return Ok(own) };
        let key = (slot_of_identity(&identity), identity, kind, kind.period(self.now_us));
        let all = match reader.row(&Key::PersonCount(key))? {
            Some(Row::PersonCount(count)) => count.sum_minor.of(Currency::Cny),
            _ => fen(0),
        };
        Ok(if own.exceeds(all).unwrap_or(true) { own } else { all })
    }

    /// What one pocket paid by counter codes today; without a card it is the wallet.
    fn by_codes(self, reader: &mut dyn Reader, card: Option<&Card>) -> Result<Money, StoreError> {
        let key = StaticUse::key_at(self.party, card.map(|card| card.digest), self.now_us);
        Ok(match reader.row(&Key::StaticUse(key))? {
            Some(Row::StaticUse(used)) => used.sum(),
            _ => fen(0),
        })
    }

    fn count(self, reader: &mut dyn Reader) -> Result<Counted, StoreError> {
        let mut cards = Vec::new();
        for card in reader.cards(self.party, CARDS_MAX)? {
            if card.state == CardState::Bound {
                let by_codes = self.by_codes(reader, Some(&card))?;
                cards.push((card, by_codes));
            }
        }
        Ok(Counted {
            now_us: self.now_us,
            transfer_day: self.own(reader, UsageKind::TransferDay)?,
            transfer_month: self.own(reader, UsageKind::TransferMonth)?,
            withdraw_day: self.together(reader, UsageKind::WithdrawDay)?,
            withdraw_free: self.own(reader, UsageKind::WithdrawFree)?,
            balance_year: self.own(reader, UsageKind::BalanceYear)?,
            balance_life: self.own(reader, UsageKind::BalanceLife)?,
            card_day: self.together(reader, UsageKind::CardDay)?,
            card_month: self.together(reader, UsageKind::CardMonth)?,
            static_code: self.by_codes(reader, None)?,
            cards,
        })
    }
}

/// Each limit that holds for whoever asks, with what of it is used and left.
#[utoipa::path(
    get,
    path = "/me/limits",
    tag = "me",
    responses((status = 200, description = "The limits.", body = PersonLimits))
)]
pub(crate) async fn limits(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
) -> Result<Json<PersonLimits>, SandboxError> {
    let party = portal.door.ask(FindParty { party: this.party }).await;
    let party = party.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let standing = match portal.door.ask(FindStanding { party: this.party }).await {
        Ok(view) => Some(view),
        Err(CellError::Refused(_)) => None,
        Err(CellError::Busy | CellError::Unknown) => return Err(crowded()),
    };
    // What was just paid must be counted.
    portal.posted().await?;
    let now_us = portal.door.now_us();
    let identity = standing.as_ref().map(|view| view.standing.identity);
    let whose = Whose { party: party.id, identity, now_us };
    let counted = portal.read_held(move |reader| whose.count(reader)).await;
    let counted = counted.ok_or_else(|| SandboxError::broken("what is counted of limits cannot be read"))?;
    let class = class_now(&party, standing.as_ref(), now_us);
    let limits = told(&party, class, standing.as_ref().map(|view| &*view.standing), &counted);
    Ok(Json(PersonLimits { class: class.name(), limits }))
}

/// The class that counts now, without evidence that expired.
fn class_now(party: &Party, standing: Option<&StandingView>, now_us: i64) -> AccountClass {
    match standing {
        Some(view) if party.class.is_person() => class_of(&view.evidence, now_us).min(party.class),
        _ => party.class,
    }
}

fn told(
    party: &Party,
    class: AccountClass,
    standing: Option<&Standing>,
    counted: &Counted,
) -> Vec<PersonLimit> {
    use {PersonLimitKind as K, PersonLimitPeriod as P};
    let of = |kind, period, most, used| limit_of(kind, period, (most, used), counted.now_us);
    let sent = transfer::limits(party.kind, TransferWay::Wallet);
    let mut limits = Vec::from_iter(balance(class, standing, counted));
    limits.push(of(K::Transfer, P::Day, sent.day, counted.transfer_day));
    limits.extend(sent.month.map(|most| of(K::Transfer, P::Month, most, counted.transfer_month)));
    limits.push(of(K::Withdraw, P::Once, fen(WITHDRAW_SINGLE_FEN), fen(0)));
    limits.push(of(K::Withdraw, P::Day, fen(WITHDRAW_DAY_FEN), counted.withdraw_day));
    limits.push(free(class, standing, counted));
    limits.push(of(K::StaticCode, P::Day, fen(STATIC_DAY_FEN), counted.static_code));
    for (card, by_codes) in &counted.cards {
        let most = card_limits(&card.bank);
        for limit in [
            of(K::Card, P::Once, fen(most.single_fen), fen(0)),
            of(K::Card, P::Day, fen(most.day_fen), counted.card_day),
            of(K::Card, P::Month, fen(most.month_fen), counted.card_month),
            of(K::StaticCode, P::Day, fen(STATIC_DAY_FEN), *by_codes),
        ] {
            limits.push(PersonLimit { card: Some(PersonLimitCard::of(card)), ..limit });
        }
    }
    limits
}

impl PersonLimitCard {
    fn of(card: &Card) -> PersonLimitCard {
        PersonLimitCard {
            no: card.no.to_string(),
            bank: card.bank.to_string(),
            last_four: card.last_four.to_string(),
        }
    }
}

/// What may be paid from the balance; nothing is limited for a buyer of the sandbox.
fn balance(class: AccountClass, standing: Option<&Standing>, counted: &Counted) -> Option<PersonLimit> {
    use {PersonLimitKind::Balance, PersonLimitPeriod as P};
    let of = |period, most, used| Some(limit_of(Balance, period, (most, used), counted.now_us));
    let most = class_limit(class).map_or(fen(0), |(_, most)| fen(most));
    match class {
        AccountClass::Merchant | AccountClass::Sandbox => None,
        AccountClass::Unverified | AccountClass::One => of(P::Life, most, counted.balance_life),
        AccountClass::Two | AccountClass::Three => {
            let year = UsageKind::BalanceYear.period(counted.now_us);
            let others = standing.filter(|standing| standing.carried_year == year);
            let others = others.map_or(fen(0), |standing| standing.carried_minor.of(Currency::Cny));
            let holds_it = standing.is_some_and(|standing| standing.holds_quota);
            of(P::Year, if holds_it { most } else { fen(0) }, sum(counted.balance_year, others))
        }
    }
}

/// What may be withdrawn without a fee: one person's for life, with the account that has the person's limits.
fn free(class: AccountClass, standing: Option<&Standing>, counted: &Counted) -> PersonLimit {
    let holder = standing.filter(|standing| standing.holds_quota);
    let (most, others) = match (class, holder) {
        (AccountClass::Sandbox, _) => (WITHDRAW_FREE_LIFE_FEN, fen(0)),
        (AccountClass::One | AccountClass::Two | AccountClass::Three, Some(holder)) => {
            (WITHDRAW_FREE_LIFE_FEN, holder.carried_free_minor.of(Currency::Cny))
        }
        (AccountClass::One | AccountClass::Two | AccountClass::Three, None)
        | (AccountClass::Merchant | AccountClass::Unverified, _) => (0, fen(0)),
    };
    let used = sum(counted.withdraw_free, others);
    limit_of(PersonLimitKind::WithdrawFree, PersonLimitPeriod::Life, (fen(most), used), counted.now_us)
}

/// Both together; a sum that no amount can be stays the larger part, which is above every limit.
fn sum(one: Money, other: Money) -> Money {
    one.checked_add(other).unwrap_or(one)
}

fn limit_of(
    kind: PersonLimitKind,
    period: PersonLimitPeriod,
    (most, used): (Money, Money),
    now_us: i64,
) -> PersonLimit {
    let left = most.checked_sub(used).unwrap_or(fen(0));
    PersonLimit {
        kind,
        period,
        most: most.to_string(),
        used: used.to_string(),
        left: left.to_string(),
        card: None,
        begins_anew_at: period.ends_at_us(now_us).map(moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_anew_at_a_midnight_of_china() {
        use PersonLimitPeriod as P;
        let noon_us = "2026-12-30".parse::<Day>().unwrap().begins_at_us() + 12 * 3_600_000_000;
        for (period, ends) in [
            (P::Once, None),
            (P::Day, Some("2026-12-31T00:00:00+08:00")),
            (P::Month, Some("2027-01-01T00:00:00+08:00")),
            (P::Year, Some("2027-01-01T00:00:00+08:00")),
            (P::Life, None),
        ] {
            assert_eq!(period.ends_at_us(noon_us).map(moment).as_deref(), ends, "{period:?}");
        }
    }
}
