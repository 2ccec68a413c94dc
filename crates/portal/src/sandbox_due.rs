//! `GET /sandbox/clock/due`: what falls due next, so that a developer knows how far to move the clock.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Timer, TimerTask};
use wire::timestamp::format_cn;

/// Things in one answer.
const DUE_MAX: usize = 20;

/// The next things, the earliest first; also those that are due and not done yet. What was answered before is among
/// them.
pub(crate) async fn list(State(portal): State<Arc<Portal>>) -> Answer {
    portal.posted().await?;
    let due = portal.read_held(next).await;
    let due = due.ok_or_else(|| SandboxError::broken("what is due cannot be read"))?;
    answer(json!({ "due": due }))
}

fn next(reader: &mut dyn Reader) -> Result<Vec<Value>, StoreError> {
    let mut due: Vec<(i64, Value)> = Vec::new();
    for timer in reader.due_timers(i64::MAX, DUE_MAX)? {
        due.push((timer.due_at_us, json!({ "what": task(timer.task), "trade_no": order_of(&timer) })));
    }
    for notice in reader.due_notices(i64::MAX, DUE_MAX)? {
        let told = json!({ "what": "notification", "notify_id": notice.no.to_string() });
        due.extend(notice.next_at_us.map(|at_us| (at_us, told)));
    }
    for order in reader.due_bank_orders(i64::MAX, DUE_MAX)? {
        let told = json!({ "what": "bank_is_asked", "bank_order_no": order.no.to_string() });
        due.extend(order.next_try_at_us.map(|at_us| (at_us, told)));
    }
    // It keeps timers before notifications of the same moment, as moving the clock does.
    due.sort_by_key(|(at_us, _)| *at_us);
    due.truncate(DUE_MAX);
    let with_moment = |(at_us, mut told): (i64, Value)| {
        told["at"] = Value::from(format_cn(at_us));
        told
    };
    Ok(due.into_iter().map(with_moment).collect())
}

/// The order that a timer watches; other timers watch things of another kind under numbers of the same series.
fn order_of(timer: &Timer) -> Option<String> {
    let of_order =
        matches!(timer.task, TimerTask::ExpireOrder | TimerTask::EscrowStep | TimerTask::FreeSplits);
    timer.order_no.filter(|_| of_order).map(|order_no| order_no.to_string())
}

const fn task(task: TimerTask) -> &'static str {
    match task {
        TimerTask::ExpireOrder => "order_expires",
        TimerTask::ForgetCode => "code_is_forgotten",
        TimerTask::ForgetAttempt => "password_try_is_forgotten",
        TimerTask::EndAgreement => "agreement_ends",
        TimerTask::EscrowStep => "escrow_step",
        TimerTask::ExpireFreeze => "freeze_expires",
        TimerTask::EndFreeze => "freeze_ends",
        TimerTask::FreeSplits => "split_freeze_ends",
        TimerTask::TransferClock => "transfer_goes_or_expires",
        TimerTask::GiveUpBankOrder => "bank_order_is_given_up",
        TimerTask::SettleSales => "sales_are_settled",
        TimerTask::BatchClock => "batch_goes_or_expires",
    }
}
