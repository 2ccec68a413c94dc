//! The run as JUnit XML, which build servers read: a suite for each group, a case for each scenario.

use crate::note::{Note, Who};
use crate::report::{Report, Row, Verdict};
use crate::scenario::Group;
use crate::words::Language;
use std::fmt::Write;
use std::time::Duration;

/// The report as JUnit XML in one language. A failed scenario is a `failure` whose type is its cause, an
/// inconclusive one an `error`, a skipped one `skipped`; what was sent and heard is in `system-out`.
pub fn junit(report: &Report, language: Language) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<&Row> = report.rows.iter().collect();
    let _infallible = writeln!(
        out,
        "<testsuites name=\"tongbao certify\" {} time=\"{}\">",
        counts(&all),
        seconds(report.took)
    );
    for group in Group::ALL {
        let rows: Vec<&Row> = report.rows.iter().filter(|row| row.scenario.group == group).collect();
        if !rows.is_empty() {
            suite(&mut out, group, &rows, report, language);
        }
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, group: Group, rows: &[&Row], report: &Report, language: Language) {
    let took = rows.iter().map(|row| row.took).sum();
    let (name, counted, took) = (group.code(), counts(rows), seconds(took));
    let _infallible = writeln!(out, "  <testsuite name=\"{name}\" {counted} time=\"{took}\">");
    let _infallible = writeln!(
        out,
        "    <properties><property name=\"target\" value=\"{}\"/><property name=\"score\" value=\"{}\"/></properties>",
        escaped(&report.target),
        report.score().map_or_else(|| "-".to_owned(), |score| score.to_string())
    );
    for row in rows {
        case(out, row, language);
    }
    out.push_str("  </testsuite>\n");
}

fn counts(rows: &[&Row]) -> String {
    let count = |code: &str| rows.iter().filter(|row| row.verdict.code() == code).count();
    let (failed, errors, skipped) = (count("failed"), count("inconclusive"), count("skipped"));
    format!("tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"{skipped}\"", rows.len())
}

fn case(out: &mut String, row: &Row, language: Language) {
    let scenario = row.scenario;
    let _infallible = writeln!(
        out,
        "    <testcase classname=\"certify.{}\" name=\"{}\" time=\"{}\">",
        scenario.group.code(),
        scenario.name,
        seconds(row.took)
    );
    let text = |what: &crate::words::Words| escaped(what.of(language));
    let _infallible = match &row.verdict {
        Verdict::Passed => Ok(()),
        Verdict::Failed { cause, what } => writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            cause.code(),
            text(what),
            escaped(&format!(
                "{}\n{}\n{}",
                scenario.guards.of(language),
                scenario.expected.of(language),
                cause.advice().of(language)
            ))
        ),
        Verdict::Skipped(why) => writeln!(out, "      <skipped message=\"{}\"/>", text(why)),
        Verdict::Inconclusive(why) => {
            writeln!(out, "      <error type=\"inconclusive\" message=\"{}\"/>", text(why))
        }
    };
    let told = row.notes.iter().map(|note| told(note, language)).collect::<Vec<_>>().join("\n");
    let _infallible = writeln!(out, "      <system-out>{}</system-out>", escaped(&told));
    out.push_str("    </testcase>\n");
}

fn told(note: &Note, language: Language) -> String {
    let who = match note.who {
        Who::Script => "certify",
        Who::Platform => "platform",
        Who::Shop => "shop",
    };
    let what = note.what.of(language);
    match &note.raw {
        None => format!("[{who}] {what}"),
        Some(raw) => format!("[{who}] {what}\n    {}", raw.replace('\n', "\n    ")),
    }
}

/// Whole milliseconds as seconds.
fn seconds(took: Duration) -> String {
    let ms = took.as_millis();
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Text for XML and HTML, in content and in attributes; what XML cannot hold becomes the replacement character.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(char),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            char if char.is_control() => out.push('\u{FFFD}'),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::Cause;
    use crate::report::tests::{failed, report};

    /// The usual schema: suites hold suites, suites hold cases, and each counts what it holds.
    #[test]
    fn the_xml_is_well_formed_and_counts_what_it_holds() {
        let odd = words!("没有 <close> & \"x\"", "no <close> & \"x\"");
        let report = report(vec![
            failed(Cause::NoIdempotency),
            Verdict::Skipped(odd.clone()),
            Verdict::Inconclusive(odd),
        ]);
        for language in [Language::Zh, Language::En] {
            let xml = junit(&report, language);
            let document = roxmltree::Document::parse(&xml).unwrap();
            let root = document.root_element();
            assert_eq!(root.tag_name().name(), "testsuites");
            let number = |node: roxmltree::Node<'_, '_>, name: &str| {
                node.attribute(name).unwrap().parse::<usize>().unwrap()
            };
            assert_eq!(
                ["tests", "failures", "errors", "skipped"].map(|name| number(root, name)),
                [46, 1, 1, 1]
            );
            let mut cases = 0;
            for suite in root.children().filter(roxmltree::Node::is_element) {
                assert_eq!(suite.tag_name().name(), "testsuite");
                let held: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
                assert_eq!(number(suite, "tests"), held.len());
                let with = |tag: &str| {
                    held.iter().filter(|case| case.children().any(|node| node.has_tag_name(tag))).count()
                };
                assert_eq!(number(suite, "failures"), with("failure"));
                assert_eq!(number(suite, "errors"), with("error"));
                assert_eq!(number(suite, "skipped"), with("skipped"));
                for case in &held {
                    assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
                    assert_eq!(case.attribute("time"), Some("1.234"));
                }
                cases += held.len();
            }
            assert_eq!(cases, 46);
            let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
            assert_eq!(failure.attribute("type"), Some("no-idempotency"));
            let out = document.descendants().find(|node| node.has_tag_name("system-out")).unwrap();
            assert!(out.text().unwrap().contains("b=\u{FFFD}]]>\"茶\""), "{:?}", out.text());
        }
    }
}
