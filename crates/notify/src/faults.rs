//! Faults of letters on request, in a sandbox world: a letter held back, overtaken, or sent twice.
//!
//! A letter that is held is not under way: its attempt ends unmade, and it is due as before. So a newer letter of the
//! same order goes first, as always, and nothing is lost when the server stops meanwhile.

use base::{AppId, NoticeNo};
use cell::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use trade::Notice;
use world::{Fault, Faults};

/// Wait before a held letter is looked at again.
pub(crate) const HOLD_STEP: Duration = Duration::from_millis(100);
/// Longest wait for a later letter that is to go first.
const REORDER_WAIT: Duration = Duration::from_secs(10);
/// Letters that something was asked for; what goes beyond goes as usual.
const PLANS_MAX: usize = 1_000;

/// What happens to the next attempt at a letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plan {
    /// Nothing.
    Usual,
    /// It is sent twice.
    Twice,
    /// It waits.
    Until(Instant),
    /// It waits for a later one of its app, not longer than this.
    AfterAnother(Instant),
    /// It waited.
    Delayed,
    /// It was overtaken, or waited for that in vain.
    Overtaken,
}

/// How a letter came to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LetterKind {
    /// In its turn.
    Usual,
    /// After a delay that was asked for.
    Delayed,
    /// After a later one, as was asked for.
    Reordered,
    /// A second time, as was asked for.
    Duplicate,
    /// Once more, as it was.
    Again,
    /// Once more, with these members changed and signed.
    Changed(Vec<String>),
    /// Forged.
    Forged(crate::Forgery),
}

impl LetterKind {
    /// Its name in lists.
    pub fn name(&self) -> &'static str {
        match self {
            LetterKind::Usual => "usual",
            LetterKind::Delayed => "delayed",
            LetterKind::Reordered => "reordered",
            LetterKind::Duplicate => "duplicate",
            LetterKind::Again => "again",
            LetterKind::Changed(_) => "changed",
            LetterKind::Forged(_) => "forged",
        }
    }
}

/// The faults of letters of one world.
pub(crate) struct LetterFaults {
    faults: Arc<Faults>,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By notice, with the attempts made before: each attempt is planned once.
    plans: BTreeMap<NoticeNo, (u32, Plan)>,
    /// The latest letter that was sent to each app with a letter that waits for one.
    latest: BTreeMap<AppId, NoticeNo>,
}

impl std::fmt::Debug for LetterFaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LetterFaults")
    }
}

impl LetterFaults {
    pub(crate) fn new(faults: Arc<Faults>, clock: Clock) -> LetterFaults {
        LetterFaults { faults, clock, state: Mutex::default() }
    }

    /// Whether an attempt is not to be made now.
    pub(crate) fn holds(&self, notice: &Notice) -> bool {
        let mut state = self.state();
        if state.plans.is_empty() && self.faults.is_quiet() {
            return false;
        }
        let planned = state.plans.get(&notice.no).filter(|(attempts, _)| *attempts == notice.attempts);
        let plan = match planned {
            Some((_, plan)) => *plan,
            None if state.plans.len() >= PLANS_MAX => return false,
            None => self.plan(notice),
        };
        let now = Instant::now();
        let overtaken = state.latest.get(&notice.app).is_some_and(|latest| *latest > notice.no);
        let plan = match plan {
            Plan::Until(until) if now >= until => Plan::Delayed,
            Plan::AfterAnother(until) if overtaken || now >= until => Plan::Overtaken,
            Plan::AfterAnother(_) => {
                // From now on it matters what is sent to this app.
                state.latest.entry(notice.app).or_insert(notice.no);
                plan
            }
            Plan::Usual | Plan::Twice | Plan::Until(_) | Plan::Delayed | Plan::Overtaken => plan,
        };
        state.plans.insert(notice.no, (notice.attempts, plan));
        matches!(plan, Plan::Until(_) | Plan::AfterAnother(_))
    }

    fn plan(&self, notice: &Notice) -> Plan {
        let Some(hit) = self.faults.of_letter(notice.app, (self.clock)()) else { return Plan::Usual };
        let (fault, rule) = (hit.fault.name(), hit.rule);
        tracing::warn!(notice = %notice.no, app = %notice.app, fault, rule, "a fault was injected");
        match hit.fault {
            Fault::NotifyDuplicate => Plan::Twice,
            Fault::NotifyDelay { seconds } => {
                Plan::Until(Instant::now() + Duration::from_secs(u64::from(seconds)))
            }
            Fault::NotifyReorder => Plan::AfterAnother(Instant::now() + REORDER_WAIT),
            Fault::Latency { .. }
            | Fault::ErrorBefore
            | Fault::ErrorAfter
            | Fault::LostAnswer
            | Fault::QueryLag { .. }
            | Fault::GbkError
            | Fault::RateLimit
            | Fault::Maintenance
            | Fault::NotifyEarly => Plan::Usual,
        }
    }

    /// How the letter that is sent now comes to be sent, and whether it goes twice.
    pub(crate) fn kind_of(&self, notice: &Notice) -> (LetterKind, bool) {
        match self.state().plans.get(&notice.no).map(|(_, plan)| *plan) {
            Some(Plan::Twice) => (LetterKind::Usual, true),
            Some(Plan::Delayed) => (LetterKind::Delayed, false),
            Some(Plan::Overtaken) => (LetterKind::Reordered, false),
            Some(Plan::Usual | Plan::Until(_) | Plan::AfterAnother(_)) | None => (LetterKind::Usual, false),
        }
    }

    /// A letter was sent, whatever came of it.
    pub(crate) fn sent(&self, notice: &Notice) {
        let mut state = self.state();
        state.plans.remove(&notice.no);
        if let Some(latest) = state.latest.get_mut(&notice.app) {
            *latest = (*latest).max(notice.no);
        }
        if state.plans.is_empty() {
            state.latest.clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
