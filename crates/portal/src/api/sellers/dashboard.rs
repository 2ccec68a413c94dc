//! `/sellers/{seller_id}/dashboard`: a day beside the same weekday of the week before.

use super::super::moment;
use super::{day_of, many_tables};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Query, State};
use base::Day;
use bill::{DASHBOARD_ORDERS_MAX, REPURCHASE_DAYS, ShopDashboard, ShopDay, Takings, shop_dashboard, yuan};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A whole, in basis points.
const WHOLE_BP: u64 = 10_000;

/// Which day is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerDayQuery {
    /// The day in China, `yyyy-MM-dd`; today when it is not said.
    day: Option<String>,
}

/// A day of a merchant beside the same weekday of the week before. Yuan alone are counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerDashboard {
    /// The day.
    day: String,
    /// When this was counted.
    #[schema(format = DateTime)]
    as_of: String,
    /// Whether the day is not over.
    is_today: bool,
    /// The day.
    today: SellerDay,
    /// The same weekday of the week before, all of it.
    week_ago: SellerDay,
    /// What was taken on that day until the time of day of `as_of`.
    week_ago_until_now: SellerTakings,
    /// Who came again.
    repurchase: SellerRepurchase,
    /// Whether all orders of the year before were read, and their refunds: what needs the orders is null when they were
    /// not, and refunds of older orders are not counted.
    is_whole: bool,
    /// Most orders that are read.
    orders_read_max: usize,
}

/// One day of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerDay {
    /// The day.
    day: String,
    /// What buyers paid, yuan.
    takings: String,
    /// How many payments that were.
    payments: u32,
    /// How many orders were opened.
    opened: u32,
    /// How many of these were paid, whenever.
    paid_of_opened: u32,
    /// The same in basis points; null when none was opened.
    success_rate_bp: Option<u64>,
    /// What was given back, yuan: refunds that were made on the day and did not come back.
    refunded: String,
    /// How many refunds that were.
    refunds: u32,
    /// Takings less refunds, yuan.
    net: String,
    /// Takings by payment, yuan, fen cut off; null without a payment.
    average_ticket: Option<String>,
    /// How many people paid.
    payers: u32,
    /// How many of them had paid this merchant nothing in the 365 days before.
    new_payers: Option<u32>,
    /// The others.
    returning_payers: Option<u32>,
    /// What was taken by the hours of the day, 24 of them.
    hours: Vec<SellerHour>,
}

/// An hour of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerHour {
    /// From 0 to 23.
    hour: usize,
    /// What buyers paid, yuan.
    takings: String,
    /// How many payments that were.
    payments: u32,
}

/// What buyers paid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerTakings {
    /// How much, yuan.
    takings: String,
    /// How many payments that were.
    payments: u32,
}

/// Who came again in the days up to the day; null where these were not read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerRepurchase {
    /// How many days.
    days: u32,
    /// How many people paid.
    payers: Option<u32>,
    /// How many of them paid more than once.
    payers_again: Option<u32>,
    /// The same in basis points; null without a payer.
    rate_bp: Option<u64>,
}

/// A part of a whole in basis points, cut off; `None` of nothing.
fn share_bp(part: u32, whole: u32) -> Option<u64> {
    (u64::from(part) * WHOLE_BP).checked_div(u64::from(whole))
}

impl SellerTakings {
    fn of(taken: Takings) -> SellerTakings {
        SellerTakings { takings: yuan(taken.minor), payments: taken.payments }
    }
}

impl SellerDay {
    fn of(day: &ShopDay) -> SellerDay {
        let hour = |(hour, taken): (usize, &Takings)| SellerHour {
            hour,
            takings: yuan(taken.minor),
            payments: taken.payments,
        };
        SellerDay {
            day: day.day.to_string(),
            takings: yuan(day.taken.minor),
            payments: day.taken.payments,
            opened: day.opened,
            paid_of_opened: day.paid_of_opened,
            success_rate_bp: share_bp(day.paid_of_opened, day.opened),
            refunded: yuan(day.refunded_minor),
            refunds: day.refunds,
            net: yuan(day.taken.minor.saturating_sub(day.refunded_minor)),
            average_ticket: day.taken.minor.checked_div(i64::from(day.taken.payments)).map(yuan),
            payers: day.payers,
            new_payers: day.new_payers,
            returning_payers: day.new_payers.map(|new| day.payers.saturating_sub(new)),
            hours: day.hours.iter().enumerate().map(hour).collect(),
        }
    }
}

impl SellerDashboard {
    fn of(board: &ShopDashboard, today: Day, now_us: i64) -> SellerDashboard {
        let repurchase = board.repurchase;
        SellerDashboard {
            day: board.day.day.to_string(),
            as_of: moment(now_us),
            is_today: board.day.day == today,
            today: SellerDay::of(&board.day),
            week_ago: SellerDay::of(&board.week_before),
            week_ago_until_now: SellerTakings::of(board.week_before_until_now),
            repurchase: SellerRepurchase {
                days: REPURCHASE_DAYS,
                payers: repurchase.map(|found| found.payers),
                payers_again: repurchase.map(|found| found.again),
                rate_bp: repurchase.and_then(|found| share_bp(found.again, found.payers)),
            },
            is_whole: board.is_whole,
            orders_read_max: DASHBOARD_ORDERS_MAX,
        }
    }
}

/// Tells how a day goes.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/dashboard",
    tag = "seller-books",
    params(("seller_id" = String, Path, description = "The merchant."), SellerDayQuery),
    responses((status = 200, description = "The day.", body = SellerDashboard))
)]
pub(crate) async fn dashboard(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(SellerDayQuery { day }): Query<SellerDayQuery>,
) -> Result<Json<SellerDashboard>, SandboxError> {
    let now_us = portal.door.now_us();
    let today = Day::of(now_us);
    let day = day.map_or(Ok(today), |day| day_of(&day, "day"))?;
    if day > today {
        return Err(SandboxError::bad("bad_day", "day is today at the latest").of_field("day"));
    }
    let board = many_tables(&portal, move |reader| shop_dashboard(reader, seller, day, now_us)).await?;
    Ok(Json(SellerDashboard::of(&board, today, now_us)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_none() {
        for (part, whole, expected) in
            [(0, 0, None), (0, 3, Some(0)), (1, 3, Some(3_333)), (3, 3, Some(10_000))]
        {
            assert_eq!(share_bp(part, whole), expected, "{part} of {whole}");
        }
    }
}
