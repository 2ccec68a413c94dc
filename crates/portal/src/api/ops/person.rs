//! `/ops/parties/{user_id}/person` and `/deals`: a person in clear, and what a party paid, sent and had.

use super::super::moment;
use super::parties::missing;
use super::read::{books, cursor, one, user};
use crate::api::desk::{Act, act};
use crate::api::page::limit;
use crate::people::{AtDesk, OpsPerson, person_of, unmasked};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Path, Query, State};
use base::{OrderNo, PartyId};
use bill::{
    BillCursor, BillDirection, BillError, BillFilter, BillKind, BillState, Deal, WalletBill, bill_page,
};
use money::Currency;
use people::{Party, PartyKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::Order;
use utoipa::{IntoParams, ToSchema};

/// Which deals are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DealsQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A page of deals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsDeals {
    /// Newest first.
    deals: Vec<OpsDeal>,
    /// The `cursor` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// A deal of a party.
#[derive(Debug, Serialize, ToSchema)]
struct OpsDeal {
    /// `payment`, `transfer_out`, `transfer_in`, `top_up` or `withdrawal` of a person, `sale` of a merchant.
    kind: &'static str,
    no: String,
    /// The order that tells more.
    trade_no: Option<String>,
    /// `in`, `out` or `neutral`.
    direction: &'static str,
    title: String,
    amount: String,
    refunded: String,
    currency: &'static str,
    state: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// The other side: a merchant's name, a person's masked.
    other: Option<String>,
}

/// A person in clear: name, address, evidence. Each look is noted in the trail before it is answered.
#[utoipa::path(
    get,
    path = "/ops/parties/{user_id}/person",
    tag = "ops",
    params(("user_id" = String, Path, description = "The user.")),
    responses((status = 200, description = "The person in clear.", body = OpsPerson))
)]
pub(crate) async fn person(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(user_id): Path<String>,
) -> Result<Json<OpsPerson>, SandboxError> {
    let party = person_of(&portal, user(&user_id)?).await?;
    let look = Act::look("person.look", party.id.to_string());
    let own = portal.clone();
    act(&portal, &desk, look, async move { unmasked(&own, &party).await.map(Json) }).await
}

/// What a person paid, sent and had, or a merchant sold, newest first.
#[utoipa::path(
    get,
    path = "/ops/parties/{user_id}/deals",
    tag = "ops",
    params(("user_id" = String, Path, description = "The user."), DealsQuery),
    responses((status = 200, description = "Deals, newest first.", body = OpsDeals))
)]
pub(crate) async fn deals(
    State(portal): State<Arc<Portal>>,
    Path(user_id): Path<String>,
    Query(asked): Query<DealsQuery>,
) -> Result<Json<OpsDeals>, SandboxError> {
    let (id, limit) = (user(&user_id)?, limit(asked.limit)?);
    let found = books(&portal, move |reader| one::<Party>(reader, (id.slot(), id))).await?;
    let party = found.ok_or_else(missing)?;
    match party.kind {
        PartyKind::Merchant => sales(&portal, id, cursor(asked.cursor.as_deref())?, limit).await.map(Json),
        PartyKind::Person => bills(&portal, id, cursor(asked.cursor.as_deref())?, limit).await.map(Json),
    }
}

async fn bills(
    portal: &Portal,
    id: PartyId,
    before: Option<BillCursor>,
    limit: usize,
) -> Result<OpsDeals, SandboxError> {
    let page =
        books(portal, move |reader| match bill_page(reader, id, &BillFilter::default(), before, limit) {
            Ok(page) => Ok(Ok(page)),
            Err(BillError::Store(error)) => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        });
    let page = page.await?.map_err(SandboxError::broken)?;
    let deals = page.bills.iter().map(OpsDeal::of_bill).collect();
    Ok(OpsDeals { deals, next: page.next.map(|next| next.to_string()) })
}

async fn sales(
    portal: &Portal,
    seller: PartyId,
    before: Option<OrderNo>,
    limit: usize,
) -> Result<OpsDeals, SandboxError> {
    let found = books(portal, move |reader| sold(reader, seller, before, limit)).await?;
    let next = found.get(limit.saturating_sub(1)).filter(|_| found.len() > limit);
    let next = next.map(|(order, _)| order.no.to_string());
    let deals = found.iter().take(limit).map(|(order, other)| OpsDeal::of_order(order, other.clone()));
    Ok(OpsDeals { deals: deals.collect(), next })
}

/// An order and its buyer's name, masked.
type Sold = (Arc<Order>, Option<String>);

/// Orders of a merchant with their buyers' names, masked: one more than the page has, when there is one.
fn sold(
    reader: &mut dyn Reader,
    seller: PartyId,
    before: Option<OrderNo>,
    limit: usize,
) -> Result<Vec<Sold>, StoreError> {
    let mut found = Vec::new();
    for order in reader.orders(Some(seller), before, limit.saturating_add(1))? {
        let buyer = match order.buyer {
            Some(buyer) => one::<Party>(reader, (buyer.slot(), buyer))?,
            None => None,
        };
        let other = buyer.map(|buyer| super::parties::shown_name(&buyer));
        found.push((order, other));
    }
    Ok(found)
}

impl OpsDeal {
    fn of_bill(bill: &WalletBill) -> OpsDeal {
        let deal = &bill.deal;
        let trade_no = match deal {
            Deal::Payment(trade) => Some(trade.no.to_string()),
            Deal::Sent(_) | Deal::Received(_) | Deal::AtBank(_) => None,
        };
        let amount = deal.amount();
        OpsDeal {
            kind: kind_name(deal.kind()),
            no: deal.no(),
            trade_no,
            direction: direction_name(deal.direction()),
            title: bill.title.clone(),
            amount: amount.to_string(),
            refunded: deal.refunded().to_string(),
            currency: amount.currency().code(),
            state: state_name(bill.state()),
            at: moment(deal.at_us()),
            other: Some(bill.other_name.clone()).filter(|name| !name.is_empty()),
        }
    }

    fn of_order(order: &Order, other: Option<String>) -> OpsDeal {
        let currency: Currency = order.currency;
        OpsDeal {
            kind: "sale",
            no: order.no.to_string(),
            trade_no: Some(order.no.to_string()),
            direction: "in",
            title: order.subject.to_string(),
            amount: order.total().to_string(),
            refunded: order.refunded().to_string(),
            currency: currency.code(),
            state: order.state.as_str(),
            at: moment(order.paid_at_us.unwrap_or(order.opened_at_us)),
            other,
        }
    }
}

const fn kind_name(kind: BillKind) -> &'static str {
    match kind {
        BillKind::Payment => "payment",
        BillKind::TransferOut => "transfer_out",
        BillKind::TransferIn => "transfer_in",
        BillKind::TopUp => "top_up",
        BillKind::Withdrawal => "withdrawal",
    }
}

const fn direction_name(direction: BillDirection) -> &'static str {
    match direction {
        BillDirection::In => "in",
        BillDirection::Out => "out",
        BillDirection::Neutral => "neutral",
    }
}

const fn state_name(state: BillState) -> &'static str {
    match state {
        BillState::Waiting => "waiting",
        BillState::Paid => "paid",
        BillState::UnderWay => "under_way",
        BillState::Done => "done",
        BillState::PartlyRefunded => "partly_refunded",
        BillState::Refunded => "refunded",
        BillState::Closed => "closed",
        BillState::Failed => "failed",
        BillState::Returned => "returned",
    }
}
