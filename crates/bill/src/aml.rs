//! The report against money laundering of a closed day, out of the day's postings.
//!
//! Counted is what moved on balances: each posting once a party, with its fee set aside as the account's lines have it.
//! What only comes back (a refund that bounced, a transfer that was called back) is no movement of its own. Money that
//! a payer's transfer keeps waiting left the payer on the day it was paid.

use crate::about::{card_transfer_of, transfer_of, withdrawal_of};
use crate::account::{fee_of, moved, postings};
use crate::{BillError, Business};
use base::{DAY_US, Day, PartyId, Slot};
use engine::{Key, Row, Table};
use ledger::{AccountKind, Posting, PostingKind};
use money::Currency;
use people::PartyKind;
use risk::{AmlReport, Form, Movement, RiskCase, RiskCaseState, Way, aml_report, report_by};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;
use store::Reader;

/// Rows read at once.
const PAGE: usize = 1_000;
/// The head line of a report.
const HEAD: &str = "kind,party,rule,way,count,sum_fen,others,day,report_by,state";

/// Why there is no report of a day.
#[derive(Debug, thiserror::Error)]
pub enum AmlError {
    /// A slot with postings of the day has not closed it.
    #[error("the day is not closed in slot {0}")]
    Open(Slot),
    /// The books could not be read.
    #[error(transparent)]
    Bill(#[from] BillError),
}

/// A party that somebody found to be the one on a list, on this day.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listed {
    /// Who.
    pub party: PartyId,
    /// The subject of the case: the list's version and entry.
    pub subject: String,
}

/// What of a day is to be reported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AmlDay {
    /// The day.
    pub day: Day,
    /// Sums and patterns.
    pub report: AmlReport,
    /// Parties on a list: to be reported at once.
    pub listed: Vec<Listed>,
}

/// The report of a day that is over and closed in every slot.
///
/// # Errors
/// When the day is not closed, and when the books cannot be read.
pub fn aml_day(reader: &mut dyn Reader, day: Day) -> Result<AmlDay, AmlError> {
    let begins_us = day.begins_at_us();
    let within_us = begins_us..begins_us.saturating_add(DAY_US);
    let (mut movements, mut kinds, mut newest) = (Vec::new(), BTreeMap::new(), None);
    let before_us = begins_us.saturating_sub(DAY_US)..begins_us;
    let mut before = Vec::new();
    for slot in Slot::all() {
        let mut any = false;
        postings(reader, slot, &within_us, &mut |reader, posting| {
            any = true;
            movements.extend(movements_of(reader, posting, &mut kinds)?);
            Ok(ControlFlow::Continue(()))
        })?;
        postings(reader, slot, &before_us, &mut |reader, posting| {
            // Only patterns look back, and they are of transfers.
            let found = movements_of(reader, posting, &mut kinds)?;
            before.extend(found.into_iter().filter(|one| matches!(one.form, Form::Transfer | Form::Card)));
            Ok(ControlFlow::Continue(()))
        })?;
        let closed = match reader.row(&Key::DayClose((slot,))).map_err(BillError::from)? {
            Some(Row::DayClose(close)) => {
                newest = newest.max(Some(close.last_date));
                close.first_date <= day && close.last_date >= day
            }
            Some(_) | None => false,
        };
        if any && !closed {
            return Err(AmlError::Open(slot));
        }
    }
    // A day that no slot has come to may still bring something.
    if newest.is_none_or(|newest| newest < day) {
        return Err(AmlError::Open(Slot::PLATFORM));
    }
    for list in [&mut before, &mut movements] {
        list.sort_by_key(|movement: &Movement| (movement.at_us, movement.party, movement.way));
    }
    Ok(AmlDay { day, report: aml_report(&before, &movements), listed: listed(reader, day)? })
}

/// What a posting moved on balances of parties. A posting is of one party, beside accounts of the platform.
fn movements_of(
    reader: &mut dyn Reader,
    posting: &Posting,
    kinds: &mut BTreeMap<PartyId, Option<PartyKind>>,
) -> Result<Vec<Movement>, BillError> {
    let mut found = Vec::new();
    let form = match Business::of(posting.kind) {
        // Paid in at a counter of ours: no bank was asked.
        Business::TopUp if posting.kind == PostingKind::TopUp => Form::Cash,
        Business::Transfer => Form::Transfer,
        Business::TopUp | Business::Sale | Business::Payment | Business::Refund => Form::Other,
        Business::Split => Form::Other,
        Business::Withdraw => Form::Card,
        Business::PaymentBack | Business::RefundBack | Business::SplitBack => return Ok(found),
        Business::TransferBack | Business::WithdrawBack => return Ok(found),
        Business::Fee | Business::FeeBack => return Ok(found),
    };
    for entry in posting.entries() {
        let account = entry.account;
        if account.kind() != Some(AccountKind::Balance) || posting.currency != Currency::Cny {
            continue;
        }
        let Some(party) = account.owner() else { continue };
        let Some(kind) = kind_of(reader, party, kinds)? else { continue };
        let fee = fee_of(posting) - card_fee(reader, posting)?;
        let Some(moved) = moved(posting, account) else { continue };
        let delta_minor = moved.delta_minor - fee;
        if delta_minor == 0 {
            continue;
        }
        let way = if delta_minor > 0 { Way::In } else { Way::Out };
        let transfer = transfer_of(reader, posting)?;
        let other = transfer.map(|row| if row.payer == party { row.payee } else { row.payer });
        found.push(Movement {
            party,
            is_person: kind == PartyKind::Person,
            at_us: posting.no.at_us(),
            way,
            form,
            amount_minor: delta_minor.unsigned_abs(),
            other,
        });
    }
    Ok(found)
}

/// The fee that leaves together with money for a card, fen; nothing for other postings.
fn card_fee(reader: &mut dyn Reader, posting: &Posting) -> Result<i64, BillError> {
    if let Some(order) = withdrawal_of(reader, posting)? {
        return Ok(order.fee_minor.units());
    }
    Ok(card_transfer_of(reader, posting)?.map_or(0, |(transfer, _)| transfer.fee_minor.units()))
}

fn kind_of(
    reader: &mut dyn Reader,
    party: PartyId,
    kinds: &mut BTreeMap<PartyId, Option<PartyKind>>,
) -> Result<Option<PartyKind>, BillError> {
    if let Some(kind) = kinds.get(&party) {
        return Ok(*kind);
    }
    let kind = match reader.row(&Key::Party((party.slot(), party)))? {
        Some(Row::Party(row)) => Some(row.kind),
        Some(_) | None => None,
    };
    kinds.insert(party, kind);
    Ok(kind)
}

/// The cases of lists that were decided against their parties on a day.
fn listed(reader: &mut dyn Reader, day: Day) -> Result<Vec<Listed>, BillError> {
    let (mut found, mut after) = (Vec::new(), None::<Key>);
    let is_it = |case: &RiskCase| {
        case.state == RiskCaseState::Refused
            && risk::is_screen_subject(case.subject.as_str())
            && case.decided_at_us.is_some_and(|at_us| Day::of(at_us) == day)
    };
    loop {
        let page = reader.scan(Table::RiskCase, None, after.as_ref(), PAGE)?;
        after = page.last().map(Row::key);
        let is_last = page.len() < PAGE;
        for row in page {
            if let Row::RiskCase(case) = row
                && is_it(&case)
            {
                found.push(Listed { party: case.party, subject: case.subject.to_string() });
            }
        }
        if is_last {
            found.sort();
            return Ok(found);
        }
    }
}

/// A report as a file: CSV, with a last line that names what is above it by its BLAKE3. The same day gives the same
/// file. Every line begins its way as `NEW`: who looks at it keeps the state elsewhere.
pub fn aml_file(day: &AmlDay) -> String {
    let tail = format!("{},{},NEW\n", day.day, report_by(day.day));
    let at_once = format!("{},{},NEW\n", day.day, day.day);
    let mut file = format!("{HEAD}\n");
    for one in &day.report.large {
        // Writing to a text cannot fail.
        let _ = write!(
            file,
            "large,{},{},{},{},{},,{tail}",
            one.party,
            one.rule.word(),
            one.way.word(),
            one.count,
            one.sum_minor
        );
    }
    for one in &day.report.suspicious {
        let _ = write!(
            file,
            "suspicious,{},{},out,{},{},{},{tail}",
            one.party,
            one.pattern.word(),
            one.count,
            one.sum_minor,
            one.others
        );
    }
    for one in &day.listed {
        // Who says it and why is in the list; the name of its entry has no comma.
        let _ = write!(file, "suspicious,{},on_list {},,,,,{at_once}", one.party, entry_of(&one.subject));
    }
    let digest: String = risk::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    file.push_str(&format!("blake3,{digest}\n"));
    file
}

/// Version and entry out of the subject of a case; what stands for the name is left out.
fn entry_of(subject: &str) -> String {
    subject.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")
}
