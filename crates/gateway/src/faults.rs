//! Faults on request: a call is carried out and answered as if the platform failed, because its developer asked for it,
//! by a rule or in a header of the call. Both interfaces come through here, after a call was believed and before its
//! method runs.
//!
//! Money is as safe as ever: a method is run once or not at all, and whatever it decided stands; only what is told
//! differs. Every injected answer bears the header `x-tongbao-fault` and has its line in the log. A live world has none
//! of this: neither rules nor the header are looked at.

use crate::Gateway;
use crate::answer::guard_headers;
use crate::codes::Failure;
use crate::methods::{no_amounts, trade_fastpay_refund_query, trade_query};
use crate::registry::{Done, METHODS, Method, Page};
use crate::request::Origin;
use crate::verify::Verified;
use crate::witness::{CallSeen, LettersSent, Told, Witness};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use base::{AppId, OrderNo, SECOND_US};
use cell::CellError;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use trade::FindRefused;
use wire::charset::Charset;
use wire::json::{Json, Object};
use wire::public_code::GatewayError;
use world::{Fault, Faults, Hit, LAGGING_METHODS, Rule, RuleRefused};

/// In a request: the fault that this call asks for. In an answer: the fault that happened to it.
pub(crate) const FAULT_HEADER: HeaderName = HeaderName::from_static("x-tongbao-fault");
/// How long a fault of letters that a call asked for waits for its letter.
const ASKED_LIFE_US: i64 = 60 * SECOND_US;
/// Longest wait of an answer for its letter: an order without an address for notifications has none.
const EARLY_WAIT: Duration = Duration::from_secs(5);
/// How often it is looked for.
const EARLY_STEP: Duration = Duration::from_millis(5);
/// What the front says during maintenance.
const MAINTENANCE_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
    <title>503</title></head><body><h1>系统维护中</h1><p>请稍后再试。</p>\
    <p lang=\"en\">Down for maintenance. Please try again later.</p></body></html>\n";
/// When to come again, as the front says it, seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("60");

/// What a gateway needs to fail on request.
pub struct Failing {
    /// What was asked for.
    pub faults: Arc<Faults>,
    /// Which letters were sent.
    pub letters: Arc<dyn LettersSent>,
    /// Who sees what merchants do.
    pub witness: Arc<dyn Witness>,
}

/// In the extensions of a response: the connection is to be closed without it. Whoever owns the socket does that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LostAnswer;

/// A fault that happened to a call, and what is left to do when its answer is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Injected {
    fault: Fault,
    tail: Tail,
}

impl Injected {
    /// The fault's name.
    pub(crate) fn name(self) -> &'static str {
        self.fault.name()
    }
}

#[derive(Clone, Copy, Debug)]
enum Tail {
    Nothing,
    Wait(Duration),
    Letter { order: OrderNo, after: u64 },
    Lose,
    Page,
}

impl Gateway {
    /// Carries a verified call out, and lets happen to it what was asked for.
    pub(crate) async fn carry(
        &self,
        method: &'static Method,
        call: Verified<Object>,
        origin: &mut Origin,
    ) -> Result<Done, Failure> {
        match &self.failing {
            Some(failing) if failing.concerns(call.caller().app.id, origin) => {
                // In a box of its own, as all that is rare.
                Box::pin(self.carry_failing(failing, method, call, origin)).await
            }
            Some(_) | None => method.start(self, call).await,
        }
    }

    async fn carry_failing(
        &self,
        failing: &Failing,
        method: &'static Method,
        call: Verified<Object>,
        origin: &mut Origin,
    ) -> Result<Done, Failure> {
        let (app, now_us) = (call.caller().app.id, self.door.now_us());
        let hit = failing.hit(app, method.name, origin, now_us)?;
        let mut seen = CallSeen::of(method.name, &call, origin.trace.to_string(), now_us);
        let after = failing.letters.last();
        let done = match hit.map(|hit| (hit.fault, hit.of_method)) {
            Some((Fault::ErrorBefore | Fault::GbkError | Fault::Maintenance, _)) => Err(unknown(&seen)),
            Some((Fault::RateLimit, true)) => Err(Failure::gateway(GatewayError::MethodCallLimited)),
            Some((Fault::RateLimit, false)) => Err(Failure::gateway(GatewayError::AppCallLimited)),
            Some((Fault::ErrorAfter, _)) => {
                // What it decided stands, and is not told.
                let _decided = method.start(self, call).await;
                Err(unknown(&seen))
            }
            Some((Fault::QueryLag { seconds }, _)) => {
                let found = self.as_of(method, call, now_us - i64::from(seconds) * SECOND_US).await;
                method.told(self, app, found)
            }
            Some((
                Fault::Latency { .. }
                | Fault::LostAnswer
                | Fault::NotifyDuplicate
                | Fault::NotifyDelay { .. }
                | Fault::NotifyReorder
                | Fault::NotifyEarly,
                _,
            ))
            | None => method.start(self, call).await,
        };
        if let Some(hit) = hit {
            origin.injected = Some(Injected { fault: hit.fault, tail: tail(hit, &done, after) });
            if hit.fault == Fault::GbkError {
                origin.charset = Charset::Gbk;
            }
            let (trace_id, fault, rule) = (origin.trace, hit.fault.name(), hit.rule);
            tracing::warn!(%trace_id, method = method.name, app_id = %app, fault, rule, "a fault was injected");
        }
        seen.fault = hit.map(|hit| hit.fault);
        seen.told = told(seen.fault, &done);
        failing.witness.saw(seen);
        done
    }

    /// A query answered as things stood before.
    async fn as_of(
        &self,
        method: &'static Method,
        call: Verified<Object>,
        at_us: i64,
    ) -> Result<Done, Failure> {
        if method.name == trade_query::METHOD.name {
            return trade_query::run_as_of(self, call, Some(at_us)).await;
        }
        trade_fastpay_refund_query::run_as_of(self, call, Some(at_us)).await
    }

    /// The answer as its caller gets it. Nothing is held while it waits.
    pub(crate) async fn end(&self, origin: &Origin, response: HttpResponse<Body>) -> HttpResponse<Body> {
        match (&origin.injected, &self.failing) {
            (Some(injected), Some(failing)) => Box::pin(ended(failing, *injected, response)).await,
            (None, _) | (Some(_), None) => response,
        }
    }
}

impl Failing {
    /// Whether a call of this app may be another than usual, or is to be seen.
    fn concerns(&self, app: AppId, origin: &Origin) -> bool {
        origin.asked_fault.is_some() || !self.faults.is_quiet() || self.witness.watches(app)
    }

    /// What happens to a call: what it asks for itself goes before any rule.
    fn hit(&self, app: AppId, method: &str, origin: &Origin, now_us: i64) -> Result<Option<Hit>, Failure> {
        let Some(asked) = &origin.asked_fault else { return Ok(self.faults.of_call(app, method, now_us)) };
        let wrong = |why: &dyn std::fmt::Display| {
            Failure::gateway_about(GatewayError::InvalidParameter, &format!("x-tongbao-fault: {why}"))
        };
        let fault: Fault =
            asked.to_str().unwrap_or_default().parse().map_err(|error: world::FaultError| wrong(&error))?;
        if matches!(fault, Fault::QueryLag { .. }) && !LAGGING_METHODS.contains(&method) {
            return Err(wrong(&RuleRefused::MethodHasNoLag));
        }
        if fault.is_of_letters() {
            // Set before the call is decided, so that its letter cannot be faster.
            let rule = Rule { until_us: Some(now_us + ASKED_LIFE_US), ..Rule::once(fault, Some(app)) };
            self.faults.set_first(rule, now_us).map_err(|refused| wrong(&refused))?;
        }
        Ok(Some(self.faults.asked(fault)))
    }
}

/// What the caller hears when the outcome is to be unknown: the same as when it really is, with the members that the
/// method gives then.
fn unknown(seen: &CallSeen) -> Failure {
    let failure = Failure::of_cell(CellError::<FindRefused>::Unknown);
    let number = seen.out_trade_no.as_deref();
    let failure = failure.with(|members| match seen.method {
        "alipay.trade.query" | "alipay.trade.pay" => {
            no_amounts(members);
            members.text_some("out_trade_no", number);
        }
        "alipay.trade.cancel" => {
            members.text_some("out_trade_no", number);
            members.text("retry_flag", "Y");
        }
        "alipay.trade.refund" => {
            members.text_some("out_trade_no", number);
            members.text("refund_fee", "0.00").text("send_back_fee", "0.00");
        }
        "alipay.trade.close"
        | "alipay.trade.create"
        | "alipay.trade.fastpay.refund.query"
        | "alipay.trade.precreate" => {
            members.text_some("out_trade_no", number);
        }
        // The others say nothing beside the code.
        _ => {}
    });
    match METHODS.iter().find(|method| method.name == seen.method) {
        Some(method) => failure.told_as(method.facts.wrong),
        None => failure,
    }
}

fn told(fault: Option<Fault>, done: &Result<Done, Failure>) -> Told {
    match done {
        _ if fault.is_some_and(Fault::leaves_unknown) => Told::Unknown,
        Ok(_) => Told::Done,
        Err(failure) if failure.is_unknown() => Told::Unknown,
        Err(_) => Told::Refused,
    }
}

fn tail(hit: Hit, done: &Result<Done, Failure>, after: u64) -> Tail {
    match hit.fault {
        Fault::Latency { .. } => Tail::Wait(Duration::from_millis(u64::from(hit.latency_ms))),
        Fault::LostAnswer => Tail::Lose,
        Fault::Maintenance => Tail::Page,
        Fault::NotifyEarly => order_of(done).map_or(Tail::Nothing, |order| Tail::Letter { order, after }),
        Fault::ErrorBefore
        | Fault::ErrorAfter
        | Fault::QueryLag { .. }
        | Fault::GbkError
        | Fault::RateLimit
        | Fault::NotifyDuplicate
        | Fault::NotifyDelay { .. }
        | Fault::NotifyReorder => Tail::Nothing,
    }
}

/// The order that an answer is about.
fn order_of(done: &Result<Done, Failure>) -> Option<OrderNo> {
    match done {
        Ok(Done::Go { to: Page::Cashier(order_no), .. }) => Some(*order_no),
        Ok(Done::Say(response)) => match wire::json::parse(&response.members.to_json()) {
            Ok(Json::Object(members)) => members.text("trade_no").ok().flatten()?.parse().ok(),
            _ => None,
        },
        Ok(Done::Go { to: Page::Agreement(_) | Page::Freeze(_) | Page::Certify(_), .. }) | Err(_) => None,
    }
}

async fn ended(
    failing: &Failing,
    injected: Injected,
    mut response: HttpResponse<Body>,
) -> HttpResponse<Body> {
    match injected.tail {
        Tail::Nothing => {}
        Tail::Wait(wait) => sleep(wait).await,
        Tail::Letter { order, after } => {
            let until = Instant::now() + EARLY_WAIT;
            while !failing.letters.is_told(order, after) && Instant::now() < until {
                sleep(EARLY_STEP).await;
            }
        }
        Tail::Lose => {
            response = HttpResponse::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response.extensions_mut().insert(LostAnswer);
        }
        Tail::Page => {
            response = HttpResponse::new(Body::from(MAINTENANCE_PAGE));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html;charset=utf-8"));
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
            guard_headers(&mut response);
        }
    }
    response.headers_mut().insert(FAULT_HEADER, HeaderValue::from_static(injected.name()));
    response
}
