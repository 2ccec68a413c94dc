//! A person's own order of what it pays with: set, refused, set again, and what goes with a card that is given up.

use crate::registering::{ADDRESS, ask, proven};
use crate::support::World;
use base::{CardNo, PartyId, Slot, Text};
use engine::{
    AskCard, BindCard, CloseAccount, FindPockets, OpenParty, SetPartyStatus, SetPockets, Table, UnbindCard,
};
use fund::{CardKind, POCKETS_MAX, Pocket, SetPocketsRefused as R};
use people::{ChallengePurpose, PartyKind, PartyStatus};

fn asked(world: &mut World, party: PartyId, digest: u8) -> CardNo {
    world.advance(1_000_000);
    let (bank, last_four) = (Text::new("CMB").unwrap(), Text::new("1234").unwrap());
    ask(world, AskCard { party, bank, kind: CardKind::Debit, last_four, digest: [digest; 16] }).unwrap().no
}

fn bound(world: &mut World, party: PartyId, digest: u8) -> CardNo {
    let card = asked(world, party, digest);
    let agreement = Text::new("A1").unwrap();
    ask(world, BindCard { party, card, agreement }).unwrap().no
}

fn set(world: &mut World, party: PartyId, pockets: &[Pocket]) -> Result<Vec<Pocket>, R> {
    let told = ask(world, SetPockets { party, pockets: Some(pockets.to_vec()) })?;
    Ok(told.expect("it was set").pockets.pockets().to_vec())
}

fn found(world: &mut World, party: PartyId) -> Vec<Pocket> {
    let found = ask(world, FindPockets { party }).unwrap();
    found.map_or_else(Vec::new, |order| order.pockets.pockets().to_vec())
}

/// A person with two cards.
fn person(world: &mut World) -> (PartyId, [Pocket; 2]) {
    let party = crate::identity::person_with(world, 4, 1);
    let cards = [1, 2].map(|digest| Pocket::Card(bound(world, party, digest)));
    (party, cards)
}

fn merchant(world: &mut World) -> PartyId {
    let (login, name) = (Text::new("tea@example.com").unwrap(), Text::new("tea").unwrap());
    ask(world, OpenParty { kind: PartyKind::Merchant, login, name, password: None }).unwrap()
}

fn unbind(world: &mut World, party: PartyId, pocket: Pocket) {
    ask(world, UnbindCard { party, card: pocket.card().unwrap() }).unwrap();
}

#[test]
fn an_order_is_set_set_again_and_given_up_for_the_rule() {
    let mut world = World::new();
    let (party, [one, two]) = person(&mut world);
    assert!(found(&mut world, party).is_empty());
    let first = [two, Pocket::Balance, one];
    assert_eq!(set(&mut world, party, &first), Ok(first.to_vec()));
    let before = world.rows.clone();
    assert_eq!(set(&mut world, party, &first), Ok(first.to_vec()), "the same again");
    assert!(world.rows == before, "changes nothing");
    assert_eq!(found(&mut world, party), first);
    assert_eq!(set(&mut world, party, &[one]), Ok(vec![one]));
    assert_eq!(found(&mut world, party), [one]);
    for _ in 0..2 {
        assert_eq!(ask(&mut world, SetPockets { party, pockets: None }), Ok(None));
        assert_eq!((found(&mut world, party), world.count(Table::PocketOrder)), (vec![], 0));
    }
    world.check();
}

#[test]
fn every_refusal_has_its_place() {
    let mut world = World::new();
    let (party, [one, two]) = person(&mut world);
    let waiting = Pocket::Card(asked(&mut world, party, 3));
    let gone = Pocket::Card(bound(&mut world, party, 4));
    unbind(&mut world, party, gone);
    let other = crate::identity::person_with(&mut world, 6, 1);
    let others = Pocket::Card(bound(&mut world, other, 1));
    let no_card = 1_700_000_000_000_000_000 + i64::from(party.slot().number());
    let unknown = Pocket::Card(CardNo::from_number(no_card).unwrap());
    let kept = [two, one];
    set(&mut world, party, &kept).unwrap();
    let many = vec![unknown; POCKETS_MAX + 1];
    for (pockets, why) in [
        (&many[..], R::TooMany),
        (&[waiting, unknown], R::CardNotFound),
        (&[others, one, one], R::CardNotFound),
        (&[one, one, waiting], R::CardNotBound),
        (&[gone], R::CardNotBound),
        (&[one, two, one], R::Twice),
        (&[Pocket::Balance, Pocket::Balance], R::Twice),
        (&[], R::Empty),
    ] {
        assert_eq!(set(&mut world, party, pockets), Err(why), "{pockets:?}");
        assert_eq!(found(&mut world, party), kept, "{why}");
    }
    ask(&mut world, SetPartyStatus { party, status: PartyStatus::Frozen }).unwrap();
    assert_eq!(set(&mut world, party, &many), Err(R::PartyBlocked));
    assert_eq!(ask(&mut world, SetPockets { party, pockets: None }), Err(R::PartyBlocked));
    assert_eq!(found(&mut world, party), kept);
    let nobody = PartyId::issue(9_000_000_000, Slot::new(77).unwrap()).unwrap();
    assert_eq!(set(&mut world, nobody, &many), Err(R::NoSuchPerson));
    let shop = merchant(&mut world);
    assert_eq!(set(&mut world, shop, &[Pocket::Balance]), Err(R::NoSuchPerson));
}

#[test]
fn a_card_that_is_given_up_leaves_the_order() {
    let mut world = World::new();
    let (party, [one, two]) = person(&mut world);
    set(&mut world, party, &[one, Pocket::Balance, two]).unwrap();
    unbind(&mut world, party, one);
    assert_eq!(found(&mut world, party), [Pocket::Balance, two]);
    let again = Pocket::Card(bound(&mut world, party, 1));
    assert_eq!(found(&mut world, party), [Pocket::Balance, two], "bound again it is another card");
    set(&mut world, party, &[two]).unwrap();
    unbind(&mut world, party, again);
    assert_eq!(found(&mut world, party), [two], "it did not stand in it");
    unbind(&mut world, party, two);
    assert_eq!(world.count(Table::PocketOrder), 0, "nothing is left of it");
}

#[test]
fn an_account_that_is_given_up_has_no_order() {
    let mut world = World::new();
    let (party, [one, _]) = person(&mut world);
    set(&mut world, party, &[one]).unwrap();
    let proof = proven(&mut world, ADDRESS, ChallengePurpose::CloseAccount);
    assert_eq!(ask(&mut world, CloseAccount { address: ADDRESS, proof, forget: false }), Ok(party));
    assert_eq!(world.count(Table::PocketOrder), 0);
    assert_eq!(set(&mut world, party, &[one]), Err(R::PartyBlocked));
}
