//! Faults on request and the run report of one world: brings together what gateway and notify know, which do not know
//! each other, and holds it against the books.

use crate::findings::{Kind, LetterRead, Looked, Said, Suspicion, is_refund, look, of_call, of_letters};
use crate::watch::Watch;
use base::{AppId, OrderNo};
use cell::{CellError, Door};
use engine::{FindOrder, FindOrderByNo, FindRefund, Which};
use gateway::{CallSeen, Failing, LettersSent};
use notify::{Forgery, Inbox, LetterKind, Notify, Sent};
use portal::{FaultDesk, Finding, FindingKind, Reporting};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use trade::{Order, OrderState, RefundState};
use world::{Faults, Rule, RuleRefused, Standing};

/// The faults of one world and what came of them.
pub(crate) struct Desk {
    faults: Arc<Faults>,
    door: Door,
    watch: Arc<Watch>,
    letters: Arc<Inbox>,
    /// Letters up to this number are not looked at.
    forgotten: AtomicU64,
}

/// What the gateway asks about letters.
struct Outbox(Arc<Inbox>);

impl LettersSent for Outbox {
    fn last(&self) -> u64 {
        self.0.last()
    }

    fn is_told(&self, order: OrderNo, after: u64) -> bool {
        self.0.is_told(order, after)
    }
}

/// The books could not be asked.
struct Unasked;

impl Desk {
    /// Of these faults, and the letters of this room.
    pub(crate) fn new(faults: Arc<Faults>, door: Door, notify: &Notify) -> Desk {
        Desk {
            faults,
            door,
            watch: Arc::default(),
            letters: notify.inbox().unwrap_or_default(),
            forgotten: AtomicU64::new(0),
        }
    }

    /// What the gateway needs.
    pub(crate) fn for_gateway(&self) -> Failing {
        Failing {
            faults: self.faults.clone(),
            letters: Arc::new(Outbox(self.letters.clone())),
            witness: self.watch.clone(),
        }
    }

    async fn findings(&self, app: Option<AppId>, patience: Duration) -> Result<Vec<Finding>, Unasked> {
        let mut calls = self.watch.calls();
        calls.retain(|call| app.is_none_or(|app| call.app == app));
        for call in &mut calls {
            self.name_order(call).await?;
        }
        let Looked { suspicions, open } = look(&calls);
        let mut findings = Vec::new();
        let mut twice = Vec::new();
        for suspicion in &suspicions {
            if let Some(finding) = self.judged(suspicion).await? {
                twice.push(suspicion.unknown.trace_id.clone());
                findings.push(finding);
            }
        }
        let patience_us = i64::try_from(patience.as_micros()).unwrap_or(i64::MAX);
        let until_us = self.door.now_us().saturating_sub(patience_us);
        let forgotten = open.iter().filter(|call| call.at_us <= until_us && !twice.contains(&call.trace_id));
        findings.extend(forgotten.map(|call| of_call(FindingKind::NeverAsked, call, None)));
        findings.extend(of_letters(&self.letters_read(app).await?));
        findings.sort_by_key(|finding| finding.at_us);
        Ok(findings)
    }

    /// Gives a call the merchant's number of its order when it named ours, so that the two ways are one.
    async fn name_order(&self, call: &mut CallSeen) -> Result<(), Unasked> {
        let Some(no) = call.trade_no.as_ref().and_then(|text| text.parse().ok()) else { return Ok(()) };
        if let Some(order) = self.order(call, Which::No(no)).await? {
            call.out_trade_no = Some(order.out_trade_no.to_string());
        }
        Ok(())
    }

    async fn order(&self, call: &CallSeen, which: Which) -> Result<Option<Arc<Order>>, Unasked> {
        found(self.door.ask(FindOrder { seller: call.seller, which }).await)
    }

    async fn order_named(&self, call: &CallSeen) -> Result<Option<Arc<Order>>, Unasked> {
        let Some(number) = call.out_trade_no.as_ref().and_then(|text| base::Text::new(text).ok()) else {
            return Ok(None);
        };
        self.order(call, Which::Out(number)).await
    }

    /// Whether the books hold both.
    async fn judged(&self, suspicion: &Suspicion) -> Result<Option<Finding>, Unasked> {
        let Suspicion { unknown, again } = suspicion;
        if is_refund(unknown) {
            return self.refunded_twice(unknown, again).await;
        }
        let (first, second) = (self.order_named(unknown).await?, self.order_named(again).await?);
        let (Some(first), Some(second)) = (first, second) else { return Ok(None) };
        let is_paid = |order: &Order| matches!(order.state, OrderState::Paid | OrderState::Finished);
        let twice =
            is_paid(&first) && is_paid(&second) && first.buyer.is_some() && first.buyer == second.buyer;
        Ok(twice.then(|| of_call(FindingKind::PaidTwice, unknown, again.out_trade_no.clone())))
    }

    async fn refunded_twice(&self, unknown: &CallSeen, again: &CallSeen) -> Result<Option<Finding>, Unasked> {
        let twice = self.is_refunded(unknown).await? && self.is_refunded(again).await?;
        Ok(twice.then(|| of_call(FindingKind::RefundedTwice, unknown, again.out_request_no.clone())))
    }

    async fn is_refunded(&self, call: &CallSeen) -> Result<bool, Unasked> {
        let Some(order) = self.order_named(call).await? else { return Ok(false) };
        let Some(number) = call.out_request_no.as_ref().and_then(|text| base::Text::new(text).ok()) else {
            return Ok(false);
        };
        let find = FindRefund { seller: call.seller, which: Which::No(order.no), out_request_no: number };
        let view = found(self.door.ask(find).await)?;
        Ok(view.and_then(|view| view.refund).is_some_and(|refund| refund.state == RefundState::Done))
    }

    async fn letters_read(&self, app: Option<AppId>) -> Result<Vec<LetterRead>, Unasked> {
        let (mut letters, mut after) = (Vec::new(), self.forgotten.load(Ordering::Relaxed));
        loop {
            let page = self.letters.look(app, after);
            let Some(last) = page.last() else { break };
            after = last.no;
            letters.extend(page);
        }
        let mut numbers: BTreeMap<OrderNo, String> = BTreeMap::new();
        let mut read = Vec::with_capacity(letters.len());
        for letter in letters {
            let order = match numbers.get(&letter.order) {
                Some(number) => number.clone(),
                None => {
                    let order = found(self.door.ask(FindOrderByNo { order_no: letter.order }).await)?;
                    let ours = || letter.order.to_string();
                    let number = order.map_or_else(ours, |order| order.out_trade_no.to_string());
                    numbers.insert(letter.order, number.clone());
                    number
                }
            };
            read.push(letter_read(letter, order));
        }
        Ok(read)
    }
}

impl FaultDesk for Desk {
    fn set(&self, rule: Rule) -> Result<u64, RuleRefused> {
        self.faults.set(rule, self.door.now_us())
    }

    fn set_once(&self, rule: Rule) -> Result<u64, RuleRefused> {
        self.faults.set_once(rule, self.door.now_us())
    }

    fn list(&self) -> Vec<Standing> {
        self.faults.list(self.door.now_us())
    }

    fn clear(&self, no: Option<u64>, app: Option<AppId>) -> usize {
        self.faults.clear(no, app, self.door.now_us())
    }

    fn report(&self, app: Option<AppId>, patience: Duration) -> Reporting<'_> {
        Box::pin(async move { self.findings(app, patience).await.ok() })
    }

    fn forget(&self) {
        self.watch.forget();
        self.forgotten.store(self.letters.last(), Ordering::Relaxed);
    }
}

/// What the books hold; a refusal of a query is that they hold nothing.
fn found<T, R: std::fmt::Debug>(asked: Result<T, CellError<R>>) -> Result<Option<T>, Unasked> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(CellError::Refused(_)) => Ok(None),
        Err(CellError::Busy | CellError::Unknown) => Err(Unasked),
    }
}

fn letter_read(letter: Sent, order: String) -> LetterRead {
    let said = match letter.called.map(|called| called.outcome) {
        Some(Ok(())) => Said::Success,
        Some(Err(failure)) if failure.is_answer() => Said::Otherwise(failure.to_string()),
        Some(Err(_)) | None => Said::Nothing,
    };
    let kind = match letter.kind {
        LetterKind::Usual
        | LetterKind::Delayed
        | LetterKind::Reordered
        | LetterKind::Duplicate
        | LetterKind::Again => Kind::Right,
        LetterKind::Changed(members) => Kind::Changed(members),
        LetterKind::Forged(Forgery::Unsigned) => Kind::Forged("unsigned"),
        LetterKind::Forged(Forgery::OtherKey) => Kind::Forged("other_key"),
        LetterKind::Forged(Forgery::ChangedAfterSigning) => Kind::Forged("changed_after_signing"),
    };
    LetterRead { app: letter.app, notice: letter.notice, order, sent_at_us: letter.sent_at_us, kind, said }
}
