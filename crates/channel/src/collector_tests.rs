//! Days whose statements cannot be had keep no later ones back, and statements of one account are read.

use crate::bank::{
    Answering, Bank, BindAnswer, BindAsk, BindRefused, BindSaid, CodeAsk, OrderAsk, OrderSaid, PayeeAnswer,
    PayeeAsk, StatementSaid,
};
use crate::channel::Readers;
use crate::collector::Collector;
use crate::import::{Importer, NotImported};
use crate::sandbox_bank::SandboxBank;
use base::{DAY_US, Day, Text};
use cell::{Cell, Clock, Door};
use engine::{AskCard, BankWay, BindCard, NewPassword, OpenParty, PrepareBankOrder, Row, Table};
use fund::CardKind;
use money::{Currency, Money};
use people::PartyKind;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Reader, SqliteStore};
use tempfile::TempDir;
use tokio::sync::watch;

/// A bank that says of each day what it was told to say, and of others that they are not closed.
#[derive(Default)]
struct Printed {
    by_day: BTreeMap<Day, StatementSaid>,
    asked: Mutex<Vec<Day>>,
}

impl Bank for Printed {
    fn bind(&self, ask: BindAsk) -> Answering<'_, BindSaid> {
        SandboxBank.bind(ask)
    }

    fn confirm_bind(&self, ask: CodeAsk) -> Answering<'_, Result<BindAnswer, BindRefused>> {
        SandboxBank.confirm_bind(ask)
    }

    fn payee(&self, ask: PayeeAsk) -> Answering<'_, Result<PayeeAnswer, BindRefused>> {
        SandboxBank.payee(ask)
    }

    fn send(&self, _ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async { OrderSaid::Silent })
    }

    fn query(&self, _ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async { OrderSaid::Silent })
    }

    fn revoke(&self, _ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async { OrderSaid::Silent })
    }

    fn statement(&self, day: Day) -> Answering<'_, StatementSaid> {
        self.asked.lock().unwrap().push(day);
        let said = self.by_day.get(&day).cloned().unwrap_or(StatementSaid::NotClosed);
        Box::pin(async move { said })
    }
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).unwrap()
}

struct House {
    folder: TempDir,
    cell: Option<Cell>,
    door: Door,
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(cell) = self.cell.take() {
            cell.close();
        }
    }
}

fn first_day() -> Day {
    "2026-01-02".parse().unwrap()
}

impl House {
    /// Books with one bank order, begun on the first day; now it is four days later.
    async fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(first_day().begins_at_us()));
        let clock: Clock = {
            let now = now.clone();
            Arc::new(move || now.fetch_add(1, Ordering::Relaxed))
        };
        let store = SqliteStore::open(&folder.path().join("tables")).unwrap();
        let options = cell::Options::new(*b"world of tests 1");
        let (cell, door) =
            Cell::open(&folder.path().join("journal"), Box::new(store), clock, options).unwrap();
        let password = Some(NewPassword { verifier: text("a verifier"), pepper_version: 1 });
        let alice =
            OpenParty { kind: PartyKind::Person, login: text("alice"), name: text("alice"), password };
        let party = door.ask(alice).await.unwrap();
        let (bank, last_four) = (text("ICBC"), text("1234"));
        let asked = AskCard { party, bank, kind: CardKind::Debit, last_four, digest: [1; 16] };
        let card = door.ask(asked).await.unwrap().no;
        door.ask(BindCard { party, card, agreement: text("A1") }).await.unwrap();
        let amount = Money::from_minor(100, Currency::Cny).unwrap();
        let order = PrepareBankOrder { party, card, way: BankWay::TopUp, amount, key: text("k") };
        door.ask(order).await.unwrap();
        now.fetch_add(4 * DAY_US + DAY_US / 2, Ordering::Relaxed);
        let house = House { folder, cell: Some(cell), door };
        house.posted().await;
        house
    }

    async fn posted(&self) {
        let durable = self.door.stats().durable_sequence.load(Ordering::Acquire);
        self.door.posted().wait_for(|sequence| *sequence >= durable).await.unwrap();
    }

    fn readers(&self) -> Readers {
        let path = self.folder.path().join("tables");
        Arc::new(move || Ok(Box::new(SqliteStore::open_reader(&path)?) as Box<dyn Reader>))
    }

    fn importer(&self, bank: Arc<Printed>) -> Importer {
        Importer::new(self.door.clone(), bank, "B", self.readers())
    }

    fn collector(&self, importer: Importer) -> Collector {
        Collector::new(self.door.clone(), self.readers(), importer, watch::channel(0).1)
    }

    /// The days that were read, with their accounts.
    async fn read(&self) -> Vec<(String, String)> {
        self.posted().await;
        let rows = self.readers()().unwrap().scan(Table::ReadStatement, None, None, 100).unwrap();
        let told = |row: &Row| match row {
            Row::ReadStatement(row) => (row.account.to_string(), row.day.to_string()),
            row => panic!("{row:?}"),
        };
        rows.iter().map(told).collect()
    }
}

/// A statement without lines.
fn empty(account: &str, day: Day, balance: &str) -> Vec<u8> {
    let bal = |code: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{balance}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         <Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{}{}</Stmt></BkToCstmrStmt></Document>",
        bal("OPBD"),
        bal("CLBD")
    )
    .into_bytes()
}

#[tokio::test]
async fn a_day_that_cannot_be_had_keeps_no_later_day_back() {
    let (first, second) = (first_day(), first_day().plus_days(1));
    let damaged = StatementSaid::File(empty("TB1", first, "1.00")[..200].to_vec());
    let of_another_day = StatementSaid::File(empty("TB1", first.plus_days(9), "1.00"));
    let of_another_account = StatementSaid::File(empty("TB2", first, "1.00"));
    for said in [damaged, of_another_day, of_another_account, StatementSaid::NotClosed] {
        let house = House::new().await;
        let good = StatementSaid::File(empty("TB1", second, "1.00"));
        let bank = Printed { by_day: [(first, said.clone()), (second, good)].into(), ..Printed::default() };
        let importer = house.importer(Arc::new(bank)).of_account(text("TB1"));
        let collector = house.collector(importer);
        assert_eq!(collector.fetch_next().await, Some(Ok(())), "{said:?}");
        assert_eq!(house.read().await, [("TB1".to_owned(), second.to_string())], "{said:?}");
        let error = collector.fetch_next().await.unwrap().unwrap_err();
        let is_of_first = match said {
            StatementSaid::NotClosed => error == NotImported::NotClosed,
            _ => error != NotImported::NotClosed,
        };
        assert!(is_of_first, "the first day is still missing: {error:?}");
    }
}

#[tokio::test]
async fn a_bank_that_is_silent_is_asked_for_no_later_day() {
    let house = House::new().await;
    let (first, second) = (first_day(), first_day().plus_days(1));
    let good = StatementSaid::File(empty("TB1", second, "1.00"));
    for said in [StatementSaid::Silent, StatementSaid::KeepsNone] {
        let bank = Printed { by_day: [(first, said), (second, good.clone())].into(), ..Printed::default() };
        let bank = Arc::new(bank);
        let collector = house.collector(house.importer(bank.clone()));
        assert!(matches!(
            collector.fetch_next().await,
            Some(Err(NotImported::Silent | NotImported::KeepsNone))
        ));
        assert!(bank.asked.lock().unwrap().iter().all(|day| *day == first));
    }
    assert_eq!(house.read().await, []);
}

#[tokio::test]
async fn statements_of_one_account_are_read() {
    let house = House::new().await;
    let (first, second) = (first_day(), first_day().plus_days(1));
    let other = |given: &str, expected: &str| {
        let (expected, given) = (text(expected), text(given));
        Err(NotImported::OtherAccount { expected, given })
    };
    let bank = Arc::new(Printed::default());
    let named = house.importer(bank.clone()).of_account(text("TB1"));
    assert_eq!(named.import(&empty("TB2", first, "5.00")).await, other("TB2", "TB1"));
    // Nobody says which: the first statement does, also to those who come later.
    let unnamed = house.importer(bank.clone());
    unnamed.import(&empty("TB2", first, "5.00")).await.unwrap();
    assert_eq!(unnamed.import(&empty("TB1", second, "1.00")).await, other("TB1", "TB2"));
    house.importer(bank.clone()).import(&empty("TB2", second, "5.00")).await.unwrap();
    assert_eq!(house.importer(bank).import(&empty("TB1", first, "1.00")).await, other("TB1", "TB2"));
    assert_eq!(house.read().await.len(), 2);
    // What was read of another account is not missing of this one less.
    let good = StatementSaid::File(empty("TB1", first, "1.00"));
    let bank = Printed { by_day: [(first, good)].into(), ..Printed::default() };
    let importer = house.importer(Arc::new(bank)).of_account(text("TB1"));
    assert_eq!(house.collector(importer).fetch_next().await, Some(Ok(())));
    assert_eq!(house.read().await.len(), 3);
}
