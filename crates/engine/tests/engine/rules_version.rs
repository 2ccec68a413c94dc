//! Dated rules are of two people, of the words that were read, and hold from their moment on.

use crate::support::World;
use base::{DAY_US, HOUR_US, Slot, Text};
use engine::{ApproveRules, ProposeRules, Reply};
use money::{Currency, Money, Rate};
use std::sync::Arc;
use trade::{Rulebook, RulesBook, RulesRefused, RulesTerms, RulesVersion};

use RulesRefused::{
    Edited, FeeTooHigh, FromThePast, LimitTooHigh, NoOperator, NoReason, NotFound, SelfApproval, Stale,
};

type Told = Result<Arc<RulesVersion>, RulesRefused>;

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

fn terms(ppm: u32, limit_fen: u64, valid_from_us: Option<i64>) -> RulesTerms {
    RulesTerms {
        merchant_fee_ppm: Rate::from_ppm(ppm).unwrap(),
        password_free_limit_minor: Money::from_minor(limit_fen, Currency::Cny).unwrap().minor(),
        valid_from_us,
    }
}

fn propose(world: &mut World, who: &str, base_version: u32, terms: RulesTerms, why: &str) -> Told {
    let before = world.rows.clone();
    let command = ProposeRules { operator: text(who), base_version, terms, reason: text(why) };
    let Some(Reply::ProposeRules(told)) = world.run(command).reply else { panic!() };
    assert!(told.is_ok() || before == world.rows, "a refusal changes nothing");
    told
}

fn approve(world: &mut World, who: &str, version: u32, terms: RulesTerms, why: &str) -> Told {
    let before = world.rows.clone();
    let command = ApproveRules { operator: text(who), version, terms, reason: text(why) };
    let Some(Reply::ApproveRules(told)) = world.run(command).reply else { panic!() };
    assert!(told.is_ok() || before == world.rows, "a refusal changes nothing");
    told
}

/// The fee and the limit that each row of dated rules says, by when it holds.
fn dated(world: &World) -> Vec<(i64, u32, i64)> {
    let told = |rules: &Arc<Rulebook>| {
        let limit = rules.password_free_limit_minor.units();
        (rules.effective_at_us, rules.merchant_fee_ppm.ppm(), limit)
    };
    world.all::<Rulebook>().map(told).collect()
}

#[test]
fn rules_are_of_two_people_and_of_what_was_read() {
    let mut world = World::new();
    let (now_us, asked) = (world.wall_us, terms(5_000, 50_000, None));
    for (who, base, rules, why, expected) in [
        ("", 0, asked, "cheaper", NoOperator),
        (" ada", 0, asked, "cheaper", NoOperator),
        ("ada", 1, asked, "cheaper", Stale { current: 0 }),
        ("ada", 0, asked, "", NoReason),
        ("ada", 0, asked, " \u{3000}", NoReason),
        ("ada", 0, terms(100_001, 50_000, None), "cheaper", FeeTooHigh),
        ("ada", 0, terms(5_000, 1_000_001, None), "cheaper", LimitTooHigh),
        ("ada", 0, terms(5_000, 50_000, Some(now_us - HOUR_US)), "cheaper", FromThePast),
    ] {
        assert_eq!(propose(&mut world, who, base, rules, why).err(), Some(expected), "{who:?} {why:?}");
    }
    assert_eq!(approve(&mut world, "bea", 1, asked, "cheaper").err(), Some(NotFound));
    let proposed = propose(&mut world, "ada", 0, asked, "cheaper").unwrap();
    assert_eq!((proposed.version, &proposed.approved_by), (1, &None));
    assert!(dated(&world).is_empty(), "what is proposed holds for nobody");
    for (who, version, rules, why, expected) in [
        ("", 1, asked, "cheaper", NoOperator),
        ("ada", 1, asked, "cheaper", SelfApproval),
        ("bea", 1, terms(5_001, 50_000, None), "cheaper", Edited),
        ("bea", 1, terms(5_000, 50_001, None), "cheaper", Edited),
        ("bea", 1, terms(5_000, 50_000, Some(now_us + DAY_US)), "cheaper", Edited),
        ("bea", 1, asked, "dearer", Edited),
        ("bea", 2, asked, "cheaper", NotFound),
        ("bea", 0, asked, "cheaper", Stale { current: 0 }),
    ] {
        assert_eq!(approve(&mut world, who, version, rules, why).err(), Some(expected), "{who:?} {why:?}");
    }
    let agreed = approve(&mut world, "bea", 1, asked, "cheaper").unwrap();
    assert_eq!((&agreed.proposed_by, &agreed.approved_by), (&text("ada"), &Some(text("bea"))));
    assert_eq!(agreed.valid_from_us, agreed.approved_at_us);
    let from_us = agreed.approved_at_us.unwrap();
    assert_eq!(dated(&world), [(from_us, 5_000, 50_000)]);
    assert_eq!(world.get::<RulesBook>((Slot::PLATFORM,)).unwrap().version, 1);

    // Whoever lost the answer hears it again; nobody else agreed to it, nor to other words.
    let rows = world.rows.clone();
    assert_eq!(approve(&mut world, "bea", 1, asked, "cheaper").unwrap(), agreed);
    assert_eq!(world.rows, rows);
    for (who, rules, why) in
        [("cem", asked, "cheaper"), ("bea", terms(1, 1, None), "cheaper"), ("bea", asked, "")]
    {
        assert_eq!(approve(&mut world, who, 1, rules, why).err(), Some(Stale { current: 1 }), "{who}");
    }
    assert_eq!(propose(&mut world, "ada", 0, asked, "cheaper").err(), Some(Stale { current: 1 }));
}

#[test]
fn rules_hold_from_their_moment_and_a_proposal_replaces_the_one_before() {
    let mut world = World::new();
    let later = world.wall_us + DAY_US;
    propose(&mut world, "ada", 0, terms(5_000, 50_000, None), "cheaper").unwrap();
    propose(&mut world, "bea", 0, terms(4_000, 40_000, Some(later)), "cheapest").unwrap();
    assert_eq!(world.all::<RulesVersion>().count(), 1);
    // Whose proposal was replaced may approve the new one.
    approve(&mut world, "ada", 1, terms(4_000, 40_000, Some(later)), "cheapest").unwrap();
    assert_eq!(dated(&world), [(later, 4_000, 40_000)]);
    // What was to hold from a moment is replaced by what is agreed to for the same moment.
    propose(&mut world, "ada", 1, terms(6_000, 100_000, Some(later)), "as before").unwrap();
    approve(&mut world, "bea", 2, terms(6_000, 100_000, Some(later)), "as before").unwrap();
    assert_eq!(dated(&world), [(later, 6_000, 100_000)]);
    // What was asked for from a moment that has come meanwhile holds from when it is agreed to.
    let soon = later + HOUR_US;
    propose(&mut world, "ada", 2, terms(3_000, 0, Some(soon)), "cheap").unwrap();
    world.advance(2 * DAY_US);
    let agreed = approve(&mut world, "bea", 3, terms(3_000, 0, Some(soon)), "cheap").unwrap();
    assert!(agreed.valid_from_us.unwrap() >= world.wall_us && agreed.valid_from_us > Some(soon));
    assert_eq!(dated(&world).last(), Some(&(agreed.valid_from_us.unwrap(), 3_000, 0)));
}
