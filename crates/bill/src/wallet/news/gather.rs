//! Which row tells what, and how far lists are read for it.

use super::{Found, Newest, NewsKind, Of, target};
use crate::BillError;
use crate::refunds;
use crate::wallet::Deal;
use crate::wallet::story::{is_at_bank, refund_order, returned_at_us};
use base::{BankOrderNo, DAY_US, HOUR_US, OrderNo, PartyId, Text, TransferNo};
use engine::{Key, Row, Table};
use fund::{BankOrder, BankOrderKind, BankOrderState};
use people::{DEVICES_MAX, PASSKEYS_MAX};
use risk::RiskCaseState;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{REFUND_WINDOW_US, Refund, RefundState, Trade, TradeState};
use transfer::{Received, Transfer, TransferState};

/// Rows of a list that are read at once.
const PAGE: usize = 100;
/// Rows of a list, with what is read beside them, that are read for one page of news; the next page goes on below. A
/// person has a few deals a day; of somebody with more than 5,000 in a year, what became of older ones long after is
/// told on their bills alone.
const READS_MAX: usize = 5_000;
/// Refunds of a payment that are told; the bill of one with more has all.
const REFUNDS_MAX: usize = 100;
/// How much later than its number, which is of when it was asked for, something may become of a deal: a refund is made
/// within a year of the payment, which is made within weeks.
const LATE_US: i64 = REFUND_WINDOW_US + 31 * DAY_US;
/// How much earlier than its number something may seem to have become of a deal: the number is of another cell's clock.
const AHEAD_US: i64 = HOUR_US;
/// Numbers are microseconds times this, and the slot.
const NUMBERS_A_US: i64 = 100;
/// Agreements of a person that are looked at, the newest first.
const MANDATES_MAX: usize = 500;
/// Cases of a person that are looked at.
const CASES_MAX: usize = 500;

/// Everything that may be among the newest.
pub(super) fn all(reader: &mut dyn Reader, party: PartyId, newest: &mut Newest) -> Result<(), BillError> {
    sign_ins(reader, party, newest)?;
    passkeys(reader, party, newest)?;
    cases(reader, party, newest)?;
    mandates(reader, party, newest)?;
    walk::<Received>(reader, party, newest)?;
    walk::<Transfer>(reader, party, newest)?;
    walk::<BankOrder>(reader, party, newest)?;
    // The one whose news may come latest, when most of the others is there.
    walk::<Trade>(reader, party, newest)
}

fn sign_ins(reader: &mut dyn Reader, party: PartyId, newest: &mut Newest) -> Result<(), BillError> {
    for place in 0..DEVICES_MAX {
        if let Some(Row::Device(device)) = reader.row(&Key::Device((party.slot(), party, place)))? {
            newest.add(Found::new(NewsKind::SignedIn, device.since_us, device.no, Of::Device(device)));
        }
    }
    Ok(())
}

fn passkeys(reader: &mut dyn Reader, party: PartyId, newest: &mut Newest) -> Result<(), BillError> {
    for place in 0..PASSKEYS_MAX {
        if let Some(Row::Passkey(passkey)) = reader.row(&Key::Passkey((party.slot(), party, place)))? {
            let (at_us, no) = (passkey.added_at_us, passkey.no);
            newest.add(Found::new(NewsKind::PasskeyAdded, at_us, no, Of::Passkey(passkey)));
        }
    }
    Ok(())
}

/// The cases of a party lie together, by their subject.
fn cases(reader: &mut dyn Reader, party: PartyId, newest: &mut Newest) -> Result<(), BillError> {
    let slot = party.slot();
    let none = Text::new("").map_err(|error| BillError::Odd(error.to_string()))?;
    let rows =
        reader.scan(Table::RiskCase, Some(slot), Some(&Key::RiskCase((slot, party, none))), CASES_MAX)?;
    for row in rows {
        let Row::RiskCase(case) = row else { continue };
        if case.party != party {
            return Ok(());
        }
        let kind = match case.state {
            RiskCaseState::Open => continue,
            RiskCaseState::Released => NewsKind::CaseReleased,
            RiskCaseState::Refused => NewsKind::CaseRefused,
        };
        let Some(at_us) = case.decided_at_us.filter(|_| target(&case).is_some()) else { continue };
        newest.add(Found::new(kind, at_us, case.decision, Of::Case(case)));
    }
    Ok(())
}

fn mandates(reader: &mut dyn Reader, party: PartyId, newest: &mut Newest) -> Result<(), BillError> {
    for mandate in reader.mandates(party, None, MANDATES_MAX)? {
        let number = mandate.no.number().unsigned_abs();
        let of = || Of::Mandate(mandate.clone());
        newest.add(Found::new(NewsKind::AgreementSigned, mandate.signed_at_us, number, of()));
        if let Some(at_us) = mandate.ended_at_us {
            let reason = mandate.ended_by.map(trade::EndedBy::as_str);
            newest.add(Found { reason, ..Found::new(NewsKind::AgreementEnded, at_us, number, of()) });
        }
    }
    Ok(())
}

/// A row of a list of a party, in the order of numbers.
trait Listed: Sized {
    /// The next rows below a number, [`PAGE`] of them unless the list ends.
    fn page(
        reader: &mut dyn Reader,
        party: PartyId,
        before: Option<i64>,
    ) -> Result<Vec<Arc<Self>>, StoreError>;

    /// Its number.
    fn serial(&self) -> i64;

    /// Adds what it tells.
    fn tell(row: &Arc<Self>, reader: &mut dyn Reader, newest: &mut Newest) -> Result<(), BillError>;
}

/// Reads a list downwards as long as something of what is below may be among the newest.
fn walk<L: Listed>(reader: &mut dyn Reader, party: PartyId, newest: &mut Newest) -> Result<(), BillError> {
    let begins_at_us = newest.before.map(|before| before.at_us.saturating_add(AHEAD_US));
    let mut before = begins_at_us.map(|at_us| at_us.saturating_mul(NUMBERS_A_US));
    newest.reads_left = READS_MAX;
    loop {
        let page = L::page(reader, party, before)?;
        for row in &page {
            if !newest.has_room_for((row.serial() / NUMBERS_A_US).saturating_add(LATE_US)) {
                return Ok(());
            }
            newest.note_read(1);
            L::tell(row, reader, newest)?;
            if newest.reads_left == 0 {
                leave(newest, row.serial() / NUMBERS_A_US);
                return Ok(());
            }
        }
        if page.len() < PAGE {
            return Ok(());
        }
        before = page.last().map(|row| row.serial());
    }
}

/// A list is left at a row of this moment, microseconds UTC, with more below it.
fn leave(newest: &mut Newest, at_us: i64) {
    // What is of the same moment may be below.
    let at_us = at_us.saturating_add(1);
    let at_us = match newest.before {
        // Each page begins below the one before it, also of a list with more in an hour than is read at once.
        Some(before) if at_us >= before.at_us => before.at_us.saturating_sub(AHEAD_US),
        _ => at_us,
    };
    newest.cut_at_us = newest.cut_at_us.max(Some(at_us).filter(|at_us| *at_us > 0));
}

impl Listed for Trade {
    fn page(
        reader: &mut dyn Reader,
        party: PartyId,
        before: Option<i64>,
    ) -> Result<Vec<Arc<Trade>>, StoreError> {
        reader.trades(party, before.and_then(OrderNo::from_number), PAGE)
    }

    fn serial(&self) -> i64 {
        self.no.number()
    }

    fn tell(row: &Arc<Trade>, reader: &mut dyn Reader, newest: &mut Newest) -> Result<(), BillError> {
        let number = row.no.number().unsigned_abs();
        let found = |kind, at_us| Found::new(kind, at_us, number, Of::Deal(Deal::Payment(row.clone())));
        if let Some(at_us) = row.paid_at_us {
            newest.add(found(NewsKind::PaymentDone, at_us));
        } else if let Some(at_us) = row.closed_at_us.filter(|_| row.state == TradeState::Closed) {
            newest.note_read(1);
            if !is_at_bank(reader, row)? {
                newest.add(found(NewsKind::PaymentClosed, at_us));
            }
        }
        if row.refunded_minor.units() > 0 {
            let refunds = refunds::some_of(reader, row.no, REFUNDS_MAX)?;
            newest.note_read(refunds.len());
            for refund in refunds.iter().filter(|refund| refund.state == RefundState::Done) {
                tell_refund(row, refund, reader, newest)?;
            }
        }
        Ok(())
    }
}

/// What the merchant gave back to the balance is there at once; what goes to a card is when its bank says so.
fn tell_refund(
    trade: &Arc<Trade>,
    refund: &Refund,
    reader: &mut dyn Reader,
    newest: &mut Newest,
) -> Result<(), BillError> {
    let (kind, at_us, number) = match trade.bank_order {
        None => (NewsKind::RefundArrived, refund.at_us, trade.no.number()),
        Some(paid_by) => {
            // Its name and itself.
            newest.note_read(2);
            let Some(order) = refund_order(reader, trade, paid_by, refund)? else { return Ok(()) };
            let kind = match order.state {
                BankOrderState::Done => NewsKind::RefundArrived,
                BankOrderState::Failed => NewsKind::CardMoneyCredited,
                // It is on its way; what is owed to a card is never given up.
                BankOrderState::Draft
                | BankOrderState::Asked
                | BankOrderState::Unknown
                | BankOrderState::GivenUp
                | BankOrderState::Closed
                | BankOrderState::Returning
                | BankOrderState::Returned
                | BankOrderState::Credited => return Ok(()),
            };
            let Some(at_us) = order.heard_at_us else { return Ok(()) };
            (kind, at_us, order.no.number())
        }
    };
    let (amount, words) = (Some(refund.amount()), refund.reason.as_ref().map(ToString::to_string));
    let found = Found::new(kind, at_us, number.unsigned_abs(), Of::Deal(Deal::Payment(trade.clone())));
    newest.add(Found { amount, words, ..found });
    Ok(())
}

impl Listed for Transfer {
    fn page(
        reader: &mut dyn Reader,
        party: PartyId,
        before: Option<i64>,
    ) -> Result<Vec<Arc<Transfer>>, StoreError> {
        reader.transfers(party, before.and_then(TransferNo::from_number), PAGE)
    }

    fn serial(&self) -> i64 {
        self.no.number()
    }

    fn tell(row: &Arc<Transfer>, _: &mut dyn Reader, newest: &mut Newest) -> Result<(), BillError> {
        let (kind, at_us) = match row.state {
            // It is to be confirmed, or is there in a moment.
            TransferState::Offered | TransferState::UnderWay => return Ok(()),
            TransferState::Waiting => (NewsKind::TransferWaits, row.paid_at_us),
            TransferState::Done => (NewsKind::TransferDone, row.ended_at_us),
            TransferState::Returned => (NewsKind::TransferReturned, row.ended_at_us),
            // An offer that lapsed moved nothing.
            TransferState::Cancelled => {
                (NewsKind::TransferCalledBack, row.ended_at_us.filter(|_| row.paid_at_us.is_some()))
            }
        };
        let Some(at_us) = at_us else { return Ok(()) };
        let of = Of::Deal(Deal::Sent(row.clone()));
        let arrives_at_us = row.due_at_us.filter(|_| kind == NewsKind::TransferWaits);
        let found = Found::new(kind, at_us, row.no.number().unsigned_abs(), of);
        newest.add(Found { arrives_at_us, ..found });
        Ok(())
    }
}

impl Listed for Received {
    fn page(
        reader: &mut dyn Reader,
        party: PartyId,
        before: Option<i64>,
    ) -> Result<Vec<Arc<Received>>, StoreError> {
        reader.received(party, before.and_then(TransferNo::from_number), PAGE)
    }

    fn serial(&self) -> i64 {
        self.no.number()
    }

    fn tell(row: &Arc<Received>, _: &mut dyn Reader, newest: &mut Newest) -> Result<(), BillError> {
        let (number, of) = (row.no.number().unsigned_abs(), Of::Deal(Deal::Received(row.clone())));
        newest.add(Found::new(NewsKind::TransferReceived, row.at_us, number, of));
        Ok(())
    }
}

impl Listed for BankOrder {
    fn page(
        reader: &mut dyn Reader,
        party: PartyId,
        before: Option<i64>,
    ) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        reader.bank_orders(party, before.and_then(BankOrderNo::from_number), PAGE)
    }

    fn serial(&self) -> i64 {
        self.no.number()
    }

    fn tell(row: &Arc<BankOrder>, reader: &mut dyn Reader, newest: &mut Newest) -> Result<(), BillError> {
        let Some(kind) = news_of(row.kind, row.state) else { return Ok(()) };
        let of = match (row.kind, row.about) {
            (BankOrderKind::Pay, Some(order_no)) => Of::Payment(order_no),
            _ => Of::Deal(Deal::AtBank(row.clone())),
        };
        let at_us = match row.state {
            BankOrderState::Returned | BankOrderState::Credited => {
                newest.note_read(2);
                returned_at_us(reader, row)?.or(row.heard_at_us)
            }
            // A draft that nobody confirmed has no word of a bank, and moved nothing.
            BankOrderState::Draft
            | BankOrderState::Asked
            | BankOrderState::Unknown
            | BankOrderState::GivenUp
            | BankOrderState::Done
            | BankOrderState::Failed
            | BankOrderState::Closed
            | BankOrderState::Returning => row.heard_at_us,
        };
        let Some(at_us) = at_us else { return Ok(()) };
        let reason = row.reason.filter(|_| row.state == BankOrderState::Failed).map(fund::BankReason::as_str);
        let found = Found::new(kind, at_us, row.no.number().unsigned_abs(), of);
        newest.add(Found { amount: Some(row.amount()), reason, ..found });
        Ok(())
    }
}

/// What an order to a bank tells its party. What brings money back is told of what it brings back, and a payment that
/// was made of its trade.
const fn news_of(kind: BankOrderKind, state: BankOrderState) -> Option<NewsKind> {
    use {BankOrderKind as K, BankOrderState as S};
    match (kind, state) {
        (K::Return | K::Transfer, _) | (K::Pay, S::Done) => None,
        // The bank may still do what was given up: it is told once, with the bank's word.
        (K::TopUp | K::Withdraw | K::Pay, S::Draft | S::Asked | S::Unknown | S::GivenUp | S::Returning) => {
            None
        }
        (K::TopUp, S::Done) => Some(NewsKind::TopUpDone),
        (K::TopUp, S::Failed) => Some(NewsKind::TopUpFailed),
        (K::Withdraw, S::Done) => Some(NewsKind::WithdrawalDone),
        (K::Withdraw, S::Failed) => Some(NewsKind::WithdrawalFailed),
        (K::Pay, S::Failed) => Some(NewsKind::PaymentFailed),
        (K::TopUp | K::Withdraw | K::Pay, S::Closed) => Some(NewsKind::BankOrderGivenUp),
        (K::TopUp | K::Withdraw | K::Pay, S::Returned) => Some(NewsKind::CardMoneyReturned),
        (K::TopUp | K::Withdraw | K::Pay, S::Credited) => Some(NewsKind::CardMoneyCredited),
    }
}
