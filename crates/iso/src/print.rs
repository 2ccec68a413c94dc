//! Printing: elements in the order of the schema, texts escaped, characters that XML cannot carry refused.

use crate::document::Message;
use crate::word::AccountId;
use base::{Day, china_moment};
use money::{Currency, Money};

/// Largest amount that is printed, minor units: what the readers take, twelve digits before the point.
const UNITS_MAX: u64 = 99_999_999_999_999;

/// Why a message cannot be printed. The first that holds is the one reported.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PrintError {
    /// An identifier has a character that banks do not take, or is empty.
    #[error("{0} has a character that banks do not take")]
    Identifier(&'static str),
    /// A text has a control character, or is empty.
    #[error("{0} has a character that XML cannot carry")]
    Text(&'static str),
    /// An amount is zero, or has more digits than messages carry.
    #[error("an amount is zero or has too many digits")]
    Amount,
    /// Amounts of several currencies in one message.
    #[error("the amounts are in several currencies")]
    Currencies,
    /// Nothing to pay.
    #[error("a message pays something")]
    Nothing,
    /// Two payments under one identifier.
    #[error("two payments have one identifier")]
    SameKey,
    /// The entries of a statement are not the change of its balance.
    #[error("the entries are not the change of the balance")]
    Sum,
}

/// A message as it grows.
pub(crate) struct Print {
    text: String,
}

impl Print {
    /// Prints a whole message.
    pub(crate) fn message(
        message: Message,
        content: impl FnOnce(&mut Print) -> Result<(), PrintError>,
    ) -> Result<String, PrintError> {
        let mut print = Print { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() };
        print.text.push_str(&format!("<Document xmlns=\"{}\">", message.namespace()));
        print.inside(message.body(), content)?;
        print.text.push_str("</Document>\n");
        Ok(print.text)
    }

    /// An element with elements inside.
    pub(crate) fn inside(
        &mut self,
        name: &str,
        content: impl FnOnce(&mut Print) -> Result<(), PrintError>,
    ) -> Result<(), PrintError> {
        self.text.push_str(&format!("<{name}>"));
        content(self)?;
        self.text.push_str(&format!("</{name}>"));
        Ok(())
    }

    /// Elements one in another, with a text in the innermost.
    pub(crate) fn leaf_in(
        &mut self,
        path: &[&str],
        name: &'static str,
        text: &str,
    ) -> Result<(), PrintError> {
        match path.split_first() {
            Some((first, rest)) => self.inside(first, |print| print.leaf_in(rest, name, text)),
            None => self.leaf(name, text),
        }
    }

    /// An element with text.
    pub(crate) fn leaf(&mut self, name: &'static str, text: &str) -> Result<(), PrintError> {
        self.text.push_str(&format!("<{name}>"));
        self.escaped(name, text)?;
        self.text.push_str(&format!("</{name}>"));
        Ok(())
    }

    /// An element without anything in it.
    pub(crate) fn empty(&mut self, name: &str) {
        self.text.push_str(&format!("<{name}/>"));
    }

    /// An amount of zero or more, with its currency.
    pub(crate) fn amount(&mut self, name: &str, amount: Money) -> Result<(), PrintError> {
        if amount.minor().units().unsigned_abs() > UNITS_MAX {
            return Err(PrintError::Amount);
        }
        let code = amount.currency().code();
        self.text.push_str(&format!("<{name} Ccy=\"{code}\">{amount}</{name}>"));
        Ok(())
    }

    /// A day.
    pub(crate) fn day(&mut self, name: &'static str, day: Day) -> Result<(), PrintError> {
        self.inside(name, |print| print.leaf("Dt", &day.to_string()))
    }

    /// The number of an account.
    pub(crate) fn account(&mut self, id: &AccountId) -> Result<(), PrintError> {
        self.inside("Id", |print| match id {
            AccountId::Iban(text) => print.leaf("IBAN", text.as_str()),
            AccountId::Other(text) => print.leaf_in(&["Othr"], "Id", text.as_str()),
        })
    }

    fn escaped(&mut self, name: &'static str, text: &str) -> Result<(), PrintError> {
        let fits = |letter: char| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}');
        // What a reader would cut off or fold is not printed: it must come back as it went.
        if text.is_empty() || text.trim() != text || !text.chars().all(fits) {
            return Err(PrintError::Text(name));
        }
        for letter in text.chars() {
            match letter {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                _ => self.text.push(letter),
            }
        }
        Ok(())
    }
}

/// A moment in China with its offset, microseconds UTC given.
pub(crate) fn moment(at_us: i64) -> String {
    format!("{}+08:00", china_moment(at_us).replace(' ', "T"))
}

/// The direction of a movement.
pub(crate) const fn sign(is_credit: bool) -> &'static str {
    if is_credit { "CRDT" } else { "DBIT" }
}

/// The amount of a balance, whose direction stands beside it.
pub(crate) fn unsigned(minor: i64, currency: Currency) -> Result<Money, PrintError> {
    Money::from_minor(minor.unsigned_abs(), currency).map_err(|_| PrintError::Amount)
}
