//! A seed from beginning to end: what it draws, what it came to, and how a failing one becomes a file that stays.

use crate::dice::Dice;
use crate::faults::Swarm;
use crate::plan::{self, Step, Town};
use crate::shrink::{self, Shrunk, StepsUnreadable};
use crate::world::{self, Outcome};
use serde::{Deserialize, Serialize};

/// Events that a report of a failure shows.
const SHOWN_EVENTS: usize = 40;
/// Runs that shrinking a failure may take.
const SHRINK_TRIES: usize = 600;

/// Everything that decides a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What all chance is drawn from.
    pub seed: u64,
    /// The sizes.
    pub town: Town,
    /// What the people do.
    pub plan: Vec<Step>,
}

/// The first line of a case that is kept as text.
#[derive(Serialize, Deserialize)]
struct Head {
    seed: u64,
    town: Town,
}

impl Case {
    /// Draws the case of a seed.
    pub fn draw(seed: u64) -> Case {
        let dice = Dice::new(seed);
        let town = Town::draw(&dice);
        let plan = plan::draw(&dice, &town);
        Case { seed, town, plan }
    }

    /// The faults of the seed.
    pub fn swarm(&self) -> Swarm {
        Swarm::draw(&Dice::new(self.seed))
    }

    /// Runs it.
    pub fn run(&self) -> Outcome {
        world::run(self.seed, &self.town, &self.swarm(), &self.plan, SHOWN_EVENTS)
    }

    /// Leaves out steps of a failing case as long as it still fails in some way.
    pub fn shrink(&self) -> (Case, Shrunk<Step>) {
        let fails =
            |steps: &[Step]| world::run(self.seed, &self.town, &self.swarm(), steps, 0).failure.is_some();
        let shrunk = shrink::shrink(&self.plan, SHRINK_TRIES, fails);
        (Case { plan: shrunk.steps.clone(), ..self.clone() }, shrunk)
    }

    /// As text, to be kept.
    pub fn to_text(&self, remarks: &[&str]) -> Result<String, serde_json::Error> {
        let head = serde_json::to_string(&Head { seed: self.seed, town: self.town })?;
        let steps = shrink::to_text(&[], &self.plan)?;
        let remarks: String =
            remarks.iter().flat_map(|words| words.lines()).map(|line| format!("# {line}\n")).collect();
        Ok(format!("{remarks}{head}\n{steps}"))
    }

    /// Reads what [`Case::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Case, StepsUnreadable> {
        let head_at =
            text.lines().position(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or(0);
        let head = text.lines().nth(head_at).unwrap_or_default();
        let Head { seed, town } =
            serde_json::from_str(head).map_err(|why| StepsUnreadable { line: head_at + 1, why })?;
        let rest: Vec<&str> = text.lines().skip(head_at + 1).collect();
        Ok(Case { seed, town, plan: shrink::from_text(&rest.join("\n"))? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_kept_as_text() {
        let case = Case::draw(11);
        let text = case.to_text(&["why it failed\nin two lines"]).expect("plain data");
        assert!(text.starts_with("# why it failed\n# in two lines\n{\"seed\":11,"), "{text}");
        assert_eq!(Case::from_text(&text).expect("it reads back"), case);
        assert_eq!(Case::from_text("# x\nnonsense").expect_err("no head").line, 2);
    }
}
