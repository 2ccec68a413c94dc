//! `/api/v1/me/bills`: the deals of a person, newest first; what was had and spent month by month; one deal in full;
//! the deals of some days as a table ([`table`]); and asking a merchant for money back ([`refund`]).
//!
//! Lists come from the tables, which are waited for. Where they say that something waits or is under way, it is looked
//! up where it is decided, so that nobody is shown to pay what was just paid.

pub(super) mod refund;
mod table;
mod told;

use super::page::limit;
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::{sending, wallet};
use axum::Json;
use axum::extract::{Path, Query, State};
use base::{Day, DayError, PartyId};
use bill::{
    Asking, BillCursor, BillCursorError, BillError, BillFilter, BillState, Deal, WalletBill, asking_of,
    bill_page, bill_story, deal_of, month_totals,
};
use engine::{FindBankOrder, FindEscrow, FindTrade};
use fund::{BankEvent, BankMove, bank_next};
use serde::Deserialize;
use std::sync::Arc;
use store::Reader;
use told::{Bill, BillDetails, BillKind, BillMonth, BillMonths, BillPage};
use trade::TradeState;
use transfer::TransferEvent;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most characters of what is searched for.
const WORDS_MAX: usize = 100;
/// Months that are told when the call does not say.
const MONTHS_DEFAULT: u32 = 6;
/// Most months that are told.
const MONTHS_MAX: u32 = 24;

/// The calls of bills.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    let lists = OpenApiRouter::default().routes(routes!(list)).routes(routes!(months));
    lists.routes(routes!(table::export)).routes(routes!(show)).routes(routes!(refund::ask))
}

/// Which bills are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BillQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
    /// Bills of this kind alone.
    #[param(inline)]
    kind: Option<BillKind>,
    /// What stands in the title, in the number, or in the name of the other side as it is shown; in capitals or not.
    q: Option<String>,
    /// Bills of this day and later ones alone, by what `at` tells; `last` comes with it.
    first: Option<String>,
    /// Bills of this day and earlier ones alone; `first` comes with it.
    last: Option<String>,
}

/// The first and the last day that a call asks for. 400 `bad_day` for what is none and where one is missing, 400
/// `bad_days` when they are not in order.
fn days_of(first: Option<&str>, last: Option<&str>) -> Result<(Day, Day), SandboxError> {
    let day = |text: Option<&str>, field: &'static str| {
        let bad = |why: &dyn std::fmt::Display| {
            let message = format!("{field} is a day like 2026-01-31; first and last come together: {why}");
            SandboxError::bad("bad_day", message).of_field(field)
        };
        let text = text.ok_or_else(|| bad(&"it is missing"))?;
        text.parse::<Day>().map_err(|error: DayError| bad(&error))
    };
    let (first, last) = (day(first, "first")?, day(last, "last")?);
    if last < first {
        return Err(SandboxError::bad("bad_days", "last is before first").of_field("last"));
    }
    Ok((first, last))
}

/// Which months are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthQuery {
    /// How many, this month with them, 1 to 24; 6 when it is not said.
    #[param(minimum = 1, maximum = 24)]
    count: Option<u32>,
}

/// A page of bills. A page may be short and still have a next one: a search looks at so many bills at a time.
#[utoipa::path(
    get,
    path = "/me/bills",
    tag = "bills",
    params(BillQuery),
    responses((status = 200, description = "Bills, newest first.", body = BillPage))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Query(asked): Query<BillQuery>,
) -> Result<Json<BillPage>, SandboxError> {
    let (limit, party) = (limit(asked.limit)?, this.party);
    let before = asked.before.as_deref().map(str::parse::<BillCursor>).transpose();
    let before = before.map_err(|error: BillCursorError| {
        let message = format!("before is the next of another page: {error}");
        SandboxError::bad("bad_cursor", message).of_field("before")
    })?;
    let words = asked.q.unwrap_or_default();
    if words.chars().count() > WORDS_MAX {
        let message = format!("q has {WORDS_MAX} characters at most");
        return Err(SandboxError::bad("bad_q", message).of_field("q"));
    }
    let filter = BillFilter::new(asked.kind.map(Into::into), &words);
    let filter = match (asked.first.as_deref(), asked.last.as_deref()) {
        (None, None) => filter,
        (first, last) => {
            let (first, last) = days_of(first, last)?;
            filter.of_days(first, last)
        }
    };
    // What was just paid must be seen.
    portal.posted().await?;
    let page = read(&portal, move |reader| bill_page(reader, party, &filter, before, limit)).await?;
    let mut bills = Vec::with_capacity(page.bills.len());
    for bill in page.bills {
        bills.push(Bill::of(&current(&portal, party, bill).await));
    }
    Ok(Json(BillPage { bills, next: page.next.map(|next| next.to_string()) }))
}

/// What was had and spent, month by month: of bills that are paid or done, less what of them came back.
#[utoipa::path(
    get,
    path = "/me/bills/months",
    tag = "bills",
    params(MonthQuery),
    responses((status = 200, description = "Months, newest first.", body = BillMonths))
)]
pub(crate) async fn months(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Query(asked): Query<MonthQuery>,
) -> Result<Json<BillMonths>, SandboxError> {
    let (count, party) = (asked.count.unwrap_or(MONTHS_DEFAULT), this.party);
    if !(1..=MONTHS_MAX).contains(&count) {
        let message = format!("count goes from 1 to {MONTHS_MAX}");
        return Err(SandboxError::bad("bad_count", message).of_field("count"));
    }
    portal.posted().await?;
    let today = Day::of(portal.door.now_us());
    let months = read(&portal, move |reader| month_totals(reader, party, today, count)).await?;
    Ok(Json(BillMonths { months: months.iter().map(BillMonth::of).collect() }))
}

/// One bill in full.
#[utoipa::path(
    get,
    path = "/me/bills/{no}",
    tag = "bills",
    params(("no" = String, Path, description = "The number of the bill.")),
    responses((status = 200, description = "The bill, with what happened to it.", body = BillDetails))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<BillDetails>, SandboxError> {
    let party = this.party;
    portal.posted().await?;
    let deal = read(&portal, move |reader| deal_of(reader, party, &no)).await?;
    let deal = deal.ok_or_else(|| SandboxError::missing("bill_not_found", "there is no such bill"))?;
    let deal = deal_now(&portal, party, deal).await;
    let mut story = read(&portal, move |reader| bill_story(reader, deal)).await?;
    if story.bill.is_held {
        story.bill.is_held = is_held_now(&portal, party, &story.bill.deal).await;
    }
    let asking = match &story.bill.deal {
        Deal::Payment(trade) => {
            let (trade, now_us) = (trade.clone(), portal.door.now_us());
            read(&portal, move |reader| asking_of(reader, &trade, now_us)).await?
        }
        Deal::Sent(_) | Deal::Received(_) | Deal::AtBank(_) => Asking::default(),
    };
    let (pay_url, can_cancel) = (pay_url(&portal, &story.bill), can_cancel(&story.bill.deal));
    Ok(Json(BillDetails::of(&story, &asking, pay_url, can_cancel)))
}

/// Reads bills on one state of the tables, on a thread that may wait.
pub(super) async fn read<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Reader) -> Result<T, BillError> + Send + 'static,
{
    match portal.read_held(move |reader| Ok(work(reader))).await {
        Some(Ok(found)) => Ok(found),
        Some(Err(BillError::TooLong)) => {
            let message = "there are more bills than are counted at once; ask for fewer months";
            Err(SandboxError::conflict("too_many_bills", message))
        }
        Some(Err(error)) => Err(SandboxError::broken(error)),
        None => Err(SandboxError::broken("the bills cannot be read")),
    }
}

/// A bill as it stands: the tables follow the cell by a moment.
async fn current(portal: &Portal, party: PartyId, bill: WalletBill) -> WalletBill {
    if !matches!(bill.state(), BillState::Waiting | BillState::UnderWay) {
        return bill;
    }
    let deal = deal_now(portal, party, bill.deal).await;
    let is_held = bill.is_held && is_held_now(portal, party, &deal).await;
    WalletBill { deal, is_held, ..bill }
}

/// A deal as its cell has it; as the tables have it where the cell does not answer.
async fn deal_now(portal: &Portal, party: PartyId, deal: Deal) -> Deal {
    match deal {
        Deal::Payment(posted) => {
            let query = FindTrade { buyer: party, order_no: posted.no };
            Deal::Payment(portal.door.ask(query).await.unwrap_or(posted))
        }
        Deal::Sent(posted) => Deal::Sent(sending::current(portal, posted).await),
        Deal::Received(posted) => Deal::Received(posted),
        Deal::AtBank(posted) => {
            let query = FindBankOrder { party, no: posted.no };
            let found = portal.door.ask(query).await;
            Deal::AtBank(found.map_or(posted, |view| view.order))
        }
    }
}

/// Whether the money of a payment is still held until goods arrive.
async fn is_held_now(portal: &Portal, party: PartyId, deal: &Deal) -> bool {
    let Deal::Payment(trade) = deal else { return false };
    let query = FindEscrow { order_no: trade.no, party: Some(party) };
    portal.door.ask(query).await.map_or(true, |view| !view.escrow.state.is_final())
}

/// The cashier's page, while the payment waits for its buyer.
fn pay_url(portal: &Portal, bill: &WalletBill) -> Option<String> {
    match &bill.deal {
        Deal::Payment(trade) if trade.state == TradeState::Waiting && trade.bank_order.is_none() => {
            Some(wallet::cashier_of(portal, trade.no))
        }
        Deal::Payment(_) | Deal::Sent(_) | Deal::Received(_) | Deal::AtBank(_) => None,
    }
}

/// Whether the person may call it back or give it up.
fn can_cancel(deal: &Deal) -> bool {
    match deal {
        Deal::Payment(_) | Deal::Received(_) => false,
        Deal::Sent(transfer) => transfer.state.next(TransferEvent::Cancel).is_some(),
        Deal::AtBank(order) => {
            matches!(bank_next(order.kind, order.state, BankEvent::Close), BankMove::To(_))
        }
    }
}
