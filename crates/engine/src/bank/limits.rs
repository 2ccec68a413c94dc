//! What a party's card orders count against, in the party's own slot.

use crate::{Fault, Rows};
use base::{PartyId, Plant, planted};
use fund::{
    BankOrder, BankOrderKind, BankOrderRefused, CARD_DAY_FEN, CARD_MONTH_FEN, CARD_SINGLE_FEN,
    WITHDRAW_DAY_FEN, WITHDRAW_FREE_LIFE_FEN, WITHDRAW_SINGLE_FEN, WithdrawPrice, fen, withdraw_price,
};
use money::{Currency, Minor, Money};
use people::{Usage, UsageKind};

/// Which counter an order of a kind counts in, and how.
struct Counted {
    kind: UsageKind,
    /// Whether it counts the free sum that was used, and not the amount.
    free: bool,
}

/// The counters of a kind of order. A return counts nothing: its money came from the card.
const fn counters(kind: BankOrderKind) -> &'static [Counted] {
    match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => &[
            Counted { kind: UsageKind::CardDay, free: false },
            Counted { kind: UsageKind::CardMonth, free: false },
        ],
        BankOrderKind::Withdraw => &[
            Counted { kind: UsageKind::WithdrawDay, free: false },
            Counted { kind: UsageKind::WithdrawFree, free: true },
        ],
        BankOrderKind::Return => &[],
    }
}

fn usage(rows: &mut Rows<'_>, party: PartyId, kind: UsageKind, at_us: i64) -> Result<Usage, Fault> {
    let found = rows.get::<Usage>(Usage::key_at(party, kind, at_us))?;
    Ok(found.map_or_else(|| Usage::fresh(party, kind, at_us), |usage| (*usage).clone()))
}

/// Refuses what one order may not be, and what is above what is left of day and month.
pub(crate) fn check(
    rows: &mut Rows<'_>,
    party: PartyId,
    kind: BankOrderKind,
    amount: Money,
) -> Result<Result<(), BankOrderRefused>, Fault> {
    let single = match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => CARD_SINGLE_FEN,
        BankOrderKind::Withdraw => WITHDRAW_SINGLE_FEN,
        BankOrderKind::Return => return Ok(Ok(())),
    };
    if amount.exceeds(fen(single)).unwrap_or(true) {
        return Ok(Err(BankOrderRefused::OverSingle { max: single }));
    }
    let now_us = rows.now_us();
    for counted in counters(kind) {
        let max = match counted.kind {
            UsageKind::CardDay => CARD_DAY_FEN,
            UsageKind::CardMonth => CARD_MONTH_FEN,
            UsageKind::WithdrawDay => WITHDRAW_DAY_FEN,
            // What is above the free sum costs, and is not refused.
            UsageKind::WithdrawFree => continue,
            UsageKind::TransferDay
            | UsageKind::TransferMonth
            | UsageKind::BalanceYear
            | UsageKind::BalanceLife => continue,
        };
        if !usage(rows, party, counted.kind, now_us)?.allows(amount, fen(max)) {
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

/// What an order costs now: nothing, but for withdrawals above what is left of the free sum.
pub(crate) fn price(
    rows: &mut Rows<'_>,
    party: PartyId,
    kind: BankOrderKind,
    amount: Money,
) -> Result<WithdrawPrice, Fault> {
    let nothing = Money::zero(amount.currency());
    if kind != BankOrderKind::Withdraw || planted(Plant::WithdrawFeeForgotten) {
        return Ok(WithdrawPrice { free: nothing, fee: nothing });
    }
    let now_us = rows.now_us();
    let left = usage(rows, party, UsageKind::WithdrawFree, now_us)?.left(fen(WITHDRAW_FREE_LIFE_FEN));
    withdraw_price(amount, left).map_err(|error| Fault(format!("price of a withdrawal: {error}")))
}

/// Counts an order that [`check`] allowed, and notes in it when, so that it can be given back to the same periods.
pub(crate) fn count(rows: &mut Rows<'_>, order: &mut BankOrder) -> Result<(), Fault> {
    let now_us = rows.now_us();
    for (kind, amount) in sums(order) {
        let counted = usage(rows, order.party, kind, now_us)?.plus(amount);
        rows.put(counted.map_err(|error| Fault(format!("usage of {}: {error}", order.no)))?);
    }
    order.counted_at_us = Some(now_us);
    Ok(())
}

/// Gives back what an order counted, to the periods that it was counted in; once.
pub(crate) fn give_back(rows: &mut Rows<'_>, order: &mut BankOrder) -> Result<(), Fault> {
    let Some(at_us) = order.counted_at_us.take().filter(|_| !planted(Plant::FailedBankOrderCounts)) else {
        return Ok(());
    };
    for (kind, amount) in sums(order) {
        // A counter that has less than was counted in it is the audit's to find: it must not stop the cell.
        if let Ok(less) = usage(rows, order.party, kind, at_us)?.minus(amount) {
            rows.put(less);
        }
    }
    Ok(())
}

/// What an order counts in which counter; nothing of the free sum when it used none.
fn sums(order: &BankOrder) -> Vec<(UsageKind, Money)> {
    let of = |counted: &Counted| {
        let minor = if counted.free { order.free_minor } else { order.amount_minor };
        (counted.kind, minor.of(Currency::Cny))
    };
    counters(order.kind).iter().map(of).filter(|(_, amount)| amount.minor() != Minor::ZERO).collect()
}
