//! Merchants' programs send money to bank cards. The bank says whose they are, and its statement shows later what it
//! paid, what it sent back, and now and then what nobody can explain.

use crate::acts::yuan;
use crate::caller::{Calling, Word, ask};
use crate::town::TownEvent;
use crate::world::World;
use base::{DAY_US, Day, HOUR_US, SECOND_US, Text};
use cell::Door;
use engine::{ImportLine, NoPayeeCard, PayeeCard, Reply, Verdict};
use fund::{BankOrder, BankOrderKind, CardKind};
use gateway::{Naming, PayeeAsked, PayeeBank};
use recon::StatementLine;

/// Of eight cards one is not known, about one the bank says nothing, and one is a credit card.
const CARDS: u8 = 8;
const WRONG: char = '5';
const SILENT: char = '6';
const CREDIT: char = '7';
/// How often a line is read again by whoever reads the statement, until it is booked.
const READS_MAX: u32 = 3;

/// The bank, as far as it is asked whose card it is: the last digit says.
pub(crate) struct TownPayees;

impl PayeeBank for TownPayees {
    fn name_payee(&self, asked: PayeeAsked) -> Naming<'_> {
        let number = asked.number.reveal().clone();
        let card = match number.chars().last() {
            Some(WRONG) => Err(NoPayeeCard::Wrong),
            Some(SILENT) => Err(NoPayeeCard::Silent),
            last => Ok(PayeeCard {
                digest: asked.digest,
                bank: Text::new("CMB").expect("it is short"),
                kind: if last == Some(CREDIT) { CardKind::Credit } else { CardKind::Debit },
                last_four: Text::new(&number[number.len() - 4..]).expect("four digits"),
                agreement: Text::new(&format!("PT{number}")).expect("it is short"),
            }),
        };
        Box::pin(std::future::ready(card))
    }
}

impl World {
    /// The payee's name is a part of the meaning; the bank of a town does not look at it.
    pub(crate) fn send_to_card(&mut self, merchant: u8, number: u8, card: u8, fen: u64) {
        let payee = serde_json::json!({
            "identity": format!("622202000000000{}", card % CARDS), "identity_type": "BANKCARD_ACCOUNT",
            "name": "somebody", "bankcard_ext_info": { "account_type": "2" },
        });
        let content = serde_json::json!({
            "out_biz_no": format!("C{number}"), "trans_amount": yuan(fen), "payee_info": payee,
            "product_code": "TRANS_BANKCARD_NO_PWD", "biz_scene": "DIRECT_TRANSFER", "order_title": "wages",
        });
        self.call(merchant, "alipay.fund.trans.uni.transfer", &content);
    }

    pub(crate) fn ask_about_card_transfer(&mut self, merchant: u8, number: u8) {
        let content = serde_json::json!({
            "out_biz_no": format!("C{number}"), "product_code": "TRANS_BANKCARD_NO_PWD",
            "biz_scene": "DIRECT_TRANSFER",
        });
        self.call(merchant, "alipay.fund.trans.common.query", &content);
    }

    /// What the statement will show of a transfer that the bank decided about.
    pub(crate) fn print_lines(&mut self, order: &BankOrder, verdict: &Verdict) {
        if order.kind != BankOrderKind::Transfer {
            return;
        }
        let paid = matches!(verdict, Verdict::Done(_));
        // Now and then the bank paid what it says that it refused.
        if !paid && !self.bank.dice.chance(120) {
            return;
        }
        let mut at_us = self.bank.dice.magnitude(SECOND_US, DAY_US);
        if self.bank.dice.chance(60) {
            self.print(order, true, "EARLY", at_us / 2);
        }
        self.bank.note_done(order.no);
        self.print(order, false, "B", at_us);
        if self.bank.dice.chance(80) {
            at_us += self.bank.dice.magnitude(SECOND_US, HOUR_US);
            self.print(order, false, "TWICE", at_us);
        }
        if self.bank.dice.chance(60) {
            at_us += self.bank.dice.magnitude(SECOND_US, HOUR_US);
            self.print(order, true, "B", at_us);
        }
        if self.bank.dice.chance(400) {
            at_us += self.bank.dice.magnitude(SECOND_US, 2 * DAY_US);
            self.print(order, true, "BACK", at_us);
            if self.bank.dice.chance(250) {
                at_us += self.bank.dice.magnitude(SECOND_US, DAY_US);
                self.print(order, true, "AGAIN", at_us);
            }
        }
    }

    /// One line, which is read when it is printed, and now and then once more.
    fn print(&mut self, order: &BankOrder, is_credit: bool, name: &str, after_us: i64) {
        let day = Day::of(self.schedule.now_us() + after_us);
        let line = StatementLine {
            serial: self.bank.next_serial(),
            value_day: day,
            order_key: Text::new(&order.no.to_string()).expect("a number is short"),
            reference: Text::new(&format!("{name}{}", order.no)).expect("it is short"),
            is_credit,
            amount: order.amount(),
        };
        let account = Text::new("TB1").expect("it is short");
        let line = ImportLine { account, day, of_lines: u32::MAX, line, order: Some(order.no) };
        if self.bank.dice.chance(150) {
            let again_us = after_us + self.bank.dice.magnitude(1, DAY_US);
            self.schedule.after(again_us, crate::world::Event::Town(TownEvent::LineRead(line.clone())));
        }
        self.schedule.after(after_us, crate::world::Event::Town(TownEvent::LineRead(line)));
    }

    /// Somebody reads a line of the statement.
    pub(crate) fn read_line(&mut self, line: ImportLine) -> Result<(), String> {
        self.begin("read a line", |door| book(door.clone(), line));
        Ok(())
    }
}

/// The first answer may be that the line was the bank's first word.
fn book(door: Door, line: ImportLine) -> Calling<Word> {
    Box::pin(async move {
        let mut answer = ask(&door, line.clone().into()).await;
        for _again in 1..READS_MAX {
            if !matches!(answer, Ok(Reply::ImportLine(Ok(None)))) {
                break;
            }
            answer = ask(&door, line.clone().into()).await;
        }
        Word::Cell(answer)
    })
}
