//! Operators: the first admin, the second who takes the post, and everybody after that by two admins.

use crate::support::World;
use base::{Slot, Text};
use engine::{
    ApproveOperator, FindOperator, FoundOperators, OperatorRefused, ProposeOperator, Reply, WithdrawOperator,
};
use people::{Operator, OperatorBook, OperatorProposal, OperatorRole};

use OperatorRefused::{Edited, Founded, NoOperator, NotAdmin, NotProposed, SelfApproval};
use OperatorRole::{Admin, Clerk, Treasurer};

type Told = Result<(), OperatorRefused>;

fn name(text: &str) -> Text<64> {
    Text::new(text).unwrap()
}

fn found(world: &mut World, who: &str) -> Told {
    let Some(Reply::FoundOperators(told)) = world.run(FoundOperators { name: name(who) }).reply else {
        panic!()
    };
    told.map(drop)
}

fn propose(world: &mut World, by: &str, who: &str, role: OperatorRole, active: bool) -> Told {
    let command = ProposeOperator { by: name(by), name: name(who), role, active };
    let Some(Reply::ProposeOperator(told)) = world.run(command).reply else { panic!() };
    told.map(drop)
}

fn approve(world: &mut World, by: &str, who: &str, role: OperatorRole, active: bool) -> Told {
    let before = world.rows.clone();
    let command = ApproveOperator { by: name(by), name: name(who), role, active };
    let Some(Reply::ApproveOperator(told)) = world.run(command).reply else { panic!() };
    assert!(told.is_ok() || before == world.rows, "a refusal changes nothing");
    told.map(drop)
}

fn withdraw(world: &mut World, by: &str, who: &str) -> Told {
    let command = WithdrawOperator { by: name(by), name: name(who) };
    let Some(Reply::WithdrawOperator(told)) = world.run(command).reply else { panic!() };
    told
}

fn row(world: &mut World, who: &str) -> Option<(OperatorRole, bool)> {
    let Some(Reply::FindOperator(Ok(found))) = world.run(FindOperator { name: name(who) }).reply else {
        panic!()
    };
    found.operator.map(|row| (row.role, row.active))
}

fn book(world: &World) -> (u32, u32) {
    let book = world.get::<OperatorBook>((Slot::PLATFORM,)).unwrap();
    (book.operators, book.admins)
}

#[test]
fn the_first_admin_is_alone_until_a_second_one_takes_the_post() {
    let mut world = World::new();
    assert_eq!(propose(&mut world, "ada", "bea", Admin, true), Err(NotAdmin));
    assert_eq!(found(&mut world, " ada"), Err(NoOperator));
    assert_eq!(found(&mut world, "ada"), Ok(()));
    assert_eq!(found(&mut world, "bea"), Err(Founded));
    assert_eq!(approve(&mut world, "bea", "bea", Admin, true), Err(NotProposed), "nobody asked for it");
    assert_eq!(propose(&mut world, "ada", "cem", Clerk, true), Ok(()));
    assert_eq!(approve(&mut world, "cem", "cem", Clerk, true), Err(NotAdmin), "a post of an admin alone");
    assert_eq!(propose(&mut world, "ada", "bea", Admin, true), Ok(()));
    assert_eq!(approve(&mut world, "ada", "bea", Admin, true), Err(SelfApproval));
    assert_eq!(approve(&mut world, "cem", "bea", Admin, true), Err(NotAdmin), "only who it is takes it");
    assert_eq!(approve(&mut world, "bea", "bea", Admin, true), Ok(()));
    assert_eq!(approve(&mut world, "bea", "bea", Admin, true), Ok(()), "the same again");
    assert_eq!(book(&world), (2, 2));
    // Now there are two: nobody takes a post any more.
    assert_eq!(propose(&mut world, "ada", "dan", Admin, true), Ok(()));
    assert_eq!(approve(&mut world, "dan", "dan", Admin, true), Err(NotAdmin));
    assert_eq!(approve(&mut world, "bea", "dan", Admin, true), Ok(()));
    assert_eq!(book(&world), (3, 3));
}

#[test]
fn an_operator_is_what_two_admins_say() {
    let mut world = World::new();
    found(&mut world, "ada").unwrap();
    propose(&mut world, "ada", "bea", Admin, true).unwrap();
    approve(&mut world, "bea", "bea", Admin, true).unwrap();
    assert_eq!(propose(&mut world, "ada", "", Clerk, true), Err(NoOperator));
    assert_eq!(propose(&mut world, "ada", "cem ", Clerk, true), Err(NoOperator));
    assert_eq!(propose(&mut world, "ada", "cem\u{200b}", Clerk, true), Err(NoOperator), "nobody sees it");
    assert_eq!(approve(&mut world, "bea", "cem", Clerk, true), Err(NotProposed));
    assert_eq!(withdraw(&mut world, "bea", "cem"), Err(NotProposed));
    assert_eq!(propose(&mut world, "ada", "cem", Clerk, true), Ok(()));
    assert_eq!(row(&mut world, "cem"), None, "not before another approves");
    assert_eq!(approve(&mut world, "ada", "cem", Clerk, true), Err(SelfApproval));
    assert_eq!(approve(&mut world, "bea", "cem", Treasurer, true), Err(Edited));
    assert_eq!(approve(&mut world, "bea", "cem", Clerk, false), Err(Edited));
    assert_eq!(withdraw(&mut world, "cem", "cem"), Err(NotAdmin));
    assert_eq!(withdraw(&mut world, "bea", "cem"), Ok(()));
    assert_eq!(approve(&mut world, "bea", "cem", Clerk, true), Err(NotProposed));
    propose(&mut world, "ada", "cem", Clerk, true).unwrap();
    assert_eq!(approve(&mut world, "bea", "cem", Clerk, true), Ok(()));
    assert_eq!(row(&mut world, "cem"), Some((Clerk, true)));
    assert_eq!(propose(&mut world, "cem", "dan", Clerk, true), Err(NotAdmin));
    assert_eq!(world.all::<OperatorProposal>().count(), 0);
    // Who is stopped may do nothing, and comes back in another role by two people again.
    propose(&mut world, "bea", "cem", Clerk, false).unwrap();
    approve(&mut world, "ada", "cem", Clerk, false).unwrap();
    assert_eq!(row(&mut world, "cem"), Some((Clerk, false)));
    assert_eq!(book(&world), (3, 2));
}

#[test]
fn somebody_is_left_who_appoints() {
    let mut world = World::new();
    found(&mut world, "ada").unwrap();
    propose(&mut world, "ada", "bea", Admin, true).unwrap();
    approve(&mut world, "bea", "bea", Admin, true).unwrap();
    propose(&mut world, "ada", "bea", Admin, false).unwrap();
    assert_eq!(approve(&mut world, "bea", "bea", Admin, false), Ok(()));
    assert_eq!(propose(&mut world, "bea", "cem", Clerk, true), Err(NotAdmin), "stopped");
    propose(&mut world, "ada", "ada", Clerk, true).unwrap();
    assert_eq!(approve(&mut world, "bea", "ada", Clerk, true), Err(NotAdmin));
    // Two admins of whom one steps down after the other has: the last one stays.
    propose(&mut world, "ada", "bea", Admin, true).unwrap();
    approve(&mut world, "bea", "bea", Admin, true).unwrap();
    propose(&mut world, "bea", "ada", Clerk, true).unwrap();
    propose(&mut world, "ada", "bea", Clerk, true).unwrap();
    approve(&mut world, "ada", "ada", Clerk, true).unwrap();
    assert_eq!(book(&world), (2, 1));
    propose(&mut world, "bea", "ada", Admin, true).unwrap();
    approve(&mut world, "ada", "ada", Admin, true).unwrap();
    assert_eq!(approve(&mut world, "bea", "bea", Clerk, true), Ok(()));
    propose(&mut world, "ada", "bea", Admin, true).unwrap();
    approve(&mut world, "bea", "bea", Admin, true).unwrap();
    propose(&mut world, "bea", "ada", Clerk, true).unwrap();
    propose(&mut world, "ada", "bea", Clerk, true).unwrap();
    approve(&mut world, "bea", "bea", Clerk, true).unwrap();
    // Bea is a clerk, and what she proposed is proposed by nobody: the last admin does not step down by it.
    assert_eq!(approve(&mut world, "ada", "ada", Clerk, true), Err(NotProposed));
    let first = world.all::<Operator>().find(|row| row.name.as_str() == "ada").cloned().unwrap();
    assert_eq!((first.role, first.active), (Admin, true));
}

/// Who steps down by an approval of its own, and loses the answer, hears it; what somebody proposed who may not any
/// more is proposed by nobody.
#[test]
fn a_right_that_ended_meanwhile() {
    let mut world = World::new();
    found(&mut world, "ada").unwrap();
    propose(&mut world, "ada", "bea", Admin, true).unwrap();
    approve(&mut world, "bea", "bea", Admin, true).unwrap();
    propose(&mut world, "ada", "cem", Admin, true).unwrap();
    approve(&mut world, "bea", "cem", Admin, true).unwrap();
    propose(&mut world, "bea", "dan", Clerk, true).unwrap();
    propose(&mut world, "ada", "bea", Clerk, true).unwrap();
    assert_eq!(approve(&mut world, "bea", "bea", Clerk, true), Ok(()));
    assert_eq!(approve(&mut world, "bea", "bea", Clerk, true), Ok(()), "the answer was lost");
    assert_eq!(approve(&mut world, "cem", "dan", Clerk, true), Err(NotProposed));
}
