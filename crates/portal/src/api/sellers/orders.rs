//! `/sellers/{seller_id}/orders`: the orders of a merchant in pages, and one of them in full.

use super::super::page::{bad_cursor, limit};
use super::told::{SellerOrder, SellerOrderDetails, SellerOrderState};
use super::{day_of, tables};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_pay::no_order;
use axum::Json;
use axum::extract::{Path, Query, State};
use base::OrderNo;
use bill::{SaleFilter, SaleState, SaleWords, refund_wish_of, sale_of, sale_page, sale_story};
use people::{StaffAct, StaffRole};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most characters of a number that is looked for.
const FIND_MAX: usize = 64;
/// Most characters of words that are looked for.
const WORDS_MAX: usize = 64;

/// Which orders are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerOrderQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
    /// Orders that stand so alone.
    #[param(inline)]
    state: Option<SellerOrderState>,
    /// Opened on this day or later, `yyyy-MM-dd`.
    from: Option<String>,
    /// Opened on this day or earlier.
    to: Option<String>,
    /// The one order that has exactly this number, ours or the merchant's; nothing else is looked at then.
    find: Option<String>,
    /// Orders with these words in what is sold alone, in capitals or not: 1 to 64 characters.
    words: Option<String>,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerOrderPage {
    /// Newest first.
    orders: Vec<SellerOrder>,
    /// The `before` of the next page; absent when nothing is left.
    next: Option<String>,
    /// False where the page ended because 2,000 orders were looked at: the next one goes on from there.
    is_whole: bool,
}

fn filter_of(asked: &SellerOrderQuery) -> Result<SaleFilter, SandboxError> {
    let from = asked.from.as_deref().map(|text| day_of(text, "from")).transpose()?;
    let to = asked.to.as_deref().map(|text| day_of(text, "to")).transpose()?;
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(SandboxError::bad("bad_span", "from is after to").of_field("from"));
    }
    Ok(SaleFilter {
        state: asked.state.map(SaleState::from),
        from_us: from.map(|from| from.begins_at_us()),
        until_us: to.map(|to| to.plus_days(1).begins_at_us()),
        words: asked.words.as_deref().map(words_to_find).transpose()?,
    })
}

fn words_to_find(text: &str) -> Result<SaleWords, SandboxError> {
    let words = Some(text).filter(|text| text.chars().count() <= WORDS_MAX).and_then(SaleWords::new);
    words.ok_or_else(|| {
        let message = format!("words has 1 to {WORDS_MAX} characters, not blanks alone");
        SandboxError::bad("bad_words", message).of_field("words")
    })
}

fn number_to_find(text: &str) -> Result<String, SandboxError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > FIND_MAX {
        let message = format!("find is a number of 1 to {FIND_MAX} characters");
        return Err(SandboxError::bad("bad_find", message).of_field("find"));
    }
    Ok(text.to_owned())
}

/// A page of orders. A page may be short and still have a next one: a filter looks at so many orders at a time.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/orders",
    tag = "seller-orders",
    params(("seller_id" = String, Path, description = "The merchant."), SellerOrderQuery),
    responses((status = 200, description = "Orders, newest first.", body = SellerOrderPage))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(asked): Query<SellerOrderQuery>,
) -> Result<Json<SellerOrderPage>, SandboxError> {
    let (limit, filter) = (limit(asked.limit)?, filter_of(&asked)?);
    let before = asked.before.as_deref().map(str::parse::<OrderNo>).transpose();
    let before = before.map_err(|_| bad_cursor("before"))?;
    let now_us = portal.door.now_us();
    if let Some(number) = asked.find.as_deref().map(number_to_find).transpose()? {
        let found = tables(&portal, move |reader| sale_of(reader, seller, &number)).await?;
        let orders = found.iter().map(|order| SellerOrder::of(order, now_us)).collect();
        return Ok(Json(SellerOrderPage { orders, next: None, is_whole: true }));
    }
    let page =
        tables(&portal, move |reader| sale_page(reader, seller, &filter, now_us, before, limit)).await?;
    let orders = page.orders.iter().map(|order| SellerOrder::of(order, now_us)).collect();
    let next = page.next.map(|next| next.to_string());
    Ok(Json(SellerOrderPage { orders, next, is_whole: page.is_whole }))
}

/// What somebody may be told of an order beside the order itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Sight {
    /// What the merchant keeps of it: fees, splits, and how its books moved.
    pub(super) books: bool,
    /// What its programs were told.
    pub(super) notices: bool,
}

impl Sight {
    /// What a role may be told.
    pub(super) fn of(role: StaffRole) -> Sight {
        let books = role.may(StaffAct::SeeTakings) || role.may(StaffAct::SeeBills);
        Sight { books, notices: role.may(StaffAct::SeeApps) }
    }
}

/// One order in full, with all that happened to it and how the merchant's books moved. Fees are null, and splits and
/// postings are left out, for whoever may see neither takings nor bills; notices for whoever may not see apps, and
/// those of other merchants' apps for everybody.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/orders/{trade_no}",
    tag = "seller-orders",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("trade_no" = String, Path, description = "Our number of the order.")
    ),
    responses((status = 200, description = "The order.", body = SellerOrderDetails))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, role, .. }: AtShop,
    Path((_, trade_no)): Path<(String, String)>,
) -> Result<Json<SellerOrderDetails>, SandboxError> {
    let found = tables(&portal, move |reader| match sale_of(reader, seller, &trade_no)? {
        Some(order) => {
            let wish = refund_wish_of(reader, seller, order.no)?;
            sale_story(reader, order).map(|story| Some((story, wish)))
        }
        None => Ok(None),
    });
    let (mut story, wish) = found.await?.ok_or_else(no_order)?;
    let sight = Sight::of(role);
    // Out of the story, so that nothing made of it tells of them either.
    if !sight.books {
        story.parts.clear();
        story.postings.clear();
    }
    // A third party's app may have made the order: where its letters go is not the merchant's to know.
    let is_own = |app| portal.door.app(app).is_some_and(|app| app.seller == seller);
    story.notices.retain(|notice| sight.notices && is_own(notice.app));
    let qr_code = portal.world.qr_url(story.order.no);
    let details = SellerOrderDetails::of(&story, sight, qr_code, portal.door.now_us());
    Ok(Json(details.with_request(wish.as_deref())))
}
