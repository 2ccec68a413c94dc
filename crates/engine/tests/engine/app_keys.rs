//! The keys of an app: two at most are active, one of them is the current one, and the last active one stays.

use crate::support::World;
use base::{AppId, PartyId, Text};
use engine::{
    AddAppKey, AppKeyRefused, Command, FindAppKeys, OpenApp, OpenParty, PromoteAppKey, Reply, RetireAppKey,
    Table,
};
use people::{App, AppKey, AppKeyState, AppMode, PartyKind};

fn merchant(world: &mut World) -> PartyId {
    let (login, name) = (Text::new("tea@example.com").unwrap(), Text::new("tea").unwrap());
    let open = OpenParty { kind: PartyKind::Merchant, login, name, password: None };
    let Some(Reply::OpenParty(Ok(party))) = world.run(open).reply else { panic!("no merchant") };
    party
}

fn app(world: &mut World, mode: AppMode) -> AppId {
    let seller = merchant(world);
    let certified = mode == AppMode::Cert;
    let open = OpenApp {
        seller,
        mode,
        public_key: vec![1],
        certificate: certified.then(|| Text::new("pem 1").unwrap()),
        cert_sn: certified.then(|| Text::new("sn1").unwrap()),
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let Some(Reply::OpenApp(Ok(app))) = world.run(open).reply else { panic!("no app") };
    app
}

fn key(app: AppId, number: u8) -> AddAppKey {
    let public_key = vec![number];
    AddAppKey {
        app,
        public_key,
        certificate: None,
        cert_sn: None,
        not_after_us: None,
        first_not_after_us: None,
    }
}

fn certificate(app: AppId, number: u8) -> AddAppKey {
    let pem = Text::new(&format!("pem {number}")).unwrap();
    let serial = Text::new(&format!("sn{number}")).unwrap();
    AddAppKey { certificate: Some(pem), cert_sn: Some(serial), ..key(app, number) }
}

fn add(world: &mut World, command: AddAppKey) -> Result<u32, AppKeyRefused> {
    let Some(Reply::AddAppKey(answer)) = world.run(command).reply else { panic!("no answer") };
    answer
}

fn promote(world: &mut World, app: AppId, number: u32) -> Result<(), AppKeyRefused> {
    let reply = world.run(PromoteAppKey { app, number }).reply;
    let Some(Reply::PromoteAppKey(answer)) = reply else { panic!("no answer") };
    answer
}

fn retire(world: &mut World, app: AppId, number: u32) -> Result<(), AppKeyRefused> {
    let reply = world.run(RetireAppKey { app, number }).reply;
    let Some(Reply::RetireAppKey(answer)) = reply else { panic!("no answer") };
    answer
}

/// Numbers and states as the query tells them, and the key in the app's row.
fn standing(world: &mut World, app: AppId) -> (Vec<(u32, AppKeyState)>, Vec<u8>) {
    let reply = world.run(Command::from(FindAppKeys { app })).reply;
    let Some(Reply::FindAppKeys(Ok(keys))) = reply else { panic!("no answer") };
    let row = world.get::<App>((app.slot(), app)).unwrap();
    (keys.iter().map(|key| (key.number, key.state)).collect(), row.public_key.clone())
}

use AppKeyState::{Current, Retired, Second};

#[test]
fn an_app_goes_over_to_its_next_key_and_back_while_both_are_active() {
    let mut world = World::new();
    let app = app(&mut world, AppMode::Key);
    assert_eq!(standing(&mut world, app), (vec![(1, Current)], vec![1]));
    assert_eq!(world.count(Table::AppKey), 0, "an app that never exchanged its key has no rows of keys");
    assert_eq!(add(&mut world, key(app, 2)), Ok(2));
    assert_eq!(standing(&mut world, app), (vec![(1, Current), (2, Second)], vec![1]));
    assert_eq!(promote(&mut world, app, 2), Ok(()));
    assert_eq!(promote(&mut world, app, 2), Ok(()), "again is the same");
    assert_eq!(standing(&mut world, app), (vec![(1, Second), (2, Current)], vec![2]));
    assert_eq!(promote(&mut world, app, 1), Ok(()));
    assert_eq!(standing(&mut world, app), (vec![(1, Current), (2, Second)], vec![1]));
    assert_eq!(retire(&mut world, app, 1), Ok(()), "the other one becomes the current one");
    assert_eq!(retire(&mut world, app, 1), Ok(()), "again is the same");
    assert_eq!(standing(&mut world, app), (vec![(1, Retired), (2, Current)], vec![2]));
    let retired = world.get::<AppKey>((app.slot(), app, 1)).unwrap();
    assert!(retired.retired_at_us.is_some());
}

#[test]
fn each_refusal_of_keys() {
    let mut world = World::new();
    let app = app(&mut world, AppMode::Key);
    let nobody = AppId::issue(77, app.slot()).unwrap();
    assert_eq!(add(&mut world, key(nobody, 2)), Err(AppKeyRefused::AppNotFound));
    assert_eq!(promote(&mut world, nobody, 1), Err(AppKeyRefused::AppNotFound));
    assert_eq!(retire(&mut world, nobody, 1), Err(AppKeyRefused::AppNotFound));
    assert_eq!(promote(&mut world, app, 2), Err(AppKeyRefused::KeyNotFound));
    assert_eq!(retire(&mut world, app, 2), Err(AppKeyRefused::KeyNotFound));
    assert_eq!(retire(&mut world, app, 1), Err(AppKeyRefused::LastActive));
    assert_eq!(add(&mut world, certificate(app, 2)), Err(AppKeyRefused::ModeDiffers));
    assert_eq!(add(&mut world, key(app, 1)), Err(AppKeyRefused::KeyKnown));
    let over = AddAppKey { not_after_us: Some(world.wall_us), ..key(app, 2) };
    assert_eq!(add(&mut world, over), Err(AppKeyRefused::Expired));
    assert_eq!(add(&mut world, key(app, 2)), Ok(2));
    assert_eq!(add(&mut world, key(app, 3)), Err(AppKeyRefused::TwoActive));
    assert_eq!(retire(&mut world, app, 2), Ok(()));
    assert_eq!(promote(&mut world, app, 2), Err(AppKeyRefused::Retired));
    assert_eq!(add(&mut world, key(app, 2)), Err(AppKeyRefused::KeyKnown), "a retired key never comes back");
    assert_eq!(retire(&mut world, app, 1), Err(AppKeyRefused::LastActive));
    for number in 3..=50 {
        assert_eq!(add(&mut world, key(app, number)), Ok(u32::from(number)));
        assert_eq!(retire(&mut world, app, u32::from(number)), Ok(()));
    }
    assert_eq!(add(&mut world, key(app, 51)), Err(AppKeyRefused::TooMany));
}

#[test]
fn a_key_whose_time_is_over_is_no_active_one() {
    let mut world = World::new();
    let app = app(&mut world, AppMode::Key);
    let end_us = world.wall_us + 1_000_000;
    assert_eq!(add(&mut world, AddAppKey { not_after_us: Some(end_us), ..key(app, 2) }), Ok(2));
    world.advance(2_000_000);
    assert_eq!(promote(&mut world, app, 2), Err(AppKeyRefused::Expired));
    assert_eq!(retire(&mut world, app, 1), Err(AppKeyRefused::LastActive));
    assert_eq!(retire(&mut world, app, 2), Ok(()));
}

#[test]
fn certificates_are_exchanged_by_their_serials() {
    let mut world = World::new();
    let app = app(&mut world, AppMode::Cert);
    assert_eq!(add(&mut world, key(app, 2)), Err(AppKeyRefused::ModeDiffers));
    let same_serial = AddAppKey { public_key: vec![9], ..certificate(app, 1) };
    assert_eq!(add(&mut world, same_serial), Err(AppKeyRefused::KeyKnown));
    assert_eq!(add(&mut world, certificate(app, 2)), Ok(2));
    assert_eq!(promote(&mut world, app, 2), Ok(()));
    let row = world.get::<App>((app.slot(), app)).unwrap();
    assert_eq!((row.cert_sn.as_ref().unwrap().as_str(), row.public_key.as_slice()), ("sn2", &[2][..]));
    assert_eq!(row.certificate.as_ref().unwrap().as_str(), "pem 2");
}

/// Two keys whose time is over are retired, and a third comes: nothing locks an app out for good.
#[test]
fn an_app_whose_keys_are_all_over_gets_a_new_one() {
    let mut world = World::new();
    let app = app(&mut world, AppMode::Key);
    let end_us = world.wall_us + 1_000_000;
    let ends = |number| AddAppKey { not_after_us: Some(end_us), ..key(app, number) };
    assert_eq!(add(&mut world, ends(2)), Ok(2));
    assert_eq!(promote(&mut world, app, 2), Ok(()));
    assert_eq!(retire(&mut world, app, 1), Ok(()));
    assert_eq!(add(&mut world, ends(3)), Ok(3));
    world.advance(2_000_000);
    assert_eq!(add(&mut world, key(app, 4)), Err(AppKeyRefused::TwoActive));
    assert_eq!(retire(&mut world, app, 2), Ok(()));
    assert_eq!(standing(&mut world, app), (vec![(1, Retired), (2, Retired), (3, Current)], vec![3]));
    assert_eq!(retire(&mut world, app, 3), Err(AppKeyRefused::LastActive), "an app has one key at least");
    assert_eq!(add(&mut world, key(app, 4)), Ok(4));
    assert_eq!(promote(&mut world, app, 4), Ok(()));
}

#[test]
fn a_certificate_that_an_app_was_opened_with_ends_too() {
    let mut world = World::new();
    let app = app(&mut world, AppMode::Cert);
    let end_us = Some(world.wall_us + 1_000_000);
    let next = AddAppKey { first_not_after_us: end_us, ..certificate(app, 2) };
    assert_eq!(add(&mut world, next), Ok(2));
    world.advance(2_000_000);
    assert_eq!(retire(&mut world, app, 2), Err(AppKeyRefused::LastActive), "the first one serves no more");
    assert_eq!(promote(&mut world, app, 2), Ok(()));
    assert_eq!(retire(&mut world, app, 1), Ok(()));
}
