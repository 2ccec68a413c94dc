//! `tongbao party|app|order|account show|list`: reads the posted tables of a live or stopped folder, and never writes.

use crate::books::Books;
use crate::cli::{FormArgs, ShowCommand};
use crate::data_folder::DataFolder;
use crate::fields::{self, Shows};
use crate::print;
use anyhow::{Context, anyhow, bail};
use base::{AppId, OrderNo, PartyId, Slot, Text};
use engine::{Key, Row, Table};
use ledger::AccountId;
use people::{LoginName, PartyKind};
use serde_json::Value;
use store::Reader;

/// Rows read at once.
const PAGE: usize = 500;
/// Columns between two columns.
const GAP: usize = 2;

/// Letters that take two columns: the wide blocks of Unicode's East Asian Width that names and subjects use.
const WIDE: [(char, char); 8] = [
    ('\u{1100}', '\u{115f}'),
    ('\u{2e80}', '\u{a4cf}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{fe6f}'),
    ('\u{ff00}', '\u{ff60}'),
    ('\u{1f300}', '\u{1faff}'),
    ('\u{20000}', '\u{3fffd}'),
];

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Party,
    App,
    Order,
    Account,
}

/// Shows or lists.
pub(crate) fn run(kind: Kind, command: ShowCommand) -> anyhow::Result<()> {
    match command {
        ShowCommand::Show { which, form } => {
            let mut reader = open(&form)?;
            let row = find(&mut *reader, kind, &which)?;
            let fields = fields_of(&row);
            print::out(&if form.json { pretty(&fields::object(&fields))? } else { sheet(&fields) })
        }
        ShowCommand::List { of, limit, form } => {
            let mut reader = open(&form)?;
            let of = of.map(|text| party(&mut *reader, &text)).transpose()?;
            let rows: Vec<_> = list(&mut *reader, kind, of, limit)?.iter().map(fields_of).collect();
            let shown = if form.json {
                pretty(&Value::Array(rows.iter().map(|fields| fields::object(fields)).collect()))?
            } else {
                table(&rows)
            };
            print::out(&shown)
        }
    }
}

fn open(form: &FormArgs) -> anyhow::Result<Box<dyn Reader>> {
    let folder = DataFolder::look(&form.folder.data)?;
    Books::of(&folder)?.reader()
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}

fn fields_of(row: &Row) -> Vec<Shows> {
    match row {
        Row::Party(row) => fields::party(row),
        Row::App(row) => fields::app(row),
        Row::Order(row) => fields::order(row),
        Row::Account(row) => fields::account(row),
        _ => Vec::new(),
    }
}

fn find(reader: &mut dyn Reader, kind: Kind, which: &str) -> anyhow::Result<Row> {
    let key = match kind {
        Kind::Party => {
            let id = party(reader, which)?;
            Some(Key::Party((id.slot(), id)))
        }
        Kind::App => {
            let id: AppId = which.parse()?;
            Some(Key::App((id.slot(), id)))
        }
        Kind::Account => Some(account_key(reader, which)?),
        Kind::Order => order_key(reader, which)?,
    };
    let found = key.map(|key| reader.row(&key)).transpose()?.flatten();
    found.ok_or_else(|| anyhow!("there is no {} {which}", word(kind)))
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Party => "party",
        Kind::App => "app",
        Kind::Order => "order",
        Kind::Account => "account",
    }
}

/// By id, or by the name it signs in with.
fn party(reader: &mut dyn Reader, which: &str) -> anyhow::Result<PartyId> {
    if let Ok(id) = which.parse() {
        return Ok(id);
    }
    let login = LoginName::new(&which.to_lowercase()).context("a party is named by its id or its login")?;
    match reader.row(&Key::Login((Slot::of_text(login.as_str()), login)))? {
        Some(Row::Login(login)) => Ok(login.party),
        _ => bail!("there is no party {which}"),
    }
}

/// By number, or by its owner's id or login: the balance in yuan.
fn account_key(reader: &mut dyn Reader, which: &str) -> anyhow::Result<Key> {
    if which.len() == AccountId::from_number(0).map_or(0, |id| id.to_string().len())
        && let Some(id) = which.parse().ok().and_then(AccountId::from_number)
    {
        return Ok(Key::Account((id.slot(), id)));
    }
    let owner = party(reader, which)?;
    let id = AccountId::of(owner, ledger::AccountKind::Balance, money::Currency::Cny);
    Ok(Key::Account((owner.slot(), id)))
}

/// By our number, or by the merchant's if only one merchant has used it.
fn order_key(reader: &mut dyn Reader, which: &str) -> anyhow::Result<Option<Key>> {
    if let Ok(no) = which.parse::<OrderNo>()
        && reader.row(&Key::Order((no.slot(), no)))?.is_some()
    {
        return Ok(Some(Key::Order((no.slot(), no))));
    }
    let out_trade_no =
        Text::new(which).context("an order is named by its trade number or the merchant's number")?;
    let mut found = None;
    // There are few merchants beside orders, and each may have one of this number.
    let is_merchant = |row: &Row| matches!(row, Row::Party(party) if party.kind == PartyKind::Merchant);
    for seller in all(reader, Table::Party, usize::MAX, &is_merchant)? {
        let Row::Party(seller) = seller else { continue };
        let key = Key::OrderNumber((seller.slot, seller.id, out_trade_no.clone()));
        if let Some(Row::OrderNumber(number)) = reader.row(&key)? {
            if found.is_some() {
                bail!("several merchants have an order {which}; name it by its trade number");
            }
            found = Some(Key::Order((number.slot, number.no)));
        }
    }
    Ok(found)
}

fn list(reader: &mut dyn Reader, kind: Kind, of: Option<PartyId>, limit: usize) -> anyhow::Result<Vec<Row>> {
    let belongs = |row: &Row| {
        let owner = match row {
            Row::Party(row) => row.id,
            Row::App(row) => row.seller,
            Row::Account(row) => row.owner,
            _ => return false,
        };
        of.is_none_or(|of| of == owner)
    };
    match kind {
        Kind::Party => all(reader, Table::Party, limit, &belongs),
        Kind::App => all(reader, Table::App, limit, &belongs),
        Kind::Account => all(reader, Table::Account, limit, &belongs),
        Kind::Order => Ok(reader.orders(of, None, limit)?.into_iter().map(Row::Order).collect()),
    }
}

/// Up to `limit` rows of a table that are wanted, in key order.
fn all(
    reader: &mut dyn Reader,
    table: Table,
    limit: usize,
    wanted: &dyn Fn(&Row) -> bool,
) -> anyhow::Result<Vec<Row>> {
    let (mut rows, mut after) = (Vec::new(), None);
    while rows.len() < limit {
        let page = reader.scan(table, None, after.as_ref(), PAGE)?;
        after = page.last().map(Row::key);
        let short = page.len() < PAGE;
        rows.extend(page.into_iter().filter(|row| wanted(row)));
        if short {
            break;
        }
    }
    rows.truncate(limit);
    Ok(rows)
}

/// One row as lines of name and value.
fn sheet(fields: &[Shows]) -> String {
    let wide = fields.iter().map(|field| field.name.len()).max().unwrap_or(0) + GAP;
    let lines: Vec<_> =
        fields.iter().map(|field| format!("{:<wide$}{}", field.name, field.value.for_people())).collect();
    lines.join("\n")
}

/// Many rows under one head.
fn table(rows: &[Vec<Shows>]) -> String {
    let Some(first) = rows.first() else { return "(none)".to_owned() };
    let head = first.iter().filter(|field| field.brief).map(|field| field.name.to_owned()).collect();
    let body = rows
        .iter()
        .map(|row| row.iter().filter(|field| field.brief).map(|field| field.value.for_people()).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
    let mut wide = vec![0; lines[0].len()];
    for line in &lines {
        for (wide, text) in wide.iter_mut().zip(line) {
            *wide = columns(text).max(*wide);
        }
    }
    let line = |texts: &Vec<String>| {
        let padding = |text: &str, wide: usize| " ".repeat(wide + GAP - columns(text));
        let padded = texts.iter().zip(&wide).map(|(text, wide)| format!("{text}{}", padding(text, *wide)));
        padded.collect::<String>().trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Columns of a terminal that a text takes: CJK letters take two.
fn columns(text: &str) -> usize {
    let is_wide = |letter: char| WIDE.iter().any(|(first, last)| (*first..=*last).contains(&letter));
    text.chars().map(|letter| if is_wide(letter) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Shown;

    #[test]
    fn tables_are_aligned_also_with_chinese_names() {
        let row = |name: &str, id: &str| {
            let field = |name, text: &str, brief| Shows { name, value: Shown::Text(text.to_owned()), brief };
            vec![field("name", name, true), field("hidden", "x", false), field("id", id, true)]
        };
        let shown = table(&[row("演示", "1"), row("abcde", "2")]);
        assert_eq!(shown, "name   id\n演示   1\nabcde  2");
        assert_eq!(table(&[]), "(none)");
    }
}
