//! `tongbao fault set|list|clear` and `tongbao report`: ask the sandbox API of a running server.

use crate::clock::ServerArgs;
use crate::{aml, print};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use portal::FindingTold;
use reqwest::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

/// The exit code of a report that has findings.
const FOUND: u8 = 1;

/// What to do with faults.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum FaultCommand {
    /// Asks for a fault: of the next call, or as often as is said.
    Set(SetArgs),
    /// The faults that stand.
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Takes faults away: one, those of an app, or all.
    Clear {
        /// Only the one of this number.
        #[arg(value_name = "NO")]
        no: Option<u64>,
        /// Only those that were set for this app.
        #[arg(long, value_name = "APP_ID")]
        app: Option<String>,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// A fault and when it happens.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetArgs {
    /// latency:MS or latency:MS-MS, error-before, error-after, lost-answer, query-lag:S, gbk-error, rate-limit,
    /// maintenance, notify-duplicate, notify-delay:S, notify-reorder, notify-early.
    #[arg(value_name = "FAULT")]
    fault: String,
    /// Only to this app.
    #[arg(long, value_name = "APP_ID")]
    app: Option<String>,
    /// Only to this method, such as alipay.trade.pay.
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// So many times [default: once, when nothing else is said].
    #[arg(long, value_name = "N")]
    next: Option<u32>,
    /// To each n-th.
    #[arg(long, value_name = "N")]
    every: Option<u32>,
    /// With this chance in a hundred.
    #[arg(long, value_name = "N")]
    percent: Option<u32>,
    /// What chance is drawn from: the same seed, the same calls.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// For so many seconds of the world's time.
    #[arg(long = "for", value_name = "SECONDS")]
    for_s: Option<u32>,
    #[command(flatten)]
    server: ServerArgs,
}

/// What else is reported.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ReportOf {
    /// What of a closed day must be reported against money laundering, as a CSV file with a digest.
    Aml(aml::AmlArgs),
}

/// The options of `tongbao report`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    of: Option<ReportOf>,
    /// Only of this app.
    #[arg(long, value_name = "APP_ID")]
    app: Option<String>,
    /// How long nobody may ask about an unknown outcome, seconds of the world's time.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u32,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs `tongbao fault`.
pub(crate) fn run(command: &FaultCommand) -> anyhow::Result<()> {
    match command {
        FaultCommand::Set(args) => {
            let SetArgs { fault, app, method, next, every, percent, seed, for_s, server } = args;
            let asked = json!({
                "fault": fault, "app_id": app, "method": method, "next": next, "every": every, "percent": percent,
                "seed": seed, "for_s": for_s,
            });
            let answer = server.call(Method::POST, "/faults", Some(&asked))?;
            tell(server, &answer, |set| Ok(rule_text(set)))
        }
        FaultCommand::List { server } => {
            let answer = server.call(Method::GET, "/faults", None)?;
            tell(server, &answer, |listed| {
                let rules = listed["faults"].as_array().context("the answer is none of this release")?;
                let lines: Vec<String> = rules.iter().map(rule_text).collect();
                Ok(if lines.is_empty() { "no fault stands".to_owned() } else { lines.join("\n") })
            })
        }
        FaultCommand::Clear { no, app, server } => {
            let query = query([("no", no.map(|no| no.to_string())), ("app_id", app.clone())])?;
            let answer = server.call(Method::DELETE, &format!("/faults{query}"), None)?;
            tell(server, &answer, |cleared| Ok(format!("cleared: {}", cleared["cleared"])))
        }
    }
}

/// Runs `tongbao report`.
pub(crate) fn report(args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let ReportArgs { of, app, patience, server } = args;
    if let Some(ReportOf::Aml(args)) = of {
        aml::run(args)?;
        return Ok(ExitCode::SUCCESS);
    }
    let query = query([("patience_s", Some(patience.to_string())), ("app_id", app.clone())])?;
    let answer = server.call(Method::GET, &format!("/report{query}"), None)?;
    let told: Value = serde_json::from_str(&answer).context("the answer is none of this release")?;
    let findings: Vec<FindingTold> =
        serde_json::from_value(told["findings"].clone()).context("the answer is none of this release")?;
    tell(server, &answer, |_| Ok(report_text(&findings)))?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn tell(
    server: &ServerArgs,
    answer: &str,
    text: impl FnOnce(&Value) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    if server.json {
        return print::out(answer);
    }
    print::out(&text(&serde_json::from_str(answer).context("the answer is none of this release")?)?)
}

/// The query part. Values are numbers, so that nothing has to be escaped.
fn query<const N: usize>(pairs: [(&str, Option<String>); N]) -> anyhow::Result<String> {
    let mut parts = Vec::new();
    for (name, value) in pairs {
        let Some(value) = value else { continue };
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("{name} is a number");
        }
        parts.push(format!("{name}={value}"));
    }
    Ok(if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) })
}

fn rule_text(rule: &Value) -> String {
    let text = |name: &str| match &rule[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let mut line = format!("{}. {}", text("no").unwrap_or_default(), text("fault").unwrap_or_default());
    for (name, shown) in [
        ("app_id", "app"),
        ("method", "method"),
        ("next", "next"),
        ("every", "every"),
        ("percent", "percent"),
        ("until", "until"),
    ] {
        if let Some(value) = text(name) {
            line.push_str(&format!(", {shown} {value}"));
        }
    }
    let count = |name: &str| text(name).unwrap_or_else(|| "0".to_owned());
    format!("{line}: seen {}, happened {}", count("seen"), count("hits"))
}

fn report_text(findings: &[FindingTold]) -> String {
    if findings.is_empty() {
        return "nothing was found".to_owned();
    }
    let told = |finding: &FindingTold| {
        let FindingTold { kind, app_id, at, text, advice } = finding;
        format!("{at}  {kind}  app {app_id}\n  {text}\n  {advice}")
    };
    findings.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_findings_are_told_in_words() {
        let rule = json!({
            "no": 3, "fault": "latency:200-800", "app_id": null, "method": "alipay.trade.pay", "next": 2, "every": null,
            "percent": 30, "seed": 7, "until": null, "seen": 5, "hits": 1
        });
        assert_eq!(
            rule_text(&rule),
            "3. latency:200-800, method alipay.trade.pay, next 2, percent 30: seen 5, happened 1"
        );
        assert_eq!(report_text(&[]), "nothing was found");
        let text = |text: &str| text.to_owned();
        let finding = FindingTold {
            kind: text("paid_twice"),
            app_id: text("1"),
            at: text("now"),
            text: text("what"),
            advice: text("do"),
        };
        assert_eq!(report_text(&[finding]), "now  paid_twice  app 1\n  what\n  do");
    }

    #[test]
    fn a_query_holds_numbers_alone() {
        assert_eq!(query([("no", Some("3".to_owned())), ("app_id", None)]).unwrap(), "?no=3");
        assert_eq!(query([("no", None)]).unwrap(), "");
        assert!(query([("app_id", Some("1&no=2".to_owned()))]).is_err());
    }
}
