//! The console from outside: who may ask what, who acts, and that each act is noted before and after.

use crate::persons::code_of;
use crate::shop::Shop;
use axum::http::StatusCode;
use base::Text;
use engine::{ApproveOperator, FoundOperators, ProposeOperator, SetPartyStatus};
use people::{OperatorAct, OperatorRole, PartyStatus};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use OperatorAct::{
    Appoint, ApproveClosing, ApproveContract, ApproveRules, DecideRisk, Look, LookAtPersons, MoveWorld,
    ProposeClosing, ProposeContract, ProposeRules, ReviewMerchant, SeeTrail, SetRisk, SuspendMerchant,
};

/// What each call of the console needs: written down once more, so that a row cannot be changed by mistake. Paths are
/// below [`CONSOLE`].
const NEEDED: &[(&str, &str, OperatorAct)] = &[
    ("get", "/search", Look),
    ("get", "/parties/{user_id}", Look),
    ("get", "/parties/{user_id}/deals", Look),
    ("get", "/parties/{user_id}/person", LookAtPersons),
    ("get", "/orders", Look),
    ("get", "/orders/{trade_no}", Look),
    ("get", "/ledger/chart", Look),
    ("get", "/ledger/accounts", Look),
    ("get", "/ledger/accounts/{account_id}/entries", Look),
    ("get", "/ledger/trial-balance", Look),
    ("get", "/ledger/transit", Look),
    ("get", "/health", Look),
    ("get", "/configuration", Look),
    ("get", "/days", Look),
    ("get", "/days/{day}", Look),
    ("get", "/recon", Look),
    ("get", "/trail", SeeTrail),
    ("get", "/operators", Look),
    ("post", "/operators/proposal", Appoint),
    ("post", "/operators/approval", Appoint),
    ("post", "/operators/withdrawal", Appoint),
    ("get", "/risk", Look),
    ("post", "/risk/proposal", SetRisk),
    ("post", "/risk/approval", SetRisk),
    ("post", "/risk/backtest", SetRisk),
    ("get", "/risk/cases", Look),
    ("post", "/risk/cases/decide", DecideRisk),
    ("get", "/screening", Look),
    ("get", "/screening/hits", LookAtPersons),
    ("post", "/screening/proposal", SetRisk),
    ("post", "/screening/approval", SetRisk),
    ("get", "/applications", Look),
    ("get", "/applications/{login}", LookAtPersons),
    ("get", "/applications/{login}/documents/{kind}", LookAtPersons),
    ("post", "/applications/{login}/claim", ReviewMerchant),
    ("post", "/applications/{login}/pass", ReviewMerchant),
    ("post", "/applications/{login}/reject", ReviewMerchant),
    ("post", "/applications/{login}/suspend", SuspendMerchant),
    ("post", "/applications/{login}/resume", SuspendMerchant),
    ("post", "/applications/{login}/unsign", SuspendMerchant),
    ("get", "/contracts", Look),
    ("post", "/contracts/proposal", ProposeContract),
    ("post", "/contracts/approval", ApproveContract),
    ("get", "/rules", Look),
    ("post", "/rules/proposal", ProposeRules),
    ("post", "/rules/approval", ApproveRules),
    ("get", "/suspense", Look),
    ("post", "/suspense/proposal", ProposeClosing),
    ("post", "/suspense/closing", ApproveClosing),
    ("post", "/suspense/withdrawal", ProposeClosing),
    ("get", "/world", Look),
    ("post", "/world/clock", MoveWorld),
    ("post", "/world/faults", MoveWorld),
    ("delete", "/world/faults/{no}", MoveWorld),
];

/// Where calls of the console begin.
const CONSOLE: &str = "/api/v1/ops";

/// An operator that is signed in.
pub(crate) struct AtConsole {
    pub(crate) token: String,
    pub(crate) id: String,
}

impl Shop {
    /// Registers somebody with this phone.
    pub(crate) async fn at_console(&self, phone: &str) -> AtConsole {
        let (token, id) = self.register(phone).await;
        AtConsole { token, id }
    }

    /// The first admin, who is no person, and a second one at the console.
    pub(crate) async fn staffed(&self, phone: &str) -> AtConsole {
        let first = Text::new("ada").unwrap();
        self.door.ask(FoundOperators { name: first }).await.unwrap();
        let second = self.at_console(phone).await;
        self.appointed(&second, &second, OperatorRole::Admin, true).await;
        second
    }

    /// Appoints somebody, as the first admin proposes and this one approves.
    pub(crate) async fn appointed(&self, by: &AtConsole, who: &AtConsole, role: OperatorRole, active: bool) {
        let name = |text: &str| Text::new(text).unwrap();
        let propose = ProposeOperator { by: name("ada"), name: name(&who.id), role, active };
        self.door.ask(propose).await.unwrap();
        let approve = ApproveOperator { by: name(&by.id), name: name(&who.id), role, active };
        self.door.ask(approve).await.unwrap();
    }

    /// What a call of the console came to: its status with `fine`, or with the code of a refusal.
    pub(crate) async fn console(&self, who: &AtConsole, method: &str, path: &str, body: &Value) -> String {
        let (status, said) = self.api(method, &format!("/api/v1/ops{path}"), &who.token, body).await;
        let code = if status.is_success() { "fine" } else { code_of(&said) };
        format!("{} {code}", status.as_u16())
    }

    /// What a call of the console tells; it must be a good answer.
    pub(crate) async fn console_tells(&self, who: &AtConsole, path: &str) -> Value {
        let (status, said) = self.api("GET", &format!("/api/v1/ops{path}"), &who.token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{path} {said}");
        said
    }
}

/// The acts of the trail with their outcomes, the newest first.
async fn trail(shop: &Shop, who: &AtConsole) -> Vec<String> {
    let told = shop.console_tells(who, "/trail?limit=100").await;
    let notes = told["notes"].as_array().unwrap().iter();
    let text = |note: &Value, member: &str| note[member].as_str().unwrap().to_owned();
    notes.map(|note| format!("{} {}", text(note, "act"), text(note, "outcome"))).collect()
}

/// What a description says that each call needs is what is written down here.
#[tokio::test]
async fn each_call_of_the_console_needs_what_is_written_down() {
    let shop = Shop::open().await;
    let needed: BTreeMap<_, _> = NEEDED
        .iter()
        .map(|(method, path, act)| {
            (((*method).to_owned(), format!("{CONSOLE}{path}")), act.name().to_owned())
        })
        .collect();
    assert_eq!(needed.len(), NEEDED.len(), "a call stands twice");
    let (_, api) = shop.get("/api/v1/openapi.json").await;
    let mut described = BTreeMap::new();
    for (path, calls) in api["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let act = call["x-operator-act"].as_str();
            // Whoever is signed in hears what it may do.
            let is_console = path.starts_with(&format!("{CONSOLE}/")) && path != "/api/v1/ops/me";
            if is_console || act.is_some() {
                described.insert((method.clone(), path.clone()), act.unwrap_or("nothing").to_owned());
            }
        }
    }
    assert_eq!(described, needed);
}

/// Each call of the console lets through whose role its act allows, and nobody else.
#[tokio::test]
async fn every_call_of_the_console_is_for_the_roles_of_its_act() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let mut staff = Vec::new();
    for (number, role) in OperatorRole::ALL.into_iter().enumerate() {
        let who = shop.at_console(&format!("1370000001{number}")).await;
        shop.appointed(&admin, &who, role, true).await;
        staff.push((who, role));
    }
    let left = shop.at_console("13700000002").await;
    shop.appointed(&admin, &left, OperatorRole::Clerk, true).await;
    shop.appointed(&admin, &left, OperatorRole::Clerk, false).await;
    let stranger = shop.at_console("13700000003").await;

    for (method, path, act) in NEEDED {
        let method = method.to_uppercase();
        let whole = format!("{CONSOLE}{path}");
        let parts = whole.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let said = async |token: &str| {
            let (status, said) = shop.api(&method, &path, token, &Value::Null).await;
            format!("{} {}", status.as_u16(), code_of(&said))
        };
        for (who, role) in &staff {
            let said = said(&who.token).await;
            assert_eq!(said != "403 role_forbids", role.may(*act), "{method} {path} {role:?}: {said}");
            assert!(!said.starts_with("401") && !said.contains("operator_"), "{method} {path}: {said}");
        }
        assert_eq!(said(&left.token).await, "403 operator_inactive", "{method} {path}");
        assert_eq!(said(&stranger.token).await, "403 operator_unknown", "{method} {path}");
        assert_eq!(said("").await, "401 not_signed_in", "{method} {path}");
    }
    for (who, role) in &staff {
        let me = shop.console_tells(who, "/me").await;
        let acts = OperatorAct::ALL.into_iter().filter(|act| role.may(*act)).map(OperatorAct::name);
        assert_eq!(me["acts"], json!(acts.collect::<Vec<_>>()), "{me}");
        assert_eq!((&me["role"], &me["active"]), (&json!(role.as_str()), &json!(true)));
    }
    for who in [&left, &stranger] {
        assert_eq!(shop.console_tells(who, "/me").await["acts"], json!([]));
    }
}

#[tokio::test]
async fn rules_are_of_two_people_who_are_signed_in_and_each_try_is_noted() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let [rio, bea] = [shop.at_console("13700000002").await, shop.at_console("13700000003").await];
    for who in [&rio, &bea] {
        shop.appointed(&admin, who, OperatorRole::RiskOfficer, true).await;
    }
    let rules = shop.console_tells(&rio, "/risk").await["built_in"].clone();
    let proposal = json!({"base_version": 0, "rules": rules});
    let mut named = proposal.clone();
    named["operator"] = json!(bea.id);
    assert_eq!(shop.console(&rio, "POST", "/risk/proposal", &named).await, "400 bad_request");
    assert!(trail(&shop, &rio).await.is_empty(), "what cannot be read asks for nothing");
    let stale = json!({"base_version": 7, "rules": rules});
    assert_eq!(shop.console(&rio, "POST", "/risk/proposal", &stale).await, "409 stale");
    assert_eq!(shop.console(&rio, "POST", "/risk/proposal", &proposal).await, "200 fine");
    let proposed = shop.console_tells(&bea, "/risk").await["proposal"].clone();
    assert_eq!(proposed["proposed_by"], json!(rio.id));
    let approval = json!({"version": proposed["version"], "digest": proposed["digest"]});
    assert_eq!(shop.console(&rio, "POST", "/risk/approval", &approval).await, "409 self_approval");
    let edited = json!({"version": proposed["version"], "digest": "0".repeat(64)});
    assert_eq!(shop.console(&bea, "POST", "/risk/approval", &edited).await, "409 edited");
    assert_eq!(shop.console(&bea, "POST", "/risk/approval", &approval).await, "200 fine");
    let held = shop.console_tells(&rio, "/risk").await;
    assert_eq!((&held["in_force"]["approved_by"], &held["proposal"]), (&json!(bea.id), &Value::Null));

    let expected = [
        "risk.approve done",
        "risk.approve asked",
        "risk.approve refused:edited",
        "risk.approve asked",
        "risk.approve refused:self_approval",
        "risk.approve asked",
        "risk.propose done",
        "risk.propose asked",
        "risk.propose refused:stale",
        "risk.propose asked",
    ];
    assert_eq!(trail(&shop, &rio).await, expected);
    is_one_chain(&shop, &rio, &bea).await;
}

/// Looks at the ten notes of the test above, four at a time.
async fn is_one_chain(shop: &Shop, rio: &AtConsole, bea: &AtConsole) {
    let (mut notes, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.console_tells(rio, &format!("/trail?limit=4{cursor}")).await;
        assert_eq!(page["last"], json!(10));
        notes.extend(page["notes"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    notes.reverse();
    assert_eq!(notes.len(), 10);
    for (place, note) in notes.iter().enumerate() {
        assert_eq!(note["number"], json!(place + 1));
        assert_eq!(note["operator"], json!(if place < 6 { &rio.id } else { &bea.id }), "{note}");
        let before = if place == 0 { json!("0".repeat(64)) } else { notes[place - 1]["hash"].clone() };
        assert_eq!(note["previous"], before, "{note}");
        let (asked_no, ended) = (&note["asked_no"], &note["ended"]);
        if place % 2 == 0 {
            assert_eq!((asked_no, ended), (&Value::Null, &notes[place + 1]["outcome"]), "{note}");
        } else {
            assert_eq!((asked_no, ended), (&json!(place), &Value::Null), "{note}");
            assert_eq!(note["digest"], notes[place - 1]["digest"], "{note}");
        }
    }
    assert_eq!(shop.console(rio, "GET", "/trail?cursor=x", &Value::Null).await, "400 bad_cursor");
    assert_eq!(shop.console(rio, "GET", "/trail?limit=101", &Value::Null).await, "400 bad_limit");
}

/// While the first admin of a world for trying out is alone, whoever is signed in has every role, and may become the
/// second one.
#[tokio::test]
async fn in_a_world_without_staff_the_second_admin_takes_the_post_at_the_console() {
    let shop = Shop::open().await;
    shop.door.ask(FoundOperators { name: Text::new("ada").unwrap() }).await.unwrap();
    let [one, two] = [shop.at_console("13700000001").await, shop.at_console("13700000002").await];
    let me = shop.console_tells(&one, "/me").await;
    assert_eq!((&me["everybody"], &me["role"]), (&json!(true), &Value::Null), "{me}");
    assert_eq!(me["acts"].as_array().unwrap().len(), OperatorAct::ALL.len(), "{me}");
    let post = async |who: &AtConsole, path: &str, body: &Value| {
        shop.console(who, "POST", &format!("/operators/{path}"), body).await
    };
    let of = |id: &str, role: &str| json!({"user_id": id, "role": role, "active": true});
    for (path, body, expected) in [
        ("proposal", of("1", "admin"), "400 bad_user_id"),
        ("proposal", of("2088999999999999", "admin"), "404 party_not_found"),
        ("proposal", of(&shop.buyer.to_string(), "admin"), "409 cannot_sign_in"),
        ("proposal", of(&one.id, "king"), "400 bad_request"),
        ("approval", of(&one.id, "admin"), "404 proposal_not_found"),
        ("withdrawal", json!({"user_id": one.id}), "404 proposal_not_found"),
        ("proposal", of(&two.id, "admin"), "403 role_forbids"),
        ("proposal", of(&two.id, "clerk"), "403 role_forbids"),
        ("proposal", of(&one.id, "clerk"), "403 role_forbids"),
        ("proposal", json!({"user_id": one.id, "role": "admin", "active": false}), "403 role_forbids"),
        ("proposal", of(&one.id, "admin"), "200 fine"),
        ("withdrawal", json!({"user_id": two.id}), "403 role_forbids"),
        ("withdrawal", json!({"user_id": one.id}), "200 fine"),
        ("proposal", of(&one.id, "admin"), "200 fine"),
        ("approval", of(&one.id, "clerk"), "403 role_forbids"),
    ] {
        assert_eq!(post(&one, path, &body).await, expected, "{path} {body}");
    }
    assert_eq!(post(&two, "approval", &of(&one.id, "admin")).await, "403 role_forbids", "only who it is");
    assert_eq!(post(&one, "approval", &of(&one.id, "admin")).await, "200 fine");
    let me = shop.console_tells(&one, "/me").await;
    assert_eq!((&me["everybody"], &me["role"]), (&json!(false), &json!("admin")), "{me}");
    assert_eq!(shop.console(&two, "GET", "/operators", &Value::Null).await, "403 operator_unknown");
    let told = shop.console_tells(&one, "/operators").await;
    let operators = told["operators"].as_array().unwrap();
    let of_name = |name: &str| operators.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!((&of_name("ada")["user_id"], &of_name("ada")["login"]), (&Value::Null, &Value::Null));
    let own = of_name(&one.id);
    assert_eq!((&own["user_id"], &own["proposed_by"]), (&json!(one.id), &json!("ada")), "{own}");
    assert!(own["login"].as_str().unwrap().contains("***"), "{own}");
    // It proposes under its own name from now on, and does not approve that.
    assert_eq!(post(&one, "proposal", &of(&two.id, "clerk")).await, "200 fine");
    assert_eq!(post(&one, "approval", &of(&two.id, "clerk")).await, "409 self_approval");
    let proposals = shop.console_tells(&one, "/operators").await["proposals"].clone();
    assert_eq!((&proposals[0]["user_id"], &proposals[0]["proposed_by"]), (&json!(two.id), &json!(one.id)));
}

/// What somebody proposes before it is an admin is not in the first admin's name: it could approve that itself later.
#[tokio::test]
async fn who_takes_the_post_appoints_nobody_alone() {
    let shop = Shop::open().await;
    shop.door.ask(FoundOperators { name: Text::new("ada").unwrap() }).await.unwrap();
    let one = shop.at_console("13700000001").await;
    let others = [shop.at_console("13700000002").await, shop.at_console("13700000003").await];
    let post = async |path: &str, id: &str, role: &str| {
        let body = json!({"user_id": id, "role": role, "active": true});
        shop.console(&one, "POST", &format!("/operators/{path}"), &body).await
    };
    for other in &others {
        assert_eq!(post("proposal", &other.id, "admin").await, "403 role_forbids");
    }
    assert_eq!(post("proposal", &one.id, "admin").await, "200 fine");
    assert_eq!(post("approval", &one.id, "admin").await, "200 fine");
    for other in &others {
        assert_eq!(post("approval", &other.id, "admin").await, "404 proposal_not_found");
        assert_eq!(post("proposal", &other.id, "admin").await, "200 fine");
        assert_eq!(post("approval", &other.id, "admin").await, "409 self_approval");
    }
    let told = shop.console_tells(&one, "/operators").await;
    assert_eq!(told["operators"].as_array().unwrap().len(), 2, "{told}");
}

#[tokio::test]
async fn whose_account_is_closed_is_no_operator() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let other = shop.at_console("13700000002").await;
    shop.appointed(&admin, &other, OperatorRole::Admin, true).await;
    let gone = shop.at_console("13700000003").await;
    let post = async |who: &AtConsole, path: &str, role: &str, active: bool| {
        let body = json!({"user_id": gone.id, "role": role, "active": active});
        shop.console(who, "POST", &format!("/operators/{path}"), &body).await
    };
    let set_status = async |status| {
        let party = gone.id.parse().unwrap();
        shop.door.ask(SetPartyStatus { party, status }).await.unwrap();
    };
    assert_eq!(post(&admin, "proposal", "clerk", true).await, "200 fine");
    set_status(PartyStatus::Frozen).await;
    assert_eq!(post(&other, "approval", "clerk", true).await, "409 cannot_sign_in");
    assert_eq!(post(&admin, "proposal", "clerk", true).await, "409 cannot_sign_in");
    set_status(PartyStatus::Normal).await;
    assert_eq!(post(&other, "approval", "clerk", true).await, "200 fine");
    let code = shop.code("13700000003", "close_account").await;
    let body = json!({"to": "13700000003", "code": code, "forget": true});
    let (status, said) = shop.api("POST", "/api/v1/me/close", &gone.token, &body).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(post(&admin, "proposal", "viewer", true).await, "409 cannot_sign_in");
    // It is taken out of office all the same.
    assert_eq!(post(&admin, "proposal", "clerk", false).await, "200 fine");
    assert_eq!(post(&other, "approval", "clerk", false).await, "200 fine");
}

#[tokio::test]
async fn nobody_decides_the_own_case() {
    let shop = Shop::open().await;
    let rio = shop.at_console("13700000002").await;
    shop.wait_posted().await;
    shop.agree(0, &format!("A1,account,{},,,own,mule\n", rio.id)).await;
    shop.wait_posted().await;
    let subject = shop.hits(&rio.id).await[0]["subject"].clone();
    let admin = shop.staffed("13700000001").await;
    let [bea, cid] = [shop.at_console("13700000003").await, shop.at_console("13700000004").await];
    for who in [&rio, &bea, &cid] {
        shop.appointed(&admin, who, OperatorRole::RiskOfficer, true).await;
    }
    let decision = |release: bool| json!({"user_id": rio.id, "subject": subject, "release": release});
    for release in [true, false] {
        let told = shop.console(&rio, "POST", "/risk/cases/decide", &decision(release)).await;
        assert_eq!(told, "409 own_case");
        let mut named = decision(release);
        named["operator"] = json!(rio.id);
        assert_eq!(code_of(&shop.call("/sandbox/risk/decide", named).await.1), "own_case");
    }
    for who in [&bea, &cid] {
        let told = shop.console(who, "POST", "/risk/cases/decide", &decision(true)).await;
        assert_eq!(told, "200 fine");
    }
    let expected = [
        "risk.release done",
        "risk.release asked",
        "risk.release done",
        "risk.release asked",
        "risk.refuse refused:own_case",
        "risk.refuse asked",
        "risk.release refused:own_case",
        "risk.release asked",
    ];
    assert_eq!(trail(&shop, &bea).await, expected);
}

#[tokio::test]
async fn the_console_says_no_as_the_sandbox_does_and_pages_its_lists() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let [cem, tom, rio] = [
        shop.at_console("13700000002").await,
        shop.at_console("13700000003").await,
        shop.at_console("13700000004").await,
    ];
    shop.appointed(&admin, &cem, OperatorRole::Clerk, true).await;
    shop.appointed(&admin, &tom, OperatorRole::Treasurer, true).await;
    shop.appointed(&admin, &rio, OperatorRole::RiskOfficer, true).await;
    let (seller, none) = (shop.seller.to_string(), json!(null));
    let place = json!({"slot": 0, "account": "TB1", "day": "2026-01-02", "serial": 1});
    let mut closing = place.clone();
    (closing["way"], closing["reason"]) = (json!("own"), json!("looked into"));
    let mut matching = closing.clone();
    matching["way"] = json!("match");
    let terms =
        json!({"user_id": seller, "product": "page", "status": "in_force", "fee_ppm": 3800, "reason": "new"});
    let (mut proposal, mut approval, mut late) = (terms.clone(), terms.clone(), terms.clone());
    (proposal["base_version"], approval["version"]) = (json!(7), json!(7));
    (late["base_version"], late["valid_from"]) = (json!(0), json!("2026-01-02 00:00:00"));
    let decision = json!({"user_id": shop.buyer.to_string(), "subject": "order 1", "release": true});
    let list = "id,kind,names,birth,id_digest,source,reason\nP1,person,Zhao,,,own,test\n";
    let digest = "0".repeat(64);
    let (review, nobody) = (json!({}), "/applications/nobody");
    for (who, method, path, body, expected) in [
        (&cem, "POST", "/contracts/proposal".to_owned(), &proposal, "409 stale"),
        (&cem, "POST", "/contracts/proposal".to_owned(), &late, "400 bad_time"),
        (&cem, "POST", "/contracts/proposal".to_owned(), &terms, "400 bad_request"),
        (&tom, "POST", "/contracts/approval".to_owned(), &approval, "404 proposal_not_found"),
        (&tom, "GET", "/contracts?user_id=1".to_owned(), &none, "400 bad_user_id"),
        (&cem, "POST", "/suspense/proposal".to_owned(), &closing, "404 suspense_not_found"),
        (&cem, "POST", "/suspense/proposal".to_owned(), &matching, "400 bad_request"),
        (&tom, "POST", "/suspense/closing".to_owned(), &closing, "404 suspense_not_found"),
        (&cem, "POST", "/suspense/withdrawal".to_owned(), &place, "404 suspense_not_found"),
        (&tom, "GET", "/suspense?state=odd".to_owned(), &none, "400 bad_state"),
        (&tom, "GET", "/suspense?cursor=odd".to_owned(), &none, "400 bad_cursor"),
        (&rio, "POST", "/risk/cases/decide".to_owned(), &decision, "404 case_not_found"),
        (&rio, "GET", "/risk/cases?state=odd".to_owned(), &none, "400 bad_state"),
        (&rio, "GET", "/risk/cases?cursor=odd".to_owned(), &none, "400 bad_cursor"),
        (&cem, "GET", "/applications?state=odd".to_owned(), &none, "400 bad_state"),
        (&cem, "GET", "/applications?limit=0".to_owned(), &none, "400 bad_limit"),
        (&cem, "GET", nobody.to_owned(), &none, "404 application_not_found"),
        (&cem, "GET", format!("{nobody}/documents/licence"), &none, "404 application_not_found"),
        (&cem, "POST", format!("{nobody}/claim"), &review, "404 application_not_found"),
        (&rio, "POST", format!("{nobody}/suspend"), &review, "404 application_not_found"),
        (&cem, "GET", "/days/2026-01-01".to_owned(), &none, "404 day_not_closed"),
        (&cem, "GET", "/days/odd".to_owned(), &none, "400 bad_day"),
        (&cem, "GET", "/recon?day=odd".to_owned(), &none, "400 bad_day"),
        (&cem, "GET", "/days?cursor=odd".to_owned(), &none, "400 bad_cursor"),
    ] {
        assert_eq!(shop.console(who, method, &path, body).await, expected, "{method} {path} {body}");
    }
    for (path, body, expected) in [
        ("proposal", json!({"base_version": 7, "list": list}), "409 stale"),
        ("proposal", json!({"base_version": 0, "list": "odd"}), "400 bad_list"),
        ("approval", json!({"version": 7, "digest": digest}), "404 proposal_not_found"),
        ("approval", json!({"version": 7, "digest": "odd"}), "400 bad_request"),
    ] {
        let path = format!("/screening/{path}");
        assert_eq!(shop.console(&rio, "POST", &path, &body).await, expected, "{path} {body}");
    }
    for (path, member) in [
        ("/suspense?state=open", "suspense"),
        ("/risk/cases?state=open", "cases"),
        ("/applications?state=auditing", "applications"),
        ("/days", "days"),
    ] {
        let told = shop.console_tells(&cem, path).await;
        assert_eq!((&told[member], &told["next"]), (&json!([]), &Value::Null), "{path} {told}");
    }
    let told = shop.console_tells(&cem, "/recon").await;
    assert_eq!((&told["statements"], &told["suspense"]), (&json!([]), &json!([])), "{told}");
    assert_eq!(told["complete"], true, "{told}");
    assert_eq!(told["books"][0]["difference"], "0.00", "{told}");
    // Words of a caller about what is not there are in no note.
    let notes = shop.console_tells(&cem, "/trail?limit=100").await.to_string();
    for words in ["order 1", "TB1", "nobody"] {
        assert!(!notes.contains(words), "{words} in {notes}");
    }
}

/// What is told late is told as that, whichever tables a call reads.
#[tokio::test]
async fn the_console_tells_nothing_from_tables_that_are_behind() {
    let shop = Shop::open().await;
    let ada = shop.at_console("13700000001").await;
    let (hits, none) = (format!("/screening/hits?user_id={}", shop.buyer), Value::Null);
    let rules = json!({ "rules": [crate::backtest::rule("W", "true", "refuse", true)] });
    let told = async || {
        let recon = shop.console(&ada, "GET", "/recon", &none);
        let hits = shop.console(&ada, "GET", &hits, &none);
        let backtest = shop.console(&ada, "POST", "/risk/backtest", &rules);
        <[String; 3]>::from(tokio::join!(recon, hits, backtest))
    };
    shop.wait_posted().await;
    shop.held.store(true, Ordering::Relaxed);
    shop.top_up(shop.buyer, 1).await;
    assert_eq!(told().await, ["503 busy"; 3]);
    shop.held.store(false, Ordering::Relaxed);
    assert_eq!(told().await, ["200 fine"; 3]);
}

#[tokio::test]
async fn hits_are_told_as_the_sandbox_tells_them() {
    let shop = Shop::open().await;
    let ada = shop.at_console("13700000001").await;
    shop.wait_posted().await;
    shop.agree(0, &format!("A1,account,{},,,own,mule\n", shop.buyer)).await;
    shop.wait_posted().await;
    let told = shop.console_tells(&ada, &format!("/screening/hits?user_id={}", shop.buyer)).await;
    assert_eq!(told["payments_stopped_by"], "list", "{told}");
    let mut hits = [told["hits"].as_array().unwrap().clone(), shop.hits(&shop.buyer.to_string()).await];
    for hit in hits.iter_mut().flatten() {
        // Moments are written in two ways.
        assert!(hit.as_object_mut().unwrap().remove("at").is_some());
    }
    let [console, sandbox] = &hits;
    assert_eq!((console.len(), console), (1, sandbox));
    assert_eq!((&console[0]["entry"], &console[0]["reason"]), (&json!("A1"), &json!("mule")));
}

#[tokio::test]
async fn whoever_looks_at_persons_is_noted() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let cem = shop.at_console("13700000002").await;
    shop.appointed(&admin, &cem, OperatorRole::Clerk, true).await;
    let path = format!("/screening/hits?user_id={}", shop.buyer);
    assert_eq!(shop.console(&admin, "GET", &path, &Value::Null).await, "403 role_forbids");
    assert_eq!(shop.console_tells(&cem, &path).await["hits"], json!([]));
    assert_eq!(trail(&shop, &cem).await, ["screening.look done", "screening.look asked"]);
    let told = shop.console_tells(&cem, "/trail").await;
    let note = &told["notes"][0];
    assert_eq!((&note["operator"], &note["subject"]), (&json!(cem.id), &json!(shop.buyer.to_string())));
    assert_eq!(told["last_hash"], note["hash"]);
}

#[tokio::test]
async fn a_contract_is_of_two_operators_of_the_console() {
    let shop = Shop::open().await;
    let admin = shop.staffed("13700000001").await;
    let [cem, tom] = [shop.at_console("13700000002").await, shop.at_console("13700000003").await];
    shop.appointed(&admin, &cem, OperatorRole::Clerk, true).await;
    shop.appointed(&admin, &tom, OperatorRole::Treasurer, true).await;
    let terms = json!({"user_id": shop.seller.to_string(), "product": "page", "status": "in_force",
        "fee_ppm": 3800, "valid_from": "2030-01-02T00:00:00+08:00", "reason": "new"});
    let (mut proposal, mut approval) = (terms.clone(), terms);
    (proposal["base_version"], approval["version"]) = (json!(0), json!(1));
    assert_eq!(shop.console(&tom, "POST", "/contracts/proposal", &proposal).await, "200 fine");
    assert_eq!(shop.console(&tom, "POST", "/contracts/approval", &approval).await, "409 self_approval");
    assert_eq!(shop.console(&cem, "POST", "/contracts/proposal", &proposal).await, "200 fine");
    assert_eq!(shop.console(&tom, "POST", "/contracts/approval", &approval).await, "200 fine");
    let told = shop.console_tells(&cem, &format!("/contracts?user_id={}", shop.seller)).await;
    let page = told["contracts"].as_array().unwrap().iter().find(|one| one["product"] == "page").unwrap();
    let waiting = &page["waiting"][0];
    assert_eq!((&waiting["proposed_by"], &waiting["approved_by"]), (&json!(cem.id), &json!(tom.id)));
    assert_eq!(waiting["valid_from"], "2030-01-02T00:00:00+08:00", "{waiting}");
}
