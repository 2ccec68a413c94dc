//! `/sandbox/clock`: the world's time, which developers may move forwards.
//!
//! Moving it is the server's work ([`ClockHands`]), because it knows the rooms that time wakes; here is what it is
//! asked and what it tells.

use crate::guard;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::routing::{get, post};
use base::SECOND_US;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use wire::timestamp::{format_cn, parse_cn};
use world::{ClockRefused, parse_span};

/// Most bytes of a request.
const BODY_BYTES_MAX: usize = 4 * 1024;

/// Where to move a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// So many microseconds ahead of the world's now.
    By(i64),
    /// To this moment, microseconds UTC.
    To(i64),
}

/// What a clock shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClockFace {
    /// The world's time, China time.
    pub now: String,
    /// The same in microseconds UTC.
    pub now_us: i64,
    /// How far it is ahead of real time, whole seconds; negative behind it.
    pub offset_seconds: i64,
    /// `running` or `frozen`.
    pub mode: String,
}

impl ClockFace {
    /// The face of a clock that shows `now_us` at the real time `real_us`.
    pub fn new(now_us: i64, real_us: i64, runs: bool) -> ClockFace {
        let mode = if runs { "running" } else { "frozen" }.to_owned();
        // To the nearest second: the two are not read at the same moment.
        let offset_seconds =
            (now_us.saturating_sub(real_us).saturating_add(SECOND_US / 2)).div_euclid(SECOND_US);
        ClockFace { now: format_cn(now_us), now_us, offset_seconds, mode }
    }
}

/// Something that fell due while a clock was moved, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// When it was due, China time.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub what: Happened,
}

/// What time makes happen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    /// An order that waited for its buyer was closed.
    OrderClosed {
        /// The merchant.
        seller_id: String,
        /// Its number for the order.
        out_trade_no: String,
        /// Ours.
        trade_no: String,
    },
    /// A bank decided an order.
    BankOrderDecided {
        /// Whose order.
        party_id: String,
        /// Its number.
        bank_order_no: String,
        /// Where it stands now.
        state: String,
    },
    /// An order that nobody had taken up was closed: for the world it never existed.
    OfferExpired {
        /// The merchant.
        seller_id: String,
        /// Its number for the order.
        out_trade_no: String,
    },
    /// An agreement ended because its validity was over.
    AgreementEnded {
        /// The merchant.
        seller_id: String,
        /// Its number.
        agreement_no: String,
    },
    /// The clock took a step of a guaranteed trade that its parties let pass.
    EscrowStep {
        /// The merchant.
        seller_id: String,
        /// Its number for the order.
        out_trade_no: String,
        /// Ours.
        trade_no: String,
        /// Where the trade stands after it.
        trade_status: String,
        /// Where its open or last refund case stands.
        refund_status: Option<String>,
    },
    /// A pre-authorisation to which nobody agreed in time was closed.
    FreezeExpired {
        /// The merchant.
        seller_id: String,
        /// Its number.
        out_order_no: String,
        /// Ours.
        auth_no: String,
    },
    /// The life of a pre-authorisation was over: what was left is free again.
    FreezeEnded {
        /// The merchant.
        seller_id: String,
        /// Its number.
        out_order_no: String,
        /// Ours.
        auth_no: String,
        /// Where it stands: `FINISH`, or `AUTHORIZED` while its last money is under way.
        status: String,
    },
    /// What `royalty_freeze` held of an order is the merchant's to use again, because its time was over.
    SplitFreezeEnded {
        /// The merchant.
        seller_id: String,
        /// Its number for the order.
        out_trade_no: String,
        /// Ours.
        trade_no: String,
    },
    /// A transfer that waited for its time went to its payee.
    TransferSent {
        /// Who pays.
        payer_id: String,
        /// The payer's number for it.
        out_biz_no: String,
        /// Ours.
        order_id: String,
        /// Where it stands: `SUCCESS`, or `FAIL` when it came back.
        status: String,
    },
    /// A transfer that waited stays where it is for another day, because its payer is frozen.
    TransferKept {
        /// Who pays.
        payer_id: String,
        /// The payer's number for it.
        out_biz_no: String,
        /// Ours.
        order_id: String,
    },
    /// A merchant was called, or was to be called.
    Notification {
        /// Which notification.
        notify_id: String,
        /// The merchant's number for the order, when the order is there.
        out_trade_no: Option<String>,
        /// Which attempt it was, from 1.
        attempt: u32,
        /// `delivered`, `failed`, or `given_up` when it was the last attempt and failed.
        outcome: String,
        /// Why it failed.
        error: Option<String>,
        /// When the next attempt is due, China time.
        next_attempt_at: Option<String>,
    },
}

/// How often what happened.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Counts {
    /// Orders that waited for their buyer.
    pub orders_closed: u64,
    /// Orders that nobody had taken up.
    pub offers_expired: u64,
    /// Agreements whose validity was over.
    pub agreements_ended: u64,
    /// Offers of agreements that nobody signed in time.
    pub agreement_offers_expired: u64,
    /// Steps of guaranteed trades that the clock took.
    #[serde(default)]
    pub escrow_steps: u64,
    /// Pre-authorisations to which nobody agreed in time.
    #[serde(default)]
    pub freezes_expired: u64,
    /// Pre-authorisations whose life was over.
    #[serde(default)]
    pub freezes_ended: u64,
    /// Orders of which nothing is held for splits any more.
    #[serde(default)]
    pub split_freezes_ended: u64,
    /// Transfers that waited and went.
    #[serde(default)]
    pub transfers_sent: u64,
    /// Transfers that waited and stay for another day.
    #[serde(default)]
    pub transfers_kept: u64,
    /// Transfers that were offered and not confirmed in time.
    #[serde(default)]
    pub transfers_expired: u64,
    /// Batches of transfers that their payers did not agree to in time.
    #[serde(default)]
    pub batches_given_up: u64,
    /// Bank orders that nobody confirmed, or no bank answered, in time.
    #[serde(default)]
    pub bank_orders_given_up: u64,
    /// Days of a merchant's sales that were settled by contract.
    #[serde(default)]
    pub sales_settled: u64,
    /// Times that a bank was asked about an order.
    #[serde(default)]
    pub banks_asked: u64,
    /// Bank orders that a bank decided.
    #[serde(default)]
    pub bank_orders_decided: u64,
    /// Attempts that the merchant answered with `success`.
    pub notifications_delivered: u64,
    /// Attempts that failed, with more to come.
    pub notifications_failed: u64,
    /// Last attempts that failed.
    pub notifications_given_up: u64,
    /// Pay codes that were not used.
    pub pay_codes_forgotten: u64,
    /// Password tries that were not used.
    pub password_tries_forgotten: u64,
}

/// What a move did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Journey {
    /// What the clock showed before, China time.
    pub from: String,
    /// Moments at which something was done.
    pub steps: u64,
    /// How often what happened.
    pub counts: Counts,
    /// What happened, in the order of time; the first thousand.
    pub events: Vec<Event>,
    /// Events beyond those.
    pub left_out: u64,
    /// What the clock shows now.
    #[serde(flatten)]
    pub face: ClockFace,
}

/// Why a clock was not moved, or not as far as was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotMoved {
    /// The target is over or too far away.
    #[error(transparent)]
    Refused(#[from] ClockRefused),
    /// It stands by command.
    #[error("this server was started with its clock standing still; it is not moved")]
    Fixed,
    /// Somebody else moves it.
    #[error("the clock is being moved already and has come to {}; nothing was done, try again", format_cn(*.at_us))]
    Busy {
        /// How far it has come, microseconds UTC.
        at_us: i64,
    },
    /// Something that was due did not end in time.
    #[error(
        "the clock came to {} and not to {}: {why}. What happened until then stands, and the clock goes on from there; \
         look, then advance it again",
        format_cn(*.at_us),
        format_cn(*.target_us)
    )]
    Stuck {
        /// How far it came, microseconds UTC.
        at_us: i64,
        /// How far it was to come.
        target_us: i64,
        /// What was not done.
        why: String,
    },
    /// The platform failed.
    #[error("{0}")]
    Failed(String),
}

/// The answer of [`ClockHands::advance`].
pub type Moving<'a, T> = Pin<Box<dyn Future<Output = Result<T, NotMoved>> + Send + 'a>>;

/// Shows and moves the world's clock.
pub trait ClockHands: Send + Sync {
    /// What it shows.
    fn face(&self) -> ClockFace;

    /// Moves it, playing in the order of time everything that falls due on the way. Goes on when nobody waits any more.
    fn advance(&self, target: Target) -> Moving<'_, Journey>;

    /// Lets it run on, or stand still.
    fn set_running(&self, runs: bool) -> Moving<'_, ClockFace>;
}

/// The routes under `/sandbox/clock`. Only for worlds for trying out.
pub fn clock_routes(hands: Arc<dyn ClockHands>) -> Router {
    let router = Router::new()
        .route("/sandbox/clock", get(show))
        .route("/sandbox/clock/advance", post(advance))
        .route("/sandbox/clock/set", post(set))
        .route("/sandbox/clock/freeze", post(freeze))
        .route("/sandbox/clock/run", post(run));
    let guarded =
        router.layer(middleware::from_fn(guard::guard)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    guarded.with_state(hands)
}

type Hands = State<Arc<dyn ClockHands>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceRequest {
    by: Span,
}

/// Seconds as a number, or a text with units.
#[derive(Deserialize)]
#[serde(untagged)]
enum Span {
    Seconds(u64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetRequest {
    to: String,
}

/// What has no fields, so that a field is found to be a mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

async fn show(State(hands): Hands) -> Answer {
    told(&hands.face())
}

async fn advance(State(hands): Hands, headers: HeaderMap, body: Bytes) -> Answer {
    let AdvanceRequest { by } = read(&headers, &body)?;
    let by_us = match by {
        Span::Seconds(seconds) => parse_span(&seconds.to_string()),
        Span::Text(text) => parse_span(&text),
    };
    let by_us = by_us.map_err(|error| SandboxError::bad("bad_span", error))?;
    told(&hands.advance(Target::By(by_us)).await?)
}

async fn set(State(hands): Hands, headers: HeaderMap, body: Bytes) -> Answer {
    let SetRequest { to } = read(&headers, &body)?;
    let to_us = parse_cn(&to).map_err(|error| SandboxError::bad("bad_time", error))?;
    told(&hands.advance(Target::To(to_us)).await?)
}

async fn freeze(State(hands): Hands, headers: HeaderMap, body: Bytes) -> Answer {
    let NoFields {} = read(&headers, &body)?;
    told(&hands.set_running(false).await?)
}

async fn run(State(hands): Hands, headers: HeaderMap, body: Bytes) -> Answer {
    let NoFields {} = read(&headers, &body)?;
    told(&hands.set_running(true).await?)
}

fn told(what: &impl Serialize) -> Answer {
    answer(serde_json::to_value(what).map_err(SandboxError::broken)?)
}

impl From<NotMoved> for SandboxError {
    fn from(not: NotMoved) -> SandboxError {
        match not {
            NotMoved::Refused(refused @ ClockRefused::Backwards { .. }) => {
                SandboxError::conflict("clock_backwards", refused)
            }
            NotMoved::Refused(refused @ ClockRefused::TooFar { .. }) => {
                SandboxError::conflict("clock_too_far", refused)
            }
            NotMoved::Fixed => SandboxError::conflict("clock_fixed", not),
            NotMoved::Busy { .. } => SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", not),
            NotMoved::Stuck { .. } => SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "clock_stuck", not),
            NotMoved::Failed(what) => SandboxError::broken(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    const NOW_US: i64 = 1_767_283_200_000_000;

    /// Goes wherever it is told, but not back.
    struct Willing;

    impl ClockHands for Willing {
        fn face(&self) -> ClockFace {
            ClockFace::new(NOW_US, NOW_US - 3 * SECOND_US + 1, true)
        }

        fn advance(&self, target: Target) -> Moving<'_, Journey> {
            let now_us = match target {
                Target::By(by_us) => NOW_US + by_us,
                Target::To(at_us) => at_us,
            };
            let backwards = ClockRefused::Backwards { now_us: NOW_US, target_us: now_us };
            let face = ClockFace::new(now_us, NOW_US, true);
            let (counts, events) = (Counts::default(), Vec::new());
            let journey = Journey { from: format_cn(NOW_US), steps: 0, counts, events, left_out: 0, face };
            Box::pin(async move { if now_us < NOW_US { Err(backwards.into()) } else { Ok(journey) } })
        }

        fn set_running(&self, runs: bool) -> Moving<'_, ClockFace> {
            Box::pin(async move {
                if runs {
                    Err(NotMoved::Busy { at_us: NOW_US })
                } else {
                    Ok(ClockFace::new(NOW_US, NOW_US, runs))
                }
            })
        }
    }

    async fn asked(verb: &str, path: &str, body: &str) -> (u16, String) {
        let request = Request::builder().method(verb).uri(format!("/sandbox/clock{path}"));
        let request = request.header("content-type", "application/json").body(Body::from(body.to_owned()));
        let answer = clock_routes(Arc::new(Willing)).oneshot(request.unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_clock_is_asked_and_told_in_json() {
        for (verb, path, body, status, part) in [
            (
                "GET",
                "",
                "",
                200,
                r#""now":"2026-01-02 00:00:00","now_us":1767283200000000,"offset_seconds":3"#,
            ),
            ("POST", "/advance", r#"{"by":"3d"}"#, 200, r#""now":"2026-01-05 00:00:00""#),
            ("POST", "/advance", r#"{"by":90}"#, 200, r#""now":"2026-01-02 00:01:30""#),
            ("POST", "/advance", r#"{"by":-1}"#, 400, "bad_request"),
            ("POST", "/advance", r#"{"by":"-1d"}"#, 400, "bad_span"),
            ("POST", "/advance", r#"{"for":"1d"}"#, 400, "bad_request"),
            ("POST", "/advance", r#"{"by":18446744073709551615}"#, 400, "bad_span"),
            ("POST", "/set", r#"{"to":"2026-12-24 10:00:00"}"#, 200, r#""now":"2026-12-24 10:00:00""#),
            ("POST", "/set", r#"{"to":"2025-12-24 10:00:00"}"#, 409, "clock_backwards"),
            ("POST", "/set", r#"{"to":"24.12.2026"}"#, 400, "bad_time"),
            ("POST", "/freeze", "{}", 200, r#""mode":"frozen""#),
            ("POST", "/freeze", r#"{"at":1}"#, 400, "bad_request"),
            ("POST", "/run", "{}", 503, "has come to 2026-01-02 00:00:00"),
        ] {
            let (found, text) = asked(verb, path, body).await;
            assert!(found == status && text.contains(part), "{path} {body}: {found} {text}");
        }
    }
}
