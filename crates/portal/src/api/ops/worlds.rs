//! `/ops/world`: what a world for trying out was made from, its clock, and the faults that were asked for. Admins move
//! its clock and make things fail in it; every other world has neither.

use crate::api::desk::{Act, act};
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_clock::{ClockFace, ClockHands, Journey, NotMoved, Target};
use crate::sandbox_faults::{FaultDesk, FaultSaid, SetRequest, not_set, rule_of};
use crate::sandbox_world::{WorldFace, WorldHands};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;
use wire::timestamp::parse_cn;
use world::{ClockRefused, parse_span};

/// What moves a world for trying out. The server has it, because it is about rooms that do not know each other.
#[derive(Clone)]
pub struct SandboxHands {
    /// The clock.
    pub clock: Arc<dyn ClockHands>,
    /// The faults.
    pub faults: Arc<dyn FaultDesk>,
    /// The world.
    pub world: Arc<dyn WorldHands>,
}

impl fmt::Debug for SandboxHands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SandboxHands")
    }
}

/// A world, its clock, and its faults.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpsWorld {
    /// Absent in a world that is no sandbox.
    world: Option<OpsWorldFace>,
    /// Absent in a world that is no sandbox.
    clock: Option<OpsClock>,
    faults: Vec<OpsFault>,
}

/// What a world was made from.
#[derive(Serialize, ToSchema)]
struct OpsWorldFace {
    name: String,
    /// What its numbers follow from; absent when chance gives them.
    seed: Option<u64>,
    /// Where its clock stood at first, China time; absent when it began with real time.
    starts_at: Option<String>,
    /// How often it began anew since the server was started.
    resets: u64,
}

/// A fault that stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpsFault {
    no: u64,
    fault: String,
    app_id: Option<String>,
    method: Option<String>,
    next: Option<u32>,
    every: Option<u32>,
    percent: Option<u32>,
    seed: u64,
    until: Option<String>,
    /// Calls or letters that it was looked at for.
    seen: u64,
    /// How often it happened.
    hits: u64,
}

/// What the clock shows, and after a move what happened on the way.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpsClock {
    /// China time.
    now: String,
    /// The same in microseconds UTC.
    now_us: i64,
    /// How far it is ahead of real time, whole seconds; negative behind it.
    offset_seconds: i64,
    /// `running` or `frozen`.
    mode: String,
    /// Moments at which something was done; of a move alone.
    steps: Option<u64>,
    /// How often what happened, by name; of a move alone.
    #[schema(value_type = Option<Object>)]
    counts: Option<Value>,
    /// What happened, in the order of time; the first thousand.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
    /// Events beyond those.
    left_out: u64,
}

/// How the clock is to be moved: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClockRequest {
    /// So far ahead: seconds, or text with units as `3d` or `1h30m`.
    #[schema(value_type = Option<String>)]
    by: Option<Span>,
    /// With `by`, and not without it: the `now_us` that was shown, from which it goes so far ahead. So nothing is moved
    /// twice: 409 `moved` where the clock stands elsewhere, or is past what is asked for.
    now_us: Option<i64>,
    /// To this moment of China time, `yyyy-MM-dd HH:mm:ss`.
    to: Option<String>,
    /// Whether it is to run, or to stand still.
    run: Option<bool>,
}

/// Seconds as a number, or a text with units.
#[derive(Deserialize)]
#[serde(untagged)]
enum Span {
    Seconds(u64),
    Text(String),
}

/// Faults that were taken away.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpsFaultsCleared {
    cleared: usize,
}

/// What the clock is told to do.
enum Wish {
    /// So many microseconds ahead of what was shown.
    By {
        by_us: i64,
        shown_us: i64,
    },
    /// To this moment, microseconds UTC.
    To(i64),
    Run(bool),
}

/// The world, its clock and its faults.
#[utoipa::path(
    get,
    path = "/ops/world",
    tag = "ops",
    responses((status = 200, description = "The world.", body = OpsWorld))
)]
pub(crate) async fn world(State(portal): State<Arc<Portal>>) -> Result<Json<OpsWorld>, SandboxError> {
    let Some(hands) = portal.hands.get() else {
        return Ok(Json(OpsWorld { world: None, clock: None, faults: Vec::new() }));
    };
    let WorldFace { name, seed, starts_at, resets } = hands.world.face();
    Ok(Json(OpsWorld {
        world: Some(OpsWorldFace { name, seed, starts_at, resets }),
        clock: Some(OpsClock::of(hands.clock.face())),
        faults: hands.faults.list().iter().map(|standing| OpsFault::of(FaultSaid::of(standing))).collect(),
    }))
}

/// Moves the clock, or lets it run or stand still.
#[utoipa::path(
    post,
    path = "/ops/world/clock",
    tag = "ops",
    request_body = ClockRequest,
    responses((status = 200, description = "What it shows now.", body = OpsClock))
)]
pub(crate) async fn move_clock(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsClock>, SandboxError> {
    let wish = wish_of(read(&headers, &body)?)?;
    let hands = hands(&portal)?;
    let asked = Act::of("world.clock", "clock", &body);
    let moved = act(&portal, &desk, asked, async move {
        match wish {
            Wish::By { by_us, shown_us } => {
                let target = target_of(&hands.clock.face(), by_us, shown_us)?;
                let gone = hands.clock.advance(target).await.map_err(|not| match not {
                    // Another call went there meanwhile.
                    NotMoved::Refused(ClockRefused::Backwards { .. }) => elsewhere(),
                    not => not.into(),
                });
                OpsClock::after(gone?).map(Json)
            }
            Wish::To(to_us) => OpsClock::after(hands.clock.advance(Target::To(to_us)).await?).map(Json),
            Wish::Run(runs) => Ok(Json(OpsClock::of(hands.clock.set_running(runs).await?))),
        }
    });
    moved.await
}

impl OpsClock {
    fn of(face: ClockFace) -> OpsClock {
        let ClockFace { now, now_us, offset_seconds, mode } = face;
        let (steps, counts, events, left_out) = (None, None, Vec::new(), 0);
        OpsClock { now, now_us, offset_seconds, mode, steps, counts, events, left_out }
    }

    fn after(journey: Journey) -> Result<OpsClock, SandboxError> {
        let Journey { from: _, steps, counts, events, left_out, face } = journey;
        let counts = serde_json::to_value(counts).map_err(SandboxError::broken)?;
        let events = events.iter().map(serde_json::to_value).collect::<Result<Vec<Value>, _>>();
        let events = events.map_err(SandboxError::broken)?;
        Ok(OpsClock { steps: Some(steps), counts: Some(counts), events, left_out, ..OpsClock::of(face) })
    }
}

fn hands(portal: &Portal) -> Result<SandboxHands, SandboxError> {
    let missing = || SandboxError::missing("no_sandbox", "only worlds for trying out are moved");
    portal.hands.get().cloned().ok_or_else(missing)
}

/// Where the clock goes to from where it was shown. One that runs is past that, and not yet where it is to go.
fn target_of(face: &ClockFace, by_us: i64, shown_us: i64) -> Result<Target, SandboxError> {
    let to_us = shown_us.checked_add(by_us).ok_or_else(elsewhere)?;
    let is_there = if face.mode == "running" {
        (shown_us..to_us).contains(&face.now_us)
    } else {
        face.now_us == shown_us
    };
    if is_there { Ok(Target::To(to_us)) } else { Err(elsewhere()) }
}

fn elsewhere() -> SandboxError {
    SandboxError::conflict("moved", "the clock does not stand any more where it was shown; look at it again")
}

fn wish_of(asked: ClockRequest) -> Result<Wish, SandboxError> {
    if asked.now_us.is_some() && asked.by.is_none() {
        return Err(SandboxError::bad("bad_request", "now_us goes with by alone").of_field("now_us"));
    }
    match (asked.by, asked.to, asked.run) {
        (Some(by), None, None) => {
            let by_us = match by {
                Span::Seconds(seconds) => parse_span(&seconds.to_string()),
                Span::Text(text) => parse_span(&text),
            };
            let by_us = by_us.map_err(|error| SandboxError::bad("bad_span", error).of_field("by"))?;
            let shown_us = asked.now_us.ok_or_else(|| {
                let message = "by goes with the now_us that was shown, so that nothing is moved twice";
                SandboxError::bad("bad_request", message).of_field("now_us")
            })?;
            Ok(Wish::By { by_us, shown_us })
        }
        (None, Some(to), None) => {
            let to_us = parse_cn(&to).map_err(|error| SandboxError::bad("bad_time", error).of_field("to"))?;
            Ok(Wish::To(to_us))
        }
        (None, None, Some(runs)) => Ok(Wish::Run(runs)),
        _ => Err(SandboxError::bad("bad_request", "a clock is told one of by, to and run")),
    }
}

/// Asks for a fault. One that stands and does the same to the same calls is answered as it stands: end it first to have
/// it anew.
#[utoipa::path(
    post,
    path = "/ops/world/faults",
    tag = "ops",
    request_body = SetRequest,
    responses((status = 200, description = "The fault as it stands.", body = OpsFault))
)]
pub(crate) async fn set_fault(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsFault>, SandboxError> {
    let rule = rule_of(&portal, read(&headers, &body)?)?;
    let hands = hands(&portal)?;
    let asked = Act::of("world.fault", "fault", &body);
    act(&portal, &desk, asked, async move {
        let no = hands.faults.set_once(rule.clone()).map_err(not_set)?;
        let standing = hands.faults.list().into_iter().find(|standing| standing.no == no);
        // Another caller may have used it up already.
        let said = standing.as_ref().map_or_else(|| FaultSaid::of_rule(no, &rule), FaultSaid::of);
        Ok(Json(OpsFault::of(said)))
    })
    .await
}

/// Takes a fault away.
#[utoipa::path(
    delete,
    path = "/ops/world/faults/{no}",
    tag = "ops",
    params(("no" = u64, Path, description = "The number of the fault.")),
    responses((status = 200, description = "It is gone.", body = OpsFaultsCleared))
)]
pub(crate) async fn clear_fault(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(no): Path<u64>,
) -> Result<Json<OpsFaultsCleared>, SandboxError> {
    let hands = hands(&portal)?;
    let missing = || SandboxError::missing("fault_not_found", "no fault of this number stands");
    if !hands.faults.list().iter().any(|standing| standing.no == no) {
        return Err(missing());
    }
    let asked = Act::look("world.fault_clear", format!("fault {no}"));
    act(&portal, &desk, asked, async move {
        // It may have been used up since.
        let cleared = hands.faults.clear(Some(no), None);
        if cleared == 0 { Err(missing()) } else { Ok(Json(OpsFaultsCleared { cleared })) }
    })
    .await
}

impl OpsFault {
    fn of(said: FaultSaid) -> OpsFault {
        let FaultSaid { no, fault, app_id, method, next, every, percent, seed, until, seen, hits } = said;
        OpsFault { no, fault, app_id, method, next, every, percent, seed, until, seen, hits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_clock_is_told_one_thing_at_a_time() {
        for (asked, code) in [
            (json!({}), "bad_request"),
            (json!({ "by": "3d", "run": true }), "bad_request"),
            (json!({ "by": "soon" }), "bad_span"),
            (json!({ "by": "3d" }), "bad_request"),
            (json!({ "run": true, "now_us": 1 }), "bad_request"),
            (json!({ "to": "2026-01-02 12:00:00", "now_us": 1 }), "bad_request"),
            (json!({ "to": "tomorrow" }), "bad_time"),
        ] {
            let request: ClockRequest = serde_json::from_value(asked.clone()).unwrap();
            assert_eq!(wish_of(request).map(|_| ()).unwrap_err().code(), code, "{asked}");
        }
        let wish = |asked| wish_of(serde_json::from_value(asked).unwrap()).unwrap();
        let by = wish(json!({ "by": 90, "now_us": 7 }));
        assert!(matches!(by, Wish::By { by_us: 90_000_000, shown_us: 7 }));
        assert!(matches!(wish(json!({ "run": false })), Wish::Run(false)));
    }

    #[test]
    fn a_clock_goes_ahead_of_what_was_shown_and_not_twice() {
        for (runs, now_us, target) in [
            (false, 100, Some(130)),
            // Somebody moved it, or it is there already.
            (false, 99, None),
            (false, 101, None),
            (false, 130, None),
            (true, 100, Some(130)),
            (true, 129, Some(130)),
            (true, 99, None),
            (true, 130, None),
            (true, 131, None),
        ] {
            let found = target_of(&ClockFace::new(now_us, 0, runs), 30, 100);
            let found = found.map_err(|error| error.code());
            let expected = target.map(Target::To).ok_or("moved");
            assert_eq!(found, expected, "{runs} {now_us}");
        }
        let far = target_of(&ClockFace::new(100, 0, false), i64::MAX, 100).map_err(|error| error.code());
        assert_eq!(far, Err("moved"));
    }
}
