//! The smallest and the largest rows of transfers.

use super::{last, longest};
use crate::samples::*;
use base::{BankOrderNo, CardNo, PartyId, Slot, TimerNo, TransferNo};
use engine::Row;
use money::{Currency, Minor};
use transfer::{
    Arrival, CardTransfer, CardTransferNumber, CardTransferState, KnownPayee, Received, Transfer,
    TransferNumber, TransferState, TransferWay,
};

pub(super) fn extremes() -> [Row; 14] {
    let (slot, party, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let (first, no) = (TransferNo::from_number(0).unwrap(), TransferNo::from_number(i64::MAX).unwrap());
    let at_us = i64::MAX;
    let to_card = CardTransfer {
        slot: none,
        no: first,
        payer: platform,
        app: app(0, 0),
        out_biz_no: text(""),
        named: [0; 16],
        currency: Currency::Cny,
        amount_minor: minor(1),
        fee_minor: Minor::ZERO,
        card: CardNo::from_number(0).unwrap(),
        bank_order: BankOrderNo::from_number(0).unwrap(),
        title: None,
        remark: None,
        passback: None,
        state: CardTransferState::UnderWay,
        notify_url: None,
        gbk: false,
        rsa1: false,
        paid_at_us: i64::MIN,
        ended_at_us: None,
        returned_at_us: None,
        odd_lines: 0,
    };
    [
        row(to_card.clone()),
        row(CardTransfer {
            slot,
            no,
            payer: party,
            app: app(9_999_999_999, 99),
            out_biz_no: longest(),
            named: [255; 16],
            currency: Currency::Jpy,
            amount_minor: minor(i64::MAX),
            fee_minor: minor(i64::MAX),
            card: CardNo::from_number(i64::MAX).unwrap(),
            bank_order: BankOrderNo::from_number(i64::MAX).unwrap(),
            title: Some(longest()),
            remark: Some(longest()),
            passback: Some(longest()),
            state: CardTransferState::Done,
            notify_url: Some(longest()),
            gbk: true,
            rsa1: true,
            paid_at_us: at_us,
            ended_at_us: Some(at_us),
            returned_at_us: None,
            odd_lines: u32::MAX,
        }),
        row(CardTransfer {
            no: TransferNo::from_number(1).unwrap(),
            state: CardTransferState::Failed,
            ended_at_us: Some(0),
            ..to_card.clone()
        }),
        row(CardTransfer {
            no: TransferNo::from_number(2).unwrap(),
            state: CardTransferState::Refunded,
            ended_at_us: Some(0),
            returned_at_us: Some(at_us),
            ..to_card
        }),
        row(CardTransferNumber { slot: none, payer: platform, out_biz_no: text(""), no: first }),
        row(CardTransferNumber { slot, payer: party, out_biz_no: longest(), no }),
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
