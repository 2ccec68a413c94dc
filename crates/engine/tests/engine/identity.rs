//! Identity and classes: evidence, accounts of one person, the yearly limit, and what a class may pay.

use crate::registering::{ask, registered};
use crate::support::World;
use base::{DAY_US, PartyId, Slot, Text};
use engine::{
    AddEvidence, AddEvidenceRefused, Command, FindStanding, MoveQuota, MoveQuotaRefused, Reply,
    SealedIdentity, SetPartyStatus,
};
use people::{
    AccountClass, EvidenceKind, Party, PartyStatus, Person, Standing, slot_of_address, slot_of_identity,
};

pub(crate) const IDENTITY: [u8; 16] = [21; 16];

/// An address in another slot than the others.
pub(crate) fn address(number: u8) -> [u8; 16] {
    [number; 16]
}

pub(crate) fn evidence(party: PartyId, kind: EvidenceKind, provider: &str) -> AddEvidence {
    AddEvidence {
        party,
        kind,
        provider: Text::new(provider).unwrap(),
        expires_at_us: None,
        identity: Some(IDENTITY),
        sealed: Some(SealedIdentity {
            name: vec![1; 30],
            id_number: vec![2; 46],
            shown: Text::new("*明").unwrap(),
        }),
    }
}

/// A person with so many channels.
pub(crate) fn person_with(world: &mut World, number: u8, channels: usize) -> PartyId {
    let party = registered(world, address(number));
    let banks = ["a", "b", "c", "d", "e", "f"];
    for bank in &banks[..channels] {
        ask(world, evidence(party, EvidenceKind::BankCard, bank)).unwrap();
    }
    party
}

fn class(world: &World, party: PartyId) -> AccountClass {
    world.get::<Party>((party.slot(), party)).unwrap().class
}

fn person(world: &World) -> Person {
    (*world.get::<Person>((slot_of_identity(&IDENTITY), IDENTITY)).unwrap()).clone()
}

fn standing(world: &World, party: PartyId) -> Standing {
    (*world.get::<Standing>((party.slot(), party)).unwrap()).clone()
}

#[test]
fn a_class_follows_from_distinct_channels() {
    let mut world = World::new();
    let party = registered(&mut world, address(1));
    assert_eq!(class(&world, party), AccountClass::Unverified);
    use AccountClass::{One, Three, Two};
    for (provider, after) in [("a", One), ("a", One), ("b", One), ("c", Two), ("d", Two), ("e", Three)] {
        let said = ask(&mut world, evidence(party, EvidenceKind::BankCard, provider));
        assert_eq!((said, class(&world, party)), (Ok(after), after), "{provider}");
    }
    assert_eq!(world.get::<Party>((party.slot(), party)).unwrap().name.as_str(), "*明");
    let view = ask(&mut world, FindStanding { party }).unwrap();
    assert_eq!((view.evidence.len(), view.standing.holds_quota), (5, true), "the same channel is one");
    let seen = registered(&mut world, address(2));
    let said = ask(
        &mut world,
        AddEvidence { identity: Some([9; 16]), ..evidence(seen, EvidenceKind::FaceToFace, "x") },
    );
    assert_eq!(said, Ok(Three), "who was seen needs no more");
}

#[test]
fn every_refusal_of_evidence_has_a_row() {
    let mut world = World::new();
    let party = registered(&mut world, address(1));
    let first = evidence(party, EvidenceKind::Ministry, "gov");
    let nobody = PartyId::issue(77, Slot::PLATFORM).unwrap();
    for (command, refused) in [
        (AddEvidence { party: nobody, ..first.clone() }, AddEvidenceRefused::NotAPerson),
        (AddEvidence { identity: None, ..first.clone() }, AddEvidenceRefused::IdentityMissing),
        (AddEvidence { sealed: None, ..first.clone() }, AddEvidenceRefused::IdentityMissing),
        (AddEvidence { expires_at_us: Some(0), ..first.clone() }, AddEvidenceRefused::Expired),
    ] {
        assert_eq!(ask(&mut world, command), Err(refused));
    }
    ask(&mut world, first.clone()).unwrap();
    let other = AddEvidence { identity: Some([22; 16]), ..first.clone() };
    assert_eq!(ask(&mut world, other), Err(AddEvidenceRefused::IdentityDiffers));
    for number in 1..16 {
        let provider = Text::new(&number.to_string()).unwrap();
        ask(&mut world, AddEvidence { provider, identity: None, sealed: None, ..first.clone() }).unwrap();
    }
    let one_more = evidence(party, EvidenceKind::Utility, "one more");
    assert_eq!(ask(&mut world, one_more), Err(AddEvidenceRefused::TooMuch));
    for number in 2..=5 {
        person_with(&mut world, number, 1);
    }
    let sixth = registered(&mut world, address(6));
    let said = ask(&mut world, evidence(sixth, EvidenceKind::Ministry, "gov"));
    assert_eq!(said, Err(AddEvidenceRefused::TooManyAccounts));
    assert!(world.get::<Standing>((sixth.slot(), sixth)).is_none(), "nothing was left behind");
    ask(&mut world, SetPartyStatus { party, status: PartyStatus::Closed }).unwrap();
    assert_eq!(ask(&mut world, first), Err(AddEvidenceRefused::NotAPerson));
}

#[test]
fn one_person_has_one_account_of_class_three() {
    let mut world = World::new();
    let (first, second) = (person_with(&mut world, 1, 5), person_with(&mut world, 2, 5));
    assert_eq!((class(&world, first), class(&world, second)), (AccountClass::Three, AccountClass::Two));
    assert_eq!((person(&world).class_three, person(&world).holder), (Some(first), Some(first)));
    assert!(standing(&world, first).holds_quota && !standing(&world, second).holds_quota);
}

#[test]
fn another_identity_said_meanwhile_leaves_nothing_at_its_person() {
    let mut world = World::new();
    let party = registered(&mut world, address(1));
    let first = evidence(party, EvidenceKind::Ministry, "gov");
    let other = AddEvidence { identity: Some([22; 16]), ..first.clone() };
    // The second says so while the first's question is under way.
    world.between = vec![(3, Command::from(other))];
    let answer = ask(&mut world, first);
    let standing = standing(&world, party);
    let loser = if standing.identity == IDENTITY { [22; 16] } else { IDENTITY };
    let left = world.get::<Person>((slot_of_identity(&loser), loser)).unwrap();
    assert_eq!((left.accounts().count(), left.holder), (0, None));
    let replies = [Some(Reply::AddEvidence(answer)), world.between_replies.pop()];
    let refused = replies
        .iter()
        .filter(|reply| matches!(reply, Some(Reply::AddEvidence(Err(AddEvidenceRefused::IdentityDiffers)))));
    assert_eq!(refused.count(), 1);
}

#[test]
fn the_yearly_limit_moves_with_what_was_used_of_it() {
    let mut world = World::new();
    let (first, second) = (person_with(&mut world, 1, 3), person_with(&mut world, 2, 3));
    let nobody = registered(&mut world, address(3));
    assert_eq!(ask(&mut world, MoveQuota { party: nobody }), Err(MoveQuotaRefused::IdentityMissing));
    ask(&mut world, MoveQuota { party: first }).unwrap();
    use_up(&mut world, first, 700);
    ask(&mut world, MoveQuota { party: second }).unwrap();
    assert_eq!(person(&world).holder, Some(second));
    assert!(!standing(&world, first).holds_quota);
    assert_eq!(standing(&world, second).carried_minor.units(), 700);
    use_up(&mut world, second, 50);
    ask(&mut world, MoveQuota { party: first }).unwrap();
    // The first's own 700 are in its counter: only the second's are carried.
    assert_eq!(standing(&world, first).carried_minor.units(), 50);
    // A second move while one is under way is refused.
    world.between = vec![(4, Command::from(MoveQuota { party: first }))];
    ask(&mut world, MoveQuota { party: second }).unwrap();
    let holders = [first, second].into_iter().filter(|party| standing(&world, *party).holds_quota);
    assert_eq!(holders.count(), 1);
}

/// Evidence that was asked about while the limits left the account does not bring them back to it.
#[test]
fn limits_that_move_while_evidence_is_added_are_one_accounts() {
    for after in 1..8 {
        let mut world = World::new();
        let (first, second) = (person_with(&mut world, 1, 3), person_with(&mut world, 2, 3));
        ask(&mut world, MoveQuota { party: first }).unwrap();
        use_up(&mut world, first, 700);
        world.between = vec![(after, Command::from(evidence(first, EvidenceKind::Utility, "water")))];
        ask(&mut world, MoveQuota { party: second }).unwrap();
        let holders = [first, second].into_iter().filter(|party| standing(&world, *party).holds_quota);
        assert_eq!(holders.count(), 1, "evidence after {after} steps");
        let holder = person(&world).holder.unwrap();
        assert!(standing(&world, holder).holds_quota, "evidence after {after} steps");
    }
    // And evidence that was on its way first.
    for after in 1..6 {
        let mut world = World::new();
        let (first, second) = (person_with(&mut world, 1, 3), person_with(&mut world, 2, 3));
        ask(&mut world, MoveQuota { party: first }).unwrap();
        use_up(&mut world, first, 700);
        world.between = vec![(after, Command::from(MoveQuota { party: second }))];
        ask(&mut world, evidence(first, EvidenceKind::Utility, "water")).unwrap();
        let holders = [first, second].into_iter().filter(|party| standing(&world, *party).holds_quota);
        assert_eq!(holders.count(), 1, "the move after {after} steps");
        let carried = standing(&world, second);
        assert!(!carried.holds_quota || carried.carried_minor.units() == 700, "{carried:?}");
    }
}

/// As if the account had paid so much this year.
pub(crate) fn use_up(world: &mut World, party: PartyId, fen: u64) {
    use people::{Usage, UsageKind};
    let amount = money::Money::from_minor(fen, money::Currency::Cny).unwrap();
    for kind in [UsageKind::BalanceYear, UsageKind::BalanceLife] {
        let now_us = world.wall_us;
        let usage = world.get::<Usage>(Usage::key_at(party, kind, now_us));
        let usage = usage.map_or_else(|| Usage::fresh(party, kind, now_us), |usage| (*usage).clone());
        world.force(usage.plus(amount).unwrap());
    }
}

#[test]
fn expired_evidence_counts_no_more_and_a_new_one_renews_it() {
    let mut world = World::new();
    let party = registered(&mut world, address(1));
    let until_us = world.wall_us + 10 * DAY_US;
    let card =
        |bank| AddEvidence { expires_at_us: Some(until_us), ..evidence(party, EvidenceKind::BankCard, bank) };
    for bank in ["a", "b", "c"] {
        ask(&mut world, card(bank)).unwrap();
    }
    assert_eq!(standing(&world, party).counts_until_us, Some(until_us));
    world.advance(10 * DAY_US);
    assert_eq!(ask(&mut world, evidence(party, EvidenceKind::BankCard, "a")), Ok(AccountClass::One));
    assert_ne!(slot_of_address(&address(1)), slot_of_identity(&IDENTITY), "two slots answer each other");
}
