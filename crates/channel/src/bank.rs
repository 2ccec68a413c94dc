//! What a bank can be asked, and what it can say.
//!
//! Every type here has a form in JSON, so that a bank in another process can be spoken with over HTTP by the same
//! words. Amounts are whole minor units with their currency, moments are microseconds UTC of the world's clock: a
//! bank goes by the moment it is told, because its own clock may be another.

use base::{Day, Secret, Text};
use fund::{BankAgreement, BankCode, BankOrderKind, BankReason, BankRef, CardKind, LastFour};
use money::Money;
use serde::{Deserialize, Serialize};
use std::pin::Pin;

/// What a bank will answer.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A bank, or the network that stands before all of them.
///
/// A call may be repeated with the same key at any time, and says the same again: a bank takes one key once. Calls are
/// cut off by the caller; what was cut off counts as [`OrderSaid::Silent`].
pub trait Bank: Send + Sync + 'static {
    /// Asks whether a card can be bound; the bank sends its holder a code.
    fn bind(&self, ask: BindAsk) -> Answering<'_, BindSaid>;

    /// Gives the code that the holder had; the bank gives its agreement.
    fn confirm_bind(&self, ask: CodeAsk) -> Answering<'_, Result<BindAnswer, BindRefused>>;

    /// Asks for a name of somebody else's card, good for paying money in and for nothing else. Nobody has to agree, so
    /// no code is sent: the bank compares number and name. The same again gives the same name.
    fn payee(&self, ask: PayeeAsk) -> Answering<'_, Result<PayeeAnswer, BindRefused>>;

    /// Hands an order over.
    fn send(&self, ask: OrderAsk) -> Answering<'_, OrderSaid>;

    /// Asks what became of an order.
    fn query(&self, ask: OrderAsk) -> Answering<'_, OrderSaid>;

    /// Revokes an order: what the bank did not do yet it shall never do, also when it comes to it only later. The
    /// answer is what became of the order: refused when it was revoked, done when it was too late, in process when the
    /// bank cannot stop it any more.
    fn revoke(&self, ask: OrderAsk) -> Answering<'_, OrderSaid>;

    /// Downloads the statement of a day. A bank that keeps no statements says so.
    fn statement(&self, _day: Day) -> Answering<'_, StatementSaid> {
        Box::pin(async { StatementSaid::KeepsNone })
    }
}

/// A card to bind. It exists in memory only, for the call.
#[derive(Debug)]
pub struct BindAsk {
    /// Our number of the binding, the key.
    pub key: String,
    /// The card's number.
    pub number: Secret<String>,
    /// The holder's name.
    pub holder: Secret<String>,
    /// The holder's identity number, where it is known.
    pub identity: Option<Secret<String>>,
    /// The mobile number that the bank knows the holder by.
    pub mobile: Secret<String>,
}

/// A card that money is sent to. It exists in memory only, for the call.
#[derive(Debug)]
pub struct PayeeAsk {
    /// Our name of number and holder, the key: a keyed digest.
    pub key: String,
    /// The card's number.
    pub number: Secret<String>,
    /// The holder's name, as the payer has it.
    pub holder: Secret<String>,
}

/// What is known of a card by its number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BoundCard {
    /// The bank.
    pub bank: BankCode,
    /// What kind of card.
    pub kind: CardKind,
    /// The last four digits.
    pub last_four: LastFour,
}

/// A bank's name of a card that money is sent to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayeeAnswer {
    /// The name.
    pub agreement: BankAgreement,
    /// What the bank says of the card; absent when it says nothing beside the name.
    pub card: Option<BoundCard>,
}

/// The words of a bank's message with a code, in both languages of those who read it.
pub(crate) fn code_letter(code: &str) -> String {
    format!("您的验证码 / Your code: {code}")
}

/// What a bank says to a wish to bind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum BindSaid {
    /// A code is on its way to the holder.
    CodeSent {
        /// The message itself, where nobody has a telephone: in worlds for trying out.
        shown: Option<String>,
    },
    /// No.
    Refused(BindRefused),
}

/// The holder's code.
#[derive(Debug)]
pub struct CodeAsk {
    /// Our number of the binding, the key.
    pub key: String,
    /// The last four digits of the card.
    pub last_four: LastFour,
    /// The code.
    pub code: Secret<String>,
}

/// A bank's agreement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BindAnswer {
    /// Its number.
    pub agreement: BankAgreement,
}

/// Why a bank binds no card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BindRefused {
    /// Number, name and mobile are not of one holder.
    #[error("the bank does not know this card under this name and mobile number")]
    DetailsDiffer,
    /// The code is wrong.
    #[error("the code is wrong")]
    CodeWrong,
    /// Nothing was heard of the bank.
    #[error("the bank does not answer; try again")]
    Silent,
}

/// An order, as a bank is asked about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderAsk {
    /// The key: which books it stands in, and its number there. Two worlds never share one.
    pub key: String,
    /// What is to be done.
    pub kind: BankOrderKind,
    /// How much.
    pub amount: Money,
    /// The bank.
    pub bank: BankCode,
    /// The bank's agreement about the card.
    pub agreement: Option<BankAgreement>,
    /// The last four digits of the card.
    pub last_four: LastFour,
    /// When it was asked for, by the world's clock.
    pub asked_at_us: i64,
    /// What time it is, by the world's clock.
    pub now_us: i64,
    /// How often the bank was asked about it, this time counted.
    pub tries: u32,
}

/// What a bank says about an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSaid {
    /// It was done.
    Done {
        /// How much moved.
        amount: Money,
        /// What the bank calls it.
        bank_ref: BankRef,
    },
    /// It is refused, now and for ever, under this key.
    Refused {
        /// Why.
        reason: BankReason,
    },
    /// The bank has it and has not decided.
    InProcess,
    /// The bank never saw this key. What was sent may still come to it.
    NeverSeen,
    /// Nothing was heard.
    Silent,
}

/// What a bank says to the wish for a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatementSaid {
    /// A file, which may be damaged or of another day.
    File(Vec<u8>),
    /// The day is not over, or was before the bank knew us.
    NotClosed,
    /// It keeps none.
    KeepsNone,
    /// Nothing was heard.
    Silent,
}

impl OrderSaid {
    /// Done, under this name.
    pub(crate) fn done(amount: Money, bank_ref: &str) -> OrderSaid {
        match Text::new(bank_ref) {
            Ok(bank_ref) => OrderSaid::Done { amount, bank_ref },
            Err(_) => OrderSaid::Silent,
        }
    }
}
