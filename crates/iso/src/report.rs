//! `camt.053.001.08`, the statement of an account for a day that is over, and `camt.054.001.08`, single movements as
//! they are booked.

use crate::document::{
    Message, ReadError, account, account_id, all, amount, day, is_credit, must, one, required, text,
};
use crate::entry::{Entry, entries};
use crate::print::{Print, PrintError, moment, sign, unsigned};
use crate::word::{AccountId, Identifier, Name};
use base::{DAY_US, Day};
use money::Currency;
use roxmltree::Node;

/// The statement of one account for one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// Its identifier.
    pub id: Identifier,
    /// The account.
    pub account: AccountId,
    /// Whose account it is.
    pub owner: Option<Name>,
    /// The day.
    pub day: Day,
    /// The account's currency.
    pub currency: Currency,
    /// The balance before the first entry, minor units; below zero when it is overdrawn.
    pub opening_minor: i64,
    /// The balance after the last entry, minor units: the opening one and all booked entries.
    pub closing_minor: i64,
    /// The entries as they were booked.
    pub entries: Vec<Entry>,
}

/// Movements of one account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notification {
    /// Its identifier.
    pub id: Identifier,
    /// The account.
    pub account: AccountId,
    /// The movements.
    pub entries: Vec<Entry>,
}

/// Reads the statements of a message: banks send one or several in one.
///
/// # Errors
/// The first member that is missing or wrong, an amount in another currency than the account's, or entries that are not
/// the change of the balance.
pub fn read_statement(bytes: &[u8]) -> Result<Vec<Statement>, ReadError> {
    Message::STATEMENT.read(bytes, |body| parts(body, "Stmt", None, statement))
}

/// Reads the statements of one account; those of others are passed over, whatever is in them.
///
/// # Errors
/// As [`read_statement`].
pub fn read_statement_of(bytes: &[u8], account: &AccountId) -> Result<Vec<Statement>, ReadError> {
    Message::STATEMENT.read(bytes, |body| parts(body, "Stmt", Some(account), statement))
}

/// Reads the notifications of a message.
///
/// # Errors
/// The first member that is missing or wrong, or an amount in another currency than the account's.
pub fn read_notification(bytes: &[u8]) -> Result<Vec<Notification>, ReadError> {
    Message::NOTIFICATION.read(bytes, |body| parts(body, "Ntfctn", None, notification))
}

/// Reads the notifications of one account; those of others are passed over, whatever is in them.
///
/// # Errors
/// As [`read_notification`].
pub fn read_notification_of(bytes: &[u8], account: &AccountId) -> Result<Vec<Notification>, ReadError> {
    Message::NOTIFICATION.read(bytes, |body| parts(body, "Ntfctn", Some(account), notification))
}

/// The parts of a message that are of an account, or all.
fn parts<T>(
    body: Node<'_, '_>,
    name: &'static str,
    of: Option<&AccountId>,
    read: fn(Node<'_, '_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let (mut found, mut is_empty) = (Vec::new(), true);
    for node in all(body, name) {
        is_empty = false;
        if of.is_none_or(|account| account_id(node).as_ref() == Ok(account)) {
            found.push(read(node)?);
        } else {
            // Whose it is must be told all the same.
            account_id(node)?;
        }
    }
    if is_empty { Err(ReadError::Missing(name)) } else { Ok(found) }
}

fn notification(node: Node<'_, '_>) -> Result<Notification, ReadError> {
    let (account, currency, _) = account(node)?;
    Ok(Notification { id: required(node, &["Id"], "Id")?, account, entries: entries(node, currency)? })
}

fn statement(node: Node<'_, '_>) -> Result<Statement, ReadError> {
    let (account, currency, owner) = account(node)?;
    let (opening_day, opening_minor, opening_currency) = balance(node, "OPBD")?;
    let (day, closing_minor, closing_currency) = balance(node, "CLBD")?;
    let currency = currency.unwrap_or(closing_currency);
    if opening_currency != currency || closing_currency != currency {
        return Err(ReadError::Currency("Bal"));
    }
    if opening_day > day {
        return Err(ReadError::Wrong("Bal"));
    }
    let entries = entries(node, Some(currency))?;
    if let Some(count) = told_count(node)?
        && usize::try_from(count) != Ok(entries.len())
    {
        return Err(ReadError::Sum("TxsSummry"));
    }
    let found = Statement {
        id: required(node, &["Id"], "Id")?,
        account,
        owner,
        day,
        currency,
        opening_minor,
        closing_minor,
        entries,
    };
    if found.adds_up() { Ok(found) } else { Err(ReadError::Sum("Bal")) }
}

/// The balance of a type: its day, its signed units, its currency.
fn balance(node: Node<'_, '_>, code: &'static str) -> Result<(Day, i64, Currency), ReadError> {
    let mut found = None;
    for node in all(node, "Bal") {
        let kind = must(must(must(node, "Tp")?, "CdOrPrtry")?, "Cd");
        if kind.is_ok_and(|kind| text(kind, "Tp").as_deref() == Ok(code)) && found.replace(node).is_some() {
            return Err(ReadError::Twice(code));
        }
    }
    let node = found.ok_or(ReadError::Missing(code))?;
    let amount = amount(must(node, "Amt")?, "Bal")?;
    let units = amount.minor().units();
    let signed = if is_credit(node)? { units } else { -units };
    Ok((day(must(node, "Dt")?, "Bal")?, signed, amount.currency()))
}

/// How many entries the statement says it has.
fn told_count(node: Node<'_, '_>) -> Result<Option<u64>, ReadError> {
    let Some(summary) = one(node, "TxsSummry")? else { return Ok(None) };
    let Some(total) = one(summary, "TtlNtries")? else { return Ok(None) };
    let Some(leaf) = one(total, "NbOfNtries")? else { return Ok(None) };
    text(leaf, "NbOfNtries")?.parse().map(Some).map_err(|_| ReadError::Wrong("NbOfNtries"))
}

impl Statement {
    /// Whether the opening balance and the booked entries give the closing balance.
    fn adds_up(&self) -> bool {
        let mut moves = self.entries.iter().map(Entry::signed_minor);
        moves.try_fold(self.opening_minor, i64::checked_add) == Some(self.closing_minor)
    }

    /// The statement as text, made at a moment, microseconds UTC.
    ///
    /// # Errors
    /// What does not fit into the message, entries in another currency, or entries that are not the change of the
    /// balance.
    pub fn print(&self, made_at_us: i64) -> Result<String, PrintError> {
        if self.entries.iter().any(|entry| entry.amount.currency() != self.currency) {
            return Err(PrintError::Currencies);
        }
        if !self.adds_up() {
            return Err(PrintError::Sum);
        }
        let (id, made_at) = (self.id.as_str(), moment(made_at_us));
        let begins_at_us = self.day.begins_at_us();
        Print::message(Message::STATEMENT, |print| {
            print.inside("GrpHdr", |print| {
                print.leaf("MsgId", id)?;
                print.leaf("CreDtTm", &made_at)
            })?;
            print.inside("Stmt", |print| {
                print.leaf("Id", id)?;
                print.leaf("CreDtTm", &made_at)?;
                print.inside("FrToDt", |print| {
                    print.leaf("FrDtTm", &moment(begins_at_us))?;
                    print.leaf("ToDtTm", &moment(begins_at_us.saturating_add(DAY_US - 1)))
                })?;
                self.print_account(print)?;
                self.print_balance(print, "OPBD", self.opening_minor)?;
                self.print_balance(print, "CLBD", self.closing_minor)?;
                let count = self.entries.len().to_string();
                print.leaf_in(&["TxsSummry", "TtlNtries"], "NbOfNtries", &count)?;
                self.entries.iter().try_for_each(|entry| entry.print(print))
            })
        })
    }

    fn print_account(&self, print: &mut Print) -> Result<(), PrintError> {
        print.inside("Acct", |print| {
            print.account(&self.account)?;
            print.leaf("Ccy", self.currency.code())?;
            match &self.owner {
                Some(owner) => print.leaf_in(&["Ownr"], "Nm", owner.as_str()),
                None => Ok(()),
            }
        })
    }

    fn print_balance(&self, print: &mut Print, code: &'static str, minor: i64) -> Result<(), PrintError> {
        print.inside("Bal", |print| {
            print.leaf_in(&["Tp", "CdOrPrtry"], "Cd", code)?;
            print.amount("Amt", unsigned(minor, self.currency)?)?;
            print.leaf("CdtDbtInd", sign(minor >= 0))?;
            print.day("Dt", self.day)
        })
    }
}
