//! A bank behind two folders: what is laid out for it, and what its messages come to, in whatever order they arrive.

use crate::bank::{Bank, OrderAsk, OrderSaid};
use crate::iso_bank::{IsoBank, IsoBankError, IsoOptions};
use crate::iso_mail::{IsoWay, IsoWayError};
use base::Text;
use fund::{BankOrderKind, BankReason};
use iso::{AccountId, Payer};
use money::{Currency, Money};
use std::fs;
use std::path::{Path, PathBuf};

const BOOKS: &str = "A7Q2W9X";
const IBAN: &str = "NL41MOCK0000000001";

fn key(last: u8) -> String {
    format!("{BOOKS}2026010200004204320000000{last:03}")
}

struct World {
    root: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("out")).unwrap();
        fs::create_dir(root.path().join("in")).unwrap();
        World { root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn options(&self) -> IsoOptions {
        let account = AccountId::iban(IBAN).unwrap();
        IsoOptions {
            way: IsoWay::Folders { outbox: self.path("out"), inbox: self.path("in") },
            payer: Payer { name: Text::new("Tongbao").unwrap(), account, bank_code: None },
            clearing_member: None,
            books: BOOKS.to_owned(),
            folder: self.path("kept"),
        }
    }

    fn bank(&self) -> IsoBank {
        IsoBank::open(self.options()).unwrap()
    }

    fn comes(&self, name: &str, message: &str, body: &str, content: &str) {
        let text = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{message}\"><{body}>{content}</{body}></Document>"
        );
        fs::write(self.path("in").join(name), text).unwrap();
    }

    fn reports(&self, name: &str, key: &str, status: &str, reason: &str) {
        let why = if reason.is_empty() {
            String::new()
        } else {
            format!("<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>")
        };
        let content = format!(
            "<GrpHdr><MsgId>{name}</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{key}</OrgnlMsgId>\
             <GrpSts>{status}</GrpSts>{why}</OrgnlGrpInfAndSts>"
        );
        self.comes(name, "pain.002.001.10", "CstmrPmtStsRpt", &content);
    }

    fn books(&self, name: &str, entry: &Entry<'_>) {
        let content = format!("<GrpHdr/><Ntfctn><Id>{name}</Id>{}</Ntfctn>", entry.printed());
        self.comes(name, "camt.054.001.08", "BkToCstmrDbtCdtNtfctn", &content);
    }

    fn kept(&self, folder: &str) -> usize {
        fs::read_dir(self.path("kept").join(folder)).unwrap().count()
    }
}

/// One movement in a notification.
struct Entry<'a> {
    iban: &'a str,
    key: &'a str,
    sign: &'a str,
    amount: &'a str,
    state: &'a str,
    more: &'a str,
    day: &'a str,
    remittance: &'a str,
}

impl Entry<'_> {
    fn of<'a>(key: &'a str, sign: &'a str) -> Entry<'a> {
        Entry { iban: IBAN, key, sign, amount: "12.34", state: "BOOK", more: "", day: "", remittance: "" }
    }

    fn printed(&self) -> String {
        let Entry { iban, key, sign, amount, state, more, day, remittance } = self;
        format!(
            "<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>CNY</Ccy></Acct><Ntry><Amt Ccy=\"CNY\">{amount}</Amt>\
             <CdtDbtInd>{sign}</CdtDbtInd>{more}<Sts><Cd>{state}</Cd></Sts>{day}<AcctSvcrRef>REF-1</AcctSvcrRef><BkTxCd/>\
             <NtryDtls><TxDtls><Refs><EndToEndId>{key}</EndToEndId></Refs>{remittance}</TxDtls></NtryDtls></Ntry>"
        )
    }
}

fn ask(last: u8, kind: BankOrderKind) -> OrderAsk {
    OrderAsk {
        key: key(last),
        kind,
        amount: Money::from_minor(1_234, Currency::Cny).unwrap(),
        bank: Text::new("ICBC").unwrap(),
        agreement: Some(Text::new("123456789012345").unwrap()),
        last_four: Text::new("7894").unwrap(),
        asked_at_us: 1_767_326_400_000_000,
        now_us: 1_767_326_400_000_000,
        tries: 1,
    }
}

fn done() -> OrderSaid {
    let amount = Money::from_minor(1_234, Currency::Cny).unwrap();
    OrderSaid::Done { amount, bank_ref: Text::new("REF-1").unwrap() }
}

fn sent(world: &World, last: u8) -> String {
    fs::read_to_string(world.path("out").join(format!("{}.xml", key(last)))).unwrap()
}

#[tokio::test]
async fn a_withdrawal_is_asked_for_once_and_done_when_it_is_booked() {
    let (world, order) = (World::new(), ask(1, BankOrderKind::Withdraw));
    let bank = world.bank();
    assert_eq!(bank.query(order.clone()).await, OrderSaid::NeverSeen);
    assert_eq!(bank.send(order.clone()).await, OrderSaid::InProcess);
    let first = sent(&world, 1);
    assert!(first.contains(&format!("<EndToEndId>{}</EndToEndId>", order.key)), "{first}");
    world.reports("a.xml", &order.key, "ACCP", "");
    assert_eq!(bank.query(order.clone()).await, OrderSaid::InProcess, "accepted is not paid");
    // Sent again at another time, by another process: the same bytes, so that the bank knows them.
    let later = OrderAsk { now_us: order.now_us + 86_400_000_000, ..order.clone() };
    let bank = world.bank();
    assert_eq!(bank.send(later.clone()).await, OrderSaid::InProcess);
    assert_eq!(sent(&world, 1), first);
    world.reports("b.xml", &order.key, "RJCT", "DUPL");
    assert_eq!(bank.query(later.clone()).await, OrderSaid::InProcess, "sent twice is no refusal");
    let key = order.key.clone();
    world.books("c.xml", &Entry { state: "PDNG", ..Entry::of(&key, "DBIT") });
    assert_eq!(bank.query(later.clone()).await, OrderSaid::InProcess, "expected is not booked");
    world.books("d.xml", &Entry::of(&key, "DBIT"));
    assert_eq!(bank.query(later.clone()).await, done());
    assert_eq!(world.bank().query(later).await, done(), "also after a start");
    assert_eq!((world.kept("read"), world.kept("refused")), (4, 0), "each is kept once");
}

/// A bank names the repetition where it likes, with any code that the public list has for it.
#[tokio::test]
async fn a_message_that_is_refused_as_sent_twice_is_at_the_bank() {
    let world = World::new();
    for (last, code) in
        [(1, "DUPL"), (2, "AM05"), (3, "DU01"), (4, "DU02"), (5, "DU03"), (6, "DU04"), (7, "DU05")]
    {
        let (bank, order) = (world.bank(), ask(last, BankOrderKind::Withdraw));
        let key = &order.key;
        assert_eq!(bank.send(order.clone()).await, OrderSaid::InProcess);
        let content = format!(
            "<GrpHdr><MsgId>m{last}</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{key}</OrgnlMsgId>\
             <GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>\
             <OrgnlPmtInfAndSts><OrgnlPmtInfId>{key}</OrgnlPmtInfId><TxInfAndSts>\
             <OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>"
        );
        world.comes(&format!("m{last}.xml"), "pain.002.001.10", "CstmrPmtStsRpt", &content);
        assert_eq!(bank.query(order).await, OrderSaid::InProcess, "{code}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_number_is_final_and_a_booking_is_stronger() {
    let world = World::new();
    for (last, reason, expected) in [
        (1, "AC04", BankReason::CardBlocked),
        (2, "RC01", BankReason::AgreementEnded),
        (3, "AM02", BankReason::OverLimit),
        (4, "AM04", BankReason::Other),
        (5, "FF01", BankReason::Other),
    ] {
        let order = ask(last, BankOrderKind::Withdraw);
        let bank = world.bank();
        assert_eq!(bank.send(order.clone()).await, OrderSaid::InProcess);
        world.reports(&format!("{last}.xml"), &order.key, "RJCT", reason);
        assert_eq!(bank.query(order).await, OrderSaid::Refused { reason: expected }, "{reason}");
    }
    let key = key(1);
    world.books("booked.xml", &Entry::of(&key, "DBIT"));
    assert_eq!(world.bank().query(ask(1, BankOrderKind::Withdraw)).await, done());
}

#[tokio::test]
async fn money_comes_in_under_the_number_wherever_its_payer_wrote_it() {
    let world = World::new();
    let bank = world.bank();
    for last in 1..=3 {
        assert_eq!(bank.send(ask(last, BankOrderKind::TopUp)).await, OrderSaid::InProcess);
    }
    assert_eq!(fs::read_dir(world.path("out")).unwrap().count(), 0, "nothing is asked of the bank");
    let (first, second, third) = (key(1), key(2), key(3));
    world.books("1.xml", &Entry::of(&first, "CRDT"));
    let reference = format!("<RmtInf><Strd><CdtrRefInf><Ref>{second}</Ref></CdtrRefInf></Strd></RmtInf>");
    world.books("2.xml", &Entry { remittance: &reference, ..Entry::of("NOTPROVIDED", "CRDT") });
    let note = format!("<RmtInf><Ustrd>for my wallet</Ustrd><Ustrd>{third}</Ustrd></RmtInf>");
    world.books("3.xml", &Entry { remittance: &note, ..Entry::of("whatever", "CRDT") });
    for last in 1..=3 {
        assert_eq!(bank.query(ask(last, BankOrderKind::TopUp)).await, done(), "{last}");
    }
    let other = ask(4, BankOrderKind::Pay);
    world.books("4.xml", &Entry::of(&other.key, "DBIT"));
    assert_eq!(bank.query(other).await, OrderSaid::InProcess, "money that went out did not come in");
}

#[tokio::test]
async fn what_is_not_of_our_account_or_not_understood_takes_no_effect_and_is_kept() {
    let (world, order) = (World::new(), ask(1, BankOrderKind::Withdraw));
    let bank = world.bank();
    assert_eq!(bank.send(order.clone()).await, OrderSaid::InProcess);
    let key = order.key.clone();
    world.books("other.xml", &Entry { iban: "NL14MOCK0000000002", ..Entry::of(&key, "DBIT") });
    world.books("negative.xml", &Entry { amount: "-12.34", ..Entry::of(&key, "DBIT") });
    world.books("reversal.xml", &Entry { more: "<RvslInd>true</RvslInd>", ..Entry::of(&key, "DBIT") });
    let typed = "<!DOCTYPE a><a xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"/>";
    fs::write(world.path("in/typed.xml"), typed).unwrap();
    fs::write(world.path("in/half.unfinished"), "<Document").unwrap();
    assert_eq!(bank.query(order.clone()).await, OrderSaid::InProcess);
    assert_eq!(bank.query(order).await, OrderSaid::InProcess);
    assert_eq!((world.kept("read"), world.kept("refused")), (2, 2));
}

impl World {
    fn closes(&self, day: &str, opening: &str, closing: &str, entries: &str) {
        self.closes_as(day, day, opening, closing, entries);
    }

    fn closes_as(&self, name: &str, day: &str, opening: &str, closing: &str, entries: &str) {
        let balance = |code: &str, amount: &str| {
            format!(
                "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt>\
                 <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
            )
        };
        let content = format!(
            "<GrpHdr/><Stmt><Id>{name}</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>CNY</Ccy></Acct>{}{}{entries}</Stmt>",
            balance("OPBD", opening),
            balance("CLBD", closing)
        );
        self.comes(&format!("s{name}.xml"), "camt.053.001.08", "BkToCstmrStmt", &content);
    }
}

async fn statement(bank: &IsoBank, day: &str) -> Option<recon::Statement> {
    match bank.statement(day.parse().unwrap()).await {
        crate::StatementSaid::File(file) => Some(recon::read(&file).unwrap()),
        said => {
            assert_eq!(said, crate::StatementSaid::NotClosed, "{day}");
            None
        }
    }
}

#[tokio::test]
async fn statements_are_given_to_reconciliation_one_line_for_one_payment() {
    let world = World::new();
    let bank = world.bank();
    let (first, second) = (key(1), key(2));
    let entry = format!(
        "<Ntry><Amt Ccy=\"CNY\">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-01-02</Dt></BookgDt><ValDt><Dt>2026-01-01</Dt></ValDt><AcctSvcrRef>R1</AcctSvcrRef><BkTxCd/>\
         <NtryDtls><TxDtls><Refs><EndToEndId>{first}</EndToEndId></Refs><Amt Ccy=\"CNY\">1.00</Amt></TxDtls>\
         <TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"CNY\">2.00</Amt>\
         <RmtInf><Ustrd>{second}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\
         <Ntry><Amt Ccy=\"CNY\">0.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/></Ntry>"
    );
    world.closes("2026-01-02", "10.00", "12.50", &entry);
    let read = statement(&bank, "2026-01-02").await.unwrap();
    let lines: Vec<_> =
        read.lines.iter().map(|line| (line.order_key.to_string(), line.signed_minor())).collect();
    assert_eq!(lines, [(first, 100), (second, 200), (String::from("NOTPROVIDED"), -50)]);
    assert_eq!(read.lines[0].value_day, "2026-01-01".parse().unwrap());
    assert_eq!(read.lines[2].value_day, "2026-01-02".parse().unwrap(), "the statement's, as none is told");
    // Days without a statement: closed when the balance goes on, else missing.
    assert_eq!(statement(&bank, "2026-01-03").await, None, "nobody knows yet");
    world.closes("2026-01-05", "12.50", "12.50", "");
    assert_eq!(statement(&bank, "2026-01-03").await.unwrap().closing_minor, 1_250);
    world.closes("2026-01-08", "99.00", "99.00", "");
    assert_eq!(statement(&bank, "2026-01-06").await, None, "a statement is missing");
}

/// What a stranger calls his payment may be anything, and is nothing to our books.
#[tokio::test]
async fn what_strangers_call_their_payments_does_not_come_to_reconciliation() {
    let world = World::new();
    let bank = world.bank();
    let entry = moved("5.00", "CRDT", "2026-01-02", "R1", "A&amp;B");
    world.closes("2026-01-02", "10.00", "15.00", &entry);
    let read = statement(&bank, "2026-01-02").await.unwrap();
    assert_eq!(read.lines.len(), 1);
    assert_eq!(read.lines[0].order_key.as_str(), "NOTPROVIDED");
}

/// A booked entry without more than it must have.
fn moved(amount: &str, sign: &str, day: &str, reference: &str, key: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd/>\
         <NtryDtls><TxDtls><Refs><EndToEndId>{key}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    )
}

#[tokio::test]
async fn a_day_without_a_statement_is_empty_only_when_nothing_says_that_the_statement_is_late() {
    let world = World::new();
    let bank = world.bank();
    // Monday, Thursday: the balance goes on, and the statements of two working days may still come.
    world.closes("2026-01-05", "10.00", "10.00", "");
    world.closes("2026-01-08", "10.00", "10.00", "");
    assert_eq!(
        statement(&bank, "2026-01-07").await,
        None,
        "the next day's is there, and this one may be late"
    );
    assert_eq!(statement(&bank, "2026-01-06").await, None, "so may this one");
    // A booking of that day was told of: its statement is missing.
    let (key, day) = (key(1), "<BookgDt><Dt>2026-01-07</Dt></BookgDt>");
    world.books("late.xml", &Entry { day, ..Entry::of(&key, "DBIT") });
    world.closes("2026-01-12", "10.00", "10.00", "");
    assert_eq!(statement(&bank, "2026-01-07").await, None, "something was booked");
    assert!(statement(&bank, "2026-01-06").await.is_some_and(|empty| empty.lines.is_empty()), "six days on");
    assert!(
        statement(&bank, "2026-01-09").await.is_some_and(|empty| empty.lines.is_empty()),
        "three days on"
    );
    // A statement of several days has what was booked on each of them.
    world.books(
        "weekend.xml",
        &Entry { day: "<BookgDt><Dt>2026-01-17</Dt></BookgDt>", ..Entry::of(&key, "DBIT") },
    );
    let entry = moved("1.00", "DBIT", "2026-01-17", "R7", "NONE");
    world.closes("2026-01-19", "10.00", "9.00", &entry);
    assert!(
        statement(&bank, "2026-01-17").await.is_some_and(|empty| empty.lines.is_empty()),
        "told on Monday"
    );
}

#[tokio::test]
async fn statements_of_a_day_that_follow_each_other_are_one_and_others_are_none() {
    const DAY: &str = "2026-01-02";
    let first = moved("3.00", "CRDT", DAY, "R1", "NONE");
    let second = moved("1.00", "DBIT", DAY, "R2", "NONE");
    let third = moved("1.50", "DBIT", DAY, "R3", "NONE");
    for names in [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]] {
        let world = World::new();
        let bank = world.bank();
        let [one, two, three] = names;
        world.closes_as(one, DAY, "10.00", "13.00", &first);
        let whole = statement(&bank, DAY).await.unwrap();
        assert_eq!((whole.opening_minor, whole.closing_minor, whole.lines.len()), (1_000, 1_300, 1));
        world.closes_as(three, DAY, "12.00", "10.50", &third);
        assert_eq!(statement(&bank, DAY).await, None, "what stands between them is missing");
        world.closes_as(two, DAY, "13.00", "12.00", &second);
        for bank in [bank, world.bank()] {
            let whole = statement(&bank, DAY).await.unwrap();
            let lines: Vec<i64> = whole.lines.iter().map(recon::StatementLine::signed_minor).collect();
            assert_eq!((whole.opening_minor, lines.as_slice()), (1_000, &[300, -100, -150][..]), "{names:?}");
        }
        // The same again changes nothing, another one does.
        world.closes_as("again", DAY, "10.00", "13.00", &first);
        assert!(statement(&world.bank(), DAY).await.is_some());
        world.closes_as("other", DAY, "10.00", "12.00", &moved("2.00", "CRDT", DAY, "R4", "NONE"));
        assert_eq!(statement(&world.bank(), DAY).await, None, "they contradict each other");
    }
}

/// A day that ends where it began may begin with any of its statements.
#[tokio::test]
async fn what_a_day_begins_with_is_told_by_the_day_before_or_after() {
    const DAY: &str = "2026-01-06";
    for neighbour in ["2026-01-05", "2026-01-07"] {
        let world = World::new();
        let bank = world.bank();
        world.closes_as("a", DAY, "13.00", "10.00", &moved("3.00", "DBIT", DAY, "R2", "NONE"));
        world.closes_as("b", DAY, "10.00", "13.00", &moved("3.00", "CRDT", DAY, "R1", "NONE"));
        assert_eq!(statement(&bank, DAY).await, None, "nobody knows");
        world.closes(neighbour, "13.00", "13.00", "");
        let whole = statement(&bank, DAY).await.unwrap();
        let lines: Vec<i64> = whole.lines.iter().map(recon::StatementLine::signed_minor).collect();
        assert_eq!((whole.opening_minor, lines.as_slice()), (1_300, &[-300, 300][..]), "{neighbour}");
    }
}

#[tokio::test]
async fn a_refusal_of_what_was_debited_is_no_refusal() {
    for (last, debited) in [(1, "ACSC"), (2, "ACCC")] {
        for turned in [false, true] {
            let world = World::new();
            let (bank, order) = (world.bank(), ask(last, BankOrderKind::Withdraw));
            assert_eq!(bank.send(order.clone()).await, OrderSaid::InProcess);
            let (first, then) =
                if turned { (("RJCT", "AC04"), (debited, "")) } else { ((debited, ""), ("RJCT", "AC04")) };
            world.reports("1.xml", &order.key, first.0, first.1);
            if !turned {
                assert_eq!(bank.query(order.clone()).await, OrderSaid::InProcess, "{debited}");
            }
            world.reports("2.xml", &order.key, then.0, then.1);
            assert_eq!(bank.query(order.clone()).await, OrderSaid::InProcess, "{debited} {turned}");
            assert_eq!(world.bank().query(order.clone()).await, OrderSaid::InProcess, "also after a start");
            world.books("3.xml", &Entry::of(&order.key, "DBIT"));
            assert_eq!(bank.query(order).await, done());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_order_that_is_sent_at_once_by_many_has_one_message() {
    let world = World::new();
    for last in 1..=20 {
        let bank = std::sync::Arc::new(world.bank());
        let mut sends = tokio::task::JoinSet::new();
        for second in 0..8 {
            let (bank, order) = (bank.clone(), ask(last, BankOrderKind::Withdraw));
            let order = OrderAsk { now_us: order.now_us + second * 1_000_000, ..order };
            sends.spawn(async move { (bank.message(&order).await.unwrap(), bank.send(order).await) });
        }
        let said = sends.join_all().await;
        assert!(said.iter().all(|(_, said)| *said == OrderSaid::InProcess), "{last}: {said:?}");
        let kept = sent(&world, last);
        assert!(said.iter().all(|(bytes, _)| bytes == kept.as_bytes()), "{last}: two messages of one order");
    }
}

#[tokio::test]
async fn a_message_that_would_have_to_be_read_and_cannot_be_is_kept_apart() {
    let (world, order) = (World::new(), ask(1, BankOrderKind::Withdraw));
    let bank = world.bank();
    let content = "<GrpHdr><MsgId>m</MsgId></GrpHdr>";
    world.comes("older.xml", "pain.002.001.03", "CstmrPmtStsRpt", content);
    world.comes("newer.xml", "camt.053.001.13", "BkToCstmrStmt", content);
    world.comes("third.xml", "camt.054.001.02", "BkToCstmrDbtCdtNtfctn", content);
    let wide: Vec<u8> = "<Document/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    fs::write(world.path("in/wide.xml"), [&[0xfe, 0xff][..], &wide].concat()).unwrap();
    fs::write(world.path("in/latin.xml"), b"<Document>\xe9</Document>").unwrap();
    world.comes("intraday.xml", "camt.052.001.08", "BkToCstmrAcctRpt", content);
    let spaces: String = (0..17).map(|index| format!(" xmlns:a{index}=\"b\"")).collect();
    let body = format!("CstmrPmtStsRpt{spaces}");
    world.comes("spaces.xml", "pain.002.001.10", &body, content);
    assert_eq!(bank.query(order).await, OrderSaid::NeverSeen);
    assert_eq!(
        (world.kept("read"), world.kept("refused")),
        (1, 6),
        "only what is of no kind of ours is passed over"
    );
}

#[tokio::test]
async fn a_folder_that_is_gone_is_silence() {
    let (world, order) = (World::new(), ask(1, BankOrderKind::Withdraw));
    let bank = world.bank();
    fs::remove_dir(world.path("out")).unwrap();
    assert_eq!(bank.send(order.clone()).await, OrderSaid::Silent);
    assert_eq!(
        bank.query(order.clone()).await,
        OrderSaid::NeverSeen,
        "the message is kept and was not taken"
    );
    fs::create_dir(world.path("out")).unwrap();
    assert_eq!(bank.send(order.clone()).await, OrderSaid::InProcess);
    fs::remove_dir(world.path("in")).unwrap();
    assert_eq!(bank.query(order).await, OrderSaid::Silent);
}

#[test]
fn a_bank_needs_a_way_and_a_short_name_of_the_books() {
    let world = World::new();
    let open = |change: &dyn Fn(&mut IsoOptions)| {
        let mut options = world.options();
        change(&mut options);
        IsoBank::open(options).unwrap_err()
    };
    let in_clear = IsoWay::Http { url: "http://10.0.0.7:8090".to_owned() };
    assert!(matches!(
        open(&|options| options.way = in_clear.clone()),
        IsoBankError::Way(IsoWayError::Address)
    ));
    let (outbox, inbox) = (Path::new("/nowhere").to_owned(), world.path("in"));
    let nowhere = IsoWay::Folders { outbox, inbox };
    assert!(matches!(
        open(&|options| options.way = nowhere.clone()),
        IsoBankError::Way(IsoWayError::Folder(_))
    ));
    for books in ["", "a7q2w9x", "A7Q2W9XX"] {
        assert!(
            matches!(open(&|options| options.books = books.to_owned()), IsoBankError::Books(_)),
            "{books}"
        );
    }
}

/// An earlier program could not read what this one reads: what the bank said then is heard at the next start.
#[tokio::test]
async fn what_was_refused_is_heard_once_it_can_be_read() {
    let (world, order) = (World::new(), ask(1, BankOrderKind::Withdraw));
    assert_eq!(world.bank().send(order.clone()).await, OrderSaid::InProcess);
    world.books("booked.xml", &Entry::of(&order.key, "DBIT"));
    assert_eq!(world.bank().query(order.clone()).await, done());
    let kept = |folder: &str| fs::read_dir(world.path("kept").join(folder)).unwrap().next().unwrap().unwrap();
    let read = kept("read");
    fs::rename(read.path(), world.path("kept/refused").join(read.file_name())).unwrap();
    fs::remove_file(world.path("in/booked.xml")).unwrap();
    assert_eq!(world.bank().query(order.clone()).await, done());
    assert_eq!((world.kept("read"), world.kept("refused")), (1, 0));
    assert_eq!(world.bank().query(order).await, done(), "and at each start after it");
}

/// Anybody who knows a number may transfer a cent under it: the payment itself is heard all the same.
#[tokio::test]
async fn another_sum_under_a_number_does_not_hide_the_right_one() {
    let (world, order) = (World::new(), ask(1, BankOrderKind::TopUp));
    let bank = world.bank();
    world.books("1.xml", &Entry { amount: "0.01", ..Entry::of(&order.key, "CRDT") });
    world.books("2.xml", &Entry::of(&order.key, "CRDT"));
    assert_eq!(bank.query(order).await, done());
}

/// Some banks print several statements of a day. The first alone is not the day, when the day after begins elsewhere.
#[tokio::test]
async fn half_a_day_is_not_given_to_reconciliation() {
    let world = World::new();
    let bank = world.bank();
    let entry = "<Ntry><Amt Ccy=\"CNY\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
        <BookgDt><Dt>2026-01-06</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef><BkTxCd/></Ntry>";
    world.closes("2026-01-05", "10.00", "10.00", "");
    world.closes_as("morning", "2026-01-06", "10.00", "11.00", entry);
    world.closes("2026-01-07", "12.00", "12.00", "");
    assert_eq!(statement(&bank, "2026-01-06").await, None);
    world.closes_as("evening", "2026-01-06", "11.00", "12.00", &entry.replace("R1", "R2"));
    assert_eq!(statement(&bank, "2026-01-06").await.unwrap().lines.len(), 2);
}
