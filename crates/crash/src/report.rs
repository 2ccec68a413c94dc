//! Figures as JSON and as a short table.

use serde_json::{Map, Value, json};
use std::io::Write;

/// What a run came to.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    members: Map<String, Value>,
    /// What must be zero and is not, or must be there and is not: each with its value.
    red: Vec<(String, u64)>,
    named: Vec<String>,
}

impl Figures {
    /// Empty figures of a run.
    pub(crate) fn new(what: &str) -> Figures {
        let mut members = Map::new();
        members.insert("what".to_owned(), json!(what));
        Figures { members, red: Vec::new(), named: Vec::new() }
    }

    /// Sets a figure.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    /// Sets a figure that makes the run red unless it is zero.
    pub(crate) fn must_be_zero(&mut self, name: &str, value: u64) {
        if value != 0 {
            self.red.push((name.to_owned(), value));
        }
        self.set(name, json!(value));
    }

    /// Sets a count without which the run proves nothing.
    pub(crate) fn must_be_some(&mut self, name: &str, value: u64) {
        if value == 0 {
            self.red.push((name.to_owned(), value));
        }
        self.set(name, json!(value));
    }

    /// Faults in words.
    pub(crate) fn name(&mut self, faults: Vec<String>) {
        self.named.extend(faults);
    }

    /// Whether something is wrong.
    pub(crate) fn is_red(&self) -> bool {
        !self.red.is_empty()
    }

    /// Whether this very figure is wrong: a run that did nothing is red too, and has found nothing.
    pub(crate) fn is_red_by(&self, name: &str) -> bool {
        self.red.iter().any(|(red, _)| red == name)
    }

    /// Whether one of its faults says this.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.named.iter().any(|fault| fault.contains(words))
    }

    /// What is wrong, in a few lines; nothing when nothing is. Said last, where whoever sees the end of a run sees it.
    pub(crate) fn wrong(&self) -> Option<String> {
        let what = self.members["what"].as_str().unwrap_or_default();
        let faults = self.named.iter().take(3).map(|fault| format!("\n  {}", clipped(fault)));
        let red: Vec<String> = self.red.iter().map(|(name, value)| format!("{name} {value}")).collect();
        self.is_red().then(|| format!("RED {what}: {}{}", red.join(", "), faults.collect::<String>()))
    }

    /// The figures as JSON, with the first faults in words.
    pub(crate) fn json(&self) -> Value {
        let mut members = self.members.clone();
        members.insert("red".to_owned(), json!(self.is_red()));
        members.insert("faults".to_owned(), json!(self.named.iter().take(30).collect::<Vec<_>>()));
        Value::Object(members)
    }

    /// A table for people.
    pub(crate) fn table(&self) -> String {
        let mut lines = vec![format!("| {} | |", self.members["what"].as_str().unwrap_or_default())];
        lines.push("|---|---|".to_owned());
        for (name, value) in self.members.iter().filter(|(name, _)| *name != "what") {
            let value = match value {
                Value::Object(inner) => {
                    let parts: Vec<String> =
                        inner.iter().map(|(name, value)| format!("{name} {value}")).collect();
                    parts.join(", ")
                }
                value => value.to_string(),
            };
            lines.push(format!("| {name} | {value} |"));
        }
        lines.extend(self.named.iter().take(30).map(|fault| format!("FAULT: {fault}")));
        lines.join("\n")
    }
}

/// The beginning of a long text.
fn clipped(text: &str) -> String {
    text.chars().take(1_500).collect()
}

/// Median, 99th percentile and maximum of microseconds, in milliseconds.
pub(crate) fn quantiles(values_us: &mut [u64]) -> Value {
    values_us.sort_unstable();
    let at = |per_mille: usize| {
        let place = values_us.len() * per_mille / 1000;
        values_us.get(place.min(values_us.len().saturating_sub(1))).map_or(0, |us| us / 1000)
    };
    json!({ "p50": at(500), "p99": at(990), "max": at(1000), "count": values_us.len() })
}

/// Prints a line. A reader that went away is no error.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _told = writeln!(out, "{text}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_saw_too_little_has_found_nothing() {
        let mut figures = Figures::new("faults");
        figures.must_be_some("went_on", 0);
        figures.must_be_zero("faults", 0);
        assert!(figures.is_red());
        assert!(!figures.is_red_by("faults") && figures.is_red_by("went_on"));
        assert_eq!(figures.wrong().as_deref(), Some("RED faults: went_on 0"));
        figures.must_be_zero("faults", 2);
        figures.name(vec!["Fault: power loss: T1 is not there".to_owned()]);
        assert!(figures.is_red_by("faults") && figures.says("power loss: ") && !figures.says("next start"));
        let wrong = figures.wrong().unwrap();
        assert!(wrong.starts_with("RED faults: went_on 0, faults 2"), "{wrong}");
    }
}
