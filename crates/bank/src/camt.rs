//! A statement as ISO 20022 `camt.053.001.08`, the form of bank statements between machines.

use crate::order::CURRENCY;
use crate::sheet::yuan;
use crate::statement::{Line, Statement};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io::Error;

/// The message's name space.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

type Xml = Writer<Vec<u8>>;

/// Prints a statement.
pub(crate) fn camt053(statement: &Statement) -> Result<String, Error> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("Document")
        .with_attribute(("xmlns", NAMESPACE))
        .write_inner_content(|xml| inside(xml, "BkToCstmrStmt", |xml| message(xml, statement)))?;
    let mut text = String::from_utf8(xml.into_inner()).map_err(Error::other)?;
    if statement.is_cut {
        // Every character of ours is one byte.
        text.truncate(text.len() / 2);
    }
    Ok(text)
}

fn message(xml: &mut Xml, statement: &Statement) -> Result<(), Error> {
    let made_at = moment(statement.day.plus_days(1).begins_at_us());
    let id = format!("{}-{}", statement.account, statement.day.to_string().replace('-', ""));
    inside(xml, "GrpHdr", |xml| {
        leaf(xml, "MsgId", &id)?;
        leaf(xml, "CreDtTm", &made_at)
    })?;
    inside(xml, "Stmt", |xml| {
        leaf(xml, "Id", &id)?;
        leaf(xml, "CreDtTm", &made_at)?;
        inside(xml, "Acct", |xml| {
            inside(xml, "Id", |xml| inside(xml, "Othr", |xml| leaf(xml, "Id", &statement.account)))?;
            leaf(xml, "Ccy", CURRENCY)
        })?;
        balance(xml, "OPBD", statement.opening_minor, statement)?;
        balance(xml, "CLBD", statement.closing_minor, statement)?;
        inside(xml, "TxsSummry", |xml| {
            inside(xml, "TtlNtries", |xml| leaf(xml, "NbOfNtries", &statement.lines.len().to_string()))
        })?;
        statement.lines.iter().try_for_each(|line| entry(xml, line))
    })
}

fn balance(xml: &mut Xml, code: &str, minor: i64, statement: &Statement) -> Result<(), Error> {
    inside(xml, "Bal", |xml| {
        inside(xml, "Tp", |xml| inside(xml, "CdOrPrtry", |xml| leaf(xml, "Cd", code)))?;
        amount(xml, minor.saturating_abs(), CURRENCY)?;
        leaf(xml, "CdtDbtInd", sign(minor >= 0))?;
        inside(xml, "Dt", |xml| leaf(xml, "Dt", &statement.day.to_string()))
    })
}

fn entry(xml: &mut Xml, line: &Line) -> Result<(), Error> {
    inside(xml, "Ntry", |xml| {
        leaf(xml, "NtryRef", &line.serial.to_string())?;
        amount(xml, line.amount_minor, &line.currency)?;
        leaf(xml, "CdtDbtInd", sign(line.is_credit))?;
        inside(xml, "Sts", |xml| leaf(xml, "Cd", "BOOK"))?;
        inside(xml, "BookgDt", |xml| leaf(xml, "DtTm", &moment(line.booked_at_us)))?;
        inside(xml, "ValDt", |xml| leaf(xml, "Dt", &line.value_day))?;
        leaf(xml, "AcctSvcrRef", &line.reference)?;
        inside(xml, "BkTxCd", |xml| {
            inside(xml, "Prtry", |xml| leaf(xml, "Cd", if line.is_credit { "IN" } else { "OUT" }))
        })?;
        if line.order_key.is_empty() {
            return Ok(());
        }
        inside(xml, "NtryDtls", |xml| {
            inside(xml, "TxDtls", |xml| inside(xml, "Refs", |xml| leaf(xml, "EndToEndId", &line.order_key)))
        })
    })
}

fn amount(xml: &mut Xml, minor: i64, currency: &str) -> Result<(), Error> {
    let text = yuan(minor);
    xml.create_element("Amt").with_attribute(("Ccy", currency)).write_text_content(BytesText::new(&text))?;
    Ok(())
}

fn leaf(xml: &mut Xml, name: &str, text: &str) -> Result<(), Error> {
    xml.create_element(name).write_text_content(BytesText::new(text))?;
    Ok(())
}

fn inside(
    xml: &mut Xml,
    name: &str,
    content: impl FnOnce(&mut Xml) -> Result<(), Error>,
) -> Result<(), Error> {
    xml.create_element(name).write_inner_content(content)?;
    Ok(())
}

const fn sign(is_credit: bool) -> &'static str {
    if is_credit { "CRDT" } else { "DBIT" }
}

/// A moment in China with its offset, as the message's schema wants it.
fn moment(at_us: i64) -> String {
    format!("{}+08:00", base::china_moment(at_us).replace(' ', "T"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::sample;

    #[test]
    fn a_statement_is_printed_with_balances_and_entries() {
        let text = camt053(&sample()).unwrap();
        for part in [
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">",
            "<Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">0.05</Amt><CdtDbtInd>DBIT</CdtDbtInd>",
            "<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">99.90</Amt><CdtDbtInd>CRDT</CdtDbtInd>",
            "<NbOfNtries>2</NbOfNtries>",
            "<NtryRef>1</NtryRef><Amt Ccy=\"CNY\">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>",
            "<BookgDt><DtTm>2026-01-02T12:00:00+08:00</DtTm></BookgDt><ValDt><Dt>2026-01-02</Dt></ValDt>",
            "<AcctSvcrRef>B202601020000000002</AcctSvcrRef>",
            "<EndToEndId>K2</EndToEndId>",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(text.ends_with("</Document>"));
        let cut = camt053(&Statement { is_cut: true, ..sample() }).unwrap();
        assert!(text.starts_with(&cut) && !cut.ends_with("</Document>"));
    }
}
