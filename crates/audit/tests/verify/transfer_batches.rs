//! Batches of transfers: a few that lived, and one row of them changed at a time.

use crate::rows::{Case, run};
use audit::FindingKind::{self, *};
use base::{AppId, BankOrderNo, PartyId, Text};
use cell::Door;
use engine::{
    BankAnswered, BatchAsk, CreateTransferBatch, DetailAsk, DetailFilter, DetailPayee, FindCardTransfer,
    FindTransferBatch, LookedAt, NoPayee, PayeeCard, RunTimer, SendBankOrder, Verdict, WhichBatch,
    WhichCardTransfer,
};
use fund::{CardKind, Done};
use money::{Currency, Money};
use std::sync::Arc;
use transfer::{BatchProduct, BatchScene, DetailFailure, TransferBatchDetail};

/// Details of so many fen each: to bob, to nobody, or to a card.
fn details(bob: PartyId, words: &[(&str, &str, u64)]) -> Vec<DetailAsk> {
    let card = PayeeCard {
        digest: [8; 16],
        bank: Text::new("ICBC").unwrap(),
        kind: CardKind::Debit,
        last_four: Text::new("1236").unwrap(),
        agreement: Text::new("P2").unwrap(),
    };
    let detail = |(number, payee, fen): &(&str, &str, u64)| DetailAsk {
        out_biz_no: Text::new(number).unwrap(),
        payee: match *payee {
            "bob" => DetailPayee::Account(Ok(bob)),
            "nobody" => DetailPayee::Account(Err(NoPayee::NotFound)),
            _ => DetailPayee::Card { card: Ok(card.clone()), number: [7; 16] },
        },
        named: [7; 16],
        amount: Money::from_minor(*fen, Currency::Cny).unwrap(),
        title: None,
        remark: None,
    };
    words.iter().map(detail).collect()
}

/// Who asks for batches.
type Shop = (PartyId, AppId);

/// A batch is taken, and its clock runs if it shall.
async fn take(door: &Door, shop: Shop, number: &str, scene: BatchScene, details: Vec<DetailAsk>, runs: bool) {
    let (payer, app) = shop;
    let add = |sum: Money, one: &DetailAsk| sum.checked_add(one.amount).unwrap();
    let total = details.iter().fold(Money::zero(Currency::Cny), add);
    let ask = BatchAsk {
        payer,
        out_batch_no: Text::new(number).unwrap(),
        said: [7; 16],
        product: BatchProduct::PayV2,
        scene,
        count: u32::try_from(details.len()).unwrap(),
        total,
        expires_at_us: None,
        title: None,
        remark: None,
        screen_version: 0,
        details,
    };
    let notify_url = Some(Text::new("http://127.0.0.1:1/messages").unwrap());
    let (passback, gbk, rsa1) = (None, false, false);
    let batch = door.ask(CreateTransferBatch { ask, app, passback, notify_url, gbk, rsa1 }).await.unwrap();
    if runs {
        let (due_at_us, timer) = (batch.due_at_us.unwrap(), batch.timer.unwrap());
        door.ask(RunTimer { due_at_us, timer }).await.unwrap();
    }
}

/// The first detail of a batch.
async fn first_of(door: &Door, payer: PartyId, number: &str) -> Arc<TransferBatchDetail> {
    let which = WhichBatch::Out(Text::new(number).unwrap());
    let (only, after) = (DetailFilter::default(), LookedAt::default());
    let find = FindTransferBatch { payer, which, only, page: 1, page_size: 1, after };
    door.ask(find).await.unwrap().details[0].row.clone()
}

/// Ended in part (`B1`), under way at the bank (`B2`), with its turns to come (`B3`), waiting for its payer (`B4`), and
/// done by the bank (`B5`): that one's order is given, so that it can come back.
pub(crate) async fn live(door: &Door, shop: PartyId, app: AppId, bob: PartyId) -> BankOrderNo {
    let d = |number, payee, fen| (number, payee, fen);
    for (number, scene, words, runs) in [
        ("B1", BatchScene::Direct, vec![d("D1", "bob", 20), d("D2", "nobody", 21)], true),
        ("B2", BatchScene::Direct, vec![d("D3", "card", 22)], true),
        ("B3", BatchScene::Direct, vec![d("D4", "bob", 23)], false),
        ("B4", BatchScene::Approved, vec![d("D5", "bob", 24)], false),
        ("B5", BatchScene::Direct, vec![d("D6", "card", 25)], true),
    ] {
        take(door, (shop, app), number, scene, details(bob, &words), runs).await;
    }
    let which = WhichCardTransfer::No(first_of(door, shop, "B5").await.transfer.unwrap());
    let no = door.ask(FindCardTransfer { payer: shop, which }).await.unwrap().order.no;
    door.ask(SendBankOrder { no }).await.unwrap();
    let amount = Money::from_minor(25, Currency::Cny).unwrap();
    let verdict = Verdict::Done(Done { amount, bank_ref: Text::new("out 25").unwrap() });
    door.ask(BankAnswered { no, verdict }).await.unwrap();
    no
}

/// A rule would have a detail of 7.77 looked at (`B6`): it fails, and nobody is given it.
pub(crate) async fn stopped(door: &Door, shop: PartyId, app: AppId, bob: PartyId) {
    let details = details(bob, &[("D7", "bob", 777)]);
    take(door, (shop, app), "B6", BatchScene::Direct, details, true).await;
    assert_eq!(first_of(door, shop, "B6").await.failure, Some(DetailFailure::Risk));
}

const OF: (&str, FindingKind) = ("transfer_batch", TransferWrong);
const DETAIL: (&str, FindingKind) = ("transfer_batch_detail", TransferWrong);
const NOTICE: (&str, FindingKind) = ("notice", NoticeWrong);
const NUMBERS: &[(&str, FindingKind)] =
    &[("transfer_batch_number", NumberWrong), ("transfer_batch", NumberWrong)];
const TIMERS: &[(&str, FindingKind)] = &[("transfer_batch", TimerWrong), ("timer", TimerWrong)];

#[test]
fn rows_of_batches() {
    let (ended, bank, next, waits) =
        ("out_batch_no = 'B1'", "out_batch_no = 'B2'", "out_batch_no = 'B3'", "out_batch_no = 'B4'");
    run(&[
        Case("transfer_batch", ended, "total_minor = total_minor + 1", &[OF]),
        Case("transfer_batch", ended, "count = count + 1", &[OF]),
        Case("transfer_batch", ended, "done = 0", &[OF]),
        Case("transfer_batch", ended, "done_minor = done_minor + 1", &[OF]),
        Case("transfer_batch", ended, "failed = 0", &[OF]),
        Case("transfer_batch", ended, "failed_minor = failed_minor + 1", &[OF]),
        Case("transfer_batch", ended, "state = 'success'", &[OF, NOTICE]),
        Case("transfer_batch", ended, "state = 'fail'", &[OF, NOTICE]),
        Case("transfer_batch", ended, "state = 'disused'", &[OF, NOTICE]),
        Case("transfer_batch", ended, "app = app + 100", &[OF, NOTICE]),
        Case("transfer_batch", ended, "currency = 'usd'", &[DETAIL]),
        Case("transfer_batch", ended, "out_batch_no = 'B9'", NUMBERS),
        Case("transfer_batch", ended, "opened_at_us = opened_at_us - 1", &[OF]),
        Case("transfer_batch", ended, "begun_at_us = NULL", &[OF]),
        Case("transfer_batch", ended, "begun_at_us = begun_at_us - 1", &[OF]),
        Case("transfer_batch", ended, "ended_at_us = ended_at_us + 1", &[NOTICE]),
        Case("transfer_batch", ended, "ended_at_us = opened_at_us - 1", &[OF]),
        Case("transfer_batch", ended, "notify_url = NULL", &[("transfer_batch", NoticeWrong), NOTICE]),
        Case("transfer_batch", bank, "state = 'success', ended_at_us = opened_at_us", &[OF]),
        Case("transfer_batch", bank, "due_at_us = 5, timer = 5", &[OF, ("transfer_batch", TimerWrong)]),
        Case("transfer_batch", next, "started = 1", &[OF, DETAIL]),
        Case("transfer_batch", next, "timer = timer + 1", TIMERS),
        Case("transfer_batch", next, "due_at_us = due_at_us + 1", TIMERS),
        Case("transfer_batch", waits, "state = 'dealing'", &[OF]),
        Case("transfer_batch", waits, "scene = 'direct'", &[OF]),
        Case("transfer_batch", waits, "begun_at_us = opened_at_us", &[OF]),
        Case("transfer_batch_number", ended, "no = no + 100", NUMBERS),
    ]);
}

#[test]
fn rows_of_details() {
    let (done, failed, at_bank, waits) =
        ("out_biz_no = 'D1'", "out_biz_no = 'D2'", "out_biz_no = 'D3'", "out_biz_no = 'D4'");
    let table = "transfer_batch_detail";
    let back = "out_biz_no LIKE '%:1' AND state = 'refunded'";
    let of_back = "order_no = \
                   (SELECT no FROM card_transfer WHERE out_biz_no LIKE '%:1' AND state = 'refunded')";
    run(&[
        Case(table, done, "amount_minor = amount_minor + 1", &[DETAIL, OF]),
        Case(table, done, "currency = 'usd'", &[DETAIL]),
        Case(table, done, "payee = payee + 100", &[DETAIL]),
        Case(table, done, "named = zeroblob(16)", &[DETAIL]),
        Case(table, at_bank, "named = zeroblob(16)", &[DETAIL]),
        Case(table, at_bank, "card_digest = zeroblob(16)", &[DETAIL]),
        Case("card_transfer", "out_biz_no LIKE '%:1'", "card = card + 100", &[DETAIL]),
        Case(table, done, "state = 'under_way', ended_at_us = NULL", &[DETAIL, OF]),
        Case(table, done, "ended_at_us = ended_at_us + 1", &[DETAIL]),
        Case(
            table,
            done,
            "transfer = NULL",
            &[DETAIL, ("transfer", TransferWrong), ("transfer_batch_link", TransferWrong)],
        ),
        Case(table, done, "transfer = transfer + 100", &[DETAIL, ("transfer_batch_link", TransferWrong)]),
        Case(table, failed, "out_biz_no = 'D1'", &[DETAIL]),
        Case(table, failed, "failure = 'payee_blocked'", &[DETAIL]),
        Case(table, failed, "state = 'done', failure = NULL", &[DETAIL, OF]),
        Case(table, at_bank, "state = 'done', ended_at_us = 5", &[DETAIL, OF]),
        Case(table, waits, "state = 'under_way'", &[DETAIL]),
        Case("transfer_batch_link", "line = 1", "line = 2", &[("transfer_batch_link", TransferWrong)]),
        Case("transfer", "out_biz_no LIKE '%:1'", "out_biz_no = '1:1'", &[DETAIL, ("transfer", NumberWrong)]),
        Case("transfer", "out_biz_no LIKE '%:1'", "amount_minor = amount_minor + 1", &[DETAIL]),
        Case("card_transfer", "out_biz_no LIKE '%:1'", "amount_minor = amount_minor + 1", &[DETAIL]),
        Case("card_transfer", back, "notify_url = NULL", &[("card_transfer", NoticeWrong), NOTICE]),
        // Its end is told by its batch, whatever came later.
        Case(
            "notice",
            of_back,
            "happened_at_us = (SELECT ended_at_us FROM card_transfer WHERE out_biz_no LIKE '%:1' AND \
             state = 'refunded'), state = 'given_up', next_at_us = NULL, \
             content = replace(content, 'REFUND', 'SUCCESS')",
            &[NOTICE],
        ),
        Case("notice", of_back, "content = replace(content, 'D6', 'D3')", &[NOTICE]),
        Case(
            "notice",
            of_back,
            "content = replace(content, 'batch.create', 'trans.uni.transfer')",
            &[NOTICE],
        ),
        Case("notice", of_back, "content = replace(content, '0.25', '0.26')", &[NOTICE]),
        Case("timer", "task = 'batch_clock'", "order_no = {T1}", TIMERS),
        Case("timer", "task = 'batch_clock'", "task = 'expire_order'", TIMERS),
        Case(
            "notice",
            "content LIKE '%batch.order.changed%'",
            "content = replace(content, 'PART_SUCCESS', 'SUCCESS')",
            &[NOTICE],
        ),
    ]);
}
