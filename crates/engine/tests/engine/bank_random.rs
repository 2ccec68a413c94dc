//! Whatever the bank says and its customers do, in any order: the books hold, nothing goes back that was not taken, and
//! what is decided stays decided.

use crate::script::Script;
use fund::{BankOrder, BankOrderKind};
use proptest::prelude::*;

const PEOPLE: &str = "
    person alice
    topup alice 1000.00
    bk-ask 1234 alice
    bk-bind 1234 alice
";

fn step() -> impl Strategy<Value = String> {
    let of = prop_oneof![
        Just("bk1"),
        Just("bk2"),
        Just("bk3"),
        Just("bk1+late"),
        Just("bk2+late"),
        Just("bk3+late")
    ];
    (of, 0_u8..14).prop_map(|(of, what)| match what {
        0 => format!("bk-in {of} alice 1234 30.00"),
        1 => format!("bk-out {of} alice 1234 40.00"),
        2 | 3 => format!("try {of} alice P\njudge alice P right\nbk-confirm {of} alice P"),
        4 | 5 => format!("bk-send {of}"),
        6 => format!("bk-done {of} 30.00"),
        7 => format!("bk-done {of} 40.00"),
        8 => format!("bk-refused {of}"),
        9 => format!("bk-close {of} alice"),
        10 => format!("bk-done {of} 30.00 ref=R2"),
        11 => "wait 2s".to_owned(),
        12 => "wait 13h".to_owned(),
        _ => format!("status alice {}", if of.len() > 3 { "closed" } else { "normal" }),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_books_hold_whatever_the_bank_says(steps in proptest::collection::vec(step(), 1..60)) {
        let mut script = Script::new();
        script.play(PEOPLE);
        for step in &steps {
            // Each line checks all invariants after it; an order of this name may not be there.
            let step = step.replace("bk-in bk1+late", "bk-in bk4").replace("bk-out bk1+late", "bk-out bk4");
            let lines: Vec<String> = step.lines().map(|line| format!("{line} -> ?")).collect();
            script.play(&lines.join("\n"));
        }
        let returns = |order: &&std::sync::Arc<BankOrder>| order.kind == BankOrderKind::Return;
        for back in script.world.all::<BankOrder>().filter(returns) {
            let of = back.about.map(base::BankOrderNo::of_topic).expect("a return is of something");
            let of = script.world.get::<BankOrder>((back.slot, of)).expect("what is returned is there");
            prop_assert!(of.bank_ref.is_some(), "money went back that the bank never said it took");
        }
    }
}
