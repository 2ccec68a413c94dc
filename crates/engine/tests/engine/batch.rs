//! Batches of transfers: what is refused as a whole, what becomes of each detail, and that nothing is paid twice.

use crate::script::{Script, Words, check_in, cny, digest};
use crate::support::World;
use base::{AppId, BatchNo, Slot, Text};
use engine::{
    BatchAsk, Command, CreateTransferBatch, DecideTransferBatch, DetailAsk, DetailFilter, DetailPayee,
    FindTransferBatch, NoPayee, NoPayeeCard, PayeeCard, RunTimer, TransferBatchView, WhichBatch,
};
use fund::CardKind;
use money::{Currency, Money};
use std::collections::BTreeSet;
use trade::{Notice, Timer, TimerTask};
use transfer::{
    BatchProduct, BatchScene, BatchState, CardTransfer, DetailState, DetailStatus, Transfer, TransferBatch,
    TransferBatchDetail, TransferBatchLink, TransferBatchNumber,
};

fn named(script: &Script, name: &str) -> Option<BatchNo> {
    script.world.all::<TransferBatch>().find(|row| row.out_batch_no.as_str() == name).map(|row| row.no)
}

/// Our number of a batch by the payer's; one that no batch has when there is none.
fn no(script: &Script, name: &str) -> BatchNo {
    named(script, name).unwrap_or(BatchNo::from_number(1_700_000_000_000_000_011).unwrap())
}

/// `d1:bob:30.00`: the payee `nobody` is not known, `bob!` is called otherwise, `card-7894` is a card.
fn detail(script: &Script, word: &str) -> DetailAsk {
    let parts: Vec<&str> = word.split(':').collect();
    let (number, payee, amount) = (parts[0], parts[1], parts[2]);
    let currency = parts.get(3).map_or(Currency::Cny, |code| Currency::from_code(code).unwrap());
    let payee_of = match payee {
        "nobody" => DetailPayee::Account(Err(NoPayee::NotFound)),
        "card-wrong" => DetailPayee::Card(Err(NoPayeeCard::Wrong)),
        "card-silent" => DetailPayee::Card(Err(NoPayeeCard::Silent)),
        "card-listed" => DetailPayee::Card(Err(NoPayeeCard::Listed)),
        name if name.ends_with('!') => DetailPayee::Account(Err(NoPayee::NameDiffers)),
        name => match name.strip_prefix("card-") {
            None => DetailPayee::Account(Ok(script.party(name))),
            Some(card) => DetailPayee::Card(Ok(PayeeCard {
                digest: digest(card),
                bank: Text::new("CMB").unwrap(),
                kind: if card == "credit" { CardKind::Credit } else { CardKind::Debit },
                last_four: Text::new(&card[card.len() - 4..]).unwrap(),
                agreement: Text::new("P1").unwrap(),
            })),
        },
    };
    DetailAsk {
        out_biz_no: Text::new(number).unwrap(),
        payee: payee_of,
        named: digest(payee),
        amount: money::parse_amount(amount, currency).unwrap_or(Money::zero(currency)),
        title: None,
        remark: None,
    }
}

/// `tb-new B1 shop 60.00 d1:bob:30.00 d2:alice:30.00`, at once, or with `waits=1d` after its payer agreed; `many=40`
/// has as many details of ten fen to bob; `tb-agree B1 shop`, `tb-give-up B1 shop`, `tb-see B1 shop page=2 size=10`.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Option<Command> {
    let payer = words.plain.get(2).map(|name| script.party(name));
    let batch = no(script, words.at(1));
    Some(match words.at(0) {
        "tb-new" => create(script, words).into(),
        "tb-agree" => DecideTransferBatch { payer: payer?, batch, agree: true }.into(),
        "tb-give-up" => DecideTransferBatch { payer: payer?, batch, agree: false }.into(),
        "tb-find" => find(payer?, WhichBatch::No(batch), words),
        "tb-see" => find(payer?, WhichBatch::Out(Text::new(words.at(1)).unwrap()), words),
        _ => return None,
    })
}

fn find(payer: base::PartyId, which: WhichBatch, words: &Words<'_>) -> Command {
    let number = |name: &str| words.named.get(name).map(|text| text.parse::<u32>().unwrap());
    let status = words.named.get("status");
    let only = DetailFilter {
        line: number("line"),
        out_biz_no: words.text("number"),
        status: status.map(|word| DetailStatus::ALL.into_iter().find(|one| one.wire() == *word).unwrap()),
    };
    let (page, page_size) = (number("page").unwrap_or(1), number("size").unwrap_or(500));
    FindTransferBatch { payer, which, only, page, page_size }.into()
}

fn create(script: &Script, words: &Words<'_>) -> CreateTransferBatch {
    let of_app = script.party(words.named.get("app").unwrap_or(&words.at(2)));
    let mut details: Vec<DetailAsk> = words.plain[4..].iter().map(|word| detail(script, word)).collect();
    let many: u32 = words.named.get("many").map_or(0, |many| many.parse().unwrap());
    details.extend((1..=many).map(|line| detail(script, &format!("m{line}:bob:0.10"))));
    let waits_us = words.named.get("waits").map(|span| match span.strip_prefix('-') {
        Some(span) => -crate::script::span_us(span),
        None => crate::script::span_us(span),
    });
    let said = words.named.get("said").map_or_else(|| words.plain[3..].concat(), |said| (*said).to_owned());
    let ask = BatchAsk {
        payer: script.party(words.at(2)),
        out_batch_no: Text::new(words.at(1)).unwrap(),
        said: digest(&said[said.len().saturating_sub(16)..]),
        product: BatchProduct::PayV2,
        scene: if waits_us.is_some() { BatchScene::Approved } else { BatchScene::Direct },
        total: cny(words.at(3)),
        expires_at_us: waits_us.map(|waits_us| script.world.wall_us + waits_us),
        title: words.text("title"),
        remark: None,
        details,
    };
    let app = script.apps.get(&of_app).copied().unwrap_or(AppId::issue(1, Slot::PLATFORM).unwrap());
    let (passback, notify_url) = (words.text("passback"), words.text("tell"));
    CreateTransferBatch { ask, app, passback, notify_url, gbk: false, rsa1: false }
}

/// Lines that look: `tb-told B1`, `tb-made B1` (how many transfers carry its details out).
pub(crate) fn look(script: &Script, words: &Words<'_>) -> String {
    let batch = no(script, words.at(1));
    match words.at(0) {
        "tb-told" => {
            let notices = script.world.all::<Notice>().filter(|notice| notice.order_no == batch.topic());
            let said = |notice: &std::sync::Arc<Notice>| {
                let content = notice.content.clone().unwrap().to_string();
                let members: serde_json::Value = serde_json::from_str(&content).unwrap();
                assert_eq!(members["msg_method"], "alipay.fund.batch.order.changed");
                let told: serde_json::Value =
                    serde_json::from_str(members["biz_content"].as_str().unwrap()).unwrap();
                let word = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
                let names = [
                    "out_batch_no",
                    "batch_status",
                    "total_amount",
                    "success_amount",
                    "fail_count",
                    "passback_params",
                ];
                names.map(word).join(" ").trim_end().to_owned()
            };
            notices.map(said).collect::<Vec<_>>().join(", ")
        }
        "tb-made" => {
            let links = script.world.all::<TransferBatchLink>().filter(|link| link.batch == batch);
            links.count().to_string()
        }
        other => panic!("no such line: {other}"),
    }
}

pub(crate) fn told(batch: &TransferBatch) -> String {
    format!("{:?} {} of {}", batch.state, batch.done + batch.failed, batch.count)
}

/// `PartSuccess 2 of 2: d1 SUCCESS, d2 FAIL PayeeNotFound`
pub(crate) fn found(view: &TransferBatchView) -> String {
    let details = view.details.iter().map(|detail| {
        let failure = detail.failure.map_or(String::new(), |failure| format!(" {failure:?}"));
        format!("{} {}{failure}", detail.out_biz_no, detail.state.status(view.batch.state).wire())
    });
    let details = details.collect::<Vec<_>>().join(", ");
    format!("{}: {} {details}", told(&view.batch), view.matching).trim_end().to_owned()
}

/// Everything that must hold of batches between two commands.
pub(crate) fn check(world: &World) {
    let mut carried = BTreeSet::new();
    for batch in world.all::<TransferBatch>() {
        let number = (batch.slot, batch.payer, batch.out_batch_no.clone());
        let number = world.get::<TransferBatchNumber>(number).map(|row| row.no);
        assert_eq!(number, Some(batch.no), "{batch:?}");
        let timer = batch.timer.zip(batch.due_at_us).map(|(timer, due)| (batch.slot, due, timer));
        let timer = timer.map(|key| world.get::<Timer>(key).expect("its timer"));
        assert!(timer.is_none_or(|timer| timer.task == TimerTask::BatchClock), "{batch:?}");
        let waits = batch.state == BatchState::WaitPay
            || (batch.state == BatchState::Dealing && batch.started < batch.count);
        assert_eq!(batch.timer.is_some(), waits, "{batch:?}");
        let details = world.all::<TransferBatchDetail>().filter(|detail| detail.batch == batch.no);
        let details: Vec<_> = details.collect();
        assert_eq!(details.len(), batch.count as usize, "{batch:?}");
        let sum = |state: Option<DetailState>| {
            let of = details.iter().filter(|detail| state.is_none_or(|state| detail.state == state));
            of.fold((0, 0), |(count, sum), detail| (count + 1, sum + detail.amount_minor.units()))
        };
        assert_eq!(sum(None).1, batch.total_minor.units(), "{batch:?}");
        assert_eq!(sum(Some(DetailState::Done)), (batch.done, batch.done_minor.units()), "{batch:?}");
        assert_eq!(sum(Some(DetailState::Failed)), (batch.failed, batch.failed_minor.units()), "{batch:?}");
        for detail in details {
            assert_eq!(detail.state == DetailState::Waiting, detail.line > batch.started, "{detail:?}");
            let Some(no) = detail.transfer else { continue };
            assert!(carried.insert(no), "one transfer for two details: {detail:?}");
            let link = world.get::<TransferBatchLink>((batch.slot, no)).expect("its link");
            assert_eq!((link.batch, link.line), (batch.no, detail.line));
        }
    }
    let made = world.all::<Transfer>().map(|row| (row.no, &row.out_biz_no));
    let to_cards = world.all::<CardTransfer>().map(|row| (row.no, &row.out_biz_no));
    for (no, number) in made.chain(to_cards) {
        assert_eq!(number.as_str().contains(':'), carried.contains(&no), "{number}");
        let told = || world.all::<Notice>().any(|notice| notice.order_no == no.topic());
        assert!(!number.as_str().contains(':') || !told(), "a detail is told by its batch alone: {number}");
    }
    assert_eq!(world.all::<TransferBatchLink>().count(), carried.len());
}

const PEOPLE: &str = "
    merchant shop 100.00 slot=11
    merchant mall 10.00 slot=12
    merchant kiosk 10.00 slot=11
    person alice 50.00 slot=21
    person bob 20.00 slot=31
";

#[test]
fn every_refusal_of_a_whole_batch_has_a_row() {
    check_in(
        PEOPLE,
        "
        tb-new B1 nobody 3.00 d1:bob:3.00                       -> refused PayerNotFound
        tb-new B1 alice 3.00 d1:bob:3.00                        -> refused PayerNotFound
        tb-new B1 shop 3.00 d1:bob:3.00 app=mall                -> refused PayerNotFound
        status shop frozen
        tb-new B1 shop 3.00                                     -> refused CountWrong
        tb-new B1 shop 3.00 d1:bob:1.00 d1:alice:1.00           -> refused DetailRepeated
        tb-new B1 shop 3.00 d1:bob:1.00 d2:alice:1.99 waits=-1s -> refused TotalWrong
        tb-new B1 shop 3.00 d1:bob:3.00 d2:alice:0              -> refused TotalWrong
        tb-new B1 shop 3.00 d1:bob:3.00:USD                     -> refused TotalWrong
        tb-new B1 shop 3.00 d1:bob:3.00 waits=0s                -> refused TimeWrong
        tb-new B1 shop 3.00 d1:bob:3.00 waits=16d               -> refused TimeWrong
        tb-new B1 shop 3.00 d1:bob:3.00                         -> refused PayerBlocked
        status shop normal
        tb-new B1 shop 3.00 d1:card-silent:3.00                 -> refused BankSilent
        tb-see B1 shop                                          -> refused BatchNotFound
        tb-new B1 shop 3.00 d1:bob:3.00                         -> Dealing 0 of 1
        tb-new B1 shop 3.00 d1:bob:3.00                         -> Dealing 0 of 1
        tb-new B1 shop 3.00 d1:bob:3.00 said=other              -> refused NumberTaken
        tb-new B1 shop 9.99 d9:silent:1.00 said=3.00d1:bob:3.00 -> Dealing 0 of 1
        tb-see B1 mall                                          -> refused BatchNotFound
        tb-find B1 mall                                         -> refused BatchNotFound
        tb-find B1 kiosk                                        -> refused BatchNotFound
        tb-see B1 kiosk                                         -> refused BatchNotFound
        tb-new B1 mall 3.00 d1:bob:3.00                         -> Dealing 0 of 1
        balance shop                                            -> 100.00
        ",
    );
}

#[test]
fn a_thousand_details_and_no_more() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 100.10 many=1001                -> refused CountWrong
        tb-new B1 shop 100.00 many=1000                -> Dealing 0 of 1000
        advance 1s
        due                                            -> 1
        tb-see B1 shop size=1                          -> Dealing 16 of 1000: 1000 m1 SUCCESS
        ",
    );
}

/// Each way in which a detail fails, and that the others are paid.
#[test]
fn a_detail_that_fails_stops_no_other() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 125.18 d1:bob:30.00 d2:nobody:1.00 d3:bob!:1.00 d4:shop:1.00 d5:bob:0.09 d6:alice:90.00 \
            d7:card-wrong:1.00 d8:card-listed:1.00 d9:bob:0.09 tell=https://m passback=p  -> Dealing 0 of 9
        tb-see B1 shop                                 -> Dealing 0 of 9: 9 d1 DEALING, d2 DEALING, d3 DEALING, \
            d4 DEALING, d5 DEALING, d6 DEALING, d7 DEALING, d8 DEALING, d9 DEALING
        tb-told B1                                     -> 
        advance 1s
        due                                            -> 1
        tb-see B1 shop                                 -> PartSuccess 9 of 9: 9 d1 SUCCESS, d2 FAIL PayeeNotFound, \
            d3 FAIL PayeeNameDiffers, d4 FAIL PayeeIsPayer, d5 FAIL TooSmall, d6 FAIL BalanceTooLow, \
            d7 FAIL CardWrong, d8 FAIL Risk, d9 FAIL TooSmall
        tb-told B1                                     -> B1 PART_SUCCESS 125.18 30.00 8 p
        balance shop                                   -> 70.00
        balance bob                                    -> 50.00
        advance 1s
        due                                            -> 0
        tb-new B1 shop 125.18 d1:bob:30.00 said=m0     -> refused NumberTaken
        balance shop                                   -> 70.00
        ",
    );
}

#[test]
fn a_batch_ends_as_its_details_do() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 6.00 d1:bob:3.00 d2:alice:3.00 tell=https://m -> Dealing 0 of 2
        tb-new B2 shop 2.00 d1:nobody:2.00 tell=https://m            -> Dealing 0 of 1
        advance 1s
        due                                                          -> 2
        tb-see B1 shop                             -> Success 2 of 2: 2 d1 SUCCESS, d2 SUCCESS
        tb-told B1                                 -> B1 SUCCESS 6.00 6.00 0
        tb-see B2 shop                             -> Fail 1 of 1: 1 d1 FAIL PayeeNotFound
        tb-told B2                                 -> B2 FAIL 2.00 0.00 1
        status bob closed
        tb-new B3 shop 6.00 d1:bob:3.00 d2:bob:3.00 -> Dealing 0 of 2
        advance 1s
        due                                         -> 1
        tb-see B3 shop                 -> Fail 2 of 2: 2 d1 FAIL PayeeBlocked, d2 FAIL PayeeBlocked
        tb-made B3                                 -> 2
        balance shop                               -> 94.00
        tb-told B3                                 -> 
        ",
    );
}

#[test]
fn the_payer_is_asked_anew_for_each_detail() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 3.00 d1:bob:3.00            -> Dealing 0 of 1
        tb-new B2 shop 90.00 d1:bob:90.00          -> Dealing 0 of 1
        status shop frozen
        advance 1s
        due                                        -> 2
        tb-see B1 shop                             -> Fail 1 of 1: 1 d1 FAIL PayerBlocked
        status shop normal
        tb-new B3 shop 90.00 d1:bob:90.00          -> Dealing 0 of 1
        tb-new B4 shop 90.00 d1:bob:90.00          -> Dealing 0 of 1
        advance 1s
        due                                        -> 2
        tb-see B3 shop                             -> Success 1 of 1: 1 d1 SUCCESS
        tb-see B4 shop                             -> Fail 1 of 1: 1 d1 FAIL BalanceTooLow
        balance shop                               -> 10.00
        ",
    );
}

#[test]
fn details_have_their_turns_in_order_a_few_at_a_time() {
    let mut script = check_in(PEOPLE, "tb-new B1 shop 4.00 many=40 tell=https://m -> Dealing 0 of 40");
    let fresh = script.world.all::<TransferBatch>().next().unwrap().clone();
    script.play("advance 1s\ndue -> 1");
    // The clock of before, run again, gives nobody a turn.
    let (due_at_us, timer) = (fresh.due_at_us.unwrap(), fresh.timer.unwrap());
    script.world.run(RunTimer { due_at_us, timer });
    script.play(
        "
        tb-see B1 shop size=0                      -> Dealing 16 of 40: 40
        tb-see B1 shop line=16                     -> Dealing 16 of 40: 1 m16 SUCCESS
        tb-see B1 shop line=17                     -> Dealing 16 of 40: 1 m17 DEALING
        tb-see B1 shop line=41                     -> Dealing 16 of 40: 0
        tb-see B1 shop status=SUCCESS page=6 size=3 -> Dealing 16 of 40: 16 m16 SUCCESS
        tb-see B1 shop status=DEALING size=2       -> Dealing 16 of 40: 24 m17 DEALING, m18 DEALING
        tb-see B1 shop status=FAIL                 -> Dealing 16 of 40: 0
        tb-see B1 shop number=m30                  -> Dealing 16 of 40: 1 m30 DEALING
        tb-see B1 shop number=m30 status=SUCCESS   -> Dealing 16 of 40: 0
        tb-see B1 shop page=20 size=2              -> Dealing 16 of 40: 40 m39 DEALING, m40 DEALING
        tb-see B1 shop page=21 size=2              -> Dealing 16 of 40: 40
        balance bob                                -> 21.60
        advance 1s
        due                                        -> 1
        tb-told B1                                 -> 
        advance 1s
        due                                        -> 1
        advance 1s
        due                                        -> 0
        tb-find B1 shop size=0                     -> Success 40 of 40: 40
        tb-told B1                                 -> B1 SUCCESS 4.00 4.00 0
        tb-made B1                                 -> 40
        balance bob                                -> 24.00
        balance shop                               -> 96.00
        ",
    );
}

#[test]
fn a_batch_that_waits_is_agreed_to_given_up_or_too_late() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 3.00 d1:bob:3.00 waits=1d tell=https://m      -> WaitPay 0 of 1
        tb-new B2 shop 3.00 d1:bob:3.00 waits=1d tell=https://m      -> WaitPay 0 of 1
        tb-new B3 shop 3.00 d1:bob:3.00 waits=1d tell=https://m      -> WaitPay 0 of 1
        advance 1s
        due                                        -> 0
        tb-see B1 shop                             -> WaitPay 0 of 1: 1 d1 WAIT_PAY
        tb-see B1 shop status=WAIT_PAY             -> WaitPay 0 of 1: 1 d1 WAIT_PAY
        tb-agree B1 mall                           -> refused NotFound
        tb-agree B1 kiosk                          -> refused NotFound
        tb-agree B9 shop                           -> refused NotFound
        status shop frozen
        tb-agree B1 shop                           -> refused PayerBlocked
        tb-give-up B2 shop                         -> Disused 0 of 1
        status shop normal
        tb-agree B2 shop                           -> refused Decided
        tb-give-up B2 shop                         -> Disused 0 of 1
        tb-told B2                                 -> B2 DISUSE 3.00 0.00 0
        tb-see B2 shop                             -> Disused 0 of 1: 1 d1 DISUSE
        tb-agree B1 shop                           -> Dealing 0 of 1
        tb-give-up B1 shop                         -> refused Decided
        advance 1s
        due                                        -> 1
        tb-agree B1 shop                           -> Success 1 of 1
        balance shop                               -> 97.00
        advance 1d
        advance 1s
        due                                        -> 1
        tb-see B3 shop                             -> Disused 0 of 1: 1 d1 DISUSE
        tb-told B3                                 -> B3 DISUSE 3.00 0.00 0
        tb-agree B3 shop                           -> refused Decided
        balance shop                               -> 97.00
        ",
    );
}

#[test]
fn cards_are_paid_by_bank_orders_and_end_with_the_banks_word() {
    let mut script = check_in(
        PEOPLE,
        "
        tb-new B1 shop 31.00 d1:card-7894:20.00 d2:card-1236:10.00 d3:card-credit:0.50 d4:bob:0.50 tell=https://m \
            -> Dealing 0 of 4
        advance 1s
        due                                        -> 1
        tb-see B1 shop  -> Dealing 2 of 4: 4 d1 DEALING, d2 DEALING, d3 FAIL CardWrong, d4 SUCCESS
        balance shop                               -> 69.30
        tb-told B1                                 -> 
        ",
    );
    let names: Vec<String> =
        script.world.all::<CardTransfer>().map(|row| row.out_biz_no.to_string()).collect();
    assert_eq!(names.len(), 2);
    for (name, line) in names.iter().zip(["bk-done {} 20.00", "bk-refused {}"]) {
        script.play(&format!("bk-send tc:{name}"));
        script.play(&line.replace("{}", &format!("tc:{name}")));
    }
    script.play(
        "
        tb-see B1 shop  -> PartSuccess 4 of 4: 4 d1 SUCCESS, d2 FAIL BankRefused, d3 FAIL CardWrong, d4 SUCCESS
        tb-told B1                                 -> B1 PART_SUCCESS 31.00 20.50 2
        balance shop                               -> 79.40
        ",
    );
}
