//! What parties used of their limits.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::Record;
use engine::Tabled;
use people::Usage;

/// A counter by itself: its period is one of its kind, and nothing is summed that was not counted.
pub(crate) fn usage(usage: &Usage, findings: &mut Findings) {
    let mut wrong = |message: &str| {
        let key = text_of_key(&Usage::wrap_key(usage.key()));
        findings.add(FindingKind::UsageWrong, "usage", key, message);
    };
    if !usage.period_fits() {
        wrong("its period is none of its kind");
    }
    if usage.count == 0 && usage.sum_minor.units() != 0 {
        wrong("it sums up what was never counted");
    }
}
