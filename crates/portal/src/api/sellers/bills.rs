//! `/sellers/{seller_id}/bills` and `/settlements`: the days that are over, the files of their bills, and what is
//! settled the day after.

use super::super::moment;
use super::super::page::limit;
use super::{many_tables, tables};
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::{Day, PartyId};
use bill::{
    CLOSED_DAYS_MAX, ClosedDay, ClosedTold, Period, account_bill, closed_days, settled_page, trade_bill, yuan,
};
use engine::{FindParty, PartyNotFound};
use money::MoneyError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Reader;
use trade::SettlementBatch;
use utoipa::{IntoParams, ToSchema};

/// Days that are told when the call does not say.
const DAYS_DEFAULT: u32 = 7;
/// For how many months bills are there: six years, as for merchants' programs.
const KEPT_MONTHS: u32 = 72;

/// Which days are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerBillQuery {
    /// How many at most, 1 to 31; 7 when it is not said.
    #[param(minimum = 1, maximum = 31)]
    limit: Option<u32>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// Which file is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerBillFileQuery {
    /// Trades, when it is not said.
    #[serde(default)]
    #[param(inline)]
    kind: SellerBillKind,
}

/// Which settlements are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SettlementQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// A kind of bill.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SellerBillKind {
    /// Payments and refunds.
    #[default]
    Trade,
    /// The entries of the account.
    Account,
}

impl SellerBillKind {
    /// As files are called by it.
    const fn wire(self) -> &'static str {
        match self {
            SellerBillKind::Trade => "trade",
            SellerBillKind::Account => "signcustomer",
        }
    }
}

/// A page of days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerBillPage {
    /// Newest first.
    days: Vec<SellerBillDay>,
    /// The `before` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// A day that is over, with the sums of its trade bill.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerBillDay {
    /// The day.
    day: String,
    /// Whether a refund of it is still under way, so that its sums could change: then they are null.
    unsettled: bool,
    /// Whether it has more than is summed up: then its sums are null.
    too_many_rows: bool,
    /// Payments that came.
    sales: Option<u32>,
    /// What they were of, yuan, the fee not taken off.
    takings: Option<String>,
    /// Refunds that buyers have.
    refunds: Option<u32>,
    /// What these gave back, yuan.
    refunded: Option<String>,
    /// The fee that was taken, yuan.
    fee: Option<String>,
    /// The fee that was given back, yuan.
    fee_back: Option<String>,
    /// What receivers of splits got, less what they gave for refunds, yuan.
    split: Option<String>,
    /// What all of it was to the merchant, yuan.
    net: Option<String>,
}

/// A page of days that are settled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettlementPage {
    /// Newest first.
    settlements: Vec<Settlement>,
    /// The `before` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// The sales of a day that are settled the day after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settlement {
    /// The day of the sales.
    day: String,
    /// Their currency.
    currency: &'static str,
    /// How many.
    sales: u32,
    /// What buyers paid.
    gross: String,
    /// The fees of these payments.
    fee: String,
    /// What was given back before it was settled.
    refunded: String,
    /// What of the fees came back with that.
    fee_back: String,
    /// What is settled.
    net: String,
    /// When it is due.
    #[schema(format = DateTime)]
    due_at: String,
    /// When it was settled.
    settled_at: Option<String>,
}

impl SellerBillDay {
    fn of(day: &ClosedDay) -> SellerBillDay {
        let sums = match day.told {
            ClosedTold::Sums(sums) => Some(sums),
            ClosedTold::Unsettled | ClosedTold::TooMany => None,
        };
        SellerBillDay {
            day: day.day.to_string(),
            unsettled: day.told == ClosedTold::Unsettled,
            too_many_rows: day.told == ClosedTold::TooMany,
            sales: sums.map(|sums| sums.sales),
            takings: sums.map(|sums| yuan(sums.takings_minor)),
            refunds: sums.map(|sums| sums.refunds),
            refunded: sums.map(|sums| yuan(sums.refunded_minor)),
            fee: sums.map(|sums| yuan(sums.fee_minor)),
            fee_back: sums.map(|sums| yuan(sums.fee_back_minor)),
            split: sums.map(|sums| yuan(sums.split_minor)),
            net: sums.map(|sums| yuan(sums.net_minor)),
        }
    }
}

impl Settlement {
    fn of(batch: &SettlementBatch) -> Result<Settlement, MoneyError> {
        let of = |minor: money::Minor| minor.of(batch.currency).to_string();
        Ok(Settlement {
            day: batch.sold_on.to_string(),
            currency: batch.currency.code(),
            sales: batch.sales,
            gross: of(batch.gross_minor),
            fee: of(batch.fee_minor),
            refunded: of(batch.refunded_minor),
            fee_back: of(batch.fee_back_minor),
            net: batch.net()?.to_string(),
            due_at: moment(batch.due_at_us()),
            settled_at: batch.settled_at_us.map(moment),
        })
    }
}

/// When the merchant was registered, microseconds UTC. The answer comes when all that was decided before is durable.
async fn opened_at_us(portal: &Portal, seller: PartyId) -> Result<i64, SandboxError> {
    let found = portal.door.ask(FindParty { party: seller }).await;
    let found = found.map_err(|error| {
        SandboxError::of(error, |PartyNotFound| SandboxError::broken("a merchant with staff is not there"))
    })?;
    Ok(found.opened_at_us)
}

fn cursor(before: Option<&str>) -> Result<Option<Day>, SandboxError> {
    before.map(str::parse::<Day>).transpose().map_err(|error: base::DayError| {
        let message = format!("before is the next of another page: {error}");
        SandboxError::bad("bad_cursor", message).of_field("before")
    })
}

/// Days that are over, with their sums. A page may be short and still have a next one: it looks at so many postings.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/bills",
    tag = "seller-books",
    params(("seller_id" = String, Path, description = "The merchant."), SellerBillQuery),
    responses((status = 200, description = "Days, newest first.", body = SellerBillPage))
)]
pub(crate) async fn days(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(asked): Query<SellerBillQuery>,
) -> Result<Json<SellerBillPage>, SandboxError> {
    let count = asked.limit.unwrap_or(DAYS_DEFAULT);
    if !(1..=CLOSED_DAYS_MAX).contains(&count) {
        let message = format!("limit goes from 1 to {CLOSED_DAYS_MAX}");
        return Err(SandboxError::bad("bad_limit", message).of_field("limit"));
    }
    let before = cursor(asked.before.as_deref())?;
    let today = Day::of(portal.door.now_us());
    let first = Day::of(opened_at_us(&portal, seller).await?);
    let last = before.map_or(today, |before| before.min(today)).minus_days(1);
    let work = move |reader: &mut dyn Reader| closed_days(reader, seller, first, last, count);
    let found = many_tables(&portal, work).await?;
    let days = found.days.iter().map(SellerBillDay::of).collect();
    Ok(Json(SellerBillPage { days, next: found.next.map(|next| next.to_string()) }))
}

/// The file of a bill, of a day or a month that is over: the very one that merchants' programs download.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/bills/{day}",
    tag = "seller-books",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("day" = String, Path, description = "The day, `yyyy-MM-dd`, or the month, `yyyy-MM`."),
        SellerBillFileQuery
    ),
    responses((
        status = 200,
        description = "The packed file.",
        body = String,
        content_type = "application/zip"
    ))
)]
pub(crate) async fn file(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Path((_, day)): Path<(String, String)>,
    Query(SellerBillFileQuery { kind }): Query<SellerBillFileQuery>,
) -> Result<Response, SandboxError> {
    let period: Period = day.parse().map_err(|error| SandboxError::bad("bad_day", error).of_field("day"))?;
    let missing = || {
        let message =
            "nothing is billed of that time: it is not over, too long ago, or nothing happened in it";
        SandboxError::missing("bill_not_found", message)
    };
    let now_us = portal.door.now_us();
    let opened_us = opened_at_us(&portal, seller).await?;
    let is_kept = Day::of(period.begins_at_us()).plus_months(KEPT_MONTHS) >= Day::of(now_us);
    if period.ends_at_us() > now_us || period.ends_at_us() <= opened_us || !is_kept {
        return Err(missing());
    }
    let packed = many_tables(&portal, move |reader| match kind {
        SellerBillKind::Trade => trade_bill(reader, seller, period),
        SellerBillKind::Account => account_bill(reader, seller, period),
    });
    let packed = packed.await?.ok_or_else(missing)?;
    let name = format!("{seller}0156_{}_{}.csv.zip", period.compact(), kind.wire());
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, packed).into_response())
}

/// The sales that are settled the day after, by day. A merchant that is paid at once has none.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/settlements",
    tag = "seller-books",
    params(("seller_id" = String, Path, description = "The merchant."), SettlementQuery),
    responses((status = 200, description = "Days, newest first.", body = SettlementPage))
)]
pub(crate) async fn settlements(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(asked): Query<SettlementQuery>,
) -> Result<Json<SettlementPage>, SandboxError> {
    let (limit, before) = (limit(asked.limit)?, cursor(asked.before.as_deref())?);
    let page = tables(&portal, move |reader| settled_page(reader, seller, before, limit)).await?;
    let settlements = page.batches.iter().map(|batch| Settlement::of(batch));
    let settlements = settlements.collect::<Result<Vec<_>, _>>().map_err(SandboxError::broken)?;
    Ok(Json(SettlementPage { settlements, next: page.next.map(|next| next.to_string()) }))
}
