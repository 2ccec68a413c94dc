//! Lists of names: agreed on by two operators, and what a hit keeps from a party until somebody has looked.

use crate::identity::{IDENTITY, address, evidence, person_with};
use crate::registering::{ADDRESS, ask, proven, registered};
use crate::script::check_in;
use crate::support::World;
use ::risk::{
    About, ApproveRiskRefused, DecideRiskRefused, EntryId, HITS_MAX, Hit, Measure, ProposeListRefused,
    RiskCase, RiskCaseState, ScreenHit, ScreenRefused, ScreenRelease, Screening,
};
use base::{PartyId, Slot, SlotSet, Text};
use engine::{
    AddEvidence, AddEvidenceRefused, ApproveList, CloseAccount, CloseAccountRefused, DecideRisk,
    FindScreenList, FindScreening, ProposeList, Receive, Reply, Screen, ScreenState, ScreenView, StopBy,
    StopPayments, StopPaymentsRefused, Table,
};
use people::{ChallengePurpose, EvidenceKind, Party, PaymentStop, Person, slot_of_identity};

fn proposing(operator: &str, base_version: u32, digest: u8) -> ProposeList {
    let operator = Text::new(operator).unwrap();
    ProposeList { operator, base_version, digest: [digest; 32], entries: 2, threshold: 850 }
}

fn approving(operator: &str, version: u32, digest: u8) -> ApproveList {
    ApproveList { operator: Text::new(operator).unwrap(), version, digest: [digest; 32] }
}

fn agree(world: &mut World, version: u32) {
    let digest = u8::try_from(version).unwrap();
    ask(world, proposing("ada", version - 1, digest)).unwrap();
    ask(world, approving("bea", version, digest)).unwrap();
}

fn hit(entry: &str) -> Hit {
    let (entry, matched) = (EntryId::new(entry).unwrap(), Text::new("1=2:1000").unwrap());
    Hit { entry, alias: 1, score: 900, measure: Measure::Tokens, matched }
}

fn looking(party: PartyId, version: u32, entries: &[&str]) -> Screen {
    let about = About::new("person").unwrap();
    Screen { party, about, version, name: [9; 16], hits: entries.iter().map(|entry| hit(entry)).collect() }
}

fn state(world: &mut World, screen: Screen) -> Result<ScreenState, ScreenRefused> {
    let found = FindScreening { party: screen.party, about: screen.about.clone() };
    let view = ask(world, screen)?;
    assert_eq!(ask(world, found), Ok(Some(view)), "what was noted is what is told");
    Ok(view.state)
}

fn deciding(operator: &str, party: PartyId, entry: &str, version: u32, release: bool) -> DecideRisk {
    let subject = ::risk::hit_subject(version, &EntryId::new(entry).unwrap(), &[9; 16]);
    let (operator, subject) = (Text::new(operator).unwrap(), Text::new(&subject).unwrap());
    DecideRisk { operator, party, subject, release }
}

/// A hit is kept by one operator, and released by two.
fn decide(world: &mut World, party: PartyId, entry: &str, version: u32, release: bool) {
    if release {
        ask(world, deciding("dan", party, entry, version, true)).unwrap();
    }
    ask(world, deciding("cid", party, entry, version, release)).unwrap();
}

#[test]
fn a_list_is_of_two_people_in_turn() {
    let mut world = World::new();
    use ApproveRiskRefused as A;
    use ProposeListRefused as P;
    let world = &mut world;
    assert_eq!(ask(world, proposing("", 1, 1)).unwrap_err(), P::NoOperator);
    assert_eq!(
        ask(world, ProposeList { entries: 0, ..proposing("ada", 1, 1) }).unwrap_err(),
        P::Stale { current: 0 }
    );
    for (entries, threshold) in [(0, 850), (1, 699), (1, 1_001)] {
        let odd = ProposeList { entries, threshold, ..proposing("ada", 0, 1) };
        assert_eq!(ask(world, odd).unwrap_err(), P::Bounds);
    }
    assert_eq!(ask(world, approving("bea", 1, 1)).unwrap_err(), A::NotFound);
    assert_eq!(ask(world, proposing("ada", 0, 1)).unwrap().version, 1);
    assert_eq!(ask(world, approving("", 0, 1)).unwrap_err(), A::NoOperator);
    assert_eq!(ask(world, approving("bea", 0, 1)).unwrap_err(), A::Stale { current: 0 });
    assert_eq!(ask(world, approving("ada", 1, 2)).unwrap_err(), A::SelfApproval);
    assert_eq!(ask(world, approving("bea", 1, 2)).unwrap_err(), A::Edited);
    let list = ask(world, approving("bea", 1, 1)).unwrap();
    assert_eq!((list.version, list.threshold, list.digest), (1, 850, [1; 32]));
    assert_eq!(ask(world, approving("bea", 1, 1)).unwrap_err(), A::Stale { current: 1 });
    let view = ask(world, FindScreenList {}).unwrap();
    assert_eq!((view.list.map(|list| list.version), view.proposal), (Some(1), None));
    assert_eq!(ask(world, proposing("ada", 0, 2)).unwrap_err(), P::Stale { current: 1 });
    agree(world, 2);
    assert_eq!(world.count(Table::ScreenList), 2);
    assert_eq!(world.count(Table::ScreenProposal), 0);
}

#[test]
fn a_look_is_of_the_list_in_force_and_of_somebody() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let stale = |current| Err(ScreenRefused::Stale { current });
    assert_eq!(state(&mut world, looking(person, 0, &[])), stale(0), "there is no list");
    agree(&mut world, 1);
    for version in [0, 2] {
        assert_eq!(state(&mut world, looking(person, version, &[])), stale(1));
    }
    let nobody = PartyId::issue(77, Slot::PLATFORM).unwrap();
    assert_eq!(state(&mut world, looking(nobody, 1, &[])), Err(ScreenRefused::PartyNotFound));
    let many = Screen { hits: vec![hit("E"); HITS_MAX + 1], ..looking(person, 1, &[]) };
    assert_eq!(state(&mut world, many), Err(ScreenRefused::TooMany));
    assert_eq!(world.count(Table::ScreenHit) + world.count(Table::Screening), 0);
    assert_eq!(state(&mut world, looking(person, 1, &[])), Ok(ScreenState::Clear));
}

#[test]
fn a_hit_waits_for_a_second_look_and_what_was_cleared_stays_clear() {
    let mut world = World::new();
    let person = registered(&mut world, ADDRESS);
    let of = |party| evidence(party, EvidenceKind::Ministry, "ministry");
    agree(&mut world, 1);
    assert_eq!(state(&mut world, looking(person, 1, &["E1", "E2"])), Ok(ScreenState::Held));
    let cases: Vec<_> = world.all::<RiskCase>().cloned().collect();
    assert_eq!(cases.len(), 2);
    for case in &cases {
        let hit = world.get::<ScreenHit>((case.slot, person, case.subject.clone())).unwrap();
        assert_eq!((hit.no, hit.at_us, case.state), (case.decision, case.opened_at_us, RiskCaseState::Open));
    }
    assert_eq!(ask(&mut world, of(person)), Err(AddEvidenceRefused::UnderReview));
    let missing = AddEvidence { identity: None, ..of(person) };
    assert_eq!(ask(&mut world, missing), Err(AddEvidenceRefused::IdentityMissing), "comes before");
    let expired = AddEvidence { expires_at_us: Some(1), ..of(person) };
    assert_eq!(ask(&mut world, expired), Err(AddEvidenceRefused::UnderReview), "comes after");

    decide(&mut world, person, "E1", 1, true);
    assert_eq!(state(&mut world, looking(person, 1, &["E1", "E2"])), Ok(ScreenState::Held), "one is open");
    decide(&mut world, person, "E2", 1, true);
    assert_eq!(world.count(Table::RiskCase), 2, "looking again opens nothing");
    assert_eq!(state(&mut world, looking(person, 1, &["E1", "E2"])), Ok(ScreenState::Clear));
    ask(&mut world, of(person)).unwrap();

    // Another entry, another name, another list: each alarms anew.
    assert_eq!(state(&mut world, looking(person, 1, &["E1", "E3"])), Ok(ScreenState::Held));
    let renamed = Screen { name: [8; 16], ..looking(person, 1, &["E1"]) };
    assert_eq!(state(&mut world, renamed), Ok(ScreenState::Held));
    agree(&mut world, 2);
    assert_eq!(state(&mut world, looking(person, 2, &["E1"])), Ok(ScreenState::Held));
    decide(&mut world, person, "E1", 2, false);
    assert_eq!(state(&mut world, looking(person, 2, &["E1"])), Ok(ScreenState::Refused));
    assert_eq!(ask(&mut world, of(person)), Err(AddEvidenceRefused::UnderReview));
    // A list without the entry lets go.
    agree(&mut world, 3);
    assert_eq!(state(&mut world, looking(person, 3, &[])), Ok(ScreenState::Clear));
    assert_eq!(ask(&mut world, of(person)).map(|_| ()), Ok(()));
    assert_eq!(world.all::<Screening>().count(), 1);
    assert_eq!(IDENTITY.len(), 16);
}

/// What is sent to a party that waits for a second look comes back to its payer whole.
#[test]
fn a_listed_payee_gets_nothing() {
    let people = "
        merchant shop 5000.00 slot=11
        person bob 20.00 slot=31
    ";
    let mut script = check_in(people, "tr-send S1 shop bob 10.00 -> Done 10.00");
    let bob = script.party("bob");
    agree(&mut script.world, 1);
    assert_eq!(state(&mut script.world, looking(bob, 1, &["E1"])), Ok(ScreenState::Held));
    script.play(
        "
        tr-send S2 shop bob 10.00                      -> refused PayeeBlocked
        balance shop                                   -> 4990.00
        balance bob                                    -> 30.00
        ",
    );
    decide(&mut script.world, bob, "E1", 1, true);
    script.play(
        "
        tr-send S3 shop bob 10.00                      -> Done 10.00
        balance bob                                    -> 40.00
        ",
    );
    let about = |about: &str| FindScreening { party: bob, about: About::new(about).unwrap() };
    let merchant = Screen { about: About::new("merchant shop x").unwrap(), ..looking(bob, 1, &["E2"]) };
    assert_eq!(state(&mut script.world, merchant), Ok(ScreenState::Held));
    assert_eq!(ask(&mut script.world, about("elsewhere")), Ok(None));
    script.play("tr-send S4 shop bob 10.00 -> Done 10.00");
    let view: Option<ScreenView> = ask(&mut script.world, about("person")).unwrap();
    assert_eq!(view.map(|view| view.state), Some(ScreenState::Clear));
}

/// Whoever is held and gives another name next, or none that is alike, stays held until somebody releases the case.
#[test]
fn another_name_clears_nobody() {
    let mut world = World::new();
    let world = &mut world;
    let bob = registered(world, ADDRESS);
    agree(world, 1);
    assert_eq!(state(world, looking(bob, 1, &["P1"])), Ok(ScreenState::Held));
    let other = |entries: &[&str]| Screen { name: [8; 16], ..looking(bob, 1, entries) };
    assert_eq!(state(world, other(&[])), Ok(ScreenState::Held));
    assert_eq!(state(world, other(&["P2"])), Ok(ScreenState::Held));
    decide(world, bob, "P1", 1, false);
    assert_eq!(state(world, other(&[])), Ok(ScreenState::Refused));
    let third = registered(world, [77; 16]);
    assert_eq!(state(world, looking(third, 1, &["P1"])), Ok(ScreenState::Held));
    decide(world, third, "P1", 1, true);
    let after = Screen { party: third, ..other(&[]) };
    assert_eq!(state(world, after), Ok(ScreenState::Clear), "what was released holds nobody");
}

fn stop_of(world: &World, party: PartyId) -> PaymentStop {
    world.get::<Party>((party.slot(), party)).unwrap().stop
}

/// Stops the payments of a balance for the operator, or lifts that.
fn by_operator(world: &mut World, party: PartyId, lift: bool) -> Result<PaymentStop, StopPaymentsRefused> {
    ask(world, StopPayments { party, by: StopBy::Operator, lift })
}

/// Nothing leaves the balance of somebody who is found, by whatever way, and all that comes in stays; nobody else's
/// stop ends with that.
#[test]
fn nothing_leaves_a_listed_person_s_balance() {
    let mut script = check_in("merchant shop\nperson tom 1.00\n", "");
    let mei = person_with(&mut script.world, 1, 5);
    script.parties.insert("mei".to_owned(), mei);
    script.play(
        "
        topup mei 500.00 key=k
        bk-ask 1234 mei
        bk-bind 1234 mei
        offer A1 shop scene=OTHER valid=1m
        try A1 mei P1
        judge mei P1 right
        sign A1 mei P1                          -> Normal
        tr-offer X0 mei tom 7.00 later=2h
        try X0 mei P0
        judge mei P0 right
        tr-confirm X0 mei P0                    -> Waiting 7.00
        ",
    );
    let world = &mut script.world;
    agree(world, 1);
    assert_eq!(state(world, looking(mei, 1, &["E1", "E2"])), Ok(ScreenState::Held));
    assert_eq!(stop_of(world, mei), PaymentStop::List);
    assert_eq!(by_operator(world, mei, true), Err(StopPaymentsRefused::NotStopped), "not the operator's");
    script.play(
        "
        code mei M1
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
        debit T4 shop A1 1.00 noplan=y          -> refused Mandate(BuyerStopped)
        advance 2h
        tick
        balance tom                             -> 1.00
        # What comes in stays.
        topup mei 1.00 key=k2
        balance mei                             -> 494.00
        ",
    );
    let world = &mut script.world;
    decide(world, mei, "E1", 1, true);
    assert_eq!(stop_of(world, mei), PaymentStop::List, "another hit is open");
    assert_eq!(by_operator(world, mei, false), Ok(PaymentStop::OperatorList));
    decide(world, mei, "E2", 1, true);
    assert_eq!(stop_of(world, mei), PaymentStop::Operator, "the operator's is the operator's to lift");
    assert_eq!(by_operator(world, mei, true), Ok(PaymentStop::Nobody));
    script.play("try T2 mei P9\njudge mei P9 right\nconfirm T2 mei P9 -> Paid");
    // Whoever is the one on the list stays stopped; a list that does not find him any more lets go.
    let world = &mut script.world;
    agree(world, 2);
    assert_eq!(state(world, looking(mei, 2, &["E1"])), Ok(ScreenState::Held));
    decide(world, mei, "E1", 2, false);
    assert_eq!((stop_of(world, mei), world.count(Table::ScreenHit)), (PaymentStop::List, 3));
    agree(world, 3);
    assert_eq!(state(world, looking(mei, 3, &[])), Ok(ScreenState::Clear));
    assert_eq!(stop_of(world, mei), PaymentStop::Nobody);
    script.world.check();
}

/// A merchant is stopped by what is found of itself and of the names that it signed with, and by nothing else.
#[test]
fn nothing_leaves_a_listed_merchant_s_balance() {
    for (about, stops) in
        [("person", true), ("merchant licence LOGIN", true), ("merchant licence other", false)]
    {
        let people = "
            merchant shop 5000.00 slot=11
            merchant carol 0.00 slot=11
            person alice 500.00 slot=31
        ";
        let mut script = check_in(people, "bind shop carol");
        let shop = script.party("shop");
        agree(&mut script.world, 1);
        script.play("code alice C1\npay T1 shop C1 30.00 -> paid Paid");
        let login = script.world.get::<Party>((shop.slot(), shop)).unwrap().login.to_string();
        let about = About::new(&about.replace("LOGIN", &login)).unwrap();
        let found = Screen { about, ..looking(shop, 1, &["E1"]) };
        assert_eq!(state(&mut script.world, found), Ok(ScreenState::Held));
        if !stops {
            script.play("tr-send S1 shop alice 1.00 -> Done 1.00");
            continue;
        }
        script.play(
            "
            tr-send S1 shop alice 1.00              -> refused PayerStopped
            tc-send X1 shop 7894 1.00               -> refused PayerStopped
            split T1 shop S1 carol:1.00             -> refused SellerBlocked
            code alice C2
            pay T2 shop C2 30.00                    -> paid Paid
            ",
        );
        decide(&mut script.world, shop, "E1", 1, true);
        script.play(
            "
            tr-send S1 shop alice 1.00              -> Done 1.00
            split T1 shop S1 carol:1.00             -> 1: Done 1.00
            ",
        );
    }
}

/// One operator alone releases nothing; to keep a hit one is enough, also when another would release it.
#[test]
fn a_hit_is_released_by_two_people() {
    use DecideRiskRefused::{Decided, NoOperator, NotFound, OwnCase, SelfRelease};
    let mut world = World::new();
    let world = &mut world;
    let bob = registered(world, ADDRESS);
    agree(world, 1);
    assert_eq!(state(world, looking(bob, 1, &["E1", "E2"])), Ok(ScreenState::Held));
    let by = |operator, entry, release| deciding(operator, bob, entry, 1, release);
    assert_eq!(ask(world, by(" cid", "E9", true)), Err(NoOperator));
    assert_eq!(ask(world, by("cid", "E9", true)), Err(NotFound));
    let own = bob.to_string();
    assert_eq!(ask(world, by(&own, "E9", true)), Err(NotFound), "comes before");
    for release in [true, false] {
        assert_eq!(ask(world, by(&own, "E1", release)), Err(OwnCase), "{release}");
    }
    let open = ask(world, by("cid", "E1", true)).unwrap();
    assert_eq!(ask(world, by(&own, "E1", true)), Err(OwnCase), "nor as the second of two");
    assert_eq!((open.state, &open.decided_by), (RiskCaseState::Open, &None), "it is a proposal");
    assert_eq!(stop_of(world, bob), PaymentStop::List);
    assert_eq!(ask(world, by("cid", "E1", true)), Err(SelfRelease));
    let released = ask(world, by("dan", "E1", true)).unwrap();
    let decided_by = released.decided_by.as_ref().map(Text::as_str);
    assert_eq!((released.state, decided_by), (RiskCaseState::Released, Some("dan")));
    assert_eq!(ask(world, by("cid", "E1", true)), Err(Decided(RiskCaseState::Released)), "comes before");
    let first = world.get::<ScreenRelease>((bob.slot(), bob, released.subject.clone())).unwrap();
    assert_eq!(first.proposed_by.as_str(), "cid");

    ask(world, by("cid", "E2", true)).unwrap();
    let kept = ask(world, by("cid", "E2", false)).unwrap();
    assert_eq!((kept.state, world.count(Table::ScreenRelease)), (RiskCaseState::Refused, 1));
    assert_eq!(ask(world, by("dan", "E2", true)), Err(Decided(RiskCaseState::Refused)));
    assert_eq!(stop_of(world, bob), PaymentStop::List);
}

/// Whoever is found while the person's slot, in another cell, is asked gets no class: an account that was nobody's
/// leaves the person again, and one that was the person's goes on being it.
#[test]
fn who_is_found_meanwhile_gets_no_class() {
    for known in [false, true] {
        let mut accounts = World::new();
        let mei = match known {
            true => person_with(&mut accounts, 1, 1),
            false => registered(&mut accounts, address(1)),
        };
        agree(&mut accounts, 1);
        let persons = slot_of_identity(&IDENTITY);
        assert!(persons != mei.slot() && persons != Slot::PLATFORM, "they can lie in two cells");
        let mut person = accounts.clone();
        accounts.home = SlotSet::of(Slot::all().filter(|slot| *slot != persons));
        person.home = SlotSet::of([persons]);
        let class = |world: &World| world.get::<Party>((mei.slot(), mei)).unwrap().class;
        let before = class(&accounts);

        let seen = evidence(mei, EvidenceKind::FaceToFace, "seen");
        let question = accounts.run(seen).parcels.pop().unwrap();
        let answer = person.run(Receive { parcel: question }).parcels.pop().unwrap();
        assert_eq!(state(&mut accounts, looking(mei, 1, &["E1"])), Ok(ScreenState::Held));
        let ran = accounts.run(Receive { parcel: answer });
        let Some((_, Reply::AddEvidence(told))) = ran.answered else { panic!("another reply") };
        assert_eq!((told, class(&accounts)), (Err(AddEvidenceRefused::UnderReview), before));
        for parcel in ran.parcels {
            person.run(Receive { parcel });
        }
        let own = person.all::<Person>().any(|row| row.accounts().any(|account| account == mei));
        assert_eq!(own, known);
    }
}

/// Who was found is not forgotten before somebody has looked.
#[test]
fn who_is_found_does_not_give_the_account_up() {
    let mut world = World::new();
    let world = &mut world;
    let bob = registered(world, ADDRESS);
    agree(world, 1);
    assert_eq!(state(world, looking(bob, 1, &["E1"])), Ok(ScreenState::Held));
    let proof = proven(world, ADDRESS, ChallengePurpose::CloseAccount);
    let close = || CloseAccount { address: ADDRESS, proof, forget: true };
    assert_eq!(ask(world, close()), Err(CloseAccountRefused::Frozen));
    decide(world, bob, "E1", 1, true);
    assert_eq!(ask(world, close()), Ok(bob));
}

/// What was held before lists stopped balances stops one when it is looked at again, under the same list.
#[test]
fn what_was_held_before_stops_when_it_is_looked_at_again() {
    let mut world = World::new();
    let world = &mut world;
    let bob = registered(world, ADDRESS);
    agree(world, 1);
    assert_eq!(state(world, looking(bob, 1, &["E1"])), Ok(ScreenState::Held));
    let row = world.get::<Party>((bob.slot(), bob)).unwrap();
    world.force(Party { stop: PaymentStop::Nobody, ..(*row).clone() });
    assert_eq!(state(world, looking(bob, 1, &["E1"])), Ok(ScreenState::Held));
    assert_eq!((stop_of(world, bob), world.count(Table::RiskCase)), (PaymentStop::List, 1));
}
