//! Persons: an address is proven, an account is opened, and its owner signs in.

use crate::support::World;
use base::{DAY_US, PartyId, Text, next_china_midnight_us};
use engine::{
    AddressFound, Ask, FindAddress, FindProfile, NewPassword, OpenChallenge, OpenParty, OpenPartyRefused,
    PartyNotFound, ProveSignIn, RegisterPerson, RegisterRefused, SetPartyStatus, SignInByCode,
    SignInByCodeRefused, Table, TryChallenge, TrySignIn,
};
use engine::{
    CloseAccount, CloseAccountRefused, ErasePerson, SetPassword, SetPasswordRefused, WhichPassword,
};
use people::{
    AccountClass, ChallengePurpose, DORMANT_US, LOCK_US, Party, PartyKind, PartyStatus, PasswordRefused,
    SlotHead, login_of_address, slot_of_address,
};

pub(crate) const ADDRESS: [u8; 16] = [4; 16];
const CODE: [u8; 16] = [9; 16];

pub(crate) fn ask<A: Ask>(world: &mut World, command: A) -> Result<A::Done, A::Refused> {
    A::answer(world.run(command).reply.unwrap()).unwrap()
}

/// Proves an address for a purpose.
pub(crate) fn proven(world: &mut World, address: [u8; 16], purpose: ChallengePurpose) -> u64 {
    world.advance(60_000_000);
    ask(world, OpenChallenge { address, purpose, code: CODE }).unwrap();
    ask(world, TryChallenge { address, purpose, code: CODE }).unwrap()
}

fn password(text: &str) -> NewPassword {
    NewPassword { verifier: Text::new(text).unwrap(), pepper_version: 1 }
}

pub(crate) fn registering(address: [u8; 16], proof: u64) -> RegisterPerson {
    RegisterPerson {
        address,
        proof,
        login_masked: Text::new("138****5678").unwrap(),
        login_password: password("login"),
        pay_password: password("pay"),
        data_key: [1; 16],
        sealed_address: vec![7; 40],
    }
}

pub(crate) fn registered(world: &mut World, address: [u8; 16]) -> PartyId {
    let proof = proven(world, address, ChallengePurpose::Register);
    ask(world, registering(address, proof)).unwrap()
}

fn party(world: &World, id: PartyId) -> Party {
    (*world.get::<Party>((id.slot(), id)).unwrap()).clone()
}

#[test]
fn whoever_proved_an_address_gets_an_account_in_its_slot() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let row = party(&world, person);
    assert_eq!((row.slot, row.login.clone()), (slot_of_address(&ADDRESS), login_of_address(&ADDRESS)));
    assert_eq!((row.class, row.masked_login().as_str()), (AccountClass::Unverified, "138****5678"));
    assert_eq!(
        ask(&mut world, FindAddress { address: ADDRESS }),
        Ok(AddressFound { party: person, dormant: false })
    );
    assert_eq!(ask(&mut world, FindProfile { party: person }).unwrap().sealed_address, vec![7; 40]);
    assert_eq!(world.balance(person, ledger::AccountKind::Balance), 0);
    world.check();
}

#[test]
fn every_refusal_of_registering_has_a_row() {
    let mut world = World::new();
    assert_eq!(ask(&mut world, registering(ADDRESS, 1)), Err(RegisterRefused::ProofMissing));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::Register);
    assert_eq!(ask(&mut world, registering(ADDRESS, proof + 1)), Err(RegisterRefused::ProofMissing));
    assert_eq!(ask(&mut world, registering([5; 16], proof)), Err(RegisterRefused::ProofMissing));
    ask(&mut world, registering(ADDRESS, proof)).unwrap();
    // A proof is used up, also before it is said that the address is taken.
    assert_eq!(ask(&mut world, registering(ADDRESS, proof)), Err(RegisterRefused::ProofMissing));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::Register);
    let slot = slot_of_address(&ADDRESS);
    world.force(SlotHead { slot, parties: 9_000_000_000, apps: 0 });
    assert_eq!(ask(&mut world, registering(ADDRESS, proof)), Err(RegisterRefused::AddressTaken));
    let other = (0..).map(|n: u16| [[6; 14].as_slice(), &n.to_be_bytes()].concat());
    let other: Vec<u8> = other
        .into_iter()
        .find(|other| slot_of_address(other.as_slice().try_into().unwrap()) == slot)
        .unwrap();
    let other: [u8; 16] = other.try_into().unwrap();
    let proof = proven(&mut world, other, ChallengePurpose::Register);
    assert_eq!(ask(&mut world, registering(other, proof)), Err(RegisterRefused::SlotFull));
    // What was proven for something else, and what was proven too long ago.
    let proof = proven(&mut world, [8; 16], ChallengePurpose::SignIn);
    assert_eq!(ask(&mut world, registering([8; 16], proof)), Err(RegisterRefused::ProofMissing));
    let proof = proven(&mut world, [8; 16], ChallengePurpose::Register);
    world.advance(people::CHALLENGE_PROOF_LIFE_US);
    assert_eq!(ask(&mut world, registering([8; 16], proof)), Err(RegisterRefused::ProofMissing));
}

#[test]
fn nobody_chooses_a_name_that_looks_like_a_digest() {
    let mut world = World::new();
    for login in [login_of_address(&ADDRESS).as_str(), "h:", "gone:2088"] {
        let (kind, name, login) = (PartyKind::Person, Text::new("x").unwrap(), Text::new(login).unwrap());
        let refused = ask(&mut world, OpenParty { kind, login, name, password: None });
        assert_eq!(refused, Err(OpenPartyRefused::LoginReserved));
    }
}

#[test]
fn three_wrong_login_passwords_lock_and_a_code_opens() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let first = ask(&mut world, TrySignIn { party: person }).unwrap();
    assert_eq!(first.verifier.as_str(), "login", "not the payment password");
    ask(&mut world, ProveSignIn { party: person, attempt: first.attempt }).unwrap();
    let again = ask(&mut world, ProveSignIn { party: person, attempt: first.attempt });
    assert_eq!(again, Err(PasswordRefused::NoAttempt), "a try is judged once");
    for _ in 0..3 {
        ask(&mut world, TrySignIn { party: person }).unwrap();
    }
    let locked = ask(&mut world, TrySignIn { party: person });
    assert!(matches!(locked, Err(PasswordRefused::Locked { .. })), "{locked:?}");
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    assert_eq!(ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: None }), Ok(person));
    let again = ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: None });
    assert_eq!(again, Err(SignInByCodeRefused::ProofMissing));
    let open = ask(&mut world, TrySignIn { party: person }).unwrap();
    // A verdict waits a minute at most.
    world.advance(people::ATTEMPT_LIFE_US);
    let late = ask(&mut world, ProveSignIn { party: person, attempt: open.attempt });
    assert_eq!(late, Err(PasswordRefused::NoAttempt));
    for _ in 0..2 {
        ask(&mut world, TrySignIn { party: person }).unwrap();
    }
    assert!(ask(&mut world, TrySignIn { party: person }).is_err());
    world.advance(LOCK_US);
    assert!(ask(&mut world, TrySignIn { party: person }).is_ok(), "by itself after three hours");
}

#[test]
fn a_code_under_way_makes_earlier_tries_worthless() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let earlier = ask(&mut world, TrySignIn { party: person }).unwrap();
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: None }).unwrap();
    let judged = ask(&mut world, ProveSignIn { party: person, attempt: earlier.attempt });
    assert_eq!(judged, Err(PasswordRefused::NoAttempt));
}

#[test]
fn nobody_signs_in_to_what_is_not_there_or_closed() {
    let mut world = World::new();
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    let nobody = ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: None });
    assert_eq!(nobody, Err(SignInByCodeRefused::NoSuchPerson));
    assert_eq!(ask(&mut world, FindAddress { address: ADDRESS }), Err(PartyNotFound));
    let person = registered(&mut world, ADDRESS);
    let open = ask(&mut world, TrySignIn { party: person }).unwrap();
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Closed }).unwrap();
    assert!(matches!(ask(&mut world, TrySignIn { party: person }), Err(PasswordRefused::NoPassword)));
    let judged = ask(&mut world, ProveSignIn { party: person, attempt: open.attempt });
    assert_eq!(judged, Err(PasswordRefused::NoPassword));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    let closed = ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: None });
    assert_eq!(closed, Err(SignInByCodeRefused::NoSuchPerson));
}

#[test]
fn a_number_that_was_given_up_is_the_new_owner_s_and_the_old_account_stays_shut() {
    let mut world = World::new();
    let old = registered(&mut world, ADDRESS);
    world.advance(DORMANT_US - DAY_US);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::Register);
    assert_eq!(ask(&mut world, registering(ADDRESS, proof)), Err(RegisterRefused::AddressTaken));
    world.advance(DAY_US);
    assert_eq!(ask(&mut world, FindAddress { address: ADDRESS }).map(|found| found.dormant), Ok(true));
    let new = registered(&mut world, ADDRESS);
    assert_ne!(old, new);
    assert_eq!(ask(&mut world, FindAddress { address: ADDRESS }).map(|found| found.party), Ok(new));
    assert!(matches!(ask(&mut world, TrySignIn { party: old }), Err(PasswordRefused::NoPassword)));
    assert_eq!(party(&world, old).login.as_str(), format!("gone:{old}"));
    assert_eq!(
        (world.count(Table::Profile), world.count(Table::SignIn)),
        (2, 1),
        "what is owed to the old one is kept"
    );
}

fn new_password(address: [u8; 16], proof: u64, which: WhichPassword) -> SetPassword {
    SetPassword { address, proof, which, password: password("new"), identity: None }
}

#[test]
fn a_code_sets_a_new_password_and_opens_its_lock() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let unproven = new_password(ADDRESS, 1, WhichPassword::Login);
    assert_eq!(ask(&mut world, unproven), Err(SetPasswordRefused::ProofMissing));
    let proof = proven(&mut world, [77; 16], ChallengePurpose::LoginPassword);
    let nobody = ask(&mut world, new_password([77; 16], proof, WhichPassword::Login));
    assert_eq!(nobody, Err(SetPasswordRefused::NoSuchPerson));
    for _ in 0..3 {
        ask(&mut world, TrySignIn { party: person }).unwrap();
    }
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::LoginPassword);
    let other = ask(&mut world, new_password(ADDRESS, proof, WhichPassword::Pay));
    assert_eq!(other, Err(SetPasswordRefused::ProofMissing), "it was sent for the other one");
    assert_eq!(ask(&mut world, new_password(ADDRESS, proof, WhichPassword::Login)), Ok(person));
    assert_eq!(ask(&mut world, TrySignIn { party: person }).unwrap().verifier.as_str(), "new");
    for _ in 0..3 {
        let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
        assert_eq!(ask(&mut world, new_password(ADDRESS, proof, WhichPassword::Pay)), Ok(person));
    }
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
    let fourth = ask(&mut world, new_password(ADDRESS, proof, WhichPassword::Pay));
    assert!(matches!(fourth, Err(SetPasswordRefused::TooManyChanges { .. })), "{fourth:?}");
    let credential = world.get::<people::Credential>((person.slot(), person)).unwrap();
    assert_eq!(credential.verifier.as_str(), "new");
    world.wall_us = next_china_midnight_us(world.wall_us);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
    assert!(ask(&mut world, new_password(ADDRESS, proof, WhichPassword::Pay)).is_ok(), "a new day in China");
}

#[test]
fn a_new_payment_password_opens_the_lock_at_once() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let about = base::OrderNo::from_number(1_700_000_000_000_000_012).unwrap();
    for _ in 0..3 {
        let attempt = ask(&mut world, engine::TryPassword { party: person, about }).unwrap().attempt;
        ask(&mut world, engine::JudgePassword { party: person, attempt, right: false }).unwrap_err();
    }
    let locked = ask(&mut world, engine::TryPassword { party: person, about });
    assert!(matches!(locked, Err(people::PasswordRefused::Locked { .. })), "{locked:?}");
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::PayPassword);
    ask(&mut world, new_password(ADDRESS, proof, WhichPassword::Pay)).unwrap();
    assert!(ask(&mut world, engine::TryPassword { party: person, about }).is_ok());
}

#[test]
fn an_empty_account_is_given_up_and_its_owner_forgotten() {
    let mut world = World::new();
    let close = |address, proof| CloseAccount { address, proof, forget: false };
    assert_eq!(ask(&mut world, close(ADDRESS, 1)), Err(CloseAccountRefused::ProofMissing));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::CloseAccount);
    assert_eq!(ask(&mut world, close(ADDRESS, proof)), Err(CloseAccountRefused::NoSuchPerson));
    let person = crate::identity::person_with(&mut world, 4, 3);
    assert_eq!(ask(&mut world, ErasePerson { party: person }), Err(PartyNotFound), "not while it is open");
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Frozen }).unwrap();
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::CloseAccount);
    assert_eq!(ask(&mut world, close(ADDRESS, proof)), Err(CloseAccountRefused::Frozen));
    ask(&mut world, SetPartyStatus { party: person, status: PartyStatus::Normal }).unwrap();
    let amount = money::parse_amount("0.01", money::Currency::Cny).unwrap();
    let key = Text::new("k").unwrap();
    ask(&mut world, engine::TopUp { party: person, amount, key }).unwrap();
    assert_eq!(ask(&mut world, close(ADDRESS, proof)), Err(CloseAccountRefused::NotEmpty));
    let poor = registered(&mut world, [5; 16]);
    let proof = proven(&mut world, [5; 16], ChallengePurpose::CloseAccount);
    assert_eq!(ask(&mut world, close([5; 16], proof)), Ok(poor));
    assert_eq!(ask(&mut world, FindAddress { address: [5; 16] }), Err(PartyNotFound), "the address is free");
    assert_eq!(ask(&mut world, ErasePerson { party: poor }), Ok([1; 16]));
    assert_eq!(ask(&mut world, ErasePerson { party: poor }), Ok([1; 16]), "again");
    let profile = ask(&mut world, FindProfile { party: poor }).unwrap();
    assert!(profile.sealed_address.is_empty() && profile.erased_at_us.is_some());
    assert_eq!(party(&world, poor).masked_login(), "***");
    registered(&mut world, [5; 16]);
    world.check();
}

#[test]
fn a_closed_account_leaves_its_person_with_what_was_used() {
    let mut world = World::new();
    let first = crate::identity::person_with(&mut world, 4, 1);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::CloseAccount);
    assert_eq!(ask(&mut world, CloseAccount { address: ADDRESS, proof, forget: false }), Ok(first));
    let second = crate::identity::person_with(&mut world, 6, 1);
    let standing = world.get::<people::Standing>((second.slot(), second)).unwrap();
    assert!(standing.holds_quota, "the limit is free for the next account");
    assert_eq!(world.all::<people::Person>().next().unwrap().accounts().collect::<Vec<_>>(), [second]);
}

#[test]
fn a_limit_that_comes_back_by_evidence_counts_the_own_part_once() {
    let mut world = World::new();
    let first = crate::identity::person_with(&mut world, 4, 3);
    let second = crate::identity::person_with(&mut world, 6, 3);
    crate::identity::use_up(&mut world, first, 700);
    ask(&mut world, engine::MoveQuota { party: second }).unwrap();
    crate::identity::use_up(&mut world, second, 50);
    let proof = proven(&mut world, [6; 16], ChallengePurpose::CloseAccount);
    assert_eq!(ask(&mut world, CloseAccount { address: [6; 16], proof, forget: true }), Ok(second));
    ask(&mut world, crate::identity::evidence(first, people::EvidenceKind::Ministry, "once more")).unwrap();
    let standing = world.get::<people::Standing>((first.slot(), first)).unwrap();
    assert!(standing.holds_quota);
    let gone = ask(&mut world, FindProfile { party: second }).unwrap();
    assert!(gone.sealed_address.is_empty() && gone.erased_at_us.is_some(), "forgotten by the closing itself");
    assert_eq!(standing.carried_minor.units(), 50, "its own 700 stand in its counter");
}

#[test]
fn a_code_is_nothing_to_an_account_that_slept_and_whoever_pays_is_awake() {
    let mut world = World::new();
    let person = crate::identity::person_with(&mut world, 4, 1);
    world.advance(people::DORMANT_US - DAY_US);
    let about = base::OrderNo::of(base::Stamp { at_us: 1, seq: 1 }, person.slot());
    let tried = ask(&mut world, engine::TryPassword { party: person, about }).unwrap();
    let judged = engine::JudgePassword { party: person, attempt: tried.attempt, right: true };
    ask(&mut world, judged).unwrap();
    world.advance(2 * DAY_US);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    assert_eq!(
        ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: Some([21; 16]) }),
        Ok(person),
        "it paid the other day"
    );
    world.advance(people::DORMANT_US);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    let said = ask(&mut world, SignInByCode { address: ADDRESS, proof, identity: None });
    assert_eq!(said, Err(SignInByCodeRefused::NoSuchPerson));
    for (purpose, which) in [
        (ChallengePurpose::PayPassword, WhichPassword::Pay),
        (ChallengePurpose::LoginPassword, WhichPassword::Login),
    ] {
        let proof = proven(&mut world, ADDRESS, purpose);
        let said = ask(&mut world, new_password(ADDRESS, proof, which));
        assert_eq!(said, Err(SetPasswordRefused::NoSuchPerson), "{which:?}");
    }
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::CloseAccount);
    let said = ask(&mut world, CloseAccount { address: ADDRESS, proof, forget: true });
    assert_eq!(said, Err(CloseAccountRefused::NoSuchPerson));
}

#[test]
fn a_code_alone_opens_nothing_of_somebody_who_is_known() {
    let mut world = World::new();
    let person = crate::identity::person_with(&mut world, 4, 3);
    let (owner, other) = (Some([21; 16]), Some([22; 16]));
    for which in [WhichPassword::Login, WhichPassword::Pay] {
        let purpose = match which {
            WhichPassword::Login => ChallengePurpose::LoginPassword,
            WhichPassword::Pay => ChallengePurpose::PayPassword,
        };
        let proof = proven(&mut world, ADDRESS, purpose);
        let set = |identity, proof| SetPassword { identity, ..new_password(ADDRESS, proof, which) };
        assert_eq!(ask(&mut world, set(None, proof)), Err(SetPasswordRefused::IdentityMissing));
        assert_eq!(ask(&mut world, set(other, proof)), Err(SetPasswordRefused::IdentityDiffers));
        let again = ask(&mut world, set(owner, proof));
        assert_eq!(again, Err(SetPasswordRefused::ProofMissing), "one guess for each code");
        let sent = OpenChallenge { address: ADDRESS, purpose, code: CODE };
        world.advance(60_000_000);
        let more = ask(&mut world, sent);
        assert!(
            matches!(more, Err(people::OpenChallengeRefused::TooMany { .. })),
            "one guess a day: {more:?}"
        );
        world.wall_us = next_china_midnight_us(world.wall_us);
        let proof = proven(&mut world, ADDRESS, purpose);
        assert_eq!(ask(&mut world, set(owner, proof)), Ok(person));
    }
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    let by_code = |identity, proof| SignInByCode { address: ADDRESS, proof, identity };
    assert_eq!(ask(&mut world, by_code(None, proof)), Err(SignInByCodeRefused::IdentityMissing));
    assert_eq!(ask(&mut world, by_code(other, proof)), Err(SignInByCodeRefused::IdentityDiffers));
    assert_eq!(ask(&mut world, by_code(owner, proof)), Err(SignInByCodeRefused::ProofMissing));
    world.wall_us = next_china_midnight_us(world.wall_us);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    assert_eq!(ask(&mut world, by_code(owner, proof)), Ok(person));
}

#[test]
fn five_guesses_of_the_owner_in_all_and_then_the_login_password() {
    let mut world = World::new();
    let person = crate::identity::person_with(&mut world, 4, 3);
    let (owner, other) = (Some([21; 16]), Some([22; 16]));
    let by_code = |identity, proof| SignInByCode { address: ADDRESS, proof, identity };
    let next_day = |world: &mut World| world.wall_us = next_china_midnight_us(world.wall_us);
    for _ in 0..people::GUESSES_MAX {
        let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
        assert_eq!(ask(&mut world, by_code(other, proof)), Err(SignInByCodeRefused::IdentityDiffers));
        next_day(&mut world);
    }
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    assert_eq!(ask(&mut world, by_code(owner, proof)), Err(SignInByCodeRefused::GuessesUsedUp));
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::LoginPassword);
    let set = SetPassword { identity: owner, ..new_password(ADDRESS, proof, WhichPassword::Login) };
    assert_eq!(ask(&mut world, set), Err(SetPasswordRefused::GuessesUsedUp));
    // The owner knows the login password.
    let attempt = ask(&mut world, TrySignIn { party: person }).unwrap().attempt;
    ask(&mut world, ProveSignIn { party: person, attempt }).unwrap();
    next_day(&mut world);
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::SignIn);
    assert_eq!(ask(&mut world, by_code(owner, proof)), Ok(person));
}
