//! The fields of rows that the command line shows: one list of them makes both the table for people and the JSON for
//! programs.

use base::{CHINA_OFFSET_US, Field, Sink};
use jiff::Timestamp;
use jiff::tz::Offset;
use ledger::Account;
use money::Money;
use people::{App, Party};
use serde_json::{Map, Value, json};
use trade::Order;

/// A value to show.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shown {
    /// Words, ids, numbers written as text: an id has more digits than a JSON number keeps.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// An amount in minor units, which may be negative for accounts that we own.
    Amount(i64),
    /// A moment, microseconds UTC.
    Time(i64),
    /// Nothing.
    Absent,
}

/// A named value. Brief ones are shown in lists.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shows {
    /// The name in JSON and above the column.
    pub(crate) name: &'static str,
    /// The value.
    pub(crate) value: Shown,
    /// Whether a list for people has it.
    pub(crate) brief: bool,
}

impl Shown {
    fn of<T: ToString>(value: Option<T>) -> Shown {
        value.map_or(Shown::Absent, |value| Shown::Text(value.to_string()))
    }

    fn time(at_us: Option<i64>) -> Shown {
        at_us.map_or(Shown::Absent, Shown::Time)
    }

    fn money(money: Money) -> Shown {
        Shown::Amount(money.minor().units())
    }

    /// For people: amounts in yuan, times in China, one line whatever a merchant wrote.
    pub(crate) fn for_people(&self) -> String {
        match self {
            Shown::Text(text) => {
                text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
            }
            Shown::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Shown::Amount(minor) => decimal(*minor),
            Shown::Time(at_us) => {
                let moment = Timestamp::from_microsecond(*at_us).unwrap_or(Timestamp::UNIX_EPOCH);
                let offset =
                    Offset::from_seconds((CHINA_OFFSET_US / 1_000_000) as i32).unwrap_or(Offset::UTC);
                offset.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
            }
            Shown::Absent => "-".to_owned(),
        }
    }

    /// For programs: amounts as decimal text, times as RFC 3339 in UTC.
    fn for_programs(&self) -> Value {
        match self {
            Shown::Text(text) => json!(text),
            Shown::Flag(flag) => json!(flag),
            Shown::Amount(minor) => json!(decimal(*minor)),
            Shown::Time(at_us) => match Timestamp::from_microsecond(*at_us) {
                Ok(moment) => json!(moment.to_string()),
                Err(_) => Value::Null,
            },
            Shown::Absent => Value::Null,
        }
    }
}

/// Two decimals: every currency shown here has them.
fn decimal(minor: i64) -> String {
    let (sign, units) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    format!("{sign}{}.{:02}", units / 100, units % 100)
}

/// The fields as a JSON object.
pub(crate) fn object(fields: &[Shows]) -> Value {
    let members = fields.iter().map(|field| (field.name.to_owned(), field.value.for_programs()));
    Value::Object(members.collect::<Map<_, _>>())
}

/// The word that a row holds for an enum.
fn word<T: Field>(value: &T) -> Shown {
    struct Word(Shown);
    impl Sink for Word {
        fn null(&mut self) {
            self.0 = Shown::Absent;
        }
        fn int(&mut self, value: i64) {
            self.0 = Shown::Text(value.to_string());
        }
        fn text(&mut self, value: &str) {
            self.0 = Shown::Text(value.to_owned());
        }
        fn blob(&mut self, value: &[u8]) {
            self.0 = Shown::Text(hex::encode(value));
        }
    }
    let mut word = Word(Shown::Absent);
    value.write(&mut word);
    word.0
}

fn text(value: impl ToString) -> Shown {
    Shown::Text(value.to_string())
}

/// In lists too.
fn brief(name: &'static str, value: Shown) -> Shows {
    Shows { name, value, brief: true }
}

/// Only when one is shown.
fn full(name: &'static str, value: Shown) -> Shows {
    Shows { name, value, brief: false }
}

/// A party, without its password.
pub(crate) fn party(party: &Party) -> Vec<Shows> {
    let Party { slot, id, kind, status, login, name, opened_at_us, class, login_masked, stop, proofs_after } =
        party;
    vec![
        brief("id", text(id)),
        brief("kind", word(kind)),
        brief("status", word(status)),
        brief("login", text(login)),
        brief("name", text(name)),
        full("slot", text(slot)),
        brief("opened_at", Shown::Time(*opened_at_us)),
        full("class", word(class)),
        full("login_masked", Shown::of(login_masked.as_ref())),
        full("stop", word(stop)),
        full("proofs_after", text(proofs_after)),
    ]
}

/// An app, without its keys.
pub(crate) fn app(app: &App) -> Vec<Shows> {
    let App {
        slot,
        id,
        seller,
        mode,
        status,
        public_key: _,
        certificate: _,
        cert_sn,
        allow_rsa1,
        sealed_aes_key,
        opened_at_us,
    } = app;
    vec![
        brief("app_id", text(id)),
        brief("seller_id", text(seller)),
        brief("mode", word(mode)),
        brief("status", word(status)),
        full("cert_sn", Shown::of(cert_sn.as_ref())),
        full("allow_rsa1", Shown::Flag(*allow_rsa1)),
        full("has_aes_key", Shown::Flag(sealed_aes_key.is_some())),
        full("slot", text(slot)),
        brief("opened_at", Shown::Time(*opened_at_us)),
    ]
}

/// An account.
pub(crate) fn account(account: &Account) -> Vec<Shows> {
    let Account { slot, id, owner, kind, currency, balance_minor, held_minor, opened_at_us } = account;
    vec![
        brief("id", text(id)),
        brief("owner", text(owner)),
        brief("kind", word(kind)),
        brief("currency", word(currency)),
        brief("balance", Shown::Amount(*balance_minor)),
        brief("held", Shown::Amount(held_minor.units())),
        full("slot", text(slot)),
        full("opened_at", Shown::Time(*opened_at_us)),
    ]
}

/// An order, without what merchants attach to it.
pub(crate) fn order(order: &Order) -> Vec<Shows> {
    vec![
        brief("trade_no", text(order.no)),
        brief("out_trade_no", text(&order.out_trade_no)),
        brief("state", word(&order.state)),
        brief("total", Shown::money(order.total())),
        brief("refunded", Shown::money(order.refunded())),
        full("currency", word(&order.currency)),
        full("fee", Shown::money(order.fee())),
        full("fee_returned", Shown::money(order.fee_returned())),
        brief("subject", text(&order.subject)),
        full("product", word(&order.product)),
        full("seller_id", text(order.seller)),
        full("app_id", text(order.app)),
        full("buyer_id", Shown::of(order.buyer)),
        full("buyer_login", Shown::of(order.buyer_login_masked.as_ref())),
        full("notify_url", Shown::of(order.notify_url.as_ref())),
        full("opened_at", Shown::Time(order.opened_at_us)),
        full("created_at", Shown::time(order.created_at_us)),
        full("expires_at", Shown::Time(order.expires_at_us)),
        brief("paid_at", Shown::time(order.paid_at_us)),
        full("closed_at", Shown::time(order.closed_at_us)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_people_and_for_programs() {
        assert_eq!(Shown::Amount(-5).for_people(), "-0.05");
        assert_eq!(Shown::Amount(1_000_050).for_programs(), json!("10000.50"));
        let midnight = Shown::Time(1_767_283_200_000_000);
        assert_eq!(midnight.for_people(), "2026-01-02 00:00:00");
        assert_eq!(midnight.for_programs(), json!("2026-01-01T16:00:00Z"));
        assert_eq!(
            Shown::Text("a\u{1b}[31m\nb".to_owned()).for_people(),
            "a [31m b",
            "no terminal commands from merchants"
        );
        assert_eq!(Shown::Absent.for_programs(), Value::Null);
        assert_eq!(word(&people::PartyKind::Person), Shown::Text("person".to_owned()));
    }
}
