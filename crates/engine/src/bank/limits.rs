//! What a party's card orders count against, in the party's own slot.

use super::person;
use super::prepare::Wish;
use crate::balance_limit::{LIFE_OF_ONE_FEN, class_now};
use crate::{Fault, Rows};
use base::{PartyId, Plant, planted};
use fund::{
    BankCode, BankOrder, BankOrderKind, BankOrderRefused, WITHDRAW_DAY_FEN, WITHDRAW_FREE_LIFE_FEN,
    WITHDRAW_SINGLE_FEN, WithdrawPrice, card_limits, fen, withdraw_price,
};
use money::{Currency, Minor, Money};
use people::{AccountClass, Party, SpendKind, Standing, Usage, UsageKind};

/// Which counter an order of a kind counts in, and what of it.
struct Counted {
    kind: UsageKind,
    part: Part,
}

/// What of an order is counted.
#[derive(Clone, Copy)]
enum Part {
    /// What moves at the bank.
    Amount,
    /// What of the free sum it used.
    Free,
    /// What of a class I account's limit it used.
    Life,
}

/// The counters of a kind of order. A return counts nothing: its money came from the card. A transfer is counted with
/// all that is sent, by itself.
const fn counters(kind: BankOrderKind) -> &'static [Counted] {
    match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => &[
            Counted { kind: UsageKind::CardDay, part: Part::Amount },
            Counted { kind: UsageKind::CardMonth, part: Part::Amount },
        ],
        BankOrderKind::Withdraw => &[
            Counted { kind: UsageKind::WithdrawDay, part: Part::Amount },
            Counted { kind: UsageKind::WithdrawFree, part: Part::Free },
            Counted { kind: UsageKind::BalanceLife, part: Part::Life },
        ],
        BankOrderKind::Return | BankOrderKind::Transfer => &[],
    }
}

/// What an order of a kind uses of its person's limits.
pub(super) const fn spends(kind: BankOrderKind) -> Option<SpendKind> {
    match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => Some(SpendKind::Card),
        BankOrderKind::Withdraw => Some(SpendKind::Withdraw),
        BankOrderKind::Return | BankOrderKind::Transfer => None,
    }
}

/// What a counter of orders with a card of a bank may reach, fen; nothing where it only prices.
pub(super) fn most(counter: UsageKind, bank: &BankCode) -> Option<u64> {
    let card = card_limits(bank);
    match counter {
        UsageKind::CardDay => Some(card.day_fen),
        UsageKind::CardMonth => Some(card.month_fen),
        UsageKind::WithdrawDay => Some(WITHDRAW_DAY_FEN),
        // What is above the free sum costs, and is not refused.
        UsageKind::WithdrawFree
        | UsageKind::TransferDay
        | UsageKind::TransferMonth
        | UsageKind::BalanceYear
        | UsageKind::BalanceLife
        | UsageKind::ReceiveDay
        | UsageKind::ReceiveMonth => None,
    }
}

fn usage(rows: &mut Rows<'_>, party: PartyId, kind: UsageKind, at_us: i64) -> Result<Usage, Fault> {
    let found = rows.get::<Usage>(Usage::key_at(party, kind, at_us))?;
    Ok(found.map_or_else(|| Usage::fresh(party, kind, at_us), |usage| (*usage).clone()))
}

/// Refuses what one order with a card of a bank may not be, and what is above what is left of the day and month of a
/// moment, microseconds UTC.
pub(crate) fn check(
    rows: &mut Rows<'_>,
    wish: Wish,
    bank: &BankCode,
    at_us: i64,
) -> Result<Result<(), BankOrderRefused>, Fault> {
    let Wish { party, card: _, kind, amount } = wish;
    let card = card_limits(bank);
    let single = match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => card.single_fen,
        BankOrderKind::Withdraw => WITHDRAW_SINGLE_FEN,
        BankOrderKind::Return | BankOrderKind::Transfer => return Ok(Ok(())),
    };
    if amount.exceeds(fen(single)).unwrap_or(true) {
        return Ok(Err(BankOrderRefused::OverSingle { max: single }));
    }
    for counted in counters(kind) {
        let Some(max) = most(counted.kind, bank) else { continue };
        if !usage(rows, party, counted.kind, at_us)?.allows(amount, fen(max)) {
            let day = counted.kind != UsageKind::CardMonth;
            return Ok(Err(if day {
                BankOrderRefused::OverDay { max }
            } else {
                BankOrderRefused::OverMonth { max }
            }));
        }
    }
    Ok(Ok(()))
}

/// The price of what costs nothing.
pub(crate) fn nothing(amount: Money) -> WithdrawPrice {
    let nothing = Money::zero(amount.currency());
    WithdrawPrice { free: nothing, fee: nothing }
}

/// What a withdrawal costs now: nothing, as far as something is left of the free sum.
pub(crate) fn price(rows: &mut Rows<'_>, owner: &Party, amount: Money) -> Result<WithdrawPrice, Fault> {
    if planted(Plant::WithdrawFeeForgotten) {
        return Ok(nothing(amount));
    }
    let left = free_left(rows, owner)?;
    withdraw_price(amount, left).map_err(|error| Fault(format!("price of a withdrawal: {error}")))
}

/// What is left of the free sum. It is one person's for life, over all accounts (domain reference 1.2 and 4): the
/// account that has the person's limits has it. Who is not known has none, and neither has a merchant.
fn free_left(rows: &mut Rows<'_>, owner: &Party) -> Result<Money, Fault> {
    let now_us = rows.now_us();
    let own = usage(rows, owner.id, UsageKind::WithdrawFree, now_us)?;
    let whole = fen(WITHDRAW_FREE_LIFE_FEN);
    match owner.class {
        // A buyer of the sandbox has no owner to share it with.
        AccountClass::Sandbox => Ok(own.left(whole)),
        AccountClass::Merchant | AccountClass::Unverified => Ok(fen(0)),
        AccountClass::One | AccountClass::Two | AccountClass::Three => {
            let Some(standing) = rows.get::<Standing>((rows.slot(), owner.id))? else { return Ok(fen(0)) };
            let known = class_now(rows, owner, &standing)? != AccountClass::Unverified;
            if !known || !standing.holds_quota {
                return Ok(fen(0));
            }
            let others = standing.carried_free_minor.of(Currency::Cny);
            Ok(whole.checked_sub(others).map_or(fen(0), |left| own.left(left)))
        }
    }
}

/// What a withdrawal uses of the limit of a class I account, its fee included: such a balance may pay out so much in
/// its life, to cards of its owner too. Whoever nobody vouches for
/// any more has no more than class I; classes II and III have no limit for these (domain reference 1.1).
pub(crate) fn life(
    rows: &mut Rows<'_>,
    owner: &Party,
    whole: Money,
) -> Result<Result<Minor, BankOrderRefused>, Fault> {
    let standing = rows.get::<Standing>((rows.slot(), owner.id))?;
    let Some(standing) = standing.filter(|_| owner.class.is_person()) else { return Ok(Ok(Minor::ZERO)) };
    if matches!(class_now(rows, owner, &standing)?, AccountClass::Two | AccountClass::Three) {
        return Ok(Ok(Minor::ZERO));
    }
    let used = usage(rows, owner.id, UsageKind::BalanceLife, rows.now_us())?;
    let fits = used.allows(whole, fen(LIFE_OF_ONE_FEN));
    Ok(if fits { Ok(whole.minor()) } else { Err(BankOrderRefused::OverClass { max: LIFE_OF_ONE_FEN }) })
}

/// Counts an order that [`check`] allowed in the periods of the same moment (microseconds UTC), and notes that in it,
/// so that it can be given back to them.
pub(crate) fn count(rows: &mut Rows<'_>, order: &mut BankOrder, at_us: i64) -> Result<(), Fault> {
    for (kind, amount) in sums(order) {
        let counted = usage(rows, order.party, kind, at_us)?.plus(amount);
        rows.put(counted.map_err(|error| Fault(format!("usage of {}: {error}", order.no)))?);
    }
    order.counted_at_us = Some(at_us);
    Ok(())
}

/// Gives back what an order counted, to the periods that it was counted in; once.
pub(crate) fn give_back(rows: &mut Rows<'_>, order: &mut BankOrder) -> Result<(), Fault> {
    let Some(at_us) = order.counted_at_us.take().filter(|_| !planted(Plant::FailedBankOrderCounts)) else {
        return Ok(());
    };
    person::give_back(rows, order)?;
    for (kind, amount) in sums(order) {
        // A counter that has less than was counted in it is the audit's to find: it must not stop the cell.
        if let Ok(less) = usage(rows, order.party, kind, at_us)?.minus(amount) {
            rows.put(less);
        }
    }
    Ok(())
}

/// What an order counts in which counter; nothing where it used nothing.
fn sums(order: &BankOrder) -> Vec<(UsageKind, Money)> {
    let of = |counted: &Counted| {
        let minor = match counted.part {
            Part::Amount => order.amount_minor,
            Part::Free => order.free_minor,
            Part::Life => order.life_minor,
        };
        (counted.kind, minor.of(Currency::Cny))
    };
    counters(order.kind).iter().map(of).filter(|(_, amount)| amount.minor() != Minor::ZERO).collect()
}
