//! Sessions, stopped payments, and what a new password makes worthless.

use crate::identity::person_with;
use crate::registering::{ADDRESS, ask, proven, registered};
use crate::script::Script;
use crate::support::World;
use base::{OrderNo, PartyId, Stamp, Text};
use engine::{
    Authorize, AuthorizeRefused, BeginDevice, BeginDeviceRefused, EndDevices, FindDevice, FindDevices,
    IssuePayCode, JudgePassword, NewPassword, NotSignedIn, PayCodeRefused, ProveSignIn, SeeDevice,
    SetPartyStatus, SetPassword, SignInByCode, SignInByCodeRefused, StopBy, StopPayments,
    StopPaymentsRefused, TryPassword, TrySignIn, WhichDevices, WhichPassword, about_stop,
};
use people::{
    ChallengePurpose, DEVICE_IDLE_US, DEVICE_SEEN_STEP_US, DEVICES_MAX, Party, PartyStatus, PasswordRefused,
    PaymentStop,
};

fn begin(world: &mut World, party: PartyId, token: u8) -> FindDevice {
    let command =
        BeginDevice { party, token: [token; 16], sealed_name: vec![token], since: u64::MAX, passkey: None };
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
    let nobody =
        BeginDevice { party: buyer, token: [1; 16], sealed_name: Vec::new(), since: 1, passkey: None };
    assert_eq!(ask(&mut world, nobody).map(|_| ()), Err(BeginDeviceRefused::PartyNotFound), "no person");
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
    SetPassword { address: ADDRESS, proof, which, password, identity: None }
}

fn purpose(which: WhichPassword) -> ChallengePurpose {
    match which {
        WhichPassword::Login => ChallengePurpose::LoginPassword,
        WhichPassword::Pay => ChallengePurpose::PayPassword,
    }
}

#[test]
fn what_was_proven_before_a_password_was_set_begins_no_session() {
    for which in [WhichPassword::Login, WhichPassword::Pay] {
        let mut world = World::new();
        let person = registered(&mut world, ADDRESS);
        let signed_in = |world: &mut World| {
            let attempt = ask(world, TrySignIn { party: person }).unwrap().attempt;
            ask(world, ProveSignIn { party: person, attempt }).unwrap();
            attempt
        };
        let by_password = signed_in(&mut world);
        let by_code = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
        assert_eq!(
            ask(&mut world, SignInByCode { address: ADDRESS, proof: by_code, identity: None }),
            Ok(person)
        );
        let proof = proven(&mut world, ADDRESS, purpose(which));
        ask(&mut world, new_password(which, proof)).unwrap();
        let anew = signed_in(&mut world);
        let mut begin = |since| {
            ask(
                &mut world,
                BeginDevice { party: person, token: [1; 16], sealed_name: Vec::new(), since, passkey: None },
            )
        };
        for since in [0, by_password, by_code, proof] {
            assert_eq!(begin(since).map(|_| ()), Err(BeginDeviceRefused::ProofMissing), "{which:?} {since}");
        }
        assert!(begin(anew).is_ok());
        world.check();
    }
}

#[test]
fn what_was_proven_before_a_password_was_set_shows_no_code_and_allows_no_app() {
    let mut world = crate::script::check("merchant shop").world;
    let person = registered(&mut world, ADDRESS);
    let about = OrderNo::of(Stamp { at_us: 1, seq: 0 }, person.slot());
    let before = proof_of(&mut world, person, about);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
    ask(&mut world, new_password(WhichPassword::Pay, proof)).unwrap();
    let after = proof_of(&mut world, person, about);
    let app = world.all::<people::App>().next().unwrap().id;
    for (attempt, stands) in [(Some(before), false), (Some(after), true), (None, true)] {
        let code = IssuePayCode { party: person, digest: [7; 16], attempt };
        let told = ask(&mut world, code).map(|_| ());
        assert_eq!(told, if stands { Ok(()) } else { Err(PayCodeRefused::ProofMissing) }, "{attempt:?}");
        let scopes = Text::new("auth_user").unwrap();
        let (owner, kind, code) = (person, people::GrantKind::User, [attempt.is_some().into(); 16]);
        let yes = Authorize { owner, app, kind, scopes, own_app: None, code, attempt, passkey: None };
        let told = ask(&mut world, yes);
        let wanted = if stands { Ok(()) } else { Err(AuthorizeRefused::ProofMissing) };
        assert_eq!(told.map(|_| ()), wanted, "{attempt:?}");
    }
    world.check();
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
        let proof = proven(&mut world, ADDRESS, purpose(which));
        let again = tried(&mut world, person, about);
        ask(&mut world, new_password(which, proof)).unwrap();
        let lift = |attempt| stop(person, StopBy::Owner { attempt }, true);
        assert_eq!(ask(&mut world, lift(early)), Err(StopPaymentsRefused::ProofMissing));
        for late in [waiting, again] {
            let judged = ask(&mut world, JudgePassword { party: person, attempt: late, right: true });
            assert_eq!(judged, Err(PasswordRefused::NoAttempt), "a verdict about the old one");
        }
        let attempt = proof_of(&mut world, person, about);
        // Whoever has the phone can set a payment password by a code: it does not lift the owner's stop alone.
        let left = match which {
            WhichPassword::Login => PaymentStop::Nobody,
            WhichPassword::Pay => PaymentStop::Operator,
        };
        assert_eq!(ask(&mut world, lift(attempt)), Ok(left));
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
    let anew =
        BeginDevice { party: person, token: [2; 16], sealed_name: Vec::new(), since: 1, passkey: None };
    assert_eq!(ask(&mut world, anew).map(|_| ()), Err(BeginDeviceRefused::PartyNotFound));
    let attempt = ask(&mut world, TrySignIn { party: person }).unwrap().attempt;
    let wrong = ask(&mut world, ProveSignIn { party: person, attempt: 0 });
    assert_eq!(wrong, Err(PasswordRefused::NoAttempt), "a wrong password hears what it always hears");
    assert_eq!(ask(&mut world, ProveSignIn { party: person, attempt }), Err(PasswordRefused::Frozen));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    let by_code = SignInByCode { address: ADDRESS, proof, identity: None };
    assert_eq!(ask(&mut world, by_code.clone()), Err(SignInByCodeRefused::Frozen));
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Normal }).unwrap();
    assert_eq!(ask(&mut world, by_code), Ok(person));
    assert!(ask(&mut world, token).is_ok(), "its sessions go on");
    world.check();
}

#[test]
fn a_payment_password_that_is_set_while_the_owner_s_stop_holds_makes_it_the_operator_s_too() {
    let operator = |party, lift| stop(party, StopBy::Operator, lift);
    for (before, after) in [
        (PaymentStop::Nobody, PaymentStop::Nobody),
        (PaymentStop::Owner, PaymentStop::Both),
        (PaymentStop::Operator, PaymentStop::Operator),
        (PaymentStop::Both, PaymentStop::Both),
    ] {
        let mut world = World::new();
        let person = registered(&mut world, ADDRESS);
        if matches!(before, PaymentStop::Owner | PaymentStop::Both) {
            ask(&mut world, stop(person, StopBy::Owner { attempt: 0 }, false)).unwrap();
        }
        if matches!(before, PaymentStop::Operator | PaymentStop::Both) {
            ask(&mut world, operator(person, false)).unwrap();
        }
        let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
        ask(&mut world, new_password(WhichPassword::Pay, proof)).unwrap();
        assert_eq!(world.get::<Party>((person.slot(), person)).unwrap().stop, after, "{before:?}");
        world.check();
    }
}

/// A script with a buyer `mei` who has money and a card, and who has made ready everything that a payment password
/// confirms.
fn ready() -> Script {
    let mut script = crate::script::check("merchant shop\nperson tom 1.00\n");
    let mei = person_with(&mut script.world, 1, 5);
    script.parties.insert("mei".to_owned(), mei);
    script.play(
        "
        topup mei 500.00 key=k
        bk-ask 1234 mei
        bk-bind 1234 mei
        page T1 shop 1.00
        claim T1 mei
        page T2 shop 1.00
        claim T2 mei
        tr-offer X1 mei tom 1.00
        bk-out bk1 mei 1234 1.00
        escrow T3 shop 10.00
        claim T3 mei
        try T3 mei P0
        judge mei P0 right
        confirm T3 mei P0
        seller send T3 shop express SF 1001
        fz-voucher F1 shop 6.00
        fz-claim F1 mei
        offer A1 shop month=1 first=2026-01-10 single=30.00
    ",
    );
    script
}

#[test]
fn no_command_takes_what_a_password_proved_before_a_new_one() {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (about, command, done) in [
        ("T1", "confirm T1 mei P", "Paid"),
        ("T2", "bk-pay T2 mei 1234 P", "Asked 1.00"),
        ("X1", "tr-confirm X1 mei P", "Done 1.00"),
        ("bk1", "bk-confirm bk1 mei P", "Asked 1.00"),
        ("T3", "received T3 mei P", "Finished held 0.00"),
        ("F1", "fz-confirm F1 mei P", "AUTHORIZED"),
        ("A1", "sign A1 mei P", "Normal"),
    ] {
        let mut script = ready();
        script.play(&format!("try {about} mei P\njudge mei P right"));
        let address = [1; 16];
        let proof = proven(&mut script.world, address, ChallengePurpose::PayPassword);
        ask(
            &mut script.world,
            SetPassword { address, identity: Some([21; 16]), ..new_password(WhichPassword::Pay, proof) },
        )
        .unwrap();
        let told = script.line(command);
        if !told.contains("ProofMissing") {
            old.push(format!("{command}: {told}"));
        }
        script.play(&format!("try {about} mei P\njudge mei P right"));
        let told = script.line(command);
        if told != done {
            new.push(format!("{command}: {told}"));
        }
    }
    assert_eq!((old, new), (Vec::<String>::new(), Vec::<String>::new()));
}

#[test]
fn a_stop_keeps_money_that_waits() {
    let mut script = ready();
    script.play(
        "
        tr-offer X2 mei tom 20.00 later=2h
        try X2 mei P2
        judge mei P2 right
        tr-confirm X2 mei P2                    -> Waiting 20.00
    ",
    );
    let mei = script.party("mei");
    ask(&mut script.world, stop(mei, StopBy::Owner { attempt: 0 }, false)).unwrap();
    script.play(
        "
        advance 2h
        due                                     -> ?
        tr-find X2 mei                          -> Waiting 20.00
        balance tom                             -> 1.00
    ",
    );
    let proof = proof_of(&mut script.world, mei, about_stop(mei));
    ask(&mut script.world, stop(mei, StopBy::Owner { attempt: proof }, true)).unwrap();
    script.play(
        "
        advance 1d
        due                                     -> ?
        tr-find X2 mei                          -> Done 20.00
        balance tom                             -> 21.00
    ",
    );
}
