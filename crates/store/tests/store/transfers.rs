//! The smallest and the largest rows of transfers.

use super::{last, longest};
use crate::samples::*;
use base::{BankOrderNo, BatchNo, CardNo, Day, PartyId, Slot, TimerNo, TransferNo};
use engine::Row;
use money::{Currency, Minor};
use transfer::{
    Arrival, CardGuess, CardTransfer, CardTransferNumber, CardTransferState, KnownPayee, Received, Transfer,
    TransferNumber, TransferState, TransferWay,
};
use transfer::{
    BatchProduct, BatchScene, BatchState, DetailFailure, DetailState, DetailUnknown, TransferBatch,
    TransferBatchDetail, TransferBatchLink, TransferBatchNumber,
};

pub(super) fn extremes() -> Vec<Row> {
    let mut rows = singles().to_vec();
    rows.extend(batches());
    rows
}

fn singles() -> [Row; 16] {
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
    let least = CardGuess::fresh(none, app(0, 0), [0; 16], Day::of(0));
    let guess = CardGuess {
        slot,
        app: app(9_999_999_999, 99),
        number: [255; 16],
        count: u32::MAX,
        named: [255; 16],
        ..least
    };
    [
        row(least),
        row(guess),
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

fn batches() -> [Row; 11] {
    let (slot, party, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let (first, no) = (BatchNo::from_number(0).unwrap(), BatchNo::from_number(i64::MAX).unwrap());
    let at_us = i64::MAX;
    let batch = TransferBatch {
        slot: none,
        no: first,
        payer: platform,
        app: app(0, 0),
        out_batch_no: text(""),
        said: [0; 16],
        product: BatchProduct::ApiToAcc,
        scene: BatchScene::Approved,
        currency: Currency::Cny,
        count: 1,
        total_minor: minor(1),
        title: None,
        remark: None,
        passback: None,
        state: BatchState::WaitPay,
        started: 0,
        done: 0,
        done_minor: Minor::ZERO,
        failed: 0,
        failed_minor: Minor::ZERO,
        notify_url: None,
        gbk: false,
        rsa1: false,
        opened_at_us: i64::MIN,
        begun_at_us: None,
        due_at_us: None,
        ended_at_us: None,
        timer: None,
    };
    let detail = TransferBatchDetail {
        slot: none,
        batch: first,
        line: 0,
        out_biz_no: text(""),
        named: [0; 16],
        currency: Currency::Cny,
        amount_minor: minor(1),
        title: None,
        remark: None,
        payee: Some(platform),
        card_digest: None,
        card_bank: None,
        card_last_four: None,
        card_agreement: None,
        card_number: None,
        screen_version: None,
        unknown: None,
        state: DetailState::Waiting,
        failure: None,
        transfer: None,
        ended_at_us: None,
    };
    let transfer = TransferNo::from_number(i64::MAX);
    [
        row(batch.clone()),
        row(TransferBatch {
            slot,
            no,
            payer: party,
            app: app(9_999_999_999, 99),
            out_batch_no: longest(),
            said: [255; 16],
            product: BatchProduct::PayV2,
            scene: BatchScene::Direct,
            currency: Currency::Jpy,
            count: u32::MAX,
            total_minor: minor(i64::MAX),
            title: Some(longest()),
            remark: Some(longest()),
            passback: Some(longest()),
            state: BatchState::Success,
            started: u32::MAX,
            done: u32::MAX,
            done_minor: minor(i64::MAX),
            failed_minor: minor(i64::MAX),
            notify_url: Some(longest()),
            gbk: true,
            rsa1: true,
            opened_at_us: at_us,
            begun_at_us: Some(at_us),
            due_at_us: Some(at_us),
            ended_at_us: Some(at_us),
            timer: TimerNo::from_number(i64::MAX),
            ..batch.clone()
        }),
        row(TransferBatch {
            no: BatchNo::from_number(1).unwrap(),
            state: BatchState::Fail,
            started: u32::MAX,
            count: u32::MAX,
            failed: u32::MAX,
            ended_at_us: Some(i64::MIN),
            ..batch
        }),
        row(TransferBatchNumber { slot: none, payer: platform, out_batch_no: text(""), no: first }),
        row(TransferBatchNumber { slot, payer: party, out_batch_no: longest(), no }),
        row(detail.clone()),
        row(TransferBatchDetail {
            slot,
            batch: no,
            line: u32::MAX,
            out_biz_no: longest(),
            named: [255; 16],
            currency: Currency::Jpy,
            amount_minor: minor(i64::MAX),
            title: Some(longest()),
            remark: Some(longest()),
            payee: None,
            card_digest: Some([255; 16]),
            card_bank: Some(longest()),
            card_last_four: Some(longest()),
            card_agreement: Some(longest()),
            card_number: Some([255; 16]),
            screen_version: Some(u32::MAX),
            unknown: None,
            state: DetailState::Failed,
            failure: Some(DetailFailure::PayeeNameDiffers),
            transfer,
            ended_at_us: Some(at_us),
        }),
        row(TransferBatchDetail {
            line: 1,
            payee: Some(party),
            state: DetailState::UnderWay,
            transfer,
            ..detail.clone()
        }),
        row(TransferBatchDetail {
            line: 2,
            payee: None,
            unknown: Some(DetailUnknown::NameDiffers),
            ..detail
        }),
        row(TransferBatchLink { slot: none, no: TransferNo::from_number(0).unwrap(), batch: first, line: 0 }),
        row(TransferBatchLink { slot, no: transfer.unwrap(), batch: no, line: u32::MAX }),
    ]
}
