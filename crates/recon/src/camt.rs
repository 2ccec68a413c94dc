//! A statement as ISO 20022 `camt.053.001.08`: one statement a message, booked entries with their references. Parts
//! of the message that say nothing of the sums are passed over.
//!
//! Documents with a type or with entities of their own are refused, so that no text can grow while it is read; the five
//! signs that every message may name are read as they are meant. An entry stands for
//! one payment: one with details of several is refused, since its sum could be booked for one of them alone.

use crate::file::{FileError, LINES_MAX, amount, balance};
use crate::sheet::named;
use crate::{Statement, StatementLine};
use base::{Day, Text};
use money::Currency;
use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The name space of the one version that is read.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
/// Deepest nesting; an entry's references lie eight deep.
const DEPTH_MAX: usize = 32;
/// Longest text of an element that is looked at; a longer one is refused there, and passed over elsewhere.
const LEAF_BYTES_MAX: usize = 256;

/// Texts of the elements that matter, as they are found.
#[derive(Default)]
struct Found {
    statements: usize,
    account: String,
    currency: String,
    count: Option<String>,
    balance: Balance,
    opening: Option<Balance>,
    closing: Option<Balance>,
    entry: Entry,
    lines: Vec<StatementLine>,
}

#[derive(Default)]
struct Balance {
    code: String,
    amount: String,
    sign: String,
    day: String,
}

#[derive(Default)]
struct Entry {
    payments: usize,
    serial: String,
    amount: String,
    currency: String,
    sign: String,
    status: String,
    value_day: String,
    reference: String,
    order_key: String,
}

/// The text of an element.
struct Leaf {
    text: String,
    /// Whether all of it is there, and nothing else.
    whole: bool,
}

impl Default for Leaf {
    fn default() -> Leaf {
        Leaf { text: String::new(), whole: true }
    }
}

impl Leaf {
    fn add(&mut self, part: &str) {
        if self.text.len() + part.len() <= LEAF_BYTES_MAX {
            self.text.push_str(part);
        } else {
            self.whole = false;
        }
    }
}

/// Reads the message. What is true of every statement is checked by the caller.
pub(crate) fn read(text: &str) -> Result<Statement, FileError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut path: Vec<String> = Vec::new();
    // The texts of the elements that are open, the innermost last; the first is what stands outside of all.
    let (mut leaves, mut found, mut seen) = (vec![Leaf::default()], Found::default(), false);
    loop {
        match reader.read_event() {
            Err(_) => return Err(not_well_formed(&path)),
            Ok(Event::DocType(_)) => return Err(FileError::Entities),
            Ok(Event::GeneralRef(_)) if path.is_empty() => return Err(FileError::Malformed),
            Ok(Event::GeneralRef(named)) => add(&mut leaves, &meant(&named)?),
            Ok(Event::Start(start)) => {
                if path.is_empty() {
                    root(&start)?;
                    seen = true;
                }
                path.push(start.local_name().as_ref().to_owned());
                if path.len() > DEPTH_MAX {
                    return Err(FileError::Malformed);
                }
                breaks(&mut leaves);
                leaves.push(Leaf::default());
                found.begin(&path, &start)?;
            }
            Ok(Event::Text(part)) => add(&mut leaves, &part.xml10_content()),
            // A section is another way to write a text, which no bank is known to use for what is looked at.
            Ok(Event::CData(_) | Event::Empty(_)) => breaks(&mut leaves),
            Ok(Event::End(_)) => {
                found.end(&path, &leaves.pop().unwrap_or_default())?;
                path.pop();
            }
            Ok(Event::Eof) => break,
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
        }
    }
    if !path.is_empty() || !seen {
        return Err(FileError::Cut("an element is not closed"));
    }
    found.statement()
}

/// A text that ends inside an element was most likely cut off.
fn not_well_formed(path: &[String]) -> FileError {
    if path.is_empty() {
        FileError::Malformed
    } else {
        FileError::Cut("the XML ends early or is not well-formed")
    }
}

/// Adds to the text of the innermost element.
fn add(leaves: &mut [Leaf], part: &str) {
    if let Some(leaf) = leaves.last_mut() {
        leaf.add(part);
    }
}

/// Something stands in the innermost element that is no text: it is no leaf.
fn breaks(leaves: &mut [Leaf]) {
    if let Some(leaf) = leaves.last_mut() {
        leaf.whole = false;
    }
}

/// The letter that a reference stands for: one of the five that have names, or one by its number. Every other name
/// would be one of the document's own.
fn meant(named: &BytesRef<'_>) -> Result<String, FileError> {
    let by_number = named.resolve_char_ref().map_err(|_| FileError::Malformed)?;
    let letter = match (by_number, &**named) {
        (Some(letter), _) => letter,
        (None, "amp") => '&',
        (None, "lt") => '<',
        (None, "gt") => '>',
        (None, "quot") => '"',
        (None, "apos") => '\'',
        (None, _) => return Err(FileError::Entities),
    };
    Ok(letter.to_string())
}

/// The attributes of an element. None is compared with each other: that costs the square of their number.
fn attributes<'a>(start: &'a BytesStart<'_>) -> Attributes<'a> {
    let mut all = start.attributes();
    all.with_checks(false);
    all
}

fn root(start: &BytesStart<'_>) -> Result<(), FileError> {
    let is_document = start.local_name().as_ref() == "Document";
    let names = attributes(start).flatten().filter(|one| one.key.as_ref().starts_with("xmlns"));
    let fits = names.into_iter().any(|one| &*one.value == NAMESPACE);
    if is_document && fits { Ok(()) } else { Err(FileError::FormUnknown) }
}

fn currency_of(start: &BytesStart<'_>) -> String {
    let named = attributes(start).flatten().find(|one| one.key.as_ref() == "Ccy");
    named.map(|one| one.value.to_string()).unwrap_or_default()
}

impl Found {
    fn begin(&mut self, path: &[String], start: &BytesStart<'_>) -> Result<(), FileError> {
        match below(path).as_slice() {
            [] if path.len() == 3 && path.last().is_some_and(|name| name == "Stmt") => {
                self.statements += 1;
                if self.statements > 1 {
                    return Err(FileError::Field { line: 0, field: "a second statement" });
                }
            }
            ["Bal"] => self.balance = Balance::default(),
            ["Ntry"] => self.entry = Entry::default(),
            ["Ntry", "Amt"] => self.entry.currency = currency_of(start),
            ["Ntry", "NtryDtls", "TxDtls"] => {
                self.entry.payments += 1;
                if self.entry.payments > 1 {
                    return Err(FileError::Field { line: self.lines.len() + 1, field: "a second TxDtls" });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, path: &[String], leaf: &Leaf) -> Result<(), FileError> {
        let below = below(path);
        let line = if below.first() == Some(&"Ntry") { self.lines.len() + 1 } else { 0 };
        let text = || match leaf.whole {
            true => Ok(leaf.text.trim().to_owned()),
            false => Err(FileError::Field { line, field: "a text" }),
        };
        match below.as_slice() {
            ["Acct", "Id", "Othr", "Id"] | ["Acct", "Id", "IBAN"] => self.account = text()?,
            ["Acct", "Ccy"] => self.currency = text()?,
            ["TxsSummry", "TtlNtries", "NbOfNtries"] => self.count = Some(text()?),
            ["Bal", "Tp", "CdOrPrtry", "Cd"] => self.balance.code = text()?,
            ["Bal", "Amt"] => self.balance.amount = text()?,
            ["Bal", "CdtDbtInd"] => self.balance.sign = text()?,
            ["Bal", "Dt", "Dt"] => self.balance.day = text()?,
            ["Bal"] => {
                let balance = std::mem::take(&mut self.balance);
                match balance.code.as_str() {
                    "OPBD" => self.opening = Some(balance),
                    "CLBD" => self.closing = Some(balance),
                    _ => {}
                }
            }
            ["Ntry", "NtryRef"] => self.entry.serial = text()?,
            ["Ntry", "Amt"] => self.entry.amount = text()?,
            ["Ntry", "CdtDbtInd"] => self.entry.sign = text()?,
            ["Ntry", "Sts", "Cd"] => self.entry.status = text()?,
            ["Ntry", "ValDt", "Dt"] => self.entry.value_day = text()?,
            ["Ntry", "AcctSvcrRef"] => self.entry.reference = text()?,
            ["Ntry", "NtryDtls", "TxDtls", "Refs", "EndToEndId"] => self.entry.order_key = text()?,
            ["Ntry"] => {
                if self.lines.len() >= LINES_MAX {
                    return Err(FileError::TooManyLines);
                }
                let line = std::mem::take(&mut self.entry).line(self.lines.len() + 1)?;
                self.lines.push(line);
            }
            _ => {}
        }
        Ok(())
    }

    fn statement(self) -> Result<Statement, FileError> {
        let wrong = |field| FileError::Field { line: 0, field };
        let currency = Currency::from_code(&self.currency).ok_or(wrong("currency"))?;
        let opening = self.opening.ok_or(wrong("opening balance"))?;
        let closing = self.closing.ok_or(wrong("closing balance"))?;
        let found = self.lines.len();
        if let Some(said) = self.count {
            let said: usize = said.parse().map_err(|_| wrong("number of entries"))?;
            if said != found {
                return Err(FileError::Count { said, found });
            }
        }
        if opening.day != closing.day {
            return Err(wrong("date of the balances"));
        }
        Ok(Statement {
            account: named(&self.account).ok_or(wrong("account"))?,
            day: opening.day.parse().map_err(|_| wrong("date"))?,
            currency,
            opening_minor: opening.signed(currency, "opening balance")?,
            closing_minor: closing.signed(currency, "closing balance")?,
            lines: self.lines,
        })
    }
}

impl Balance {
    fn signed(&self, currency: Currency, field: &'static str) -> Result<i64, FileError> {
        let units = balance(&self.amount, currency, field)?;
        match is_credit(&self.sign) {
            Some(true) if units >= 0 => Ok(units),
            Some(false) if units >= 0 => Ok(-units),
            _ => Err(FileError::Field { line: 0, field }),
        }
    }
}

impl Entry {
    fn line(self, number: usize) -> Result<StatementLine, FileError> {
        let wrong = |field| FileError::Field { line: number, field };
        if self.status != "BOOK" {
            return Err(wrong("status"));
        }
        Ok(StatementLine {
            serial: self.serial.parse().map_err(|_| wrong("NtryRef"))?,
            value_day: self.value_day.parse::<Day>().map_err(|_| wrong("ValDt"))?,
            order_key: Text::new(&self.order_key).map_err(|_| wrong("EndToEndId"))?,
            reference: named(&self.reference).ok_or(wrong("AcctSvcrRef"))?,
            is_credit: is_credit(&self.sign).ok_or(wrong("CdtDbtInd"))?,
            amount: amount(&self.amount, &self.currency, number)?,
        })
    }
}

fn is_credit(sign: &str) -> Option<bool> {
    match sign {
        "CRDT" => Some(true),
        "DBIT" => Some(false),
        _ => None,
    }
}

/// The path below the statement; empty for everything that lies elsewhere, and for the statement itself.
fn below(path: &[String]) -> Vec<&str> {
    match path {
        [_, message, statement, rest @ ..] if message == "BkToCstmrStmt" && statement == "Stmt" => {
            rest.iter().map(String::as_str).collect()
        }
        _ => Vec::new(),
    }
}
