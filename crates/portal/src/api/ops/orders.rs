//! `/ops/orders`: all orders, newest first, and everything that happened to one of them.

use super::super::moment;
use super::super::page::limit;
use super::event::OpsEvent;
use super::read::{books, cursor, one, user};
use super::timeline::story;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_recon::day_of;
use axum::Json;
use axum::extract::{Path, Query, State};
use base::{Day, OrderNo, PartyId, SLOTS};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Order, OrderState};
use utoipa::{IntoParams, ToSchema};

/// Orders that one call looks at: a filter that fits little ends there, and the next page goes on.
const LOOKED_MAX: usize = 2_000;
/// Orders read at once.
const PAGE: usize = 100;

/// Which orders are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Orders in this state alone: `offered`, `wait_buyer_pay`, `paid`, `finished` or `closed`.
    state: Option<String>,
    /// Orders of this day and later, yyyy-MM-dd.
    from: Option<String>,
    /// Orders of this day and earlier.
    to: Option<String>,
    /// Orders of this merchant alone.
    seller_id: Option<String>,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsOrders {
    /// Newest first.
    orders: Vec<OpsOrder>,
    /// The `cursor` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsOrder {
    trade_no: String,
    out_trade_no: String,
    seller_id: String,
    buyer_id: Option<String>,
    app_id: String,
    subject: String,
    total: String,
    refunded: String,
    fee: String,
    fee_back: String,
    currency: &'static str,
    /// `offered`, `wait_buyer_pay`, `paid`, `finished` or `closed`.
    state: &'static str,
    product: &'static str,
    #[schema(format = DateTime)]
    opened_at: String,
    /// When a buyer took it up.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    #[schema(format = DateTime)]
    paid_at: Option<String>,
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// When it closes unpaid.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Why money did not move.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsRefusal {
    #[schema(format = DateTime)]
    at: String,
    /// As in the timeline.
    title: String,
    /// What the payer was told, in Chinese.
    reason_zh: Option<String>,
    /// The same in English.
    reason_en: Option<String>,
    /// Ids of the rules that stopped it, where rules did.
    rules: Vec<String>,
}

/// An order with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsTimeline {
    order: OpsOrder,
    /// Why tries to pay it came to nothing, earliest first.
    why_refused: Vec<OpsRefusal>,
    /// Earliest first; what is still to come stands last.
    timeline: Vec<OpsEvent>,
    /// Whether there is more than is told.
    truncated: bool,
}

/// What is wanted, read.
struct Wanted {
    seller: Option<PartyId>,
    state: Option<OrderState>,
    from_us: i64,
    before: Option<OrderNo>,
    limit: usize,
}

/// Orders of all merchants or of one, newest first.
#[utoipa::path(
    get,
    path = "/ops/orders",
    tag = "ops",
    params(OrdersQuery),
    responses((status = 200, description = "Orders, newest first.", body = OpsOrders))
)]
pub(crate) async fn orders(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OrdersQuery>,
) -> Result<Json<OpsOrders>, SandboxError> {
    let wanted = wanted(&asked)?;
    let (found, next) = books(&portal, move |reader| page(reader, &wanted)).await?;
    Ok(Json(OpsOrders {
        orders: found.iter().map(|order| OpsOrder::of(order)).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

fn wanted(asked: &OrdersQuery) -> Result<Wanted, SandboxError> {
    let day = |text: Option<&str>, field: &'static str| {
        text.map(day_of).transpose().map_err(|error| error.of_field(field))
    };
    let state = |name: &str| {
        let found = OrderState::ALL.into_iter().find(|state| state.as_str() == name);
        found.ok_or_else(|| SandboxError::bad("bad_state", "there is no such state").of_field("state"))
    };
    let given: Option<OrderNo> = cursor(asked.cursor.as_deref())?;
    // Numbers are made of the moment and the slot: a day ends before the first number of the next.
    let end = day(asked.to.as_deref(), "to")?.and_then(|day: Day| first_of(day.plus_days(1)));
    let before = match (given, end) {
        (Some(given), Some(end)) => Some(given.min(end)),
        (given, end) => given.or(end),
    };
    Ok(Wanted {
        seller: asked.seller_id.as_deref().map(user).transpose()?,
        state: asked.state.as_deref().map(state).transpose()?,
        from_us: day(asked.from.as_deref(), "from")?.map_or(i64::MIN, Day::begins_at_us),
        before,
        limit: limit(asked.limit)?,
    })
}

/// The first number of a day, whatever its slot.
fn first_of(day: Day) -> Option<OrderNo> {
    OrderNo::from_number(day.begins_at_us().saturating_mul(i64::from(SLOTS)))
}

/// A page, and where the next one begins.
fn page(reader: &mut dyn Reader, wanted: &Wanted) -> Result<(Vec<Arc<Order>>, Option<OrderNo>), StoreError> {
    let (mut found, mut before, mut looked) = (Vec::new(), wanted.before, 0);
    while looked < LOOKED_MAX {
        let rows = reader.orders(wanted.seller, before, PAGE)?;
        let is_last = rows.len() < PAGE;
        for order in rows {
            if order.no.at_us() < wanted.from_us {
                return Ok((found, None));
            }
            if found.len() == wanted.limit {
                return Ok((found, before));
            }
            before = Some(order.no);
            looked += 1;
            if wanted.state.is_none_or(|state| state == order.state) {
                found.push(order);
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
    Ok((found, before))
}

/// One order with everything that happened to it.
#[utoipa::path(
    get,
    path = "/ops/orders/{trade_no}",
    tag = "ops",
    params(("trade_no" = String, Path, description = "Our number of the order.")),
    responses((status = 200, description = "The order and its timeline.", body = OpsTimeline))
)]
pub(crate) async fn order(
    State(portal): State<Arc<Portal>>,
    Path(trade_no): Path<String>,
) -> Result<Json<OpsTimeline>, SandboxError> {
    let no: OrderNo = trade_no.parse().map_err(|error| SandboxError::bad("bad_trade_no", error))?;
    let now_us = portal.door.now_us();
    let found = books(&portal, move |reader| {
        let Some(order) = one::<Order>(reader, (no.slot(), no))? else { return Ok(None) };
        let story = story(reader, &order, now_us)?;
        Ok(Some((order, story)))
    });
    let missing = || SandboxError::missing("order_not_found", "there is no such order");
    let (order, story) = found.await?.ok_or_else(missing)?;
    Ok(Json(OpsTimeline {
        order: OpsOrder::of(&order),
        why_refused: story.events.iter().filter_map(OpsRefusal::of).collect(),
        timeline: story.events,
        truncated: story.is_cut,
    }))
}

impl OpsOrder {
    fn of(order: &Order) -> OpsOrder {
        OpsOrder {
            trade_no: order.no.to_string(),
            out_trade_no: order.out_trade_no.to_string(),
            seller_id: order.seller.to_string(),
            buyer_id: order.buyer.map(|buyer| buyer.to_string()),
            app_id: order.app.to_string(),
            subject: order.subject.to_string(),
            total: order.total().to_string(),
            refunded: order.refunded().to_string(),
            fee: order.fee().to_string(),
            fee_back: order.fee_returned().to_string(),
            currency: order.currency.code(),
            state: order.state.as_str(),
            product: order.product.as_str(),
            opened_at: moment(order.opened_at_us),
            created_at: order.created_at_us.map(moment),
            paid_at: order.paid_at_us.map(moment),
            closed_at: order.closed_at_us.map(moment),
            expires_at: moment(order.expires_at_us),
        }
    }
}

impl OpsRefusal {
    /// The refusal that an event tells, when it tells one.
    fn of(event: &OpsEvent) -> Option<OpsRefusal> {
        let field = |name: &str| event.fields.get(name).map(String::as_str);
        let refuses = match event.kind {
            "receipt" => !matches!(field("outcome"), Some("asked" | "paid" | "waiting")),
            "risk" => field("outcome") == Some("stopped"),
            "bank_order" => event.title == "bank_order.failed",
            _ => false,
        };
        let fired = event.rules.iter().filter(|rule| rule.part == "fired");
        refuses.then(|| OpsRefusal {
            at: event.at.clone(),
            title: event.title.clone(),
            reason_zh: event.reason_zh.clone(),
            reason_en: event.reason_en.clone(),
            rules: fired.map(|rule| rule.id.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{OpsRule, events};
    use super::*;
    use engine::Row;
    use money::Currency;
    use trade::{Receipt, ReceiptOutcome};

    #[test]
    fn a_day_ends_before_the_first_number_of_the_next() {
        let query = |to: &str, cursor: Option<&str>| OrdersQuery {
            to: Some(to.to_owned()),
            cursor: cursor.map(str::to_owned),
            ..OrdersQuery::default()
        };
        let day: Day = "2026-01-02".parse().unwrap();
        let end = wanted(&query("2026-01-02", None)).unwrap().before.unwrap();
        assert_eq!(end.at_us(), day.plus_days(1).begins_at_us());
        // Of a cursor and a day the earlier one holds.
        let earlier = first_of(day).unwrap().to_string();
        let found = wanted(&query("2026-01-02", Some(&earlier))).unwrap();
        assert_eq!(found.before.unwrap().to_string(), earlier);
        for (asked, code) in [
            (query("yesterday", None), "bad_day"),
            (query("2026-01-02", Some("7")), "bad_cursor"),
            (OrdersQuery { state: Some("lost".to_owned()), ..OrdersQuery::default() }, "bad_state"),
            (OrdersQuery { seller_id: Some("1".to_owned()), ..OrdersQuery::default() }, "bad_user_id"),
            (OrdersQuery { limit: Some(0), ..OrdersQuery::default() }, "bad_limit"),
        ] {
            assert_eq!(wanted(&asked).map(|_| ()).unwrap_err().code(), code, "{asked:?}");
        }
    }

    fn receipt(outcome: ReceiptOutcome) -> OpsEvent {
        let order_no = first_of("2026-01-02".parse().unwrap()).unwrap();
        let row = Receipt { slot: order_no.slot(), order_no, attempt: [7; 16], outcome, at_us: 0 };
        let mut told = events(&Row::Receipt(Arc::new(row)), Currency::Cny, 1);
        told.pop().unwrap().1
    }

    /// The same moment, told by a row of another kind.
    fn told_by(kind: &'static str, what: &str, outcome: Option<&str>) -> OpsEvent {
        let mut event = receipt(ReceiptOutcome::Asked);
        (event.kind, event.title) = (kind, format!("{kind}.{what}"));
        event.fields = outcome.map(|outcome| ("outcome", outcome.to_owned())).into_iter().collect();
        event
    }

    #[test]
    fn each_try_that_came_to_nothing_says_why_and_no_other_does() {
        use ReceiptOutcome as Outcome;
        for (outcome, refuses) in [
            (Outcome::Asked, false),
            (Outcome::Paid, false),
            (Outcome::Waiting, false),
            (Outcome::CodeInvalid, true),
            (Outcome::BuyerBlocked, true),
            (Outcome::BuyerIsSeller, true),
            (Outcome::BuyerDiffers, true),
            (Outcome::BalanceTooLow, true),
            (Outcome::OrderClosed, true),
            (Outcome::BuyerLimit, true),
            (Outcome::BuyerStopped, true),
            (Outcome::Risk, true),
        ] {
            let event = receipt(outcome);
            let found = OpsRefusal::of(&event);
            assert_eq!(found.is_some(), refuses, "{outcome:?} {event:?}");
            let expected = format!("receipt.{}", outcome.as_str());
            assert!(found.is_none_or(|found| found.title == expected), "{event:?}");
        }
        for (event, refuses) in [
            (told_by("risk", "stopped", Some("stopped")), true),
            (told_by("risk", "passed", Some("passed")), false),
            (told_by("risk", "delayed", Some("delayed")), false),
            (told_by("bank_order", "failed", None), true),
            (told_by("bank_order", "done", None), false),
            (told_by("bank_order", "sent", None), false),
            (told_by("order", "closed", None), false),
            (told_by("posting", "failed", Some("stopped")), false),
        ] {
            assert_eq!(OpsRefusal::of(&event).is_some(), refuses, "{event:?}");
        }
    }

    #[test]
    fn of_the_rules_that_spoke_those_that_fired_are_why() {
        let rule = |id: &str, part| OpsRule { id: id.to_owned(), part, text: None };
        let mut event = told_by("risk", "stopped", Some("stopped"));
        event.rules = vec![rule("A", "fired"), rule("B", "shadow"), rule("C", "failed"), rule("D", "fired")];
        (event.reason_zh, event.reason_en) = (Some("核实".to_owned()), Some("checked".to_owned()));
        let why = OpsRefusal::of(&event).unwrap();
        assert_eq!(why.rules, ["A", "D"]);
        assert_eq!((why.reason_zh, why.reason_en), (event.reason_zh, event.reason_en));
    }
}
