//! `POST /sandbox/recon/close`: an operator closes a suspense, with a reason. One person is enough; two eyes more are a
//! later thing.

use crate::portal::Portal;
use crate::recon_books::closing_told;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_recon::day_of;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{Slot, Text};
use engine::{CloseSuspense, CloseWay};
use recon::CloseSuspenseRefused;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    GiveBack,
    Own,
    Match,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseRequest {
    slot: u8,
    account: String,
    day: String,
    serial: u32,
    way: Way,
    bank_order_no: Option<String>,
    reason: String,
    operator: String,
}

/// Text that must say something.
fn said<const N: usize>(text: &str, field: &str) -> Result<Text<N>, SandboxError> {
    let wrong = || SandboxError::bad("bad_request", format!("{field} is 1 to {N} characters"));
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(wrong());
    }
    Text::new(text).map_err(|_| wrong())
}

/// Closes a suspense.
pub(crate) async fn close(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let asked: CloseRequest = read(&headers, &body)?;
    let slot = Slot::new(asked.slot).map_err(|_| SandboxError::bad("bad_slot", "a slot is 0 to 99"))?;
    let way = match (asked.way, asked.bank_order_no) {
        (Way::GiveBack, None) => CloseWay::GiveBack,
        (Way::Own, None) => CloseWay::Own,
        (Way::Match, Some(no)) => {
            CloseWay::Match(no.parse().map_err(|error| SandboxError::bad("bad_bank_order_no", error))?)
        }
        (Way::GiveBack | Way::Own, Some(_)) | (Way::Match, None) => {
            let message = "bank_order_no goes with the way match, and only with it";
            return Err(SandboxError::bad("bad_request", message));
        }
    };
    let command = CloseSuspense {
        slot,
        account: said(&asked.account, "account")?,
        day: day_of(&asked.day)?,
        serial: asked.serial,
        way,
        reason: said(&asked.reason, "reason")?,
        operator: said(&asked.operator, "operator")?,
    };
    let closed = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    answer(closing_told(&closed))
}

fn refused(why: CloseSuspenseRefused) -> SandboxError {
    match why {
        CloseSuspenseRefused::NotFound => SandboxError::missing("suspense_not_found", why),
        CloseSuspenseRefused::Closed => SandboxError::conflict("suspense_closed", why),
        CloseSuspenseRefused::WayImpossible => SandboxError::conflict("way_impossible", why),
        CloseSuspenseRefused::OrderNotFound => SandboxError::missing("bank_order_not_found", why),
        CloseSuspenseRefused::OrderDiffers => SandboxError::conflict("bank_order_differs", why),
        CloseSuspenseRefused::OrderNotOpen => SandboxError::conflict("bank_order_not_open", why),
    }
}
