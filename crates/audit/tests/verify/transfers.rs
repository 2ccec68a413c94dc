//! Transfers: a few that lived, and one row of them changed at a time.

use crate::funds::statement;
use crate::rows::{Case, run};
use crate::world::{World, found};
use audit::FindingKind::*;
use base::{AppId, BankOrderNo, Day, PartyId, Text};
use cell::Door;
use engine::{
    BankAnswered, CancelTransfer, CardTransferAsk, CloseSuspense, CloseWay, ConfirmTransfer, JudgePassword,
    NoPayeeCard, OfferTransfer, PayeeCard, ProposeSuspense, SendBankOrder, SetPartyStatus, TransferAsk,
    TransferMoney, TransferToCard, TryPassword, Verdict,
};
use fund::{BankReason, CardKind, Done};
use money::{Currency, Money};
use people::PartyStatus;
use std::sync::Arc;
use transfer::{Arrival, Transfer, TransferWay};

pub(crate) fn ask(payer: PartyId, payee: PartyId, number: &str, amount: u64) -> TransferAsk {
    TransferAsk {
        payer,
        payee: Ok(payee),
        named: [7; 16],
        amount: Money::from_minor(amount, Currency::Cny).unwrap(),
        out_biz_no: Text::new(number).unwrap(),
        title: Some(Text::new("工资").unwrap()),
        remark: None,
    }
}

async fn pay(door: &Door, ask: TransferAsk, arrival: Arrival) -> Arc<Transfer> {
    let payer = ask.payer;
    let offered = door.ask(OfferTransfer { ask, arrival }).await.unwrap().transfer;
    let tried = door.ask(TryPassword { party: payer, about: offered.no.topic() }).await.unwrap();
    let attempt = tried.attempt;
    door.ask(JudgePassword { party: payer, attempt, right: true }).await.unwrap();
    door.ask(ConfirmTransfer { payer, transfer: offered.no, attempt }).await.unwrap()
}

/// By a program: arrived (`P1`), come back (`P2`). By persons: arrived (`W1`), waiting (`W2`), called back (`W3`), only
/// offered (`W4`), withdrawn before it was paid (`W5`).
pub(crate) async fn live(door: &Door, shop: PartyId, app: AppId, alice: PartyId, bob: PartyId) {
    let of_batch = crate::transfer_batches::live(door, shop, app, bob).await;
    let send = |number: &str, amount| TransferMoney {
        ask: ask(shop, bob, number, amount),
        way: TransferWay::Uni,
        app,
        passback: None,
        notify_url: Some(Text::new("http://127.0.0.1:1/messages").unwrap()),
        gbk: false,
        rsa1: false,
    };
    door.ask(send("P1", 300)).await.unwrap();
    door.ask(SetPartyStatus { party: bob, status: PartyStatus::Closed }).await.unwrap();
    door.ask(send("P2", 200)).await.unwrap_err();
    door.ask(SetPartyStatus { party: bob, status: PartyStatus::Normal }).await.unwrap();
    to_cards(door, shop, app, of_batch).await;
    pay(door, ask(alice, bob, "W1", 100), Arrival::AtOnce).await;
    pay(door, ask(alice, bob, "W2", 110), Arrival::OneDay).await;
    let back = pay(door, ask(alice, bob, "W3", 120), Arrival::TwoHours).await;
    door.ask(CancelTransfer { payer: alice, transfer: back.no }).await.unwrap();
    let offer = |number| OfferTransfer { ask: ask(alice, bob, number, 130), arrival: Arrival::AtOnce };
    door.ask(offer("W4")).await.unwrap();
    let offered = door.ask(offer("W5")).await.unwrap().transfer;
    door.ask(CancelTransfer { payer: alice, transfer: offered.no }).await.unwrap();
}

/// To cards: done (`C1`), refused (`C2`), under way (`C3`), come back by a line (`C4`) and by two people (`C5`), all to
/// one card. The order of a detail of a batch comes back by a line too.
async fn to_cards(door: &Door, shop: PartyId, app: AppId, of_batch: BankOrderNo) {
    let card = PayeeCard {
        digest: [9; 16],
        bank: Text::new("ICBC").unwrap(),
        kind: CardKind::Debit,
        last_four: Text::new("7894").unwrap(),
        agreement: Text::new("P1").unwrap(),
    };
    let send = async |number: &str, amount, card: Result<PayeeCard, NoPayeeCard>| {
        let ask = CardTransferAsk {
            payer: shop,
            card,
            number: [8; 16],
            screen_version: 0,
            named: [7; 16],
            amount: Money::from_minor(amount, Currency::Cny).unwrap(),
            out_biz_no: Text::new(number).unwrap(),
            title: None,
            remark: None,
        };
        let (passback, gbk, rsa1) = (None, false, false);
        let notify_url = Some(Text::new("http://127.0.0.1:1/messages").unwrap());
        let sent = door.ask(TransferToCard { ask, app, passback, notify_url, gbk, rsa1 }).await;
        sent.map(|transfer| transfer.bank_order)
    };
    send("C0", 140, Err(NoPayeeCard::Wrong)).await.unwrap_err();
    let bank_ref = Text::new("transfer 1").unwrap();
    let did = |amount, bank_ref| {
        Verdict::Done(Done { amount: Money::from_minor(amount, Currency::Cny).unwrap(), bank_ref })
    };
    let mut orders = Vec::new();
    for (number, amount, verdict) in [
        ("C1", 140, Some(did(140, bank_ref))),
        ("C2", 141, Some(Verdict::Refused(BankReason::CardBlocked))),
        ("C3", 142, None),
        ("C4", 143, Some(did(143, Text::new("out 143").unwrap()))),
        ("C5", 144, Some(did(144, Text::new("out 144").unwrap()))),
    ] {
        let no = send(number, amount, Ok(card.clone())).await.unwrap();
        orders.push(no);
        let Some(verdict) = verdict else { continue };
        door.ask(SendBankOrder { no }).await.unwrap();
        door.ask(BankAnswered { no, verdict }).await.unwrap();
    }
    // The bank says that it paid the first one again.
    let verdict = did(140, Text::new("transfer 1 again").unwrap());
    door.ask(BankAnswered { no: orders[0], verdict }).await.unwrap();
    let (by_line, by_people) = (orders[3], orders[4]);
    let lines = [
        (Some(by_line), false, 143, "out 143"),
        (Some(by_line), true, 143, "back 143"),
        (Some(by_people), true, 144, "back 144"),
        (Some(of_batch), false, 25, "out 25"),
        (Some(of_batch), true, 25, "back 25"),
    ];
    statement(door, 20_260_105, &lines).await;
    let (account, day) = (Text::new("TB1").unwrap(), Day::from_number(20_260_105).unwrap());
    let (slot, serial, way, reason) =
        (by_people.slot(), 3, CloseWay::GiveBack, Text::new("it came back").unwrap());
    let (operator, other) = (Text::new("li").unwrap(), Text::new("wu").unwrap());
    let (at, why) = (account.clone(), reason.clone());
    let proposal = ProposeSuspense { slot, account: at, day, serial, way, reason: why, operator };
    door.ask(proposal).await.unwrap();
    door.ask(CloseSuspense { slot, account, day, serial, way, reason, operator: other }).await.unwrap();
}

#[test]
fn rows_of_transfers_to_cards() {
    let (done, refused, waits) = ("out_biz_no = 'C1'", "out_biz_no = 'C2'", "out_biz_no = 'C3'");
    let (by_line, by_people) = ("out_biz_no = 'C4'", "out_biz_no = 'C5'");
    let of_done = "no = (SELECT bank_order FROM card_transfer WHERE out_biz_no = 'C1')";
    let orphan: &[(&str, audit::FindingKind)] =
        &[("card_transfer", TransferWrong), ("bank_order", BankOrderWrong)];
    run(&[
        Case("card_guess", "count = 1", "count = 0", &[("card_guess", TransferWrong)]),
        Case("card_guess", "count = 1", "count = 6", &[("card_guess", TransferWrong)]),
        Case("card_guess", "count = 1", "count = 5", &[]),
        Case(
            "card_transfer",
            done,
            "amount_minor = amount_minor + 1",
            &[("card_transfer", TransferWrong), ("usage", UsageWrong)],
        ),
        Case("card_transfer", done, "fee_minor = 9", &[("card_transfer", TransferWrong)]),
        Case("card_transfer", done, "currency = 'usd'", &[("card_transfer", TransferWrong)]),
        Case(
            "card_transfer",
            done,
            "app = app + 100",
            &[("card_transfer", TransferWrong), ("notice", NoticeWrong)],
        ),
        Case(
            "card_transfer",
            done,
            "out_biz_no = 'C9'",
            &[("card_transfer_number", NumberWrong), ("card_transfer", NumberWrong)],
        ),
        Case(
            "card_transfer",
            done,
            "state = 'failed'",
            &[("card_transfer", TransferWrong), ("usage", UsageWrong), ("notice", NoticeWrong)],
        ),
        Case("card_transfer", done, "card = card + 100", &[("card_transfer", TransferWrong)]),
        Case("card_transfer", done, "bank_order = bank_order + 100", orphan),
        Case("card_transfer", done, "paid_at_us = paid_at_us + 1", &[("card_transfer", TransferWrong)]),
        Case(
            "card_transfer",
            done,
            "ended_at_us = ended_at_us + 1",
            &[("card_transfer", TransferWrong), ("notice", NoticeWrong)],
        ),
        Case(
            "card_transfer",
            done,
            "notify_url = NULL",
            &[("card_transfer", NoticeWrong), ("notice", NoticeWrong)],
        ),
        Case(
            "card_transfer",
            refused,
            "state = 'done'",
            &[("card_transfer", TransferWrong), ("usage", UsageWrong)],
        ),
        Case(
            "card_transfer",
            waits,
            "state = 'done', ended_at_us = paid_at_us",
            &[("card_transfer", TransferWrong)],
        ),
        Case(
            "card_transfer_number",
            waits,
            "no = no + 100",
            &[("card_transfer_number", NumberWrong), ("card_transfer", NumberWrong)],
        ),
        Case(
            "card_transfer",
            by_line,
            "state = 'done', returned_at_us = NULL",
            &[("usage", UsageWrong), ("notice", NoticeWrong), ("bank_order", BankOrderWrong)],
        ),
        Case(
            "card_transfer",
            by_people,
            "returned_at_us = returned_at_us + 1",
            &[("notice", NoticeWrong), ("bank_order", BankOrderWrong)],
        ),
        Case(
            "card_transfer",
            by_people,
            "returned_at_us = ended_at_us",
            &[("card_transfer", TransferWrong), ("bank_order", BankOrderWrong)],
        ),
        Case("card_transfer", by_people, "odd_lines = 0", &[("bank_order", BankOrderWrong)]),
        Case("card_transfer", done, "odd_lines = 0", &[("bank_order", BankOrderWrong)]),
        Case(
            "settlement",
            "reference = 'out 143'",
            "settled_at_us = settled_at_us + 1000000000000",
            &[("bank_order", BankOrderWrong)],
        ),
        Case(
            "statement_line",
            "reference = 'back 144'",
            "reference = 'out 144'",
            &[("suspense_closing", StatementWrong)],
        ),
        Case(
            "notice",
            "state = 'given_up' AND order_no = (SELECT no FROM card_transfer WHERE out_biz_no = 'C4')",
            "state = 'due', next_at_us = happened_at_us",
            &[("notice", NoticeWrong)],
        ),
        Case(
            "card_transfer",
            done,
            "state = 'refunded', returned_at_us = ended_at_us + 1",
            &[("bank_order", BankOrderWrong), ("card_transfer", NoticeWrong), ("usage", UsageWrong)],
        ),
        Case(
            "statement_line",
            "class = 'came_back'",
            "reference = 'out 143'",
            &[("statement_line", StatementWrong)],
        ),
        Case(
            "statement_line",
            "class = 'came_back'",
            "amount_minor = 1",
            &[("statement_line", StatementWrong)],
        ),
        Case(
            "statement_line",
            "class = 'came_back'",
            "class = 'sign_differs'",
            &[("statement_line", StatementWrong), ("bank_order", BankOrderWrong)],
        ),
        Case(
            "posting",
            "kind = 'card_sent_back'",
            "kind = 'suspense_sent_back'",
            &[("posting", PostingShape), ("bank_order", BankOrderWrong)],
        ),
        Case(
            "suspense_closing",
            "reason = 'it came back'",
            "bank_order = bank_order + 100",
            &[("suspense_closing", StatementWrong), ("bank_order", BankOrderWrong)],
        ),
        Case(
            "suspense_closing",
            "reason = 'it came back'",
            "way = 'own'",
            &[("suspense_closing", StatementWrong), ("bank_order", BankOrderWrong)],
        ),
        Case("bank_order", of_done, "fee_minor = 9", orphan),
        Case("bank_order", of_done, "kind = 'withdraw'", orphan),
        Case("card", "state = 'payee'", "state = 'bound'", &[("bank_order", BankOrderWrong)]),
    ]);
}

#[test]
fn rows_of_transfers() {
    let (sent, back, waits) = ("out_biz_no = 'P1'", "out_biz_no = 'P2'", "out_biz_no = 'W2'");
    let (undone, offered) = ("out_biz_no = 'W3'", "out_biz_no = 'W4'");
    run(&[
        Case(
            "transfer",
            sent,
            "amount_minor = amount_minor + 1",
            &[("transfer", TransferWrong), ("usage", UsageWrong), ("received", TransferWrong)],
        ),
        Case(
            "transfer",
            sent,
            "payee = payee + 100",
            &[("transfer", TransferWrong), ("received", TransferWrong)],
        ),
        Case("transfer", sent, "payee = payer", &[("transfer", TransferWrong)]),
        Case("transfer", sent, "currency = 'usd'", &[("transfer", TransferWrong), ("posting", PostingShape)]),
        Case("transfer", sent, "app = app + 100", &[("transfer", TransferWrong), ("notice", NoticeWrong)]),
        Case("transfer", sent, "app = NULL", &[("transfer", TransferWrong)]),
        Case(
            "transfer",
            sent,
            "way = 'to_account'",
            &[("transfer_number", NumberWrong), ("transfer", NumberWrong)],
        ),
        Case(
            "transfer",
            sent,
            "out_biz_no = 'P9'",
            &[("transfer_number", NumberWrong), ("transfer", NumberWrong)],
        ),
        Case("transfer", sent, "arrival = 'two_hours'", &[("transfer", TransferWrong)]),
        Case(
            "transfer",
            sent,
            "state = 'returned'",
            &[("transfer", TransferWrong), ("usage", UsageWrong), ("notice", NoticeWrong)],
        ),
        Case("transfer", sent, "state = 'under_way'", &[("transfer", TransferWrong)]),
        Case("transfer", sent, "opened_at_us = opened_at_us - 1", &[("transfer", TransferWrong)]),
        Case("transfer", sent, "paid_at_us = paid_at_us + 1", &[("transfer", TransferWrong)]),
        Case("transfer", sent, "paid_at_us = paid_at_us - 1", &[("transfer", TransferWrong)]),
        Case("transfer", sent, "ended_at_us = NULL", &[("transfer", TransferWrong)]),
        Case(
            "transfer",
            sent,
            "ended_at_us = ended_at_us + 1",
            &[("known_payee", TransferWrong), ("notice", NoticeWrong)],
        ),
        Case("transfer", sent, "notify_url = NULL", &[("transfer", NoticeWrong), ("notice", NoticeWrong)]),
        Case("transfer", back, "state = 'done'", &[("transfer", TransferWrong), ("usage", UsageWrong)]),
        Case("transfer", waits, "timer = timer + 1", &[("transfer", TimerWrong), ("timer", TimerWrong)]),
        Case("transfer", waits, "timer = NULL", &[("transfer", TransferWrong), ("timer", TimerWrong)]),
        Case(
            "transfer",
            waits,
            "due_at_us = due_at_us - 1",
            &[("transfer", TransferWrong), ("timer", TimerWrong)],
        ),
        Case("transfer", waits, "arrival = 'at_once'", &[("transfer", TransferWrong)]),
        Case("transfer", sent, "asked_arrival = 'at_once'", &[("transfer", TransferWrong)]),
        Case(
            "transfer",
            waits,
            "amount_minor = 111",
            &[("transfer", TransferWrong), ("account", DelayedHeld)],
        ),
        Case(
            "transfer",
            waits,
            "state = 'under_way'",
            &[("transfer", TransferWrong), ("account", DelayedHeld), ("account", TransitOpen)],
        ),
        Case(
            "transfer",
            undone,
            "state = 'waiting'",
            &[("transfer", TransferWrong), ("account", DelayedHeld)],
        ),
        Case("transfer", undone, "paid_at_us = NULL", &[("transfer", TransferWrong)]),
        Case(
            "transfer",
            offered,
            "due_at_us = due_at_us + 1",
            &[("transfer", TransferWrong), ("timer", TimerWrong)],
        ),
        Case(
            "transfer",
            offered,
            "state = 'cancelled'",
            &[("transfer", TransferWrong), ("transfer", TimerWrong)],
        ),
        Case("transfer", offered, "paid_at_us = opened_at_us", &[("transfer", TransferWrong)]),
        Case(
            "timer",
            "task = 'transfer_clock'",
            "order_no = {T1}",
            &[("timer", TimerWrong), ("transfer", TimerWrong)],
        ),
        Case(
            "timer",
            "task = 'transfer_clock'",
            "task = 'expire_order'",
            &[("timer", TimerWrong), ("transfer", TimerWrong)],
        ),
    ]);
}

#[test]
fn what_stands_around_transfers() {
    let told = "content LIKE '%trans.order.changed%'";
    run(&[
        Case(
            "transfer_number",
            "out_biz_no = 'W1'",
            "no = no + 100",
            &[("transfer_number", NumberWrong), ("transfer", NumberWrong)],
        ),
        Case(
            "received",
            "amount_minor = 300",
            "amount_minor = 301",
            &[("received", TransferWrong), ("transfer", TransferWrong)],
        ),
        Case("received", "amount_minor = 100", "payer = payee", &[("received", TransferWrong)]),
        Case("received", "amount_minor = 100", "at_us = at_us + 1", &[("received", TransferWrong)]),
        Case("received", "amount_minor = 100", "payee = payee + 100", &[("received", TransferWrong)]),
        Case(
            "known_payee",
            "last_at_us > 0",
            "last_at_us = last_at_us - 1",
            &[("known_payee", TransferWrong)],
        ),
        Case("usage", "kind = 'transfer_day'", "sum_minor = sum_minor + 1", &[("usage", UsageWrong)]),
        Case("usage", "kind = 'transfer_month'", "count = count + 1", &[("usage", UsageWrong)]),
        Case(
            "posting",
            "kind = 'transfer_in'",
            "kind = 'split_in'",
            &[("posting", PostingShape), ("transfer", TransferWrong)],
        ),
        Case(
            "posting",
            "kind = 'transfer_out'",
            "order_no = {T1}",
            &[("posting", PostingShape), ("transfer", TransferWrong)],
        ),
        Case(
            "posting",
            "kind = 'transfer_wait'",
            "kind = 'transfer_out'",
            &[("posting", PostingShape), ("transfer", TransferWrong)],
        ),
        Case(
            "posting",
            "kind = 'transfer_undo'",
            "kind = 'transfer_send'",
            &[("posting", PostingShape), ("transfer", TransferWrong)],
        ),
        Case("posting", "kind = 'transfer_return'", "kind = 'transfer_in'", &[("transfer", TransferWrong)]),
        Case(
            "account",
            "kind = 'delayed'",
            "balance_minor = 0",
            &[("account", AccountBalance), ("account", DelayedHeld)],
        ),
        Case("notice", told, "content = '[]'", &[("notice", NoticeWrong)]),
        Case("notice", told, "url = 'http://127.0.0.1:1/other'", &[("notice", NoticeWrong)]),
        Case("notice", told, "app = app + 100", &[("notice", NoticeWrong)]),
    ]);
    for (lost, table, kind) in [
        (format!("DELETE FROM notice WHERE {told}"), "transfer", NoticeWrong),
        ("DELETE FROM timer WHERE task = 'transfer_clock'".to_owned(), "transfer", TimerWrong),
        ("DELETE FROM usage".to_owned(), "usage", UsageWrong),
        ("DELETE FROM known_payee".to_owned(), "known_payee", TransferWrong),
        ("DELETE FROM received".to_owned(), "transfer", TransferWrong),
        ("DELETE FROM transfer_number".to_owned(), "transfer", NumberWrong),
        ("DELETE FROM transfer WHERE out_biz_no = 'P1'".to_owned(), "posting", PostingShape),
    ] {
        let world = World::copy();
        world.change(&lost);
        found(&world.verify(), kind, table);
    }
}
