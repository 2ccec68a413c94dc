//! Which rules held when, as the journal tells it.

use base::Slot;
use trade::{Rulebook, RulesTerms};

/// One million: fees are told in parts of it.
const WHOLE_PPM: i128 = 1_000_000;

/// The rules with the moment at which each was set, in that order.
#[derive(Default, Debug)]
pub(crate) struct Rules {
    set: Vec<(i64, Rulebook)>,
    /// The newest version that two people agreed to.
    version: u32,
}

impl Rules {
    /// Rules that were set at a moment. The same date again replaces them from that moment on.
    pub(crate) fn set(&mut self, at_us: i64, rules: &Rulebook) {
        self.set.push((at_us, Rulebook { slot: Slot::PLATFORM, ..rules.clone() }));
    }

    /// Rules that a second person agreed to at a moment. Who agrees again only hears the answer again.
    pub(crate) fn approved(&mut self, at_us: i64, version: u32, terms: RulesTerms) {
        if version > self.version {
            self.version = version;
            self.set(at_us, &terms.approved_at(at_us));
        }
    }

    /// The fee of a payment at a moment, without a contract: its share of the amount.
    pub(crate) fn fee_at(&self, at_us: i64, amount: i64) -> i128 {
        let known =
            self.set.iter().filter(|(set_at_us, rules)| *set_at_us < at_us && rules.effective_at_us <= at_us);
        // Of two with one date the later one counts: `max_by_key` gives the last of equals.
        let rules = known.max_by_key(|(_, rules)| rules.effective_at_us).map(|(_, rules)| rules.clone());
        let rate = rules.unwrap_or_else(Rulebook::first).merchant_fee_ppm;
        share(rate.ppm(), amount)
    }
}

/// The share of an amount at a rate, half a unit counts as one.
pub(crate) fn share(ppm: u32, amount: i64) -> i128 {
    (i128::from(amount) * i128::from(ppm) * 2 + WHOLE_PPM) / (2 * WHOLE_PPM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use money::Rate;

    #[test]
    fn the_rules_are_those_that_were_known_and_dated_then() {
        let rules = |effective_at_us, ppm| Rulebook {
            effective_at_us,
            merchant_fee_ppm: Rate::from_ppm(ppm).unwrap(),
            ..Rulebook::first()
        };
        let mut known = Rules::default();
        assert_eq!(known.fee_at(5, 250), 2, "1.5 is rounded up");
        assert_eq!(known.fee_at(5, 249), 1);
        known.set(10, &rules(100, 10_000));
        known.set(20, &rules(50, 20_000));
        known.set(200, &rules(100, 30_000));
        let fees = [10, 49, 50, 99, 100, 200, 201].map(|at_us| known.fee_at(at_us, 10_000));
        assert_eq!(fees, [60, 60, 200, 200, 100, 100, 300]);
    }

    #[test]
    fn what_is_agreed_to_twice_holds_from_the_first_time() {
        let terms = |ppm, valid_from_us| RulesTerms {
            merchant_fee_ppm: Rate::from_ppm(ppm).unwrap(),
            password_free_limit_minor: Rulebook::first().password_free_limit_minor,
            valid_from_us,
        };
        let mut known = Rules::default();
        known.approved(10, 1, terms(10_000, None));
        known.approved(20, 2, terms(20_000, Some(15)));
        known.approved(30, 1, terms(10_000, None));
        known.approved(40, 3, terms(30_000, Some(100)));
        let fees = [10, 11, 20, 21, 31, 99, 100].map(|at_us| known.fee_at(at_us, 10_000));
        assert_eq!(fees, [60, 100, 100, 200, 200, 200, 300]);
    }
}
