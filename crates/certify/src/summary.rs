//! The run in a few lines, for a terminal.

use crate::report::{Report, Row, Tally, Verdict};
use crate::words::{Language, Said};
use std::fmt::Write;

/// Findings, what was not judged, tally and score.
pub fn summary(report: &Report, language: Language) -> String {
    let mut out = String::new();
    let of = |said: Said| said.of(language);
    for finding in report.findings() {
        let (code, title, advice) = (finding.cause.code(), finding.cause.title(), finding.cause.advice());
        let risk = of(finding.risk().title());
        let label = of(said!("风险", "risk"));
        let _infallible = writeln!(out, "\n{code}  {} ({label}: {risk})", of(title));
        for row in &finding.rows {
            let what = row.verdict.what().map_or("", |what| what.of(language));
            let _infallible = writeln!(out, "  {}: {what}", row.scenario.name);
        }
        let _infallible = writeln!(out, "  → {}", of(advice));
    }
    let not_judged: Vec<&Row> =
        report.rows.iter().filter(|row| matches!(row.verdict, Verdict::Inconclusive(_))).collect();
    if !not_judged.is_empty() {
        let _infallible = writeln!(out, "\n{}", of(said!("无法判断：", "inconclusive:")));
        for row in not_judged {
            let what = row.verdict.what().map_or("", |what| what.of(language));
            let _infallible = writeln!(out, "  {}: {what}", row.scenario.name);
        }
    }
    let _infallible = writeln!(out, "\n{}", last_line(report, language));
    out
}

/// Tally and score.
pub(crate) fn last_line(report: &Report, language: Language) -> String {
    let Tally { passed, failed, skipped, inconclusive } = report.tally();
    let (played, all) = (passed + failed, report.rows.len());
    let findings = report.findings().len();
    let words = match report.score() {
        Some(score) => words!(
            "{score} 分（满分 100，按判定的 {played}/{all} 个场景计）；{findings} 个问题；\
             通过 {passed}，未通过 {failed}，跳过 {skipped}，无法判断 {inconclusive}",
            "{score} of 100 points, over the {played} of {all} scenarios that were judged; findings: {findings}; \
             {passed} passed, {failed} failed, {skipped} skipped, {inconclusive} inconclusive"
        ),
        None => words!(
            "没有分数：没有场景可以判定；跳过 {skipped}，无法判断 {inconclusive}",
            "no score: nothing could be judged; {skipped} skipped, {inconclusive} inconclusive"
        ),
    };
    words.of(language).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::Cause;
    use crate::report::tests::{failed, report};

    #[test]
    fn findings_skips_and_score_stand_together() {
        let why = words!("没有", "has no call");
        let report = report(vec![
            failed(Cause::NoIdempotency),
            Verdict::Skipped(why.clone()),
            Verdict::Inconclusive(why),
        ]);
        let text = summary(&report, Language::En);
        assert!(text.contains("no-idempotency  The same payment counts again (risk: high)"), "{text}");
        assert!(text.contains("  pays-once: shipped twice <x>\n"), "{text}");
        assert!(text.contains("inconclusive:\n  amount-a-float-cannot-hold: has no call"), "{text}");
        let tally = "findings: 1; 43 passed, 1 failed, 1 skipped, 1 inconclusive";
        assert!(text.contains(&format!("over the 44 of 46 scenarios that were judged; {tally}")), "{text}");
        assert!(summary(&report, Language::Zh).contains("1 个问题"));
    }
}
