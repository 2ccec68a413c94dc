use super::*;
use crate::facts::Facts;
use crate::facts::tests::facts;
use cel::{Context, Program, Value as CelValue};
use proptest::prelude::*;

fn holds(condition: &str, facts: &Facts) -> Result<bool, String> {
    let node = read(condition).map_err(|fault| format!("{}: {}", fault.column, fault.what))?;
    node.holds(facts).map_err(|failure| failure.to_string())
}

#[test]
fn conditions_mean_what_the_language_says() {
    for (condition, said) in [
        (r#"scene == "transfer""#, Ok(true)),
        (r#"scene != 'transfer'"#, Ok(false)),
        ("amount_minor >= 500000 && amount_minor <= 500000", Ok(true)),
        ("amount_minor > 500000 || amount_minor < 500000", Ok(false)),
        ("!payee_known && password", Ok(true)),
        ("payee_known == password", Ok(false)),
        (r#"channel in ["program", "wallet"]"#, Ok(true)),
        (r#"channel in []"#, Ok(false)),
        ("hour in [0, 1, 23, 5]", Ok(true)),
        ("payee in [2088010000000023]", Ok(false)),
        ("payee in [2088010000000022, 2088010000000001]", Ok(true)),
        ("(hour >= 22 ? transfers_day : 0) == 2", Ok(true)),
        ("amount_minor * 2 - 1 == 999999", Ok(true)),
        ("amount_minor / 3 == 166666 && amount_minor % 3 == 2", Ok(true)),
        ("-amount_minor < -1", Ok(true)),
        (r#"size("宝宝") == 2 && "宝宝".size() == 2"#, Ok(true)),
        (r#"scene.startsWith("tr") && scene.endsWith("er") && scene.contains("ans")"#, Ok(true)),
        (r#"scene.startsWith("x") || scene.endsWith("x") || scene.contains("x")"#, Ok(false)),
        ("0x10 == 16", Ok(true)),
        ("amount_minor / 0 == 1", Err("division by zero")),
        ("amount_minor % 0 == 1", Err("division by zero")),
        ("amount_minor * 9223372036854775807 > 0", Err("a number is too large")),
        ("9223372036854775807 + hour > 0", Err("a number is too large")),
        // A side that decides alone does so, on whichever side the other has no value.
        ("1 / 0 == 1 && false", Ok(false)),
        ("false && 1 / 0 == 1", Ok(false)),
        ("1 / 0 == 1 || true", Ok(true)),
        ("true || 1 / 0 == 1", Ok(true)),
        ("1 / 0 == 1 && true", Err("division by zero")),
        ("1 / 0 == 1 || false", Err("division by zero")),
    ] {
        assert_eq!(holds(condition, &facts()), said.map_err(str::to_owned), "{condition}");
    }
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    for (condition, column, what) in [
        ("colour == 1", 1, "`colour` is no fact"),
        ("hour == 1 && colour == 1", 14, "`colour` is no fact"),
        ("hour", 1, "int where bool is wanted"),
        (r#"amount_minor > "5""#, 16, "string where int is wanted"),
        (r#"scene < "x""#, 1, "string where int is wanted"),
        ("hour == true", 9, "bool where int is wanted"),
        ("password && hour", 13, "int where bool is wanted"),
        ("!hour", 2, "int where bool is wanted"),
        ("hour == 1.5", 9, "money and counts are whole numbers"),
        ("hour == 1u", 9, "whole numbers are written without `u`"),
        ("scene == null", 10, "no fact has such a value"),
        ("[1, 2].all(x, x > 0)", 11, "macros are not allowed"),
        ("[1, 2].exists(x, x > hour)", 14, "macros are not allowed"),
        ("hour in transfers_day", 9, "after `in` stands a list that is written out"),
        ("hour in [1, hour]", 13, "a list holds numbers or texts that are written out"),
        (r#"hour in [1, "2"]"#, 13, "string where int is wanted"),
        ("password in [true]", 14, "a list holds numbers or texts that are written out"),
        ("[1] == [1]", 1, "a list stands after `in` only"),
        ("{1: 2} == 2", 1, "maps and structs are not allowed"),
        ("[1][0] == 2", 4, "`_[_]` is not allowed"),
        ("payer.kind == 1", 6, "facts have no fields"),
        (r#"scene.matches("(a+)+$")"#, 14, "`matches` is not allowed"),
        ("int(scene) == 1", 4, "`int` is not allowed"),
        (r#"scene + "x" == "y""#, 1, "string where int is wanted"),
        ("size(hour) == 1", 6, "int where string is wanted"),
        ("(password ? 1 : scene) == 1", 17, "string where int is wanted"),
    ] {
        let fault = read(condition).expect_err(condition);
        assert_eq!((fault.column, fault.what.as_str()), (column, what), "{condition}");
    }
    for (condition, column) in [("hour ==", 8), ("hour == == 1", 9), ("", 1), ("\"open", 1)] {
        assert_eq!(read(condition).expect_err(condition).column, column, "{condition}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}hour == 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(read(&nested(10)).is_ok());
    assert!(read(&nested(200)).is_err());
    let long = "!".repeat(400);
    assert!(read(&format!("{long}password")).is_ok_and(|node| node.holds(&facts()) == Ok(true)));
    let sum = vec!["hour"; 80].join(" + ");
    assert_eq!(holds(&format!("{sum} == 1840"), &facts()), Ok(true));
}

/// The same by the library's own interpreter.
fn by_the_library(condition: &str, facts: &Facts) -> Result<bool, String> {
    let program = Program::compile(condition).map_err(|error| error.to_string())?;
    let mut context = Context::default();
    for fact in Fact::ALL {
        match fact.of(facts) {
            crate::facts::Value::Bool(value) => context.add_variable_from_value(fact.name(), value),
            crate::facts::Value::Int(value) => context.add_variable_from_value(fact.name(), value),
            crate::facts::Value::Text(value) => {
                context.add_variable_from_value(fact.name(), value.to_owned())
            }
        }
    }
    match program.execute(&context) {
        Ok(CelValue::Bool(value)) => Ok(value),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

fn int() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("hour".to_owned()),
        Just("transfers_day".to_owned()),
        Just("amount_minor".to_owned()),
        Just("size(channel)".to_owned()),
        (0..4_i64).prop_map(|number| number.to_string()),
        Just("9223372036854775807".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/", "%"]), inner)
            .prop_map(|(left, operator, right)| format!("({left} {operator} {right})"))
    })
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["scene", "channel", "payer_kind", r#""pay""#, r#""""#, "'wallet'"])
        .prop_map(str::to_owned)
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["password", "payee_known", "true", "false"]).prop_map(str::to_owned),
        (int(), prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]), int())
            .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
        (text(), prop::sample::select(vec!["==", "!="]), text())
            .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
        (text(), prop::sample::select(vec!["startsWith", "endsWith", "contains"]), text())
            .prop_map(|(left, name, right)| format!("{left}.{name}({right})")),
        (int(), prop::collection::vec(-3..9_i64, 0..4))
            .prop_map(|(left, list)| format!("{left} in {list:?}")),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), prop::sample::select(vec!["&&", "||", "=="]), inner.clone())
                .prop_map(|(left, operator, right)| format!("(({left}) {operator} ({right}))")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(condition, yes, no)| format!("(({condition}) ? ({yes}) : ({no}))")),
        ]
    })
}

proptest! {
    /// What we evaluate has the value that the library's interpreter gives it, and none when that has none.
    #[test]
    fn evaluated_as_the_library_does(condition in condition(), hour in 0..24_u64, known: bool, amount in 0..5_u64) {
        let facts = Facts { hour, payee_known: known, amount_minor: amount, ..facts() };
        let (ours, theirs) = (read(&condition), by_the_library(&condition, &facts));
        match ours {
            Ok(node) => prop_assert_eq!(node.holds(&facts).ok(), theirs.ok(), "{}", condition),
            // Too deep for us, or a kind that the library finds only when it comes to it.
            Err(fault) => prop_assert!(fault.what.contains("recursion"), "{} {}", condition, fault.what),
        }
    }

    /// No text stops the reader.
    #[test]
    fn any_text_is_read_or_refused(condition in "[a-z0-9 ()\\[\\]{}.,:?!&|=<>+*/%'\"_\\\\-]{0,60}|\\PC{0,40}") {
        let _ = read(&condition);
    }
}
