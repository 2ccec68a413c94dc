//! One transfer: by itself, and against what was seen of it.

use super::{Facts, wrong};
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use base::TransferNo;
use engine::Key;
use ledger::{AccountId, PostingKind};
use std::collections::BTreeMap;
use transfer::{Arrival, Transfer, TransferState, TransferWay};

/// How long an offer lasts, and how long money waits, microseconds. Written down again here on purpose: the rules of
/// transfers are what is checked.
pub(crate) const OFFER_US: i64 = 900_000_000;
const TWO_HOURS_US: i64 = 7_200_000_000;
const ONE_DAY_US: i64 = 86_400_000_000;

const fn waits_us(arrival: Arrival) -> i64 {
    match arrival {
        Arrival::AtOnce => 0,
        Arrival::TwoHours => TWO_HOURS_US,
        Arrival::OneDay => ONE_DAY_US,
    }
}

/// Whether a kind of posting is one that transfers have.
pub(super) fn is_of_transfers(kind: PostingKind) -> bool {
    matches!(
        kind,
        PostingKind::TransferOut
            | PostingKind::TransferWait
            | PostingKind::TransferSend
            | PostingKind::TransferUndo
            | PostingKind::TransferIn
            | PostingKind::TransferReturn
    )
}

/// What is wrong with a transfer by itself.
pub(super) fn faults(row: &Transfer) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, message: &str| {
        if !holds {
            faults.push(format!("state {}: {message}", row.state.as_str()));
        }
    };
    check(
        row.no.slot() == row.slot && row.payer.slot() == row.slot,
        "its number or its payer is of another slot",
    );
    check(row.no.at_us() == row.opened_at_us, "opened_at_us is not that of its number");
    check(row.payer != row.payee, "it goes to its own payer");
    check(row.amount_minor.units() > 0, "it is of nothing");
    check(row.app.is_none() == (row.way == TransferWay::Wallet), "only a person needs no app");
    check(row.way == TransferWay::Wallet || row.arrival == Arrival::AtOnce, "only a person has money wait");
    check(
        row.asked_arrival.is_none_or(|asked| asked < row.arrival && row.paid_at_us.is_some()),
        "it was made to wait before it was paid, or not longer than was asked for",
    );
    check(row.timer.is_some() == row.due_at_us.is_some(), "a timer without a moment, or the reverse");
    check(row.ended_at_us.is_some() == row.state.is_final(), "ended_at_us is not that of its state");
    check(row.paid_at_us.is_none_or(|at_us| at_us >= row.opened_at_us), "it was paid before it was opened");
    let begun = row.paid_at_us.unwrap_or(row.opened_at_us);
    check(row.ended_at_us.is_none_or(|at_us| at_us >= begun), "it ended before it began");
    let waited = row.arrival != Arrival::AtOnce;
    let goes_at_us = row.paid_at_us.and_then(|at_us| at_us.checked_add(waits_us(row.arrival)));
    let since = |at_us: Option<i64>| goes_at_us.is_some_and(|goes| at_us.is_some_and(|at_us| at_us >= goes));
    let by_state = match row.state {
        TransferState::Offered => {
            let ends_at_us = row.opened_at_us.checked_add(OFFER_US);
            // Longer when a person of the platform looks at it, which is held against that case.
            row.paid_at_us.is_none() && row.due_at_us >= ends_at_us && row.way == TransferWay::Wallet
        }
        TransferState::Waiting => waited && since(row.due_at_us),
        TransferState::UnderWay => row.paid_at_us.is_some() && row.due_at_us.is_none(),
        TransferState::Done | TransferState::Returned => since(row.ended_at_us) && row.due_at_us.is_none(),
        TransferState::Cancelled => {
            row.due_at_us.is_none() && row.way == TransferWay::Wallet && (row.paid_at_us.is_none() || waited)
        }
    };
    check(by_state, "its times are not those of its state");
    faults
}

/// Whether a message tells how a transfer ended.
pub(super) fn tells(row: &Transfer, content: &str) -> bool {
    let members: BTreeMap<String, String> = serde_json::from_str(content).unwrap_or_default();
    let member = |name| members.get(name).map_or("", String::as_str);
    let told: serde_json::Value = serde_json::from_str(member("biz_content")).unwrap_or_default();
    let status = match row.state {
        TransferState::Done => "SUCCESS",
        TransferState::Returned => "FAIL",
        TransferState::Offered
        | TransferState::Waiting
        | TransferState::UnderWay
        | TransferState::Cancelled => return false,
    };
    member("msg_method") == "alipay.fund.trans.order.changed"
        && told["order_id"] == row.no.to_string()
        && told["status"] == status
}

/// What must have been seen of a transfer, and nothing else. `payee_is_here`: whether the payee's rows are.
pub(super) fn ends(facts: &Facts, payee_is_here: bool, findings: &mut Findings) {
    let Facts { row, has_number, has_timer, received, told, .. } = facts;
    if !has_number {
        let message = "no row of transfer_number points at it";
        findings.add(FindingKind::NumberWrong, "transfer", key(row.no), message);
    }
    let waits = matches!(row.state, TransferState::Offered | TransferState::Waiting);
    if *has_timer != waits {
        let message =
            if waits { "no timer watches it" } else { "a timer watches it, but it waits for nothing" };
        findings.add(FindingKind::TimerWrong, "transfer", key(row.no), message);
    }
    let told_once = matches!(row.state, TransferState::Done | TransferState::Returned);
    if *told != u32::from(told_once && row.notify_url.is_some()) {
        findings.add(
            FindingKind::NoticeWrong,
            "transfer",
            key(row.no),
            format!("{told} messages tell of it"),
        );
    }
    let may_be_there = matches!(row.state, TransferState::Done | TransferState::UnderWay);
    if payee_is_here && (*received && !may_be_there || !received && row.state == TransferState::Done) {
        wrong(row.no, "it and what its payee received do not agree", findings);
    }
    moved(facts, payee_is_here, findings);
}

/// What a posting must have been: its kind, the customer's account, and when when that is known.
type Wanted = (PostingKind, Option<AccountId>, Option<i64>);

fn moved(facts: &Facts, payee_is_here: bool, findings: &mut Findings) {
    let row = &facts.row;
    let mut wanted = wanted(row, payee_is_here && facts.received);
    for seen in &facts.moves {
        let fits = |(kind, party, at_us): &Wanted| {
            *kind == seen.kind
                && *party == seen.party
                && at_us.is_none_or(|at_us| at_us == seen.no.at_us())
                && seen.amount == row.amount_minor.units()
        };
        match wanted.iter().position(fits) {
            Some(place) => {
                wanted.remove(place);
            }
            None => {
                let message = format!("posting {} ({}) is not its own", seen.no, seen.kind.as_str());
                wrong(row.no, message, findings);
            }
        }
    }
    for (kind, _, _) in wanted {
        wrong(row.no, format!("it has no posting {} as it must be", kind.as_str()), findings);
    }
}

fn wanted(row: &Transfer, arrived: bool) -> Vec<Wanted> {
    let (payer, payee) =
        (Some(balance_account(row.payer, row.currency)), Some(balance_account(row.payee, row.currency)));
    let mut wanted = Vec::new();
    if row.paid_at_us.is_none() {
        return wanted;
    }
    if row.arrival == Arrival::AtOnce {
        wanted.push((PostingKind::TransferOut, payer, row.paid_at_us));
    } else {
        wanted.push((PostingKind::TransferWait, payer, row.paid_at_us));
        if !matches!(row.state, TransferState::Waiting | TransferState::Cancelled) {
            wanted.push((PostingKind::TransferSend, None, None));
        }
    }
    if arrived {
        wanted.push((PostingKind::TransferIn, payee, None));
    }
    match row.state {
        TransferState::Returned => wanted.push((PostingKind::TransferReturn, payer, row.ended_at_us)),
        TransferState::Cancelled => wanted.push((PostingKind::TransferUndo, payer, row.ended_at_us)),
        TransferState::Offered | TransferState::Waiting | TransferState::UnderWay | TransferState::Done => {}
    }
    wanted
}

fn key(no: TransferNo) -> String {
    crate::images::text_of_key(&Key::Transfer((no.slot(), no)))
}
