//! A suspense is closed by an operator, with a reason: given back to its card, taken over by the platform, or matched
//! to a bank order that the bank did and whose line is missing.

use super::{prepare, returns};
use crate::command::Next;
use crate::{Fault, Rows, Stop, books};
use base::{BankOrderNo, Day, Slot};
use fund::{BankOrder, BankOrderKind};
use ledger::Template;
use recon::{
    BankAccount, BookedLine, CloseSuspenseRefused, ClosingReason, ClosingWay, Operator, Settlement, Suspense,
    SuspenseClosing,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to become of the money.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CloseWay {
    /// It goes back to the card of the order that its line names.
    GiveBack,
    /// It is the platform's own, or its loss.
    Own,
    /// It is what this order waited for.
    Match(BankOrderNo),
}

/// An operator closes a suspense. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseSuspense {
    /// The suspense's slot.
    pub slot: Slot,
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Its serial.
    pub serial: u32,
    /// What is to become of the money.
    pub way: CloseWay,
    /// Why.
    pub reason: ClosingReason,
    /// Who.
    pub operator: Operator,
}

impl CloseSuspense {
    pub(crate) const fn slot(&self) -> Slot {
        self.slot
    }
}

impl CloseWay {
    const fn kept(self) -> ClosingWay {
        match self {
            CloseWay::GiveBack => ClosingWay::GivenBack,
            CloseWay::Own => ClosingWay::Own,
            CloseWay::Match(_) => ClosingWay::Matched,
        }
    }
}

pub(crate) fn close_suspense(
    rows: &mut Rows<'_>,
    command: &CloseSuspense,
) -> Result<Next<Arc<SuspenseClosing>>, Stop<CloseSuspenseRefused>> {
    let CloseSuspense { slot, account, day, serial, way, reason, operator } = command;
    let key = (*slot, account.clone(), *day, *serial);
    let Some(suspense) = rows.get::<Suspense>(key.clone())? else {
        return Stop::because(CloseSuspenseRefused::NotFound);
    };
    if let Some(known) = rows.get::<SuspenseClosing>(key.clone())? {
        let to = match way {
            CloseWay::Match(no) => Some(*no),
            CloseWay::GiveBack | CloseWay::Own => known.bank_order,
        };
        let same = (known.way, &known.reason, &known.operator, known.bank_order)
            == (way.kept(), reason, operator, to);
        return if same { Ok(Next::Answer(known)) } else { Stop::because(CloseSuspenseRefused::Closed) };
    }
    if !way.kept().allows(suspense.class, suspense.is_credit) {
        return Stop::because(CloseSuspenseRefused::WayImpossible);
    }
    let line = rows.get::<BookedLine>(key)?;
    let line = line.ok_or_else(|| Fault(format!("a suspense of {day} has no line")))?;
    let order = match order_for(rows, *way, &line)? {
        Ok(order) => order,
        Err(refused) => return Stop::because(refused),
    };

    // Nothing can be refused below this line; nothing was changed above it.
    let bank_order = book(rows, *way, &line, order.as_deref())?;
    let closing = Arc::new(SuspenseClosing {
        slot: *slot,
        account: account.clone(),
        day: *day,
        serial: *serial,
        way: way.kept(),
        bank_order,
        reason: reason.clone(),
        operator: operator.clone(),
        closed_at_us: rows.now_us(),
    });
    rows.put_shared(closing.clone());
    Ok(Next::Answer(closing))
}

/// The order that the money goes back for, or is matched to; absent when there is none to it.
fn order_for(
    rows: &mut Rows<'_>,
    way: CloseWay,
    line: &BookedLine,
) -> Result<Result<Option<Arc<BankOrder>>, CloseSuspenseRefused>, Fault> {
    let no = match way {
        CloseWay::Own => return Ok(Ok(None)),
        CloseWay::GiveBack => line.bank_order,
        CloseWay::Match(no) => Some(no).filter(|no| no.slot() == line.slot),
    };
    let order = no.map_or(Ok(None), |no| rows.get::<BankOrder>((line.slot, no)))?;
    let Some(order) = order else { return Ok(Err(CloseSuspenseRefused::OrderNotFound)) };
    if order.amount() != line.amount() || order.kind.is_in() != line.is_credit {
        return Ok(Err(CloseSuspenseRefused::OrderDiffers));
    }
    let free = match way {
        CloseWay::Match(_) => {
            order.state.was_done() && rows.get::<Settlement>((line.slot, order.no))?.is_none()
        }
        CloseWay::GiveBack => {
            let key = returns::key(order.no, &part(line))?;
            let settled = rows.get::<Settlement>((line.slot, order.no))?;
            // Another line was matched to the order: this one is what its party has already.
            let is_its_own = order.bank_ref.as_ref() == Some(&line.reference)
                && settled.is_some_and(|settled| settled.reference != line.reference);
            !is_its_own && prepare::by_key(rows, order.party, BankOrderKind::Return, &key)?.is_none()
        }
        CloseWay::Own => true,
    };
    Ok(if free { Ok(Some(order)) } else { Err(CloseSuspenseRefused::OrderNotOpen) })
}

/// The part of a return's key that names the line.
fn part(line: &BookedLine) -> String {
    format!("{} {}", line.day, line.serial)
}

/// Moves the money out of suspense. Gives the order that it is for.
fn book(
    rows: &mut Rows<'_>,
    way: CloseWay,
    line: &BookedLine,
    order: Option<&BankOrder>,
) -> Result<Option<BankOrderNo>, Fault> {
    let (slot, amount) = (line.slot, line.amount());
    let missing = || Fault("a closing that needs its order has none".to_owned());
    match way {
        CloseWay::Own => {
            let template = if line.is_credit {
                Template::SuspenseKept { slot, amount }
            } else {
                Template::SuspenseBorne { slot, amount }
            };
            books::must(rows, template, line.bank_order.map(BankOrderNo::topic))?;
            Ok(None)
        }
        CloseWay::GiveBack => {
            let order = order.ok_or_else(missing)?;
            let back = returns::open(rows, order, &part(line), amount)?.ok_or_else(missing)?;
            books::must(rows, Template::SuspenseReturn { slot, amount }, Some(back.topic()))?;
            Ok(Some(back))
        }
        CloseWay::Match(no) => {
            let template = if line.is_credit {
                Template::SuspenseMatchIn { slot, amount }
            } else {
                Template::SuspenseMatchOut { slot, amount }
            };
            books::must(rows, template, Some(no.topic()))?;
            rows.put(Settlement {
                slot,
                no,
                account: line.account.clone(),
                day: line.day,
                serial: line.serial,
                reference: line.reference.clone(),
                settled_at_us: rows.now_us(),
            });
            Ok(Some(no))
        }
    }
}
