//! A suspense is closed by two operators, with a reason: one proposes, and nothing moves before another approves. It is
//! given back to its card, or to the payer of a transfer to somebody else's card, taken over by the platform, or
//! matched to a bank order that the bank did and whose line is missing.

use super::{prepare, returns};
use crate::command::Next;
use crate::transfer::sent_back::{self, SentBack};
use crate::{Fault, Rows, Stop, books};
use base::{BankOrderNo, Day, Slot};
use fund::{BankOrder, BankOrderKind};
use ledger::Template;
use recon::{
    BankAccount, BookedLine, Class, CloseSuspenseRefused, ClosingReason, ClosingWay, Operator, Settlement,
    Suspense, SuspenseClosing, SuspenseProposal,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to become of the money.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CloseWay {
    /// It goes back to the card of the order that its line names; of a transfer to somebody else's card, to its payer.
    GiveBack,
    /// It is the platform's own, or its loss.
    Own,
    /// It is what this order waited for.
    Match(BankOrderNo),
}

/// An operator proposes how to close a suspense. Proposing again, by whomever, replaces what was proposed; the same
/// again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeSuspense {
    /// The suspense's slot.
    pub slot: Slot,
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Its serial.
    pub serial: u32,
    /// What shall become of the money.
    pub way: CloseWay,
    /// Why.
    pub reason: ClosingReason,
    /// Who.
    pub operator: Operator,
}

/// Another operator approves, naming what was read, and the suspense is closed. The same again changes nothing.
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
    /// What is to become of the money, as it was proposed.
    pub way: CloseWay,
    /// Why, as it was proposed.
    pub reason: ClosingReason,
    /// Who approves.
    pub operator: Operator,
}

/// An operator takes a proposal back, the own one or another's; the suspense stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawSuspense {
    /// The suspense's slot.
    pub slot: Slot,
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Its serial.
    pub serial: u32,
    /// Who.
    pub operator: Operator,
}

impl ProposeSuspense {
    pub(crate) const fn slot(&self) -> Slot {
        self.slot
    }
}

impl CloseSuspense {
    pub(crate) const fn slot(&self) -> Slot {
        self.slot
    }
}

impl WithdrawSuspense {
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

    /// The order that it is matched to.
    const fn order(self) -> Option<BankOrderNo> {
        match self {
            CloseWay::GiveBack | CloseWay::Own => None,
            CloseWay::Match(no) => Some(no),
        }
    }
}

type Place = (Slot, BankAccount, Day, u32);
/// A suspense, and its closing when it has one.
type Standing = (Arc<Suspense>, Option<Arc<SuspenseClosing>>);
/// The line of a suspense, and the bank order that its closing needs.
type Needs = (Arc<BookedLine>, Option<Arc<BankOrder>>);

/// The suspense and its line, when somebody is named and the suspense is there.
fn standing(
    rows: &mut Rows<'_>,
    place: &Place,
    operator: &Operator,
) -> Result<Standing, Stop<CloseSuspenseRefused>> {
    if !people::names_operator(operator.as_str()) {
        return Stop::because(CloseSuspenseRefused::NoOperator);
    }
    let Some(suspense) = rows.get::<Suspense>(place.clone())? else {
        return Stop::because(CloseSuspenseRefused::NotFound);
    };
    Ok((suspense, rows.get::<SuspenseClosing>(place.clone())?))
}

/// The line, and the order that a way needs, when the suspense can be closed so now.
fn possible(
    rows: &mut Rows<'_>,
    place: Place,
    suspense: &Suspense,
    way: CloseWay,
) -> Result<Needs, Stop<CloseSuspenseRefused>> {
    if !way.kept().allows(suspense.class, suspense.is_credit) {
        return Stop::because(CloseSuspenseRefused::WayImpossible);
    }
    let day = place.2;
    let line = rows.get::<BookedLine>(place)?;
    let line = line.ok_or_else(|| Fault(format!("a suspense of {day} has no line")))?;
    match order_for(rows, way, suspense.class, &line)? {
        Ok(order) => Ok((line, order)),
        Err(refused) => Stop::because(refused),
    }
}

pub(crate) fn propose_suspense(
    rows: &mut Rows<'_>,
    command: &ProposeSuspense,
) -> Result<Next<Arc<SuspenseProposal>>, Stop<CloseSuspenseRefused>> {
    let ProposeSuspense { slot, account, day, serial, way, reason, operator } = command.clone();
    let place = (slot, account.clone(), day, serial);
    let (suspense, closing) = standing(rows, &place, &operator)?;
    if closing.is_some() {
        return Stop::because(CloseSuspenseRefused::Closed);
    }
    possible(rows, place.clone(), &suspense, way)?;
    let known = rows.get::<SuspenseProposal>(place)?;
    let same = |known: &&Arc<SuspenseProposal>| known.operator == operator && is_read(known, way, &reason);
    if let Some(known) = known.as_ref().filter(same) {
        return Ok(Next::Answer(known.clone()));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let proposal = Arc::new(SuspenseProposal {
        slot,
        account,
        day,
        serial,
        way: way.kept(),
        bank_order: way.order(),
        reason,
        operator,
        proposed_at_us: rows.now_us(),
    });
    rows.put_shared(proposal.clone());
    Ok(Next::Answer(proposal))
}

/// Whether a proposal is the one that was read.
fn is_read(proposal: &SuspenseProposal, way: CloseWay, reason: &ClosingReason) -> bool {
    (proposal.way, proposal.bank_order, &proposal.reason) == (way.kept(), way.order(), reason)
}

pub(crate) fn withdraw_suspense(
    rows: &mut Rows<'_>,
    command: &WithdrawSuspense,
) -> Result<Next<()>, Stop<CloseSuspenseRefused>> {
    let WithdrawSuspense { slot, account, day, serial, operator } = command.clone();
    let place = (slot, account, day, serial);
    let (_, closing) = standing(rows, &place, &operator)?;
    if closing.is_some() {
        return Stop::because(CloseSuspenseRefused::Closed);
    }
    if rows.get::<SuspenseProposal>(place.clone())?.is_none() {
        return Stop::because(CloseSuspenseRefused::NotProposed);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    rows.delete::<SuspenseProposal>(place);
    Ok(Next::Answer(()))
}

pub(crate) fn close_suspense(
    rows: &mut Rows<'_>,
    command: &CloseSuspense,
) -> Result<Next<Arc<SuspenseClosing>>, Stop<CloseSuspenseRefused>> {
    let CloseSuspense { slot, account, day, serial, way, reason, operator } = command.clone();
    let place = (slot, account.clone(), day, serial);
    let (suspense, closing) = standing(rows, &place, &operator)?;
    if let Some(known) = closing {
        let to = way.order().or(known.bank_order);
        let same = (known.way, &known.reason, known.approved_by.as_ref(), known.bank_order)
            == (way.kept(), &reason, Some(&operator), to);
        return if same { Ok(Next::Answer(known)) } else { Stop::because(CloseSuspenseRefused::Closed) };
    }
    let Some(proposal) = rows.get::<SuspenseProposal>(place.clone())? else {
        return Stop::because(CloseSuspenseRefused::NotProposed);
    };
    if proposal.operator == operator {
        return Stop::because(CloseSuspenseRefused::SelfApproval);
    }
    if !is_read(&proposal, way, &reason) {
        return Stop::because(CloseSuspenseRefused::Edited);
    }
    // What it needs may have changed since it was proposed.
    let (line, order) = possible(rows, place.clone(), &suspense, way)?;

    // Nothing can be refused below this line; nothing was changed above it.
    let bank_order = book(rows, way, &line, order.as_deref())?;
    let closing = Arc::new(SuspenseClosing {
        slot,
        account,
        day,
        serial,
        way: way.kept(),
        bank_order,
        reason,
        operator: proposal.operator.clone(),
        closed_at_us: rows.now_us(),
        approved_by: Some(operator),
    });
    rows.put_shared(closing.clone());
    rows.delete::<SuspenseProposal>(place);
    Ok(Next::Answer(closing))
}

/// The order that the money goes back for, or is matched to; absent when there is none to it.
fn order_for(
    rows: &mut Rows<'_>,
    way: CloseWay,
    class: Class,
    line: &BookedLine,
) -> Result<Result<Option<Arc<BankOrder>>, CloseSuspenseRefused>, Fault> {
    let no = match way {
        CloseWay::Own => return Ok(Ok(None)),
        CloseWay::GiveBack => line.bank_order,
        CloseWay::Match(no) => Some(no).filter(|no| no.slot() == line.slot),
    };
    let order = no.map_or(Ok(None), |no| rows.get::<BankOrder>((line.slot, no)))?;
    let Some(order) = order else { return Ok(Err(CloseSuspenseRefused::OrderNotFound)) };
    // What was paid and came back: of a withdrawal to its party's card again; of a transfer to its payer, because who
    // has that card is nobody here.
    let gives_back = way == CloseWay::GiveBack && class == Class::SignDiffers && order.state.was_done();
    let goes_back = matches!(order.kind, BankOrderKind::Withdraw | BankOrderKind::Transfer);
    let fits = order.kind.is_in() == line.is_credit || gives_back && goes_back;
    if order.amount() != line.amount() || !fits {
        return Ok(Err(CloseSuspenseRefused::OrderDiffers));
    }
    let free = match way {
        CloseWay::Match(_) => {
            order.state.was_done() && rows.get::<Settlement>((line.slot, order.no))?.is_none()
        }
        CloseWay::GiveBack => {
            let key = returns::key(order.no, &part(line))?;
            let settled = rows.get::<Settlement>((line.slot, order.no))?;
            // The movement that the bank named when it answered. With the wrong sign it is a wrong line, and nothing
            // came back; when another line was matched to the order, it is what its party has already.
            let is_its_own = order.bank_ref.as_ref() == Some(&line.reference)
                && (class == Class::SignDiffers
                    || settled.is_some_and(|settled| settled.reference != line.reference));
            let is_new = match order.kind {
                BankOrderKind::Transfer => sent_back::can_return(rows, &order)?,
                _ => prepare::by_key(rows, order.party, BankOrderKind::Return, &key)?.is_none(),
            };
            !is_its_own && is_new
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
            if order.kind == BankOrderKind::Transfer {
                sent_back::came_back(rows, order, SentBack::Suspense)?;
                return Ok(Some(order.no));
            }
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
