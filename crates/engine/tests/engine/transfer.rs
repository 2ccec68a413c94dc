//! Transfers: sent by programs and by people, at once and later, called back, and bounced.

use crate::script::{Script, Words, check_in, cny, digest};
use crate::support::World;
use base::{AppId, DAY_US, Slot, Text, TransferNo};
use engine::{
    CancelTransfer, Command, ConfirmTransfer, FindTransfer, FindTransferRoom, NoPayee, OfferTransfer,
    OfferedTransfer, TransferAsk, TransferMoney, TransferRoom, WhichTransfer,
};
use ledger::{AccountKind, Posting, PostingKind};
use people::{Usage, UsageKind};
use std::sync::Arc;
use trade::{Notice, Timer, TimerTask};
use transfer::{Arrival, KnownPayee, Received, Transfer, TransferNumber, TransferState, TransferWay};

/// Our number of a transfer by the payer's; one that no transfer has when there is none.
pub(crate) fn no(script: &Script, name: &str) -> TransferNo {
    named(script, name).unwrap_or(TransferNo::from_number(1_700_000_000_000_000_021).unwrap())
}

/// Our number of a transfer by the payer's.
pub(crate) fn named(script: &Script, name: &str) -> Option<TransferNo> {
    script.world.all::<Transfer>().find(|row| row.out_biz_no.as_str() == name).map(|row| row.no)
}

fn way(words: &Words<'_>) -> TransferWay {
    match words.named.get("way").copied() {
        None | Some("uni") => TransferWay::Uni,
        Some("old") => TransferWay::ToAccount,
        Some("wallet") => TransferWay::Wallet,
        Some(other) => panic!("no way {other}"),
    }
}

/// `X1 shop bob 30.00`; the payee `nobody` is not known, `bob!` is called otherwise.
fn ask(script: &Script, words: &Words<'_>) -> TransferAsk {
    let payee = match words.at(3) {
        "nobody" => Err(NoPayee::NotFound),
        name if name.ends_with('!') => Err(NoPayee::NameDiffers),
        name => Ok(script.party(name)),
    };
    TransferAsk {
        payer: script.party(words.at(2)),
        payee,
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
    }
}

/// The commands of this file, `tr-…`; lines that look give none.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Option<Command> {
    let (payer, transfer) = (words.plain.get(2).map(|name| script.party(name)), no(script, words.at(1)));
    Some(match words.at(0) {
        "tr-send" => {
            let of_app = script.party(words.named.get("app").unwrap_or(&words.at(2)));
            TransferMoney {
                ask: ask(script, words),
                way: way(words),
                app: script.apps.get(&of_app).copied().unwrap_or(AppId::issue(1, Slot::PLATFORM).unwrap()),
                passback: None,
                notify_url: words.text("tell"),
                gbk: words.named.contains_key("gbk"),
                rsa1: false,
            }
            .into()
        }
        "tr-offer" => {
            let arrival = match words.named.get("later").copied() {
                None => Arrival::AtOnce,
                Some("2h") => Arrival::TwoHours,
                Some("1d") => Arrival::OneDay,
                Some(other) => panic!("no arrival {other}"),
            };
            OfferTransfer { ask: ask(script, words), arrival }.into()
        }
        "tr-confirm" => {
            let attempt = script.tries.get(words.at(3)).copied().unwrap_or(999_999);
            ConfirmTransfer { payer: payer?, transfer, attempt }.into()
        }
        "tr-cancel" => CancelTransfer { payer: payer?, transfer }.into(),
        "tr-find" => FindTransfer { payer: payer?, which: WhichTransfer::No(transfer) }.into(),
        "tr-number" => {
            let which = WhichTransfer::Out(way(words), Text::new(words.at(1)).unwrap());
            FindTransfer { payer: payer?, which }.into()
        }
        "tr-room" => FindTransferRoom { payer: payer?, way: way(words) }.into(),
        _ => return None,
    })
}

/// Lines that look: `tr-used X1 alice` (what counts today), `tr-told X1`, `tr-delayed X1 alice`.
pub(crate) fn look(script: &Script, words: &Words<'_>) -> String {
    match words.at(0) {
        "tr-used" => {
            let party = script.party(words.at(2));
            let row = |kind| script.world.get::<Usage>(Usage::key_at(party, kind, script.world.wall_us));
            let day = row(UsageKind::TransferDay);
            day.map_or("none".to_owned(), |day| format!("{} of {}", day.count, day.sum()))
        }
        "tr-told" => {
            let topic = no(script, words.at(1)).topic();
            let notices = script.world.all::<Notice>().filter(|notice| notice.order_no == topic);
            let contents = notices.map(|notice| notice.content.clone().unwrap().to_string());
            let said = |content: String| {
                let members: serde_json::Value = serde_json::from_str(&content).unwrap();
                let told: serde_json::Value =
                    serde_json::from_str(members["biz_content"].as_str().unwrap()).unwrap();
                format!("{} {}", told["status"].as_str().unwrap(), told["trans_amount"].as_str().unwrap())
            };
            contents.map(said).collect::<Vec<_>>().join(", ")
        }
        "tr-delayed" => {
            let platform = base::PartyId::platform(script.party(words.at(2)).slot());
            script.world.balance(platform, AccountKind::Delayed).to_string()
        }
        other => panic!("no such line: {other}"),
    }
}

pub(crate) fn told(transfer: &Transfer) -> String {
    format!("{:?} {}", transfer.state, transfer.amount())
}

pub(crate) fn offered(offered: &OfferedTransfer) -> String {
    format!("{:?} {}", offered.transfer.state, if offered.known { "known" } else { "unknown" })
}

pub(crate) fn room(room: &TransferRoom) -> String {
    let month = room.month_left.map_or("none".to_owned(), |left| left.to_string());
    format!("{} {month}", room.day_left)
}

/// Everything that must hold of transfers between two commands.
pub(crate) fn check(world: &World) {
    let mut used: std::collections::BTreeMap<_, (u32, i64)> = std::collections::BTreeMap::new();
    let mut last: std::collections::BTreeMap<_, i64> = std::collections::BTreeMap::new();
    for transfer in world.all::<Transfer>() {
        check_transfer(world, transfer);
        if transfer.state.counts() {
            for kind in [UsageKind::TransferDay, UsageKind::TransferMonth] {
                let key = Usage::key_at(transfer.payer, kind, transfer.paid_at_us.unwrap());
                let sum = used.entry(key).or_default();
                *sum = (sum.0 + 1, sum.1 + transfer.amount_minor.units());
            }
        }
        if transfer.state == TransferState::Done {
            let at = last.entry((transfer.slot, transfer.payer, transfer.payee)).or_default();
            *at = (*at).max(transfer.ended_at_us.unwrap());
        }
    }
    for (key, (count, sum)) in crate::card_transfer::check(world) {
        let all = used.entry(key).or_default();
        *all = (all.0 + count, all.1 + sum);
    }
    let of_transfers = [UsageKind::TransferDay, UsageKind::TransferMonth];
    let counted = world.all::<Usage>().filter(|row| row.count > 0 && of_transfers.contains(&row.kind));
    let counted = counted
        .map(|row| ((row.slot, row.party, row.kind, row.period), (row.count, row.sum_minor.units())))
        .collect::<std::collections::BTreeMap<_, _>>();
    assert_eq!(counted, used, "what counts is what was sent");
    let known: std::collections::BTreeMap<_, _> =
        world.all::<KnownPayee>().map(|row| ((row.slot, row.payer, row.payee), row.last_at_us)).collect();
    assert_eq!(known, last, "whom a payer knows");
    for number in world.all::<TransferNumber>() {
        assert!(world.get::<Transfer>((number.slot, number.no)).is_some(), "{number:?}");
    }
    for timer in world.all::<Timer>().filter(|timer| timer.task == TimerTask::TransferClock) {
        let transfer = timer.order_no.map(TransferNo::of_topic);
        let transfer = transfer.and_then(|no| world.get::<Transfer>((timer.slot, no))).expect("its transfer");
        let own = (transfer.timer, transfer.due_at_us);
        assert_eq!(own, (Some(timer.no), Some(timer.due_at_us)), "{timer:?}");
    }
}

fn check_transfer(world: &World, transfer: &Transfer) {
    use PostingKind::*;
    let mut kinds: Vec<PostingKind> = Vec::new();
    for page in world.all::<Posting>().filter(|page| page.order_no == Some(transfer.no.topic())) {
        kinds.push(page.kind);
        assert!(page.entries().all(|entry| entry.amount_minor == transfer.amount_minor), "{page:?}");
    }
    kinds.sort();
    let waits = transfer.arrival != Arrival::AtOnce;
    let sent: &[PostingKind] = if waits { &[TransferWait, TransferSend] } else { &[TransferOut] };
    let expected: Vec<PostingKind> = match transfer.state {
        TransferState::Offered => vec![],
        TransferState::Waiting => vec![TransferWait],
        TransferState::UnderWay => panic!("under way at rest: {transfer:?}"),
        TransferState::Done => [sent, &[TransferIn]].concat(),
        TransferState::Returned => [sent, &[TransferReturn]].concat(),
        TransferState::Cancelled if transfer.paid_at_us.is_some() => vec![TransferWait, TransferUndo],
        TransferState::Cancelled => vec![],
    };
    assert_eq!(kinds, expected, "{transfer:?}");
    let open = !transfer.state.is_final();
    assert_eq!((transfer.timer.is_some(), transfer.ended_at_us.is_none()), (open, open), "{transfer:?}");
    if let (Some(due_at_us), Some(timer)) = (transfer.due_at_us, transfer.timer) {
        assert!(world.get::<Timer>((transfer.slot, due_at_us, timer)).is_some(), "{transfer:?}");
    }
    let received = world.get::<Received>((transfer.payee.slot(), transfer.no));
    assert_eq!(received.is_some(), transfer.state == TransferState::Done, "{transfer:?}");
    if let Some(received) = received {
        let same = (received.payer, received.payee, received.amount());
        assert_eq!(same, (transfer.payer, transfer.payee, transfer.amount()), "{received:?}");
    }
    let number = (transfer.slot, transfer.payer, transfer.way, transfer.out_biz_no.clone());
    assert_eq!(world.get::<TransferNumber>(number).map(|row| row.no), Some(transfer.no), "{transfer:?}");
}

/// What waits in a slot is what its account of delayed money holds.
pub(crate) fn waiting(world: &World, slot: Slot) -> i64 {
    let waiting = |row: &&Arc<Transfer>| row.slot == slot && row.state == TransferState::Waiting;
    world.all::<Transfer>().filter(waiting).map(|row| row.amount_minor.units()).sum()
}

const PEOPLE: &str = "
    merchant shop 5000.00 slot=11
    merchant mall 10.00 slot=12
    person alice 5000.00 slot=21
    person bob 20.00 slot=31
    person carol 20.00 slot=21
";

#[test]
fn every_refusal_of_a_program_s_transfer_has_a_row() {
    check_in(
        PEOPLE,
        "
        tr-send X1 nobody bob 30.00                    -> refused PayerNotFound
        tr-send X1 shop bob 30.00 app=mall             -> refused PayerNotFound
        tr-send X1 alice bob 30.00                     -> refused PayerNotFound
        tr-send X1 shop nobody 0.05                    -> refused PayeeNotFound
        tr-send X1 shop bob! 0.05                      -> refused PayeeNameDiffers
        status shop frozen
        tr-send X1 shop shop 0.05                      -> refused PayeeIsPayer
        tr-send X1 shop bob 0.05                       -> refused PayerBlocked
        status shop normal
        tr-send X1 shop bob 0.09                       -> refused Limit(TooSmall)
        tr-send X1 shop bob 1000000.01                 -> refused Limit(TooLarge)
        tr-send X1 shop bob 30.00 in=USD               -> refused Limit(TooSmall)
        tr-send X1 shop bob 5000.01                    -> refused BalanceTooLow
        tr-number X1 shop                              -> refused TransferNotFound
        tr-send X1 shop bob 30.00                      -> Done 30.00
        balance shop                                   -> 4970.00
        balance bob                                    -> 50.00
        tr-send X1 shop bob 30.00                      -> Done 30.00
        balance shop                                   -> 4970.00
        tr-send X1 shop bob 30.00 named=b0b            -> refused NumberTaken(payee_info)
        tr-send X1 shop alice 30.00                    -> refused NumberTaken(payee_info)
        tr-send X1 shop bob 30.01                      -> refused NumberTaken(trans_amount)
        tr-send X1 shop bob 30.00 title=pay            -> refused NumberTaken(order_title)
        tr-send X1 shop bob 30.00 remark=pay           -> refused NumberTaken(remark)
        tr-send X1 shop bob 30.00 way=old              -> Done 30.00
        tr-send X1 mall bob 3.00                       -> Done 3.00
        tr-number X1 mall                              -> Done 3.00
        tr-number X1 shop way=wallet                   -> refused TransferNotFound
        tr-find X1 mall                                -> refused TransferNotFound
        tr-find X1 shop                                -> Done 30.00
        ",
    );
}

/// A repeated number is answered whatever became of payer and payee since: the names that were given are compared, not
/// whom they name now.
#[test]
fn the_first_answer_stands_though_the_names_changed_hands() {
    check_in(
        PEOPLE,
        "
        tr-send X1 shop bob 30.00                      -> Done 30.00
        tr-send X1 shop nobody 30.00 named=bob         -> Done 30.00
        tr-send X1 shop alice 30.00 named=bob          -> Done 30.00
        status shop frozen
        tr-send X1 shop bob 30.00                      -> Done 30.00
        balance alice                                  -> 5000.00
        ",
    );
}

#[test]
fn a_closed_payee_sends_it_back_and_a_frozen_one_takes_it() {
    check_in(
        PEOPLE,
        "
        status bob frozen
        tr-send X1 shop bob 30.00                      -> Done 30.00
        status bob closed
        tr-send X2 shop bob 30.00 tell=https://m       -> refused PayeeBlocked
        tr-send X2 shop bob 30.00 tell=https://m       -> refused PayeeBlocked
        tr-number X2 shop                              -> Returned 30.00
        tr-told X2                                     -> FAIL 30.00
        balance shop                                   -> 4970.00
        tr-used X2 shop                                -> 1 of 30.00
        status bob normal
        tr-send X2 shop bob 30.00                      -> refused PayeeBlocked
        tr-send X3 shop bob 30.00 tell=https://m       -> Done 30.00
        tr-told X3                                     -> SUCCESS 30.00
        tr-told X1                                     -> 
        ",
    );
}

#[test]
fn a_person_is_shown_the_transfer_and_then_confirms_once() {
    check_in(
        PEOPLE,
        "
        tr-offer X1 nobody bob 30.00                   -> refused PayerNotFound
        tr-offer X1 alice nobody 30.00                 -> refused PayeeNotFound
        tr-offer X1 alice bob! 30.00                   -> refused PayeeNameDiffers
        tr-offer X1 alice alice 30.00                  -> refused PayeeIsPayer
        tr-offer X1 alice bob 0.00                     -> refused Limit(TooSmall)
        tr-offer X1 alice bob 200000.01                -> refused Limit(TooLarge)
        tr-offer X1 alice bob 5000.01                  -> refused BalanceTooLow
        tr-offer X1 alice bob 0.01                     -> Offered unknown
        tr-offer X1 alice bob 0.01                     -> Offered unknown
        tr-offer X1 alice bob 0.02                     -> refused NumberTaken(trans_amount)
        tr-offer X1 alice bob 0.01 later=2h            -> refused NumberTaken(arrival)
        balance alice                                  -> 5000.00
        tr-confirm X1 carol P9                         -> refused NotFound
        tr-confirm X1 alice P9                         -> refused ProofMissing
        tr-offer X2 alice bob 30.00                    -> Offered unknown
        try X2 alice P2
        judge alice P2 right
        tr-confirm X1 alice P2                         -> refused ProofMissing
        try X1 alice P1
        tr-confirm X1 alice P1                         -> refused ProofMissing
        judge alice P1 right
        status alice frozen
        tr-confirm X1 alice P1                         -> refused Refused(PayerBlocked)
        status alice normal
        tr-confirm X1 alice P1                         -> Done 0.01
        tr-confirm X1 alice P1                         -> Done 0.01
        tr-cancel X1 alice                             -> refused TooLate
        balance bob                                    -> 20.01
        tr-offer X3 alice bob 1.00                     -> Offered known
        tr-offer X4 alice carol 1.00                   -> Offered unknown
        tr-cancel X3 carol                             -> refused NotFound
        tr-cancel X3 alice                             -> Cancelled 1.00
        tr-cancel X3 alice                             -> Cancelled 1.00
        tr-confirm X3 alice P1                         -> refused AlreadyCancelled
        status bob closed
        tr-confirm X2 alice P2                         -> refused Refused(PayeeBlocked)
        tr-confirm X2 alice P2                         -> refused Refused(PayeeBlocked)
        balance alice                                  -> 4999.99
        ",
    );
}

#[test]
fn an_offer_lasts_a_quarter_of_an_hour() {
    check_in(
        PEOPLE,
        "
        tr-offer X1 alice bob 1.00                     -> Offered unknown
        tr-offer X2 alice bob 1.00                     -> Offered unknown
        advance 14m
        try X1 alice P1
        judge alice P1 right
        try X2 alice P2
        judge alice P2 right
        tr-confirm X1 alice P1                         -> Done 1.00
        advance 61s
        tr-confirm X2 alice P2                         -> refused AlreadyCancelled
        due                                            -> 1
        tr-find X2 alice                               -> Cancelled 1.00
        balance alice                                  -> 4999.00
        ",
    );
}

#[test]
fn money_that_waits_goes_by_its_clock_or_comes_back_by_its_payer() {
    check_in(
        PEOPLE,
        "
        tr-offer X1 alice bob 10.00 later=2h           -> Offered unknown
        tr-offer X2 alice bob 20.00 later=1d           -> Offered unknown
        tr-offer X3 alice bob 30.00 later=2h           -> Offered unknown
        try X1 alice P1
        judge alice P1 right
        try X2 alice P2
        judge alice P2 right
        try X3 alice P3
        judge alice P3 right
        tr-confirm X1 alice P1                         -> Waiting 10.00
        tr-confirm X1 alice P1                         -> Waiting 10.00
        tr-confirm X2 alice P2                         -> Waiting 20.00
        tr-confirm X3 alice P3                         -> Waiting 30.00
        balance alice                                  -> 4940.00
        tr-delayed X1 alice                            -> 6000
        tr-used X1 alice                               -> 3 of 60.00
        advance 119m
        tr-cancel X3 alice                             -> Cancelled 30.00
        tr-used X1 alice                               -> 2 of 30.00
        balance alice                                  -> 4970.00
        advance 61s
        tr-cancel X1 alice                             -> refused TooLate
        due                                            -> ?
        tr-find X1 alice                               -> Done 10.00
        balance bob                                    -> 30.00
        tr-delayed X1 alice                            -> 2000
        status bob closed
        advance 1d
        due                                            -> 1
        tr-find X2 alice                               -> Returned 20.00
        balance alice                                  -> 4990.00
        tr-delayed X1 alice                            -> 0
        ",
    );
}

/// What was counted on one day is given back to that day, though it comes back on another.
#[test]
fn a_limit_is_given_back_to_the_day_it_was_taken_from() {
    let mut script = check_in(
        PEOPLE,
        "
        topup alice 200000.00
        tr-offer X1 alice bob 200000.00 later=1d       -> Offered unknown
        try X1 alice P1
        judge alice P1 right
        tr-confirm X1 alice P1                         -> Waiting 200000.00
        tr-room X1 alice                               -> 0.00 none
        tr-offer X2 alice bob 0.01                     -> refused Limit(Day)
        advance 20h
        tr-room X1 alice                               -> 200000.00 none
        tr-offer X2 alice bob 0.01                     -> Offered unknown
        try X2 alice P2
        judge alice P2 right
        tr-confirm X2 alice P2                         -> Done 0.01
        tr-used X1 alice                               -> 1 of 0.01
        tr-cancel X1 alice                             -> Cancelled 200000.00
        tr-used X1 alice                               -> 1 of 0.01
        ",
    );
    let days: Vec<(u32, i64)> = script
        .world
        .all::<Usage>()
        .filter(|row| row.kind == UsageKind::TransferDay)
        .map(|row| (row.count, row.sum_minor.units()))
        .collect();
    assert_eq!(days, [(0, 0), (1, 1)]);
    // A counter that lost what it had counted costs nobody money: the audit names it.
    script.play(
        "
        tr-offer X3 alice bob 5.00 later=2h            -> Offered known
        try X3 alice P3
        judge alice P3 right
        tr-confirm X3 alice P3                         -> Waiting 5.00
        ",
    );
    let rows: Vec<Arc<Usage>> = script.world.all::<Usage>().cloned().collect();
    for row in rows {
        script.world.force(Usage { count: 0, sum_minor: money::Minor::ZERO, ..(*row).clone() });
    }
    let alice = script.party("alice");
    let ran = script.world.run(CancelTransfer { payer: alice, transfer: no(&script, "X3") });
    assert!(ran.is_accepted());
}

#[test]
fn a_merchant_s_limits_hold_for_single_day_and_month() {
    check_in(
        PEOPLE,
        "
        topup shop 40000000.00
        tr-room X1 shop                                -> 2000000.00 30000000.00
        tr-send X1 shop bob 1000000.00                 -> Done 1000000.00
        tr-send X2 shop bob 999999.90                  -> Done 999999.90
        tr-send X3 shop bob 0.11                       -> refused Limit(Day)
        tr-send X3 shop bob 0.10                       -> Done 0.10
        tr-send X4 shop bob 0.10 way=old               -> refused Limit(Day)
        tr-room X1 shop                                -> 0.00 28000000.00
        advance 1d
        tr-room X1 shop                                -> 2000000.00 28000000.00
        ",
    );
    let mut script = check_in(PEOPLE, "topup shop 40000000.00");
    for day in 0..15 {
        for half in 0..2 {
            script.play(&format!("tr-send X{day}x{half} shop bob 1000000.00 -> Done 1000000.00"));
        }
        script.play("advance 1d");
    }
    script.play("tr-send Y1 shop bob 0.10 -> refused Limit(Month)");
    script.play("advance 13d\ntr-send Y1 shop bob 0.10 -> Done 0.10");
}

/// Whose word sent the money is not known while its payer is frozen: it is kept on, a day at a time.
#[test]
fn money_of_a_frozen_payer_is_kept_on() {
    check_in(
        PEOPLE,
        "
        tr-offer X1 alice bob 10.00 later=2h           -> Offered unknown
        try X1 alice P1
        judge alice P1 right
        tr-confirm X1 alice P1                         -> Waiting 10.00
        status alice frozen
        advance 2h
        due                                            -> ?
        tr-find X1 alice                               -> Waiting 10.00
        tr-delayed X1 alice                            -> 1000
        advance 23h
        due                                            -> 0
        status alice normal
        advance 1h
        due                                            -> 1
        tr-find X1 alice                               -> Done 10.00
        tr-offer X2 alice bob 10.00 later=2h           -> Offered known
        try X2 alice P2
        judge alice P2 right
        tr-confirm X2 alice P2                         -> Waiting 10.00
        status alice frozen
        advance 2h
        due                                            -> ?
        tr-cancel X2 alice                             -> Cancelled 10.00
        balance alice                                  -> 4990.00
        ",
    );
}

/// A payer that gave up its account still has what could not arrive; a transfer that it sent still goes.
#[test]
fn a_closed_payer_s_money_goes_where_it_was_sent() {
    check_in(
        PEOPLE,
        "
        tr-offer X1 alice bob 10.00 later=2h           -> Offered unknown
        tr-offer X2 alice carol 10.00 later=2h         -> Offered unknown
        try X1 alice P1
        judge alice P1 right
        try X2 alice P2
        judge alice P2 right
        tr-confirm X1 alice P1                         -> Waiting 10.00
        tr-confirm X2 alice P2                         -> Waiting 10.00
        status alice closed
        status bob closed
        advance 2h
        due                                            -> ?
        tr-find X1 alice                               -> Returned 10.00
        tr-find X2 alice                               -> Done 10.00
        balance alice                                  -> 4990.00
        ",
    );
}

/// Two commands on one transfer at once: the money goes one way, and the loser hears which.
#[test]
fn between_the_steps_of_a_transfer_nothing_is_lost() {
    check_in(
        PEOPLE,
        "
        between 2 : status bob closed
        tr-send X1 shop bob 30.00                      -> ok | refused PayeeBlocked
        between 3 : status shop closed
        tr-send X2 shop carol 30.00                    -> ok | Done 30.00
        tr-offer X3 alice carol 30.00                  -> Offered unknown
        try X3 alice P1
        judge alice P1 right
        between 2 : tr-cancel X3 alice
        tr-confirm X3 alice P1                         -> refused TooLate | Done 30.00
        tr-offer X4 alice carol 40.00                  -> Offered known
        try X4 alice P2
        judge alice P2 right
        between 3 : tr-confirm X4 alice P2
        tr-confirm X4 alice P2                         -> UnderWay 40.00 | Done 40.00
        ",
    );
    let mut script = check_in(PEOPLE, "tr-send X1 shop bob 1.00 -> Done 1.00");
    script.world.advance(180 * DAY_US);
    script.play("tr-offer X2 shop bob 1.00 -> Offered unknown");
}
