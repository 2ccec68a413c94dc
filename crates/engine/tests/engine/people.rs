//! Parties, apps, top-ups and rules.

use crate::script::{Script, check, check_in};
use base::Slot;
use people::SlotHead;

#[test]
fn every_refusal_of_opening_a_party_has_a_row() {
    let mut played = check(
        "
        person alice 1.00
        person one login=one@example.com        -> ok
        person two login=one@example.com        -> refused LoginTaken
        merchant two login=one@example.com      -> refused LoginTaken
        person two login=                       -> refused LoginEmpty
    ",
    );
    // A slot that has issued all its ids.
    let slot = Slot::of_text("two@example.com");
    played.world.force(SlotHead { slot, parties: 9_000_000_000, apps: 0 });
    played.play(
        "
        person two login=two@example.com        -> refused SlotFull
    ",
    );
    let slot = Slot::of_text("one@example.com");
    played.world.force(SlotHead { slot, parties: 9_000_000_000, apps: 0 });
    played.play(
        "
        person two login=one@example.com        -> refused LoginTaken
    ",
    );
}

#[test]
fn a_party_lies_in_its_login_s_slot_with_an_account_of_its_own() {
    let played = check(
        "
        person alice 7.00 slot=42
        person carol 8.00 slot=42
        merchant shop slot=42
        account alice CNY                       -> 7.00
        account carol CNY                       -> 8.00
        account shop CNY                        -> 0.00
    ",
    );
    let ids: Vec<u64> = ["alice", "carol", "shop"].iter().map(|name| played.party(name).number()).collect();
    assert_eq!(ids, [2_088_100_000_000_142, 2_088_100_000_000_242, 2_088_100_000_000_342]);
    for party in played.world.all::<people::Party>() {
        let login = played.world.get::<people::Login>((party.slot, party.login.clone())).unwrap();
        assert_eq!(
            (login.party, party.slot, party.slot),
            (party.id, party.id.slot(), Slot::of_text(party.login.as_str()))
        );
    }
}

#[test]
fn every_refusal_of_an_app_has_a_row() {
    let mut played = check(
        "
        merchant shop
        person alice
        app nobody                              -> refused SellerNotFound
        app alice                               -> refused SellerNotFound
        app alice cert=pem                      -> refused SellerNotFound
        app shop cert=pem                       -> refused CertificateMissing
        app shop cert=pem sn=abc                -> ok
        app shop                                -> ok
        disable shop                            -> ok
        disable alice                           -> refused AppNotFound
        status nobody frozen                    -> refused PartyNotFound
        status alice frozen                     -> ok
        who alice                               -> alice Frozen
    ",
    );
    let slot = played.party("shop").slot();
    played.world.force(SlotHead { slot, parties: 0, apps: 9_000_000_000 });
    played.play(
        "
        app shop cert=pem                       -> refused CertificateMissing
        app shop                                -> refused SlotFull
    ",
    );
    let disabled =
        played.world.all::<people::App>().filter(|app| app.status == people::AppStatus::Disabled).count();
    assert_eq!(disabled, 1);
}

#[test]
fn every_refusal_of_a_top_up_has_a_row() {
    check(
        "
        person alice
        person gone
        status gone closed
        topup alice 5.00 key=k1                 -> 5.00
        topup alice 5.00 key=k1                 -> 5.00
        topup alice 6.00 key=k1                 -> refused KeyTaken
        topup alice 0.00 key=k1                 -> refused KeyTaken
        topup alice 5.00 key=k1 in=USD          -> refused KeyTaken
        topup alice 0.00 key=k2                 -> refused NothingToBook
        topup nobody 0.00 key=k2                -> refused NothingToBook
        topup nobody 1.00 key=k2                -> refused PartyNotFound
        topup gone 1.00 key=k2                  -> refused PartyClosed
        topup alice 1.00 key=k2 in=USD          -> refused Ledger(AccountNotFound)
        topup gone 1.00 key=k1                  -> refused PartyClosed
        topup alice 5.00 key=k2                 -> 10.00
        status alice frozen
        topup alice 5.00 key=k3                 -> 15.00
        topup alice 5.00 key=k1                 -> 15.00
        balance alice                           -> 15.00
    ",
    );
}

/// However full an account is, a payment, a refund or a return must still fit: those cannot be refused.
#[test]
fn a_top_up_leaves_room_for_what_cannot_be_refused() {
    check_in(
        "
        merchant shop
        person alice
    ",
        "
        topup alice 999999999999.99 key=k1      -> 999999999999.99
        topup alice 0.01 key=k2                 -> 1000000000000.00
        topup alice 0.01 key=k3                 -> refused Ledger(BalanceTooLarge)
    ",
    );
}

#[test]
fn rules_are_dated() {
    let played: Script = check(
        "
        merchant shop
        person alice 100.00
        rules fee=0 limit=1.00 in=10m           -> ok
        code alice A1
        pay T1 shop A1 2.00                     -> paid Paid
        advance 10m
        code alice A2
        pay T2 shop A2 2.00                     -> WaitBuyerPay
    ",
    );
    assert_eq!(played.world.count(engine::Table::Rulebook), 1);
}
