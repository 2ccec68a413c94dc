//! The rules that hold, as whoever decides keeps them at hand: learnt from their rows, so that the same rows always
//! give the same rules.

use crate::Row;
use risk::{RuleSet, ScreenList};
use std::sync::Arc;
use trade::Rulebook;

/// Dated rules, the newest version of the risk rules, compiled, and which list of names is the newest.
#[derive(Clone, Debug, Default)]
pub struct InForce {
    dated: Vec<Arc<Rulebook>>,
    risk: Option<(i64, Arc<RuleSet>)>,
    list: Option<Arc<ScreenList>>,
}

impl InForce {
    /// Takes over a row, when it is one of rules. A later version of risk rules replaces an earlier one; decisions come
    /// after the approval of the newest version that was learnt, because that approval is a decision before them.
    pub fn learn(&mut self, row: &Row) {
        match row {
            Row::Rulebook(rules) => {
                self.forget(rules.effective_at_us);
                self.dated.push(rules.clone());
                self.dated.sort_by_key(|rules| rules.effective_at_us);
            }
            Row::RiskRules(rules) => {
                let known = self.risk.as_ref().map_or(0, |(_, known)| known.version());
                if rules.version > known {
                    self.risk = Some((rules.effective_at_us, Arc::new(rules.compiled())));
                }
            }
            Row::ScreenList(list) if self.list.as_ref().is_none_or(|known| known.version < list.version) => {
                self.list = Some(list.clone());
            }
            _ => {}
        }
    }

    /// The dated rules of this moment are gone.
    pub fn forget(&mut self, effective_at_us: i64) {
        self.dated.retain(|known| known.effective_at_us != effective_at_us);
    }

    /// The dated rules that hold at a moment, microseconds UTC.
    pub fn rules(&self, at_us: i64) -> Arc<Rulebook> {
        let holds = self.dated.iter().rev().find(|rules| rules.effective_at_us <= at_us);
        holds.cloned().unwrap_or_else(|| Arc::new(Rulebook::first()))
    }

    /// The list of names that holds at a moment, microseconds UTC; absent before any was approved.
    pub fn screen_list(&self, at_us: i64) -> Option<Arc<ScreenList>> {
        self.list.clone().filter(|list| list.effective_at_us <= at_us)
    }

    /// The risk rules that hold at a moment, microseconds UTC; absent before any were approved.
    pub fn risk(&self, at_us: i64) -> Option<Arc<RuleSet>> {
        self.risk.as_ref().filter(|(from_us, _)| *from_us <= at_us).map(|(_, rules)| rules.clone())
    }
}
