//! `/api/v1/sellers/{seller_id}`: what a merchant's own people ask: how the day goes, the orders and what happens to
//! them, the till, refunds, bills, and what its programs were told.
//!
//! Who may do what is decided before a handler begins, by the row of the call and the role of whoever asks. Pages are
//! read from the tables, which are waited for, so that what was just done is seen.

mod bills;
mod cancel;
mod counter;
mod dashboard;
mod doctor;
mod happened;
mod live;
mod notices;
mod orders;
mod postings;
mod refund_requests;
mod refunds;
mod till;
mod told;

pub(super) use till::{app_of, refused as open_refused};

use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_pay::no_order;
use crate::turns::TurnOf;
use axum::http::StatusCode;
use base::{Day, PartyId, Text};
use bill::BillError;
use cell::CellError;
use engine::{FindShopOrder, Which};
use std::sync::Arc;
use store::Reader;
use trade::{FindRefused, Order};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of a merchant's people, but for those about the people themselves, the stores and the apps.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(dashboard::dashboard))
        .routes(routes!(live::follow))
        .routes(routes!(orders::list))
        .routes(routes!(orders::show))
        .routes(routes!(refunds::refund))
        .routes(routes!(refund_requests::list))
        .routes(routes!(refund_requests::refuse))
        .routes(routes!(till::charge))
        .routes(routes!(cancel::cancel))
        .routes(routes!(till::draw))
        .routes(routes!(counter::code))
        .routes(routes!(bills::days))
        .routes(routes!(bills::file))
        .routes(routes!(bills::settlements))
        .routes(routes!(notices::list))
        .routes(routes!(notices::again))
        .routes(routes!(doctor::examine))
}

/// Reads on one state of the tables that has everything answered so far, on a thread that may wait.
async fn tables<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Reader) -> Result<T, BillError> + Send + 'static,
{
    portal.posted().await?;
    answered(portal.read_held(move |reader| Ok(work(reader))).await)
}

/// What a reading came to.
fn answered<T>(found: Option<Result<T, BillError>>) -> Result<T, SandboxError> {
    match found {
        Some(Ok(found)) => Ok(found),
        Some(Err(BillError::TooLong)) => {
            let message = "there is more of this time than is read at once";
            Err(SandboxError::conflict("too_many_rows", message))
        }
        Some(Err(BillError::Unsettled)) => {
            let message = "a refund of this time is still under way between two accounts; ask again later";
            Err(SandboxError::conflict("unsettled", message))
        }
        Some(Err(error)) => Err(SandboxError::broken(error)),
        None => Err(SandboxError::broken("the tables cannot be read")),
    }
}

/// As [`tables`], for what reads much: it takes a turn among those of everybody and keeps it until the work ends,
/// which goes on when its caller hangs up. 503 `busy` when none comes.
async fn many_tables<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Reader) -> Result<T, BillError> + Send + 'static,
{
    portal.posted().await?;
    let turn = portal.turn(TurnOf::Merchant).await?;
    answered(portal.read_in_turn(turn, move |reader| Ok(work(reader))).await)
}

/// An order of the merchant as it stands in the cell, also one that nobody took up; what is none of its is none.
/// Nothing is waited for, so that money does not wait for the tables.
pub(super) async fn find_order(
    portal: &Portal,
    seller: PartyId,
    which: Which,
) -> Result<Option<Arc<Order>>, SandboxError> {
    match portal.door.ask(FindShopOrder { seller, which }).await {
        Ok(order) => Ok(Some(order)),
        Err(CellError::Refused(FindRefused::TradeNotFound)) => Ok(None),
        Err(error) => Err(SandboxError::of(error, |_| no_order())),
    }
}

/// What somebody hears whose role was taken away while the call was on its way.
fn role_gone(why: impl std::fmt::Display) -> SandboxError {
    SandboxError::new(StatusCode::FORBIDDEN, "role_forbids", why)
}

/// A day of a query or a path; 400 `bad_day`.
fn day_of(text: &str, field: &'static str) -> Result<Day, SandboxError> {
    text.parse().map_err(|_| {
        SandboxError::bad("bad_day", format!("{field} is a day, written yyyy-MM-dd")).of_field(field)
    })
}

/// A text in one line, without blanks around it; `None` when it is empty, too long or more than a line.
pub(super) fn line<const N: usize>(text: &str) -> Option<Text<N>> {
    let text = text.trim();
    let is_line = !text.is_empty() && !text.chars().any(char::is_control);
    Text::new(text).ok().filter(|_| is_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_neither_empty_nor_too_long_nor_two() {
        assert_eq!(line::<3>(" ab ").map(|text| text.to_string()), Some("ab".to_owned()));
        for wrong in ["", "  ", "abcd", "a\nb", "a\u{7}"] {
            assert_eq!(line::<3>(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_day_names_its_field_when_it_is_none() {
        assert_eq!(
            day_of("2026-01-02", "day").map(|day| day.to_string()).ok(),
            Some("2026-01-02".to_owned())
        );
        let refused = day_of("2026-02-30", "from").unwrap_err();
        assert_eq!(refused.code(), "bad_day");
    }
}
