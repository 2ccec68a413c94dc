//! Cards that parties bound. The bank keeps the card; we keep what it gave us to name it by.

use base::{CardNo, Field, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// A bank as the payment world abbreviates it, 1–16 capital letters: `ICBC`.
pub type BankCode = Text<16>;
/// The bank's name of its permission to debit and credit one card, 1–64 characters.
pub type BankAgreement = Text<64>;
/// The last four digits of a card's number: what people know their cards by.
pub type LastFour = Text<4>;
/// Keyed digest of a card's number: tells two cards apart and cannot be counted back without the key.
pub type CardDigest = [u8; 16];

/// What kind of card it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CardKind {
    /// Its holder's own money.
    Debit,
    /// The bank's money: it can pay, but nothing is withdrawn to it.
    Credit,
}

/// Where a card stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CardState {
    /// The bank is asked; its holder is to prove himself to it.
    Asked,
    /// The bank gave its agreement.
    Bound,
    /// Its holder gave it up.
    Unbound,
    /// Somebody else's: the party sends money to it, and nothing else can be done with it.
    Payee,
}

/// A card of a party, under a number of ours. The card's own number is never kept.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "card", key = 2)]
pub struct Card {
    /// The party's slot.
    pub slot: Slot,
    /// Our number of it, also the key that the bank knows the binding by.
    pub no: CardNo,
    /// Whose it is.
    pub party: PartyId,
    /// Where it stands.
    pub state: CardState,
    /// The bank.
    pub bank: BankCode,
    /// What kind of card.
    pub kind: CardKind,
    /// The last four digits.
    pub last_four: LastFour,
    /// Keyed digest of the number; of a payee's card, of the number and the name that the bank compared.
    pub digest: CardDigest,
    /// The bank's agreement, once it gave one.
    pub agreement: Option<BankAgreement>,
    /// When the bank was first asked, or first had money for a payee, microseconds UTC.
    pub asked_at_us: i64,
    /// When the state was reached; of a payee's card also when the bank last compared its name. Microseconds UTC.
    pub changed_at_us: i64,
}

/// The newest binding of a party's card: a party has one at most that is not given up.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "card_name", key = 3)]
pub struct CardName {
    /// The party's slot.
    pub slot: Slot,
    /// Whose card.
    pub party: PartyId,
    /// Keyed digest of its number.
    pub digest: CardDigest,
    /// Its newest binding.
    pub no: CardNo,
}
