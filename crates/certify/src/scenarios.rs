//! The table of scenarios. Their names stay the same for ever; new ones come at the end of their group.

mod closing;
mod content;
mod duplicates;
mod forged;
mod paying;
mod refunds;
mod returning;
mod silence;
mod till;
mod trouble;

use crate::scenario::Scenario;

/// All scenarios, in the order of the report.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    let groups: [&'static [Scenario]; 10] = [
        &paying::SCENARIOS,
        &duplicates::SCENARIOS,
        &forged::SCENARIOS,
        &content::SCENARIOS,
        &closing::SCENARIOS,
        &refunds::SCENARIOS,
        &silence::SCENARIOS,
        &returning::SCENARIOS,
        &till::SCENARIOS,
        &trouble::SCENARIOS,
    ];
    groups.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Group;
    use std::collections::BTreeSet;

    #[test]
    fn all_scenarios_with_names_of_their_own_and_all_their_texts() {
        assert_eq!(all().count(), 46);
        let names: BTreeSet<_> = all().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), 46);
        for scenario in all() {
            let texts = [scenario.guards, scenario.stake, scenario.steps, scenario.expected];
            assert!(texts.iter().all(|text| !text.zh.is_empty() && !text.en.is_empty()), "{}", scenario.name);
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            assert!(scenario.name.bytes().all(plain), "{}", scenario.name);
        }
    }

    #[test]
    fn groups_stand_together_in_their_order() {
        let mut order: Vec<Group> = all().map(|scenario| scenario.group).collect();
        order.dedup();
        assert_eq!(order, Group::ALL);
    }

    /// The guide tells of each scenario by its name.
    #[test]
    fn the_guide_names_every_scenario_and_every_cause() {
        let guide = include_str!("../../../docs/guide/certify.md");
        for scenario in all() {
            let row = format!("| `{}` |", scenario.name);
            assert!(guide.contains(&row), "docs/guide/certify.md: {row}");
        }
        for cause in crate::Cause::ALL {
            assert!(
                guide.contains(&format!("| `{}` |", cause.code())),
                "docs/guide/certify.md: {}",
                cause.code()
            );
        }
    }
}
