//! Which rules held when, as the journal tells it.

use base::Slot;
use trade::Rulebook;

/// One million: fees are told in parts of it.
const WHOLE_PPM: i128 = 1_000_000;

/// The rules with the moment at which each was set, in that order.
#[derive(Default, Debug)]
pub(crate) struct Rules(Vec<(i64, Rulebook)>);

impl Rules {
    /// Rules that were set at a moment. The same date again replaces them from that moment on.
    pub(crate) fn set(&mut self, at_us: i64, rules: &Rulebook) {
        self.0.push((at_us, Rulebook { slot: Slot::PLATFORM, ..rules.clone() }));
    }

    /// The fee of a payment at a moment, without a contract: its share of the amount.
    pub(crate) fn fee_at(&self, at_us: i64, amount: i64) -> i128 {
        let known =
            self.0.iter().filter(|(set_at_us, rules)| *set_at_us < at_us && rules.effective_at_us <= at_us);
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
}
