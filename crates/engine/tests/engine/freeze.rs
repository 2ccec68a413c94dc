//! Pre-authorisations: freezing, freeing, paying from what is frozen, and the clocks of these.

use crate::script::{Script, Words, check_in, cny, digest};
use crate::support::World;
use base::{FreezeNo, OrderNo, Slot, Text};
use engine::{
    CancelFreeze, ClaimFreeze, Command, ConfirmFreeze, FindFreeze, FreezeView, LeaveFreeze, OpenFreeze,
    PayBy, PayFrozen, Unfreeze, WhichFreeze, WhichOperation,
};
use ledger::{Account, Hold, HoldState};
use trade::{
    Freeze, FreezeDelivery, FreezeMeaning, FreezeOperation, FreezeProduct, FreezeState, FreezeWay, Frozen,
    FrozenState, OperationKind, OperationState, PayCode, Product, Timeout, Timer, WireCharset,
};

/// Our number of a freeze by the merchant's; one that no freeze has when there is none.
fn no(script: &Script, name: &str) -> FreezeNo {
    let named = |freeze: &&std::sync::Arc<Freeze>| freeze.out_order_no.as_str() == name;
    let found = script.world.all::<Freeze>().find(named).map(|freeze| freeze.no);
    found.unwrap_or(FreezeNo::from_number(1_700_000_000_000_000_011).unwrap())
}

/// What a password try is about: an order, a freeze whose name begins with F, or a transfer of that name.
pub(crate) fn about(script: &Script, name: &str) -> OrderNo {
    if let Some(transfer) = crate::transfer::named(script, name) {
        return transfer.topic();
    }
    if name.starts_with('F') { no(script, name).topic() } else { script.no(name) }
}

fn product(words: &Words<'_>) -> FreezeProduct {
    FreezeProduct::of_wire(words.named.get("product").copied().unwrap_or("PRE_AUTH")).unwrap()
}

/// The commands of this file, `fz-…`.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Command {
    let text = |name: &str| words.text::<64>(name);
    let freeze = no(script, words.at(1));
    match words.at(0) {
        // fz-code F1 shop A1 30.00; fz-voucher F1 shop 30.00
        "fz-code" | "fz-voucher" => {
            let seller = script.party(words.at(2));
            let by_code = words.at(0) == "fz-code";
            let pay_by = by_code.then(|| {
                let digest = digest(words.at(3));
                let owner =
                    script.world.all::<PayCode>().find(|code| code.digest == digest).map(|code| code.slot);
                PayBy { slot: owner.unwrap_or(Slot::new(2).unwrap()), digest }
            });
            let of_app = words.named.get("app").map_or(seller, |name| script.party(name));
            OpenFreeze {
                seller,
                app: script
                    .apps
                    .get(&of_app)
                    .copied()
                    .unwrap_or(base::AppId::issue(1, seller.slot()).unwrap()),
                out_order_no: Text::new(words.at(1)).unwrap(),
                meaning: FreezeMeaning {
                    out_request_no: text("request").unwrap_or(Text::new("R0").unwrap()),
                    way: if by_code { FreezeWay::Code } else { FreezeWay::Voucher },
                    product: product(words),
                    amount: cny(words.at(if by_code { 4 } else { 3 })),
                    title: words.text("title").unwrap_or(Text::new("deposit").unwrap()),
                },
                delivery: FreezeDelivery {
                    notify_url: Some(Text::new("https://shop.example/notify").unwrap()),
                    charset: WireCharset::Utf8,
                    rsa1: false,
                },
                timeout: words.named.get("timeout").map(|text| Timeout::parse(text).unwrap()),
                pay_by,
            }
            .into()
        }
        "fz-claim" => ClaimFreeze { freeze, payer: script.party(words.at(2)) }.into(),
        "fz-confirm" => {
            let attempt = script.tries.get(words.at(3)).copied().unwrap_or(999_999);
            ConfirmFreeze { payer: script.party(words.at(2)), freeze, attempt }.into()
        }
        "fz-free" => Unfreeze {
            seller: script.party(words.at(2)),
            freeze,
            out_request_no: Text::new(words.at(4)).unwrap(),
            amount: cny(words.at(3)),
            remark: words.text("remark").unwrap_or(Text::new("back").unwrap()),
            notify_url: None,
        }
        .into(),
        "fz-cancel" => CancelFreeze {
            seller: script.party(words.at(2)),
            which: WhichFreeze::Out(Text::new(words.at(1)).unwrap()),
            operation: WhichOperation::Out(None, text("request").unwrap_or(Text::new("R0").unwrap())),
            remark: Text::new("sorry").unwrap(),
            notify_url: None,
        }
        .into(),
        "fz-find" => FindFreeze {
            seller: script.party(words.at(2)),
            which: WhichFreeze::Out(Text::new(words.at(1)).unwrap()),
            operation: WhichOperation::Out(
                words.named.get("kind").map(|kind| match *kind {
                    "pay" => OperationKind::Pay,
                    "free" => OperationKind::Unfreeze,
                    _ => OperationKind::Freeze,
                }),
                Text::new(words.at(3)).unwrap(),
            ),
        }
        .into(),
        // fz-pay T1 shop F1 30.00 complete
        "fz-pay" => {
            let (freeze, complete) = (no(script, words.at(3)), words.plain.contains(&"complete"));
            let order = script.order_command(words, Product::FaceToFace, Some(3));
            let order = engine::OpenOrder { pay_by: None, ..order };
            PayFrozen { order, freeze, product: product(words), complete }.into()
        }
        "fz-leave" => LeaveFreeze { payer: script.party(words.at(2)), freeze }.into(),
        other => panic!("no such command: {other}"),
    }
}

pub(crate) fn told(view: &FreezeView) -> String {
    let FreezeView { freeze, operation } = view;
    let of = operation.as_ref().map_or_else(
        || format!("FREEZE {}", freeze.money(freeze.amount_minor)),
        |operation| format!("{} {} {}", operation.kind.wire(), operation.amount(), operation.state.wire()),
    );
    format!("{of}, {} rest {}", freeze.state.wire(), freeze.rest())
}

/// Everything that must hold of freezes between two commands.
pub(crate) fn check(world: &World) {
    for freeze in world.all::<Freeze>() {
        assert!(freeze.adds_up() && freeze.under_way == 0, "{freeze:?}");
        let sum = |kind| {
            let mine =
                world.all::<FreezeOperation>().filter(|done| done.freeze == freeze.no && done.kind == kind);
            mine.filter(|done| done.state == OperationState::Done)
                .map(|done| done.amount_minor.units())
                .sum::<i64>()
        };
        assert_eq!(freeze.unfrozen_minor.units(), sum(OperationKind::Unfreeze), "{freeze:?}");
        assert_eq!(freeze.paid_minor.units(), sum(OperationKind::Pay), "{freeze:?}");
        let mine =
            |frozen: &&std::sync::Arc<Frozen>| frozen.no == freeze.no && Some(frozen.payer) == freeze.payer;
        let held = world.all::<Frozen>().find(mine).map_or(0, |frozen| frozen.held_minor.units());
        assert_eq!(held, freeze.rest_minor.units(), "{freeze:?}");
        let open = matches!(freeze.state, FreezeState::Init | FreezeState::Authorized);
        let due_at_us =
            if freeze.state == FreezeState::Init { Some(freeze.expires_at_us) } else { freeze.ends_at_us };
        let timer = freeze.timer.zip(due_at_us);
        let watched = timer.is_some_and(|(timer, at)| world.get::<Timer>((freeze.slot, at, timer)).is_some());
        assert_eq!(watched, open, "{freeze:?}");
    }
    for frozen in world.all::<Frozen>() {
        let hold = frozen.hold.and_then(|hold| world.get::<Hold>((frozen.slot, hold)));
        assert_eq!(hold.is_some(), frozen.state == FrozenState::Held, "{frozen:?}");
        assert!(
            hold.is_none_or(|hold| hold.state == HoldState::Open && hold.amount_minor == frozen.held_minor)
        );
    }
    for account in world.all::<Account>() {
        let mine = |hold: &&std::sync::Arc<Hold>| hold.account == account.id && hold.state == HoldState::Open;
        let held: i64 = world.all::<Hold>().filter(mine).map(|hold| hold.amount_minor.units()).sum();
        assert_eq!(held, account.held_minor.units(), "L4: {account:?}");
    }
}

const PEOPLE: &str = "
    merchant shop 10.00
    person alice 5000.00
    person bob 20.00
";

#[test]
fn every_refusal_of_a_freeze_has_a_row() {
    check_in(
        PEOPLE,
        "
        fz-code F1 nobody XX 30.00                     -> refused SellerNotFound
        fz-code F1 alice XX 30.00                      -> refused SellerNotFound
        fz-code F1 shop XX 0.00                        -> refused AmountOutside
        fz-code F1 shop XX 100000000.01                -> refused AmountOutside
        fz-code F1 shop XX 30.00                       -> refused Hold(CodeInvalid)
        code bob B1
        fz-code F1 shop B1 30.00                       -> refused Hold(BalanceTooLow)
        code shop S1
        fz-code F1 shop S1 30.00                       -> refused Hold(PayerIsSeller)
        code alice A1
        status alice frozen
        fz-code F1 shop A1 30.00                       -> refused Hold(PayerBlocked)
        status alice normal
        code alice A2
        fz-code F1 shop A2 30.00 request=R9            -> refused NumberTaken(out_request_no)
        fz-code F1 shop A2 30.00 product=PREAUTH_PAY   -> refused NumberTaken(product_code)
        fz-code F1 shop A2 30.01                       -> refused NumberTaken(amount)
        fz-code F1 shop A2 30.00 title=other           -> refused NumberTaken(order_title)
        fz-voucher F1 shop 30.00                       -> refused NumberTaken(product_code)
        status shop frozen
        fz-code F1 shop A2 30.00                       -> refused SellerBlocked
        fz-code F2 shop A2 30.00                       -> refused SellerBlocked
        status shop normal
        fz-code F1 shop A2 30.00                       -> AUTHORIZED
        account alice CNY                              -> 4970.00
        balance alice                                  -> 5000.00
        fz-code F1 shop A2 30.00                       -> AUTHORIZED
        code alice A3
        fz-code F1 shop A3 30.00                       -> refused AlreadyFrozen
        account alice CNY                              -> 4970.00
        fz-cancel F1 shop                              -> unfreeze CLOSED
        fz-code F1 shop A3 30.00                       -> refused AlreadyClosed
        account alice CNY                              -> 5000.00
    ",
    );
}

#[test]
fn above_the_limit_and_by_voucher_the_payer_confirms() {
    check_in(
        PEOPLE,
        "
        code alice A1
        fz-code F1 shop A1 1000.01                     -> INIT
        fz-code F1 shop A1 1000.01                     -> INIT
        code bob B1
        fz-code F1 shop B1 1000.01                     -> refused Hold(PayerDiffers)
        fz-claim F1 bob                                -> refused PayerDiffers
        fz-claim F1 alice                              -> INIT
        fz-confirm F1 bob P9                           -> refused NotAsked
        fz-confirm F1 alice P9                         -> refused ProofMissing
        page T9 shop 5.00
        try T9 alice P0
        judge alice P0 right
        fz-confirm F1 alice P0                         -> refused ProofMissing
        try F1 alice P1
        fz-confirm F1 alice P1                         -> refused ProofMissing
        judge alice P1 right
        status alice frozen
        fz-confirm F1 alice P1                         -> refused PayerBlocked
        status alice normal
        fz-confirm F1 alice P1                         -> AUTHORIZED
        fz-confirm F1 alice P1                         -> refused AlreadyHeld
        fz-claim F1 alice                              -> refused AlreadyHeld
        account alice CNY                              -> 3999.99
        fz-voucher F2 shop 30.00                       -> INIT
        fz-voucher F2 shop 30.00                       -> INIT
        fz-claim F3 alice                              -> refused NotAsked
        fz-claim F2 shop                               -> refused PayerIsSeller
        fz-claim F2 bob                                -> INIT
        try F2 bob P2
        judge bob P2 right
        fz-confirm F2 bob P2                           -> refused BalanceTooLow
        topup bob 10.00
        fz-confirm F2 bob P2                           -> AUTHORIZED
        account bob CNY                                -> 0.00
        fz-code F4 shop XX 5.00                        -> refused Hold(CodeInvalid)
        fz-claim F4 bob                                -> refused NotAsked
    ",
    );
}

#[test]
fn money_is_set_free_in_parts_once_per_number() {
    check_in(
        PEOPLE,
        "
        fz-free F1 shop 1.00 U1                        -> refused FreezeNotFound
        fz-voucher F1 shop 30.00
        fz-free F1 shop 1.00 U1                        -> refused NotFrozen
        code alice A2
        fz-code F2 shop A2 30.00
        merchant mall
        fz-free F2 mall 1.00 U1                        -> refused FreezeNotFound
        fz-free F2 shop 0.00 U1                        -> refused MoreThanRest
        fz-free F2 shop 30.01 U1                       -> refused MoreThanRest
        fz-free F2 shop 10.00 U1                       -> UNFREEZE 10.00 SUCCESS, AUTHORIZED rest 20.00
        account alice CNY                              -> 4980.00
        fz-free F2 shop 10.00 U1                       -> UNFREEZE 10.00 SUCCESS, AUTHORIZED rest 20.00
        fz-free F2 shop 10.01 U1                       -> refused NumberTaken(amount)
        fz-free F2 shop 10.00 U1 remark=other          -> refused NumberTaken(remark)
        fz-cancel F2 shop                              -> refused PartUsed
        fz-free F2 shop 20.01 U2                       -> refused MoreThanRest
        fz-free F2 shop 20.00 R0                       -> UNFREEZE 20.00 SUCCESS, CLOSED rest 0.00
        fz-free F2 shop 1.00 U3                        -> refused AlreadyClosed
        fz-free F2 shop 10.00 U1                       -> UNFREEZE 10.00 SUCCESS, CLOSED rest 0.00
        account alice CNY                              -> 5000.00
        fz-find F2 shop R0                             -> FREEZE 30.00, CLOSED rest 0.00
        fz-find F2 shop R0 kind=free                   -> UNFREEZE 20.00 SUCCESS, CLOSED rest 0.00
        fz-find F2 shop U1                             -> UNFREEZE 10.00 SUCCESS, CLOSED rest 0.00
        fz-find F2 shop U1 kind=pay                    -> refused OperationNotFound
        fz-find F9 shop U1                             -> refused FreezeNotFound
        fz-find F2 mall U1                             -> refused FreezeNotFound
    ",
    );
}

#[test]
fn orders_are_paid_from_what_is_frozen() {
    check_in(
        PEOPLE,
        "
        fz-pay T1 shop F1 10.00                        -> refused FreezeNotFound
        fz-voucher F1 shop 30.00
        fz-pay T1 shop F1 10.00                        -> refused NotFrozen
        code alice A2
        fz-code F2 shop A2 100.00
        fz-pay T1 nobody F2 10.00                      -> refused SellerNotFound
        fz-pay T1 shop F2 10.00 product=PREAUTH_PAY    -> refused ProductDiffers
        fz-pay T1 shop F2 10.00 buyer=bob              -> refused PayerDiffers
        fz-pay T1 shop F2 100.01                       -> refused MoreThanRest
        fz-pay T1 shop F2 0.00                         -> refused MoreThanRest
        status shop frozen
        fz-pay T1 shop F2 10.00                        -> refused SellerBlocked
        status shop normal
        fz-pay T1 shop F9 10.00 expires=0s             -> refused ExpiryPassed
        fz-pay T1 shop F2 10.00 buyer=alice            -> paid Paid
        fz-pay T1 shop F2 10.00 buyer=alice            -> paid Paid
        fz-pay T1 shop F2 10.01 buyer=alice            -> refused NumberTaken(total_amount)
        fz-pay T1 shop F2 10.00                        -> refused NumberTaken(buyer_id)
        fz-pay T1 shop F2 10.00 buyer=alice complete   -> refused NumberTaken(auth_confirm_mode)
        fz-pay T1 shop F1 10.00 buyer=alice            -> refused NumberTaken(auth_no)
        balance alice                                  -> 4990.00
        account alice CNY                              -> 4900.00
        order T1                                       -> Paid refunded 0.00 fee 0.06 returned 0.00
        fz-find F2 shop T1                             -> PAY 10.00 SUCCESS, AUTHORIZED rest 90.00
        # A hold keeps its money from everybody else, and the payer's own account may be blocked meanwhile.
        status alice frozen
        fz-pay T2 shop F2 60.00 complete               -> paid Paid
        status alice normal
        fz-find F2 shop T2                             -> PAY 60.00 SUCCESS, FINISH rest 0.00
        account alice CNY                              -> 4930.00
        balance alice                                  -> 4930.00
        fz-pay T3 shop F2 1.00                         -> refused AlreadyFinished
        fz-free F2 shop 1.00 U1                        -> refused AlreadyFinished
        fz-cancel F2 shop                              -> refused AlreadyFinished
        code alice A9
        fz-code F2 shop A9 100.00                      -> refused AlreadyFinished
        refund T1 shop 4.00 R1                         -> moved Paid 4.00
        refund T1 shop 6.00 R2                         -> moved Closed 10.00
        balance alice                                  -> 4940.00
        fz-pay T1 shop F2 10.00 buyer=alice            -> refused OrderClosed
        code alice A3
        fz-code F3 shop A3 5.00
        fz-free F3 shop 5.00 U1
        fz-pay T4 shop F3 1.00                         -> refused AlreadyClosed
        pay T5 shop XX 7.00                            -> refused Pay(CodeInvalid)
        code alice A4
        fz-code F4 shop A4 7.00
        fz-pay T5 shop F4 7.00                         -> refused NumberTaken(auth_no)
        fz-pay T6 shop F4 7.00                         -> paid Paid
        fz-find F4 shop T6                             -> PAY 7.00 SUCCESS, FINISH rest 0.00
    ",
    );
}

#[test]
fn cancelling_undoes_what_was_just_made() {
    check_in(
        PEOPLE,
        "
        fz-cancel F1 shop                              -> refused FreezeNotFound
        fz-voucher F1 shop 30.00
        fz-claim F1 alice
        fz-cancel F1 shop request=R9                   -> refused FreezeNotFound
        fz-cancel F1 shop                              -> close CLOSED
        fz-cancel F1 shop                              -> close CLOSED
        fz-claim F1 alice                              -> refused AlreadyClosed
        try F1 alice P1
        judge alice P1 right
        fz-confirm F1 alice P1                         -> refused AlreadyClosed
        code alice A2
        fz-code F2 shop A2 30.00
        fz-cancel F2 shop                              -> unfreeze CLOSED
        fz-cancel F2 shop                              -> unfreeze CLOSED
        account alice CNY                              -> 5000.00
        code alice A4
        fz-code F4 shop A4 30.00
        between 2 : fz-cancel F4 shop
        fz-cancel F4 shop                              -> unfreeze AUTHORIZED | unfreeze CLOSED
        account alice CNY                              -> 5000.00
        code alice A3
        fz-code F3 shop A3 30.00
        advance 24h
        fz-cancel F3 shop                              -> refused TooLate
    ",
    );
}

#[test]
fn time_closes_what_waits_and_frees_what_is_left() {
    check_in(
        PEOPLE,
        "
        fz-voucher F1 shop 30.00 timeout=2m
        fz-claim F1 alice
        advance 2m
        fz-claim F1 alice                              -> refused AlreadyClosed
        fz-voucher F1 shop 30.00 timeout=2m            -> refused AlreadyClosed
        due                                            -> 1
        fz-find F1 shop R0                             -> FREEZE 30.00, CLOSED rest 0.00
        fz-voucher F1 shop 30.00 timeout=2m            -> refused AlreadyClosed
        code alice A2
        fz-code F2 shop A2 30.00
        code alice A3
        fz-code F3 shop A3 30.00
        fz-pay T1 shop F3 10.00
        account alice CNY                              -> 4940.00
        advance 364d
        due                                            -> 0
        advance 1d
        fz-pay T2 shop F3 1.00                         -> refused AlreadyClosed
        due                                            -> 2
        account alice CNY                              -> 4990.00
        fz-find F2 shop R0                             -> FREEZE 30.00, CLOSED rest 0.00
        fz-find F3 shop R0                             -> FREEZE 30.00, FINISH rest 0.00
    ",
    );
}

#[test]
fn a_payer_leaves_a_freeze_of_a_closed_merchant() {
    check_in(
        PEOPLE,
        "
        fz-leave F1 alice                              -> refused FreezeNotFound
        fz-voucher F1 shop 30.00
        fz-leave F1 alice                              -> refused FreezeNotFound
        fz-claim F1 alice
        fz-leave F1 alice                              -> refused NotFrozen
        code alice A2
        fz-code F2 shop A2 30.00
        fz-pay T1 shop F2 10.00
        fz-leave F2 bob                                -> refused FreezeNotFound
        fz-leave F2 alice                              -> refused SellerStands
        status shop frozen
        fz-leave F2 alice                              -> refused SellerStands
        status shop closed
        account alice CNY                              -> 4970.00
        fz-leave F2 alice                              -> AUTHORIZED
        account alice CNY                              -> 4990.00
        fz-find F2 shop R0                             -> FREEZE 30.00, FINISH rest 0.00
        fz-leave F2 alice                              -> FINISH
        account alice CNY                              -> 4990.00
    ",
    );
}

#[test]
fn what_is_paid_from_a_freeze_is_held_for_splits_when_that_is_asked() {
    check_in(
        PEOPLE,
        "
        bind shop bob
        code alice A1
        fz-code F1 shop A1 100.00
        fz-pay T1 shop F1 100.00 freeze=y              -> paid Paid
        account shop CNY                               -> 10.00
        fz-pay T1 shop F1 100.00 freeze=y              -> paid Paid
        fz-pay T1 shop F1 100.00                       -> refused NumberTaken(royalty_freeze)
        split T1 shop S1 bob:20.00 finish=y          -> 1: Done 20.00
    ",
    );
}

#[test]
fn a_freeze_that_is_agreed_to_too_late_is_closed() {
    check_in(
        PEOPLE,
        "
        fz-voucher F1 shop 30.00
        fz-claim F1 alice
        try F1 alice P1
        judge alice P1 right
        between 1 : status shop closed
        fz-confirm F1 alice P1                         -> ok | refused AlreadyClosed
        account alice CNY                              -> 5000.00
        fz-find F1 shop R0                             -> FREEZE 30.00, CLOSED rest 0.00
    ",
    );
}

#[test]
fn nobody_takes_up_a_freeze_of_a_merchant_that_is_gone() {
    check_in(
        PEOPLE,
        "
        fz-voucher F1 shop 30.00
        status shop closed
        fz-claim F1 alice                              -> refused AlreadyClosed
    ",
    );
}

#[test]
fn what_comes_too_late_from_another_slot_is_given_back() {
    check_in(
        PEOPLE,
        "
        code alice A1
        between 3 : fz-cancel F1 shop
        fz-code F1 shop A1 30.00                       -> close CLOSED | refused Hold(AlreadyClosed)
        account alice CNY                              -> 5000.00
        fz-voucher F2 shop 30.00
        fz-claim F2 alice
        try F2 alice P1
        judge alice P1 right
        between 2 : fz-cancel F2 shop
        fz-confirm F2 alice P1                         -> close CLOSED | refused AlreadyClosed
        account alice CNY                              -> 5000.00
        fz-voucher F3 shop 30.00
        between 2 : fz-claim F3 bob
        fz-claim F3 alice                              -> INIT | refused PayerDiffers
        code alice A4
        fz-code F4 shop A4 30.00
        between 3 : close T4 shop
        fz-pay T4 shop F4 10.00 complete               -> Closed | refused OrderClosed
        fz-find F4 shop T4                             -> PAY 10.00 CLOSED, AUTHORIZED rest 10.00
        account alice CNY                              -> 4990.00
        balance alice                                  -> 5000.00
        fz-pay T5 shop F4 10.00                        -> paid Paid
        fz-find F4 shop T5                             -> PAY 10.00 SUCCESS, FINISH rest 0.00
        # Two releases at once take no more than there is.
        code alice A6
        fz-code F6 shop A6 30.00
        between 2 : fz-free F6 shop 20.00 U2
        fz-free F6 shop 20.00 U1 -> refused MoreThanRest | UNFREEZE 20.00 SUCCESS, AUTHORIZED rest 10.00
    ",
    );
}

#[test]
fn what_comes_back_after_the_end_of_a_freeze_is_free_and_told() {
    let mut script = check_in(
        PEOPLE,
        "
        code alice A1
        fz-code F1 shop A1 30.00
        advance 1m
        code alice A2
        fz-code F2 shop A2 30.00
    ",
    );
    for (number, complete) in [("F1", ""), ("F2", "complete")] {
        let freeze = script.world.get::<Freeze>((no(&script, number).slot(), no(&script, number))).unwrap();
        // The payment is decided one microsecond before the end, and comes back after it.
        script.world.wall_us = script.world.wall_us.max(freeze.ends_at_us.unwrap() - 1);
        script.play(&format!(
            "between 3 : close T{number} shop\n\
             fz-pay T{number} shop {number} 10.00 {complete} -> Closed | refused OrderClosed"
        ));
        let letters = |kind: &str| {
            let said = format!(r#""notify_type":"{kind}""#);
            let content = script.world.all::<trade::Notice>().filter_map(|notice| notice.content.clone());
            content
                .filter(|text| {
                    text.as_str().contains(&said) && text.as_str().contains(&freeze.no.to_string())
                })
                .count()
        };
        assert_eq!(letters("fund_auth_unfreeze"), if complete.is_empty() { 1 } else { 2 });
        check(&script.world);
    }
    script.play("due\naccount alice CNY -> 5000.00");
    script.play("fz-find F1 shop R0 -> FREEZE 30.00, CLOSED rest 0.00");
    script.play("fz-find F2 shop R0 -> FREEZE 30.00, CLOSED rest 0.00");
}

#[test]
fn letters_say_what_a_query_says() {
    let script = check_in(
        PEOPLE,
        "
        fz-voucher F1 shop 30.00
        fz-cancel F1 shop
        code alice A2
        fz-code F2 shop A2 30.00
        fz-cancel F2 shop
    ",
    );
    let mut told = script.world.all::<trade::Notice>().filter_map(|notice| notice.content.clone());
    for members in [
        [r#""action":"close""#, r#""status":"CLOSED""#],
        [r#""notify_type":"fund_auth_freeze""#, r#""status":"SUCCESS""#],
        [r#""action":"unfreeze""#, r#""status":"SUCCESS""#],
    ] {
        let letter = told.next().unwrap();
        for member in members.iter().chain(&[
            r#""trans_currency":"CNY""#,
            r#""total_freeze_credit_amount":"0.00""#,
            r#""total_unfreeze_credit_amount":"0.00""#,
            r#""total_pay_credit_amount":"0.00""#,
            r#""rest_credit_amount":"0.00""#,
        ]) {
            assert!(letter.as_str().contains(member), "{member}: {letter}");
        }
    }
}
