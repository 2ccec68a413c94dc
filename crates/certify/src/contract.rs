//! The contract between the script and a shop: which calls there are, and how their members are named. A shop that has
//! such calls under other names says so in a TOML file and needs no new routes.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Longest time that a shop may be waited for, in seconds.
const PATIENCE_S_MAX: u64 = 120;
/// Longest rest before a shop is looked at, in milliseconds.
const SETTLE_MS_MAX: u64 = 60_000;

/// A call of the shop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallName {
    /// Makes an order.
    Order,
    /// Tells of one.
    State,
    /// Closes one.
    Close,
    /// Gives money back.
    Refund,
    /// Takes a buyer's code.
    PayByCode,
    /// Asks the platform, as the shop does when it has heard nothing.
    Query,
}

impl CallName {
    /// The name in the file.
    pub(crate) fn key(self) -> &'static str {
        match self {
            CallName::Order => "order",
            CallName::State => "state",
            CallName::Close => "close",
            CallName::Refund => "refund",
            CallName::PayByCode => "pay_by_code",
            CallName::Query => "query",
        }
    }
}

/// Why a contract cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ContractError {
    /// It is no TOML, or has a member that nobody knows.
    #[error("{0}")]
    NotToml(String),
    /// A call is not `METHOD /path`, or lacks the order's number where it needs it.
    #[error("calls.{call}: {why}")]
    BadCall {
        /// Which call.
        call: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A value outside its range.
    #[error("{member} is at most {max}")]
    TooLarge {
        /// Which member.
        member: &'static str,
        /// Its bound.
        max: u64,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Calls {
    order: String,
    state: String,
    close: String,
    refund: String,
    pay_by_code: String,
    query: String,
}

impl Default for Calls {
    fn default() -> Calls {
        let one = |method: &str, end: &str| format!("{method} /certify/orders/{{out_trade_no}}{end}");
        Calls {
            order: "POST /certify/orders".to_owned(),
            state: one("GET", ""),
            close: one("POST", "/close"),
            refund: one("POST", "/refund"),
            pay_by_code: one("POST", "/pay-by-code"),
            query: one("POST", "/query"),
        }
    }
}

/// How amounts are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    /// `"12.80"`.
    #[default]
    Yuan,
    /// `1280`.
    Fen,
}

/// The contract with one shop; the documented one unless a file says otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    calls: Calls,
    /// Other names of members in requests: ours to the shop's.
    request: BTreeMap<String, String>,
    /// Where members stand in answers, as paths with dots: ours to the shop's.
    answer: BTreeMap<String, String>,
    /// The shop's words for states: ours to a list of theirs.
    states: BTreeMap<String, Vec<String>>,
    /// Sent with each call, such as a key of the shop's.
    headers: BTreeMap<String, String>,
    pub(crate) amounts: Unit,
    /// How long the shop is given, after each letter and call, before it is looked at. For shops that work off a queue.
    pub(crate) settle_ms: u64,
    /// How long something that should happen is waited for; then it is inconclusive.
    pub(crate) patience_s: u64,
}

impl Default for Contract {
    fn default() -> Contract {
        Contract {
            calls: Calls::default(),
            request: BTreeMap::new(),
            answer: BTreeMap::new(),
            states: BTreeMap::new(),
            headers: BTreeMap::new(),
            amounts: Unit::Yuan,
            settle_ms: 0,
            patience_s: 10,
        }
    }
}

/// The states of an order, as the contract names them.
pub(crate) const STATES: [&str; 4] = ["waiting", "paid", "closed", "refunded"];
const REQUEST_MEMBERS: [&str; 6] =
    ["subject", "total_amount", "till", "amount", "out_request_no", "auth_code"];
const ANSWER_MEMBERS: [&str; 8] = [
    "out_trade_no",
    "pay.kind",
    "pay.value",
    "return_url",
    "state",
    "paid_amount",
    "shipped",
    "refunded_amount",
];

impl Contract {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Names the first mistake.
    pub fn read(text: &str) -> Result<Contract, ContractError> {
        let contract: Contract =
            basic_toml::from_str(text).map_err(|error| ContractError::NotToml(error.to_string()))?;
        for name in [
            CallName::Order,
            CallName::State,
            CallName::Close,
            CallName::Refund,
            CallName::PayByCode,
            CallName::Query,
        ] {
            contract.check_call(name)?;
        }
        let known = |table: &'static str, names: Vec<&String>, all: &[&str]| match names
            .iter()
            .find(|name| !all.contains(&name.as_str()))
        {
            None => Ok(()),
            Some(name) => {
                let all = all.join(", ");
                Err(ContractError::NotToml(format!("[{table}] has no `{name}`; it may have {all}")))
            }
        };
        known("request", contract.request.keys().collect(), &REQUEST_MEMBERS)?;
        known("answer", contract.answer.keys().collect(), &ANSWER_MEMBERS)?;
        known("states", contract.states.keys().collect(), &STATES)?;
        if contract.settle_ms > SETTLE_MS_MAX {
            return Err(ContractError::TooLarge { member: "settle_ms", max: SETTLE_MS_MAX });
        }
        if contract.patience_s > PATIENCE_S_MAX {
            return Err(ContractError::TooLarge { member: "patience_s", max: PATIENCE_S_MAX });
        }
        Ok(contract)
    }

    fn check_call(&self, name: CallName) -> Result<(), ContractError> {
        let line = self.line(name);
        let bad = |why: &str| Err(ContractError::BadCall { call: name.key(), why: why.to_owned() });
        if line.is_empty() {
            let needed = matches!(name, CallName::Order | CallName::State);
            return if needed { bad("every shop needs it") } else { Ok(()) };
        }
        let Some((method, path)) = line.split_once(' ') else { return bad("write `METHOD /path`") };
        if !matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") {
            return bad("the method is GET, POST, PUT, PATCH or DELETE");
        }
        if !path.starts_with('/') {
            return bad("the path begins with `/`");
        }
        if name != CallName::Order && !path.contains("{out_trade_no}") {
            return bad("the path holds `{out_trade_no}`");
        }
        Ok(())
    }

    fn line(&self, name: CallName) -> &str {
        match name {
            CallName::Order => &self.calls.order,
            CallName::State => &self.calls.state,
            CallName::Close => &self.calls.close,
            CallName::Refund => &self.calls.refund,
            CallName::PayByCode => &self.calls.pay_by_code,
            CallName::Query => &self.calls.query,
        }
    }

    /// Method and path of a call; `None` when the shop does not have it.
    pub(crate) fn call(&self, name: CallName, out_trade_no: &str) -> Option<(String, String)> {
        let (method, path) = self.line(name).split_once(' ')?;
        Some((method.to_owned(), path.replace("{out_trade_no}", out_trade_no)))
    }

    /// The shop's name of a member of a request.
    pub(crate) fn asked<'a>(&'a self, member: &'a str) -> &'a str {
        self.request.get(member).map_or(member, String::as_str)
    }

    /// Where a member of an answer stands, step by step.
    pub(crate) fn path<'a>(&'a self, member: &'a str) -> impl Iterator<Item = &'a str> {
        self.answer.get(member).map_or(member, String::as_str).split('.')
    }

    /// Our word for the shop's word of a state.
    pub(crate) fn state(&self, theirs: &str) -> Option<&'static str> {
        STATES.into_iter().find(|ours| match self.states.get(*ours) {
            Some(words) => words.iter().any(|word| word == theirs),
            None => *ours == theirs,
        })
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_documented_contract() {
        let contract = Contract::read("").unwrap();
        assert_eq!(contract, Contract::default());
        let call = contract.call(CallName::Refund, "N1").unwrap();
        assert_eq!(call, ("POST".to_owned(), "/certify/orders/N1/refund".to_owned()));
        assert_eq!(contract.state("paid"), Some("paid"));
        assert_eq!(contract.state("PAID"), None);
    }

    #[test]
    fn names_paths_and_states_can_be_the_shops_own() {
        let text = r#"
            amounts = "fen"
            settle_ms = 50
            [calls]
            order = "PUT /api/orders"
            refund = ""
            [request]
            total_amount = "fee"
            [answer]
            out_trade_no = "data.order.no"
            [states]
            paid = ["PAID", "DONE"]
            [headers]
            x-key = "k"
        "#;
        let contract = Contract::read(text).unwrap();
        assert_eq!(contract.call(CallName::Order, "").unwrap().1, "/api/orders");
        assert_eq!(contract.call(CallName::Refund, "N1"), None);
        assert_eq!(contract.asked("total_amount"), "fee");
        assert_eq!(contract.path("out_trade_no").collect::<Vec<_>>(), ["data", "order", "no"]);
        assert_eq!(contract.path("pay.kind").collect::<Vec<_>>(), ["pay", "kind"]);
        assert_eq!((contract.state("DONE"), contract.state("paid")), (Some("paid"), None));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("calls = 3", "calls"),
            ("colour = 1", "colour"),
            ("[calls]\norder = \"\"", "calls.order"),
            ("[calls]\nclose = \"/x\"", "METHOD /path"),
            ("[calls]\nclose = \"POST x\"", "begins with"),
            ("[calls]\nclose = \"LOOK /x\"", "GET, POST"),
            ("[calls]\nclose = \"POST /close\"", "{out_trade_no}"),
            ("[states]\npayed = [\"x\"]", "payed"),
            ("[request]\nprice = \"x\"", "price"),
            ("[answer]\nprice = \"x\"", "price"),
            ("settle_ms = 60001", "settle_ms"),
            ("patience_s = 121", "patience_s"),
        ] {
            let error = Contract::read(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
