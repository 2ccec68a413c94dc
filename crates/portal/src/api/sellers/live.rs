//! `/sellers/{seller_id}/events`: that something happened to a merchant's orders, told while one of its people watches.
//!
//! A stream is one of those of `/me/events`: it has its place among them, looks no more often, and ends as they do; and
//! when the role of whoever watches is another than it was when it began.

use super::super::events::{Asked, Watched, asked, stream};
use super::orders::Sight;
use crate::people::{AtShop, Who};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::State;
use axum::response::Response;
use base::{OrderNo, PartyId};
use bill::{BillError, SaleFilter, SaleState, sale_page};
use engine::{FindAccount, FindStaff};
use money::{Currency, Money};
use serde::Serialize;
use std::sync::Arc;
use store::Reader;
use trade::OrderState;
use utoipa::ToSchema;

/// Newest orders that are watched. An older one moves money when it changes, and that is seen by who may see takings.
const ORDERS_WATCHED: usize = 50;

/// Buyers of any orders who wait for an answer and are watched, the oldest order first.
const WAITING_WATCHED: usize = 50;

/// Where there is something new of a merchant to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SellerPart {
    /// One of the newest orders, or their list, or who asks for a refund.
    Orders,
    /// What the merchant has; only for whoever may see takings or bills.
    Money,
}

/// What one of a merchant's people who watches is told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct SellerChanged {
    /// Never empty; all that may be seen at first, since nobody knows what was seen before.
    changed: Vec<SellerPart>,
}

/// An order, as it is compared: its number, where it stands, what of it was given back, and what was asked back.
type Standing = (OrderNo, OrderState, SaleState, Money, Option<Asked>);
/// A buyer who waits for an answer: the order, and which asking of it.
type Waiting = (OrderNo, u32);

/// What is compared from one look to the next.
#[derive(Clone, PartialEq, Debug)]
struct Seen {
    /// The newest orders.
    orders: Vec<Standing>,
    /// Who waits for an answer, also of older orders.
    waiting: Vec<Waiting>,
    /// What can be spent; `None` for whoever may see neither takings nor bills.
    money: Option<Money>,
}

/// The orders of a merchant, for one of its people.
struct Orders {
    at: AtShop,
}

impl Watched for Orders {
    type Seen = Seen;
    type Said = SellerChanged;

    async fn may_hear(&self, portal: &Portal) -> Option<bool> {
        let AtShop { seller, user, role } = self.at;
        let now = portal.door.ask(FindStaff { seller, user }).await.ok()?;
        Some(now == Some(role))
    }

    async fn look(&self, portal: &Portal) -> Option<Seen> {
        let AtShop { seller, role, .. } = self.at;
        let money = if Sight::of(role).books {
            let account = portal.door.ask(FindAccount { party: seller, currency: Currency::Cny }).await;
            Some(account.ok()?.available())
        } else {
            None
        };
        let now_us = portal.door.now_us();
        match portal.read(move |reader| Ok(newest(reader, seller, now_us))).await? {
            Ok((orders, waiting)) => Some(Seen { orders, waiting, money }),
            Err(error) => {
                tracing::error!(%error, "the newest orders cannot be read");
                None
            }
        }
    }

    fn changed(before: Option<&Seen>, now: &Seen) -> Option<SellerChanged> {
        let orders = before.is_none_or(|before| before.orders != now.orders || before.waiting != now.waiting);
        let money = match before {
            Some(before) => before.money != now.money,
            None => now.money.is_some(),
        };
        let parts = [(SellerPart::Orders, orders), (SellerPart::Money, money)];
        let changed: Vec<_> =
            parts.into_iter().filter_map(|(part, is_other)| is_other.then_some(part)).collect();
        (!changed.is_empty()).then_some(SellerChanged { changed })
    }
}

/// The newest orders as they stand now (microseconds UTC), and who waits for an answer.
fn newest(
    reader: &mut dyn Reader,
    seller: PartyId,
    now_us: i64,
) -> Result<(Vec<Standing>, Vec<Waiting>), BillError> {
    let page = sale_page(reader, seller, &SaleFilter::default(), now_us, None, ORDERS_WATCHED)?;
    let mut orders = Vec::with_capacity(page.orders.len());
    for order in page.orders {
        let asked = if order.paid_at_us.is_some() { asked(reader, seller, order.no)? } else { None };
        orders.push((order.no, order.state, SaleState::of(&order, now_us), order.refunded(), asked));
    }
    let waiting = reader.open_refund_wishes(seller, None, WAITING_WATCHED)?;
    Ok((orders, waiting.iter().map(|wish| (wish.order_no, wish.asking)).collect()))
}

/// Tells that something happened to the merchant's orders, as server-sent events: `changed` at once, and again whenever
/// one of the newest orders, or what the merchant has, is another.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/events",
    tag = "seller-events",
    params(("seller_id" = String, Path, description = "The merchant.")),
    responses((
        status = 200,
        description = "Events called `changed`, each with this as its data.",
        body = SellerChanged,
        content_type = "text/event-stream"
    ))
)]
pub(crate) async fn follow(
    State(portal): State<Arc<Portal>>,
    at: AtShop,
    Who(device): Who,
) -> Result<Response, SandboxError> {
    stream(portal, device, Orders { at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use trade::RefundWishState;

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let yuan = |minor| Money::from_minor(minor, Currency::Cny).unwrap();
        let newest = OrderNo::from_number(12_345_600).unwrap();
        let order = |state, stands, back| (newest, state, stands, yuan(back), None);
        let waiting = order(OrderState::Offered, SaleState::Waiting, 0);
        let before = Seen { orders: vec![waiting], waiting: Vec::new(), money: Some(yuan(100)) };
        let told = |before: Option<&Seen>, now: &Seen| Orders::changed(before, now).map(|said| said.changed);
        let (orders, money) = (SellerPart::Orders, SellerPart::Money);
        assert_eq!(told(None, &before), Some(vec![orders, money]));
        assert_eq!(told(Some(&before), &before), None);
        let blind = Seen { money: None, ..before.clone() };
        assert_eq!(told(None, &blind), Some(vec![orders]), "who may not see money is told of none");
        assert_eq!(told(Some(&blind), &blind), None);
        let richer = Seen { money: Some(yuan(101)), ..before.clone() };
        assert_eq!(told(Some(&before), &richer), Some(vec![money]));
        for other in [
            order(OrderState::WaitBuyerPay, SaleState::Waiting, 0),
            order(OrderState::Paid, SaleState::Paid, 0),
            order(OrderState::Offered, SaleState::Closed, 0),
            order(OrderState::Offered, SaleState::Waiting, 1),
        ] {
            let now = Seen { orders: vec![other], ..before.clone() };
            assert_eq!(told(Some(&before), &now), Some(vec![orders]));
        }
        let mut seen = before.clone();
        for state in [RefundWishState::Open, RefundWishState::Refused] {
            let earlier = seen.clone();
            seen.orders[0].4 = Some((1, state));
            assert_eq!(told(Some(&earlier), &seen), Some(vec![orders]), "what was asked back is {state:?}");
        }
        let older = OrderNo::from_number(12_345_500).unwrap();
        let asked = Seen { waiting: vec![(older, 1)], ..before.clone() };
        let asked_anew = Seen { waiting: vec![(older, 2)], ..before.clone() };
        assert_eq!(told(Some(&before), &asked), Some(vec![orders]), "somebody asks of an older order");
        assert_eq!(told(Some(&asked), &asked_anew), Some(vec![orders]));
        let text = serde_json::to_string(&SellerChanged { changed: vec![orders, money] });
        assert_eq!(text.unwrap(), r#"{"changed":["orders","money"]}"#);
    }
}
