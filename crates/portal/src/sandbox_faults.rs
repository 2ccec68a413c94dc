//! `/sandbox/faults` and `/sandbox/report`: faults on request, and what merchants' programs did about them. In JSON for
//! programs, as a page at the same address for people.
//!
//! The faults themselves and the report are the server's ([`FaultDesk`]), because they are about rooms that do not know
//! each other.

use crate::guard;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_report::Finding;
use crate::texts::CHINESE;
use crate::visit::{self, Visit};
use askama::Template;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Form, FromRequest, Query, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use base::{AppId, SECOND_US};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use wire::timestamp::format_cn;
use world::{Fault, Rule, RuleRefused, Standing};

/// The name of the page's forms in their token.
const FORM: &str = "/sandbox/faults";
/// Most bytes of a request.
const BODY_BYTES_MAX: usize = 4 * 1024;
/// Longest life of a rule, seconds: a week of the world's time.
const LIFE_S_MAX: u32 = 604_800;
/// How long nobody may ask about an unknown outcome before that is a finding, seconds, unless said otherwise.
const PATIENCE_S_USUAL: u32 = 60;
/// What the page offers.
const KNOWN: [&str; 13] = [
    "error-after",
    "error-before",
    "lost-answer",
    "latency:3000",
    "latency:200-2000",
    "query-lag:60",
    "gbk-error",
    "rate-limit",
    "maintenance",
    "notify-duplicate",
    "notify-delay:5",
    "notify-reorder",
    "notify-early",
];

/// The answer of [`FaultDesk::report`]; absent when the books could not be asked.
pub type Reporting<'a> = Pin<Box<dyn Future<Output = Option<Vec<Finding>>> + Send + 'a>>;

/// Where faults are asked for, and what came of them is told. The server has it.
pub trait FaultDesk: Send + Sync {
    /// Sets a rule, and gives its number.
    ///
    /// # Errors
    /// See [`RuleRefused`]; nothing was set.
    fn set(&self, rule: Rule) -> Result<u64, RuleRefused>;
    /// The same unless one stands that does the same to the same calls, whose number it gives then.
    ///
    /// # Errors
    /// See [`RuleRefused`]; nothing was set.
    fn set_once(&self, rule: Rule) -> Result<u64, RuleRefused>;
    /// The rules that stand.
    fn list(&self) -> Vec<Standing>;
    /// Takes rules away: that number, those of that app, or all. Tells how many.
    fn clear(&self, no: Option<u64>, app: Option<AppId>) -> usize;
    /// What merchants did, of one app or of all. `patience`: how long nobody may ask about an unknown outcome, by the
    /// world's clock.
    fn report(&self, app: Option<AppId>, patience: Duration) -> Reporting<'_>;
    /// Forgets what merchants did, so that the report begins anew.
    fn forget(&self);
}

#[derive(Clone)]
struct Desk {
    portal: Arc<Portal>,
    faults: Arc<dyn FaultDesk>,
}

/// The routes of faults and report. Only for worlds for trying out.
pub fn fault_routes(portal: Arc<Portal>, faults: Arc<dyn FaultDesk>) -> Router {
    let router = Router::new()
        .route("/sandbox/faults", get(list).post(post).delete(clear))
        .route("/sandbox/faults/known", get(known))
        .route("/sandbox/report", get(report).delete(forget));
    let guarded =
        router.layer(middleware::from_fn(guard::guard)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    guarded.with_state(Desk { portal, faults })
}

/// A fault that is asked for.
#[derive(Deserialize, ToSchema)]
#[schema(as = OpsFaultAsked)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetRequest {
    /// As `error-after` or `latency:3000`.
    fault: String,
    /// Calls of this app alone.
    app_id: Option<String>,
    /// Calls of this method alone.
    method: Option<String>,
    /// The next so many calls.
    next: Option<u32>,
    /// Each so manieth call.
    every: Option<u32>,
    /// So many calls of a hundred, drawn from the seed.
    percent: Option<u32>,
    #[serde(default)]
    seed: u64,
    /// How long it stands, seconds of the world's time.
    for_s: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClearRequest {
    no: Option<u64>,
    app_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportRequest {
    app_id: Option<String>,
    patience_s: Option<u32>,
}

/// What the page's forms send.
#[derive(Deserialize)]
struct PageForm {
    #[serde(default)]
    csrf: String,
    clear: Option<u64>,
    #[serde(default)]
    fault: String,
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    next: String,
}

/// A page for a browser, JSON for everybody else.
async fn list(State(desk): State<Desk>, visitor: Visitor, headers: HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return desk.page(&visitor, StatusCode::OK, None).await;
    }
    let rules: Vec<FaultSaid> = desk.faults.list().iter().map(FaultSaid::of).collect();
    answer(json!({ "faults": rules })).into_response()
}

/// The faults that can be asked for, as a call names them.
async fn known() -> Answer {
    let known = KNOWN.iter().filter_map(|text| Some((text, text.parse::<Fault>().ok()?)));
    let shown: Vec<Value> = known
        .map(|(text, fault)| {
            json!({
                "fault": text,
                "name": fault.name(),
                "of": if fault.is_of_letters() { "notifications" } else { "calls" },
                "leaves_unknown": fault.leaves_unknown(),
            })
        })
        .collect();
    answer(json!({ "faults": shown }))
}

/// A form of the page, or a call.
async fn post(State(desk): State<Desk>, visitor: Visitor, headers: HeaderMap, request: Request) -> Response {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        return match Form::<PageForm>::from_request(request, &()).await {
            Ok(Form(form)) => desk.posted_by_page(&visitor, form).await,
            Err(rejection) => rejection.into_response(),
        };
    }
    match Bytes::from_request(request, &()).await {
        Ok(body) => desk.set(&headers, &body).into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

async fn clear(State(desk): State<Desk>, query: Result<Query<ClearRequest>, QueryRejection>) -> Answer {
    let Query(ClearRequest { no, app_id }) =
        query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let cleared = desk.faults.clear(no, app_of(app_id.as_deref())?);
    if no.is_some() && cleared == 0 {
        return Err(SandboxError::missing("fault_not_found", "no fault of this number stands"));
    }
    answer(json!({ "cleared": cleared }))
}

async fn report(State(desk): State<Desk>, query: Result<Query<ReportRequest>, QueryRejection>) -> Answer {
    let Query(ReportRequest { app_id, patience_s }) =
        query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let patience = Duration::from_secs(u64::from(patience_s.unwrap_or(PATIENCE_S_USUAL)));
    let found = desk.faults.report(app_of(app_id.as_deref())?, patience).await;
    let busy = || {
        let message = "the platform is busy; nothing was done, try again";
        SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
    };
    let findings: Vec<Value> = found.ok_or_else(busy)?.iter().map(Finding::shown).collect();
    answer(json!({ "findings": findings }))
}

async fn forget(State(desk): State<Desk>) -> Answer {
    desk.faults.forget();
    answer(json!({ "forgotten": true }))
}

fn app_of(app_id: Option<&str>) -> Result<Option<AppId>, SandboxError> {
    app_id.map(str::parse).transpose().map_err(|error| SandboxError::bad("bad_app_id", error))
}

/// A fault as calls tell it.
#[derive(Serialize)]
pub(crate) struct FaultSaid {
    pub(crate) no: u64,
    pub(crate) fault: String,
    pub(crate) app_id: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) next: Option<u32>,
    pub(crate) every: Option<u32>,
    pub(crate) percent: Option<u32>,
    pub(crate) seed: u64,
    pub(crate) until: Option<String>,
    pub(crate) seen: u64,
    pub(crate) hits: u64,
}

impl FaultSaid {
    /// One that stands.
    pub(crate) fn of(standing: &Standing) -> FaultSaid {
        let Standing { no, rule, seen, hits, .. } = standing;
        FaultSaid { seen: *seen, hits: *hits, ..FaultSaid::of_rule(*no, rule) }
    }

    /// One that was set and looked at by nobody.
    pub(crate) fn of_rule(no: u64, rule: &Rule) -> FaultSaid {
        FaultSaid {
            no,
            fault: rule.fault.to_string(),
            app_id: rule.app.map(|app| app.to_string()),
            method: rule.method.clone(),
            next: rule.next,
            every: rule.every,
            percent: rule.percent,
            seed: rule.seed,
            until: rule.until_us.map(format_cn),
            seen: 0,
            hits: 0,
        }
    }
}

/// The rule that a call asks for.
pub(crate) fn rule_of(portal: &Portal, asked: SetRequest) -> Result<Rule, SandboxError> {
    let SetRequest { fault, app_id, method, next, every, percent, seed, for_s } = asked;
    let fault: Fault = fault.parse().map_err(|error| SandboxError::bad("bad_fault", error))?;
    let app = app_of(app_id.as_deref())?;
    if app.is_some_and(|app| portal.door.app(app).is_none()) {
        return Err(SandboxError::missing("app_not_found", "there is no such app"));
    }
    if for_s.is_some_and(|for_s| !(1..=LIFE_S_MAX).contains(&for_s)) {
        let message = format!("for_s is from 1 to {LIFE_S_MAX}");
        return Err(SandboxError::bad("bad_fault", message));
    }
    let until_us = for_s.map(|for_s| portal.door.now_us() + i64::from(for_s) * SECOND_US);
    Ok(Rule { fault, app, method, next, every, percent, seed, until_us })
}

/// Why a rule was not set, as calls tell it.
pub(crate) fn not_set(refused: RuleRefused) -> SandboxError {
    match refused {
        RuleRefused::TooMany => SandboxError::conflict("too_many_faults", refused),
        RuleRefused::MethodOfLetters
        | RuleRefused::MethodMalformed
        | RuleRefused::MethodHasNoLag
        | RuleRefused::CountIsZero
        | RuleRefused::PercentOutOfRange => SandboxError::bad("bad_fault", refused),
    }
}

impl Desk {
    fn set(&self, headers: &HeaderMap, body: &Bytes) -> Answer {
        let no = self.set_rule(read(headers, body)?)?;
        let standing = self.faults.list().into_iter().find(|standing| standing.no == no);
        // Another caller may have used it up already.
        match standing.as_ref().map(FaultSaid::of) {
            Some(said) => answer(said),
            None => answer(json!({ "no": no })),
        }
    }

    fn set_rule(&self, asked: SetRequest) -> Result<u64, SandboxError> {
        self.faults.set(rule_of(&self.portal, asked)?).map_err(not_set)
    }

    async fn posted_by_page(&self, visitor: &Visitor, form: PageForm) -> Response {
        let PageForm { csrf, clear, fault, app_id, method, next } = form;
        if !visit::is_own_form(&self.portal, visitor, FORM, &csrf) {
            let f = visitor.frame(&self.portal);
            let link = Some((f.t.reload, format!("{}/sandbox/faults", self.portal.root)));
            return message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), link);
        }
        let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let done = match (clear, next.trim().parse()) {
            // One that is gone already is what was wanted.
            (Some(no), _) => Ok(self.faults.clear(Some(no), None) as u64),
            (None, Err(_)) => Err(SandboxError::bad("bad_fault", RuleRefused::CountIsZero)),
            (None, Ok(next)) => self.set_rule(SetRequest {
                fault,
                app_id: given(app_id),
                method: given(method),
                next: Some(next),
                every: None,
                percent: None,
                seed: 0,
                for_s: None,
            }),
        };
        match done {
            Ok(_) => see_other(&format!("{}/sandbox/faults", self.portal.root)),
            Err(refused) => self.page(visitor, StatusCode::BAD_REQUEST, Some(refused.message())).await,
        }
    }

    async fn page(&self, visitor: &Visitor, status: StatusCode, error: Option<&str>) -> Response {
        let f = visitor.frame(&self.portal);
        let in_chinese = std::ptr::eq(f.t, &raw const CHINESE);
        let rules = self.faults.list().iter().map(RuleShown::of).collect();
        let patience = Duration::from_secs(u64::from(PATIENCE_S_USUAL));
        let found = self.faults.report(None, patience).await.unwrap_or_default();
        let shown = |finding: &Finding| {
            let (text, advice) = finding.said(in_chinese);
            FindingShown { kind: finding.kind.name(), when: f.t.moment(finding.at_us), text, advice }
        };
        let findings = found.iter().map(shown).collect();
        let visit = Visit::of(visitor);
        let csrf = visit.token(&self.portal, FORM);
        let response = page(status, &FaultsPage { f, csrf, known: &KNOWN, error, rules, findings });
        visit.keep(&self.portal, response)
    }
}

struct RuleShown {
    no: u64,
    text: String,
    seen: u64,
    hits: u64,
}

impl RuleShown {
    fn of(standing: &Standing) -> RuleShown {
        let rule = &standing.rule;
        let parts = [
            Some(rule.fault.to_string()),
            rule.app.map(|app| format!("app_id={app}")),
            rule.method.clone(),
            rule.next.map(|next| format!("next={next}")),
            rule.every.map(|every| format!("every={every}")),
            rule.percent.map(|percent| format!("percent={percent}, seed={}", rule.seed)),
            rule.until_us.map(|until_us| format!("until {}", format_cn(until_us))),
        ];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        RuleShown { no: standing.no, text, seen: standing.seen, hits: standing.hits }
    }
}

struct FindingShown {
    kind: &'static str,
    when: String,
    text: String,
    advice: &'static str,
}

#[derive(Template)]
#[template(path = "sandbox_faults.html")]
struct FaultsPage<'a> {
    f: Frame<'a>,
    csrf: String,
    known: &'a [&'static str],
    error: Option<&'a str>,
    rules: Vec<RuleShown>,
    findings: Vec<FindingShown>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_offers_what_there_is() {
        for text in KNOWN {
            assert!(text.parse::<Fault>().is_ok(), "{text}");
        }
    }
}
