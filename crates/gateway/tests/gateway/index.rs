//! The guide of methods is what the code says of itself, and what it says is so.

use crate::client::{Client, form};
use crate::rest_client::RestClient;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::Request;
use gateway::{Described, Field, Kind, Need, Part, methods, methods_page};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::Path;

/// Set by `cargo xtask methods`: the guide is written instead of compared.
const WRITE: &str = "TONGBAO_WRITE_GUIDE";

#[test]
fn the_guide_of_methods_is_what_the_code_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let (guide, page) = (root.join("docs/guide/methods.md"), methods_page());
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&guide, &page).unwrap();
    }
    let found = std::fs::read_to_string(&guide).unwrap_or_default();
    let differs = found.lines().zip(page.lines()).find(|(found, page)| found != page);
    assert!(found == page, "docs/guide/methods.md is old, run `cargo xtask methods`; first: {differs:?}");
}

/// What a method was heard to say to a request.
struct Heard {
    /// The answer as it came.
    text: String,
    /// The sub_code of it that the method lists; empty when it was not refused.
    sub_code: String,
}

impl Heard {
    /// Whether the refusal is about this field.
    fn names(&self, field: &str) -> bool {
        ["：", "."].iter().any(|before| {
            let name = format!("{before}{field}");
            let mut pieces = self.text.split(&name).skip(1);
            let part_of_a_name = |next: char| next.is_alphanumeric() && next.is_ascii() || next == '_';
            pieces.any(|rest| !rest.starts_with(part_of_a_name))
        })
    }
}

struct Asking {
    client: Client,
    rest: RestClient,
    method: Described,
    /// What was found to be otherwise.
    found: RefCell<Vec<String>>,
}

impl Asking {
    fn check(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.found.borrow_mut().push(format!("{}: {}", self.method.name, what()));
        }
    }

    async fn hear(&self, request: &Value) -> Heard {
        let body = request.to_string();
        let method = &self.method;
        // Fields that stand beside the common parameters are texts on v2; v3 takes whatever is written.
        let rest = method.rest_path.as_ref().filter(|_| method.own_parameters);
        let text = match rest {
            Some(path) => self.rest.call("POST", path, &body).await.body,
            None => {
                let signed = self.client.sign(self.client.params(method.name, &body, &[]));
                let request =
                    Request::post("/gateway.do").header("content-type", "application/x-www-form-urlencoded");
                let request = request.body(Body::from(form(&signed))).unwrap();
                let (_, _, raw) = self.client.exchange(request).await;
                String::from_utf8_lossy(&raw).into_owned()
            }
        };
        let is_said =
            |code: &str| text.contains(&format!("\"{code}\"")) || text.contains(&format!(">{code}<"));
        let mut said = method
            .refusals
            .iter()
            .filter(|one| is_said(if rest.is_some() { one.rest_code } else { one.sub_code }));
        let sub_code = said.next().map(|one| one.sub_code.to_owned()).unwrap_or_default();
        let unknown = ["unknow-error", "SYSTEM_ERROR"].iter().any(|code| text.contains(code));
        self.check(!unknown, || format!("{body}: {text}"));
        Heard { text, sub_code }
    }

    fn is_wrong(&self, heard: &Heard) -> bool {
        self.method.wrong.as_ref().is_some_and(|wrong| wrong.sub_code == heard.sub_code)
    }

    /// Well-formed requests that have the object in which a field of this place stands.
    fn examples(&self, place: &[&str]) -> Vec<Value> {
        let examples = self.method.examples.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
        examples.filter(|example| inner(&mut example.clone(), place).is_some()).collect()
    }
}

fn inner<'a>(request: &'a mut Value, place: &[&str]) -> Option<&'a mut Value> {
    place.iter().try_fold(request, |value, name| match value.get_mut(*name) {
        Some(Value::Array(items)) => items.first_mut(),
        found => found,
    })
}

/// Values that a field of this kind does not take.
fn bad(kind: Kind) -> Vec<Value> {
    let odd = json!({ "odd": 1 });
    let long = |most: usize| json!("1".repeat(most + 1));
    let mut all = match kind {
        Kind::Line(most) => vec![long(most), json!("a\u{1}b"), json!("a\nb")],
        Kind::Lines(most) => vec![long(most), json!("a\u{1}b")],
        Kind::Number(most, _) => vec![long(most), json!("中"), json!("a b")],
        Kind::Without(most, not) => {
            let each = not.chars().map(|letter| json!(format!("a{letter}b")));
            each.chain([long(most), json!("a\u{1}b")]).collect()
        }
        Kind::Amount => ["0", "1.001", "x", "-1"].map(Value::from).to_vec(),
        Kind::AmountOrZero => ["1.001", "x", "-1"].map(Value::from).to_vec(),
        Kind::OneOf(_) => vec![json!("no-such-value")],
        Kind::Whole(0, most) => vec![json!(most + 1), json!("1.5")],
        Kind::Whole(least, most) => vec![json!(least - 1), json!(most + 1), json!("1.5")],
        Kind::Timeout => ["x", "0m", "16d"].map(Value::from).to_vec(),
        Kind::Moment => ["x", "2030-01-01"].map(Value::from).to_vec(),
        Kind::Day => ["x", "2030-02-30"].map(Value::from).to_vec(),
        Kind::Party => vec![json!("x")],
        Kind::Address => vec![json!("x"), json!("ftp://a.example/"), json!(address(1025))],
        Kind::Cny => vec![json!("USD")],
        Kind::Object(_) => return vec![json!("text"), json!([1])],
        Kind::ObjectOrText => return vec![json!("text"), json!([1])],
        Kind::List(parts, most) => {
            return vec![json!("text"), json!([1]), json!(vec![item(parts); most + 1])];
        }
        Kind::Names(_) | Kind::Opaque | Kind::Special => Vec::new(),
    };
    all.push(odd);
    all
}

/// Values that a field of this kind takes, at its limits.
fn good(kind: Kind) -> Vec<Value> {
    match kind {
        Kind::Line(most) | Kind::Without(most, _) => vec![json!("1".repeat(most))],
        Kind::Lines(most) => vec![json!(format!("{}\n", "1".repeat(most - 1)))],
        Kind::Number(most, also) => {
            let each = also.chars().map(|letter| json!(format!("a{letter}1")));
            each.chain([json!("1".repeat(most))]).collect()
        }
        Kind::Amount => vec![json!("88.00"), json!(88)],
        Kind::AmountOrZero => vec![json!("0"), json!("0.01")],
        Kind::OneOf(values) => values.iter().map(|value| json!(value)).collect(),
        Kind::Whole(_, most) => vec![json!(most), json!(most.to_string())],
        Kind::Timeout => ["1m", "15d", "1c"].map(Value::from).to_vec(),
        Kind::Moment => vec![json!("2030-01-01 00:00:00")],
        Kind::Day => vec![json!("2026-02-28")],
        Kind::Address => vec![json!(address(1024))],
        Kind::Cny => vec![json!("CNY")],
        Kind::Names(names) => vec![json!(names), json!(names.join(","))],
        Kind::List(parts, _) => vec![json!([item(parts)]), json!([])],
        Kind::Object(_) | Kind::ObjectOrText | Kind::Party | Kind::Opaque | Kind::Special => Vec::new(),
    }
}

fn address(length: usize) -> String {
    format!("{:a<length$}", "https://a.example/")
}

/// A small object of these fields: with all that may have to be there.
fn item(parts: &[Part]) -> Value {
    let needed = parts.iter().flat_map(Part::read).filter(|field| field.need != Need::Optional);
    // What only the platform can judge is mostly a party.
    let value =
        |field: &Field| good(field.kind).into_iter().next().unwrap_or_else(|| json!("2088000000000001"));
    needed.map(|field| (field.name.to_owned(), value(field))).collect()
}

#[tokio::test]
async fn each_field_is_what_its_method_says() {
    let shop = Shop::open().await;
    let mut found = Vec::new();
    for method in methods() {
        let client = shop.client().await;
        let asking = Asking { rest: RestClient::of(&client), client, method, found: RefCell::default() };
        for example in asking.examples(&[]) {
            let heard = asking.hear(&example).await;
            asking.check(!asking.is_wrong(&heard), || format!("{example} is an example: {}", heard.text));
        }
        check_parts(&asking, &[], asking.method.asks).await;
        found.extend(asking.found.into_inner());
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn check_parts(asking: &Asking, place: &[&'static str], parts: &'static [Part]) {
    for part in parts {
        match part {
            Part::Read(fields) => {
                for field in *fields {
                    check_field(asking, place, field).await;
                }
            }
            Part::Refused(names) => {
                for name in *names {
                    check_refused(asking, place, name).await;
                }
            }
            Part::Ignored(names) => {
                for name in *names {
                    check_ignored(asking, place, name).await;
                }
            }
        }
    }
}

async fn check_field(asking: &Asking, place: &[&'static str], field: &'static Field) {
    let about = format!("{}.{}", place.join("."), field.name);
    let mut examples = asking.examples(place);
    if examples.is_empty() {
        // No example has the list or object that it stands in: the first one gets it.
        let mut example = asking.examples(&[]).remove(0);
        let (list, above) = place.split_last().unwrap();
        let parts = asking.method.asks.iter().flat_map(Part::read).find(|field| field.name == *list);
        let Some(Field { kind: Kind::List(parts, _), .. }) = parts else {
            panic!("{about}: no example has it")
        };
        inner(&mut example, above).unwrap()[*list] = json!([item(parts)]);
        examples.push(example);
    }
    for example in &examples {
        let mut without = example.clone();
        inner(&mut without, place).unwrap().as_object_mut().unwrap().remove(field.name);
        if field.need == Need::Required {
            let (before, after) = (asking.hear(example).await, asking.hear(&without).await);
            let refused = asking.is_wrong(&after) && after.names(field.name);
            // Some have a refusal of their own for what is absent.
            let own = !after.sub_code.is_empty() && after.sub_code != before.sub_code;
            let looked_up = matches!(field.kind, Kind::Opaque) && !after.sub_code.is_empty();
            asking.check(refused || own || looked_up, || format!("{about} is required: {}", after.text));
        }
    }
    let with = |example: &Value, value: &Value| {
        let mut changed = example.clone();
        inner(&mut changed, place).unwrap()[field.name] = value.clone();
        changed
    };
    for value in bad(field.kind) {
        let mut heard = Vec::new();
        for example in &examples {
            heard.push(asking.hear(&with(example, &value)).await);
        }
        // A product or a kind of grant that there is not has a refusal of its own.
        let own =
            |one: &Heard| matches!(field.kind, Kind::OneOf(_) | Kind::List(..)) && !one.sub_code.is_empty();
        let currency = |one: &Heard| one.sub_code.contains("CURRENCY");
        let refused = heard.iter().any(|one| {
            (asking.is_wrong(one) || currency(one)) && one.names(field.name)
                || !asking.is_wrong(one) && own(one)
        });
        asking.check(refused, || format!("{about} takes {value}: {}", heard[0].text));
    }
    for value in good(field.kind) {
        let mut heard = Vec::new();
        for example in &examples {
            heard.push(asking.hear(&with(example, &value)).await);
        }
        let taken =
            heard.iter().any(|one| !(asking.is_wrong(one) && one.names(field.name)) || has_more_rules(one));
        asking.check(taken, || format!("{about} does not take {value}: {}", heard[0].text));
    }
    if let Kind::Object(parts) | Kind::List(parts, _) = field.kind {
        let place: Vec<&'static str> = place.iter().copied().chain([field.name]).collect();
        Box::pin(check_parts(asking, &place, parts)).await;
    }
}

/// A value that fits its kind may still be against a rule that the note of the field tells.
fn has_more_rules(heard: &Heard) -> bool {
    ["不含余额", "互斥"].iter().any(|rule| heard.text.contains(rule))
}

async fn check_refused(asking: &Asking, place: &[&'static str], name: &'static str) {
    let mut told = Vec::new();
    for example in asking.examples(place) {
        for (value, taken) in [(json!("x"), false), (json!(""), true), (json!([]), true)] {
            let mut changed = example.clone();
            inner(&mut changed, place).unwrap()[name] = value.clone();
            let heard = asking.hear(&changed).await;
            let refused =
                asking.is_wrong(&heard) && heard.names(name) && heard.text.contains("所属功能暂未模拟");
            let passes = refused != taken;
            told.push((value, heard.text));
            // What names the order in another way may leave a field unread.
            asking.check(passes || !taken, || format!("{name}: {told:?}"));
            if passes && !taken {
                return;
            }
        }
    }
    asking.check(false, || format!("{name} is not refused: {told:?}"));
}

async fn check_ignored(asking: &Asking, place: &[&'static str], name: &'static str) {
    for example in asking.examples(place) {
        let mut changed = example.clone();
        inner(&mut changed, place).unwrap()[name] = json!({ "odd": [1] });
        let (before, after) = (asking.hear(&example).await, asking.hear(&changed).await);
        asking.check(before.sub_code == after.sub_code, || format!("{name} is not ignored: {}", after.text));
    }
}
