//! Runs what time made due.

use crate::command::{Never, Next};
use crate::{
    Rows, Stop, agreement, bank, close_order, escrow, freeze, settle_sales, split_hold, transfer, unfreeze,
};
use base::{FreezeNo, Plant, Slot, TimerNo, planted};
use people::{Attempt, Challenge, PasskeyProof};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Freeze, FreezeState, Order, OrderEvent, PayCode, Timer, TimerTask, next};

/// Runs one timer. Nothing happens when it is gone, because what it watched was settled, or not due yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunTimer {
    /// When it is due, microseconds UTC: part of its key.
    pub due_at_us: i64,
    /// Its number.
    pub timer: TimerNo,
}

impl RunTimer {
    pub(crate) fn slot(&self) -> Slot {
        self.timer.slot()
    }
}

pub(crate) fn run_timer(rows: &mut Rows<'_>, command: &RunTimer) -> Result<Next<()>, Stop<Never>> {
    let slot = rows.slot();
    let key = (slot, command.due_at_us, command.timer);
    let is_due = |timer: &Timer, now_us| timer.due_at_us <= now_us || planted(Plant::TimerRunsEarly);
    let Some(timer) = rows.get::<Timer>(key)?.filter(|timer| is_due(timer, rows.now_us())) else {
        return Ok(Next::Answer(()));
    };
    rows.delete::<Timer>(key);
    match timer.task {
        TimerTask::ExpireOrder => {
            let order = timer.order_no.map(|no| rows.get::<Order>((slot, no))).transpose()?.flatten();
            if let Some(order) = order.filter(|order| next(order.state, OrderEvent::Close).is_some()) {
                close_order::shut(rows, &order);
            }
        }
        TimerTask::ForgetCode => {
            if let Some(digest) = timer.code {
                // A code drawn again under the same digest has a timer of its own.
                let code = rows.get::<PayCode>((slot, digest))?;
                if code.is_some_and(|code| code.timer == timer.no) {
                    rows.delete::<PayCode>((slot, digest));
                }
                // What was sent to an address goes as what is shown at a till.
                let sent = rows.get::<Challenge>((slot, digest))?;
                if sent.is_some_and(|sent| sent.timer == timer.no) {
                    rows.delete::<Challenge>((slot, digest));
                }
            }
        }
        TimerTask::ForgetAttempt => {
            if let (Some(party), Some(attempt)) = (timer.party, timer.attempt) {
                rows.delete::<Attempt>((slot, party, attempt));
                if rows.get::<PasskeyProof>((slot, party, attempt))?.is_some() {
                    rows.delete::<PasskeyProof>((slot, party, attempt));
                }
            }
        }
        TimerTask::EndAgreement => agreement::end::time_is_over(rows, &timer)?,
        TimerTask::EscrowStep => escrow::run_clock(rows, &timer)?,
        TimerTask::ExpireFreeze => {
            let freeze = freeze_of(rows, &timer)?.filter(|freeze| freeze.state == FreezeState::Init);
            if let Some(freeze) = freeze {
                freeze::shut(rows, &freeze, false);
            }
        }
        TimerTask::EndFreeze => {
            let freeze = freeze_of(rows, &timer)?.filter(|freeze| freeze.state == FreezeState::Authorized);
            if let Some(freeze) = freeze {
                unfreeze::end_life(rows, &freeze)?;
            }
        }
        TimerTask::FreeSplits => split_hold::time_is_over(rows, &timer)?,
        TimerTask::TransferClock => transfer::clock::time_is_up(rows, &timer)?,
        TimerTask::GiveUpBankOrder => bank::close::time_is_over(rows, &timer)?,
        TimerTask::SettleSales => settle_sales::time_is_over(rows, &timer)?,
        TimerTask::BatchClock => transfer::batch::step::time_is_up(rows, &timer)?,
    }
    Ok(Next::Answer(()))
}

/// The freeze that a timer watches.
fn freeze_of(rows: &mut Rows<'_>, timer: &Timer) -> Result<Option<Arc<Freeze>>, crate::Fault> {
    let no = timer.order_no.map(FreezeNo::of_topic);
    no.map_or(Ok(None), |no| rows.get::<Freeze>((rows.slot(), no)))
}
