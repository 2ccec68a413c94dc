//! How well each bank answers, from what its last calls brought.

use fund::{BankCode, BankHealth};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Calls to a bank that are looked back on.
const SEEN_MAX: usize = 10;
/// So many calls in a row without an answer, and it counts as down.
const SILENT_IN_A_ROW: usize = 5;
/// With fewer calls seen nothing is said against a bank.
const SEEN_LEAST: usize = 4;

/// What was seen of banks, and what somebody said of them. Lies in memory: a start begins without an opinion.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Mutex<BTreeMap<BankCode, Seen>>>);

#[derive(Debug, Default)]
struct Seen {
    /// Whether each of the last calls was answered, the newest last.
    answered: VecDeque<bool>,
    /// What somebody said of it.
    said: Option<BankHealth>,
}

impl Pulse {
    fn banks(&self) -> MutexGuard<'_, BTreeMap<BankCode, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes whether a call to a bank was answered.
    pub(crate) fn note(&self, bank: &BankCode, answered: bool) {
        let mut banks = self.banks();
        let seen = banks.entry(bank.clone()).or_default();
        if seen.answered.len() == SEEN_MAX {
            seen.answered.pop_front();
        }
        seen.answered.push_back(answered);
    }

    /// Says how well a bank answers, whatever is seen; `None` goes by what is seen again.
    pub fn say(&self, bank: BankCode, health: Option<BankHealth>) {
        self.banks().entry(bank).or_default().said = health;
    }

    /// How well a bank answers: what somebody said, else down after five calls in a row without an answer, slow when
    /// half of the last ten brought none.
    pub fn of(&self, bank: &BankCode) -> BankHealth {
        let banks = self.banks();
        let Some(seen) = banks.get(bank) else { return BankHealth::Up };
        if let Some(said) = seen.said {
            return said;
        }
        let silent_last = seen.answered.iter().rev().take_while(|answered| !**answered).count();
        let silent = seen.answered.iter().filter(|answered| !**answered).count();
        if silent_last >= SILENT_IN_A_ROW {
            BankHealth::Down
        } else if seen.answered.len() >= SEEN_LEAST && silent * 2 >= seen.answered.len() {
            BankHealth::Slow
        } else {
            BankHealth::Up
        }
    }
}

const _: () = assert!(SEEN_LEAST < SILENT_IN_A_ROW && SILENT_IN_A_ROW <= SEEN_MAX);

#[cfg(test)]
mod tests {
    use super::*;
    use base::Text;

    fn bank() -> BankCode {
        Text::new("ICBC").unwrap()
    }

    #[test]
    fn a_bank_is_down_after_five_silent_calls_and_slow_when_half_are() {
        for (calls, expected) in [
            ("", BankHealth::Up),
            ("...", BankHealth::Up),
            ("a..a", BankHealth::Slow),
            ("a...", BankHealth::Slow),
            ("aaa.", BankHealth::Up),
            ("aaaaaa....", BankHealth::Up),
            ("aaaaa.....", BankHealth::Down),
            (".....", BankHealth::Down),
            (".....a", BankHealth::Slow),
            (".....aaaaaa", BankHealth::Up),
        ] {
            let pulse = Pulse::default();
            for call in calls.chars() {
                pulse.note(&bank(), call == 'a');
            }
            assert_eq!(pulse.of(&bank()), expected, "{calls}");
        }
    }

    #[test]
    fn what_somebody_said_counts_until_it_is_taken_back() {
        let pulse = Pulse::default();
        pulse.say(bank(), Some(BankHealth::Maintenance));
        pulse.note(&bank(), true);
        assert_eq!(pulse.of(&bank()), BankHealth::Maintenance);
        assert_eq!(pulse.of(&Text::new("ABC").unwrap()), BankHealth::Up);
        pulse.say(bank(), None);
        assert_eq!(pulse.of(&bank()), BankHealth::Up);
    }
}
