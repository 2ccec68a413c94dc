//! Batches of transfers: what is refused as a whole, what becomes of each detail, and that nothing is paid twice.

use crate::registering::ask;
use crate::script::{Script, Words, check_in, cny, digest};
use crate::support::World;
use base::{AppId, BatchNo, Slot, Text};
use engine::{
    ApproveList, BatchAsk, BatchCheck, CheckTransferBatch, Command, CreateTransferBatch, DecideTransferBatch,
    DetailAsk, DetailFilter, DetailPayee, FindTransferBatch, LookedAt, NoPayee, NoPayeeCard, PayeeCard,
    ProposeList, RunTimer, StopBy, StopPayments, TransferBatchView, WhichBatch,
};
use fund::{Card, CardKind};
use money::{Currency, Money};
use std::collections::BTreeSet;
use trade::{Notice, Timer, TimerTask};
use transfer::{
    BatchProduct, BatchRefused, BatchScene, BatchState, CardTransfer, CardTransferState, DetailState,
    DetailStatus, Transfer, TransferBatch, TransferBatchDetail, TransferBatchLink, TransferBatchNumber,
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
        // One card, named wrongly and rightly.
        name if name.starts_with("card-wrong") => {
            DetailPayee::Card { card: Err(NoPayeeCard::Wrong), number: [9; 16] }
        }
        "card-silent" => DetailPayee::Card { card: Err(NoPayeeCard::Silent), number: [9; 16] },
        "card-listed" => DetailPayee::Card { card: Err(NoPayeeCard::Listed), number: [9; 16] },
        name if name.ends_with('!') => DetailPayee::Account(Err(NoPayee::NameDiffers)),
        name => match name.strip_prefix("card-") {
            None => DetailPayee::Account(Ok(script.party(name))),
            Some(card) => DetailPayee::Card {
                card: Ok(PayeeCard {
                    digest: digest(card),
                    bank: Text::new("CMB").unwrap(),
                    kind: if card == "credit" { CardKind::Credit } else { CardKind::Debit },
                    last_four: Text::new(&card[card.len() - 4..]).unwrap(),
                    agreement: Text::new("P1").unwrap(),
                }),
                number: if card == "right" { [9; 16] } else { digest(card) },
            },
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
    FindTransferBatch { payer, which, only, page, page_size, after: LookedAt::default() }.into()
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
    let list = script.world.all::<::risk::ScreenList>().last().map_or(0, |list| list.version);
    let said = words.named.get("said").map_or_else(|| words.plain[3..].concat(), |said| (*said).to_owned());
    let ask = BatchAsk {
        payer: script.party(words.at(2)),
        out_batch_no: Text::new(words.at(1)).unwrap(),
        said: digest(&said[said.len().saturating_sub(16)..]),
        product: BatchProduct::PayV2,
        scene: if waits_us.is_some() { BatchScene::Approved } else { BatchScene::Direct },
        count: words.named.get("count").map_or(details.len(), |count| count.parse().unwrap()) as u32,
        total: cny(words.at(3)),
        expires_at_us: waits_us.map(|waits_us| script.world.wall_us + waits_us),
        title: words.text("title"),
        remark: words.text("remark"),
        screen_version: words.named.get("list").map_or(list, |list| list.parse().unwrap()),
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
        let failure = detail.row.failure.map_or(String::new(), |failure| format!(" {failure:?}"));
        format!("{} {}{failure}", detail.row.out_biz_no, detail.status.wire())
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
    let made = world.all::<Transfer>().map(|row| (row.no, &row.out_biz_no, false));
    let came_back = |row: &CardTransfer| row.state == CardTransferState::Refunded && row.notify_url.is_some();
    let to_cards = world.all::<CardTransfer>().map(|row| (row.no, &row.out_biz_no, came_back(row)));
    for (no, number, came_back) in made.chain(to_cards) {
        assert_eq!(number.as_str().contains(':'), carried.contains(&no), "{number}");
        let told = || world.all::<Notice>().filter(|notice| notice.order_no == no.topic()).count();
        // The end of a detail is told by its batch alone.
        assert!(!number.as_str().contains(':') || told() == usize::from(came_back), "{number}");
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
        tb-new B1 shop 3.00 d1:bob:3.00 count=2                 -> refused CountWrong
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
        tb-new B1 shop 9.99 d1:bob:3.00 said=other count=2      -> refused NumberTaken
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

fn stop(script: &mut Script, name: &str, lift: bool) {
    let (party, by) = (script.party(name), StopBy::Operator);
    ask(&mut script.world, StopPayments { party, by, lift }).unwrap();
}

#[test]
fn neither_a_stopped_payer_nor_one_without_a_contract_has_a_batch_taken() {
    let mut script = check_in(PEOPLE, "tb-new B1 shop 3.00 d1:bob:3.00 waits=1d -> WaitPay 0 of 1");
    stop(&mut script, "shop", false);
    script.play(
        "
        tb-new B2 shop 3.00 d1:bob:3.00            -> refused PayerStopped
        tb-agree B1 shop                           -> refused PayerBlocked
        ",
    );
    stop(&mut script, "shop", true);
    script.play(
        "
        ct-propose ada shop transfer 0 ended:0     -> version 1
        ct-approve bea shop transfer 1             -> version 1
        tb-new B2 shop 3.00 d1:bob:3.00            -> refused NotSigned
        tb-agree B1 shop                           -> Dealing 0 of 1
        advance 1s
        due                                        -> 1
        tb-see B1 shop                             -> Fail 1 of 1: 1 d1 FAIL NotSigned
        balance shop                               -> 100.00
        ",
    );
}

/// What is looked at before payees are looked up is what is decided, without them.
#[test]
fn a_batch_is_looked_at_as_it_will_be_decided_but_for_its_payees() {
    let mut script = check_in(PEOPLE, "tb-new B1 shop 3.00 d1:bob:3.00 -> Dealing 0 of 1");
    agree_on_list(&mut script, 1);
    let mut look = |line: &str| {
        let CreateTransferBatch { ask: asked, app, .. } = create(&script, &words(line));
        ask(&mut script.world, CheckTransferBatch { ask: asked, app })
    };
    for (line, refused) in [
        ("tb-new B1 nobody 3.00 d1:bob:3.00", BatchRefused::PayerNotFound),
        ("tb-new B1 shop 3.00 d1:bob:3.00 app=mall", BatchRefused::PayerNotFound),
        ("tb-new B1 shop 9.99 d1:bob:3.00", BatchRefused::NumberTaken),
        ("tb-new B2 shop 9.99 d1:bob:3.00", BatchRefused::TotalWrong),
        ("tb-new B2 shop 3.00 d1:bob:3.00 waits=16d", BatchRefused::TimeWrong),
    ] {
        assert_eq!(look(line), Err(refused), "{line}");
    }
    let BatchCheck { first, screen_version } = look("tb-new B1 shop 3.00 d1:bob:3.00").unwrap();
    assert_eq!((first.map(|batch| batch.count), screen_version), (Some(1), 1));
    let fresh = look("tb-new B2 shop 3.00 d1:card-silent:3.00").unwrap();
    assert_eq!(fresh, BatchCheck { first: None, screen_version: 1 });
    script.play("tb-see B2 shop -> refused BatchNotFound\nstatus shop frozen");
    let CreateTransferBatch { ask: asked, app, .. } =
        create(&script, &words("tb-new B2 shop 3.00 d1:bob:3.00"));
    let look = CheckTransferBatch { ask: asked, app };
    assert_eq!(ask(&mut script.world, look), Err(BatchRefused::PayerBlocked));
}

fn words(line: &str) -> Words<'_> {
    let (named, plain): (Vec<&str>, Vec<&str>) = line.split_whitespace().partition(|word| word.contains('='));
    Words { plain, named: named.iter().map(|word| word.split_once('=').unwrap()).collect() }
}

/// The next version of the list of names is in force.
pub(crate) fn agree_on_list(script: &mut Script, version: u32) {
    let name = |name: &str| Text::new(name).unwrap();
    let (digest, base_version) = ([version as u8; 32], version - 1);
    let (entries, threshold) = (2, 850);
    let propose = ProposeList { operator: name("ada"), base_version, digest, entries, threshold };
    ask(&mut script.world, propose).unwrap();
    ask(&mut script.world, ApproveList { operator: name("bea"), version, digest }).unwrap();
}

/// The name on a card was held against one list and is not here any more: under another list the card is not paid.
#[test]
fn a_card_is_paid_under_the_list_that_its_holder_was_held_against() {
    let mut script = check_in(
        PEOPLE,
        "
        tb-new B1 shop 2.00 d1:card-7894:1.00 d2:bob:1.00 waits=1d   -> WaitPay 0 of 2
        tb-new B2 shop 1.00 d1:card-7894:1.00                        -> Dealing 0 of 1
        advance 1s
        due                                                          -> 1
        tb-see B2 shop                             -> Dealing 0 of 1: 1 d1 DEALING
        ",
    );
    agree_on_list(&mut script, 1);
    script.play(
        "
        tb-agree B1 shop                                             -> Dealing 0 of 2
        tb-new B3 shop 1.00 d1:card-7894:1.00                        -> Dealing 0 of 1
        tb-new B4 shop 1.00 d1:card-7894:1.00 list=0                 -> refused BankSilent
        tb-new B4 shop 1.00 d1:card-listed:1.00 list=0               -> refused BankSilent
        tb-see B4 shop                                               -> refused BatchNotFound
        tb-new B4 shop 1.00 d1:bob:1.00 list=0                       -> Dealing 0 of 1
        advance 1s
        due
        tb-see B1 shop                             -> PartSuccess 2 of 2: 2 d1 FAIL Risk, d2 SUCCESS
        tb-see B3 shop                             -> Dealing 0 of 1: 1 d1 DEALING
        tb-see B4 shop                             -> Success 1 of 1: 1 d1 SUCCESS
        ",
    );
}

/// Whoever cannot pay is told nothing of a thousand names.
#[test]
fn accounts_are_guessed_by_nobody_who_could_not_pay() {
    check_in(
        PEOPLE,
        "
        tb-new B1 kiosk 62.00 d1:nobody:20.00 d2:bob!:20.00 d3:bob:20.00 d4:nobody:1.00 d5:kiosk:1.00 -> Dealing 0 of 5
        advance 1s
        due                                        -> 1
        tb-see B1 kiosk                            -> Fail 5 of 5: 5 d1 FAIL BalanceTooLow, \
            d2 FAIL BalanceTooLow, d3 FAIL BalanceTooLow, d4 FAIL PayeeNotFound, d5 FAIL PayeeIsPayer
        tb-new B2 kiosk 2.00 d1:nobody:1.00 d2:bob!:1.00             -> Dealing 0 of 2
        status kiosk frozen
        advance 1s
        due                                        -> 1
        tb-see B2 kiosk                            -> Fail 2 of 2: 2 d1 FAIL PayerBlocked, d2 FAIL PayerBlocked
        ",
    );
}

/// Nobody could release a detail: its number never comes again.
#[test]
fn a_detail_that_rules_would_have_looked_at_fails_and_opens_no_case() {
    check_in(
        "merchant shop 1000.00 slot=11\nperson bob slot=31",
        "
        rk-propose ada 0 review                    -> version 1
        rk-approve bea 1                           -> version 1
        tb-new B1 shop 401.00 d1:bob:200.00 d2:card-7894:200.00 d3:bob:1.00 -> Dealing 0 of 3
        advance 1s
        due                                        -> 1
        tb-see B1 shop                             -> PartSuccess 3 of 3: 3 d1 FAIL Risk, d2 FAIL Risk, d3 SUCCESS
        rk-count                                   -> 2 0
        balance shop                               -> 999.00
        ",
    );
}

/// The batch has ended when the bank sends the money back: it is told of its transfer, where the batch was told.
#[test]
fn what_a_bank_sends_back_of_a_detail_is_seen_and_told() {
    let mut script = check_in(
        PEOPLE,
        "
        tb-new B1 shop 21.00 d1:card-7894:20.00 d2:bob:1.00 tell=https://m -> Dealing 0 of 2
        advance 1s
        due                                        -> 1
        ",
    );
    let name = script.world.all::<CardTransfer>().next().unwrap().out_biz_no.to_string();
    script.play(
        &"
        bk-send tc:NAME
        bk-done tc:NAME 20.00 ref=R1
        tb-see B1 shop                             -> Success 2 of 2: 2 d1 SUCCESS, d2 SUCCESS
        tc-statuses NAME                           ->
        line 1 tc:NAME out 20.00 ref=R1            -> Matched
        line 1 tc:NAME in 20.00 ref=R9 day=2026-01-05 -> CameBack
        tb-see B1 shop                             -> Success 2 of 2: 2 d1 REFUND, d2 SUCCESS
        tb-see B1 shop status=REFUND               -> Success 2 of 2: 1 d1 REFUND
        tb-see B1 shop status=SUCCESS              -> Success 2 of 2: 1 d2 SUCCESS
        tc-statuses NAME                           -> REFUND
        tc-asked NAME                   -> alipay.fund.batch.create d1 BATCH_PAY_V2 DIRECT_TRANSFER
        tb-told B1                                 -> B1 SUCCESS 21.00 21.00 0
        balance shop                               -> 98.90
        "
        .replace("NAME", &name),
    );
}

/// The bank's name of a card is the one that was heard last, not the one that was used last; to hear the same name
/// again is to hear it, too.
#[test]
fn a_name_from_the_day_a_batch_was_taken_displaces_no_newer_one() {
    let mut script = check_in(
        PEOPLE,
        "
        tb-new B1 shop 1.00 d1:card-7894:1.00 waits=1d   -> WaitPay 0 of 1
        advance 1s
        tc-send X1 shop 7894 1.00 as=P2
        advance 1s
        tb-agree B1 shop                           -> Dealing 0 of 1
        advance 1s
        due
        tb-see B1 shop                             -> Dealing 0 of 1: 1 d1 DEALING
        ",
    );
    let known = |script: &Script| {
        let names = script.world.all::<Card>().map(|card| card.agreement.clone().unwrap().to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(known(&script), ["P2"]);
    script.play("tb-new B2 shop 1.00 d1:card-7894:1.00 -> Dealing 0 of 1\nadvance 1s\ndue");
    assert_eq!(known(&script), ["P1"]);

    let script = check_in(
        PEOPLE,
        "
        tc-send X0 shop 7894 1.00 as=P2
        advance 1s
        tb-new B1 shop 1.00 d1:card-7894:1.00 waits=1d   -> WaitPay 0 of 1
        advance 1s
        tc-send X1 shop 7894 1.00 as=P2
        advance 1s
        tb-agree B1 shop                           -> Dealing 0 of 1
        advance 1s
        due
        tb-see B1 shop                             -> Dealing 0 of 1: 1 d1 DEALING
        ",
    );
    assert_eq!(known(&script), ["P2"]);
    let heard: Vec<_> = script.world.all::<CardTransfer>().map(|row| row.paid_at_us).collect();
    let card = script.world.all::<Card>().next().unwrap().clone();
    assert_eq!((card.asked_at_us, card.changed_at_us), (heard[0], heard[1]));
}

#[test]
fn what_is_said_of_a_batch_is_said_of_its_details() {
    let script = check_in(
        PEOPLE,
        "
        tb-new B1 shop 3.00 d1:bob:1.00 d2:card-7894:2.00 title=wages remark=january -> Dealing 0 of 2
        advance 1s
        due                                        -> 1
        ",
    );
    let to_account = script.world.all::<Transfer>().map(|row| (row.title.clone(), row.remark.clone()));
    let to_card = script.world.all::<CardTransfer>().map(|row| (row.title.clone(), row.remark.clone()));
    let said: Vec<_> = to_account.chain(to_card).collect();
    assert_eq!(said.len(), 2);
    for (title, remark) in said {
        assert_eq!((title.unwrap().as_str(), remark.unwrap().as_str()), ("wages", "january"));
    }
}

#[test]
fn a_batch_whose_time_is_over_is_not_agreed_to_before_its_timer_ran_either() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 3.00 d1:bob:3.00 waits=1d   -> WaitPay 0 of 1
        advance 1d
        tb-agree B1 shop                           -> refused Decided
        tb-give-up B1 shop                         -> Disused 0 of 1
        balance shop                               -> 100.00
        ",
    );
}

/// The writer makes no other decision while it looks, so that who looks at many details asks more than once.
#[test]
fn one_decision_looks_at_a_hundred_details_and_the_next_goes_on() {
    let mut script = check_in(PEOPLE, "tb-new B1 shop 25.00 many=250 waits=1d -> WaitPay 0 of 250");
    let payer = script.party("shop");
    let mut look = |only: DetailFilter, page, page_size| {
        let which = WhichBatch::Out(Text::new("B1").unwrap());
        let after = LookedAt::default();
        let find = FindTransferBatch { payer, which, only, page, page_size, after };
        let mut view = ask(&mut script.world, find.clone()).unwrap();
        let mut looks = vec![view.details.len()];
        while let Some(after) = view.more {
            let rest = ask(&mut script.world, FindTransferBatch { after, ..find.clone() }).unwrap();
            looks.push(rest.details.len());
            view = view.then(rest);
        }
        let lines: Vec<u32> = view.details.iter().map(|detail| detail.row.line).collect();
        (looks, view.matching, lines.first().copied(), lines.last().copied())
    };
    let all = DetailFilter::default;
    let standing = |status| DetailFilter { status: Some(status), ..all() };
    assert_eq!(look(all(), 1, 500), (vec![100, 100, 50], 250, Some(1), Some(250)));
    assert_eq!(look(all(), 1, 100), (vec![100], 250, Some(1), Some(100)));
    assert_eq!(look(all(), 2, 120), (vec![100, 20], 250, Some(121), Some(240)));
    assert_eq!(look(all(), 4, 100), (vec![0], 250, None, None));
    let waits = standing(DetailStatus::WaitPay);
    assert_eq!(look(waits.clone(), 2, 120), (vec![0, 80, 40], 250, Some(121), Some(240)));
    assert_eq!(look(waits, 1, 0), (vec![0, 0, 0], 250, None, None));
    assert_eq!(look(standing(DetailStatus::Fail), 1, 500), (vec![0, 0, 0], 0, None, None));
    let number = DetailFilter { out_biz_no: Some(Text::new("m150").unwrap()), ..all() };
    assert_eq!(look(number, 1, 500), (vec![0, 1], 1, Some(150), Some(150)));
    let line = |line| DetailFilter { line: Some(line), ..all() };
    assert_eq!(look(line(150), 1, 500), (vec![1], 1, Some(150), Some(150)));
    assert_eq!(look(line(0), 1, 500), (vec![0], 0, None, None));
    assert_eq!(look(line(251), 1, 500), (vec![0], 0, None, None));
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

/// Whoever asks for one name after the other within batches is counted as who asks one by one.
#[test]
fn a_card_that_is_named_wrongly_too_often_is_told_to_nobody() {
    check_in(
        PEOPLE,
        "
        tb-new B1 shop 6.00 d1:card-wrong1:1.00 d2:card-wrong2:1.00 d3:card-wrong3:1.00 d4:card-wrong4:1.00 \
            d5:card-wrong5:1.00 d6:card-right:1.00     -> Dealing 0 of 6
        advance 1s
        due                                            -> 1
        tb-see B1 shop                                 -> Fail 6 of 6: 6 d1 FAIL CardWrong, d2 FAIL CardWrong, \
            d3 FAIL CardWrong, d4 FAIL CardWrong, d5 FAIL CardWrong, d6 FAIL TooManyNames
        balance shop                                   -> 100.00
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
