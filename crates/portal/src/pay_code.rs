//! The code that a buyer shows at a till. The code itself is on the buyer's screen only; the cell knows a digest.

use crate::chance;
use crate::picture::{Picture, bar_code, qr_code};
use crate::portal::Portal;
use crate::respond::{Frame, message, page};
use crate::session::Session;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use base::{PartyId, SECOND_US, Secret};
use cell::CellError;
use engine::{IssuePayCode, PayCodeRefused};

/// Codes drawn for one request at most.
const DRAWS_MAX: u32 = 5;
/// Digits that stand together below the bar code.
const GROUP_DIGITS: usize = 4;

/// Why a buyer gets no code. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum IssueRefused {
    /// There is no such party, or its account is closed.
    #[error("no such party")]
    PartyNotFound,
    /// A password was set after who it is was proven.
    #[error("the payment password must be given again")]
    ProofMissing,
}

/// A code that can be used once until it expires.
pub(crate) struct Issued {
    /// The 18 digits.
    pub(crate) code: Secret<String>,
    /// Until when, microseconds UTC.
    pub(crate) expires_at_us: i64,
}

/// Draws a code for this party and makes it usable. `attempt` is the try of the payment password that stands for it,
/// where somebody signed in.
pub(crate) async fn issue(
    portal: &Portal,
    party: PartyId,
    attempt: Option<u64>,
) -> Result<Issued, CellError<IssueRefused>> {
    until_free(|| async move {
        let code = chance::pay_code(&portal.world.secrets, portal.door.now_us(), party.slot());
        let digest = portal.world.secrets.pay_code_digest(code.reveal());
        let expires_at_us = portal.door.ask(IssuePayCode { party, digest, attempt }).await?;
        Ok(Issued { code, expires_at_us })
    })
    .await
}

/// Draws again while another buyer shows the very code that was drawn; so often in a row is no chance, and is said to
/// be busy.
async fn until_free<T, Drawn>(draw: impl Fn() -> Drawn) -> Result<T, CellError<IssueRefused>>
where
    Drawn: Future<Output = Result<T, CellError<PayCodeRefused>>>,
{
    for _draw in 0..DRAWS_MAX {
        match draw().await {
            Ok(issued) => return Ok(issued),
            Err(CellError::Refused(PayCodeRefused::CodeTaken)) => {}
            Err(CellError::Refused(PayCodeRefused::PartyNotFound)) => {
                return Err(CellError::Refused(IssueRefused::PartyNotFound));
            }
            Err(CellError::Refused(PayCodeRefused::ProofMissing)) => {
                return Err(CellError::Refused(IssueRefused::ProofMissing));
            }
            Err(CellError::Busy) => return Err(CellError::Busy),
            Err(CellError::Unknown) => return Err(CellError::Unknown),
        }
    }
    Err(CellError::Busy)
}

#[derive(Template)]
#[template(path = "paycode.html")]
struct PayCodePage<'a> {
    f: Frame<'a>,
    groups: String,
    bar: Picture,
    qr: Picture,
    seconds: i64,
}

/// The page with a fresh code, for whoever is signed in.
pub(crate) async fn show(portal: &Portal, f: Frame<'_>, session: Session) -> Response {
    let issued = match issue(portal, session.party, Some(session.attempt)).await {
        Ok(issued) => issued,
        Err(CellError::Refused(IssueRefused::PartyNotFound)) => {
            return message(f, StatusCode::FORBIDDEN, (f.t.blocked, f.t.blocked_text), None);
        }
        Err(CellError::Refused(IssueRefused::ProofMissing)) => {
            portal.sessions.end_all(session.party, portal.door.now_us());
            let again = Some((f.t.reload, format!("{}/wallet", portal.root)));
            return message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.proof_gone), again);
        }
        Err(CellError::Busy | CellError::Unknown) => {
            return message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.busy), None);
        }
    };
    let code = issued.code.reveal();
    let (Some(bar), Some(qr)) = (bar_code(code), qr_code(code)) else {
        return message(f, StatusCode::INTERNAL_SERVER_ERROR, (f.t.broken, f.t.busy), None);
    };
    let seconds = ((issued.expires_at_us - portal.door.now_us()) / SECOND_US).max(1);
    page(StatusCode::OK, &PayCodePage { f, groups: grouped(code), bar, qr, seconds })
}

/// The digits in groups, for reading aloud.
fn grouped(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    let groups: Vec<String> = digits.chunks(GROUP_DIGITS).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// What is issued when the first so many codes are another buyer's, and how many were drawn.
    async fn drawn(taken: u32) -> (Result<u32, CellError<IssueRefused>>, u32) {
        let count = AtomicU32::new(0);
        let draw = || {
            let draw = count.fetch_add(1, Ordering::Relaxed);
            let taken = draw < taken;
            async move { if taken { Err(CellError::Refused(PayCodeRefused::CodeTaken)) } else { Ok(draw) } }
        };
        (until_free(draw).await, count.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_code_that_another_buyer_shows_is_drawn_anew() {
        assert!(matches!(drawn(0).await, (Ok(0), 1)));
        assert!(matches!(drawn(2).await, (Ok(2), 3)));
        assert!(matches!(drawn(u32::MAX).await, (Err(CellError::Busy), DRAWS_MAX)));
        for (refused, told) in [
            (PayCodeRefused::PartyNotFound, IssueRefused::PartyNotFound),
            (PayCodeRefused::ProofMissing, IssueRefused::ProofMissing),
        ] {
            let gone = until_free(|| async move { Err::<(), _>(CellError::Refused(refused)) });
            assert!(matches!(gone.await, Err(CellError::Refused(why)) if why == told));
        }
    }

    #[test]
    fn digits_stand_in_groups_of_four() {
        assert_eq!(super::grouped("281234567890123407"), "2812 3456 7890 1234 07");
    }
}
