//! Splits a paid order: parts of its money leave the merchant for receivers it bound, each in a slot of its own.
//!
//! All parts leave in one posting. Each arrives, or comes back because its receiver's account was given up; the split
//! is answered when the last of them is known.

use crate::books::Freed;
use crate::command::Next;
use crate::query::order_of;
use crate::relation::bound;
use crate::split_left::left;
use crate::{
    Fault, Message, OpenOrder, Reply, Rows, SplitAnswer, SplitIn, Stop, Which, books, split_hold, split_told,
};
use base::{OrderNo, PartyId, Slot};
use ledger::{LedgerRefused, Template};
use money::{Minor, Money};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Order, OutRequestNo, SPLITS_MAX, Split, SplitBook, SplitEvent, SplitKind, SplitLine, SplitRefused,
    SplitState, can_be_split, percent,
};

/// How much one receiver shall get.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Share {
    /// This amount.
    Amount(Money),
    /// So many per cent of the order's total, 1 to 100, rounded down to the fen.
    Percent(u32),
}

/// One receiver of a split.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SplitPart {
    /// Who pays, when it was said: only the merchant of the order can.
    pub payer: Option<PartyId>,
    /// Who gets it; absent when nobody is known by the name that was given.
    pub receiver: Option<PartyId>,
    /// How much.
    pub share: Share,
}

/// A merchant splits an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SplitOrder {
    /// The merchant.
    pub seller: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// The merchant's number of the request.
    pub out_request_no: OutRequestNo,
    /// The receivers; at most [`trade::SPLIT_LINES_MAX`]. There may be none when it finishes.
    pub parts: Vec<SplitPart>,
    /// Whether nothing more comes: what is held of the order is free again.
    pub finish: bool,
}

/// A split as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct SplitView {
    /// The order's merchant.
    pub seller: PartyId,
    /// The split.
    pub split: Arc<Split>,
    /// Its lines.
    pub lines: Vec<Arc<SplitLine>>,
}

impl SplitOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn split_order(
    rows: &mut Rows<'_>,
    command: &SplitOrder,
) -> Result<Next<SplitView>, Stop<SplitRefused>> {
    let order = order_of(rows, command.seller, &Which::No(command.order_no))?.filter(|order| order.exists());
    let Some(order) = order else { return Stop::because(SplitRefused::TradeNotFound) };
    let book = rows.get::<SplitBook>((rows.slot(), order.no))?;
    let book = book.map_or_else(|| fresh(&order), |book| (*book).clone());
    if let Some(first) = of_number(rows, &book, SplitKind::Out, &command.out_request_no)? {
        return again(rows, &order, command, first);
    }
    splits_allowed(rows, &order, &book, command)?;
    let parts = parts(rows, &order, command)?;
    let mut sum = Money::zero(order.currency);
    for (_, amount) in &parts {
        let Ok(more) = sum.checked_add(*amount) else { return Stop::because(SplitRefused::MoreThanLeft) };
        sum = more;
    }
    let left = left(rows, &order, &book)?;
    if sum.exceeds(left).unwrap_or(true) {
        return Stop::because(SplitRefused::MoreThanLeft);
    }
    let held = split_hold::held(rows, Some(&book))?;
    let mut posted = None;
    if !sum.is_zero() {
        let template = Template::SplitOut { seller: order.seller, amount: sum };
        posted = match books::check_freed(
            rows,
            template,
            Some(order.no),
            held.as_deref().map_or(Freed::Nothing, Freed::All),
        )? {
            Ok(posted) => Some(posted),
            Err(LedgerRefused::BalanceTooLow) => return Stop::because(SplitRefused::SellerBalanceTooLow),
            Err(refused) => return Err(Stop::Fault(odd(order.no, refused))),
        };
    }
    let split = book.split().checked_add(sum).map_err(|error| odd(order.no, error))?;
    let in_escrow = split_hold::in_escrow(rows, &order)?;

    // Nothing can be refused here below this line; a closed receiver sends its part back.
    split_hold::free(rows, held)?;
    if let Some(posted) = posted {
        // The accounts of the check with the hold freed are those that now stand there.
        books::book(rows, posted);
    }
    let finished = book.finished || command.finish;
    let mut book = SplitBook { split_minor: split.minor(), splits: book.splits + 1, finished, ..book };
    split_hold::keep(rows, &order, in_escrow, &mut book)?;
    let split = send(rows, &book, command, &parts);
    rows.put(book);
    if parts.is_empty() {
        return Ok(Next::Answer(SplitView {
            seller: order.seller,
            split: Arc::new(split),
            lines: Vec::new(),
        }));
    }
    Ok(Next::Chain)
}

pub(crate) fn odd(order_no: OrderNo, error: impl std::fmt::Display) -> Fault {
    Fault(format!("splits of order {order_no}: {error}"))
}

/// Keeps that what an order gets is held for splits, when its merchant asked for that (`royalty_freeze`).
pub(crate) fn hold_if_asked(rows: &mut Rows<'_>, command: &OpenOrder, order: &Order) {
    if command.royalty_freeze {
        rows.insert(SplitBook { freeze: true, ..fresh(order) });
    }
}

/// The book of an order that was not split yet.
pub(crate) fn fresh(order: &Order) -> SplitBook {
    SplitBook {
        slot: order.slot,
        order_no: order.no,
        currency: order.currency,
        freeze: false,
        hold: None,
        timer: None,
        freed: false,
        split_minor: Minor::ZERO,
        splits: 0,
        finished: false,
        giving_minor: Minor::ZERO,
        fee_due_minor: Minor::ZERO,
    }
}

/// The order's split of this kind and number; of several that took back for refunds of one number, the last.
pub(crate) fn of_number(
    rows: &mut Rows<'_>,
    book: &SplitBook,
    kind: SplitKind,
    number: &OutRequestNo,
) -> Result<Option<Arc<Split>>, Fault> {
    for place in (1..=book.splits).rev() {
        let split = rows.get::<Split>((book.slot, book.order_no, place))?;
        if split.as_ref().is_some_and(|split| split.kind == kind && split.out_request_no == *number) {
            return Ok(split);
        }
    }
    Ok(None)
}

/// A split with its lines.
pub(crate) fn view(rows: &mut Rows<'_>, seller: PartyId, split: Arc<Split>) -> Result<SplitView, Fault> {
    let mut lines = Vec::with_capacity(usize::try_from(split.lines).unwrap_or(0));
    for line in 1..=split.lines {
        let found = rows.get::<SplitLine>((split.slot, split.order_no, split.place, line))?;
        lines.push(
            found.ok_or_else(|| odd(split.order_no, format!("line {line} of {} is gone", split.place)))?,
        );
    }
    Ok(SplitView { seller, split, lines })
}

/// A request under a number that was used before.
fn again(
    rows: &mut Rows<'_>,
    order: &Order,
    command: &SplitOrder,
    first: Arc<Split>,
) -> Result<Next<SplitView>, Stop<SplitRefused>> {
    let view = view(rows, order.seller, first)?;
    if view.split.finish != command.finish {
        return Stop::because(SplitRefused::NumberTaken { field: "royalty_finish" });
    }
    let same = |(line, part): (&Arc<SplitLine>, &SplitPart)| {
        Some(line.receiver) == part.receiver
            && part.payer.is_none_or(|payer| payer == order.seller)
            && amount(order, part.share) == Some(line.amount())
    };
    if view.lines.len() != command.parts.len() || !view.lines.iter().zip(&command.parts).all(same) {
        return Stop::because(SplitRefused::NumberTaken { field: "royalty_parameters" });
    }
    Ok(Next::Answer(view))
}

/// The amount of a share; `None` when it is none that an order of this currency can have.
pub(crate) fn amount(order: &Order, share: Share) -> Option<Money> {
    match share {
        Share::Amount(amount) => Some(amount).filter(|amount| amount.currency() == order.currency),
        Share::Percent(of_total) => percent(order.total(), of_total).ok(),
    }
}

/// Whether the order can be split at all now.
fn splits_allowed(
    rows: &mut Rows<'_>,
    order: &Order,
    book: &SplitBook,
    command: &SplitOrder,
) -> Result<(), Stop<SplitRefused>> {
    if let Err(refused) = can_be_split(order, rows.now_us()) {
        return Stop::because(refused);
    }
    if book.finished && (command.parts.is_empty() || left(rows, order, book)?.is_zero()) {
        return Stop::because(SplitRefused::Finished);
    }
    // The end is always possible, and comes once: what is held must not stay so for want of a place.
    let only_ends = command.finish && command.parts.is_empty();
    if book.splits >= SPLITS_MAX && !only_ends {
        return Stop::because(SplitRefused::TooMany);
    }
    let seller = rows.get::<Party>((rows.slot(), order.seller))?;
    // To end it moves nothing out of the balance; a part does.
    let pays = !command.parts.is_empty();
    if seller.is_none_or(|seller| seller.status != PartyStatus::Normal || pays && seller.stop.holds()) {
        return Stop::because(SplitRefused::SellerBlocked);
    }
    Ok(())
}

/// Receivers and amounts; each receiver must be bound.
fn parts(
    rows: &mut Rows<'_>,
    order: &Order,
    command: &SplitOrder,
) -> Result<Vec<(PartyId, Money)>, Stop<SplitRefused>> {
    if command.parts.iter().any(|part| part.payer.is_some_and(|payer| payer != order.seller)) {
        return Stop::because(SplitRefused::PayerDiffers);
    }
    if command.parts.iter().any(|part| part.receiver == Some(order.seller)) {
        return Stop::because(SplitRefused::ReceiverIsSeller);
    }
    let known = bound(rows, order.seller)?;
    let mut parts = Vec::with_capacity(command.parts.len());
    for part in &command.parts {
        let known = |receiver: &PartyId| known.iter().any(|relation| relation.receiver == *receiver);
        let Some(receiver) = part.receiver.filter(known) else {
            return Stop::because(SplitRefused::ReceiverNotBound);
        };
        parts.push((receiver, part.share));
    }
    let mut amounts = Vec::with_capacity(parts.len());
    for (receiver, share) in parts {
        let Some(amount) = amount(order, share).filter(|amount| !amount.is_zero()) else {
            return Stop::because(SplitRefused::MoreThanLeft);
        };
        amounts.push((receiver, amount));
    }
    Ok(amounts)
}

/// Writes the split and its lines, and sends each part on its way.
fn send(rows: &mut Rows<'_>, book: &SplitBook, command: &SplitOrder, parts: &[(PartyId, Money)]) -> Split {
    let (slot, order_no, place, at_us) = (book.slot, book.order_no, book.splits, rows.now_us());
    let lines = u32::try_from(parts.len()).expect("a request is bounded");
    let split = Split {
        slot,
        order_no,
        place,
        kind: SplitKind::Out,
        out_request_no: command.out_request_no.clone(),
        refund_minor: None,
        reason: None,
        lines,
        open: lines,
        finish: command.finish,
        at_us,
        made_at_us: None,
        undone_at_us: None,
    };
    rows.put(split.clone());
    for (line, (receiver, amount)) in (1..).zip(parts.iter().copied()) {
        rows.put(SplitLine {
            slot,
            order_no,
            place,
            line,
            receiver,
            currency: amount.currency(),
            amount_minor: amount.minor(),
            state: SplitState::UnderWay,
            at_us,
        });
        rows.send(receiver.slot(), Message::SplitIn(SplitIn { order_no, place, line, receiver, amount }));
    }
    split
}

/// In the receiver's slot: the part arrives, unless the account was given up.
pub(crate) fn split_in(rows: &mut Rows<'_>, said: &SplitIn) -> Result<Option<Reply>, Fault> {
    let SplitIn { order_no, place, line, receiver, amount } = *said;
    let party = rows.get::<Party>((rows.slot(), receiver))?;
    let arrived = party.is_some_and(|party| party.status != PartyStatus::Closed);
    if arrived {
        books::must(rows, Template::SplitIn { receiver, amount }, Some(order_no))?;
    }
    let answer = SplitAnswer { order_no, place, line, arrived };
    rows.send(Message::home(order_no), Message::SplitAnswer(answer));
    Ok(None)
}

/// In the merchant's slot: the receiver has its part, or the merchant has it back. The last line answers.
pub(crate) fn split_answer(rows: &mut Rows<'_>, said: &SplitAnswer) -> Result<Option<Reply>, Fault> {
    let SplitAnswer { order_no, place, line, arrived } = *said;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let order = rows.get::<Order>((slot, order_no))?;
    let book = rows.get::<SplitBook>((slot, order_no))?;
    let split = rows.get::<Split>((slot, order_no, place))?;
    let part = rows.get::<SplitLine>((slot, order_no, place, line))?;
    let (Some(order), Some(book), Some(split), Some(part)) = (order, book, split, part) else {
        return Err(odd(order_no, format!("line {line} of {place} vanished while it was under way")));
    };
    let event = if arrived { SplitEvent::Arrive } else { SplitEvent::Bounce };
    let state = part.state.next(event);
    let state = state.ok_or_else(|| odd(order_no, format!("line {line} of {place} ended twice")))?;
    if state == SplitState::Returned {
        to_merchant(rows, &order, &book, part.amount())?;
    }
    let open = split.open.checked_sub(1).ok_or_else(|| odd(order_no, "more lines ended than there were"))?;
    let split = Split { open, ..(*split).clone() };
    rows.put(SplitLine { state, at_us: now_us, ..(*part).clone() });
    rows.put(split.clone());
    if open > 0 {
        return Ok(None);
    }
    let view = view(rows, order.seller, Arc::new(split))?;
    split_told::tell(rows, &order, &view);
    Ok(Some(Reply::SplitOrder(Ok(view))))
}

/// A part could not reach its receiver: the merchant has it.
pub(crate) fn to_merchant(
    rows: &mut Rows<'_>,
    order: &Order,
    book: &SplitBook,
    amount: Money,
) -> Result<(), Fault> {
    books::must(rows, Template::SplitReturn { seller: order.seller, amount }, Some(order.no))?;
    let left = book.split().checked_sub(amount).map_err(|error| odd(order.no, error))?;
    let mut book = SplitBook { split_minor: left.minor(), ..book.clone() };
    let held = split_hold::held(rows, Some(&book))?;
    split_hold::free(rows, held)?;
    let in_escrow = split_hold::in_escrow(rows, order)?;
    split_hold::keep(rows, order, in_escrow, &mut book)?;
    rows.put(book);
    Ok(())
}
