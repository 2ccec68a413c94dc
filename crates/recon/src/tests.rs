//! Files from outside: read whole, or refused with the reason.

use crate::file::amount;
use crate::{FILE_BYTES_MAX, FileError, Statement, read};
use aws_lc_rs::digest::{SHA256, digest};
use money::Currency;
use proptest::prelude::*;

const HEAD: &str = "tongbao-bank-statement-1,TB01,2026-01-02,CNY,-0.05,99.90\n";
const COLUMNS: &str = "serial,value_date,booked_at,order_key,reference,direction,amount,currency\n";
const FIRST: &str = "1,2026-01-02,2026-01-02 12:00:00,K1,R1,credit,100.00,CNY\n";
const SECOND: &str = "2,2026-01-01,2026-01-02 12:00:00,,R2,debit,0.05,CNY\n";

/// With a right foot.
fn footed(before: &str, lines: usize) -> String {
    format!("{before}end,{lines},{}\n", hex::encode(digest(&SHA256, before.as_bytes())))
}

fn sheet(head: &str, lines: &[&str]) -> String {
    footed(&format!("{head}{COLUMNS}{}", lines.concat()), lines.len())
}

fn good() -> String {
    sheet(HEAD, &[FIRST, SECOND])
}

const XML_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>"#;
const XML_FOOT: &str = "</Stmt></BkToCstmrStmt></Document>";

fn xml_balances(opening: &str, closing: &str) -> String {
    let balance = |code: &str, amount: &str| {
        let (sign, digits) = amount.strip_prefix('-').map_or(("CRDT", amount), |digits| ("DBIT", digits));
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{digits}</Amt>\
             <CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-01-02</Dt></Dt></Bal>"
        )
    };
    let account = "<Acct><Id><Othr><Id>TB01</Id></Othr></Id><Ccy>CNY</Ccy></Acct>";
    format!("{account}{}{}", balance("OPBD", opening), balance("CLBD", closing))
}

fn xml_entry(serial: u32, key: &str, reference: &str, sign: &str, amount: &str, value: &str) -> String {
    let details = if key.is_empty() {
        String::new()
    } else {
        format!("<NtryDtls><TxDtls><Refs><EndToEndId>{key}</EndToEndId></Refs></TxDtls></NtryDtls>")
    };
    format!(
        "<Ntry>\n <NtryRef>{serial}</NtryRef><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>{value}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>\
         {details}</Ntry>"
    )
}

fn xml() -> String {
    let entries = [
        xml_entry(1, "K1", "R1", "CRDT", "100.00", "2026-01-02"),
        xml_entry(2, "", "R2", "DBIT", "0.05", "2026-01-01"),
    ];
    format!("{XML_HEAD}{}{}{XML_FOOT}", xml_balances("-0.05", "99.90"), entries.concat())
}

fn refused(text: &str) -> FileError {
    read(text.as_bytes()).unwrap_err()
}

#[test]
fn both_forms_say_the_same() {
    let statement: Statement = read(good().as_bytes()).unwrap();
    assert_eq!((statement.opening_minor, statement.closing_minor), (-5, 9_990));
    assert_eq!((statement.lines.len(), statement.lines[0].signed_minor()), (2, 10_000));
    assert_eq!((statement.lines[1].order_key.as_str(), statement.lines[1].signed_minor()), ("", -5));
    assert_eq!(statement.lines[1].value_day.to_string(), "2026-01-01");
    assert_eq!(read(xml().as_bytes()).unwrap(), statement);
    assert_eq!(read(sheet(HEAD, &[SECOND, FIRST]).as_bytes()).unwrap(), statement, "in any order");
}

#[test]
fn every_cut_of_a_file_is_refused() {
    for text in [good(), xml()] {
        for length in 0..text.len() {
            assert!(read(&text.as_bytes()[..length]).is_err(), "{length} of {}", text.len());
        }
    }
    let cut = &good()[..150];
    assert!(matches!(refused(cut), FileError::Cut(_)), "{cut}");
    assert!(matches!(refused(&xml()[..300]), FileError::Cut(_)));
}

#[test]
fn a_changed_byte_is_refused_by_the_checksum() {
    assert_eq!(refused(&good().replacen("100.00", "100.01", 1)), FileError::ChecksumWrong);
    assert_eq!(refused(&good().replacen("K1", "K2", 1)), FileError::ChecksumWrong);
}

#[test]
fn wrong_sheets_are_refused_by_name_and_place() {
    let line = |line, field| FileError::Field { line, field };
    let first = |from: &str, to: &str| refused(&sheet(HEAD, &[&FIRST.replacen(from, to, 1), SECOND]));
    assert_eq!(refused(""), FileError::FormUnknown);
    assert_eq!(refused("serial,amount\n1,2\n"), FileError::FormUnknown);
    assert_eq!(read(b"\xff\xfe").unwrap_err(), FileError::NotText);
    assert_eq!(first("100.00", "-100.00"), FileError::AmountNotPositive { line: 1 });
    assert_eq!(first("100.00", "0.00"), FileError::AmountNotPositive { line: 1 });
    assert_eq!(first("100.00", "1e2"), line(1, "amount"));
    assert_eq!(first("100.00", "100.001"), line(1, "amount"));
    assert_eq!(first("CNY", "XXX"), line(1, "currency"));
    assert_eq!(first("credit", "Credit"), line(1, "direction"));
    assert_eq!(first("R1", ""), line(1, "reference"));
    assert_eq!(first("2026-01-02", "2026-02-30"), line(1, "value date"));
    assert_eq!(first("K1", &"k".repeat(65)), line(1, "order key"));
    assert_eq!(first("K1", "K,1"), line(1, "row"));
    assert_eq!(first("1,", "2,"), FileError::Serials { lines: 2 });
    assert_eq!(first("1,", "3,"), FileError::Serials { lines: 2 });
    assert_eq!(first("1,", "x,"), line(1, "serial"));
    assert_eq!(first("100.00", "100.01"), FileError::Sum);
    assert_eq!(refused(&sheet(HEAD, &[FIRST])), FileError::Sum);
    assert_eq!(refused(&sheet(&HEAD.replace("CNY", "USD"), &[])), FileError::AccountCurrency);
    assert_eq!(refused(&sheet(&HEAD.replace("TB01", ""), &[])), line(0, "account"));
    let before = format!("{HEAD}{COLUMNS}{FIRST}{SECOND}");
    assert_eq!(refused(&footed(&before, 3)), FileError::Count { said: 3, found: 2 });
    assert_eq!(refused(&footed(&before.replacen("serial", "number", 1), 2)), line(0, "columns"));
}

#[test]
fn another_currency_in_a_line_is_no_error_and_no_part_of_the_balance() {
    let head = HEAD.replace("99.90", "99.95");
    let statement = read(sheet(&head, &[FIRST, &SECOND.replace("CNY", "USD")]).as_bytes()).unwrap();
    assert_eq!(statement.lines[1].amount.currency(), Currency::Usd);
}

/// A text that is not taken as it stands would change what the line means, and nobody would know.
#[test]
fn a_text_that_cannot_be_taken_whole_refuses_the_message() {
    let line = |line, field| FileError::Field { line, field };
    let key = |with: &str| xml().replacen("<EndToEndId>K1", &format!("<EndToEndId>{with}"), 1);
    assert_eq!(refused(&key("<![CDATA[K1]]>")), line(1, "a text"));
    assert_eq!(refused(&key(&"K".repeat(257))), line(1, "a text"));
    let account = xml().replacen("TB01", "<![CDATA[TB01]]>", 1);
    assert_eq!(refused(&account), line(0, "a text"));
    let note = format!("<AddtlNtryInf><![CDATA[a]]>{}</AddtlNtryInf></Ntry>", "b".repeat(300));
    read(xml().replacen("</Ntry>", &note, 1).as_bytes()).unwrap();
}

/// Strangers write what they like into a payment, and banks print it as it has to be printed.
#[test]
fn the_five_signs_that_every_message_may_name_are_read_as_they_are_meant() {
    let key = |with: &str| xml().replacen("<EndToEndId>K1", &format!("<EndToEndId>{with}"), 1);
    let read = read(key("A&amp;B &lt;&gt;&quot;&apos;").as_bytes()).unwrap();
    assert_eq!(read.lines[0].order_key.as_str(), "A&B <>\"'");
    let by_number = xml().replacen("<EndToEndId>K1", "<EndToEndId>A&#38;&#x42;", 1);
    assert_eq!(super::read(by_number.as_bytes()).unwrap().lines[0].order_key.as_str(), "A&B");
    for other in ["&nbsp;", "&a;", "&AMP;"] {
        assert_eq!(refused(&key(other)), FileError::Entities, "{other}");
    }
    assert_eq!(refused(&xml().replacen("<Document", "&amp;<Document", 1)), FileError::Malformed);
}

/// An element inside of a text would leave half of the text standing.
#[test]
fn a_text_with_an_element_inside_is_refused() {
    let key = |with: &str| xml().replacen("<EndToEndId>K1", &format!("<EndToEndId>{with}"), 1);
    for inside in ["9<a>x</a>K1", "9<a/>K1", "K1<a></a>"] {
        assert_eq!(refused(&key(inside)), FileError::Field { line: 1, field: "a text" }, "{inside}");
    }
    assert_eq!(refused(&key("&#0;K1")), FileError::Malformed);
}

#[test]
fn an_entry_of_several_payments_is_refused() {
    let twice = xml().replacen(
        "</NtryDtls>",
        "<TxDtls><Refs><EndToEndId>K2</EndToEndId></Refs></TxDtls></NtryDtls>",
        1,
    );
    assert_eq!(refused(&twice), FileError::Field { line: 1, field: "a second TxDtls" });
    let second = xml().replacen("</Ntry>", "<NtryDtls><TxDtls></TxDtls></NtryDtls></Ntry>", 1);
    assert_eq!(refused(&second), FileError::Field { line: 1, field: "a second TxDtls" });
}

#[test]
fn wrong_messages_are_refused() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    assert_eq!(refused(&format!("{bomb}{}", &xml()[38..])), FileError::Entities);
    assert_eq!(refused(&xml().replacen("TB01", "&a;", 1)), FileError::Entities);
    assert_eq!(refused(&xml().replacen("camt.053.001.08", "camt.053.001.02", 1)), FileError::FormUnknown);
    assert_eq!(refused("<html></html>"), FileError::FormUnknown);
    let deep = format!("{XML_HEAD}{}", "<a>".repeat(100));
    assert_eq!(refused(&deep), FileError::Malformed);
    let twice = format!("{XML_HEAD}{}</Stmt><Stmt>{XML_FOOT}", xml_balances("0.00", "0.00"));
    assert_eq!(refused(&twice), FileError::Field { line: 0, field: "a second statement" });
    assert_eq!(refused(&xml().replacen("BOOK", "PDNG", 1)), FileError::Field { line: 1, field: "status" });
    assert_eq!(
        refused(&xml().replacen(">100.00<", ">-100.00<", 1)),
        FileError::AmountNotPositive { line: 1 }
    );
    assert_eq!(refused(&xml().replacen("99.90", "99.91", 1)), FileError::Sum);
    let counted = xml().replacen(
        "<Ntry>",
        "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries></TxsSummry><Ntry>",
        1,
    );
    assert_eq!(refused(&counted), FileError::Count { said: 3, found: 2 });
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_looked_at() {
    let bytes = vec![b'x'; usize::try_from(FILE_BYTES_MAX).unwrap() + 1];
    assert_eq!(read(&bytes), Err(FileError::TooLarge));
    assert!(amount("99999999999999.00", "CNY", 1).is_err());
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _read = read(&bytes);
    }

    #[test]
    fn no_change_of_a_good_file_breaks_the_reader(at in 0..2_000_usize, byte in any::<u8>(), is_xml in any::<bool>()) {
        let mut bytes = if is_xml { xml() } else { good() }.into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _read = read(&bytes);
    }
}
