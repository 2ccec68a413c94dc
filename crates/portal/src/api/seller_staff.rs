//! `/api/v1/sellers`: for which merchants whoever is signed in acts, and who acts for one of them. Owners say who.
//!
//! Lists come from the tables, which are waited for, so that what was just said is seen.

use super::moment;
use super::page::{bad_cursor, limit};
use crate::people::{AtShop, OwnPassword, Who};
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sending::shown_of;
use crate::sign_in::find_login;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use base::{PartyId, Slot};
use engine::{FindParty, FindStaff, Key, PartyNotFound, Row, SetStaff, StaffRefused, Table};
use people::{MerchantStaff, Party, StaffAct, StaffPlace, StaffRole};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of staff.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(places))
        .routes(routes!(list, set))
        .routes(routes!(end))
        .routes(routes!(leave))
}

/// Which page is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StaffQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// The role of a person at a merchant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SellerRole {
    /// Everything, and who the staff is.
    Owner,
    /// Everything but staff and keys.
    Manager,
    /// Money, bills and refunds.
    Finance,
    /// Takes payments.
    Till,
    /// Apps and their keys.
    Developer,
    /// Looks.
    Viewer,
}

impl From<StaffRole> for SellerRole {
    fn from(role: StaffRole) -> SellerRole {
        match role {
            StaffRole::Owner => SellerRole::Owner,
            StaffRole::Manager => SellerRole::Manager,
            StaffRole::Finance => SellerRole::Finance,
            StaffRole::Till => SellerRole::Till,
            StaffRole::Developer => SellerRole::Developer,
            StaffRole::Viewer => SellerRole::Viewer,
        }
    }
}

impl From<SellerRole> for StaffRole {
    fn from(role: SellerRole) -> StaffRole {
        match role {
            SellerRole::Owner => StaffRole::Owner,
            SellerRole::Manager => StaffRole::Manager,
            SellerRole::Finance => StaffRole::Finance,
            SellerRole::Till => StaffRole::Till,
            SellerRole::Developer => StaffRole::Developer,
            SellerRole::Viewer => StaffRole::Viewer,
        }
    }
}

/// A merchant that whoever asks acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerPlace {
    /// The merchant.
    seller_id: String,
    /// Its name.
    name: String,
    /// In which role.
    role: SellerRole,
    /// What that role may do, as `see_orders` or `refund`.
    acts: Vec<&'static str>,
}

/// The merchants that whoever asks acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerPlaces {
    /// By their numbers.
    sellers: Vec<SellerPlace>,
    /// Where the next page begins; the last page has none.
    next: Option<String>,
}

/// A person who acts for a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffMember {
    /// The person.
    user_id: String,
    /// The name, masked.
    name: String,
    /// The login, masked.
    login: String,
    /// In which role.
    role: SellerRole,
    /// Since when it is so.
    #[schema(format = DateTime)]
    since: String,
}

/// Who acts for a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffMembers {
    /// By their numbers.
    staff: Vec<StaffMember>,
    /// Where the next page begins; the last page has none.
    next: Option<String>,
}

/// A person who is to act for the merchant, or to act in another role, with one of the passwords of whoever says so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStaff {
    /// The person's login: a mobile number or an e-mail address.
    login: String,
    /// In which role.
    role: SellerRole,
    /// The login password of whoever asks.
    login_password: Option<String>,
    /// Its payment password.
    pay_password: Option<String>,
}

/// The merchants that whoever is signed in acts for. A page may be short and still have a next one.
#[utoipa::path(
    get,
    path = "/sellers",
    tag = "seller-staff",
    params(StaffQuery),
    responses((status = 200, description = "The merchants.", body = SellerPlaces))
)]
pub(crate) async fn places(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Query(asked): Query<StaffQuery>,
) -> Result<Json<SellerPlaces>, SandboxError> {
    let (limit, after, user) = (limit(asked.limit)?, cursor(asked.before.as_deref())?, this.party);
    portal.posted().await?;
    let found = portal.read(move |reader| places_of(reader, user, after, limit)).await;
    let (found, next) = found.ok_or_else(unreadable)?;
    let mut sellers = Vec::with_capacity(found.len());
    for place in found {
        let name = party(&portal, place.seller).await?.name.to_string();
        let acts = StaffAct::ALL.into_iter().filter(|act| place.role.may(*act)).map(StaffAct::as_str);
        sellers.push(SellerPlace {
            seller_id: place.seller.to_string(),
            name,
            role: place.role.into(),
            acts: acts.collect(),
        });
    }
    Ok(Json(SellerPlaces { sellers, next }))
}

/// Who acts for the merchant. A page may be short and still have a next one.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/staff",
    tag = "seller-staff",
    params(("seller_id" = String, Path, description = "The merchant."), StaffQuery),
    responses((status = 200, description = "The staff.", body = StaffMembers))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Query(asked): Query<StaffQuery>,
) -> Result<Json<StaffMembers>, SandboxError> {
    let (limit, after, seller) = (limit(asked.limit)?, cursor(asked.before.as_deref())?, shop.seller);
    let (rows, next) = page_of_staff(&portal, seller, after, limit).await?;
    let mut staff = Vec::with_capacity(rows.len());
    for row in rows {
        staff.push(member(&portal, &row).await?);
    }
    Ok(Json(StaffMembers { staff, next }))
}

/// Makes a person staff, or gives a person another role, with one of the passwords of whoever asks. The same again
/// changes nothing.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/staff",
    tag = "seller-staff",
    params(("seller_id" = String, Path, description = "The merchant.")),
    request_body = NewStaff,
    responses((status = 200, description = "The person, as it acts from now on.", body = StaffMember))
)]
pub(crate) async fn set(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<StaffMember>, SandboxError> {
    let NewStaff { login, role, login_password, pay_password } = read(&headers, &body)?;
    OwnPassword::given(login_password, pay_password)?.prove(&portal, shop.user).await?;
    let found = find_login(&portal, &login).await;
    let user = found.map_err(|error| SandboxError::of(error, |_| no_person()))?.ok_or_else(no_person)?;
    let (seller, by) = (shop.seller, Some(shop.user));
    let row = portal.door.ask(SetStaff { seller, user, role: role.into(), active: true, by }).await;
    let row = row.map_err(|error| SandboxError::of(error, refused))?;
    // It is said from here on: only the look at the person may fail.
    member(&portal, &row).await.map(Json).map_err(SandboxError::not_seen)
}

/// Ends that a person acts for the merchant. Of who does not, it changes nothing.
#[utoipa::path(
    delete,
    path = "/sellers/{seller_id}/staff/{user_id}",
    tag = "seller-staff",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("user_id" = String, Path, description = "The person.")
    ),
    responses((status = 204, description = "The person does not act for the merchant."))
)]
pub(crate) async fn end(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Path((_, user_id)): Path<(String, String)>,
) -> Result<StatusCode, SandboxError> {
    let user: PartyId = user_id.parse().map_err(|_| no_person())?;
    let seller = shop.seller;
    let role = portal.door.ask(FindStaff { seller, user }).await;
    let role = role.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    if let Some(role) = role {
        let by = Some(shop.user);
        let done = portal.door.ask(SetStaff { seller, user, role, active: false, by }).await;
        done.map_err(|error| SandboxError::of(error, refused))?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Stops acting for the merchant, for whoever asks. Asked again, it is 404 `seller_not_found`: it is done.
#[utoipa::path(
    delete,
    path = "/sellers/{seller_id}/staff/me",
    tag = "seller-staff",
    params(("seller_id" = String, Path, description = "The merchant.")),
    responses((status = 204, description = "Whoever asks does not act for the merchant any more."))
)]
pub(crate) async fn leave(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, user, role }: AtShop,
) -> Result<StatusCode, SandboxError> {
    let done = portal.door.ask(SetStaff { seller, user, role, active: false, by: Some(user) }).await;
    done.map_err(|error| SandboxError::of(error, refused))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of those who act for a merchant, and where the next one begins.
pub(crate) async fn page_of_staff(
    portal: &Portal,
    seller: PartyId,
    after: PartyId,
    limit: usize,
) -> Result<(Vec<Arc<MerchantStaff>>, Option<String>), SandboxError> {
    portal.posted().await?;
    let found = portal.read(move |reader| staff_of(reader, seller, after, limit)).await;
    found.ok_or_else(unreadable)
}

/// Why the staff stays as it is, in words.
pub(crate) fn refused(why: StaffRefused) -> SandboxError {
    match why {
        StaffRefused::SellerNotFound => SandboxError::missing("seller_not_found", why),
        StaffRefused::SellerClosed => SandboxError::conflict("seller_closed", why),
        StaffRefused::NotOwner => SandboxError::new(StatusCode::FORBIDDEN, "role_forbids", why),
        StaffRefused::NotStaff | StaffRefused::PersonNotFound => {
            SandboxError::missing("person_not_found", why)
        }
        StaffRefused::NoOwnerLeft => SandboxError::conflict("last_owner", why),
        StaffRefused::TooMany => SandboxError::conflict("too_many_staff", why),
        StaffRefused::TooManyEver => SandboxError::conflict("too_many", why),
    }
}

/// Before the first party of all.
pub(crate) const fn before_all() -> PartyId {
    PartyId::platform(Slot::PLATFORM)
}

/// The lists that begin after a number begin after the platform's when none is said.
fn cursor(before: Option<&str>) -> Result<PartyId, SandboxError> {
    let Some(before) = before else { return Ok(before_all()) };
    before.parse().map_err(|_| bad_cursor("before"))
}

fn unreadable() -> SandboxError {
    SandboxError::broken("the staff of merchants cannot be read")
}

fn no_person() -> SandboxError {
    refused(StaffRefused::PersonNotFound)
}

/// A party that a row names.
pub(crate) async fn party(portal: &Portal, party: PartyId) -> Result<Arc<Party>, SandboxError> {
    let found = portal.door.ask(FindParty { party }).await;
    found.map_err(|error| {
        SandboxError::of(error, |PartyNotFound| SandboxError::broken("a party of staff is not there"))
    })
}

async fn member(portal: &Portal, row: &MerchantStaff) -> Result<StaffMember, SandboxError> {
    let person = party(portal, row.user).await?;
    let shown = shown_of(&person);
    Ok(StaffMember {
        user_id: row.user.to_string(),
        name: shown.name,
        login: shown.login,
        role: row.role.into(),
        since: moment(row.since_us),
    })
}

/// Rows of a page, and where the next one begins.
type PageOf<R> = (Vec<Arc<R>>, Option<String>);

/// Of one row more than a page holds: the page, and where the next one begins.
fn page_of<R>(mut found: Vec<Arc<R>>, limit: usize, name: impl Fn(&R) -> PartyId) -> PageOf<R> {
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| name(last).to_string());
    (found, next)
}

fn places_of(
    reader: &mut dyn Reader,
    user: PartyId,
    after: PartyId,
    limit: usize,
) -> Result<PageOf<StaffPlace>, StoreError> {
    let slot = user.slot();
    let after = Key::StaffPlace((slot, user, after));
    let rows = reader.scan(Table::StaffPlace, Some(slot), Some(&after), limit.saturating_add(1))?;
    let own = rows.into_iter().map_while(|row| match row {
        Row::StaffPlace(place) if place.user == user => Some(place),
        _ => None,
    });
    let (mut found, next) = page_of(own.collect(), limit, |place: &StaffPlace| place.seller);
    found.retain(|place| place.active);
    Ok((found, next))
}

fn staff_of(
    reader: &mut dyn Reader,
    seller: PartyId,
    after: PartyId,
    limit: usize,
) -> Result<PageOf<MerchantStaff>, StoreError> {
    let slot = seller.slot();
    let after = Key::MerchantStaff((slot, seller, after));
    let rows = reader.scan(Table::MerchantStaff, Some(slot), Some(&after), limit.saturating_add(1))?;
    let own = rows.into_iter().map_while(|row| match row {
        Row::MerchantStaff(row) if row.seller == seller => Some(row),
        _ => None,
    });
    let (mut found, next) = page_of(own.collect(), limit, |row: &MerchantStaff| row.user);
    found.retain(|row| row.active);
    Ok((found, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_called_as_rows_call_them() {
        for role in StaffRole::ALL {
            let told = SellerRole::from(role);
            assert_eq!(serde_json::to_value(told).unwrap(), role.as_str());
            assert_eq!(StaffRole::from(told), role);
        }
    }

    #[test]
    fn a_page_is_cut_where_the_next_one_begins() {
        let ids = [1, 2, 3].map(|number| PartyId::issue(number, Slot::PLATFORM).unwrap());
        let rows = || ids.map(Arc::new).to_vec();
        for (limit, shown, next) in [(1, 1, Some(ids[0])), (2, 2, Some(ids[1])), (3, 3, None), (4, 3, None)] {
            let (found, goes_on) = page_of(rows(), limit, |id| *id);
            assert_eq!((found.len(), goes_on), (shown, next.map(|id| id.to_string())), "{limit}");
        }
        assert_eq!(cursor(None).unwrap(), before_all());
        assert_eq!(cursor(Some("2088")).map_err(|error| error.code()), Err("bad_cursor"));
    }
}
