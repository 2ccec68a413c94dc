//! "Sometimes" counters: what a run must have seen at least once over many seeds. A fault that never struck, a
//! refusal that never came or a race that only one side ever won says that the simulator looks past something.

use std::collections::BTreeMap;
use std::fmt;

/// How often each named thing happened. Names have a group before a dot, such as `fault.crash` or `refusal.frozen`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Counters {
    counts: BTreeMap<String, u64>,
}

impl Counters {
    /// Nothing has happened yet.
    pub fn new() -> Counters {
        Counters::default()
    }

    /// It happened once more.
    pub fn hit(&mut self, name: &str) {
        self.add(name, 1);
    }

    /// It happened so many times more; zero makes the name known without a count.
    pub fn add(&mut self, name: &str, times: u64) {
        match self.counts.get_mut(name) {
            Some(count) => *count += times,
            None => drop(self.counts.insert(name.to_owned(), times)),
        }
    }

    /// Makes names known, so that they are printed, and found by [`Counters::zeros`], if they never happen.
    pub fn expect<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        names.into_iter().for_each(|name| self.add(name, 0));
    }

    /// How often it happened.
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Adds the counts of another run.
    pub fn merge(&mut self, other: &Counters) {
        other.counts.iter().for_each(|(name, times)| self.add(name, *times));
    }

    /// Takes the counts out and leaves none.
    pub fn take(&mut self) -> Counters {
        std::mem::take(self)
    }

    /// All names with their counts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// The names that are known and never happened, in order.
    pub fn zeros(&self) -> Vec<&str> {
        self.iter().filter(|(_, count)| *count == 0).map(|(name, _)| name).collect()
    }
}

/// One line for each name, in order.
impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.counts.keys().map(String::len).max().unwrap_or(0);
        self.iter().try_for_each(|(name, count)| writeln!(f, "{name:width$} {count:>12}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_added_over_runs_and_printed_by_name() {
        let mut all = Counters::new();
        all.expect(["race.lost", "race.won"]);
        let mut run = Counters::new();
        run.hit("race.won");
        run.add("fault.crash", 3);
        all.merge(&run);
        all.merge(&run);
        assert_eq!((all.count("race.won"), all.count("fault.crash"), all.count("other")), (2, 6, 0));
        let names: Vec<String> =
            all.to_string().lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(names, ["fault.crash", "race.lost", "race.won"]);
    }

    #[test]
    fn what_was_expected_and_never_came_is_named() {
        let mut counters = Counters::new();
        counters.expect(["b", "a"]);
        assert_eq!(counters.zeros(), ["a", "b"]);
        counters.hit("a");
        assert_eq!(counters.take().zeros(), ["b"]);
        assert!(counters.zeros().is_empty(), "taken");
    }
}
