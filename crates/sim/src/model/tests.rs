//! The model beside the real engine, in one cell and in several, over a small space of names in which everything meets.

mod accords;
mod cards;
mod listed;
mod play;
mod shop;
mod transfers;
mod world;

use super::{Answer, Model, expected};
use base::SlotSet;
use engine::{Command, FindAccount, Message, Reply, Row, SetPartyStatus, TopUp};
use money::Currency;
use people::PartyStatus;
use play::play;
use std::collections::BTreeMap;
use std::sync::Arc;
use world::{World, yuan};

#[test]
fn model_and_engine_agree_in_one_cell() {
    for seed in 0..6 {
        let mut world = World::new(seed, 1);
        play(&mut world, 1_500);
        world.heal();
        assert_eq!(world.model.liveness(world.wall_us), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn model_and_engine_agree_over_three_cells_and_every_case_is_met() {
    let mut seen = BTreeMap::<&'static str, u64>::new();
    for seed in 0..18 {
        let mut world = World::new(seed, 3);
        play(&mut world, 3_000);
        world.heal();
        assert_eq!(world.model.liveness(world.wall_us), Vec::<String>::new(), "seed {seed}");
        for (name, count) in world.model.seen() {
            *seen.entry(name).or_default() += count;
        }
    }
    let never: Vec<_> = expected().iter().filter(|name| seen[**name] == 0).collect();
    assert!(never.is_empty(), "never met: {never:#?}\n{seen:#?}");
    assert_eq!(seen["something without a name of its own"], 0, "{seen:#?}");
}

/// What the model says of a house that answers like this.
fn told(world: &mut World, command: impl Into<Command>, change: impl FnOnce(&mut Reply)) -> String {
    let command = command.into();
    let ran = engine::run(&mut world.cells[0], &command).expect("the house decides");
    let mut reply = ran.reply.expect("everything is at home");
    change(&mut reply);
    let answer = Answer { reply: Some(&reply), steps: ran.steps };
    let judged = world.model.decided(&SlotSet::ALL, &command, ran.stamp, Some(answer));
    judged.map_or_else(|mismatch| mismatch.text, |()| "nothing".to_owned())
}

#[test]
fn a_wrong_answer_is_told_with_both_sides() {
    let mut world = World::new(1, 1);
    let buyer = world.buyers[0];
    let query = FindAccount { party: buyer, currency: Currency::Cny };
    assert_eq!(told(&mut world, query.clone(), |_| {}), "nothing");
    let text = told(&mut world, query.clone(), |reply| {
        let Reply::FindAccount(Ok(account)) = reply else { panic!("{reply:?}") };
        Arc::make_mut(account).balance_minor += 1;
    });
    assert!(text.contains("FindAccount in slot"), "{text}");
    assert!(text.contains("by the rules: balance_minor: 200000,"), "{text}");
    assert!(text.contains("in the house: balance_minor: 200001,"), "{text}");

    // An answer that should have been a refusal.
    let text = told(&mut world, query, |reply| *reply = Reply::FindAccount(Err(engine::PartyNotFound)));
    assert!(text.contains("in the house: FindAccount( Err( PartyNotFound, ), )"), "{text}");
}

#[test]
fn a_repetition_that_moves_money_again_is_told() {
    let mut world = World::new(1, 1);
    let party = world.buyers[0];
    let key = base::Text::new("once").expect("it is short");
    let again = TopUp { party, amount: yuan(100), key };
    assert_eq!(told(&mut world, again.clone(), |_| {}), "nothing");
    let text = told(&mut world, again, |reply| {
        let Reply::TopUp(Ok(account)) = reply else { panic!("{reply:?}") };
        Arc::make_mut(account).balance_minor += 100;
    });
    assert!(text.contains("by the rules: balance_minor: 200100,"), "{text}");
}

#[test]
fn a_chain_that_stops_early_is_told() {
    let mut world = World::new(1, 1);
    let command = Command::from(SetPartyStatus { party: world.buyers[0], status: PartyStatus::Frozen });
    let ran = engine::run(&mut world.cells[0], &command).expect("the house decides");
    let steps = ran.steps + 1;
    let answer = Answer { reply: ran.reply.as_ref(), steps };
    let text = world.model.decided(&SlotSet::ALL, &command, ran.stamp, Some(answer)).unwrap_err().text;
    assert!(text.contains("the rules need 1 decisions, the house took 2"), "{text}");
}

#[test]
fn rows_that_are_wrong_missing_or_too_many_are_told() {
    let mut world = World::new(1, 1);
    play(&mut world, 200);
    let rows: Vec<Row> = world.cells[0].rows.values().cloned().collect();
    assert_eq!(world.model.check_books(&rows), Ok(()));
    for place in 0..rows.len() {
        let mut less = rows.clone();
        let gone = less.remove(place);
        let told = world.model.check_books(&less).expect_err("a row is missing").text;
        let name = format!("{gone:?}");
        let sums = matches!(gone, Row::Posting(_)) && told.contains("its entries sum to");
        assert!(sums || told.contains(&format!("a row is missing: {name}")), "{told}");
    }
    let place = rows.iter().position(|row| matches!(row, Row::Account(_))).expect("there are accounts");
    let mut more = rows.clone();
    let Row::Account(account) = &mut more[place] else { unreachable!("just found") };
    Arc::make_mut(account).balance_minor += 7;
    let told = world.model.check_books(&more).unwrap_err().text;
    assert!(told.contains("money was made or lost: all accounts of all slots sum to 7 fen"), "{told}");
    assert!(told.contains("is not as the rules give it"), "{told}");
}

#[test]
fn a_changed_row_that_is_wrong_is_told_at_once() {
    let mut world = World::new(1, 1);
    play(&mut world, 200);
    let rows = world.cells[0].rows.iter();
    let mut changes: Vec<_> = rows.map(|(key, row)| (key.clone(), Some(row.clone()))).collect();
    assert_eq!(world.model.check_changes(&changes), Ok(()));
    let orders = changes.iter_mut().find(|(_, row)| matches!(row, Some(Row::Order(_))));
    let (_, order) = orders.expect("there are orders");
    let Some(Row::Order(wrong)) = order else { unreachable!("just found") };
    Arc::make_mut(wrong).opened_at_us = 7;
    let told = world.model.check_changes(&changes).unwrap_err().text;
    assert!(
        told.contains("is not as the rules give it") && told.contains("in the house: opened_at_us: 7,"),
        "{told}"
    );
}

#[test]
fn a_parcel_that_says_something_else_than_was_sent_is_told() {
    let mut world = World::new(3, 3);
    play(&mut world, 400);
    world.deliver_all();
    loop {
        world.advance(base::SECOND_US);
        play(&mut world, 1);
        let next = world.air.iter().find(|parcel| {
            let way = world.model.ways.get(&(parcel.from, parcel.to));
            way.is_some_and(|way| parcel.no == way.received + 1)
                && matches!(parcel.message, Message::OrderPaid(_))
        });
        let Some(parcel) = next else { continue };
        let mut parcel = parcel.clone();
        let Message::OrderPaid(paid) = &mut parcel.message else { unreachable!("just found") };
        paid.amount = yuan(1_000_000);
        let home = world.home_of(parcel.to);
        let stamp = base::Stamp { at_us: world.wall_us, seq: 1 };
        let command = Command::from(engine::Receive { parcel });
        let told = world.model.decided(&home, &command, stamp, None).unwrap_err().text;
        assert!(told.contains("a parcel says something else than was sent"), "{told}");
        return;
    }
}

#[test]
fn a_parcel_that_never_arrives_is_told() {
    let mut world = World::new(3, 3);
    let open = loop {
        play(&mut world, 1);
        let open = world.model.liveness(world.wall_us);
        if open.iter().any(|line| line.contains("never arrived")) {
            break open;
        }
    };
    let parcel = open.iter().find(|line| line.contains("never arrived")).expect("just found");
    assert!(parcel.starts_with("parcel "), "{parcel}");
    world.heal();
    assert_eq!(world.model.liveness(world.wall_us), Vec::<String>::new());
}

/// An order is opened for a named buyer in another cell, asked for again before the answer is there, and the buyer
/// cannot have it: the first "no" makes the order vanish, the second finds nothing and must change nothing.
#[test]
fn a_second_no_to_the_same_order_changes_nothing() {
    let mut world = World::new(1, 3);
    let nobody = base::PartyId::issue(77, base::Slot::new(21).expect("a slot")).expect("an id");
    shop::open_twice_for(&mut world, nobody);
    world.deliver_all();
    world.check();
    assert_eq!(world.model.liveness(world.wall_us), Vec::<String>::new());
}

/// Of two refunds under way the first comes back: the fen of the fee that the second took along was for both, and goes
/// with the first.
#[test]
fn the_fee_given_back_is_the_share_after_every_bounce() {
    let mut world = World::new(1, 3);
    let buyer = world.buyers[0];
    let order = shop::sell(&mut world, buyer, 10_000);
    assert_eq!(order.fee_minor.units(), 60, "{order:?}");
    shop::refund_of(&mut world, &order, 166, "A");
    shop::refund_of(&mut world, &order, 1, "B");
    let first = world.air[0].clone();
    world.ask(SetPartyStatus { party: buyer, status: PartyStatus::Closed });
    world.ask(engine::Receive { parcel: first });
    world.ask(SetPartyStatus { party: buyer, status: PartyStatus::Normal });
    world.deliver_all();
    shop::refund_of(&mut world, &order, 1, "C");
    world.heal();
    let order = world.model.order(order.no);
    assert_eq!((order.refunded_minor.units(), order.fee_returned_minor.units()), (2, 0));
}

#[test]
fn a_new_model_knows_nothing() {
    assert_eq!(Model::new().check_books([]), Ok(()));
    assert!(Model::new().liveness(i64::MAX).is_empty());
}
