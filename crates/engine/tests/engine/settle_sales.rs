//! Settlement by contract: sales of a day are held until the next one begins, and refunds of them come out of that.

use crate::script::{Script, Words, check_in};
use ledger::{Account, AccountId, AccountKind, Hold, HoldState};
use money::Currency;
use trade::SettlementBatch;

/// Lines that look, `st-…`: `st-held shop`, `st-batch shop` (the newest).
pub(crate) fn look(script: &Script, words: &Words<'_>) -> String {
    let seller = script.party(words.at(1));
    let id = AccountId::of(seller, AccountKind::Balance, Currency::Cny);
    let account = script.world.get::<Account>((seller.slot(), id)).unwrap();
    match words.at(0) {
        "st-held" => {
            let open = script.world.all::<Hold>().filter(|hold| hold.account == id);
            let open: i64 =
                open.filter(|hold| hold.state == HoldState::Open).map(|hold| hold.amount_minor.units()).sum();
            assert_eq!(account.held_minor.units(), open, "what is held is the sum of the holds");
            account.held_minor.of(Currency::Cny).to_string()
        }
        "st-batch" => {
            let own = script.world.all::<SettlementBatch>().filter(|batch| batch.seller == seller);
            let Some(batch) = own.max_by_key(|batch| batch.sold_on) else { return "none".to_owned() };
            let of = |minor: money::Minor| minor.of(batch.currency);
            format!(
                "{} sales {} fee {} refunded {} back {} net {}{}",
                batch.sales,
                of(batch.gross_minor),
                of(batch.fee_minor),
                of(batch.refunded_minor),
                of(batch.fee_back_minor),
                batch.net().unwrap(),
                if batch.settled_at_us.is_some() { " settled" } else { "" }
            )
        }
        other => panic!("no such line: {other}"),
    }
}

const PEOPLE: &str = "
    merchant shop 10.00 slot=11
    person alice 50000.00 slot=21
    person carol 0.00 slot=22
    ct-propose ada shop face_to_face 0 10000+t1
    ct-approve bea shop face_to_face 1
";

#[test]
fn sales_of_a_day_are_the_merchants_to_use_when_the_next_begins() {
    check_in(
        PEOPLE,
        "
        st-batch shop                                  -> none
        code alice A1
        pay T1 shop A1 100.00                          -> paid Paid
        balance shop                                   -> 109.00
        st-held shop                                   -> 99.00
        st-batch shop                  -> 1 sales 100.00 fee 1.00 refunded 0.00 back 0.00 net 99.00
        advance 1m
        code alice A2
        pay T2 shop A2 50.00                           -> paid Paid
        st-held shop                                   -> 148.50
        st-batch shop                  -> 2 sales 150.00 fee 1.50 refunded 0.00 back 0.00 net 148.50
        # What the contract says later changes nothing for these.
        ct-propose ada shop face_to_face 1 0
        ct-approve bea shop face_to_face 2
        code alice A3
        pay T3 shop A3 7.00                            -> paid Paid
        st-held shop                                   -> 148.50
        unsettled shop                                 -> 148.50
        advance 24h
        unsettled shop                                 -> 148.50
        wait 0s
        unsettled shop                                 -> 0.00
        st-held shop                                   -> 0.00
        balance shop                                   -> 165.50
        st-batch shop          -> 2 sales 150.00 fee 1.50 refunded 0.00 back 0.00 net 148.50 settled
        # Once settled, a refund is paid of the balance, and the batch stays as it was settled.
        refund T1 shop 100.00                          -> moved Closed 100.00
        st-batch shop          -> 2 sales 150.00 fee 1.50 refunded 0.00 back 0.00 net 148.50 settled
        balance shop                                   -> 66.50
    ",
    );
}

#[test]
fn a_refund_of_an_unsettled_sale_comes_out_of_what_is_held_for_it() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        code alice A2
        pay T2 shop A2 50.00
        refund T1 shop 40.00 R1                        -> moved Paid 40.00
        st-held shop                                   -> 108.90
        st-batch shop             -> 2 sales 150.00 fee 1.50 refunded 40.00 back 0.40 net 108.90
        balance shop                                   -> 118.90
        refund T1 shop 60.00 R2                        -> moved Closed 100.00
        refund T2 shop 50.00                           -> moved Closed 50.00
        st-held shop                                   -> 0.00
        st-batch shop             -> 2 sales 150.00 fee 1.50 refunded 150.00 back 1.50 net 0.00
        balance shop                                   -> 10.00
        # A sale after all others were given back is held anew.
        advance 1m
        code alice A3
        pay T3 shop A3 10.00
        st-held shop                                   -> 9.90
        wait 24h
        st-held shop                                   -> 0.00
        st-batch shop     -> 3 sales 160.00 fee 1.60 refunded 150.00 back 1.50 net 9.90 settled
    ",
    );
}

#[test]
fn unsettled_money_pays_nothing_else() {
    check_in(
        PEOPLE,
        "
        # A sale at once, whose money the merchant has used up.
        ct-propose ada shop face_to_face 1 0
        ct-approve bea shop face_to_face 2
        code alice A1
        pay T1 shop A1 100.00
        ct-propose ada shop face_to_face 2 0+t1
        ct-approve bea shop face_to_face 3
        bind shop carol
        split T1 shop S1 carol:30.00
        code alice A2
        pay T2 shop A2 500.00
        st-held shop                                   -> 500.00
        balance shop                                   -> 580.00
        split T2 shop S2 carol:100.00                  -> refused SellerBalanceTooLow
        refund T1 shop 70.00 R1                        -> moved Paid 70.00
        refund T1 shop 30.00 R2                        -> refused SellerBalanceTooLow
        refund T2 shop 500.00                          -> moved Closed 500.00
        st-held shop                                   -> 0.00
    ",
    );
}

#[test]
fn a_refund_that_comes_back_before_its_sale_is_settled_is_held_again() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        status alice closed
        refund T1 shop 40.00 R1                        -> refused BuyerClosed
        st-held shop                                   -> 99.00
        st-batch shop              -> 1 sales 100.00 fee 1.00 refunded 0.00 back 0.00 net 99.00
        wait 24h
        st-held shop                                   -> 0.00
        refund T1 shop 40.00 R1                        -> refused BuyerClosed
        st-batch shop      -> 1 sales 100.00 fee 1.00 refunded 0.00 back 0.00 net 99.00 settled
        balance shop                                   -> 109.00
    ",
    );
}

#[test]
fn what_is_frozen_for_splits_and_guaranteed_trades_have_their_own_rules() {
    check_in(
        PEOPLE,
        "
        ct-propose ada shop transfer 0 0+t1            -> refused NoSettlement
        ct-propose ada shop escrow 0 0+t1              -> refused NoSettlement
        ct-propose ada shop face_to_face 1 ended:10000 -> refused SettlementDiffers
        ct-propose ada shop page 0 ended:6000+t1       -> refused SettlementDiffers
        ct-propose ada shop face_to_face 1 ended:10000+t1 -> version 2
        code alice A1
        pay T1 shop A1 100.00 freeze=y                 -> paid Paid
        st-batch shop                                  -> none
        st-held shop                                   -> 99.00
    ",
    );
}
