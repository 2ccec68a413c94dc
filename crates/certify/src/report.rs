//! What a run showed: a row for each scenario, findings by cause, a score.

use crate::cause::Cause;
use crate::note::Note;
use crate::scenario::{Risk, Scenario};
use crate::words::{Said, Words};
use std::time::Duration;

/// How a scenario ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The shop did right.
    Passed,
    /// The shop did wrong.
    Failed {
        /// What kind of mistake it is.
        cause: Cause,
        /// What was seen.
        what: Words,
    },
    /// The shop has no such call, or the run was told not to.
    Skipped(Words),
    /// It could not be judged.
    Inconclusive(Words),
}

impl Verdict {
    /// The name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed { .. } => "failed",
            Verdict::Skipped(_) => "skipped",
            Verdict::Inconclusive(_) => "inconclusive",
        }
    }

    /// The name for people.
    pub fn title(&self) -> Said {
        match self {
            Verdict::Passed => said!("通过", "passed"),
            Verdict::Failed { .. } => said!("未通过", "failed"),
            Verdict::Skipped(_) => said!("跳过", "skipped"),
            Verdict::Inconclusive(_) => said!("无法判断", "inconclusive"),
        }
    }

    /// What was seen; nothing for what went well.
    pub fn what(&self) -> Option<&Words> {
        match self {
            Verdict::Passed => None,
            Verdict::Failed { what, .. } | Verdict::Skipped(what) | Verdict::Inconclusive(what) => Some(what),
        }
    }
}

/// One scenario as it was played.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which one.
    pub scenario: &'static Scenario,
    /// How it ended.
    pub verdict: Verdict,
    /// What was done and heard.
    pub notes: Vec<Note>,
    /// How long it took.
    pub took: Duration,
}

/// A mistake of the shop, with the scenarios that show it.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The mistake.
    pub cause: Cause,
    /// Those that failed because of it, worst first.
    pub rows: Vec<&'a Row>,
}

impl Finding<'_> {
    /// The highest risk among its scenarios.
    pub fn risk(&self) -> Risk {
        self.rows.iter().map(|row| row.scenario.risk).max().unwrap_or(Risk::Low)
    }
}

/// How many rows ended in which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Right.
    pub passed: usize,
    /// Wrong.
    pub failed: usize,
    /// Not played.
    pub skipped: usize,
    /// Not judged.
    pub inconclusive: usize,
}

/// A whole run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The shop's address.
    pub target: String,
    /// The sandbox's address.
    pub sandbox: String,
    /// The shop's app, as its first order named it.
    pub app_id: String,
    /// In the order of the table.
    pub rows: Vec<Row>,
    /// How long it took in all.
    pub took: Duration,
}

impl Report {
    /// Mistakes, by cause. What a wider mistake explains is told under that one.
    pub fn findings(&self) -> Vec<Finding<'_>> {
        let failed = || {
            self.rows.iter().filter_map(|row| match &row.verdict {
                Verdict::Failed { cause, .. } => Some((*cause, row)),
                Verdict::Passed | Verdict::Skipped(_) | Verdict::Inconclusive(_) => None,
            })
        };
        let seen: Vec<Cause> = failed().map(|(cause, _)| cause).collect();
        let root = |cause: Cause| {
            let wider = cause.explained_by().iter().find(|wider| seen.contains(wider));
            wider.copied().unwrap_or(cause)
        };
        let of = |wanted: Cause| {
            let mut rows: Vec<&Row> =
                failed().filter(|(cause, _)| root(*cause) == wanted).map(|(_, row)| row).collect();
            rows.sort_by_key(|row| std::cmp::Reverse(row.scenario.risk));
            Finding { cause: wanted, rows }
        };
        Cause::ALL.into_iter().map(of).filter(|finding| !finding.rows.is_empty()).collect()
    }

    /// How the rows ended.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for row in &self.rows {
            let counted = match row.verdict {
                Verdict::Passed => &mut tally.passed,
                Verdict::Failed { .. } => &mut tally.failed,
                Verdict::Skipped(_) => &mut tally.skipped,
                Verdict::Inconclusive(_) => &mut tally.inconclusive,
            };
            *counted += 1;
        }
        tally
    }

    /// Of a hundred: what passed of what was judged, each scenario by its risk, rounded down. `None` when nothing was
    /// judged. What was skipped or inconclusive counts neither way, so the score stands beside the tally.
    pub fn score(&self) -> Option<u32> {
        let (mut right, mut judged) = (0, 0);
        for row in &self.rows {
            let weight = row.scenario.risk.weight();
            match row.verdict {
                Verdict::Passed => {
                    right += weight;
                    judged += weight;
                }
                Verdict::Failed { .. } => judged += weight,
                Verdict::Skipped(_) | Verdict::Inconclusive(_) => {}
            }
        }
        (right * 100).checked_div(judged)
    }

    /// The exit code: 1 with a finding; 2 with none, when something was inconclusive or nothing was judged; else 0.
    pub fn exit_code(&self) -> u8 {
        let Tally { passed, failed, skipped: _, inconclusive } = self.tally();
        match (failed, inconclusive, passed) {
            (0, 0, 1..) => 0,
            (0, _, _) => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::note::Who;
    use crate::scenarios::all;

    /// A report in which the first scenarios ended so, and the others well.
    pub(crate) fn report(verdicts: Vec<Verdict>) -> Report {
        let rest = std::iter::repeat(Verdict::Passed);
        let row = |(scenario, verdict)| Row {
            scenario,
            verdict,
            notes: vec![Note::new(
                Who::Shop,
                words!("应答 <b>", "answers <b>"),
                Some("a=1&b=\u{1}]]>\"茶\""),
            )],
            took: Duration::from_millis(1_234),
        };
        Report {
            target: "http://shop.test/?a=1&b=<2>".to_owned(),
            sandbox: "http://127.0.0.1:8080/sandbox".to_owned(),
            app_id: "9021100000000106".to_owned(),
            rows: all().zip(verdicts.into_iter().chain(rest)).map(row).collect(),
            took: Duration::from_millis(12_345),
        }
    }

    pub(crate) fn failed(cause: Cause) -> Verdict {
        Verdict::Failed { cause, what: words!("发了两次 <x>", "shipped twice <x>") }
    }

    fn causes(verdicts: Vec<Verdict>) -> Vec<Cause> {
        report(verdicts).findings().iter().map(|finding| finding.cause).collect()
    }

    #[test]
    fn scenarios_of_one_cause_are_one_finding() {
        let two = vec![failed(Cause::NoIdempotency), Verdict::Passed, failed(Cause::NoIdempotency)];
        assert_eq!(causes(two.clone()), [Cause::NoIdempotency]);
        assert_eq!(report(two).findings()[0].rows.len(), 2);
        assert_eq!(causes(vec![]), []);
    }

    #[test]
    fn a_wider_mistake_explains_a_narrower_one_that_stands_alone_without_it() {
        let narrow = || failed(Cause::IdempotencyRace);
        assert_eq!(causes(vec![narrow()]), [Cause::IdempotencyRace]);
        assert_eq!(causes(vec![narrow(), failed(Cause::NoIdempotency)]), [Cause::NoIdempotency]);
        assert_eq!(
            causes(vec![narrow(), failed(Cause::NoAmountCheck)]),
            [Cause::NoAmountCheck, Cause::IdempotencyRace]
        );
    }

    #[test]
    fn the_score_is_of_what_was_judged_and_by_risk() {
        let nothing = words!("无", "nothing");
        assert_eq!(report(vec![]).score(), Some(100));
        let all = report(vec![]).rows.len();
        assert_eq!(report(vec![Verdict::Skipped(nothing.clone()); all]).score(), None);
        let mostly = |first: Verdict| {
            let mut verdicts = vec![Verdict::Skipped(nothing.clone()); all];
            // The first is of high risk (4), the second of low (1).
            verdicts[0] = first;
            verdicts[1] = Verdict::Passed;
            report(verdicts).score()
        };
        assert_eq!(mostly(failed(Cause::WrongAmount)), Some(20));
        assert_eq!(mostly(Verdict::Inconclusive(nothing.clone())), Some(100));
    }

    #[test]
    fn exit_codes_tell_clean_findings_and_not_judged_apart() {
        let nothing = || words!("无", "nothing");
        assert_eq!(report(vec![]).exit_code(), 0);
        assert_eq!(report(vec![Verdict::Skipped(nothing())]).exit_code(), 0);
        assert_eq!(report(vec![Verdict::Inconclusive(nothing())]).exit_code(), 2);
        let both = vec![Verdict::Inconclusive(nothing()), failed(Cause::NoAmountCheck)];
        assert_eq!(report(both).exit_code(), 1);
        let all = report(vec![]).rows.len();
        assert_eq!(report(vec![Verdict::Skipped(nothing()); all]).exit_code(), 2);
    }
}
