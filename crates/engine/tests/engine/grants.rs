//! Authorisations, their codes and tokens, and certifications: a row for every refusal.

use crate::script::{Script, check, digest};
use base::{AppId, DAY_US, MINUTE_US, PartyId, SECOND_US, Slot, Text};
use engine::{
    Authorize, AuthorizeRefused, Authorized, CertifyRefused, Command, DecideCertification, FindCallback,
    FindCertification, FindGrant, FindToken, GrantNotFound, OpenCertification, Reply, SeenToken, SetCallback,
    Table, TakeTokens, TokenRefused, WithdrawGrant,
};
use people::{
    CERTIFICATION_LIFE_US, Callback, CertificationState, Grant, GrantKind, MERCHANT_CODE_LIFE_US, TOKENS_MAX,
    TokenRole, USER_CODE_LIFE_US,
};

fn town() -> Script {
    check("person alice 100.00\nmerchant shop\nmerchant helper")
}

fn app_of(town: &Script, merchant: &str) -> AppId {
    town.apps[&town.party(merchant)]
}

fn ask(town: &mut Script, command: impl Into<Command>) -> Reply {
    let command = command.into();
    let before = town.world.rows.clone();
    let reply = town.world.run(command).reply.expect("every slot is at home");
    if !reply.is_accepted() {
        assert!(before == town.world.rows, "a refusal changes nothing");
    }
    town.world.check();
    reply
}

fn authorize(town: &mut Script, owner: &str, kind: GrantKind, code: &str) -> Result<i64, AuthorizeRefused> {
    let own_app = (kind == GrantKind::Merchant).then(|| app_of(town, "shop"));
    let command = Authorize {
        owner: town.party(owner),
        app: app_of(town, "helper"),
        kind,
        scopes: Text::new(if kind == GrantKind::User { "auth_user" } else { "" }).unwrap(),
        own_app,
        code: digest(code),
        attempt: None,
        passkey: None,
    };
    let Reply::Authorize(told) = ask(town, command) else { panic!("another reply") };
    told
}

fn take_as(
    town: &mut Script,
    app: AppId,
    slot: Slot,
    (kind, role): (GrantKind, TokenRole),
    (given, access, refresh): (&str, &str, &str),
) -> Result<Authorized, TokenRefused> {
    let (given, access, refresh) = (digest(given), digest(access), digest(refresh));
    let Reply::TakeTokens(told) = ask(town, TakeTokens { slot, app, kind, role, given, access, refresh })
    else {
        panic!("another reply")
    };
    told
}

fn take(
    town: &mut Script,
    owner: &str,
    what: (GrantKind, TokenRole),
    names: (&str, &str, &str),
) -> Result<Authorized, TokenRefused> {
    let (app, slot) = (app_of(town, "helper"), town.party(owner).slot());
    take_as(town, app, slot, what, names)
}

fn find(town: &mut Script, owner: &str, kind: GrantKind, token: &str) -> Result<Authorized, TokenRefused> {
    let (app, slot) = (app_of(town, "helper"), town.party(owner).slot());
    let Reply::FindToken(told) = ask(town, FindToken { slot, app, kind, digest: digest(token) }) else {
        panic!("another reply")
    };
    told.and_then(SeenToken::live)
}

const USER_CODE: (GrantKind, TokenRole) = (GrantKind::User, TokenRole::Code);
const USER_REFRESH: (GrantKind, TokenRole) = (GrantKind::User, TokenRole::Refresh);
const MERCHANT_CODE: (GrantKind, TokenRole) = (GrantKind::Merchant, TokenRole::Code);

#[test]
fn every_refusal_of_authorising_has_a_row() {
    use AuthorizeRefused::{CodeTaken, NoOwnApp, OwnApp, OwnerNotFound};
    let mut town = town();
    assert_eq!(authorize(&mut town, "nobody", GrantKind::User, "c"), Err(OwnerNotFound));
    assert_eq!(authorize(&mut town, "alice", GrantKind::Merchant, "c"), Err(OwnerNotFound));
    town.play("status alice closed");
    assert_eq!(authorize(&mut town, "alice", GrantKind::User, "c"), Err(OwnerNotFound));
    town.play("status alice frozen");
    assert!(authorize(&mut town, "alice", GrantKind::User, "c").is_ok(), "who is frozen is still somebody");
    assert_eq!(authorize(&mut town, "helper", GrantKind::Merchant, "c"), Err(OwnApp));
    let command = Authorize {
        owner: town.party("shop"),
        app: app_of(&town, "helper"),
        kind: GrantKind::Merchant,
        scopes: Text::new("").unwrap(),
        own_app: None,
        code: digest("d"),
        attempt: None,
        passkey: None,
    };
    for own_app in [None, Some(app_of(&town, "helper"))] {
        let Reply::Authorize(told) = ask(&mut town, Authorize { own_app, ..command.clone() }) else {
            panic!("another reply")
        };
        assert_eq!(told, Err(NoOwnApp));
    }
    assert_eq!(authorize(&mut town, "alice", GrantKind::User, "c"), Err(CodeTaken));
}

#[test]
fn a_code_is_changed_once_and_in_time() {
    use TokenRefused::{AppDiffers, Ended, Expired, NotFound};
    let mut town = town();
    let now_us = town.world.wall_us;
    let until_us = authorize(&mut town, "alice", GrantKind::User, "c1").unwrap();
    assert!((now_us..now_us + SECOND_US).contains(&(until_us - USER_CODE_LIFE_US)));
    assert_eq!(take(&mut town, "alice", USER_CODE, ("c9", "a", "r")), Err(NotFound));
    assert_eq!(take(&mut town, "shop", USER_CODE, ("c1", "a", "r")), Err(NotFound), "another slot");
    assert_eq!(take(&mut town, "alice", USER_REFRESH, ("c1", "a", "r")), Err(NotFound), "no refresh token");
    assert_eq!(take(&mut town, "alice", MERCHANT_CODE, ("c1", "a", "r")), Err(NotFound), "a user's code");
    let (other, slot) = (app_of(&town, "shop"), town.party("alice").slot());
    assert_eq!(take_as(&mut town, other, slot, USER_CODE, ("c1", "a", "r")), Err(AppDiffers));
    let taken = take(&mut town, "alice", USER_CODE, ("c1", "a1", "r1")).unwrap();
    assert_eq!((taken.owner, taken.own_app), (town.party("alice"), None));
    assert_eq!(taken.scopes.as_str(), "auth_user");
    assert_eq!(take(&mut town, "alice", USER_CODE, ("c1", "a2", "r2")), Err(Ended), "used up");
    assert_eq!(find(&mut town, "alice", GrantKind::User, "a1").unwrap(), taken);
    assert_eq!(find(&mut town, "alice", GrantKind::User, "r1"), Err(NotFound), "no access token");
    authorize(&mut town, "alice", GrantKind::User, "c2").unwrap();
    town.world.advance(USER_CODE_LIFE_US);
    assert_eq!(take(&mut town, "alice", USER_CODE, ("c2", "a2", "r2")), Err(Expired));
    let until_us = authorize(&mut town, "shop", GrantKind::Merchant, "m1").unwrap();
    town.world.advance(MERCHANT_CODE_LIFE_US - SECOND_US);
    let taken = take(&mut town, "shop", MERCHANT_CODE, ("m1", "ma", "mr")).unwrap();
    assert!(taken.issued_at_us + MERCHANT_CODE_LIFE_US == until_us);
    assert_eq!(taken.own_app, Some(app_of(&town, "shop")));
}

#[test]
fn tokens_expire_and_a_refreshed_one_works_ten_minutes_more() {
    use TokenRefused::{Ended, Expired};
    let mut town = town();
    authorize(&mut town, "alice", GrantKind::User, "c").unwrap();
    take(&mut town, "alice", USER_CODE, ("c", "a1", "r1")).unwrap();
    take(&mut town, "alice", USER_REFRESH, ("r1", "a2", "r2")).unwrap();
    assert_eq!(take(&mut town, "alice", USER_REFRESH, ("r1", "a3", "r3")), Err(Ended), "refreshed before");
    assert!(find(&mut town, "alice", GrantKind::User, "a1").is_ok());
    town.world.advance(10 * MINUTE_US);
    assert_eq!(find(&mut town, "alice", GrantKind::User, "a1"), Err(Ended));
    assert!(find(&mut town, "alice", GrantKind::User, "a2").is_ok());
    town.world.advance(15 * DAY_US);
    assert_eq!(find(&mut town, "alice", GrantKind::User, "a2"), Err(Expired));
    assert!(take(&mut town, "alice", USER_REFRESH, ("r2", "a4", "r4")).is_ok());
    town.world.advance(30 * DAY_US);
    assert_eq!(take(&mut town, "alice", USER_REFRESH, ("r4", "a5", "r5")), Err(Expired));
}

#[test]
fn what_an_owner_takes_back_is_worth_nothing_even_after_a_new_yes() {
    use TokenRefused::Withdrawn;
    let mut town = town();
    let (owner, app, kind) = (town.party("alice"), app_of(&town, "helper"), GrantKind::User);
    let withdraw = WithdrawGrant { owner, app, kind };
    let Reply::WithdrawGrant(told) = ask(&mut town, withdraw.clone()) else { panic!("another reply") };
    assert_eq!(told, Err(GrantNotFound));
    authorize(&mut town, "alice", kind, "c1").unwrap();
    authorize(&mut town, "alice", kind, "c2").unwrap();
    take(&mut town, "alice", USER_CODE, ("c1", "a1", "r1")).unwrap();
    assert!(ask(&mut town, withdraw.clone()).is_accepted());
    let rows = town.world.rows.clone();
    assert!(ask(&mut town, withdraw).is_accepted());
    assert!(rows == town.world.rows, "taken back twice is taken back once");
    authorize(&mut town, "alice", kind, "c3").unwrap();
    assert_eq!(find(&mut town, "alice", kind, "a1"), Err(Withdrawn));
    assert_eq!(take(&mut town, "alice", USER_REFRESH, ("r1", "a2", "r2")), Err(Withdrawn));
    assert_eq!(take(&mut town, "alice", USER_CODE, ("c2", "a2", "r2")), Err(Withdrawn));
    assert!(take(&mut town, "alice", USER_CODE, ("c3", "a3", "r3")).is_ok());
    town.play("status alice closed");
    assert_eq!(find(&mut town, "alice", kind, "a3"), Err(Withdrawn));
    let Reply::FindGrant(Ok(grant)) = ask(&mut town, FindGrant { owner, app, kind }) else {
        panic!("no grant")
    };
    assert!(grant.is_live());
}

#[test]
fn a_grant_forgets_its_oldest_codes() {
    let mut town = town();
    for number in 0..=TOKENS_MAX {
        authorize(&mut town, "alice", GrantKind::User, &format!("c{number}")).unwrap();
    }
    assert_eq!(town.world.count(Table::Token), TOKENS_MAX);
    assert_eq!(take(&mut town, "alice", USER_CODE, ("c0", "a", "r")), Err(TokenRefused::NotFound));
    // The oldest that is left makes room for its own tokens.
    assert!(take(&mut town, "alice", USER_CODE, ("c1", "a", "r")).is_ok());
    assert_eq!(town.world.count(Table::Token), TOKENS_MAX);
    let grant = town.world.all::<Grant>().next().unwrap();
    assert_eq!(grant.digests().last(), Some(digest("r")));
}

#[test]
fn an_app_sells_for_a_merchant_while_it_is_authorised() {
    let mut town = town();
    let (own, helper) = (app_of(&town, "shop"), app_of(&town, "helper"));
    let (owner, kind) = (town.party("shop"), GrantKind::Merchant);
    town.apps.insert(owner, helper);
    town.play("precreate T1 shop 1.00 -> refused SellerNotFound");
    town.apps.insert(owner, own);
    authorize(&mut town, "shop", kind, "c").unwrap();
    town.apps.insert(owner, helper);
    town.play("precreate T1 shop 1.00");
    assert_eq!(town.order("T1").app, helper);
    assert!(ask(&mut town, WithdrawGrant { owner, app: helper, kind }).is_accepted());
    town.play("precreate T2 shop 1.00 -> refused SellerNotFound");
    town.apps.insert(owner, own);
    town.play("precreate T2 shop 1.00");
}

#[test]
fn callbacks_belong_to_apps() {
    let mut town = town();
    let app = app_of(&town, "shop");
    let origins: Text<2000> = Text::new("https://shop.example").unwrap();
    let unknown = AppId::issue(9, app.slot()).unwrap();
    let command = SetCallback { app: unknown, origins: origins.clone() };
    assert!(!ask(&mut town, command).is_accepted());
    let Reply::FindCallback(Ok(None)) = ask(&mut town, FindCallback { app }) else { panic!("something") };
    assert!(ask(&mut town, SetCallback { app, origins: origins.clone() }).is_accepted());
    let Reply::FindCallback(Ok(Some(found))) = ask(&mut town, FindCallback { app }) else {
        panic!("nothing")
    };
    assert_eq!(*found, Callback { slot: app.slot(), app, origins });
}

fn certify(town: &mut Script, seller: PartyId, meaning: &str) -> Result<(), CertifyRefused> {
    let (app, id) = (app_of(town, "shop"), digest("id"));
    let outer_order_no = Text::new("N1").unwrap();
    let meaning = digest(meaning);
    let command = OpenCertification { seller, app, id, outer_order_no, meaning, return_url: None };
    let Reply::OpenCertification(told) = ask(town, command) else { panic!("another reply") };
    told
}

fn decide(town: &mut Script, id: &str, passed: bool) -> Result<CertificationState, CertifyRefused> {
    let slot = town.party("shop").slot();
    let Reply::DecideCertification(told) = ask(town, DecideCertification { slot, id: digest(id), passed })
    else {
        panic!("another reply")
    };
    told.map(|decided| decided.state)
}

#[test]
fn every_refusal_of_certifying_has_a_row() {
    use CertificationState::{Failed, Passed};
    use CertifyRefused::{Decided, Expired, NotFound, NumberTaken};
    let mut town = town();
    let shop = town.party("shop");
    assert_eq!(decide(&mut town, "id", true), Err(NotFound));
    assert_eq!(certify(&mut town, shop, "wang"), Ok(()));
    assert_eq!(certify(&mut town, shop, "wang"), Ok(()), "the same again");
    assert_eq!(certify(&mut town, shop, "li"), Err(NumberTaken));
    assert_eq!(decide(&mut town, "id", false), Ok(Failed));
    assert_eq!(decide(&mut town, "id", false), Ok(Failed), "the same again");
    assert_eq!(decide(&mut town, "id", true), Err(Decided));
    let (slot, other) = (shop.slot(), town.party("helper"));
    for (seller, found) in [(None, true), (Some(shop), true), (Some(other), false)] {
        let query = FindCertification { slot, id: digest("id"), seller };
        assert_eq!(ask(&mut town, query).is_accepted(), found, "{seller:?}");
    }
    let mut town = self::town();
    assert_eq!(certify(&mut town, shop, "wang"), Ok(()));
    town.world.advance(CERTIFICATION_LIFE_US);
    assert_eq!(decide(&mut town, "id", true), Err(Expired));
    let mut town = self::town();
    assert_eq!(certify(&mut town, shop, "wang"), Ok(()));
    assert_eq!(decide(&mut town, "id", true), Ok(Passed));
    town.world.advance(CERTIFICATION_LIFE_US);
    assert_eq!(decide(&mut town, "id", true), Ok(Passed), "decided in time stays decided");
}

#[test]
fn an_app_freezes_money_for_a_merchant_that_allowed_it() {
    let mut town = town();
    town.play("code alice A1\nfz-code F1 shop A1 30.00 app=helper -> refused SellerNotFound");
    assert!(authorize(&mut town, "shop", GrantKind::Merchant, "m1").is_ok());
    town.play("fz-code F1 shop A1 30.00 app=helper -> AUTHORIZED\nfz-free F1 shop 5.00 U1");
    town.play("fz-pay T1 shop F1 10.00 app=helper -> paid Paid");
    let letters: Vec<String> = town
        .world
        .all::<trade::Notice>()
        .filter_map(|notice| notice.content.clone())
        .map(|content| content.to_string())
        .collect();
    assert_eq!(letters.len(), 2, "frozen, freed");
    for letter in letters {
        let own = format!(r#""auth_app_id":"{}""#, app_of(&town, "shop"));
        assert!(letter.contains(&own), "the merchant's own app: {letter}");
    }
    let (owner, app, kind) = (town.party("shop"), app_of(&town, "helper"), GrantKind::Merchant);
    assert!(ask(&mut town, WithdrawGrant { owner, app, kind }).is_accepted());
    town.play("fz-pay T2 shop F1 10.00 app=helper -> refused SellerNotFound");
    town.play("fz-pay T2 shop F1 10.00 -> paid Paid");
}
