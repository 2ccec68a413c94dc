//! The run as one HTML page that needs nothing beside it, in Chinese and English, for phones and desktops.

use crate::junit::escaped;
use crate::note::{Note, Who};
use crate::page_style::STYLE;
use crate::report::{Finding, Report, Row, Verdict};
use crate::scenario::Group;
use crate::summary::last_line;
use crate::words::{Language, Said, Words};
use std::fmt::Write;

/// The page. `first` is the language that it opens in; a click shows the other one.
pub fn page(report: &Report, first: Language) -> String {
    let checked = |language| if language == first { " checked" } else { "" };
    let lang = if first == Language::Zh { "zh-CN" } else { "en" };
    let mut out = String::new();
    let _infallible = write!(
        out,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>tongbao certify: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <input class=\"pick\" type=\"radio\" name=\"language\" id=\"zh\"{}>\
         <input class=\"pick\" type=\"radio\" name=\"language\" id=\"en\"{}>\n<main>\n\
         <div class=\"langs\"><label for=\"zh\" lang=\"zh-CN\">中文</label>\
         <label for=\"en\" lang=\"en\">English</label></div>\n",
        escaped(&report.target),
        checked(Language::Zh),
        checked(Language::En),
    );
    head(&mut out, report);
    findings(&mut out, &report.findings());
    for group in Group::ALL {
        let rows: Vec<&Row> = report.rows.iter().filter(|row| row.scenario.group == group).collect();
        if !rows.is_empty() {
            let _infallible = writeln!(out, "<h2>{}</h2>", said(group.title()));
            rows.iter().for_each(|row| scenario(&mut out, row));
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// A text in both languages; the sheet shows one.
fn both(zh: &str, en: &str) -> String {
    format!(
        "<span class=\"zh\" lang=\"zh-CN\">{}</span><span class=\"en\" lang=\"en\">{}</span>",
        escaped(zh),
        escaped(en)
    )
}

fn said(text: Said) -> String {
    both(text.zh, text.en)
}

fn words(text: &Words) -> String {
    both(&text.zh, &text.en)
}

fn head(out: &mut String, report: &Report) {
    let score = report.score().map_or_else(|| "–".to_owned(), |score| score.to_string());
    let look = match report.exit_code() {
        0 => "passed",
        1 => "failed",
        _ => "inconclusive",
    };
    let _infallible = write!(
        out,
        "<h1>{}</h1>\n<p class=\"quiet\"><code>{}</code> · app <code>{}</code></p>\n\
         <div class=\"card score\"><b class=\"{look}\">{score}</b><span>{}</span></div>\n",
        said(said!("商家接入验收", "Conformance of a shop")),
        escaped(&report.target),
        escaped(&report.app_id),
        both(&last_line(report, Language::Zh), &last_line(report, Language::En)),
    );
}

fn findings(out: &mut String, findings: &[Finding<'_>]) {
    let _infallible = writeln!(out, "<h2>{}</h2>", said(said!("问题", "Findings")));
    if findings.is_empty() {
        let none = said!("没有发现问题。", "None.");
        let _infallible = writeln!(out, "<p>{}</p>", said(none));
    }
    for finding in findings {
        let links = finding.rows.iter().map(|row| {
            let name = row.scenario.name;
            let what = row.verdict.what().map_or_else(String::new, words);
            format!("<li><a href=\"#{name}\"><code>{name}</code></a> {what}</li>")
        });
        let _infallible = writeln!(
            out,
            "<section class=\"card\" id=\"finding-{code}\"><b class=\"failed\">{}</b> <code>{code}</code> \
             <span class=\"tag\">{}: {}</span>\n<ul>{}</ul>\n<p>{}</p></section>",
            said(finding.cause.title()),
            said(said!("风险", "risk")),
            said(finding.risk().title()),
            links.collect::<String>(),
            said(finding.cause.advice()),
            code = finding.cause.code(),
        );
    }
}

fn scenario(out: &mut String, row: &Row) {
    let scenario = row.scenario;
    let failed = matches!(row.verdict, Verdict::Failed { .. });
    let _infallible = write!(
        out,
        "<details id=\"{name}\"{open}><summary><span class=\"name\"><code>{name}</code> {}</span>\
         <span class=\"tag {}\">{}</span></summary>\n<div class=\"inside\"><dl>",
        said(scenario.guards),
        row.verdict.code(),
        said(row.verdict.title()),
        name = scenario.name,
        open = if failed { " open" } else { "" },
    );
    let mut line = |title: Said, text: String| {
        let _infallible = write!(out, "<dt>{}</dt><dd>{text}</dd>", said(title));
    };
    if let Some(what) = row.verdict.what() {
        line(said!("结果", "Verdict"), words(what));
    }
    if let Verdict::Failed { cause, .. } = &row.verdict {
        line(said!("建议", "Advice"), said(cause.advice()));
    }
    line(said!("步骤", "Steps"), said(scenario.steps));
    line(said!("期望", "Expected"), said(scenario.expected));
    line(said!("风险", "Risk"), format!("{}: {}", said(scenario.risk.title()), said(scenario.stake)));
    out.push_str("</dl>\n");
    if !row.notes.is_empty() {
        let notes: String = row.notes.iter().map(note).collect();
        let _infallible =
            writeln!(out, "<div class=\"quiet\">{}</div><ol>{notes}</ol>", said(said!("证据", "Evidence")));
    }
    out.push_str("</div></details>\n");
}

fn note(note: &Note) -> String {
    let who = match note.who {
        Who::Script => said!("验收", "certify"),
        Who::Platform => said!("平台", "platform"),
        Who::Shop => said!("店铺", "shop"),
    };
    let raw = note.raw.as_ref().map_or_else(String::new, |raw| format!("<pre>{}</pre>", escaped(raw)));
    format!("<li><span class=\"quiet\">{}</span> {}{raw}</li>", said(who), words(&note.what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::Cause;
    use crate::report::tests::{failed, report};

    #[test]
    fn the_page_stands_alone_and_repeats_nothing_unescaped() {
        let report = report(vec![failed(Cause::NoAmountCheck)]);
        let html = page(&report, Language::Zh);
        assert!(html.starts_with("<!doctype html>\n<html lang=\"zh-CN\">"));
        for foreign in ["<script", "<link", "<img", "url(", "@import", "<x>", "<2>", "<b>\"", "\u{1}"] {
            assert!(!html.contains(foreign), "{foreign}");
        }
        assert!(html.contains("id=\"finding-no-amount-check\""));
        assert!(html.contains("id=\"zh\" checked") && html.contains("width=device-width"));
        assert_eq!(html.matches("<details").count(), 46);
        assert_eq!(html.matches("<details").count(), html.matches("</details>").count());
        assert!(page(&report, Language::En).contains("id=\"en\" checked"));
    }
}
