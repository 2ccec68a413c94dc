//! Measures the step of the decision: `cargo run --release -p risk --example step`. Prints the time of one evaluation
//! of 100 and of 200 rules, the built-in ones and long ones of every construct, in nanoseconds.
#![allow(clippy::print_stdout, reason = "its figures are what it is for")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "it measures; nothing decides by it")]

use risk::{Channel, Facts, Payer, Rule, RuleSet, Scene, seeds};
use std::time::Instant;

/// Evaluations of each set.
const ROUNDS: usize = 200_000;

fn main() {
    for count in [100, 200] {
        let Ok(rules) = RuleSet::compile(1, many(count)) else { return println!("the rules do not compile") };
        let mut spent_ns: Vec<u128> = (0..ROUNDS).map(|round| one(&rules, round as u64)).collect();
        spent_ns.sort_unstable();
        let at = |per_mille: usize| spent_ns[ROUNDS * per_mille / 1_000];
        println!("{count} rules: p50 {} ns, p99 {} ns, p999 {} ns", at(500), at(990), at(999));
    }
}

fn one(rules: &RuleSet, round: u64) -> u128 {
    let facts = facts(round);
    let begun = Instant::now();
    std::hint::black_box(rules.evaluate(std::hint::black_box(&facts), 1));
    begun.elapsed().as_nanos()
}

/// The built-in rules under many ids, and between them one with a long list and one of all operators.
fn many(count: usize) -> Vec<Rule> {
    let lists: Vec<String> = (0..20_u64).map(|at| (2_088_010_000_000_000 + at).to_string()).collect();
    let listed = format!("payee in [{}]", lists.join(", "));
    let mixed = r#"(channel.startsWith("pro") || channel in ["wallet", "cashier"]) && (hour < 6 ? amount_minor : 0) \
        * 3 / 2 > transfers_day_minor % 1000 && size(scene) != 9 && !(payee == payer)"#;
    let mixed = mixed.replace("\\\n", "");
    let extra = [listed, mixed].map(|condition| Rule { condition, ..seeds().remove(0) });
    let all: Vec<Rule> = seeds().into_iter().chain(extra).collect();
    let named = |(at, rule): (usize, &Rule)| {
        base::Text::new(&format!("r{at}")).map(|id| Rule { id, ..rule.clone() }).ok()
    };
    all.iter().cycle().take(count).enumerate().filter_map(named).collect()
}

fn facts(round: u64) -> Facts {
    Facts {
        scene: if round.is_multiple_of(3) { Scene::Pay } else { Scene::Transfer },
        channel: if round.is_multiple_of(2) { Channel::Wallet } else { Channel::Program },
        password: true,
        payer_kind: Payer::Person,
        payer: 2_088_010_000_000_001,
        payee: 2_088_010_000_000_000 + round % 40,
        amount_minor: round * 37 % 6_000_000,
        payer_age_s: round % 200_000,
        payee_known: round.is_multiple_of(5),
        transfers_day: round % 9,
        transfers_day_minor: round % 100_000,
        transfers_month: round % 50,
        transfers_month_minor: round % 1_000_000,
        hour: round % 24,
    }
}
