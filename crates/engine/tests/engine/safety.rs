//! Sessions, stopped payments, and what a new password makes worthless.

use crate::identity::person_with;
use crate::registering::{ADDRESS, ask, proven, registered};
use crate::script::Script;
use crate::support::World;
use base::{OrderNo, PartyId, Stamp, Text};
use engine::{
    BeginDevice, EndDevices, FindDevice, FindDevices, JudgePassword, NewPassword, NotSignedIn, PartyNotFound,
    ProveSignIn, SeeDevice, SetPartyStatus, SetPassword, SignInByCode, SignInByCodeRefused, StopBy,
    StopPayments, StopPaymentsRefused, TryPassword, TrySignIn, WhichDevices, WhichPassword, about_stop,
};
use people::{
    ChallengePurpose, DEVICE_IDLE_US, DEVICE_SEEN_STEP_US, DEVICES_MAX, Party, PartyStatus, PasswordRefused,
    PaymentStop,
};

fn begin(world: &mut World, party: PartyId, token: u8) -> FindDevice {
    let command = BeginDevice { party, token: [token; 16], sealed_name: vec![token] };
    let device = ask(world, command).unwrap();
    FindDevice { party, place: device.place, token: [token; 16] }
}

fn names(world: &mut World, party: PartyId) -> Vec<u8> {
    let found = ask(world, FindDevices { party }).unwrap();
    found.iter().map(|device| device.sealed_name[0]).collect()
}

#[test]
fn ten_devices_are_signed_in_and_the_eleventh_takes_the_place_of_the_one_used_longest_ago() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let tokens: Vec<FindDevice> = (1..=10)
        .map(|token| {
            world.advance(1_000_000);
            begin(&mut world, person, token)
        })
        .collect();
    assert_eq!(u32::try_from(tokens.len()).unwrap(), DEVICES_MAX);
    world.advance(DEVICE_SEEN_STEP_US);
    ask(&mut world, SeeDevice { device: tokens[0].clone() }).unwrap();
    let eleventh = begin(&mut world, person, 11);
    assert_eq!(ask(&mut world, tokens[1].clone()).map(|_| ()), Err(NotSignedIn), "used longest ago");
    assert!(ask(&mut world, tokens[0].clone()).is_ok() && ask(&mut world, eleventh.clone()).is_ok());
    assert_eq!(names(&mut world, person)[..2], [11, 1], "the last used first");
    world.advance(DEVICE_IDLE_US);
    assert_eq!(ask(&mut world, eleventh.clone()).map(|_| ()), Err(NotSignedIn), "unused for too long");
    assert_eq!(ask(&mut world, SeeDevice { device: eleventh }).map(|_| ()), Err(NotSignedIn));
    assert_eq!(names(&mut world, person), [0; 0]);
    world.check();
}

#[test]
fn a_token_opens_its_own_place_of_its_own_person() {
    let mut world = World::new();
    let (person, other) = (registered(&mut world, ADDRESS), registered(&mut world, [5; 16]));
    let token = begin(&mut world, person, 1);
    begin(&mut world, other, 2);
    for wrong in [
        FindDevice { token: [2; 16], ..token.clone() },
        FindDevice { place: 1, ..token.clone() },
        FindDevice { party: other, ..token.clone() },
    ] {
        assert_eq!(ask(&mut world, wrong).map(|_| ()), Err(NotSignedIn));
    }
    let buyer = crate::script::check("person bob 1.00").party("bob");
    let nobody = BeginDevice { party: buyer, token: [1; 16], sealed_name: Vec::new() };
    assert_eq!(ask(&mut world, nobody).map(|_| ()), Err(PartyNotFound), "no person");
}

#[test]
fn devices_are_signed_out_one_by_one_or_all_but_one() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let tokens: Vec<FindDevice> = (1..=4).map(|token| begin(&mut world, person, token)).collect();
    let no = |world: &mut World, at: usize| ask(world, tokens[at].clone()).unwrap().no;
    let (first, third) = (no(&mut world, 0), no(&mut world, 2));
    let mut end = |which| ask(&mut world, EndDevices { party: person, which }).unwrap();
    assert_eq!(end(WhichDevices::One(first)), 1);
    assert_eq!(end(WhichDevices::One(first)), 0, "it is over");
    assert_eq!(end(WhichDevices::AllBut(third)), 2);
    assert_eq!(end(WhichDevices::All), 1);
    assert_eq!(names(&mut world, person), [0; 0]);
    world.check();
}

fn new_password(which: WhichPassword, proof: u64) -> SetPassword {
    let password = NewPassword { verifier: Text::new("new").unwrap(), pepper_version: 1 };
    SetPassword { address: ADDRESS, proof, which, password }
}

#[test]
fn a_new_login_password_ends_all_sessions_and_a_new_payment_password_none() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let token = begin(&mut world, person, 1);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
    ask(&mut world, new_password(WhichPassword::Pay, proof)).unwrap();
    assert!(ask(&mut world, token.clone()).is_ok());
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::LoginPassword);
    ask(&mut world, new_password(WhichPassword::Login, proof)).unwrap();
    assert_eq!(ask(&mut world, token).map(|_| ()), Err(NotSignedIn));
    world.check();
}

fn tried(world: &mut World, party: PartyId, about: OrderNo) -> u64 {
    ask(world, TryPassword { party, about }).unwrap().attempt
}

fn proof_of(world: &mut World, party: PartyId, about: OrderNo) -> u64 {
    let attempt = tried(world, party, about);
    ask(world, JudgePassword { party, attempt, right: true }).unwrap();
    attempt
}

fn stop(party: PartyId, by: StopBy, lift: bool) -> StopPayments {
    StopPayments { party, by, lift }
}

#[test]
fn what_the_old_password_proved_is_worth_nothing_after_either_is_new() {
    for which in [WhichPassword::Login, WhichPassword::Pay] {
        let mut world = World::new();
        let person = registered(&mut world, ADDRESS);
        ask(&mut world, stop(person, StopBy::Owner { attempt: 0 }, false)).unwrap();
        let about = about_stop(person);
        let (early, waiting) = (proof_of(&mut world, person, about), tried(&mut world, person, about));
        let purpose = match which {
            WhichPassword::Login => ChallengePurpose::LoginPassword,
            WhichPassword::Pay => ChallengePurpose::PayPassword,
        };
        let proof = proven(&mut world, ADDRESS, purpose);
        let again = tried(&mut world, person, about);
        ask(&mut world, new_password(which, proof)).unwrap();
        let lift = |attempt| stop(person, StopBy::Owner { attempt }, true);
        assert_eq!(ask(&mut world, lift(early)), Err(StopPaymentsRefused::ProofMissing));
        for late in [waiting, again] {
            let judged = ask(&mut world, JudgePassword { party: person, attempt: late, right: true });
            assert_eq!(judged, Err(PasswordRefused::NoAttempt), "a verdict about the old one");
        }
        let attempt = proof_of(&mut world, person, about);
        assert_eq!(ask(&mut world, lift(attempt)), Ok(PaymentStop::Nobody));
        world.check();
    }
}

#[test]
fn a_stop_is_lifted_by_whoever_set_it_and_the_owner_proves_it() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let owner = |attempt| StopBy::Owner { attempt };
    let not_stopped = Err(StopPaymentsRefused::NotStopped);
    assert_eq!(ask(&mut world, stop(person, owner(0), true)), not_stopped);
    assert_eq!(ask(&mut world, stop(person, StopBy::Operator, true)), not_stopped);
    assert_eq!(ask(&mut world, stop(person, owner(0), false)), Ok(PaymentStop::Owner));
    assert_eq!(ask(&mut world, stop(person, owner(0), false)), Ok(PaymentStop::Owner), "again");
    assert_eq!(ask(&mut world, stop(person, StopBy::Operator, true)), not_stopped, "not the operator's");
    assert_eq!(ask(&mut world, stop(person, StopBy::Operator, false)), Ok(PaymentStop::Both));
    let other = OrderNo::of(Stamp { at_us: 1, seq: 0 }, person.slot());
    let of_another = proof_of(&mut world, person, other);
    let unproven = tried(&mut world, person, about_stop(person));
    for attempt in [0, of_another, unproven] {
        let refused = ask(&mut world, stop(person, owner(attempt), true));
        assert_eq!(refused, Err(StopPaymentsRefused::ProofMissing));
    }
    let proof = proof_of(&mut world, person, about_stop(person));
    assert_eq!(ask(&mut world, stop(person, owner(proof), true)), Ok(PaymentStop::Operator));
    assert_eq!(ask(&mut world, stop(person, owner(0), false)), Ok(PaymentStop::Both));
    let again = ask(&mut world, stop(person, owner(proof), true));
    assert_eq!(again, Err(StopPaymentsRefused::ProofMissing), "a proof is used up");
    assert_eq!(ask(&mut world, stop(person, StopBy::Operator, true)), Ok(PaymentStop::Owner));
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Closed }).unwrap();
    let closed = ask(&mut world, stop(person, StopBy::Operator, false));
    assert_eq!(closed, Err(StopPaymentsRefused::PartyNotFound));
}

/// A script with a stopped buyer `mei` who has money and a card.
fn stopped() -> Script {
    let mut script = crate::script::check("merchant shop\nperson tom 1.00\n");
    let mei = person_with(&mut script.world, 1, 5);
    script.parties.insert("mei".to_owned(), mei);
    script.play("topup mei 500.00 key=k\nbk-ask 1234 mei\nbk-bind 1234 mei");
    ask(&mut script.world, stop(mei, StopBy::Operator, false)).unwrap();
    script
}

#[test]
fn nothing_leaves_a_stopped_balance_and_everything_arrives() {
    let mut script = stopped();
    script.play(
        "
        code mei M1
        pay T1 shop M1 1.00                     -> refused Pay(BuyerStopped)
        pay T1 shop M1 1.00                     -> refused Pay(BuyerStopped)
        page T2 shop 1.00
        claim T2 mei
        try T2 mei P2
        judge mei P2 right
        confirm T2 mei P2                       -> refused BuyerStopped
        fz-voucher F1 shop 6.00
        fz-claim F1 mei
        try F1 mei P3
        judge mei P3 right
        fz-confirm F1 mei P3                    -> refused PayerStopped
        tr-offer X1 mei tom 1.00                -> refused PayerStopped
        bk-out bk1 mei 1234 1.00                -> refused PartyStopped
        bk-in bk2 mei 1234 1.00                 -> Draft 1.00
        topup mei 1.00 key=k2
        page T3 shop 2.00
        claim T3 mei
        try T3 mei P4
        judge mei P4 right
        bk-pay T3 mei 1234 P4                   -> Asked 2.00
    ",
    );
    let mei = script.party("mei");
    assert_eq!(script.world.get::<Party>((mei.slot(), mei)).unwrap().stop, PaymentStop::Operator);
    ask(&mut script.world, stop(mei, StopBy::Operator, true)).unwrap();
    script.play("confirm T2 mei P2 -> Paid");
    script.world.check();
}

#[test]
fn whoever_is_frozen_signs_in_nowhere_and_only_the_owner_hears_why() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let token = begin(&mut world, person, 1);
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Frozen }).unwrap();
    assert_eq!(ask(&mut world, token.clone()).map(|_| ()), Err(NotSignedIn));
    let anew = BeginDevice { party: person, token: [2; 16], sealed_name: Vec::new() };
    assert_eq!(ask(&mut world, anew).map(|_| ()), Err(PartyNotFound));
    let attempt = ask(&mut world, TrySignIn { party: person }).unwrap().attempt;
    let wrong = ask(&mut world, ProveSignIn { party: person, attempt: 0 });
    assert_eq!(wrong, Err(PasswordRefused::NoAttempt), "a wrong password hears what it always hears");
    assert_eq!(ask(&mut world, ProveSignIn { party: person, attempt }), Err(PasswordRefused::Frozen));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    let by_code = SignInByCode { address: ADDRESS, proof };
    assert_eq!(ask(&mut world, by_code.clone()), Err(SignInByCodeRefused::Frozen));
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Normal }).unwrap();
    assert_eq!(ask(&mut world, by_code), Ok(person));
    assert!(ask(&mut world, token).is_ok(), "its sessions go on");
    world.check();
}
