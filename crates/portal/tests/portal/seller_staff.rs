//! Who acts for a merchant, from outside: owners say it, persons find where they act, and nobody else hears of it.

use crate::api_wallet::refused;
use crate::persons::{LOGIN_PASSWORD, PAY_PASSWORD, PHONE, code_of};
use crate::shop::{BUYER, Shop};
use axum::http::StatusCode;
use engine::{SetPartyStatus, Table, Tabled};
use people::{PartyStatus, StaffNote};
use serde_json::{Value, json};

pub(crate) const FRIEND: &str = "13900000001";
pub(crate) const COUSIN: &str = "13900000002";
/// The sandbox's call about the shop's staff.
const AT: &str = "/sandbox/merchants/shop@example.com/staff";

fn outcome((status, said): &(StatusCode, Value)) -> String {
    let role = said["role"].as_str().unwrap_or("fine");
    let code = Some(code_of(said)).filter(|code| *code != "none").unwrap_or(role);
    format!("{} {code}", status.as_u16())
}

impl Shop {
    /// Makes somebody staff of the shop, as the platform.
    pub(crate) async fn appoint(&self, user_id: &str, role: &str) -> String {
        outcome(&self.call(AT, json!({ "user_id": user_id, "role": role })).await)
    }

    fn staff_path(&self) -> String {
        format!("/api/v1/sellers/{}/staff", self.seller)
    }

    async fn set_staff(&self, token: &str, login: &str, role: &str) -> String {
        let body = json!({ "login": login, "role": role, "login_password": LOGIN_PASSWORD });
        outcome(&self.api("POST", &self.staff_path(), token, &body).await)
    }

    async fn end_staff(&self, token: &str, user_id: &str) -> String {
        let path = format!("{}/{user_id}", self.staff_path());
        outcome(&self.api("DELETE", &path, token, &Value::Null).await)
    }

    /// Who acts for the shop, and in which role.
    async fn staff(&self, token: &str) -> Vec<(String, String)> {
        let (status, said) = self.api("GET", &self.staff_path(), token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        let text = |one: &Value, member: &str| one[member].as_str().unwrap().to_owned();
        let all = said["staff"].as_array().unwrap();
        all.iter().map(|one| (text(one, "user_id"), text(one, "role"))).collect()
    }

    /// What persons asked to be done for the shop, earliest first, by the names of acts.
    pub(crate) async fn noted(&self) -> Vec<String> {
        self.wait_posted().await;
        let rows = self.reader().scan(Table::StaffNote, Some(self.seller.slot()), None, 100).unwrap();
        rows.iter().filter_map(StaffNote::unwrap).map(|note| note.act.to_string()).collect()
    }

    async fn places(&self, token: &str) -> Value {
        let (status, said) = self.api("GET", "/api/v1/sellers", token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["sellers"].clone()
    }
}

#[tokio::test]
async fn an_owner_takes_somebody_on_and_lets_go() {
    let shop = Shop::open().await;
    let (owner, owner_id) = shop.register(PHONE).await;
    let (friend, friend_id) = shop.register(FRIEND).await;
    assert_eq!(shop.appoint(&owner_id, "owner").await, "200 owner");
    assert_eq!(shop.places(&friend).await, json!([]));
    let body = json!({ "login": "+86 139-0000-0001", "role": "till", "pay_password": PAY_PASSWORD });
    for _again in 0..2 {
        let (status, said) = shop.api("POST", &shop.staff_path(), &owner, &body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        assert_eq!((&said["user_id"], &said["login"]), (&json!(friend_id), &json!("139****0001")));
        assert!(said["since"].as_str().unwrap().ends_with("+08:00"), "{said}");
    }
    let pair = |id: &str, role: &str| (id.to_owned(), role.to_owned());
    let mut both = vec![pair(&owner_id, "owner"), pair(&friend_id, "till")];
    both.sort();
    let mut seen = shop.staff(&owner).await;
    seen.sort();
    assert_eq!(seen, both);
    let place = json!([{
        "seller_id": shop.seller.to_string(), "name": "小店 <b>&", "role": "till",
        "acts": ["see_orders", "take_payments", "leave"]
    }]);
    assert_eq!(shop.places(&friend).await, place);
    assert_eq!(shop.places(&owner).await[0]["acts"].as_array().unwrap().len(), 11);
    assert_eq!(shop.set_staff(&owner, FRIEND, "finance").await, "200 finance");
    assert_eq!(shop.places(&friend).await[0]["role"], "finance");
    for _again in 0..2 {
        assert_eq!(shop.end_staff(&owner, &friend_id).await, "204 fine");
    }
    assert_eq!(shop.places(&friend).await, json!([]));
    let (_, data) = shop.api("GET", "/api/v1/me/data", &friend, &Value::Null).await;
    let kept = json!([{ "seller_id": shop.seller.to_string(), "role": "finance", "active": false }]);
    assert_eq!(data["staff_of"], kept, "what is kept of a person is told");
    assert_eq!(shop.staff(&owner).await, [pair(&owner_id, "owner")]);
    let said = shop.api("GET", &shop.staff_path(), &friend, &Value::Null).await;
    assert_eq!(refused(&said), (404, "seller_not_found"));
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let shop = Shop::open().await;
    let (owner, owner_id) = shop.register(PHONE).await;
    let (manager, manager_id) = shop.register(FRIEND).await;
    shop.register(COUSIN).await;
    shop.appoint(&owner_id, "owner").await;
    shop.appoint(&manager_id, "manager").await;
    let (owner, owner_id, manager) = (owner.as_str(), owner_id.as_str(), manager.as_str());
    for (token, login, role, told) in [
        (owner, "13900000009", "till", "404 person_not_found"),
        (owner, "", "till", "404 person_not_found"),
        (owner, BUYER, "till", "404 person_not_found"),
        (owner, "shop@example.com", "till", "404 person_not_found"),
        (owner, COUSIN, "boss", "400 bad_request"),
        (owner, PHONE, "viewer", "409 last_owner"),
        (manager, COUSIN, "till", "403 role_forbids"),
        (manager, FRIEND, "owner", "403 role_forbids"),
        ("", COUSIN, "till", "401 not_signed_in"),
    ] {
        assert_eq!(shop.set_staff(token, login, role).await, told, "{login} {role}");
    }
    for (token, user_id, told) in [
        (owner, owner_id, "409 last_owner"),
        (owner, "x", "404 person_not_found"),
        (manager, owner_id, "403 role_forbids"),
    ] {
        assert_eq!(shop.end_staff(token, user_id).await, told, "{user_id}");
    }
    let more = json!({ "login": COUSIN, "role": "till", "active": false });
    let said = shop.api("POST", &shop.staff_path(), owner, &more).await;
    assert_eq!(refused(&said), (400, "bad_request"));
    for (query, told) in [
        ("limit=0", "bad_limit"),
        ("limit=101", "bad_limit"),
        ("before=x", "bad_cursor"),
        ("x=1", "bad_request"),
    ] {
        for path in [shop.staff_path(), "/api/v1/sellers".to_owned()] {
            let said = shop.api("GET", &format!("{path}?{query}"), owner, &Value::Null).await;
            assert_eq!(refused(&said), (400, told), "{path} {query}");
        }
    }
    assert_eq!(shop.staff(owner).await.len(), 2);
    let closed = SetPartyStatus { party: shop.seller, status: PartyStatus::Closed };
    shop.door.ask(closed).await.unwrap();
    assert_eq!(shop.set_staff(owner, COUSIN, "till").await, "409 seller_closed");
}

/// A session that somebody found open makes nobody staff, also not its own finder.
#[tokio::test]
async fn taking_somebody_on_takes_a_password() {
    let shop = Shop::open().await;
    let (owner, owner_id) = shop.register(PHONE).await;
    shop.register(FRIEND).await;
    shop.appoint(&owner_id, "owner").await;
    let asked = async |proof: Value| {
        let mut body = json!({ "login": FRIEND, "role": "owner" });
        body.as_object_mut().unwrap().extend(proof.as_object().unwrap().clone());
        shop.api("POST", &shop.staff_path(), &owner, &body).await
    };
    for (proof, told) in [
        (json!({}), (400, "bad_request")),
        (json!({ "login_password": LOGIN_PASSWORD, "pay_password": PAY_PASSWORD }), (400, "bad_request")),
        (json!({ "login_password": "another-1" }), (403, "wrong_login")),
        (json!({ "pay_password": "135790" }), (403, "wrong_password")),
        (json!({ "pay_password": "1" }), (400, "bad_password")),
    ] {
        assert_eq!(refused(&asked(proof.clone()).await), told, "{proof}");
    }
    assert_eq!(shop.staff(&owner).await.len(), 1);
    assert!(shop.noted().await.is_empty(), "what nobody proved is no act");
    assert_eq!(asked(json!({ "login_password": LOGIN_PASSWORD })).await.0, StatusCode::OK);
    assert_eq!(asked(json!({ "pay_password": PAY_PASSWORD })).await.0, StatusCode::OK);
    assert_eq!(shop.staff(&owner).await.len(), 2);
}

#[tokio::test]
async fn whoever_acts_stops_by_itself() {
    let shop = Shop::open().await;
    let (owner, owner_id) = shop.register(PHONE).await;
    let (friend, friend_id) = shop.register(FRIEND).await;
    shop.appoint(&owner_id, "owner").await;
    shop.appoint(&friend_id, "viewer").await;
    assert_eq!(shop.end_staff(&owner, "me").await, "409 last_owner");
    assert_eq!(shop.end_staff(&friend, &friend_id).await, "403 role_forbids", "that call is of owners");
    assert_eq!(shop.end_staff(&friend, "me").await, "204 fine");
    assert_eq!(shop.end_staff(&friend, "me").await, "404 seller_not_found", "it is done");
    assert_eq!(shop.places(&friend).await, json!([]));
    assert_eq!(shop.staff(&owner).await, [(owner_id, "owner".to_owned())]);
    assert_eq!(shop.noted().await, ["staff.leave"]);
}

#[tokio::test]
async fn what_persons_did_is_told_to_who_looks_after_the_staff() {
    let shop = Shop::open().await;
    let (owner, owner_id) = shop.as_owner().await;
    let number = shop.taken(&owner, "k1", BUYER, "32.00").await;
    let wish = json!({ "amount": "2.00", "refundable": "32.00" });
    for status in [StatusCode::CREATED, StatusCode::OK] {
        let said = shop.made(&format!("/orders/{number}/refunds"), &owner, "r1", &wish).await;
        assert_eq!(said.0, status, "{}", said.1);
    }
    let late = shop.made(&format!("/orders/{number}/refunds"), &owner, "r2", &wish).await;
    assert_eq!(refused(&late), (409, "changed"));
    let body = json!({ "amount": "5.00", "subject": "豆浆" });
    let (_, code) = shop.made("/codes", &owner, "c1", &body).await;
    let code = code["trade_no"].as_str().unwrap();
    shop.made("/codes", &owner, "c1", &body).await;
    for _twice in 0..2 {
        let said = shop.for_shop("POST", &format!("/orders/{code}/cancel"), &owner, &Value::Null).await;
        assert_eq!(said.0, StatusCode::OK, "{}", said.1);
    }
    let store = json!({ "store_id": "S1", "store_name": "east" });
    assert_eq!(shop.for_shop("POST", "/stores", &owner, &store).await.0, StatusCode::OK);
    let closed = shop.for_shop("POST", "/stores/S1/close", &owner, &Value::Null).await;
    assert_eq!(closed.0, StatusCode::OK);
    let (_, friend_id) = shop.register(FRIEND).await;
    assert_eq!(shop.set_staff(&owner, FRIEND, "till").await, "200 till");

    let told = |page: &Value| -> Vec<(u64, String)> {
        let acts = page["acts"].as_array().unwrap().iter();
        acts.map(|act| (act["number"].as_u64().unwrap(), act["act"].as_str().unwrap().to_owned())).collect()
    };
    let names = |names: &[(u64, &str)]| -> Vec<(u64, String)> {
        names.iter().map(|(number, name)| (*number, (*name).to_owned())).collect()
    };
    let first = shop.seen("/acts?limit=4", &owner).await;
    let newest = [(7, "staff.set"), (6, "store.close"), (5, "store.open"), (4, "order.cancel")];
    assert_eq!(told(&first), names(&newest), "what was only told again is no act");
    let next = first["next"].as_str().unwrap();
    let second = shop.seen(&format!("/acts?limit=4&before={next}"), &owner).await;
    assert_eq!(told(&second), names(&[(3, "code.draw"), (2, "order.refund"), (1, "till.charge")]));
    assert_eq!(second["next"], Value::Null);
    let (set, cancel, refund) = (&first["acts"][0], &first["acts"][3], &second["acts"][1]);
    assert_eq!((&set["user_id"], &set["login"]), (&json!(owner_id), &json!("138****5678")));
    assert_eq!(set["subject"], format!("{friend_id} till"));
    assert_eq!(cancel["subject"], code);
    assert!(refund["subject"].as_str().unwrap().starts_with(&number), "{refund}");
    assert!(refund["at"].as_str().unwrap().ends_with("+08:00"), "{refund}");
    for (query, why) in [
        ("limit=0", "bad_limit"),
        ("before=x", "bad_cursor"),
        ("before=-1", "bad_cursor"),
        ("x=1", "bad_request"),
    ] {
        let said = shop.for_shop("GET", &format!("/acts?{query}"), &owner, &Value::Null).await;
        assert_eq!(refused(&said), (400, why), "{query}");
    }
}

#[tokio::test]
async fn lists_go_on_from_page_to_page() {
    let shop = Shop::open().await;
    let (owner, owner_id) = shop.register(PHONE).await;
    shop.appoint(&owner_id, "owner").await;
    let mut ids = vec![owner_id];
    for (login, role) in [(FRIEND, "till"), (COUSIN, "viewer")] {
        let (_, id) = shop.register(login).await;
        shop.appoint(&id, role).await;
        ids.push(id);
    }
    ids.sort();
    let (mut seen, mut next) = (Vec::new(), None::<String>);
    for _page in 0..3 {
        let before = next.map(|next| format!("&before={next}")).unwrap_or_default();
        let path = format!("{}?limit=1{before}", shop.staff_path());
        let (_, said) = shop.api("GET", &path, &owner, &Value::Null).await;
        seen.push(said["staff"][0]["user_id"].as_str().unwrap().to_owned());
        next = said["next"].as_str().map(str::to_owned);
    }
    assert_eq!((seen, next), (ids, None));
}

#[tokio::test]
async fn in_a_world_for_trying_out_anybody_is_made_staff() {
    let shop = Shop::open().await;
    let (_, id) = shop.register(PHONE).await;
    let buyer = shop.buyer.to_string();
    assert_eq!(shop.appoint(&id, "till").await, "409 last_owner", "the first is an owner");
    assert_eq!(shop.appoint(&buyer, "owner").await, "404 person_not_found", "nobody who can sign in");
    for (path, body, told) in [
        (AT, json!({ "login": PHONE, "role": "owner" }), "200 owner"),
        (AT, json!({ "login": PHONE, "role": "owner" }), "200 owner"),
        (AT, json!({ "login": PHONE, "role": "owner", "active": false }), "409 last_owner"),
        (AT, json!({ "login": PHONE, "user_id": id, "role": "owner" }), "400 bad_request"),
        (AT, json!({ "user_id": "x", "role": "owner" }), "400 bad_user_id"),
        (AT, json!({ "login": PHONE, "role": "boss" }), "400 bad_request"),
        (
            "/sandbox/merchants/nobody/staff",
            json!({ "login": PHONE, "role": "owner" }),
            "404 party_not_found",
        ),
        (
            "/sandbox/merchants/lily@example.com/staff",
            json!({ "login": PHONE, "role": "owner" }),
            "404 seller_not_found",
        ),
    ] {
        assert_eq!(outcome(&shop.call(path, body.clone()).await), told, "{path} {body}");
    }
    let (status, told) = shop.get(AT).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let first = &told["staff"][0];
    assert_eq!(
        (&first["user_id"], &first["role"], &first["active"]),
        (&json!(id), &json!("owner"), &json!(true))
    );
    let earning = Shop::open_world(false).await;
    assert_eq!(earning.get(AT).await.0, StatusCode::NOT_FOUND, "there is no such call with real money");
}
