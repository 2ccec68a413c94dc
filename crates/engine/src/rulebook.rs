//! Writes dated rules.

use crate::command::{Never, Next};
use crate::{Rows, Stop};
use base::Slot;
use serde::{Deserialize, Serialize};
use trade::Rulebook;

/// Sets the rules that hold from a moment on; the same moment again replaces them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetRules {
    /// The rules.
    pub rules: Rulebook,
}

impl SetRules {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

pub(crate) fn set_rules(rows: &mut Rows<'_>, command: &SetRules) -> Result<Next<()>, Stop<Never>> {
    rows.put(Rulebook { slot: Slot::PLATFORM, ..command.rules.clone() });
    Ok(Next::Answer(()))
}
