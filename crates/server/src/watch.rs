//! Keeps what merchants' programs call after a fault, for the run report. In memory and bounded: the oldest calls give
//! way, and with them what could be found in them.

use base::AppId;
use gateway::{CallSeen, Told, Witness};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Calls that are kept: some 600 bytes each.
const CALLS_MAX: usize = 2_000;

/// The calls of apps to which something unknown happened, oldest first.
#[derive(Default)]
pub(crate) struct Watch {
    calls: Mutex<VecDeque<CallSeen>>,
    /// Whether there are any, so that other worlds pay one look for it.
    any: AtomicBool,
}

impl Watch {
    /// What is kept, oldest first.
    pub(crate) fn calls(&self) -> Vec<CallSeen> {
        self.kept().iter().cloned().collect()
    }

    /// Forgets all of it.
    pub(crate) fn forget(&self) {
        let mut kept = self.kept();
        kept.clear();
        self.any.store(false, Ordering::Release);
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<CallSeen>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Watch {
    fn watches(&self, app: AppId) -> bool {
        self.any.load(Ordering::Acquire) && self.kept().iter().any(|call| call.app == app)
    }

    fn saw(&self, call: CallSeen) {
        let mut kept = self.kept();
        // It begins with an unknown outcome; before that there is nothing that could be done wrong.
        if call.told != Told::Unknown && kept.iter().all(|seen| seen.app != call.app) {
            return;
        }
        if kept.len() == CALLS_MAX {
            kept.pop_front();
        }
        kept.push_back(call);
        self.any.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::tests::{app, call};

    #[test]
    fn an_app_is_watched_from_its_first_unknown_outcome_on_within_bounds() {
        let watch = Watch::default();
        watch.saw(call("alipay.trade.pay", "T1", 1));
        assert!(!watch.watches(app(1)) && watch.calls().is_empty());
        watch.saw(CallSeen { told: Told::Unknown, ..call("alipay.trade.pay", "T1", 2) });
        assert!(watch.watches(app(1)) && !watch.watches(app(2)));
        for at_us in 0..3_000 {
            watch.saw(call("alipay.trade.query", "T1", at_us));
        }
        assert_eq!(watch.calls().len(), CALLS_MAX);
        watch.forget();
        assert!(!watch.watches(app(1)) && watch.calls().is_empty());
    }
}
