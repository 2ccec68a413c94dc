//! Every method with its fields, answers and refusals, for the guide and for tests: printed from what the methods say
//! of themselves, so that it says what the code does.

use crate::codes::{self, Failure};
use crate::facts::{Member, Part};
use crate::index_rows::{Row, quoted};
use crate::registry::{Face, METHODS, Method};
use std::fmt::Write;

/// A method as the guide describes it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it does.
    pub title: &'static str,
    /// Its path on the v3 interface; absent when it leads a person to a page.
    pub rest_path: Option<String>,
    /// Whether a live world does not have it.
    pub sandbox_only: bool,
    /// Whether its fields are parameters of their own on v2, and not in `biz_content`.
    pub own_parameters: bool,
    /// Its fields.
    pub asks: &'static [Part],
    /// The members of its answers.
    pub answers: &'static [Member],
    /// What is answered when a field is wrong.
    pub wrong: Option<ToldAs>,
    /// Everything that it can be refused for once the request is believed, in order.
    pub refusals: Vec<ToldAs>,
    /// Requests that are well formed, as JSON; the first is the smallest.
    pub examples: &'static [&'static str],
    /// What of it is not here; empty when nothing is missing.
    pub support: &'static str,
    face: Face,
}

/// What is answered to a refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldAs {
    /// When.
    pub when: String,
    /// The public code.
    pub code: &'static str,
    /// The public sub_code.
    pub sub_code: &'static str,
    /// The text for people.
    pub sub_msg: String,
    /// The HTTP status of the v3 interface.
    pub rest_status: u16,
    /// The code of the v3 interface.
    pub rest_code: &'static str,
}

/// Every method, by name.
pub fn methods() -> impl Iterator<Item = Described> {
    METHODS.iter().map(|method| described(method))
}

fn described(method: &'static Method) -> Described {
    let facts = &method.facts;
    let told = |(when, failure): (String, Failure)| {
        let failure = failure.told_as(facts.wrong);
        let (rest_status, rest_code) = failure.rest();
        let (code, sub_code, sub_msg) = (failure.code(), failure.sub_code(), failure.sub_msg().to_owned());
        ToldAs { when, code, sub_code, sub_msg, rest_status, rest_code }
    };
    let of_fields: Vec<ToldAs> = codes::of_fields(facts.asks).into_iter().map(told).collect();
    let wrong = of_fields.first().cloned();
    let gateway =
        facts.gateway.iter().map(|(error, when)| told(((*when).to_owned(), Failure::gateway(*error))));
    let refused = facts.refuses.iter().flat_map(|all| all()).map(told);
    let refusals = joined(of_fields.into_iter().chain(gateway).chain(refused));
    Described {
        name: method.name,
        title: method.title,
        rest_path: (method.face == Face::Answer).then(|| format!("/v3/{}", method.name.replace('.', "/"))),
        sandbox_only: method.sandbox_only,
        own_parameters: method.has_own_parameters(),
        asks: facts.asks,
        // A browser is sent on; no program hears the members.
        answers: if let Face::Page(_) = method.face { &[] } else { facts.answers },
        wrong,
        refusals,
        examples: facts.examples,
        support: facts.support,
        face: method.face,
    }
}

/// Each sub_code once, at its first place, with all that it is said for.
fn joined(all: impl Iterator<Item = ToldAs>) -> Vec<ToldAs> {
    let mut joined: Vec<ToldAs> = Vec::new();
    for one in all {
        match joined.iter_mut().find(|known| known.sub_code == one.sub_code) {
            None => joined.push(one),
            Some(known) if known.when.split("; ").any(|when| when == one.when) => {}
            Some(known) => {
                known.when.push_str("; ");
                known.when.push_str(&one.when);
            }
        }
    }
    joined
}

/// What the guide says before the methods.
const HEAD: &str = "\
# Methods

Every method that is here, with what it reads, answers and is refused for. Printed from the code by
`cargo xtask methods`. A test compares the two, and others hold each method to its lines: a field that is read and not
listed, a required one that may be absent, a limit that is not kept, a member or a refusal that is not listed fail them.

* **Fields** are members of `biz_content` on v2, parameters of their own where that is said, and members of the body on
  v3. The common parameters, and what every call can be refused for before its method is looked at, are in
  [errors.md](errors.md). An empty text counts as absent; texts and numbers are taken for each other.
* **Refused** fields belong to features that are not here: a request that gives one with something in it is refused.
  **Ignored** ones are documented and change nothing. Any other name is passed over.
* Where a member is a user's number, an app in **open_id mode** gets the member that is named beside it, and names users
  by `open_id`, `buyer_open_id` or `alipay_open_id` in its requests ([differences.md](differences.md)); one that it was
  not given is 40002 `isv.app-openid-not-match` for every method.
* **Answers** hold these members beside `code` and `msg`; amounts, numbers and times are texts. A member with a
  condition is left out when that does not hold. A failed call may repeat the order's number and amounts.
* **Refusals** stand in order: the first that holds is the one that is answered. Each method can answer 20000 as well,
  which is no refusal: query. `v3` is the HTTP status there; its code is the sub_code without `isv.` or `aop.`.
";

/// What the guide says after the methods.
const TAIL: &str = "\
## Not here yet

These families of the API are known by name and answered with `isv.insufficient-isv-permissions` (该接口暂未模拟); a
name that no family has is `isv.invalid-method`.

| family | methods |
|---|---|
";

/// Families of which no method is here, or not every one that merchants ask for.
const FAMILIES: [(&str, &str); 12] = [
    ("alipay.fund.trans.", "transfers to a party, and their queries"),
    ("alipay.fund.account.", "the balance of a merchant's account"),
    ("alipay.data.", "receipts, and bills of other kinds"),
    ("alipay.marketing.", "vouchers, campaigns, cards"),
    ("alipay.open.public.", "life accounts and their messages"),
    ("alipay.open.mini.", "building and releasing mini programs"),
    ("alipay.merchant.", "opening merchants and shops"),
    ("alipay.pcredit.", "instalments"),
    ("zhima.", "credit scores and orders"),
    ("alipay.ebpp.", "utility bills and invoices"),
    ("alipay.commerce.", "transport, schools, medical, devices"),
    ("koubei.", "the local trades"),
];

/// The guide's page of methods, in Markdown.
pub fn methods_page() -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\n| method | what it does |\n|---|---|\n");
    for method in methods() {
        let mark = if method.sandbox_only { " (sandbox worlds alone)" } else { "" };
        let anchor = method.name.replace('.', "");
        line(&mut out, format_args!("| [`{}`](#{anchor}) | {}{mark} |", method.name, method.title));
    }
    for method in methods() {
        section(&mut out, &method);
    }
    out.push('\n');
    out.push_str(TAIL);
    for (family, what) in FAMILIES {
        line(&mut out, format_args!("| `{family}…` | {what} |"));
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a string takes everything");
}

fn section(out: &mut String, method: &Described) {
    line(out, format_args!("\n## `{}`\n\n{}.", method.name, method.title));
    let way = match (&method.rest_path, method.face) {
        (Some(path), _) => format!("A program is answered. v3: `POST {path}`."),
        (None, Face::Page(_)) => "A browser is sent on to a page. No v3 path.".to_owned(),
        (None, Face::OrderString(_) | Face::Answer) => {
            "An order string for the wallet; called over HTTP it answers a program. No v3 path.".to_owned()
        }
    };
    let own = if method.own_parameters { " On v2 its fields are parameters of their own." } else { "" };
    let sandbox = if method.sandbox_only { " In sandbox worlds alone." } else { "" };
    line(out, format_args!("{way}{own}{sandbox}"));
    match method.support {
        "" => line(out, format_args!("Support: whole.")),
        part => line(out, format_args!("Support: in part; {part}.")),
    }
    fields(out, method);
    if let Some(example) = method.examples.first().filter(|example| **example != "{}") {
        line(out, format_args!("\nThe smallest request: `{example}`"));
    }
    if let Face::Page(_) = method.face {
        // What a browser hears is a page.
    } else if method.answers.is_empty() {
        out.push_str("\nThe answer holds its codes alone.\n");
    } else {
        out.push_str("\n| answer | | when |\n|---|---|---|\n");
        for Row { name, holds, when } in method.members() {
            line(out, format_args!("| `{name}` | {holds} | {when} |"));
        }
    }
    if method.refusals.is_empty() {
        return;
    }
    out.push_str("\n| code | sub_code | v3 | text | when |\n|---|---|---|---|---|\n");
    for refusal in &method.refusals {
        let ToldAs { when, code, sub_code, sub_msg, rest_status, .. } = refusal;
        line(out, format_args!("| {code} | `{sub_code}` | {rest_status} | {sub_msg} | {when} |"));
    }
}

fn fields(out: &mut String, method: &Described) {
    let rows = method.fields();
    if rows.is_empty() {
        out.push_str("\nNo field is looked at.\n");
    } else {
        out.push_str("\n| field | | |\n|---|---|---|\n");
    }
    for Row { name, holds, when } in rows {
        line(out, format_args!("| `{name}` | {when} | {holds} |"));
    }
    for (title, names) in [("Refused", method.refused()), ("Ignored", method.ignored())] {
        if !names.is_empty() {
            line(out, format_args!("\n{title}: {}.", quoted(&names, ", ")));
        }
    }
}
