//! What is told of runs: to people as text, to programs as JSON.

use serde_json::json;
use sim::{Counters, Fault, Outcome};
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What a town meets too seldom to be demanded of some thousand seeds. The play in which the model and the engine are
/// held against each other step by step demands all of them.
const SELDOM: [&str; 5] = [
    // Two buyers whose codes are taken at the same time, in two cells.
    "a payment found its order paid",
    // Sums beyond any town's.
    "TopUp refused Ledger(BalanceTooLarge)",
    // A buyer who is frozen when an order is opened, and free when the same order is asked for again before the answer.
    "a claim found its order gone",
    // A payment that is under way while the order's time ends and the timer has not run.
    "expiry beat a payment",
    // Two buyers who are both to confirm, asked at the same time in two cells.
    "another buyer came first",
];

/// What many seeds came to together.
pub(crate) struct Report {
    from: u64,
    pub(crate) seeds: u64,
    events: u64,
    decisions: u64,
    simulated_us: i128,
    pub(crate) counters: Counters,
    /// Failing seeds with what was wrong, the smallest first.
    pub(crate) failures: Vec<(u64, String)>,
    pub(crate) wall_ms: u128,
}

impl Report {
    pub(crate) fn new(from: u64) -> Report {
        let mut counters = Counters::new();
        counters.expect(Fault::ALL.iter().map(|fault| fault.counter()));
        for name in sim::expected().iter().filter(|name| !SELDOM.contains(name)) {
            counters.add(&format!("model.{name}"), 0);
        }
        Report {
            from,
            seeds: 0,
            events: 0,
            decisions: 0,
            simulated_us: 0,
            counters,
            failures: Vec::new(),
            wall_ms: 0,
        }
    }

    pub(crate) fn take(&mut self, seed: u64, outcome: Result<Outcome, String>) {
        self.seeds += 1;
        match outcome {
            Ok(outcome) => {
                self.events += outcome.events;
                self.decisions += outcome.decisions;
                self.simulated_us += i128::from(outcome.simulated_us);
                self.counters.merge(&outcome.counters);
                if let Some(failure) = outcome.failure {
                    let text = format!("{}\n  {}", failure.text, failure.last_events.join("\n  "));
                    self.failures.push((seed, text));
                }
            }
            Err(panicked) => self.failures.push((seed, panicked)),
        }
        self.failures.sort();
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.counters.to_string();
        let hours = self.simulated_us / 3_600_000_000;
        let _written = writeln!(
            text,
            "{} seeds from {}: {} decisions, {} events, {hours} simulated hours in {} s; {} failed",
            self.seeds,
            self.from,
            self.decisions,
            self.events,
            self.wall_ms / 1_000,
            self.failures.len()
        );
        text
    }

    pub(crate) fn json(&self) -> Result<String, String> {
        let counters: serde_json::Map<String, serde_json::Value> =
            self.counters.iter().map(|(name, count)| (name.to_owned(), json!(count))).collect();
        let failures: Vec<_> = self.failures.iter().map(|(seed, _)| *seed).collect();
        pretty(&json!({
            "what": "simulation: the whole house on one thread per seed, every fault drawn from the seed",
            "from": self.from, "seeds": self.seeds, "events": self.events, "decisions": self.decisions,
            "simulated_hours": u64::try_from(self.simulated_us / 3_600_000_000).unwrap_or(0),
            "wall_ms": u64::try_from(self.wall_ms).unwrap_or(0),
            "failed_seeds": failures, "counters": counters, "zero_counters": self.counters.zeros(),
        }))
    }
}

/// A planted bug and how it was found.
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    pub(crate) breaks: &'static str,
    /// After how many seeds, and what was seen.
    pub(crate) found: Option<(u64, String)>,
}

impl Planted {
    pub(crate) fn line(&self) -> String {
        match &self.found {
            Some((seeds, text)) => {
                let first = text.lines().next().unwrap_or_default();
                format!("{:40} found after {seeds:>4} seeds: {first}", self.name)
            }
            None => format!("{:40} NOT FOUND", self.name),
        }
    }
}

/// One line for all of them.
pub(crate) fn of_planted(results: &[Planted]) -> String {
    let mut seeds: Vec<u64> = results.iter().filter_map(|one| Some(one.found.as_ref()?.0)).collect();
    seeds.sort_unstable();
    let median = seeds.get(seeds.len() / 2).copied().unwrap_or(0);
    let most = seeds.last().copied().unwrap_or(0);
    format!(
        "{} of {} planted bugs found; seeds to find one: median {median}, at most {most}",
        seeds.len(),
        results.len()
    )
}

pub(crate) fn planted_json(results: &[Planted], seeds_max: u64) -> Result<String, String> {
    let bugs: Vec<_> = results
        .iter()
        .map(|one| {
            let (seeds, saw) =
                one.found.as_ref().map_or((None, None), |(seeds, text)| (Some(*seeds), text.lines().next()));
            json!({ "name": one.name, "breaks": one.breaks.trim(), "seeds_to_find": seeds, "saw": saw })
        })
        .collect();
    pretty(&json!({ "what": "planted bugs, each switched on alone", "seeds_max": seeds_max, "bugs": bugs }))
}

/// How one run went.
pub(crate) fn of_one(outcome: &Outcome) -> String {
    let mut text = outcome.counters.to_string();
    let _written = writeln!(
        text,
        "{} decisions, {} events, {} simulated s, hash {}",
        outcome.decisions,
        outcome.events,
        outcome.simulated_us / 1_000_000,
        outcome.hash
    );
    if let Some(failure) = &outcome.failure {
        let _written = writeln!(text, "last events:\n  {}", failure.last_events.join("\n  "));
    }
    text
}

/// A run whose panic is a failure like any other.
pub(crate) fn caught(run: impl FnOnce() -> Outcome) -> Result<Outcome, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panicked| {
        let text = panicked.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panicked.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("panicked: {}", text.unwrap_or_default())
    })
}

/// Prints to standard output.
pub(crate) fn say(text: &str) {
    // A reader that went away does not want it.
    let _said = writeln!(std::io::stdout().lock(), "{text}");
}

/// Writes a file.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

fn pretty(value: &serde_json::Value) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| error.to_string())
}
