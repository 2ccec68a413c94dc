//! All checks of rows against each other, fed row by row.

use crate::around::Around;
use crate::books::Books;
use crate::columns::Columns;
use crate::crossing::Crossing;
use crate::images::Encoded;
use crate::keyed::Keyed;
use crate::orders::Orders;
use crate::parties::Parties;
use crate::report::{FindingKind, Findings};
use crate::rules::Rules;
use crate::splits::Relations;
use base::SlotSet;
use engine::{Row, Table};

/// What was learned so far.
#[derive(Debug)]
pub(crate) struct Checks {
    parties: Parties,
    books: Books,
    orders: Orders,
    relations: Relations,
    around: Around,
    crossing: Crossing,
    /// Which rules held when, as far as that is known.
    pub(crate) rules: Option<Rules>,
}

impl Checks {
    pub(crate) fn new(keyed: Keyed, home: SlotSet) -> Checks {
        let (books, around) = (Books::default(), Around::default());
        Checks {
            parties: Parties::new(keyed),
            books,
            orders: Orders::new(keyed),
            relations: Relations::default(),
            around,
            crossing: Crossing::new(home),
            rules: None,
        }
    }

    /// One row of a table, in the order of `READ_ORDER`.
    pub(crate) fn row(&mut self, table: Table, row: &Encoded<'_>, findings: &mut Findings) {
        let mut source = Columns(row.bytes);
        let typed = match table.read(&mut source) {
            Ok(typed) => typed,
            Err(error) => {
                findings.add(
                    FindingKind::RowUnreadable,
                    table.name(),
                    row.key_text(table),
                    error.to_string(),
                );
                return;
            }
        };
        match &typed {
            Row::Party(party) => self.parties.party(party, findings),
            Row::Login(login) => self.parties.login(login, findings),
            Row::Credential(credential) => self.parties.credential(credential, findings),
            Row::SlotHead(head) => self.parties.head(head),
            Row::App(app) => self.parties.app(app, findings),
            Row::Rulebook(_) => {}
            Row::Account(account) => {
                self.parties.account(account, findings);
                self.books.account(account, findings);
            }
            Row::Hold(hold) => {
                self.books.hold(hold, findings);
                self.orders.hold(hold);
            }
            Row::Order(order) => {
                self.orders.order(order, findings);
                self.parties.seller(order, findings);
            }
            Row::Posting(posting) => {
                self.books.posting(posting, findings);
                self.orders.posting(posting, findings);
                self.around.posting(posting);
            }
            Row::TopUpReceipt(top_up) => self.around.top_up(top_up, findings),
            Row::OrderNumber(number) => self.orders.number(number, findings),
            Row::Refund(refund) => self.orders.refund(refund, findings),
            Row::SplitBook(book) => self.orders.split_book(book, findings),
            Row::Split(split) => self.orders.split(split, findings),
            Row::SplitLine(line) => self.orders.split_line(line, findings),
            Row::Relation(relation) => {
                self.parties.owner(table, &typed.key(), relation.seller, findings);
                self.relations.relation(relation, findings);
            }
            Row::Trade(trade) => self.orders.trade(trade, findings),
            Row::Receipt(receipt) => self.orders.receipt(receipt, findings),
            Row::Notice(notice) => self.orders.notice(notice, findings),
            Row::PayCode(code) => {
                self.parties.owner(table, &typed.key(), code.party, findings);
                self.around.code(code);
            }
            Row::Attempt(attempt) => {
                self.parties.owner(table, &typed.key(), attempt.party, findings);
                self.around.attempt(attempt);
            }
            Row::Link(link) => self.crossing.link(link, findings),
            Row::Outbox(parcel) => self.crossing.parcel(parcel, findings),
            Row::Timer(timer) => {
                self.orders.timer(timer, findings);
                self.around.timer(timer, findings);
            }
        }
    }

    /// When all rows were seen: what can only be said of the whole. Gives the number of postings, of entries, and of
    /// payments that arrived.
    pub(crate) fn finish(self, findings: &mut Findings) -> (u64, u64, u64) {
        self.parties.finish(findings);
        self.around.finish(findings);
        self.crossing.finish(findings);
        let expected = self.orders.finish(self.rules.as_ref(), findings);
        self.books.finish(&expected, findings)
    }
}
