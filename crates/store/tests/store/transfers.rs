//! The smallest and the largest rows of transfers.

use super::{last, longest};
use crate::samples::*;
use base::{PartyId, Slot, TimerNo, TransferNo};
use engine::Row;
use money::{Currency, Minor};
use transfer::{Arrival, KnownPayee, Received, Transfer, TransferNumber, TransferState, TransferWay};

pub(super) fn extremes() -> [Row; 8] {
    let (slot, party, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let (first, no) = (TransferNo::from_number(0).unwrap(), TransferNo::from_number(i64::MAX).unwrap());
    let at_us = i64::MAX;
    [
        row(Transfer { no: first, opened_at_us: i64::MIN, ..transfer(0, platform, platform) }),
        row(TransferNumber {
            slot: none,
            payer: platform,
            way: TransferWay::Uni,
            out_biz_no: text(""),
            no: first,
        }),
        row(KnownPayee { slot: none, payer: platform, payee: platform, last_at_us: i64::MIN }),
        row(Received {
            at_us: i64::MIN,
            amount_minor: Minor::ZERO,
            no: first,
            ..received(0, platform, platform)
        }),
        row(Transfer {
            slot,
            no,
            way: TransferWay::ToAccount,
            app: Some(app(9_999_999_999, 99)),
            out_biz_no: longest(),
            named: [255; 16],
            currency: Currency::Jpy,
            amount_minor: minor(i64::MAX),
            arrival: Arrival::OneDay,
            title: Some(longest()),
            remark: Some(longest()),
            passback: Some(longest()),
            state: TransferState::Cancelled,
            notify_url: Some(longest()),
            gbk: true,
            rsa1: true,
            opened_at_us: at_us,
            paid_at_us: Some(at_us),
            due_at_us: Some(at_us),
            ended_at_us: Some(at_us),
            timer: TimerNo::from_number(i64::MAX),
            asked_arrival: Some(Arrival::TwoHours),
            ..transfer(0, party, party)
        }),
        row(TransferNumber { slot, payer: party, way: TransferWay::Wallet, out_biz_no: longest(), no }),
        row(KnownPayee { slot, payer: party, payee: party, last_at_us: at_us }),
        row(Received {
            currency: Currency::Usd,
            amount_minor: minor(i64::MAX),
            no,
            at_us,
            ..received(0, party, party)
        }),
    ]
}
