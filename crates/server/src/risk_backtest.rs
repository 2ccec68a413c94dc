//! `tongbao risk backtest`: a set of rules played over the payments of a data folder, which is read and never written.

use crate::books::Books;
use crate::cli::DataArgs;
use crate::data_folder::DataFolder;
use crate::print;
use anyhow::Context;
use base::Day;
use clap::{Args, Subcommand};
use portal::{backtest_told, past_days};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// What to do about risk.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum RiskCommand {
    /// Plays rules over the stored payments and tells what they would have said, against what became of them.
    Backtest(BacktestArgs),
}

/// The options of `tongbao risk backtest`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BacktestArgs {
    /// The rules: a JSON list, as `/sandbox/risk` takes it.
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    /// The first day in China, yyyy-MM-dd [default: the first there is].
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// The last day [default: the last there is].
    #[arg(long, value_name = "DAY")]
    to: Option<Day>,
    /// Prints JSON for programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    folder: DataArgs,
}

/// Runs the command.
pub(crate) fn run(command: &RiskCommand) -> anyhow::Result<()> {
    let RiskCommand::Backtest(BacktestArgs { rules, from, to, json, folder }) = command;
    let named = || rules.display().to_string();
    let text = fs::read_to_string(rules).with_context(named)?;
    let set = risk::compile(0, &text).with_context(named)?;
    let mut reader = Books::of(&DataFolder::look(&folder.data)?)?.reader()?;
    let payments = bill::past_payments(reader.as_mut(), &past_days(*from, *to))?;
    let told = backtest_told(&risk::backtest(&set, &payments));
    print::out(&if *json { serde_json::to_string_pretty(&told)? } else { sheet(&told) })
}

/// The same for people.
fn sheet(told: &Value) -> String {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut text =
        format!("{} payments of {} fen", told["payments"]["count"], word(&told["payments"]["sum_fen"]));
    for line in told["verdicts"].as_array().into_iter().flatten() {
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "\n{:<16} {:<8} {:>8} {:>16} fen",
            word(&line["verdict"]),
            word(&line["became"]),
            word(&line["count"]),
            word(&line["sum_fen"])
        );
    }
    for line in told["rules"].as_array().into_iter().flatten() {
        let examples: Vec<String> = line["examples"].as_array().into_iter().flatten().map(word).collect();
        let _ = write!(
            text,
            "\nrule {}: {} payments of {} fen, not evaluated {}{}{}",
            word(&line["id"]),
            word(&line["count"]),
            word(&line["sum_fen"]),
            word(&line["failed"]),
            if examples.is_empty() { "" } else { "; " },
            examples.join("; ")
        );
    }
    for (name, title) in [("newly_stopped", "newly stopped"), ("newly_passed", "newly passed")] {
        for line in told[name].as_array().into_iter().flatten() {
            let subject = if line.is_string() { line } else { &line["subject"] };
            let _ = write!(text, "\n{title}: {}", word(subject));
        }
    }
    text
}
