//! `/api/v1/sellers/{seller_id}/acts`: what persons did for a merchant, newest first.

use super::moment;
use super::page::{bad_cursor, limit};
use super::seller_staff::party;
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sending::shown_of;
use axum::Json;
use axum::extract::{Query, State};
use base::PartyId;
use engine::{Table, Tabled};
use people::{StaffBook, StaffNote};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The call.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(list))
}

/// Which page is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerActQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// What a person asked to be done for the merchant. It is written before it is done: the order, the app or the store
/// tells what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerAct {
    /// 1 for the merchant's first; none is left out.
    number: u64,
    /// When it was asked.
    #[schema(format = DateTime)]
    at: String,
    /// The person.
    user_id: String,
    /// The person's login, masked.
    login: String,
    /// What, as `order.refund`.
    act: String,
    /// The numbers of what it was done to.
    subject: String,
}

/// A page of what was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerActs {
    /// Newest first.
    acts: Vec<SellerAct>,
    /// The `before` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// What persons did for the merchant, newest first.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/acts",
    tag = "seller-acts",
    params(("seller_id" = String, Path, description = "The merchant."), SellerActQuery),
    responses((status = 200, description = "Acts, newest first.", body = SellerActs))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(asked): Query<SellerActQuery>,
) -> Result<Json<SellerActs>, SandboxError> {
    let limit = limit(asked.limit)?;
    let before = asked.before.as_deref().map(str::parse::<u64>).transpose();
    let before = before.map_err(|_| bad_cursor("before"))?;
    portal.posted().await?;
    let found = portal.read(move |reader| page(reader, seller, before, limit)).await;
    let (notes, next) =
        found.ok_or_else(|| SandboxError::broken("what was done for merchants cannot be read"))?;
    let users: BTreeSet<PartyId> = notes.iter().map(|note| note.user).collect();
    let mut logins = BTreeMap::new();
    for user in users {
        let person = party(&portal, user).await?;
        logins.insert(user, shown_of(&person).login);
    }
    let acts = notes.iter().map(|note| SellerAct {
        number: note.number,
        at: moment(note.at_us),
        user_id: note.user.to_string(),
        login: logins.get(&note.user).cloned().unwrap_or_default(),
        act: note.act.to_string(),
        subject: note.subject.to_string(),
    });
    Ok(Json(SellerActs { acts: acts.collect(), next }))
}

/// The notes before a number. They are numbered without gaps, so the page is known before it is read.
fn page(
    reader: &mut dyn Reader,
    seller: PartyId,
    before: Option<u64>,
    limit: usize,
) -> Result<(Vec<Arc<StaffNote>>, Option<String>), StoreError> {
    let slot = seller.slot();
    let book = reader.row(&StaffBook::wrap_key((slot, seller)))?;
    let last = book.as_ref().and_then(StaffBook::unwrap).map_or(0, |book| book.acts);
    let newest = before.map_or(last, |before| before.saturating_sub(1).min(last));
    let above = newest.saturating_sub(u64::try_from(limit).unwrap_or(u64::MAX));
    let after = StaffNote::wrap_key((slot, seller, above));
    let rows = reader.scan(Table::StaffNote, Some(slot), Some(&after), limit)?;
    let own = rows.iter().filter_map(StaffNote::unwrap);
    let own = own.filter(|note| note.seller == seller && note.number <= newest);
    let mut notes: Vec<Arc<StaffNote>> = own.cloned().collect();
    notes.reverse();
    Ok((notes, (above > 0).then(|| (above + 1).to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Text};
    use engine::{Key, Row};
    use store::{Mark, MemoryStore, Store};

    fn note(seller: PartyId, number: u64) -> Row {
        let (slot, act, subject) = (seller.slot(), Text::new("a").unwrap(), Text::new("s").unwrap());
        StaffNote::wrap(Arc::new(StaffNote { slot, seller, number, at_us: 0, user: seller, act, subject }))
    }

    fn book(seller: PartyId, acts: u64) -> Row {
        let slot = seller.slot();
        StaffBook::wrap(Arc::new(StaffBook { slot, seller, staff: 1, owners: 1, ever: 1, acts }))
    }

    #[test]
    fn pages_hold_each_note_of_the_merchant_once_and_nobody_else_s() {
        let [one, other, none] = [1, 2, 3].map(|number| PartyId::issue(number, Slot::PLATFORM).unwrap());
        let rows = [book(one, 5), book(other, 1), note(other, 1)].into_iter();
        let rows = rows.chain((1..=5).map(|number| note(one, number)));
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let mut told = |seller, before, limit| {
            let (notes, next) = page(&mut store, seller, before, limit).unwrap();
            (notes.iter().map(|note| note.number).collect::<Vec<_>>(), next)
        };
        assert_eq!(told(one, None, 2), (vec![5, 4], Some("4".to_owned())));
        assert_eq!(told(one, Some(4), 2), (vec![3, 2], Some("2".to_owned())));
        assert_eq!(told(one, Some(2), 2), (vec![1], None));
        assert_eq!(told(one, None, 5), (vec![5, 4, 3, 2, 1], None));
        assert_eq!(told(one, Some(0), 5), (vec![], None));
        assert_eq!(told(one, Some(99), 1), (vec![5], Some("5".to_owned())));
        assert_eq!(told(other, None, 9), (vec![1], None), "those of the next merchant are not read into it");
        assert_eq!(told(none, None, 9), (vec![], None));
    }
}
