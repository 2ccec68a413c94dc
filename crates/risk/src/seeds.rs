//! Rules that every operator begins with. They hold only when they were approved, as any others.

use crate::rule::{Rule, Verdict, Wait};
use base::Text;

/// The built-in rules, as far as there are facts for them. Numbers after the R are those of the product's list of
/// rules; sums in conditions are fen.
pub fn seeds() -> Vec<Rule> {
    let rows = [
        // A payee that the payer never paid: time to notice a fraud. 5,000 and 20,000 yuan.
        (
            "R02a",
            r#"scene == "transfer" && payer_kind == "person" && !payee_known && amount_minor >= 500000"#,
            Verdict::Delay(Wait::TwoHours),
            "首次向对方转账，资金将延迟到账",
            "First transfer to this payee: the money arrives later",
        ),
        (
            "R02b",
            r#"scene == "transfer" && payer_kind == "person" && !payee_known && amount_minor >= 2000000"#,
            Verdict::Delay(Wait::OneDay),
            "首次向对方转账金额较大，资金将延迟到账",
            "First large transfer to this payee: the money arrives later",
        ),
        // Split below a threshold that is reported (50,000 yuan): the fifth of a day, when all of
        // them together lie within a tenth below as many times the threshold.
        (
            "R07",
            concat!(
                r#"scene == "transfer" && transfers_day >= 4 && amount_minor >= 4500000 && "#,
                r#"amount_minor <= 5000000 && transfers_day_minor >= transfers_day * 4500000 && "#,
                r#"transfers_day_minor <= transfers_day * 5000000"#,
            ),
            Verdict::Review,
            "交易需要人工核实，请稍后再试",
            "This transfer is being checked; please try again later",
        ),
        // An account of yesterday that sends more than 1,000 yuan at night, as stolen identities do.
        (
            "N01",
            concat!(
                r#"scene == "transfer" && payer_kind == "person" && payer_age_s < 86400 && "#,
                r#"amount_minor > 100000 && hour < 6"#,
            ),
            Verdict::Review,
            "新账户夜间转账需要核实，请稍后再试",
            "A transfer of a new account is being checked; please try again later",
        ),
        // An account of yesterday that pays more than 5,000 yuan.
        (
            "N02",
            r#"scene == "pay" && payer_age_s < 86400 && amount_minor > 500000"#,
            Verdict::Review,
            "新账户大额付款需要核实，请稍后再试",
            "A large payment of a new account is being checked; please try again later",
        ),
    ];
    let text = |text: &str| Text::new(text).expect("the texts above are short");
    let rule = |(id, condition, verdict, zh, en): (&str, &str, Verdict, &str, &str)| Rule {
        id: Text::new(id).expect("the ids above are short"),
        condition: condition.to_owned(),
        verdict,
        reason_zh: text(zh),
        reason_en: text(en),
        shadow: false,
        from_us: 0,
    };
    rows.into_iter().map(rule).collect()
}
