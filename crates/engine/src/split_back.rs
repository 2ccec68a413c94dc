//! Takes parts of an order back from receivers of its splits, for a refund (`refund_royalty_parameters`).
//!
//! Each receiver is asked in its own slot and its part waits in transit. Only when all are there is the refund made, in
//! the decision that hears of the last one; when one receiver cannot pay or the refund cannot be made any more, every
//! part that was taken goes back, and the refund never was. When the refund cannot reach the buyer afterwards, the
//! parts go back as well ([`crate::split_restore`]).

use crate::refund_order::{GivenBack, give_back};
use crate::split_order::{amount, fresh, odd, of_number, view};
use crate::{
    BackAnswer, BackAsk, BackReturn, BackReturned, Fault, Message, Reply, Rows, Share, Stop, books,
    split_hold,
};
use base::{PartyId, Text};
use ledger::{LedgerRefused, Template};
use money::{Minor, Money};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    BackRefused, Order, OutRequestNo, Refund, RefundRefused, SPLITS_MAX, Split, SplitBook, SplitEvent,
    SplitKind, SplitLine, SplitState,
};

/// What one receiver gives back for a refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackPart {
    /// Who it is given to, when it was said: only the merchant of the order can be.
    pub payee: Option<PartyId>,
    /// Who gives it back; absent when nobody is known by the name that was given.
    pub receiver: Option<PartyId>,
    /// How much; a percentage is one of the order's total.
    pub share: Share,
}

/// A refund that parts are taken back for.
pub(crate) struct NewBack {
    /// What the buyer is to get.
    pub(crate) amount: Money,
    /// Its number.
    pub(crate) number: OutRequestNo,
    /// Why, in the merchant's words.
    pub(crate) reason: Option<Text<256>>,
}

/// The last split that took back for a refund of this number.
fn of_refund(rows: &mut Rows<'_>, order: &Order, number: &OutRequestNo) -> Result<Option<Arc<Split>>, Fault> {
    match split_hold::book_of(rows, order.no)? {
        Some(book) => of_number(rows, &book, SplitKind::Back, number),
        None => Ok(None),
    }
}

/// The split that took back for a refund which was made.
pub(crate) fn split_of(
    rows: &mut Rows<'_>,
    order: &Order,
    refund: &Refund,
) -> Result<Option<Arc<Split>>, Fault> {
    // One of an attempt that came to nothing, or of an earlier refund of this number, is not its own.
    let split = of_refund(rows, order, &refund.out_request_no)?;
    Ok(split.filter(|split| split.made_at_us == Some(refund.at_us)))
}

/// What receivers gave back for a refund.
pub(crate) fn given(
    rows: &mut Rows<'_>,
    order: &Order,
    refund: &Refund,
) -> Result<Vec<Arc<SplitLine>>, Fault> {
    let Some(split) = split_of(rows, order, refund)? else { return Ok(Vec::new()) };
    Ok(view(rows, order.seller, split)?.lines)
}

/// The sum of lines.
pub(crate) fn sum_of(order: &Order, lines: &[Arc<SplitLine>]) -> Result<Money, Fault> {
    let mut sum = Money::zero(order.currency);
    for line in lines {
        sum = sum.checked_add(line.amount()).map_err(|error| odd(order.no, error))?;
    }
    Ok(sum)
}

/// Whether a refund that was made took other parts back than these.
pub(crate) fn differs(
    rows: &mut Rows<'_>,
    order: &Order,
    refund: &Refund,
    parts: &[BackPart],
) -> Result<bool, Fault> {
    let made = given(rows, order, refund)?;
    let same = |(line, part): (&Arc<SplitLine>, &BackPart)| {
        Some(line.receiver) == part.receiver
            && part.payee.is_none_or(|payee| payee == order.seller)
            && amount(order, part.share) == Some(line.amount())
    };
    Ok(made.len() != parts.len() || !made.iter().zip(parts).all(same))
}

/// Whether parts are being taken for a refund of this number, so that how it ends is not known.
pub(crate) fn is_taking(rows: &mut Rows<'_>, order: &Order, number: &OutRequestNo) -> Result<bool, Fault> {
    let Some(split) = of_refund(rows, order, number)? else { return Ok(false) };
    let lines = view(rows, order.seller, split)?.lines;
    let moves = |state| matches!(state, SplitState::Asked | SplitState::Returning | SplitState::Restoring);
    Ok(lines.iter().any(|line| moves(line.state)))
}

/// Asks every receiver for its part. The caller has seen that the order can be refunded at all.
pub(crate) fn ask(
    rows: &mut Rows<'_>,
    order: &Order,
    refund: NewBack,
    parts: &[BackPart],
) -> Result<(), Stop<RefundRefused>> {
    let book = split_hold::book_of(rows, order.no)?.unwrap_or_else(|| fresh(order));
    let parts = takeable(rows, order, &book, refund.amount, parts)?;
    if book.splits >= SPLITS_MAX {
        return Stop::because(BackRefused::TooMany.into());
    }

    // Nothing can be refused here below this line; a receiver that cannot pay undoes it.
    let (slot, order_no, at_us) = (order.slot, order.no, rows.now_us());
    let place = book.splits + 1;
    let lines = u32::try_from(parts.len()).expect("a request is bounded");
    rows.put(Split {
        slot,
        order_no,
        place,
        kind: SplitKind::Back,
        out_request_no: refund.number,
        refund_minor: Some(refund.amount.minor()),
        reason: refund.reason,
        lines,
        open: lines,
        finish: false,
        at_us,
        made_at_us: None,
        undone_at_us: None,
    });
    for (line, (receiver, amount)) in (1..).zip(parts) {
        let (currency, amount_minor, state) = (amount.currency(), amount.minor(), SplitState::Asked);
        rows.put(SplitLine { slot, order_no, place, line, receiver, currency, amount_minor, state, at_us });
        let ask = BackAsk { order_no, place, line, receiver, amount };
        rows.send(receiver.slot(), Message::BackAsk(ask));
    }
    rows.put(SplitBook { splits: place, ..book });
    Ok(())
}

/// Receivers and amounts: each has as much of the order, and all together are no more than the refund.
fn takeable(
    rows: &mut Rows<'_>,
    order: &Order,
    book: &SplitBook,
    refund: Money,
    parts: &[BackPart],
) -> Result<Vec<(PartyId, Money)>, Stop<RefundRefused>> {
    if parts.iter().any(|part| part.payee.is_some_and(|payee| payee != order.seller)) {
        return Stop::because(BackRefused::PayeeDiffers.into());
    }
    let mut named = Vec::with_capacity(parts.len());
    for part in parts {
        let Some(receiver) = part.receiver else {
            return Stop::because(BackRefused::ReceiverNotFound.into());
        };
        named.push((receiver, part.share));
    }
    let mut left = has_of(rows, order, book)?;
    let (mut sum, mut taken) = (Money::zero(order.currency), Vec::with_capacity(parts.len()));
    for (receiver, share) in named {
        let has = left.iter_mut().find(|(party, _)| *party == receiver);
        let less = amount(order, share).filter(|amount| !amount.is_zero()).and_then(|amount| {
            let (_, has) = has?;
            *has = has.checked_sub(amount).ok()?;
            sum = sum.checked_add(amount).ok()?;
            Some(amount)
        });
        let Some(amount) = less else { return Stop::because(BackRefused::MoreThanSplit.into()) };
        taken.push((receiver, amount));
    }
    if sum.exceeds(refund).unwrap_or(true) {
        return Stop::because(BackRefused::MoreThanSplit.into());
    }
    Ok(taken)
}

/// What each receiver has of an order: what it got, less what it gave back or is asked for.
fn has_of(rows: &mut Rows<'_>, order: &Order, book: &SplitBook) -> Result<Vec<(PartyId, Money)>, Fault> {
    let mut has: Vec<(PartyId, Money)> = Vec::new();
    let mut gave: Vec<(PartyId, Money)> = Vec::new();
    for place in 1..=book.splits {
        let split = rows.get::<Split>((book.slot, book.order_no, place))?;
        let split = split.ok_or_else(|| odd(order.no, format!("split {place} is gone")))?;
        let kind = split.kind;
        for line in view(rows, order.seller, split)?.lines {
            let (list, counts) = match kind {
                SplitKind::Out => (&mut has, line.state == SplitState::Done),
                // One that is asked or under way may still end in a refund, and one that stayed with the merchant did.
                SplitKind::Back => {
                    (&mut gave, !matches!(line.state, SplitState::Refused | SplitState::Returned))
                }
            };
            if !counts {
                continue;
            }
            match list.iter_mut().find(|(party, _)| *party == line.receiver) {
                Some((_, sum)) => {
                    *sum = sum.checked_add(line.amount()).map_err(|error| odd(order.no, error))?;
                }
                None => list.push((line.receiver, line.amount())),
            }
        }
    }
    for (party, has) in &mut has {
        if let Some((_, gave)) = gave.iter().find(|(giver, _)| giver == party) {
            *has = has.checked_sub(*gave).map_err(|error| odd(order.no, error))?;
        }
    }
    Ok(has)
}

/// In the receiver's slot: the part leaves, if it is there.
pub(crate) fn back_ask(rows: &mut Rows<'_>, said: &BackAsk) -> Result<Option<Reply>, Fault> {
    let BackAsk { order_no, place, line, receiver, amount } = *said;
    let party = rows.get::<Party>((rows.slot(), receiver))?;
    let template = Template::BackOut { receiver, amount };
    // What a list found is not debited, for whomever; the merchant can refund without this part. Other stops do not
    // keep a receiver from giving back: its owner could set one for that.
    let gives = |party: &Arc<Party>| party.status != PartyStatus::Closed && !party.stop.is_listed();
    let mut taken = party.as_ref().is_some_and(gives);
    if taken {
        match books::check(rows, template, Some(order_no))? {
            Ok(posted) => books::book(rows, posted),
            Err(LedgerRefused::BalanceTooLow) => taken = false,
            Err(refused) => return Err(odd(order_no, refused)),
        }
    }
    let answer = BackAnswer { order_no, place, line, taken };
    rows.send(Message::home(order_no), Message::BackAnswer(answer));
    Ok(None)
}

/// In the merchant's slot: with the last answer the refund is made, or all parts go back.
pub(crate) fn back_answer(rows: &mut Rows<'_>, said: &BackAnswer) -> Result<Option<Reply>, Fault> {
    let BackAnswer { order_no, place, line, taken } = *said;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let order = rows.get::<Order>((slot, order_no))?;
    let split = rows.get::<Split>((slot, order_no, place))?;
    let part = rows.get::<SplitLine>((slot, order_no, place, line))?;
    let (Some(order), Some(split), Some(part)) = (order, split, part) else {
        return Err(odd(order_no, format!("line {line} of {place} vanished while it was asked for")));
    };
    let event = if taken { SplitEvent::Take } else { SplitEvent::Refuse };
    let state = moved(&part, event)?;
    rows.put(SplitLine { state, at_us: now_us, ..(*part).clone() });
    let lines = view(rows, order.seller, split.clone())?.lines;
    if lines.iter().any(|line| line.state == SplitState::Asked) {
        let open = still_open(&lines);
        rows.put(Split { open, ..(*split).clone() });
        return Ok(None);
    }
    let all = lines.iter().all(|line| line.state == SplitState::Taken);
    let refused = if all {
        pass(rows, &order, &split, &lines)?
    } else {
        Some(RefundRefused::Back(BackRefused::CannotPay))
    };
    let Some(refused) = refused else { return Ok(None) };
    undo(rows, &split, &lines)?;
    Ok(Some(Reply::RefundOrder(Err(refused))))
}

/// The line after an event.
pub(crate) fn moved(line: &SplitLine, event: SplitEvent) -> Result<SplitState, Fault> {
    let state = line.state.next(event);
    state.ok_or_else(|| odd(line.order_no, format!("line {} of {}: {event:?}", line.line, line.place)))
}

fn still_open(lines: &[Arc<SplitLine>]) -> u32 {
    let open = lines.iter().filter(|line| !line.state.is_final()).count();
    u32::try_from(open).expect("a request is bounded")
}

/// All parts are there: makes the refund. Gives why not, when it cannot be made any more.
fn pass(
    rows: &mut Rows<'_>,
    order: &Order,
    split: &Split,
    lines: &[Arc<SplitLine>],
) -> Result<Option<RefundRefused>, Fault> {
    let back = sum_of(order, lines)?;
    let amount = split.refund_minor.unwrap_or(Minor::ZERO).of(order.currency);
    let (number, reason) = (split.out_request_no.clone(), split.reason.clone());
    match give_back(rows, order, GivenBack { amount, back, number, reason, by_cancel: false }) {
        Ok(()) => {}
        Err(Stop::Refused(refused) | Stop::Noted(refused)) => return Ok(Some(refused)),
        Err(Stop::Fault(fault)) => return Err(fault),
    }
    let now_us = rows.now_us();
    for line in lines {
        let state = moved(line, SplitEvent::Pass)?;
        rows.put(SplitLine { state, at_us: now_us, ..(**line).clone() });
    }
    rows.put(Split { open: 0, made_at_us: Some(now_us), ..split.clone() });
    Ok(None)
}

/// The refund is not made: what was taken goes back.
fn undo(rows: &mut Rows<'_>, split: &Split, lines: &[Arc<SplitLine>]) -> Result<(), Fault> {
    let (now_us, mut open) = (rows.now_us(), 0);
    for line in lines.iter().filter(|line| line.state == SplitState::Taken) {
        let state = moved(line, SplitEvent::Undo)?;
        open += 1;
        rows.put(SplitLine { state, at_us: now_us, ..(**line).clone() });
        let SplitLine { order_no, place, receiver, line: at, .. } = **line;
        let message = BackReturn { order_no, place, line: at, receiver, amount: line.amount() };
        rows.send(receiver.slot(), Message::BackReturn(message));
    }
    rows.put(Split { open, ..split.clone() });
    Ok(())
}

/// In the receiver's slot: the part is there again, also when the account was closed meanwhile: it is the receiver's.
pub(crate) fn back_return(rows: &mut Rows<'_>, said: &BackReturn) -> Result<Option<Reply>, Fault> {
    let BackReturn { order_no, place, line, receiver, amount } = *said;
    books::must(rows, Template::BackReturn { receiver, amount }, Some(order_no))?;
    rows.send(Message::home(order_no), Message::BackReturned(BackReturned { order_no, place, line }));
    Ok(None)
}

/// In the merchant's slot: the receiver has its part again.
pub(crate) fn back_returned(rows: &mut Rows<'_>, said: &BackReturned) -> Result<Option<Reply>, Fault> {
    let BackReturned { order_no, place, line } = *said;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let split = rows.get::<Split>((slot, order_no, place))?;
    let part = rows.get::<SplitLine>((slot, order_no, place, line))?;
    let (Some(split), Some(part)) = (split, part) else {
        return Err(odd(order_no, format!("line {line} of {place} vanished while it went back")));
    };
    let state = moved(&part, SplitEvent::Arrive)?;
    rows.put(SplitLine { state, at_us: now_us, ..(*part).clone() });
    let open = split.open.checked_sub(1).ok_or_else(|| odd(order_no, "more lines ended than there were"))?;
    rows.put(Split { open, ..(*split).clone() });
    Ok(None)
}
