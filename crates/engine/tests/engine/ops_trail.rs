//! What operators do is noted before and after, each note with the hash of the one before.

use crate::support::World;
use base::{Slot, Text};
use engine::{NoteAct, NoteActRefused, Reply};
use people::{OPS_ASKED, OpsTrail, OpsTrailHead, OpsTrailOpen};
use std::sync::Arc;

use NoteActRefused::{NoOperator, NotAsked, SaysNothing};

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

fn note(outcome: &str, asked_no: Option<u64>) -> NoteAct {
    NoteAct {
        operator: text("2088000000000101"),
        act: text("risk.approve"),
        subject: text("version 3"),
        digest: [7; 32],
        outcome: text(outcome),
        asked_no,
    }
}

fn noted(world: &mut World, command: NoteAct) -> Result<Arc<OpsTrail>, NoteActRefused> {
    let before = world.rows.clone();
    let Some(Reply::NoteAct(told)) = world.run(command).reply else { panic!() };
    assert!(told.is_ok() || before == world.rows, "a refusal changes nothing");
    told
}

#[test]
fn notes_are_numbered_and_carry_the_hash_of_the_one_before() {
    let mut world = World::new();
    let first = noted(&mut world, note(OPS_ASKED, None)).unwrap();
    let second = noted(&mut world, note("done", Some(1))).unwrap();
    let third = noted(&mut world, note(OPS_ASKED, None)).unwrap();
    assert_eq!((first.number, second.number, third.number), (1, 2, 3));
    assert_eq!(first.previous_hash, [0; 32]);
    assert_eq!((second.previous_hash, third.previous_hash), (first.hash, second.hash));
    for row in [&first, &second, &third] {
        assert_eq!(row.hash, row.hashed());
        assert_eq!(world.get::<OpsTrail>((Slot::PLATFORM, row.number)).as_ref(), Some(row));
    }
    let head = world.get::<OpsTrailHead>((Slot::PLATFORM,)).unwrap();
    assert_eq!((head.last, head.hash), (3, third.hash));
}

#[test]
fn a_note_names_who_and_what() {
    let mut world = World::new();
    for name in ["", " ada", "a\u{200b}da"] {
        let nobody = NoteAct { operator: text(name), ..note(OPS_ASKED, None) };
        assert_eq!(noted(&mut world, nobody).err(), Some(NoOperator), "{name:?}");
    }
    let neither = NoteAct { operator: text(""), act: text(""), ..note("", None) };
    assert_eq!(noted(&mut world, neither).err(), Some(NoOperator), "of two reasons the first");
    let nothing = NoteAct { act: text(""), ..note(OPS_ASKED, None) };
    assert_eq!(noted(&mut world, nothing).err(), Some(SaysNothing));
    assert_eq!(noted(&mut world, note("", None)).err(), Some(SaysNothing));
}

#[test]
fn an_outcome_is_of_an_act_that_was_noted() {
    let mut world = World::new();
    noted(&mut world, note(OPS_ASKED, None)).unwrap();
    for (why, wrong) in [
        ("of nothing", note("done", None)),
        ("asked twice", note(OPS_ASKED, Some(1))),
        ("not there yet", note("done", Some(2))),
        ("no number", note("done", Some(0))),
        ("never", note("done", Some(u64::MAX))),
        ("of another act", NoteAct { act: text("risk.propose"), ..note("done", Some(1)) }),
        ("of another subject", NoteAct { subject: text("version 4"), ..note("done", Some(1)) }),
        ("of another request", NoteAct { digest: [8; 32], ..note("done", Some(1)) }),
        ("of somebody else", NoteAct { operator: text("2088000000000202"), ..note("done", Some(1)) }),
    ] {
        assert_eq!(noted(&mut world, wrong).err(), Some(NotAsked), "{why}");
    }
    let ended = noted(&mut world, note("refused:stale", Some(1))).unwrap();
    let of_an_outcome = note("done", Some(ended.number));
    assert_eq!(noted(&mut world, of_an_outcome).err(), Some(NotAsked));
}

#[test]
fn an_act_has_one_outcome() {
    let mut world = World::new();
    let open = |world: &World| world.all::<OpsTrailOpen>().map(|row| row.number).collect::<Vec<_>>();
    for _ in 0..2 {
        noted(&mut world, note(OPS_ASKED, None)).unwrap();
    }
    assert_eq!(open(&world), [1, 2]);
    noted(&mut world, note("done", Some(1))).unwrap();
    assert_eq!(open(&world), [2]);
    for outcome in ["done", "refused:stale"] {
        assert_eq!(noted(&mut world, note(outcome, Some(1))).err(), Some(NotAsked), "{outcome}");
    }
    noted(&mut world, note("unknown", Some(2))).unwrap();
    assert_eq!(noted(&mut world, note("done", Some(2))).err(), Some(NotAsked));
    assert!(open(&world).is_empty());
}

#[test]
#[should_panic(expected = "the numbers of notes are used up")]
fn a_number_is_never_given_twice() {
    let mut world = World::new();
    world.force(OpsTrailHead { slot: Slot::PLATFORM, last: i64::MAX.unsigned_abs(), hash: [7; 32] });
    world.run(note(OPS_ASKED, None));
}
