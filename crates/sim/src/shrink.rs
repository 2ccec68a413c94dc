//! From a run that fails to the few steps that matter: parts of the list are left out as long as it still fails. What
//! remains is kept as text and becomes a regression test.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Write;

/// A list that still fails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shrunk<S> {
    /// The steps that are left, in their order.
    pub steps: Vec<S>,
    /// How many runs it took.
    pub tries: usize,
    /// Whether no single step can be left out any more; false when the tries ran out first.
    pub minimal: bool,
}

/// Leaves out parts of a failing list, large ones first (delta debugging), as long as `fails` says yes, with so many
/// runs at most. `fails` must be a plain function of the steps. The list given is taken to fail and is not run again.
pub fn shrink<S: Clone>(steps: &[S], tries_max: usize, mut fails: impl FnMut(&[S]) -> bool) -> Shrunk<S> {
    let mut shrunk = Shrunk { steps: steps.to_vec(), tries: 0, minimal: false };
    let mut chunk = shrunk.steps.len().div_ceil(2);
    while chunk > 0 {
        let mut removed = false;
        // From the end, because what comes after the failure never mattered.
        let mut end = shrunk.steps.len();
        while end > 0 {
            if shrunk.tries == tries_max {
                return shrunk;
            }
            let begin = end.saturating_sub(chunk);
            let mut without = shrunk.steps[..begin].to_vec();
            without.extend_from_slice(&shrunk.steps[end..]);
            shrunk.tries += 1;
            if fails(&without) {
                shrunk.steps = without;
                removed = true;
            }
            end = begin;
        }
        if chunk == 1 && !removed {
            break;
        }
        // A step may be needless only now that others are gone: single steps are tried until none goes.
        chunk = if chunk == 1 { 1 } else { chunk.div_ceil(2) };
    }
    shrunk.minimal = true;
    shrunk
}

/// Steps as text: remarks (`# …`), then one step a line, so that a reader sees what happens and a difference is
/// small.
pub fn to_text<S: Serialize>(remarks: &[&str], steps: &[S]) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for line in remarks.iter().flat_map(|remark| remark.lines()) {
        writeln!(text, "# {line}").expect("a string takes everything");
    }
    for step in steps {
        text.push_str(&serde_json::to_string(step)?);
        text.push('\n');
    }
    Ok(text)
}

/// Reads what [`to_text`] wrote. Empty lines and remarks are passed over; the error names the line.
pub fn from_text<S: DeserializeOwned>(text: &str) -> Result<Vec<S>, StepsUnreadable> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let steps = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    steps
        .map(|(line, step)| serde_json::from_str(step).map_err(|why| StepsUnreadable { line, why }))
        .collect()
}

/// A line that is no step, for example one of an older release.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is no step: {why}")]
pub struct StepsUnreadable {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: serde_json::Error,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[test]
    fn only_the_steps_that_matter_are_left() {
        let steps: Vec<u32> = (0..1_000).collect();
        let needs = |steps: &[u32]| [17, 400, 998].iter().all(|needed| steps.contains(needed));
        let shrunk = shrink(&steps, 10_000, needs);
        assert_eq!((shrunk.steps, shrunk.minimal), (vec![17, 400, 998], true));
        assert!(shrunk.tries < 300, "{} runs", shrunk.tries);
    }

    #[test]
    fn the_order_matters_and_is_kept() {
        let steps = ["open", "pay", "noise", "crash", "noise", "pay", "noise"];
        let fails = |steps: &[&str]| {
            let crash = steps.iter().position(|step| *step == "crash");
            crash.is_some_and(|at| steps[at..].contains(&"pay"))
        };
        assert_eq!(shrink(&steps, 1_000, fails).steps, ["crash", "pay"]);
    }

    #[test]
    fn a_step_that_goes_only_after_another_goes_too() {
        // Step 1 is needed as long as step 2 is there, which is tried later in the same pass.
        let fails = |steps: &[u32]| steps.contains(&9) && (!steps.contains(&1) || steps.contains(&0));
        assert_eq!(shrink(&[0, 1, 2, 9], 1_000, fails).steps, [9]);
    }

    #[test]
    fn tries_are_bounded_and_what_is_left_still_fails() {
        let steps: Vec<u32> = (0..1_000).collect();
        let mut runs = 0;
        let shrunk = shrink(&steps, 10, |steps| {
            runs += 1;
            steps.contains(&3)
        });
        assert_eq!((runs, shrunk.tries, shrunk.minimal), (10, 10, false));
        assert!(shrunk.steps.contains(&3) && shrunk.steps.len() < 1_000);
    }

    #[test]
    fn what_fails_without_any_step_is_empty() {
        assert!(shrink(&[1, 2, 3], 100, |_| true).steps.is_empty());
        assert!(shrink::<u32>(&[], 100, |_| true).minimal);
    }

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    enum Step {
        Crash,
        Pay { amount_minor: u64 },
    }

    #[test]
    fn steps_are_kept_as_text() {
        let steps = [Step::Pay { amount_minor: 5 }, Step::Crash];
        let text = to_text(&["seed 7", "a payment\nis lost"], &steps).unwrap();
        assert_eq!(text, "# seed 7\n# a payment\n# is lost\n{\"Pay\":{\"amount_minor\":5}}\n\"Crash\"\n");
        assert_eq!(from_text::<Step>(&text).unwrap(), steps);
        let error = from_text::<Step>("# x\n\n\"Fly\"\n").unwrap_err();
        assert_eq!(error.line, 3);
    }
}
