//! What a statement says, whatever form it came in.

use aws_lc_rs::digest::{SHA256, digest};
use base::{Day, Text};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The number of our account at the bank, 1–34 characters.
pub type BankAccount = Text<34>;
/// The key that the bank says an order had, at most 64 characters; empty when the line names none.
pub type OrderKey = Text<64>;
/// What the bank calls a movement, 1–64 characters.
pub type LineRef = Text<64>;

/// The statement of one account for one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The account.
    pub account: BankAccount,
    /// The day in China.
    pub day: Day,
    /// The account's currency.
    pub currency: Currency,
    /// The balance before the first line, minor units; below zero when it is overdrawn.
    pub opening_minor: i64,
    /// The balance after the last line, minor units.
    pub closing_minor: i64,
    /// The lines by serial, from 1 without gaps.
    pub lines: Vec<StatementLine>,
}

/// A line of a statement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StatementLine {
    /// Its place in the statement, from 1.
    pub serial: u32,
    /// The day from which the money counts.
    pub value_day: Day,
    /// The order that the bank says it is of; empty for none.
    pub order_key: OrderKey,
    /// What the bank calls the movement.
    pub reference: LineRef,
    /// Whether it came into the account; else it left it.
    pub is_credit: bool,
    /// How much, above zero.
    pub amount: Money,
}

impl Statement {
    /// SHA-256 of what it says, alike for every form and order of lines: two statements with one digest are one.
    pub fn digest(&self) -> [u8; 32] {
        let mut said = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n",
            self.account,
            self.day,
            self.currency.code(),
            self.opening_minor,
            self.closing_minor,
            self.lines.len()
        );
        for line in &self.lines {
            line.say(&mut said);
        }
        let mut sum = [0; 32];
        sum.copy_from_slice(digest(&SHA256, said.as_bytes()).as_ref());
        sum
    }
}

impl StatementLine {
    /// Texts of others stand with their length, so that no two lines are written alike.
    fn say(&self, said: &mut String) {
        let StatementLine { serial, value_day, order_key, reference, is_credit, amount } = self;
        let way = if *is_credit { '+' } else { '-' };
        let (units, currency) = (amount.minor().units(), amount.currency().code());
        let (key_len, name_len) = (order_key.as_str().len(), reference.as_str().len());
        let line = format!(
            "{serial} {value_day} {key_len} {order_key} {name_len} {reference} {way}{units} {currency}\n"
        );
        said.push_str(&line);
    }
}
