//! `tongbao recon import|fetch`: hands a statement of the bank to a running server, which alone may book it.

use crate::clock::ServerArgs;
use crate::print;
use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// What to do with statements of the bank.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ReconCommand {
    /// Reads a statement (CSV or camt.053) into the books. The same file again changes nothing; after a kill it goes on
    /// where it stopped.
    Import {
        /// The file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Has the server fetch the statement of a day that is over from its bank, and read it.
    Fetch {
        /// The day in China, yyyy-MM-dd.
        #[arg(long, value_name = "DAY")]
        day: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// Runs the command.
pub(crate) fn run(command: &ReconCommand) -> anyhow::Result<()> {
    let (server, answer) = match command {
        ReconCommand::Import { file, server } => {
            let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let is_xml = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
                || bytes.starts_with(b"\xef\xbb\xbf<");
            let kind = if is_xml { "application/xml" } else { "text/csv" };
            (server, server.send_file("/recon/statements", kind, bytes)?)
        }
        ReconCommand::Fetch { day, server } => {
            (server, server.ask("/recon/fetch", Some(&json!({ "day": day })))?)
        }
    };
    if server.wants_json() {
        return print::out(&answer);
    }
    print::out(&text(&serde_json::from_str(&answer).context("the answer is none of this release")?))
}

/// What came of it, for people.
fn text(told: &Value) -> String {
    let word = |name: &str| told[name].as_str().unwrap_or("?").to_owned();
    let again = if told["already_booked"] == true { ": already booked, nothing changed" } else { "" };
    let mut lines = vec![format!(
        "Statement of {} for {}, {} lines{again}\nOpening {}, closing {}, {} of {} lines booked\n",
        word("account"),
        word("day"),
        told["lines"],
        word("opening"),
        word("closing"),
        told["booked"],
        told["lines"]
    )];
    for class in told["classes"].as_array().into_iter().flatten().filter(|class| class["lines"] != 0) {
        let cell = |name: &str| class[name].as_str().unwrap_or("?");
        let count = class["lines"].to_string();
        let note = if class["suspense"] == true { "  suspense" } else { "" };
        lines.push(format!(
            "{:<16} {count:>6}   in {:>14}   out {:>14}{note}",
            cell("class"),
            cell("in"),
            cell("out")
        ));
    }
    lines.push(format!("\nUnexplained: {}", word("unexplained")));
    lines.join("\n")
}
