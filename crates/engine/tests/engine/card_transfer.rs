//! Transfers to bank cards: what is refused, what the bank's word makes of them, and what must hold between commands.

use crate::batch::agree_on_list;
use crate::script::{Script, Words, check_in, cny, digest};
use crate::support::World;
use base::{AppId, Record, Slot, Text, TransferNo};
use engine::{
    CardTransferAsk, CardTransferView, Command, FindCardTransfer, NoPayeeCard, PayeeCard, TransferToCard,
    WhichCardTransfer,
};
use fund::{
    BankOrder, BankOrderKind, BankOrderState, BankSurprise, Card, CardKind, CardName, CardState, SurpriseKind,
};
use people::{Usage, UsageKind};
use recon::{BookedLine, Class, ClosingWay, SuspenseClosing};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Notice, NoticeState};
use transfer::{CardTransfer, CardTransferNumber, CardTransferState};

fn named(script: &Script, name: &str) -> Option<TransferNo> {
    script.world.all::<CardTransfer>().find(|row| row.out_biz_no.as_str() == name).map(|row| row.no)
}

fn no(script: &Script, name: &str) -> TransferNo {
    named(script, name).unwrap_or(TransferNo::from_number(1_700_000_000_000_000_011).unwrap())
}

/// Whether a bank order carries out the transfer of a name.
pub(crate) fn carries(script: &Script, name: &str, order: &BankOrder) -> bool {
    order.kind == BankOrderKind::Transfer && order.about == Some(no(script, name).topic())
}

/// The commands of this file. `tc-send X1 shop 7894 30.00`: the card `wrong` is not known to the bank, which is not
/// heard about the card `silent`; `credit` is a credit card.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Option<Command> {
    let payer = words.plain.get(2).map(|name| script.party(name));
    Some(match words.at(0) {
        "tc-send" => {
            let of_app = script.party(words.named.get("app").unwrap_or(&words.at(2)));
            let list = script.world.all::<::risk::ScreenList>().last().map_or(0, |list| list.version);
            let card = match words.at(3) {
                "wrong" => Err(NoPayeeCard::Wrong),
                "silent" => Err(NoPayeeCard::Silent),
                "listed" => Err(NoPayeeCard::Listed),
                name => Ok(PayeeCard {
                    digest: digest(name),
                    bank: Text::new("CMB").unwrap(),
                    kind: if name == "credit" { CardKind::Credit } else { CardKind::Debit },
                    last_four: Text::new(&name[name.len() - 4..]).unwrap(),
                    agreement: words.text("as").unwrap_or(Text::new("P1").unwrap()),
                }),
            };
            TransferToCard {
                ask: CardTransferAsk {
                    payer: payer?,
                    card,
                    number: digest(words.named.get("number").unwrap_or(&words.at(3))),
                    screen_version: words.named.get("list").map_or(list, |list| list.parse().unwrap()),
                    named: digest(words.named.get("named").unwrap_or(&words.at(3))),
                    amount: words.named.get("in").map_or_else(
                        || cny(words.at(4)),
                        |code| {
                            let currency = money::Currency::from_code(code).unwrap();
                            money::parse_amount(words.at(4), currency).unwrap()
                        },
                    ),
                    out_biz_no: Text::new(words.at(1)).unwrap(),
                    title: words.text("title"),
                    remark: words.text("remark"),
                },
                app: script.apps.get(&of_app).copied().unwrap_or(AppId::issue(1, Slot::PLATFORM).unwrap()),
                passback: None,
                notify_url: words.text("tell"),
                gbk: false,
                rsa1: false,
            }
            .into()
        }
        "tc-find" => {
            FindCardTransfer { payer: payer?, which: WhichCardTransfer::No(no(script, words.at(1))) }.into()
        }
        "tc-number" => {
            let which = WhichCardTransfer::Out(Text::new(words.at(1)).unwrap());
            FindCardTransfer { payer: payer?, which }.into()
        }
        _ => return None,
    })
}

/// Lines that look: `tc-told X1`, `tc-statuses X1`, `tc-asked X1` (what was asked for, as messages say),
/// `tc-cards shop`.
pub(crate) fn look(script: &Script, words: &Words<'_>) -> String {
    match words.at(0) {
        "tc-told" | "tc-statuses" | "tc-asked" => {
            let topic = no(script, words.at(1)).topic();
            let notices = script.world.all::<Notice>().filter(|notice| notice.order_no == topic);
            let said = |notice: &std::sync::Arc<Notice>| {
                let content = notice.content.clone().unwrap().to_string();
                let members: serde_json::Value = serde_json::from_str(&content).unwrap();
                let told: serde_json::Value =
                    serde_json::from_str(members["biz_content"].as_str().unwrap()).unwrap();
                let word = |name: &str| told[name].as_str().unwrap().to_owned();
                if words.at(0) == "tc-statuses" {
                    return word("status");
                }
                if words.at(0) == "tc-asked" {
                    return ["origin_interface", "out_biz_no", "product_code", "biz_scene"]
                        .map(word)
                        .join(" ");
                }
                format!("{} {} {}", word("product_code"), word("status"), word("trans_amount"))
            };
            notices.map(said).collect::<Vec<_>>().join(", ")
        }
        "tc-cards" => {
            let party = script.party(words.at(1));
            let cards = script.world.all::<Card>().filter(|card| card.party == party);
            let mut told: Vec<String> = cards
                .map(|card| {
                    let agreement = card.agreement.as_ref().map_or("none", |text| text.as_str());
                    format!("{:?} {} {agreement}", card.state, card.last_four)
                })
                .collect();
            told.sort();
            told.join(", ")
        }
        other => panic!("no such line: {other}"),
    }
}

pub(crate) fn told(transfer: &CardTransfer) -> String {
    format!("{:?} {} fee {}", transfer.state, transfer.amount(), transfer.fee())
}

pub(crate) fn found(view: &CardTransferView) -> String {
    let reason = view.order.reason.map_or(String::new(), |reason| format!(" {reason:?}"));
    format!("{}{reason}", told(&view.transfer))
}

/// Everything that must hold of transfers to cards between two commands; gives what counts towards limits.
pub(crate) fn check(world: &World) -> BTreeMap<<Usage as Record>::Key, (u32, i64)> {
    let mut used: BTreeMap<_, (u32, i64)> = BTreeMap::new();
    for transfer in world.all::<CardTransfer>() {
        let order = world.get::<BankOrder>((transfer.slot, transfer.bank_order)).expect("its bank order");
        let same = (order.kind, order.about, order.party, order.card, order.amount_minor, order.fee_minor);
        let wanted = (
            BankOrderKind::Transfer,
            Some(transfer.no.topic()),
            transfer.payer,
            transfer.card,
            transfer.amount_minor,
            transfer.fee_minor,
        );
        assert_eq!(same, wanted, "{transfer:?}");
        let state = match order.state {
            BankOrderState::Asked | BankOrderState::Unknown => CardTransferState::UnderWay,
            BankOrderState::Done if transfer.returned_at_us.is_some() => CardTransferState::Refunded,
            BankOrderState::Done => CardTransferState::Done,
            BankOrderState::Failed => CardTransferState::Failed,
            other => panic!("a transfer's order is {other:?}"),
        };
        assert_eq!((transfer.state, transfer.ended_at_us), (state, order.heard_at_us), "{transfer:?}");
        let of = |line: &&Arc<BookedLine>| line.bank_order == Some(order.no);
        let lines =
            world.all::<BookedLine>().filter(|line| of(line) && line.class == Class::CameBack).count();
        let closings = world.all::<SuspenseClosing>().filter(|row| row.bank_order == Some(order.no));
        let returns = closings.filter(|row| row.way == ClosingWay::GivenBack).count() + lines;
        assert_eq!(returns, usize::from(transfer.returned_at_us.is_some()), "{transfer:?}");
        let odd = world.all::<BookedLine>().filter(|line| of(line) && line.class.is_suspense()).count();
        let again = world
            .all::<BankSurprise>()
            .filter(|surprise| surprise.no == order.no && surprise.kind == SurpriseKind::SecondReference);
        assert_eq!(transfer.odd_lines as usize, odd + again.count(), "{transfer:?}");
        let card = world.get::<Card>((transfer.slot, transfer.card)).expect("its card");
        assert_eq!((card.state, card.party), (CardState::Payee, transfer.payer), "{card:?}");
        let name = world.get::<CardName>((card.slot, card.party, card.digest));
        assert_eq!(name.map(|name| name.no), Some(card.no), "{card:?}");
        let number = (transfer.slot, transfer.payer, transfer.out_biz_no.clone());
        let number = world.get::<CardTransferNumber>(number).map(|row| row.no);
        assert_eq!(number, Some(transfer.no), "{transfer:?}");
        if transfer.state.counts() {
            for kind in [UsageKind::TransferDay, UsageKind::TransferMonth] {
                let sum = used.entry(Usage::key_at(transfer.payer, kind, transfer.paid_at_us)).or_default();
                *sum = (sum.0 + 1, sum.1 + transfer.amount_minor.units());
            }
        }
    }
    for order in world.all::<BankOrder>().filter(|order| order.kind == BankOrderKind::Transfer) {
        let about = order.about.map(TransferNo::of_topic).expect("it carries something");
        assert!(world.get::<CardTransfer>((order.slot, about)).is_some(), "{order:?}");
    }
    used
}

const PEOPLE: &str = "
    merchant shop 5000.00 slot=11
    merchant mall 10.00 slot=12
    person alice 5000.00 slot=21
";

#[test]
fn every_refusal_has_a_row() {
    check_in(
        PEOPLE,
        "
        tc-send X1 nobody 7894 30.00                   -> refused PayerNotFound
        tc-send X1 shop 7894 30.00 app=mall            -> refused PayerNotFound
        tc-send X1 alice 7894 30.00                    -> refused PayerNotFound
        status shop frozen
        tc-send X1 shop wrong 0.05                     -> refused PayerBlocked
        status shop normal
        tc-send X1 shop 7894 0.09                      -> refused Limit(TooSmall)
        tc-send X1 shop 7894 1000000.01                -> refused Limit(TooLarge)
        tc-send X1 shop 7894 30.00 in=USD              -> refused Limit(TooSmall)
        tc-send X1 shop 7894 5000.00                   -> refused BalanceTooLow
        tc-send X1 shop 7894 4995.01                   -> refused BalanceTooLow
        tc-send X1 shop wrong 4995.01                  -> refused BalanceTooLow
        tc-send X1 shop wrong 30.00                    -> refused CardWrong
        tc-send X1 shop silent 30.00                   -> refused BankSilent
        tc-send X1 shop credit 30.00                   -> refused CardWrong
        tc-send X1 shop listed 30.00                   -> refused Risk(Refused)
        tc-number X1 shop                              -> refused TransferNotFound
        tc-cards shop                                  -> 
        tc-send X1 shop 7894 30.00                     -> UnderWay 30.00 fee 0.10
        balance shop                                   -> 4969.90
        tc-send X1 shop 7894 30.00                     -> UnderWay 30.00 fee 0.10
        tc-send X1 shop wrong 30.00 named=7894         -> UnderWay 30.00 fee 0.10
        tc-send X1 shop silent 30.00 named=7894        -> UnderWay 30.00 fee 0.10
        balance shop                                   -> 4969.90
        tc-send X1 shop 1236 30.00                     -> refused NumberTaken(payee_info)
        tc-send X1 shop 7894 30.01                     -> refused NumberTaken(trans_amount)
        tc-send X1 shop 7894 30.00 title=pay           -> refused NumberTaken(order_title)
        tc-send X1 shop 7894 30.00 remark=pay          -> refused NumberTaken(remark)
        tr-send X1 shop alice 30.00                    -> Done 30.00
        tc-send X1 mall 7894 3.00                      -> UnderWay 3.00 fee 0.10
        tc-find X1 mall                                -> refused TransferNotFound
        tc-number X1 mall                              -> UnderWay 3.00 fee 0.10
        ",
    );
}

/// Its holder's name was held against the list of before, and is not here to be held against this one.
#[test]
fn a_card_that_was_looked_at_under_another_list_is_looked_at_again() {
    let mut script = check_in(PEOPLE, "tc-send X1 shop 7894 30.00 list=1 -> refused BankSilent");
    agree_on_list(&mut script, 1);
    script.play(
        "
        tc-send X1 shop 7894 30.00 list=0              -> refused BankSilent
        tc-number X1 shop                              -> refused TransferNotFound
        balance shop                                   -> 5000.00
        # What needs no list is said as ever; a number that was taken before is told as it stands.
        tc-send X1 shop wrong 30.00 list=0             -> refused CardWrong
        tc-send X1 shop credit 30.00 list=0            -> refused CardWrong
        tc-send X1 shop 7894 30.00 list=1              -> UnderWay 30.00 fee 0.10
        tc-send X1 shop 7894 30.00 list=0              -> UnderWay 30.00 fee 0.10
        ",
    );
}

/// Names of one card by one app on one day: the sixth is not looked at, whether or not it is right. The same name again
/// is no further one; what was counted is kept although it was refused.
#[test]
fn wrong_names_of_a_card_are_counted() {
    check_in(
        PEOPLE,
        "
        tc-send X1 shop wrong 30.00 named=a number=N   -> refused CardWrong
        tc-send X1 shop wrong 30.00 named=a number=N   -> refused CardWrong
        tc-send X1 shop wrong 30.00 named=b number=N   -> refused CardWrong
        tc-send X1 shop silent 30.00 named=c number=N  -> refused BankSilent
        tc-send X1 shop wrong 30.00 named=c number=N   -> refused CardWrong
        tc-send X1 shop credit 30.00 named=d number=N  -> refused CardWrong
        tc-send X1 shop wrong 30.00 named=a number=N   -> refused CardWrong
        tc-send X1 shop wrong 30.00 named=f number=N   -> refused TooManyNames
        tc-send X1 shop 7894 30.00 number=N            -> refused TooManyNames
        tc-send X1 shop silent 30.00 number=N          -> refused TooManyNames
        tc-send X1 shop wrong 4995.01 number=N         -> refused BalanceTooLow
        # Other cards and other apps are not concerned.
        tc-send X2 shop 7894 30.00                     -> UnderWay 30.00 fee 0.10
        tc-send X1 mall wrong 3.00 number=N            -> refused CardWrong
        # A transfer that stands is told.
        tc-send X2 shop wrong 30.00 named=7894 number=N -> UnderWay 30.00 fee 0.10
        advance 1d
        tc-send X1 shop 7894 30.00 number=N            -> UnderWay 30.00 fee 0.10
        tc-send X3 shop wrong 30.00 number=N           -> refused CardWrong
        ",
    );
}

#[test]
fn all_that_can_be_sent_is_amount_and_fee() {
    check_in(
        PEOPLE,
        "
        tc-send X1 shop 7894 4995.00                   -> UnderWay 4995.00 fee 5.00
        balance shop                                   -> 0.00
        ",
    );
}

#[test]
fn only_the_banks_final_word_ends_it() {
    check_in(
        PEOPLE,
        "
        tc-send X1 shop 7894 30.00 tell=https://m      -> UnderWay 30.00 fee 0.10
        bk-send tc:X1                                  -> send 7894
        bk-unknown tc:X1                               -> Unknown 30.00 fee 0.10
        tc-find X1 shop                                -> UnderWay 30.00 fee 0.10
        bk-close tc:X1 shop                            -> refused TooLate
        wait 3d
        tc-find X1 shop                                -> UnderWay 30.00 fee 0.10
        tc-told X1                                     -> 
        balance shop                                   -> 4969.90
        tr-used X1 shop                                -> none
        bk-done tc:X1 30.00                            -> Done 30.00 fee 0.10
        tc-find X1 shop                                -> Done 30.00 fee 0.10
        tc-told X1                                     -> TRANS_BANKCARD_NO_PWD SUCCESS 30.00
        tc-asked X1       -> alipay.fund.trans.uni.transfer X1 TRANS_BANKCARD_NO_PWD DIRECT_TRANSFER
        bk-done tc:X1 30.00                            -> Done 30.00 fee 0.10
        bk-refused tc:X1                               -> Done 30.00 fee 0.10
        tc-told X1                                     -> TRANS_BANKCARD_NO_PWD SUCCESS 30.00
        balance shop                                   -> 4969.90
        ",
    );
}

#[test]
fn what_the_bank_refuses_comes_back_with_its_fee_and_counts_no_more() {
    check_in(
        PEOPLE,
        "
        tc-send X1 shop 7894 30.00 tell=https://m      -> UnderWay 30.00 fee 0.10
        tc-send X2 shop 7894 20.00                     -> UnderWay 20.00 fee 0.10
        tr-used X1 shop                                -> 2 of 50.00
        bk-send tc:X1                                  -> send 7894
        bk-refused tc:X1                               -> Failed 30.00 fee 0.10
        tc-find X1 shop                                -> Failed 30.00 fee 0.10 NoMoney
        tc-told X1                                     -> TRANS_BANKCARD_NO_PWD FAIL 30.00
        balance shop                                   -> 4979.90
        tr-used X1 shop                                -> 1 of 20.00
        tc-send X1 shop 7894 30.00                     -> Failed 30.00 fee 0.10
        bk-refused tc:X1                               -> Failed 30.00 fee 0.10
        bk-done tc:X1 30.00 ref=R9                     -> Failed 30.00 fee 0.10
        tc-find X1 shop                                -> Failed 30.00 fee 0.10 NoMoney
        balance shop                                   -> 4979.90
        ",
    );
}

/// Sent, and done by the bank.
const PAID: &str = "
    tc-send X1 shop 7894 30.00 tell=https://m
    tc-send X2 shop 7894 20.00
    bk-send tc:X1
    bk-done tc:X1 30.00 ref=R1
";

fn paid(lines: &str) -> Script {
    check_in(&format!("{PEOPLE}{PAID}"), lines)
}

/// The bank's statement shows the money as gone, and days later as come back: the payer has the amount again, once, and
/// not the fee.
#[test]
fn what_the_bank_sends_back_is_the_payers_once_and_without_the_fee() {
    paid(
        "
        line 1 tc:X1 out 30.00 ref=R1                  -> Matched
        tr-used X1 shop                                -> 2 of 50.00
        balance shop                                   -> 4949.80
        line 1 tc:X1 in 30.00 ref=R9 day=2026-01-05    -> CameBack
        tc-find X1 shop                                -> Refunded 30.00 fee 0.10
        balance shop                                   -> 4979.80
        tr-used X1 shop                                -> 1 of 20.00
        tc-statuses X1                                 -> SUCCESS, REFUND
        line 1 tc:X1 in 30.00 ref=R9 day=2026-01-05    -> CameBack
        line 2 tc:X1 in 30.00 ref=R9 day=2026-01-05    -> SignDiffers
        line 1 tc:X1 in 30.00 ref=R8 day=2026-01-02    -> refused LineDiffers { day: 2026-01-02, serial: 1 }
        line 2 tc:X1 in 30.00 ref=R8                   -> SignDiffers
        close-line 2 tc:X1 back                        -> refused OrderNotOpen
        bk-done tc:X1 30.00 ref=R1                     -> Done 30.00 fee 0.10
        bk-refused tc:X1                               -> Done 30.00 fee 0.10
        tc-send X1 shop 7894 30.00                     -> Refunded 30.00 fee 0.10
        balance shop                                   -> 4979.80
        tr-used X1 shop                                -> 1 of 20.00
        tc-statuses X1                                 -> SUCCESS, REFUND
        ",
    );
}

/// A line is a return by itself only of what was shown as paid, whole, under a name of its own, and when no other line
/// says anything else of the order. All else is suspense.
#[test]
fn a_line_that_is_no_certain_return_moves_nothing() {
    paid(
        "
        line 1 tc:X1 in 30.00 ref=R9                   -> SignDiffers
        tc-find X1 shop                                -> Done 30.00 fee 0.10
        ",
    );
    paid(
        "
        line 1 tc:X1 out 30.00 ref=R1                  -> Matched
        line 2 tc:X1 in 30.00 ref=R1                   -> SignDiffers
        ",
    );
    paid(
        "
        line 1 tc:X1 out 30.00 ref=R1                  -> Matched
        line 2 tc:X1 in 29.99 ref=R9                   -> SignDiffers
        close-line 2 tc:X1 back                        -> refused OrderDiffers
        close-line 2 tc:X1 own                         -> Own
        ",
    );
    // The bank paid twice and takes one of them back: the payee has the money.
    paid(
        "
        line 1 tc:X1 out 30.00 ref=R1                  -> Matched
        line 2 tc:X1 out 30.00 ref=R2                  -> Duplicate
        line 3 tc:X1 in 30.00 ref=R3                   -> SignDiffers
        tc-find X1 shop                                -> Done 30.00 fee 0.10
        balance shop                                   -> 4949.80
        ",
    );
    // Its answers say the same, before any line does; said again, it is no more than that.
    let script = paid(
        "
        line 1 tc:X1 out 30.00 ref=R1                  -> Matched
        bk-done tc:X1 30.00 ref=R2                     -> Done 30.00 fee 0.10
        bk-done tc:X1 30.00 ref=R2                     -> Done 30.00 fee 0.10
        line 2 tc:X1 in 30.00 ref=R3                   -> SignDiffers
        tc-find X1 shop                                -> Done 30.00 fee 0.10
        balance shop                                   -> 4949.80
        line 3 tc:X1 out 30.00 ref=R2                  -> Duplicate
        ",
    );
    assert_eq!(script.world.all::<CardTransfer>().map(|row| row.odd_lines).max(), Some(3));
    // What is under way, or was refused, does not come back.
    paid(
        "
        bk-send tc:X2                                  -> send 7894
        line 1 tc:X2 in 20.00 ref=R9                   -> SignDiffers
        close-line 1 tc:X2 back                        -> refused OrderDiffers
        bk-refused tc:X2                               -> Failed 20.00 fee 0.10
        close-line 1 tc:X2 back                        -> refused OrderDiffers
        balance shop                                   -> 4969.90
        ",
    );
}

/// Two people look at a line that is not certain: it is given to the payer, not to somebody else's card, and once.
#[test]
fn two_people_give_what_came_back_to_its_payer() {
    paid(
        "
        line 1 tc:X1 in 30.00 ref=R9                   -> SignDiffers
        propose-line 1 tc:X1 back                      -> GivenBack by li
        balance shop                                   -> 4949.80
        approve-line 1 tc:X1 back                      -> GivenBack
        balance shop                                   -> 4979.80
        tc-find X1 shop                                -> Refunded 30.00 fee 0.10
        tr-used X1 shop                                -> 1 of 20.00
        tc-statuses X1                                 -> SUCCESS, REFUND
        approve-line 1 tc:X1 back                      -> GivenBack
        line 2 tc:X1 out 30.00 ref=R1                  -> Matched
        line 3 tc:X1 in 30.00 ref=R8                   -> SignDiffers
        close-line 3 tc:X1 back                        -> refused OrderNotOpen
        balance shop                                   -> 4979.80
        ",
    );
    // The payment's own line with the wrong sign brings nothing back, whether or not the right one was read.
    paid(
        "
        line 1 tc:X1 in 30.00 ref=R1                   -> SignDiffers
        close-line 1 tc:X1 back                        -> refused OrderNotOpen
        line 2 tc:X1 out 30.00 ref=R1                  -> Matched
        close-line 1 tc:X1 back                        -> refused OrderNotOpen
        tc-find X1 shop                                -> Done 30.00 fee 0.10
        close-line 1 tc:X1 own                         -> Own
        balance shop                                   -> 4949.80
        ",
    );
    // Whoever left has it all the same.
    paid(
        "
        line 1 tc:X1 out 30.00 ref=R1                  -> Matched
        status shop closed
        line 2 tc:X1 in 30.00 ref=R9                   -> CameBack
        balance shop                                   -> 4979.80
        ",
    );
}

/// A merchant whose server was away hears of the return alone: the success after it would be the last word.
#[test]
fn news_of_a_success_that_waits_is_overtaken_by_the_return() {
    let states = |lines: &str| {
        let script = paid(&format!("line 1 tc:X1 out 30.00 ref=R1 -> Matched\n{lines}"));
        script.world.all::<Notice>().map(|notice| notice.state).collect::<Vec<_>>()
    };
    assert_eq!(states(""), [NoticeState::Due]);
    let overtaken = [NoticeState::GivenUp, NoticeState::Due];
    assert_eq!(states("line 2 tc:X1 in 30.00 ref=R9 -> CameBack"), overtaken);
    let by_people = states(
        "
        line 2 tc:X1 in 30.00 ref=R1                   -> SignDiffers
        line 3 tc:X1 in 30.00 ref=R9                   -> SignDiffers
        close-line 3 tc:X1 back                        -> GivenBack
        ",
    );
    assert_eq!(by_people, overtaken);
}

/// The payee's card is one row for each payer, and nothing but transfers can be done with it.
#[test]
fn a_payees_card_is_not_the_payers_own() {
    check_in(
        PEOPLE,
        "
        tc-send X1 shop 7894 30.00                     -> UnderWay 30.00 fee 0.10
        tc-send X2 shop 7894 20.00 as=P2               -> UnderWay 20.00 fee 0.10
        tc-cards shop                                  -> Payee 7894 P2
        bk-card 7894 shop                              -> refused NotFound
        bk-unbind 7894 shop                            -> refused CardNotFound
        bk-bind 7894 shop                              -> refused CardNotFound
        bk-in bk1 shop 7894 30.00                      -> refused CardNotBound
        bk-out bk1 shop 7894 30.00                     -> refused CardNotBound
        tc-cards shop                                  -> Payee 7894 P2
        ",
    );
}
