//! What is told of runs: to people as text, to programs as JSON.

use crate::demanded;
use serde_json::json;
use sim::{Counters, Fault, Outcome};
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What many seeds came to together.
pub(crate) struct Report {
    from: u64,
    pub(crate) seeds: u64,
    events: u64,
    turns_most: u64,
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
        let of_the_model = sim::expected().iter().chain(&demanded::TOWNS);
        of_the_model.for_each(|name| counters.add(&format!("model.{name}"), 0));
        demanded::TOLD.iter().for_each(|code| counters.add(&format!("told.{code}"), 0));
        counters.expect(demanded::WORLD);
        Report {
            from,
            seeds: 0,
            events: 0,
            turns_most: 0,
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
                self.turns_most = self.turns_most.max(outcome.turns);
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
            "{} seeds from {}: {} decisions, {} events, {} turns in the longest run, {hours} simulated hours in {} s; \
             {} failed",
            self.seeds,
            self.from,
            self.decisions,
            self.events,
            self.turns_most,
            self.wall_ms / 1_000,
            self.failures.len()
        );
        let _written = writeln!(text, "played: {}", self.played());
        text
    }

    /// How often each product was played.
    fn played(&self) -> String {
        let count = |names: &[&str]| names.iter().map(|name| self.counters.count(name)).sum::<u64>();
        let each = demanded::PLAYED.iter().map(|(product, names)| format!("{} {product}", count(names)));
        each.collect::<Vec<_>>().join(", ")
    }

    /// Products that were never played.
    pub(crate) fn unplayed(&self) -> Vec<&'static str> {
        let never = |names: &[&str]| names.iter().all(|name| self.counters.count(name) == 0);
        demanded::PLAYED.iter().filter(|(_, names)| never(names)).map(|(product, _)| *product).collect()
    }

    pub(crate) fn json(&self) -> Result<String, String> {
        let counters: serde_json::Map<String, serde_json::Value> =
            self.counters.iter().map(|(name, count)| (name.to_owned(), json!(count))).collect();
        let failures: Vec<_> = self.failures.iter().map(|(seed, _)| *seed).collect();
        pretty(&json!({
            "what": "simulation: the whole house on one thread per seed, every fault drawn from the seed",
            "from": self.from, "seeds": self.seeds, "events": self.events,
            "turns_most": self.turns_most, "decisions": self.decisions,
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

/// How many seeds it took, for those that were found, the fewest first.
fn seeds_to_find(results: &[Planted]) -> Vec<u64> {
    let mut seeds: Vec<u64> = results.iter().filter_map(|one| Some(one.found.as_ref()?.0)).collect();
    seeds.sort_unstable();
    seeds
}

/// The seeds that half of those that were found took at most, and all of them.
fn median_and_most(seeds: &[u64]) -> (u64, u64) {
    (seeds.get(seeds.len() / 2).copied().unwrap_or(0), seeds.last().copied().unwrap_or(0))
}

/// One line for all of them.
pub(crate) fn of_planted(results: &[Planted]) -> String {
    let seeds = seeds_to_find(results);
    let (median, most) = median_and_most(&seeds);
    let (found, all) = (seeds.len(), results.len());
    format!("{found} of {all} planted bugs found; seeds to find one: median {median}, at most {most}")
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
    let seeds = seeds_to_find(results);
    let (median, most) = median_and_most(&seeds);
    pretty(&json!({
        "what": "planted bugs, each switched on alone", "seeds_max": seeds_max, "planted": results.len(),
        "found": seeds.len(), "median_seeds": median, "most_seeds": most, "bugs": bugs,
    }))
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
