//! What a person should know, newest first, by the moment at which it happened.
//!
//! Nothing is kept for it: it is what the rows of deals, agreements, cases, devices and passkeys tell. So each thing is
//! told once and as it stands, and one whose row is gone is told no more. Deals lie in the order of their numbers, and
//! what becomes of one may come long after; so lists are read on below a page, as far back as something on it may have
//! begun.
//!
//! Reading order: this file (what there is to know, pages, words), `gather` (which row tells what).

mod gather;

use super::{Deal, WalletBill, deal_of};
use crate::{BillError, Who};
use base::{AgreementNo, OrderNo, PartyId};
use engine::{Key, Row};
use money::Money;
use people::{Device, Passkey};
use risk::RiskCase;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use store::Reader;
use trade::Mandate;
use transfer::{OutBizNo, TransferWay};

/// What there is to know. The order is that of two things at one moment, and a part of cursors: new ones are appended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NewsKind {
    /// Money came in by a transfer.
    TransferReceived,
    /// A merchant gave money back.
    RefundArrived,
    /// A top-up is there.
    TopUpDone,
    /// The bank refused a top-up.
    TopUpFailed,
    /// A withdrawal is on its card.
    WithdrawalDone,
    /// The bank refused a withdrawal.
    WithdrawalFailed,
    /// A payment was made.
    PaymentDone,
    /// The bank refused to pay.
    PaymentFailed,
    /// A payment was never made: it was given up, or its time was over.
    PaymentClosed,
    /// What a bank was asked for was given up, and the bank did nothing.
    BankOrderGivenUp,
    /// What a bank took too late is on its card again.
    CardMoneyReturned,
    /// What a bank took too late, or a refund to a card, came to the balance, because the card did not take it.
    CardMoneyCredited,
    /// A transfer was paid and waits for its time.
    TransferWaits,
    /// A transfer is with its payee.
    TransferDone,
    /// A transfer could not arrive, and its payer has the money again.
    TransferReturned,
    /// A transfer that waited was called back.
    TransferCalledBack,
    /// An agreement was signed.
    AgreementSigned,
    /// An agreement ended.
    AgreementEnded,
    /// A payment that was looked at may be made.
    CaseReleased,
    /// A payment that was looked at may not be made.
    CaseRefused,
    /// Somebody signed in.
    SignedIn,
    /// A passkey was added.
    PasskeyAdded,
}

/// One piece of news among all of a person; also where a page ends: the next one has what is older.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NewsCursor {
    /// Microseconds UTC.
    at_us: i64,
    kind: u8,
    /// Of the deal, the agreement, the case, the session or the passkey.
    number: u64,
}

/// Text that no page ended with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it is not one that a page gave")]
pub struct NewsCursorError;

impl fmt::Display for NewsCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NewsCursor { at_us, kind, number } = self;
        write!(f, "{at_us}.{kind}.{number}")
    }
}

impl FromStr for NewsCursor {
    type Err = NewsCursorError;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<NewsCursor, NewsCursorError> {
        let mut parts = text.split('.');
        let cursor = NewsCursor {
            at_us: whole(parts.next())?,
            kind: whole(parts.next())?,
            number: whole(parts.next())?,
        };
        if parts.next().is_some() { Err(NewsCursorError) } else { Ok(cursor) }
    }
}

fn whole<N: FromStr>(part: Option<&str>) -> Result<N, NewsCursorError> {
    let is_whole = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    part.filter(is_whole).and_then(|part| part.parse().ok()).ok_or(NewsCursorError)
}

/// Where somebody who was told looks next.
#[derive(Clone, PartialEq, Debug)]
pub enum NewsAbout {
    /// At the bill of this number.
    Bill(String),
    /// At an agreement.
    Agreement(AgreementNo),
    /// At a session.
    Session(Arc<Device>),
    /// At a passkey.
    Passkey(Arc<Passkey>),
    /// Nowhere: of what was stopped there is no bill.
    Nothing,
}

/// Something that a person should know.
#[derive(Clone, PartialEq, Debug)]
pub struct News {
    /// What.
    pub kind: NewsKind,
    /// When it happened, microseconds UTC.
    pub at_us: i64,
    number: u64,
    /// How much money it is about.
    pub amount: Option<Money>,
    /// Why, as a word for programs: a bank's reason, or who ended an agreement.
    pub reason: Option<&'static str>,
    /// Why, in somebody's own words: a merchant's reason for a refund.
    pub words: Option<String>,
    /// When money that waits goes, microseconds UTC.
    pub arrives_at_us: Option<i64>,
    /// What is bought, what was said of a transfer, the business of an agreement; empty when the kind says it all.
    pub title: String,
    /// The other side: a merchant's name, a person's masked, the bank of a card as it is abbreviated; may be empty.
    pub other_name: String,
    /// The login of the other side, masked; of a card the last four digits; may be empty.
    pub other_login: String,
    /// Where to look next.
    pub about: NewsAbout,
}

impl News {
    /// Its place among all news of its person, which stays.
    pub const fn cursor(&self) -> NewsCursor {
        NewsCursor { at_us: self.at_us, kind: self.kind as u8, number: self.number }
    }
}

/// A page of news.
#[derive(Clone, PartialEq, Debug)]
pub struct NewsPage {
    /// Newest first.
    pub news: Vec<News>,
    /// Where the next page begins; absent when nothing is left. A page may be short, or empty, and have one.
    pub next: Option<NewsCursor>,
}

/// What was found in a row, not put into words yet.
struct Found {
    kind: NewsKind,
    at_us: i64,
    number: u64,
    of: Of,
    amount: Option<Money>,
    reason: Option<&'static str>,
    words: Option<String>,
    arrives_at_us: Option<i64>,
}

/// What it was found of.
enum Of {
    Deal(Deal),
    /// A payment, of an order to a bank that was to make it.
    Payment(OrderNo),
    Mandate(Arc<Mandate>),
    Case(Arc<RiskCase>),
    Device(Arc<Device>),
    Passkey(Arc<Passkey>),
}

impl Found {
    fn new(kind: NewsKind, at_us: i64, number: u64, of: Of) -> Found {
        Found { kind, at_us, number, of, amount: None, reason: None, words: None, arrives_at_us: None }
    }

    fn cursor(&self) -> NewsCursor {
        NewsCursor { at_us: self.at_us, kind: self.kind as u8, number: self.number }
    }
}

/// The newest of what was found, and no more of it than is asked for.
struct Newest {
    /// Only what is older is wanted.
    before: Option<NewsCursor>,
    most: usize,
    found: BTreeMap<NewsCursor, Found>,
    /// Rows that may still be read of the list that is walked.
    reads_left: usize,
    /// Where a list was left with more below, microseconds UTC: what is older is for the next page.
    cut_at_us: Option<i64>,
}

impl Newest {
    fn add(&mut self, found: Found) {
        let cursor = found.cursor();
        if self.before.is_some_and(|before| cursor >= before) {
            return;
        }
        self.found.insert(cursor, found);
        if self.found.len() > self.most {
            self.found.pop_first();
        }
    }

    /// Counts rows that were read.
    fn note_read(&mut self, rows: usize) {
        self.reads_left = self.reads_left.saturating_sub(rows);
    }

    /// Whether something of this moment, microseconds UTC, could be among them.
    fn has_room_for(&self, at_us: i64) -> bool {
        let oldest = self.found.first_key_value().map(|(oldest, _)| oldest.at_us);
        self.found.len() < self.most || oldest.is_some_and(|oldest_at_us| oldest_at_us <= at_us)
    }
}

/// What a person should know that is older than the cursor, newest first.
///
/// # Errors
/// When the tables cannot be read.
pub fn news_page(
    reader: &mut dyn Reader,
    party: PartyId,
    before: Option<NewsCursor>,
    limit: usize,
) -> Result<NewsPage, BillError> {
    // One more than is told says whether there is a next page.
    let most = limit.saturating_add(1);
    let mut newest = Newest { before, most, found: BTreeMap::new(), reads_left: 0, cut_at_us: None };
    gather::all(reader, party, &mut newest)?;
    let cut = newest.cut_at_us.map(|at_us| NewsCursor { at_us, kind: 0, number: 0 });
    if let Some(cut) = cut {
        newest.found = newest.found.split_off(&cut);
    }
    let is_more = newest.found.len() > limit;
    let (mut who, mut news) = (Who::default(), Vec::new());
    for found in newest.found.into_values().rev().take(limit) {
        news.push(told(reader, &mut who, party, found)?);
    }
    let next = news.last().filter(|_| is_more).map(News::cursor).or(cut);
    Ok(NewsPage { news, next })
}

fn told(reader: &mut dyn Reader, who: &mut Who, party: PartyId, found: Found) -> Result<News, BillError> {
    let Found { kind, at_us, number, of, amount, reason, words, arrives_at_us } = found;
    let mut news = News {
        kind,
        at_us,
        number,
        amount,
        reason,
        words,
        arrives_at_us,
        title: String::new(),
        other_name: String::new(),
        other_login: String::new(),
        about: NewsAbout::Nothing,
    };
    let deal = match of {
        Of::Deal(deal) => Some(deal),
        Of::Payment(no) => deal_of(reader, party, &no.to_string())?,
        Of::Case(case) => match target(&case) {
            Some(Target::Bill(no)) => deal_of(reader, party, no)?,
            Some(Target::Transfer(number)) => sent_as(reader, party, number)?,
            Some(Target::Agreement(no)) => {
                news.about = no.parse().map_or(NewsAbout::Nothing, NewsAbout::Agreement);
                None
            }
            None => None,
        },
        Of::Mandate(mandate) => {
            news.title = mandate.sign_scene.to_string();
            (news.other_name, news.other_login) = who.shown(reader, Some(mandate.seller))?;
            news.about = NewsAbout::Agreement(mandate.no);
            None
        }
        Of::Device(device) => {
            news.about = NewsAbout::Session(device);
            None
        }
        Of::Passkey(passkey) => {
            news.about = NewsAbout::Passkey(passkey);
            None
        }
    };
    if let Some(deal) = deal {
        let bill = WalletBill::read(reader, who, deal)?;
        news.amount = news.amount.or(Some(bill.deal.amount()));
        news.about = NewsAbout::Bill(bill.deal.no());
        (news.title, news.other_name, news.other_login) = (bill.title, bill.other_name, bill.other_login);
    }
    Ok(news)
}

/// The payment that a case is of.
enum Target<'a> {
    /// The bill of this number.
    Bill(&'a str),
    /// A debit by the agreement of this number: one that was stopped left no bill.
    Agreement(&'a str),
    /// A transfer, by the number that its payer gave it.
    Transfer(&'a str),
}

/// What its subject says. None of a case that is of no payment: whoever is on a list of names is not to hear of it.
fn target(case: &RiskCase) -> Option<Target<'_>> {
    let mut words = case.subject.as_str().split(' ');
    match (words.next()?, words.next()?) {
        ("order" | "withdraw", no) => Some(Target::Bill(no)),
        ("debit", no) => Some(Target::Agreement(no)),
        ("transfer", way) if way == TransferWay::Wallet.as_str() => words.next().map(Target::Transfer),
        _ => None,
    }
}

/// The transfer of a person by its payer's number.
fn sent_as(reader: &mut dyn Reader, payer: PartyId, number: &str) -> Result<Option<Deal>, BillError> {
    let Ok(out_biz_no) = OutBizNo::new(number) else { return Ok(None) };
    let key = Key::TransferNumber((payer.slot(), payer, TransferWay::Wallet, out_biz_no));
    match reader.row(&key)? {
        Some(Row::TransferNumber(named)) => deal_of(reader, payer, &named.no.to_string()),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        let cursor = NewsCursor { at_us: 1_767_326_400_000_000, kind: 21, number: u64::MAX };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in
            ["", "1", "1.2", "1.2.", "1..2", "+1.2.3", "1.2.3.4", "1.256.3", "1.-2.3", "1.2. 3", "a.b.c"]
        {
            assert_eq!(wrong.parse::<NewsCursor>(), Err(NewsCursorError), "{wrong}");
        }
    }
}
