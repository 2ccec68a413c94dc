//! Passkeys: added, removed, signed in with, and the one payment from the balance that a use confirms.

use crate::identity::person_with;
use crate::registering::{ADDRESS, ask, proven, registered};
use crate::script::{Script, cny};
use crate::support::World;
use base::{OrderNo, PartyId, Stamp, Text};
use engine::{
    AddPasskey, Authorize, AuthorizeRefused, BeginDevice, BeginDeviceRefused, ConfirmPay, FindDevices,
    FindPasskeys, NewPassword, PasskeyUse, ProvePasskey, ProveSignIn, RemovePasskey, SetPartyStatus,
    SetPassword, SignInByPasskey, Table, TrySignIn, WhichPassword, act_of_paying,
};
use people::{
    ChallengePurpose, PASSKEYS_MAX, PROOF_LIFE_US, PartyStatus, Passkey, PasskeyRefused, ShownAct, SignIn,
};
use std::sync::Arc;
use trade::PayRefused;

fn adding(party: PartyId, digest: u8) -> AddPasskey {
    AddPasskey {
        party,
        digest: [digest; 16],
        sealed_key: vec![1; 9],
        sealed_name: vec![digest],
        since: u64::MAX >> 1,
    }
}

pub(crate) fn add(world: &mut World, party: PartyId, digest: u8) -> Arc<Passkey> {
    ask(world, adding(party, digest)).unwrap()
}

pub(crate) fn using(passkey: &Passkey, counter: u32) -> PasskeyUse {
    PasskeyUse { party: passkey.party, place: passkey.place, no: passkey.no, counter }
}

fn sign_in(world: &mut World, by: PasskeyUse) -> Result<(), PasskeyRefused> {
    ask(world, SignInByPasskey { by, sealed_key: None }).map(|_| ())
}

fn names(world: &mut World, party: PartyId) -> Vec<u8> {
    ask(world, FindPasskeys { party }).unwrap().iter().map(|passkey| passkey.sealed_name[0]).collect()
}

#[test]
fn a_passkey_signs_in_until_it_is_removed() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let (first, second) = (add(&mut world, person, 1), add(&mut world, person, 2));
    world.advance(1_000_000);
    assert_eq!(sign_in(&mut world, using(&first, 0)), Ok(()));
    assert_eq!(sign_in(&mut world, using(&first, 0)), Ok(()), "this one does not count");
    let seen = world.get::<SignIn>((person.slot(), person)).unwrap().seen_at_us;
    assert!(seen > first.added_at_us);
    assert_eq!(sign_in(&mut world, using(&second, 7)), Ok(()));
    for counter in [0, 6, 7] {
        let back = sign_in(&mut world, using(&second, counter));
        assert_eq!(back, Err(PasskeyRefused::CounterBack), "{counter}");
    }
    assert_eq!(sign_in(&mut world, using(&second, 8)), Ok(()));
    assert_eq!(sign_in(&mut world, using(&second, 8)), Err(PasskeyRefused::CounterBack), "replayed");

    let of_place = PasskeyUse { place: second.place, ..using(&first, 0) };
    assert_eq!(sign_in(&mut world, of_place), Err(PasskeyRefused::NoSuchPasskey));
    assert_eq!(ask(&mut world, RemovePasskey { party: person, no: first.no }), Ok(()));
    let gone = ask(&mut world, RemovePasskey { party: person, no: first.no });
    assert_eq!(gone, Err(PasskeyRefused::NoSuchPasskey));
    assert_eq!(sign_in(&mut world, using(&first, 0)), Err(PasskeyRefused::NoSuchPasskey));
    assert_eq!(names(&mut world, person), [2]);
    // Another one in its place is another one.
    let third = add(&mut world, person, 3);
    assert_eq!(third.place, first.place);
    assert_eq!(sign_in(&mut world, using(&first, 0)), Err(PasskeyRefused::NoSuchPasskey));
    assert_eq!(names(&mut world, person), [2, 3]);
    world.check();
}

#[test]
fn what_a_passkey_signed_in_ends_with_it_and_begins_no_more() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let (first, second) = (add(&mut world, person, 1), add(&mut world, person, 2));
    let since = ask(&mut world, SignInByPasskey { by: using(&first, 0), sealed_key: None }).unwrap();
    let begin = |world: &mut World, token, passkey| {
        let (token, sealed_name) = ([token; 16], vec![token]);
        ask(world, BeginDevice { party: person, token, sealed_name, since, passkey }).map(|device| device.no)
    };
    let by_password = begin(&mut world, 1, None).unwrap();
    begin(&mut world, 2, Some(first.no)).unwrap();
    let by_second = begin(&mut world, 3, Some(second.no)).unwrap();
    assert_eq!(ask(&mut world, RemovePasskey { party: person, no: first.no }), Ok(()));
    let mut left: Vec<u64> =
        ask(&mut world, FindDevices { party: person }).unwrap().iter().map(|device| device.no).collect();
    left.sort_unstable();
    assert_eq!(left, [by_password, by_second]);
    // A sign-in that was decided before the key was removed, and whose session comes after.
    assert_eq!(begin(&mut world, 4, Some(first.no)), Err(BeginDeviceRefused::ProofMissing));
    world.check();
}

#[test]
fn a_passkey_that_is_removed_says_yes_to_no_app() {
    let mut world = crate::script::check("merchant shop").world;
    let person = registered(&mut world, ADDRESS);
    let (first, second) = (add(&mut world, person, 1), add(&mut world, person, 2));
    let app = world.all::<people::App>().next().unwrap().id;
    let since = ask(&mut world, SignInByPasskey { by: using(&first, 0), sealed_key: None }).unwrap();
    let yes = |world: &mut World, code, passkey| {
        let (owner, kind, scopes) = (person, people::GrantKind::User, Text::new("auth_user").unwrap());
        let (own_app, code, attempt) = (None, [code; 16], Some(since));
        let command = Authorize { owner, app, kind, scopes, own_app, code, attempt, passkey };
        ask(world, command).map(|_| ())
    };
    assert_eq!(yes(&mut world, 1, Some(first.no)), Ok(()));
    assert_eq!(ask(&mut world, RemovePasskey { party: person, no: first.no }), Ok(()));
    assert_eq!(yes(&mut world, 2, Some(first.no)), Err(AuthorizeRefused::ProofMissing));
    assert_eq!(yes(&mut world, 2, Some(second.no)), Ok(()));
    assert_eq!(yes(&mut world, 3, None), Ok(()));
    world.check();
}

#[test]
fn a_credential_is_kept_as_it_is_after_each_use_and_not_after_one_that_is_refused() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let passkey = add(&mut world, person, 1);
    let kept = |world: &mut World| ask(world, FindPasskeys { party: person }).unwrap()[0].sealed_key.clone();
    let used = |counter, sealed_key| SignInByPasskey { by: using(&passkey, counter), sealed_key };
    ask(&mut world, used(5, Some(vec![5]))).unwrap();
    assert_eq!(kept(&mut world), [5]);
    assert_eq!(ask(&mut world, used(4, Some(vec![4]))), Err(PasskeyRefused::CounterBack));
    ask(&mut world, used(6, None)).unwrap();
    assert_eq!(kept(&mut world), [5], "nothing changed");
    let about = OrderNo::of(Stamp { at_us: 1, seq: 0 }, person.slot());
    let (act, sealed_key) = (act_of_paying(about, person, cny("1.00"), None), Some(vec![7]));
    ask(&mut world, ProvePasskey { by: using(&passkey, 7), act, sealed_key }).unwrap();
    assert_eq!(kept(&mut world), [7]);
    world.check();
}

#[test]
fn ten_passkeys_of_somebody_who_signs_in_each_added_once() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    for digest in 1..=10 {
        add(&mut world, person, digest);
    }
    assert_eq!(names(&mut world, person).len(), usize::try_from(PASSKEYS_MAX).unwrap());
    assert_eq!(ask(&mut world, adding(person, 10)).map(|_| ()), Err(PasskeyRefused::Known));
    assert_eq!(ask(&mut world, adding(person, 11)).map(|_| ()), Err(PasskeyRefused::TooMany));
    let buyer = crate::script::check("person bob 1.00").party("bob");
    assert_eq!(ask(&mut world, adding(buyer, 1)).map(|_| ()), Err(PasskeyRefused::NoSuchPasskey));
    world.check();
}

#[test]
fn a_new_password_makes_worthless_what_a_key_would_be_added_with() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let tried = ask(&mut world, TrySignIn { party: person }).unwrap().attempt;
    ask(&mut world, ProveSignIn { party: person, attempt: tried }).unwrap();
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::LoginPassword);
    let password = NewPassword { verifier: Text::new("new").unwrap(), pepper_version: 1 };
    let which = WhichPassword::Login;
    ask(&mut world, SetPassword { address: ADDRESS, proof, which, password, identity: None }).unwrap();
    let late = AddPasskey { since: tried, ..adding(person, 1) };
    assert_eq!(ask(&mut world, late).map(|_| ()), Err(PasskeyRefused::ProofMissing));
    let tried = ask(&mut world, TrySignIn { party: person }).unwrap().attempt;
    assert!(ask(&mut world, AddPasskey { since: tried, ..adding(person, 1) }).is_ok());
}

#[test]
fn whoever_is_frozen_neither_adds_one_nor_signs_in_nor_pays_by_one() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let passkey = add(&mut world, person, 1);
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Frozen }).unwrap();
    assert_eq!(sign_in(&mut world, using(&passkey, 1)), Err(PasskeyRefused::Frozen));
    assert_eq!(ask(&mut world, adding(person, 2)).map(|_| ()), Err(PasskeyRefused::Frozen));
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Normal }).unwrap();
    assert_eq!(sign_in(&mut world, using(&passkey, 1)), Ok(()), "a refused use is not counted");
    world.check();
}

/// A script with a buyer `mei` who has money and a passkey, and an order `T1` of 200.00 that she took up.
fn shopping(rules: &str) -> (Script, Arc<Passkey>) {
    let mut script = crate::script::check("merchant shop\nmerchant other\nperson tom 1.00\n");
    let mei = person_with(&mut script.world, 1, 5);
    script.parties.insert("mei".to_owned(), mei);
    if !rules.is_empty() {
        script.play(&format!("rk-propose ada 0 {rules}\nrk-approve bea 1"));
    }
    script
        .play("topup mei 900.00 key=k\npage T1 shop 200.00\nclaim T1 mei\npage T2 shop 200.00\nclaim T2 mei");
    let passkey = add(&mut script.world, mei, 1);
    (script, passkey)
}

/// What the buyer was shown of the order of this name.
fn shown(script: &Script, passkey: &Passkey, name: &str) -> ProvePasskey {
    let order = script.order(name);
    let act = act_of_paying(order.no, order.seller, order.total(), None);
    ProvePasskey { by: using(passkey, 0), act, sealed_key: None }
}

/// Says that the buyer confirmed `T1` as it was shown.
fn prove(script: &mut Script, passkey: &Passkey) -> u64 {
    let right = shown(script, passkey, "T1");
    ask(&mut script.world, right).unwrap()
}

fn confirm(script: &mut Script, name: &str, attempt: u64) -> Result<(), PayRefused> {
    let (order_no, buyer) = (script.no(name), script.party("mei"));
    ask(&mut script.world, ConfirmPay { buyer, order_no, attempt }).map(|_| ())
}

#[test]
fn a_passkey_pays_what_was_shown_once_and_nothing_else() {
    let (mut script, passkey) = shopping("");
    let right = shown(&script, &passkey, "T1");
    let missing = Err(PayRefused::ProofMissing);
    for act in [
        ShownAct { about: script.no("T2"), ..right.act },
        ShownAct { payee: script.party("other"), ..right.act },
        ShownAct { amount: cny("199.99"), ..right.act },
    ] {
        let wrong = ProvePasskey { act, ..right.clone() };
        let proof = ask(&mut script.world, wrong).unwrap();
        assert_eq!(confirm(&mut script, "T1", proof), missing);
    }
    let proof = ask(&mut script.world, right).unwrap();
    assert_eq!(confirm(&mut script, "T2", proof), missing);
    assert_eq!(confirm(&mut script, "T1", proof + 1), missing);
    assert_eq!(confirm(&mut script, "T1", proof), Ok(()));
    assert_eq!(confirm(&mut script, "T1", proof), Err(PayRefused::AlreadyPaid));
    assert!(script.world.all::<people::PasskeyProof>().all(|left| left.no != proof), "used up");
    script.world.check();
}

#[test]
fn what_a_passkey_confirmed_is_of_no_use_anywhere_else() {
    let (mut script, passkey) = shopping("");
    script.play("bk-ask 1234 mei\nbk-bind 1234 mei");
    let proof = prove(&mut script, &passkey);
    script.tries.insert("P1".to_owned(), proof);
    script.play("bk-pay T1 mei 1234 P1 -> refused Pay(ProofMissing)");
    script.play("judge mei P1 right -> refused NoAttempt");
    assert_eq!(confirm(&mut script, "T1", proof), Ok(()));
}

#[test]
fn a_confirmation_lives_ten_minutes_and_ends_with_its_key_and_with_every_new_password() {
    for (end, said) in [
        ("almost", Ok(())),
        ("late", Err(PayRefused::ProofMissing)),
        ("removed", Err(PayRefused::ProofMissing)),
        ("login", Err(PayRefused::ProofMissing)),
        ("pay", Err(PayRefused::ProofMissing)),
    ] {
        let (mut script, passkey) = shopping("");
        let mei = script.party("mei");
        let address = crate::identity::address(1);
        let renew = |world: &mut World, which, purpose| {
            let proof = proven(world, address, purpose);
            let password = NewPassword { verifier: Text::new("new").unwrap(), pepper_version: 1 };
            let identity = Some(crate::identity::IDENTITY);
            ask(world, SetPassword { address, proof, which, password, identity }).unwrap();
        };
        let proof = prove(&mut script, &passkey);
        match end {
            "almost" => script.world.advance(PROOF_LIFE_US - 1_000_000),
            "late" => script.world.advance(PROOF_LIFE_US),
            "removed" => ask(&mut script.world, RemovePasskey { party: mei, no: passkey.no }).unwrap(),
            "login" => renew(&mut script.world, WhichPassword::Login, ChallengePurpose::LoginPassword),
            _ => renew(&mut script.world, WhichPassword::Pay, ChallengePurpose::PayPassword),
        }
        assert_eq!(confirm(&mut script, "T1", proof), said, "{end}");
        let left = script.world.count(Table::Passkey);
        assert_eq!(left, usize::from(!matches!(end, "removed" | "login")), "{end}");
    }
}

#[test]
fn what_nobody_paid_with_is_forgotten_by_its_timer() {
    let (mut script, passkey) = shopping("");
    let proof = prove(&mut script, &passkey);
    script.world.advance(PROOF_LIFE_US);
    let timers = script.world.due();
    let timer = timers.iter().find(|timer| timer.attempt == Some(proof)).unwrap().clone();
    ask(&mut script.world, engine::RunTimer { due_at_us: timer.due_at_us, timer: timer.no }).unwrap();
    assert_eq!(script.world.count(Table::PasskeyProof), 0);
    script.world.check();
}

#[test]
fn a_rule_that_asks_for_a_passkey_takes_nothing_else() {
    let asked = Err(PayRefused::Risk(risk::RiskRefused::ProofMissing(risk::Proof::Passkey)));
    let (mut script, passkey) = shopping("passkey");
    script.play("try T1 mei P1\njudge mei P1 right");
    let password = script.tries["P1"];
    assert_eq!(confirm(&mut script, "T1", password), asked);
    let proof = prove(&mut script, &passkey);
    assert_eq!(confirm(&mut script, "T1", proof), Ok(()));
    script.play("rk-said mei -> v1 verify:passkey Passed [L][][]");

    for (rules, said) in [
        ("password", Ok(())),
        ("otp", Err(PayRefused::Risk(risk::RiskRefused::ProofMissing(risk::Proof::Otp)))),
    ] {
        let (mut script, passkey) = shopping(rules);
        let proof = prove(&mut script, &passkey);
        assert_eq!(confirm(&mut script, "T1", proof), said, "{rules}");
        let left = script.world.all::<people::PasskeyProof>().count();
        assert_eq!(left, 0, "{rules}: a proof is used up, also by a refusal that is noted");
    }
}
