//! Messages that are printed come back as they went; messages from outside are read whole or refused with the reason.

use crate::*;
use base::{Day, Text};
use money::{Currency, Money};
use proptest::prelude::*;

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

fn initiation(transfers: Vec<Transfer>) -> Initiation {
    Initiation {
        message_id: text("A7Q2W9X2026010200000001234567801234"),
        made_at_us: 1_767_326_400_000_000,
        execution_day: "2026-01-02".parse().unwrap(),
        payer: Payer {
            name: text("Tongbao & Partner <备付金>"),
            account: AccountId::iban("NL41MOCK0000000001").unwrap(),
            bank_code: Some(text("MOCKNL2A")),
        },
        transfers,
    }
}

fn transfer(key: &str, amount: Money) -> Transfer {
    Transfer {
        end_to_end_id: text(key),
        amount,
        payee: text("CARD 7894"),
        account: AccountId::other("123456789012345").unwrap(),
        clearing_member: Some(text("999999992")),
        note: None,
    }
}

#[test]
fn a_payment_is_asked_for_with_its_number_and_amount() {
    let printed = initiation(vec![transfer("K1", fen(10_001)), transfer("K2", fen(9))]).print().unwrap();
    for part in [
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>",
        "<MsgId>A7Q2W9X2026010200000001234567801234</MsgId><CreDtTm>2026-01-02T12:00:00+08:00</CreDtTm>",
        "<NbOfTxs>2</NbOfTxs><CtrlSum>100.10</CtrlSum>",
        "<Nm>Tongbao &amp; Partner &lt;备付金&gt;</Nm>",
        "<ReqdExctnDt><Dt>2026-01-02</Dt></ReqdExctnDt>",
        "<EndToEndId>K1</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"CNY\">100.01</InstdAmt></Amt>",
        "<InstdAmt Ccy=\"CNY\">0.09</InstdAmt>",
        "<MmbId>999999992</MmbId>",
        "<CdtrAcct><Id><Othr><Id>123456789012345</Id></Othr></Id></CdtrAcct>",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
    assert!(roxmltree::Document::parse(&printed).is_ok());
}

#[test]
fn what_a_bank_would_not_take_is_not_printed() {
    let dollars = Money::from_minor(5, Currency::Usd).unwrap();
    let refused = |change: &dyn Fn(&mut Initiation), because: PrintError| {
        let mut message = initiation(vec![transfer("K1", fen(1)), transfer("K2", fen(2))]);
        change(&mut message);
        assert_eq!(message.print(), Err(because));
    };
    refused(&|message| message.message_id = text("A_1"), PrintError::Identifier("MsgId"));
    refused(&|message| message.transfers.clear(), PrintError::Nothing);
    refused(&|message| message.transfers[1] = transfer("", fen(1)), PrintError::Identifier("EndToEndId"));
    refused(&|message| message.transfers[1] = transfer("K//2", fen(1)), PrintError::Identifier("EndToEndId"));
    refused(
        &|message| message.transfers[0].clearing_member = Some(text("a&b")),
        PrintError::Identifier("MmbId"),
    );
    refused(
        &|message| message.transfers[0].account = AccountId::other("账").unwrap(),
        PrintError::Identifier("CdtrAcct"),
    );
    refused(&|message| message.transfers[1] = transfer("K2", fen(0)), PrintError::Amount);
    refused(&|message| message.transfers[1] = transfer("K2", dollars), PrintError::Currencies);
    refused(&|message| message.transfers[1] = transfer("K1", fen(2)), PrintError::SameKey);
    refused(&|message| message.transfers[1] = transfer("K2", fen(100_000_000_000_000)), PrintError::Amount);
    for name in ["line\nbreak", "", " a", "\u{1}", "\u{ffff}"] {
        refused(&|message| message.payer.name = text(name), PrintError::Text("Nm"));
    }
}

const REPORT: &str = "<GrpHdr><MsgId>MB-1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>\
    <GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>M1</OrgnlPmtInfId>\
    <PmtInfSts>PART</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>K1</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>\
    <TxInfAndSts><OrgnlEndToEndId>K2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>\
    <AddtlInf>closed</AddtlInf></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>";

fn wrapped(message: &str, body: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{message}\">\
         <{body}>{content}</{body}></Document>"
    )
}

fn report(content: &str) -> Result<StatusReport, ReadError> {
    read_status_report(wrapped("pain.002.001.10", "CstmrPmtStsRpt", content).as_bytes())
}

#[test]
fn a_report_is_heard_for_the_payment_it_names_and_for_no_other() {
    let report = report(REPORT).unwrap();
    assert_eq!(report.word_on("M1", "K1"), Some((Status::Accepted, [].as_slice())));
    assert_eq!(report.word_on("M1", "K2"), Some((Status::Rejected, [text("AC04")].as_slice())));
    assert_eq!(report.word_on("M1", "K3"), None, "nothing is said of it");
    assert_eq!(report.word_on("M2", "K1"), None, "another message");
}

#[test]
fn every_status_is_heard_and_an_unknown_one_is_refused() {
    for status in Status::ALL {
        let said = REPORT.replace("ACCP", status.code());
        let expected = (status != Status::Partly).then_some(status);
        let heard = report(&said).unwrap();
        assert_eq!(heard.word_on("M1", "K1").map(|(status, _)| status), expected, "{status:?}");
    }
    assert_eq!(report(&REPORT.replace("ACCP", "OKAY")), Err(ReadError::Wrong("TxSts")));
}

#[test]
fn what_is_said_of_a_whole_is_said_of_its_parts() {
    let group = "<GrpHdr><MsgId>MB-1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>\
        <GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Prtry>DUPL</Prtry></Rsn></StsRsnInf></OrgnlGrpInfAndSts>";
    let word = |content: &str| report(content).unwrap().word_on("M1", "K1").map(|(status, _)| status);
    assert_eq!(word(group), Some(Status::Rejected));
    assert_eq!(report(group).unwrap().reasons, [text("DUPL")]);
    let batch = group.replace("<GrpSts>RJCT</GrpSts>", "").to_owned()
        + "<OrgnlPmtInfAndSts><OrgnlPmtInfId>M1</OrgnlPmtInfId><PmtInfSts>PDNG</PmtInfSts></OrgnlPmtInfAndSts>";
    assert_eq!(word(&batch), Some(Status::Pending));
    let unsaid = REPORT.replace("<TxSts>ACCP</TxSts>", "").replace("<PmtInfSts>PART", "<PmtInfSts>ACSP");
    assert_eq!(word(&unsaid), Some(Status::Settling), "as its batch");
}

#[test]
fn a_report_is_read_whole_or_refused() {
    use ReadError::{Missing, OtherMessage, Twice, Wrong};
    for (from, to, because) in [
        ("<MsgId>MB-1</MsgId>", "", Missing("MsgId")),
        ("<OrgnlMsgId>M1</OrgnlMsgId>", "", Missing("OrgnlMsgId")),
        ("<OrgnlMsgId>M1</OrgnlMsgId>", "<OrgnlMsgId></OrgnlMsgId>", Wrong("OrgnlMsgId")),
        (
            "<OrgnlMsgId>M1</OrgnlMsgId>",
            "<OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgId>M2</OrgnlMsgId>",
            Twice("OrgnlMsgId"),
        ),
        ("<OrgnlMsgId>M1</OrgnlMsgId>", "<OrgnlMsgId><b/>M1</OrgnlMsgId>", Wrong("OrgnlMsgId")),
        ("<OrgnlEndToEndId>K1</OrgnlEndToEndId>", "", Missing("OrgnlEndToEndId")),
        ("<OrgnlEndToEndId>K1<", "<OrgnlEndToEndId>K2<", Twice("OrgnlEndToEndId")),
        ("<Cd>AC04</Cd>", "", Wrong("Rsn")),
        ("<GrpSts>PART", "<GrpSts>RJCT", Wrong("PmtInfSts")),
        ("<PmtInfSts>PART", "<PmtInfSts>RJCT", Wrong("TxSts")),
    ] {
        assert!(REPORT.contains(from), "{from}");
        assert_eq!(report(&REPORT.replace(from, to)), Err(because), "{to}");
    }
    let other = wrapped("pain.002.001.03", "CstmrPmtStsRpt", REPORT);
    assert_eq!(read_status_report(other.as_bytes()), Err(OtherMessage("pain.002.001.10")));
}

#[test]
fn documents_that_could_grow_or_hide_something_are_refused() {
    let good = wrapped("pain.002.001.10", "CstmrPmtStsRpt", REPORT);
    let read = |text: &str| read_status_report(text.as_bytes()).err();
    let typed = good.replace("<Document", "<!DOCTYPE Document [<!ENTITY a \"M1\">]><Document");
    assert_eq!(read(&typed), Some(ReadError::DocumentType));
    assert_eq!(
        read(&good.replace(">M1<", ">&a;<")),
        Some(ReadError::Malformed),
        "an entity that nobody defined"
    );
    assert_eq!(read(&good.replace("<TxSts>", "<TxSts xmlns=\"urn:x\">")), Some(ReadError::Foreign));
    assert_eq!(read_status_report(b"\xff"), Err(ReadError::NotText));
    assert_eq!(read_status_report(&vec![b' '; FILE_BYTES_MAX + 1]), Err(ReadError::TooLarge));
    // Text in a section, references to characters and prefixes are other ways to write the same.
    for same in [
        good.replace(">K2<", "><![CDATA[K2]]><"),
        good.replace(">K2<", ">&#75;2<"),
        good.replace(">K2<", "> K2\n<"),
        good.replace(">K2<", "><!-- a remark -->K2<"),
        good.replace('<', "<p:").replace("<p:/", "</p:").replace("<p:?", "<?").replace("xmlns=", "xmlns:p="),
    ] {
        assert_eq!(read_status_report(same.as_bytes()), read_status_report(good.as_bytes()), "{same}");
    }
    for end in 0..good.len() {
        assert!(read_status_report(&good.as_bytes()[..end]).is_err(), "cut at {end}");
    }
}

const ENTRY: &str = "<Ntry><Amt Ccy=\"CNY\">100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
    <BookgDt><DtTm>2026-01-02T23:59:59+08:00</DtTm></BookgDt><ValDt><Dt>2026-01-03</Dt></ValDt>\
    <AcctSvcrRef>MB-PMT-1</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>K1</EndToEndId></Refs>\
    <Amt Ccy=\"CNY\">70.00</Amt></TxDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
    <Amt Ccy=\"CNY\">30</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls></Ntry>";

fn notification(entry: &str) -> Result<Vec<Notification>, ReadError> {
    let account = "<Ntfctn><Id>N1</Id><Acct><Id><IBAN>NL41MOCK0000000001</IBAN></Id><Ccy>CNY</Ccy></Acct>";
    let content = format!("<GrpHdr><MsgId>N1</MsgId></GrpHdr>{account}{entry}</Ntfctn>");
    read_notification(wrapped("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", &content).as_bytes())
}

#[test]
fn an_entry_of_several_payments_is_told_apart() {
    let heard = notification(ENTRY).unwrap().remove(0);
    let entry = &heard.entries[0];
    let day = |text: &str| Some(text.parse::<Day>().unwrap());
    assert_eq!((entry.booked_day, entry.value_day), (day("2026-01-02"), day("2026-01-03")));
    assert_eq!(entry.signed_minor(), -10_000);
    let parts: Vec<_> = entry.parts.iter().map(|part| (part.end_to_end_id.clone(), part.amount)).collect();
    assert_eq!(parts, [(Some(text("K1")), fen(7_000)), (None, fen(3_000))]);
}

#[test]
fn a_notification_is_read_whole_or_refused() {
    use ReadError::{Currency, Missing, NotPositive, Sum, Twice, Wrong};
    for (from, to, because) in [
        ("<Amt Ccy=\"CNY\">100.00", "<Amt Ccy=\"CNY\">-100.00", NotPositive("Amt")),
        ("<Amt Ccy=\"CNY\">100.00", "<Amt Ccy=\"CNY\">0.00", NotPositive("Amt")),
        ("<Amt Ccy=\"CNY\">100.00", "<Amt Ccy=\"CNY\">100.001", Wrong("Amt")),
        ("<Amt Ccy=\"CNY\">100.00", "<Amt Ccy=\"CNY\">1e2", Wrong("Amt")),
        ("<Amt Ccy=\"CNY\">100.00", "<Amt>100.00", Missing("Ccy")),
        ("<Amt Ccy=\"CNY\">100.00", "<Amt Ccy=\"EUR\">100.00", Wrong("Ccy")),
        ("<Amt Ccy=\"CNY\">100.00", "<Amt Ccy=\"USD\">100.00", Currency("Amt")),
        ("<Amt Ccy=\"CNY\">100.00</Amt>", "", Missing("Amt")),
        ("<Amt Ccy=\"CNY\">100.00</Amt>", "<Amt Ccy=\"CNY\">100</Amt><Amt Ccy=\"CNY\">9</Amt>", Twice("Amt")),
        ("<CdtDbtInd>DBIT</CdtDbtInd><Sts>", "<Sts>", Missing("CdtDbtInd")),
        ("<CdtDbtInd>DBIT</CdtDbtInd><Sts>", "<CdtDbtInd>OUT</CdtDbtInd><Sts>", Wrong("CdtDbtInd")),
        ("<Sts><Cd>BOOK</Cd></Sts>", "", Missing("Sts")),
        ("<Cd>BOOK</Cd>", "<Cd>DONE</Cd>", Wrong("Sts")),
        ("T23:59:59+08:00", " 23:59:59", Wrong("BookgDt")),
        ("<Dt>2026-01-03</Dt>", "<Dt>2026-02-30</Dt>", Wrong("ValDt")),
        ("<EndToEndId>K1", "<EndToEndId>123456789012345678901234567890123456", Wrong("EndToEndId")),
        ("<Amt Ccy=\"CNY\">70.00", "<Amt Ccy=\"CNY\">70.01", Sum("Ntry")),
        ("<Amt Ccy=\"CNY\">70.00", "<Amt Ccy=\"USD\">70.00", Currency("TxDtls")),
        ("<Amt Ccy=\"CNY\">70.00</Amt>", "", Missing("Amt")),
        ("<Amt Ccy=\"CNY\">30</Amt><CdtDbtInd>DBIT", "<Amt Ccy=\"CNY\">30</Amt><CdtDbtInd>CRDT", Sum("Ntry")),
    ] {
        assert!(ENTRY.contains(from), "{from}");
        assert_eq!(notification(&ENTRY.replace(from, to)), Err(because), "{to}");
    }
    assert!(notification(&ENTRY.replace("100.00", "100.00000")).is_ok(), "zeros say nothing");
    let nothing = wrapped("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "<GrpHdr/>");
    assert_eq!(read_notification(nothing.as_bytes()), Err(Missing("Ntfctn")));
}

fn sample() -> Statement {
    let part = Part {
        amount: fen(10_000),
        is_credit: true,
        end_to_end_id: Some(text("K1")),
        reference: Some(text("2026010222001401231400000001")),
        payer_references: vec![text("INV-1")],
        notes: vec![text("苹果 & 梨"), text("two")],
        return_reason: None,
    };
    let entry = Entry {
        number: Some(text("1")),
        amount: fen(10_000),
        is_credit: true,
        is_reversal: false,
        state: EntryState::Booked,
        booked_day: Some("2026-01-02".parse().unwrap()),
        value_day: Some("2026-01-01".parse().unwrap()),
        reference: Some(text("R1")),
        kind: Some(text("PAYMENT")),
        parts: vec![part],
    };
    let debit = Entry {
        number: Some(text("2")),
        amount: fen(5),
        is_credit: false,
        is_reversal: true,
        kind: None,
        parts: vec![],
        ..entry.clone()
    };
    Statement {
        id: text("S20260102"),
        account: AccountId::other("2088000000000001").unwrap(),
        owner: Some(text("测试商家")),
        day: "2026-01-02".parse().unwrap(),
        currency: Currency::Cny,
        opening_minor: -5,
        closing_minor: 9_990,
        entries: vec![entry, debit],
    }
}

#[test]
fn a_statement_comes_back_as_it_went() {
    let printed = sample().print(1_767_326_400_000_000).unwrap();
    assert_eq!(read_statement(printed.as_bytes()).unwrap(), [sample()], "{printed}");
    assert_eq!(kind_of(printed.as_bytes()), Ok(Some(Kind::Statement)));
    for (from, to, because) in [
        ("<Amt Ccy=\"CNY\">99.90", "<Amt Ccy=\"CNY\">99.91", ReadError::Sum("Bal")),
        ("<NbOfNtries>2", "<NbOfNtries>3", ReadError::Sum("TxsSummry")),
        ("CLBD", "ITBD", ReadError::Missing("CLBD")),
        ("CLBD", "OPBD", ReadError::Twice("OPBD")),
        ("<Amt Ccy=\"CNY\">99.90", "<Amt Ccy=\"USD\">99.90", ReadError::Currency("Bal")),
        ("2088000000000001", "", ReadError::Wrong("Acct")),
    ] {
        assert!(printed.contains(from), "{from}");
        assert_eq!(read_statement(printed.replace(from, to).as_bytes()), Err(because), "{to}");
    }
    assert_eq!(Statement { closing_minor: 9_991, ..sample() }.print(0), Err(PrintError::Sum));
    assert_eq!(Statement { currency: Currency::Usd, ..sample() }.print(0), Err(PrintError::Currencies));
}

#[test]
fn a_mailbox_of_several_accounts_is_read_for_one() {
    let printed = sample().print(0).unwrap();
    let (own, other) = (sample().account, AccountId::other("2088000000000002").unwrap());
    assert_eq!(read_statement_of(printed.as_bytes(), &own).unwrap(), [sample()]);
    // Of another account not even the currency must be known.
    let foreign = printed.replace("CNY", "EUR");
    assert_eq!(read_statement_of(foreign.as_bytes(), &other), Ok(vec![]));
    assert_eq!(read_statement_of(foreign.as_bytes(), &own), Err(ReadError::Wrong("Ccy")));
    let nobodys = printed.replace("2088000000000001", "");
    assert_eq!(read_statement_of(nobodys.as_bytes(), &other), Err(ReadError::Wrong("Acct")));
}

#[test]
fn only_what_is_booked_changes_a_balance() {
    let mut told = sample();
    told.entries[1].state = EntryState::Expected;
    told.closing_minor = 9_995;
    let printed = told.print(0).unwrap();
    assert_eq!(read_statement(printed.as_bytes()).unwrap(), [told]);
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let amounts = prop::collection::vec((1_u64..=1_000_000, "[A-Z0-9]{1,35}", "[一-龥 -~]{0,20}"), 1..4);
    (amounts, any::<bool>(), "[A-Z0-9]{1,35}").prop_map(|(amounts, is_credit, reference)| {
        let sum = amounts.iter().map(|(minor, ..)| minor).sum();
        let parts = amounts.into_iter().map(|(minor, key, note)| Part {
            amount: fen(minor),
            is_credit,
            end_to_end_id: Some(text(&key)),
            reference: None,
            payer_references: vec![],
            notes: [note.trim()].iter().filter(|note| !note.is_empty()).map(|note| text(note)).collect(),
            return_reason: None,
        });
        let parts = parts.collect();
        let day = Some("2026-01-02".parse().unwrap());
        let (number, kind) = (Some(text("1")), Some(text("X")));
        Entry {
            number,
            amount: fen(sum),
            is_credit,
            is_reversal: false,
            state: EntryState::Booked,
            booked_day: day,
            value_day: day,
            reference: Some(text(&reference)),
            kind,
            parts,
        }
    })
}

proptest! {
    #[test]
    fn any_statement_comes_back_as_it_went(
        entries in prop::collection::vec(any_entry(), 0..8),
        opening in -9_000_000_i64..9_000_000,
    ) {
        let closing_minor = entries.iter().map(Entry::signed_minor).sum::<i64>() + opening;
        let statement = Statement { opening_minor: opening, closing_minor, entries, ..sample() };
        let printed = statement.print(0).unwrap();
        prop_assert_eq!(read_statement(printed.as_bytes()).unwrap(), vec![statement]);
    }

    #[test]
    fn any_sum_of_payments_is_told_as_it_is(amounts in prop::collection::vec(1_u64..=10_000_000_000, 1..20)) {
        let transfers = amounts.iter().enumerate().map(|(at, minor)| transfer(&format!("K{at}"), fen(*minor)));
        let printed = initiation(transfers.collect()).print().unwrap();
        let told = format!("<CtrlSum>{}</CtrlSum>", fen(amounts.iter().sum()));
        prop_assert_eq!(printed.matches(&told).count(), 2, "of the message and of its batch");
        prop_assert_eq!(printed.matches("<EndToEndId>").count(), amounts.len());
    }

    #[test]
    fn no_bytes_break_the_readers(at in 0_usize..5_000, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = sample().print(0).unwrap().into_bytes();
        // The last byte is the end of a line.
        let at = at % (bytes.len() - 1);
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        prop_assert!(!cut || read_statement(&bytes).is_err());
        let _whatever = (read_notification(&bytes), read_status_report(&bytes), kind_of(&bytes));
    }
}

/// Both cost more than their length to read: each name space for each element, each attribute for each other.
#[test]
fn name_spaces_and_attributes_without_number_are_refused_before_they_are_read() {
    let report = |inside: &str| {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt{inside}>\
             <GrpHdr><MsgId>m</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>k</OrgnlMsgId>\
             <GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
        )
    };
    assert!(read_status_report(report("").as_bytes()).is_ok());
    let spaces: String = (0..16).map(|index| format!(" xmlns:a{index}=\"b\"")).collect();
    assert_eq!(read_status_report(report(&spaces).as_bytes()), Err(ReadError::TooLarge));
    let attributes: String = (0..200_000).map(|index| format!(" a{index}=\"\"")).collect();
    assert_eq!(read_status_report(report(&attributes).as_bytes()), Err(ReadError::TooLarge));
}

/// Anybody may pay into the account and write what he likes beside it: the day's message is heard all the same.
#[test]
fn what_strangers_write_refuses_no_message() {
    let note = |text: &str| {
        let remittance = format!("<Amt Ccy=\"CNY\">70.00</Amt><RmtInf><Ustrd>{text}</Ustrd></RmtInf>");
        let content = notification(&ENTRY.replace("<Amt Ccy=\"CNY\">70.00</Amt>", &remittance));
        content.map(|all| all[0].entries[0].parts[0].notes.clone())
    };
    let many = ["xmlns=".repeat(100), "=".repeat(200_001), "word ".repeat(40)];
    for unfit in ["", " \n ", &many[0], &many[1], &many[2]] {
        assert_eq!(note(unfit), Ok(Vec::new()), "{:.20}", unfit);
    }
    assert_eq!(note("xmlns= rent"), Ok(vec![text("xmlns= rent")]));
    let blank = "<RmtInf><Strd><CdtrRefInf><Ref> </Ref></CdtrRefInf></Strd></RmtInf></TxDtls>";
    for (from, to) in [
        ("<EndToEndId>NOTPROVIDED", "<EndToEndId>"),
        ("<EndToEndId>NOTPROVIDED", "<EndToEndId> "),
        ("<AcctSvcrRef>MB-PMT-1", "<AcctSvcrRef>"),
        ("<BkTxCd/>", "<BkTxCd><Prtry><Cd> </Cd></Prtry></BkTxCd>"),
        ("<CdtDbtInd>DBIT</CdtDbtInd></TxDtls>", blank),
    ] {
        assert!(ENTRY.contains(from), "{from}");
        assert!(notification(&ENTRY.replace(from, to)).is_ok(), "{to}");
    }
}

/// A kind that is named in a note, or in a remark, is not the message's.
#[test]
fn the_root_alone_tells_the_kind() {
    let content = |text: &str| format!("<GrpHdr><MsgId>{text}</MsgId></GrpHdr>");
    for other in ["pain.002.001.10", "pain.002.001.03", "camt.053.001.08"] {
        let named = format!("urn:iso:std:iso:20022:tech:xsd:{other}");
        let text = wrapped("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", &content(&named));
        assert_eq!(kind_of(text.as_bytes()), Ok(Some(Kind::Notification)), "{other}");
        let behind = text.replace("<Document", &format!("<!-- xmlns=\"{named}\" --><Document"));
        assert_eq!(kind_of(behind.as_bytes()), Ok(Some(Kind::Notification)), "{other}");
        let foreign = wrapped("pain.001.001.09", "CstmrCdtTrfInitn", &content(&named));
        assert_eq!(kind_of(foreign.as_bytes()), Ok(None), "{other}");
    }
    let old = wrapped("pain.002.001.03", "CstmrPmtStsRpt", REPORT);
    assert_eq!(kind_of(old.as_bytes()), Err(ReadError::OtherMessage("pain.002.001.10")));
    assert_eq!(kind_of(b"<!DOCTYPE a><a/>"), Err(ReadError::DocumentType));
    assert_eq!(kind_of(b""), Ok(None));
}
