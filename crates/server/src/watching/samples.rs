//! Reads figures back out of their text form, for `tongbao doctor system` and for tests.

use anyhow::{Context, bail, ensure};
use std::collections::BTreeMap;

/// Figures at one moment, by their name with its labels as it is written.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Samples {
    values: BTreeMap<String, f64>,
}

impl Samples {
    /// Reads a text, whoever wrote it.
    pub(crate) fn read(text: &str) -> anyhow::Result<Samples> {
        let mut values = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            // A label's value may hold a space; the figure has none.
            let (name, value) = line.rsplit_once(' ').with_context(|| format!("{line:?} has no figure"))?;
            let value: f64 = value.parse().with_context(|| format!("{line:?} has no figure"))?;
            ensure!(name.starts_with(|first: char| first.is_ascii_alphabetic()), "{line:?} has no name");
            values.insert(name.to_owned(), value);
        }
        if values.is_empty() {
            bail!("there is no figure in it");
        }
        Ok(Samples { values })
    }

    /// A figure, by its name with its labels.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.values.get(name).copied()
    }

    /// Figures of a name, added up, whose labels hold this text; 0 without any.
    pub(crate) fn sum(&self, name: &str, label: &str) -> f64 {
        let of_it = self.values.iter().filter(|(key, _)| {
            let rest = key.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('{')) && key.contains(label)
        });
        of_it.map(|(_, value)| value).sum()
    }

    /// Adds figures that come from elsewhere.
    pub(crate) fn and(mut self, other: Samples) -> Samples {
        self.values.extend(other.values);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_name_and_label() {
        let text = "# HELP a_total x\n# TYPE a_total counter\na_total{to=\"b c\",end=\"done\"} 2\n\
            a_total{to=\"d\",end=\"done\"} 3\na_total{to=\"d\",end=\"unknown\"} 4\na_total_more 9\n\nb 0.5\n";
        let samples = Samples::read(text).unwrap();
        assert_eq!(samples.get("b"), Some(0.5));
        assert_eq!(samples.get("a_total"), None);
        assert_eq!(samples.sum("a_total", ""), 9.0);
        assert_eq!(samples.sum("a_total", "end=\"done\""), 5.0);
        assert_eq!(samples.sum("nothing", ""), 0.0);
        assert_eq!(samples.and(Samples::read("b 7").unwrap()).get("b"), Some(7.0));
    }

    #[test]
    fn what_is_no_text_of_figures_is_refused() {
        for text in ["", "# HELP a b\n", "<html> 404\n", "{\"ok\":true}\n", "a\n", "a b\n"] {
            assert!(Samples::read(text).is_err(), "{text}");
        }
    }
}
