//! What happened, as a timeline tells it: a row of the books becomes an event for each of its moments.

use super::super::moment;
use super::shapes::{Shape, What, shape_of};
use crate::recon_report::signed_text;
use base::{
    AgreementNo, BankOrderNo, CardNo, Day, FreezeNo, HoldNo, NoticeNo, OperationNo, OrderNo, Sink, TimerNo,
};
use engine::{Row, Table};
use ledger::{AccountId, Entry, Posting};
use money::Currency;
use risk::RiskDecision;
use serde::Serialize;
use std::collections::BTreeMap;
use trade::Debit;
use utoipa::ToSchema;

/// Columns that are yes or no.
const YES_OR_NO: [&str; 4] = ["by_cancel", "closed", "credit_off", "finish"];

/// Something that happened to an order, or is to happen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsEvent {
    #[schema(format = DateTime)]
    pub(super) at: String,
    /// Whether it is still to come.
    pub(super) planned: bool,
    /// What kind of row tells it, as `order`, `posting` or `risk`.
    pub(super) kind: &'static str,
    /// The kind and what happened: the key of words for people.
    pub(super) title: String,
    /// The table and the slot of the row, and its number.
    table: &'static str,
    slot: u8,
    no: String,
    /// What the row says, by name; yes and no are `true` and `false`. A row is told as it is today, so that the latest
    /// event of a row that has happened has them, and its earlier ones have none.
    #[schema(value_type = Object)]
    pub(super) fields: BTreeMap<&'static str, String>,
    /// The rules that spoke, where risk did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) rules: Vec<OpsRule>,
    /// What the payer was told, in Chinese.
    pub(super) reason_zh: Option<String>,
    /// The same in English.
    pub(super) reason_en: Option<String>,
    /// The lines of a posting.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<OpsLine>,
}

/// A rule that spoke of a payment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsRule {
    pub(super) id: String,
    /// `fired`, `shadow` (only watched) or `failed` (could not be evaluated).
    pub(super) part: &'static str,
    /// Its condition; absent when the version is not kept, or its text has no such rule.
    pub(super) text: Option<String>,
}

/// A line of a posting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsLine {
    account_id: String,
    account_kind: Option<&'static str>,
    owner: Option<String>,
    /// `debit` or `credit`.
    side: &'static str,
    amount: String,
    balance_after: String,
}

impl OpsLine {
    pub(super) fn of(posting: &Posting, entry: &Entry) -> OpsLine {
        OpsLine {
            account_id: entry.account.to_string(),
            account_kind: entry.account.kind().map(|kind| kind.as_str()),
            owner: entry.account.owner().map(|owner| owner.to_string()),
            side: entry.side.as_str(),
            amount: posting.amount(entry).to_string(),
            balance_after: signed_text(i128::from(entry.balance_after_minor), posting.currency),
        }
    }
}

/// What a column holds.
enum Cell {
    Nothing,
    Number(i64),
    Text(String),
    Bytes,
}

/// Takes the columns of a row.
#[derive(Default)]
struct Cells(Vec<Cell>);

impl Sink for Cells {
    fn null(&mut self) {
        self.0.push(Cell::Nothing);
    }
    fn int(&mut self, value: i64) {
        self.0.push(Cell::Number(value));
    }
    fn text(&mut self, value: &str) {
        self.0.push(Cell::Text(value.to_owned()));
    }
    fn blob(&mut self, _: &[u8]) {
        self.0.push(Cell::Bytes);
    }
}

/// A row with the names of its columns.
struct Named {
    table: Table,
    currency: Currency,
    cells: Cells,
}

impl Named {
    /// The row; its amounts are of its own currency, or of `currency` when it names none.
    fn of(row: &Row, currency: Currency) -> Named {
        let mut named = Named { table: row.table(), currency, cells: Cells::default() };
        row.write(&mut named.cells);
        if let Some(Cell::Text(code)) = named.cell("currency") {
            // It is stored as its code in small letters.
            named.currency = Currency::from_code(&code.to_uppercase()).unwrap_or(currency);
        }
        named
    }

    fn cell(&self, name: &str) -> Option<&Cell> {
        let place = self.table.columns().iter().position(|column| column.name == name)?;
        self.cells.0.get(place)
    }

    /// A column as it is told; nothing when it is absent, or holds bytes.
    fn told(&self, name: &str) -> Option<String> {
        match self.cell(name)? {
            Cell::Nothing | Cell::Bytes => None,
            Cell::Text(text) => Some(text.clone()),
            Cell::Number(number) => Some(number_told(self.table, name, *number, self.currency)),
        }
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.cell(name)? {
            Cell::Number(number) => Some(*number),
            Cell::Nothing | Cell::Text(_) | Cell::Bytes => None,
        }
    }

    /// The number of the row: the last column of its key that says which of many it is.
    fn no(&self) -> String {
        let key = &self.table.columns()[..self.table.key_columns()];
        let told = key.iter().skip(1).rev().find_map(|column| self.told(column.name));
        told.unwrap_or_default()
    }
}

/// A number as people know it, by what its column is called.
fn number_told(table: Table, name: &str, number: i64, currency: Currency) -> String {
    let day = |number: i64| u32::try_from(number).ok().and_then(Day::from_number).map(|day| day.to_string());
    let found = match name {
        "no" => match table {
            Table::Order | Table::Trade => OrderNo::from_number(number).map(|no| no.to_string()),
            Table::BankOrder | Table::Settlement => BankOrderNo::from_number(number).map(|no| no.to_string()),
            Table::Notice => NoticeNo::from_number(number).map(|no| no.to_string()),
            Table::Hold => HoldNo::from_number(number).map(|no| no.to_string()),
            Table::Timer => TimerNo::from_number(number).map(|no| no.to_string()),
            Table::Freeze => FreezeNo::from_number(number).map(|no| no.to_string()),
            Table::FreezeOperation => OperationNo::from_number(number).map(|no| no.to_string()),
            _ => None,
        },
        "order_no" | "about" => OrderNo::from_number(number).map(|no| no.to_string()),
        "bank_order" | "last_try" => BankOrderNo::from_number(number).map(|no| no.to_string()),
        "freeze" => FreezeNo::from_number(number).map(|no| no.to_string()),
        "agreement_no" => AgreementNo::from_number(number).map(|no| no.to_string()),
        "card" => CardNo::from_number(number).map(|no| no.to_string()),
        "account" => AccountId::from_number(number).map(|id| id.to_string()),
        "day" | "sold_on" | "settled_with" => day(number),
        name if YES_OR_NO.contains(&name) => Some((number != 0).to_string()),
        name if name.ends_with("_minor") => Some(signed_text(i128::from(number), currency)),
        name if name.ends_with("_us") => Some(moment(number)),
        _ => None,
    };
    found.unwrap_or_else(|| number.to_string())
}

/// The events of a row, each with its moment (microseconds UTC); none when its table is not told. What the row says
/// today is told with the latest of them alone: of an earlier moment it may not have been true.
pub(super) fn events(row: &Row, currency: Currency, now_us: i64) -> Vec<(i64, OpsEvent)> {
    let Some(shape) = shape_of(row.table()) else { return Vec::new() };
    let named = Named::of(row, currency);
    let told = shape.fields.iter().filter_map(|name| Some((field_name(name), named.told(name)?)));
    let fields: BTreeMap<&'static str, String> = told.collect();
    let mut found: Vec<(i64, OpsEvent)> = Vec::new();
    for (column, what) in shape.moments {
        let Some(at_us) = named.number(column) else { continue };
        let (words, planned) = match what {
            // What a timer does is still to come as long as there is one.
            What::Says(column) => (named.told(column).unwrap_or_default(), shape.table == Table::Timer),
            What::Word(word) => ((*word).to_owned(), false),
            What::Planned(_) if at_us <= now_us => continue,
            What::Planned(word) => ((*word).to_owned(), true),
        };
        found.push((at_us, event(shape, &named, (at_us, planned), &words)));
    }
    // Of a row that only plans, as a timer does, the plan has them.
    if let Some((_, latest)) = found.iter_mut().max_by_key(|(at_us, event)| (!event.planned, *at_us)) {
        latest.fields = fields;
    }
    found
}

/// A field is called as its column, without the unit that its text has lost.
fn field_name(column: &'static str) -> &'static str {
    column.strip_suffix("_minor").or_else(|| column.strip_suffix("_us")).unwrap_or(column)
}

fn event(shape: &Shape, named: &Named, (at_us, planned): (i64, bool), words: &str) -> OpsEvent {
    OpsEvent {
        at: moment(at_us),
        planned,
        kind: shape.kind,
        title: format!("{}.{words}", shape.kind),
        table: named.table.name(),
        slot: slot_of(named),
        no: named.no(),
        fields: BTreeMap::new(),
        rules: Vec::new(),
        reason_zh: None,
        reason_en: None,
        lines: Vec::new(),
    }
}

fn slot_of(named: &Named) -> u8 {
    named.number("slot").and_then(|slot| u8::try_from(slot).ok()).unwrap_or_default()
}

/// A posting with all its lines.
pub(super) fn posting_event(posting: &Posting) -> (i64, OpsEvent) {
    let at_us = posting.no.at_us();
    let mut fields = BTreeMap::from([("currency", posting.currency.code().to_owned())]);
    if let Some(day) = Day::from_number(posting.business_date) {
        fields.insert("business_date", day.to_string());
    }
    let event = OpsEvent {
        at: moment(at_us),
        planned: false,
        kind: "posting",
        title: format!("posting.{}", posting.kind.as_str()),
        table: Table::Posting.name(),
        slot: posting.slot.number(),
        no: posting.no.to_string(),
        fields,
        rules: Vec::new(),
        reason_zh: None,
        reason_en: None,
        lines: posting.entries().map(|entry| OpsLine::of(posting, entry)).collect(),
    };
    (at_us, event)
}

/// That an order was debited by an agreement, at the moment when it was opened (microseconds UTC).
pub(super) fn debit_event(debit: &Debit, at_us: i64) -> (i64, OpsEvent) {
    let event = OpsEvent {
        at: moment(at_us),
        planned: false,
        kind: "debit",
        title: "debit.by_agreement".to_owned(),
        table: Table::Debit.name(),
        slot: debit.slot.number(),
        no: debit.order_no.to_string(),
        fields: BTreeMap::from([("agreement_no", debit.agreement_no.to_string())]),
        rules: Vec::new(),
        reason_zh: None,
        reason_en: None,
        lines: Vec::new(),
    };
    (at_us, event)
}

/// What risk rules said of a payment, with the facts; the conditions are those of `conditions`, by id.
pub(super) fn risk_event(found: &RiskDecision, conditions: &BTreeMap<String, String>) -> (i64, OpsEvent) {
    let part = |ids: &str, part: &'static str| {
        let ids = ids.split(' ').filter(|id| !id.is_empty());
        let rule = |id: &str| OpsRule { id: id.to_owned(), part, text: conditions.get(id).cloned() };
        ids.map(rule).collect::<Vec<_>>()
    };
    let mut rules = part(found.fired.as_str(), "fired");
    rules.extend(part(found.shadow.as_str(), "shadow"));
    rules.extend(part(found.failed.as_str(), "failed"));
    let fields = BTreeMap::from([
        ("party", found.party.to_string()),
        ("version", found.version.to_string()),
        ("verdict", found.verdict.word().to_owned()),
        ("outcome", found.outcome.as_str().to_owned()),
        ("facts", found.facts.to_string()),
    ]);
    let event = OpsEvent {
        at: moment(found.at_us),
        planned: false,
        kind: "risk",
        title: format!("risk.{}", found.outcome.as_str()),
        table: Table::RiskDecision.name(),
        slot: found.slot.number(),
        no: found.no.to_string(),
        fields,
        rules,
        reason_zh: found.reason_zh.as_ref().map(ToString::to_string),
        reason_en: found.reason_en.as_ref().map(ToString::to_string),
        lines: Vec::new(),
    };
    (found.at_us, event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Stamp, Text};
    use money::Money;
    use std::sync::Arc;
    use trade::{Refund, RefundState, Timer, TimerTask};

    const NOON_US: i64 = 1_767_326_400_000_000;

    fn order_no() -> OrderNo {
        OrderNo::of(Stamp { at_us: NOON_US, seq: 1 }, Slot::PLATFORM)
    }

    #[test]
    fn a_row_is_told_with_its_amounts_and_without_what_is_not_listed() {
        let fen = |units| Money::from_minor(units, Currency::Cny).unwrap().minor();
        let row = Refund {
            slot: Slot::PLATFORM,
            order_no: order_no(),
            out_request_no: Text::new("R-1").unwrap(),
            state: RefundState::Done,
            currency: Currency::Cny,
            amount_minor: fen(1_050),
            fee_back_minor: fen(6),
            refunded_after_minor: fen(1_050),
            reason: None,
            by_cancel: true,
            at_us: NOON_US,
        };
        let told = events(&Row::Refund(Arc::new(row)), Currency::Jpy, NOON_US);
        let [(at_us, event)] = &told[..] else { panic!("{told:?}") };
        assert_eq!((*at_us, event.title.as_str(), event.planned), (NOON_US, "refund.done", false));
        assert_eq!((event.table, event.no.as_str()), ("refund", "R-1"));
        let field = |name: &str| event.fields.get(name).map(String::as_str);
        assert_eq!(
            (field("amount"), field("by_cancel"), field("reason")),
            (Some("10.50"), Some("true"), None)
        );
        assert_eq!(field("slot"), None);
    }

    #[test]
    fn what_is_still_to_come_is_told_as_planned() {
        let row = Timer {
            slot: Slot::PLATFORM,
            due_at_us: NOON_US + 5,
            no: TimerNo::of(Stamp { at_us: NOON_US, seq: 1 }, Slot::PLATFORM),
            task: TimerTask::ExpireOrder,
            order_no: Some(order_no()),
            code: None,
            party: None,
            attempt: None,
        };
        let told = events(&Row::Timer(Arc::new(row)), Currency::Cny, NOON_US);
        let told: Vec<_> = told.iter().map(|(_, event)| (event.title.as_str(), event.planned)).collect();
        assert_eq!(told, [("timer.expire_order", true)]);
    }
}
