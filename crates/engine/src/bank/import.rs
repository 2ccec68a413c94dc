//! A line of the bank's statement: classed, and booked as its class says. The state is looked at before anything is
//! posted, so that no file, however often or in whatever order it comes, moves money twice.

use super::answered::heard_done;
use super::statement::LineBooked;
use crate::command::Next;
use crate::transfer::sent_back::{self, SentBack};
use crate::{Fault, Message, Rows, Stop, books};
use base::{BankOrderNo, Day, Slot};
use fund::{BankOrder, BankOrderKind, BankOrderState, BankSurprise, Done, SurpriseKind};
use ledger::Template;
use recon::{
    BankAccount, BookedLine, Class, ImportRefused, OrderFacts, Settlement, StatementLine, SurpriseSettlement,
    Suspense, SuspenseOwner, Word, classify,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Takes one line of a statement that was read as a whole. The answer is the line as it was booked, or `None` when
/// the line is the first that is heard of what the bank did: that was booked, and the line is to be asked for
/// again, because one decision posts once. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportLine {
    /// Our account at the bank.
    pub account: BankAccount,
    /// The statement's day.
    pub day: Day,
    /// How many lines the statement has.
    pub of_lines: u32,
    /// The line.
    pub line: StatementLine,
    /// The order that its key names, when the key is one of these books.
    pub order: Option<BankOrderNo>,
}

impl ImportLine {
    pub(crate) fn slot(&self) -> Slot {
        self.order.map_or(Slot::PLATFORM, BankOrderNo::slot)
    }
}

pub(crate) fn import_line(
    rows: &mut Rows<'_>,
    command: &ImportLine,
) -> Result<Next<Option<Arc<BookedLine>>>, Stop<ImportRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let ImportLine { account, day, of_lines, line, order } = command;
    let order = order.map_or(Ok(None), |no| rows.get::<BankOrder>((slot, no)))?;
    let facts = order.as_ref().map_or(Ok(None), |order| facts(rows, order).map(Some))?;
    let booked = BookedLine {
        slot,
        account: account.clone(),
        day: *day,
        serial: line.serial,
        of_lines: *of_lines,
        value_day: line.value_day,
        order_key: line.order_key.clone(),
        reference: line.reference.clone(),
        is_credit: line.is_credit,
        currency: line.amount.currency(),
        amount_minor: line.amount.minor(),
        class: classify(line, *day, facts.as_ref()),
        bank_order: order.as_ref().map(|order| order.no),
        imported_at_us: now_us,
    };
    if let Some(known) = rows.get::<BookedLine>((slot, account.clone(), *day, line.serial))? {
        // What it was for our books then, it stays.
        let same = BookedLine {
            class: known.class,
            bank_order: known.bank_order,
            imported_at_us: known.imported_at_us,
            ..booked
        };
        return if *known == same {
            Ok(Next::Answer(Some(known)))
        } else {
            Stop::because(ImportRefused::LineDiffers { day: *day, serial: line.serial })
        };
    }

    // Nothing can be refused below this line; nothing was changed above it.
    match order.as_deref() {
        Some(order) if booked.class.settles() && !was_heard(rows, order, &booked)? => {
            let done = Done { amount: booked.amount(), bank_ref: booked.reference.clone() };
            heard_done(rows, &as_sent(order), &done)?;
            return Ok(Next::Answer(None));
        }
        Some(order) if booked.class.settles() => settle(rows, order, &booked)?,
        Some(order) if booked.class == Class::CameBack => {
            sent_back::came_back(rows, order, SentBack::Reserve)?;
        }
        Some(order) if waits_as_surprise(rows, order, &booked)? => settle_surprise(rows, order, &booked)?,
        Some(_) | None => leave_unclear(rows, &booked)?,
    }
    if let Some(owner) = SuspenseOwner::of(booked.class) {
        look_after(rows, &booked, owner, order.as_deref())?;
    }
    let booked = Arc::new(booked);
    rows.put_shared(booked.clone());
    let told = LineBooked { account: account.clone(), day: *day };
    rows.send(Slot::PLATFORM, Message::LineBooked(told));
    Ok(Next::Answer(Some(booked)))
}

/// What our books say of an order, in the words of reconciliation.
fn facts(rows: &mut Rows<'_>, order: &BankOrder) -> Result<OrderFacts, Fault> {
    let sent = order.tries > 0;
    let word = match order.state {
        BankOrderState::Draft => Word::NeverSent,
        // What was sent may be unknown to books that were restored: the statement says that it arrived.
        BankOrderState::Asked | BankOrderState::Unknown | BankOrderState::GivenUp => Word::Awaited,
        BankOrderState::Done
        | BankOrderState::Returning
        | BankOrderState::Returned
        | BankOrderState::Credited => Word::Done,
        BankOrderState::Failed => Word::Ended,
        BankOrderState::Closed if sent => Word::Ended,
        BankOrderState::Closed => Word::NeverSent,
    };
    let settled = rows.get::<Settlement>((order.slot, order.no))?.is_some();
    let may_return = settled && sent_back::line_may_return(rows, order)?;
    let (is_in, amount, reference) = (order.kind.is_in(), order.amount(), order.bank_ref.clone());
    Ok(OrderFacts { is_in, amount, word, reference, settled, may_return })
}

/// Whether the order, or a surprise about it, tells already of the movement that the line shows.
fn was_heard(rows: &mut Rows<'_>, order: &BankOrder, line: &BookedLine) -> Result<bool, Fault> {
    if order.state.was_done() {
        return Ok(true);
    }
    let key = (order.slot, order.no, SurpriseKind::DoneAfterEnd, line.reference.clone());
    Ok(rows.get::<BankSurprise>(key)?.is_some())
}

/// An order that the bank did was sent to it.
fn as_sent(order: &BankOrder) -> BankOrder {
    let order = order.clone();
    if order.state == BankOrderState::Asked {
        BankOrder { state: BankOrderState::Unknown, tries: order.tries.saturating_add(1), ..order }
    } else {
        order
    }
}

/// Whether the line shows a movement that stands in the books as suspense since the bank spoke of it, and has no line
/// yet.
fn waits_as_surprise(rows: &mut Rows<'_>, order: &BankOrder, line: &BookedLine) -> Result<bool, Fault> {
    let (slot, no, reference) = (order.slot, order.no, line.reference.clone());
    if line.class != Class::Duplicate {
        return Ok(false);
    }
    let key = (slot, no, SurpriseKind::DoneAfterEnd, reference.clone());
    let Some(surprise) = rows.get::<BankSurprise>(key)?.filter(|surprise| surprise.booked) else {
        return Ok(false);
    };
    let settled = rows.get::<Settlement>((slot, no))?;
    let by_order = settled.is_some_and(|settled| settled.reference == reference);
    let by_itself = rows.get::<SurpriseSettlement>((slot, no, reference))?.is_some();
    let same = (surprise.currency, surprise.amount_minor) == (line.currency, line.amount_minor);
    Ok(same && !by_order && !by_itself)
}

/// The money of a surprise is where the statement shows it; it stays suspense.
fn settle_surprise(rows: &mut Rows<'_>, order: &BankOrder, line: &BookedLine) -> Result<(), Fault> {
    post_settled(rows, order, line)?;
    rows.put(SurpriseSettlement {
        slot: line.slot,
        no: order.no,
        reference: line.reference.clone(),
        account: line.account.clone(),
        day: line.day,
        serial: line.serial,
        settled_at_us: rows.now_us(),
    });
    Ok(())
}

fn post_settled(rows: &mut Rows<'_>, order: &BankOrder, line: &BookedLine) -> Result<(), Fault> {
    let (slot, amount) = (line.slot, line.amount());
    let template = if line.is_credit {
        Template::SettleIn { slot, amount }
    } else {
        Template::SettleOut { slot, amount }
    };
    books::must(rows, template, Some(order.no.topic()))
}

/// The money is where the statement shows it.
fn settle(rows: &mut Rows<'_>, order: &BankOrder, line: &BookedLine) -> Result<(), Fault> {
    let slot = line.slot;
    post_settled(rows, order, line)?;
    rows.put(Settlement {
        slot,
        no: order.no,
        account: line.account.clone(),
        day: line.day,
        serial: line.serial,
        reference: line.reference.clone(),
        settled_at_us: rows.now_us(),
    });
    Ok(())
}

/// Money that the statement shows and nothing explains is in the reserve, or gone from it, all the same.
fn leave_unclear(rows: &mut Rows<'_>, line: &BookedLine) -> Result<(), Fault> {
    let (slot, amount) = (line.slot, line.amount());
    let template = if line.is_credit {
        Template::UnclearIn { slot, amount }
    } else {
        Template::UnclearOut { slot, amount }
    };
    books::must(rows, template, line.bank_order.map(BankOrderNo::topic))
}

/// Somebody is to look after a line that nothing explains; the transfer whose order it names knows of it.
fn look_after(
    rows: &mut Rows<'_>,
    line: &BookedLine,
    owner: SuspenseOwner,
    order: Option<&BankOrder>,
) -> Result<(), Fault> {
    if let Some(order) = order.filter(|order| order.kind == BankOrderKind::Transfer) {
        sent_back::note_odd(rows, order)?;
    }
    rows.put(Suspense {
        slot: line.slot,
        account: line.account.clone(),
        day: line.day,
        serial: line.serial,
        class: line.class,
        owner,
        party: order.map(|order| order.party),
        is_credit: line.is_credit,
        currency: line.currency,
        amount_minor: line.amount_minor,
        opened_at_us: line.imported_at_us,
    });
    Ok(())
}
